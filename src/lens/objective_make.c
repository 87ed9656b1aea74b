/* objective_make.c -- what an objective is made from: a network with its loss on given rows, or an expression.
 *
 * Invariant: rows, targets and weights are widened to float64 and copied, so that network and data may go away. */
#include <math.h>
#include <string.h>

#include "objective_inner.h"

static gn_status add_leaf(gn_objective *o, gn_node node, size_t count)
{
    void *at = gn_calloc_aligned(o->ctx, count ? count : 1, sizeof(double));
    if (!at) return GN_NO_MEMORY;
    o->leaf[o->leaves] = node;
    o->leaf_at[o->leaves++] = at;
    return GN_OK;
}

/* ---- a network -------------------------------------------------------------------------------------------------- */
static gn_status add_tensors(gn_objective *o, const gn_net *net, const gn_node *nodes)
{
    size_t k = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        if (!t->trainable) continue;
        const char *name = gn_arena_text(&o->arena, t->name, strlen(t->name));
        if (!name) return GN_NO_MEMORY;
        o->tensor[k] = (gn_objective_tensor){ name, t->rank, { t->dim[0], t->dim[1] }, 0, t->size };
        o->param[k++] = nodes[i];
    }
    GN_TRY(gn_objective_room(o));
    k = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        double *to = t->trainable ? o->start + o->tensor[k++].offset : NULL;
        if (!to) {
            GN_TRY(add_leaf(o, nodes[i], t->size));
            to = o->leaf_at[o->leaves - 1];
        }
        for (size_t j = 0; j < t->size; j++) to[j] = gn_get(net->spec.type, net->block, t->offset + j);
    }
    return GN_OK;
}

static void fill_weights(const gn_dataset *d, size_t rows, double *to)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++) sum += to[i] = (double)d->weight[gn_dataset_row(d, i)];
    for (size_t i = 0; sum > 0 && i < rows; i++) to[i] *= (double)rows / sum;
}

/* x, t and, where rows have weights, w; the network's own type does not matter here. */
static gn_status fill_rows(gn_objective *o, const gn_net *net, const gn_dataset *d, gn_node x, gn_node t, gn_node w)
{
    size_t rows = gn_dataset_rows(d);
    gn_net wide = *net;
    wide.spec.type = GN_F64;
    int isa = gn_context_isa(o->ctx);
    const gn_kernels *k = gn_kernels_get(isa < 0 ? gn_isa_best() : (gn_isa)isa, GN_F64, gn_context_exact(o->ctx));
    uint32_t *row = gn_alloc_array(o->ctx, rows + 1, sizeof *row);
    if (!row) return GN_NO_MEMORY;
    for (size_t i = 0; i < rows; i++) row[i] = gn_dataset_row(d, i);
    gn_status s = add_leaf(o, x, rows * net->spec.inputs);
    if (s == GN_OK) {
        gn_batch_inputs(k, &wide, d, row, rows, o->leaf_at[o->leaves - 1]);
        s = add_leaf(o, t, rows * net->spec.outputs);
    }
    if (s == GN_OK) {
        gn_batch_targets(&wide, d, row, rows, o->leaf_at[o->leaves - 1]);
        if (w) s = add_leaf(o, w, rows);
    }
    if (s == GN_OK && w) fill_weights(d, rows, o->leaf_at[o->leaves - 1]);
    gn_free(o->ctx, row);
    return s;
}

static gn_status build_net(gn_objective *o, const gn_net *net, const gn_dataset *d, gn_node *nodes)
{
    size_t rows = gn_dataset_rows(d);
    gn_graph *g = o->graph;
    gn_node x = gn_input(g, "x", gn_shape_make(2, rows, net->spec.inputs));
    gn_net_nodes built = { .params = nodes, .layer = o->layer };
    GN_TRY(gn_net_build_nodes(g, net, x, false, &built));
    gn_node t = gn_input(g, "t", gn_shape_make(2, rows, net->spec.outputs));
    gn_node w = d->weight ? gn_input(g, "w", gn_shape_make(1, rows)) : 0;
    o->output = built.output;
    GN_TRY(gn_net_loss(g, net, built.output, t, w, &o->loss));
    GN_TRY(fill_rows(o, net, d, x, t, w));
    return add_tensors(o, net, nodes);
}

gn_status gn_objective_net(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective **out)
{
    size_t trainable = 0;
    *out = NULL;
    GN_TRY(gn_dataset_check(ctx, net, rows, true));
    if (gn_dataset_rows(rows) == 0) return gn_fail(ctx, GN_E_DATA_ROWS, "there are no rows to take the loss over");
    for (size_t i = 0; i < net->tensors; i++) trainable += net->tensor[i].trainable;
    gn_objective *o;
    GN_TRY(gn_objective_new(ctx, trainable, net->tensors + 3, &o));
    o->layers = net->layers;
    o->layer = gn_arena_alloc(&o->arena, net->layers + 1, sizeof *o->layer);
    o->layer_number = gn_arena_alloc(&o->arena, net->layers + 1, sizeof *o->layer_number);
    for (size_t i = 0; o->layer_number && i < net->layers; i++) o->layer_number[i] = net->layer[i].number;
    gn_node *nodes = gn_arena_alloc(&o->arena, net->tensors + 1, sizeof *nodes);
    gn_status s = o->layer && o->layer_number && nodes ? build_net(o, net, rows, nodes) : GN_NO_MEMORY;
    if (s == GN_OK) *out = o;
    else gn_objective_free(o);
    return s;
}

/* ---- an expression ---------------------------------------------------------------------------------------------- */
static gn_status build_formula(gn_objective *o, const gn_formula *f, const char *const *names, const double *start)
{
    gn_named_node *named = gn_arena_alloc(&o->arena, o->tensors + 1, sizeof *named);
    if (!named) return GN_NO_MEMORY;
    for (size_t i = 0; i < o->tensors; i++) {
        const char *name = gn_arena_text(&o->arena, names[i], strlen(names[i]));
        if (!name) return GN_NO_MEMORY;
        o->param[i] = gn_param(o->graph, name, gn_shape_make(0));
        o->tensor[i] = (gn_objective_tensor){ .name = name, .size = 1 };
        named[i] = (gn_named_node){ name, o->param[i] };
    }
    GN_TRY(gn_objective_room(o));
    if (start) memcpy(o->start, start, o->n * sizeof *start);
    o->formula = f;
    o->loss = gn_graph_formula(o->graph, f, named, o->tensors);
    return o->loss ? gn_graph_status(o->graph) : gn_nn_poisoned(o->graph);
}

gn_status gn_objective_formula(gn_context *ctx, const gn_formula *f, const char *const *names, size_t count,
                               const double *start, gn_objective **out)
{
    gn_objective *o;
    *out = NULL;
    GN_TRY(gn_objective_new(ctx, count, 0, &o));
    gn_status s = build_formula(o, f, names, start);
    if (s == GN_OK) *out = o;
    else gn_objective_free(o);
    return s;
}
