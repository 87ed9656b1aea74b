/* test_formula_matrix.c -- vectors and matrices: what they mean, which shapes fit, and the calculus of several
 * variables. */
#include "formula_test.h"

#include "formula/matrix.h"

static gn_matrix parse_array(bench *b, const char *text)
{
    gn_matrix a;
    if (gn_matrix_parse(&b->arena, text, strlen(text), &a) != GN_OK)
        fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
    return a;
}

static const char *array_text(bench *b, const gn_matrix *a, void (*print)(gn_text *, const gn_matrix *))
{
    gn_text t;
    gn_text_init(&t, b->ctx);
    print(&t, a);
    const char *copy = gn_arena_text(&b->arena, t.at, t.length);
    gn_text_free(&t);
    return copy;
}

static void assert_array(bench *b, const char *what, const gn_matrix *a, const char *expected)
{
    const char *found = array_text(b, a, gn_matrix_print);
    if (strcmp(found, expected) != 0) fail_msg("%s gives %s, not %s", what, found, expected);
    gn_matrix again = parse_array(b, found);
    assert_true(again.rows == a->rows && again.cols == a->cols);
    for (size_t i = 0; i < a->rows * a->cols; i++) assert_true(gn_formula_equal(again.at[i], a->at[i]));
}

/* What is written, and what it is when simplified. */
static const char *const forms[][2] = {
    {"[x, y]", "[x, y]"},
    {"[x, y]'", "[[x, y]]"},
    {"[x, y]''", "[x, y]"},
    {"[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"},
    {"[[1, 2], [3, 4]]'", "[[1, 3], [2, 4]]"},
    {"2*[x, y] + [1, 1]", "[2*x + 1, 2*y + 1]"},
    {"[x, y]/2", "[x/2, y/2]"},
    {"-[x, 3]", "[-x, -3]"},
    {"[[1, 2], [3, 4]]*[x, y]", "[x + 2*y, 3*x + 4*y]"},
    {"[x, y]'*[[2, 0], [0, 8]]*[x, y]/2", "(2*x^2 + 8*y^2)/2"},
    {"dot([1, 2], [x, y])", "x + 2*y"},
    {"sum([x, y, 3])", "x + y + 3"},
    {"[1, 2]*[3, 4]'", "[[3, 4], [6, 8]]"},
    {"norm([2, 8])", "2*sqrt(17)"},
    {"sigmoid([x, y])", "[sigmoid(x), sigmoid(y)]"},
    {"max([x, 1], 0)", "[max(x, 0), 1]"},
    {"[x, y]'*[x, y]", "x^2 + y^2"},
    {"x^2 + 1", "x^2 + 1"},
    {"where(x > 0, [1, 2], [3, 4])", "[where(x > 0, 1, 3), where(x > 0, 2, 4)]"},
    {"sum([[1, 2], [3, 4]]) - 10", "0"},
    {"[3*x]", "3*x"},
    {"[x, 2].*[y, 3]", "[x*y, 6]"},
    {"[x, 2]./[y, 3]", "[x/y, 2/3]"},
    {"[x, 2].^2", "[x^2, 4]"},
    {"2.^[x, 3]", "[2^x, 8]"},
    {"2.*[x, 3] + 1", "[2*x + 1, 7]"},
    {"1 - [x, 3]", "[1 - x, -2]"},
    {"x.*y + 3./z", "3/z + x*y"},
    {"[[1, 2], [3, 4]] + [x, y]'", "[[1 + x, 2 + y], [3 + x, 4 + y]]"},
    {"[x, y]' - [[1, 2], [3, 4]]", "[[x - 1, y - 2], [x - 3, y - 4]]"},
    {"[[1, 2], [3, 4]].*[x, y]", "[[x, 2*x], [3*y, 4*y]]"},
    {"sum_rows([[1, x], [3, 4]])", "[[4, x + 4]]"},
    {"sum_cols([[1, x], [3, 4]])", "[1 + x, 7]"},
    {"sum_rows([[1, 2], [3, 4]])'", "[4, 6]"},
    {"mean([[1, 2], [3, 4]])", "5/2"},
    {"[3, -1] > [1, 1]", "[1, 0]"},
    {"where([[3, -1], [0, 2]] > 0, 1, 0)", "[[1, 0], [0, 1]]"},
    {"leaky_relu([2, -5], 0.2)", "[2, -1]"},
    {"[1, 2].*[3, 4]*2", "[6, 16]"},
    {"[1, 2]'*[3, 4].*2", "22"},
};

