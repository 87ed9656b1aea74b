/* test_nn_train.c -- training as a whole: a known curve, sets that must be learnt, early stopping, weights of rows and
 * classes, dropout, stopping on request. */
#include "nn_help.h"
#include "base/random.h"

typedef struct gn_curve { double loss[1001]; size_t n; } gn_curve;
static gn_status keep_loss(void *user, const gn_progress *p)
{
    gn_curve *c = user;
    if (p->epoch_end && c->n < GN_COUNT(c->loss)) c->loss[c->n++] = p->loss;
    return GN_OK;
}

/* 2-3-1 with relu, weights of numpy's default_rng(42) times 0.1, the true gradient at 0.01: the loss before steps 0, 1,
 * 10, 100, 1000. */
static void the_known_curve(void **state)
{
    (void)state;
    static const double w1[] = { 0.030471707975443137, -0.10399841062404956, 0.07504511958064573,
                                 0.0940564716391214,   -0.19510351886538366, -0.13021795068623182 };
    static const double w2[] = { 0.012784040316728537, -0.03162425923435822, -0.0016801157504288797 };
    static const double x[] = { 0, 0, 0, 1, 1, 0, 1, 1 }, y[] = { 0, 1, 1, 2 };
    static const struct {
        size_t step;
        double loss;
    } want[] = { { 0, 1.50783713819587 },
                 { 1, 1.46731419217721 },
                 { 10, 1.16873009427329 },
                 { 100, 0.496319425561546 },
                 { 1000, 0.000659180874564362 } };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 relu", "mse", "mean", GN_F64);
    for (size_t k = 0; k < 6; k++) put_weight(net, 0, k, w1[k]);
    for (size_t k = 0; k < 3; k++) put_weight(net, 2, k, w2[k]);
    gn_options *o = make_options(ctx, "optimizer=sgd lr=0.01 batch=4 epochs=1001");
    gn_dataset d = values_set(x, y, 4, 2);
    static gn_curve c;
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, keep_loss, &c, &r));
    for (size_t i = 0; i < GN_COUNT(want); i++)
        if (!(fabs(c.loss[want[i].step] / want[i].loss - 1) < 1e-11))
            fail_msg("step %zu: %.15g", want[i].step, c.loss[want[i].step]);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

enum { N = 400 };
static float points[N * 2];
static int32_t classes[N];

static void make_xor(void)
{
    gn_random r = gn_random_make(3, GN_STREAM_TEST, 0);
    for (size_t i = 0; i < N; i++) {
        int a = i & 1, b = i >> 1 & 1;
        points[2 * i] = (float)(a + 0.15 * gn_random_normal(r, 2 * i));
        points[2 * i + 1] = (float)(b + 0.15 * gn_random_normal(r, 2 * i + 1));
        classes[i] = a ^ b;
    }
}

static void make_blobs(int k)
{
    gn_random r = gn_random_make(4, GN_STREAM_TEST, 0);
    for (size_t i = 0; i < N; i++) {
        classes[i] = (int32_t)(i % (size_t)k);
        points[2 * i] = (float)(3 * cos(6.2831853 * classes[i] / k) + 0.4 * gn_random_normal(r, 2 * i));
        points[2 * i + 1] = (float)(3 * sin(6.2831853 * classes[i] / k) + 0.4 * gn_random_normal(r, 2 * i + 1));
    }
}

static double train_and_score(gn_task task, size_t outputs, const char *layers, const char *options)
{
    gn_context *ctx = open_context(2);
    gn_net *net = make_net(ctx, task, 2, outputs, layers);
    gn_options *o = make_options(ctx, options);
    gn_dataset d = labels_set(points, classes, N, 2);
    gn_fit_result r;
    gn_metrics m;
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r));
    must(ctx, gn_net_measure(ctx, net, &d, &m));
    double accuracy = m.accuracy;
    gn_metrics_free(ctx, &m);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
    return accuracy;
}

static void xor_and_blobs_are_learnt(void **state)
{
    (void)state;
    make_xor();
    assert_true(train_and_score(GN_BINARY, 1, "16 relu, 16 relu", "lr=0.01 epochs=60") >= 0.99);
    assert_true(train_and_score(GN_CLASSES, 2, "16 tanh", "optimizer=momentum epochs=60") >= 0.99);
    make_blobs(5);
    assert_true(train_and_score(GN_CLASSES, 5, "16 relu", "lr=0.01 epochs=40") >= 0.99);
    assert_true(train_and_score(GN_CLASSES, 5, "16 identity, batchnorm, relu, dropout 0.1, residual 16 relu, layernorm",
                                "lr=0.01 epochs=40") >= 0.99);
}

/* Every optimiser at its own rate makes headway on blobs. */
static void every_optimizer_learns(void **state)
{
    (void)state;
    make_blobs(4);
    for (int i = 0; i < GN_OPT_COUNT; i++) {
        char text[80] = "epochs=120 optimizer=";
        strcat(text, gn_optimizer_table()[i].name);
        if (i == GN_OPT_rprop) strcat(text, " batch=400");   /* made for full batches */
        double accuracy = train_and_score(GN_CLASSES, 4, "16 tanh", text);
        if (!(accuracy >= 0.97)) fail_msg("%s: %g", gn_optimizer_table()[i].name, accuracy);
    }
}

