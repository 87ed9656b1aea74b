/* test_lens_neuron_leaky.c -- activations by their table, and the leaky neuron of four rows: forward, gradient, training
 * and the ladder of rates. */
#include "neuron_help.h"
#include "one_context.h"

/* ---- activations and the leaky neuron ---------------------------------------------------------------------------- */

static void the_table_of_activations(void **state)
{
    (void)state;
    static const double at[] = {-2, -1, -.5, 0, .5, 1, 2};
    static const struct { const char *act; double value[7], slope[7]; } row[] = {
        {"sigmoid",
         {.11920292202211755, .2689414213699951, .3775406687981454, .5, .6224593312018546, .7310585786300049,
          .8807970779778825},
         {.1049935854035065, .19661193324148185, .2350037122015945, .25, .2350037122015945, .19661193324148185,
          .10499358540350645}},
        {"tanh",
         {-.9640275800758169, -.7615941559557649, -.46211715726000974, 0, .46211715726000974, .7615941559557649,
          .9640275800758169},
         {.07065082485316443, .41997434161402614, .7864477329659274, 1, .7864477329659274, .41997434161402614,
          .07065082485316443}},
        {"relu", {0, 0, 0, 0, .5, 1, 2}, {0, 0, 0, 0, 1, 1, 1}},
        {"leaky_relu", {-.02, -.01, -.005, 0, .5, 1, 2}, {.01, .01, .01, .01, 1, 1, 1}},
    };
    for (size_t i = 0; i < GN_COUNT(row); i++)
        for (size_t k = 0; k < 7; k++) {
            double one = 1, y = 0;
            gn_neuron_spec s = scalar(&one, &y, &at[k], 0.1);
            s.act = row[i].act;
            gn_neuron *n = made(ctx, &s);
            near(value_of(n, "p", 0), row[i].value[k], within[ONE_SHOT]);
            near(value_of(n, "dp_dz", 0), row[i].slope[k], within[ONE_SHOT]);
            gn_neuron_free(n);
        }
}

/* Leaky by its definition, whatever alpha: max(alpha*x, x) is another function when alpha is above 1. */
static void a_leak_above_one(void **state)
{
    (void)state;
    static const double at[] = {-1, 1}, value[] = {-2, 1}, slope[] = {2, 1};
    double one = 1, y = 0;
    for (size_t k = 0; k < 2; k++) {
        gn_neuron_spec s = scalar(&one, &y, &at[k], 0.1);
        s.act = "leaky-relu(alpha = 2)";
        gn_neuron *n = made(ctx, &s);
        near(value_of(n, "p", 0), value[k], within[ONE_SHOT]);
        near(value_of(n, "dp_dz", 0), slope[k], within[ONE_SHOT]);
        gn_neuron_free(n);
    }
}

static void the_leaky_neuron_forward(void **state)
{
    (void)state;
    static const double w[] = {.96963449, .88127309, .29762979, .32335681, .75624471},
                        z[] = {19.55678708, 20.20853882, 31.18914713, -5.57078139};
    gn_neuron_spec s = leaky_batch(0.001);
    s.w = w;
    s.b = 0.811187399999999;
    gn_neuron *n = made(ctx, &s);
    for (size_t i = 0; i < 4; i++) {
        gn_neuron_row(n, i);
        assert_true(fabs(value_of(n, "z", 0) - z[i]) < 1.3e-7);  /* the weights are printed to 8 digits */
        near(value_of(n, "p", 0), i == 3 ? 0.01 * value_of(n, "z", 0) : value_of(n, "z", 0), within[ONE_SHOT]);
    }
    gn_neuron_free(n);
}

