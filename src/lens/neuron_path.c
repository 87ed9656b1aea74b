/* neuron_path.c -- the scalar neuron's path as arrays, and where a run leaves the numbers of a precision.
 *
 * Invariant: both come from the run of the formulas; the closed form is only held against them. */
#include "neuron_parts.h"

#include <math.h>

/* ---- path -------------------------------------------------------------------------------------------------------- */

static gn_status keep_point(void *user, gn_neuron *n, uint64_t k)
{
    gn_neuron_path *p = user;
    size_t size;
    p->w[k] = gn_neuron_weights(n)[0];
    p->prediction[k] = gn_neuron_value(n, "p", &size)[0];
    p->loss[k] = gn_neuron_loss(n);
    p->gradient[k] = gn_neuron_gradient(n)[0];
    p->count = (size_t)k + 1;
    return GN_OK;
}

gn_status gn_neuron_path_of(gn_context *ctx, const gn_neuron_spec *spec, uint64_t steps, double guard,
                            gn_neuron_path *out)
{
    gn_neuron *n = NULL;
    gn_neuron_end end;
    *out = (gn_neuron_path){0};
    if (steps > 100000000) return gn_fail(ctx, GN_E_CFG_RANGE, "a path of more than 100000000 steps is not kept");
    double **at[] = {&out->w, &out->prediction, &out->loss, &out->gradient};
    gn_status s = GN_OK;
    for (size_t i = 0; i < GN_COUNT(at); i++)
        if (!(*at[i] = gn_alloc_array(ctx, (size_t)steps + 1, sizeof(double)))) s = GN_NO_MEMORY;
    if (s == GN_OK) s = gn_neuron_new(ctx, spec, &n);
    if (s == GN_OK) s = gn_neuron_run(n, steps, guard, keep_point, out, &end);
    gn_neuron_free(n);
    if (s != GN_OK) gn_neuron_path_free(ctx, out);
    return s;
}

gn_status gn_neuron_path_run(gn_context *ctx, double x, double y, double w0, double lr, uint64_t steps, double guard,
                             gn_neuron_path *out)
{
    gn_neuron_spec spec;
    gn_neuron_defaults(&spec);
    spec.x = &x;
    spec.y = &y;
    spec.w = &w0;
    spec.hyper[0] = lr;
    return gn_neuron_path_of(ctx, &spec, steps, guard, out);
}

void gn_neuron_path_free(gn_context *ctx, gn_neuron_path *p)
{
    gn_free(ctx, p->w);
    gn_free(ctx, p->prediction);
    gn_free(ctx, p->loss);
    gn_free(ctx, p->gradient);
    *p = (gn_neuron_path){0};
}

/* ---- overflow ---------------------------------------------------------------------------------------------------- */

static void first(double *at, double value, uint64_t k)
{
    if (*at == INFINITY && !isfinite(value)) *at = (double)k;
}

static gn_status watch_overflow(void *user, gn_neuron *n, uint64_t k)
{
    gn_neuron_overflow *o = user;
    first(&o->loss, gn_neuron_loss(n), k);
    for (size_t i = 0; i < n->spec.inputs + n->spec.has_bias; i++) {
        bool bias = i == n->spec.inputs;
        double w = bias ? gn_neuron_bias(n) : gn_neuron_weights(n)[i];
        first(&o->gradient, bias ? gn_neuron_bias_gradient(n) : gn_neuron_gradient(n)[i], k);
        first(&o->weight, w, k);
        if (isnan(w)) first(&o->nan, w, k);
    }
    return GN_OK;
}

gn_status gn_neuron_overflow_observed(gn_context *ctx, const gn_neuron_spec *spec, gn_type type, uint64_t steps,
                                      gn_neuron_overflow *out)
{
    gn_neuron_spec own = *spec;
    gn_neuron *n;
    gn_neuron_end end;
    own.type = type;
    *out = (gn_neuron_overflow){INFINITY, INFINITY, INFINITY, INFINITY, false};
    GN_TRY(gn_neuron_new(ctx, &own, &n));
    gn_status s = gn_neuron_run(n, steps, 0, watch_overflow, out, &end);
    gn_neuron_free(n);
    return s;
}
