/* array.h -- vectors and small matrices of formulas, and the calculus of functions of several variables.
 *
 * Conventions. A vector [a, b] is a column; v' is a row; [[a, b], [c, d]] has the rows [a, b] and [c, d]. A Jacobian
 * has a row for each function and a column for each variable; a gradient is a column; a Hessian is symmetric, and here
 * exactly so. Invariant: an array has at least one element, and a single number is an array of one row and one column.
 */
#ifndef GN_FORMULA_ARRAY_H
#define GN_FORMULA_ARRAY_H

#include "formula.h"

enum { GN_ARRAY_MOST = 4096 };

typedef struct gn_array {
    size_t rows, cols;
    const gn_formula **at;  /* row-major */
} gn_array;

/* The grammar of gn_formula_parse and besides: [a, b, ...], [[...], ...], a' (transposed), * (product of matrices, or
 * with a number),
 * + - of equal shapes, / by a number, dot(a, b), sum(a), norm(a); a function of the tables acts on each element. Shapes
 * that do not fit are GN_E_EXP_SHAPE with both shapes named. */
gn_status gn_array_parse(gn_arena *arena, const char *text, size_t length, gn_array *out);
/* A column of formulas that exist. */
gn_status gn_array_column(gn_arena *arena, const gn_formula *const *f, size_t count, gn_array *out);

/* Results are simplified. f of gn_array_jacobian is a column (or a number). */
gn_status gn_array_simplify(gn_arena *arena, const gn_array *a, gn_array *out);
gn_status gn_array_derive(gn_arena *arena, const gn_array *a, const char *name, gn_array *out);
gn_status gn_array_gradient(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                            gn_array *out);
gn_status gn_array_jacobian(gn_arena *arena, const gn_array *f, const char *const *names, size_t count, gn_array *out);
gn_status gn_array_hessian(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count, gn_array *out);
/* The names in any element, each once. */
gn_status gn_array_names(gn_arena *arena, const gn_array *a, const char *const **out, size_t *count);
gn_status gn_array_eval(gn_context *ctx, const gn_array *a, const gn_binding *bound, size_t count,
                        double *out); /* rows*cols */

void gn_array_print(gn_text *to, const gn_array *a);    /* as the grammar reads it: x, [x, y], [[x, y], [1, 2]] */
void gn_array_latex(gn_text *to, const gn_array *a);    /* a pmatrix */

#endif
