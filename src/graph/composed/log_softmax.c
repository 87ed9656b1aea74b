/* log_softmax.c -- logarithms of the probabilities, row by row, and the gradient of that. */
#include "../graph_internal.h"

static size_t columns(gn_graph *g, gn_node n) { return gn_node_get(g, n).shape.dim[1]; }

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "log_softmax", in[0], out);
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    size_t n = columns(g, in[0]);
    gn_node most = gn_composed(g, GN_M_row_max, in, 1, NULL, 0);
    gn_node d = gn_pw2(g, GN_P_sub, in[0], gn_spread_col(g, most, n));
    gn_node total = gn_contract(g, GN_C_sum_cols, gn_pw1(g, GN_P_exp, d), 0);
    return gn_pw2(g, GN_P_sub, d, gn_spread_col(g, gn_pw1(g, GN_P_log, total), n));
}

static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)in, (void)attr, (void)k;
    return gn_composed(g, GN_M_log_softmax_vjp, (gn_node[]){ self, gradient }, 2, NULL, 0);
}

static void run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->log_softmax(s[0].dim[0], s[0].dim[1], in[0], out);
}

static double flops(const gn_shape *s) { return 5 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_log_softmax = {
    .name = "log_softmax", .inputs = 1,
    .formula = "y_ij = x_ij - log(sum_k exp(x_ik))", .latex = "y_{ij} = x_{ij} - \\log \\sum_k e^{x_{ik}}",
    .shape = shape, .spell = spell, .vjp = vjp, .run = run, .flops = flops,
};

/* ---- g - exp(y)*sum(g), from the value y and the gradient g ----------------------------------------------------- */

static bool vjp_shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "log_softmax_vjp", in[0], out) &&
           gn_need_same_shape(g, "log_softmax_vjp", in[0], in[1]);
}

static gn_node vjp_spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    gn_node total = gn_spread_col(g, gn_contract(g, GN_C_sum_cols, in[1], 0), columns(g, in[0]));
    return gn_pw2(g, GN_P_sub, in[1], gn_pw2(g, GN_P_mul, gn_pw1(g, GN_P_exp, in[0]), total));
}

static void vjp_run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->log_softmax_vjp(s[0].dim[0], s[0].dim[1], in[0], in[1], out);
}

static double vjp_flops(const gn_shape *s) { return 4 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_log_softmax_vjp = {
    .name = "log_softmax_vjp", .inputs = 2, .formula = "g_ij - exp(y_ij)*sum_k g_ik",
    .latex = "g_{ij} - e^{y_{ij}} \\sum_k g_{ik}",
    .shape = vjp_shape, .spell = vjp_spell, .run = vjp_run, .flops = vjp_flops,
};
