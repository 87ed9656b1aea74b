/* cmd_neuron.c -- one neuron under gradient descent: the arithmetic of its steps, what the rate will do, the run. */
#include "cli.h"
#include "../lens/neuron.h"

#include <math.h>
#include <string.h>

typedef struct request {
    gn_arena arena;
    gn_neuron_spec spec;
    gn_neuron_show show;
    const char *source;         /* where the rows come from */
} request;

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* What says how a file is to be read, where none is. */
static gn_status refuse_reading(gn_cli *cli)
{
    static const struct { gn_option_id id; const char *name; } of_file[] = {
        {GN_O_TARGET, "target"}, {GN_O_DELIM, "delim"}, {GN_O_DECIMAL, "decimal"}, {GN_O_THOUSANDS, "thousands"},
        {GN_O_ESCAPE, "escape"}, {GN_O_HEADER, "header"}, {GN_O_SKIP_ROWS, "skip-rows"}, {GN_O_DUP, "dup"},
        {GN_O_ENCODING, "encoding"},
    };
    for (size_t i = 0; i < GN_COUNT(of_file); i++) {
        if (!gn_option_given(cli->options, of_file[i].id)) continue;
        gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s says how a file is read, and there is none", of_file[i].name);
        return gn_hint(cli->ctx, "the file of a batch is given with --data; one sample stands in --x and --y");
    }
    return GN_OK;
}

static gn_status read_sample(gn_cli *cli, request *r)
{
    double *x, *y = gn_arena_alloc(&r->arena, 1, sizeof *y);
    bool given;
    if (!y) return GN_NO_MEMORY;
    GN_TRY(refuse_reading(cli));
    GN_TRY(gn_numbers_read(cli->ctx, cli->options, GN_O_X, &r->arena, &x, &r->spec.inputs));
    GN_TRY(gn_number_read(cli->ctx, cli->options, GN_O_Y, &r->arena, y, &given));
    if (!x || !given) {
        gn_fail(cli->ctx, GN_E_USAGE, "a neuron needs %s", !x && !given ? "an input and a target" : x ? "a "
                "target" : "an input");
        return gn_hint(cli->ctx, "glassnet neuron --x 3 --y 10 --w 0.5 --lr 0.1, or --data FILE for a batch");
    }
    r->spec.x = x;
    r->spec.y = y;
    return GN_OK;
}

/* ---- a batch from a file ----------------------------------------------------------------------------------------- */

static gn_status check_column(gn_cli *cli, const gn_table *t, size_t c)
{
    const gn_column *column = &t->column[c];
    if (gn_table_fault(t, c) != GN_OK)
        return gn_hint(cli->ctx, "a neuron's inputs and target are numbers: take the column out of the file, or correct it");
    gn_place at = {.file = t->name, .line = column->first_missing_line, .column = column->first_missing_column};
    if (column->kind != GN_NUMERIC)
        return gn_fail_at(cli->ctx, GN_E_CSV_NUM, (gn_place){.file = t->name},
                          "column %zu, '%s', is text, and a neuron's inputs and target are numbers", c + 1,
                          gn_show(GN_SHOWN, column->name, strlen(column->name)));
    if (column->missing)
        gn_fail_at(cli->ctx, GN_E_CSV_MISSING, at, "a value is missing in '%s'",
                   gn_show(GN_SHOWN, column->name, strlen(column->name)));
    if (column->missing) return gn_hint(cli->ctx, "fill it in, or take the row out of the file");
    return GN_OK;
}

static gn_status take_table(gn_cli *cli, request *r, const gn_table *t)
{
    const char *name = gn_option_text(cli->options, GN_O_TARGET);
    size_t target = t->columns - 1;
    if (*name) target = gn_table_find(t, name, strlen(name));
    if (target == SIZE_MAX) return gn_last_error(cli->ctx)->status;
    if (t->columns < 2)
        return gn_fail_at(cli->ctx, GN_E_MOD_SHAPE, (gn_place){.file = t->name},
                          "one column; a neuron needs at least one input beside the target");
    r->spec.rows = t->rows;
    r->spec.inputs = t->columns - 1;
    double *x = gn_arena_alloc(&r->arena, t->rows * r->spec.inputs, sizeof *x),
           *y = gn_arena_alloc(&r->arena, t->rows, sizeof *y);
    if (!x || !y) return GN_NO_MEMORY;
    for (size_t c = 0, i = 0; c < t->columns; c++) {
        GN_TRY(check_column(cli, t, c));
        for (size_t row = 0; row < t->rows; row++)
            if (c == target) y[row] = t->column[c].number[row];
            else x[row * r->spec.inputs + i] = t->column[c].number[row];
        if (c != target) i++;
    }
    r->spec.x = x;
    r->spec.y = y;
    return GN_OK;
}

