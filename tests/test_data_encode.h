/* test_data_encode.h -- what the tests of encoded data share: a table that must be read, an error that must come, inputs that must be there. */
#ifndef GN_TEST_DATA_ENCODE_H
#define GN_TEST_DATA_ENCODE_H

#include <math.h>
#include <stdio.h>
#include "test_data_csv.h"

static inline gn_data *must(bench *b, const char *text)
{
    gn_data *d;
    if (bench_data(b, text, strlen(text), &d) != GN_OK)
        fail_msg("%s: %s", gn_last_error(b->ctx)->code, gn_last_error(b->ctx)->message);
    return d;
}

static inline void expect_error(bench *b, gn_status status, const char *code, const char *part)
{
    const gn_error *e = gn_last_error(b->ctx);
    if (status == GN_OK) fail_msg("accepted, expected %s", code);
    if (strcmp(e->code, code) || (!strstr(e->message, part) && !strstr(e->hint, part)))
        fail_msg("%s: %s (%s), expected %s with \"%s\"", e->code, e->message, e->hint, code, part);
}

static inline void expect_x(const gn_data *d, const float *x, size_t n)
{
    const float *got = d->x;
    assert_int_equal(d->rows * d->prep.inputs, n);
    for (size_t i = 0; i < n; i++)
        if (!(got[i] == x[i] || (isnan(got[i]) && isnan(x[i]))))
            fail_msg("x[%zu] is %g, expected %g", i, (double)got[i], (double)x[i]);
}

#endif
