/* test_kernel_pointwise.c -- laws 2, 6 and 7 over every row of defs/pointwise.def, and that a number's bits do not
 * depend on where it stands, on the steps of the operands, or (in exact mode) on the instruction set. */
#include "kernel_help.h"

enum { N = 1000, OPERANDS = 3 };

/* How far float32 may be from float64, and a level from the reference: in units of the last place of max(|result|,
 * floor), for values and for slopes. A row that is not named keeps to the first line. Where a formula subtracts numbers
 * near 1 the error is one of 1. */
typedef struct bound { double ulp, floor; } bound;
static const struct { const char *name; bound value, slope;
} bounds[] = {
    {"", {3, 1}, {4, 1}},
    {"square", {0.5, 0}, {0.5, 0}},
    {"add", {0.5, 0}, {0, 0}},
    {"sub", {0.5, 0}, {0, 0}},
    {"mul", {0.5, 0}, {0.5, 0}},
    {"div", {0.5, 0}, {2, 0}},
    {"sqrt", {0.5, 0}, {2, 0}},
    {"reciprocal", {0.5, 0}, {3, 0}},
    {"exp", {2, 0}, {3, 0}},
    {"log", {2, 0}, {2, 0}},
    {"expm1", {4, 0}, {4, 0.5}},
    {"log1p", {4, 0}, {2, 0}},
    {"tanh", {4, 0}, {4, 1}},
    {"erf", {4, 0}, {4, 0.5}},
    {"sin", {4, 0}, {4, 0}},
    {"cos", {4, 0}, {4, 0}},
    {"pow", {4, 0}, {12, 0}},
    {"sigmoid", {4, 0.5}, {4, 0.5}},
    {"softplus", {4, 0.5}, {4, 0.5}},
    {"mish", {4, 1}, {16, 1}},
    {"gelu_tanh", {4, 1}, {40, 1}},
    {"silu", {3, 1}, {5, 1}},
};

static size_t bound_of(const char *name)
{
    for (size_t i = 1; i < GN_COUNT(bounds); i++)
        if (strcmp(bounds[i].name, name) == 0) return i;
    return 0;
}

static double random_input(draw *d, int operand, const char *name)
{
    double v = draw_between(d, -6, 6);
    bool positive = strcmp(name, "sqrt") == 0 || strcmp(name, "log") == 0 || (strcmp(name, "pow") == 0 && operand == 0);
    if (positive) v = fabs(v) + 0.01;
    if (strcmp(name, "log1p") == 0) v = fabs(v) - 0.9;
    if (strcmp(name, "div") == 0 || strcmp(name, "reciprocal") == 0) v += copysign(0.1, v);
    return (double)(float)v;                /* the same number in both precisions */
}

static void random_inputs(gn_type t, const gn_pointwise_row *row, void *in[OPERANDS], size_t n, uint64_t seed)
{
    draw d = {seed};
    for (int o = 0; o < OPERANDS; o++)
        for (size_t i = 0; i < n; i++) put(t, in[o], i, random_input(&d, o, row->name));
}

static void value_of(const gn_kernels *k, int op, size_t n, void *const in[OPERANDS], void *out)
{
    k->value[op](n, (const void *const *)in, all_steps, gn_pointwise_table()[op].parameter_default, out);
}

static void slope_of(const gn_kernels *k, int op, int by, size_t n, void *const in[OPERANDS], const void *value,
                     const void *g, void *out)
{
    k->slope[op][by](n, (const void *const *)in, all_steps, value, g, 1, gn_pointwise_table()[op].parameter_default,
                     out);
}

/* ---- law 2 ---------------------------------------------------------------------------------------------------- */

/* The central difference, or NaN where two step sizes disagree: a kink or a jump is near. */
static double difference(const gn_kernels *k, int op, int by, const double at_point[OPERANDS])
{
    double d[2];
    for (int s = 0; s < 2; s++) {
        double h = s ? 1e-5 : 3e-6, v[2];
        for (int side = 0; side < 2; side++) {
            double x[OPERANDS] = {at_point[0], at_point[1], at_point[2]};
            x[by] += side ? h : -h;
            void *in[OPERANDS] = {&x[0], &x[1], &x[2]};
            value_of(k, op, 1, in, &v[side]);
        }
        d[s] = (v[1] - v[0]) / (2 * h);
    }
    return fabs(d[0] - d[1]) <= 1e-5 * fmax(1, fabs(d[0])) ? d[0] : NAN;
}

