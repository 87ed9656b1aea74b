/* cmd_stability.c -- will gradient descent converge from here? The largest eigenvalue of the Hessian against the
 * optimiser's limit, for a neuron, an expression, or a network on data; and maps of the regimes. */
#include <math.h>
#include <string.h>

#include "../nn/fit.h"
#include "stability.h"

/* ---- what would be ignored --------------------------------------------------------------------------------------- */
typedef enum subject_kind { A_NEURON, AN_EXPRESSION, A_NETWORK, A_MAP, KINDS } subject_kind;

/* What only some subjects have: an option that says nothing of this one is refused, and not passed over. */
typedef struct owned { gn_option_id id; bool by[KINDS]; } owned;
#define NET_ONLY { false, false, true, false }
static const owned owners[] = {
    { GN_O_X, { true, false, false, true } },           { GN_O_Y, { true, false, false, true } },
    { GN_O_W, { true, false, false, true } },           { GN_O_B, { true, false, false, true } },
    { GN_O_ACT, { true, false, true, true } },          { GN_O_LOSS, { true, false, true, true } },
    { GN_O_REDUCTION, { true, false, true, true } },    { GN_O_FROM, { false, true, false, false } },
    { GN_O_AT, { false, true, false, false } },         { GN_O_TOP, { true, true, true, false } },
    { GN_O_DIGITS, { true, true, true, false } },       { GN_O_DEPTH, { true, true, true, false } },
    { GN_O_NET, NET_ONLY },       { GN_O_LAYERS, NET_ONLY },    { GN_O_INIT, NET_ONLY },
    { GN_O_SCALE, NET_ONLY },     { GN_O_ROWS, NET_ONLY },      { GN_O_TARGET, NET_ONLY },
    { GN_O_TASK, NET_ONLY },      { GN_O_IGNORE, NET_ONLY },    { GN_O_CLASSES, NET_ONLY },
    { GN_O_N, NET_ONLY },         { GN_O_NOISE, NET_ONLY },     { GN_O_MISSING, NET_ONLY },
    { GN_O_NONFINITE, NET_ONLY }, { GN_O_HEADER, NET_ONLY },    { GN_O_DELIM, NET_ONLY },
    { GN_O_DECIMAL, NET_ONLY },   { GN_O_THOUSANDS, NET_ONLY }, { GN_O_ESCAPE, NET_ONLY },
    { GN_O_SKIP_ROWS, NET_ONLY }, { GN_O_DUP, NET_ONLY },       { GN_O_ENCODING, NET_ONLY },
    { GN_O_WEIGHT, NET_ONLY },    { GN_O_CLASS_WEIGHTS, NET_ONLY },
};
static const char *const made_by[KINDS] = { "--x", "--from", NULL, "--map" };
static const char *const made[KINDS] = { "a neuron", "an expression", NULL, "a map of a neuron" };

static subject_kind kind_of(const gn_cli *cli)
{
    const gn_options *o = cli->options;
    if (strcmp(gn_option_text(o, GN_O_MAP), "none")) return A_MAP;
    if (cli->arguments == 0) return A_NEURON;
    return gn_option_given(o, GN_O_FROM) || gn_option_given(o, GN_O_AT) ? AN_EXPRESSION : A_NETWORK;
}

static gn_status refuse(gn_cli *cli, subject_kind kind, gn_option_id id)
{
    const char *name = gn_option_table(NULL)[id].name;
    if (cli->arguments && (id == GN_O_X || id == GN_O_Y || id == GN_O_W || id == GN_O_B))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s makes a neuron, and '%s' names something else", name,
                       gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])));
    const char *by = kind == AN_EXPRESSION && !gn_option_given(cli->options, GN_O_FROM) ? "--at" : made_by[kind];
    return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--%s and %s: what is looked at is %s, and of it --%s says nothing",
                   name, by, made[kind], name);
}

