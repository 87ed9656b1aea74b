/* test_data_st.c -- safetensors: every way a file can be wrong has its code, its words and its place; damage
 * anywhere is survived; running out of memory anywhere is said. */
#include "test_base_seams.h"

#include <stdio.h>
#include <unistd.h>
#include "../src/data/data.h"

#define FILE_NAME "t.safetensors"

typedef struct heard { char text[4096]; } heard;

static void hear(void *user, gn_log_level level, const char *text)
{
    heard *h = user;
    size_t n = strlen(h->text);
    (void)level;
    snprintf(h->text + n, sizeof h->text - n, "%s\n", text);
}

static gn_context *context(heard *h)
{
    gn_context_settings s;
    gn_context *ctx;
    gn_context_defaults(&s);
    s.threads = 1;
    s.log = hear;
    s.log_user = h;
    assert_int_equal(gn_context_new(&s, &ctx), GN_OK);
    return ctx;
}

/* Takes a copy of exactly these bytes, so that a checker sees the first byte read beyond them. */
static gn_status read_bytes(gn_context *ctx, const void *from, size_t n, gn_st_file *out)
{
    void *copy = gn_alloc(ctx, n ? n : 1);
    if (!copy) return GN_NO_MEMORY;
    if (n) memcpy(copy, from, n);
    return gn_st_read(ctx, FILE_NAME, (gn_bytes){ .at = copy, .size = n, .owned = copy }, out);
}

/* A file of a header and `data` bytes; *size is its length. free. */
static unsigned char *file_of(const char *header, size_t n, size_t data, size_t *size)
{
    unsigned char *f = calloc(8 + n + data + 1, 1);
    for (int i = 0; i < 8; i++) f[i] = (unsigned char)((uint64_t)n >> 8 * i);
    memcpy(f + 8, header, n);
    for (size_t i = 0; i < data; i++) f[8 + n + i] = (unsigned char)(i + 1);
    *size = 8 + n + data;
    return f;
}

/* ---- the table of headers --------------------------------------------------------------------------------------- */

typedef struct row {
    const char *id, *header;
    size_t data;                /* bytes after the header */
    const char *code;           /* "": accepted */
    const char *text;           /* in the message, or in the warning */
    const char *where;          /* in the place; "": whatever it is, there must be one */
} row;

#define T(name, dtype, shape, offsets) \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define W(shape, offsets) "{" T("w", "F32", shape, offsets) "}"

