/* diagnose.h -- what is wrong with a gradient that somebody computed: the mistakes people make, each computed from the
 * same network and compared with what was given.
 *
 * Invariant: a mistake is named only when the gradient that it leads to is the one that was given, within a stated
 * distance; else the answer is that it is not known, with the closest and its distance. */
#ifndef GN_DIAGNOSE_H
#define GN_DIAGNOSE_H

#include "gradient_check.h"

/* D(id, "name", "what to do about it"). The order is the order of preference among equally good explanations. */
#define GN_MISTAKES(D)                                                                                                 \
    D(RIGHT,          "right",                                    "nothing to correct")                                \
    D(SIGN,           "sign",                                     "the error is prediction - target")                  \
    D(BATCH_AGAIN,    "divided by the batch once more",           "the mean is in the loss already: sum over the rows")\
    D(SUM_NOT_MEAN,   "sum instead of mean",                      "divide by the number of rows once")                 \
    D(MEAN_NOT_SUM,   "mean instead of sum",                      "the loss in force is a sum: do not divide")         \
    D(OUTPUTS_AGAIN,  "divided by the outputs once more",         "the mean is in the loss already")                   \
    D(OUTPUTS_SUM,    "summed over outputs instead of the mean",  "divide by the number of outputs once")              \
    D(MEAN_AGAIN,     "divided by rows and outputs once more",    "the mean is in the loss already")                   \
    D(ALL_SUM,        "sum instead of mean over rows and outputs", "divide by rows times outputs once")                \
    D(HALF,           "factor 1/2",                               "the square's 2 is missing, or the loss has a 1/2")  \
    D(TWICE,          "factor 2",                                 "the 2 is there twice, or the loss has no 1/2")      \
    D(FACTOR,         "a constant factor",                        "compare the constants in front of the loss")        \
    D(TRANSPOSED,     "transposed",                               "rows are outputs, columns inputs, as in W")         \
    D(BIAS_MISSING,   "bias missing",                             "db = the sum of delta over the rows")               \
    D(ZERO,           "all zero",                                 "the gradient was not computed, or not accumulated") \
    D(NOT_FINITE,     "not finite",           "find the first step that gives nan or inf: 0/0, log 0, a large exp")    \
    D(NO_RIGHT,       "no finite gradient",   "the network's own is not finite: look for nan and inf in its weights")  \
    D(LAYER,          "wrong layer",                              "delta and input of the same layer belong together") \
    D(KINK,           "kink convention",                          "a choice: here relu'(0) = 0, leaky relu'(0) = a")   \
    D(SLOPE_MISSING,  "activation slope forgotten",               "delta = (W' delta of the next layer) * s'(z)")      \
    D(SLOPE_OF_VALUE, "activation slope taken at a, not at z",    "s' takes the pre-activation z")                     \
    D(SLOPE_VALUE_Z,  "activation slope with z in the place of a", "a slope written in a takes a = s(z)")              \
    D(SLOPE_TWICE,    "activation slope taken twice",             "multiply by s'(z) once")                            \
    D(SLOPE_RELU,     "activation slope of relu",     "take the slope of the layer's own activation, below 0 too")     \
    D(INVERTED,       "chain factors upside down",                "dz2/da1 * da1/dz1, not da1/dz2 * dz1/da1")          \
    D(WEIGHT_NOT_T,   "weights not transposed on the way back",   "delta of a layer is W' times that of the next")     \
    D(WEIGHT_MISSING, "weights left out on the way back",         "delta of a layer is W' times that of the next")     \
    D(INPUT_Z,        "layer input before its activation",        "dW = delta a', with a = s(z) of the layer below")   \
    D(LINK_TWICE,     "slope of softmax or sigmoid applied again", "with cross-entropy delta = p - t, nothing more")   \
    D(LOSS,           "another loss",                             "differentiate the loss that is stated")             \
    D(LOSS_SIGNED,    "error not made absolute or squared",       "the mean error is not a loss: errors cancel")       \
    D(RAW_INPUT,      "input scaling missing",                    "the network sees (x - shift)*factor")               \
    D(RAW_TARGET,     "target scaling missing",                   "the network learns (y - shift)*factor")             \
    D(ROW_MISSING,    "a row left out",                           "sum over every row")                                \
    D(ONE_ROW,        "one row only",                             "sum over every row")                                \
    D(FIRST_ROWS,     "the first rows only",                      "the data are all rows; --rows takes fewer")         \
    D(ROWS_SHIFTED,   "targets of other rows",                    "row i of x belongs to row i of y")                  \
    D(UPDATED_EARLY,  "weights updated before they were used",    "compute every gradient, then update")               \
    D(STALE_INPUT,    "stale activations",                        "run forward again after an update")                 \
    D(STALE_ALL,      "the gradient at other weights",            "it is that of weights before (or after) an update") \
    D(DECAY,          "weight decay added",                      "decay is no part of the loss: the optimiser adds it")\
    D(CLIPPED,        "clipped element by element",               "clip after the gradient is known")                  \
    D(ENTRIES,        "single entries",             "find what these entries have in common, and no others")           \
    D(UNKNOWN,        "not known",                                "none of the mistakes known here gives this")

