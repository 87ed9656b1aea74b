/* elementary_tmpl.h -- exp log expm1 log1p tanh erf sin cos pow on vectors, every lane by the same branch-free
 * arithmetic.
 *
 * Invariant: exp and log err by less than 2 ulp, the others by less than 4, over all inputs; infinities, NaN, zeros and
 * subnormal numbers give what C's functions give. Coefficients are weighted minimax fits made for these intervals in 50
 * digits; the splits of ln 2 and pi/2 have so few bits that their products with whole numbers are exact. */

#define POLY(name, x, ...)                                                      \
    do {                                                                        \
        static const R terms[] = {__VA_ARGS__};                                     \
        name = FN(splat)(terms[GN_COUNT(terms) - 1]);                                   \
        UNROLL for (int i = (int)GN_COUNT(terms) - 2; i >= 0; i--) name = FMA(name, x, FN(splat)(terms[i])); \
    } while (0)

#undef LOG2E
#undef LN2_HIGH
#undef LN2_LOW
#undef EXP_LEAST
#undef EXP_MOST
#undef EXPM1_LEAST
#undef SUBNORMAL_SHIFT
#undef ROOT_HALF_BITS
#if GN_REAL == 32
#define LOG2E 1.44269504f
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.12194440e-4f
#define EXP_LEAST -104.0f
#define EXP_MOST 89.0f
#define EXPM1_LEAST -20.0f
#define SUBNORMAL_SHIFT 25
#define ROOT_HALF_BITS 0x3f3504f3
#else
#define LOG2E 1.4426950408889634
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#define EXP_LEAST -746.0
#define EXP_MOST 710.0
#define EXPM1_LEAST -40.0
#define SUBNORMAL_SHIFT 54
#define ROOT_HALF_BITS 0x3fe6a09e667f3bcd
#endif

/* exp(r) - 1 for |r| <= ln(2)/2. */
AI V FN(exp_core)(V r)
{
    V p;
#if GN_REAL == 32
    POLY(p, r, 0.5f, 0.16666545f, 0.04166629f, 0.0083664097f, 0.0013946028f);
#else
    POLY(p, r, 0.5000000000000004, 0.16666666666666682, 0.04166666666658107, 0.00833333333331707, 0.0013888888930488443,
         0.00019841269897757135, 2.480150630800142e-05, 2.755723257345261e-06, 2.762569984823321e-07,
         2.5113039031695427e-08);
#endif
    return FMA(r * r, p, r);
}

/* x = n ln 2 + r; *t holds n in its low bits. */
AI V FN(exp_reduce)(V x, V *t, V *n)
{
    *t = FMA(x, K(LOG2E), K(MAGIC));
    *n = *t - K(MAGIC);
    V r = FMA(-*n, K(LN2_HIGH), x);
    return FMA(-*n, K(LN2_LOW), r);
}

AI V FN(exp)(V x)
{
    V t, n;
    x = FN(larger)(K(EXP_LEAST), FN(lesser)(K(EXP_MOST), x));
    V r = FN(exp_reduce)(x, &t, &n);
    return FN(scale)(1 + FN(exp_core)(r), t, n);
}

/* 2^n exp(r) - 1 as twice (2^(n-1)(exp(r) - 1) + (2^(n-1) - 1/2)), whose last part is exact and does not overflow. */
AI V FN(expm1)(V x)
{
    V t, n, c = FN(larger)(K(EXPM1_LEAST), FN(lesser)(K(EXP_MOST), x));
    V e = FN(exp_core)(FN(exp_reduce)(c, &t, &n));
    V half = FN(power_of_2)((VU)t - (VU)K(MAGIC) - 1);
    return FN(where)(n == 0, e, 2 * FMA(half, e, half - K(0.5)));
}

/* x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for a normal x > 0. */
AI V FN(log_reduce)(V x, VU *k)
{
    *k = (((VU)x + ((VU)K(1) - ROOT_HALF_BITS)) >> MANTISSA) - BIAS;
    return (V)((VU)x - (*k << MANTISSA)) - 1;
}

