/* glassnet.h -- the whole public interface of glassnet, a neural-network engine that you can see through.
 *
 * Conventions. Matrices are row-major. A batch X is (rows, inputs); a weight W is (outputs, inputs); Z = X W' + b.
 * Every function that can fail takes the caller's context first and returns a gn_status; what went wrong is then in
 * gn_last_error(ctx). Output parameters are always set: to the result, or to NULL or 0 on failure.
 * Threads. A context belongs to one thread at a time. A model that nobody changes may be used from any number of threads,
 * each with a context of its own. The library never prints, exits, or touches locale, signals or global state. */
#ifndef GLASSNET_H
#define GLASSNET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GN_VERSION "0.1.0"
#define GN_VERSION_MAJOR 0
#define GN_VERSION_MINOR 1
#define GN_VERSION_PATCH 0

#if defined(GN_BUILDING) && defined(__GNUC__)
#define GN_API __attribute__((visibility("default")))
#else
#define GN_API
#endif

/* What a function says of its work; the numbers are also the command's exit statuses. The record behind a failure names a
 * finer code such as "CSV-RAGGED". */
typedef enum gn_status {
    GN_OK = 0,         /* done */
    GN_NEGATIVE = 1,   /* the work ran and the answer is no: training diverged, a check failed */
    GN_USAGE = 2,      /* the call or an option is wrong */
    GN_BAD_DATA = 3,   /* the data or the model cannot be what it claims to be */
    GN_IO = 4,         /* the operating system refused to read or write */
    GN_NO_MEMORY = 5,  /* out of memory */
    GN_STOPPED = 130   /* stopped on request (gn_request_stop or a callback), state kept */
} gn_status;

typedef struct gn_context gn_context; /* memory, files, threads, instruction set, the last error */
typedef struct gn_options gn_options; /* named options: every option of the command, by the same name */
typedef struct gn_data gn_data;       /* rows with features and, where known, targets */
typedef struct gn_model gn_model;     /* a network with everything needed to predict from raw rows */
typedef struct gn_network gn_network; /* a network worked by hand, call by call */

/* The last failure in a context. Strings are UTF-8, belong to the context and live until its next failing call. */
typedef struct gn_error {
    gn_status status;
    const char *code;    /* stable, such as "CSV-RAGGED"; "" when nothing has failed */
    const char *where;   /* "iris.csv:3:7", "x.npy @128", or "" */
    const char *message; /* one sentence: what was expected, what was found */
    const char *hint;    /* what to try, or "" */
} gn_error;

typedef enum gn_log_level { GN_LOG_NOTE, GN_LOG_WARNING } gn_log_level;
typedef void (*gn_log_fn)(void *user, gn_log_level level, const char *text);
/* Behaves as realloc; size 0 frees and returns NULL. old is NULL for a new block. Returns NULL when there is no memory. */
typedef void *(*gn_alloc_fn)(void *user, void *old, size_t size);

/* ---- context ------------------------------------------------------------------------------------------------------ */

/* Settings of a context; fill with gn_context_defaults, then change what you need. size lets later versions add fields. */
typedef struct gn_context_settings {
    size_t size;        /* sizeof(gn_context_settings) */
    int threads;        /* 0: as many as there are processors */
    const char *isa;    /* "auto", "base", "avx2", "avx512", "neon"; NULL: auto. The environment variable GLASSNET_ISA is the command's, not the library's */
    int exact;          /* 1: the same bits on every instruction set, slower */
    gn_alloc_fn alloc;  /* NULL: the C library's */
    void *alloc_user;
    gn_log_fn log;      /* notes and warnings; NULL: dropped */
    void *log_user;
} gn_context_settings;
GN_API void gn_context_defaults(gn_context_settings *settings);
/* NULL settings: the defaults. Fails with GN_NO_MEMORY or GN_USAGE (unknown instruction set, threads outside 0..256). */
GN_API gn_status gn_context_new(const gn_context_settings *settings, gn_context **out);
GN_API void gn_context_free(gn_context *ctx);                       /* after everything made with it; NULL is allowed */
GN_API const gn_error *gn_last_error(const gn_context *ctx);        /* never NULL */
GN_API void gn_request_stop(gn_context *ctx);                       /* from any thread or a signal handler: training stops within a step */
GN_API const char *gn_version(void);
GN_API const char *gn_explain_code(const char *code);               /* the long explanation of an error code, or NULL */

