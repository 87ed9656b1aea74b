/* test_graph_plan.c -- laws 8, 10, 11 and 12 on plans: every way of running a graph gives one meaning, the same bits
 * with and without trace, fusion and threads, nothing allocated after the first run, and every failed allocation met. */
#include "context_help.h"
#include "test_base_seams.h"

#include "base/random.h"
#include "graph/graph.h"

enum { BATCH = 48, IN = 200, HID = 160, OUT = 7, PARAMS = 6 };  /* HID: its products are cut for threads */

/* A training step of a net with a residual block, layer norm, dropout and two kinds of activation. */
typedef struct net { gn_graph *g; gn_node x, t, param[PARAMS], loss, grad[PARAMS]; } net;

static gn_node dense(net *n, int first, gn_node x, size_t batch)
{
    gn_graph *g = n->g;
    gn_node z = gn_contract(g, GN_C_dense, x, n->param[first]);
    size_t sizes[26] = { 0 };
    sizes['i' - 'a'] = batch;
    return gn_pw2(g, GN_P_add, z, gn_contract_spec(g, "j->ij", n->param[first + 1], 0, sizes));
}

static gn_status build(gn_context *ctx, net *n)
{
    static const size_t out[3] = { HID, HID, OUT }, in[3] = { IN, HID, HID };
    memset(n, 0, sizeof *n);
    GN_TRY(gn_graph_new(ctx, &n->g));
    n->x = gn_input(n->g, "x", gn_shape_make(2, (size_t)BATCH, (size_t)IN));
    n->t = gn_input(n->g, "t", gn_shape_make(2, (size_t)BATCH, (size_t)OUT));
    for (int i = 0; i < 3; i++) {
        n->param[2 * i] = gn_param(n->g, NULL, gn_shape_make(2, out[i], in[i]));
        n->param[2 * i + 1] = gn_param(n->g, NULL, gn_shape_make(1, out[i]));
    }
    gn_node h = gn_pw1(n->g, GN_P_relu, dense(n, 0, n->x, BATCH));
    gn_node drop[2] = { h, gn_mask(n->g, 0.25, 3, 1, gn_shape_make(2, (size_t)BATCH, (size_t)HID)) };
    h = gn_composed(n->g, GN_M_dropout, drop, 2, NULL, 0);
    gn_node block[2] = { h, gn_pw1(n->g, GN_P_tanh, dense(n, 2, h, BATCH)) };
    h = gn_composed(n->g, GN_M_residual, block, 2, NULL, 0);
    h = gn_composed(n->g, GN_M_layer_norm, &h, 1, NULL, 0);
    gn_node scores[2] = { dense(n, 4, h, BATCH), n->t };
    gn_node rows = gn_composed(n->g, GN_M_softmax_xent, scores, 2, NULL, 0);
    n->loss = gn_pw2(n->g, GN_P_mul, gn_contract_spec(n->g, "i->", rows, 0, NULL), gn_constant(n->g, 1.0 / BATCH));
    return gn_grad(n->g, n->loss, PARAMS, n->param, n->grad);
}

enum {
    GRADS = HID * IN + HID + HID * HID + HID + OUT * HID + OUT,
    VALUES = BATCH * IN + BATCH * OUT + GRADS
};

typedef struct numbers {
    gn_type type;
    _Alignas(double) char value[VALUES * 8];
    _Alignas(double) char grad[GRADS * 8];
    double loss;
} numbers;

static void put(numbers *v, size_t i, double x)
{
    if (v->type == GN_F64) memcpy(v->value + 8 * i, &x, 8);
    else {
        float f = (float)x;
        memcpy(v->value + 4 * i, &f, 4);
    }
}

static double get(gn_type type, const void *at, size_t i)
{
    return type == GN_F64 ? ((const double *)at)[i] : (double)((const float *)at)[i];
}

static void fill(numbers *v, gn_type type)
{
    gn_random r = gn_random_make(11, GN_STREAM_TEST, 0);
    v->type = type;
    for (size_t i = 0; i < VALUES; i++) put(v, i, gn_random_normal(r, i) * 0.2);
    for (size_t b = 0; b < BATCH; b++)
        for (size_t o = 0; o < OUT; o++) put(v, BATCH * IN + b * OUT + o, o == b % OUT);
}

