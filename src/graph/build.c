/* build.c -- making nodes: leaves, pointwise and composed operations, names, and the sharing of equal nodes.
 *
 * Invariant: a node never changes once made (its name apart) and its operands have smaller numbers; two nodes that
 * compute the same from the same operands are one node, except leaves and masks, which differ by being themselves. */
#include "graph_internal.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 64, FIRST_SLOTS = 256 };
static const gn_node NODES_MOST = INT32_MAX / 2;

/* ---- the graph -------------------------------------------------------------------------------------------------- */

gn_status gn_graph_new(gn_context *ctx, gn_graph **out)
{
    gn_graph *g = gn_calloc(ctx, 1, sizeof *g);
    *out = NULL;
    if (!g) return GN_NO_MEMORY;
    g->ctx = ctx;
    gn_arena_init(&g->arena, ctx);
    g->node = gn_calloc(ctx, FIRST_ROOM, sizeof *g->node);
    g->slot = gn_calloc(ctx, FIRST_SLOTS, sizeof *g->slot);
    g->room = FIRST_ROOM;
    g->slots = FIRST_SLOTS;
    if (!g->node || !g->slot) {
        gn_graph_free(g);
        return GN_NO_MEMORY;
    }
    *out = g;
    return GN_OK;
}

void gn_graph_free(gn_graph *g)
{
    if (!g) return;
    gn_free(g->ctx, g->node);
    gn_free(g->ctx, g->slot);
    gn_arena_free(&g->arena);
    gn_free(g->ctx, g);
}

gn_context *gn_graph_context(const gn_graph *g) { return g->ctx; }
gn_status gn_graph_status(const gn_graph *g) { return g->status; }
gn_node gn_graph_count(const gn_graph *g) { return g->count; }

gn_node_info gn_node_get(const gn_graph *g, gn_node n)
{
    return n > 0 && n <= g->count ? g->node[n] : (gn_node_info){ .kind = GN_POISON };
}

bool gn_node_ok(const gn_graph *g, gn_node n) { return n > 0 && n <= g->count; }

gn_node gn_graph_fail(gn_graph *g, gn_code code, const char *fmt, ...)
{
    if (g->status != GN_OK) return 0;
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    g->status = gn_fail(g->ctx, code, "%s", text);
    return 0;
}

gn_node gn_graph_poisoned(gn_graph *g)
{
    if (g->status != GN_OK) return 0;
    g->status = gn_last_error(g->ctx)->status;
    return g->status != GN_OK ? 0 : gn_graph_fail(g, GN_E_GRAPH_OP, "an operand is no node of this graph");
}

static gn_node no_memory(gn_graph *g)
{
    if (g->status == GN_OK) g->status = GN_NO_MEMORY;
    return 0;
}

/* ---- sharing ---------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static uint64_t bits_of(double v)
{
    uint64_t b;
    memcpy(&b, &v, sizeof b);
    return b;
}

static uint64_t hash_of(const gn_node_info *a)
{
    uint64_t h = mix(mix((uint64_t)a->kind + 1, (uint64_t)(int64_t)a->op), (uint64_t)a->shape.rank);
    for (int i = 0; i < a->shape.rank; i++) h = mix(h, a->shape.dim[i]);
    for (int i = 0; i < a->inputs; i++) h = mix(h, (uint64_t)a->in[i]);
    for (int i = 0; i < 4; i++) h = mix(h, bits_of(a->attr[i]));
    for (const char *s = a->spec; s && *s; s++) h = mix(h, (unsigned char)*s);
    return h;
}

/* Attributes are compared as bits: 0 and -0 differ, a NaN is itself. */
static bool same_node(const gn_node_info *a, const gn_node_info *b)
{
    if (a->kind != b->kind || a->op != b->op || a->inputs != b->inputs || !gn_shape_equal(a->shape, b->shape))
        return false;
    for (int i = 0; i < a->inputs; i++)
        if (a->in[i] != b->in[i]) return false;
    for (int i = 0; i < 4; i++)
        if (bits_of(a->attr[i]) != bits_of(b->attr[i])) return false;
    return !a->spec || !b->spec ? a->spec == b->spec : !strcmp(a->spec, b->spec);
}

static size_t find_slot(const gn_graph *g, const gn_node_info *info)
{
    size_t at = (size_t)hash_of(info) & (g->slots - 1);
    while (g->slot[at] && !same_node(&g->node[g->slot[at]], info)) at = (at + 1) & (g->slots - 1);
    return at;
}

