/* plan.c -- compiling a graph into a plan, saying where its leaves and outputs are, and running it. */
#include <string.h>
#include "plan.h"

static void release(gn_plan *p)
{
    gn_context *ctx = p->ctx;
    for (size_t i = 0; i < p->outputs; i++)
        if (p->kind && !p->output[i].bound && p->output[i].copied == false && p->offset && p->offset[p->output[i].root] == SIZE_MAX - 1) {
            gn_free_aligned(ctx, p->at[p->output[i].root]);
            p->offset[p->output[i].root] = SIZE_MAX;
        }
    gn_free_aligned(ctx, p->block);
    gn_free_aligned(ctx, p->scratch);
    gn_free(ctx, p->root);
    gn_free(ctx, p->shape);
    gn_free(ctx, p->step);
    gn_arena_free(&p->arena);
    gn_free(ctx, p);
}

void gn_plan_free(gn_plan *p)
{
    if (p) release(p);
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
    return gn_plan_place(p);
}

gn_status gn_plan_new(gn_graph *g, const gn_node *outputs, size_t n, gn_plan_options options, gn_plan **out)
{
    gn_context *ctx = gn_graph_context(g);
    *out = NULL;
    GN_TRY(gn_graph_status(g));
    for (size_t i = 0; i < n; i++)
        if (outputs[i] <= 0 || outputs[i] > gn_graph_count(g)) return gn_fail(ctx, GN_E_GRAPH_OP, "output %zu of a plan is not a node of its graph", i);
    gn_plan *p = gn_calloc(ctx, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    p->ctx = ctx;
    p->options = options;
    p->k = kernels_of(ctx, options);
    p->workers = gn_context_threads(ctx);
    gn_arena_init(&p->arena, ctx);
    gn_status s = compile(g, p, outputs, n);
    if (s != GN_OK) {
        release(p);
        return s;
    }
    *out = p;
    return GN_OK;
}

/* ---- binding ------------------------------------------------------------------------------------------------------- */

static bool is_leaf(const gn_plan *p, gn_node n) { return p->kind[n] == GN_INPUT || p->kind[n] == GN_PARAM; }

static bool made_by_step(const gn_plan *p, gn_node n)
{
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].out == n) return true;
    return false;
}

/* An output that shares its elements with another, or with a leaf, is copied out at the end of a run. */
static gn_status bind_output(gn_plan *p, gn_plan_output *o, void *at)
{
    bool taken = !made_by_step(p, o->root);
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
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].node == n && !p->output[i].bound) return bind_output(p, &p->output[i], at);
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].node == n) return bind_output(p, &p->output[i], at);
    return gn_fail(p->ctx, GN_E_GRAPH_OP, "node %d is neither a leaf nor an output of this plan", (int)n);
}

/* ---- updates ------------------------------------------------------------------------------------------------------- */

static const gn_plan_update *update_of(const gn_plan *p, gn_node root)
{
    for (size_t i = 0; i < p->updates; i++)
        if (p->root[p->update[i].gradient] == root) return &p->update[i];
    return NULL;
}

/* Steps that end in an update come last, so that everything that reads the old weights has run. The order among the others stays. */
static gn_status move_updates_last(gn_plan *p)
{
    gn_plan_step *late = gn_alloc_array(p->ctx, p->steps ? p->steps : 1, sizeof *late);
    if (!late) return GN_NO_MEMORY;
    size_t kept = 0, moved = 0;
    for (size_t i = 0; i < p->steps; i++)
        if (p->step[i].update) late[moved++] = p->step[i];
        else p->step[kept++] = p->step[i];
    memcpy(p->step + kept, late, moved * sizeof *late);
    gn_free(p->ctx, late);
    return GN_OK;
}

gn_status gn_plan_set_updates(gn_plan *p, const gn_plan_update *u, size_t n)
{
    p->update = gn_arena_alloc(&p->arena, n ? n : 1, sizeof *p->update);
    if (!p->update) return GN_NO_MEMORY;
    memcpy(p->update, u, n * sizeof *u);
    p->updates = n;
    for (size_t i = 0; i < p->steps; i++) {
        gn_plan_step *s = &p->step[i];
        /* two tensors may have one gradient node (both zero): then it is written once and both updates follow the run */
        size_t readers = 0;
        for (size_t k = 0; k < n; k++) readers += p->root[u[k].gradient] == s->out;
        bool fused = s->run == gn_run_product && !s->product.act && !s->product.slope && !s->product.bias && readers == 1 && p->uses[s->out] == 2;
        s->update = fused && !p->options.trace ? update_of(p, s->out) : NULL;
        if (!s->update) continue;
        s->run = gn_run_updated_product;
        s->kernel = "product+update";
    }
    return move_updates_last(p);
}

