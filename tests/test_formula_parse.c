/* test_formula_parse.c -- the grammar: precedence, what is refused and where the caret stands, printing that reads
 * back, lists of assignments. */
#include "formula_test.h"

#include <pthread.h>
#include <stdlib.h>

static void assert_value(bench *b, const char *text, double expected)
{
    gn_binding at[] = {{"x", 3}, {"y", -2}};
    double found = eval(b, parse(b, text), at, 2);
    if (found != expected && !(isnan(found) && isnan(expected)))
        fail_msg("%s is %.17g, not %.17g", text, found, expected);
}

static void precedence(void **state)
{
    bench *b = *state;
    assert_value(b, "2^3^2", 512);
    assert_value(b, "-x^2", -9);
    assert_value(b, "(-x)^2", 9);
    assert_value(b, "2^-x", 0.125);
    assert_value(b, "2^-x*8", 1);
    assert_value(b, "1 - 2 - 3", -4);
    assert_value(b, "8/2/2", 2);
    assert_value(b, "8/-2*2", -8);
    assert_value(b, "2*-x + 1", -5);
    assert_value(b, "1 + 2*3 < 8", 1);
    assert_value(b, "1 - -1", 2);
    assert_value(b, "+x", 3);
    assert_value(b, "where(x > y, x, y)", 3);
    assert_value(b, "where(x == 3, K(-0.5), 1)", -0.5);
    assert_value(b, ".5 + 5. + 1e-1 + 1E1", 15.6);
    assert_value(b, "max (x, y)\n* 2", 6);
    assert_value(b, "x != 3", 0);
    assert_value(b, "1/3*3", 1);
}

static void trees(void **state)
{
    bench *b = *state;
    assert_true(gn_formula_equal(parse(b, "-2*x"), parse(b, "-(2*x)")));
    assert_false(gn_formula_equal(parse(b, "-2*x"), parse(b, "(-2)*x")));
    assert_true(gn_formula_equal(parse(b, "a - b - c"), parse(b, "(a - b) - c")));
    assert_false(gn_formula_equal(parse(b, "a - b - c"), parse(b, "a - (b - c)")));
    assert_true(gn_formula_equal(parse(b, "K(0.5)*x"), parse(b, "0.5*x")));
    assert_true(gn_formula_equal(parse(b, "K(-1)"), parse(b, "-1")));
    assert_true(gn_formula_uses(parse(b, "sin(alpha*x)"), "alpha"));
    assert_false(gn_formula_uses(parse(b, "sin(alpha*x)"), "al"));
    assert_string_equal(text_of(b, parse(b, "( (x) )*((y+1))"), gn_formula_print), "x*(y + 1)");
}

