/* calculus_second.c -- the determinant of a square Jacobian and where it vanishes; the Hessian, its eigenvalues and
 * what they say of the shape.
 *
 * Invariant: a statement about every point is made only where the formula it rests on has no variable. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/tree.h"
#include "spectrum.h"

enum { DETERMINANT_MOST = 4, HESSIAN_MOST = 64 };

/* ---- determinant ------------------------------------------------------------------------------------------------- */

/* By the first row; `columns` are those that are left. */
static const gn_formula *minor(gn_calc *c, const gn_matrix *a, size_t row, const size_t *columns, size_t n)
{
    gn_arena *arena = c->arena;
    const gn_formula *sum = NULL;
    size_t rest[DETERMINANT_MOST];
    if (n == 1) return a->at[row * a->cols + columns[0]];
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0, to = 0; i < n; i++)
            if (i != k) rest[to++] = columns[i];
        const gn_formula *term =
            gn_formula_make(arena, GN_F_MUL, a->at[row * a->cols + columns[k]], minor(c, a, row + 1, rest, n - 1));
        sum = !k ? term : gn_formula_make(arena, k % 2 ? GN_F_SUB : GN_F_ADD, sum, term);
    }
    return sum;
}

static size_t variables_in(gn_calc *c, const gn_formula *f, size_t *which)
{
    size_t count = 0;
    for (size_t j = 0; j < c->of->names; j++)
        if (gn_formula_uses(f, c->of->name[j])) {
            *which = j;
            count++;
        }
    return count;
}

/* Slope and value of f in its only variable: true where the slope is one number, as of a*x + b, or of pieces that are
 * constant each. */
static bool slope_is_number(gn_calc *c, const gn_formula *f, const char *x, const gn_formula **slope)
{
    size_t none;
    return gn_formula_derive(c->arena, f, x, slope) == GN_OK &&
           gn_formula_simplify(c->arena, *slope, slope) == GN_OK && !variables_in(c, *slope, &none);
}

/* The x where a*x + b is 0; NULL when it has none that can be written. */
static const gn_formula *root_of_line(gn_calc *c, const gn_formula *f, const char *x, const gn_formula *slope)
{
    gn_arena *a = c->arena;
    const gn_formula *rest, *root, *zero = gn_formula_number(a, 0);
    if (gn_tree_is(slope, 0) || gn_formula_substitute(a, f, x, zero, &rest) != GN_OK) return NULL;
    root = gn_formula_make(a, GN_F_NEG, gn_formula_make(a, GN_F_DIV, rest, slope), NULL);
    return root && gn_formula_simplify(a, root, &root) == GN_OK ? root : NULL;
}

static void say_singular(gn_calc *c, const gn_formula *det)
{
    size_t which = 0, count = variables_in(c, det, &which);
    const gn_formula *slope = NULL, *root = NULL;
    double v;
    if (!count && gn_formula_eval(c->ctx, det, NULL, 0, &v) == GN_OK) {
        if (v == 0) gn_sheet_text(c->s, 0, "the determinant is 0: the Jacobian is singular everywhere.");
        else gn_sheet_text(c->s, 0, "the determinant is constant and not 0: the Jacobian is singular nowhere.");
        return;
    }
    bool pieces = gn_formula_has_pieces(c->arena, det);
    if (count == 1 && !pieces && slope_is_number(c, det, c->of->name[which], &slope))
        root = root_of_line(c, det, c->of->name[which], slope);
    if (root) gn_sheet_text(c->s, 0, "the Jacobian is singular where %s = %s.", c->of->name[which],
                            gn_calc_text(c, root));
    else gn_sheet_text(c->s, 0, "the Jacobian is singular where its determinant is 0%s.",
                       !pieces      ? ""
                       : !c->bound ? ": that is made of pieces, and --at tells it at a point"
                                   : ": that is made of pieces, and its value here is above");
    gn_clear_error(c->ctx);
}

