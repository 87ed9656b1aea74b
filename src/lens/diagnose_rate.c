/* diagnose_rate.c -- the weights before or after one step of gradient descent, and the gradients that mix them with the
 * weights in hand: the layers' inputs of one and the deltas of the other, the forward pass of one and the weights of
 * the other on the way back, all of one.
 *
 * Invariant: one plan gives every mixture, from two forward passes in one graph. */
#include "diagnose_stale.h"

#include <math.h>
#include <string.h>

enum { LOOSE_STEPS = 60, TIGHT_STEPS = 300 };
#define LOOSE 1e-5
#define TIGHT 1e-15

static void read_out(const gn_case *c, const gn_plan *plan, const gn_node *out, double *g)
{
    for (size_t i = 0; i < c->slots; i++)
        memcpy(g + c->slot[i].offset, gn_plan_value(plan, out[i]), c->slot[i].size * sizeof *g);
}

static gn_status gradient_at(gn_moments *m, const double *p, double *g)
{
    gn_net_rows_put(&m->c->at, p);
    gn_status status = gn_plan_run(m->c->ctx, m->right, 0);
    gn_net_rows_put(&m->c->at, m->here);
    if (status == GN_OK) read_out(m->c, m->right, m->out_right, g);
    return status;
}

/* ---- the other weights ------------------------------------------------------------------------------------------- */

/* One step from the weights in hand along g; the largest change of what the other weights were, in *away. */
static void step_along(gn_moments *m, double rate, const double *g, double *away)
{
    *away = 0;
    for (size_t i = 0; i < m->c->slots; i++)
        for (size_t k = 0, at = m->c->slot[i].offset; k < m->c->slot[i].size; k++) {
            double along = !m->moved[i] ? 0 : m->given ? m->c->u[i][k] : g[at + k];
            double next = m->here[at + k] + rate * along;
            *away = fmax(*away, fabs(next - m->other[at + k]) / fmax(1, fabs(next)));
            m->other[at + k] = next;
        }
}

/* The weights before: the fixed point of old = here + rate*g(old), where the iteration settles. It does as long as a
 * step does not overshoot: rate times the largest curvature below 1. */
static gn_status find_before(gn_moments *m, double rate, bool tight, bool *found)
{
    double away = 0, bound = tight ? TIGHT : LOOSE;
    memcpy(m->other, m->here, m->c->n * sizeof *m->other);
    for (int k = 0; k < (tight ? TIGHT_STEPS : LOOSE_STEPS); k++) {
        GN_TRY(gradient_at(m, m->other, m->g));
        step_along(m, rate, m->g, &away);
        if (away < bound || !isfinite(away)) break;
    }
    *found = away < 10 * bound;
    return GN_OK;
}

static void put_block(gn_moments *m)
{
    const gn_net *net = m->c->at.net;
    const double *p = m->other;
    for (size_t i = 0; i < net->tensors; i++)
        for (size_t k = 0; net->tensor[i].trainable && k < net->tensor[i].size; k++)
            gn_put(GN_F64, m->block, net->tensor[i].offset + k, *p++);
}

gn_status gn_moments_at(gn_moments *m, double rate, bool tight, bool *found)
{
    double away;
    *found = true;
    m->rate = rate;
    if (m->after && !m->given) GN_TRY(find_before(m, rate, tight, found));
    else step_along(m, m->after ? rate : -rate, m->c->right, &away);
    if (!*found) return GN_OK;
    if (m->given) return gradient_at(m, m->other, m->way[GN_STALE_ALL]);
    put_block(m);
    GN_TRY(gn_plan_run(m->c->ctx, m->plan, 0));
    for (int w = 0; w < GN_STALE_WAYS; w++)
        if (m->asked[w]) read_out(m->c, m->plan, m->out + (size_t)w * m->m.n, m->way[w]);
    return GN_OK;
}

/* ---- the plans --------------------------------------------------------------------------------------------------- */

static gn_status open_right(gn_moments *m)
{
    GN_TRY(gn_rows_graph_open(&m->c->at, &m->m_right));
    m->out_right = gn_arena_alloc(&m->m_right.arena, m->m_right.n + 1, sizeof *m->out_right);
    if (!m->out_right) return GN_NO_MEMORY;
    GN_TRY(gn_grad(m->m_right.g, m->m_right.loss, m->m_right.n, m->m_right.wrt, m->out_right));
    gn_plan_options options = { .exact = gn_context_exact(m->c->ctx) };
    return gn_rows_graph_plan(&m->c->at, &m->m_right, m->out_right, m->m_right.n, options, &m->right);
}

