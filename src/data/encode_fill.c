/* encode_fill.c -- values for what is missing: the mean, the median or the most frequent category of the training rows.
 *
 * Invariant: only training rows are looked at; afterwards no NaN is left in x. */
#include <math.h>
#include <string.h>
#include "encode.h"

typedef struct rows {
    const uint32_t *index; /* NULL: all */
    size_t n;
} rows;

static size_t row_at(rows r, size_t i)
{
    return r.index ? r.index[i] : i;
}

/* The k-th smallest of v[0..n), 0 <= k < n; what stands before it is not larger (Hoare's quickselect). */
static double kth(double *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double pivot = v[lo + (hi - lo) / 2];
        size_t i = lo - 1, j = hi + 1; /* from 0 the first step wraps back */
        for (;;) {
            do i++;
            while (v[i] < pivot);
            do j--;
            while (v[j] > pivot);
            if (i >= j) break;
            double t = v[i];
            v[i] = v[j];
            v[j] = t;
        }
        if (k <= j) hi = j;
        else lo = j + 1;
    }
    return v[k];
}

static double median(double *v, size_t n)
{
    double upper = kth(v, n, n / 2), lower = upper;
    if (n % 2) return upper;
    lower = v[0];
    for (size_t i = 1; i < n / 2; i++) lower = v[i] > lower ? v[i] : lower;
    return lower / 2 + upper / 2;
}

/* Sums in one order, so that the value does not depend on how the work is cut. */
static double mean(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += v[i] / (double)n;
    return sum;
}

static gn_status fail_all_missing(const gn_data *d, const gn_feature *f)
{
    gn_fail(d->ctx, GN_E_CSV_MISSING, "column '%s' has no value in the training rows to fill in from",
            gn_show(GN_SHOWN, f->name, strlen(f->name)));
    return gn_hint(d->ctx, "--ignore=%s", gn_show(GN_SHOWN, f->name, strlen(f->name)));
}

static gn_status fit_number(const gn_data *d, rows train, double *room, size_t input, gn_feature *f)
{
    size_t n = 0;
    for (size_t i = 0; i < train.n; i++) {
        double v = gn_data_get(d, row_at(train, i) * d->prep.inputs + input);
        if (!isnan(v)) room[n++] = v;
    }
    if (!n) return fail_all_missing(d, f);
    f->fill = d->prep.fill == GN_FILL_MEDIAN ? median(room, n) : mean(room, n);
    /* What the model keeps is what the rows were filled with. */
    if (d->type == GN_EL_F32) f->fill = (float)f->fill;
    return GN_OK;
}

static gn_status fit_category(const gn_data *d, rows train, size_t input, gn_feature *f)
{
    size_t best = 0, most = 0;
    for (size_t k = 0; k < f->n_categories; k++) {
        size_t n = 0;
        for (size_t i = 0; i < train.n; i++) n += gn_data_get(d, row_at(train, i) * d->prep.inputs + input + k) == 1;
        if (n > most) most = n, best = k;
    }
    if (!most) return fail_all_missing(d, f);
    f->fill_category = (uint32_t)best;
    return GN_OK;
}

static size_t width(const gn_feature *f)
{
    return f->kind == GN_TEXT ? f->n_categories : 1;
}

static void fill_feature(gn_data *d, size_t input, const gn_feature *f)
{
    for (size_t r = 0; r < d->rows; r++) {
        size_t at = r * d->prep.inputs + input;
        if (!isnan(gn_data_get(d, at))) continue;
        if (f->kind == GN_NUMERIC) gn_data_put(d->x, d->type, at, f->fill);
        for (size_t k = 0; f->kind == GN_TEXT && k < f->n_categories; k++)
            gn_data_put(d->x, d->type, at + k, k == f->fill_category);
    }
}

static gn_status fit_fills(gn_data *d, rows train)
{
    double *room = gn_alloc_array(d->ctx, train.n, sizeof *room);
    gn_status status = room ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0, input = 0; status == GN_OK && i < d->prep.features; i++) {
        gn_feature *f = &d->prep.feature[i];
        status = f->kind == GN_TEXT ? fit_category(d, train, input, f) : fit_number(d, train, room, input, f);
        input += width(f);
    }
    gn_free(d->ctx, room);
    return status;
}

gn_status gn_data_fill_by(gn_context *ctx, gn_data *d, const gn_prep *prep)
{
    (void)ctx;
    if (d->type == GN_EL_U8) return GN_OK;
    for (size_t i = 0, input = 0; d->prep.feature && i < d->prep.features; i++) {
        gn_feature *f = &d->prep.feature[i];
        f->fill = prep->feature[i].fill;
        f->fill_category = prep->feature[i].fill_category;
        if (f->kind == GN_TEXT ? f->fill_category != UINT32_MAX : !isnan(f->fill)) fill_feature(d, input, f);
        input += width(f);
    }
    return GN_OK;
}

gn_status gn_data_fill(gn_context *ctx, gn_data *d, const uint32_t *train, size_t n_train)
{
    rows r = {train, train ? n_train : d->rows};
    if (d->prep.fill == GN_FILL_NONE || !d->prep.feature || d->type == GN_EL_U8) return GN_OK;
    if (!r.n) return gn_fail(ctx, GN_E_USAGE, "no training rows to find fill values in");
    GN_TRY(fit_fills(d, r));
    return gn_data_fill_by(ctx, d, &d->prep);
}
