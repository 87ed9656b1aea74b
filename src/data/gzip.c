/* gzip.c -- undoing gzip on the way from a source to its reader, and looking at first bytes.
 *
 * Invariant: memory is one input block and zlib's window, whatever the file inflates to; every byte handed out belongs
 * to a member whose checksum is verified before the end of the data is announced. */
#include "read.h"

#include <string.h>
#include <zlib.h>

enum { GN_GZ_BLOCK = 65536 };
/* The most that deflate can grow: 258 bytes for 2 bits, less the block headers (zlib's technical notes). */
enum { GN_GZ_RATIO = 1032 };

typedef enum gn_gz_state { GN_GZ_PLAIN, GN_GZ_MEMBER, GN_GZ_DONE } gn_gz_state;
typedef struct gn_gzip {
    gn_source inner;
    gn_gz_state state;
    bool inflating; /* z has been set up */
    z_stream z;
    size_t at, filled; /* of block: bytes not yet used are [at, filled) */
    size_t head_at, head_filled;
    uint8_t head[GN_HEAD]; /* decoded bytes that were looked at and not yet taken */
    uint8_t block[GN_GZ_BLOCK];
} gn_gzip;

static void *gz_alloc(void *ctx, unsigned count, unsigned size) { return gn_alloc_array(ctx, count, size); }

static void gz_free(void *ctx, void *block) { gn_free(ctx, block); }

/* A filter's close is given the outer source. */
static void gz_close(gn_source *s)
{
    gn_gzip *g = s->filter;
    if (!g) return;
    if (g->inflating) inflateEnd(&g->z);
    gn_source_close(&g->inner);
    gn_free(s->ctx, g);
    s->filter = NULL;
}

static gn_place gz_place(const gn_gzip *g)
{
    return (gn_place){ .file = g->inner.name, .offset = g->inner.taken - (g->filled - g->at), .has_offset = true };
}

/* Make sure that `want` bytes stand in the block, as far as the file has them. */
static gn_status gz_fill(gn_gzip *g, size_t want)
{
    if (g->filled - g->at >= want) return GN_OK;
    memmove(g->block, g->block + g->at, g->filled - g->at);
    g->filled -= g->at;
    g->at = 0;
    int64_t n = gn_source_read(&g->inner, g->block + g->filled, GN_GZ_BLOCK - g->filled);
    if (n < 0) return gn_last_error(g->inner.ctx)->status;
    g->filled += (size_t)n;
    return GN_OK;
}

static gn_status gz_start(gn_gzip *g)
{
    g->z.zalloc = gz_alloc;
    g->z.zfree = gz_free;
    g->z.opaque = g->inner.ctx;
    if (inflateInit2(&g->z, 15 + 16) != Z_OK)
        return gn_fail(g->inner.ctx, GN_E_MEMORY, "no memory to undo the compression of %s", g->inner.name);
    g->inflating = true;
    g->state = GN_GZ_MEMBER;
    return GN_OK;
}

/* zlib tells its reasons apart by text alone. */
static gn_status gz_broken(gn_gzip *g)
{
    gn_context *ctx = g->inner.ctx;
    const char *why = g->z.msg ? g->z.msg : "invalid data";
    if (strstr(why, "data check"))
        return gn_fail_at(ctx, GN_E_GZ_CRC, gz_place(g), "the checksum (CRC-32) of the decompressed data is wrong");
    if (strstr(why, "length check"))
        return gn_fail_at(ctx, GN_E_GZ_CRC, gz_place(g), "the length of the decompressed data is not the one recorded");
    if (strstr(why, "header") || strstr(why, "compression method") || strstr(why, "window size"))
        return gn_fail_at(ctx, GN_E_GZ_HEADER, gz_place(g), "gzip header refused: %s", why);
    return gn_fail_at(ctx, GN_E_GZ_DATA, gz_place(g), "compressed data cannot be undone: %s", why);
}

/* After a member: the end, another member, or bytes that are neither. */
static gn_status gz_next_member(gn_gzip *g)
{
    GN_TRY(gz_fill(g, 2));
    size_t left = g->filled - g->at;
    if (left == 0) {
        g->state = GN_GZ_DONE;
        return GN_OK;
    }
    if (left < 2 || g->block[g->at] != 0x1f || g->block[g->at + 1] != 0x8b) {
        uint64_t rest, all = left;
        bool exact = gn_source_bound(&g->inner, &rest) == GN_BOUND_EXACT;
        if (exact) all += rest;
        return gn_fail_at(g->inner.ctx, GN_E_GZ_TRAIL, gz_place(g), "%s%llu byte%s after the compressed data, not gzip",
                          exact ? "" : "at least ", (unsigned long long)all, all == 1 ? "" : "s");
    }
    inflateReset(&g->z);
    return GN_OK;
}

