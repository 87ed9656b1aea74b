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

/* C7: the explicit net 2-3-1 with the mean of squares, its 13 parameters, and its three rows. */
static const double c7[] = { .1, -.2, .3, .4, -.5, .6, .01, .02, -.03, .7, -.8, .9, .05 };
static const double c7_x[] = { 1, .5, -2, 1, .5, -1.5 }, c7_y[] = { 1, -1, .5 };

static inline gn_net *net_c7(gn_context *ctx, const char *layers)
{
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, layers, "mse", "mean", GN_F64);
    put_parameters(net, c7);
    return net;
}

static inline gn_dataset rows_c7(void) { return values_set(c7_x, c7_y, 3, 2); }

/* F4: that net with tanh. */
static inline gn_objective *f4_objective(gn_context *ctx)
{
    gn_net *net = net_c7(ctx, "3 tanh");
    gn_dataset d = rows_c7();
    gn_objective *o;
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
