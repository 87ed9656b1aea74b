/* idx.c -- reads IDX, the format of the MNIST files: 00 00, type, dimensions, then the elements big-endian.
 *
 * Invariant: the product of the dimensions is compared with the bytes that exist before memory is asked for; a file
 * with one byte more or less than its header says is refused. */
#include "read.h"

#include <math.h>
#include <string.h>

enum { GN_IDX_RANK = 8 };

typedef struct idx_reader {
    gn_context *ctx;
    gn_source *source;
    uint64_t offset; /* of the header's bytes taken so far */
    gn_cell cell;
    gn_array *out;
} idx_reader;

static gn_place place(const idx_reader *r, uint64_t offset)
{
    return (gn_place){ .file = r->source->name, .offset = offset, .has_offset = true };
}

static bool idx_cell(uint8_t code, gn_cell *cell)
{
    static const struct {
        uint8_t code, cell;
    } known[] = { { 0x08, GN_CELL_U1 }, { 0x09, GN_CELL_I1 }, { 0x0B, GN_CELL_I2 },
                  { 0x0C, GN_CELL_I4 }, { 0x0D, GN_CELL_F4 }, { 0x0E, GN_CELL_F8 } };
    for (size_t i = 0; i < GN_COUNT(known); i++)
        if (known[i].code == code) {
            *cell = (gn_cell)known[i].cell;
            return true;
        }
    return false;
}

static uint32_t be32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint64_t swapped(uint64_t v) { return (v & 255) << 24 | (v >> 8 & 255) << 16 | (v >> 16 & 255) << 8 | v >> 24; }

/* 00 00, the type, the number of dimensions. An HTML page is told apart while its first bytes are at hand. */
static gn_status read_start(idx_reader *r)
{
    uint8_t b[GN_HEAD];
    int64_t n = gn_source_read(r->source, b, 4);
    if (n < 0) return gn_last_error(r->ctx)->status;
    if (n == 4 && b[0] == '<') {
        int64_t more = gn_source_read(r->source, b + 4, 60);
        if (more > 0 && gn_looks_html(b, (size_t)(n + more))) {
            gn_fail_at(r->ctx, GN_E_IDX_HTML, place(r, 0), "this is an HTML page, not IDX");
            return gn_hint(r->ctx, "a failed download? Fetch the file again");
        }
    }
    if (n < 4)
        return gn_fail_at(r->ctx, GN_E_IDX_TRUNC, place(r, (uint64_t)n),
                          "an IDX file needs at least 4 header bytes, file has %d", (int)n);
    if (b[0] || b[1])
        return gn_fail_at(r->ctx, GN_E_IDX_MAGIC, place(r, 0), "bytes 0-1 must be 00 00, found %02x %02x", b[0], b[1]);
    if (!idx_cell(b[2], &r->cell))
        return gn_fail_at(r->ctx, GN_E_IDX_DTYPE, place(r, 2), "type code 0x%02X (known: 08 09 0B 0C 0D 0E)", b[2]);
    if (b[3] == 0) return gn_fail_at(r->ctx, GN_E_IDX_NDIM, place(r, 3), "0 dimensions (1 to %d)", GN_IDX_RANK);
    if (b[3] > GN_IDX_RANK)
        return gn_fail_at(r->ctx, GN_E_IDX_NDIM, place(r, 3), "%d dimensions (limit %d)", b[3], GN_IDX_RANK);
    r->out->rank = b[3];
    r->offset = 4;
    return GN_OK;
}

static gn_status read_dims(idx_reader *r)
{
    uint8_t b[4 * GN_IDX_RANK];
    size_t want = 4 * (size_t)r->out->rank;
    int64_t n = gn_source_read(r->source, b, want);
    if (n < 0) return gn_last_error(r->ctx)->status;
    if ((size_t)n < want)
        return gn_fail_at(r->ctx, GN_E_IDX_TRUNC, place(r, 4 + (uint64_t)n),
                          "the header of %d dimensions needs %zu bytes, file has %d", r->out->rank, 4 + want,
                          4 + (int)n);
    for (int i = 0; i < r->out->rank; i++) r->out->dim[i] = be32(b + 4 * i);
    r->offset = 4 + want;
    for (int i = 0; i < r->out->rank; i++)
        if (r->out->dim[i] == 0)
            return gn_fail_at(r->ctx, GN_E_IDX_NOROWS, place(r, 4 + 4 * (uint64_t)i),
                              "dimension %d is 0: the array has no elements", i);
    return GN_OK;
}