static bool grow_slots(gn_graph *g)
{
    size_t slots = g->slots * 2, old_slots = g->slots;
    gn_node *old = g->slot, *made = gn_calloc(g->ctx, slots, sizeof *made);
    if (!made) return false;
    g->slot = made;
    g->slots = slots;
    for (size_t i = 0; i < old_slots; i++)
        if (old[i]) g->slot[find_slot(g, &g->node[old[i]])] = old[i];
    gn_free(g->ctx, old);
    return true;
}

static bool make_room(gn_graph *g)
{
    if (2 * (g->used + 1) > g->slots && !grow_slots(g)) return false;
    if (g->count + 1 < g->room) return true;
    gn_node_info *node = gn_resize(g->ctx, g->node, (size_t)g->room * 2, sizeof *node);
    if (!node) return false;
    g->node = node;
    g->room *= 2;
    return true;
}

gn_node gn_node_add(gn_graph *g, const gn_node_info *info, bool share)
{
    if (g->status != GN_OK) return 0;
    size_t most = SIZE_MAX / 16;
    if (gn_shape_size(info->shape) > most)
        return gn_graph_fail(g, GN_E_GRAPH_SHAPE, "the shape %s has more elements than can be addressed",
                             gn_shape_text(GN_SHOWN, info->shape));
    if (share && g->slot[find_slot(g, info)]) return g->slot[find_slot(g, info)];
    if (g->count >= NODES_MOST || !make_room(g)) return no_memory(g);
    gn_node_info made = *info;
    if (made.spec && !(made.spec = gn_arena_text(&g->arena, made.spec, strlen(made.spec)))) return no_memory(g);
    if (made.name && !(made.name = gn_arena_text(&g->arena, made.name, strlen(made.name)))) return no_memory(g);
    g->node[++g->count] = made;
    if (share) {
        g->slot[find_slot(g, &made)] = g->count;
        g->used++;
    }
    return g->count;
}

/* ---- leaves ----------------------------------------------------------------------------------------------------- */

static gn_node leaf(gn_graph *g, const gn_node_info *info)
{
    for (int i = 0; i < info->shape.rank; i++)
        if (info->shape.dim[i] == 0)
            return gn_graph_fail(g, GN_E_GRAPH_SHAPE, "%s: shape %s has a dimension of 0",
                                 info->name ? info->name : "leaf", gn_shape_text(GN_SHOWN, info->shape));
    return gn_node_add(g, info, false);
}

gn_node gn_input(gn_graph *g, const char *name, gn_shape shape)
{
    return leaf(g, &(gn_node_info){ .kind = GN_INPUT, .name = name, .shape = shape });
}

gn_node gn_param(gn_graph *g, const char *name, gn_shape shape)
{
    return leaf(g, &(gn_node_info){ .kind = GN_PARAM, .name = name, .shape = shape });
}

gn_node gn_constant(gn_graph *g, double value)
{
    return gn_node_add(g, &(gn_node_info){ .kind = GN_CONST, .attr = { value } }, true);
}

/* An attribute is a double, which holds 53 bits of the seed exactly. */
gn_node gn_mask(gn_graph *g, double p, uint64_t seed, uint32_t sub, gn_shape shape)
{
    if (!(p >= 0 && p < 1))
        return gn_graph_fail(g, GN_E_GRAPH_OP, "mask: the probability %s is not in [0, 1)", gn_num(GN_NUM, p));
    double kept = (double)(seed & ((UINT64_C(1) << 53) - 1));
    return leaf(g, &(gn_node_info){ .kind = GN_RANDOM_MASK, .shape = shape, .attr = { p, kept, sub } });
}

/* ---- pointwise -------------------------------------------------------------------------------------------------- */

/* The one shape of the operands that are not rank 0. */
static bool common_shape(gn_graph *g, const char *what, const gn_node *in, int n, gn_shape *out)
{
    gn_node first = 0;
    *out = (gn_shape){ .rank = 0 };
    for (int i = 0; i < n; i++) {
        if (!in[i] || g->node[in[i]].shape.rank == 0) continue;
        if (first && !gn_need_same_shape(g, what, first, in[i])) return false;
        if (!first) *out = g->node[first = in[i]].shape;
    }
    return true;
}

