/* stability_sheet.c -- the stability report in words and equations.
 *
 * Invariant: every word follows from a number of the report; equations are computed by the sheet from the symbols it
 * shows. */
#include <float.h>
#include <math.h>
#include <string.h>
#include <string.h>

#include "stability.h"

#define SHOW(value) gn_stability_num(GN_NUM, s, (value))

const char *gn_stability_num(gn_numtext *room, const gn_stability *s, double value)
{
    return s->digits >= 17 ? gn_num(room, value) : gn_num_digits(room, value, s->digits > 0 ? s->digits : 6);
}

static void given(gn_sheet *sheet, int depth, const char *title, const char *name, double value)
{
    gn_sheet_given(sheet, depth, title, gn_sheet_symbol(sheet, name, 1, 1, &value, GN_F64));
}

/* ---- curvature --------------------------------------------------------------------------------------------------- */
/* A curvature of 0 at one point: x^4 has a minimum there, x^3 and a straight line have none. */
static void say_flat(const gn_stability *s, gn_sheet *sheet)
{
    bool everywhere = s->quadratic && !s->root;
    if (s->slope == 0)
        gn_sheet_text(sheet, 0, "Flat: no direction curves here and the gradient is 0, so the point is stationary%s.",
                      everywhere ? ", as is every other: the loss is constant"
                                 : "; whether it is a minimum, the curvature does not say");
    else if (everywhere)
        gn_sheet_text(sheet, 0, "Flat: no direction curves anywhere and the gradient is not 0, so there is no minimum "
                                "for descent to settle in.");
    else
        gn_sheet_text(sheet, 0, "Flat: no direction curves here, which says nothing of a minimum elsewhere; the "
                                "gradient is not 0, so descent moves on.");
}

/* Of a large Hessian the smallest eigenvalue is found by Lanczos or bounded by it, and only a bound below 0 decides. */
static bool curves_down(const gn_stability *s)
{
    double least = s->n < 2 ? s->lambda : s->smallest;
    return least < -1e-10 * fabs(s->lambda);
}

static void say_lowest(const gn_stability *s, gn_sheet *sheet)
{
    if (s->values || s->n < 2 || curves_down(s)) return;
    if (s->eigen.smallest_converged)
        gn_sheet_text(sheet, 0, "No direction was found that curves downwards.");
    else
        gn_sheet_text(sheet, 0, "The smallest did not converge: whether some direction curves downwards is not known.");
}

/* Is the gradient 0 as far as rounding lets it be? At weights that are rounded a curvature makes a slope of them. The
 * slope is of the loss alone, so that the pull of decay is added at its full size. */
static bool stationary(const gn_stability *s)
{
    double curvature = s->root ? fabs(s->found.largest[0].value) : fmax(fabs(s->lambda), fabs(s->smallest)), size = 0;
    for (size_t i = 0; i < s->n; i++) size = hypot(size, s->at[i]);
    return s->slope + s->decay * size <= GN_REGIME_BAND_ULPS * DBL_EPSILON * curvature * fmax(1, size);
}

/* No direction curves upwards and one curves downwards. */
static void say_concave(const gn_stability *s, gn_sheet *sheet)
{
    if (s->quadratic && !s->root)
        gn_sheet_text(sheet, 0, "No direction curves upwards, here or elsewhere: there is no minimum for descent to "
                                "settle in.");
    else if (s->form.pieces && s->form.degree <= 2 && !s->root)
        gn_sheet_text(sheet, 0, "No direction curves upwards here: there is no minimum in this region, up to the next "
                                "kink, for descent to settle in.");
    else if (stationary(s) && s->lambda < 0)
        gn_sheet_text(sheet, 0, "A maximum: the gradient is 0 here and every direction curves downwards. Descent from "
                                "beside it leaves at any rate; a run from exactly here stays.");
    else
        gn_sheet_text(sheet, 0, "No direction curves upwards here, so this is no place to settle in; %s",
                      stationary(s) ? "the gradient is 0, and a run from exactly here stays all the same."
                                    : "where the slope leads, and whether a minimum lies there, the curvature here "
                                      "does not say.");
}

