/* memory.c -- checked sizes, the allocator seam, and arenas.
 *
 * Invariant: every block of the library comes from the context's allocator, and a size that does not fit is refused
 * before anything is asked for. */
#include "context.h"

#include <string.h>

enum { GN_LINE = 64, GN_CHUNK_LEAST = 4096, GN_CHUNK_MOST = 1 << 20 };

bool gn_size_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    if (!__builtin_mul_overflow(a, b, out)) return true;
    *out = UINT64_MAX;
    return false;
}

bool gn_size_add(uint64_t a, uint64_t b, uint64_t *out)
{
    if (!__builtin_add_overflow(a, b, out)) return true;
    *out = UINT64_MAX;
    return false;
}

/* count*size as a size_t that leaves room for `extra` and for pointer differences. */
static bool block_size(size_t count, size_t size, size_t extra, size_t *out)
{
    uint64_t bytes;
    if (!gn_size_mul(count, size, &bytes) || !gn_size_add(bytes, extra, &bytes) || bytes > PTRDIFF_MAX) return false;
    *out = (size_t)bytes;
    return true;
}

static void *out_of_memory(gn_context *ctx, size_t count, size_t size)
{
    uint64_t bytes;
    if (gn_size_mul(count, size, &bytes))
        gn_fail(ctx, GN_E_MEMORY, "out of memory: %llu bytes were needed", (unsigned long long)bytes);
    else
        gn_fail(ctx, GN_E_MEMORY, "out of memory: %llu times %llu bytes were needed", (unsigned long long)count,
                (unsigned long long)size);
    return NULL;
}

void *gn_resize(gn_context *ctx, void *old, size_t count, size_t size)
{
    size_t bytes;
    if (!block_size(count, size, 0, &bytes)) return out_of_memory(ctx, count, size);
    void *p = ctx->alloc(ctx->alloc_user, old, bytes ? bytes : 1);
    return p ? p : out_of_memory(ctx, count, size);
}

void *gn_alloc(gn_context *ctx, size_t size)
{
    return gn_resize(ctx, NULL, 1, size);
}

void *gn_alloc_array(gn_context *ctx, size_t count, size_t size)
{
    return gn_resize(ctx, NULL, count, size);
}

void *gn_calloc(gn_context *ctx, size_t count, size_t size)
{
    void *p = gn_resize(ctx, NULL, count, size);
    if (p) memset(p, 0, count * size);
    return p;
}

void gn_free(gn_context *ctx, void *block)
{
    if (block) ctx->alloc(ctx->alloc_user, block, 0);
}

/* The block as the allocator gave it stands in the word before the aligned one. */
void *gn_calloc_aligned(gn_context *ctx, size_t count, size_t size)
{
    size_t bytes;
    if (!block_size(count, size, GN_LINE + sizeof(void *), &bytes)) return out_of_memory(ctx, count, size);
    unsigned char *raw = gn_alloc(ctx, bytes);
    if (!raw) return NULL;
    unsigned char *p = raw + sizeof(void *);
    p += -(uintptr_t)p & (GN_LINE - 1);
    memcpy(p - sizeof(void *), &raw, sizeof raw);
    memset(p, 0, count * size);
    return p;
}

void gn_free_aligned(gn_context *ctx, void *block)
{
    void *raw;
    if (!block) return;
    memcpy(&raw, (unsigned char *)block - sizeof(void *), sizeof raw);
    gn_free(ctx, raw);
}

char *gn_copy_text(gn_context *ctx, const char *text, size_t length)
{
    size_t bytes;
    if (!block_size(length, 1, 1, &bytes)) return out_of_memory(ctx, length, 1);
    char *p = gn_alloc(ctx, bytes);
    if (!p) return NULL;
    if (length) memcpy(p, text, length);
    p[length] = '\0';
    return p;
}

/* ---- arenas ---- */

struct gn_chunk {
    struct gn_chunk *next;
    size_t size, used;          /* of the bytes that follow */
};

void gn_arena_init(gn_arena *arena, gn_context *ctx)
{
    *arena = (gn_arena){ .ctx = ctx };
}

/* The block in a chunk, or NULL when it does not fit. */
static void *chunk_take(struct gn_chunk *c, size_t bytes, size_t align)
{
    unsigned char *base = (unsigned char *)(c + 1);
    size_t gap = -(uintptr_t)(base + c->used) & (align - 1);
    if (c->size - c->used < gap || c->size - c->used - gap < bytes) return NULL;
    void *p = base + c->used + gap;
    c->used += gap + bytes;
    return p;
}

static size_t next_chunk_size(const gn_arena *arena)
{
    size_t size = arena->first ? arena->first->size : GN_CHUNK_LEAST / 2;
    return size >= GN_CHUNK_MOST / 2 ? GN_CHUNK_MOST : 2 * size;
}

/* A new chunk goes first; a block too large to share one stands behind, so that the room left in the first is still
 * used. */
static struct gn_chunk *chunk_add(gn_arena *arena, size_t bytes)
{
    size_t size = next_chunk_size(arena), total;
    bool own = bytes > size / 2;
    if (own) size = bytes;
    if (!block_size(1, size, sizeof(struct gn_chunk), &total)) return out_of_memory(arena->ctx, 1, size);
    struct gn_chunk *c = gn_alloc(arena->ctx, total);
    if (!c) return NULL;
    bool behind = own && arena->first;
    *c = (struct gn_chunk){ behind ? arena->first->next : arena->first, size, 0 };
    if (behind) arena->first->next = c;
    else arena->first = c;
    return c;
}

void *gn_arena_alloc(gn_arena *arena, size_t count, size_t size)
{
    size_t bytes, room;
    if (!block_size(count, size, 0, &bytes) || !block_size(1, bytes, GN_LINE, &room))
        return out_of_memory(arena->ctx, count, size);
    if (bytes == 0) bytes = 1;
    size_t align = bytes >= GN_LINE ? GN_LINE : 16;
    void *p = arena->first ? chunk_take(arena->first, bytes, align) : NULL;
    if (!p) {
        struct gn_chunk *c = chunk_add(arena, bytes + GN_LINE);
        if (!c) return NULL;
        p = chunk_take(c, bytes, align);
    }
    return memset(p, 0, bytes);
}

char *gn_arena_text(gn_arena *arena, const char *text, size_t length)
{
    size_t bytes;
    if (!block_size(length, 1, 1, &bytes)) return out_of_memory(arena->ctx, length, 1);
    char *p = gn_arena_alloc(arena, bytes, 1);
    if (p && length) memcpy(p, text, length);
    return p;
}

void gn_arena_free(gn_arena *arena)
{
    for (struct gn_chunk *c = arena->first, *next; c; c = next) {
        next = c->next;
        gn_free(arena->ctx, c);
    }
    arena->first = NULL;
}
