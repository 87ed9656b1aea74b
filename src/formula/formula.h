/* formula.h -- the expression language of the tables and of users: parse, differentiate, simplify, print, evaluate,
 * count.
 *
 * Invariant: the text of an expression is its only definition; whatever is printed can be parsed again and means the
 * same. */
#ifndef GN_FORMULA_H
#define GN_FORMULA_H

#include "../base/base.h"
#include "../base/text.h"

typedef enum gn_formula_op {
    GN_F_NUMBER, GN_F_NAME, GN_F_ADD, GN_F_SUB, GN_F_MUL, GN_F_DIV, GN_F_POW, GN_F_NEG,
    GN_F_LT, GN_F_LE, GN_F_GT, GN_F_GE, GN_F_EQ, GN_F_NE,
    GN_F_CALL   /* a function with 1..3 arguments; where(c, a, b) among them */
} gn_formula_op;

typedef struct gn_flops { int cheap, special; } gn_flops;   /* + - * compare, and / sqrt exp log ... */

/* A formula is an immutable tree (a DAG: equal sub-trees may be shared) that lives in an arena. A number is finite and
 * not negative: -3 is NEG of 3. Make nodes with the parser or the gn_formula_make functions; the fields from `hash` on
 * are theirs. */
typedef struct gn_formula {
    gn_formula_op op;
    int arguments;
    double number;                          /* of a name: 1 when it is settled, else 0 */
    const char *name;                       /* variable or function */
    const struct gn_formula *arg[3];
    uint32_t column;                        /* from 1, where it stands in the source text; 0 when made */
    uint32_t height;                        /* longest way down, in nodes */
    uint64_t hash;                          /* of the whole tree, columns left out */
    uint64_t names;                         /* a bit for each name inside: clear means not there */
    uint32_t terms;                         /* nodes when written out as a tree; stops at UINT32_MAX */
    gn_flops flops;                         /* of the tree, stops at INT_MAX */
} gn_formula;

/* Grammar: docs/expressions.md. + - * / ^ (right-associative, binds tighter than unary minus: -x^2 = -(x^2)),
 * comparisons, calls, parentheses, numbers, names; K(c) is the constant c. Errors: GN_E_EXP_*, with a caret hint. Depth
 * <= 256, text <= 64 KiB; no recursion on hostile depth. */
gn_status gn_formula_parse(gn_arena *arena, const char *text, size_t length, const gn_formula **out);
/* One assignment of a list such as "v = mu*v + g; w = w - lr*v;": the last semicolon may be left out, an empty text is
 * an empty list. */
typedef struct gn_formula_step { const char *name; const gn_formula *value; uint32_t column; } gn_formula_step;
gn_status gn_formula_parse_steps(gn_arena *arena, const char *text, size_t length, gn_formula_step **out,
                                 size_t *count);

/* Nodes made by hand; NULL with the error recorded when memory is short or an argument is NULL (so calls nest). A
 * number that is negative or not finite gives what prints the same: NEG, or the names inf and nan. The function's name
 * and arity are the caller's care. */
const gn_formula *gn_formula_number(gn_arena *arena, double value);
const gn_formula *gn_formula_name(gn_arena *arena, const char *name);
const gn_formula *gn_formula_make(gn_arena *arena, gn_formula_op op, const gn_formula *a,
                                  const gn_formula *b); /* b NULL for NEG */
const gn_formula *gn_formula_call(gn_arena *arena, const char *name, int arguments, const gn_formula *const arg[]);

/* d/dname, unsimplified parts folded (0 and 1 removed). A function of the tables is derived by the slope its row
 * states; where(c, a, b) keeps its condition. GN_E_EXP_LIMIT above 100,000 terms. */
gn_status gn_formula_derive(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out);
/* As a person would write it: constants folded exactly, 0 and 1 rules, like terms and like factors collected, square
 * factors out of square roots (sqrt(68) = 2*sqrt(17)). Products of sums are not expanded. Equal to f wherever f has a
 * value. */
gn_status gn_formula_simplify(gn_arena *arena, const gn_formula *f, const gn_formula **out);
/* As a polynomial in `name`, highest power first, when it is one of degree 8 or less: w*(1 - 2*eta*x^2) + 2*eta*x*y;
 * otherwise simplified. */
gn_status gn_formula_collect(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out);
/* A name that nobody will bind to another value, "e": the simplifier then takes it as the number it is, log(e) = 1. */
gn_status gn_formula_settle(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out);
gn_status gn_formula_substitute(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula *by,
                                const gn_formula **out);
/* Every function of the tables replaced by the value of its row, down to exp log sqrt sin cos tanh erf log1p expm1 pow
 * where. */
gn_status gn_formula_expand(gn_arena *arena, const gn_formula *f, const gn_formula **out);
bool gn_formula_uses(const gn_formula *f, const char *name);
bool gn_formula_equal(const gn_formula *a, const gn_formula *b);
/* The names in f, each once, in the order of their first place in the tree; pi, e, inf and nan are among them. */
gn_status gn_formula_names(gn_arena *arena, const gn_formula *f, const char *const **out, size_t *count);

typedef struct gn_binding { const char *name; double value; } gn_binding;
/* Evaluate in double by libm; an unbound name is GN_E_EXP_VAR, save pi, e, inf and nan. No value is an error: 1/0 is
 * inf, 0^0 is 1. */
gn_status gn_formula_eval(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count, double *out);
/* The same for many points: compile once, run with values in the order of `names`. `room` holds gn_program_room
 * doubles. */
typedef struct gn_program gn_program;
gn_status gn_program_make(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                          gn_program **out);
size_t gn_program_room(const gn_program *p);
double gn_program_run(const gn_program *p, const double *values, double *room);
/* The same in float32: every constant and the result of every operation is rounded to a float (values are the caller's to
 * round). For + - * / and sqrt these are the bits of float arithmetic, since a double has more than twice the digits. */
double gn_program_run32(const gn_program *p, const double *values, double *room);
/* Where a value that is not finite arose: the first node (arguments before what uses them) whose own value is not
 * finite although its arguments' are, with the rule in words ("log of 0 is -inf"); 0^0, which is 1 by
 * convention, when there is none; *node NULL when neither is there. */
typedef struct gn_trouble { const gn_formula *node; double value; const char *rule; } gn_trouble;
gn_status gn_formula_trouble(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count,
                             gn_trouble *out);

void gn_formula_print(gn_text *to, const gn_formula *f);    /* as the grammar reads it */
void gn_formula_latex(gn_text *to, const gn_formula *f);
gn_flops gn_formula_flops(const gn_formula *f); /* of the tree as written, functions as their rows spell them */

#endif
