/* derive.c -- derivatives as nodes: reverse mode (vjp, grad) and forward mode (jvp), both from the same rows.
 *
 * Invariant: nothing is computed here; a derivative is more graph, so it can be derived again. A contribution that is 0
 * is no node at all until somebody asks for it. Nodes are visited in the order of their numbers, so equal graphs give
 * equal derivatives.
 *
 * A composed or slope node is derived as a function of its operands alone: what lies below one is not part of it. The
 * operands are then `leaf`, where the sweep stops. */
#include "graph_internal.h"

typedef struct gn_sweep {
    gn_graph *g;
    gn_node y;
    size_t n;
    const gn_node *wrt;
    size_t leaves;
    const gn_node *leaf;        /* nodes to stop at, whatever they are made from */
    unsigned char *mark;        /* by node up to y: see below */
    gn_node *value;             /* gradient or tangent of each node; 0 none */
} gn_sweep;
enum { REACHED = 1, DEPENDS = 2, LEAF = 4, NEEDED = REACHED | DEPENDS };

static gn_status vjp_sweep(gn_sweep *s, gn_node seed);
static gn_status jvp_sweep(gn_sweep *s, const gn_node *tangent);

/* ---- which nodes matter ----------------------------------------------------------------------------------------- */

static bool is_needed(const gn_sweep *s, gn_node n) { return n && (s->mark[n] & NEEDED) == NEEDED; }
static bool is_leaf(const gn_sweep *s, gn_node n) { return s->mark[n] & LEAF; }

/* REACHED: y is made from it. DEPENDS: it is made from a wrt. A gradient flows through nodes that are both. */
static void mark_nodes(gn_sweep *s)
{
    const gn_node_info *node = s->g->node;
    for (size_t i = 0; i < s->n; i++)
        if (s->wrt[i] <= s->y) s->mark[s->wrt[i]] |= DEPENDS;
    for (size_t i = 0; i < s->leaves; i++)
        if (s->leaf[i] <= s->y) s->mark[s->leaf[i]] |= LEAF;
    s->mark[s->y] |= REACHED;
    for (gn_node i = s->y; i > 0; i--) {
        if (!(s->mark[i] & REACHED) || is_leaf(s, i)) continue;
        for (int k = 0; k < node[i].inputs; k++) s->mark[node[i].in[k]] |= REACHED;
    }
    for (gn_node i = 1; i <= s->y; i++) {
        if (!(s->mark[i] & REACHED) || is_leaf(s, i)) continue;
        for (int k = 0; k < node[i].inputs; k++)
            if (node[i].in[k]) s->mark[i] |= s->mark[node[i].in[k]] & DEPENDS;
    }
}

static gn_status open_sweep(gn_sweep *s)
{
    s->mark = gn_calloc(s->g->ctx, (size_t)s->y + 1, sizeof *s->mark);
    s->value = gn_calloc(s->g->ctx, (size_t)s->y + 1, sizeof *s->value);
    if (!s->mark || !s->value) return s->g->status = GN_NO_MEMORY;
    mark_nodes(s);
    return GN_OK;
}

static void close_sweep(gn_sweep *s)
{
    gn_free(s->g->ctx, s->mark);
    gn_free(s->g->ctx, s->value);
}

static gn_node plus(gn_graph *g, gn_node a, gn_node b) { return !a ? b : !b ? a : gn_pw2(g, GN_P_add, a, b); }

/* A number that stood for a whole array gets the sum of what the elements would have got. */
static void add_to(gn_sweep *s, gn_node to, gn_node part)
{
    if (!part) return;
    bool sum = s->g->node[to].shape.rank == 0 && s->g->node[part].shape.rank > 0;
    s->value[to] = plus(s->g, s->value[to], sum ? gn_sum_to_scalar(s->g, part) : part);
}

/* ---- reverse ---------------------------------------------------------------------------------------------------- */

/* The operands of n, each once, and among them those that the derivative flows through. */
typedef struct gn_operands { gn_node leaf[5], wrt[5]; size_t leaves, n; } gn_operands;