/* ---- options ------------------------------------------------------------------------------------------------------ */

/* Every option of the command by its name without dashes: gn_options_set(o, "lr", "0.01"). Flags take "" or NULL. */
GN_API gn_status gn_options_new(gn_context *ctx, gn_options **out);
GN_API gn_status gn_options_set(gn_options *options, const char *name, const char *value); /* GN_USAGE: unknown name, value outside its range */
GN_API void gn_options_free(gn_options *options);

/* ---- data --------------------------------------------------------------------------------------------------------- */

/* Copies x (rows, inputs) and y (rows, outputs): regression. */
GN_API gn_status gn_data_from_targets(gn_context *ctx, const float *x, size_t rows, size_t inputs, const float *y, size_t outputs, gn_data **out);
/* Copies x (rows, inputs) and label (rows), each in 0..classes-1: classification. classes 0: the largest label + 1. */
GN_API gn_status gn_data_from_labels(gn_context *ctx, const float *x, size_t rows, size_t inputs, const int32_t *label, size_t classes, gn_data **out);
/* A CSV file, an IDX pair "images,labels", a folder with the MNIST files, an NPY pair "X.npy,y.npy", or the name of a generated
 * set; options as `glassnet train` takes them (target, task, missing, ...), NULL for the defaults. */
GN_API gn_status gn_data_read(gn_context *ctx, const char *what, const gn_options *options, gn_data **out);
GN_API size_t gn_data_rows(const gn_data *data);
GN_API size_t gn_data_inputs(const gn_data *data);                  /* numbers a row has after encoding */
GN_API void gn_data_free(gn_data *data);

/* ---- training ------------------------------------------------------------------------------------------------------ */

/* What a progress callback is told; losses are per row, held_* are NaN without held-out rows. */
typedef struct gn_report {
    size_t epoch, epochs, batch, batches;   /* from 1 */
    int epoch_end;                          /* 1 at the end of an epoch */
    double loss, held_loss, held_metric;    /* held_metric: accuracy or R2 */
    double rate, samples_per_second, seconds_left;
} gn_report;
typedef int (*gn_report_fn)(void *user, const gn_report *report);   /* not 0: stop, the weights are kept */

/* Train a network on data by the options (NULL: defaults). GN_NEGATIVE: training diverged, *out holds the last finite weights;
 * GN_STOPPED: stopped on request, *out holds the weights so far. */
GN_API gn_status gn_train(gn_context *ctx, const gn_data *data, const gn_options *options, gn_report_fn report, void *user, gn_model **out);

/* Figures of a model on data; fields that do not apply are NaN. */
typedef struct gn_scores {
    size_t rows;
    double loss, accuracy, r2, rmse, mae;   /* rmse and mae in the target's units */
} gn_scores;
GN_API gn_status gn_model_score(gn_context *ctx, const gn_model *model, const gn_data *data, gn_scores *out);
GN_API gn_status gn_model_held_scores(const gn_model *model, gn_scores *out); /* on the part held out in training; GN_USAGE when there was none */

/* ---- models -------------------------------------------------------------------------------------------------------- */

GN_API gn_status gn_model_save(gn_context *ctx, const gn_model *model, const char *path);   /* safetensors; the old file or the new one, never a part */
GN_API gn_status gn_model_load(gn_context *ctx, const char *path, gn_model **out);          /* GN_BAD_DATA: not a model, or its own rows do not give their outputs */
GN_API void gn_model_free(gn_model *model);
GN_API size_t gn_model_inputs(const gn_model *model);       /* raw columns a row has */
GN_API size_t gn_model_outputs(const gn_model *model);      /* numbers a prediction has: targets, or classes */
GN_API size_t gn_model_classes(const gn_model *model);      /* 0 for regression */
GN_API size_t gn_model_parameters(const gn_model *model);
GN_API const char *gn_model_class_name(const gn_model *model, size_t i);    /* NULL out of range */
GN_API const char *gn_model_input_name(const gn_model *model, size_t i);    /* NULL out of range */
/* x (rows, gn_model_inputs) as in the training data, unscaled (a text column: the index of its category) -> out (rows,
 * gn_model_outputs): values in the target's units, or each class's probability. */
GN_API gn_status gn_model_predict(gn_context *ctx, const gn_model *model, const float *x, size_t rows, float *out);
GN_API gn_status gn_model_predict_class(gn_context *ctx, const gn_model *model, const float *x, size_t rows, int32_t *out);

