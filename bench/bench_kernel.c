/* bench_kernel.c -- how near the kernels are to what the processor can do: the products of 784-128-10 at batch 64 and
 * of small and large nets, and the cost of an element of the functions, on every level, beside the rate of
 * multiply-adds in registers measured in the same run.
 *
 *   make lib && cc -O2 -Iinclude -Isrc bench/bench_kernel.c build/libglassnet.a -lm -o build/bench_kernel &&
 * build/bench_kernel [LEVEL] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kernel/kernel.h"
#include "kernel/optim.h"
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum { REPEATS = 9 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median time of one call. */
typedef void work(void *data);
static double median(work *run, void *data)
{
    double t[REPEATS], once = seconds();
    run(data);
    once = seconds() - once;
    int calls = once > 0.004 ? 1 : (int)(0.004 / (once + 1e-8)) + 1;
    for (int r = 0; r < REPEATS; r++) {
        double start = seconds();
        for (int i = 0; i < calls; i++) run(data);
        t[r] = (seconds() - start) / calls;
    }
    qsort(t, REPEATS, sizeof *t, by_size);
    return t[REPEATS / 2];
}

/* ---- the ceiling: 12 chains of multiply-adds in registers ----------------------------------------------------- */

enum { CHAINS = 12, ROUNDS = 20000 };
#ifdef __clang__
#define EACH_CHAIN _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++)
#else
#define EACH_CHAIN _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++)
#endif
#define CEILING(name, attribute, V, SPLAT, FMA)                                             \
    attribute static void name(void *sink)                                                  \
    {                                                                                       \
        V c[CHAINS], a = SPLAT(0.999f), b = SPLAT(1e-3f);                                   \
        EACH_CHAIN c[i] = SPLAT((float)i);                                                  \
        for (int r = 0; r < ROUNDS; r++) {                                                  \
            __asm__ volatile("" : "+m"(*(char *)sink));                                     \
            EACH_CHAIN c[i] = FMA(c[i], a, b);                                              \
        }                                                                                   \
        V sum = c[0];                                                                       \
        EACH_CHAIN sum = FMA(sum, a, c[i]);                                                 \
        memcpy(sink, &sum, sizeof sum);                                                     \
    }
#if defined(__x86_64__)
#define MULTIPLY_ADD(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
CEILING(ceiling_base, , __m128, _mm_set1_ps, MULTIPLY_ADD)
CEILING(ceiling_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps, _mm256_fmadd_ps)
CEILING(ceiling_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps, _mm512_fmadd_ps)
static work *const ceilings[GN_ISA_COUNT] = {ceiling_base, ceiling_avx2, ceiling_avx512, NULL};
#elif defined(__aarch64__)
#define FUSED(a, b, c) vfmaq_f32(c, a, b)
CEILING(ceiling_neon, , float32x4_t, vdupq_n_f32, FUSED)
static work *const ceilings[GN_ISA_COUNT] = {ceiling_neon, NULL, NULL, ceiling_neon};
#else
static work *const ceilings[GN_ISA_COUNT] = {NULL};
#endif

static double ceiling(gn_isa isa, int lanes)
{
    char sink[64] = {0};
    return ceilings[isa] ? 2.0 * CHAINS * ROUNDS * lanes / median(ceilings[isa], sink) * 1e-9 : 0;
}

/* ---- products
 * --------------------------------------------------------------------------------------------------------- */

static const struct { const char *what; size_t m, n, k; char kind;
} products[] = {
    {"784-128 @64 forward", 64, 128, 784, 'f'},
    {"784-128 @64 dW", 128, 784, 64, 'w'},
    {"128-10 @64 forward", 64, 10, 128, 'f'},
    {"128-10 @64 dX", 64, 128, 10, 'x'},
    {"128-10 @64 dW", 10, 128, 64, 'w'},
    {"16-16 @32 forward", 32, 16, 16, 'f'},
    {"16-16 @1 forward", 1, 16, 16, 'f'},
    {"784-128 @1 forward", 1, 128, 784, 'f'},
    {"2048-2048 @64 forward", 64, 2048, 2048, 'f'},
    {"2048-2048 @64 dX", 64, 2048, 2048, 'x'},
    {"2048-2048 @64 dW", 2048, 2048, 64, 'w'},
};

typedef struct product { const gn_kernels *k; gn_gemm g; } product;
static void run_product(void *data)
{
    product *p = data;
    p->k->gemm(&p->g);
}

static void *numbers(size_t n, gn_type t)
{
    void *p = aligned_alloc(64, (n * gn_type_size(t) + 63) / 64 * 64);
    if (!p) exit(5);
    for (size_t i = 0; i < n; i++) {
        double v = (double)(i * 2654435761u % 1000) / 500 - 1;
        if (t == GN_F32) ((float *)p)[i] = (float)v;
        else ((double *)p)[i] = v;
    }
    return p;
}

