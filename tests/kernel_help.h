/* kernel_help.h -- for the tests of the kernels: every table of this machine in turn, inputs, and distances in units of
 * the last place. */
#ifndef KERNEL_HELP_H
#define KERNEL_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/kernel.h"
#include "kernel/optim.h"

#define UNUSED_PARAMETER __attribute__((unused))
#define MAYBE static __attribute__((unused))

/* Every level this machine has, in both modes: body sees k. */
#define EACH_TABLE(k, type)                                                                              \
    for (int isa_##k = 0; isa_##k < GN_ISA_COUNT; isa_##k++)                                             \
        for (int exact_##k = 0; exact_##k < 2 && gn_isa_available((gn_isa)isa_##k); exact_##k++)          \
            for (const gn_kernels *k = gn_kernels_get((gn_isa)isa_##k, type, exact_##k); k; k = NULL)
#define EACH_TYPE(t) for (gn_type t = GN_F32; t <= GN_F64; t++)

static const int all_steps[3] = {1, 1, 1};

MAYBE const char *mode_name(int exact) { return exact ? "exact" : "fast"; }

/* A small generator, so that every run sees the same numbers. */
typedef struct draw { uint64_t state; } draw;
MAYBE uint64_t draw_bits(draw *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}
MAYBE double draw_unit(draw *d) { return (double)(draw_bits(d) >> 11) * 0x1p-53; }
MAYBE double draw_between(draw *d, double a, double b) { return a + (b - a) * draw_unit(d); }

MAYBE double get(gn_type t, const void *p, size_t i)
{
    return t == GN_F32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}
MAYBE void put(gn_type t, void *p, size_t i, double v)
{
    if (t == GN_F32) ((float *)p)[i] = (float)v;
    else ((double *)p)[i] = v;
}
MAYBE void *at(gn_type t, void *p, size_t i) { return (char *)p + i * gn_type_size(t); }
MAYBE void fill(gn_type t, void *p, size_t n, draw *d, double a, double b)
{
    for (size_t i = 0; i < n; i++) put(t, p, i, draw_between(d, a, b));
}
/* A block of exactly n elements, so that the address sanitizer sees a read or write beyond it. */
MAYBE void *block(gn_type t, size_t n)
{
    void *p = malloc(n * gn_type_size(t) + (n == 0));
    assert_non_null(p);
    return p;
}

MAYBE bool same_bits(gn_type t, double a, double b)
{
    (void)t;
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* The spacing of numbers of a type at `about`. */
MAYBE double spacing(gn_type t, double about)
{
    int e, digits = t == GN_F32 ? 24 : 53, least = t == GN_F32 ? -125 : -1021;
    frexp(about, &e);
    return ldexp(1, (e < least ? least : e) - digits);
}

/* |got - want| in spacings at max(|want|, floor); huge when only one of them is NaN or infinite. */
MAYBE double distance(gn_type t, double got, double want, double floor)
{
    if (isnan(want)) return isnan(got) ? 0 : 1e30;
    if (t == GN_F32 && fabs(want) > (double)FLT_MAX * (1 + 0x1p-25)) want = copysign(INFINITY, want);
    if (isinf(want)) return got == want || (t == GN_F32 && fabs(got) == (double)FLT_MAX) ? 0 : 1e30;
    if (isnan(got) || isinf(got)) return t == GN_F32 && isinf(got) && fabs(want) >= (double)FLT_MAX ? 0 : 1e30;
    return fabs(got - want) / spacing(t, fmax(fabs(want), floor));
}

#endif
