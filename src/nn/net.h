/* net.h -- what a network is inside the room: its layers as parsed, its tensors, and how the room's files share them.
 *
 * Invariant: trainable tensors come first in the block, so that one loop over [0, trainable) updates, clips or norms
 * them all; a layer's tensors are tensor[first .. first + tensors), in the order weight, bias, then what the kind adds.
 */
#ifndef GN_NET_H
#define GN_NET_H

#include "nn.h"

typedef enum gn_layer_kind {
    GN_L_DENSE,
    GN_L_ACTIVATION,
    GN_L_DROPOUT,
    GN_L_LAYERNORM,
    GN_L_BATCHNORM,
    GN_L_RESIDUAL
} gn_layer_kind;

typedef struct gn_layer {
    gn_layer_kind kind;
    size_t inputs, outputs;
    gn_pointwise act;               /* dense, activation, residual; GN_P_identity: none */
    double par[GN_PW_PARAMS];
    double rate;                    /* dropout */
    int module;                     /* index in the PyTorch Sequential of its first module */
    int number;                     /* as people count layers: W1 and A1 are of number 1; 0: it passes its input on when
                                       predicting (dropout, a bare identity) and has none */
    size_t first, tensors, parameters;
    const char *text;               /* canonical: "32 leaky_relu(alpha=0.05)" */
} gn_layer;

struct gn_net {
    gn_context *ctx;
    gn_arena arena;                 /* layers, tensors, names, transforms */
    gn_net_spec spec;               /* texts in the arena; "auto" replaced by what was chosen */
    size_t layers;
    gn_layer *layer;                /* the last one is the output layer */
    size_t tensors;
    gn_tensor_info *tensor;
    size_t block_size, trainable, parameters;
    void *block;
    gn_loss loss;
    double *shift, *factor, *y_shift, *y_factor;
    float *shift32, *factor32;      /* the same for a float32 net on data that are not doubles */
};

/* Both with momentum and epsilon as PyTorch has them. */
#define GN_NORM_EPS 1e-5
#define GN_BATCHNORM_MOMENTUM 0.1
enum { GN_LAYER_MAX = 1000000 };    /* the largest layer */

/* describe.c: the hidden layers of a description and then the output layer, in the arena. */
gn_status gn_layers_parse(gn_arena *arena, const char *text, size_t inputs, size_t outputs, gn_layer **out,
                          size_t *count);

/* init.c: fill a network's block; init must name a row or be "auto". */
gn_status gn_net_initialise(gn_net *net, const char *init);

/* build.c: what gn_net_build adds, kept apart so that training can read batch statistics and a diagnosis each layer's
 * output. */
typedef struct gn_net_nodes {
    gn_node *params;                /* (tensors): caller's array */
    gn_node *layer;                 /* (layers): output of each layer; caller's array or NULL */
    gn_node *mean,
        *var; /* (layers): batch statistics of batchnorm layers in training, else 0; caller's arrays or NULL */
    gn_node output;
} gn_net_nodes;
gn_status gn_net_build_nodes(gn_graph *g, const gn_net *net, gn_node x, bool training, gn_net_nodes *out);
/* z to what is predicted (probabilities, or z itself for regression); in transformed units. */
gn_node gn_net_link(gn_graph *g, const gn_net *net, gn_node z);

/* loss.c: a loss for each row (batch): the mean over the outputs where the formula gives one for each. */
gn_node gn_net_row_losses(gn_graph *g, const gn_net *net, gn_node z, gn_node t);
/* The status behind a poison node: the graph's, or that of the failure recorded before a node could be made. */
gn_status gn_nn_poisoned(gn_graph *g);
gn_status gn_net_choose_loss(gn_context *ctx, const gn_net_spec *spec, gn_loss *out);

/* batch.c: rows of a data set into a plan's buffers, in the network's type. rows are rows of the data set. */
void gn_batch_inputs(const gn_kernels *k, const gn_net *net, const gn_dataset *d, const uint32_t *rows, size_t m,
                     void *out);
void gn_batch_targets(const gn_net *net, const gn_dataset *d, const uint32_t *rows, size_t m, void *out);
gn_status gn_dataset_check(gn_context *ctx, const gn_net *net, const gn_dataset *d, bool need_target);
static inline uint32_t gn_dataset_row(const gn_dataset *d, size_t i) { return d->index ? d->index[i] : (uint32_t)i; }

/* eval.c: a compiled evaluation of a fixed number of rows. */
typedef struct gn_eval {
    gn_context *ctx;
    const gn_net *net;
    const gn_kernels *kernels;
    size_t rows;                    /* of the plan */
    gn_plan *plan;
    gn_node p, loss;                /* prediction (rows, outputs); loss (rows), 0 when not asked for */
    void *x, *t;                    /* buffers the plan reads */
    uint32_t *row;                  /* (rows) */
} gn_eval;
gn_status gn_eval_open(gn_context *ctx, const gn_net *net, size_t rows, bool with_loss, gn_eval *out);
void gn_eval_close(gn_eval *e);
/* Rows first .. first + m of d (m <= e->rows) through the plan; what is left of the block repeats the last row. */
gn_status gn_eval_run(gn_eval *e, const gn_dataset *d, size_t first, size_t m);

/* The layer whose tensor it is. */
size_t gn_net_layer_of(const gn_net *net, size_t tensor);

static inline double gn_get(gn_type type, const void *at, size_t i)
{
    return type == GN_F32 ? (double)((const float *)at)[i] : ((const double *)at)[i];
}
static inline void gn_put(gn_type type, void *at, size_t i, double value)
{
    if (type == GN_F32) ((float *)at)[i] = (float)value;
    else ((double *)at)[i] = value;
}
static inline void *gn_at(gn_type type, void *block, size_t element)
{
    return (char *)block + element * gn_type_size(type);
}
gn_plan_options gn_nn_plan_options(const gn_context *ctx, const gn_net *net);

/* measure.c: the figures of a finished sweep; also used at every epoch with what it allocates made once. */
typedef struct gn_scan {
    size_t outputs, classes;
    double loss, weight;            /* sums */
    size_t rows, right;
    double *mean, *total, *square, *absolute; /* (outputs): of the targets; sums of squares about the mean, of errors */
    uint64_t *confusion;            /* (classes, classes) or NULL */
} gn_scan;
gn_status gn_scan_open(gn_context *ctx, const gn_net *net, const gn_dataset *d, bool confusion, gn_scan *s);
void gn_scan_close(gn_context *ctx, gn_scan *s);
gn_status gn_scan_run(gn_eval *e, const gn_dataset *d, gn_scan *s);
double gn_scan_metric(const gn_scan *s);   /* accuracy, or R2 */
double gn_scan_loss(const gn_scan *s);

#endif
