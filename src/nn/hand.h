/* hand.h -- a network worked by hand, and what of it the files behind the public functions share.
 *
 * Invariant: what is read back -- activations, loss, gradient -- is what the last call computed with the parameters as
 * they were then; a call that would mix two states is refused. */
#ifndef GN_HAND_H
#define GN_HAND_H

#include "fit.h"

typedef enum gn_hand_state {
    GN_HAND_NEW,        /* nothing computed with the present parameters */
    GN_HAND_FORWARD,    /* activations are there, and the rows they belong to */
    GN_HAND_LOSS        /* the loss and its gradient too */
} gn_hand_state;

/* One compiled pass over `rows` rows, everything in it kept. */
typedef struct gn_hand_pass {
    size_t rows;
    gn_plan *plan;
    gn_node output, loss;
    gn_node *param, *layer, *grad, *mean, *var, *before;    /* (tensors), (layers), ...; one block from param on */
} gn_hand_pass;

struct gn_network {                 /* the public gn_network */
    gn_context *ctx;
    gn_net *net;
    gn_fit_settings set;
    const gn_kernels *k;
    uint64_t step;
    gn_hand_state state;
    gn_hand_pass forward, backward;
    size_t rows, room;              /* of the present batch; that x and t have room for */
    void *x, *t;                    /* (room, inputs), (room, outputs) in the network's type */
    void *gradient, *slots;         /* (trainable), (slots)(trainable) */
    bool trained;                   /* the activations to read are those of `backward` */
};

/* Running mean and variance of a batchnorm layer after a batch of `rows`; mean, var: of the batch, in the net's type. */
void gn_net_update_running(gn_net *net, size_t layer, size_t rows, const void *mean, const void *var);

#endif