static void operations(void **state)
{
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(forms); i++) {
        gn_matrix a = parse_array(b, forms[i][0]), simple;
        assert_int_equal(gn_matrix_simplify(&b->arena, &a, &simple), GN_OK);
        if (strchr(forms[i][0], '/') && simple.rows == 1) continue; /* its value is checked below */
        assert_array(b, forms[i][0], &simple, forms[i][1]);
    }
    gn_matrix q = parse_array(b, "[x, y]'*[[2, 0], [0, 8]]*[x, y]/2");
    gn_binding at[] = {{"x", 3}, {"y", -1}};
    double value;
    assert_int_equal(gn_matrix_eval(b->ctx, &q, at, 2, &value), GN_OK);
    assert_true(value == 13);
}

/* The language of numbers gives what the language of formulas gives when it is evaluated. */
static void numbers_agree_with_formulas(void **state)
{
    static const double values[] = {0.7, -1.3, 2.5};
    static const char *const names[] = {"x", "y", "z"};
    bench *b = *state;
    gn_binding at[3];
    gn_numbers_binding bound[3];
    for (int i = 0; i < 3; i++) {
        at[i] = (gn_binding){names[i], values[i]};
        bound[i] = (gn_numbers_binding){names[i], {1, 1, &values[i]}};
    }
    for (size_t i = 0; i < GN_COUNT(forms); i++) {
        gn_matrix a = parse_array(b, forms[i][0]);
        gn_numbers run;
        double expected[16];
        assert_int_equal(gn_array_run(&b->arena, forms[i][0], strlen(forms[i][0]), bound, 3, &run), GN_OK);
        assert_true(run.rows == a.rows && run.cols == a.cols);
        assert_int_equal(gn_matrix_eval(b->ctx, &a, at, 3, expected), GN_OK);
        for (size_t k = 0; k < a.rows * a.cols; k++)
            if (fabs(run.value[k] - expected[k]) > 1e-15 * fmax(1, fabs(expected[k])))
                fail_msg("%s: element %zu is %s, not %s", forms[i][0], k, gn_num(GN_NUM, run.value[k]),
                         gn_num(GN_NUM, expected[k]));
    }
}

