/* graph.h -- meaning: computations as nodes with shapes; gradients and tangents are nodes too.
 *
 * Invariant: a node never changes once made and its operands have smaller numbers; node 0 is poison, carries the first
 * error on, and any builder given a poison operand returns poison, so that a caller checks once at the end. */
#ifndef GN_GRAPH_H
#define GN_GRAPH_H

#include "../kernel/kernel.h"
#include "../kernel/optim.h"
#include "../formula/formula.h"

typedef int32_t gn_node;
typedef struct gn_graph gn_graph;
enum { GN_RANK = 4 };
typedef struct gn_shape { int rank; size_t dim[GN_RANK]; } gn_shape;
size_t gn_shape_size(gn_shape s);
gn_shape gn_shape_make(int rank, ...);                   /* size_t dimensions */

typedef enum gn_kind {
    GN_POISON, GN_INPUT, GN_PARAM, GN_CONST, GN_RANDOM_MASK, GN_POINTWISE, GN_SLOPE, GN_CONTRACT, GN_COMPOSED
} gn_kind;

/* Contractions: every row of defs/contract.def; a string "bi,oi->bo" of at most two operands. Letters absent from every
 * operand (broadcast "j->ij") take their size from the caller. */
typedef enum gn_contraction {
#define C(name, spec, about) GN_C_##name,
#include "../defs/contract.def"
#undef C
    GN_C_COUNT
} gn_contraction;
typedef enum gn_composed_op {
#define M(name, operands, about) GN_M_##name,
#include "../defs/composed.def"
#undef M
    GN_M_COUNT
} gn_composed_op;

gn_status gn_graph_new(gn_context *ctx, gn_graph **out);
void gn_graph_free(gn_graph *g);
gn_context *gn_graph_context(const gn_graph *g);
gn_status gn_graph_status(const gn_graph *g);            /* the first error of any builder, recorded in the context */

/* ---- building; `name` is copied and may be NULL ---------------------------------------------------------------- */
gn_node gn_input(gn_graph *g, const char *name, gn_shape shape);
gn_node gn_param(gn_graph *g, const char *name, gn_shape shape);
gn_node gn_constant(gn_graph *g, double value);          /* rank 0 */
/* Elements 0 with probability p, else 1/(1-p), drawn by position from (seed, stream DROPOUT, sub): element i of a run
 * with counter `step` is draw step*size + i. */
gn_node gn_mask(gn_graph *g, double p, uint64_t seed, uint32_t sub, gn_shape shape);
/* Operands have one shape, except that any may be rank 0 (one number for all). par NULL: the row's defaults. */
gn_node gn_pw(gn_graph *g, gn_pointwise op, gn_node x, gn_node y, gn_node z, const double *par);
gn_node gn_pw1(gn_graph *g, gn_pointwise op, gn_node x);
gn_node gn_pw2(gn_graph *g, gn_pointwise op, gn_node x, gn_node y);
gn_node gn_contract(gn_graph *g, gn_contraction op, gn_node a, gn_node b);
/* sizes: by letter-'a', for letters that no operand has; else NULL */
gn_node gn_contract_spec(gn_graph *g, const char *spec, gn_node a, gn_node b, const size_t *sizes);
gn_node gn_composed(gn_graph *g, gn_composed_op op, const gn_node *in, int n, const double *attr, int n_attr);
gn_node gn_reshape_none(gn_graph *g, gn_node x);         /* identity, to give a value a second name */
void gn_name(gn_graph *g, gn_node n, const char *fmt, ...) GN_PRINTF(3, 4);
/* A formula as nodes; each of its names is the node given for it (pi, e, inf, nan aside), of one shape or rank 0. Poison
 * (GN_E_GRAPH_OP) for a name that is not given and for a function that is no row of pointwise.def. */
typedef struct gn_named_node { const char *name; gn_node node; } gn_named_node;
gn_node gn_graph_formula(gn_graph *g, const gn_formula *f, const gn_named_node *names, size_t count);
gn_node gn_graph_formula_text(gn_graph *g, const char *text, size_t length, const gn_named_node *names, size_t count);

/* ---- derivatives: graph to graph -------------------------------------------------------------------------------- */
/* out[i] = d y/d wrt[i] contracted with seed (same shape as y); seed 0 means ones. A node that y does not depend on
 * gets zeros. */
gn_status gn_vjp(gn_graph *g, gn_node y, gn_node seed, size_t n, const gn_node *wrt, gn_node *out);
gn_status gn_grad(gn_graph *g, gn_node y, size_t n, const gn_node *wrt, gn_node *out);          /* y of rank 0 */
gn_status gn_jvp(gn_graph *g, gn_node y, size_t n, const gn_node *wrt, const gn_node *tangent, gn_node *out);
/* The plain spelling of a composed or slope node, in pointwise and contraction nodes only. */
gn_node gn_spell(gn_graph *g, gn_node n);

/* ---- reading --------------------------------------------------------------------------------------------------- */
typedef struct gn_node_info {
    gn_kind kind;
    int op;                     /* gn_pointwise, gn_contraction (-1: free spec), gn_composed_op */
    const char *name, *spec;
    gn_shape shape;
    int inputs;
    gn_node in[5];
    double attr[4];
} gn_node_info;
gn_node gn_graph_count(const gn_graph *g);               /* nodes are 1..count */
gn_node_info gn_node_get(const gn_graph *g, gn_node n);

/* ---- plan: compile once, run many times -------------------------------------------------------------------------- */
typedef struct gn_plan gn_plan;
typedef struct gn_plan_options {
    gn_type type;
    bool exact;
    bool naive;                 /* no fusion, no reuse of memory, composed and slopes spelled: the meaning itself */
    bool trace;                 /* keep every node's value */
} gn_plan_options;
/* A plan that computes `outputs`. It keeps the graph's facts but not the graph. */
gn_status gn_plan_new(gn_graph *g, const gn_node *outputs, size_t n, gn_plan_options options, gn_plan **out);
void gn_plan_free(gn_plan *p);
/* Say where a leaf is read from, or an output is written to (any output may be bound; else the plan owns it). 64-byte
 * alignment is welcome, not required. */
gn_status gn_plan_bind(gn_plan *p, gn_node n, void *at);
/* Let an optimiser follow the gradient output `gradient`: update n weights at `w`, which are what GN_PARAM leaves are
 * bound to, after everything that reads them. A gradient that is bound is written too; one that is not may be consumed
 * block by block and never written (then gn_plan_value gives NULL); the weights get the same bits either way. hyper is
 * read at each run. A second call replaces the updates of the first. */
typedef struct gn_plan_update {
    gn_node gradient;
    void *w;
    gn_optimizer op;
    void *slot[GN_OPT_SLOTS];
    const double *hyper;
} gn_plan_update;
gn_status gn_plan_set_updates(gn_plan *p, const gn_plan_update *u, size_t n);
/* Run with the context's threads; step is the counter that masks read. The first run takes the plan's memory, later
 * ones allocate nothing. */
gn_status gn_plan_run(gn_context *ctx, gn_plan *p, uint64_t step);
/* After a run: an output, or with trace any node the outputs need; NULL when it is not kept. */
const void *gn_plan_value(const gn_plan *p, gn_node n);
size_t gn_plan_bytes(const gn_plan *p);                  /* memory the plan owns, once it has run */
/* Each step, its kernel, shapes, flops, bytes; then the totals. */
void gn_plan_print(const gn_plan *p, gn_text *to);

#endif
