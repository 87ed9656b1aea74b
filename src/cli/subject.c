/* subject.c -- the network and the data that a command looks at.
 *
 * Invariant: as subject.h says; whatever is opened here is closed by gn_subject_close, after a failure too. */
#include "subject.h"
#include "../data/model.h"

#include <string.h>

/* The options of reading. --weight is left out: it names a parameter where a network is explained, not a column; column
 * is that of the rows' weights, or NULL. */
static gn_status reading_options(gn_cli *cli, bool wide, const char *column, gn_options **out)
{
    size_t n;
    const gn_option_row *row = gn_option_table(&n);
    GN_TRY(gn_options_new(cli->ctx, out));
    gn_status s = GN_OK;
    for (size_t i = 0; i < n && s == GN_OK; i++)
        if (i != GN_O_WEIGHT && gn_option_given(cli->options, (gn_option_id)i))
            s = gn_options_set(*out, row[i].name,
                               row[i].kind == GN_FLAG ? "" : gn_option_text(cli->options, (gn_option_id)i));
    if (s == GN_OK && wide) s = gn_options_set(*out, "precision", "f64");
    if (s == GN_OK && column) s = gn_options_set(*out, "weight", column);
    if (s == GN_OK) return GN_OK;
    gn_options_free(*out);
    *out = NULL;
    return s;
}

/* ---- a fresh network --------------------------------------------------------------------------------------------- */

static gn_status describe(gn_cli *cli, const gn_choice *c, gn_text *net)
{
    const gn_options *o = cli->options;
    const char *layers = gn_option_given(o, GN_O_LAYERS) ? gn_option_text(o, GN_O_LAYERS) : "auto";
    if (gn_option_given(o, GN_O_NET)) gn_text_puts(net, gn_option_text(o, GN_O_NET));
    else
        GN_TRY(gn_net_describe(cli->ctx, strcmp(layers, "auto") ? layers : c->layers, gn_option_text(o, GN_O_ACT), 0,
                               net));
    return gn_text_done(net);
}

static gn_status make_net(gn_cli *cli, gn_subject *s, const char *layers)
{
    const gn_options *o = cli->options;
    const gn_prep *prep = &s->data->prep;
    gn_net_spec spec = gn_net_spec_read(o);
    spec.inputs = prep->inputs;
    spec.outputs = gn_prep_outputs(prep);
    spec.task = prep->task;
    spec.layers = layers;
    GN_TRY(gn_net_new(cli->ctx, &spec, &s->own));
    if (!strcmp(gn_option_text(o, GN_O_SCALE), "none")) return GN_OK; /* inputs and targets as they stand */
    return gn_model_scale(cli->ctx, s->own, s->data, NULL, 0, o);
}

static gn_status open_fresh(gn_cli *cli, const gn_options *reading, gn_subject *s)
{
    gn_text layers;
    GN_TRY(gn_data_open(cli->ctx, cli->argument[0], reading, &s->data, &s->test));
    GN_TRY(gn_data_fill(cli->ctx, s->data, NULL, 0));
    gn_choice c = gn_model_choose(s->data, s->data->rows, cli->options);
    gn_text_init(&layers, cli->ctx);
    gn_status status = describe(cli, &c, &layers);
    if (status == GN_OK) status = make_net(cli, s, layers.at ? layers.at : "");
    gn_text_free(&layers);
    s->net = s->own;
    s->prep = &s->data->prep;
    return status;
}

/* ---- a model ----------------------------------------------------------------------------------------------------- */

/* What is drawn, of data that are read. */
static gn_status refuse_drawing(gn_cli *cli, const char *data)
{
    static const gn_option_id drawn[] = { GN_O_N, GN_O_NOISE };
    size_t i = 0;
    while (i < GN_COUNT(drawn) && !gn_option_given(cli->options, drawn[i])) i++;
    if (i == GN_COUNT(drawn) || gn_generate_known(data)) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s is of a generated set, and %s is read as it is",
            gn_option_table(NULL)[drawn[i]].name, gn_show(GN_SHOWN, data, strlen(data)));
    return gn_hint(cli->ctx, "leave it out; `glassnet data` lists the generated sets");
}

gn_status gn_subject_refuse_seed(gn_cli *cli)
{
    if (!gn_option_given(cli->options, GN_O_SEED) || cli->arguments < 2 || gn_generate_known(cli->argument[1]))
        return GN_OK;
    const char *data = cli->argument[1];
    gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--seed has nothing to draw: the weights are the model's, and %s is read as "
            "it is", gn_show(GN_SHOWN, data, strlen(data)));
    return gn_hint(cli->ctx, "leave it out; without a model, glassnet %s DATA --seed N looks at a fresh network",
                   cli->command->name);
}

static gn_status refuse_choosing(gn_cli *cli)
{
    if (!gn_option_given(cli->options, GN_O_IGNORE)) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--ignore chooses columns to learn from, and %s has its own",
            gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])));
    return gn_hint(cli->ctx, "leave it out; a column that the model does not know is left aside");
}

/* What describes a network, which a model brings itself. */
static gn_status refuse_description(gn_cli *cli)
{
    static const gn_option_id own[] = { GN_O_NET,  GN_O_LAYERS, GN_O_ACT,  GN_O_LOSS,   GN_O_REDUCTION,
                                        GN_O_INIT, GN_O_SCALE,  GN_O_TASK, GN_O_CLASSES };
    size_t i = 0;
    while (i < GN_COUNT(own) && !gn_option_given(cli->options, own[i])) i++;
    if (i == GN_COUNT(own)) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s describes a network, and %s is one with its own",
            gn_option_table(NULL)[own[i]].name, gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])));
    return gn_hint(cli->ctx, "leave it out; without a model, glassnet %s DATA looks at a fresh network as described",
                   cli->command->name);
}

