/* hand.c -- a network worked by hand: forward, loss, backward and update as calls of their own, every number readable.
 *
 * Invariant: the passes are the nodes that training compiles, run with a trace; nothing is computed a second way. */
#include "hand.h"

#include <math.h>
#include <string.h>

/* ---- making ----------------------------------------------------------------------------------------------------- */

/* The task that a loss speaks of: cross-entropies tell classes apart, the others compare values. */
static gn_task task_of(gn_loss loss)
{
    if (loss == GN_LOSS_COUNT) return GN_REGRESSION;
    switch (gn_loss_table()[loss].link) {
    case GN_LINK_SIGMOID: return GN_BINARY;
    case GN_LINK_SOFTMAX: return GN_CLASSES;
    default: return GN_REGRESSION;
    }
}

static bool auto_word(const char *text) { return !*text || !strcmp(text, "auto"); }

static gn_status make_net(gn_network *n, size_t inputs, const char *layers, size_t outputs, const gn_options *o)
{
    gn_net_spec spec = gn_net_spec_read(o);
    spec.inputs = inputs;
    spec.outputs = outputs;
    spec.layers = layers;
    spec.task = auto_word(spec.loss) ? GN_REGRESSION : task_of(gn_loss_find(spec.loss));
    return gn_net_new(n->ctx, &spec, &n->net);
}

static gn_status make(gn_network *n, size_t inputs, const char *layers, size_t outputs, const gn_options *o)
{
    GN_TRY(gn_fit_read_settings(n->ctx, o, 1u << 30, false, &n->set));
    GN_TRY(make_net(n, inputs, layers, outputs, o));
    size_t size = gn_type_size(n->net->spec.type), slots = (size_t)gn_optimizer_table()[n->set.op].slots;
    n->k = gn_kernels_get((gn_isa)gn_context_isa(n->ctx), n->net->spec.type, gn_context_exact(n->ctx));
    n->gradient = gn_calloc_aligned(n->ctx, n->net->trainable, size);
    n->slots = gn_calloc_aligned(n->ctx, (slots ? slots : 1) * n->net->trainable, size);
    return n->gradient && n->slots ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_network_new(gn_context *ctx, size_t inputs, const char *layers, size_t outputs, const gn_options *options,
                         gn_network **out)
{
    gn_options *own = NULL;
    *out = NULL;
    if (!options) GN_TRY(gn_options_new(ctx, &own));
    gn_network *n = gn_calloc(ctx, 1, sizeof *n);
    gn_status s = n ? GN_OK : GN_NO_MEMORY;
    if (n) {
        n->ctx = ctx;
        s = make(n, inputs, layers ? layers : "", outputs, options ? options : own);
    }
    gn_options_free(own);
    if (s != GN_OK) gn_network_free(n);
    else *out = n;
    return s;
}

static void close_pass(gn_context *ctx, gn_hand_pass *p)
{
    gn_plan_free(p->plan);
    gn_free(ctx, p->param);
    *p = (gn_hand_pass){ 0 };
}

void gn_network_free(gn_network *n)
{
    if (!n) return;
    gn_context *ctx = n->ctx;
    close_pass(ctx, &n->forward);
    close_pass(ctx, &n->backward);
    gn_net_free(n->net);
    gn_free_aligned(ctx, n->x);
    gn_free_aligned(ctx, n->t);
    gn_free_aligned(ctx, n->gradient);
    gn_free_aligned(ctx, n->slots);
    gn_free(ctx, n);
}

/* ---- compiling -------------------------------------------------------------------------------------------------- */

/* The value that the layer's activation was applied to: the node itself where there is none. */
static gn_node before_activation(const gn_graph *g, const gn_net *net, size_t layer, gn_node out)
{
    const gn_layer *l = &net->layer[layer];
    if (l->act == GN_P_identity || (l->kind != GN_L_DENSE && l->kind != GN_L_ACTIVATION)) return out;
    return gn_node_get(g, out).in[0];
}

static gn_status add_gradients(gn_graph *g, const gn_net *net, gn_hand_pass *p, gn_node *wrt, gn_node *output,
                               size_t *outputs)
{
    size_t n = 0;
    gn_node *out = wrt + net->tensors;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) wrt[n++] = p->param[i];
    GN_TRY(gn_grad(g, p->loss, n, wrt, out));
    n = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].trainable) output[(*outputs)++] = p->grad[i] = out[n++];
    return GN_OK;
}

