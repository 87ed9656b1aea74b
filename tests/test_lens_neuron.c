/* test_lens_neuron.c -- the neuron's numbers: worked examples of one step, runs with their closed forms, batches,
 * float32, and that the formulas shown are those that run, for every activation, loss and optimiser. */
#include "neuron_help.h"
#include "one_context.h"
#include "nn/nn.h"

/* ---- one step ---------------------------------------------------------------------------------------------------- */

static void a_step_in_numbers(void **state)
{
    (void)state;
    double x = 3, y = 10, w[] = {0.5, 5.6};
    static const char *const names[] = {"p", "e", "L", "dL_dp", "dp_dw", "dL_dw", "w_new"};
    static const double expected[2][7] = {{1.5, -8.5, 72.25, -17, 3, -51, 5.6}, {16.8, 6.8, 46.24, 13.6, 3, 40.8,
                                                                                 1.52}};
    for (int i = 0; i < 2; i++) {
        gn_neuron_spec s = scalar(&x, &y, &w[i], 0.1);
        gn_neuron *n = made(ctx, &s);
        for (size_t k = 0; k < GN_COUNT(names); k++) near(value_of(n, names[k], 0), expected[i][k], within[ONE_SHOT]);
        gn_neuron_free(n);
    }
}

/* The bits of p=w*x; e=p-y; L=e*e; g=2*e*x; w=w-lr*g. */
static void the_order_of_evaluation(void **state)
{
    (void)state;
    double x = 2.7182818284590451, y = -1.7320508075688772, w = 0.1, lr = 0.037;
    gn_neuron_path path;
    must(ctx, gn_neuron_path_run(ctx, x, y, w, lr, 50, 0, &path));
    assert_int_equal(path.count, 51);
    for (size_t k = 0; k < path.count; k++) {
        volatile double p = w * x, e = p - y, g = 2 * e;
        double loss = e * e, gradient = g * x;
        assert_true(path.w[k] == w && path.prediction[k] == p && path.loss[k] == loss && path.gradient[k] == gradient);
        volatile double step = lr * gradient;
        w = w - step;
    }
    gn_neuron_path_free(ctx, &path);
}

