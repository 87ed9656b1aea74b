/* test_lens_explain.c -- explanations of the nets of the documents: every number of C1, C2, C7, C9, A16, D4, E2, E5, E6
 * on the sheet, the equations read again, and one parameter along every path. */
#include "test_lens_explain.h"
#include "one_context.h"

/* ---- C1: z = W x + b --------------------------------------------------------------------------------------------- */

static void two_loops(void **state)
{
    (void)state;
    static const double w[] = { 1, 2, 2, 3, 3, 4 }, b[] = { 1, 2, 3 }, x[] = { 1, 2 }, y[] = { 0, 0, 0 };
    gn_net *net = net64(ctx, GN_REGRESSION, 2, 3, "", "mse", "mean");
    gn_dataset d = values_set(x, y, 1, 2);
    put_tensor(net, 0, w);
    put_tensor(net, 1, b);
    gn_sheet s = explained(ctx, net, &d, 1);
    values(&s, "Z1", (double[]){ 6, 10, 14 }, 3, 0);
    assert_string_equal(line_of(&s, "Z1")->formula, "X*W1' + b1");
    assert_true(hold_law(ctx, &s, 1e-12) >= 5);
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* ---- C2, C2b: the 4-6-4-2 net of seed 42 ------------------------------------------------------------------------- */

static gn_net *net_of_seed_42(void)
{
    static const double w1[] = {
        0.04967141530112327, -0.013826430117118467, 0.06476885381006925, 0.15230298564080255,
        -0.023415337472333597, -0.023413695694918055, 0.15792128155073915, 0.07674347291529088,
        -0.04694743859349521, 0.05425600435859647, -0.046341769281246226, -0.04657297535702569,
        0.02419622715660341, -0.1913280244657798, -0.1724917832513033, -0.05622875292409727,
        -0.10128311203344238, 0.03142473325952739, -0.0908024075521211, -0.14123037013352915,
        0.14656487689215542, -0.02257763004865357, 0.006752820468792384, -0.14247481862134567 };
    static const double b1[] = {
        -0.5443827245251827, 0.11092258970986608, -1.1509935774223028, 0.37569801834567196, -0.600638689918805,
        -0.2916937497932768 };
    static const double w2[] = {
        -0.060170661222939695, 0.18522781845089378, -0.0013497224737933921, -0.10577109289559004,
        0.08225449121031891, -0.12208436499710223,
        0.020886359500475543, -0.19596701238797756, -0.13281860488984307, 0.019686123586912352, 0.07384665799954104,
        0.01713682811899705,
        -0.011564828238824054, -0.03011036955892888, -0.14785219903674274, -0.07198442083947086,
        -0.046063877095978756, 0.10571222262189157,
        0.03436182895684614, -0.1763040155362734, 0.0324083969394795, -0.038508228041631655, -0.06769220003059588,
        0.06116762888408679 };
    static const double b2[] = {
        1.030999522495951, 0.9312801191161986, -0.8392175232226385, -0.3092123758512146 };
    static const double w3[] = {
        0.033126343140356396, 0.09755451271223592, -0.047917423784529, -0.01856589766638171, -0.11063349740060283,
        -0.11962066240806708, 0.08125258223941981, 0.1356240028570823 };
    static const double b3[] = { -0.07201012158033385, 1.0035328978920242 };
    gn_net *net = net64(ctx, GN_REGRESSION, 4, 2, "6 relu, 4 relu, 2 relu", "mse", "mean");
    put_tensor(net, 0, w1);
    put_tensor(net, 1, b1);
    put_tensor(net, 2, w2);
    put_tensor(net, 3, b2);
    put_tensor(net, 4, w3);
    put_tensor(net, 5, b3);
    put_tensor(net, 6, (double[]){ 1, 0, 0, 1 });
    put_tensor(net, 7, (double[]){ 0, 0 });
    return net;
}

/* The document's last layer has an activation of its own; here a layer that passes on follows it. */
static void four_six_four_two(void **state)
{
    (void)state;
    static const double x[] = { 1, 2, 3, 1 }, y[] = { 0, 0 };
    gn_net *net = net_of_seed_42();
    gn_dataset d = values_set(x, y, 1, 4);
    gn_sheet s = explained(ctx, net, &d, 1);
    values(&s, "Z1", (double[]){ -0.175754622387286, 0.5911871784152047, -1.2750272904993694, -0.5564659061072914,
                                 -1.052709928223085, -0.312500490213397 }, 6, 1e-12);
    values(&s, "Z2", (double[]){ 1.1405038338499387, 0.8154269340000926, -0.8570183876432208, -0.4134410493393745 }, 4,
           1e-12);
    values(&s, "A3", (double[]){ 0.04531917697148283, 0.7798130599639391 }, 2, 1e-12);
    values(&s, "J", (double[]){ .00030396728350, .00030394597069, -.00205006240105, -.00099624893368, -.00006905891243,
                                -.00006905407033, .00046575762430, .00022633971353 }, 8, 1e-13);
    assert_true(says(&s, "layer 1: 5 of 6 relu units are off"));
    assert_true(says(&s, "layer 2: 2 of 4 relu units are off"));
    assert_true(says(&s, "the Jacobian has rank 1 of 2"));
    assert_true(says(&s, "the output is [0.0509589, 0.781908]"));
    assert_true(says(&s, "the output barely depends on the input"));
    assert_true(hold_law(ctx, &s, 1e-12) > 20);
    gn_sheet_free(&s);
    gn_net_free(net);
}

static void parameter_counts(void **state)
{
    (void)state;
    static const struct { size_t in, out; const char *layers, *says; } of[] = {
        { 2, 1, "3 relu", "13 parameters" }, { 4, 2, "6 relu, 4 relu", "68 parameters" }, { 784, 10, "128 relu",
                                                                                           "101770 parameters" }
    };
    static double x[784], y[10];
    for (size_t i = 0; i < 3; i++) {
        gn_net *net = net64(ctx, GN_REGRESSION, of[i].in, of[i].out, of[i].layers, "mse", "mean");
        gn_dataset d = values_set(x, y, 1, of[i].in);
        gn_sheet s = explained(ctx, net, &d, 1);
        assert_true(says(&s, of[i].says));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
}

/* ---- C7: the explicit net, forward and back ---------------------------------------------------------------------- */

static void chain_rule_of_two_layers(void **state)
{
    (void)state;
    gn_net *net = net_c7(ctx, "3 relu");
    gn_dataset d = rows_c7();
    gn_sheet s;
    gn_explain_call c = call_of(net, &d, first_rows, 3);
    c.checked = true;
    must(ctx, gn_explain(ctx, &c, &s));
    values(&s, "Z2", (double[]){ -.359, 1.463, .302 }, 3, 1e-12);
    values(&s, "L", (double[]){ 2.650818 }, 1, 1e-12);
    values(&s, "delta2", (double[]){ -.906, 1.642, -.132 }, 3, 1e-12);
    values(&s, "dL_dW2", (double[]){ -.05658, -.47112, 2.57794 }, 3, 1e-12);
    values(&s, "dL_db2", (double[]){ .604 }, 1, 1e-12);
    values(&s, "dL_dW1", (double[]){ -.6804, -.1785, .7248, .3624, -2.9556, 1.4778 }, 6, 1e-12);
    values(&s, "dL_db1", (double[]){ -.7266, .7248, 1.4778 }, 3, 1e-12);
    assert_string_equal(line_of(&s, "dL_dW2")->formula, "delta2'*A1");
    assert_non_null(strstr(line_of(&s, "dL_dW2")->rule, "(1,3) = (1,3)*(3,3)"));
    assert_string_equal(line_of(&s, "dL_db1")->formula, "sum_rows(delta1)");
    assert_string_equal(line_of(&s, "delta1")->formula, "dL_dA1 .* s1");
    assert_string_equal(line_of(&s, "dL_dA1")->formula, "delta2*W2");
    static const char *const gradient[] = { "dL_dW1", "dL_db1", "dL_dW2", "dL_db2" };
    for (int i = 0; i < 4; i++) {
        const gn_line *l = line_of(&s, gradient[i]);
        assert_non_null(l->check.kind);
        assert_true(l->check.relative <= 1e-7);
    }
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

static double loss_of(const gn_net *net, const gn_dataset *d, size_t rows)
{
    gn_sheet s = explained(ctx, net, d, rows);
    double loss = first_symbol(&s, "L")->value[0];
    gn_sheet_free(&s);
    return loss;
}

/* The tanh variant against differences of the loss that the sheet itself shows. */
static void chain_rule_with_tanh(void **state)
{
    (void)state;
    static const char *const name[] = { "dL_dW1", "dL_db1", "dL_dW2", "dL_db2" };
    gn_net *net = net_c7(ctx, "3 tanh");
    gn_dataset d = rows_c7();
    gn_sheet s = explained(ctx, net, &d, 3);
    for (size_t t = 0; t < 4; t++)
        for (size_t k = 0; k < gn_net_tensor(net, t).size; k++) {
            double w = weight_at(net, t, k), h = 1e-5;
            put_weight(net, t, k, w + h);
            double up = loss_of(net, &d, 3);
            put_weight(net, t, k, w - h);
            double down = loss_of(net, &d, 3);
            put_weight(net, t, k, w);
            close_to(name[t], first_symbol(&s, name[t])->value[k], (up - down) / (2 * h), 1e-8);
        }
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* ---- C9: the 2-3-1 regressor, its true gradient, its training ---------------------------------------------------- */

static gn_net *net_c9(void)
{
    gn_net *net = net64(ctx, GN_REGRESSION, 2, 1, "3 relu", "mse", "mean");
    put_tensor(net, 0, (double[]){ 0.030471707975443137, -0.10399841062404956, 0.07504511958064573, 0.0940564716391214,
                                   -0.19510351886538366, -0.13021795068623182 });
    put_tensor(net, 1, (double[]){ 0, 0, 0 });
    put_tensor(net, 2, (double[]){ 0.012784040316728537, -0.03162425923435822, -0.0016801157504288797 });
    put_tensor(net, 3, (double[]){ 0 });
    return net;
}
static const double c9_x[] = { 0, 0, 0, 1, 1, 0, 1, 1 }, c9_y[] = { 0, 1, 1, 2 };

static void regressor(void **state)
{
    (void)state;
    gn_net *net = net_c9();
    gn_dataset d = values_set(c9_x, c9_y, 4, 2);
    gn_sheet s = explained(ctx, net, &d, 4);
    values(&s, "L", (double[]){ 1.5078371381958693 }, 1, 1e-12);
    values(&s, "dL_dW1", (double[]){ -0.006404699975338861, 0, 0.04755231401452023, 0.047567980221411746, 0, 0 }, 6,
           1e-12);
    values(&s, "dL_db1", (double[]){ -0.006404699975338861, 0.06341147627745636, 0 }, 3, 1e-12);
    values(&s, "dL_dW2", (double[]){ -0.015266077271633325, -0.2543188573866623, 0 }, 3, 1e-12);
    values(&s, "dL_db2", (double[]){ -2.0051529367860375 }, 1, 1e-12);
    /* the sample (0, 0) with zero biases stands exactly on the kink */
    assert_true(says(&s, "z is exactly 0 in 3 places, at the kink of relu; its slope there is 0 by convention"));
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* Steps as the sheet makes them are training: its new weights, put in again and again, give the curve. */
static void training_by_sheets(void **state)
{
    (void)state;
    static const struct { int step; double loss; } right[] = { { 0, 1.50783713819587 }, { 1, 1.46731419217721 },
                                                               { 10, 1.16873009427329 }, { 100, .496319425561546 } };
    static const char *const name[] = { "W1", "b1", "W2", "b2" };
    static const double hyper[GN_OPT_HYPER] = { 0.01 };
    gn_net *net = net_c9();
    gn_dataset d = values_set(c9_x, c9_y, 4, 2);
    size_t next = 0;
    for (int k = 0; next < GN_COUNT(right); k++) {
        gn_sheet s;
        gn_explain_call c = call_of(net, &d, first_rows, 4);
        c.hyper = hyper;
        must(ctx, gn_explain(ctx, &c, &s));
        if (k == right[next].step) close_to("loss", first_symbol(&s, "L")->value[0], right[next++].loss, 1e-9);
        for (size_t t = 0; t < 4; t++) put_tensor(net, t, gn_sheet_find(&s, name[t])->value);
        gn_sheet_free(&s);
    }
    gn_net_free(net);
}

/* ---- A16: L = sum(A B) as the absolute error of a layer against 0 ------------------------------------------------ */

static void product_of_matrices(void **state)
{
    (void)state;
    static const double a[] = { 1, 2, 3, 4 }, b_t[] = { 5, 7, 6, 8 }, zero[] = { 0, 0, 0, 0 };
    gn_net *net = net64(ctx, GN_REGRESSION, 2, 2, "", "mae", "sum");
    gn_dataset d = values_set(a, zero, 2, 2);
    put_tensor(net, 0, b_t);
    put_tensor(net, 1, zero);
    gn_sheet s = explained(ctx, net, &d, 2);
    values(&s, "Z1", (double[]){ 19, 22, 43, 50 }, 4, 0);
    values(&s, "L", (double[]){ 134 }, 1, 0);
    values(&s, "dL_dX", (double[]){ 11, 15, 11, 15 }, 4, 0);
    values(&s, "dL_dW1", (double[]){ 4, 6, 4, 6 }, 4, 0);
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* ---- D4: the leaky neuron on four samples, J = half the sum ------------------------------------------------------ */

static void leaky_neuron(void **state)
{
    (void)state;
    static const double w[] = { 0.92542368, 0.63684431, 0.63029109, 0.48955112,
                               0.96805626 }, b[] = { 0.9382288624999986 }, y[] = { 100, 200, 300, 400 };
    static const double x[] = { -1, 2, 3, 13, 17, 4, -5, 6, 14, 18, 7, 8, -9, 15, 19, -10, 11, 12, 16, -20 };
    gn_net *net = net64(ctx, GN_REGRESSION, 5, 1, "1 leaky_relu", "mse", "half-sum");
    gn_dataset d = values_set(x, y, 4, 5);
    put_tensor(net, 0, w);
    put_tensor(net, 1, b);
    put_tensor(net, 2, (double[]){ 1 });
    put_tensor(net, 3, (double[]){ 0 });
    gn_sheet s = explained(ctx, net, &d, 4);
    values(&s, "A1", (double[]){ 25.998488052499997, 29.5161769325, 32.5746650325, -0.05275534727499998 }, 4, 1e-6);
    values(&s, "s1", (double[]){ 1, 1, 1, 0.01 }, 4, 0);
    values(&s, "L", (double[]){ 133049.73727082644 }, 1, 1e-6);
    values(&s, "dL_dW1", (double[]){ -2439.9058495602726, -1478.9923913857006, 1113.9142098183272, -7424.181643630564,
                                     -9327.805331635544 }, 5, 1e-6);
    values(&s, "dL_db1", (double[]){ -515.9111975359729 }, 1, 1e-6);
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

/* ---- E2: the two-dimensional sigmoid neuron; E5, E6: softmax and chance ------------------------------------------ */

static void sigmoid_circuit(void **state)
{
    (void)state;
    static const double x[] = { -1, -2 }, zero[] = { 0 };
    gn_net *net = net64(ctx, GN_REGRESSION, 2, 1, "1 sigmoid", "mae", "sum");
    gn_dataset d = values_set(x, zero, 1, 2);
    gn_sheet s;
    put_tensor(net, 0, (double[]){ 2, -3 });
    put_tensor(net, 1, (double[]){ -3 });
    put_tensor(net, 2, (double[]){ 1 });
    put_tensor(net, 3, zero);
    gn_explain_call c = call_of(net, &d, first_rows, 1);
    c.neuron = "1[0]";
    must(ctx, gn_explain(ctx, &c, &s));
    values(&s, "A1", (double[]){ .7310585786300049 }, 1, 1e-12);
    values(&s, "dL_dW1", (double[]){ -.19661193324148185, -.3932238664829637 }, 2, 1e-12);
    values(&s, "dL_db1", (double[]){ .19661193324148185 }, 1, 1e-12);
    values(&s, "dL_dX", (double[]){ .3932238664829637, -.5898357997244456 }, 2, 1e-12);
    assert_string_equal(line_of(&s, "z")->formula, "w0*x0 + w1*x1 + b");
    values(&s, "z", (double[]){ 1 }, 1, 0);
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
}

static void softmax_and_chance(void **state)
{
    (void)state;
    static const double x[] = { 1, 2, 3 };
    static const int32_t third[] = { 2 };
    gn_net *net = net64(ctx, GN_CLASSES, 3, 3, "", "auto", "mean");
    gn_dataset d = { .rows = 1, .inputs = 3, .type = GN_EL_F64, .x = x, .label = third };
    put_tensor(net, 0, (double[]){ 1, 0, 0, 0, 1, 0, 0, 0, 1 });
    put_tensor(net, 1, (double[]){ 0, 0, 0 });
    gn_sheet s = explained(ctx, net, &d, 1);
    values(&s, "P", (double[]){ .09003057317038046, .24472847105479764, .6652409557748218 }, 3, 1e-12);
    values(&s, "L", (double[]){ .4076059644443803 }, 1, 1e-12);
    values(&s, "delta1", (double[]){ .09003057317038046, .24472847105479764, -.3347590442251782 }, 3, 1e-12);
    assert_string_equal(line_of(&s, "delta1")->formula, "P - T");
    assert_string_equal(line_of(&s, "L")->formula, "-sum(T .* log(P))");
    hold_law(ctx, &s, 1e-12);
    gn_sheet_free(&s);
    gn_net_free(net);
    static const struct { size_t classes; const char *says; double loss; } of[] = {
        { 3, "at chance level: equal probabilities for 3 classes give ln 3 = 1.09861", 1.0986122886681098 },
        { 10, "at chance level: equal probabilities for 10 classes give ln 10 = 2.30259", 2.302585092994046 }
    };
    for (size_t i = 0; i < 2; i++) {
        static const double none[30] = { 0 };
        net = net64(ctx, GN_CLASSES, 3, of[i].classes, "", "auto", "mean");
        put_tensor(net, 0, none);
        put_tensor(net, 1, none);
        s = explained(ctx, net, &d, 1);
        close_to("loss", first_symbol(&s, "L")->value[0], of[i].loss, 1e-12);
        assert_true(says(&s, of[i].says));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
}

/* ---- one parameter followed ------------------------------------------------------------------------------------- */

static double column_sum(const gn_line *t, const char *title)
{
    double sum = 0;
    assert_non_null(t);
    for (size_t c = 0; c < t->columns; c++)
        if (!strcmp(t->column[c].title, title))
            for (size_t i = 0; i < t->rows; i++) sum += t->column[c].number[i];
    return sum;
}

/* Rows and paths both add up to the gradient, for every parameter of nets of every kind of layer. */
static void every_parameter_followed(void **state)
{
    (void)state;
    static const char *const nets[] = { "3 tanh, 2 sigmoid", "3 relu, residual 3 tanh", "3 tanh, layernorm",
                                       "3 silu, batchnorm, tanh",
                                        "3 softplus, dropout 0.5, residual 2 tanh" };
    for (size_t n = 0; n < GN_COUNT(nets); n++) {
        gn_net *net = net64(ctx, GN_REGRESSION, 2, 2, nets[n], "mse", "mean");
        static const double y[] = { 1, 0, -1, .5, .5, -2 };
        gn_dataset d = values_set(c7_x, y, 3, 2);
        set_weights(net);
        for (size_t t = 0; t < gn_net_tensors(net); t++) {
            gn_tensor_info info = gn_net_tensor(net, t);
            if (!info.trainable) continue;
            char name[64];
            gn_sheet s;
            snprintf(name, sizeof name, info.rank == 2 ? "%s[1,1]" : "%s[1]", info.name);
            gn_explain_call c = call_of(net, &d, first_rows, 3);
            c.weight = name;
            must(ctx, gn_explain(ctx, &c, &s));
            double gradient = line_of(&s, "dL_dw")->symbol->value[0];
            close_to(name, column_sum(table_of(&s, "row by row"), "delta*factor"), gradient, 1e-12);
            close_to(name, column_sum(table_of(&s, "paths"), "part"), gradient, 1e-12);
            hold_law(ctx, &s, 1e-12);
            gn_sheet_free(&s);
        }
        gn_net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(two_loops),
                                        cmocka_unit_test(four_six_four_two),
                                        cmocka_unit_test(parameter_counts),
                                        cmocka_unit_test(chain_rule_of_two_layers),
                                        cmocka_unit_test(chain_rule_with_tanh),
                                        cmocka_unit_test(regressor),
                                        cmocka_unit_test(training_by_sheets),
                                        cmocka_unit_test(product_of_matrices),
                                        cmocka_unit_test(leaky_neuron),
                                        cmocka_unit_test(sigmoid_circuit),
                                        cmocka_unit_test(softmax_and_chance),
                                        cmocka_unit_test(every_parameter_followed) };
    return cmocka_run_group_tests_name("lens: explain", tests, open_all, close_all);
}
