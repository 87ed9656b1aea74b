/* csv_number.h -- the short way to a number: up to 19 digits whose value and power of ten are both exact doubles, so that one
 * division or multiplication rounds correctly (Clinger 1990).
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

/* The number at i: the offset past it, or 0 when the long way has to be taken. */
static inline __attribute__((always_inline)) size_t gn_csv_short_number(const uint8_t *at, size_t i, uint8_t decimal, double *value)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool minus = at[i] == '-';
    i += minus;
    size_t first = i, digits;
    uint64_t m = 0;
    uint8_t c;
    for (; (c = (uint8_t)(at[i] - '0')) < 10; i++) m = 10 * m + c;
    digits = i - first;
    size_t scale = 0;
    if (at[i] == decimal) {
        size_t point = ++i;
        for (; (c = (uint8_t)(at[i] - '0')) < 10; i++) m = 10 * m + c;
        scale = i - point;
        digits += scale;
    }
    if (digits - 1 > 18 || m > (uint64_t)1 << 53) return 0;
    double v = (double)m;
    if (scale) v /= power[scale];
    *value = minus ? -v : v;
    return gn_csv_tie(v) ? 0 : i;
}

#endif
