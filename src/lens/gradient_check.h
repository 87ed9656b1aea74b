/* gradient_check.h -- is a gradient right? Central differences with stated steps, kinks told from mistakes, random
 * directions against forward mode, Taylor's slopes, and the symmetry of the Hessian.
 *
 * Invariant: everything runs in float64 from the objective alone; the gradient that is judged is an argument, so that a
 * wrong one is found whoever computed it. The rule and its sources: docs/methods.md. */
#ifndef GN_GRADIENT_CHECK_H
#define GN_GRADIENT_CHECK_H

#include "objective.h"
#include "sheet.h"

typedef enum gn_verdict {
    GN_VERDICT_EXCELLENT,       /* error <= 1e-7 */
    GN_VERDICT_PASS,            /* <= 1e-5, as for a smooth function */
    GN_VERDICT_NARROW,          /* within what float32 rounds off: gn_check_rounding */
    GN_VERDICT_KINKS,           /* <= 1e-4 with kinks nearby, or between the slopes at the two sides of a kink */
    GN_VERDICT_SUSPICIOUS,      /* <= 1e-2 */
    GN_VERDICT_FAIL,
    GN_VERDICT_COUNT
} gn_verdict;
/* "excellent", "pass", "pass, float32", "pass, kinks nearby", "suspicious", "FAIL" */
const char *gn_verdict_name(gn_verdict v);
/* kinks: a kink was crossed, or is near. NaN is FAIL. */
gn_verdict gn_verdict_of(double error, bool kinks);
static inline bool gn_verdict_ok(gn_verdict v) { return v <= GN_VERDICT_KINKS; }

/* cbrt(2^-52)*max(1, |x|), made exact: (x + h) - x == h. Where rounding and curvature balance for a central
 * difference. */
double gn_check_step(double x);
/* |a - n|/max(|a|, |n|, floor); both zero: 0. */
double gn_check_error(double a, double n, double floor);
/* 1e-8*max(1, |loss|): below it a derivative cannot be told from the rounding of the loss. */
double gn_check_floor(double loss);

typedef struct gn_check_entry {
    size_t index;               /* in the objective's order */
    double x, h;
    double analytic, numeric;
    double error;               /* as above; at a crossed kink 0 when the gradient lies between left and right */
    bool kink;                  /* the pattern of signs differs between x - h, x and x + h */
    size_t kink_at;             /* of gn_objective_kink_name */
    double left, right;         /* (L(x) - L(x-s))/s, (L(x+s) - L(x))/s with s = sqrt(2^-52)*max(1, |x|); with a kink
                                   alone */
    bool rounding;              /* what rounding leaves of the losses has been taken off the error */
    bool five;                  /* central differences were lost in rounding: by five points with h = 2^-10.4 */
    gn_verdict verdict;
} gn_check_entry;
/* One parameter at p (n). floor <= 0: by the loss. */
gn_status gn_check_one(gn_context *ctx, gn_objective *o, const double *p, size_t index, double analytic, double floor,
                       gn_check_entry *out);

typedef struct gn_check_options {
    bool full;                  /* every parameter; else all up to `most`, beyond it `sample` a tensor */
    size_t most, sample;        /* 5000, 20 */
    size_t tensor;              /* only this one of the objective; SIZE_MAX: all */
    const bool *only;           /* (tensors of the objective) only those; NULL: all. Borrowed */
    size_t directions;          /* random, unit; 3 */
    uint64_t seed;
    bool second;                /* Hessian: symmetry, and a product against differences of gradients */
    const double *rounding;     /* (parameters): what the judged gradient may be off by because it is float32;
                                   NULL: it is float64. Borrowed */
    int digits;                 /* of numbers within sentences; 0: 6, 17: the shortest text that reads back */
} gn_check_options;
void gn_check_defaults(gn_check_options *o);

typedef struct gn_check_tensor {
    size_t tensor;              /* of the objective */
    size_t checked, kinks, failed;  /* entries */
    gn_check_entry worst;       /* by verdict, then error */
    size_t compared;            /* those that have an error: not between the slopes at the two sides of a kink */
    gn_check_entry largest;     /* of these the one with the largest error */
    gn_verdict verdict;         /* of the worst entry */
} gn_check_tensor;
typedef struct gn_check_direction { double reverse, forward, error; } gn_check_direction;  /* g.v both ways */
enum { GN_TAYLOR_STEPS = 4, GN_CHECK_DIRECTIONS = 8 };
typedef struct gn_taylor {      /* along one direction v, h = 1e-1 .. 1e-4 */
    double h[GN_TAYLOR_STEPS], zeroth[GN_TAYLOR_STEPS], first[GN_TAYLOR_STEPS];
    double slope[2];            /* decades a decade between the last two steps above rounding: 1 and 2 when right; NaN
                                   when everything is below rounding */
    bool kink;                  /* one is crossed on the way, so that slopes need not show */
} gn_taylor;
typedef struct gn_check_report {
    gn_context *ctx;
    double loss, floor;
    size_t parameters, checked;
    bool full;
    int digits;                 /* as in the options */
    const char *wrong;          /* what is known to be wrong whatever the entries say, in words; NULL: nothing.
                                   Borrowed */
    size_t tensors;
    gn_check_tensor *tensor;
    size_t entries;             /* those that failed or are suspicious, worst first, at most 64 */
    gn_check_entry *entry;
    size_t directions;
    gn_check_direction direction[GN_CHECK_DIRECTIONS];
    gn_taylor taylor;
    bool second;
    double symmetry;            /* |u'Hv - v'Hu| relative to max(|u'Hv|, |u||Hv|/sqrt(n)) */
    double uhv, vhu;
    double product_error;       /* |Hv - (g(p + hv) - g(p - hv))/2h| / |Hv| with h = 1e-5 */
    bool product_kink;
    gn_verdict verdict;         /* the worst of the tensors; FAIL too when a direction or the symmetry fails */
} gn_check_report;
/* gradient (n): what is judged, or NULL for the objective's own. NEGATIVE is not returned for a bad gradient: read the
 * verdict. */
