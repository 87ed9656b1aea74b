/* museum_tools.c -- exhibits from well-known pages and programs: momentum, gradient checks, Adam, eigenvalues, symbols.
 *
 * Invariant: a tool's rule is run as the tool states it, beside ours. */
#include "museum_hall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../kernel/optim.h"
#include "limits.h"
#include "spectrum.h"

void gn_museum_distill(gn_hall *h)
{
    const double beta = 0.9, hyper[] = { 1, beta };
    gn_iteration it;
    gn_hall_number(h, "beta", beta);
    gn_hall_number(h, "eta", 1);
    gn_hall_number(h, "lambda", 1);
    gn_hall_part(h, "both moduli");
    gn_hall_calc(h, "the page's", "said", "2*sqrt(beta)");
    gn_hall_calc(h, "right", "modulus", "sqrt(beta)");
    gn_hall_part(h, "the proof: the iteration matrix over (v, w - w*)");
    if (h->s->status != GN_OK) return;
    gn_hall_fail(h, gn_iteration_of(h->ctx, GN_OPT_momentum, hyper, 1, &it));
    if (h->s->status != GN_OK) return;
    gn_hall_result(h, "its largest modulus, by its eigenvalues", "spectral", 1, 1, &it.spectral, "sqrt(beta)");
    gn_hall_calc(h, "its determinant is the square", "det", "beta*(1 - eta*lambda) + eta*lambda*beta");
    double left = hypot(gn_hall_iterate(h, "v", 1, "spectral*v", 100), 0);
    gn_hall_say(h, "The eigenvalues %s complex. A modulus of %s is below 1: 100 steps leave %s of an error. The "
                "page's %s would make every one of them grow.",
                it.ripples ? "are" : "are not", gn_hall_text(h, GN_NUM, "spectral"), gn_num_digits(GN_NUM, left, 3),
                gn_hall_text(h, GN_NUM, "said"));
}

void gn_museum_cs231n(gn_hall *h)
{
    gn_hall_number(h, "h", 1e-5);
    gn_hall_part(h, "as printed");
    gn_hall_number(h, "x", -1e6);
    gn_hall_calc(h, "central difference", "said", "(relu(x + h) - relu(x - h))/(2*h)");
    gn_hall_derive(h, "slope", "slope_far", "relu(x)", "x");
    gn_hall_part(h, "as meant");
    gn_hall_number(h, "x", -1e-6);
    gn_hall_calc(h, "central difference", "check", "(relu(x + h) - relu(x - h))/(2*h)");
    gn_hall_derive(h, "slope", "slope", "relu(x)", "x");
    gn_hall_number(h, "h", 1e-7);
    gn_hall_calc(h, "with a step that does not reach the kink", "check_short", "(relu(x + h) - relu(x - h))/(2*h)");
    gn_hall_say(h, "A million to the left of the kink nothing can go wrong; a millionth to the left the check says "
                "%s where the slope is %s, because x + h is on the other side.",
                gn_hall_text(h, GN_NUM, "check"), gn_hall_text(h, GN_NUM, "slope"));
}

void gn_museum_convnetjs(gn_hall *h)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[GN_OPT_adam];
    gn_hall_number(h, "lr", 0.01);
    gn_hall_number(h, "beta1", row->parameter_default[1]);
    gn_hall_number(h, "beta2", row->parameter_default[2]);
    gn_hall_number(h, "eps", row->parameter_default[3]);
    gn_hall_number(h, "g", 1);
    gn_hall_part(h, "the first step, t = 1");
    gn_hall_calc(h, "first moment", "m", "(1 - beta1)*g");
    gn_hall_calc(h, "second moment", "v", "(1 - beta2)*g*g");
    gn_hall_calc(h, "the tool multiplies", "said", "lr*m*(1 - beta1)/(sqrt(v*(1 - beta2)) + eps)");
    gn_hall_calc(h, "right: divide", "step", "lr*m/(1 - beta1)/(sqrt(v/(1 - beta2)) + eps)");
    gn_hall_calc(h, "how far apart", "ratio", "said/step");
    gn_hall_say(h, "The row of adam in the tables: %s",
                row->update);
    gn_hall_say(h, "The correction is there so that the first step has the size of the rate, %s; multiplied it is "
                "%s times as long.",
                gn_hall_text(h, GN_NUM, "lr"), gn_hall_text(h, GN_NUM, "ratio"));
}

