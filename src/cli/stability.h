/* stability.h -- what the files of the stability command share: the thing whose curvature is asked for.
 *
 * Invariant: a subject owns what its objective needs; closing it frees all of it. */
#ifndef GN_CLI_STABILITY_H
#define GN_CLI_STABILITY_H

#include "../lens/stability.h"
#include "cli.h"

typedef struct gn_curved {
    gn_arena arena;
    gn_objective *objective;
    gn_options *options;        /* those that decide the optimiser: the model's, then what was given */
    gn_text title;
    size_t facts;
    const char *fact[10];
    bool has_scaling, exact_scaling;
    gn_scaling scaling;
    /* the neuron */
    bool neuron, bias;
    size_t inputs;
    const double *x;            /* (inputs) */
    double y, w;                /* w: the first weight */
    const char *by_hand;        /* its largest eigenvalue as a formula of x, or NULL */
    const char *loss_text;
} gn_curved;

/* By what was given: --x and --y are a neuron, a point makes an expression of the argument, else it is data or a model
 * with data. */
gn_status gn_curved_open(gn_cli *cli, gn_curved *out);
void gn_curved_close(gn_curved *s);
/* stability_net.c */
gn_status gn_curved_net(gn_cli *cli, gn_curved *s);
/* stability_scaled.c: of a network of one layer, where the moments of the inputs do not decide alone. */
struct gn_subject;
gn_status gn_curved_standardised(gn_cli *cli, gn_curved *s, const struct gn_subject *in);
/* stability_subject.c */
gn_status gn_curved_fact(gn_curved *s, gn_text *text);    /* takes the text */
gn_status gn_curved_neuron(gn_cli *cli, gn_curved *s);

#endif
