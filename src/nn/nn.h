/* nn.h -- networks: layers from a description, losses, initialisation, training, schedules, metrics, on plain arrays.
 *
 * Invariant: all parameters stand in one aligned block, gradients and every optimiser slot in blocks of the same order. */
#ifndef GN_NN_H
#define GN_NN_H

#include "../graph/graph.h"
#include "../base/option.h"
#include "../base/random.h"

/* ---- tables ------------------------------------------------------------------------------------------------------- */
typedef enum gn_loss {
#define LOSS(name, formula, per, link, about) GN_LOSS_##name,
#include "../defs/loss.def"
#undef LOSS
    GN_LOSS_COUNT
} gn_loss;
typedef enum gn_link { GN_LINK_IDENTITY, GN_LINK_SIGMOID, GN_LINK_SOFTMAX } gn_link;
typedef struct gn_loss_row { const char *name, *formula; bool per_row; gn_link link; const char *about; } gn_loss_row;
const gn_loss_row *gn_loss_table(void);                 /* indexed by gn_loss */
gn_loss gn_loss_find(const char *name);                 /* GN_LOSS_COUNT when unknown; '-' may stand for '_', here and below */

typedef enum gn_init {
#define INIT(name, draw, scale, about) GN_INIT_##name,
#include "../defs/init.def"
#undef INIT
    GN_INIT_COUNT
} gn_init;
typedef enum gn_draw { GN_DRAW_UNIFORM, GN_DRAW_NORMAL, GN_DRAW_ORTHOGONAL } gn_draw;
typedef struct gn_init_row { const char *name; gn_draw draw; const char *scale; const char *about; } gn_init_row;
const gn_init_row *gn_init_table(void);
gn_init gn_init_find(const char *name);                 /* GN_INIT_COUNT when unknown */
gn_init gn_init_auto(gn_pointwise act);                 /* what "auto" chooses: read off the activation's own values */

typedef enum gn_schedule {
#define SCHEDULE(name, factor, gamma, every, about) GN_SCHEDULE_##name,
#include "../defs/schedule.def"
#undef SCHEDULE
    GN_SCHEDULE_COUNT
} gn_schedule;
typedef struct gn_schedule_row { const char *name, *factor; double gamma, every; const char *about; } gn_schedule_row;
const gn_schedule_row *gn_schedule_table(void);
gn_schedule gn_schedule_find(const char *name);         /* GN_SCHEDULE_COUNT when unknown */
/* What multiplies the base rate: step from 0 of all `steps`, warm-up included; gamma < 0 and every 0: the row's own. */
typedef struct gn_schedule_state { uint64_t step, steps, warmup, epoch; uint64_t drops; double gamma, every; } gn_schedule_state;
double gn_schedule_factor(gn_schedule s, const gn_schedule_state *at);

/* ---- data as a network sees it: borrowed arrays ----------------------------------------------------------------- */
typedef enum gn_element { GN_EL_U8, GN_EL_F32, GN_EL_F64 } gn_element;
typedef struct gn_dataset {
    size_t rows, inputs;
    gn_element type;
    const void *x;              /* (rows, inputs) as stored; the network's input transform is applied when a batch is gathered */
    const void *y;              /* regression targets (rows, outputs), float (GN_EL_F64: double); NULL for classes, or each row's distribution */
    const int32_t *label;       /* class of each row, 0..classes-1; NULL for regression */
    const float *weight;        /* sample weights (rows) or NULL */
    const uint32_t *index;      /* rows in use: index[0..used), or NULL for all */
    size_t used;
} gn_dataset;
static inline size_t gn_dataset_rows(const gn_dataset *d) { return d->index ? d->used : d->rows; }

/* ---- the network ------------------------------------------------------------------------------------------------- */
typedef enum gn_task { GN_REGRESSION, GN_BINARY, GN_CLASSES } gn_task;
typedef struct gn_net gn_net;
typedef struct gn_net_spec {
    size_t inputs, outputs;     /* outputs: targets, 1 for binary, or classes */
    gn_task task;
    const char *layers;         /* full form: "128 relu, dropout 0.2, 64 relu, layernorm, residual 64 tanh"; "" for none hidden */
    const char *loss;           /* a row of defs/loss.def, or "auto" */
    const char *reduction;      /* "mean", "sum", "half-sum" */
    const char *init;           /* a row of defs/init.def, or "auto": fits each layer's activation */
    gn_type type;
    uint64_t seed;
} gn_net_spec;
/* Loss, reduction, initialiser, precision and seed from the options of these names; the rest is 0. The texts are the
 * options'. */
