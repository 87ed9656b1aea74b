/* test_nn_describe.c -- a network's text: what it means, how its tensors are named, and what is refused, with place and
 * hint. */
#include "nn_help.h"

static void names_are_those_of_a_sequential(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net(ctx, GN_CLASSES, 784, 10,
                           "128 relu, dropout 0.2, 64 identity, batchnorm, tanh, layernorm, residual 64 tanh, residual "
                           "32 leaky_relu(alpha=0.05)");
    static const struct { const char *name; size_t rows, columns;
    } want[] = { { "0.weight", 128, 784 },    { "0.bias", 128, 1 },       { "3.weight", 64, 128 },
                 { "3.bias", 64, 1 },         { "4.weight", 64, 1 },      { "4.bias", 64, 1 },
                 { "4.running_mean", 64, 1 }, { "4.running_var", 64, 1 }, { "6.weight", 64, 1 },
                 { "6.bias", 64, 1 },         { "7.weight", 64, 64 },     { "7.bias", 64, 1 },
                 { "8.weight", 32, 64 },      { "8.bias", 32, 1 },        { "8.project.weight", 32, 64 },
                 { "9.weight", 10, 32 },      { "9.bias", 10, 1 } };
    assert_int_equal(gn_net_tensors(net), GN_COUNT(want));
    size_t parameters = 0;
    for (size_t i = 0; i < GN_COUNT(want); i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        assert_string_equal(t.name, want[i].name);
        assert_int_equal(t.dim[0], want[i].rows);
        assert_int_equal(t.rank == 2 ? t.dim[1] : 1, want[i].columns);
        assert_int_equal(t.size, want[i].rows * want[i].columns);
        assert_int_equal(t.offset % 16, 0);
        assert_int_equal(t.trainable, strstr(t.name, "running") == NULL);
        if (t.trainable) parameters += t.size;
    }
    assert_int_equal(gn_net_parameters(net), parameters);
    assert_string_equal(gn_net_get_spec(net)->layers,
                        "128 relu, dropout 0.2, 64 identity, batchnorm, tanh, layernorm, residual 64 tanh, "
                        "residual 32 leaky_relu(alpha=0.05)");
    gn_net_free(net);
    gn_context_free(ctx);
}

static void texts_read_back_as_themselves(void **state)
{
    (void)state;
    static const struct { const char *typed, *canonical;
    } row[] = { { "", "" },
                { "none", "" },
                { " 64 ", "64 relu" },
                { "64,32", "64 relu, 32 relu" },
                { "8 Leaky-ReLU", "8 leaky_relu" },
                { "8 leaky_relu(0.2)", "8 leaky_relu(alpha=0.2)" },
                { "8 linear", "8 identity" },
                { "residual 8", "residual 8 relu" },
                { "dropout 0", "dropout 0" },
                { "8 elu( alpha = 2 ), dropout .5", "8 elu(alpha=2), dropout 0.5" } };
    gn_context *ctx = open_context(1);
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_net *net = make_net(ctx, GN_REGRESSION, 3, 1, row[i].typed);
        assert_string_equal(gn_net_get_spec(net)->layers, row[i].canonical);
        gn_net_free(net);
        net = make_net(ctx, GN_REGRESSION, 3, 1, row[i].canonical);
        assert_string_equal(gn_net_get_spec(net)->layers, row[i].canonical);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

static void every_activation_can_be_named(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    for (int i = 0; i < GN_P_COUNT; i++) {
        if (gn_pointwise_table()[i].arity != 1) continue;
        char text[80] = "5 ";
        strcat(text, gn_pointwise_table()[i].name);
        gn_net *net = make_net(ctx, GN_REGRESSION, 2, 1, text);
        assert_string_equal(gn_net_layer(net, 0).text, text);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *in_message, *in_hint;
    } row[] = { { "784,-5,10", "part 2, \"-5\"", "" },
                { "784,0", "1 to 1000000", "" },
                { "1000001", "1 to 1000000", "" },
                { "12.5", "whole number", "" },
                { "64 rleu", "part 1, \"64 rleu\"", "relu" },
                { "64,,32", "part 2", "" },
                { "64,", "part 2", "" },
                { "dropot 0.2", "part 1", "dropout" },
                { "dropout", "probability", "" },
                { "dropout 1", "probability", "" },
                { "dropout -0.1", "probability", "" },
                { "dropout nan", "probability", "" },
                { "64 relu tanh", "more follows", "" },
                { "64 relu(alpha=1)", "no such parameter", "" },
                { "64 elu(beta=1)", "no such parameter", "" },
                { "64 elu(alpha=x)", "number", "" },
                { "64 elu(alpha=1", "parenthesis", "" },
                { "residual", "1 to 1000000", "" },
                { "residual tanh", "1 to 1000000", "" },
                { "layernorm 5", "more follows", "" },
                { "64 add", "not a size", "" },
                { "99999999999999999999", "1 to 1000000", "" },
                { "64 elu(inf)", "number", "" } };
    gn_context *ctx = open_context(1);
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_net_spec spec = { .inputs = 3, .outputs = 1, .layers = row[i].text };
        gn_net *net = (gn_net *)&spec;
        assert_int_equal(gn_net_new(ctx, &spec, &net), GN_USAGE);
        assert_null(net);
        const gn_error *e = gn_last_error(ctx);
        assert_string_equal(e->code, "CFG-NET");
        if (!strstr(e->message, row[i].in_message)) fail_msg("\"%s\": %s", row[i].text, e->message);
        if (!strstr(e->hint, row[i].in_hint)) fail_msg("\"%s\": %s", row[i].text, e->hint);
    }
    gn_context_free(ctx);
}

