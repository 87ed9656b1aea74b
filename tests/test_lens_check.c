/* test_lens_check.c -- the gradient check finds planted mistakes and passes what is right, kinks among them; its steps,
 * slopes and second order give the numbers of the acceptance page; complex step agrees with reverse mode on every row
 * of the tables. */
#include "lens_help.h"
#include "one_context.h"

#include "lens/diagnose.h"

static const char *const x_name[] = { "x" };

static void verdicts(void **state)
{
    (void)state;
    static const struct { double e; bool kinks; gn_verdict v; } row[] = {
        { 0, false, GN_VERDICT_EXCELLENT },   { 1e-7, false, GN_VERDICT_EXCELLENT },
        { 1.1e-7, false, GN_VERDICT_PASS },   { 1e-5, false, GN_VERDICT_PASS },
        { 1.1e-5, true, GN_VERDICT_KINKS },   { 1.1e-5, false, GN_VERDICT_SUSPICIOUS },
        { 1e-4, true, GN_VERDICT_KINKS },     { 1.1e-4, true, GN_VERDICT_SUSPICIOUS },
        { 1e-2, false, GN_VERDICT_SUSPICIOUS }, { 1.1e-2, true, GN_VERDICT_FAIL }, { NAN, true, GN_VERDICT_FAIL },
        { INFINITY, false, GN_VERDICT_FAIL },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) assert_int_equal(gn_verdict_of(row[i].e, row[i].kinks), row[i].v);
    assert_true(fabs(gn_check_step(0) / 6.0554544523933429e-06 - 1) < 1e-10);
    assert_true(fabs(gn_check_step(-300) / (300 * 6.0554544523933429e-06) - 1) < 1e-9);
    for (double x = -7; x < 9; x += 0.37) {
        volatile double there = x + gn_check_step(x);
        assert_true(there - x == gn_check_step(x));
    }
    assert_true(gn_check_error(1, 1, 1e-8) == 0 && gn_check_error(0, 0, 0) == 0);
    assert_true(gn_check_error(1, 3, 1e-8) == 2.0 / 3 && gn_check_error(1e-9, 0, 1e-8) == 0.1);
    assert_true(gn_check_error(NAN, 1, 1e-8) == INFINITY);
    assert_true(gn_check_floor(0.5) == 1e-8 && gn_check_floor(-300) == 3e-6);
}