typedef struct gn_hand_build { gn_graph *g; gn_hand_pass *p; gn_node *output, x, t; size_t outputs; } gn_hand_build;

static gn_status build(gn_network *n, gn_hand_build *b, bool backward)
{
    const gn_net *net = n->net;
    gn_hand_pass *p = b->p;
    b->x = gn_input(b->g, "x", gn_shape_make(2, p->rows, net->spec.inputs));
    gn_net_nodes nodes = { .params = p->param, .layer = p->layer, .mean = p->mean, .var = p->var };
    GN_TRY(gn_net_build_nodes(b->g, net, b->x, backward, &nodes));
    p->output = gn_net_link(b->g, net, nodes.output);
    b->output[b->outputs++] = p->output;
    for (size_t i = 0; i < net->layers; i++) {
        b->output[b->outputs++] = p->layer[i];
        b->output[b->outputs++] = p->before[i] = before_activation(b->g, net, i, p->layer[i]);
        if (!p->mean[i]) continue;
        b->output[b->outputs++] = p->mean[i];
        b->output[b->outputs++] = p->var[i];
    }
    if (!backward) return GN_OK;
    b->t = gn_input(b->g, "t", gn_shape_make(2, p->rows, net->spec.outputs));
    GN_TRY(gn_net_loss(b->g, net, nodes.output, b->t, 0, &p->loss));
    b->output[b->outputs++] = p->loss;
    return add_gradients(b->g, net, p, b->output + 2 + 4 * net->layers + net->tensors, b->output, &b->outputs);
}

static gn_status bind(gn_network *n, const gn_hand_build *b)
{
    const gn_net *net = n->net;
    gn_type type = net->spec.type;
    gn_hand_pass *p = b->p;
    GN_TRY(gn_plan_bind(p->plan, b->x, n->x));
    if (b->t) GN_TRY(gn_plan_bind(p->plan, b->t, n->t));
    for (size_t i = 0; i < net->tensors; i++) {
        GN_TRY(gn_plan_bind(p->plan, p->param[i], gn_at(type, net->block, net->tensor[i].offset)));
        if (p->grad[i]) GN_TRY(gn_plan_bind(p->plan, p->grad[i], gn_at(type, n->gradient, net->tensor[i].offset)));
    }
    return GN_OK;
}

static gn_status compile(gn_network *n, gn_hand_pass *p, bool backward)
{
    size_t tensors = n->net->tensors, layers = n->net->layers;
    p->param = gn_calloc(n->ctx, 2 * tensors + 4 * layers, sizeof(gn_node));
    gn_hand_build b = { .p = p, .output = gn_calloc(n->ctx, 2 + 4 * layers + 3 * tensors, sizeof(gn_node)) };
    gn_status s = p->param && b.output ? gn_graph_new(n->ctx, &b.g) : GN_NO_MEMORY;
    if (s == GN_OK) {
        p->grad = p->param + tensors;
        p->layer = p->grad + tensors;
        p->before = p->layer + layers;
        p->mean = p->before + layers;
        p->var = p->mean + layers;
        s = build(n, &b, backward);
    }
    gn_plan_options o = gn_nn_plan_options(n->ctx, n->net);
    o.trace = true;
    if (s == GN_OK) s = gn_plan_new(b.g, b.output, b.outputs, o, &p->plan);
    if (s == GN_OK) s = bind(n, &b);
    gn_graph_free(b.g);
    gn_free(n->ctx, b.output);
    if (s != GN_OK) close_pass(n->ctx, p);
    return s;
}

static gn_status pass_for(gn_network *n, gn_hand_pass *p, bool backward)
{
    if (p->plan && p->rows == n->rows) return GN_OK;
    close_pass(n->ctx, p);
    p->rows = n->rows;
    return compile(n, p, backward);
}

/* ---- a step, part by part --------------------------------------------------------------------------------------- */

