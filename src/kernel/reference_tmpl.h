/* reference_tmpl.h -- every kernel for one precision as the plain loop its formula reads, with libm: what the fast ones
 * are tested against.
 *
 * Invariant: no vectors, no blocking, no fma; sums over a row run in double, products in the precision itself, in order
 * over k. */
#undef R
#undef V
#undef K
#if GN_REAL == 32
#define R float
#define LIBM(name) __builtin_##name##f
#else
#define R double
#define LIBM(name) __builtin_##name
#endif
#define V R
#define K(c) ((R)(c))
#define ELEMENTARY(name) AI R FN(name)(R x) { return LIBM(name)(x); }
ELEMENTARY(exp)
ELEMENTARY(log)
ELEMENTARY(expm1)
ELEMENTARY(log1p)
ELEMENTARY(tanh)
ELEMENTARY(erf)
ELEMENTARY(sin)
ELEMENTARY(cos)
#undef ELEMENTARY
AI R FN(root)(R x) { return LIBM(sqrt)(x); }
AI R FN(pow)(R x, R y) { return LIBM(pow)(x, y); }
AI R FN(where)(bool c, R a, R b) { return c ? a : b; }

#define VALUE_ARGUMENTS size_t n, const void *const in[3], const int step[3], const double *par, void *out
#define SLOPE_ARGUMENTS                                                                                        \
    size_t n, const void *const in[3], const int step[3], const void *value, const void *upstream, int step_g, \
        const double *par, void *out
#define PARAMETERS(...)                                                             \
    const R alpha = GN_ROW_PARAMETERS(__VA_ARGS__) > 0 ? (R)par[0] : 0;             \
    const R beta = GN_ROW_PARAMETERS(__VA_ARGS__) > 1 ? (R)par[1] : 0;              \
    (void)par, (void)alpha, (void)beta;
#define IN(o) (in[o] ? ((const R *)in[o])[i * (size_t)step[o]] : 0)
#define KNOWN (value ? ((const R *)value)[i] : 0)
#define UPSTREAM ((const R *)upstream)[i * (size_t)step_g]
#define EACH for (size_t i = 0; i < n; i++)

#include "row_names.h"
AI R FN(sign_of)(R x) { return where(x > 0, K(1), where(x < 0, K(-1), K(0))); }

