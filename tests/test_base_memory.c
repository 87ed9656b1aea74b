/* test_base_memory.c -- checked sizes, blocks, arenas and buffers; every allocation of some scenarios fails once. */
#include "test_base_seams.h"

#include <stdio.h>
#include "base/option.h"
#include "base/pool.h"
#include "base/text.h"

static void sizes_do_not_wrap(void **state)
{
    (void)state;
    uint64_t v;
    assert_true(gn_size_mul(UINT32_MAX, UINT32_MAX, &v) && v == 18446744065119617025u);
    assert_false(gn_size_mul(4611686018427387905u, 4, &v));
    assert_true(v == UINT64_MAX);
    assert_true(gn_size_add(UINT64_MAX, 0, &v) && v == UINT64_MAX);
    assert_false(gn_size_add(UINT64_MAX, 1, &v));
    assert_true(v == UINT64_MAX);
}

static void impossible_sizes_are_refused(void **state)
{
    (void)state;
    rig_alloc r = { 0 };
    gn_context *ctx = rigged_context(&r, 1);
    gn_arena a;
    gn_arena_init(&a, ctx);
    long before = r.calls;
    assert_null(gn_alloc_array(ctx, SIZE_MAX / 2, 4));
    assert_int_equal(gn_last_error(ctx)->status, GN_NO_MEMORY);
    gn_clear_error(ctx);
    assert_null(gn_calloc(ctx, SIZE_MAX, 1));
    assert_null(gn_calloc_aligned(ctx, SIZE_MAX - 20, 1));
    assert_null(gn_resize(ctx, NULL, SIZE_MAX, SIZE_MAX));
    assert_null(gn_arena_alloc(&a, SIZE_MAX, 2));
    assert_null(gn_arena_alloc(&a, SIZE_MAX - 40, 1));
    assert_null(gn_arena_text(&a, "", SIZE_MAX));
    assert_null(gn_copy_text(ctx, "", SIZE_MAX));
    assert_int_equal(gn_last_error(ctx)->status, GN_NO_MEMORY);
    assert_int_equal(r.calls, before);
    gn_arena_free(&a);
    gn_context_free(ctx);
    assert_int_equal(r.live, 0);
}

static void blocks_are_as_promised(void **state)
{
    (void)state;
    rig_alloc r = { 0 };
    gn_context *ctx = rigged_context(&r, 1);
    void *a = gn_alloc(ctx, 0), *b = gn_calloc(ctx, 0, 8);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    gn_free(ctx, a);
    gn_free(ctx, b);
    gn_free(ctx, NULL);
    for (size_t n = 0; n < 300; n += 7) {
        unsigned char *p = gn_calloc_aligned(ctx, n, 3);
        assert_int_equal((uintptr_t)p % 64, 0);
        for (size_t i = 0; i < 3 * n; i++) assert_int_equal(p[i], 0);
        memset(p, 1, 3 * n);
        gn_free_aligned(ctx, p);
    }
    gn_free_aligned(ctx, NULL);
    char *text = gn_copy_text(ctx, "a\0b", 3);
    assert_memory_equal(text, "a\0b", 4);
    gn_free(ctx, text);
    gn_context_free(ctx);
    assert_int_equal(r.live, 0);
}

/* Blocks are cleared, aligned, apart from each other, and few allocations serve many of them. */
static void arenas_hold_many_blocks(void **state)
{
    (void)state;
    enum { BLOCKS = 2000 };
    static struct { unsigned char *at; size_t size; } block[BLOCKS];
    rig_alloc r = { 0 };
    gn_context *ctx = rigged_context(&r, 1);
    gn_arena a;
    gn_arena_init(&a, ctx);
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i].size = i % 97 == 0 ? 100000 : i * 7 % 200;
        block[i].at = gn_arena_alloc(&a, block[i].size, 1);
        assert_int_equal((uintptr_t)block[i].at % (block[i].size >= 64 ? 64 : 16), 0);
        for (size_t k = 0; k < block[i].size; k++) assert_int_equal(block[i].at[k], 0);
        memset(block[i].at, (int)(i % 251), block[i].size);
    }
    for (size_t i = 0; i < BLOCKS; i++)
        for (size_t k = 0; k < block[i].size; k++) assert_int_equal(block[i].at[k], i % 251);
    assert_true(r.live < 60);
    assert_string_equal(gn_arena_text(&a, "text and more", 4), "text");
    gn_arena_free(&a);
    gn_arena_free(&a);
    gn_context_free(ctx);
    assert_int_equal(r.live, 0);
}

