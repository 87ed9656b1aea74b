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
#define GN_FACT_FLAT 0.05           /* the row's input moves the output by less than this share of it, and so does the
                                       inputs' spread, or the scores by less than this behind a link */
#define GN_FACT_DIGITS 6            /* of a number in a sentence, unless more or fewer are asked for */
#define GN_FACT_CHANCE 0.1          /* a loss within this share of ln(classes) */

typedef struct gn_fact_units { size_t units, dead, saturated, at_kink; } gn_fact_units;
/* Counts over a layer with an activation: dead: slope 0 on every row; saturated: slope not 0 but small on every row;
 * at_kink: values of z that are exactly 0, of an activation that has a kink there. */
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
/* A number within a sentence, of a run in that type: at most `digits` significant (0: GN_FACT_DIGITS), from 17 on the
 * shortest text that reads back; a float has never more than 9. */
const char *gn_facts_number(gn_numtext *room, double v, gn_type type, int digits);
/* Digits for a number of which a few say enough, unless more than usual, or still fewer, are asked for. */
int gn_facts_few(int digits, int few);

/* What a run was of. */
typedef struct gn_facts_about {
    const gn_dataset *data;
    const uint32_t *row;            /* of the data set, as many as the trace has */
    int digits;                     /* of the numbers in sentences; 0: the usual */
} gn_facts_about;
/* All of it as lines of a sheet. */
gn_status gn_facts_put(gn_trace *t, const gn_facts_about *of, gn_sheet *s);
/* facts_input.c, parts of it: d out / d x with its rank row by row; how far the input moves the output. */
void gn_facts_put_jacobian(gn_trace *t, const gn_facts_about *of, gn_sheet *s);
gn_status gn_facts_put_dependence(gn_trace *t, const gn_facts_about *of, gn_sheet *s);

#endif
