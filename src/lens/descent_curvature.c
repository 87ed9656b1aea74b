/* descent_curvature.c -- the eigenvalues of the Hessian along a descent, what the optimiser's limit makes of them, and
 * the story of the descent in words.
 *
 * Invariant: predicted and observed stand side by side; a statement from a Hessian that changes with the point is
 * called local. */
#include "descent_internal.h"

#include <math.h>
#include <string.h>

#include "limits.h"
#include "spectrum.h"

enum { MOST = 16 };
#undef NUM
/* A number within a sentence, where w is the walk in hand. */
#define NUM(v) gn_calc_number(GN_NUM, (v), w->ask->digits)

static bool uses_any(const gn_walk *w, const gn_formula *f)
{
    for (size_t j = 0; j < w->n; j++)
        if (gn_formula_uses(f, w->of->name[j])) return true;
    return false;
}

/* A point of the path with the optimiser's state after the step t that led there. */
typedef struct place { const double *x, *slot; uint64_t t; const char *name; bool end; } place;

/* The Hessian's numbers there; false when it has too many variables or is not finite. */
static bool hessian_at(gn_walk *w, const place *at, double *h)
{
    gn_binding bound[MOST + 64];
    gn_matrix m;
    gn_arena *a = &w->s->arena;
    if (w->n > MOST || w->of->names > GN_COUNT(bound)) return false;
    for (size_t i = 0; i < w->of->names; i++)
        bound[i] = (gn_binding){w->of->name[i], i < w->n ? at->x[i] : w->ask->from[i]};
    w->s->status = gn_matrix_hessian(a, w->of->f.at[0], w->of->name, w->n, &m);
    if (w->s->status == GN_OK) w->s->status = gn_matrix_eval(w->s->ctx, &m, bound, w->of->names, h);
    if (w->s->status != GN_OK) return false;
    w->constant = !gn_formula_has_pieces(a, w->of->f.at[0]);
    bool finite = true;
    for (size_t i = 0; i < w->n * w->n; i++) {
        w->constant = w->constant && !uses_any(w, m.at[i]);
        finite = finite && isfinite(h[i]);
    }
    return finite;
}

/* ---- one eigenvalue ---------------------------------------------------------------------------------------------- */

typedef struct verdict { double factor, steps; const char *regime; bool ripples; } verdict;

/* So near to 1 that its digits do not tell: as a difference from 1. */
static const char *factor_text(gn_walk *w, double factor)
{
    bool near = factor < 1 && factor > 1 - 5e-7;
    return near ? gn_walk_text(w, "1 - %s", NUM(1 - factor)) : gn_walk_text(w, "%s", NUM(factor));
}

static double flat_band(const double *lambda, size_t n)
{
    return GN_REGIME_BAND_ULPS * 0x1p-52 * (double)n * fmax(fabs(lambda[0]), fabs(lambda[n - 1]));
}

/* Flat directions keep their error and show none of it in the slope: they do not count. */
static void note_factor(gn_walk *w, const double *lambda, size_t i, const verdict *v)
{
    if (!(fabs(lambda[i]) > flat_band(lambda, w->n))) return;
    w->slowest = fmax(isnan(w->slowest) ? 0 : w->slowest, fabs(v->factor));
    w->ripples = w->ripples || v->ripples;
}

static verdict judge(gn_walk *w, const gn_limit *limit, double lambda)
{
    double eta_lambda = w->ask->hyper[0] * lambda;
    verdict v = {NAN, NAN, "-", false};
    gn_iteration it;
    if (gn_iteration_of(w->s->ctx, w->ask->op, w->ask->hyper, eta_lambda, &it) != GN_OK) {
        gn_clear_error(w->s->ctx);
        return v;
    }
    v.factor = w->ask->op == GN_OPT_sgd ? 1 - eta_lambda : it.spectral;
    v.ripples = it.ripples;
    gn_regime regime = gn_regime_under(limit, &it, eta_lambda);
    v.regime = gn_regime_name(regime);
    v.steps = w->ask->op == GN_OPT_sgd ? gn_steps_at(eta_lambda, gn_descent_share(w->ask))
              : regime == GN_REGIME_TWO_STEPS ? 2 : gn_steps_to(v.factor, gn_descent_share(w->ask));
    return v;
}

