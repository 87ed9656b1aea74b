/* test_lens_museum_memory.c -- an exhibit for which memory runs out at an allocation fails with GN_NO_MEMORY, never half
 * shown, and gives everything back. */
#include "test_base_seams.h"
#include "nn_help.h"

#include "lens/museum.h"

enum { ATTEMPTS = 16 }; /* places in each exhibit, spread over all its allocations */

/* Allocations that showing it takes; with fail_at the one of that number fails. */
static long attempt(const gn_exhibit *e, long fail_at)
{
    rig_alloc rig = { 0 };
    gn_context *ctx = rigged_context(&rig, 1);
    gn_sheet sheet;
    gn_mistake found;
    long before = rig.calls;
    if (fail_at) rig.fail_at = rig.calls + fail_at;
    gn_status s = gn_museum_show(ctx, e, &sheet, &found);
    long calls = rig.calls - before;
    if (s != (fail_at ? GN_NO_MEMORY : GN_OK))
        fail_msg("exhibit %d, allocation %ld of %ld: status %d", e->number, fail_at, calls, (int)s);
    rig.fail_at = 0;
    gn_sheet_free(&sheet);
    gn_context_free(ctx);
    if (rig.live) fail_msg("exhibit %d, allocation %ld: %ld blocks are left", e->number, fail_at, (long)rig.live);
    return calls;
}

static void out_of_memory(void **state)
{
    (void)state;
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    for (size_t i = 0; i < count; i++) {
        long calls = attempt(&e[i], 0), step = calls / ATTEMPTS + 1;
        assert_true(calls > 2);
        for (long k = 1; k <= calls; k += step) attempt(&e[i], k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(out_of_memory) };
    return cmocka_run_group_tests_name("lens: the museum without memory", tests, NULL, NULL);
}
