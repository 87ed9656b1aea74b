/* cmd_diff.c -- derivatives of expressions, with their steps, in symbols or at a point. */
#include "cli.h"

#include "../lens/calculus.h"

#include <string.h>

typedef struct request {
    gn_arena arena;
    gn_functions of;
    gn_calculus_ask ask;
} request;

/* The picture is made before anything is shown: what cannot be drawn is refused at once. */
static gn_status show(gn_cli *cli, request *r)
{
    gn_picture picture;
    gn_sheet sheet = {0};
    const char *file = gn_option_text(cli->options, GN_O_PLOT);
    if (*file) GN_TRY(gn_calculus_picture(&r->arena, &r->of, &r->ask, &picture));
    gn_status s = gn_calculus_sheet(cli->ctx, &r->of, &r->ask, &sheet);
    if (s == GN_OK) s = gn_cli_sheet_with(cli, &sheet, *file ? &picture : NULL);
    gn_sheet_free(&sheet);
    return s;
}

static gn_status run(gn_cli *cli)
{
    request r = {0};
    gn_arena_init(&r.arena, cli->ctx);
    gn_status s = gn_calculus_read(cli->ctx, &r.arena, cli->argument, cli->arguments, cli->options, &r.of,
                                   &r.ask);
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
