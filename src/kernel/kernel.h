/* kernel.h -- numbers at full speed: pure functions on arrays, one table of them for each instruction set and
 * precision.
 *
 * Invariant: a kernel allocates nothing, knows no graph, and gives every element the same bits wherever it stands in an
 * array and however the work was cut: reductions have one fixed order that depends on the shape alone. */
#ifndef GN_KERNEL_H
#define GN_KERNEL_H

#include "../base/base.h"

typedef enum gn_type { GN_F32, GN_F64 } gn_type;
static inline size_t gn_type_size(gn_type t) { return t == GN_F32 ? 4 : 8; }

/* Instruction-set levels, least first. "base" is what the compiler targets without flags. */
typedef enum gn_isa { GN_ISA_BASE, GN_ISA_AVX2, GN_ISA_AVX512, GN_ISA_NEON, GN_ISA_COUNT } gn_isa;
const char *gn_isa_name(gn_isa isa);
bool gn_isa_available(gn_isa isa);                       /* compiled in and supported by this processor */
gn_isa gn_isa_best(void);
gn_isa gn_isa_find(const char *name);                    /* GN_ISA_COUNT when unknown */

/* Pointwise operations: every row of defs/pointwise.def. */
typedef enum gn_pointwise {
#define P1(name, value, slope, ...) GN_P_##name,
#define P2(name, value, slope_x, slope_y, ...) GN_P_##name,
#define P3(name, value, slope_x, slope_y, slope_z, ...) GN_P_##name,
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
    GN_P_COUNT
} gn_pointwise;

enum { GN_PW_PARAMS = 2 };      /* at most this many parameters a row */
typedef struct gn_pointwise_row {
    const char *name;
    int arity;                  /* 1, 2 or 3 */
    const char *value;          /* the text of the expression that was compiled */
    const char *slope[3];       /* by operand */
    int parameters;
    const char *parameter_name[GN_PW_PARAMS];
    union {
        double parameter_default[GN_PW_PARAMS];
        struct { double alpha, beta; };
    };
    bool slope_uses[3][4]; /* [operand][x,y,z,out]: which values its slope reads (read off the text when compiled; may
                              err to true) */
} gn_pointwise_row;
const gn_pointwise_row *gn_pointwise_table(void);       /* indexed by gn_pointwise */
gn_pointwise gn_pointwise_find(const char *name);       /* GN_P_COUNT when unknown */

/* out[i] = f(x[i*sx], y[i*sy], z[i*sz]); a step s is 1 (array) or 0 (one number for all). Unused operands are NULL.
 * `out` may be any of the inputs. par: the row's parameters. */
typedef void (*gn_pw_value)(size_t n, const void *const in[3], const int step[3], const double *par, void *out);
/* out[i] = g[i*step_g] * df/d(operand)(x, y, z, y_out): the vjp and, with a tangent for g, the jvp. `value` is f's own
 * output or NULL when the slope does not read it. `out` may be any input. */
typedef void (*gn_pw_slope)(size_t n, const void *const in[3], const int step[3], const void *value, const void *g,
                            int step_g, const double *par, void *out);

/* C (m,n) = or += A (m,k) B (k,n) by any strides, in elements: A[i*am + p*ak], B[p*bk + j*bn], C[i*ldc + j]. Each
 * element is one chain over p in order; k is cut the same way whatever m and n are. `pack` is scratch of
 * gn_gemm_scratch bytes. Epilogue, applied to a block of C while it is in cache: += bias[j]; then value `act` in place,
 * or *= slope of `act` read from `act_in` / `act_out` (both (m,n), leading dimension ldc_act), as gn_pw_slope with C
 * for g. */
typedef struct gn_gemm {
    size_t m, n, k;
    const void *a; size_t am, ak;
    const void *b; size_t bk, bn;
    void *c; size_t ldc;
    bool accumulate;
    const void *bias;           /* (n) or NULL */
    gn_pw_value act;            /* or NULL */
    gn_pw_slope slope;          /* or NULL */
    const void *act_in, *act_out; size_t ldc_act;
    const double *act_par;
    void *pack;
} gn_gemm;

/* An optimiser row's update of n weights in place; slot[i] are its state arrays, hyper its parameters in table order,
 * then t (the step from 1), the L2 coefficient and the L1 coefficient, which are added to g as decay*w + l1*sign(w); 0
 * when unused. A row with a parameter wd ignores the L2 coefficient, because it decays by itself. */
