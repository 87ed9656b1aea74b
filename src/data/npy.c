/* npy.c -- reads NPY, NumPy's array format: magic, version, a Python dictionary as header, then the elements.
 *
 * Invariant: the header is read by a grammar of its own (strings, tuples of whole numbers, True and False), never
 * evaluated, and without recursion; every place in a message is an offset in the file. */
#include "read.h"

#include <string.h>

enum { GN_NPY_HEADER_LIMIT = 10000, GN_NPY_RANK = 8 };

typedef struct npy_reader {
    gn_context *ctx;
    gn_source *source;
    char *text; /* the header */
    size_t length, at;
    uint64_t start; /* offset of the header in the file */
    bool has_descr, has_order, has_shape, python2;
    gn_cell cell;
    bool big, fortran;
    int rank;
    uint64_t dim[GN_NPY_RANK];
} npy_reader;

static gn_place place(const npy_reader *r, uint64_t offset)
{
    return (gn_place){ .file = r->source->name, .offset = offset, .has_offset = true };
}

static gn_place here(const npy_reader *r) { return place(r, r->start + r->at); }

static gn_status last(const npy_reader *r) { return gn_last_error(r->ctx)->status; }

static gn_status take_text(npy_reader *r, uint32_t length)
{
    if (length > 65535)
        return gn_fail_at(r->ctx, GN_E_NPY_LIMIT, place(r, 8), "header of %u bytes (limit %d)", length,
                          GN_NPY_HEADER_LIMIT);
    r->text = gn_alloc(r->ctx, (size_t)length + 1);
    if (!r->text) return GN_NO_MEMORY;
    int64_t n = gn_source_read(r->source, r->text, length);
    if (n < 0) return last(r);
    if (n < (int64_t)length)
        return gn_fail_at(r->ctx, GN_E_NPY_TRUNC, place(r, 8), "header says %u bytes, %d left", length, (int)n);
    if (length > GN_NPY_HEADER_LIMIT)
        return gn_fail_at(r->ctx, GN_E_NPY_LIMIT, place(r, 8), "header of %u bytes (limit %d)", length,
                          GN_NPY_HEADER_LIMIT);
    r->text[length] = 0;
    r->length = length;
    return GN_OK;
}

/* Magic, version, length of the header, the header. */
static gn_status read_start(npy_reader *r)
{
    uint8_t b[12];
    int64_t n = gn_source_read(r->source, b, 8);
    if (n < 0) return last(r);
    if (n == 0) return gn_fail_at(r->ctx, GN_E_NPY_TRUNC, place(r, 0), "file is empty");
    if (memcmp(b, "\x93NUMPY", n < 6 ? (size_t)n : 6) != 0)
        return gn_fail_at(r->ctx, GN_E_NPY_MAGIC, place(r, 0), "an NPY file begins with \\x93NUMPY, found %s",
                          gn_show(GN_SHOWN, (char *)b, n < 6 ? (size_t)n : 6));
    if (n < 8)
        return gn_fail_at(r->ctx, GN_E_NPY_TRUNC, place(r, (uint64_t)n),
                          "the header needs at least 10 bytes, file has %d", (int)n);
    if (b[6] < 1 || b[6] > 3 || b[7] != 0)
        return gn_fail_at(r->ctx, GN_E_NPY_VERSION, place(r, 6), "version %d.%d (known 1.0 2.0 3.0)", b[6], b[7]);
    int64_t wide = b[6] == 1 ? 2 : 4;
    n = gn_source_read(r->source, b + 8, (size_t)wide);
    if (n < 0) return last(r);
    if (n < wide)
        return gn_fail_at(r->ctx, GN_E_NPY_TRUNC, place(r, 8 + (uint64_t)n),
                          "the header needs at least %d bytes, file has %d", 8 + (int)wide, 8 + (int)n);
    r->start = 8 + (uint64_t)wide;
    uint32_t length = (uint32_t)b[8] | (uint32_t)b[9] << 8;
    if (wide == 4) length |= (uint32_t)b[10] << 16 | (uint32_t)b[11] << 24;
    return take_text(r, length);
}

/* ---- the dictionary ------------------------------------------------------------------------------------------ */

