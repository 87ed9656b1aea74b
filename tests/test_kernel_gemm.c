/* test_kernel_gemm.c -- the matrix product: as the reference for every shape, stride and epilogue; the same bits
 * however it is cut; large ones by a random vector (law 17); NaN and infinity come through. */
#include "kernel_help.h"

/* A product laid out as asked, all operands in blocks of exactly their size. */
typedef struct layout { size_t m, n, k; int a_order, b_order; size_t gap; } layout;
typedef struct product { layout l; gn_gemm g; void *a, *b, *c, *start; size_t a_size, b_size, c_size; } product;

/* 0: rows contiguous, 1: columns contiguous, 2: neither. */
static size_t strides(int order, size_t rows, size_t columns, size_t gap, size_t *by_row, size_t *by_column)
{
    *by_row = order == 0 ? columns + gap : order == 1 ? 1 : 2 * columns + gap;
    *by_column = order == 0 ? 1 : order == 1 ? rows + gap : 2;
    return rows && columns ? (rows - 1) * *by_row + (columns - 1) * *by_column + 1 : 0;
}

static product make(gn_type t, layout l, uint64_t seed)
{
    product p = {.l = l, .g = {.m = l.m, .n = l.n, .k = l.k, .ldc = l.n + l.gap}};
    draw d = {seed};
    p.a_size = strides(l.a_order, l.m, l.k, l.gap, &p.g.am, &p.g.ak);
    p.b_size = strides(l.b_order, l.k, l.n, l.gap, &p.g.bk, &p.g.bn);
    p.c_size = (l.m - 1) * p.g.ldc + l.n;
    p.g.a = p.a = block(t, p.a_size);
    p.g.b = p.b = block(t, p.b_size);
    p.g.c = p.c = block(t, p.c_size);
    p.start = block(t, p.c_size);
    fill(t, p.a, p.a_size, &d, -1, 1);
    fill(t, p.b, p.b_size, &d, -1, 1);
    fill(t, p.start, p.c_size, &d, -1, 1);
    memcpy(p.c, p.start, p.c_size * gn_type_size(t));
    return p;
}

static void release(product *p)
{
    free(p->a), free(p->b), free(p->c), free(p->start);
}

static void run(const gn_kernels *k, gn_gemm g)
{
    void *pack = malloc(k->gemm_scratch(g.m, g.n, g.k) + 1);
    assert_non_null(pack);
    g.pack = pack;
    k->gemm(&g);
    free(pack);
}

/* Run p and leave the result in `out` (c_size elements), C as it was. */
static void result(const gn_kernels *k, product *p, void *out)
{
    size_t bytes = p->c_size * gn_type_size(k->type);
    memcpy(p->c, p->start, bytes);
    run(k, p->g);
    memcpy(out, p->c, bytes);
}

static void assert_near(const gn_kernels *k, int exact, const product *p, const void *got, const void *want, bool bits)
{
    double eps = k->type == GN_F32 ? 0x1p-24 : 0x1p-53, allowed = bits ? 0 : eps * ((double)p->l.k + 8) * 2 + 1e-300;
    for (size_t i = 0; i < p->c_size; i++) {
        double a = get(k->type, got, i), b = get(k->type, want, i);
        if (!(fabs(a - b) <= allowed * fmax(1, fabs(b))))
            fail_msg("%s %s f%d, %zux%zux%zu orders %d %d, accumulate %d, element %zu: %.17g, reference %.17g",
                     gn_isa_name(k->isa), mode_name(exact), k->type == GN_F32 ? 32 : 64, p->l.m, p->l.n, p->l.k,
                     p->l.a_order, p->l.b_order, p->g.accumulate, i, a, b);
    }
}

/* Exact mode multiplies and adds as the reference does, so its bits are the reference's. What lies between the rows of
 * C stays. */
static void shape(layout l, uint64_t seed)
{
    EACH_TYPE(t) {
        product p = make(t, l, seed);
        void *got = block(t, p.c_size), *want = block(t, p.c_size);
        for (int accumulate = 0; accumulate < 2; accumulate++) {
            p.g.accumulate = accumulate;
            result(gn_kernels_reference(t), &p, want);
            EACH_TABLE(k, t) {
                result(k, &p, got);
                assert_near(k, exact_k, &p, got, want, exact_k);
            }
        }
        free(got), free(want);
        release(&p);
    }
}

static void shapes_and_strides(void **state UNUSED_PARAMETER)
{
    static const size_t m[] = {1, 2, 3, 5, 13, 14, 15, 29}, n[] = {1, 3, 4, 7, 16, 17, 31, 33, 50},
                        k[] = {0, 1, 2, 5, 16, 19};
    uint64_t seed = 1;
    for (size_t i = 0; i < GN_COUNT(m); i++)
        for (size_t j = 0; j < GN_COUNT(n); j++)
            for (size_t q = 0; q < GN_COUNT(k); q++, seed++)
                shape((layout){m[i], n[j], k[q], (int)(seed % 3), (int)(seed / 3 % 3), seed % 5 == 0 ? 3 : 0}, seed);
}

