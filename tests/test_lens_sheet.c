/* test_lens_sheet.c -- sheets are built, and every equation of a sheet is read again and gives the number beside it
 * (law 13). */
#include "sheet_test.h"
#include "test_base_seams.h"

#include "formula/matrix.h"

static const char *numbers(bench *b, const gn_sheet *s, const gn_line *line, int digits)
{
    gn_text t;
    gn_text_init(&t, b->ctx);
    assert_int_equal(gn_line_numbers(s, line, digits, &t), GN_OK);
    const char *kept = gn_arena_text(&b->arena, t.at, t.length);
    gn_text_free(&t);
    return kept;
}

static double again(const gn_sheet *s, const gn_line *line)
{
    double difference = -1;
    if (gn_line_again(s, line, &difference) != GN_OK)
        fail_msg("%s: %s", line->formula, gn_last_error(s->ctx)->message);
    return difference;
}

/* The numbers of the documents, and the formula with its numbers put in. */
static void the_neuron(void **state)
{
    static const struct { const char *name, *numbers; double value; } expected[] = {
        {"yhat", "0.5*3", 1.5},       {"e", "1.5 - 10", -8.5}, {"L", "(-8.5)^2", 72.25}, {"dL_dyhat", "2*(-8.5)", -17},
        {"dyhat_dw", "3", 3},         {"dL_dw", "-17*3", -51}, {"w", "0.5 - 0.1*(-51)", 5.6}};
    bench *b = *state;
    gn_sheet s;
    neuron_sheet(&s, b->ctx);
    assert_int_equal(gn_sheet_done(&s), GN_OK);
    size_t k = 0;
    for (size_t i = 0; i < s.lines; i++) {
        const gn_line *line = s.line[i];
        assert_true(again(&s, line) == 0);
        if (line->kind != GN_LINE_EQUATION) continue;
        assert_string_equal(line->symbol->name, expected[k].name);
        assert_string_equal(numbers(b, &s, line, 6), expected[k].numbers);
        assert_true(fabs(line->symbol->value[0] - expected[k].value) < 1e-14);
        k++;
    }
    assert_int_equal(k, GN_COUNT(expected));
    assert_int_equal(s.steps, 5);
    assert_true(gn_sheet_find(&s, "w")->value[0] > 5); /* the new one; the old one is still in its line */
    assert_true(gn_line_symbol(&s, s.line[s.lines - 1], "w", 1)->value[0] == 0.5);
    assert_null(gn_sheet_find(&s, "v"));
    gn_sheet_free(&s);
}

