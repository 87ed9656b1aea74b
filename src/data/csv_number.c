/* csv_number.c -- what a field's text is: a number, a missing value, a number written in some other custom, or a word.
 *
 * Invariant: a value is the correctly rounded one; text that is not wholly a number never becomes one. */
#include <float.h>
#include <math.h>
#include <string.h>
#include "csv_number.h"

/* ---- the short way ----------------------------------------------------------------------------------- */

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static double times_two_to(double v, int exponent)
{
    uint64_t bits = (uint64_t)(1023 + exponent) << 52;
    double two;
    memcpy(&two, &bits, sizeof two);
    return v * two;
}

double gn_csv_scaled(uint64_t m, int scale)
{
    uint64_t five = 1;
    int k = scale < 0 ? -scale : scale, up = __builtin_clzll(m);
    for (uint64_t base = 5, n = (uint64_t)k; n; n >>= 1, base *= base) five = n & 1 ? five * base : five;
    int five_up = __builtin_clzll(five);
    m <<= up;
    five <<= five_up;
    /* Either way 63 or 64 leading bits; the last is set when anything follows, so that the conversion rounds as the
     * exact value does. */
    if (scale > 0) {
        wide over = (wide)m << 63;
        uint64_t q = (uint64_t)(over / five);
        return times_two_to((double)(q | ((wide)q * five != over)), five_up - up - k - 63);
    }
    wide product = (wide)m * five;
    uint64_t high = (uint64_t)(product >> 64);
    return times_two_to((double)(high | ((uint64_t)product != 0)), 64 - up - five_up + k);
}
#else
double gn_csv_scaled(uint64_t m, int scale)
{
    return 0 * (double)m * scale;
}
#endif

/* ---- the long way ------------------------------------------------------------------------------------ */

