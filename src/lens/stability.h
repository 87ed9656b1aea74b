/* stability.h -- what gradient descent will do from here: the largest eigenvalue of the Hessian against the optimiser's
 * limit, the regime, and the optimiser run beside what theory says of it.
 *
 * Invariant: eigenvalues are of exact Hessian products in float64; every claim of theory stands beside a measurement by
 * the optimiser's own update. Sources: docs/methods.md. */
#ifndef GN_STABILITY_H
#define GN_STABILITY_H

#include "../kernel/optim.h"
#include "limits.h"
#include "objective.h"
#include "picture.h"
#include "sheet.h"
#include "spectrum.h"

/* ---- the optimiser on an objective ------------------------------------------------------------------------------ */
/* hyper: the row's parameters in order, then the step, the L2 and the L1 coefficient, as kernels read it. */
typedef struct gn_walk {
    gn_context *ctx;
    gn_objective *of;
    gn_optimizer op;
    double hyper[GN_OPT_HYPER];
    size_t n;
    double *w, *g, *slot[GN_OPT_SLOTS]; /* (n) each, in one block */
    uint64_t t;                 /* steps taken */
    double loss;                /* before the last step */
    double clip, clip_norm;     /* of the loss's gradient, as training clips it; 0: not */
    bool clipped;               /* the last step was */
} gn_walk;
gn_status gn_walk_open(gn_context *ctx, gn_objective *of, gn_optimizer op, const double *hyper, const double *start,
                       gn_walk *out);
gn_status gn_walk_copy(const gn_walk *from, gn_walk *out);
gn_status gn_walk_step(gn_walk *w);
void gn_walk_close(gn_walk *w);

/* A product with P^-1/2 (H + decay I) P^-1/2 at a point; p NULL: P = I. */
typedef struct gn_curvature {
    gn_objective *of;
    const double *at;           /* (n) */
    const double *root;         /* (n): the square root of P, or NULL */
    double decay;
    const bool *still;          /* (n): parameters that decay is not counted for; NULL: none */
    double *room;               /* (n), needed with root */
} gn_curvature;
gn_status gn_curvature_product(void *curvature, const double *v, double *hv);   /* a gn_product_fn */

/* ---- the figures ------------------------------------------------------------------------------------------------- */
typedef struct gn_stability_ask {
    gn_optimizer op;
    double hyper[GN_OPT_HYPER]; /* as gn_walk */
    size_t top;                 /* of the largest eigenvalues, 1..16 */
    bool spectrum;              /* all of them */
    bool density;               /* trace and density */
    uint64_t seed;
    double tolerance;           /* of Lanczos' residual, relative */
    size_t products;            /* most products of Lanczos for the largest */
    size_t lowest;              /* most for the smallest, where the whole spectrum is not computed */
    size_t measured;            /* steps run beside theory */
    size_t warm;                /* steps before P of an adaptive optimiser is held */
    double clip, clip_norm;     /* of training: the steps that make P are clipped, those beside theory are not */
    bool other;                 /* P of the suggested rate too */
    int digits;                 /* of numbers within sentences; 0: 6 */
} gn_stability_ask;
void gn_stability_defaults(gn_stability_ask *ask);
#define GN_STABILITY_AGREES 0.05    /* every row of the table within this share of theory */
enum { GN_STABILITY_WHOLE = 64, GN_STABILITY_MOST = 1500 };  /* spectra that are always whole; that can be asked for */

typedef struct gn_stability {
    gn_context *ctx;
    gn_arena arena;
    size_t n;
    int digits;                 /* of numbers within sentences */
    double loss, slope;         /* at the point where the curvature is taken; slope: the gradient's norm */
    double lambda;              /* the largest eigenvalue, L2 decay included */
    /* With P, before the steps that make it: the loss alone where it was found, without P and decay. */
    double found_loss, found_slope;
    gn_lanczos found;
    gn_lanczos eigen;
    double *at, *direction;     /* (n): the point, and the eigenvector of the largest */
    double *root;               /* (n): the square root of P, or NULL */
    bool *still;                /* (n), with P: parameters that have no slope; L2 decay is not counted for them */
    size_t stills;
    double blind;               /* share of the direction on parameters whose P is eps: no slope so far */
    double decay;               /* L2, as it is in lambda */
    size_t values;              /* the whole spectrum, ascending; 0: not known */
    double *value;
    double smallest;            /* algebraic; without a whole spectrum a bound from above, if eigen.smallest_converged
                                   does not say more */
    double least_positive;      /* smallest above 1e-10*lambda; NaN when not known */
    size_t zeros;               /* eigenvalues within 1e-10*lambda of 0, of a known spectrum */
    bool has_density;
    gn_density density;
    gn_objective_form form;     /* proved: a quadratic in one piece is the same everywhere */
    bool quadratic;             /* of degree 2 or less in one piece: what is said holds everywhere, else here */
    bool varies;                /* the Hessian was found to be another elsewhere */
    bool on_kink;               /* the point lies on a kink of an expression */
    bool straight;              /* lambda is above 0, and the loss linear in the prediction between kinks: no rate
                                   follows from it, and critical is NaN */
    bool clipped;               /* the clip acts on the gradient at the point */
    double other_loss;          /* where those steps end; NaN when it is not finite */
    double other_rate, other_critical;  /* with P, when asked: the suggested rate, and the largest by the P that as many
                                           steps at that rate make; NaN when those do not stay finite */
    double rate;
    gn_limit limit;
    gn_iteration iteration;     /* when the limit is known */
    gn_regime regime;
    double eta_lambda, band;
    double critical;            /* rate at the limit, by its text; INFINITY when lambda <= 0 */
    size_t warmed;              /* steps walked before the point */
    /* A second run that starts a little further along `direction`: the distance of both runs along it, by step. */
    size_t steps;               /* rows: steps + 1 */
    double *losses, *measured, *predicted;
    double *blur;               /* what rounding may have done to the distance measured */
    double moved;               /* length of the way between the two starts, in weights */
    bool blurred;               /* the distance is lost in rounding in some row */
    size_t farthest;            /* the row whose ratio to theory, or of theory to it, is largest; limit known */
    double farthest_by;         /* the largest difference as a share of the predicted distance about there */
    double measured_factor, predicted_factor;   /* a step, over the steps run */
} gn_stability;
gn_status gn_stability_of(gn_context *ctx, gn_objective *o, const gn_stability_ask *ask, gn_stability *out);
void gn_stability_free(gn_stability *s);

