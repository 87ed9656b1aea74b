/* calculus_along.c -- along a step from the point: the directional derivative, and the linear and quadratic
 * approximation beside the truth.
 *
 * Invariant: the truth is the expression itself at the moved point. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

static const gn_formula *moved(gn_calc *c, const gn_formula *f, const char *const *move)
{
    gn_arena *a = c->arena;
    for (size_t j = 0; j < c->n && f; j++) {
        const gn_formula *to =
            gn_formula_make(a, GN_F_ADD, gn_formula_name(a, c->of->name[j]), gn_formula_name(a, move[j]));
        if (!to || gn_formula_substitute(a, f, c->of->name[j], to, &f) != GN_OK) return NULL;
    }
    return f;
}

/* The step's elements as symbols d_x, and the step as a column of them. */
static const char **put_step(gn_calc *c, double *length)
{
    gn_text t;
    const char **move = gn_arena_alloc(c->arena, c->n, sizeof *move);
    if (!move) c->s->status = GN_NO_MEMORY;
    gn_text_init(&t, c->ctx);
    *length = 0;
    for (size_t j = 0; move && j < c->n; j++) {
        move[j] = gn_calc_fresh(c, gn_calc_printf(c, "d_%s", c->of->name[j]));
        gn_symbol *y = gn_sheet_symbol(c->s, move[j], 1, 1, &c->ask->along[j], GN_F64);
        gn_sheet_given(c->s, 0, NULL, y);
        *length = hypot(*length, c->ask->along[j]);
        gn_text_printf(&t, "%s%s", j ? ", " : "[", move[j]);
    }
    c->step = gn_calc_fresh(c, "d");
    if (c->n > 1) gn_calc_run(c, (gn_calc_line){.name = c->step}, gn_calc_printf(c, "%s]", t.at ? t.at : "["));
    else if (move) c->step = move[0];
    gn_text_free(&t);
    return move;
}

/* f(x + d) as a number: for an expression too long to be written out with every variable moved. */
static void put_moved_value(gn_calc *c, size_t i, gn_calc_line l)
{
    gn_binding *at = gn_arena_alloc(c->arena, c->of->names + 1, sizeof *at);
    double v;
    if (!at) c->s->status = GN_NO_MEMORY;
    for (size_t j = 0; at && j < c->of->names; j++) {
        at[j] = c->bound[j];
        if (j < c->n) at[j].value += c->ask->along[j];
    }
    if (at) c->s->status = gn_formula_eval(c->ctx, c->of->f.at[i], at, c->of->names, &v);
    gn_symbol *y = c->s->status == GN_OK ? gn_sheet_symbol(c->s, l.name, 1, 1, &v, GN_F64) : NULL;
    if (y) y->shown = l.shown;
    gn_sheet_given(c->s, 0, l.title, y);
}

/* f(x + d): the expression with every variable moved. */
static void put_moved(gn_calc *c, const char *const *move, size_t i, const char *name)
{
    const gn_formula *f = moved(c, c->of->f.at[i], move);
    gn_calc_line l = {.title = "moved", .name = name, .shown = gn_calc_printf(c, "%s(moved)", c->f_shown[i])};
    const char *text = f ? gn_calc_text(c, f) : "";
    if (c->s->status != GN_OK) return;
    if (!f) gn_clear_error(c->ctx);
    if (!f || strlen(text) > GN_CALC_WRITTEN) put_moved_value(c, i, l);
    else gn_calc_run(c, l, text);
}

/* The slope that the predictions take: the formula's, or where that is a convention the one from the sides. */
static const char *slope_name(gn_calc *c)
{
    return c->true_slope ? c->true_slope : c->n > 1 ? c->grad : c->slope[0];
}

/* Where a prediction rests on one of several slopes or curvatures. */
static void say_conventions(gn_calc *c)
{
    const gn_whole *w = c->whole;
    bool no_slope = w->slope > GN_SIDED_CONVENTION;
    bool no_bend = c->hessian && !no_slope && w->edge && w->bend != GN_SIDED_SMOOTH && !c->true_bend;
    if (no_slope)
        gn_sheet_text(c->s, 0, "the predictions take the formula's slope where pieces meet: their error need not "
                               "shrink %s.", w->slope == GN_SIDED_JUMP ? "with the step" : "faster than the step");
    if (no_bend)
        gn_sheet_text(c->s, 0, "the quadratic takes the formula's second derivatives where pieces meet: its error need "
                               "not shrink faster than the square of the step.");
}

static void put_directional(gn_calc *c, double length)
{
    if (!(length > 0) || c->n < 2) return;
    gn_calc_run(c, (gn_calc_line){.title = "length", .name = gn_calc_fresh(c, "d_norm"), .shown = "|d|"},
                gn_calc_printf(c, "norm(%s)", c->step));
    gn_calc_run(c,
                (gn_calc_line){.title = "directional derivative", .name = gn_calc_fresh(c, "D_u"),
                               .shown = gn_calc_printf(c, "D_u %s", c->f_shown[0]), .rule = "u = d/|d|; grad . u"},
                gn_calc_printf(c, "dot(%s, %s)/%s", slope_name(c), c->step, gn_calc_fresh(c, "d_norm")));
}

