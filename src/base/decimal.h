/* decimal.h -- exact comparison of decimal with binary numbers: what reading and printing stand on.
 *
 * Invariant: an approximation carries its error, and where the error could change an answer big integers decide. */
#ifndef GN_BASE_DECIMAL_H
#define GN_BASE_DECIMAL_H

#include "base.h"

typedef unsigned __int128 gn_u128;

/* A value in [bits, bits + error] * 2^exponent; the top bit of bits is set. */
typedef struct gn_scaled {
    gn_u128 bits, error;
    int exponent;
} gn_scaled;
/* w * 10^q for w > 0, q in -378..350. */
gn_scaled gn_decimal_scale(uint64_t w, int q);
/* The sign of n*10^k - a*2^b, exactly; k in -378..350, b in -1100..1100. */
int gn_decimal_compare(uint64_t n, int k, uint64_t a, int b);
/* floor(a*2^b / 10^k), exactly; the result must be below 2^63. */
uint64_t gn_decimal_floor(uint64_t a, int b, int k);

/* A natural number below 2^5120: enough for 800 digits against any double. */
enum { GN_BIG_LIMBS = 160 };
typedef struct gn_big {
    int used;
    uint32_t limb[GN_BIG_LIMBS];
} gn_big;
void gn_big_set(gn_big *b, uint64_t value);
void gn_big_mul_add(gn_big *b, uint32_t factor, uint32_t term);
void gn_big_mul_power5(gn_big *b, int n);
void gn_big_shift(gn_big *b, int bits);
int gn_big_compare(const gn_big *a, const gn_big *b);
/* The sign of d*10^k - a*2^b. d is destroyed. */
int gn_big_compare_scaled(gn_big *d, int k, uint64_t a, int b);

/* The most significant digits that can decide the rounding of a double, with room to spare. */
enum { GN_DIGITS_MOST = 800 };

/* A binary format: bits of the significand, least and most exponent of its last bit. */
typedef struct gn_format { int bits, least, most; } gn_format;
#define GN_FORMAT_F64 ((gn_format){ 53, -1074, 971 })
#define GN_FORMAT_F32 ((gn_format){ 24, -149, 104 })

#endif
