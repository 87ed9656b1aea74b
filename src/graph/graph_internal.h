/* graph_internal.h -- what the files of this room share: the graph itself, index strings, and building blocks.
 *
 * Invariant: nodes are only ever appended; the facts of a node are complete when its number is handed out. */
#ifndef GN_GRAPH_INTERNAL_H
#define GN_GRAPH_INTERNAL_H

#include "composed.h"
#include "graph.h"

struct gn_graph {
    gn_context *ctx;
    gn_arena arena;             /* names and index strings */
    gn_node_info *node;         /* node[0] is poison */
    gn_node count, room;
    gn_node *slot;              /* shared nodes by hash, open addressing, 0 free; a power of 2, at most half full */
    size_t slots, used;
    gn_status status;           /* of the first failure */
};

/* The first failure is recorded in the context, later ones are not; always returns poison. */
gn_node gn_graph_fail(gn_graph *g, gn_code code, const char *fmt, ...) GN_PRINTF(3, 4);
/* A builder was handed poison: the graph takes over the failure that caused it. */
gn_node gn_graph_poisoned(gn_graph *g);
/* Append a node, or give the one that is already there when it may be shared. */
gn_node gn_node_add(gn_graph *g, const gn_node_info *info, bool share);
bool gn_node_ok(const gn_graph *g, gn_node n);          /* a node of this graph and not poison */
bool gn_shape_equal(gn_shape a, gn_shape b);
const char *gn_shape_text(gn_shown *room, gn_shape s);  /* "(32,4)"; "()" for rank 0 */
const char *gn_node_text(gn_shown *room, const gn_graph *g, gn_node n); /* its name, or "node 7" */

/* An index string taken apart: term[0..operands) and the result. */
typedef struct gn_spec {
    int operands;
    int rank[2], result_rank;
    char term[2][GN_RANK + 1], result[GN_RANK + 1];
} gn_spec;
bool gn_spec_parse(const char *text, gn_spec *out);
const char *gn_contraction_name(int op);                /* "dense"; "contract" for a free string */
const char *gn_contraction_spec(gn_contraction op);

/* Building blocks. A number given a shape: */
gn_node gn_filled(gn_graph *g, double value, gn_shape shape);
gn_node gn_spread(gn_graph *g, gn_node scalar, gn_shape shape);     /* rank 0 to shape */
gn_node gn_sum_to_scalar(gn_graph *g, gn_node x);
gn_node gn_spread_col(gn_graph *g, gn_node column, size_t n);       /* (m) to (m,n) */
gn_node gn_spread_row(gn_graph *g, gn_node row, size_t m);          /* (n) to (m,n) */
gn_node gn_times(gn_graph *g, gn_node x, double factor);
/* g * df/d(operand) as a SLOPE node, or plainly where the slope is 0 (0 is returned), 1 or -1. `value`: f's own
 * node. */
gn_node gn_slope(gn_graph *g, gn_node value, int operand, gn_node gradient);
/* The contribution to operand k of a contraction, by exchanging roles. */
gn_node gn_contract_vjp(gn_graph *g, gn_node n, int k, gn_node gradient);
/* The same contraction with operand k replaced: a contraction is linear in each. */
gn_node gn_contract_replace(gn_graph *g, gn_node n, int k, gn_node by);

/* Rows of defs/composed.def. `vjp` may return 0 without a failure: that gradient is zero. A row without a spelling is
 * primitive, and gn_spell gives the node itself. */
#define M(name, operands, about) extern const gn_composed_row gn_composed_##name;
#include "../defs/composed.def"
#undef M
/* Is n a matrix? Else poison the graph in the name of the operation. */
bool gn_need_matrix(gn_graph *g, const char *what, gn_node n);
bool gn_shape_of_matrix(gn_graph *g, const char *what, gn_node n, gn_shape *out);
bool gn_need_same_shape(gn_graph *g, const char *what, gn_node a, gn_node b);

#endif
