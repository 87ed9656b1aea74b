/* test_lens_neuron_theory.c -- what is said of a rate before the run, against the run: curvature, regimes and their
 * band, limits, overflow. */
#include "neuron_help.h"
#include "one_context.h"
#include "lens/spectrum.h"

#include <float.h>

/* ---- curvature and rates ----------------------------------------------------------------------------------------- */

static gn_neuron_theory theory_of(const gn_neuron_spec *s, gn_neuron **n)
{
    gn_neuron_theory t;
    *n = made(ctx, s);
    must(ctx, gn_neuron_theory_of(*n, &t));
    return t;
}

static void done(gn_neuron *n, gn_neuron_theory *t)
{
    gn_neuron_theory_free(n, t);
    gn_neuron_free(n);
}

/* The best rate is 1/(2x^2) and the limit 1/x^2, twice as large; at 1/(4x^2), called a sweet spot, r is 0.5. */
static void rates_of_the_scalar_neuron(void **state)
{
    (void)state;
    static const struct { double x, best, limit; } row[] = {{9, .006172839506172839, .012345679012345678},
                                                            {10, .005, .01},
                                                            {11, .004132231404958678, .008264462809917356}};
    double y = 10, w = 0;
    gn_neuron *n;
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(&row[i].x, &y, &w, 0.25 / (row[i].x * row[i].x));
        gn_neuron_theory t = theory_of(&s, &n);
        assert_true(t.linear);
        near(t.lambda, 2 * row[i].x * row[i].x, within[ONE_SHOT]);
        near(t.best_rate, row[i].best, within[ONE_SHOT]);
        near(t.critical_rate, row[i].limit, within[ONE_SHOT]);
        near(t.r, 0.5, within[ONE_SHOT]);
        done(n, &t);
    }
}

static void regimes_by_r(void **state)
{
    (void)state;
    static const struct { double x, lr, r; gn_regime regime; } row[] = {
        {3, .1, -.8, GN_REGIME_OSCILLATING},  {3, .01, .82, GN_REGIME_ONE_SIDED},   {9, .01, -.62,
                                                                                     GN_REGIME_OSCILLATING},
        {10, .01, -1, GN_REGIME_TWO_CYCLE},   {11, .01, -1.42, GN_REGIME_DIVERGENT}, {100, .01, -199,
                                                                                      GN_REGIME_DIVERGENT},
        {9, .001, .838, GN_REGIME_ONE_SIDED}, {10, .001, .8, GN_REGIME_ONE_SIDED},  {10, .005, 0, GN_REGIME_ONE_STEP},
        {10, .011, -1.2, GN_REGIME_DIVERGENT}, {10, .02, -3, GN_REGIME_DIVERGENT},  {1, .01, .98, GN_REGIME_ONE_SIDED},
    };
    double y = 10, w = 0;
    gn_neuron *n;
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(&row[i].x, &y, &w, row[i].lr);
        gn_neuron_theory t = theory_of(&s, &n);
        near(t.r, row[i].r, within[ONE_SHOT]);
        assert_int_equal(t.regime, row[i].regime);
        assert_true(t.r <= 1);  /* r above 1 needs a negative rate */
        done(n, &t);
    }
}

/* Rates that are the limit but for rounding count as on it; a millionth more or less does not. */
static void the_band(void **state)
{
    (void)state;
    double y = 10, w = 0;
    gn_neuron *n;
    for (double x = 0.1; x < 40; x *= 1.37)
        for (int k = -1; k <= 1; k++) {
            gn_neuron_spec s = scalar(&x, &y, &w, 1 / (x * x) * (1 + k * 1e-6));
            gn_neuron_theory t = theory_of(&s, &n);
            static const gn_regime expected[] = {GN_REGIME_OSCILLATING, GN_REGIME_TWO_CYCLE, GN_REGIME_DIVERGENT};
            assert_int_equal(t.regime, expected[k + 1]);
            assert_true(t.band > 0 && t.band < 1e-12);
            done(n, &t);
        }
}

