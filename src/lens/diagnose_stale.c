/* diagnose_stale.c -- gradients mixed of two moments: weights updated before they were used, activations from before an
 * update, the whole gradient at other weights. The rate of the step between is not known and is solved for.
 *
 * The update is taken to be one step of plain gradient descent, w' = w - rate*g, the weights in hand being those after
 * it (STALE_INPUT, and STALE_ALL with rate > 0) or before (UPDATED_EARLY, and STALE_ALL with rate < 0).
 * Invariant: the case's own weights are as they were when a search ends. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

enum { GRID = 25, GOLDEN = 60, FIXED_POINT = 60 };
#define WORK_MOST 5e7           /* rows times parameters: beyond it a search takes too long */

typedef struct gn_stale {
    gn_case *c;
    const bool *set;
    gn_mistake mistake;
    double sign;
    double *here;               /* (n) the weights as they are */
    double *old, *next, *g;     /* (n) */
    gn_rows_graph m, m_right;
    gn_plan *plan, *right;      /* the candidate, and the right gradient at whatever the weights are */
    gn_node *out, *out_right;
    double rate;                /* what the candidate's plan reads */
    void *block;                /* STALE_INPUT: the earlier weights, laid out as the network's */
    bool whole;                 /* every tensor was given */
} gn_stale;

static void read_out(const gn_case *c, const gn_plan *plan, const gn_node *out, double *g)
{
    for (size_t i = 0; i < c->slots; i++)
        memcpy(g + c->slot[i].offset, gn_plan_value(plan, out[i]), c->slot[i].size * sizeof *g);
}

static gn_status gradient_at(gn_stale *s, const double *p, double *g)
{
    gn_net_rows_put(&s->c->at, p);
    gn_status status = gn_plan_run(s->c->ctx, s->right, 0);
    gn_net_rows_put(&s->c->at, s->here);
    if (status == GN_OK) read_out(s->c, s->right, s->out_right, g);
    return status;
}

/* ---- the weights before: old = here + rate*g(old) ---------------------------------------------------------------- */

static void step_given(gn_stale *s, double rate)
{
    for (size_t i = 0; i < s->c->slots; i++)
        for (size_t k = 0, at = s->c->slot[i].offset; k < s->c->slot[i].size; k++)
            s->old[at + k] = s->here[at + k] + rate * s->c->u[i][k];
}

/* *found: the iteration settled. A whole gradient that was given and is that of the weights before is itself the step.
 */
static gn_status find_old(gn_stale *s, double rate, bool *found)
{
    *found = true;
    if (s->whole && s->mistake == GN_MISTAKE_STALE_ALL) {
        step_given(s, rate);
        return GN_OK;
    }
    memcpy(s->old, s->here, s->c->n * sizeof *s->old);
    for (int k = 0; k < FIXED_POINT; k++) {
        double away = 0;
        GN_TRY(gradient_at(s, s->old, s->g));
        for (size_t i = 0; i < s->c->n; i++) {
            double next = s->here[i] + rate * s->g[i];
            away = fmax(away, fabs(next - s->old[i]) / fmax(1, fabs(next)));
            s->old[i] = next;
        }
        if (away < 1e-14) return GN_OK;
        if (!isfinite(away)) break;
    }
    *found = false;
    return GN_OK;
}

static void put_block(gn_stale *s, const double *p)
{
    const gn_net *net = s->c->at.net;
    for (size_t i = 0; i < net->tensors; i++)
        for (size_t k = 0; net->tensor[i].trainable && k < net->tensor[i].size; k++)
            gn_put(GN_F64, s->block, net->tensor[i].offset + k, *p++);
}

/* The candidate with this rate, in s->next. */
static gn_status run_at(gn_stale *s, double rate, bool *found)
{
    *found = true;
    s->rate = rate;
    if (s->mistake != GN_MISTAKE_UPDATED_EARLY) GN_TRY(find_old(s, rate, found));
    if (!*found) return GN_OK;
    if (s->mistake == GN_MISTAKE_STALE_ALL) return gradient_at(s, s->old, s->next);
    if (s->mistake == GN_MISTAKE_STALE_INPUT) put_block(s, s->old);
    GN_TRY(gn_plan_run(s->c->ctx, s->plan, 0));
    read_out(s->c, s->plan, s->out, s->next);
    return GN_OK;
}

static gn_status distance_at(gn_stale *s, double log_rate, double *d)
{
    bool found;
    GN_TRY(run_at(s, s->sign * pow(10, log_rate), &found));
    *d = found ? gn_case_distance(s->c, s->set, s->next, 1) : INFINITY;
    return GN_OK;
}

/* ---- the search -------------------------------------------------------------------------------------------------- */

static gn_status golden(gn_stale *s, double lo, double hi, double *at)
{
    const double share = (sqrt(5) - 1) / 2;
    double a = hi - share * (hi - lo), b = lo + share * (hi - lo), da, db;
    GN_TRY(distance_at(s, a, &da));
    GN_TRY(distance_at(s, b, &db));
    for (int k = 0; k < GOLDEN; k++) {
        if (da <= db) {
            hi = b, b = a, db = da;
            a = hi - share * (hi - lo);
            GN_TRY(distance_at(s, a, &da));
        } else {
            lo = a, a = b, da = db;
            b = lo + share * (hi - lo);
            GN_TRY(distance_at(s, b, &db));
        }
    }
    *at = da <= db ? a : b;
    return GN_OK;
}

