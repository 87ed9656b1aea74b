/* plan_update.c -- optimisers in a plan. A weight gradient that nothing else needs is never written: its product runs
 * block by block, and each block changes its weights while it is in cache.
 *
 * Invariant: every step that changes weights stands behind every step that reads a parameter, so all gradients are
 * those of the old weights. */
#include "plan.h"

#include <string.h>

static bool is_bound(const gn_plan *p, gn_node root)
{
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].root == root && (p->output[i].bound || p->output[i].own)) return true;
    return false;
}

static const gn_plan_update *only_update(const gn_plan *p, gn_node root)
{
    const gn_plan_update *found = NULL;
    for (size_t i = 0; i < p->updates; i++) {
        if (p->root[p->update[i].gradient] != root) continue;
        if (found) return NULL; /* two tensors with one gradient: it is written once and read twice */
        found = &p->update[i];
    }
    return found;
}

static bool is_param(const gn_plan *p, gn_node n) { return p->kind[n] == GN_PARAM; }

/* The product of a gradient, needed for one update alone, from operands that no update changes. */
static const gn_plan_update *consumer(const gn_plan *p, const gn_plan_step *s)
{
    const gn_product *g = &s->product;
    if (s->run != gn_run_product || g->bias || g->act || g->slope || p->options.trace || p->options.naive) return NULL;
    if (p->uses[s->out] != 2 || is_bound(p, s->out) || is_param(p, s->in[0]) || is_param(p, s->in[1])) return NULL;
    return only_update(p, s->out);
}

static void forget_updates(gn_plan *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->steps; i++) {
        gn_plan_step s = p->step[i];
        if (s.run == gn_run_update) continue;
        if (s.update) {
            s.run = gn_run_product;
            s.kernel = "product";
            s.update = NULL;
        }
        p->step[kept++] = s;
    }
    p->steps = p->finals = kept;
}

static gn_plan_step update_step(const gn_plan *p, const gn_plan_update *u)
{
    gn_plan_step s = { .run = gn_run_update, .kernel = gn_optimizer_table()[u->op].name, .inputs = 1, .update = u };
    s.in[0] = p->root[u->gradient];
    s.n = gn_shape_size(p->shape[s.in[0]]);
    s.flops = (double)s.n;
    s.chain = 1;
    return s;
}

/* Products with updates move behind everything else, in their order; updates on their own follow. `late` has room for
 * all of them, the steps for one more each. */
static void order_updates(gn_plan *p, gn_plan_step *late)
{
    size_t kept = 0, moved = 0, fused = 0;
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].update) late[moved++] = p->step[i];
        else p->step[kept++] = p->step[i];
    fused = moved;
    for (size_t i = 0; i < p->updates; i++) {
        bool done = false;
        for (size_t k = 0; k < fused; k++) done |= late[k].update == &p->update[i];
        if (!done) late[moved++] = update_step(p, &p->update[i]);
    }
    memcpy(p->step + kept, late, moved * sizeof *late);
    p->finals = kept;
    p->steps = kept + moved;
}

static gn_status check_updates(gn_plan *p, const gn_plan_update *u, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        gn_node at = u[i].gradient;
        bool known = false;
        for (size_t k = 0; k < p->outputs; k++) known |= p->output[k].node == at;
        if (!known || (unsigned)u[i].op >= GN_OPT_COUNT)
            return gn_fail(p->ctx, GN_E_GRAPH_OP, "update %zu: node %d is no output of this plan", i, (int)at);
    }
    return GN_OK;
}

static void fuse_updates(gn_plan *p)
{
    for (size_t i = 0; i < p->steps; i++) {
        gn_plan_step *s = &p->step[i];
        s->update = consumer(p, s);
        if (!s->update) continue;
        s->run = gn_run_updated_product;
        s->kernel = "product+update";
        gn_product_blocks(p, s);
    }
}

gn_status gn_plan_set_updates(gn_plan *p, const gn_plan_update *u, size_t n)
{
    GN_TRY(check_updates(p, u, n));
    gn_plan_update *kept = gn_arena_alloc(&p->arena, n ? n : 1, sizeof *kept);
    if (!kept) return GN_NO_MEMORY;
    gn_plan_step *step = gn_resize(p->ctx, p->step, p->steps + n + 1, sizeof *step);
    if (!step) return GN_NO_MEMORY;
    p->step = step;
    gn_plan_step *late = gn_alloc_array(p->ctx, p->steps + n + 1, sizeof *late);
    if (!late) return GN_NO_MEMORY;
    forget_updates(p);
    memcpy(kept, u, n * sizeof *u);
    p->update = kept;
    p->updates = n;
    fuse_updates(p);
    order_updates(p, late);
    gn_free(p->ctx, late);
    return gn_plan_arrange(p);
}