/* A saddle is a point where the gradient is 0. Elsewhere a direction that curves downwards is negative curvature, and
 * of what lies ahead it says nothing, unless the curvature is the same everywhere. */
static void say_downwards(const gn_stability *s, gn_sheet *sheet)
{
    if (stationary(s))
        gn_sheet_text(sheet, 0, "A saddle: the gradient is 0 here, and along the direction of the smallest eigenvalue "
                                "the loss curves downwards. Descent from beside it leaves along that direction at any "
                                "rate; a run from exactly here stays.");
    else if (s->quadratic && !s->root)
        gn_sheet_text(sheet, 0, "Negative curvature, everywhere: along the direction of the smallest eigenvalue the "
                                "loss falls without end, so it has no minimum. Descent leaves along it at any rate, "
                                "unless the slope along it is exactly 0 where it starts.");
    else
        gn_sheet_text(sheet, 0, "Negative curvature: along the direction of the smallest eigenvalue the loss curves "
                                "downwards here. The gradient is not 0, so this is no saddle; how far that direction "
                                "goes down, the curvature here does not say.");
}

static void say_curvature(const gn_stability *s, gn_sheet *sheet)
{
    if (s->values ? s->zeros == s->values : s->lambda == 0 && s->smallest == 0) {
        say_flat(s, sheet);
        return;
    }
    if (s->lambda <= 0) say_concave(s, sheet);
    else if (curves_down(s)) say_downwards(s, sheet);
    say_lowest(s, sheet);
    if (s->values && s->zeros)
        gn_sheet_text(sheet, 1,
                      "%zu of %zu eigenvalues %s 0 within rounding: along %s the gradient does not change.", s->zeros,
                      s->values, s->zeros == 1 ? "is" : "are", s->zeros == 1 ? "its direction" : "those directions");
    if (s->blind > 0.5)
        gn_sheet_text(sheet, 0, "The direction of lambda is of parameters whose slope has been 0 at every step, so "
                                "that P is eps there: lambda speaks of steps whose slopes are below eps, not of "
                                "larger ones.");
}

static void largest_table(const gn_stability *s, gn_sheet *sheet)
{
    double k[16], value[16], residual[16];
    size_t top = s->eigen.top;
    if (top < 2) return;
    for (size_t i = 0; i < top; i++) {
        k[i] = (double)(i + 1);
        value[i] = s->eigen.largest[i].value;
        residual[i] = s->eigen.largest[i].residual;
    }
    const gn_sheet_column column[] = { { .title = "k", .number = k }, { .title = "eigenvalue", .number = value },
                                       { .title = "residual", .number = residual } };
    gn_sheet_table(sheet, 0, "the largest eigenvalues, by Lanczos", 3, top, column);
}

static void spectrum_table(const gn_stability *s, bool asked, gn_sheet *sheet)
{
    double trace = 0, squares = 0;
    if (!s->values) return;
    double *k = gn_arena_alloc(&sheet->arena, s->values, sizeof *k);
    double *value = gn_arena_alloc(&sheet->arena, s->values, sizeof *value);
    if (!k || !value) {
        sheet->status = GN_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < s->values; i++) {
        k[i] = (double)(i + 1);
        value[i] = s->value[s->values - 1 - i];
        trace += value[i];
        squares += value[i] * value[i];
    }
    const gn_sheet_column column[] = { { .title = "k", .number = k }, { .title = "eigenvalue", .number = value } };
    int depth = asked || s->values <= 6 ? 0 : 2;
    if (s->values > 1) gn_sheet_table(sheet, depth, "all eigenvalues", 2, s->values, column);
    given(sheet, asked ? 0 : 2, "sum", "trace", trace);
    given(sheet, asked ? 0 : 2, "norm", "frobenius", sqrt(squares));
}

enum { BINS = 16, BAR = 30 };

typedef struct histogram {
    double from[BINS], to[BINS], share[BINS];
    const char *bar[BINS];
} histogram;