static const row rows[] = {
    { "S04", "", 0, "ST-JSON", "not JSON", "@8" },
    { "S04", "{", 0, "ST-JSON", "not JSON", "@9" },
    { "S05", "\xff", 0, "ST-UTF8", "0xFF", "@8" },
    { "S06", "[]", 0, "ST-JSON", "not the JSON object", "@8" },
    { "S06", "null", 0, "ST-JSON", "not the JSON object", "@8" },
    { "S06", "\"x\"", 0, "ST-JSON", "not the JSON object", "@8" },
    { "S06", "NaN", 0, "ST-JSON", "not the JSON object", "@8" },
    { "S06", "{\"w\":NaN}", 0, "ST-JSON", "", "@1" },
    { "S06", "{/* c */}", 0, "ST-JSON", "out of place", "@9" },
    { "S06", "{" T("w", "F32", "[1]", "[0,4]") ",}", 4, "ST-JSON", "out of place", "@62" },
    { "S06", "{\"w\":{\"dtype\":\"F32\",}}", 0, "ST-JSON", "not JSON", "@" },
    { "S09", "   " W("[1]", "[0,4]"), 4, "", "", "" },
    { "S10", W("[1]", "[0,4]") "   ", 4, "", "", "" },
    { "S10", W("[1]", "[0,4]") " x", 4, "ST-JSON", "'x' is out of place", "@" },
    { "S11", "{" T("w", "F32", "[1]", "[0,4]") "," T("w", "F32", "[1]", "[4,8]") "}", 8, "ST-DUP",
      "tensor 'w' defined twice", "@62" },
    { "S12", "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "ST-DUP",
      "tensor 'w': field 'dtype' given twice", "@" },
    { "S13", "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}}", 4, "",
      "ignored unknown field 'x'", "" },
    { "S14", "{" T("w", "F31", "[1]", "[0,4]") "}", 4, "ST-DTYPE", "'F31'", "@13" },
    { "S14", "{" T("w", "f32", "[1]", "[0,4]") "}", 4, "ST-DTYPE", "'f32'", "@13" },
    { "S14", "{\"w\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "ST-DTYPE", "not a string", "@13" },
    { "S14", "{\"w\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "ST-DTYPE", "has no dtype", "@13" },
    { "S15", "{" T("w", "F4", "[2]", "[0,1]") "}", 1, "", "", "" },
    { "S15", "{" T("w", "F4", "[3]", "[0,1]") "}", 1, "ST-SIZE", "", "@13" },
    { "S15", "{" T("w", "F8_E4M3", "[3]", "[0,3]") "}", 3, "", "", "" },
    { "S15", "{" T("w", "F64", "[1]", "[0,8]") "}", 8, "", "", "" },
    { "S15", "{" T("w", "C64", "[1]", "[0,8]") "}", 8, "", "", "" },
    { "S15", "{" T("w", "BOOL", "[3]", "[0,3]") "}", 3, "", "", "" },
    { "S16", W("[-1]", "[0,4]"), 4, "ST-SHAPE", "dimension 0", "@13" },
    { "S16", W("[1.5]", "[0,4]"), 4, "ST-SHAPE", "not a whole number", "@13" },
    { "S16", W("[\"2\"]", "[0,4]"), 4, "ST-SHAPE", "not a whole number", "@13" },
    { "S16", W("[1e3]", "[0,4]"), 4, "ST-SHAPE", "not a whole number", "@13" },
    { "S16", W("[00]", "[0,4]"), 4, "ST-SHAPE", "begins with 0", "@" },
    { "S16", W("[1,-01]", "[0,4]"), 4, "ST-SHAPE", "begins with 0", "@" },
    { "S16", W("3", "[0,4]"), 4, "ST-SHAPE", "no list 'shape'", "@13" },
    { "S17", W("[2,18446744073709551614]", "[0,4]"), 4, "ST-OVERFLOW", "tensor 'w'", "@" },
    { "S17", W("[2,9223372036854775807]", "[0,4]"), 4, "ST-OVERFLOW", "overflows", "@13" },
    { "S17", W("[4611686018427387904]", "[0,4]"), 4, "ST-OVERFLOW", "overflows", "@13" },
    { "S18", W("[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "ST-LIMIT", "9 dimensions (limit 8)", "@13" },
    { "S18", W("[1,1,1,1,1,1,1,1]", "[0,4]"), 4, "", "", "" },
    { "S19", W("[1]", "[16,0]"), 16, "ST-OFFSET", "[16,0] end before they begin", "@13" },
    { "S19", W("[1]", "[-1,3]"), 4, "ST-OFFSET", "from 0 up", "@13" },
    { "S19", W("[1]", "[0]"), 4, "ST-OFFSET", "two numbers", "@13" },
    { "S19", W("[1]", "[0,1,2]"), 4, "ST-OFFSET", "two numbers", "@13" },
    { "S19", W("[1]", "[0,18446744073709551615]"), 4, "ST-OFFSET", "64 bits", "@" },
    { "S20", W("[2,2]", "[0,4]"), 4, "ST-SIZE", "tensor 'w': 4 bytes given, [2,2] F32 needs 16", "@13" },
    { "S21", "{" T("a", "F32", "[1]", "[0,4]") "," T("b", "F32", "[1]", "[0,4]") "}", 4, "ST-OVERLAP",
      "tensors 'a' and 'b'", "@" },
    { "S21", "{" T("a", "F32", "[2]", "[0,8]") "," T("b", "F32", "[1]", "[4,8]") "}", 8, "ST-OVERLAP",
      "tensors 'a' and 'b'", "@" },
    { "S22", "{" T("a", "F32", "[4]", "[0,16]") "," T("b", "F32", "[1]", "[24,28]") "}", 28, "ST-HOLE",
      "bytes 16..24 belong to no tensor", "@" },
    { "S23", W("[1]", "[4,8]"), 8, "ST-HOLE", "bytes 0..4 belong to no tensor", "@62" },
    { "S24", W("[1]", "[0,4]"), 2, "ST-SIZE", "file ends 2 bytes early", "@64" },
    { "S24", W("[1]", "[0,4]"), 3, "ST-SIZE", "file ends 1 byte early", "@65" },
    { "S25", W("[1]", "[0,4]"), 31, "ST-TRAIL", "27 bytes after the last tensor", "@66" },
    { "S25", "{}", 1, "ST-TRAIL", "1 byte after the last tensor", "@10" },
    { "S26", "{}", 0, "", "", "" },
    { "S26", W("[0,3]", "[0,0]"), 0, "", "", "" },
    { "S17", W("[0,9223372036854775807]", "[0,0]"), 0, "ST-OVERFLOW", "overflows", "@13" },
    { "S26", "{" T("z", "F32", "[3,0]", "[0,0]") "," T("s", "F32", "[]", "[0,4]") "}", 4, "", "", "" },
    { "S27", "{\"__metadata__\":{\"a\":1}}", 0, "ST-META", "values must be strings", "@" },
    { "S27", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, "ST-META", "values must be strings", "@" },
    { "S27", "{\"__metadata__\":[]}", 0, "ST-META", "values must be strings", "@" },
    { "S27", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "ST-DUP", "metadata 'a' given twice", "@" },
    { "S27", "{\"__metadata__\":{},\"__metadata__\":{}}", 0, "ST-DUP", "'__metadata__' given twice", "@" },
    { "S28", "{" T("a\\u0000b", "F32", "[1]", "[0,4]") "}", 4, "ST-NAME", "NUL", "@" },
    { "S28", "{" T("a\\ud800b", "F32", "[1]", "[0,4]") "}", 4, "ST-NAME", "surrogate", "@" },
    { "S28", "{" T("a\\udc00b", "F32", "[1]", "[0,4]") "}", 4, "ST-NAME", "surrogate", "@" },
    { "S28", "{" T("a\\u001bb", "F32", "[1]", "[0,4]") "}", 4, "", "", "" },
    { "S28", "{" T("a\\u001bb", "F32", "[2]", "[0,4]") "}", 4, "ST-SIZE", "a\\x1bb", "@" },
    { "S32", "{" T("b", "F32", "[1]", "[4,8]") "," T("a", "F32", "[1]", "[0,4]") "}", 8, "", "", "" },
    { "json", "{\"w\":3}", 0, "ST-JSON", "tensor 'w' is not an object", "@" },
    { "json", "{\"w\"}", 0, "ST-JSON", "out of place", "@" },
};

static void judge(const char *id, gn_context *ctx, gn_status s, gn_st_file *f, const row *r, const char *said)
{
    const gn_error *e = gn_last_error(ctx);
    if (s == GN_OK) {
        if (r->code[0]) fail_msg("%s %s: accepted, expected %s", id, r->header, r->code);
        if (!strstr(said, r->text)) fail_msg("%s: \"%s\" not in \"%s\"", id, r->text, said);
        gn_st_free(ctx, f);
        return;
    }
    if (s != GN_BAD_DATA || strcmp(e->code, r->code) || !strstr(e->message, r->text) || !strstr(e->where, r->where) ||
        !strstr(e->where, FILE_NAME) || strchr(e->message, '\033'))
        fail_msg("%s %.200s: %d %s %s: %s, expected %s %s \"%s\"", id, r->header, (int)s, e->code, e->where, e->message,
                 r->code, r->where, r->text);
}

static void every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(rows); i++) {
        heard h = { "" };
        size_t size;
        gn_st_file f;
        gn_context *ctx = context(&h);
        unsigned char *bytes = file_of(rows[i].header, strlen(rows[i].header), rows[i].data, &size);
        gn_status s = read_bytes(ctx, bytes, size, &f);
        judge(rows[i].id, ctx, s, &f, &rows[i], h.text);
        free(bytes);
        gn_context_free(ctx);
    }
}

/* A length that has no such header behind it: S01, S02, S03. */
static void wrong_lengths(void **state)
{
    (void)state;
    static const struct { uint64_t length; row r; } wrong[] = {
        { UINT64_MAX, { "S02", "", 0, "ST-LIMIT", "header length 18446744073709551615", "" } },
        { (uint64_t)1 << 63, { "S02", "", 0, "ST-LIMIT", "header length 9223372036854775808", "" } },
        { 100000001, { "S02", "", 0, "ST-LIMIT", "header length 100000001", "" } },
        { 100000000, { "S02", "", 0, "ST-TRUNC", "header of 100000000 bytes, 2 available", "" } },
        { 3, { "S03", "", 0, "ST-TRUNC", "header of 3 bytes, 2 available", "" } },
    };
    heard h = { "" };
    gn_context *ctx = context(&h);
    gn_st_file f;
    for (size_t i = 0; i < GN_COUNT(wrong); i++) {
        unsigned char b[10] = { [8] = '{', [9] = '}' };
        for (int k = 0; k < 8; k++) b[k] = (unsigned char)(wrong[i].length >> 8 * k);
        gn_status s = read_bytes(ctx, b, sizeof b, &f);
        judge(wrong[i].r.id, ctx, s, &f, &wrong[i].r, "");
    }
    for (size_t n = 0; n < 8; n++) {
        const row r = { "S01", "", 0, "ST-TRUNC", "needs 8 bytes for the header length", "@" };
        gn_status s = read_bytes(ctx, "\2\0\0\0\0\0\0\0", n, &f);
        judge("S01", ctx, s, &f, &r, "");
    }
    gn_context_free(ctx);
}

/* ---- large headers ---------------------------------------------------------------------------------------------- */

static void one_large(gn_context *ctx, char *header, size_t n, size_t data, const row *r)
{
    size_t size;
    gn_st_file f;
    unsigned char *bytes = file_of(header, n, data, &size);
    gn_status s = read_bytes(ctx, bytes, size, &f);
    judge(r->id, ctx, s, &f, r, "");
    free(bytes);
}

static void deep(void **state)
{
    (void)state;
    heard h = { "" };
    gn_context *ctx = context(&h);
    static const struct { const char *id; size_t times; } sizes[] = { { "S07", 1000 }, { "S08", 1000000 } };
    for (size_t k = 0; k < GN_COUNT(sizes); k++) {
        size_t n = 5 * sizes[k].times;
        char *header = malloc(n);
        for (size_t i = 0; i < n; i++) header[i] = "{\"a\":"[i % 5];
        const row r = { sizes[k].id, "deep", 0, "ST-DEPTH", "deeper than 32", "@" };
        one_large(ctx, header, n, 0, &r);
        free(header);
    }
    gn_context_free(ctx);
}

static void long_names(void **state)
{
    (void)state;
    heard h = { "" };
    gn_context *ctx = context(&h);
    for (int over = 0; over < 2; over++) {
        char header[5000];
        size_t n = (size_t)snprintf(header, sizeof header, "{" T("%0*d", "F32", "[1]", "[0,4]") "}", 4096 + over, 0);
        const row r = { "S28", "long", 0, over ? "ST-NAME" : "", over ? "4097 bytes (limit 4096)" : "", "@9" };
        one_large(ctx, header, n, 4, &r);
    }
    gn_context_free(ctx);
}

/* S29 at a hundredth of the size: all of no bytes, names in no order. */
static void many_tensors(void **state)
{
    (void)state;
    enum { MANY = 10000, ROOM = 80 };
    heard h = { "" };
    gn_context *ctx = context(&h);
    char *header = malloc((size_t)MANY * ROOM);
    size_t n = 0, size;
    for (unsigned i = 0; i < MANY; i++)
        n += (size_t)snprintf(header + n, ROOM, "%s" T("t%u", "F32", "[0]", "[0,0]"),
                              i ? "," : "{", i * 7919u % MANY);
    header[n++] = '}';
    gn_st_file f;
    unsigned char *bytes = file_of(header, n, 0, &size);
    assert_int_equal(read_bytes(ctx, bytes, size, &f), GN_OK);
    assert_int_equal(f.tensors, MANY);
    gn_st_free(ctx, &f);
    free(bytes);
    free(header);
    gn_context_free(ctx);
}

/* ---- one good file, damaged ------------------------------------------------------------------------------------- */

static const char good[] = "{\"__metadata__\":{\"k\":\"v\\u00e9\",\"format\":\"pt\"},"
                           T("w", "F32", "[2,1]", "[0,8]") ","
                           T("b", "F64", "[1]", "[8,16]") "}";

/* That file in memory, and a context that hears what is said of it. */
typedef struct given { heard h; gn_context *ctx; unsigned char *bytes; size_t size; } given;

static void open_good(given *g)
{
    g->h = (heard){ "" };
    g->ctx = context(&g->h);
    g->bytes = file_of(good, sizeof good - 1, 16, &g->size);
}

static void close_good(given *g)
{
    free(g->bytes);
    gn_context_free(g->ctx);
}

static void check_file(const gn_st_file *f)
{
    uint64_t at = 0;
    for (size_t i = 0; i < f->tensors; i++) {
        assert_int_equal(f->tensor[i].begin, at);
        at = f->tensor[i].end;
    }
    assert_int_equal(f->data_offset + at, f->bytes.size);
}

static void reads_what_is_there(void **state)
{
    (void)state;
    given g;
    gn_st_file f;
    open_good(&g);
    assert_int_equal(read_bytes(g.ctx, g.bytes, g.size, &f), GN_OK);
    assert_int_equal(f.tensors, 2);
    assert_string_equal(gn_st_meta(&f, "k"), "v\xc3\xa9");
    assert_string_equal(gn_st_meta(&f, "format"), "pt");
    assert_null(gn_st_meta(&f, "absent"));
    assert_string_equal(f.tensor[0].name, "w");
    assert_int_equal(f.tensor[0].rank, 2);
    assert_int_equal(f.tensor[0].dim[0], 2);
    assert_string_equal(f.tensor[1].dtype, "F64");
    assert_memory_equal(gn_st_data(&f, &f.tensor[1]), g.bytes + g.size - 8, 8);
    gn_st_free(g.ctx, &f);
    close_good(&g);
}

static void cut_anywhere(void **state)
{
    (void)state;
    given g;
    gn_st_file f;
    open_good(&g);
    for (size_t n = 0; n < g.size; n++) {
        assert_int_equal(read_bytes(g.ctx, g.bytes, n, &f), GN_BAD_DATA);
        assert_string_equal(gn_last_error(g.ctx)->code, n < g.size - 16 ? "ST-TRUNC" : "ST-SIZE");
    }
    close_good(&g);
}

/* Whatever one byte becomes, the file is refused with a code of this format or is whole. */
static void mutated(void **state)
{
    (void)state;
    static const unsigned char to[] = { 0,   ' ', '"', '\\', '{', '}',  '[',  ']', ',',
                                        ':', '-', '0', '9',  'e', 0x1b, 0x80, 0xff };
    given g;
    size_t accepted = 0, refused = 0;
    gn_st_file f;
    open_good(&g);
    for (size_t at = 0; at < g.size; at++)
        for (size_t k = 0; k < sizeof to + 8; k++) {
            unsigned char old = g.bytes[at];
            g.bytes[at] = k < sizeof to ? to[k] : (unsigned char)(old ^ 1u << (k - sizeof to));
            gn_status s = read_bytes(g.ctx, g.bytes, g.size, &f);
            g.bytes[at] = old;
            if (s == GN_OK) {
                check_file(&f);
                gn_st_free(g.ctx, &f);
                accepted++;
                continue;
            }
            refused++;
            if (s != GN_BAD_DATA || strncmp(gn_last_error(g.ctx)->code, "ST-", 3) || !gn_last_error(g.ctx)->where[0])
                fail_msg("byte %zu, change %zu: %d %s", at, k, (int)s, gn_last_error(g.ctx)->code);
        }
    assert_true(accepted > 0 && refused > accepted / 2);
    close_good(&g);
}

/* ---- memory and writing ----------------------------------------------------------------------------------------- */

static void reads_without_memory(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = file_of(good, sizeof good - 1, 16, &size);
    gn_status s = GN_NO_MEMORY;
    long k = 0;
    for (; s != GN_OK && k < 1000; k++) {
        rig_alloc rig = { 0 };
        gn_st_file f;
        gn_context *ctx = rigged_context(&rig, 1);
        long before = rig.live;
        rig.calls = 0;
        rig.fail_at = k + 1;
        s = read_bytes(ctx, bytes, size, &f);
        if (s == GN_OK) gn_st_free(ctx, &f);
        else assert_int_equal(s, GN_NO_MEMORY);
        if (s != GN_OK) assert_string_equal(gn_last_error(ctx)->code, gn_code_text(GN_E_MEMORY));
        assert_int_equal(rig.live, before);
        gn_context_free(ctx);
        assert_int_equal(rig.live, 0);
    }
    assert_int_equal(s, GN_OK);
    assert_true(k > 3);
    free(bytes);
}

static const float w[] = { 1, -2.5f };
static const double b[] = { 0.1 };
static const gn_st_out out[] = {
    { "w\"\\\n\xc3\xa9", "F32", 2, { 2, 1 }, w, sizeof w },
    { "b", "F64", 1, { 1 }, b, sizeof b },
    { "none", "F32", 2, { 0, 3 }, w, 0 },
};
static const char *const key[] = { "text" }, *const value[] = { "a \"quote\" \\ \t\x1b\x7f end" };

static void writes_what_it_reads(void **state)
{
    (void)state;
    heard h = { "" };
    gn_context *ctx = context(&h);
    char path[64];
    gn_bytes bytes;
    gn_st_file f;
    snprintf(path, sizeof path, "/tmp/gn_test_st.%ld", (long)getpid());
    assert_int_equal(gn_st_write(ctx, path, out, GN_COUNT(out), key, value, 1), GN_OK);
    assert_int_equal(gn_read_file(ctx, path, 1 << 20, &bytes), GN_OK);
    assert_int_equal(gn_st_read(ctx, path, bytes, &f), GN_OK);
    assert_int_equal(f.data_offset % 8, 0);
    assert_int_equal(f.tensors, 3);
    assert_string_equal(gn_st_meta(&f, "text"), value[0]);
    for (size_t i = 0; i < GN_COUNT(out); i++) {
        size_t k = 0;
        while (k < 3 && strcmp(f.tensor[k].name, out[i].name)) k++;
        assert_true(k < 3);
        assert_int_equal(f.tensor[k].end - f.tensor[k].begin, out[i].bytes);
        assert_memory_equal(gn_st_data(&f, &f.tensor[k]), out[i].data, out[i].bytes);
    }
    gn_st_free(ctx, &f);
    remove(path);
    gn_context_free(ctx);
}

/* A write that fails leaves no file. */
static void writes_without_memory(void **state)
{
    (void)state;
    char path[64];
    gn_status s = GN_NO_MEMORY;
    snprintf(path, sizeof path, "/tmp/gn_test_st_mem.%ld", (long)getpid());
    for (long k = 1; s != GN_OK && k < 1000; k++) {
        rig_alloc rig = { 0 };
        gn_context *ctx = rigged_context(&rig, 1);
        rig.calls = 0;
        rig.fail_at = k;
        s = gn_st_write(ctx, path, out, GN_COUNT(out), key, value, 1);
        if (s != GN_OK) assert_int_equal(s, GN_NO_MEMORY);
        if (s != GN_OK) assert_int_equal(access(path, F_OK), -1);
        gn_context_free(ctx);
        assert_int_equal(rig.live, 0);
    }
    assert_int_equal(s, GN_OK);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row), cmocka_unit_test(wrong_lengths), cmocka_unit_test(deep),
        cmocka_unit_test(long_names), cmocka_unit_test(many_tensors), cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(cut_anywhere), cmocka_unit_test(mutated), cmocka_unit_test(reads_without_memory),
        cmocka_unit_test(writes_what_it_reads), cmocka_unit_test(writes_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
