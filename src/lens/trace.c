/* trace.c -- the graph of an explained run: the network as it predicts, its loss, and every gradient on the way back.
 *
 * Invariant: dropout is off and batchnorm uses its running statistics, so that a row's numbers do not depend on the
 * rows beside it; nothing here computes a value. */
#include "trace.h"

#include <math.h>
#include <string.h>

/* ---- building ---------------------------------------------------------------------------------------------------- */

static gn_status take_arrays(gn_trace *t)
{
    const gn_net *net = t->net;
    size_t size = gn_type_size(net->spec.type);
    t->param = gn_arena_alloc(&t->arena, 2 * net->tensors + 1, sizeof *t->param);
    t->layer = gn_arena_alloc(&t->arena, net->layers, sizeof *t->layer);
    t->x_at = gn_arena_alloc(&t->arena, t->rows * net->spec.inputs, size);
    t->t_at = gn_arena_alloc(&t->arena, t->rows * net->spec.outputs, size);
    if (!t->param || !t->layer || !t->x_at || !t->t_at) return GN_NO_MEMORY;
    t->d_param = t->param + net->tensors;
    return GN_OK;
}

/* A layer's inside, found in the graph: the activation and what it was applied to. */
static void find_inside(gn_trace *t, const gn_layer *l, gn_trace_layer *at)
{
    gn_node_info top = gn_node_get(t->g, at->out);
    at->act = at->z = at->out;
    if (l->kind == GN_L_RESIDUAL && top.kind == GN_COMPOSED) at->act = at->z = top.in[0];
    bool activated = l->act != GN_P_identity &&
                     (l->kind == GN_L_DENSE || l->kind == GN_L_ACTIVATION || l->kind == GN_L_RESIDUAL);
    if (!activated) return;
    gn_node_info act = gn_node_get(t->g, at->act);
    if (act.kind == GN_POINTWISE && act.op == (int)l->act) at->z = act.in[0];
}

static gn_status add_layers(gn_trace *t)
{
    gn_node *out = gn_arena_alloc(&t->arena, t->net->layers, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    gn_net_nodes nodes = { .params = t->param, .layer = out };
    GN_TRY(gn_net_build_nodes(t->g, t->net, t->x, false, &nodes));
    for (size_t i = 0; i < t->net->layers; i++) {
        t->layer[i].in = i ? out[i - 1] : t->x;
        t->layer[i].out = out[i];
        find_inside(t, &t->net->layer[i], &t->layer[i]);
    }
    t->z = nodes.output;
    return GN_OK;
}

static gn_status add_loss(gn_trace *t)
{
    t->p = gn_net_link(t->g, t->net, t->z);
    t->row_loss = gn_net_row_losses(t->g, t->net, t->z, t->t);
    if (!t->p || !t->row_loss) return gn_nn_poisoned(t->g);
    return gn_net_loss(t->g, t->net, t->z, t->t, 0, &t->loss);
}

/* Gradients with respect to the parameters, every layer's inside and output, and the input. */
static gn_status add_gradients(gn_trace *t)
{
    const gn_net *net = t->net;
    size_t room = net->tensors + 2 * net->layers + 1, n = 0;
    gn_node *wrt = gn_arena_alloc(&t->arena, 2 * room, sizeof *wrt), *out = wrt ? wrt + room : NULL;
    if (!wrt) return GN_NO_MEMORY;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) wrt[n++] = t->param[i];
    for (size_t i = 0; i < net->layers; i++) {
        wrt[n++] = t->layer[i].z;
        wrt[n++] = t->layer[i].out;
    }
    wrt[n++] = t->x;
    GN_TRY(gn_grad(t->g, t->loss, n, wrt, out));
    n = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) t->d_param[i] = out[n++];
    for (size_t i = 0; i < net->layers; i++) {
        t->layer[i].d_z = out[n++];
        t->layer[i].d_out = out[n++];
    }
    t->dx = out[n];
    return GN_OK;
}