static void fill_histogram(const gn_density *d, histogram *h)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < d->n; i++) {
        if (d->weight[i] <= 0) continue;
        lo = fmin(lo, d->value[i]);
        hi = fmax(hi, d->value[i]);
    }
    double width = (hi - lo) / BINS;
    for (int b = 0; b < BINS; b++) {
        h->from[b] = lo + b * width;
        h->to[b] = b + 1 < BINS ? lo + (b + 1) * width : hi;
        h->share[b] = 0;
    }
    for (size_t i = 0; i < d->n; i++) {
        double place = width > 0 ? (d->value[i] - lo) / width : 0;
        int b = place < 0 ? 0 : place >= BINS ? BINS - 1 : (int)place;
        h->share[b] += d->weight[i];
    }
}

static void density_table(const gn_stability *s, gn_sheet *sheet)
{
    static const char full[] = "##############################";
    histogram h;
    if (!s->has_density) return;
    const gn_density *d = &s->density;
    given(sheet, 0, "estimate", "trace_estimate", d->trace);
    given(sheet, 0, "standard error", "trace_error", d->trace_error);
    fill_histogram(d, &h);
    size_t bins = h.from[0] < h.to[0] ? BINS : 1;   /* all in one place */
    for (int b = 0; b < BINS; b++) {
        size_t length = (size_t)(BAR * h.share[b] + 0.5);
        if (length == 0 && h.share[b] > 1e-6) length = 1;
        h.bar[b] = gn_arena_text(&sheet->arena, full, length < BAR ? length : BAR);
        if (!h.bar[b]) sheet->status = GN_NO_MEMORY;
    }
    if (sheet->status != GN_OK) return;
    const gn_sheet_column column[] = { { .title = "from", .number = h.from }, { .title = "to", .number = h.to },
                                       { .title = "share", .number = h.share }, { .title = "", .text = h.bar } };
    gn_sheet_table(sheet, 0, "density of the eigenvalues, by stochastic Lanczos quadrature", 4, bins, column);
}

/* Of an adaptive optimiser: what was found, before P is made by going on. */
static void as_found(const gn_stability *s, gn_sheet *sheet)
{
    if (!s->root) return;
    gn_sheet_section(sheet, 0, "curvature as found: H, before any step");
    gn_sheet_text(sheet, 0, "%zu parameter%s; loss %s, gradient norm %s", s->n, s->n == 1 ? "" : "s",
                  SHOW(s->found_loss), SHOW(s->found_slope));
    given(sheet, 0, "largest eigenvalue", "lambda_found", s->found.largest[0].value);
    gn_sheet_text(sheet, 0, "Lanczos: residual %s after %zu product%s%s; of the loss alone, without weight decay",
                  gn_num_digits(GN_NUM, s->found.largest[0].residual, 2), s->found.steps,
                  s->found.steps == 1 ? "" : "s", s->found.converged ? "" : ", not converged");
}

static void say_preconditioner(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    if (!s->root) return;
    const gn_optimizer_row *row = &gn_optimizer_table()[ask->op];
    gn_sheet_text(sheet, 0,
                  "P is what %s divides its step by, made from its memory %s: held as it is after %zu steps from the "
                            "point above, which began without memory. H is taken where they end.", row->name,
                  row->slot_name[gn_preconditioner_slot(ask->op)], s->warmed);
}

/* A Ritz value is never below the smallest eigenvalue: what has not converged is a bound, and is named as one. */
static void put_smallest(const gn_stability *s, gn_sheet *sheet)
{
    if (s->n < 2) return;
    bool known = s->values || s->eigen.smallest_converged;
    given(sheet, 0, known ? "smallest eigenvalue" : "smallest, at most", known ? "lambda_min" : "lambda_min_bound",
          s->smallest);
    if (!s->values)
        gn_sheet_text(sheet, 0, "Lanczos: residual %s after %zu products%s",
                      gn_num_digits(GN_NUM, s->eigen.smallest.residual, 2), s->eigen.steps,
                      known ? "" : "; not converged: the smallest may be lower");
}

