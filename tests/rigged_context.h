/* rigged_context.h -- one context for all the tests of a file, whose allocations are counted and can be made to fail;
 * the file fails when a block is not given back. Include it as one_context.h. */
#ifndef GN_RIGGED_CONTEXT_H
#define GN_RIGGED_CONTEXT_H

#include "test_base_seams.h"

static rig_alloc rig;
static gn_context *ctx;

static inline int open_rigged(void **state)
{
    (void)state;
    ctx = rigged_context(&rig, 1);
    return ctx == NULL;
}

static inline int close_rigged(void **state)
{
    (void)state;
    gn_context_free(ctx);
    return rig.live != 0;
}

/* The tests that failed, and one more for blocks that are left: cmocka's own count leaves a group's end out. */
#define run_rigged(tests) (cmocka_run_group_tests(tests, open_rigged, close_rigged) + (rig.live != 0))

#endif