void gn_museum_viz_epsilon(gn_hall *h)
{
    static const gn_hall_column table[] = {
        { "h", "h", "0.1", "h_prev/10" },
        { "central difference", "d", NULL, "(exp(x + h) - exp(x - h))/(2*h)" },
        { "relative error", "error", NULL, "abs(d - exact)/exact" },
    };
    gn_hall_number(h, "x", 1);
    gn_hall_derive(h, "derivative of exp(x)", "exact", "exp(x)", "x");
    gn_hall_number(h, "h_said", 1e-12);
    gn_hall_number(h, "h_ours", gn_check_step(1));
    gn_hall_part(h, "both steps");
    gn_hall_calc(h, "with the tool's", "d_said", "(exp(x + h_said) - exp(x - h_said))/(2*h_said)");
    gn_hall_calc(h, "relative error", "error_said", "abs(d_said - exact)/exact");
    gn_hall_calc(h, "with cbrt(2^-52)", "d_ours", "(exp(x + h_ours) - exp(x - h_ours))/(2*h_ours)");
    gn_hall_calc(h, "relative error", "error_ours", "abs(d_ours - exact)/exact");
    gn_hall_part(h, "the proof: every step");
    gn_hall_path(h, "too long a step bends, too short a one drowns in rounding", 12, GN_COUNT(table), table, 2);
}

/* ---- rounded on the way ----------------------------------------------------------------------------------------- */

/* As toFixed(3) makes text of a number and the next layer makes a number of the text. */
static double through_text(double value)
{
    gn_numtext room;
    double back = NAN;
    size_t used;
    const char *text = gn_num_fixed(&room, value, 3);
    gn_read_number(text, strlen(text), '.', &back, &used);
    return back;
}

void gn_museum_rounded_layers(gn_hall *h)
{
    gn_hall_number(h, "x", 0.3);
    gn_hall_number(h, "w", 0.004);
    gn_hall_part(h, "three layers a = tanh(w*a), exact");
    gn_hall_calc(h, "layer 1", "a1", "tanh(w*x)");
    gn_hall_calc(h, "layer 2, with a weight of 100", "a2", "tanh(100*a1)");
    gn_hall_calc(h, "layer 3, with a weight of 5", "a3", "tanh(5*a2)");
    gn_hall_part(h, "the tool's: each layer's output rounded to three decimals and read again");
    double r1 = through_text(gn_hall_at(h, "a1", 0));
    gn_hall_number(h, "r1", r1);
    gn_hall_calc(h, "layer 2", "c2", "tanh(100*r1)");
    double r2 = through_text(gn_hall_at(h, "c2", 0));
    gn_hall_number(h, "r2", r2);
    gn_hall_calc(h, "layer 3", "c3", "tanh(5*r2)");
    gn_hall_calc(h, "relative difference of the result", "off", "abs(c3 - a3)/a3");
    gn_hall_say(h, "Three decimals were kept, and the result is off by %s of itself: what is small at one layer is "
                "large at the next.",
                gn_hall_text(h, GN_NUM, "off"));
}

void gn_museum_playground(gn_hall *h)
{
    gn_hall_part(h, "the largest of some losses below zero");
    gn_hall_number(h, "start_said", 5e-324);
    gn_hall_number(h, "v1", -0.5);
    gn_hall_number(h, "v2", -0.2);
    gn_hall_number(h, "v3", -0.9);
    gn_hall_calc(h, "the tool's", "max_said", "max(max(max(start_said, v1), v2), v3)");
    gn_hall_calc(h, "right", "max_right", "max(max(max(-inf, v1), v2), v3)");
    gn_hall_say(h, "Number.MIN_VALUE is the smallest number above 0, not the least number.");
    gn_hall_part(h, "what one press of Step does");
    gn_hall_number(h, "rows", 200);
    gn_hall_number(h, "batch", 30);
    gn_hall_number(h, "whole", floor(gn_hall_at(h, "rows", 0) / gn_hall_at(h, "batch", 0)));
    gn_hall_calc(h, "rows beyond whole batches", "left", "rows - whole*batch");
    gn_hall_calc(h, "updates of one epoch", "updates", "whole + (left > 0)");
    gn_hall_say(h, "The tool makes %s updates at a press, and lets the %s rows left over wait for the next epoch.",
                gn_hall_text(h, GN_NUM, "whole"), gn_hall_text(h, GN_NUM, "left"));
    gn_hall_part(h, "classes learnt by squared error of tanh, at a wrong and certain answer");
    gn_hall_number(h, "z", -6);
    gn_hall_derive(h, "slope of (tanh(z) - 1)^2", "said", "(tanh(z) - 1)^2", "z");
    gn_hall_derive(h, "slope of cross-entropy", "right", "softplus(-z)", "z");
    gn_hall_say(h, "The squared error hardly pulls (%s) where cross-entropy pulls with its full strength (%s).",
                gn_hall_text(h, GN_NUM, "said"), gn_hall_text(h, GN_NUM, "right"));
}

/* ---- eigenvalues ------------------------------------------------------------------------------------------------ */

static const double two[] = { -5, 0, 0, 3 };

static gn_status two_product(void *user, const double *v, double *hv)
{
    (void)user;
    hv[0] = two[0] * v[0] + two[1] * v[1];
    hv[1] = two[2] * v[0] + two[3] * v[1];
    return GN_OK;
}

