/* test_graph_update.c -- optimisers in a plan: for every row of optim.def, weights and state after some steps have the
 * bits of gradients computed first and applied afterwards, whether the gradient is written or consumed, for any number
 * of threads; every gradient is that of the old weights; and memory that runs out leaves a plan that can be freed. */
#include "context_help.h"
#include "test_base_seams.h"

#include "base/random.h"
#include "graph/graph.h"

enum { BATCH = 48, IN = 300, HID = 160, OUT = 5, TENSORS = 9, OUTPUTS = TENSORS + 3, STEPS = 3 };
static const size_t rows_of[TENSORS] = { HID, 0, 0, 0, HID, 0, HID, OUT, 0 };
static const size_t columns_of[TENSORS] = { IN, HID, HID, HID, HID, HID, HID, HID, OUT };

static size_t size_of(int i) { return (rows_of[i] ? rows_of[i] : 1) * columns_of[i]; }

static size_t all_weights(void)
{
    size_t n = 0;
    for (int i = 0; i < TENSORS; i++) n += size_of(i);
    return n;
}

typedef struct net { gn_graph *g; gn_node x, t, param[TENSORS], out[OUTPUTS]; } net;

static gn_node affine(net *n, gn_node x, int w, int b)
{
    gn_node z = gn_contract(n->g, GN_C_dense, x, n->param[w]);
    size_t sizes[26] = { ['i' - 'a'] = BATCH };
    return gn_pw2(n->g, GN_P_add, z, gn_contract_spec(n->g, "j->ij", n->param[b], 0, sizes));
}

/* Layers with a gain, whose gradient needs temporaries late, a weight used twice (6), dropout; one output has a long
 * way of its own, which finds places that the gradients have left, and one reads a gradient. */
static gn_status build(gn_context *ctx, net *n)
{
    *n = (net){ .g = NULL };
    GN_TRY(gn_graph_new(ctx, &n->g));
    gn_graph *g = n->g;
    n->x = gn_input(g, "x", gn_shape_make(2, (size_t)BATCH, (size_t)IN));
    n->t = gn_input(g, "t", gn_shape_make(2, (size_t)BATCH, (size_t)OUT));
    for (int i = 0; i < TENSORS; i++)
        n->param[i] = rows_of[i] ? gn_param(g, NULL, gn_shape_make(2, rows_of[i], columns_of[i]))
                                 : gn_param(g, NULL, gn_shape_make(1, columns_of[i]));
    gn_node h = gn_pw1(g, GN_P_gelu, affine(n, n->x, 0, 1));
    h = gn_contract(g, GN_C_scale_cols, gn_composed(g, GN_M_layer_norm, &h, 1, NULL, 0), n->param[2]);
    gn_node mask = gn_mask(g, 0.25, 9, 2, gn_shape_make(2, (size_t)BATCH, (size_t)HID));
    h = gn_composed(g, GN_M_dropout, (gn_node[]){ h, mask }, 2, NULL, 0);
    h = gn_pw1(g, GN_P_relu, affine(n, h, 4, 5));
    h = gn_contract(g, GN_C_scale_cols, gn_composed(g, GN_M_batch_norm, &h, 1, NULL, 0), n->param[3]);
    for (int i = 0; i < 2; i++) h = gn_pw1(g, GN_P_tanh, gn_contract(g, GN_C_dense, h, n->param[6]));
    gn_node scores[2] = { affine(n, h, 7, 8), n->t };
    gn_node loss = gn_contract(g, GN_C_sum_vector, gn_composed(g, GN_M_softmax_xent, scores, 2, NULL, 0), 0);
    n->out[TENSORS] = gn_pw2(g, GN_P_div, loss, gn_constant(g, BATCH));
    GN_TRY(gn_grad(g, n->out[TENSORS], TENSORS, n->param, n->out));
    gn_node far = n->x;
    for (int i = 0; i < 5; i++) far = gn_contract(g, GN_C_transpose, gn_pw1(g, i % 2 ? GN_P_sin : GN_P_tanh, far), 0);
    n->out[TENSORS + 1] = gn_contract(g, GN_C_sum_all, far, 0);
    n->out[TENSORS + 2] = gn_contract(g, GN_C_dot2, n->out[7], n->out[7]);
    return gn_graph_status(g);
}

