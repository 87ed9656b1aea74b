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
    gn_objective *o;
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, 2, 1, "3 tanh", "mse", reduction, GN_F64);
    for (int i = 0; i < 2 * N; i++) w->x[i] = sin(1.0 + 2 * i);
    for (int i = 0; i < N; i++) w->t[i] = cos(3.0 * i);
    w->rows = values_set(w->x, w->t, N, 2);
    must(w->ctx, gn_objective_net(w->ctx, w->net, &w->rows, &o));
    must(w->ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, w->g));
    gn_objective_free(o);
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
                                        cmocka_unit_test(mean_for_a_sum) };
    return cmocka_run_group_tests_name("lens: names of constants", tests, NULL, NULL);
}
