/* shape.c -- shapes: making, measuring, comparing and printing them.
 *
 * Invariant: a shape has at most GN_RANK dimensions; one of rank 0 has one element. */
#include "graph_internal.h"

#include <stdio.h>
#include <string.h>

size_t gn_shape_size(gn_shape s)
{
    size_t n = 1;
    for (int i = 0; i < s.rank; i++)
        if (__builtin_mul_overflow(n, s.dim[i], &n)) return SIZE_MAX;
    return n;
}

gn_shape gn_shape_make(int rank, ...)
{
    gn_shape s = { .rank = rank < 0 ? 0 : rank > GN_RANK ? GN_RANK : rank };
    va_list args;
    va_start(args, rank);
    for (int i = 0; i < s.rank; i++) s.dim[i] = va_arg(args, size_t);
    va_end(args);
    return s;
}

bool gn_shape_equal(gn_shape a, gn_shape b)
{
    if (a.rank != b.rank) return false;
    for (int i = 0; i < a.rank; i++)
        if (a.dim[i] != b.dim[i]) return false;
    return true;
}

const char *gn_shape_text(gn_shown *room, gn_shape s)
{
    size_t n = 0;
    room->at[n++] = '(';
    for (int i = 0; i < s.rank; i++)
        n += (size_t)snprintf(room->at + n, sizeof room->at - n, "%s%zu", i ? "," : "", s.dim[i]);
    room->at[n++] = ')';
    room->at[n] = 0;
    return room->at;
}

const char *gn_node_text(gn_shown *room, const gn_graph *g, gn_node n)
{
    const char *name = g->node[n].name;
    if (name) return gn_show(room, name, strlen(name));
    snprintf(room->at, sizeof room->at, "node %d", (int)n);
    return room->at;
}

bool gn_need_matrix(gn_graph *g, const char *what, gn_node n)
{
    if (!gn_node_ok(g, n)) return gn_graph_poisoned(g) != 0;
    if (g->node[n].shape.rank == 2) return true;
    gn_graph_fail(g, GN_E_GRAPH_SHAPE, "%s needs a matrix, but %s has shape %s", what, gn_node_text(GN_SHOWN, g, n),
                  gn_shape_text(GN_SHOWN, g->node[n].shape));
    return false;
}

bool gn_shape_of_matrix(gn_graph *g, const char *what, gn_node n, gn_shape *out)
{
    if (!gn_need_matrix(g, what, n)) return false;
    *out = g->node[n].shape;
    return true;
}

bool gn_need_same_shape(gn_graph *g, const char *what, gn_node a, gn_node b)
{
    if (!gn_node_ok(g, a) || !gn_node_ok(g, b)) return gn_graph_poisoned(g) != 0;
    if (gn_shape_equal(g->node[a].shape, g->node[b].shape)) return true;
    gn_graph_fail(g, GN_E_GRAPH_SHAPE, "%s needs operands of one shape, but %s is %s and %s is %s", what,
                  gn_node_text(GN_SHOWN, g, a), gn_shape_text(GN_SHOWN, g->node[a].shape),
                  gn_node_text(GN_SHOWN, g, b), gn_shape_text(GN_SHOWN, g->node[b].shape));
    return false;
}
