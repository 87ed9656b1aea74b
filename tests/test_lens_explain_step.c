/* test_lens_explain_step.c -- what an explanation adds to the run: the step of every optimiser, any unit as a sum, the
 * count of batches and steps, and what is refused. */
#include "test_lens_explain.h"
#include "one_context.h"

/* ---- C10: 1000 rows in batches of 32 -----------------------------------------------------------------------------*/

typedef struct counting { size_t batches, last, ends; } counting;

static gn_status count_batches(void *user, const gn_progress *p)
{
    counting *c = user;
    if (p->batches > c->batches) c->batches = p->batches;
    if (p->epoch_end) c->ends++, c->last = p->batch;
    return GN_OK;
}

static void batches_and_epochs(void **state)
{
    (void)state;
    static double x[1000], y[1000];
    gn_net *net = net64(ctx, GN_REGRESSION, 1, 1, "", "mse", "mean");
    gn_options *o = make_options(ctx, "batch=32 epochs=10 optimizer=sgd lr=0.01");
    gn_fit_result r;
    counting c = { 0 };
    for (int i = 0; i < 1000; i++) x[i] = sin(i), y[i] = 2 * x[i];
    gn_dataset d = values_set(x, y, 1000, 1);
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, count_batches, &c, &r));
    assert_int_equal(c.batches, 32);            /* 31 of 32 rows and one of 8 */
    assert_int_equal(1000 - 31 * 32, 8);
    assert_int_equal(c.last, 32);
    assert_int_equal(c.ends, 10);
    assert_int_equal(r.steps, 320);
    gn_options_free(o);
    gn_net_free(net);
}

/* ---- every optimiser's row --------------------------------------------------------------------------------------- */

static void every_optimiser(void **state)
{
    (void)state;
    for (int op = 0; op < GN_OPT_COUNT; op++)
        for (int how = 0; how < 4; how++) {
            const gn_optimizer_row *row = &gn_optimizer_table()[op];
            gn_net *net = net_c7(ctx, "3 tanh");
            gn_dataset d = rows_c7();
            gn_sheet s;
            double hyper[GN_OPT_HYPER] = { 0 };
            for (int i = 0; i < row->parameters; i++) hyper[i] = row->parameter_default[i];
            bool own = false;
            for (int i = 0; i < row->parameters; i++) own |= !strcmp(row->parameter_name[i], "wd");
            if (how == 1 && !own) hyper[row->parameters] = 0.25;
            if (how == 1) hyper[row->parameters + 1] = 0.125;
            gn_explain_call c = call_of(net, &d, first_rows, 3);
            c.op = (gn_optimizer)op;
            c.hyper = hyper;
            c.clip = how == 2 ? 0.5 : 0;
            c.clip_norm = how >= 2 ? 0.75 : 0;
            must(ctx, gn_explain(ctx, &c, &s));
            hold_law(ctx, &s, 1e-12);
            const gn_symbol *before = first_symbol(&s, "W1"), *after = gn_sheet_find(&s, "W1");
            assert_true(before != after && before->value[0] != after->value[0]);
            for (int k = 0; k < row->slots; k++) {
                char name[32];
                snprintf(name, sizeof name, "%s_W1", row->slot_name[k]);
                assert_non_null(gn_sheet_find(&s, name));
            }
            gn_sheet_free(&s);
            gn_net_free(net);
        }
}

/* ---- one unit ---------------------------------------------------------------------------------------------------- */

static void every_unit_written_out(void **state)
{
    (void)state;
    gn_net *net = net64(ctx, GN_REGRESSION, 2, 1,
                        "30 tanh, leaky_relu, layernorm, batchnorm, residual 30 relu, dropout 0.5", "mse", "mean");
    gn_dataset d = rows_c7();
    set_weights(net);
    size_t units = 0;
    for (size_t l = 0; l < gn_net_layers(net); l++) {
        gn_layer_info info = gn_net_layer(net, l);
        for (size_t j = 0; info.number && j < info.outputs; j += 7, units++) {
            char name[32];
            gn_sheet s;
            snprintf(name, sizeof name, "%d[%zu]", info.number, j);
            gn_explain_call c = call_of(net, &d, first_rows, 3);
            c.neuron = name;
            must(ctx, gn_explain(ctx, &c, &s));
            hold_law(ctx, &s, 1e-12);
            gn_sheet_free(&s);
        }
    }
    assert_true(units > 20);
    gn_net_free(net);
}

