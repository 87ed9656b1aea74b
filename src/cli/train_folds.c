/* train_folds.c -- cross-validation: K models, each measured on the rows it did not see, then one model on all rows.
 *
 * Invariant: the final model is trained as the folds were; its own figures are never shown as if they were held out. */
#include "train.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void gn_train_spread(const gn_fold_figures *fold, size_t folds, size_t offset, double *mean, double *deviation)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < folds; i++) sum += *(const double *)((const char *)&fold[i] + offset);
    *mean = sum / (double)folds;
    for (size_t i = 0; i < folds; i++) {
        double d = *(const double *)((const char *)&fold[i] + offset) - *mean;
        squares += d * d;
    }
    *deviation = folds > 1 ? sqrt(squares / (double)(folds - 1)) : NAN;
}

static void tell_fold(gn_train_job *job, const gn_metrics *m)
{
    gn_text t;
    gn_text_init(&t, job->cli->ctx);
    gn_text_printf(&t, "fold %zu of %zu: ", job->meter.fold, job->folds);
    gn_scores_line(&t, m);
    gn_text_puts(&t, "\n");
    gn_cli_say(job->cli, &t);
}

static gn_status run_fold(gn_train_job *job, size_t fold)
{
    gn_cli *cli = job->cli;
    uint32_t *train, *held;
    size_t n_train, n_held;
    GN_TRY(gn_split_fold(cli->ctx, job->data, job->folds, fold, (uint64_t)gn_option_int(cli->options, GN_O_SEED),
                         &train, &n_train, &held, &n_held));
    job->meter.fold = fold + 1;
    gn_status s = gn_train_fit(job, cli->options, train, n_train, NULL, held, n_held, &job->model);
    gn_free(cli->ctx, train);
    gn_free(cli->ctx, held);
    if (s != GN_OK) return s; /* the fold's model stays, to be saved */
    const gn_metrics *m = &job->model->held;
    job->fold[fold] = (gn_fold_figures){ m->loss, m->accuracy, m->r2, m->rmse, m->mae };
    tell_fold(job, m);
    if (m->classes) GN_TRY(gn_metrics_pool(cli->ctx, m, &job->pooled));
    gn_model_free(job->model);
    job->model = NULL;
    return GN_OK;
}

gn_status gn_train_folds(gn_train_job *job)
{
    gn_cli *cli = job->cli;
    job->folds = job->meter.folds = (size_t)gn_option_int(cli->options, GN_O_FOLDS);
    job->fold = gn_calloc(cli->ctx, job->folds, sizeof *job->fold);
    if (!job->fold) return GN_NO_MEMORY;
    for (size_t i = 0; i < job->folds; i++) GN_TRY(run_fold(job, i));
    job->meter.fold = 0;
    return gn_train_fit(job, cli->options, NULL, job->data->rows, job->test, NULL, job->test ? job->test->rows : 0,
                        &job->model);
}
