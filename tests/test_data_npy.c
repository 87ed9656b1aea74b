/* test_data_npy.c -- NPY: every way a file can be wrong has its code, its place and its words; every type, order and
 * way of writing the header is read exactly; damage and missing memory anywhere are survived. */
#include <unistd.h>
#include "test_data_array.h"

enum { RAW = 0 }; /* in place of a version: `header` is the whole file */

typedef struct row {
    const char *id;
    int version; /* 1, 2, 3; the header is put after magic, version and length */
    const char *header;
    size_t header_n;
    const char *data;
    size_t data_n;
    verdict v;
    const double *values;
    size_t count;
} row;

#define NO_VALUES NULL, 0
#define VALUES(...) (const double[]){ __VA_ARGS__ }, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)
#define HEADER(descr, order, shape) \
    BYTES("{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n")
#define OF(descr, shape) HEADER("'" descr "'", "False", shape)
#define NONE BYTES("")
#define F1 "\0\0\x80\x3f"
#define F2 "\0\0\0\x40"
#define F3 "\0\0\x40\x40"
#define F4 "\0\0\x80\x40"
#define MAGIC "\x93NUMPY"
#define SHAPE_AT "@60" /* 10 bytes before the header, 50 before the value of shape in OF with three letters */
#define REFUSED(code, place, text) { code, place, text, NULL }, NO_VALUES
#define FINE ACCEPTED

