/* dropout.c -- elements times a mask (a GN_RANDOM_MASK node) that drops some and scales the rest. */
#include "../graph_internal.h"

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    if (!gn_need_same_shape(g, "dropout", in[0], in[1])) return false;
    *out = g->node[in[0]].shape;
    return true;
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    return gn_pw2(g, GN_P_mul, in[0], in[1]);
}

static double flops(const gn_shape *s) { return (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_dropout = {
    .name = "dropout", .inputs = 2, .formula = "y = x*mask", .latex = "y = x \\odot m",
    .shape = shape, .spell = spell, .flops = flops,
};
