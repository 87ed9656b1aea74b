/* dispatch.c -- which levels there are, which this processor has, and the table for each.
 *
 * Invariant: a table is handed out only where its instructions run; what is not available falls back to base. */
#include <string.h>
#include "level.h"

static const char *const names[] = {
    [GN_ISA_BASE] = "base", [GN_ISA_AVX2] = "avx2", [GN_ISA_AVX512] = "avx512", [GN_ISA_NEON] = "neon"};

const char *gn_isa_name(gn_isa isa)
{
    return (unsigned)isa < GN_ISA_COUNT ? names[isa] : "unknown";
}

gn_isa gn_isa_find(const char *name)
{
    int i = 0;
    while (i < GN_ISA_COUNT && strcmp(names[i], name) != 0) i++;
    return (gn_isa)i;
}

bool gn_isa_available(gn_isa isa)
{
    if (isa == GN_ISA_BASE) return true;
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == GN_ISA_AVX2) return avx2;
    if (isa == GN_ISA_AVX512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
    if (isa == GN_ISA_NEON) return true;
#endif
    return false;
}

gn_isa gn_isa_best(void)
{
    int best = GN_ISA_COUNT - 1;
    while (!gn_isa_available((gn_isa)best)) best--;
    return (gn_isa)best;
}

/* [level][exact][double] */
static const gn_kernels *const tables[GN_ISA_COUNT][2][2] = {
#define MODE(level, mode) {&gn_kernels_##level##_##mode##_32, &gn_kernels_##level##_##mode##_64}
    [GN_ISA_BASE] = {MODE(base, exact), MODE(base, exact)},
#if defined(__x86_64__)
    [GN_ISA_AVX2] = {MODE(avx2, fast), MODE(avx2, exact)},
    [GN_ISA_AVX512] = {MODE(avx512, fast), MODE(avx512, exact)},
#elif defined(__aarch64__)
    [GN_ISA_NEON] = {MODE(neon, fast), MODE(neon, exact)},
#endif
};

const gn_kernels *gn_kernels_get(gn_isa isa, gn_type type, bool exact)
{
    if ((unsigned)isa >= GN_ISA_COUNT || !gn_isa_available(isa)) isa = GN_ISA_BASE;
    return tables[isa][exact][type == GN_F64];
}

const gn_kernels *gn_kernels_reference(gn_type type)
{
    return type == GN_F64 ? &gn_kernels_reference_plain_64 : &gn_kernels_reference_plain_32;
}
