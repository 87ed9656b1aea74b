/* plan_order.c -- from a graph to steps in an order in which every operand is ready.
 *
 * Invariant: a node that is only another name for a value (an identity, a composed node run by its spelling) gets no
 * step: its root is the node that has one. */
#include "plan.h"

#include <string.h>

typedef struct ordering {
    gn_graph *g;
    gn_plan *p;
    uint8_t *state;             /* 0 new, 1 opened, 2 done */
    gn_node *stack;
    size_t depth, capacity, nodes;
    size_t step_capacity;
} ordering;

static gn_status grow_nodes(ordering *o)
{
    size_t old = o->nodes, now = (size_t)gn_graph_count(o->g) + 1;
    if (now <= old) return GN_OK;
    gn_plan *p = o->p;
    uint8_t *state = gn_resize(p->ctx, o->state, now, 1);
    if (!state) return GN_NO_MEMORY;
    memset(state + old, 0, now - old);
    o->state = state;
    gn_node *root = gn_resize(p->ctx, p->root, now, sizeof *root);
    if (!root) return GN_NO_MEMORY;
    p->root = root;
    gn_shape *shape = gn_resize(p->ctx, p->shape, now, sizeof *shape);
    if (!shape) return GN_NO_MEMORY;
    p->shape = shape;
    for (size_t i = old; i < now; i++) {
        root[i] = (gn_node)i;
        shape[i] = i ? gn_node_get(o->g, (gn_node)i).shape : (gn_shape){ 0 };
    }
    o->nodes = now;
    return GN_OK;
}

static gn_status push(ordering *o, gn_node n)
{
    if (o->depth == o->capacity) {
        size_t capacity = o->capacity ? 2 * o->capacity : 256;
        gn_node *stack = gn_resize(o->p->ctx, o->stack, capacity, sizeof *stack);
        if (!stack) return GN_NO_MEMORY;
        o->stack = stack;
        o->capacity = capacity;
    }
    o->stack[o->depth++] = n;
    return GN_OK;
}

/* Does the plan run this node by its spelling? */
static bool spelled(const ordering *o, const gn_node_info *i)
{
    if (i->kind == GN_SLOPE) return o->p->options.naive;
    if (i->kind != GN_COMPOSED) return false;
    const gn_composed_row *row = gn_composed_table((gn_composed_op)i->op);
    return !row->run || (o->p->options.naive && row->spell);
}

static bool same_letters(const char *spec)
{
    const char *arrow = strstr(spec, "->");
    size_t n = arrow ? (size_t)(arrow - spec) : 0;
    return arrow && !memchr(spec, ',', n) && strlen(arrow + 2) == n && memcmp(spec, arrow + 2, n) == 0;
}

