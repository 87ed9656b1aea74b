/* test_base_number.c -- reading and printing of numbers, with the C library's as the oracle. */
#include "test_base_seams.h"

#include <math.h>
#include <stdio.h>
#include "base/decimal.h"
#include "base/random.h"
#include "base/text.h"

static bool same64(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }
static bool same32(float a, float b) { return memcmp(&a, &b, sizeof a) == 0; }

static uint64_t bits_at(uint64_t i)
{
    gn_random r = gn_random_make(7, GN_STREAM_TEST, 0);
    return (uint64_t)gn_random_u32(r, 2 * i) << 32 | gn_random_u32(r, 2 * i + 1);
}

/* Every third is any bit pattern, every third has few digits, every third is of the size of training data. */
static double number_at(uint64_t i)
{
    uint64_t bits = bits_at(i);
    double d;
    if (i % 3 == 1) return (double)(bits % 1000000007) / 1e5;
    if (i % 3 == 2) return (double)(bits >> 40) / 16777216.0 * 8 - 4;
    memcpy(&d, &bits, sizeof d);
    return isfinite(d) ? d : (double)i;
}

static void expect_read(const char *text)
{
    double d, want = strtod(text, NULL);
    float f, want32 = strtof(text, NULL);
    size_t used;
    gn_read_number(text, strlen(text), '.', &d, &used);
    assert_int_equal(used, strlen(text));
    gn_read_number32(text, strlen(text), '.', &f, &used);
    if (!same64(d, want)) fail_msg("%s: %a for %a", text, d, want);
    if (!same32(f, want32)) fail_msg("%s: %a for %a in float", text, (double)f, (double)want32);
}

static void reads_hard_cases(void **state)
{
    (void)state;
    static const char *const text[] = {
        "8.000001430511474", "8.000000476837159", "-8.000001430511474", /* doubles that stand between two floats */
        "0", "-0", "0.0e99999", "1", "5.", ".5", "+5", "1E3", "9007199254740993",
        "9007199254740992.99999999999999999999999",
        "9007199254740993.00000000000000000000000000000000000001", "5e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
        "1.7976931348623158e308", "1.7976931348623159e308", "1e23", "8.5e22", "123456789012345678901234567890",
        "1e-400", "1e400",
        "1e99999999999999999999999", "1e-99999999999999999999999", "3.4028235e38", "3.4028236e38",
        "3.40282356779733661637539395458e38",
        "1.401298464324817e-45", "7.006492321624085e-46", "7.006492321624086e-46", "16777217",
        "16777216.99999999999999999999",
        "16777217.0000000001", "1.00000005960464477539062500000000000001", "1.000000059604644775390625", "0.1", "0.3",
        "1e22", "1e-22",
        "4503599627370497.5", "4503599627370496.5", "9007199254740993e22", "3.14159265358979323846264338327950288",
        "6929495644600919.5", "3.518437208883201171875e13", "1e-323", "12345678901234567890123e-340",
        "100000000000000016777215",
        "100000000000000016777216",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000001e70",
    };
    for (size_t i = 0; i < GN_COUNT(text); i++) expect_read(text[i]);
}

/* The middle between a double and the next, all its digits, and the same with a last digit that breaks the tie. */
static void reads_ties_of_any_length(void **state)
{
    (void)state;
    static char text[2000];
    static const double from[] = {
        1, 0.1, 1e-5, 5e-324, 1e-310, 2.2250738585072014e-308, 1.5e300, 123456789, 1.7976931348623155e308,
    };
    for (size_t i = 0; i < GN_COUNT(from); i++) {
        long double middle = ((long double)from[i] + (long double)nextafter(from[i], INFINITY)) / 2;
        int n = snprintf(text, sizeof text - 500, "%.1100Lf", middle);
        expect_read(text);
        memset(text + n, '0', 400);
        strcpy(text + n + 400, "1");
        expect_read(text);
        for (char *p = text + n - 1; p >= text; p--) {
            if (*p < '1' || *p > '9') continue;
            --*p;
            break;
        }
        text[n] = '\0';
        expect_read(text);
    }
}

static void reads_800_digits(void **state)
{
    (void)state;
    char text[1000];
    for (uint64_t i = 0; i < 200; i++) {
        int n = 0;
        for (; n < 800; n++) text[n] = (char)('0' + bits_at(1000 * i + (uint64_t)n) % 10);
        if (i % 2) text[i * 4] = '.';
        snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)(bits_at(i) % 400) - 1000);
        expect_read(text);
    }
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const struct { const char *text; size_t used; } row[] = {
        { "", 0 }, { "-", 1 }, { "+", 1 }, { ".", 0 }, { "1e", 1 }, { "1e+", 1 }, { "--1", 1 }, { "0x1A", 1 },
        { "1_000", 1 },
        { "1.5D3", 3 }, { "50%", 2 }, { "$5", 0 }, { "1,5", 1 }, { "1 ", 1 }, { " 1", 0 }, { "1.2.3", 3 },
        { "infinit", 0 }, { "nano", 0 },
        { "e5", 0 }, { "1e5.", 3 },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        double d = 1;
        float f = 1;
        size_t used = 99;
        assert_int_equal(gn_read_number(row[i].text, strlen(row[i].text), '.', &d, &used), GN_NUMBER_BAD);
        if (used != row[i].used) fail_msg("'%s' stopped at %zu", row[i].text, used);
        assert_true(d == 0);
        assert_int_equal(gn_read_number32(row[i].text, strlen(row[i].text), '.', &f, NULL), GN_NUMBER_BAD);
    }
}

