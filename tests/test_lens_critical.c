/* test_lens_critical.c -- critical rates, predicted and met: the two-parameter model, clipping's limit cycle, the
 * ladder of rates of a leaky neuron, what scaling does to it, and runs beside theory. */
#include "lens_help.h"
#include "one_context.h"

#include "lens/stability.h"

/* ---- F2: (ab - 1)^2/2 -------------------------------------------------------------------------------------------- */
typedef struct pair { double a, b, rate, sharp; int diverges; bool digits; } pair;

/* The step at which |a| or |b| is above 1e6, or 0; the sharpness at the end. */
static int descend(const pair *p, int steps, double *sharp)
{
    const char *names[] = { "a", "b" };
    const double start[] = { p->a, p->b };
    double hyper[GN_OPT_HYPER], h[4], value[2];
    gn_arena arena;
    gn_walk w;
    int gone = 0;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "0.5*(a*b - 1)^2", names, 2, start);
    hyper_of(GN_OPT_sgd, p->rate, hyper);
    must(ctx, gn_walk_open(ctx, o, GN_OPT_sgd, hyper, start, &w));
    for (int k = 1; k <= steps && !gone; k++) {
        must(ctx, gn_walk_step(&w));
        if (!(fabs(w.w[0]) < 1e6 && fabs(w.w[1]) < 1e6)) gone = k;
    }
    *sharp = NAN;
    if (!gone) {
        must(ctx, gn_objective_hessian(o, w.w, h));
        must(ctx, gn_eigen_symmetric(ctx, 2, h, value, NULL));
        *sharp = value[1];
    }
    gn_walk_close(&w);
    gn_objective_free(o);
    gn_arena_free(&arena);
    return gone;
}

static void two_parameters(void **state)
{
    (void)state;
    static const pair row[] = {
        { 4, 0.3, 0.05, 16.033572624952544, 0, true }, { 4, 0.3, 0.1, 16.025258652603675, 0, true },
        { 4, 0.3, 0.12, 15.975263768330118, 0, true }, { 4, 0.3, 0.15, 9.758124085994108, 0, false },
        { 4, 0.3, 0.2, 2.3401906400907024, 0, false }, { 4, 0.3, 0.25, 0, 11, false }, { 4, 0.3, 0.3, 0, 6, false },
        { 3, 0.5, 0.05, 8.968120147670023, 0, true },  { 3, 0.5, 0.1, 8.954191513585155, 0, true },
        { 3, 0.5, 0.12, 8.944653655611873, 0, true },  { 3, 0.5, 0.15, 8.92032283455459, 0, true },
        { 3, 0.5, 0.2, 8.755659832203929, 0, true },   { 3, 0.5, 0.25, 6.581980877500741, 0, true },
        { 3, 0.5, 0.3, 3.246961231058073, 0, false },  { 3, 0.5, 0.42, 2, 0, false },  { 3, 0.5, 0.45, 0, 10, false },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        double sharp;
        int gone = descend(&row[i], 20000, &sharp);
        if ((gone > 0) != (row[i].diverges > 0)) fail_msg("(%g, %g) at %g: %d", row[i].a, row[i].b, row[i].rate, gone);
        if (gone) continue;
        assert_true(sharp <= 2 / row[i].rate + 1e-9);
        if (row[i].digits) assert_near(sharp, row[i].sharp, 1e-7);
        else assert_near(sharp, row[i].sharp, 1e-3);    /* a catapult: it was thrown there */
    }
}

/* At a minimum the eigenvalues are 0 and a^2 + b^2. */
static void minima_of_two_parameters(void **state)
{
    (void)state;
    const char *names[] = { "a", "b" };
    const double at[] = { 4, 0.25 }, there[] = { 3, 0.5 };
    double h[4], value[2];
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "0.5*(a*b - 1)^2", names, 2, at);
    must(ctx, gn_objective_hessian(o, at, h));
    must(ctx, gn_eigen_symmetric(ctx, 2, h, value, NULL));
    assert_near(value[0], 0, 1e-13);
    assert_near(value[1], 16.0625, 1e-13);
    must(ctx, gn_objective_hessian(o, there, h));
    must(ctx, gn_eigen_symmetric(ctx, 2, h, value, NULL));
    assert_near(value[0], -0.18547035122346428, 1e-13);
    assert_near(value[1], 9.435470351223465, 1e-13);
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* ---- F6: clipping ------------------------------------------------------------------------------------------------ */
/* eta*lambda = 3 with |g| <= 1: bounded, a neutral cycle of width eta*c. Below 2 clipping changes nothing in the
 * end. */
