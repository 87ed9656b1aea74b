/* test_formula_rows.c -- the laws that every row of defs/pointwise.def obeys: its slope is the derivative of its value,
 * symbolically and by differences, and again for the derivative of the slope; its text reads back; its LaTeX balances;
 * its numbers are finite where they exist. */
#include "formula_test.h"

enum { POINTS = 200, ENOUGH = 30 };

static const char *const input_names[] = {"x", "y", "z"};

/* The inputs at random, then the parameters at their defaults, then the result under its own name. */
typedef struct setting { gn_binding at[8]; size_t count, result; } setting;

static void set_inputs(setting *s, const gn_row *row, uint64_t *seed)
{
    gn_parameter parameter[3];
    static char names[3][32];
    s->count = 0;
    for (int i = 0; i < row->inputs; i++) s->at[s->count++] = (gn_binding){input_names[i], draw_in(seed, -3.5, 3.5)};
    int parameters = gn_row_parameters(row, parameter);
    for (int i = 0; i < parameters; i++) {
        snprintf(names[i], sizeof names[i], "%.*s", (int)parameter[i].length, parameter[i].name);
        s->at[s->count++] = (gn_binding){names[i], parameter[i].value};
    }
    s->result = s->count++;
    s->at[s->result] = (gn_binding){gn_row_result(row), 0};
}

static void assert_close(const char *what, const gn_row *row, const setting *s, double a, double b, double tolerance)
{
    double scale = fmax(fmax(fabs(a), fabs(b)), tolerance < 1e-8 ? 1e-300 : 1);
    if (fabs(a - b) <= tolerance * scale) return;
    fail_msg("%s: %s at x = %.17g, y = %.17g: %.17g against %.17g", row->name, what, s->at[0].value, s->at[1].value, a,
             b);
}

/* Law 1: the slope's text is the symbolic derivative of the value's text. */
static void check_symbolic(bench *b, const gn_row *row, int input)
{
    const gn_formula *value = parse(b, row->value), *slope = parse(b, row->slope[input]),
                     *derived = derive(b, value, input_names[input]);
    const gn_formula *simple = simplify(b, derived);
    uint64_t seed = 88172645463325252u;
    int checked = 0;
    for (int i = 0; i < POINTS; i++) {
        setting s;
        set_inputs(&s, row, &seed);
        s.at[s.result].value = eval(b, value, s.at, s.result);
        double told = eval(b, slope, s.at, s.count), found = eval(b, derived, s.at, s.result),
               found2 = eval(b, simple, s.at, s.result);
        if (!isfinite(told) && !isfinite(found)) continue;
        assert_close("slope and derivative of the value", row, &s, told, found, 1e-9);
        assert_close("derivative and its simplified form", row, &s, found, found2, 1e-9);
        checked++;
    }
    assert_true(checked >= ENOUGH);
}

static double moved(bench *b, const gn_formula *f, setting s, int input, double by)
{
    s.at[input].value += by;
    return eval(b, f, s.at, s.result);
}

/* The central difference of step h, from two steps so that its own error shows; nan next to a kink or a pole, where the
 * quotients to both sides, or of both steps, disagree. */
static double quotient(bench *b, const gn_formula *f, const setting *s, int input, double tolerance)
{
    const double h = 1e-4;
    double here = eval(b, f, s->at, s->result), up = moved(b, f, *s, input, h), down = moved(b, f, *s, input, -h);
    double near_up = moved(b, f, *s, input, h / 2), near_down = moved(b, f, *s, input, -h / 2);
    double wide = (up - down) / (2 * h), narrow = (near_up - near_down) / h, best = (4 * narrow - wide) / 3;
    if (!(fabs((up - here) - (here - down)) <= 1e-2 * (h + fabs(up - down)))) return NAN;
    return fabs(wide - narrow) <= 10 * tolerance * fmax(1, fabs(best)) ? best : NAN;
}

/* Law 2: `slope` is the difference quotient of `value`. Returns how many points could be checked. */
static int check_difference(bench *b, const gn_row *row, const gn_formula *value, const gn_formula *slope, int input,
                            double tolerance)
{
    uint64_t seed = 4101842887655102017u;
    int checked = 0;
    for (int i = 0; i < POINTS; i++) {
        setting s;
        set_inputs(&s, row, &seed);
        s.at[s.result].value = eval(b, value, s.at, s.result);
        double expected = quotient(b, value, &s, input, tolerance);
        if (isnan(expected)) continue;
        assert_close("slope and difference quotient", row, &s, eval(b, slope, s.at, s.count), expected, tolerance);
        checked++;
    }
    return checked;
}

static void slopes_are_derivatives(void **state)
{
    for (size_t r = 0; r < gn_row_count(); r++) {
        const gn_row *row = gn_row_at(r);
        if (strcmp(row->name, "powt") == 0) continue; /* names t, which no input is */
        for (int input = 0; input < row->inputs; input++) {
            check_symbolic(*state, row, input);
            int checked =
                check_difference(*state, row, parse(*state, row->value), parse(*state, row->slope[input]), input, 1e-7);
            assert_true(checked >= ENOUGH);
        }
    }
}

