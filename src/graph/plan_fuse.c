/* plan_fuse.c -- steps that are done on the way of others: a bias and an activation in a product's epilogue, a slope in
 * the backward product's, pointwise steps one block after the other while it is in cache.
 *
 * Invariant: a fused plan gives the bits of an unfused one, because the same kernels see the same numbers. */
#include "plan.h"

#include <string.h>

static gn_plan_step *maker(gn_plan *p, size_t before, gn_node n)
{
    for (size_t i = before; i-- > 0;)
        if (p->step[i].run && p->step[i].out == n) return &p->step[i];
    return NULL;
}

static bool only_here(const gn_plan *p, gn_node n) { return p->uses[n] == 1; }

static bool is_plain_product(const gn_plan_step *s)
{
    return s->run == gn_run_product && !s->product.bias && !s->product.act && !s->product.slope;
}

static void take_over(gn_plan_step *from, gn_plan_step *to)
{
    /* the product moves to where its last part stood, because that part's other operands may be made in between */
    gn_node out = to->out;
    double flops = from->flops + to->flops;
    *to = *from;
    to->out = out;
    to->flops = flops;
    from->run = NULL;
}

/* add(product, repeat_row(bias)) */
static bool fuse_bias(gn_plan *p, size_t i)
{
    gn_plan_step *s = &p->step[i];
    if (s->run != gn_run_pointwise || s->value != p->k->value[GN_P_add]) return false;
    for (int k = 0; k < 2; k++) {
        gn_plan_step *g = maker(p, i, s->in[k]), *b = maker(p, i, s->in[1 - k]);
        if (!g || !b || !is_plain_product(g) || b->run != gn_run_repeat_row || b->n != g->product.n) continue;
        if (!only_here(p, s->in[k])) continue;
        gn_node bias = b->in[0], repeated = b->out;
        take_over(g, s);
        s->product.bias = bias;
        s->kernel = "product+bias";
        p->uses[bias]++;
        if (--p->uses[repeated] == 0) {
            p->uses[bias]--;
            b->run = NULL;
        }
        return true;
    }
    return false;
}

static bool fuse_activation(gn_plan *p, size_t i)
{
    gn_plan_step *s = &p->step[i];
    if (s->run != gn_run_pointwise || s->inputs != 1) return false;
    gn_plan_step *g = maker(p, i, s->in[0]);
    if (!g || g->run != gn_run_product || g->product.act || g->product.slope || !only_here(p, s->in[0])) return false;
    gn_pw_value act = s->value;
    double par[4];
    memcpy(par, s->par, sizeof par);
    take_over(g, s);
    s->product.act = act;
    memcpy(s->par, par, sizeof par);
    s->kernel = s->product.bias ? "product+bias+activation" : "product+activation";
    return true;
}

/* slope(x, value, g = product) of an operation of one operand */
static bool fuse_slope(gn_plan *p, size_t i)
{
    gn_plan_step *s = &p->step[i];
    if (s->run != gn_run_slope || s->in[1] || s->in[2] || !s->in[4] || !s->unit[4]) return false;
    if ((s->in[0] && !s->unit[0]) || (s->in[3] && !s->unit[3])) return false;
    gn_plan_step *g = maker(p, i, s->in[4]);
    if (!g || !is_plain_product(g) || !only_here(p, s->in[4])) return false;
    gn_plan_step was = *s;
    take_over(g, s);
    s->product.slope = was.slope;
    s->product.act_in = was.in[0];
    s->product.act_out = was.in[3];
    memcpy(s->par, was.par, sizeof s->par);
    s->kernel = "product*slope";
    return true;
}

static void drop_empty(gn_plan *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].run) p->step[kept++] = p->step[i];
    p->steps = kept;
}

/* Values that nothing reads: a number repeated over an array for readers that take the number, for one. */
static void drop_unread(gn_plan *p)
{
    gn_node r[GN_READS];
    for (size_t i = p->steps; i-- > 0;) {
        gn_plan_step *s = &p->step[i];
        if (p->uses[s->out]) continue;
        for (int n = gn_step_reads(s, r), k = 0; k < n; k++) p->uses[r[k]]--;
        s->run = NULL;
    }
    drop_empty(p);
}

void gn_plan_chain(gn_plan *p)
{
    enum { WORTH = 8192 }; /* elements: below this everything is in the first cache anyway */
    bool together = !p->options.naive && !p->options.trace;
    for (size_t i = 0; i < p->steps;) {
        size_t j = i + 1;
        if (together && p->step[i].elementwise && p->step[i].n > WORTH)
            while (j < p->steps && p->step[j].elementwise && p->step[j].n == p->step[i].n) j++;
        p->step[i].chain = (int)(j - i);
        i = j;
    }
}

static void count_uses(gn_plan *p)
{
    for (size_t i = 0; i < p->steps; i++)
        for (int k = 0; k < p->step[i].inputs; k++) p->uses[p->step[i].in[k]]++;
    for (size_t i = 0; i < p->outputs; i++) p->uses[p->output[i].root] += 2; /* read by the caller: never only here */
}

void gn_plan_fuse(gn_plan *p)
{
    count_uses(p);
    bool fuse = !p->options.naive && !p->options.trace;
    if (fuse) drop_unread(p);
    for (size_t i = 0; fuse && i < p->steps; i++)
        if (!fuse_bias(p, i) && !fuse_activation(p, i)) fuse_slope(p, i);
    drop_empty(p);
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].run == gn_run_product) gn_product_blocks(p, &p->step[i]);
}
