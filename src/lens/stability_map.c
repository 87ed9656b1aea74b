/* stability_map.c -- maps of the regimes of the neuron L = (w*x - y)^2: rates against |x|, and trajectories.
 *
 * Invariant: a limit in a map is that of gn_limit_of and a region that of the optimiser's own iteration. */
#include <math.h>
#include <string.h>

#include "neuron.h"
#include "stability_draw.h"
#include "view.h"

enum { STEPS = 30 };
enum { MAP_MARKS = 8, MAP_APART = 100 };    /* inputs that have a line in the map of rates; how far apart they may be */

/* ---- rate against |x| -------------------------------------------------------------------------------------------- */
/* What of rate times curvature the map shows: the limit, and below it sgd's best, or where ripples begin and end. */
typedef struct map_shares { double limit, low, high; } map_shares;

static void scale(double *to, const double *from, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++) to[i] = factor * from[i];
}

static const char *line_name(gn_drawing *d, const char *what, double share)
{
    gn_text t;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "%s %s/x^2", what, gn_num_digits(GN_NUM, share / 2, 4));
    return gn_drawing_keep(d, &t);
}

static void name_lines(gn_drawing *d, const gn_map_ask *ask, const map_shares *at, const char *names[3])
{
    bool plain = ask->op == GN_OPT_sgd;
    names[0] = "limit 1/x^2: r = -1, two-cycle";
    names[1] = "one step: 1/(2x^2), r = 0";
    names[2] = NULL;
    if (plain) return;
    names[0] = line_name(d, "limit", at->limit);
    names[1] = line_name(d, "ripples from", at->low);
    names[2] = line_name(d, "ripples to", at->high);
}

