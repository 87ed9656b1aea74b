/* level.h -- what every file of one instruction set needs before the templates: names, forced inlining, unrolling, the
 * tables' names.
 *
 * Invariant: a template names everything through FN, which adds the level, the mode and the precision in force, so that
 * one file can include it once for each precision. */
#ifndef GN_KERNEL_LEVEL_H
#define GN_KERNEL_LEVEL_H

#include <float.h>
#include <math.h>
#include "kernel.h"
#include "optim.h"

#define GN_CAT_(name, level, mode, real) name##_##level##_##mode##_##real
#define GN_CAT(name, level, mode, real) GN_CAT_(name, level, mode, real)
#define FN(name) GN_CAT(name, GN_LEVEL, GN_MODE, GN_REAL)
#define FN64(name) GN_CAT(name, GN_LEVEL, GN_MODE, 64)
#define FN_I_(name, real) name##_##real
#define FN_I2(name, real) FN_I_(name, real)
#define FN_I(name) FN_I2(name, GN_REAL)             /* an instruction of the level, for the precision in force */

#define AI static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define MAYBE_UNUSED __attribute__((unused))
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

/* Whether a text holds a character; a constant, because both compilers fold the call. */
#define GN_TEXT_HAS(text, c) (__builtin_strchr(text, c) != NULL)
/* How many parameters a row of defs/pointwise.def names: none, "alpha = 1" or "alpha = 1, beta = 2". */
#define GN_ROW_PARAMETERS(...) ((sizeof("" #__VA_ARGS__) > 1) + GN_TEXT_HAS("" #__VA_ARGS__, ','))

/* How many parameters a row of defs/optim.def has. */
enum {
#define P(name, value) + 1
#define OPT(name, slots, parameters, ...) gn_optimizer_parameters_##name = 0 parameters,
#include "../defs/optim.def"
#undef OPT
#undef P
};

#define GN_TABLES(level, mode) \
    extern const gn_kernels gn_kernels_##level##_##mode##_32, gn_kernels_##level##_##mode##_64;
GN_TABLES(base, exact)
GN_TABLES(avx2, fast)
GN_TABLES(avx2, exact)
GN_TABLES(avx512, fast)
GN_TABLES(avx512, exact)
GN_TABLES(neon, fast)
GN_TABLES(neon, exact)
GN_TABLES(reference, plain)

/* x - q*pi/2 for any finite |x|, within an ulp, and q modulo 4; NaN for the others. */
int gn_reduce_half_pi(double x, double *rest);
/* b to the power t, t a whole number >= 0, by squaring. */
double gn_power(double b, double t) __attribute__((const));

#endif
