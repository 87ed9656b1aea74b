/* sink.c -- writing so that the old file or the new one stands at the path, never a part.
 *
 * Invariant: until the rename the target is untouched; on every way out but success the temporary is removed. What
 * is not a regular file (a pipe, a device, standard output) is written as it comes. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { GN_SINK_ROOM = 65536, GN_TEMPORARY_TRIES = 100 };

static gn_status refused(gn_context *ctx, gn_code code, const char *path, int64_t error)
{
    return gn_fail_at(ctx, code, (gn_place){ .file = path }, "%s", gn_errno_text((int)-error));
}

static int open_again(const gn_vfs *vfs, const char *path, int flags, unsigned mode)
{
    int fd;
    do fd = vfs->open(vfs->user, path, flags, (int)mode);
    while (fd == -EINTR);
    return fd;
}

/* PATH.tmp.PID, with a number when an earlier process of that number, or another thread, left one. */
static gn_status open_temporary(gn_sink *s, unsigned mode)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    size_t room = strlen(s->path) + 64;
    s->temporary = gn_alloc(s->ctx, room);
    if (!s->temporary) return GN_NO_MEMORY;
    int fd = -EEXIST;
    for (int i = 0; i < GN_TEMPORARY_TRIES && fd == -EEXIST; i++) {
        if (i == 0) snprintf(s->temporary, room, "%s.tmp.%ld", s->path, (long)getpid());
        else snprintf(s->temporary, room, "%s.tmp.%ld.%d", s->path, (long)getpid(), i);
        fd = open_again(vfs, s->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    }
    if (fd >= 0) {
        s->fd = fd;
        return GN_OK;
    }
    gn_free(s->ctx, s->temporary);
    s->temporary = NULL;
    return refused(s->ctx, GN_E_IO_OPEN, s->path, fd);
}

static gn_status open_stream(gn_sink *s)
{
    int fd = open_again(gn_context_vfs(s->ctx), s->path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0) return refused(s->ctx, GN_E_IO_OPEN, s->path, fd);
    s->fd = fd;
    return GN_OK;
}

static gn_status open_target(gn_sink *s)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    gn_filestat stat = { 0 };
    int status = vfs->status(vfs->user, s->path, -1, &stat);
    bool exists = status == 0;
    if (!exists && status != -ENOENT) return refused(s->ctx, GN_E_IO_OPEN, s->path, status);
    if (exists && stat.folder) return refused(s->ctx, GN_E_IO_OPEN, s->path, -EISDIR);
    if (exists && !stat.regular) return open_stream(s);
    if (stat.link) {
        gn_fail_at(s->ctx, GN_E_IO_OPEN, (gn_place){ .file = s->path },
                   "is a symbolic link; nothing is written through one");
        return gn_hint(s->ctx, "name the file that it leads to, or remove the link");
    }
    return open_temporary(s, exists ? stat.mode : 0666);
}

gn_status gn_sink_open(gn_context *ctx, const char *path, gn_sink *out)
{
    bool standard = strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
    *out = (gn_sink){ .ctx = ctx, .path = standard ? "<stdout>" : path, .fd = standard ? 1 : -1 };
    out->buffer = gn_alloc(ctx, GN_SINK_ROOM);
    gn_status status = out->buffer ? GN_OK : GN_NO_MEMORY;
    if (status == GN_OK && *path == '\0') status = refused(ctx, GN_E_IO_OPEN, path, -ENOENT);
    if (status == GN_OK && !standard) status = open_target(out);
    if (status != GN_OK) gn_sink_abandon(out);
    return status;
}

/* A write of nothing that says it went well would go on for ever; it is taken for a full device. */
static gn_status write_all(gn_sink *s, const unsigned char *from, size_t size)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    while (size && !s->failed) {
        int64_t n = vfs->write(vfs->user, s->fd, from, size);
        if (n == -EINTR) continue;
        if (n <= 0) {
            s->failed = true;
            return refused(s->ctx, GN_E_IO_WRITE, s->path, n ? n : -ENOSPC);
        }
        from += n;
        size -= (size_t)n;
    }
    return s->failed ? GN_IO : GN_OK;
}

gn_status gn_sink_flush(gn_sink *s)
{
    size_t filled = s->filled;
    s->filled = 0;
    return write_all(s, s->buffer, filled);
}

gn_status gn_sink_write(gn_sink *s, const void *from, size_t size)
{
    s->written += size;
    if (size > GN_SINK_ROOM - s->filled) GN_TRY(gn_sink_flush(s));
    if (size >= GN_SINK_ROOM) return write_all(s, from, size);
    if (size) memcpy(s->buffer + s->filled, from, size);
    s->filled += size;
    return s->failed ? GN_IO : GN_OK;
}

/* Close, and put an error of the system's in status when there is none yet: some file systems report a full disk
 * here. */
static void close_target(gn_sink *s, gn_status *status)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    int fd = s->fd;
    s->fd = -1;
    if (fd < 3) return;
    int n = vfs->close(vfs->user, fd);
    if (n < 0 && *status == GN_OK) *status = refused(s->ctx, GN_E_IO_WRITE, s->path, n);
}

static void release(gn_sink *s)
{
    gn_free(s->ctx, s->buffer);
    gn_free(s->ctx, s->temporary);
    s->buffer = NULL;
    s->temporary = NULL;
    s->filled = 0;
}

void gn_sink_abandon(gn_sink *s)
{
    gn_status ignored = GN_IO;
    close_target(s, &ignored);
    if (s->temporary) {
        const gn_vfs *vfs = gn_context_vfs(s->ctx);
        vfs->remove(vfs->user, s->temporary);
    }
    release(s);
}

static gn_status sync_again(gn_sink *s)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    int n;
    do n = vfs->sync(vfs->user, s->fd);
    while (n == -EINTR);
    return n < 0 ? refused(s->ctx, GN_E_IO_WRITE, s->path, n) : GN_OK;
}

/* The folder's entry is synced too: without it the rename may be lost with the power. */
static gn_status put_in_place(gn_sink *s)
{
    const gn_vfs *vfs = gn_context_vfs(s->ctx);
    int n = vfs->rename(vfs->user, s->temporary, s->path);
    if (n < 0) return refused(s->ctx, GN_E_IO_WRITE, s->path, n);
    const char *slash = strrchr(s->path, '/');
    size_t length = slash ? (slash == s->path ? 1 : (size_t)(slash - s->path)) : 1;
    memcpy(s->temporary, slash ? s->path : ".", length);
    s->temporary[length] = '\0';
    n = vfs->sync_folder(vfs->user, s->temporary);
    gn_free(s->ctx, s->temporary);
    s->temporary = NULL;
    return n < 0 ? refused(s->ctx, GN_E_IO_WRITE, s->path, n) : GN_OK;
}

gn_status gn_sink_commit(gn_sink *s)
{
    gn_status status = gn_sink_flush(s);
    if (status == GN_OK && s->temporary) status = sync_again(s);
    close_target(s, &status);
    if (status == GN_OK && s->temporary) status = put_in_place(s);
    gn_sink_abandon(s);
    return status;
}
