/* test_lens_beyond.c -- what the largest eigenvalue does not decide: clipped runs, losses that bend at kinks alone, and the
 * preconditioner of another rate. */
#include "lens_help.h"
#include "one_context.h"

#include "lens/stability.h"

static void ask_for(gn_optimizer op, double rate, gn_stability_ask *ask)
{
    gn_stability_defaults(ask);
    ask->op = op;
    defaults_of(op, ask->hyper);
    if (rate > 0) ask->hyper[0] = rate;
}

static gn_stability of_formula(const char *text, double at, const gn_stability_ask *ask, double *ends)
{
    static const char *const names[] = { "x" };
    gn_arena arena;
    gn_stability s;
    gn_walk w;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, text, names, 1, &at);
    must(ctx, gn_stability_of(ctx, o, ask, &s));
    must(ctx, gn_walk_open(ctx, o, ask->op, ask->hyper, &at, &w));
    w.clip = ask->clip;
    w.clip_norm = ask->clip_norm;
    for (int i = 0; i < 1001; i++) {
        ends[0] = w.w[0];
        must(ctx, gn_walk_step(&w));
    }
    ends[1] = w.w[0];
    gn_walk_close(&w);
    gn_objective_free(o);
    gn_arena_free(&arena);
    return s;
}

/* Above the limit a clipped run of sgd ends in a two-cycle of width lr*clip, by value and by norm; beside theory nothing
 * is clipped. Under adam P is of the clipped slopes. */
static void clipped_runs(void **state)
{
    (void)state;
    gn_stability_ask ask;
    double ends[2], root;
    for (int by_norm = 0; by_norm < 2; by_norm++) {
        ask_for(GN_OPT_sgd, 0.015, &ask);
        if (by_norm) ask.clip_norm = 1;
        else ask.clip = 1;
        gn_stability s = of_formula("(x*10 - 10)^2", 0, &ask, ends);
        assert_true(s.clipped);
        assert_int_equal(s.regime, GN_REGIME_DIVERGENT);
        assert_true(fabs(s.measured_factor - 2) < 1e-9);
        assert_true(fabs(fabs(ends[1] - ends[0]) - 0.015) < 1e-12 && fabs(ends[1] - 1) < 0.015);
        gn_stability_free(&s);
    }
    ask_for(GN_OPT_adam, 1e-6, &ask);
    ask.clip = 1;
    gn_stability s = of_formula("(x*10 - 10)^2", 0, &ask, ends);
    root = s.root[0] * s.root[0];
    assert_true(fabs(root - 1) < 1e-3);     /* the root of the mean square of slopes of 1, not of 200 */
    assert_true(fabs(s.lambda - 200) < 0.1);
    gn_stability_free(&s);
}

/* Between kinks the loss has no curvature: what lambda holds is decay, and no rate follows. */
static void no_rate_of_a_straight_loss(void **state)
{
    (void)state;
    gn_stability_ask ask;
    double ends[2];
    ask_for(GN_OPT_sgd, 0.1, &ask);
    ask.hyper[gn_optimizer_table()[GN_OPT_sgd].parameters + 1] = 0.01;
    gn_stability s = of_formula("abs(x - 3)", 0, &ask, ends);
    assert_true(s.straight && isnan(s.critical) && fabs(s.lambda - 0.01) < 1e-15);
    gn_stability_free(&s);
    s = of_formula("abs(x - 3) + x^2", 0, &ask, ends);
    assert_true(!s.straight && fabs(s.critical - 2 / 2.01) < 1e-12);
    gn_stability_free(&s);
}

/* P, and with it the rate that is suggested, is made by steps at the rate asked: the report tries that rate too. */
static void p_of_the_suggested_rate(void **state)
{
    (void)state;
    gn_stability_ask ask;
    double ends[2];
    ask_for(GN_OPT_adam, 0.005, &ask);
    gn_stability s = of_formula("(x*10 - 10)^2", 0, &ask, ends);
    assert_true(s.other_rate == 0 && s.other_critical == 0);    /* not asked for */
    gn_stability_free(&s);
    ask.other = true;
    s = of_formula("(x*10 - 10)^2", 0, &ask, ends);
    assert_true(fabs(s.other_rate / (0.9 * s.critical) - 1) < 1e-15);
    double other = s.other_critical, loss = s.other_loss;
    gn_stability_ask there = ask;
    there.hyper[0] = s.other_rate;
    gn_stability_free(&s);
    s = of_formula("(x*10 - 10)^2", 0, &there, ends);
    assert_true(fabs(s.critical / other - 1) < 1e-9 && fabs(s.loss / loss - 1) < 1e-9);
    gn_stability_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clipped_runs),
        cmocka_unit_test(no_rate_of_a_straight_loss),
        cmocka_unit_test(p_of_the_suggested_rate),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