/* The share of the slope at the last point along the directions of the slowest factor; vector (n, n): a row each. What
 * is no more than rounding counts as 0. */
static void note_along(gn_walk *w, const gn_limit *limit, const double *lambda, const double *vector)
{
    double part = 0, whole = 0;
    const double *g = w->d->g + (w->d->rows - 1) * w->n, *x = w->d->x + (w->d->rows - 1) * w->n;
    for (size_t j = 0; j < w->n; j++) whole = hypot(whole, g[j] + w->ask->weight_decay * x[j]);
    for (size_t i = 0; i < w->n; i++) {
        double dot = 0;
        verdict v = judge(w, limit, lambda[i]);
        if (!(fabs(v.factor) >= w->slowest * (1 - 1e-9)) || !(fabs(lambda[i]) > flat_band(lambda, w->n))) continue;
        for (size_t j = 0; j < w->n; j++) dot += vector[i * w->n + j] * (g[j] + w->ask->weight_decay * x[j]);
        part = hypot(part, dot);
    }
    w->along = whole == 0 ? NAN : part <= 0x1p-50 * (double)w->n * whole ? 0 : part / whole;
}

static void put_judged(gn_walk *w, const gn_limit *limit, const double *lambda)
{
    double cell[4][MOST];
    const char *regime[MOST];
    for (size_t i = 0; i < w->n; i++) {
        verdict v = judge(w, limit, lambda[i]);
        cell[0][i] = lambda[i];
        cell[1][i] = w->ask->hyper[0] * lambda[i];
        cell[2][i] = v.factor;
        cell[3][i] = v.steps;
        regime[i] = v.regime;
        note_factor(w, lambda, i, &v);
    }
    bool sgd = w->ask->op == GN_OPT_sgd;
    gn_sheet_column c[] = {
        {.title = "eigenvalue λ", .name = "lambda", .number = cell[0]},
        {.title = gn_walk_text(w, "%s*λ", w->lr), .number = cell[1]},
        {.title = sgd ? "r" : "factor a step", .formula = sgd ? gn_walk_text(w, "1 - %s*lambda", w->lr) : NULL,
         .number = cell[2]},
        {.title = gn_walk_text(w, "steps to %s", gn_num(GN_NUM, w->ask->tolerance)), .number = cell[3]},
        {.title = "regime", .text = regime},
    };
    gn_sheet_table(w->s, 0, NULL, GN_COUNT(c), w->n, c);
}

/* ---- the limit --------------------------------------------------------------------------------------------------- */

static void say_limit(gn_walk *w, const gn_limit *limit, const double *lambda)
{
    double lr = w->ask->hyper[0], top = lambda[w->n - 1], low = lambda[0], most = NAN;
    if (!(top > 0)) {
        gn_sheet_text(w->s, 0, "no direction curves upward here, so no rate is too large for the curvature.");
        return;
    }
    w->s->status = gn_limit_rate(w->s->ctx, w->ask->op, w->ask->hyper, top, &most);
    if (w->s->status != GN_OK) return;
    const char *side = lr * top < limit->value ? "below" : lr * top > limit->value ? "above" : "on it";
    gn_sheet_text(w->s, 0, "limit of %s: lr*λ < %s%s%s, so lr < %s; lr = %s is %s of it, %s.", w->row->name,
                  limit->formula, strlen(limit->formula) > 1 ? " = " : "",
                  strlen(limit->formula) > 1 ? NUM(limit->value) : "", NUM(most), gn_num(GN_NUM, lr),
                  NUM(lr / most), side);
    if (low < 0) gn_sheet_text(w->s, 0, "the eigenvalue %s is negative: along it every rate leads away.", NUM(low));
    if (w->ask->op != GN_OPT_sgd || low < 0) return;
    if (low <= flat_band(lambda, w->n)) {
        gn_sheet_text(w->s, 0, "along a flat direction the slope does not change, and no rate shrinks the distance.");
        return;
    }
    double factor = (top - low) / (top + low);
    const char *arrives = w->ask->clip > 0 ? ", one step arrives where it is not cut" : ", one step arrives";
    const char *then = factor > flat_band(lambda, w->n) / top ? " a step" : w->constant ? arrives
                                                                                        : ", if this curvature stayed";
    gn_sheet_text(w->s, 0, "best fixed rate 2/(%s + %s) = %s: the error times %s%s.", NUM(low), NUM(top),
                  NUM(2 / (low + top)), factor_text(w, factor), then);
}

