/* test_lens_museum.c -- every exhibit runs, its equations are read again, its numbers are the right ones, and
 * gn_diagnose names what it should.
 *
 * Invariant: expected numbers come from independent computations (NumPy, SymPy) and stand here as numbers. */
#include "nn_help.h"
#include "one_context.h"

#include "lens/museum.h"

static gn_exhibit const *exhibit(int number)
{
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    assert_in_range(number, 1, count);
    assert_int_equal(e[number - 1].number, number);
    return &e[number - 1];
}

static gn_sheet shown(int number)
{
    gn_sheet sheet;
    must(ctx, gn_museum_show(ctx, exhibit(number), &sheet, NULL));
    return sheet;
}

typedef struct expected { int number; const char *symbol; size_t i; double value, tolerance; } expected;

static const expected numbers[] = {
    { 1, "limit", 0, 0.01, 0 },
    { 1, "limit_said", 0, 0.005, 0 },
    { 1, "ratio", 0, 2, 0 },
    { 2, "best", 0, 0.005, 0 },
    { 2, "limit", 0, 0.01, 0 },
    { 3, "r_said", 0, 0.5, 0 },
    { 3, "r_best", 0, 0, 0 },
    { 3, "steps_said", 0, 20, 0 },
    { 3, "steps_best", 0, 1, 0 },
    { 4, "r", 0, -1, 0 },
    { 5, "L1", 0, 396010000, 0 },
    { 5, "said", 0, 3.92e8, 0 },
    { 6, "L2", 0, 15682392010000, 0 },
    { 6, "ratio", 0, 1.568239201, 0 },
    { 7, "r0", 0, 1, 0 },
    { 7, "dr_deta", 0, -200, 0 },
    { 8, "r", 0, 0.5, 0 },
    { 8, "steps", 0, 9, 0 },
    { 9, "p_said", 0, 13, 0 },
    { 9, "w", 0, 2.4, 0 },
    { 9, "det", 0, 0, 0 },
    { 10, "fall", 0, 0.25, 0 },
    { 10, "ten", 0, -25.721, 0 },
    { 11, "w_said", 0, 6, 0 },
    { 12, "w1", 0, 2.4, 0 },
    { 12, "w1", 1, 3.8, 0 },
    { 12, "p1", 0, 10, 0 },
    { 12, "eta_best", 0, 0.1, 0 },
    { 13, "r", 0, -199, 0 },
    { 13, "grown", 0, 425081000.1427, 1e-4 },
    { 13, "shrunk", 0, 1.7763568394002505e-15, 0 },
    { 13, "ten", 0, 9.5367431640625e-07, 0 },
    { 14, "banded", 0, 20, 0 },
    { 15, "grad", 0, 2, 0 },
    { 15, "grad", 1, 8, 0 },
    { 15, "steepest", 0, 8.246211251235321, 0 },
    { 16, "slope", 0, 2, 0 },
    { 17, "z_said", 0, 7, 0 },
    { 17, "z_said", 1, 12, 0 },
    { 17, "z_said", 2, 17, 0 },
    { 17, "z", 0, 6, 0 },
    { 17, "z", 1, 10, 0 },
    { 17, "z", 2, 14, 0 },
    { 18, "z_said", 0, 7, 0 },
    { 19, "said", 0, -0.6666666666666666, 0 },
    { 19, "mae", 0, 1, 0 },
    { 19, "cancelled", 0, 0, 0 },
    { 19, "kept", 0, 1, 0 },
    { 20, "curve", 0, 2, 0 },
    { 20, "above", 0, 1, 0 },
    { 22, "slope", 0, 0, 0 },
    { 22, "right", 0, 1, 0 },
    { 22, "left", 0, 0, 0 },
    { 22, "last_loss", 0, 0.0022117501674454904, 0 },
    { 23, "g1", 0, 1.8230714346567, 1e-12 },
    { 23, "g1_said", 0, 0.3275076, 1e-7 },
    { 23, "dL_dw1", 0, 1.8230714346567, 1e-8 },
    { 25, "count", 0, 13, 0 },
    { 25, "count_large", 0, 101770, 0 },
    { 26, "ratio", 0, 4, 0 },
    { 26, "L", 0, 1.5078371381958693, 0 },
    { 26, "dW1", 2, 0.04755231401452023, 0 },
    { 26, "dW1", 3, 0.047567980221411746, 0 },
    { 26, "dW2", 0, -0.015266077271633325, 0 },
    { 26, "dW2", 1, -0.2543188573866623, 0 },
    { 26, "off", 0, 0, 1e-9 },
    { 27, "ratio", 0, 4, 0 },
    { 27, "db1", 1, 0.06341147627745636, 0 },
    { 27, "db2", 0, -2.0051529367860375, 0 },
    { 28, "out", 0, 0.04531917697148283, 0 },
    { 28, "out", 1, 0.7798130599639391, 0 },
    { 28, "out_zero", 0, 0.0509588964, 1e-9 },
    { 28, "out_zero", 1, 0.7819082483, 1e-9 },
    { 28, "J", 0, 0.00030396728350, 1e-13 },
    { 28, "J", 7, 0.00022633971353, 1e-13 },
    { 28, "rank", 0, 1, 0 },
    { 29, "at_zero", 0, 0, 0 },
    { 29, "dW1", 0, -0.6804, 0 },
    { 29, "dW1", 5, 1.4778, 0 },
    { 30, "s_code", 0, 1, 0 },
    { 30, "s_text", 0, 0.01, 0 },
    { 30, "s_row", 0, 0.01, 0 },
    { 30, "s_central", 0, 0.505, 1e-10 },
    { 31, "ratio", 0, 2, 0 },
    { 31, "dJ", 0, -4879.811699120545, 0 },
    { 31, "dJ", 4, -18655.610663271087, 0 },
    { 32, "dJ_db", 0, -515.9111975359729, 0 },
    { 32, "J", 0, 133049.73727082644, 0 },
    { 33, "said", 3, 2, 0 },
    { 33, "said", 0, -1, 0 },
    { 33, "right", 3, 1, 0 },
    { 33, "row", 0, -2, 0 },
    { 34, "modulus", 0, 0.9486832980505138, 0 },
    { 34, "spectral", 0, 0.9486832980505138, 0 },
    { 34, "said", 0, 1.8973665961010276, 0 },
    { 35, "check", 0, 0.45, 1e-10 },
    { 35, "check_short", 0, 0, 0 },
    { 35, "slope", 0, 0, 0 },
    { 36, "said", 0, 0.099999, 1e-8 },
    { 36, "step", 0, 0.01, 1e-9 },
    { 37, "exact", 0, 2.718281828459045, 0 },
    { 37, "error_said", 0, 7.7e-5, 1e-6 },
    { 37, "error_ours", 0, 0, 1e-10 },
    { 38, "r1", 0, 0.001, 0 },
    { 38, "r2", 0, 0.1, 0 },
    { 38, "off", 0, 0.13624353516045393, 0 },
    { 39, "max_right", 0, -0.2, 0 },
    { 39, "said", 0, -9.83056e-5, 1e-9 },
    { 40, "largest", 0, 3, 0 },
    { 40, "said", 0, -5, 0 },
    { 41, "largest", 0, 3, 0 },
    { 41, "said", 0, -5, 1e-8 },
    { 42, "said", 0, 0.5, 0 },
    { 42, "slope", 0, 0, 0 },
    { 42, "leaky_slope", 0, 0.01, 0 },
    { 43, "d_power", 0, 6.772588722239782, 0 },
    { 43, "off", 0, 0, 1e-8 },
};