/* ---- early stopping --------------------------------------------------------------------------------------------- */

typedef struct gn_watch { gn_net *net; char best[8192]; double best_loss; size_t best_epoch, epochs; } gn_watch;
static gn_status watch(void *user, const gn_progress *p)
{
    gn_watch *w = user;
    if (!p->epoch_end) return GN_OK;
    w->epochs = p->epoch;
    assert_int_equal(p->best, w->best_epoch == 0 || p->held_loss < w->best_loss);
    if (p->best) {
        w->best_loss = p->held_loss;
        w->best_epoch = p->epoch;
        memcpy(w->best, gn_net_block(w->net), block_bytes(w->net));
    }
    return GN_OK;
}

static void early_stopping_restores_the_best(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    make_blobs(3);
    for (size_t i = 0; i < 60; i++)
        classes[i] = (int32_t)((i * i / 7 + i / 5) % 3);    /* noise in the labels, so that it overfits */
    static uint32_t train_rows[60], held_rows[60];
    for (uint32_t i = 0; i < 60; i++) {
        train_rows[i] = i;
        held_rows[i] = 60 + i;
    }
    gn_dataset train = labels_set(points, classes, N, 2), held = train;
    train.index = train_rows;
    held.index = held_rows;
    train.used = held.used = 60;
    static gn_watch w;
    w.net = make_net(ctx, GN_CLASSES, 2, 3, "24 relu");
    assert_true(block_bytes(w.net) <= sizeof w.best);
    gn_options *o = make_options(ctx, "lr=0.02 epochs=500 early-stop=5 batch=16");
    gn_fit_result r;
    must(ctx, gn_fit(ctx, w.net, &train, &held, o, NULL, watch, &w, &r));
    assert_true(r.stopped_early && r.epochs < 500);
    assert_int_equal(r.epochs, w.best_epoch + 5);
    assert_int_equal(r.best_epoch, w.best_epoch);
    assert_memory_equal(w.best, gn_net_block(w.net), block_bytes(w.net));
    assert_true(r.held_loss == w.best_loss);
    gn_metrics m;
    must(ctx, gn_net_measure(ctx, w.net, &held, &m));
    assert_true(m.loss == r.held_loss && m.accuracy == r.held_metric);
    gn_metrics_free(ctx, &m);
    gn_options_free(o);
    gn_net_free(w.net);
    gn_context_free(ctx);
}

/* ---- weights of rows and classes -------------------------------------------------------------------------------- */

static void fit_weighted(const gn_dataset *d, const double *class_weight, double *weights, size_t n)
{
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_BINARY, 2, 1, "4 tanh", "auto", "mean", GN_F64);
    char text[80];
    snprintf(text, sizeof text, "optimizer=sgd lr=0.5 epochs=30 batch=%d", (int)gn_dataset_rows(d));
    gn_options *o = make_options(ctx, text);
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, d, NULL, o, class_weight, NULL, NULL, &r));
    for (size_t k = 0; k < n; k++) weights[k] = weight_at(net, 0, k);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* A row of weight 3 is that row three times. */
static void weights_stand_for_copies(void **state)
{
    (void)state;
    make_xor();
    static const float sample[] = { 3, 1, 1, 3, 1, 3, 3, 1, 1, 1, 1, 1 };
    static const double by_class[] = { 1, 3 };
    uint32_t copies[48];
    double plain[8], weighted[8];
    for (int how = 0; how < 2; how++) {
        gn_dataset d = labels_set(points, classes, 12, 2), copied = d;
        size_t n = 0;
        for (uint32_t i = 0; i < 12; i++)
            for (int k = 0; k < (how ? (int)by_class[classes[i]] : (int)sample[i]); k++) copies[n++] = i;
        copied.index = copies;
        copied.used = n;
        fit_weighted(&copied, NULL, plain, 8);
        if (!how) d.weight = sample;
        fit_weighted(&d, how ? by_class : NULL, weighted, 8);
        for (int k = 0; k < 8; k++) assert_true(fabs(plain[k] - weighted[k]) < 1e-12);
    }
}

static void bad_weights_are_refused(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_BINARY, 2, 1, "");
    gn_options *o = make_options(ctx, "epochs=1 batch=2");
    static float bad[][2] = { { 0, 0 }, { -1, 2 }, { NAN, 1 }, { INFINITY, 1 } };
    gn_fit_result r;
    for (size_t i = 0; i < GN_COUNT(bad); i++) {
        gn_dataset d = labels_set(points, classes, 2, 2);
        d.weight = bad[i];
        assert_int_equal(gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r), GN_USAGE);
        assert_string_equal(gn_last_error(ctx)->code, "CFG-WEIGHTS");
    }
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* ---- dropout ---------------------------------------------------------------------------------------------------- */