static gn_status make_room(gn_network *n, size_t rows)
{
    if (rows <= n->room) return GN_OK;
    size_t size = gn_type_size(n->net->spec.type);
    close_pass(n->ctx, &n->forward); /* they read the old places */
    close_pass(n->ctx, &n->backward);
    gn_free_aligned(n->ctx, n->x);
    gn_free_aligned(n->ctx, n->t);
    n->room = 0;
    n->t = NULL;
    n->x = gn_calloc_aligned(n->ctx, rows * n->net->spec.inputs, size);
    n->t = n->x ? gn_calloc_aligned(n->ctx, rows * n->net->spec.outputs, size) : NULL;
    if (!n->t) return GN_NO_MEMORY;
    n->room = rows;
    return GN_OK;
}

static void widen(const gn_network *n, const void *from, size_t size, double *to)
{
    for (size_t i = 0; i < size; i++) to[i] = gn_get(n->net->spec.type, from, i);
}

static void narrow(const gn_network *n, const double *from, size_t size, void *to)
{
    for (size_t i = 0; i < size; i++) gn_put(n->net->spec.type, to, i, from[i]);
}

static gn_status take_rows(gn_network *n, const double *x, size_t rows)
{
    uint64_t most;
    size_t width = n->net->spec.inputs + n->net->spec.outputs;
    if (!x) return gn_fail(n->ctx, GN_E_USAGE, "there are no inputs: x is NULL");
    if (!rows || !gn_size_mul(rows, width * sizeof(double), &most) || most > SIZE_MAX / 4)
        return gn_fail(n->ctx, GN_E_CFG_BATCH, "rows: %zu rows in a batch; 1 at least", rows);
    n->state = GN_HAND_NEW;
    GN_TRY(make_room(n, rows));
    n->rows = rows;
    narrow(n, x, rows * n->net->spec.inputs, n->x);
    return GN_OK;
}

gn_status gn_network_forward(gn_network *n, const double *x, size_t rows, double *out)
{
    GN_TRY(take_rows(n, x, rows));
    GN_TRY(pass_for(n, &n->forward, false));
    GN_TRY(gn_plan_run(n->ctx, n->forward.plan, n->step));
    if (out) widen(n, gn_plan_value(n->forward.plan, n->forward.output), rows * n->net->spec.outputs, out);
    n->state = GN_HAND_FORWARD;
    n->trained = false;
    return GN_OK;
}

static gn_status must_have(gn_network *n, gn_hand_state state, const char *first)
{
    if (n->state >= state) return GN_OK;
    gn_fail(n->ctx, GN_E_USAGE, "nothing was computed with the present parameters");
    return gn_hint(n->ctx, "call %s first", first);
}

/* The variance of a batch of one is 0 whatever the row is. */
static gn_status enough_rows(const gn_network *n)
{
    for (size_t i = 0; n->rows == 1 && i < n->net->layers; i++)
        if (n->net->layer[i].kind == GN_L_BATCHNORM)
            return gn_fail(n->ctx, GN_E_CFG_BATCH, "rows: 1 row in a batch; with batchnorm, training needs 2 at least");
    return GN_OK;
}

gn_status gn_network_loss(gn_network *n, const double *y, double *loss)
{
    *loss = NAN;
    if (!y) return gn_fail(n->ctx, GN_E_USAGE, "there are no targets: y is NULL");
    GN_TRY(must_have(n, GN_HAND_FORWARD, "gn_network_forward"));
    GN_TRY(enough_rows(n));
    narrow(n, y, n->rows * n->net->spec.outputs, n->t);
    GN_TRY(pass_for(n, &n->backward, true));
    GN_TRY(gn_plan_run(n->ctx, n->backward.plan, n->step));
    *loss = gn_get(n->net->spec.type, gn_plan_value(n->backward.plan, n->backward.loss), 0);
    n->state = GN_HAND_LOSS;
    n->trained = true;
    return GN_OK;
}

/* Padding between tensors is left out of what people see: theta is the tensors one after another. */
static void spread(const gn_network *n, const void *block, double *theta)
{
    for (size_t i = 0, at = 0; i < n->net->tensors; i++) {
        const gn_tensor_info *t = &n->net->tensor[i];
        if (!t->trainable) continue;
        widen(n, gn_at(n->net->spec.type, (void *)(uintptr_t)block, t->offset), t->size, theta + at);
        at += t->size;
    }
}

