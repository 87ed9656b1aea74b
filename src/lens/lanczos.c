/* lanczos.c -- extreme eigenvalues of a large symmetric matrix from its products with vectors, by Lanczos with full
 * re-orthogonalisation.
 *
 * Invariant: every Ritz value comes with its residual |H u - value u| = |beta_k s_k|, and the basis is orthogonal to
 * rounding, so that no eigenvalue is found twice. Sources: Lanczos 1950; Golub and Van Loan 10.1, 10.3. */
#include "lanczos.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../base/random.h"

static double dot(const gn_krylov *k, const double *a, const double *b) { return k->kernels->dot(k->n, a, b); }

/* The root of the sum of squares, where these are within a double; else with the largest element taken out first. */
static double length(const gn_krylov *k, const double *x)
{
    double squares = dot(k, x, x), largest = 0, sum = 0;
    if (squares > 0x1p-900 && squares <= DBL_MAX) return sqrt(squares);
    for (size_t i = 0; i < k->n; i++) {
        if (!isfinite(x[i])) return NAN;
        largest = fmax(largest, fabs(x[i]));
    }
    for (size_t i = 0; largest > 0 && i < k->n; i++) sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

/* ---- the basis -------------------------------------------------------------------------------------------------- */
void gn_krylov_close(gn_krylov *k)
{
    for (size_t i = 0; k->basis && i < k->room; i++) gn_free(k->ctx, k->basis[i]);
    gn_free(k->ctx, k->basis);
    gn_free(k->ctx, k->diagonal);
    gn_free(k->ctx, k->w);
    k->basis = NULL;
    k->diagonal = k->off = k->w = NULL;
}

gn_status gn_krylov_open(gn_context *ctx, size_t n, size_t steps, gn_product_fn product, void *user, gn_krylov *k)
{
    *k = (gn_krylov){ .ctx = ctx, .n = n, .room = steps < n ? steps : n, .product = product, .user = user };
    int isa = gn_context_isa(ctx);
    k->kernels = gn_kernels_get(isa < 0 ? gn_isa_best() : (gn_isa)isa, GN_F64, gn_context_exact(ctx));
    k->basis = gn_calloc(ctx, k->room + 1, sizeof *k->basis);
    k->diagonal = gn_alloc_array(ctx, k->room + 1, 2 * sizeof(double));
    k->w = gn_alloc_array(ctx, n + 1, sizeof(double));
    if (k->basis && k->diagonal && k->w) {
        k->off = k->diagonal + k->room + 1;
        return GN_OK;
    }
    gn_krylov_close(k);
    return GN_NO_MEMORY;
}

/* A basis vector of length 1 from x; vectors are taken when they are needed, since many runs stop early. */
static gn_status take(gn_krylov *k, const double *x, double norm)
{
    if (!k->basis[k->steps]) k->basis[k->steps] = gn_alloc_array(k->ctx, k->n, sizeof(double));
    double *q = k->basis[k->steps];
    if (!q) return GN_NO_MEMORY;
    for (size_t i = 0; i < k->n; i++) q[i] = x[i] / norm;
    return GN_OK;
}

gn_status gn_krylov_start(gn_krylov *k, const double *start)
{
    double norm = length(k, start);
    k->steps = 0;
    k->ended = false;
    if (!isfinite(norm) || norm == 0)
        return gn_fail(k->ctx, GN_E_EIGEN, "a start vector of Lanczos must have a length that is not 0 and finite");
    return take(k, start, norm);
}

/* Twice is enough (Kahan and Parlett): what is left after the second pass is orthogonal to rounding. */
static void orthogonalise(gn_krylov *k, size_t count)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t j = 0; j < count; j++) k->kernels->axpy(k->n, -dot(k, k->basis[j], k->w), k->basis[j], k->w);
}

