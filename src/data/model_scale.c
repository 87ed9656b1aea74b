/* model_scale.c -- scaling of inputs and targets, and class weights: found on the training rows alone.
 *
 * Invariant: sums are taken in double in the order of the rows; a column that never changes becomes 0, and no factor is
 * infinite. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

typedef struct rows {
    const uint32_t *index; /* NULL: all */
    size_t n;
} rows;

static inline size_t row_at(rows r, size_t i) { return r.index ? r.index[i] : i; }

typedef double (*element_fn)(const gn_data *d, size_t i);
static double x_at(const gn_data *d, size_t i) { return gn_data_get(d, i); }
static double y_at(const gn_data *d, size_t i)
{
    return d->type == GN_EL_F64 ? ((const double *)d->y)[i] : (double)((const float *)d->y)[i];
}

/* shift = mean, factor = 1/standard deviation of each of n columns; still: the factor of a column that never changes.
 */
static void standard(const gn_data *d, element_fn at, rows r, size_t n, double still, double *shift, double *factor)
{
    memset(shift, 0, n * sizeof *shift);
    memset(factor, 0, n * sizeof *factor);
    for (size_t i = 0; i < r.n; i++)
        for (size_t j = 0; j < n; j++) shift[j] += at(d, row_at(r, i) * n + j);
    for (size_t j = 0; j < n; j++) shift[j] /= (double)r.n;
    for (size_t i = 0; i < r.n; i++)
        for (size_t j = 0; j < n; j++) {
            double v = at(d, row_at(r, i) * n + j) - shift[j];
            factor[j] += v * v;
        }
    for (size_t j = 0; j < n; j++) {
        double sd = sqrt(factor[j] / (double)r.n);
        /* Rounding leaves a trace of the mean in a column that is constant. */
        bool constant = !(sd > 1e-12 * fabs(shift[j])) || !isfinite(1 / sd);
        factor[j] = constant ? still : 1 / sd;
    }
}

static void minmax(const gn_data *d, rows r, size_t n, double *shift, double *factor)
{
    for (size_t j = 0; j < n; j++) shift[j] = INFINITY, factor[j] = -INFINITY;
    for (size_t i = 0; i < r.n; i++)
        for (size_t j = 0; j < n; j++) {
            double v = x_at(d, row_at(r, i) * n + j);
            if (v < shift[j]) shift[j] = v;
            if (v > factor[j]) factor[j] = v;
        }
    for (size_t j = 0; j < n; j++) {
        double range = factor[j] - shift[j];
        factor[j] = range > 0 && isfinite(1 / range) ? 1 / range : 0;
    }
}

/* The inputs that a text column became are 0 and 1 already; scaled by its deviation a rare category would stand out by
 * tens. */
static void leave_categories(const gn_prep *p, double *shift, double *factor)
{
    for (size_t i = 0, input = 0; p->feature && i < p->features; i++) {
        if (p->feature[i].kind == GN_NUMERIC) {
            input++;
            continue;
        }
        for (size_t k = 0; k < p->feature[i].n_categories; k++, input++) shift[input] = 0, factor[input] = 1;
    }
}

/* false: inputs stay as they are. */
static bool scale_inputs(const gn_data *d, rows r, const char *how, double *shift, double *factor)
{
    size_t n = d->prep.inputs;
    if (strcmp(how, "none") == 0) return false;
    if (strcmp(how, "auto") == 0 && d->prep.images) {
        for (size_t j = 0; j < n; j++) shift[j] = 0, factor[j] = 1.0 / 255;
        return true;
    }
    if (strcmp(how, "minmax") == 0) minmax(d, r, n, shift, factor);
    else standard(d, x_at, r, n, 0, shift, factor);
    leave_categories(&d->prep, shift, factor);
    return true;
}

gn_status gn_model_scale(gn_context *ctx, gn_net *net, const gn_data *d, const uint32_t *train, size_t n_train,
                         const gn_options *options)
{
    size_t in = d->prep.inputs, out = d->prep.task == GN_REGRESSION ? d->prep.targets : 0;
    rows r = { train, train ? n_train : d->rows };
    double *v = gn_alloc_array(ctx, 2 * (in + out), sizeof *v);
    if (!v) return GN_NO_MEMORY;
    double *shift = v, *factor = v + in, *y_shift = v + 2 * in, *y_factor = v + 2 * in + out;
    bool scaled = scale_inputs(d, r, gn_csv_option(options, GN_O_SCALE), shift, factor);
    if (out) standard(d, y_at, r, out, 1, y_shift, y_factor);
    gn_status s = gn_net_set_transform(ctx, net, scaled ? shift : NULL, scaled ? factor : NULL, out ? y_shift : NULL,
                                       out ? y_factor : NULL);
    gn_free(ctx, v);
    return s;
}

/* ---- class weights ------------------------------------------------------------------------------------------- */

/* rows/(classes * rows of the class): every class weighs the same, and the mean weight is 1. A class without rows
 * cannot matter. */
static void balanced(const gn_data *d, rows r, double *w)
{
    size_t k = d->prep.classes;
    memset(w, 0, k * sizeof *w);
    for (size_t i = 0; i < r.n; i++) w[d->label[row_at(r, i)]]++;
    for (size_t c = 0; c < k; c++) w[c] = w[c] > 0 ? (double)r.n / ((double)k * w[c]) : 1;
}

static gn_status listed(gn_context *ctx, const char *list, size_t k, double *w)
{
    const char *at;
    size_t length, used, n = 0;
    for (; gn_list_part(list, ',', n, &at, &length); n++) {
        double v;
        if (gn_read_number(at, length, '.', &v, &used) != GN_NUMBER_OK || !(v >= 0) || v > 1e6)
            return gn_fail(ctx, GN_E_USAGE, "--class-weights: '%s' is not a weight from 0 to 1000000, and not balanced",
                           gn_show(GN_SHOWN, at, length));
        if (n < k) w[n] = v;
    }
    if (n != k) return gn_fail(ctx, GN_E_USAGE, "--class-weights has %zu weights, the data %zu classes", n, k);
    return GN_OK;
}

gn_status gn_model_class_weights(gn_context *ctx, const gn_data *d, const uint32_t *train, size_t n_train,
                                 const gn_options *options, double **out)
{
    const char *how = gn_csv_option(options, GN_O_CLASS_WEIGHTS);
    *out = NULL;
    if (!how[0]) return GN_OK;
    if (d->prep.task == GN_REGRESSION)
        return gn_fail(ctx, GN_E_USAGE, "--class-weights needs classes, and the task is regression");
    double *w = gn_alloc_array(ctx, d->prep.classes, sizeof *w);
    if (!w) return GN_NO_MEMORY;
    gn_status s = GN_OK;
    if (strcmp(how, "balanced") == 0) balanced(d, (rows){ train, train ? n_train : d->rows }, w);
    else s = listed(ctx, how, d->prep.classes, w);
    if (s == GN_OK) *out = w;
    else gn_free(ctx, w);
    return s;
}