static gn_status refuse_ignored(gn_cli *cli)
{
    const gn_options *o = cli->options;
    subject_kind kind = kind_of(cli);
    if (kind == A_NEURON && !gn_option_given(o, GN_O_X)) return GN_OK;     /* which is said first */
    for (size_t i = 0; i < GN_COUNT(owners); i++)
        if (!owners[i].by[kind] && gn_option_given(o, owners[i].id)) return refuse(cli, kind, owners[i].id);
    if (kind == AN_EXPRESSION && gn_option_given(o, GN_O_FROM) && gn_option_given(o, GN_O_AT))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--from and --at: both say where to look");
    if (kind == A_NETWORK && gn_option_given(o, GN_O_NET) && gn_option_given(o, GN_O_LAYERS))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--net and --layers: both describe the hidden layers");
    if (kind == A_NETWORK && gn_option_given(o, GN_O_NET) && gn_option_given(o, GN_O_ACT))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--net and --act: write the activations into --net");
    return GN_OK;
}

/* ---- what is asked ----------------------------------------------------------------------------------------------- */
/* A neuron or an expression is taken by plain gradient descent unless something else is said. */
static gn_status plain_options(gn_cli *cli, const char *usual, gn_options **out)
{
    static const gn_option_id ids[] = { GN_O_OPTIMIZER, GN_O_LR, GN_O_MOMENTUM, GN_O_BETA1, GN_O_BETA2, GN_O_EPS,
                                        GN_O_WEIGHT_DECAY, GN_O_CLIP, GN_O_CLIP_NORM };
    GN_TRY(gn_options_new(cli->ctx, out));
    GN_TRY(gn_options_set(*out, "optimizer", usual));
    for (size_t i = 0; i < GN_COUNT(ids); i++)
        if (gn_option_given(cli->options, ids[i]))
            GN_TRY(gn_options_set(*out, gn_option_table(NULL)[ids[i]].name, gn_option_text(cli->options, ids[i])));
    return GN_OK;
}

static gn_status read_ask(gn_cli *cli, const gn_options *o, gn_stability_ask *ask)
{
    gn_fit_settings set;
    gn_stability_defaults(ask);
    GN_TRY(gn_fit_read_settings(cli->ctx, o, INT32_MAX, false, &set));
    ask->op = set.op;
    memcpy(ask->hyper, set.hyper, sizeof ask->hyper);
    ask->hyper[0] = set.rate;
    ask->hyper[set.parameters + 2] = 0;     /* l1 has no curvature */
    ask->clip = set.clip;
    ask->clip_norm = set.clip_norm;
    ask->other = true;
    ask->top = (size_t)gn_option_int(cli->options, GN_O_TOP);
    ask->spectrum = gn_option_flag(cli->options, GN_O_SPECTRUM);
    ask->density = gn_option_flag(cli->options, GN_O_DENSITY);
    ask->seed = (uint64_t)gn_option_int(cli->options, GN_O_SEED);
    ask->digits = (int)gn_option_int(cli->options, GN_O_DIGITS);
    return GN_OK;
}

/* ---- the report -------------------------------------------------------------------------------------------------- */
/* The neuron's own facts before the report: the eigenvalue by hand, for Lanczos to be held against. */
static void begin_neuron(const gn_curved *s, gn_sheet *sheet)
{
    if (!s->neuron) return;
    gn_sheet_section(sheet, 0, "the neuron");
    gn_sheet_given(sheet, 0, "input", gn_sheet_symbol(sheet, "x", s->inputs, 1, s->x, GN_F64));
    gn_sheet_given(sheet, 0, "target", gn_sheet_symbol(sheet, "y", 1, 1, &s->y, GN_F64));
    if (s->by_hand) gn_sheet_compute(sheet, 0, false, "largest eigenvalue, by hand", "lambda_hand", s->by_hand);
}

/* One sample cannot be standardised, but its length can be made 1. With decay or a preconditioner the limit is not
 * proportional to 1/x^2. */
static void end_neuron(const gn_curved *s, const gn_stability *figures, gn_sheet *sheet)
{
    double size = 0;
    for (size_t i = 0; i < s->inputs; i++) size = fmax(size, fabs(s->x[i]));
    if (!s->by_hand || !(figures->lambda > 0) || !figures->limit.known) return;
    if (figures->root || figures->decay > 0 || size == 0) return;
    gn_sheet_section(sheet, 0, "what scaling the input would change");
    const char *formula = s->inputs == 1 ? s->bias ? "lr_limit*(x^2 + 1)/2" : "lr_limit*x^2"
                          : s->bias      ? "lr_limit*(dot(x, x) + 1)/2" : "lr_limit*dot(x, x)";
    gn_sheet_compute(sheet, 0, false, "largest rate with x of length 1", "lr_scaled", formula);
}

