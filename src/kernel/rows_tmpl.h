/* rows_tmpl.h -- sums, moves, and the fast forms of operations on rows, for one precision on one level.
 *
 * Invariant: a sum over the elements of a row runs in 64 bytes of lanes, element j in lane j modulo their number, and
 * the lanes are folded in one order, on every level: the bits depend on the length alone. */

/* Elements j.. of a row of n, 64 bytes of them, `fill` beyond its end. */
AI FN(wide) FN(wide_take)(const R *x, size_t j, size_t n, R fill)
{
    FN(wide) w;
    UNROLL for (int q = 0; q < WIDE; q++) {
        size_t at = j + (size_t)q * LANES, left = at < n ? n - at : 0;
        w.v[q] = left >= (size_t)LANES ? FN(load)(x + at) : left ? FN(load_or)(x + at, left, fill) : FN(splat)(fill);
    }
    return w;
}
AI void FN(wide_give)(R *x, size_t j, size_t n, FN(wide) w)
{
    UNROLL for (int q = 0; q < WIDE; q++) {
        size_t at = j + (size_t)q * LANES;
        if (at < n) FN(give)(x + at, n - at, w.v[q]);
    }
}
#define EACH_WIDE(j, n) for (size_t j = 0; j < (n); j += WIDE_LANES)
#define EACH_Q UNROLL for (int q = 0; q < WIDE; q++)
AI FN(wide) FN(wide_splat)(R a)
{
    FN(wide) w;
    EACH_Q w.v[q] = FN(splat)(a);
    return w;
}

/* ---- sums and moves ---------------------------------------------------------------------------------------------- */

static void FN(sum_rows)(size_t m, size_t n, const void *x, size_t ld, void *out)
{
    for (size_t j = 0; j < n; j += LANES) {
        V sum = K(0);
        for (size_t i = 0; i < m; i++) sum += FN(take)((const R *)x + i * ld + j, n - j);
        FN(give)((R *)out + j, n - j, sum);
    }
}

static void FN(sum_cols)(size_t m, size_t n, const void *x, size_t ld, void *out)
{
    for (size_t i = 0; i < m; i++) {
        FN(wide) sum = FN(wide_splat)(0);
        EACH_WIDE(j, n) {
            FN(wide) a = FN(wide_take)((const R *)x + i * ld, j, n, 0);
            EACH_Q sum.v[q] += a.v[q];
        }
        ((R *)out)[i] = FN(sum_lanes)(sum);
    }
}

/* 16 numbers as doubles, 0 beyond the end. */
typedef struct FN(doubles) { FN64(wide) half[2]; } FN(doubles);
AI FN(doubles) FN(doubles_take)(const R *x, size_t j, size_t n)
{
    FN(doubles) d;
#if GN_REAL == 64
    for (int h = 0; h < 2; h++) d.half[h] = FN(wide_take)(x, j + 8 * (size_t)h, n, 0);
#else
    float room[16] = {0};
    const float *from = x + j;
    if (n - j < 16) {
        for (size_t i = j; i < n; i++) room[i - j] = x[i];
        from = room;
    }
    UNROLL for (int h = 0; h < 2; h++)
        EACH_Q d.half[h].v[q] = FN(widen)(*(const FN(half_m) *)(from + 8 * h + q * (LANES / 2)));
#endif
    return d;
}
#define SUM_IN_DOUBLE(term)                                                                 \
    FN(doubles) sum = {0};                                                                  \
    for (size_t j = 0; j < n; j += 16) {                                                    \
        FN(doubles) a = FN(doubles_take)(x, j, n), b = FN(doubles_take)(y, j, n);           \
        UNROLL for (int h = 0; h < 2; h++) EACH_Q {                                         \
            FN64(v) p = a.half[h].v[q], o = b.half[h].v[q];                                 \
            (void)o;                                                                        \
            sum.half[h].v[q] = term;                                                        \
        }                                                                                   \
    }                                                                                       \
    EACH_Q sum.half[0].v[q] += sum.half[1].v[q];                                            \
    return FN64(sum_lanes)(sum.half[0]);