static void slope_is_central_difference(void **state UNUSED_PARAMETER)
{
    EACH_TABLE(k, GN_F64) for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        draw d = {11};
        int checked[OPERANDS] = {0};
        for (int trial = 0; trial < 60; trial++) {
            double x[OPERANDS], y, g = 1.5, got;
            for (int o = 0; o < OPERANDS; o++) x[o] = random_input(&d, o, row->name);
            void *in[OPERANDS] = {&x[0], &x[1], &x[2]};
            value_of(k, op, 1, in, &y);
            for (int by = 0; by < row->arity; by++) {
                slope_of(k, op, by, 1, in, &y, &g, &got);
                double want = 1.5 * difference(k, op, by, x);
                if (isnan(want)) continue;
                checked[by]++;
                if (!(fabs(got - want) <= 1e-6 * fmax(1, fabs(want))))
                    fail_msg("%s by operand %d at %g %g %g: slope %.12g, difference %.12g", row->name, by, x[0], x[1],
                             x[2], got, want);
            }
        }
        for (int by = 0; by < row->arity; by++) assert_true(checked[by] > 30);
    }
}

/* ---- laws 6 and 7 --------------------------------------------------------------------------------------------- */

static void near(const gn_kernels *k, int exact, const gn_pointwise_row *row, int by, size_t n,
                 void *const in[OPERANDS], const void *got, gn_type want_type, const void *want)
{
    size_t b = bound_of(row->name);
    bound allowed = by < 0 ? bounds[b].value : bounds[b].slope;
    for (size_t i = 0; i < n; i++) {
        double off = distance(k->type, get(k->type, got, i), get(want_type, want, i), allowed.floor);
        if (!(off <= allowed.ulp))
            fail_msg("%s %s f%d %s, operand %d, at %.9g %.9g: %.9g, expected %.9g, %.2f ulp", gn_isa_name(k->isa),
                     mode_name(exact), k->type == GN_F32 ? 32 : 64, row->name, by, get(k->type, in[0], i),
                     get(k->type, in[1], i), get(k->type, got, i), get(want_type, want, i), off);
    }
}

static double wide_in[OPERANDS][N], in_memory[OPERANDS][N], value_wide[N], value_own[N], g_wide[N], g_own[N],
    out_wide[N], out_own[N];

/* Values, and slopes from the same inputs, of a table against those of another. */
static void against(const gn_kernels *k, int exact, const gn_kernels *other)
{
    void *in[OPERANDS] = {in_memory[0], in_memory[1], in_memory[2]},
         *wide[OPERANDS] = {wide_in[0], wide_in[1], wide_in[2]};
    draw d = {5};
    for (size_t i = 0; i < N; i++) {
        double g = (double)(float)draw_between(&d, 0.5, 1);
        put(k->type, g_own, i, g);
        put(other->type, g_wide, i, g);
    }
    for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        random_inputs(k->type, row, in, N, (uint64_t)op + 1);
        random_inputs(other->type, row, wide, N, (uint64_t)op + 1);
        value_of(k, op, N, in, value_own);
        value_of(other, op, N, wide, value_wide);
        near(k, exact, row, -1, N, in, value_own, other->type, value_wide);
        for (int by = 0; by < row->arity; by++) {
            slope_of(k, op, by, N, in, value_own, g_own, out_own);
            slope_of(other, op, by, N, wide, value_wide, g_wide, out_wide);
            near(k, exact, row, by, N, in, out_own, other->type, out_wide);
        }
    }
}

static void single_near_double(void **state UNUSED_PARAMETER)
{
    EACH_TABLE(k, GN_F32) against(k, exact_k, gn_kernels_reference(GN_F64));
    against(gn_kernels_reference(GN_F32), 0, gn_kernels_reference(GN_F64));
}

static void every_level_is_the_reference(void **state UNUSED_PARAMETER)
{
    EACH_TYPE(t) EACH_TABLE(k, t) {
        assert_int_equal(k->isa, isa_k);
        assert_int_equal(k->type, t);
        against(k, exact_k, gn_kernels_reference(t));
    }
}

/* ---- the same bits -------------------------------------------------------------------------------------------- */

static const double corners[] = {0.0,  -0.0,   INFINITY, -INFINITY, NAN, 1,     -1, 1e-40, -1e-320,
                                 1e38, -1e300, 88.7,     -745,      1e7, -1e19, 3,  -3};

