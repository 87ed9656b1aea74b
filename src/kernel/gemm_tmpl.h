/* gemm_tmpl.h -- the matrix product for one precision on one level: panels of B and A in cache, tiles of C in
 * registers.
 *
 * Invariant: an element of C is one chain of FMAs over k in order, started from 0 or from C. How k, m and n are cut,
 * which tile computes it and whether its operands were packed never changes its bits; padding only fills lanes that are
 * not stored. */

enum {
    FN(tile_n) = GN_TILE_V * LANES,
    FN(kc) = 16384 / (GN_TILE_V * GN_VB) * 2,
    FN(mc) = GN_TILE_M * 8,
    FN(nc) = FN(tile_n) * 8
};

/* What a tile needs besides its place. */
typedef struct FN(tile_plan) {
    size_t k;
    size_t a_row, a_step;       /* A[r*a_row + p*a_step] */
    size_t ldc;
    bool load;                  /* go on from C */
} FN(tile_plan);
typedef void (*FN(tile_kernel))(const FN(tile_plan) *plan, const R *a, const R *b, size_t b_step, R *c, size_t last,
                                const R *bias);

/* M rows by NV vectors of C; `last` columns of the last vector exist. */
AI void FN(tile)(const int M, const int NV, const FN(tile_plan) *plan, size_t k, size_t a_row, size_t a_step,
                 const R *a, const R *b, size_t b_step, R *c, size_t last, const R *bias)
{
    V acc[GN_TILE_M][GN_TILE_V];
    const size_t ldc = plan->ldc;
    UNROLL for (int r = 0; r < M; r++)
        UNROLL for (int v = 0; v < NV; v++) acc[r][v] = K(0);
    if (plan->load)
        UNROLL for (int r = 0; r < M; r++)
            UNROLL for (int v = 0; v < NV; v++)
                acc[r][v] = FN(take)(c + r * ldc + v * LANES, v == NV - 1 ? last : LANES);
    for (; k; k--) {
        V bv[GN_TILE_V];
        UNROLL for (int v = 0; v < NV; v++) bv[v] = FN(load)(b + v * LANES);
        UNROLL for (int r = 0; r < M; r++) {
            V av = FN(splat)(a[r * a_row]);
            UNROLL for (int v = 0; v < NV; v++) acc[r][v] = FMA(av, bv[v], acc[r][v]);
        }
        a += a_step;
        b += b_step;
    }
    if (bias)
        UNROLL for (int v = 0; v < NV; v++) {
            V add = FN(take)(bias + v * LANES, v == NV - 1 ? last : LANES);
            UNROLL for (int r = 0; r < M; r++) acc[r][v] += add;
        }
    UNROLL for (int r = 0; r < M; r++)
        UNROLL for (int v = 0; v < NV; v++) FN(give)(c + r * ldc + v * LANES, v == NV - 1 ? last : LANES, acc[r][v]);
}

/* One function a shape. Rows of A that lie side by side have constant addresses. */
#define TILE(M, NV)                                                                                           \
    NOINLINE void FN(tile_##M##_##NV)(const FN(tile_plan) *plan, const R *a, const R *b, size_t b_step, R *c, \
                                      size_t last, const R *bias)                                             \
    {                                                                                                         \
        if (plan->a_row == 1)                                                                                 \
            FN(tile)(M, NV, plan, plan->k, 1, plan->a_step, a, b, b_step, c, last, bias);                     \
        else                                                                                                  \
            FN(tile)(M, NV, plan, plan->k, plan->a_row, 1, a, b, b_step, c, last, bias);                      \
    }
#define TILE_ENTRY(M, NV) {M, {FN(tile_##M##_1), FN(tile_##M##_2)}},
#define TILE_BOTH(M, NV) TILE(M, 1) TILE(M, 2)
GN_TILES(TILE_BOTH)
static const struct { size_t m; FN(tile_kernel) run[2]; } FN(tiles)[] = {GN_TILES(TILE_ENTRY)};
#undef TILE
#undef TILE_ENTRY
#undef TILE_BOTH

/* ---- packing ----------------------------------------------------------------------------------------------------- */

/* LANES rows into LANES columns: first inside 16 bytes, then the 16-byte pieces among themselves. */
typedef double FN(d) __attribute__((vector_size(GN_VB)));
#define AS_D(a) ((FN(d))(a))
#if GN_VB == 64
#define LOW64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 0, 8, 2, 10, 4, 12, 6, 14)
#define HIGH64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN128(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 0, 1, 4, 5, 8, 9, 12, 13)
#define ODD128(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 2, 3, 6, 7, 10, 11, 14, 15)
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#elif GN_VB == 32
#define LOW64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 0, 4, 2, 6)
#define HIGH64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 1, 5, 3, 7)
#define EVEN128(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 0, 1, 4, 5)
#define ODD128(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 2, 3, 6, 7)
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#else
#define LOW64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 0, 2)
#define HIGH64(a, b) (V)__builtin_shufflevector(AS_D(a), AS_D(b), 1, 3)
#define LOW32(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH32(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif
enum { FN(piece) = 16 / sizeof(R), FN(pieces) = GN_VB / 16 };

