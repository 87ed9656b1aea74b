/* stability.c -- the figures of a stability report: eigenvalues, limit, regime, and the optimiser run beside theory.
 *
 * Invariant: nothing is said of a direction that was not computed: a smallest eigenvalue is that of Lanczos or of the
 * whole spectrum, and the report says which. */
#include "stability.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../base/random.h"

void gn_stability_defaults(gn_stability_ask *ask)
{
    *ask = (gn_stability_ask){ .op = GN_OPT_sgd, .top = 1, .seed = 1, .tolerance = 1e-5, .products = 120, .lowest = 300,
                               .measured = 12, .warm = 100 };
    const gn_optimizer_row *row = &gn_optimizer_table()[ask->op];
    for (int i = 0; i < row->parameters; i++) ask->hyper[i] = row->parameter_default[i];
}

enum { NUMBERS_KEPT = 20000000 };   /* by Lanczos while it looks for the smallest eigenvalue */

typedef struct study {
    gn_stability *s;
    gn_objective *o;
    const gn_stability_ask *ask;
    gn_walk here;               /* the optimiser at the point */
    gn_curvature curvature;
    const double *memory;       /* (n), with P: what it is made from */
} study;

static double *take(gn_stability *s, size_t count) { return gn_arena_alloc(&s->arena, count + 1, sizeof(double)); }

static double norm(size_t n, const double *x)
{
    double largest = 0, sum = 0;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(x[i]));
    if (largest == 0 || !isfinite(largest)) return largest;
    for (size_t i = 0; i < n; i++) sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

/* ---- the point --------------------------------------------------------------------------------------------------- */
static gn_status take_slope(study *y, double *loss, double *slope)
{
    gn_stability *s = y->s;
    GN_TRY(gn_objective_gradient(y->o, s->at, loss, y->here.g));
    *slope = norm(s->n, y->here.g);
    if (isfinite(*loss) && isfinite(*slope)) return GN_OK;
    if (y->here.t) {
        gn_fail(s->ctx, GN_E_EIGEN, "the loss is %s and its gradient %s after the %zu steps that make P",
                gn_num(GN_NUM, *loss), gn_num(GN_NUM, *slope), s->warmed);
        return gn_hint(s->ctx, "they diverged: try a smaller --lr, or --optimizer sgd, which needs no P");
    }
    gn_fail(s->ctx, GN_E_EIGEN, "the loss is %s and its gradient %s here: there is no curvature to speak of",
            gn_num(GN_NUM, *loss), gn_num(GN_NUM, *slope));
    return gn_hint(s->ctx, "look at another point; where a loss is too large, scale inputs and targets");
}

/* Where P is of the gradients so far, some steps are walked first, and the curvature is taken where they end. */
static gn_status walk_to_point(study *y)
{
    gn_stability *s = y->s;
    for (size_t i = 0; i < s->warmed; i++) {
        if (gn_stop_requested(s->ctx)) return gn_fail(s->ctx, GN_E_STOPPED, "stopped after %zu steps", i);
        GN_TRY(gn_walk_step(&y->here));
    }
    return GN_OK;
}

/* The loss's own curvature at a point, before any P and any decay. */
static gn_status look_where_found(study *y)
{
    gn_stability *s = y->s;
    gn_curvature plain = { .of = y->o, .at = s->at };
    const gn_lanczos_options o = { .steps = y->ask->products, .tolerance = y->ask->tolerance, .seed = y->ask->seed };
    GN_TRY(take_slope(y, &s->found_loss, &s->found_slope));
    return gn_lanczos_run(s->ctx, s->n, gn_curvature_product, &plain, &o, 1, NULL, &s->found);
}

/* A parameter without a slope, such as the bias of a unit that is never on, does not move the loss. Its P is eps alone,
 * or what decay left there; decay divided by that would be an eigenvalue of nothing that is trained. */
static gn_status find_still(study *y)
{
    gn_stability *s = y->s;
    s->still = gn_arena_alloc(&s->arena, s->n + 1, sizeof *s->still);
    if (!s->still) return GN_NO_MEMORY;
    for (size_t i = 0; i < s->n; i++) s->stills += s->still[i] = y->here.g[i] == 0;
    y->curvature.still = s->still;
    return GN_OK;
}

