/* model_predict.c -- predictions and figures of a model for a C program: raw numbers in, the target's units or
 * probabilities out.
 *
 * Invariant: the model is only read, so that any number of threads may predict with it, each with a context of its own.
 */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

static gn_status refuse_missing(gn_context *ctx, const gn_feature *f, size_t row)
{
    gn_fail(ctx, GN_E_DATA_NONFINITE, "row %zu: '%s' is not a finite number", row + 1,
            gn_show(GN_SHOWN, f->name, strlen(f->name)));
    return gn_hint(ctx, "a model trained with missing=mean or median fills nan in");
}

static gn_status put_number(gn_context *ctx, const gn_feature *f, double v, size_t row, gn_element type, void *x,
                            size_t *at)
{
    if (isnan(v) && !isnan(f->fill)) v = f->fill;
    if (!isfinite(v)) return refuse_missing(ctx, f, row);
    gn_data_put(x, type, (*at)++, v);
    return GN_OK;
}

static gn_status put_category(gn_context *ctx, const gn_feature *f, double v, size_t row, gn_element type, void *x,
                              size_t *at)
{
    if (isnan(v) && f->fill_category != UINT32_MAX) v = f->fill_category;
    if (!(v >= 0 && v < (double)f->n_categories) || v != floor(v)) {
        gn_fail(ctx, GN_E_DATA_LABEL, "row %zu: '%s' must be the index of a category, 0 to %zu", row + 1,
                gn_show(GN_SHOWN, f->name, strlen(f->name)), f->n_categories - 1);
        return GN_BAD_DATA;
    }
    for (size_t k = 0; k < f->n_categories; k++) gn_data_put(x, type, (*at)++, (double)k == v);
    return GN_OK;
}

static gn_status encode(gn_context *ctx, const gn_prep *p, const float *raw, size_t rows, gn_element type, void *x)
{
    size_t at = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p->features; j++) {
            const gn_feature *f = &p->feature[j];
            double v = (double)raw[i * p->features + j];
            GN_TRY(f->kind == GN_NUMERIC ? put_number(ctx, f, v, i, type, x, &at)
                                         : put_category(ctx, f, v, i, type, x, &at));
        }
    return GN_OK;
}

/* The network's outputs (rows, outputs) of a model's raw rows, in its own type; *out by gn_free_aligned. */
static gn_status predict(gn_context *ctx, const gn_model *m, const float *raw, size_t rows, void **out)
{
    gn_type type = gn_net_get_spec(m->net)->type;
    gn_element element = type == GN_F64 ? GN_EL_F64 : GN_EL_F32;
    uint64_t inputs, outputs;
    *out = NULL;
    if (!gn_size_mul(rows, m->prep.inputs, &inputs) || !gn_size_mul(rows, gn_prep_outputs(&m->prep), &outputs))
        return gn_fail(ctx, GN_E_MEMORY, "%zu rows are more than memory can hold", rows);
    void *x = gn_calloc_aligned(ctx, (size_t)inputs, gn_wide(element)),
         *y = gn_calloc_aligned(ctx, (size_t)outputs, gn_type_size(type));
    gn_status s = x && y ? encode(ctx, &m->prep, raw, rows, element, x) : GN_NO_MEMORY;
    gn_dataset d = { .rows = rows, .inputs = m->prep.inputs, .type = element, .x = x };
    if (s == GN_OK) s = gn_net_predict(ctx, m->net, &d, y);
    gn_free_aligned(ctx, x);
    if (s == GN_OK) *out = y;
    else gn_free_aligned(ctx, y);
    return s;
}

static double output(const gn_model *m, const void *y, size_t i)
{
    return gn_net_get_spec(m->net)->type == GN_F64 ? ((const double *)y)[i] : (double)((const float *)y)[i];
}

gn_status gn_model_predict(gn_context *ctx, const gn_model *m, const float *x, size_t rows, float *out)
{
    void *y;
    if (rows == 0) return GN_OK;
    GN_TRY(predict(ctx, m, x, rows, &y));
    size_t n = rows * gn_prep_outputs(&m->prep);
    bool binary = m->prep.task == GN_BINARY;
    for (size_t i = 0; i < n; i++) {
        double v = output(m, y, i);
        if (binary) out[2 * i] = (float)(1 - v), out[2 * i + 1] = (float)v;
        else out[i] = (float)v;
    }
    gn_free_aligned(ctx, y);
    return GN_OK;
}

gn_status gn_model_predict_class(gn_context *ctx, const gn_model *m, const float *x, size_t rows, int32_t *out)
{
    void *y;
    size_t classes = gn_model_classes(m), outputs = gn_prep_outputs(&m->prep);
    if (classes == 0) return gn_fail(ctx, GN_E_USAGE, "the model predicts values, not classes");
    if (rows == 0) return GN_OK;
    GN_TRY(predict(ctx, m, x, rows, &y));
    for (size_t i = 0; i < rows; i++) {
        size_t best = 0;
        for (size_t k = 1; k < outputs; k++)
            if (output(m, y, i * outputs + k) > output(m, y, i * outputs + best)) best = k;
        out[i] = outputs == 1 ? output(m, y, i) > 0.5 : (int32_t)best;
    }
    gn_free_aligned(ctx, y);
    return GN_OK;
}

/* ---- figures ------------------------------------------------------------------------------------------------- */

static void take(const gn_metrics *from, gn_scores *to)
{
    *to = (gn_scores){ .rows = from->rows,
                       .loss = from->loss,
                       .accuracy = from->accuracy,
                       .r2 = from->r2,
                       .rmse = from->rmse,
                       .mae = from->mae };
}

gn_status gn_model_score(gn_context *ctx, const gn_model *m, const gn_data *data, gn_scores *out)
{
    gn_metrics measured = { 0 };
    gn_data *filled = NULL;
    memset(out, 0, sizeof *out);
    if (data->prep.inputs != m->prep.inputs)
        return gn_fail(ctx, GN_E_MOD_SHAPE, "data has %zu inputs, model expects %zu", data->prep.inputs,
                       m->prep.inputs);
    if ((data->label == NULL) != (m->prep.task == GN_REGRESSION))
        return gn_fail(ctx, GN_E_MOD_SHAPE, "the data has %s, the model predicts %s",
                       data->label ? "classes" : "values", data->label ? "values" : "classes");
    gn_status s = data->prep.fill == GN_FILL_NONE ? GN_OK : gn_data_copy(ctx, data, &filled);
    if (s == GN_OK && filled) s = gn_data_fill_by(ctx, filled, &m->prep);
    gn_dataset d = gn_data_view(filled ? filled : data);
    if (s == GN_OK) s = gn_net_measure(ctx, m->net, &d, &measured);
    if (s == GN_OK) take(&measured, out);
    gn_metrics_free(ctx, &measured);
    gn_data_free(filled);
    return s;
}

gn_status gn_model_held_scores(const gn_model *m, gn_scores *out)
{
    memset(out, 0, sizeof *out);
    if (m->held.rows == 0) return GN_USAGE;
    take(&m->held, out);
    return GN_OK;
}