static gn_number_kind kind_of(const char *text)
{
    double d;
    return gn_read_number(text, strlen(text), '.', &d, NULL);
}

static gn_number_kind kind32_of(const char *text)
{
    float f;
    return gn_read_number32(text, strlen(text), '.', &f, NULL);
}

static void tells_kinds_apart(void **state)
{
    (void)state;
    static const char *const special[] = { "inf", "-inf", "+Infinity", "NaN", "-nan", "INF" };
    for (size_t i = 0; i < GN_COUNT(special); i++) assert_int_equal(kind_of(special[i]), GN_NUMBER_NONFINITE);
    assert_int_equal(kind_of("1e400"), GN_NUMBER_OVERFLOW);
    assert_int_equal(kind_of("1e-400"), GN_NUMBER_UNDERFLOW);
    assert_int_equal(kind_of("0e-400"), GN_NUMBER_OK);
    assert_int_equal(kind_of("5e-324"), GN_NUMBER_OK);
    assert_int_equal(kind32_of("1e39"), GN_NUMBER_OVERFLOW);
    assert_int_equal(kind32_of("1e-46"), GN_NUMBER_UNDERFLOW);
    assert_int_equal(kind32_of("1e38"), GN_NUMBER_OK);
    double d;
    assert_int_equal(gn_read_number("3,75", 4, ',', &d, NULL), GN_NUMBER_OK);
    assert_true(d == 3.75);
    assert_int_equal(gn_read_number("3.75", 4, ',', &d, NULL), GN_NUMBER_BAD);
}

static void every_double_comes_back(void **state)
{
    (void)state;
    gn_numtext room;
    char want[64];
    for (uint64_t i = 0; i < 100000; i++) {
        double v = number_at(i), back;
        const char *text = gn_num(&room, v);
        gn_read_number(text, strlen(text), '.', &back, NULL);
        if (!same64(v, back) || !same64(v, strtod(text, NULL))) fail_msg("%a printed as %s", v, text);
        snprintf(want, sizeof want, "%.17g", v);
        gn_read_number(want, strlen(want), '.', &back, NULL);
        if (!same64(v, back)) fail_msg("%s read as %a", want, back);
    }
}

static void every_float_comes_back(void **state)
{
    (void)state;
    gn_numtext room;
    for (uint64_t i = 0; i < 100000; i++) {
        uint32_t bits = (uint32_t)bits_at(i);
        float v, back;
        memcpy(&v, &bits, sizeof v);
        if (!isfinite(v)) continue;
        const char *text = gn_num32(&room, v);
        gn_read_number32(text, strlen(text), '.', &back, NULL);
        if (!same32(v, back) || !same32(v, strtof(text, NULL))) fail_msg("%a printed as %s", (double)v, text);
    }
}

static int digits_in(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9') continue;
        if (*text == '0') zeros++;
        else {
            count += count ? zeros + 1 : 1;
            zeros = 0;
        }
    }
    return count;
}

/* No fewer digits would do: the C library tries every smaller number of them. */
static void the_shortest_is_short(void **state)
{
    (void)state;
    gn_numtext room;
    char other[64];
    for (uint64_t i = 0; i < 20000; i++) {
        double v = number_at(i);
        int least = 1;
        for (; least < 17; least++) {
            snprintf(other, sizeof other, "%.*e", least - 1, v);
            if (same64(strtod(other, NULL), v)) break;
        }
        assert_true(digits_in(gn_num(&room, v)) <= least);
    }
    assert_string_equal(gn_num(&room, 5e-324), "5e-324");
    assert_string_equal(gn_num(&room, 9007199254740993.0), "9007199254740992");
    assert_string_equal(gn_num(&room, 0x1p-44), "5.684341886080802e-14");
    assert_string_equal(gn_num(&room, 2e-44), "2e-44");
    assert_string_equal(gn_num(&room, 9.5367431640625e-7), "9.5367431640625e-7");
    assert_string_equal(gn_num32(&room, 0x1.fffffep127f), "3.4028235e38");
    assert_string_equal(gn_num32(&room, 0.1f), "0.1");
}

