/* formula_test.h -- what the tests of the expression language share: a context with an arena, random numbers, and short
 * ways to ask. */
#ifndef FORMULA_TEST_H
#define FORMULA_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "formula/formula.h"
#include "formula/row.h"

typedef struct bench { gn_context *ctx; gn_arena arena; } bench;

static inline int bench_start(void **state)
{
    static bench b;
    if (gn_context_new(NULL, &b.ctx) != GN_OK) return -1;
    gn_arena_init(&b.arena, b.ctx);
    *state = &b;
    return 0;
}

static inline int bench_end(void **state)
{
    bench *b = *state;
    gn_arena_free(&b->arena);
    gn_context_free(b->ctx);
    return 0;
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, bench_start, bench_end)

static inline const gn_formula *parse(bench *b, const char *text)
{
    const gn_formula *f;
    if (gn_formula_parse(&b->arena, text, strlen(text), &f) != GN_OK)
        fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
    return f;
}

static inline const gn_formula *derive(bench *b, const gn_formula *f, const char *name)
{
    const gn_formula *d;
    if (gn_formula_derive(&b->arena, f, name, &d) != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
    return d;
}

static inline const gn_formula *simplify(bench *b, const gn_formula *f)
{
    const gn_formula *s;
    if (gn_formula_simplify(&b->arena, f, &s) != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
    return s;
}

/* The text lives as long as the arena. */
static inline const char *text_of(bench *b, const gn_formula *f, void (*print)(gn_text *, const gn_formula *))
{
    gn_text t;
    gn_text_init(&t, b->ctx);
    print(&t, f);
    assert_int_equal(gn_text_done(&t), GN_OK);
    const char *copy = gn_arena_text(&b->arena, t.at, t.length);
    gn_text_free(&t);
    return copy;
}

static inline double eval(bench *b, const gn_formula *f, const gn_binding *bound, size_t count)
{
    double out;
    if (gn_formula_eval(b->ctx, f, bound, count, &out) != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
    return out;
}

/* xorshift; a test's draws are its own. */
static inline uint32_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

static inline double draw_in(uint64_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * (draw(seed) / 4294967296.0);
}

#endif
