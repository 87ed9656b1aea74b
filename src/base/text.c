/* text.c -- the growing buffer.
 *
 * Invariant: the buffer ends in NUL at any time, and an append that failed leaves it as it was. */
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Stands for the bytes of a buffer that holds none; capacity 0 says that it is not the buffer's own, and it is never
 * written. */
static const char nothing[1] = "";

void gn_text_init(gn_text *t, gn_context *ctx)
{
    *t = (gn_text){ .ctx = ctx, .at = (char *)(uintptr_t)nothing };
}

void gn_text_free(gn_text *t)
{
    if (t->capacity) gn_free(t->ctx, t->at);
    gn_text_init(t, t->ctx);
}

void gn_text_clear(gn_text *t)
{
    t->length = 0;
    t->failed = false;
    if (t->capacity) t->at[0] = '\0';
}

/* Make room for `more` bytes and the NUL. */
static bool reserve(gn_text *t, size_t more)
{
    uint64_t need;
    if (t->failed) return false;
    if (gn_size_add(t->length, more, &need) && need < t->capacity) return true;
    uint64_t size = t->capacity ? t->capacity : 64;
    while (size <= need && size < UINT64_MAX / 2) size *= 2;
    char *p = gn_resize(t->ctx, t->capacity ? t->at : NULL, size > SIZE_MAX ? SIZE_MAX : (size_t)size, 1);
    if (!p) {
        t->failed = true;
        return false;
    }
    t->at = p;
    t->capacity = (size_t)size;
    return true;
}

void gn_text_add(gn_text *t, const char *bytes, size_t length)
{
    if (!reserve(t, length)) return;
    if (length) memcpy(t->at + t->length, bytes, length);
    t->length += length;
    t->at[t->length] = '\0';
}

void gn_text_puts(gn_text *t, const char *s)
{
    gn_text_add(t, s, strlen(s));
}

void gn_text_printf(gn_text *t, const char *fmt, ...)
{
    va_list args;
    if (!reserve(t, 64)) return;
    va_start(args, fmt);
    int n = vsnprintf(t->at + t->length, t->capacity - t->length, fmt, args);
    va_end(args);
    if (n > 0 && (size_t)n >= t->capacity - t->length) {
        t->at[t->length] = '\0';
        if (!reserve(t, (size_t)n)) return;
        va_start(args, fmt);
        n = vsnprintf(t->at + t->length, t->capacity - t->length, fmt, args);
        va_end(args);
    }
    if (n > 0) t->length += (size_t)n;
    t->at[t->length] = '\0';
}

gn_status gn_text_done(gn_text *t)
{
    return t->failed ? GN_NO_MEMORY : GN_OK;
}
