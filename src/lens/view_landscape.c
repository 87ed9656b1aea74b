/* view_landscape.c -- the loss on a plane through the weights.
 *
 * Invariant: the directions are a function of the seed and the weights; the middle of the grid is the loss at the
 * weights, to the bit. */
#include "../base/random.h"
#include "view.h"

#include <math.h>

static double length_of(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

/* One filter's part of a direction gets the length of the filter. */
static void as_long_as(double *d, const double *w, size_t n)
{
    double own = length_of(d, n), want = length_of(w, n);
    for (size_t i = 0; i < n; i++) d[i] = own > 0 ? d[i] / own * want : 0;
}

static void direction(const gn_objective *o, uint64_t seed, uint32_t which, double *d)
{
    gn_random r = gn_random_make(seed, GN_STREAM_DIRECTION, which);
    const double *w = gn_objective_start(o);
    for (size_t i = 0; i < gn_objective_tensors(o); i++) {
        gn_objective_tensor t = gn_objective_tensor_at(o, i);
        size_t filter = t.rank == 2 ? t.dim[1] : t.size;
        for (size_t k = 0; k < t.size; k++) d[t.offset + k] = t.rank == 1 ? 0 : gn_random_normal(r, t.offset + k);
        if (t.rank == 0) d[t.offset] = which ? i == 1 : i == 0;
        for (size_t k = t.offset; t.rank == 2 && k + filter <= t.offset + t.size; k += filter)
            as_long_as(d + k, w + k, filter);
    }
}

static gn_status fill(gn_objective *o, const double *d0, const double *d1, double *p, gn_view_landscape *v)
{
    const double *w = gn_objective_start(o);
    size_t n = gn_objective_size(o), middle = v->n / 2;
    for (size_t i = 0; i < v->n * v->n; i++) {
        double a = v->reach * ((double)(i % v->n) - (double)middle) / (double)middle;
        double b = v->reach * ((double)(i / v->n) - (double)middle) / (double)middle;
        for (size_t k = 0; k < n; k++) p[k] = w[k] + a * d0[k] + b * d1[k];
        GN_TRY(gn_objective_value(o, p, &v->z[i]));
        if (v->z[i] < v->least) v->least = v->z[i];
        if (v->z[i] > v->most) v->most = v->z[i];
    }
    v->loss = v->z[middle * v->n + middle];
    return GN_OK;
}

gn_status gn_view_landscape_of(gn_arena *arena, gn_objective *o, uint64_t seed, size_t n, double reach,
                               gn_view_landscape *out)
{
    gn_view_landscape v = { .n = (n < 3 ? 3 : n) | 1, .reach = reach, .least = INFINITY, .most = -INFINITY };
    size_t size = gn_objective_size(o);
    double *d = gn_arena_alloc(arena, 3 * size + 1, sizeof *d);
    v.z = gn_arena_alloc(arena, v.n * v.n, sizeof *v.z);
    if (!d || !v.z) return GN_NO_MEMORY;
    direction(o, seed, 0, d);
    direction(o, seed, 1, d + size);
    GN_TRY(fill(o, d, d + size, d + 2 * size, &v));
    *out = v;
    return GN_OK;
}
