/* test_kernel_elementary.c -- exp log expm1 log1p tanh erf sin cos sqrt pow: within their stated units of the last
 * place of the true value, over all inputs, on every level and in both modes. */
#include "kernel_help.h"

typedef long double wide_function(long double);
static const struct { const char *name; wide_function *truth; double ulp; } functions[] = {
    {"exp", expl, 2}, {"log", logl, 2}, {"expm1", expm1l, 4}, {"log1p", log1pl, 4}, {"tanh", tanhl, 4},
    {"erf", erfl, 4}, {"sin", sinl, 4}, {"cos", cosl, 4}, {"sqrt", sqrtl, 0.51},
};
enum { N = 1 << 14 };

static const double corners[] = {
    0.0,
    -0.0,
    INFINITY,
    -INFINITY,
    NAN,
    1,
    -1,
    0.5,
    -0.5,
    1e-45,
    -1e-45,
    1e-40,
    0x1p-126,
    0x1p-149,
    0x1p-1022,
    0x1p-1074,
    4e-320,
    88.72,
    88.73,
    89,
    -87.3,
    -87.4,
    -103.9,
    -104,
    -110,
    709.78,
    709.79,
    710,
    -708.4,
    -745.1,
    -745.2,
    -800,
    1e5,
    1e6,
    1048575.9,
    1048576,
    1e9,
    1e22,
    3e38,
    1e300,
    1.7e308,
    3.14159265358979,
    1.5707963267948966,
    6.283185307179586,
    0.34657,
    0.34658,
    0.70710678,
    1.41421356,
    0.99999994,
    1.0000001,
    6,
    5.92,
    4,
    3.9,
};

static void inputs(gn_type t, int part, void *x, draw *d)
{
    for (size_t i = 0; i < N; i++) {
        double v;
        if (part == 0 && i < GN_COUNT(corners)) v = corners[i];
        else if (part < 3 && t == GN_F32) {
            uint32_t bits = (uint32_t)draw_bits(d);                 /* every pattern of bits is as likely */
            memcpy((float *)x + i, &bits, 4);
            continue;
        } else if (part < 3) {
            uint64_t bits = draw_bits(d);
            memcpy((double *)x + i, &bits, 8);
            continue;
        } else v = ldexp(draw_between(d, -1, 1), (int)(draw_bits(d) % 24) - 12);
        put(t, x, i, v);
    }
}

static void accuracy(void **state UNUSED_PARAMETER)
{
    static double x[N], y[N];
    EACH_TYPE(t) for (size_t f = 0; f < GN_COUNT(functions); f++) EACH_TABLE(k, t)
        for (int part = 0; part < 6; part++) {
            draw d = {(uint64_t)part + 1};
            inputs(t, part, x, &d);
            k->value[gn_pointwise_find(functions[f].name)](N, (const void *const[3]){x}, all_steps, NULL, y);
            for (size_t i = 0; i < N; i++) {
                double in = get(t, x, i), out = get(t, y, i);
                long double truth = functions[f].truth((long double)in);
                double want = t == GN_F32 ? (double)truth : (double)truth, off = distance(t, out, want, 0);
                if (t == GN_F64 && isfinite(want) && isfinite(out))
                    off = (double)(fabsl((long double)out - truth) / (long double)spacing(t, want));
                if (!(off <= functions[f].ulp) || (in == 0 && !signbit(in) && signbit(out) != signbit(want)))
                    fail_msg("%s %s f%d %s(%.17g) = %.17g, true %.17g, %.2f ulp", gn_isa_name(k->isa),
                             mode_name(exact_k), t == GN_F32 ? 32 : 64, functions[f].name, in, out, want, off);
            }
        }
}

static const double bases[] = {0.0, -0.0,  1,      -1, 2,  -2,        0.5,       -0.5, INFINITY, -INFINITY,
                               NAN, 1e-45, 1e-310, 3,  10, 0.9999999, 1.0000001, -3,   1e30,     7e-20};
static const double powers[] = {0.0,  -0.0,  1,    -1,       2,         -2,       3,
                                -3,   0.5,   -0.5, INFINITY, -INFINITY, NAN,      1e9,
                                -1e9, 1e300, 3.5,  100,      -100,      16777217, 9007199254740993.0};

static void check_power(const gn_kernels *k, int exact, double x, double y, double out)
{
    long double truth = powl((long double)x, (long double)y);
    double want = (double)truth, off = distance(k->type, out, want, 0);
    if (k->type == GN_F64 && isfinite(want) && isfinite(out))
        off = (double)(fabsl((long double)out - truth) / (long double)spacing(k->type, want));
    if (!(off <= 4) || (want == 0 && signbit(want) != signbit(out)))
        fail_msg("%s %s pow(%.17g, %.17g) = %.17g, true %.17g, %.2f ulp", gn_isa_name(k->isa), mode_name(exact), x, y,
                 out, want, off);
}

static void power(void **state UNUSED_PARAMETER)
{
    static double x[N], y[N], z[N];
    EACH_TYPE(t) EACH_TABLE(k, t) {
        draw d = {7};
        for (size_t i = 0; i < N; i++) {
            bool listed = i < GN_COUNT(bases) * GN_COUNT(powers);
            put(t, x, i, listed ? bases[i / GN_COUNT(powers)] : exp(draw_between(&d, -40, 40)) * (i % 7 ? 1 : -1));
            put(t, y, i,
                listed            ? powers[i % GN_COUNT(powers)]
                : i % 7 && i % 11 ? draw_between(&d, -17, 17)
                                  : floor(draw_between(&d, -9, 9)));
        }
        k->value[GN_P_pow](N, (const void *const[3]){x, y}, all_steps, NULL, z);
        for (size_t i = 0; i < N; i++) check_power(k, exact_k, get(t, x, i), get(t, y, i), get(t, z, i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(accuracy), cmocka_unit_test(power)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
