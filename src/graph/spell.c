/* spell.c -- the plain meaning of a node: a slope from the text of its row, a composed operation from its spelling.
 *
 * Invariant: the text of the row in defs/pointwise.def is the only definition of a slope; here it becomes nodes. */
#include "graph_internal.h"

#include <string.h>

/* Operands are named x, y, z; the result by the letter that follows them: y, z or u. */
static size_t name_operands(gn_graph *g, const gn_pointwise_row *row, const gn_node_info *info, gn_named_node *out)
{
    static const char *const operand[3] = { "x", "y", "z" }, *const result[3] = { "y", "z", "u" };
    size_t n = 0;
    for (int i = 0; i < row->arity; i++)
        if (info->in[i]) out[n++] = (gn_named_node){ operand[i], info->in[i] };
    if (info->in[3]) out[n++] = (gn_named_node){ result[row->arity - 1], info->in[3] };
    for (int i = 0; i < row->parameters; i++)
        out[n++] = (gn_named_node){ row->parameter_name[i], gn_constant(g, info->attr[i]) };
    return n;
}

static gn_node spell_slope(gn_graph *g, gn_node n)
{
    gn_node_info info = gn_node_get(g, n);
    const gn_pointwise_row *row = &gn_pointwise_table()[info.op];
    const char *text = row->slope[(int)info.attr[3]];
    gn_named_node names[4 + GN_PW_PARAMS];
    size_t count = name_operands(g, row, &info, names);
    gn_node slope = gn_graph_formula_text(g, text, strlen(text), names, count);
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