static int look(npy_reader *r)
{
    while (r->at < r->length &&
           (r->text[r->at] == ' ' || r->text[r->at] == '\n' || r->text[r->at] == '\t' || r->text[r->at] == '\r'))
        r->at++;
    return r->at < r->length ? (unsigned char)r->text[r->at] : -1;
}

static bool take(npy_reader *r, int c)
{
    if (look(r) != c) return false;
    r->at++;
    return true;
}

static bool take_word(npy_reader *r, const char *word)
{
    size_t n = strlen(word);
    if (look(r) < 0 || r->length - r->at < n || memcmp(r->text + r->at, word, n) != 0) return false;
    r->at += n;
    return true;
}

static gn_status expected(npy_reader *r, const char *what)
{
    int c = look(r);
    if (c < 0) return gn_fail_at(r->ctx, GN_E_NPY_HEADER, here(r), "expected %s, found the end of the header", what);
    char found = (char)c;
    return gn_fail_at(r->ctx, GN_E_NPY_HEADER, here(r), "expected %s, found '%s'", what, gn_show(GN_SHOWN, &found, 1));
}

/* A quoted string without escapes: no key and no type needs one. */
static gn_status take_string(npy_reader *r, const char *what, const char **at, size_t *length)
{
    int quote = look(r);
    if (quote != '\'' && quote != '"') return expected(r, what);
    size_t begin = r->at + 1, i = begin;
    while (i < r->length && r->text[i] != quote) {
        if ((unsigned char)r->text[i] >= 0x80 || (unsigned char)r->text[i] < ' ' || r->text[i] == '\\') {
            r->at = i;
            return gn_fail_at(r->ctx, GN_E_NPY_HEADER, here(r), "byte 0x%02X inside a string",
                              (unsigned char)r->text[i]);
        }
        i++;
    }
    if (i == r->length) return gn_fail_at(r->ctx, GN_E_NPY_HEADER, here(r), "a string is never closed");
    *at = r->text + begin;
    *length = i - begin;
    r->at = i + 1;
    return GN_OK;
}

/* The value's text up to where it ends, for a message about a type that is not read. */
static gn_status refuse_structure(npy_reader *r)
{
    size_t n = r->length - r->at;
    return gn_fail_at(r->ctx, GN_E_NPY_DTYPE, here(r), "structured dtype %s not supported (f2 f4 f8 i1..i8 u1..u8 b1)",
                      gn_show(GN_SHOWN, r->text + r->at, n));
}

static bool find_cell(const char *t, size_t n, gn_cell *cell)
{
    static const struct {
        char kind, size;
        uint8_t cell;
    } known[] = {
        { 'f', '2', GN_CELL_F2 }, { 'f', '4', GN_CELL_F4 }, { 'f', '8', GN_CELL_F8 }, { 'i', '1', GN_CELL_I1 },
        { 'i', '2', GN_CELL_I2 }, { 'i', '4', GN_CELL_I4 }, { 'i', '8', GN_CELL_I8 }, { 'u', '1', GN_CELL_U1 },
        { 'u', '2', GN_CELL_U2 }, { 'u', '4', GN_CELL_U4 }, { 'u', '8', GN_CELL_U8 }, { 'b', '1', GN_CELL_B1 },
    };
    for (size_t i = 0; n == 2 && i < GN_COUNT(known); i++)
        if (t[0] == known[i].kind && t[1] == known[i].size) {
            *cell = (gn_cell)known[i].cell;
            return true;
        }
    *cell = GN_CELL_B1;
    return n == 1 && t[0] == '?';
}

static gn_status take_descr(npy_reader *r)
{
    const char *t;
    size_t n;
    if (look(r) == '[' || look(r) == '(' || look(r) == '{') return refuse_structure(r);
    size_t begin = r->at;
    GN_TRY(take_string(r, "a dtype such as '<f4'", &t, &n));
    bool ordered = n > 0 && strchr("<>=|", t[0]);
    if (n > (size_t)ordered && t[ordered] == 'O')
        return gn_fail_at(r->ctx, GN_E_NPY_PICKLE, place(r, r->start + begin),
                          "contains Python objects (pickle); refused because loading them can run code");
    if (!find_cell(t + ordered, n - ordered, &r->cell))
        return gn_fail_at(r->ctx, GN_E_NPY_DTYPE, place(r, r->start + begin),
                          "dtype '%s' not supported (f2 f4 f8 i1..i8 u1..u8 b1)", gn_show(GN_SHOWN, t, n));
    r->big = n > 0 && t[0] == '>';
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    if (!ordered || t[0] == '=') r->big = true;
#endif
    return GN_OK;
}