/* ln(2^e (1 + f)) */
AI V FN(log_core)(V f, V e)
{
    V p;
#if GN_REAL == 32
    V z = f * f;
    POLY(p, f, 0.3333331f, -0.24999987f, 0.2000216f, -0.16669188f, 0.14219752f, -0.12385844f, 0.11867325f, -0.1178002f,
         0.06915575f);
    p = f * z * p;
    p = FMA(e, K(LN2_LOW), p);
    p = FMA(K(-0.5), z, p);
    return FMA(e, K(LN2_HIGH), f + p);
#else
    V s = f / (2 + f), z = s * s, half = K(0.5) * f * f;
    POLY(p, z, 0.6666666666666731, 0.39999999999432856, 0.28571428739129634, 0.22222198851869177, 0.18183552013374973,
         0.15314321492968802, 0.14793602851102278);
    p = s * (half + z * p) + e * K(LN2_LOW);
    return e * K(LN2_HIGH) - ((half - p) - f);
#endif
}

AI V FN(log_special)(V x, V y)
{
    y = FN(where)(x > 0, y, FN(where)(x == 0, K(-INFINITY), K(NAN)));
    return FN(where)(x == K(INFINITY), x, y);
}

AI V FN(log)(V x)
{
    VU k;
    VI small = x < K(GN_REAL == 32 ? FLT_MIN : DBL_MIN);
    V f = FN(log_reduce)(FN(where)(small, x * K((RI)1 << SUBNORMAL_SHIFT), x), &k);
    V e = FN(whole)(k) - FN(where)(small, K(SUBNORMAL_SHIFT), K(0));
    return FN(log_special)(x, FN(log_core)(f, e));
}

/* What rounding 1 + x lost is put back into f. */
AI V FN(log1p)(V x)
{
    VU k;
    V u = 1 + x, b = u - 1, lost = (1 - (u - b)) + (x - b), f = FN(log_reduce)(u, &k);
    f += lost * FN(where)(u < K(1073741824), FN(power_of_2)(-k), K(0));
    return FN(log_special)(u, FN(log_core)(f, FN(whole)(k)));
}

AI V FN(tanh)(V x)
{
    V t = FN(expm1)(-2 * FN(magnitude)(x));
    return FN(with_sign)(FN(magnitude)(t / (t + 2)), x); /* tanh(0) is 0, not -0 */
}

/* Below 1 an odd polynomial, above 1 - exp(polynomial), up to where the result is 1. */
AI V FN(erf)(V x)
{
    V a = FN(magnitude)(x), z = a * a, near, far;
#if GN_REAL == 32
    V b = FN(lesser)(K(4), a);
    POLY(near, z, 0.12837917f, -0.37612626f, 0.112836f, -0.026854442f, 0.0051895329f, -0.00080208172f, 7.8890393e-05f);
    POLY(far, b, 0.00018810392f, -1.1295787f, -0.6332194f, -0.10841917f, 0.025208615f, -0.0042046905f, 0.00044136139f,
         -2.1688884e-05f);
#else
    V b = FN(lesser)(K(6), a);
    POLY(near, z, 0.1283791670955126, -0.37612638903183754, 0.1128379167095512, -0.026866170645129868,
         0.005223977625423604, -0.0008548327021955586, 0.00012055332903793967, -1.4925647593966933e-05,
         1.6462045970186147e-06, -1.636464941217283e-07, 1.4792468379974796e-08, -1.2164961202958053e-09,
         8.710439994630819e-11, -4.2330911722599395e-12);
    POLY(far, b, -1.8440839552850988e-07, -1.1283772821474989, -0.6366287049890192, -0.1027466386683068,
         0.019076946855049425, 0.00028224199903562227, -0.00177094127452809, 0.0006428482683732263,
         -4.596647651376262e-05, -6.974440082048572e-05, 4.4767150119197536e-05, -1.64204695094661e-05,
         4.301485865412624e-06, -8.451260436894436e-07, 1.2481924625502653e-07, -1.3520746691980116e-08,
         1.0169163383147633e-09, -4.75099332815967e-11, 1.0388690307205006e-12);
#endif
    return FN(with_sign)(FN(where)(a < 1, FMA(a, near, a), 1 - FN(exp)(far)), x);
}

