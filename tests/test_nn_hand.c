/* test_nn_hand.c -- a network by hand: the 2-3-1 net of the documents call by call (C8, C9, C9b), its tensors as slices
 * of one vector (B11, C3b), agreement with gn_fit's step, and calls in the wrong order. */
#include "nn_help.h"
#include "nn/fit.h"

static const double theta0[13] = { 0.030471707975443137, -0.10399841062404956, 0.07504511958064573, 0.0940564716391214,
                                   -0.19510351886538366, -0.13021795068623182, 0, 0, 0,
                                   0.012784040316728537, -0.03162425923435822, -0.0016801157504288797, 0 };
static const double x[8] = { 0, 0, 0, 1, 1, 0, 1, 1 }, y[4] = { 0, 1, 1, 2 };

static void near(const char *what, double got, double right, double bound)
{
    if (!(fabs(got - right) <= bound * fmax(1, fabs(right)))) fail_msg("%s: %.17g, not %.17g", what, got, right);
}

static gn_network *open_net(gn_context *ctx, size_t in, const char *layers, size_t out, const char *text)
{
    gn_options *o = make_options(ctx, text);
    gn_network *n;
    must(ctx, gn_network_new(ctx, in, layers, out, o, &n));
    gn_options_free(o);
    return n;
}

static void every_part_of_a_step(void **state)
{
    (void)state;
    static const double right[13] = { -0.006404699975338861, 0, 0.04755231401452023, 0.047567980221411746, 0, 0,
                                      -0.006404699975338861, 0.06341147627745636, 0,
                                      -0.015266077271633325, -0.2543188573866623, 0, -2.0051529367860375 };
    static const double z[4][3] = { { 0, 0, 0 }, { -0.10399841062404956, 0.0940564716391214, -0.13021795068623182 },
                                    { 0.030471707975443137, 0.07504511958064573, -0.19510351886538366 },
                                    { -0.07352670264860642, 0.16910159121976714, -0.32532146955161545 } };
    gn_context *ctx = open_context(1);
    gn_network *n = open_net(ctx, 2, "3 relu", 1, "precision=f64 optimizer=sgd lr=0.01");
    double out[4], zs[12], as[12], g[13], theta[13], loss;
    assert_int_equal(gn_network_parameters(n), 13);
    gn_network_set(n, theta0);
    must(ctx, gn_network_forward(n, x, 4, out));
    near("yhat of row 3", out[3], -0.0053477125576763904, 1e-12);
    must(ctx, gn_network_layer(n, 0, zs, as));
    for (int i = 0; i < 12; i++) {
        near("z", zs[i], z[i / 3][i % 3], 1e-12);
        near("a", as[i], fmax(0, z[i / 3][i % 3]), 1e-12);
    }
    must(ctx, gn_network_loss(n, y, &loss));
    near("loss", loss, 1.5078371381958693, 1e-12);
    must(ctx, gn_network_backward(n, g));
    for (int i = 0; i < 13; i++) near("gradient", g[i], right[i], 1e-12);
    must(ctx, gn_network_step(n));
    gn_network_get(n, theta);
    for (int i = 0; i < 13; i++) near("theta", theta[i], theta0[i] - 0.01 * right[i], 1e-12);
    gn_network_free(n);
    gn_context_free(ctx);
}

static void a_training_loop(void **state)
{
    (void)state;
    static const struct { int step; double loss; } right[] = { { 0, 1.5078371381958693 }, { 1, 1.4673141921772064 },
                                                               { 10, 1.1687300942732928 }, { 100, 0.4963194255615462 },
                                                               { 1000, 0.0006591808745643618 } };
    gn_context *ctx = open_context(1);
    gn_network *n = open_net(ctx, 2, "3 relu", 1, "precision=f64 optimizer=sgd lr=0.01");
    gn_network_set(n, theta0);
    size_t next = 0;
    for (int k = 0; k <= 1000; k++) {
        double loss;
        must(ctx, gn_network_train_step(n, x, y, 4, &loss));
        if (k == right[next].step) near("loss", loss, right[next++].loss, 1e-9);
    }
    assert_int_equal(next, GN_COUNT(right));
    gn_network_free(n);
    gn_context_free(ctx);
}

