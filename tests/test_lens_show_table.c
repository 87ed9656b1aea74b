/* test_lens_show_table.c -- arrays, tables and numbers as text: head and tail, summaries and flags, columns that fit the
 * page, the digits asked for. */
#include "show_test.h"

/* ---- arrays and tables ----------------------------------------------------------------------------------------- */

static size_t rows_with(const char *text, const char *mark)
{
    size_t n = 0;
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *end = strchr(line, '\n');
        const char *found = strstr(line, mark);
        n += found && end && found < end;
    }
    return n;
}

static void large_arrays_are_summarised(void **state)
{
    static double value[60 * 50];
    static const double small[] = {0.5, -1.25, 2, 3, 4, 1e-9};
    bench *b = *state;
    gn_sheet s;
    for (size_t i = 0; i < 60 * 50; i++) value[i] = sin((double)i) * (double)(i % 7);
    gn_sheet_open(&s, b->ctx, "arrays");
    gn_sheet_given(&s, 0, "large", gn_sheet_symbol(&s, "A", 60, 50, value, GN_F64));
    value[70] = NAN;
    value[71] = -INFINITY;
    gn_sheet_given(&s, 0, "bad", gn_sheet_symbol(&s, "B", 60, 50, value, GN_F32));
    memset(value, 0, sizeof value);
    gn_sheet_given(&s, 0, "zero", gn_sheet_symbol(&s, "Z", 1, 200, value, GN_F64));
    gn_sheet_given(&s, 0, "small", gn_sheet_symbol(&s, "M", 2, 3, small, GN_F64));
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    const char *text = render(b->ctx, &b->arena, &s, &how);
    assert_true(widest(text) <= 80);
    assert_has(text, "(60,50) n=3000 in [-6, 6] mean");
    assert_int_equal(rows_with(text, "NaN! Inf!"), 1);
    assert_int_equal(rows_with(text, "all-zero"), 1);
    assert_has(text, "M = [[0.5, -1.25, 2], [3, 4, 1e-9]]");
    assert_true(count_of(text, "\n") < 40);
    how.ascii = true;
    assert_int_equal(rows_with(render(b->ctx, &b->arena, &s, &how), "["), 2 * 9 + 3 + 2);
    how = settings(GN_FORMAT_LATEX, 6);
    assert_has(render(b->ctx, &b->arena, &s, &how), "\\cdots");
    assert_int_equal(count_of(render(b->ctx, &b->arena, &s, &how), "\\ddots"), 2);
    gn_sheet_free(&s);
}

static void tables_are_cut(void **state)
{
    static double k[100], w[100];
    static const char *words[100];
    bench *b = *state;
    gn_sheet s;
    for (size_t i = 0; i < 100; i++) k[i] = (double)i, w[i] = 1 / (1 + (double)i), words[i] = i % 2 ? "odd" : "even";
    gn_sheet_column column[] = {{"k", "k", NULL, k, NULL, false},
                                {"w", "w", "1/(1 + k)", w, NULL, false},
                                {"parity", NULL, NULL, NULL, words, false}};
    gn_sheet_open(&s, b->ctx, "table");
    for (size_t rows = 0; rows <= 100; rows += 20) gn_sheet_table(&s, 0, "path", 3, rows, column);
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    const char *text = render(b->ctx, &b->arena, &s, &how);
    assert_int_equal(count_of(text, "where w = 1/(1 + k)"), 6);
    assert_has(text, "(23 of 100 rows)");
    assert_has(text, "   k          w  parity\n");
    assert_has(text, "   0          1  even\n");
    assert_has(text, "  99       0.01  odd\n");
    assert_int_equal(rows_with(text, "odd") + rows_with(text, "even"), 20 + 4 * 23);
    how.rows = 100;
    assert_int_equal(rows_with(render(b->ctx, &b->arena, &s, &how), "odd"), 150);
    how = settings(GN_FORMAT_MARKDOWN, 6);
    assert_has(render(b->ctx, &b->arena, &s, &how), "| k | w | parity |\n| ---: | ---: | --- |\n");
    gn_sheet_free(&s);
}

/* A table wider than the page goes on below with its first column again. */
static void wide_tables_are_parted(void **state)
{
    static const double value[] = {1.23456789e-10, -2.3456789e-10};
    bench *b = *state;
    gn_sheet_column column[20];
    gn_sheet s;
    for (size_t i = 0; i < 20; i++) column[i] = (gn_sheet_column){"column", NULL, NULL, value, NULL, false};
    column[0].title = "first";
    gn_sheet_open(&s, b->ctx, "wide");
    gn_sheet_table(&s, 0, "wide", 20, 2, column);
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    const char *text = render(b->ctx, &b->arena, &s, &how);
    assert_true(widest(text) <= 80);
    assert_true(count_of(text, "first") > 2 && count_of(text, "column") == 19);
    gn_sheet_free(&s);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

static void numbers_have_the_digits_asked_for(void **state)
{
    static const struct { double value; gn_type type; int digits; const char *text; } cases[] = {
        {5.6000000000000005, GN_F64, 6, "a = 5.6\n"},
        {5.6000000000000005, GN_F64, 17, "a = 5.6000000000000005\n"},
        {1.0 / 3, GN_F64, 6, "a = 0.333333\n"},
        {1.0 / 3, GN_F64, 3, "a = 0.333\n"},
        {1e-7, GN_F64, 6, "a = 1e-7\n"},
        {1500000, GN_F64, 6, "a = 1500000\n"},
        {1234567, GN_F64, 6, "a = 1.23457e6\n"},
        {-0.0, GN_F64, 6, "a = 0\n"},
        {(double)0.1f, GN_F32, 17, "a = 0.1\n"},
        {(double)(1.0f / 3), GN_F32, 17, "a = 0.33333334\n"},
        {(double)(1.0f / 3), GN_F32, 6, "a = 0.333333\n"},
        {(double)16777217.0f, GN_F32, 17, "a = 16777216\n"},
        {INFINITY, GN_F64, 6, "a = inf\n"},
        {-INFINITY, GN_F64, 17, "a = -inf\n"},
        {NAN, GN_F32, 6, "a = nan\n"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        gn_sheet s;
        gn_sheet_open(&s, b->ctx, "");
        gn_sheet_given(&s, 0, "", gn_sheet_symbol(&s, "a", 1, 1, &cases[i].value, cases[i].type));
        gn_render how = settings(GN_FORMAT_TEXT, cases[i].digits);
        assert_has(render(b->ctx, &b->arena, &s, &how), cases[i].text);
        gn_sheet_free(&s);
    }
}

static void exact_values_stand_between(void **state)
{
    bench *b = *state;
    gn_sheet s;
    gn_sheet_open(&s, b->ctx, "");
    gn_line *line = gn_sheet_compute(&s, 0, true, "norm", "n", "sqrt(68)");
    ((gn_symbol *)(uintptr_t)line->symbol)->exact = "2*sqrt(17)";
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    assert_has(render(b->ctx, &b->arena, &s, &how), "n = sqrt(68) = 2*sqrt(17) = 8.24621\n");
    how = settings(GN_FORMAT_MARKDOWN, 6);
    assert_has(render(b->ctx, &b->arena, &s, &how), "n &= \\sqrt{68} = 2 \\, \\sqrt{17} = \\boxed{8.24621}");
    gn_sheet_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {BENCH_TEST(large_arrays_are_summarised),
                                       BENCH_TEST(tables_are_cut),
                                       BENCH_TEST(wide_tables_are_parted),
                                       BENCH_TEST(numbers_have_the_digits_asked_for),
                                       BENCH_TEST(exact_values_stand_between)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
