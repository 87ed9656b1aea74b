/* test_graph_known.c -- numbers worked out elsewhere, to 1e-12, through plans: back-propagation through a matrix
 * product (A16), two nets of 2-3-1 with every gradient (C7, C9), gradient descent on one (C9b), Hessian times vector
 * (F4) and softmax with cross-entropy (E5). Batches are rows; the sources have them as columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "graph/graph.h"

enum { TENSORS = 4, WEIGHTS = 13, ROWS_MOST = 4 };

static void expect(const char *what, const double *got, const double *right, size_t n, double bound)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - right[i]) <= bound * fmax(1, fabs(right[i]))))
            fail_msg("%s %zu: %.17g, not %.17g", what, i, got[i], right[i]);
}

typedef struct bench { gn_context *ctx; gn_graph *g; gn_plan *p; } bench;

static void open_bench(bench *b)
{
    *b = (bench){ .ctx = NULL };
    assert_int_equal(gn_context_new(NULL, &b->ctx), GN_OK);
    assert_int_equal(gn_graph_new(b->ctx, &b->g), GN_OK);
}

static void plan(bench *b, const gn_node *out, size_t n, bool naive)
{
    gn_plan_free(b->p);
    gn_status s = gn_plan_new(b->g, out, n, (gn_plan_options){ .type = GN_F64, .naive = naive }, &b->p);
    if (s != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
}

static void run(bench *b) { assert_int_equal(gn_plan_run(b->ctx, b->p, 0), GN_OK); }
static const double *value(const bench *b, gn_node n) { return gn_plan_value(b->p, n); }

static void close_bench(bench *b)
{
    gn_plan_free(b->p);
    gn_graph_free(b->g);
    gn_context_free(b->ctx);
}

static void a_matrix_product(void **state)
{
    (void)state;
    double a[4] = { 1, 2, 3, 4 }, b[4] = { 5, 6, 7, 8 };
    bench t;
    for (int naive = 0; naive < 2; naive++) {
        open_bench(&t);
        gn_shape two = gn_shape_make(2, (size_t)2, (size_t)2);
        gn_node in[2] = { gn_param(t.g, "A", two), gn_param(t.g, "B", two) }, out[4];
        out[0] = gn_contract(t.g, GN_C_matmul, in[0], in[1]);
        out[1] = gn_contract(t.g, GN_C_sum_all, out[0], 0);
        assert_int_equal(gn_grad(t.g, out[1], 2, in, out + 2), GN_OK);
        plan(&t, out, 4, naive);
        assert_int_equal(gn_plan_bind(t.p, in[0], a) | gn_plan_bind(t.p, in[1], b), GN_OK);
        run(&t);
        expect("C", value(&t, out[0]), (double[]){ 19, 22, 43, 50 }, 4, 0);
        expect("L", value(&t, out[1]), (double[]){ 134 }, 1, 0);
        expect("dA", value(&t, out[2]), (double[]){ 11, 15, 11, 15 }, 4, 0);
        expect("dB", value(&t, out[3]), (double[]){ 4, 4, 6, 6 }, 4, 0);
        close_bench(&t);
    }
}

/* ---- nets of 2-3-1 ---------------------------------------------------------------------------------------------- */

static const size_t offsets[TENSORS] = { 0, 6, 9, 12 };

typedef struct net {
    bench b;
    gn_node x, y, param[TENSORS], out, loss, grad[TENSORS];
    double w[WEIGHTS];
} net;

static gn_node layer(net *n, gn_node x, int first)
{
    gn_node z = gn_contract(n->b.g, GN_C_dense, x, n->param[first]);
    size_t sizes[26] = { ['i' - 'a'] = gn_node_get(n->b.g, x).shape.dim[0] };
    return gn_pw2(n->b.g, GN_P_add, z, gn_contract_spec(n->b.g, "j->ij", n->param[first + 1], 0, sizes));
}

static void open_net(net *n, const double *w, size_t rows, gn_pointwise act)
{
    *n = (net){ .loss = 0 };
    open_bench(&n->b);
    memcpy(n->w, w, sizeof n->w);
    gn_graph *g = n->b.g;
    n->x = gn_input(g, "x", gn_shape_make(2, rows, (size_t)2));
    n->y = gn_input(g, "y", gn_shape_make(2, rows, (size_t)1));
    n->param[0] = gn_param(g, "W1", gn_shape_make(2, (size_t)3, (size_t)2));
    n->param[1] = gn_param(g, "b1", gn_shape_make(1, (size_t)3));
    n->param[2] = gn_param(g, "W2", gn_shape_make(2, (size_t)1, (size_t)3));
    n->param[3] = gn_param(g, "b2", gn_shape_make(1, (size_t)1));
    n->out = layer(n, gn_pw1(g, act, layer(n, n->x, 0)), 2);
    gn_node all = gn_contract(g, GN_C_sum_all, gn_pw1(g, GN_P_square, gn_pw2(g, GN_P_sub, n->out, n->y)), 0);
    n->loss = gn_pw2(g, GN_P_div, all, gn_constant(g, (double)rows));
    assert_int_equal(gn_grad(g, n->loss, TENSORS, n->param, n->grad), GN_OK);
}

