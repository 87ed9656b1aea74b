/* diagnose_backward.c -- the backward pass written out layer by layer, with room for the mistakes people make in it.
 *
 * Invariant: without a mistake it gives the gradient that gn_grad gives; slopes come from the rows of the tables. */
#include "diagnose_internal.h"

#include <string.h>

#define KINK_STEP 1e-30         /* from 0 to where a slope has its one-sided value */

typedef struct gn_way {
    gn_graph *g;
    const gn_net *net;
    const gn_rows_graph *m;
    const gn_backward *how;
    gn_node *out;
} gn_way;

static bool here(const gn_way *w, size_t layer) { return w->how->layer == SIZE_MAX || w->how->layer == layer; }

static gn_node matrix_of(gn_graph *g, double value, gn_shape s)
{
    size_t sizes[26] = { 0 };
    sizes['i' - 'a'] = s.dim[0];
    sizes['j' - 'a'] = s.dim[1];
    return gn_contract_spec(g, "->ij", gn_constant(g, value), 0, sizes);
}

static gn_node pull(gn_graph *g, gn_node y, gn_node seed, gn_node x)
{
    gn_node out = 0;
    return gn_vjp(g, y, seed, 1, &x, &out) == GN_OK ? out : 0;
}

/* ---- slopes ------------------------------------------------------------------------------------------------------ */

/* seed times the slope of the layer's activation at another place. */
static gn_node slope_at(gn_way *w, const gn_layer *l, gn_node at, gn_node seed)
{
    gn_node own = gn_reshape_none(w->g, at);
    return pull(w->g, gn_pw(w->g, l->act, own, 0, 0, l->par), seed, own);
}

/* 1 where z > 0, else 0, whatever the activation is. */
static gn_node slope_relu(gn_way *w, gn_node z, gn_node seed)
{
    gn_node own = gn_reshape_none(w->g, z);
    return pull(w->g, gn_pw1(w->g, GN_P_relu, own), seed, own);
}

/* The slope one side of 0 where z is 0, and the stated one elsewhere. */
static gn_node slope_beside(gn_way *w, const gn_layer *l, gn_node z, gn_node seed, double step)
{
    gn_node zero = gn_pw2(w->g, GN_P_equal, z, gn_constant(w->g, 0));
    gn_node moved = gn_pw2(w->g, GN_P_add, z, gn_pw2(w->g, GN_P_mul, zero, gn_constant(w->g, step)));
    return slope_at(w, l, moved, seed);
}

static gn_node slope_half(gn_way *w, const gn_layer *l, gn_node z, gn_node seed)
{
    gn_node both = gn_pw2(w->g, GN_P_add, slope_beside(w, l, z, seed, KINK_STEP),
                          slope_beside(w, l, z, seed, -KINK_STEP));
    return gn_pw2(w->g, GN_P_mul, both, gn_constant(w->g, 0.5));
}

/* The row's text of the slope with z where it says y, the value. */
static gn_node slope_value_z(gn_way *w, const gn_layer *l, gn_node z, gn_node seed)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    gn_named_node names[2 + GN_PW_PARAMS] = { { "x", z }, { "y", z } };
    size_t n = 2;
    for (int i = 0; i < row->parameters; i++)
        names[n++] = (gn_named_node){ row->parameter_name[i], gn_constant(w->g, l->par[i]) };
    gn_node slope = gn_graph_formula_text(w->g, row->slope[0], strlen(row->slope[0]), names, n);
    return gn_pw2(w->g, GN_P_mul, seed, slope);
}

static gn_node through_slope(gn_way *w, size_t layer, gn_node z, gn_node a, gn_node seed)
{
    const gn_layer *l = &w->net->layer[layer];
    if (a == z) return seed;
    switch (here(w, layer) ? w->how->slope : GN_SLOPE_RIGHT) {
    case GN_SLOPE_RIGHT: break;
    case GN_SLOPE_MISSING: return seed;
    case GN_SLOPE_TWICE: return pull(w->g, a, pull(w->g, a, seed, z), z);
    case GN_SLOPE_OF_VALUE: return slope_at(w, l, a, seed);
    case GN_SLOPE_VALUE_Z: return slope_value_z(w, l, z, seed);
    case GN_SLOPE_INVERTED:
        return gn_pw2(w->g, GN_P_div, seed, pull(w->g, a, matrix_of(w->g, 1, gn_node_get(w->g, a).shape), z));
    case GN_SLOPE_RELU: return slope_relu(w, z, seed);
    case GN_SLOPE_KINK_RIGHT: return slope_beside(w, l, z, seed, KINK_STEP);
    case GN_SLOPE_KINK_LEFT: return slope_beside(w, l, z, seed, -KINK_STEP);
    case GN_SLOPE_KINK_HALF: return slope_half(w, l, z, seed);
    }
    return pull(w->g, a, seed, z);
}

