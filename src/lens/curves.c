/* curves.c -- learning curves, collected epoch by epoch and laid out as panels. */
#include "curves.h"
#include "picture_parts.h"

#include <math.h>
#include <string.h>

static gn_status grow(gn_arena *arena, double **at, size_t n, size_t room)
{
    double *to = gn_arena_alloc(arena, room, sizeof *to);
    if (!to) return GN_NO_MEMORY;
    if (n) memcpy(to, *at, n * sizeof *to);
    *at = to;
    return GN_OK;
}

gn_status gn_curves_add(gn_arena *arena, gn_curves *c, double epoch, const double *value)
{
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 64;
        GN_TRY(grow(arena, &c->epoch, c->n, room));
        for (int i = 0; i < GN_CURVE_COUNT; i++) GN_TRY(grow(arena, &c->value[i], c->n, room));
        c->room = room;
    }
    c->epoch[c->n] = epoch;
    for (int i = 0; i < GN_CURVE_COUNT; i++) c->value[i][c->n] = value[i];
    c->n++;
    return GN_OK;
}

gn_status gn_curves_watch(gn_arena *arena, gn_curves *c, double step, double sharpness, double limit)
{
    if (c->watched == c->watch_room) {
        size_t room = c->watch_room ? 2 * c->watch_room : 64;
        GN_TRY(grow(arena, &c->step, c->watched, room));
        GN_TRY(grow(arena, &c->sharpness, c->watched, room));
        GN_TRY(grow(arena, &c->limit, c->watched, room));
        c->watch_room = room;
    }
    c->step[c->watched] = step;
    c->sharpness[c->watched] = sharpness;
    c->limit[c->watched++] = limit;
    return GN_OK;
}

/* ---- panels ------------------------------------------------------------------------------------------------------ */

static bool has(const gn_curves *c, gn_curve k)
{
    for (size_t i = 0; i < c->n; i++)
        if (isfinite(c->value[k][i])) return true;
    return false;
}

static void span(const gn_curves *run, size_t runs, gn_curve k, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t r = 0; r < runs; r++)
        for (size_t i = 0; i < run[r].n; i++) {
            double v = run[r].value[k][i];
            if (!isfinite(v)) continue;
            if (v < *lo) *lo = v;
            if (v > *hi) *hi = v;
        }
}

static const char *label_of(gn_arena *arena, const gn_curves *c, const char *what)
{
    gn_text t;
    if (!c->name) return what;
    gn_text_init(&t, arena->ctx);
    gn_text_printf(&t, "%s%s%s", c->name, *what ? ": " : "", what);
    char *label = gn_text_done(&t) == GN_OK ? gn_arena_text(arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return label;
}

typedef struct panels { gn_arena *arena; gn_panel panel[8]; size_t n; } panels;

static gn_series_kind kind_of(size_t n) { return n > 60 ? GN_SERIES_LINE : GN_SERIES_LINE_POINTS; }

/* No accuracy and no R2 is above 1, no accuracy below 0: the axis ends there. */
static void bound_metric(gn_panel *p, bool accuracy)
{
    gn_frame f = gn_panel_frame(p);
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < p->n_series; i++)
        for (size_t k = 0; k < p->series[i].n; k++)
            if (isfinite(p->series[i].y[k])) lo = fmin(lo, p->series[i].y[k]), hi = fmax(hi, p->series[i].y[k]);
    p->y_min = accuracy && lo >= 0 ? fmax(f.y0, 0) : f.y0;
    p->y_max = hi <= 1 ? fmin(f.y1, 1) : f.y1;
}

/* Of the runs that were measured by it: an R2 is no accuracy. */
static gn_status add_metric(panels *p, const gn_curves *run, size_t runs, const char *metric)
{
    gn_series *s = gn_arena_alloc(p->arena, runs, sizeof *s);
    gn_panel panel = { .title = metric, .x_label = "epoch", .y_label = metric, .series = s };
    if (!s) return GN_NO_MEMORY;
    for (size_t r = 0; r < runs; r++) {
        if (!run[r].metric || strcmp(run[r].metric, metric) || !has(&run[r], GN_CURVE_METRIC)) continue;
        const char *label = label_of(p->arena, &run[r], "");
        if (!label) return GN_NO_MEMORY;
        s[panel.n_series++] = (gn_series){ kind_of(run[r].n), *label ? label : NULL, run[r].n, run[r].epoch,
                                           run[r].value[GN_CURVE_METRIC], (int)r };
    }
    if (!panel.n_series || p->n == GN_COUNT(p->panel)) return GN_OK;
    bound_metric(&panel, strstr(metric, "accuracy") != NULL);
    p->panel[p->n++] = panel;
    return GN_OK;
}

/* A panel for each metric, in the order in which the runs have them. */
static gn_status add_metrics(panels *p, const gn_curves *run, size_t runs)
{
    for (size_t r = 0; r < runs; r++) {
        bool seen = !run[r].metric;
        for (size_t k = 0; k < r && !seen; k++) seen = run[k].metric && !strcmp(run[k].metric, run[r].metric);
        if (!seen) GN_TRY(add_metric(p, run, runs, run[r].metric));
    }
    return GN_OK;
}

