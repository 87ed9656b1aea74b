/* explain_options.c -- an explanation from options by their names: which rows, which optimiser with which numbers.
 *
 * Invariant: an optimiser's numbers come from what is said now, else from what the model was trained with, else from
 * the optimiser's own row; a number that was said for another optimiser is not used. */
#include "explain_parts.h"
#include "facts.h"
#include "../data/model.h"
#include "../nn/fit.h"

#include <string.h>

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static gn_status bad_rows(gn_context *ctx, const char *at, size_t length)
{
    gn_fail(ctx, GN_E_CFG_VALUE, "row: \"%s\" is no row", gn_show(GN_SHOWN, at, length));
    return gn_hint(ctx, "rows are counted from 0: --row 3, several as --row 0,3 or --row 0-7");
}

/* "3" or "0-7" */
static gn_status add_range(gn_context *ctx, const char *at, size_t length, size_t rows, uint32_t *out, size_t *n)
{
    const char *dash = memchr(at, '-', length);
    uint64_t from, to;
    size_t first = dash ? (size_t)(dash - at) : length;
    if (!gn_read_uint(at, first, &from)) return bad_rows(ctx, at, length);
    to = from;
    if (dash && (!gn_read_uint(dash + 1, length - first - 1, &to) || to < from)) return bad_rows(ctx, at, length);
    if (to >= rows) {
        gn_fail(ctx, GN_E_CFG_RANGE, "row: there is no row %llu; the data have %zu, from 0 to %zu",
                (unsigned long long)to, rows, rows - 1);
        return gn_last_error(ctx)->status;
    }
    for (uint64_t i = from; i <= to; i++) {
        if (*n == GN_EXPLAIN_ROWS)
            return gn_fail(ctx, GN_E_CFG_RANGE, "row: more than %d rows are not explained at once", GN_EXPLAIN_ROWS);
        out[(*n)++] = (uint32_t)i;
    }
    return GN_OK;
}

gn_status gn_explain_rows(gn_context *ctx, const char *list, size_t rows, uint32_t *out, size_t *n)
{
    const char *at;
    size_t length;
    *n = 0;
    if (!*list) list = "0";
    for (size_t i = 0; gn_list_part(list, ',', i, &at, &length); i++) GN_TRY(add_range(ctx, at, length, rows, out, n));
    return *n ? GN_OK : bad_rows(ctx, list, strlen(list));
}

/* ---- the optimiser ----------------------------------------------------------------------------------------------- */

static const gn_option_id STEP_OPTIONS[] = { GN_O_LR, GN_O_MOMENTUM, GN_O_BETA1, GN_O_BETA2, GN_O_EPS,
                                             GN_O_WEIGHT_DECAY, GN_O_L1, GN_O_CLIP, GN_O_CLIP_NORM };

static gn_status set(gn_context *ctx, gn_options *to, const char *name, const char *value, size_t length)
{
    char *text = gn_copy_text(ctx, value, length);
    if (!text) return GN_NO_MEMORY;
    gn_status s = gn_options_set(to, name, text);
    gn_free(ctx, text);
    return s;
}

static gn_status set_from(gn_context *ctx, gn_options *to, gn_option_id id, const gn_options *given,
                          const char *recorded)
{
    size_t count, length;
    const char *name = gn_option_table(&count)[id].name, *value = gn_recorded_value(recorded, name, &length);
    if (given && gn_option_given(given, id)) return gn_options_set(to, name, gn_option_text(given, id));
    return value ? set(ctx, to, name, value, length) : GN_OK;
}

static gn_status read_step(gn_context *ctx, const gn_options *given, const char *recorded, gn_fit_settings *out)
{
    gn_options *o;
    size_t length = 0;
    const char *then = gn_recorded_value(recorded, "optimizer", &length);
    bool said = given && gn_option_given(given, GN_O_OPTIMIZER);
    bool other = said && !(then && strlen(gn_option_text(given, GN_O_OPTIMIZER)) == length &&
                           !memcmp(then, gn_option_text(given, GN_O_OPTIMIZER), length));
    if (said && !then && !strcmp(gn_option_text(given, GN_O_OPTIMIZER), "adam")) other = false;
    GN_TRY(gn_options_new(ctx, &o));
    gn_status s = set_from(ctx, o, GN_O_OPTIMIZER, given, recorded);
    for (size_t i = 0; s == GN_OK && i < GN_COUNT(STEP_OPTIONS); i++)
        s = set_from(ctx, o, STEP_OPTIONS[i], given, other ? NULL : recorded);
    if (s == GN_OK) s = gn_fit_read_settings(ctx, o, 1000000, false, out);
    gn_options_free(o);
    if (s == GN_OK) out->hyper[0] = out->rate;
    return s;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* An option's text where it was given, be it empty; else NULL. */
static const char *said(const gn_options *o, gn_option_id id)
{
    return o && gn_option_given(o, id) ? gn_option_text(o, id) : NULL;
}

static gn_status explain(gn_context *ctx, gn_explain_call *c, const gn_data *data, const gn_options *o, uint32_t *rows,
                         const char *recorded, gn_sheet *sheet)
{
    gn_fit_settings set;
    double hyper[GN_OPT_HYPER] = { 0 };
    const char *list = said(o, GN_O_ROW);
    if (list && !*list) return bad_rows(ctx, "", 0);
    GN_TRY(gn_explain_rows(ctx, list ? list : "", data->rows, rows, &c->rows));
    GN_TRY(read_step(ctx, o, recorded, &set));
    for (int i = 0; i < set.parameters; i++) hyper[i] = set.hyper[i];
    hyper[set.parameters] = set.hyper[set.parameters + 1];
    hyper[set.parameters + 1] = set.hyper[set.parameters + 2];
    size_t length;
    c->weighted = gn_recorded_weights(recorded);
    c->rate_by_data = recorded && !gn_recorded_value(recorded, "lr", &length) && !(o && gn_option_given(o, GN_O_LR));
    c->op = set.op;
    c->hyper = hyper;
    c->clip = set.clip;
    c->clip_norm = set.clip_norm;
    c->row = rows;
    return gn_explain(ctx, c, sheet);
}

gn_status gn_explain_options(gn_context *ctx, const gn_net *net, const gn_prep *prep, const gn_data *data,
                             const gn_options *o, const char *recorded, const char *title, gn_sheet *sheet)
{
    gn_dataset view = gn_data_view(data);
    gn_explain_call c = { .net = net, .prep = prep, .data = &view, .title = title, .layer = -1 };
    *sheet = (gn_sheet){ 0 };
    if (o) {
        c.f64 = gn_option_given(o, GN_O_PRECISION) && !strcmp(gn_option_text(o, GN_O_PRECISION), "f64");
        c.checked = gn_option_flag(o, GN_O_CHECKED);
        c.digits = (int)gn_option_int(o, GN_O_DIGITS);
        c.neuron = said(o, GN_O_NEURON);
        c.weight = said(o, GN_O_WEIGHT);
        c.layer = (int)gn_option_int(o, GN_O_LAYER);
    }
    c.described = recorded == NULL;
    uint32_t *rows = gn_alloc_array(ctx, GN_EXPLAIN_ROWS, sizeof *rows);
    if (!rows) return GN_NO_MEMORY;
    gn_status s = explain(ctx, &c, data, o, rows, recorded, sheet);
    gn_free(ctx, rows);
    return s;
}