/* H_ij/sqrt(p_i*p_j), the curvature that an adaptive optimiser sees with its state as it is after step t. */
static bool precondition(gn_walk *w, const double *state, uint64_t t, double *h)
{
    double p[MOST], held[MOST];
    int slot = gn_preconditioner_slot(w->ask->op);
    for (size_t i = 0; i < w->n; i++) held[i] = state[i * w->d->slots + (size_t)slot];
    w->s->status = gn_preconditioner_of(w->s->ctx, w->ask->op, w->ask->hyper, (double)t, w->n, held, p);
    bool known = w->s->status == GN_OK;
    for (size_t i = 0; i < w->n; i++) {
        h[i * w->n + i] += w->ask->weight_decay;
        known = known && isfinite(p[i]) && p[i] > 0;
    }
    for (size_t i = 0; known && i < w->n * w->n; i++) h[i] /= sqrt(p[i / w->n] * p[i % w->n]);
    return known;
}

static void put_adaptive(gn_walk *w, const gn_limit *limit, double *h, const place *at)
{
    double lambda[MOST];
    const char *name = w->row->name;
    if (!at->end)
        gn_sheet_text(w->s, 0, "limit of %s: lr*λ < %s%s%s, %s.", name, limit->formula,
                      strlen(limit->formula) > 1 ? " = " : "", strlen(limit->formula) > 1 ? NUM(limit->value) : "",
                      limit->about);
    if (w->d->steps < at->t || !precondition(w, at->slot, at->t, h)) return;
    w->s->status = gn_eigen_symmetric(w->s->ctx, w->n, h, lambda, NULL);
    if (w->s->status != GN_OK) return;
    gn_sheet_text(w->s, 0, "P^-1/2 H P^-1/2 %swith the state of %s after step %llu:",
                  at->end ? "" : "at the start, ", name, (unsigned long long)at->t);
    put_judged(w, limit, lambda);
    say_limit(w, limit, lambda);
}

/* Shown: not the same as at the start. */
static void put_curvature(gn_walk *w, const place *at, bool shown, double *h, const double *lambda,
                          const double *vector)
{
    gn_limit limit;
    gn_sheet_column c = {.title = "eigenvalue λ", .number = lambda};
    w->s->status = gn_limit_of(w->s->ctx, w->ask->op, w->ask->hyper, &limit);
    if (w->s->status != GN_OK) return;
    bool plain = limit.known && !limit.preconditioned;
    if (!shown && plain) {
        for (size_t i = 0; i < w->n; i++) {
            verdict v = judge(w, &limit, lambda[i]);
            note_factor(w, lambda, i, &v);
        }
        note_along(w, &limit, lambda, vector);
        return;
    }
    if (!shown && (!limit.known || at->t < 2)) return;     /* after one step the state is that of the start */
    gn_sheet_section(w->s, 0, "the curvature at %s: %s%s", at->name, gn_bend_name(lambda, w->n),
                     w->constant ? "" : " (a local estimate)");
    if (w->ask->clip > 0 && limit.known) gn_sheet_text(w->s, 0, "as long as no slope is cut:");
    if (plain) put_judged(w, &limit, lambda);
    else if (shown) gn_sheet_table(w->s, 0, NULL, 1, w->n, &c);
    if (plain) say_limit(w, &limit, lambda);
    if (plain) note_along(w, &limit, lambda, vector);
    else if (limit.known) put_adaptive(w, &limit, h, at);
    else gn_sheet_text(w->s, 0, "%s has no limit of this kind: %s.", w->row->name, limit.about);
}

static double size_at(const gn_walk *w, size_t row)
{
    return gn_descent_size(w->ask, w->n, w->d->x + row * w->n, w->d->g + row * w->n);
}

/* Of a cycle the last point alone may lie at the bottom. */
static bool stays(const gn_walk *w, size_t last)
{
    double size = size_at(w, last), before = last > 0 && w->d->stride == 1 ? size_at(w, last - 1) : size;
    return size <= gn_descent_share(w->ask) * size_at(w, 0) && (w->d->end != GN_DESCENT_CYCLE || before <= size);
}

