/* eigen.c -- all eigenvalues of small symmetric matrices: Householder reduction to a tridiagonal matrix, then QR steps
 * with Wilkinson's shift.
 *
 * Invariant: each row of z that a rotation turns is a row of the transposed eigenvector matrix, so that a rotation runs
 * along contiguous memory. Source: Golub and Van Loan, Matrix Computations, 8.3 (docs/methods.md). */
#include "spectrum.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../kernel/kernel.h"

enum { SWEEPS = 60 };      /* QR steps an eigenvalue; two or three are usual */

/* Rows i and i + 1 of z (.., width) turned by the angle with cosine c and sine s. */
static void rotate(double *z, size_t width, size_t i, double c, double s)
{
    double *a = z + i * width, *b = a + width;
    for (size_t j = 0; j < width; j++) {
        double x = a[j], y = b[j];
        a[j] = c * x + s * y;
        b[j] = c * y - s * x;
    }
}

static double shift_of(const double *d, const double *e, size_t hi)
{
    double off = e[hi - 1], half = (d[hi - 1] / 2 - d[hi] / 2) / off;      /* no square that could leave the range */
    return d[hi] - off / (half + copysign(hypot(half, 1), half));
}

/* One implicit QR step on rows lo..hi: the bulge is chased down from the top. */
static void qr_step(double *d, double *e, size_t lo, size_t hi, double *z, size_t width)
{
    double x = d[lo] - shift_of(d, e, hi), bulge = e[lo];
    for (size_t k = lo; k < hi; k++) {
        double r = hypot(x, bulge), c = r > 0 ? x / r : 1, s = r > 0 ? bulge / r : 0;
        if (k > lo) e[k - 1] = r;
        double a = d[k], b = e[k], f = d[k + 1];
        d[k] = c * (c * a + s * b) + s * (c * b + s * f);
        d[k + 1] = s * (s * a - c * b) + c * (c * f - s * b);
        e[k] = c * (c * b - s * a) + s * (c * f - s * b);
        if (k + 1 < hi) {
            x = e[k];
            bulge = s * e[k + 1];
            e[k + 1] *= c;
        }
        if (z) rotate(z, width, k, c, s);
    }
}

static bool negligible(const double *d, const double *e, size_t i)
{
    return fabs(e[i]) <= DBL_EPSILON * (fabs(d[i]) + fabs(d[i + 1])) || fabs(e[i]) < DBL_MIN;
}

/* d (n) and e (n - 1) become eigenvalues and noise; z (n, width) is turned along, or NULL. */
static gn_status diagonalise(gn_context *ctx, size_t n, double *d, double *e, double *z, size_t width)
{
    size_t hi = n - 1, left = SWEEPS * n;
    while (hi > 0) {
        if (negligible(d, e, hi - 1)) {
            hi--;
            continue;
        }
        size_t lo = hi - 1;
        while (lo > 0 && !negligible(d, e, lo - 1)) lo--;
        if (left-- == 0) return gn_fail(ctx, GN_E_EIGEN, "the eigenvalues of a %zu by %zu matrix do not settle", n, n);
        qr_step(d, e, lo, hi, z, width);
    }
    return GN_OK;
}

/* Ascending, rows of z along with them. */
static void sort_values(size_t n, double *d, double *z, size_t width)
{
    for (size_t i = 0; i + 1 < n; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < n; j++)
            if (d[j] < d[least]) least = j;
        double swap = d[i];
        d[i] = d[least];
        d[least] = swap;
        for (size_t j = 0; z && least != i && j < width; j++) {
            double other = z[i * width + j];
            z[i * width + j] = z[least * width + j];
            z[least * width + j] = other;
        }
    }
}

/* The reflection I - beta v v' that takes x (m) to (alpha, 0, ..): v over x, *beta. */
static double reflector(size_t m, double *x, double *beta)
{
    double scale = 0, sum = 0;
    for (size_t i = 0; i < m; i++) scale = fmax(scale, fabs(x[i]));
    *beta = 0;
    if (scale == 0) return 0;
    for (size_t i = 0; i < m; i++) sum += (x[i] / scale) * (x[i] / scale);
    double norm = scale * sqrt(sum), alpha = x[0] > 0 ? -norm : norm;
    x[0] -= alpha;
    for (size_t i = 0; i < m; i++) x[i] /= scale;
    sum = 0;
    for (size_t i = 0; i < m; i++) sum += x[i] * x[i];
    *beta = sum > 0 ? 2 / sum : 0;
    return alpha;
}

