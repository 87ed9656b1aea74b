/* gradient_check_rounding.c -- how far a right gradient in float32 may be from the one in float64: measured, because it
 * depends on the depth of the network and on what cancels in it.
 *
 * Weights and inputs are moved by a few of their last bits and the gradient is computed anew in float32; what it moves
 * by is its rounding, of the numbers put in and of every step in between (stochastic arithmetic: docs/methods.md).
 * Invariant: a function of the network, the rows and the seed. */
#include "gradient_check.h"
#include "gradient_check_net.h"
#include "../base/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { TURNS = 6, ROUNDING_STREAM = (1 << 20) + 128 };

/* v by up to GN_CHECK_BITS of its last bits either way: more than one, so that what they move stands out from the steps
 * between neighbouring float32. */
static double shaken(gn_random random, size_t at, double v)
{
    return v * (1 + GN_CHECK_BITS * FLT_EPSILON * (2 * gn_random_uniform(random, at) - 1));
}

static void shake(gn_net_rows *r, const gn_net_rows *as, const double *p, double *moved, uint32_t turn)
{
    gn_random random = gn_random_make(1, GN_STREAM_PROBE, ROUNDING_STREAM + turn);
    size_t n = r->parameters, inputs = r->rows * r->net->spec.inputs, outputs = r->rows * r->net->spec.outputs;
    for (size_t i = 0; i < n; i++) moved[i] = shaken(random, i, p[i]);
    gn_net_rows_put(r, moved);
    for (size_t i = 0; i < inputs; i++)
        ((float *)r->x)[i] = (float)shaken(random, n + i, (double)((float *)as->x)[i]);
    bool values = r->net->spec.task == GN_REGRESSION; /* classes are 0 and 1 exactly */
    for (size_t i = 0; i < outputs && values; i++)
        ((float *)r->t)[i] = (float)shaken(random, n + inputs + i, (double)((float *)as->t)[i]);
}

/* A tensor's own bound in each of its entries: twice the farthest that one of them moved. */
static void take_farthest(const gn_net_rows *r, const double *here, const double *there, double *out)
{
    size_t at = 0;
    for (size_t i = 0; i < r->net->tensors; i++) {
        const gn_tensor_info *t = &r->net->tensor[i];
        if (!t->trainable) continue;
        double far = out[at], largest = 0;
        for (size_t k = at; k < at + t->size; k++) {
            double away = 2 * fabs(there[k] - here[k]);
            if (!(away <= far)) far = away;
            largest = fmax(largest, fabs(here[k]));
        }
        far = fmax(far, 4 * FLT_EPSILON * largest);
        for (size_t k = at; k < at + t->size; k++) out[k] = far;
        at += t->size;
    }
}

static gn_status measure(gn_net_rows *r, const gn_net_rows *as, double *room, double *out)
{
    size_t n = r->parameters;
    double *p = room, *moved = p + n, *here = moved + n, *there = here + n;
    gn_net_rows_take(as, p);
    GN_TRY(gn_net_rows_gradient(r, false, NULL, here));
    memset(out, 0, n * sizeof *out);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        shake(r, as, p, moved, turn);
        GN_TRY(gn_net_rows_gradient(r, false, NULL, there));
        take_farthest(r, here, there, out);
    }
    return GN_OK;
}

gn_status gn_check_rounding(gn_context *ctx, const gn_net *net, const gn_dataset *rows, double *out)
{
    gn_net_rows as, r;
    double *room = gn_alloc_array(ctx, 4 * net->parameters + 1, sizeof *room);
    if (!room) return GN_NO_MEMORY;
    gn_status s = gn_net_rows_open(ctx, net, rows, GN_F32, &as);
    if (s == GN_OK) {
        s = gn_net_rows_open(ctx, net, rows, GN_F32, &r);
        if (s == GN_OK) {
            s = measure(&r, &as, room, out);
            gn_net_rows_close(&r);
        }
        gn_net_rows_close(&as);
    }
    gn_free(ctx, room);
    return s;
}

/* Is it a float32, as the bits or as the shortest text of one (0.1)? */
static bool is_narrow(double v)
{
    double read;
    if (!isfinite(v) || (double)(float)v == v) return true;
    const char *text = gn_num32(GN_NUM, (float)v);
    return gn_read_number(text, strlen(text), '.', &read, &(size_t){ 0 }) == GN_NUMBER_OK && read == v;
}

bool gn_check_is_narrow(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_narrow(v[i])) return false;
    return n > 0;
}