/* The gradient came under the tolerance before the last step, and stays there. */
static bool is_settled(const gn_walk *w)
{
    return w->d->arrived != UINT64_MAX && w->d->arrived < w->d->steps && stays(w, w->d->rows - 1);
}

/* A state that forgets the slopes goes on changing where they are 0, and means nothing there: where a run has settled,
 * the place of an optimiser with one is where it arrived. */
static place place_of(gn_walk *w, bool end)
{
    const gn_descent *d = w->d;
    if (!end) return (place){d->x, d->first_slot, 1, "the start", false};
    if (is_settled(w) && d->arrived > 0 && gn_preconditioner_slot(w->ask->op) >= 0)
        return (place){d->arrived_x, d->arrived_slot, d->arrived,
                       gn_walk_text(w, "step %llu, where it arrived", (unsigned long long)d->arrived), true};
    return (place){d->x + (d->rows - 1) * d->n, d->slot, d->steps, "the end", true};
}

void gn_walk_curvature(gn_walk *w, bool end)
{
    double h[MOST * MOST], lambda[MOST], vector[MOST * MOST];
    place at = place_of(w, end);
    w->slowest = w->along = NAN;
    w->ripples = false;
    if (w->s->status != GN_OK || !hessian_at(w, &at, h)) return;
    if (w->constant && !end) at.name = "every point";
    w->s->status = gn_eigen_symmetric(w->s->ctx, w->n, h, lambda, vector);
    for (size_t i = 0; i < w->n; i++) lambda[i] += w->ask->weight_decay;
    if (w->s->status == GN_OK) put_curvature(w, &at, !w->constant || !end, h, lambda, vector);
}

/* ---- the story --------------------------------------------------------------------------------------------------- */

static const char *size_name(const gn_walk *w)
{
    return w->ask->weight_decay || w->ask->l1 ? "|grad, decay included|" : "|grad|";
}

/* "x = 1, y = 2", of many variables the first. */
static const char *point_text(gn_walk *w, const double *x)
{
    const char *text = gn_walk_text(w, "%s = %s", w->of->name[0], NUM(x[0]));
    size_t shown = w->n < 3 ? w->n : 3;
    for (size_t j = 1; j < shown; j++) text = gn_walk_text(w, "%s, %s = %s", text, w->of->name[j], NUM(x[j]));
    return w->n > shown ? gn_walk_text(w, "%s, ...", text) : text;
}

static void say_overflow(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1;
    const char *what = !strcmp(d->overflow, "f") ? w->f : d->overflow;
    bool inside = true;
    for (size_t j = 0; j < d->n; j++) inside = inside && isfinite(d->x[last * d->n + j]);
    if (d->steps == 0) gn_sheet_text(w->s, 0, "no step was taken: %s is not finite at the start.", what);
    else if (inside && isnan(d->f[last]))
        gn_sheet_text(w->s, 0, "LEFT THE DOMAIN where %s is a number: step %llu led to %s, where it has no value.",
                      w->f, (unsigned long long)d->steps, point_text(w, d->x + last * d->n));
    else
        gn_sheet_text(w->s, 0, "DIVERGED: at step %llu %s is not finite any more.", (unsigned long long)d->steps, what);
}

/* What moves a point whose slope is 0. */
static const char *moves_by(const gn_walk *w)
{
    bool decays = false, gathered = false;
    for (int i = 0; i < w->row->parameters; i++)
        decays = decays || (!strcmp(w->row->parameter_name[i], "wd") && w->ask->hyper[i] > 0);
    for (size_t i = 0; i < w->n * w->d->slots; i++) gathered = gathered || w->d->slot[i] != 0;
    if (!gathered) return "its own weight decay";
    return decays ? "what it has gathered of the slopes so far, and its own weight decay"
                  : "what it has gathered of the slopes so far";
}