/* The lines from left to right, with labels; the points of the n marked inputs on limit and lower line. */
static gn_status rate_lines(gn_drawing *d, const gn_map_ask *ask, const gn_map_range *range, const double *x, size_t n,
                            const map_shares *share)
{
    double *v = gn_drawing_take(d, 5 * GN_MAP_CURVE, sizeof *v), *at = gn_drawing_take(d, 3 * n + 1, sizeof *at);
    const char *names[3];
    if (d->failed) return GN_NO_MEMORY;
    /* best is 1/lambda: a share of rate times curvature times best is a rate */
    double *best = v + GN_MAP_CURVE, *limit = best + GN_MAP_CURVE, *low = limit + GN_MAP_CURVE;
    double *high = low + GN_MAP_CURVE;
    GN_TRY(gn_view_rates_of(d->arena->ctx, range->left, range->right, GN_MAP_CURVE, v, best, limit));
    scale(limit, best, GN_MAP_CURVE, share->limit), scale(low, best, GN_MAP_CURVE, share->low);
    scale(high, best, GN_MAP_CURVE, share->high);
    for (size_t i = 0; i < n; i++) {
        GN_TRY(gn_view_rates_of(d->arena->ctx, fabs(x[i]), fabs(x[i]), 1, at + i, at + n + i, at + 2 * n + i));
        at[2 * n + i] = share->limit * at[n + i];
        at[n + i] *= share->low;
    }
    name_lines(d, ask, share, names);
    gn_drawing_series(d, 0, GN_SERIES_LINE, names[0], GN_MAP_CURVE, v, limit);
    gn_drawing_series(d, 0, GN_SERIES_LINE, names[1], GN_MAP_CURVE, v, low);
    gn_drawing_series(d, 0, GN_SERIES_POINTS, NULL, n, at, at + n);
    gn_drawing_series(d, 0, GN_SERIES_POINTS, NULL, n, at, at + 2 * n);
    if (names[2]) gn_drawing_series(d, 0, GN_SERIES_LINE, names[2], GN_MAP_CURVE, v, high);
    if (ask->wrong_line)
        gn_drawing_series(d, 0, GN_SERIES_LINE, "WRONG limit of a notebook: 1/(2x^2)", GN_MAP_CURVE, v, best);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

/* The name of each class where its row of cells is longest, if a name has room there. */
static void note_regions(gn_drawing *d, const gn_field *f)
{
    size_t length[GN_MAP_CLASSES] = { 0 }, at_x[GN_MAP_CLASSES] = { 0 }, at_y[GN_MAP_CLASSES] = { 0 };
    for (size_t j = 2; j + 5 < f->ny; j++)
        for (size_t i = 0, run = 0; i < f->nx; i++) {
            int class = (int)f->z[j * f->nx + i];
            run = i && f->z[j * f->nx + i - 1] == f->z[j * f->nx + i] ? run + 1 : 1;
            if (run > length[class]) length[class] = run, at_x[class] = i + 1 - run, at_y[class] = j;
        }
    for (size_t k = 0; k < f->n_names; k++)
        if (length[k] >= f->nx / 6)
            gn_drawing_note(d, 0, gn_map_along(f->x0, f->x1, at_x[k] + length[k] / 3, f->nx),
                            gn_map_along(f->y0, f->y1, at_y[k], f->ny), f->names[k]);
}

static gn_status rate_regimes(gn_drawing *d, const gn_map_ask *ask, const gn_map_range *range, const gn_map_regimes *r,
                              const double *hyper, double *z)
{
    for (size_t j = 0; j < GN_MAP_GRID_Y; j++)
        for (size_t i = 0; i < GN_MAP_GRID_X; i++) {
            double x = gn_map_along(range->left, range->right, i, GN_MAP_GRID_X);
            double eta = gn_map_along(0, range->top, j, GN_MAP_GRID_Y);
            GN_TRY(gn_map_class_of(d->arena->ctx, r, ask->op, hyper, eta * 2 * x * x, &z[j * GN_MAP_GRID_X + i]));
        }
    return GN_OK;
}

/* The usual part of the map, where the marks lie in it; else from half of the smallest to beyond the largest, and up to
 * twice the limit of the smallest. */
static gn_status range_of(gn_context *ctx, const double *x, size_t n, double limit, double rate, gn_map_range *out)
{
    double lo = INFINITY, hi = 0;
    *out = (gn_map_range){ 1, 20, 0.025 };
    for (size_t i = 0; i < n; i++) lo = fmin(lo, fabs(x[i])), hi = fmax(hi, fabs(x[i]));
    if (lo < out->left || hi > out->right) {
        if (!(hi <= MAP_APART * lo) || !isnormal(lo * lo) || !isfinite(4 * hi * hi))
            return gn_fail(ctx, GN_E_CFG_CONFLICT, "--x %s and %s do not fit into one map of rates, whose limits are "
                           "over x^2: none may be 0, nor %d times as large as another", gn_num(GN_NUM, lo),
                           gn_num(GN_NUM, hi), MAP_APART);
        *out = (gn_map_range){ lo / 2, 1.6 * hi, limit / (lo * lo) };
    }
    if (rate > out->top) out->top = 1.25 * rate;
    return GN_OK;
}

/* The rate that is asked about, at each marked input. */
static gn_status mark_rate(gn_drawing *d, const gn_map_ask *ask, const double *hyper, const double *x, size_t n)
{
    double *at = gn_drawing_take(d, 2 * n + 1, sizeof *at);
    gn_text t;
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) at[i] = fabs(x[i]), at[n + i] = ask->rate;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "η = %s", gn_num_digits(GN_NUM, ask->rate, 4));
    const char *label = gn_drawing_keep(d, &t);
    if (n == 1) label = gn_map_point_name(d, ask, hyper, 2 * x[0] * x[0]);
    gn_drawing_series(d, 0, GN_SERIES_POINTS, label, n, at, at + n);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status mark_inputs(gn_drawing *d, const double *x, size_t n)
{
    for (size_t i = 0; i < n && i < MAP_MARKS; i++) {
        gn_text t;
        gn_text_init(&t, d->arena->ctx);
        gn_text_puts(&t, gn_num(GN_NUM, fabs(x[i])));
        gn_drawing_rule(d, 0, true, fabs(x[i]), gn_drawing_keep(d, &t));
    }
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status name_map(gn_drawing *d, const gn_map_ask *ask, const double *hyper)
{
    gn_panel *p = &d->panel[0];
    bool usual = p->x_min == 1 && p->x_max == 20 && p->y_max == 0.025;
    p->x_label = "input |x|";
    p->y_label = "learning rate η (per step)";
    if (ask->op != GN_OPT_sgd) {
        gn_text t;
        gn_text_init(&t, d->arena->ctx);
        gn_text_printf(&t, "%s, μ = %s, on L = (w·x − y)²: λ = 2x²", gn_optimizer_table()[ask->op].name,
                       gn_num_digits(GN_NUM, hyper[1], 4));
        p->title = gn_drawing_keep(d, &t);
        note_regions(d, p->field);
        return d->failed ? GN_NO_MEMORY : GN_OK;
    }
    if (!usual) note_regions(d, p->field);
    else {
        gn_drawing_note(d, 0, 2.5, 0.006, p->field->names[0]);
        gn_drawing_note(d, 0, 11.2, 0.0045, p->field->names[1]);
        gn_drawing_note(d, 0, 14, 0.016, p->field->names[2]);
    }
    p->title = "gradient descent on L = (w·x − y)²: λ = 2x², r = 1 − ηλ";
    return GN_OK;
}

gn_status gn_regime_map(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    static const double usual[] = { 9, 10, 11 };
    const double *x = ask->marks ? ask->mark : usual;
    size_t n = ask->marks ? ask->marks : GN_COUNT(usual);
    double hyper[GN_OPT_HYPER] = { 0 }, *z;
    bool plain = ask->op == GN_OPT_sgd;
    gn_limit limit;
    gn_drawing d;
    GN_TRY(gn_map_limit(arena->ctx, ask, hyper, &limit));
    if (ask->wrong_line && !plain)
        return gn_fail(arena->ctx, GN_E_CFG_CONFLICT, "the wrong line is of plain gradient descent, not of %s",
                       gn_optimizer_table()[ask->op].name);
    map_shares share = { .limit = limit.value, .low = 1 };
    gn_map_range range;
    gn_map_regimes *r;
    if (!plain) gn_map_ripples(ask->op, hyper[1], &share.low, &share.high);
    GN_TRY(range_of(arena->ctx, x, n, limit.value, ask->rate, &range));
    GN_TRY(gn_drawing_begin(&d, arena, 1, out));
    GN_TRY(gn_map_regimes_of(&d, ask->op, &r));
    GN_TRY(gn_drawing_field(&d, &range, r->name, r->n, &z));
    hyper[0] = 1;       /* rate times curvature is all that counts */
    GN_TRY(rate_regimes(&d, ask, &range, r, hyper, z));
    GN_TRY(rate_lines(&d, ask, &range, x, n, &share));
    GN_TRY(mark_inputs(&d, x, n));
    if (ask->rate > 0) GN_TRY(mark_rate(&d, ask, hyper, x, n));
    return name_map(&d, ask, hyper);
}

/* ---- trajectories ------------------------------------------------------------------------------------------------ */
static gn_status keep_weight(void *user, gn_neuron *n, uint64_t k)
{
    double *w = user;
    w[k] = gn_neuron_weights(n)[0];
    return GN_OK;
}

/* w (STEPS + 1), of the neuron's own run; nan where it has ended. */
static gn_status trajectory(gn_context *ctx, const gn_map_ask *ask, double rate, double *w)
{
    gn_neuron_spec spec;
    gn_neuron *n;
    gn_neuron_end end;
    gn_neuron_defaults(&spec);
    spec.x = &ask->x, spec.y = &ask->y, spec.w = &ask->w;
    spec.optimizer = ask->op;
    gn_map_hyper(ask, spec.hyper);
    spec.hyper[0] = rate;
    for (size_t k = 0; k <= STEPS; k++) w[k] = NAN;
    GN_TRY(gn_neuron_new(ctx, &spec, &n));
    gn_status s = gn_neuron_run(n, STEPS, 0, keep_weight, w, &end);
    gn_neuron_free(n);
    return s;
}

static const char *label_of(gn_drawing *d, double rate, double share)
{
    gn_text t;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "rate %s, %s of the limit", gn_num_digits(GN_NUM, rate, 4), gn_num_digits(GN_NUM, share, 3));
    return gn_drawing_keep(d, &t);
}

