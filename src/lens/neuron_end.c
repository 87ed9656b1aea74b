/* neuron_end.c -- what a run came to: the curvature at its last weights, and whether anything still moves there.
 *
 * Invariant: called with the neuron at its last weights, after a forward. */
#include "neuron_parts.h"
#include "spectrum.h"

#include <math.h>

enum { MATRIX = 64 };

/* ---- under an adaptive optimiser --------------------------------------------------------------------------------- */

/* The state that makes P, of each weight and of the bias. */
static bool read_state(gn_neuron *n, double *held)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[n->spec.optimizer];
    const char *slot = row->slot_name[gn_preconditioner_slot(n->spec.optimizer)];
    size_t size;
    const char *name = gn_neuron_format(&n->arena, "%s_w", slot);
    const double *w = name ? gn_neuron_value(n, name, &size) : NULL;
    if (!w || size != n->spec.inputs) return false;
    for (size_t i = 0; i < size; i++) held[i] = w[i];
    if (!n->spec.has_bias) return true;
    name = gn_neuron_format(&n->arena, "%s_b", slot);
    const double *b = name ? gn_neuron_value(n, name, &size) : NULL;
    if (b) held[n->spec.inputs] = b[0];
    return b != NULL;
}

/* The largest eigenvalue of P^-1/2 H P^-1/2; NAN where P is not above 0. */
static gn_status felt(gn_neuron *n, const gn_neuron_theory *t, const double *held, double *out)
{
    double p[MATRIX], h[MATRIX * MATRIX], value[MATRIX];
    *out = NAN;
    GN_TRY(gn_preconditioner_of(n->ctx, n->spec.optimizer, n->spec.hyper, (double)n->step, t->size, held, p));
    for (size_t i = 0; i < t->size * t->size; i++) {
        h[i] = t->hessian[i] / sqrt(p[i / t->size] * p[i % t->size]);
        if (!isfinite(h[i])) return GN_OK;
    }
    GN_TRY(gn_eigen_symmetric(n->ctx, t->size, h, value, NULL));
    *out = value[t->size - 1];
    return GN_OK;
}

static void say_felt(gn_neuron_page *p, const gn_neuron_theory *t)
{
    gn_neuron *n = p->n;
    double held[MATRIX], lambda;
    if (!t->limit.known || !t->limit.preconditioned || !t->hessian || t->size > MATRIX || n->step == 0) return;
    if (!read_state(n, held)) return;
    gn_status s = felt(n, t, held, &lambda);
    if (s != GN_OK) gn_neuron_fail(p, s);
    if (s != GN_OK || !isfinite(lambda)) return;
    double product = n->spec.hyper[0] * lambda;
    gn_sheet_text(p->s, 0, "what %s feels at the end, k = %llu, with its state as it is there: the largest eigenvalue "
                  "of P^-1/2 H P^-1/2 is %s, so lr*λ = %s against its limit %s, %s",
                  gn_optimizer_table()[n->spec.optimizer].name, (unsigned long long)n->step, GN_SHORT(lambda),
                  GN_SHORT(product), GN_SHORT(t->limit.value), product < t->limit.value ? "below" : "above");
}

/* ---- the curvature ----------------------------------------------------------------------------------------------- */

/* Both ends of the run side by side, with the digits that are asked for. */
static void put_ends(gn_neuron_page *p, const gn_neuron_theory *t)
{
    const double k[] = {0, (double)p->n->step}, lambda[] = {p->theory.lambda, t->lambda},
                 limit[] = {p->theory.critical_rate, t->critical_rate};
    const gn_sheet_column column[] = {{.title = "k", .number = k}, {.title = "λ", .number = lambda},
                                      {.title = "lr limit", .number = limit}};
    gn_sheet_table(p->s, 0, "the curvature and the limit of the rate where the run began and where it ended, each a "
                   "local estimate", GN_COUNT(column), GN_COUNT(k), column);
    if (!(lambda[0] > 0 && lambda[1] > 0))
        gn_sheet_text(p->s, 0, "a curvature that is not above 0 limits no rate");
}

