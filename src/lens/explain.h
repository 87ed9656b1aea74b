/* explain.h -- a network's computation on given rows, number by number: forward, loss, backward, update, and what the
 * numbers say.
 *
 * Invariant: every value is one of the run (trace.h); what is said in words is said from them. */
#ifndef GN_EXPLAIN_H
#define GN_EXPLAIN_H

#include "../data/data.h"
#include "../kernel/optim.h"
#include "sheet.h"

typedef struct gn_explain_call {
    const gn_net *net;
    const gn_prep *prep;            /* names of columns and classes; NULL: none */
    const gn_dataset *data;
    const uint32_t *row;            /* rows of the data set to explain together, as one batch */
    size_t rows;
    const char *title;              /* "iris.safetensors on row 3 of iris.csv" */
    bool f64;                       /* run it again in float64, whatever the network's own type */
    bool checked;                   /* every gradient with its check by central differences */
    bool described;                 /* the weights are as initialised; the seed is said */
    const char *neuron;             /* "0[3]": unit 3 of the layer whose tensors are called 0.*; NULL: none */
    const char *weight;             /* "0.weight[3,1]", "2.bias[0]"; NULL: none */
    int layer;                      /* only the layer of this number in the tensors' names; -1: all */
    gn_optimizer op;
    const double *hyper;            /* the row's parameters, then weight decay and L1 that are added to the gradient */
    double clip, clip_norm;         /* 0: no */
    int digits;                     /* significant, of the numbers in sentences; 0: the usual six */
    bool weighted;                  /* training weighed rows or classes; here all weigh the same */
    bool rate_by_data;              /* the rate is the row's own although training chose one by the data */
} gn_explain_call;

/* The sheet is opened here, and is the caller's to free whatever the status. Lines have depth 0 (always), 1 (the
 * default) or more. Errors: GN_E_CFG_VALUE for a unit or a parameter that is not there, GN_E_DATA_* for rows. */
gn_status gn_explain(gn_context *ctx, const gn_explain_call *call, gn_sheet *sheet);
/* The rows of "3", "0,3" or "0-7" (the default, "": row 0); out: room for GN_EXPLAIN_ROWS. GN_E_CFG_VALUE or _RANGE. */
enum { GN_EXPLAIN_ROWS = 4096 };
gn_status gn_explain_rows(gn_context *ctx, const char *list, size_t rows, uint32_t *out, size_t *n);
/* The same from options by their names (row, neuron, weight, layer, checked, precision, optimizer, lr, ...) on a model
 * and data read for it. `recorded`: the model's own options as "name=value" lines, which say the optimiser where
 * `options` does not; NULL: none. */
gn_status gn_explain_options(gn_context *ctx, const gn_net *net, const gn_prep *prep, const gn_data *data,
                             const gn_options *options, const char *recorded, const char *title, gn_sheet *sheet);

#endif