/* One step by 1/(2|x|^2) = 0.1 is the best rate, not luck. */
static void the_vector_neuron(void **state)
{
    (void)state;
    static const double h[] = {2, 4, 4, 8};
    double x[] = {1, 2}, y = 10, w[] = {1, 1};
    gn_neuron *n;
    gn_neuron_spec s = scalar(x, &y, w, 0.1);
    s.inputs = 2;
    gn_neuron_theory t = theory_of(&s, &n);
    for (size_t i = 0; i < 4; i++) near(t.hessian[i], h[i], within[ONE_SHOT]);
    near(t.lambda, 10, within[ONE_SHOT]);
    near(t.eigenvalue[0], 0, within[ONE_SHOT]);
    near(t.best_rate, 0.1, within[ONE_SHOT]);
    near(t.critical_rate, 0.2, within[ONE_SHOT]);
    assert_int_equal(t.regime, GN_REGIME_ONE_STEP);
    done(n, &t);
    s.has_bias = true;  /* lambda = 2(|x|^2 + 1) */
    t = theory_of(&s, &n);
    near(t.lambda, 12, within[ONE_SHOT]);
    near(t.critical_rate, 1.0 / 6, within[ONE_SHOT]);
    done(n, &t);
    s.reduction = "half-sum";
    t = theory_of(&s, &n);
    near(t.lambda, 6, within[ONE_SHOT]);
    done(n, &t);
}

/* Momentum moves the limit from 2 to 2 + 2 mu, Nesterov's to (2 + 2 mu)/(1 + 2 mu); the runs agree. */
static void limits_of_momentum(void **state)
{
    (void)state;
    static const struct { gn_optimizer op; double limit, below, above; } row[] = {
        {GN_OPT_momentum, .019, .0189, .0191}, {GN_OPT_nesterov, 1.357142857142857 / 200, .0067, .0069}};
    double x = 10, y = 10, w = 0;
    gn_neuron_end end;
    gn_neuron *n;
    for (size_t i = 0; i < GN_COUNT(row); i++)
        for (int above = 0; above < 2; above++) {
            gn_neuron_spec s = scalar(&x, &y, &w, above ? row[i].above : row[i].below);
            s.optimizer = row[i].op;
            s.hyper[1] = 0.9;
            gn_neuron_theory t = theory_of(&s, &n);
            near(t.critical_rate, row[i].limit, within[ONE_SHOT]);
            assert_int_equal(t.regime == GN_REGIME_DIVERGENT, above);
            must(ctx, gn_neuron_run(n, 20000, 0, NULL, NULL, &end));
            assert_int_equal(!(gn_neuron_loss(n) < 1), above);
            done(n, &t);
        }
}

static void the_leaky_batch(void **state)
{
    (void)state;
    static const double eigenvalue[] = {.07404520936141287, 27.82349948361097, 208.85527987559541, 1615.3493754314331};
    gn_neuron_spec s = leaky_batch(0.001);
    gn_neuron *n;
    gn_neuron_end end;
    gn_neuron_theory t = theory_of(&s, &n);
    assert_true(!t.linear && t.piecewise);
    assert_int_equal(gn_neuron_flat(&t), 2);
    for (size_t i = 0; i < 4; i++) near(t.eigenvalue[2 + i], eigenvalue[i], 1e-11);
    near(t.critical_rate, 0.0012381222479909853, within[ONE_SHOT]);
    gn_neuron_theory_free(n, &t);
    must(ctx, gn_neuron_run(n, 2000, 0, NULL, NULL, &end));
    must(ctx, gn_neuron_theory_of(n, &t));
    near(t.lambda, 1719.5449004, 1e-9);
    near(t.critical_rate, 0.00116310, 1e-7);
    done(n, &t);
    s.reduction = "mean";   /* of four rows */
    s.act = "identity";
    t = theory_of(&s, &n);
    near(t.critical_rate, 0.00465239, 1e-7);
    near(t.lambda / t.smallest, 80.93, 1e-4);
    done(n, &t);
}

