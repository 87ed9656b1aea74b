/* test_lens_diagnose_seeds.c -- the errors in the gradients of the source documents come out as what they are: 23, 26,
 * 27, 30, 31 and 32 of the acceptance page (19 stands with the planted ones). */
#include "diagnose_help.h"

/* Error 23: g1 = g2*(da1/dz2)*(dz1/da1); w1 = .5, w2 = 3, x = 1, t = 1, tanh. */
static void error_23(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "1 tanh", "mse", "mean", GN_F64);
    put_weight(net, 0, 0, 0.5), put_weight(net, 1, 0, 0), put_weight(net, 2, 0, 3), put_weight(net, 3, 0, 0);
    double x = 1, t = 1, a = tanh(0.5), g2 = 2 * (3 * a - 1);
    gn_dataset rows = values_set(&x, &t, 1, 1);
    double wrong = g2 / 3 / (1 - a * a), right = g2 * 3 * (1 - a * a);
    assert_true(fabs(wrong - .3275076) < 1e-7 && fabs(right - 1.8230714346567) < 1e-12);
    gn_diagnosis d;
    must(ctx, gn_diagnose_flat(ctx, net, &rows, (double[]){ wrong, wrong, g2 * a, g2 }, 4, &d));
    expect(&d, GN_MISTAKE_INVERTED);
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    must(ctx, gn_diagnose_flat(ctx, net, &rows, (double[]){ right, right, g2 * a, g2 }, 4, &d));
    expect(&d, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Errors 26 and 27, and item C9: the seed's code divides by the batch once more: exactly 1/4. */
static void error_26(void **state)
{
    (void)state;
    static const double p[13] = { 0.030471707975443137, -0.10399841062404956, 0.07504511958064573, 0.0940564716391214,
                                  -0.19510351886538366, -0.13021795068623182, 0, 0, 0,
                                  0.012784040316728537, -0.03162425923435822, -0.0016801157504288797, 0 };
    static const double right[13] = { -0.006404699975338861, 0, 0.04755231401452023, 0.047567980221411746, 0, 0,
                                      -0.006404699975338861, 0.06341147627745636, 0,
                                      -0.015266077271633325, -0.2543188573866623, 0, -2.0051529367860375 };
    static const double seed[13] = { -0.0016011749938347152, 0, 0.011888078503630058, 0.011891995055352936, 0, 0,
                                     -0.0016011749938347152, 0.01585286906936409, 0,
                                     -0.003816519317908331, -0.06357971434666558, 0, -0.5012882341965094 };
    double x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 }, t[4] = { 0, 1, 1, 2 }, v[13];
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 relu", "mse", "mean", GN_F64);
    for (size_t i = 0, k = 0; i < 4; i++)
        for (size_t j = 0; j < gn_net_tensor(net, i).size; j++) put_weight(net, i, j, p[k++]);
    gn_dataset rows = values_set(x, t, 4, 2);
    gn_diagnosis d;
    must(ctx, gn_diagnose_flat(ctx, net, &rows, right, 13, &d));
    expect(&d, GN_MISTAKE_RIGHT);
    assert_true(fabs(d.loss - 1.5078371381958693) < 1e-12);
    gn_diagnosis_free(&d);
    must(ctx, gn_diagnose_flat(ctx, net, &rows, seed, 13, &d));
    expect(&d, GN_MISTAKE_BATCH_AGAIN);
    for (int i = 0; i < 4; i++) assert_true(d.finding[i].factor == 0.25 && d.finding[i].spread <= 1e-12);
    gn_diagnosis_free(&d);
    memcpy(v, right, sizeof v);                 /* 27 alone: db as a mean */
    for (int i = 6; i < 9; i++) v[i] /= 4;
    v[12] /= 4;
    must(ctx, gn_diagnose_flat(ctx, net, &rows, v, 13, &d));
    expect(&d, GN_MISTAKE_BATCH_AGAIN);
    assert_int_equal(d.finding[0].mistake, GN_MISTAKE_RIGHT);
    assert_int_equal(d.finding[3].mistake, GN_MISTAKE_BATCH_AGAIN);
    gn_diagnosis_free(&d);

    /* the sample (0,0) stands on the kink of every unit: relu'(0) = 1 */
    double out = 0.5;       /* with a target of -1 its delta is 2*(0 + 1)/4; with the seed's, 0, it would be 0 */
    t[0] = -1;
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, v));
    gn_objective_free(o);
    for (int j = 0; j < 3; j++) v[6 + j] += out * p[9 + j];
    must(ctx, gn_diagnose_flat(ctx, net, &rows, v, 13, &d));
    expect(&d, GN_MISTAKE_KINK);
    gn_diagnosis_free(&d);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Errors 30, 31 and 32: the neuron of the third seed, leaky relu, the sum of squares over four rows. */
