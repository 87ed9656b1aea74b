/* rational.c -- exact fractions, and what becomes of them when they grow too large. */
#include "rational.h"

#include <math.h>
#include <string.h>
#include "../base/text.h"

static const int64_t most = INT64_C(1) << 53;

static gn_rational inexact(double value)
{
    return (gn_rational){.decimal = true, .d = 1, .value = value};
}

/* n/d in lowest terms, or the double that `value` says when it does not fit. */
static gn_rational made(__int128 n, __int128 d, bool decimal, double value)
{
    __int128 a = n < 0 ? -n : n, b = d;
    while (b) {
        __int128 r = a % b;
        a = b;
        b = r;
    }
    if (a > 1) n /= a, d /= a;
    if (n > most || n < -most || d > most) return inexact(value);
    return (gn_rational){true, decimal && d != 1, (int64_t)n, (int64_t)d, (double)(int64_t)n / (double)(int64_t)d};
}

gn_rational gn_rational_int(int64_t n)
{
    return made(n, 1, false, (double)n);
}

/* Digits and exponent of the shortest text of the value. */
gn_rational gn_rational_real(double value)
{
    if (!(fabs(value) <= (double)most)) return inexact(value);
    if (value == floor(value)) return gn_rational_int((int64_t)value);
    const char *s = gn_num(GN_NUM, fabs(value));
    int64_t n = 0;
    int places = 0, digits = 0, exponent = 0;
    bool point = false, minus = false;
    for (; *s && *s != 'e'; s++) {
        if (*s == '.') point = true;
        else n = n * 10 + (*s - '0'), places += point, digits += n != 0;
    }
    if (*s == 'e') {
        minus = s[1] == '-';
        for (s += 1 + (s[1] == '-' || s[1] == '+'); *s; s++) exponent = exponent * 10 + (*s - '0');
    }
    places += minus ? exponent : -exponent;
    if (digits > 17 || places > 18 || places < 0) return inexact(value);
    __int128 d = 1;
    for (int i = 0; i < places; i++) d *= 10;
    return made(value < 0 ? -n : n, d, true, value);
}

gn_rational gn_rational_add(gn_rational a, gn_rational b)
{
    double value = a.value + b.value;
    if (!a.exact || !b.exact) return inexact(value);
    return made((__int128)a.n * b.d + (__int128)b.n * a.d, (__int128)a.d * b.d, a.decimal || b.decimal, value);
}

gn_rational gn_rational_mul(gn_rational a, gn_rational b)
{
    double value = a.value * b.value;
    if (!a.exact || !b.exact) return inexact(value);
    return made((__int128)a.n * b.n, (__int128)a.d * b.d, a.decimal || b.decimal, value);
}

gn_rational gn_rational_invert(gn_rational a)
{
    if (!a.exact) return inexact(1 / a.value);
    return made(a.n < 0 ? -a.d : a.d, a.n < 0 ? -a.n : a.n, a.decimal, 1 / a.value);
}

gn_rational gn_rational_negate(gn_rational a)
{
    a.n = -a.n;
    a.value = -a.value;
    return a;
}

bool gn_rational_power(gn_rational a, int64_t exponent, gn_rational *out)
{
    if (exponent < 0 && a.value == 0) return false;
    if (exponent > 1000 || exponent < -1000) return false;
    gn_rational base = exponent < 0 ? gn_rational_invert(a) : a, r = gn_rational_int(1);
    for (int64_t i = exponent < 0 ? -exponent : exponent; i > 0; i--) {
        r = gn_rational_mul(r, base);
        if (a.exact && !r.exact) return false;
    }
    *out = r;
    return isfinite(r.value);
}

bool gn_rational_is(gn_rational a, int64_t n)
{
    return a.exact ? a.n == n && a.d == 1 : a.value == (double)n;
}

bool gn_rational_is_whole(gn_rational a)
{
    return a.exact && a.d == 1;
}

bool gn_rational_equal(gn_rational a, gn_rational b)
{
    return a.exact && b.exact ? a.n == b.n && a.d == b.d : a.value == b.value;
}

bool gn_rational_finite(gn_rational a)
{
    return isfinite(a.value);
}

void gn_rational_square_part(int64_t a, int64_t *outside, int64_t *inside)
{
    *outside = 1;
    for (int64_t p = 2; p <= INT64_C(1) << 16 && p * p <= a; p++) {
        while (a % (p * p) == 0) {
            a /= p * p;
            *outside *= p;
        }
    }
    *inside = a;
}
