/* layer_norm.c -- each row to mean 0 and variance 1, and the gradient of that. The gain and bias are the caller's. */
#include "../graph_internal.h"

static size_t columns(gn_graph *g, gn_node n) { return gn_node_get(g, n).shape.dim[1]; }

static gn_node mean_of(gn_graph *g, gn_node x)
{
    return gn_times(g, gn_contract(g, GN_C_sum_cols, x, 0), 1.0 / (double)columns(g, x));
}

/* What both directions stand on: x less its mean, and 1/sqrt(var + eps) for each row. */
static void normalise(gn_graph *g, gn_node x, double eps, gn_node *centred, gn_node *inverse)
{
    size_t n = columns(g, x);
    *centred = gn_pw2(g, GN_P_sub, x, gn_spread_col(g, mean_of(g, x), n));
    gn_node var = gn_times(g, gn_contract(g, GN_C_rowdot, *centred, *centred), 1.0 / (double)n);
    gn_node deviation = gn_pw1(g, GN_P_sqrt, gn_pw2(g, GN_P_add, var, gn_constant(g, eps)));
    *inverse = gn_pw1(g, GN_P_reciprocal, deviation);
}

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "layer_norm", in[0], out);
}

static gn_node spell(gn_graph *g, const gn_node *in, const double *attr)
{
    gn_node centred, inverse;
    normalise(g, in[0], attr[0], &centred, &inverse);
    return gn_contract(g, GN_C_scale_rows, centred, inverse);
}

static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)self, (void)k;
    return gn_composed(g, GN_M_layer_norm_vjp, (gn_node[]){ in[0], gradient }, 2, attr, 1);
}

static void run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    k->layer_norm(s[0].dim[0], s[0].dim[1], attr[0], in[0], out);
}

static double flops(const gn_shape *s) { return 5 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_layer_norm = {
    .name = "layer_norm", .inputs = 1, .attributes = 1, .attribute_name = { "eps" }, .attribute_default = { 1e-5 },
    .formula = "y_ij = (x_ij - mean_i)/sqrt(var_i + eps)",
    .latex = "y_{ij} = \\frac{x_{ij} - \\mu_i}{\\sqrt{\\sigma_i^2 + \\epsilon}}",
    .shape = shape, .spell = spell, .vjp = vjp, .run = run, .flops = flops,
};

/* ---- (g - mean(g) - y*mean(g*y))/sqrt(var + eps), from x and the gradient g ------------------------------------- */

static bool vjp_shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    return gn_shape_of_matrix(g, "layer_norm_vjp", in[0], out) && gn_need_same_shape(g, "layer_norm_vjp", in[0], in[1]);
}

static gn_node vjp_spell(gn_graph *g, const gn_node *in, const double *attr)
{
    size_t n = columns(g, in[0]);
    gn_node centred, inverse;
    normalise(g, in[0], attr[0], &centred, &inverse);
    gn_node y = gn_contract(g, GN_C_scale_rows, centred, inverse);
    gn_node along = gn_times(g, gn_contract(g, GN_C_rowdot, in[1], y), 1.0 / (double)n);
    gn_node level = gn_pw2(g, GN_P_sub, in[1], gn_spread_col(g, mean_of(g, in[1]), n));
    gn_node d = gn_pw2(g, GN_P_sub, level, gn_contract(g, GN_C_scale_rows, y, along));
    return gn_contract(g, GN_C_scale_rows, d, inverse);
}

static void vjp_run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    k->layer_norm_vjp(s[0].dim[0], s[0].dim[1], attr[0], in[0], in[1], out);
}

static double vjp_flops(const gn_shape *s) { return 12 * (double)gn_shape_size(s[0]); }

const gn_composed_row gn_composed_layer_norm_vjp = {
    .name = "layer_norm_vjp", .inputs = 2, .attributes = 1, .attribute_name = { "eps" }, .attribute_default = { 1e-5 },
    .formula = "(g_ij - mean(g)_i - y_ij*mean(g*y)_i)/sqrt(var_i + eps)",
    .latex = "\\frac{g_{ij} - \\overline{g}_i - y_{ij}\\,\\overline{g y}_i}{\\sqrt{\\sigma_i^2 + \\epsilon}}",
    .shape = vjp_shape, .spell = vjp_spell, .run = vjp_run, .flops = vjp_flops,
};