/* ---- the glass box ------------------------------------------------------------------------------------------------- */

/* Reports are what the command of the same purpose shows, by the same options: format (text, markdown, latex, html), digits, depth, ascii,
 * and what each names below; NULL: the defaults. *report is UTF-8 text, freed with gn_report_free. */

/* Every number of the model on rows of the data: forward, loss, backward, update. Options row, neuron, weight, layer, checked, precision,
 * optimizer, lr, ... as `glassnet explain` takes them. data: as it was read for this model (same columns and encoding). */
GN_API gn_status gn_explain_model(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options, char **report);
/* The model's gradient on the data against differences in float64. GN_NEGATIVE: something does not pass, *report says what. Options full, seed. */
GN_API gn_status gn_check_model(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options, char **report);
/* Derivatives of `count` expressions with their steps. Options by, order, at, along, collect, update. */
GN_API gn_status gn_differentiate(gn_context *ctx, const char *const *expression, size_t count, const gn_options *options, char **report);
GN_API void gn_report_free(gn_context *ctx, char *report);          /* NULL is allowed */

/* The largest eigenvalue of the loss's Hessian on the data against what the optimiser (options optimizer, lr, ...) can stand. */
typedef struct gn_sharpness_figures {
    double largest, residual;   /* eigenvalue, for adaptive optimisers of P^-1/2 H P^-1/2; |H u - largest u| */
    double smallest;            /* the smallest eigenvalue found */
    double limit;               /* largest stable rate*eigenvalue: 2 for sgd; NaN when no theory gives it */
    double rate, largest_rate;  /* in force; limit/largest */
} gn_sharpness_figures;
GN_API gn_status gn_measure_sharpness(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options, gn_sharpness_figures *out);

/* ---- a network by hand ---------------------------------------------------------------------------------------------- */

/* For lessons, training loops of one's own and debugging: each part of a training step is a call, and every number in it can be read.
 * Numbers go in and out as double; the network computes in float32, or float64 with the option precision=f64. Inputs are used as they
 * are. theta, the parameter vector, is the tensors one after another: W1 row by row, b1, W2, ... A network belongs to its context's
 * thread. layers: hidden layers as --net takes them, such as "3 relu"; "" or NULL: none. Options: loss, reduction, optimizer and its
 * parameters, lr, init, seed, precision, clip, clip-norm; NULL: the defaults. The loss says the task: mse and its like compare values,
 * bce and cross_entropy classes, whose targets are 0 or 1, or (rows, outputs) one-hot. */
GN_API gn_status gn_network_new(gn_context *ctx, size_t inputs, const char *layers, size_t outputs, const gn_options *options, gn_network **out);
GN_API void gn_network_free(gn_network *network);
GN_API size_t gn_network_parameters(const gn_network *network);             /* numbers in theta */
GN_API void gn_network_get(const gn_network *network, double *theta);
GN_API void gn_network_set(gn_network *network, const double *theta);
/* The i-th tensor's name ("0.weight", as PyTorch names it), its shape (a bias: (n, 1)) and where it begins in theta; NULL past the last. */
GN_API const char *gn_network_tensor(const gn_network *network, size_t i, size_t dim[2], size_t *offset);
/* x (rows, inputs) -> out (rows, outputs), predictions; out may be NULL. The layers' values are kept for gn_network_layer. */
GN_API gn_status gn_network_forward(gn_network *network, const double *x, size_t rows, double *out);
GN_API size_t gn_network_layers(const gn_network *network);                 /* the output layer is the last */
GN_API size_t gn_network_layer_outputs(const gn_network *network, size_t layer);
/* Of the last forward pass or loss: z (rows, outputs of the layer) before the activation, a after it; either may be NULL. */
GN_API gn_status gn_network_layer(const gn_network *network, size_t layer, double *z, double *a);
/* The loss of the rows of the last forward pass against y (rows, outputs), dropout and batch statistics in force as in training. */
GN_API gn_status gn_network_loss(gn_network *network, const double *y, double *loss);
GN_API gn_status gn_network_backward(gn_network *network, double *gradient); /* of that loss, ordered as theta; GN_USAGE before a loss */
GN_API gn_status gn_network_step(gn_network *network);                      /* one update of the optimiser by that gradient */
GN_API gn_status gn_network_train_step(gn_network *network, const double *x, const double *y, size_t rows, double *loss); /* all of it; loss (before the update) may be NULL */
#ifdef __cplusplus
}
#endif
#endif
