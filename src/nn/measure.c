/* measure.c -- the figures of a network on data: loss, accuracy and confusion, or R2, RMSE and MAE in the target's
 * units.
 *
 * Invariant: every sum is taken in double in the order of the rows. */
#include "net.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256 };

static size_t classes_of(const gn_net *net)
{
    return net->spec.task == GN_REGRESSION ? 0 : net->spec.task == GN_BINARY ? 2 : net->spec.outputs;
}

/* ---- one sweep -------------------------------------------------------------------------------------------------- */

static double raw_target(const gn_dataset *d, size_t i)
{
    return d->type == GN_EL_F64 ? ((const double *)d->y)[i] : (double)((const float *)d->y)[i];
}

/* Mean of each target and the sum of squares about it, which no sweep changes. */
static void target_spread(const gn_dataset *d, gn_scan *s)
{
    size_t rows = gn_dataset_rows(d), n = s->outputs;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) s->mean[j] += raw_target(d, gn_dataset_row(d, i) * n + j) / (double)rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++) {
            double away = raw_target(d, gn_dataset_row(d, i) * n + j) - s->mean[j];
            s->total[j] += away * away;
        }
}

gn_status gn_scan_open(gn_context *ctx, const gn_net *net, const gn_dataset *d, bool confusion, gn_scan *s)
{
    *s = (gn_scan){ .outputs = net->spec.outputs, .classes = classes_of(net) };
    GN_TRY(gn_dataset_check(ctx, net, d, true));
    if (s->classes) {
        uint64_t cells;
        if (!confusion) return GN_OK;
        if (!gn_size_mul(s->classes, s->classes, &cells))
            return gn_fail(ctx, GN_E_MEMORY, "a confusion matrix of %zu classes", s->classes);
        s->confusion = gn_calloc(ctx, (size_t)cells, sizeof *s->confusion);
        return s->confusion ? GN_OK : GN_NO_MEMORY;
    }
    s->mean = gn_calloc(ctx, 4 * s->outputs, sizeof *s->mean);
    if (!s->mean) return GN_NO_MEMORY;
    s->total = s->mean + s->outputs;
    s->square = s->total + s->outputs;
    s->absolute = s->square + s->outputs;
    target_spread(d, s);
    return GN_OK;
}

void gn_scan_close(gn_context *ctx, gn_scan *s)
{
    gn_free(ctx, s->confusion);
    gn_free(ctx, s->mean);
    *s = (gn_scan){ 0 };
}

static size_t largest(gn_type type, const void *row, size_t n)
{
    size_t best = 0;
    for (size_t j = 1; j < n; j++)
        if (gn_get(type, row, j) > gn_get(type, row, best)) best = j;
    return best;
}

static size_t true_class(const gn_dataset *d, size_t row, size_t outputs, size_t classes)
{
    if (d->label) return (size_t)d->label[row];
    if (outputs == 1) return raw_target(d, row) > 0.5;
    size_t best = 0;
    for (size_t j = 1; j < classes; j++)
        if (raw_target(d, row * outputs + j) > raw_target(d, row * outputs + best)) best = j;
    return best;
}

static void add_class(gn_scan *s, const gn_net *net, const gn_dataset *d, size_t row, const void *p)
{
    size_t is = true_class(d, row, s->outputs, s->classes);
    size_t said = s->outputs == 1 ? gn_get(net->spec.type, p, 0) > 0.5 : largest(net->spec.type, p, s->classes);
    s->right += is == said;
    if (s->confusion) s->confusion[is * s->classes + said]++;
}

static void add_values(gn_scan *s, const gn_net *net, const gn_dataset *d, size_t row, const void *p)
{
    for (size_t j = 0; j < s->outputs; j++) {
        double y = gn_get(net->spec.type, p, j);
        if (net->y_factor) y /= net->y_factor[j];
        if (net->y_shift) y += net->y_shift[j];
        double error = y - raw_target(d, row * s->outputs + j);
        s->square[j] += error * error;
        s->absolute[j] += fabs(error);
    }
}

static void reset(gn_scan *s)
{
    s->loss = s->weight = 0;
    s->rows = s->right = 0;
    if (s->confusion) memset(s->confusion, 0, s->classes * s->classes * sizeof *s->confusion);
    if (s->square) memset(s->square, 0, 2 * s->outputs * sizeof *s->square);
}

static void add_block(gn_scan *s, const gn_eval *e, const gn_dataset *d, size_t m)
{
    gn_type type = e->net->spec.type;
    const void *p = gn_plan_value(e->plan, e->p), *loss = gn_plan_value(e->plan, e->loss);
    for (size_t i = 0; i < m; i++) {
        size_t row = e->row[i];
        double w = d->weight ? (double)d->weight[row] : 1;
        const void *at = (const char *)p + i * s->outputs * gn_type_size(type);
        s->loss += w * gn_get(type, loss, i);
        s->weight += w;
        if (s->classes) add_class(s, e->net, d, row, at);
        else add_values(s, e->net, d, row, at);
    }
    s->rows += m;
}

gn_status gn_scan_run(gn_eval *e, const gn_dataset *d, gn_scan *s)
{
    reset(s);
    size_t rows = gn_dataset_rows(d);
    for (size_t i = 0; i < rows; i += e->rows) {
        size_t m = rows - i < e->rows ? rows - i : e->rows;
        GN_TRY(gn_eval_run(e, d, i, m));
        add_block(s, e, d, m);
    }
    return GN_OK;
}

/* ---- figures ---------------------------------------------------------------------------------------------------- */

/* 1 - residual/total; for a target that never changes, 1 when it is met exactly and 0 otherwise, as scikit-learn has
 * it. */
