/* real_tmpl.h -- one precision on one level: the vector type, loads and stores whole or in part, choice, fma, shuffles
 * across lanes.
 *
 * Invariant: every operation acts on each lane as the scalar operation would, so an element has the same bits in any
 * lane; FMA is one rounding in fast mode and two in exact mode. */
#undef R
#undef RI
#undef RU
#undef MANTISSA
#undef BIAS
#undef MAGIC
#if GN_REAL == 32
#define R float
#define RI int32_t
#define RU uint32_t
#define MANTISSA 23
#define BIAS 127
#define MAGIC 12582912.0f /* 1.5*2^23: adding it rounds to a whole number, which then stands in the low bits */
#else
#define R double
#define RI int64_t
#define RU uint64_t
#define MANTISSA 52
#define BIAS 1023
#define MAGIC 6755399441055744.0    /* 1.5*2^52 */
#endif
#undef LANES
#undef WIDE
#undef WIDE_LANES
#define LANES (GN_VB / (int)sizeof(R))
#define WIDE (64 / GN_VB)           /* vectors in the 64 bytes over which every level sums in the same order */
#define WIDE_LANES (WIDE * LANES)

typedef R FN(v) __attribute__((vector_size(GN_VB)));
typedef R FN(vm) __attribute__((vector_size(GN_VB), aligned(sizeof(R)), may_alias));
typedef RI FN(vi) __attribute__((vector_size(GN_VB)));
typedef RU FN(vu) __attribute__((vector_size(GN_VB)));
typedef struct FN(wide) { FN(v) v[WIDE]; } FN(wide);
#undef V
#undef VI
#undef VU
#define V FN(v)
#define VI FN(vi)
#define VU FN(vu)

#undef SIGN_BIT
#define SIGN_BIT ((VI){0} + (RI)((RU)1 << (8 * (int)sizeof(R) - 1)))
#undef K
#define K(c) ((V){0} + (R)(c))

AI V FN(splat)(R a) { return a - (V){0}; }      /* a loop over the lanes would be ten times slower */
AI V FN(load)(const R *p) { return *(const FN(vm) *)p; }
AI void FN(store)(R *p, V a) { *(FN(vm) *)p = a; }

/* The first k lanes, the others `fill`; memory beyond them is not touched. */
#if defined(GN_HAVE_PART)
AI V FN(load_or)(const R *p, size_t k, R fill) { return (V)FN_I(i_load_part)(p, k, FN(splat)(fill)); }
AI void FN(store_part)(R *p, size_t k, V a) { FN_I(i_store_part)(p, k, a); }
#else
NOINLINE V FN(load_or)(const R *p, size_t k, R fill)
{
    union { V v; R e[LANES]; } u = {FN(splat)(fill)};
    for (size_t i = 0; i < k && i < (size_t)LANES; i++) u.e[i] = p[i];
    return u.v;
}
NOINLINE void FN(store_part)(R *p, size_t k, V a)
{
    union { V v; R e[LANES]; } u = {a};
    for (size_t i = 0; i < k && i < (size_t)LANES; i++) p[i] = u.e[i];
}
#endif
AI V FN(take)(const R *p, size_t k) { return k >= (size_t)LANES ? FN(load)(p) : FN(load_or)(p, k, 0); }
AI void FN(give)(R *p, size_t k, V a)
{
    if (k >= (size_t)LANES) FN(store)(p, a);
    else FN(store_part)(p, k, a);
}

#if defined(GN_HAVE_WHERE)
AI V FN(where)(VI m, V a, V b) { return (V)FN_I(i_where)((FN_I(i_mask))m, a, b); }
#else
AI V FN(where)(VI m, V a, V b) { return (V)((m & (VI)a) | (~m & (VI)b)); }
#endif

/* a < b ? a : b and a > b ? a : b: with NaN anywhere the second is taken. */
#if defined(GN_HAVE_MINMAX)
AI V FN(lesser)(V a, V b) { return (V)FN_I(i_min)(a, b); }
AI V FN(larger)(V a, V b) { return (V)FN_I(i_max)(a, b); }
#else
AI V FN(lesser)(V a, V b) { return FN(where)(a < b, a, b); }
AI V FN(larger)(V a, V b) { return FN(where)(a > b, a, b); }
#endif

#if defined(GN_HAVE_FMA) && GN_FAST
AI V FN(fma)(V a, V b, V c) { return (V)FN_I(i_fma)(a, b, c); }
#else
AI V FN(fma)(V a, V b, V c) { return a * b + c; }
#endif
#undef FMA
#define FMA(a, b, c) FN(fma)(a, b, c)

#if defined(GN_HAVE_SQRT)
AI V FN(root)(V a) { return (V)FN_I(i_sqrt)(a); }
#else
AI V FN(root)(V a)
{
    union { V v; R e[LANES]; } u = {a};
    for (int i = 0; i < LANES; i++)
        u.e[i] = sizeof(R) == 4 ? (R)__builtin_sqrtf((float)u.e[i]) : (R)__builtin_sqrt((double)u.e[i]);
    return u.v;
}
#endif