void gn_calc_determinant(gn_calc *c)
{
    size_t columns[DETERMINANT_MOST] = {0, 1, 2, 3};
    if (c->m != c->n || c->n > DETERMINANT_MOST || c->s->status != GN_OK) return;
    const gn_formula *det = minor(c, &c->jacobian, 0, columns, c->n), *tidy;
    if (!det) c->s->status = GN_NO_MEMORY;
    else c->s->status = gn_formula_simplify(c->arena, det, &det);
    if (c->s->status != GN_OK) return;
    size_t which = 0;
    if (variables_in(c, det, &which) == 1 && gn_formula_collect(c->arena, det, c->of->name[which], &tidy) == GN_OK)
        det = tidy;
    gn_calc_equation(c, (gn_calc_line){.title = "determinant", .name = gn_calc_fresh(c, "det"), .shown = "det J"}, det);
    say_singular(c, det);
}

/* ---- the Hessian ------------------------------------------------------------------------------------------------- */

static double zero_band(const double *eigenvalue, size_t n)
{
    double largest = fmax(fabs(eigenvalue[0]), fabs(eigenvalue[n - 1]));
    return 64 * 0x1p-52 * (double)n * largest;
}

const char *gn_bend_name(const double *eigenvalue, size_t n)
{
    double band = zero_band(eigenvalue, n);
    bool up = eigenvalue[n - 1] > band, down = eigenvalue[0] < -band, flat = false;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(eigenvalue[i])) return "not known";
        flat = flat || fabs(eigenvalue[i]) <= band;
    }
    if (up && down) return "saddle";
    if (!up && !down) return "flat";
    if (up) return flat ? "convex, with a flat direction" : "convex";
    return flat ? "concave, with a flat direction" : "concave";
}

/* (a + d)/2 -+ sqrt(((a - d)/2)^2 + b^2): exact where a 2 by 2 Hessian is known exactly. */
static const gn_formula *root_of_two(gn_calc *c, const gn_matrix *h, int sign)
{
    gn_arena *a = c->arena;
    const gn_formula *two = gn_formula_number(a, 2), *p = h->at[0], *q = h->at[3], *b = h->at[1], *r;
    if (gn_tree_is(b, 0)) { /* the diagonal itself, in order */
        double u = NAN, v = NAN;
        size_t count = c->bound ? c->of->names : 0;
        if (gn_formula_eval(c->ctx, p, c->bound, count, &u) != GN_OK) return NULL;
        if (gn_formula_eval(c->ctx, q, c->bound, count, &v) != GN_OK) return NULL;
        return (u <= v) == (sign < 0) ? p : q;
    }
    const gn_formula *mean = gn_formula_make(a, GN_F_DIV, gn_formula_make(a, GN_F_ADD, p, q), two);
    const gn_formula *half = gn_formula_make(a, GN_F_DIV, gn_formula_make(a, GN_F_SUB, p, q), two);
    const gn_formula *in = gn_formula_make(a, GN_F_ADD, gn_formula_make(a, GN_F_POW, half, two),
                                           gn_formula_make(a, GN_F_POW, b, two));
    const gn_formula *root = gn_formula_call(a, "sqrt", 1, &in);
    r = gn_formula_make(a, sign < 0 ? GN_F_SUB : GN_F_ADD, mean, root);
    return r && gn_formula_simplify(a, r, &r) == GN_OK ? r : NULL;
}

/* Does f hold one of the first `count` names? The variables come first, then what is held constant. */
static bool holds_one_of(gn_calc *c, const gn_formula *f, size_t count)
{
    for (size_t j = 0; j < count; j++)
        if (gn_formula_uses(f, c->of->name[j])) return true;
    return false;
}

/* The Hessian's numbers: at the point, or without one when it holds no name; false when neither. *everywhere: it holds
 * no variable. */
