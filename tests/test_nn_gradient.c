/* test_nn_gradient.c -- the gradient of whole networks, every kind of layer among them, against central differences in
 * double, and normalised and residual layers against what PyTorch trains. */
#include "nn_help.h"

enum { ROWS = 6, IN = 3 };

typedef struct gn_check {
    gn_context *ctx;
    gn_net *net;
    gn_plan *plan;
    gn_node loss, grad[32];
    double x[ROWS * IN], t[ROWS * 3], w[ROWS];
} gn_check;

static void open_check(gn_check *c, gn_task task, size_t outputs, const char *layers, bool training, bool naive)
{
    c->ctx = open_context(1);
    c->net = make_net_as(c->ctx, task, IN, outputs, layers, "auto", "mean", GN_F64);
    set_weights(c->net);
    gn_graph *g;
    must(c->ctx, gn_graph_new(c->ctx, &g));
    gn_node param[32], wrt[32], z, n = 0, out[33];
    gn_node x = gn_input(g, "x", gn_shape_make(2, (size_t)ROWS, (size_t)IN)),
            t = gn_input(g, "t", gn_shape_make(2, (size_t)ROWS, outputs));
    gn_node w = gn_input(g, "w", gn_shape_make(1, (size_t)ROWS));
    must(c->ctx, gn_net_build(g, c->net, x, training, param, &z));
    must(c->ctx, gn_net_loss(g, c->net, z, t, w, &c->loss));
    for (size_t i = 0; i < gn_net_tensors(c->net); i++)
        if (gn_net_tensor(c->net, i).trainable) wrt[n++] = param[i];
    must(c->ctx, gn_grad(g, c->loss, (size_t)n, wrt, out + 1));
    out[0] = c->loss;
    memcpy(c->grad, out + 1, (size_t)n * sizeof *out);
    must(c->ctx, gn_plan_new(g, out, (size_t)n + 1, (gn_plan_options){ .type = GN_F64, .naive = naive }, &c->plan));
    must(c->ctx, gn_plan_bind(c->plan, x, c->x));
    must(c->ctx, gn_plan_bind(c->plan, t, c->t));
    must(c->ctx, gn_plan_bind(c->plan, w, c->w));
    for (size_t i = 0; i < gn_net_tensors(c->net); i++)
        must(c->ctx, gn_plan_bind(c->plan, param[i], (double *)gn_net_block(c->net) + gn_net_tensor(c->net, i).offset));
    gn_graph_free(g);
    for (int i = 0; i < ROWS; i++) {
        c->w[i] = i % 2 ? 1.5 : 0.5;
        for (int j = 0; j < IN; j++) c->x[i * IN + j] = sin(1.3 * i + 0.9 * j * j + 0.2);
        for (size_t j = 0; j < outputs; j++)
            c->t[(size_t)i * outputs + j] = task == GN_REGRESSION ? cos(0.8 * i + 1.1 * (double)j)
                                            : outputs == 1        ? i % 2
                                                                  : (size_t)i % outputs == j;
    }
}

static void close_check(gn_check *c)
{
    gn_plan_free(c->plan);
    gn_net_free(c->net);
    gn_context_free(c->ctx);
}

static double loss_now(gn_check *c)
{
    must(c->ctx, gn_plan_run(c->ctx, c->plan, 5));
    return *(const double *)gn_plan_value(c->plan, c->loss);
}

static void check_net(gn_task task, size_t outputs, const char *layers, bool training)
{
    gn_check c;
    open_check(&c, task, outputs, layers, training, false);
    double gradient[512];
    bool some = false;
    for (size_t i = 0, n = 0; i < gn_net_tensors(c.net); i++) {
        gn_tensor_info t = gn_net_tensor(c.net, i);
        if (!t.trainable) continue;
        loss_now(&c);
        memcpy(gradient, gn_plan_value(c.plan, c.grad[n++]), t.size * sizeof(double));
        for (size_t k = 0; k < t.size; k++) {
            double keep = weight_at(c.net, i, k), h = 1e-5, up, down;
            put_weight(c.net, i, k, keep + h);
            up = loss_now(&c);
            put_weight(c.net, i, k, keep - h);
            down = loss_now(&c);
            put_weight(c.net, i, k, keep);
            double want = (up - down) / (2 * h);
            if (!(fabs(gradient[k] - want) <= 1e-8 + 1e-6 * fabs(want)))
                fail_msg("\"%s\" %s[%zu]: %.12g, differences give %.12g", layers, t.name, k, gradient[k], want);
            some |= fabs(want) > 1e-3;
        }
    }
    assert_true(some);     /* a check in which both sides are 0 would prove nothing */
    close_check(&c);
}

static const char *const forms[] = {
    "",
    "5 tanh",
    "5 tanh, 4 sigmoid",
    "5 relu",
    "4 identity, layernorm, tanh",
    "4 identity, batchnorm, tanh",
    "5 tanh, dropout 0.4, 4 tanh",
    "residual 3 tanh",
    "residual 5 softplus",
    "5 gelu, batchnorm, dropout 0.2, residual 5 silu, layernorm, residual 4 leaky_relu(alpha=0.05)"
};

