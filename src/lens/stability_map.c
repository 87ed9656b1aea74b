/* stability_map.c -- maps of the regimes of the neuron L = (w*x - y)^2, and the picture of a report.
 *
 * Invariant: a limit in a map is that of gn_limit_of and a region that of the optimiser's own iteration. Everything a
 * picture points to stands in the caller's arena. */
#include <math.h>
#include <string.h>

#include "neuron.h"
#include "stability.h"
#include "view.h"

enum { STEPS = 30, CURVE = 200, GRID_X = 96, GRID_Y = 64 };
enum { MAP_MARKS = 8, MAP_APART = 100 };    /* inputs that have a line in the map of rates; how far apart they may be */

typedef struct drawing {
    gn_arena *arena;
    gn_panel *panel;
    gn_series *series;
    gn_rule_mark *mark;
    gn_note_mark *note;
    gn_field *field;
    bool failed;
} drawing;

static void *take(drawing *d, size_t count, size_t size)
{
    void *at = gn_arena_alloc(d->arena, count, size);
    if (!at) d->failed = true;
    return at;
}

/* A picture of `panels` panels, each with room for 8 series and marks. */
static gn_status begin(drawing *d, gn_arena *arena, size_t panels, gn_picture *out)
{
    *d = (drawing){ .arena = arena };
    d->panel = take(d, panels, sizeof *d->panel);
    d->series = take(d, 8 * panels, sizeof *d->series);
    d->mark = take(d, 8 * panels, sizeof *d->mark);
    d->note = take(d, 8 * panels, sizeof *d->note);
    d->field = take(d, panels, sizeof *d->field);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < panels; i++) {
        d->panel[i].series = d->series + 8 * i;
        d->panel[i].mark = d->mark + 8 * i;
        d->panel[i].note = d->note + 8 * i;
        d->panel[i].field = d->field + i;
    }
    *out = (gn_picture){ .panel = d->panel, .n_panels = panels };
    return GN_OK;
}

static void add_series(drawing *d, size_t panel, gn_series_kind kind, const char *label, size_t n, const double *x,
                       const double *y)
{
    gn_panel *p = &d->panel[panel];
    d->series[8 * panel + p->n_series++] = (gn_series){ .kind = kind, .label = label, .n = n, .x = x, .y = y,
                                                        .style = -1 };
}

static void add_rule(drawing *d, size_t panel, bool vertical, double at, const char *label)
{
    gn_panel *p = &d->panel[panel];
    d->mark[8 * panel + p->n_marks++] = (gn_rule_mark){ vertical, at, label };
}

static void add_note(drawing *d, size_t panel, double x, double y, const char *text)
{
    gn_panel *p = &d->panel[panel];
    d->note[8 * panel + p->n_notes++] = (gn_note_mark){ x, y, text };
}

/* What a map shows: from (left, bottom 0) to (right, top). */
typedef struct map_range { double left, right, top; } map_range;

static gn_status open_field(drawing *d, const map_range *r, const char *const *names, size_t n_names, double **z)
{
    double x0 = r->left, x1 = r->right, y0 = 0, y1 = r->top;
    *z = take(d, GRID_X * GRID_Y, sizeof **z);
    if (d->failed) return GN_NO_MEMORY;
    d->field[0] = (gn_field){ .kind = GN_FIELD_CLASSES, .nx = GRID_X, .ny = GRID_Y, .x0 = x0, .x1 = x1, .y0 = y0,
                              .y1 = y1, .z = *z, .names = names, .n_names = n_names };
    d->panel[0].n_fields = 1;
    d->panel[0].x_min = x0, d->panel[0].x_max = x1, d->panel[0].y_min = y0, d->panel[0].y_max = y1;
    return GN_OK;
}

static double along(double from, double to, size_t i, size_t n)
{
    return from + (to - from) * (double)i / (double)(n - 1);
}

/* ---- the optimiser ----------------------------------------------------------------------------------------------- */
/* The parameters in force, momentum among them. */
static void hyper_of(const gn_map_ask *ask, double *hyper)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[ask->op];
    memcpy(hyper, ask->hyper ? ask->hyper : row->parameter_default, (size_t)row->parameters * sizeof *hyper);
}