/* The C library's %g has an exponent of two digits at least, with its sign. */
static void strip_exponent(char *text)
{
    char *e = strchr(text, 'e'), *to;
    if (!e) return;
    to = ++e;
    if (*e == '-') to++;
    for (e++; *e == '0' && e[1]; e++) continue;
    memmove(to, e, strlen(e) + 1);
}

static void digits_and_decimals_round_exactly(void **state)
{
    (void)state;
    gn_numtext room;
    char want[80];
    for (uint64_t i = 0; i < 100000; i++) {
        double v = i % 5 ? number_at(i) : (double)(int64_t)(bits_at(i) % 20001 - 10000) / 16; /* ties among them */
        int digits = 1 + (int)(i / 3 % 17), decimals = (int)(i / 7 % 18);
        snprintf(want, sizeof want, "%.*g", digits, v);
        strip_exponent(want);
        assert_string_equal(gn_num_digits(&room, v, digits), want);
        if (fabs(v) >= 1e15) continue;
        snprintf(want, sizeof want, "%.*f", decimals, v);
        assert_string_equal(gn_num_fixed(&room, v, decimals), want);
    }
}

static void prints_plainly(void **state)
{
    (void)state;
    gn_numtext room;
    static const struct { double v; const char *text; } row[] = {
        { 0, "0" }, { -0.0, "-0" }, { 1, "1" }, { -1.5, "-1.5" }, { 100, "100" }, { 1e15, "1000000000000000" },
        { 1e16, "1e16" },
        { 0.0001, "0.0001" }, { 0.00001, "1e-5" }, { 1e22, "1e22" },
        { 1.7976931348623157e308, "1.7976931348623157e308" },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) assert_string_equal(gn_num(&room, row[i].v), row[i].text);
    assert_string_equal(gn_num(&room, (double)INFINITY), "inf");
    assert_string_equal(gn_num(&room, -(double)INFINITY), "-inf");
    assert_string_equal(gn_num(&room, (double)NAN), "nan");
    assert_string_equal(gn_num_digits(&room, 9.999, 2), "10");
    assert_string_equal(gn_num_digits(&room, 123456, 3), "1.23e5");
    assert_string_equal(gn_num_fixed(&room, 0.5, 0), "0");
    assert_string_equal(gn_num_fixed(&room, 1.5, 0), "2");
    assert_string_equal(gn_num_fixed(&room, 0.999, 2), "1.00");
    assert_string_equal(gn_num_fixed(&room, 2.5, 17), "2.50000000000000000");
}

/* The approximation's bound holds for every power: big integers say on which side the true value lies. */
static void bounds_of_powers_hold(void **state)
{
    (void)state;
    for (int q = -340; q <= 340; q++) {
        gn_scaled s = gn_decimal_scale(1, q);
        uint64_t top = (uint64_t)(s.bits >> 64);
        gn_big d;
        gn_big_set(&d, 1);
        assert_true(gn_big_compare_scaled(&d, q, top, s.exponent + 64) >= 0);
        gn_big_set(&d, 1);
        if (top + 1) assert_true(gn_big_compare_scaled(&d, q, top + 1, s.exponent + 64) < 0);
        assert_true(s.error == 0 || q < 0 || q > 55);
    }
}

/* 10^22 is a double; through 10^-6, which is none, 128 bits give a little less than 10^16. */
static void floors_are_exact(void **state)
{
    (void)state;
    assert_true(gn_decimal_floor(2384185791015625, 22, 6) == 10000000000000000);
    assert_true(gn_decimal_floor(2384185791015624, 22, 6) == 9999999999999995);
    assert_true(gn_decimal_floor(1, -1, 0) == 0);
    assert_true(gn_decimal_floor(1, -1074, -324) == 4);
    assert_true(gn_decimal_floor(1, -1074, -323) == 0);
    assert_true(gn_decimal_floor(0, 5, 0) == 0);
}

static void reads_whole_numbers(void **state)
{
    (void)state;
    uint64_t v;
    assert_true(gn_read_uint("18446744073709551615", 20, &v) && v == UINT64_MAX);
    assert_false(gn_read_uint("18446744073709551616", 20, &v));
    assert_false(gn_read_uint("", 0, &v));
    assert_false(gn_read_uint("-1", 2, &v));
    assert_false(gn_read_uint("1 ", 2, &v));
    assert_true(gn_read_uint("007", 3, &v) && v == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_hard_cases),
        cmocka_unit_test(reads_ties_of_any_length),
        cmocka_unit_test(reads_800_digits),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(tells_kinds_apart),
        cmocka_unit_test(every_double_comes_back),
        cmocka_unit_test(every_float_comes_back),
        cmocka_unit_test(the_shortest_is_short),
        cmocka_unit_test(digits_and_decimals_round_exactly),
        cmocka_unit_test(prints_plainly),
        cmocka_unit_test(bounds_of_powers_hold),
        cmocka_unit_test(floors_are_exact),
        cmocka_unit_test(reads_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
