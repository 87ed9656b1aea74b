/* stability_picture.c -- the picture of a report: measured beside theory, and the eigenvalues where they are known.
 *
 * Invariant: what is drawn is what the report's tables hold. */
#include <math.h>

#include "stability_draw.h"

static gn_status distances(gn_drawing *d, const gn_stability *s)
{
    size_t rows = s->steps + 1;
    double *k = gn_drawing_take(d, rows, sizeof *k), *m = gn_drawing_take(d, rows, sizeof *m);
    double *p = gn_drawing_take(d, rows, sizeof *p);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < rows; i++) {
        k[i] = (double)i;
        m[i] = s->measured[i] == 0 ? NAN : fabs(s->measured[i]);
        p[i] = s->predicted[i] == 0 ? NAN : fabs(s->predicted[i]);
    }
    gn_drawing_series(d, 0, GN_SERIES_LINE_POINTS, "measured", rows, k, m);
    if (s->limit.known) gn_drawing_series(d, 0, GN_SERIES_LINE, "by theory", rows, k, p);
    d->panel[0].title = "Distance of two runs along the steepest direction";
    d->panel[0].x_label = "step k";
    d->panel[0].y_label = "|distance|";
    d->panel[0].log_y = true;
    return GN_OK;
}

static gn_status eigenvalues(gn_drawing *d, const gn_stability *s)
{
    double *k = gn_drawing_take(d, s->values, sizeof *k);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < s->values; i++) k[i] = (double)(i + 1);
    gn_drawing_series(d, 1, GN_SERIES_POINTS, NULL, s->values, k, s->value);
    d->panel[1].title = "Eigenvalues of the Hessian";
    d->panel[1].x_label = "number, smallest first";
    d->panel[1].y_label = "eigenvalue";
    if (isfinite(s->critical)) gn_drawing_rule(d, 1, false, s->limit.value / s->rate, "limit at this rate");
    return GN_OK;
}

static gn_status densities(gn_drawing *d, const gn_stability *s)
{
    const gn_density *q = &s->density;
    double *x = gn_drawing_take(d, q->n, sizeof *x), *y = gn_drawing_take(d, q->n, sizeof *y);
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < q->n; i++) {
        x[i] = q->value[i];
        y[i] = q->weight[i] > 0 ? q->weight[i] : NAN;
    }
    gn_drawing_series(d, 1, GN_SERIES_POINTS, NULL, q->n, x, y);
    d->panel[1].title = "Density of the eigenvalues: nodes of the quadrature";
    d->panel[1].x_label = "eigenvalue";
    d->panel[1].y_label = "share";
    d->panel[1].log_y = true;
    if (isfinite(s->critical)) gn_drawing_rule(d, 1, true, s->limit.value / s->rate, "limit at this rate");
    return GN_OK;
}

gn_status gn_stability_picture(gn_stability *s, gn_picture *out)
{
    gn_drawing d;
    bool two = s->has_density || s->values > 1;
    GN_TRY(gn_drawing_begin(&d, &s->arena, two ? 2 : 1, out));
    GN_TRY(distances(&d, s));
    if (s->has_density) return densities(&d, s);
    return two ? eigenvalues(&d, s) : GN_OK;
}