/* exp at 1, section 6.1: a step can be too large and too small. */
static void step_table(void **state)
{
    (void)state;
    static const double h[] = { 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-12 };
    static const double central[] = { 1.7e-7, 1.7e-9, 1.3e-11, 2.2e-11, 2.4e-9, 7.7e-5 };
    double c[6], f[6], one = 1, slope, value;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    const gn_formula *e;
    gn_objective *o = formula_objective(&arena, "exp(x)", x_name, 1, &one);
    must(ctx, gn_formula_parse(&arena, "exp(x)", 6, &e));
    must(ctx, gn_check_differences(ctx, o, &one, &one, 6, h, c, f));
    for (int i = 0; i < 6; i++) {
        double error = fabs(c[i] / exp(1) - 1);
        bool rounding = h[i] < 5e-5;            /* there digits are luck, the size is not */
        assert_true(rounding ? error < 4 * central[i] && error > central[i] / 16 : fabs(error / central[i] - 1) < 0.05);
    }
    assert_true(fabs(f[4] / exp(1) - 1) < 3e-8);
    const gn_binding at = { "x", 1 };
    must(ctx, gn_complex_step_formula(ctx, e, &at, 1, &one, &value, &slope));
    assert_true(slope == exp(1) && value == exp(1));
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* The same in float32, by the engine's exp: the best step is a hundredth. */
static void step_table_f32(void **state)
{
    (void)state;
    static const double h[] = { 1e-2, 1e-4, 1e-7 }, error[] = { 1.3e-5, 3.2e-4, 0.56 };
    gn_graph *g;
    gn_plan *plan;
    float x;
    must(ctx, gn_graph_new(ctx, &g));
    gn_node in = gn_input(g, "x", gn_shape_make(0)), out = gn_pw1(g, GN_P_exp, in);
    must(ctx, gn_plan_new(g, &out, 1, (gn_plan_options){ .type = GN_F32 }, &plan));
    must(ctx, gn_plan_bind(plan, in, &x));
    for (int i = 0; i < 3; i++) {
        float f[2];
        for (int k = 0; k < 2; k++) {
            x = (float)(1 + (k ? -h[i] : h[i]));
            must(ctx, gn_plan_run(ctx, plan, 0));
            f[k] = *(const float *)gn_plan_value(plan, out);
        }
        double got = fabs((double)(f[0] - f[1]) / (2 * h[i]) / exp(1) - 1);
        assert_true(got > error[i] / 3 && got < error[i] * 3);
    }
    gn_plan_free(plan);
    gn_graph_free(g);
}

/* Section 6.3: relu and leaky relu at and near 0. */
static void kinks(void **state)
{
    (void)state;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    double zero = 0, near = -1e-6, one = 1, c[2];
    const double h[2] = { 1e-5, 1e-7 };
    gn_check_entry e;
    gn_objective *o = formula_objective(&arena, "relu(x)", x_name, 1, &zero);
    must(ctx, gn_check_differences(ctx, o, &zero, &one, 2, h, c, NULL));
    assert_true(fabs(c[0] - 0.5) < 1e-12 && fabs(c[1] - 0.5) < 1e-12);
    must(ctx, gn_check_differences(ctx, o, &near, &one, 2, h, c, NULL));
    assert_true(fabs(c[0] - 0.45) < 1e-12 && c[1] == 0);
    must(ctx, gn_check_one(ctx, o, &near, 0, 0, 0, &e));     /* crossed by the step; the slopes beside it are 0 */
    assert_true(e.kink && e.left == 0 && e.right == 0 && gn_verdict_ok(e.verdict) && e.numeric > 0.3);
    must(ctx, gn_check_one(ctx, o, &near, 0, 0.4, 0, &e));   /* between what the step sees, and wrong */
    assert_int_equal(e.verdict, GN_VERDICT_FAIL);
    for (double a = 0; a <= 1; a += 0.25) {                  /* at the kink any of them is a subgradient */
        must(ctx, gn_check_one(ctx, o, &zero, 0, a, 0, &e));
        assert_true(gn_verdict_ok(e.verdict) && (a == 0.5 || (e.kink && e.left == 0 && e.right == 1)));
    }
    must(ctx, gn_check_one(ctx, o, &zero, 0, 1.05, 0, &e));
    assert_int_equal(e.verdict, GN_VERDICT_FAIL);
    must(ctx, gn_check_one(ctx, o, &zero, 0, -0.5, 0, &e));
    assert_int_equal(e.verdict, GN_VERDICT_FAIL);
    gn_objective_free(o);

    o = formula_objective(&arena, "leaky_relu(x)", x_name, 1, &zero);
    double g;
    must(ctx, gn_check_differences(ctx, o, &zero, &one, 2, h, c, NULL));
    assert_true(fabs(c[0] - 0.505) < 1e-12);
    must(ctx, gn_objective_gradient(o, &zero, NULL, &g));
    assert_true(g == 0.01);
    must(ctx, gn_check_one(ctx, o, &zero, 0, g, 0, &e));
    assert_true(e.verdict == GN_VERDICT_KINKS && fabs(e.left - 0.01) < 1e-12 && fabs(e.right - 1) < 1e-12);
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* A slope far below the loss: what rounding leaves of a difference is no mistake, and a mistake is one all the same. */
static void rounding(void **state)
{
    (void)state;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_check_entry e;
    for (double x = 0.5; x < 3; x += 0.1) {
        gn_objective *o = formula_objective(&arena, "1 + 1e-8*sin(x)", x_name, 1, &x);
        must(ctx, gn_check_one(ctx, o, &x, 0, 1e-8 * cos(x), 0, &e));
        assert_true(gn_verdict_ok(e.verdict));
        must(ctx, gn_check_one(ctx, o, &x, 0, 1e-8 * cos(x) + 1e-9, 0, &e));
        assert_false(gn_verdict_ok(e.verdict));
        gn_objective_free(o);
    }
    gn_arena_free(&arena);
}

/* ---- C7 and F4: the explicit net, tanh --------------------------------------------------------------------------- */

/* The explicit net on its three rows (weight: of each row, or NULL), as an objective with its gradient. */
typedef struct subject { gn_net *net; gn_dataset rows; gn_objective *o; double g[13]; } subject;

static subject open_c7(const char *layers, const float *weight)
{
    subject c = { .net = net_c7(ctx, layers), .rows = rows_c7() };
    c.rows.weight = weight;
    must(ctx, gn_objective_net(ctx, c.net, &c.rows, &c.o));
    must(ctx, gn_objective_gradient(c.o, gn_objective_start(c.o), NULL, c.g));
    return c;
}

static void close_c7(subject *c)
{
    gn_objective_free(c->o);
    gn_net_free(c->net);
}

static void taylor_c7(void **state)
{
    (void)state;
    static const double first[] = { 6.6e-3, 1.09e-5, 5.63e-8, 5.11e-10 };
    subject c = open_c7("3 tanh", NULL);
    gn_taylor t;
    double v[13];
    for (int k = 0; k < 13; k++) v[k] = (k + 1) / 13.0;
    must(ctx, gn_taylor_test(ctx, c.o, gn_objective_start(c.o), v, c.g, &t));
    for (int i = 0; i < 4; i++) assert_true(fabs(t.first[i] / first[i] - 1) < 0.02);
    assert_true(fabs(t.slope[0] - 1) < 0.01 && fabs(t.slope[1] - 2) < 0.05);
    c.g[3] *= 1.01;                                     /* a wrong gradient leaves a remainder of first order */
    must(ctx, gn_taylor_test(ctx, c.o, gn_objective_start(c.o), v, c.g, &t));
    assert_true(t.slope[1] < 1.2);
    close_c7(&c);
}

static void whole_c7(void **state)
{
    (void)state;
    static const char *const layers[] = { "3 tanh", "3 relu" };
    for (int turn = 0; turn < 2; turn++) {
        subject c = open_c7(layers[turn], NULL);
        gn_check_report r;
        must(ctx, gn_gradient_check(ctx, c.o, NULL, NULL, &r));
        assert_true(r.full && r.parameters == 13 && r.checked == 13 && r.tensors == 4 && r.entries == 0);
        assert_int_equal(r.verdict, GN_VERDICT_EXCELLENT);
        assert_true(r.second && r.symmetry <= 1e-12 && r.product_error < 4e-9);
        assert_int_equal(r.directions, 3);
        for (size_t i = 0; i < r.directions; i++) assert_true(r.direction[i].error < 1e-12);
        assert_true(fabs(r.taylor.slope[1] - 2) < 0.1);
        if (turn) assert_true(fabs(r.loss - 2.650818) < 1e-12);
        gn_check_report_free(&r);
        close_c7(&c);
    }
}

/* Hv against the difference of gradients with h = 1e-5: 4e-10 on F4. */
static void product_f4(void **state)
{
    (void)state;
    subject c = open_c7("3 tanh", NULL);
    double v[13], hv[13], p[13], up[13], down[13], away = 0, size = 0, slope, loss;
    for (int k = 0; k < 13; k++) v[k] = (k + 1) / 13.0;
    must(ctx, gn_objective_hvp(c.o, gn_objective_start(c.o), v, hv));
    for (int side = -1; side < 2; side += 2) {
        for (int k = 0; k < 13; k++) p[k] = c7[k] + side * 1e-5 * v[k];
        must(ctx, gn_objective_gradient(c.o, p, NULL, side < 0 ? down : up));
    }
    for (int k = 0; k < 13; k++) {
        away += pow((up[k] - down[k]) / 2e-5 - hv[k], 2);
        size += hv[k] * hv[k];
    }
    assert_true(sqrt(away / size) < 8e-10);
    must(ctx, gn_complex_step_net(ctx, c.net, &c.rows, c7, v, &loss, &slope));
    assert_true(fabs(slope - -.6534391438750476) < 1e-12);
    close_c7(&c);
}

/* ---- planted mistakes (law 18) ----------------------------------------------------------------------------------- */

static void plant(int which, const double *right, double *g)
{
    memcpy(g, right, 13 * sizeof *g);
    switch (which) {
    case 0: for (int k = 0; k < 13; k++) g[k] /= 3; break;                          /* the batch twice */
    case 1: for (int k = 0; k < 6; k++) g[k % 2 * 3 + k / 2] = right[k]; break;     /* a transpose missing */
    case 2: for (int k = 6; k < 9; k++) g[k] = 0; break;                            /* a bias forgotten */
    case 3: for (int k = 0; k < 13; k++) g[k] *= 2; break;                          /* a factor 2 */
    case 4: for (int k = 0; k < 13; k++) g[k] = -g[k]; break;                       /* the sign */
    default: g[4] += 1e-3 * fabs(g[4]) + 1e-3;                                      /* one entry, slightly */
    }
}

static void planted(void **state)
{
    (void)state;
    static const char *const layers[] = { "3 tanh", "3 relu" };
    for (int turn = 0; turn < 2; turn++) {
        subject c = open_c7(layers[turn], NULL);
        double wrong[13];
        for (int which = 0; which < 6; which++) {
            gn_check_report r;
            plant(which, c.g, wrong);
            must(ctx, gn_gradient_check(ctx, c.o, wrong, NULL, &r));
            assert_false(gn_verdict_ok(r.verdict));
            assert_true(r.entries > 0 && r.tensor[0].tensor == 0);
            if (which == 2) {
                assert_true(gn_verdict_ok(r.tensor[0].verdict) && r.tensor[1].verdict == GN_VERDICT_FAIL);
                assert_true(r.entry[0].index >= 6 && r.entry[0].index < 9);
            }
            if (which == 5) assert_true(r.entries == 1 && r.entry[0].index == 4);
            if (which == 3) assert_true(fabs(r.entry[0].analytic / r.entry[0].numeric - 2) < 1e-6);
            if (which == 5) assert_true(r.direction[0].error > 1e-7);
            gn_check_report_free(&r);
        }
        close_c7(&c);
    }
}

/* The wrong kink is a subgradient all the same, and wrong where there is no kink. */
static void planted_kink(void **state)
{
    (void)state;
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "1 relu", "mse", "mean", GN_F64);
    put_weight(net, 0, 0, 1), put_weight(net, 1, 0, 0), put_weight(net, 2, 0, 2), put_weight(net, 3, 0, 0.5);
    const double x[2] = { 0, 1 }, t[2] = { 1, 1 };
    gn_dataset rows = values_set(x, t, 2, 1);
    gn_objective *o;
    gn_check_report r;
    double g[4];
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    must(ctx, gn_gradient_check(ctx, o, g, NULL, &r));
    assert_int_equal(r.verdict, GN_VERDICT_KINKS);
    assert_true(r.tensor[1].kinks == 1 && r.tensor[1].worst.kink);
    double slack = -0.5 * 2;                    /* relu'(0) = 1: delta of row 0 is (2/2)(.5 - 1)*2 */
    gn_check_report_free(&r);
    g[1] += slack;
    must(ctx, gn_gradient_check(ctx, o, g, NULL, &r));
    assert_int_equal(r.tensor[1].verdict, GN_VERDICT_KINKS);
    gn_check_report_free(&r);
    g[1] += slack;                              /* beyond both sides */
    must(ctx, gn_gradient_check(ctx, o, g, NULL, &r));
    assert_int_equal(r.tensor[1].verdict, GN_VERDICT_FAIL);
    gn_check_report_free(&r);
    gn_objective_free(o);
    gn_net_free(net);
}

/* Large nets: some entries of every tensor, biases among them, the same for the same seed. */
static void samples(void **state)
{
    (void)state;
    gn_context *two = open_context(2);
    gn_net *net = make_net_as(two, GN_CLASSES, 10, 3, "70 tanh, 70 softplus", "auto", "mean", GN_F32);
    float x[60];
    int32_t label[6] = { 0, 1, 2, 2, 1, 0 };
    for (int i = 0; i < 60; i++) x[i] = (float)sin(i * 0.7);
    gn_dataset rows = labels_set(x, label, 6, 10);
    gn_objective *o;
    gn_check_report r, again;
    must(two, gn_objective_net(two, net, &rows, &o));
    assert_true(gn_objective_size(o) > 5000);
    must(two, gn_gradient_check(two, o, NULL, NULL, &r));
    assert_false(r.full);
    assert_true(r.checked == 5 * 20 + 3 && r.tensors == 6 && gn_verdict_ok(r.verdict) && r.symmetry <= 1e-12);
    must(two, gn_gradient_check(two, o, NULL, NULL, &again));
    assert_true(r.tensor[0].worst.index == again.tensor[0].worst.index && r.uhv == again.uhv);
    gn_check_report_free(&again);
    gn_check_options how;
    gn_check_defaults(&how);
    how.tensor = 3;
    how.second = false;
    must(two, gn_gradient_check(two, o, NULL, &how, &again));
    assert_true(again.full && again.checked == 70 && again.tensors == 1 && again.tensor[0].tensor == 3);
    gn_check_report_free(&again);
    gn_check_report_free(&r);
    gn_objective_free(o);
    gn_net_free(net);
    gn_context_free(two);
}

/* Rows with weights of their own: every way has them. */
static void weighted(void **state)
{
    (void)state;
    const float weight[3] = { 1, 4, 0.5f };
    subject c = open_c7("3 tanh", weight);
    gn_check_options how;
    gn_check_oracles oracle;
    gn_diagnosis d;
    gn_check_defaults(&how);
    must(ctx, gn_check_oracles_run(ctx, c.net, &c.rows, c.o, c.g, &how, &oracle));
    assert_true(gn_check_oracles_ok(&oracle) && oracle.complex_error < 1e-13 && !oracle.narrow);
    gn_free(ctx, oracle.precision);
    must(ctx, gn_diagnose_flat(ctx, c.net, &c.rows, c.g, 13, &d));
    assert_true(d.right);
    gn_diagnosis_free(&d);
    close_c7(&c);
}

/* ---- complex step ------------------------------------------------------------------------------------------------ */

/* Every row of pointwise.def with one operand: complex step of the value's text against the stated slope. */
static void complex_rows(void **state)
{
    (void)state;
    const double at[] = { -2.3, -0.4, 0.35, 1.7 };
    for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        if (row->arity != 1) continue;
        gn_arena arena;
        gn_arena_init(&arena, ctx);
        const gn_formula *value, *slope, *x = gn_formula_name(&arena, "x");
        assert_non_null(value = gn_formula_call(&arena, row->name, 1, &x));
        must(ctx, gn_formula_derive(&arena, value, "x", &slope));
        for (size_t i = 0; i < GN_COUNT(at); i++) {
            double got, want, one = 1;
            const gn_binding bound = { "x", at[i] };
            must(ctx, gn_complex_step_formula(ctx, value, &bound, 1, &one, NULL, &got));
            must(ctx, gn_formula_eval(ctx, slope, &bound, 1, &want));
            if (isnan(want) && isnan(got)) continue;
            if (!(fabs(got - want) <= 1e-14 * fmax(1, fabs(want))))
                print_error("%s at %g: %.17g %.17g\n", row->name, at[i], got, want);
            assert_true(fabs(got - want) <= 1e-14 * fmax(1, fabs(want)));
        }
        gn_arena_free(&arena);
    }
}