#define P1(name, value_text, slope_text, ...)                                            \
    AI R FN(row_##name)(R x, R alpha, R beta)                                            \
    {                                                                                    \
        (void)x, (void)alpha, (void)beta;                                                \
        return (value_text);                                                             \
    }                                                                                    \
    AI R FN(row_x_##name)(R x, R y, R alpha, R beta)                                     \
    {                                                                                    \
        (void)x, (void)y, (void)alpha, (void)beta;                                       \
        return (slope_text);                                                             \
    }                                                                                    \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                        \
    {                                                                                    \
        PARAMETERS(__VA_ARGS__)                                                          \
        EACH ((R *)out)[i] = FN(row_##name)(IN(0), alpha, beta);                         \
    }                                                                                    \
    static void FN(slope_x_##name)(SLOPE_ARGUMENTS)                                      \
    {                                                                                    \
        PARAMETERS(__VA_ARGS__)                                                          \
        EACH ((R *)out)[i] = UPSTREAM * FN(row_x_##name)(IN(0), KNOWN, alpha, beta);     \
    }
#define SLOPE2(name, by, slope_text, ...)                                                            \
    AI R FN(row_##by##_##name)(R x, R y, R z, R alpha, R beta)                                       \
    {                                                                                                \
        (void)x, (void)y, (void)z, (void)alpha, (void)beta;                                          \
        return (slope_text);                                                                         \
    }                                                                                                \
    static void FN(slope_##by##_##name)(SLOPE_ARGUMENTS)                                             \
    {                                                                                                \
        PARAMETERS(__VA_ARGS__)                                                                      \
        EACH ((R *)out)[i] = UPSTREAM * FN(row_##by##_##name)(IN(0), IN(1), KNOWN, alpha, beta);     \
    }
#define P2(name, value_text, slope_x_text, slope_y_text, ...)                                               \
    AI R FN(row_##name)(R x, R y, R alpha, R beta) { (void)x, (void)y, (void)alpha, (void)beta; return (value_text); } \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                                                      \
    {                                                                                                                  \
        PARAMETERS(__VA_ARGS__)                                                                                        \
        EACH ((R *)out)[i] = FN(row_##name)(IN(0), IN(1), alpha, beta);                                                \
    }                                                                                                                  \
    SLOPE2(name, x, slope_x_text, ##__VA_ARGS__)                                                                       \
    SLOPE2(name, y, slope_y_text, ##__VA_ARGS__)
#define SLOPE3(name, by, slope_text, ...)                                                                   \
    AI R FN(row_##by##_##name)(R x, R y, R z, R u, R alpha, R beta)                                         \
    { (void)x, (void)y, (void)z, (void)u, (void)alpha, (void)beta; return (slope_text); }                   \
    static void FN(slope_##by##_##name)(SLOPE_ARGUMENTS)                                                    \
    {                                                                                                       \
        PARAMETERS(__VA_ARGS__)                                                                             \
        EACH ((R *)out)[i] = UPSTREAM * FN(row_##by##_##name)(IN(0), IN(1), IN(2), KNOWN, alpha, beta);     \
    }
#define P3(name, value_text, slope_x_text, slope_y_text, slope_z_text, ...)        \
    AI R FN(row_##name)(R x, R y, R z, R alpha, R beta)                            \
    {                                                                              \
        (void)x, (void)y, (void)z, (void)alpha, (void)beta;                        \
        return (value_text);                                                       \
    }                                                                              \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                  \
    {                                                                              \
        PARAMETERS(__VA_ARGS__)                                                    \
        EACH ((R *)out)[i] = FN(row_##name)(IN(0), IN(1), IN(2), alpha, beta);     \
    }                                                                              \
    SLOPE3(name, x, slope_x_text, ##__VA_ARGS__)                                   \
    SLOPE3(name, y, slope_y_text, ##__VA_ARGS__)                                   \
    SLOPE3(name, z, slope_z_text, ##__VA_ARGS__)
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
#undef SLOPE2
#undef SLOPE3

/* ---- optimisers -------------------------------------------------------------------------------------------------- */

#define P(name, value)                                       \
    const double number_##name MAYBE_UNUSED = *hyper_next++; \
    const R name MAYBE_UNUSED = (R)number_##name;
#define powt(name) ((R)gn_power(number_##name, step))
#define S(name)                                                                                             \
    for (R *at_##name = (R *)*slot_next++ + i, *once_##name = at_##name; once_##name; once_##name = NULL)   \
        for (R name = *at_##name; once_##name; *at_##name = name, once_##name = NULL)
#define OPT(name, slots, parameters, ...)                                                                        \
    static void FN(update_##name)(size_t n, void *weights, const void *gradient, void *const slot[GN_OPT_SLOTS], \
                                  const double *hyper)                                                           \
    {                                                                                                            \
        const double *hyper_next = hyper, step = hyper[gn_optimizer_parameters_##name];                          \
        parameters                                                                                               \
        const bool own_decay = __builtin_strstr(#parameters, "P(wd,") != NULL;                                   \
        const R t MAYBE_UNUSED = (R)step, decay = own_decay ? 0 : (R)hyper_next[1], l1 = (R)hyper_next[2];       \
        const R alpha MAYBE_UNUSED = 0, beta MAYBE_UNUSED = 0;                                                   \
        EACH                                                                                                     \
        {                                                                                                        \
            void *const *slot_next MAYBE_UNUSED = slot;                                                          \
            R w = ((R *)weights)[i], g = ((const R *)gradient)[i];                                               \
            if (decay != 0 || l1 != 0) g += decay * w + l1 * sign(w);                                            \
            slots { __VA_ARGS__ }                                                                                \
            ((R *)weights)[i] = w;                                                                               \
        }                                                                                                        \
    }
#include "../defs/optim.def"
#undef OPT
#undef S
#undef P
#undef powt
#include "row_names_end.h"
#undef IN
#undef KNOWN
#undef UPSTREAM
#undef PARAMETERS
#undef VALUE_ARGUMENTS
#undef SLOPE_ARGUMENTS

/* ---- the product ------------------------------------------------------------------------------------------------- */

static void FN(epilogue)(const gn_gemm *g, size_t row)
{
    static const int each[3] = {1, 1, 1};
    R *c = (R *)g->c + row * g->ldc;
    const R *x = g->act_in ? (const R *)g->act_in + row * g->ldc_act : NULL,
            *y = g->act_out ? (const R *)g->act_out + row * g->ldc_act : NULL;
    if (g->bias)
        for (size_t j = 0; j < g->n; j++) c[j] += ((const R *)g->bias)[j];
    if (g->act) g->act(g->n, (const void *const[3]){c, NULL, NULL}, each, g->act_par, c);
    if (g->slope) g->slope(g->n, (const void *const[3]){x, NULL, NULL}, each, y, c, 1, g->act_par, c);
}

static void FN(gemm)(const gn_gemm *g)
{
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            R *c = (R *)g->c + i * g->ldc + j, sum = g->accumulate ? *c : 0;
            for (size_t p = 0; p < g->k; p++)
                sum += ((const R *)g->a)[i * g->am + p * g->ak] * ((const R *)g->b)[p * g->bk + j * g->bn];
            *c = sum;
        }
        FN(epilogue)(g, i);
    }
}

static size_t FN(gemm_scratch)(size_t m, size_t n, size_t k)
{
    (void)m, (void)n, (void)k;
    return 0;
}

/* ---- sums and moves ---------------------------------------------------------------------------------------------- */

#define X(i, j) ((const R *)x)[(i) * ld + (j)]
static void FN(sum_rows)(size_t m, size_t n, const void *x, size_t ld, void *out)
{
    for (size_t j = 0; j < n; j++) {
        R sum = 0;
        for (size_t i = 0; i < m; i++) sum += X(i, j);
        ((R *)out)[j] = sum;
    }
}
static void FN(sum_cols)(size_t m, size_t n, const void *x, size_t ld, void *out)
{
    for (size_t i = 0; i < m; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++) sum += (double)X(i, j);
        ((R *)out)[i] = (R)sum;
    }
}
#undef X
static double FN(dot)(size_t n, const void *x, const void *y)
{
    double sum = 0;
    EACH sum += (double)((const R *)x)[i] * (double)((const R *)y)[i];
    return sum;
}
static double FN(sum)(size_t n, const void *x)
{
    double sum = 0;
    EACH sum += (double)((const R *)x)[i];
    return sum;
}
static double FN(sum_squares)(size_t n, const void *x) { return FN(dot)(n, x, x); }
static void FN(transpose)(size_t m, size_t n, const void *x, size_t ldx, void *out, size_t ldo)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) ((R *)out)[j * ldo + i] = ((const R *)x)[i * ldx + j];
}
static void FN(axpy)(size_t n, double a, const void *x, void *y) { EACH ((R *)y)[i] += (R)a * ((const R *)x)[i]; }
static void FN(scale_by)(size_t n, double a, void *x) { EACH ((R *)x)[i] *= (R)a; }
static void FN(clamp)(size_t n, double limit, void *x)
{
    EACH {
        R *a = (R *)x + i, most = (R)limit;
        *a = *a > most ? most : *a < -most ? -most : *a;
    }
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

#define EACH_ROW for (size_t i = 0; i < m; i++)
#define EACH_COLUMN for (size_t j = 0; j < n; j++)
#define ROW(p) ((const R *)(p) + i * n)
#define TO(p) ((R *)(p) + i * n)

/* ln of the sum of exp(x - max), and the max. */
AI double FN(log_sum)(size_t n, const R *x, double *most)
{
    double sum = 0;
    *most = -INFINITY;
    EACH_COLUMN if ((double)x[j] > *most) *most = (double)x[j];
    EACH_COLUMN sum += __builtin_exp((double)x[j] - *most);
    return __builtin_log(sum);
}
AI double FN(dot_of_row)(size_t n, const R *a, const R *b)
{
    double sum = 0;
    EACH_COLUMN sum += (double)a[j] * (b ? (double)b[j] : 1);
    return sum;
}
static void FN(log_softmax)(size_t m, size_t n, const void *x, void *y)
{
    EACH_ROW {
        double most, log_sum = FN(log_sum)(n, ROW(x), &most);
        EACH_COLUMN TO(y)[j] = (R)(((double)ROW(x)[j] - most) - log_sum);
    }
}
static void FN(softmax)(size_t m, size_t n, const void *x, void *y)
{
    EACH_ROW {
        double most, log_sum = FN(log_sum)(n, ROW(x), &most);
        EACH_COLUMN TO(y)[j] = (R)__builtin_exp(((double)ROW(x)[j] - most) - log_sum);
    }
}
static void FN(softmax_vjp)(size_t m, size_t n, const void *y, const void *g, void *out)
{
    EACH_ROW {
        double sum = FN(dot_of_row)(n, ROW(g), ROW(y));
        EACH_COLUMN TO(out)[j] = (R)((double)ROW(y)[j] * ((double)ROW(g)[j] - sum));
    }
}
static void FN(log_softmax_vjp)(size_t m, size_t n, const void *y, const void *g, void *out)
{
    EACH_ROW {
        double sum = FN(dot_of_row)(n, ROW(g), NULL);
        EACH_COLUMN TO(out)[j] = (R)((double)ROW(g)[j] - __builtin_exp((double)ROW(y)[j]) * sum);
    }
}
static void FN(softmax_xent)(size_t m, size_t n, const void *z, const void *t, void *loss, void *p)
{
    EACH_ROW {
        double most, log_sum = FN(log_sum)(n, ROW(z), &most), sum = 0;
        EACH_COLUMN sum += (double)ROW(t)[j] * ((double)ROW(z)[j] - most);
        ((R *)loss)[i] = (R)(log_sum * FN(dot_of_row)(n, ROW(t), NULL) - sum);
    }
    if (p) FN(softmax)(m, n, z, p);
}
static void FN(softmax_xent_vjp)(size_t m, size_t n, const void *z, const void *t, const void *g, void *out)
{
    EACH_ROW {
        double most, log_sum = FN(log_sum)(n, ROW(z), &most), all = FN(dot_of_row)(n, ROW(t), NULL),
                     upstream = (double)((const R *)g)[i];
        EACH_COLUMN {
            double p = __builtin_exp(((double)ROW(z)[j] - most) - log_sum);
            TO(out)[j] = (R)(upstream * (p * all - (double)ROW(t)[j]));
        }
    }
}
AI double FN(moments)(size_t n, double eps, const R *x, double *factor)
{
    double mean = FN(dot_of_row)(n, x, NULL) / (double)n, sum = 0;
    EACH_COLUMN sum += ((double)x[j] - mean) * ((double)x[j] - mean);
    *factor = 1 / __builtin_sqrt(sum / (double)n + eps);
    return mean;
}
static void FN(layer_norm)(size_t m, size_t n, double eps, const void *x, void *y)
{
    EACH_ROW {
        double factor, mean = FN(moments)(n, eps, ROW(x), &factor);
        EACH_COLUMN TO(y)[j] = (R)(((double)ROW(x)[j] - mean) * factor);
    }
}
static void FN(layer_norm_vjp)(size_t m, size_t n, double eps, const void *x, const void *g, void *out)
{
    EACH_ROW {
        double factor, mean = FN(moments)(n, eps, ROW(x), &factor), sum_g = FN(dot_of_row)(n, ROW(g), NULL), sum_gy = 0;
        EACH_COLUMN sum_gy += (double)ROW(g)[j] * ((double)ROW(x)[j] - mean) * factor;
        EACH_COLUMN {
            double y = ((double)ROW(x)[j] - mean) * factor;
            TO(out)[j] = (R)(factor * ((double)ROW(g)[j] - sum_g / (double)n - y * sum_gy / (double)n));
        }
    }
}
#define GATHER(name, S, F, W)                                                                                     \
    static void FN(name)(size_t m, size_t n, const S *src, const uint32_t *rows, const void *shifts,              \
                         const void *factors, void *out)                                                          \
    {                                                                                                             \
        const F *shift = shifts, *factor = factors;                                                               \
        EACH_ROW EACH_COLUMN {                                                                                    \
            W x = (W)src[(size_t)rows[i] * n + j] - (W)(shift ? shift[j] : 0);                                    \
            TO(out)[j] = (R)(x * (W)(factor ? factor[j] : 1));                                                    \
        }                                                                                                         \
    }
GATHER(gather_u8, uint8_t, R, R)
GATHER(gather_f32, float, R, R)
GATHER(gather_f64, double, double, double)
#undef GATHER
#undef EACH
#undef EACH_ROW
#undef EACH_COLUMN
#undef ROW
#undef TO
#undef LIBM

#define LANES 1
enum { FN(tile_n) = 1 };
#include "table_tmpl.h"
#undef LANES