gn_status gn_recorded_option(gn_context *ctx, const char *record, const char *name, char **out)
{
    size_t length;
    const char *value = gn_recorded_value(record, name, &length);
    *out = value ? gn_copy_text(ctx, value, length) : NULL;
    return value && !*out ? GN_NO_MEMORY : GN_OK;
}

static gn_status load_model(gn_cli *cli, gn_subject *s)
{
    GN_TRY(refuse_description(cli));
    GN_TRY(refuse_choosing(cli));
    GN_TRY(gn_model_load_as(cli->ctx, cli->argument[0], gn_option_flag(cli->options, GN_O_STRICT), &s->model));
    s->net = s->model->net;
    s->prep = &s->model->prep;
    return GN_OK;
}

static gn_status open_rows(gn_cli *cli, const gn_options *reading, gn_subject *s)
{
    return gn_data_open_for(cli->ctx, cli->argument[1], s->prep, reading, true, &s->data);
}

static gn_status open_model(gn_cli *cli, const gn_options *reading, gn_subject *s)
{
    GN_TRY(load_model(cli, s));
    return open_rows(cli, reading, s);
}

/* The model's data by its recorded column of weights; data without it are read as if there were none. */
static gn_status open_recorded(gn_cli *cli, bool wide, const gn_options *reading, gn_subject *s)
{
    char *column = NULL;
    gn_options *weighed = NULL;
    GN_TRY(load_model(cli, s));
    gn_status status = gn_recorded_option(cli->ctx, s->model->options, "weight", &column);
    if (status == GN_OK && column) status = reading_options(cli, wide, column, &weighed);
    if (status == GN_OK && column) {
        if (open_rows(cli, weighed, s) != GN_OK) gn_clear_error(cli->ctx);
    }
    if (status == GN_OK && !s->data) status = open_rows(cli, reading, s);
    gn_options_free(weighed);
    gn_free(cli->ctx, column);
    return status;
}

static gn_status open_either(gn_cli *cli, const gn_options *reading, gn_subject *s)
{
    if (cli->arguments > 1) return open_model(cli, reading, s);
    gn_status status = open_fresh(cli, reading, s);
    if (status == GN_BAD_DATA && !strcmp(gn_last_error(cli->ctx)->code, gn_code_text(GN_E_FILE_KIND)))
        gn_hint(cli->ctx, "a model needs its data: glassnet %s MODEL DATA", cli->command->name);
    return status;
}

static gn_status open_subject(gn_cli *cli, bool wide, bool weighed, gn_subject *out)
{
    gn_options *reading;
    *out = (gn_subject){ 0 };
    GN_TRY(refuse_drawing(cli, cli->argument[cli->arguments > 1]));
    bool given = weighed && gn_option_given(cli->options, GN_O_WEIGHT);
    GN_TRY(reading_options(cli, wide, given ? gn_option_text(cli->options, GN_O_WEIGHT) : NULL, &reading));
    bool recorded = weighed && !given && cli->arguments > 1;
    gn_status s = recorded ? open_recorded(cli, wide, reading, out) : open_either(cli, reading, out);
    gn_options_free(reading);
    if (s == GN_OK) out->rows = gn_data_view(out->data);
    else gn_subject_close(cli, out);
    return s;
}

gn_status gn_subject_open(gn_cli *cli, bool wide, gn_subject *out) { return open_subject(cli, wide, false, out); }

gn_status gn_subject_open_weighed(gn_cli *cli, bool wide, gn_subject *out)
{
    return open_subject(cli, wide, true, out);
}

void gn_subject_close(gn_cli *cli, gn_subject *s)
{
    gn_net_free(s->own);
    gn_data_free(s->data);
    gn_data_free(s->test);
    gn_model_free(s->model);
    gn_free(cli->ctx, s->index);
    *s = (gn_subject){ 0 };
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

void gn_rows_spaced(size_t all, size_t most, uint32_t *row)
{
    for (size_t i = 0; i < most; i++) row[i] = (uint32_t)((uint64_t)i * all / most);
}

gn_status gn_subject_rows(gn_cli *cli, gn_subject *s, size_t most, bool spaced)
{
    size_t all = s->rows.rows;
    if (!most || most >= all) return GN_OK;
    s->index = gn_alloc_array(cli->ctx, most, sizeof *s->index);
    if (!s->index) return GN_NO_MEMORY;
    if (spaced) gn_rows_spaced(all, most, s->index);
    else gn_rows_spaced(most, most, s->index);
    s->rows.index = s->index;
    s->rows.used = most;
    s->chosen = true;
    return GN_OK;
}

void gn_subject_rows_text(const gn_subject *s, bool spaced, gn_text *to)
{
    if (!s->chosen) {
        gn_text_puts(to, s->rows.rows == 1 ? "the one row" : "all ");
        if (s->rows.rows > 1) gn_text_count(to, s->rows.rows);
    } else {
        if (!spaced) gn_text_puts(to, "the first ");
        gn_text_count(to, s->rows.used);
        gn_text_puts(to, " of ");
        gn_text_count(to, s->rows.rows);
    }
    if (s->chosen || s->rows.rows > 1) gn_text_puts(to, " rows");
    if (s->chosen && spaced) gn_text_puts(to, ", evenly spaced");
}

void gn_subject_title(const gn_cli *cli, const gn_subject *s, gn_text *to)
{
    const char *model = cli->argument[0], *data = s->data->name;
    gn_text_puts(to, s->model ? gn_show(GN_SHOWN, model, strlen(model)) : "a fresh network");
    gn_text_printf(to, " on %s", data ? gn_show(GN_SHOWN, data, strlen(data)) : "the data");
}
