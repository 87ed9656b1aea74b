/* fit.h -- what the files of training share: the settings read from options, one compiled step, and a run.
 *
 * Invariant: everything a step changes -- the network's block and the optimiser's slots -- can be copied to `kept` and
 * put back, and a step is a function of that, of the seed and of its number; so a step that went wrong can be found
 * again and undone. */
#ifndef GN_FIT_H
#define GN_FIT_H

#include "net.h"

typedef struct gn_fit_settings {
    size_t batch, epochs, patience;     /* patience 0: no early stopping */
    gn_optimizer op;
    double hyper[GN_OPT_HYPER];         /* parameters of the row, then step, weight decay, l1 */
    int parameters;
    double rate;
    gn_schedule schedule;
    uint64_t warmup;
    double gamma, every;
    double clip, clip_norm;
    uint64_t seed;
} gn_fit_settings;
gn_status gn_fit_read_settings(gn_context *ctx, const gn_options *options, size_t rows, bool batchnorm,
                               gn_fit_settings *out);
/* Its first part: the optimiser, its parameters, rate, weight decay and L1. */
gn_status gn_fit_read_optimizer(gn_context *ctx, const gn_options *options, gn_fit_settings *out);
static inline bool gn_fit_clips(const gn_fit_settings *s) { return s->clip > 0 || s->clip_norm > 0; }

/* One training step compiled for a number of rows. */
typedef struct gn_step {
    size_t rows;
    gn_plan *plan;
    gn_node x, t, w, loss;
    gn_node *param, *grad;              /* (tensors); grad is 0 where nothing is trained */
    gn_node *mean, *var, *layer;        /* (layers); mean and var are 0 but for batchnorm */
} gn_step;
typedef enum gn_step_mode {
    GN_STEP_FUSED,                      /* the optimiser is part of the plan */
    GN_STEP_GRADIENT,                   /* gradients are written to the gradient block */
    GN_STEP_TRACE,                      /* gradients and every layer's output are kept: to find what went wrong */
    GN_STEP_ROW                         /* as TRACE, but without dropout and with running statistics: a row by itself */
} gn_step_mode;

typedef struct gn_fit_run {
    gn_context *ctx;
    gn_net *net;
    const gn_dataset *train, *held;
    gn_fit_settings set;
    gn_fit_result *result;
    const gn_kernels *k;
    size_t rows, batches, left;         /* rows to train on, batches an epoch, rows of a ragged last batch (0: none) */
    uint32_t *order;                    /* (rows): this epoch's permutation */
    uint32_t *row;                      /* (batch): rows of the data set in the present batch */
    void *x, *t, *w;                    /* the batch; w NULL when all rows weigh the same */
    const double *class_weight;
    double weight_scale;                /* so that the mean weight of a training row is 1 */
    void *gradient;                     /* (trainable) or NULL when fused */
    void *slots;                        /* (slots of the row) x (trainable) */
    void *kept, *best;                  /* block and slots; block */
    size_t slot_count, kept_batch;
    uint64_t kept_step, step;           /* steps done */
    gn_step full, ragged;
    size_t epoch;                       /* from 0 */
    double loss, norm, rate;            /* of the last step */
    bool bad;                           /* the last step's loss or gradient was not finite */
    double loss_sum;                    /* over the epoch so far, and rows_done its rows */
    size_t rows_done;
    uint64_t drops, waited;             /* of the plateau schedule */
    double lowest;
    gn_eval eval;                       /* held-out */
    gn_scan scan;
    gn_progress_fn progress;
    void *user;
    gn_watch_fn watch;
    void *watch_user;
    uint64_t watch_every;
    double started, reported;           /* seconds */
    uint32_t stride, until_clock;       /* steps between looks at the clock */
    double held_loss, held_metric;
} gn_fit_run;

/* step.c */
gn_status gn_step_open(gn_fit_run *f, size_t rows, gn_step_mode mode, gn_step *out);
void gn_step_close(gn_context *ctx, gn_step *s);
void gn_fit_load(gn_fit_run *f, size_t first, size_t m); /* rows order[first .. first + m) into the batch's buffers */
void gn_fit_load_row(gn_fit_run *f, uint32_t row);
gn_status gn_fit_step(gn_fit_run *f, size_t batch);             /* batch of the epoch; sets loss, norm, bad */
void gn_fit_keep(gn_fit_run *f, size_t batch);
void gn_fit_restore(gn_fit_run *f);
bool gn_fit_weights_finite(const gn_fit_run *f);

/* diverge.c: go back to the kept state, find the step, undo it, say where, which row. Returns GN_NEGATIVE. */
gn_status gn_fit_diverged(gn_fit_run *f);

#endif
