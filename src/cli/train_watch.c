/* train_watch.c -- train --watch-sharpness: the largest eigenvalue of the Hessian against the limit of the rate, told
 * while the network trains.
 *
 * Invariant: the trained weights are the same bits with and without it. */
#include "train.h"

#include <math.h>
#include <string.h>

/* One JSON line for every measurement, between those of the epochs. */
static void log_measurement(gn_meter *m, const gn_sharpness_at *a)
{
    gn_text t;
    gn_text_init(&t, m->cli->ctx);
    gn_js_open(&t, NULL, '{');
    if (m->fold) gn_js_count(&t, "fold", m->fold);
    gn_js_count(&t, "step", a->step);
    gn_js_number(&t, "sharpness", a->lambda);
    gn_js_number(&t, "residual", a->residual);
    gn_js_number(&t, "limit", a->limit);
    gn_js_number(&t, "rate", a->rate);
    gn_js_number(&t, "rows_loss", a->loss);
    gn_js_count(&t, "products", a->products);
    gn_js_close(&t, '}');
    gn_meter_log(m, &t);
}

/* At the edge of stability it may cross at every look: after some warnings the rest is only counted. */
enum { CROSSINGS_TOLD = 5 };

static bool clips(const gn_train_job *job)
{
    const gn_options *o = job->cli->options;
    return gn_option_real(o, GN_O_CLIP) > 0 || gn_option_real(o, GN_O_CLIP_NORM) > 0;
}

static void tell_above(const gn_train_job *job, const gn_sharpness_at *a)
{
    gn_numtext lambda, limit, rate;
    bool first = job->crossings == 1;
    gn_warn(job->cli->ctx, "sharpness: at step %llu the largest eigenvalue %s is above %s, the limit at rate %s%s%s%s",
            (unsigned long long)a->step, gn_num_digits(&lambda, a->lambda, 4), gn_num_digits(&limit, a->limit, 4),
            gn_num_digits(&rate, a->rate, 4), first ? ": on a quadratic this would diverge" : ", again",
            first && job->sharpness.preconditioned ? " if P stayed as it is"
            : first && clips(job) ? " without the clip; with it steps are bounded, and go to and fro about a minimum" : "",
            job->crossings == CROSSINGS_TOLD ? "; later crossings are counted, and not told" : "");
}

static void tell_below(const gn_train_job *job, const gn_sharpness_at *a)
{
    gn_numtext lambda, limit;
    gn_note(job->cli->ctx, "sharpness: at step %llu it is back below the limit, %s under %s",
            (unsigned long long)a->step, gn_num_digits(&lambda, a->lambda, 4), gn_num_digits(&limit, a->limit, 4));
}

static void tell_crossing(gn_train_job *job, const gn_sharpness_at *a)
{
    bool above = a->lambda > a->limit;
    if (above == job->above) return;
    job->above = above;
    if (above && job->crossings++ == 0) job->crossed_at = a->step;
    job->sharpness.crossed |= above;
    if (job->crossings > CROSSINGS_TOLD) return;
    gn_cli_clear_line(job->cli);
    if (above) tell_above(job, a);
    else tell_below(job, a);
}

gn_status gn_train_watch(void *user, const gn_watched *w)
{
    gn_train_job *job = user;
    gn_sharpness *s = &job->sharpness;
    size_t before = s->count;
    GN_TRY(gn_sharpness_watch(s, w));
    if (s->count == before) return GN_OK;
    const gn_sharpness_at *a = &s->at[s->count - 1];
    job->meter.sharpness = a->lambda;
    job->meter.sharpness_limit = a->limit;
    if (job->meter.log) log_measurement(&job->meter, a);
    if (job->curve)
        GN_TRY(gn_curves_watch(&job->curve_arena, &job->curve[job->curves - 1], (double)a->step, a->lambda, a->limit));
    tell_crossing(job, a);
    return GN_OK;
}

static double share_of_time(const gn_train_job *job)
{
    double all = job->model ? job->model->fit.seconds : 0;
    return all > 0 ? 100 * job->sharpness.seconds / all : 0;
}