static gn_status add_slopes(gn_trace *t)
{
    for (size_t i = 0; i < t->net->layers; i++) {
        gn_trace_layer *l = &t->layer[i];
        if (l->z != l->act) GN_TRY(gn_vjp(t->g, l->act, 0, 1, &l->z, &l->slope));
    }
    return GN_OK;
}

static gn_status build(gn_trace *t)
{
    const gn_net *net = t->net;
    GN_TRY(gn_graph_new(t->ctx, &t->g));
    t->x = gn_input(t->g, "x", gn_shape_make(2, t->rows, net->spec.inputs));
    t->t = gn_input(t->g, "t", gn_shape_make(2, t->rows, net->spec.outputs));
    GN_TRY(add_layers(t));
    GN_TRY(add_loss(t));
    GN_TRY(add_gradients(t));
    return add_slopes(t);
}

gn_status gn_trace_open(gn_context *ctx, const gn_net *net, size_t rows, gn_trace *out)
{
    *out = (gn_trace){ .ctx = ctx, .net = net, .rows = rows };
    gn_arena_init(&out->arena, ctx);
    gn_status s = take_arrays(out);
    if (s == GN_OK) s = build(out);
    if (s != GN_OK) gn_trace_close(out);
    return s;
}

void gn_trace_close(gn_trace *t)
{
    if (!t->ctx) return;
    gn_plan_free(t->plan);
    gn_graph_free(t->g);
    gn_free(t->ctx, t->name);
    gn_free(t->ctx, t->leaf);
    gn_free(t->ctx, t->by_node);
    gn_arena_free(&t->arena);
    *t = (gn_trace){ 0 };
}

/* ---- what may be added ------------------------------------------------------------------------------------------- */

/* A leaf of zeros with one 1. */
static gn_node one_hot(gn_trace *t, const char *name, gn_shape shape, size_t at)
{
    if (t->leaves == t->leaf_room) {
        size_t room = t->leaf_room ? 2 * t->leaf_room : 32;
        void *leaf = gn_resize(t->ctx, t->leaf, room, sizeof *t->leaf);
        if (!leaf) return 0;
        t->leaf = leaf;
        t->leaf_room = room;
    }
    void *values = gn_arena_alloc(&t->arena, gn_shape_size(shape), gn_type_size(t->net->spec.type));
    gn_node n = values ? gn_input(t->g, name, shape) : 0;
    if (!n) return 0;
    gn_put(t->net->spec.type, values, at, 1);
    t->leaf[t->leaves].node = n;
    t->leaf[t->leaves++].at = values;
    return n;
}