static gn_status report(gn_cli *cli, const gn_curved *s, const gn_stability_ask *ask, gn_stability *figures)
{
    gn_sheet sheet;
    gn_picture picture;
    gn_sheet_open(&sheet, cli->ctx, s->title.at ? s->title.at : "stability");
    for (size_t i = 0; i < s->facts; i++) gn_sheet_fact(&sheet, "%s", s->fact[i]);
    begin_neuron(s, &sheet);
    gn_stability_sheet(figures, ask, s->has_scaling ? &s->scaling : NULL, s->exact_scaling, &sheet);
    end_neuron(s, figures, &sheet);
    bool drawn = *gn_option_text(cli->options, GN_O_PLOT);
    gn_status status = gn_sheet_done(&sheet);
    if (status == GN_OK && drawn) status = gn_stability_picture(figures, &picture);
    if (status == GN_OK) status = gn_cli_sheet_with(cli, &sheet, drawn ? &picture : NULL);
    gn_sheet_free(&sheet);
    return status;
}

static gn_status look(gn_cli *cli, gn_curved *s)
{
    gn_stability_ask ask;
    gn_stability figures = { 0 };
    size_t n = gn_objective_size(s->objective);
    if (gn_option_given(cli->options, GN_O_TOP) && (size_t)gn_option_int(cli->options, GN_O_TOP) > n)
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--top %lld: there %s %zu parameter%s, and no more eigenvalues "
                       "than that", (long long)gn_option_int(cli->options, GN_O_TOP), n == 1 ? "is" : "are", n,
                       n == 1 ? "" : "s");
    if (!s->options) GN_TRY(plain_options(cli, "sgd", &s->options));
    GN_TRY(read_ask(cli, s->options, &ask));
    gn_status status = gn_stability_of(cli->ctx, s->objective, &ask, &figures);
    if (status == GN_OK) status = report(cli, s, &ask, &figures);
    gn_stability_free(&figures);
    return status;
}

/* ---- maps -------------------------------------------------------------------------------------------------------- */
static gn_status number_of(gn_cli *cli, gn_arena *arena, gn_option_id id, double otherwise, double *out)
{
    double *v;
    size_t count;
    *out = otherwise;
    if (!gn_option_given(cli->options, id)) return GN_OK;
    GN_TRY(gn_numbers_parse(cli->ctx, gn_option_table(NULL)[id].name, gn_option_text(cli->options, id), arena, &v,
                            &count));
    *out = v[0];
    if (count == 1) return GN_OK;
    return gn_fail(cli->ctx, GN_E_CFG_VALUE, "a map is of a neuron with one input; --%s has %zu numbers",
                   gn_option_table(NULL)[id].name, count);
}

/* What would make another neuron or another question of it; values that change nothing may be given. */
static gn_status check_map(gn_cli *cli)
{
    static const struct { gn_option_id id; const char *harmless; } others[] = {
        { GN_O_ACT, "identity" }, { GN_O_LOSS, "mse" },  { GN_O_REDUCTION, "mean" }, { GN_O_B, NULL },
        { GN_O_WEIGHT_DECAY, "0" }, { GN_O_CLIP, "0" }, { GN_O_CLIP_NORM, "0" }, { GN_O_SPECTRUM, NULL },
        { GN_O_DENSITY, NULL },
    };
    for (size_t i = 0; i < GN_COUNT(others); i++) {
        const char *name = gn_option_table(NULL)[others[i].id].name;
        if (!gn_option_given(cli->options, others[i].id)) continue;
        if (others[i].harmless && !strcmp(gn_option_text(cli->options, others[i].id), others[i].harmless)) continue;
        gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--map is of the neuron p = w*x under L = (p - y)^2: it takes no --%s",
                name);
        return gn_hint(cli->ctx, "`glassnet stability` without --map reports on it at a point, `glassnet neuron --plot "
                                 "-` draws a run");
    }
    return GN_OK;
}

