/* descent.h -- an optimiser of defs/optim.def run on an expression: the path, what each step was predicted to do and
 * did, and what the curvature allows.
 *
 * Invariant: the update that runs is the text of the optimiser's row, read and evaluated in float64; the steps written
 * out are the same text with the same numbers. */
#ifndef GN_DESCENT_H
#define GN_DESCENT_H

#include "calculus.h"
#include "picture.h"
#include "../kernel/optim.h"

typedef struct gn_descent_ask {
    gn_optimizer op;
    const double *hyper;            /* parameters in the row's order, lr first */
    double clip;                    /* each slope is cut to [-clip, clip] first; 0: not */
    double weight_decay, l1;        /* then added to it before the update: wd*w + l1*sign(w) */
    const double *from;             /* (names of the functions): variables first, then what is held constant */
    const gn_formula *const *exact; /* (names) the same as formulas, or NULL */
    uint64_t steps;
    uint64_t written;               /* steps whose arithmetic is written out */
    double tolerance;               /* arrived: |gradient| <= tolerance*|first gradient| within rounding, decay
                                       included */
    int digits;                     /* of the numbers in sentences; 0: 6 */
} gn_descent_ask;

typedef enum gn_descent_end {
    GN_DESCENT_WENT,                /* neither of the others */
    GN_DESCENT_STILL,               /* the gradient is exactly 0 at the end */
    GN_DESCENT_CYCLE,               /* the last points alternate between two */
    GN_DESCENT_GROWS,               /* the function rose above where it began and still rises */
    GN_DESCENT_OVERFLOW             /* a value was not finite any more */
} gn_descent_end;

/* Row r holds the state after step k[r]; every step is kept up to 10,000 of them, then every second, every fourth, ...
 * and always the last. */
typedef struct gn_descent {
    size_t n, slots, rows;
    uint64_t stride, *k;
    double *x, *g, *f;              /* (rows, n), (rows, n), (rows); g is of the function, without decay */
    double *first, *second, *change; /* (rows) of the step that led to the row, with stride 1: g.d, d'Hd/2, true; nan in
                                       the first row and where it is not known */
    uint64_t arrived;               /* the step at which the tolerance held first; UINT64_MAX: never */
    uint64_t steps;                 /* taken */
    gn_descent_end end;
    const char *overflow;           /* "f", or the variable's name */
    const double *slot;             /* (n, slots) the optimiser's state after the last step */
    const double *first_slot;       /* the same after the first step */
    const double *arrived_slot, *arrived_x; /* the same, and the point (n), after step `arrived` */
    const double *previous;         /* (n) the point before the last */
    bool rests;                     /* another step from the end would leave the point where it is */
} gn_descent;

/* The length of what has to become 0: of g (n), with the decay at x (n) that the ask adds to it. */
double gn_descent_size(const gn_descent_ask *ask, size_t n, const double *x, const double *g);
/* A tolerance that is reached but for rounding is reached: what is taken as its share of the first size. */
static inline double gn_descent_share(const gn_descent_ask *ask) { return ask->tolerance * (1 + 1e-9); }
/* Everything lives in the arena. `of` has one function. */
gn_status gn_descent_run(gn_arena *arena, const gn_functions *of, const gn_descent_ask *ask, gn_descent *out);
gn_status gn_descent_sheet(gn_context *ctx, const gn_functions *of, const gn_descent_ask *ask, const gn_descent *path,
                           gn_sheet *out);
/* A curve with the points for one variable, contours with the path for two, else f against k. In the arena. */
gn_status gn_descent_picture(gn_arena *arena, const gn_functions *of, const gn_descent_ask *ask, const gn_descent *path,
                             gn_picture *out);

#endif
