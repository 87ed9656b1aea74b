/* plan.c -- compiling a graph into a plan, saying where its leaves and outputs are, and running it. */
#include "plan.h"

#include <string.h>

void gn_plan_free(gn_plan *p)
{
    if (!p) return;
    gn_context *ctx = p->ctx;
    for (size_t i = 0; i < p->outputs; i++) gn_free_aligned(ctx, p->output[i].own);
    gn_free_aligned(ctx, p->block);
    gn_free_aligned(ctx, p->scratch);
    gn_free(ctx, p->root);
    gn_free(ctx, p->shape);
    gn_free(ctx, p->step);
    gn_arena_free(&p->arena);
    gn_free(ctx, p);
}

static const gn_kernels *kernels_of(gn_context *ctx, gn_plan_options o)
{
    if (o.naive) return gn_kernels_reference(o.type);
    int isa = gn_context_isa(ctx);
    return gn_kernels_get(isa < 0 ? gn_isa_best() : (gn_isa)isa, o.type, o.exact);
}

static gn_status compile(gn_graph *g, gn_plan *p, const gn_node *outputs, size_t n)
{
    p->output = gn_arena_alloc(&p->arena, n ? n : 1, sizeof *p->output);
    if (!p->output) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) p->output[i].node = outputs[i];
    p->outputs = n;
    GN_TRY(gn_plan_order(g, p));
    gn_plan_fuse(p);
    p->finals = p->steps;
    return gn_plan_arrange(p);
}

gn_status gn_plan_new(gn_graph *g, const gn_node *outputs, size_t n, gn_plan_options options, gn_plan **out)
{
    gn_context *ctx = gn_graph_context(g);
    *out = NULL;
    GN_TRY(gn_graph_status(g));
    for (size_t i = 0; i < n; i++)
        if (outputs[i] <= 0 || outputs[i] > gn_graph_count(g))
            return gn_fail(ctx, GN_E_GRAPH_OP, "output %zu of a plan is not a node of its graph", i);
    gn_plan *p = gn_calloc(ctx, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    p->ctx = ctx;
    p->options = options;
    p->k = kernels_of(ctx, options);
    p->workers = gn_context_threads(ctx);
    gn_arena_init(&p->arena, ctx);
    gn_status s = compile(g, p, outputs, n);
    if (s == GN_OK) *out = p;
    else gn_plan_free(p);
    return s;
}

/* ---- binding ---------------------------------------------------------------------------------------------------- */

static bool is_leaf(const gn_plan *p, gn_node n) { return p->kind[n] == GN_INPUT || p->kind[n] == GN_PARAM; }

static const gn_plan_step *maker(const gn_plan *p, gn_node n)
{
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].out == n) return &p->step[i];
    return NULL;
}

/* An output that shares its elements with another, or with a leaf, is copied out at the end of a run. */
static gn_status bind_output(gn_plan *p, gn_plan_output *o, void *at)
{
    const gn_plan_step *s = maker(p, o->root);
    if (s && s->update) return gn_fail(p->ctx, GN_E_GRAPH_OP, "a gradient is bound before its update is set");
    bool taken = !s;
    for (size_t i = 0; i < p->outputs; i++) {
        const gn_plan_output *other = &p->output[i];
        taken |= other != o && other->root == o->root && other->bound && !other->copied;
    }
    o->bound = at;
    o->copied = taken;
    if (!taken) p->at[o->root] = at;
    return GN_OK;
}

gn_status gn_plan_bind(gn_plan *p, gn_node n, void *at)
{
    if (n <= 0 || (size_t)n >= p->nodes) return gn_fail(p->ctx, GN_E_GRAPH_OP, "node %d is not in this plan", (int)n);
    if (is_leaf(p, n)) {
        p->at[n] = at;
        return GN_OK;
    }
    gn_plan_output *found = NULL;
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].node == n && (!found || found->bound)) found = &p->output[i];
    return found ? bind_output(p, found, at)
                 : gn_fail(p->ctx, GN_E_GRAPH_OP, "node %d is neither a leaf nor an output of this plan", (int)n);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

static gn_status check_leaves(const gn_plan *p)
{
    gn_node r[GN_READS];
    for (size_t i = 0; i < p->steps; i++)
        for (int n = gn_step_reads(&p->step[i], r), k = 0; k < n; k++)
            if (is_leaf(p, r[k]) && !p->at[r[k]])
                return gn_fail(p->ctx, GN_E_GRAPH_OP, "'%s' is read by the plan but was not bound",
                               p->name[r[k]] ? p->name[r[k]] : "a leaf");
    return GN_OK;
}

static void copy_out(const gn_plan *p)
{
    size_t size = gn_type_size(p->options.type);
    for (size_t i = 0; i < p->outputs; i++) {
        const gn_plan_output *o = &p->output[i];
        const void *from = p->at[o->root];
        if (o->copied && from && o->bound != from) memcpy(o->bound, from, gn_shape_size(p->shape[o->root]) * size);
    }
}

static void run_steps(gn_run *r, size_t first, size_t last)
{
    const gn_plan_step *s = r->plan->step + first, *end = r->plan->step + last;
    for (; s < end; s += s->chain) s->run(r, s);
}

gn_status gn_plan_run(gn_context *ctx, gn_plan *p, uint64_t step)
{
    if (!p->scratch) {
        GN_TRY(check_leaves(p));
        GN_TRY(gn_plan_allot(p));
    }
    gn_run r = { ctx, p, step };
    run_steps(&r, 0, p->finals);
    copy_out(p);
    run_steps(&r, p->finals, p->steps);
    return GN_OK;
}

const void *gn_plan_value(const gn_plan *p, gn_node n)
{
    if (n <= 0 || (size_t)n >= p->nodes) return NULL;
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].node == n) return p->output[i].bound ? p->output[i].bound : p->at[p->output[i].root];
    gn_node root = p->root[n];
    bool kept = p->options.trace || p->options.naive || is_leaf(p, root) || p->kind[root] == GN_CONST;
    return kept ? p->at[root] : NULL;
}

size_t gn_plan_bytes(const gn_plan *p)
{
    return p->block_bytes + p->own_bytes + (size_t)p->workers * p->scratch_bytes;
}