static void trim(const char **text, size_t *length)
{
    while (*length && (**text == ' ' || **text == '\t')) (*text)++, (*length)--;
    while (*length && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t')) (*length)--;
}

static bool is_text(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && !memcmp(text, word, length);
}

bool gn_csv_missing(const char *text, size_t length)
{
    static const char *const marks[] = {"", "NA", "N/A", "n/a", "#N/A", "null", "NULL", "Null", "?"};
    if (length > 4) return false;
    for (size_t i = 0; i < GN_COUNT(marks); i++)
        if (is_text(text, length, marks[i])) return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Drop thousands marks that stand between groups of three digits; 0 when they stand elsewhere or the text is too long
 * for a number so written. */
static size_t without_thousands(const char *text, size_t length, char mark, char decimal, char to[128])
{
    size_t n = 0, group = 0, marks = 0;
    bool whole = true;
    for (size_t i = 0; i < length && n < 127; i++) {
        char c = text[i];
        if (c == mark) {
            if (!whole || group == 0 || group > 3 || (marks && group != 3)) return 0;
            marks++;
            group = 0;
            continue;
        }
        if (whole && (c == decimal || c == 'e' || c == 'E')) {
            if (marks && group != 3) return 0;
            whole = false;
        }
        if (is_digit(c)) group++;
        to[n++] = c;
    }
    if (whole && marks && group != 3) return 0;
    to[n] = 0;
    return n < 127 ? n : 0;
}

/* The bytes of a digit outside ASCII at text (Arabic-Indic, Persian, Devanagari, full-width) or of a minus sign U+2212,
 * or 0. */
static size_t foreign_digit(const char *text, size_t length)
{
    const uint8_t *t = (const uint8_t *)text;
    if (length >= 2 &&
        ((t[0] == 0xD9 && t[1] >= 0xA0 && t[1] <= 0xA9) || (t[0] == 0xDB && t[1] >= 0xB0 && t[1] <= 0xB9)))
        return 2;
    if (length < 3) return 0;
    if (t[0] == 0xE0 && t[1] == 0xA5 && t[2] >= 0xA6 && t[2] <= 0xAF) return 3;
    if (t[0] == 0xEF && t[1] == 0xBC && t[2] >= 0x90 && t[2] <= 0x99) return 3;
    return t[0] == 0xE2 && t[1] == 0x88 && t[2] == 0x92 ? 3 : 0;
}

bool gn_csv_foreign_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (foreign_digit(text + i, length - i)) return true;
    return false;
}

/* The bytes of a sign, currency or per cent sign at text, or 0. */
static size_t ornament(const char *text, size_t length)
{
    static const char *const signs[] = {"+", "-", "$", "%", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xE2\x88\x92"};
    for (size_t i = 0; i < GN_COUNT(signs); i++) {
        size_t n = strlen(signs[i]);
        if (n <= length && !memcmp(text, signs[i], n)) return n;
    }
    return 0;
}

static void strip_ornaments(const char **text, size_t *length)
{
    for (size_t n; (n = ornament(*text, *length)); trim(text, length)) *text += n, *length -= n;
    for (size_t n = 1; n <= 3 && n <= *length; n++)
        if (ornament(*text + *length - n, n) == n && (*text)[*length - 1] != '+' && (*text)[*length - 1] != '-') {
            *length -= n;
            trim(text, length);
            n = 0;
        }
}

static bool is_hex(const char *text, size_t length)
{
    if (length < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') return false;
    for (size_t i = 2; i < length; i++)
        if (!is_digit(text[i]) && !((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'f')) return false;
    return true;
}

/* Digits with marks of any custom between them, then perhaps an exponent, whole or cut short. Two points make a date or
 * a version, unless commas show that they part thousands. */
static bool is_marked(const char *text, size_t length)
{
    size_t i = 0, points = 0, commas = 0, digits = 0;
    for (; i < length && (is_digit(text[i]) || memchr(".,_'", text[i], 4)); i++) {
        points += text[i] == '.';
        commas += text[i] == ',';
        digits += is_digit(text[i]);
    }
    if (!digits || (points > 1 && commas != 1)) return false;
    if (i < length && memchr("eEdD", text[i], 4)) {
        i++;
        if (i < length && (text[i] == '+' || text[i] == '-')) i++;
        while (i < length && is_digit(text[i])) i++;
    }
    return i == length;
}

static bool is_spoiled(const char *text, size_t length)
{
    if (memchr(text, 0x1A, length)) return true;
    strip_ornaments(&text, &length);
    if (length == 0 || is_text(text, length, ".")) return true;
    return foreign_digit(text, length) || is_hex(text, length) || is_marked(text, length);
}

/* A double that lies half-way between two floats, or below the normal floats, may have been rounded onto that place:
 * round once, from the text. */
static void round_once(const char *text, size_t length, char decimal, double *value)
{
    float once;
    size_t used;
    if (!gn_csv_tie(*value) && fabs(*value) >= FLT_MIN) return;
    if (gn_read_number32(text, length, decimal, &once, &used) == GN_NUMBER_OK && (float)*value != once) *value = once;
}

static gn_csv_kind in_range(const gn_csv_dialect *d, const char *text, size_t length, double *value, bool *lost)
{
    if (d->f64 || *value == 0) return GN_CSV_NUMBER;
    if (fabs(*value) >= 3.4028235677973366e38) return GN_CSV_RANGE; /* half a step past FLT_MAX: rounds to infinity */
    round_once(text, length, d->decimal, value);
    if ((float)*value == 0) {
        *lost = true;
        *value = 0;
    }
    return GN_CSV_NUMBER;
}

static gn_csv_kind slow_number(const gn_csv_dialect *d, const char *text, size_t length, double *value, bool *lost)
{
    size_t used;
    switch (gn_read_number(text, length, d->decimal, value, &used)) {
    case GN_NUMBER_OK:
        return in_range(d, text, length, value, lost);
    case GN_NUMBER_OVERFLOW:
        return GN_CSV_RANGE;
    case GN_NUMBER_UNDERFLOW:
        *lost = true;
        *value = 0;
        return GN_CSV_NUMBER;
    case GN_NUMBER_NONFINITE:
        return d->nonfinite_missing ? GN_CSV_MISSING : GN_CSV_NONFINITE;
    default:
        return GN_CSV_WORD;
    }
}

gn_csv_kind gn_csv_classify(const gn_csv_dialect *d, const char *text, size_t length, double *value, bool *lost)
{
    char plain[128];
    trim(&text, &length);
    const char *whole = text;
    size_t whole_length = length;
    *lost = false;
    gn_csv_kind kind = GN_CSV_WORD;
    if (gn_csv_missing(text, length)) {
        kind = GN_CSV_MISSING;
    } else {
        if (d->thousands && memchr(text, d->thousands, length) &&
            (length = without_thousands(text, length, d->thousands, d->decimal, plain)))
            text = plain;
        if (length) kind = slow_number(d, text, length, value, lost);
    }
    if (kind == GN_CSV_WORD && is_spoiled(whole, whole_length)) kind = GN_CSV_SPOILED;
    if (kind != GN_CSV_NUMBER && kind != GN_CSV_NONFINITE) *value = (double)NAN;
    return kind;
}