static void clipping(void **state)
{
    (void)state;
    const double lambda = 200, c = 1;
    double e = 1, last = 0;
    for (int k = 0; k < 2000; k++) {
        double g = lambda * e;
        last = e;
        e -= 0.015 * (g > c ? c : g < -c ? -c : g);
    }
    assert_near(fabs(e - last), 0.015, 1e-12);
    assert_true(fabs(e) <= 0.015 - 1 / lambda + 1e-12);
    assert_true(e * last < 0 && fabs(e) >= c / lambda - 1e-12);
    e = 1;
    for (int k = 0; k < 2000; k++) {
        double g = lambda * e;
        e -= 0.009 * (g > c ? c : g < -c ? -c : g);
    }
    assert_true(fabs(e) < 1e-180);
}

/* ---- D7 to D10: the leaky neuron on four rows -------------------------------------------------------------------- */
static const char *leaky_names[] = { "w1", "w2", "w3", "w4", "w5", "b" };
static const double leaky_x[4][5] = { { -1, 2, 3, 13, 17 }, { 4, -5, 6, 14, 18 }, { 7, 8, -9, 15, 19 }, { -10, 11, 12,
                                                                                                          16, -20 } };
static const double leaky_start[6] = { 0.92542368, 0.63684431, 0.63029109, 0.48955112, 0.96805626, 0.9382288624999986 };

/* Half the sum of squares over the four rows, by the text that a user would write. */
static gn_objective *leaky_neuron(gn_arena *arena, const double *start)
{
    gn_text t;
    gn_text_init(&t, ctx);
    for (int i = 0; i < 4; i++) {
        gn_text_printf(&t, "%s0.5*(leaky_relu(b", i ? " + " : "");
        for (int j = 0; j < 5; j++) gn_text_printf(&t, " + w%d*(%d)", j + 1, (int)leaky_x[i][j]);
        gn_text_printf(&t, ") - %d)^2", 100 * (i + 1));
    }
    must(ctx, gn_text_done(&t));
    gn_objective *o = formula_objective(arena, t.at, leaky_names, 6, start);
    gn_text_free(&t);
    return o;
}

static double leaky_after(double rate, size_t steps, double *w)
{
    double hyper[GN_OPT_HYPER], value;
    gn_arena arena;
    gn_walk walking;
    gn_arena_init(&arena, ctx);
    gn_objective *o = leaky_neuron(&arena, leaky_start);
    hyper_of(GN_OPT_sgd, rate, hyper);
    must(ctx, gn_walk_open(ctx, o, GN_OPT_sgd, hyper, leaky_start, &walking));
    for (size_t i = 0; i < steps; i++) must(ctx, gn_walk_step(&walking));
    must(ctx, gn_objective_value(o, walking.w, &value));
    if (w) memcpy(w, walking.w, 6 * sizeof *w);
    gn_walk_close(&walking);
    gn_objective_free(o);
    gn_arena_free(&arena);
    return value;
}

static void leaky_training(void **state)
{
    (void)state;
    static const struct { double rate; size_t steps; double loss; } row[] = {
        { 0.001, 0, 133049.73727082644 }, { 0.001, 1, 102952.79803038966 }, { 0.001, 10, 82582.76792479237 },
        { 0.001, 100, 800.1286413734679 }, { 1e-4, 1, 119089.1120488796 }, { 1e-4, 1000, 788.5010560611934 } };
    static const double solution[6] = {
        20.110988082848372, 1.6641615912289789, -0.38548579672873584, 23.069119770834394, -10.818471656287295,
        1.9545834266135744
    };
    double w[6];
    for (size_t i = 0; i < GN_COUNT(row); i++)
        assert_near(leaky_after(row[i].rate, row[i].steps, NULL), row[i].loss, 1e-8 * row[i].loss);
    assert_true(leaky_after(0.001, 1000, NULL) < 1e-12);
    leaky_after(0.001, 3000, w);
    for (int i = 0; i < 6; i++) assert_near(w[i], solution[i], 1e-9);
}

