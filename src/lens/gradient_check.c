/* gradient_check.c -- entries, directions and Taylor's slopes of a gradient that is judged.
 *
 * Invariant: the point given is changed one number at a time and given back with the same bits; the choice of entries
 * and directions is a function of the seed. */
#include "gradient_check_internal.h"
#include "../base/random.h"

#include <float.h>
#include <math.h>
#include <string.h>

const char *gn_verdict_name(gn_verdict v)
{
    static const char *const name[GN_VERDICT_COUNT] = { "excellent", "pass", "pass, float32",
                                                        "pass, kinks nearby", "suspicious", "FAIL" };
    return v < GN_VERDICT_COUNT ? name[v] : "";
}

gn_verdict gn_verdict_of(double error, bool kinks)
{
    if (error <= 1e-7) return GN_VERDICT_EXCELLENT;
    if (error <= 1e-5) return GN_VERDICT_PASS;
    if (error <= 1e-4 && kinks) return GN_VERDICT_KINKS;
    return error <= 1e-2 ? GN_VERDICT_SUSPICIOUS : GN_VERDICT_FAIL;
}

/* The step that x can take exactly: volatile, so that no register of another width keeps what memory would round. */
static double exact_step(double x, double h)
{
    volatile double there = x + h;
    return there - x;
}

static double scale_of(double x) { return fmax(1, fabs(x)); }
double gn_check_step(double x) { return exact_step(x, cbrt(DBL_EPSILON) * scale_of(x)); }
double gn_check_floor(double loss) { return 1e-8 * fmax(1, fabs(loss)); }

double gn_check_error(double a, double n, double floor)
{
    double scale = fmax(fmax(fabs(a), fabs(n)), floor);
    if (!isfinite(a) || !isfinite(n)) return INFINITY;
    return scale > 0 ? fabs(a - n) / scale : 0;
}

void gn_check_defaults(gn_check_options *o)
{
    *o = (gn_check_options){ .most = 5000, .sample = 20, .tensor = SIZE_MAX, .directions = 3, .seed = 1,
                             .second = true };
}

/* ---- one entry --------------------------------------------------------------------------------------------------- */

static gn_status value_at(gn_checker *c, size_t i, double x, double *value)
{
    double keep = c->p[i];
    c->p[i] = x;
    gn_status s = gn_objective_value(c->o, c->p, value);
    c->p[i] = keep;
    return s;
}

static gn_status crossed_at(gn_checker *c, size_t i, double x, bool *crossed, size_t *at)
{
    double keep = c->p[i];
    c->p[i] = x;
    gn_status s = gn_checker_crossed(c, c->p, crossed, at);
    c->p[i] = keep;
    return s;
}

gn_status gn_checker_crossed(gn_checker *c, const double *p, bool *crossed, size_t *at)
{
    *crossed = false;
    if (!c->kinks) return GN_OK;
    GN_TRY(gn_objective_kinks(c->o, p, c->there, &c->kinks));
    size_t i = 0;
    while (i < c->kinks && c->here[i] == c->there[i]) i++;
    *crossed = i < c->kinks;
    if (*crossed && at) *at = i;
    return GN_OK;
}

/* One-sided slopes by a short step, which does not cross what is only near; the gradient may be anything between them,
 * give or take the rounding of the two losses. */
static gn_status judge_kink(gn_checker *c, double a, gn_check_entry *e)
{
    double s = exact_step(e->x, sqrt(DBL_EPSILON) * scale_of(e->x)), up, down;
    GN_TRY(value_at(c, e->index, e->x + s, &up));
    GN_TRY(value_at(c, e->index, e->x - s, &down));
    e->left = (c->loss - down) / s;
    e->right = (up - c->loss) / s;
    double lo = fmin(e->left, e->right), hi = fmax(e->left, e->right);
    double outside = fmax(0, fmax(lo - a, a - hi) - 8 * DBL_EPSILON * fmax(1, fabs(c->loss)) / s);
    double scale = fmax(fmax(fabs(a), fmax(fabs(lo), fabs(hi))), c->floor);
    e->error = isfinite(a) && isfinite(lo) && isfinite(hi) ? outside / scale : INFINITY;
    e->verdict = gn_verdict_of(e->error, true);
    if (e->verdict < GN_VERDICT_KINKS) e->verdict = GN_VERDICT_KINKS;
    return GN_OK;
}

/* Where a small slope of a large loss is lost in rounding: five points, whose error is of fourth order, further apart.
 */
static gn_status judge_five(gn_checker *c, double a, gn_check_entry *e)
{
    double h = exact_step(e->x, pow(DBL_EPSILON, 0.2) * scale_of(e->x)), f[4];
    const double at[4] = { -2, -1, 1, 2 };
    bool crossed = false;
    for (int k = 0; k < 4 && !crossed; k++) {
        GN_TRY(crossed_at(c, e->index, e->x + at[k] * h, &crossed, NULL));
        GN_TRY(value_at(c, e->index, e->x + at[k] * h, &f[k]));
    }
    if (crossed) return GN_OK;
    double n = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h), error = gn_check_error(a, n, c->floor);
    if (!(error < e->error)) return GN_OK;
    e->five = true;
    e->h = h;
    e->numeric = n;
    e->error = error;
    return GN_OK;
}