/* ---- what it says ------------------------------------------------------------------------------------------------ */
/* The second moments of the inputs (with a column of ones for the bias) as they are and standardised: what scaling
 * would do to the curvature. x (rows, inputs); weight (rows), of mean 1, or NULL: what each row counts. */
typedef struct gn_scaling {
    double largest, smallest;               /* non-zero, of X'X/rows as it stands */
    double scaled_largest, scaled_smallest; /* each column to mean 0 and variance 1 */
    bool whole;                             /* the smallest ones are known */
    double widest;                          /* the largest size of an input; where its square is too large for a
                                               double the others are NaN */
    /* A network of one layer: the largest eigenvalue of its loss on standardised inputs, without decay; 0: unknown. */
    double lambda;
    bool fresh;                             /* a network that begins: that is with its first weights, else with weights
                                               that predict the same */
} gn_scaling;
gn_status gn_scaling_of(gn_context *ctx, size_t rows, size_t inputs, const double *x, const double *weight, bool bias,
                        gn_scaling *out);
/* mean and factor (inputs) that give each column mean 0 and variance 1; one that never changes is centred and left. */
void gn_standardise(size_t rows, size_t inputs, const double *x, double *mean, double *factor);
/* The report. scaling may be NULL; `exact_scaling`: the Hessian is a multiple of these moments, so that rates can be
 * said and not only ratios. */
void gn_stability_sheet(const gn_stability *s, const gn_stability_ask *ask, const gn_scaling *scaling,
                        bool exact_scaling, gn_sheet *sheet);
/* Parts of it that speak of what lambda does not decide (stability_beyond.c). */
bool gn_stability_clips(const gn_stability_ask *ask);
void gn_stability_say_clip(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet);
void gn_stability_say_straight(const gn_stability *s, gn_sheet *sheet);
void gn_stability_say_other_rate(const gn_stability *s, gn_sheet *sheet);
void gn_scaling_sheet(const gn_stability *s, const gn_scaling *c, bool exact, gn_sheet *sheet);    /* its last section */
/* A number as sentences have it: in the report's digits, with 17 the shortest text that reads back. */
const char *gn_stability_num(gn_numtext *room, const gn_stability *s, double value);
/* Measured beside predicted, and the eigenvalues where they are known. In the arena of s. */
gn_status gn_stability_picture(gn_stability *s, gn_picture *out);

/* ---- maps -------------------------------------------------------------------------------------------------------- */
typedef struct gn_map_ask {
    const char *kind;           /* "lr-x", "lr-momentum", "trajectories" */
    gn_optimizer op;            /* sgd, momentum or nesterov */
    const double *hyper;        /* the row's parameters in order; NULL: its own, and no momentum is marked */
    double x, y, w;             /* the neuron of trajectories; x of lr-momentum, 0: not known */
    double rate;                /* that is marked, in trajectories one besides the shares of the limit; 0: none */
    bool wrong_line;            /* lr-x alone */
    size_t marks;               /* lr-x: the inputs that are marked; 0: 9, 10 and 11 */
    const double *mark;
} gn_map_ask;
/* Learning rate against |x| of the neuron (w*x - y)^2 under sgd, momentum or nesterov: the regimes, the limit (of sgd
 * 1/x^2), below it the best rate of sgd, 1/(2x^2), or where momentum begins to ripple, and the inputs that are marked
 * on both; |x| is from 1 to 20, or about the marks where they lie elsewhere. Another optimiser is refused: its limit is
 * not a number over x^2. Everything in the arena. */
gn_status gn_regime_map(gn_arena *arena, const gn_map_ask *ask, gn_picture *out);
/* Everything in the arena, which must outlive the picture. */
gn_status gn_stability_map(gn_arena *arena, const gn_map_ask *ask, gn_picture *out);

#endif
