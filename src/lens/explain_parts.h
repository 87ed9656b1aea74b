/* explain_parts.h -- what the files of an explanation share. */
#ifndef GN_EXPLAIN_PARTS_H
#define GN_EXPLAIN_PARTS_H

#include "explain.h"
#include "trace.h"

typedef struct gn_explain_run {
    gn_context *ctx;
    const gn_explain_call *call;
    const gn_net *net;              /* the caller's, or its copy in float64 */
    gn_net *own;
    gn_sheet *s;
    gn_trace t;
    bool small;                     /* few enough units after the followed parameter to walk its paths */
    bool follows;                   /* weight: the parameter below */
    size_t tensor, element;
    bool has_unit;                  /* neuron: */
    size_t unit_layer, unit;
} gn_explain_run;

/* explain_names.c */
gn_status gn_explain_name(gn_explain_run *r);           /* names for every node that is shown */
const char *gn_explain_outputs(const gn_explain_run *r, size_t layer);    /* the name of what a layer gives: "A1" */
gn_status gn_explain_find(gn_explain_run *r);           /* the unit and the parameter of the call */
/* Is the layer shown, or kept for --depth 3? Its lines' depth is this plus their own. */
int gn_explain_depth(const gn_explain_run *r, size_t layer, int depth);

/* The parts, in their order. */
void gn_explain_header(gn_explain_run *r);
void gn_explain_input(gn_explain_run *r);
void gn_explain_forward(gn_explain_run *r);
void gn_explain_loss(gn_explain_run *r);
void gn_explain_backward(gn_explain_run *r);
gn_status gn_explain_update(gn_explain_run *r);
void gn_explain_unit(gn_explain_run *r);
gn_status gn_explain_weight(gn_explain_run *r);
gn_status gn_explain_check(gn_explain_run *r);          /* checks into the lines of the gradients */

/* A row's text as a person writes it: without the table's K(...). */
const char *gn_explain_plain(gn_explain_run *r, const char *text);
/* A number of the run within a sentence, with the digits that were asked for; `few`: where so many say enough. */
const char *gn_explain_number(const gn_explain_run *r, gn_numtext *room, double v);
const char *gn_explain_few(const gn_explain_run *r, gn_numtext *room, double v, int few);
/* A line's rule, formatted into the sheet. */
void gn_explain_rule(gn_explain_run *r, gn_line *line, const char *fmt, ...) GN_PRINTF(3, 4);
/* A named node's line with the rule "what: shapes". */
gn_line *gn_explain_line(gn_explain_run *r, int depth, bool numbered, const char *title, const char *what, gn_node n);

#endif
