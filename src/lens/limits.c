/* limits.c -- what theory says of a learning rate on a quadratic: the limit of each optimiser, the iteration on one
 * eigenvalue, and the regime.
 *
 * Invariant: the iteration is the text of the optimiser's row, run on unit states with g = lambda*w; nothing of an
 * update is written here a second time. Limits are text, and tests hold them against that iteration. */
#include "limits.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../formula/formula.h"
#include "../kernel/optim.h"
#include "spectrum.h"

enum { NONE = -1 };

/* momentum: the slot that is linear in g; held: the slot that makes the preconditioner P, whose value stays 1. */
typedef struct theory {
    const char *formula;
    int momentum, held;
    const char *about;
} theory;

#define FROZEN "with the preconditioner P held as it is: lambda is of P^-1/2 H P^-1/2"
static const theory theories[GN_OPT_COUNT] = {
    [GN_OPT_sgd] = { "2", NONE, NONE, "gradient descent on a quadratic" },
    [GN_OPT_momentum] = { "2 + 2*mu", 0, NONE, "momentum as Polyak has it, on a quadratic" },
    [GN_OPT_nesterov] = { "(2 + 2*mu)/(1 + 2*mu)", 0, NONE, "Nesterov's momentum, on a quadratic" },
    [GN_OPT_adagrad] = { "2", NONE, 0, FROZEN },
    [GN_OPT_rmsprop] = { "2", NONE, 0, FROZEN },
    [GN_OPT_adam] = { "(2 + 2*beta1)/(1 - beta1)", 0, 1, FROZEN },
    [GN_OPT_adamw] = { "(2 - lr*wd)*(1 + beta1)/(1 - beta1)", 0, 1, FROZEN "; its decay stands beside the gradient" },
    [GN_OPT_nadam] = { "(2 + 2*beta1)/((1 + 2*beta1)*(1 - beta1))", 0, 1, FROZEN },
    [GN_OPT_rprop] = { NULL, NONE, NONE,
                       "its step follows the sign of the slope, not its size, so no curvature bounds it" },
    [GN_OPT_lion] = { NULL, NONE, NONE, "its step is the sign of a mean slope: of size lr whatever the curvature is" },
};

/* A limit that holds lr, solved for it. */
static const char *const solved[GN_OPT_COUNT] = {
    [GN_OPT_adamw] = "2*(1 + beta1)/((1 - beta1)*lambda + (1 + beta1)*wd)",
};

static gn_status evaluate(gn_context *ctx, const char *text, const gn_binding *bound, size_t count, double *out)
{
    gn_arena arena;
    const gn_formula *f;
    gn_arena_init(&arena, ctx);
    gn_status s = gn_formula_parse(&arena, text, strlen(text), &f);
    if (s == GN_OK) s = gn_formula_eval(ctx, f, bound, count, out);
    gn_arena_free(&arena);
    return s;
}

/* The parameters by name; room for what an iteration adds. */
enum { BOUND_MAX = GN_OPT_HYPER + GN_OPT_SLOTS + 3 };
static size_t bind_hyper(const gn_optimizer_row *row, const double *hyper, gn_binding *bound)
{
    for (int i = 0; i < row->parameters; i++) bound[i] = (gn_binding){ row->parameter_name[i], hyper[i] };
    return (size_t)row->parameters;
}

gn_status gn_limit_of(gn_context *ctx, gn_optimizer op, const double *hyper, gn_limit *out)
{
    *out = (gn_limit){ .value = NAN };
    if (op < 0 || op >= GN_OPT_COUNT) return gn_fail(ctx, GN_E_CFG_OPTIMIZER, "there is no optimiser %d", (int)op);
    const theory *t = &theories[op];
    out->about = t->about ? t->about : "no limit is known for it";
    out->preconditioned = t->held != NONE && t->formula;
    if (!t->formula) return GN_OK;
    gn_binding bound[BOUND_MAX];
    size_t count = bind_hyper(&gn_optimizer_table()[op], hyper, bound);
    GN_TRY(evaluate(ctx, t->formula, bound, count, &out->value));
    out->known = true;
    out->formula = t->formula;
    out->rate = solved[op] ? solved[op] : "limit/lambda";
    return GN_OK;
}