/* What is drawn over the epochs: one curve a run, or two where the second is drawn beside the first. */
static gn_status add_panel(panels *p, const gn_curves *run, size_t runs, gn_curve k, gn_curve beside, const char *title,
                           const char *y, const char *name, const char *beside_name)
{
    double lo, hi, lo2 = INFINITY, hi2 = -INFINITY;
    span(run, runs, k, &lo, &hi);
    if (beside != GN_CURVE_COUNT) span(run, runs, beside, &lo2, &hi2);
    if (lo > hi && lo2 > hi2) return GN_OK;
    gn_series *s = gn_arena_alloc(p->arena, 2 * runs, sizeof *s);
    if (!s) return GN_NO_MEMORY;
    gn_panel *to = &p->panel[p->n++];
    *to = (gn_panel){ .title = title, .x_label = "epoch", .y_label = y, .series = s };
    to->log_y = k != GN_CURVE_RATE && fmin(lo, lo2) > 0 && fmax(hi, hi2) / fmin(lo, lo2) > 100;
    for (size_t r = 0; r < runs; r++)
        for (int two = 0; two < (beside == GN_CURVE_COUNT ? 1 : 2); two++) {
            gn_curve which = two ? beside : k;
            if (!has(&run[r], which)) continue;
            const char *label = label_of(p->arena, &run[r], two ? beside_name : name);
            if (!label) return GN_NO_MEMORY;
            if (!*label) label = NULL;
            s[to->n_series++] = (gn_series){ kind_of(run[r].n), label, run[r].n, run[r].epoch, run[r].value[which],
                                             (int)(beside == GN_CURVE_COUNT ? r : 2 * r + (size_t)two) };
        }
    return GN_OK;
}

/* The largest eigenvalue beside the limit of the rate, over the steps. */
static gn_status add_sharpness(panels *p, const gn_curves *run, size_t runs)
{
    gn_series *s = gn_arena_alloc(p->arena, 2 * runs, sizeof *s);
    gn_panel panel = { .title = "sharpness", .x_label = "step", .y_label = "largest eigenvalue λ", .series = s };
    if (!s) return GN_NO_MEMORY;
    for (size_t r = 0; r < runs; r++) {
        const gn_curves *c = &run[r];
        if (!c->watched) continue;
        const char *measured = label_of(p->arena, c, "measured"), *limit = label_of(p->arena, c, "limit of the rate");
        if (!measured || !limit) return GN_NO_MEMORY;
        int style = (int)(2 * r);
        s[panel.n_series++] = (gn_series){ kind_of(c->watched), measured, c->watched, c->step, c->sharpness, style };
        bool limited = false;       /* lion's step has none, and a line that is not there has no name */
        for (size_t i = 0; i < c->watched; i++) limited = limited || isfinite(c->limit[i]);
        if (limited)
            s[panel.n_series++] = (gn_series){ GN_SERIES_LINE, limit, c->watched, c->step, c->limit, style + 1 };
    }
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < panel.n_series; i++)
        for (size_t k = 0; k < s[i].n; k++) {
            if (s[i].y[k] < lo) lo = s[i].y[k];
            if (s[i].y[k] > hi) hi = s[i].y[k];
        }
    panel.log_y = lo > 0 && hi / lo > 100;
    if (panel.n_series) p->panel[p->n++] = panel;
    return GN_OK;
}

static bool changes(const gn_curves *run, size_t runs, gn_curve k)
{
    double lo, hi;
    span(run, runs, k, &lo, &hi);
    return hi > lo;
}

gn_status gn_curves_picture(gn_arena *arena, const gn_curves *run, size_t runs, const char *title, gn_picture *out)
{
    panels p = { .arena = arena };
    GN_TRY(add_panel(&p, run, runs, GN_CURVE_LOSS, GN_CURVE_HELD_LOSS, "loss", "loss", "training", "held-out"));
    GN_TRY(add_metrics(&p, run, runs));
    if (changes(run, runs, GN_CURVE_RATE))
        GN_TRY(add_panel(&p, run, runs, GN_CURVE_RATE, GN_CURVE_COUNT, "learning rate", "rate η", "", NULL));
    GN_TRY(add_panel(&p, run, runs, GN_CURVE_GRADIENT, GN_CURVE_COUNT, "gradient", "norm of the last step's gradient",
                     "", NULL));
    GN_TRY(add_sharpness(&p, run, runs));
    if (!p.n) return gn_fail(arena->ctx, GN_E_DATA_ROWS, "there is no finite figure to draw");
    gn_panel *panel = gn_arena_alloc(arena, p.n, sizeof *panel);
    if (!panel) return GN_NO_MEMORY;
    memcpy(panel, p.panel, p.n * sizeof *panel);
    *out = (gn_picture){ .title = title, .n_panels = p.n, .panel = panel };
    return GN_OK;
}
