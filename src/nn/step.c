/* step.c -- one training step: compiled, its batch filled, run, and its state kept and put back.
 *
 * Invariant: with clipping, gradients are checked and clipped before any weight changes; without it the optimiser is
 * fused into the plan, and a step that went wrong is undone from the kept state (see diverge.c). Either way the bits
 * are the same. */
#include "hand.h"
#include "../base/pool.h"

#include <math.h>
#include <string.h>

enum { UPDATE_CHUNK = 16384, GATHER_CHUNK = 16 };

/* ---- compiling -------------------------------------------------------------------------------------------------- */

typedef struct gn_step_build {
    gn_fit_run *f;
    gn_graph *g;
    gn_step *s;
    gn_step_mode mode;
    gn_node *output;
    size_t outputs;
} gn_step_build;

static gn_status build_graph(gn_step_build *b)
{
    gn_fit_run *f = b->f;
    gn_step *s = b->s;
    const gn_net *net = f->net;
    s->x = gn_input(b->g, "x", gn_shape_make(2, s->rows, net->spec.inputs));
    s->t = gn_input(b->g, "t", gn_shape_make(2, s->rows, net->spec.outputs));
    s->w = f->w ? gn_input(b->g, "w", gn_shape_make(1, s->rows)) : 0;
    gn_net_nodes nodes = { .params = s->param, .layer = s->layer, .mean = s->mean, .var = s->var };
    GN_TRY(gn_net_build_nodes(b->g, net, s->x, b->mode != GN_STEP_ROW, &nodes));
    GN_TRY(gn_net_loss(b->g, net, nodes.output, s->t, s->w, &s->loss));
    gn_name(b->g, s->loss, "loss");
    b->output[b->outputs++] = s->loss;
    return GN_OK;
}

static gn_status add_gradients(gn_step_build *b)
{
    const gn_net *net = b->f->net;
    gn_node *wrt = b->output + b->outputs + net->tensors, *out = wrt + net->tensors; /* room behind the outputs */
    size_t n = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) wrt[n++] = b->s->param[i];
    GN_TRY(gn_grad(b->g, b->s->loss, n, wrt, out));
    n = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) b->s->grad[i] = out[n++];
    for (size_t i = 0; i < n; i++) b->output[b->outputs++] = out[i];
    return GN_OK;
}

static void add_extras(gn_step_build *b)
{
    const gn_step *s = b->s;
    for (size_t i = 0; i < b->f->net->layers; i++) {
        if (s->mean[i]) {
            b->output[b->outputs++] = s->mean[i];
            b->output[b->outputs++] = s->var[i];
        }
        if (b->mode >= GN_STEP_TRACE) b->output[b->outputs++] = s->layer[i];
    }
}

static void *slot_at(const gn_fit_run *f, size_t slot, size_t offset)
{
    return gn_at(f->net->spec.type, f->slots, slot * f->net->trainable + offset);
}

static gn_status bind_update(gn_step_build *b)
{
    gn_fit_run *f = b->f;
    const gn_net *net = f->net;
    gn_plan_update *u = gn_calloc(f->ctx, net->tensors, sizeof *u);
    if (!u) return GN_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        if (!b->s->grad[i]) continue;
        const gn_tensor_info *t = &net->tensor[i];
        u[n] = (gn_plan_update) { .gradient = b->s->grad[i],
                                  .w = gn_at(net->spec.type, net->block, t->offset),
                                  .op = f->set.op,
                                  .hyper = f->set.hyper };
        for (size_t k = 0; k < f->slot_count; k++) u[n].slot[k] = slot_at(f, k, t->offset);
        n++;
    }
    gn_status s = gn_plan_set_updates(b->s->plan, u, n);
    gn_free(f->ctx, u);
    return s;
}

static gn_status bind(gn_step_build *b)
{
    gn_fit_run *f = b->f;
    gn_step *s = b->s;
    const gn_net *net = f->net;
    GN_TRY(gn_plan_bind(s->plan, s->x, f->x));
    GN_TRY(gn_plan_bind(s->plan, s->t, f->t));
    if (s->w) GN_TRY(gn_plan_bind(s->plan, s->w, f->w));
    for (size_t i = 0; i < net->tensors; i++) {
        size_t offset = net->tensor[i].offset;
        GN_TRY(gn_plan_bind(s->plan, s->param[i], gn_at(net->spec.type, net->block, offset)));
        if (b->mode == GN_STEP_GRADIENT && s->grad[i])
            GN_TRY(gn_plan_bind(s->plan, s->grad[i], gn_at(net->spec.type, f->gradient, offset)));
    }
    return b->mode == GN_STEP_FUSED ? bind_update(b) : GN_OK;
}

