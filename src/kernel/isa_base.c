/* isa_base.c -- the kernels on what the compiler targets without flags: 16-byte vectors, no fma, so fast and exact mode
 * are one.
 *
 * Invariant: needs no instruction beyond the target's own; where there is no vector unit the compiler splits the
 * vectors. */
#include "level.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

#define GN_LEVEL base
#define GN_MODE exact
#define GN_FAST 0
#define GN_ISA GN_ISA_BASE
#define GN_VB 16
#define GN_TILE_M 4
#define GN_TILE_V 2
#define GN_TILES(X) X(4, 0) X(2, 0) X(1, 0)

#if defined(__SSE2__)
#define GN_HAVE_MINMAX 1
#define GN_HAVE_SQRT 1
#define GN_HAVE_ANY 1
typedef __m128i i_mask_32, i_mask_64;
AI __m128 i_min_32(__m128 a, __m128 b) { return _mm_min_ps(a, b); }
AI __m128d i_min_64(__m128d a, __m128d b) { return _mm_min_pd(a, b); }
AI __m128 i_max_32(__m128 a, __m128 b) { return _mm_max_ps(a, b); }
AI __m128d i_max_64(__m128d a, __m128d b) { return _mm_max_pd(a, b); }
AI __m128 i_sqrt_32(__m128 a) { return _mm_sqrt_ps(a); }
AI __m128d i_sqrt_64(__m128d a) { return _mm_sqrt_pd(a); }
AI bool i_any_64(__m128i m) { return _mm_movemask_epi8(m) != 0; }
AI bool i_any_32(__m128i m) { return _mm_movemask_epi8(m) != 0; }
#elif defined(__aarch64__)
#include <arm_neon.h>
#define GN_HAVE_SQRT 1
AI float32x4_t i_sqrt_32(float32x4_t a) { return vsqrtq_f32(a); }
AI float64x2_t i_sqrt_64(float64x2_t a) { return vsqrtq_f64(a); }
#endif

#include "level_tmpl.h"