static gn_status limit_of(gn_context *ctx, const gn_map_ask *ask, double *hyper, gn_limit *limit)
{
    hyper_of(ask, hyper);
    GN_TRY(gn_limit_of(ctx, ask->op, hyper, limit));
    if (limit->known && !limit->preconditioned) return GN_OK;
    gn_fail(ctx, GN_E_CFG_CONFLICT, "a map of regimes needs sgd, momentum or nesterov, and %s is none: %s",
            gn_optimizer_table()[ask->op].name,
            limit->known ? "its limit is on the curvature divided by P, which the slopes so far make" : limit->about);
    return gn_hint(ctx, "`glassnet neuron --optimizer %s --plot -` draws a run of it",
                   gn_optimizer_table()[ask->op].name);
}

/* The rates times curvature between which the iteration's eigenvalues are complex. */
static void ripple_edges(gn_optimizer op, double mu, double *low, double *high)
{
    bool polyak = op == GN_OPT_momentum;
    *low = polyak ? (1 - sqrt(mu)) * (1 - sqrt(mu)) : pow((1 - mu) / (1 + mu), 2);
    *high = polyak ? (1 + sqrt(mu)) * (1 + sqrt(mu)) : 1;
}

/* A finished text into the arena, and frees it. */
static const char *keep(drawing *d, gn_text *t)
{
    const char *out = t->at ? gn_arena_text(d->arena, t->at, t->length) : NULL;
    gn_text_free(t);
    if (!out) d->failed = true;
    return out;
}

/* ---- regimes as classes of a field ------------------------------------------------------------------------------ */
enum { CLASSES = 4 };
static const gn_regime plain_classes[] = { GN_REGIME_ONE_SIDED, GN_REGIME_OSCILLATING, GN_REGIME_DIVERGENT };
static const gn_regime momentum_classes[CLASSES] = { GN_REGIME_ONE_SIDED, GN_REGIME_RIPPLES, GN_REGIME_OSCILLATING,
                                                     GN_REGIME_DIVERGENT };

typedef struct regimes {
    const gn_regime *of;
    size_t n;
    const char *name[CLASSES];
} regimes;

static gn_status regimes_of(drawing *d, gn_optimizer op, regimes **out)
{
    bool plain = op == GN_OPT_sgd;
    regimes *r = take(d, 1, sizeof *r);
    *out = r;
    if (!r) return GN_NO_MEMORY;
    r->of = plain ? plain_classes : momentum_classes;
    r->n = plain ? GN_COUNT(plain_classes) : CLASSES;
    for (size_t i = 0; i < r->n; i++) r->name[i] = gn_regime_name(r->of[i]);
    return GN_OK;
}

/* The regime that the report has there; a line between two regions counts to one of them. */
static gn_status class_of(gn_context *ctx, const regimes *r, gn_optimizer op, const double *hyper, double eta_lambda,
                          double *z)
{
    gn_iteration it;
    gn_limit limit;
    GN_TRY(gn_limit_of(ctx, op, hyper, &limit));
    GN_TRY(gn_iteration_of(ctx, op, hyper, eta_lambda, &it));
    gn_regime regime = gn_regime_under(&limit, &it, eta_lambda);
    if (regime == GN_REGIME_TWO_CYCLE) regime = GN_REGIME_DIVERGENT;
    if (regime == GN_REGIME_TWO_STEPS) regime = GN_REGIME_OSCILLATING;
    size_t i = 0;
    while (i < r->n && r->of[i] != regime) i++;
    *z = i < r->n ? (double)i : 0;
    return GN_OK;
}

/* "η = 0.005, μ = 0.9: ηλ = 1, two steps" */
static const char *name_point(drawing *d, const gn_map_ask *ask, const double *hyper, double lambda)
{
    gn_iteration it;
    gn_limit limit;
    gn_text t;
    double eta_lambda = ask->rate * lambda;
    if (gn_limit_of(d->arena->ctx, ask->op, hyper, &limit) != GN_OK ||
        gn_iteration_of(d->arena->ctx, ask->op, hyper, eta_lambda, &it) != GN_OK) {
        d->failed = true;
        return NULL;
    }
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "η = %s", gn_num_digits(GN_NUM, ask->rate, 4));
    if (ask->op != GN_OPT_sgd) gn_text_printf(&t, ", μ = %s", gn_num_digits(GN_NUM, hyper[1], 4));
    gn_text_printf(&t, ": ηλ = %s, ", gn_num_digits(GN_NUM, eta_lambda, 4));
    gn_text_puts(&t, gn_regime_name(gn_regime_under(&limit, &it, eta_lambda)));
    return keep(d, &t);
}

