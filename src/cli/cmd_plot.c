/* cmd_plot.c -- pictures: of what is named, of the kind that is asked for or that fits it.
 *
 * Invariant: the kinds stand once, in the table below, with what each needs and reads; an option that the kind does not
 * read is refused. */
#include "plot.h"
#include "subject.h"

#include <string.h>

typedef enum plot_needs {
    NEEDS_NOTHING, NEEDS_FILES, NEEDS_EXPRESSION, NEEDS_MODEL, NEEDS_MODEL_DATA, NEEDS_ANY
} plot_needs;
/* Options by what they are about. */
enum { OF_FILE = 1, OF_MODEL = 2, OF_ROWS = 4, OF_SEED = 8, OF_FROM = 16, OF_STEPS = 32, OF_OPTIMIZER = 64, OF_INPUT = 128,
       OF_RUN = 256, OF_COLUMNS = 512, OF_DATA = OF_FILE | OF_MODEL | OF_SEED /* generated sets have one */,
       OF_NEURON = OF_OPTIMIZER | OF_INPUT | OF_STEPS | OF_RUN };
typedef struct plot_kind {
    const char *name;
    plot_needs needs;
    unsigned reads;
    gn_status (*make)(gn_plot *p);
    const char *usage;
} plot_kind;

static const plot_kind kinds[] = {
    { "learning", NEEDS_FILES, 0, gn_plot_learning,
      "glassnet plot --kind learning LOG..." },
    { "boundary", NEEDS_MODEL_DATA, OF_DATA | OF_COLUMNS, gn_plot_boundary,
      "glassnet plot --kind boundary MODEL DATA" },
    { "landscape", NEEDS_ANY, OF_DATA | OF_ROWS | OF_FROM, gn_plot_landscape,
      "glassnet plot --kind landscape MODEL DATA" },
    { "histograms", NEEDS_MODEL_DATA, OF_DATA | OF_ROWS, gn_plot_histograms,
      "glassnet plot --kind histograms MODEL DATA" },
    { "confusion", NEEDS_MODEL_DATA, OF_DATA | OF_ROWS, gn_plot_confusion,
      "glassnet plot --kind confusion MODEL DATA" },
    { "network", NEEDS_MODEL, OF_MODEL, gn_plot_network,
      "glassnet plot --kind network MODEL" },
    { "contour", NEEDS_EXPRESSION, OF_FROM | OF_STEPS | OF_OPTIMIZER, gn_plot_contour,
      "glassnet plot --kind contour EXPR --from POINT" },
    { "rates", NEEDS_NOTHING, OF_NEURON, gn_plot_rates,
      "glassnet plot --kind rates --x 10 --y 10" },
    { "regimes", NEEDS_NOTHING, OF_OPTIMIZER | OF_INPUT, gn_plot_regimes,
      "glassnet plot --kind regimes" },
    { "trajectory", NEEDS_NOTHING, OF_NEURON, gn_plot_trajectory,
      "glassnet plot --kind trajectory --x 3 --y 10 --lr 0.1" },
};

static const struct { gn_option_id id; unsigned of; } about[] = {
    { GN_O_TARGET, OF_FILE },        { GN_O_MISSING, OF_FILE },   { GN_O_NONFINITE, OF_FILE }, { GN_O_DELIM, OF_FILE },
    { GN_O_DECIMAL, OF_FILE },       { GN_O_THOUSANDS, OF_FILE }, { GN_O_ESCAPE, OF_FILE },    { GN_O_HEADER, OF_FILE },
    { GN_O_SKIP_ROWS, OF_FILE },     { GN_O_DUP, OF_FILE },       { GN_O_ENCODING, OF_FILE },  { GN_O_N, OF_FILE },
    { GN_O_NOISE, OF_FILE },         { GN_O_STRICT, OF_MODEL },   { GN_O_ROWS, OF_ROWS },      { GN_O_SEED, OF_SEED },
    { GN_O_FROM, OF_FROM },          { GN_O_STEPS, OF_STEPS },    { GN_O_X, OF_INPUT },        { GN_O_Y, OF_RUN },
    { GN_O_W, OF_RUN },              { GN_O_GUARD, OF_RUN },      { GN_O_RATES, OF_RUN },      { GN_O_LR, OF_OPTIMIZER },
    { GN_O_OPTIMIZER, OF_OPTIMIZER }, { GN_O_MOMENTUM, OF_OPTIMIZER }, { GN_O_BETA1, OF_OPTIMIZER },
    { GN_O_BETA2, OF_OPTIMIZER },    { GN_O_EPS, OF_OPTIMIZER },  { GN_O_WEIGHT_DECAY, OF_OPTIMIZER },
    { GN_O_COLUMNS, OF_COLUMNS },
};

