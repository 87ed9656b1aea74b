/* test_kernel_rows.c -- sums, moves and operations on rows: near the reference on every level, the same bits in exact
 * mode, and what is not finite comes through. */
#include "kernel_help.h"

enum { M = 5, MOST = 150 };
static const size_t widths[] = {1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 33, 64, 100, 149};

/* One kernel under one name: out is (m,n), what it does not write stays 0. */
typedef struct rows_in { size_t m, n; void *x, *y, *column; uint8_t *bytes; uint32_t *rows; } rows_in;
typedef void rows_run(const gn_kernels *k, const rows_in *in, void *out);

static void do_sum_rows(const gn_kernels *k, const rows_in *in, void *out)
{
    k->sum_rows(in->m, in->n, in->x, in->n, out);
}
static void do_sum_cols(const gn_kernels *k, const rows_in *in, void *out)
{
    k->sum_cols(in->m, in->n, in->x, in->n, out);
}
static void do_sum(const gn_kernels *k, const rows_in *in, void *out)
{
    put(k->type, out, 0, k->sum(in->m * in->n, in->x));
}
static void do_dot(const gn_kernels *k, const rows_in *in, void *out)
{
    put(k->type, out, 0, k->dot(in->m * in->n, in->x, in->y));
}
static void do_squares(const gn_kernels *k, const rows_in *in, void *out)
{
    put(k->type, out, 0, k->sum_squares(in->m * in->n, in->x));
}
static void do_transpose(const gn_kernels *k, const rows_in *in, void *out)
{
    k->transpose(in->m, in->n, in->x, in->n, out, in->m);
}
static void do_axpy(const gn_kernels *k, const rows_in *in, void *out)
{
    memcpy(out, in->y, in->m * in->n * gn_type_size(k->type));
    k->axpy(in->m * in->n, -0.3, in->x, out);
}
static void do_scale(const gn_kernels *k, const rows_in *in, void *out)
{
    memcpy(out, in->y, in->m * in->n * gn_type_size(k->type));
    k->scale(in->m * in->n, 1.7, out);
}
static void do_clamp(const gn_kernels *k, const rows_in *in, void *out)
{
    memcpy(out, in->x, in->m * in->n * gn_type_size(k->type));
    k->clamp(in->m * in->n, 0.75, out);
}
static void do_softmax(const gn_kernels *k, const rows_in *in, void *out) { k->softmax(in->m, in->n, in->x, out); }
static void do_log_softmax(const gn_kernels *k, const rows_in *in, void *out)
{
    k->log_softmax(in->m, in->n, in->x, out);
}
static void do_softmax_vjp(const gn_kernels *k, const rows_in *in, void *out)
{
    k->softmax_vjp(in->m, in->n, in->y, in->x, out);
}
static void do_log_softmax_vjp(const gn_kernels *k, const rows_in *in, void *out)
{
    k->log_softmax_vjp(in->m, in->n, in->y, in->x, out);
}
static void do_xent(const gn_kernels *k, const rows_in *in, void *out)
{
    k->softmax_xent(in->m, in->n, in->x, in->y, out, NULL);
}
static void do_xent_p(const gn_kernels *k, const rows_in *in, void *out)
{
    char loss[M * sizeof(double)];
    k->softmax_xent(in->m, in->n, in->x, in->y, loss, out);
}
static void do_xent_vjp(const gn_kernels *k, const rows_in *in, void *out)
{
    k->softmax_xent_vjp(in->m, in->n, in->x, in->y, in->column, out);
}
static void do_norm(const gn_kernels *k, const rows_in *in, void *out)
{
    k->layer_norm(in->m, in->n, 1e-5, in->x, out);
}
static void do_norm_vjp(const gn_kernels *k, const rows_in *in, void *out)
{
    k->layer_norm_vjp(in->m, in->n, 1e-5, in->x, in->y, out);
}

