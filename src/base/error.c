/* error.c -- the table of codes, and the one record of what went wrong that a context holds.
 *
 * Invariant: whatever a file or a caller puts into a message, the record is valid UTF-8 without control bytes, and
 * recording it cannot fail. */
#include "context.h"

#include <stdio.h>
#include <string.h>

typedef struct code_row {
    const char *text, *about;
    gn_status status;
} code_row;

static const code_row rows[GN_E_COUNT] = {
    { "", "Nothing has failed.", GN_OK },
#define E(id, text, status, about) { text, about, status },
#include "../defs/error.def"
#undef E
};

static const code_row *row_of(gn_code code)
{
    return &rows[(unsigned)code < GN_E_COUNT ? code : GN_E_NONE];
}

const char *gn_code_text(gn_code code)
{
    return row_of(code)->text;
}

gn_status gn_code_status(gn_code code)
{
    return row_of(code)->status;
}

const char *gn_code_about(gn_code code)
{
    return row_of(code)->about;
}

gn_code gn_code_find(const char *text)
{
    if (!text || !*text) return GN_E_NONE;
    for (int i = 1; i < GN_E_COUNT; i++)
        if (strcmp(rows[i].text, text) == 0) return (gn_code)i;
    return GN_E_NONE;
}

const char *gn_explain_code(const char *code)
{
    gn_code c = gn_code_find(code);
    return c == GN_E_NONE ? NULL : gn_code_about(c);
}

/* Format into a room of its own first: an argument may be part of the record that is about to be replaced. */
static void write_clean(char *room, size_t size, bool lines, const char *fmt, va_list args) GN_PRINTF(4, 0);
static void write_clean(char *room, size_t size, bool lines, const char *fmt, va_list args)
{
    char raw[GN_MESSAGE_ROOM];
    int n = vsnprintf(raw, sizeof raw, fmt, args);
    if (n < 0) n = 0;
    size_t length = (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    gn_clean(room, size, raw, length, SIZE_MAX, lines);
}

static void write_where(gn_context *ctx, gn_place at)
{
    gn_clean(ctx->where, GN_WHERE_ROOM - 64, at.file ? at.file : "", at.file ? strlen(at.file) : 0, SIZE_MAX, false);
    size_t n = strlen(ctx->where), left = GN_WHERE_ROOM - n;
    const char *gap = n ? " " : "";
    if (at.has_offset)
        snprintf(ctx->where + n, left, "%s@%llu", gap, (unsigned long long)at.offset);
    else if (at.line && at.column)
        snprintf(ctx->where + n, left, "%s%llu:%llu", n ? ":" : "", (unsigned long long)at.line,
                 (unsigned long long)at.column);
    else if (at.line)
        snprintf(ctx->where + n, left, "%s%llu", n ? ":" : "", (unsigned long long)at.line);
}

static gn_status record(gn_context *ctx, gn_code code)
{
    ctx->code = code;
    ctx->hint[0] = '\0';
    ctx->error = (gn_error){ gn_code_status(code), gn_code_text(code), ctx->where, ctx->message, ctx->hint };
    return ctx->error.status;
}

gn_status gn_fail(gn_context *ctx, gn_code code, const char *fmt, ...)
{
    if (!ctx) return gn_code_status(code);
    va_list args;
    va_start(args, fmt);
    write_clean(ctx->message, GN_MESSAGE_ROOM, false, fmt, args);
    va_end(args);
    ctx->where[0] = '\0';
    return record(ctx, code);
}

gn_status gn_fail_at(gn_context *ctx, gn_code code, gn_place at, const char *fmt, ...)
{
    if (!ctx) return gn_code_status(code);
    va_list args;
    va_start(args, fmt);
    write_clean(ctx->message, GN_MESSAGE_ROOM, false, fmt, args);
    va_end(args);
    write_where(ctx, at);
    return record(ctx, code);
}

/* A hint may run over several lines: a caret stands under the place that an expression went wrong. */
gn_status gn_hint(gn_context *ctx, const char *fmt, ...)
{
    if (!ctx) return GN_OK;
    va_list args;
    va_start(args, fmt);
    write_clean(ctx->hint, GN_HINT_ROOM, true, fmt, args);
    va_end(args);
    return ctx->error.status;
}

static void say(gn_context *ctx, gn_log_level level, const char *fmt, va_list args) GN_PRINTF(3, 0);
static void say(gn_context *ctx, gn_log_level level, const char *fmt, va_list args)
{
    char text[GN_MESSAGE_ROOM];
    write_clean(text, sizeof text, true, fmt, args);
    ctx->log(ctx->log_user, level, text);
}

void gn_note(gn_context *ctx, const char *fmt, ...)
{
    if (!ctx || !ctx->log) return;
    va_list args;
    va_start(args, fmt);
    say(ctx, GN_LOG_NOTE, fmt, args);
    va_end(args);
}

void gn_warn(gn_context *ctx, const char *fmt, ...)
{
    if (!ctx || !ctx->log) return;
    va_list args;
    va_start(args, fmt);
    say(ctx, GN_LOG_WARNING, fmt, args);
    va_end(args);
}

void gn_clear_error(gn_context *ctx)
{
    if (!ctx) return;
    ctx->where[0] = ctx->message[0] = '\0';
    record(ctx, GN_E_NONE);
}

const gn_error *gn_last_error(const gn_context *ctx)
{
    static const gn_error none = { GN_OK, "", "", "", "" };
    return ctx ? &ctx->error : &none;
}
