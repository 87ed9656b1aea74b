/* random.c -- Philox 4x32-10 and what is drawn from it.
 *
 * Invariant: every draw is a function of (seed, stream, sub, position), and of + - * / sqrt alone, so that it has
 * the same bits with every compiler and C library. */
#include "random.h"

#include <math.h>

static void multiply(uint32_t a, uint32_t b, uint32_t *high, uint32_t *low)
{
    uint64_t p = (uint64_t)a * b;
    *high = (uint32_t)(p >> 32);
    *low = (uint32_t)p;
}

/* Constants of Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (2011). */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

void gn_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint32_t high0, low0, high1, low1;
        multiply(PHILOX_M0, c0, &high0, &low0);
        multiply(PHILOX_M1, c2, &high1, &low1);
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

gn_random gn_random_make(uint64_t seed, gn_stream stream, uint32_t sub)
{
    return (gn_random){ seed, (uint32_t)stream, sub };
}

static void block_at(gn_random r, uint64_t block, uint32_t out[4])
{
    const uint32_t counter[4] = { (uint32_t)block, (uint32_t)(block >> 32), r.stream, r.sub };
    const uint32_t key[2] = { (uint32_t)r.seed, (uint32_t)(r.seed >> 32) };
    gn_philox(counter, key, out);
}

enum { GROUP = 8 };

/* GROUP blocks from `first` on, w[k][lane]; `first` is a multiple of GROUP. The same rounds as gn_philox, side by side so
 * that they run in vectors. */
static void blocks_at(gn_random r, uint64_t first, uint32_t w[4][GROUP])
{
    uint32_t k0 = (uint32_t)r.seed, k1 = (uint32_t)(r.seed >> 32);
    for (uint32_t lane = 0; lane < GROUP; lane++) {
        w[0][lane] = (uint32_t)first + lane;
        w[1][lane] = (uint32_t)(first >> 32);
        w[2][lane] = r.stream;
        w[3][lane] = r.sub;
    }
    for (int round = 0; round < 10; round++, k0 += PHILOX_W0, k1 += PHILOX_W1)
        for (int lane = 0; lane < GROUP; lane++) {
            uint64_t a = (uint64_t)PHILOX_M0 * w[0][lane], b = (uint64_t)PHILOX_M1 * w[2][lane];
            w[0][lane] = (uint32_t)(b >> 32) ^ w[1][lane] ^ k0;
            w[1][lane] = (uint32_t)b;
            w[2][lane] = (uint32_t)(a >> 32) ^ w[3][lane] ^ k1;
            w[3][lane] = (uint32_t)a;
        }
}

uint32_t gn_random_u32(gn_random r, uint64_t position)
{
    uint32_t w[4];
    block_at(r, position >> 2, w);
    return w[position & 3];
}

static uint64_t word(const uint32_t w[4], uint64_t half)
{
    return (uint64_t)w[2 * half + 1] << 32 | w[2 * half];
}

/* Odd multiples of 2^-53: exact, and never 0 or 1. */
static double to_uniform(uint64_t w)
{
    return ((double)(w >> 12) + 0.5) * 0x1p-52;
}

double gn_random_uniform(gn_random r, uint64_t position)
{
    uint32_t w[4];
    block_at(r, position >> 1, w);
    return to_uniform(word(w, position & 1));
}

/* c[0] + c[1] z + ... */
static double polynomial(const double *c, int count, double z)
{
    double sum = c[count - 1];
    for (int i = count - 2; i >= 0; i--) sum = sum * z + c[i];
    return sum;
}

/* log(x) for 0 < x < 1 to about an ulp: x = m 2^e with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh(s), s =
 * (m-1)/(m+1). */
static double natural_log(double x)
{
    static const double odd[] = { 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17,
                                  1.0 / 19, 1.0 / 21 };
    int e;
    double m = frexp(x, &e);
    if (m < 0.70710678118654752) {
        m *= 2;
        e--;
    }
    double s = (m - 1) / (m + 1), z = s * s;
    return e * 0.69314718055994531 + 2 * (s + s * z * polynomial(odd, GN_COUNT(odd), z));
}

/* cos or sin of 2 pi u: the quarter turns are taken off exactly, Taylor's series does the rest of at most pi/4. A
 * sine is the cosine of a quarter turn less. */
static double turned(double u, bool sine)
{
    static const double c[] = { 1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600,
                                -1.0 / 87178291200, 1.0 / 20922789888000 };
    static const double s[] = { 1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800,
                                -1.0 / 1307674368000, 1.0 / 355687428096000 };
    int quarter = (int)(4 * u + 0.5);
    double x = (u - 0.25 * quarter) * 6.2831853071795865, z = x * x;
    switch ((quarter + (sine ? 3 : 0)) & 3) {
    case 0: return polynomial(c, GN_COUNT(c), z);
    case 1: return -x * polynomial(s, GN_COUNT(s), z);
    case 2: return -polynomial(c, GN_COUNT(c), z);
    default: return x * polynomial(s, GN_COUNT(s), z);
    }
}

/* Box and Muller: a block gives two draws. */
double gn_random_normal(gn_random r, uint64_t position)
{
    uint32_t w[4];
    block_at(r, position >> 1, w);
    double radius = sqrt(-2 * natural_log(to_uniform(word(w, 0))));
    return radius * turned(to_uniform(word(w, 1)), position & 1);
}

static uint64_t to_below(uint64_t w, uint64_t n)
{
    return (uint64_t)((unsigned __int128)w * n >> 64);
}

uint64_t gn_random_below(gn_random r, uint64_t position, uint64_t n)
{
    uint32_t w[4];
    block_at(r, position >> 1, w);
    return to_below(word(w, position & 1), n);
}

/* Fisher and Yates; the draw for place i is gn_random_below(r, i, i + 1), two of a block, GROUP blocks at a time. */
void gn_random_permutation(gn_random r, uint32_t *order, size_t n)
{
    uint32_t w[4][GROUP];
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    for (size_t i = n; i-- > 1;) {
        size_t block = i >> 1, lane = block % GROUP, half = 2 * (i & 1);
        if (i == n - 1 || ((i & 1) && lane == GROUP - 1)) blocks_at(r, block - lane, w);
        size_t j = (size_t)to_below((uint64_t)w[half + 1][lane] << 32 | w[half][lane], (uint64_t)i + 1);
        uint32_t moved = order[i];
        order[i] = order[j];
        order[j] = moved;
    }
}
