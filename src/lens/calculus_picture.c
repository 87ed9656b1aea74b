/* calculus_picture.c -- functions as a picture: of one variable the curves with the tangents at the point, of two the
 * contours with the direction of steepest ascent.
 *
 * Invariant: what is drawn is evaluated from the expressions. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

enum { CURVE = 201, GRID = 61, CURVES_MOST = 4 };

typedef struct canvas {
    gn_arena *arena;
    const gn_functions *of;
    const gn_calculus_ask *ask;
    double *point, *room;
    double at[2], half[2];
} canvas;

static gn_status compile(canvas *c, const gn_formula *f, gn_program **out)
{
    GN_TRY(gn_program_make(c->arena, f, c->of->name, c->of->names, out));
    c->room = gn_arena_alloc(c->arena, gn_program_room(*out) + 1, sizeof *c->room);
    return c->room ? GN_OK : GN_NO_MEMORY;
}

static void home(canvas *c)
{
    for (size_t i = 0; i < c->of->names; i++) c->point[i] = c->ask->at ? c->ask->at[i] : 0;
}

static gn_status open_canvas(canvas *c)
{
    c->point = gn_arena_alloc(c->arena, c->of->names + 1, sizeof *c->point);
    if (!c->point) return GN_NO_MEMORY;
    home(c);
    for (size_t j = 0; j < 2 && j < c->of->variables; j++) {
        c->at[j] = c->point[j];
        c->half[j] = fmax(2, 1.5 * fabs(c->at[j]));
    }
    return GN_OK;
}

static const char *label(canvas *c, size_t i, const char *what)
{
    gn_text t;
    gn_text_init(&t, c->arena->ctx);
    gn_text_puts(&t, "f");
    if (c->of->f.rows > 1) gn_text_printf(&t, "%zu", i + 1);
    gn_text_puts(&t, what);
    const char *copy = t.failed ? NULL : gn_arena_text(c->arena, t.at, t.length);
    gn_text_free(&t);
    return copy;
}

/* The curve of one function, and its tangent where there is a point with one finite slope. */
static gn_status draw_one(canvas *c, size_t i, gn_series *curve, gn_series *tangent)
{
    gn_program *f;
    const gn_formula *d;
    double *x = gn_arena_alloc(c->arena, 2 * CURVE + 4, sizeof *x), *y = x + CURVE, *t = y + CURVE, slope = NAN;
    if (!x) return GN_NO_MEMORY;
    GN_TRY(compile(c, c->of->f.at[i], &f));
    for (size_t k = 0; k < CURVE; k++) {
        x[k] = c->point[0] = c->at[0] + c->half[0] * (2 * (double)k / (CURVE - 1) - 1);
        y[k] = gn_program_run(f, c->point, c->room);
    }
    home(c);
    *curve = (gn_series){.kind = GN_SERIES_LINE, .label = label(c, i, ""), .n = CURVE, .x = x, .y = y, .style = -1};
    if (!c->ask->at) return GN_OK;
    double value = gn_program_run(f, c->point, c->room), reach = c->half[0] / 2;
    gn_whole whole;
    GN_TRY(gn_formula_derive(c->arena, c->of->f.at[i], c->of->name[0], &d));
    GN_TRY(gn_functions_whole(c->arena, c->of, c->ask, i, &whole));
    GN_TRY(compile(c, d, &f));
    slope = whole.slope == GN_SIDED_CONVENTION ? whole.right[0] : gn_program_run(f, c->point, c->room);
    if (!isfinite(slope) || !isfinite(value) || whole.slope > GN_SIDED_CONVENTION) return GN_OK;
    t[0] = c->at[0] - reach;
    t[1] = c->at[0] + reach;
    t[2] = value - slope * reach;
    t[3] = value + slope * reach;
    const char *name = label(c, i, " tangent");
    *tangent = (gn_series){.kind = GN_SERIES_LINE, .label = name, .n = 2, .x = t, .y = t + 2, .style = -1};
    return GN_OK;
}

static gn_status draw_curves(canvas *c, gn_panel *p)
{
    gn_series *s = gn_arena_alloc(c->arena, 2 * CURVES_MOST, sizeof *s);
    if (!s) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->of->f.rows && i < CURVES_MOST; i++) {
        gn_series tangent = {0};
        GN_TRY(draw_one(c, i, &s[p->n_series++], &tangent));
        if (tangent.n) s[p->n_series++] = tangent;
    }
    p->series = s;
    p->y_label = "f";
    return GN_OK;
}