/* Text, code, column of the caret, a part of the message, a part of the hint. */
static const struct {
    const char *text, *code;
    int column;
    const char *message, *hint;
} refused[] = {
    {"", "EXP-EMPTY", 0, "", ""},
    {" \t\n", "EXP-EMPTY", 0, "", ""},
    {"x^2+", "EXP-SYNTAX", 5, "ends", "x^2+\n        ^"},
    {"(x", "EXP-SYNTAX", 1, "never closed", "^"},
    {"x)", "EXP-SYNTAX", 2, "closes nothing", ""},
    {"x y", "EXP-SYNTAX", 3, "operator", "x*y"},
    {"2x", "EXP-SYNTAX", 2, "operator", "2*x"},
    {"2(x)", "EXP-SYNTAX", 2, "operator", "2*("},
    {"(x)(y)", "EXP-SYNTAX", 4, "operator", ")*("},
    {"x**2", "EXP-SYNTAX", 3, "", "^"},
    {"*x", "EXP-SYNTAX", 1, "", ""},
    {"()", "EXP-SYNTAX", 2, "", ""},
    {"x=2", "EXP-SYNTAX", 2, "", "=="},
    {"1<2<3", "EXP-SYNTAX", 4, "chain", ""},
    {"(x, y)", "EXP-SYNTAX", 3, "comma", ""},
    {"x,y", "EXP-SYNTAX", 2, "comma", ""},
    {"foo(x)", "EXP-FUNC", 1, "foo", ""},
    {"sin", "EXP-FUNC", 1, "1 argument", ""},
    {"sin()", "EXP-FUNC", 1, "sin takes 1 argument, got 0", ""},
    {"sin(x,y)", "EXP-FUNC", 1, "sin takes 1 argument, got 2", ""},
    {"2*max(x)", "EXP-FUNC", 3, "max takes 2 arguments, got 1", ""},
    {"max(1,2,3,4,5)", "EXP-FUNC", 1, "got 5", ""},
    {"elu(x,1,2)", "EXP-FUNC", 1, "alpha", ""},
    {"where(x,1)", "EXP-FUNC", 1, "got 2", ""},
    {"K(x)", "EXP-FUNC", 1, "number", ""},
    {"K(1,2)", "EXP-FUNC", 1, "number", ""},
    {"sin + 1", "EXP-FUNC", 1, "sin", ""},
    {"1e999", "EXP-NUM", 1, "too large", ""},
    {"1e-999", "EXP-NUM", 1, "too small", ""},
    {"0x", "EXP-NUM", 1, "", "0*x"},
    {"0x1F", "EXP-NUM", 1, "", ""},
    {"1..2", "EXP-NUM", 3, "point", ""},
    {"1.2.3", "EXP-NUM", 4, "point", ""},
    {"1,5", "EXP-NUM", 2, "comma", "1.5"},
    {"(1,5)*x", "EXP-NUM", 3, "comma", ""},
    {"x\xC2\xB2", "EXP-CHAR", 2, "\xC2\xB2", "write x^2"},
    {"x \xE2\x88\x92 1", "EXP-CHAR", 3, "", "write -"},
    {"\xFF", "EXP-CHAR", 1, "", ""},
    {"2\xC3\x97x", "EXP-CHAR", 2, "", "write *"},
    {"x\x01", "EXP-CHAR", 2, "", ""},
    {"x\x7F", "EXP-CHAR", 2, "", ""},
    {"__import__('os')", "EXP-SYNTAX", 12, "", ""},
    {";rm", "EXP-SYNTAX", 1, "", ""},
    {"`ls`", "EXP-SYNTAX", 1, "", ""},
    {"$(ls)", "EXP-SYNTAX", 1, "", ""},
    {"x; y", "EXP-SYNTAX", 2, "", ""},
    {"[x, y]", "EXP-SYNTAX", 1, "vector", ""},
    {"x'", "EXP-SYNTAX", 2, "", ""},
    {"\"x\"", "EXP-SYNTAX", 1, "", ""},
};

/* The caret is the last byte of the hint, under its column: both lines are indented by 4. */
static void assert_refused(bench *b, const char *text, size_t length, const char *code, int column)
{
    const gn_formula *f = (const gn_formula *)1;
    gn_status s = gn_formula_parse(&b->arena, text, length, &f);
    const gn_error *e = gn_last_error(b->ctx);
    assert_null(f);
    if (s != GN_USAGE || strcmp(e->code, code) != 0) fail_msg("%.60s: %s %s, not %s", text, e->code, e->message, code);
    if (column == 0 || length > 40) return;
    const char *last_line = strrchr(e->hint, '\n');
    assert_non_null(last_line);
    if ((int)strlen(last_line + 1) != column + 4 || last_line[column + 4] != '^')
        fail_msg("%s: the caret is misplaced:\n%s", text, e->hint);
}

static void bad_text_is_refused(void **state)
{
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(refused); i++) {
        assert_refused(b, refused[i].text, strlen(refused[i].text), refused[i].code, refused[i].column);
        const gn_error *e = gn_last_error(b->ctx);
        if (!strstr(e->message, refused[i].message) || !strstr(e->hint, refused[i].hint))
            fail_msg("%s: message '%s', hint '%s'", refused[i].text, e->message, e->hint);
    }
    assert_refused(b, "x\0y", 3, "EXP-CHAR", 0);
}

