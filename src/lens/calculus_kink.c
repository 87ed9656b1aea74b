/* calculus_kink.c -- places where a function of the tables has a kink or a jump exactly at the point.
 *
 * Invariant: a kink is found by the slope that the row states, just beside the point on either side; no list of kinked
 * functions stands here. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/row.h"
#include "../formula/tree.h"

enum { LISTED_MOST = 6, SAID_MOST = 8 };

/* A call of a row at numbers of its own, as formulas over x, y, z: value and slope by one input. */
typedef struct probe { gn_arena *arena; const gn_formula *value, *slope; gn_binding at[3]; } probe;

static gn_status probe_open(gn_arena *arena, const gn_formula *call, int input, const double *arg, probe *p)
{
    const gn_formula *place[3] = {0};
    p->arena = arena;
    for (int k = 0; k < 3; k++) {
        if (!(place[k] = gn_formula_name(arena, gn_row_input(k)))) return GN_NO_MEMORY;
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

/* Two units in the last place to either side; at 0 so far that the square of it vanishes beside 1. */
static double beside(double x, double sign)
{
    return x + sign * (x == 0 ? 1e-150 : fabs(x) * 0x1p-51);
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
    *out = (gn_kink){f, input, slope[0], slope[2], slope[1], row->slope[input], jump, false, false};
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

/* The formula with one comparison decided: 1 or 0 in its place. */
static gn_status decided(gn_arena *arena, const gn_formula *f, const gn_formula *comparison, double as,
                         const gn_formula **out)
{
    gn_maker m;
    gn_order o = {0};
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, 0, "formula"));
    m.status = gn_order_make(arena->ctx, f, &o);
    const gn_formula **made = m.status == GN_OK ? gn_alloc_array(arena->ctx, o.count, sizeof *made) : NULL;
    if (!made) m.status = GN_NO_MEMORY;
    for (size_t i = 0; made && i < o.count && m.status == GN_OK; i++) {
        const gn_formula *arg[3] = {0};
        for (int k = 0; k < o.node[i]->arguments; k++) arg[k] = made[o.child[i][k]];
        *out = made[i] = o.node[i] == comparison ? gn_tree_number(&m, as) : gn_tree_with(&m, o.node[i], arg);
    }
    gn_free(arena->ctx, made);
    gn_order_free(&o);
    gn_maker_free(&m);
    return m.status;
}

/* What the choice at its edge does to the whole: a jump of the value, a kink, or neither. */
static gn_status judge_choice(gn_arena *arena, const gn_formula *whole, const gn_binding *bound, size_t count,
                              gn_kink *k)
{
    const gn_formula *way[2], *slope;
    double value[2], by[2];
    for (int i = 0; i < 2; i++) {
        GN_TRY(decided(arena, whole, k->node, i, &way[i]));
        GN_TRY(gn_formula_eval(arena->ctx, way[i], bound, count, &value[i]));
    }
    k->jump = apart(value[0], value[1]);
    k->open = !isfinite(value[0]) || !isfinite(value[1]);
    k->smooth = !k->open && !k->jump;
    for (size_t j = 0; j < count && k->smooth; j++) {
        for (int i = 0; i < 2; i++) {
            GN_TRY(gn_formula_derive(arena, way[i], bound[j].name, &slope));
            GN_TRY(gn_formula_eval(arena->ctx, slope, bound, count, &by[i]));
        }
        k->open = !isfinite(by[0]) || !isfinite(by[1]);
        k->smooth = !k->open && !apart(by[0], by[1]);
    }
    return GN_OK;
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
    if (*found) *out = (gn_kink){f, 0, NAN, NAN, NAN, NULL, false, false, false};
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
        gn_kink *k = &(*out)[*kinks];
        s = kink_of_node(arena, o.node[i], bound, count, k, &found);
        if (s == GN_OK && found && !k->row) s = judge_choice(arena, f, bound, count, k);
        if (s == GN_OK && found) (*kinks)++;
    }
    gn_order_free(&o);
    return s;
}