/* Where no step helps: what is within the rounding of the two losses of the difference cannot be held against a. */
static void judge_rounding(const gn_checker *c, gn_check_entry *e)
{
    double rounding = 4 * DBL_EPSILON * fabs(c->loss) / e->h, away = fabs(e->analytic - e->numeric);
    if (gn_verdict_ok(e->verdict) || !(away < 1e-2 * c->floor + rounding)) return;
    double scale = fmax(fmax(fabs(e->analytic), fabs(e->numeric)), c->floor);
    e->error = fmax(0, away - rounding) / scale;
    e->verdict = gn_verdict_of(e->error, false);
    if (e->verdict < GN_VERDICT_PASS) e->verdict = GN_VERDICT_PASS;
    e->rounding = true;
}

/* A gradient in float32 is held against no more than float32 can hold. */
void gn_check_allow(gn_check_entry *e, double rounding)
{
    double nearest = !e->kink ? e->numeric : fmax(fmin(e->left, e->right), fmin(fmax(e->left, e->right), e->analytic));
    if (!gn_verdict_ok(e->verdict) && fabs(e->analytic - nearest) <= rounding) e->verdict = GN_VERDICT_NARROW;
}

static gn_status judge_entry(gn_checker *c, size_t index, double a, gn_check_entry *e)
{
    double x = c->p[index], h = gn_check_step(x), up, down;
    *e = (gn_check_entry){ .index = index, .x = x, .h = h, .analytic = a };
    GN_TRY(value_at(c, index, x + h, &up));
    GN_TRY(value_at(c, index, x - h, &down));
    e->numeric = (up - down) / (2 * h);
    e->error = gn_check_error(a, e->numeric, c->floor);
    e->verdict = gn_verdict_of(e->error, false);
    if (e->verdict == GN_VERDICT_EXCELLENT) return GN_OK;
    GN_TRY(crossed_at(c, index, x + h, &e->kink, &e->kink_at));
    if (!e->kink) GN_TRY(crossed_at(c, index, x - h, &e->kink, &e->kink_at));
    if (e->kink) return judge_kink(c, a, e);
    GN_TRY(judge_five(c, a, e));
    e->verdict = gn_verdict_of(e->error, false);
    judge_rounding(c, e);
    return GN_OK;
}

gn_status gn_checker_entry(gn_checker *c, size_t index, double analytic, gn_check_entry *e)
{
    GN_TRY(judge_entry(c, index, analytic, e));
    if (c->rounding) gn_check_allow(e, c->rounding[index]);
    return GN_OK;
}

gn_status gn_checker_open(gn_context *ctx, gn_objective *o, const double *p, gn_checker *c)
{
    size_t n = gn_objective_size(o);
    *c = (gn_checker){ .ctx = ctx, .o = o, .n = n };
    gn_arena_init(&c->arena, ctx);
    GN_TRY(gn_objective_kinks(o, p, NULL, &c->kinks));
    c->p = gn_arena_alloc(&c->arena, n + 1, sizeof *c->p);
    c->here = gn_arena_alloc(&c->arena, c->kinks + 1, 1);
    c->there = gn_arena_alloc(&c->arena, c->kinks + 1, 1);
    if (!c->p || !c->here || !c->there) return GN_NO_MEMORY;
    memcpy(c->p, p, n * sizeof *p);
    GN_TRY(gn_objective_value(o, p, &c->loss));
    c->floor = gn_check_floor(c->loss);
    return c->kinks ? gn_objective_kinks(o, p, c->here, &c->kinks) : GN_OK;
}

void gn_checker_close(gn_checker *c) { gn_arena_free(&c->arena); }

gn_status gn_check_one(gn_context *ctx, gn_objective *o, const double *p, size_t index, double analytic, double floor,
                       gn_check_entry *out)
{
    gn_checker c;
    gn_status s = gn_checker_open(ctx, o, p, &c);
    if (s == GN_OK && floor > 0) c.floor = floor;
    if (s == GN_OK) s = gn_checker_entry(&c, index, analytic, out);
    gn_checker_close(&c);
    return s;
}

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

/* Between the slopes at the two sides of a kink no number is compared with another. */
static bool has_error(const gn_check_entry *e) { return !e->kink || e->error > 0; }

static bool worse(const gn_check_entry *a, const gn_check_entry *b)
{
    return a->verdict != b->verdict ? a->verdict > b->verdict : a->error > b->error;
}

static gn_status keep_entry(gn_check_report *r, const gn_check_entry *e)
{
    if (gn_verdict_ok(e->verdict)) return GN_OK;
    size_t at = r->entries;
    while (at > 0 && worse(e, &r->entry[at - 1])) at--;
    if (at == GN_CHECK_ENTRIES) return GN_OK;
    size_t last = r->entries < GN_CHECK_ENTRIES ? r->entries++ : GN_CHECK_ENTRIES - 1;
    memmove(&r->entry[at + 1], &r->entry[at], (last - at) * sizeof *e);
    r->entry[at] = *e;
    return GN_OK;
}