static gn_status read_map(gn_cli *cli, gn_arena *arena, gn_map_ask *ask)
{
    gn_options *o = NULL;
    gn_fit_settings set = { 0 };
    double *hyper = gn_arena_alloc(arena, GN_OPT_HYPER, sizeof *hyper);
    ask->kind = gn_option_text(cli->options, GN_O_MAP);
    bool over_momentum = strcmp(ask->kind, "lr-momentum") == 0;
    gn_status s = hyper ? plain_options(cli, over_momentum ? "momentum" : "sgd", &o) : GN_NO_MEMORY;
    if (s == GN_OK) s = gn_fit_read_settings(cli->ctx, o, INT32_MAX, false, &set);
    gn_options_free(o);
    GN_TRY(s);
    ask->op = set.op;
    memcpy(hyper, set.hyper, GN_OPT_HYPER * sizeof *hyper);
    ask->hyper = over_momentum && !gn_option_given(cli->options, GN_O_MOMENTUM) ? NULL : hyper;
    ask->rate = gn_option_given(cli->options, GN_O_LR) ? set.rate : 0;
    ask->wrong_line = gn_option_flag(cli->options, GN_O_WRONG_LINE);
    ask->marks = 0;
    if (strcmp(ask->kind, "lr-x") == 0) {
        double *mark = NULL;
        if (gn_option_given(cli->options, GN_O_X))
            GN_TRY(gn_numbers_parse(cli->ctx, "x", gn_option_text(cli->options, GN_O_X), arena, &mark, &ask->marks));
        ask->mark = mark;
        return GN_OK;
    }
    GN_TRY(number_of(cli, arena, GN_O_X, over_momentum ? 0 : 10, &ask->x));
    if (over_momentum && ask->x == 0 && gn_option_given(cli->options, GN_O_X))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--x 0 and --map lr-momentum: the curvature 2x^2 is 0, and no rate "
                       "has a limit");
    GN_TRY(number_of(cli, arena, GN_O_Y, 10, &ask->y));
    return number_of(cli, arena, GN_O_W, 0, &ask->w);
}

static gn_status map(gn_cli *cli)
{
    gn_arena arena;
    gn_map_ask ask = { 0 };
    gn_picture picture;
    if (cli->arguments)
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--map is of a neuron, not of '%s'",
                       gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])));
    const char *plot = gn_option_text(cli->options, GN_O_PLOT);
    if (!*plot) plot = "-";
    GN_TRY(check_map(cli));
    GN_TRY(gn_cli_picture_check(cli, plot));
    gn_arena_init(&arena, cli->ctx);
    gn_status s = read_map(cli, &arena, &ask);
    if (s == GN_OK) s = gn_stability_map(&arena, &ask, &picture);
    if (s == GN_OK && cli->json) s = gn_cli_picture_json(cli, &picture);
    if (s == GN_OK) s = gn_cli_picture(cli, &picture, plot);
    gn_arena_free(&arena);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_curved s;
    GN_TRY(refuse_ignored(cli));
    if (strcmp(gn_option_text(cli->options, GN_O_MAP), "none")) return map(cli);
    if (gn_option_flag(cli->options, GN_O_WRONG_LINE))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--wrong-line is drawn into --map lr-x");
    GN_TRY(gn_curved_open(cli, &s));
    gn_status status = look(cli, &s);
    gn_curved_close(&s);
    return status;
}

const gn_command_body gn_cmd_stability = {
    run,
    "Without an argument: a neuron by --x, --y, --w, --b, --act, --loss. EXPR is an expression with a point, --from.\n"
    "MODEL DATA: a trained model on rows of data; DATA alone: the network that training would begin with.\n\n"
    "The largest eigenvalue lambda of the Hessian decides: gradient descent converges where lr*lambda is below 2, and\n"
    "every optimiser has a limit of its own. What is said of a loss that is not quadratic is a local estimate.\n"
    "Adaptive optimisers feel the Hessian through their preconditioner, held as it is after 100 steps from here.\n\n"
    "--map draws the regimes of a neuron under sgd, momentum or nesterov: lr-x (with the inputs --x marked),\n"
    "lr-momentum, trajectories.",
    "glassnet stability --x 3 --y 10 --w 0.5 --lr 0.1\n"
    "glassnet stability \"x^2 + 4*y^2\" --from x=1,y=1 --lr 0.2 --optimizer momentum\n"
    "glassnet stability model.safetensors iris.csv --top 3 --density\n"
    "glassnet stability spirals --net \"16 tanh\" --optimizer sgd --lr 0.5 --spectrum\n"
    "glassnet stability --map lr-x --wrong-line --plot map.svg\n"
};
