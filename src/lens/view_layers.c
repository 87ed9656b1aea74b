/* view_layers.c -- what each layer gives on rows of data, and the slope of the loss by it.
 *
 * Invariant: values and slopes come from one run of one plan, in the network's own precision. */
#include "view.h"

#include <math.h>
#include <string.h>

typedef struct pass {
    gn_arena *arena;
    const gn_net *net;
    gn_graph *graph;
    gn_plan *plan;
    gn_node x, t, w, *param, *layer, *slope;
    size_t rows;
} pass;

static gn_status build(pass *p, const gn_dataset *d)
{
    const gn_net *net = p->net;
    gn_graph *g = p->graph;
    gn_node loss, *out = gn_arena_alloc(p->arena, 2 * net->layers + 1, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    p->x = gn_input(g, "x", gn_shape_make(2, p->rows, net->spec.inputs));
    gn_net_nodes nodes = { .params = p->param, .layer = p->layer };
    GN_TRY(gn_net_build_nodes(g, net, p->x, false, &nodes));
    p->t = gn_input(g, "t", gn_shape_make(2, p->rows, net->spec.outputs));
    p->w = d->weight ? gn_input(g, "w", gn_shape_make(1, p->rows)) : 0;
    GN_TRY(gn_net_loss(g, net, nodes.output, p->t, p->w, &loss));
    GN_TRY(gn_grad(g, loss, net->layers, p->layer, p->slope));
    memcpy(out, p->layer, net->layers * sizeof *out);
    memcpy(out + net->layers, p->slope, net->layers * sizeof *out);
    gn_plan_options o = gn_nn_plan_options(p->arena->ctx, net);
    o.trace = true;
    return gn_plan_new(g, out, 2 * net->layers, o, &p->plan);
}

static gn_status bind(pass *p, const gn_dataset *d)
{
    gn_context *ctx = p->arena->ctx;
    const gn_net *net = p->net;
    gn_type type = net->spec.type;
    size_t size = gn_type_size(type);
    void *x = gn_arena_alloc(p->arena, p->rows * net->spec.inputs, size);
    void *t = gn_arena_alloc(p->arena, p->rows * net->spec.outputs, size);
    void *w = gn_arena_alloc(p->arena, p->rows, size);
    uint32_t *row = gn_arena_alloc(p->arena, p->rows, sizeof *row);
    if (!x || !t || !w || !row) return GN_NO_MEMORY;
    double sum = 0;
    for (size_t i = 0; i < p->rows; i++) {
        row[i] = gn_dataset_row(d, i);
        sum += d->weight ? (double)d->weight[row[i]] : 1;
    }
    for (size_t i = 0; i < p->rows && d->weight; i++)
        gn_put(type, w, i, (double)d->weight[row[i]] * (double)p->rows / sum);
    int isa = gn_context_isa(ctx);
    gn_batch_inputs(gn_kernels_get(isa < 0 ? gn_isa_best() : (gn_isa)isa, type, gn_context_exact(ctx)), net, d, row,
                    p->rows, x);
    gn_batch_targets(net, d, row, p->rows, t);
    GN_TRY(gn_plan_bind(p->plan, p->x, x));
    GN_TRY(gn_plan_bind(p->plan, p->t, t));
    if (p->w) GN_TRY(gn_plan_bind(p->plan, p->w, w));
    for (size_t i = 0; i < net->tensors; i++)
        GN_TRY(gn_plan_bind(p->plan, p->param[i], gn_at(type, net->block, net->tensor[i].offset)));
    return gn_plan_run(ctx, p->plan, 0);
}

static gn_status take(pass *p, gn_node node, size_t count, double **out)
{
    const void *at = gn_plan_value(p->plan, node);
    *out = gn_arena_alloc(p->arena, count + 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) (*out)[i] = at ? gn_get(p->net->spec.type, at, i) : 0;
    return GN_OK;
}

static gn_status collect(pass *p, gn_view_layer **out, size_t *count)
{
    size_t n = 0;
    gn_view_layer *l = gn_arena_alloc(p->arena, p->net->layers, sizeof *l);
    if (!l) return GN_NO_MEMORY;
    for (size_t i = 0; i < p->net->layers; i++) {
        const gn_layer *of = &p->net->layer[i];
        gn_view_layer *to = &l[n];
        if (!of->number) continue;
        *to = (gn_view_layer){ .text = gn_arena_text(p->arena, of->text, strlen(of->text)), .number = of->number,
                               .count = p->rows * of->outputs };
        if (!to->text) return GN_NO_MEMORY;
        GN_TRY(take(p, p->layer[i], to->count, &to->value));
        GN_TRY(take(p, p->slope[i], to->count, &to->gradient));
        n++;
    }
    *out = l;
    *count = n;
    return GN_OK;
}

gn_status gn_view_layers_of(gn_arena *arena, const gn_net *net, const gn_dataset *rows, gn_view_layer **out,
                            size_t *count)
{
    pass p = { .arena = arena, .net = net, .rows = gn_dataset_rows(rows) };
    GN_TRY(gn_dataset_check(arena->ctx, net, rows, true));
    if (!p.rows) return gn_fail(arena->ctx, GN_E_DATA_ROWS, "there are no rows to look at the layers on");
    p.param = gn_arena_alloc(arena, net->tensors + 1, sizeof *p.param);
    p.layer = gn_arena_alloc(arena, 2 * net->layers + 1, sizeof *p.layer);
    if (!p.param || !p.layer) return GN_NO_MEMORY;
    p.slope = p.layer + net->layers;
    GN_TRY(gn_graph_new(arena->ctx, &p.graph));
    gn_status s = build(&p, rows);
    if (s == GN_OK) s = bind(&p, rows);
    if (s == GN_OK) s = collect(&p, out, count);
    gn_plan_free(p.plan);
    gn_graph_free(p.graph);
    return s;
}

void gn_view_histogram(const double *value, size_t count, size_t bins, double *at, double *share)
{
    double lo = INFINITY, hi = -INFINITY;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(value[i])) continue;
        finite++;
        if (value[i] < lo) lo = value[i];
        if (value[i] > hi) hi = value[i];
    }
    if (!finite) lo = 0, hi = 1;
    if (lo == hi) lo -= 0.5, hi += 0.5;
    for (size_t k = 0; k < bins; k++) {
        at[k] = lo + (hi - lo) * ((double)k + 0.5) / (double)bins;
        share[k] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(value[i])) continue;
        size_t k = (size_t)((value[i] - lo) / (hi - lo) * (double)bins);
        share[k < bins ? k : bins - 1] += 1;
    }
    for (size_t k = 0; k < bins && finite; k++) share[k] *= 100 / (double)finite;
}