AI void FN(transpose_pieces)(V r[LANES])
{
    UNROLL for (int i = 0; i < LANES; i += FN(piece)) {
        V *t = r + i;
#if GN_REAL == 32
        V a = LOW32(t[0], t[1]), b = LOW32(t[2], t[3]), c = HIGH32(t[0], t[1]), d = HIGH32(t[2], t[3]);
        t[0] = LOW64(a, b), t[1] = HIGH64(a, b), t[2] = LOW64(c, d), t[3] = HIGH64(c, d);
#else
        V a = LOW64(t[0], t[1]), b = HIGH64(t[0], t[1]);
        t[0] = a, t[1] = b;
#endif
    }
}

AI void FN(transpose_block)(V r[LANES])
{
    FN(transpose_pieces)(r);
#if GN_VB > 16
    UNROLL for (int h = 0; h < FN(piece); h++) {
        V *t = r + h;
        enum { Q = FN(piece) };
#if GN_VB == 64
        V a = EVEN128(t[0], t[Q]), b = ODD128(t[0], t[Q]), c = EVEN128(t[2 * Q], t[3 * Q]),
          d = ODD128(t[2 * Q], t[3 * Q]);
        t[0] = EVEN128(a, c), t[Q] = EVEN128(b, d), t[2 * Q] = ODD128(a, c), t[3 * Q] = ODD128(b, d);
#else
        V a = EVEN128(t[0], t[Q]), b = ODD128(t[0], t[Q]);
        t[0] = a, t[Q] = b;
#endif
    }
#endif
}

/* out[q*ldo + i] = x[i*ldx + q] for i < rows <= LANES, q < columns <= LANES; lanes i >= rows of what is written, up to
 * `width`, are 0. */
AI void FN(transpose_edge)(size_t rows, size_t columns, const R *x, size_t ldx, R *out, size_t ldo, size_t width)
{
    V r[LANES];
    UNROLL for (int i = 0; i < LANES; i++) r[i] = (size_t)i < rows ? FN(take)(x + i * ldx, columns) : K(0);
    FN(transpose_block)(r);
    UNROLL for (int q = 0; q < LANES; q++)
        if ((size_t)q < columns) FN(give)(out + q * ldo, width, r[q]);
}

NOINLINE void FN(transpose_piece)(size_t rows, size_t columns, const R *x, size_t ldx, R *out, size_t ldo, size_t width)
{
    if (rows < (size_t)LANES || columns < (size_t)LANES || width < (size_t)LANES) {
        FN(transpose_edge)(rows, columns, x, ldx, out, ldo, width);
        return;
    }
    V r[LANES];
    UNROLL for (int i = 0; i < LANES; i++) r[i] = FN(load)(x + i * ldx);
    FN(transpose_block)(r);
    UNROLL for (int q = 0; q < LANES; q++) FN(store)(out + q * ldo, r[q]);
}

/* A panel: out[p*width + i] = x[i*across + p*along] for i < count, 0 for count <= i < width. */
static void FN(pack_panel)(size_t count, size_t width, size_t k, const R *x, size_t across, size_t along, R *out)
{
    if (along == 1) {
        for (size_t i = 0; i < width; i += LANES) {
            size_t rows = i >= count ? 0 : count - i < (size_t)LANES ? count - i : (size_t)LANES;
            for (size_t p = 0; p < k; p += LANES)
                FN(transpose_piece)(rows, k - p < (size_t)LANES ? k - p : (size_t)LANES, x + i * across + p, across,
                                    out + p * width + i, width, width - i);
        }
    } else if (across == 1) {
        for (size_t p = 0; p < k; p++)
            for (size_t i = 0; i < width; i += LANES)
                FN(give)(out + p * width + i, width - i, i < count ? FN(take)(x + p * along + i, count - i) : K(0));
    } else {
        for (size_t p = 0; p < k; p++)
            for (size_t i = 0; i < width; i++) out[p * width + i] = i < count ? x[i * across + p * along] : 0;
    }
}

/* ---- the product ------------------------------------------------------------------------------------------------- */

/* Strides that put the lines of many rows into the same few places of the first cache. */
AI bool FN(crowded)(size_t stride) { return stride * sizeof(R) % 2048 == 0; }

