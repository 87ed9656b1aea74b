/* context_help.h -- what nearly every test of the engine needs: cmocka, a context, and a call that must succeed. */
#ifndef GN_CONTEXT_HELP_H
#define GN_CONTEXT_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static inline gn_context *open_context(int threads)
{
    gn_context_settings s;
    gn_context_defaults(&s);
    s.threads = threads;
    gn_context *ctx;
    assert_int_equal(gn_context_new(&s, &ctx), GN_OK);
    return ctx;
}

#define must(ctx, call) must_be_ok(ctx, (call), __FILE__, __LINE__)
static inline void must_be_ok(gn_context *ctx, gn_status s, const char *file, int line)
{
    if (s != GN_OK) print_error("%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    _assert_int_equal((uintmax_t)s, GN_OK, file, line);
}

#endif