/* What gn_diagnose must say of the document's gradient; every exhibit that is not here has none. */
static const struct { int number; gn_mistake mistake; } mistakes[] = {
    { 19, GN_MISTAKE_LOSS_SIGNED }, { 23, GN_MISTAKE_INVERTED },     { 24, GN_MISTAKE_SLOPE_OF_VALUE },
    { 26, GN_MISTAKE_BATCH_AGAIN }, { 27, GN_MISTAKE_BATCH_AGAIN },  { 29, GN_MISTAKE_SLOPE_MISSING },
    { 30, GN_MISTAKE_KINK },        { 31, GN_MISTAKE_HALF },         { 32, GN_MISTAKE_BIAS_MISSING },
};

static gn_mistake expected_mistake(int number)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        if (mistakes[i].number == number) return mistakes[i].mistake;
    return GN_MISTAKE_COUNT;
}

static void check_numbers(const gn_sheet *sheet, int number)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const expected *x = &numbers[i];
        if (x->number != number) continue;
        const gn_symbol *v = gn_sheet_find(sheet, x->symbol);
        if (!v) fail_msg("exhibit %d has no '%s'", number, x->symbol);
        assert_true(x->i < v->rows * v->cols);
        double tolerance = x->tolerance > 0 ? x->tolerance : 1e-12 * fmax(1, fabs(x->value));
        if (!(fabs(v->value[x->i] - x->value) <= tolerance))
            fail_msg("exhibit %d: %s[%zu] is %.17g, not %.17g", number, x->symbol, x->i, v->value[x->i], x->value);
    }
}

