/* predict.c -- predictions in the target's units: blocks through one plan, single rows through a smaller one.
 *
 * Invariant: the network is only read; everything that changes belongs to the predictor. */
#include "net.h"

#include <string.h>

enum { BLOCK = 64, SINGLES = 4 };   /* up to SINGLES rows are cheaper one by one than as a padded block */

struct gn_predictor {
    gn_context *ctx;
    const gn_net *net;
    gn_eval block, single;          /* compiled when first needed; plan NULL until then */
};

gn_status gn_predictor_new(gn_context *ctx, const gn_net *net, size_t rows, gn_predictor **out)
{
    *out = NULL;
    gn_predictor *p = gn_calloc(ctx, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    p->ctx = ctx;
    p->net = net;
    gn_status s = rows > SINGLES ? gn_eval_open(ctx, net, BLOCK, false, &p->block)
                                 : gn_eval_open(ctx, net, 1, false, &p->single);
    if (s != GN_OK) {
        gn_predictor_free(p);
        return s;
    }
    *out = p;
    return GN_OK;
}

void gn_predictor_free(gn_predictor *p)
{
    if (!p) return;
    gn_eval_close(&p->block);
    gn_eval_close(&p->single);
    gn_free(p->ctx, p);
}

/* Undo the target transform on m rows in place. */
static void untransform(const gn_net *net, size_t m, void *y)
{
    if (net->spec.task != GN_REGRESSION || (!net->y_shift && !net->y_factor)) return;
    size_t n = net->spec.outputs;
    for (size_t i = 0; i < m * n; i++) {
        double v = gn_get(net->spec.type, y, i);
        if (net->y_factor) v /= net->y_factor[i % n];
        if (net->y_shift) v += net->y_shift[i % n];
        gn_put(net->spec.type, y, i, v);
    }
}

static gn_status run_rows(gn_predictor *p, gn_eval *e, const gn_dataset *d, size_t first, size_t m, void *out)
{
    if (!e->plan) GN_TRY(gn_eval_open(p->ctx, p->net, e == &p->block ? BLOCK : 1, false, e));
    GN_TRY(gn_eval_run(e, d, first, m));
    size_t n = p->net->spec.outputs;
    void *at = gn_at(p->net->spec.type, out, first * n);
    memcpy(at, gn_plan_value(e->plan, e->p), m * n * gn_type_size(p->net->spec.type));
    untransform(p->net, m, at);
    return GN_OK;
}

gn_status gn_predictor_run(gn_predictor *p, const gn_dataset *rows, void *out)
{
    GN_TRY(gn_dataset_check(p->ctx, p->net, rows, false));
    size_t n = gn_dataset_rows(rows), i = 0;
    while (i < n) {
        size_t m = n - i < BLOCK ? n - i : BLOCK;
        if (m <= SINGLES) m = 1;
        GN_TRY(run_rows(p, m == 1 ? &p->single : &p->block, rows, i, m, out));
        i += m;
    }
    return GN_OK;
}

gn_status gn_net_predict(gn_context *ctx, const gn_net *net, const gn_dataset *rows, void *out)
{
    gn_predictor *p;
    GN_TRY(gn_predictor_new(ctx, net, gn_dataset_rows(rows), &p));
    gn_status s = gn_predictor_run(p, rows, out);
    gn_predictor_free(p);
    return s;
}
