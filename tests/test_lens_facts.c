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
                            "on this row a small change of any input changes no output: the Jacobian is 0"), NOTHING);
    gn_net_free(net);
}

/* A block whose units are all off has its skip path, with and without a projection, in either type: the sentence is
 * that of the gradient before it. */
static void past_a_block(void **state)
{
    (void)state;
    static const double x[] = { 1, 1 }, y[] = { 100, 100 };
    static const char *const nets[] = { "3 tanh, residual 3 relu", "2 tanh, residual 3 relu", "residual 1 relu",
                                        "2 tanh, residual 2 relu, dropout 0.5" };
    for (size_t i = 0; i < 2 * GN_COUNT(nets); i++) {
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, nets[i / 2], "mse", "mean", i % 2 ? GN_F32 : GN_F64);
        gn_dataset d = values_set(x, y, 2, 1);
        size_t block = i / 2 == 2 ? 0 : 2;
        set_weights(net);
        for (size_t k = 0; k < gn_net_tensor(net, block + 1).size; k++) put_weight(net, block + 1, k, -50);
        words(net, &d, 1 + i % 2, TEXTS("relu units are off", "no gradient goes through the units of layer ",
                                        "by the skip path alone"), TEXTS("lets nothing through", "vanishes"));
        gn_net_free(net);
    }
}

/* Nothing comes back where the prediction is right: then nothing is said of a skip path either. */
static void past_a_block_without_gradient(void **state)
{
    (void)state;
    static const double x[] = { 1 }, y[] = { 0 };
    gn_net *net = regressor(1, "2 tanh, residual 2 relu");
    gn_dataset d = values_set(x, y, 1, 1);
    put_tensor(net, 3, (double[]){ -50, -50 });
    put_tensor(net, 4, (double[]){ 0, 0 });
    put_tensor(net, 5, (double[]){ 0 });
    words(net, &d, 1, TEXTS("layer 2: 2 of 2 relu units are off"), TEXTS("lets nothing through", "skip path"));
    gn_net_free(net);
}

/* A first layer that is a nearly saturated block: its delta is small, the gradient beside it is not. */
static void a_saturated_block_first(void **state)
{
    (void)state;
    static const double x[] = { 1 }, y[] = { 1 };
    gn_net *block = regressor(1, "residual 1 tanh"), *layer = regressor(1, "1 tanh");
    gn_dataset d = values_set(x, y, 1, 1);
    put_tensor(block, 1, (double[]){ 6 });
    put_tensor(layer, 1, (double[]){ 6 });
    words(block, &d, 1, TEXTS("1 of 1 tanh units are saturated"), TEXTS("vanishes"));
    words(layer, &d, 1, TEXTS("1 of 1 tanh units are saturated", "vanishes on the way back"), NOTHING);
    gn_net_free(block);
    gn_net_free(layer);
}

/* A slope written by cases is no kink at 0 where it is continuous there, or has its kinks elsewhere. */
static void kinks_at_zero(void **state)
{
    (void)state;
    static const double x[] = { 0 }, y[] = { 1 };
    static const struct { const char *act; bool kink; } of[] = { { "relu", true }, { "leaky_relu", true },
        { "selu", true }, { "elu", false }, { "hard_tanh", false }, { "hard_sigmoid", false }, { "tanh", false } };
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        char layers[32];
        snprintf(layers, sizeof layers, "2 %s", of[i].act);
        gn_net *net = regressor(1, layers);
        gn_dataset d = values_set(x, y, 1, 1);
        put_tensor(net, 1, (double[]){ 0, 0 });
        words(net, &d, 1, of[i].kink ? TEXTS("z is exactly 0 in 2 places, at the kink of") : NOTHING,
              of[i].kink ? NOTHING : TEXTS("kink"));
        gn_net_free(net);
    }
}

/* ---- from input to output ---------------------------------------------------------------------------------------- */

static gn_sheet explained_rows(const gn_net *net, const gn_dataset *d, const uint32_t *row, size_t rows, int digits)
{
    gn_sheet s;
    gn_explain_call c = call_of(net, d, row, rows);
    c.digits = digits;
    c.weight = "0.weight[0,0]";
    must(ctx, gn_explain(ctx, &c, &s));
    return s;
}

/* A row near the mean of scaled inputs moves nothing by itself: the inputs' spread is what counts. Said of the row, and
 * where only one row is known, of that. */
static void a_row_near_the_mean(void **state)
{
    (void)state;
    static const double x[] = { .001 };
    static const int32_t first[] = { 0 };
    for (int wide = 0; wide < 2; wide++) {
        gn_net *net = make_net_as(ctx, GN_BINARY, 1, 1, "", "auto", "mean", wide ? GN_F64 : GN_F32);
        gn_dataset d = { .rows = 1, .inputs = 1, .type = GN_EL_F64, .x = x, .label = first };
        must(ctx, gn_net_set_transform(ctx, net, (double[]){ 0 }, (double[]){ 1 }, NULL, NULL));
        put_tensor(net, 0, (double[]){ 3.765 });
        put_tensor(net, 1, (double[]){ -2.265 });
        words(net, &d, 1, TEXTS("moves it by"), TEXTS("barely"));
        put_tensor(net, 0, (double[]){ 1 });       /* sure of its class, and yet it is the input that decides */
        put_tensor(net, 1, (double[]){ 8 });
        words(net, &d, 1, TEXTS("moves it by"), TEXTS("barely"));
        put_tensor(net, 0, (double[]){ .03 });
        words(net, &d, 1, TEXTS("on this row the output barely depends on the input: all of it moves the output by ",
                                "and a step of 1 in each scaled input the scores by 0.03, by the Jacobian"), NOTHING);
        gn_net_free(net);
    }
}