/* ---- hostile size, on a stack of 128 KiB --------------------------------------------------------------------- */

/* What runs on the other stack answers with NULL when it fails, since cmocka can only fail on its own. */

static char *repeated(const char *unit, size_t times)
{
    size_t n = strlen(unit);
    char *text = malloc(n * times + 2);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++) memcpy(text + i * n, unit, n);
    text[n * times] = 0;
    return text;
}

static void *hostile(void *argument)
{
    static const struct {
        const char *unit;
        size_t times;
        const char *code;
    } cases[] = {
        {"(", 100000, "EXP-DEPTH"},    {"-", 100000, "EXP-DEPTH"},  {"sin(", 100000, "EXP-DEPTH"},
        {"x^", 100000, "EXP-DEPTH"},   {"+x", 500000, "EXP-LIMIT"}, {"a", 1000000, "EXP-LIMIT"},
        {"a", 257, "EXP-LIMIT"},       {"1", 1000000, "EXP-NUM"},   {" ", 1000000, "EXP-LIMIT"},
        {"x*(1+", 30000, "EXP-DEPTH"},
    };
    bench *b = argument;
    for (size_t i = 0; i < GN_COUNT(cases); i++) {
        char *text = repeated(cases[i].unit, cases[i].times);
        const gn_formula *f;
        gn_formula_parse(&b->arena, text, strlen(text), &f);
        free(text);
        if (strcmp(gn_last_error(b->ctx)->code, cases[i].code) == 0) continue;
        print_error("%s repeated: %s, not %s\n", cases[i].unit, gn_last_error(b->ctx)->code, cases[i].code);
        return NULL;
    }
    return b;
}

/* 30,001 terms: long, but read, and every pass copes with the height of their tree. */
static void *long_sum(void *argument)
{
    bench *b = argument;
    char *text = repeated("+x", 30001);
    const gn_formula *f = parse(b, text);
    gn_binding at = {"x", 2};
    bool good = eval(b, f, &at, 1) == 60002 && strcmp(text_of(b, simplify(b, f), gn_formula_print), "30001*x") == 0;
    good = good && strcmp(text_of(b, simplify(b, derive(b, f, "x")), gn_formula_print), "30001") == 0;
    good = good && strlen(text_of(b, f, gn_formula_print)) > 100000 && strlen(text_of(b, f, gn_formula_latex)) > 100000;
    free(text);
    return good ? b : NULL;
}

static void on_small_stack(void *(*run)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *result = NULL;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    assert_int_equal(pthread_create(&thread, &attributes, run, argument), 0);
    pthread_join(thread, &result);
    pthread_attr_destroy(&attributes);
    assert_ptr_equal(result, argument);
}

static void hostile_sizes(void **state)
{
    on_small_stack(hostile, *state);
    on_small_stack(long_sum, *state);
}

static void depth_is_exact(void **state)
{
    bench *b = *state;
    char text[600];
    for (int depth = 255; depth <= 257; depth++) {
        memset(text, '(', (size_t)depth);
        text[depth] = 'x';
        memset(text + depth + 1, ')', (size_t)depth);
        const gn_formula *f;
        gn_status s = gn_formula_parse(&b->arena, text, (size_t)(2 * depth + 1), &f);
        assert_int_equal(s, depth <= 256 ? GN_OK : GN_USAGE);
    }
}

/* ---- printing ------------------------------------------------------------------------------------------------ */