/* Dimensions written little-endian give themselves away: swapped they fit the file exactly, or they are huge with an
 * empty low half. */
static bool looks_swapped(const idx_reader *r)
{
    uint64_t bytes = gn_cell_size(r->cell), left;
    bool fits = gn_source_bound(r->source, &left) == GN_BOUND_EXACT;
    for (int i = 0; i < r->out->rank; i++) fits &= gn_size_mul(bytes, swapped(r->out->dim[i]), &bytes);
    return (fits && bytes == left) || (r->out->dim[0] > UINT32_C(1) << 24 && (r->out->dim[0] & 0xFFFF) == 0);
}

/* The size failure in force gets the hint when the dimensions look little-endian. */
static gn_status hint_swapped(const idx_reader *r, gn_status s)
{
    if (s != GN_BAD_DATA || !looks_swapped(r)) return s;
    return gn_hint(r->ctx, "dimension 0 = %llu looks byte-swapped (%llu?); IDX is big-endian",
                   (unsigned long long)r->out->dim[0], (unsigned long long)swapped(r->out->dim[0]));
}

static gn_status read_elements(idx_reader *r)
{
    gn_cells c = {
        .cell = r->cell, .big = true, .size_code = GN_E_IDX_SIZE, .header = r->offset, .with_header = true, .count = 1
    };
    bool fits = true;
    for (int i = 0; i < r->out->rank; i++) fits &= gn_size_mul(c.count, r->out->dim[i], &c.count);
    fits &= gn_size_mul(c.count, 8, &c.bytes); /* in memory an element has at most 8 bytes */
    if (!fits)
        return hint_swapped(r, gn_fail_at(r->ctx, looks_swapped(r) ? GN_E_IDX_SIZE : GN_E_IDX_OVERFLOW, place(r, 4),
                                          "the size overflows: %d dimensions, the first %llu", r->out->rank,
                                          (unsigned long long)r->out->dim[0]));
    c.bytes = c.count * gn_cell_size(r->cell);
    gn_status s = gn_cells_read(r->ctx, r->source, &c, r->out);
    return hint_swapped(r, s);
}

static gn_status check_end(idx_reader *r)
{
    bool more;
    uint64_t end = r->offset + r->out->size * gn_cell_size(r->cell);
    int64_t extra = gn_source_rest(r->source, &more);
    if (extra < 0) return gn_last_error(r->ctx)->status;
    if (extra == 0) return GN_OK;
    return hint_swapped(
        r, gn_fail_at(r->ctx, GN_E_IDX_SIZE, place(r, end), "header promises %llu bytes, file has %s%lld extra byte%s",
                      (unsigned long long)end, more ? "at least " : "", (long long)extra, extra == 1 ? "" : "s"));
}

static gn_status check_finite(idx_reader *r)
{
    const gn_array *a = r->out;
    if (r->cell != GN_CELL_F4 && r->cell != GN_CELL_F8) return GN_OK;
    uint64_t item = a->size / a->dim[0];
    for (uint64_t i = 0; i < a->size; i++)
        if (!isfinite(gn_array_get(a, i)))
            return gn_fail_at(r->ctx, GN_E_IDX_NONFINITE, place(r, r->offset + i * gn_cell_size(r->cell)),
                              "item %llu, element %llu (from 0) is %s", (unsigned long long)(i / item),
                              (unsigned long long)(i % item), isnan(gn_array_get(a, i)) ? "nan" : "inf");
    return GN_OK;
}

gn_status gn_idx_read(gn_context *ctx, gn_source *source, gn_array *out)
{
    *out = (gn_array){ 0 };
    idx_reader r = { .ctx = ctx, .source = source, .out = out };
    gn_status s = read_start(&r);
    if (s == GN_OK) s = read_dims(&r);
    if (s == GN_OK) s = read_elements(&r);
    if (s == GN_OK) s = check_end(&r);
    if (s == GN_OK) s = check_finite(&r);
    out->integer = r.cell != GN_CELL_F4 && r.cell != GN_CELL_F8;
    if (s != GN_OK) gn_array_free(ctx, out);
    return s;
}
