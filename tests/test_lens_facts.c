/* test_lens_facts.c -- what an explanation says in words: dead and saturated units, gradients that vanish or grow
 * through 50 layers (A20), an output without input, a loss at chance, and silence where nothing is the matter. */
#include "test_lens_explain.h"
#include "one_context.h"
#include "lens/facts.h"

/* A chain of `depth` layers of one unit with weight w. */
static gn_net *chain(int depth, const char *act, double w)
{
    char layers[2048] = "";
    for (int i = 1; i < depth; i++) {
        size_t at = strlen(layers);
        snprintf(layers + at, sizeof layers - at, "%s1 %s", i > 1 ? ", " : "", act);
    }
    gn_net *net = net64(ctx, GN_REGRESSION, 1, 1, layers, "mae", "sum");
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
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        gn_net *net = chain(50, "identity", of[i].w);
        gn_dataset d = values_set(x, y, 1, 1);
        gn_sheet s = explained(ctx, net, &d, 1);
        close_to("delta1", first_symbol(&s, "delta1")->value[0] / of[i].factor, 1, 1e-9);
        close_to("delta50", first_symbol(&s, "delta50")->value[0], 1, 0);
        if (of[i].says) assert_true(says(&s, of[i].says));
        else assert_false(says(&s, "on the way back"));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
}

/* Ten sigmoids at z = 0 with weights 1 leave 0.25 each: 0.25^10 of the gradient. */
static void ten_sigmoids(void **state)
{
    (void)state;
    static const double x[] = { 0 }, y[] = { 0 };
    gn_net *net = chain(11, "sigmoid", 1);
    gn_dataset d = values_set(x, y, 1, 1);
    for (size_t t = 3; t + 2 < gn_net_tensors(net); t += 2) put_weight(net, t, 0, -0.5);
    gn_sheet s = explained(ctx, net, &d, 1);
    double ratio = first_symbol(&s, "delta1")->value[0] / first_symbol(&s, "delta11")->value[0];
    close_to("0.25^10", ratio / 9.5367431640625e-07, 1, 1e-9);
    assert_true(says(&s, "vanishes on the way back: |delta| times 0.25 a layer, times 9.53674e-7 from the last of 11 "
                         "layers to the first"));
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* A net that ends in one number, with weights that depend on their place alone. */
static gn_net *regressor(size_t inputs, const char *layers)
{
    gn_net *net = net64(ctx, GN_REGRESSION, inputs, 1, layers, "mse", "mean");
    set_weights(net);
    return net;
}

#define TEXTS(...) (const char *const[]){ __VA_ARGS__, NULL }
#define NOTHING TEXTS(NULL)

/* What is said of the first rows, and what is not. */
static void words(const gn_net *net, const gn_dataset *d, size_t rows, const char *const *said,
                  const char *const *unsaid)
{
    gn_sheet s = explained(ctx, net, d, rows);
    for (; *said; said++)
        if (!says(&s, *said)) fail_msg("it is not said: %s", *said);
    for (; *unsaid; unsaid++)
        if (says(&s, *unsaid)) fail_msg("it is said: %s", *unsaid);
    gn_sheet_free(&s);
}

static void dead_and_saturated(void **state)
{
    (void)state;
    static const double x[] = { 1, 1 }, y[] = { 1, 1 };
    gn_net *net = regressor(1, "3 relu, 2 tanh");
    gn_dataset d = values_set(x, y, 2, 1);
    put_tensor(net, 0, (double[]){ -1, 2, -3 });
    put_tensor(net, 1, (double[]){ 0, 0, 0 });
    put_tensor(net, 2, (double[]){ 0, 5, 0, 0, .1, 0 });
    put_tensor(net, 3, (double[]){ 0, 0 });
    words(net, &d, 2,
          TEXTS("layer 1: 2 of 3 relu units are off on every row (slope 0): 0, 2",
                "layer 2: 1 of 2 tanh units are saturated on every row (slope below 0.05 of its largest): 0"), NOTHING);
    put_tensor(net, 0, (double[]){ -1, -2, -3 });
    words(net, &d, 1, TEXTS("layer 1: 3 of 3 relu units are off on this row", "layer 1 lets nothing through",
                            "a small change of any input changes no output here: the Jacobian is 0"), NOTHING);
    gn_net_free(net);
}

/* Flat at both ends: saturated, however flat. */
static void saturated_to_the_last(void **state)
{
    (void)state;
    static const double x[] = { 1 }, y[] = { 1 };
    static const char *const act[] = { "sigmoid", "tanh", "hard_tanh", "hard_sigmoid" };
    for (size_t i = 0; i < GN_COUNT(act); i++) {
        char layers[32], text[80];
        snprintf(layers, sizeof layers, "2 %s", act[i]);
        snprintf(text, sizeof text, "layer 1: 2 of 2 %s units are saturated on this row (slope 0): 0, 1", act[i]);
        gn_net *net = regressor(1, layers);
        gn_dataset d = values_set(x, y, 1, 1);
        put_tensor(net, 0, (double[]){ 5000, -5000 });
        words(net, &d, 1, TEXTS(text), NOTHING);
        gn_net_free(net);
    }
}

/* The first value that is not finite is named, and nothing else is said. */
static void not_finite(void **state)
{
    (void)state;
    static const double x[] = { 1e300, -1 }, y[] = { 1 };
    gn_net *net = regressor(2, "3 relu, 2 relu");
    gn_dataset d = values_set(x, y, 1, 2);
    put_weight(net, 0, 2, 1e200);
    words(net, &d, 1, TEXTS("computed here: Z1[0,1] is inf"), TEXTS("are off"));
    put_weight(net, 3, 1, NAN);
    put_weight(net, 0, 2, 1);
    words(net, &d, 1, TEXTS("the parameter 2.bias[1] is nan"), NOTHING);
    gn_net_free(net);
}

static const double one_x[] = { 1, -1 }, one_y[] = { 1 };

/* A finite loss with a parameter that is not: it is named, and no words are made from what it spoilt. */
static void not_finite_inside(void **state)
{
    (void)state;
    gn_net *net = regressor(2, "3 tanh");
    gn_dataset d = values_set(one_x, one_y, 1, 2);
    put_weight(net, 0, 3, INFINITY);
    words(net, &d, 1, TEXTS("the parameter 0.weight[1,1] is inf: the loss is finite all the same",
                            "the Jacobian is not finite"), TEXTS("directions", "grows", "moves it by"));
    for (size_t i = 0; i < 6; i++) put_weight(net, 0, i, 0);
    words(net, &d, 1, TEXTS("a small change of any input changes no output here"), NOTHING);
    gn_net_free(net);
}

/* A well-behaved net draws no remark. */
static void silence(void **state)
{
    (void)state;
    gn_net *net = regressor(2, "3 tanh");
    gn_dataset d = values_set(one_x, one_y, 1, 2);
    words(net, &d, 1, NOTHING,
          TEXTS("are off", "saturated", "vanishes", "grows", "barely", "chance", "kink of", "rank"));
    gn_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_chain_of_fifty), cmocka_unit_test(ten_sigmoids),
                                        cmocka_unit_test(dead_and_saturated),
        cmocka_unit_test(saturated_to_the_last), cmocka_unit_test(not_finite),
                                        cmocka_unit_test(not_finite_inside), cmocka_unit_test(silence) };
    return cmocka_run_group_tests_name("lens: facts in words", tests, open_all, close_all);
}