/* shift and factor are the first numbers of the source, whatever its type; every other width goes without. */
static void fill_scale(const gn_kernels *k, size_t n, double *shift, double *factor)
{
    for (size_t j = 0; j < n; j++) {
        put(k->type, shift, j, (double)j / 3);
        put(k->type, factor, j, 1 / (1 + (double)j));
    }
}
static void do_bytes(const gn_kernels *k, const rows_in *in, void *out)
{
    double shift[MOST], factor[MOST];
    fill_scale(k, in->n, shift, factor);
    k->gather_u8(in->m, in->n, in->bytes, in->rows, in->n % 2 ? shift : NULL, in->n % 3 ? factor : NULL, out);
}
static void do_floats(const gn_kernels *k, const rows_in *in, void *out)
{
    float source[M * MOST];
    double shift[MOST], factor[MOST];
    for (size_t i = 0; i < in->m * in->n; i++) source[i] = (float)get(k->type, in->x, i);
    fill_scale(k, in->n, shift, factor);
    k->gather_f32(in->m, in->n, source, in->rows, in->n % 2 ? shift : NULL, in->n % 3 ? factor : NULL, out);
}
static void do_doubles(const gn_kernels *k, const rows_in *in, void *out)
{
    double source[M * MOST], shift[MOST], factor[MOST];
    for (size_t i = 0; i < in->m * in->n; i++) source[i] = get(k->type, in->x, i);
    for (size_t j = 0; j < in->n; j++) shift[j] = (double)j / 3, factor[j] = 1 / (1 + (double)j);
    k->gather_f64(in->m, in->n, source, in->rows, in->n % 2 ? shift : NULL, in->n % 3 ? factor : NULL, out);
}

/* ulp: how far from the reference, in units of the last place of the largest number among the results and 1; 0 where
 * only moves and single operations are made. shows_nan: whether NaN somewhere in the first row must show in the
 * results. */
static const struct { const char *name; rows_run *run; double ulp; bool shows_nan;
} kernels[] = {
    {"sum_rows", do_sum_rows, 0, true},
    {"sum_cols", do_sum_cols, 8, true},
    {"sum", do_sum, 64, true},
    {"dot", do_dot, 64, true},
    {"sum_squares", do_squares, 64, true},
    {"transpose", do_transpose, 0, true},
    {"axpy", do_axpy, 1, true},
    {"scale", do_scale, 0, false},
    {"clamp", do_clamp, 0, true},
    {"softmax", do_softmax, 4, true},
    {"log_softmax", do_log_softmax, 8, true},
    {"softmax_vjp", do_softmax_vjp, 16, true},
    {"log_softmax_vjp", do_log_softmax_vjp, 16, true},
    {"softmax_xent", do_xent, 16, true},
    {"its softmax", do_xent_p, 4, true},
    {"softmax_xent_vjp", do_xent_vjp, 16, true},
    {"layer_norm", do_norm, 16, true},
    {"layer_norm_vjp", do_norm_vjp, 256, true}, /* a row of 2: the difference of equal numbers */
    {"gather_u8", do_bytes, 0, false},
    {"gather_f32", do_floats, 0, false},
    {"gather_f64", do_doubles, 0, false},
};

static rows_in make(gn_type t, size_t n)
{
    rows_in in = {M, n, block(t, M * n), block(t, M * n), block(t, M), malloc(M * n), malloc(M * sizeof(uint32_t))};
    draw d = {n};
    assert_true(in.bytes && in.rows);
    fill(t, in.x, M * n, &d, -2, 2);
    fill(t, in.y, M * n, &d, 0, 1);
    fill(t, in.column, M, &d, 0.5, 2);
    for (size_t i = 0; i < M * n; i++) in.bytes[i] = (uint8_t)draw_bits(&d);
    for (size_t i = 0; i < M; i++) in.rows[i] = (uint32_t)(draw_bits(&d) % M);
    return in;
}

static void release(rows_in *in)
{
    free(in->x), free(in->y), free(in->column), free(in->bytes), free(in->rows);
}

static void assert_near(size_t f, const gn_kernels *k, int exact, size_t n, const void *got, const void *want)
{
    double most = 1;
    for (size_t i = 0; i < M * n; i++) most = fmax(most, fabs(get(k->type, want, i)));
    for (size_t i = 0; i < M * n; i++) {
        double off = distance(k->type, get(k->type, got, i), get(k->type, want, i), most);
        if (!(off <= kernels[f].ulp))
            fail_msg("%s %s %s f%d, rows of %zu, element %zu: %.9g, reference %.9g, %.2f ulp", kernels[f].name,
                     gn_isa_name(k->isa), mode_name(exact), k->type == GN_F32 ? 32 : 64, n, i, get(k->type, got, i),
                     get(k->type, want, i), off);
    }
}

/* One kernel for one shape on every level: near the reference; in exact mode as base. */
static void one(size_t f, gn_type t, const rows_in *in)
{
    size_t count = M * in->n, bytes = count * gn_type_size(t);
    void *want = block(t, count), *base = block(t, count), *got = block(t, count);
    memset(want, 0, bytes), memset(base, 0, bytes);
    kernels[f].run(gn_kernels_reference(t), in, want);
    kernels[f].run(gn_kernels_get(GN_ISA_BASE, t, true), in, base);
    EACH_TABLE(k, t) {
        memset(got, 0, bytes);
        kernels[f].run(k, in, got);
        assert_near(f, k, exact_k, in->n, got, want);
        if (exact_k && memcmp(got, base, bytes) != 0)
            fail_msg("%s: exact mode on %s is not base", kernels[f].name, gn_isa_name(k->isa));
    }
    free(want), free(base), free(got);
}

