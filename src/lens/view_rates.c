/* view_rates.c -- the learning rates of the single neuron against its input.
 *
 * Invariant: the limit is the optimiser's own (limits.h), over the curvature of the loss. */
#include "limits.h"
#include "view.h"

#include <math.h>

gn_status gn_view_rates_of(gn_context *ctx, double x0, double x1, size_t n, double *x, double *best, double *limit)
{
    double hyper[GN_OPT_HYPER] = { 0.1 };
    gn_limit sgd;
    GN_TRY(gn_limit_of(ctx, gn_optimizer_find("sgd"), hyper, &sgd));
    for (size_t i = 0; i < n; i++) {
        x[i] = n < 2 ? x0 : x0 * pow(x1 / x0, (double)i / (double)(n - 1));
        if (n > 1 && i == n - 1) x[i] = x1;
        double lambda = 2 * x[i] * x[i];
        best[i] = 1 / lambda;       /* r = 1 - eta*lambda = 0 */
        limit[i] = sgd.value / lambda;
    }
    return GN_OK;
}