/* ---- running ------------------------------------------------------------------------------------------------------- */

/* Outputs that nobody bound get memory of the plan at the first run. */
static gn_status own_outputs(gn_plan *p)
{
    for (size_t i = 0; i < p->outputs; i++) {
        gn_node n = p->output[i].root;
        if (p->at[n] || !made_by_step(p, n)) continue;
        const gn_plan_update *u = update_of(p, n);
        bool never_written = false;
        for (size_t k = 0; u && k < p->steps; k++) never_written |= p->step[k].update == u;
        if (never_written) continue;
        p->at[n] = gn_calloc_aligned(p->ctx, gn_shape_size(p->shape[n]), gn_type_size(p->options.type));
        if (!p->at[n]) return GN_NO_MEMORY;
        p->offset[n] = SIZE_MAX - 1; /* the plan's, on its own */
        p->block_bytes += gn_shape_size(p->shape[n]) * gn_type_size(p->options.type);
    }
    return GN_OK;
}

static gn_status check_leaves(const gn_plan *p)
{
    for (size_t i = 0; i < p->steps; i++)
        for (int k = 0; k < p->step[i].inputs; k++) {
            gn_node n = p->step[i].in[k];
            if (n && is_leaf(p, n) && !p->at[n])
                return gn_fail(p->ctx, GN_E_GRAPH_OP, "'%s' is read by the plan but was not bound", p->name[n] ? p->name[n] : "a leaf");
        }
    return GN_OK;
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

gn_status gn_plan_finish(gn_plan *p)
{
    GN_TRY(check_leaves(p));
    GN_TRY(own_outputs(p));
    size_t block = 0;
    for (size_t i = 0; i < p->steps; i++) {
        const gn_product *g = &p->step[i].product;
        if (p->step[i].run != gn_run_product && p->step[i].run != gn_run_updated_product) continue;
        p->pack_bytes = most(p->pack_bytes, p->k->gemm_scratch(g->m, g->n, g->k));
        if (p->step[i].update) block = most(block, g->block_m * g->n * gn_type_size(p->options.type));
    }
    p->pack_bytes = (p->pack_bytes + 63) & ~(size_t)63;
    p->scratch_bytes = p->pack_bytes + ((block + 63) & ~(size_t)63);
    p->scratch = gn_calloc_aligned(p->ctx, (size_t)p->workers, p->scratch_bytes ? p->scratch_bytes : 64);
    return p->scratch ? GN_OK : GN_NO_MEMORY;
}

static void copy_out(const gn_plan *p)
{
    size_t size = gn_type_size(p->options.type);
    for (size_t i = 0; i < p->outputs; i++) {
        const gn_plan_output *o = &p->output[i];
        if (o->copied && o->bound != p->at[o->root]) memcpy(o->bound, p->at[o->root], gn_shape_size(p->shape[o->root]) * size);
    }
}

static void late_updates(gn_run *r)
{
    gn_plan *p = r->plan;
    for (size_t i = 0; i < p->updates; i++) {
        bool fused = false;
        for (size_t k = 0; k < p->steps; k++) fused |= p->step[k].update == &p->update[i];
        if (!fused) gn_run_update(r, &p->update[i], gn_shape_size(p->shape[p->update[i].gradient]));
    }
}

gn_status gn_plan_run(gn_context *ctx, gn_plan *p, uint64_t step)
{
    if (!p->scratch) GN_TRY(gn_plan_finish(p));
    gn_run r = { ctx, p, step };
    for (size_t i = 0; i < p->steps; i += (size_t)p->step[i].chain) {
        const gn_plan_step *s = &p->step[i];
        if (s->chain > 1) gn_run_chain(&r, s);
        else s->run(&r, s);
    }
    copy_out(p);
    if (p->updates) late_updates(&r);
    return GN_OK;
}

const void *gn_plan_value(const gn_plan *p, gn_node n)
{
    if (n <= 0 || (size_t)n >= p->nodes) return NULL;
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].node == n) return p->output[i].bound ? p->output[i].bound : p->at[p->output[i].root];
    gn_node root = p->root[n];
    return p->options.trace || p->options.naive || is_leaf(p, root) || p->kind[root] == GN_CONST ? p->at[root] : NULL;
}

size_t gn_plan_bytes(const gn_plan *p) { return p->block_bytes + (size_t)p->workers * p->scratch_bytes; }
