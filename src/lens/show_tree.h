/* show_tree.h -- the tree of signs behind show_math.h, for the files that set it in type.
 *
 * Invariant: a part's height is less than its whole's, and no tree that is handed out is higher than a machine's stack
 * bears. */
#ifndef GN_SHOW_TREE_H
#define GN_SHOW_TREE_H

#include "show_math.h"

typedef enum gn_math_kind {
    GN_MATH_NUMBER, GN_MATH_NAME, GN_MATH_NEG, GN_MATH_BINARY, GN_MATH_CALL, GN_MATH_LIST, GN_MATH_TRANSPOSE
} gn_math_kind;

/* How tightly what is set must bind to stand without parentheses. */
typedef enum gn_math_level {
    GN_ML_ANY = 0,
    GN_ML_SUM = 2,
    GN_ML_PRODUCT = 3,
    GN_ML_POWER = 4,
    GN_ML_ATOM = 5
} gn_math_level;

struct gn_math {
    gn_math_kind kind;
    gn_formula_op op;           /* BINARY */
    bool each;                  /* BINARY: .* ./ .^ */
    double number;
    const char *name;           /* NAME, CALL */
    const gn_symbol *symbol;    /* NAME: what it stands for, NULL: pi and the like */
    size_t id;                  /* of the symbol */
    size_t count, height;
    const gn_math **part;
};

gn_math_level gn_math_level_of(const gn_math *n, gn_math_style how);
bool gn_math_begins_with_digit(const gn_math *n, gn_math_style how);
/* How an operation between its operands is set: " + ", " \\, " in LaTeX; in MathML "+"; a product without a sign is
 * GN_SILENT there. */
#define GN_SILENT "&#8290;"
const char *gn_math_sign(const gn_math *n, gn_math_style how, bool mathml);
bool gn_math_is_fraction(const gn_math *n, gn_math_style how);  /* set with a bar, which fences what it holds */

#endif
