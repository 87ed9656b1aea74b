/* model.h -- what the files of models share: the choices made by the data, the description, and its checks.
 *
 * Invariant: a model is whole: a network with the weights, transforms and prep that belong to it. */
#ifndef GN_MODEL_H
#define GN_MODEL_H

#include "json.h"
#include "csv.h"

/* ---- choices (model_choose.c) --------------------------------------------------------------------------------------------- */
/* What an option left to "by the data" becomes. */
typedef struct gn_choice {
    const char *layers;         /* as --layers has it */
    size_t batch, epochs;
    size_t patience;            /* early stopping; 0: none */
    double rate;                /* < 0: the optimiser's own */
    const char *schedule;
} gn_choice;
gn_choice gn_model_choose(const gn_data *d, size_t rows, const gn_options *options);
/* The options given, with what was chosen set where nothing was; `patience` 0 turns early stopping off. */
gn_status gn_model_options(gn_context *ctx, const gn_options *given, const gn_choice *choice, size_t patience, gn_options **out);
/* "name=value" lines of the options that were given and that say something about the model (not threads, out, log, quiet, json, ...), and the
 * command line they make. */
gn_status gn_model_record(gn_context *ctx, const gn_options *given, const char *data_name, char **options, char **command);

/* ---- transforms (model_scale.c) ------------------------------------------------------------------------------------------- */
/* Find shift and factor of inputs and targets on the training rows and give them to the network. */
gn_status gn_model_scale(gn_context *ctx, gn_net *net, const gn_data *d, const uint32_t *train, size_t n_train, const gn_options *options);
/* Weights of the classes by --class-weights; *out NULL when there are none. gn_free. */
gn_status gn_model_class_weights(gn_context *ctx, const gn_data *d, const uint32_t *train, size_t n_train, const gn_options *options, double **out);

/* ---- the rest ----------------------------------------------------------------------------------------------------------------- */
size_t gn_prep_outputs(const gn_prep *p);               /* of the network: 1 for two classes */
gn_status gn_model_new(gn_context *ctx, gn_model **out);
/* Outputs of the model's sample rows now; room for samples * outputs in the network's type. */
gn_status gn_model_run_samples(gn_context *ctx, const gn_model *m, void *out);
/* Keep a few rows of the data with their outputs. */
gn_status gn_model_take_samples(gn_context *ctx, gn_model *m, const gn_data *d, const uint32_t *train, size_t n_train);

/* Metadata: what a model file says beside its tensors (model_meta.c writes, model_load.c reads). */
enum { GN_META_MAX = 24 };
typedef struct gn_meta {
    size_t n;
    const char *key[GN_META_MAX];
    gn_text value[GN_META_MAX];
    bool json[GN_META_MAX];     /* the value is JSON, not text */
} gn_meta;
gn_status gn_meta_make(gn_context *ctx, const gn_model *m, gn_meta *out);
void gn_meta_free(gn_meta *m);

#endif