static gn_operands operands_of(const gn_sweep *s, gn_node n)
{
    const gn_node_info *f = &s->g->node[n];
    gn_operands o = { .leaves = 0 };
    for (int k = 0; k < f->inputs; k++) {
        bool again = f->in[k] == 0;
        for (size_t j = 0; j < o.leaves; j++) again |= o.leaf[j] == f->in[k];
        if (again) continue;
        o.leaf[o.leaves++] = f->in[k];
        if (is_needed(s, f->in[k])) o.wrt[o.n++] = f->in[k];
    }
    return o;
}

/* Derive the spelling, as a function of the operands alone. The spelling may be an older node than an operand that it
 * does not use. */
static void vjp_spelled(gn_sweep *s, gn_node n, gn_node gradient)
{
    gn_operands o = operands_of(s, n);
    gn_sweep part = { .g = s->g, .y = gn_spell(s->g, n), .n = o.n, .wrt = o.wrt, .leaves = o.leaves, .leaf = o.leaf };
    if (part.y && open_sweep(&part) == GN_OK && vjp_sweep(&part, gradient) == GN_OK)
        for (size_t i = 0; i < o.n; i++)
            if (o.wrt[i] <= part.y) add_to(s, o.wrt[i], part.value[o.wrt[i]]);
    close_sweep(&part);
}

/* A slope is linear in the gradient it is given, so that direction is a slope again. */
static void vjp_slope(gn_sweep *s, gn_node n, gn_node gradient)
{
    gn_node_info f = s->g->node[n];
    bool others = false;
    for (int k = 0; k < 4; k++) others |= is_needed(s, f.in[k]);
    if (others) {
        vjp_spelled(s, n, gradient);
        return;
    }
    f.name = NULL;
    f.in[4] = gradient;
    add_to(s, s->g->node[n].in[4], gn_node_add(s->g, &f, true));
}

static void vjp_composed(gn_sweep *s, gn_node n, gn_node gradient)
{
    gn_node_info f = s->g->node[n];
    const gn_composed_row *row = gn_composed_table((gn_composed_op)f.op);
    if (!row->vjp) {
        vjp_spelled(s, n, gradient);
        return;
    }
    for (int k = 0; k < f.inputs; k++)
        if (is_needed(s, f.in[k])) add_to(s, f.in[k], row->vjp(s->g, n, f.in, f.attr, k, gradient));
}

static void vjp_node(gn_sweep *s, gn_node n, gn_node gradient)
{
    gn_node_info f = s->g->node[n];
    if (f.kind == GN_SLOPE) vjp_slope(s, n, gradient);
    if (f.kind == GN_COMPOSED) vjp_composed(s, n, gradient);
    if (f.kind != GN_POINTWISE && f.kind != GN_CONTRACT) return;
    for (int k = 0; k < f.inputs; k++) {
        if (!is_needed(s, f.in[k])) continue;
        add_to(s, f.in[k], f.kind == GN_POINTWISE ? gn_slope(s->g, n, k, gradient)
                                                  : gn_contract_vjp(s->g, n, k, gradient));
    }
}

static gn_status vjp_sweep(gn_sweep *s, gn_node seed)
{
    s->value[s->y] = seed;
    for (gn_node i = s->y; i > 0 && s->g->status == GN_OK; i--)
        if (s->value[i] && is_needed(s, i) && !is_leaf(s, i)) vjp_node(s, i, s->value[i]);
    return s->g->status;
}

static gn_status check_nodes(gn_graph *g, gn_node y, size_t n, const gn_node *wrt)
{
    if (!gn_node_ok(g, y)) gn_graph_poisoned(g);
    for (size_t i = 0; i < n; i++)
        if (!gn_node_ok(g, wrt[i])) gn_graph_poisoned(g);
    return g->status;
}

static gn_node value_or_zeros(gn_sweep *s, gn_node n, gn_shape shape)
{
    gn_node v = n <= s->y ? s->value[n] : 0;
    return v ? v : gn_filled(s->g, 0, shape);
}

