/* descent_picture.c -- a descent as a picture: the curve with its points, contours with the path, or f against k.
 *
 * Invariant: everything drawn is evaluated from the expression or stands in the path. */
#include "descent_internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CURVE = 201, GRID = 201, DRAWN = 2000 };
static const double AWAY = 10;      /* times the longest of the first steps: a step of a path that runs away */
static const double DECADES = 1000; /* contours by the logarithm go down from the path's largest value by so much */

typedef struct easel {
    gn_arena *arena;
    const gn_functions *of;
    const gn_descent_ask *ask;
    const gn_descent *d;
    gn_program *f;
    double *point, *room;
    size_t rows;                /* of the path that are drawn: those that are finite */
    size_t window;              /* of them that the picture's range holds: all, but where the path runs away */
} easel;

static double step_length(const easel *e, size_t row)
{
    double sum = 0;
    const double *x = e->d->x + row * e->d->n;
    for (size_t j = 0; j < e->d->n; j++) sum = hypot(sum, x[j] - x[j - e->d->n]);
    return sum;
}

/* A path whose last step is far longer than its first ones diverges: its beginning would be a dot in its range. */
static size_t window_of(const easel *e)
{
    double first = 0;
    size_t n = 1;
    while (n < e->rows && n < 4) first = fmax(first, step_length(e, n++));
    if (n < 4 || !(step_length(e, e->rows - 1) > AWAY * first)) return e->rows;
    while (n < e->rows && step_length(e, n) <= AWAY * first) n++;
    return n;
}

static gn_status open_easel(easel *e)
{
    GN_TRY(gn_program_make(e->arena, e->of->f.at[0], e->of->name, e->of->names, &e->f));
    e->point = gn_arena_alloc(e->arena, e->of->names + 1, sizeof *e->point);
    e->room = gn_arena_alloc(e->arena, gn_program_room(e->f) + 1, sizeof *e->room);
    if (!e->point || !e->room) return GN_NO_MEMORY;
    memcpy(e->point, e->ask->from, e->of->names * sizeof *e->point);
    while (e->rows < e->d->rows && e->rows < DRAWN && isfinite(e->d->f[e->rows])) e->rows++;
    e->window = window_of(e);
    return GN_OK;
}

static void span(const easel *e, size_t j, double *least, double *most)
{
    *least = DBL_MAX;
    *most = -DBL_MAX;
    for (size_t r = 0; r < e->window; r++) {
        double v = e->d->x[r * e->d->n + j];
        if (!isfinite(v) || fabs(v) > 1e100) continue;
        *least = fmin(*least, v);
        *most = fmax(*most, v);
    }
    if (*least > *most) *least = *most = e->ask->from[j];
    double margin = *most > *least ? 0.15 * (*most - *least) : fmax(1, fabs(*most) / 2);
    *least -= margin;
    *most += margin;
}

/* "path", or where it leaves the range. */
static const char *path_label(easel *e)
{
    gn_text t;
    if (e->window == e->rows) return "path";
    gn_text_init(&t, e->arena->ctx);
    gn_text_printf(&t, "path, leaves at step %llu", (unsigned long long)e->d->k[e->window]);
    char *label = gn_text_done(&t) == GN_OK ? gn_arena_text(e->arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return label;
}

static double *column(easel *e, size_t j)
{
    double *v = gn_arena_alloc(e->arena, e->rows + 1, sizeof *v);
    for (size_t r = 0; v && r < e->rows; r++) v[r] = e->d->x[r * e->d->n + j];
    return v;
}

/* The path, and its first and its last point in the range. */
static gn_status add_path(easel *e, double *x, double *y, gn_series s[3])
{
    size_t last = e->window - 1;
    s[0] = (gn_series){ GN_SERIES_LINE_POINTS, path_label(e), e->rows, x, y, 1 };
    if (!s[0].label) return GN_NO_MEMORY;
    s[1] = (gn_series){ GN_SERIES_POINTS, "start", 1, x, y, 4 };
    s[2] = (gn_series){ GN_SERIES_POINTS, "end", 1, x + last, y + last, 2 };
    return GN_OK;
}

static size_t path_series(const easel *e) { return !e->rows ? 0 : e->window < e->rows ? 2 : 3; }

static void set_height(gn_panel *p, const double *f, size_t n)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (isfinite(f[i])) least = fmin(least, f[i]), most = fmax(most, f[i]);
    p->y_min = least - 0.06 * (most - least);
    p->y_max = most + 0.06 * (most - least);
}

