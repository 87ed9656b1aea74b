/* eigen_general.c -- eigenvalues of any real square matrix: Hessenberg form, then double-shift QR steps.
 *
 * Invariant: complex eigenvalues come as exact conjugate pairs, real ones with an imaginary part of exactly 0.
 * Source: Francis 1961; Golub and Van Loan, Matrix Computations, 7.4 and 7.5 (docs/methods.md). */
#include "spectrum.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../kernel/kernel.h"

enum { TRIES = 60 };

/* h -> (I - beta v v') h (I - beta v v') on the `m` rows and columns from `k` on; v (m). */
static void reflect(size_t n, double *h, size_t k, size_t m, const double *v, double beta)
{
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < m; i++) sum += v[i] * h[(k + i) * n + j];
        for (size_t i = 0; i < m; i++) h[(k + i) * n + j] -= beta * sum * v[i];
    }
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < m; j++) sum += h[i * n + k + j] * v[j];
        for (size_t j = 0; j < m; j++) h[i * n + k + j] -= beta * sum * v[j];
    }
}

/* v := x made the vector of the reflection that zeroes all of x but its first number; false when there is none
 * to do. */
static bool reflector(size_t m, double *v, double *beta)
{
    double scale = 0, rest = 0;
    for (size_t i = 0; i < m; i++) scale = fmax(scale, fabs(v[i]));
    for (size_t i = 1; i < m; i++) rest += fabs(v[i]);
    if (rest == 0) return false;
    double sum = 0;
    for (size_t i = 0; i < m; i++) v[i] /= scale, sum += v[i] * v[i];
    double norm = sqrt(sum);
    sum -= v[0] * v[0];
    v[0] += v[0] > 0 ? norm : -norm;
    *beta = 2 / (sum + v[0] * v[0]);
    return true;
}

static void hessenberg(size_t n, double *h, double *v)
{
    for (size_t k = 0; k + 2 < n; k++) {
        double beta;
        for (size_t i = k + 1; i < n; i++) v[i - k - 1] = h[i * n + k];
        if (reflector(n - k - 1, v, &beta)) reflect(n, h, k + 1, n - k - 1, v, beta);
        for (size_t i = k + 2; i < n; i++) h[i * n + k] = 0;
    }
}

/* [[a, b], [c, d]]: real ones without cancellation, the other by the product of both. */
static void two(double a, double b, double c, double d, double *re, double *im)
{
    double half = (a - d) / 2, mid = (a + d) / 2, under = half * half + b * c;
    if (under < 0) {
        re[0] = re[1] = mid;
        im[0] = sqrt(-under);
        im[1] = -im[0];
        return;
    }
    double away = half + copysign(sqrt(under), half);
    re[0] = d + away;
    re[1] = away != 0 ? d - b * c / away : d;
    im[0] = im[1] = 0;
}

static bool split_at(size_t n, const double *h, size_t i)
{
    double beside = fabs(h[(i - 1) * n + i - 1]) + fabs(h[i * n + i]);
    return fabs(h[i * n + i - 1]) <= DBL_EPSILON * beside || fabs(h[i * n + i - 1]) < DBL_MIN;
}

/* One double step on rows lo..hi, hi >= lo + 2; `odd` steps take a shift from elsewhere, to break a cycle. */
static void francis(size_t n, double *h, size_t lo, size_t hi, bool odd)
{
#define H(i, j) h[(i) * n + (j)]
    double sum = H(hi - 1, hi - 1) + H(hi, hi);
    double product = H(hi - 1, hi - 1) * H(hi, hi) - H(hi - 1, hi) * H(hi, hi - 1);
    if (odd) {
        double far = fabs(H(hi, hi - 1)) + fabs(H(hi - 1, hi - 2));
        sum = 1.5 * far;
        product = far * far;
    }
    double v[3] = { H(lo, lo) * (H(lo, lo) - sum) + product + H(lo, lo + 1) * H(lo + 1, lo),
                    H(lo + 1, lo) * (H(lo, lo) + H(lo + 1, lo + 1) - sum), H(lo + 1, lo) * H(lo + 2, lo + 1) };
    for (size_t k = lo; k < hi; k++) {
        size_t m = k + 2 <= hi ? 3 : 2;
        double beta;
        if (reflector(m, v, &beta)) reflect(n, h, k, m, v, beta);
        for (size_t i = k + 1; k > lo && i < k + m; i++) H(i, k - 1) = 0;
        for (size_t i = 0; i < 3; i++) v[i] = k + 1 + i <= hi ? H(k + 1 + i, k) : 0;
    }
#undef H
}

static gn_status quasi_triangular(gn_context *ctx, size_t n, double *h, double *re, double *im)
{
    size_t end = n, tries = 0;      /* rows end.. are done */
    while (end > 0) {
        size_t hi = end - 1, lo = hi;
        while (lo > 0 && !split_at(n, h, lo)) lo--;
        if (lo > 0) h[lo * n + lo - 1] = 0;
        if (hi - lo < 2) {
            if (lo == hi) re[hi] = h[hi * n + hi], im[hi] = 0;
            else two(h[lo * n + lo], h[lo * n + hi], h[hi * n + lo], h[hi * n + hi], re + lo, im + lo);
            end = lo;
            tries = 0;
            continue;
        }
        if (++tries > TRIES)
            return gn_fail(ctx, GN_E_EIGEN, "the eigenvalues of a %zu by %zu matrix do not settle", n, n);
        francis(n, h, lo, hi, tries % 10 == 0);
    }
    return GN_OK;
}

gn_status gn_eigen_general(gn_context *ctx, size_t n, const double *a, double *re, double *im)
{
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(a[i])) return gn_fail(ctx, GN_E_EIGEN, "the matrix has an element that is not finite");
    if (n == 0) return GN_OK;
    double *h = gn_alloc_array(ctx, n, n * sizeof *h), *v = gn_alloc_array(ctx, n, sizeof *v);
    gn_status s = h && v ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK) {
        memcpy(h, a, n * n * sizeof *h);
        hessenberg(n, h, v);
        s = quasi_triangular(ctx, n, h, re, im);
    }
    gn_free(ctx, h);
    gn_free(ctx, v);
    return s;
}