enum { WIDE = 100, TALL = 50 };
static double wide_x[TALL * WIDE];

static void dropout_pass(gn_context *ctx, gn_net *net, bool training, uint64_t step, double *out)
{
    gn_graph *g;
    gn_node param[2], z;
    gn_plan *p;
    must(ctx, gn_graph_new(ctx, &g));
    gn_node x = gn_input(g, "x", gn_shape_make(2, (size_t)TALL, (size_t)WIDE));
    must(ctx, gn_net_build(g, net, x, training, param, &z));
    must(ctx, gn_plan_new(g, &z, 1, (gn_plan_options){ .type = GN_F64 }, &p));
    must(ctx, gn_plan_bind(p, x, wide_x));
    for (size_t i = 0; i < 2; i++)
        must(ctx, gn_plan_bind(p, param[i], (double *)gn_net_block(net) + gn_net_tensor(net, i).offset));
    must(ctx, gn_plan_run(ctx, p, step));
    memcpy(out, gn_plan_value(p, z), sizeof wide_x);
    gn_plan_free(p);
    gn_graph_free(g);
}

static void dropout_scales_what_it_keeps(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, WIDE, WIDE, "dropout 0.4", "auto", "mean", GN_F64);
    for (size_t i = 0; i < WIDE; i++)
        for (size_t j = 0; j < WIDE; j++) put_weight(net, 0, i * WIDE + j, i == j);
    for (int i = 0; i < TALL * WIDE; i++) wide_x[i] = 1 + i % 3;
    static double a[TALL * WIDE], again[TALL * WIDE], b[TALL * WIDE], eval[TALL * WIDE];
    dropout_pass(ctx, net, true, 1, a);
    dropout_pass(ctx, net, true, 1, again);
    dropout_pass(ctx, net, true, 2, b);
    dropout_pass(ctx, net, false, 1, eval);
    assert_memory_equal(a, again, sizeof a);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_equal(eval, wide_x, sizeof eval);
    int kept = 0;
    for (int i = 0; i < TALL * WIDE; i++) {
        assert_true(a[i] == 0 || fabs(a[i] - wide_x[i] / 0.6) < 1e-15 * 8);
        kept += a[i] != 0;
    }
    assert_true(abs(kept - 3000) < 4 * 35);     /* 5000 draws of probability 0.6 */
    gn_net_free(net);
    gn_context_free(ctx);
}

/* ---- stopping, and the plan in print ---------------------------------------------------------------------------- */

static gn_status stop_at_3(void *user, const gn_progress *p)
{
    if (p->epoch_end && p->epoch == 3 && user) gn_request_stop(user);
    return !user && p->epoch_end && p->epoch == 3 ? GN_STOPPED : GN_OK;
}

static void stopping_keeps_what_was_learnt(void **state)
{
    (void)state;
    make_blobs(3);
    for (int by_request = 0; by_request < 2; by_request++) {
        gn_context *ctx = open_context(1);
        gn_net *net = make_net(ctx, GN_CLASSES, 2, 3, "8 relu"), *three = make_net(ctx, GN_CLASSES, 2, 3, "8 relu");
        gn_dataset d = labels_set(points, classes, N, 2);
        gn_options *o = make_options(ctx, "epochs=50 lr=0.01"), *o3 = make_options(ctx, "epochs=3 lr=0.01");
        gn_fit_result r;
        must(ctx, gn_fit(ctx, three, &d, NULL, o3, NULL, NULL, NULL, &r));
        assert_int_equal(gn_fit(ctx, net, &d, NULL, o, NULL, stop_at_3, by_request ? ctx : NULL, &r), GN_STOPPED);
        assert_int_equal(r.epochs, 3);
        assert_int_equal(r.steps, 3 * 13);
        assert_memory_equal(gn_net_block(net), gn_net_block(three), block_bytes(net));
        gn_options_free(o);
        gn_options_free(o3);
        gn_net_free(net);
        gn_net_free(three);
        gn_context_free(ctx);
    }
}

static void the_plan_prints(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_CLASSES, 2, 3, "8 relu");
    gn_options *o = make_options(ctx, "optimizer=adam");
    gn_text t;
    gn_text_init(&t, ctx);
    must(ctx, gn_fit_print_plan(ctx, net, 32, o, &t));
    must(ctx, gn_text_done(&t));
    assert_true(t.length > 100);
    gn_text_free(&t);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_known_curve),
                                        cmocka_unit_test(xor_and_blobs_are_learnt),
                                        cmocka_unit_test(every_optimizer_learns),
                                        cmocka_unit_test(early_stopping_restores_the_best),
                                        cmocka_unit_test(weights_stand_for_copies),
                                        cmocka_unit_test(bad_weights_are_refused),
                                        cmocka_unit_test(dropout_scales_what_it_keeps),
                                        cmocka_unit_test(stopping_keeps_what_was_learnt),
                                        cmocka_unit_test(the_plan_prints) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
