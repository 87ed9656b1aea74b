/* decimal.c -- w*10^q to 128 bits with a bound on the error, and the exact comparison built on it.
 *
 * Invariant: every bound is from below; error 0 means exact. Powers of 5 come from one table of every 27th, cut off
 * after 128 bits, and one of the first 27: any power costs one product, and no table is filled while the program
 * runs. */
#include "decimal.h"

enum { GN_STEP = 27, GN_FIRST = -14, GN_LAST = 12, GN_EXACT_POWER = 55 };

/* 5^(27 i) for i = -14..12, shifted so that the top bit is set: high half, low half. */
static const uint64_t far_power[GN_LAST - GN_FIRST + 1][2] = {
    { 0x9ecffc31d586abc0u, 0x9ac0936257d9c76cu }, /* 5^-378 */
    { 0x8049a4ac0c5811aeu, 0x205b896d777d6278u }, /* 5^-351 */
    { 0xcf42894a5dce35eau, 0x52064cac828675b9u }, /* 5^-324 */
    { 0xa76c582338ed2621u, 0xaf2af2b80af6f24eu }, /* 5^-297 */
    { 0x873e4f75e2224e68u, 0x5a7744a6e804a291u }, /* 5^-270 */
    { 0xda7f5bf590966848u, 0xaf39a475506a899eu }, /* 5^-243 */
    { 0xb080392cc4349decu, 0xbd8d794d96aacfb3u }, /* 5^-216 */
    { 0x8e938662882af53eu, 0x547eb47b7282ee9cu }, /* 5^-189 */
    { 0xe65829b3046b0afau, 0x0cb4a5a3112a5112u }, /* 5^-162 */
    { 0xba121a4650e4ddebu, 0x92f34d62616ce413u }, /* 5^-135 */
    { 0x964e858c91ba2655u, 0x3a6a07f8d510f86fu }, /* 5^-108 */
    { 0xf2d56790ab41c2a2u, 0xfae27299423fb9c3u }, /* 5^-81 */
    { 0xc428d05aa4751e4cu, 0xaa97e14c3c26b886u }, /* 5^-54 */
    { 0x9e74d1b791e07e48u, 0x775ea264cf55347du }, /* 5^-27 */
    { 0x8000000000000000u, 0x0000000000000000u }, /* 5^0 */
    { 0xcecb8f27f4200f3au, 0x0000000000000000u }, /* 5^27 */
    { 0xa70c3c40a64e6c51u, 0x999090b65f67d924u }, /* 5^54 */
    { 0x86f0ac99b4e8dafdu, 0x69a028bb3ded71a3u }, /* 5^81 */
    { 0xda01ee641a708de9u, 0xe80e6f4820cc9495u }, /* 5^108 */
    { 0xb01ae745b101e9e4u, 0x5ec05dcff72e7f8fu }, /* 5^135 */
    { 0x8e41ade9fbebc27du, 0x14588f13be847307u }, /* 5^162 */
    { 0xe5d3ef282a242e81u, 0x8f1668c8a86da5fau }, /* 5^189 */
    { 0xb9a74a0637ce2ee1u, 0x6d953e2bd7173692u }, /* 5^216 */
    { 0x95f83d0a1fb69cd9u, 0x4abdaf101564f98eu }, /* 5^243 */
    { 0xf24a01a73cf2dccfu, 0xbc633b39673c8cecu }, /* 5^270 */
    { 0xc3b8358109e84f07u, 0x0a862f80ec4700c8u }, /* 5^297 */
    { 0x9e19db92b4e31ba9u, 0x6c07a2c26a8346d1u }, /* 5^324 */
};

static const uint64_t near_power[GN_STEP] = {
    1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u, 9765625u, 48828125u, 244140625u, 1220703125u,
    6103515625u, 30517578125u, 152587890625u, 762939453125u, 3814697265625u, 19073486328125u,
    95367431640625u, 476837158203125u,
    2384185791015625u, 11920928955078125u, 59604644775390625u, 298023223876953125u, 1490116119384765625u,
};