static bool numbers_of(gn_calc *c, const gn_matrix *h, double *value, bool *everywhere)
{
    bool named = false;
    *everywhere = true;
    for (size_t i = 0; i < c->n * c->n; i++) {
        *everywhere = *everywhere && !holds_one_of(c, h->at[i], c->n);
        named = named || holds_one_of(c, h->at[i], c->of->names);
    }
    if (named && !c->bound) return false;
    for (size_t i = 0; i < c->n * c->n && c->s->status == GN_OK; i++) {
        c->s->status = gn_formula_eval(c->ctx, h->at[i], c->bound, c->bound ? c->of->names : 0, &value[i]);
        if (!isfinite(value[i])) return false;
    }
    return c->s->status == GN_OK;
}

/* A 2 by 2 Hessian's eigenvalues that are whole numbers or fractions are these, without the rounding of the solver. */
static void settle_eigenvalues(gn_calc *c, const gn_matrix *h, double *lambda)
{
    for (int i = 0; i < 2 && c->n == 2; i++) {
        const gn_formula *exact = root_of_two(c, h, i ? 1 : -1);
        if (exact) gn_calc_rational(c, exact, &lambda[i]);
    }
}

static void put_eigenvalues(gn_calc *c, const gn_matrix *h, const double *lambda, const double *vector, size_t which)
{
    for (size_t i = 0; i < c->n && c->n > 1; i++) {
        const char *end = c->m > 1 ? gn_calc_printf(c, "_%zu", which + 1) : "";
        const char *name = gn_calc_fresh(c, gn_calc_printf(c, "lambda%s_%zu", end, i + 1));
        gn_symbol *y = gn_sheet_symbol(c->s, name, 1, 1, &lambda[i], GN_F64);
        const gn_formula *exact = c->n == 2 ? root_of_two(c, h, i ? 1 : -1) : NULL;
        if (y && exact) y->exact = gn_calc_exact(c, exact);
        bool plain = exact && (exact->op == GN_F_NUMBER || exact->op == GN_F_NEG);
        if (y && exact && !c->bound && !plain) y->exact = gn_calc_text(c, exact);
        gn_clear_error(c->ctx);
        gn_line *line = gn_sheet_given(c->s, 0, "eigenvalue", y);
        gn_text t;
        gn_text_init(&t, c->ctx);
        for (size_t j = 0; j < c->n && c->n <= 4; j++)
            gn_text_printf(&t, "%s%s", j ? ", " : "along [", NUM(vector[i * c->n + j]));
        if (line && t.length) line->rule = gn_calc_printf(c, "%s]", t.at);
        gn_text_free(&t);
    }
}

static void say_rate(gn_calc *c, double low, double high)
{
    if (c->n == 1)
        gn_sheet_text(c->s, 0, "gradient descent on this curvature: rate below 2/%s = %s; one step with 1/%s = %s.",
                      NUM(high), NUM(2 / high), NUM(high), NUM(1 / high));
    else
        gn_sheet_text(c->s, 0,
                      "gradient descent on this curvature: rate below 2/%s = %s; best fixed rate 2/(%s + %s) = %s.",
                      NUM(high), NUM(2 / high), NUM(low), NUM(high), NUM(2 / (low + high)));
}

static void say_verdict(gn_calc *c, const double *lambda, bool everywhere, size_t which)
{
    const char *bend = gn_bend_name(lambda, c->n), *f = c->f_shown[which];
    const char *article = !strcmp(bend, "saddle") ? "a " : "", *what = c->n > 1 ? "Hessian" : "second derivative";
    double low = lambda[0], high = lambda[c->n - 1];
    if (!strcmp(bend, "flat")) bend = c->n > 1 ? "without curvature" : "straight";
    if (everywhere && gn_formula_has_pieces(c->arena, c->of->f.at[which]))
        gn_sheet_text(c->s, 0, "away from where its pieces meet the %s is the same everywhere, and %s is %s%s there.",
                      what, f, article, bend);
    else if (everywhere)
        gn_sheet_text(c->s, 0, "the %s is the same at every point: %s is %s%s everywhere.", what, f, article, bend);
    else
        gn_sheet_text(c->s, 0, "at this point %s is %s%s (a local statement: the %s changes with the point).", f,
                      article, bend, what);
    if (!strcmp(bend, "saddle"))
        gn_sheet_text(c->s, 0, "it curves down along one direction (%s) and up along another (%s).", NUM(low),
                      NUM(high));
    if (low > zero_band(lambda, c->n)) say_rate(c, low, high);
}

