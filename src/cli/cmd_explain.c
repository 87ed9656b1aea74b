/* cmd_explain.c -- where every number of a network's run on given rows comes from.
 *
 * Invariant: what is shown is the sheet that the library made from the run; this file chooses the network, the data and
 * the rows. */
#include "cli.h"
#include "../lens/explain.h"
#include "../lens/gradient_check.h"
#include "plot.h"

#include <string.h>

/* The options that say how data are read: --weight names a parameter here, not a column. */
static gn_status data_options(gn_cli *cli, gn_options **out)
{
    size_t n;
    const gn_option_row *row = gn_option_table(&n);
    GN_TRY(gn_options_new(cli->ctx, out));
    for (size_t i = 0; i < n; i++) {
        gn_option_id id = (gn_option_id)i;
        if (id == GN_O_WEIGHT || !gn_option_given(cli->options, id)) continue;
        gn_status s = gn_options_set(*out, row[i].name, row[i].kind == GN_FLAG ? "" : gn_option_text(cli->options, id));
        if (s != GN_OK) {
            gn_options_free(*out);
            *out = NULL;
            return s;
        }
    }
    return GN_OK;
}

/* ---- a picture of the same rows ---------------------------------------------------------------------------------- */

/* Only these rows of the data, in the plot's arena. */
static gn_status pick(gn_plot *p, const gn_data *d, const uint32_t *row, size_t n, gn_data *out)
{
    size_t element = d->type == GN_EL_U8 ? 1 : d->type == GN_EL_F32 ? 4 : 8, wide = d->prep.inputs * element;
    size_t target = d->prep.targets * (d->type == GN_EL_F64 ? 8 : 4);
    *out = *d;
    out->rows = n;
    out->weight = NULL;
    out->x = gn_plot_array(p, n, wide);
    out->y = d->y ? gn_plot_array(p, n, target) : NULL;
    out->label = d->label ? gn_plot_array(p, n, sizeof *out->label) : NULL;
    if (!out->x || (d->y && !out->y) || (d->label && !out->label)) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        memcpy((char *)out->x + i * wide, (const char *)d->x + row[i] * wide, wide);
        if (d->y) memcpy((char *)out->y + i * target, (const char *)d->y + row[i] * target, target);
        if (d->label) out->label[i] = d->label[row[i]];
    }
    return GN_OK;
}

/* Histograms of each layer's values and gradients, when --plot asks for a picture. */
static gn_status draw(gn_cli *cli, gn_model *m, const gn_data *d)
{
    const char *file = gn_option_text(cli->options, GN_O_PLOT);
    if (!*file) return GN_OK;
    gn_data picked;
    gn_plot p = { .cli = cli, .ctx = cli->ctx, .model = m, .data = &picked };
    uint32_t *row = gn_alloc_array(cli->ctx, GN_EXPLAIN_ROWS, sizeof *row);
    size_t n = 0;
    gn_arena_init(&p.arena, cli->ctx);
    gn_status s = row ? gn_explain_rows(cli->ctx, gn_option_text(cli->options, GN_O_ROW), d->rows, row,
                                        &n) : GN_NO_MEMORY;
    if (s == GN_OK) s = pick(&p, d, row, n, &picked);
    if (s == GN_OK) s = gn_plot_histograms(&p);
    if (s == GN_OK) s = gn_cli_picture(cli, &p.picture, file);
    gn_arena_free(&p.arena);
    gn_free(cli->ctx, row);
    return s;
}

/* Did every gradient that was checked pass? */
static bool passed(const gn_sheet *s)
{
    for (size_t i = 0; i < s->lines; i++) {
        const gn_line_check *c = &s->line[i]->check;
        if (!c->kind) continue;
        if (!strcmp(c->verdict, gn_verdict_name(GN_VERDICT_FAIL))) return false;
        if (!strcmp(c->verdict, gn_verdict_name(GN_VERDICT_SUSPICIOUS))) return false;
    }
    return true;
}

static gn_status show(gn_cli *cli, const gn_net *net, const gn_prep *prep, const gn_data *d, const char *recorded,
                      const char *who)
{
    gn_sheet sheet = { 0 };
    gn_text title;
    const char *row = gn_option_text(cli->options, GN_O_ROW);
    bool several = strpbrk(row, ",-") != NULL;
    gn_text_init(&title, cli->ctx);
    gn_text_printf(&title, "%s on row%s %s of %s", who, several ? "s" : "", *row ? row : "0",
                   d->name ? gn_show(GN_SHOWN, d->name, strlen(d->name)) : "the data");
    gn_status s = gn_text_done(&title);
    if (s == GN_OK) s = gn_explain_options(cli->ctx, net, prep, d, cli->options, recorded, title.at, &sheet);
    if (s == GN_OK) s = gn_cli_sheet(cli, &sheet);
    if (s == GN_OK && !passed(&sheet)) s = GN_NEGATIVE;
    gn_sheet_free(&sheet);
    gn_text_free(&title);
    return s;
}

/* ---- a model ----------------------------------------------------------------------------------------------------- */

