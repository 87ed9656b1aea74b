/* train_result.c -- what training came to: figures on rows that were not trained on, and where the model is.
 *
 * Invariant: a figure is labelled with the rows it was measured on. */
#include "train.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void put_fold_row(gn_grid *g, const gn_fold_figures *f, bool regression, const char *label)
{
    gn_grid_put(g, label);
    if (regression) {
        gn_grid_fixed(g, f->r2, 4);
        gn_grid_number(g, f->rmse, 6);
        gn_grid_number(g, f->mae, 6);
    } else {
        gn_grid_fixed(g, 100 * f->accuracy, 2);
        gn_grid_fixed(g, f->loss, 4);
        gn_grid_put(g, "");
    }
}

static void spread_all(const gn_train_job *job, gn_fold_figures *mean, gn_fold_figures *spread)
{
    static const size_t at[] = { offsetof(gn_fold_figures, loss), offsetof(gn_fold_figures, accuracy),
                                 offsetof(gn_fold_figures, r2), offsetof(gn_fold_figures, rmse),
                                 offsetof(gn_fold_figures, mae) };
    for (size_t i = 0; i < GN_COUNT(at); i++)
        gn_train_spread(job->fold, job->folds, at[i], (double *)((char *)mean + at[i]),
                        (double *)((char *)spread + at[i]));
}

static void put_folds(gn_text *t, const gn_train_job *job)
{
    gn_cli *cli = job->cli;
    bool regression = job->data->prep.task == GN_REGRESSION;
    gn_fold_figures mean, spread;
    gn_grid g;
    char label[32];
    spread_all(job, &mean, &spread);
    gn_text_printf(t, "%zu folds, each measured on the rows it was not trained on\n", job->folds);
    gn_grid_open(&g, cli->ctx, "lrrr");
    gn_grid_put(&g, "fold");
    gn_grid_put(&g, regression ? "R2" : "accuracy %");
    gn_grid_put(&g, regression ? "RMSE" : "loss");
    gn_grid_put(&g, regression ? "MAE" : "");
    for (size_t i = 0; i < job->folds; i++) {
        snprintf(label, sizeof label, "%zu", i + 1);
        put_fold_row(&g, &job->fold[i], regression, label);
    }
    put_fold_row(&g, &mean, regression, "mean");
    put_fold_row(&g, &spread, regression, "spread (sd)");
    gn_grid_print(&g, t, "  ");
    gn_text_puts(t, "\n");
    if (!job->pooled.rows) return;
    gn_text_puts(t, "all rows, each as the fold says that did not see it\n");
    gn_scores_print(cli, t, &job->pooled, &job->data->prep);
    gn_text_puts(t, "\n");
}

static void put_ending(gn_text *t, const gn_train_job *job, gn_status status)
{
    const gn_fit_result *r = &job->model->fit;
    gn_text_printf(t, "%s after %zu epoch%s (%llu step%s) in ",
                   status == GN_OK        ? r->stopped_early ? "stopped early" : "trained"
                   : status == GN_STOPPED ? "stopped"
                                          : "diverged",
                   r->epochs, GN_S(r->epochs), (unsigned long long)r->steps, GN_S(r->steps));
    gn_duration(t, r->seconds);
    gn_text_puts(t, ", ");
    gn_rate(t, r->samples_per_second);
    gn_text_puts(t, " rows a second");
    if (r->stopped_early && r->best_epoch) gn_text_printf(t, "; the weights are those of epoch %zu", r->best_epoch);
    gn_text_puts(t, "\n");
}

static const char *held_what(const gn_train_job *job)
{ return job->test ? "on the test rows" : "on held-out rows"; }

