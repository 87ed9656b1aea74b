/* number_print.c -- printing numbers: the shortest text that reads back the same, a number of significant digits, a
 * number of decimals; each correctly rounded.
 *
 * Invariant: no digit is printed that an exact comparison has not confirmed. The shortest text is found as in
 * Schubfach (Giulietti 2020): of the multiples of a power of ten about as wide as the interval that reads back as
 * the number, one or two lie inside it. */
#include "decimal.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* A finite number that is not 0: m * 2^e. `uneven`: the neighbour below is at half the distance. */
typedef struct binary {
    uint64_t m;
    int e;
    bool uneven;
} binary;

/* magnitude is a number of the format, carried in a double. */
static binary take_apart(double magnitude, gn_format f)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    int field = (int)(bits >> 52 & 0x7ff), e = field ? field - 1075 : -1074;
    uint64_t m = (bits & 0xfffffffffffff) | (uint64_t)(field > 0) << 52;
    int last = e + 53 - f.bits < f.least ? f.least : e + 53 - f.bits;
    m >>= last - e;
    return (binary){ m, last, m == (uint64_t)1 << (f.bits - 1) && last > f.least };
}

/* digits * 10^exponent */
typedef struct decimal { uint64_t digits; int exponent; } decimal;

/* floor(e log10(2)) and floor(log10(3/4) + e log10(2)): right for |e| <= 1080. */
static int log10_of_power2(int e)
{
    return (e * 315653) >> 20;
}

static int log10_of_3_4_power2(int e)
{
    return (int)((e * INT64_C(661971961083) - INT64_C(274743187321)) >> 41);
}

/* Does n*10^k read back as the number? What does lies from 4m - (1 or 2) to 4m + 2 in units of 2^(e-2), a tie going
 * to the even m. One asks of multiples below the number only, the other of those above. */
static bool low_reads_back(uint64_t n, int k, const binary *b)
{
    int side = gn_decimal_compare(n, k, 4 * b->m - (b->uneven ? 1 : 2), b->e - 2);
    return side > 0 || (side == 0 && (b->m & 1) == 0);
}

static bool high_reads_back(uint64_t n, int k, const binary *b)
{
    int side = gn_decimal_compare(n, k, 4 * b->m + 2, b->e - 2);
    return side < 0 || (side == 0 && (b->m & 1) == 0);
}

/* The interval is at least 10^k wide and less than 10^(k+1): it holds at most one multiple of the latter. */
static decimal shortest(const binary *b)
{
    int k = b->uneven ? log10_of_3_4_power2(b->e) : log10_of_power2(b->e);
    uint64_t n = gn_decimal_floor(b->m, b->e, k), tens = n / 10;
    if (low_reads_back(tens, k + 1, b)) return (decimal){ tens, k + 1 };
    if (high_reads_back(tens + 1, k + 1, b)) return (decimal){ tens + 1, k + 1 };
    bool down = low_reads_back(n, k, b), up = high_reads_back(n + 1, k, b);
    if (down && up) {
        int side = gn_decimal_compare(2 * n + 1, k, b->m, b->e + 1);
        up = side < 0 || (side == 0 && (n & 1));
    }
    return (decimal){ up ? n + 1 : n, k };
}

/* The multiple of 10^k nearest to m*2^e, ties to even. */
static uint64_t nearest(const binary *b, int k)
{
    uint64_t n = gn_decimal_floor(b->m, b->e, k);
    int side = gn_decimal_compare(2 * n + 1, k, b->m, b->e + 1);
    return n + (side < 0 || (side == 0 && (n & 1)));
}

static uint64_t power_of_ten(int n)
{
    uint64_t p = 1;
    while (n-- > 0) p *= 10;
    return p;
}

static decimal rounded(const binary *b, int digits)
{
    int top = log10_of_power2(63 - __builtin_clzll(b->m) + b->e); /* or one less than the place of the first digit */
    int k = top - digits + 1;
    uint64_t limit = power_of_ten(digits);
    if (gn_decimal_compare(limit, k, b->m, b->e) <= 0) k++;
    uint64_t n = nearest(b, k);
    if (n == limit) return (decimal){ n / 10, k + 1 };
    return (decimal){ n, k };
}