gn_status gn_vjp(gn_graph *g, gn_node y, gn_node seed, size_t n, const gn_node *wrt, gn_node *out)
{
    GN_TRY(check_nodes(g, y, n, wrt));
    if (seed && (!gn_node_ok(g, seed) || !gn_need_same_shape(g, "gn_vjp", y, seed)))
        return gn_graph_poisoned(g), g->status;
    if (!seed) seed = gn_filled(g, 1, g->node[y].shape);
    gn_sweep s = { .g = g, .y = y, .n = n, .wrt = wrt };
    if (open_sweep(&s) == GN_OK && vjp_sweep(&s, seed) == GN_OK)
        for (size_t i = 0; i < n; i++) out[i] = value_or_zeros(&s, wrt[i], g->node[wrt[i]].shape);
    close_sweep(&s);
    return g->status;
}

gn_status gn_grad(gn_graph *g, gn_node y, size_t n, const gn_node *wrt, gn_node *out)
{
    GN_TRY(check_nodes(g, y, n, wrt));
    if (g->node[y].shape.rank != 0) {
        gn_graph_fail(g, GN_E_GRAPH_SHAPE, "a gradient is that of one number, but %s has shape %s",
                      gn_node_text(GN_SHOWN, g, y), gn_shape_text(GN_SHOWN, g->node[y].shape));
        return g->status;
    }
    return gn_vjp(g, y, 0, n, wrt, out);
}

/* ---- forward ---------------------------------------------------------------------------------------------------- */

static gn_node jvp_spelled(gn_sweep *s, gn_node n)
{
    gn_operands o = operands_of(s, n);
    gn_node tangent[5], out = 0;
    for (size_t i = 0; i < o.n; i++) tangent[i] = s->value[o.wrt[i]];
    gn_sweep part = { .g = s->g, .y = gn_spell(s->g, n), .n = o.n, .wrt = o.wrt, .leaves = o.leaves, .leaf = o.leaf };
    if (part.y == n) return 0;      /* a primitive, whose derivative is zero by convention */
    if (part.y && open_sweep(&part) == GN_OK && jvp_sweep(&part, tangent) == GN_OK) out = part.value[part.y];
    close_sweep(&part);
    return out;
}

/* The sum over the operands of slope times tangent; all are of the node's own shape in the end. */
static gn_node jvp_operands(gn_sweep *s, gn_node n)
{
    gn_graph *g = s->g;
    gn_node_info f = g->node[n];
    gn_node out = 0;
    for (int k = 0; k < f.inputs; k++) {
        gn_node t = s->value[f.in[k]];
        if (!t) continue;
        gn_node part = f.kind == GN_POINTWISE ? gn_slope(g, n, k, t) : gn_contract_replace(g, n, k, t);
        if (part && f.shape.rank > 0 && g->node[part].shape.rank == 0) part = gn_spread(g, part, f.shape);
        out = plus(g, out, part);
    }
    return out;
}

static gn_node jvp_node(gn_sweep *s, gn_node n)
{
    switch (s->g->node[n].kind) {
    case GN_POINTWISE:
    case GN_CONTRACT: return jvp_operands(s, n);
    case GN_SLOPE:
    case GN_COMPOSED: return jvp_spelled(s, n);
    default: return 0;
    }
}

static gn_status jvp_sweep(gn_sweep *s, const gn_node *tangent)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->wrt[i] <= s->y) s->value[s->wrt[i]] = plus(s->g, s->value[s->wrt[i]], tangent[i]);
    for (gn_node i = 1; i <= s->y && s->g->status == GN_OK; i++)
        if (is_needed(s, i) && !is_leaf(s, i)) s->value[i] = plus(s->g, s->value[i], jvp_node(s, i));
    return s->g->status;
}

gn_status gn_jvp(gn_graph *g, gn_node y, size_t n, const gn_node *wrt, const gn_node *tangent, gn_node *out)
{
    GN_TRY(check_nodes(g, y, n, wrt));
    GN_TRY(check_nodes(g, y, n, tangent));
    for (size_t i = 0; i < n; i++)
        if (!gn_need_same_shape(g, "gn_jvp", wrt[i], tangent[i])) return g->status;
    gn_sweep s = { .g = g, .y = y, .n = n, .wrt = wrt };
    if (open_sweep(&s) == GN_OK && jvp_sweep(&s, tangent) == GN_OK) *out = value_or_zeros(&s, y, g->node[y].shape);
    close_sweep(&s);
    return g->status;
}