/* What the loss looks like where the run ended, and to an adaptive optimiser. */
static void say_curvature(gn_neuron_page *p)
{
    gn_neuron_theory t;
    bool adaptive = p->theory.limit.known && p->theory.limit.preconditioned;
    if ((p->theory.linear && !adaptive) || p->s->status != GN_OK) return;
    gn_status s = gn_neuron_theory_of(p->n, &t);
    if (s != GN_OK) {
        gn_neuron_fail(p, s);
        return;
    }
    if (isfinite(t.lambda) && isfinite(t.critical_rate) && p->n->step > 0) put_ends(p, &t);
    say_felt(p, &t);
    gn_neuron_theory_free(p->n, &t);
}

/* ---- dead or saturated ------------------------------------------------------------------------------------------- */

/* Rows of a batch whose error is not 0 and that teach nothing. */
static size_t dead_rows(gn_neuron *n)
{
    size_t size, dead = 0;
    for (size_t r = 0; r < n->spec.rows; r++) {
        gn_neuron_row(n, r);
        dead += gn_neuron_value(n, "dp_dz", &size)[0] == 0 && gn_neuron_value(n, "dl_dp", &size)[0] != 0;
    }
    return dead;
}

bool gn_neuron_is_stuck(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    size_t size;
    if (n->texts.linear) return false;
    if (n->spec.rows > 1) return dead_rows(n) == n->spec.rows;
    double back = gn_neuron_value(n, "dp_dz", &size)[0];
    return fabs(back) < GN_NEURON_SATURATED && gn_neuron_value(n, "dL_dp", &size)[0] != 0;
}

static void say_stuck(gn_neuron_page *p)
{
    const gn_neuron *n = p->n;
    size_t size;
    if (n->spec.rows > 1 || !gn_neuron_is_stuck(p)) return;
    double slope = gn_neuron_value(n, "dp_dz", &size)[0], z = gn_neuron_value(n, "z", &size)[0];
    bool decays = n->spec.decay > 0 || gn_neuron_decays_apart(&n->spec), plain = n->spec.optimizer == GN_OPT_sgd;
    const char *moves = plain && !decays ? "no rate moves the weights any more"
        : plain ? "only the decay moves the weights"
        : decays ? "nothing but the decay and what the optimiser has gathered moves the weights"
                 : "nothing but what the optimiser has gathered moves the weights";
    if (slope == 0)
        gn_sheet_text(p->s, 0, "at the end it is a dead unit: at z = %s the slope of the activation is 0, nothing of the "
                      "error goes back, and %s", GN_SHORT(z), moves);
    else
        gn_sheet_text(p->s, 0, "at the end it is saturated at z = %s: of the slope dL/dp = %s only the share %s goes "
                      "back, and the weights hardly move", GN_SHORT(z),
                      GN_SHORT(gn_neuron_value(n, "dL_dp", &size)[0]), GN_SHORT(slope));
}

static void say_dead_rows(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    if (n->texts.linear || n->spec.rows == 1) return;
    size_t dead = dead_rows(n);
    if (dead == n->spec.rows)
        gn_sheet_text(p->s, 0, "at the end it is a dead unit: no row sends anything back, for the slope of the "
                      "activation is 0 at each");
    else if (dead)
        gn_sheet_text(p->s, 0, "at the end %zu of %zu rows send%s nothing of the error back: the slope of the "
                      "activation is 0 there", dead, n->spec.rows, dead == 1 ? "s" : "");
}

/* Steps so small that rounding takes them away. */
static void say_unmoved(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    const gn_neuron_spec *s = &n->spec;
    double slope = fabs(gn_neuron_bias_gradient(n));
    bool moved = n->step == 0 || (s->has_bias && gn_neuron_bias(n) != gn_neuron_round(n, s->b));
    for (size_t i = 0; i < s->inputs; i++) {
        moved = moved || gn_neuron_weights(n)[i] != gn_neuron_round(n, s->w[i]);
        slope = fmax(slope, fabs(gn_neuron_gradient(n)[i]));
    }
    if (moved || !(slope > 0) || s->optimizer != GN_OPT_sgd) return;
    gn_sheet_text(p->s, 0, "no weight has moved: lr times the slope, %s, is less than the last digit of a %s of its size",
                  GN_SHORT(s->hyper[0] * slope), s->type == GN_F32 ? "float" : "double");
}

void gn_neuron_say_end(gn_neuron_page *p)
{
    say_unmoved(p);
    say_curvature(p);
    say_stuck(p);
    say_dead_rows(p);
}
