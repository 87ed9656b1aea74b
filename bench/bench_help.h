/* bench_help.h -- what the programs of this folder share: a context of one thread, the net of a shape, rows drawn from a seed, and the line of
 * figures in the form of the peers. */
#ifndef GN_BENCH_HELP_H
#define GN_BENCH_HELP_H

#include <stdio.h>
#include "nn/nn.h"

/* batch rows at a time; runs are timed together. */
typedef struct shape { const char *name, *layers; size_t inputs, outputs, batch, runs; } shape;

static inline gn_status bench_context(gn_context **ctx)
{
    gn_context_settings settings;
    gn_context_defaults(&settings);
    settings.threads = 1;
    return gn_context_new(&settings, ctx);
}

static inline gn_status bench_net(gn_context *ctx, const shape *s, gn_type type, gn_net **net)
{
    const gn_net_spec spec = {.inputs = s->inputs, .outputs = s->outputs, .task = s->outputs > 1 ? GN_CLASSES : GN_REGRESSION, .layers = s->layers,
                              .loss = "auto", .reduction = "mean", .init = "auto", .type = type, .seed = 1};
    return gn_net_new(ctx, &spec, net);
}

/* Features from 0 to 1, then a label for each row. */
static inline void bench_rows(const shape *s, size_t rows, float *x, int32_t *label)
{
    uint32_t state = 1;
    for (size_t i = 0; i < rows * s->inputs; i++) x[i] = (float)((state = state * 1664525u + 1013904223u) >> 8) / 16777216.0f;
    for (size_t i = 0; i < rows; i++) label[i] = (int32_t)((state = state * 1664525u + 1013904223u) >> 8) % (int32_t)s->outputs;
}

/* Prints {"peer", "version", "seconds": {shape: ...}}; the status of the program. */
static inline int bench_shapes(const shape *of, size_t count, gn_status (*measure)(gn_context *ctx, const shape *s, double *seconds))
{
    gn_context *ctx = NULL;
    double seconds = 0;
    gn_status st = bench_context(&ctx);
    if (!st) printf("{\"peer\": \"glassnet\", \"version\": \"%s\", \"seconds\": {", gn_version());
    for (size_t i = 0; !st && i < count; i++) {
        st = measure(ctx, &of[i], &seconds);
        printf("%s\"%s\": %.9g", i ? ", " : "", of[i].name, seconds);
    }
    if (!st) printf("}}\n");
    else if (ctx) fprintf(stderr, "%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    gn_context_free(ctx);
    return (int)st;
}

#endif