#define GN_CHECK_SYMMETRY 1e-12
gn_status gn_gradient_check(gn_context *ctx, gn_objective *o, const double *gradient, const gn_check_options *options,
                            gn_check_report *out);
void gn_check_report_free(gn_check_report *r);
/* |L(p + hv) - L| and |L(p + hv) - L - h g.v|, for h = 1e-1 .. 1e-4. */
gn_status gn_taylor_test(gn_context *ctx, gn_objective *o, const double *p, const double *v, const double *gradient,
                         gn_taylor *out);

/* What a right gradient that was computed in float32 may be off by: out (parameters), the same for every entry of a
 * tensor. twice the farthest that an entry moves when weights and inputs move by up to GN_CHECK_BITS last bits, and at
 * least four bits of the largest; NaN where float32 overflows. */
#define GN_CHECK_BITS 8.0
gn_status gn_check_rounding(gn_context *ctx, const gn_net *net, const gn_dataset *rows, double *out);
/* What a line's check says in the place of a verdict where a difference is no number: nothing is known. */
#define GN_CHECK_NOT_FINITE "not finite"
/* An entry that does not pass does when it is off by no more. */
void gn_check_allow(gn_check_entry *e, double rounding);
/* Is every number a float32, to the bit or as its shortest text? What is not finite counts as one. */
bool gn_check_is_narrow(const double *v, size_t n);

/* The which-th random unit direction of a check, (n). */
void gn_check_direction_of(const gn_objective *o, const gn_check_options *options, size_t which, double *v);

/* ---- oracles: the network's own gradient held against ways that share little with it ----------------------------- */
typedef struct gn_check_oracles {
    bool complex_run;           /* not for large networks on many rows: it is slow */
    double reverse, complex_step, complex_error;    /* g.v along the first direction */
    double plain_error;         /* the plain plan, composed operations spelled, no fusion: largest relative distance of
                                   a tensor */
    double jvu, vju, adjoint_error;                 /* <Jv, u> and <v, J'u> of the network's output, random u */
    bool narrow;                /* the network's own numbers are float32 */
    int digits;                 /* as in the options */
    size_t tensors;
    double *precision;          /* (tensors) |g32 - g64|/|g64|; gn_free */
} gn_check_oracles;
/* gradient (n): the objective's own. */
gn_status gn_check_oracles_run(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective *o,
                               const double *gradient, const gn_check_options *options, gn_check_oracles *out);
void gn_check_oracles_sheet(gn_sheet *s, const gn_objective *o, const gn_check_oracles *r);
bool gn_check_oracles_ok(const gn_check_oracles *r);

/* ---- sheets ------------------------------------------------------------------------------------------------------ */
/* Sections of a sheet: entries, failures, directions, Taylor, second order, and the conventions as facts. A failure
 * stands with tensor, index, analytic, numeric and ratio. */
void gn_check_loss_fact(gn_sheet *s, const gn_net *net, double loss, int digits, const char *rows);
void gn_check_facts(gn_sheet *s, const gn_check_report *r);
void gn_check_sheet(gn_sheet *s, const gn_objective *o, const gn_check_report *r);
/* A table of steps along v against the slope g.v, with the best of them. */
gn_status gn_check_steps_sheet(gn_sheet *s, gn_objective *o, const double *v, const double *gradient);

/* The differences themselves along v at steps h (n): (L(p + hv) - L(p - hv))/2h and (L(p + hv) - L(p))/h; either may be
 * NULL. What shows that a step can be too large and too small. */
gn_status gn_check_differences(gn_context *ctx, gn_objective *o, const double *p, const double *v, size_t n,
                               const double *h, double *central, double *forward);

/* ---- complex step: Im f(x + ih)/h with h = 1e-30, exact to rounding because nothing is subtracted ---------------- */
/* The derivative of a formula along a direction (count), the functions by their rows' values, choices by real parts. */
gn_status gn_complex_step_formula(gn_context *ctx, const gn_formula *f, const gn_binding *at, size_t count,
                                  const double *direction, double *value, double *derivative);
/* The same through a network's loss on rows, node by node of the plain spelling: v in the objective's order. Shares
 * nothing with reverse or forward mode but the value's own spelling. */
gn_status gn_complex_step_net(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const double *p,
                              const double *v, double *loss, double *derivative);

#endif
