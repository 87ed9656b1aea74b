/* diagnose_internal.h -- what the files of the diagnosis share: the case in hand, the gradients that mistakes lead to,
 * and how they are compared.
 *
 * Invariant: every gradient is flat in the objective's order; what was given is in the layout of its tensor. */
#ifndef GN_DIAGNOSE_INTERNAL_H
#define GN_DIAGNOSE_INTERNAL_H

#include "diagnose.h"
#include "gradient_check_net.h"

/* ---- diagnose_backward.c: a backward pass by hand, with a mistake in it ------------------------------------------ */
typedef enum gn_slope_way {
    GN_SLOPE_RIGHT, GN_SLOPE_MISSING, GN_SLOPE_TWICE, GN_SLOPE_OF_VALUE, GN_SLOPE_VALUE_Z, GN_SLOPE_INVERTED,
    GN_SLOPE_RELU,
    GN_SLOPE_KINK_RIGHT, GN_SLOPE_KINK_LEFT, GN_SLOPE_KINK_HALF
} gn_slope_way;
typedef enum gn_weight_way {
    GN_WEIGHT_RIGHT, GN_WEIGHT_NOT_T, GN_WEIGHT_MISSING, GN_WEIGHT_INVERTED, GN_WEIGHT_EARLY
} gn_weight_way;
typedef enum gn_input_way { GN_INPUT_RIGHT, GN_INPUT_Z, GN_INPUT_STALE } gn_input_way;
typedef struct gn_backward {
    gn_slope_way slope;
    gn_weight_way weight;
    gn_input_way input;
    size_t layer;               /* the mistake is in this one alone; SIZE_MAX: in all */
    gn_node seed;               /* dL/dz of the output; 0: as it is */
    gn_node rate;               /* GN_WEIGHT_EARLY: rank 0 */
    const gn_node *stale;       /* GN_INPUT_STALE: (layers) outputs of another forward pass */
    const gn_node *back;        /* the weights on the way back, by tensor; NULL: those of the forward pass */
} gn_backward;
/* out (m->n): a gradient for each trainable tensor. A mistake that the network has no room for changes nothing. */
gn_status gn_backward_nodes(const gn_net *net, const gn_rows_graph *m, const gn_backward *how, gn_node *out);

/* ---- the case ---------------------------------------------------------------------------------------------------- */
/* layer: its place among the layers with trainable tensors. */
typedef struct gn_slot { const char *name; int rank; size_t rows, cols, offset, size, layer; } gn_slot;
/* What of a gradient is of another moment than the weights in hand. */
typedef enum gn_stale_way {
    GN_STALE_EARLY,             /* the weights on the way back alone: each updated as soon as its gradient was there */
    GN_STALE_INPUTS,            /* the layers' inputs */
    GN_STALE_DELTAS,            /* the deltas */
    GN_STALE_FORWARD,           /* every value of the forward pass; the weights on the way back are those in hand */
    GN_STALE_ALL,
    GN_STALE_WAYS
} gn_stale_way;
typedef struct gn_candidate {
    gn_mistake mistake;
    const double *g;            /* (parameters) */
    double rate;
    size_t row;
    size_t layer;               /* SIZE_MAX: all */
    const char *more;           /* "the loss mae", or NULL */
    double own_mean;            /* rows left out: times this it is the mean of those that are there; 0: none */
    bool fitted;                /* a number was chosen so that it fits: it needs more to be believed */
    bool searched;              /* of a family of such: diagnose_stale.c */
    gn_stale_way way;           /* of one that was searched for */
    const bool *moved;          /* (slots): by the step between; NULL: all */
} gn_candidate;
typedef struct gn_case {
    gn_context *ctx;
    gn_arena arena;
    const gn_dataset *data;
    gn_net_rows at;             /* float64 */
    size_t n;                   /* parameters */
    size_t slots;
    gn_slot *slot;
    double **u;                 /* (slots): given, in the tensor's layout; NULL where there is none */
    bool *flipped;              /* (slots): was given as the transpose */
    size_t fits;                /* tensors that what was given could be of, by its shape: the most */
    double *right;              /* (n) */
    double loss, floor;
    double match;               /* the largest distance at which something is named */
    int digits;                 /* of numbers within sentences; 0: 6 */
    size_t outputs;
    bool no_stale, no_rows;     /* not looked for: the case is too large */
    size_t candidates, room;
    gn_candidate *candidate;    /* the first is the right one */
} gn_case;
/* Is an entry of what was given, or 0 where nothing was, the right one within GN_DIAGNOSE_AGREE? */
bool gn_case_agrees(const gn_case *c, size_t slot, size_t entry);
void gn_put_entry(gn_text *t, const gn_slot *s, size_t entry);              /* "[0,3]" */
double *gn_case_array(gn_case *c);                                          /* (n), cleared; NULL: no memory */
gn_status gn_case_add(gn_case *c, gn_candidate candidate);
/* Keeps g when it differs from the right gradient somewhere. */
gn_status gn_case_add_if_new(gn_case *c, gn_candidate candidate);
gn_status gn_case_structures(gn_case *c);       /* diagnose_structure.c */
gn_status gn_case_data(gn_case *c);             /* diagnose_data.c: rows, scaling */
/* diagnose_fit.c: weight decay added, clipped; a number is read off the given ones of `set` (slots). */
gn_status gn_case_fits(gn_case *c, const bool *set);
/* diagnose_stale.c: those with a rate that is solved for, so that they fit the given ones of `set` (slots): all of them
 * together, or each by itself. */
