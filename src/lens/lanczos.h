/* lanczos.h -- an orthogonal basis of a Krylov space, grown by one product at a time: what Lanczos and the quadrature
 * of densities share.
 *
 * Invariant: after `steps` products the matrix in the basis is tridiagonal, with `diagonal` and `off` (off[steps - 1]
 * is the length of what is left). */
#ifndef GN_LANCZOS_H
#define GN_LANCZOS_H

#include "../kernel/kernel.h"
#include "spectrum.h"

typedef struct gn_krylov {
    gn_context *ctx;
    const gn_kernels *kernels;
    size_t n, room, steps;
    gn_product_fn product;
    void *user;
    double **basis;             /* (room) of (n) */
    double *diagonal, *off, *w;
    double scale;               /* the largest |H q| so far */
    bool ended;                 /* the space is invariant: what it holds is exact */
} gn_krylov;
gn_status gn_krylov_open(gn_context *ctx, size_t n, size_t steps, gn_product_fn product, void *user, gn_krylov *k);
gn_status gn_krylov_start(gn_krylov *k, const double *start);      /* (n), of any length but 0 */
gn_status gn_krylov_step(gn_krylov *k);
void gn_krylov_close(gn_krylov *k);
/* Normal numbers that are a function of seed and sub. */
void gn_krylov_random(uint64_t seed, uint32_t sub, size_t n, double *to);

#endif
