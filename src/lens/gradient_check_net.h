/* gradient_check_net.h -- a network of its own with rows of its own, in either precision: what is checked against an
 * objective must not share its arrays.
 *
 * Invariant: parameters are flat in the objective's order: trainable tensors one after another, without padding. */
#ifndef GN_GRADIENT_CHECK_NET_H
#define GN_GRADIENT_CHECK_NET_H

#include "../nn/net.h"

typedef struct gn_net_rows {
    gn_context *ctx;
    gn_net *net;            /* a copy in the type asked for */
    size_t rows, parameters;
    uint32_t *row;          /* (rows): of the data set */
    void *x, *t;            /* (rows, inputs), (rows, outputs): transformed, in the copy's type */
    void *w;                /* (rows) sample weights with a mean of 1, or NULL */
} gn_net_rows;
gn_status gn_net_rows_open(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_type type, gn_net_rows *out);
void gn_net_rows_close(gn_net_rows *r);
void gn_net_rows_take(const gn_net_rows *r, double *p);             /* parameters of the copy */
void gn_net_rows_put(gn_net_rows *r, const double *p);
/* g (parameters): by a plan of the copy's type, naive or as it would train. loss may be NULL. */
gn_status gn_net_rows_gradient(gn_net_rows *r, bool naive, double *loss, double *g);

/* Nodes of the network on the rows: x, t inputs; params and layer as gn_net_nodes has them. */
typedef struct gn_rows_graph {
    gn_graph *g;
    gn_node x, t, w, z, loss;
    gn_node *param, *layer;
    size_t n;               /* trainable tensors */
    gn_node *wrt;           /* (n): their nodes */
    gn_arena arena;
} gn_rows_graph;
gn_status gn_rows_graph_open(const gn_net_rows *r, gn_rows_graph *out);
void gn_rows_graph_close(gn_rows_graph *m);
/* A plan of `outputs` with x, t and every tensor bound. */
gn_status gn_rows_graph_plan(const gn_net_rows *r, const gn_rows_graph *m, const gn_node *outputs, size_t n,
                             gn_plan_options options, gn_plan **out);

#endif
