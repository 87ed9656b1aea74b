/* test_lens_facts.c -- what an explanation says in words: dead and saturated units, gradients that vanish or grow
 * through 50 layers (A20), an output without input, a loss at chance, and silence where nothing is the matter. */
#include "test_lens_explain.h"
#include "lens/facts.h"

static gn_sheet explain(gn_context *ctx, const gn_net *net, const gn_dataset *d, size_t rows)
{
    gn_sheet s;
    gn_explain_call c = call_of(net, d, first_rows, rows);
    must(ctx, gn_explain(ctx, &c, &s));
    return s;
}

/* A chain of `depth` layers of one unit with weight w. */
static gn_net *chain(gn_context *ctx, int depth, const char *act, double w)
{
    char layers[2048] = "";
    for (int i = 1; i < depth; i++) {
        size_t at = strlen(layers);
        snprintf(layers + at, sizeof layers - at, "%s1 %s", i > 1 ? ", " : "", act);
    }
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, layers, "mae", "sum", GN_F64);
    for (size_t t = 0; t < gn_net_tensors(net); t++) put_weight(net, t, 0, t % 2 ? 0 : w);
    return net;
}

/* A20: 1.5^49 and 0.5^49 from the last layer's delta to the first's. */
static void a_chain_of_fifty(void **state)
{
    (void)state;
    static const struct { double w, factor; const char *says; } of[] = {
        { 1.5, 425081000.1427,
         "the gradient grows on the way back: |delta| times 1.5 a layer, times 4.25081e8 "
         "from the last of 50 layers to the first" },
        { 0.5, 1.7763568394002505e-15,
         "the gradient vanishes on the way back: |delta| times 0.5 a layer, times 1.77636e-15 "
         "from the last of 50 layers to the first" },
        { 0.95, 0.0809947108175928, NULL }
    };
    static const double x[] = { 1 }, y[] = { -1 };
    gn_context *ctx = open_context(1);
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        gn_net *net = chain(ctx, 50, "identity", of[i].w);
        gn_dataset d = values_set(x, y, 1, 1);
        gn_sheet s = explain(ctx, net, &d, 1);
        close_to("delta1", first_symbol(&s, "delta1")->value[0] / of[i].factor, 1, 1e-9);
        close_to("delta50", first_symbol(&s, "delta50")->value[0], 1, 0);
        if (of[i].says) assert_true(says(&s, of[i].says));
        else assert_false(says(&s, "on the way back"));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

/* Ten sigmoids at z = 0 with weights 1 leave 0.25 each: 0.25^10 of the gradient. */
static void ten_sigmoids(void **state)
{
    (void)state;
    static const double x[] = { 0 }, y[] = { 0 };
    gn_context *ctx = open_context(1);
    gn_net *net = chain(ctx, 11, "sigmoid", 1);
    gn_dataset d = values_set(x, y, 1, 1);
    for (size_t t = 3; t + 2 < gn_net_tensors(net); t += 2) put_weight(net, t, 0, -0.5);
    gn_sheet s = explain(ctx, net, &d, 1);
    double ratio = first_symbol(&s, "delta1")->value[0] / first_symbol(&s, "delta11")->value[0];
    close_to("0.25^10", ratio / 9.5367431640625e-07, 1, 1e-9);
    assert_true(says(&s, "vanishes on the way back: |delta| times 0.25 a layer, times 9.53674e-7 from the last of 11 "
                         "layers to the first"));
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

static void dead_and_saturated(void **state)
{
    (void)state;
    static const double x[] = { 1, 1 }, y[] = { 1, 1 };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "3 relu, 2 tanh", "mse", "mean", GN_F64);
    gn_dataset d = values_set(x, y, 2, 1);
    set_weights(net);
    put_tensor(net, 0, (double[]){ -1, 2, -3 });
    put_tensor(net, 1, (double[]){ 0, 0, 0 });
    put_tensor(net, 2, (double[]){ 0, 5, 0, 0, .1, 0 });
    put_tensor(net, 3, (double[]){ 0, 0 });
    gn_sheet s = explain(ctx, net, &d, 2);
    assert_true(says(&s, "layer 1: 2 of 3 relu units are off on every row (slope 0): 0, 2"));
    assert_true(says(&s, "layer 2: 1 of 2 tanh units are saturated on every row (slope below 0.05 of its largest): 0"));
    gn_sheet_free(&s);
    put_tensor(net, 0, (double[]){ -1, -2, -3 });
    s = explain(ctx, net, &d, 1);
    assert_true(says(&s, "layer 1: 3 of 3 relu units are off on this row"));
    assert_true(says(&s, "layer 1 lets nothing through"));
    assert_true(says(&s, "a small change of any input changes no output here: the Jacobian is 0"));
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Flat at both ends: saturated, however flat. */
static void saturated_to_the_last(void **state)
{
    (void)state;
    static const double x[] = { 1 }, y[] = { 1 };
    static const char *const act[] = { "sigmoid", "tanh", "hard_tanh", "hard_sigmoid" };
    gn_context *ctx = open_context(1);
    for (size_t i = 0; i < GN_COUNT(act); i++) {
        char layers[32], text[80];
        snprintf(layers, sizeof layers, "2 %s", act[i]);
        snprintf(text, sizeof text, "layer 1: 2 of 2 %s units are saturated on this row (slope 0): 0, 1", act[i]);
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, layers, "mse", "mean", GN_F64);
        gn_dataset d = values_set(x, y, 1, 1);
        set_weights(net);
        put_tensor(net, 0, (double[]){ 5000, -5000 });
        gn_sheet s = explain(ctx, net, &d, 1);
        assert_true(says(&s, text));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

/* The first value that is not finite is named, and nothing else is said. */
static void not_finite(void **state)
{
    (void)state;
    static const double x[] = { 1e300, -1 }, y[] = { 1 };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 relu, 2 relu", "mse", "mean", GN_F64);
    gn_dataset d = values_set(x, y, 1, 2);
    set_weights(net);
    put_weight(net, 0, 2, 1e200);
    gn_sheet s = explain(ctx, net, &d, 1);
    assert_true(says(&s, "computed here: Z1[0,1] is inf"));
    assert_false(says(&s, "are off"));
    gn_sheet_free(&s);
    put_weight(net, 3, 1, NAN);
    put_weight(net, 0, 2, 1);
    s = explain(ctx, net, &d, 1);
    assert_true(says(&s, "the parameter 2.bias[1] is nan"));
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* A finite loss with a parameter that is not: it is named, and no words are made from what it spoilt. */
static void not_finite_inside(void **state)
{
    (void)state;
    static const double x[] = { 1, -1 }, y[] = { 1 };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 tanh", "mse", "mean", GN_F64);
    gn_dataset d = values_set(x, y, 1, 2);
    set_weights(net);
    put_weight(net, 0, 3, INFINITY);
    gn_sheet s = explain(ctx, net, &d, 1);
    assert_true(says(&s, "the parameter 0.weight[1,1] is inf: the loss is finite all the same"));
    assert_true(says(&s, "the Jacobian is not finite"));
    assert_false(says(&s, "directions"));
    assert_false(says(&s, "grows"));
    assert_false(says(&s, "moves it by"));
    gn_sheet_free(&s);
    for (size_t i = 0; i < 6; i++) put_weight(net, 0, i, 0);
    s = explain(ctx, net, &d, 1);
    assert_true(says(&s, "a small change of any input changes no output here"));
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* A well-behaved net draws no remark. */
static void silence(void **state)
{
    (void)state;
    static const double x[] = { 1, -1 }, y[] = { 1 };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "3 tanh", "mse", "mean", GN_F64);
    gn_dataset d = values_set(x, y, 1, 2);
    set_weights(net);
    gn_sheet s = explain(ctx, net, &d, 1);
    static const char *const remarks[] = { "are off", "saturated", "vanishes", "grows", "barely", "chance", "kink of",
                                          "rank" };
    for (size_t i = 0; i < GN_COUNT(remarks); i++) assert_false(says(&s, remarks[i]));
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_chain_of_fifty), cmocka_unit_test(ten_sigmoids),
                                        cmocka_unit_test(dead_and_saturated),
        cmocka_unit_test(saturated_to_the_last), cmocka_unit_test(not_finite),
                                        cmocka_unit_test(not_finite_inside), cmocka_unit_test(silence) };
    return cmocka_run_group_tests_name("lens: facts in words", tests, NULL, NULL);
}