/* lambda is the second derivative of the loss along its eigenvector, for activations that bend. */
static void curvature_is_the_second_difference(void **state)
{
    (void)state;
    static const char *const acts[] = {"tanh", "sigmoid", "gelu", "softplus", "silu", "mish", "elu", "identity"};
    static const char *const losses[] = {"mse", "log_cosh", "bce", "0.5*e^2", "e^4"};
    double x = 1.7, y = 0.3, w = 0.4, h = 1e-4;
    for (size_t a = 0; a < GN_COUNT(acts); a++)
        for (size_t l = 0; l < GN_COUNT(losses); l++) {
            gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
            gn_neuron *n;
            double at[3];
            s.act = acts[a];
            s.loss = losses[l];
            gn_neuron_theory t = theory_of(&s, &n);
            for (int k = 0; k < 3; k++) {
                double moved = w + (k - 1) * h;
                gn_neuron_set(n, &moved, 0);
                gn_neuron_forward(n);
                at[k] = gn_neuron_gradient(n)[0];
            }
            near(t.lambda, (at[2] - at[0]) / (2 * h), 1e-6);
            done(n, &t);
        }
}

/* |e| is straight but for its kink: no curvature says what happens there, and steps of one length go to and fro. */
static void a_loss_with_a_kink(void **state)
{
    (void)state;
    double x = 1, y = 0, w = 0.05;
    static const char *const losses[] = {"mae", "abs(e)", "huber", "e", "p*y - p"};
    for (size_t i = 0; i < GN_COUNT(losses); i++) {
        gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
        gn_neuron *n;
        s.loss = losses[i];
        gn_neuron_theory t = theory_of(&s, &n);
        assert_int_equal(t.linear, i > 2);  /* a straight line is a quadratic without curvature */
        done(n, &t);
    }
    gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
    s.loss = "mae";
    gn_neuron *n = made(ctx, &s);
    for (int k = 0; k < 9; k++) {
        near(gn_neuron_weights(n)[0], k % 2 ? -0.05 : 0.05, within[ITERATED]);
        gn_neuron_forward(n);
        gn_neuron_step(n);
        gn_neuron_advance(n);
    }
    gn_neuron_free(n);
}

/* ---- overflow ---------------------------------------------------------------------------------------------------- */

static void check_overflow(const gn_neuron_spec *s, gn_type type, const double *expected)
{
    gn_neuron_overflow o[2];
    gn_neuron *n = made(ctx, s);
    must(ctx, gn_neuron_overflow_predicted(n, type, &o[0]));
    assert_true(isfinite(o[0].nan));
    must(ctx, gn_neuron_overflow_observed(ctx, s, type, (uint64_t)o[0].nan + 5, &o[1]));
    for (int i = 0; expected && i < 2; i++) {
        assert_true(o[i].loss == expected[0] && o[i].gradient == expected[1]);
        assert_true(o[i].weight == expected[2] && o[i].nan == expected[3]);
    }
    if (o[0].loss != o[1].loss || o[0].gradient != o[1].gradient || o[0].weight != o[1].weight || o[0].nan != o[1].nan)
        fail_msg("x %g, y %g, rate %g, %s, %zu rows, %s, f%d: predicted %g %g %g %g, observed %g %g %g %g", s->x[0],
                 s->y[0], s->hyper[0], gn_optimizer_table()[s->optimizer].name, s->rows, s->reduction,
                 type == GN_F32 ? 32 : 64, o[0].loss, o[0].gradient, o[0].weight, o[0].nan, o[1].loss, o[1].gradient,
                 o[1].weight, o[1].nan);
    gn_neuron_free(n);
}

