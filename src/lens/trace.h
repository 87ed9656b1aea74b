/* trace.h -- a network's run with every node kept: forward, loss and gradients as one graph, whose nodes have names and
 * say by which formula over those names they were computed.
 *
 * Invariant: a formula is read off the graph that ran (operands, index strings, the rows' own text), never written by
 * hand for a kind of layer; a node that the expression language cannot say gets a name and is shown as a given value.
 *
 * Shapes: a bias and what is summed over the batch is a row (1,n); a number for each row of the batch is a column
 * (m,1). */
#ifndef GN_TRACE_H
#define GN_TRACE_H

#include "../nn/net.h"
#include "sheet.h"

/* A node with a name. formula NULL: a value that is given. */
typedef struct gn_trace_name {
    gn_node node;
    const char *name, *shown, *latex;
    const char *formula, *shapes;   /* "delta2'*A1" and "(1,3) = (1,4)*(4,3)" */
    const char *careful;            /* the same without logarithms of probabilities, for when one is next to 0 */
    const char *about;              /* of what got its name on the way: what it is */
    size_t rows, cols;
    bool auxiliary, emitted;        /* auxiliary: named on the way, shown before its first use */
} gn_trace_name;

typedef struct gn_trace_layer {
    gn_node in, z, act, out;        /* z: before the activation; act: after it (== z without one); out: of the layer */
    gn_node slope;                  /* act'(z), 0 when there is no activation */
    gn_node d_z, d_out;             /* gradients of the loss */
    gn_node *jacobian;              /* (outputs): d out_j / d in, each (rows, inputs); NULL unless asked for */
} gn_trace_layer;

typedef struct gn_trace {
    gn_context *ctx;
    gn_arena arena;
    const gn_net *net;
    gn_graph *g;
    gn_plan *plan;
    size_t rows;
    gn_node x, t, z, p, row_loss, loss, dx;
    gn_node *param, *d_param;       /* (tensors); d_param 0 where nothing is trained */
    gn_trace_layer *layer;          /* (layers) */
    gn_node *jacobian;              /* (outputs): d z_j / d x, each (rows, inputs); NULL unless asked for */
    gn_node *influence;             /* (layers): d out / d (one parameter); NULL unless asked for */
    void *x_at, *t_at;              /* what the run reads, in the network's type */
    size_t names, name_room, leaves, leaf_room;
    gn_trace_name **name;
    struct gn_trace_leaf { gn_node node; void *at; } *leaf;
    int32_t *by_node;               /* place in `name` plus 1; 0: none */
    size_t by_room;
    int auto_number[32];            /* by letter */
    bool careful, by_logs;          /* how a softmax loss is said; whether one was */
    gn_status status;
} gn_trace;

/* Builds the graph for so many rows: nothing is run yet, and nodes may be added. The network must outlive it. */
gn_status gn_trace_open(gn_context *ctx, const gn_net *net, size_t rows, gn_trace *out);
void gn_trace_close(gn_trace *t);
/* Adds d z_j / d x for every output. */
gn_status gn_trace_add_jacobian(gn_trace *t);
/* Adds the same of every layer's outputs by its inputs, from a layer on. */
gn_status gn_trace_add_jacobians(gn_trace *t, size_t first);
/* Adds the derivative of every layer's output by one parameter, by forward mode. */
gn_status gn_trace_add_influence(gn_trace *t, size_t tensor, size_t element);

/* Names a node, with the formula that its graph gives over the names there are. latex and shown may be NULL. A node
 * that has a name keeps it. NULL when memory is short (t->status). */
gn_trace_name *gn_trace_call(gn_trace *t, gn_node n, const char *shown, const char *latex, const char *name_fmt, ...)
    GN_PRINTF(5, 6);
gn_trace_name *gn_trace_named(const gn_trace *t, gn_node n);
/* A formula of the tables (an activation's value or slope, an optimiser's update) with array expressions put in for its
 * names: products are written elementwise where both sides are arrays. */
typedef struct gn_trace_part { const char *name, *text; size_t rows, cols; bool single; } gn_trace_part;
gn_trace_part gn_trace_say(gn_trace *t, const gn_formula *f, const gn_trace_part *part, size_t parts);

/* Runs it on rows of the data set. */
gn_status gn_trace_run(gn_trace *t, const gn_dataset *d, const uint32_t *rows);
/* Element i of a node's value after the run; NAN when it was not kept. */
double gn_trace_at(const gn_trace *t, gn_node n, size_t i);
size_t gn_trace_size(const gn_trace *t, gn_node n);
/* All of it, widened, in the trace's arena. */
double *gn_trace_values(gn_trace *t, gn_node n);

/* The symbol of a named node in a sheet, with the value of the run. */
gn_symbol *gn_trace_symbol(gn_trace *t, gn_sheet *s, const gn_trace_name *name);
/* The node's line: an equation, numbered, or a given value; what its formula needs and was named on the way comes
 * first. */
gn_line *gn_trace_line(gn_trace *t, gn_sheet *s, int depth, bool numbered, const char *title, gn_node n);

#endif
