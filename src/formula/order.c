/* order.c -- walking trees without recursion: the order of a pass, the map of nodes, and the passes that only copy or
 * look.
 *
 * Invariant: a node is entered once however often it is shared, and its arguments stand before it. */
#include "tree.h"

#include <string.h>

static size_t place(const gn_nodemap *map, const gn_formula *key)
{
    size_t at = (size_t)((uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u >> 32) & (map->slots - 1);
    while (map->key[at] && map->key[at] != key) at = (at + 1) & (map->slots - 1);
    return at;
}

bool gn_nodemap_get(const gn_nodemap *map, const gn_formula *key, uint32_t *value)
{
    if (map->slots == 0) return false;
    size_t at = place(map, key);
    if (!map->key[at]) return false;
    *value = map->value[at];
    return true;
}

void gn_nodemap_free(gn_nodemap *map)
{
    gn_free(map->ctx, map->key);
    gn_free(map->ctx, map->value);
    *map = (gn_nodemap){.ctx = map->ctx};
}

static gn_status map_grow(gn_nodemap *map)
{
    gn_nodemap wide = {.ctx = map->ctx, .slots = map->slots ? map->slots * 2 : 64, .used = map->used};
    wide.key = gn_calloc(map->ctx, wide.slots, sizeof *wide.key);
    wide.value = gn_calloc(map->ctx, wide.slots, sizeof *wide.value);
    if (!wide.key || !wide.value) {
        gn_nodemap_free(&wide);
        return GN_NO_MEMORY;
    }
    for (size_t i = 0; i < map->slots; i++) {
        if (!map->key[i]) continue;
        size_t at = place(&wide, map->key[i]);
        wide.key[at] = map->key[i];
        wide.value[at] = map->value[i];
    }
    gn_nodemap_free(map);
    *map = wide;
    return GN_OK;
}

gn_status gn_nodemap_put(gn_nodemap *map, const gn_formula *key, uint32_t value)
{
    if (map->used * 2 >= map->slots) GN_TRY(map_grow(map));
    size_t at = place(map, key);
    map->used += !map->key[at];
    map->key[at] = key;
    map->value[at] = value;
    return GN_OK;
}

/* The way down of a walk: each frame is a node and the next argument to enter. */
typedef struct frame { const gn_formula *node; int next; } frame;
typedef struct walk {
    gn_order *order;
    gn_nodemap seen;
    frame *stack;
    size_t depth, room, order_room;
} walk;

static gn_status push(walk *w, const gn_formula *f)
{
    uint32_t at;
    if (gn_nodemap_get(&w->seen, f, &at)) return GN_OK;
    if (w->depth == w->room) {
        size_t room = w->room ? w->room * 2 : 64;
        frame *stack = gn_resize(w->order->ctx, w->stack, room, sizeof *stack);
        if (!stack) return GN_NO_MEMORY;
        w->stack = stack;
        w->room = room;
    }
    w->stack[w->depth++] = (frame){f, 0};
    return GN_OK;
}

static gn_status order_room(walk *w)
{
    gn_order *o = w->order;
    if (o->count < w->order_room) return GN_OK;
    size_t room = w->order_room ? w->order_room * 2 : 64;
    const gn_formula **node = gn_resize(o->ctx, o->node, room, sizeof *node);
    if (!node) return GN_NO_MEMORY;
    o->node = node;
    uint32_t(*child)[3] = gn_resize(o->ctx, o->child, room, sizeof *child);
    if (!child) return GN_NO_MEMORY;
    o->child = child;
    w->order_room = room;
    return GN_OK;
}

/* Leave the node on top: all its arguments have their places. */
static gn_status leave(walk *w)
{
    const gn_formula *f = w->stack[--w->depth].node;
    uint32_t at;
    if (gn_nodemap_get(&w->seen, f, &at)) return GN_OK;
    GN_TRY(order_room(w));
    gn_order *o = w->order;
    o->node[o->count] = f;
    memset(o->child[o->count], 0, sizeof o->child[0]);
    for (int k = 0; k < f->arguments; k++) gn_nodemap_get(&w->seen, f->arg[k], &o->child[o->count][k]);
    return gn_nodemap_put(&w->seen, f, (uint32_t)o->count++);
}

gn_status gn_order_make(gn_context *ctx, const gn_formula *root, gn_order *out)
{
    *out = (gn_order){.ctx = ctx};
    walk w = {.order = out, .seen = {.ctx = ctx}};
    gn_status s = push(&w, root);
    while (s == GN_OK && w.depth > 0) {
        frame *top = &w.stack[w.depth - 1];
        s = top->next < top->node->arguments ? push(&w, top->node->arg[top->next++]) : leave(&w);
    }
    gn_free(ctx, w.stack);
    gn_nodemap_free(&w.seen);
    if (s != GN_OK) gn_order_free(out);
    return s;
}

void gn_order_free(gn_order *o)
{
    gn_free(o->ctx, o->node);
    gn_free(o->ctx, o->child);
    *o = (gn_order){.ctx = o->ctx};
}

/* ---- copying ------------------------------------------------------------------------------------------------- */

const gn_formula *gn_tree_rebuild(gn_maker *m, const gn_formula *f, gn_tree_remake remake, void *user)
{
    gn_order o;
    if (!f || m->status != GN_OK || (m->status = gn_order_make(m->ctx, f, &o)) != GN_OK) return NULL;
    const gn_formula *last = NULL, **made = gn_alloc_array(m->ctx, o.count, sizeof *made);
    if (!made) m->status = GN_NO_MEMORY;
    for (size_t i = 0; made && i < o.count; i++) {
        const gn_formula *arg[3] = {0};
        for (int k = 0; k < o.node[i]->arguments; k++) arg[k] = made[o.child[i][k]];
        last = made[i] = remake(user, m, o.node[i], arg);
        if (!last) break;
    }
    gn_free(m->ctx, made);
    gn_order_free(&o);
    return last;
}

typedef struct replacement {
    const char *const *names;
    const gn_formula *const *by;
    size_t count;
} replacement;

static const gn_formula *replace_name(void *user, gn_maker *m, const gn_formula *like, const gn_formula *const arg[])
{
    const replacement *r = user;
    for (size_t i = 0; like->op == GN_F_NAME && i < r->count; i++)
        if (strcmp(like->name, r->names[i]) == 0) return r->by[i];
    return gn_tree_with(m, like, arg);
}

const gn_formula *gn_tree_replace(gn_maker *m, const gn_formula *f, const char *const *names,
                                  const gn_formula *const *by, size_t count)
{
    return gn_tree_rebuild(m, f, replace_name, &(replacement){names, by, count});
}

const gn_formula *gn_tree_import(gn_maker *m, const gn_formula *f)
{
    return gn_tree_replace(m, f, NULL, NULL, 0);
}
