/* limits.h -- what theory says of a learning rate on a quadratic: each optimiser's limit on rate times curvature, and
 * the regime of an iteration.
 *
 * Invariant: a limit is text over the optimiser's own parameters, evaluated, never a number by itself. Sources:
 * docs/methods.md. */
#ifndef GN_LIMITS_H
#define GN_LIMITS_H

#include "../kernel/optim.h"

typedef struct gn_limit {
    bool known;
    const char *formula;        /* "2 + 2*mu": the largest eta*lambda, in names of the optimiser's parameters */
    const char *rate;           /* the largest eta, in the same names and "lambda" and "limit": where the limit itself
                                   holds lr it is not limit/lambda */
    double value;
    bool preconditioned;        /* lambda is of P^-1/2 H P^-1/2 with P frozen: adam and its kin */
    const char *about;          /* why not known, or what is assumed */
} gn_limit;
/* hyper: parameters in the row's order, lr first. Weight decay is added to lambda by the caller. */
gn_status gn_limit_of(gn_context *ctx, gn_optimizer op, const double *hyper, gn_limit *out);
/* The largest eta at a curvature above 0, by the text of `rate`: whatever lr is in hyper. NaN where no limit is known. */
gn_status gn_limit_rate(gn_context *ctx, gn_optimizer op, const double *hyper, double lambda, double *out);

/* The iteration matrix on one eigenvalue: for sgd the number 1 - eta*lambda, for momentum and nesterov 2 by 2 over
 * (v, w - w*). spectral: the largest modulus; ripples: the eigenvalues are complex; twice: there are two and they are
 * equal, within the regimes' band on the discriminant (critical damping). */
typedef struct gn_iteration {
    double spectral;
    bool ripples, twice;
    double re[2], im[2];
    int n;
    double matrix[4];           /* (n, n) over (momentum, w), or the one number */
} gn_iteration;
gn_status gn_iteration_of(gn_context *ctx, gn_optimizer op, const double *hyper, double eta_lambda, gn_iteration *out);

/* The slot that makes the preconditioner P of an adaptive optimiser, -1 for none. From what that slot holds (n) after
 * step
 * t come the numbers by which the step is divided, p (n): as the row's text has it, corrections of the first steps
 * included, so that the step is lr*(its mean slope)/p. */
int gn_preconditioner_slot(gn_optimizer op);
gn_status gn_preconditioner_of(gn_context *ctx, gn_optimizer op, const double *hyper, double t, size_t n,
                               const double *slot, double *p);

typedef enum gn_regime {
    GN_REGIME_STILL,        /* lambda 0: the slope never changes */
    GN_REGIME_ONE_SIDED,    /* 0 < r < 1 */
    GN_REGIME_ONE_STEP,     /* r = 0 */
    GN_REGIME_TWO_STEPS,    /* with momentum: both eigenvalues are 0, and the first step does not arrive yet */
    GN_REGIME_OSCILLATING,  /* -1 < r < 0; with momentum: the largest eigenvalue is negative, its size below 1 */
    GN_REGIME_RIPPLES,      /* with momentum: complex eigenvalues of modulus below 1 */
    GN_REGIME_TWO_CYCLE,    /* |r| = 1 within the band */
    GN_REGIME_DIVERGENT,    /* r < -1 */
    GN_REGIME_ASCENDING,    /* eta < 0 or lambda < 0: r > 1 */
    GN_REGIME_COUNT
} gn_regime;
enum { GN_REGIME_BAND_ULPS = 64 };
/* r = 1 - eta_lambda. The band within which 0 and -1 count as reached: 64*2^-52*max(1, |eta_lambda|). */
gn_regime gn_regime_of(double eta_lambda, double *r, double *band);
/* The regime under any optimiser whose iteration is known; for sgd the same as gn_regime_of. */
gn_regime gn_regime_under(const gn_limit *limit, const gn_iteration *it, double eta_lambda);
const char *gn_regime_name(gn_regime regime);       /* "one-sided", "oscillating", "rippling", "two-cycle", ... */
const char *gn_regime_says(gn_regime regime);       /* a sentence */
/* The same of an iteration that is known: with two eigenvalues some sentences are others. */
const char *gn_regime_says_under(gn_regime regime, const gn_iteration *it);
/* Where one eigenvalue is -1 and the other is nearer to 0: the size of the error in the long run, as a multiple of the
 * first one, from no momentum. */
double gn_iteration_settles(const gn_iteration *it);
/* Steps until |error| <= tolerance*|first error| when it shrinks by |r| a step; INFINITY when it does not. */
double gn_steps_to(double r, double tolerance);
/* The same for r = 1 - eta_lambda, where a small eta_lambda would be lost in r. */
double gn_steps_at(double eta_lambda, double tolerance);

#endif
