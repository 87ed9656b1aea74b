/* objective_form.c -- what kind of function an objective is, proved from its graph: a polynomial of which degree in the
 * parameters, in one piece or in several.
 *
 * Invariant: nothing is sampled. A degree is read off the text of each operation's row, so that a claim that holds
 * everywhere rests on what is computed everywhere; where nothing can be proved, the answer is GN_DEGREE_MORE. */
#include <math.h>
#include <string.h>

#include "../formula/formula.h"
#include "calculus.h"
#include "objective_inner.h"

typedef gn_objective_form form;

static const form more = { GN_DEGREE_MORE, false }, constant = { 0, false };

static form both(form a, form b, int degree)
{
    return (form){ degree < GN_DEGREE_MORE ? degree : GN_DEGREE_MORE, a.pieces || b.pieces };
}

static form sum(form a, form b) { return both(a, b, a.degree > b.degree ? a.degree : b.degree); }

/* Of a constant condition no piece comes: it is decided the same way everywhere. */
static form choice(form condition, form yes, form no)
{
    form f = sum(yes, no);
    f.pieces |= condition.pieces || condition.degree > 0;
    return f;
}

static form power(form base, form exponent, double to)
{
    if (exponent.degree == 0 && !exponent.pieces && to >= 0 && to == floor(to) && base.degree * to < GN_DEGREE_MORE)
        return both(base, base, base.degree * (int)to);
    return base.degree == 0 && exponent.degree == 0 ? both(base, exponent, 0) : both(base, exponent, GN_DEGREE_MORE);
}

/* ---- a formula, from the forms of its names ---------------------------------------------------------------------- */
typedef struct inputs { const char *name[3]; form of[3]; int count; } inputs;

static form name_form(const gn_formula *f, const inputs *in)
{
    for (int i = 0; i < in->count; i++)
        if (strcmp(f->name, in->name[i]) == 0) return in->of[i];
    return constant;    /* a parameter of the row, pi, e */
}

static form formula_form(const gn_formula *f, const inputs *in);

static form call_form(const gn_formula *f, const form *arg)
{
    form all = constant;
    if (strcmp(f->name, "K") == 0) return constant;
    if (strcmp(f->name, "where") == 0) return choice(arg[0], arg[1], arg[2]);
    if (strcmp(f->name, "pow") == 0)
        return power(arg[0], arg[1], f->arg[1]->op == GN_F_NUMBER ? f->arg[1]->number : NAN);
    for (int i = 0; i < f->arguments; i++) all = sum(all, arg[i]);
    return all.degree == 0 ? all : both(all, all, GN_DEGREE_MORE);
}

/* Recursion is bounded by the height of a parsed text. */
static form formula_form(const gn_formula *f, const inputs *in)
{
    form arg[3] = { constant, constant, constant };
    for (int i = 0; i < f->arguments; i++) arg[i] = formula_form(f->arg[i], in);
    switch (f->op) {
    case GN_F_NUMBER: return constant;
    case GN_F_NAME: return name_form(f, in);
    case GN_F_NEG: return arg[0];
    case GN_F_ADD:
    case GN_F_SUB: return sum(arg[0], arg[1]);
    case GN_F_MUL: return both(arg[0], arg[1], arg[0].degree + arg[1].degree);
    case GN_F_DIV: return both(arg[0], arg[1], arg[1].degree ? GN_DEGREE_MORE : arg[0].degree);
    case GN_F_POW: return power(arg[0], arg[1], f->arg[1]->op == GN_F_NUMBER ? f->arg[1]->number : NAN);
    case GN_F_CALL: return call_form(f, arg);
    default: return sum(arg[0], arg[1]);    /* a comparison: what it depends on */
    }
}

/* ---- a graph ----------------------------------------------------------------------------------------------------- */
static gn_status row_form(gn_objective *o, gn_pointwise op, const form *in, form *out)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    inputs named = { .name = { "x", "y", "z" }, .count = row->arity };
    gn_arena arena;
    const gn_formula *f;
    memcpy(named.of, in, sizeof named.of);
    gn_arena_init(&arena, o->ctx);
    gn_status s = gn_formula_parse(&arena, row->value, strlen(row->value), &f);
    if (s == GN_OK) s = gn_formula_expand(&arena, f, &f);
    if (s == GN_OK) *out = formula_form(f, &named);
    gn_arena_free(&arena);
    return s;
}

static form composed_form(gn_composed_op op, int count, const form *in)
{
    form all = constant;
    for (int i = 0; i < count; i++) all = sum(all, in[i]);
    if (op == GN_M_residual || all.degree == 0) return all;
    if (op == GN_M_dropout) return both(in[0], in[1], in[0].degree + in[1].degree);
    return both(all, all, GN_DEGREE_MORE);
}

/* A leaf that holds what is not trained is no parameter, whatever its kind. */
static bool stays(const gn_objective *o, gn_node n)
{
    for (size_t i = 0; i < o->leaves; i++)
        if (o->leaf[i] == n) return true;
    return false;
}