static gn_status add_point(drawing *d, double x, double y, const char *label)
{
    double *at = take(d, 2, sizeof *at);
    if (d->failed) return GN_NO_MEMORY;
    at[0] = x, at[1] = y;
    add_series(d, 0, GN_SERIES_POINTS, label, 1, at, at + 1);
    return GN_OK;
}

/* ---- rate against |x| -------------------------------------------------------------------------------------------- */
/* What of rate times curvature the map shows: the limit, and below it sgd's best, or where ripples begin and end. */
typedef struct map_shares { double limit, low, high; } map_shares;

static void scale(double *to, const double *from, size_t n, double factor)
{
    for (size_t i = 0; i < n; i++) to[i] = factor * from[i];
}

static const char *line_name(drawing *d, const char *what, double share)
{
    gn_text t;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "%s %s/x^2", what, gn_num_digits(GN_NUM, share / 2, 4));
    return keep(d, &t);
}

static void name_lines(drawing *d, const gn_map_ask *ask, const map_shares *at, const char *names[3])
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
static gn_status rate_lines(drawing *d, const gn_map_ask *ask, const map_range *range, const double *x, size_t n,
                            const map_shares *share)
{
    double *v = take(d, 5 * CURVE, sizeof *v), *at = take(d, 3 * n + 1, sizeof *at);
    const char *names[3];
    if (d->failed) return GN_NO_MEMORY;
    /* best is 1/lambda: a share of rate times curvature times best is a rate */
    double *best = v + CURVE, *limit = v + 2 * CURVE, *low = v + 3 * CURVE, *high = v + 4 * CURVE;
    GN_TRY(gn_view_rates_of(d->arena->ctx, range->left, range->right, CURVE, v, best, limit));
    scale(limit, best, CURVE, share->limit), scale(low, best, CURVE, share->low);
    scale(high, best, CURVE, share->high);
    for (size_t i = 0; i < n; i++) {
        GN_TRY(gn_view_rates_of(d->arena->ctx, fabs(x[i]), fabs(x[i]), 1, at + i, at + n + i, at + 2 * n + i));
        at[2 * n + i] = share->limit * at[n + i];
        at[n + i] *= share->low;
    }
    name_lines(d, ask, share, names);
    add_series(d, 0, GN_SERIES_LINE, names[0], CURVE, v, limit);
    add_series(d, 0, GN_SERIES_LINE, names[1], CURVE, v, low);
    add_series(d, 0, GN_SERIES_POINTS, NULL, n, at, at + n);
    add_series(d, 0, GN_SERIES_POINTS, NULL, n, at, at + 2 * n);
    if (names[2]) add_series(d, 0, GN_SERIES_LINE, names[2], CURVE, v, high);
    if (ask->wrong_line) add_series(d, 0, GN_SERIES_LINE, "WRONG limit of a notebook: 1/(2x^2)", CURVE, v, best);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

/* The name of each class where its row of cells is longest, if a name has room there. */
static void note_regions(drawing *d, const gn_field *f)
{
    size_t length[CLASSES] = { 0 }, at_x[CLASSES] = { 0 }, at_y[CLASSES] = { 0 };
    for (size_t j = 2; j + 5 < f->ny; j++)
        for (size_t i = 0, run = 0; i < f->nx; i++) {
            int class = (int)f->z[j * f->nx + i];
            run = i && f->z[j * f->nx + i - 1] == f->z[j * f->nx + i] ? run + 1 : 1;
            if (run > length[class]) length[class] = run, at_x[class] = i + 1 - run, at_y[class] = j;
        }
    for (size_t k = 0; k < f->n_names; k++)
        if (length[k] >= f->nx / 6)
            add_note(d, 0, along(f->x0, f->x1, at_x[k] + length[k] / 3, f->nx), along(f->y0, f->y1, at_y[k], f->ny),
                     f->names[k]);
}

static gn_status rate_regimes(drawing *d, const gn_map_ask *ask, const map_range *range, const regimes *r,
                              const double *hyper, double *z)
{
    for (size_t j = 0; j < GRID_Y; j++)
        for (size_t i = 0; i < GRID_X; i++) {
            double x = along(range->left, range->right, i, GRID_X), eta = along(0, range->top, j, GRID_Y);
            GN_TRY(class_of(d->arena->ctx, r, ask->op, hyper, eta * 2 * x * x, &z[j * GRID_X + i]));
        }
    return GN_OK;
}

/* The usual part of the map, where the marks lie in it; else from half of the smallest to beyond the largest, and up to
 * twice the limit of the smallest. */
static gn_status range_of(gn_context *ctx, const double *x, size_t n, double limit, double rate, map_range *out)
{
    double lo = INFINITY, hi = 0;
    *out = (map_range){ 1, 20, 0.025 };
    for (size_t i = 0; i < n; i++) lo = fmin(lo, fabs(x[i])), hi = fmax(hi, fabs(x[i]));
    if (lo < out->left || hi > out->right) {
        if (!(hi <= MAP_APART * lo) || !isnormal(lo * lo) || !isfinite(4 * hi * hi))
            return gn_fail(ctx, GN_E_CFG_CONFLICT, "--x %s and %s do not fit into one map of rates, whose limits are "
                           "over x^2: none may be 0, nor %d times as large as another", gn_num(GN_NUM, lo),
                           gn_num(GN_NUM, hi), MAP_APART);
        *out = (map_range){ lo / 2, 1.6 * hi, limit / (lo * lo) };
    }
    if (rate > out->top) out->top = 1.25 * rate;
    return GN_OK;
}

/* The rate that is asked about, at each marked input. */
static gn_status mark_rate(drawing *d, const gn_map_ask *ask, const double *hyper, const double *x, size_t n)
{
    double *at = take(d, 2 * n + 1, sizeof *at);
    gn_text t;
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) at[i] = fabs(x[i]), at[n + i] = ask->rate;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "η = %s", gn_num_digits(GN_NUM, ask->rate, 4));
    const char *label = keep(d, &t);
    if (n == 1) label = name_point(d, ask, hyper, 2 * x[0] * x[0]);
    add_series(d, 0, GN_SERIES_POINTS, label, n, at, at + n);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status mark_inputs(drawing *d, const double *x, size_t n)
{
    for (size_t i = 0; i < n && i < MAP_MARKS; i++) {
        gn_text t;
        gn_text_init(&t, d->arena->ctx);
        gn_text_puts(&t, gn_num(GN_NUM, fabs(x[i])));
        add_rule(d, 0, true, fabs(x[i]), keep(d, &t));
    }
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status name_map(drawing *d, const gn_map_ask *ask, const double *hyper)
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
        p->title = keep(d, &t);
        note_regions(d, p->field);
        return d->failed ? GN_NO_MEMORY : GN_OK;
    }
    if (!usual) note_regions(d, p->field);
    else {
        add_note(d, 0, 2.5, 0.006, p->field->names[0]);
        add_note(d, 0, 11.2, 0.0045, p->field->names[1]);
        add_note(d, 0, 14, 0.016, p->field->names[2]);
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
    drawing d;
    GN_TRY(limit_of(arena->ctx, ask, hyper, &limit));
    if (ask->wrong_line && !plain)
        return gn_fail(arena->ctx, GN_E_CFG_CONFLICT, "the wrong line is of plain gradient descent, not of %s",
                       gn_optimizer_table()[ask->op].name);
    map_shares share = { .limit = limit.value, .low = 1 };
    map_range range;
    regimes *r;
    if (!plain) ripple_edges(ask->op, hyper[1], &share.low, &share.high);
    GN_TRY(range_of(arena->ctx, x, n, limit.value, ask->rate, &range));
    GN_TRY(begin(&d, arena, 1, out));
    GN_TRY(regimes_of(&d, ask->op, &r));
    GN_TRY(open_field(&d, &range, r->name, r->n, &z));
    hyper[0] = 1;       /* rate times curvature is all that counts */
    GN_TRY(rate_regimes(&d, ask, &range, r, hyper, z));
    GN_TRY(rate_lines(&d, ask, &range, x, n, &share));
    GN_TRY(mark_inputs(&d, x, n));
    if (ask->rate > 0) GN_TRY(mark_rate(&d, ask, hyper, x, n));
    return name_map(&d, ask, hyper);
}