/* Forward reads W by columns, dX by rows; dW reads G by columns. */
static void bench_product(const gn_kernels *k, size_t i, double top)
{
    size_t m = products[i].m, n = products[i].n, q = products[i].k;
    product p = {k, {.m = m, .n = n, .k = q, .ldc = n, .am = q, .ak = 1, .bk = n, .bn = 1}};
    if (products[i].kind == 'f') p.g.bk = 1, p.g.bn = q;
    if (products[i].kind == 'w') p.g.am = 1, p.g.ak = m;
    void *a = numbers(m * q, k->type), *b = numbers(q * n, k->type), *c = numbers(m * n, k->type),
         *pack = malloc(k->gemm_scratch(m, n, q));
    if (!pack) exit(5);
    p.g.a = a, p.g.b = b, p.g.c = c, p.g.pack = pack;
    double t = median(run_product, &p), rate = 2.0 * (double)(m * n * q) / t * 1e-9;
    printf("  %-24s %9.2f us %7.1f GFLOP/s %5.1f %%\n", products[i].what, t * 1e6, rate,
           top > 0 ? 100 * rate / top : 0);
    free(a), free(b), free(c), free(pack);
}

/* ---- elements
 * --------------------------------------------------------------------------------------------------------- */

enum { ELEMENTS = 4096 };
typedef struct elements {
    const gn_kernels *k;
    gn_pointwise op;
    gn_optimizer optimizer;
    void *x, *y, *g, *slot[GN_OPT_SLOTS];
} elements;

static void run_value(void *data)
{
    static const int step[3] = {1, 1, 1};
    elements *e = data;
    e->k->value[e->op](ELEMENTS, (const void *const[3]){e->x, e->g, e->g}, step,
                       gn_pointwise_table()[e->op].parameter_default, e->y);
}
static void run_slope(void *data)
{
    static const int step[3] = {1, 1, 1};
    elements *e = data;
    e->k->slope[e->op][0](ELEMENTS, (const void *const[3]){e->x, e->g, e->g}, step, e->x, e->g, 1,
                          gn_pointwise_table()[e->op].parameter_default, e->y);
}
static void run_update(void *data)
{
    static const double hyper[GN_OPT_HYPER] = {1e-3, 0.9, 0.999, 1e-8, 100, 0, 0};
    elements *e = data;
    e->k->update[e->optimizer](ELEMENTS, e->x, e->g, e->slot, hyper);
}

static void bench_elements(const gn_kernels *k)
{
    elements e = {.k = k,
                  .x = numbers(ELEMENTS, k->type),
                  .y = numbers(ELEMENTS, k->type),
                  .g = numbers(ELEMENTS, k->type)};
    for (int s = 0; s < GN_OPT_SLOTS; s++) e.slot[s] = numbers(ELEMENTS, k->type);
    printf("  ns an element (value, slope):");
    for (int op = 0; op < GN_P_COUNT; op++) {
        e.op = (gn_pointwise)op;
        printf("%s %s %.2f %.2f;", op % 6 == 0 ? "\n   " : "", gn_pointwise_table()[op].name,
               median(run_value, &e) / ELEMENTS * 1e9, median(run_slope, &e) / ELEMENTS * 1e9);
    }
    printf("\n  ns a weight:");
    for (int op = 0; op <= GN_OPT_adam; op++) {
        e.optimizer = (gn_optimizer)op;
        printf(" %s %.2f;", gn_optimizer_table()[op].name, median(run_update, &e) / ELEMENTS * 1e9);
    }
    puts("");
    for (int s = 0; s < GN_OPT_SLOTS; s++) free(e.slot[s]);
    free(e.x), free(e.y), free(e.g);
}

int main(int argc, char **argv)
{
    for (int isa = 0; isa < GN_ISA_COUNT; isa++) {
        if (!gn_isa_available((gn_isa)isa) || (argc > 1 && strcmp(argv[1], gn_isa_name((gn_isa)isa)) != 0)) continue;
        for (int mode = 0; mode < 4; mode++) {
            const gn_kernels *k = gn_kernels_get((gn_isa)isa, mode / 2 ? GN_F64 : GN_F32, mode % 2);
            double top = ceiling((gn_isa)isa, k->lanes);
            printf("%s %s %s, multiply-add in registers %.0f GFLOP/s\n", gn_isa_name((gn_isa)isa),
                   mode / 2 ? "float64" : "float32", mode % 2 ? "exact" : "fast", top);
            for (size_t i = 0; i < GN_COUNT(products); i++) bench_product(k, i, top);
            bench_elements(k);
        }
    }
    return 0;
}
