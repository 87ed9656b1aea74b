/* bench_predict.c -- the time of one prediction for one row through gn_predictor_run: the row given as it stands in memory, class
 * probabilities or a value returned. One thread, float32, as its peers. Prints one JSON line of the peers' form. */
#include <stdio.h>
#include "nn/clock.h"
#include "nn/nn.h"

static const double LONG = 0.5;     /* seconds a shape; the fastest group of runs counts, as for the peers */

typedef struct shape { const char *name, *layers; size_t inputs, outputs, group; } shape;
static const shape shapes[] = {
    {"784-128-10@1", "128 relu", 784, 10, 1000},
    {"2-16-16-1@1", "16 relu, 16 relu", 2, 1, 20000},
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
    const gn_net_spec spec = {.inputs = s->inputs, .outputs = s->outputs, .task = s->outputs > 1 ? GN_CLASSES : GN_REGRESSION, .layers = s->layers,
                              .loss = "auto", .reduction = "mean", .init = "auto", .type = GN_F32, .seed = 1};
    static float x[784], out[10];
    const gn_dataset row = {.rows = 1, .inputs = s->inputs, .type = GN_EL_F32, .x = x};
    gn_net *net = NULL;
    gn_predictor *p = NULL;
    double seconds = 0, end = gn_seconds() + LONG;
    for (size_t i = 0; i < s->inputs; i++) x[i] = (float)(i % 17) / 17;
    gn_status st = gn_net_new(ctx, &spec, &net);
    if (!st) st = gn_predictor_new(ctx, net, 1, &p);
    *best = 1e9;
    while (!st && gn_seconds() < end) {
        st = group(p, &row, s->group, out, &seconds);
        if (seconds < *best) *best = seconds;
    }
    gn_predictor_free(p);
    gn_net_free(net);
    return st;
}

int main(void)
{
    gn_context_settings settings;
    gn_context *ctx = NULL;
    double seconds = 0;
    gn_context_defaults(&settings);
    settings.threads = 1;
    gn_status st = gn_context_new(&settings, &ctx);
    if (!st) printf("{\"peer\": \"glassnet\", \"version\": \"%s\", \"seconds\": {", gn_version());
    for (size_t i = 0; !st && i < GN_COUNT(shapes); i++) {
        st = measure(ctx, &shapes[i], &seconds);
        printf("%s\"%s\": %.9g", i ? ", " : "", shapes[i].name, seconds);
    }
    if (!st) printf("}}\n");
    else if (ctx) fprintf(stderr, "%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    gn_context_free(ctx);
    return (int)st;
}