/* ---- rate against momentum --------------------------------------------------------------------------------------- */
/* lambda: 1 where it is not known, so that the axis is of rate times curvature. */
typedef struct momentum_map {
    const gn_map_ask *ask;
    bool known;
    double lambda, mu;
    map_range range;
} momentum_map;

static gn_status limits_over_momentum(drawing *d, const momentum_map *m)
{
    double *mu = take(d, CURVE, sizeof *mu), *limit = take(d, CURVE, sizeof *limit);
    double *low = take(d, CURVE, sizeof *low), *high = take(d, CURVE, sizeof *high);
    bool polyak = m->ask->op == GN_OPT_momentum;
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < CURVE; i++) {
        double hyper[GN_OPT_HYPER] = { 1, along(0, m->range.right, i, CURVE) };
        gn_limit l;
        GN_TRY(gn_limit_of(d->arena->ctx, m->ask->op, hyper, &l));
        mu[i] = hyper[1];
        limit[i] = l.value / m->lambda;
        ripple_edges(m->ask->op, mu[i], &low[i], &high[i]);
        low[i] /= m->lambda, high[i] /= m->lambda;
    }
    const char *const name[2][3] = {
        { polyak ? "limit 2 + 2mu" : "limit (2 + 2mu)/(1 + 2mu)",
          polyak ? "ripples from (1 - sqrt(mu))^2" : "ripples from ((1 - mu)/(1 + mu))^2",
          polyak ? "to (1 + sqrt(mu))^2" : "to 1" },
        { polyak ? "limit (2 + 2mu)/λ" : "limit (2 + 2mu)/(1 + 2mu)/λ",
          polyak ? "ripples from (1 - sqrt(mu))^2/λ" : "ripples from ((1 - mu)/(1 + mu))^2/λ",
          polyak ? "to (1 + sqrt(mu))^2/λ" : "to 1/λ" },
    };
    add_series(d, 0, GN_SERIES_LINE, name[m->known][0], CURVE, mu, limit);
    add_series(d, 0, GN_SERIES_LINE, name[m->known][1], CURVE, mu, low);
    add_series(d, 0, GN_SERIES_LINE, name[m->known][2], CURVE, mu, high);
    return GN_OK;
}