/* Does the clip act at the point? Beside theory nothing is clipped. */
static void note_clip(study *y)
{
    double largest = 0;
    for (size_t i = 0; i < y->s->n; i++) largest = fmax(largest, fabs(y->here.g[i]));
    y->s->clipped = (y->ask->clip > 0 && largest > y->ask->clip) ||
                    (y->ask->clip_norm > 0 && y->s->slope > y->ask->clip_norm);
    y->here.clip = y->here.clip_norm = 0;
}

static gn_status reach_point(study *y)
{
    gn_stability *s = y->s;
    const gn_stability_ask *a = y->ask;
    int held = s->limit.known ? gn_preconditioner_slot(a->op) : -1;
    s->warmed = held >= 0 ? (a->warm ? a->warm : 1) : 0;
    memcpy(s->at, y->here.w, s->n * sizeof *s->at);
    if (held >= 0) GN_TRY(look_where_found(y));
    GN_TRY(walk_to_point(y));
    memcpy(s->at, y->here.w, s->n * sizeof *s->at);
    GN_TRY(take_slope(y, &s->loss, &s->slope));
    note_clip(y);
    if (held < 0) return GN_OK;
    GN_TRY(find_still(y));
    s->root = take(s, s->n);
    y->curvature.room = take(s, s->n);
    if (!s->root || !y->curvature.room) return GN_NO_MEMORY;
    GN_TRY(gn_preconditioner_of(s->ctx, a->op, a->hyper, (double)y->here.t, s->n, y->here.slot[held], s->root));
    for (size_t i = 0; i < s->n; i++) s->root[i] = sqrt(fmax(s->root[i], DBL_MIN));
    y->memory = y->here.slot[held];
    y->curvature.root = s->root;
    return GN_OK;
}

/* ---- eigenvalues ------------------------------------------------------------------------------------------------- */
static gn_status whole_spectrum(study *y)
{
    gn_stability *s = y->s;
    size_t n = s->n;
    double *h = gn_alloc_array(s->ctx, n, n * sizeof *h), *unit = gn_calloc(s->ctx, n + 1, sizeof *unit);
    gn_status status = h && unit ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; status == GN_OK && i < n; i++) {
        unit[i] = 1;
        status = gn_curvature_product(&y->curvature, unit, h + i * n);
        unit[i] = 0;
    }
    s->value = take(s, n);
    if (!s->value) status = GN_NO_MEMORY;
    if (status == GN_OK) status = gn_eigen_symmetric(s->ctx, n, h, s->value, NULL);
    if (status == GN_OK) s->values = n;
    gn_free(s->ctx, h);
    gn_free(s->ctx, unit);
    return status;
}

static void read_spectrum(gn_stability *s)
{
    double zero = 1e-10 * fmax(fabs(s->value[0]), fabs(s->value[s->n - 1]));
    s->smallest = s->value[0];
    for (size_t i = s->values; i-- > 0;) {
        if (fabs(s->value[i]) <= zero) s->zeros++;
        else if (s->value[i] > 0) s->least_positive = s->value[i];
    }
}

/* The largest converges soon; the smallest lies among many near 0 and takes more, as long as the vectors that are kept
 * stay within some memory. */
static size_t products_for_smallest(const gn_stability_ask *a, size_t n)
{
    size_t most = NUMBERS_KEPT / n;
    if (most > a->lowest) most = a->lowest;
    return most > 2 ? most : 2;
}

static gn_status eigenvalues(study *y)
{
    gn_stability *s = y->s;
    const gn_stability_ask *a = y->ask;
    bool whole = a->spectrum || s->n <= GN_STABILITY_WHOLE;
    const gn_lanczos_options o = { .steps = a->products, .tolerance = a->tolerance, .seed = a->seed,
                                   .both = !whole, .lowest = products_for_smallest(a, s->n) };
    y->curvature.at = s->at;
    GN_TRY(gn_lanczos_run(s->ctx, s->n, gn_curvature_product, &y->curvature, &o, a->top ? a->top : 1, s->direction,
                          &s->eigen));
    s->lambda = s->eigen.largest[0].value;
    for (size_t i = 0; y->memory && i < s->n; i++)
        if (y->memory[i] == 0) s->blind += s->direction[i] * s->direction[i];
    s->smallest = s->eigen.smallest.value;
    s->least_positive = NAN;
    if (whole) {
        GN_TRY(whole_spectrum(y));
        read_spectrum(s);
    }
    if (!a->density) return GN_OK;
    s->has_density = true;
    return gn_density_run(s->ctx, s->n, gn_curvature_product, &y->curvature, s->n < 64 ? 64 : 16, 64, a->seed,
                          &s->density);
}

