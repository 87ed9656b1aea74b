/* test_lens_check_memory.c -- whichever allocation fails in a check, its oracles, its sheet or a diagnosis: the status
 * says so, nothing is lost, and the next run is as the first. */
#include "test_base_seams.h"
#include "diagnose_help.h"
#include "lens_help.h"

typedef gn_status (*gn_work)(gn_context *ctx, const gn_net *net, const gn_dataset *rows);

static gn_status shown(gn_context *ctx, gn_objective *o, const gn_check_report *r, const gn_check_oracles *oracle)
{
    gn_sheet s;
    gn_sheet_open(&s, ctx, "check");
    gn_check_facts(&s, r);
    gn_check_sheet(&s, o, r);
    gn_check_oracles_sheet(&s, o, oracle);
    gn_status status = gn_sheet_done(&s);
    gn_sheet_free(&s);
    return status;
}

static gn_status check(gn_context *ctx, const gn_net *net, const gn_dataset *rows)
{
    gn_objective *o = NULL;
    gn_check_options how;
    gn_check_report r = { 0 };
    gn_check_oracles oracle = { 0 };
    double g[13];
    gn_check_defaults(&how);
    gn_status s = gn_objective_net(ctx, net, rows, &o);
    if (s == GN_OK) s = gn_objective_gradient(o, gn_objective_start(o), NULL, g);
    if (s == GN_OK) s = gn_check_oracles_run(ctx, net, rows, o, g, &how, &oracle);
    if (s == GN_OK) {
        assert_true(gn_check_oracles_ok(&oracle) && oracle.complex_run && oracle.complex_error < 1e-12);
        assert_true(oracle.narrow && oracle.precision[0] > 0 && oracle.precision[0] < 1e-6);
        g[2] = 0;
        s = gn_gradient_check(ctx, o, g, &how, &r);
    }
    if (s == GN_OK) s = shown(ctx, o, &r, &oracle);
    gn_free(ctx, oracle.precision);
    gn_check_report_free(&r);
    gn_objective_free(o);
    return s;
}

/* A gradient that nothing explains: every search is made. */
static gn_status diagnose(gn_context *ctx, const gn_net *net, const gn_dataset *rows)
{
    static const double g[13] = { 1, -2, 3, -4, 5, -6, 7, -8, 9, -1, 2, -3, 4 };
    gn_diagnosis d;
    GN_TRY(gn_diagnose_flat(ctx, net, rows, g, 13, &d));
    assert_int_equal(d.mistake, GN_MISTAKE_UNKNOWN);
    gn_sheet s;
    gn_sheet_open(&s, ctx, "diagnosis");
    gn_diagnosis_sheet(&s, &d);
    gn_status status = gn_sheet_done(&s);
    gn_sheet_free(&s);
    gn_diagnosis_free(&d);
    return status;
}

static void each_fails_once(gn_work work, long stride)
{
    rig_alloc rig = { 0 };
    gn_context *ctx = rigged_context(&rig, 1);
    gn_net *net = make_net(ctx, GN_REGRESSION, 2, 1, "3 relu");
    gn_dataset rows = rows_c7();
    long before = rig.calls;
    must(ctx, work(ctx, net, &rows));
    long needed = rig.calls - before;
    for (long k = 1; k <= needed; k += stride) {
        rig.fail_at = rig.calls + k;
        gn_status s = work(ctx, net, &rows);
        if (s != GN_NO_MEMORY) fail_msg("allocation %ld of %ld failed, and the status was %d", k, needed, (int)s);
    }
    rig.fail_at = 0;
    must(ctx, work(ctx, net, &rows));
    gn_net_free(net);
    gn_context_free(ctx);
    assert_int_equal(rig.live, 0);
}

static void checks(void **state)
{
    (void)state;
    each_fails_once(check, 1);
}

static void diagnoses(void **state)
{
    (void)state;
    each_fails_once(diagnose, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(checks), cmocka_unit_test(diagnoses) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
