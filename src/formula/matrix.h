/* matrix.h -- vectors and small matrices of formulas, and the calculus of functions of several variables.
 *
 * Conventions. A vector [a, b] is a column; v' is a row; [[a, b], [c, d]] has the rows [a, b] and [c, d]. A Jacobian
 * has a row for each function and a column for each variable; a gradient is a column; a Hessian is symmetric, and here
 * exactly so. Invariant: an array has at least one element, and a single number is an array of one row and one column.
 */
#ifndef GN_FORMULA_MATRIX_H
#define GN_FORMULA_MATRIX_H

#include "formula.h"

enum { GN_MATRIX_MOST = 4096 };

typedef struct gn_matrix {
    size_t rows, cols;
    const gn_formula **at;  /* row-major */
} gn_matrix;

/* The grammar of gn_formula_parse and besides: [a, b, ...], [[...], ...], a' (transposed), * (product of matrices, or
 * with a number), / by a number, dot(a, b), sum(a), mean(a), norm(a), sum_rows(A) (over the rows: a row), sum_cols(A)
 * (a column). + - comparisons .* ./ .^ and the functions of the tables act on each element; of unequal shapes a number
 * stands everywhere, a row (1, m) in each row, a column (n, 1) in each column. Shapes that do not fit are GN_E_EXP_SHAPE
 * with both shapes named. */
gn_status gn_matrix_parse(gn_arena *arena, const char *text, size_t length, gn_matrix *out);
/* The same language over numbers: each operation and function has the value that gn_formula_eval gives it, products
 * and sums run from the first term to the last. A name is an array bound to it, the later of two; or pi, e, inf, nan. The
 * result is in the arena. */
enum { GN_ARRAY_MOST = 1 << 24 };
typedef struct gn_numbers { size_t rows, cols; const double *value; } gn_numbers;   /* row-major */
typedef struct gn_numbers_binding { const char *name; gn_numbers array; } gn_numbers_binding;
gn_status gn_array_run(gn_arena *arena, const char *text, size_t length, const gn_numbers_binding *bound, size_t count,
                       gn_numbers *out);
/* A column of formulas that exist. */
gn_status gn_matrix_column(gn_arena *arena, const gn_formula *const *f, size_t count, gn_matrix *out);

/* Results are simplified. f of gn_matrix_jacobian is a column (or a number). */
gn_status gn_matrix_simplify(gn_arena *arena, const gn_matrix *a, gn_matrix *out);
gn_status gn_matrix_derive(gn_arena *arena, const gn_matrix *a, const char *name, gn_matrix *out);
gn_status gn_matrix_gradient(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                            gn_matrix *out);
gn_status gn_matrix_jacobian(gn_arena *arena, const gn_matrix *f, const char *const *names, size_t count,
                             gn_matrix *out);
gn_status gn_matrix_hessian(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                            gn_matrix *out);
/* The names in any element, each once. */
gn_status gn_matrix_names(gn_arena *arena, const gn_matrix *a, const char *const **out, size_t *count);
gn_status gn_matrix_eval(gn_context *ctx, const gn_matrix *a, const gn_binding *bound, size_t count,
                        double *out); /* rows*cols */

void gn_matrix_print(gn_text *to, const gn_matrix *a);    /* as the grammar reads it: x, [x, y], [[x, y], [1, 2]] */
void gn_matrix_latex(gn_text *to, const gn_matrix *a);    /* a pmatrix */

#endif
