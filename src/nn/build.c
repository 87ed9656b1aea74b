/* build.c -- a network as nodes of a graph: each layer in the spelling that its formula has.
 *
 * Shapes: x (batch, inputs); a weight W (outputs, inputs); a layer's value is act(x W' + b). In training a batchnorm
 * layer uses the batch's own mean and variance and hands them out; else it uses the running ones. */
#include "net.h"

#include <string.h>

typedef struct gn_builder {
    gn_graph *g;
    const gn_net *net;
    size_t batch;
    bool training;
    gn_net_nodes *out;
} gn_builder;

/* One row (n) repeated over the batch. */
static gn_node rows_of(gn_builder *b, gn_node row)
{
    size_t sizes[26] = { 0 };
    sizes['i' - 'a'] = b->batch;
    return gn_contract_spec(b->g, "j->ij", row, 0, sizes);
}

static gn_node activate(gn_builder *b, const gn_layer *l, gn_node z)
{
    return l->act == GN_P_identity ? z : gn_pw(b->g, l->act, z, 0, 0, l->par);
}

/* x W' + b of the layer's first two tensors. */
static gn_node affine(gn_builder *b, const gn_layer *l, gn_node x)
{
    gn_node z = gn_contract(b->g, GN_C_dense, x, b->out->params[l->first]);
    return gn_pw2(b->g, GN_P_add, z, rows_of(b, b->out->params[l->first + 1]));
}

static gn_node residual(gn_builder *b, const gn_layer *l, gn_node x)
{
    gn_node inner = activate(b, l, affine(b, l, x));
    gn_node skip = l->tensors == 3 ? gn_contract(b->g, GN_C_dense, x, b->out->params[l->first + 2]) : x;
    return gn_composed(b->g, GN_M_residual, (gn_node[]){ inner, skip }, 2, NULL, 0);
}

static gn_node dropout(gn_builder *b, size_t index, gn_node x)
{
    const gn_layer *l = &b->net->layer[index];
    if (!b->training || l->rate == 0) return x;
    gn_shape shape = gn_shape_make(2, b->batch, l->outputs);
    gn_node mask = gn_mask(b->g, l->rate, b->net->spec.seed, (uint32_t)index, shape);
    return gn_composed(b->g, GN_M_dropout, (gn_node[]){ x, mask }, 2, NULL, 0);
}

/* gain and bias, column by column */
static gn_node gain_bias(gn_builder *b, gn_node x, gn_node gain, gn_node bias)
{
    return gn_pw2(b->g, GN_P_add, gn_contract(b->g, GN_C_scale_cols, x, gain), rows_of(b, bias));
}

static gn_node layernorm(gn_builder *b, const gn_layer *l, gn_node x)
{
    const double eps = GN_NORM_EPS;
    gn_node y = gn_composed(b->g, GN_M_layer_norm, &x, 1, &eps, 1);
    return gain_bias(b, y, b->out->params[l->first], b->out->params[l->first + 1]);
}

/* Mean and (biased) variance of each column over the batch, for the running values. */
static void batch_statistics(gn_builder *b, size_t index, gn_node x)
{
    if (!b->out->mean) return;
    gn_graph *g = b->g;
    gn_node share = gn_constant(g, 1.0 / (double)b->batch);
    gn_node mean = gn_pw2(g, GN_P_mul, gn_contract(g, GN_C_sum_rows, x, 0), share);
    gn_node away = gn_pw1(g, GN_P_square, gn_pw2(g, GN_P_sub, x, rows_of(b, mean)));
    b->out->mean[index] = mean;
    b->out->var[index] = gn_pw2(g, GN_P_mul, gn_contract(g, GN_C_sum_rows, away, 0), share);
}

static gn_node batchnorm(gn_builder *b, size_t index, gn_node x)
{
    const gn_layer *l = &b->net->layer[index];
    const gn_node *p = b->out->params + l->first;
    const double eps = GN_NORM_EPS;
    gn_graph *g = b->g;
    if (b->training) {
        batch_statistics(b, index, x);
        return gain_bias(b, gn_composed(g, GN_M_batch_norm, &x, 1, &eps, 1), p[0], p[1]);
    }
    gn_node deviation = gn_pw1(g, GN_P_sqrt, gn_pw2(g, GN_P_add, p[3], gn_constant(g, eps)));
    gn_node centred = gn_pw2(g, GN_P_sub, x, rows_of(b, p[2]));
    return gain_bias(b, centred, gn_pw2(g, GN_P_div, p[0], deviation), p[1]);
}

static gn_node build_layer(gn_builder *b, size_t index, gn_node x)
{
    const gn_layer *l = &b->net->layer[index];
    switch (l->kind) {
    case GN_L_DENSE: return activate(b, l, affine(b, l, x));
    case GN_L_ACTIVATION: return activate(b, l, x);
    case GN_L_DROPOUT: return dropout(b, index, x);
    case GN_L_LAYERNORM: return layernorm(b, l, x);
    case GN_L_BATCHNORM: return batchnorm(b, index, x);
    case GN_L_RESIDUAL: return residual(b, l, x);
    }
    return 0;
}

static void make_parameters(gn_graph *g, const gn_net *net, gn_node *params)
{
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        params[i] = gn_param(g, t->name, gn_shape_make(t->rank, t->dim[0], t->dim[1]));
    }
}

gn_status gn_net_build_nodes(gn_graph *g, const gn_net *net, gn_node x, bool training, gn_net_nodes *out)
{
    gn_builder b = { .g = g, .net = net, .batch = gn_node_get(g, x).shape.dim[0], .training = training, .out = out };
    make_parameters(g, net, out->params);
    for (size_t i = 0; i < net->layers; i++) {
        if (out->mean) out->mean[i] = out->var[i] = 0;
        x = build_layer(&b, i, x);
        if (out->layer) out->layer[i] = x;
    }
    out->output = x;
    return gn_graph_status(g);
}

gn_status gn_net_build(gn_graph *g, const gn_net *net, gn_node x, bool training, gn_node *params, gn_node *output)
{
    gn_net_nodes nodes = { .params = params };
    *output = 0;
    GN_TRY(gn_net_build_nodes(g, net, x, training, &nodes));
    *output = nodes.output;
    return GN_OK;
}

gn_node gn_net_link(gn_graph *g, const gn_net *net, gn_node z)
{
    switch (net->spec.task) {
    case GN_BINARY: return gn_pw1(g, GN_P_sigmoid, z);
    case GN_CLASSES: return gn_composed(g, GN_M_softmax, &z, 1, NULL, 0);
    default: return z;
    }
}
