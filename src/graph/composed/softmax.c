/* softmax.c -- probabilities from scores, row by row, and the gradient of that. */
#include "../graph_internal.h"

static size_t columns(gn_graph *g, gn_node n) { return gn_node_get(g, n).shape.dim[1]; }

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "softmax", in[0], out);
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    size_t n = columns(g, in[0]);
    gn_node most = gn_composed(g, GN_M_row_max, in, 1, NULL, 0);
    gn_node e = gn_pw1(g, GN_P_exp, gn_pw2(g, GN_P_sub, in[0], gn_spread_col(g, most, n)));
    return gn_pw2(g, GN_P_div, e, gn_spread_col(g, gn_contract(g, GN_C_sum_cols, e, 0), n));
}

static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)in, (void)attr, (void)k;
    return gn_composed(g, GN_M_softmax_vjp, (gn_node[]){ self, gradient }, 2, NULL, 0);
}

static void run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->softmax(s[0].dim[0], s[0].dim[1], in[0], out);
}

static double flops(const gn_shape *s) { return 5 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_softmax = {
    .name = "softmax", .inputs = 1,
    .formula = "y_ij = exp(x_ij) / sum_k exp(x_ik)", .latex = "y_{ij} = \\frac{e^{x_{ij}}}{\\sum_k e^{x_{ik}}}",
    .shape = shape, .spell = spell, .vjp = vjp, .run = run, .flops = flops,
};

/* ---- y*(g - sum(g*y)), from the value y and the gradient g ------------------------------------------------------ */

static bool vjp_shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "softmax_vjp", in[0], out) && gn_need_same_shape(g, "softmax_vjp", in[0], in[1]);
}

static gn_node vjp_spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    gn_node along = gn_spread_col(g, gn_contract(g, GN_C_rowdot, in[1], in[0]), columns(g, in[0]));
    return gn_pw2(g, GN_P_mul, in[0], gn_pw2(g, GN_P_sub, in[1], along));
}

static void vjp_run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->softmax_vjp(s[0].dim[0], s[0].dim[1], in[0], in[1], out);
}

static double vjp_flops(const gn_shape *s) { return 4 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_softmax_vjp = {
    .name = "softmax_vjp", .inputs = 2, .formula = "y_ij*(g_ij - sum_k g_ik*y_ik)",
    .latex = "y_{ij} \\left(g_{ij} - \\sum_k g_{ik} y_{ik}\\right)",
    .shape = vjp_shape, .spell = vjp_spell, .run = vjp_run, .flops = vjp_flops,
};