static void when_the_numbers_end(void **state)
{
    (void)state;
    static const double wide[] = {67, 133, 134, 135}, narrow[] = {8, 15, 16, 17};
    double x = 100, y = 200, w = 1;
    gn_neuron_spec s = scalar(&x, &y, &w, 0.01);
    check_overflow(&s, GN_F64, wide);
    check_overflow(&s, GN_F32, narrow);
    static const struct { double x, lr; } more[] = {{11, .01}, {10, .011}, {7, .5}, {30, .003}};
    for (size_t i = 0; i < GN_COUNT(more); i++) {
        s = scalar(&more[i].x, &y, &w, more[i].lr);
        check_overflow(&s, GN_F64, NULL);
        check_overflow(&s, GN_F32, NULL);
    }
    gn_neuron_overflow o;
    gn_neuron *n;
    double one = 1;
    s = scalar(&one, &y, &w, 0.01);
    n = made(ctx, &s);
    must(ctx, gn_neuron_overflow_predicted(n, GN_F64, &o));
    assert_true(isinf(o.loss) && isinf(o.nan));
    gn_neuron_free(n);
}

/* Predicted and observed, where a part ends before the whole, at exact powers of 2, for batches, with a bias and under
 * momentum. */
static void when_other_numbers_end(void **state)
{
    (void)state;
    static const double powers[] = {512, 1022, 1023, 1024};
    static const struct { double x, y, w, lr; } one[] = {{.001, .001, 100, 1.5e6}, {.01, 200, 1, 5e4}, {3, 10, 0, 1}};
    static const gn_optimizer steady[] = {GN_OPT_sgd, GN_OPT_momentum, GN_OPT_nesterov};
    static const double x[] = {1, 2, 2, 1, -1, 1}, y[] = {3, 4, 2};
    static const char *const reduction[] = {"mean", "sum", "half-sum"};
    double two = 2, target = 1, w = 1;
    gn_neuron_spec s = scalar(&two, &target, &w, 0.375);
    check_overflow(&s, GN_F64, powers);
    for (size_t o = 0; o < GN_COUNT(steady); o++) {
        for (size_t i = 0; i < GN_COUNT(one); i++) {
            s = scalar(&one[i].x, &one[i].y, &one[i].w, steady[o] == GN_OPT_momentum ? 2 * one[i].lr : one[i].lr);
            s.optimizer = steady[o];
            s.hyper[1] = 0.9;
            check_overflow(&s, GN_F64, NULL);
            check_overflow(&s, GN_F32, NULL);
        }
        for (size_t i = 0; i < 2 * GN_COUNT(reduction); i++) {
            s = scalar(x, y, NULL, 1);
            s.inputs = 2;
            s.rows = 3;
            s.optimizer = steady[o];
            s.hyper[1] = 0.9;
            s.reduction = reduction[i / 2];
            s.has_bias = i % 2;
            s.b = 3;
            check_overflow(&s, GN_F64, NULL);
        }
    }
}

/* Inside nesterov's row g + mu*v may end before any number that the step leaves behind. */
static void when_a_number_inside_the_row_ends(void **state)
{
    (void)state;
    static const struct { double x, y, w, lr, mu, wide[4], narrow[4]; } one[] = {
        {9.5, 94.3, -0.8, 0.00873, 0.5, {3076, 6167, 6167, 6168}, {348, 710, 710, 711}},
        {3, 10, 0.5, 0.1, 0.9, {550, 1101, 1101, 1102}, {66, 132, 133, 134}}};
    static const char *const losses[] = {"e^2*3/4 + e", "e*e*7/10"};
    for (size_t i = 0; i < GN_COUNT(one); i++) {
        gn_neuron_spec s = scalar(&one[i].x, &one[i].y, &one[i].w, one[i].lr);
        s.optimizer = GN_OPT_nesterov;
        s.hyper[1] = one[i].mu;
        check_overflow(&s, GN_F64, one[i].wide);
        check_overflow(&s, GN_F32, one[i].narrow);
        s.hyper[0] *= 1.5;
        s.loss = losses[i];
        check_overflow(&s, GN_F64, NULL);
        check_overflow(&s, GN_F32, NULL);
    }
}