static gn_status map_trajectories(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    double share[8] = { 0.1, 0.25, 0.5, 0.75, 0.95, 1, 1.05 }, hyper[GN_OPT_HYPER] = { 0 };
    double lambda = 2 * ask->x * ask->x;
    size_t shares = 7;
    gn_limit limit;
    gn_drawing d;
    GN_TRY(gn_map_limit(arena->ctx, ask, hyper, &limit));
    if (!(lambda > 0)) return gn_fail(arena->ctx, GN_E_CFG_CONFLICT, "a map of trajectories needs an x that is not 0");
    if (ask->rate > 0) share[shares++] = ask->rate * lambda / limit.value;
    GN_TRY(gn_drawing_begin(&d, arena, 1, out));
    double *k = gn_drawing_take(&d, STEPS + 1, sizeof *k), *w = gn_drawing_take(&d, shares * (STEPS + 1), sizeof *w);
    if (d.failed) return GN_NO_MEMORY;
    for (size_t i = 0; i <= STEPS; i++) k[i] = (double)i;
    for (size_t i = 0; i < shares; i++) {
        double rate = i == 7 ? ask->rate : share[i] * limit.value / lambda, *to = w + i * (STEPS + 1);
        GN_TRY(trajectory(arena->ctx, ask, rate, to));
        gn_drawing_series(&d, 0, GN_SERIES_LINE_POINTS, label_of(&d, rate, share[i]), STEPS + 1, k, to);
    }
    double best = ask->y / ask->x, reach = 2.5 * fmax(fabs(ask->w - best), 1e-3);
    gn_drawing_rule(&d, 0, false, best, "w* = y/x");
    d.panel[0].y_min = best - reach, d.panel[0].y_max = best + reach;
    d.panel[0].title = "The weight by step, from k = 0";
    d.panel[0].x_label = "step k";
    d.panel[0].y_label = "weight w";
    return d.failed ? GN_NO_MEMORY : GN_OK;
}

gn_status gn_stability_map(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    *out = (gn_picture){ 0 };
    if (ask->wrong_line && strcmp(ask->kind, "lr-x") != 0)
        return gn_fail(arena->ctx, GN_E_CFG_CONFLICT, "--wrong-line is drawn into --map lr-x, not into --map %s",
                       ask->kind);
    if (strcmp(ask->kind, "lr-x") == 0) return gn_regime_map(arena, ask, out);
    if (strcmp(ask->kind, "lr-momentum") == 0) return gn_map_lr_momentum(arena, ask, out);
    if (strcmp(ask->kind, "trajectories") == 0) return map_trajectories(arena, ask, out);
    return gn_fail(arena->ctx, GN_E_CFG_VALUE, "there is no map '%s'", ask->kind);
}