gn_net_spec gn_net_spec_read(const gn_options *o);
gn_status gn_net_new(gn_context *ctx, const gn_net_spec *spec, gn_net **out); /* GN_E_CFG_NET with the part that is wrong */
void gn_net_free(gn_net *net);
/* "128,64" with activation "relu" -> "128 relu, 64 relu" (and dropout between when p > 0). */
gn_status gn_net_describe(gn_context *ctx, const char *layers, const char *act, double dropout, gn_text *out);

typedef struct gn_tensor_info {
    const char *name;           /* as a PyTorch Sequential names it: "0.weight", "0.bias", "2.weight", ... */
    int rank;
    size_t dim[2];
    size_t offset, size;        /* elements in the block */
    bool trainable;             /* running mean and variance are not */
} gn_tensor_info;
size_t gn_net_tensors(const gn_net *net);
gn_tensor_info gn_net_tensor(const gn_net *net, size_t i);
void *gn_net_block(gn_net *net);                        /* all tensors; gn_type of the spec */
size_t gn_net_block_size(const gn_net *net);            /* elements, padding included */
size_t gn_net_parameters(const gn_net *net);            /* trainable numbers, as a person counts them */
const gn_net_spec *gn_net_get_spec(const gn_net *net);
/* module: in its tensors' names; number: from 1, of layers that change their input when predicting, else 0. */
typedef struct gn_layer_info { const char *text; size_t outputs, parameters; int module, number; } gn_layer_info;
size_t gn_net_layers(const gn_net *net);
gn_layer_info gn_net_layer(const gn_net *net, size_t i);

/* Input transform: x' = (x - shift)*factor a column; target transform for regression: y' = (y - shift)*factor, undone in predictions.
 * Copied into the network. Either may be NULL. Arrays of doubles. */
gn_status gn_net_set_transform(gn_context *ctx, gn_net *net, const double *shift, const double *factor,
                               const double *y_shift, const double *y_factor);
const double *gn_net_input_shift(const gn_net *net);    /* NULL when there is none; and so on */
const double *gn_net_input_factor(const gn_net *net);
const double *gn_net_target_shift(const gn_net *net);
const double *gn_net_target_factor(const gn_net *net);

/* Add the network to a graph: x (batch, inputs), already transformed -> the output before the loss's own link (logits for classes). params
 * receives a node for each tensor. training: dropout and batch statistics in force. */
gn_status gn_net_build(gn_graph *g, const gn_net *net, gn_node x, bool training, gn_node *params, gn_node *output);
/* The loss of output z against target t (one-hot or distribution (batch, classes), or (batch, outputs)); w: (batch) sample
 * weights whose mean is 1, or 0 for none. Rank 0. */
gn_status gn_net_loss(gn_graph *g, const gn_net *net, gn_node z, gn_node t, gn_node w, gn_node *loss);

/* ---- prediction --------------------------------------------------------------------------------------------------- */
/* Predictions of n rows (raw: before the input transform), in the target's units, or class probabilities (binary: outputs = 1, the
 * probability of class 1). out is (n, outputs) of the network's type. Thread-safe on a const net. Bits do not depend on how rows
 * are cut into calls. */
gn_status gn_net_predict(gn_context *ctx, const gn_net *net, const gn_dataset *rows, void *out);

/* A compiled prediction to use again and again: microseconds for one row of a small network. Belongs to the context's thread; the network
 * must outlive it, and a change of its weights or transforms shows in the next run. */
typedef struct gn_predictor gn_predictor;
gn_status gn_predictor_new(gn_context *ctx, const gn_net *net, size_t rows, gn_predictor **out); /* rows: as many as usually come at once */
gn_status gn_predictor_run(gn_predictor *p, const gn_dataset *rows, void *out);  /* as gn_net_predict */
void gn_predictor_free(gn_predictor *p);

