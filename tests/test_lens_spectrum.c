/* test_lens_spectrum.c -- eigenvalues: small matrices whole, Lanczos' extremes with their residuals, densities. */
#include "lens_help.h"
#include "one_context.h"

#include "base/random.h"

typedef struct matrix { size_t n; const double *a; size_t products; } matrix;

static gn_status times(void *user, const double *v, double *hv)
{
    matrix *m = user;
    m->products++;
    for (size_t i = 0; i < m->n; i++) {
        hv[i] = 0;
        for (size_t j = 0; j < m->n; j++) hv[i] += m->a[i * m->n + j] * v[j];
    }
    return GN_OK;
}

static gn_status objective_times(void *user, const double *v, double *hv)
{
    return gn_objective_hvp(user, gn_objective_start(user), v, hv);
}

static double *random_symmetric(size_t n)
{
    double *a = test_calloc(n * n, sizeof *a);
    gn_random r = gn_random_make(3, GN_STREAM_TEST, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = gn_random_normal(r, i * n + j);
    return a;
}

/* ---- small matrices ---------------------------------------------------------------------------------------------- */
static void eigenvectors_solve(void **state)
{
    (void)state;
    const size_t sizes[] = { 1, 2, 3, 7, 40, 120 };
    for (size_t k = 0; k < GN_COUNT(sizes); k++) {
        size_t n = sizes[k];
        double *a = random_symmetric(n), *value = test_calloc(n, sizeof *value);
        double *vector = test_calloc(n * n, sizeof *vector);
        double trace = 0, sum = 0;
        must(ctx, gn_eigen_symmetric(ctx, n, a, value, vector));
        for (size_t e = 0; e < n; e++) {
            const double *u = vector + e * n;
            double length = 0;
            for (size_t i = 0; i < n; i++) {
                double au = 0;
                for (size_t j = 0; j < n; j++) au += a[i * n + j] * u[j];
                assert_near(au, value[e] * u[i], 1e-12 * (double)n);
                length += u[i] * u[i];
            }
            assert_near(length, 1, 1e-12);
            assert_true(e == 0 || value[e] >= value[e - 1]);
            trace += a[e * n + e];
            sum += value[e];
        }
        assert_near(trace, sum, 1e-11 * (double)n);
        test_free(a), test_free(value), test_free(vector);
    }
}

/* 2 on the diagonal, -1 beside it: 2 - 2cos(k*pi/(n + 1)), and the squared first components 2/(n + 1)*sin^2. */
static void tridiagonal_known(void **state)
{
    (void)state;
    enum { N = 30 };
    const double pi = 3.141592653589793;
    double d[N], e[N - 1], value[N], first[N];
    for (int i = 0; i < N; i++) d[i] = 2;
    for (int i = 0; i < N - 1; i++) e[i] = -1;
    must(ctx, gn_eigen_tridiagonal(ctx, N, d, e, value, first));
    for (int i = 0; i < N; i++) {
        double s = sin((i + 1) * pi / (N + 1));
        assert_near(value[i], 2 - 2 * cos((i + 1) * pi / (N + 1)), 1e-13);
        assert_near(first[i], 2 * s * s / (N + 1), 1e-13);
    }
}

static void degenerate_matrices(void **state)
{
    (void)state;
    double zero[9] = { 0 }, unit[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, huge[4] = { 1e300, 0, 0, -1e300 };
    double tiny[4] = { 1e-300, 1e-300, 1e-300, 1e-300 }, value[3], bad[4] = { 1, NAN, NAN, 1 };
    must(ctx, gn_eigen_symmetric(ctx, 3, zero, value, NULL));
    assert_true(value[0] == 0 && value[2] == 0);
    must(ctx, gn_eigen_symmetric(ctx, 3, unit, value, NULL));
    assert_true(value[0] == 1 && value[2] == 1);
    must(ctx, gn_eigen_symmetric(ctx, 2, huge, value, NULL));
    assert_true(value[0] == -1e300 && value[1] == 1e300);
    must(ctx, gn_eigen_symmetric(ctx, 2, tiny, value, NULL));
    assert_near(value[1] / 1e-300, 2, 1e-12);
    assert_int_equal(gn_eigen_symmetric(ctx, 2, bad, value, NULL), GN_NEGATIVE);
}

static void general_matrices(void **state)
{
    (void)state;
    double re[4], im[4];
    const double rotation[] = { 0, -1, 1, 0 }, jordan[] = { 2, 1, 0, 2 };
    const double companion[] = { 10, -35, 50, -24, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0 };    /* roots 1, 2, 3, 4 */
    const double cyclic[] = { 0, 0, 1, 1, 0, 0, 0, 1, 0 };                                  /* cube roots of 1 */
    must(ctx, gn_eigen_general(ctx, 2, rotation, re, im));
    assert_true(re[0] == 0 && fabs(im[0]) == 1 && im[0] == -im[1]);
    must(ctx, gn_eigen_general(ctx, 2, jordan, re, im));
    assert_true(re[0] == 2 && re[1] == 2 && im[0] == 0);
    must(ctx, gn_eigen_general(ctx, 4, companion, re, im));
    double sum = 0, product = 1;
    for (int i = 0; i < 4; i++) {
        assert_true(im[i] == 0);
        assert_near(re[i], round(re[i]), 1e-11);
        sum += re[i], product *= re[i];
    }
    assert_near(sum, 10, 1e-11);
    assert_near(product, 24, 1e-10);
    must(ctx, gn_eigen_general(ctx, 3, cyclic, re, im));
    for (int i = 0; i < 3; i++) assert_near(hypot(re[i], im[i]), 1, 1e-13);
}

static void general_agrees_with_symmetric(void **state)
{
    (void)state;
    enum { N = 25 };
    double *a = random_symmetric(N), value[N], re[N], im[N];
    must(ctx, gn_eigen_symmetric(ctx, N, a, value, NULL));
    must(ctx, gn_eigen_general(ctx, N, a, re, im));
    for (int i = 0; i < N; i++) {
        double nearest = INFINITY;
        for (int j = 0; j < N; j++) nearest = fmin(nearest, hypot(re[j] - value[i], im[j]));
        assert_true(nearest < 1e-11);
    }
    test_free(a);
}

/* ---- the Hessian of the 13-parameter network --------------------------------------------------------------------- */
static const double f4_eigenvalue[13] = {
    -3.8686556684307862, -2.490334558509199, -1.8870926603979044, -1.3547685689469269, -0.8354760127475956,
    -0.4332838506007524, 0.3599782340894421, 0.6339757851145071, 1.651969979069823, 2.186992239001948,
    3.88637423013434, 4.538847227219625, 7.464872803490113
};

static void f4_spectrum(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    double h[169], value[13], trace = 0, squares = 0;
    must(ctx, gn_objective_hessian(o, gn_objective_start(o), h));
    must(ctx, gn_eigen_symmetric(ctx, 13, h, value, NULL));
    for (int i = 0; i < 13; i++) {
        assert_near(value[i], f4_eigenvalue[i], 1e-10);
        trace += h[14 * i];
        for (int j = 0; j < 13; j++) {
            assert_true(h[13 * i + j] == h[13 * j + i]);
            squares += h[13 * i + j] * h[13 * i + j];
        }
    }
    assert_near(trace, 9.853399178486631, 1e-10);
    assert_near(sqrt(squares), 11.266026309790837, 1e-10);
    assert_near(2 / value[12], 0.26792151087489713, 1e-10);
    gn_objective_free(o);
}

/* A start that is uniform in (-1, 1), by the congruential generator of the reference runs. */
static void lcg_start(double *v, size_t n)
{
    uint32_t s = 1;
    for (size_t i = 0; i < n; i++) {
        s = 1664525u * s + 1013904223u;
        v[i] = (s + 0.5) / 4294967296.0 * 2 - 1;
    }
}

/* The largest Ritz value after each number of products, by digits; it rises to the largest eigenvalue, is never above
 * it, and its residual bounds what is missing. */
static void f4_lanczos(void **state)
{
    (void)state;
    static const struct { size_t steps; double value; } bound[] = {
        { 2, 5.3776531192161805 }, { 3, 7.326288991247285 }, { 4, 7.459958760002664 }, { 5, 7.464628002354589 },
        { 6, 7.46486716515244 },   { 8, 7.464872722436722 }, { 13, 7.464872803490112 },
    };
    gn_objective *o = f4_objective(ctx);
    double start[13], last = -INFINITY;
    lcg_start(start, 13);
    for (size_t i = 0; i < GN_COUNT(bound); i++) {
        const gn_lanczos_options how = { .steps = bound[i].steps, .tolerance = 1e-15, .start = start };
        gn_lanczos out;
        must(ctx, gn_lanczos_run(ctx, 13, objective_times, o, &how, 1, NULL, &out));
        double missing = f4_eigenvalue[12] - out.largest[0].value;
        assert_int_equal(out.steps, bound[i].steps);
        assert_true(out.largest[0].value >= last && missing >= -1e-12);
        assert_near(out.largest[0].value, bound[i].value, 1e-10);
        assert_true(missing <= out.largest[0].residual + 1e-12);
        last = out.largest[0].value;
    }
    gn_objective_free(o);
}

static void top_and_smallest(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    gn_lanczos out;
    double u[13], hu[13];
    const gn_lanczos_options how = { .tolerance = 1e-10, .seed = 4, .both = true };
    must(ctx, gn_lanczos_run(ctx, 13, objective_times, o, &how, 3, u, &out));
    assert_true(out.converged);
    for (int i = 0; i < 3; i++) assert_near(out.largest[i].value, f4_eigenvalue[12 - i], 1e-9);
    assert_near(out.smallest.value, f4_eigenvalue[0], 1e-9);
    must(ctx, objective_times(o, u, hu));
    for (int i = 0; i < 13; i++) assert_near(hu[i], out.largest[0].value * u[i], 1e-8);
    gn_objective_free(o);
}

/* The largest algebraic, not the largest in magnitude: what power iteration and which='LM' find is -5. */
static void largest_is_algebraic(void **state)
{
    (void)state;
    const double a[] = { -5, 0, 0, 3 };
    matrix m = { 2, a, 0 };
    gn_lanczos out;
    must(ctx, gn_lanczos_run(ctx, 2, times, &m, NULL, 1, NULL, &out));
    assert_near(out.largest[0].value, 3, 1e-12);
    assert_near(out.smallest.value, -5, 1e-12);
}

static void residual_bounds_the_error(void **state)
{
    (void)state;
    enum { N = 120 };
    double *a = random_symmetric(N), value[N];
    matrix m = { N, a, 0 };
    must(ctx, gn_eigen_symmetric(ctx, N, a, value, NULL));
    for (size_t steps = 5; steps <= N; steps += 23) {
        const gn_lanczos_options how = { .steps = steps, .tolerance = 1e-13, .seed = 2 };
        gn_lanczos out;
        m.products = 0;
        must(ctx, gn_lanczos_run(ctx, N, times, &m, &how, 2, NULL, &out));
        assert_int_equal(m.products, out.steps);
        for (int k = 0; k < 2; k++) {
            double nearest = INFINITY;
            for (int i = 0; i < N; i++) nearest = fmin(nearest, fabs(out.largest[k].value - value[i]));
            assert_true(nearest <= out.largest[k].residual + 1e-10);
        }
    }
    test_free(a);
}

/* The largest stands apart and is there soon; the smallest lies in a crowd. However many products are left for it, what
 * comes back is of all of them: value, vector and count. */
static void a_budget_for_the_smallest(void **state)
{
    (void)state;
    enum { N = 120 };
    double a[N * N] = { 0 }, u[N], hu[N];
    for (size_t i = 0; i < N; i++) a[i * N + i] = i == N - 1 ? 50 : -1 + 0.001 * (double)(i * i);
    matrix m = { N, a, 0 };
    for (size_t lowest = 17; lowest <= 60; lowest++) {
        const gn_lanczos_options how = { .steps = 100, .tolerance = 1e-6, .seed = 5, .both = true, .lowest = lowest };
        gn_lanczos out;
        m.products = 0;
        must(ctx, gn_lanczos_run(ctx, N, times, &m, &how, 1, u, &out));
        assert_int_equal(m.products, out.steps);
        assert_true(out.converged && (out.steps == lowest || out.smallest_converged));
        must(ctx, times(&m, u, hu));
        for (int i = 0; i < N; i++) assert_near(hu[i], out.largest[0].value * u[i], 1e-3);
        assert_true(out.smallest.value >= -1 - 1e-12);
        if (out.smallest_converged) assert_near(out.smallest.value, -1, 1e-4);
    }
}

static void an_invariant_start_ends_early(void **state)
{
    (void)state;
    const double a[] = { 2, 0, 0, 0, 2, 0, 0, 0, 1 }, zero[9] = { 0 };
    matrix m = { 3, a, 0 };
    gn_lanczos out;
    must(ctx, gn_lanczos_run(ctx, 3, times, &m, NULL, 3, NULL, &out));
    assert_int_equal(out.top, 2);       /* 2 stands twice and is found once */
    assert_near(out.largest[0].value, 2, 1e-14);
    assert_near(out.largest[1].value, 1, 1e-14);
    m.a = zero;
    must(ctx, gn_lanczos_run(ctx, 3, times, &m, NULL, 1, NULL, &out));
    assert_true(out.largest[0].value == 0 && out.converged);
}

static void bad_requests(void **state)
{
    (void)state;
    const double a[] = { 1, 0, 0, INFINITY }, fine[] = { 1, 0, 0, 1 }, zero[] = { 0, 0 };
    matrix m = { 2, a, 0 };
    gn_lanczos out;
    assert_int_equal(gn_lanczos_run(ctx, 2, times, &m, NULL, 1, NULL, &out), GN_NEGATIVE);
    m.a = fine;
    assert_int_equal(gn_lanczos_run(ctx, 2, times, &m, NULL, 17, NULL, &out), GN_NEGATIVE);
    const gn_lanczos_options how = { .start = zero };
    assert_int_equal(gn_lanczos_run(ctx, 2, times, &m, &how, 1, NULL, &out), GN_NEGATIVE);
}

/* ---- density ----------------------------------------------------------------------------------------------------- */
static void trace_and_density(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    gn_density d;
    double sum = 0, mean = 0, square = 0, below = 0;
    must(ctx, gn_density_run(ctx, 13, objective_times, o, 400, 13, 1, &d));
    for (size_t i = 0; i < d.n; i++) {
        sum += d.weight[i];
        mean += d.weight[i] * d.value[i];
        square += d.weight[i] * d.value[i] * d.value[i];
        if (d.value[i] < 0) below += d.weight[i];
        assert_true(d.value[i] > f4_eigenvalue[0] - 1e-9 && d.value[i] < f4_eigenvalue[12] + 1e-9);
    }
    assert_near(sum, 1, 1e-12);
    assert_near(13 * mean, d.trace, 1e-9);
    assert_true(d.trace_error > 0.05 && d.trace_error < 1.5);
    assert_near(d.trace, 9.853399178486631, 4 * d.trace_error);
    assert_near(13 * square, 126.9233488127, 0.1 * 126.9);      /* the square of the Frobenius norm */
    assert_near(below, 6.0 / 13, 0.06);
    gn_density_free(ctx, &d);
    assert_null(d.value);
    gn_objective_free(o);
}

/* Of a diagonal matrix every Rademacher probe gives the trace itself. */
static void trace_of_a_diagonal(void **state)
{
    (void)state;
    const double a[] = { 1, 0, 0, 0, 2, 0, 0, 0, 4 };
    matrix m = { 3, a, 0 };
    gn_density d;
    must(ctx, gn_density_run(ctx, 3, times, &m, 5, 3, 1, &d));
    assert_near(d.trace, 7, 1e-13);
    assert_near(d.trace_error, 0, 1e-7);
    gn_density_free(ctx, &d);
}

static void the_same_for_the_same_seed(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    gn_lanczos a, b;
    const gn_lanczos_options how = { .steps = 5, .seed = 77 };
    must(ctx, gn_lanczos_run(ctx, 13, objective_times, o, &how, 1, NULL, &a));
    must(ctx, gn_lanczos_run(ctx, 13, objective_times, o, &how, 1, NULL, &b));
    assert_memory_equal(&a.largest[0], &b.largest[0], sizeof a.largest[0]);
    gn_objective_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_solve),
        cmocka_unit_test(tridiagonal_known),
        cmocka_unit_test(degenerate_matrices),
        cmocka_unit_test(general_matrices),
        cmocka_unit_test(general_agrees_with_symmetric),
        cmocka_unit_test(f4_spectrum),
        cmocka_unit_test(f4_lanczos),
        cmocka_unit_test(top_and_smallest),
        cmocka_unit_test(largest_is_algebraic),
        cmocka_unit_test(residual_bounds_the_error),
        cmocka_unit_test(a_budget_for_the_smallest),
        cmocka_unit_test(an_invariant_start_ends_early),
        cmocka_unit_test(bad_requests),
        cmocka_unit_test(trace_and_density),
        cmocka_unit_test(trace_of_a_diagonal),
        cmocka_unit_test(the_same_for_the_same_seed),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