/* The same products elsewhere: a point one step of the size of the weights away. Found the same, it proves nothing. */
static gn_status look_elsewhere(study *y)
{
    gn_stability *s = y->s;
    double *v = take(s, s->n), *away = take(s, s->n), *here = take(s, s->n), *there = take(s, s->n);
    if (!v || !away || !here || !there) return GN_NO_MEMORY;
    gn_random r = gn_random_make(y->ask->seed, GN_STREAM_PROBE, 7);
    gn_random q = gn_random_make(y->ask->seed, GN_STREAM_PROBE, 8);
    for (size_t i = 0; i < s->n; i++) {
        v[i] = gn_random_normal(r, i);
        away[i] = s->at[i] + gn_random_normal(q, i) * fmax(1, fabs(s->at[i]));
    }
    GN_TRY(gn_objective_hvp(y->o, s->at, v, here));
    GN_TRY(gn_objective_hvp(y->o, away, v, there));
    for (size_t i = 0; i < s->n; i++) there[i] -= here[i];
    s->varies = !(norm(s->n, there) <= 1e-11 * norm(s->n, here));
    return GN_OK;
}

static gn_status kind_of_function(study *y)
{
    gn_stability *s = y->s;
    GN_TRY(gn_objective_form_of(y->o, &s->form));
    s->quadratic = s->form.degree <= 2 && !s->form.pieces;
    GN_TRY(gn_objective_on_kink(y->o, s->at, &s->on_kink));
    gn_objective_form loss;
    GN_TRY(gn_objective_loss_form(y->o, &loss));
    s->straight = loss.degree < 2 && s->lambda > 0;
    return s->form.degree > 2 ? look_elsewhere(y) : GN_OK;
}

/* ---- theory ------------------------------------------------------------------------------------------------------ */
static gn_status theory(study *y)
{
    gn_stability *s = y->s;
    s->rate = y->ask->hyper[0];
    s->eta_lambda = s->rate * s->lambda;
    s->band = GN_REGIME_BAND_ULPS * DBL_EPSILON * fmax(1, fabs(s->eta_lambda));
    s->critical = INFINITY;
    if (!s->limit.known) return GN_OK;
    if (s->straight) s->critical = NAN;
    else if (s->lambda > 0) GN_TRY(gn_limit_rate(s->ctx, y->ask->op, y->ask->hyper, s->lambda, &s->critical));
    GN_TRY(gn_iteration_of(s->ctx, y->ask->op, y->ask->hyper, s->eta_lambda, &s->iteration));
    s->regime = gn_regime_under(&s->limit, &s->iteration, s->eta_lambda);
    return GN_OK;
}

/* ---- P of the suggested rate ------------------------------------------------------------------------------------- */
/* Where the walk at another rate has led, P there, and the largest eigenvalue by it. */
static gn_status look_at_other(study *y, gn_walk *w, double *root, double *critical)
{
    gn_stability *s = y->s;
    const gn_stability_ask *a = y->ask;
    gn_curvature c = { .of = y->o, .at = w->w, .root = root, .decay = s->decay, .room = y->curvature.room };
    const gn_lanczos_options o = { .steps = a->products, .tolerance = 1e-3, .seed = a->seed };
    bool *still = gn_arena_alloc(&s->arena, s->n + 1, sizeof *still);
    gn_lanczos out;
    if (!still) return GN_NO_MEMORY;
    GN_TRY(gn_objective_gradient(y->o, w->w, &s->other_loss, w->g));
    if (!isfinite(s->other_loss) || !isfinite(norm(s->n, w->w)) || !isfinite(norm(s->n, w->g))) return GN_OK;
    for (size_t i = 0; i < s->n; i++) still[i] = w->g[i] == 0;
    c.still = still;
    GN_TRY(gn_preconditioner_of(s->ctx, a->op, w->hyper, (double)w->t, s->n, w->slot[gn_preconditioner_slot(a->op)],
                                root));
    for (size_t i = 0; i < s->n; i++) root[i] = sqrt(fmax(root[i], DBL_MIN));
    gn_status status = gn_lanczos_run(s->ctx, s->n, gn_curvature_product, &c, &o, 1, NULL, &out);
    if (status == GN_NEGATIVE) return gn_clear_error(s->ctx), GN_OK;    /* products beyond a double */
    GN_TRY(status);
    *critical = INFINITY;
    double lambda = out.largest[0].value;
    return lambda > 0 ? gn_limit_rate(s->ctx, a->op, w->hyper, lambda, critical) : GN_OK;
}

