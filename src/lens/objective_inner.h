/* objective_inner.h -- what the files of an objective share.
 *
 * Invariant: every plan of an objective reads the point from `p`, the direction from `v`, and writes into `g` and `hv`,
 * which stay where they are. */
#ifndef GN_OBJECTIVE_INNER_H
#define GN_OBJECTIVE_INNER_H

#include "objective.h"

typedef enum gn_objective_plan { GN_OP_VALUE, GN_OP_GRADIENT, GN_OP_FORWARD, GN_OP_HVP, GN_OP_GAUSS, GN_OP_KINKS,
                                 GN_OP_COUNT } gn_objective_plan;

typedef struct gn_kink_site {
    gn_node x, y;               /* operands: a kink where x passes a break, or, with y, where x passes y */
    int breaks;
    double at[2];
    size_t offset, size;        /* in the pattern */
    bool input;                 /* x, y are the same whatever the point is: never crossed */
    int layer;                  /* of a network: its number; -1 the loss */
    size_t units;               /* columns of the site */
} gn_kink_site;

struct gn_objective {
    gn_context *ctx;
    gn_arena arena;             /* tensors, names, nodes, sites */
    gn_graph *graph;
    size_t n, tensors;
    gn_objective_tensor *tensor;
    gn_node *param, *tangent;   /* (tensors) */
    gn_node loss, output;       /* output: of the network, before its loss; 0 for a formula */
    const gn_formula *formula;  /* of an expression, in its maker's arena; NULL for a network */
    double *start, *p, *v, *g, *hv; /* (n) each, in one aligned block */
    size_t leaves;              /* what stays the same: rows, targets, weights of rows, running statistics */
    gn_node *leaf;
    void **leaf_at;             /* aligned, freed with the objective */
    gn_plan *plan[GN_OP_COUNT];
    gn_node value_node[2];      /* the outputs that are one number: of FORWARD */
    size_t layers;              /* of a network: the last node of each */
    gn_node *layer;
    int *layer_number;          /* as gn_layer_info has it */
    bool kinks_known;
    size_t sites, kinks;
    gn_kink_site *site;
};

/* An empty objective with room for `tensors` tensors and `leaves` leaves; the graph is open. */
gn_status gn_objective_new(gn_context *ctx, size_t tensors, size_t leaves, gn_objective **out);
/* Once tensors and their sizes are known: the block, offsets filled. */
gn_status gn_objective_room(gn_objective *o);
/* Compile outputs into plan[kind] and bind what every plan reads; targets[i] is where output i goes, NULL: the
 * plan's. */
gn_status gn_objective_compile(gn_objective *o, gn_objective_plan kind, const gn_node *outputs, double *const *targets,
                               size_t count);

#endif