static void bind_net(net *n, const double *x, const double *y)
{
    gn_plan *p = n->b.p;
    assert_int_equal(gn_plan_bind(p, n->x, (void *)(uintptr_t)x) | gn_plan_bind(p, n->y, (void *)(uintptr_t)y), GN_OK);
    for (int i = 0; i < TENSORS; i++) assert_int_equal(gn_plan_bind(p, n->param[i], n->w + offsets[i]), GN_OK);
}

typedef struct worked {
    size_t rows;
    double w[WEIGHTS], x[2 * ROWS_MOST], y[ROWS_MOST], out[ROWS_MOST], loss, grad[WEIGHTS];
} worked;

static const worked c7 = {
    .rows = 3,
    .w = { 0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.01, 0.02, -0.03, 0.7, -0.8, 0.9, 0.05 },
    .x = { 1, 0.5, -2, 1, 0.5, -1.5 },
    .y = { 1, -1, 0.5 },
    .out = { -0.359, 1.463, 0.302 },
    .loss = 2.650818,
    .grad = { -0.6804, -0.1785, 0.7248, 0.3624, -2.9556, 1.4778, -0.7266, 0.7248, 1.4778, -0.05658, -0.47112, 2.57794,
              0.604 },
};
static const worked c9 = {
    .rows = 4,
    .w = { 0.030471707975443137, -0.10399841062404956, 0.07504511958064573, 0.0940564716391214, -0.19510351886538366,
           -0.13021795068623182, 0, 0, 0, 0.012784040316728537, -0.03162425923435822, -0.0016801157504288797, 0 },
    .x = { 0, 0, 0, 1, 1, 0, 1, 1 },
    .y = { 0, 1, 1, 2 },
    .out = { 0, -0.0029744662417846373, -0.0019836947726141092, -0.0053477125576763904 },
    .loss = 1.5078371381958693,
    .grad = { -0.006404699975338861, 0, 0.04755231401452023, 0.047567980221411746, 0, 0, -0.006404699975338861,
              0.06341147627745636, 0, -0.015266077271633325, -0.2543188573866623, 0, -2.0051529367860375 },
};

static void check_net(const worked *c, bool naive)
{
    net n;
    open_net(&n, c->w, c->rows, GN_P_relu);
    gn_node out[TENSORS + 2] = { n.loss, n.out };
    memcpy(out + 2, n.grad, sizeof n.grad);
    plan(&n.b, out, TENSORS + 2, naive);
    bind_net(&n, c->x, c->y);
    run(&n.b);
    expect("yhat", value(&n.b, n.out), c->out, c->rows, 1e-12);
    expect("loss", value(&n.b, n.loss), &c->loss, 1, 1e-12);
    for (int i = 0; i < TENSORS; i++) {
        size_t size = (i + 1 < TENSORS ? offsets[i + 1] : WEIGHTS) - offsets[i];
        expect("gradient", value(&n.b, n.grad[i]), c->grad + offsets[i], size, 1e-12);
    }
    close_bench(&n.b);
}

static void every_gradient_of_two_nets(void **state)
{
    (void)state;
    for (int naive = 0; naive < 2; naive++) {
        check_net(&c7, naive);
        check_net(&c9, naive);
    }
}

/* The optimiser in the plan: losses after 0, 1, 10, 100 and 1000 steps at rate 0.01. */
static void a_thousand_steps(void **state)
{
    (void)state;
    static const int when[] = { 0, 1, 10, 100, 1000 };
    static const double right[] = { 1.5078371381958693, 1.4673141921772064, 1.1687300942732928, 0.4963194255615462,
                                    0.0006591808745643618 };
    net n;
    open_net(&n, c9.w, c9.rows, GN_P_relu);
    gn_node out[TENSORS + 1] = { n.loss };
    memcpy(out + 1, n.grad, sizeof n.grad);
    plan(&n.b, out, TENSORS + 1, false);
    bind_net(&n, c9.x, c9.y);
    double hyper[GN_OPT_HYPER] = { 0.01, 1 };
    gn_plan_update u[TENSORS];
    for (int i = 0; i < TENSORS; i++)
        u[i] = (gn_plan_update){ .gradient = n.grad[i], .w = n.w + offsets[i], .op = GN_OPT_sgd, .hyper = hyper };
    assert_int_equal(gn_plan_set_updates(n.b.p, u, TENSORS), GN_OK);
    size_t next = 0;
    for (int i = 0; i <= 1000; i++) {
        run(&n.b); /* the loss is that of the weights before the step */
        if (i == when[next]) {
            expect("loss", value(&n.b, n.loss), right + next, 1, 1e-9);
            next++;
        }
    }
    assert_int_equal(next, GN_COUNT(when));
    close_bench(&n.b);
}

