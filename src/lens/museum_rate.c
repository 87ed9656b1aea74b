/* museum_rate.c -- exhibits about the learning rate of the single neuron: the limit, the best rate, regimes.
 *
 * Invariant: the neuron is y_pred = w*x with loss (w*x - y)^2, so lambda = 2*x^2 and r = 1 - eta*lambda. */
#include "museum_hall.h"

#include "limits.h"

#include <math.h>

static const char step[] = "w - eta*2*(w*x - y)*x";

static void neuron(gn_hall *h, double x, double y, double w)
{
    gn_hall_number(h, "x", x);
    gn_hall_number(h, "y", y);
    gn_hall_number(h, "w0", w);
    gn_hall_derive(h, "curvature, d2L/dw2", "lambda", "2*(w0*x - y)*x", "w0");
}

/* Where w is after `steps` steps at each rate, beside what r says. */
static void rates(gn_hall *h, const char *caption, const double *eta, size_t n, size_t steps)
{
    double end[16], said[16], r[16];
    const char *regime[16];
    double wstar = gn_hall_at(h, "y", 0) / gn_hall_at(h, "x", 0), lambda = gn_hall_at(h, "lambda", 0);
    double w0 = gn_hall_at(h, "w0", 0);
    for (size_t i = 0; i < n; i++) {
        gn_symbol *s = gn_sheet_symbol(h->s, "eta", 1, 1, &eta[i], GN_F64);
        if (!s) return;
        end[i] = gn_hall_iterate(h, "w", w0, step, steps);
        regime[i] = gn_regime_name(gn_regime_of(eta[i] * lambda, &r[i], NULL));
        said[i] = wstar + (w0 - wstar) * pow(r[i], (double)steps);
    }
    gn_sheet_column column[] = {
        { "rate eta", "rate", NULL, eta, NULL, false },
        { "r", "r", "1 - rate*lambda", r, NULL, false },
        { "regime", NULL, NULL, NULL, regime, false },
        { "w, run", NULL, NULL, end, NULL, false },
        { "w by r^k", NULL, NULL, said, NULL, false },
    };
    gn_sheet_table(h->s, 0, caption, GN_COUNT(column), n, column);
}

void gn_museum_critical_rate(gn_hall *h)
{
    static const double eta[] = { 0.005, 0.006, 0.0075, 0.009, 0.0099, 0.01, 0.0101 };
    neuron(h, 10, 10, 0);
    gn_hall_part(h, "both limits");
    gn_hall_calc(h, "the document's", "limit_said", "1/(2*x^2)");
    gn_hall_calc(h, "right", "limit", "2/lambda");
    gn_hall_calc(h, "how far apart", "ratio", "limit/limit_said");
    gn_hall_part(h, "the proof: the neuron run at rates on both sides");
    rates(h, "2000 steps at each rate; the answer is w* = y/x", eta, GN_COUNT(eta), 2000);
    gn_hall_say(h, "From %s on to below %s every rate still arrives, where the document expects divergence: it took "
                "the rate that arrives in one step for the last one that arrives at all.",
                gn_num(GN_NUM, eta[1]), gn_hall_text(h, GN_NUM, "limit"));
}

void gn_museum_two_limits(gn_hall *h)
{
    static const double eta[] = { 0.005, 0.01 };
    neuron(h, 10, 10, 0);
    gn_hall_part(h, "the two rates that the cell and its plot disagree about");
    rates(h, "51 steps", eta, GN_COUNT(eta), 51);
    gn_hall_calc(h, "best rate, r = 0", "best", "1/lambda");
    gn_hall_calc(h, "limit, r = -1", "limit", "2/lambda");
    gn_hall_say(h, "The text of the cell is right, the line in its plot is not: it stands at %s, half the limit %s.",
                gn_hall_text(h, GN_NUM, "best"), gn_hall_text(h, GN_NUM, "limit"));
}

/* Steps until the error is a millionth, run. */
static double steps_run(gn_hall *h, const char *eta_name)
{
    double eta = gn_hall_at(h, eta_name, 0), w = gn_hall_at(h, "w0", 0);
    double wstar = gn_hall_at(h, "y", 0) / gn_hall_at(h, "x", 0), first = fabs(w - wstar);
    size_t k = 0;
    gn_sheet_symbol(h->s, "eta", 1, 1, &eta, GN_F64);
    for (; k < 1000 && fabs(w - wstar) > 1e-6 * first; k++) w = gn_hall_iterate(h, "w", w, step, 1);
    return (double)k;
}

