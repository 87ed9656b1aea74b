/* plot.h -- what the files of the plot command share.
 *
 * Invariant: a kind makes a picture in the plot's arena and draws nothing itself. */
#ifndef GN_CLI_PLOT_H
#define GN_CLI_PLOT_H

#include "cli.h"
#include "../data/model.h"

typedef struct gn_plot {
    gn_cli *cli;
    gn_context *ctx;
    gn_arena arena;             /* everything the picture points to */
    gn_picture picture;
    gn_model *model;            /* kinds that ask for them: loaded already */
    gn_data *data;
} gn_plot;

/* A finished text into the arena, and frees it; NULL when memory was short. */
const char *gn_plot_keep(gn_plot *p, gn_text *text);
void *gn_plot_array(gn_plot *p, size_t count, size_t size);    /* cleared, in the arena */
/* The first rows, as many as --rows says; without it all, or `most` evenly spaced (0: all). And in words, "1,000 of 4,177
 * rows". */
gn_status gn_plot_rows(gn_plot *p, size_t most, gn_dataset *out);
void gn_plot_rows_text(const gn_plot *p, const gn_dataset *d, gn_text *to);
/* One panel made of these, and the picture of it. */
gn_status gn_plot_one(gn_plot *p, const gn_panel *panel);

gn_status gn_plot_learning(gn_plot *p);     /* plot_learning.c */
gn_status gn_plot_trajectory(gn_plot *p);   /* plot_neuron.c */
gn_status gn_plot_rates(gn_plot *p);
gn_status gn_plot_regimes(gn_plot *p);
gn_status gn_plot_contour(gn_plot *p);      /* plot_contour.c */
gn_status gn_plot_landscape(gn_plot *p);
gn_status gn_plot_boundary(gn_plot *p);     /* plot_model.c */
gn_status gn_plot_histograms(gn_plot *p);
gn_status gn_plot_confusion(gn_plot *p);
gn_status gn_plot_network(gn_plot *p);      /* plot_network.c */

#endif