static gn_status run(gn_context *ctx, numbers *v, gn_plan_options options, int runs, rig_alloc *c, long *late)
{
    net n;
    gn_plan *p = NULL;
    gn_status s = build(ctx, &n);
    gn_node outputs[PARAMS + 1] = { n.loss };
    memcpy(outputs + 1, n.grad, sizeof n.grad);
    if (s == GN_OK) s = gn_plan_new(n.g, outputs, PARAMS + 1, options, &p);
    size_t size = gn_type_size(options.type), at = 0, to = 0;
    gn_node leaf[PARAMS + 2] = { n.x, n.t };
    memcpy(leaf + 2, n.param, sizeof n.param);
    for (int i = 0; s == GN_OK && i < PARAMS + 2; i++) {
        size_t elements = gn_shape_size(gn_node_get(n.g, leaf[i]).shape);
        s = gn_plan_bind(p, leaf[i], v->value + at * size);
        at += elements;
        if (i < 2 || s != GN_OK) continue;
        s = gn_plan_bind(p, n.grad[i - 2], v->grad + to * size);
        to += elements;
    }
    for (int i = 0; s == GN_OK && i < runs; i++) {
        long before = c ? c->calls : 0;
        s = gn_plan_run(ctx, p, 5);
        if (c && late && i) *late += c->calls - before;
    }
    if (s == GN_OK) v->loss = get(options.type, gn_plan_value(p, n.loss), 0);
    gn_plan_free(p);
    gn_graph_free(n.g);
    return s;
}

static numbers *run_with(int threads, gn_plan_options options)
{
    gn_context *ctx = open_context(threads);
    numbers *v = calloc(1, sizeof *v);
    fill(v, options.type);
    gn_status s = run(ctx, v, options, 1, NULL, NULL);
    if (s != GN_OK) print_error("%s\n", gn_last_error(ctx)->message);
    assert_int_equal(s, GN_OK);
    gn_context_free(ctx);
    return v;
}

static void the_plan_is_the_meaning(void **state)
{
    (void)state;
    for (int type = 0; type < 2; type++) {
        numbers *fast = run_with(1, (gn_plan_options){ .type = (gn_type)type });
        numbers *naive = run_with(1, (gn_plan_options){ .type = (gn_type)type, .naive = true });
        double bound = type == GN_F64 ? 1e-12 : 2e-5, moved = 0;
        assert_true(fabs(fast->loss - naive->loss) < bound * fabs(naive->loss));
        for (size_t i = 0; i < GRADS; i++) {
            double a = get((gn_type)type, fast->grad, i), b = get((gn_type)type, naive->grad, i);
            moved = fmax(moved, fabs(b));
            if (fabs(a - b) > bound * (0.01 + fabs(b))) fail_msg("gradient %zu: %.17g, naive %.17g", i, a, b);
        }
        assert_true(moved > 1e-3); /* two zeros would agree too */
        free(fast);
        free(naive);
    }
}

static void same_bits(const numbers *a, const numbers *b)
{
    assert_memory_equal(a->grad, b->grad, GRADS * gn_type_size(a->type));
    assert_memory_equal(&a->loss, &b->loss, sizeof a->loss);
}

static void trace_changes_no_bit(void **state)
{
    (void)state;
    for (int type = 0; type < 2; type++) {
        numbers *fast = run_with(1, (gn_plan_options){ .type = (gn_type)type });
        numbers *traced = run_with(1, (gn_plan_options){ .type = (gn_type)type, .trace = true });
        same_bits(fast, traced);
        free(fast);
        free(traced);
    }
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    static const int threads[] = { 2, 3, 7 };
    for (int exact = 0; exact < 2; exact++) {
        numbers *one = run_with(1, (gn_plan_options){ .type = GN_F32, .exact = exact });
        for (size_t i = 0; i < GN_COUNT(threads); i++) {
            numbers *many = run_with(threads[i], (gn_plan_options){ .type = GN_F32, .exact = exact });
            same_bits(one, many);
            free(many);
        }
        free(one);
    }
}

