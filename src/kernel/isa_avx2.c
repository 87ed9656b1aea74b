/* isa_avx2.c -- the kernels for AVX2 with FMA, in fast and exact mode; elsewhere this file is empty.
 *
 * Invariant: nothing outside the two pragmas is compiled for this level, so the file may be linked into a program for
 * any x86-64. */
#include "level.h"
#if defined(__x86_64__)
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC diagnostic ignored "-Wpsabi"
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#define GN_LEVEL avx2
#define GN_ISA GN_ISA_AVX2
#define GN_VB 32
#define GN_TILE_M 6
#define GN_TILE_V 2
#define GN_TILES(X) X(6, 0) X(4, 0) X(2, 0) X(1, 0)

#define GN_HAVE_FMA 1
#define GN_HAVE_WHERE 1
#define GN_HAVE_MINMAX 1
#define GN_HAVE_SQRT 1
#define GN_HAVE_PART 1
#define GN_HAVE_ANY 1
typedef __m256i i_mask_32, i_mask_64;
AI __m256 i_fma_32(__m256 a, __m256 b, __m256 c) { return _mm256_fmadd_ps(a, b, c); }
AI __m256d i_fma_64(__m256d a, __m256d b, __m256d c) { return _mm256_fmadd_pd(a, b, c); }
AI __m256 i_where_32(__m256i m, __m256 a, __m256 b) { return _mm256_blendv_ps(b, a, (__m256)m); }
AI __m256d i_where_64(__m256i m, __m256d a, __m256d b) { return _mm256_blendv_pd(b, a, (__m256d)m); }
AI __m256 i_min_32(__m256 a, __m256 b) { return _mm256_min_ps(a, b); }
AI __m256d i_min_64(__m256d a, __m256d b) { return _mm256_min_pd(a, b); }
AI __m256 i_max_32(__m256 a, __m256 b) { return _mm256_max_ps(a, b); }
AI __m256d i_max_64(__m256d a, __m256d b) { return _mm256_max_pd(a, b); }
AI __m256 i_sqrt_32(__m256 a) { return _mm256_sqrt_ps(a); }
AI __m256d i_sqrt_64(__m256d a) { return _mm256_sqrt_pd(a); }
/* 8 ones, then 8 zeros, read from where the first k ones are left. */
static const int32_t first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
AI __m256i lanes_32(size_t k) { return _mm256_loadu_si256((const __m256i_u *)(first_lanes + 8 - k)); }
AI __m256i lanes_64(size_t k) { return _mm256_loadu_si256((const __m256i_u *)(first_lanes + 8 - 2 * k)); }
AI __m256 i_load_part_32(const float *p, size_t k, __m256 fill)
{
    return _mm256_blendv_ps(fill, _mm256_maskload_ps(p, lanes_32(k)), (__m256)lanes_32(k));
}
AI __m256d i_load_part_64(const double *p, size_t k, __m256d fill)
{
    return _mm256_blendv_pd(fill, _mm256_maskload_pd(p, lanes_64(k)), (__m256d)lanes_64(k));
}
AI void i_store_part_32(float *p, size_t k, __m256 a) { _mm256_maskstore_ps(p, lanes_32(k), a); }
AI void i_store_part_64(double *p, size_t k, __m256d a) { _mm256_maskstore_pd(p, lanes_64(k), a); }
AI bool i_any_32(__m256i m) { return _mm256_movemask_epi8(m) != 0; }
AI bool i_any_64(__m256i m) { return _mm256_movemask_epi8(m) != 0; }

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
