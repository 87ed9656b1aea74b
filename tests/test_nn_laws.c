/* test_nn_laws.c -- training under the laws: divergence is found before it is kept, the same bits for any number of
 * threads, no allocation after the first step, and every allocation that fails leaves an error, no leak and a network
 * that still works. */
#include "nn_help.h"
#include "test_base_seams.h"

#include "base/random.h"

enum { N = 300, IN = 6 };
static float x[N * IN], y[N * 2];
static int32_t label[N];

static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < N * IN; i++) x[i] = (float)sin(0.7 * i + 0.01 * i * (i % 7));
    for (int i = 0; i < N; i++) {
        label[i] = x[i * IN] + x[i * IN + 1] > 0 ? 1 : x[i * IN + 2] > 0 ? 2 : 0;
        y[2 * i] = x[i * IN] - x[i * IN + 3];
        y[2 * i + 1] = x[i * IN + 1] * 2;
    }
    return 0;
}

static gn_dataset regression_set(void)
{
    return (gn_dataset){ .rows = N, .inputs = IN, .type = GN_EL_F32, .x = x, .y = y };
}

/* ---- divergence ------------------------------------------------------------------------------------------------- */

static bool all_finite(gn_net *net)
{
    for (size_t i = 0; i < gn_net_tensors(net); i++)
        for (size_t k = 0; k < gn_net_tensor(net, i).size; k++)
            if (!isfinite(weight_at(net, i, k))) return false;
    return true;
}

static void a_bad_row_is_named(void **state)
{
    (void)state;
    static const char *const how[] = { "", " clip-norm=1", " clip=0.1" };
    for (size_t h = 0; h < GN_COUNT(how); h++) {
        gn_context *ctx = open_context(2);
        gn_net *net = make_net(ctx, GN_REGRESSION, IN, 2, "16 tanh, 16 relu"),
               *other = make_net(ctx, GN_REGRESSION, IN, 2, "16 tanh, 16 relu");
        char text[120] = "optimizer=momentum lr=0.01 batch=32 epochs=3";
        strcat(text, how[h]);
        gn_options *o = make_options(ctx, text);
        static float bad_y[N * 2];
        memcpy(bad_y, y, sizeof y);
        bad_y[2 * 123] = 3e38f;    /* its squared error is inf */
        gn_dataset d = regression_set();
        d.y = bad_y;
        gn_fit_result r;
        assert_int_equal(gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r), GN_NEGATIVE);
        assert_string_equal(gn_last_error(ctx)->code, "TRAIN-NONFINITE");
        assert_true(r.diverged && r.bad_row == 123 && r.bad_step >= 1 && r.bad_step <= 10);
        assert_string_equal(r.where, "loss");
        assert_non_null(strstr(gn_last_error(ctx)->message, "row 123"));
        assert_true(strlen(gn_last_error(ctx)->hint) > 0);
        uint32_t order[N];
        gn_random_permutation(gn_random_make(1, GN_STREAM_SHUFFLE, 0), order, N);
        size_t good = (size_t)r.bad_step - 1, stands = 0;
        while (order[stands] != 123) stands++;
        assert_int_equal(good, stands / 32);    /* the step whose batch holds the row, not a later one */
        assert_true(all_finite(net));
        assert_int_equal(memcmp(gn_net_block(net), gn_net_block(other), block_bytes(net)) != 0, good > 0);
        gn_options_free(o);
        gn_net_free(net);
        gn_net_free(other);
        gn_context_free(ctx);
    }
}

typedef struct gn_last { gn_net *net; char block[16384]; size_t epoch; } gn_last;
static gn_status keep_block(void *user, const gn_progress *p)
{
    gn_last *l = user;
    if (!p->epoch_end) return GN_OK;
    memcpy(l->block, gn_net_block(l->net), block_bytes(l->net));
    l->epoch = p->epoch;
    return GN_OK;
}

/* Full batches, one step an epoch, so that the progress callback sees the weights after every good step: what is kept
 * must be the last. */
static void diverge_with(const char *options, const char *layers, gn_type type)
{
    gn_context *ctx = open_context(1);
    static gn_last l;
    l = (gn_last){ .net = make_net_as(ctx, GN_REGRESSION, IN, 2, layers, "mse", "mean", type) };
    assert_true(block_bytes(l.net) <= sizeof l.block);
    memcpy(l.block, gn_net_block(l.net), block_bytes(l.net));
    gn_options *o = make_options(ctx, options);
    gn_dataset d = regression_set();
    gn_fit_result r;
    assert_int_equal(gn_fit(ctx, l.net, &d, NULL, o, NULL, keep_block, &l, &r), GN_NEGATIVE);
    assert_string_equal(gn_last_error(ctx)->code, "TRAIN-NONFINITE");
    assert_true(r.diverged && strlen(r.where) > 0);
    assert_int_equal(r.bad_step, l.epoch + 1);
    assert_int_equal(r.steps, l.epoch);
    assert_true(all_finite(l.net));
    assert_memory_equal(l.block, gn_net_block(l.net), block_bytes(l.net));
    gn_options_free(o);
    gn_net_free(l.net);
    gn_context_free(ctx);
}