static void nothing_is_allocated_after_the_first_run(void **state)
{
    (void)state;
    rig_alloc c = { 0 };
    long late = 0;
    gn_context *ctx = rigged_context(&c, 2);
    numbers *v = calloc(1, sizeof *v);
    fill(v, GN_F32);
    assert_int_equal(run(ctx, v, (gn_plan_options){ .type = GN_F32 }, 4, &c, &late), GN_OK);
    assert_true(c.calls > 10);
    assert_int_equal(late, 0);
    free(v);
    gn_context_free(ctx);
    assert_int_equal(c.live, 0);
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    rig_alloc c = { 0 };
    gn_context *ctx = rigged_context(&c, 1);
    numbers *v = calloc(1, sizeof *v), *again = calloc(1, sizeof *v);
    fill(v, GN_F32);
    long before = c.calls;
    assert_int_equal(run(ctx, v, (gn_plan_options){ .type = GN_F32 }, 1, NULL, NULL), GN_OK);
    long needed = c.calls - before;
    for (long k = 1; k <= needed; k++) {
        c.fail_at = c.calls + k;
        fill(again, GN_F32);
        gn_status s = run(ctx, again, (gn_plan_options){ .type = GN_F32 }, 1, NULL, NULL);
        if (s != GN_NO_MEMORY) fail_msg("allocation %ld of %ld failed, and the status was %d", k, needed, (int)s);
    }
    c.fail_at = 0;
    fill(again, GN_F32);
    assert_int_equal(run(ctx, again, (gn_plan_options){ .type = GN_F32 }, 1, NULL, NULL), GN_OK);
    same_bits(v, again); /* still usable, and as before */
    free(v);
    free(again);
    gn_context_free(ctx);
    assert_int_equal(c.live, 0);
}

/* Element i of a run with counter c is draw c*size + i, whatever the threads; one is kept by 1/(1-p). */
static void masks_are_drawn_by_position(void **state)
{
    (void)state;
    enum { N = 9000 };
    const double p = 0.3;
    gn_random stream = gn_random_make(77, GN_STREAM_DROPOUT, 4);
    for (int threads = 1; threads < 4; threads += 2) {
        gn_context *ctx = open_context(threads);
        gn_graph *g;
        gn_plan *plan;
        assert_int_equal(gn_graph_new(ctx, &g), GN_OK);
        gn_node mask = gn_mask(g, p, 77, 4, gn_shape_make(1, (size_t)N));
        assert_int_equal(gn_plan_new(g, &mask, 1, (gn_plan_options){ .type = GN_F64 }, &plan), GN_OK);
        for (uint64_t step = 0; step < 3; step++) {
            size_t kept = 0;
            assert_int_equal(gn_plan_run(ctx, plan, step), GN_OK);
            const double *v = gn_plan_value(plan, mask);
            for (size_t i = 0; i < N; i++) {
                bool drop = (double)gn_random_u32(stream, step * N + i) / 4294967296.0 < p;
                if (v[i] != (drop ? 0 : 1 / (1 - p))) fail_msg("step %d, element %zu", (int)step, i);
                kept += v[i] > 0;
            }
            assert_true(fabs((double)kept / N - 0.7) < 0.03);
        }
        gn_plan_free(plan);
        gn_graph_free(g);
        gn_context_free(ctx);
    }
}

/* ---- small graphs: a test has a context and a graph of its own --------------------------------------------------- */

static gn_context *ctx;
static gn_graph *g;

static int open_graph(void **state)
{
    (void)state;
    ctx = open_context(1);
    return gn_graph_new(ctx, &g) != GN_OK;
}

static int close_graph(void **state)
{
    (void)state;
    gn_graph_free(g);
    gn_context_free(ctx);
    return 0;
}

#define SMALL_TEST(f) cmocka_unit_test_setup_teardown(f, open_graph, close_graph)

static void an_unbound_leaf_is_refused(void **state)
{
    (void)state;
    gn_plan *p;
    gn_node x = gn_input(g, "x", gn_shape_make(1, (size_t)4)), y = gn_pw1(g, GN_P_exp, x);
    assert_int_equal(gn_plan_new(g, &y, 1, (gn_plan_options){ .type = GN_F64 }, &p), GN_OK);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_USAGE);
    assert_non_null(strstr(gn_last_error(ctx)->message, "'x'"));
    double at[4] = { 0, 1, 2, 3 };
    assert_int_equal(gn_plan_bind(p, x, at), GN_OK);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    assert_true(fabs(((const double *)gn_plan_value(p, y))[3] - exp(3)) < 1e-14 * exp(3));
    gn_plan_free(p);
}

