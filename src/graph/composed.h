/* composed.h -- what one file of graph/composed/ provides: an operation defined by its spelling in pointwise and
 * contraction nodes, optionally with fast kernels that a test proves equal to it. */
#ifndef GN_COMPOSED_H
#define GN_COMPOSED_H

#include "graph.h"

typedef struct gn_composed_row {
    const char *name;
    int inputs;                              /* how many operands */
    int attributes;
    const char *attribute_name[4];
    double attribute_default[4];
    const char *formula, *latex;             /* how it is written */
    /* Check the operands' shapes and give the result's; false with the graph poisoned (GN_E_GRAPH_*) when they do not
     * fit. */
    bool (*shape)(gn_graph *g, const gn_node *in, gn_shape *out);
    /* Build the meaning; NULL for a primitive, which has a kernel and is its own spelling. */
    gn_node (*spell)(gn_graph *g, const gn_node *in, const double *attr);
    /* Optional: the gradient with respect to operand k as a node (often of another composed row); NULL: differentiate
     * the spelling. 0 without a failure: it is zero. */
    gn_node (*vjp)(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient);
    /* Optional fast kernel on contiguous arrays; NULL: the plan runs the spelling. shape: of the operands, then of the
     * result. */
    void (*run)(const gn_kernels *k, const void *const *in, const gn_shape *shape, const double *attr, void *out);
    double (*flops)(const gn_shape *shape);
} gn_composed_row;
const gn_composed_row *gn_composed_table(gn_composed_op op);

#endif
