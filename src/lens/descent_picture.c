/* descent_picture.c -- a descent as a picture: the curve with its points, contours with the path, or f against k.
 *
 * Invariant: everything drawn is evaluated from the expression or stands in the path. */
#include "descent_internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CURVE = 201, GRID = 61, DRAWN = 2000 };

typedef struct easel {
    gn_arena *arena;
    const gn_functions *of;
    const gn_descent_ask *ask;
    const gn_descent *d;
    gn_program *f;
    double *point, *room;
    size_t rows;                /* of the path that are drawn: those that are finite */
} easel;

static gn_status open_easel(easel *e)
{
    GN_TRY(gn_program_make(e->arena, e->of->f.at[0], e->of->name, e->of->names, &e->f));
    e->point = gn_arena_alloc(e->arena, e->of->names + 1, sizeof *e->point);
    e->room = gn_arena_alloc(e->arena, gn_program_room(e->f) + 1, sizeof *e->room);
    if (!e->point || !e->room) return GN_NO_MEMORY;
    memcpy(e->point, e->ask->from, e->of->names * sizeof *e->point);
    while (e->rows < e->d->rows && e->rows < DRAWN && isfinite(e->d->f[e->rows])) e->rows++;
    return GN_OK;
}

static void span(const easel *e, size_t j, double *least, double *most)
{
    *least = DBL_MAX;
    *most = -DBL_MAX;
    for (size_t r = 0; r < e->rows; r++) {
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

static double *column(easel *e, size_t j)
{
    double *v = gn_arena_alloc(e->arena, e->rows + 1, sizeof *v);
    for (size_t r = 0; v && r < e->rows; r++) v[r] = e->d->x[r * e->d->n + j];
    return v;
}

static gn_status draw_curve(easel *e, gn_panel *p)
{
    double least, most, *x = gn_arena_alloc(e->arena, CURVE, 2 * sizeof *x);
    gn_series *s = gn_arena_alloc(e->arena, 2, sizeof *s);
    double *at = column(e, 0);
    if (!x || !s || !at) return GN_NO_MEMORY;
    span(e, 0, &least, &most);
    for (size_t i = 0; i < CURVE; i++) {
        x[i] = e->point[0] = least + (most - least) * (double)i / (CURVE - 1);
        x[CURVE + i] = gn_program_run(e->f, e->point, e->room);
    }
    s[0] = (gn_series){.kind = GN_SERIES_LINE, .label = "f", .n = CURVE, .x = x, .y = x + CURVE, .style = 0};
    s[1] = (gn_series){.kind = GN_SERIES_LINE_POINTS, .label = "path", .n = e->rows, .x = at, .y = e->d->f, .style = 1};
    p->n_series = 2;
    p->series = s;
    p->x_label = e->of->name[0];
    p->y_label = "f";
    return GN_OK;
}

static gn_status draw_contours(easel *e, gn_panel *p)
{
    gn_field *f = gn_arena_alloc(e->arena, 1, sizeof *f);
    gn_series *s = gn_arena_alloc(e->arena, 1, sizeof *s);
    double *z = gn_arena_alloc(e->arena, GRID * GRID, sizeof *z), *x = column(e, 0), *y = column(e, 1), least = DBL_MAX;
    if (!f || !s || !z || !x || !y) return GN_NO_MEMORY;
    *f = (gn_field){.kind = GN_FIELD_CONTOUR, .nx = GRID, .ny = GRID, .z = z, .label = "f"};
    span(e, 0, &f->x0, &f->x1);
    span(e, 1, &f->y0, &f->y1);
    for (size_t i = 0; i < GRID * GRID; i++) {
        e->point[0] = f->x0 + (f->x1 - f->x0) * (double)(i % GRID) / (GRID - 1);
        e->point[1] = f->y0 + (f->y1 - f->y0) * (double)(i / GRID) / (GRID - 1);
        z[i] = gn_program_run(e->f, e->point, e->room);
        least = fmin(least, z[i]);
    }
    f->log = least > 0;
    *s = (gn_series){.kind = GN_SERIES_LINE_POINTS, .label = "path", .n = e->rows, .x = x, .y = y, .style = 1};
    p->n_fields = p->n_series = 1;
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