static const row rows[] = {
    { "N01", RAW, NONE, NONE, REFUSED("NPY-TRUNC", "t.bin @0", "file is empty") },
    { "N01", RAW, BYTES(MAGIC "\1"), NONE, REFUSED("NPY-TRUNC", "@7", "at least 10 bytes, file has 7") },
    { "N01", RAW, BYTES(MAGIC "\1\0\x40"), NONE, REFUSED("NPY-TRUNC", "@9", "at least 10 bytes, file has 9") },
    { "N02", RAW, BYTES("\x93NUMPX\1\0"), NONE, REFUSED("NPY-MAGIC", "@0", "begins with \\x93NUMPY") },
    { "N02", RAW, BYTES("PK\3\4"), NONE, REFUSED("NPY-MAGIC", "@0", "PK") },
    { "N03", RAW, BYTES(MAGIC "\x09\0\0\0"), NONE, REFUSED("NPY-VERSION", "@6", "version 9.0 (known 1.0 2.0 3.0)") },
    { "N03", RAW, BYTES(MAGIC "\0\0\0\0"), NONE, REFUSED("NPY-VERSION", "@6", "version 0.0") },
    { "N03", RAW, BYTES(MAGIC "\1\7\0\0"), NONE, REFUSED("NPY-VERSION", "@6", "version 1.7") },
    { "N04", RAW, BYTES(MAGIC "\1\0\x60\xea{'descr'"), NONE,
      REFUSED("NPY-TRUNC", "@8", "header says 60000 bytes, 8 left") },
    { "N05", RAW, BYTES(MAGIC "\2\0\xf0\xff\xff\xff"), NONE,
      REFUSED("NPY-LIMIT", "@8", "header of 4294967280 bytes (limit 10000)") },
    { "N06", 1, BYTES("{'descr':'<f4','fortran_order':False,'shape':(1,)}"), BYTES(F2), FINE, VALUES(2) },
    { "N06", 2, BYTES("\n {'descr' : '<f4' ,\n'fortran_order':False,\t'shape':(1,)}   "), BYTES(F2), FINE, VALUES(2) },
    { "N06", 3, OF("<f4", "(1,)"), BYTES(F2), FINE, VALUES(2) },
    { "N08", 1, BYTES("{'descr': '<f4', 'fortran_order': False}"), NONE,
      REFUSED("NPY-HEADER", "@10", "key 'shape' missing") },
    { "N08", 1, BYTES("{'descr': '<f4', 'shape': (1,)}"), NONE,
      REFUSED("NPY-HEADER", "@10", "key 'fortran_order' missing") },
    { "N08", 1, BYTES("{}"), NONE, REFUSED("NPY-HEADER", "@10", "key 'descr' missing") },
    { "N08", 1, BYTES("{'x': 1}"), NONE, REFUSED("NPY-HEADER", "@11", "unknown key 'x'") },
    { "N09", 1, HEADER("'<f4'", "False", "(1,), 'shape': (1,)"), BYTES(F1),
      REFUSED("NPY-HEADER", "@", "'shape' given twice") },
    { "N09", 1, BYTES("{'descr': '<f4', 'descr': '<f4'}"), NONE, REFUSED("NPY-HEADER", "@27", "'descr' given twice") },
    { "N10", 1, BYTES("{\"shape\": (2,), \"descr\": \"<f4\", \"fortran_order\": False}"), BYTES(F1 F2), FINE,
      VALUES(1, 2) },
    { "N11", 1, OF("<f4", "(-2,)"), NONE, REFUSED("NPY-SHAPE", "@", "negative dimension -2") },
    { "N11", 1, OF("<f4", "(-1,)"), NONE, REFUSED("NPY-SHAPE", "@", "negative dimension -1") },
    { "N12", 1, OF("<f4", "[2]"), NONE, REFUSED("NPY-SHAPE", SHAPE_AT, "must be a tuple") },
    { "N12", 1, OF("<f4", "(2.0,)"), NONE, REFUSED("NPY-SHAPE", "@", "found '2.0") },
    { "N12", 1, OF("<f4", "(True,2)"), NONE, REFUSED("NPY-SHAPE", "@", "found 'True") },
    { "N12", 1, OF("<f4", "('2',)"), NONE, REFUSED("NPY-SHAPE", "@", "found ''2'") },
    { "N12", 1, OF("<f4", "(2)"), NONE, REFUSED("NPY-SHAPE", SHAPE_AT, "(N,)") },
    { "N12", 1, OF("<f4", "(02,)"), NONE, REFUSED("NPY-SHAPE", "@", "found '02") },
    { "N12", 1, OF("<f4", "(,)"), NONE, REFUSED("NPY-SHAPE", "@", "found ',") },
    { "N14", 1, OF("<f4", "(4294967296,4294967296)"), NONE, REFUSED("NPY-OVERFLOW", "@10", "overflows") },
    { "N14", 1, OF("<f4", "(99999999999999999999,)"), NONE, REFUSED("NPY-OVERFLOW", "@", "64 bits") },
    { "N15", 1, OF("<f4", "(4611686018427387905,4)"), BYTES(F1 F1 F1 F1), REFUSED("NPY-OVERFLOW", "@10", "overflows") },
    { "N16", 1, OF("<f4", "(0,9223372036854775807)"), NONE, REFUSED("NPY-OVERFLOW", "@10", "overflows") },
    { "N17", 1, OF("<f4", "(100000000000,)"), NONE,
      REFUSED("NPY-SIZE", "@", "header promises 400000000000 bytes, file has 0") },
    { "N18", 1, OF("<f4", "(4,)"), BYTES(F1 F2), REFUSED("NPY-SIZE", "@", "8 of 16 bytes") },
    { "N19", 1, OF("<f4", "(1,)"), BYTES(F1 F2), REFUSED("NPY-TRAIL", "@", "4 bytes after the array") },
    { "N19", 1, OF("<f4", "(0,)"), BYTES("x"), REFUSED("NPY-TRAIL", "@", "1 byte after the array") },
    { "N20", 1, OF("|O", "(1,)"), NONE,
      REFUSED("NPY-PICKLE", "@20", "contains Python objects (pickle); refused because loading them can run code") },
    { "N20", 1, OF("O", "(1,)"), NONE, REFUSED("NPY-PICKLE", "@20", "pickle") },
    { "N21", 1, HEADER("[('a', '<f4')]", "False", "(1,)"), NONE,
      REFUSED("NPY-DTYPE", "@20", "structured dtype [('a'") },
    { "N21", 1, OF("<U4", "(1,)"), NONE, REFUSED("NPY-DTYPE", "@20", "dtype '<U4' not supported") },
    { "N21", 1, OF("<c8", "(1,)"), NONE,
      REFUSED("NPY-DTYPE", "@20", "dtype '<c8' not supported (f2 f4 f8 i1..i8 u1..u8 b1)") },
    { "N21", 1, OF("<M8[ns]", "(1,)"), NONE, REFUSED("NPY-DTYPE", "@20", "dtype '<M8[ns]' not supported") },
    { "N21", 1, OF("|V16", "(1,)"), NONE, REFUSED("NPY-DTYPE", "@20", "dtype '|V16' not supported") },
    { "N21", 1, OF("", "(1,)"), NONE, REFUSED("NPY-DTYPE", "@20", "dtype '' not supported") },
    { "N22", 1, OF(">f4", "(2,)"), BYTES("\x3f\x80\0\0\x40\0\0\0"), FINE, VALUES(1, 2) },
    { "N22", 1, OF(">i8", "(2,)"), BYTES("\0\0\0\0\0\0\1\2\xff\xff\xff\xff\xff\xff\xff\xfe"), FINE, VALUES(258, -2) },
    { "N22", 1, OF("f4", "(1,)"), BYTES(F3), FINE, VALUES(3) },
    { "N22", 1, OF("<f2", "(4,)"), BYTES("\0\x3c\1\0\xff\x7b\0\xc0"), FINE, VALUES(1, 0x1p-24, 65504, -2) },
    { "N22", 1, OF("<f8", "(1,)"), BYTES("\x9a\x99\x99\x99\x99\x99\xb9\x3f"), FINE, VALUES(0.1) },
    { "N22", 1, OF("|i1", "(2,)"), BYTES("\x80\x7f"), FINE, VALUES(-128, 127) },
    { "N22", 1, OF("|u1", "(2,)"), BYTES("\x80\xff"), FINE, VALUES(128, 255) },
    { "N22", 1, OF("|b1", "(3,)"), BYTES("\0\1\2"), FINE, VALUES(0, 1, 1) },
    { "N22", 1, OF("?", "(2,)"), BYTES("\1\0"), FINE, VALUES(1, 0) },
    { "N22", 1, OF("<i2", "(1,)"), BYTES("\0\x80"), FINE, VALUES(-32768) },
    { "N22", 1, OF("<u2", "(1,)"), BYTES("\xff\xff"), FINE, VALUES(65535) },
    { "N22", 1, OF("<i4", "(1,)"), BYTES("\0\0\0\x80"), FINE, VALUES(-2147483648.0) },
    { "N22", 1, OF("<u4", "(1,)"), BYTES("\xff\xff\xff\xff"), FINE, VALUES(4294967295.0) },
    { "N22", 1, OF(">u8", "(1,)"), BYTES("\x80\0\0\0\0\0\0\0"), FINE, VALUES(9223372036854775808.0) },
    { "N23", 1, HEADER("'<f4'", "True", "(2, 2)"), BYTES(F1 F2 F3 F4), FINE, VALUES(1, 3, 2, 4) },
    { "N23", 1, HEADER("'|u1'", "True", "(2, 3)"), BYTES("\1\2\3\4\5\6"), FINE, VALUES(1, 3, 5, 2, 4, 6) },
    { "N23", 1, HEADER("'<f4'", "1", "(2, 2)"), NONE, REFUSED("NPY-HEADER", "@", "expected True or False, found '1'") },
    { "N25", 1, OF("<f4", "()"), BYTES(F3), FINE, VALUES(3) },
    { "N25", 1, OF("|u1", "(1,1,1,1,1,1,1,1)"), BYTES("\7"), FINE, VALUES(7) },
    { "N25", 1, OF("|u1", "(1,1,1,1,1,1,1,1,1)"), BYTES("\7"),
      REFUSED("NPY-LIMIT", SHAPE_AT, "9 dimensions (limit 8)") },
    { "N25", 1, OF("<f4", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), BYTES(F1),
      REFUSED("NPY-LIMIT", SHAPE_AT, "33 dimensions (limit 8)") },
    { "N25", 1, OF("<f4", "(0, 2)"), NONE, FINE, NO_VALUES },
    { "N27", 1, BYTES("{'descr': '\xe9" "f4'}"), NONE, REFUSED("NPY-HEADER", "@21", "byte 0xE9 inside a string") },
    { "N27", 3, BYTES("{'\xc3\xa9': 1}"), NONE, REFUSED("NPY-HEADER", "@14", "byte 0xC3") },
    { "N27", 1, BYTES("{'descr': '<f4', \xff}"), NONE, REFUSED("NPY-HEADER", "@27", "expected a key in quotes") },
    { "N27", 1, BYTES("{'descr"), NONE, REFUSED("NPY-HEADER", "@11", "never closed") },
    { "N27", 1, HEADER("'<f4'", "False", "(1,)}x"), BYTES(F1), REFUSED("NPY-HEADER", "@", "found 'x'") },
};