/* C7 with tanh: Hv for v = k/13 by forward over reverse and by reverse over reverse. */
static void hessian_times_vector(void **state)
{
    (void)state;
    static const double right[WEIGHTS] = {
        -3.0863999863768434, 1.9408654096779556, -2.4817839191196387, -0.494487368168683, -0.5993188217981497,
        0.2793172381991807, 1.7621474712646552, -2.4411278375055456, -0.0845576088406971, -0.5725514180296822,
        0.10266456652563988, -0.8081376320047053, 2.5777263684294476,
    };
    net n;
    open_net(&n, c7.w, c7.rows, GN_P_tanh);
    gn_graph *g = n.b.g;
    double v[WEIGHTS];
    gn_node direction[TENSORS], gv = gn_constant(g, 0), out[2 * TENSORS + 1];
    for (int k = 0; k < WEIGHTS; k++) v[k] = (k + 1) / 13.0;
    for (int i = 0; i < TENSORS; i++) {
        gn_shape s = gn_node_get(g, n.param[i]).shape;
        direction[i] = gn_input(g, "v", s);
        gn_contraction all = s.rank == 2 ? GN_C_sum_all : GN_C_sum_vector;
        gn_node part = gn_contract(g, all, gn_pw2(g, GN_P_mul, n.grad[i], direction[i]), 0);
        gv = gn_pw2(g, GN_P_add, gv, part);
    }
    for (int i = 0; i < TENSORS; i++)
        assert_int_equal(gn_jvp(g, n.grad[i], TENSORS, n.param, direction, &out[i]), GN_OK);
    assert_int_equal(gn_grad(g, gv, TENSORS, n.param, out + TENSORS), GN_OK);
    out[2 * TENSORS] = gv;
    for (int naive = 0; naive < 2; naive++) {
        plan(&n.b, out, 2 * TENSORS + 1, naive);
        bind_net(&n, c7.x, c7.y);
        for (int i = 0; i < TENSORS; i++)
            assert_int_equal(gn_plan_bind(n.b.p, direction[i], v + offsets[i]), GN_OK);
        run(&n.b);
        expect("g.v", value(&n.b, gv), (double[]){ -0.6534391438750476 }, 1, 1e-12);
        for (int i = 0; i < 2 * TENSORS; i++) {
            size_t t = (size_t)i % TENSORS, size = (t + 1 < TENSORS ? offsets[t + 1] : WEIGHTS) - offsets[t];
            expect(i < TENSORS ? "Hv" : "Hv, reverse", value(&n.b, out[i]), right + offsets[t], size, 1e-12);
        }
    }
    close_bench(&n.b);
}

static void softmax_of_one_two_three(void **state)
{
    (void)state;
    double z[3] = { 1, 2, 3 }, target[3] = { 0, 0, 1 };
    bench t;
    open_bench(&t);
    gn_shape row = gn_shape_make(2, (size_t)1, (size_t)3);
    gn_node in[2] = { gn_input(t.g, "z", row), gn_input(t.g, "t", row) }, out[3];
    out[0] = gn_composed(t.g, GN_M_softmax, in, 1, NULL, 0);
    out[1] = gn_contract(t.g, GN_C_sum_vector, gn_composed(t.g, GN_M_softmax_xent, in, 2, NULL, 0), 0);
    assert_int_equal(gn_grad(t.g, out[1], 1, in, out + 2), GN_OK);
    plan(&t, out, 3, false);
    assert_int_equal(gn_plan_bind(t.p, in[0], z) | gn_plan_bind(t.p, in[1], target), GN_OK);
    run(&t);
    expect("p", value(&t, out[0]), (double[]){ 0.0900305732, 0.2447284711, 0.6652409558 }, 3, 1e-10);
    expect("loss", value(&t, out[1]), (double[]){ 0.4076059644 }, 1, 1e-10);
    expect("gradient", value(&t, out[2]), (double[]){ 0.0900305732, 0.2447284711, -0.3347590442 }, 3, 1e-10);
    close_bench(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matrix_product),
        cmocka_unit_test(every_gradient_of_two_nets),
        cmocka_unit_test(a_thousand_steps),
        cmocka_unit_test(hessian_times_vector),
        cmocka_unit_test(softmax_of_one_two_three),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