static void wild_inputs(gn_type t, void *in[OPERANDS], size_t n)
{
    draw d = {3};
    for (int o = 0; o < OPERANDS; o++)
        for (size_t i = 0; i < n; i++) {
            uint64_t r = draw_bits(&d);
            put(t, in[o], i,
                r % 3 == 0 ? corners[r / 3 % GN_COUNT(corners)]
                           : ldexp(draw_between(&d, -1, 1), (int)(r / 3 % 40) - 20));
        }
}

static void assert_bits(gn_type t, const gn_pointwise_row *row, const gn_kernels *k, const void *a, const void *b,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!same_bits(t, get(t, a, i), get(t, b, i)))
            fail_msg("%s %s f%d, element %zu: %.17g and %.17g", row->name, gn_isa_name(k->isa), t == GN_F32 ? 32 : 64,
                     i, get(t, a, i), get(t, b, i));
}

static void exact_mode_has_the_same_bits(void **state UNUSED_PARAMETER)
{
    void *in[OPERANDS] = {in_memory[0], in_memory[1], in_memory[2]};
    EACH_TYPE(t) for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        const gn_kernels *base = gn_kernels_get(GN_ISA_BASE, t, true);
        for (int wild = 0; wild < 2; wild++) {
            if (wild) wild_inputs(t, in, N);
            else random_inputs(t, row, in, N, 9);
            value_of(base, op, N, in, value_wide);
            for (int isa = 0; isa < GN_ISA_COUNT; isa++) {
                const gn_kernels *k = gn_kernels_get((gn_isa)isa, t, true);
                value_of(k, op, N, in, value_own);
                assert_bits(t, row, k, value_own, value_wide, N);
                for (int by = 0; by < row->arity; by++) {
                    slope_of(base, op, by, N, in, value_wide, in[0], out_wide);
                    slope_of(k, op, by, N, in, value_wide, in[0], out_own);
                    assert_bits(t, row, k, out_own, out_wide, N);
                }
            }
        }
    }
}

/* The first `length` elements, from exact-sized blocks, in place, and alone: all as in the long array. */
static void short_arrays(const gn_kernels *k, int op, size_t length, void *const in[OPERANDS], const void *want)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    void *own[OPERANDS], *out = block(k->type, length);
    for (int o = 0; o < OPERANDS; o++) {
        own[o] = block(k->type, length);
        memcpy(own[o], in[o], length * gn_type_size(k->type));
    }
    value_of(k, op, length, own, out);
    assert_bits(k->type, row, k, out, want, length);
    value_of(k, op, length, own, own[row->arity - 1]);
    assert_bits(k->type, row, k, own[row->arity - 1], want, length);
    for (int o = 0; o < OPERANDS; o++) free(own[o]);
    free(out);
}

static void bits_do_not_depend_on_the_place(void **state UNUSED_PARAMETER)
{
    void *in[OPERANDS] = {in_memory[0], in_memory[1], in_memory[2]};
    EACH_TYPE(t) EACH_TABLE(k, t) for (int op = 0; op < GN_P_COUNT; op++) {
        wild_inputs(t, in, 80);
        value_of(k, op, 80, in, value_wide);
        for (size_t n = 0; n <= 70; n += n < 34 ? 1 : 9) short_arrays(k, op, n, in, value_wide);
        for (size_t i = 0; i < 40; i += 3) {
            void *shifted[OPERANDS] = {at(t, in[0], i), at(t, in[1], i), at(t, in[2], i)};
            short_arrays(k, op, 1, shifted, at(t, value_wide, i));
        }
    }
}

/* An operand with step 0 is one number for all, for values and for slopes, also as upstream gradient. */
static void steps_of_zero(void **state UNUSED_PARAMETER)
{
    enum { M = 37 };
    void *in[OPERANDS] = {in_memory[0], in_memory[1], in_memory[2]},
         *spread[OPERANDS] = {wide_in[0], wide_in[1], wide_in[2]};
    EACH_TYPE(t) EACH_TABLE(k, t) for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        const double *par = row->parameter_default;
        for (int mask = 0; mask < 8; mask++) {
            int step[OPERANDS];
            random_inputs(t, row, in, M, 21);
            for (int o = 0; o < OPERANDS; o++) {
                step[o] = mask >> o & 1;
                for (size_t i = 0; i < M; i++) put(t, spread[o], i, get(t, in[o], step[o] ? i : 0));
            }
            value_of(k, op, M, spread, value_wide);
            k->value[op](M, (const void *const *)in, step, par, value_own);
            assert_bits(t, row, k, value_own, value_wide, M);
            for (int by = 0; by < row->arity; by++) {
                slope_of(k, op, by, M, spread, value_wide, spread[0], out_wide);
                k->slope[op][by](M, (const void *const *)in, step, value_wide, in[0], step[0], par, out_own);
                assert_bits(t, row, k, out_own, out_wide, M);
            }
        }
    }
}

