/* simplify.h -- sums and products in the normal form of the simplifier.
 *
 * Invariant: a simplified product is (number * factors) / (number * factors), each left-associative with the number
 * first and left out when it is 1, under at most one NEG; a simplified sum is a left-associative chain of such terms
 * joined by + and -. */
#ifndef GN_FORMULA_SIMPLIFY_H
#define GN_FORMULA_SIMPLIFY_H

#include "rational.h"
#include "tree.h"

/* In a sum: coefficient * node. In a product: node ^ coefficient. node NULL stands for 1. */
typedef struct gn_part { gn_rational coef; const gn_formula *node; } gn_part;
typedef struct gn_parts {
    gn_maker *m;
    gn_part *at;
    size_t count, room;
} gn_parts;
bool gn_parts_add(gn_parts *p, gn_rational coef,
                  const gn_formula *node); /* false: out of memory, recorded in the maker */
void gn_parts_free(gn_parts *p);

/* Parts whose nodes are simplified already; NULL on failure. The parts are used up. */
const gn_formula *gn_simplify_sum(gn_maker *m, gn_parts *terms);
const gn_formula *gn_simplify_product(gn_maker *m, gn_parts *factors);

bool gn_constant_of(const gn_formula *f, gn_rational *out);                     /* is the simplified f a number? */
const gn_formula *gn_constant_node(gn_maker *m, gn_rational r);
/* A simplified f as coefficient times a node without one; *node NULL for a number. */
bool gn_split_coef(gn_maker *m, const gn_formula *f, gn_rational *coef, const gn_formula **node);
const gn_formula *gn_join(gn_maker *m, gn_rational coef, const gn_formula *node); /* the inverse */
const gn_formula *gn_simplify_sqrt(gn_maker *m, const gn_formula *arg);         /* square factors taken out */

#endif