static void every_form_meets_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(forms); i++)
        for (int training = 0; training < 2; training++) {
            check_net(GN_REGRESSION, 2, forms[i], training);
            check_net(GN_BINARY, 1, forms[i], training);
            check_net(GN_CLASSES, 3, forms[i], training);
        }
}

static void every_activation_meets_differences(void **state)
{
    (void)state;
    for (int i = 0; i < GN_P_COUNT; i++) {
        static const int skip[] = { GN_P_log, GN_P_sqrt, GN_P_reciprocal, GN_P_log1p };     /* not defined everywhere */
        bool known = gn_pointwise_table()[i].arity == 1;
        for (size_t k = 0; k < GN_COUNT(skip); k++) known &= i != skip[k];
        if (!known) continue;
        char text[80];
        strcpy(text, "4 ");
        strcat(text, gn_pointwise_table()[i].name);
        check_net(GN_REGRESSION, 2, text, true);
    }
}

static void fast_is_the_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(forms); i++) {
        gn_check fast, plain;
        open_check(&fast, GN_CLASSES, 3, forms[i], true, false);
        open_check(&plain, GN_CLASSES, 3, forms[i], true, true);
        double a = loss_now(&fast), b = loss_now(&plain);
        if (!(fabs(a - b) <= 1e-13 * (1 + fabs(b)))) fail_msg("\"%s\": %.17g, spelled out %.17g", forms[i], a, b);
        close_check(&fast);
        close_check(&plain);
    }
}

/* PyTorch 2.15, float64: nn.Sequential(Linear(3,4), BatchNorm1d(4), Tanh(), residual 4 tanh, LayerNorm(4), residual 5
 * relu, Linear(5,2)), five full-batch steps of SGD at 0.1 on the mean squared error; sum and sum of squares of every
 * tensor, then the predictions. */
static const struct { const char *name; double sum, squares;
} torch_tensor[] = { { "0.weight", 1.241943115118098, 1.5956040942796166 },
                     { "0.bias", -1.058134631675006, 0.50640142640997354 },
                     { "1.weight", 3.5115553899994518, 3.4874368608548396 },
                     { "1.bias", 1.3783550159948301, 0.5267517536173314 },
                     { "1.running_mean", -0.40152783690281035, 0.08935063335386785 },
                     { "1.running_var", 2.6418043025368183, 1.7512566461463286 },
                     { "3.weight", 0.46975135970735554, 1.9619603442500697 },
                     { "3.bias", 0.33152378875981414, 0.44254603837466749 },
                     { "4.weight", 2.6213266785286642, 1.7687420934906624 },
                     { "4.bias", 0.51457768397750825, 0.46780434617750577 },
                     { "5.weight", 1.0958153101933261, 2.6155976564987631 },
                     { "5.bias", -1.3976600397310837, 0.5395668091556487 },
                     { "5.project.weight", -0.68995735173016204, 2.4403790386761299 },
                     { "6.weight", 0.46114482092753872, 1.2668288952258626 },
                     { "6.bias", -0.058462968197417961, 0.024205768241063814 } };
static const double torch_output[] = { 0.1296510343465816,   -0.24769878953019933, 0.12840729394267544,
                                       -0.19145302638608255, 0.16146836910319845,  -0.36580648253467563,
                                       0.11108497562502935,  -0.31843810430055808, 0.11987818066244985,
                                       -0.33752326753607254, 0.12578691021886004,  -0.21467866946102587 };

static void pytorch_trains_the_same(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 3, 2,
                              "4 identity, batchnorm, tanh, residual 4 tanh, layernorm, residual 5 relu", "mse", "mean",
                              GN_F64);
    set_weights(net);
    double x[ROWS * IN], y[ROWS * 2], out[ROWS * 2];
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < IN; j++) x[i * IN + j] = sin(1.3 * i + 0.9 * j * j + 0.2);
        for (int j = 0; j < 2; j++) y[i * 2 + j] = cos(0.8 * i + 1.1 * j);
    }
    gn_dataset d = values_set(x, y, ROWS, IN);
    gn_options *o = make_options(ctx, "optimizer=sgd lr=0.1 batch=6 epochs=5");
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r));
    assert_int_equal(gn_net_tensors(net), GN_COUNT(torch_tensor));
    for (size_t i = 0; i < GN_COUNT(torch_tensor); i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        double sum = 0, squares = 0;
        for (size_t k = 0; k < t.size; k++) {
            sum += weight_at(net, i, k);
            squares += weight_at(net, i, k) * weight_at(net, i, k);
        }
        assert_string_equal(t.name, torch_tensor[i].name);
        if (!(fabs(sum - torch_tensor[i].sum) < 1e-12 && fabs(squares - torch_tensor[i].squares) < 1e-12))
            fail_msg("%s: %.17g %.17g", t.name, sum, squares);
    }
    must(ctx, gn_net_predict(ctx, net, &d, out));
    for (size_t i = 0; i < GN_COUNT(torch_output); i++) assert_true(fabs(out[i] - torch_output[i]) < 1e-12);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_form_meets_differences),
                                        cmocka_unit_test(every_activation_meets_differences),
                                        cmocka_unit_test(fast_is_the_meaning),
                                        cmocka_unit_test(pytorch_trains_the_same) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
