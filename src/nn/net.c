/* net.c -- a network as an object: its layers, its tensors in one block, its transforms, and reading them.
 *
 * Invariant: offsets are multiples of 64 bytes, trainable tensors stand before the others, padding is 0. */
#include "net.h"
#include "../base/text.h"

#include <string.h>

gn_plan_options gn_nn_plan_options(const gn_context *ctx, const gn_net *net)
{
    return (gn_plan_options){ .type = net->spec.type, .exact = gn_context_exact(ctx) };
}

/* ---- tensors ---------------------------------------------------------------------------------------------------- */

static size_t tensors_of(const gn_layer *l)
{
    switch (l->kind) {
    case GN_L_DENSE: case GN_L_LAYERNORM: return 2;
    case GN_L_RESIDUAL: return l->inputs == l->outputs ? 2 : 3;
    case GN_L_BATCHNORM: return 4;
    default: return 0;
    }
}

static gn_status add_tensor(gn_net *net, gn_layer *l, const char *name, int rank, size_t rows, size_t columns)
{
    gn_text full;
    gn_text_init(&full, net->ctx);
    gn_text_printf(&full, "%d.%s", l->module, name);
    gn_status s = gn_text_done(&full);
    gn_tensor_info *t = &net->tensor[net->tensors];
    *t = (gn_tensor_info){ .rank = rank, .dim = { rows, columns }, .trainable = strncmp(name, "running", 7) != 0 };
    if (s == GN_OK && !(t->name = gn_arena_text(&net->arena, full.at, full.length))) s = GN_NO_MEMORY;
    gn_text_free(&full);
    uint64_t size;
    if (s == GN_OK && (!gn_size_mul(rows, rank == 2 ? columns : 1, &size) || size > SIZE_MAX / 16))
        s = gn_fail(net->ctx, GN_E_MEMORY, "a layer of %zu by %zu numbers is more than memory can hold", rows, columns);
    if (s != GN_OK) return s;
    t->size = (size_t)size;
    if (!l->tensors) l->first = net->tensors;
    l->tensors++;
    net->tensors++;
    if (t->trainable) l->parameters += t->size;
    return GN_OK;
}

static gn_status add_tensors(gn_net *net, gn_layer *l)
{
    switch (l->kind) {
    case GN_L_DENSE: case GN_L_RESIDUAL:
        GN_TRY(add_tensor(net, l, "weight", 2, l->outputs, l->inputs));
        GN_TRY(add_tensor(net, l, "bias", 1, l->outputs, 1));
        if (tensors_of(l) == 3) GN_TRY(add_tensor(net, l, "project.weight", 2, l->outputs, l->inputs));
        return GN_OK;
    case GN_L_LAYERNORM: case GN_L_BATCHNORM:
        GN_TRY(add_tensor(net, l, "weight", 1, l->outputs, 1));
        GN_TRY(add_tensor(net, l, "bias", 1, l->outputs, 1));
        if (l->kind == GN_L_LAYERNORM) return GN_OK;
        GN_TRY(add_tensor(net, l, "running_mean", 1, l->outputs, 1));
        return add_tensor(net, l, "running_var", 1, l->outputs, 1);
    default:
        return GN_OK;
    }
}

/* Offsets of the tensors for which trainable is as asked, from *end on. */
static gn_status place(gn_net *net, bool trainable, uint64_t *end)
{
    size_t step = 64 / gn_type_size(net->spec.type);
    for (size_t i = 0; i < net->tensors; i++) {
        gn_tensor_info *t = &net->tensor[i];
        if (t->trainable != trainable) continue;
        t->offset = (size_t)*end;
        uint64_t padded = (t->size + step - 1) / step * step;
        if (!gn_size_add(*end, padded, end) || *end > SIZE_MAX / 16)
            return gn_fail(net->ctx, GN_E_MEMORY, "the network is larger than memory can hold");
    }
    return GN_OK;
}

static gn_status make_tensors(gn_net *net)
{
    size_t count = 0;
    for (size_t i = 0; i < net->layers; i++) count += tensors_of(&net->layer[i]);
    net->tensor = gn_arena_alloc(&net->arena, count, sizeof *net->tensor);
    if (!net->tensor) return GN_NO_MEMORY;
    for (size_t i = 0; i < net->layers; i++) {
        GN_TRY(add_tensors(net, &net->layer[i]));
        net->parameters += net->layer[i].parameters;
    }
    uint64_t end = 0;
    GN_TRY(place(net, true, &end));
    net->trainable = (size_t)end;
    GN_TRY(place(net, false, &end));
    net->block_size = (size_t)end;
    net->block = gn_calloc_aligned(net->ctx, net->block_size, gn_type_size(net->spec.type));
    return net->block ? GN_OK : GN_NO_MEMORY;
}

/* ---- making ----------------------------------------------------------------------------------------------------- */

static const char *keep(gn_net *net, const char *text)
{
    return gn_arena_text(&net->arena, text, strlen(text));
}

/* The hidden layers as canonical text, so that a saved description does not depend on how it was typed. */
static gn_status canonical(gn_net *net)
{
    gn_text t;
    gn_text_init(&t, net->ctx);
    for (size_t i = 0; i + 1 < net->layers; i++) gn_text_printf(&t, "%s%s", i ? ", " : "", net->layer[i].text);
    gn_status s = gn_text_done(&t);
    if (s == GN_OK && !(net->spec.layers = gn_arena_text(&net->arena, t.at ? t.at : "", t.length))) s = GN_NO_MEMORY;
    gn_text_free(&t);
    return s;
}