/* One call of inflate; *made bytes were produced. */
static gn_status gz_inflate(gn_gzip *g, void *to, size_t size, size_t *made)
{
    GN_TRY(gz_fill(g, 1));
    size_t room = size < (1u << 30) ? size : (1u << 30);
    g->z.next_in = g->block + g->at;
    g->z.avail_in = (unsigned)(g->filled - g->at);
    g->z.next_out = to;
    g->z.avail_out = (unsigned)room;
    int r = inflate(&g->z, Z_NO_FLUSH);
    *made = room - g->z.avail_out;
    bool dry = g->filled == g->at;
    g->at = g->filled - g->z.avail_in;
    if (r == Z_STREAM_END) return gz_next_member(g);
    if (r == Z_MEM_ERROR)
        return gn_fail(g->inner.ctx, GN_E_MEMORY, "no memory to undo the compression of %s", g->inner.name);
    if (r != Z_OK && r != Z_BUF_ERROR) return gz_broken(g);
    if (dry && *made == 0)
        return gn_fail_at(g->inner.ctx, GN_E_GZ_TRUNC, gz_place(g),
                          "the file ends in the middle of its compressed data");
    return GN_OK;
}

static int64_t gz_plain(gn_gzip *g, void *to, size_t size)
{
    size_t left = g->filled - g->at;
    if (left == 0) return gn_source_read(&g->inner, to, size);
    size_t n = left < size ? left : size;
    memcpy(to, g->block + g->at, n);
    g->at += n;
    return (int64_t)n;
}

/* Decoded bytes, past the head. */
static int64_t gz_decode(gn_gzip *g, void *to, size_t size)
{
    if (g->state == GN_GZ_PLAIN) return gz_plain(g, to, size);
    size_t made = 0;
    while (made == 0 && g->state == GN_GZ_MEMBER)
        if (gz_inflate(g, to, size, &made) != GN_OK) return -1;
    return (int64_t)made;
}

static int64_t gz_pull(gn_source *s, void *to, size_t size)
{
    gn_gzip *g = s->filter;
    if (size == 0) return 0;
    size_t left = g->head_filled - g->head_at;
    if (left == 0) return gz_decode(g, to, size);
    size_t n = left < size ? left : size;
    memcpy(to, g->head + g->head_at, n);
    g->head_at += n;
    return (int64_t)n;
}

int64_t gn_data_peek(gn_source *s, void *to, size_t n)
{
    if (s->pull != gz_pull) return 0;
    gn_gzip *g = s->filter;
    if (n > GN_HEAD - g->head_at) n = GN_HEAD - g->head_at;
    while (g->head_filled - g->head_at < n) {
        int64_t got = gz_decode(g, g->head + g->head_filled, n - (g->head_filled - g->head_at));
        if (got < 0) return -1;
        if (got == 0) break;
        g->head_filled += (size_t)got;
    }
    size_t have = g->head_filled - g->head_at;
    if (have > n) have = n;
    memcpy(to, g->head + g->head_at, have);
    return (int64_t)have;
}

gn_bound_kind gn_source_bound(const gn_source *s, uint64_t *bytes)
{
    *bytes = 0;
    if (s->pull == gz_pull) {
        const gn_gzip *g = s->filter;
        uint64_t head = g->head_filled - g->head_at, kept = g->filled - g->at, left;
        gn_bound_kind kind = gn_source_bound(&g->inner, &left);
        if (kind == GN_BOUND_NONE) return kind;
        if (g->state == GN_GZ_PLAIN) {
            *bytes = head + kept + left;
            return kind;
        }
        /* zlib holds up to a window of decoded bytes and a few bits of input back. */
        if (!gn_size_mul(left + kept + 64, GN_GZ_RATIO, bytes) || !gn_size_add(*bytes, head + 65536, bytes))
            *bytes = UINT64_MAX;
        return GN_BOUND_MOST;
    }
    uint64_t size = s->fd < 0 ? s->memory.size : s->size_hint;
    if (s->filter || (s->fd >= 0 && s->size_hint == 0)) return GN_BOUND_NONE;
    *bytes = size > s->taken ? size - s->taken : 0;
    return GN_BOUND_EXACT;
}

gn_status gn_source_gunzip(gn_context *ctx, gn_source *inner, gn_source *out)
{
    *out = (gn_source){ .ctx = ctx, .fd = -1 };
    gn_gzip *g = gn_calloc(ctx, 1, sizeof *g);
    if (!g) {
        gn_source_close(inner);
        return GN_NO_MEMORY;
    }
    g->inner = *inner;
    *out = (gn_source){
        .ctx = ctx, .name = inner->name, .fd = -1, .pull = gz_pull, .filter = g, .close_filter = gz_close
    };
    gn_status s = gz_fill(g, 2);
    if (s == GN_OK && g->filled >= 2 && g->block[0] == 0x1f && g->block[1] == 0x8b) s = gz_start(g);
    if (s == GN_OK && g->state == GN_GZ_PLAIN) out->size_hint = inner->size_hint;
    if (s != GN_OK) {
        gz_close(out);
        *out = (gn_source){ .ctx = ctx, .fd = -1 };
    }
    return s;
}

gn_status gn_open_data(gn_context *ctx, const char *path, gn_source *out)
{
    gn_source inner;
    *out = (gn_source){ .ctx = ctx, .fd = -1 };
    GN_TRY(gn_source_open(ctx, path, &inner));
    return gn_source_gunzip(ctx, &inner, out);
}
