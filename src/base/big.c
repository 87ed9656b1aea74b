/* big.c -- natural numbers of a fixed room, for the few decimals that 128 bits cannot decide.
 *
 * Invariant: the top limb in use is not 0; no operation goes past the room (callers' exponents bound every product). */
#include "decimal.h"

#include <string.h>

static void push(gn_big *b, uint32_t limb)
{
    if (limb && b->used < GN_BIG_LIMBS) b->limb[b->used++] = limb;
}

void gn_big_set(gn_big *b, uint64_t value)
{
    b->used = 0;
    if (value == 0) return;
    b->limb[b->used++] = (uint32_t)value;
    push(b, (uint32_t)(value >> 32));
}

void gn_big_mul_add(gn_big *b, uint32_t factor, uint32_t term)
{
    uint64_t carry = term;
    for (int i = 0; i < b->used; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    push(b, (uint32_t)carry);
}

void gn_big_mul_power5(gn_big *b, int n)
{
    static const uint32_t small[13] = { 1, 5, 25, 125, 625, 3125, 15625, 78125, 390625, 1953125,
                                        9765625, 48828125, 244140625 };
    for (; n > 12; n -= 12) gn_big_mul_add(b, small[12], 0);
    gn_big_mul_add(b, small[n], 0);
}

void gn_big_shift(gn_big *b, int bits)
{
    int whole = bits / 32, part = bits % 32;
    if (b->used == 0 || b->used + whole + 1 > GN_BIG_LIMBS) return;
    if (part) gn_big_mul_add(b, 1u << part, 0);
    memmove(b->limb + whole, b->limb, (size_t)b->used * sizeof *b->limb);
    memset(b->limb, 0, (size_t)whole * sizeof *b->limb);
    b->used += whole;
}

int gn_big_compare(const gn_big *a, const gn_big *b)
{
    if (a->used != b->used) return a->used < b->used ? -1 : 1;
    for (int i = a->used - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

/* d*5^k*2^k against a*2^b: each negative power moves to the other side. */
int gn_big_compare_scaled(gn_big *d, int k, uint64_t a, int b)
{
    gn_big other;
    gn_big_set(&other, a);
    if (k >= 0) gn_big_mul_power5(d, k);
    else gn_big_mul_power5(&other, -k);
    int shift = k - b;
    if (shift >= 0) gn_big_shift(d, shift);
    else gn_big_shift(&other, -shift);
    return gn_big_compare(d, &other);
}