static void say_no_numbers(gn_calc *c, bool everywhere)
{
    if (!c->bound && everywhere)
        gn_sheet_text(c->s, 0, "%s the same at every point, but made of what is held constant; --at gives numbers.",
                      c->n > 1 ? "the eigenvalues are" : "the second derivative is");
    else if (!c->bound)
        gn_sheet_text(c->s, 0, "%s with the point; --at gives %s at one.",
                      c->n > 1 ? "the eigenvalues change" : "the second derivative changes", c->n > 1 ? "them" : "it");
    else gn_sheet_text(c->s, 0, "the Hessian is not finite here, so it has no eigenvalues.");
}

/* everywhere: as h says it, or false where h is what holds at a point alone. */
static void put_verdict(gn_calc *c, const gn_matrix *h, size_t which, bool local)
{
    bool everywhere;
    double *value = gn_arena_alloc(c->arena, c->n * c->n, sizeof *value);
    double *vector = gn_arena_alloc(c->arena, c->n * c->n, sizeof *vector);
    double *lambda = gn_arena_alloc(c->arena, c->n, sizeof *lambda);
    if (!value || !vector || !lambda) c->s->status = GN_NO_MEMORY;
    if (c->s->status != GN_OK) return;
    if (!numbers_of(c, h, value, &everywhere)) {
        say_no_numbers(c, everywhere);
        return;
    }
    c->s->status = gn_eigen_symmetric(c->ctx, c->n, value, lambda, vector);
    settle_eigenvalues(c, h, lambda);
    put_eigenvalues(c, h, lambda, vector, which);
    say_verdict(c, lambda, everywhere && !local, which);
}

/* ---- at a kink of a piece ---------------------------------------------------------------------------------------- */

static const char *sides_of(const gn_calc *c) { return c->n > 1 ? "all sides" : "both sides"; }

static bool is_written(const gn_calc *c, const gn_whole *w) { return c->n == 1 || w->mixed; }

/* What the sides give, as a matrix of numbers and under a name of its own. */
static void put_true_bend(gn_calc *c, const gn_whole *w, size_t which)
{
    size_t cells = c->n * c->n;
    gn_matrix truth = {c->n, c->n, gn_arena_alloc(c->arena, cells, sizeof *truth.at)};
    if (!truth.at) c->s->status = GN_NO_MEMORY;
    for (size_t k = 0; truth.at && k < cells; k++)
        if (!(truth.at[k] = gn_formula_number(c->arena, w->hessian[k]))) c->s->status = GN_NO_MEMORY;
    if (c->s->status != GN_OK) return;
    const char *end = c->m > 1 ? gn_calc_printf(c, "_%zu", which + 1) : "";
    const char *name = gn_calc_fresh(c, gn_calc_printf(c, "curvature%s", end));
    gn_symbol *y = gn_sheet_symbol(c->s, name, c->n, c->n, w->hessian, GN_F64);
    gn_sheet_given(c->s, 0, gn_calc_printf(c, "from %s", sides_of(c)), y);
    if (c->m == 1) c->true_bend = name;
    put_verdict(c, &truth, which, true);
}

