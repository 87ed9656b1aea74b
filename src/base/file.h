/* file.h -- files and streams through a seam that a test can make fail, the one checked cursor that every reader stands
 * on, and writing that leaves the old file or the new one, never a part.
 *
 * Invariant: no parser does pointer arithmetic of its own; a cursor never moves past the bytes that exist. */
#ifndef GN_FILE_H
#define GN_FILE_H

#include "base.h"
#include "text.h"

/* By path, `link` says that the path itself is a symbolic link (set even when it leads nowhere); the rest is what it
 * leads to. */
typedef struct gn_filestat { uint64_t size; bool regular, folder, link; unsigned mode; } gn_filestat;

/* The seam: each call returns 0 or more, or -errno. */
typedef struct gn_vfs {
    void *user;
    int (*open)(void *user, const char *path, int flags, int mode); /* a descriptor >= 3 */
    int64_t (*read)(void *user, int fd, void *to, size_t size);
    int64_t (*write)(void *user, int fd, const void *from, size_t size);
    int (*sync)(void *user, int fd);
    int (*close)(void *user, int fd);
    int (*rename)(void *user, const char *from, const char *to);
    int (*remove)(void *user, const char *path);
    int (*sync_folder)(void *user, const char *path);
    int (*status)(void *user, const char *path, int fd, gn_filestat *out); /* by path, or by fd when path is NULL */
} gn_vfs;
const gn_vfs *gn_vfs_system(void);           /* the operating system's; gn_context_set_vfs puts in another */
const char *gn_errno_text(int error);        /* plain English, whatever the locale */

/* Bytes that exist, in memory. Owned: freed by gn_bytes_free. */
typedef struct gn_bytes {
    const uint8_t *at;
    uint64_t size;
    void *owned;
} gn_bytes;

/* A source of bytes that are not all in memory: a file, standard input ("-"), or memory; gzip is undone on the way
 * when the first bytes say so (by `data`). */
typedef struct gn_source {
    gn_context *ctx;
    const char *name;        /* for messages: the path, or "<stdin>" */
    int fd;                  /* -1 for memory */
    bool ended;
    uint64_t size_hint;      /* file size when it is a regular file, else 0 */
    uint64_t taken;          /* bytes handed out so far */
    gn_bytes memory;
    /* 0 at the end, <0: error recorded (a filter may replace it) */
    int64_t (*pull)(struct gn_source *s, void *to, size_t size);
    void *filter;
    void (*close_filter)(struct gn_source *s);
} gn_source;
gn_status gn_source_open(gn_context *ctx, const char *path, gn_source *out);   /* "-" is standard input */
gn_status gn_source_memory(gn_context *ctx, const char *name, const void *at, uint64_t size, gn_source *out);
int64_t gn_source_read(gn_source *s, void *to, size_t size);   /* fills as far as there are bytes; <0: error recorded */
void gn_source_close(gn_source *s);
/* Everything, growing with what arrives and never past `limit` bytes (code GN_E_FILE_LIMIT). */
gn_status gn_source_all(gn_source *s, uint64_t limit, gn_bytes *out);
gn_status gn_read_file(gn_context *ctx, const char *path, uint64_t limit, gn_bytes *out);
void gn_bytes_free(gn_context *ctx, gn_bytes *b);

/* The cursor. A read past the end fails with `short_code` at the present offset. */
typedef struct gn_cursor {
    gn_context *ctx;
    const char *name;
    const uint8_t *at;
    uint64_t size, offset;
    gn_code short_code;
} gn_cursor;
gn_cursor gn_cursor_make(gn_context *ctx, const char *name, gn_bytes bytes, gn_code short_code);
gn_place gn_cursor_place(const gn_cursor *c);
uint64_t gn_cursor_left(const gn_cursor *c);
/* Fails unless n bytes are left: "WHAT needs 8 bytes, 3 left". */
gn_status gn_need(gn_cursor *c, uint64_t n, const char *what);
gn_status gn_take_u8(gn_cursor *c, uint8_t *out);
gn_status gn_take_u16le(gn_cursor *c, uint16_t *out);
gn_status gn_take_u32le(gn_cursor *c, uint32_t *out);
gn_status gn_take_u64le(gn_cursor *c, uint64_t *out);
gn_status gn_take_u32be(gn_cursor *c, uint32_t *out);
gn_status gn_take_bytes(gn_cursor *c, uint64_t n, const uint8_t **out); /* a view */
gn_status gn_skip(gn_cursor *c, uint64_t n);
int gn_peek(const gn_cursor *c, uint64_t ahead); /* a byte, or -1 past the end */

/* Writing. The bytes go to PATH.tmp.PID beside the target and are renamed over it when whole and synced; "-" is
 * standard output, written as it comes. */
typedef struct gn_sink {
    gn_context *ctx;
    const char *path;
    char *temporary;
    int fd;
    uint64_t written;
    size_t filled;
    unsigned char *buffer;
    bool failed;
} gn_sink;
gn_status gn_sink_open(gn_context *ctx, const char *path, gn_sink *out);
gn_status gn_sink_write(gn_sink *s, const void *from, size_t size);
/* Sync, close, rename. On failure the old file is untouched and the temporary removed; only when nothing but the
 * folder could not be synced does the new file stand. */
gn_status gn_sink_commit(gn_sink *s);
void gn_sink_abandon(gn_sink *s);
gn_status gn_sink_flush(gn_sink *s);   /* hand what is buffered to the system; for streams */

#endif
