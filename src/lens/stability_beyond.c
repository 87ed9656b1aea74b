/* stability_beyond.c -- what the largest eigenvalue does not decide: steps that are clipped, losses that bend at kinks
 * alone, and a preconditioner that another rate would make another.
 *
 * Invariant: where lambda says nothing of the largest rate, none is printed. */
#include <math.h>

#include "stability.h"

#define SHOW(value) gn_stability_num(GN_NUM, s, (value))

static void given(gn_sheet *sheet, const char *title, const char *name, double value)
{
    gn_sheet_given(sheet, 0, title, gn_sheet_symbol(sheet, name, 1, 1, &value, GN_F64));
}

/* ---- clipping ---------------------------------------------------------------------------------------------------- */
bool gn_stability_clips(const gn_stability_ask *ask) { return ask->clip > 0 || ask->clip_norm > 0; }

/* Above the limit of a quadratic: to and fro about the minimum, of one weight between e and e - lr*clip, e in
 * [clip/lambda, lr*clip - clip/lambda]. With momentum steps add up. */
static void say_bounded(const gn_stability *s, const gn_stability_ask *ask, bool by_norm, gn_sheet *sheet)
{
    const char *bound = s->iteration.n == 1 ? by_norm ? "lr*clip_norm" : "lr*clip"
                                            : by_norm ? "lr*clip_norm/(1 - mu)" : "lr*clip/(1 - mu)";
    gn_sheet_compute(sheet, 0, false, "largest step, clipped", "step_max", bound);
    bool cycle = ask->op == GN_OPT_sgd && s->n == 1 && s->quadratic;
    gn_sheet_text(sheet, 0, "That is without the clip. With it no step moves %s by more than that%s: the run does not "
                            "grow without end. %s comes near the minimum and then goes to and fro about it, %s.",
                  s->n == 1 ? "the weight" : by_norm ? "the weights, as a vector," : "a weight",
                  s->decay > 0 ? ", decay aside" : "", s->quadratic ? "It" : "On the local model it",
                  cycle ? "in a limit cycle of that width" : "in a limit cycle of steps of up to that size");
}

void gn_stability_say_clip(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    if (!gn_stability_clips(ask) || !s->limit.known) return;
    bool by_norm = !(ask->clip > 0), grows = s->regime == GN_REGIME_DIVERGENT || s->regime == GN_REGIME_TWO_CYCLE;
    if (ask->clip > 0) given(sheet, "each slope clipped to", "clip", ask->clip);
    if (ask->clip_norm > 0) given(sheet, "gradient's norm clipped to", "clip_norm", ask->clip_norm);
    if (!grows || s->straight)
        gn_sheet_text(sheet, 0, "The clip %s; where the rate converges it leaves as it is, since near a minimum the "
                                "slopes are small.", s->clipped ? "acts here, as the slopes are large"
                                                                : "does not act here");
    else if (s->root)
        gn_sheet_text(sheet, 0, "That is without the clip, which bounds the slopes that %s is given: P is made of the "
                                "clipped ones.", gn_optimizer_table()[ask->op].name);
    else
        say_bounded(s, ask, by_norm, sheet);
}

/* ---- a loss without curvature of its own -------------------------------------------------------------------------- */
void gn_stability_say_straight(const gn_stability *s, gn_sheet *sheet)
{
    bool decay_alone = s->form.degree < 2;
    gn_sheet_text(sheet, 0, "No largest rate follows from lambda, and none is suggested: between its kinks the loss is "
                            "linear in %s, so that lambda is %s.",
                  decay_alone ? "the parameters" : "the prediction",
                  !decay_alone ? s->decay > 0 ? "of weight decay and of how layers multiply, not of the loss"
                                              : "of how layers multiply, not of the loss"
                               : "weight decay alone");
    gn_sheet_text(sheet, 0, "Near a minimum a step does not shrink with the distance left: it goes to and fro across "
                            "the kinks by about the rate times the slope beyond them. A smaller rate ends nearer; one "
                            "that falls to 0 arrives.");
    if (decay_alone && isfinite(s->limit.value) && s->eta_lambda > s->limit.value)
        gn_sheet_text(sheet, 0, "At this rate the decay alone makes it diverge.");
}

/* ---- P of another rate -------------------------------------------------------------------------------------------- */
void gn_stability_say_other_rate(const gn_stability *s, gn_sheet *sheet)
{
    if (!s->root || !(s->other_rate > 0)) return;
    const char *steps = s->warmed == 1 ? "step" : "steps";
    gn_sheet_text(sheet, 0, "Both belong to P as %zu %s at the rate %s made it.", s->warmed, steps, SHOW(s->rate));
    if (isnan(s->other_critical))
        gn_sheet_text(sheet, 0, "As many at the suggested rate lead out of the finite numbers: it is too large to "
                                "begin with.");
    else if (isfinite(s->other_critical))
        gn_sheet_text(sheet, 0, "After as many at the suggested rate P is another, and the largest rate is %s: %s.",
                      SHOW(s->other_critical),
                      s->other_critical < s->other_rate ? "the suggested one would then be too large"
                                                        : "the suggested one would still be within it");
    else
        gn_sheet_text(sheet, 0, "After as many at the suggested rate no direction curves upwards.");
    if (isfinite(s->other_loss))
        gn_sheet_text(sheet, 0, "The loss there is %s, %s the %s here%s.", SHOW(s->other_loss),
                      s->other_loss > s->loss ? "above" : "not above", SHOW(s->loss),
                      s->other_loss > s->loss ? ": a rate that does not make the error grow need not be a good one"
                                              : "");
}
