/* cmd_plan.c -- the compiled training step of a network.
 *
 * Invariant: what is printed is the plan that training would run, not a description of it. */
#include "cli.h"
#include "../data/model.h"

#include <string.h>

enum { PLAN_BATCH = 64 };

/* "784-128-10": sizes of inputs, hidden layers, outputs. */
static bool is_sizes(const char *text)
{
    bool dash = false;
    for (const char *p = text; *p; p++) {
        if (*p == '-' && p > text && p[-1] != '-' && p[1]) dash = true;
        else if (*p < '0' || *p > '9') return false;
    }
    return dash;
}

static gn_status read_size(gn_cli *cli, const char *at, size_t length, size_t *out)
{
    uint64_t n;
    if (!gn_read_uint(at, length, &n) || n < 1 || n > 1000000)
        return gn_fail(cli->ctx, GN_E_CFG_NET, "a layer has 1 to 1000000 units, not '%s'",
                       gn_show(GN_SHOWN, at, length));
    *out = (size_t)n;
    return GN_OK;
}

/* The sizes between the first and the last as --layers has them. */
static gn_status cut_sizes(gn_cli *cli, const char *text, size_t *inputs, size_t *outputs, gn_text *layers)
{
    const char *at;
    size_t length, parts = 0, size = 0;
    while (gn_list_part(text, '-', parts, &at, &length)) parts++;
    for (size_t i = 0; i < parts; i++) {
        gn_list_part(text, '-', i, &at, &length);
        GN_TRY(read_size(cli, at, length, &size));
        if (i == 0) *inputs = size;
        else if (i + 1 == parts) *outputs = size;
        else gn_text_printf(layers, "%s%zu", layers->length ? "," : "", size);
    }
    if (!layers->length) gn_text_puts(layers, "none");
    return gn_text_done(layers);
}

static gn_status describe(gn_cli *cli, const char *layers, gn_text *net)
{
    const gn_options *o = cli->options;
    if (gn_option_given(o, GN_O_NET)) gn_text_puts(net, gn_option_text(o, GN_O_NET));
    else {
        if (gn_option_given(o, GN_O_LAYERS) && strcmp(gn_option_text(o, GN_O_LAYERS), "auto"))
            layers = gn_option_text(o, GN_O_LAYERS);
        GN_TRY(gn_net_describe(cli->ctx, layers, gn_option_text(o, GN_O_ACT), gn_option_real(o, GN_O_DROPOUT), net));
    }
    return gn_text_done(net);
}

static gn_status make_net(gn_cli *cli, size_t inputs, size_t outputs, gn_task task, const char *layers, gn_net **out)
{
    const gn_options *o = cli->options;
    gn_text net;
    gn_text_init(&net, cli->ctx);
    gn_status s = describe(cli, layers, &net);
    gn_net_spec spec = gn_net_spec_read(o);
    spec.inputs = inputs;
    spec.outputs = outputs;
    spec.task = task;
    spec.layers = net.at ? net.at : "";
    if (s == GN_OK) s = gn_net_new(cli->ctx, &spec, out);
    gn_text_free(&net);
    return s;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static gn_status print_plan(gn_cli *cli, gn_net *net)
{
    gn_text plan, t;
    size_t batch = (size_t)gn_option_int(cli->options, GN_O_BATCH);
    gn_text_init(&plan, cli->ctx);
    gn_text_init(&t, cli->ctx);
    if (!batch) batch = PLAN_BATCH;
    gn_status s = gn_fit_print_plan(cli->ctx, net, batch, cli->options, &plan);
    if (s == GN_OK && cli->json) {
        gn_js_open(&t, NULL, '{');
        gn_js_count(&t, "batch", batch);
        gn_js_count(&t, "parameters", gn_net_parameters(net));
        gn_js_text(&t, "plan", plan.at ? plan.at : "");
        gn_js_close(&t, '}');
        gn_text_puts(&t, "\n");
    } else if (s == GN_OK) {
        gn_summary_net(&t, cli->ctx, net, "  ");
        gn_text_printf(&t, "\none training step, batch %zu\n%s", batch, plan.at ? plan.at : "");
    }
    gn_text_free(&plan);
    if (s == GN_OK) return gn_cli_print(cli, &t);
    gn_text_free(&t);
    return s;
}

static gn_status plan_sizes(gn_cli *cli, const char *what)
{
    size_t inputs = 0, outputs = 0;
    gn_net *net = NULL;
    gn_text layers;
    gn_text_init(&layers, cli->ctx);
    gn_status s = cut_sizes(cli, what, &inputs, &outputs, &layers);
    if (s == GN_OK) s = make_net(cli, inputs, outputs, outputs > 1 ? GN_CLASSES : GN_REGRESSION, layers.at, &net);
    if (s == GN_OK) s = print_plan(cli, net);
    gn_net_free(net);
    gn_text_free(&layers);
    return s;
}

static gn_status plan_data(gn_cli *cli, const char *what)
{
    gn_data *d, *test;
    gn_net *net = NULL;
    GN_TRY(gn_data_open(cli->ctx, what, NULL, &d, &test));
    gn_choice c = gn_model_choose(d, d->rows, cli->options);
    size_t outputs = gn_prep_outputs(&d->prep);
    gn_status s = make_net(cli, d->prep.inputs, outputs, d->prep.task, c.layers, &net);
    if (s == GN_OK) s = print_plan(cli, net);
    gn_net_free(net);
    gn_data_free(d);
    gn_data_free(test);
    return s;
}

static gn_status plan_model(gn_cli *cli, const char *path)
{
    gn_model *m;
    GN_TRY(gn_model_load(cli->ctx, path, &m));
    gn_status s = print_plan(cli, m->net);
    gn_model_free(m);
    return s;
}

static gn_status run(gn_cli *cli)
{
    const char *what = cli->argument[0] ? cli->argument[0] : "784-128-10";
    if (is_sizes(what)) return plan_sizes(cli, what);
    gn_status s = plan_data(cli, what);
    bool model = s == GN_BAD_DATA && strcmp(what, "-") && !strcmp(gn_last_error(cli->ctx)->code, gn_code_text(GN_E_FILE_KIND));
    return model ? plan_model(cli, what) : s; /* a model is known by its content, whatever it is called */
}

const gn_command_body gn_cmd_plan = { run,
                                      "WHAT is a model file, data (the network that training would make for it), or "
                                      "sizes such as 784-128-10, which is the default.",
                                      "glassnet plan 784-128-10 --batch 64\n"
                                      "glassnet plan spirals --net \"64 tanh, layernorm, residual 64 tanh\"\n"
                                      "glassnet plan model.safetensors --optimizer sgd\n" };
