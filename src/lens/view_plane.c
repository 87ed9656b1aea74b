/* view_plane.c -- what a model predicts over the plane of two of its columns.
 *
 * Invariant: points of the plane are raw values and go through the same transform as rows of data. */
#include "../data/encode.h"
#include "view_internal.h"

#include <math.h>
#include <string.h>

size_t gn_view_input_of(const gn_prep *p, size_t feature)
{
    size_t at = 0;
    for (size_t i = 0; i < feature; i++) at += p->feature[i].kind == GN_TEXT ? p->feature[i].n_categories : 1;
    return at;
}

void gn_view_typical_row(const gn_prep *p, const gn_data *d, double *row)
{
    for (size_t j = 0; j < p->inputs; j++) {
        row[j] = 0;
        for (size_t i = 0; i < d->rows; i++) row[j] += gn_data_get(d, i * p->inputs + j) / (double)d->rows;
    }
    for (size_t f = 0, at = 0; f < p->features; f++) {
        size_t n = p->feature[f].kind == GN_TEXT ? p->feature[f].n_categories : 1, best = at;
        if (p->feature[f].kind == GN_TEXT) {
            for (size_t k = at; k < at + n; k++)
                if (row[k] > row[best]) best = k;
            for (size_t k = at; k < at + n; k++) row[k] = k == best;
        }
        at += n;
    }
}

static void range_of(const double *v, size_t n, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (v[i] < *lo) *lo = v[i];
        if (v[i] > *hi) *hi = v[i];
    }
    double room = *hi > *lo ? 0.08 * (*hi - *lo) : 1;
    *lo -= room;
    *hi += room;
}

size_t gn_view_class_of(const gn_net_spec *s, const void *y, size_t i)
{
    size_t best = 0;
    if (s->outputs == 1) return gn_get(s->type, y, i) > 0.5;
    for (size_t c = 1; c < s->outputs; c++)
        if (gn_get(s->type, y, i * s->outputs + c) > gn_get(s->type, y, i * s->outputs + best)) best = c;
    return best;
}

double gn_view_probability(const gn_net_spec *s, const void *y, size_t i, size_t c)
{
    if (s->outputs > 1) return gn_get(s->type, y, i * s->outputs + c);
    return c ? gn_get(s->type, y, i) : 1 - gn_get(s->type, y, i);
}

static double predicted(const gn_net_spec *s, const void *y, size_t i)
{
    if (s->task == GN_REGRESSION || s->outputs == 1) return gn_get(s->type, y, i * s->outputs);
    return (double)gn_view_class_of(s, y, i);
}

/* Logarithms, whose differences are those of the network's own outputs: nearly straight between neighbouring points,
 * where probabilities are steps. */
static gn_status take_scores(gn_arena *arena, const gn_net_spec *s, const void *y, gn_view_plane *v)
{
    size_t points = v->n * v->n;
    if (s->task == GN_REGRESSION) return GN_OK;
    v->scores = s->outputs > 1 ? s->outputs : 2;
    v->score = gn_arena_alloc(arena, v->scores * points, sizeof *v->score);
    if (!v->score) return GN_NO_MEMORY;
    for (size_t c = 0; c < v->scores; c++)
        for (size_t i = 0; i < points; i++)
            v->score[c * points + i] = log(fmax(gn_view_probability(s, y, i, c), 1e-36));
    return GN_OK;
}

static double at_share(double lo, double hi, size_t i, size_t n)
{
    return lo + (hi - lo) * (double)i / (double)(n - 1);
}

static gn_status predict_plane(gn_arena *arena, const gn_net *net, const double *row, size_t inputs, size_t a, size_t b,
                               gn_view_plane *v)
{
    const gn_net_spec *s = gn_net_get_spec(net);
    gn_element type = s->type == GN_F64 ? GN_EL_F64 : GN_EL_F32;
    size_t points = v->n * v->n;
    char *x = gn_arena_alloc(arena, points * inputs, gn_wide(type));
    void *y = gn_arena_alloc(arena, points * s->outputs, gn_type_size(s->type));
    v->z = gn_arena_alloc(arena, points, sizeof *v->z);
    if (!x || !y || !v->z) return GN_NO_MEMORY;
    for (size_t i = 0; i < points; i++)
        for (size_t j = 0; j < inputs; j++)
            gn_data_put(x, type, i * inputs + j,
                        j == a ? at_share(v->x0, v->x1, i % v->n, v->n)
                               : j == b ? at_share(v->y0, v->y1, i / v->n, v->n) : row[j]);
    gn_dataset d = { .rows = points, .inputs = inputs, .type = type, .x = x };
    GN_TRY(gn_net_predict(arena->ctx, net, &d, y));
    for (size_t i = 0; i < points; i++) v->z[i] = predicted(s, y, i);
    return take_scores(arena, s, y, v);
}

static gn_status check_column(gn_context *ctx, const gn_prep *p, size_t f)
{
    if (f >= p->features) return gn_fail(ctx, GN_E_CSV_NOCOL, "column %zu: the model has %zu", f + 1, p->features);
    if (p->feature[f].kind == GN_NUMERIC) return GN_OK;
    gn_fail(ctx, GN_E_CSV_NOCOL, "column '%s' holds text: it has no axis",
            gn_show(GN_SHOWN, p->feature[f].name, strlen(p->feature[f].name)));
    return gn_hint(ctx, "--columns names two columns of numbers");
}

static double *held_at(gn_arena *arena, const gn_prep *p, const double *row)
{
    double *at = gn_arena_alloc(arena, p->features + 1, sizeof *at);
    for (size_t f = 0, input = 0; at && f < p->features; f++) {
        size_t n = p->feature[f].kind == GN_TEXT ? p->feature[f].n_categories : 1;
        at[f] = p->feature[f].kind == GN_TEXT ? 0 : row[input];
        for (size_t k = 0; k < n && p->feature[f].kind == GN_TEXT; k++)
            if (row[input + k] > 0) at[f] = (double)k;
        input += n;
    }
    return at;
}

gn_status gn_view_plane_of(gn_arena *arena, const gn_net *net, const gn_prep *prep, const gn_data *d, size_t a,
                           size_t b, size_t n, gn_view_plane *out)
{
    gn_view_plane v = { .n = n < 2 ? 2 : n, .rows = d->rows, .held = prep->features - (a == b ? 1 : 2) };
    GN_TRY(check_column(arena->ctx, prep, a));
    GN_TRY(check_column(arena->ctx, prep, b));
    size_t ia = gn_view_input_of(prep, a), ib = gn_view_input_of(prep, b);
    double *row = gn_arena_alloc(arena, prep->inputs + 1, sizeof *row);
    v.px = gn_arena_alloc(arena, d->rows + 1, sizeof *v.px);
    v.py = gn_arena_alloc(arena, d->rows + 1, sizeof *v.py);
    if (!row || !v.px || !v.py) return GN_NO_MEMORY;
    for (size_t i = 0; i < d->rows; i++) {
        v.px[i] = gn_data_get(d, i * prep->inputs + ia);
        v.py[i] = gn_data_get(d, i * prep->inputs + ib);
    }
    range_of(v.px, d->rows, &v.x0, &v.x1);
    range_of(v.py, d->rows, &v.y0, &v.y1);
    gn_view_typical_row(prep, d, row);
    v.at = held_at(arena, prep, row);
    if (!v.at) return GN_NO_MEMORY;
    GN_TRY(predict_plane(arena, net, row, prep->inputs, ia, ib, &v));
    *out = v;
    return GN_OK;
}
