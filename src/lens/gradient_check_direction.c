/* gradient_check_direction.c -- the parts of a gradient check that look along a direction: forward mode against reverse
 * mode, Taylor's remainders, and the symmetry and the products of the Hessian.
 *
 * Invariant: directions are unit vectors drawn by position, zero outside the tensors that are judged. */
#include "gradient_check_internal.h"
#include "../base/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DIRECTION_STREAM = 1 << 20 }; /* past any tensor's own draws */

static double dot(size_t n, const double *a, const double *b)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

static double norm(size_t n, const double *a) { return sqrt(dot(n, a, a)); }

void gn_check_direction_of(const gn_objective *o, const gn_check_options *how, size_t which, double *v)
{
    gn_random random = gn_random_make(how->seed, GN_STREAM_PROBE, DIRECTION_STREAM + (uint32_t)which);
    size_t n = gn_objective_size(o);
    memset(v, 0, n * sizeof *v);
    for (size_t k = 0; k < gn_objective_tensors(o); k++) {
        gn_objective_tensor t = gn_objective_tensor_at(o, k);
        for (size_t i = t.offset; gn_check_in_scope(how, k) && i < t.offset + t.size; i++)
            v[i] = gn_random_normal(random, i);
    }
    double length = norm(n, v);
    for (size_t i = 0; i < n && length > 0; i++) v[i] /= length;
}

/* p + step*v, in `to`. */
static void move(size_t n, const double *p, double step, const double *v, double *to)
{
    for (size_t i = 0; i < n; i++) to[i] = p[i] + step * v[i];
}

/* ---- Taylor ------------------------------------------------------------------------------------------------------ */

/* Decades by which y falls while h falls by one, at the last two steps that are above what rounding leaves. */
static double fall(const double y[GN_TAYLOR_STEPS], double rounding)
{
    int last = GN_TAYLOR_STEPS - 1;
    while (last > 0 && !(y[last] > rounding)) last--;
    return last > 0 ? log10(y[last - 1] / y[last]) : NAN;
}

static gn_status taylor(gn_checker *c, const double *v, const double *g, gn_taylor *t)
{
    double slope = dot(c->n, g, v), value, h = 0.1;
    double *there = gn_arena_alloc(&c->arena, c->n + 1, sizeof *there);
    if (!there) return GN_NO_MEMORY;
    *t = (gn_taylor){ .kink = false };
    for (int k = 0; k < GN_TAYLOR_STEPS; k++, h /= 10) {
        bool crossed;
        move(c->n, c->p, h, v, there);
        GN_TRY(gn_objective_value(c->o, there, &value));
        GN_TRY(gn_checker_crossed(c, there, &crossed, NULL));
        t->kink |= crossed;
        t->h[k] = h;
        t->zeroth[k] = fabs(value - c->loss);
        t->first[k] = fabs(value - c->loss - h * slope);
    }
    double rounding = 1e3 * DBL_EPSILON * fmax(1, fabs(c->loss));
    t->slope[0] = fall(t->zeroth, rounding);
    t->slope[1] = fall(t->first, rounding);
    return GN_OK;
}

gn_status gn_taylor_test(gn_context *ctx, gn_objective *o, const double *p, const double *v, const double *gradient,
                         gn_taylor *out)
{
    gn_checker c;
    gn_status s = gn_checker_open(ctx, o, p, &c);
    if (s == GN_OK) s = taylor(&c, v, gradient, out);
    gn_checker_close(&c);
    return s;
}

gn_status gn_check_differences(gn_context *ctx, gn_objective *o, const double *p, const double *v, size_t n,
                               const double *h, double *central, double *forward)
{
    size_t size = gn_objective_size(o);
    double *there = gn_alloc_array(ctx, size + 1, sizeof *there), up = 0, down = 0, here = 0;
    gn_status s = there ? gn_objective_value(o, p, &here) : GN_NO_MEMORY;
    for (size_t i = 0; i < n && s == GN_OK; i++) {
        move(size, p, h[i], v, there);
        s = gn_objective_value(o, there, &up);
        move(size, p, -h[i], v, there);
        if (s == GN_OK) s = gn_objective_value(o, there, &down);
        if (central) central[i] = (up - down) / (2 * h[i]);
        if (forward) forward[i] = (up - here) / h[i];
    }
    gn_free(ctx, there);
    return s;
}

