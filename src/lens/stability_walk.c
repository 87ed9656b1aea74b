/* stability_walk.c -- an optimiser of the tables on any objective, in float64, and the curvature it feels.
 *
 * Invariant: a step is the kernel of the optimiser's row on the objective's exact gradient. */
#include <math.h>
#include <string.h>

#include "stability.h"

static gn_status room(gn_walk *w)
{
    size_t padded = (w->n + 8) & ~(size_t)7;
    w->w = gn_calloc_aligned(w->ctx, padded, (2 + GN_OPT_SLOTS) * sizeof(double));
    if (!w->w) return GN_NO_MEMORY;
    w->g = w->w + padded;
    for (int i = 0; i < GN_OPT_SLOTS; i++) w->slot[i] = w->g + padded * (size_t)(i + 1);
    return GN_OK;
}

gn_status gn_walk_open(gn_context *ctx, gn_objective *of, gn_optimizer op, const double *hyper, const double *start,
                       gn_walk *out)
{
    *out = (gn_walk){ .ctx = ctx, .of = of, .op = op, .n = gn_objective_size(of) };
    memcpy(out->hyper, hyper, sizeof out->hyper);
    GN_TRY(room(out));
    memcpy(out->w, start, out->n * sizeof *start);
    return GN_OK;
}

gn_status gn_walk_copy(const gn_walk *from, gn_walk *out)
{
    *out = *from;
    out->w = NULL;
    GN_TRY(room(out));
    memcpy(out->w, from->w, from->n * sizeof *from->w);
    for (int i = 0; i < GN_OPT_SLOTS; i++) memcpy(out->slot[i], from->slot[i], from->n * sizeof *from->w);
    return GN_OK;
}

/* As training does: each element first, then the whole, by its norm. */
static void clip(gn_walk *w)
{
    double squares = 0;
    w->clipped = false;
    for (size_t i = 0; i < w->n; i++) {
        if (w->clip > 0 && fabs(w->g[i]) > w->clip) w->g[i] = copysign(w->clip, w->g[i]), w->clipped = true;
        squares += w->g[i] * w->g[i];
    }
    double norm = sqrt(squares);
    if (!(w->clip_norm > 0) || !(norm > w->clip_norm)) return;
    for (size_t i = 0; i < w->n; i++) w->g[i] *= w->clip_norm / norm;
    w->clipped = true;
}

gn_status gn_walk_step(gn_walk *w)
{
    void *slot[GN_OPT_SLOTS];
    int isa = gn_context_isa(w->ctx);
    const gn_kernels *k = gn_kernels_get(isa < 0 ? gn_isa_best() : (gn_isa)isa, GN_F64, gn_context_exact(w->ctx));
    GN_TRY(gn_objective_gradient(w->of, w->w, &w->loss, w->g));
    if (w->clip > 0 || w->clip_norm > 0) clip(w);
    for (int i = 0; i < GN_OPT_SLOTS; i++) slot[i] = w->slot[i];
    w->hyper[gn_optimizer_table()[w->op].parameters] = (double)++w->t;
    k->update[w->op](w->n, w->w, w->g, slot, w->hyper);
    return GN_OK;
}

void gn_walk_close(gn_walk *w)
{
    if (w->ctx) gn_free_aligned(w->ctx, w->w);
    *w = (gn_walk){ 0 };
}

gn_status gn_curvature_product(void *curvature, const double *v, double *hv)
{
    gn_curvature *c = curvature;
    size_t n = gn_objective_size(c->of);
    const double *along = v;
    for (size_t i = 0; c->root && i < n; i++) c->room[i] = v[i] / c->root[i];
    if (c->root) along = c->room;
    GN_TRY(gn_objective_hvp(c->of, c->at, along, hv));
    for (size_t i = 0; i < n; i++) {
        if (!c->still || !c->still[i]) hv[i] += c->decay * along[i];
        if (c->root) hv[i] /= c->root[i];
    }
    return GN_OK;
}