static gn_status read_file(gn_cli *cli, request *r)
{
    gn_source source;
    gn_table t;
    r->source = gn_option_text(cli->options, GN_O_DATA);
    if (gn_option_given(cli->options, GN_O_X) || gn_option_given(cli->options, GN_O_Y))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--data brings inputs and targets; --x and --y are for one sample");
    GN_TRY(gn_open_data(cli->ctx, r->source, &source));
    gn_status s = gn_csv_read(cli->ctx, &source, cli->options, &t);
    gn_source_close(&source);
    GN_TRY(s);
    s = take_table(cli, r, &t);
    gn_table_free(&t);
    return s;
}

/* ---- weights, optimiser ------------------------------------------------------------------------------------------ */

static gn_status read_weights(gn_cli *cli, request *r)
{
    double *w;
    size_t count;
    GN_TRY(gn_numbers_read(cli->ctx, cli->options, GN_O_W, &r->arena, &w, &count));
    GN_TRY(gn_number_read(cli->ctx, cli->options, GN_O_B, &r->arena, &r->spec.b, &r->spec.has_bias));
    r->spec.w = w;
    if (!w || count == r->spec.inputs) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--w has %zu number%s for %zu input%s; there is one weight an input", count,
            count == 1 ? "" : "s", r->spec.inputs, r->spec.inputs == 1 ? "" : "s");
    return gn_hint(cli->ctx, "without --w the weights start at 0%s", r->spec.has_bias ? "" : "; a bias is given "
                   "with --b");
}

static gn_status read_optimizer(gn_cli *cli, gn_neuron_spec *s)
{
    const char *name = gn_option_given(cli->options, GN_O_OPTIMIZER) ? gn_option_text(cli->options,
                                                                                      GN_O_OPTIMIZER) : "sgd";
    const char *names[GN_OPT_COUNT];
    s->optimizer = gn_optimizer_find(name);
    for (int i = 0; i < GN_OPT_COUNT; i++) names[i] = gn_optimizer_table()[i].name;
    if (s->optimizer == GN_OPT_COUNT) {
        const char *closest = gn_closest(name, names, GN_OPT_COUNT);
        gn_fail(cli->ctx, GN_E_CFG_OPTIMIZER, "optimizer: \"%s\" is no optimiser", gn_show(GN_SHOWN, name,
                                                                                           strlen(name)));
        return gn_hint(cli->ctx, closest ? "did you mean \"%s\"?" : "%s", closest ? closest : "`glassnet ops` lists "
                       "them");
    }
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    for (int i = 0; i < row->parameters; i++) s->hyper[i] = row->parameter_default[i];
    return GN_OK;
}

static gn_status set_parameter(gn_cli *cli, gn_neuron_spec *s, gn_option_id id, const char *option, const char *name)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    double v = gn_option_real(cli->options, id);
    if (!gn_option_given(cli->options, id)) return GN_OK;
    for (int i = 0; i < row->parameters; i++) {
        if (strcmp(row->parameter_name[i], name) != 0) continue;
        if (v < 0) return gn_fail(cli->ctx, GN_E_CFG_RANGE, "--%s: %s is below 0", option, gn_num(GN_NUM, v));
        s->hyper[i] = v;
        return GN_OK;
    }
    return gn_fail(cli->ctx, GN_E_CFG_OPTIMIZER, "--%s: the optimiser %s has no %s", option, row->name, name);
}

static bool has_parameter(gn_optimizer op, const char *name)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    for (int i = 0; i < row->parameters; i++)
        if (!strcmp(row->parameter_name[i], name)) return true;
    return false;
}

static gn_status read_rate(gn_cli *cli, gn_neuron_spec *s)
{
    const gn_options *o = cli->options;
    double lr = gn_option_real(o, GN_O_LR), decay = gn_option_real(o, GN_O_WEIGHT_DECAY);
    if (gn_option_given(o, GN_O_LR) && !(lr > 0)) {
        gn_fail(cli->ctx, GN_E_CFG_RATE, "lr: %s is not a learning rate; it is above 0", gn_num(GN_NUM, lr));
        return gn_hint(cli->ctx, "a negative rate would climb: r = 1 - lr*lambda would be above 1");
    }
    if (gn_option_given(o, GN_O_LR)) s->hyper[0] = lr;
    GN_TRY(set_parameter(cli, s, GN_O_MOMENTUM, "momentum", "mu"));
    GN_TRY(set_parameter(cli, s, GN_O_BETA1, "beta1", "beta1"));
    GN_TRY(set_parameter(cli, s, GN_O_BETA2, "beta2", "beta2"));
    GN_TRY(set_parameter(cli, s, GN_O_EPS, "eps", "eps"));
    s->clip = gn_option_real(o, GN_O_CLIP);
    if (has_parameter(s->optimizer, "wd")) return set_parameter(cli, s, GN_O_WEIGHT_DECAY, "weight-decay", "wd");
    s->decay = gn_option_given(o, GN_O_WEIGHT_DECAY) && decay > 0 ? decay : 0;
    return GN_OK;
}

