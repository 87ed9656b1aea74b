/* calculus_point.c -- what holds at a point: values that are not finite and why, kinks, the gradient's norm and
 * direction, the tangent, steepest ascent shown by trial, and approximations along a step.
 *
 * Invariant: words are made from the numbers of the lines above them. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/row.h"
#include "../formula/tree.h"

enum { DIRECTIONS = 12, NORM_MOST = 4, TANGENT_MOST = 3 };
#define NUM(v) gn_num_digits(GN_NUM, (v), 6)

/* ---- kinks ------------------------------------------------------------------------------------------------------- */

/* A call of a row at numbers of its own, as formulas over x, y, z: value and slope by one input. */
typedef struct probe { gn_arena *arena; const gn_formula *value, *slope; gn_binding at[3]; } probe;

static gn_status probe_open(gn_arena *arena, const gn_formula *call, int input, const double *arg, probe *p)
{
    const gn_formula *place[3] = {0};
    p->arena = arena;
    for (int k = 0; k < 3; k++) {
        place[k] = gn_formula_name(arena, gn_row_input(k));
        p->at[k] = (gn_binding){gn_row_input(k), arg[k]};
    }
    p->value = gn_formula_call(arena, call->name, call->arguments, place);
    if (!p->value) return GN_NO_MEMORY;
    return gn_formula_derive(arena, p->value, gn_row_input(input), &p->slope);
}

static gn_status probe_run(probe *p, int input, double x, double *value, double *slope)
{
    p->at[input].value = x;
    GN_TRY(gn_formula_eval(p->arena->ctx, p->value, p->at, 3, value));
    return gn_formula_eval(p->arena->ctx, p->slope, p->at, 3, slope);
}

/* One unit in the last place to either side, but never less than 1e-150, so that squares do not vanish. */
static double beside(double x, double sign)
{
    double h = fmax(fabs(x) * 0x1p-51, 1e-150);
    return x + sign * h;
}

static bool apart(double a, double b)
{
    return isfinite(a) && isfinite(b) && fabs(a - b) > 1e-6 * fmax(1, fmax(fabs(a), fabs(b)));
}

static gn_status kink_of_call(gn_arena *arena, const gn_formula *f, const double *arg, int input, gn_kink *out,
                              bool *found)
{
    probe p = {0};
    double value[3], slope[3];
    const gn_row *row = gn_row_find(f->name, strlen(f->name));
    GN_TRY(probe_open(arena, f, input, arg, &p));
    GN_TRY(probe_run(&p, input, beside(arg[input], -1), &value[0], &slope[0]));
    GN_TRY(probe_run(&p, input, arg[input], &value[1], &slope[1]));
    GN_TRY(probe_run(&p, input, beside(arg[input], 1), &value[2], &slope[2]));
    bool jump = apart(value[0], value[2]);
    *found = isfinite(value[1]) && isfinite(slope[1]) && (jump || apart(slope[0], slope[2]));
    *out = (gn_kink){f, input, slope[0], slope[2], slope[1], row->slope[input], jump};
    return GN_OK;
}

static gn_status values_of(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count, double arg[3])
{
    arg[0] = arg[1] = arg[2] = 0;
    for (int k = 0; k < f->arguments; k++) GN_TRY(gn_formula_eval(ctx, f->arg[k], bound, count, &arg[k]));
    return GN_OK;
}

static bool depends(const gn_formula *f, const gn_binding *bound, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gn_formula_uses(f, bound[i].name)) return true;
    return false;
}

static gn_status kink_of_node(gn_arena *arena, const gn_formula *f, const gn_binding *bound, size_t count, gn_kink *out,
                              bool *found)
{
    double arg[3];
    *found = false;
    bool compares = gn_tree_is_compare(f->op);
    const gn_row *row = f->op == GN_F_CALL ? gn_row_find(f->name, strlen(f->name)) : NULL;
    if ((!compares && !row) || !depends(f, bound, count)) return GN_OK;
    GN_TRY(values_of(arena->ctx, f, bound, count, arg));
    *found = compares && arg[0] == arg[1];
    if (*found) *out = (gn_kink){f, 0, NAN, NAN, NAN, NULL, false};
    for (int k = 0; row && !*found && k < row->inputs && k < f->arguments; k++)
        if (isfinite(arg[k]) && depends(f->arg[k], bound, count))
            GN_TRY(kink_of_call(arena, f, arg, k, out, found));
    return GN_OK;
}

