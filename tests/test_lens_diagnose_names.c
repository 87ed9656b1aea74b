/* test_lens_diagnose_names.c -- constants before a gradient have the names of the mistakes that give them, with their
 * signs and their parts. */
#include "diagnose_help.h"

enum { N = 5, P = 13 };

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    double x[2 * N], t[N], g[P];
    gn_dataset rows;
} gn_world;

static void open_world(gn_world *w, const char *reduction)
{
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, 2, 1, "3 tanh", "mse", reduction, GN_F64);
    for (int i = 0; i < 2 * N; i++) w->x[i] = sin(1.0 + 2 * i);
    for (int i = 0; i < N; i++) w->t[i] = cos(3.0 * i);
    w->rows = values_set(w->x, w->t, N, 2);
    right_gradient(w->ctx, w->net, &w->rows, w->g);
}

static void close_world(gn_world *w)
{
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

/* Every constant under the name that it has, alone or of parts, with its sign. */
static void names_of_factors(void **state)
{
    (void)state;
    static const struct { double f; gn_mistake mistake; const char *called, *parts; } row[] = {
        { -1, GN_MISTAKE_SIGN, "sign", "-1" },
        { -2, GN_MISTAKE_TWICE, "sign, and factor 2", "= -2" },
        { 0.5, GN_MISTAKE_HALF, "factor 1/2", "1/2" },
        { -0.5, GN_MISTAKE_HALF, "sign, and factor 1/2", "= -1/2" },
        { N, GN_MISTAKE_SUM_NOT_MEAN, "sum instead of mean", "5 rows" },
        { -N, GN_MISTAKE_SUM_NOT_MEAN, "sign, and sum instead of mean", "5 rows" },
        { -1.0 / N, GN_MISTAKE_BATCH_AGAIN, "sign, and divided by the batch once more", "5 rows" },
        { N / 2.0, GN_MISTAKE_FACTOR, "a constant factor 2.5", "2.5 is 5 (the rows) times 1/2" },
        { -2 * N, GN_MISTAKE_FACTOR, "sign, and a constant factor 10", "10 is 5 (the rows) times 2" },
        { 0.5 / N, GN_MISTAKE_FACTOR, "a constant factor 1/10", "1/10 is 1/5 (the rows) times 1/2" },
        { -0.5 / N, GN_MISTAKE_FACTOR, "sign, and a constant factor 1/10", "1/10 is 1/5 (the rows) times 1/2" },
        { 1.0 / (N * N), GN_MISTAKE_FACTOR, "a constant factor 1/25", "1/25 is 1/5^2 (the rows)" },
        { 3, GN_MISTAKE_FACTOR, "a constant factor 3", "given/right = 3 " },
        { 0.01, GN_MISTAKE_FACTOR, "a constant factor 1/100", "given/right = 1/100" },
        { 1 + 3e-6, GN_MISTAKE_FACTOR, "a constant factor 1 + 3e-6", "1 + 3e-6" },
    };
    gn_world w;
    double v[P];
    open_world(&w, "mean");
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_diagnosis d;
        for (int k = 0; k < P; k++) v[k] = row[i].f * w.g[k];
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
        expect(&d, row[i].mistake);
        assert_string_equal(d.called, row[i].called);
        if (!strstr(d.finding[0].evidence, row[i].parts)) print_error("%s\n", d.finding[0].evidence);
        assert_non_null(strstr(d.finding[0].evidence, row[i].parts));
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

/* By its shape it is 0.bias or 2.weight: a sign does not make it the other one. */
static void which_tensor(void **state)
{
    (void)state;
    gn_world w;
    double v[3];
    open_world(&w, "mean");
    for (int k = 0; k < 3; k++) v[k] = -w.g[9 + k];
    for (size_t given = 1; given <= 3; given += 2) {
        gn_given line = { SIZE_MAX, given, 4 - given, v };
        gn_diagnosis d;
        must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &line, 1, false, &d));
        expect(&d, GN_MISTAKE_SIGN);
        assert_true(d.finding[0].tensor == 2 && d.fits == 2);
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

static void put_part(double *to, const double *from, size_t n, double factor)
{
    for (size_t k = 0; k < n; k++) to[k] = factor * from[k];
}

/* Numbers of another tensor, of any shape that lies in line with it: 0.bias and 2.weight have three. */
static void of_another_layer(void **state)
{
    (void)state;
    gn_world w;
    double v[P];
    gn_diagnosis d;
    open_world(&w, "mean");
    put_part(v, w.g + 6, 3, 1);
    gn_given row = { 2, 1, 3, v };
    for (int turn = 0; turn < 3; turn++) {      /* as they are, times a constant with a name, times any */
        static const double factor[] = { 1, -2, 3.3 };
        put_part(v, w.g + 6, 3, factor[turn]);
        must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &row, 1, false, &d));
        expect(&d, GN_MISTAKE_LAYER);
        assert_int_equal(d.finding[0].row, 1);
        assert_true(fabs(d.finding[0].factor - factor[turn]) < 1e-12 && d.finding[0].distance < 1e-12);
        assert_non_null(strstr(d.called, "wrong layer (that of 0.bias)"));
        gn_diagnosis_free(&d);
    }
    put_part(v, w.g, P, 1);                     /* two exchanged among all */
    put_part(v + 6, w.g + 9, 3, 1);
    put_part(v + 9, w.g + 6, 3, 1);
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_LAYER);
    assert_int_equal(d.finding[0].mistake, GN_MISTAKE_RIGHT);
    assert_true(d.finding[1].mistake == GN_MISTAKE_LAYER && d.finding[1].row == 2);
    assert_true(d.finding[2].mistake == GN_MISTAKE_LAYER && d.finding[2].row == 1);
    assert_int_equal(d.finding[3].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Weights of 4 by 2 and 2 by 4: the one's numbers for the other's, as they lie and as the transpose. */
static void of_another_shape(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 2, "4 tanh", "mse", "mean", GN_F64);
    double x[6] = { 1, 2, -1, 0.5, 0.3, -2 }, t[6] = { 1, 0, 2, -1, 0.5, 3 }, g[22], v[8];
    gn_dataset rows = values_set(x, t, 3, 2);
    gn_objective *o;
    gn_diagnosis d;
    set_weights(net);
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    gn_objective_free(o);
    for (int turn = 0; turn < 2; turn++) {
        for (int k = 0; k < 8; k++) v[k] = turn ? g[12 + k % 2 * 4 + k / 2] : g[12 + k];
        gn_given one = { 0, 4, 2, v };
        must(ctx, gn_diagnose(ctx, net, &rows, &one, 1, false, &d));
        expect(&d, GN_MISTAKE_LAYER);
        assert_true(d.finding[0].row == 2 && d.finding[0].distance < 1e-12);
        assert_int_equal(strstr(d.finding[0].evidence, "2.weight, transposed,") != NULL, turn);
        gn_diagnosis_free(&d);
    }
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Under a sum nothing was divided twice. */
static void mean_for_a_sum(void **state)
{
    (void)state;
    gn_world w;
    double v[P];
    gn_diagnosis d;
    open_world(&w, "sum");
    for (int k = 0; k < P; k++) v[k] = w.g[k] / N;
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_MEAN_NOT_SUM);
    gn_diagnosis_free(&d);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_of_factors), cmocka_unit_test(which_tensor),
                                        cmocka_unit_test(mean_for_a_sum), cmocka_unit_test(of_another_layer),
                                        cmocka_unit_test(of_another_shape) };
    return cmocka_run_group_tests_name("lens: names of constants", tests, NULL, NULL);
}
