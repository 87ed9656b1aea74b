/* one_context.h -- one context for all the tests of a file: opened before the first, closed after the last.
 * Include it after headers whose functions take a context of that name. */
#ifndef GN_ONE_CONTEXT_H
#define GN_ONE_CONTEXT_H

#include "nn_help.h"

static gn_context *ctx;

static inline int open_all(void **state)
{
    (void)state;
    ctx = open_context(1);
    return 0;
}

static inline int close_all(void **state)
{
    (void)state;
    gn_context_free(ctx);
    return 0;
}

#endif