static void curvature(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    gn_sheet_section(sheet, 0, s->root ? "curvature, as the optimiser feels it: P^-1/2 H P^-1/2" : "curvature");
    say_preconditioner(s, ask, sheet);
    gn_sheet_text(sheet, 0, "%zu parameter%s; loss %s, gradient norm %s", s->n, s->n == 1 ? "" : "s", SHOW(s->loss),
                  SHOW(s->slope));
    given(sheet, 0, "largest eigenvalue", "lambda", s->lambda);
    gn_sheet_text(sheet, 0, "Lanczos: residual %s after %zu product%s%s",
                  gn_num_digits(GN_NUM, s->eigen.largest[0].residual, 2),
                  s->eigen.steps, s->eigen.steps == 1 ? "" : "s",
                  s->eigen.converged ? "" : "; not converged: the largest may be a little larger");
    put_smallest(s, sheet);
    largest_table(s, sheet);
    spectrum_table(s, ask->spectrum, sheet);
    density_table(s, sheet);
    say_curvature(s, sheet);
}

/* ---- the limit --------------------------------------------------------------------------------------------------- */
static void put_hyper(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[ask->op];
    for (int i = 0; i < row->parameters; i++)
        given(sheet, 0, i == 0 ? row->name : NULL, row->parameter_name[i], ask->hyper[i]);
    double decay = ask->hyper[row->parameters + 1];
    if (decay > 0 && s->root)
        gn_sheet_text(sheet, 0, "Weight decay is part of lambda: %s on the diagonal of H%s.", SHOW(decay),
                      s->stills ? ", save at parameters without a slope" : "");
    else if (decay > 0)
        gn_sheet_text(sheet, 0, "Weight decay adds %s to every eigenvalue; it is part of lambda.", SHOW(decay));
}

/* What a regime is said of where the loss is not a quadratic everywhere. */
static const char *model_of(const gn_stability *s)
{
    if (s->root || s->form.degree > 2) return "On the local quadratic model";
    return s->quadratic ? NULL : s->form.degree < 2 ? "In this region" : "On the quadratic model of this region";
}

/* What two eigenvalues do to the error, in numbers. */
static void say_two(const gn_stability *s, gn_sheet *sheet)
{
    const gn_iteration *it = &s->iteration;
    double settles = gn_iteration_settles(it);
    bool first = it->re[0] < it->re[1];
    if (it->spectral == 0)
        gn_sheet_text(sheet, 0, "Both eigenvalues of the iteration are 0.");
    else if (s->regime == GN_REGIME_TWO_CYCLE)
        gn_sheet_text(sheet, 0, "The iteration's eigenvalues are -1 and %s: from a start without momentum the error "
                                "%s %s times the first one, on the other side after each step.",
                      SHOW(it->re[first]), settles > 1 + 1e-9 ? "grows towards" : "stays at", SHOW(settles));
    else
        gn_sheet_text(sheet, 0, "In the end a step multiplies the error by %s%s.", SHOW(it->spectral),
                      it->ripples ? ", in ripples: the iteration's eigenvalues are complex"
                      : it->twice ? ": critical damping, the iteration's eigenvalues are real and equal" : "");
}

static void say_regime(const gn_stability *s, gn_sheet *sheet)
{
    const gn_iteration *it = &s->iteration;
    const char *says = gn_regime_says_under(s->regime, it);
    if (s->regime == GN_REGIME_STILL && s->lambda != 0)
        says = "at this rate a step changes the error by less than rounding does";
    const char *along = s->n > 1 ? " along the direction of lambda" : "", *model = model_of(s);
    if (model)
        gn_sheet_text(sheet, 0, "Regime%s: %s. %s %s.", along, gn_regime_name(s->regime), model, says);
    else
        gn_sheet_text(sheet, 0, "Regime%s: %s. %c%s.", along, gn_regime_name(s->regime), says[0] - 'a' + 'A', says + 1);
    if (it->n == 2 && s->regime != GN_REGIME_STILL) say_two(s, sheet);
    gn_sheet_text(sheet, 1, "The limit counts as reached within %s, %d units in the last place.",
                  gn_num_digits(GN_NUM, s->band, 3), GN_REGIME_BAND_ULPS);
}