/* ---- weights and inputs ------------------------------------------------------------------------------------------ */

/* delta (batch, outputs) to the gradient of the layer's input (batch, inputs). */
static gn_node through_weight(gn_way *w, size_t layer, gn_node delta, gn_node weight, gn_node weight_gradient)
{
    gn_shape s = gn_node_get(w->g, weight).shape;
    switch (here(w, layer) ? w->how->weight : GN_WEIGHT_RIGHT) {
    case GN_WEIGHT_RIGHT: break;
    case GN_WEIGHT_NOT_T:
        if (s.dim[0] == s.dim[1]) return gn_contract(w->g, GN_C_matmul_nt, delta, weight);
        break;
    case GN_WEIGHT_MISSING: return gn_contract(w->g, GN_C_matmul, delta, matrix_of(w->g, 1, s));
    case GN_WEIGHT_INVERTED: return gn_contract(w->g, GN_C_matmul, delta, gn_pw1(w->g, GN_P_reciprocal, weight));
    case GN_WEIGHT_EARLY: {
        gn_node step = gn_pw2(w->g, GN_P_mul, weight_gradient, w->how->rate);
        return gn_contract(w->g, GN_C_matmul, delta, gn_pw2(w->g, GN_P_sub, weight, step));
    }
    }
    return gn_contract(w->g, GN_C_matmul, delta, weight);
}

static gn_node below(const gn_way *w, const gn_node *layer, size_t at) { return at ? layer[at - 1] : w->m->x; }

/* A layer's value before its activation; the value itself where there is none. */
static gn_node before(const gn_way *w, size_t layer)
{
    const gn_layer *l = &w->net->layer[layer];
    gn_node a = w->m->layer[layer];
    bool shaped = (l->kind == GN_L_DENSE || l->kind == GN_L_ACTIVATION) && l->act != GN_P_identity;
    return shaped ? gn_node_get(w->g, a).in[0] : a;
}

static gn_node input_of(const gn_way *w, size_t layer)
{
    if (here(w, layer) && w->how->input == GN_INPUT_Z && layer) return before(w, layer - 1);
    if (here(w, layer) && w->how->input == GN_INPUT_STALE) return below(w, w->how->stale, layer);
    return below(w, w->m->layer, layer);
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

/* A trainable tensor's place among the gradients. */
static size_t place_of(const gn_net *net, size_t tensor)
{
    size_t n = 0;
    for (size_t i = 0; i < tensor; i++) n += net->tensor[i].trainable;
    return n;
}

static gn_node dense_back(gn_way *w, size_t layer, gn_node up)
{
    const gn_layer *l = &w->net->layer[layer];
    size_t at = place_of(w->net, l->first);
    gn_node delta = through_slope(w, layer, before(w, layer), w->m->layer[layer], up);
    w->out[at] = gn_contract(w->g, GN_C_matmul_tn, delta, input_of(w, layer));
    w->out[at + 1] = gn_contract(w->g, GN_C_sum_rows, delta, 0);
    return through_weight(w, layer, delta, (w->how->back ? w->how->back : w->m->param)[l->first], w->out[at]);
}

/* Any other layer as it differentiates itself. */
static gn_node other_back(gn_way *w, size_t layer, gn_node up)
{
    const gn_layer *l = &w->net->layer[layer];
    gn_node wrt[5] = { below(w, w->m->layer, layer) }, out[5] = { 0 };
    size_t n = 1, at = place_of(w->net, l->first);
    if (w->m->layer[layer] == wrt[0]) return up;
    for (size_t i = 0; i < l->tensors; i++)
        if (w->net->tensor[l->first + i].trainable) wrt[n++] = w->m->param[l->first + i];
    if (gn_vjp(w->g, w->m->layer[layer], up, n, wrt, out) != GN_OK) return 0;
    for (size_t i = 1; i < n; i++) w->out[at + i - 1] = out[i];
    return out[0];
}

gn_status gn_backward_nodes(const gn_net *net, const gn_rows_graph *m, const gn_backward *how, gn_node *out)
{
    gn_way w = { .g = m->g, .net = net, .m = m, .how = how, .out = out };
    gn_node up = how->seed ? how->seed : pull(m->g, m->loss, 0, m->z);
    for (size_t i = net->layers; i-- > 0 && up;) {
        switch (net->layer[i].kind) {
        case GN_L_DENSE: up = dense_back(&w, i, up); break;
        case GN_L_ACTIVATION: up = through_slope(&w, i, below(&w, m->layer, i), m->layer[i], up); break;
        default: up = other_back(&w, i, up);
        }
    }
    return up ? GN_OK : gn_nn_poisoned(m->g);
}