gn_status gn_limit_rate(gn_context *ctx, gn_optimizer op, const double *hyper, double lambda, double *out)
{
    gn_limit limit;
    gn_binding bound[BOUND_MAX];
    *out = NAN;
    GN_TRY(gn_limit_of(ctx, op, hyper, &limit));
    if (!limit.known) return GN_OK;
    size_t count = bind_hyper(&gn_optimizer_table()[op], hyper, bound);
    bound[count++] = (gn_binding){ "lambda", lambda };
    bound[count++] = (gn_binding){ "limit", limit.value };
    return evaluate(ctx, limit.rate, bound, count, out);
}

/* ---- the iteration on one eigenvalue --------------------------------------------------------------------------- */
/* States are so small that g*g vanishes beside the held slot, and a power of 2, so that scaling costs no digit. */
static const double unit = 0x1p-340;

typedef struct iteration {
    gn_context *ctx;
    const gn_optimizer_row *row;
    const theory *t;
    gn_formula_step *step;
    size_t steps;
    gn_binding bound[BOUND_MAX];    /* parameters, then t, g, w, then the slots */
    size_t base;
} iteration;

static void open_bindings(iteration *it, const double *hyper)
{
    it->base = bind_hyper(it->row, hyper, it->bound);
    for (size_t i = 0; i < it->base; i++)
        if (strcmp(it->bound[i].name, "eps") == 0) it->bound[i].value = 0;      /* it is part of P */
    it->bound[it->base] = (gn_binding){ "t", INFINITY };        /* corrections of the first steps have faded */
    it->bound[it->base + 1] = (gn_binding){ "g", 0 };
    it->bound[it->base + 2] = (gn_binding){ "w", 0 };
    for (int i = 0; i < it->row->slots; i++)
        it->bound[it->base + 3 + (size_t)i] = (gn_binding){ it->row->slot_name[i], i == it->t->held ? 1.0 : 0.0 };
}

static gn_binding *find(iteration *it, const char *name)
{
    size_t count = it->base + 3 + (size_t)it->row->slots, i = 0;
    while (i < count && strcmp(it->bound[i].name, name) != 0) i++;
    return i < count ? &it->bound[i] : NULL;
}

/* The row's assignments in their order, save that of the held slot; w is the new weight. */
static gn_status assign(iteration *it, double *w)
{
    size_t count = it->base + 3 + (size_t)it->row->slots;
    const gn_binding *held = it->t->held == NONE ? NULL : &it->bound[it->base + 3 + (size_t)it->t->held];
    for (size_t i = 0; i < it->steps; i++) {
        gn_binding *to = find(it, it->step[i].name);
        double value;
        if (!to || to == held) continue;
        GN_TRY(gn_formula_eval(it->ctx, it->step[i].value, it->bound, count, &value));
        to->value = value;
    }
    *w = it->bound[it->base + 2].value;
    return GN_OK;
}

/* One update from (momentum, w) with g = lambda*w; both are replaced. */
static gn_status update(iteration *it, double lambda, double *momentum, double *w)
{
    gn_binding *slot = &it->bound[it->base + 3];
    it->bound[it->base + 1].value = lambda * *w;
    it->bound[it->base + 2].value = *w;
    if (it->t->momentum != NONE) slot[it->t->momentum].value = *momentum;
    GN_TRY(assign(it, w));
    if (it->t->momentum != NONE) *momentum = slot[it->t->momentum].value;
    return GN_OK;
}

static gn_status matrix_of(iteration *it, double lambda, int n, double *a)
{
    for (int j = 0; j < n; j++) {
        double momentum = n == 2 && j == 0 ? unit : 0, w = j == n - 1 ? unit : 0;
        GN_TRY(update(it, lambda, &momentum, &w));
        if (n == 2) a[j] = momentum / unit;
        a[(n - 1) * n + j] = w / unit;
    }
    return GN_OK;
}