/* What a slope does not read may be NULL. */
static void unread_operands_may_be_null(void **state UNUSED_PARAMETER)
{
    void *in[OPERANDS] = {in_memory[0], in_memory[1], in_memory[2]};
    EACH_TABLE(k, GN_F32) for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        random_inputs(GN_F32, row, in, N, 2);
        value_of(k, op, N, in, value_wide);
        for (int by = 0; by < row->arity; by++) {
            const bool *uses = row->slope_uses[by];
            void *some[OPERANDS] = {uses[0] ? in[0] : NULL, uses[1] ? in[1] : NULL, uses[2] ? in[2] : NULL};
            slope_of(k, op, by, N, in, value_wide, in[0], out_wide);
            slope_of(k, op, by, N, some, uses[3] ? value_wide : NULL, in[0], out_own);
            assert_bits(GN_F32, row, k, out_own, out_wide, N);
        }
    }
}

static void the_table(void **state UNUSED_PARAMETER)
{
    const gn_pointwise_row *rows = gn_pointwise_table();
    for (int op = 0; op < GN_P_COUNT; op++) assert_int_equal(gn_pointwise_find(rows[op].name), op);
    assert_int_equal(gn_pointwise_find("no such row"), GN_P_COUNT);
    assert_string_equal(rows[GN_P_sigmoid].slope[0], "y*(1 - y)");
    assert_true(!rows[GN_P_sigmoid].slope_uses[0][0] && rows[GN_P_sigmoid].slope_uses[0][3]);
    assert_true(rows[GN_P_silu].slope_uses[0][0] && !rows[GN_P_silu].slope_uses[0][3]);
    assert_true(!rows[GN_P_add].slope_uses[0][0] && rows[GN_P_mul].slope_uses[0][1] &&
                !rows[GN_P_exp].slope_uses[0][0]);
    assert_int_equal(rows[GN_P_leaky_relu].parameters, 1);
    assert_string_equal(rows[GN_P_leaky_relu].parameter_name[0], "alpha");
    assert_true(rows[GN_P_leaky_relu].parameter_default[0] == 0.01 && rows[GN_P_relu].parameters == 0);
}

static void not_a_number_comes_through(void **state UNUSED_PARAMETER)
{
    double x = NAN, one = 1, y;
    EACH_TABLE(k, GN_F64) for (int op = 0; op < GN_P_COUNT; op++) {
            if (op == GN_P_greater || op == GN_P_equal || op == GN_P_select) continue; /* choices, not functions of x */
            value_of(k, op, 1, (void *[OPERANDS]){&x, &one, &one}, &y);
            if (!isnan(y)) fail_msg("%s of NaN is %g", gn_pointwise_table()[op].name, y);
    }
}

static void names_of_levels(void **state UNUSED_PARAMETER)
{
    for (int i = 0; i < GN_ISA_COUNT; i++) assert_int_equal(gn_isa_find(gn_isa_name((gn_isa)i)), i);
    assert_int_equal(gn_isa_find("sse9"), GN_ISA_COUNT);
    assert_true(gn_isa_available(GN_ISA_BASE) && gn_isa_available(gn_isa_best()) && !gn_isa_available(GN_ISA_COUNT));
    for (int i = 0; i < GN_ISA_COUNT; i++)
        if (!gn_isa_available((gn_isa)i)) assert_int_equal(gn_kernels_get((gn_isa)i, GN_F32, false)->isa, GN_ISA_BASE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slope_is_central_difference),     cmocka_unit_test(single_near_double),
        cmocka_unit_test(every_level_is_the_reference),    cmocka_unit_test(exact_mode_has_the_same_bits),
        cmocka_unit_test(bits_do_not_depend_on_the_place), cmocka_unit_test(steps_of_zero),
        cmocka_unit_test(unread_operands_may_be_null),     cmocka_unit_test(the_table),
        cmocka_unit_test(not_a_number_comes_through),      cmocka_unit_test(names_of_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