static gn_status compile(gn_step_build *b)
{
    GN_TRY(build_graph(b));
    GN_TRY(add_gradients(b));
    add_extras(b);
    GN_TRY(gn_plan_new(b->g, b->output, b->outputs, gn_nn_plan_options(b->f->ctx, b->f->net), &b->s->plan));
    return bind(b);
}

gn_status gn_step_open(gn_fit_run *f, size_t rows, gn_step_mode mode, gn_step *out)
{
    size_t tensors = f->net->tensors, layers = f->net->layers;
    *out = (gn_step){ .rows = rows };
    out->param = gn_calloc(f->ctx, 2 * tensors + 3 * layers, sizeof(gn_node));
    if (!out->param) return GN_NO_MEMORY;
    out->grad = out->param + tensors;
    out->mean = out->grad + tensors;
    out->var = out->mean + layers;
    out->layer = out->var + layers;
    gn_step_build b = { .f = f, .s = out, .mode = mode };
    b.output = gn_calloc(f->ctx, 1 + 3 * tensors + 3 * layers, sizeof(gn_node));
    gn_status s = b.output ? gn_graph_new(f->ctx, &b.g) : GN_NO_MEMORY;
    if (s == GN_OK) s = compile(&b);
    gn_graph_free(b.g);
    gn_free(f->ctx, b.output);
    if (s != GN_OK) gn_step_close(f->ctx, out);
    return s;
}

void gn_step_close(gn_context *ctx, gn_step *s)
{
    gn_plan_free(s->plan);
    gn_free(ctx, s->param);
    *s = (gn_step){ 0 };
}

/* ---- the batch -------------------------------------------------------------------------------------------------- */

static void load_weights(gn_fit_run *f, size_t m)
{
    for (size_t i = 0; i < m; i++) {
        double w = f->weight_scale;
        if (f->train->weight) w *= (double)f->train->weight[f->row[i]];
        if (f->class_weight) w *= f->class_weight[f->train->label[f->row[i]]];
        gn_put(f->net->spec.type, f->w, i, w);
    }
}

typedef struct gn_gather_work { gn_fit_run *f; size_t m; } gn_gather_work;

static void gather_task(void *work, size_t task, int worker)
{
    const gn_gather_work *g = work;
    (void)worker;
    size_t first = task * GATHER_CHUNK, m = g->m - first < GATHER_CHUNK ? g->m - first : GATHER_CHUNK;
    gn_fit_run *f = g->f;
    gn_batch_inputs(f->k, f->net, f->train, f->row + first, m,
                    gn_at(f->net->spec.type, f->x, first * f->net->spec.inputs));
}

static void load_rows(gn_fit_run *f, size_t m)
{
    gn_gather_work work = { f, m };
    if (m * f->net->spec.inputs < 32768) gn_batch_inputs(f->k, f->net, f->train, f->row, m, f->x);
    else gn_parallel(f->ctx, (m + GATHER_CHUNK - 1) / GATHER_CHUNK, gather_task, &work);
    gn_batch_targets(f->net, f->train, f->row, m, f->t);
    if (f->w) load_weights(f, m);
}

void gn_fit_load(gn_fit_run *f, size_t first, size_t m)
{
    for (size_t i = 0; i < m; i++) f->row[i] = gn_dataset_row(f->train, f->order[first + i]);
    load_rows(f, m);
}