static double rounded(double value, double size)
{
    return fabs(value) <= GN_REGIME_BAND_ULPS * DBL_EPSILON * size ? 0 : value;
}

/* Of a double eigenvalue rounding makes two that lie the root of an ulp apart, or a pair of complex ones: where the
 * discriminant is 0 within the band, both are the half trace. */
static void join_double(const double *a, gn_iteration *out)
{
    double half = (a[0] - a[3]) / 2, size = (fabs(a[0]) + fabs(a[3])) / 2, product = a[1] * a[2];
    if (rounded(half * half + product, size * size + fabs(product)) != 0) return;
    out->twice = true;
    out->re[0] = out->re[1] = rounded((a[0] + a[3]) / 2, size);
    out->im[0] = out->im[1] = 0;
}

static gn_status eigenvalues(gn_context *ctx, const double *a, gn_iteration *out)
{
    GN_TRY(gn_eigen_general(ctx, (size_t)out->n, a, out->re, out->im));
    if (out->n == 2) join_double(a, out);
    for (int i = 0; i < out->n; i++) {
        out->spectral = fmax(out->spectral, hypot(out->re[i], out->im[i]));
        if (out->im[i] != 0) out->ripples = true;
    }
    return GN_OK;
}

static gn_status iterate(iteration *it, gn_arena *arena, const double *hyper, double eta_lambda, gn_iteration *out)
{
    double *a = out->matrix;
    GN_TRY(gn_formula_parse_steps(arena, it->row->update, strlen(it->row->update), &it->step, &it->steps));
    open_bindings(it, hyper);
    out->n = it->t->momentum == NONE ? 1 : 2;
    GN_TRY(matrix_of(it, hyper[0] != 0 ? eta_lambda / hyper[0] : 0, out->n, a));
    return eigenvalues(it->ctx, a, out);
}

gn_status gn_iteration_of(gn_context *ctx, gn_optimizer op, const double *hyper, double eta_lambda, gn_iteration *out)
{
    *out = (gn_iteration){ 0 };
    if (op < 0 || op >= GN_OPT_COUNT || !theories[op].formula)
        return gn_fail(ctx, GN_E_CFG_OPTIMIZER, "the update of %s is not linear in the gradient",
                       op < 0 || op >= GN_OPT_COUNT ? "this optimiser" : gn_optimizer_table()[op].name);
    iteration it = { .ctx = ctx, .row = &gn_optimizer_table()[op], .t = &theories[op] };
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_status s = iterate(&it, &arena, hyper, eta_lambda, out);
    gn_arena_free(&arena);
    return s;
}

/* ---- the preconditioner ---------------------------------------------------------------------------------------- */
int gn_preconditioner_slot(gn_optimizer op) { return op >= 0 && op < GN_OPT_COUNT ? theories[op].held : NONE; }

/* Marks that no text can name, so that what is put in is not taken for what it replaces. */
static const char *const assigned[] = { "#0", "#1", "#2", "#3", "#4", "#5", "#6", "#7" };

/* The i-th assignment with those before it put in, that of the held slot left out: first each name by its mark (the
 * latest assignment of a name counts), then each mark by what was made. */
static gn_status put_in(iteration *it, gn_arena *arena, const char *held, const gn_formula **made, size_t i)
{
    made[i] = it->step[i].value;
    for (size_t k = i; k-- > 0;) {
        const gn_formula *mark = gn_formula_name(arena, assigned[k]);
        if (!mark) return GN_NO_MEMORY;
        if (strcmp(it->step[k].name, held) != 0)
            GN_TRY(gn_formula_substitute(arena, made[i], it->step[k].name, mark, &made[i]));
    }
    for (size_t k = 0; k < i; k++) GN_TRY(gn_formula_substitute(arena, made[i], assigned[k], made[k], &made[i]));
    return GN_OK;
}