/* ---- shared ------------------------------------------------------------------------------------------------------ */

const char *gn_plot_keep(gn_plot *p, gn_text *text)
{
    char *kept = gn_text_done(text) == GN_OK ? gn_arena_text(&p->arena, text->at ? text->at : "", text->length) : NULL;
    gn_text_free(text);
    return kept;
}

void *gn_plot_array(gn_plot *p, size_t count, size_t size)
{
    return gn_arena_alloc(&p->arena, count ? count : 1, size);
}

gn_status gn_plot_rows(gn_plot *p, size_t most, gn_dataset *out)
{
    size_t asked = (size_t)gn_option_int(p->cli->options, GN_O_ROWS), all = p->data->rows;
    *out = gn_data_view(p->data);
    if (asked && asked < all) out->rows = asked;
    if (asked || !most || most >= all) return GN_OK;
    uint32_t *index = gn_plot_array(p, most, sizeof *index);
    if (!index) return GN_NO_MEMORY;
    gn_rows_spaced(all, most, index);
    out->index = index;
    out->used = most;
    return GN_OK;
}

void gn_plot_rows_text(const gn_plot *p, const gn_dataset *d, gn_text *to)
{
    if (d->rows < p->data->rows) gn_text_puts(to, "the first ");
    gn_text_count(to, gn_dataset_rows(d));
    if (d->index) gn_text_puts(to, " of ");
    if (d->index) gn_text_count(to, d->rows);
    gn_text_printf(to, " row%s", GN_S(d->rows));
}

gn_status gn_plot_one(gn_plot *p, const gn_panel *panel)
{
    gn_panel *kept = gn_plot_array(p, 1, sizeof *kept);
    if (!kept) return GN_NO_MEMORY;
    *kept = *panel;
    p->picture = (gn_picture){ .n_panels = 1, .panel = kept };
    return GN_OK;
}

/* ---- which kind -------------------------------------------------------------------------------------------------- */

static const plot_kind *kind_named(const char *name)
{
    for (size_t i = 0; i < GN_COUNT(kinds); i++)
        if (!strcmp(kinds[i].name, name)) return &kinds[i];
    return NULL;
}

typedef enum what_is { IS_LOG, IS_MODEL, IS_EXPRESSION, IS_OTHER } what_is;

static bool is_expression(gn_plot *p, const char *text)
{
    const gn_formula *f;
    gn_arena arena;
    if (!strpbrk(text, "+-*/^(")) return false;
    gn_arena_init(&arena, p->ctx);
    bool is = gn_formula_parse(&arena, text, strlen(text), &f) == GN_OK;
    gn_arena_free(&arena);
    gn_clear_error(p->ctx);
    return is;
}

/* By the first bytes of a file, or as an expression when there is no such file. */
static gn_status look_at(gn_plot *p, const char *what, what_is *is)
{
    gn_source s;
    char head[16] = { 0 };
    *is = IS_OTHER;
    gn_filestat f;
    const gn_vfs *vfs = gn_context_vfs(p->ctx);
    if (!strcmp(what, "-")) {
        *is = IS_LOG;
        return GN_OK;
    }
    if (vfs->status(vfs->user, what, -1, &f) < 0) {
        if (is_expression(p, what)) *is = IS_EXPRESSION;
        if (*is == IS_EXPRESSION) return GN_OK;
    } else if (!f.regular) return GN_OK;
    GN_TRY(gn_source_open(p->ctx, what, &s));
    int64_t n = gn_source_read(&s, head, sizeof head);
    gn_source_close(&s);
    if (n < 0) return GN_IO;
    size_t at = strspn(head, " \t\r\n");
    if (n > 8 && head[8] == '{') *is = IS_MODEL;
    if (at < (size_t)n && head[at] == '{') *is = IS_LOG;
    return GN_OK;
}

static gn_status which_kind_hint(gn_plot *p)
{
    return gn_hint(p->ctx, "`glassnet plot FILE` draws a log or a model, `glassnet plot EXPR --from POINT` an "
                           "expression, --kind rates, regimes or trajectory a neuron");
}

