/* cmd_explain.c -- where every number of a network's run on given rows comes from.
 *
 * Invariant: what is shown is the sheet that the library made from the run; this file chooses the network, the data and
 * the rows. */
#include "cli.h"
#include "../lens/explain.h"
#include "../lens/gradient_check.h"
#include "plot.h"
#include "subject.h"

#include <string.h>

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

/* Histograms of each layer's values and gradients, when --plot asks for a picture. `picked`: room for the rows. */
static gn_status draw(gn_plot *p, gn_model *m, const gn_data *d, gn_data *picked)
{
    gn_cli *cli = p->cli;
    if (!*gn_option_text(cli->options, GN_O_PLOT)) return GN_OK;
    uint32_t *row = gn_alloc_array(cli->ctx, GN_EXPLAIN_ROWS, sizeof *row);
    size_t n = 0;
    p->model = m;
    p->data = picked;
    gn_status s = row ? gn_explain_rows(cli->ctx, gn_option_text(cli->options, GN_O_ROW), d->rows, row,
                                        &n) : GN_NO_MEMORY;
    if (s == GN_OK) s = pick(p, d, row, n, picked);
    if (s == GN_OK) s = gn_plot_histograms(p);
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
        if (!strcmp(c->verdict, GN_CHECK_NOT_FINITE)) return false;
    }
    return true;
}

static gn_status show(gn_cli *cli, const gn_subject *subject, const char *recorded, const char *who,
                      const gn_picture *picture)
{
    const gn_data *d = subject->data;
    gn_sheet sheet = { 0 };
    gn_text title;
    const char *row = gn_option_text(cli->options, GN_O_ROW);
    bool several = strpbrk(row, ",-") != NULL;
    gn_text_init(&title, cli->ctx);
    gn_text_printf(&title, "%s on row%s %s of %s", who, several ? "s" : "", *row ? row : "0",
                   d->name ? gn_show(GN_SHOWN, d->name, strlen(d->name)) : "the data");
    gn_status s = gn_text_done(&title);
    if (s == GN_OK)
        s = gn_explain_options(cli->ctx, subject->net, subject->prep, d, cli->options, recorded, title.at, &sheet);
    if (s == GN_OK) s = gn_cli_sheet_with(cli, &sheet, picture);
    if (s == GN_OK && !passed(&sheet)) s = GN_NEGATIVE;
    gn_sheet_free(&sheet);
    gn_text_free(&title);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_subject s;
    gn_data picked;
    gn_plot p = { .cli = cli, .ctx = cli->ctx };
    GN_TRY(gn_subject_refuse_seed(cli));
    GN_TRY(gn_subject_open(cli, false, &s));
    const char *recorded = !s.model ? NULL : s.model->options ? s.model->options : "";
    const char *who = s.model ? gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])) : "an untrained network";
    gn_model fresh = { .ctx = cli->ctx, .net = s.own, .prep = s.data->prep };  /* where there is no model of it */
    gn_arena_init(&p.arena, cli->ctx);
    gn_status status = draw(&p, s.model ? s.model : &fresh, s.data, &picked);
    if (status == GN_OK) status = show(cli, &s, recorded, who, p.picture.n_panels ? &p.picture : NULL);
    gn_arena_free(&p.arena);
    gn_subject_close(cli, &s);
    return status;
}

const gn_command_body gn_cmd_explain = {
    run,
    "With MODEL and DATA: the forward pass, the loss, the way back and one step of the optimiser on one row\n"
    "(--row 3) or several as one batch (--row 0-7), every number with its formula. With DATA alone: the same\n"
    "for a network as it begins, described by --net or --layers. --neuron A1[3] writes one unit out as a sum;\n"
    "--weight W1[3,1] follows one parameter: its gradient row by row, every path from it to the loss, and what\n"
    "it moves. Layers are counted from 1, as in the names of the sheet: 1[3] is A1[3], 1[3,1] is W1[3,1], which\n"
    "is also its tensor's 0.weight[3,1]. Indices go from 0. With --checked the exit status is 1 when a gradient\n"
    "does not pass.\n"
    "--plot FILE draws each layer's values and gradients on these rows.",
    "glassnet explain model.safetensors iris.csv --row 3\n"
    "glassnet explain model.safetensors iris.csv --row 0-7 --neuron A1[3] --depth 2\n"
    "glassnet explain xor --net \"3 tanh\" --row 0-3 --weight W1[1,0] --checked --precision f64\n"
    "glassnet explain mnist.safetensors mnist/ --row 0 --format html --out row0.html\n"
};
