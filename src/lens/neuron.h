/* neuron.h -- one neuron under gradient descent: its formulas as data, the run that evaluates them, and what theory
 * says of that run before it is made.
 *
 * Invariant: the run evaluates the texts of the formulas and nothing else (law 3); a slope is the row's own or derived
 * from the text of the value. In float32 every operation of a formula is rounded to a float. */
#ifndef GN_NEURON_H
#define GN_NEURON_H

#include "../kernel/optim.h"
#include "limits.h"
#include "picture.h"
#include "sheet.h"

enum { GN_NEURON_INPUTS = 512, GN_NEURON_ROWS = 1000000 };

/* What the neuron is. Arrays are borrowed by gn_neuron_new, which copies them. */
typedef struct gn_neuron_spec {
    size_t inputs, rows;            /* rows 1: one sample; more: a batch */
    const double *x, *y;            /* (rows, inputs), (rows) */
    const double *w;                /* (inputs) at the start; NULL: 0 */
    bool has_bias;
    double b;
    const char *act;                /* "identity", "leaky_relu(alpha=0.2)" */
    const char *loss;               /* a row of defs/loss.def, or an expression of e = p - y, or of p and y */
    const char *reduction;          /* "mean", "sum", "half-sum" over the rows */
    gn_optimizer optimizer;
    double hyper[GN_OPT_HYPER];     /* the optimiser's parameters in its row's order, lr first */
    double clip, decay;             /* gradient elements to [-clip, clip]; L2: adds decay*w to the gradient; 0: no */
    gn_type type;
} gn_neuron_spec;
/* x, y and w left to the caller: identity, mse, mean, sgd with its own rate, float64, one row of one input, no bias. */
void gn_neuron_defaults(gn_neuron_spec *spec);

/* ---- formulas ---------------------------------------------------------------------------------------------------- */
typedef enum gn_neuron_phase {
    GN_NEURON_ROW,      /* for each row of the batch, from x, y and the parameters */
    GN_NEURON_BATCH,    /* once, from the sums over the rows; none for one row */
    GN_NEURON_UPDATE    /* the step */
} gn_neuron_phase;
typedef enum gn_neuron_part {
    GN_NEURON_PREDICTION, GN_NEURON_ERROR, GN_NEURON_LOSS, GN_NEURON_CHAIN, GN_NEURON_GRADIENT, GN_NEURON_STEP
} gn_neuron_part;
/* name = text. Names with several numbers (x, w, gradients of a neuron with several inputs) are columns; component
 * i > 0 means that the formula is of the numbers name_i alone, as an optimiser with products of its state has it. */
typedef struct gn_neuron_formula {
    gn_neuron_phase phase;
    gn_neuron_part part;
    const char *name, *text;
    const char *rule;               /* "chain", "the slope of tanh as its row states it", or NULL */
    size_t component;
    size_t size;                    /* numbers of the name, or 1 with a component */
} gn_neuron_formula;

typedef struct gn_neuron gn_neuron;
/* GN_E_CFG_LOSS, _OPTIMIZER, _VALUE, GN_E_EXP_* for texts that are not understood. */
gn_status gn_neuron_new(gn_context *ctx, const gn_neuron_spec *spec, gn_neuron **out);
void gn_neuron_free(gn_neuron *n);
const gn_neuron_spec *gn_neuron_get_spec(const gn_neuron *n);
size_t gn_neuron_formulas(const gn_neuron *n);
gn_neuron_formula gn_neuron_formula_at(const gn_neuron *n, size_t i);
/* The names that are put in (x, y, w, b, lr, ...) and their places: i from 0; NULL past the end. */
const char *gn_neuron_given(const gn_neuron *n, size_t i);

/* ---- running ----------------------------------------------------------------------------------------------------- */
void gn_neuron_restart(gn_neuron *n);           /* the weights of the spec, step 0, optimiser state 0 */
void gn_neuron_set(gn_neuron *n, const double *w, double b);
/* Everything but the step, at the present weights. */
void gn_neuron_forward(gn_neuron *n);
/* The formulas of row i alone; totals are left as they were. */
void gn_neuron_row(gn_neuron *n, size_t i);
/* After a forward: the step's formulas. *_new hold the new values until gn_neuron_advance puts them in place. */
void gn_neuron_step(gn_neuron *n);
void gn_neuron_advance(gn_neuron *n);
uint64_t gn_neuron_steps(const gn_neuron *n);   /* taken so far */
/* The present numbers of a name ("w", "dL_dw", "p", "w_new", "L", "w_3"); NULL when there is none. */
const double *gn_neuron_value(const gn_neuron *n, const char *name, size_t *size);
double gn_neuron_loss(const gn_neuron *n);
const double *gn_neuron_weights(const gn_neuron *n);    /* (inputs) */
double gn_neuron_bias(const gn_neuron *n);              /* 0 when there is none */
const double *gn_neuron_gradient(const gn_neuron *n);   /* (inputs) */
double gn_neuron_bias_gradient(const gn_neuron *n);