/* P is made at the rate asked, and what it allows may be a rate that would have made another: so that one is tried. */
static gn_status try_suggested(study *y)
{
    gn_stability *s = y->s;
    gn_walk w;
    double hyper[GN_OPT_HYPER], *root;
    if (!s->root || !y->ask->other || !isfinite(s->critical)) return GN_OK;
    if (!(root = take(s, s->n))) return GN_NO_MEMORY;
    memcpy(hyper, y->ask->hyper, sizeof hyper);
    s->other_rate = hyper[0] = 0.9 * s->critical;
    s->other_critical = s->other_loss = NAN;
    gn_status status = gn_walk_open(s->ctx, y->o, y->ask->op, hyper, gn_objective_start(y->o), &w);
    w.clip = y->ask->clip;
    w.clip_norm = y->ask->clip_norm;
    for (size_t i = 0; status == GN_OK && i < s->warmed; i++) {
        if (gn_stop_requested(s->ctx)) status = gn_fail(s->ctx, GN_E_STOPPED, "stopped after %zu steps", i);
        else status = gn_walk_step(&w);
    }
    if (status == GN_OK) status = look_at_other(y, &w, root, &s->other_critical);
    gn_walk_close(&w);
    return status;
}

/* Distances by theory: the iteration's matrix on (momentum 0, distance). */
static void predict(gn_stability *s)
{
    const double *m = s->iteration.matrix;
    double momentum = 0, w = s->measured[0];
    for (size_t k = 0; k <= s->steps; k++) {
        s->predicted[k] = w;
        double old = w;
        if (s->iteration.n == 1) w *= m[0];
        else w = m[2] * momentum + m[3] * old, momentum = m[0] * momentum + m[1] * old;
    }
}

static double distance(const gn_stability *s, const gn_walk *near, const gn_walk *far)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += (far->w[i] - near->w[i]) * s->direction[i] * (s->root ? s->root[i] : 1);
    return sum;
}

/* What a step's rounding of the weights does to the distance. */
static double rounding(const gn_stability *s, const gn_walk *far)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) sum += fabs(far->w[i] * s->direction[i] * (s->root ? s->root[i] : 1));
    return 8 * DBL_EPSILON * sum;
}

/* With two eigenvalues a distance that changes its sign passes through 0: a row counts as large as those next to it. */
static double size_about(const gn_stability *s, const double *d, size_t k)
{
    double about = fabs(d[k]);
    if (s->iteration.n == 2 && k > 0) about = fmax(about, fabs(d[k - 1]));
    if (s->iteration.n == 2 && k < s->steps) about = fmax(about, fabs(d[k + 1]));
    return about;
}

/* Each row against theory. The share of what is predicted decides whether they agree; furthest apart are those whose
 * ratio is the largest, whichever of both is larger: as a share of what is predicted all that is far below it is 1. */
static void compare_rows(gn_stability *s)
{
    double most = 0;
    for (size_t k = 0; k <= s->steps; k++) {
        double about = size_about(s, s->predicted, k), off = fabs(s->measured[k] - s->predicted[k]);
        if (off > GN_STABILITY_AGREES * about && off <= s->blur[k]) s->blurred = true;
        double by = off > s->blur[k] ? off - s->blur[k] : 0, ratio = by / fmin(about, size_about(s, s->measured, k));
        if (by / about > s->farthest_by) s->farthest_by = by / about;
        if (by > 0 && ratio > most) most = ratio, s->farthest = k;
    }
}

static double factor(const double *d, size_t steps)
{
    if (steps == 0 || d[0] == 0) return NAN;
    return pow(fabs(d[steps] / d[0]), 1 / (double)steps);
}