typedef struct state { char *w, *slot[GN_OPT_SLOTS], *gradient, *x, *t; gn_type type; double last[3]; } state;

static void put(const state *s, char *at, size_t i, double v)
{
    if (s->type == GN_F64) memcpy(at + 8 * i, &v, 8);
    else memcpy(at + 4 * i, &(float){ (float)v }, 4);
}

static double get(gn_type type, const void *at, size_t i)
{
    return type == GN_F64 ? ((const double *)at)[i] : (double)((const float *)at)[i];
}

static void open_state(state *s, gn_type type)
{
    *s = (state){ .type = type };
    s->w = calloc(all_weights(), 8);
    s->gradient = calloc(all_weights(), 8);
    s->x = calloc(BATCH * IN, 8);
    s->t = calloc(BATCH * OUT, 8);
    for (int i = 0; i < GN_OPT_SLOTS; i++) s->slot[i] = calloc(all_weights(), 8);
    gn_random r = gn_random_make(5, GN_STREAM_TEST, 1);
    for (size_t i = 0; i < all_weights(); i++) put(s, s->w, i, 0.1 * gn_random_normal(r, i));
    for (size_t i = 0; i < BATCH * IN; i++) put(s, s->x, i, gn_random_normal(r, 1000000 + i));
    for (size_t i = 0; i < BATCH; i++) put(s, s->t, i * OUT + i % OUT, 1);
}

static void close_state(state *s)
{
    for (int i = 0; i < GN_OPT_SLOTS; i++) free(s->slot[i]);
    free(s->w), free(s->gradient), free(s->x), free(s->t);
}

static void *nth(const state *s, char *block, size_t i) { return block ? block + i * gn_type_size(s->type) : NULL; }

typedef enum way { SEPARATE, CONSUMED, WRITTEN } way;

static gn_status bind(net *n, gn_plan *p, state *s, way how)
{
    size_t at = 0;
    GN_TRY(gn_plan_bind(p, n->x, s->x));
    GN_TRY(gn_plan_bind(p, n->t, s->t));
    for (int i = 0; i < TENSORS; at += size_of(i++)) {
        GN_TRY(gn_plan_bind(p, n->param[i], nth(s, s->w, at)));
        if (how != CONSUMED) GN_TRY(gn_plan_bind(p, n->out[i], nth(s, s->gradient, at)));
    }
    return GN_OK;
}

static gn_status set_updates(net *n, gn_plan *p, state *s, gn_optimizer op, const double *hyper)
{
    gn_plan_update u[TENSORS];
    size_t at = 0;
    for (int i = 0; i < TENSORS; at += size_of(i++)) {
        u[i] = (gn_plan_update){ .gradient = n->out[i], .w = nth(s, s->w, at), .op = op, .hyper = hyper };
        for (int k = 0; k < GN_OPT_SLOTS; k++) u[i].slot[k] = nth(s, s->slot[k], at);
    }
    return gn_plan_set_updates(p, u, TENSORS);
}

static void set_hyper(gn_optimizer op, double hyper[GN_OPT_HYPER])
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    memset(hyper, 0, GN_OPT_HYPER * sizeof *hyper);
    for (int i = 0; i < row->parameters; i++) hyper[i] = row->parameter_default[i];
    hyper[row->parameters + 1] = 1e-3; /* L2 */
}

