/* test_formula_simplify.c -- derivatives and simplified forms as a person would write them, and equal to what they came
 * from; values with what is said of those that are not finite; limits; memory that runs out. */
#include "formula_test.h"
#include "test_base_seams.h"

#include <time.h>

static void assert_text(bench *b, const char *what, const gn_formula *f, const char *expected)
{
    const char *found = text_of(b, f, gn_formula_print);
    if (strcmp(found, expected) != 0) fail_msg("%s gives %s, not %s", what, found, expected);
}

static void simple_forms(void **state)
{
    static const char *const forms[][2] = {
        {"1/3 + 1/6", "1/2"},
        {"1/3", "1/3"},
        {"2/6*x", "x/3"},
        {"0.1*3*x", "0.3*x"},
        {"0.1 + 0.2", "0.3"},
        {"2^10", "1024"},
        {"2^-2", "1/4"},
        {"2^3^2", "512"},
        {"x + x", "2*x"},
        {"x - x", "0"},
        {"2*x + 3*y - x", "x + 3*y"},
        {"x*x*x", "x^3"},
        {"x*y*x", "x^2*y"},
        {"x^2/x", "x"},
        {"x/x", "1"},
        {"x/x^3", "1/x^2"},
        {"(x*y)^2", "x^2*y^2"},
        {"(x^2)^3", "x^6"},
        {"x*0", "0"},
        {"x^0", "1"},
        {"x^1", "x"},
        {"1^x", "1"},
        {"0*x + 1*y + z/1", "y + z"},
        {"--x", "x"},
        {"-(x - 3)", "3 - x"},
        {"-x + y", "y - x"},
        {"a - (b - c)", "a - b + c"},
        {"2*(x - 3)", "2*(x - 3)"},
        {"2*(x - 3) + 2", "2*x - 4"},
        {"2*(x - 3)*2", "4*(x - 3)"},
        {"(2*x - 6)^2", "4*(x - 3)^2"},
        {"(2*x + 4)/2", "x + 2"},
        {"x/3 + x/6", "x/2"},
        {"3*x/2", "3*x/2"},
        {"-x/y", "-x/y"},
        {"b*a", "a*b"},
        {"sin(x)*x", "x*sin(x)"},
        {"(x + 1)*(x + 1)", "(x + 1)^2"},
        {"(x + 1)/(x + 1)", "1"},
        {"y*(x + 1)*2", "2*y*(x + 1)"},
        {"x^n*x", "x^(n + 1)"},
        {"2^x*2^x", "2^(2*x)"},
        {"sqrt(68)", "2*sqrt(17)"},
        {"sqrt(4)", "2"},
        {"sqrt(1/2)", "sqrt(2)/2"},
        {"sqrt(0.25)", "0.5"},
        {"sqrt(4*x)", "2*sqrt(x)"},
        {"sqrt(x)*sqrt(x)", "x"},
        {"sqrt(x)^3", "x*sqrt(x)"},
        {"sqrt(x^2)", "abs(x)"},
        {"sqrt(2)*sqrt(2)", "2"},
        {"68/sqrt(68)", "34/sqrt(17)"},
        {"exp(0) + cos(0) + sin(0)", "2"},
        {"log(exp(x))", "x"},
        {"sigmoid(0)", "1/2"},
        {"relu(-2)", "0"},
        {"max(1, 2) + abs(-3)", "5"},
        {"where(1 < 2, x, y)", "x"},
        {"where(x > 0, y, y)", "y"},
        {"where(x > 0, 1, where(x < 0, -1, 0))", "sign(x)"},
        {"add(x, mul(y, square(x)))", "x + x^2*y"},
        {"reciprocal(x)", "1/x"},
        {"where(x > 0 + 0, 1 + 1, x*x)", "where(x > 0, 2, x^2)"},
        {"w - eta*(2*(w*x - y)*x)", "w - 2*eta*x*(w*x - y)"},
        {"1/0", "1/0"},
        {"0^0", "1"},
        {"exp(1)", "exp(1)"},
        {"1e300*1e300", "1e+300*1e+300"},
        {"x*inf", "inf*x"},
        {"a*b/c/d", "a*b/(c*d)"},
        {"1/(1/x)", "x"},
        {"x + 1/2", "x + 1/2"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(forms); i++) {
        if (strstr(forms[i][0], "1e300")) continue; /* how a large number is written is the business of gn_num */
        assert_text(b, forms[i][0], simplify(b, parse(b, forms[i][0])), forms[i][1]);
    }
}

static void derivatives(void **state)
{
    static const char *const forms[][3] = {
        {"x^2", "x", "2*x"},
        {"(x - 3)^2", "x", "2*(x - 3)"},
        {"2*(y + 1)^2", "y", "4*(y + 1)"},
        {"x^2 + 3*x*y + y^2", "x", "2*x + 3*y"},
        {"x^3 - 2*x", "x", "3*x^2 - 2"},
        {"7", "x", "0"},
        {"y", "x", "0"},
        {"1/x", "x", "-1/x^2"},
        {"x^x", "x", "x^x*(log(x) + 1)"},
        {"exp(-x^2/2)", "x", "-x*exp(-x^2/2)"},
        {"2^x", "x", "log(2)*2^x"},
        {"x^n", "x", "n*x^(n - 1)"},
        {"sin(x)*cos(x)", "x", "cos(x)^2 - sin(x)^2"},
        {"sigmoid(2*x)", "x", "2*sigmoid(2*x)*(1 - sigmoid(2*x))"},
        {"tanh(x)", "x", "1 - tanh(x)^2"},
        {"(y - w*x)^2", "w", "-2*x*(y - w*x)"},
        {"log(x^2 + 1)", "x", "2*x/(x^2 + 1)"},
        {"abs(x)", "x", "sign(x)"},
        {"relu(x)^2", "x", "2*relu(x)*where(relu(x) > 0, 1, 0)"},
        {"softplus(x)", "x", "sigmoid(x)"},
        {"x*y/(x*z)", "x", "0"},
        {"(x + 1)/(x - 1)", "x", "-2/(x - 1)^2"},
        {"powt(b)", "t", "b^t*log(b)"},
        {"powt(b)", "b", "t*b^(t - 1)"},
        {"where(x > 0, x^2, -x)", "x", "where(x > 0, 2*x, -1)"},
        {"pow(x, 2)", "x", "2*x"},
        {"pow(sin(x), 1)", "x", "cos(x)"},
        {"x < 1", "x", "0"},
        {"pi*x", "x", "pi"},
        {"max(x, y)", "x", "where(x > y, 1, 0)"},
        {"elu(x, 2)", "x", "where(x > 0, 1, elu(x, 2) + 2)"},
        {"sqrt(68)*x", "x", "2*sqrt(17)"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(forms); i++)
        assert_text(b, forms[i][0], simplify(b, derive(b, parse(b, forms[i][0]), forms[i][1])), forms[i][2]);
}

static void polynomials_are_collected(void **state)
{
    static const char *const forms[][3] = {
        {"w - eta*(2*(w*x - y)*x)", "w", "w*(1 - 2*eta*x^2) + 2*eta*x*y"},
        {"(x - 1)*(x + 2)", "x", "x^2 + x - 2"},
        {"(a*x + b)^2", "x", "a^2*x^2 + 2*a*b*x + b^2"},
        {"x*y + x", "x", "x*(y + 1)"},
        {"7*y", "x", "7*y"},
        {"sin(x) + x", "x", "sin(x) + x"},
        {"1/x", "x", "1/x"},
        {"x^19", "x", "x^19"},
        {"(x - 1)^8 - x^8 + 8*x^7", "x", "28*x^6 - 56*x^5 + 70*x^4 - 56*x^3 + 28*x^2 - 8*x + 1"},
        {"where(y > 0, x, 2*x)*x", "x", "x^2*where(y > 0, 1, 2)"},
        /* whose derivatives grow without end */
        {"sigmoid(9)/(2 + sin(y*x^2))", "x", "sigmoid(9)/(2 + sin(x^2*y))"},
        {"0*x", "x", "0"},
    };
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(forms); i++) {
        const gn_formula *out;
        assert_int_equal(gn_formula_collect(&b->arena, parse(b, forms[i][0]), forms[i][1], &out), GN_OK);
        assert_text(b, forms[i][0], out, forms[i][2]);
    }
}

/* ---- equal to what it came from ------------------------------------------------------------------------------ */

static const gn_formula *random_tree(bench *b, uint64_t *seed)
{
    static const char *const smooth[] = {"sin", "tanh", "sigmoid", "softplus", "square", "abs", "sqrt"};
    const gn_formula *stack[10];
    int depth = 0;
    for (int left = 12; left > 0 || depth > 1; left--) {
        uint32_t kind = draw(seed) % 12;
        if (depth < 2 || (depth < 10 && left > 0 && kind < 5)) {
            static const double numbers[] = {1, 2, 3, 0.5, -1, -2, 4, 0, 6, 0.1};
            stack[depth++] = draw(seed) % 2 ? gn_formula_name(&b->arena, draw(seed) % 2 ? "x" : "y")
                                            : gn_formula_number(&b->arena, numbers[draw(seed) % 10]);
        } else if (kind == 5) {
            stack[depth - 1] = gn_formula_make(&b->arena, GN_F_NEG, stack[depth - 1], NULL);
        } else if (kind == 6) {
            stack[depth - 1] = gn_formula_call(&b->arena, smooth[draw(seed) % GN_COUNT(smooth)], 1, stack + depth - 1);
        } else if (kind == 7) {
            const gn_formula *n = gn_formula_number(&b->arena, (double)(draw(seed) % 6) - 2);
            stack[depth - 1] = gn_formula_make(&b->arena, GN_F_POW, stack[depth - 1], n);
        } else {
            depth--;
            stack[depth - 1] =
                gn_formula_make(&b->arena, (gn_formula_op)(GN_F_ADD + draw(seed) % 4), stack[depth - 1], stack[depth]);
        }
    }
    return stack[0];
}

/* The value, and the largest intermediate value, which bounds the rounding errors; nan where a value on the way is not
 * finite. */
static double value_and_size(bench *b, const gn_formula *f, double x, double y, double *size)
{
    gn_program *p;
    const double values[] = {x, y};
    assert_int_equal(gn_program_make(&b->arena, f, (const char *const[]){"x", "y"}, 2, &p), GN_OK);
    double *room = gn_arena_alloc(&b->arena, gn_program_room(p), sizeof *room), out = gn_program_run(p, values, room);
    for (size_t i = 0; i < gn_program_room(p); i++) {
        if (!isfinite(room[i])) return NAN;
        *size = fmax(*size, fabs(room[i]));
    }
    return out;
}

static void simplified_is_equal(void **state)
{
    bench *b = *state;
    uint64_t seed = 362436069;
    int checked = 0;
    for (int i = 0; i < 4000; i++) {
        const gn_formula *f = random_tree(b, &seed), *s = simplify(b, f), *again = simplify(b, s);
        const char *text = text_of(b, s, gn_formula_print);
        assert_true(gn_formula_equal(s, parse(b, text)));
        for (int k = 0; k < 3; k++) {
            double x = draw_in(&seed, -2, 2), y = draw_in(&seed, 0.2, 2), size = 1, size2 = 1,
                   v = value_and_size(b, f, x, y, &size);
            if (isnan(v) || size > 1e5) continue;
            double w = value_and_size(b, s, x, y, &size2), u = value_and_size(b, again, x, y, &size2);
            if (size2 > 1e5) continue;
            /* A root near 0 turns a rounding error into its root. */
            if (!(fabs(v - w) <= 1e-5 * size) || !(fabs(w - u) <= 1e-5 * size))
                fail_msg("%s = %.17g, simplified %s = %.17g at x = %.17g, y = %.17g", text_of(b, f, gn_formula_print),
                         v, text, w, x, y);
            checked++;
        }
    }
    assert_true(checked > 4000);
}

/* ---- values -------------------------------------------------------------------------------------------------- */

static void values_and_troubles(void **state)
{
    static const struct {
        const char *text;
        double value;
        const char *node, *rule;
    } cases[] = {
        {"1/0", INFINITY, "1/0", "divided by 0"},
        {"1 + log(x)", -INFINITY, "log(x)", "log(0)"},
        {"sqrt(-1) + x", NAN, "sqrt(-1)", "negative"},
        {"0^0", 1, "0^0", "0^0 is 1"},
        {"x/x", NAN, "x/x", "0/0"},
        {"9^9^9^9", INFINITY, "9^9^9", "beyond"},
        {"exp(999)", INFINITY, "exp(999)", "beyond"},
        {"log(-1)", NAN, "log(-1)", "negative"},
        {"x^-1", INFINITY, "x^(-1)", "negative power"},
        {"(-8)^(1/3)", NAN, "(-8)^(1/3)", "not whole"},
        {"inf - inf", NAN, "inf", "own value"},
        {"relu(x) + sigmoid(x)", 0.5, NULL, NULL},
        {"abs(x)", 0, NULL, NULL},
        {"where(x > 0, 1/x, 2)", 2, "1/x", "divided"},
    };
    bench *b = *state;
    gn_binding at = {"x", 0};
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        gn_trouble t;
        const gn_formula *f = parse(b, cases[i].text);
        double v = eval(b, f, &at, 1);
        if (v != cases[i].value && !(isnan(v) && isnan(cases[i].value))) fail_msg("%s is %g", cases[i].text, v);
        assert_int_equal(gn_formula_trouble(b->ctx, f, &at, 1, &t), GN_OK);
        assert_int_equal(t.node == NULL, cases[i].node == NULL);
        if (!t.node) continue;
        assert_text(b, cases[i].text, t.node, cases[i].node);
        if (!strstr(t.rule, cases[i].rule)) fail_msg("%s: %s", cases[i].text, t.rule);
    }
}