/* 0 times infinity is no number at once: inside nesterov's row without momentum, and at an input of 0. */
static void when_infinity_meets_0(void **state)
{
    (void)state;
    static const double one[] = {291.127}, y[] = {0.68}, w[] = {2.97, 0.5}, wide[] = {1389, 2779, 2780, 2780},
                        narrow[] = {150, 302, 303, 303}, with_0[] = {10, 0};
    gn_neuron_spec s = scalar(one, y, w, 1.348e-05);
    s.has_bias = true;
    s.b = 0.5;
    s.optimizer = GN_OPT_nesterov;
    s.hyper[1] = 0;
    check_overflow(&s, GN_F64, wide);
    check_overflow(&s, GN_F32, narrow);
    static const gn_optimizer steady[] = {GN_OPT_sgd, GN_OPT_momentum, GN_OPT_nesterov};
    static const double mu[] = {0, 0.5};
    for (size_t i = 0; i < 2 * GN_COUNT(steady); i++)
        for (size_t bias = 0; bias < 2; bias++) {
            s = scalar(with_0, y, w, 0.3);
            s.inputs = 2;
            s.has_bias = bias;
            s.optimizer = steady[i / 2];
            if (i > 1) s.hyper[1] = mu[i % 2];
            check_overflow(&s, GN_F64, NULL);
            check_overflow(&s, GN_F32, NULL);
        }
}

/* An eigenvalue that is far below 0 does not count as 0. */
static void what_curves_downward_is_not_flat(void **state)
{
    (void)state;
    static const double x[] = {1, 2, -1, 0.5, 3, 1}, y[] = {1, -1, -1}, w[] = {1, 1};
    gn_neuron_spec s = scalar(x, y, w, 0.1);
    gn_neuron *n;
    s.inputs = 2;
    s.rows = 3;
    s.act = "tanh";
    gn_neuron_theory t = theory_of(&s, &n);
    assert_true(t.eigenvalue[0] < -1e-3);
    assert_int_equal(gn_neuron_flat(&t), 0);
    done(n, &t);
}

/* So slow that the prediction leaps: |e| = 10*|r|^k with r = -1.00002. The closed form is the measure. */
static void numbers_that_end_late(void **state)
{
    (void)state;
    double x = 10, y = 10, w = 0, r = 2 * 0.0100001 * 100 - 1;
    gn_neuron_spec s = scalar(&x, &y, &w, 0.0100001);
    gn_neuron_overflow o;
    gn_neuron *n = made(ctx, &s);
    must(ctx, gn_neuron_overflow_predicted(n, GN_F64, &o));
    near(o.loss, log(DBL_MAX / 100) / 2 / log(r), 1e-5);
    near(o.gradient, log(DBL_MAX / 200) / log(r), 1e-5);
    assert_true(o.weight == o.gradient + 1 && o.nan == o.weight + 1);
    gn_neuron_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_of_the_scalar_neuron),
        cmocka_unit_test(regimes_by_r),
        cmocka_unit_test(the_band),
        cmocka_unit_test(the_vector_neuron),
        cmocka_unit_test(limits_of_momentum),
        cmocka_unit_test(the_leaky_batch),
        cmocka_unit_test(curvature_is_the_second_difference),
        cmocka_unit_test(a_loss_with_a_kink),
        cmocka_unit_test(when_the_numbers_end),
        cmocka_unit_test(when_other_numbers_end),
        cmocka_unit_test(when_a_number_inside_the_row_ends),
        cmocka_unit_test(when_infinity_meets_0),
        cmocka_unit_test(what_curves_downward_is_not_flat),
        cmocka_unit_test(numbers_that_end_late),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
