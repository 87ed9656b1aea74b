/* bench_step.c -- the time of one training step through gn_fit, everything included: shuffling, gathering the batch, forward, backward, update.
 * One thread, float32, plain SGD, as its peers. Prints one JSON line of the peers' form. */
#include <stdlib.h>
#include "bench_help.h"

/* Seconds a shape. An epoch is the runs of a shape; the fastest epoch counts, as the fastest group of steps does for the peers. */
static const double LONG = 0.7;

static const shape shapes[] = {
    {"784-128-10@64", "128 relu", 784, 10, 64, 40},
    {"2-16-16-1@32", "16 relu, 16 relu", 2, 1, 32, 40},
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

static gn_status fit(gn_context *ctx, const shape *s, const gn_dataset *data, double *seconds)
{
    static const char *const set[][2] = {{"optimizer", "sgd"}, {"lr", "0.05"}, {"schedule", "constant"}, {"epochs", "100000"}};
    gn_net *net = NULL;
    gn_options *options = NULL;
    gn_fit_result result;
    timing t = {0, 1e9};
    char batch[24];
    snprintf(batch, sizeof batch, "%zu", s->batch);
    gn_status st = bench_net(ctx, s, GN_F32, &net);
    if (!st) st = gn_options_new(ctx, &options);
    if (!st) st = gn_options_set(options, "batch", batch);
    for (size_t i = 0; !st && i < GN_COUNT(set); i++) st = gn_options_set(options, set[i][0], set[i][1]);
    if (!st) st = gn_fit(ctx, net, data, NULL, options, NULL, on_progress, &t, &result);
    *seconds = t.best / (double)s->runs;
    gn_options_free(options);
    gn_net_free(net);
    return st == GN_STOPPED ? GN_OK : st;
}

static gn_status measure(gn_context *ctx, const shape *s, double *seconds)
{
    const size_t rows = s->batch * s->runs;
    float *x = malloc(rows * s->inputs * sizeof *x), *y = malloc(rows * sizeof *y);
    int32_t *label = malloc(rows * sizeof *label);
    gn_status st = GN_NO_MEMORY;
    if (x && y && label) {
        bench_rows(s, rows, x, label);
        for (size_t i = 0; i < rows; i++) y[i] = x[i * s->inputs];
        const gn_dataset data = {.rows = rows, .inputs = s->inputs, .type = GN_EL_F32, .x = x, .y = s->outputs > 1 ? NULL : y,
                                 .label = s->outputs > 1 ? label : NULL};
        st = fit(ctx, s, &data, seconds);
    }
    free(label), free(y), free(x);
    return st;
}

int main(void) { return bench_shapes(shapes, GN_COUNT(shapes), measure); }