/* Without scaling the spread is that of the data; flat is said of several rows only where it holds on every one. */
static void the_spread_of_the_data(void **state)
{
    (void)state;
    static const double x[] = { .01, 2, -2 }, y[] = { 1, 1, 1 };
    gn_net *net = regressor(1, "");
    gn_dataset d = values_set(x, y, 3, 1);
    put_tensor(net, 0, (double[]){ 1 });
    put_tensor(net, 1, (double[]){ 10 });
    words(net, &d, 1, NOTHING, TEXTS("barely"));
    put_tensor(net, 0, (double[]){ .1 });
    words(net, &d, 1, TEXTS("on this row the output barely depends on the input", "and a standard deviation of each "
                            "input by 0.0163"), NOTHING);
    words(net, &d, 3, TEXTS("on every row the output barely depends on the input: all of it moves the output by at "
                            "most 0.0204 of its size", "the input of row 2, which matters most, moves it by [-0.2]"),
          NOTHING);
    put_tensor(net, 0, (double[]){ .3 });
    words(net, &d, 3, NOTHING, TEXTS("barely"));
    gn_net_free(net);
}

/* Two relu units, one for each output: both on, one on, none. The ranks are those of the rows, by their numbers. */
static void ranks_row_by_row(void **state)
{
    (void)state;
    static const double x[] = { 1, 1, 1, -1, -1, -1, -1, 1 }, y[8] = { 0 };
    static const uint32_t row[] = { 2, 0, 1 };
    for (int wide = 0; wide < 2; wide++) {
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 2, "2 relu", "mse", "mean", wide ? GN_F64 : GN_F32);
        gn_dataset d = values_set(x, y, 4, 2);
        put_tensor(net, 0, (double[]){ 1, 0, 0, 1 });
        put_tensor(net, 1, (double[]){ 0, 0 });
        put_tensor(net, 2, (double[]){ 1, 0, 0, 1 });
        put_tensor(net, 3, (double[]){ 1, 1 });
        gn_sheet s = explained_rows(net, &d, row, 3, 0);
        assert_true(says(&s, "on 1 of 3 rows (row 2) a small change of any input changes no output"));
        assert_true(says(&s, "on 1 of 3 rows (row 1) the outputs depend on the inputs through 1 direction only: the "
                             "Jacobian has rank 1 of 2"));
        gn_sheet_free(&s);
        s = explained_rows(net, &d, (uint32_t[]){ 1, 3 }, 2, 0);
        assert_true(says(&s, "on every row the outputs depend on the inputs through 1 direction only"));
        gn_sheet_free(&s);
        s = explained_rows(net, &d, (uint32_t[]){ 0, 1, 3 }, 3, 0);
        assert_true(says(&s, "on 2 of 3 rows (rows 1, 3) the outputs depend on the inputs through 1 direction only"));
        gn_sheet_free(&s);
        s = explained_rows(net, &d, row + 1, 1, 0);
        assert_false(says(&s, "direction"));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
}

/* Numbers in sentences have the digits that were asked for; a float has never more than 9. */
static void digits_of_sentences(void **state)
{
    (void)state;
    static const struct { bool wide; int digits; const char *says; } of[] = {
        { true, 0, "together -1.33333, the gradient is -1.33333" },
        { true, 3, "together -1.33, the gradient is -1.33" },
        { true, 17, "together -1.3333333333333335, the gradient is -1.3333333333333335" },
        { false, 17, "together -1.3333333, the gradient is -1.3333333" },
        { true, 17, "by forward mode: -1.3333333333333335, by the way back: -1.3333333333333335" },
        { true, 17, "moves it by [0.3333333333333333]" }
    };
    static const double x[] = { 1 }, y[] = { 1 };
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "", "mse", "mean", of[i].wide ? GN_F64 : GN_F32);
        gn_dataset d = values_set(x, y, 1, 1);
        put_tensor(net, 0, (double[]){ 1 / 3.0 });
        put_tensor(net, 1, (double[]){ 0 });
        gn_sheet s = explained_rows(net, &d, first_rows, 1, of[i].digits);
        if (!says(&s, of[i].says)) fail_msg("it is not said: %s", of[i].says);
        gn_sheet_free(&s);
        gn_net_free(net);
    }
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
    words(net, &d, 1, TEXTS("on this row a small change of any input changes no output"), NOTHING);
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
        cmocka_unit_test(past_a_block), cmocka_unit_test(past_a_block_without_gradient),
                                        cmocka_unit_test(a_saturated_block_first), cmocka_unit_test(kinks_at_zero),
                                        cmocka_unit_test(a_row_near_the_mean),
                                        cmocka_unit_test(the_spread_of_the_data),
                                        cmocka_unit_test(ranks_row_by_row), cmocka_unit_test(digits_of_sentences),
                                        cmocka_unit_test(saturated_to_the_last), cmocka_unit_test(not_finite),
                                        cmocka_unit_test(not_finite_inside), cmocka_unit_test(silence) };
    return cmocka_run_group_tests_name("lens: facts in words", tests, open_all, close_all);
}