/* The new w as one formula. */
static gn_status step_formula(iteration *it, gn_arena *arena, const gn_formula **out)
{
    const gn_formula *made[GN_COUNT(assigned)];
    *out = NULL;
    for (size_t i = 0; i < it->steps && i < GN_COUNT(made); i++) {
        GN_TRY(put_in(it, arena, it->row->slot_name[it->t->held], made, i));
        if (strcmp(it->step[i].name, "w") == 0) *out = made[i];
    }
    return *out ? GN_OK : gn_fail(it->ctx, GN_E_CFG_OPTIMIZER, "the update of %s sets no w", it->row->name);
}

/* What a step from w = 0 with g = unit and no momentum is divided by: the ratio of the step with P = 1 and no
 * corrections to the step there is. */
static gn_status fill_preconditioner(iteration *it, gn_arena *arena, const double *hyper, double t, size_t n,
                                     const double *slot, double *p)
{
    size_t count = it->base + 3 + (size_t)it->row->slots, place = it->base + 3 + (size_t)it->t->held;
    const gn_formula *f;
    const char *name[BOUND_MAX];
    double value[BOUND_MAX];
    gn_program *program;
    GN_TRY(step_formula(it, arena, &f));
    for (size_t i = 0; i < count; i++) name[i] = it->bound[i].name;
    GN_TRY(gn_program_make(arena, f, name, count, &program));
    double *room = gn_arena_alloc(arena, gn_program_room(program) + 1, sizeof *room);
    if (!room) return GN_NO_MEMORY;
    it->bound[it->base + 1].value = unit;
    for (size_t i = 0; i < count; i++) value[i] = it->bound[i].value;
    double plain = gn_program_run(program, value, room);
    for (int i = 0; i < it->row->parameters; i++) value[i] = hyper[i];      /* eps is back */
    value[it->base] = t;
    for (size_t i = 0; i < n; i++) {
        value[place] = slot[i];
        p[i] = plain / gn_program_run(program, value, room);
    }
    return GN_OK;
}

static gn_status read_preconditioner(iteration *it, gn_arena *arena, const double *hyper, double t, size_t n,
                                     const double *slot, double *p)
{
    GN_TRY(gn_formula_parse_steps(arena, it->row->update, strlen(it->row->update), &it->step, &it->steps));
    open_bindings(it, hyper);
    return fill_preconditioner(it, arena, hyper, t, n, slot, p);
}

gn_status gn_preconditioner_of(gn_context *ctx, gn_optimizer op, const double *hyper, double t, size_t n,
                               const double *slot, double *p)
{
    if (gn_preconditioner_slot(op) == NONE)
        return gn_fail(ctx, GN_E_CFG_OPTIMIZER, "this optimiser has no preconditioner");
    iteration it = { .ctx = ctx, .row = &gn_optimizer_table()[op], .t = &theories[op] };
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_status s = read_preconditioner(&it, &arena, hyper, t, n, slot, p);
    gn_arena_free(&arena);
    return s;
}

/* ---- regimes --------------------------------------------------------------------------------------------------- */
gn_regime gn_regime_of(double eta_lambda, double *r, double *band)
{
    double width = GN_REGIME_BAND_ULPS * DBL_EPSILON * fmax(1, fabs(eta_lambda)), factor = 1 - eta_lambda;
    if (r) *r = factor;
    if (band) *band = width;
    if (eta_lambda == 0) return GN_REGIME_STILL;
    if (eta_lambda < 0) return GN_REGIME_ASCENDING;
    if (fabs(factor) <= width) return GN_REGIME_ONE_STEP;
    if (fabs(factor + 1) <= width) return GN_REGIME_TWO_CYCLE;
    if (factor > 0) return GN_REGIME_ONE_SIDED;
    return factor > -1 ? GN_REGIME_OSCILLATING : GN_REGIME_DIVERGENT;
}

/* The eigenvalue of the largest modulus decides in the long run; where it is negative, the error changes its sign at
 * each step. */
static bool changes_sign(const gn_iteration *it)
{
    int largest = it->n == 2 && hypot(it->re[1], it->im[1]) > hypot(it->re[0], it->im[0]);
    return it->re[largest] < 0;
}