static gn_status take_order(npy_reader *r)
{
    if (take_word(r, "True")) r->fortran = true;
    else if (!take_word(r, "False")) return expected(r, "True or False");
    return GN_OK;
}

/* One whole number of the shape. Python 2 wrote 2L for long integers. */
static gn_status take_dim(npy_reader *r)
{
    bool minus = take(r, '-');
    look(r);
    size_t begin = r->at;
    while (r->at < r->length && r->text[r->at] >= '0' && r->text[r->at] <= '9') r->at++;
    size_t n = r->at - begin;
    uint64_t v = 0;
    bool odd = n == 0 || (n > 1 && r->text[begin] == '0');
    if (!odd && r->at < r->length && r->text[r->at] == 'L') r->at++, r->python2 = true;
    int next = look(r);
    if (odd || (next != ',' && next != ')'))
        return gn_fail_at(r->ctx, GN_E_NPY_SHAPE, place(r, r->start + begin),
                          "expected a whole number in 'shape', found '%s'",
                          gn_show(GN_SHOWN, r->text + begin, r->length - begin));
    if (minus)
        return gn_fail_at(r->ctx, GN_E_NPY_SHAPE, place(r, r->start + begin), "negative dimension -%.*s",
                          (int)(n < 20 ? n : 20), r->text + begin);
    if (!gn_read_uint(r->text + begin, n, &v))
        return gn_fail_at(r->ctx, GN_E_NPY_OVERFLOW, place(r, r->start + begin),
                          "dimension %.*s is larger than 64 bits hold", (int)(n < 30 ? n : 30), r->text + begin);
    if (r->rank < GN_NPY_RANK) r->dim[r->rank] = v;
    r->rank++;
    return GN_OK;
}

static gn_status take_shape(npy_reader *r)
{
    size_t begin = r->at;
    if (!take(r, '(')) {
        look(r);
        return gn_fail_at(r->ctx, GN_E_NPY_SHAPE, here(r), "'shape' must be a tuple such as (150, 4), found '%s'",
                          gn_show(GN_SHOWN, r->text + r->at, r->length - r->at));
    }
    while (!take(r, ')')) {
        GN_TRY(take_dim(r));
        if (take(r, ',')) continue;
        if (r->rank == 1)
            return gn_fail_at(r->ctx, GN_E_NPY_SHAPE, place(r, r->start + begin),
                              "'shape' must be a tuple, a single dimension is written (N,)");
    }
    if (r->rank > GN_NPY_RANK)
        return gn_fail_at(r->ctx, GN_E_NPY_LIMIT, place(r, r->start + begin), "%d dimensions (limit %d)", r->rank,
                          GN_NPY_RANK);
    return GN_OK;
}

static gn_status take_entry(npy_reader *r)
{
    const char *key;
    size_t n;
    look(r);
    size_t begin = r->at;
    GN_TRY(take_string(r, "a key in quotes", &key, &n));
    bool *seen = n == 5 && memcmp(key, "descr", 5) == 0             ? &r->has_descr
                 : n == 13 && memcmp(key, "fortran_order", 13) == 0 ? &r->has_order
                 : n == 5 && memcmp(key, "shape", 5) == 0           ? &r->has_shape
                                                                    : NULL;
    if (!seen)
        return gn_fail_at(r->ctx, GN_E_NPY_HEADER, place(r, r->start + begin), "unknown key '%s'",
                          gn_show(GN_SHOWN, key, n));
    if (*seen)
        return gn_fail_at(r->ctx, GN_E_NPY_HEADER, place(r, r->start + begin), "'%s' given twice",
                          gn_show(GN_SHOWN, key, n));
    *seen = true;
    if (!take(r, ':')) return expected(r, "':' after the key");
    look(r);
    return seen == &r->has_descr ? take_descr(r) : seen == &r->has_order ? take_order(r) : take_shape(r);
}

