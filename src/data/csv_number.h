/* csv_number.h -- the short way to a number: up to 19 digits, so that their value is an exact integer. Where it and the
 * power of ten are exact doubles one division rounds correctly (Clinger 1990); else integers of 128 bits do the same.
 *
 * Invariant: reading stops at the first byte that is not a digit, and the window ends in one. */
#ifndef GN_CSV_NUMBER_H
#define GN_CSV_NUMBER_H

#include <string.h>
#include "csv.h"

/* Is the double half-way between two floats of normal size? */
static inline bool gn_csv_tie(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x1FFFFFFF) == 0x10000000;
}

/* Does the text hold a digit that is not an ASCII one? */
bool gn_csv_foreign_digits(const char *text, size_t length);

/* m * 10^-scale, rounded once, for m > 0 and |scale| <= 27: 5^27 is below 2^63, so that a quotient of 63 bits and
 * whether anything is left of it decide the rounding, as does a product of 127 bits. 0 where the compiler has no such
 * numbers. */
double gn_csv_scaled(uint64_t m, int scale);

/* Digits of an exponent at i; its sign and value go to *scale. */
static inline size_t gn_csv_exponent(const uint8_t *at, size_t i, int *scale)
{
    bool minus = at[i] == '-';
    i += minus || at[i] == '+';
    int exponent = 0;
    size_t first = i;
    for (uint8_t c; (c = (uint8_t)(at[i] - '0')) < 10 && i - first < 4; i++) exponent = 10 * exponent + c;
    *scale += minus ? exponent : -exponent;
    return i - first - 1 < 3 ? i : 0;
}

/* The number at i: the offset past it, or 0 when the long way has to be taken. */
static inline __attribute__((always_inline)) size_t gn_csv_short_number(const uint8_t *at, size_t i, uint8_t decimal,
                                                                        double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool minus = at[i] == '-';
    i += minus;
    size_t first = i, digits;
    uint64_t m = 0;
    uint8_t c;
    int scale = 0;
    for (; (c = (uint8_t)(at[i] - '0')) < 10; i++) m = 10 * m + c;
    digits = i - first;
    if (at[i] == decimal) {
        size_t point = ++i;
        for (; (c = (uint8_t)(at[i] - '0')) < 10; i++) m = 10 * m + c;
        digits += i - point;
        if (digits > 19) return 0;
        scale = (int)(i - point);
    }
    if (digits - 1 > 18) return 0;
    if ((at[i] | 0x20) == 'e' && !(i = gn_csv_exponent(at, i + 1, &scale))) return 0;
    double v = (double)m;
    if (scale && m) {
        if (m <= (uint64_t)1 << 53 && scale > 0 && scale <= 22) v /= power[scale];
        else if (scale < -27 || scale > 27 || (v = gn_csv_scaled(m, scale)) == 0) return 0;
    }
    *value = minus ? -v : v;
    return gn_csv_tie(v) ? 0 : i;
}

#endif
