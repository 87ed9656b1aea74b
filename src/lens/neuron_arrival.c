/* neuron_arrival.c -- in how many steps a neuron arrives: predicted from the curvature where a fixed factor multiplies
 * what is left, and as the run does it; where nothing is predicted, why.
 *
 * Invariant: the prediction runs the optimiser's own iteration on each eigenvalue of the Hessian, never the neuron. */
#include "neuron_parts.h"
#include "spectrum.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MATRIX = 64 };
static const double most_steps = 1e6, most_predicted = 1e5;

/* ---- what is left to go ------------------------------------------------------------------------------------------ */

/* The first k from which on it stays arrived; `at_once`: where it cannot leave again, the run stops there; `rounded`:
 * it arrived within rounding. */
typedef struct arrival {
    double first, slope, share;
    uint64_t k;
    bool arrived, error, at_once, rounded;
    const double *curvature;        /* of each row's loss by its sum */
} arrival;

static double distance(gn_neuron *n, bool error)
{
    size_t size;
    if (error) return fabs(gn_neuron_value(n, "e", &size)[0]);
    double decay = n->spec.decay > 0 ? n->spec.decay : 0;
    double length = fabs(gn_neuron_bias_gradient(n) + decay * gn_neuron_bias(n));
    for (size_t i = 0; i < n->spec.inputs; i++)
        length = hypot(length, gn_neuron_gradient(n)[i] + decay * gn_neuron_weights(n)[i]);
    return length;
}

/* The size of the numbers whose difference is the error of the row in hand. */
static double row_size(gn_neuron *n, double y)
{
    size_t size;
    const double *x = gn_neuron_value(n, "x", &size);
    double sum = fabs(y) + fabs(gn_neuron_bias(n));
    for (size_t i = 0; i < size; i++) sum += fabs(x[i] * gn_neuron_weights(n)[i]);
    return sum;
}

/* How far rounding may move the distance: a few units in the last digits of what it is a difference of. */
static double rounding_of(const arrival *a, gn_neuron *n)
{
    const gn_neuron_spec *s = &n->spec;
    double unit = GN_REGIME_BAND_ULPS * (s->type == GN_F32 ? FLT_EPSILON : DBL_EPSILON), sum = 0;
    if (a->error) return unit * row_size(n, s->y[0]);
    for (size_t r = 0; r < s->rows; r++) {
        double length = s->has_bias;
        if (s->rows > 1) gn_neuron_row(n, r);
        for (size_t i = 0; i < s->inputs; i++) length = hypot(length, s->x[r * s->inputs + i]);
        sum += fabs(a->curvature[r]) * length * row_size(n, s->y[r]);
    }
    return unit * sum * (s->rows > 1 ? gn_neuron_factor(s) : 1);
}

/* At most the share, or above it by no more than rounding and a millionth of it. */
static bool is_inside(arrival *a, gn_neuron *n, double d)
{
    double wanted = a->share * a->first;
    if (d <= wanted) return true;
    if (!(d <= wanted * (1 + 1e-6)) || d - wanted > rounding_of(a, n)) return false;
    a->rounded = a->rounded || !a->arrived;
    return true;
}

static bool nothing_to_go(const arrival *a)
{
    return a->first == 0 || a->slope == 0 || !isfinite(a->first);
}

static gn_status watch(void *user, gn_neuron *n, uint64_t k)
{
    arrival *a = user;
    double d = distance(n, a->error);
    if (k == 0) {
        a->first = d;
        a->slope = distance(n, false);
    }
    bool inside = k > 0 ? is_inside(a, n, d) : d <= a->share * a->first;
    if (inside && !a->arrived) a->k = k;
    if (!inside) a->rounded = false;
    a->arrived = inside;
    return (inside && a->at_once) || nothing_to_go(a) ? GN_STOPPED : GN_OK;
}

/* One row whose loss is least where e = 0, and no decay that pulls away from there. */
static bool error_goes_to_0(gn_neuron_page *p)
{
    const gn_neuron *n = p->n;
    const gn_binding bound[] = { { "e", 0 } };
    const gn_formula *f;
    double slope = NAN;
    if (n->spec.rows > 1 || !n->texts.by_error || n->spec.decay > 0) return false;
    gn_status s = gn_formula_parse(&p->s->arena, n->texts.dloss, strlen(n->texts.dloss), &f);
    if (s == GN_OK) s = gn_formula_eval(n->ctx, f, bound, 1, &slope);
    if (s != GN_OK) gn_neuron_fail(p, s);
    return slope == 0;
}

/* ---- the prediction ---------------------------------------------------------------------------------------------- */