static gn_status train(gn_context *ctx, state *s, gn_optimizer op, way how, gn_plan_options options)
{
    net n;
    gn_plan *p = NULL;
    double hyper[GN_OPT_HYPER];
    set_hyper(op, hyper);
    options.type = s->type;
    gn_status st = build(ctx, &n);
    if (st == GN_OK) st = gn_plan_new(n.g, n.out, OUTPUTS, options, &p);
    if (st == GN_OK) st = bind(&n, p, s, how);
    if (st == GN_OK && how != SEPARATE) st = set_updates(&n, p, s, op, hyper);
    void *slot[GN_OPT_SLOTS];
    for (int k = 0; k < GN_OPT_SLOTS; k++) slot[k] = s->slot[k];
    for (int i = 0; st == GN_OK && i < STEPS; i++) {
        hyper[gn_optimizer_table()[op].parameters] = i + 1;
        st = gn_plan_run(ctx, p, (uint64_t)i);
        if (st == GN_OK && how == SEPARATE)
            gn_kernels_get(gn_isa_best(), s->type, options.exact)
                ->update[op](all_weights(), s->w, s->gradient, slot, hyper);
    }
    for (int i = 0; st == GN_OK && i < 3; i++) s->last[i] = get(s->type, gn_plan_value(p, n.out[TENSORS + i]), 0);
    gn_plan_free(p);
    gn_graph_free(n.g);
    return st;
}

static void run(state *s, gn_type type, gn_optimizer op, way how, gn_plan_options options, int threads)
{
    gn_context_settings settings;
    gn_context *ctx;
    gn_context_defaults(&settings);
    settings.threads = threads;
    assert_int_equal(gn_context_new(&settings, &ctx), GN_OK);
    open_state(s, type);
    gn_status st = train(ctx, s, op, how, options);
    if (st != GN_OK) fail_msg("%s", gn_last_error(ctx)->message);
    gn_context_free(ctx);
}

static void same(const state *a, const state *b, const char *what)
{
    size_t bytes = all_weights() * gn_type_size(a->type);
    if (memcmp(a->w, b->w, bytes) != 0) fail_msg("%s: other weights", what);
    for (int i = 0; i < GN_OPT_SLOTS; i++)
        if (memcmp(a->slot[i], b->slot[i], bytes) != 0) fail_msg("%s: another state", what);
    for (int i = 0; i < 3; i++) assert_true(a->last[i] == b->last[i]);
}

static void compare(gn_type type, gn_optimizer op, const state *right, way how, gn_plan_options options, int threads)
{
    state s;
    run(&s, type, op, how, options, threads);
    same(right, &s, gn_optimizer_table()[op].name);
    if (how == WRITTEN) assert_memory_equal(right->gradient, s.gradient, all_weights() * gn_type_size(type));
    close_state(&s);
}

static void every_optimiser_on_its_way_and_apart(void **unused)
{
    (void)unused;
    const gn_plan_options plain = { .trace = false }, traced = { .trace = true };
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        gn_type type = op % 3 == 2 ? GN_F64 : GN_F32;
        state right, start;
        open_state(&start, type);
        run(&right, type, (gn_optimizer)op, SEPARATE, plain, 1);
        assert_true(isfinite(right.last[0]));
        assert_true(memcmp(right.w, start.w, all_weights() * gn_type_size(type)) != 0);
        compare(type, (gn_optimizer)op, &right, CONSUMED, plain, 1);
        compare(type, (gn_optimizer)op, &right, WRITTEN, plain, 1);
        compare(type, (gn_optimizer)op, &right, CONSUMED, plain, 3);
        compare(type, (gn_optimizer)op, &right, CONSUMED, traced, 1);
        close_state(&right);
        close_state(&start);
    }
}

static void any_number_of_threads(void **unused)
{
    (void)unused;
    for (int exact = 0; exact < 2; exact++) {
        state right;
        run(&right, GN_F32, GN_OPT_adam, CONSUMED, (gn_plan_options){ .exact = exact }, 1);
        for (int threads = 2; threads < 8; threads += threads < 3 ? 1 : 4)
            compare(GN_F32, GN_OPT_adam, &right, CONSUMED, (gn_plan_options){ .exact = exact }, threads);
        close_state(&right);
    }
}

/* Two 2x2 weights, for one step of gradient descent. */
typedef struct pair { gn_context *ctx; gn_graph *g; gn_plan *p; gn_node w[2]; double a[4], b[4]; } pair;

