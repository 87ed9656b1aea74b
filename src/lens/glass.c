/* glass.c -- the public functions of the glass box: an explanation, a gradient check, a derivative as text, and the
 * sharpness as numbers.
 *
 * Invariant: a report is the sheet that the command shows, made by the same options. */
#include "calculus.h"
#include "explain.h"
#include "gradient_check.h"
#include "stability.h"
#include "../nn/fit.h"

#include <math.h>
#include <string.h>

/* What each function begins with: options, its own where none were given. */
typedef struct gn_glass {
    gn_context *ctx;
    gn_options *own;
    const gn_options *o;
    gn_sheet sheet;
} gn_glass;

static gn_status begin(gn_glass *g, gn_context *ctx, const gn_options *options)
{
    *g = (gn_glass){ .ctx = ctx, .o = options };
    if (options) return GN_OK;
    GN_TRY(gn_options_new(ctx, &g->own));
    g->o = g->own;
    return GN_OK;
}

/* The sheet as text that the caller owns. JSON is the command's. */
static gn_status render(gn_glass *g, char **report)
{
    gn_text t;
    gn_render how;
    if (!strcmp(gn_option_text(g->o, GN_O_FORMAT), "json"))
        return gn_fail(g->ctx, GN_E_CFG_VALUE, "format: json is what the command writes; the library has text, markdown, "
                                               "latex and html");
    GN_TRY(gn_sheet_done(&g->sheet));
    gn_render_options(g->o, &how);
    gn_text_init(&t, g->ctx);
    gn_status s = gn_sheet_render(&g->sheet, &how, &t);
    if (s == GN_OK) *report = gn_copy_text(g->ctx, t.at, t.length);
    gn_text_free(&t);
    return s == GN_OK && !*report ? GN_NO_MEMORY : s;
}

static gn_status end(gn_glass *g, gn_status status)
{
    gn_sheet_free(&g->sheet);
    gn_options_free(g->own);
    return status;
}

/* What is asked of a model's loss on data. */
static gn_status on_objective(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options,
                              gn_status (*ask)(gn_glass *g, gn_objective *o, void *answer), void *answer)
{
    gn_glass g;
    gn_objective *o = NULL;
    GN_TRY(begin(&g, ctx, options));
    gn_dataset rows = gn_data_view(data);
    gn_status s = gn_objective_net(ctx, model->net, &rows, &o);
    if (s == GN_OK) s = ask(&g, o, answer);
    gn_objective_free(o);
    return end(&g, s);
}

void gn_report_free(gn_context *ctx, char *report) { gn_free(ctx, report); }

gn_status gn_explain_model(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options,
                           char **report)
{
    gn_glass g;
    *report = NULL;
    GN_TRY(begin(&g, ctx, options));
    gn_status s = gn_explain_options(ctx, model->net, &model->prep, data, g.o, model->options, "a model", &g.sheet);
    if (s == GN_OK) s = render(&g, report);
    return end(&g, s);
}

/* ---- the check --------------------------------------------------------------------------------------------------- */

static gn_status check(gn_glass *g, gn_objective *o, void *report)
{
    gn_check_options how;
    gn_check_report r;
    gn_check_defaults(&how);
    how.full = gn_option_flag(g->o, GN_O_FULL);
    how.seed = (uint64_t)gn_option_int(g->o, GN_O_SEED);
    GN_TRY(gn_gradient_check(g->ctx, o, NULL, &how, &r));
    gn_sheet_open(&g->sheet, g->ctx, "gradient check");
    gn_check_facts(&g->sheet, &r);
    gn_check_sheet(&g->sheet, o, &r);
    gn_status s = render(g, report);
    bool ok = gn_verdict_ok(r.verdict);
    gn_check_report_free(&r);
    return s == GN_OK && !ok ? GN_NEGATIVE : s;
}

gn_status gn_check_model(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options,
                         char **report)
{
    *report = NULL;
    return on_objective(ctx, model, data, options, check, report);
}

/* ---- sharpness --------------------------------------------------------------------------------------------------- */

static gn_status sharpness(gn_glass *g, gn_objective *o, void *figures)
{
    gn_sharpness_figures *out = figures;
    gn_stability_ask ask;
    gn_stability r;
    gn_fit_settings set;
    gn_stability_defaults(&ask);
    GN_TRY(gn_fit_read_settings(g->ctx, g->o, 1u << 30, false, &set));
    ask.op = set.op;
    memcpy(ask.hyper, set.hyper, sizeof ask.hyper);
    ask.hyper[0] = set.rate;
    ask.seed = set.seed;
    ask.clip = set.clip;
    ask.clip_norm = set.clip_norm;
    GN_TRY(gn_stability_of(g->ctx, o, &ask, &r));
    out->largest = r.lambda;
    out->residual = r.eigen.largest[0].residual;
    out->smallest = r.smallest;
    out->limit = r.limit.known ? r.limit.value : NAN;
    out->rate = r.rate;
    out->largest_rate = r.limit.known ? r.critical : NAN;
    gn_stability_free(&r);
    return GN_OK;
}

gn_status gn_measure_sharpness(gn_context *ctx, const gn_model *model, const gn_data *data, const gn_options *options,
                               gn_sharpness_figures *out)
{
    *out = (gn_sharpness_figures){ NAN, NAN, NAN, NAN, NAN, NAN };
    return on_objective(ctx, model, data, options, sharpness, out);
}

/* ---- expressions ------------------------------------------------------------------------------------------------- */

static gn_status differentiate(gn_glass *g, gn_arena *arena, const char *const *expression, size_t count, char **report)
{
    gn_functions of;
    gn_calculus_ask ask;
    GN_TRY(gn_calculus_read(g->ctx, arena, expression, count, g->o, &of, &ask));
    GN_TRY(gn_calculus_sheet(g->ctx, &of, &ask, &g->sheet));
    return render(g, report);
}

gn_status gn_differentiate(gn_context *ctx, const char *const *expression, size_t count, const gn_options *options,
                           char **report)
{
    gn_glass g;
    gn_arena arena;
    *report = NULL;
    GN_TRY(begin(&g, ctx, options));
    gn_arena_init(&arena, ctx);
    gn_status s = differentiate(&g, &arena, expression, count, report);
    gn_arena_free(&arena);
    return end(&g, s);
}
