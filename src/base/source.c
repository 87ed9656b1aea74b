/* source.c -- bytes that come from a file, standard input or memory, and the reading of whole files.
 *
 * Invariant: memory grows with the bytes that have arrived, never with a size that somebody claims; an interrupted
 * or short read is carried on, and a regular file that ends before its size is an error. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { GN_GROW_LEAST = 65536 };

static gn_status refused(gn_context *ctx, gn_code code, const char *name, int64_t error)
{
    return gn_fail_at(ctx, code, (gn_place){ .file = name }, "%s", gn_errno_text((int)-error));
}

static int64_t file_pull(gn_source *s, void *to, size_t size)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    int64_t n;
    if (size > PTRDIFF_MAX) size = PTRDIFF_MAX;
    do n = vfs->read(vfs->user, s->fd, to, size);
    while (n == -EINTR);
    if (n < 0) {
        refused(s->ctx, GN_E_IO_READ, s->name, n);
        return -1;
    }
    if (n == 0 && s->taken < s->size_hint) {
        gn_fail_at(s->ctx, GN_E_IO_READ, (gn_place){ .file = s->name, .offset = s->taken, .has_offset = true },
                   "file changed while reading: it had %llu bytes and ends after %llu",
                   (unsigned long long)s->size_hint, (unsigned long long)s->taken);
        return -1;
    }
    return n;
}

static int64_t memory_pull(gn_source *s, void *to, size_t size)
{
    uint64_t left = s->memory.size - s->taken;
    if (size > left) size = (size_t)left;
    if (size) memcpy(to, s->memory.at + s->taken, size);
    return (int64_t)size;
}

/* Opening a folder for reading succeeds; it is told apart before the first read. */
gn_status gn_source_open(gn_context *ctx, const char *path, gn_source *out)
{
    const gn_vfs *vfs = gn_context_vfs(ctx);
    bool standard = strcmp(path, "-") == 0;
    *out = (gn_source){ .ctx = ctx, .name = standard ? "<stdin>" : path, .fd = -1 };
    int fd = 0;
    if (!standard)
        do fd = vfs->open(vfs->user, path, O_RDONLY, 0);
        while (fd == -EINTR);
    if (fd < 0) return refused(ctx, GN_E_IO_OPEN, out->name, fd);
    gn_filestat stat;
    int status = vfs->status(vfs->user, NULL, fd, &stat);
    if (status == 0 && stat.folder) status = -EISDIR;
    if (status < 0) {
        if (!standard) vfs->close(vfs->user, fd);
        return refused(ctx, GN_E_IO_OPEN, out->name, status);
    }
    out->fd = fd;
    out->pull = file_pull;
    out->size_hint = stat.regular && !standard ? stat.size : 0;
    return GN_OK;
}

gn_status gn_source_memory(gn_context *ctx, const char *name, const void *at, uint64_t size, gn_source *out)
{
    *out = (gn_source){ .ctx = ctx, .name = name, .fd = -1, .size_hint = size, .pull = memory_pull };
    out->memory = (gn_bytes){ at, size, NULL };
    return GN_OK;
}

int64_t gn_source_read(gn_source *s, void *to, size_t size)
{
    size_t have = 0;
    while (have < size && !s->ended) {
        int64_t n = s->pull ? s->pull(s, (unsigned char *)to + have, size - have) : 0;
        if (n < 0) return n;
        s->ended = n == 0;
        have += (size_t)n;
        s->taken += (uint64_t)n;
    }
    return (int64_t)have;
}

void gn_source_close(gn_source *s)
{
    if (s->close_filter) s->close_filter(s);
    const gn_vfs *vfs = s->ctx ? gn_context_vfs(s->ctx) : NULL;
    if (s->fd > 0) vfs->close(vfs->user, s->fd);
    s->fd = -1;
    s->pull = NULL;
    s->close_filter = NULL;
}

/* One byte past the limit is asked for, so that a file of just the limit passes. */
static gn_status read_growing(gn_source *s, uint64_t limit, unsigned char **block, uint64_t *size)
{
    uint64_t room = (s->size_hint < limit ? s->size_hint : limit) + 1;
    for (;;) {
        if (room < GN_GROW_LEAST && s->size_hint == 0) room = GN_GROW_LEAST;
        if (room > limit + 1) room = limit + 1;
        unsigned char *p = gn_resize(s->ctx, *block, room > SIZE_MAX ? SIZE_MAX : (size_t)room, 1);
        if (!p) return GN_NO_MEMORY;
        *block = p;
        int64_t n = gn_source_read(s, p + *size, (size_t)(room - *size));
        if (n < 0) return gn_last_error(s->ctx)->status;
        *size += (uint64_t)n;
        if (*size > limit)
            return gn_fail_at(s->ctx, GN_E_FILE_LIMIT, (gn_place){ .file = s->name }, "larger than %llu bytes",
                              (unsigned long long)limit);
        if (*size < room) return GN_OK;
        room += room / 2 + GN_GROW_LEAST;
    }
}

gn_status gn_source_all(gn_source *s, uint64_t limit, gn_bytes *out)
{
    unsigned char *block = NULL;
    uint64_t size = 0;
    *out = (gn_bytes){ 0 };
    if (limit > PTRDIFF_MAX / 2) limit = PTRDIFF_MAX / 2;
    gn_status status = read_growing(s, limit, &block, &size);
    if (status != GN_OK) gn_free(s->ctx, block);
    else *out = (gn_bytes){ block, size, block };
    return status;
}

gn_status gn_read_file(gn_context *ctx, const char *path, uint64_t limit, gn_bytes *out)
{
    gn_source s;
    *out = (gn_bytes){ 0 };
    GN_TRY(gn_source_open(ctx, path, &s));
    gn_status status = gn_source_all(&s, limit, out);
    gn_source_close(&s);
    return status;
}

void gn_bytes_free(gn_context *ctx, gn_bytes *b)
{
    gn_free(ctx, b->owned);
    *b = (gn_bytes){ 0 };
}