static void complex_net(gn_task task, size_t outputs, const char *layers, const char *loss)
{
    gn_net *net = make_net_as(ctx, task, 3, outputs, layers, loss, "mean", GN_F64);
    const double shift[3] = { 0.1, 0, -1 }, factor[3] = { 2, 1, 0.5 };
    double x[15], t[15], g[512], v[512], slope, value, same, forward = 0;
    int32_t label[5] = { 0, 1, 1, 0, 1 };
    set_weights(net);
    must(ctx, gn_net_set_transform(ctx, net, shift, factor, NULL, NULL));
    for (int i = 0; i < 15; i++) x[i] = sin(i * 1.7 + 0.1), t[i] = cos(i * 0.9);
    gn_dataset rows = values_set(x, t, 5, 3);
    if (task != GN_REGRESSION) rows.y = NULL, rows.label = label;
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    size_t n = gn_objective_size(o);
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), &same, g));
    for (size_t k = 0; k < n; k++) {
        v[k] = sin(2.1 * (double)k + 1);
        forward += g[k] * v[k];
    }
    must(ctx, gn_complex_step_net(ctx, net, &rows, gn_objective_start(o), v, &value, &slope));
    if (!(fabs(slope - forward) <= 1e-13 * fmax(1, fabs(forward))))
        print_error("%s: %.17g %.17g\n", layers, slope, forward);
    assert_true(fabs(value - same) <= 1e-14 * fmax(1, fabs(same)));
    assert_true(fabs(slope - forward) <= 1e-13 * fmax(1, fabs(forward)));
    gn_objective_free(o);
    gn_net_free(net);
}

static void complex_nets(void **state)
{
    (void)state;
    complex_net(GN_REGRESSION, 2, "4 tanh, layernorm, residual 4 gelu, dropout 0.3, 3 mish", "mse");
    complex_net(GN_REGRESSION, 2, "4 sigmoid, batchnorm, 3 relu", "log_cosh");
    complex_net(GN_CLASSES, 3, "5 elu", "auto");
    complex_net(GN_BINARY, 1, "4 softplus, residual 3 silu", "auto");
    complex_net(GN_CLASSES, 3, "5 selu", "mse");
    complex_net(GN_REGRESSION, 1, "", "huber");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),   cmocka_unit_test(step_table),   cmocka_unit_test(kinks),
        cmocka_unit_test(step_table_f32), cmocka_unit_test(weighted), cmocka_unit_test(rounding),
        cmocka_unit_test(taylor_c7),  cmocka_unit_test(whole_c7),     cmocka_unit_test(product_f4),
        cmocka_unit_test(planted),    cmocka_unit_test(planted_kink), cmocka_unit_test(samples),
        cmocka_unit_test(complex_rows), cmocka_unit_test(complex_nets),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
