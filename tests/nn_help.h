/* nn_help.h -- what the tests of networks share: a network from text, options, a data set from arrays. */
#ifndef GN_NN_HELP_H
#define GN_NN_HELP_H

#include "context_help.h"
#include "nn/nn.h"

static inline gn_net *make_net_as(gn_context *ctx, gn_task task, size_t in, size_t out, const char *layers,
                                  const char *loss, const char *reduction, gn_type type)
{
    gn_net_spec spec = { .inputs = in,
                         .outputs = out,
                         .task = task,
                         .layers = layers,
                         .loss = loss,
                         .reduction = reduction,
                         .init = "auto",
                         .type = type,
                         .seed = 7 };
    gn_net *net;
    must(ctx, gn_net_new(ctx, &spec, &net));
    return net;
}

static inline gn_net *make_net(gn_context *ctx, gn_task task, size_t in, size_t out, const char *layers)
{
    return make_net_as(ctx, task, in, out, layers, "auto", "mean", GN_F32);
}

/* "name=value name=value" */
static inline gn_options *make_options(gn_context *ctx, const char *text)
{
    gn_options *o;
    must(ctx, gn_options_new(ctx, &o));
    char copy[512], *save = NULL;
    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    for (char *part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
        char *equal = strchr(part, '=');
        *equal = 0;
        must(ctx, gn_options_set(o, part, equal + 1));
    }
    return o;
}

/* Values that depend on tensor and place alone, the same as the scripts that made the golden numbers used. */
static inline void set_weights(gn_net *net)
{
    for (size_t i = 0; i < gn_net_tensors(net); i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        if (!t.trainable) continue;
        bool gain = false;
        for (size_t l = 0; l < gn_net_layers(net); l++) {
            const char *text = gn_net_layer(net, l).text;
            gain |= (text[0] == 'l' || text[0] == 'b') && atoi(t.name) == gn_net_layer(net, l).module &&
                    strstr(t.name, "weight");
        }
        for (size_t k = 0; k < t.size; k++) {
            double v = 0.5 * sin(1 + (double)k * 0.73 + (double)i * 1.91) + (gain ? 1 : 0);
            if (gn_net_get_spec(net)->type == GN_F32) ((float *)gn_net_block(net))[t.offset + k] = (float)v;
            else ((double *)gn_net_block(net))[t.offset + k] = v;
        }
    }
}

static inline double weight_at(gn_net *net, size_t tensor, size_t k)
{
    size_t at = gn_net_tensor(net, tensor).offset + k;
    return gn_net_get_spec(net)->type == GN_F32 ? (double)((float *)gn_net_block(net))[at]
                                                : ((double *)gn_net_block(net))[at];
}

static inline void put_weight(gn_net *net, size_t tensor, size_t k, double v)
{
    size_t at = gn_net_tensor(net, tensor).offset + k;
    if (gn_net_get_spec(net)->type == GN_F32) ((float *)gn_net_block(net))[at] = (float)v;
    else ((double *)gn_net_block(net))[at] = v;
}

static inline gn_dataset values_set(const double *x, const double *y, size_t rows, size_t inputs)
{
    return (gn_dataset){ .rows = rows, .inputs = inputs, .type = GN_EL_F64, .x = x, .y = y };
}

static inline gn_dataset labels_set(const float *x, const int32_t *label, size_t rows, size_t inputs)
{
    return (gn_dataset){ .rows = rows, .inputs = inputs, .type = GN_EL_F32, .x = x, .label = label };
}

static inline size_t block_bytes(gn_net *net)
{
    return gn_net_block_size(net) * gn_type_size(gn_net_get_spec(net)->type);
}

#endif