gn_status gn_formula_kinks(gn_arena *arena, const gn_formula *f, const gn_binding *bound, size_t count, gn_kink **out,
                           size_t *kinks)
{
    gn_order o;
    *kinks = 0;
    GN_TRY(gn_order_make(arena->ctx, f, &o));
    *out = gn_arena_alloc(arena, o.count + 1, sizeof **out);
    gn_status s = *out ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < o.count; i++) {
        bool found;
        s = kink_of_node(arena, o.node[i], bound, count, &(*out)[*kinks], &found);
        if (s == GN_OK && found) (*kinks)++;
    }
    gn_order_free(&o);
    return s;
}

/* The row's text as formulas are printed: 1 for K(1). */
static const char *row_text(gn_calc *c, const char *text)
{
    const gn_formula *f;
    if (gn_formula_parse(c->arena, text, strlen(text), &f) == GN_OK) return gn_calc_text(c, f);
    gn_clear_error(c->ctx);
    return text;
}

static void say_kink(gn_calc *c, const gn_kink *k)
{
    const char *piece = gn_calc_text(c, k->node);
    c->kinked = true;
    if (!k->row) {
        gn_sheet_text(c->s, 0, "the condition %s is at its edge here: the branch that it chooses is the one derived.", piece);
        return;
    }
    const char *by = k->node->arguments > 1 ? gn_calc_printf(c, " by its argument %d", k->input + 1) : "";
    gn_sheet_text(c->s, 0,
                  "%s has a %s here: its slope%s is %s from the left and %s from the right; taken is %s, as its row "
                  "states (sub-gradient rule): %s.",
                  piece, k->jump ? "jump" : "kink", by, NUM(k->left), NUM(k->right), NUM(k->taken), row_text(c, k->row));
}

/* ---- not finite -------------------------------------------------------------------------------------------------- */

static void say_trouble(gn_calc *c, const char *what, const gn_formula *f)
{
    gn_trouble t;
    if (c->s->status != GN_OK) return;
    c->s->status = gn_formula_trouble(c->ctx, f, c->bound, c->of->names, &t);
    if (c->s->status != GN_OK || !t.node) return;
    const char *piece = gn_calc_text(c, t.node);
    const char *place = t.node->column ? gn_calc_printf(c, " (column %u)", t.node->column) : "";
    gn_sheet_text(c->s, 0, "%s is %s here because of %.200s%s: %s.", what, NUM(gn_calc_value(c, f)), piece, place,
                  t.rule);
}

void gn_calc_point_facts(gn_calc *c)
{
    for (size_t i = 0; i < c->m && c->s->status == GN_OK; i++) {
        gn_kink *kink;
        size_t count;
        say_trouble(c, c->f_shown[i], c->of->f.at[i]);
        for (size_t j = 0; j < c->n; j++) {
            const char *what = gn_calc_printf(c, "d%s/d%s", c->f_shown[i], c->of->name[j]);
            if (!isfinite(gn_calc_value(c, c->jacobian.at[i * c->n + j])))
                say_trouble(c, what, c->jacobian.at[i * c->n + j]);
        }
        if (c->s->status != GN_OK || !c->of->names) return;
        c->s->status = gn_formula_kinks(c->arena, c->of->f.at[i], c->bound, c->of->names, &kink, &count);
        for (size_t k = 0; c->s->status == GN_OK && k < count; k++) say_kink(c, &kink[k]);
    }
}

/* ---- norm, signs, tangent ---------------------------------------------------------------------------------------- */

/* df_dx^2 + df_dy^2 under a root, from the elements, so that the exact root can be found. */
static const gn_formula *norm_of(gn_calc *c)
{
    gn_arena *a = c->arena;
    const gn_formula *sum = NULL, *two = gn_formula_number(a, 2);
    for (size_t j = 0; j < c->n; j++) {
        const gn_formula *square = gn_formula_make(a, GN_F_POW, c->jacobian.at[j], two);
        sum = sum ? gn_formula_make(a, GN_F_ADD, sum, square) : square;
    }
    return gn_formula_call(a, "sqrt", 1, &sum);
}