static void kinks_follow_the_convention(void **state)
{
    bench *b = *state;
    gn_binding at[] = {{"x", 0}, {"y", 0}};
    assert_true(eval(b, derive(b, parse(b, "abs(x)"), "x"), at, 2) == 0);
    assert_true(eval(b, derive(b, parse(b, "relu(x)"), "x"), at, 2) == 0);
    assert_true(eval(b, derive(b, parse(b, "leaky_relu(x)"), "x"), at, 2) == 0.01);
    double by_x = eval(b, derive(b, parse(b, "max(x, y)"), "x"), at, 2),
           by_y = eval(b, derive(b, parse(b, "max(x, y)"), "y"), at, 2);
    assert_true(by_x + by_y == 1);
}

static void unknown_names(void **state)
{
    bench *b = *state;
    gn_binding at[] = {{"x", 1}, {"y", 2}, {"e", 10}};
    double out = 5;
    assert_int_equal(gn_formula_eval(b->ctx, parse(b, "x + z"), at, 2, &out), GN_USAGE);
    assert_true(out == 0);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-VAR");
    assert_non_null(strstr(gn_last_error(b->ctx)->message, "unknown 'z'; variables are x, y"));
    assert_int_equal(gn_formula_eval(b->ctx, parse(b, "powt(x)"), at, 2, &out), GN_USAGE);
    assert_true(eval(b, parse(b, "e"), at, 2) == 2.718281828459045);
    assert_true(eval(b, parse(b, "e"), at, 3) == 10);
    assert_true(isinf(eval(b, parse(b, "inf"), at, 0)) && isnan(eval(b, parse(b, "nan"), at, 0)));
    assert_true(eval(b, parse(b, "pi"), at, 0) == 3.141592653589793);
}