static void the_last_finite_weights_are_kept(void **state)
{
    (void)state;
    diverge_with("optimizer=sgd lr=1e5 batch=300 epochs=200", "16 relu", GN_F32);
    diverge_with("optimizer=momentum lr=1e30 batch=300 epochs=200", "16 tanh, 8 relu", GN_F32);
    diverge_with("optimizer=sgd lr=1e38 batch=300 epochs=200", "8 relu, 8 relu, 8 relu", GN_F32);
    diverge_with("optimizer=sgd lr=1e25 batch=300 epochs=400", "16 relu, batchnorm", GN_F64);
    diverge_with("optimizer=sgd lr=1e30 clip=1e30 batch=300 epochs=200", "16 relu", GN_F32);
    diverge_with("optimizer=adam lr=1e38 batch=300 epochs=200", "16 relu", GN_F32);
}

static void nan_in_the_data_is_met_at_once(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_CLASSES, IN, 3, "16 tanh"), *fresh = make_net(ctx, GN_CLASSES, IN, 3, "16 tanh");
    static float bad[N * IN];
    memcpy(bad, x, sizeof x);
    bad[77 * IN + 2] = NAN;
    gn_dataset d = labels_set(bad, label, N, IN);
    gn_options *o = make_options(ctx, "batch=300 epochs=2");
    gn_fit_result r;
    assert_int_equal(gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r), GN_NEGATIVE);
    assert_int_equal(r.bad_row, 77);
    assert_int_equal(r.bad_step, 1);
    assert_string_equal(r.where, "0.weight");
    assert_memory_equal(gn_net_block(net), gn_net_block(fresh), block_bytes(net));
    gn_options_free(o);
    gn_net_free(net);
    gn_net_free(fresh);
    gn_context_free(ctx);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

enum { BIG_IN = 90, BIG_ROWS = 330 };
static uint8_t big[BIG_ROWS * BIG_IN];

static void train_with_threads(int threads, const char *layers, const char *options, char *block, size_t room,
                               double *held)
{
    static const double shift[BIG_IN] = { 0 };
    double factor[BIG_IN];
    for (int j = 0; j < BIG_IN; j++) factor[j] = 1 / 255.0;
    gn_context *ctx = open_context(threads);
    gn_net *net = make_net(ctx, GN_CLASSES, BIG_IN, 7, layers);
    must(ctx, gn_net_set_transform(ctx, net, shift, factor, NULL, NULL));
    static int32_t l[BIG_ROWS];
    for (int i = 0; i < BIG_ROWS * BIG_IN; i++) big[i] = (uint8_t)(i * i % 251);
    for (int i = 0; i < BIG_ROWS; i++) l[i] = big[i * BIG_IN] % 7;
    gn_dataset d = { .rows = BIG_ROWS, .inputs = BIG_IN, .type = GN_EL_U8, .x = big, .label = l };
    gn_options *o = make_options(ctx, options);
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, &d, &d, o, NULL, NULL, NULL, &r));
    assert_true(block_bytes(net) <= room);
    memcpy(block, gn_net_block(net), block_bytes(net));
    *held = r.held_loss;
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    static const char *const nets[] = { "200 relu, dropout 0.2, 130 tanh",
                                        "150 identity, batchnorm, relu, residual 150 gelu, layernorm" };
    static const char *const options[] = { "batch=100 epochs=3 optimizer=adam",
                                           "batch=64 epochs=3 optimizer=momentum clip-norm=0.5" };
    static const int threads[] = { 1, 2, 3, 7 };
    static char one[600000], many[600000];
    for (size_t n = 0; n < GN_COUNT(nets); n++)
        for (size_t k = 0; k < GN_COUNT(threads); k++) {
            double held, first;
            memset(k ? many : one, 0, sizeof one);
            train_with_threads(threads[k], nets[n], options[n], k ? many : one, sizeof one, k ? &held : &first);
            if (!k) continue;
            assert_memory_equal(one, many, sizeof one);
            assert_true(held == first);
        }
}

/* ---- memory ----------------------------------------------------------------------------------------------------- */