static gn_status read_dictionary(npy_reader *r)
{
    if (!take(r, '{'))
        return gn_fail_at(r->ctx, GN_E_NPY_HEADER, here(r), "the header is not a dictionary: it begins with '%s'",
                          gn_show(GN_SHOWN, r->text, r->length));
    while (!take(r, '}')) {
        GN_TRY(take_entry(r));
        if (!take(r, ',') && look(r) != '}') return expected(r, "',' or '}' after a value");
    }
    if (look(r) >= 0) return expected(r, "nothing but spaces after the dictionary");
    const char *missing = !r->has_descr ? "descr" : !r->has_order ? "fortran_order" : !r->has_shape ? "shape" : NULL;
    if (missing) return gn_fail_at(r->ctx, GN_E_NPY_HEADER, place(r, r->start), "key '%s' missing", missing);
    if (r->python2) gn_note(r->ctx, "%s: written by Python 2 (the shape has long integers)", r->source->name);
    return GN_OK;
}

/* ---- the elements -------------------------------------------------------------------------------------------------
 */

/* Fortran order is the transposed array's C order: out[i0..ik] with the first index fastest becomes the last fastest.
 */
static gn_status reorder(gn_context *ctx, gn_array *a)
{
    size_t size = gn_element_size(a->type), index[GN_NPY_RANK] = { 0 };
    uint64_t stride[GN_NPY_RANK], step = 1, from = 0;
    if (a->rank < 2 || a->size == 0) return GN_OK;
    for (int k = 0; k < a->rank; k++) stride[k] = step, step *= a->dim[k];
    uint8_t *to = gn_calloc_aligned(ctx, a->size, size);
    if (!to) return GN_NO_MEMORY;
    for (uint64_t i = 0; i < a->size; i++) {
        memcpy(to + i * size, (uint8_t *)a->at + from * size, size);
        for (int k = a->rank - 1; k >= 0; k--) {
            from += stride[k];
            if (++index[k] < a->dim[k]) break;
            from -= stride[k] * a->dim[k];
            index[k] = 0;
        }
    }
    gn_free_aligned(ctx, a->at);
    a->at = to;
    return GN_OK;
}

/* Every dimension counts, zeros apart: a shape such as (0, 2^63) is nonsense even though it has no elements. */
static gn_status measure(npy_reader *r, gn_cells *c)
{
    uint64_t whole = 1, bytes, limit;
    bool fits = true, empty = false;
    for (int i = 0; i < r->rank; i++) {
        if (r->dim[i] == 0) empty = true;
        else fits &= gn_size_mul(whole, r->dim[i], &whole);
    }
    fits &= gn_size_mul(whole, 8, &limit) && gn_size_mul(whole, gn_cell_size(r->cell), &bytes);
    if (!fits || limit > INT64_MAX)
        return gn_fail_at(r->ctx, GN_E_NPY_OVERFLOW, place(r, r->start),
                          "the size of the array overflows: %d dimensions, the first %llu", r->rank,
                          (unsigned long long)r->dim[0]);
    c->count = empty ? 0 : whole;
    c->bytes = empty ? 0 : bytes;
    return GN_OK;
}

static gn_status read_elements(npy_reader *r, gn_array *out)
{
    gn_cells c = { .cell = r->cell, .big = r->big, .size_code = GN_E_NPY_SIZE, .header = r->start + r->length };
    bool more;
    GN_TRY(measure(r, &c));
    out->rank = r->rank;
    memcpy(out->dim, r->dim, sizeof r->dim);
    GN_TRY(gn_cells_read(r->ctx, r->source, &c, out));
    out->integer = r->cell != GN_CELL_F2 && r->cell != GN_CELL_F4 && r->cell != GN_CELL_F8;
    int64_t extra = gn_source_rest(r->source, &more);
    if (extra < 0) return last(r);
    if (extra > 0)
        return gn_fail_at(r->ctx, GN_E_NPY_TRAIL, place(r, c.header + c.bytes), "%s%lld byte%s after the array",
                          more ? "at least " : "", (long long)extra, extra == 1 ? "" : "s");
    return r->fortran ? reorder(r->ctx, out) : GN_OK;
}

gn_status gn_npy_read(gn_context *ctx, gn_source *source, gn_array *out)
{
    *out = (gn_array){ 0 };
    npy_reader r = { .ctx = ctx, .source = source };
    gn_status s = read_start(&r);
    if (s == GN_OK) s = read_dictionary(&r);
    if (s == GN_OK) s = read_elements(&r, out);
    gn_free(ctx, r.text);
    if (s != GN_OK) gn_array_free(ctx, out);
    return s;
}