void gn_fit_load_row(gn_fit_run *f, uint32_t row)
{
    f->row[0] = row;
    load_rows(f, 1);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

static void set_rate(gn_fit_run *f)
{
    const gn_fit_settings *s = &f->set;
    gn_schedule_state at = { .step = f->step,
                             .steps = (uint64_t)f->batches * s->epochs,
                             .warmup = s->warmup,
                             .epoch = f->epoch,
                             .drops = f->drops,
                             .gamma = s->gamma,
                             .every = s->every };
    f->rate = s->rate * gn_schedule_factor(s->schedule, &at);
    f->set.hyper[0] = f->rate;
    f->set.hyper[s->parameters] = (double)(f->step + 1);
}

static void update_task(void *work, size_t task, int worker)
{
    gn_fit_run *f = work;
    gn_type type = f->net->spec.type;
    (void)worker;
    size_t first = task * UPDATE_CHUNK, left = f->net->trainable - first, n = left < UPDATE_CHUNK ? left : UPDATE_CHUNK;
    void *slot[GN_OPT_SLOTS] = { NULL };
    for (size_t k = 0; k < f->slot_count; k++) slot[k] = slot_at(f, k, first);
    f->k->update[f->set.op](n, gn_at(type, f->net->block, first), gn_at(type, f->gradient, first), slot, f->set.hyper);
}

/* Gradient block -> check -> clip -> update. Clipping by value comes first, then by norm. */
static void clipped_update(gn_fit_run *f)
{
    size_t n = f->net->trainable;
    f->norm = sqrt(f->k->sum_squares(n, f->gradient));
    if (!isfinite(f->norm)) {
        f->bad = true;
        return;
    }
    if (f->set.clip > 0) {
        f->k->clamp(n, f->set.clip, f->gradient);
        f->norm = sqrt(f->k->sum_squares(n, f->gradient));
    }
    if (f->set.clip_norm > 0 && f->norm > f->set.clip_norm) f->k->scale(n, f->set.clip_norm / f->norm, f->gradient);
    gn_parallel(f->ctx, (n + UPDATE_CHUNK - 1) / UPDATE_CHUNK, update_task, f);
}

/* running = (1 - momentum) running + momentum of the batch; the variance unbiased, as PyTorch keeps it. */
void gn_net_update_running(gn_net *net, size_t layer, size_t rows, const void *mean, const void *var)
{
    gn_type type = net->spec.type;
    const gn_layer *l = &net->layer[layer];
    void *kept_mean = gn_at(type, net->block, net->tensor[l->first + 2].offset);
    void *kept_var = gn_at(type, net->block, net->tensor[l->first + 3].offset);
    const double a = GN_BATCHNORM_MOMENTUM, unbiased = (double)rows / (double)(rows - 1);
    for (size_t j = 0; j < l->outputs; j++) {
        gn_put(type, kept_mean, j, (1 - a) * gn_get(type, kept_mean, j) + a * gn_get(type, mean, j));
        gn_put(type, kept_var, j, (1 - a) * gn_get(type, kept_var, j) + a * unbiased * gn_get(type, var, j));
    }
}

static void update_running(gn_fit_run *f, const gn_step *s, size_t layer)
{
    gn_net_update_running(f->net, layer, s->rows, gn_plan_value(s->plan, s->mean[layer]),
                          gn_plan_value(s->plan, s->var[layer]));
}

gn_status gn_fit_step(gn_fit_run *f, size_t batch)
{
    bool last = f->left && batch + 1 == f->batches;
    gn_step *s = last ? &f->ragged : &f->full;
    gn_fit_load(f, batch * f->set.batch, s->rows);
    set_rate(f);
    GN_TRY(gn_plan_run(f->ctx, s->plan, f->step));
    f->loss = gn_get(f->net->spec.type, gn_plan_value(s->plan, s->loss), 0);
    f->bad = !isfinite(f->loss);
    if (!f->bad && f->gradient) clipped_update(f);
    if (f->bad) return GN_OK;
    for (size_t i = 0; i < f->net->layers; i++)
        if (s->mean[i]) update_running(f, s, i);
    f->step++;
    return GN_OK;
}

/* ---- keeping ---------------------------------------------------------------------------------------------------- */

static size_t block_bytes(const gn_fit_run *f) { return f->net->block_size * gn_type_size(f->net->spec.type); }
static size_t slot_bytes(const gn_fit_run *f)
{
    return f->slot_count * f->net->trainable * gn_type_size(f->net->spec.type);
}

void gn_fit_keep(gn_fit_run *f, size_t batch)
{
    memcpy(f->kept, f->net->block, block_bytes(f));
    memcpy((char *)f->kept + block_bytes(f), f->slots, slot_bytes(f));
    f->kept_batch = batch;
    f->kept_step = f->step;
}

void gn_fit_restore(gn_fit_run *f)
{
    memcpy(f->net->block, f->kept, block_bytes(f));
    memcpy(f->slots, (char *)f->kept + block_bytes(f), slot_bytes(f));
    f->step = f->kept_step;
}

bool gn_fit_weights_finite(const gn_fit_run *f)
{
    return isfinite(f->k->sum_squares(f->net->block_size, f->net->block));
}