static void open_pair(pair *t)
{
    gn_shape two = gn_shape_make(2, (size_t)2, (size_t)2);
    assert_int_equal(gn_context_new(NULL, &t->ctx), GN_OK);
    assert_int_equal(gn_graph_new(t->ctx, &t->g), GN_OK);
    t->w[0] = gn_param(t->g, "A", two);
    t->w[1] = gn_param(t->g, "B", two);
}

/* A plan whose outputs are those of d. */
static void plan_pair(pair *t, const gn_node *d, size_t outputs)
{
    assert_int_equal(gn_plan_new(t->g, d, outputs, (gn_plan_options){ .type = GN_F64 }, &t->p), GN_OK);
    assert_int_equal(gn_plan_bind(t->p, t->w[0], t->a) | gn_plan_bind(t->p, t->w[1], t->b), GN_OK);
}

static void step_pair(pair *t, const gn_node *d, double rate)
{
    const double hyper[GN_OPT_HYPER] = { rate };
    gn_plan_update u[2] = { { .gradient = d[0], .w = t->a, .op = GN_OPT_sgd, .hyper = hyper },
                            { .gradient = d[1], .w = t->b, .op = GN_OPT_sgd, .hyper = hyper } };
    assert_int_equal(gn_plan_set_updates(t->p, u, 2), GN_OK);
    assert_int_equal(gn_plan_run(t->ctx, t->p, 0), GN_OK);
}

static void close_pair(pair *t)
{
    gn_plan_free(t->p);
    gn_graph_free(t->g);
    gn_context_free(t->ctx);
}

/* The gradients of a product of two parameters read one another's weights. */
static void gradients_are_those_of_the_old_weights(void **unused)
{
    (void)unused;
    pair t = { .a = { 1, 2, 3, 4 }, .b = { 5, 6, 7, 8 } };
    double old[4];
    open_pair(&t);
    gn_node c = gn_contract(t.g, GN_C_matmul, t.w[0], t.w[1]), d[3];
    gn_node half = gn_pw2(t.g, GN_P_div, c, gn_constant(t.g, 2));
    /* of |AB|^2/2: AB B', A' AB */
    assert_int_equal(gn_grad(t.g, gn_contract(t.g, GN_C_dot2, c, half), 2, t.w, d), GN_OK);
    d[2] = gn_pw1(t.g, GN_P_identity, t.w[0]);
    plan_pair(&t, d, 3);
    assert_int_equal(gn_plan_bind(t.p, d[2], old), GN_OK);
    step_pair(&t, d, 1);
    /* AB = (19 22; 43 50) */
    const double da[4] = { 19 * 5 + 22 * 6, 19 * 7 + 22 * 8, 43 * 5 + 50 * 6, 43 * 7 + 50 * 8 };
    const double db[4] = { 19 + 3 * 43, 22 + 3 * 50, 2 * 19 + 4 * 43, 2 * 22 + 4 * 50 };
    for (int i = 0; i < 4; i++) assert_true(t.a[i] == i + 1 - da[i] && t.b[i] == i + 5 - db[i] && old[i] == i + 1);
    close_pair(&t);
}

/* z = x (A + B)': one product is the gradient of both, and both are changed. */
static void two_weights_with_one_gradient(void **unused)
{
    (void)unused;
    pair t = { .a = { 1, 0, 0, 1 } };
    double at[4] = { 1, 2, 3, 4 };
    open_pair(&t);
    gn_node x = gn_input(t.g, "x", gn_shape_make(2, (size_t)2, (size_t)2)), d[2];
    gn_node z = gn_contract(t.g, GN_C_dense, x, gn_pw2(t.g, GN_P_add, t.w[0], t.w[1]));
    assert_int_equal(gn_grad(t.g, gn_contract(t.g, GN_C_sum_all, gn_pw1(t.g, GN_P_square, z), 0), 2, t.w, d), GN_OK);
    assert_int_equal(d[0], d[1]);
    plan_pair(&t, d, 1);
    assert_int_equal(gn_plan_bind(t.p, x, at), GN_OK);
    step_pair(&t, d, 0.5);
    /* d = 2 z'x with z = x */
    static const double half[4] = { 10, 14, 14, 20 };
    for (int i = 0; i < 4; i++) assert_true(t.b[i] == -half[i] && t.a[i] == (i % 3 ? 0 : 1) - half[i]);
    close_pair(&t);
}