static gn_status search(gn_stale *s)
{
    double best = INFINITY, at = 0, d, step = 0.25;
    for (int i = 0; i < GRID; i++) {
        if (gn_stop_requested(s->c->ctx)) return GN_STOPPED;
        GN_TRY(distance_at(s, -5 + i * step, &d));
        if (!(d < best)) continue;
        best = d;
        at = -5 + i * step;
    }
    if (!(best < 1)) return GN_OK;
    GN_TRY(golden(s, at - step, at + step, &at));
    GN_TRY(distance_at(s, at, &d));
    double *kept = gn_case_array(s->c);
    if (!kept) return GN_NO_MEMORY;
    memcpy(kept, s->next, s->c->n * sizeof *kept);
    return gn_case_add_if_new(s->c, (gn_candidate){ s->mistake, .g = kept, .rate = s->sign * pow(10, at),
                                                    .layer = SIZE_MAX, .fitted = true });
}

/* ---- the plans --------------------------------------------------------------------------------------------------- */

static gn_status open_right(gn_stale *s)
{
    GN_TRY(gn_rows_graph_open(&s->c->at, &s->m_right));
    s->out_right = gn_arena_alloc(&s->m_right.arena, s->m_right.n + 1, sizeof *s->out_right);
    if (!s->out_right) return GN_NO_MEMORY;
    GN_TRY(gn_grad(s->m_right.g, s->m_right.loss, s->m_right.n, s->m_right.wrt, s->out_right));
    gn_plan_options options = { .exact = gn_context_exact(s->c->ctx) };
    return gn_rows_graph_plan(&s->c->at, &s->m_right, s->out_right, s->m_right.n, options, &s->right);
}

/* A second forward pass in the same graph, of the earlier weights. */
static gn_status forward_again(gn_stale *s, gn_node *param, gn_node *layer)
{
    const gn_net *net = s->c->at.net;
    gn_net_nodes nodes = { .params = param, .layer = layer };
    s->block = gn_calloc_aligned(s->c->ctx, net->block_size, sizeof(double));
    if (!s->block) return GN_NO_MEMORY;
    memcpy(s->block, net->block, net->block_size * sizeof(double));
    return gn_net_build_nodes(s->m.g, net, s->m.x, false, &nodes);
}

static gn_status open_candidate(gn_stale *s)
{
    const gn_net *net = s->c->at.net;
    bool early = s->mistake == GN_MISTAKE_UPDATED_EARLY;
    GN_TRY(gn_rows_graph_open(&s->c->at, &s->m));
    gn_node *param = gn_arena_alloc(&s->m.arena, net->tensors + 1, sizeof *param);
    gn_node *layer = gn_arena_alloc(&s->m.arena, net->layers + 1, sizeof *layer);
    s->out = gn_arena_alloc(&s->m.arena, s->m.n + 1, sizeof *s->out);
    if (!param || !layer || !s->out) return GN_NO_MEMORY;
    gn_backward how = { .layer = SIZE_MAX, .weight = early ? GN_WEIGHT_EARLY : GN_WEIGHT_RIGHT,
                        .input = early ? GN_INPUT_RIGHT : GN_INPUT_STALE, .stale = layer };
    if (early) how.rate = gn_input(s->m.g, "rate", gn_shape_make(0));
    else GN_TRY(forward_again(s, param, layer));
    GN_TRY(gn_backward_nodes(net, &s->m, &how, s->out));
    gn_plan_options options = { .exact = gn_context_exact(s->c->ctx) };
    GN_TRY(gn_rows_graph_plan(&s->c->at, &s->m, s->out, s->m.n, options, &s->plan));
    if (early) return gn_plan_bind(s->plan, how.rate, &s->rate);
    for (size_t i = 0; i < net->tensors; i++)
        GN_TRY(gn_plan_bind(s->plan, param[i], gn_at(GN_F64, s->block, net->tensor[i].offset)));
    return GN_OK;
}

static void close_plans(gn_stale *s)
{
    gn_plan_free(s->plan);
    gn_plan_free(s->right);
    gn_rows_graph_close(&s->m);
    gn_rows_graph_close(&s->m_right);
    gn_free_aligned(s->c->ctx, s->block);
}

static size_t dense_layers(const gn_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->layers; i++) n += net->layer[i].kind == GN_L_DENSE;
    return n;
}

static gn_status try_one(gn_case *c, const bool *set, gn_mistake mistake, double sign, bool whole)
{
    gn_stale s = { .c = c, .set = set, .mistake = mistake, .sign = sign, .whole = whole };
    if (mistake != GN_MISTAKE_STALE_ALL && dense_layers(c->at.net) < 2) return GN_OK;
    s.here = gn_case_array(c), s.old = gn_case_array(c), s.next = gn_case_array(c), s.g = gn_case_array(c);
    if (!s.here || !s.old || !s.next || !s.g) return GN_NO_MEMORY;
    gn_net_rows_take(&c->at, s.here);
    gn_status status = open_right(&s);
    if (status == GN_OK && mistake != GN_MISTAKE_STALE_ALL) status = open_candidate(&s);
    if (status == GN_OK) status = search(&s);
    close_plans(&s);
    return status;
}

gn_status gn_case_stale(gn_case *c, const bool *set)
{
    bool whole = true;
    c->no_stale = (double)c->at.rows * (double)c->n > WORK_MOST;
    if (c->no_stale) return GN_OK;
    for (size_t i = 0; i < c->slots; i++) whole &= set[i] && c->u[i];
    GN_TRY(try_one(c, set, GN_MISTAKE_UPDATED_EARLY, 1, whole));
    GN_TRY(try_one(c, set, GN_MISTAKE_STALE_INPUT, 1, whole));
    GN_TRY(try_one(c, set, GN_MISTAKE_STALE_ALL, 1, whole));
    return try_one(c, set, GN_MISTAKE_STALE_ALL, -1, whole);
}