static void put_text(gn_text *t, const gn_train_job *job, gn_status status)
{
    const gn_model *m = job->model;
    if (job->fold && status == GN_OK) put_folds(t, job);
    put_ending(t, job, status);
    gn_train_watch_text(job, t);
    if (m->held.rows && status == GN_OK) {
        gn_text_printf(t, "\n%s\n", held_what(job));
        gn_scores_print(job->cli, t, &m->held, &m->prep);
    } else if (isfinite(m->fit.loss)) {
        gn_text_printf(t, "training loss %s\n", gn_num_digits(GN_NUM, m->fit.loss, 6));
    }
    const char *what = status == GN_NEGATIVE  ? "the last finite weights"
                       : status == GN_STOPPED ? "the model so far"
                                              : "the model";
    gn_text_printf(t, "\n%s (", what);
    gn_text_count(t, gn_net_parameters(m->net));
    gn_text_printf(t, " parameters): %s\n", job->out);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void put_json_folds(gn_text *t, const gn_train_job *job)
{
    bool regression = job->data->prep.task == GN_REGRESSION;
    gn_fold_figures mean, spread;
    spread_all(job, &mean, &spread);
    gn_js_number(t, "loss", mean.loss);
    if (regression) {
        gn_js_number(t, "r2", mean.r2);
        gn_js_number(t, "r2_spread", spread.r2);
        gn_js_number(t, "rmse", mean.rmse);
        gn_js_number(t, "mae", mean.mae);
    } else {
        gn_js_number(t, "accuracy", mean.accuracy);
        gn_js_number(t, "accuracy_spread", spread.accuracy);
    }
    gn_js_open(t, "folds", '[');
    for (size_t i = 0; i < job->folds; i++) {
        gn_js_open(t, NULL, '{');
        gn_js_number(t, "loss", job->fold[i].loss);
        if (!regression) gn_js_number(t, "accuracy", job->fold[i].accuracy);
        if (regression) gn_js_number(t, "r2", job->fold[i].r2);
        if (regression) gn_js_number(t, "rmse", job->fold[i].rmse);
        if (regression) gn_js_number(t, "mae", job->fold[i].mae);
        gn_js_close(t, '}');
    }
    gn_js_close(t, ']');
    if (!job->pooled.rows) return;
    gn_js_open(t, "pooled", '{');
    gn_scores_json(t, &job->pooled, &job->data->prep);
    gn_js_close(t, '}');
}

static void put_json_held(gn_text *t, const gn_train_job *job)
{
    const gn_model *m = job->model;
    if (!m->held.rows) {
        if (!job->fold) gn_js_number(t, "loss", m->fit.loss);
        return;
    }
    if (job->fold) gn_js_open(t, "test", '{');
    gn_scores_json(t, &m->held, &m->prep);
    if (job->fold) gn_js_close(t, '}');
}

static const char *status_word(gn_status s)
{
    return s == GN_OK ? "done" : s == GN_STOPPED ? "stopped" : "diverged";
}

static void put_divergence(gn_text *t, const gn_fit_result *r)
{
    if (!r->diverged) return;
    gn_js_text(t, "diverged_in", r->where);
    gn_js_count(t, "diverged_at_step", r->bad_step);
    if (r->bad_row >= 0) gn_js_count(t, "diverged_at_row", (uint64_t)r->bad_row);
}

void gn_train_log_end(gn_train_job *job, gn_status status)
{
    gn_text t;
    if (!job->meter.log || status == GN_OK || !job->model) return;
    gn_text_init(&t, job->cli->ctx);
    gn_js_open(&t, NULL, '{');
    if (job->meter.fold) gn_js_count(&t, "fold", job->meter.fold);
    gn_js_text(&t, "status", status_word(status));
    gn_js_count(&t, "steps", job->model->fit.steps);
    put_divergence(&t, &job->model->fit);
    gn_js_close(&t, '}');
    gn_meter_log(&job->meter, &t);
}

static gn_status put_json(gn_text *t, gn_train_job *job, gn_status status)
{
    const gn_model *m = job->model;
    const gn_fit_result *r = &m->fit;
    gn_js_open(t, NULL, '{');
    gn_js_text(t, "status", status_word(status));
    gn_js_text(t, "task", gn_task_name(job->data->prep.task));
    gn_js_text(t, "measured_on",
               job->fold       ? "folds"
               : !m->held.rows ? "training rows"
               : job->test     ? "test rows"
                               : "held-out rows");
    if (job->fold && status == GN_OK) put_json_folds(t, job);
    put_json_held(t, job);
    gn_js_number(t, "training_loss", r->loss);
    gn_js_count(t, "training_rows", job->n_train);
    gn_js_count(t, "parameters", gn_net_parameters(m->net));
    gn_js_count(t, "epochs", r->epochs);
    if (r->best_epoch) gn_js_count(t, "best_epoch", r->best_epoch);
    gn_js_count(t, "steps", r->steps);
    gn_js_number(t, "seconds", r->seconds);
    gn_js_number(t, "samples_per_second", r->samples_per_second);
    put_divergence(t, r);
    gn_train_watch_json(job, t);
    gn_js_text(t, "model", job->out);
    GN_TRY(gn_train_plot_json(job, t));
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
    return GN_OK;
}

/* Save what there is, then say what it is. With the model on standard output, the figures go to standard error. */
gn_status gn_train_result(gn_train_job *job, gn_status status)
{
    gn_cli *cli = job->cli;
    gn_text t;
    if (!job->model) return status;
    GN_TRY(gn_model_save(cli->ctx, job->model, job->out));
    gn_text_init(&t, cli->ctx);
    gn_status s = GN_OK;
    if (cli->json) s = put_json(&t, job, status);
    else put_text(&t, job, status);
    if (s != GN_OK) {
        gn_text_free(&t);
        return s;
    }
    if (strcmp(job->out, "-")) return gn_cli_print(cli, &t);
    return gn_cli_say(cli, &t);
}