/* ---- layout ---- */

static int write_digits(char *to, uint64_t n)
{
    char reversed[20];
    int count = 0;
    do reversed[count++] = (char)('0' + n % 10);
    while (n /= 10);
    for (int i = 0; i < count; i++) to[i] = reversed[count - 1 - i];
    return count;
}

/* "d.ddde-5" */
static char *write_exponent_form(char *p, const char *digit, int count, int place)
{
    *p++ = digit[0];
    if (count > 1) {
        *p++ = '.';
        memcpy(p, digit + 1, (size_t)(count - 1));
        p += count - 1;
    }
    *p++ = 'e';
    if (place < 0) *p++ = '-';
    return p + write_digits(p, (uint64_t)(place < 0 ? -place : place));
}

/* "0.00ddd", "dd.dd" or "ddd00" */
static char *write_plain_form(char *p, const char *digit, int count, int place)
{
    if (place < 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = -1; i > place; i--) *p++ = '0';
    }
    for (int i = 0; i < count; i++) {
        if (i == place + 1 && i > 0) *p++ = '.';
        *p++ = digit[i];
    }
    for (int i = count; i <= place; i++) *p++ = '0';
    return p;
}

/* Plain from 1e-4 up to below 10^plain, else with an exponent; no zeros at the end. */
static const char *lay_out(char *at, bool negative, decimal d, int plain)
{
    char digit[20], *p = at;
    int count = write_digits(digit, d.digits), place = count - 1 + d.exponent;
    while (count > 1 && digit[count - 1] == '0') count--;
    if (negative) *p++ = '-';
    if (place < -4 || place >= plain) p = write_exponent_form(p, digit, count, place);
    else p = write_plain_form(p, digit, count, place);
    *p = '\0';
    return at;
}

/* nan, inf and 0; false for other numbers. */
static bool write_special(char *at, double value)
{
    const char *word = isnan(value) ? "nan" : isinf(value) ? "inf" : "0";
    if (isfinite(value) && value != 0) return false;
    if (signbit(value) && !isnan(value)) *at++ = '-';
    memcpy(at, word, strlen(word) + 1);
    return true;
}

static const char *print_shortest(gn_numtext *room, double value, gn_format f)
{
    if (write_special(room->at, value)) return room->at;
    binary b = take_apart(fabs(value), f);
    return lay_out(room->at, value < 0, shortest(&b), 16);
}

const char *gn_num(gn_numtext *room, double value)
{
    return print_shortest(room, value, GN_FORMAT_F64);
}

const char *gn_num32(gn_numtext *room, float value)
{
    return print_shortest(room, (double)value, GN_FORMAT_F32);
}

const char *gn_num_digits(gn_numtext *room, double value, int digits)
{
    if (write_special(room->at, value)) return room->at;
    digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    binary b = take_apart(fabs(value), GN_FORMAT_F64);
    return lay_out(room->at, value < 0, rounded(&b, digits), digits);
}

/* The whole part and the fraction are exact doubles; each fits 64 bits as digits. With no decimals the tie looks at
 * the whole part. */
const char *gn_num_fixed(gn_numtext *room, double value, int decimals)
{
    if (!isfinite(value) || fabs(value) >= 1e15) return gn_num(room, value);
    decimals = decimals < 0 ? 0 : decimals > 17 ? 17 : decimals;
    double magnitude = fabs(value), whole = floor(magnitude), fraction = magnitude - whole;
    uint64_t units = (uint64_t)whole, parts = 0, limit = power_of_ten(decimals);
    if (decimals == 0) units += fraction > 0.5 || (fraction == 0.5 && (units & 1));
    else if (fraction > 0) {
        binary b = take_apart(fraction, GN_FORMAT_F64);
        parts = nearest(&b, -decimals);
    }
    if (decimals && parts == limit) units++, parts = 0;
    char *p = room->at;
    if (signbit(value)) *p++ = '-';
    p += write_digits(p, units);
    if (decimals) {
        *p++ = '.';
        for (int i = decimals - 1; i >= 0; i--, parts /= 10) p[i] = (char)('0' + parts % 10);
        p += decimals;
    }
    *p = '\0';
    return room->at;
}
