/* steps.h -- a derivative step by step: which rule acted on which piece, and what came of it.
 *
 * Invariant: the steps are the derivation that gn_formula_derive makes, not a second one; a piece that occurs twice is
 * one step. */
#ifndef GN_FORMULA_STEPS_H
#define GN_FORMULA_STEPS_H

#include "formula.h"

/* R(id, "name", "what the rule says"), with a and b for the pieces, c for what does not depend on the variable. */
#define GN_RULES(R)                                                                             \
    R(CONSTANT,    "constant",            "c' = 0")                                             \
    R(VARIABLE,    "variable",            "x' = 1")                                             \
    R(SUM,         "sum",                 "(a + b)' = a' + b'")                                 \
    R(DIFFERENCE,  "difference",          "(a - b)' = a' - b'")                                 \
    R(NEGATION,    "negation",            "(-a)' = -a'")                                        \
    R(FACTOR,      "constant factor",     "(c*a)' = c*a'")                                      \
    R(PRODUCT,     "product",             "(a*b)' = a'*b + a*b'")                               \
    R(DIVISOR,     "constant divisor",    "(a/c)' = a'/c")                                      \
    R(QUOTIENT,    "quotient",            "(a/b)' = (a'*b - a*b')/b^2")                         \
    R(POWER,       "power",               "(x^c)' = c*x^(c - 1)")                               \
    R(POWER_CHAIN, "power and chain",     "(a^c)' = c*a^(c - 1)*a'")                            \
    R(EXPONENTIAL, "exponential",         "(c^a)' = c^a*log(c)*a'")                             \
    R(GENERAL,     "general power",       "(a^b)' = a^b*(b'*log(a) + b*a'/a)")                  \
    R(FUNCTION,    "function",            "f(x)' as its row states it")                         \
    R(CHAIN,       "chain",               "f(a)' = f'(a)*a', with f' as the row of f states it") \
    R(CHOICE,      "choice",              "where(c, a, b)' = where(c, a', b')")                 \
    R(COMPARISON,  "comparison",          "a < b is constant but for a jump: 0")

typedef enum gn_rule {
#define R(id, name, says) GN_RULE_##id,
    GN_RULES(R)
#undef R
    GN_RULE_COUNT
} gn_rule;
const char *gn_rule_name(gn_rule rule);
const char *gn_rule_says(gn_rule rule);

typedef struct gn_derivation {
    gn_rule rule;
    const gn_formula *of;           /* the piece */
    const gn_formula *result;       /* its derivative, simplified */
    const gn_formula
        *slope[3]; /* FUNCTION, CHAIN: the outer slopes, the pieces put in, simplified; NULL where not needed */
    int parts;                      /* derivatives it is made of: places in the list, all before this one */
    uint32_t part[3];
    uint32_t used;                  /* how many later steps are made of it; more than 1: derived once and used again */
} gn_derivation;

/* The steps of d f/d name, parts before what is made of them, the whole last. What does not depend on the name is one
 * step. */
gn_status gn_formula_steps(gn_arena *arena, const gn_formula *f, const char *name, gn_derivation **out, size_t *count);

#endif
