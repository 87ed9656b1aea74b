/* neuron_rate.c -- what the curvature says of the rate, before the run: regime, best rate, limit, closed form, steps to
 * arrive; each beside what the run does.
 *
 * Invariant: what holds at the point alone is called a local estimate. */
#include "neuron_parts.h"

#include <math.h>
#include <string.h>

enum { HESSIAN_SHOWN = 6, ELEMENTS = 256 };

static const char *text_of(gn_neuron_page *p, const char *before, const char *a, const char *after)
{
    gn_text t;
    gn_text_init(&t, p->n->ctx);
    gn_text_printf(&t, "%s%s%s", before, a, after);
    const char *r = gn_text_done(&t) == GN_OK ? gn_arena_text(&p->s->arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    if (!r) gn_neuron_fail(p, GN_NO_MEMORY);
    return r ? r : "0";
}

/* before(a), simplified where it is a formula of single numbers: 2/(2*x^2) is 1/x^2. */
static const char *simple(gn_neuron_page *p, const char *before, const char *a, bool single)
{
    const gn_formula *f;
    const char *text = text_of(p, before, a, single ? ")" : "");
    if (!single || p->s->status != GN_OK) return text;
    gn_status s = gn_formula_parse(&p->s->arena, text, strlen(text), &f);
    if (s == GN_OK) s = gn_formula_simplify(&p->s->arena, f, &f);
    const char *r = s == GN_OK ? gn_neuron_print(&p->s->arena, f) : NULL;
    if (!r) gn_neuron_fail(p, s == GN_OK ? GN_NO_MEMORY : s);
    return r ? r : text;
}

static gn_symbol *one(gn_neuron_page *p, const char *name, double v)
{
    return gn_sheet_symbol(p->s, name, 1, 1, &v, GN_F64);
}

/* ---- curvature --------------------------------------------------------------------------------------------------- */

static void row_curvature(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    const gn_neuron *n = p->n;
    if (!n->texts.linear)
        gn_sheet_compute(p->s, 0, false, NULL, "d2p_dz2", n->texts.slope2);
    bool named = strstr(t->lambda_text, "d2L_dz2") != NULL;
    if (named) gn_sheet_compute(p->s, 0, false, NULL, "d2L_dz2", t->curvature_text);
    if (n->spec.inputs > 1 && t->size <= HESSIAN_SHOWN && !n->spec.has_bias && !(n->spec.decay > 0))
        gn_sheet_compute(p->s, 0, false, "Hessian", "H", text_of(p, "", named ? "d2L_dz2" : t->curvature_text,
                                                                 "*x*x'"));
    else if (t->hessian && t->size > 1 && t->size <= HESSIAN_SHOWN)
        gn_sheet_given(p->s, 0, "Hessian", gn_sheet_symbol(p->s, "H", t->size, t->size, t->hessian, GN_F64));
    gn_line *line = gn_sheet_compute(p->s, 0, false, "curvature", "lambda", t->lambda_text);
    if (line && t->size > 1) line->rule = n->spec.decay > 0 ? "the others are decay" : "the other eigenvalues are 0";
}

/* H = X~'(c .* X~) times the factor of the reduction, X~ with a column of ones for the bias. */
static void hessian_equation(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    const gn_neuron_spec *s = &p->n->spec;
    gn_symbol *h = gn_sheet_symbol(p->s, "H", t->size, t->size, t->hessian, GN_F64);
    if (s->decay > 0 || s->rows * t->size > ELEMENTS) {
        gn_sheet_given(p->s, 1, "Hessian", h);
        return;
    }
    double *x = gn_arena_alloc(&p->s->arena, s->rows * t->size, sizeof *x);
    if (!x || p->s->status != GN_OK) {
        gn_neuron_fail(p, GN_NO_MEMORY);
        return;
    }
    for (size_t r = 0; r < s->rows; r++)
        for (size_t i = 0; i < t->size; i++) x[r * t->size + i] = i < s->inputs ? s->x[r * s->inputs + i] : 1;
    gn_sheet_symbol(p->s, "X", s->rows, t->size, x, GN_F64);
    gn_sheet_symbol(p->s, "c", s->rows, 1, t->row_curvature, GN_F64);
    if (s->has_bias) gn_sheet_text(p->s, 1, "X below has a last column of ones, for the bias");
    gn_line *c = gn_sheet_given(p->s, 1, "curvature of rows", gn_sheet_find(p->s, "c"));
    if (c) c->rule = text_of(p, "d2l/dz2 = ", t->curvature_text, "");
    const char *how = !strcmp(s->reduction, "mean") ? "X'*(c.*X)/N" : !strcmp(s->reduction, "sum") ? "X'*(c.*X)"
                                                                                             : "0.5*(X'*(c.*X))";
    gn_sheet_equation(p->s, 1, false, "Hessian", h, how);
}

/* Where every row has the same curvature, no row has an input along a direction of curvature 0. Else a row without
 * curvature may still have a slope there. */
static void say_flat(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    size_t flat = gn_neuron_flat(t), below = 0;
    if (!(t->lambda > 0)) return;
    while (t->eigenvalue && below < t->size && t->eigenvalue[below] < -1e-10 * t->lambda) below++;
    if (below)
        gn_sheet_text(p->s, 0, "%zu of %zu eigenvalues %s below 0: there the loss curves downward at k = 0, "
                      "and every rate leads away", below,
                      t->size, below == 1 ? "is" : "are");
    if (!flat) return;
    double largest = fmax(fabs(t->eigenvalue[below]), fabs(t->eigenvalue[below + flat - 1]));
    bool one = flat == 1, rounding = largest <= 0x1p-46 * (double)t->size * t->lambda;
    const char *directions = one ? "a direction" : "directions";
    const char *what = !t->linear ? "along which the loss is straight at k = 0, whatever its slope there"
        : rounding ? "in which these rows teach nothing" : "in which these rows teach next to nothing";
    gn_sheet_text(p->s, 0, "%zu of %zu eigenvalues %s %s: %s %s", flat, t->size, one ? "is" : "are",
                  rounding ? "0 but for rounding" : "at most 1e-10 of the largest", directions, what);
}

static void batch_curvature(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    if (t->hessian && t->size <= HESSIAN_SHOWN) hessian_equation(p);
    if (t->eigenvalue && t->size <= 24)
        gn_sheet_given(p->s, 1, "eigenvalues", gn_sheet_symbol(p->s, "eigenvalues", t->size, 1, t->eigenvalue, GN_F64));
    gn_line *line = gn_sheet_given(p->s, 0, "curvature", one(p, "lambda", t->lambda));
    if (line) line->rule = "the largest eigenvalue of the Hessian";
    if (isfinite(t->smallest) && t->smallest > 0)
        gn_sheet_text(p->s, 0, "condition number over the eigenvalues above 0: kappa = %s/%s = %s", GN_SHORT(t->lambda),
                      GN_SHORT(t->smallest), GN_SHORT(t->lambda / t->smallest));
    say_flat(p);
}

/* ---- one step as a polynomial in w ------------------------------------------------------------------------------- */

/* The update with every formula it is made of put in: w*(1 - 2*lr*x^2) + 2*lr*x*y. The factor of w is r. */
static void step_in_w(gn_neuron_page *p)
{
    const gn_neuron *n = p->n;
    gn_arena *a = &p->s->arena;
    const gn_formula *f = NULL, *by;
    if (n->spec.inputs > 1 || n->spec.has_bias || !gn_neuron_has_closed_form(p) || p->s->status != GN_OK) return;
    gn_status s = GN_OK;
    for (size_t i = n->entries; i-- > 0 && s == GN_OK;) {
        gn_neuron_formula e = n->entry[i].shown;
        s = gn_formula_parse(a, e.text, strlen(e.text), &by);
        if (s == GN_OK && f) s = gn_formula_substitute(a, f, e.name, by, &f);
        else if (s == GN_OK && e.phase == GN_NEURON_UPDATE) f = by;
    }
    if (s == GN_OK) s = gn_formula_collect(a, f, "w", &f);
    const char *text = s == GN_OK ? gn_neuron_print(a, f) : NULL;
    if (text) gn_sheet_compute(p->s, 1, false, "one step", "w_new", text);
    else gn_neuron_fail(p, s == GN_OK ? GN_NO_MEMORY : s);
}

/* ---- regime ------------------------------------------------------------------------------------------------------ */

static const char *local(const gn_neuron_theory *t)
{
    if (t->linear) return "the loss is quadratic in the weights, so what follows holds for every step";
    return t->piecewise ? "a local estimate: exact as long as no sum z (or error) crosses a kink"
                        : "a local estimate, of the parabola that touches the loss at k = 0: the curvature changes "
                          "with the weights";
}

static bool has_slope(const gn_neuron *n)
{
    bool any = gn_neuron_bias_gradient(n) != 0;
    for (size_t i = 0; i < n->spec.inputs; i++) any = any || gn_neuron_gradient(n)[i] != 0;
    return any;
}

/* lambda is 0 only because the square of an input is too small for a number. */
static bool underflowed(const gn_neuron_page *p)
{
    const gn_neuron_spec *s = &p->n->spec;
    bool any = false;
    for (size_t i = 0; i < s->rows * s->inputs; i++)
        any = any || (s->x[i] != 0 && p->theory.row_curvature[i / s->inputs] != 0);
    return any && p->theory.lambda == 0;
}

/* A loss without curvature falls for ever, or not at all. */
static void say_still(gn_neuron_page *p)
{
    double square = gn_neuron_bias_gradient(p->n) * gn_neuron_bias_gradient(p->n);
    for (size_t i = 0; i < p->n->spec.inputs; i++) square += gn_neuron_gradient(p->n)[i] * gn_neuron_gradient(p->n)[i];
    if (!has_slope(p->n)) gn_sheet_text(p->s, 0, "and the slope is 0: no rate moves the weights");
    else if (underflowed(p))
        gn_sheet_text(p->s, 0, "that 0 is rounding: the square of the input is too small for a number of float64, so "
                      "that the slope is not 0 and yet keeps every digit; the weights move by the same step each time");
    else if (p->theory.linear && (p->n->spec.optimizer != GN_OPT_sgd || square == 0))
        gn_sheet_text(p->s, 0, "the slope never changes, so the loss falls without end: it has no minimum");
    else if (p->theory.linear)
        gn_sheet_text(p->s, 0, "the loss falls by lr*|gradient|^2 = %s at every step, without end: it has no minimum",
                      GN_SHORT(p->n->spec.hyper[0] * square));
    else if (p->theory.piecewise)
        gn_sheet_text(p->s, 0, "the slope stays as it is until a sum z or an error comes to a kink, however near that "
                      "is: until then every step %s, and beyond it the slope is another",
                      p->n->spec.optimizer == GN_OPT_sgd ? "has the same length" : "is made of the same slope");
    else
        gn_sheet_text(p->s, 0, "that is so where the run starts; where the loss is not straight the slope changes again");
}

/* "by r = -0.8 (it shrinks)"; so near to 1 that its digits do not tell, as a difference from 1. */
static void say_factor(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    bool hardly = t->r <= 1 && t->r > 1 - 5e-7, several = p->n->spec.rows > 1 || t->size > 1;
    const char *what = p->n->spec.decay > 0 ? "the distance to the minimum" : "the error";
    if (!t->linear && !t->piecewise) what = "the distance to the bottom of that parabola";
    gn_sheet_text(p->s, 0, "each step multiplies %s%s by r = %s%s; r counts as 0 or -1 within %s", what,
                  several ? " along the steepest direction" : "",
                  hardly ? text_of(p, "1 - ", GN_SHORT(t->eta_lambda), "") : GN_SHORT(t->r),
                  hardly ? " (it hardly shrinks)" : fabs(t->r) < 1 ? " (it shrinks)"
                  : t->regime == GN_REGIME_TWO_CYCLE ? "" : " (it grows)", gn_num_digits(GN_NUM, t->band, 2));
}

/* The regime is of the largest eigenvalue; the other directions of a batch have their own. */
static const char *steepest(const gn_neuron_page *p)
{
    return p->n->spec.rows > 1 && p->theory.size > 1 ? " along the steepest direction" : "";
}

static void sgd_regime(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    gn_sheet_compute(p->s, 0, false, NULL, "r", "1 - lr*lambda");
    gn_sheet_text(p->s, 0, "regime%s: %s -- %s", steepest(p), gn_regime_name(t->regime), gn_regime_says(t->regime));
    if (t->regime == GN_REGIME_STILL) say_still(p);
    else if (t->regime == GN_REGIME_ASCENDING)
        gn_sheet_text(p->s, 0, "λ is below 0: the loss curves downward here, so the slope grows on the way down, and the "
                      "stationary point it leads away from is no minimum. No rate is too large for this curvature; of "
                      "the curvature further on it says nothing");
    else say_factor(p);
    if (t->regime == GN_REGIME_ONE_STEP)
        gn_sheet_text(p->s, 0, "to land in one step is no luck: lr is the best rate itself, 1/λ");
}

/* Where the activation is flat the parabola says little: its bottom is not where the loss is small. */
static void say_saturated(gn_neuron_page *p)
{
    size_t size;
    if (p->n->texts.linear || p->n->spec.rows > 1) return;
    double slope = gn_neuron_value(p->n, "dp_dz", &size)[0];
    if (slope != 0 && fabs(slope) < GN_NEURON_SATURATED)
        gn_sheet_text(p->s, 0, "the activation is saturated, dp/dz = %s: so little of the error comes back that the "
                      "weights hardly move, and the loss stays where it is", GN_SHORT(slope));
}

static void other_regime(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    const char *name = gn_optimizer_table()[p->n->spec.optimizer].name;
    if (!t->limit.known) {
        gn_sheet_text(p->s, 0, "%s: %s", name, t->limit.about);
        return;
    }
    if (t->limit.preconditioned) {
        const char *value = GN_SHORT(t->limit.value);
        bool plain = !strcmp(value, t->limit.formula);
        gn_sheet_text(p->s, 0, "%s divides each step by its state, so λ here is not the one it feels; its limit is "
                      "lr*λ(P^-1/2 H P^-1/2) < %s%s%s, %s", name, t->limit.formula, plain ? "" : " = ",
                      plain ? "" : value, t->limit.about);
        return;
    }
    gn_sheet_text(p->s, 0, "regime%s%s: %s -- %s", steepest(p),
                  t->regime == GN_REGIME_RIPPLES ? "" : " in the long run", gn_regime_name(t->regime),
                  gn_regime_says_under(t->regime, &t->iteration));
    if (t->regime == GN_REGIME_STILL) {
        say_still(p);
        return;
    }
    gn_sheet_text(p->s, 0, "the iteration on this curvature has %s eigenvalues, %s of size %s",
                  t->iteration.ripples ? "complex" : t->iteration.twice ? "equal real" : "real",
                  t->iteration.twice ? "both" : "the largest", GN_SHORT(t->iteration.spectral));
}

static void rates(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    const gn_neuron_spec *s = &p->n->spec;
    bool single = t->lambda_text && s->inputs == 1 && t->linear;
    const char *lambda = single ? t->lambda_text : "lambda";
    if (!(t->lambda > 0) || isinf(t->lambda) || !t->limit.known || t->limit.preconditioned) return;
    if (s->optimizer == GN_OPT_sgd && t->smallest == t->lambda && s->rows == 1)
        gn_sheet_compute(p->s, 0, false, "best rate", "lr_best", simple(p, single ? "1/(" : "1/", lambda, single));
    else if (isfinite(t->best_rate) && isfinite(t->smallest)) {
        one(p, "lambda_min", t->smallest);
        gn_sheet_compute(p->s, 0, false, "best rate", "lr_best", "2/(lambda + lambda_min)");
    }
    gn_sheet_compute(p->s, 0, false, "limit", "lr_limit",
                     s->optimizer == GN_OPT_sgd ? simple(p, single ? "2/(" : "2/", lambda, single)
                                                : text_of(p, "(", t->limit.formula, ")/lambda"));
    bool on = fabs(t->eta_lambda - t->limit.value) <= t->band, below = t->eta_lambda < t->limit.value;
    const char *in_place = below ? "below: it can settle where this curvature holds"
                                 : "above: it cannot settle where this curvature holds";
    const char *verdict = on ? "on the limit: it neither converges nor diverges" : !t->linear ? in_place
        : below ? "below: it converges" : s->clip > 0 ? "above: it would diverge" : "above: it diverges";
    const char *value = GN_SHORT(t->limit.value);
    bool plain = !strcmp(value, t->limit.formula);
    gn_sheet_text(p->s, 0, "lr*λ = %s against %s%s%s; lr is %s times its limit, %s", GN_SHORT(t->eta_lambda),
                  t->limit.formula, plain ? "" : " = ", plain ? "" : value, GN_SHORT(s->hyper[0] / t->critical_rate),
                  verdict);
}

/* The same rows under each reduction: the curvature is a multiple, and so is the limit. */
static void reductions(gn_neuron_page *p)
{
    const gn_neuron_spec *s = &p->n->spec;
    double rows = (double)s->rows, sum = p->theory.critical_rate * gn_neuron_factor(s);
    if (s->rows == 1 || s->decay > 0 || !isfinite(sum) || p->theory.limit.preconditioned) return;
    gn_sheet_text(p->s, 0, "sum against mean: the limit of lr is %s for the sum over these rows, %s for half of it, "
                  "%s for "
                           "the mean; the same run under the mean takes a rate %s times that of the sum",
                  GN_SHORT(sum), GN_SHORT(2 * sum), GN_SHORT(rows * sum), GN_SHORT(rows));
}

/* ---- closed form ----------------------------------------------------------------------------------------------- */

bool gn_neuron_has_closed_form(const gn_neuron_page *p)
{
    const gn_neuron_spec *s = &p->n->spec;
    return p->theory.linear && s->rows == 1 && s->optimizer == GN_OPT_sgd && !(s->clip > 0) && !(s->decay > 0) &&
           p->theory.lambda > 0 && isfinite(p->theory.lambda);
}

/* r so near to 1, as the sheet has it from its own lr and lambda, that most digits of w_star + (w_0 - w_star)*r^k would
 * cancel. */
static bool is_slow(const gn_neuron_page *p)
{
    const gn_symbol *r = gn_sheet_find(p->s, "r");
    return r && r->value[0] > 1 - 1e-4;
}

/* Both parts of the sum for a slow run have the signs of w_0 and w_star: digits cancel where the weight crosses 0, as
 * they do in the run, and nowhere else. Elsewhere the form is the one that a person would write. */
const char *gn_neuron_closed_form(const gn_neuron_page *p)
{
    return is_slow(p) ? "w_0*r^k - w_star*expm1(k*log1p(-lr*lambda))" : "w_star + (w_0 - w_star)*r^k";
}

static void closed_form(gn_neuron_page *p)
{
    if (!gn_neuron_has_closed_form(p)) return;
    gn_sheet_symbol(p->s, "w_0", p->n->spec.inputs, 1, gn_neuron_weights(p->n), GN_F64);
    gn_sheet_compute(p->s, 0, false, "minimum", "w_star", "w_0 - dL_dw/lambda");
    if (p->n->spec.has_bias) {
        one(p, "b_0", gn_neuron_bias(p->n));
        gn_sheet_compute(p->s, 0, false, NULL, "b_star", "b_0 - dL_db/lambda");
    }
    gn_sheet_text(p->s, 0, "closed form: w_k = %s%s%s", gn_neuron_closed_form(p),
                  is_slow(p) ? ", which is w_star + (w_0 - w_star)*r^k without digits that cancel: expm1(a) is "
                                    "exp(a) - 1, log1p(a) is log(1 + a)" : "",
                  p->n->spec.inputs > 1 || p->n->spec.has_bias
                  ? "; of all weights that fit the sample, w_star is the nearest to w_0" : "");
}

void gn_neuron_show_rate(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    const gn_neuron_theory *t = &p->theory;
    gn_sheet_section(p->s, 0, "what the rate will do, seen from k = 0");
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    gn_neuron_symbols(p);
    gn_sheet_text(p->s, 0, "%s", local(t));
    say_saturated(p);
    if (n->spec.rows == 1) row_curvature(p);
    else batch_curvature(p);
    if (n->spec.clip > 0) gn_sheet_text(p->s, 0, "as long as no gradient is clipped:");
    if (n->spec.optimizer == GN_OPT_sgd) sgd_regime(p);
    else other_regime(p);
    rates(p);
    closed_form(p);
    step_in_w(p);
    reductions(p);
    gn_neuron_show_arrival(p);
}