/* ---- what a plan says of itself --------------------------------------------------------------------------------- */

static int count(const char *text, const char *word)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) n++;
    return n;
}

static void weight_gradients_are_consumed_once_set_again_too(void **unused)
{
    (void)unused;
    gn_context *ctx;
    net n;
    gn_plan *p;
    state s;
    gn_text text;
    double hyper[GN_OPT_HYPER] = { 0.1 };
    int lines = 0;
    assert_int_equal(gn_context_new(NULL, &ctx), GN_OK);
    open_state(&s, GN_F32);
    assert_int_equal(build(ctx, &n), GN_OK);
    assert_int_equal(gn_plan_new(n.g, n.out, OUTPUTS, (gn_plan_options){ .type = GN_F32 }, &p), GN_OK);
    assert_int_equal(bind(&n, p, &s, CONSUMED), GN_OK);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(set_updates(&n, p, &s, again ? GN_OPT_momentum : GN_OPT_sgd, hyper), GN_OK);
        if (again == 2) assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
        gn_text_init(&text, ctx);
        gn_plan_print(p, &text);
        assert_int_equal(count(text.at, "product+update"), 2); /* 0 and 4; 6 is used twice, 7 is read */
        assert_int_equal(count(text.at, again ? "momentum" : "sgd"), TENSORS - 2);
        assert_int_equal(count(text.at, "product*slope"), 2); /* those of tanh: the others follow a norm */
        assert_true(count(text.at, "product+bias+activation") > 0);
        if (again) assert_int_equal(count(text.at, "\n"), lines);
        lines = count(text.at, "\n");
        gn_text_free(&text);
    }
    assert_null(gn_plan_value(p, n.out[0]));        /* never written */
    assert_non_null(gn_plan_value(p, n.out[1]));
    assert_int_equal(gn_plan_bind(p, n.out[0], s.gradient), GN_USAGE);
    gn_plan_update wrong = { .gradient = n.x, .w = s.w, .hyper = hyper };
    assert_int_equal(gn_plan_set_updates(p, &wrong, 1), GN_USAGE);
    assert_int_equal(gn_plan_run(ctx, p, 1), GN_OK);
    gn_plan_free(p);
    gn_graph_free(n.g);
    close_state(&s);
    gn_context_free(ctx);
}

/* ---- no memory -------------------------------------------------------------------------------------------------- */

static void without_memory_there_is_an_error_and_no_leak(void **unused)
{
    (void)unused;
    gn_status last = GN_NO_MEMORY;
    state right, s;
    run(&right, GN_F32, GN_OPT_adam, CONSUMED, (gn_plan_options){ .trace = false }, 1);
    rig_alloc rig = { 0 };
    gn_context *ctx = rigged_context(&rig, 1);
    long before = rig.live, n = 0;
    for (; last != GN_OK; n++) {
        open_state(&s, GN_F32);
        rig_leave(&rig, n);
        last = train(ctx, &s, GN_OPT_adam, CONSUMED, (gn_plan_options){ .trace = false });
        assert_true(last == GN_OK || last == GN_NO_MEMORY);
        assert_int_equal(rig.live, before);
        if (last == GN_OK) same(&right, &s, "adam");
        close_state(&s);
    }
    assert_true(n > 30);
    close_state(&right);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimiser_on_its_way_and_apart),
        cmocka_unit_test(any_number_of_threads),
        cmocka_unit_test(gradients_are_those_of_the_old_weights),
        cmocka_unit_test(two_weights_with_one_gradient),
        cmocka_unit_test(weight_gradients_are_consumed_once_set_again_too),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