/* A random tree, built upwards from a stack of trees so that no recursion is needed here either. */
static const gn_formula *random_tree(bench *b, uint64_t *seed)
{
    const gn_formula *stack[12];
    int depth = 0;
    for (int left = 14; left > 0 || depth > 1; left--) {
        uint32_t kind = draw(seed) % 10;
        if (depth < 2 || (depth < 12 && left > 0 && kind < 4)) {
            static const char *const names[] = {"x", "y", "alpha", "w_1", "e"};
            static const double numbers[] = {0, 1, 2, 0.5, 1e-8, 3e300, 0.1, 12345678901234567890.0, -7, 5e-324};
            stack[depth++] = draw(seed) % 2 ? gn_formula_name(&b->arena, names[draw(seed) % 5])
                                            : gn_formula_number(&b->arena, numbers[draw(seed) % 10]);
        } else if (kind == 4) {
            stack[depth - 1] = gn_formula_make(&b->arena, GN_F_NEG, stack[depth - 1], NULL);
        } else if (kind == 5) {
            const gn_row *row = gn_row_at(draw(seed) % gn_row_count());
            int n = row->inputs > depth ? depth : row->inputs;
            if (n < row->inputs) continue;
            depth -= n - 1;
            stack[depth - 1] = gn_formula_call(&b->arena, row->name, n, stack + depth - 1);
        } else {
            gn_formula_op op = (gn_formula_op)(GN_F_ADD + draw(seed) % (GN_F_NE - GN_F_ADD + 1));
            if (op == GN_F_NEG) op = GN_F_POW;
            depth--;
            stack[depth - 1] = gn_formula_make(&b->arena, op, stack[depth - 1], stack[depth]);
        }
    }
    return stack[0];
}

static void printed_text_reads_back(void **state)
{
    bench *b = *state;
    uint64_t seed = 2463534242u;
    for (int i = 0; i < 3000; i++) {
        const gn_formula *f = random_tree(b, &seed);
        const char *text = text_of(b, f, gn_formula_print);
        if (!gn_formula_equal(f, parse(b, text)))
            fail_msg("%s reads back as %s", text, text_of(b, parse(b, text), gn_formula_print));
    }
}

static void printed_forms(void **state)
{
    static const char *const forms[] = {
        "x + y",       "x - y - z",   "x - (y - z)", "x*y/z",  "x*(y/z)",  "x/(y*z)",
        "(x + y)*z",   "-x",          "-x*y",        "(-x)*y", "x*(-y)",   "x + (-y)",
        "-(x + y)",    "-(-x)",       "x^2",         "x^y^z",  "(x^y)^z",  "(-x)^2",
        "-x^2",        "x^(-2)",      "x^(y + 1)",   "2^x",    "sin(x)^2", "where(x > 0, x, -x)",
        "(x < y) + 1", "max(x, y, )",
    };
    for (size_t i = 0; i + 1 < GN_COUNT(forms); i++)
        assert_string_equal(text_of(*state, parse(*state, forms[i]), gn_formula_print), forms[i]);
}

static void latex_forms(void **state)
{
    static const char *const forms[][2] = {
        {"x^2", "x^{2}"},
        {"x/y", "\\frac{x}{y}"},
        {"2*x", "2 \\, x"},
        {"2*3", "2 \\cdot 3"},
        {"sqrt(x)", "\\sqrt{x}"},
        {"exp(-x)", "e^{-x}"},
        {"eta*x_1", "\\eta \\, x_{1}"},
        {"w12", "w_{12}"},
        {"sigmoid(z)", "\\sigma\\left(z\\right)"},
        {"(x + 1)^2", "\\left(x + 1\\right)^{2}"},
        {"leaky_relu(x)", "\\operatorname{leaky\\_relu}\\left(x\\right)"},
        {"1e-8", "10^{-8}"},
        {"abs(x)^2", "\\left|x\\right|^{2}"},
        {"exp(x)^2", "\\left(e^{x}\\right)^{2}"},
        {"lr*g", "\\mathit{lr} \\, g"},
        {"x <= 1", "x \\le 1"},
    };
    for (size_t i = 0; i < GN_COUNT(forms); i++)
        assert_string_equal(text_of(*state, parse(*state, forms[i][0]), gn_formula_latex), forms[i][1]);
}