/* What rounding in float32 may add up to along v. */
static bool within_rounding(const gn_checker *c, const double *v, const gn_check_direction *d)
{
    double may = 0;
    for (size_t i = 0; i < c->n && c->rounding; i++) may += v[i] != 0 ? fabs(v[i]) * c->rounding[i] : 0;
    return fabs(d->reverse - d->forward) <= may;
}

/* ---- forward against reverse ------------------------------------------------------------------------------------- */

gn_status gn_checker_directions(gn_checker *c, const gn_check_options *how, const double *g, gn_check_report *r)
{
    size_t n = c->n, count = how->directions < GN_CHECK_DIRECTIONS ? how->directions : GN_CHECK_DIRECTIONS;
    double *v = gn_arena_alloc(&c->arena, n + 1, sizeof *v), typical = norm(n, g) / sqrt((double)(n ? n : 1));
    if (!v) return GN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        gn_check_direction *d = &r->direction[r->directions++];
        gn_check_direction_of(c->o, how, i, v);
        GN_TRY(gn_objective_forward(c->o, c->p, v, &d->forward));
        d->reverse = dot(n, g, v);
        d->error = gn_check_error(d->reverse, d->forward, fmax(c->floor, typical));
        gn_verdict verdict = gn_verdict_of(d->error, false);
        if (verdict > r->verdict && !gn_verdict_ok(verdict) && !within_rounding(c, v, d)) r->verdict = verdict;
        if (i == 0) GN_TRY(taylor(c, v, g, &r->taylor));
    }
    return GN_OK;
}

/* ---- second order ------------------------------------------------------------------------------------------------ */

/* Hv beside (g(p + hv) - g(p - hv))/2h. */
static gn_status difference(gn_checker *c, const double *v, const double *hv, double *room, gn_check_report *r)
{
    const double h = 1e-5;
    double *up = room, *down = room + c->n, *there = room + 2 * c->n, away = 0;
    for (int side = 0; side < 2; side++) {
        bool crossed;
        move(c->n, c->p, side ? -h : h, v, there);
        GN_TRY(gn_objective_gradient(c->o, there, NULL, side ? down : up));
        GN_TRY(gn_checker_crossed(c, there, &crossed, NULL));
        r->product_kink |= crossed;
    }
    for (size_t i = 0; i < c->n; i++) away += pow((up[i] - down[i]) / (2 * h) - hv[i], 2);
    double scale = fmax(norm(c->n, hv), c->floor);
    r->product_error = sqrt(away) / scale;
    return GN_OK;
}

gn_status gn_checker_second(gn_checker *c, const gn_check_options *how, gn_check_report *r)
{
    size_t n = c->n;
    double *room = gn_arena_alloc(&c->arena, 7 * n + 1, sizeof *room);
    if (!room) return GN_NO_MEMORY;
    double *u = room, *v = u + n, *hu = v + n, *hv = hu + n;
    gn_check_direction_of(c->o, how, GN_CHECK_DIRECTIONS, u);
    gn_check_direction_of(c->o, how, GN_CHECK_DIRECTIONS + 1, v);
    GN_TRY(gn_objective_hvp(c->o, c->p, u, hu));
    GN_TRY(gn_objective_hvp(c->o, c->p, v, hv));
    r->uhv = dot(n, u, hv);
    r->vhu = dot(n, v, hu);
    double scale = fmax(fabs(r->uhv), norm(n, hv) / sqrt((double)(n ? n : 1)));
    r->symmetry = scale > 0 ? fabs(r->uhv - r->vhu) / scale : 0;
    r->second = true;
    if (!(r->symmetry <= GN_CHECK_SYMMETRY)) r->verdict = GN_VERDICT_FAIL;
    return difference(c, v, hv, hv + n, r);
}