#if GN_REAL == 64
/* x - q pi/2, exact in its first two parts below 2^20; above that lane by lane, by integer arithmetic. */
AI V FN(half_pi_reduce)(V x, VU *q)
{
    V t = FMA(x, K(0.63661977236758134308), K(MAGIC)), n = t - K(MAGIC);
    V r = FMA(-n, K(1.57079632673412561417e+00), x);
    r = FMA(-n, K(6.07710050630396597660e-11), r);
    r = FMA(-n, K(2.02226624879595063154e-21), r);
    *q = (VU)t;
    if (__builtin_expect(FN(any)(FN(magnitude)(x) >= K(1048576)), 0)) {
        union { V v; R e[LANES]; } ux = {x}, ur = {r};
        union { VU v; RU e[LANES]; } uq = {*q};
        for (int i = 0; i < LANES; i++)
            if (__builtin_fabs(ux.e[i]) >= 1048576) uq.e[i] = (RU)gn_reduce_half_pi(ux.e[i], &ur.e[i]);
        r = ur.v;
        *q = uq.v;
    }
    return r;
}

/* sin(x + quarter*pi/2) */
NOINLINE V FN(sin_cos)(V x, int quarter)
{
    VU q;
    V r = FN(half_pi_reduce)(x, &q), z = r * r, s, c;
    q += (RU)quarter;
    POLY(s, z, -0.16666666666666638, 0.008333333333323312, -0.0001984126983029414, 2.755731380590241e-06,
         -2.505076965028128e-08, 1.589717965694032e-10);
    POLY(c, z, 0.04166666666666666, -0.001388888888888305, 2.4801587294574126e-05, -2.7557315702846035e-07,
         2.0875892635884404e-09, -1.1367773539007444e-11);
    s = FMA(r * z, s, r);
    c = FMA(z * z, c, 1 - K(0.5) * z);
    V y = FN(where)((VI)-(q & 1), c, s);
    return (V)((VU)y ^ ((q & 2) << 62));
}
AI V FN(sin)(V x) { return FN(sin_cos)(x, 0); }
AI V FN(cos)(V x) { return FN(sin_cos)(x, 1); }

/* ln x for x > 0 with 11 bits more than a double: high + *low. */
AI V FN(log_twice)(V x, V *low)
{
    VU k;
    VI small = x < K(DBL_MIN);
    V f = FN(log_reduce)(FN(where)(small, x * K((RI)1 << SUBNORMAL_SHIFT), x), &k);
    V e = FN(whole)(k) - FN(where)(small, K(SUBNORMAL_SHIFT), K(0));
    V g = 2 + f, g_low = f - (g - 2), s = f / g, p_low, p = FN(two_product)(s, g, &p_low);
    V s_low = (((f - p) - p_low) - s * g_low) / g, z_low, w_low, c_low, q;
    V z = FN(two_product)(s, s, &z_low), w = FN(two_product)(s, z, &w_low);
    w_low += s * (z_low + 2 * s * s_low) + s_low * z;
    V c = FN(two_product)(K(0.66666666666666663), w, &c_low);
    c_low += K(0.66666666666666663) * w_low + K(3.7007434154171883e-17) * w;
    POLY(q, z, 0.39999999999999986, 0.2857142857144214, 0.22222222218134946, 0.18181818807738157, 0.15384560583541648,
         0.13336191262189268, 0.11677108407261814, 0.11971789882859554);
    V a = e * K(LN2_HIGH), h = a + 2 * s, b = h - a, l = (a - (h - b)) + (2 * s - b);
    V h2 = h + c;
    b = h2 - h;
    l += (h - (h2 - b)) + (c - b);
    l += 2 * s_low + (c_low + (w * z * q + e * K(LN2_LOW)));
    h = h2 + l;
    *low = l - (h - h2);
    return h;
}

