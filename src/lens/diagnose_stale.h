/* diagnose_stale.h -- two moments of a training run: the weights in hand, and those before or after one step; and the
 * gradients that mix them.
 *
 * Invariant: the weights in hand are the case's, which is as it was after every call. */
#ifndef GN_DIAGNOSE_STALE_H
#define GN_DIAGNOSE_STALE_H

#include "diagnose_internal.h"

typedef struct gn_moments {
    gn_case *c;
    size_t layers;              /* dense ones */
    bool *moved;                /* (slots): by the step between */
    bool all;                   /* each of them */
    bool after;                 /* in hand are the weights after the step, and the others those before it */
    bool given;                 /* what was given is itself the step */
    bool asked[GN_STALE_WAYS];
    double *way[GN_STALE_WAYS]; /* (n): the gradients at the last rate */
    double *here, *other, *g;   /* (n): both weights */
    gn_rows_graph m, o, m_right;        /* o shares the graph of m */
    gn_plan *plan, *right;      /* every way, and the right gradient at whatever the weights are */
    gn_node *out, *out_right;
    double rate;                /* what the plan reads */
    void *block;                /* the other weights, laid out as the network's */
} gn_moments;
gn_status gn_moments_open(gn_case *c, gn_moments *m);
void gn_moments_close(gn_moments *m);
/* The ways that are asked for, with a step of this rate; *found false when the weights before it could not be told. */
gn_status gn_moments_at(gn_moments *m, double rate, bool tight, bool *found);

#endif
