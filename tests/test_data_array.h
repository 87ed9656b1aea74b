/* test_data_array.h -- what the tests of IDX, NPY and gzip share: a verdict to compare with, a file in memory in a
 * block of exactly its size, and the damage that every reader must survive. */
#ifndef TEST_DATA_ARRAY_H
#define TEST_DATA_ARRAY_H

#include <stdio.h>
#include "test_data_csv.h"

/* The length is the literal's, so that a table can hold bytes of 0. */
#define BYTES(literal) (literal), sizeof(literal) - 1

typedef struct verdict {
    const char *code; /* "": accepted */
    const char *place, *text, *hint;
} verdict;
#define ACCEPTED { "", NULL, NULL, NULL }

static inline bool verdict_met(const bench *b, const char *id, gn_status status, const verdict *v)
{
    const gn_error *e = gn_last_error(b->ctx);
    if (!v->code[0]) {
        if (status == GN_OK) return true;
        print_error("%s: refused: %s [%s] %s\n", id, e->code, e->where, e->message);
        return false;
    }
    bool met = status == GN_BAD_DATA && e->status == status && strcmp(e->code, v->code) == 0;
    met = met && (!v->place || strstr(e->where, v->place)) && (!v->text || strstr(e->message, v->text));
    met = met && (!v->hint || strstr(e->hint, v->hint));
    if (!met)
        print_error("%s: status %d, %s [%s] %s (%s); wanted %s [%s] %s (%s)\n", id, (int)status, e->code, e->where,
                    e->message, e->hint, v->code, v->place ? v->place : "", v->text ? v->text : "",
                    v->hint ? v->hint : "");
    return met;
}

static inline double element(const gn_array *a, size_t i)
{
    return a->type == GN_EL_U8    ? ((uint8_t *)a->at)[i]
           : a->type == GN_EL_F32 ? (double)((float *)a->at)[i]
                                  : ((double *)a->at)[i];
}

static inline bool values_met(const gn_array *a, const char *id, const double *values, size_t count)
{
    assert_int_equal(a->size, count);
    for (size_t k = 0; k < count; k++)
        if (element(a, k) != values[k]) {
            print_error("%s: element %zu is %g, wanted %g\n", id, k, element(a, k), values[k]);
            return false;
        }
    return true;
}

typedef gn_status (*array_reader)(gn_context *ctx, gn_source *source, gn_array *out);

/* Reads a copy that ends where its block ends, so that a checker sees the first byte read beyond. */
static inline gn_status read_copy(bench *b, array_reader read, const void *bytes, size_t n, gn_array *out)
{
    gn_source s;
    uint8_t *copy = malloc(n ? n : 1);
    if (n) memcpy(copy, bytes, n);
    *out = (gn_array){ 0 };
    gn_status status = gn_source_memory(b->ctx, "t.bin", copy, n, &s);
    if (status == GN_OK) {
        status = read(b->ctx, &s, out);
        gn_source_close(&s);
    }
    free(copy);
    return status;
}

/* Read, a row of a table meets its verdict and has its values. */
static inline bool read_holds(array_reader read, const char *id, size_t i, const void *bytes, size_t n,
                              const verdict *v, const double *values, size_t count)
{
    bench b;
    gn_array a;
    char row[32];
    snprintf(row, sizeof row, "%s (row %zu)", id, i);
    bench_open(&b, NULL);
    gn_status status = read_copy(&b, read, bytes, n, &a);
    bool held = verdict_met(&b, row, status, v) && (status != GN_OK || values_met(&a, row, values, count));
    gn_array_free(b.ctx, &a);
    bench_close(&b);
    return held;
}

/* Rows that do not hold have said so, each of them. */
static inline void every_row_holds(bool (*row_holds)(size_t i), size_t count)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) bad += !row_holds(i);
    assert_int_equal(bad, 0);
}

/* A file cut or changed: refused with a code, or accepted; nothing is left behind by a refusal. */
static inline void survive(array_reader read, const uint8_t *bytes, size_t n, bool must_fail)
{
    bench b;
    gn_array a;
    bench_open(&b, NULL);
    gn_status status = read_copy(&b, read, bytes, n, &a);
    if (status != GN_OK) {
        assert_int_equal(status, GN_BAD_DATA);
        assert_true(gn_last_error(b.ctx)->code[0] != 0 && gn_last_error(b.ctx)->message[0] != 0);
        assert_null(a.at);
    } else assert_false(must_fail);
    gn_array_free(b.ctx, &a);
    bench_close(&b);
}

static inline void survive_damage(array_reader read, const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n);
    for (size_t i = 0; i < n; i++) survive(read, bytes, i, true);
    for (size_t i = 0; i < n; i++)
        for (int how = 0; how < 3; how++) {
            memcpy(copy, bytes, n);
            copy[i] = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)~copy[i];
            survive(read, copy, n, false);
        }
    free(copy);
}

/* Each allocation fails once; at last none does, and the file is read. */
static inline void survive_memory(array_reader read, const uint8_t *bytes, size_t n)
{
    for (long k = 1;; k++) {
        bench b;
        gn_array a;
        bench_open(&b, NULL);
        b.countdown = k;
        gn_status status = read_copy(&b, read, bytes, n, &a);
        bool reached = b.countdown == 0;
        b.countdown = 0;
        assert_int_equal(status, reached ? GN_NO_MEMORY : GN_OK);
        gn_array_free(b.ctx, &a);
        bench_close(&b);
        if (!reached) {
            assert_true(k > 1);
            return;
        }
        assert_true(k < 1000);
    }
}

#endif
