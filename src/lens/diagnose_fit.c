/* diagnose_fit.c -- gradients of another thing than the loss alone: with weight decay added, or clipped element by
 * element. One number is read off what was given.
 *
 * Invariant: a candidate whose number is not more than rounding is not kept. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

enum { CLIPPED_LEAST = 2 };

/* ---- decay: given = right + decay*w -------------------------------------------------------------------- */

/* By least squares over the set, the biases counted or not. */
static double solve_decay(const gn_case *c, const bool *set, const double *w, bool biases)
{
    double wd = 0, ww = 0;
    for (size_t i = 0; i < c->slots; i++) {
        const gn_slot *s = &c->slot[i];
        if (!set[i] || !c->u[i] || (s->rank == 1 && !biases)) continue;
        for (size_t k = 0; k < s->size; k++) {
            double v = w[s->offset + k];
            wd += v * (c->u[i][k] - c->right[s->offset + k]);
            ww += v * v;
        }
    }
    return ww > 0 ? wd / ww : 0;
}

static gn_status add_decay(gn_case *c, const bool *set, const double *w, bool biases)
{
    double decay = solve_decay(c, set, w, biases), *g = gn_case_array(c);
    if (!g) return GN_NO_MEMORY;
    if (decay == 0 || !isfinite(decay)) return GN_OK;
    memcpy(g, c->right, c->n * sizeof *g);
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = c->slot[i].offset; k < c->slot[i].offset + c->slot[i].size; k++)
            if (c->slot[i].rank == 2 || biases) g[k] += decay * w[k];
    return gn_case_add_if_new(c, (gn_candidate){ GN_MISTAKE_DECAY, .g = g, .rate = decay, .layer = SIZE_MAX,
                                                 .more = biases ? "of the biases too" : NULL, .fitted = true });
}

/* ---- clipped: what is larger than the largest given stands at it ----------------------------------------------- */

static double largest(const gn_case *c, const bool *set)
{
    double most = 0;
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = 0; set[i] && c->u[i] && k < c->slot[i].size; k++) most = fmax(most, fabs(c->u[i][k]));
    return most;
}

static size_t beyond(const gn_case *c, const bool *set, double limit)
{
    size_t n = 0;
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = 0; set[i] && c->u[i] && k < c->slot[i].size; k++)
            n += fabs(c->right[c->slot[i].offset + k]) > limit * (1 + 1e-6);
    return n;
}

static gn_status add_clipped(gn_case *c, const bool *set)
{
    double limit = largest(c, set), *g = gn_case_array(c);
    if (!g) return GN_NO_MEMORY;
    if (!(limit > 0) || !isfinite(limit) || beyond(c, set, limit) < CLIPPED_LEAST) return GN_OK;
    for (size_t i = 0; i < c->n; i++) g[i] = fmax(-limit, fmin(limit, c->right[i]));
    return gn_case_add_if_new(c, (gn_candidate){ GN_MISTAKE_CLIPPED, .g = g, .rate = limit, .layer = SIZE_MAX,
                                                 .fitted = true });
}

gn_status gn_case_fits(gn_case *c, const bool *set)
{
    double *w = gn_case_array(c);
    if (!w) return GN_NO_MEMORY;
    gn_net_rows_take(&c->at, w);
    GN_TRY(add_decay(c, set, w, false));
    GN_TRY(add_decay(c, set, w, true));
    return add_clipped(c, set);
}
