/* test_nn_predict.c -- predictions: the same bits however rows are cut, links and transforms undone, and the figures of
 * a network. */
#include "nn_help.h"
#include <pthread.h>

enum { ROWS = 203, IN = 5 };
static float x32[ROWS * IN];
static double x64[ROWS * IN];
static uint8_t x8[ROWS * IN];

static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS * IN; i++) {
        x8[i] = (uint8_t)(i * 37 % 251);
        x64[i] = sin(0.37 * i) * 3;
        x32[i] = (float)x64[i];
    }
    return 0;
}

static const char *const forms[] = { "", "17 relu", "33 tanh, layernorm, 9 gelu",
                                     "20 relu, batchnorm, dropout 0.3, residual 12 silu", "300 relu, 40 sigmoid" };

static gn_dataset typed(gn_element type)
{
    const void *x = type == GN_EL_U8 ? (const void *)x8 : type == GN_EL_F32 ? (const void *)x32 : (const void *)x64;
    return (gn_dataset){ .rows = ROWS, .inputs = IN, .type = type, .x = x };
}

static void transform(gn_context *ctx, gn_net *net)
{
    static const double shift[IN] = { 1, 2, -0.5, 0, 3 }, factor[IN] = { 0.5, 0.1, 1, 2, 0.3 },
                        y_shift[] = { 10, -3, 1 }, y_factor[] = { 0.5, 4, 0.125 };
    must(ctx, gn_net_set_transform(ctx, net, shift, factor, y_shift, y_factor));
}

static void cutting_changes_nothing(void **state)
{
    (void)state;
    gn_context *ctx = open_context(2);
    for (size_t f = 0; f < GN_COUNT(forms); f++)
        for (int variant = 0; variant < 12; variant++) {
            gn_type type = variant % 2 ? GN_F64 : GN_F32;
            gn_task task = variant / 2 % 2 ? GN_CLASSES : GN_REGRESSION;
            gn_net *net = make_net_as(ctx, task, IN, 3, forms[f], "auto", "mean", type);
            transform(ctx, net);
            gn_dataset d = typed((gn_element)(variant / 4));
            size_t n = 3 * gn_type_size(type);
            char whole[ROWS * 24], part[ROWS * 24];
            must(ctx, gn_net_predict(ctx, net, &d, whole));
            static const size_t cuts[] = { 1, 2, 5, 64, 65, 100 };
            for (size_t c = 0; c < GN_COUNT(cuts); c++) {
                for (size_t i = 0; i < ROWS; i += cuts[c]) {
                    uint32_t index[100];
                    gn_dataset some = d;
                    some.index = index;
                    some.used = ROWS - i < cuts[c] ? ROWS - i : cuts[c];
                    for (size_t k = 0; k < some.used; k++) index[k] = (uint32_t)(i + k);
                    must(ctx, gn_net_predict(ctx, net, &some, part + i * n));
                }
                assert_memory_equal(whole, part, ROWS * n);
            }
            gn_net_free(net);
        }
    gn_context_free(ctx);
}

static void transforms_and_links_are_undone(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, IN, 3, "", "auto", "mean", GN_F64);
    transform(ctx, net);
    set_weights(net);
    gn_dataset d = typed(GN_EL_F64);
    static double out[ROWS * 3];
    must(ctx, gn_net_predict(ctx, net, &d, out));
    for (size_t i = 0; i < ROWS; i++)
        for (size_t o = 0; o < 3; o++) {
            double z = weight_at(net, 1, o);
            for (size_t j = 0; j < IN; j++)
                z += weight_at(net, 0, o * IN + j) * (x64[i * IN + j] - gn_net_input_shift(net)[j]) *
                     gn_net_input_factor(net)[j];
            assert_true(fabs(out[i * 3 + o] - (z / gn_net_target_factor(net)[o] + gn_net_target_shift(net)[o])) <
                        1e-11);
        }
    gn_net_free(net);
    net = make_net_as(ctx, GN_CLASSES, IN, 3, "8 tanh", "auto", "mean", GN_F64);
    must(ctx, gn_net_predict(ctx, net, &d, out));
    for (size_t i = 0; i < ROWS; i++) assert_true(fabs(out[3 * i] + out[3 * i + 1] + out[3 * i + 2] - 1) < 1e-14);
    gn_net_free(net);
    net = make_net_as(ctx, GN_BINARY, IN, 1, "", "auto", "mean", GN_F64);
    set_weights(net);
    must(ctx, gn_net_predict(ctx, net, &d, out));
    double z = weight_at(net, 1, 0);
    for (size_t j = 0; j < IN; j++) z += weight_at(net, 0, j) * x64[j];
    assert_true(fabs(out[0] - 1 / (1 + exp(-z))) < 1e-14);
    gn_net_free(net);
    gn_context_free(ctx);
}

typedef struct gn_job { const gn_net *net; float out[ROWS * 3]; gn_status status; } gn_job;
static void *predict_in_thread(void *at)
{
    gn_job *job = at;
    gn_context *ctx;
    gn_context_settings s;
    gn_context_defaults(&s);
    s.threads = 1;
    job->status = gn_context_new(&s, &ctx);
    gn_dataset d = typed(GN_EL_F32);
    for (int i = 0; i < 20 && job->status == GN_OK; i++) job->status = gn_net_predict(ctx, job->net, &d, job->out);
    gn_context_free(ctx);
    return NULL;
}

