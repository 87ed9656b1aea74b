/* bench_predict.c -- the time of one prediction for one row through gn_predictor_run: the row given as it stands in memory, class
 * probabilities or a value returned. One thread, float32, as its peers. Prints one JSON line of the peers' form. */
#include "bench_help.h"
#include "nn/clock.h"

static const double LONG = 0.5;     /* seconds a shape; the fastest group of runs counts, as for the peers */

static const shape shapes[] = {
    {"784-128-10@1", "128 relu", 784, 10, 1, 1000},
    {"2-16-16-1@1", "16 relu, 16 relu", 2, 1, 1, 20000},
};

static gn_status group(gn_predictor *p, const gn_dataset *row, size_t runs, float *out, double *seconds)
{
    double start = gn_seconds();
    for (size_t i = 0; i < runs; i++) {
        gn_status s = gn_predictor_run(p, row, out);
        if (s) return s;
    }
    *seconds = (gn_seconds() - start) / (double)runs;
    return GN_OK;
}

static gn_status measure(gn_context *ctx, const shape *s, double *best)
{
    static float x[784], out[10];
    const gn_dataset row = {.rows = s->batch, .inputs = s->inputs, .type = GN_EL_F32, .x = x};
    gn_net *net = NULL;
    gn_predictor *p = NULL;
    double seconds = 0, end = gn_seconds() + LONG;
    for (size_t i = 0; i < s->inputs; i++) x[i] = (float)(i % 17) / 17;
    gn_status st = bench_net(ctx, s, GN_F32, &net);
    if (!st) st = gn_predictor_new(ctx, net, s->batch, &p);
    *best = 1e9;
    while (!st && gn_seconds() < end) {
        st = group(p, &row, s->runs, out, &seconds);
        if (seconds < *best) *best = seconds;
    }
    gn_predictor_free(p);
    gn_net_free(net);
    return st;
}

int main(void) { return bench_shapes(shapes, GN_COUNT(shapes), measure); }