static void put_norm(gn_calc *c)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    for (size_t j = 0; j < c->n && c->n <= NORM_MOST; j++)
        gn_text_printf(&t, "%s%s^2", j ? " + " : "", c->slope[j]);
    const char *square = gn_calc_fresh(c, "grad_square"), *text = gn_calc_printf(c, "sqrt(%s)", square);
    gn_calc_run(c, (gn_calc_line){.name = square, .shown = gn_calc_printf(c, "|grad %s|^2", c->f_shown[0]),
                                  .latex = gn_calc_printf(c, "\\|\\nabla %s\\|^2", c->f_shown[0])},
                t.length ? gn_calc_printf(c, "%s", t.at) : gn_calc_printf(c, "dot(%s, %s)", c->grad, c->grad));
    gn_text_free(&t);
    const char *shown = gn_calc_printf(c, "|grad %s|", c->f_shown[0]), *norm = gn_calc_fresh(c, "grad_norm");
    gn_calc_line l = {.title = "steepest slope", .name = norm, .shown = shown,
                      .latex = gn_calc_printf(c, "\\|\\nabla %s\\|", c->f_shown[0])};
    if (!gn_calc_run(c, l, text)) return;
    gn_symbol *y = gn_sheet_find(c->s, norm);
    const gn_formula *f = norm_of(c);
    if (y && f) y->exact = gn_calc_exact(c, f);
    if (!y || !(y->value[0] > 0) || !isfinite(y->value[0])) return;
    l = (gn_calc_line){.title = "unit gradient", .name = gn_calc_fresh(c, "unit"),
                       .shown = gn_calc_printf(c, "grad %s/|grad %s|", c->f_shown[0], c->f_shown[0]),
                       .latex = gn_calc_printf(c, "\\nabla %s/\\|\\nabla %s\\|", c->f_shown[0], c->f_shown[0])};
    gn_calc_run(c, l, gn_calc_printf(c, "%s/%s", c->grad, norm));
}

/* B10: to which side each variable must go for the function to fall. */
static void say_signs(gn_calc *c)
{
    for (size_t j = 0; j < c->n && j < 8 && c->s->status == GN_OK; j++) {
        double g = gn_calc_value(c, c->jacobian.at[j]);
        const char *x = c->of->name[j], *f = c->f_shown[0];
        if (!isfinite(g)) continue;
        if (g == 0) gn_sheet_text(c->s, 0, "d%s/d%s = 0: to first order %s does not change with %s.", f, x, f, x);
        else
            gn_sheet_text(c->s, 0, "d%s/d%s = %s %s 0: %s %s as %s grows, so descent makes %s %s%s.", f, x, NUM(g),
                          g > 0 ? ">" : "<", f, g > 0 ? "rises" : "falls", x, x, g > 0 ? "smaller" : "larger",
                          c->n > 1 ? "" : g > 0 ? ": to the left" : ": to the right");
    }
}

static const gn_formula *at_point(gn_calc *c, const gn_formula *f)
{
    for (size_t i = 0; i < c->of->names && f; i++) {
        const gn_formula *put = c->ask->exact ? c->ask->exact[i] : gn_formula_number(c->arena, c->ask->at[i]);
        if (gn_formula_uses(f, c->of->name[i]) &&
            gn_formula_substitute(c->arena, f, c->of->name[i], put, &f) != GN_OK) f = NULL;
    }
    return f;
}

static const gn_formula *tidy(gn_calc *c, const gn_formula *f)
{
    return f && gn_formula_simplify(c->arena, f, &f) == GN_OK ? f : NULL;
}

/* f(a) + f'(a)*(x - a) over all variables, as slopes times variables and then the rest. */
static const gn_formula *tangent_of(gn_calc *c)
{
    gn_arena *a = c->arena;
    const gn_formula *sum = NULL, *rest = at_point(c, c->of->f.at[0]);
    for (size_t j = 0; j < c->n && rest; j++) {
        const gn_formula *x = gn_formula_name(a, c->of->name[j]), *slope = at_point(c, c->jacobian.at[j]);
        const gn_formula *term = tidy(c, gn_formula_make(a, GN_F_MUL, slope, x));
        rest = gn_formula_make(a, GN_F_SUB, rest, gn_formula_make(a, GN_F_MUL, slope, at_point(c, x)));
        if (!term) return NULL;
        if (gn_tree_is(term, 0)) continue;
        bool minus = sum && term->op == GN_F_NEG;
        sum = !sum ? term : gn_formula_make(a, minus ? GN_F_SUB : GN_F_ADD, sum, minus ? term->arg[0] : term);
    }
    rest = tidy(c, rest);
    if (!rest || !sum || gn_tree_is(rest, 0)) return !sum ? rest : rest ? sum : NULL;
    bool minus = rest->op == GN_F_NEG;
    return gn_formula_make(a, minus ? GN_F_SUB : GN_F_ADD, sum, minus ? rest->arg[0] : rest);
}