/* The gradient is 0 over the last rows: what the optimiser holds beside it may move the point all the same. */
static void say_still(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1, first = last;
    while (first > 0 && size_at(w, first - 1) == 0) first--;
    bool moved = false;
    for (size_t j = 0; j < d->n; j++) moved = moved || d->x[first * d->n + j] != d->x[last * d->n + j];
    const char *what = w->ask->weight_decay || w->ask->l1 ? "the gradient, decay included," : "the gradient";
    const char *from = first > 0 && d->stride > 1 ? "at the latest from" : "from";
    unsigned long long k = d->k[first];
    if (d->rests && !moved)
        gn_sheet_text(w->s, 0, "%s is exactly 0 %s step %llu on: descent stands still.", what, from, k);
    else if (d->rests)
        gn_sheet_text(w->s, 0, "%s is exactly 0 %s step %llu on, though it moved on from there; at the end it stands "
                      "still.", what, from, k);
    else
        gn_sheet_text(w->s, 0, "%s is exactly 0 %s step %llu to the end, step %llu; the point moves all the same, by "
                      "what %s adds to the slope: %s.", what, from, k, (unsigned long long)d->steps, w->row->name,
                      moves_by(w));
}

static void say_end(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1;
    unsigned long long k = d->steps;
    switch (d->end) {
    case GN_DESCENT_OVERFLOW:
        say_overflow(w);
        break;
    case GN_DESCENT_GROWS:
        gn_sheet_text(w->s, 0, "it moves away: after %llu step%s %s = %s, above the %s it began with, and still "
                      "rising.", k, GN_S(k), w->f, NUM(d->f[last]), NUM(d->f[0]));
        break;
    case GN_DESCENT_CYCLE:
        gn_sheet_text(w->s, 0, "a two-cycle: the last points alternate between %s = %s and %s%s%s.",
                      w->of->name[0], NUM(d->previous[0]), NUM(d->x[last * d->n]),
                      d->n > 1 ? " (and the others likewise)" : "", w->row->slots ? "" : ", for ever");
        if (d->second[last] == 0)
            gn_sheet_text(w->s, 0, "the slope does not shrink towards the bottom, so a step of fixed rate goes over it "
                                   "again and again, unless one ends on it; a rate that shrinks would arrive.");
        break;
    case GN_DESCENT_STILL:
        say_still(w);
        break;
    default:
        gn_sheet_text(w->s, 0, "after %llu step%s %s went from %s to %s.", k, GN_S(k), w->f, NUM(d->f[0]),
                      NUM(d->f[last]));
    }
}

/* What a step's length comes from, by what the optimiser's iteration holds. */
static const char *why_past(gn_walk *w)
{
    gn_iteration it;
    gn_optimizer op = w->ask->op;
    if (gn_iteration_of(w->s->ctx, op, w->ask->hyper, 1, &it) != GN_OK) {
        gn_clear_error(w->s->ctx);
        return "because the length of the step does not follow the size of the slope, and it was longer than the way";
    }
    bool divided = gn_preconditioner_slot(op) >= 0;
    if (it.n == 1 && divided)
        return "because the step, lr times the slope over what its state has gathered of the slopes' sizes, was longer "
               "than the way";
    if (it.n == 1) return "because the step, lr times the slope, was longer than the way";
    return divided ? "because the mean of the slopes so far, which carries the step, still pointed the old way"
                   : "because the velocity gathered from the slopes so far carried it on";
}

/* 1: a step against the slope ended where the slope rises along it, past a bottom in x; -1: past a top. Where f has no
 * value there is neither. */
int gn_walk_past(const gn_descent *d, size_t row, size_t j)
{
    double before = d->g[(row - 1) * d->n + j], after = d->g[row * d->n + j];
    double moved = d->x[row * d->n + j] - d->x[(row - 1) * d->n + j];
    if (isnan(d->f[row])) return 0;
    if (before * moved < 0 && after * moved > 0) return 1;
    return before * moved > 0 && after * moved < 0 ? -1 : 0;
}

static void say_overshoots(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t rose = 0, past = 0;
    for (size_t r = 1; r < d->rows && d->stride == 1; r++) {
        bool crossed = false;
        for (size_t j = 0; j < d->n; j++) crossed = crossed || gn_walk_past(d, r, j) > 0;
        past += crossed;
        rose += d->change[r] > 0;
    }
    if (past)
        gn_sheet_text(w->s, 0, "%zu step%s went past the bottom%s: the slope changed its sign, %s.", past,
                      past == 1 ? "" : "s", d->n > 1 ? " along a variable" : "", why_past(w));
    if (rose) gn_sheet_text(w->s, 0, "%zu step%s made %s larger.", rose, rose == 1 ? "" : "s", w->f);
}