/* *n is the length of the file; free. */
static uint8_t *file_of(int version, const char *header, size_t header_n, const char *data, size_t data_n, size_t *n)
{
    size_t wide = version == 1 ? 2 : 4, start = version == RAW ? 0 : 8 + wide;
    uint8_t *f = calloc(start + header_n + data_n + 1, 1);
    assert_non_null(f);
    if (version != RAW) {
        memcpy(f, MAGIC, 6);
        f[6] = (uint8_t)version;
        for (size_t i = 0; i < wide; i++) f[8 + i] = (uint8_t)(header_n >> 8 * i);
    }
    memcpy(f + start, header, header_n);
    memcpy(f + start + header_n, data, data_n);
    *n = start + header_n + data_n;
    return f;
}

static bool row_holds(size_t i)
{
    const row *r = &rows[i];
    size_t n;
    uint8_t *f = file_of(r->version, r->header, r->header_n, r->data, r->data_n, &n);
    bool held = read_holds(gn_npy_read, r->id, i, f, n, &r->v, r->values, r->count);
    free(f);
    return held;
}

static void test_rows(void **state)
{
    (void)state;
    every_row_holds(row_holds, GN_COUNT(rows));
}

/* N05, N17: nothing is allocated on a header's word alone (N05: nothing at all). */
static void test_no_memory_on_a_word(void **state)
{
    bench b;
    gn_array a;
    (void)state;
    bench_open(&b, NULL);
    b.countdown = 1;
    assert_int_equal(read_copy(&b, gn_npy_read, MAGIC "\2\0\xf0\xff\xff\xff", 12, &a), GN_BAD_DATA);
    assert_int_equal(b.countdown, 1);
    b.countdown = 0;
    bench_close(&b);
}

