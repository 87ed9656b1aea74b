/* stability_draw.c -- what the pictures of stability are made with: panels with their series and marks, and regimes as
 * the classes of a field.
 *
 * Invariant: a region is named by the regime that a report has there. */
#include "stability_draw.h"

#include <math.h>
#include <string.h>

void *gn_drawing_take(gn_drawing *d, size_t count, size_t size)
{
    void *at = gn_arena_alloc(d->arena, count, size);
    if (!at) d->failed = true;
    return at;
}

/* A picture of `panels` panels, each with room for 8 series and marks. */
gn_status gn_drawing_begin(gn_drawing *d, gn_arena *arena, size_t panels, gn_picture *out)
{
    *d = (gn_drawing){ .arena = arena };
    d->panel = gn_drawing_take(d, panels, sizeof *d->panel);
    d->series = gn_drawing_take(d, 8 * panels, sizeof *d->series);
    d->mark = gn_drawing_take(d, 8 * panels, sizeof *d->mark);
    d->note = gn_drawing_take(d, 8 * panels, sizeof *d->note);
    d->field = gn_drawing_take(d, panels, sizeof *d->field);
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

void gn_drawing_series(gn_drawing *d, size_t panel, gn_series_kind kind, const char *label, size_t n, const double *x,
                       const double *y)
{
    gn_panel *p = &d->panel[panel];
    d->series[8 * panel + p->n_series++] = (gn_series){ .kind = kind, .label = label, .n = n, .x = x, .y = y,
                                                        .style = -1 };
}

void gn_drawing_rule(gn_drawing *d, size_t panel, bool vertical, double at, const char *label)
{
    gn_panel *p = &d->panel[panel];
    d->mark[8 * panel + p->n_marks++] = (gn_rule_mark){ vertical, at, label };
}

void gn_drawing_note(gn_drawing *d, size_t panel, double x, double y, const char *text)
{
    gn_panel *p = &d->panel[panel];
    d->note[8 * panel + p->n_notes++] = (gn_note_mark){ x, y, text };
}

gn_status gn_drawing_field(gn_drawing *d, const gn_map_range *r, const char *const *names, size_t n_names, double **z)
{
    double x0 = r->left, x1 = r->right, y0 = 0, y1 = r->top;
    *z = gn_drawing_take(d, GN_MAP_GRID_X * GN_MAP_GRID_Y, sizeof **z);
    if (d->failed) return GN_NO_MEMORY;
    d->field[0] = (gn_field){ .kind = GN_FIELD_CLASSES, .nx = GN_MAP_GRID_X, .ny = GN_MAP_GRID_Y, .x0 = x0, .x1 = x1,
                              .y0 = y0, .y1 = y1, .z = *z, .names = names, .n_names = n_names };
    d->panel[0].n_fields = 1;
    d->panel[0].x_min = x0, d->panel[0].x_max = x1, d->panel[0].y_min = y0, d->panel[0].y_max = y1;
    return GN_OK;
}

double gn_map_along(double from, double to, size_t i, size_t n)
{
    return from + (to - from) * (double)i / (double)(n - 1);
}

/* ---- the optimiser ----------------------------------------------------------------------------------------------- */
/* The parameters in force, momentum among them. */
void gn_map_hyper(const gn_map_ask *ask, double *hyper)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[ask->op];
    memcpy(hyper, ask->hyper ? ask->hyper : row->parameter_default, (size_t)row->parameters * sizeof *hyper);
}

gn_status gn_map_limit(gn_context *ctx, const gn_map_ask *ask, double *hyper, gn_limit *limit)
{
    gn_map_hyper(ask, hyper);
    GN_TRY(gn_limit_of(ctx, ask->op, hyper, limit));
    if (limit->known && !limit->preconditioned) return GN_OK;
    gn_fail(ctx, GN_E_CFG_CONFLICT, "a map of regimes needs sgd, momentum or nesterov, and %s is none: %s",
            gn_optimizer_table()[ask->op].name,
            limit->known ? "its limit is on the curvature divided by P, which the slopes so far make" : limit->about);
    return gn_hint(ctx, "`glassnet neuron --optimizer %s --plot -` draws a run of it",
                   gn_optimizer_table()[ask->op].name);
}

/* The rates times curvature between which the iteration's eigenvalues are complex. */
void gn_map_ripples(gn_optimizer op, double mu, double *low, double *high)
{
    bool polyak = op == GN_OPT_momentum;
    *low = polyak ? (1 - sqrt(mu)) * (1 - sqrt(mu)) : pow((1 - mu) / (1 + mu), 2);
    *high = polyak ? (1 + sqrt(mu)) * (1 + sqrt(mu)) : 1;
}

/* A finished text into the arena, and frees it. */
const char *gn_drawing_keep(gn_drawing *d, gn_text *t)
{
    const char *out = t->at ? gn_arena_text(d->arena, t->at, t->length) : NULL;
    gn_text_free(t);
    if (!out) d->failed = true;
    return out;
}

/* ---- regimes as classes of a field ------------------------------------------------------------------------------ */
static const gn_regime plain_classes[] = { GN_REGIME_ONE_SIDED, GN_REGIME_OSCILLATING, GN_REGIME_DIVERGENT };
static const gn_regime momentum_classes[GN_MAP_CLASSES] = { GN_REGIME_ONE_SIDED, GN_REGIME_RIPPLES,
                                                            GN_REGIME_OSCILLATING, GN_REGIME_DIVERGENT };

gn_status gn_map_regimes_of(gn_drawing *d, gn_optimizer op, gn_map_regimes **out)
{
    bool plain = op == GN_OPT_sgd;
    gn_map_regimes *r = gn_drawing_take(d, 1, sizeof *r);
    *out = r;
    if (!r) return GN_NO_MEMORY;
    r->of = plain ? plain_classes : momentum_classes;
    r->n = plain ? GN_COUNT(plain_classes) : GN_MAP_CLASSES;
    for (size_t i = 0; i < r->n; i++) r->name[i] = gn_regime_name(r->of[i]);
    return GN_OK;
}

/* The regime that the report has there; a line between two regions counts to one of them. */
gn_status gn_map_class_of(gn_context *ctx, const gn_map_regimes *r, gn_optimizer op, const double *hyper,
                          double eta_lambda, double *z)
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
const char *gn_map_point_name(gn_drawing *d, const gn_map_ask *ask, const double *hyper, double lambda)
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
    return gn_drawing_keep(d, &t);
}

gn_status gn_drawing_point(gn_drawing *d, double x, double y, const char *label)
{
    double *at = gn_drawing_take(d, 2, sizeof *at);
    if (d->failed) return GN_NO_MEMORY;
    at[0] = x, at[1] = y;
    gn_drawing_series(d, 0, GN_SERIES_POINTS, label, 1, at, at + 1);
    return GN_OK;
}