/* From the point along the gradient, a third of the picture long. */
static gn_status draw_arrow(canvas *c, gn_panel *p)
{
    gn_matrix g;
    gn_program *d;
    gn_series *s = gn_arena_alloc(c->arena, 1, sizeof *s);
    double *x = gn_arena_alloc(c->arena, 4, sizeof *x), slope[2], length = 0;
    if (!s || !x) return GN_NO_MEMORY;
    gn_whole whole;
    GN_TRY(gn_matrix_gradient(c->arena, c->of->f.at[0], c->of->name, 2, &g));
    GN_TRY(gn_functions_whole(c->arena, c->of, c->ask, 0, &whole));
    if (whole.slope > GN_SIDED_CONVENTION) return GN_OK;
    home(c);
    for (size_t j = 0; j < 2; j++) {
        GN_TRY(compile(c, g.at[j], &d));
        slope[j] = whole.slope == GN_SIDED_CONVENTION ? whole.right[j] : gn_program_run(d, c->point, c->room);
        length = hypot(length, slope[j]);
    }
    if (!(length > 0) || !isfinite(length)) return GN_OK;
    double reach = 2 * fmin(c->half[0], c->half[1]) / 3;
    x[0] = c->at[0];
    x[1] = c->at[0] + reach * slope[0] / length;
    x[2] = c->at[1];
    x[3] = c->at[1] + reach * slope[1] / length;
    *s = (gn_series){.kind = GN_SERIES_ARROWS, .label = "gradient", .n = 2, .x = x, .y = x + 2, .style = 1};
    p->series = s;
    p->n_series = 1;
    return GN_OK;
}

static gn_status draw_contours(canvas *c, gn_panel *p)
{
    gn_program *f;
    gn_field *field = gn_arena_alloc(c->arena, 1, sizeof *field);
    double *z = gn_arena_alloc(c->arena, GRID * GRID, sizeof *z);
    if (!field || !z) return GN_NO_MEMORY;
    GN_TRY(compile(c, c->of->f.at[0], &f));
    *field = (gn_field){.kind = GN_FIELD_CONTOUR, .nx = GRID, .ny = GRID, .z = z, .label = "f",
                        .x0 = c->at[0] - c->half[0], .x1 = c->at[0] + c->half[0],
                        .y0 = c->at[1] - c->half[1], .y1 = c->at[1] + c->half[1]};
    for (size_t i = 0; i < GRID * GRID; i++) {
        c->point[0] = field->x0 + (field->x1 - field->x0) * (double)(i % GRID) / (GRID - 1);
        c->point[1] = field->y0 + (field->y1 - field->y0) * (double)(i / GRID) / (GRID - 1);
        z[i] = gn_program_run(f, c->point, c->room);
    }
    p->field = field;
    p->n_fields = 1;
    p->equal_scale = true;      /* so that the gradient stands upright on the contours */
    p->y_label = c->of->name[1];
    return c->ask->at ? draw_arrow(c, p) : GN_OK;
}

gn_status gn_calculus_picture(gn_arena *arena, const gn_functions *of, const gn_calculus_ask *ask, gn_picture *out)
{
    canvas c = {.arena = arena, .of = of, .ask = ask};
    size_t n = of->variables;
    gn_panel *p = gn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    bool curves = n == 1 && of->f.rows <= CURVES_MOST, contours = n == 2 && of->f.rows == 1;
    if (!curves && !contours) {
        gn_fail(arena->ctx, GN_E_CFG_VALUE, "%zu function%s of %zu variable%s cannot be drawn", of->f.rows,
                of->f.rows == 1 ? "" : "s", n, n == 1 ? "" : "s");
        return gn_hint(arena->ctx, "up to %d functions of one variable can, or one of two; --by holds others constant",
                       CURVES_MOST);
    }
    if (of->names > n && !ask->at)
        return gn_fail(arena->ctx, GN_E_EXP_VAR, "to draw it, --at gives '%s' its value", of->name[n]);
    GN_TRY(open_canvas(&c));
    GN_TRY(curves ? draw_curves(&c, p) : draw_contours(&c, p));
    gn_text t;
    gn_text_init(&t, arena->ctx);
    gn_matrix_print(&t, &of->f);
    p->title = gn_arena_text(arena, t.at ? t.at : "", t.length);
    gn_text_free(&t);
    p->x_label = of->name[0];
    *out = (gn_picture){.n_panels = 1, .panel = p};
    return p->title ? GN_OK : GN_NO_MEMORY;
}