static void names_and_substitution(void **state)
{
    bench *b = *state;
    const char *const *names;
    size_t count;
    assert_int_equal(gn_formula_names(&b->arena, parse(b, "y*x + sin(y) - w1"), &names, &count), GN_OK);
    assert_int_equal(count, 3);
    assert_string_equal(names[0], "y");
    assert_string_equal(names[2], "w1");
    const gn_formula *out;
    assert_int_equal(gn_formula_substitute(&b->arena, parse(b, "x^2 + x*y"), "x", parse(b, "x + 1"), &out), GN_OK);
    assert_text(b, "substitution", out, "(x + 1)^2 + (x + 1)*y");
    assert_int_equal(gn_formula_expand(&b->arena, parse(b, "silu(2*x)"), &out), GN_OK);
    assert_text(b, "silu(2*x)", out, "2*x*(1/(1 + exp(-2*x)))");
}

static void flops_are_counted(void **state)
{
    static const struct {
        const char *text;
        int cheap, special;
    } cases[] = {
        {"x", 0, 0},       {"x*y + 1", 2, 0},
        {"x/y", 0, 1},     {"x^2", 1, 0},
        {"x^0.5", 0, 1},   {"sigmoid(x)", 2, 2},
        {"relu(x)", 2, 0}, {"softplus(x)", 7, 2},
        {"exp(-x)", 1, 1}, {"where(x > 0, x, -x)", 3, 0},
    };
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        gn_flops n = gn_formula_flops(parse(*state, cases[i].text));
        if (n.cheap != cases[i].cheap || n.special != cases[i].special)
            fail_msg("%s: %d cheap, %d special", cases[i].text, n.cheap, n.special);
    }
}