/* What fits: a log its curves, a model itself, or with data what its task makes worth seeing. */
static gn_status fitting_kind(gn_plot *p, const plot_kind **out)
{
    what_is is;
    if (!p->cli->arguments) {
        gn_fail(p->ctx, GN_E_USAGE, "nothing is named that could be drawn");
        return which_kind_hint(p);
    }
    GN_TRY(look_at(p, p->cli->argument[0], &is));
    if (is == IS_OTHER) {
        const char *what = p->cli->argument[0];
        gn_fail(p->ctx, GN_E_FILE_KIND, "'%s' is neither a log nor a model", gn_show(GN_SHOWN, what, strlen(what)));
        return which_kind_hint(p);
    }
    *out = kind_named(is == IS_LOG ? "learning" : is == IS_EXPRESSION ? "contour" : "network");
    if (is != IS_MODEL || p->cli->arguments < 2) return GN_OK;
    *out = NULL;        /* once the model is there */
    return GN_OK;
}

static const plot_kind *kind_for_model(const gn_model *m)
{
    if (m->prep.features == 2 && m->prep.feature[0].kind == GN_NUMERIC && m->prep.feature[1].kind == GN_NUMERIC)
        return kind_named("boundary");
    return kind_named(m->prep.classes ? "confusion" : "histograms");
}

/* ---- what it needs ----------------------------------------------------------------------------------------------- */

/* A model or a log where an expression would do; what is neither is left to whoever reads expressions. */
static bool is_file_alone(gn_plot *p)
{
    what_is is;
    if (look_at(p, p->cli->argument[0], &is) == GN_OK) return is == IS_MODEL || is == IS_LOG;
    gn_clear_error(p->ctx);
    return false;
}

static gn_status check_arguments(gn_plot *p, const plot_kind *k)
{
    static const struct { size_t least, most; const char *what; } need[] = {
        [NEEDS_NOTHING] = { 0, 0, "no file" },          [NEEDS_FILES] = { 1, GN_CLI_ARGUMENTS, "one log or more" },
        [NEEDS_EXPRESSION] = { 1, 1, "one expression" }, [NEEDS_MODEL] = { 1, 1, "a model, and no data" },
        [NEEDS_MODEL_DATA] = { 2, 2, "a model and data" }, [NEEDS_ANY] = { 1, 2, "a model and data, or an expression" },
    };
    bool fits = p->cli->arguments >= need[k->needs].least && p->cli->arguments <= need[k->needs].most;
    if (fits && !(k->needs == NEEDS_ANY && p->cli->arguments == 1 && is_file_alone(p))) return GN_OK;
    gn_fail(p->ctx, GN_E_USAGE, "--kind %s takes %s", k->name, need[k->needs].what);
    return gn_hint(p->ctx, "such as %s", k->usage);
}

static gn_status load(gn_plot *p, bool with_data)
{
    const gn_options *o = p->cli->options;
    GN_TRY(gn_model_load_as(p->ctx, p->cli->argument[0], gn_option_flag(o, GN_O_STRICT), &p->model));
    if (!with_data) return GN_OK;
    return gn_data_open_for(p->ctx, p->cli->argument[1], &p->model->prep, o, true, &p->data);
}

/* Columns are those of a plane: they choose the boundary where no kind is named, and nothing else has them. */
static gn_status check_columns(gn_plot *p, bool named, const plot_kind **k)
{
    const plot_kind *plane = kind_named("boundary");
    if (!gn_option_given(p->cli->options, GN_O_COLUMNS) || *k == plane) return GN_OK;
    if (!named && (!*k || (*k)->needs == NEEDS_MODEL)) {
        *k = plane;
        return GN_OK;
    }
    const char *what = named ? (*k)->name : (*k)->needs == NEEDS_FILES ? "a log" : "an expression";
    gn_fail(p->ctx, GN_E_CFG_CONFLICT, "--columns names the two of a boundary; %s%s has none", named ? "--kind " : "",
            what);
    return gn_hint(p->ctx, "such as glassnet plot MODEL DATA --columns 1,2");
}

/* A landscape is of a model on data, or of an expression from a point. */
static unsigned reads_here(const gn_plot *p, const plot_kind *k)
{
    if (k->needs != NEEDS_ANY) return k->reads;
    return k->reads & ~(unsigned)(p->cli->arguments == 2 ? OF_FROM : OF_FILE | OF_MODEL | OF_ROWS);
}

