/* cmd_descend.c -- an optimiser run on an expression, with everything it did. */
#include "cli.h"

#include "../lens/descent.h"
#include "../nn/fit.h"

#include <math.h>
#include <string.h>

typedef struct request {
    gn_arena arena;
    gn_functions of;
    gn_fit_settings set;
    gn_descent_ask ask;
    gn_descent path;
} request;

static gn_status read_start(gn_cli *cli, request *r)
{
    size_t room = r->of.names + 1;
    double *from = gn_arena_alloc(&r->arena, room, sizeof *from);
    const gn_formula **exact = gn_arena_alloc(&r->arena, room, sizeof *exact);
    if (!from || !exact) return GN_NO_MEMORY;
    if (!gn_option_given(cli->options, GN_O_FROM)) {
        gn_fail(cli->ctx, GN_E_CFG_VALUE, "a descent needs a point to start from");
        return gn_hint(cli->ctx, "say where with --from, such as --from %s=1",
                       r->of.names ? r->of.name[0] : "x");
    }
    GN_TRY(gn_point_read(cli->ctx, cli->options, GN_O_FROM, r->of.name, r->of.names, &r->arena, from,
                        exact));
    r->ask.from = from;
    r->ask.exact = exact;
    return GN_OK;
}

/* Plain gradient descent unless another is named. */
static gn_status read_optimizer(gn_cli *cli, request *r)
{
    if (!gn_option_given(cli->options, GN_O_OPTIMIZER)) GN_TRY(gn_options_set(cli->options, "optimizer", "sgd"));
    GN_TRY(gn_fit_read_optimizer(cli->ctx, cli->options, &r->set));
    r->ask.op = r->set.op;
    r->set.hyper[0] = r->set.rate;
    r->ask.hyper = r->set.hyper;
    r->ask.clip = gn_option_real(cli->options, GN_O_CLIP);
    r->ask.weight_decay = r->set.hyper[r->set.parameters + 1];
    r->ask.l1 = r->set.hyper[r->set.parameters + 2];
    return GN_OK;
}

static gn_status read_request(gn_cli *cli, request *r)
{
    const gn_options *o = cli->options;
    GN_TRY(gn_functions_parse(&r->arena, cli->argument, cli->arguments, gn_option_text(o, GN_O_BY), &r->of));
    if (!r->of.variables) {
        gn_fail(cli->ctx, GN_E_EXP_VAR, "no variable stands in the function, so nothing can descend");
        return gn_hint(cli->ctx, "a function of x is written such as x^2");
    }
    GN_TRY(read_optimizer(cli, r));
    GN_TRY(read_start(cli, r));
    r->ask.steps = (uint64_t)gn_option_int(o, GN_O_STEPS);
    r->ask.written = (uint64_t)gn_option_int(o, GN_O_SHOW_STEPS);
    r->ask.tolerance = gn_option_real(o, GN_O_TOL);
    r->ask.digits = (int)gn_option_int(o, GN_O_DIGITS);
    return GN_OK;
}

/* A start at which nothing can be computed is a slip of whoever gave it, and no divergence. */
static gn_status check_start(gn_cli *cli, const request *r)
{
    if (!r->path.overflow || r->path.steps > 0) return GN_OK;
    const char *what = strcmp(r->path.overflow, "f") ? r->path.overflow : "the function";
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--from: %s is not finite where it starts, %s%s = %s", what,
            r->of.names > 1 ? "with " : "at ", r->of.name[0], gn_num(GN_NUM, r->ask.from[0]));
    return gn_hint(cli->ctx, isnan(r->path.f[0]) ? "start inside its domain: log(x), say, has values above 0 alone"
                                                 : "start where the function and its slopes are finite numbers");
}

static gn_status show(gn_cli *cli, request *r)
{
    gn_sheet sheet = {0};
    gn_picture picture;
    bool drawn = *gn_option_text(cli->options, GN_O_PLOT);
    gn_status s = gn_descent_sheet(cli->ctx, &r->of, &r->ask, &r->path, &sheet);
    if (s == GN_OK && drawn) s = gn_descent_picture(&r->arena, &r->of, &r->ask, &r->path, &picture);
    if (s == GN_OK) s = gn_cli_sheet_with(cli, &sheet, drawn ? &picture : NULL);
    gn_sheet_free(&sheet);
    return s;
}

static gn_status run(gn_cli *cli)
{
    request r = {0};
    gn_arena_init(&r.arena, cli->ctx);
    gn_status s = read_request(cli, &r);
    if (s == GN_OK) s = gn_descent_run(&r.arena, &r.of, &r.ask, &r.path);
    if (s == GN_OK) s = check_start(cli, &r);
    if (s == GN_OK) s = show(cli, &r);
    bool diverged = s == GN_OK && r.path.end == GN_DESCENT_OVERFLOW;
    gn_arena_free(&r.arena);
    if (!diverged) return s;
    cli->told = true;   /* the sheet says it */
    return GN_NEGATIVE;
}

const gn_command_body gn_cmd_descend = {
    run,
    "EXPR is the function to make small, in quotes; docs/expressions.md has the grammar. Every name is a\n"
    "variable unless --by chooses; --from gives each name its value. The optimiser is plain gradient descent\n"
    "unless --optimizer names another row of `glassnet ops`; the steps written out are that row's own text.\n\n"
    "Shown are the first steps in numbers (--show-steps), the path, the change of each step as predicted and\n"
    "as it was, the curvature against the optimiser's limit at both ends, and what happened. Exit status 1:\n"
    "it overflowed.",
    "glassnet descend \"(x - 3)^2 + 2*(y + 1)^2\" --from 0,0 --lr 0.1 --steps 5\n"
    "glassnet descend \"x^2 - 4*x + 5\" --from x=0 --lr 1 --steps 4\n"
    "glassnet descend \"(a*b - 1)^2/2\" --from a=4,b=0.3 --lr 0.1 --steps 1000 --plot -\n"
    "glassnet descend \"abs(x)\" --from 0.05 --lr 0.1\n"
    "glassnet descend \"(w*x - y)^2\" --by w --from w=0.5,x=3,y=10 --optimizer adam --lr 0.5 --steps 50"
};
