/* test_lens_diagnose_layers.c -- the backward pass written out for the diagnosis is the engine's for every kind of
 * layer, and mistakes between layers are named: one taken for another, weights that are not transposed. */
#include "diagnose_help.h"

/* Layers of one shape exchanged, and weights that are not transposed on the way back. */
static void square_layers(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 3, 3, "3 sigmoid, 3 sigmoid", "mse", "mean", GN_F64);
    set_weights(net);
    double x[12], t[12], p[36], g[36], v[36], flat[36];
    for (int i = 0; i < 12; i++) x[i] = sin(i * 1.7), t[i] = cos(i * 0.9);
    gn_dataset rows = values_set(x, t, 4, 3);
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    memcpy(p, gn_objective_start(o), sizeof p);
    must(ctx, gn_objective_gradient(o, p, NULL, g));
    gn_diagnosis d;
    memcpy(v, g, sizeof v);
    memcpy(v, g + 12, 12 * sizeof *v);
    memcpy(v + 12, g, 12 * sizeof *v);
    must(ctx, gn_diagnose_flat(ctx, net, &rows, v, 36, &d));
    expect(&d, GN_MISTAKE_LAYER);
    assert_int_equal(d.finding[0].row, 2);
    gn_diagnosis_free(&d);

    /* delta of layer 0 by W instead of W': recomputed from dL/dz of layer 2, got by one-row batches */
    double z0[4][3], a0[4][3], a1[4][3], d1[4][3];
    memcpy(v, g, sizeof v);
    memset(v, 0, 12 * sizeof *v);
    memcpy(flat, v, sizeof flat);               /* the slope of layer 1 forgotten, that of layer 2 not */
    for (int n = 0; n < 4; n++) {
        double y[3];
        for (int j = 0; j < 3; j++) {
            z0[n][j] = p[9 + j];
            for (int i = 0; i < 3; i++) z0[n][j] += p[j * 3 + i] * x[n * 3 + i];
            a0[n][j] = 1 / (1 + exp(-z0[n][j]));
        }
        for (int j = 0; j < 3; j++) {
            double z = p[21 + j];
            for (int i = 0; i < 3; i++) z += p[12 + j * 3 + i] * a0[n][i];
            a1[n][j] = 1 / (1 + exp(-z));
        }
        for (int j = 0; j < 3; j++) {
            y[j] = p[33 + j] - t[n * 3 + j];
            for (int i = 0; i < 3; i++) y[j] += p[24 + j * 3 + i] * a1[n][i];
        }
        for (int j = 0; j < 3; j++) {
            d1[n][j] = 0;
            for (int k = 0; k < 3; k++) d1[n][j] += 2 * y[k] / 12 * p[24 + k * 3 + j];
            d1[n][j] *= a1[n][j] * (1 - a1[n][j]);
        }
        for (int j = 0; j < 3; j++) {
            double up = 0, whole = 0;
            for (int k = 0; k < 3; k++) up += d1[n][k] * p[12 + j * 3 + k], whole += d1[n][k] * p[12 + k * 3 + j];
            up *= a0[n][j] * (1 - a0[n][j]);
            v[9 + j] += up;
            flat[9 + j] += whole;
            for (int i = 0; i < 3; i++) v[j * 3 + i] += up * x[n * 3 + i], flat[j * 3 + i] += whole * x[n * 3 + i];
        }
    }
    must(ctx, gn_diagnose_flat(ctx, net, &rows, v, 36, &d));
    expect(&d, GN_MISTAKE_WEIGHT_NOT_T);
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    must(ctx, gn_diagnose_flat(ctx, net, &rows, flat, 36, &d));
    expect(&d, GN_MISTAKE_SLOPE_MISSING);
    assert_non_null(strstr(d.finding[0].evidence, "; in layer 1 alone"));      /* as W1 and A1 are of layer 1 */
    gn_diagnosis_free(&d);
    gn_objective_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* The backward pass by hand, without a mistake, against gn_grad. */
static void same_backward(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const double *g)
{
    gn_net_rows r;
    gn_rows_graph m;
    gn_plan *plan;
    gn_node out[32];
    must(ctx, gn_net_rows_open(ctx, net, rows, GN_F64, &r));
    must(ctx, gn_rows_graph_open(&r, &m));
    assert_true(m.n <= 32);
    must(ctx, gn_backward_nodes(r.net, &m, &(gn_backward){ .layer = SIZE_MAX }, out));
    must(ctx, gn_rows_graph_plan(&r, &m, out, m.n, (gn_plan_options){ 0 }, &plan));
    must(ctx, gn_plan_run(ctx, plan, 0));
    for (size_t i = 0; i < m.n; i++) {
        const double *at = gn_plan_value(plan, out[i]);
        for (size_t k = 0; k < gn_shape_size(gn_node_get(m.g, out[i]).shape); k++, g++)
            assert_true(fabs(at[k] - *g) <= 1e-13 * fmax(1, fabs(*g)));
    }
    gn_plan_free(plan);
    gn_rows_graph_close(&m);
    gn_net_rows_close(&r);
}

/* For every kind of layer: the engine's own gradient is right, and -2 times it is not. */
static void kinds_of_layers(void **state)
{
    (void)state;
    static const char *const text[] = { "4 relu, layernorm, residual 4 tanh, dropout 0.3, 3 gelu",
                                        "4 sigmoid, batchnorm, residual 3 relu", "5 elu, 2 mish", "" };
    for (size_t i = 0; i < GN_COUNT(text); i++) {
        gn_context *ctx = open_context(1);
        gn_net *net = make_net_as(ctx, GN_REGRESSION, 3, 2, text[i], "huber", "mean", GN_F32);
        set_weights(net);
        double x[15], t[10];
        for (int k = 0; k < 15; k++) x[k] = sin(k * 1.7);
        for (int k = 0; k < 10; k++) t[k] = cos(k * 0.9);
        gn_dataset rows = values_set(x, t, 5, 3);
        gn_objective *o;
        must(ctx, gn_objective_net(ctx, net, &rows, &o));
        size_t n = gn_objective_size(o);
        double *g = calloc(n, sizeof *g);
        must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
        gn_diagnosis d;
        same_backward(ctx, net, &rows, g);
        must(ctx, gn_diagnose_flat(ctx, net, &rows, g, n, &d));
        expect(&d, GN_MISTAKE_RIGHT);
        gn_diagnosis_free(&d);
        for (size_t k = 0; k < n; k++) g[k] *= -2;
        must(ctx, gn_diagnose_flat(ctx, net, &rows, g, n, &d));
        assert_false(d.right);
        gn_diagnosis_free(&d);
        free(g);
        gn_objective_free(o);
        gn_net_free(net);
        gn_context_free(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(square_layers), cmocka_unit_test(kinds_of_layers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