static void a_vector_neuron(void **state)
{
    (void)state;
    double x[] = {1, 2}, y = 10, w[] = {1, 1};
    gn_neuron_spec s = scalar(x, &y, w, 0.1);
    s.inputs = 2;
    gn_neuron *n = made(ctx, &s);
    near(value_of(n, "p", 0), 3, within[ONE_SHOT]);
    near(value_of(n, "e", 0), -7, within[ONE_SHOT]);
    near(value_of(n, "L", 0), 49, within[ONE_SHOT]);
    static const double g[] = {-14, -28}, next[] = {2.4, 3.8};
    for (size_t i = 0; i < 2; i++) {
        near(gn_neuron_gradient(n)[i], g[i], within[ONE_SHOT]);
        near(value_of(n, "w_new", i), next[i], within[ONE_SHOT]);
    }
    gn_neuron_advance(n);
    gn_neuron_forward(n);
    near(value_of(n, "p", 0), 10, within[ONE_SHOT]);
    gn_neuron_free(n);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* The last of a run from w0 = 0, bit for bit as the plain loop has it. */
static void last_weights(void **state)
{
    (void)state;
    static const struct { double x, y, lr, steps, last; } run[] = {
        {3, 10, 0.1, 30, 3.3292068665357157},       {3, 10, 0.01, 30, 3.3246777903624922},
        {9, 10, 0.01, 12, 1.1075263702640024},      {10, 10, 0.01, 12, 0},
        {11, 10, 0.01, 12, -60.19460045969528},     {9, 10, 0.001, 50, 1.1109496907100265},
        {10, 10, 0.001, 50, 0.9999857275230729},    {11, 10, 0.001, 50, 0.909090033970935},
    };
    for (size_t i = 0; i < GN_COUNT(run); i++) {
        gn_neuron_path path;
        must(ctx, gn_neuron_path_run(ctx, run[i].x, run[i].y, 0, run[i].lr, (uint64_t)run[i].steps, 0, &path));
        assert_int_equal(path.count, (size_t)run[i].steps + 1);
        assert_true(path.w[0] == 0);
        near(path.w[path.count - 1], run[i].last, 1e-15);
        double star = run[i].y / run[i].x, r = 1 - 2 * run[i].lr * run[i].x * run[i].x;
        for (size_t k = 0; k < path.count; k++) near(path.w[k], star - star * pow(r, (double)k), within[ITERATED]);
        gn_neuron_path_free(ctx, &path);
    }
}

static void first_weights(void **state)
{
    (void)state;
    static const double slow[] = {0, .6, 1.092, 1.49544, 1.8262608, 2.097533856},
                        fast[] = {0, 6, 1.2, 5.04, 1.968, 4.4256, 2.45952};
    gn_neuron_path path;
    must(ctx, gn_neuron_path_run(ctx, 3, 10, 0, 0.1, 6, 0, &path));
    for (size_t k = 0; k < GN_COUNT(fast); k++) near(path.w[k], fast[k], within[ITERATED]);
    gn_neuron_path_free(ctx, &path);
    must(ctx, gn_neuron_path_run(ctx, 3, 10, 0, 0.01, 5, 0, &path));
    for (size_t k = 0; k < GN_COUNT(slow); k++) near(path.w[k], slow[k], within[ITERATED]);
    gn_neuron_path_free(ctx, &path);
    must(ctx, gn_neuron_path_run(ctx, 10, 10, 0, 0.01, 12, 0, &path));
    for (size_t k = 0; k <= 12; k++) assert_true(path.w[k] == (k % 2 ? 2 : 0)); /* it does not stay the same */
    gn_neuron_path_free(ctx, &path);
}

static void an_explosion(void **state)
{
    (void)state;
    static const double w[] = {1, 201, -39599, 7880601, -1568239199}, g[] = {-20000, 3980000, -792020000, 157611980000},
                        loss[] = {1e4, 396010000, 15682392010000, 6.2103840598801e17};
    gn_neuron_path path;
    must(ctx, gn_neuron_path_run(ctx, 100, 200, 1, 0.01, 4, 0, &path));
    for (size_t k = 0; k < 5; k++) near(path.w[k], w[k], within[ONE_SHOT]);
    for (size_t k = 0; k < 4; k++) {
        near(path.loss[k], loss[k], within[ONE_SHOT]);
        near(path.gradient[k], g[k], within[ONE_SHOT]);
    }
    gn_neuron_path_free(ctx, &path);
}

static void the_guard(void **state)
{
    (void)state;
    static const struct { double lr, last; size_t count; } run[] = {
        {.001, .9999857275230729, 51}, {.005, 1, 51},       {.01, 0, 51},
        {.011, -1019.6746999785298, 39}, {.015, -1023, 11}, {.02, 2188, 8},
    };
    for (size_t i = 0; i < GN_COUNT(run); i++) {
        gn_neuron_path path;
        must(ctx, gn_neuron_path_run(ctx, 10, 10, 0, run[i].lr, 50, 1000, &path));
        assert_int_equal(path.count, run[i].count);
        near(path.w[path.count - 1], run[i].last, 1e-15);
        gn_neuron_path_free(ctx, &path);
    }
}

/* The limit is 1/x^2: 0.99 of it still converges, 1.01 of it does not. */
static void around_the_limit(void **state)
{
    (void)state;
    static const struct { double share, last; } run[] = {
        {.25, 1}, {.5, 1}, {.6, 1}, {.75, 1}, {.9, 1}, {.99, .9824120533942796}, {1, 0}, {1.01, -51.48489737870783},
        {1.1, -6858816903929300.0},
    };
    for (size_t i = 0; i < GN_COUNT(run); i++) {
        gn_neuron_path path;
        must(ctx, gn_neuron_path_run(ctx, 10, 10, 0, run[i].share * 0.01, 200, 0, &path));
        near(path.w[200], run[i].last, within[ITERATED]);
        gn_neuron_path_free(ctx, &path);
    }
}

/* A loop that updates: x = 5, y = 12 gives w = 2.4, not 2 with a bias of 3. */
static void a_training_loop_updates(void **state)
{
    (void)state;
    gn_neuron_path path;
    must(ctx, gn_neuron_path_run(ctx, 5, 12, 0, 0.01, 60, 0, &path));
    near(path.w[60], 2.4, within[ITERATED]);
    size_t k = 0;
    while (fabs(path.prediction[k] - 12) > 0.05) k++;
    assert_in_range(k, 1, 10);
    gn_neuron_path_free(ctx, &path);
}

static gn_status keep_weight(void *user, gn_neuron *n, uint64_t k)
{
    ((double *)user)[k] = gn_neuron_weights(n)[0];
    return GN_OK;
}

static void clipping(void **state)
{
    (void)state;
    double x = 100, y = 200, w0 = 1, w[202];
    gn_neuron_spec s = scalar(&x, &y, &w0, 0.01);
    gn_neuron_end end;
    s.clip = 1;
    gn_neuron *n = made(ctx, &s);
    must(ctx, gn_neuron_run(n, 201, 0, keep_weight, w, &end));
    near(w[1], 1.01, within[ONE_SHOT]);
    near(w[50], 1.5, within[ITERATED]);
    near(w[100], 2, within[ITERATED]);
    near(fabs(w[201] - w[200]), 0.01, within[ITERATED]);
    assert_true(fabs(w[200] - 2) <= 0.01 + 1e-9 && fabs(w[201] - 2) <= 0.01 + 1e-9);
    gn_neuron_free(n);
}

/* lambda = 200, lr = 0.015, clip 1, e0 = 1: the cycle {-0.005, 0.01}; at lr = 0.009 it converges. As w with x = 10. */
static void clipping_on_a_quadratic(void **state)
{
    (void)state;
    double x = 10, y = 0, w0 = 1, *w = malloc(2001 * sizeof *w);
    gn_neuron_spec s = scalar(&x, &y, &w0, 0.015);
    gn_neuron_end end;
    s.clip = 1;
    gn_neuron *n = made(ctx, &s);
    must(ctx, gn_neuron_run(n, 2000, 0, keep_weight, w, &end));
    near(fabs(w[2000] - w[1999]), 0.015, within[ITERATED]);
    near(fmax(w[2000], w[1999]), 0.01, 1e-9);
    gn_neuron_free(n);
    s.hyper[0] = 0.009;
    n = made(ctx, &s);
    must(ctx, gn_neuron_run(n, 2000, 0, keep_weight, w, &end));
    assert_true(fabs(w[2000]) < 1e-180);
    gn_neuron_free(n);
    free(w);
}

/* ---- the mean error is no loss ----------------------------------------------------------------------------------- */

static void the_mean_error_has_no_minimum(void **state)
{
    (void)state;
    double x = 5, y = 12, w0 = 0, last = INFINITY;
    gn_neuron_spec s = scalar(&x, &y, &w0, 0.01);
    s.loss = "e";
    gn_neuron *n = made(ctx, &s);
    for (int k = 0; k < 100; k++) {
        gn_neuron_forward(n);
        double loss = gn_neuron_loss(n);
        if (k) near(last - loss, 0.01 * 25, within[ITERATED]);
        last = loss;
        gn_neuron_step(n);
        gn_neuron_advance(n);
    }
    assert_true(last < -30);
    gn_neuron_free(n);
}

/* ---- float32 ----------------------------------------------------------------------------------------------------- */

static void float32_is_float_arithmetic(void **state)
{
    (void)state;
    double x = 3.1, y = 10.7, w0 = 0.3;
    gn_neuron_spec s = scalar(&x, &y, &w0, 0.037);
    s.type = GN_F32;
    gn_neuron *n = made(ctx, &s);
    volatile float w = (float)w0, fx = (float)x, fy = (float)y, lr = 0.037f;
    gn_neuron_restart(n);
    for (int k = 0; k < 200; k++) {
        gn_neuron_forward(n);
        volatile float p = w * fx, e = p - fy, l = e * e, d = 2 * e, g = d * fx, step = lr * g;
        assert_true(gn_neuron_weights(n)[0] == (double)w);
        assert_true(gn_neuron_loss(n) == (double)l);
        assert_true(gn_neuron_gradient(n)[0] == (double)g);
        w = w - step;
        gn_neuron_step(n);
        gn_neuron_advance(n);
    }
    gn_neuron_free(n);
}

/* ---- every row of the tables ------------------------------------------------------------------------------------- */

/* The gradient of every loss through every activation is the central difference of the loss. */
static void every_activation_and_loss(void **state)
{
    (void)state;
    double x[] = {0.7, -1.3, 0.4, 1.1}, y[] = {0.3, 0.9}, w[] = {0.45, -0.35};
    for (int a = 0; a < GN_P_COUNT; a++)
        for (int l = 0; l < GN_LOSS_COUNT; l++)
            for (size_t rows = 1; rows <= 2; rows++) {
                gn_neuron_spec s = scalar(x, y, w, 0.1);
                if (gn_pointwise_table()[a].arity != 1 || gn_loss_table()[l].per_row) continue;
                s.inputs = 2;
                s.rows = rows;
                s.act = gn_pointwise_table()[a].name;
                s.loss = gn_loss_table()[l].name;
                s.has_bias = true;
                s.b = 0.6;  /* sums of z above 0: log and sqrt have values */
                gn_neuron *n = made(ctx, &s);
                double wide[2], h = 1e-6, g = gn_neuron_gradient(n)[1], up, down;
                memcpy(wide, w, sizeof w);
                wide[1] = w[1] + h;
                gn_neuron_set(n, wide, s.b);
                gn_neuron_forward(n);
                up = gn_neuron_loss(n);
                wide[1] = w[1] - h;
                gn_neuron_set(n, wide, s.b);
                gn_neuron_forward(n);
                down = gn_neuron_loss(n);
                double numeric = (up - down) / (2 * h);
                if (!(fabs(g - numeric) <= 1e-7 * fmax(1, fabs(g))))
                    fail_msg("%s, %s, %zu rows: %.17g against %.17g", s.act, s.loss, rows, g, numeric);
                gn_neuron_free(n);
            }
}

/* A step of every optimiser is the step of its kernel, in both precisions. */
static void every_optimiser(void **state)
{
    (void)state;
    double x[] = {1, -2, 0.5}, y = 3, w[] = {0.2, -0.1, 0.7};
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        const gn_optimizer_row *row = &gn_optimizer_table()[op];
        gn_neuron_spec s = scalar(x, &y, w, 0);
        double at[3], slot[GN_OPT_SLOTS][3] = {{0}}, hyper[GN_OPT_HYPER] = {0};
        void *slots[GN_OPT_SLOTS];
        s.inputs = 3;
        s.optimizer = (gn_optimizer)op;
        s.decay = 0.01;
        for (int i = 0; i < row->parameters; i++) hyper[i] = s.hyper[i] = row->parameter_default[i];
        bool own_decay = !strcmp(row->parameter_name[row->parameters - 1], "wd");
        if (own_decay) s.decay = 0;
        hyper[row->parameters + 1] = s.decay;
        memcpy(at, w, sizeof w);
        for (int i = 0; i < GN_OPT_SLOTS; i++) slots[i] = slot[i];
        gn_neuron *n = made(ctx, &s);
        for (int k = 0; k < 20; k++) {
            gn_neuron_forward(n);
            for (size_t i = 0; i < 3; i++) near(gn_neuron_weights(n)[i], at[i], 1e-13);
            hyper[row->parameters] = k + 1;
            gn_kernels_reference(GN_F64)->update[op](3, at, gn_neuron_gradient(n), slots, hyper);
            gn_neuron_step(n);
            gn_neuron_advance(n);
        }
        gn_neuron_free(n);
    }
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void refused(const gn_neuron_spec *s, const char *code)
{
    gn_neuron *n;
    assert_int_equal(gn_neuron_new(ctx, s, &n), GN_USAGE);
    assert_null(n);
    assert_string_equal(gn_last_error(ctx)->code, code);
}

static void what_is_refused(void **state)
{
    (void)state;
    double x = 1, y = 1, w = 1;
    static const struct { const char *act, *loss, *reduction, *code; } bad[] = {
        {"reloo", "mse", "mean", "CFG-NET"},                {"leaky_relu(beta=1)", "mse", "mean", "CFG-VALUE"},
        {"leaky_relu(alpha=x)", "mse", "mean", "CFG-VALUE"}, {"leaky_relu(alpha=0.1", "mse", "mean", "CFG-VALUE"},
        {"max", "mse", "mean", "CFG-NET"},                  {"", "mse", "mean", "CFG-NET"},
        {"identity", "foo", "mean", "CFG-LOSS"},            {"identity", "3", "mean", "CFG-LOSS"},
        {"identity", "q^2", "mean", "CFG-LOSS"},            {"identity", "cross_entropy", "mean", "CFG-LOSS"},
        {"identity", "e^", "mean", "EXP-SYNTAX"},           {"identity", "mse", "product", "CFG-LOSS"},
    };
    for (size_t i = 0; i < GN_COUNT(bad); i++) {
        gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
        s.act = bad[i].act;
        s.loss = bad[i].loss;
        s.reduction = bad[i].reduction;
        refused(&s, bad[i].code);
    }
    gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
    s.inputs = GN_NEURON_INPUTS + 1;
    refused(&s, "CFG-RANGE");
    s.inputs = 0;
    refused(&s, "CFG-RANGE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_in_numbers),
        cmocka_unit_test(the_order_of_evaluation),
        cmocka_unit_test(a_vector_neuron),
        cmocka_unit_test(last_weights),
        cmocka_unit_test(first_weights),
        cmocka_unit_test(an_explosion),
        cmocka_unit_test(the_guard),
        cmocka_unit_test(around_the_limit),
        cmocka_unit_test(a_training_loop_updates),
        cmocka_unit_test(clipping),
        cmocka_unit_test(clipping_on_a_quadratic),
        cmocka_unit_test(the_mean_error_has_no_minimum),
        cmocka_unit_test(float32_is_float_arithmetic),
        cmocka_unit_test(every_activation_and_loss),
        cmocka_unit_test(every_optimiser),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