static gn_status not_read(gn_plot *p, const plot_kind *k, gn_option_id id, unsigned of)
{
    gn_text t;
    const char *name = gn_option_table(NULL)[id].name;
    bool here = (k->reads & of) != 0;
    gn_fail(p->ctx, GN_E_CFG_CONFLICT, "--%s says nothing about a picture of --kind %s%s", name, k->name,
            !here ? "" : p->cli->arguments == 2 ? " of a model" : " of an expression");
    gn_text_init(&t, p->ctx);
    for (size_t i = 0; i < GN_COUNT(kinds); i++)
        if (kinds[i].reads & of) gn_text_printf(&t, "%s%s", t.length ? ", " : "", kinds[i].name);
    const char *which = gn_plot_keep(p, &t);
    return which ? gn_hint(p->ctx, "it is read by --kind %s", which) : GN_NO_MEMORY;
}

static gn_status check_options(gn_plot *p, const plot_kind *k)
{
    for (size_t i = 0; i < GN_COUNT(about); i++)
        if (gn_option_given(p->cli->options, about[i].id) && !(reads_here(p, k) & about[i].of))
            return not_read(p, k, about[i].id, about[i].of);
    return GN_OK;
}

static gn_status make(gn_plot *p)
{
    const plot_kind *k = NULL;
    const char *name = gn_option_text(p->cli->options, GN_O_KIND);
    bool named = strcmp(name, "auto") != 0;
    if (named) k = kind_named(name);
    else GN_TRY(fitting_kind(p, &k));
    GN_TRY(check_columns(p, named, &k));
    if (k) GN_TRY(check_arguments(p, k));
    if (k) GN_TRY(check_options(p, k));
    bool data = !k || k->needs == NEEDS_MODEL_DATA || (k->needs == NEEDS_ANY && p->cli->arguments == 2);
    if (data || k->needs == NEEDS_MODEL) GN_TRY(load(p, data));
    if (k) return k->make(p);
    k = kind_for_model(p->model);
    GN_TRY(check_options(p, k));
    return k->make(p);
}

static gn_status run(gn_cli *cli)
{
    gn_plot p = { .cli = cli, .ctx = cli->ctx };
    const char *file = gn_option_text(cli->options, GN_O_PLOT);
    gn_arena_init(&p.arena, cli->ctx);
    gn_status s = make(&p);
    if (s == GN_OK && cli->json) s = gn_cli_picture_json(cli, &p.picture);
    if (s == GN_OK) s = gn_cli_picture(cli, &p.picture, *file || cli->json ? file : "-");
    gn_data_free(p.data);
    gn_model_free(p.model);
    gn_arena_free(&p.arena);
    return s;
}

const gn_command_body gn_cmd_plot = {
    run,
    "WHAT is a log that `train --log` wrote (several: several runs), a model, a model and data, or an expression; the\n"
    "picture is the one that fits, or the one that --kind names:\n"
    "  learning    curves of one or more logs: loss, accuracy or R2, rate, gradient, sharpness\n"
    "  boundary    what a model predicts over two columns, with the data (--columns, which choose this kind, or the\n"
    "              two that show most of it; the others at their mean)\n"
    "  landscape   the loss around a model's weights along two random directions, or of an expression\n"
    "  histograms  values and gradients of each layer on the data\n"
    "  confusion   true against predicted classes\n"
    "  network     a model's units and weights\n"
    "  contour     an expression with the path of gradient descent from --from\n"
    "  trajectory  a neuron's weight step by step, for each --x and each of --rates\n"
    "  rates       the same as small pictures, one a rate, with the regime of each\n"
    "  regimes     which learning rates arrive, oscillate or diverge, against |x|\n"
    "It is drawn on the terminal; --plot FILE.svg, .png or .pdf writes a file by gnuplot. --json gives the numbers.",
    "glassnet plot run.jsonl\n"
    "glassnet plot model.safetensors moons.csv --plot boundary.svg\n"
    "glassnet plot model.safetensors --plot network.png\n"
    "glassnet plot \"(x - 3)^2 + 2*(y + 1)^2\" --from 0,0 --lr 0.1 --steps 20\n"
    "glassnet plot --kind rates --x 10 --y 10 --rates 0.001,0.005,0.01,0.011,0.015,0.02\n"
    "glassnet plot --kind regimes --plot regimes.svg --keep\n"
};