static void error_31(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "1 leaky_relu", "mse", "sum", GN_F64);
    const double w[2] = { 0.6, 0.8 }, b = 0.5;
    put_weight(net, 0, 0, w[0]), put_weight(net, 0, 1, w[1]), put_weight(net, 1, 0, b);
    put_weight(net, 2, 0, 1), put_weight(net, 3, 0, 0);
    double x[8] = { 1, 2, 3, -1, -2, -1.5, -1, 0.125 }, t[4] = { 1, -2, 3, 4 };
    gn_dataset rows = values_set(x, t, 4, 2);
    double right[3] = { 0 }, kink[3] = { 0 };
    for (int n = 0; n < 4; n++) {
        double z = x[2 * n] * w[0] + x[2 * n + 1] * w[1] + b, e = (z > 0 ? z : 0.01 * z) - t[n];
        if (n == 3) assert_true(z == 0);
        for (int i = 0; i < 3; i++) {
            double xi = i < 2 ? x[2 * n + i] : 1;
            right[i] += 2 * e * (z > 0 ? 1 : 0.01) * xi;
            kink[i] += 2 * e * (z < 0 ? 0.01 : 1) * xi;
        }
    }
    gn_diagnosis d;
    gn_given given[2] = { { 0, 1, 2, right }, { 1, 1, 1, right + 2 } };
    must(ctx, gn_diagnose(ctx, net, &rows, given, 2, false, &d));
    expect(&d, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    double half[3] = { right[0] / 2, right[1] / 2, right[2] / 2 };
    given[0].value = half, given[1].value = half + 2;
    must(ctx, gn_diagnose(ctx, net, &rows, given, 2, false, &d));
    expect(&d, GN_MISTAKE_HALF);
    gn_diagnosis_free(&d);
    given[0].value = kink, given[1].value = kink + 2;
    must(ctx, gn_diagnose(ctx, net, &rows, given, 2, false, &d));
    expect(&d, GN_MISTAKE_KINK);
    gn_diagnosis_free(&d);
    given[0].value = right, given[1].value = NULL;
    must(ctx, gn_diagnose(ctx, net, &rows, given, 1, true, &d));
    assert_int_equal(d.finding[1].mistake, GN_MISTAKE_BIAS_MISSING);
    gn_diagnosis_free(&d);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Error 31 on its own data, D4: the document's J is the sum of squares, its gradient that of half of it; and what it
 * leaves out, db. */
static void error_31_d4(void **state)
{
    (void)state;
    static const double w[5] = { 0.92542368, 0.63684431, 0.63029109, 0.48955112, 0.96805626 };
    static const double x[20] = { -1, 2, 3, 13, 17, 4, -5, 6, 14, 18, 7, 8, -9, 15, 19, -10, 11, 12, 16, -20 };
    static const double t[4] = { 100, 200, 300, 400 };
    static const double printed[5] = { -2439.9058491, -1478.99239077, 1113.91420904, -7424.18164295, -9327.80533079 };
    static const double db = -515.9111975359729;
    for (int half = 0; half < 2; half++) {
        gn_context *ctx = open_context(1);
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 5, 1, "1 leaky_relu", "mse", half ? "half-sum" : "sum", GN_F64);
        for (size_t i = 0; i < 5; i++) put_weight(net, 0, i, w[i]);
        put_weight(net, 1, 0, 0.9382288624999986), put_weight(net, 2, 0, 1), put_weight(net, 3, 0, 0);
        gn_dataset rows = values_set(x, t, 4, 5);
        gn_given given[2] = { { 0, 1, 5, printed }, { 1, 1, 1, &db } };
        gn_diagnosis d;
        must(ctx, gn_diagnose(ctx, net, &rows, given, 2, false, &d));
        expect(&d, half ? GN_MISTAKE_RIGHT : GN_MISTAKE_HALF);
        assert_true(fabs(d.loss - 133049.73727 * (half ? 1 : 2)) < 1e-4);
        for (int i = 0; i < 2 && !half; i++) {
            assert_int_equal(d.finding[i].mistake, GN_MISTAKE_HALF);
            assert_string_equal(d.finding[i].called, "factor 1/2");
            assert_true(d.finding[i].factor == 0.5 && d.finding[i].spread < 1e-8);
        }
        gn_diagnosis_free(&d);
        must(ctx, gn_diagnose(ctx, net, &rows, given, 1, true, &d));
        assert_int_equal(d.mistake, half ? GN_MISTAKE_BIAS_MISSING : GN_MISTAKE_HALF);
        assert_int_equal(d.finding[1].mistake, GN_MISTAKE_BIAS_MISSING);
        assert_true(fabs(d.finding[1].right - db * (half ? 1 : 2)) < 1e-5);
        gn_diagnosis_free(&d);
        gn_net_free(net);
        gn_context_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(error_23), cmocka_unit_test(error_26),
                                        cmocka_unit_test(error_31), cmocka_unit_test(error_31_d4) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