/* What is left along one eigenvector: the gradient there is lambda*w, the momentum starts at 0. */
typedef struct mode { double lambda, momentum, w; gn_iteration it; } mode;

/* One row teaches along its own input and nowhere else. */
static bool one_direction(const gn_neuron_page *p)
{
    return p->n->spec.rows == 1 && !(p->n->spec.decay > 0);
}

/* Why no number of steps can be told, or NULL. */
static const char *why_not(const gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    if (!t->linear) return t->piecewise ? "a kink may be crossed on the way" : "the curvature changes on the way";
    if (!t->limit.known) return "its step does not shrink with the slope";
    if (t->limit.preconditioned)
        return "its state changes at every step what the slope is divided by, so no fixed factor multiplies what is "
               "left";
    if (p->n->spec.clip > 0) return "a clipped step is not in proportion to the slope";
    if (!one_direction(p) && !t->hessian) return "there are too many weights for their eigenvalues";
    if (!isfinite(t->lambda)) return "the curvature is not finite";
    return NULL;
}

static double factor_of(const mode *m)
{
    return m->it.n == 1 ? fabs(m->it.matrix[0]) : m->it.spectral;
}

/* One mode an eigenvalue that is not 0; the gradient at k = 0 taken apart along the eigenvectors. */
static gn_status take_apart(gn_neuron_page *p, const double *value, const double *vector, mode *m, size_t *modes)
{
    const gn_neuron *n = p->n;
    const gn_neuron_theory *t = &p->theory;
    for (size_t i = 0; i < t->size; i++) {
        const double *v = vector + i * t->size;
        double along = 0;
        if (!(fabs(value[i]) > 1e-10 * fabs(t->lambda))) continue;
        for (size_t k = 0; k < n->spec.inputs; k++)
            along += v[k] * (gn_neuron_gradient(n)[k] + n->spec.decay * gn_neuron_weights(n)[k]);
        if (n->spec.has_bias)
            along += v[t->size - 1] * (gn_neuron_bias_gradient(n) + n->spec.decay * gn_neuron_bias(n));
        mode *one = &m[(*modes)++];
        *one = (mode){ .lambda = value[i], .w = along / value[i] };
        GN_TRY(gn_iteration_of(n->ctx, n->spec.optimizer, n->spec.hyper, n->spec.hyper[0] * value[i], &one->it));
    }
    return GN_OK;
}

static gn_status modes_of(gn_neuron_page *p, mode *m, size_t *modes)
{
    const gn_neuron_theory *t = &p->theory;
    *modes = 0;
    if (one_direction(p)) {
        m[(*modes)++] = (mode){ .lambda = t->lambda, .w = 1 / t->lambda, .it = t->iteration };
        return p->n->spec.optimizer == GN_OPT_sgd
            ? gn_iteration_of(p->n->ctx, GN_OPT_sgd, p->n->spec.hyper, t->eta_lambda, &m->it) : GN_OK;
    }
    double *vector = gn_alloc_array(p->n->ctx, t->size * (t->size + 1), sizeof *vector);
    if (!vector) return GN_NO_MEMORY;
    double *value = vector + t->size * t->size;
    gn_status s = gn_eigen_symmetric(p->n->ctx, t->size, t->hessian, value, vector);
    if (s == GN_OK) s = take_apart(p, value, vector, m, modes);
    gn_free(p->n->ctx, vector);
    return s;
}

static double length_of(const mode *m, size_t modes)
{
    double length = 0;
    for (size_t i = 0; i < modes; i++) length = hypot(length, m[i].lambda * m[i].w);
    return length;
}

static void advance(mode *m, size_t modes)
{
    for (size_t i = 0; i < modes; i++) {
        const double *a = m[i].it.matrix;
        double momentum = m[i].momentum, w = m[i].w;
        m[i].w = m[i].it.n == 1 ? a[0] * w : a[2] * momentum + a[3] * w;
        m[i].momentum = m[i].it.n == 1 ? 0 : a[0] * momentum + a[1] * w;
    }
}

/* A share that is the wanted one but for rounding counts as it. */
static double rounded_up(double share) { return share * (1 + 1e-12); }

/* The first step from which on at most `share` of the gradient is left; beyond what is looked at, by the slowest. */
static double steps_of(mode *m, size_t modes, double share, double slowest)
{
    const double long_run = gn_steps_to(slowest, rounded_up(share)), last = fmin(most_predicted, 2 * long_run + 100);
    double first = length_of(m, modes), arrived = 0;
    if (!isfinite(long_run)) return INFINITY;
    for (double k = 1; k <= last; k++) {
        if (!(length_of(m, modes) <= rounded_up(share) * first)) arrived = k;
        advance(m, modes);
    }
    return arrived < last ? arrived : long_run;
}

