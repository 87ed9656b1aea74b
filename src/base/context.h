/* context.h -- the inside of a context, for the files of this room alone.
 *
 * Invariant: recording an error allocates nothing, so that running out of memory can be recorded too. */
#ifndef GN_BASE_CONTEXT_H
#define GN_BASE_CONTEXT_H

#include <stdatomic.h>
#include "base.h"

enum { GN_WHERE_ROOM = 768, GN_MESSAGE_ROOM = 1024, GN_HINT_ROOM = 1024 };

struct gn_context {
    gn_alloc_fn alloc;
    void *alloc_user;
    gn_log_fn log;
    void *log_user;
    int threads;
    int isa;                    /* -1: auto */
    bool exact;
    atomic_int stop;
    const struct gn_vfs *vfs;
    struct gn_pool *pool;       /* NULL with one thread */
    gn_code code;
    gn_error error;
    char where[GN_WHERE_ROOM], message[GN_MESSAGE_ROOM], hint[GN_HINT_ROOM];
};

/* No threads are started before there is work for them. */
gn_status gn_pool_new(gn_context *ctx, int threads, struct gn_pool **out);
void gn_pool_free(gn_context *ctx, struct gn_pool *pool);

/* Copy text into room: control bytes, invalid UTF-8 and directional overrides become \xNN, a newline stays when
 * `lines`; what does not fit ends in "...". */
void gn_clean(char *room, size_t size, const char *text, size_t length, size_t characters, bool lines);

#endif
