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
#define NUM(v) gn_num_digits(GN_NUM, (v), 6)

static bool uses_any(const gn_walk *w, const gn_formula *f)
{
    for (size_t j = 0; j < w->n; j++)
        if (gn_formula_uses(f, w->of->name[j])) return true;
    return false;
}

/* The Hessian's numbers at a row of the path; false when it has too many variables or is not finite there. */
static bool hessian_at(gn_walk *w, size_t row, double *h)
{
    gn_binding bound[MOST + 64];
    gn_matrix m;
    gn_arena *a = &w->s->arena;
    if (w->n > MOST || w->of->names > GN_COUNT(bound)) return false;
    for (size_t i = 0; i < w->of->names; i++)
        bound[i] = (gn_binding){w->of->name[i], i < w->n ? w->d->x[row * w->n + i] : w->ask->from[i]};
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

typedef struct verdict { double factor, steps; const char *regime; } verdict;

static const char *regime_of_iteration(const gn_iteration *it)
{
    double band = GN_REGIME_BAND_ULPS * 0x1p-52, top = 0;
    for (int i = 0; i < it->n; i++)
        if (hypot(it->re[i], it->im[i]) > fabs(top)) top = it->re[i];
    if (it->spectral > 1 + band) return top > 0 && !it->ripples ? "ascending" : "divergent";
    if (fabs(it->spectral - 1) <= band) return "edge";
    if (it->ripples) return "ripples";
    return top < 0 ? "oscillating" : "one-sided";
}

static double flat_band(const double *lambda, size_t n)
{
    return GN_REGIME_BAND_ULPS * 0x1p-52 * (double)n * fmax(fabs(lambda[0]), fabs(lambda[n - 1]));
}

/* Flat directions keep their error and show none of it in the slope: they do not count. */
static void note_factor(gn_walk *w, const double *lambda, size_t i, double factor)
{
    if (fabs(lambda[i]) > flat_band(lambda, w->n)) w->slowest = fmax(isnan(w->slowest) ? 0 : w->slowest, fabs(factor));
}

static verdict judge(gn_walk *w, double lambda)
{
    double lr = w->ask->hyper[0];
    verdict v = {NAN, NAN, "-"};
    if (w->ask->op == GN_OPT_sgd) {
        double band;
        v.regime = gn_regime_name(gn_regime_of(lr * lambda, &v.factor, &band));
    } else {
        gn_iteration it;
        if (gn_iteration_of(w->s->ctx, w->ask->op, w->ask->hyper, lr * lambda, &it) != GN_OK) {
            gn_clear_error(w->s->ctx);
            return v;
        }
        v.factor = it.spectral;
        v.regime = regime_of_iteration(&it);
    }
    v.steps = gn_steps_to(v.factor, w->ask->tolerance);
    return v;
}

static void put_judged(gn_walk *w, const double *lambda)
{
    double cell[4][MOST];
    const char *regime[MOST];
    for (size_t i = 0; i < w->n; i++) {
        verdict v = judge(w, lambda[i]);
        cell[0][i] = lambda[i];
        cell[1][i] = w->ask->hyper[0] * lambda[i];
        cell[2][i] = v.factor;
        cell[3][i] = v.steps;
        regime[i] = v.regime;
        note_factor(w, lambda, i, v.factor);
    }
    bool sgd = w->ask->op == GN_OPT_sgd;
    gn_sheet_column c[] = {
        {.title = "eigenvalue", .name = "lambda", .number = cell[0]},
        {.title = "lr*eigenvalue", .name = "eta_lambda", .number = cell[1]},
        {.title = sgd ? "r = 1 - lr*eigenvalue" : "factor a step", .formula = sgd ? "1 - eta_lambda" : NULL,
         .number = cell[2]},
        {.title = gn_walk_text(w, "steps to %s", gn_num(GN_NUM, w->ask->tolerance)), .number = cell[3]},
        {.title = "regime", .text = regime},
    };
    gn_sheet_table(w->s, 0, NULL, GN_COUNT(c), w->n, c);
}

/* ---- the limit --------------------------------------------------------------------------------------------------- */

static void say_limit(gn_walk *w, const gn_limit *limit, const double *lambda)
{
    double lr = w->ask->hyper[0], top = lambda[w->n - 1], low = lambda[0];
    if (!(top > 0)) {
        gn_sheet_text(w->s, 0, "no direction curves upward here, so no rate is too large for the curvature.");
        return;
    }
    const char *side = lr * top < limit->value ? "below" : lr * top > limit->value ? "above" : "on it";
    gn_sheet_text(w->s, 0, "limit of %s: lr*eigenvalue < %s%s%s, so lr < %s; lr = %s is %s of it, %s.", w->row->name,
                  limit->formula, strlen(limit->formula) > 1 ? " = " : "",
                  strlen(limit->formula) > 1 ? NUM(limit->value) : "", NUM(limit->value / top), gn_num(GN_NUM, lr),
                  NUM(lr * top / limit->value), side);
    if (low < 0) gn_sheet_text(w->s, 0, "the eigenvalue %s is negative: along it every rate leads away.", NUM(low));
    if (w->ask->op != GN_OPT_sgd || low < 0) return;
    if (low <= flat_band(lambda, w->n)) {
        gn_sheet_text(w->s, 0, "along a flat direction the slope does not change, and no rate shrinks the distance.");
        return;
    }
    gn_sheet_text(w->s, 0, "best fixed rate 2/(%s + %s) = %s: the error shrinks by %s a step.", NUM(low), NUM(top),
                  NUM(2 / (low + top)), NUM((top - low) / (top + low)));
}

void gn_walk_curvature(gn_walk *w, size_t row, const char *where)
{
    double h[MOST * MOST], lambda[MOST];
    gn_limit limit;
    w->slowest = NAN;
    if (w->s->status != GN_OK || !hessian_at(w, row, h)) return;
    if (row && w->constant) where = NULL;
    w->s->status = gn_eigen_symmetric(w->s->ctx, w->n, h, lambda, NULL);
    if (w->s->status == GN_OK) w->s->status = gn_limit_of(w->s->ctx, w->ask->op, w->ask->hyper, &limit);
    if (w->s->status != GN_OK) return;
    for (size_t i = 0; i < w->n; i++) lambda[i] += w->ask->weight_decay;
    if (!where) { /* the same as at the start: shown once */
        if (limit.known && !limit.preconditioned)
            for (size_t i = 0; i < w->n; i++) note_factor(w, lambda, i, judge(w, lambda[i]).factor);
        return;
    }
    gn_sheet_section(w->s, 0, "the curvature at %s: %s%s", w->constant ? "every point" : where,
                     gn_bend_name(lambda, w->n), w->constant ? "" : " (a local estimate)");
    if (limit.known && !limit.preconditioned) {
        put_judged(w, lambda);
        say_limit(w, &limit, lambda);
        return;
    }
    gn_sheet_column c = {.title = "eigenvalue", .number = lambda};
    gn_sheet_table(w->s, 0, NULL, 1, w->n, &c);
    if (limit.known) gn_sheet_text(w->s, 0, "limit of %s: lr*eigenvalue < %s = %s, %s.", w->row->name, limit.formula,
                                   NUM(limit.value), limit.about);
    else gn_sheet_text(w->s, 0, "%s has no limit of this kind: %s.", w->row->name, limit.about);
}

/* ---- the story --------------------------------------------------------------------------------------------------- */

static double norm_at(const gn_descent *d, size_t row)
{
    double s = 0;
    for (size_t j = 0; j < d->n; j++) s = hypot(s, d->g[row * d->n + j]);
    return s;
}

static void say_end(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1;
    unsigned long long k = d->steps;
    switch (d->end) {
    case GN_DESCENT_OVERFLOW:
        gn_sheet_text(w->s, 0, "DIVERGED: at step %llu %s is not finite any more.", k,
                      !strcmp(d->overflow, "f") ? w->f : d->overflow);
        break;
    case GN_DESCENT_GROWS:
        gn_sheet_text(w->s, 0, "it moves away: after %llu steps %s = %s, above the %s it began with, and still rising.",
                      k, w->f, NUM(d->f[last]), NUM(d->f[0]));
        break;
    case GN_DESCENT_CYCLE:
        gn_sheet_text(w->s, 0, "a two-cycle: the last points alternate between %s = %s and %s%s, for ever.",
                      w->of->name[0], NUM(d->previous[0]), NUM(d->x[last * d->n]),
                      d->n > 1 ? " (and the others likewise)" : "");
        if (d->second[last] == 0)
            gn_sheet_text(w->s, 0, "the slope does not shrink towards the bottom, so a step of fixed rate goes over it "
                                   "again and again; only a rate that shrinks would arrive.");
        break;
    case GN_DESCENT_STILL:
        while (last > 0 && norm_at(d, last - 1) == 0) last--;
        gn_sheet_text(w->s, 0, "the gradient is exactly 0 from step %llu on: descent stands still.",
                      (unsigned long long)d->k[last]);
        break;
    default:
        gn_sheet_text(w->s, 0, "after %llu steps %s went from %s to %s.", k, w->f, NUM(d->f[0]), NUM(d->f[last]));
    }
}

static void say_overshoots(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t rose = 0, past = 0;
    for (size_t r = 1; r < d->rows && d->stride == 1; r++) {
        bool crossed = false;
        for (size_t j = 0; j < d->n; j++) crossed = crossed || d->g[(r - 1) * d->n + j] * d->g[r * d->n + j] < 0;
        past += crossed;
        rose += d->change[r] > 0;
    }
    if (past)
        gn_sheet_text(w->s, 0, "%zu step%s went past the bottom: the slope changed its sign, because the step, lr "
                               "times the slope, was longer than the way.", past, past == 1 ? "" : "s");
    if (rose) gn_sheet_text(w->s, 0, "%zu step%s made %s larger.", rose, rose == 1 ? "" : "s", w->f);
}

void gn_walk_story(gn_walk *w)
{
    const gn_descent *d = w->d;
    size_t last = d->rows - 1;
    if (w->s->status != GN_OK) return;
    gn_sheet_section(w->s, 0, "what happened");
    say_end(w);
    say_overshoots(w);
    if (d->end == GN_DESCENT_OVERFLOW) return;
    if (d->arrived != UINT64_MAX)
        gn_sheet_text(w->s, 0, "|grad| came under %s of its first value %s at step %llu.",
                      gn_num(GN_NUM, w->ask->tolerance), NUM(norm_at(d, 0)), (unsigned long long)d->arrived);
    else
        gn_sheet_text(w->s, 0, "|grad| is %s, %s of its first value: not yet the %s that counts as arrived.",
                      NUM(norm_at(d, last)), NUM(norm_at(d, last) / norm_at(d, 0)), gn_num(GN_NUM, w->ask->tolerance));
    if (isfinite(w->slowest) && isfinite(d->ratio) && d->rows > 2 && d->end != GN_DESCENT_CYCLE)
        gn_sheet_text(w->s, 0, "predicted: an error is multiplied by at most %s a step; observed in the last step: "
                               "|grad| by %s.", NUM(w->slowest), NUM(d->ratio));
}
