/* base.h -- what every room stands on: the context, errors as values, memory, checked sizes.
 *
 * Invariant: a function that can fail says so in its status and leaves one record in the context; nothing below `cli`
 * prints, exits, or keeps global mutable state. */
#ifndef GN_BASE_H
#define GN_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "glassnet.h"

#define GN_COUNT(a) (sizeof(a) / sizeof *(a))
#define GN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define GN_TRY(call)                        \
    do {                                    \
        gn_status gn_try_s = (call);        \
        if (gn_try_s != GN_OK) return gn_try_s; \
    } while (0)

/* Every code of defs/error.def: GN_E_CSV_RAGGED and so on. */
typedef enum gn_code {
    GN_E_NONE,
#define E(id, text, status, about) GN_E_##id,
#include "../defs/error.def"
#undef E
    GN_E_COUNT
} gn_code;

const char *gn_code_text(gn_code code);      /* "CSV-RAGGED" */
gn_status gn_code_status(gn_code code);      /* GN_BAD_DATA */
const char *gn_code_about(gn_code code);     /* the long explanation */
gn_code gn_code_find(const char *text);      /* GN_E_NONE when unknown */

/* ---- errors --------------------------------------------------------------------------------------------------- */

/* A place in a file: text files have a line and a column from 1 (0: not known), binary files a byte offset. */
typedef struct gn_place {
    const char *file;
    uint64_t line, column, offset;
    bool has_offset;
} gn_place;

/* Record a failure and return its status. Formats are printf's for text and integers; put a floating-point number in
 * with gn_num and foreign text with gn_show, so that neither the locale nor a file's bytes reach the message. */
gn_status gn_fail(gn_context *ctx, gn_code code, const char *fmt, ...) GN_PRINTF(3, 4);
gn_status gn_fail_at(gn_context *ctx, gn_code code, gn_place at, const char *fmt, ...) GN_PRINTF(4, 5);
/* Add a hint to the failure just recorded; returns that failure's status. */
gn_status gn_hint(gn_context *ctx, const char *fmt, ...) GN_PRINTF(2, 3);
void gn_note(gn_context *ctx, const char *fmt, ...) GN_PRINTF(2, 3);
void gn_warn(gn_context *ctx, const char *fmt, ...) GN_PRINTF(2, 3);
void gn_clear_error(gn_context *ctx);

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* All memory comes from the context's allocator. NULL on failure, with the GN_E_MEMORY record set. Sizes of 0 give a
 * unique block. gn_alloc_array checks count*size. */
void *gn_alloc(gn_context *ctx, size_t size);                       /* not cleared */
void *gn_calloc(gn_context *ctx, size_t count, size_t size);        /* cleared */
void *gn_alloc_array(gn_context *ctx, size_t count, size_t size);   /* not cleared */
void *gn_resize(gn_context *ctx, void *old, size_t count, size_t size);
void gn_free(gn_context *ctx, void *block);
/* 64-byte aligned and cleared; free with gn_free_aligned. */
void *gn_calloc_aligned(gn_context *ctx, size_t count, size_t size);
void gn_free_aligned(gn_context *ctx, void *block);
char *gn_copy_text(gn_context *ctx, const char *text, size_t length);

/* An arena: blocks that live and die together. Cleared memory, aligned to 64 bytes when size >= 64, else to 16. */
typedef struct gn_arena {
    gn_context *ctx;
    struct gn_chunk *first;
} gn_arena;
void gn_arena_init(gn_arena *arena, gn_context *ctx);
void *gn_arena_alloc(gn_arena *arena, size_t count, size_t size);   /* NULL on failure, error recorded */
char *gn_arena_text(gn_arena *arena, const char *text, size_t length);
void gn_arena_free(gn_arena *arena);

/* The only way to compute a size. false on overflow; *out is then UINT64_MAX. */
bool gn_size_mul(uint64_t a, uint64_t b, uint64_t *out);
bool gn_size_add(uint64_t a, uint64_t b, uint64_t *out);

/* ---- the context's settings ----------------------------------------------------------------------------------- */

int gn_context_threads(const gn_context *ctx);
int gn_context_isa(const gn_context *ctx);              /* as gn_isa in kernel/kernel.h; -1: the best there is */
void gn_context_set_isa(gn_context *ctx, int level);
bool gn_context_exact(const gn_context *ctx);           /* the mode with the same bits on every instruction set */
bool gn_stop_requested(const gn_context *ctx);
void gn_clear_stop(gn_context *ctx);                    /* forget a request that has been obeyed */
struct gn_pool *gn_context_pool(gn_context *ctx);       /* see pool.h */
const struct gn_vfs *gn_context_vfs(const gn_context *ctx); /* see file.h */
/* NULL: the system's. It must outlive the context. This is how a test makes files fail. */
void gn_context_set_vfs(gn_context *ctx, const struct gn_vfs *vfs);

#endif
