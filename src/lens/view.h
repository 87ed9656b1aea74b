/* view.h -- what pictures of a model and of a neuron show, as numbers: regions of decision, the loss around the
 * weights, the values and gradients of each layer, the regimes of a learning rate.
 *
 * Invariant: every number is the network's or the objective's own; nothing is fitted or smoothed. Sources:
 * docs/methods.md. */
#ifndef GN_VIEW_H
#define GN_VIEW_H

#include "../data/data.h"
#include "objective.h"

/* ---- the plane of two columns ------------------------------------------------------------------------------------ */
typedef struct gn_view_plane {
    size_t n;                       /* points a side */
    double x0, x1, y0, y1;
    double *z;                      /* (n, n): the class, of two classes the probability of the second, or a predicted
                                       value */
    double *score;                  /* (scores, n, n) of classes: logarithms of their probabilities; NULL of values */
    size_t scores;
    double *px, *py;                /* (rows): the data's own values of the two columns */
    size_t rows, held;              /* rows of data; other columns */
    double *at;                     /* (features): where the other columns are held: their mean, of text the number of
                                       the commonest category */
} gn_view_plane;
/* a, b: features, both numbers (GN_E_CSV_NOCOL otherwise). Everything lives in the arena. */
gn_status gn_view_plane_of(gn_arena *arena, const gn_net *net, const gn_prep *prep, const gn_data *d, size_t a,
                           size_t b, size_t n, gn_view_plane *out);
/* The two columns of numbers whose plane shows most of what the model says: with all others held as above, the rows of
 * the data get the predictions that are nearest to their own (of classes: the most probability for the class that the
 * model gives them; else the least squared difference). Of more than a dozen columns, among the dozen that do best
 * alone. On 200 rows, evenly taken. */
typedef struct gn_view_columns {
    size_t column[2];               /* in the model's order */
    size_t rows, same;              /* rows looked at; those that keep their class (0 where values are predicted) */
} gn_view_columns;
gn_status gn_view_columns_of(gn_arena *arena, const gn_net *net, const gn_prep *prep, const gn_data *d,
                             gn_view_columns *out);

/* ---- the loss around the weights --------------------------------------------------------------------------------- */
typedef struct gn_view_landscape {
    size_t n;                       /* points a side, odd: the middle one is the weights as they are */
    double reach;                   /* from -reach to reach in units of the filters' own length */
    double *z;                      /* (n, n) the loss */
    double loss, least, most;       /* at the weights; over the grid */
} gn_view_landscape;
/* Along two random directions in which every filter (row of a weight) has the length of the weights' own; biases stay.
 * Li, Xu, Taylor, Studer and Goldstein (2018). A tensor of one number (an expression's variable) is moved by 1. */
gn_status gn_view_landscape_of(gn_arena *arena, gn_objective *o, uint64_t seed, size_t n, double reach,
                               gn_view_landscape *out);

/* ---- layers ------------------------------------------------------------------------------------------------------ */
typedef struct gn_view_layer {
    const char *text;               /* "32 relu" */
    int number;                     /* as people count: from 1 */
    size_t count;                   /* rows * outputs */
    double *value, *gradient;       /* (count): the layer's output; the loss's slope by it. The last layer: logits */
} gn_view_layer;
/* As in prediction: dropout off, and so no layer of its own; batchnorm by its running statistics. */
gn_status gn_view_layers_of(gn_arena *arena, const gn_net *net, const gn_dataset *rows, gn_view_layer **out,
                            size_t *count);
/* Shares in per cent of the finite values, in `bins` bins of equal width over their range; at (bins): the middles. */
void gn_view_histogram(const double *value, size_t count, size_t bins, double *at, double *share);

/* ---- the neuron p = w*x under L = (p - y)^2 ---------------------------------------------------------------------- */
/* At n inputs from x0 to x1, evenly by their logarithm: the rate that arrives in one step, 1/(2*x^2), and the limit
 * above which it diverges, 1/x^2, both from the curvature 2*x^2 by gn_limit_of. */
gn_status gn_view_rates_of(gn_context *ctx, double x0, double x1, size_t n, double *x, double *best, double *limit);

#endif
