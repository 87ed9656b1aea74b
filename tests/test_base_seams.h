/* test_base_seams.h -- the seams of base rigged for tests: an allocator that fails at a chosen allocation and counts
 * what is not given back, and files that fail at a chosen call. */
#ifndef TEST_BASE_SEAMS_H
#define TEST_BASE_SEAMS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/file.h"

/* fail_at: the allocation (from 1) that fails; 0: none. sticky: those after it too. */
typedef struct rig_alloc { long calls, fail_at, live; bool sticky; } rig_alloc;

static inline void *rigged_alloc(void *user, void *old, size_t size)
{
    rig_alloc *r = user;
    if (size == 0) {
        if (old) r->live--;
        free(old);
        return NULL;
    }
    r->calls++;
    if (r->fail_at && (r->calls == r->fail_at || (r->sticky && r->calls > r->fail_at))) return NULL;
    void *p = realloc(old, size);
    if (p && !old) r->live++;
    return p;
}

static inline gn_context *rigged_context(rig_alloc *r, int threads)
{
    gn_context_settings s;
    gn_context *ctx;
    gn_context_defaults(&s);
    s.threads = threads;
    s.alloc = rigged_alloc;
    s.alloc_user = r;
    return gn_context_new(&s, &ctx) == GN_OK ? ctx : NULL;
}

/* `n` allocations more, and then none. */
static inline void rig_leave(rig_alloc *r, long n)
{
    r->fail_at = r->calls + n + 1;
    r->sticky = true;
}

/* Which call of which kind fails, how, and how much a call moves. */
typedef enum rig_call {
    RIG_OPEN, RIG_READ, RIG_WRITE, RIG_SYNC, RIG_CLOSE, RIG_RENAME, RIG_SYNC_FOLDER, RIG_STATUS, RIG_CALLS
} rig_call;
typedef struct rig_files {
    rig_call call;
    long fail_at, calls[RIG_CALLS];
    int error;
    size_t most;            /* bytes a read or a write moves at most; 0: no limit */
    bool interrupt;         /* every second call is interrupted */
    long open;              /* descriptors not closed */
} rig_files;

static inline int rig_fault(rig_files *r, rig_call call)
{
    r->calls[call]++;
    if (r->fail_at && r->call == call && r->calls[call] == r->fail_at) return -r->error;
    return r->interrupt && call != RIG_CLOSE && call != RIG_RENAME && call != RIG_SYNC_FOLDER && call != RIG_STATUS
        && r->calls[call] % 2 ? -EINTR : 0;
}

static inline int rig_open(void *user, const char *path, int flags, int mode)
{
    rig_files *r = user;
    int fault = rig_fault(r, RIG_OPEN);
    int fd = fault ? fault : gn_vfs_system()->open(NULL, path, flags, mode);
    if (fd >= 0) r->open++;
    return fd;
}

static inline int64_t rig_read(void *user, int fd, void *to, size_t size)
{
    rig_files *r = user;
    int fault = rig_fault(r, RIG_READ);
    return fault ? fault : gn_vfs_system()->read(NULL, fd, to, r->most && size > r->most ? r->most : size);
}

static inline int64_t rig_write(void *user, int fd, const void *from, size_t size)
{
    rig_files *r = user;
    int fault = rig_fault(r, RIG_WRITE);
    return fault ? fault : gn_vfs_system()->write(NULL, fd, from, r->most && size > r->most ? r->most : size);
}

static inline int rig_sync(void *user, int fd)
{
    int fault = rig_fault(user, RIG_SYNC);
    return fault ? fault : gn_vfs_system()->sync(NULL, fd);
}

/* A close that fails gives the descriptor back all the same. */
static inline int rig_close(void *user, int fd)
{
    rig_files *r = user;
    int fault = rig_fault(r, RIG_CLOSE), status = gn_vfs_system()->close(NULL, fd);
    r->open--;
    return fault ? fault : status;
}

static inline int rig_rename(void *user, const char *from, const char *to)
{
    int fault = rig_fault(user, RIG_RENAME);
    return fault ? fault : gn_vfs_system()->rename(NULL, from, to);
}

static inline int rig_remove(void *user, const char *path)
{
    (void)user;
    return gn_vfs_system()->remove(NULL, path);
}

static inline int rig_sync_folder(void *user, const char *path)
{
    int fault = rig_fault(user, RIG_SYNC_FOLDER);
    return fault ? fault : gn_vfs_system()->sync_folder(NULL, path);
}

static inline int rig_status(void *user, const char *path, int fd, gn_filestat *out)
{
    int fault = rig_fault(user, RIG_STATUS);
    return fault ? fault : gn_vfs_system()->status(NULL, path, fd, out);
}

static inline gn_vfs rigged_files(rig_files *r)
{
    return (gn_vfs){
        r, rig_open, rig_read, rig_write, rig_sync, rig_close, rig_rename, rig_remove, rig_sync_folder, rig_status,
    };
}

#endif
