/* cmd_eval.c -- how good a model is on data whose targets are known.
 *
 * Invariant: the rows are encoded by the model's own description, found by name, never by position. */
#include "cli.h"
#include "../nn/clock.h"

static void put_json(gn_text *t, const gn_model *m, const gn_metrics *f, double seconds)
{
    gn_js_open(t, NULL, '{');
    gn_js_text(t, "task", gn_task_name(m->prep.task));
    gn_scores_json(t, f, &m->prep);
    gn_js_count(t, "parameters", gn_net_parameters(m->net));
    gn_js_number(t, "samples_per_second", seconds > 0 ? (double)f->rows / seconds : 0);
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
}

static gn_status measure(gn_cli *cli, const gn_model *m, const gn_data *d)
{
    gn_metrics f = { 0 };
    gn_dataset rows = gn_data_view(d);
    double start = gn_seconds();
    gn_status s = gn_net_measure(cli->ctx, m->net, &rows, &f);
    if (s == GN_OK) {
        gn_text t;
        gn_text_init(&t, cli->ctx);
        if (cli->json) put_json(&t, m, &f, gn_seconds() - start);
        else gn_scores_print(cli, &t, &f, &m->prep);
        s = gn_cli_print(cli, &t);
    }
    gn_metrics_free(cli->ctx, &f);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_model *m;
    gn_data *d = NULL;
    GN_TRY(gn_model_load_as(cli->ctx, cli->argument[0], gn_option_flag(cli->options, GN_O_STRICT), &m));
    gn_status s = gn_data_open_for(cli->ctx, cli->argument[1], &m->prep, cli->options, true, &d);
    if (s == GN_OK) s = measure(cli, m, d);
    gn_data_free(d);
    gn_model_free(m);
    return s;
}

const gn_command_body gn_cmd_eval = { run,
                                      "DATA needs the columns the model was trained on, in any order, and the target.\n"
                                      "For a folder with the MNIST files the test images are taken.",
                                      "glassnet eval model.safetensors new.csv\n"
                                      "glassnet eval mnist.safetensors mnist/ --json\n" };
