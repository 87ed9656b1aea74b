/* residual.c -- a block's input added to its output. */
#include "../graph_internal.h"

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    if (!gn_need_same_shape(g, "residual", in[0], in[1])) return false;
    *out = g->node[in[0]].shape;
    return true;
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    return gn_pw2(g, GN_P_add, in[0], in[1]);
}

static double flops(const gn_shape *s) { return (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_residual = {
    .name = "residual", .inputs = 2, .formula = "y = f(x) + x", .latex = "y = f(x) + x",
    .shape = shape, .spell = spell, .flops = flops,
};
