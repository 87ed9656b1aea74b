/* rational.h -- constants of the simplifier: exact fractions as long as both parts are exact in a double, then plain
 * doubles.
 *
 * Invariant: exact means value = n/d in lowest terms, d > 0, both below 2^53, so that n/d in double is the correctly
 * rounded value. */
#ifndef GN_FORMULA_RATIONAL_H
#define GN_FORMULA_RATIONAL_H

#include "../base/base.h"

typedef struct gn_rational {
    bool exact;
    bool decimal;       /* it came from 0.5 rather than 1/2, and is shown so */
    int64_t n, d;
    double value;       /* n/d when exact */
} gn_rational;

gn_rational gn_rational_int(int64_t n);
gn_rational gn_rational_real(double value);         /* 0.1 is 1/10: the shortest decimal that reads back the same */
gn_rational gn_rational_add(gn_rational a, gn_rational b);
gn_rational gn_rational_mul(gn_rational a, gn_rational b);
gn_rational gn_rational_invert(gn_rational a);      /* a not 0 */
gn_rational gn_rational_negate(gn_rational a);
bool gn_rational_power(gn_rational a, int64_t exponent,
                       gn_rational *out); /* false: not finite, or too large to be kept exact */
bool gn_rational_is(gn_rational a, int64_t n);
bool gn_rational_is_whole(gn_rational a);
bool gn_rational_equal(gn_rational a, gn_rational b);
bool gn_rational_finite(gn_rational a);
/* a = outside^2 * inside with inside free of square factors below 2^16; a > 0 and whole. */
void gn_rational_square_part(int64_t a, int64_t *outside, int64_t *inside);

#endif