/* The largest algebraic eigenvalue by Lanczos, beside the whole spectrum. */
static void lanczos(gn_hall *h)
{
    gn_lanczos_options o = { .steps = 100, .tolerance = 1e-6, .seed = 1 };
    gn_lanczos found;
    double value[2];
    if (h->s->status != GN_OK) return;
    gn_hall_fail(h, gn_eigen_symmetric(h->ctx, 2, two, value, NULL));
    gn_hall_fail(h, gn_lanczos_run(h->ctx, 2, two_product, NULL, &o, 1, NULL, &found));
    if (h->s->status != GN_OK) return;
    gn_hall_array(h, "spectrum", 2, 1, value);
    gn_hall_result(h, "largest, by Lanczos", "largest", 1, 1, &found.largest[0].value, "spectrum'*[0, 1]");
    gn_sheet_given(h->s, 0, "its residual |H*u - lambda*u|",
                   gn_sheet_symbol(h->s, "residual", 1, 1, &found.largest[0].residual, GN_F64));
}

void gn_museum_largest_magnitude(gn_hall *h)
{
    gn_hall_array(h, "H", 2, 2, two);
    gn_hall_part(h, "both meanings of largest");
    lanczos(h);
    gn_hall_calc(h, "the other end", "least", "spectrum'*[1, 0]");
    gn_hall_calc(h, "the tool's, by magnitude", "said", "where(abs(least) > abs(largest), least, largest)");
    gn_hall_part(h, "what hangs on it: the limit of the rate");
    gn_hall_calc(h, "by the tool's", "limit_said", "2/said");
    gn_hall_calc(h, "right", "limit", "2/largest");
    gn_hall_say(h, "Without a word to the contrary the routine returns the eigenvalue of the largest magnitude, "
                "here %s. No learning rate is below %s.",
                gn_hall_text(h, GN_NUM, "said"), gn_hall_text(h, GN_NUM, "limit_said"));
}

void gn_museum_power_iteration(gn_hall *h)
{
    static const gn_hall_column power[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "u1", "u1", "0.6", "-5*u1_prev/sqrt((5*u1_prev)^2 + (3*u2_prev)^2)" },
        { "u2", "u2", "0.8", "3*u2_prev/sqrt((5*u1_prev)^2 + (3*u2_prev)^2)" },
        { "u'*H*u", "rayleigh", NULL, "-5*u1^2 + 3*u2^2" },
    };
    gn_hall_array(h, "H", 2, 2, two);
    gn_hall_part(h, "power iteration, run");
    double found = gn_hall_path(h, "from (0.6, 0.8)", 25, GN_COUNT(power), power, 3);
    gn_hall_number(h, "said", found);
    gn_hall_part(h, "Lanczos, run");
    lanczos(h);
    gn_hall_calc(h, "apart", "apart", "largest - said");
    gn_hall_say(h, "It settles at %s, the far end of the spectrum, and nothing in it notices; the largest curvature "
                "is %s.",
                gn_num_digits(GN_NUM, found, 6), gn_hall_text(h, GN_NUM, "largest"));
}

/* ---- symbols ---------------------------------------------------------------------------------------------------- */

void gn_museum_sympy_max(gn_hall *h)
{
    gn_hall_number(h, "x", 0);
    gn_hall_part(h, "relu at its kink");
    gn_hall_calc(h, "the tool's Heaviside(0)", "said", "1/2");
    gn_hall_derive(h, "ours", "slope", "relu(x)", "x");
    gn_hall_part(h, "leaky relu: Heaviside(-99*x/100)/100 + Heaviside(99*x/100) in the tool");
    gn_hall_calc(h, "the tool's at 0", "leaky_said", "(1/2)/100 + 1/2");
    gn_hall_derive(h, "ours", "leaky_slope", "leaky_relu(x)", "x");
    gn_hall_part(h, "away from the kink both agree");
    gn_hall_number(h, "x", -2);
    gn_hall_derive(h, "ours", "leaky_left", "leaky_relu(x)", "x");
    gn_hall_difference(h, "left_central", "leaky_relu(x)", "x");
    gn_hall_say(h, "At the kink a half is as good a choice as 0 or 1, and libraries differ: torch.maximum(x, 0) has a "
                "half there, torch.relu(x) has 0. With a sample at the kink the two do not take the same step, so that "
                "the rule has to be stated; here relu takes 0.");
}

void gn_museum_sympy_gamma(gn_hall *h)
{
    gn_hall_number(h, "x", 2);
    gn_hall_part(h, "what the steps do not know there, ours do");
    gn_hall_derive(h, "x^x, general power", "d_power", "x^x", "x");
    gn_hall_difference(h, "power_central", "x^x", "x");
    gn_hall_derive(h, "abs", "d_abs", "abs(x)", "x");
    gn_hall_derive(h, "max", "d_max", "max(x, 1)", "x");
    gn_hall_derive(h, "tanh", "d_tanh", "tanh(x)", "x");
    gn_hall_derive(h, "a choice", "d_where", "where(x > 1, x^2, x)", "x");
    gn_hall_calc(h, "x^x against its difference", "off", "abs(d_power - power_central)/d_power");
}
