/* reduce.c -- the two scalar helpers of the templates: large angles reduced by pi/2, and whole powers.
 *
 * Invariant: integer arithmetic and plain products only, so the same bits on every machine. */
#include "level.h"

/* 2/pi in binary, 32 bits a word, most significant first: enough for the largest double. */
static const uint32_t two_over_pi[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab,
};

/* 32 bits of 2/pi from bit `at` on, the first bit after the point being bit 0; zeros before it. */
static uint32_t window(int at)
{
    uint64_t pair = 0;
    for (int w = 0; w < 2; w++) {
        int word = (at + 2048) / 32 - 64 + w;
        pair = pair << 32 | (word >= 0 && word < (int)GN_COUNT(two_over_pi) ? two_over_pi[word] : 0);
    }
    return (uint32_t)(pair >> (32 - (at + 2048) % 32));
}

/* a - q*4 for the product a = x 2/pi, as 224 bits below 4, least significant word first. With x = M 2^e the bits of
 * 2/pi above weight 2^(1-e) give multiples of 4; 7 words from there on, times M, leave more than 100 correct bits
 * behind the point however close x is to a multiple of pi/2. */
enum { WORDS = 7 };
static void product_below_4(uint64_t m, int e, uint32_t sum[WORDS])
{
    for (int w = 0; w < WORDS; w++) sum[w] = 0;
    for (int h = 0; h < 2; h++) {
        uint64_t carry = 0, part = h ? m >> 32 : (uint32_t)m;
        for (int w = 0; w + h < WORDS; w++) {
            carry += part * window(e - 2 + 32 * (WORDS - 1 - w)) + sum[w + h];
            sum[w + h] = (uint32_t)carry;
            carry >>= 32;
        }
    }
}

/* The 64 bits from bit `at` on, counted from the most significant; zeros beyond the end. */
static uint64_t bits_from(const uint32_t sum[WORDS], int at)
{
    uint64_t out = 0;
    for (int i = at; i < at + 64; i++)
        out = out << 1 | (i < 32 * WORDS ? sum[WORDS - 1 - i / 32] >> (31 - i % 32) & 1 : 0);
    return out;
}

int gn_reduce_half_pi(double x, double *rest)
{
    union { double d; uint64_t u; } bits = {x}, unit;
    int e = (int)(bits.u >> 52 & 0x7ff) - 1075, first = 2;
    if (e == 0x7ff - 1075) return *rest = NAN, 0;
    uint32_t sum[WORDS];
    product_below_4((bits.u & 0xfffffffffffff) | 0x10000000000000, e, sum);
    int q = (int)(sum[WORDS - 1] >> 30);
    bool above = sum[WORDS - 1] >> 29 & 1;              /* more than half a quarter: count from the next one down */
    if (above)
        for (int w = 0; w < WORDS; w++) sum[w] = ~sum[w];
    while (first < 32 * WORDS - 1 && !(sum[WORDS - 1 - first / 32] >> (31 - first % 32) & 1)) first++;
    unit.u = (uint64_t)(1023 - 64 - (first - 2)) << 52;
    double r = (double)bits_from(sum, first) * unit.d * 1.57079632679489661923;
    q += above;
    bool negative = x < 0;
    *rest = above != negative ? -r : r;
    return (negative ? -q : q) & 3;
}

double gn_power(double b, double t)
{
    double y = 1;
    for (uint64_t n = t > 0 ? (uint64_t)t : 0; n; n >>= 1, b *= b)
        if (n & 1) y *= b;
    return y;
}