/* What comes back to a unit without an activation is delta: there is no a to take it by. */
static void what_comes_back(void **state)
{
    (void)state;
    static const struct { const char *layers, *neuron, *has, *has_not; } of[] = {
        { "3 relu", "2[0]", "dL_dz", "dL_da" }, { "3 relu", "1[1]", "dL_da", NULL },
        { "3 linear", "1[1]", "dL_dz", "dL_da" }, { "3 relu, tanh", "2[1]", "dL_da", NULL },
        { "3 relu, residual 3 linear", "2[1]", "y", "dL_da" }, { "3 relu, residual 4 silu", "2[1]", "dL_da", NULL }
    };
    gn_dataset d = rows_c7();
    for (size_t i = 0; i < GN_COUNT(of); i++) {
        gn_net *net = net64(ctx, GN_REGRESSION, 2, 1, of[i].layers, "mse", "mean");
        set_weights(net);
        gn_sheet s;
        gn_explain_call c = call_of(net, &d, first_rows, 1);
        c.neuron = of[i].neuron;
        must(ctx, gn_explain(ctx, &c, &s));
        const gn_symbol *back = gn_sheet_find(&s, of[i].has);
        assert_non_null(back);
        assert_true(back->derivative || of[i].has[0] == 'y');
        if (of[i].has_not) assert_null(gn_sheet_find(&s, of[i].has_not));
        hold_law(ctx, &s, 1e-12);
        gn_sheet_free(&s);
        gn_net_free(net);
    }
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static void refused(const gn_explain_call *c, const char *message)
{
    gn_sheet s;
    assert_int_equal(gn_explain(ctx, c, &s), GN_USAGE);
    if (!strstr(gn_last_error(ctx)->message, message)) fail_msg("%s", gn_last_error(ctx)->message);
    assert_true(gn_last_error(ctx)->hint[0] || strstr(message, "outside"));
    gn_sheet_free(&s);
}

static void names_that_are_not_there(void **state)
{
    (void)state;
    gn_net *net = net_c7(ctx, "3 relu");
    gn_dataset d = rows_c7();
    static const struct { const char *neuron, *weight; int layer; const char *says; } bad[] = {
        { "5[0]", NULL, -1, "no unit" },        { "1[3]", NULL, -1, "no unit" },     { "1", NULL, -1, "no unit" },
        { "0[0]", NULL, -1, "no unit" },        { NULL, "2[0,3]", -1, "outside" },   { NULL, NULL, 0, "no layer 0" },
        { NULL, "0.wieght[0,0]", -1, "no parameter" }, { NULL, "0.weight", -1, "no single number" },
        { NULL, "0.weight[0]", -1, "no single number" }, { NULL, "0.weight[3,0]", -1, "outside" },
        { NULL, "0.bias[3]", -1, "outside" },   { NULL, "0.weight[a,b]", -1, "no single number" },
        { NULL, NULL, 7, "no layer 7" },        { "", NULL, -1, "no unit" },         { NULL, "", -1, "no parameter" }
    };
    for (size_t i = 0; i < GN_COUNT(bad); i++) {
        gn_explain_call c = call_of(net, &d, first_rows, 1);
        c.neuron = bad[i].neuron;
        c.weight = bad[i].weight;
        c.layer = bad[i].layer;
        refused(&c, bad[i].says);
    }
    gn_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(batches_and_epochs), cmocka_unit_test(every_optimiser),
                                        cmocka_unit_test(every_unit_written_out),
                                        cmocka_unit_test(what_comes_back), cmocka_unit_test(names_that_are_not_there) };
    return cmocka_run_group_tests_name("lens: explain, steps and units", tests, open_all, close_all);
}