/* ---- law 13 of tables: each cell that has a formula, over its row, the row above, and the sheet --------------- */

static size_t bind_cells(const gn_line *t, size_t row, const char *suffix, gn_numbers_binding *to, char (*name)[64])
{
    size_t n = 0;
    for (size_t j = 0; j < t->columns; j++) {
        const gn_sheet_column *c = &t->column[j];
        if (!c->name || !c->number) continue;
        snprintf(name[n], sizeof *name, "%s%s", c->name, suffix);
        to[n] = (gn_numbers_binding){ name[n], { 1, 1, &c->number[row] } };
        n++;
    }
    return n;
}

static size_t bind_row(const gn_sheet *sheet, const gn_line *t, size_t row, gn_numbers_binding *to, char (*name)[64])
{
    size_t n = 0;
    for (size_t i = 0; i < t->symbols; i++) {
        const gn_symbol *v = sheet->symbol[i];
        to[n++] = (gn_numbers_binding){ v->name, { v->rows, v->cols, v->value } };
    }
    if (row) n += bind_cells(t, row - 1, "_prev", to + n, name);
    return n + bind_cells(t, row, "", to + n, name + 16);
}

static void check_cell(const gn_sheet *sheet, const gn_sheet_column *c, size_t row, const gn_numbers_binding *bound,
                       size_t count)
{
    gn_arena arena;
    gn_numbers again;
    gn_arena_init(&arena, sheet->ctx);
    must(sheet->ctx, gn_array_run(&arena, c->formula, strlen(c->formula), bound, count, &again));
    double off = fabs(*again.value - c->number[row]) / fmax(1, fabs(c->number[row]));
    if (!(off <= 1e-12))
        fail_msg("%s: column %s, row %zu: %s is off by %g", sheet->title, c->name, row, c->formula, off);
    gn_arena_free(&arena);
}

static size_t check_table(const gn_sheet *sheet, const gn_line *t)
{
    gn_numbers_binding bound[128];
    char name[32][64];
    size_t checked = 0;
    assert_true(t->symbols + 2 * t->columns <= 128 && t->columns <= 16);
    for (size_t i = 0; i < t->rows; i++) {
        size_t count = bind_row(sheet, t, i, bound, name);
        for (size_t j = 0; j < t->columns; j++) {
            const gn_sheet_column *c = &t->column[j];
            if (!c->formula || !c->number || (i == 0 && strstr(c->formula, "_prev"))) continue;
            check_cell(sheet, c, i, bound, count);
            checked++;
        }
    }
    return checked;
}

/* Law 13, and no line without content. */
static void check_lines(const gn_sheet *sheet, int number)
{
    size_t equations = 0;
    assert_true(sheet->facts == 3);
    for (size_t i = 0; i < sheet->lines; i++) {
        double off;
        const gn_line *line = sheet->line[i];
        must(sheet->ctx, gn_line_again(sheet, line, &off));
        if (!(off <= 1e-12))
            fail_msg("exhibit %d: %s = %s is off by %g", number, line->symbol->name, line->formula, off);
        equations += line->kind == GN_LINE_EQUATION;
        if (line->kind == GN_LINE_TABLE) equations += check_table(sheet, line);
    }
    assert_true(equations > 0);
}

static void test_every_exhibit(void **state)
{
    (void)state;
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    assert_int_equal(count, 43);
    for (size_t i = 0; i < count; i++) {
        gn_sheet sheet;
        gn_mistake found;
        gn_status s = gn_museum_show(ctx, &e[i], &sheet, &found);
        if (s != GN_OK) fail_msg("exhibit %d: %s", e[i].number, gn_last_error(ctx)->message);
        check_lines(&sheet, e[i].number);
        check_numbers(&sheet, e[i].number);
        if (found != expected_mistake(e[i].number))
            fail_msg("exhibit %d: diagnosed as %s", e[i].number,
                     found < GN_MISTAKE_COUNT ? gn_mistake_name(found) : "-");
        gn_sheet_free(&sheet);
    }
}

static const gn_line *table_of(const gn_sheet *sheet, size_t which)
{
    for (size_t i = 0; i < sheet->lines; i++)
        if (sheet->line[i]->kind == GN_LINE_TABLE && which-- == 0) return sheet->line[i];
    fail_msg("no such table");
    return NULL;
}