void gn_museum_sweet_spot(gn_hall *h)
{
    neuron(h, 10, 10, 0);
    gn_hall_part(h, "both rates");
    gn_hall_calc(h, "the document's", "eta_said", "1/(4*x^2)");
    gn_hall_calc(h, "its factor a step", "r_said", "1 - eta_said*lambda");
    gn_hall_calc(h, "right", "eta_best", "1/lambda");
    gn_hall_calc(h, "its factor a step", "r_best", "1 - eta_best*lambda");
    gn_hall_part(h, "the proof: steps until a millionth of the first error is left");
    double said = steps_run(h, "eta_said"), best = steps_run(h, "eta_best");
    double told = gn_steps_to(gn_hall_at(h, "r_said", 0), 1e-6);
    gn_hall_say(h, "At %s: %s steps run, %s by theory. At %s: %s.",
                gn_hall_text(h, GN_NUM, "eta_said"),
                gn_num(GN_NUM, said), gn_num(GN_NUM, told), gn_hall_text(h, GN_NUM, "eta_best"), gn_num(GN_NUM, best));
    gn_sheet_symbol(h->s, "steps_said", 1, 1, &said, GN_F64);
    gn_sheet_symbol(h->s, "steps_best", 1, 1, &best, GN_F64);
}

static const gn_hall_column path[] = {
    { "k", "k", "0", "k_prev + 1" },
    { "w", "w", "w0", "w_prev - eta*g_prev" },
    { "y_pred", "p", NULL, "w*x" },
    { "loss", "L", NULL, "(p - y)^2" },
    { "dL/dw", "g", NULL, "2*(p - y)*x" },
};

void gn_museum_stays_the_same(gn_hall *h)
{
    neuron(h, 10, 10, 0);
    gn_hall_number(h, "eta", 0.01);
    gn_hall_calc(h, "factor a step", "r", "1 - eta*lambda");
    gn_hall_part(h, "the path");
    double last = gn_hall_path(h, "six steps", 7, GN_COUNT(path), path, 1);
    double mean = gn_hall_iterate(h, "w", gn_hall_at(h, "w0", 0), step, 1);
    gn_hall_say(h, "w goes to %s and back to %s: the error only changes its sign. What stays the same is the loss.",
                gn_num(GN_NUM, mean), gn_num(GN_NUM, last));
}

static void explosion(gn_hall *h)
{
    neuron(h, 100, 200, 1);
    gn_hall_number(h, "eta", 0.01);
    gn_hall_part(h, "the path, computed");
}

void gn_museum_second_loss(gn_hall *h)
{
    explosion(h);
    gn_hall_path(h, "the notebook's first steps", 4, GN_COUNT(path), path, 1);
    gn_hall_part(h, "both squares");
    gn_hall_number(h, "said", 3.92e8);
    gn_hall_calc(h, "right", "L1", "(20100 - 200)^2");
    gn_hall_calc(h, "relative difference", "off", "(L1 - said)/L1");
    gn_hall_say(h, "The second loss is %s; the document's figure is too small by the share %s.",
                gn_num(GN_NUM, gn_hall_at(h, "L1", 0)), gn_hall_text(h, GN_NUM, "off"));
}

void gn_museum_third_loss(gn_hall *h)
{
    explosion(h);
    double third = gn_hall_path(h, "the notebook's first steps", 3, GN_COUNT(path), path, 3);
    gn_hall_part(h, "both");
    gn_hall_number(h, "bound", 1e13);
    gn_hall_calc(h, "third loss, by r", "L2", "((w0*x - y)*(1 - eta*lambda)^2)^2");
    gn_hall_calc(h, "against the bound", "ratio", "L2/bound");
    gn_hall_say(h, "The third loss is %s, and %s times the bound is not far beyond it.",
                gn_num(GN_NUM, third),
                gn_hall_text(h, GN_NUM, "ratio"));
}

void gn_museum_factor_above_one(gn_hall *h)
{
    static const gn_hall_column factors[] = {
        { "eta", "rate", "-0.002", "rate_prev + 0.002" },
        { "r = 1 - 2*eta*x^2", "r", NULL, "1 - 2*rate*x^2" },
    };
    gn_hall_number(h, "x", 10);
    gn_hall_number(h, "eta", 0);
    gn_hall_calc(h, "at rate 0 nothing moves", "r0", "1 - 2*eta*x^2");
    gn_hall_derive(h, "slope of r in eta", "dr_deta", "1 - 2*eta*x^2", "eta");
    gn_hall_path(h, "r at rates from below 0 on", 8, GN_COUNT(factors), factors, 1);
    gn_hall_say(h, "r falls from %s with slope %s: only a negative rate, which climbs, gives r above 1. What "
                "diverges in descent has r below -1.",
                gn_hall_text(h, GN_NUM, "r0"), gn_hall_text(h, GN_NUM, "dr_deta"));
}

