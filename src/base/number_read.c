/* number_read.c -- reading decimal numbers, correctly rounded for any length.
 *
 * Invariant: the value is the one nearest to the text, ties to even, rounded once, for double and float alike. The
 * common case is exact in double arithmetic (Clinger 1990); the rest is decided by 128 bits and, near a tie, by big
 * integers. */
#include "decimal.h"
#include "text.h"

#include <math.h>
#include <string.h>

enum { GN_EXACT_TEN = 22 };

/* What a text says: (negative) digits * 10^exponent. Digits after the 19th are only counted; when one of them is not
 * 0, the value lies between digits and digits + 1. */
typedef struct numeral {
    bool negative, cut;
    uint64_t digits;
    int64_t exponent;
    const char *first;          /* the first digit that is not 0, for big integers */
    const char *end;            /* of digits and mark */
} numeral;

typedef struct reader { const char *at, *end; } reader;

static bool is_digit(const char *p, const char *end)
{
    return p < end && (unsigned)(*p - '0') < 10;
}

/* Digits into n; `step` is what each does to the exponent: 0 before the mark, -1 after it. */
static void read_digits(reader *r, numeral *n, int step)
{
    while (is_digit(r->at, r->end) && n->digits < 1000000000000000000u) {
        n->digits = 10 * n->digits + (unsigned)(*r->at - '0');
        if (n->digits && !n->first) n->first = r->at;
        n->exponent += step;
        r->at++;
    }
    for (; is_digit(r->at, r->end); r->at++) {
        if (*r->at != '0') n->cut = true;
        n->exponent += step + 1;
    }
}

/* An exponent when there is a whole one; "1e" and "1e+" stop at the e. */
static void read_exponent(reader *r, numeral *n)
{
    const char *p = r->at;
    if (p == r->end || (*p != 'e' && *p != 'E')) return;
    p++;
    bool negative = p < r->end && *p == '-';
    if (p < r->end && (*p == '-' || *p == '+')) p++;
    if (!is_digit(p, r->end)) return;
    int64_t e = 0;
    for (; is_digit(p, r->end); p++)
        if (e < 100000000000000000) e = 10 * e + (*p - '0');
    n->exponent += negative ? -e : e;
    r->at = p;
}

/* false when the text does not begin with a number; r->at is where reading stopped. */
static bool read_numeral(reader *r, char decimal, numeral *n)
{
    if (r->at < r->end && (*r->at == '-' || *r->at == '+')) n->negative = *r->at++ == '-';
    const char *start = r->at;
    read_digits(r, n, 0);
    size_t digits = (size_t)(r->at - start);
    if (r->at < r->end && *r->at == decimal) {
        r->at++;
        start = r->at;
        read_digits(r, n, -1);
        digits += (size_t)(r->at - start);
        if (digits == 0) r->at--;
    }
    n->end = r->at;
    if (digits == 0) return false;
    read_exponent(r, n);
    return true;
}

static bool same_word(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != word[i]) return false;
    return word[length] == '\0';
}

/* inf, infinity, nan in any case, with a sign. */
static bool read_special(const char *text, size_t length, double *value)
{
    double sign = length && *text == '-' ? -1 : 1;
    if (length && (*text == '-' || *text == '+')) text++, length--;
    bool nan = length == 3 && same_word(text, length, "nan");
    bool inf = (length == 3 && same_word(text, length, "inf")) || (length == 8 && same_word(text, length, "infinity"));
    if (nan) *value = (double)NAN;
    if (inf) *value = sign * (double)INFINITY;
    return nan || inf;
}

/* The sign of the text's value - a*2^b, from all its digits; those past the 800th can only break a tie upwards. */
static int compare_text(const numeral *n, char decimal, uint64_t a, int b)
{
    gn_big d;
    int taken = 0;
    int64_t k = n->exponent;
    bool more = false;
    uint32_t group = 0, factor = 1;
    gn_big_set(&d, 0);
    for (const char *p = n->first; p < n->end; p++) {
        if (*p == decimal) continue;
        if (taken >= GN_DIGITS_MOST) {
            more = more || *p != '0';
            continue;
        }
        group = 10 * group + (uint32_t)(*p - '0');
        factor *= 10;
        if (++taken > 19) k--;
        if (factor == 1000000000) {
            gn_big_mul_add(&d, factor, group);
            group = 0;
            factor = 1;
        }
    }
    if (factor > 1) gn_big_mul_add(&d, factor, group);
    int sign = gn_big_compare_scaled(&d, (int)k, a, b);
    return sign == 0 && more ? 1 : sign;
}

/* A magnitude as significand * 2^exponent; the significand 2^bits at the largest exponent is infinity. */
typedef struct magnitude { uint64_t significand; int exponent; } magnitude;

