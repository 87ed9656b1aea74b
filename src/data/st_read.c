/* st_read.c -- reads safetensors: 8 bytes of length, a JSON header, the tensors' bytes.
 *
 * Invariant: after gn_st_read every byte of the data part belongs to exactly one tensor, every tensor has the bytes
 * that its shape and type need, and every name stands once. The header is cut into its entries, and jansson reads one
 * entry at a time: memory stays in proportion to the tensors, and a place can be named. */
#include "json.h"

#include <string.h>

enum { GN_ST_HEADER_LIMIT = 100000000, GN_ST_TENSOR_LIMIT = 1000000, GN_ST_RANK = 8, GN_ST_NAME_LIMIT = 4096 };

typedef struct st_reader {
    gn_context *ctx;
    const char *name;
    gn_st_file *f;
    const char *text; /* the header */
    size_t length;
    size_t room; /* of f->tensor */
    size_t meta_room;
    bool has_meta;
    /* the entry being read */
    const char *key; /* decoded */
    gn_json_member m;
} st_reader;

/* Place of a byte of the header. */
static gn_place place(const st_reader *r, size_t offset)
{
    return (gn_place){ .file = r->name, .offset = 8 + offset, .has_offset = true };
}

static const char *shown(gn_shown *room, const char *key) { return gn_show(room, key, strlen(key)); }

static gn_status no_memory(const st_reader *r)
{
    return gn_fail(r->ctx, GN_E_MEMORY, "no memory to read the header of %s", r->name);
}

/* ---- one entry through jansson ------------------------------------------------------------------------------- */

/* Inside which list, "shape" or "data_offsets", of an entry does `at` stand? NULL for neither. */
static const char *list_at(const char *value, size_t at)
{
    size_t open = at, begin;
    if (gn_json_depth_at(value, at) != 2) return NULL;
    while (open > 0 && value[open - 1] != '[') open--;
    if (open == 0) return NULL;
    begin = open - 1;
    while (begin > 0 && value[begin - 1] != '"') begin--;
    if (begin < 2) return NULL;
    size_t end = --begin;
    while (begin > 0 && value[begin - 1] != '"') begin--;
    if (end - begin == 5 && memcmp(value + begin, "shape", 5) == 0) return "shape";
    return end - begin == 12 && memcmp(value + begin, "data_offsets", 12) == 0 ? "data_offsets" : NULL;
}

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* JSON has no 00, and jansson no integer above 64 bits; inside a shape they are a wrong shape rather than wrong JSON.
 */
static gn_status fail_number(st_reader *r, const json_error_t *e, bool *mine)
{
    const char *value = r->text + r->m.value;
    size_t at = e->position > 0 ? (size_t)e->position : 0;
    if (at > r->m.value_length) at = r->m.value_length;
    size_t begin = at;
    while (begin > 0 && (digit(value[begin - 1]) || value[begin - 1] == '-')) begin--;
    const char *list = list_at(value, begin);
    bool large = json_error_code(e) == json_error_numeric_overflow;
    bool zero = begin + 1 < r->m.value_length && value[begin] == '0' && digit(value[begin + 1]);
    zero |= begin + 2 < r->m.value_length && value[begin] == '-' && value[begin + 1] == '0' && digit(value[begin + 2]);
    *mine = list && (large || zero);
    if (!*mine) return GN_OK;
    gn_code code = strcmp(list, "shape") != 0     ? GN_E_ST_OFFSET
                   : large && value[begin] != '-' ? GN_E_ST_OVERFLOW
                                                  : GN_E_ST_SHAPE;
    return gn_fail_at(r->ctx, code, place(r, r->m.value + begin), "tensor '%s': %s has a number that %s",
                      shown(GN_SHOWN, r->key), list, large ? "64 bits do not hold" : "begins with 0");
}

/* A duplicate's name is the string that ends where jansson stopped. */
static gn_status fail_duplicate(st_reader *r, size_t at, bool meta)
{
    const char *value = r->text + r->m.value;
    size_t end = at, begin;
    while (end > 0 && value[end - 1] != '"') end--;
    if (end > 0) end--;
    begin = end;
    while (begin > 0 && value[begin - 1] != '"') begin--;
    if (meta)
        return gn_fail_at(r->ctx, GN_E_ST_DUP, place(r, r->m.value + begin), "metadata '%s' given twice",
                          gn_show(GN_SHOWN, value + begin, end - begin));
    return gn_fail_at(r->ctx, GN_E_ST_DUP, place(r, r->m.value + begin), "tensor '%s': field '%s' given twice",
                      shown(GN_SHOWN, r->key), gn_show(GN_SHOWN, value + begin, end - begin));
}