/* The rows of a table's column against what is expected. */
static void check_column(int number, size_t column, const double *value, size_t n, double tolerance)
{
    gn_sheet sheet = shown(number);
    const gn_line *t = table_of(&sheet, 0);
    assert_true(column < t->columns && n <= t->rows);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(t->column[column].number[i] - value[i]) <= tolerance * fmax(1, fabs(value[i]))))
            fail_msg("exhibit %d, row %zu: %.17g, not %.17g", number, i, t->column[column].number[i], value[i]);
    gn_sheet_free(&sheet);
}

static void test_paths(void **state)
{
    (void)state;
    check_column(1, 3, (const double[]){ 1, 1, 1, 1, 1, 0 }, 6, 1e-9);  /* arrives below the limit, not at it */
    check_column(4, 1, (const double[]){ 0, 2, 0, 2, 0, 2, 0 }, 7, 1e-12);
    check_column(5, 1, (const double[]){ 1, 201, -39599, 7880601 }, 4, 1e-12);
    check_column(5, 3, (const double[]){ 1e4, 396010000, 15682392010000, 6.2103840598801e17 }, 4, 1e-12);
    check_column(8, 2, (const double[]){ -23.221, -23.221, -23.221 }, 3, 1e-12);
    check_column(11, 1, (const double[]){ 0, 6, 1.2, 5.04, 1.968, 4.4256, 2.45952 }, 7, 1e-12);
    check_column(11, 2, (const double[]){ 6, 1.2, 5.04, 1.968, 4.4256, 2.45952 }, 6, 1e-12);
    check_column(26, 1, (const double[]){ 1.5078371381958693, 1.4673141921772064, 1.1687300942732928,
                                          0.4963194255615462, 0.0006591808745643618 }, 5, 1e-9);
    check_column(26, 2, (const double[]){ 1.5078371381958693, 1.497627877884306, 1.4103014699794045,
                                          0.8631674655842458, 0.3684363360472694 }, 5, 1e-9);
    check_column(21, 1, (const double[]){ 0.05, -0.05, 0.05, -0.05 }, 4, 1e-12);
}

/* The errors in float arithmetic that exhibit 14 counts are there, else it shows nothing. */
static void test_band_has_work(void **state)
{
    (void)state;
    gn_sheet sheet = shown(14);
    assert_true(gn_sheet_find(&sheet, "missed")->value[0] >= 1);
    gn_sheet_free(&sheet);
}

static void test_found_by_name(void **state)
{
    (void)state;
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    for (size_t i = 0; i < count; i++) {
        char dashed[64], number[16];
        size_t n = strlen(e[i].name);
        assert_true(n < sizeof dashed);
        for (size_t k = 0; k <= n; k++) dashed[k] = e[i].name[k] == '_' ? '-' : e[i].name[k];
        snprintf(number, sizeof number, "%d", e[i].number);
        assert_ptr_equal(gn_museum_find(dashed), &e[i]);
        assert_ptr_equal(gn_museum_find(e[i].name), &e[i]);
        assert_ptr_equal(gn_museum_find(number), &e[i]);
        assert_int_equal(e[i].number, (int)i + 1);
    }
    assert_null(gn_museum_find("0"));
    assert_null(gn_museum_find("44"));
    assert_null(gn_museum_find("distil"));
    assert_null(gn_museum_find(""));
}

/* Every exhibit in every form. */
static void test_every_form(void **state)
{
    (void)state;
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    for (size_t i = 0; i < count; i++) {
        gn_sheet sheet = shown(e[i].number);
        for (int f = 0; f < GN_FORMAT_COUNT; f++) {
            gn_text text;
            gn_render how;
            gn_render_defaults(&how);
            how.format = (gn_format)f;
            gn_text_init(&text, ctx);
            must(ctx, gn_sheet_render(&sheet, &how, &text));
            assert_true(text.length > 400 && gn_utf8_valid(text.at, text.length, NULL));
            gn_text_free(&text);
        }
        gn_sheet_free(&sheet);
    }
}

/* An exhibit is the same bytes every time. */
static void test_same_each_time(void **state)
{
    (void)state;
    gn_render how;
    gn_text text[2];
    gn_render_defaults(&how);
    for (int i = 0; i < 2; i++) {
        gn_sheet sheet = shown(26);
        gn_text_init(&text[i], ctx);
        must(ctx, gn_sheet_render(&sheet, &how, &text[i]));
        gn_sheet_free(&sheet);
    }
    assert_string_equal(text[0].at, text[1].at);
    gn_text_free(&text[0]);
    gn_text_free(&text[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_exhibit), cmocka_unit_test(test_paths),      cmocka_unit_test(test_band_has_work),
        cmocka_unit_test(test_found_by_name), cmocka_unit_test(test_every_form), cmocka_unit_test(test_same_each_time),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