/* d y_j / d x for each column j of y (rows, n), every row of the batch by itself. */
static gn_status add_rows_of(gn_trace *t, gn_node y, gn_node x, gn_node **out)
{
    gn_shape shape = gn_node_get(t->g, y).shape;
    size_t n = shape.dim[1], sizes[26] = { ['i' - 'a'] = t->rows };
    *out = gn_arena_alloc(&t->arena, n, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    for (size_t j = 0; j < n; j++) {
        gn_node hot = one_hot(t, "seed", gn_shape_make(1, n), j);
        if (!hot) return GN_NO_MEMORY;
        gn_node seed = gn_contract_spec(t->g, "j->ij", hot, 0, sizes);
        GN_TRY(gn_vjp(t->g, y, seed, 1, &x, &(*out)[j]));
    }
    return GN_OK;
}

gn_status gn_trace_add_jacobian(gn_trace *t)
{
    return add_rows_of(t, t->z, t->x, &t->jacobian);
}

gn_status gn_trace_add_jacobians(gn_trace *t, size_t first)
{
    for (size_t i = first; i < t->net->layers; i++)
        if (t->layer[i].out != t->layer[i].in)
            GN_TRY(add_rows_of(t, t->layer[i].out, t->layer[i].in, &t->layer[i].jacobian));
    return GN_OK;
}

gn_status gn_trace_add_influence(gn_trace *t, size_t tensor, size_t element)
{
    const gn_tensor_info *info = &t->net->tensor[tensor];
    gn_node tangent = one_hot(t, "tangent", gn_shape_make(info->rank, info->dim[0], info->dim[1]), element);
    t->influence = gn_arena_alloc(&t->arena, t->net->layers + 1, sizeof *t->influence);
    if (!tangent || !t->influence) return GN_NO_MEMORY;
    for (size_t i = 0; i < t->net->layers; i++)
        GN_TRY(gn_jvp(t->g, t->layer[i].out, 1, &t->param[tensor], &tangent, &t->influence[i]));
    return gn_jvp(t->g, t->loss, 1, &t->param[tensor], &tangent, &t->influence[t->net->layers]);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static gn_status bind(gn_trace *t)
{
    const gn_net *net = t->net;
    GN_TRY(gn_plan_bind(t->plan, t->x, t->x_at));
    GN_TRY(gn_plan_bind(t->plan, t->t, t->t_at));
    for (size_t i = 0; i < net->tensors; i++)
        GN_TRY(gn_plan_bind(t->plan, t->param[i], gn_at(net->spec.type, net->block, net->tensor[i].offset)));
    for (size_t i = 0; i < t->leaves; i++) GN_TRY(gn_plan_bind(t->plan, t->leaf[i].node, t->leaf[i].at));
    return GN_OK;
}

/* What nothing else reads: with these as outputs every node has a value. */
static size_t roots(const gn_trace *t, uint8_t *used, gn_node *out)
{
    size_t n = 0;
    for (gn_node i = gn_graph_count(t->g); i > 0; i--) {
        gn_node_info info = gn_node_get(t->g, i);
        for (int k = 0; k < 5; k++)
            if (info.in[k]) used[info.in[k]] = 1;
        bool leaf = info.kind == GN_INPUT || info.kind == GN_PARAM || info.kind == GN_CONST;
        if (!used[i] && !leaf) out[n++] = i;
    }
    return n;
}

static gn_status compile(gn_trace *t)
{
    size_t n = (size_t)gn_graph_count(t->g) + 1;
    gn_node *out = gn_alloc_array(t->ctx, n, sizeof *out);
    uint8_t *used = gn_calloc(t->ctx, n, 1);
    gn_plan_options options = gn_nn_plan_options(t->ctx, t->net);
    options.trace = true;
    gn_status s = out && used ? gn_plan_new(t->g, out, roots(t, used, out), options, &t->plan) : GN_NO_MEMORY;
    gn_free(t->ctx, out);
    gn_free(t->ctx, used);
    return s == GN_OK ? bind(t) : s;
}

gn_status gn_trace_run(gn_trace *t, const gn_dataset *d, const uint32_t *rows)
{
    const gn_net *net = t->net;
    const gn_kernels *k = gn_kernels_get((gn_isa)gn_context_isa(t->ctx), net->spec.type, gn_context_exact(t->ctx));
    GN_TRY(t->status);
    gn_batch_inputs(k, net, d, rows, t->rows, t->x_at);
    gn_batch_targets(net, d, rows, t->rows, t->t_at);
    if (!t->plan) GN_TRY(compile(t));
    return gn_plan_run(t->ctx, t->plan, 0);
}

size_t gn_trace_size(const gn_trace *t, gn_node n) { return gn_shape_size(gn_node_get(t->g, n).shape); }

double gn_trace_at(const gn_trace *t, gn_node n, size_t i)
{
    const void *at = n && t->plan ? gn_plan_value(t->plan, n) : NULL;
    return at ? gn_get(t->net->spec.type, at, i) : NAN;
}

double *gn_trace_values(gn_trace *t, gn_node n)
{
    size_t size = gn_trace_size(t, n);
    const void *at = gn_plan_value(t->plan, n);
    double *v = gn_arena_alloc(&t->arena, size ? size : 1, sizeof *v);
    if (!v) t->status = GN_NO_MEMORY;
    for (size_t i = 0; v && i < size; i++) v[i] = at ? gn_get(t->net->spec.type, at, i) : NAN;
    return v;
}