gn_status gn_krylov_step(gn_krylov *k)
{
    size_t i = k->steps;
    GN_TRY(k->product(k->user, k->basis[i], k->w));
    double along = dot(k, k->basis[i], k->w), size = length(k, k->w);
    if (!isfinite(size)) {
        gn_fail(k->ctx, GN_E_EIGEN, "Lanczos: product %zu with the Hessian is not finite, so its elements are "
                "beyond a double", i + 1);
        return gn_hint(k->ctx, "scale what is too large, inputs and targets first, or look at another point");
    }
    k->diagonal[i] = along;
    orthogonalise(k, i + 1);
    double rest = length(k, k->w);
    k->scale = fmax(k->scale, size);
    k->off[i] = rest;
    k->steps++;
    /* the space is used up: every Ritz value is an eigenvalue now */
    if (rest <= 16 * DBL_EPSILON * k->scale || k->steps == k->n) {
        k->off[i] = k->steps == k->n ? 0 : rest;
        k->ended = true;
        return GN_OK;
    }
    return k->steps < k->room ? take(k, k->w, rest) : GN_OK;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */
typedef struct ritz {
    double *value, *vector;     /* (steps), (steps, steps): of the tridiagonal matrix, ascending; a vector a row */
    double *matrix;
} ritz;

static gn_status ritz_of(const gn_krylov *k, ritz *r)
{
    size_t m = k->steps;
    memset(r->matrix, 0, m * m * sizeof *r->matrix);
    for (size_t i = 0; i < m; i++) {
        r->matrix[i * m + i] = k->diagonal[i];
        if (i + 1 < m) r->matrix[i * m + i + 1] = r->matrix[(i + 1) * m + i] = k->off[i];
    }
    return gn_eigen_symmetric(k->ctx, m, r->matrix, r->value, r->vector);
}

/* |beta_k s_k| goes on shrinking where the residual itself has met the rounding of the products. */
static gn_extreme extreme_of(const gn_krylov *k, const ritz *r, size_t i)
{
    size_t m = k->steps;
    double residual = fabs(k->off[m - 1] * r->vector[i * m + m - 1]), least = DBL_EPSILON * k->scale;
    return (gn_extreme){ r->value[i], k->off[m - 1] != 0 && residual < least ? least : residual };
}

/* A residual that leaves the sign open is no answer, save where the value is 0 as nearly as can be told. */
static bool small_enough(const gn_extreme *e, double tolerance, double scale)
{
    return e->residual <= tolerance * scale && e->residual <= fmax(0.01 * fabs(e->value), 1e-8 * scale);
}

static void read_out(const gn_krylov *k, const ritz *r, size_t top, double tolerance, gn_lanczos *out)
{
    size_t m = k->steps;
    out->steps = m;
    out->top = top < m ? top : m;
    out->smallest = extreme_of(k, r, 0);
    double scale = fmax(fabs(r->value[0]), fabs(r->value[m - 1]));
    out->smallest_converged = k->ended || small_enough(&out->smallest, tolerance, scale);
    out->converged = true;
    for (size_t i = 0; i < out->top; i++) {
        out->largest[i] = extreme_of(k, r, m - 1 - i);
        double size = fmax(fabs(out->largest[i].value), 0.01 * scale);
        if (!k->ended && out->largest[i].residual > tolerance * size) out->converged = false;
    }
    if (out->top < top && !k->ended) out->converged = false;
    if (k->ended) out->converged = true;
}

static void eigenvector(const gn_krylov *k, const ritz *r, double *to)
{
    size_t m = k->steps;
    memset(to, 0, k->n * sizeof *to);
    for (size_t j = 0; j < m; j++) k->kernels->axpy(k->n, r->vector[(m - 1) * m + j], k->basis[j], to);
}

/* The small problem costs as the cube of the steps, so it is solved at every step at first, then every few. */
static bool time_to_look(const gn_krylov *k)
{
    return k->ended || k->steps == k->room || k->steps <= 16 || k->steps % (k->steps / 8) == 0;
}

static bool goes_on(const gn_krylov *k, size_t lowest, const gn_lanczos *out)
{
    if (k->ended || k->steps >= k->room) return false;
    return !out->converged || (!out->smallest_converged && k->steps < lowest);
}

/* lowest: most products for the smallest; 0: it is not waited for. */
static gn_status iterate(gn_krylov *k, ritz *r, size_t top, double tolerance, size_t lowest, gn_lanczos *out)
{
    while (goes_on(k, lowest, out)) {
        if (gn_stop_requested(k->ctx))
            return gn_fail(k->ctx, GN_E_STOPPED, "stopped after %zu products with the Hessian", k->steps);
        GN_TRY(gn_krylov_step(k));
        if (!time_to_look(k) && k->steps != lowest) continue;
        GN_TRY(ritz_of(k, r));
        read_out(k, r, top, tolerance, out);
    }
    return GN_OK;   /* the Ritz values and vectors are those of all steps: the last one was looked at */
}

void gn_krylov_random(uint64_t seed, uint32_t sub, size_t n, double *to)
{
    gn_random r = gn_random_make(seed, GN_STREAM_PROBE, sub);
    for (size_t i = 0; i < n; i++) to[i] = gn_random_normal(r, i);
}

static gn_status begin(gn_krylov *k, const gn_lanczos_options *o)
{
    if (o->start) return gn_krylov_start(k, o->start);
    double *start = gn_alloc_array(k->ctx, k->n, sizeof *start);
    if (!start) return GN_NO_MEMORY;
    gn_krylov_random(o->seed, 0, k->n, start);
    gn_status s = gn_krylov_start(k, start);
    gn_free(k->ctx, start);
    return s;
}

static size_t steps_of(const gn_lanczos_options *o) { return o->steps ? o->steps : 100; }
static size_t lowest_of(const gn_lanczos_options *o) { return !o->both ? 0 : o->lowest ? o->lowest : steps_of(o); }

static gn_status run(gn_krylov *k, const gn_lanczos_options *o, size_t top, double *vector, gn_lanczos *out)
{
    size_t row = k->room * sizeof(double);
    ritz r = { gn_alloc_array(k->ctx, k->room, sizeof(double)), gn_alloc_array(k->ctx, k->room, row),
               gn_alloc_array(k->ctx, k->room, row) };
    gn_status s = r.value && r.vector && r.matrix ? begin(k, o) : GN_NO_MEMORY;
    if (s == GN_OK) s = iterate(k, &r, top, o->tolerance > 0 ? o->tolerance : 1e-6, lowest_of(o), out);
    if (s == GN_OK && vector) eigenvector(k, &r, vector);
    gn_free(k->ctx, r.value);
    gn_free(k->ctx, r.vector);
    gn_free(k->ctx, r.matrix);
    return s;
}

gn_status gn_lanczos_run(gn_context *ctx, size_t n, gn_product_fn product, void *user,
                         const gn_lanczos_options *options, size_t top, double *vector, gn_lanczos *out)
{
    static const gn_lanczos_options defaults = { .steps = 100, .tolerance = 1e-6, .seed = 1 };
    if (!options) options = &defaults;
    *out = (gn_lanczos){ 0 };
    size_t most = sizeof out->largest / sizeof *out->largest;
    if (n == 0 || top == 0 || top > most)
        return gn_fail(ctx, GN_E_EIGEN, "%zu eigenvalues of a matrix of %zu rows are asked for; 1 to %zu can be", top,
                       n, most);
    gn_krylov k;
    size_t steps = steps_of(options), lowest = lowest_of(options);
    GN_TRY(gn_krylov_open(ctx, n, steps > lowest ? steps : lowest, product, user, &k));
    gn_status s = run(&k, options, top, vector, out);
    gn_krylov_close(&k);
    return s;
}