/* *slowest: the largest factor, of what is left of the start. */
static double predict(gn_neuron_page *p, double *slowest)
{
    mode m[MATRIX];
    size_t modes = 0;
    const gn_neuron_spec *s = &p->n->spec;
    gn_neuron_fail(p, modes_of(p, m, &modes));
    *slowest = NAN;
    if (p->s->status != GN_OK || !modes) return NAN;
    for (size_t i = 0; i < modes; i++) *slowest = fmax(isnan(*slowest) ? 0 : *slowest, factor_of(&m[i]));
    if (p->theory.regime == GN_REGIME_TWO_CYCLE) return INFINITY;
    if (modes == 1 && s->optimizer == GN_OPT_sgd)
        return gn_steps_at(p->theory.eta_lambda, rounded_up(p->show->tolerance));
    return steps_of(m, modes, p->show->tolerance, *slowest);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* A count, to its last digit where that means anything. */
static const char *steps_text(gn_neuron_page *p, double k)
{
    return gn_neuron_format(&p->s->arena, "%s", k < 1e15 ? gn_num(GN_NUM, k) : GN_SHORT(k));
}

static void say_slowest(gn_neuron_page *p, double slowest)
{
    bool several = !one_direction(p) && p->theory.size > 1;
    bool told = p->n->spec.optimizer == GN_OPT_sgd && !several;     /* with r */
    if (!(slowest < 1) || slowest == 0 || told) return;
    gn_sheet_text(p->s, 0, "in the long run %s is multiplied by %s a step, which alone takes %s steps to %s",
                  several ? "what is left along the slowest direction" : "the error", GN_SHORT(slowest),
                  steps_text(p, gn_steps_to(slowest, rounded_up(p->show->tolerance))), GN_SHORT(p->show->tolerance));
}

/* A row with a decay of its own: its rest is where the two balance, not where the gradient is 0. */
bool gn_neuron_decays_apart(const gn_neuron_spec *s)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    for (int i = 0; i < row->parameters; i++)
        if (!strcmp(row->parameter_name[i], "wd") && s->hyper[i] > 0) return true;
    return false;
}

/* Weights of 0 are where a decay pulls: is the gradient another there? */
static bool pulls_away(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    if (!gn_neuron_decays_apart(&n->spec)) return false;
    double *zero = gn_arena_alloc(&p->s->arena, n->spec.inputs, sizeof *zero);
    if (!zero) {
        gn_neuron_fail(p, GN_NO_MEMORY);
        return false;
    }
    for (size_t i = 0; i < n->spec.inputs; i++) zero[i] = 0;
    gn_neuron_set(n, zero, 0);
    gn_neuron_forward(n);
    return distance(n, false) > 0;
}

/* Beside a prediction that the run does not keep: why. */
static const char *shortfall(gn_neuron_page *p, double predicted, double watched)
{
    if (!isfinite(predicted)) return "";
    return gn_neuron_format(&p->s->arena, ", though %s were predicted: %s", steps_text(p, predicted),
                            predicted > watched ? "the run is too short" : "rounding holds it up");
}

/* Where rounding has a say in the step that is observed. */
static const char *beside_observed(gn_neuron_page *p, const arrival *a, double predicted)
{
    if (a->rounded) return ", where it is that share but for rounding";
    if (!isfinite(predicted) || predicted == (double)a->k || !a->arrived) return "";
    return rounding_of(a, p->n) > 1e-3 * a->share * a->first ? ": so small a share is not far above rounding" : "";
}

static void say_arrival(gn_neuron_page *p, const arrival *a, const char *what, double predicted, double watched)
{
    const char *share = GN_SHORT(p->show->tolerance), *seen = gn_num(GN_NUM, watched);
    unsigned long long k = (unsigned long long)a->k;
    const char *within = beside_observed(p, a, predicted);
    if (isinf(predicted) && !a->arrived)
        gn_sheet_text(p->s, 0, "the %s never comes to %s of the first: so it is predicted, and in the %s step%s "
                      "observed it did not", what, share, seen, GN_S(watched));
    else if (!a->arrived)
        gn_sheet_text(p->s, 0, "the %s does not come to %s of the first within the %s step%s observed%s", what, share,
                      seen, GN_S(watched), shortfall(p, predicted, watched));
    else if (isnan(predicted))
        gn_sheet_text(p->s, 0, "steps until the %s is %s of the first: observed %llu%s", what, share, k, within);
    else
        gn_sheet_text(p->s, 0, "steps until the %s is %s of the first: predicted %s, observed %llu%s", what, share,
                      isinf(predicted) ? "never" : gn_num(GN_NUM, predicted), k, within);
    if (!a->arrived && pulls_away(p))
        gn_sheet_text(p->s, 0, "its weight decay, beside the gradient, pulls the weights towards 0, where the gradient "
                      "is not 0");
    const char *why = why_not(p);
    if (why)
        gn_sheet_text(p->s, 0, "no number of steps is predicted for %s%s: %s",
                      p->theory.linear ? "" : "this neuron under ",
                      gn_optimizer_table()[p->n->spec.optimizer].name, why);
}

