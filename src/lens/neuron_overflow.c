/* neuron_overflow.c -- a run that diverges, or whose numbers end: when it leaves the numbers of a precision, and why.
 *
 * Invariant: the rate is blamed where the run itself grew, not where an estimate at its start alone would have it. */
#include "neuron_parts.h"

#include <math.h>

static const char *step_text(gn_neuron_page *p, double k)
{
    return isinf(k) ? "-" : gn_neuron_format(&p->s->arena, "%llu", (unsigned long long)k);
}

/* What a growing error is predicted to do stands beside what it does; numbers that end otherwise are only observed. */
static void overflow_table(gn_neuron_page *p, const gn_neuron_overflow *o, bool predicted)
{
    enum { WHATS = 4, RUNS = 4 };
    static const char *const what[WHATS] = {"loss infinite", "gradient infinite", "weight infinite", "weight nan"};
    static const char *const title[RUNS] = {"f32 predicted", "f32 observed", "f64 predicted", "f64 observed"};
    const char *cell[RUNS][WHATS];
    size_t columns = 1;
    gn_sheet_column column[1 + RUNS] = {{.title = "first k with", .text = what}};
    for (size_t i = 0; i < RUNS; i++) {
        const double k[WHATS] = {o[i].loss, o[i].gradient, o[i].weight, o[i].nan};
        for (size_t j = 0; j < WHATS; j++) cell[i][j] = step_text(p, k[j]);
        if (i % 2 || predicted) column[columns++] = (gn_sheet_column){.title = title[i], .text = cell[i]};
    }
    gn_sheet_table(p->s, 0, "when the numbers of float32 and float64 end", columns, WHATS, column);
}

/* Overflow is looked for as far as it is predicted, or as far as the run goes. */
static gn_status observe(gn_neuron_page *p, gn_type type, gn_neuron_overflow *o)
{
    const double most = 1e6;
    GN_TRY(gn_neuron_overflow_predicted(p->shadow, type, &o[0]));
    double steps = isfinite(o[0].nan) ? o[0].nan + 2 : (double)p->show->steps;
    return gn_neuron_overflow_observed(p->n->ctx, &p->n->spec, type, (uint64_t)fmin(steps, most), &o[1]);
}

static bool is_a_step_off(const gn_neuron_overflow *predicted, const gn_neuron_overflow *observed)
{
    return predicted->on_edge && (observed->loss == predicted->loss + 1 ||
                                  observed->gradient == predicted->gradient + 1 ||
                                  observed->weight == predicted->weight + 1);
}

static void say_edge(gn_neuron_page *p, const gn_neuron_overflow *o)
{
    if (is_a_step_off(&o[0], &o[1]) || is_a_step_off(&o[2], &o[3]))
        gn_sheet_text(p->s, 0, "where a step lies between prediction and run, the predicted number is the first power "
                      "of 2 that is too large, and the run's rounding left it just below");
}

static void say_two_phenomena(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    gn_sheet_text(p->s, 0, "this is the iteration that diverges, because lr*λ = %s is above %s; a smaller rate or "
                  "input cures it. \"Exploding gradients\" are another thing: a signal multiplied by a factor a layer "
                  "on its way back through depth, at any rate. This neuron has one layer, so it has only the first.",
                  GN_SHORT(t->eta_lambda), t->limit.known ? GN_SHORT(t->limit.value) : "its limit");
}

/* The estimate at k = 0 was one of divergence, and the run left the place it is of. */
static void say_caught(gn_neuron_page *p)
{
    const gn_neuron_theory *t = &p->theory;
    gn_sheet_section(p->s, 0, "divergence, as far as it went");
    gn_sheet_text(p->s, 0, "at k = 0 lr*λ = %s is above %s, so the first steps go too far; but that λ is of the start "
                  "alone, and the run has left it: %s", GN_SHORT(t->eta_lambda), GN_SHORT(t->limit.value),
                  gn_neuron_is_stuck(p)
                      ? "it was thrown to where the activation is flat, and there it lies. No number grows, and none "
                        "comes nearer either; a rate below the limit does not overshoot so"
                      : "the loss does not grow without end");
}

/* Not finite, and not because of the rate as far as theory tells. */
static void say_other_reason(gn_neuron_page *p, const gn_neuron_overflow *observed)
{
    const gn_neuron_theory *t = &p->theory;
    const gn_neuron_overflow *o = observed;
    bool at_once = isfinite(o->nan) && o->nan == o->weight && o->loss >= o->nan && o->gradient >= o->nan;
    if (!isfinite(p->first_loss))
        gn_sheet_text(p->s, 0, "that is no doing of the rate: the loss is not finite at the start. The numbers of the "
                      "data or of the weights are too large, and scaled ones would do");
    else if (at_once)
        gn_sheet_text(p->s, 0, "that is no doing of the rate: no number became too large before, and the step itself is "
                      "no number, as 0 divided by 0 is");
    else if (!t->limit.known || t->limit.preconditioned)
        gn_sheet_text(p->s, 0, "λ says nothing of this rate under %s; the numbers themselves became too large",
                      gn_optimizer_table()[p->n->spec.optimizer].name);
    else if (!t->linear)
        gn_sheet_text(p->s, 0, "at k = 0 the rate was below its limit; the curvature grew on the way");
}

void gn_neuron_show_overflow(gn_neuron_page *p)
{
    gn_neuron_overflow o[4];
    const gn_neuron_theory *t = &p->theory;
    double loss = p->result->loss;
    bool divergent = t->regime == GN_REGIME_DIVERGENT, still = loss == p->first_loss && loss == p->loss_before;
    if (p->s->status != GN_OK || p->n->spec.clip > 0 || (isfinite(loss) && (!divergent || still))) return;
    bool grows = !isfinite(loss) || (loss > p->first_loss && loss > p->loss_before);
    if (!t->linear && (!grows || (isfinite(loss) && gn_neuron_is_stuck(p)))) {
        say_caught(p);
        return;
    }
    gn_sheet_section(p->s, 0, "%s", divergent ? "divergence" : "numbers that end");
    gn_status s = observe(p, GN_F32, &o[0]);
    if (s == GN_OK) s = observe(p, GN_F64, &o[2]);
    if (s != GN_OK) {
        gn_neuron_fail(p, s);
        return;
    }
    bool leaves = false;
    for (size_t i = 0; i < 4; i++) leaves = leaves || isfinite(o[i].loss) || isfinite(o[i].nan);
    bool told = isfinite(o[0].nan) || isfinite(o[2].nan);
    if (leaves) overflow_table(p, o, told);
    else gn_sheet_text(p->s, 0, "within these steps no number left the range of float32 or float64");
    if (told) say_edge(p, o);
    if (divergent && isfinite(p->first_loss)) say_two_phenomena(p);
    else say_other_reason(p, &o[p->n->spec.type == GN_F32 ? 1 : 3]);
}