/* The block from row and column k on, from both sides; v (n - k), p is scratch (n - k). */
static void reflect_both(size_t n, double *a, size_t k, const double *v, double beta, double *p)
{
    size_t m = n - k;
    double along = 0;
    for (size_t i = 0; i < m; i++) {
        const double *row = a + (k + i) * n + k;
        double sum = 0;
        for (size_t j = 0; j < m; j++) sum += row[j] * v[j];
        p[i] = beta * sum;
        along += p[i] * v[i];
    }
    for (size_t i = 0; i < m; i++) p[i] -= beta / 2 * along * v[i];
    for (size_t i = 0; i < m; i++) {
        double *row = a + (k + i) * n + k;
        for (size_t j = 0; j < m; j++) row[j] -= v[i] * p[j] + p[i] * v[j];
    }
}

static void reflect_rows(size_t n, double *z, size_t k, const double *v, double beta, double *p)
{
    memset(p, 0, n * sizeof *p);
    for (size_t i = k; i < n; i++)
        for (size_t j = 0; j < n; j++) p[j] += v[i - k] * z[i * n + j];
    for (size_t i = k; i < n; i++)
        for (size_t j = 0; j < n; j++) z[i * n + j] -= beta * v[i - k] * p[j];
}

/* a (n, n) is used up; z (n, n) is the product of the reflections, or NULL; room (2 n). */
static void tridiagonal(size_t n, double *a, double *d, double *e, double *z, double *room)
{
    double *v = room, *p = room + n;
    for (size_t i = 0; z && i < n * n; i++) z[i] = i % (n + 1) == 0;
    for (size_t k = 0; k + 2 < n; k++) {
        double beta;
        for (size_t i = k + 1; i < n; i++) v[i - k - 1] = a[i * n + k];
        e[k] = reflector(n - k - 1, v, &beta);
        d[k] = a[k * n + k];
        if (beta == 0) continue;
        reflect_both(n, a, k + 1, v, beta, p);
        if (z) reflect_rows(n, z, k + 1, v, beta, p);
    }
    if (n > 1) {
        d[n - 2] = a[(n - 2) * n + n - 2];
        e[n - 2] = a[(n - 1) * n + n - 2];
    }
    d[n - 1] = a[n * n - 1];
}

static gn_status check_finite(gn_context *ctx, size_t n, const double *a, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i])) return gn_fail(ctx, GN_E_EIGEN, "%s has an element that is not finite", what);
    return GN_OK;
}

gn_status gn_eigen_symmetric(gn_context *ctx, size_t n, const double *a, double *value, double *vector)
{
    if (n == 0) return GN_OK;
    GN_TRY(check_finite(ctx, n * n, a, "the matrix"));
    double *copy = gn_alloc_array(ctx, n, n * sizeof *copy), *room = gn_alloc_array(ctx, n, 3 * sizeof *room);
    gn_status s = copy && room ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) copy[i * n + j] = (a[i * n + j] + a[j * n + i]) / 2;
        tridiagonal(n, copy, value, room, vector, room + n);
        s = diagonalise(ctx, n, value, room, vector, n);
    }
    if (s == GN_OK) sort_values(n, value, vector, n);
    gn_free(ctx, copy);
    gn_free(ctx, room);
    return s;
}

gn_status gn_eigen_tridiagonal(gn_context *ctx, size_t n, const double *diagonal, const double *off, double *value,
                               double *first)
{
    if (n == 0) return GN_OK;
    GN_TRY(check_finite(ctx, n, diagonal, "the diagonal"));
    GN_TRY(check_finite(ctx, n - 1, off, "the second diagonal"));
    double *e = gn_alloc_array(ctx, n, sizeof *e);
    if (!e) return GN_NO_MEMORY;
    memcpy(value, diagonal, n * sizeof *value);
    if (n > 1) memcpy(e, off, (n - 1) * sizeof *e);
    for (size_t i = 0; first && i < n; i++) first[i] = i == 0;
    gn_status s = diagonalise(ctx, n, value, e, first, 1);
    if (s == GN_OK) sort_values(n, value, first, 1);
    for (size_t i = 0; first && i < n; i++) first[i] *= first[i];
    gn_free(ctx, e);
    return s;
}