/* Observed over 20 rows together, for with momentum a single step says little: the last ones, or where the run has
 * settled those before its arrival, after which rounding decides. */
static void say_factor(gn_walk *w)
{
    const gn_descent *d = w->d;
    bool arrived = is_settled(w);
    size_t last = d->rows - 1;
    while (arrived && last > 0 && d->k[last] > d->arrived) last--;
    size_t first = last > 20 ? last - 20 : 0;
    double before = size_at(w, first), after = size_at(w, last), steps = (double)(d->k[last] - d->k[first]);
    if (!isfinite(w->slowest) || last < 2 || d->end == GN_DESCENT_CYCLE || !(before > 0) || !(after > 0)) return;
    double observed = pow(after / before, 1 / steps);
    bool hidden = d->n > 1 && (!w->ripples || w->along == 0) && observed < 0.99 * w->slowest;
    const char *which = w->slowest > 1 ? "direction that grows" : "slowest direction";
    bool adaptive = gn_preconditioner_slot(w->ask->op) >= 0;
    const char *held = !adaptive ? w->ask->clip > 0 ? " where no slope is cut" : ""
        : !arrived ? " with its state held as it is at the end"
        : gn_walk_text(w, " with its state held as it is at step %llu", (unsigned long long)d->arrived);
    const char *along = w->along == 0 ? ", along which the slope is 0," : "";
    gn_sheet_text(w->s, 0, "predicted%s: in the long run an error is multiplied by %s a step%s; observed over the %s "
                           "steps %s: %s by %s a step, their geometric mean%s.",
                  held, factor_text(w, w->slowest),
                  w->ripples ? ", and in ripples on the way, so that few steps tell little" : "", NUM(steps),
                  arrived ? "before it arrived" : "at the end", size_name(w), NUM(observed),
                  hidden ? gn_walk_text(w, "; the %s%s did not rule these steps", which, along) : "");
    double alone = size_at(w, last) / size_at(w, last - 1);
    if (adaptive && !w->ripples && d->k[last] == d->k[last - 1] + 1 && isfinite(alone))
        gn_sheet_text(w->s, 0, "its state was another at each of these steps; the last of them alone, with the state "
                      "that is held, multiplied %s by %s.", size_name(w), NUM(alone));
    if (arrived && d->end == GN_DESCENT_STILL && d->rests)
        gn_sheet_text(w->s, 0, "after its arrival there is nothing to predict: a slope of 0 moves nothing, whatever "
                      "the rate and the state are.");
}

void gn_walk_story(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1;
    if (w->s->status != GN_OK) return;
    gn_sheet_section(w->s, 0, "what happened");
    if (d->steps == 0 && d->end != GN_DESCENT_OVERFLOW) {
        gn_sheet_text(w->s, 0, "no step was taken.");
        return;
    }
    say_end(w);
    say_overshoots(w);
    if (d->end == GN_DESCENT_OVERFLOW || size_at(w, 0) == 0) return;
    if (d->arrived != UINT64_MAX)
        gn_sheet_text(w->s, 0, "%s came under %s of its first value %s at step %llu%s.", size_name(w),
                      gn_num(GN_NUM, w->ask->tolerance), NUM(size_at(w, 0)), (unsigned long long)d->arrived,
                      stays(w, last) ? "" : ", and did not stay there");
    else if (d->steps > 0 && d->f[last] < d->f[0] && size_at(w, last) > size_at(w, 0))
        gn_sheet_text(w->s, 0, "%s has grown from %s to %s: as far as it went, it falls ever faster.", size_name(w),
                      NUM(size_at(w, 0)), NUM(size_at(w, last)));
    else
        gn_sheet_text(w->s, 0, "%s is %s, %s of its first value: not yet the %s that counts as arrived.", size_name(w),
                      NUM(size_at(w, last)), NUM(size_at(w, last) / size_at(w, 0)), gn_num(GN_NUM, w->ask->tolerance));
    say_factor(w);
}
