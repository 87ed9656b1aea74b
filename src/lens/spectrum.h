/* spectrum.h -- eigenvalues: of small symmetric matrices whole, of large Hessians by Lanczos from products alone.
 *
 * Invariant: an eigenvalue by Lanczos comes with its residual |H u - value u|, and the start vector is a function of
 * the seed. Sources: docs/methods.md. */
#ifndef GN_SPECTRUM_H
#define GN_SPECTRUM_H

#include "objective.h"

/* a (n, n) symmetric, only read; value (n) ascending; vector (n, n) with an eigenvector a row, or NULL. By Householder
 * reduction and implicit QL, or Jacobi. */
gn_status gn_eigen_symmetric(gn_context *ctx, size_t n, const double *a, double *value, double *vector);
/* Tridiagonal: diagonal (n), off (n - 1); first (n): squared first components of the eigenvectors (the quadrature's
 * weights), or NULL. */
gn_status gn_eigen_tridiagonal(gn_context *ctx, size_t n, const double *diagonal, const double *off, double *value,
                               double *first);
/* Any real square matrix (2 by 2 iteration matrices, Jacobians): eigenvalues re + i*im. */
gn_status gn_eigen_general(gn_context *ctx, size_t n, const double *a, double *re, double *im);

typedef gn_status (*gn_product_fn)(void *user, const double *v, double *hv);     /* hv = H v */
typedef struct gn_lanczos_options {
    size_t steps;               /* most products for the largest, default 100 */
    double tolerance;           /* relative residual at which to stop, default 1e-6 */
    uint64_t seed;
    const double *start;        /* (n), or NULL: by the seed */
    bool both;                  /* go on until the smallest has converged too, */
    size_t lowest;              /* for as many products in all at most, 0: as steps */
} gn_lanczos_options;
typedef struct gn_extreme { double value, residual; } gn_extreme;
typedef struct gn_lanczos {
    size_t steps;               /* products used */
    bool converged;             /* the largest */
    bool smallest_converged;    /* to a hundredth of itself, so that its sign is known, or near to 0 beside the rest */
    size_t top;                 /* largest algebraic first */
    gn_extreme largest[16], smallest;
} gn_lanczos;
/* Full re-orthogonalisation. An eigenvalue that stands several times is found once, since the space of one start vector
 * holds one of its eigenvectors. `top` 1..16 of the largest; vector (n) receives the eigenvector of the largest, or
 * NULL. */
gn_status gn_lanczos_run(gn_context *ctx, size_t n, gn_product_fn product, void *user,
                         const gn_lanczos_options *options, size_t top, double *vector, gn_lanczos *out);
/* Trace by Rademacher probes with its standard error, and the density of eigenvalues by stochastic Lanczos quadrature:
 * nodes and weights of all probes together, weights summing to 1. */
typedef struct gn_density { size_t n; double *value, *weight; double trace, trace_error; } gn_density;
gn_status gn_density_run(gn_context *ctx, size_t n, gn_product_fn product, void *user, size_t probes, size_t steps,
                         uint64_t seed, gn_density *out);
void gn_density_free(gn_context *ctx, gn_density *d);

#endif