/* N04 at its own size, N07, and a header between the two limits. */
static void test_long_headers(void **state)
{
    static const struct { const char *id; size_t n, said; char fill; verdict v; } lengths[] = {
        { "N04", 126, 60000, ' ', { "NPY-TRUNC", "@8", "header says 60000 bytes, 126 left", NULL } },
        { "N05", 10001, 10001, ' ', { "NPY-LIMIT", "@8", "header of 10001 bytes (limit 10000)", NULL } },
        { "N05", 10000, 10000, ' ', { "NPY-HEADER", "@", "not a dictionary", NULL } },
        { "N07", 5000, 5000, '(', { "NPY-HEADER", "@10", "not a dictionary", NULL } },
        { "N07", 5000, 5000, '{', { "NPY-HEADER", "@11", "expected a key in quotes", NULL } },
    };
    (void)state;
    for (size_t i = 0; i < GN_COUNT(lengths); i++) {
        bench b;
        gn_array a;
        char text[10001];
        size_t n;
        memset(text, lengths[i].fill, sizeof text);
        uint8_t *f = file_of(1, text, lengths[i].n, "", 0, &n);
        f[8] = (uint8_t)lengths[i].said;
        f[9] = (uint8_t)(lengths[i].said >> 8);
        bench_open(&b, NULL);
        gn_status status = read_copy(&b, gn_npy_read, f, n, &a);
        assert_true(verdict_met(&b, lengths[i].id, status, &lengths[i].v));
        bench_close(&b);
        free(f);
    }
}

/* N13, and 64-bit integers that a double cannot hold: accepted, and said. */
static void test_notes(void **state)
{
    static const struct { const char *header; size_t n; const char *data; size_t data_n;
                          double value; const char *note; }
    said[] = {
        { OF("<f4", "(2L,)"), BYTES(F2 F2), 2, "N: t.bin: written by Python 2" },
        { OF("<i8", "(1,)"), BYTES("\1\0\0\0\0\0\x20\0"), 9007199254740992.0, "W: t.bin: 1 integer not exactly" },
    };
    (void)state;
    for (size_t i = 0; i < GN_COUNT(said); i++) {
        bench b;
        gn_array a;
        size_t n;
        uint8_t *f = file_of(1, said[i].header, said[i].n, said[i].data, said[i].data_n, &n);
        bench_open(&b, NULL);
        assert_int_equal(read_copy(&b, gn_npy_read, f, n, &a), GN_OK);
        assert_true(element(&a, 0) == said[i].value);
        if (!strstr(b.notes, said[i].note)) fail_msg("notes: %s", b.notes);
        gn_array_free(b.ctx, &a);
        bench_close(&b);
        free(f);
    }
}

/* From a pipe, whose size nobody knows: memory grows with what arrives, and the verdicts are the same. */
static void test_pipe(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < GN_COUNT(rows); i++) {
        const row *r = &rows[i];
        bench b;
        gn_source s;
        gn_array a;
        char name[32];
        int end[2];
        size_t n;
        uint8_t *f = file_of(r->version, r->header, r->header_n, r->data, r->data_n, &n);
        assert_int_equal(pipe(end), 0);
        assert_int_equal(write(end[1], f, n), (ssize_t)n);
        close(end[1]);
        snprintf(name, sizeof name, "/dev/fd/%d", end[0]);
        bench_open(&b, NULL);
        assert_int_equal(gn_source_open(b.ctx, name, &s), GN_OK);
        gn_status status = gn_npy_read(b.ctx, &s, &a);
        verdict v = r->v;
        v.place = NULL;
        if (!verdict_met(&b, r->id, status, &v)) bad++;
        else if (status == GN_OK) bad += !values_met(&a, r->id, r->values, r->count);
        gn_array_free(b.ctx, &a);
        gn_source_close(&s);
        bench_close(&b);
        close(end[0]);
        free(f);
    }
    assert_int_equal(bad, 0);
}

