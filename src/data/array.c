/* array.c -- elements of array files: from any of their types and either byte order to the types of this program.
 *
 * Invariant: the file's bytes are read into the end of the array's own block and widened in place from the front (an
 * element is never narrower in memory than in the file), so that a large array exists once. */
#include "read.h"

#include <string.h>

enum { GN_CELLS_FIRST = 1 << 20 /* bytes asked for before a pipe has shown that it has more */ };

static const struct {
    uint8_t size;
    uint8_t element;
} cell_row[] = {
    [GN_CELL_U1] = { 1, GN_EL_U8 },  [GN_CELL_I1] = { 1, GN_EL_F32 }, [GN_CELL_B1] = { 1, GN_EL_U8 },
    [GN_CELL_U2] = { 2, GN_EL_F32 }, [GN_CELL_I2] = { 2, GN_EL_F32 }, [GN_CELL_U4] = { 4, GN_EL_F64 },
    [GN_CELL_I4] = { 4, GN_EL_F64 }, [GN_CELL_U8] = { 8, GN_EL_F64 }, [GN_CELL_I8] = { 8, GN_EL_F64 },
    [GN_CELL_F2] = { 2, GN_EL_F32 }, [GN_CELL_F4] = { 4, GN_EL_F32 }, [GN_CELL_F8] = { 8, GN_EL_F64 },
};

size_t gn_cell_size(gn_cell c) { return cell_row[c].size; }
gn_element gn_cell_element(gn_cell c) { return (gn_element)cell_row[c].element; }
size_t gn_element_size(gn_element e) { return e == GN_EL_U8 ? 1 : e == GN_EL_F32 ? 4 : 8; }

void gn_array_free(gn_context *ctx, gn_array *a)
{
    if (a->at) gn_free_aligned(ctx, a->at);
    *a = (gn_array){ 0 };
}

double gn_array_get(const gn_array *a, uint64_t i)
{
    switch (a->type) {
    case GN_EL_U8: return ((const uint8_t *)a->at)[i];
    case GN_EL_F32: return (double)((const float *)a->at)[i];
    default: return ((const double *)a->at)[i];
    }
}

bool gn_looks_html(const uint8_t *at, size_t n)
{
    static const char *const start[] = { "<!doctype", "<html", "<head", "<?xml" };
    while (n > 0 && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++, n--;
    for (size_t k = 0; k < GN_COUNT(start); k++) {
        size_t length = strlen(start[k]), i = 0;
        while (i < length && i < n && (at[i] | (at[i] >= 'A' && at[i] <= 'Z' ? 0x20 : 0)) == (uint8_t)start[k][i]) i++;
        if (i == length) return true;
    }
    return false;
}

static uint64_t load(const uint8_t *at, size_t size, bool big)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++) v |= (uint64_t)at[i] << 8 * (big ? size - 1 - i : i);
    return v;
}

static float half_to_float(uint64_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (uint32_t)(h >> 10) & 31, mantissa = (uint32_t)h & 1023,
             bits;
    if (exponent == 31) bits = sign | 0x7f800000u | mantissa << 13;
    else if (exponent) bits = sign | (exponent + 112) << 23 | mantissa << 13;
    else {
        float small = (float)mantissa * 0x1p-24f; /* subnormal or 0: exact */
        return sign ? -small : small;
    }
    float f;
    memcpy(&f, &bits, 4);
    return f;
}

static float as_float(uint64_t bits)
{
    uint32_t b = (uint32_t)bits;
    float f;
    memcpy(&f, &b, 4);
    return f;
}

static double as_double(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, 8);
    return d;
}

static double cell_value(gn_cell cell, uint64_t v)
{
    switch (cell) {
    case GN_CELL_I1: return (int8_t)v;
    case GN_CELL_I2: return (int16_t)v;
    case GN_CELL_I4: return (int32_t)v;
    case GN_CELL_I8: return (double)(int64_t)v;
    case GN_CELL_F2: return (double)half_to_float(v);
    case GN_CELL_F8: return as_double(v);
    default: return (double)v;
    }
}

/* 64-bit integers that a double cannot hold are counted, so that the change is said. */
static bool cell_inexact(gn_cell cell, uint64_t v)
{
    if (cell == GN_CELL_I8) {
        uint64_t magnitude = (int64_t)v < 0 ? 0 - v : v;
        v = magnitude;
    } else if (cell != GN_CELL_U8) return false;
    if (v <= UINT64_C(1) << 53) return false;
    while ((v & 1) == 0) v >>= 1;
    return v > UINT64_C(1) << 53;
}