/* Both runs side by side until one leaves the finite numbers. */
static gn_status run_beside(gn_stability *s, gn_walk *near, gn_walk *far, size_t steps)
{
    s->measured[0] = distance(s, near, far);
    s->blur[0] = 0;
    s->losses[0] = s->loss;
    for (size_t k = 1; k <= steps; k++) {
        double loss;
        GN_TRY(gn_walk_step(near));
        GN_TRY(gn_walk_step(far));
        GN_TRY(gn_objective_value(near->of, near->w, &loss));
        double d = distance(s, near, far);
        if (!isfinite(d) || !isfinite(loss)) break;
        s->measured[k] = d;
        s->blur[k] = s->blur[k - 1] + rounding(s, far);
        s->losses[k] = loss;
        s->steps = k;
    }
    return GN_OK;
}

/* How far the second run starts, in the length of its weights: where P is small a short way in the optimiser's measure
 * is a long one in weights, and P itself would feel it. */
static double probe(gn_stability *s)
{
    double sum = 0, *at = s->direction;
    for (size_t i = 0; i < s->n; i++) sum += pow(at[i] / (s->root ? s->root[i] : 1), 2);
    s->moved = 1e-5 * (1 + norm(s->n, s->at) / sqrt((double)s->n));
    return s->moved / sqrt(sum);
}

static gn_status measure(study *y)
{
    gn_stability *s = y->s;
    size_t rows = y->ask->measured + 1;
    gn_walk far;
    s->losses = take(s, rows);
    s->measured = take(s, rows);
    s->predicted = take(s, rows);
    s->blur = take(s, rows);
    if (!s->losses || !s->measured || !s->predicted || !s->blur) return GN_NO_MEMORY;
    double away = probe(s);
    gn_status status = gn_walk_copy(&y->here, &far);
    for (size_t i = 0; status == GN_OK && i < s->n; i++)
        far.w[i] += away * s->direction[i] / (s->root ? s->root[i] : 1);
    if (status == GN_OK) status = run_beside(s, &y->here, &far, y->ask->measured);
    gn_walk_close(&far);
    if (status != GN_OK) return status;
    s->measured_factor = factor(s->measured, s->steps);
    s->predicted_factor = NAN;
    if (!s->limit.known) return GN_OK;
    predict(s);
    compare_rows(s);
    s->predicted_factor = factor(s->predicted, s->steps);
    return GN_OK;
}

static gn_status study_point(study *y)
{
    gn_stability *s = y->s;
    const gn_stability_ask *a = y->ask;
    s->at = take(s, s->n);
    s->direction = take(s, s->n);
    if (!s->at || !s->direction) return GN_NO_MEMORY;
    GN_TRY(gn_limit_of(s->ctx, a->op, a->hyper, &s->limit));
    GN_TRY(reach_point(y));
    GN_TRY(eigenvalues(y));
    GN_TRY(kind_of_function(y));
    GN_TRY(theory(y));
    GN_TRY(try_suggested(y));
    return measure(y);
}

gn_status gn_stability_of(gn_context *ctx, gn_objective *o, const gn_stability_ask *ask, gn_stability *out)
{
    *out = (gn_stability){ .ctx = ctx, .n = gn_objective_size(o), .digits = ask->digits };
    gn_arena_init(&out->arena, ctx);
    if (out->n == 0) return gn_fail(ctx, GN_E_EIGEN, "there is nothing to vary");
    if (ask->spectrum && out->n > GN_STABILITY_MOST) {
        gn_fail(ctx, GN_E_CFG_RANGE, "--spectrum computes all eigenvalues; %zu parameters are more than %d", out->n,
                (int)GN_STABILITY_MOST);
        return gn_hint(ctx, "--density shows where they lie, --top 16 the largest");
    }
    const double *hyper = ask->hyper;
    out->decay = hyper[gn_optimizer_table()[ask->op].parameters + 1];
    study y = { .s = out, .o = o, .ask = ask };
    y.curvature = (gn_curvature){ .of = o, .decay = out->decay };
    gn_status s = gn_walk_open(ctx, o, ask->op, hyper, gn_objective_start(o), &y.here);
    y.here.clip = ask->clip;
    y.here.clip_norm = ask->clip_norm;
    if (s == GN_OK) s = study_point(&y);
    gn_walk_close(&y.here);
    if (s != GN_OK) gn_stability_free(out);
    return s;
}

void gn_stability_free(gn_stability *s)
{
    if (!s->ctx) return;
    gn_density_free(s->ctx, &s->density);
    gn_arena_free(&s->arena);
    *s = (gn_stability){ 0 };
}