/* Called at every k from 0 after the forward at k; not GN_OK stops the run with that status. */
typedef gn_status (*gn_neuron_watch)(void *user, gn_neuron *n, uint64_t k);
typedef enum gn_neuron_end { GN_NEURON_DONE, GN_NEURON_GUARDED, GN_NEURON_NAN } gn_neuron_end;
/* Restart, then at most `steps` steps; guard > 0: ends at the first k at which a weight is larger; ends when a weight
 * is NaN. */
gn_status gn_neuron_run(gn_neuron *n, uint64_t steps, double guard, gn_neuron_watch watch, void *user,
                        gn_neuron_end *end);

/* The scalar neuron p = w*x with L = (p - y)^2 under sgd in float64: arrays over k = 0..count-1, w0 at k = 0. */
typedef struct gn_neuron_path { size_t count; double *w, *prediction, *loss, *gradient; } gn_neuron_path;
gn_status gn_neuron_path_run(gn_context *ctx, double x, double y, double w0, double lr, uint64_t steps, double guard,
                             gn_neuron_path *out);
/* The same of any spec with one input and no bias: its activation, loss and optimiser. */
gn_status gn_neuron_path_of(gn_context *ctx, const gn_neuron_spec *spec, uint64_t steps, double guard,
                            gn_neuron_path *out);
void gn_neuron_path_free(gn_context *ctx, gn_neuron_path *p);

/* ---- theory ------------------------------------------------------------------------------------------------------ */
typedef struct gn_neuron_theory {
    bool linear;                /* quadratic loss of a linear neuron: statements are exact, else local at the point */
    bool piecewise;             /* not linear, but the second slope of the activation is 0 */
    const char *curvature_text; /* d2L/dz2, "2", "2*dp_dz^2 + 2*e*d2p_dz2" */
    double curvature;           /* its value; of one row */
    const char *lambda_text;    /* one row: "2*x^2", "2*(dot(x, x) + 1)"; NULL for a batch */
    double lambda;              /* largest eigenvalue of the Hessian over (w, b), decay included */
    size_t size;                /* of the Hessian */
    double *hessian;            /* (size, size), or NULL when size > 64 */
    double *eigenvalue;         /* (size) ascending, or NULL */
    double *row_curvature;      /* (rows) d2l/dz2 of each row */
    double smallest;            /* the smallest eigenvalue above 1e-10*lambda; NaN without eigenvalues */
    gn_limit limit;             /* of the optimiser: largest eta*lambda */
    double eta_lambda, r, band; /* r = 1 - eta*lambda for sgd */
    gn_iteration iteration;     /* on the largest eigenvalue, when the limit is known */
    gn_regime regime;
    double best_rate, critical_rate;    /* INFINITY when lambda is 0; for adam and its kin, whose lambda is another */
} gn_neuron_theory;
/* At the present weights, after a forward. Freed with gn_neuron_theory_free. */
gn_status gn_neuron_theory_of(gn_neuron *n, gn_neuron_theory *out);
void gn_neuron_theory_free(gn_neuron *n, gn_neuron_theory *t);
size_t gn_neuron_flat(const gn_neuron_theory *t);   /* eigenvalues that count as 0: of a size up to 1e-10 of the largest */

/* Where a divergent run leaves the numbers of a precision: the first k at which a value is infinite (or NaN); the bias is
 * one of the weights. Predicted for a linear neuron with a quadratic loss under an optimiser whose limit is known and
 * not of a preconditioner. INFINITY: never, or not predicted. on_edge: a predicted number is
 * the first power of 2 that is too large, within rounding, so that the run may have it a step later. */
typedef struct gn_neuron_overflow { double loss, gradient, weight, nan; bool on_edge; } gn_neuron_overflow;
gn_status gn_neuron_overflow_predicted(gn_neuron *n, gn_type type, gn_neuron_overflow *out);
/* By running the spec in that precision for at most `steps` steps. */
gn_status gn_neuron_overflow_observed(gn_context *ctx, const gn_neuron_spec *spec, gn_type type, uint64_t steps,
                                      gn_neuron_overflow *out);

/* ---- the sheet --------------------------------------------------------------------------------------------------- */
typedef struct gn_neuron_show {
    uint64_t steps;             /* of the trajectory */
    uint64_t written;           /* steps whose arithmetic is written out */
    double guard, tolerance;
    bool checked, cures;
    int digits;                 /* of the numbers in sentences; 0: 6 */
} gn_neuron_show;
typedef struct gn_neuron_result {   /* what the run came to, for a summary or JSON */
    gn_neuron_end end;
    uint64_t k;                 /* of the last weights */
    double w, b, loss;          /* first weight */
    gn_regime regime;
} gn_neuron_result;
/* Fills an open sheet. result may be NULL. */
gn_status gn_neuron_explain(gn_neuron *n, const gn_neuron_show *show, gn_sheet *sheet, gn_neuron_result *result);

/* The run drawn: each weight against k with its minimum where that is known, and the loss; all in the arena. */
gn_status gn_neuron_picture(gn_neuron *n, const gn_neuron_show *show, gn_arena *arena, gn_picture *out);

#endif
