/* sharpness.h -- the largest eigenvalue of the Hessian while a network trains, against what the optimiser's rate
 * allows.
 *
 * Invariant: looking changes nothing: weights and state are read, widened to float64, and measured on rows of
 * its own. */
#ifndef GN_SHARPNESS_H
#define GN_SHARPNESS_H

#include "limits.h"
#include "objective.h"
#include "spectrum.h"

enum { GN_SHARPNESS_ROWS = 256 };

typedef struct gn_sharpness_at {
    uint64_t step;
    double loss;                /* on the rows of the measurement */
    double rate;
    double lambda, residual;    /* of the Hessian, L2 decay included; of P^-1/2 H P^-1/2 for adaptive optimisers */
    double limit;               /* the largest lambda that the rate allows; NaN when no limit is known */
    size_t products;
} gn_sharpness_at;

typedef struct gn_sharpness {
    gn_context *ctx;
    gn_objective *of;
    size_t n, rows;
    double scale;               /* of the loss, so that it is that of a batch */
    double *p, *start, *root, *room;    /* (n) each, in one block */
    bool *still;                /* (n): parameters without a slope; with P, L2 decay is not counted for them */
    bool warm;                  /* start holds the last eigenvector */
    bool preconditioned;        /* the optimiser is adaptive: eigenvalues are of P^-1/2 H P^-1/2 */
    bool crossed;               /* lambda was above the limit once */
    size_t count, capacity;
    gn_sharpness_at *at;        /* what was measured, in order */
    double seconds;             /* spent measuring */
} gn_sharpness;
void gn_sharpness_init(gn_sharpness *s, gn_context *ctx);
void gn_sharpness_free(gn_sharpness *s);
/* A gn_watch_fn with a gn_sharpness for user. The first call takes rows, evenly spaced among those of training. An
 * adaptive optimiser has no preconditioner before its first step: that call measures nothing. A network that is not
 * finite is passed over. */
gn_status gn_sharpness_watch(void *sharpness, const gn_watched *w);

#endif