gn_node gn_pw(gn_graph *g, gn_pointwise op, gn_node x, gn_node y, gn_node z, const double *par)
{
    if ((unsigned)op >= GN_P_COUNT)
        return gn_graph_fail(g, GN_E_GRAPH_OP, "there is no pointwise operation %d", (int)op);
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    gn_node_info info = { .kind = GN_POINTWISE, .op = (int)op, .inputs = row->arity, .in = { x, y, z } };
    for (int i = 0; i < 3; i++)
        if (i >= row->arity) info.in[i] = 0;
        else if (!gn_node_ok(g, info.in[i])) return gn_graph_poisoned(g);
    for (int i = 0; i < row->parameters; i++) info.attr[i] = par ? par[i] : row->parameter_default[i];
    if (!common_shape(g, row->name, info.in, row->arity, &info.shape)) return 0;
    return gn_node_add(g, &info, true);
}

gn_node gn_pw1(gn_graph *g, gn_pointwise op, gn_node x) { return gn_pw(g, op, x, 0, 0, NULL); }
gn_node gn_pw2(gn_graph *g, gn_pointwise op, gn_node x, gn_node y) { return gn_pw(g, op, x, y, 0, NULL); }

gn_node gn_reshape_none(gn_graph *g, gn_node x)
{
    if (!gn_node_ok(g, x)) return gn_graph_poisoned(g);
    gn_node_info info = { .kind = GN_POINTWISE, .op = GN_P_identity, .inputs = 1, .in = { x } };
    info.shape = g->node[x].shape;
    return gn_node_add(g, &info, false);
}

gn_node gn_times(gn_graph *g, gn_node x, double factor)
{
    return factor == 1 ? x : gn_pw2(g, GN_P_mul, x, gn_constant(g, factor));
}

/* A slope that is a constant in every row's text needs no node that reads it. */
static bool constant_slope(const char *text, gn_node gradient, gn_graph *g, gn_node *out)
{
    if (!strcmp(text, "K(0)")) *out = 0;
    else if (!strcmp(text, "K(1)")) *out = gradient;
    else if (!strcmp(text, "K(-1)")) *out = gn_pw1(g, GN_P_neg, gradient);
    else return false;
    return true;
}

gn_node gn_slope(gn_graph *g, gn_node value, int operand, gn_node gradient)
{
    if (!gn_node_ok(g, value) || !gn_node_ok(g, gradient)) return gn_graph_poisoned(g);
    gn_node_info f = g->node[value];
    const gn_pointwise_row *row = &gn_pointwise_table()[f.op];
    gn_node out;
    if (constant_slope(row->slope[operand], gradient, g, &out)) return out;
    gn_node_info info = { .kind = GN_SLOPE, .op = f.op, .inputs = 5 };
    for (int i = 0; i < row->arity; i++)
        if (row->slope_uses[operand][i]) info.in[i] = f.in[i];
    if (row->slope_uses[operand][3]) info.in[3] = value;
    info.in[4] = gradient;
    memcpy(info.attr, f.attr, 2 * sizeof *info.attr);
    info.attr[3] = operand;
    if (!common_shape(g, row->name, info.in, 5, &info.shape)) return 0;
    return gn_node_add(g, &info, true);
}

/* ---- composed and names ----------------------------------------------------------------------------------------- */

gn_node gn_composed(gn_graph *g, gn_composed_op op, const gn_node *in, int n, const double *attr, int n_attr)
{
    if ((unsigned)op >= GN_M_COUNT)
        return gn_graph_fail(g, GN_E_GRAPH_OP, "there is no composed operation %d", (int)op);
    const gn_composed_row *row = gn_composed_table(op);
    gn_node_info info = { .kind = GN_COMPOSED, .op = (int)op, .inputs = row->inputs };
    if (n != row->inputs || n_attr > row->attributes)
        return gn_graph_fail(g, GN_E_GRAPH_OP, "%s takes %d operands and %d attributes, not %d and %d", row->name,
                             row->inputs, row->attributes, n, n_attr);
    for (int i = 0; i < n; i++)
        if (!gn_node_ok(g, info.in[i] = in[i])) return gn_graph_poisoned(g);
    for (int i = 0; i < row->attributes; i++) info.attr[i] = i < n_attr ? attr[i] : row->attribute_default[i];
    return row->shape(g, info.in, &info.shape) ? gn_node_add(g, &info, true) : 0;
}

void gn_name(gn_graph *g, gn_node n, const char *fmt, ...)
{
    if (!gn_node_ok(g, n)) return;
    char text[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    const char *kept = gn_arena_text(&g->arena, text, strlen(text));
    if (kept) g->node[n].name = kept;
    else no_memory(g);
}
