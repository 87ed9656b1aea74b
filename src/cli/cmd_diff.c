/* cmd_diff.c -- derivatives of expressions, with their steps, in symbols or at a point. */
#include "cli.h"

#include "../lens/calculus.h"

#include <string.h>

typedef struct request {
    gn_arena arena;
    gn_functions of;
    gn_calculus_ask ask;
    double *at, *along;
    const gn_formula **exact;
} request;

static gn_status read_point(gn_cli *cli, request *r)
{
    if (!gn_option_given(cli->options, GN_O_AT)) return GN_OK;
    size_t room = r->of.names + 1;
    r->at = gn_arena_alloc(&r->arena, room, sizeof *r->at);
    r->exact = gn_arena_alloc(&r->arena, room, sizeof *r->exact);
    if (!r->at || !r->exact) return GN_NO_MEMORY;
    GN_TRY(gn_cli_point(cli, "at", gn_option_text(cli->options, GN_O_AT), r->of.name, r->of.names, &r->arena, r->at,
                        r->exact));
    r->ask.at = r->at;
    r->ask.exact = r->exact;
    return GN_OK;
}

static gn_status read_along(gn_cli *cli, request *r)
{
    size_t count;
    if (!gn_option_given(cli->options, GN_O_ALONG)) return GN_OK;
    if (!r->ask.at) {
        gn_fail(cli->ctx, GN_E_CFG_VALUE, "--along needs a point to start from");
        return gn_hint(cli->ctx, "say where with --at");
    }
    GN_TRY(gn_cli_numbers(cli, "along", gn_option_text(cli->options, GN_O_ALONG), &r->arena, &r->along, &count));
    r->ask.along = r->along;
    if (count == r->of.variables) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--along has %zu number%s, and the function has %zu variable%s", count,
                   count == 1 ? "" : "s", r->of.variables, r->of.variables == 1 ? "" : "s");
    return gn_hint(cli->ctx, "it takes one number a variable, in the order in which they stand in the expression");
}

static gn_status check_name(gn_cli *cli, gn_option_id id)
{
    const char *name = gn_option_text(cli->options, id);
    const gn_formula *f;
    gn_arena arena;
    if (!gn_option_given(cli->options, id)) return GN_OK;
    gn_arena_init(&arena, cli->ctx);
    gn_status s = gn_formula_parse(&arena, name, strlen(name), &f);
    bool is_name = s == GN_OK && f->op == GN_F_NAME;
    gn_arena_free(&arena);
    if (is_name) return GN_OK;
    size_t count;
    return gn_fail(cli->ctx, GN_E_CFG_VALUE, "--%s is '%s'; it must be a name", gn_option_table(&count)[id].name,
                   gn_show(GN_SHOWN, name, strlen(name)));
}

static gn_status read_request(gn_cli *cli, request *r)
{
    const gn_options *o = cli->options;
    GN_TRY(gn_functions_parse(&r->arena, cli->argument, cli->arguments, gn_option_text(o, GN_O_BY), &r->of));
    GN_TRY(check_name(cli, GN_O_COLLECT));
    GN_TRY(check_name(cli, GN_O_UPDATE));
    r->ask.order = (int)gn_option_int(o, GN_O_ORDER);
    r->ask.collect = gn_option_text(o, GN_O_COLLECT);
    r->ask.update = gn_option_text(o, GN_O_UPDATE);
    GN_TRY(read_point(cli, r));
    return read_along(cli, r);
}

/* The picture is made before anything is shown: what cannot be drawn is refused at once. */
static gn_status show(gn_cli *cli, request *r)
{
    gn_picture picture;
    gn_sheet sheet = {0};
    const char *file = gn_option_text(cli->options, GN_O_PLOT);
    if (*file) GN_TRY(gn_calculus_picture(&r->arena, &r->of, &r->ask, &picture));
    gn_status s = gn_calculus_sheet(cli->ctx, &r->of, &r->ask, &sheet);
    if (s == GN_OK) s = gn_cli_sheet(cli, &sheet);
    if (s == GN_OK && *file) s = gn_cli_picture(cli, &picture, file);
    gn_sheet_free(&sheet);
    return s;
}

static gn_status run(gn_cli *cli)
{
    request r = {0};
    gn_arena_init(&r.arena, cli->ctx);
    gn_status s = read_request(cli, &r);
    if (s == GN_OK) s = show(cli, &r);
    gn_arena_free(&r.arena);
    return s;
}

const gn_command_body gn_cmd_diff = {
    run,
    "EXPR is an expression such as \"x^2 + 4*y^2\", in quotes so that the shell leaves it alone;\n"
    "docs/expressions.md has the grammar. Several expressions, or a vector \"[x^2 + y, 2*x + 3*y]\", are a\n"
    "vector-valued function: its Jacobian is shown. Every name is a variable unless --by chooses; the others\n"
    "are then held constant.\n\n"
    "Without --at the results are in symbols. With --at come values, the tangent, the gradient's norm and\n"
    "direction, kinks and what is not finite; with --along the directional derivative and the linear\n"
    "approximation beside the truth; --order 2 adds the Hessian, its eigenvalues and the quadratic\n"
    "approximation. --depth shows more of the derivation. --update eta shows the step of gradient descent\n"
    "w - eta*df/dw as a polynomial in w; --collect w writes every result so.",
    "glassnet diff \"x^2\" --at x=1\n"
    "glassnet diff \"x^2 + 4*y^2\" --at 1,1 --along 0.01,0.005 --order 2\n"
    "glassnet diff \"x^2 + y\" \"2*x + 3*y\" --at 1,1 --along 0.1,-0.1\n"
    "glassnet diff \"(w*x - y)^2\" --by w --update eta\n"
    "glassnet diff \"sigmoid(w*x + b)\" --depth 3"
};
