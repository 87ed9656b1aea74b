/* stability_scaling.c -- what scaling of the inputs does to the curvature that the first layer sees.
 *
 * Invariant: both sides are computed from the same rows; a column that never changes is centred and left. */
#include <math.h>
#include <string.h>

#include "stability.h"

typedef struct moments {
    size_t rows, inputs, n;     /* n: with the column of ones */
    const double *x;
    const double *weight;       /* (rows), of mean 1, or NULL */
    const double *mean, *factor;    /* (inputs), or NULL: as they are */
    double *room;               /* (rows) */
} moments;

static double element(const moments *m, size_t i, size_t j)
{
    if (j == m->inputs) return 1;
    double x = m->x[i * m->inputs + j];
    return m->mean ? (x - m->mean[j]) * m->factor[j] : x;
}

static gn_status product(void *user, const double *v, double *hv)
{
    const moments *m = user;
    memset(hv, 0, m->n * sizeof *hv);
    for (size_t i = 0; i < m->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < m->n; j++) sum += element(m, i, j) * v[j];
        if (m->weight) sum *= m->weight[i];
        for (size_t j = 0; j < m->n; j++) hv[j] += sum * element(m, i, j) / (double)m->rows;
    }
    return GN_OK;
}

static gn_status whole(gn_context *ctx, moments *m, double *largest, double *smallest)
{
    double *a = gn_alloc_array(ctx, m->n, m->n * sizeof *a), *value = gn_alloc_array(ctx, m->n, 2 * sizeof *value);
    gn_status s = a && value ? GN_OK : GN_NO_MEMORY;
    for (size_t j = 0; s == GN_OK && j < m->n; j++) {
        double *unit = value + m->n;
        memset(unit, 0, m->n * sizeof *unit);
        unit[j] = 1;
        product(m, unit, a + j * m->n);
    }
    if (s == GN_OK) s = gn_eigen_symmetric(ctx, m->n, a, value, NULL);
    if (s == GN_OK) {
        *largest = *smallest = value[m->n - 1];
        for (size_t i = m->n; i-- > 0;)
            if (value[i] > 1e-10 * *largest) *smallest = value[i];
    }
    gn_free(ctx, a);
    gn_free(ctx, value);
    return s;
}

static gn_status extremes(gn_context *ctx, moments *m, double *largest, double *smallest)
{
    if (m->n <= GN_STABILITY_WHOLE) return whole(ctx, m, largest, smallest);
    gn_lanczos out;
    const gn_lanczos_options o = { .steps = 60, .tolerance = 1e-6, .seed = 1 };
    GN_TRY(gn_lanczos_run(ctx, m->n, product, m, &o, 1, NULL, &out));
    *largest = out.largest[0].value;
    *smallest = NAN;
    return GN_OK;
}

static void standardise(const moments *m, double *mean, double *factor)
{
    for (size_t j = 0; j < m->inputs; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < m->rows; i++) sum += m->x[i * m->inputs + j];
        mean[j] = sum / (double)m->rows;
        for (size_t i = 0; i < m->rows; i++) {
            double away = m->x[i * m->inputs + j] - mean[j];
            squares += away * away;
        }
        double deviation = sqrt(squares / (double)m->rows);
        factor[j] = deviation > 1e-12 * fmax(1, fabs(mean[j])) ? 1 / deviation : 1;
    }
}

gn_status gn_scaling_of(gn_context *ctx, size_t rows, size_t inputs, const double *x, const double *weight, bool bias,
                        gn_scaling *out)
{
    *out = (gn_scaling){ .whole = inputs + bias <= GN_STABILITY_WHOLE };
    for (size_t i = 0; i < rows * inputs; i++) out->widest = fmax(out->widest, fabs(x[i]));
    if (!isfinite(out->widest * out->widest * (double)rows * (double)(inputs + bias))) {
        out->largest = out->smallest = out->scaled_largest = out->scaled_smallest = NAN;
        return GN_OK;
    }
    double *mean = gn_alloc_array(ctx, inputs + 1, 2 * sizeof *mean);
    if (!mean) return GN_NO_MEMORY;
    moments m = { .rows = rows, .inputs = inputs, .n = inputs + bias, .x = x, .weight = weight };
    gn_status s = extremes(ctx, &m, &out->largest, &out->smallest);
    standardise(&m, mean, mean + inputs);
    m.mean = mean;
    m.factor = mean + inputs;
    if (s == GN_OK) s = extremes(ctx, &m, &out->scaled_largest, &out->scaled_smallest);
    gn_free(ctx, mean);
    return s;
}
