/* cursor.c -- the one place where a reader's position moves.
 *
 * Invariant: offset <= size; a read that would pass the end moves nothing, leaves its output 0, and records the
 * reader's code. */
#include "file.h"

gn_cursor gn_cursor_make(gn_context *ctx, const char *name, gn_bytes bytes, gn_code short_code)
{
    return (gn_cursor){ ctx, name, bytes.at, bytes.size, 0, short_code };
}

gn_place gn_cursor_place(const gn_cursor *c)
{
    return (gn_place){ .file = c->name, .offset = c->offset, .has_offset = true };
}

uint64_t gn_cursor_left(const gn_cursor *c)
{
    return c->size - c->offset;
}

gn_status gn_need(gn_cursor *c, uint64_t n, const char *what)
{
    uint64_t left = gn_cursor_left(c);
    if (n <= left) return GN_OK;
    return gn_fail_at(c->ctx, c->short_code, gn_cursor_place(c), "%s needs %llu byte%s, %llu left", what,
                      (unsigned long long)n, n == 1 ? "" : "s", (unsigned long long)left);
}

/* n <= 8 bytes, least significant first or last. */
static gn_status take_number(gn_cursor *c, unsigned n, bool big, uint64_t *out)
{
    *out = 0;
    GN_TRY(gn_need(c, n, "a number"));
    for (unsigned i = 0; i < n; i++) *out |= (uint64_t)c->at[c->offset + i] << 8 * (big ? n - 1 - i : i);
    c->offset += n;
    return GN_OK;
}

gn_status gn_take_u8(gn_cursor *c, uint8_t *out)
{
    uint64_t v;
    gn_status s = take_number(c, 1, false, &v);
    *out = (uint8_t)v;
    return s;
}

gn_status gn_take_u16le(gn_cursor *c, uint16_t *out)
{
    uint64_t v;
    gn_status s = take_number(c, 2, false, &v);
    *out = (uint16_t)v;
    return s;
}

gn_status gn_take_u32le(gn_cursor *c, uint32_t *out)
{
    uint64_t v;
    gn_status s = take_number(c, 4, false, &v);
    *out = (uint32_t)v;
    return s;
}

gn_status gn_take_u64le(gn_cursor *c, uint64_t *out)
{
    return take_number(c, 8, false, out);
}

gn_status gn_take_u32be(gn_cursor *c, uint32_t *out)
{
    uint64_t v;
    gn_status s = take_number(c, 4, true, &v);
    *out = (uint32_t)v;
    return s;
}

gn_status gn_take_bytes(gn_cursor *c, uint64_t n, const uint8_t **out)
{
    *out = NULL;
    GN_TRY(gn_need(c, n, "this part"));
    *out = c->at + c->offset;
    c->offset += n;
    return GN_OK;
}

gn_status gn_skip(gn_cursor *c, uint64_t n)
{
    GN_TRY(gn_need(c, n, "what is passed over"));
    c->offset += n;
    return GN_OK;
}

int gn_peek(const gn_cursor *c, uint64_t ahead)
{
    return ahead < gn_cursor_left(c) ? c->at[c->offset + ahead] : -1;
}