static double r2_of(double square, double total)
{
    if (total > 0) return 1 - square / total;
    return square == 0 ? 1 : 0;
}

double gn_scan_loss(const gn_scan *s) { return s->weight > 0 ? s->loss / s->weight : NAN; }

double gn_scan_metric(const gn_scan *s)
{
    if (s->classes) return (double)s->right / (double)s->rows;
    double sum = 0;
    for (size_t j = 0; j < s->outputs; j++) sum += r2_of(s->square[j], s->total[j]);
    return sum / (double)s->outputs;
}

static double ratio(double a, double b) { return b > 0 ? a / b : 0; }

static gn_status class_room(gn_context *ctx, size_t classes, gn_metrics *m)
{
    m->classes = classes;
    m->precision = gn_calloc(ctx, classes, sizeof(double));
    m->recall = gn_calloc(ctx, classes, sizeof(double));
    m->f1 = gn_calloc(ctx, classes, sizeof(double));
    return m->precision && m->recall && m->f1 ? GN_OK : GN_NO_MEMORY;
}

/* Precision, recall and F1 of every class from the confusion matrix; 0 where there was nothing to divide by. */
static void class_figures(gn_metrics *m)
{
    size_t n = m->classes;
    double all_right = 0;
    for (size_t c = 0; c < n; c++) {
        double right = (double)m->confusion[c * n + c], is = 0, said = 0;
        for (size_t j = 0; j < n; j++) {
            is += (double)m->confusion[c * n + j];
            said += (double)m->confusion[j * n + c];
        }
        m->precision[c] = ratio(right, said);
        m->recall[c] = ratio(right, is);
        m->f1[c] = ratio(2 * right, is + said);
        all_right += right;
    }
    m->accuracy = all_right / (double)m->rows;
}

static gn_status class_metrics(gn_context *ctx, gn_scan *s, gn_metrics *m)
{
    GN_TRY(class_room(ctx, s->classes, m));
    m->confusion = s->confusion;
    s->confusion = NULL;
    class_figures(m);
    return GN_OK;
}

gn_status gn_metrics_pool(gn_context *ctx, const gn_metrics *more, gn_metrics *pool)
{
    size_t cells = more->classes * more->classes;
    if (!pool->rows) {
        *pool = (gn_metrics){ .r2 = NAN, .rmse = NAN, .mae = NAN };
        GN_TRY(class_room(ctx, more->classes, pool));
        if (!(pool->confusion = gn_calloc(ctx, cells, sizeof *pool->confusion))) return GN_NO_MEMORY;
    }
    double rows = (double)pool->rows + (double)more->rows;
    pool->loss = ((double)pool->rows * pool->loss + (double)more->rows * more->loss) / rows;
    pool->rows += more->rows;
    for (size_t i = 0; i < cells; i++) pool->confusion[i] += more->confusion[i];
    class_figures(pool);
    return GN_OK;
}

static gn_status value_figures(gn_context *ctx, const gn_scan *s, gn_metrics *m)
{
    size_t n = m->outputs = s->outputs;
    double rows = (double)s->rows, square = 0, absolute = 0;
    m->output_r2 = gn_calloc(ctx, n, sizeof(double));
    m->output_rmse = gn_calloc(ctx, n, sizeof(double));
    m->output_mae = gn_calloc(ctx, n, sizeof(double));
    if (!m->output_r2 || !m->output_rmse || !m->output_mae) return GN_NO_MEMORY;
    for (size_t j = 0; j < n; j++) {
        m->output_r2[j] = r2_of(s->square[j], s->total[j]);
        m->output_rmse[j] = sqrt(s->square[j] / rows);
        m->output_mae[j] = s->absolute[j] / rows;
        square += s->square[j];
        absolute += s->absolute[j];
    }
    m->r2 = gn_scan_metric(s);
    m->rmse = sqrt(square / (rows * (double)n));
    m->mae = absolute / (rows * (double)n);
    return GN_OK;
}

static gn_status measure(gn_context *ctx, gn_eval *e, const gn_dataset *d, gn_scan *s, gn_metrics *m)
{
    GN_TRY(gn_scan_run(e, d, s));
    m->rows = s->rows;
    m->loss = gn_scan_loss(s);
    return s->classes ? class_metrics(ctx, s, m) : value_figures(ctx, s, m);
}

gn_status gn_net_measure(gn_context *ctx, const gn_net *net, const gn_dataset *data, gn_metrics *out)
{
    *out = (gn_metrics){ .accuracy = NAN, .r2 = NAN, .rmse = NAN, .mae = NAN, .loss = NAN };
    size_t rows = gn_dataset_rows(data);
    if (!rows) return gn_fail(ctx, GN_E_DATA_ROWS, "there are no rows to measure on");
    gn_scan s;
    gn_eval e = { 0 };
    gn_status status = gn_scan_open(ctx, net, data, true, &s);
    if (status == GN_OK) status = gn_eval_open(ctx, net, rows < BLOCK ? rows : BLOCK, true, &e);
    if (status == GN_OK) status = measure(ctx, &e, data, &s, out);
    gn_eval_close(&e);
    gn_scan_close(ctx, &s);
    if (status != GN_OK) gn_metrics_free(ctx, out);
    return status;
}

void gn_metrics_free(gn_context *ctx, gn_metrics *m)
{
    gn_free(ctx, m->confusion);
    gn_free(ctx, m->precision);
    gn_free(ctx, m->recall);
    gn_free(ctx, m->f1);
    gn_free(ctx, m->output_r2);
    gn_free(ctx, m->output_rmse);
    gn_free(ctx, m->output_mae);
    *m = (gn_metrics){ 0 };
}