static gn_status explain_model(gn_cli *cli, const gn_options *o)
{
    gn_model *m;
    gn_data *d = NULL;
    const char *path = cli->argument[0];
    GN_TRY(gn_model_load_as(cli->ctx, path, gn_option_flag(o, GN_O_STRICT), &m));
    gn_status s = gn_data_open_for(cli->ctx, cli->argument[1], &m->prep, o, true, &d);
    if (s == GN_OK)
        s = show(cli, m->net, &m->prep, d, m->options ? m->options : "", gn_show(GN_SHOWN, path, strlen(path)));
    if (s == GN_OK) s = draw(cli, m, d);
    gn_data_free(d);
    gn_model_free(m);
    return s;
}

/* ---- a described network ----------------------------------------------------------------------------------------- */

static gn_status describe(gn_cli *cli, const gn_choice *c, gn_text *net)
{
    const gn_options *o = cli->options;
    const char *layers = c->layers;
    if (gn_option_given(o, GN_O_NET)) gn_text_puts(net, gn_option_text(o, GN_O_NET));
    else {
        if (gn_option_given(o, GN_O_LAYERS) && strcmp(gn_option_text(o, GN_O_LAYERS), "auto"))
            layers = gn_option_text(o, GN_O_LAYERS);
        GN_TRY(gn_net_describe(cli->ctx, layers, gn_option_text(o, GN_O_ACT), 0, net));
    }
    return gn_text_done(net);
}

static gn_status make_net(gn_cli *cli, const gn_data *d, const char *layers, const gn_options *o, gn_net **out)
{
    gn_net_spec spec = { .inputs = d->prep.inputs,
                         .outputs = gn_prep_outputs(&d->prep),
                         .task = d->prep.task,
                         .layers = layers,
                         .loss = gn_option_text(o, GN_O_LOSS),
                         .reduction = gn_option_text(o, GN_O_REDUCTION),
                         .init = gn_option_text(o, GN_O_INIT),
                         .type = strcmp(gn_option_text(o, GN_O_PRECISION), "f64") ? GN_F32 : GN_F64,
                         .seed = (uint64_t)gn_option_int(o, GN_O_SEED) };
    GN_TRY(gn_net_new(cli->ctx, &spec, out));
    if (!strcmp(gn_option_text(o, GN_O_SCALE), "none")) return GN_OK; /* inputs and targets as they stand */
    return gn_model_scale(cli->ctx, *out, d, NULL, 0, o);
}

static gn_status explain_data(gn_cli *cli, const gn_options *o)
{
    gn_data *d, *test;
    gn_net *net = NULL;
    gn_text layers;
    GN_TRY(gn_data_open(cli->ctx, cli->argument[0], o, &d, &test));
    gn_choice c = gn_model_choose(d, d->rows, o);
    gn_text_init(&layers, cli->ctx);
    gn_status s = gn_data_fill(cli->ctx, d, NULL, 0);
    if (s == GN_OK) s = describe(cli, &c, &layers);
    if (s == GN_OK) s = make_net(cli, d, layers.at ? layers.at : "", o, &net);
    if (s == GN_OK) s = show(cli, net, &d->prep, d, NULL, "an untrained network");
    if (s == GN_OK) s = draw(cli, &(gn_model){ .ctx = cli->ctx, .net = net, .prep = d->prep }, d);
    gn_net_free(net);
    gn_text_free(&layers);
    gn_data_free(d);
    gn_data_free(test);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_options *o;
    GN_TRY(data_options(cli, &o));
    gn_status s = cli->arguments == 2 ? explain_model(cli, o) : explain_data(cli, o);
    bool model = s == GN_BAD_DATA && cli->arguments == 1 &&
                 !strcmp(gn_last_error(cli->ctx)->code, gn_code_text(GN_E_FILE_KIND));
    if (model) gn_hint(cli->ctx, "a model is explained on data: glassnet explain MODEL DATA --row 0");
    gn_options_free(o);
    return s;
}

const gn_command_body gn_cmd_explain = {
    run,
    "With MODEL and DATA: the forward pass, the loss, the way back and one step of the optimiser on one row\n"
    "(--row 3) or several as one batch (--row 0-7), every number with its formula. With DATA alone: the same\n"
    "for a network as it begins, described by --net or --layers. --neuron 0[3] writes one unit out as a sum;\n"
    "--weight 0.weight[3,1] follows one parameter: its gradient row by row, every path from it to the loss,\n"
    "and what it moves. Indices go from 0. With --checked the exit status is 1 when a gradient does not pass.\n"
    "--plot FILE draws each layer's values and gradients on these rows.",
    "glassnet explain model.safetensors iris.csv --row 3\n"
    "glassnet explain model.safetensors iris.csv --row 0-7 --neuron 0[3] --depth 2\n"
    "glassnet explain xor --net \"3 tanh\" --row 0-3 --weight 0.weight[1,0] --checked --precision f64\n"
    "glassnet explain mnist.safetensors mnist/ --row 0 --format html --out row0.html\n"
};
