/* isa_neon.c -- the kernels for 64-bit Arm with fma, in fast and exact mode; elsewhere this file is empty.
 *
 * Invariant: every such processor has these instructions, so no pragma is needed. */
#include "level.h"
#if defined(__aarch64__)
#include <arm_neon.h>

#define GN_LEVEL neon
#define GN_ISA GN_ISA_NEON
#define GN_VB 16
#define GN_TILE_M 8
#define GN_TILE_V 2
#define GN_TILES(X) X(8, 0) X(4, 0) X(2, 0) X(1, 0)

#define GN_HAVE_FMA 1
#define GN_HAVE_WHERE 1
#define GN_HAVE_SQRT 1
#define GN_HAVE_ANY 1
typedef uint32x4_t i_mask_32;
typedef uint64x2_t i_mask_64;
AI float32x4_t i_fma_32(float32x4_t a, float32x4_t b, float32x4_t c) { return vfmaq_f32(c, a, b); }
AI float64x2_t i_fma_64(float64x2_t a, float64x2_t b, float64x2_t c) { return vfmaq_f64(c, a, b); }
AI float32x4_t i_where_32(uint32x4_t m, float32x4_t a, float32x4_t b) { return vbslq_f32(m, a, b); }
AI float64x2_t i_where_64(uint64x2_t m, float64x2_t a, float64x2_t b) { return vbslq_f64(m, a, b); }
AI float32x4_t i_sqrt_32(float32x4_t a) { return vsqrtq_f32(a); }
AI float64x2_t i_sqrt_64(float64x2_t a) { return vsqrtq_f64(a); }
AI bool i_any_32(uint32x4_t m) { return vmaxvq_u32(m) != 0; }
AI bool i_any_64(uint64x2_t m) { return vmaxvq_u32(vreinterpretq_u32_u64(m)) != 0; }

#define GN_MODE fast
#define GN_FAST 1
#include "level_tmpl.h"
#undef GN_MODE
#undef GN_FAST
#define GN_MODE exact
#define GN_FAST 0
#include "level_tmpl.h"
#else
typedef int gn_nothing_here;
#endif