/* From the raw bytes at the end of the block to elements from its front. */
static uint64_t widen(const gn_cells *c, gn_array *a, const uint8_t *raw)
{
    size_t size = gn_cell_size(c->cell);
    uint64_t inexact = 0;
    if (c->cell == GN_CELL_U1) return 0;
    for (uint64_t i = 0; i < c->count; i++) {
        uint64_t v = load(raw + i * size, size, c->big);
        if (a->type == GN_EL_U8) ((uint8_t *)a->at)[i] = v != 0;
        else if (c->cell == GN_CELL_F4) ((float *)a->at)[i] = as_float(v);
        else if (a->type == GN_EL_F32) ((float *)a->at)[i] = (float)cell_value(c->cell, v);
        else {
            inexact += cell_inexact(c->cell, v);
            ((double *)a->at)[i] = cell_value(c->cell, v);
        }
    }
    return inexact;
}

static gn_status too_short(gn_context *ctx, const gn_source *s, const gn_cells *c, uint64_t have, bool at_most)
{
    uint64_t header = c->with_header ? c->header : 0;
    gn_place at = { .file = s->name, .offset = c->header + have, .has_offset = true };
    return gn_fail_at(ctx, c->size_code, at, "header promises %llu bytes, file has %s%llu: %llu of %llu bytes",
                      (unsigned long long)(c->bytes + header), at_most ? "at most " : "",
                      (unsigned long long)(have + header), (unsigned long long)(have + header),
                      (unsigned long long)(c->bytes + header));
}

/* All the bytes through a block that grows with them: for pipes, whose size is not known. */
static gn_status grow(gn_context *ctx, gn_source *s, const gn_cells *c, uint8_t **raw)
{
    uint64_t have = 0, room = c->bytes < GN_CELLS_FIRST ? c->bytes : GN_CELLS_FIRST;
    uint8_t *block = gn_alloc(ctx, room);
    while (block && have < c->bytes) {
        if (have == room) {
            room = c->bytes - room < room ? c->bytes : 2 * room;
            uint8_t *larger = gn_resize(ctx, block, room, 1);
            if (!larger) break;
            block = larger;
        }
        int64_t n = gn_source_read(s, block + have, room - have);
        if (n <= 0) {
            gn_free(ctx, block);
            return n < 0 ? gn_last_error(ctx)->status : too_short(ctx, s, c, have, false);
        }
        have += (uint64_t)n;
    }
    if (have == c->bytes && block) {
        *raw = block;
        return GN_OK;
    }
    gn_free(ctx, block);
    return GN_NO_MEMORY;
}

static gn_status into_place(gn_context *ctx, gn_source *s, const gn_cells *c, gn_array *a, uint64_t *inexact)
{
    uint8_t *raw = (uint8_t *)a->at + c->count * (gn_element_size(a->type) - gn_cell_size(c->cell));
    int64_t n = gn_source_read(s, raw, c->bytes);
    if (n < 0) return gn_last_error(ctx)->status;
    if ((uint64_t)n < c->bytes) return too_short(ctx, s, c, (uint64_t)n, false);
    *inexact = widen(c, a, raw);
    return GN_OK;
}

gn_status gn_cells_read(gn_context *ctx, gn_source *source, const gn_cells *c, gn_array *a)
{
    uint64_t bound, inexact = 0;
    gn_bound_kind kind = gn_source_bound(source, &bound);
    if (kind != GN_BOUND_NONE && bound < c->bytes) return too_short(ctx, source, c, bound, kind == GN_BOUND_MOST);
    a->type = gn_cell_element(c->cell);
    a->size = c->count;
    uint8_t *raw = NULL;
    if (kind == GN_BOUND_NONE) GN_TRY(grow(ctx, source, c, &raw));
    a->at = gn_calloc_aligned(ctx, c->count, gn_element_size(a->type));
    gn_status s = a->at ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK && raw) {
        if (c->cell == GN_CELL_U1) memcpy(a->at, raw, c->bytes);
        inexact = widen(c, a, raw);
    } else if (s == GN_OK) s = into_place(ctx, source, c, a, &inexact);
    gn_free(ctx, raw);
    if (s != GN_OK) gn_array_free(ctx, a);
    else if (inexact)
        gn_warn(ctx, "%s: %llu integer%s not exactly representable in float64", source->name,
                (unsigned long long)inexact, inexact == 1 ? "" : "s");
    return s;
}

int64_t gn_source_rest(gn_source *source, bool *more)
{
    uint8_t room[4096];
    uint64_t left;
    *more = false;
    if (gn_source_bound(source, &left) == GN_BOUND_EXACT) return left > INT64_MAX ? INT64_MAX : (int64_t)left;
    int64_t all = 0;
    while (all < 65536) {
        int64_t n = gn_source_read(source, room, sizeof room);
        if (n < 0) return -1;
        if (n == 0) return all;
        all += n;
    }
    *more = true;
    return all;
}