/* The node whose value this one shares, or 0 when it has a step of its own. */
static gn_status alias_of(ordering *o, gn_node n, const gn_node_info *i, gn_node *out)
{
    *out = 0;
    if (i->kind == GN_POINTWISE && i->op == GN_P_identity) *out = i->in[0];
    else if (i->kind == GN_CONTRACT && i->inputs == 1 && same_letters(i->spec)) *out = i->in[0];
    else if (spelled(o, i)) {
        *out = gn_spell(o->g, n);
        if (*out == n) return gn_fail(o->p->ctx, GN_E_GRAPH_OP, "a node has neither a kernel nor a spelling");
        if (*out == 0) return gn_graph_status(o->g);
        GN_TRY(grow_nodes(o));
    }
    return GN_OK;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static gn_plan_step *new_step(ordering *o)
{
    gn_plan *p = o->p;
    if (p->steps == o->step_capacity) {
        size_t capacity = o->step_capacity ? 2 * o->step_capacity : 64;
        gn_plan_step *step = gn_resize(p->ctx, p->step, capacity, sizeof *step);
        if (!step) return NULL;
        p->step = step;
        o->step_capacity = capacity;
    }
    gn_plan_step *s = &p->step[p->steps++];
    memset(s, 0, sizeof *s);
    return s;
}

/* One number repeated over an array need not be written out for a pointwise reader. */
static gn_node through_fill(const ordering *o, gn_node n)
{
    if (o->p->options.naive) return n;
    gn_node_info i = gn_node_get(o->g, n);
    bool fill = i.kind == GN_CONTRACT && i.inputs == 1 && strncmp(i.spec, "->", 2) == 0;
    return fill ? o->p->root[i.in[0]] : n;
}

static void elementwise_operands(const ordering *o, gn_plan_step *s, const gn_node_info *i)
{
    s->elementwise = true;
    for (int k = 0; k < i->inputs; k++) {
        gn_node n = i->in[k] ? o->p->root[i->in[k]] : 0;
        s->in[k] = n ? through_fill(o, n) : 0;
        s->unit[k] = s->in[k] && gn_shape_size(o->p->shape[s->in[k]]) > 1;
    }
    s->inputs = i->inputs;
    memcpy(s->par, i->attr, sizeof s->par);
}

static gn_status composed_step(ordering *o, gn_plan_step *s, const gn_node_info *i)
{
    gn_shape *shape = gn_arena_alloc(&o->p->arena, (size_t)i->inputs + 1, sizeof *shape);
    if (!shape) return GN_NO_MEMORY;
    for (int k = 0; k < i->inputs; k++) shape[k] = o->p->shape[i->in[k]];
    shape[i->inputs] = i->shape;
    s->composed = gn_composed_table((gn_composed_op)i->op);
    s->shape = shape;
    s->run = gn_run_composed;
    s->kernel = s->composed->name;
    s->flops = s->composed->flops ? s->composed->flops(shape) : (double)s->n;
    memcpy(s->par, i->attr, sizeof s->par);
    return GN_OK;
}

static gn_status add_step(ordering *o, gn_node n, const gn_node_info *i)
{
    gn_plan *p = o->p;
    const gn_pointwise_row *row = gn_pointwise_table();
    gn_plan_step *s = new_step(o);
    if (!s) return GN_NO_MEMORY;
    s->out = n;
    s->n = gn_shape_size(i->shape);
    s->rows = 1;
    s->inputs = i->inputs;
    for (int k = 0; k < i->inputs; k++) s->in[k] = i->in[k] ? p->root[i->in[k]] : 0;
    s->flops = (double)s->n;
    switch (i->kind) {
    case GN_POINTWISE:
        elementwise_operands(o, s, i);
        s->run = gn_run_pointwise;
        s->value = p->k->value[i->op];
        s->kernel = row[i->op].name;
        return GN_OK;
    case GN_SLOPE:
        elementwise_operands(o, s, i);
        s->run = gn_run_slope;
        s->slope = p->k->slope[i->op][(int)i->attr[3]];
        s->kernel = row[i->op].name;
        return GN_OK;
    case GN_CONTRACT:
        return gn_plan_contract(p, i, s);
    case GN_RANDOM_MASK:
        s->run = gn_run_mask;
        s->kernel = "mask";
        memcpy(s->par, i->attr, sizeof s->par);
        return GN_OK;
    case GN_COMPOSED:
        return composed_step(o, s, i);
    default:
        p->steps--; /* leaves have no step */
        return GN_OK;
    }
}

/* ---- depth first, without recursion ----------------------------------------------------------------------------- */

static gn_status close_node(ordering *o, gn_node n, const gn_node_info *i)
{
    gn_node alias;
    GN_TRY(alias_of(o, n, i, &alias));
    o->state[n] = 2;
    if (!alias) return add_step(o, n, i);
    o->p->root[n] = o->p->root[alias];
    return GN_OK;
}

static gn_status open_node(ordering *o, gn_node n, const gn_node_info *i)
{
    gn_node alias;
    GN_TRY(alias_of(o, n, i, &alias));
    o->state[n] = 1;
    if (alias) return o->state[alias] == 0 ? push(o, alias) : GN_OK;
    for (int k = i->inputs - 1; k >= 0; k--)
        if (i->in[k] && o->state[i->in[k]] == 0) GN_TRY(push(o, i->in[k]));
    return GN_OK;
}

static gn_status visit(ordering *o, gn_node output)
{
    GN_TRY(push(o, output));
    while (o->depth) {
        gn_node n = o->stack[o->depth - 1];
        gn_node_info i = gn_node_get(o->g, n);
        if (o->state[n] == 0) {
            GN_TRY(open_node(o, n, &i));
        } else {
            o->depth--;
            if (o->state[n] == 1) GN_TRY(close_node(o, n, &i));
        }
    }
    return GN_OK;
}

static gn_status copy_facts(ordering *o)
{
    gn_plan *p = o->p;
    p->nodes = o->nodes;
    p->name = gn_arena_alloc(&p->arena, o->nodes, sizeof *p->name);
    p->kind = gn_arena_alloc(&p->arena, o->nodes, 1);
    p->at = gn_arena_alloc(&p->arena, o->nodes, sizeof *p->at);
    p->uses = gn_arena_alloc(&p->arena, o->nodes, sizeof *p->uses);
    p->offset = gn_arena_alloc(&p->arena, o->nodes, sizeof *p->offset);
    if (!p->name || !p->kind || !p->at || !p->uses || !p->offset) return GN_NO_MEMORY;
    for (size_t n = 1; n < o->nodes; n++) {
        gn_node_info i = gn_node_get(o->g, (gn_node)n);
        p->kind[n] = (uint8_t)i.kind;
        if (i.name && o->state[n] && !(p->name[n] = gn_arena_text(&p->arena, i.name, strlen(i.name))))
            return GN_NO_MEMORY;
        if (i.kind != GN_CONST || !o->state[n]) continue;
        double *value = gn_arena_alloc(&p->arena, 1, sizeof *value);
        if (!value) return GN_NO_MEMORY;
        if (p->options.type == GN_F64) *value = i.attr[0];
        else *(float *)(void *)value = (float)i.attr[0];
        p->at[n] = value;
    }
    return GN_OK;
}

gn_status gn_plan_order(gn_graph *g, gn_plan *p)
{
    ordering o = { .g = g, .p = p };
    gn_status s = grow_nodes(&o);
    for (size_t i = 0; s == GN_OK && i < p->outputs; i++) s = visit(&o, p->output[i].node);
    if (s == GN_OK) s = copy_facts(&o);
    for (size_t i = 0; s == GN_OK && i < p->outputs; i++) p->output[i].root = p->root[p->output[i].node];
    gn_free(p->ctx, o.state);
    gn_free(p->ctx, o.stack);
    return s;
}
