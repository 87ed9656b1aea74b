/* formula.h -- the expression language of the tables and of users: parse, differentiate, simplify, print, evaluate, count.
 *
 * Invariant: the text of an expression is its only definition; whatever is printed can be parsed again and means the same. */
#ifndef GN_FORMULA_H
#define GN_FORMULA_H

#include "../base/base.h"
#include "../base/text.h"

typedef enum gn_formula_op {
    GN_F_NUMBER, GN_F_NAME, GN_F_ADD, GN_F_SUB, GN_F_MUL, GN_F_DIV, GN_F_POW, GN_F_NEG,
    GN_F_LT, GN_F_LE, GN_F_GT, GN_F_GE, GN_F_EQ, GN_F_NE,
    GN_F_CALL   /* a function with 1..3 arguments; where(c, a, b) among them */
} gn_formula_op;

/* A formula is an immutable tree (a DAG: equal sub-trees may be shared) that lives in an arena. */
typedef struct gn_formula {
    gn_formula_op op;
    int arguments;
    double number;
    const char *name;                       /* variable or function */
    const struct gn_formula *arg[3];
    uint32_t column;                        /* from 1, where it stands in the source text; 0 when made */
} gn_formula;

/* Grammar: + - * / ^ (right-associative, binds tighter than unary minus: -x^2 = -(x^2)), comparisons, calls, parentheses, numbers, names;
 * K(c) is the constant c. Errors: GN_E_EXP_*, with a caret hint. Depth <= 256, text <= 64 KiB; no recursion on hostile depth. */
gn_status gn_formula_parse(gn_arena *arena, const char *text, size_t length, const gn_formula **out);
/* d/dname, unsimplified parts folded (0 and 1 removed). `slope_of` gives the derivative of a named function of the tables:
 * NULL means the functions the formula room knows itself (exp log sqrt sin cos tanh abs erf log1p expm1 max min pow sigmoid). */
gn_status gn_formula_derive(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out);
gn_status gn_formula_simplify(gn_arena *arena, const gn_formula *f, const gn_formula **out);
gn_status gn_formula_substitute(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula *by, const gn_formula **out);
bool gn_formula_uses(const gn_formula *f, const char *name);
bool gn_formula_equal(const gn_formula *a, const gn_formula *b);

typedef struct gn_binding { const char *name; double value; } gn_binding;
/* Evaluate in double by libm; an unbound name is GN_E_EXP_VAR. */
gn_status gn_formula_eval(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count, double *out);

void gn_formula_print(gn_text *to, const gn_formula *f);    /* as the grammar reads it */
void gn_formula_latex(gn_text *to, const gn_formula *f);
typedef struct gn_flops { int cheap, special; } gn_flops;   /* + - * compare, and / sqrt exp log ... */
gn_flops gn_formula_flops(const gn_formula *f);

#endif