/* ---- arrays as data: N24, N25, N26 ------------------------------------------------------------------------------- */

typedef struct array_file { const char *header; size_t n; const char *data; size_t data_n; } array_file;

#define NAN4 "\0\0\xc0\x7f"
#define INF4 "\0\0\x80\xff"

static const struct { const char *id; array_file x, y; const char *option; verdict v; } pairs[] = {
    { "N24", { OF("<f4", "(2, 2)"), BYTES(F1 F2 F3 NAN4) }, { OF("<f4", "(2,)"), BYTES(F1 F3) }, NULL,
      { "DATA-NONFINITE", "x.npy", "row 1, column 1 (from 0) is nan", "--missing=mean" } },
    { "N24", { OF("<f4", "(2, 2)"), BYTES(F1 F2 INF4 F3) }, { OF("<f4", "(2,)"), BYTES(F1 F3) }, "missing=mean",
      { "DATA-NONFINITE", "x.npy", "row 1, column 0 (from 0) is inf", NULL } },
    { "N24", { OF("<f4", "(2, 2)"), BYTES(F1 F2 F3 NAN4) }, { OF("<f4", "(2,)"), BYTES(F1 F3) }, "missing=mean",
      ACCEPTED },
    { "N24", { OF("<f4", "(2, 1)"), BYTES(F1 F2) }, { OF("<f4", "(2,)"), BYTES(F1 NAN4) }, NULL,
      { "DATA-NONFINITE", "y.npy", "row 1, column 0 (from 0) is nan", NULL } },
    { "N25", { OF("<f4", "()"), BYTES(F1) }, { OF("<f4", "(1,)"), BYTES(F1) }, NULL,
      { "NPY-SHAPE", "x.npy", "0 dimensions", NULL } },
    { "N25", { OF("<f4", "(1,1)"), BYTES(F1) }, { OF("<f4", "()"), BYTES(F1) }, NULL,
      { "NPY-SHAPE", "y.npy", "0 dimensions", NULL } },
    { "N26", { OF("<f4", "(2, 2)"), BYTES(F1 F2 F3 F4) }, { OF("<f4", "(3,)"), BYTES(F1 F2 F3) }, NULL,
      { "DATA-ROWS", "y.npy", "X has 2 rows, y has 3", NULL } },
    { "N26", { OF("<f4", "(0, 2)"), NONE }, { OF("<f4", "(0,)"), NONE }, NULL,
      { "DATA-ROWS", "x.npy", "no elements", NULL } },
};

static gn_status read_array(bench *b, const array_file *f, gn_array *a)
{
    size_t n;
    uint8_t *at = file_of(1, f->header, f->n, f->data, f->data_n, &n);
    gn_status s = read_copy(b, gn_npy_read, at, n, a);
    free(at);
    return s;
}

static void test_pairs(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < GN_COUNT(pairs); i++) {
        const char *options[] = { pairs[i].option, NULL };
        bench b;
        gn_array x, y;
        gn_data *d;
        bench_open(&b, options);
        assert_int_equal(read_array(&b, &pairs[i].x, &x), GN_OK);
        assert_int_equal(read_array(&b, &pairs[i].y, &y), GN_OK);
        gn_status s = gn_data_from_arrays(b.ctx, &x, &y, "x.npy", "y.npy", b.options, &d);
        bad += !verdict_met(&b, pairs[i].id, s, &pairs[i].v);
        gn_data_free(d);
        gn_array_free(b.ctx, &x);
        gn_array_free(b.ctx, &y);
        bench_close(&b);
    }
    assert_int_equal(bad, 0);
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static void on_good_file(void (*test)(array_reader read, const uint8_t *bytes, size_t n))
{
    array_file good = { HEADER("'<i2'", "True", "(2, 2)"), BYTES("\1\0\2\0\3\0\4\0") };
    size_t n;
    uint8_t *f = file_of(1, good.header, good.n, good.data, good.data_n, &n);
    test(gn_npy_read, f, n);
    free(f);
}

static void test_damage(void **state)
{
    (void)state;
    on_good_file(survive_damage);
}

static void test_memory(void **state)
{
    (void)state;
    on_good_file(survive_memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),  cmocka_unit_test(test_no_memory_on_a_word), cmocka_unit_test(test_long_headers),
        cmocka_unit_test(test_notes), cmocka_unit_test(test_pairs),               cmocka_unit_test(test_damage),
        cmocka_unit_test(test_memory), cmocka_unit_test(test_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