/* Sizes beyond one block of k, m and n, with strides that crowd the cache. */
static void blocks(void **state UNUSED_PARAMETER)
{
    for (int order = 0; order < 9; order++) {
        shape((layout){31, 37, 1100, order % 3, order / 3, 0}, (uint64_t)order);
        shape((layout){130, 290, 20, order % 3, order / 3, 1}, (uint64_t)order);
        shape((layout){30, 40, 512, order % 3, order / 3, 0}, (uint64_t)order);
    }
    shape((layout){40, 1024, 64, 1, 0, 0}, 3);
    shape((layout){512, 70, 40, 1, 0, 0}, 3);
}

/* ---- the same bits however it is cut -------------------------------------------------------------------------- */

static void cut(const gn_kernels *k, product *p, size_t rows, size_t columns, void *out)
{
    gn_type t = k->type;
    size_t bytes = p->c_size * gn_type_size(t);
    memcpy(p->c, p->start, bytes);
    for (size_t i = 0; i < p->l.m; i += rows)
        for (size_t j = 0; j < p->l.n; j += columns) {
            gn_gemm g = p->g;
            g.m = p->l.m - i < rows ? p->l.m - i : rows;
            g.n = p->l.n - j < columns ? p->l.n - j : columns;
            g.a = at(t, p->a, i * g.am);
            g.b = at(t, p->b, j * g.bn);
            g.c = at(t, p->c, i * g.ldc + j);
            if (g.bias) g.bias = (const char *)g.bias + j * gn_type_size(t);
            run(k, g);
        }
    memcpy(out, p->c, bytes);
}

static void cuts_keep_the_bits(void **state UNUSED_PARAMETER)
{
    static const size_t cuts[][2] = {{1, 1}, {1, 100}, {14, 7}, {8, 32}, {5, 16}, {37, 1}, {20, 33}};
    EACH_TYPE(t) for (int order = 0; order < 9; order++) {
        product p = make(t, (layout){37, 71, 300, order % 3, order / 3, 0}, 17);
        void *whole = block(t, p.c_size), *got = block(t, p.c_size);
        p.g.bias = p.a;
        p.g.accumulate = order % 2;
        EACH_TABLE(k, t) {
            result(k, &p, whole);
            for (size_t c = 0; c < GN_COUNT(cuts); c++) {
                cut(k, &p, cuts[c][0], cuts[c][1], got);
                if (memcmp(got, whole, p.c_size * gn_type_size(t)) != 0)
                    fail_msg("%s %s f%d orders %d: cut by %zu, %zu", gn_isa_name(k->isa), mode_name(exact_k),
                             t == GN_F32 ? 32 : 64, order, cuts[c][0], cuts[c][1]);
            }
        }
        free(whole), free(got);
        release(&p);
    }
}

/* ---- the epilogue --------------------------------------------------------------------------------------------- */

/* The product alone, then bias, activation and slope by the table's own kernels, row by row: the same bits as in one
 * call. */
static void apart(const gn_kernels *k, product *p, void *out)
{
    gn_type t = k->type;
    gn_gemm whole = p->g;
    p->g.bias = NULL, p->g.act = NULL, p->g.slope = NULL;
    result(k, p, out);
    p->g = whole;
    for (size_t i = 0; i < p->l.m; i++) {
        void *row = at(t, out, i * whole.ldc);
        if (whole.bias) k->value[GN_P_add](p->l.n, (const void *const[3]){row, whole.bias}, all_steps, NULL, row);
        if (whole.act) whole.act(p->l.n, (const void *const[3]){row}, all_steps, whole.act_par, row);
        const void *x = whole.act_in ? (const char *)whole.act_in + i * whole.ldc_act * gn_type_size(t) : NULL;
        const void *y = whole.act_out ? (const char *)whole.act_out + i * whole.ldc_act * gn_type_size(t) : NULL;
        if (whole.slope) whole.slope(p->l.n, (const void *const[3]){x}, all_steps, y, row, 1, whole.act_par, row);
    }
}

static void epilogues(const gn_kernels *k, product *p, gn_pointwise op)
{
    size_t count = p->l.m * (p->l.n + p->l.gap);
    void *bias = block(k->type, p->l.n), *x = block(k->type, count), *y = block(k->type, count),
         *got = block(k->type, p->c_size), *want = block(k->type, p->c_size);
    draw d = {4};
    fill(k->type, bias, p->l.n, &d, -1, 1);
    fill(k->type, x, count, &d, -2, 2);
    p->g.act_par = gn_pointwise_table()[op].parameter_default;
    k->value[op](count, (const void *const[3]){x}, all_steps, p->g.act_par, y);
    for (int mask = 0; mask < 6; mask++) {
        p->g.bias = mask % 2 ? bias : NULL;
        p->g.act = mask / 2 == 1 ? k->value[op] : NULL;
        p->g.slope = mask / 2 == 2 ? k->slope[op][0] : NULL;
        p->g.act_in = mask / 2 == 2 ? x : NULL;
        p->g.act_out = mask / 2 == 2 ? y : NULL;
        p->g.ldc_act = p->l.n + p->l.gap;
        result(k, p, got);
        apart(k, p, want);
        for (size_t i = 0; i < p->c_size; i++)
            assert_true(same_bits(k->type, get(k->type, got, i), get(k->type, want, i)));
    }
    free(bias), free(x), free(y), free(got), free(want);
}