/* How often was to be looked; 0: not asked for, or the fit was stopped before its first step. */
static uint64_t asked_every(const gn_train_job *job)
{
    return (uint64_t)gn_option_int(job->cli->options, GN_O_WATCH_SHARPNESS);
}

/* That nothing was measured, and why: an adaptive optimiser is not looked at before its first step, and of weights that
 * are not finite there is no curvature. */
static void say_unmeasured(const gn_train_job *job, gn_text *t)
{
    uint64_t every = asked_every(job), steps = job->model->fit.steps;
    gn_text_printf(t, "sharpness not measured: --watch-sharpness %llu ", (unsigned long long)every);
    if (!job->sharpness.preconditioned || steps >= every)
        gn_text_puts(t, "found no finite curvature to measure\n");
    else
        gn_text_printf(t, "looks every %llu steps, and there were %llu;\n          %s has no P to measure with before "
                          "its first step\n", (unsigned long long)every, (unsigned long long)steps,
                       gn_option_text(job->cli->options, GN_O_OPTIMIZER));
}

void gn_train_watch_text(const gn_train_job *job, gn_text *t)
{
    const gn_sharpness *s = &job->sharpness;
    if (s->count == 0) {
        if (asked_every(job)) say_unmeasured(job, t);
        return;
    }
    const gn_sharpness_at *first = &s->at[0], *last = &s->at[s->count - 1];
    gn_text_printf(t, "sharpness %s at step %llu, %s at step %llu", gn_num_digits(GN_NUM, first->lambda, 4),
                   (unsigned long long)first->step, gn_num_digits(GN_NUM, last->lambda, 4),
                   (unsigned long long)last->step);
    if (isfinite(last->limit)) gn_text_printf(t, "; the limit at rate %s is %s", gn_num_digits(GN_NUM, last->rate, 4),
                                              gn_num_digits(GN_NUM, last->limit, 4));
    if (s->crossed) {
        gn_text_printf(t, "\n          first above its limit at step %llu; ", (unsigned long long)job->crossed_at);
        if (job->crossings > 1) gn_text_printf(t, "%zu spells above it in all; ", job->crossings);
        gn_text_printf(t, "%s at the end", job->above ? "above" : "below");
        if (clips(job) && !s->preconditioned)
            gn_text_puts(t, "\n          without the clip; above it a clipped run ends in a limit cycle");
    }
    if (s->preconditioned) gn_text_puts(t, "\n          of the Hessian as the optimiser feels it, P^-1/2 H P^-1/2");
    gn_text_printf(t, "\n          %zu measurement%s on %zu row%s, %s %% of the time\n", s->count,
                   GN_S(s->count), s->rows, GN_S(s->rows), gn_num_digits(GN_NUM, share_of_time(job), 2));
}

void gn_train_watch_json(const gn_train_job *job, gn_text *t)
{
    const gn_sharpness *s = &job->sharpness;
    if (s->count == 0 && !asked_every(job)) return;
    gn_js_open(t, "sharpness", '{');
    gn_js_count(t, "measurements", s->count);
    if (s->count == 0) {
        gn_js_close(t, '}');
        return;
    }
    const gn_sharpness_at *last = &s->at[s->count - 1];
    gn_js_count(t, "rows", s->rows);
    gn_js_number(t, "first", s->at[0].lambda);
    gn_js_number(t, "last", last->lambda);
    gn_js_number(t, "limit", last->limit);
    gn_js_number(t, "rate", last->rate);
    gn_js_bool(t, "preconditioned", s->preconditioned);
    gn_js_bool(t, "crossed", s->crossed);
    if (s->crossed) gn_js_count(t, "crossed_at_step", job->crossed_at);
    if (s->crossed) gn_js_count(t, "crossings", job->crossings);
    if (s->crossed) gn_js_bool(t, "above_at_end", job->above);
    gn_js_number(t, "percent_of_time", share_of_time(job));
    gn_js_close(t, '}');
}