static void put_tangent(gn_calc *c)
{
    bool finite = isfinite(gn_calc_value(c, c->of->f.at[0]));
    for (size_t j = 0; j < c->n; j++) finite = finite && isfinite(gn_calc_value(c, c->jacobian.at[j]));
    if (c->n > TANGENT_MOST || !finite || c->s->status != GN_OK) return;
    const gn_formula *t = tangent_of(c);
    if (!t) {
        gn_clear_error(c->ctx);
        return;
    }
    gn_calc_line l = {.title = c->n == 1 ? "tangent line" : "tangent plane", .name = gn_calc_fresh(c, "tangent"),
                      .symbolic = true, .shown = c->n == 1 ? gn_calc_fresh(c, "y") : gn_calc_fresh(c, "tangent")};
    gn_calc_equation(c, l, t);
}

/* ---- steepest ascent, by trial ----------------------------------------------------------------------------------- */

/* Row r of the unit directions: for two variables around the circle, else along the axes; the last is the gradient's. */
static void direction(gn_calc *c, size_t r, size_t rows, double *u, const char **name)
{
    memset(u, 0, c->n * sizeof *u);
    if (r + 1 == rows) {
        const gn_symbol *unit = gn_sheet_find(c->s, gn_calc_fresh(c, "unit"));
        for (size_t j = 0; j < c->n; j++) u[j] = unit->value[j];
        *name = "the gradient";
    } else if (c->n == 2) {
        double angle = 2 * 3.14159265358979323846 * (double)r / DIRECTIONS;
        u[0] = r % 3 == 0 && r % 2 ? 0 : cos(angle); /* exactly 0 at 90 and 270 degrees */
        u[1] = r % (DIRECTIONS / 2) == 0 ? 0 : sin(angle);
        *name = gn_calc_printf(c, "%zu degrees", 360 / DIRECTIONS * r);
    } else {
        u[r / 2] = r % 2 ? -1 : 1;
        *name = gn_calc_printf(c, "%s %s", c->of->name[r / 2], r % 2 ? "smaller" : "larger");
    }
}

static void say_steepest(gn_calc *c, const double *slope, size_t rows)
{
    size_t best = 0;
    for (size_t r = 1; r < rows; r++)
        if (slope[r] >= slope[best]) best = r;
    const gn_symbol *norm = gn_sheet_find(c->s, gn_calc_fresh(c, "grad_norm"));
    gn_sheet_text(c->s, 0, "the largest slope of the table, %s, is %s the gradient's own direction, and is |grad %s| = %s.",
                  NUM(slope[best]), best + 1 == rows ? "in" : "as large as in", c->f_shown[0], NUM(norm->value[0]));
}

static void put_ascent(gn_calc *c)
{
    gn_symbol *unit = gn_sheet_find(c->s, gn_calc_fresh(c, "unit"));
    if (!unit || c->n < 2 || c->n > NORM_MOST || c->s->status != GN_OK) return;
    size_t rows = (c->n == 2 ? DIRECTIONS : 2 * c->n) + 1, columns = c->n + 2;
    double *u = gn_arena_alloc(c->arena, c->n, sizeof *u);
    double *cell = gn_arena_alloc(c->arena, rows * columns, sizeof *cell);
    const char **name = gn_arena_alloc(c->arena, rows, sizeof *name);
    gn_sheet_column *column = gn_arena_alloc(c->arena, columns, sizeof *column);
    if (!u || !cell || !name || !column) {
        c->s->status = GN_NO_MEMORY;
        return;
    }
    gn_text sum;
    gn_text_init(&sum, c->ctx);
    for (size_t j = 0; j < c->n; j++) gn_text_printf(&sum, "%s%s*u_%s", j ? " + " : "", c->slope[j], c->of->name[j]);
    for (size_t r = 0; r < rows; r++) {
        direction(c, r, rows, u, &name[r]);
        for (size_t j = 0; j < c->n; j++) {
            cell[j * rows + r] = u[j];
            cell[c->n * rows + r] += u[j] * gn_calc_value(c, c->jacobian.at[j]);
        }
    }
    column[0] = (gn_sheet_column){.title = "direction u", .text = name};
    for (size_t j = 0; j < c->n; j++) {
        const char *title = gn_calc_printf(c, "u_%s", c->of->name[j]);
        column[j + 1] = (gn_sheet_column){.title = title, .name = title, .number = cell + j * rows};
    }
    column[c->n + 1] = (gn_sheet_column){.title = "slope D_u f", .number = cell + c->n * rows,
                                         .formula = gn_calc_printf(c, "%s", sum.at ? sum.at : "")};
    gn_text_free(&sum);
    gn_sheet_section(c->s, 0, "steepest ascent, by trial: no direction climbs more than the gradient");
    gn_sheet_table(c->s, 0, NULL, columns, rows, column);
    say_steepest(c, cell + c->n * rows, rows);
}