typedef struct gn_calls { const rig_alloc *meter; long at[40]; size_t n; } gn_calls;
static gn_status note_calls(void *user, const gn_progress *p)
{
    gn_calls *c = user;
    if (p->epoch_end && c->n < GN_COUNT(c->at)) c->at[c->n++] = c->meter->calls;
    return GN_OK;
}

static void nothing_is_allocated_after_the_first_step(void **state)
{
    (void)state;
    static const char *const nets[] = { "12 relu",
                                        "12 identity, batchnorm, relu, dropout 0.3, residual 9 tanh, layernorm" };
    for (size_t n = 0; n < GN_COUNT(nets); n++)
        for (int clip = 0; clip < 2; clip++) {
            rig_alloc m = { 0 };
            gn_context *ctx = rigged_context(&m, 1);
            gn_net *net = make_net(ctx, GN_CLASSES, IN, 3, nets[n]);
            gn_dataset d = labels_set(x, label, N, IN);
            gn_options *o = make_options(ctx, clip ? "epochs=10 early-stop=9 batch=32 clip-norm=1"
                                                   : "epochs=10 early-stop=9 batch=32");
            gn_calls c = { .meter = &m };
            gn_fit_result r;
            long before = m.live;
            must(ctx, gn_fit(ctx, net, &d, &d, o, NULL, note_calls, &c, &r));
            assert_true(c.n >= 9);
            for (size_t i = 1; i < c.n; i++) assert_int_equal(c.at[i], c.at[0]);
            assert_int_equal(m.live, before);
            gn_options_free(o);
            gn_net_free(net);
            gn_context_free(ctx);
            assert_int_equal(m.live, 0);
        }
}

/* Everything a user does, on one context; stops at the first failure and frees what there is. */
static gn_status scenario(gn_context *ctx, const gn_options *o, bool diverge)
{
    gn_net_spec spec = { .inputs = IN,
                         .outputs = 3,
                         .task = GN_CLASSES,
                         .layers = "7 identity, batchnorm, relu, dropout 0.2, residual 5 tanh, layernorm",
                         .init = "orthogonal",
                         .seed = 1 };
    gn_net *net = NULL;
    gn_metrics m = { 0 };
    gn_fit_result r;
    static float bad[N * IN], out[N * 3];
    memcpy(bad, x, sizeof x);
    if (diverge) bad[5] = NAN;
    gn_dataset d = labels_set(bad, label, 50, IN);
    gn_status s = gn_net_new(ctx, &spec, &net);
    if (s == GN_OK) s = gn_fit(ctx, net, &d, &d, o, NULL, NULL, NULL, &r);
    if (s == GN_NEGATIVE && diverge) s = GN_OK;
    if (s == GN_OK) s = gn_net_predict(ctx, net, &d, out);
    if (s == GN_OK) s = gn_net_measure(ctx, net, &d, &m);
    gn_metrics_free(ctx, &m);
    gn_net_free(net);
    return s;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        rig_alloc m = { .sticky = variant & 1 };
        gn_context *ctx = rigged_context(&m, 1);
        gn_options *o = make_options(ctx, "epochs=2 batch=20 early-stop=1");
        long before = m.live, base = m.calls, refused = 0;
        must(ctx, scenario(ctx, o, variant & 2));
        long calls = m.calls - base;
        assert_int_equal(m.live, before);
        assert_true(calls > 20);
        for (long k = 1; k <= calls; k++) {
            m.calls = 0;
            m.fail_at = k;
            gn_status s = scenario(ctx, o, variant & 2);
            m.fail_at = 0;
            if (s != GN_NO_MEMORY && s != GN_OK)
                fail_msg("allocation %ld of %ld: status %d, %s", k, calls, (int)s, gn_last_error(ctx)->message);
            if (s == GN_NO_MEMORY) assert_string_equal(gn_last_error(ctx)->code, "MEMORY");
            refused += s == GN_NO_MEMORY;
            if (m.live != before) fail_msg("allocation %ld of %ld leaks %ld blocks", k, calls, m.live - before);
        }
        assert_true(refused > calls / 2);
        must(ctx, scenario(ctx, o, variant & 2));
        gn_options_free(o);
        gn_context_free(ctx);
        assert_int_equal(m.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_bad_row_is_named),
                                        cmocka_unit_test(the_last_finite_weights_are_kept),
                                        cmocka_unit_test(nan_in_the_data_is_met_at_once),
                                        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
                                        cmocka_unit_test(nothing_is_allocated_after_the_first_step),
                                        cmocka_unit_test(every_allocation_fails_once) };
    return cmocka_run_group_tests(tests, fill, NULL);
}
