/* lens_help.h -- objectives that several tests of the lens look at. */
#ifndef GN_LENS_HELP_H
#define GN_LENS_HELP_H

#include "nn_help.h"
#include "lens/objective.h"
#include "lens/spectrum.h"

/* In double: cmocka's own comparison rounds to float. */
#define assert_near(a, b, tolerance) assert_near_at((a), (b), (tolerance), #a, __FILE__, __LINE__)
static inline void assert_near_at(double a, double b, double tolerance, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= tolerance || a == b) return;
    print_error("%s is %.17g and not %.17g: off by %.3g, allowed %.3g\n", what, a, b, fabs(a - b), tolerance);
    _fail(file, line);
}

static inline void defaults_of(gn_optimizer op, double *hyper)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    memset(hyper, 0, GN_OPT_HYPER * sizeof *hyper);
    for (int i = 0; i < row->parameters; i++) hyper[i] = row->parameter_default[i];
}

static inline void hyper_of(gn_optimizer op, double rate, double *hyper)
{
    defaults_of(op, hyper);
    hyper[0] = rate;
}

static inline void put_parameters(gn_net *net, const double *p)
{
    for (size_t i = 0; i < gn_net_tensors(net); i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        for (size_t j = 0; j < t.size; j++) ((double *)gn_net_block(net))[t.offset + j] = *p++;
    }
}

/* 2-3-1 with tanh and the mean of squares over three rows: 13 parameters. */
static inline gn_objective *f4_objective(gn_context *ctx)
{
    static const double p[] = { 0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.01, 0.02, -0.03, 0.7, -0.8, 0.9, 0.05 };
    static const double x[] = { 1, 0.5, -2, 1, 0.5, -1.5 }, y[] = { 1, -1, 0.5 };
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 tanh", "mse", "mean", GN_F64);
    gn_dataset d = { .rows = 3, .inputs = 2, .type = GN_EL_F64, .x = x, .y = y };
    gn_objective *o;
    put_parameters(net, p);
    must(ctx, gn_objective_net(ctx, net, &d, &o));
    gn_net_free(net);
    return o;
}

static inline gn_objective *formula_objective(gn_arena *arena, const char *text, const char *const *names, size_t count,
                                              const double *start)
{
    const gn_formula *f;
    gn_objective *o;
    must(arena->ctx, gn_formula_parse(arena, text, strlen(text), &f));
    must(arena->ctx, gn_objective_formula(arena->ctx, f, names, count, start, &o));
    return o;
}

#endif