gn_status gn_case_stale(gn_case *c, const bool *set, bool each);

/* ---- diagnose_factor.c: constants with a name, or made of such --------------------------------------------------- */
enum { GN_FACTORS = 128 };
typedef struct gn_factor {
    gn_mistake mistake;         /* FACTOR: it takes more than one, or has no name under the reduction in force */
    double value;               /* > 0 */
    int cost;                   /* parts it is made of */
    int rows, outputs, twos;    /* powers of the number of rows, of outputs, and of 2 */
} gn_factor;
size_t gn_case_factors(const gn_case *c, gn_factor *out);                   /* out (GN_FACTORS): the first is 1 */
void gn_put_ratio(gn_text *t, double f, int digits);                        /* 1/4 rather than 0.25 */
/* "; 1/8 is 1/4 (the rows) times 1/2"; false when it is not made of such. */
bool gn_put_parts(gn_text *t, const gn_case *c, double value);

/* ---- diagnose_judge.c -------------------------------------------------------------------------------------------- */
typedef struct gn_judgement {
    const gn_candidate *candidate;
    gn_mistake mistake;         /* the candidate's, or that of the factor */
    double factor;
    bool with_factor, flipped;
    double distance;
    int cost;
    gn_mistake also[3];
    size_t alsos;
} gn_judgement;
/* The best explanation of the given tensors in `set`; UNKNOWN when none is near enough, with the closest in candidate
 * and distance and `closest`. */
gn_status gn_judge(gn_case *c, const bool *set, gn_judgement *out, gn_mistake *closest);
/* |u - f*v| / max(|u|, |f*v|, floor) over the set. */
double gn_case_distance(const gn_case *c, const bool *set, const double *v, double f);

/* ---- diagnose_precision.c ---------------------------------------------------------------------------------------- */
#define GN_NOISE 1e-12          /* the share of a gradient below which numbers in its place are rounding */
/* The distance within which numbers as these can be told to be the same. */
double gn_given_match(const gn_given *given, size_t count);

/* ---- diagnose_words.c -------------------------------------------------------------------------------------------- */
/* Nothing known, but near the right one, as digits that were left out make it. */
bool gn_finding_is_rounded(const gn_finding *f);
/* What a finding is called; j NULL: by its mistake alone. */
gn_status gn_finding_call(const gn_case *c, const gn_judgement *j, gn_finding *f);           /* diagnose_factor.c */
gn_status gn_diagnose_words(const gn_case *c, const gn_judgement *j, gn_finding *f);

#endif
