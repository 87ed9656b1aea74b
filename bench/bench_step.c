/* bench_step.c -- the time of one training step through gn_fit, everything included: shuffling, gathering the batch, forward, backward, update.
 * One thread, float32, plain SGD, as its peers. Prints one JSON line of the peers' form. */
#include <stdio.h>
#include <stdlib.h>
#include "nn/nn.h"

enum { STEPS = 40 };                /* an epoch; the fastest epoch counts, as the fastest group of steps does for the peers */
static const double LONG = 0.7;     /* seconds a shape */

typedef struct shape { const char *name, *layers; size_t inputs, outputs, batch; } shape;
static const shape shapes[] = {
    {"784-128-10@64", "128 relu", 784, 10, 64},
    {"2-16-16-1@32", "16 relu, 16 relu", 2, 1, 32},
};

typedef struct timing { double last, best; } timing;
static gn_status on_progress(void *user, const gn_progress *p)
{
    timing *t = user;
    if (!p->epoch_end) return GN_OK;
    if (p->epoch > 1 && p->seconds - t->last < t->best) t->best = p->seconds - t->last;
    t->last = p->seconds;
    return p->seconds > LONG ? GN_STOPPED : GN_OK;
}

static void fill(const shape *s, size_t rows, float *x, float *y, int32_t *label)
{
    uint32_t state = 1;
    for (size_t i = 0; i < rows * s->inputs; i++) x[i] = (float)((state = state * 1664525u + 1013904223u) >> 8) / 16777216.0f;
    for (size_t i = 0; i < rows; i++) {
        label[i] = (int32_t)((state = state * 1664525u + 1013904223u) >> 8) % (int32_t)s->outputs;
        y[i] = x[i * s->inputs];
    }
}

static gn_status fit(gn_context *ctx, const shape *s, const gn_dataset *data, double *seconds)
{
    const gn_net_spec spec = {.inputs = s->inputs, .outputs = s->outputs, .task = s->outputs > 1 ? GN_CLASSES : GN_REGRESSION, .layers = s->layers,
                              .loss = "auto", .reduction = "mean", .init = "auto", .type = GN_F32, .seed = 1};
    static const char *const set[][2] = {{"optimizer", "sgd"}, {"lr", "0.05"}, {"schedule", "constant"}, {"epochs", "100000"}};
    gn_net *net = NULL;
    gn_options *options = NULL;
    gn_fit_result result;
    timing t = {0, 1e9};
    char batch[24];
    snprintf(batch, sizeof batch, "%zu", s->batch);
    gn_status st = gn_net_new(ctx, &spec, &net);
    if (!st) st = gn_options_new(ctx, &options);
    if (!st) st = gn_options_set(options, "batch", batch);
    for (size_t i = 0; !st && i < GN_COUNT(set); i++) st = gn_options_set(options, set[i][0], set[i][1]);
    if (!st) st = gn_fit(ctx, net, data, NULL, options, NULL, on_progress, &t, &result);
    *seconds = t.best / STEPS;
    gn_options_free(options);
    gn_net_free(net);
    return st == GN_STOPPED ? GN_OK : st;
}

static gn_status measure(gn_context *ctx, const shape *s, double *seconds)
{
    const size_t rows = s->batch * STEPS;
    float *x = malloc(rows * s->inputs * sizeof *x), *y = malloc(rows * sizeof *y);
    int32_t *label = malloc(rows * sizeof *label);
    gn_status st = GN_NO_MEMORY;
    if (x && y && label) {
        fill(s, rows, x, y, label);
        const gn_dataset data = {.rows = rows, .inputs = s->inputs, .type = GN_EL_F32, .x = x, .y = s->outputs > 1 ? NULL : y,
                                 .label = s->outputs > 1 ? label : NULL};
        st = fit(ctx, s, &data, seconds);
    }
    free(label), free(y), free(x);
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
