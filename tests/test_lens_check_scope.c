/* test_lens_check_scope.c -- what a check says of the whole: the largest error beside entries at kinks, some tensors
 * alone, a gradient that is wrong although its entries pass, and numbers in as many digits as are asked for. */
#include "lens_help.h"
#include "one_context.h"

#include "lens/gradient_check.h"

typedef struct gn_world {
    gn_net *net;
    gn_dataset rows;
    gn_objective *o;
    double g[13];
} gn_world;

static void open_world(gn_world *w, const char *layers)
{
    w->net = net_c7(ctx, layers);
    w->rows = rows_c7();
    must(ctx, gn_objective_net(ctx, w->net, &w->rows, &w->o));
    must(ctx, gn_objective_gradient(w->o, gn_objective_start(w->o), NULL, w->g));
}

static void close_world(gn_world *w)
{
    gn_objective_free(w->o);
    gn_net_free(w->net);
}

/* One unit of two is at its kink: that entry has no error, and hides none. */
static void beside_kinks(void **state)
{
    (void)state;
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "2 relu", "mse", "mean", GN_F64);
    const double p[] = { 1, 0.7, 0, 0.3, 2, -1.1, 0.5 }, x[2] = { 0, 1 }, t[2] = { 1, 1 };
    gn_dataset rows = values_set(x, t, 2, 1);
    gn_objective *o;
    gn_check_report r;
    double g[7];
    put_parameters(net, p);
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    g[3] *= 1 + 3e-6;                           /* passes, and is the largest error of 0.bias */
    must(ctx, gn_gradient_check(ctx, o, g, NULL, &r));
    assert_true(r.tensor[1].kinks == 1 && r.tensor[1].checked == 2 && r.tensor[1].compared == 1);
    assert_int_equal(r.tensor[1].largest.index, 3);
    assert_near(r.tensor[1].largest.error, 3e-6, 1e-8);
    assert_int_equal(r.tensor[1].verdict, GN_VERDICT_KINKS);
    gn_check_report_free(&r);
    g[2] += 5;                                  /* outside the slopes at the two sides: that is an error */
    must(ctx, gn_gradient_check(ctx, o, g, NULL, &r));
    assert_true(r.tensor[1].largest.index == 2 && r.tensor[1].largest.error > 0.1 && r.tensor[1].compared == 2);
    gn_check_report_free(&r);
    gn_objective_free(o);
    gn_net_free(net);
}

/* 0.weight and 2.weight alone: the wrong biases are not looked at, along no direction either. */
static void some_tensors(void **state)
{
    (void)state;
    gn_world w;
    gn_check_options how;
    gn_check_report r;
    const bool only[] = { true, false, true, false };
    open_world(&w, "3 tanh");
    for (int k = 6; k < 9; k++) w.g[k] = 100;
    gn_check_defaults(&how);
    how.only = only;
    must(ctx, gn_gradient_check(ctx, w.o, w.g, &how, &r));
    assert_true(r.tensors == 2 && r.checked == 9 && r.tensor[0].tensor == 0 && r.tensor[1].tensor == 2);
    assert_int_equal(r.verdict, GN_VERDICT_EXCELLENT);
    assert_true(r.direction[0].error < 1e-12);
    gn_check_report_free(&r);
    close_world(&w);
}

static bool says(const gn_sheet *s, const char *what)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->title && strstr(s->line[i]->title, what)) return true;
    return false;
}

/* The headline never says that it passes what is known to be wrong; numbers within sentences have the digits. */
static void headline(void **state)
{
    (void)state;
    gn_world w;
    open_world(&w, "3 tanh");
    for (int turn = 0; turn < 2; turn++) {
        gn_check_options how;
        gn_check_report r;
        gn_sheet s;
        gn_check_defaults(&how);
        how.digits = turn ? 17 : 0;
        must(ctx, gn_gradient_check(ctx, w.o, w.g, &how, &r));
        r.wrong = turn ? "transposed" : NULL;
        gn_sheet_open(&s, ctx, "");
        gn_check_sheet(&s, w.o, &r);
        must(ctx, gn_sheet_done(&s));
        assert_int_equal(says(&s, "The gradient passes"), !turn);
        assert_int_equal(says(&s, "The gradient is NOT right: transposed."), turn);
        assert_true(says(&s, turn ? gn_num(GN_NUM, r.uhv) : gn_num_digits(GN_NUM, r.uhv, 6)));
        assert_int_equal(says(&s, gn_num(GN_NUM, r.uhv)), turn);
        gn_sheet_free(&s);
        gn_check_report_free(&r);
    }
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(beside_kinks), cmocka_unit_test(some_tensors),
                                        cmocka_unit_test(headline) };
    return cmocka_run_group_tests_name("lens: what a check says of the whole", tests, open_all, close_all);
}