void gn_museum_luck(gn_hall *h)
{
    gn_hall_array(h, "x", 2, 1, (const double[]){ 1, 2 });
    gn_hall_array(h, "w0", 2, 1, (const double[]){ 1, 1 });
    gn_hall_number(h, "y", 10);
    gn_hall_number(h, "eta", 0.1);
    gn_hall_part(h, "the document's step");
    gn_hall_calc(h, "gradient", "g", "2*(dot(w0, x) - y)*x");
    gn_hall_calc(h, "update", "w1", "w0 - eta*g");
    gn_hall_calc(h, "new prediction", "p1", "dot(w1, x)");
    gn_hall_part(h, "why it arrives");
    gn_hall_calc(h, "the Hessian's eigenvalue along x", "lambda", "2*dot(x, x)");
    gn_hall_calc(h, "best rate", "eta_best", "1/lambda");
    gn_hall_calc(h, "factor a step", "r", "1 - eta*lambda");
    gn_hall_say(h, "The chosen rate %s is the best rate %s: r is %s, so any start arrives in one step.",
                gn_hall_text(h, GN_NUM, "eta"), gn_hall_text(h, GN_NUM, "eta_best"), gn_hall_text(h, GN_NUM, "r"));
}

void gn_museum_two_explosions(gn_hall *h)
{
    gn_hall_part(h, "first: the iteration diverges, because the step is too large");
    neuron(h, 100, 200, 1);
    gn_hall_number(h, "eta", 0.01);
    gn_hall_calc(h, "factor a step", "r", "1 - eta*lambda");
    gn_hall_calc(h, "limit of the rate", "limit", "2/lambda");
    gn_hall_path(h, "with the document's rate", 4, GN_COUNT(path), path, 1);
    gn_hall_part(h, "second: the gradient grows through depth, at any rate");
    gn_hall_number(h, "layers", 50);
    gn_hall_number(h, "slope", 1.5);
    gn_hall_calc(h, "49 factors of 1.5 on the way back", "grown", "slope^(layers - 1)");
    gn_hall_calc(h, "49 factors of 0.5", "shrunk", "0.5^(layers - 1)");
    gn_hall_number(h, "z", 0);
    gn_hall_derive(h, "the largest slope of a sigmoid", "sigmoid_slope", "sigmoid(z)", "z");
    gn_hall_calc(h, "ten sigmoids", "ten", "sigmoid_slope^10");
    gn_hall_say(h, "The first is cured by a rate below %s. The second is the same at every rate: it takes "
                "initialisation, normalisation or residual paths.",
                gn_hall_text(h, GN_NUM, "limit"));
}

void gn_museum_equal_floats(gn_hall *h)
{
    double x[20], eta[20], off[20];
    const char *equal[20], *banded[20];
    size_t missed = 0, found = 0;
    for (int i = 0; i < 20; i++) {
        double r, lambda;
        x[i] = 1 + 0.1 * i;
        lambda = 2 * x[i] * x[i];
        eta[i] = 1 / (x[i] * x[i]);
        gn_regime regime = gn_regime_of(eta[i] * lambda, &r, NULL);
        off[i] = 1 - 2 * eta[i] * x[i] * x[i] + 1;
        missed += off[i] != 0;
        found += regime == GN_REGIME_TWO_CYCLE;
        equal[i] = off[i] == 0 ? "yes" : "no";
        banded[i] = gn_regime_name(regime);
    }
    gn_sheet_column column[] = {
        { "x", "x", NULL, x, NULL, false },
        { "eta = 1/x^2", "eta", "1/(x*x)", eta, NULL, false },
        { "r + 1", "off", "1 - 2*eta*x*x + 1", off, NULL, false },
        { "r == -1", NULL, NULL, NULL, equal, false },
        { "with a band", NULL, NULL, NULL, banded, false },
    };
    gn_sheet_table(h->s, 0, "rates exactly at the limit, where r should be -1", GN_COUNT(column), 20, column);
    gn_hall_say(h, "Of 20 rates at the limit, == misses %zu by one rounding; the band of %d units in the last place "
                "finds %zu.",
                missed, (int)GN_REGIME_BAND_ULPS, found);
    double count[] = { (double)missed, (double)found };
    gn_sheet_symbol(h->s, "missed", 1, 1, &count[0], GN_F64);
    gn_sheet_symbol(h->s, "banded", 1, 1, &count[1], GN_F64);
}
