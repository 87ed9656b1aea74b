/* calculus_point.c -- what holds at a point: values that are not finite and why, the gradient's norm and direction, the
 * tangent, and steepest ascent shown by trial.
 *
 * Invariant: words are made from the numbers of the lines above them. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/tree.h"

enum { DIRECTIONS = 12, NORM_MOST = 4, TANGENT_MOST = 3 };

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
    c->whole = gn_arena_alloc(c->arena, c->m, sizeof *c->whole);
    if (!c->whole && c->s->status == GN_OK) c->s->status = GN_NO_MEMORY;
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
        if (c->s->status == GN_OK) c->s->status = gn_calc_whole(c, i, &c->whole[i]);
        if (c->s->status == GN_OK) gn_calc_say_kinks(c, i, kink, count);
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
static void say_sign(gn_calc *c, size_t j, double g)
{
    const char *x = c->of->name[j], *f = c->f_shown[0];
    const char *slope = c->true_slope ? gn_calc_printf(c, "the slope by %s from both sides", x)
                                      : gn_calc_printf(c, "d%s/d%s", f, x);
    double scale = gn_calc_value(c, c->of->f.at[0]), move = g * fmax(1, fabs(c->ask->at[j]));
    if (g != 0 && fabs(move) <= 8 * 0x1p-52 * fabs(scale))
        gn_sheet_text(c->s, 0, "%s = %s is too small to move %s by more than its rounding.", slope, NUM(g), f);
    else if (g == 0) gn_sheet_text(c->s, 0, "%s = 0: to first order %s does not change with %s.", slope, f, x);
    else
        gn_sheet_text(c->s, 0, "%s = %s %s 0: %s %s as %s grows, so descent makes %s %s%s.", slope, NUM(g),
                      g > 0 ? ">" : "<", f, g > 0 ? "rises" : "falls", x, x, g > 0 ? "smaller" : "larger",
                      c->n > 1 ? "" : g > 0 ? ": to the left" : ": to the right");
}

static void say_signs(gn_calc *c)
{
    for (size_t j = 0; j < c->n && j < 8 && c->s->status == GN_OK; j++) {
        double g = gn_calc_true_slope(c, j);
        if (isfinite(g)) say_sign(c, j, g);
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

static const gn_formula *slope_at_point(gn_calc *c, size_t j)
{
    bool convention = c->true_slope != NULL;
    return convention ? gn_formula_number(c->arena, gn_calc_true_slope(c, j)) : at_point(c, c->jacobian.at[j]);
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
        const gn_formula *x = gn_formula_name(a, c->of->name[j]), *slope = slope_at_point(c, j);
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

/* The tangent by its digits: 1.08332*x - 0.241971. */
static void say_tangent(gn_calc *c, const char *shown)
{
    double rest = gn_calc_value(c, c->of->f.at[0]);
    gn_text t;
    gn_text_init(&t, c->ctx);
    for (size_t j = 0; j < c->n; j++) {
        double slope = gn_calc_true_slope(c, j);
        rest -= slope * c->bound[j].value;
        if (slope != 0)
            gn_text_printf(&t, "%s%s*%s", !t.length ? slope < 0 ? "-" : "" : slope < 0 ? " - " : " + ",
                           NUM(fabs(slope)), c->of->name[j]);
    }
    if (!t.length) gn_text_puts(&t, NUM(rest));
    else if (rest != 0) gn_text_printf(&t, " %s %s", rest < 0 ? "-" : "+", NUM(fabs(rest)));
    if (t.failed) c->s->status = GN_NO_MEMORY;
    gn_sheet_text(c->s, 0, "the tangent in numbers: %s = %s", shown, t.at ? t.at : "");
    gn_text_free(&t);
}

static void put_tangent(gn_calc *c)
{
    bool finite = isfinite(gn_calc_value(c, c->of->f.at[0]));
    for (size_t j = 0; j < c->n; j++) finite = finite && isfinite(gn_calc_true_slope(c, j));
    if (c->n > TANGENT_MOST || !finite || c->s->status != GN_OK) return;
    const gn_formula *t = tangent_of(c);
    if (!t) {
        gn_clear_error(c->ctx);
        return;
    }
    gn_calc_line l = {.title = c->n == 1 ? "tangent line" : "tangent plane", .name = gn_calc_fresh(c, "tangent"),
                      .symbolic = true, .shown = c->n == 1 ? gn_calc_fresh(c, "y") : gn_calc_fresh(c, "tangent")};
    gn_calc_equation(c, l, t);
    if (!gn_calc_is_plain(t)) say_tangent(c, l.shown);
}

/* ---- steepest ascent, by trial ----------------------------------------------------------------------------------- */

/* Row r of the unit directions: around the circle for two variables, else along the axes; the last, the gradient's. */
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
    gn_sheet_text(c->s, 0, "the largest slope of the table, %s, is %s the direction of the gradient, and is "
                           "|grad %s| = %s.",
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

/* Where the formula's slope is a convention: what the sides give, under a name of its own. */
static void put_true_slope(gn_calc *c)
{
    bool several = c->n > 1;
    const char *x = c->of->name[0], *f = c->f_shown[0];
    c->true_slope = gn_calc_fresh(c, several ? "gradient" : "slope");
    gn_symbol *y = gn_sheet_symbol(c->s, c->true_slope, c->n, 1, c->whole->right, GN_F64);
    if (y) y->latex = several ? gn_calc_printf(c, "(\\nabla %s)_{\\pm}", f)
                              : gn_calc_printf(c, "\\left(\\frac{d %s}{d %s}\\right)_{\\pm}", f, x);
    gn_sheet_given(c->s, 0, several ? "from all sides" : "from both sides", y);
}

/* Does the formula's slope by every variable lie between those of the sides? */
static bool is_between(gn_calc *c, const gn_whole *w)
{
    bool between = w->slant == NULL;
    for (size_t j = 0; j < c->n; j++) {
        double g = gn_calc_value(c, c->jacobian.at[j]);
        between = between && g >= fmin(w->left[j], w->right[j]) && g <= fmax(w->left[j], w->right[j]);
    }
    return between;
}

static void say_no_tangent(gn_calc *c, gn_sided slope)
{
    if (slope == GN_SIDED_JUMP)
        gn_sheet_text(c->s, 0, "at a jump there is no tangent and no derivative: the slope is that of one side.");
    else if (slope == GN_SIDED_KINK)
        gn_sheet_text(c->s, 0, "at a kink there is no tangent%s.",
                      is_between(c, c->whole) ? ", and the gradient is one of several slopes"
                                              : ": what the formula gives is what the engine would use, and no more");
}

void gn_calc_gradient_facts(gn_calc *c)
{
    if (c->s->status != GN_OK) return;
    gn_sided slope = c->whole->slope;
    if (!isfinite(gn_calc_value(c, c->of->f.at[0]))) {
        gn_sheet_text(c->s, 0, "where %s has no finite value it has no slope: what stands there is the formula's, "
                               "which holds beside the point only.", c->f_shown[0]);
        return;
    }
    if (slope == GN_SIDED_CONVENTION) put_true_slope(c);
    if (slope == GN_SIDED_SMOOTH && c->n > 1) put_norm(c);
    say_no_tangent(c, slope);
    if (slope > GN_SIDED_CONVENTION) return;
    put_tangent(c);
    say_signs(c);
    if (slope == GN_SIDED_SMOOTH) put_ascent(c);
}