typedef struct gn_metrics {
    size_t rows;
    double loss;
    double accuracy;                            /* classes; NaN for regression */
    size_t classes;
    uint64_t *confusion;                        /* (true, predicted), caller's gn_free */
    double *precision, *recall, *f1;            /* a class each; caller's gn_free */
    double r2, rmse, mae;                       /* regression: over all outputs, in the target's units */
    size_t outputs;
    double *output_r2, *output_rmse, *output_mae; /* an output each */
} gn_metrics;
gn_status gn_net_measure(gn_context *ctx, const gn_net *net, const gn_dataset *data, gn_metrics *out);
/* Figures of classes on other rows put together with those of a pool, {0} to begin with; freed as any. */
gn_status gn_metrics_pool(gn_context *ctx, const gn_metrics *more, gn_metrics *pool);
void gn_metrics_free(gn_context *ctx, gn_metrics *m);

/* ---- training ------------------------------------------------------------------------------------------------------ */
typedef struct gn_progress {
    size_t epoch, epochs;       /* from 1 */
    size_t batch, batches;      /* from 1; batch == batches at the end of an epoch */
    bool epoch_end;
    double loss;                /* mean over the epoch so far */
    double held_loss, held_metric; /* held-out loss, and accuracy or R2; NaN when there is none or not yet */
    double rate;                /* learning rate in force */
    double gradient_norm;       /* of the last step, NaN when not computed */
    double samples_per_second, seconds_left, seconds;
    bool best;                  /* this epoch's held-out loss is the best so far */
} gn_progress;
/* Called a few times a second and at the end of every epoch; not GN_OK stops training with that status, weights kept. */
typedef gn_status (*gn_progress_fn)(void *user, const gn_progress *p);

typedef struct gn_fit_result {
    size_t epochs;              /* run */
    size_t best_epoch;          /* whose weights are kept; 0 when no held-out data */
    uint64_t steps;
    double loss, held_loss, held_metric;
    double seconds, samples_per_second;
    bool stopped_early;
    /* divergence: status GN_NEGATIVE; the weights are those before the bad step */
    bool diverged;
    char where[64];             /* tensor or "loss" */
    uint64_t bad_step;
    int64_t bad_row;            /* row of the data set, -1 unknown */
} gn_fit_result;
/* Train by the options lr, optimizer, schedule, batch, epochs, early-stop, clip-norm, ... of defs/option.def. held may be NULL.
 * class_weight (classes) may be NULL. */
gn_status gn_fit(gn_context *ctx, gn_net *net, const gn_dataset *train, const gn_dataset *held, const gn_options *options,
                 const double *class_weight, gn_progress_fn progress, void *user, gn_fit_result *result);
/* Somebody who looks at a training while it runs: before the first step and after every `every` steps. It must change
 * nothing; not GN_OK stops training with that status. */
typedef struct gn_watched {
    const gn_net *net;
    const gn_dataset *train;
    uint64_t step;              /* steps done */
    size_t epoch;               /* from 1 */
    size_t batch;               /* rows in a batch */
    double loss;                /* of the last step, NaN before the first */
    gn_optimizer op;
    const double *hyper;        /* parameters of the row with the rate in force first, then step, L2 and L1 */
    const void *slots;          /* (slots of the row, trainable): blocks in the order of the net's, in its type */
    size_t trainable;           /* elements of a block, padding included */
    double seconds;             /* since training began */
    const double *class_weight; /* (classes) that rows weigh besides their own weights, or NULL */
} gn_watched;
typedef gn_status (*gn_watch_fn)(void *user, const gn_watched *w);
typedef struct gn_fit_hooks {
    gn_progress_fn progress;
    void *user;
    gn_watch_fn watch;          /* or NULL */
    void *watch_user;
    uint64_t every;             /* steps, from 1 */
} gn_fit_hooks;
gn_status gn_fit_watched(gn_context *ctx, gn_net *net, const gn_dataset *train, const gn_dataset *held,
                         const gn_options *options, const double *class_weight, const gn_fit_hooks *hooks,
                         gn_fit_result *result);
/* The plan of one training step at this batch size, printed. */
gn_status gn_fit_print_plan(gn_context *ctx, gn_net *net, size_t batch, const gn_options *options, gn_text *to);

#endif
