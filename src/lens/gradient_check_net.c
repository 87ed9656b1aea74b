/* gradient_check_net.c -- a network's loss on rows in another precision, or by the plain plan: what the objective's own
 * gradient is held against.
 *
 * Invariant: dropout is off and batchnorm uses its running statistics, as in an objective. */
#include "gradient_check_net.h"

#include <string.h>

/* ---- the copy ---------------------------------------------------------------------------------------------------- */

static void copy_block(const gn_net *from, gn_net *to)
{
    for (size_t i = 0; i < from->tensors; i++)
        for (size_t k = 0; k < from->tensor[i].size; k++)
            gn_put(to->spec.type, to->block, to->tensor[i].offset + k,
                   gn_get(from->spec.type, from->block, from->tensor[i].offset + k));
}

static gn_status copy_net(gn_context *ctx, const gn_net *net, gn_type type, gn_net **out)
{
    gn_net_spec spec = net->spec;
    spec.type = type;
    spec.init = "zeros";
    GN_TRY(gn_net_new(ctx, &spec, out));
    copy_block(net, *out);
    return gn_net_set_transform(ctx, *out, net->shift, net->factor, net->y_shift, net->y_factor);
}

/* Scaled so that their mean is 1, as an objective has them. */
static gn_status gather_weights(gn_net_rows *r, const gn_dataset *d)
{
    gn_type type = r->net->spec.type;
    double sum = 0;
    if (!d->weight) return GN_OK;
    if (!(r->w = gn_calloc_aligned(r->ctx, r->rows, gn_type_size(type)))) return GN_NO_MEMORY;
    for (size_t i = 0; i < r->rows; i++) sum += (double)d->weight[r->row[i]];
    for (size_t i = 0; i < r->rows; i++)
        gn_put(type, r->w, i, (double)d->weight[r->row[i]] * (double)r->rows / sum);
    return GN_OK;
}

static gn_status gather(gn_net_rows *r, const gn_dataset *d)
{
    size_t size = gn_type_size(r->net->spec.type);
    const gn_kernels *k = gn_kernels_get((gn_isa)gn_context_isa(r->ctx), r->net->spec.type, gn_context_exact(r->ctx));
    r->row = gn_calloc(r->ctx, r->rows + 1, sizeof *r->row);
    r->x = gn_calloc_aligned(r->ctx, r->rows * r->net->spec.inputs, size);
    r->t = gn_calloc_aligned(r->ctx, r->rows * r->net->spec.outputs, size);
    if (!r->row || !r->x || !r->t) return GN_NO_MEMORY;
    for (size_t i = 0; i < r->rows; i++) r->row[i] = gn_dataset_row(d, i);
    gn_batch_inputs(k, r->net, d, r->row, r->rows, r->x);
    gn_batch_targets(r->net, d, r->row, r->rows, r->t);
    return gather_weights(r, d);
}

gn_status gn_net_rows_open(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_type type, gn_net_rows *out)
{
    *out = (gn_net_rows){ .ctx = ctx, .rows = gn_dataset_rows(rows), .parameters = net->parameters };
    GN_TRY(gn_dataset_check(ctx, net, rows, true));
    if (!out->rows) return gn_fail(ctx, GN_E_DATA_ROWS, "there are no rows");
    gn_status s = copy_net(ctx, net, type, &out->net);
    if (s == GN_OK) s = gather(out, rows);
    if (s != GN_OK) gn_net_rows_close(out);
    return s;
}

void gn_net_rows_close(gn_net_rows *r)
{
    if (!r->ctx) return;
    gn_free(r->ctx, r->row);
    gn_free_aligned(r->ctx, r->x);
    gn_free_aligned(r->ctx, r->t);
    gn_free_aligned(r->ctx, r->w);
    gn_net_free(r->net);
    *r = (gn_net_rows){ 0 };
}

void gn_net_rows_take(const gn_net_rows *r, double *p)
{
    for (size_t i = 0; i < r->net->tensors; i++) {
        const gn_tensor_info *t = &r->net->tensor[i];
        for (size_t k = 0; t->trainable && k < t->size; k++)
            *p++ = gn_get(r->net->spec.type, r->net->block, t->offset + k);
    }
}

void gn_net_rows_put(gn_net_rows *r, const double *p)
{
    for (size_t i = 0; i < r->net->tensors; i++) {
        const gn_tensor_info *t = &r->net->tensor[i];
        for (size_t k = 0; t->trainable && k < t->size; k++)
            gn_put(r->net->spec.type, r->net->block, t->offset + k, *p++);
    }
}