static gn_status check_entry(gn_checker *c, size_t index, double a, gn_check_tensor *t, gn_check_report *r)
{
    gn_check_entry e;
    if (gn_stop_requested(c->ctx)) return GN_STOPPED;
    GN_TRY(gn_checker_entry(c, index, a, &e));
    if (!t->checked || worse(&e, &t->worst)) t->worst = e;
    if (has_error(&e) && (!t->compared++ || e.error > t->largest.error)) t->largest = e;
    t->checked++;
    t->kinks += e.kink;
    t->failed += !gn_verdict_ok(e.verdict);
    return keep_entry(r, &e);
}

/* `sample` different entries of n: one drawn in each of as many equal parts. */
static size_t pick(gn_random random, size_t n, size_t sample, size_t i)
{
    size_t from = (size_t)((uint64_t)n * i / sample), to = (size_t)((uint64_t)n * (i + 1) / sample);
    return from + (size_t)gn_random_below(random, i, to - from);
}

static gn_status check_tensor(gn_checker *c, const gn_check_options *how, bool full, size_t tensor, const double *g,
                              gn_check_report *r)
{
    gn_objective_tensor at = gn_objective_tensor_at(c->o, tensor);
    gn_check_tensor *t = &r->tensor[r->tensors++];
    gn_random random = gn_random_make(how->seed, GN_STREAM_PROBE, (uint32_t)tensor);
    size_t count = full || at.size <= how->sample ? at.size : how->sample;
    *t = (gn_check_tensor){ .tensor = tensor };
    for (size_t i = 0; i < count; i++) {
        size_t k = count == at.size ? i : pick(random, at.size, count, i);
        GN_TRY(check_entry(c, at.offset + k, g[at.offset + k], t, r));
    }
    t->verdict = t->worst.verdict;
    r->checked += t->checked;
    if (t->verdict > r->verdict) r->verdict = t->verdict;
    return GN_OK;
}

bool gn_check_in_scope(const gn_check_options *how, size_t tensor)
{
    return (how->tensor == SIZE_MAX || how->tensor == tensor) && (!how->only || how->only[tensor]);
}

static gn_status check_tensors(gn_checker *c, const gn_check_options *how, const double *g, gn_check_report *r)
{
    size_t n = gn_objective_tensors(c->o), size = 0;
    for (size_t i = 0; i < n; i++)
        if (gn_check_in_scope(how, i)) size += gn_objective_tensor_at(c->o, i).size;
    r->full = how->full || size <= how->most;
    r->parameters = size;
    for (size_t i = 0; i < n; i++)
        if (gn_check_in_scope(how, i)) GN_TRY(check_tensor(c, how, r->full, i, g, r));
    return GN_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static gn_status open_report(gn_checker *c, gn_check_report *r)
{
    size_t n = gn_objective_tensors(c->o);
    r->tensor = gn_calloc(c->ctx, n + 1, sizeof *r->tensor);
    r->entry = gn_calloc(c->ctx, GN_CHECK_ENTRIES + 1, sizeof *r->entry);
    r->loss = c->loss;
    r->floor = c->floor;
    return r->tensor && r->entry ? GN_OK : GN_NO_MEMORY;
}

static gn_status run_check(gn_checker *c, const double *given, const gn_check_options *how, gn_check_report *r)
{
    double *own = gn_arena_alloc(&c->arena, c->n + 1, sizeof *own);
    if (!own) return GN_NO_MEMORY;
    GN_TRY(open_report(c, r));
    if (!given) GN_TRY(gn_objective_gradient(c->o, c->p, NULL, own));
    const double *g = given ? given : own;
    GN_TRY(check_tensors(c, how, g, r));
    GN_TRY(gn_checker_directions(c, how, g, r));
    return how->second ? gn_checker_second(c, how, r) : GN_OK;
}

gn_status gn_gradient_check(gn_context *ctx, gn_objective *o, const double *gradient, const gn_check_options *options,
                            gn_check_report *out)
{
    gn_checker c;
    gn_check_options how;
    gn_check_defaults(&how);
    if (options) how = *options;
    *out = (gn_check_report){ .ctx = ctx, .digits = how.digits };
    gn_status s = gn_checker_open(ctx, o, gn_objective_start(o), &c);
    c.rounding = how.rounding;
    if (s == GN_OK) s = run_check(&c, gradient, &how, out);
    gn_checker_close(&c);
    if (s != GN_OK) gn_check_report_free(out);
    return s;
}

void gn_check_report_free(gn_check_report *r)
{
    if (!r->ctx) return;
    gn_free(r->ctx, r->tensor);
    gn_free(r->ctx, r->entry);
    *r = (gn_check_report){ 0 };
}
