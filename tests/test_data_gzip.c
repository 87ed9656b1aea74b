/* test_data_gzip.c -- gzip on the way to a reader: told by content, joined members read as one, every kind of damage
 * with its code and place; a file that inflates past what it declares is stopped early. */
#include "test_data_array.h"
#include "../src/data/read.h"

#include <zlib.h>

static const char csv[] = "a,b\n1,2\n3,5\n4,7\n";

typedef struct buffer {
    uint8_t *at;
    size_t n;
} buffer;

/* One gzip member, header without flags; free. */
static buffer gzipped(const void *from, size_t n)
{
    z_stream z = { 0 };
    size_t room = n + n / 1000 + 100;
    buffer b = { malloc(room), 0 };
    assert_non_null(b.at);
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)from;
    z.avail_in = (uInt)n;
    z.next_out = b.at;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    b.n = z.total_out;
    deflateEnd(&z);
    return b;
}

/* Everything that comes out of a file in memory, at most `room` bytes; a failure leaves *n as it was before it. */
static gn_status inflate_all(bench *b, const uint8_t *bytes, size_t size, uint8_t *to, size_t room, size_t *n)
{
    gn_source inner, s;
    *n = 0;
    gn_status status = gn_source_memory(b->ctx, "t.gz", bytes, size, &inner);
    if (status != GN_OK) return status;
    status = gn_source_gunzip(b->ctx, &inner, &s);
    if (status != GN_OK) return status;
    int64_t got = gn_source_read(&s, to, room);
    if (got < 0) status = gn_last_error(b->ctx)->status;
    else *n = (size_t)got;
    gn_source_close(&s);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

typedef enum change {
    SAME,
    CUT,      /* the last `by` bytes are missing */
    SET,      /* the byte at `at` (from the end when negative) becomes `by` */
    APPEND,   /* `tail` follows */
    TWICE,    /* the whole member follows once more */
    HEAD_CRC, /* a header checksum is put in, `by` added to it */
    NAMED,    /* the header has a name and a comment */
    PLAIN     /* not compressed at all */
} change;

typedef struct row {
    const char *id;
    change how;
    int at, by;
    const char *tail;
    verdict v;
    int times; /* accepted: how many times the text comes out */
} row;

#define REFUSED(code, place, text) { code, place, text, NULL }, 0
#define FINE(times) ACCEPTED, times

static const row rows[] = {
    { "C53", SAME, 0, 0, NULL, FINE(1) },
    { "C53", PLAIN, 0, 0, NULL, FINE(1) },
    { "C53", CUT, 0, 1, NULL, REFUSED("GZ-TRUNC", "t.gz @", "middle of its compressed data") },
    { "C53", CUT, 0, 8, NULL, REFUSED("GZ-TRUNC", "@", "middle") },
    { "C53", CUT, 0, 12, NULL, REFUSED("GZ-TRUNC", "@", "middle") },
    { "C53", SET, -8, 0x5a, NULL, REFUSED("GZ-CRC", "@", "checksum (CRC-32)") },
    { "C53", SET, -4, 0x7f, NULL, REFUSED("GZ-CRC", "@", "length") },
    { "Z17", SET, 3, 0xe0, NULL, REFUSED("GZ-HEADER", "t.gz @", "unknown header flags set") },
    { "Z17", SET, 3, 0x20, NULL, REFUSED("GZ-HEADER", "@", "unknown header flags set") },
    { "Z17", SET, 2, 7, NULL, REFUSED("GZ-HEADER", "@", "compression method") },
    { "Z17", SET, 10, 0xff, NULL, REFUSED("GZ-DATA", "@", "invalid block type") },
    { "Z17", HEAD_CRC, 0, 0, NULL, FINE(1) },
    { "Z17", HEAD_CRC, 0, 1, NULL, REFUSED("GZ-HEADER", "@", "header crc mismatch") },
    { "Z17", NAMED, 0, 0, NULL, FINE(1) },
    { "Z17", TWICE, 0, 0, NULL, FINE(2) },
    { "Z17", APPEND, 0, 5, "junk!", REFUSED("GZ-TRAIL", "@", "5 bytes after the compressed data, not gzip") },
    { "Z17", APPEND, 0, 1, "\x1f", REFUSED("GZ-TRAIL", "@", "1 byte after the compressed data") },
    { "Z17", APPEND, 0, 4, "\0\0\0\0", REFUSED("GZ-TRAIL", "@", "4 bytes after the compressed data") },
    { "Z17", APPEND, 0, 2, "\x1f\x8b", REFUSED("GZ-TRUNC", "@", "middle") },
};

/* The member with `extra` put between its header of 10 bytes and its data. */
static buffer with_extra(buffer z, uint8_t flags, const void *extra, size_t n)
{
    buffer out = { malloc(z.n + n), z.n + n };
    assert_non_null(out.at);
    memcpy(out.at, z.at, 10);
    out.at[3] = flags;
    memcpy(out.at + 10, extra, n);
    memcpy(out.at + 10 + n, z.at + 10, z.n - 10);
    return out;
}

static buffer with_head_crc(buffer z, int by)
{
    uint8_t head[10], sum[2];
    memcpy(head, z.at, 10);
    head[3] = 2;
    uint32_t crc = (uint32_t)crc32(0, head, 10) + (uint32_t)by;
    sum[0] = (uint8_t)crc;
    sum[1] = (uint8_t)(crc >> 8);
    return with_extra(z, 2, sum, 2);
}

static buffer with_tail(buffer z, const void *tail, size_t n)
{
    buffer out = { malloc(z.n + n), z.n + n };
    assert_non_null(out.at);
    memcpy(out.at, z.at, z.n);
    memcpy(out.at + z.n, tail, n);
    return out;
}

static buffer row_file(const row *r)
{
    buffer z = gzipped(csv, sizeof csv - 1), out = z;
    size_t at = r->at < 0 ? z.n - (size_t)-r->at : (size_t)r->at;
    switch (r->how) {
    case CUT: out.n -= (size_t)r->by; return out;
    case SET: out.at[at] = (uint8_t)r->by; return out;
    case APPEND: out = with_tail(z, r->tail, (size_t)r->by); break;
    case TWICE: out = with_tail(z, z.at, z.n); break;
    case HEAD_CRC: out = with_head_crc(z, r->by); break;
    case NAMED: out = with_extra(z, 0x18, "t.csv\0comment", 14); break;
    case PLAIN: out = with_tail((buffer){ z.at, 0 }, csv, sizeof csv - 1); break;
    default: return out;
    }
    free(z.at);
    return out;
}

static bool row_holds(size_t i)
{
    const row *r = &rows[i];
    bench b;
    uint8_t text[256];
    char id[32];
    size_t n, length = sizeof csv - 1;
    buffer f = row_file(r);
    snprintf(id, sizeof id, "%s (row %zu)", r->id, i);
    bench_open(&b, NULL);
    gn_status status = inflate_all(&b, f.at, f.n, text, sizeof text, &n);
    bool held = verdict_met(&b, id, status, &r->v);
    if (held && status == GN_OK) {
        assert_int_equal(n, length * (size_t)r->times);
        for (int k = 0; k < r->times; k++) assert_memory_equal(text + (size_t)k * length, csv, length);
    }
    bench_close(&b);
    free(f.at);
    return held;
}

static void test_rows(void **state)
{
    (void)state;
    every_row_holds(row_holds, GN_COUNT(rows));
}

/* ---- through the readers ----------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/gn_gzip_XXXXXX", path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/data", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    remove(path);
    return remove(folder);
}

static void write_file(const uint8_t *at, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(at, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* C53: the name has no .gz; the content says it. A damaged file's failure reaches the caller as it is. */
static void test_table(void **state)
{
    static const struct { const char *id; row how; verdict v; } files[] = {
        { "C53", { "", SAME, 0, 0, NULL, FINE(1) }, ACCEPTED },
        { "C53", { "", CUT, 0, 1, NULL, FINE(1) }, { "GZ-TRUNC", "data @", "middle", NULL } },
        { "C53", { "", SET, -8, 0x5a, NULL, FINE(1) }, { "GZ-CRC", "data @", "CRC-32", NULL } },
        { "Z17", { "", APPEND, 0, 3, "abc", FINE(1) }, { "GZ-TRAIL", "data @", "3 bytes", NULL } },
        { "Z17", { "", SET, 3, 0x80, NULL, FINE(1) }, { "GZ-HEADER", "data @", "flags", NULL } },
    };
    (void)state;
    for (size_t i = 0; i < GN_COUNT(files); i++) {
        bench b;
        gn_data *d;
        buffer f = row_file(&files[i].how);
        write_file(f.at, f.n);
        bench_open(&b, NULL);
        gn_status status = gn_data_read(b.ctx, path, b.options, &d);
        assert_true(verdict_met(&b, files[i].id, status, &files[i].v));
        if (status == GN_OK) {
            assert_int_equal(d->rows, 3);
            assert_true(((float *)d->x)[1] == 3);
        }
        gn_data_free(d);
        bench_close(&b);
        free(f.at);
    }
}

static gn_status read_idx_file(bench *b, gn_array *a)
{
    gn_source s;
    gn_status status = gn_open_data(b->ctx, path, &s);
    if (status != GN_OK) return status;
    status = gn_idx_read(b->ctx, &s, a);
    gn_source_close(&s);
    return status;
}

/* I02, I18: IDX told by its content; more or fewer bytes inside than declared. */
static void test_idx(void **state)
{
    static const struct { const char *id; size_t n; verdict v; } files[] = {
        { "I02", 12, ACCEPTED },
        { "I18", 13, { "IDX-SIZE", "data @12", "1 extra byte", NULL } },
        { "I18", 8 << 20, { "IDX-SIZE", "data @12", "at least 65536 extra bytes", NULL } },
        { "I18", 11, { "IDX-SIZE", "data @11", "header promises 12 bytes, file has 11", NULL } },
    };
    (void)state;
    for (size_t i = 0; i < GN_COUNT(files); i++) {
        bench b;
        gn_array a = { 0 };
        uint8_t *idx = calloc(files[i].n, 1);
        assert_non_null(idx);
        memcpy(idx, "\0\0\x08\1\0\0\0\4\1\2\3\4", files[i].n < 12 ? files[i].n : 12);
        buffer f = gzipped(idx, files[i].n);
        write_file(f.at, f.n);
        bench_open(&b, NULL);
        gn_status status = read_idx_file(&b, &a);
        assert_true(verdict_met(&b, files[i].id, status, &files[i].v));
        if (status == GN_OK) assert_true(values_met(&a, "I02", (const double[]){ 1, 2, 3, 4 }, 4));
        gn_array_free(b.ctx, &a);
        bench_close(&b);
        free(f.at);
        free(idx);
    }
}

/* ---- damage ---------------------------------------------------------------------------------------------------- */

/* Any cut is refused; two bytes are no gzip file, and nothing is no text. A changed byte is refused or changes
 * nothing that comes out (time, system, name: fields that no checksum covers). */
static void test_damage(void **state)
{
    buffer z = gzipped(csv, sizeof csv - 1);
    (void)state;
    for (size_t i = 0; i < 4 * z.n; i++) {
        bench b;
        uint8_t text[256], *copy = malloc(z.n);
        size_t at = i / 4, n, size = i % 4 == 3 ? at : z.n;
        memcpy(copy, z.at, z.n);
        if (i % 4 < 3) copy[at] = i % 4 == 0 ? 0 : i % 4 == 1 ? 0xff : (uint8_t)~copy[at];
        buffer f = with_tail((buffer){ copy, 0 }, copy, size);
        bool gzip = size >= 2 && copy[0] == 0x1f && copy[1] == 0x8b;
        bench_open(&b, NULL);
        gn_status status = inflate_all(&b, f.at, f.n, text, sizeof text, &n);
        if (!gzip) assert_true(status == GN_OK && n == size && memcmp(text, copy, size) == 0);
        else if (status == GN_OK) assert_true(size == z.n && n == sizeof csv - 1 && memcmp(text, csv, n) == 0);
        else assert_true(status == GN_BAD_DATA && strncmp(gn_last_error(b.ctx)->code, "GZ-", 3) == 0);
        bench_close(&b);
        free(f.at);
        free(copy);
    }
    free(z.at);
}

static void test_memory(void **state)
{
    buffer z = gzipped(csv, sizeof csv - 1);
    bool reached = true;
    (void)state;
    for (long k = 1; reached; k++) {
        bench b;
        uint8_t text[256];
        size_t n;
        bench_open(&b, NULL);
        b.countdown = k;
        gn_status status = inflate_all(&b, z.at, z.n, text, sizeof text, &n);
        reached = b.countdown == 0;
        b.countdown = 0;
        assert_int_equal(status, reached ? GN_NO_MEMORY : GN_OK);
        assert_true(reached || k > 2);
        bench_close(&b);
    }
    free(z.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_table),  cmocka_unit_test(test_idx),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