static size_t FN(gemm_scratch)(size_t m, size_t n, size_t k)
{
    size_t kc = k < (size_t)FN(kc) ? k : (size_t)FN(kc), nc = n < (size_t)FN(nc) ? n : (size_t)FN(nc),
           mc = m < (size_t)FN(mc) ? m : (size_t)FN(mc);
    return ((nc + FN(tile_n)) * kc + (mc + GN_TILE_M) * kc) * sizeof(R) + 128;
}

typedef struct FN(product) {
    const gn_gemm *g;
    FN(tile_plan) plan;
    R *a_pack, *b_pack;
    bool pack_a, pack_b;
    size_t p0, kc, j0, nc;      /* the block at work */
    bool finish;                /* the last part of k: bias and epilogue follow */
} FN(product);

/* The B panel at column j of the block: where it starts and its step. */
AI const R *FN(b_panel)(const FN(product) *w, size_t j, size_t *step)
{
    const gn_gemm *g = w->g;
    size_t left = w->nc - j, width = left > LANES ? FN(tile_n) : LANES;
    if (w->pack_b || left < width) {
        *step = width;
        return w->b_pack + (w->pack_b ? j * w->kc : 0);
    }
    *step = g->bk;
    return (const R *)g->b + w->p0 * g->bk + w->j0 + j;
}

static void FN(pack_b)(const FN(product) *w)
{
    const gn_gemm *g = w->g;
    const R *b = (const R *)g->b + w->p0 * g->bk + w->j0 * g->bn;
    for (size_t j = 0; j < w->nc; j += FN(tile_n)) {
        size_t left = w->nc - j, width = left > LANES ? FN(tile_n) : LANES;
        if (w->pack_b || left < width)
            FN(pack_panel)(left < width ? left : width, width, w->kc, b + j * g->bn, g->bn, g->bk,
                           w->b_pack + (w->pack_b ? j * w->kc : 0));
    }
}

static void FN(pack_a)(const FN(product) *w, size_t i0, size_t mc)
{
    const gn_gemm *g = w->g;
    const R *a = (const R *)g->a + i0 * g->am + w->p0 * g->ak;
    for (size_t i = 0; i < mc; i += GN_TILE_M)
        FN(pack_panel)(mc - i < GN_TILE_M ? mc - i : GN_TILE_M, GN_TILE_M, w->kc, a + i * g->am, g->am, g->ak,
                       w->a_pack + i * w->kc);
}

/* Rows i0..i0+mc of one panel of columns. */
static void FN(column_of_tiles)(const FN(product) *w, size_t i0, size_t mc, size_t j)
{
    const gn_gemm *g = w->g;
    size_t left = w->nc - j, columns = left < (size_t)FN(tile_n) ? left : (size_t)FN(tile_n), b_step, t = 0;
    const R *b = FN(b_panel)(w, j, &b_step), *bias = w->finish && g->bias ? (const R *)g->bias + w->j0 + j : NULL;
    const int two = columns > (size_t)LANES;
    for (size_t i = 0; i < mc; i += FN(tiles)[t].m) {
        while (FN(tiles)[t].m > mc - i) t++;
        size_t inside = i % GN_TILE_M;
        const R *a =
            w->pack_a ? w->a_pack + (i - inside) * w->kc + inside : (const R *)g->a + (i0 + i) * g->am + w->p0 * g->ak;
        FN(tiles)[t].run[two](&w->plan, a, b, b_step, (R *)g->c + (i0 + i) * g->ldc + w->j0 + j,
                              columns - (two ? LANES : 0), bias);
    }
}

static void FN(epilogue)(const gn_gemm *g, size_t i0, size_t mc, size_t j0, size_t nc)
{
    if (!g->act && !g->slope) return;
    static const int each[3] = {1, 1, 1};
    bool whole = nc == g->ldc && (!g->slope || g->ldc_act == nc);
    size_t count = whole ? mc * nc : nc;
    for (size_t i = i0; i < i0 + mc; i += whole ? mc : 1) {
        R *c = (R *)g->c + i * g->ldc + j0;
        const R *x = g->act_in ? (const R *)g->act_in + i * g->ldc_act + j0 : NULL;
        const R *y = g->act_out ? (const R *)g->act_out + i * g->ldc_act + j0 : NULL;
        if (g->act) g->act(count, (const void *const[3]){c, NULL, NULL}, each, g->act_par, c);
        if (g->slope) g->slope(count, (const void *const[3]){x, NULL, NULL}, each, y, c, 1, g->act_par, c);
    }
}

static void FN(column_block)(FN(product) *w)
{
    const gn_gemm *g = w->g;
    FN(pack_b)(w);
    for (size_t i0 = 0; i0 < g->m; i0 += FN(mc)) {
        size_t mc = g->m - i0 < (size_t)FN(mc) ? g->m - i0 : (size_t)FN(mc);
        if (w->pack_a) FN(pack_a)(w, i0, mc);
        for (size_t j = 0; j < w->nc; j += FN(tile_n)) FN(column_of_tiles)(w, i0, mc, j);
        if (w->finish) FN(epilogue)(g, i0, mc, w->j0, w->nc);
    }
}