/* floor(n log2(5)), right for |n| <= 400. */
static int log2_of_power5(int n)
{
    return (n * 1217359) >> 19;
}

/* bits * factor / 2^64, normalised again; *lost says whether bits of the product were cut off. */
static gn_u128 multiply(gn_u128 bits, uint64_t factor, int *exponent, bool *lost)
{
    gn_u128 low = (gn_u128)(uint64_t)bits * factor;
    gn_u128 high = (bits >> 64) * factor + (low >> 64);
    uint64_t rest = (uint64_t)low;
    int shift = high >> 64 ? __builtin_clzll((uint64_t)(high >> 64)) : 64 + __builtin_clzll((uint64_t)high);
    if (shift == 64) {
        high = high << 64 | rest;
        rest = 0;
    } else if (shift) {
        high = high << shift | rest >> (64 - shift);
        rest <<= shift;
    }
    *lost = rest != 0;
    *exponent += 64 - shift;
    return high;
}

/* 5^n; cut off, the table and the product together are at most 3 units of the last bit too small. */
static gn_scaled power5(int n)
{
    int i = n >= 0 ? n / GN_STEP : -((GN_STEP - 1 - n) / GN_STEP);
    const uint64_t *t = far_power[i - GN_FIRST];
    gn_scaled p = { .bits = (gn_u128)t[0] << 64 | t[1], .exponent = log2_of_power5(GN_STEP * i) - 127 };
    bool lost;
    if (n != GN_STEP * i) p.bits = multiply(p.bits, near_power[n - GN_STEP * i], &p.exponent, &lost);
    p.error = n >= 0 && n <= GN_EXACT_POWER ? 0 : 3;
    return p;
}

/* With w shifted to 64 bits the product keeps the power's error of 3 units or doubles it, and cuts off less than
 * one. */
gn_scaled gn_decimal_scale(uint64_t w, int q)
{
    gn_scaled p = power5(q);
    int shift = __builtin_clzll(w);
    bool lost;
    p.exponent += q - shift;
    p.bits = multiply(p.bits, w << shift, &p.exponent, &lost);
    p.error = p.error ? 2 * p.error + 1 : lost;
    return p;
}

/* The sign where 128 bits decide it, else 2. */
static int compare_fast(const gn_scaled *s, uint64_t a, int b)
{
    int shift = __builtin_clzll(a);
    gn_u128 other = (gn_u128)(a << shift) << 64;
    int exponent = b - shift - 64;
    bool over = s->bits + s->error < s->bits; /* the upper end may reach the next power of 2 */
    if (s->exponent != exponent) return s->exponent > exponent ? 1 : s->exponent + 1 < exponent || !over ? -1 : 2;
    if (s->bits > other) return 1;
    if (!over && s->bits + s->error < other) return -1;
    return s->bits == other && s->error == 0 ? 0 : 2;
}

int gn_decimal_compare(uint64_t n, int k, uint64_t a, int b)
{
    if (n == 0 || a == 0) return (n > 0) - (a > 0);
    gn_scaled s = gn_decimal_scale(n, k);
    int sign = compare_fast(&s, a, b);
    if (sign != 2) return sign;
    gn_big d;
    gn_big_set(&d, n);
    return gn_big_compare_scaled(&d, k, a, b);
}

uint64_t gn_decimal_floor(uint64_t a, int b, int k)
{
    if (a == 0) return 0;
    gn_scaled s = gn_decimal_scale(a, -k);
    int drop = -(s.exponent + b);
    if (drop > 128) return 0;
    if (drop <= 64) return UINT64_MAX; /* outside the contract */
    gn_u128 unit = drop == 128 ? 0 : (gn_u128)1 << drop; /* 2^128 wraps to 0, and unit - 1 is right all the same */
    uint64_t n = drop == 128 ? 0 : (uint64_t)(s.bits >> drop);
    gn_u128 room = unit - 1 - (s.bits & (unit - 1));
    return s.error > room && gn_decimal_compare(n + 1, k, a, b) <= 0 ? n + 1 : n;
}