/* Negative numbers, powers, transposes, lists, functions, constants, floats. */
static void numbers_are_put_in(void **state)
{
    static const char *const cases[][2] = {
        {"a^2", "(-2)^2"},
        {"a", "-2"},
        {"-a", "-(-2)"},
        {"a*b + a", "-2*3 + (-2)"},
        {"b - a*a", "3 - (-2)*(-2)"},
        {"exp(a)", "exp(-2)"},
        {"max(a, a)", "max(-2, -2)"},
        {"[a, b]", "[-2, 3]"},
        {"[a, b]'*v", "[-2, 3]'*[1, -4]"},
        {"where(a > b, a, b)", "where(-2 > 3, -2, 3)"},
        {"where(b > a, a, b)", "where(3 > (-2), -2, 3)"},
        {"M*v", "[[1, 2], [3, -1]]*[1, -4]"},
        {"v'.*r", "[1, -4]'.*[[5, 6]]"},
        {"v.^2", "[1, -4].^2"},
        {"a .^2", "(-2) .^2"},
        {"2*pi*e", "2*pi*7"},
        {"f*b", "0.1*3"},
        {"t*b", "1e-7*3"},
        {"b.*v", "3.*[1, -4]"},
        {"  b  +  b ", "  3  +  3 "},
        {"K(0.5)*b", "K(0.5)*3"},
    };
    static const double a = -2, three = 3, seven = 7, v[] = {1, -4}, m[] = {1, 2, 3, -1}, r[] = {5, 6}, t = 1e-7;
    double f = (double)0.1f;
    bench *b = *state;
    gn_sheet s;
    gn_sheet_open(&s, b->ctx, "");
    gn_sheet_symbol(&s, "a", 1, 1, &a, GN_F64);
    gn_sheet_symbol(&s, "b", 1, 1, &three, GN_F64);
    gn_sheet_symbol(&s, "e", 1, 1, &seven, GN_F64);
    gn_sheet_symbol(&s, "v", 2, 1, v, GN_F64);
    gn_sheet_symbol(&s, "M", 2, 2, m, GN_F64);
    gn_sheet_symbol(&s, "r", 1, 2, r, GN_F64);
    gn_sheet_symbol(&s, "f", 1, 1, &f, GN_F32);
    gn_sheet_symbol(&s, "t", 1, 1, &t, GN_F64);
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        const gn_line *line = gn_sheet_compute(&s, 0, true, "", "result", cases[i][0]);
        if (!line) fail_msg("%s: %s", cases[i][0], gn_last_error(b->ctx)->message);
        assert_string_equal(numbers(b, &s, line, 0), cases[i][1]);
        assert_true(again(&s, line) == 0);
    }
    gn_sheet_free(&s);
}