static gn_status fail_json(st_reader *r, const json_error_t *e, size_t offset, bool meta)
{
    bool mine = false;
    size_t at = e->position > 0 ? (size_t)e->position : 0;
    if (at > r->m.value_length && offset == r->m.value) at = r->m.value_length;
    switch (json_error_code(e)) {
    case json_error_out_of_memory: return no_memory(r);
    case json_error_duplicate_key: return fail_duplicate(r, at, meta);
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return gn_fail_at(r->ctx, meta ? GN_E_ST_META : GN_E_ST_NAME, place(r, offset + at),
                          "a NUL character (\\u0000) in %s", meta ? "the metadata" : "a name");
    default: break;
    }
    if (!meta && offset == r->m.value) {
        gn_status s = fail_number(r, e, &mine);
        if (mine) return s;
    }
    if (strstr(e->text, "invalid Unicode"))
        return gn_fail_at(r->ctx, meta ? GN_E_ST_META : GN_E_ST_NAME, place(r, offset + at),
                          "half of a surrogate pair in %s", meta ? "the metadata" : "a name");
    return gn_fail_at(r->ctx, GN_E_ST_JSON, place(r, offset + at), "the header is not JSON: %s",
                      shown(GN_SHOWN, e->text));
}

static gn_status load(st_reader *r, size_t offset, size_t length, bool meta, json_t **out)
{
    json_error_t e;
    *out = json_loadb(r->text + offset, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
    return *out ? GN_OK : fail_json(r, &e, offset, meta);
}

/* ---- tensors ------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int bits;
} dtype_row[] = {
    { "BOOL", 8 },    { "F4", 4 },      { "F6_E2M3", 6 }, { "F6_E3M2", 6 },     { "U8", 8 },          { "I8", 8 },
    { "F8_E5M2", 8 }, { "F8_E4M3", 8 }, { "F8_E8M0", 8 }, { "F8_E4M3FNUZ", 8 }, { "F8_E5M2FNUZ", 8 }, { "I16", 16 },
    { "U16", 16 },    { "F16", 16 },    { "BF16", 16 },   { "I32", 32 },        { "U32", 32 },        { "F32", 32 },
    { "C64", 64 },    { "F64", 64 },    { "I64", 64 },    { "U64", 64 },
};

static gn_status take_dtype(st_reader *r, const json_t *v, gn_st_tensor *t, int *bits)
{
    gn_place at = place(r, r->m.value);
    if (!v) return gn_fail_at(r->ctx, GN_E_ST_DTYPE, at, "tensor '%s' has no dtype", shown(GN_SHOWN, r->key));
    if (!json_is_string(v))
        return gn_fail_at(r->ctx, GN_E_ST_DTYPE, at, "tensor '%s': the dtype is not a string", shown(GN_SHOWN, r->key));
    for (size_t i = 0; i < GN_COUNT(dtype_row); i++)
        if (strcmp(json_string_value(v), dtype_row[i].name) == 0) {
            t->dtype = dtype_row[i].name;
            *bits = dtype_row[i].bits;
            return GN_OK;
        }
    return gn_fail_at(r->ctx, GN_E_ST_DTYPE, at, "tensor '%s': unknown dtype '%s'", shown(GN_SHOWN, r->key),
                      shown(GN_SHOWN, json_string_value(v)));
}

static gn_status take_shape(st_reader *r, const json_t *v, gn_st_tensor *t)
{
    gn_place at = place(r, r->m.value);
    if (!json_is_array(v))
        return gn_fail_at(r->ctx, GN_E_ST_SHAPE, at, "tensor '%s' has no list 'shape'", shown(GN_SHOWN, r->key));
    size_t rank = json_array_size(v);
    if (rank > GN_ST_RANK)
        return gn_fail_at(r->ctx, GN_E_ST_LIMIT, at, "tensor '%s' has %zu dimensions (limit %d)",
                          shown(GN_SHOWN, r->key), rank, GN_ST_RANK);
    t->rank = (int)rank;
    for (size_t i = 0; i < rank; i++) {
        const json_t *d = json_array_get(v, i);
        if (!json_is_integer(d) || json_integer_value(d) < 0)
            return gn_fail_at(r->ctx, GN_E_ST_SHAPE, at,
                              "tensor '%s': dimension %zu of the shape is not a whole number from 0 up",
                              shown(GN_SHOWN, r->key), i);
        t->dim[i] = (uint64_t)json_integer_value(d);
    }
    return GN_OK;
}

static gn_status take_offsets(st_reader *r, const json_t *v, gn_st_tensor *t)
{
    gn_place at = place(r, r->m.value);
    const json_t *b = json_array_get(v, 0), *e = json_array_get(v, 1);
    if (!json_is_array(v) || json_array_size(v) != 2)
        return gn_fail_at(r->ctx, GN_E_ST_OFFSET, at, "tensor '%s': data_offsets is not a list of two numbers",
                          shown(GN_SHOWN, r->key));
    if (!json_is_integer(b) || !json_is_integer(e) || json_integer_value(b) < 0 || json_integer_value(e) < 0)
        return gn_fail_at(r->ctx, GN_E_ST_OFFSET, at, "tensor '%s': data_offsets are not whole numbers from 0 up",
                          shown(GN_SHOWN, r->key));
    t->begin = (uint64_t)json_integer_value(b);
    t->end = (uint64_t)json_integer_value(e);
    if (t->begin > t->end)
        return gn_fail_at(r->ctx, GN_E_ST_OFFSET, at, "tensor '%s': data_offsets [%llu,%llu] end before they begin",
                          shown(GN_SHOWN, r->key), (unsigned long long)t->begin, (unsigned long long)t->end);
    return GN_OK;
}

static void put_shape(gn_text *to, const gn_st_tensor *t)
{
    gn_text_puts(to, "[");
    for (int i = 0; i < t->rank; i++) gn_text_printf(to, i ? ",%llu" : "%llu", (unsigned long long)t->dim[i]);
    gn_text_puts(to, "]");
}

static gn_status check_size(st_reader *r, const gn_st_tensor *t, int bits)
{
    uint64_t whole = 1, count = 1, size;
    bool fits = true;
    for (int i = 0; i < t->rank; i++) {
        if (t->dim[i]) fits &= gn_size_mul(whole, t->dim[i], &whole);
        count = t->dim[i] ? count : 0;
    }
    if (count) count = whole;
    fits &= gn_size_mul(whole, (uint64_t)bits, &size);
    gn_place at = place(r, r->m.value);
    if (!fits)
        return gn_fail_at(r->ctx, GN_E_ST_OVERFLOW, at, "tensor '%s': the size of its shape overflows",
                          shown(GN_SHOWN, r->key));
    size = count ? size : 0;
    uint64_t given = t->end - t->begin, needed = size / 8 + (size % 8 != 0);
    if (given == needed && size % 8 == 0) return GN_OK;
    gn_text shape;
    gn_text_init(&shape, r->ctx);
    put_shape(&shape, t);
    gn_status s = gn_text_done(&shape);
    if (s == GN_OK)
        s = gn_fail_at(r->ctx, GN_E_ST_SIZE, at, "tensor '%s': %llu bytes given, %s %s needs %llu",
                       shown(GN_SHOWN, r->key), (unsigned long long)given, shape.at, t->dtype,
                       (unsigned long long)needed);
    gn_text_free(&shape);
    return s;
}

static void warn_unknown(st_reader *r, json_t *entry)
{
    const char *key;
    json_t *v;
    json_object_foreach(entry, key, v) if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 &&
                                           strcmp(key, "data_offsets") != 0)
        gn_warn(r->ctx, "%s: tensor '%s': ignored unknown field '%s'", r->name, shown(GN_SHOWN, r->key),
                shown(GN_SHOWN, key));
}

static gn_status add_tensor(st_reader *r, const gn_st_tensor *t)
{
    gn_st_file *f = r->f;
    if (f->tensors == r->room) {
        size_t room = r->room ? 2 * r->room : 16;
        gn_st_tensor *larger = gn_resize(r->ctx, f->tensor, room, sizeof *larger);
        if (!larger) return GN_NO_MEMORY;
        f->tensor = larger;
        r->room = room;
    }
    f->tensor[f->tensors++] = *t;
    return GN_OK;
}

static gn_status take_tensor(st_reader *r, json_t *entry)
{
    gn_st_tensor t = { .name = r->key };
    int bits = 0;
    if (!json_is_object(entry))
        return gn_fail_at(r->ctx, GN_E_ST_JSON, place(r, r->m.value), "tensor '%s' is not an object",
                          shown(GN_SHOWN, r->key));
    if (r->f->tensors == GN_ST_TENSOR_LIMIT)
        return gn_fail_at(r->ctx, GN_E_ST_LIMIT, place(r, r->m.key), "more than %d tensors", GN_ST_TENSOR_LIMIT);
    GN_TRY(take_dtype(r, json_object_get(entry, "dtype"), &t, &bits));
    GN_TRY(take_shape(r, json_object_get(entry, "shape"), &t));
    GN_TRY(take_offsets(r, json_object_get(entry, "data_offsets"), &t));
    GN_TRY(check_size(r, &t, bits));
    if (json_object_size(entry) > 3) warn_unknown(r, entry);
    return add_tensor(r, &t);
}

/* ---- metadata ------------------------------------------------------------------------------------------------ */

static gn_status take_meta(st_reader *r, json_t *meta)
{
    const char *key;
    json_t *v;
    gn_st_file *f = r->f;
    if (r->has_meta) return gn_fail_at(r->ctx, GN_E_ST_DUP, place(r, r->m.key), "'__metadata__' given twice");
    r->has_meta = true;
    if (!json_is_object(meta))
        return gn_fail_at(r->ctx, GN_E_ST_META, place(r, r->m.value),
                          "__metadata__ is not an object whose values must be strings");
    size_t n = json_object_size(meta);
    f->meta_key = gn_arena_alloc(&f->arena, n, sizeof *f->meta_key);
    f->meta_value = gn_arena_alloc(&f->arena, n, sizeof *f->meta_value);
    if (!f->meta_key || !f->meta_value) return GN_NO_MEMORY;
    json_object_foreach(meta, key, v)
    {
        if (!json_is_string(v))
            return gn_fail_at(r->ctx, GN_E_ST_META, place(r, r->m.value), "__metadata__ '%s': values must be strings",
                              shown(GN_SHOWN, key));
        f->meta_key[f->metas] = gn_arena_text(&f->arena, key, strlen(key));
        f->meta_value[f->metas] = gn_arena_text(&f->arena, json_string_value(v), json_string_length(v));
        if (!f->meta_key[f->metas] || !f->meta_value[f->metas]) return GN_NO_MEMORY;
        f->metas++;
    }
    return GN_OK;
}

/* ---- the header ---------------------------------------------------------------------------------------------- */

/* Most keys are their own text; with an escape or a control byte in it jansson decodes or refuses one. */
static bool plain_key(const char *key, size_t n)
{
    for (size_t i = 1; i + 1 < n; i++)
        if (key[i] == '\\' || (unsigned char)key[i] < ' ') return false;
    return true;
}

static gn_status keep_key(st_reader *r, const char *text, size_t n)
{
    if (n > GN_ST_NAME_LIMIT)
        return gn_fail_at(r->ctx, GN_E_ST_NAME, place(r, r->m.key), "a name of %zu bytes (limit %d)", n,
                          GN_ST_NAME_LIMIT);
    r->key = gn_arena_text(&r->f->arena, text, n);
    return r->key ? GN_OK : GN_NO_MEMORY;
}

static gn_status take_key(st_reader *r)
{
    const char *text = r->text + r->m.key;
    json_t *key;
    if (plain_key(text, r->m.key_length)) return keep_key(r, text + 1, r->m.key_length - 2);
    GN_TRY(load(r, r->m.key, r->m.key_length, false, &key));
    gn_status s = keep_key(r, json_string_value(key), json_string_length(key));
    json_decref(key);
    return s;
}

static gn_status take_member(st_reader *r)
{
    json_t *v;
    GN_TRY(take_key(r));
    bool meta = strcmp(r->key, "__metadata__") == 0;
    GN_TRY(load(r, r->m.value, r->m.value_length, meta, &v));
    gn_status s = meta ? take_meta(r, v) : take_tensor(r, v);
    json_decref(v);
    return s;
}

static gn_status fail_cut(st_reader *r, const gn_json_cut *c, gn_json_fault fault)
{
    if (fault == GN_JSON_DEEP)
        return gn_fail_at(r->ctx, GN_E_ST_DEPTH, place(r, c->at), "the header is nested deeper than %d levels",
                          GN_JSON_DEPTH);
    if (c->at >= c->length)
        return gn_fail_at(r->ctx, GN_E_ST_JSON, place(r, c->at),
                          "the header is not JSON: it ends in the middle of its object");
    return gn_fail_at(r->ctx, GN_E_ST_JSON, place(r, c->at),
                      "the header is not the JSON object that it must be: '%s' is out of place",
                      gn_show(GN_SHOWN, c->text + c->at, 1));
}

static gn_status read_header(st_reader *r)
{
    gn_json_cut cut;
    size_t bad;
    if (!gn_utf8_valid(r->text, r->length, &bad))
        return gn_fail_at(r->ctx, GN_E_ST_UTF8, place(r, bad), "byte 0x%02X of the header is not UTF-8",
                          (unsigned char)r->text[bad]);
    gn_json_fault fault = gn_json_open(&cut, r->text, r->length);
    if (fault != GN_JSON_FINE && gn_json_too_deep(r->text, r->length, &bad)) cut.at = bad, fault = GN_JSON_DEEP;
    while (fault == GN_JSON_FINE) {
        fault = gn_json_next(&cut, &r->m);
        if (cut.ended) return GN_OK;
        if (fault == GN_JSON_FINE) GN_TRY(take_member(r));
    }
    return fail_cut(r, &cut, fault);
}

/* ---- the whole ----------------------------------------------------------------------------------------------- */

/* Eight printable characters, which no header length within the limit is. */
static bool begins_as_text(const uint8_t *b)
{
    for (int i = 0; i < 8; i++)
        if ((b[i] < ' ' && b[i] != '\n' && b[i] != '\r' && b[i] != '\t') || b[i] == 0x7f) return false;
    return true;
}

static gn_status read_start(st_reader *r)
{
    gn_st_file *f = r->f;
    gn_cursor c = gn_cursor_make(r->ctx, r->name, f->bytes, GN_E_ST_TRUNC);
    uint64_t n;
    const uint8_t *text;
    if (f->bytes.size < 8)
        return gn_fail_at(r->ctx, GN_E_ST_TRUNC,
                          (gn_place){ .file = r->name, .offset = f->bytes.size, .has_offset = true },
                          "needs 8 bytes for the header length, file has %llu", (unsigned long long)f->bytes.size);
    GN_TRY(gn_take_u64le(&c, &n));
    gn_place start = { .file = r->name, .has_offset = true };
    if (n > GN_ST_HEADER_LIMIT) {
        gn_status s = gn_fail_at(r->ctx, GN_E_ST_LIMIT, start, "header length %llu (limit %d)", (unsigned long long)n,
                                 GN_ST_HEADER_LIMIT);
        return begins_as_text(f->bytes.at) ? gn_hint(r->ctx, "this file begins as text: is it the data? The model comes "
                                                             "first, then the data")
                                           : s;
    }
    if (n > gn_cursor_left(&c))
        return gn_fail_at(r->ctx, GN_E_ST_TRUNC, start, "header of %llu bytes, %llu available", (unsigned long long)n,
                          (unsigned long long)gn_cursor_left(&c));
    GN_TRY(gn_take_bytes(&c, n, &text));
    r->text = (const char *)text;
    r->length = (size_t)n;
    f->data_offset = 8 + n;
    return GN_OK;
}

gn_status gn_st_read(gn_context *ctx, const char *name, gn_bytes bytes, gn_st_file *out)
{
    *out = (gn_st_file){ .bytes = bytes };
    gn_arena_init(&out->arena, ctx);
    st_reader r = { .ctx = ctx, .name = name, .f = out };
    gn_status s = read_start(&r);
    if (s == GN_OK) s = read_header(&r);
    if (s == GN_OK) s = gn_st_check(ctx, name, out);
    if (s != GN_OK) gn_st_free(ctx, out);
    return s;
}

const char *gn_st_meta(const gn_st_file *f, const char *key)
{
    for (size_t i = 0; i < f->metas; i++)
        if (strcmp(f->meta_key[i], key) == 0) return f->meta_value[i];
    return NULL;
}

const void *gn_st_data(const gn_st_file *f, const gn_st_tensor *t) { return f->bytes.at + f->data_offset + t->begin; }

void gn_st_free(gn_context *ctx, gn_st_file *f)
{
    gn_free(ctx, f->tensor);
    gn_arena_free(&f->arena);
    gn_bytes_free(ctx, &f->bytes);
    *f = (gn_st_file){ 0 };
}
