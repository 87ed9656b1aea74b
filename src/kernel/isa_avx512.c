/* isa_avx512.c -- the kernels for AVX-512 (F, DQ, BW, VL) with fma, in fast and exact mode; elsewhere this file is
 * empty.
 *
 * Invariant: nothing outside the two pragmas is compiled for this level, so the file may be linked into a program for
 * any x86-64. */
#include "level.h"
#if defined(__x86_64__)
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC diagnostic ignored "-Wpsabi"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")
#endif

#define GN_LEVEL avx512
#define GN_ISA GN_ISA_AVX512
#define GN_VB 64
#define GN_TILE_M 14
#define GN_TILE_V 2
#define GN_TILES(X) X(14, 0) X(8, 0) X(4, 0) X(2, 0) X(1, 0)

#define GN_HAVE_FMA 1
#define GN_HAVE_WHERE 1
#define GN_HAVE_MINMAX 1
#define GN_HAVE_SQRT 1
#define GN_HAVE_SCALE 1
#define GN_HAVE_PART 1
#define GN_HAVE_ANY 1
typedef __m512i i_mask_32, i_mask_64;
AI __m512 i_fma_32(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
AI __m512d i_fma_64(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
AI __m512 i_where_32(__m512i m, __m512 a, __m512 b) { return _mm512_mask_blend_ps(_mm512_movepi32_mask(m), b, a); }
AI __m512d i_where_64(__m512i m, __m512d a, __m512d b) { return _mm512_mask_blend_pd(_mm512_movepi64_mask(m), b, a); }
AI __m512 i_min_32(__m512 a, __m512 b) { return _mm512_min_ps(a, b); }
AI __m512d i_min_64(__m512d a, __m512d b) { return _mm512_min_pd(a, b); }
AI __m512 i_max_32(__m512 a, __m512 b) { return _mm512_max_ps(a, b); }
AI __m512d i_max_64(__m512d a, __m512d b) { return _mm512_max_pd(a, b); }
AI __m512 i_sqrt_32(__m512 a) { return _mm512_sqrt_ps(a); }
AI __m512d i_sqrt_64(__m512d a) { return _mm512_sqrt_pd(a); }
AI __m512 i_scale_32(__m512 a, __m512 n) { return _mm512_scalef_ps(a, n); }
AI __m512d i_scale_64(__m512d a, __m512d n) { return _mm512_scalef_pd(a, n); }
AI __m512 i_load_part_32(const float *p, size_t k, __m512 fill)
{
    return _mm512_mask_loadu_ps(fill, (__mmask16)((1u << k) - 1), p);
}
AI __m512d i_load_part_64(const double *p, size_t k, __m512d fill)
{
    return _mm512_mask_loadu_pd(fill, (__mmask8)((1u << k) - 1), p);
}
AI void i_store_part_32(float *p, size_t k, __m512 a) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << k) - 1), a); }
AI void i_store_part_64(double *p, size_t k, __m512d a) { _mm512_mask_storeu_pd(p, (__mmask8)((1u << k) - 1), a); }
AI bool i_any_32(__m512i m) { return _mm512_movepi32_mask(m) != 0; }
AI bool i_any_64(__m512i m) { return _mm512_movepi64_mask(m) != 0; }

#define GN_MODE fast
#define GN_FAST 1
#include "level_tmpl.h"
#undef GN_MODE
#undef GN_FAST
#define GN_MODE exact
#define GN_FAST 0
#include "level_tmpl.h"

#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
typedef int gn_nothing_here;
#endif
