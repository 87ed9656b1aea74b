/* calculus_read.c -- what to differentiate, and where, from texts and options by their names.
 *
 * Invariant: a point has a value for every name, a step one for every variable. */
#include "calculus.h"
#include "point.h"

#include <stdio.h>
#include <string.h>

static gn_status read_point(gn_context *ctx, gn_arena *arena, const gn_options *o, const gn_functions *of,
                            gn_calculus_ask *ask)
{
    if (!gn_option_given(o, GN_O_AT)) return GN_OK;
    double *at = gn_arena_alloc(arena, of->names + 1, sizeof *at);
    const gn_formula **exact = gn_arena_alloc(arena, of->names + 1, sizeof *exact);
    if (!at || !exact) return GN_NO_MEMORY;
    GN_TRY(gn_point_read(ctx, o, GN_O_AT, of->name, of->names, arena, at, exact));
    ask->at = at;
    ask->exact = exact;
    return GN_OK;
}

static gn_status read_along(gn_context *ctx, gn_arena *arena, const gn_options *o, const gn_functions *of,
                            gn_calculus_ask *ask)
{
    size_t count;
    double *along;
    if (!gn_option_given(o, GN_O_ALONG)) return GN_OK;
    if (!ask->at) {
        gn_fail(ctx, GN_E_CFG_VALUE, "--along needs a point to start from");
        return gn_hint(ctx, "say where with --at");
    }
    if (strchr(gn_option_text(o, GN_O_ALONG), '=')) {       /* by name, as a point has it */
        ask->along = along = gn_arena_alloc(arena, of->variables + 1, sizeof *along);
        return along ? gn_point_read(ctx, o, GN_O_ALONG, of->name, of->variables, arena, along, NULL) : GN_NO_MEMORY;
    }
    GN_TRY(gn_numbers_read(ctx, o, GN_O_ALONG, arena, &along, &count));
    ask->along = along;
    if (count == of->variables) return GN_OK;
    gn_fail(ctx, GN_E_CFG_VALUE, "--along has %zu number%s, and the function has %zu variable%s", count,
            count == 1 ? "" : "s", of->variables, of->variables == 1 ? "" : "s");
    return gn_hint(ctx, "it takes one number a variable, in the order in which they stand in the expression");
}

static gn_status name_fails(gn_context *ctx, gn_option_id id, const char *name, const char *what)
{
    return gn_fail(ctx, GN_E_CFG_VALUE, "--%s is '%s'; %s", gn_option_table(NULL)[id].name,
                   gn_show(GN_SHOWN, name, strlen(name)), what);
}

static bool is_a_name(gn_context *ctx, const char *text)
{
    const gn_formula *f;
    gn_arena arena;
    double value;
    gn_arena_init(&arena, ctx);
    gn_status s = gn_formula_parse(&arena, text, strlen(text), &f);
    bool yes = s == GN_OK && f->op == GN_F_NAME && gn_formula_eval(ctx, f, NULL, 0, &value) != GN_OK; /* no pi or e */
    gn_arena_free(&arena);
    gn_clear_error(ctx);
    return yes;
}

static size_t place_of(const gn_functions *of, const char *name)
{
    size_t i = 0;
    while (i < of->names && strcmp(of->name[i], name)) i++;
    return i;
}

/* A name for a rate that the expression has not. */
static gn_status propose_rate(gn_context *ctx, const gn_functions *of)
{
    static const char *const wish[] = { "eta", "lr", "rate", "alpha", "step" };
    for (size_t i = 0; i < GN_COUNT(wish); i++)
        if (place_of(of, wish[i]) == of->names) return gn_hint(ctx, "--update %s", wish[i]);
    char name[16];
    for (size_t i = 1; i <= of->names + 1; i++) {
        snprintf(name, sizeof name, "eta%zu", i % 100000);
        if (place_of(of, name) == of->names) return gn_hint(ctx, "--update %s", name);
    }
    return GN_USAGE;
}

/* What results are collected in stands in the expression; a rate is a name of its own. */
static gn_status check_names(gn_context *ctx, const gn_options *o, const gn_functions *of)
{
    const char *collect = gn_option_text(o, GN_O_COLLECT), *update = gn_option_text(o, GN_O_UPDATE);
    if (gn_option_given(o, GN_O_COLLECT)) {
        if (!is_a_name(ctx, collect)) return name_fails(ctx, GN_O_COLLECT, collect, "it must be a name");
        if (place_of(of, collect) == of->names)
            return name_fails(ctx, GN_O_COLLECT, collect, "the expression has no such name");
    }
    if (!gn_option_given(o, GN_O_UPDATE)) return GN_OK;
    if (!is_a_name(ctx, update)) return name_fails(ctx, GN_O_UPDATE, update, "it must be a name");
    if (place_of(of, update) == of->names) return GN_OK;
    name_fails(ctx, GN_O_UPDATE, update, "that stands in the expression, and a rate is another name");
    return propose_rate(ctx, of);
}

gn_status gn_calculus_read(gn_context *ctx, gn_arena *arena, const char *const *expression, size_t count,
                           const gn_options *o, gn_functions *of, gn_calculus_ask *ask)
{
    *ask = (gn_calculus_ask){ 0 };
    if (!count) {
        gn_fail(ctx, GN_E_EXP_EMPTY, "there is no expression");
        return gn_hint(ctx, "one such as x^2 + 4*y^2, or several for a function with several values");
    }
    GN_TRY(gn_functions_parse(arena, expression, count, gn_option_text(o, GN_O_BY), of));
    GN_TRY(check_names(ctx, o, of));
    ask->digits = (int)gn_option_int(o, GN_O_DIGITS);
    ask->order = (int)gn_option_int(o, GN_O_ORDER);
    ask->collect = gn_option_text(o, GN_O_COLLECT);
    ask->update = gn_option_text(o, GN_O_UPDATE);
    GN_TRY(read_point(ctx, arena, o, of, ask));
    return read_along(ctx, arena, o, of, ask);
}