AI bool FN(any)(VI m)
{
#if defined(GN_HAVE_ANY)
    return FN_I(i_any)((FN_I(i_mask))m);
#else
    union { VI v; RI e[LANES]; } u = {m};
    RI all = 0;
    UNROLL for (int i = 0; i < LANES; i++) all |= u.e[i];
    return all != 0;
#endif
}

AI V FN(magnitude)(V a) { return (V)((VI)a & ~SIGN_BIT); }
AI V FN(with_sign)(V a, V sign) { return (V)((VI)a | ((VI)sign & SIGN_BIT)); }      /* a >= 0 */
/* Integers are kept modulo 2^32 or 2^64: k below 0 is a large number, and a shift is of the bits. */
AI V FN(power_of_2)(VU k) { return (V)((k + BIAS) << MANTISSA); }                      /* of a normal number */
AI V FN(whole)(VU k) { return (V)(k + (VU)K(MAGIC)) - K(MAGIC); }                      /* a small integer as a real */

/* a*2^k with one rounding, k = the whole number n that MAGIC left in t. 2^k itself need not be representable. */
AI V FN(scale)(V a, V t, V n)
{
#if defined(GN_HAVE_SCALE)
    (void)t;
    return (V)FN_I(i_scale)(a, n);
#else
    (void)n;
    VU k = (VU)t - (VU)K(MAGIC), half = ((k + 4096) >> 1) - 2048;
    return a * FN(power_of_2)(half) * FN(power_of_2)(k - half);
#endif
}

/* The exact product: high + *low. */
AI V FN(two_product)(V a, V b, V *low)
{
    V high = a * b;
#if defined(GN_HAVE_FMA)
    *low = (V)FN_I(i_fma)(a, b, -high);
#else
    const R split = (R)(sizeof(R) == 4 ? 4097.0 : 134217729.0);
    V ca = a * split, cb = b * split, ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh;
    *low = ((ah * bh - high) + ah * bl + al * bh) + al * bl;
#endif
    return high;
}

/* ---- across lanes ---------------------------------------------------------------------------------------------- */

#undef TURN
#define TURN2(a, h) __builtin_shufflevector(a, a, (h) % 2, (1 + h) % 2)
#define TURN4(a, h) __builtin_shufflevector(a, a, (h) % 4, (1 + h) % 4, (2 + h) % 4, (3 + h) % 4)
#define TURN8(a, h)                                                                                         \
    __builtin_shufflevector(a, a, (h) % 8, (1 + h) % 8, (2 + h) % 8, (3 + h) % 8, (4 + h) % 8, (5 + h) % 8, \
                            (6 + h) % 8, (7 + h) % 8)
#define TURN16(a, h)                                                                                              \
    __builtin_shufflevector(a, a, (h) % 16, (1 + h) % 16, (2 + h) % 16, (3 + h) % 16, (4 + h) % 16, (5 + h) % 16, \
                            (6 + h) % 16, (7 + h) % 16, (8 + h) % 16, (9 + h) % 16, (10 + h) % 16, (11 + h) % 16, \
                            (12 + h) % 16, (13 + h) % 16, (14 + h) % 16, (15 + h) % 16)

/* Halves are folded onto each other until one lane is left: over 64 bytes, whatever the width of a vector. */
#define GN_FOLD(type_result, w, OP)                                                         \
    V a = (w).v[0];                                                                         \
    if (WIDE == 4) a = OP(OP((w).v[0], (w).v[2 % WIDE]), OP((w).v[1 % WIDE], (w).v[3 % WIDE])); \
    if (WIDE == 2) a = OP((w).v[0], (w).v[1 % WIDE]);                                       \
    GN_FOLD_LANES(a, OP)                                                                    \
    return (type_result)a[0];
#undef GN_FOLD_LANES
#if GN_VB / (GN_REAL / 8) == 16
#define GN_FOLD_LANES(a, OP) \
    a = OP(a, TURN16(a, 8)); \
    a = OP(a, TURN16(a, 4)); \
    a = OP(a, TURN16(a, 2)); \
    a = OP(a, TURN16(a, 1));
#elif GN_VB / (GN_REAL / 8) == 8
#define GN_FOLD_LANES(a, OP) a = OP(a, TURN8(a, 4)); a = OP(a, TURN8(a, 2)); a = OP(a, TURN8(a, 1));
#elif GN_VB / (GN_REAL / 8) == 4
#define GN_FOLD_LANES(a, OP) a = OP(a, TURN4(a, 2)); a = OP(a, TURN4(a, 1));
#else
#define GN_FOLD_LANES(a, OP) a = OP(a, TURN2(a, 1));
#endif
#define GN_OP_ADD(a, b) ((a) + (b))
AI R FN(sum_lanes)(FN(wide) w) { GN_FOLD(R, w, GN_OP_ADD) }
AI R FN(max_lanes)(FN(wide) w) { GN_FOLD(R, w, FN(larger)) }