/* A second forward pass in the same graph, of the other weights, with a loss of its own. */
static gn_status forward_again(gn_moments *m)
{
    const gn_net *net = m->c->at.net;
    m->o = m->m;                /* borrowed, but for what follows */
    m->o.param = gn_arena_alloc(&m->m.arena, net->tensors + 1, sizeof *m->o.param);
    m->o.layer = gn_arena_alloc(&m->m.arena, net->layers + 1, sizeof *m->o.layer);
    m->block = gn_calloc_aligned(m->c->ctx, net->block_size, sizeof(double));
    if (!m->o.param || !m->o.layer || !m->block) return GN_NO_MEMORY;
    memcpy(m->block, net->block, net->block_size * sizeof(double));
    gn_net_nodes nodes = { .params = m->o.param, .layer = m->o.layer };
    GN_TRY(gn_net_build_nodes(m->m.g, net, m->m.x, false, &nodes));
    m->o.z = nodes.output;
    return gn_net_loss(m->m.g, net, m->o.z, m->m.t, m->m.w, &m->o.loss);
}

static gn_status open_ways(gn_moments *m)
{
    const gn_net *net = m->c->at.net;
    GN_TRY(gn_rows_graph_open(&m->c->at, &m->m));
    GN_TRY(forward_again(m));
    size_t n = m->m.n;
    m->out = gn_arena_alloc(&m->m.arena, GN_STALE_WAYS * n + 1, sizeof *m->out);
    if (!m->out) return GN_NO_MEMORY;
    gn_backward plain = { .layer = SIZE_MAX }, early = plain, inputs = plain, deltas = plain, forward = plain;
    early.weight = GN_WEIGHT_EARLY;
    early.rate = gn_input(m->m.g, "rate", gn_shape_make(0));
    inputs.input = deltas.input = GN_INPUT_STALE;
    inputs.stale = m->o.layer;
    deltas.stale = m->m.layer;
    forward.back = m->m.param;
    GN_TRY(gn_backward_nodes(net, &m->m, &early, m->out + GN_STALE_EARLY * n));
    GN_TRY(gn_backward_nodes(net, &m->m, &inputs, m->out + GN_STALE_INPUTS * n));
    GN_TRY(gn_backward_nodes(net, &m->o, &deltas, m->out + GN_STALE_DELTAS * n));
    GN_TRY(gn_backward_nodes(net, &m->o, &forward, m->out + GN_STALE_FORWARD * n));
    GN_TRY(gn_backward_nodes(net, &m->o, &plain, m->out + GN_STALE_ALL * n));
    gn_plan_options options = { .exact = gn_context_exact(m->c->ctx) };
    GN_TRY(gn_rows_graph_plan(&m->c->at, &m->m, m->out, GN_STALE_WAYS * n, options, &m->plan));
    GN_TRY(gn_plan_bind(m->plan, early.rate, &m->rate));
    for (size_t i = 0; i < net->tensors; i++)
        GN_TRY(gn_plan_bind(m->plan, m->o.param[i], gn_at(GN_F64, m->block, net->tensor[i].offset)));
    return GN_OK;
}

static size_t dense_layers(const gn_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->layers; i++) n += net->layer[i].kind == GN_L_DENSE;
    return n;
}

gn_status gn_moments_open(gn_case *c, gn_moments *m)
{
    m->c = c;
    m->layers = dense_layers(c->at.net);
    m->moved = gn_arena_alloc(&c->arena, c->slots + 1, sizeof *m->moved);
    m->here = gn_case_array(c), m->other = gn_case_array(c), m->g = gn_case_array(c);
    if (!m->moved || !m->here || !m->other || !m->g) return GN_NO_MEMORY;
    for (int w = 0; w < GN_STALE_WAYS; w++)
        if (!(m->way[w] = gn_case_array(c))) return GN_NO_MEMORY;
    gn_net_rows_take(&c->at, m->here);
    GN_TRY(open_right(m));
    return open_ways(m);
}

void gn_moments_close(gn_moments *m)
{
    if (!m->c) return;
    gn_plan_free(m->plan);
    gn_plan_free(m->right);
    gn_rows_graph_close(&m->m);         /* o has nothing of its own */
    gn_rows_graph_close(&m->m_right);
    gn_free_aligned(m->c->ctx, m->block);
}