/* ---- the graph --------------------------------------------------------------------------------------------------- */

static gn_status build(const gn_net_rows *r, gn_rows_graph *m)
{
    const gn_net *net = r->net;
    m->param = gn_arena_alloc(&m->arena, net->tensors + 1, sizeof *m->param);
    m->wrt = gn_arena_alloc(&m->arena, net->tensors + 1, sizeof *m->wrt);
    m->layer = gn_arena_alloc(&m->arena, net->layers + 1, sizeof *m->layer);
    if (!m->param || !m->wrt || !m->layer) return GN_NO_MEMORY;
    m->x = gn_input(m->g, "x", gn_shape_make(2, r->rows, net->spec.inputs));
    m->t = gn_input(m->g, "t", gn_shape_make(2, r->rows, net->spec.outputs));
    m->w = r->w ? gn_input(m->g, "w", gn_shape_make(1, r->rows)) : 0;
    gn_net_nodes nodes = { .params = m->param, .layer = m->layer };
    GN_TRY(gn_net_build_nodes(m->g, net, m->x, false, &nodes));
    m->z = nodes.output;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) m->wrt[m->n++] = m->param[i];
    return gn_net_loss(m->g, net, m->z, m->t, m->w, &m->loss);
}

gn_status gn_rows_graph_open(const gn_net_rows *r, gn_rows_graph *out)
{
    *out = (gn_rows_graph){ 0 };
    gn_arena_init(&out->arena, r->ctx);
    gn_status s = gn_graph_new(r->ctx, &out->g);
    if (s == GN_OK) s = build(r, out);
    if (s != GN_OK) gn_rows_graph_close(out);
    return s;
}

void gn_rows_graph_close(gn_rows_graph *m)
{
    if (!m->arena.ctx) return;
    gn_graph_free(m->g);
    gn_arena_free(&m->arena);
    *m = (gn_rows_graph){ 0 };
}

gn_status gn_rows_graph_plan(const gn_net_rows *r, const gn_rows_graph *m, const gn_node *outputs, size_t n,
                             gn_plan_options options, gn_plan **out)
{
    const gn_net *net = r->net;
    options.type = net->spec.type;
    GN_TRY(gn_plan_new(m->g, outputs, n, options, out));
    gn_status s = gn_plan_bind(*out, m->x, r->x);
    if (s == GN_OK) s = gn_plan_bind(*out, m->t, r->t);
    if (s == GN_OK && m->w) s = gn_plan_bind(*out, m->w, r->w);
    for (size_t i = 0; i < net->tensors && s == GN_OK; i++)
        s = gn_plan_bind(*out, m->param[i], gn_at(net->spec.type, net->block, net->tensor[i].offset));
    if (s == GN_OK) return GN_OK;
    gn_plan_free(*out);
    *out = NULL;
    return s;
}

/* ---- the gradient ------------------------------------------------------------------------------------------------ */

static void read_gradient(const gn_net_rows *r, const gn_plan *plan, const gn_node *out, double *loss, double *g)
{
    gn_type type = r->net->spec.type;
    if (loss) *loss = gn_get(type, gn_plan_value(plan, out[0]), 0);
    for (size_t i = 0, n = 1; i < r->net->tensors; i++) {
        if (!r->net->tensor[i].trainable) continue;
        const void *at = gn_plan_value(plan, out[n++]);
        for (size_t k = 0; k < r->net->tensor[i].size; k++) *g++ = gn_get(type, at, k);
    }
}

static gn_status run_gradient(gn_net_rows *r, gn_rows_graph *m, bool naive, double *loss, double *g)
{
    gn_plan *plan;
    gn_node *out = gn_arena_alloc(&m->arena, m->n + 1, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    out[0] = m->loss;
    GN_TRY(gn_grad(m->g, m->loss, m->n, m->wrt, out + 1));
    gn_plan_options options = { .naive = naive, .exact = gn_context_exact(r->ctx) };
    GN_TRY(gn_rows_graph_plan(r, m, out, m->n + 1, options, &plan));
    gn_status s = gn_plan_run(r->ctx, plan, 0);
    if (s == GN_OK) read_gradient(r, plan, out, loss, g);
    gn_plan_free(plan);
    return s;
}

gn_status gn_net_rows_gradient(gn_net_rows *r, bool naive, double *loss, double *g)
{
    gn_rows_graph m;
    GN_TRY(gn_rows_graph_open(r, &m));
    gn_status s = run_gradient(r, &m, naive, loss, g);
    gn_rows_graph_close(&m);
    return s;
}