/* One row of A against rows of B that are whole in memory: they are turned in registers as they come, since packing
 * them would cost more than the product. GROUP chains at once hide the latency of each. */
enum { FN(group) = 8 };

AI void FN(row_step)(size_t rows, size_t columns, const R *a, size_t ak, const R *b, size_t bn, V *acc)
{
    V r[LANES];
    UNROLL for (int i = 0; i < LANES; i++) r[i] = (size_t)i < rows ? FN(take)(b + (size_t)i * bn, columns) : K(0);
    FN(transpose_block)(r);
    UNROLL for (int q = 0; q < LANES; q++)
        if ((size_t)q < columns) *acc = FMA(FN(splat)(a[(size_t)q * ak]), r[q], *acc);
}

/* Columns j .. j + LANES*GROUP of the one row of C; `left` of them exist. */
NOINLINE void FN(row_of_tiles)(const gn_gemm *g, size_t j, size_t left)
{
    const R *a = g->a, *b = (const R *)g->b + j * g->bn;
    R *c = (R *)g->c + j;
    V acc[FN(group)];
    for (int t = 0; t < FN(group); t++)
        acc[t] = g->accumulate && left > (size_t)t * LANES ? FN(take)(c + t * LANES, left - (size_t)t * LANES) : K(0);
    for (size_t p = 0; p < g->k; p += LANES) {
        size_t columns = g->k - p < (size_t)LANES ? g->k - p : (size_t)LANES;
        for (int t = 0; t < FN(group) && left > (size_t)t * LANES; t++) {
            size_t rows = left - (size_t)t * LANES;
            const R *at = b + (size_t)t * LANES * g->bn + p;
            if (rows >= (size_t)LANES && columns == (size_t)LANES)
                FN(row_step)(LANES, LANES, a + p * g->ak, g->ak, at, g->bn, &acc[t]);
            else FN(row_step)(rows, columns, a + p * g->ak, g->ak, at, g->bn, &acc[t]);
        }
    }
    const R *bias = g->bias ? (const R *)g->bias + j : NULL;
    for (int t = 0; t < FN(group) && left > (size_t)t * LANES; t++) {
        size_t count = left - (size_t)t * LANES;
        if (bias) acc[t] += FN(take)(bias + t * LANES, count);
        FN(give)(c + t * LANES, count, acc[t]);
    }
}

static void FN(one_row)(const gn_gemm *g)
{
    for (size_t j = 0; j < g->n; j += LANES * FN(group)) FN(row_of_tiles)(g, j, g->n - j);
    FN(epilogue)(g, 0, 1, 0, g->n);
}

static void FN(gemm)(const gn_gemm *g)
{
    if (!g->m || !g->n) return;
    if (g->m == 1 && g->bk == 1 && g->bn != 1) {
        FN(one_row)(g);
        return;
    }
    FN(product) w = {.g = g};
    const size_t parts = g->k ? (g->k + FN(kc) - 1) / FN(kc) : 1, kc = (g->k + parts - 1) / parts;
    w.pack_b = g->bn != 1 || (FN(crowded)(g->bk) && g->m > 2 * GN_TILE_M);
    w.pack_a = (g->am != 1 && g->ak != 1) ||
               (FN(crowded)(g->am == 1 ? g->ak : g->am) && g->m > 1 && g->n > (size_t)FN(tile_n));
    uintptr_t start = ((uintptr_t)g->pack + 63) & ~(uintptr_t)63;
    w.b_pack = (R *)start;
    w.a_pack = w.b_pack + ((g->n < (size_t)FN(nc) ? g->n : (size_t)FN(nc)) + FN(tile_n)) * kc;
    w.plan.a_row = w.pack_a ? 1 : g->am;
    w.plan.a_step = w.pack_a ? GN_TILE_M : g->ak;
    w.plan.ldc = g->ldc;
    for (w.p0 = 0; w.p0 == 0 || w.p0 < g->k; w.p0 += kc) {
        w.plan.k = w.kc = g->k - w.p0 < kc ? g->k - w.p0 : kc;
        w.plan.load = w.p0 > 0 || g->accumulate;
        w.finish = w.p0 + w.kc == g->k;
        for (w.j0 = 0; w.j0 < g->n; w.j0 += FN(nc)) {
            w.nc = g->n - w.j0 < (size_t)FN(nc) ? g->n - w.j0 : (size_t)FN(nc);
            FN(column_block)(&w);
        }
        if (!g->k) break;
    }
}
#undef AS_D
#undef LOW32
#undef HIGH32
#undef LOW64
#undef HIGH64
#undef EVEN128
#undef ODD128
