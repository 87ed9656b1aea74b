/* curves.h -- learning curves: what each epoch of one or more runs came to, as a picture.
 *
 * Invariant: a figure that an epoch did not have is NaN and breaks the curve; nothing is smoothed. */
#ifndef GN_CURVES_H
#define GN_CURVES_H

#include "picture.h"

typedef enum gn_curve {
    GN_CURVE_LOSS, GN_CURVE_HELD_LOSS, GN_CURVE_METRIC, GN_CURVE_RATE, GN_CURVE_GRADIENT, GN_CURVE_COUNT
} gn_curve;
typedef struct gn_curves {          /* of one run */
    const char *name;               /* NULL when there is one run */
    const char *metric;             /* "held-out accuracy", "held-out R2"; NULL: none */
    size_t n, room;
    double *epoch;                  /* (n) */
    double *value[GN_CURVE_COUNT];  /* (n) each; NaN where there is none */
    size_t watched, watch_room;     /* measurements of the sharpness, at steps */
    double *step, *sharpness, *limit;
} gn_curves;
/* An epoch with its figures (GN_CURVE_COUNT of them). In the arena. */
gn_status gn_curves_add(gn_arena *arena, gn_curves *c, double epoch, const double *value);
gn_status gn_curves_watch(gn_arena *arena, gn_curves *c, double step, double sharpness, double limit);
/* Panels for what there is: loss, each metric, rate where it changes, gradient norm, sharpness beside the limit; those that
 * span more than two decades by their logarithm, but metric and rate. In the arena. */
gn_status gn_curves_picture(gn_arena *arena, const gn_curves *run, size_t runs, const char *title, gn_picture *out);

#endif