/* lambda where the run begins, and where all rows are active: 2/lambda there is the critical rate. */
static void critical_rate_of_the_leaky_neuron(void **state)
{
    (void)state;
    double w[6];
    gn_stability_ask ask;
    gn_stability s;
    gn_arena arena;
    gn_stability_defaults(&ask);
    leaky_after(0.001, 3000, w);
    for (int solved = 0; solved < 2; solved++) {
        gn_arena_init(&arena, ctx);
        gn_objective *o = leaky_neuron(&arena, solved ? w : leaky_start);
        must(ctx, gn_stability_of(ctx, o, &ask, &s));
        assert_near(s.lambda, solved ? 1719.5449003893336 : 1615.3493754314331, 1e-9);
        assert_near(s.critical, solved ? 0.0011630984451450885 : 0.0012381222479909853, 1e-14);
        assert_false(s.quadratic);
        assert_int_equal(s.zeros, 2);
        assert_near(s.least_positive, solved ? 21.247256451777176 : 0.07404520936141287, 1e-9);
        if (solved) assert_near(s.lambda / s.least_positive, 80.93020876798926, 1e-8);
        /* the mean over four rows instead of the sum: four times the rate (D9) */
        if (solved) assert_near(4 * s.critical, 0.004652393780580354, 1e-13);
        gn_stability_free(&s);
        gn_objective_free(o);
        gn_arena_free(&arena);
    }
}

static void ladder_of_rates(void **state)
{
    (void)state;
    assert_true(leaky_after(0.00115, 20000, NULL) < 1e-12);
    const double above[] = { 0.0012, 0.0013, 0.0015 };
    for (size_t i = 0; i < GN_COUNT(above); i++) {
        double end = leaky_after(above[i], 20000, NULL);
        assert_true(end > 100 && end < 1e6);    /* bounded, since the leaky side catches it, and never there */
    }
}

static void scaling_of_features(void **state)
{
    (void)state;
    gn_scaling s;
    must(ctx, gn_scaling_of(ctx, 4, 5, &leaky_x[0][0], NULL, true, &s));
    assert_true(s.whole);
    assert_near(4 * s.largest, 1719.5449003893336, 1e-9);
    assert_near(s.largest / s.smallest, 80.93020876798926, 1e-8);
    assert_near(4 * s.scaled_largest, 13.245489994656658, 1e-11);
    assert_near(s.scaled_largest / s.scaled_smallest, 9.79331389190579, 1e-9);
    assert_near(2 / (4 * s.scaled_largest), 0.15099479149558204, 1e-13);
}

/* ---- the report's measurement ------------------------------------------------------------------------------------ */
/* On a quadratic the run beside the theory agrees with it under every optimiser whose update is linear. */
static void measured_agrees_with_theory(void **state)
{
    (void)state;
    const char *names[] = { "x", "y", "z" };
    const double start[] = { 1, 2, -1 };
    const gn_optimizer op[] = { GN_OPT_sgd, GN_OPT_momentum, GN_OPT_nesterov };
    const double rates[] = { 0.01, 0.05, 0.1, 0.3 };
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "x^2 + 4*y^2 + 0.5*z^2 + x*z", names, 3, start);
    for (size_t i = 0; i < GN_COUNT(op); i++)
        for (size_t k = 0; k < GN_COUNT(rates); k++) {
            gn_stability_ask ask;
            gn_stability s;
            gn_stability_defaults(&ask);
            ask.op = op[i];
            hyper_of(op[i], rates[k], ask.hyper);
            must(ctx, gn_stability_of(ctx, o, &ask, &s));
            assert_true(s.quadratic);
            assert_near(s.lambda, 8, 1e-9);
            assert_near(s.measured_factor, s.predicted_factor, 1e-6);
            assert_int_equal(s.regime == GN_REGIME_DIVERGENT, s.eta_lambda > s.limit.value);
            for (size_t t = 0; t <= s.steps; t++)
                assert_near(s.measured[t], s.predicted[t], 1e-8 * (fabs(s.predicted[t]) + s.measured[0]));
            gn_stability_free(&s);
        }
    gn_objective_free(o);
    gn_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_parameters),
        cmocka_unit_test(minima_of_two_parameters),
        cmocka_unit_test(clipping),
        cmocka_unit_test(leaky_training),
        cmocka_unit_test(critical_rate_of_the_leaky_neuron),
        cmocka_unit_test(ladder_of_rates),
        cmocka_unit_test(scaling_of_features),
        cmocka_unit_test(measured_agrees_with_theory),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