static void say_bend(gn_calc *c, const gn_whole *w, size_t which)
{
    const char *what = c->n > 1 ? "Hessian" : "second derivative", *f = c->f_shown[which];
    if (w->bend == GN_SIDED_CONVENTION)
        gn_sheet_text(c->s, 0, "the %s that the formula gives here is a convention where its pieces meet%s.", what,
                      is_written(c, w) ? gn_calc_printf(c, "; that of %s from %s is what follows", f, sides_of(c))
                                       : ": nothing follows from it");
    else if (w->bend == GN_SIDED_KINK && c->n == 1)
        gn_sheet_text(c->s, 0, "the second derivative of %s is %s from the left and %s from the right: here it has "
                               "none, and %s, which the formula gives, is a convention.",
                      f, NUM(w->bent[0]), NUM(w->bent[1]), NUM(gn_calc_value(c, c->hessian[which].at[0])));
    else if (w->bend == GN_SIDED_KINK)
        gn_sheet_text(c->s, 0, "the second derivatives of %s differ from side to side: here it has no Hessian, and the "
                               "formula's is a convention.", f);
    else gn_sheet_text(c->s, 0, "whether %s has a %s here is not decided.", f, what);
}

/* Where the slope itself is none. */
static void say_no_bend(gn_calc *c, const gn_whole *w, size_t which)
{
    const char *f = c->f_shown[which], *what = c->n > 1 ? "Hessian" : "second derivative";
    const char *has = w->slope == GN_SIDED_UNKNOWN ? gn_calc_printf(c, "pieces of %s meet", f)
                      : w->slope == GN_SIDED_JUMP  ? gn_calc_printf(c, "%s jumps", f)
                                                   : gn_calc_printf(c, "%s has a kink", f);
    gn_sheet_text(c->s, 0, "%s here, so that nothing is said of how it bends: the formula's %s holds beside the point "
                           "only.", has, what);
}

/* A verdict on the shape never rests on a convention. */
static void judge(gn_calc *c, size_t which)
{
    const gn_whole *w = c->whole ? &c->whole[which] : NULL;
    const gn_matrix *h = &c->hessian[which];
    bool varies = false;
    for (size_t k = 0; k < c->n * c->n; k++) varies = varies || holds_one_of(c, h->at[k], c->n);
    if (!w || (!w->edge && w->slope != GN_SIDED_UNKNOWN) || (w->slope > GN_SIDED_CONVENTION && !varies))
        put_verdict(c, h, which, false);
    else if (w->slope > GN_SIDED_CONVENTION) say_no_bend(c, w, which);
    else if (w->bend == GN_SIDED_SMOOTH) put_verdict(c, h, which, false);
    else {
        say_bend(c, w, which);
        if (w->bend == GN_SIDED_CONVENTION && is_written(c, w)) put_true_bend(c, w, which);
    }
}

void gn_calc_hessian(gn_calc *c)
{
    gn_sheet_section(c->s, 0, c->n == 1 ? "the second derivative" : "the Hessian");
    if (c->n > HESSIAN_MOST) gn_sheet_text(c->s, 0, "it is written out for at most %d variables.", HESSIAN_MOST);
    if (c->n > HESSIAN_MOST) return;
    for (size_t i = 0; i < c->m && c->s->status == GN_OK; i++) {
        const char *end = c->m > 1 ? gn_calc_printf(c, "_%zu", i + 1) : "";
        const char *shown = c->n > 1 ? gn_calc_printf(c, "H%s", end)
                                     : gn_calc_printf(c, "d2%s/d%s2", c->f_shown[i], c->of->name[0]);
        const char *x = c->of->name[0];
        const char *latex = c->n > 1 ? NULL : gn_calc_printf(c, "\\frac{d^2 %s}{d %s^2}", c->f_shown[i], x);
        gn_calc_line l = {.name = gn_calc_fresh(c, gn_calc_printf(c, "H%s", end)), .shown = shown, .latex = latex};
        gn_calc_array(c, l, &c->hessian[i]);
        judge(c, i);
    }
}