static void buffers_grow(void **state)
{
    (void)state;
    gn_context *ctx;
    gn_text t;
    char want[40];
    gn_context_new(NULL, &ctx);
    gn_text_init(&t, ctx);
    assert_string_equal(t.at, "");
    gn_text_add(&t, "", 0);
    assert_string_equal(t.at, "");
    for (int i = 0; i < 1000; i++) gn_text_printf(&t, "%d,", i);
    assert_int_equal(gn_text_done(&t), GN_OK);
    assert_int_equal(t.length, 3890);
    assert_int_equal(strlen(t.at), t.length);
    gn_text_clear(&t);
    assert_string_equal(t.at, "");
    static char big[5001];
    memset(big, 'x', 5000);
    gn_text_puts(&t, "<");
    gn_text_printf(&t, "%s>", big);
    assert_int_equal(t.length, 5002);
    assert_int_equal(t.at[5001], '>');
    snprintf(want, sizeof want, "%c%.3s", t.at[0], t.at + 1);
    assert_string_equal(want, "<xxx");
    gn_text_free(&t);
    gn_text_free(&t);
    gn_context_free(ctx);
}

/* ---- out of memory, everywhere ---- */

static gn_status write_text(gn_context *ctx)
{
    gn_text t;
    gn_text_init(&t, ctx);
    for (int i = 0; i < 3000; i++) gn_text_printf(&t, "%d ", i);
    gn_text_puts(&t, "end");
    gn_status s = gn_text_done(&t);
    gn_text_free(&t);
    return s;
}

static gn_status fill_arena(gn_context *ctx)
{
    gn_arena a;
    gn_status s = GN_OK;
    gn_arena_init(&a, ctx);
    for (int i = 0; i < 500 && s == GN_OK; i++)
        if (!gn_arena_alloc(&a, (size_t)i, 17) || !gn_arena_text(&a, "name", 4)) s = GN_NO_MEMORY;
    gn_arena_free(&a);
    return s;
}

static gn_status set_options(gn_context *ctx)
{
    static const char *const set[][2] = {
        { "lr", "0.1" }, { "layers", "64" }, { "layers", "32" }, { "lr", "1e-3" }, { "quiet", NULL },
    };
    gn_options *o;
    gn_status s = gn_options_new(ctx, &o);
    for (size_t i = 0; i < GN_COUNT(set) && s == GN_OK; i++) s = gn_options_set(o, set[i][0], set[i][1]);
    gn_options_free(o);
    return s;
}

static gn_status read_whole_file(gn_context *ctx)
{
    gn_bytes b;
    gn_status s = gn_read_file(ctx, "/proc/self/maps", 1 << 20, &b);
    gn_bytes_free(ctx, &b);
    return s;
}

static gn_status write_device(gn_context *ctx)
{
    gn_sink k;
    GN_TRY(gn_sink_open(ctx, "/dev/null", &k));
    for (int i = 0; i < 10000; i++) gn_sink_write(&k, "0123456789", 10);
    return gn_sink_commit(&k);
}

static gn_status write_file(gn_context *ctx)
{
    gn_sink k;
    GN_TRY(gn_sink_open(ctx, "test_base_memory.out", &k));
    gn_status s = gn_sink_write(&k, "x", 1);
    if (s == GN_OK) s = gn_sink_commit(&k);
    remove("test_base_memory.out");
    return s;
}

static gn_status nothing(gn_context *ctx)
{
    (void)ctx;
    return GN_OK;
}

static void fail_each(gn_status (*scenario)(gn_context *), bool sticky)
{
    rig_alloc count = { 0 };
    gn_context *ctx = rigged_context(&count, 3);
    long made = count.calls;
    assert_int_equal(scenario(ctx), GN_OK);
    gn_context_free(ctx);
    assert_int_equal(count.live, 0);
    for (long k = 1; k <= count.calls; k++) {
        rig_alloc r = { .fail_at = k, .sticky = sticky };
        ctx = rigged_context(&r, 3);
        if (k <= made) assert_null(ctx);
        else {
            assert_int_equal(scenario(ctx), GN_NO_MEMORY);
            assert_string_equal(gn_last_error(ctx)->code, "MEMORY");
            r.fail_at = 0;
            gn_clear_error(ctx);
            assert_int_equal(scenario(ctx), GN_OK);
        }
        gn_context_free(ctx);
        assert_int_equal(r.live, 0);
    }
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    static gn_status (*const scenario[])(gn_context *) = {
        nothing, write_text, fill_arena, set_options, read_whole_file, write_device, write_file,
    };
    for (size_t i = 0; i < GN_COUNT(scenario); i++) {
        fail_each(scenario[i], false);
        fail_each(scenario[i], true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(impossible_sizes_are_refused),
        cmocka_unit_test(blocks_are_as_promised),
        cmocka_unit_test(arenas_hold_many_blocks),
        cmocka_unit_test(buffers_grow),
        cmocka_unit_test(every_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