static double FN(sum)(size_t n, const void *x) { const void *y = x; SUM_IN_DOUBLE(sum.half[h].v[q] + p) }
static double FN(dot)(size_t n, const void *x, const void *y) { SUM_IN_DOUBLE(FN64(fma)(p, o, sum.half[h].v[q])) }
static double FN(sum_squares)(size_t n, const void *x)
{
    const void *y = x;
    SUM_IN_DOUBLE(FN64(fma)(p, p, sum.half[h].v[q]))
}
#undef SUM_IN_DOUBLE

static void FN(transpose)(size_t m, size_t n, const void *x, size_t ldx, void *out, size_t ldo)
{
    for (size_t i = 0; i < m; i += LANES)
        for (size_t j = 0; j < n; j += LANES) {
            size_t rows = m - i < (size_t)LANES ? m - i : (size_t)LANES,
                   columns = n - j < (size_t)LANES ? n - j : (size_t)LANES;
            FN(transpose_piece)(rows, columns, (const R *)x + i * ldx + j, ldx, (R *)out + j * ldo + i, ldo, rows);
        }
}

static void FN(axpy)(size_t n, double a, const void *x, void *y)
{
    const V scale = FN(splat)((R)a);
    EACH_VECTOR
        FN(give)((R *)y + offset, left,
                 FMA(scale, FN(take)((const R *)x + offset, left), FN(take)((R *)y + offset, left)));
}

static void FN(scale_by)(size_t n, double a, void *x)
{
    const V scale = FN(splat)((R)a);
    EACH_VECTOR FN(give)((R *)x + offset, left, scale * FN(take)((R *)x + offset, left));
}