void gn_calc_gradient_facts(gn_calc *c)
{
    if (c->n > 1) put_norm(c);
    if (c->kinked) {
        gn_sheet_text(c->s, 0, "at a kink there is no tangent, and the gradient is one of several slopes.");
        return;
    }
    put_tangent(c);
    say_signs(c);
    put_ascent(c);
}

/* ---- along a step ------------------------------------------------------------------------------------------------ */

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

/* f(x + d): the expression with every variable moved. */
static void put_moved(gn_calc *c, const char *const *move, size_t i, const char *name)
{
    const gn_formula *f = moved(c, c->of->f.at[i], move);
    if (!f || c->s->status != GN_OK) {
        if (c->s->status == GN_OK) c->s->status = GN_NO_MEMORY;
        return;
    }
    gn_calc_run(c, (gn_calc_line){.title = "moved", .name = name, .shown = gn_calc_printf(c, "%s(moved)", c->f_shown[i])},
                gn_calc_text(c, f));
}

static void put_directional(gn_calc *c, double length)
{
    if (!(length > 0) || c->n < 2) return;
    gn_calc_run(c, (gn_calc_line){.title = "length", .name = gn_calc_fresh(c, "d_norm"), .shown = "|d|"},
                gn_calc_printf(c, "norm(%s)", c->step));
    gn_calc_run(c,
                (gn_calc_line){.title = "directional derivative", .name = gn_calc_fresh(c, "D_u"),
                               .shown = gn_calc_printf(c, "D_u %s", c->f_shown[0]), .rule = "u = d/|d|; grad . u"},
                gn_calc_printf(c, "dot(%s, %s)/%s", c->grad, c->step, gn_calc_fresh(c, "d_norm")));
}

static void put_error(gn_calc *c, const char *title, const char *name, const char *guess)
{
    gn_calc_run(c, (gn_calc_line){.title = title, .name = gn_calc_fresh(c, name)},
                gn_calc_printf(c, "%s - %s", gn_calc_fresh(c, "change"), gn_calc_fresh(c, guess)));
}

static void put_quadratic(gn_calc *c)
{
    const char *bend = c->n > 1 ? gn_calc_printf(c, "%s'*%s*%s/2", c->step, gn_calc_fresh(c, "H"), c->step)
                                : gn_calc_printf(c, "%s*%s^2/2", gn_calc_fresh(c, "H"), c->step);
    gn_calc_run(c, (gn_calc_line){.title = "second order", .name = gn_calc_fresh(c, "second"), .rule = "d'*H*d/2"}, bend);
    gn_calc_run(c, (gn_calc_line){.title = "quadratic prediction", .name = gn_calc_fresh(c, "quadratic")},
                gn_calc_printf(c, "%s + %s", gn_calc_fresh(c, "predicted"), gn_calc_fresh(c, "second")));
    put_error(c, "its error", "quadratic_error", "quadratic");
}

static void along_one(gn_calc *c, const char *const *move, double length)
{
    const char *next = gn_calc_fresh(c, "f_moved");
    put_directional(c, length);
    const char *linear = c->n > 1 ? gn_calc_printf(c, "dot(%s, %s)", c->grad, c->step)
                                  : gn_calc_printf(c, "%s*%s", c->slope[0], c->step);
    gn_calc_run(c, (gn_calc_line){.title = "linear prediction", .name = gn_calc_fresh(c, "predicted"),
                                  .rule = c->n > 1 ? "grad . d" : "slope*step"}, linear);
    put_moved(c, move, 0, next);
    gn_calc_run(c, (gn_calc_line){.title = "true change", .name = gn_calc_fresh(c, "change")},
                gn_calc_printf(c, "%s - %s", next, c->f_name[0]));
    put_error(c, "error of the linear", "error", "predicted");
    if (c->hessian) put_quadratic(c);
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
