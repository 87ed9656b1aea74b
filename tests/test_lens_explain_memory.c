/* test_lens_explain_memory.c -- an explanation for which memory runs out at any allocation fails with GN_NO_MEMORY,
 * never half said, and gives everything back. */
#include "test_base_seams.h"
#include "test_lens_explain.h"

static gn_net *try_net(gn_context *ctx, gn_task task)
{
    gn_net_spec spec = { .inputs = 2,
                         .outputs = task == GN_CLASSES ? 2 : 1,
                         .task = task,
                         .layers = "3 relu, layernorm, residual 2 tanh",
                         .loss = "auto",
                         .reduction = "mean",
                         .init = "auto",
                         .type = GN_F32,
                         .seed = 7 };
    gn_net *net;
    return gn_net_new(ctx, &spec, &net) == GN_OK ? net : NULL;
}

/* Lines of the sheet when it was made whole, 0 when there was no memory. */
static size_t attempt(long fail_at, gn_task task, long *calls)
{
    static const double x[] = { 1, -2, .5, 3 }, y[] = { 1, 2 }, hyper[GN_OPT_HYPER] = { 0.1, 0.9 };
    static const int32_t label[] = { 0, 1 };
    rig_alloc rig = { 0 };
    gn_context *ctx = rigged_context(&rig, 1);
    gn_net *net = try_net(ctx, task);
    gn_dataset d = { .rows = 2, .inputs = 2, .type = GN_EL_F64, .x = x };
    if (task == GN_CLASSES) d.label = label;
    else d.y = y;
    gn_explain_call c = call_of(net, &d, first_rows, 2);
    gn_sheet s;
    c.op = GN_OPT_nesterov;
    c.hyper = hyper;
    c.clip_norm = 0.1;
    c.neuron = "1[1]";
    c.weight = "0.weight[1,1]";
    c.f64 = true;
    long before = rig.calls;
    if (fail_at) rig.fail_at = rig.calls + fail_at;
    gn_status status = gn_explain(ctx, &c, &s);
    *calls = rig.calls - before;
    size_t lines = status == GN_OK ? s.lines : 0;
    if (fail_at && *calls >= fail_at) assert_int_equal(status, GN_NO_MEMORY);
    rig.fail_at = 0;
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
    assert_int_equal(rig.live, 0);
    return lines;
}

static void out_of_memory(void **state)
{
    (void)state;
    const gn_task tasks[] = { GN_REGRESSION, GN_CLASSES };
    for (size_t i = 0; i < 2; i++) {
        long calls, now;
        size_t whole = attempt(0, tasks[i], &calls);
        assert_true(whole > 40 && calls > 100);
        for (long k = 1; k <= calls; k++) {
            size_t lines = attempt(k, tasks[i], &now);
            assert_true(lines == 0 || lines == whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(out_of_memory) };
    return cmocka_run_group_tests_name("lens: explain without memory", tests, NULL, NULL);
}