/* Only for plain gradient descent is the best fixed rate this one. With eigenvalues of 0, which no rate moves along,
 * the smallest above 0 decides. */
static void best_rate(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    if (ask->op != GN_OPT_sgd || !(s->least_positive > 0) || s->smallest < -1e-10 * s->lambda) return;
    if (s->lambda - s->least_positive <= 1e-10 * s->lambda) {
        gn_sheet_compute(sheet, 0, false, "one step at", "lr_best", "1/lambda");
        return;
    }
    if (s->zeros) given(sheet, 0, "smallest above 0", "lambda_least", s->least_positive);
    const char *kappa = s->zeros ? "lambda/lambda_least" : "lambda/lambda_min";
    gn_sheet_compute(sheet, 0, false, "best fixed rate", "lr_best",
                     s->zeros ? "2/(lambda + lambda_least)" : "2/(lambda + lambda_min)");
    gn_sheet_compute(sheet, 0, false, "condition", "kappa", kappa);
    gn_sheet_compute(sheet, 0, false, "error a step then", "r_best", "(kappa - 1)/(kappa + 1)");
    gn_sheet_compute(sheet, 1, false, "best with momentum", "mu_best", "((sqrt(kappa) - 1)/(sqrt(kappa) + 1))^2");
    gn_sheet_compute(sheet, 1, false, "its rate", "lr_momentum", s->zeros ? "(2/(sqrt(lambda) + sqrt(lambda_least)))^2"
                                                                          : "(2/(sqrt(lambda) + sqrt(lambda_min)))^2");
    gn_sheet_compute(sheet, 1, false, "error a step then", "r_momentum", "(sqrt(kappa) - 1)/(sqrt(kappa) + 1)");
}

static void say_where(const gn_stability *s, gn_sheet *sheet)
{
    static const char *const degree[] = { "constant", "linear", "quadratic" };
    if (s->quadratic && !s->root)
        gn_sheet_text(sheet, 0, "The loss is %s: what is said here holds everywhere.", degree[s->form.degree]);
    else if (s->form.degree <= 2 && !s->root)
        gn_sheet_text(sheet, 0, "The loss is piecewise %s: what is said here holds in this region, up to the next "
                                "kink.", degree[s->form.degree]);
    else
        gn_sheet_text(sheet, 0,
                      "A local estimate: the loss is not %squadratic%s, so lambda holds at this point and changes "
                                "along the way.", s->varies || s->root ? "" : "proved to be ",
                      s->root ? " to this optimiser" : "");
    if (s->on_kink)
        gn_sheet_text(sheet, 0, "The point lies on a kink: its slope is the one that is chosen there, and the "
                                "curvature that of one side.");
}

static void limits(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    gn_sheet_section(sheet, 0, "the limit of %s", gn_optimizer_table()[ask->op].name);
    put_hyper(s, ask, sheet);
    if (!s->limit.known) {
        gn_sheet_text(sheet, 0, "No limit is known: %s.", s->limit.about);
        return;
    }
    gn_sheet_compute(sheet, 0, false, "most lr*lambda", "limit", s->limit.formula);
    gn_sheet_text(sheet, 2, "Assumed: %s.", s->limit.about);
    gn_sheet_compute(sheet, 0, false, "here", "lr_lambda", "lr*lambda");
    if (s->straight) {
        gn_stability_say_straight(s, sheet);
        gn_stability_say_clip(s, ask, sheet);
        say_where(s, sheet);
        return;
    }
    if (s->iteration.n == 1) gn_sheet_compute(sheet, 0, false, "error a step", "r", "1 - lr*lambda");
    if (s->lambda > 0) {
        bool apart = strcmp(s->limit.rate, "limit/lambda") == 0;   /* else the limit moves with the rate */
        if (apart) gn_sheet_compute(sheet, 0, false, "share of the limit", "share", "lr_lambda/limit");
        gn_sheet_compute(sheet, 0, false, "largest rate", "lr_limit", s->limit.rate);
        if (!apart) gn_sheet_compute(sheet, 0, false, "share of that rate", "share", "lr/lr_limit");
        gn_sheet_compute(sheet, 0, false, "suggested", "lr_suggested", "0.9*lr_limit");
        gn_stability_say_other_rate(s, sheet);
        best_rate(s, ask, sheet);
    }
    say_regime(s, sheet);
    gn_stability_say_clip(s, ask, sheet);
    say_where(s, sheet);
}

