/* test_data_csv.h -- what the tests of tables share: a context that keeps its notes, options from text, a table or data
 * from bytes in memory. */
#ifndef TEST_DATA_CSV_H
#define TEST_DATA_CSV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../src/data/data.h"

typedef struct bench {
    gn_context *ctx;
    gn_options *options;
    char notes[8192];
    long countdown; /* the allocation that fails: 1 is the next; 0 none */
    bool sticky;
    long alive; /* blocks not given back */
} bench;

static inline void keep_note(void *user, gn_log_level level, const char *text)
{
    bench *b = user;
    size_t used = strlen(b->notes), n = strlen(text);
    if (used + n + 8 > sizeof b->notes) return;
    memcpy(b->notes + used, level == GN_LOG_WARNING ? "W: " : "N: ", 3);
    memcpy(b->notes + used + 3, text, n);
    b->notes[used + 3 + n] = '\n';
    b->notes[used + 4 + n] = 0;
}

static inline void *failing(void *user, void *old, size_t size)
{
    bench *b = user;
    if (size == 0) {
        b->alive -= old != NULL;
        free(old);
        return NULL;
    }
    if (b->countdown && --b->countdown == 0) {
        if (b->sticky) b->countdown = 1;
        return NULL;
    }
    void *at = realloc(old, size);
    b->alive += at && !old;
    return at;
}

/* options: "name=value" texts, ended by NULL. */
static inline void bench_open(bench *b, const char *const *options)
{
    *b = (bench){0};
    gn_context_settings s;
    gn_context_defaults(&s);
    s.threads = 1;
    s.log = keep_note;
    s.log_user = b;
    s.alloc = failing;
    s.alloc_user = b;
    assert_int_equal(gn_context_new(&s, &b->ctx), GN_OK);
    assert_int_equal(gn_options_new(b->ctx, &b->options), GN_OK);
    for (size_t i = 0; options && options[i]; i++) {
        char name[64] = {0};
        const char *cut = strchr(options[i], '=');
        memcpy(name, options[i], (size_t)(cut - options[i]));
        assert_int_equal(gn_options_set(b->options, name, cut + 1), GN_OK);
    }
}

static inline void bench_close(bench *b)
{
    gn_options_free(b->options);
    gn_context_free(b->ctx);
    assert_int_equal(b->alive, 0);
}

static inline gn_status bench_table(bench *b, const void *bytes, size_t size, gn_table *t)
{
    gn_source s;
    gn_status status = gn_source_memory(b->ctx, "t.csv", bytes, size, &s);
    assert_int_equal(status, GN_OK);
    status = gn_csv_read(b->ctx, &s, b->options, t);
    gn_source_close(&s);
    return status;
}

static inline gn_status bench_data(bench *b, const void *bytes, size_t size, gn_data **d)
{
    gn_table t;
    *d = NULL;
    gn_status status = bench_table(b, bytes, size, &t);
    if (status != GN_OK) return status;
    status = gn_data_from_table(b->ctx, &t, b->options, d);
    gn_table_free(&t);
    return status;
}

#endif
