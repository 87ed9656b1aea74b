/* from_formula.c -- a formula as nodes: the text of a table's row, or of a user, becomes the graph that computes it.
 *
 * Invariant: nothing is decided here about what a function means; a call becomes the pointwise row of its name. */
#include "graph_internal.h"
#include "../formula/row.h"

#include <string.h>

typedef struct gn_maker {
    gn_graph *g;
    const gn_named_node *name;
    size_t names;
} gn_maker;

static gn_node refuse(gn_maker *m, const char *what)
{
    return gn_graph_fail(m->g, GN_E_GRAPH_OP, "a formula uses \"%s\", which no operation of the tables computes", what);
}

static gn_node name_node(gn_maker *m, const gn_formula *f)
{
    for (size_t i = 0; i < m->names; i++)
        if (!strcmp(f->name, m->name[i].name)) return m->name[i].node;
    double value;
    if (gn_formula_eval(m->g->ctx, f, NULL, 0, &value) == GN_OK) return gn_constant(m->g, value); /* pi, e, inf, nan */
    gn_clear_error(m->g->ctx);
    return refuse(m, f->name);
}

static gn_node select_node(gn_graph *g, gn_node condition, gn_node yes, gn_node no)
{
    return gn_pw(g, GN_P_select, condition, yes, no, NULL);
}

/* A comparison is 1 or 0, and select takes what is above 0. */
static gn_node choose(gn_maker *m, gn_formula_op op, gn_node a, gn_node b, gn_node yes, gn_node no)
{
    gn_graph *g = m->g;
    switch (op) {
    case GN_F_LT: return select_node(g, gn_pw2(g, GN_P_greater, b, a), yes, no);
    case GN_F_GT: return select_node(g, gn_pw2(g, GN_P_greater, a, b), yes, no);
    case GN_F_LE: return select_node(g, gn_pw2(g, GN_P_greater, a, b), no, yes);
    case GN_F_GE: return select_node(g, gn_pw2(g, GN_P_greater, b, a), no, yes);
    case GN_F_EQ: return select_node(g, gn_pw2(g, GN_P_equal, a, b), yes, no);
    case GN_F_NE: return select_node(g, gn_pw2(g, GN_P_equal, a, b), no, yes);
    default: return refuse(m, "where without a comparison");
    }
}

static gn_node to_node(gn_maker *m, const gn_formula *f);

static gn_node where_node(gn_maker *m, const gn_formula *f)
{
    gn_node arg[4];
    const gn_formula *test = f->arg[0];
    if (test->arguments != 2) return refuse(m, "where without a comparison");
    for (int i = 0; i < 2; i++)
        if (!(arg[i] = to_node(m, test->arg[i])) || !(arg[i + 2] = to_node(m, f->arg[i + 1]))) return 0;
    return choose(m, test->op, arg[0], arg[1], arg[2], arg[3]);
}

static double constant_of(const gn_formula *f, bool *is)
{
    bool negative = f->op == GN_F_NEG;
    const gn_formula *n = negative ? f->arg[0] : f;
    *is = n->op == GN_F_NUMBER;
    return negative ? -n->number : n->number;
}

/* A function that only expressions have, such as sign: by the text of its value. */
static gn_node spelled_call(gn_maker *m, const gn_formula *f)
{
    const gn_row *row = gn_row_find(f->name, strlen(f->name));
    gn_named_node name[3];
    if (!row || row->inputs != f->arguments || gn_row_is_primitive(row)) return refuse(m, f->name);
    for (int i = 0; i < row->inputs; i++) {
        name[i] = (gn_named_node){ gn_row_input(i), to_node(m, f->arg[i]) };
        if (!name[i].node) return 0;
    }
    return gn_graph_formula_text(m->g, row->value, strlen(row->value), name, (size_t)row->inputs);
}

/* Arguments past the row's inputs are its parameters, which must be numbers. */
static gn_node call(gn_maker *m, const gn_formula *f)
{
    if (!strcmp(f->name, "where")) return where_node(m, f);
    if (!strcmp(f->name, "K")) return to_node(m, f->arg[0]);
    gn_pointwise op = gn_pointwise_find(f->name);
    if (op == GN_P_COUNT) return spelled_call(m, f);
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    gn_node arg[3] = { 0 };
    double par[GN_PW_PARAMS];
    for (int i = 0; i < row->parameters; i++) par[i] = row->parameter_default[i];
    for (int i = 0; i < f->arguments; i++) {
        bool is = true;
        if (i >= row->arity) par[i - row->arity] = constant_of(f->arg[i], &is);
        else if (!(arg[i] = to_node(m, f->arg[i]))) return 0;
        if (!is) return refuse(m, "a parameter that is not a number");
    }
    return gn_pw(m->g, op, arg[0], arg[1], arg[2], row->parameters ? par : NULL);
}

/* -3 is a number, not an operation. */
static gn_node negative(gn_maker *m, const gn_formula *of)
{
    return of->op == GN_F_NUMBER ? gn_constant(m->g, -of->number) : gn_pw1(m->g, GN_P_neg, to_node(m, of));
}

static gn_node binary(gn_maker *m, const gn_formula *f, gn_pointwise op)
{
    gn_node a = to_node(m, f->arg[0]);
    return a ? gn_pw2(m->g, op, a, to_node(m, f->arg[1])) : 0;
}

/* Recursion is bounded by the parser's limit on depth; a comparison stands in where(...) alone. */
static gn_node to_node(gn_maker *m, const gn_formula *f)
{
    switch (f->op) {
    case GN_F_NUMBER: return gn_constant(m->g, f->number);
    case GN_F_NAME: return name_node(m, f);
    case GN_F_NEG: return negative(m, f->arg[0]);
    case GN_F_ADD: return binary(m, f, GN_P_add);
    case GN_F_SUB: return binary(m, f, GN_P_sub);
    case GN_F_MUL: return binary(m, f, GN_P_mul);
    case GN_F_DIV: return binary(m, f, GN_P_div);
    case GN_F_POW: return binary(m, f, GN_P_pow);
    case GN_F_CALL: return call(m, f);
    default: return refuse(m, "a comparison outside where");
    }
}

gn_node gn_graph_formula(gn_graph *g, const gn_formula *f, const gn_named_node *names, size_t count)
{
    gn_maker m = { g, names, count };
    return to_node(&m, f);
}

gn_node gn_graph_formula_text(gn_graph *g, const char *text, size_t length, const gn_named_node *names, size_t count)
{
    const gn_formula *f;
    gn_arena arena;
    gn_arena_init(&arena, g->ctx);
    gn_status status = gn_formula_parse(&arena, text, length, &f);
    if (status != GN_OK && g->status == GN_OK) g->status = status;
    gn_node out = status == GN_OK ? gn_graph_formula(g, f, names, count) : 0;
    gn_arena_free(&arena);
    return out;
}