/* A wrong number, a wrong shape and a missing name do not pass. */
static void the_law_can_fail(void **state)
{
    static const double two = 2, five = 5, pair[] = {5, 5};
    bench *b = *state;
    gn_sheet s;
    gn_sheet_open(&s, b->ctx, "");
    gn_sheet_given(&s, 0, "", gn_sheet_symbol(&s, "a", 1, 1, &two, GN_F64));
    gn_line *wrong = gn_sheet_equation(&s, 0, true, "", gn_sheet_symbol(&s, "c", 1, 1, &five, GN_F64), "a + a");
    assert_true(fabs(again(&s, wrong) - 0.2) < 1e-15);
    gn_line *shape = gn_sheet_equation(&s, 0, true, "", gn_sheet_symbol(&s, "d", 2, 1, pair, GN_F64), "a + a");
    assert_true(isinf(again(&s, shape)));
    assert_null(gn_sheet_compute(&s, 0, true, "", "z", "a + later"));
    assert_int_equal(gn_sheet_done(&s), GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-VAR");
    assert_null(gn_sheet_symbol(&s, "later", 1, 1, &two, GN_F64)); /* nothing after the first failure */
    assert_int_equal(s.lines, 3);
    gn_sheet_free(&s);
    gn_sheet_open(&s, b->ctx, "");
    assert_null(gn_sheet_compute(&s, 0, true, "", "z", "1 +"));
    assert_int_equal(gn_sheet_done(&s), GN_USAGE);
    gn_sheet_free(&s);
}

/* What gn_matrix_parse makes of the numbers, which shares no evaluation with the sheet's own. */
static void same_by_formulas(bench *b, const gn_sheet *s, const gn_line *line, size_t *compared)
{
    gn_matrix made;
    const char *text = numbers(b, s, line, 17);
    double value[SIDE * SIDE];
    const gn_symbol *v = line->symbol;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        if (!isfinite(v->value[i])) return; /* formulas leave out 0 times anything */
    if (gn_matrix_parse(&b->arena, text, strlen(text), &made) != GN_OK)
        fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
    assert_true(made.rows == v->rows && made.cols == v->cols);
    assert_int_equal(gn_matrix_eval(b->ctx, &made, NULL, 0, value), GN_OK);
    for (size_t i = 0; i < v->rows * v->cols; i++, ++*compared)
        if (fabs(value[i] - v->value[i]) > 1e-12 * fmax(1, fabs(v->value[i])))
            fail_msg("%s: %s, not %s", text, gn_num(GN_NUM, value[i]), gn_num(GN_NUM, v->value[i]));
}

static bool has_floats(const gn_sheet *s)
{
    for (size_t i = 0; i < s->symbols; i++)
        if (s->symbol[i]->type == GN_F32) return true;
    return false;
}

static void random_sheets_are_read_again(void **state)
{
    uint32_t random = 20260713;
    size_t compared = 0;
    bench *b = *state;
    for (int trial = 0; trial < 120; trial++) {
        gn_sheet s;
        random_sheet(&s, b->ctx, &random, 8, trial % 3 == 2);
        if (gn_sheet_done(&s) != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
        for (size_t i = 0; i < s.lines; i++) {
            double difference = again(&s, s.line[i]);
            if (difference != 0) fail_msg("%s: off by %s", s.line[i]->formula, gn_num(GN_NUM, difference));
            if (s.line[i]->kind == GN_LINE_EQUATION && trial % 3 != 2 && !has_floats(&s))
                same_by_formulas(b, &s, s.line[i], &compared);
        }
        gn_sheet_free(&s);
    }
    assert_true(compared > 20);
}

/* Arrays of more numbers than a text holds. */
static void large_arrays(void **state)
{
    enum { ROWS = 30, COLS = 100 };
    static double w[ROWS * COLS], x[COLS], z[ROWS];
    bench *b = *state;
    gn_sheet s;
    for (size_t i = 0; i < ROWS * COLS; i++) w[i] = (double)((i * 7919) % 1000) / 500 - 1;
    for (size_t i = 0; i < COLS; i++) x[i] = (double)((i * 31) % 17) / 8 - 1;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < COLS; k++) z[i] += w[i * COLS + k] * x[k];
    gn_sheet_open(&s, b->ctx, "large");
    gn_sheet_symbol(&s, "w", ROWS, COLS, w, GN_F64);
    gn_sheet_symbol(&s, "x", 1, COLS, x, GN_F64);
    const gn_line *line = gn_sheet_equation(&s, 0, true, "", gn_sheet_symbol(&s, "z", 1, ROWS, z, GN_F64), "x*w'");
    assert_true(again(&s, line) < 1e-13);
    z[7] += 1e-6;
    line = gn_sheet_equation(&s, 0, true, "", gn_sheet_symbol(&s, "z", 1, ROWS, z, GN_F64), "x*w'");
    assert_true(again(&s, line) > 1e-8);
    gn_sheet_free(&s);
}

/* The formulas of a table's columns hold in every row, and a wrong cell is found. */
static void columns_of_tables(void **state)
{
    enum { ROWS = 300 };
    static double k[ROWS], w[ROWS], p[ROWS];
    const double rate = -0.8, x = 3;
    bench *b = *state;
    gn_sheet s;
    for (size_t i = 0; i < ROWS; i++) k[i] = (double)i, w[i] = i ? w[i - 1] * rate : 5, p[i] = w[i] * x;
    p[7] = NAN; /* not computed in that row */
    gn_sheet_column column[] = {{"k", "k", NULL, k, NULL, false},
                                {"w", "w", "w_prev*rate", w, NULL, false},
                                {"p", "p", "w*x", p, NULL, false}};
    gn_sheet_open(&s, b->ctx, "");
    gn_sheet_symbol(&s, "rate", 1, 1, &rate, GN_F64);
    gn_sheet_symbol(&s, "x", 1, 1, &x, GN_F64);
    assert_true(again(&s, gn_sheet_table(&s, 0, "", 3, ROWS, column)) == 0);
    p[2] += 0.5;
    assert_true(again(&s, gn_sheet_table(&s, 0, "", 3, ROWS, column)) > 0.01);
    p[2] = w[2] * x;
    w[ROWS - 1] = 1;
    p[ROWS - 1] = x;
    assert_true(again(&s, gn_sheet_table(&s, 0, "", 3, ROWS, column)) > 0.9);
    gn_sheet_free(&s);
}

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static void everything(gn_context *ctx, gn_status *built, gn_status *shown)
{
    static const double k[] = {0, 1, 2};
    static const char *const words[] = {"a", "b", "c"};
    static const gn_sheet_column column[] = {{"k", "k", NULL, k, NULL, false}, {"word", NULL, NULL, NULL, words, false}};
    gn_sheet s;
    neuron_sheet(&s, ctx);
    gn_sheet_section(&s, 0, "section %d", 1);
    gn_sheet_text(&s, 0, "words");
    gn_sheet_table(&s, 0, "table", 2, 3, column);
    *built = gn_sheet_done(&s);
    *shown = GN_OK;
    for (int f = 0; f < GN_FORMAT_COUNT && *built == GN_OK && *shown == GN_OK; f++) {
        gn_text t;
        gn_render how;
        gn_render_defaults(&how);
        how.format = (gn_format)f;
        gn_text_init(&t, ctx);
        *shown = gn_sheet_render(&s, &how, &t);
        gn_text_free(&t);
    }
    gn_sheet_free(&s);
}

static void memory_runs_out(void **state)
{
    bool done = false, refused_building = false, refused_showing = false;
    (void)state;
    for (long limit = 0; limit < 4000 && !done; limit += 1 + limit / 40) {
        rig_alloc rig = {0};
        gn_context *ctx = rigged_context(&rig, 1);
        gn_status built, shown;
        rig_leave(&rig, limit);
        everything(ctx, &built, &shown);
        assert_true(built == GN_OK || built == GN_NO_MEMORY);
        assert_true(shown == GN_OK || shown == GN_NO_MEMORY);
        refused_building |= built != GN_OK;
        refused_showing |= shown != GN_OK;
        done = built == GN_OK && shown == GN_OK;
        gn_context_free(ctx);
        assert_int_equal(rig.live, 0);
    }
    assert_true(done && refused_building && refused_showing);
}

/* Where digits cancel, as many are put in as give the printed value again; elsewhere those that were asked for. */
static void digits_that_give_the_value(void **state)
{
    static const struct { double a, b; int asked, digits; const char *numbers; } of[] = {
        {1.5, 10, 6, 6, "1.5 - 10"},
        {0.14927849912345, 0.14925642012345, 6, 9, "0.149278499 - 0.14925642"},
        {10, 10, 6, 6, "10 - 10"},
        {9.999999999999998, 10, 6, 17, "9.999999999999998 - 10"},
        {9.999999999999998, 10, 17, 17, "9.999999999999998 - 10"},
        {1.0001, 1, 3, 9, "1.0001 - 1"},
        {1.0, INFINITY, 6, 6, "1 - inf"},
        {NAN, 1, 6, 6, "nan - 1"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        gn_sheet s;
        int digits;
        gn_sheet_open(&s, b->ctx, "a difference");
        gn_sheet_given(&s, 0, NULL, gn_sheet_symbol(&s, "a", 1, 1, &of[i].a, GN_F64));
        gn_sheet_given(&s, 0, NULL, gn_sheet_symbol(&s, "b", 1, 1, &of[i].b, GN_F64));
        gn_line *line = gn_sheet_compute(&s, 0, true, "difference", "d", "a - b");
        assert_int_equal(gn_line_digits(&s, line, of[i].asked, &digits), GN_OK);
        assert_int_equal(digits, of[i].digits);
        assert_string_equal(numbers(b, &s, line, digits), of[i].numbers);
        gn_sheet_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {BENCH_TEST(the_neuron),   BENCH_TEST(numbers_are_put_in),
                                       BENCH_TEST(the_law_can_fail), BENCH_TEST(digits_that_give_the_value),
                                       BENCH_TEST(random_sheets_are_read_again),
                                       BENCH_TEST(large_arrays), BENCH_TEST(columns_of_tables),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