static void epilogue_is_what_it_says(void **state UNUSED_PARAMETER)
{
    static const gn_pointwise acts[] = {GN_P_relu, GN_P_tanh, GN_P_leaky_relu, GN_P_gelu};
    EACH_TYPE(t) EACH_TABLE(k, t) for (size_t a = 0; a < GN_COUNT(acts); a++) for (size_t gap = 0; gap < 4; gap += 3) {
        product p = make(t, (layout){29, 45, 600, 0, (int)a % 2, gap}, a);
        epilogues(k, &p, acts[a]);
        release(&p);
    }
}

/* ---- law 17 --------------------------------------------------------------------------------------------------- */

/* C v = A (B v), in double. */
static void by_random_vector(gn_type t, layout l, bool transposed_b)
{
    l.b_order = transposed_b;
    EACH_TABLE(k, t) {
        if (isa_k == GN_ISA_BASE && exact_k) continue;          /* the same table */
        product p = make(t, l, 23);
        double *bv = calloc(l.k, sizeof *bv), eps = t == GN_F32 ? 0x1p-24 : 0x1p-53;
        double *v = calloc(l.n, sizeof *v);
        draw d = {29};
        run(k, p.g);
        for (size_t j = 0; j < l.n; j++) v[j] = draw_between(&d, -1, 1);
        for (size_t q = 0; q < l.k; q++)
            for (size_t j = 0; j < l.n; j++) bv[q] += get(t, p.b, q * p.g.bk + j * p.g.bn) * v[j];
        for (size_t i = 0; i < l.m; i++) {
            double got = 0, want = 0, scale = 0;
            for (size_t j = 0; j < l.n; j++) got += get(t, p.c, i * p.g.ldc + j) * v[j];
            for (size_t q = 0; q < l.k; q++) {
                double a = get(t, p.a, i * p.g.am + q * p.g.ak);
                want += a * bv[q];
                scale += fabs(a * bv[q]);
            }
            if (!(fabs(got - want) <= 8 * eps * sqrt((double)l.k) * scale))
                fail_msg("%s row %zu: %.17g, expected %.17g", gn_isa_name(k->isa), i, got, want);
        }
        free(bv), free(v);
        release(&p);
    }
}

static void large_products(void **state UNUSED_PARAMETER)
{
    by_random_vector(GN_F32, (layout){301, 1025, 700, 0, 0, 0}, false);
    by_random_vector(GN_F32, (layout){64, 128, 3001, 0, 0, 0}, true);
    by_random_vector(GN_F32, (layout){1024, 300, 64, 1, 0, 0}, false);
    by_random_vector(GN_F64, (layout){150, 513, 700, 0, 0, 0}, true);
}

/* ---- what is not finite --------------------------------------------------------------------------------------- */

/* One such element of A spoils its row of C and no other; it is not hidden by a zero in B. */
static void not_finite(void **state UNUSED_PARAMETER)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    EACH_TYPE(t) EACH_TABLE(k, t) for (size_t i = 0; i < GN_COUNT(bad); i++) {
        product p = make(t, (layout){17, 35, 20, 0, 0, 0}, 31);
        put(t, p.a, 4 * p.g.am + 7, bad[i]);
        put(t, p.b, 7 * p.g.bk + 2, 0);
        run(k, p.g);
        for (size_t r = 0; r < 17; r++)
            for (size_t j = 0; j < 35; j++) assert_int_equal(isfinite(get(t, p.c, r * p.g.ldc + j)) != 0, r != 4);
        assert_true(isnan(get(t, p.c, 4 * p.g.ldc + 2)));
        release(&p);
    }
}

/* Fast mode on a level with fma rounds once: (1 + e)^2 - 1 keeps its last term. */
static void modes_differ_by_fma(void **state UNUSED_PARAMETER)
{
    EACH_TYPE(t) EACH_TABLE(k, t) {
        double e = t == GN_F32 ? 0x1p-13 : 0x1p-27;
        product p = make(t, (layout){1, 1, 2, 0, 0, 0}, 1);
        put(t, p.a, 0, -1), put(t, p.b, 0, 1 + 2 * e), put(t, p.a, 1, 1 + e), put(t, p.b, 1, 1 + e);
        run(k, p.g);
        bool fused = k->isa != GN_ISA_BASE && !exact_k;
        assert_true(get(t, p.c, 0) == (fused ? e * e : 0));
        release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_and_strides),  cmocka_unit_test(blocks),
        cmocka_unit_test(cuts_keep_the_bits),  cmocka_unit_test(epilogue_is_what_it_says),
        cmocka_unit_test(large_products),      cmocka_unit_test(not_finite),
        cmocka_unit_test(modes_differ_by_fma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