/* How far a step from the start moves a weight at most; NAN: the step is no number, as 0/0 without eps. */
static double first_move(gn_neuron *n)
{
    double most = 0;
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    gn_neuron_step(n);
    gn_neuron_advance(n);
    for (size_t i = 0; i <= n->spec.inputs; i++) {
        bool bias = i == n->spec.inputs;
        double moved = bias ? gn_neuron_bias(n) - gn_neuron_round(n, n->spec.has_bias ? n->spec.b : 0)
                            : gn_neuron_weights(n)[i] - gn_neuron_round(n, n->spec.w[i]);
        if (!(fabs(moved) <= most) && !isnan(most)) most = fabs(moved);
    }
    return most;
}

static void say_nothing_to_go(gn_neuron_page *p, const arrival *a, const char *what)
{
    const char *name = gn_optimizer_table()[p->n->spec.optimizer].name;
    const char *decay = p->n->spec.decay > 0 ? ", decay included," : "";
    double moved = first_move(p->n);
    if (a->error && a->first == 0)
        gn_sheet_text(p->s, 0, "the error is 0 at the start: it begins %s, with no way to go",
                      p->theory.lambda < 0 ? "where the slope is 0" : "at a minimum");
    if (a->error && a->first == 0 && moved > 0)
        gn_sheet_text(p->s, 0, "its weight decay, beside the gradient, moves the weights all the same");
    else if (a->slope == 0 && isnan(moved))
        gn_sheet_text(p->s, 0, "the gradient%s is 0 at the start, and a step of %s is no number there: without eps it "
                      "divides 0 by 0", decay, name);
    else if (a->error && a->first == 0) return;
    else if (a->slope == 0)
        gn_sheet_text(p->s, 0, "the gradient%s is 0 at the start: %s", decay,
                      moved > 0 ? "only the weight decay, beside the gradient, moves the weights"
                                : "no step moves the weights");
    else
        gn_sheet_text(p->s, 0, "the %s is not finite at the start: there is no share of it to come to", what);
}

/* How far the run is watched: as far as is predicted and a little more, or where nothing is predicted 10,000 steps. */
static double watched_steps(const gn_neuron_page *p, double predicted)
{
    double asked = (double)p->show->steps, more = isfinite(predicted) ? fmin(2 * predicted + 10, 1e5) : 1e4;
    gn_regime r = p->theory.regime;
    if (isinf(predicted) || r == GN_REGIME_DIVERGENT || r == GN_REGIME_TWO_CYCLE || r == GN_REGIME_STILL)
        more = asked;
    return floor(fmin(most_steps / (double)p->n->spec.rows, fmax(asked, more)));
}

void gn_neuron_show_arrival(gn_neuron_page *p)
{
    arrival a = { .share = p->show->tolerance, .error = error_goes_to_0(p),
                  .curvature = p->theory.row_curvature };
    const char *what = a.error ? "error" : p->n->spec.decay > 0 ? "gradient, decay included," : "gradient";
    double predicted = NAN, slowest = NAN;
    gn_neuron_end end;
    if (p->s->status != GN_OK) return;
    if (!why_not(p) && p->theory.lambda != 0) predicted = predict(p, &slowest);
    else if (!why_not(p)) predicted = INFINITY;
    a.at_once = isfinite(predicted) && p->n->spec.optimizer == GN_OPT_sgd;
    double steps = watched_steps(p, predicted);
    gn_status s = gn_neuron_run(p->n, (uint64_t)steps, 0, watch, &a, &end);
    if (s != GN_OK && s != GN_STOPPED) gn_neuron_fail(p, s);
    if (p->s->status != GN_OK) return;
    if (nothing_to_go(&a)) {
        say_nothing_to_go(p, &a, what);
        return;
    }
    if (isfinite(predicted)) say_slowest(p, slowest);
    say_arrival(p, &a, what, predicted, steps);
}
