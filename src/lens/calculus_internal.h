/* calculus_internal.h -- what the files of the differentiation share.
 *
 * Invariant: after a failure `s->status` holds it and the helpers do nothing more, so that it is checked once. */
#ifndef GN_CALCULUS_INTERNAL_H
#define GN_CALCULUS_INTERNAL_H

#include "calculus.h"
#include "../formula/steps.h"

enum { GN_CALC_WRITTEN = 20000 };  /* bytes of a formula that is written out */

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
    bool kinked, jumps;             /* the point lies on a kink, on a jump of the value */
    const char *grad, *step;        /* symbols: the gradient of the only function; the step along */
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
/* calculus_kink.c, calculus_along.c */
void gn_calc_say_kink(gn_calc *c, const gn_kink *kink);
void gn_calc_along(gn_calc *c);             /* directional derivative, approximations */
/* calculus_second.c */
void gn_calc_determinant(gn_calc *c);
void gn_calc_hessian(gn_calc *c);

#endif
