/* calculus_internal.h -- what the files of the differentiation share.
 *
 * Invariant: after a failure `s->status` holds it and the helpers do nothing more, so that it is checked once. */
#ifndef GN_CALCULUS_INTERNAL_H
#define GN_CALCULUS_INTERNAL_H

#include "calculus.h"
#include "../formula/steps.h"

enum { GN_CALC_WRITTEN = 20000 };  /* bytes of a formula that is written out */

/* What the sides of a point say of a derivative of the whole function, from good to bad. */
typedef enum gn_sided {
    GN_SIDED_SMOOTH,        /* all sides agree with what the formula gives */
    GN_SIDED_CONVENTION,    /* the sides agree with each other, and the formula gives another */
    GN_SIDED_UNKNOWN,       /* not decided, or not finite */
    GN_SIDED_KINK,          /* the sides differ */
    GN_SIDED_JUMP           /* the value itself differs */
} gn_sided;

/* A function at the point as a whole, whatever its pieces do there. */
typedef struct gn_whole {
    bool edge;                      /* a comparison is at its edge on some line through the point */
    gn_sided slope, bend;           /* bend: with order 2, and only where the slope is smooth or a convention */
    double *left, *right;           /* (n) slopes by each variable; where no side differs, `right` is the gradient */
    double *hessian;                /* (n, n) from the sides; its mixed elements only where `mixed` */
    bool mixed;
    double bent[2];                 /* of one variable: the second derivative from the left and from the right */
    double *slant, before, behind;  /* (n) a direction with a kink where no axis has one, and its slopes; or NULL */
} gn_whole;

typedef struct gn_calc {
    gn_context *ctx;
    gn_arena *arena;                /* the sheet's */
    gn_sheet *s;
    const gn_functions *of;
    const gn_calculus_ask *ask;
    size_t n, m;                    /* variables, functions */
    gn_binding *bound;              /* (names), or NULL: no point */
    const char **f_name;            /* (m) symbols of the functions */
    const char **f_shown;
    gn_matrix jacobian;             /* (m, n) */
    const char **slope;             /* (m, n) names of its elements: df_dx */
    gn_matrix *hessian;             /* (m) of (n, n), with order 2 */
    size_t derived, derivation_count;   /* which derivative's steps are in hand: its place from 1 */
    gn_derivation *derivation;
    size_t step_lines;              /* of all trees of steps so far */
    gn_whole *whole;                /* (m), or NULL without a point */
    const char *grad, *step;        /* symbols: the gradient of the only function; the step along */
    const char *true_slope, *true_bend; /* symbols of what the sides give where a convention gives another; or NULL */
} gn_calc;

const char *gn_calc_printf(gn_calc *c, const char *fmt, ...) GN_PRINTF(2, 3);   /* in the arena; "" on failure */
const char *gn_calc_text(gn_calc *c, const gn_formula *f);
const char *gn_calc_matrix_text(gn_calc *c, const gn_matrix *a);
const char *gn_calc_latex(gn_calc *c, const gn_formula *f);
/* A name that the user's expressions do not have: `wish`, or with "_" behind. */
const char *gn_calc_fresh(gn_calc *c, const char *wish);
double gn_calc_value(gn_calc *c, const gn_formula *f);      /* at the point; nan without one */
/* A number within a sentence, where c is the work in hand. */
#define NUM(v) gn_calc_number(GN_NUM, (v), c->ask->digits)
/* As the sheet shows it: with 17 digits the shortest text that reads back. */
const char *gn_calc_number(gn_numtext *room, double v, int digits);
/* Made of fractions, roots, powers, e and pi only: exp(-1) says no more than its digits. */
bool gn_calc_is_plain(const gn_formula *f);
/* The exact value at the point where it is a whole number or a fraction. */
bool gn_calc_rational(gn_calc *c, const gn_formula *f, double *value);
/* The exact value at the point, such as "2*sqrt(17)" or "14/3"; NULL when there is none that says more than digits. */
const char *gn_calc_exact(gn_calc *c, const gn_formula *f);

typedef struct gn_calc_line {       /* an equation about to be written */
    int depth;
    bool numbered, symbolic;        /* symbolic: without value although there is a point */
    const char *title, *name, *shown, *latex, *rule;
} gn_calc_line;
/* name = f: with numbers put in and the value where there is a point, else in symbols. */
gn_line *gn_calc_equation(gn_calc *c, gn_calc_line l, const gn_formula *f);
gn_line *gn_calc_array(gn_calc *c, gn_calc_line l, const gn_matrix *a);
/* name = text over symbols of the sheet, run now. */
gn_line *gn_calc_run(gn_calc *c, gn_calc_line l, const char *text);

/* calculus_steps.c: the tree of steps below d f[i]/d variable[j], from depth 1 on. */
void gn_calc_steps(gn_calc *c, size_t i, size_t j);
/* The rule at the root of that tree, for the line of the derivative itself; NULL on failure. */
const char *gn_calc_root_rule(gn_calc *c, size_t i, size_t j);
/* calculus_point.c */
void gn_calc_point_facts(gn_calc *c);       /* what is not finite, kinks */
void gn_calc_gradient_facts(gn_calc *c);    /* norm, unit, sign rule, tangent, steepest ascent */
/* calculus_sides.c: function i at the point as a whole. */
gn_status gn_calc_whole(gn_calc *c, size_t i, gn_whole *out);
/* The same without a sheet, for the pictures; ask->at is there. */
gn_status gn_functions_whole(gn_arena *arena, const gn_functions *of, const gn_calculus_ask *ask, size_t i,
                             gn_whole *out);
gn_status gn_calc_bind(gn_calc *c);
/* calculus_kink.c: the pieces of function i that have a kink at the point, and then the whole. */
void gn_calc_say_kinks(gn_calc *c, size_t i, const gn_kink *kink, size_t count);
/* The slope of the only function by variable j: what the formula gives, or where that is a convention, the sides. */
double gn_calc_true_slope(gn_calc *c, size_t j);
/* calculus_along.c */
void gn_calc_along(gn_calc *c);             /* directional derivative, approximations */
/* calculus_second.c */
void gn_calc_determinant(gn_calc *c);
void gn_calc_hessian(gn_calc *c);

#endif