/* The neuron that is asked about: its rate and momentum as a point, or the momentum alone as a line. */
static gn_status mark_momentum(drawing *d, const momentum_map *m)
{
    const double hyper[GN_OPT_HYPER] = { m->ask->rate, m->mu };
    gn_text t;
    if (m->ask->rate > 0) return add_point(d, m->mu, m->ask->rate, name_point(d, m->ask, hyper, m->lambda));
    if (!m->ask->hyper) return GN_OK;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "μ = %s", gn_num_digits(GN_NUM, m->mu, 4));
    add_rule(d, 0, true, m->mu, keep(d, &t));
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status name_momentum_map(drawing *d, const momentum_map *m)
{
    bool polyak = m->ask->op == GN_OPT_momentum;
    gn_panel *p = &d->panel[0];
    const char *const *names = p->field->names;
    double top = m->range.top;
    if (top <= (polyak ? 4.5 : 2.5) / m->lambda) {
        add_note(d, 0, polyak ? 0.05 : 0.03, (polyak ? 0.2 : 0.3) / m->lambda, names[0]);
        add_note(d, 0, 0.5, 0.6 / m->lambda, names[1]);
        add_note(d, 0, polyak ? 0.01 : 0.4, (polyak ? 1.88 : 1.2) / m->lambda, names[2]);
    }
    add_note(d, 0, 0.4, 0.87 * top, names[3]);
    p->title = polyak ? "Momentum on a quadratic" : "Nesterov's momentum on a quadratic";
    p->x_label = "momentum mu";
    p->y_label = "learning rate times curvature, ηλ";
    if (!m->known) return GN_OK;
    gn_text t, y;
    gn_text_init(&t, d->arena->ctx);
    gn_text_init(&y, d->arena->ctx);
    gn_text_printf(&t, "%s, L = (w·x − y)², x = %s: λ = 2x² = ", polyak ? "Momentum" : "Nesterov's momentum",
                   gn_num_digits(GN_NUM, m->ask->x, 6));
    gn_text_puts(&t, gn_num_digits(GN_NUM, m->lambda, 6));
    gn_text_printf(&y, "learning rate η (ηλ = %s·η)", gn_num_digits(GN_NUM, m->lambda, 6));
    p->title = keep(d, &t);
    p->y_label = keep(d, &y);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status read_momentum_map(gn_context *ctx, const gn_map_ask *ask, momentum_map *m)
{
    double hyper[GN_OPT_HYPER];
    if (ask->op != GN_OPT_momentum && ask->op != GN_OPT_nesterov) {
        gn_fail(ctx, GN_E_CFG_CONFLICT, "this map is over the momentum mu, and %s has none",
                gn_optimizer_table()[ask->op].name);
        return gn_hint(ctx, "use --optimizer momentum or nesterov");
    }
    hyper_of(ask, hyper);
    *m = (momentum_map){ .ask = ask, .known = ask->x != 0, .lambda = ask->x != 0 ? 2 * ask->x * ask->x : 1,
                         .mu = hyper[1] };
    if (!isnormal(m->lambda) || !isnormal(1 / m->lambda))
        return gn_fail(ctx, GN_E_CFG_RANGE, "the curvature 2x^2 is %s: it does not fit into a map",
                       gn_num(GN_NUM, m->lambda));
    double top = (ask->op == GN_OPT_momentum ? 4.2 : 2.2) / m->lambda;
    m->range = (map_range){ 0, fmax(0.99, m->mu), fmax(top, 1.1 * ask->rate) };
    if (m->known || !(ask->rate > 0)) return GN_OK;
    gn_fail(ctx, GN_E_CFG_CONFLICT, "--lr and --map lr-momentum: without a neuron the map is over lr*lambda, and the "
            "rate alone is no point of it");
    return gn_hint(ctx, "give the input too, such as --x 10: lambda is 2x^2");
}

static gn_status map_lr_momentum(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    drawing d;
    momentum_map m;
    regimes *r;
    double *z;
    GN_TRY(read_momentum_map(arena->ctx, ask, &m));
    GN_TRY(begin(&d, arena, 1, out));
    GN_TRY(regimes_of(&d, ask->op, &r));
    GN_TRY(open_field(&d, &m.range, r->name, r->n, &z));
    for (size_t j = 0; j < GRID_Y; j++)
        for (size_t i = 0; i < GRID_X; i++) {
            double hyper[GN_OPT_HYPER] = { 1, along(0, m.range.right, i, GRID_X) };
            double at = along(0, m.range.top, j, GRID_Y) * m.lambda;
            GN_TRY(class_of(arena->ctx, r, ask->op, hyper, at, &z[j * GRID_X + i]));
        }
    GN_TRY(limits_over_momentum(&d, &m));
    GN_TRY(mark_momentum(&d, &m));
    return name_momentum_map(&d, &m);
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
    hyper_of(ask, spec.hyper);
    spec.hyper[0] = rate;
    for (size_t k = 0; k <= STEPS; k++) w[k] = NAN;
    GN_TRY(gn_neuron_new(ctx, &spec, &n));
    gn_status s = gn_neuron_run(n, STEPS, 0, keep_weight, w, &end);
    gn_neuron_free(n);
    return s;
}

static const char *label_of(drawing *d, double rate, double share)
{
    gn_text t;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "rate %s, %s of the limit", gn_num_digits(GN_NUM, rate, 4), gn_num_digits(GN_NUM, share, 3));
    return keep(d, &t);
}