static void short_form_becomes_the_full_one(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_text t;
    gn_text_init(&t, ctx);
    must(ctx, gn_net_describe(ctx, "128, 64", "tanh", 0.25, &t));
    assert_string_equal(t.at, "128 tanh, dropout 0.25, 64 tanh, dropout 0.25");
    gn_text_clear(&t);
    must(ctx, gn_net_describe(ctx, "128", "relu", 0, &t));
    assert_string_equal(t.at, "128 relu");
    assert_int_equal(gn_net_describe(ctx, "784,-5,10", "relu", 0, &t), GN_USAGE);
    assert_non_null(strstr(gn_last_error(ctx)->message, "-5"));
    assert_int_equal(gn_net_describe(ctx, "128", "rellu", 0, &t), GN_USAGE);
    assert_non_null(strstr(gn_last_error(ctx)->hint, "relu"));
    gn_text_free(&t);
    gn_context_free(ctx);
}

static void tasks_and_losses_must_fit(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    static const struct { gn_task task; size_t outputs; const char *loss, *reduction, *code, *chosen;
    } row[] = { { GN_REGRESSION, 1, "auto", "mean", NULL, "mse" },
                { GN_BINARY, 1, "auto", "mean", NULL, "bce" },
                { GN_CLASSES, 3, "auto", "mean", NULL, "cross_entropy" },
                { GN_CLASSES, 3, "cross-entropy", "sum", NULL, "cross_entropy" },
                { GN_BINARY, 1, "cross_entropy", "mean", NULL, "bce" },
                { GN_CLASSES, 3, "mse", "half-sum", NULL, "mse" },
                { GN_REGRESSION, 1, "log-cosh", "mean", NULL, "log_cosh" },
                { GN_REGRESSION, 1, "bce", "mean", "CFG-LOSS", NULL },
                { GN_CLASSES, 3, "bce", "mean", "CFG-LOSS", NULL },
                { GN_REGRESSION, 1, "hubert", "mean", "CFG-LOSS", NULL },
                { GN_REGRESSION, 1, "mse", "median", "CFG-LOSS", NULL },
                { GN_BINARY, 2, "auto", "mean", "CFG-NET", NULL },
                { GN_CLASSES, 1, "auto", "mean", "CFG-NET", NULL },
                { GN_REGRESSION, 0, "auto", "mean", "CFG-NET", NULL } };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_net_spec spec = { .inputs = 3,
                             .outputs = row[i].outputs,
                             .task = row[i].task,
                             .loss = row[i].loss,
                             .reduction = row[i].reduction };
        gn_net *net;
        gn_status s = gn_net_new(ctx, &spec, &net);
        assert_int_equal(s, row[i].code ? GN_USAGE : GN_OK);
        if (row[i].code) assert_string_equal(gn_last_error(ctx)->code, row[i].code);
        else assert_string_equal(gn_net_get_spec(net)->loss, row[i].chosen);
        gn_net_free(net);
    }
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_a_sequential), cmocka_unit_test(texts_read_back_as_themselves),
        cmocka_unit_test(every_activation_can_be_named), cmocka_unit_test(mistakes_are_refused),
        cmocka_unit_test(short_form_becomes_the_full_one), cmocka_unit_test(tasks_and_losses_must_fit) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
