/* sigmoid_xent.c -- sigmoid with binary cross-entropy: a loss for each element from scores z and targets t in 0..1. */
#include "../graph_internal.h"

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    if (!gn_need_same_shape(g, "sigmoid_xent", in[0], in[1])) return false;
    *out = g->node[in[0]].shape;
    return true;
}

/* -t log s(z) - (1-t) log(1 - s(z)) without a logarithm of something rounded to 0. */
static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    return gn_pw2(g, GN_P_sub, gn_pw1(g, GN_P_softplus, in[0]), gn_pw2(g, GN_P_mul, in[0], in[1]));
}

/* The difference is taken before the gradient is multiplied in, so that a good prediction loses no digits. */
static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)self, (void)attr;
    if (k == 1) return gn_pw1(g, GN_P_neg, gn_pw2(g, GN_P_mul, gradient, in[0]));
    return gn_pw2(g, GN_P_mul, gradient, gn_pw2(g, GN_P_sub, gn_pw1(g, GN_P_sigmoid, in[0]), in[1]));
}

static double flops(const gn_shape *s) { return 8 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_sigmoid_xent = {
    .name = "sigmoid_xent", .inputs = 2, .formula = "l = softplus(z) - z*t",
    .latex = "\\ell = \\log(1 + e^z) - z t",
    .shape = shape, .spell = spell, .vjp = vjp, .flops = flops,
};