bool gn_formula_has_pieces(gn_arena *arena, const gn_formula *f)
{
    gn_order o;
    bool found = false;
    if (gn_formula_expand(arena, f, &f) != GN_OK || gn_order_make(arena->ctx, f, &o) != GN_OK) {
        gn_clear_error(arena->ctx);
        return true;    /* not known: nothing is claimed of every point */
    }
    for (size_t i = 0; i < o.count; i++) {
        bool choice = o.node[i]->op == GN_F_CALL && !strcmp(o.node[i]->name, "where");
        found = found || choice || gn_tree_is_compare(o.node[i]->op);
    }
    gn_order_free(&o);
    return found;
}

/* The row's text as formulas are printed: 1 for K(1). */
static const char *row_text(gn_calc *c, const char *text)
{
    const gn_formula *f;
    if (gn_formula_parse(c->arena, text, strlen(text), &f) == GN_OK) return gn_calc_text(c, f);
    gn_clear_error(c->ctx);
    return text;
}

static void say_condition(gn_calc *c, const gn_kink *k, const gn_whole *w)
{
    bool jumps = k->jump && w->slope == GN_SIDED_JUMP;
    gn_sheet_text(c->s, 0, "the condition %s is at its edge here: the branch that it chooses is the one derived%s.",
                  gn_calc_text(c, k->node),
                  k->smooth ? "; the other has the same value and the same slope"
                  : jumps   ? "; the other has another value, so that f jumps"
                  : k->jump ? "; the other has another value"
                  : k->open ? "; not both have a finite value and slope"
                            : "; the other has another slope");
}