gn_regime gn_regime_under(const gn_limit *limit, const gn_iteration *it, double eta_lambda)
{
    double width = GN_REGIME_BAND_ULPS * DBL_EPSILON * fmax(1, fabs(eta_lambda));
    if (it->n == 1) return gn_regime_of(eta_lambda, NULL, NULL);     /* 1 - matrix[0] without its rounding */
    if (eta_lambda == 0) return GN_REGIME_STILL;
    if (eta_lambda < 0) return GN_REGIME_ASCENDING;
    if (fabs(eta_lambda - limit->value) <= width) return GN_REGIME_TWO_CYCLE;
    if (eta_lambda > limit->value) return GN_REGIME_DIVERGENT;
    if (it->spectral == 0) return fabs(it->matrix[3]) <= width ? GN_REGIME_ONE_STEP : GN_REGIME_TWO_STEPS;
    if (it->ripples) return GN_REGIME_RIPPLES;
    return changes_sign(it) ? GN_REGIME_OSCILLATING : GN_REGIME_ONE_SIDED;
}

static const struct { const char *name, *says; } regimes[GN_REGIME_COUNT] = {
    [GN_REGIME_STILL] = { "still", "the curvature is 0 in this direction: the slope never changes" },
    [GN_REGIME_ONE_SIDED] = { "one-sided", "the error keeps its sign and shrinks at every step" },
    [GN_REGIME_ONE_STEP] = { "one step", "one step lands on the minimum" },
    [GN_REGIME_TWO_STEPS] = { "two steps", "two steps land on the minimum: the second corrects the first" },
    [GN_REGIME_OSCILLATING] = { "oscillating", "each step overshoots, and the error shrinks all the same" },
    [GN_REGIME_RIPPLES] = { "rippling", "the error swings about 0, and shrinks in the long run" },
    [GN_REGIME_TWO_CYCLE] = { "two-cycle", "each step lands as far on the other side: it goes to and fro for ever" },
    [GN_REGIME_DIVERGENT] = { "divergent", "each step overshoots by more than it had to go: the error grows" },
    [GN_REGIME_ASCENDING] = { "ascending", "each step leads away from the stationary point on the same side" },
};

const char *gn_regime_name(gn_regime regime)
{
    return regime >= 0 && regime < GN_REGIME_COUNT ? regimes[regime].name : "unknown";
}

const char *gn_regime_says(gn_regime regime)
{
    return regime >= 0 && regime < GN_REGIME_COUNT ? regimes[regime].says : "";
}

double gn_iteration_settles(const gn_iteration *it)
{
    if (it->n == 1) return 1;
    double other = it->re[0] < it->re[1] ? it->re[1] : it->re[0];
    return fabs((it->matrix[3] - other) / (1 + other));
}

/* With two eigenvalues a sentence of one factor is not true: the other brings growth or changes of sign with it. */
const char *gn_regime_says_under(gn_regime regime, const gn_iteration *it)
{
    if (it->n == 2 && regime == GN_REGIME_OSCILLATING) return "the error changes its sign on the way, and shrinks";
    if (it->n == 2 && regime == GN_REGIME_DIVERGENT) return "the error grows";
    if (it->n == 2 && regime == GN_REGIME_TWO_CYCLE && gn_iteration_settles(it) > 1 + 1e-9)
        return "one of the two eigenvalues is -1: a part of the error is on the other side after each step and keeps "
               "its size for ever, and before that is all that is left the error grows";
    return gn_regime_says(regime);
}

double gn_steps_to(double r, double tolerance)
{
    double a = fabs(r);
    if (tolerance >= 1) return 0;
    if (!(a < 1)) return INFINITY;
    return a == 0 ? 1 : ceil(log(tolerance) / log(a));
}

double gn_steps_at(double eta_lambda, double tolerance)
{
    bool lost = eta_lambda > 0 && eta_lambda < 1e-6 && tolerance < 1;
    return lost ? ceil(log(tolerance) / log1p(-eta_lambda)) : gn_steps_to(1 - eta_lambda, tolerance);
}