typedef enum gn_mistake {
#define D(id, name, cure) GN_MISTAKE_##id,
    GN_MISTAKES(D)
#undef D
    GN_MISTAKE_COUNT
} gn_mistake;
/* The distance, in the norm of all entries, within which it is right or a mistake is named follows from the numbers that
 * were given: */
#define GN_DIAGNOSE_MATCH 1e-4  /* float32, or as few digits: the largest */
#define GN_DIAGNOSE_MATCH_WIDE 1e-7     /* 8 digits or more */
#define GN_DIAGNOSE_AGREE 1e-5  /* entries are the same within this share of the larger; right too when each is */
const char *gn_mistake_name(gn_mistake m);
const char *gn_mistake_cure(gn_mistake m);

/* A gradient as it was given, of one tensor. */
typedef struct gn_given {
    size_t tensor;              /* of the objective: the network's trainable tensors in order; SIZE_MAX: by its shape */
    size_t rows, cols;          /* (outputs, inputs) of a weight; a bias has cols 1, or rows 1 */
    const double *value;        /* (rows, cols) row-major; NULL: it is absent */
} gn_given;

typedef struct gn_finding {
    size_t tensor;              /* which it was taken for */
    char name[64];              /* the tensor's */
    gn_mistake mistake;
    char called[96];            /* in words, with the sign and the factor: "sign, and factor 2" */
    bool sign;                  /* the sign besides the constant */
    double factor;              /* given = factor * candidate; 1 for a mistake of structure alone */
    bool with_factor;           /* a mistake of structure and a factor besides, or a factor that was solved for */
    bool transposed;            /* of the shape of the tensor's transpose, and read so: not right for that alone */
    double distance;            /* |given - factor*candidate| / |given|, in the norm of all entries */
    double from_right;          /* |given - right| / max(|given|, |right|) */
    size_t entries, agree;      /* of the tensor; equal to the right one within GN_DIAGNOSE_AGREE */
    bool few_off;               /* some do not, and they are few */
    size_t worst;               /* entry, row-major, that is furthest from the right one */
    char at[48];                /* where that is: "[0,3]" */
    double given, right;        /* there */
    double rate;                /* UPDATED_EARLY, STALE: of the step between, below 0 when the weights in hand are
                                   those before it; DECAY: the decay; CLIPPED: where */
    size_t row;                 /* ROW_MISSING, ONE_ROW: which; FIRST_ROWS: how many; LAYER: which tensor; ROWS_SHIFTED:
                                   by how many */
    double spread;              /* the largest |given/(factor*candidate) - 1| of the entries that are not small */
    gn_mistake closest;         /* UNKNOWN: the explanation that comes closest, at `distance` */
    gn_mistake also[3];         /* explanations that fit as well: 1/4 is the batch and the outputs squared */
    size_t alsos;
    char evidence[352];         /* in words, from the numbers */
} gn_finding;

typedef struct gn_diagnosis {
    gn_context *ctx;
    size_t findings;
    gn_finding *finding;        /* one for each tensor given or missed, in the order of the tensors */
    gn_mistake mistake;         /* of all of them together: the first that is not RIGHT, or RIGHT */
    const char *called;         /* as that finding is called */
    bool right;                 /* all of them */
    double loss;
    size_t rows;                /* of the data */
    double match;               /* the distance in force, between the two above */
    size_t fits;                /* tensors of the given shape: of more than 1 the nearest was taken */
    const char *reduction;      /* in force */
    int digits;                 /* of numbers within sentences */
    bool no_stale, no_rows;     /* too large to look for stale gradients, or for rows left out */
} gn_diagnosis;
typedef struct gn_diagnose_how {
    bool whole;                 /* the given ones were meant to be all tensors, so that an absent bias is a mistake */
    int digits;                 /* of numbers within sentences; 0: 6, 17: the shortest text that reads back */
} gn_diagnose_how;
/* The network's loss on rows, as its reduction says. For networks of any layers; mistakes inside a layer are looked for
 * in dense ones. */
gn_status gn_diagnose_as(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const gn_given *given,
                         size_t count, gn_diagnose_how how, gn_diagnosis *out);
gn_status gn_diagnose(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const gn_given *given, size_t count,
                      bool whole, gn_diagnosis *out);       /* with 6 digits */
/* All trainable tensors after each other, in the objective's order. */
gn_status gn_diagnose_flat(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const double *gradient,
                           size_t n, gn_diagnosis *out);
/* A table of findings and what speaks for each. */
void gn_diagnosis_sheet(gn_sheet *s, const gn_diagnosis *d);
void gn_diagnosis_free(gn_diagnosis *d);

#endif