static void FN(clamp)(size_t n, double limit, void *x)
{
    const V most = FN(splat)((R)limit);
    EACH_VECTOR FN(give)((R *)x + offset, left, FN(larger)(-most, FN(lesser)(most, FN(take)((R *)x + offset, left))));
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

AI R FN(most_of_row)(size_t n, const R *x)
{
    FN(wide) most = FN(wide_splat)(-INFINITY);
    EACH_WIDE(j, n) {
        FN(wide) a = FN(wide_take)(x, j, n, -INFINITY);
        EACH_Q most.v[q] = FN(larger)(a.v[q], most.v[q]);
    }
    return FN(max_lanes)(most);
}

/* The sum of exp(x - most), the terms written to e when it is not NULL. */
AI R FN(exp_of_row)(size_t n, const R *x, R most, R *e)
{
    FN(wide) sum = FN(wide_splat)(0);
    EACH_WIDE(j, n) {
        FN(wide) a = FN(wide_take)(x, j, n, -INFINITY);
        EACH_Q a.v[q] = FN(exp)(a.v[q] - FN(splat)(most));
        EACH_Q sum.v[q] += a.v[q];
        if (e) FN(wide_give)(e, j, n, a);
    }
    return FN(sum_lanes)(sum);
}

AI R FN(log_of_one)(R a) { return FN(log)(FN(splat)(a))[0]; }

/* sum of a*b over a row, or of a alone. */
AI R FN(sum_of_row)(size_t n, const R *a, const R *b)
{
    FN(wide) sum = FN(wide_splat)(0);
    EACH_WIDE(j, n) {
        FN(wide) p = FN(wide_take)(a, j, n, 0), o = b ? FN(wide_take)(b, j, n, 0) : p;
        EACH_Q sum.v[q] = b ? FMA(p.v[q], o.v[q], sum.v[q]) : sum.v[q] + p.v[q];
    }
    return FN(sum_lanes)(sum);
}

#define EACH_IN_ROW(n) for (size_t j = 0, left = (n); j < (n); j += LANES, left = (n) - (j < (n) ? j : (n)))
#define ROW(p) ((p) + i * n)

static void FN(softmax)(size_t m, size_t n, const void *xv, void *yv)
{
    for (size_t i = 0; i < m; i++) {
        const R *x = ROW((const R *)xv);
        R *y = ROW((R *)yv);
        const V sum = FN(splat)(FN(exp_of_row)(n, x, FN(most_of_row)(n, x), y));
        EACH_IN_ROW(n) FN(give)(y + j, left, FN(take)(y + j, left) / sum);
    }
}

static void FN(log_softmax)(size_t m, size_t n, const void *xv, void *yv)
{
    for (size_t i = 0; i < m; i++) {
        const R *x = ROW((const R *)xv), most = FN(most_of_row)(n, x);
        R *y = ROW((R *)yv);
        const V top = FN(splat)(most), log_sum = FN(splat)(FN(log_of_one)(FN(exp_of_row)(n, x, most, NULL)));
        EACH_IN_ROW(n) FN(give)(y + j, left, (FN(take)(x + j, left) - top) - log_sum);
    }
}

static void FN(softmax_vjp)(size_t m, size_t n, const void *yv, const void *gv, void *out)
{
    for (size_t i = 0; i < m; i++) {
        const R *y = ROW((const R *)yv), *g = ROW((const R *)gv);
        const V mean = FN(splat)(FN(sum_of_row)(n, y, g));
        EACH_IN_ROW(n) FN(give)(ROW((R *)out) + j, left, FN(take)(y + j, left) * (FN(take)(g + j, left) - mean));
    }
}

static void FN(log_softmax_vjp)(size_t m, size_t n, const void *yv, const void *gv, void *out)
{
    for (size_t i = 0; i < m; i++) {
        const R *y = ROW((const R *)yv), *g = ROW((const R *)gv);
        const V sum = FN(splat)(FN(sum_of_row)(n, g, NULL));
        EACH_IN_ROW(n) FN(give)(ROW((R *)out) + j, left, FN(take)(g + j, left) - FN(exp)(FN(take)(y + j, left)) * sum);
    }
}

static void FN(softmax_xent)(size_t m, size_t n, const void *zv, const void *tv, void *loss, void *pv)
{
    for (size_t i = 0; i < m; i++) {
        const R *z = ROW((const R *)zv), *t = ROW((const R *)tv), most = FN(most_of_row)(n, z);
        R *p = pv ? ROW((R *)pv) : NULL, sum = FN(exp_of_row)(n, z, most, p);
        FN(wide) dot = FN(wide_splat)(0);
        EACH_WIDE(j, n) {
            FN(wide) a = FN(wide_take)(z, j, n, most), b = FN(wide_take)(t, j, n, 0);
            EACH_Q dot.v[q] = FMA(b.v[q], a.v[q] - FN(splat)(most), dot.v[q]);
        }
        ((R *)loss)[i] = FN(log_of_one)(sum) * FN(sum_of_row)(n, t, NULL) - FN(sum_lanes)(dot);
        if (p) EACH_IN_ROW(n) FN(give)(p + j, left, FN(take)(p + j, left) / FN(splat)(sum));
    }
}

static void FN(softmax_xent_vjp)(size_t m, size_t n, const void *zv, const void *tv, const void *gv, void *out)
{
    for (size_t i = 0; i < m; i++) {
        const R *z = ROW((const R *)zv), *t = ROW((const R *)tv);
        const R most = FN(most_of_row)(n, z), sum = FN(exp_of_row)(n, z, most, NULL);
        const V top = FN(splat)(most), all = FN(splat)(sum), weight = FN(splat)(FN(sum_of_row)(n, t, NULL)),
                g = FN(splat)(((const R *)gv)[i]);
        EACH_IN_ROW(n) {
            V p = FN(exp)(FN(take)(z + j, left) - top) / all;
            FN(give)(ROW((R *)out) + j, left, g * (p * weight - FN(take)(t + j, left)));
        }
    }
}

/* mean, and 1/sqrt(variance + eps) */
AI V FN(moments_of_row)(size_t n, double eps, const R *x, V *factor)
{
    const V mean = FN(splat)(FN(sum_of_row)(n, x, NULL) / (R)n);
    FN(wide) sum = FN(wide_splat)(0);
    EACH_WIDE(j, n) {
        FN(wide) a = FN(wide_take)(x, j, n, mean[0]);
        EACH_Q {
            V d = a.v[q] - mean;
            sum.v[q] = FMA(d, d, sum.v[q]);
        }
    }
    *factor = 1 / FN(root)(FN(splat)(FN(sum_lanes)(sum) / (R)n + (R)eps));
    return mean;
}

static void FN(layer_norm)(size_t m, size_t n, double eps, const void *xv, void *yv)
{
    for (size_t i = 0; i < m; i++) {
        const R *x = ROW((const R *)xv);
        V factor, mean = FN(moments_of_row)(n, eps, x, &factor);
        EACH_IN_ROW(n) FN(give)(ROW((R *)yv) + j, left, (FN(take)(x + j, left) - mean) * factor);
    }
}

static void FN(layer_norm_vjp)(size_t m, size_t n, double eps, const void *xv, const void *gv, void *out)
{
    for (size_t i = 0; i < m; i++) {
        const R *x = ROW((const R *)xv), *g = ROW((const R *)gv);
        V factor, mean = FN(moments_of_row)(n, eps, x, &factor);
        FN(wide) dot = FN(wide_splat)(0);
        EACH_WIDE(j, n) {
            FN(wide) a = FN(wide_take)(x, j, n, mean[0]), b = FN(wide_take)(g, j, n, 0);
            EACH_Q dot.v[q] = FMA((a.v[q] - mean) * factor, b.v[q], dot.v[q]);
        }
        const V g_mean = FN(splat)(FN(sum_of_row)(n, g, NULL) / (R)n), gy_mean = FN(splat)(FN(sum_lanes)(dot) / (R)n);
        EACH_IN_ROW(n) {
            V y = (FN(take)(x + j, left) - mean) * factor;
            FN(give)(ROW((R *)out) + j, left, factor * ((FN(take)(g + j, left) - g_mean) - y * gy_mean));
        }
    }
}
#undef ROW

/* ---- rows of the data into a batch ---------------------------------------------------------------------------- */

/* A source and its shift and factor of another precision than the batch: the difference and the product are taken in
 * the wider. */
#define GATHER(name, S, F, W)                                                                                     \
    static void FN(name)(size_t m, size_t n, const S *src, const uint32_t *rows, const void *shifts,              \
                         const void *factors, void *out)                                                          \
    {                                                                                                             \
        const F *shift = shifts, *factor = factors;                                                               \
        for (size_t i = 0; i < m; i++) {                                                                          \
            const S *x = src + (size_t)rows[i] * n;                                                               \
            R *y = (R *)out + i * n;                                                                              \
            for (size_t j = 0; j < n; j++) {                                                                      \
                W a = (W)x[j];                                                                                    \
                if (shift) a -= (W)shift[j];                                                                      \
                if (factor) a *= (W)factor[j];                                                                    \
                y[j] = (R)a;                                                                                      \
            }                                                                                                     \
        }                                                                                                         \
    }
/* The same in vectors where source and batch agree; LOAD gives the elements at x + j as reals. A row that does not fill
 * one is taken number by number: a part of a vector costs more than the few numbers in it. */
#define GATHER_VECTOR(name, S, LOAD)                                                                              \
    static void FN(name)(size_t m, size_t n, const S *src, const uint32_t *rows, const void *shifts,              \
                         const void *factors, void *out)                                                          \
    {                                                                                                             \
        const R *shift = shifts, *factor = factors;                                                               \
        for (size_t i = 0; i < m; i++) {                                                                          \
            const S *x = src + (size_t)rows[i] * n;                                                               \
            R *y = (R *)out + i * n;                                                                              \
            for (size_t j = 0; n < (size_t)LANES && j < n; j++)                                                   \
                y[j] = ((R)x[j] - (shift ? shift[j] : 0)) * (factor ? factor[j] : 1);                             \
            if (n < (size_t)LANES) continue;                                                                      \
            EACH_IN_ROW (n) {                                                                                     \
                V a = LOAD(x + j, left);                                                                          \
                if (shift) a -= FN(take)(shift + j, left);                                                        \
                if (factor) a *= FN(take)(factor + j, left);                                                      \
                FN(give)(y + j, left, a);                                                                         \
            }                                                                                                     \
        }                                                                                                         \
    }
#if GN_REAL == 32
typedef uint8_t FN(bytes) __attribute__((vector_size(LANES)));
AI V FN(take_bytes)(const uint8_t *p, size_t k)
{
    FN(bytes) b = {0};
    __builtin_memcpy(&b, p, k < (size_t)LANES ? k : (size_t)LANES);
    return __builtin_convertvector(__builtin_convertvector(b, VI), V);
}
GATHER_VECTOR(gather_u8, uint8_t, FN(take_bytes))
GATHER_VECTOR(gather_f32, float, FN(take))
GATHER(gather_f64, double, double, double)
#else
GATHER(gather_u8, uint8_t, R, R)
GATHER(gather_f32, float, R, R)
GATHER_VECTOR(gather_f64, double, FN(take))
#endif
#undef GATHER
#undef GATHER_VECTOR
#undef EACH_IN_ROW
#undef EACH_WIDE
#undef EACH_Q