/* ---- measured ---------------------------------------------------------------------------------------------------- */
static const char *why_they_differ(const gn_stability *s)
{
    if (s->on_kink) return "as the two runs begin on either side of a kink";
    if (s->form.pieces && s->form.degree <= 2) return "as a kink is crossed on the way";
    if (s->root) return "as P or the curvature does not stay as it was";
    return s->quadratic ? "by rounding" : "as the curvature changes along the way";
}

static void say_agreement(const gn_stability *s, gn_sheet *sheet)
{
    double m = s->measured_factor, p = s->predicted_factor;
    if (isfinite(m))
        gn_sheet_text(sheet, 0, "Over %zu step%s each multiplied the distance by %s on average; theory says %s.",
                      s->steps, s->steps == 1 ? "" : "s", SHOW(m),
                      isfinite(p) ? SHOW(p) : "nothing of this optimiser");
    if (s->limit.known && s->farthest_by <= GN_STABILITY_AGREES)
        gn_sheet_text(sheet, 0, "Every row is within %g %% of theory%s: they agree.", 100 * GN_STABILITY_AGREES,
                      s->blurred ? ", rounding aside" : "");
    else if (s->limit.known)
        gn_sheet_text(sheet, 0, "At k = %zu they are furthest apart, %s against %s: they differ, %s.", s->farthest,
                      SHOW(s->measured[s->farthest]), SHOW(s->predicted[s->farthest]), why_they_differ(s));
    if (s->losses[s->steps] > s->losses[0])
        gn_sheet_text(sheet, 0, "The loss rose, from %s to %s.", SHOW(s->losses[0]), SHOW(s->losses[s->steps]));
}

static void beside(const gn_stability *s, const gn_stability_ask *ask, gn_sheet *sheet)
{
    size_t rows = s->steps + 1;
    if (s->steps == 0) return;
    double *k = gn_arena_alloc(&sheet->arena, rows, sizeof *k);
    if (!k) {
        sheet->status = GN_NO_MEMORY;
        return;
    }
    for (size_t i = 0; i < rows; i++) k[i] = (double)i;
    gn_sheet_section(sheet, 0, "measured beside theory");
    gn_sheet_text(sheet, 0, "Two runs from here, one started %s further along the direction of the largest eigenvalue: "
                            "their distance along it%s%s.", gn_num_digits(GN_NUM, s->moved, 3),
                  s->root ? ", in the optimiser's own measure" : "",
                  gn_stability_clips(ask) ? "; no slope is clipped" : "");
    const gn_sheet_column column[] = { { .title = "k", .number = k }, { .title = "loss", .number = s->losses },
                                       { .title = "distance", .number = s->measured },
                                       { .title = "by theory", .number = s->predicted } };
    gn_sheet_table(sheet, 0, NULL, s->limit.known ? 4 : 3, rows, column);
    say_agreement(s, sheet);
}

void gn_stability_sheet(const gn_stability *s, const gn_stability_ask *ask, const gn_scaling *scaling,
                        bool exact_scaling, gn_sheet *sheet)
{
    gn_sheet_fact(sheet,
                  "float64; exact Hessian products; Lanczos with full re-orthogonalisation from a start by seed %llu",
                  (unsigned long long)ask->seed);
    as_found(s, sheet);
    curvature(s, ask, sheet);
    limits(s, ask, sheet);
    beside(s, ask, sheet);
    gn_scaling_sheet(s, scaling, exact_scaling, sheet);
}