static gn_status node_form(gn_objective *o, gn_node n, form *of)
{
    gn_node_info f = gn_node_get(o->graph, n);
    form in[5] = { constant, constant, constant, constant, constant };
    int degrees = 0;
    of[n] = constant;
    for (int i = 0; i < f.inputs; i++) {
        if (f.in[i]) in[i] = of[f.in[i]];
        degrees += in[i].degree;
    }
    if (f.kind == GN_PARAM && !stays(o, n)) of[n] = (form){ 1, false };
    if (f.kind == GN_CONTRACT) of[n] = both(in[0], in[1], degrees);
    if (f.kind == GN_COMPOSED) of[n] = composed_form((gn_composed_op)f.op, f.inputs, in);
    if (f.kind == GN_SLOPE) of[n] = degrees ? more : constant;
    if (f.kind != GN_POINTWISE) return GN_OK;
    gn_node_info second = f.inputs > 1 ? gn_node_get(o->graph, f.in[1]) : f;
    if (f.op == GN_P_pow && second.kind == GN_CONST) of[n] = power(in[0], in[1], second.attr[0]);
    else if (degrees || in[0].pieces || in[1].pieces || in[2].pieces)
        return row_form(o, (gn_pointwise)f.op, in, &of[n]);
    return GN_OK;
}

/* from: the node that is the variable, and not the parameters it is made of; 0: these. */
static gn_status graph_form(gn_objective *o, gn_node from, form *out)
{
    form *of = gn_calloc(o->ctx, (size_t)o->loss + 1, sizeof *of);
    gn_status s = of ? GN_OK : GN_NO_MEMORY;
    if (of && from) of[from] = (form){ 1, false };      /* what stands before it is constant: calloc has made it so */
    for (gn_node n = from + 1; s == GN_OK && n <= o->loss; n++) s = node_form(o, n, of);
    if (s == GN_OK) *out = of[o->loss];
    gn_free(o->ctx, of);
    return s;
}

/* ---- terms that cancel ------------------------------------------------------------------------------------------- */
enum { NAMES = 4, TERMS = 400 };

static gn_status derived(gn_arena *a, const gn_formula *f, const char *name, const gn_formula **out)
{
    GN_TRY(gn_formula_derive(a, f, name, out));
    return gn_formula_simplify(a, *out, out);
}

/* Every third derivative, simplified, is 0: (x - 1)^3 - x^3 is quadratic although it is made of cubes. */
static gn_status third_vanishes(const gn_objective *o, gn_arena *a, bool *yes)
{
    const gn_formula *f1, *f2, *f3;
    *yes = false;
    for (size_t i = 0; i < o->n; i++) {
        GN_TRY(derived(a, o->formula, o->tensor[i].name, &f1));
        for (size_t j = i; j < o->n; j++) {
            GN_TRY(derived(a, f1, o->tensor[j].name, &f2));
            for (size_t k = j; k < o->n; k++) {
                GN_TRY(derived(a, f2, o->tensor[k].name, &f3));
                if (f3->op != GN_F_NUMBER || f3->number != 0) return GN_OK;
            }
        }
    }
    *yes = true;
    return GN_OK;
}

static gn_status formula_is_quadratic(gn_objective *o, form *out)
{
    gn_arena a;
    bool yes = false;
    if (o->n > NAMES || o->formula->terms > TERMS) return GN_OK;
    gn_arena_init(&a, o->ctx);
    gn_status s = gn_formula_has_pieces(&a, o->formula) ? GN_OK : third_vanishes(o, &a, &yes);
    if (s == GN_OK && yes) out->degree = 2;
    gn_arena_free(&a);
    if (s == GN_OK || s == GN_NO_MEMORY) return s;
    gn_clear_error(o->ctx);     /* too long to derive: nothing is proved */
    return GN_OK;
}

gn_status gn_objective_form_of(gn_objective *o, gn_objective_form *out)
{
    GN_TRY(graph_form(o, 0, out));
    return out->degree == GN_DEGREE_MORE && !out->pieces && o->formula ? formula_is_quadratic(o, out) : GN_OK;
}

gn_status gn_objective_loss_form(gn_objective *o, gn_objective_form *out)
{
    return o->output ? graph_form(o, o->output, out) : gn_objective_form_of(o, out);
}

/* A point on a kink of an expression; of a network it is not asked. */
gn_status gn_objective_on_kink(gn_objective *o, const double *p, bool *yes)
{
    gn_arena a;
    gn_kink *kink;
    size_t kinks = 0;
    *yes = false;
    if (!o->formula) return GN_OK;
    gn_arena_init(&a, o->ctx);
    gn_binding *bound = gn_arena_alloc(&a, o->n + 1, sizeof *bound);
    gn_status s = bound ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < o->n; i++) bound[i] = (gn_binding){ o->tensor[i].name, p[i] };
    if (s == GN_OK) s = gn_formula_kinks(&a, o->formula, bound, o->n, &kink, &kinks);
    for (size_t i = 0; s == GN_OK && i < kinks; i++) *yes |= !kink[i].smooth;
    gn_arena_free(&a);
    return s;
}