static gn_status map_trajectories(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    double share[8] = { 0.1, 0.25, 0.5, 0.75, 0.95, 1, 1.05 }, hyper[GN_OPT_HYPER] = { 0 };
    double lambda = 2 * ask->x * ask->x;
    size_t shares = 7;
    gn_limit limit;
    drawing d;
    GN_TRY(limit_of(arena->ctx, ask, hyper, &limit));
    if (!(lambda > 0)) return gn_fail(arena->ctx, GN_E_CFG_CONFLICT, "a map of trajectories needs an x that is not 0");
    if (ask->rate > 0) share[shares++] = ask->rate * lambda / limit.value;
    GN_TRY(begin(&d, arena, 1, out));
    double *k = take(&d, STEPS + 1, sizeof *k), *w = take(&d, shares * (STEPS + 1), sizeof *w);
    if (d.failed) return GN_NO_MEMORY;
    for (size_t i = 0; i <= STEPS; i++) k[i] = (double)i;
    for (size_t i = 0; i < shares; i++) {
        double rate = i == 7 ? ask->rate : share[i] * limit.value / lambda, *to = w + i * (STEPS + 1);
        GN_TRY(trajectory(arena->ctx, ask, rate, to));
        add_series(&d, 0, GN_SERIES_LINE_POINTS, label_of(&d, rate, share[i]), STEPS + 1, k, to);
    }
    double best = ask->y / ask->x, reach = 2.5 * fmax(fabs(ask->w - best), 1e-3);
    add_rule(&d, 0, false, best, "w* = y/x");
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
    if (strcmp(ask->kind, "lr-momentum") == 0) return map_lr_momentum(arena, ask, out);
    if (strcmp(ask->kind, "trajectories") == 0) return map_trajectories(arena, ask, out);
    return gn_fail(arena->ctx, GN_E_CFG_VALUE, "there is no map '%s'", ask->kind);
}