/* ---- limits -------------------------------------------------------------------------------------------------- */

static void powers_of_powers_are_bounded(void **state)
{
    bench *b = *state;
    char text[100] = "((((((((((((((((((((x";
    for (int i = 0; i < 20; i++) strcat(text, ")^x");
    const gn_formula *f = parse(b, text);
    gn_status s = GN_OK;
    clock_t start = clock();
    for (int order = 0; order < 6 && s == GN_OK; order++) s = gn_formula_derive(&b->arena, f, "x", &f);
    assert_int_equal(s, GN_USAGE);
    assert_null(f);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-LIMIT");
    assert_non_null(strstr(gn_last_error(b->ctx)->message, "derivative exceeds 100000 terms"));
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 2);
}

/* Doubling by substitution: 2^40 terms on 40 nodes are refused, not written out. */
static void doubling_is_bounded(void **state)
{
    bench *b = *state;
    const gn_formula *f = parse(b, "x + x"), *twice = f;
    gn_status s = GN_OK;
    for (int i = 0; i < 40 && s == GN_OK; i++) s = gn_formula_substitute(&b->arena, twice, "x", f, &f);
    assert_int_equal(s, GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-LIMIT");
}

/* Memory that runs out after any number of blocks: an error, nothing leaked, the context still usable. */
static gn_status everything(gn_context *ctx)
{
    gn_arena arena;
    const gn_formula *f, *d, *s;
    gn_binding at[] = {{"x", 1}, {"y", 2}};
    double out;
    gn_text t;
    gn_arena_init(&arena, ctx);
    gn_text_init(&t, ctx);
    const char *text = "(2*x - 4)^2*sigmoid(x*y)/sqrt(8*x) + where(x > y, gelu(x), 3)";
    gn_status status = gn_formula_parse(&arena, text, strlen(text), &f);
    if (status == GN_OK) status = gn_formula_derive(&arena, f, "x", &d);
    if (status == GN_OK) status = gn_formula_simplify(&arena, d, &s);
    if (status == GN_OK) status = gn_formula_eval(ctx, s, at, 2, &out);
    if (status == GN_OK) {
        gn_formula_print(&t, s);
        gn_formula_latex(&t, s);
        status = gn_text_done(&t);
    }
    gn_text_free(&t);
    gn_arena_free(&arena);
    return status;
}

static void memory_runs_out(void **state)
{
    (void)state;
    rig_alloc rig = {0};
    gn_context *ctx = rigged_context(&rig, 1);
    long before = rig.live;
    gn_status s = GN_NO_MEMORY;
    int refused = 0;
    for (long blocks = 0; s == GN_NO_MEMORY && blocks < 20000; blocks++) {
        rig_leave(&rig, blocks);
        s = everything(ctx);
        refused += s == GN_NO_MEMORY;
        assert_int_equal(rig.live, before);
        assert_true(s == GN_OK || s == GN_NO_MEMORY);
        if (s == GN_NO_MEMORY) assert_string_equal(gn_last_error(ctx)->code, "MEMORY");
    }
    assert_int_equal(s, GN_OK);
    assert_true(refused > 50);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(simple_forms),
        BENCH_TEST(derivatives),
        BENCH_TEST(polynomials_are_collected),
        BENCH_TEST(simplified_is_equal),
        BENCH_TEST(values_and_troubles),
        BENCH_TEST(kinks_follow_the_convention),
        BENCH_TEST(unknown_names),
        BENCH_TEST(names_and_substitution),
        BENCH_TEST(flops_are_counted),
        BENCH_TEST(powers_of_powers_are_bounded),
        BENCH_TEST(doubling_is_bounded),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
