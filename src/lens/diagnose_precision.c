/* diagnose_precision.c -- how near a gradient must be to count as the same: what its numbers, as they were written, can
 * tell.
 *
 * Invariant: a function of the given numbers alone. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

/* The significant digits of a number's shortest text. */
static int digits_of(double v)
{
    int digits = 0, zeros = 0;
    for (const char *at = gn_num(GN_NUM, v); *at && *at != 'e'; at++) {
        if (*at < '0' || *at > '9') continue;
        digits += digits || *at != '0';
        zeros = *at == '0' ? zeros + 1 : 0;
    }
    return digits - zeros;
}

static int most_digits(const gn_given *g)
{
    int most = 0;
    for (size_t i = 0; g->value && i < g->rows * g->cols; i++) {
        int digits = isfinite(g->value[i]) && g->value[i] != 0 ? digits_of(g->value[i]) : 0;
        if (digits > most) most = digits;
    }
    return most;
}

/* Up to 6 digits are some float32's shortest text too; from the 7th on they say how far they were written. */
double gn_given_match(const gn_given *given, size_t count)
{
    int digits = 0;
    bool narrow = true;
    for (size_t i = 0; i < count; i++) {
        if (!given[i].value) continue;
        int own = most_digits(&given[i]);
        if (own > digits) digits = own;
        narrow &= gn_check_is_narrow(given[i].value, given[i].rows * given[i].cols);
    }
    return narrow ? GN_DIAGNOSE_MATCH : fmax(GN_DIAGNOSE_MATCH_WIDE, fmin(GN_DIAGNOSE_MATCH, pow(10, 1 - digits)));
}