/* ---- assignments --------------------------------------------------------------------------------------------- */

static const struct { const char *name, *declared, *update; } optimisers[] = {
#define OPT(name, state, parameters, ...) {#name, #state " " #parameters, #__VA_ARGS__},
#include "defs/optim.def"
#undef OPT
};

static bool stands_in(const char *word, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool starts = at == text || !strchr(letters, at[-1]),
             ends = !at[strlen(word)] || !strchr(letters, at[strlen(word)]);
        if (starts && ends) return true;
    }
    return false;
}

/* What an update names is the weight, the gradient, the step, a slot or a parameter. */
static void assert_names_declared(bench *b, size_t optimiser, const gn_formula *f)
{
    const char *const *names;
    size_t count;
    assert_int_equal(gn_formula_names(&b->arena, f, &names, &count), GN_OK);
    for (size_t i = 0; i < count; i++)
        if (!stands_in(names[i], "w g t") && !stands_in(names[i], optimisers[optimiser].declared))
            fail_msg("%s names %s, which it does not declare", optimisers[optimiser].name, names[i]);
}

static void every_optimiser_reads(void **state)
{
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(optimisers); i++) {
        const char *update = optimisers[i].update;
        gn_formula_step *steps;
        size_t count;
        assert_int_equal(gn_formula_parse_steps(&b->arena, update, strlen(update), &steps, &count), GN_OK);
        bool sets_weight = false;
        for (size_t k = 0; k < count; k++) {
            sets_weight = sets_weight || strcmp(steps[k].name, "w") == 0;
            assert_true(gn_formula_equal(steps[k].value, parse(b, text_of(b, steps[k].value, gn_formula_print))));
            assert_names_declared(b, i, steps[k].value);
        }
        assert_true(sets_weight);
    }
}

static void one_step_of_adam(void **state)
{
    bench *b = *state;
    const char *text = "m = beta1*m + (1 - beta1)*g; w = w - lr*(m/(1 - powt(beta1)))";
    gn_formula_step *steps;
    size_t count;
    assert_int_equal(gn_formula_parse_steps(&b->arena, text, strlen(text), &steps, &count), GN_OK);
    assert_int_equal(count, 2);
    assert_string_equal(steps[1].name, "w");
    gn_binding at[] = {{"beta1", 0.5}, {"m", 0}, {"g", 4}, {"t", 1}, {"lr", 0.25}, {"w", 1}};
    at[1].value = eval(b, steps[0].value, at, 6);
    assert_true(at[1].value == 2);
    assert_true(eval(b, steps[1].value, at, 6) == 0);
}

static void bad_lists_are_refused(void **state)
{
    static const char *const texts[] = {"v",     "v =",    "= 1",     "v = 1 w = 2", "v = 1;; w = 2",
                                        "2 = v", "v == 1", "v = 1; w"};
    bench *b = *state;
    for (size_t i = 0; i < GN_COUNT(texts); i++) {
        gn_formula_step *steps;
        size_t count;
        assert_int_equal(gn_formula_parse_steps(&b->arena, texts[i], strlen(texts[i]), &steps, &count), GN_USAGE);
        assert_true(!steps && count == 0);
    }
    gn_formula_step *none;
    size_t count;
    assert_int_equal(gn_formula_parse_steps(&b->arena, " ", 1, &none, &count), GN_OK);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(precedence),
        BENCH_TEST(trees),
        BENCH_TEST(bad_text_is_refused),
        BENCH_TEST(hostile_sizes),
        BENCH_TEST(depth_is_exact),
        BENCH_TEST(printed_text_reads_back),
        BENCH_TEST(printed_forms),
        BENCH_TEST(latex_forms),
        BENCH_TEST(every_optimiser_reads),
        BENCH_TEST(one_step_of_adam),
        BENCH_TEST(bad_lists_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