static void threads_share_a_network(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_CLASSES, IN, 3, forms[3]);
    static gn_job job[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        job[i].net = net;
        assert_int_equal(pthread_create(&thread[i], NULL, predict_in_thread, &job[i]), 0);
    }
    for (int i = 0; i < 4; i++) pthread_join(thread[i], NULL);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(job[i].status, GN_OK);
        assert_memory_equal(job[i].out, job[0].out, sizeof job[0].out);
    }
    gn_net_free(net);
    gn_context_free(ctx);
}

static void figures_of_classes(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_CLASSES, 3, 3, "", "auto", "mean", GN_F32);
    memset(gn_net_block(net), 0, block_bytes(net));
    for (size_t i = 0; i < 3; i++) put_weight(net, 0, i * 3 + i, 4);  /* says the class whose input is largest */
    static const float x[] = { 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0 };
    static const int32_t label[] = { 0, 1, 1, 2, 2, 1 };
    gn_dataset d = labels_set(x, label, 6, 3);
    gn_metrics m;
    must(ctx, gn_net_measure(ctx, net, &d, &m));
    assert_int_equal(m.rows, 6);
    static const uint64_t confusion[] = { 1, 0, 0, 1, 2, 0, 0, 0, 2 };
    assert_memory_equal(m.confusion, confusion, sizeof confusion);
    assert_true(m.accuracy == 5 / 6.0 && m.precision[0] == 0.5 && m.recall[0] == 1 && fabs(m.f1[0] - 2 / 3.0) < 1e-15);
    assert_true(m.precision[1] == 1 && m.recall[1] == 2 / 3.0 && m.f1[1] == 0.8 && m.f1[2] == 1);
    double right = log(exp(4) + 2) - 4;
    assert_true(fabs(m.loss - (5 * right + right + 4) / 6) < 1e-6);
    assert_true(isnan(m.r2) && isnan(m.rmse) && isnan(m.mae));
    gn_metrics_free(ctx, &m);
    gn_net_free(net);
    gn_context_free(ctx);
}

static void figures_of_values(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 2, "", "auto", "mean", GN_F64);
    static const double y_shift[] = { 5, 0 }, y_factor[] = { 0.1, 1 };
    must(ctx, gn_net_set_transform(ctx, net, NULL, NULL, y_shift, y_factor));
    memset(gn_net_block(net), 0, block_bytes(net));
    put_weight(net, 0, 0, 0.1);     /* output 0: x + 5; output 1: 0 */
    static const double x[] = { 0, 1, 2, 3 }, y[] = { 5, 1, 6, 1, 7, 1, 10, 1 };
    gn_dataset d = values_set(x, y, 4, 1);
    gn_metrics m;
    must(ctx, gn_net_measure(ctx, net, &d, &m));
    assert_true(fabs(m.output_rmse[0] - 1) < 1e-12 && fabs(m.output_mae[0] - 0.5) < 1e-12 &&
                fabs(m.output_r2[0] - (1 - 4 / 14.0)) < 1e-12);
    assert_true(m.output_rmse[1] == 1 && m.output_mae[1] == 1 &&
                m.output_r2[1] == 0); /* a constant target that is missed */
    assert_true(fabs(m.rmse - 1) < 1e-12 && fabs(m.mae - 0.75) < 1e-12 && fabs(m.r2 - (1 - 4 / 14.0) / 2) < 1e-12);
    assert_true(isnan(m.accuracy) && m.outputs == 2);
    gn_metrics_free(ctx, &m);
    gn_net_free(net);
    gn_context_free(ctx);
}

static void wrong_data_is_refused(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_CLASSES, 2, 3, "");
    static const float x[4] = { 0 };
    int32_t label[] = { 0, 3 };
    gn_dataset d = labels_set(x, label, 2, 2);
    gn_metrics m;
    float out[6];
    assert_int_equal(gn_net_measure(ctx, net, &d, &m), GN_BAD_DATA);
    assert_string_equal(gn_last_error(ctx)->code, "DATA-LABEL");
    label[1] = -1;
    assert_int_equal(gn_net_measure(ctx, net, &d, &m), GN_BAD_DATA);
    d.label = NULL;
    assert_int_equal(gn_net_measure(ctx, net, &d, &m), GN_BAD_DATA);
    d.inputs = 1;
    assert_int_equal(gn_net_predict(ctx, net, &d, out), GN_BAD_DATA);
    assert_string_equal(gn_last_error(ctx)->code, "MOD-SHAPE");
    d.inputs = 2;
    uint32_t index[] = { 2 };
    d.index = index;
    d.used = 1;
    assert_int_equal(gn_net_predict(ctx, net, &d, out), GN_BAD_DATA);
    d.used = 0;
    must(ctx, gn_net_predict(ctx, net, &d, out));
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_changes_nothing), cmocka_unit_test(transforms_and_links_are_undone),
        cmocka_unit_test(threads_share_a_network), cmocka_unit_test(figures_of_classes),
        cmocka_unit_test(figures_of_values),       cmocka_unit_test(wrong_data_is_refused)
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