static gn_status check_spec(gn_context *ctx, const gn_net_spec *spec)
{
    if (spec->inputs < 1) return gn_fail(ctx, GN_E_CFG_NET, "a network needs 1 input at least");
    if (spec->outputs < 1 || (spec->task == GN_BINARY && spec->outputs != 1) ||
        (spec->task == GN_CLASSES && spec->outputs < 2))
        return gn_fail(ctx, GN_E_CFG_NET, "%zu outputs do not fit the task: 1 for two classes, 2 or more for classes",
                       spec->outputs);
    return GN_OK;
}

static gn_status fill_net(gn_net *net, const gn_net_spec *spec)
{
    gn_context *ctx = net->ctx;
    const char *layers = spec->layers ? spec->layers : "", *init = spec->init ? spec->init : "auto";
    GN_TRY(check_spec(ctx, spec));
    GN_TRY(gn_net_choose_loss(ctx, spec, &net->loss));
    net->spec = *spec;
    if (!strcmp(layers, "auto")) layers = "64 relu, 64 relu";
    GN_TRY(gn_layers_parse(&net->arena, layers, spec->inputs, spec->outputs, &net->layer, &net->layers));
    GN_TRY(canonical(net));
    net->spec.loss = gn_loss_table()[net->loss].name;
    net->spec.reduction = keep(net, spec->reduction ? spec->reduction : "mean");
    net->spec.init = keep(net, init);
    if (!net->spec.reduction || !net->spec.init) return GN_NO_MEMORY;
    GN_TRY(make_tensors(net));
    return gn_net_initialise(net, init);
}

gn_net_spec gn_net_spec_read(const gn_options *o)
{
    return (gn_net_spec){ .loss = gn_option_text(o, GN_O_LOSS),
                          .reduction = gn_option_text(o, GN_O_REDUCTION),
                          .init = gn_option_text(o, GN_O_INIT),
                          .type = strcmp(gn_option_text(o, GN_O_PRECISION), "f64") ? GN_F32 : GN_F64,
                          .seed = (uint64_t)gn_option_int(o, GN_O_SEED) };
}

gn_status gn_net_new(gn_context *ctx, const gn_net_spec *spec, gn_net **out)
{
    *out = NULL;
    gn_net *net = gn_calloc(ctx, 1, sizeof *net);
    if (!net) return GN_NO_MEMORY;
    net->ctx = ctx;
    gn_arena_init(&net->arena, ctx);
    gn_status s = fill_net(net, spec);
    if (s != GN_OK) {
        gn_net_free(net);
        return s;
    }
    *out = net;
    return GN_OK;
}

void gn_net_free(gn_net *net)
{
    if (!net) return;
    gn_context *ctx = net->ctx;
    gn_free_aligned(ctx, net->block);
    gn_arena_free(&net->arena);
    gn_free(ctx, net);
}

/* ---- transforms ------------------------------------------------------------------------------------------------- */

static gn_status copy_doubles(gn_net *net, const double *from, size_t n, double **to)
{
    *to = NULL;
    if (!from) return GN_OK;
    *to = gn_arena_alloc(&net->arena, n, sizeof **to);
    if (!*to) return GN_NO_MEMORY;
    memcpy(*to, from, n * sizeof **to);
    return GN_OK;
}

static gn_status copy_floats(gn_net *net, const double *from, size_t n, float **to)
{
    *to = NULL;
    if (!from) return GN_OK;
    *to = gn_arena_alloc(&net->arena, n, sizeof **to);
    if (!*to) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) (*to)[i] = (float)from[i];
    return GN_OK;
}

gn_status gn_net_set_transform(gn_context *ctx, gn_net *net, const double *shift, const double *factor,
                               const double *y_shift, const double *y_factor)
{
    (void)ctx;
    size_t in = net->spec.inputs, out = net->spec.outputs;
    GN_TRY(copy_doubles(net, shift, in, &net->shift));
    GN_TRY(copy_doubles(net, factor, in, &net->factor));
    GN_TRY(copy_floats(net, shift, in, &net->shift32));
    GN_TRY(copy_floats(net, factor, in, &net->factor32));
    GN_TRY(copy_doubles(net, y_shift, out, &net->y_shift));
    return copy_doubles(net, y_factor, out, &net->y_factor);
}

const double *gn_net_input_shift(const gn_net *net) { return net->shift; }
const double *gn_net_input_factor(const gn_net *net) { return net->factor; }
const double *gn_net_target_shift(const gn_net *net) { return net->y_shift; }
const double *gn_net_target_factor(const gn_net *net) { return net->y_factor; }

/* ---- reading ---------------------------------------------------------------------------------------------------- */

size_t gn_net_tensors(const gn_net *net) { return net->tensors; }
gn_tensor_info gn_net_tensor(const gn_net *net, size_t i) { return net->tensor[i]; }
void *gn_net_block(gn_net *net) { return net->block; }
size_t gn_net_block_size(const gn_net *net) { return net->block_size; }
size_t gn_net_parameters(const gn_net *net) { return net->parameters; }
const gn_net_spec *gn_net_get_spec(const gn_net *net) { return &net->spec; }
size_t gn_net_layers(const gn_net *net) { return net->layers; }

size_t gn_net_layer_of(const gn_net *net, size_t tensor)
{
    size_t i = 0;
    while (i + 1 < net->layers && tensor >= net->layer[i].first + net->layer[i].tensors) i++;
    return i;
}

gn_layer_info gn_net_layer(const gn_net *net, size_t i)
{
    const gn_layer *l = &net->layer[i];
    return (gn_layer_info){ .text = l->text, .outputs = l->outputs, .parameters = l->parameters, .module = l->module,
                             .number = l->number };
}