/* x^y for x > 0. `twice`: with the logarithm in two parts, without which large results lose up to 10 bits. */
AI V FN(pow_positive)(V x, V y, bool twice)
{
    V h, l = K(0), t, n;
    y = FN(larger)(K(-36893488147419103232.0), FN(lesser)(K(36893488147419103232.0), y));
    if (twice) {
        V hl, p_low;
        h = FN(log_twice)(x, &hl);
        V p = FN(two_product)(y, h, &p_low);
        l = FN(where)(FN(magnitude)(p) < K(800), FMA(y, hl, p_low), K(0));
        h = p;
    } else h = y * FN(log)(x);
    h = FN(larger)(K(EXP_LEAST), FN(lesser)(K(EXP_MOST), h));
    V r = FN(exp_reduce)(h, &t, &n) + l;
    return FN(scale)(1 + FN(exp_core)(r), t, n);
}

/* C's pow: signs by whether y is whole and odd, and the limits at 0, 1, infinity and NaN. */
AI V FN(pow_any)(V x, V y, bool twice)
{
    const V whole = K(4503599627370496.0), inf = K(INFINITY);
    V ax = FN(magnitude)(x), ay = FN(magnitude)(y), half = K(0.5) * ay;
    VI is_whole = (ay >= whole) | ((ay + whole) - whole == ay);
    VI is_odd = is_whole & (ay < 2 * whole) & ((half + whole) - whole != half);
    V r = FN(pow_positive)(ax, y, twice);
    V at_zero = FN(where)(y > 0, K(0), inf), at_inf = FN(where)(y > 0, inf, K(0));
    r = FN(where)(ax == 0, at_zero, FN(where)(ax == inf, at_inf, r));
    r = FN(where)((x < 0) & (x > -inf) & ~is_whole, K(NAN), r);
    r = (V)((VI)r ^ (is_odd & (VI)x & SIGN_BIT));
    r = FN(where)((x == x) & (y == y), r, x + y);
    return FN(where)((y == 0) | (x == 1), K(1), r);
}
NOINLINE V FN(pow)(V x, V y) { return FN(pow_any)(x, y, true); }
NOINLINE V FN(pow_short)(V x, V y) { return FN(pow_any)(x, y, false); }

#else
/* These are seldom in a hurry: in double, half a vector at a time. */
typedef float FN(half) __attribute__((vector_size(GN_VB / 2)));
typedef float FN(half_m) __attribute__((vector_size(GN_VB / 2), aligned(4), may_alias));
typedef union FN(halves) { V v; FN(half) h[2]; } FN(halves);
AI FN64(v) FN(widen)(FN(half) a) { return __builtin_convertvector(a, FN64(v)); }
AI FN(half) FN(narrow)(FN64(v) a) { return __builtin_convertvector(a, FN(half)); }

NOINLINE V FN(sin_cos)(V x, int quarter)
{
    FN(halves) u = {x};
    for (int i = 0; i < 2; i++) u.h[i] = FN(narrow)(FN64(sin_cos)(FN(widen)(u.h[i]), quarter));
    return u.v;
}
AI V FN(sin)(V x) { return FN(sin_cos)(x, 0); }
AI V FN(cos)(V x) { return FN(sin_cos)(x, 1); }

NOINLINE V FN(pow)(V x, V y)
{
    FN(halves) u = {x}, w = {y};
    for (int i = 0; i < 2; i++) u.h[i] = FN(narrow)(FN64(pow_short)(FN(widen)(u.h[i]), FN(widen)(w.h[i])));
    return u.v;
}
#endif
#undef POLY