/* A piece by its own arguments: abs(x^2) has a kink as abs has one at x^2 = 0, whatever it does as x moves. */
static void say_kink(gn_calc *c, const gn_kink *k)
{
    const gn_formula *at = k->node->arg[k->input];
    const char *piece = gn_calc_text(c, k->node), *what = k->jump ? "jump" : "kink", *by = "";
    if (at->op != GN_F_NAME) {
        piece = gn_calc_printf(c, "%s, in %s,", k->node->name, piece);
        by = gn_calc_printf(c, " by its argument %s", gn_calc_text(c, at));
    } else if (k->node->arguments > 1) by = gn_calc_printf(c, " by its argument %d", k->input + 1);
    gn_sheet_text(c->s, 0,
                  "%s has a %s here: its slope%s is %s from the left and %s from the right; taken is %s, as its row "
                  "states (sub-gradient rule): %s.",
                  piece, what, by, NUM(k->left), NUM(k->right), NUM(k->taken), row_text(c, k->row));
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

double gn_calc_true_slope(gn_calc *c, size_t j)
{
    const gn_whole *w = c->whole;
    return w && w->edge && w->slope == GN_SIDED_CONVENTION ? w->right[j] : gn_calc_value(c, c->jacobian.at[j]);
}

/* -0 + 0 is 0. */
static const char *numbers_text(gn_calc *c, const double *v, size_t n)
{
    const char *text = "";
    if (n == 1) return gn_calc_printf(c, "%s", NUM(v[0] + 0));
    for (size_t j = 0; j < n && n <= LISTED_MOST; j++)
        text = gn_calc_printf(c, "%s%s%s", text, j ? ", " : "[", NUM(v[j] + 0));
    return n <= LISTED_MOST ? gn_calc_printf(c, "%s]", text) : "another";
}

static const char *stated_text(gn_calc *c, size_t i)
{
    double v[LISTED_MOST] = {0};
    for (size_t j = 0; j < c->n && j < LISTED_MOST; j++) v[j] = gn_calc_value(c, c->jacobian.at[i * c->n + j]);
    return numbers_text(c, v, c->n);
}

static void say_sides_by(gn_calc *c, size_t i, size_t j, const gn_whole *w)
{
    double stated = gn_calc_value(c, c->jacobian.at[i * c->n + j]) + 0;
    double low = fmin(w->left[j], w->right[j]), high = fmax(w->left[j], w->right[j]);
    const char *by = c->n > 1 ? gn_calc_printf(c, " by %s", c->of->name[j]) : "";
    bool between = stated >= low && stated <= high;
    if (low == high || isnan(low)) return;
    gn_sheet_text(c->s, 0, "%s itself has a kink here: its slope%s is %s from the left and %s from the right; %s, "
                           "which the formula gives, is %s.",
                  c->f_shown[i], by, NUM(w->left[j] + 0), NUM(w->right[j] + 0), NUM(stated),
                  between ? "between them" : "not even between them, and no slope of it");
}

/* Where the sides differ, variable by variable, or along a direction between them. */
static void say_sides(gn_calc *c, size_t i, const gn_whole *w)
{
    for (size_t j = 0; j < c->n && j < SAID_MOST; j++) say_sides_by(c, i, j, w);
    if (w->slant)
        gn_sheet_text(c->s, 0, "%s itself has a kink here: by each variable both sides have one slope, but along %s "
                               "the slope is %s before the point and %s behind it.",
                      c->f_shown[i], numbers_text(c, w->slant, c->n), NUM(w->before), NUM(w->behind));
}

static void say_agreement(gn_calc *c, size_t i, const gn_whole *w)
{
    const char *f = c->f_shown[i], *what = c->n > 1 ? "gradient" : "slope";
    const char *sides = c->n > 1 ? "from all sides tried" : "from both sides";
    const char *truth = numbers_text(c, w->right, c->n), *stated = stated_text(c, i);
    const char *says = gn_calc_printf(c, "a piece has a kink that the whole has not: %s the %s of %s is %s", sides,
                                      what, f, truth);
    if (w->slope == GN_SIDED_SMOOTH) gn_sheet_text(c->s, 0, "%s, as the formula gives it.", says);
    else
        gn_sheet_text(c->s, 0, "%s. the formula gives %s by the convention at the kinks of its pieces: that is what "
                               "the engine would use, and no %s of %s.", says, stated, what, f);
}

/* The function is one piece of a table by plain names: what was said of the piece is said of it. */
static bool said_already(const gn_formula *f, const gn_kink *kink, size_t count)
{
    bool same = count == 1 && kink->row && gn_formula_equal(f, kink->node);
    for (int k = 0; same && k < f->arguments; k++) same = f->arg[k]->op == GN_F_NAME || f->arg[k]->op == GN_F_NUMBER;
    return same;
}

static void say_whole(gn_calc *c, size_t i, const gn_kink *kink, size_t count)
{
    const gn_whole *w = &c->whole[i];
    bool smooth = true;
    for (size_t k = 0; k < count; k++) smooth = smooth && kink[k].smooth;
    bool finite = isfinite(gn_calc_value(c, c->of->f.at[i]));
    if (finite && w->slope == GN_SIDED_UNKNOWN && (w->edge || !smooth))
        gn_sheet_text(c->s, 0, "whether %s itself has a kink or a jump here is not decided: nothing is said of its "
                               "tangent.", c->f_shown[i]);
    if (!w->edge) return;
    if (w->slope == GN_SIDED_JUMP && !count)
        gn_sheet_text(c->s, 0, "%s jumps here, where a choice is at its edge.", c->f_shown[i]);
    if (w->slope == GN_SIDED_KINK && !said_already(c->of->f.at[i], kink, count)) say_sides(c, i, w);
    if (w->slope == GN_SIDED_CONVENTION || (w->slope == GN_SIDED_SMOOTH && !smooth)) say_agreement(c, i, w);
}

void gn_calc_say_kinks(gn_calc *c, size_t i, const gn_kink *kink, size_t count)
{
    gn_whole *w = &c->whole[i];
    for (size_t k = 0; k < count && !w->edge; k++)  /* so near to a kink that no side can be told */
        if (!kink[k].smooth && depends(kink[k].node, c->bound, c->n)) w->slope = GN_SIDED_UNKNOWN;
    for (size_t k = 0; k < count; k++) {
        if (kink[k].row) say_kink(c, &kink[k]);
        else say_condition(c, &kink[k], w);
    }
    say_whole(c, i, kink, count);
}