static void the_leaky_neuron_gradient(void **state)
{
    (void)state;
    static const double e[] = {-74.0015119475, -170.4838230675, -267.4253349675, -400.052755347275},
                        slope[] = {1, 1, 1, .01},
                        g[] = {-2439.9058495602726, -1478.9923913857006, 1113.9142098183272, -7424.181643630564,
                               -9327.805331635544};
    gn_neuron_spec s = leaky_batch(0.001);
    gn_neuron *n = made(ctx, &s);
    for (size_t i = 0; i < 5; i++) near(gn_neuron_gradient(n)[i], g[i], within[ONE_SHOT]);
    near(gn_neuron_bias_gradient(n), -515.9111975359729, within[ONE_SHOT]);
    near(gn_neuron_loss(n), 133049.73727082644, within[ONE_SHOT]);
    for (size_t i = 0; i < 4; i++) {
        gn_neuron_row(n, i);
        near(value_of(n, "e", 0), e[i], within[ONE_SHOT]);
        assert_true(value_of(n, "dp_dz", 0) == slope[i]);
    }
    gn_neuron_free(n);
    s.loss = "mse"; /* without the half the gradient is twice as large */
    n = made(ctx, &s);
    for (size_t i = 0; i < 5; i++) near(gn_neuron_gradient(n)[i], 2 * g[i], within[ONE_SHOT]);
    gn_neuron_free(n);
    s.reduction = "half-sum";
    n = made(ctx, &s);
    for (size_t i = 0; i < 5; i++) near(gn_neuron_gradient(n)[i], g[i], within[ONE_SHOT]);
    gn_neuron_free(n);
    s.reduction = "mean";
    s.loss = "0.5*e^2";
    n = made(ctx, &s);
    for (size_t i = 0; i < 5; i++) near(gn_neuron_gradient(n)[i], g[i] / 4, within[ONE_SHOT]);
    gn_neuron_free(n);
}

static gn_status keep_loss(void *user, gn_neuron *n, uint64_t k)
{
    ((double *)user)[k] = gn_neuron_loss(n);
    return GN_OK;
}

static void the_leaky_neuron_trains(void **state)
{
    (void)state;
    static const struct { double lr, at1, at10, at100, at1000; } run[] = {
        {.001, 102952.79803038966, 82582.76792479237, 800.1286413734679, 1.2856216962729315e-14},
        {.0005, 87582.01404532153, 83396.98600196534, 80749.244310564, 2.969044593323093e-05},
        {.0001, 119089.1120488796, 86767.64541439679, 82605.06278391967, 788.5010560611934},
    };
    static const double w[] = {20.110988082848372, 1.6641615912289789, -0.38548579672873584, 23.069119770834394,
                               -10.818471656287295};
    static double loss[20001];
    gn_neuron_end end;
    for (size_t i = 0; i < GN_COUNT(run); i++) {
        gn_neuron_spec s = leaky_batch(run[i].lr);
        gn_neuron *n = made(ctx, &s);
        must(ctx, gn_neuron_run(n, 20000, 0, keep_loss, loss, &end));
        near(loss[0], 133049.73727082644, within[ITERATED]);
        near(loss[1], run[i].at1, within[ITERATED]);
        near(loss[10], run[i].at10, within[ITERATED]);
        near(loss[100], run[i].at100, within[ITERATED]);
        near(loss[1000], run[i].at1000, within[ITERATED]);
        for (size_t k = 0; k < 5; k++) near(gn_neuron_weights(n)[k], w[k], within[ITERATED]);
        near(gn_neuron_bias(n), 1.9545834266135744, within[ITERATED]);
        gn_neuron_free(n);
    }
}

/* Below the limit at the solution it converges; above, the leaky slope catches it, and it never settles. */
static void the_ladder_of_rates(void **state)
{
    (void)state;
    static const struct { double lr; bool converges; } run[] = {{.00115, true}, {.0012, false}, {.0013, false},
                                                                {.0015, false}};
    gn_neuron_end end;
    for (size_t i = 0; i < GN_COUNT(run); i++) {
        gn_neuron_spec s = leaky_batch(run[i].lr);
        gn_neuron *n = made(ctx, &s);
        must(ctx, gn_neuron_run(n, 20000, 0, NULL, NULL, &end));
        double loss = gn_neuron_loss(n);
        assert_true(run[i].converges ? loss < 1e-20 : loss > 1 && loss < 1e7);
        gn_neuron_free(n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_activations),
        cmocka_unit_test(a_leak_above_one),
        cmocka_unit_test(the_leaky_neuron_forward),
        cmocka_unit_test(the_leaky_neuron_gradient),
        cmocka_unit_test(the_leaky_neuron_trains),
        cmocka_unit_test(the_ladder_of_rates),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
