/* test_nn_init.c -- first weights: mean, spread and bounds of every initialiser, orthogonality, and what "auto"
 * chooses. */
#include "nn_help.h"

enum { IN = 200, OUT = 150 };

static gn_net *net_with(gn_context *ctx, const char *init, const char *layers, size_t in, uint64_t seed)
{
    gn_net_spec spec = { .inputs = in, .outputs = 3, .layers = layers, .init = init, .type = GN_F64, .seed = seed };
    gn_net *net;
    must(ctx, gn_net_new(ctx, &spec, &net));
    return net;
}

static void moments(gn_net *net, size_t tensor, double *mean, double *sd, double *largest)
{
    gn_tensor_info t = gn_net_tensor(net, tensor);
    double sum = 0, square = 0;
    *largest = 0;
    for (size_t k = 0; k < t.size; k++) {
        double w = weight_at(net, tensor, k);
        sum += w;
        square += w * w;
        if (fabs(w) > *largest) *largest = fabs(w);
    }
    *mean = sum / (double)t.size;
    *sd = sqrt(square / (double)t.size - *mean * *mean);
}

/* The spread that the literature gives each name, written out here a second time. */
static double expected_sd(const char *name)
{
    if (!strcmp(name, "zeros")) return 0;
    if (!strcmp(name, "uniform")) return 0.05 / sqrt(3);
    if (!strcmp(name, "normal")) return 0.05;
    if (!strncmp(name, "xavier", 6)) return sqrt(2.0 / (IN + OUT));
    if (!strncmp(name, "he", 2)) return sqrt(2.0 / IN);
    if (!strncmp(name, "lecun", 5)) return sqrt(1.0 / IN);
    return 1 / sqrt(IN);    /* orthogonal rows of length 1 */
}

static void every_row_has_its_spread(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    for (int i = 0; i < GN_INIT_COUNT; i++) {
        const gn_init_row *row = &gn_init_table()[i];
        gn_net *net = net_with(ctx, row->name, "150 relu", IN, 3);
        double mean, sd, largest, want = expected_sd(row->name);
        moments(net, 0, &mean, &sd, &largest);
        assert_true(fabs(mean) <= 4 * want / sqrt(IN * OUT) + 1e-12);
        assert_true(fabs(sd - want) <= 0.015 * want + 1e-12);
        if (row->draw == GN_DRAW_UNIFORM) assert_true(largest <= sqrt(3) * want && largest >= 1.7 * want);
        if (row->draw == GN_DRAW_NORMAL) assert_true(largest > 3 * want && largest < 6 * want);
        for (size_t k = 0; k < OUT; k++) assert_true(weight_at(net, 1, k) == 0);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

static void orthogonal_is_orthogonal(void **state)
{
    (void)state;
    static const size_t inputs[] = { 40, 17, 5 };   /* wide, tall, very tall against 17 outputs */
    gn_context *ctx = open_context(1);
    for (size_t c = 0; c < GN_COUNT(inputs); c++) {
        size_t n = inputs[c], m = 17, side = m < n ? m : n, along = m < n ? n : m;
        gn_net *net = net_with(ctx, "orthogonal", "17 tanh", n, 5);
        for (size_t a = 0; a < side; a++)
            for (size_t b = 0; b <= a; b++) {
                double dot = 0;
                for (size_t p = 0; p < along; p++)
                    dot += m < n ? weight_at(net, 0, a * n + p) * weight_at(net, 0, b * n + p)
                                 : weight_at(net, 0, p * n + a) * weight_at(net, 0, p * n + b);
                assert_true(fabs(dot - (a == b)) < 1e-13);
            }
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

static void auto_fits_the_activation(void **state)
{
    (void)state;
    static const struct { gn_pointwise act; gn_init init;
    } row[] = { { GN_P_relu, GN_INIT_he_normal },
                { GN_P_leaky_relu, GN_INIT_he_normal },
                { GN_P_elu, GN_INIT_he_normal },
                { GN_P_gelu, GN_INIT_he_normal },
                { GN_P_gelu_tanh, GN_INIT_he_normal },
                { GN_P_silu, GN_INIT_he_normal },
                { GN_P_mish, GN_INIT_he_normal },
                { GN_P_softplus, GN_INIT_he_normal },
                { GN_P_tanh, GN_INIT_xavier_uniform },
                { GN_P_sigmoid, GN_INIT_xavier_uniform },
                { GN_P_identity, GN_INIT_xavier_uniform },
                { GN_P_softsign, GN_INIT_xavier_uniform },
                { GN_P_hard_tanh, GN_INIT_xavier_uniform },
                { GN_P_selu, GN_INIT_lecun_normal } };
    for (size_t i = 0; i < GN_COUNT(row); i++)
        if (gn_init_auto(row[i].act) != row[i].init)
            fail_msg("%s: %s", gn_pointwise_table()[row[i].act].name, gn_init_table()[gn_init_auto(row[i].act)].name);
}

static void draws_are_of_seed_and_place(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *a = net_with(ctx, "auto", "20 relu, batchnorm, layernorm", 6, 1),
           *b = net_with(ctx, "auto", "20 relu, batchnorm, layernorm", 6, 1);
    gn_net *c = net_with(ctx, "auto", "20 relu, batchnorm, layernorm", 6, 2);
    assert_memory_equal(gn_net_block(a), gn_net_block(b), block_bytes(a));
    assert_memory_not_equal(gn_net_block(a), gn_net_block(c), block_bytes(a));
    for (size_t k = 0; k < 20; k++) {   /* gain, bias, running mean, running variance; then layernorm's gain and bias */
        assert_true(weight_at(a, 2, k) == 1 && weight_at(a, 3, k) == 0 && weight_at(a, 4, k) == 0 &&
                    weight_at(a, 5, k) == 1);
        assert_true(weight_at(a, 6, k) == 1 && weight_at(a, 7, k) == 0);
    }
    gn_net_free(a);
    gn_net_free(b);
    gn_net_free(c);
    gn_context_free(ctx);
}

static void leaky_slope_enters_he(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = net_with(ctx, "he_normal", "150 leaky_relu(alpha=0.8)", IN, 3);
    double mean, sd, largest, want = sqrt(2 / (1 + 0.64) / IN);
    moments(net, 0, &mean, &sd, &largest);
    assert_true(fabs(sd - want) < 0.015 * want);
    gn_net_free(net);
    gn_net_spec spec = { .inputs = 2, .outputs = 1, .init = "he_norml" };
    assert_int_equal(gn_net_new(ctx, &spec, &net), GN_USAGE);
    assert_string_equal(gn_last_error(ctx)->code, "CFG-INIT");
    assert_non_null(strstr(gn_last_error(ctx)->hint, "he_normal"));
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_row_has_its_spread),
                                        cmocka_unit_test(orthogonal_is_orthogonal),
                                        cmocka_unit_test(auto_fits_the_activation),
                                        cmocka_unit_test(draws_are_of_seed_and_place),
                                        cmocka_unit_test(leaky_slope_enters_he) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