static bool is_rounding(gn_calc *c, const gn_symbol *error)
{
    const gn_symbol *f = gn_sheet_find(c->s, c->f_name[0]), *moved = gn_sheet_find(c->s, gn_calc_fresh(c, "f_moved"));
    if (!error || !f || !moved || error->value[0] == 0 || !f->value || !moved->value) return false;
    return fabs(error->value[0]) <= 8 * 0x1p-52 * fmax(fabs(f->value[0]), fabs(moved->value[0]));
}

/* What is left of numbers that cancel is called so, not an error of the approximation. */
static void put_error(gn_calc *c, const char *title, const char *name, const char *guess)
{
    gn_line *line = gn_calc_run(c, (gn_calc_line){.title = title, .name = gn_calc_fresh(c, name)},
                                gn_calc_printf(c, "%s - %s", gn_calc_fresh(c, "change"), gn_calc_fresh(c, guess)));
    if (line && is_rounding(c, line->symbol)) line->rule = "0 but for rounding";
}

static void put_quadratic(gn_calc *c)
{
    const char *h = c->true_bend ? c->true_bend : gn_calc_fresh(c, "H");
    const char *bend = c->n > 1 ? gn_calc_printf(c, "%s'*%s*%s/2", c->step, h, c->step)
                                : gn_calc_printf(c, "%s*%s^2/2", h, c->step);
    gn_calc_run(c, (gn_calc_line){.title = "second order", .name = gn_calc_fresh(c, "second"), .rule = "d'*H*d/2"},
                bend);
    gn_calc_run(c, (gn_calc_line){.title = "quadratic prediction", .name = gn_calc_fresh(c, "quadratic")},
                gn_calc_printf(c, "%s + %s", gn_calc_fresh(c, "predicted"), gn_calc_fresh(c, "second")));
    put_error(c, "its error", "quadratic_error", "quadratic");
}

static void along_one(gn_calc *c, const char *const *move, double length)
{
    const char *next = gn_calc_fresh(c, "f_moved");
    put_directional(c, length);
    const char *linear = c->n > 1 ? gn_calc_printf(c, "dot(%s, %s)", slope_name(c), c->step)
                                  : gn_calc_printf(c, "%s*%s", slope_name(c), c->step);
    gn_calc_run(c, (gn_calc_line){.title = "linear prediction", .name = gn_calc_fresh(c, "predicted"),
                                  .rule = c->n > 1 ? "grad . d" : "slope*step"}, linear);
    put_moved(c, move, 0, next);
    gn_calc_run(c, (gn_calc_line){.title = "true change", .name = gn_calc_fresh(c, "change")},
                gn_calc_printf(c, "%s - %s", next, c->f_name[0]));
    put_error(c, "error of the linear", "error", "predicted");
    if (c->hessian) put_quadratic(c);
    say_conventions(c);
}

/* f + J*d beside the functions at the moved point. */
static void along_many(gn_calc *c, const char *const *move)
{
    gn_text now, then;
    gn_text_init(&now, c->ctx);
    gn_text_init(&then, c->ctx);
    for (size_t i = 0; i < c->m; i++) {
        const char *name = gn_calc_fresh(c, gn_calc_printf(c, "f_moved_%zu", i + 1));
        put_moved(c, move, i, name);
        gn_text_printf(&now, "%s%s", i ? ", " : "[", c->f_name[i]);
        gn_text_printf(&then, "%s%s", i ? ", " : "[", name);
    }
    const char *linear = gn_calc_fresh(c, "linear"), *truth = gn_calc_fresh(c, "moved");
    gn_calc_run(c, (gn_calc_line){.title = "linear map", .name = linear, .rule = "f + J*d"},
                gn_calc_printf(c, "%s] + %s*%s", now.at ? now.at : "[", gn_calc_fresh(c, "J"), c->step));
    gn_calc_run(c, (gn_calc_line){.title = "truth", .name = truth}, gn_calc_printf(c, "%s]", then.at ? then.at : "["));
    gn_calc_run(c, (gn_calc_line){.title = "error of the linear", .name = gn_calc_fresh(c, "error")},
                gn_calc_printf(c, "%s - %s", truth, linear));
    gn_text_free(&now);
    gn_text_free(&then);
}

void gn_calc_along(gn_calc *c)
{
    double length;
    gn_sheet_section(c->s, 0, "along the step d: linear%s approximation against the truth",
                     c->hessian && c->m == 1 ? " and quadratic" : "");
    const char **move = put_step(c, &length);
    if (c->s->status != GN_OK) return;
    if (length == 0) gn_sheet_text(c->s, 0, "the step is 0: it has no direction.");
    if (c->m > 1) along_many(c, move);
    else along_one(c, move, length);
}
