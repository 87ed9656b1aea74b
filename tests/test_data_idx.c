/* test_data_idx.c -- IDX: every way a file or a pair of files can be wrong has its code, its place and its words; the
 * valid types are read exactly; damage and missing memory anywhere are survived. */
#include "test_data_array.h"

typedef struct row {
    const char *id, *bytes;
    size_t n;
    verdict v;
    const double *values;
    size_t count;
} row;

#define DIM(n) "\0\0\0" n
#define REFUSED(code, place, text, hint) { code, place, text, hint }, NULL, 0
#define VALUES(...) ACCEPTED, (const double[]){ __VA_ARGS__ }, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)

static const row rows[] = {
    { "I01", BYTES(""), REFUSED("IDX-TRUNC", "t.bin @0", "needs at least 4 header bytes, file has 0", NULL) },
    { "I01", BYTES("\0\0\x08"), REFUSED("IDX-TRUNC", "@3", "needs at least 4 header bytes, file has 3", NULL) },
    { "I03", BYTES("\1\2\x08\1"), REFUSED("IDX-MAGIC", "@0", "bytes 0-1 must be 00 00, found 01 02", NULL) },
    { "I03", BYTES("\0\2\x08\1"), REFUSED("IDX-MAGIC", "@0", "found 00 02", NULL) },
    { "I04", BYTES("\0\0\x0a\1"), REFUSED("IDX-DTYPE", "@2", "type code 0x0A (known: 08 09 0B 0C 0D 0E)", NULL) },
    { "I04", BYTES("\0\0\0\1"), REFUSED("IDX-DTYPE", "@2", "type code 0x00", NULL) },
    { "I04", BYTES("\0\0\xff\1"), REFUSED("IDX-DTYPE", "@2", "type code 0xFF", NULL) },
    { "I05", BYTES("\0\0\x08\0"), REFUSED("IDX-NDIM", "@3", "0 dimensions", NULL) },
    { "I06", BYTES("\0\0\x08\xff"), REFUSED("IDX-NDIM", "@3", "255 dimensions (limit 8)", NULL) },
    { "I06", BYTES("\0\0\x08\x09"), REFUSED("IDX-NDIM", "@3", "9 dimensions (limit 8)", NULL) },
    { "I07", BYTES("\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
      REFUSED("IDX-OVERFLOW", "@4", "size overflows", NULL) },
    { "I08", BYTES("\0\0\x08\3" DIM("\2") "\0\0"), REFUSED("IDX-TRUNC", "@10", "needs 16 bytes, file has 10", NULL) },
    { "I08", BYTES("\0\0\x08\1"), REFUSED("IDX-TRUNC", "@4", "needs 8 bytes, file has 4", NULL) },
    { "I09", BYTES("\0\0\x08\2" DIM("\2") DIM("\2") "abc"),
      REFUSED("IDX-SIZE", "@15", "header promises 16 bytes, file has 15", NULL) },
    { "I10", BYTES("\0\0\x08\2" DIM("\2") DIM("\2") "abcde"), REFUSED("IDX-SIZE", "@16", "1 extra byte", NULL) },
    { "I10", BYTES("\0\0\x0b\1" DIM("\1") "abcd"), REFUSED("IDX-SIZE", "@10", "2 extra bytes", NULL) },
    { "I11", BYTES("\0\0\x08\1\x60\xea\0\0" "abcd"),
      REFUSED("IDX-SIZE", "@", "header promises", "dimension 0 = 1625948160 looks byte-swapped (60000?)") },
    { "I11", BYTES("\0\0\x08\3\x60\xea\0\0\x1c\0\0\0\x1c\0\0\0" "abcd"),
      REFUSED("IDX-SIZE", "@", "overflows", "dimension 0 = 1625948160 looks byte-swapped (60000?)") },
    { "I11", BYTES("\0\0\x08\1\3\0\0\0" "abc"), REFUSED("IDX-SIZE", "@", "promises", "looks byte-swapped (3?)") },
    { "I15", BYTES("\0\0\x0d\2" DIM("\2") DIM("\2") "\0\0\0\0\0\0\0\0\0\0\0\0\x7f\xc0\0\0"),
      REFUSED("IDX-NONFINITE", "@24", "item 1, element 1 (from 0) is nan", NULL) },
    { "I15", BYTES("\0\0\x0e\1" DIM("\1") "\xff\xf0\0\0\0\0\0\0"),
      REFUSED("IDX-NONFINITE", "@8", "item 0, element 0 (from 0) is inf", NULL) },
    { "I16", BYTES("<!DOCTYPE html><html><head><title>404 Not Found</title>"),
      REFUSED("IDX-HTML", "@0", "HTML page", "failed download") },
    { "I16", BYTES("<html>\r\n"), REFUSED("IDX-HTML", "@0", "HTML page", NULL) },
    { "I16", BYTES("<svg>"), REFUSED("IDX-MAGIC", "@0", "found 3c 73", NULL) },
    { "I17", BYTES("\0\0\x08\3" DIM("\0") DIM("\x1c") DIM("\x1c")),
      REFUSED("IDX-NOROWS", "@4", "dimension 0 is 0", NULL) },
    { "I17", BYTES("\0\0\x08\2" DIM("\1") DIM("\0")), REFUSED("IDX-NOROWS", "@8", "dimension 1 is 0", NULL) },
    { "I19", BYTES("\0\0\x08\1" DIM("\3") "\0\x7f\xff"), VALUES(0, 127, 255) },
    { "I19", BYTES("\0\0\x09\1" DIM("\3") "\x80\xff\x7f"), VALUES(-128, -1, 127) },
    { "I19", BYTES("\0\0\x0b\1" DIM("\3") "\x80\0\xff\xfe\1\2"), VALUES(-32768, -2, 258) },
    { "I19", BYTES("\0\0\x0c\1" DIM("\3") "\x80\0\0\0\xff\xff\xff\xfe\1\2\3\4"), VALUES(-2147483648.0, -2, 16909060) },
    { "I19", BYTES("\0\0\x0d\1" DIM("\2") "\x3f\xc0\0\0\xc0\x49\x0f\xdb"), VALUES(1.5, -3.1415927410125732421875) },
    { "I19", BYTES("\0\0\x0e\1" DIM("\2") "\x3f\xb9\x99\x99\x99\x99\x99\x9a\xc0\0\0\0\0\0\0\0"), VALUES(0.1, -2) },
};

static bool row_holds(size_t i)
{
    const row *r = &rows[i];
    return read_holds(gn_idx_read, r->id, i, r->bytes, r->n, &r->v, r->values, r->count);
}

static void test_rows(void **state)
{
    (void)state;
    every_row_holds(row_holds, GN_COUNT(rows));
}

/* A large file that is refused by its size: not one allocation is made for it. */
static void refused_unread(const char *id, const uint8_t *head, size_t head_n, size_t n, const verdict *v)
{
    bench b;
    gn_source s;
    gn_array a;
    uint8_t *file = calloc(n, 1);
    assert_non_null(file);
    memcpy(file, head, head_n);
    bench_open(&b, NULL);
    assert_int_equal(gn_source_memory(b.ctx, "t.bin", file, n, &s), GN_OK);
    b.countdown = 1;
    gn_status status = gn_idx_read(b.ctx, &s, &a);
    assert_int_equal(b.countdown, 1);
    b.countdown = 0;
    assert_true(verdict_met(&b, id, status, v));
    gn_source_close(&s);
    bench_close(&b);
    free(file);
}

static void test_no_memory_on_a_word(void **state)
{
    static const uint8_t mnist[] = { 0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28 },
                         huge[] = { 0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
                         large[] = { 0, 0, 8, 1, 255, 255, 255, 255 };
    (void)state;
    refused_unread("I09", mnist, sizeof mnist, 47040015,
                   &(verdict){ "IDX-SIZE", "@47040015", "header promises 47040016 bytes, file has 47040015", NULL });
    refused_unread("I07", huge, sizeof huge, 16, &(verdict){ "IDX-OVERFLOW", "@4", "size overflows", NULL });
    refused_unread("I07", large, sizeof large, 8, &(verdict){ "IDX-SIZE", "@8", "promises 4294967303 bytes", NULL });
}

/* ---- pairs ----------------------------------------------------------------------------------------------------- */

typedef struct pair_row {
    const char *id;
    int x_rank;
    uint32_t x_rows;
    int y_rank;
    uint32_t y_rows;
    int at, label; /* item `at` of the labels is `label`, the others count 0 1 2 0 1 2 */
    const char *option;
    verdict v;
} pair_row;

static const pair_row pair_rows[] = {
    { "I12", 3, 60000, 1, 10000, 0, 0, NULL, { "IDX-PAIR", "y.idx @4", "60000 images but 10000 labels", NULL } },
    { "I13", 1, 6, 1, 6, 0, 0, NULL, { "IDX-PAIR", "x.idx @3", "expected 3 dimensions, found 1 (label file?)", NULL } },
    { "I13", 3, 6, 3, 6, 0, 0, NULL, { "IDX-PAIR", "y.idx @3", "expected 1 dimension, found 3 (image file?)", NULL } },
    { "I14", 3, 30, 1, 30, 17, 200, "classes=10", { "IDX-LABEL", "y.idx", "label 200 at item 17", NULL } },
    { "I14", 3, 30, 1, 30, 17, 10, "classes=10", { "IDX-LABEL", "y.idx", "the classes are 0 to 9", NULL } },
    { "I14", 3, 30, 1, 30, 17, 9, "classes=10", ACCEPTED },
    { "I19", 3, 6, 1, 6, 0, 0, NULL, ACCEPTED },
};

/* An array file of one byte for each item, all other dimensions 1. */
static void write_idx(const char *path, int rank, uint32_t n, int at, int label)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    uint8_t head[4] = { 0, 0, 8, (uint8_t)rank };
    fwrite(head, 1, 4, f);
    for (int k = 0; k < rank; k++) {
        uint32_t d = k ? 1 : n;
        for (int shift = 24; shift >= 0; shift -= 8) fputc((int)(d >> shift & 255), f);
    }
    for (uint32_t i = 0; i < n; i++) fputc(i == (uint32_t)at ? label : (int)(i % 3), f);
    assert_int_equal(fclose(f), 0);
}

static bool pair_holds(const pair_row *r, const char *both)
{
    const char *options[] = { r->option, NULL };
    bench b;
    gn_data *d;
    bench_open(&b, options);
    gn_status status = gn_data_read(b.ctx, both, b.options, &d);
    bool held = verdict_met(&b, r->id, status, &r->v);
    if (status == GN_OK) {
        assert_int_equal(d->rows, r->x_rows);
        assert_int_equal(d->label[r->at], r->label);
        assert_int_equal(d->label[2], 2);
        gn_data_free(d);
    } else assert_null(d);
    bench_close(&b);
    return held;
}

/* Every allocation from opening the two files to the finished data fails once. */
static void pair_survives_memory(const char *both)
{
    bool reached = true;
    for (long k = 1; reached; k++) {
        bench b;
        gn_data *d;
        bench_open(&b, NULL);
        b.countdown = k;
        gn_status status = gn_data_read(b.ctx, both, b.options, &d);
        reached = b.countdown == 0;
        b.countdown = 0;
        assert_int_equal(status, reached ? GN_NO_MEMORY : GN_OK);
        assert_true(reached ? d == NULL : d != NULL);
        gn_data_free(d);
        bench_close(&b);
    }
}

static void test_pairs(void **state)
{
    char folder[] = "/tmp/gn_idx_XXXXXX", x[64], y[64], both[140];
    size_t bad = 0;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(x, sizeof x, "%s/x.idx", folder);
    snprintf(y, sizeof y, "%s/y.idx", folder);
    snprintf(both, sizeof both, "%s,%s", x, y);
    for (size_t i = 0; i < GN_COUNT(pair_rows); i++) {
        const pair_row *r = &pair_rows[i];
        write_idx(x, r->x_rank, r->x_rows, -1, 0);
        write_idx(y, r->y_rank, r->y_rows, r->at, r->label);
        bad += !pair_holds(r, both);
    }
    pair_survives_memory(both); /* the last row's files, which are good */
    remove(x);
    remove(y);
    remove(folder);
    assert_int_equal(bad, 0);
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

static const char good[] = "\0\0\x0d\2" DIM("\2") DIM("\2") "\x3f\xc0\0\0\xc0\x49\x0f\xdb\0\0\0\0\x3f\x80\0\0";

static void test_damage(void **state)
{
    (void)state;
    survive_damage(gn_idx_read, (const uint8_t *)good, sizeof good - 1);
}

static void test_memory(void **state)
{
    (void)state;
    survive_memory(gn_idx_read, (const uint8_t *)good, sizeof good - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),   cmocka_unit_test(test_no_memory_on_a_word), cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
