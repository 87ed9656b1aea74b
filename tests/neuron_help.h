/* neuron_help.h -- what the tests of the neuron share. */
#ifndef GN_NEURON_HELP_H
#define GN_NEURON_HELP_H

#include "nn_help.h"
#include "lens/neuron.h"

static inline gn_neuron_spec scalar(const double *x, const double *y, const double *w, double lr)
{
    gn_neuron_spec s;
    gn_neuron_defaults(&s);
    s.x = x;
    s.y = y;
    s.w = w;
    s.hyper[0] = lr;
    return s;
}

static inline gn_neuron *made(gn_context *ctx, const gn_neuron_spec *s)
{
    gn_neuron *n;
    must(ctx, gn_neuron_new(ctx, s, &n));
    gn_neuron_forward(n);
    gn_neuron_step(n);
    return n;
}

static inline double value_of(const gn_neuron *n, const char *name, size_t i)
{
    size_t size;
    const double *v = gn_neuron_value(n, name, &size);
    if (!v || i >= size) fail_msg("there is no %s[%zu]", name, i);
    return v[i];
}

#define near(a, b, tolerance) near_at((a), (b), (tolerance), #a, __FILE__, __LINE__)
static inline void near_at(double a, double b, double tolerance, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= tolerance * fmax(1, fabs(b)) || a == b) return;
    print_error("%s is %.17g, expected %.17g\n", what, a, b);
    _fail(file, line);
}
enum { ONE_SHOT, ITERATED };
static const double within[] = {1e-12, 1e-9};

/* Run 2 of the leaky neuron: four rows of five inputs. */
static const double leaky_x[20] = {-1, 2, 3, 13, 17, 4, -5, 6, 14, 18, 7, 8, -9, 15, 19, -10, 11, 12, 16, -20};
static const double leaky_y[4] = {100, 200, 300, 400};
static const double leaky_w[5] = {0.92542368, 0.63684431, 0.63029109, 0.48955112, 0.96805626};

static inline gn_neuron_spec leaky_batch(double lr)
{
    gn_neuron_spec s;
    gn_neuron_defaults(&s);
    s.inputs = 5;
    s.rows = 4;
    s.x = leaky_x;
    s.y = leaky_y;
    s.w = leaky_w;
    s.has_bias = true;
    s.b = 0.9382288624999986;
    s.act = "leaky_relu";
    s.loss = "0.5*e^2";
    s.reduction = "sum";
    s.hyper[0] = lr;
    return s;
}

#endif
