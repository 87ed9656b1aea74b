/* train_plot.c -- the curves of the training that is running, drawn when it ends.
 *
 * Invariant: nothing is collected without --plot; the figures are those of the log. */
#include "train.h"

#include <math.h>
#include <string.h>

gn_status gn_train_curves_open(gn_train_job *job)
{
    const char *file = gn_option_text(job->cli->options, GN_O_PLOT);
    size_t folds = (size_t)gn_option_int(job->cli->options, GN_O_FOLDS);
    gn_arena_init(&job->curve_arena, job->cli->ctx);
    if (!*file) return GN_OK;
    if (!strcmp(file, "-") && !strcmp(job->out, "-"))
        return gn_fail(job->cli->ctx, GN_E_CFG_CONFLICT, "--plot - and --out -: both go to standard output");
    job->curve = gn_arena_alloc(&job->curve_arena, folds + 1, sizeof *job->curve);
    return job->curve ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_train_curves_run(gn_train_job *job)
{
    if (!job->curve) return GN_OK;
    gn_curves *c = &job->curve[job->curves++];
    bool folds = gn_option_int(job->cli->options, GN_O_FOLDS) > 0;
    gn_text t;
    if (!folds) return GN_OK;
    gn_text_init(&t, job->cli->ctx);
    if (job->meter.fold) gn_text_printf(&t, "fold %zu", job->meter.fold);
    else gn_text_puts(&t, "all rows");
    if (gn_text_done(&t) == GN_OK) c->name = gn_arena_text(&job->curve_arena, t.at, t.length);
    gn_text_free(&t);
    return c->name ? GN_OK : GN_NO_MEMORY;
}

/* What --watch-sharpness measured since. */
static gn_status take_sharpness(gn_train_job *job, gn_curves *c)
{
    const gn_sharpness *s = &job->sharpness;
    double last = c->watched ? c->step[c->watched - 1] : -1;
    for (size_t i = 0; i < s->count; i++)
        if ((double)s->at[i].step > last)
            GN_TRY(gn_curves_watch(&job->curve_arena, c, (double)s->at[i].step, s->at[i].lambda, s->at[i].limit));
    return GN_OK;
}

gn_status gn_train_curves_step(gn_train_job *job, const gn_progress *p)
{
    if (!job->curve || !p->epoch_end) return GN_OK;
    gn_curves *c = &job->curve[job->curves - 1];
    double v[GN_CURVE_COUNT];
    for (int i = 0; i < GN_CURVE_COUNT; i++) v[i] = NAN;
    v[GN_CURVE_LOSS] = p->loss;
    v[GN_CURVE_HELD_LOSS] = p->held_loss;
    v[GN_CURVE_METRIC] = p->held_metric;
    v[GN_CURVE_RATE] = p->rate;
    v[GN_CURVE_GRADIENT] = p->gradient_norm;
    if (isfinite(p->held_metric)) c->metric = job->meter.task == GN_REGRESSION ? "held-out R2" : "held-out accuracy";
    GN_TRY(take_sharpness(job, c));
    return gn_curves_add(&job->curve_arena, c, (double)p->epoch, v);
}

gn_status gn_train_plot_json(gn_train_job *job, gn_text *t)
{
    gn_picture picture;
    if (!job->curves || strcmp(gn_option_text(job->cli->options, GN_O_PLOT), "-")) return GN_OK;
    GN_TRY(gn_curves_picture(&job->curve_arena, job->curve, job->curves, "learning curves", &picture));
    gn_js_picture(t, "picture", &picture);
    return GN_OK;
}

gn_status gn_train_plot(gn_train_job *job)
{
    gn_picture picture;
    if (!job->curves) return GN_OK;
    GN_TRY(gn_curves_picture(&job->curve_arena, job->curve, job->curves, "learning curves", &picture));
    return gn_cli_picture(job->cli, &picture, gn_option_text(job->cli->options, GN_O_PLOT));
}

void gn_train_curves_close(gn_train_job *job) { gn_arena_free(&job->curve_arena); }
