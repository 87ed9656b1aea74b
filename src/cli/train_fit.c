/* train_fit.c -- one fit, and the summary of network and choices that goes before the first one.
 *
 * Invariant: what the summary says was inferred is read from where it takes effect. */
#include "train.h"
#include "../data/model.h"
#include "../kernel/optim.h"
#include "../nn/net.h"

#include <string.h>

static const char *word(const gn_options *o, gn_option_id id)
{ return gn_option_text(o, id); }

static void put_rows(gn_text *t, const gn_train_job *job)
{
    const gn_options *o = job->cli->options;
    gn_text_printf(t, "rows      %zu to train on", job->n_train);
    if (job->test && !job->meter.fold)
        gn_text_printf(t, ", %zu test rows from %s", job->n_held,
                       gn_show(GN_SHOWN, job->test->name, strlen(job->test->name)));
    else if (job->n_held)
        gn_text_printf(t, ", %zu held out%s, seed %s", job->n_held, job->data->label ? " (each class its share)" : "",
                       word(o, GN_O_SEED));
    if (job->meter.fold) gn_text_printf(t, "; %zu folds", job->meter.folds);
    gn_text_puts(t, "\n");
}

static void put_task(gn_text *t, const gn_train_job *job)
{
    bool given = gn_option_given(job->cli->options, GN_O_TASK) && strcmp(word(job->cli->options, GN_O_TASK), "auto");
    gn_text_printf(t, "task      %s%s\n", gn_task_name(job->data->prep.task),
                   given ? "" : " (inferred from the target)");
}

static void put_scaling(gn_text *t, const gn_train_job *job)
{
    const char *how = word(job->cli->options, GN_O_SCALE);
    bool automatic = !strcmp(how, "auto");
    if (automatic) how = job->data->prep.images ? "bytes to 0..1" : "standard";
    gn_text_printf(t, "scaling   %s%s\n", how, automatic ? " (by the data)" : "");
}

static void put_training(gn_text *t, const gn_train_job *job, const gn_net *net)
{
    const gn_options *o = job->cli->options;
    gn_choice c = gn_model_choose(job->data, job->n_train, o);
    gn_optimizer op = gn_optimizer_find(word(o, GN_O_OPTIMIZER));
    gn_loss loss;
    bool rate_given = gn_option_given(o, GN_O_LR), batch = gn_option_int(o, GN_O_BATCH) > 0,
         epochs = gn_option_int(o, GN_O_EPOCHS) > 0;
    if (gn_net_choose_loss(job->cli->ctx, gn_net_get_spec(net), &loss) == GN_OK)
        gn_text_printf(t, "loss      %s, %s\n", gn_loss_table()[loss].name, gn_net_get_spec(net)->reduction);
    if (op == GN_OPT_COUNT) return; /* the fit will say so */
    double rate = rate_given   ? gn_option_real(o, GN_O_LR)
                  : c.rate > 0 ? c.rate
                               : gn_optimizer_table()[op].parameter_default[0];
    int64_t patience = gn_option_int(o, GN_O_EARLY_STOP);
    bool stops = patience < 0 ? c.patience > 0 : patience > 0;
    double decay = gn_option_real(o, GN_O_WEIGHT_DECAY) >= 0 ? gn_option_real(o, GN_O_WEIGHT_DECAY) : c.decay;
    size_t most = epochs ? (size_t)gn_option_int(o, GN_O_EPOCHS) : c.epochs;
    gn_text_printf(t, "training  %s, rate %s, %s schedule, batches of %zu, %zu epoch%s%s, %s",
                   gn_optimizer_table()[op].name, gn_num_digits(GN_NUM, rate, 6),
                   gn_option_given(o, GN_O_SCHEDULE) && strcmp(word(o, GN_O_SCHEDULE), "auto") ? word(o, GN_O_SCHEDULE)
                                                                                               : c.schedule,
                   batch ? (size_t)gn_option_int(o, GN_O_BATCH) : c.batch,
                   most, GN_S(most), stops ? " at most" : "",
                   gn_net_get_spec(net)->type == GN_F32 ? "float32" : "float64");
    if (decay > 0) gn_text_printf(t, ", weight decay %s", gn_num_digits(GN_NUM, decay, 3));
    gn_text_puts(t, "\n");
}

static void started(void *user, const gn_net *net)
{
    gn_train_job *job = user;
    gn_cli *cli = job->cli;
    gn_text t;
    if (job->summed_up || cli->quiet) return;
    job->summed_up = true;
    gn_text_init(&t, cli->ctx);
    gn_summary_net(&t, cli->ctx, net, "  ");
    gn_text_puts(&t, "\n");
    gn_summary_data(&t, job->data, "");
    put_rows(&t, job);
    put_task(&t, job);
    put_scaling(&t, job);
    put_training(&t, job, net);
    gn_text_puts(&t, "\n");
    gn_cli_say(cli, &t);
}

static gn_status step(void *user, const gn_progress *p)
{
    GN_TRY(gn_train_curves_step(user, p));
    return gn_meter_step(&((gn_train_job *)user)->meter, p);
}

gn_status gn_train_fit(gn_train_job *job, const gn_options *options, const uint32_t *train, size_t n_train,
                       const gn_data *held_data, const uint32_t *held, size_t n_held, gn_model **out)
{
    gn_fit_call call = { .data = job->data,
                         .train = train,
                         .n_train = n_train,
                         .held_data = held_data,
                         .held = held,
                         .n_held = n_held,
                         .options = options,
                         .progress = step,
                         .user = job,
                         .started = started,
                         .watch = gn_train_watch,
                         .watch_user = job,
                         .watch_every = job->meter.fold ? 0 : (uint64_t)gn_option_int(options, GN_O_WATCH_SHARPNESS) };
    job->n_train = n_train;
    job->n_held = n_held;
    *out = NULL;
    GN_TRY(gn_train_curves_run(job));
    gn_status s = gn_model_fit(job->cli->ctx, &call, out);
    gn_cli_clear_line(job->cli);
    return s;
}

gn_status gn_train_whole(gn_train_job *job)
{
    gn_cli *cli = job->cli;
    double share = gn_option_real(cli->options, GN_O_HOLDOUT);
    uint32_t *train = NULL, *held = NULL;
    size_t n_train, n_held;
    if (job->test)
        return gn_train_fit(job, cli->options, NULL, job->data->rows, job->test, NULL, job->test->rows, &job->model);
    GN_TRY(gn_split(cli->ctx, job->data, share, (uint64_t)gn_option_int(cli->options, GN_O_SEED), &train, &n_train,
                    &held, &n_held));
    gn_status s = gn_train_fit(job, cli->options, train, n_train, NULL, held, n_held, &job->model);
    gn_free(cli->ctx, train);
    gn_free(cli->ctx, held);
    return s;
}