static gn_status read_request(gn_cli *cli, request *r)
{
    const gn_options *o = cli->options;
    gn_neuron_defaults(&r->spec);
    if (gn_option_given(o, GN_O_ACT)) r->spec.act = gn_option_text(o, GN_O_ACT);
    const char *loss = gn_option_text(o, GN_O_LOSS);
    if (gn_option_given(o, GN_O_LOSS) && strcmp(loss, "auto") != 0) r->spec.loss = loss;
    r->spec.reduction = gn_option_text(o, GN_O_REDUCTION);
    if (gn_option_given(o, GN_O_PRECISION) && !strcmp(gn_option_text(o, GN_O_PRECISION), "f32")) r->spec.type = GN_F32;
    GN_TRY(gn_option_given(o, GN_O_DATA) ? read_file(cli, r) : read_sample(cli, r));
    GN_TRY(read_weights(cli, r));
    GN_TRY(read_optimizer(cli, &r->spec));
    GN_TRY(read_rate(cli, &r->spec));
    r->show = (gn_neuron_show){.steps = (uint64_t)gn_option_int(o, GN_O_STEPS),
                               .written = (uint64_t)gn_option_int(o, GN_O_SHOW_STEPS),
                               .guard = gn_option_real(o, GN_O_GUARD),
                               .tolerance = gn_option_real(o, GN_O_TOL),
                               .checked = gn_option_flag(o, GN_O_CHECKED),
                               .cures = gn_option_flag(o, GN_O_CURES),
                               .digits = (int)gn_option_int(o, GN_O_DIGITS)};
    return GN_OK;
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

/* A check that failed is an answer of no. */
static gn_status judge(gn_cli *cli, const gn_sheet *sheet)
{
    for (size_t i = 0; i < sheet->lines; i++) {
        const gn_line *line = sheet->line[i];
        if (!line->check.kind || strcmp(line->check.verdict, "FAIL") != 0) continue;
        return gn_fail(cli->ctx, GN_E_GRAD_CHECK, "the gradient %s does not agree with a central difference",
                       line->symbol->name);
    }
    return GN_OK;
}

static gn_status explain(gn_cli *cli, request *r, gn_neuron *n)
{
    gn_sheet sheet;
    gn_neuron_result result = { 0 };
    gn_picture picture;
    bool drawn = *gn_option_text(cli->options, GN_O_PLOT);
    gn_sheet_open(&sheet, cli->ctx, "one neuron");
    if (r->source)
        gn_sheet_fact(&sheet, "%zu row%s of %s", r->spec.rows, GN_S(r->spec.rows),
                      gn_show(GN_SHOWN, r->source, strlen(r->source)));
    gn_status s = gn_neuron_explain(n, &r->show, &sheet, &result);
    if (s == GN_OK && drawn) s = gn_neuron_picture(n, &r->show, &r->arena, &picture);
    if (s == GN_OK) s = gn_cli_sheet_with(cli, &sheet, drawn ? &picture : NULL);
    if (s == GN_OK) s = judge(cli, &sheet);
    gn_sheet_free(&sheet);
    if (s != GN_OK || isfinite(result.loss)) return s;
    cli->told = true;   /* the sheet says that it overflowed */
    return GN_NEGATIVE;
}

static gn_status run(gn_cli *cli)
{
    request r = {0};
    gn_neuron *n = NULL;
    gn_arena_init(&r.arena, cli->ctx);
    gn_status s = read_request(cli, &r);
    if (s == GN_OK) s = gn_neuron_new(cli->ctx, &r.spec, &n);
    if (s == GN_OK) s = explain(cli, &r, n);
    gn_neuron_free(n);
    gn_arena_free(&r.arena);
    return s;
}

const gn_command_body gn_cmd_neuron = {
    run,
    "The smallest network there is, with nothing hidden: p = w*x (and a bias with --b, an activation with --act), the\n"
    "loss of its error, the chain rule factor by factor, and the update. Then what the learning rate will do, said\n"
    "before it is done: the curvature, the factor r = 1 - lr*lambda by which each step multiplies the error, the best\n"
    "rate and the limit, the steps it takes; and the run itself, with w_0 at k = 0.\n\n"
    "--x and --w take several numbers with commas. --data FILE makes a batch; its last column is the target. --loss\n"
    "is a row of `glassnet ops loss` or an expression of e = p - y such as \"0.5*e^2\". --act takes a row with its\n"
    "parameters: \"leaky_relu(alpha=0.2)\". Defaults here: no activation, mse, sgd, float64.\n\n"
    "--cures runs clipping, scaled inputs, another start and the best rate side by side, 200 steps each or as many as\n"
    "--steps where that is more. --checked puts a central difference beside each gradient. Exit status 1: a check failed, or the run overflowed.",
    "glassnet neuron --x 3 --y 10 --w 0.5 --lr 0.1 --steps 2\n"
    "glassnet neuron --x 100 --y 200 --w 1 --lr 0.01 --cures\n"
    "glassnet neuron --x 1,2 --w 1,1 --y 10 --lr 0.1\n"
    "glassnet neuron --x 10 --y 10 --lr 0.02 --steps 50 --guard 1000 --plot -\n"
    "glassnet neuron --data batch.csv --b 0 --act leaky_relu --loss \"0.5*e^2\" --reduction sum --lr 0.001"
};
