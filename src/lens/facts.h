/* facts.h -- what the numbers of a traced run say, in words: dead and saturated units, gradients that vanish or grow,
 * an output that barely depends on its input, a loss at chance level, a kink hit exactly.
 *
 * Invariant: a sentence is made from numbers and carries them; where nothing is the matter, nothing is said. */
#ifndef GN_FACTS_H
#define GN_FACTS_H

#include "trace.h"

/* Thresholds, stated where they are used. */
#define GN_FACT_SATURATED 0.05      /* a slope below this share of the largest the activation has */
#define GN_FACT_SHRINK 0.01         /* |delta| of the first layer to that of the last: below, it vanishes; above the
                                       reciprocal, it grows */
#define GN_FACT_FLAT 0.05           /* the input moves the output by less than this share of it */
#define GN_FACT_CHANCE 0.1          /* a loss within this share of ln(classes) */

typedef struct gn_fact_units { size_t units, dead, saturated, at_kink; } gn_fact_units;
/* Counts over a layer with an activation: dead: slope 0 on every row; saturated: slope not 0 but small on every row;
 * at_kink: values of z that are exactly 0 where the activation has a kink. */
gn_fact_units gn_facts_units(const gn_trace *t, size_t layer);
/* The numerical rank of d out / d x in one row of the batch; needs gn_trace_add_jacobian. */
size_t gn_facts_rank(gn_trace *t, size_t row);
/* The output for an input of zeros, as the network gets it (scaled): (outputs). */
gn_status gn_facts_at_zero(gn_trace *t, double *out);
/* The geometric mean of |delta_l|/|delta_(l+1)| over the layers; NAN with fewer than two or a delta of 0. */
double gn_facts_delta_ratio(const gn_trace *t, size_t *layers);
/* What of training is left out where a network is looked at, as facts. weighed: by gn_recorded_weights. */
void gn_facts_mode(gn_sheet *s, const gn_net *net, bool weighed);
/* Did the training that these recorded options describe weigh rows or classes? NULL: no. */
bool gn_recorded_weights(const char *recorded);
/* All of it as lines of a sheet. */
gn_status gn_facts_put(gn_trace *t, gn_sheet *s);

#endif