/* ---- the picture of a report ------------------------------------------------------------------------------------- */
static gn_status distances(drawing *d, const gn_stability *s)
{
    size_t rows = s->steps + 1;
    double *k = take(d, rows, sizeof *k), *m = take(d, rows, sizeof *m), *p = take(d, rows, sizeof *p);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < rows; i++) {
        k[i] = (double)i;
        m[i] = s->measured[i] == 0 ? NAN : fabs(s->measured[i]);
        p[i] = s->predicted[i] == 0 ? NAN : fabs(s->predicted[i]);
    }
    add_series(d, 0, GN_SERIES_LINE_POINTS, "measured", rows, k, m);
    if (s->limit.known) add_series(d, 0, GN_SERIES_LINE, "by theory", rows, k, p);
    d->panel[0].title = "Distance of two runs along the steepest direction";
    d->panel[0].x_label = "step k";
    d->panel[0].y_label = "|distance|";
    d->panel[0].log_y = true;
    return GN_OK;
}

static gn_status eigenvalues(drawing *d, const gn_stability *s)
{
    double *k = take(d, s->values, sizeof *k);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < s->values; i++) k[i] = (double)(i + 1);
    add_series(d, 1, GN_SERIES_POINTS, NULL, s->values, k, s->value);
    d->panel[1].title = "Eigenvalues of the Hessian";
    d->panel[1].x_label = "number, smallest first";
    d->panel[1].y_label = "eigenvalue";
    if (isfinite(s->critical)) add_rule(d, 1, false, s->limit.value / s->rate, "limit at this rate");
    return GN_OK;
}

static gn_status densities(drawing *d, const gn_stability *s)
{
    const gn_density *q = &s->density;
    double *x = take(d, q->n, sizeof *x), *y = take(d, q->n, sizeof *y);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < q->n; i++) {
        x[i] = q->value[i];
        y[i] = q->weight[i] > 0 ? q->weight[i] : NAN;
    }
    add_series(d, 1, GN_SERIES_POINTS, NULL, q->n, x, y);
    d->panel[1].title = "Density of the eigenvalues: nodes of the quadrature";
    d->panel[1].x_label = "eigenvalue";
    d->panel[1].y_label = "share";
    d->panel[1].log_y = true;
    if (isfinite(s->critical)) add_rule(d, 1, true, s->limit.value / s->rate, "limit at this rate");
    return GN_OK;
}

gn_status gn_stability_picture(gn_stability *s, gn_picture *out)
{
    drawing d;
    bool two = s->has_density || s->values > 1;
    GN_TRY(begin(&d, &s->arena, two ? 2 : 1, out));
    GN_TRY(distances(&d, s));
    if (s->has_density) return densities(&d, s);
    return two ? eigenvalues(&d, s) : GN_OK;
}
