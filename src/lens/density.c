/* density.c -- trace and density of eigenvalues from products alone: Rademacher probes, each the start of a Lanczos run
 * whose tridiagonal matrix is a quadrature of the density.
 *
 * Invariant: weights sum to 1; the trace is the mean of v'Hv over the probes, and its error the standard error of that
 * mean. Sources: Hutchinson 1990; Ubaru, Chen and Saad 2017. */
#include <math.h>
#include <string.h>

#include "../base/random.h"
#include "lanczos.h"

static void signs(uint64_t seed, uint32_t probe, size_t n, double *to)
{
    gn_random r = gn_random_make(seed, GN_STREAM_PROBE, probe + 1);
    for (size_t i = 0; i < n; i++) to[i] = gn_random_u32(r, i) & 1 ? 1 : -1;
}

/* One probe: nodes and weights behind those of earlier probes. */
static gn_status probe(gn_krylov *k, const double *start, size_t probes, gn_density *out)
{
    double *value = out->value + out->n, *weight = out->weight + out->n;
    GN_TRY(gn_krylov_start(k, start));
    while (!k->ended && k->steps < k->room) {
        if (gn_stop_requested(k->ctx)) return gn_fail(k->ctx, GN_E_STOPPED, "stopped while the density was estimated");
        GN_TRY(gn_krylov_step(k));
    }
    GN_TRY(gn_eigen_tridiagonal(k->ctx, k->steps, k->diagonal, k->off, value, weight));
    for (size_t i = 0; i < k->steps; i++) weight[i] /= (double)probes;
    out->n += k->steps;
    return GN_OK;
}

static gn_status all_probes(gn_krylov *k, size_t probes, uint64_t seed, double *start, gn_density *out)
{
    double sum = 0, squares = 0, count = (double)probes, unit = 1;  /* a power of 2 near the first: no square overflows */
    for (size_t i = 0; i < probes; i++) {
        signs(seed, (uint32_t)i, k->n, start);
        GN_TRY(probe(k, start, probes, out));
        double trace = k->diagonal[0] * (double)k->n;
        sum += trace;
        if (i == 0 && trace != 0 && isfinite(trace)) unit = ldexp(1, ilogb(trace));
        squares += trace / unit * (trace / unit);
    }
    out->trace = sum / count;
    double spread = fmax(0, squares / count - out->trace / unit * (out->trace / unit));
    out->trace_error = probes > 1 ? unit * sqrt(spread / (count - 1)) : INFINITY;
    return GN_OK;
}

gn_status gn_density_run(gn_context *ctx, size_t n, gn_product_fn product, void *user, size_t probes, size_t steps,
                         uint64_t seed, gn_density *out)
{
    *out = (gn_density){ 0 };
    if (n == 0 || probes == 0 || steps == 0)
        return gn_fail(ctx, GN_E_EIGEN, "a density needs a matrix, a probe and a step at least");
    gn_krylov k;
    GN_TRY(gn_krylov_open(ctx, n, steps, product, user, &k));
    double *start = gn_alloc_array(ctx, n, sizeof *start);
    out->value = gn_alloc_array(ctx, probes, k.room * sizeof(double));
    out->weight = gn_alloc_array(ctx, probes, k.room * sizeof(double));
    gn_status s = start && out->value && out->weight ? all_probes(&k, probes, seed, start, out) : GN_NO_MEMORY;
    gn_free(ctx, start);
    gn_krylov_close(&k);
    if (s != GN_OK) gn_density_free(ctx, out);
    return s;
}

void gn_density_free(gn_context *ctx, gn_density *d)
{
    gn_free(ctx, d->value);
    gn_free(ctx, d->weight);
    *d = (gn_density){ 0 };
}
