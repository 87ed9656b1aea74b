/* train.h -- what the files of the train command share.
 *
 * Invariant: scaling, filling and choices are made from training rows alone; held-out rows only measure. */
#ifndef GN_CLI_TRAIN_H
#define GN_CLI_TRAIN_H

#include "cli.h"
#include "../lens/curves.h"
#include "../lens/sharpness.h"

typedef struct gn_fold_figures {
    double loss, accuracy, r2, rmse, mae;
} gn_fold_figures;

typedef struct gn_train_job {
    gn_cli *cli;
    gn_data *data, *test;       /* test NULL: a part of data is held out */
    gn_meter meter;
    const char *out;            /* where the model goes */
    gn_fold_figures *fold;      /* (folds) or NULL */
    size_t folds;
    gn_metrics pooled;          /* classes: of all folds together, each row predicted by the fold that did not see it */
    size_t n_train, n_held;     /* rows of the fit that is running */
    bool summed_up;             /* the summary was shown */
    gn_model *model;
    gn_arena curve_arena;       /* of the curves that --plot draws at the end */
    gn_curves *curve;           /* (folds + 1), one a fit */
    size_t curves;
    gn_sharpness sharpness;     /* what --watch-sharpness measured */
    uint64_t crossed_at;        /* the step at which it was above the limit first */
    size_t crossings;           /* how often it came to be above */
    bool above;                 /* at the last measurement */
} gn_train_job;

/* train_fit.c: one fit on the given rows; *out may be set when the status is not GN_OK. */
gn_status gn_train_fit(gn_train_job *job, const gn_options *options, const uint32_t *train, size_t n_train,
                       const gn_data *held_data, const uint32_t *held, size_t n_held, gn_model **out);
gn_status gn_train_whole(gn_train_job *job);    /* one split, one model */
/* train_folds.c: K models for the figures, then one on all rows. */
gn_status gn_train_folds(gn_train_job *job);
/* train_watch.c: a gn_watch_fn for a job, and what it came to. */
gn_status gn_train_watch(void *job, const gn_watched *w);
void gn_train_watch_text(const gn_train_job *job, gn_text *t);
void gn_train_watch_json(const gn_train_job *job, gn_text *t);     /* a member of the object in hand */
/* train_result.c */
gn_status gn_train_result(gn_train_job *job, gn_status status);
/* A run that did not come to its end has a last line in its log that says so, and where it diverged. */
void gn_train_log_end(gn_train_job *job, gn_status status);
/* train_plot.c */
gn_status gn_train_curves_open(gn_train_job *job);      /* nothing without --plot; tells a name that no picture has */
gn_status gn_train_curves_run(gn_train_job *job);       /* a fit begins */
gn_status gn_train_curves_step(gn_train_job *job, const gn_progress *p);
gn_status gn_train_plot(gn_train_job *job);             /* draws them */
gn_status gn_train_plot_json(gn_train_job *job, gn_text *t);   /* a member of the object in hand, for --plot - */
void gn_train_curves_close(gn_train_job *job);
void gn_train_spread(const gn_fold_figures *fold, size_t folds, size_t offset, double *mean, double *deviation);

#endif