/* A call of the row, derived twice, against differences of the once derived; of the parameters too. */
static void second_derivatives(void **state)
{
    bench *b = *state;
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        const gn_row *row = gn_row_at(r);
        const gn_formula *arg[3];
        for (int i = 0; i < row->inputs; i++) arg[i] = gn_formula_name(&b->arena, input_names[i]);
        const gn_formula *call = gn_formula_call(&b->arena, row->name, row->inputs, arg);
        for (int i = 0; i < row->inputs; i++) {
            const gn_formula *first = simplify(b, derive(b, call, input_names[i]));
            for (int j = 0; j < row->inputs; j++)
                assert_true(check_difference(b, row, first, simplify(b, derive(b, first, input_names[j])), j, 1e-6) >=
                            ENOUGH);
        }
    }
}

static void parameters_are_derived(void **state)
{
    bench *b = *state;
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        const gn_row *row = gn_row_at(r);
        gn_parameter parameter[3];
        if (row->inputs != 1 || gn_row_parameters(row, parameter) != 1) continue;
        const gn_formula *arg[] = {gn_formula_name(&b->arena, "x"), gn_formula_name(&b->arena, "a")};
        const gn_formula *call = gn_formula_call(&b->arena, row->name, 2, arg), *d = derive(b, call, "a");
        for (double x = -2.33; x < 2.5; x += 0.4) {
            const double h = 1e-6, a = 0.7;
            gn_binding here[] = {{"x", x}, {"a", a}}, up[] = {{"x", x}, {"a", a + h}},
                       down[] = {{"x", x}, {"a", a - h}};
            double expected = (eval(b, call, up, 2) - eval(b, call, down, 2)) / (2 * h), found = eval(b, d, here, 2);
            if (fabs(found - expected) > 1e-7)
                fail_msg("%s at x = %g: d/da %.17g against %.17g", row->name, x, found, expected);
        }
    }
}

static void text_reads_back(bench *b, const char *text)
{
    const gn_formula *f = parse(b, text);
    assert_true(gn_formula_equal(f, parse(b, text_of(b, f, gn_formula_print))));
}

static void rows_read_back(void **state)
{
    for (size_t r = 0; r < gn_row_count(); r++) {
        text_reads_back(*state, gn_row_at(r)->value);
        for (int i = 0; i < gn_row_at(r)->inputs; i++) text_reads_back(*state, gn_row_at(r)->slope[i]);
    }
}

/* Braces pair, and so do \left with \right and \begin with \end. */
static void assert_balanced(const char *latex)
{
    int braces = 0, fences = 0, cases = 0;
    for (const char *s = latex; *s; s++) {
        braces += *s == '{' ? 1 : *s == '}' ? -1 : 0;
        fences += strncmp(s, "\\left", 5) == 0 ? 1 : strncmp(s, "\\right", 6) == 0 ? -1 : 0;
        cases += strncmp(s, "\\begin{cases}", 13) == 0 ? 1 : strncmp(s, "\\end{cases}", 11) == 0 ? -1 : 0;
        if (braces < 0 || fences < 0 || cases < 0) break;
    }
    if (braces || fences || cases) fail_msg("not balanced: %s", latex);
}

static void latex_balances(void **state)
{
    bench *b = *state;
    for (size_t r = 0; r < gn_row_count(); r++) {
        const gn_row *row = gn_row_at(r);
        const gn_formula *value = parse(b, row->value);
        assert_balanced(text_of(b, value, gn_formula_latex));
        for (int i = 0; i < row->inputs; i++) {
            assert_balanced(text_of(b, parse(b, row->slope[i]), gn_formula_latex));
            assert_balanced(text_of(b, derive(b, derive(b, value, "x"), "x"), gn_formula_latex));
        }
    }
}

/* Far out, where intermediate results overflow, value and slope of an activation still have no nan. */
static void no_nan_far_out(void **state)
{
    bench *b = *state;
    static const double far[] = {0, 30, 100, 800, 1e5, 1e13, 1e20, 1e160, 1e300};
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        const gn_row *row = gn_row_at(r);
        if (row->inputs != 1 || strcmp(row->name, "log") == 0 || strcmp(row->name, "log1p") == 0 ||
            strcmp(row->name, "sqrt") == 0)
            continue;
        if (strcmp(row->name, "reciprocal") == 0) continue; /* 1/0 is inf, and so its slope is inf*inf */
        const gn_formula *value = parse(b, row->value), *slope = parse(b, row->slope[0]);
        uint64_t seed = 1;
        setting s;
        set_inputs(&s, row, &seed);
        for (size_t i = 0; i < 2 * GN_COUNT(far); i++) {
            s.at[0].value = i % 2 ? -far[i / 2] : far[i / 2];
            s.at[s.result].value = eval(b, value, s.at, s.result);
            double d = eval(b, slope, s.at, s.count);
            if (isnan(s.at[s.result].value) || isnan(d))
                fail_msg("%s at %g: value %g, slope %g", row->name, s.at[0].value, s.at[s.result].value, d);
        }
    }
}

/* d/dx x^y at x = 0 for whole y: 0, 1, 0, 0. */
static void power_slopes_at_zero(void **state)
{
    bench *b = *state;
    const gn_row *row = gn_row_find("pow", 3);
    static const double expected[] = {0, 1, 0, 0};
    for (int y = 0; y < 4; y++) {
        gn_binding at[] = {{"x", 0}, {"y", y}, {"z", y == 0}};
        assert_true(eval(b, parse(b, row->slope[0]), at, 3) == expected[y]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(slopes_are_derivatives), BENCH_TEST(second_derivatives), BENCH_TEST(parameters_are_derived),
        BENCH_TEST(rows_read_back),         BENCH_TEST(latex_balances),     BENCH_TEST(no_nan_far_out),
        BENCH_TEST(power_slopes_at_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