gn_status gn_network_backward(gn_network *n, double *gradient)
{
    GN_TRY(must_have(n, GN_HAND_LOSS, "gn_network_loss"));
    spread(n, n->gradient, gradient);
    return GN_OK;
}

static void clip(gn_network *n)
{
    size_t size = n->net->trainable;
    if (n->set.clip > 0) n->k->clamp(size, n->set.clip, n->gradient);
    double norm = sqrt(n->k->sum_squares(size, n->gradient));
    if (n->set.clip_norm > 0 && norm > n->set.clip_norm) n->k->scale(size, n->set.clip_norm / norm, n->gradient);
}

gn_status gn_network_step(gn_network *n)
{
    GN_TRY(must_have(n, GN_HAND_LOSS, "gn_network_loss"));
    const gn_optimizer_row *row = &gn_optimizer_table()[n->set.op];
    gn_net *net = n->net;
    void *slot[GN_OPT_SLOTS] = { NULL };
    for (int i = 0; i < row->slots; i++) slot[i] = gn_at(net->spec.type, n->slots, (size_t)i * net->trainable);
    if (gn_fit_clips(&n->set)) clip(n);
    n->set.hyper[0] = n->set.rate;
    n->set.hyper[row->parameters] = (double)(n->step + 1);
    n->k->update[n->set.op](net->trainable, net->block, n->gradient, slot, n->set.hyper);
    for (size_t i = 0; i < net->layers; i++)
        if (n->backward.mean[i])
            gn_net_update_running(net, i, n->rows, gn_plan_value(n->backward.plan, n->backward.mean[i]),
                                  gn_plan_value(n->backward.plan, n->backward.var[i]));
    n->step++;
    n->state = GN_HAND_NEW;
    return GN_OK;
}

gn_status gn_network_train_step(gn_network *n, const double *x, const double *y, size_t rows, double *loss)
{
    double l;
    if (loss) *loss = NAN;
    GN_TRY(take_rows(n, x, rows));
    n->state = GN_HAND_FORWARD;
    GN_TRY(gn_network_loss(n, y, &l));
    if (loss) *loss = l;
    return gn_network_step(n);
}

/* ---- reading and setting ---------------------------------------------------------------------------------------- */

size_t gn_network_parameters(const gn_network *n) { return gn_net_parameters(n->net); }
size_t gn_network_layers(const gn_network *n) { return n->net->layers; }
size_t gn_network_layer_outputs(const gn_network *n, size_t layer)
{
    return layer < n->net->layers ? n->net->layer[layer].outputs : 0;
}

gn_status gn_network_layer(const gn_network *n, size_t layer, double *z, double *a)
{
    if (layer >= n->net->layers)
        return gn_fail(n->ctx, GN_E_USAGE, "layer %zu; there are %zu, from 0", layer, n->net->layers);
    GN_TRY(must_have((gn_network *)(uintptr_t)n, GN_HAND_FORWARD, "gn_network_forward"));
    const gn_hand_pass *p = n->trained ? &n->backward : &n->forward;
    size_t size = n->rows * n->net->layer[layer].outputs;
    if (z) widen(n, gn_plan_value(p->plan, p->before[layer]), size, z);
    if (a) widen(n, gn_plan_value(p->plan, p->layer[layer]), size, a);
    return GN_OK;
}

const char *gn_network_tensor(const gn_network *n, size_t i, size_t dim[2], size_t *offset)
{
    size_t at = 0, seen = 0;
    for (size_t k = 0; k < n->net->tensors; k++) {
        const gn_tensor_info *t = &n->net->tensor[k];
        if (!t->trainable) continue;
        if (seen++ == i) {
            dim[0] = t->dim[0];
            dim[1] = t->rank == 2 ? t->dim[1] : 1;
            *offset = at;
            return t->name;
        }
        at += t->size;
    }
    return NULL;
}

void gn_network_get(const gn_network *n, double *theta) { spread(n, n->net->block, theta); }

void gn_network_set(gn_network *n, const double *theta)
{
    for (size_t i = 0, at = 0; i < n->net->tensors; i++) {
        const gn_tensor_info *t = &n->net->tensor[i];
        if (!t->trainable) continue;
        narrow(n, theta + at, t->size, gn_at(n->net->spec.type, n->net->block, t->offset));
        at += t->size;
    }
    n->state = GN_HAND_NEW;
}