/* The same rows, weights and optimiser through gn_fit: one epoch of one batch has the same bits. */
static void as_training_does(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        char text[160];
        snprintf(text, sizeof text, "precision=f64 epochs=1 batch=4 schedule=constant weight-decay=0.01 optimizer=%s",
                 gn_optimizer_table()[op].name);
        gn_options *o = make_options(ctx, text);
        gn_network *n;
        must(ctx, gn_network_new(ctx, 2, "3 tanh, 4 relu", 1, o, &n));
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 tanh, 4 relu", "auto", "mean", GN_F64);
        double theta[64], *block = gn_net_block(net);
        assert_true(gn_network_parameters(n) <= 64);
        gn_network_get(n, theta);
        size_t dim[2], offset;
        for (size_t i = 0; i < gn_net_tensors(net); i++) {
            gn_tensor_info t = gn_net_tensor(net, i);
            assert_string_equal(gn_network_tensor(n, i, dim, &offset), t.name);
            memcpy(block + t.offset, theta + offset, t.size * sizeof(double));
        }
        gn_dataset d = { .rows = 4, .inputs = 2, .type = GN_EL_F64, .x = x, .y = y };
        gn_fit_result r;
        must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r));
        must(ctx, gn_network_train_step(n, x, y, 4, NULL));
        gn_network_get(n, theta);
        for (size_t i = 0; i < gn_net_tensors(net); i++) {
            gn_tensor_info t = gn_net_tensor(net, i);
            gn_network_tensor(n, i, dim, &offset);
            for (size_t k = 0; k < t.size; k++) /* the order of rows in the sums is the epoch's own */
                near(gn_optimizer_table()[op].name, theta[offset + k], block[t.offset + k], 1e-9);
        }
        gn_net_free(net);
        gn_network_free(n);
        gn_options_free(o);
    }
    gn_context_free(ctx);
}

static void counts_and_slices(void **state)
{
    (void)state;
    static const struct { size_t in, out, count; const char *layers; } net[] = {
        { 2, 1, 13, "3 relu" }, { 4, 2, 68, "6 relu, 4 relu" }, { 784, 10, 101770, "128 relu" }
    };
    gn_context *ctx = open_context(1);
    for (size_t i = 0; i < GN_COUNT(net); i++) {
        gn_network *n = open_net(ctx, net[i].in, net[i].layers, net[i].out, "seed=3");
        assert_int_equal(gn_network_parameters(n), net[i].count);
        size_t dim[2], offset, at = 0, k = 0;
        while (gn_network_tensor(n, k, dim, &offset)) {
            assert_int_equal(offset, at);
            at += dim[0] * dim[1];
            k++;
        }
        assert_int_equal(at, net[i].count);
        gn_network_free(n);
    }
    gn_context_free(ctx);
}

static void refused(gn_context *ctx, gn_status s)
{
    assert_int_equal(s, GN_USAGE);
    assert_string_not_equal(gn_last_error(ctx)->message, "");
}

static void wrong_order(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_network *n = open_net(ctx, 2, "3 relu, batchnorm", 1, "precision=f64");
    double loss, g[64], z[12];
    refused(ctx, gn_network_loss(n, y, &loss));
    refused(ctx, gn_network_backward(n, g));
    refused(ctx, gn_network_step(n));
    refused(ctx, gn_network_layer(n, 0, z, NULL));
    must(ctx, gn_network_forward(n, x, 4, NULL));
    refused(ctx, gn_network_backward(n, g));
    refused(ctx, gn_network_layer(n, 9, z, NULL));
    must(ctx, gn_network_loss(n, y, &loss));
    must(ctx, gn_network_step(n));
    refused(ctx, gn_network_backward(n, g)); /* that gradient was of the parameters before */
    refused(ctx, gn_network_train_step(n, x, y, 1, &loss)); /* batchnorm */
    refused(ctx, gn_network_forward(n, x, 0, NULL));
    refused(ctx, gn_network_forward(n, NULL, 4, NULL));
    must(ctx, gn_network_forward(n, x, 4, NULL));
    refused(ctx, gn_network_loss(n, NULL, &loss));
    refused(ctx, gn_network_train_step(n, x, NULL, 4, &loss));
    gn_network_free(n);
    gn_network *none;
    refused(ctx, gn_network_new(ctx, 2, "3 nonsense", 1, NULL, &none));
    assert_null(none);
    gn_context_free(ctx);
}

static void classes(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_network *n = open_net(ctx, 3, "", 3, "loss=cross_entropy precision=f64");
    double theta[12] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 }, z[3] = { 1, 2, 3 }, t[3] = { 0, 0, 1 }, p[3], g[12], loss;
    gn_network_set(n, theta); /* the identity: logits are the inputs (E5) */
    must(ctx, gn_network_forward(n, z, 1, p));
    near("p", p[2], 0.66524095577, 1e-9);
    must(ctx, gn_network_loss(n, t, &loss));
    near("loss", loss, 0.4076059644, 1e-9);
    must(ctx, gn_network_backward(n, g));
    near("db", g[11], -0.33475904423, 1e-9);
    gn_network_free(n);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_step), cmocka_unit_test(a_training_loop), cmocka_unit_test(as_training_does),
        cmocka_unit_test(counts_and_slices),    cmocka_unit_test(wrong_order),     cmocka_unit_test(classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