enum { GN_OPT_SLOTS = 3, GN_OPT_HYPER = 12 };
typedef void (*gn_opt_update)(size_t n, void *w, const void *g, void *const slot[GN_OPT_SLOTS], const double *hyper);

typedef struct gn_kernels {
    gn_isa isa;
    gn_type type;
    int lanes;                              /* elements in a vector */
    gn_pw_value value[GN_P_COUNT];
    gn_pw_slope slope[GN_P_COUNT][3];
    gn_opt_update update[16];               /* indexed by gn_optimizer, see kernel/optim.h */

    void (*gemm)(const gn_gemm *g);
    size_t (*gemm_scratch)(size_t m, size_t n, size_t k); /* bytes */
    /* Sizes by which callers cut a product among threads so that tiles stay whole. */
    size_t tile_m, tile_n;

    /* Reductions and moves over (m,n) row-major arrays with leading dimension ld. */
    void (*sum_rows)(size_t m, size_t n, const void *x, size_t ld, void *out); /* out[j] = sum_i x[i,j], i in order */
    void (*sum_cols)(size_t m, size_t n, const void *x, size_t ld,
                     void *out); /* out[i] = sum_j x[i,j], lanes fixed by n */
    double (*sum)(size_t n, const void *x);                                            /* in double, fixed order */
    double (*dot)(size_t n, const void *x, const void *y);                             /* in double, fixed order */
    double (*sum_squares)(size_t n, const void *x); /* NaN or Inf when any element is */
    void (*transpose)(size_t m, size_t n, const void *x, size_t ldx, void *out, size_t ldo); /* out (n,m) */
    void (*axpy)(size_t n, double a, const void *x, void *y);                          /* y += a x */
    void (*scale)(size_t n, double a, void *x);
    void (*clamp)(size_t n, double limit, void *x);                                    /* to [-limit, limit] */

    /* Rows of (m,n), contiguous: the fast forms of composed operations. */
    void (*softmax)(size_t m, size_t n, const void *x, void *y);
    void (*log_softmax)(size_t m, size_t n, const void *x, void *y);
    void (*softmax_vjp)(size_t m, size_t n, const void *y, const void *g, void *out);      /* y*(g - sum(g*y)) */
    void (*log_softmax_vjp)(size_t m, size_t n, const void *y, const void *g, void *out);  /* g - exp(y)*sum(g) */
    /* loss[i] = logsumexp(z_i)*sum_j t_ij - sum_j t_ij z_ij; if p is not NULL it receives softmax(z). */
    void (*softmax_xent)(size_t m, size_t n, const void *z, const void *t, void *loss, void *p);
    /* out = g[i] * (softmax(z_i)*sum(t_i) - t_i) */
    void (*softmax_xent_vjp)(size_t m, size_t n, const void *z, const void *t, const void *g, void *out);
    void (*layer_norm)(size_t m, size_t n, double eps, const void *x,
                       void *y); /* (x - mean)/sqrt(var + eps), no gain */
    void (*layer_norm_vjp)(size_t m, size_t n, double eps, const void *x, const void *g, void *out);

    /* out[i] = (src[rows[i], j] - shift[j])*factor[j], rows of n; shift and factor may be NULL. Source types as named;
     * shift and factor are of the kernel's type, beside doubles doubles. */
    void (*gather_u8)(size_t m, size_t n, const uint8_t *src, const uint32_t *rows, const void *shift,
                      const void *factor, void *out);
    void (*gather_f32)(size_t m, size_t n, const float *src, const uint32_t *rows, const void *shift,
                       const void *factor, void *out);
    void (*gather_f64)(size_t m, size_t n, const double *src, const uint32_t *rows, const void *shift,
                       const void *factor, void *out);
} gn_kernels;

/* The table for a level; `exact` selects the mode whose bits are the same on every instruction set (no fma, fixed
 * lanes). Falls back to base when the level is not available. */
const gn_kernels *gn_kernels_get(gn_isa isa, gn_type type, bool exact);
/* Plain loops in C, each as its formula reads: what the fast ones are tested against. */
const gn_kernels *gn_kernels_reference(gn_type type);

#endif