/* Round to the format. The bounds decide, unless a midpoint lies between them. */
static magnitude round_numeral(const numeral *n, char decimal, gn_format f)
{
    gn_scaled s = gn_decimal_scale(n->digits, (int)n->exponent);
    if (n->cut) s.error += (gn_u128)1 << 69; /* digits + 1: 19 digits are more than 2^59 */
    int drop = 128 - f.bits;
    if (s.exponent + drop < f.least) drop = f.least - s.exponent;
    if (drop > 129) return (magnitude){ 0, f.least };
    magnitude m = { drop >= 128 ? 0 : (uint64_t)(s.bits >> drop), s.exponent + drop };
    gn_u128 half = drop > 128 ? 0 : (gn_u128)1 << (drop - 1);
    gn_u128 rest = drop >= 128 ? s.bits : s.bits & (((gn_u128)1 << drop) - 1);
    bool up = drop <= 128 && rest > half;
    /* At drop 129 the value is below half of the least number, unless the upper bound reaches 2^128. */
    bool near = drop > 128 ? s.bits + s.error < s.bits : rest <= half && half - rest <= s.error;
    if (near) {
        int sign = compare_text(n, decimal, 2 * m.significand + 1, m.exponent - 1);
        up = sign > 0 || (sign == 0 && (m.significand & 1));
    }
    m.significand += up;
    return m;
}

static bool too_large(magnitude m, gn_format f)
{
    int exponent = m.exponent + (m.significand >> f.bits ? 1 : 0);
    return exponent > f.most;
}

/* significand * 2^exponent without rounding: both factors are exact, and so is the product of a format's number. */
static double assemble(magnitude m)
{
    return ldexp((double)m.significand, m.exponent);
}

static gn_number_kind round_to(const numeral *n, char decimal, gn_format f, double *value)
{
    double sign = n->negative ? -1 : 1;
    *value = sign * 0.0;
    if (n->digits == 0) return GN_NUMBER_OK;
    if (n->exponent < -360) return GN_NUMBER_UNDERFLOW;
    magnitude m = { 0, f.most + 1 };
    if (n->exponent <= 330) m = round_numeral(n, decimal, f);
    if (too_large(m, f)) {
        *value = sign * (double)INFINITY;
        return GN_NUMBER_OVERFLOW;
    }
    *value = sign * assemble(m);
    return m.significand ? GN_NUMBER_OK : GN_NUMBER_UNDERFLOW;
}

static const double ten[GN_EXACT_TEN + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
    1e20, 1e21, 1e22,
};

/* Both factors are exact doubles, so that one operation rounds once. */
static bool round_exact(const numeral *n, double *value)
{
    if (n->cut || n->digits > (uint64_t)1 << 53) return false;
    if (n->exponent < -GN_EXACT_TEN || n->exponent > GN_EXACT_TEN) return false;
    double d = (double)n->digits;
    d = n->exponent < 0 ? d / ten[-n->exponent] : d * ten[n->exponent];
    *value = n->negative ? -d : d;
    return true;
}

/* Parse the whole text; OK means that a value is to be rounded from n. */
static gn_number_kind parse(const char *text, size_t length, char decimal, numeral *n, double *value, size_t *used)
{
    reader r = { text, text + length };
    *value = 0;
    bool begun = read_numeral(&r, decimal, n);
    if (used) *used = (size_t)(r.at - text);
    if (begun && r.at == r.end) return GN_NUMBER_OK;
    if (!begun && read_special(text, length, value)) {
        if (used) *used = length;
        return GN_NUMBER_NONFINITE;
    }
    return GN_NUMBER_BAD;
}

gn_number_kind gn_read_number(const char *text, size_t length, char decimal, double *value, size_t *used)
{
    numeral n = { 0 };
    gn_number_kind kind = parse(text, length, decimal, &n, value, used);
    if (kind != GN_NUMBER_OK || round_exact(&n, value)) return kind;
    return round_to(&n, decimal, GN_FORMAT_F64, value);
}

/* A double that was rounded correctly rounds on to the right float unless it stands on the middle between two
 * floats: the text may have been on either side of it. */
static bool between_floats(double d)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return (bits & 0x1fffffff) == 0x10000000;
}

gn_number_kind gn_read_number32(const char *text, size_t length, char decimal, float *value, size_t *used)
{
    numeral n = { 0 };
    double d;
    gn_number_kind kind = parse(text, length, decimal, &n, &d, used);
    if (kind == GN_NUMBER_OK && (!round_exact(&n, &d) || between_floats(d)))
        kind = round_to(&n, decimal, GN_FORMAT_F32, &d);
    *value = (float)d;
    return kind;
}

bool gn_read_uint(const char *text, size_t length, uint64_t *value)
{
    uint64_t v = 0;
    *value = 0;
    if (length == 0) return false;
    for (size_t i = 0; i < length; i++) {
        unsigned d = (unsigned)(text[i] - '0');
        if (d > 9 || !gn_size_mul(v, 10, &v) || !gn_size_add(v, d, &v)) return false;
    }
    *value = v;
    return true;
}