/* A layer of 40 x 300 numbers, more than a text holds; names bound twice; names without a value; 0 times inf. */
static void large_arrays_of_numbers(void **state)
{
    enum { ROWS = 40, COLS = 300 };
    static double w[ROWS * COLS], x[COLS];
    bench *b = *state;
    gn_numbers run;
    double two = 2, zero = 0, infinite = INFINITY;
    for (size_t i = 0; i < ROWS * COLS; i++) w[i] = (double)(i % 7) - 3;
    for (size_t i = 0; i < COLS; i++) x[i] = (double)(i % 5) - 2;
    gn_numbers_binding bound[] = {{"w", {1, 1, &two}},  {"w", {ROWS, COLS, w}}, {"x", {1, COLS, x}},
                                {"o", {1, 1, &zero}}, {"h", {1, 1, &infinite}}};
    assert_int_equal(gn_array_run(&b->arena, "relu(x*w' - 1)", 14, bound, 5, &run), GN_OK);
    assert_true(run.rows == 1 && run.cols == ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (size_t k = 0; k < COLS; k++) sum += x[k] * w[i * COLS + k];
        assert_true(run.value[i] == (sum > 1 ? sum - 1 : 0));
    }
    assert_int_equal(gn_array_run(&b->arena, "o*h + sum([o, 1]*[1, h]')", 25, bound, 5, &run), GN_OK);
    assert_true(isnan(run.value[0]));
    assert_int_equal(gn_array_run(&b->arena, "x*v", 3, bound, 5, &run), GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-VAR");
    assert_int_equal(gn_array_run(&b->arena, "x + [1, 2]'", 11, bound, 5, &run), GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-SHAPE");
}

static void misfits_are_refused(void **state)
{
    static const char *const texts[][2] = {
        {"[1, 2] + [1, 2, 3]", "EXP-SHAPE"},
        {"[1, 2]*[3, 4]", "EXP-SHAPE"},
        {"[[1, 2], [3]]", "EXP-SHAPE"},
        {"[1, [2, 3]]", "EXP-SHAPE"},
        {"[1, 2]^2", "EXP-SHAPE"},
        {"1/[1, 2]", "EXP-SHAPE"},
        {"[1, 2] + [[1, 2], [3, 4], [5, 6]]", "EXP-SHAPE"},
        {"[1, 2] + [1, 2, 3]'", "EXP-SHAPE"},
        {"[1, 2] < [3, 4, 5]", "EXP-SHAPE"},
        {"[1, 2].*[3, 4, 5]", "EXP-SHAPE"},
        {"[1, 2]./[3, 4]'", "EXP-SHAPE"},
        {"where([1, 2] > 0, [1, 2, 3], 0)", "EXP-SHAPE"},
        {"x..*y", "EXP-SYNTAX"},
        {"x .* * y", "EXP-SYNTAX"},
        {"x.y", "EXP-SYNTAX"},
        {"max([1, 2], [1, 2, 3])", "EXP-SHAPE"},
        {"dot([1, 2], 1)", "EXP-SHAPE"},
        {"[]", "EXP-SYNTAX"},
        {"[1, 2", "EXP-SYNTAX"},
        {"1, 2]", "EXP-NUM"},
        {"[1 2]", "EXP-SYNTAX"},
        {"[1, 2)", "EXP-SYNTAX"},
        {"(1]", "EXP-SYNTAX"},
        {"'x", "EXP-SYNTAX"},
        {"dot([1, 2])", "EXP-FUNC"},
        {"sum", "EXP-FUNC"},
        {"norm(1, 2)", "EXP-FUNC"},
        {"K([1, 2])", "EXP-FUNC"},
        {"sin([1, 2], 3)", "EXP-FUNC"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(texts); i++) {
        gn_matrix a;
        assert_int_equal(gn_matrix_parse(&b->arena, texts[i][0], strlen(texts[i][0]), &a), GN_USAGE);
        assert_null(a.at);
        if (strcmp(gn_last_error(b->ctx)->code, texts[i][1]) != 0)
            fail_msg("%s: %s", texts[i][0], gn_last_error(b->ctx)->message);
    }
}

/* A hundred thousand brackets, lists too long, products too large. */
static void hostile_arrays(void **state)
{
    static const struct {
        const char *start, *unit, *end;
        int times;
        const char *code;
    } cases[] = {
        {"", "[", "", 60000, "EXP-DEPTH"},
        {"[", "1,", "1]", 30000, "EXP-LIMIT"},
        {"[x, y]", "'", "", 60000, NULL},
        {"", "[1,", "", 20000, "EXP-DEPTH"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        gn_text t;
        gn_matrix a;
        gn_text_init(&t, b->ctx);
        gn_text_puts(&t, cases[i].start);
        for (int k = 0; k < cases[i].times; k++) gn_text_puts(&t, cases[i].unit);
        gn_text_puts(&t, cases[i].end);
        gn_status s = gn_matrix_parse(&b->arena, t.at, t.length, &a);
        gn_text_free(&t);
        assert_int_equal(s, cases[i].code ? GN_USAGE : GN_OK);
        if (cases[i].code) assert_string_equal(gn_last_error(b->ctx)->code, cases[i].code);
    }
}

static void calculus(void **state)
{
    static const char *const names[] = {"x", "y"};
    bench *b = *state;
    gn_matrix r, f;
    assert_int_equal(gn_matrix_gradient(&b->arena, parse(b, "x^2 + 4*y^2"), names, 2, &r), GN_OK);
    assert_array(b, "gradient", &r, "[2*x, 8*y]");
    assert_int_equal(gn_matrix_hessian(&b->arena, parse(b, "x^2 + 4*y^2"), names, 2, &r), GN_OK);
    assert_array(b, "Hessian", &r, "[[2, 0], [0, 8]]");
    f = parse_array(b, "[x^2 + y, 2*x + 3*y]");
    assert_int_equal(gn_matrix_jacobian(&b->arena, &f, names, 2, &r), GN_OK);
    assert_array(b, "Jacobian", &r, "[[2*x, 1], [2, 3]]");
    assert_int_equal(gn_matrix_derive(&b->arena, &f, "x", &r), GN_OK);
    assert_array(b, "derivative", &r, "[2*x, 2]");
    const gn_formula *two[] = {parse(b, "x*y"), parse(b, "sin(x)")};
    assert_int_equal(gn_matrix_column(&b->arena, two, 2, &f), GN_OK);
    assert_int_equal(gn_matrix_jacobian(&b->arena, &f, names, 2, &r), GN_OK);
    assert_array(b, "Jacobian of two formulas", &r, "[[y, x], [cos(x), 0]]");
    assert_string_equal(array_text(b, &f, gn_matrix_latex),
                        "\\begin{pmatrix} x \\, y \\\\ \\sin\\left(x\\right) \\end{pmatrix}");
    gn_matrix matrix = parse_array(b, "[[x, y], [1, z]]");
    assert_int_equal(gn_matrix_jacobian(&b->arena, &matrix, names, 2, &r), GN_USAGE);
    const char *const *found;
    size_t count;
    assert_int_equal(gn_matrix_names(&b->arena, &matrix, &found, &count), GN_OK);
    assert_int_equal(count, 3);
    assert_string_equal(found[2], "z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {BENCH_TEST(operations), BENCH_TEST(numbers_agree_with_formulas),
                                       BENCH_TEST(large_arrays_of_numbers), BENCH_TEST(misfits_are_refused),
                                       BENCH_TEST(hostile_arrays), BENCH_TEST(calculus)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
