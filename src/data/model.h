/* model.h -- what the files of models share: the choices made by the data, the description, and its checks.
 *
 * Invariant: a model is whole: a network with the weights, transforms and prep that belong to it. */
#ifndef GN_MODEL_H
#define GN_MODEL_H

#include "json.h"
#include "csv.h"

/* ---- choices (model_choose.c) -------------------------------------------------------------------------------- */
/* What an option left to "by the data" becomes. */
typedef struct gn_choice {
    const char *layers; /* as --layers has it */
    size_t batch, epochs;
    size_t patience; /* early stopping; 0: none */
    double rate;     /* < 0: the optimiser's own */
    const char *schedule;
    double decay; /* weight decay; < 0: the optimiser's own */
} gn_choice;
gn_choice gn_model_choose(const gn_data *d, size_t rows, const gn_options *options);
/* The options given, with what was chosen set where nothing was; `patience` 0 turns early stopping off. */
gn_status gn_model_options(gn_context *ctx, const gn_options *given, const gn_choice *choice, size_t patience,
                           gn_options **out);
/* "name=value" lines of the options that were given and that say something about the model (not threads, out, log,
 * quiet, json, ...), and the command line they make. */
gn_status gn_model_record(gn_context *ctx, const gn_options *given, const char *data_name, char **options,
                          char **command);
/* The value of `name` in such lines, *length bytes; NULL when it is not there. record may be NULL. */
const char *gn_recorded_value(const char *record, const char *name, size_t *length);

/* ---- transforms (model_scale.c) ------------------------------------------------------------------------------ */
/* Find shift and factor of inputs and targets on the training rows and give them to the network. */
gn_status gn_model_scale(gn_context *ctx, gn_net *net, const gn_data *d, const uint32_t *train, size_t n_train,
                         const gn_options *options);
/* Weights of the classes by --class-weights; *out NULL when there are none. gn_free. */
gn_status gn_model_class_weights(gn_context *ctx, const gn_data *d, const uint32_t *train, size_t n_train,
                                 const gn_options *options, double **out);

/* ---- the rest ------------------------------------------------------------------------------------------------ */
size_t gn_prep_outputs(const gn_prep *p); /* of the network: 1 for two classes */
gn_status gn_model_new(gn_context *ctx, gn_model **out);
/* Outputs of the model's sample rows now; room for samples * outputs in the network's type. */
gn_status gn_model_run_samples(gn_context *ctx, const gn_model *m, void *out);
/* Keep a few rows of the data with their outputs. */
gn_status gn_model_take_samples(gn_context *ctx, gn_model *m, const gn_data *d, const uint32_t *train, size_t n_train);
/* The kernels that computed the outputs: "avx2", or "exact" for the mode that gives the same bits on all of them. */
const char *gn_model_kernels(const gn_context *ctx, const gn_model *m);

/* Metadata: what a model file says beside its tensors (model_save.c writes, model_fields.c and model_load.c read). */
enum { GN_META_MAX = 32, GN_NET_TEXT_LIMIT = 65536 };
typedef struct gn_meta {
    size_t n;
    const char *key[GN_META_MAX];
    gn_text value[GN_META_MAX];
    bool json[GN_META_MAX]; /* the value is JSON, not text */
} gn_meta;
gn_status gn_meta_make(gn_context *ctx, const gn_model *m, gn_meta *out);
void gn_meta_free(gn_meta *m);

/* A model on its way from its file. */
typedef struct gn_loading {
    gn_context *ctx;
    const char *path;
    const gn_st_file *file;
    uint64_t elements; /* numbers in all tensors: what a description may ask for is measured against it */
    gn_model *m;
    bool strict;
    size_t bad; /* weights that are not finite */
} gn_loading;
gn_status gn_meta_wrong(const gn_loading *l, const char *field, const char *what);
gn_status gn_meta_text(const gn_loading *l, const char *field, const char **out);
gn_status gn_meta_json(const gn_loading *l, const char *field, json_t **out);
/* `n` finite numbers in a list, or one number that stands for all; gn_free. */
gn_status gn_meta_numbers(const gn_loading *l, const char *field, size_t n, double **out);
/* A number or null (NaN) at i of a list. */
bool gn_meta_number_at(const json_t *list, size_t i, double *out);
gn_status gn_meta_prep(gn_loading *l);    /* task, inputs, targets, classes, image */
gn_status gn_meta_samples(gn_loading *l); /* and verify that the network gives their outputs */

#endif
