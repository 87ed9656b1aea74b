/* spell.c -- the plain meaning of a node: a slope from the text of its row, a composed operation from its spelling.
 *
 * Invariant: the text of the row in defs/pointwise.def is the only definition of a slope; here it becomes nodes. */
#include "graph_internal.h"

#include <string.h>

typedef struct gn_speller {     /* what the names in a slope's text stand for */
    gn_graph *g;
    const gn_pointwise_row *row;
    const gn_node_info *info;
} gn_speller;

static gn_node unknown(gn_speller *s, const char *what)
{
    return gn_graph_fail(s->g, GN_E_GRAPH_OP, "the slope of %s uses \"%s\", which is no operation of the tables",
                         s->row->name, what);
}

/* The result is named by the letter that follows the operands: y, z or u. */
static gn_node name_node(gn_speller *s, const char *name)
{
    static const char *const operand[3] = { "x", "y", "z" }, *const result[3] = { "y", "z", "u" };
    int arity = s->row->arity, place = -1;
    for (int i = 0; i < arity; i++)
        if (!strcmp(name, operand[i])) place = i;
    if (!strcmp(name, result[arity - 1])) place = 3;
    if (place >= 0) return s->info->in[place] ? s->info->in[place] : unknown(s, name);
    for (int i = 0; i < s->row->parameters; i++)
        if (!strcmp(name, s->row->parameter_name[i])) return gn_constant(s->g, s->info->attr[i]);
    return unknown(s, name);
}

static gn_node select_node(gn_graph *g, gn_node condition, gn_node yes, gn_node no)
{
    return gn_pw(g, GN_P_select, condition, yes, no, NULL);
}

/* where(a < b, yes, no): a comparison is 1 or 0, and select takes what is above 0. */
static gn_node choose(gn_speller *s, gn_formula_op op, gn_node a, gn_node b, gn_node yes, gn_node no)
{
    gn_graph *g = s->g;
    switch (op) {
    case GN_F_LT: return select_node(g, gn_pw2(g, GN_P_greater, b, a), yes, no);
    case GN_F_GT: return select_node(g, gn_pw2(g, GN_P_greater, a, b), yes, no);
    case GN_F_LE: return select_node(g, gn_pw2(g, GN_P_greater, a, b), no, yes);
    case GN_F_GE: return select_node(g, gn_pw2(g, GN_P_greater, b, a), no, yes);
    case GN_F_EQ: return select_node(g, gn_pw2(g, GN_P_equal, a, b), yes, no);
    case GN_F_NE: return select_node(g, gn_pw2(g, GN_P_equal, a, b), no, yes);
    default: return unknown(s, "where without a comparison");
    }
}

static gn_node to_node(gn_speller *s, const gn_formula *f);

static gn_node call(gn_speller *s, const gn_formula *f)
{
    gn_node arg[4] = { 0 };
    if (!strcmp(f->name, "where")) {
        for (int i = 0; i < 2; i++)
            if (!(arg[i] = to_node(s, f->arg[0]->arg[i])) || !(arg[i + 2] = to_node(s, f->arg[i + 1]))) return 0;
        return choose(s, f->arg[0]->op, arg[0], arg[1], arg[2], arg[3]);
    }
    for (int i = 0; i < f->arguments; i++)
        if (!(arg[i] = to_node(s, f->arg[i]))) return 0;
    if (!strcmp(f->name, "K")) return arg[0];
    gn_pointwise op = gn_pointwise_find(f->name);
    return op == GN_P_COUNT ? unknown(s, f->name) : gn_pw(s->g, op, arg[0], arg[1], arg[2], NULL);
}

/* -3 is a number, not an operation. */
static gn_node negative(gn_speller *s, const gn_formula *of)
{
    return of->op == GN_F_NUMBER ? gn_constant(s->g, -of->number) : gn_pw1(s->g, GN_P_neg, to_node(s, of));
}

static gn_node binary(gn_speller *s, const gn_formula *f, gn_pointwise op)
{
    gn_node a = to_node(s, f->arg[0]);
    return a ? gn_pw2(s->g, op, a, to_node(s, f->arg[1])) : 0;
}

/* Recursion is bounded by the parser's limit on depth; a comparison stands in where(...) alone. */
static gn_node to_node(gn_speller *s, const gn_formula *f)
{
    switch (f->op) {
    case GN_F_NUMBER: return gn_constant(s->g, f->number);
    case GN_F_NAME: return name_node(s, f->name);
    case GN_F_NEG: return negative(s, f->arg[0]);
    case GN_F_ADD: return binary(s, f, GN_P_add);
    case GN_F_SUB: return binary(s, f, GN_P_sub);
    case GN_F_MUL: return binary(s, f, GN_P_mul);
    case GN_F_DIV: return binary(s, f, GN_P_div);
    case GN_F_POW: return binary(s, f, GN_P_pow);
    case GN_F_CALL: return call(s, f);
    default: return unknown(s, "a comparison outside where");
    }
}

static gn_node spell_slope(gn_graph *g, gn_node n)
{
    gn_node_info info = gn_node_get(g, n);
    gn_speller s = { g, &gn_pointwise_table()[info.op], &info };
    const char *text = s.row->slope[(int)info.attr[3]];
    const gn_formula *f;
    gn_arena arena;
    gn_arena_init(&arena, g->ctx);
    gn_status status = gn_formula_parse(&arena, text, strlen(text), &f);
    if (status != GN_OK && g->status == GN_OK) g->status = status;
    gn_node slope = status == GN_OK ? to_node(&s, f) : 0;
    gn_arena_free(&arena);
    return slope ? gn_pw2(g, GN_P_mul, info.in[4], slope) : 0;
}

gn_node gn_spell(gn_graph *g, gn_node n)
{
    if (!gn_node_ok(g, n)) return gn_graph_poisoned(g);
    gn_node_info info = gn_node_get(g, n);
    if (info.kind == GN_SLOPE) return spell_slope(g, n);
    if (info.kind != GN_COMPOSED) return n;
    const gn_composed_row *row = gn_composed_table((gn_composed_op)info.op);
    return row->spell ? row->spell(g, info.in, info.attr) : n;
}