static gn_status draw_curve(easel *e, gn_panel *p)
{
    double least, most, *x = gn_arena_alloc(e->arena, CURVE, 2 * sizeof *x);
    gn_series *s = gn_arena_alloc(e->arena, 4, sizeof *s);
    double *at = column(e, 0);
    if (!x || !s || !at) return GN_NO_MEMORY;
    span(e, 0, &least, &most);
    for (size_t i = 0; i < CURVE; i++) {
        x[i] = e->point[0] = least + (most - least) * (double)i / (CURVE - 1);
        x[CURVE + i] = gn_program_run(e->f, e->point, e->room);
    }
    s[0] = (gn_series){.kind = GN_SERIES_LINE, .label = "f", .n = CURVE, .x = x, .y = x + CURVE, .style = 0};
    if (e->rows) GN_TRY(add_path(e, at, e->d->f, s + 1));
    p->n_series = 1 + path_series(e);
    p->series = s;
    if (e->window < e->rows) p->x_min = least, p->x_max = most, set_height(p, x + CURVE, CURVE);
    p->x_label = e->of->name[0];
    p->y_label = "f";
    return GN_OK;
}

/* A scale by the logarithm where f is not negative and spans much. Its floor is set by the path, never by what the grid
 * happens to hit: the smallest value on the path, or a thousandth of the largest when that is more. */
static void choose_scale(const easel *e, gn_field *f)
{
    double least = DBL_MAX, most = 0, low = INFINITY, high = 0;
    for (size_t i = 0; i < GRID * GRID; i++)
        if (isfinite(f->z[i])) least = fmin(least, f->z[i]), most = fmax(most, f->z[i]);
    for (size_t r = 0; r < e->window; r++) {
        low = fmin(low, e->d->f[r]);
        high = fmax(high, e->d->f[r]);
    }
    if (!(least >= 0) || !(high > 0)) return;
    f->floor = fmax(low, high / DECADES);
    f->log = most > 30 * f->floor;
}

static gn_status draw_contours(easel *e, gn_panel *p)
{
    gn_field *f = gn_arena_alloc(e->arena, 1, sizeof *f);
    gn_series *s = gn_arena_alloc(e->arena, 3, sizeof *s);
    double *z = gn_arena_alloc(e->arena, GRID * GRID, sizeof *z), *x = column(e, 0), *y = column(e, 1);
    if (!f || !s || !z || !x || !y) return GN_NO_MEMORY;
    *f = (gn_field){.kind = GN_FIELD_CONTOUR, .nx = GRID, .ny = GRID, .z = z, .label = "f"};
    span(e, 0, &f->x0, &f->x1);
    span(e, 1, &f->y0, &f->y1);
    for (size_t i = 0; i < GRID * GRID; i++) {
        e->point[0] = f->x0 + (f->x1 - f->x0) * (double)(i % GRID) / (GRID - 1);
        e->point[1] = f->y0 + (f->y1 - f->y0) * (double)(i / GRID) / (GRID - 1);
        z[i] = gn_program_run(e->f, e->point, e->room);
    }
    choose_scale(e, f);
    if (e->rows) GN_TRY(add_path(e, x, y, s));
    p->n_fields = 1;
    p->n_series = path_series(e);
    p->field = f;
    p->series = s;
    p->x_label = e->of->name[0];
    p->y_label = e->of->name[1];
    return GN_OK;
}

static gn_status draw_values(easel *e, gn_panel *p)
{
    gn_series *s = gn_arena_alloc(e->arena, 1, sizeof *s);
    double *k = gn_arena_alloc(e->arena, e->rows + 1, sizeof *k);
    if (!s || !k) return GN_NO_MEMORY;
    p->log_y = true;
    for (size_t r = 0; r < e->rows; r++) {
        k[r] = (double)e->d->k[r];
        p->log_y = p->log_y && e->d->f[r] > 0;
    }
    *s = (gn_series){.kind = GN_SERIES_LINE_POINTS, .n = e->rows, .x = k, .y = e->d->f, .style = 0};
    p->n_series = 1;
    p->series = s;
    p->x_label = "step k";
    p->y_label = "f";
    return GN_OK;
}

gn_status gn_descent_picture(gn_arena *arena, const gn_functions *of, const gn_descent_ask *ask, const gn_descent *path,
                             gn_picture *out)
{
    easel e = {.arena = arena, .of = of, .ask = ask, .d = path};
    gn_panel *p = gn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    GN_TRY(open_easel(&e));
    GN_TRY(path->n == 1 ? draw_curve(&e, p) : path->n == 2 ? draw_contours(&e, p) : draw_values(&e, p));
    gn_text t;
    gn_text_init(&t, arena->ctx);
    gn_text_printf(&t, "%s, lr = %s: ", gn_optimizer_table()[ask->op].name, gn_num(GN_NUM, ask->hyper[0]));
    gn_formula_print(&t, of->f.at[0]);
    p->title = gn_arena_text(arena, t.at ? t.at : "", t.length);
    gn_text_free(&t);
    *out = (gn_picture){.n_panels = 1, .panel = p};
    return p->title ? GN_OK : GN_NO_MEMORY;
}
