/* calculus.h -- the differentiation of what a user writes, as a sheet: derivative, gradient, Jacobian, Hessian, each
 * with the steps that made it; and at a point their values, the directions, the approximations and what went wrong.
 *
 * Conventions: a gradient is a column, a Jacobian has a row for each function and a column for each variable, a Hessian
 * is symmetric. Invariant: what is printed is what the expression room derived; nothing is derived a second time. */
#ifndef GN_CALCULUS_H
#define GN_CALCULUS_H

#include "picture.h"
#include "../base/option.h"
#include "sheet.h"

/* Functions of several variables as the user wrote them. */
typedef struct gn_functions {
    gn_matrix f;                    /* (m, 1) */
    size_t names, variables;        /* the variables are the first of the names; the others are held constant */
    const char *const *name;
} gn_functions;
/* Several texts, or one that is a vector, are a vector-valued function. by: the variables as "w" or "x,y", "" or NULL
 * for all names but pi, e, inf and nan, in the order in which they stand. Codes GN_E_EXP_*. */
gn_status gn_functions_parse(gn_arena *arena, const char *const *text, size_t count, const char *by,
                             gn_functions *out);

typedef struct gn_calculus_ask {
    const double *at;               /* (names), or NULL: in symbols only */
    const gn_formula *const *exact; /* (names) the same numbers as formulas without names, or NULL */
    const double *along;            /* (variables) direction or step, or NULL; needs `at` */
    int digits;                     /* of numbers within sentences; 0: 6 */
    int order;                      /* 2: the Hessian and the quadratic approximation too */
    const char *collect;            /* results as polynomials in this name, NULL or "": as they are simplified */
    const char *update;             /* the name of a rate: the map of gradient descent too; NULL or "": not */
} gn_calculus_ask;

/* The same from options by their names: by, at, along, digits, order, collect, update. What they point to is in the
 * arena, or is the options' own. */
gn_status gn_calculus_read(gn_context *ctx, gn_arena *arena, const char *const *expression, size_t count,
                           const gn_options *o, gn_functions *of, gn_calculus_ask *ask);

/* Opens and fills a sheet. Its symbols, for whoever wants the numbers: f (or f_1, f_2, ...), df_dx, grad, grad_norm, J,
 * det, H, lambda_1.., D_u, predicted, change, error, quadratic; where a convention at a kink of a piece is no slope of
 * the whole, slope, gradient or curvature has what the sides give. A name that the user's expression has gets a "_"
 * more. */
gn_status gn_calculus_sheet(gn_context *ctx, const gn_functions *of, const gn_calculus_ask *ask, gn_sheet *out);

/* One variable: the curves, with their tangents at the point; two: contours, with the gradient's direction. Refused
 * with GN_E_CFG_VALUE for more. In the arena. */
gn_status gn_calculus_picture(gn_arena *arena, const gn_functions *of, const gn_calculus_ask *ask, gn_picture *out);

/* Places where a function of the tables has a kink or a jump exactly at the point: the slope from the left and from the
 * right, and the one that the row states. where(a < b, ...) at a == b counts too. */
typedef struct gn_kink {
    const gn_formula *node;         /* abs(x) */
    int input;                      /* which argument moves */
    double left, right, taken;      /* slopes; of a comparison they are nan */
    const char *row;                /* the slope's text, as its row states it; NULL for a comparison */
    bool jump;                      /* the value itself jumps */
    bool smooth;                    /* of a comparison: value and slopes are the same whichever way it is decided */
    bool open;                      /* of a comparison: decided one way, the value or a slope is not finite */
} gn_kink;
gn_status gn_formula_kinks(gn_arena *arena, const gn_formula *f, const gn_binding *bound, size_t count, gn_kink **out,
                           size_t *kinks);

/* Does f, spelled out, compare or choose: is it made of pieces that meet in kinks or jumps? */
bool gn_formula_has_pieces(gn_arena *arena, const gn_formula *f);

/* Where a quadratic form bends, from its eigenvalues ascending: "convex", "concave", "saddle", "flat", "convex with a
 * flat direction", ... */
const char *gn_bend_name(const double *eigenvalue, size_t n);

#endif
