/* cmd_train.c -- train a network on data and save it.
 *
 * Invariant: whatever ends the training, weights that exist are saved before the command ends, and never non-finite
 * ones. */
#include "train.h"

#include <math.h>
#include <string.h>

/* Options that cannot both be meant. */
static gn_status check_conflicts(gn_cli *cli)
{
    const gn_options *o = cli->options;
    static const struct {
        gn_option_id a, b;
        const char *why;
    } pair[] = {
        { GN_O_TEST, GN_O_HOLDOUT, "rows are held out only where no test file is named" },
        { GN_O_FOLDS, GN_O_HOLDOUT, "each fold holds out its own rows" },
        { GN_O_NET, GN_O_LAYERS, "both describe the hidden layers" },
        { GN_O_NET, GN_O_DROPOUT, "write dropout into --net" },
        { GN_O_NET, GN_O_ACT, "write the activations into --net" },
    };
    const gn_option_row *row = gn_option_table(NULL);
    for (size_t i = 0; i < GN_COUNT(pair); i++) {
        if (!gn_option_given(o, pair[i].a) || !gn_option_given(o, pair[i].b)) continue;
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s and --%s: %s", row[pair[i].a].name, row[pair[i].b].name,
                       pair[i].why);
    }
    if (gn_option_given(o, GN_O_EPOCHS) && gn_option_int(o, GN_O_EPOCHS) < 1)
        return gn_fail(cli->ctx, GN_E_CFG_EPOCHS, "--epochs is 0; it must be a whole number from 1 to 1000000000");
    if (gn_option_int(o, GN_O_FOLDS) == 1)
        return gn_fail(cli->ctx, GN_E_CFG_RANGE, "--folds is 1; it must be 0 or a whole number from 2 to 1000");
    return GN_OK;
}

/* A place that cannot be written is told before the work, not after it. */
static gn_status check_out(gn_train_job *job)
{
    gn_sink s;
    job->out = gn_option_text(job->cli->options, GN_O_OUT);
    if (!*job->out) job->out = "model.safetensors";
    if (!strcmp(job->out, "-")) return GN_OK;
    GN_TRY(gn_sink_open(job->cli->ctx, job->out, &s));
    gn_sink_abandon(&s);
    return GN_OK;
}

static gn_status run_job(gn_train_job *job)
{
    gn_cli *cli = job->cli;
    const gn_options *o = cli->options;
    const char *log = gn_option_text(o, GN_O_LOG);
    GN_TRY(check_out(job));
    GN_TRY(gn_train_curves_open(job));
    GN_TRY(gn_data_open(cli->ctx, cli->argument[0], o, &job->data, &job->test));
    job->meter = (gn_meter){ .cli = cli, .task = job->data->prep.task, .sharpness = NAN, .sharpness_limit = NAN };
    GN_TRY(gn_meter_open_log(&job->meter, log));
    gn_status s = gn_option_int(o, GN_O_FOLDS) ? gn_train_folds(job) : gn_train_whole(job);
    if (s != GN_OK && s != GN_NEGATIVE && s != GN_STOPPED) {
        gn_meter_close_log(&job->meter, log);
        return s;
    }
    if (s != GN_OK) gn_cli_error(cli, cli->ctx);
    gn_train_log_end(job, s);
    gn_status end = gn_train_result(job, s);
    gn_status logged = gn_meter_close_log(&job->meter, log);
    if (end == GN_OK) end = logged;
    if (end == GN_OK) end = gn_train_plot(job);
    if (end != GN_OK) gn_cli_error(cli, cli->ctx);
    return s != GN_OK ? s : end;
}

static gn_status run(gn_cli *cli)
{
    gn_train_job job = { .cli = cli };
    gn_sharpness_init(&job.sharpness, cli->ctx);
    GN_TRY(check_conflicts(cli));
    gn_status s = run_job(&job);
    gn_train_curves_close(&job);
    gn_sharpness_free(&job.sharpness);
    gn_metrics_free(cli->ctx, &job.pooled);
    gn_model_free(job.model);
    gn_data_free(job.data);
    gn_data_free(job.test);
    gn_free(cli->ctx, job.fold);
    return s;
}

const gn_command_body gn_cmd_train = {
    run,
    "What is not said is inferred and then told: the target (the last column), the task, the layers, the batch.\n"
    "A part of the rows is held out, and the figures at the end are those of rows that were never trained on.\n"
    "Ctrl-C saves the model so far; a second one quits at once.",
    "glassnet train spirals\n"
    "glassnet train iris.csv --folds 5\n"
    "glassnet train houses.csv --target price --missing median --out houses.safetensors\n"
    "glassnet train mnist/ --layers 512,256 --epochs 20 --dropout 0.2\n"
    "glassnet train table.csv --net \"64 tanh, layernorm, residual 64 tanh\" --optimizer adamw --log run.jsonl\n"
};
