/* test_lens_check_narrow.c -- a right gradient in float32 passes although digits cancel in it, a wrong one does not;
 * and what is not finite is said to be so. */
#include "lens/gradient_check_net.h"
#include "lens/gradient_check.h"
#include "nn_help.h"

enum { N = 6 };

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    gn_objective *o;
    gn_dataset rows;
    double x[2 * N], t[N], *narrow, *rounding;
    size_t n;
} gn_world;

static void open_world(gn_world *w, const char *text)
{
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, 2, 1, text, "mse", "mean", GN_F32);
    for (int i = 0; i < 2 * N; i++) w->x[i] = sin(1.0 + 2 * i);
    for (int i = 0; i < N; i++) w->t[i] = cos(3.0 * i);
    w->rows = values_set(w->x, w->t, N, 2);
    must(w->ctx, gn_objective_net(w->ctx, w->net, &w->rows, &w->o));
    w->n = gn_objective_size(w->o);
    w->narrow = test_calloc(w->n, sizeof *w->narrow);
    w->rounding = test_calloc(w->n, sizeof *w->rounding);
    gn_net_rows r;
    must(w->ctx, gn_net_rows_open(w->ctx, w->net, &w->rows, GN_F32, &r));
    must(w->ctx, gn_net_rows_gradient(&r, false, NULL, w->narrow));
    gn_net_rows_close(&r);
    must(w->ctx, gn_check_rounding(w->ctx, w->net, &w->rows, w->rounding));
}

static void close_world(gn_world *w)
{
    test_free(w->narrow);
    test_free(w->rounding);
    gn_objective_free(w->o);
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

static gn_verdict judged(gn_world *w, const double *rounding)
{
    gn_check_options how;
    gn_check_report r;
    gn_check_defaults(&how);
    how.rounding = rounding;
    must(w->ctx, gn_gradient_check(w->ctx, w->o, w->narrow, &how, &r));
    gn_verdict v = r.verdict;
    gn_check_report_free(&r);
    return v;
}

/* Behind a layernorm of two units the gradient is what is left of a difference. */
static void cancelled(void **state)
{
    (void)state;
    gn_world w;
    open_world(&w, "2 tanh, residual 2 tanh, layernorm");
    assert_true(gn_check_is_narrow(w.narrow, w.n));
    assert_false(gn_verdict_ok(judged(&w, NULL)));
    assert_int_equal(judged(&w, w.rounding), GN_VERDICT_NARROW);
    assert_string_equal(gn_verdict_name(GN_VERDICT_NARROW), "pass, float32");
    size_t last = w.n - 1;
    double keep = w.narrow[last];
    w.narrow[last] *= 1.001;                    /* the bias of the output: nothing cancels in it */
    assert_false(gn_verdict_ok(judged(&w, w.rounding)));
    w.narrow[last] = keep;
    for (size_t i = 0; i < w.n; i++) w.narrow[i] *= 2;
    assert_int_equal(judged(&w, w.rounding), GN_VERDICT_FAIL);
    close_world(&w);
}

/* The bound is of the size of float32's rounding where nothing cancels. */
static void of_its_size(void **state)
{
    (void)state;
    gn_world w;
    open_world(&w, "4 tanh");
    double largest = 0, bound = 0;
    for (size_t i = 0; i < w.n; i++) {
        largest = fmax(largest, fabs(w.narrow[i]));
        bound = fmax(bound, w.rounding[i]);
    }
    assert_true(bound > 1e-8 * largest && bound < 5e-5 * largest);
    assert_true(gn_verdict_ok(judged(&w, w.rounding)));
    close_world(&w);
}

static void is_narrow(void **state)
{
    (void)state;
    assert_true(gn_check_is_narrow((double[]){ 0.5, (double)0.1f, 0.1, 1e-8, -3, NAN }, 6));
    assert_false(gn_check_is_narrow((double[]){ 0.5, 1.0 / 3 }, 2));
    assert_false(gn_check_is_narrow((double[]){ 0.12345678912 }, 1));
    assert_false(gn_check_is_narrow(NULL, 0));
}

static bool says(const gn_sheet *s, const char *what)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->title && strstr(s->line[i]->title, what)) return true;
    return false;
}

static gn_sheet sheet_of(gn_world *w)
{
    gn_check_report r;
    gn_sheet s;
    must(w->ctx, gn_gradient_check(w->ctx, w->o, NULL, NULL, &r));
    assert_int_equal(r.verdict, GN_VERDICT_FAIL);
    gn_sheet_open(&s, w->ctx, "");
    gn_check_sheet(&s, w->o, &r);
    must(w->ctx, gn_sheet_done(&s));
    gn_check_report_free(&r);
    return s;
}

static void not_finite(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        gn_world w;
        open_world(&w, "3 tanh");
        gn_objective_free(w.o);
        put_weight(w.net, 0, 3, turn ? NAN : INFINITY);
        must(w.ctx, gn_objective_net(w.ctx, w.net, &w.rows, &w.o));
        gn_sheet s = sheet_of(&w);
        assert_true(says(&s, turn ? "0.weight[1,1] is nan: no difference" : "0.weight[1,1] is inf: no difference"));
        assert_int_equal(says(&s, "The loss is nan: nothing can be checked"), turn);
        assert_int_equal(says(&s, "does NOT pass"), !turn);
        gn_sheet_free(&s);
        close_world(&w);
    }
}

/* The oracle in float64 scales in float64, of bytes and of floats too. */
static void scales_wide(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0, 200, 3, 255 };
    const float floats[] = { 0, 200, 3, 255 };
    const double shift[] = { 0.1, 0.7 }, factor[] = { 1.0 / 255, 1.0 / 3 };
    gn_world w;
    open_world(&w, "2 tanh");
    must(w.ctx, gn_net_set_transform(w.ctx, w.net, shift, factor, NULL, NULL));
    for (int turn = 0; turn < 2; turn++) {
        gn_dataset rows = { .rows = 2, .inputs = 2, .type = turn ? GN_EL_F32 : GN_EL_U8,
                            .x = turn ? (const void *)floats : bytes, .y = floats };
        gn_net_rows wide, narrow;
        must(w.ctx, gn_net_rows_open(w.ctx, w.net, &rows, GN_F64, &wide));
        must(w.ctx, gn_net_rows_open(w.ctx, w.net, &rows, GN_F32, &narrow));
        for (int i = 0; i < 4; i++) {
            double x = ((double)floats[i] - shift[i % 2]) * factor[i % 2];
            assert_true(((const double *)wide.x)[i] == x);
            assert_true(((const float *)narrow.x)[i] == (floats[i] - (float)shift[i % 2]) * (float)factor[i % 2]);
        }
        gn_net_rows_close(&wide);
        gn_net_rows_close(&narrow);
    }
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cancelled), cmocka_unit_test(scales_wide), cmocka_unit_test(of_its_size),
                                        cmocka_unit_test(is_narrow), cmocka_unit_test(not_finite) };
    return cmocka_run_group_tests_name("lens: the check in float32", tests, NULL, NULL);
}
