/* eval.c -- a compiled evaluation: rows in, predictions and, when asked, a loss for each row out.
 *
 * Invariant: a row's numbers do not depend on the rows beside it, so blocks may be cut anywhere: layers work row by
 * row, and batchnorm uses its running values here. */
#include "net.h"

#include <string.h>

static gn_status bind_parameters(gn_eval *e, const gn_node *params)
{
    const gn_net *net = e->net;
    for (size_t i = 0; i < net->tensors; i++)
        GN_TRY(gn_plan_bind(e->plan, params[i], gn_at(net->spec.type, net->block, net->tensor[i].offset)));
    return GN_OK;
}

static gn_status allocate(gn_eval *e, bool with_loss)
{
    size_t size = gn_type_size(e->net->spec.type);
    e->x = gn_calloc_aligned(e->ctx, e->rows * e->net->spec.inputs, size);
    e->row = gn_calloc(e->ctx, e->rows, sizeof *e->row);
    if (with_loss) e->t = gn_calloc_aligned(e->ctx, e->rows * e->net->spec.outputs, size);
    return e->x && e->row && (e->t || !with_loss) ? GN_OK : GN_NO_MEMORY;
}

static gn_status compile(gn_eval *e, gn_graph *g, gn_node *params)
{
    const gn_net *net = e->net;
    gn_node x = gn_input(g, "x", gn_shape_make(2, e->rows, net->spec.inputs)), z;
    GN_TRY(gn_net_build(g, net, x, false, params, &z));
    gn_node t = e->t ? gn_input(g, "t", gn_shape_make(2, e->rows, net->spec.outputs)) : 0;
    gn_node outputs[2] = { gn_net_link(g, net, z), e->t ? gn_net_row_losses(g, net, z, t) : 0 };
    if (!outputs[0] || (e->t && !outputs[1])) return gn_nn_poisoned(g);
    GN_TRY(gn_plan_new(g, outputs, e->t ? 2 : 1, gn_nn_plan_options(e->ctx, net), &e->plan));
    e->p = outputs[0];
    e->loss = outputs[1];
    GN_TRY(gn_plan_bind(e->plan, x, e->x));
    if (e->t) GN_TRY(gn_plan_bind(e->plan, t, e->t));
    return bind_parameters(e, params);
}

static gn_status open_graph(gn_eval *e)
{
    gn_graph *g;
    GN_TRY(gn_graph_new(e->ctx, &g));
    gn_node *params = gn_calloc(e->ctx, e->net->tensors, sizeof *params);
    gn_status s = params ? compile(e, g, params) : GN_NO_MEMORY;
    gn_free(e->ctx, params);
    gn_graph_free(g);
    return s;
}

gn_status gn_eval_open(gn_context *ctx, const gn_net *net, size_t rows, bool with_loss, gn_eval *out)
{
    *out = (gn_eval){ .ctx = ctx, .net = net, .rows = rows };
    out->kernels = gn_kernels_get((gn_isa)gn_context_isa(ctx), net->spec.type, gn_context_exact(ctx));
    gn_status s = allocate(out, with_loss);
    if (s == GN_OK) s = open_graph(out);
    if (s != GN_OK) gn_eval_close(out);
    return s;
}

void gn_eval_close(gn_eval *e)
{
    if (!e->ctx) return;
    gn_plan_free(e->plan);
    gn_free_aligned(e->ctx, e->x);
    gn_free_aligned(e->ctx, e->t);
    gn_free(e->ctx, e->row);
    *e = (gn_eval){ 0 };
}

gn_status gn_eval_run(gn_eval *e, const gn_dataset *d, size_t first, size_t m)
{
    for (size_t i = 0; i < e->rows; i++) e->row[i] = gn_dataset_row(d, first + (i < m ? i : m - 1));
    gn_batch_inputs(e->kernels, e->net, d, e->row, e->rows, e->x);
    if (e->t) gn_batch_targets(e->net, d, e->row, e->rows, e->t);
    return gn_plan_run(e->ctx, e->plan, 0);
}