static void every_kernel_on_every_level(void **state UNUSED_PARAMETER)
{
    EACH_TYPE(t) for (size_t w = 0; w < GN_COUNT(widths); w++) {
        rows_in in = make(t, widths[w]);
        for (size_t f = 0; f < GN_COUNT(kernels); f++) one(f, t, &in);
        release(&in);
    }
}

static void what_is_not_finite_shows(void **state UNUSED_PARAMETER)
{
    static const size_t places[] = {0, 3, 16, 20};
    EACH_TYPE(t) for (size_t q = 0; q < GN_COUNT(places); q++) {
        rows_in in = make(t, 21);
        put(t, in.x, places[q], NAN);
        EACH_TABLE(k, t) for (size_t f = 0; f < GN_COUNT(kernels); f++) {
            double out[M * 21] = {0};
            bool shows = false;
            if (!kernels[f].shows_nan) continue;
            kernels[f].run(k, &in, out);
            for (size_t i = 0; i < M * 21; i++) shows |= isnan(get(t, out, i));
            if (!shows) fail_msg("%s on %s hides NaN at %zu", kernels[f].name, gn_isa_name(k->isa), places[q]);
        }
        release(&in);
    }
    EACH_TABLE(k, GN_F32) {
        float x[40] = {0};
        x[37] = 3e38f;
        assert_true(isfinite(k->sum_squares(40, x)));           /* in double: no overflow */
        x[11] = INFINITY;
        assert_true(isinf(k->sum_squares(40, x)));
    }
}

/* Large logits: no overflow, gradients and probabilities that are exact at the ends. */
static void softmax_of_large_numbers(void **state UNUSED_PARAMETER)
{
    EACH_TYPE(t) EACH_TABLE(k, t) {
        double z[3], target[3], loss[1], p[3], g[1];
        put(t, z, 0, 1e4), put(t, z, 1, -1e4), put(t, z, 2, 0);
        put(t, target, 0, 0), put(t, target, 1, 1), put(t, target, 2, 0), put(t, g, 0, 1);
        k->softmax_xent(1, 3, z, target, loss, p);
        assert_true(get(t, loss, 0) == 2e4 && get(t, p, 0) == 1 && get(t, p, 1) == 0);
        k->softmax_xent_vjp(1, 3, z, target, g, p);
        assert_true(get(t, p, 0) == 1 && get(t, p, 1) == -1 && get(t, p, 2) == 0);
    }
}

static void leading_dimensions(void **state UNUSED_PARAMETER)
{
    EACH_TYPE(t) EACH_TABLE(k, t) {
        enum { ROWS = 19, COLUMNS = 37, LD = 41, LDO = 23 };
        double x[ROWS * LD], out[COLUMNS * LDO], sums[COLUMNS];
        draw d = {2};
        fill(t, x, ROWS * LD, &d, -1, 1);
        fill(t, out, COLUMNS * LDO, &d, 5, 6);
        k->transpose(ROWS, COLUMNS, x, LD, out, LDO);
        for (size_t j = 0; j < COLUMNS; j++)
            for (size_t i = 0; i < LDO; i++) {
                if (j * LDO + i >= (COLUMNS - 1) * LDO + ROWS) continue;
                assert_true(i < ROWS ? get(t, out, j * LDO + i) == get(t, x, i * LD + j)
                                     : get(t, out, j * LDO + i) >= 5);
            }
        k->sum_rows(ROWS, COLUMNS, x, LD, sums);
        for (size_t j = 0; j < COLUMNS; j++) {
            double sum = 0;
            for (size_t i = 0; i < ROWS; i++)
                sum = t == GN_F32 ? (double)((float)sum + (float)get(t, x, i * LD + j)) : sum + get(t, x, i * LD + j);
            assert_true(get(t, sums, j) == sum);
        }
        k->sum_cols(ROWS, COLUMNS, x, LD, sums);
        for (size_t i = 0; i < ROWS; i++) {
            double sum = 0;
            for (size_t j = 0; j < COLUMNS; j++) sum += get(t, x, i * LD + j);
            assert_true(fabs(get(t, sums, i) - sum) < 1e-5);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_on_every_level),
        cmocka_unit_test(what_is_not_finite_shows),
        cmocka_unit_test(softmax_of_large_numbers),
        cmocka_unit_test(leading_dimensions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