/* An output that is a leaf, and one node asked for twice: each bound place gets the value. */
static void outputs_that_share_a_value(void **state)
{
    (void)state;
    gn_plan *p;
    gn_node x = gn_input(g, "x", gn_shape_make(1, (size_t)3)), y = gn_pw1(g, GN_P_square, x);
    gn_node out[4] = { y, x, gn_pw1(g, GN_P_identity, y), y };
    assert_int_equal(gn_plan_new(g, out, 4, (gn_plan_options){ .type = GN_F64 }, &p), GN_OK);
    double at[3] = { 1, 2, 3 }, a[3] = { 0 }, c[3] = { 0 }, d[3] = { 0 };
    gn_plan_bind(p, x, at);
    gn_plan_bind(p, out[0], a);
    gn_plan_bind(p, out[2], c);
    gn_plan_bind(p, out[3], d);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    assert_true(a[2] == 9 && c[2] == 9 && d[2] == 9 && ((const double *)gn_plan_value(p, x))[2] == 3);
    gn_plan_free(p);
}

/* The caller may want one more output somewhere, or somewhere else, after a run. */
static void outputs_can_be_bound_late(void **state)
{
    (void)state;
    gn_plan *p;
    gn_node x = gn_input(g, "x", gn_shape_make(1, (size_t)2)), y = gn_pw1(g, GN_P_square, x), strange;
    assert_int_equal(gn_plan_new(g, &y, 1, (gn_plan_options){ .type = GN_F64 }, &p), GN_OK);
    double at[2] = { 2, 3 }, a[2] = { 0 }, b[2] = { 0 };
    assert_int_equal(gn_plan_bind(p, x, at), GN_OK);
    assert_null(gn_plan_value(p, y));
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    assert_true(((const double *)gn_plan_value(p, y))[1] == 9);
    assert_int_equal(gn_plan_bind(p, y, a), GN_OK);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    at[1] = 4;
    assert_int_equal(gn_plan_bind(p, y, b), GN_OK);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    assert_true(a[1] == 9 && b[1] == 16 && gn_plan_value(p, y) == b);
    strange = gn_pw1(g, GN_P_exp, y);
    assert_int_equal(gn_plan_bind(p, strange, a), GN_USAGE);
    assert_int_equal(gn_plan_new(g, &(gn_node){ 99 }, 1, (gn_plan_options){ .type = GN_F64 }, &(gn_plan *){ NULL }),
                     GN_USAGE);
    gn_plan_free(p);
}

/* The gradient of a mean, one number for all rows, is not written out for readers that take a number. */
static void one_number_for_all_is_not_repeated(void **state)
{
    (void)state;
    gn_plan *p;
    gn_text text;
    gn_node x = gn_input(g, "x", gn_shape_make(2, (size_t)4, (size_t)3)), d;
    gn_node y = gn_pw2(g, GN_P_div, gn_contract(g, GN_C_sum_all, gn_pw1(g, GN_P_square, x), 0), gn_constant(g, 12));
    assert_int_equal(gn_grad(g, y, 1, &x, &d), GN_OK);
    for (int trace = 0; trace < 2; trace++) {
        assert_int_equal(gn_plan_new(g, &d, 1, (gn_plan_options){ .type = GN_F32, .trace = trace }, &p), GN_OK);
        gn_text_init(&text, ctx);
        gn_plan_print(p, &text);
        assert_int_equal(strstr(text.at, "repeat") != NULL, trace); /* a trace shows every node */
        gn_text_free(&text);
        gn_plan_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_the_meaning),
        cmocka_unit_test(trace_changes_no_bit),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(nothing_is_allocated_after_the_first_run),
        cmocka_unit_test(every_allocation_fails_once),
        SMALL_TEST(an_unbound_leaf_is_refused),
        SMALL_TEST(outputs_that_share_a_value),
        cmocka_unit_test(masks_are_drawn_by_position),
        SMALL_TEST(outputs_can_be_bound_late),
        SMALL_TEST(one_number_for_all_is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
