/* calculus_kink.c -- places where a function of the tables has a kink or a jump exactly at the point.
 *
 * Invariant: a kink is found by the slope that the row states, just beside the point on either side; no list of kinked
 * functions stands here. */
#include "calculus_internal.h"

#include <math.h>
#include <string.h>

#include "../formula/row.h"
#include "../formula/tree.h"


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
    *out = (gn_kink){f, input, slope[0], slope[2], slope[1], row->slope[input], jump, false};
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
    k->smooth = isfinite(value[0]) && isfinite(value[1]) && !k->jump;
    for (size_t j = 0; j < count && k->smooth; j++) {
        for (int i = 0; i < 2; i++) {
            GN_TRY(gn_formula_derive(arena, way[i], bound[j].name, &slope));
            GN_TRY(gn_formula_eval(arena->ctx, slope, bound, count, &by[i]));
        }
        k->smooth = isfinite(by[0]) && isfinite(by[1]) && !apart(by[0], by[1]);
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
    if (*found) *out = (gn_kink){f, 0, NAN, NAN, NAN, NULL, false, false};
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
    for (size_t i = 0; i < o.count; i++) found = found || gn_tree_is_compare(o.node[i]->op);
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

void gn_calc_say_kink(gn_calc *c, const gn_kink *k)
{
    const char *piece = gn_calc_text(c, k->node);
    c->kinked |= !k->jump && !k->smooth;
    c->jumps |= k->jump;
    if (!k->row) {
        gn_sheet_text(c->s, 0, "the condition %s is at its edge here: the branch that it chooses is the one derived%s.",
                      piece,
                      k->smooth ? "; the other has the same value and the same slope"
                      : k->jump ? "; the other has another value, so that f jumps" : "; the other has another slope");
        return;
    }
    const char *by = k->node->arguments > 1 ? gn_calc_printf(c, " by its argument %d", k->input + 1) : "";
    gn_sheet_text(c->s, 0,
                  "%s has a %s here: its slope%s is %s from the left and %s from the right; taken is %s, as its row "
                  "states (sub-gradient rule): %s.",
                  piece, k->jump ? "jump" : "kink", by, NUM(k->left), NUM(k->right), NUM(k->taken),
                  row_text(c, k->row));
}
