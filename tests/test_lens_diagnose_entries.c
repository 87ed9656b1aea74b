/* test_lens_diagnose_entries.c -- what a diagnosis says entry by entry: a few that are off where all others are right,
 * places in rows and columns, digits as asked for; and another layer's gradient at its distance from that one. */
#include "diagnose_help.h"

enum { N = 6, WIDE = 4, P = 2 * (WIDE * WIDE + WIDE) };     /* a hidden layer of 4, and 4 outputs */

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    double x[WIDE * N], t[WIDE * N], g[P];
    gn_dataset rows;
} gn_world;

static void open_world(gn_world *w)
{
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, WIDE, WIDE, "4 tanh", "mse", "mean", GN_F64);
    set_weights(w->net);
    for (int i = 0; i < WIDE * N; i++) w->x[i] = sin(1.0 + 2 * i), w->t[i] = cos(3.0 * i);
    w->rows = values_set(w->x, w->t, N, WIDE);
    right_gradient(w->ctx, w->net, &w->rows, w->g);
}

static void close_world(gn_world *w)
{
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

static void diagnose_as(gn_world *w, size_t tensor, const double *v, int digits, gn_diagnosis *d)
{
    gn_given one = { tensor, WIDE, WIDE, v };
    must(w->ctx, gn_diagnose_as(w->ctx, w->net, &w->rows, &one, 1, (gn_diagnose_how){ .digits = digits }, d));
}

static void has(const gn_diagnosis *d, const char *words)
{
    if (!strstr(d->finding[0].evidence, words)) print_error("%s has no %s\n", d->finding[0].evidence, words);
    assert_non_null(strstr(d->finding[0].evidence, words));
}

/* Of the first weight: this mistake, said in these words. */
static void told(gn_world *w, const double *v, int digits, gn_mistake mistake, const char *words)
{
    gn_diagnosis d;
    diagnose_as(w, 0, v, digits, &d);
    expect(&d, mistake);
    has(&d, words);
    gn_diagnosis_free(&d);
}

/* Square layers, each for the other, as they are and times a number: to rounding, not to the distance from its own. */
static void each_for_the_other(void **state)
{
    (void)state;
    static const double factor[] = { 1, 2, -3.7 };
    gn_world w;
    open_world(&w);
    for (size_t turn = 0; turn < 6; turn++) {
        double v[WIDE * WIDE];
        const double *from = w.g + (turn % 2 ? 0 : WIDE * WIDE + WIDE);
        for (int k = 0; k < WIDE * WIDE; k++) v[k] = factor[turn / 2] * from[k];
        gn_diagnosis d;
        diagnose_as(&w, turn % 2 ? 2 : 0, v, 0, &d);
        expect(&d, GN_MISTAKE_LAYER);
        assert_int_equal(d.finding[0].row, turn % 2 ? 0 : 2);
        assert_true(d.finding[0].distance < 1e-14 && d.finding[0].from_right > 0.1);
        has(&d, turn % 2 ? "equal to the right gradient of 0.weight" : "equal to the right gradient of 2.weight");
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

static void few_off(void **state)
{
    (void)state;
    gn_world w;
    gn_diagnosis d;
    double v[WIDE * WIDE];
    open_world(&w);
    memcpy(v, w.g, sizeof v);
    v[7] += 0.01;
    diagnose_as(&w, 0, v, 0, &d);
    expect(&d, GN_MISTAKE_ENTRIES);
    assert_string_equal(d.called, "1 of 16 entries is off");
    assert_string_equal(d.finding[0].at, "[1,3]");
    has(&d, "15 of 16 entries are right; [1,3] is not: ");
    assert_null(strstr(d.finding[0].evidence, "closest"));
    gn_diagnosis_free(&d);

    v[12] = 2, v[3] = 1;
    told(&w, v, 0, GN_MISTAKE_ENTRIES,
         "13 of 16 entries are right; [0,3], [1,3] and [3,0] are not: furthest off is [3,0], 2 where ");

    v[1] = 3, v[2] = -1;                        /* no longer few */
    told(&w, v, 0, GN_MISTAKE_UNKNOWN, "11 of 16 entries agree; the closest is ");
    close_world(&w);
}

/* Right in the norm of all as float32 leaves it, and one small entry that is not: it is right, and that is said. */
static void small_and_off(void **state)
{
    (void)state;
    gn_world w;
    gn_diagnosis d;
    double v[WIDE * WIDE];
    open_world(&w);
    memcpy(v, w.g, sizeof v);
    v[5] += 2e-5 * fabs(v[0]) + 2e-5 * fabs(v[5]);
    diagnose_as(&w, 0, v, 0, &d);
    expect(&d, GN_MISTAKE_ENTRIES);             /* float64 has no such room */
    gn_diagnosis_free(&d);
    for (int k = 0; k < WIDE * WIDE; k++) v[k] = (float)v[k];
    told(&w, v, 0, GN_MISTAKE_RIGHT, "in the norm of all entries; 15 of 16 agree each by itself, the least [1,1], ");

    for (int k = 0; k < WIDE * WIDE; k++) v[k] = w.g[k] * (1 + (k % 3 - 1) * 4e-4);     /* three digits */
    diagnose_as(&w, 0, v, 0, &d);
    expect(&d, GN_MISTAKE_UNKNOWN);
    assert_string_equal(d.called, "not known, near the right one");
    gn_diagnosis_free(&d);
    close_world(&w);
}

static void digits(void **state)
{
    (void)state;
    gn_world w;
    gn_diagnosis d;
    double v[WIDE * WIDE];
    open_world(&w);
    memcpy(v, w.g, sizeof v);
    v[7] = 1.0 / 3;
    for (int turn = 0; turn < 2; turn++) {
        diagnose_as(&w, 0, v, turn ? 17 : 0, &d);
        has(&d, turn ? "0.3333333333333333 where " : "0.333333 where ");
        has(&d, turn ? gn_num(GN_NUM, w.g[7]) : gn_num_digits(GN_NUM, w.g[7], 6));
        gn_diagnosis_free(&d);
    }
    for (int k = 0; k < WIDE * WIDE; k++) v[k] = w.g[k] / 3.7;
    told(&w, v, 17, GN_MISTAKE_FACTOR, "given/right = 0.27027027027027");

    double norm = 0;                            /* a norm that is a round number: said, and nothing asked */
    for (int k = 0; k < WIDE * WIDE; k++) norm += w.g[k] * w.g[k];
    for (int k = 0; k < WIDE * WIDE; k++) v[k] = w.g[k] * 0.1 / sqrt(norm);
    diagnose_as(&w, 0, v, 0, &d);
    has(&d, "the norm of what was given is 0.1, a round number, as clipping leaves it");
    assert_null(strchr(d.finding[0].evidence, '?'));
    gn_diagnosis_free(&d);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_for_the_other), cmocka_unit_test(few_off),
                                        cmocka_unit_test(small_and_off), cmocka_unit_test(digits) };
    return cmocka_run_group_tests_name("lens: a diagnosis entry by entry", tests, NULL, NULL);
}
