/* batch_norm.c -- each column to mean 0 and variance 1 over the batch. The gradient is that of the spelling, and flows
 * through the batch's mean and variance. The gain and bias are the caller's. */
#include "../graph_internal.h"

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "batch_norm", in[0], out);
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    size_t m = gn_node_get(g, in[0]).shape.dim[0];
    double share = 1.0 / (double)m;
    gn_node mean = gn_times(g, gn_contract(g, GN_C_sum_rows, in[0], 0), share);
    gn_node centred = gn_pw2(g, GN_P_sub, in[0], gn_spread_row(g, mean, m));
    gn_node var = gn_times(g, gn_contract(g, GN_C_sum_rows, gn_pw1(g, GN_P_square, centred), 0), share);
    gn_node deviation = gn_pw1(g, GN_P_sqrt, gn_pw2(g, GN_P_add, var, gn_constant(g, attr[0])));
    return gn_contract(g, GN_C_scale_cols, centred, gn_pw1(g, GN_P_reciprocal, deviation));
}

static double flops(const gn_shape *s) { return 5 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_batch_norm = {
    .name = "batch_norm", .inputs = 1, .attributes = 1, .attribute_name = { "eps" }, .attribute_default = { 1e-5 },
    .formula = "y_ij = (x_ij - mean_j)/sqrt(var_j + eps)",
    .latex = "y_{ij} = \\frac{x_{ij} - \\mu_j}{\\sqrt{\\sigma_j^2 + \\epsilon}}",
    .shape = shape, .spell = spell, .flops = flops,
};
