/* softmax_xent.c -- softmax with cross-entropy, a loss for each row, and its gradient.
 *
 * Shapes: scores z and targets t (m,n); the loss (m). The targets of a row need not sum to 1. */
#include "../graph_internal.h"

static size_t columns(gn_graph *g, gn_node n) { return gn_node_get(g, n).shape.dim[1]; }

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    if (!gn_need_matrix(g, "softmax_xent", in[0]) || !gn_need_same_shape(g, "softmax_xent", in[0], in[1])) return false;
    *out = gn_shape_make(1, g->node[in[0]].shape.dim[0]);
    return true;
}

/* With d = z - max: log(sum exp d)*sum t - sum t*d; the shift cancels. */
static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    (void)attr;
    gn_node most = gn_composed(g, GN_M_row_max, in, 1, NULL, 0);
    gn_node d = gn_pw2(g, GN_P_sub, in[0], gn_spread_col(g, most, columns(g, in[0])));
    gn_node log_total = gn_pw1(g, GN_P_log, gn_contract(g, GN_C_sum_cols, gn_pw1(g, GN_P_exp, d), 0));
    gn_node all = gn_pw2(g, GN_P_mul, log_total, gn_contract(g, GN_C_sum_cols, in[1], 0));
    return gn_pw2(g, GN_P_sub, all, gn_contract(g, GN_C_rowdot, in[1], d));
}

/* To the targets goes -log_softmax(z), each row times its gradient. */
static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)self, (void)attr;
    if (k == 0) return gn_composed(g, GN_M_softmax_xent_vjp, (gn_node[]){ in[0], in[1], gradient }, 3, NULL, 0);
    gn_node logs = gn_composed(g, GN_M_log_softmax, in, 1, NULL, 0);
    return gn_contract(g, GN_C_scale_rows, logs, gn_pw1(g, GN_P_neg, gradient));
}

static void run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->softmax_xent(s[0].dim[0], s[0].dim[1], in[0], in[1], out, NULL);
}

static double flops(const gn_shape *s) { return 7 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_softmax_xent = {
    .name = "softmax_xent", .inputs = 2,
    .formula = "l_i = log(sum_j exp(z_ij))*sum_j t_ij - sum_j t_ij*z_ij",
    .latex = "\\ell_i = -\\sum_j t_{ij} \\log \\frac{e^{z_{ij}}}{\\sum_k e^{z_{ik}}}",
    .shape = shape, .spell = spell, .vjp = vjp, .run = run, .flops = flops,
};

/* ---- g_i*(softmax(z)_ij*sum t_i - t_ij), from z, t and the gradient g (m) --------------------------------------- */

static bool vjp_shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    gn_shape s = g->node[in[2]].shape;
    if (!gn_shape_of_matrix(g, "softmax_xent_vjp", in[0], out)) return false;
    if (!gn_need_same_shape(g, "softmax_xent_vjp", in[0], in[1])) return false;
    if (s.rank == 1 && s.dim[0] == out->dim[0]) return true;
    gn_graph_fail(g, GN_E_GRAPH_SHAPE, "softmax_xent_vjp needs a gradient for each row of %s, but it is %s",
                  gn_shape_text(GN_SHOWN, *out), gn_shape_text(GN_SHOWN, s));
    return false;
}

static gn_node vjp_spell(gn_graph *g, const gn_node *in, const double *attr)
{
    size_t n = columns(g, in[0]);
    gn_node p = gn_composed_softmax.spell(g, in, attr);
    gn_node total = gn_spread_col(g, gn_contract(g, GN_C_sum_cols, in[1], 0), n);
    gn_node d = gn_pw2(g, GN_P_sub, gn_pw2(g, GN_P_mul, p, total), in[1]);
    return gn_contract(g, GN_C_scale_rows, d, in[2]);
}

static void vjp_run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    k->softmax_xent_vjp(s[0].dim[0], s[0].dim[1], in[0], in[1], in[2], out);
}

static double vjp_flops(const gn_shape *s) { return 8 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_softmax_xent_vjp = {
    .name = "softmax_xent_vjp", .inputs = 3, .formula = "g_i*(softmax(z)_ij*sum_k t_ik - t_ij)",
    .latex = "g_i \\left(\\mathrm{softmax}(z)_{ij} \\sum_k t_{ik} - t_{ij}\\right)",
    .shape = vjp_shape, .spell = vjp_spell, .run = vjp_run, .flops = vjp_flops,
};
