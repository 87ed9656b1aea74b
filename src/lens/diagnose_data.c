/* diagnose_data.c -- the gradients that mistakes with the data lead to: scaling left out, targets of other rows, rows
 * left out.
 *
 * Invariant: the case's own rows are as they were after every trial. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

enum { ROWS_MOST = 256, ROW_NUMBERS_MOST = 2000000 };

/* The gradient with another x or t. */
static gn_status add_swapped(gn_case *c, bool input, double *other, gn_mistake mistake, size_t row, const char *more)
{
    gn_net_rows at = c->at;     /* borrowed but for what is exchanged */
    double *g = gn_case_array(c);
    if (!g) return GN_NO_MEMORY;
    *(input ? &at.x : &at.t) = other;
    GN_TRY(gn_net_rows_gradient(&at, false, NULL, g));
    return gn_case_add_if_new(c, (gn_candidate){ mistake, .g = g, .row = row, .layer = SIZE_MAX, .more = more });
}

/* ---- scaling ----------------------------------------------------------------------------------------------------- */

/* Rows as they stand in the data, before shift and factor. */
static gn_status add_raw(gn_case *c, bool input)
{
    const gn_net *net = c->at.net;
    if (!(input ? (void *)net->shift : (void *)net->y_shift) && !(input ? (void *)net->factor : (void *)net->y_factor))
        return GN_OK;
    gn_net plain = *net;        /* borrowed, without its transforms */
    plain.shift = plain.factor = plain.y_shift = plain.y_factor = NULL;
    plain.shift32 = plain.factor32 = NULL;
    size_t width = input ? net->spec.inputs : net->spec.outputs;
    double *raw = gn_arena_alloc(&c->arena, c->at.rows * width + 1, sizeof *raw);
    if (!raw) return GN_NO_MEMORY;
    const gn_kernels *k = gn_kernels_get((gn_isa)gn_context_isa(c->ctx), GN_F64, gn_context_exact(c->ctx));
    if (input) gn_batch_inputs(k, &plain, c->data, c->at.row, c->at.rows, raw);
    else gn_batch_targets(&plain, c->data, c->at.row, c->at.rows, raw);
    return add_swapped(c, input, raw, input ? GN_MISTAKE_RAW_INPUT : GN_MISTAKE_RAW_TARGET, 0, NULL);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* Row i with the targets of row i + by. */
static gn_status add_shifted(gn_case *c, size_t by, const char *more)
{
    size_t n = c->at.rows, d = c->outputs;
    const double *t = c->at.t;
    double *other = gn_arena_alloc(&c->arena, n * d + 1, sizeof *other);
    if (!other) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) memcpy(other + i * d, t + (i + by) % n * d, d * sizeof *t);
    return add_swapped(c, false, other, GN_MISTAKE_ROWS_SHIFTED, by, more);
}

/* The gradient of one row, in the share that it has in the whole. */
static gn_status row_gradient(gn_case *c, size_t row, double *g)
{
    gn_net_rows one = c->at;
    one.rows = 1;
    one.x = (double *)c->at.x + row * c->at.net->spec.inputs;
    one.t = (double *)c->at.t + row * c->outputs;
    if (c->at.w) one.w = (double *)c->at.w + row;
    GN_TRY(gn_net_rows_gradient(&one, false, NULL, g));
    double share = strcmp(c->at.net->spec.reduction, "mean") ? 1 : 1 / (double)c->at.rows;
    for (size_t i = 0; i < c->n; i++) g[i] *= share;
    return GN_OK;
}

/* so_far: the sum of the shares of the rows before this one, and then with it. */
static gn_status add_row(gn_case *c, size_t row, double *so_far)
{
    double *only = gn_case_array(c), *others = gn_case_array(c), *first = gn_case_array(c);
    if (!only || !others || !first) return GN_NO_MEMORY;
    double n = (double)c->at.rows, all = strcmp(c->at.net->spec.reduction, "mean") ? 0 : n;
    GN_TRY(row_gradient(c, row, only));
    for (size_t i = 0; i < c->n; i++) {
        others[i] = c->right[i] - only[i];
        first[i] = so_far[i] += only[i];
    }
    GN_TRY(gn_case_add_if_new(c, (gn_candidate){ GN_MISTAKE_ONE_ROW, .g = only, .row = row, .layer = SIZE_MAX,
                                                 .own_mean = all }));
    GN_TRY(gn_case_add_if_new(c, (gn_candidate){ GN_MISTAKE_ROW_MISSING, .g = others, .row = row, .layer = SIZE_MAX,
                                                 .own_mean = all / (n - 1) }));
    if (row == 0 || row + 2 >= c->at.rows) return GN_OK;    /* one row, or all but one, have names of their own */
    return gn_case_add_if_new(c, (gn_candidate){ GN_MISTAKE_FIRST_ROWS, .g = first, .row = row + 1, .layer = SIZE_MAX,
                                                 .own_mean = all / (double)(row + 1) });
}

gn_status gn_case_data(gn_case *c)
{
    size_t n = c->at.rows;
    GN_TRY(add_raw(c, true));
    GN_TRY(add_raw(c, false));
    if (n < 2) return GN_OK;
    GN_TRY(add_shifted(c, 1, "the targets of the row after"));
    if (n > 2) GN_TRY(add_shifted(c, n - 1, "the targets of the row before"));
    c->no_rows = n > ROWS_MOST || n * c->n > ROW_NUMBERS_MOST;
    if (c->no_rows) return GN_OK;
    double *so_far = gn_case_array(c);
    if (!so_far) return GN_NO_MEMORY;
    for (size_t row = 0; row < n; row++) GN_TRY(add_row(c, row, so_far));
    return GN_OK;
}
