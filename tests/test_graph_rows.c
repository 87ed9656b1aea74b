/* test_graph_rows.c -- law 8 on every row of the three tables: value, gradient and second derivative by a plan, fused
 * or naive, traced or not, exact or not, in both precisions, are those of the oracle; law 3 on random networks; and
 * operations that must stay finite do. */
#include "graph_trial.h"

enum { WANTED = 4 };
typedef struct wanted { gn_node node[WANTED]; size_t n; } wanted;

static float *rounded(const double *from, size_t n)
{
    float *to = malloc(n * sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++) to[i] = (float)from[i];
    return to;
}

/* Leaves are read from the oracle; in float32 both see the rounded numbers. */
static void bind_leaves(trial *t, gn_plan *p, gn_type type, void **kept)
{
    for (gn_node n = 1; n < t->o.room && n <= gn_graph_count(t->g); n++) {
        gn_node_info f = gn_node_get(t->g, n);
        if ((f.kind != GN_INPUT && f.kind != GN_PARAM) || !t->o.value[n]) continue;
        size_t size = gn_shape_size(f.shape);
        if (type == GN_F32) {
            float *small = rounded(t->o.value[n], size);
            for (size_t i = 0; i < size; i++) t->o.value[n][i] = (double)small[i];
            kept[n] = small;
        }
        gn_status s = gn_plan_bind(p, n, type == GN_F32 ? kept[n] : t->o.value[n]);
        assert_int_equal(s, GN_OK); /* a leaf that the outputs do not need is still in the plan */
    }
}

static double at(gn_type type, const void *v, size_t i)
{
    return type == GN_F32 ? (double)((const float *)v)[i] : ((const double *)v)[i];
}

/* Against the largest element: sums of terms that cancel are no better than their terms. */
static void compare(trial *t, gn_plan *p, gn_type type, gn_node n, const char *how)
{
    const double *right = oracle_eval(&t->o, n);
    const void *got = gn_plan_value(p, n);
    size_t size = gn_shape_size(gn_node_get(t->g, n).shape);
    double scale = 1, bound = type == GN_F32 ? 2e-4 : 1e-11;
    assert_non_null(got);
    for (size_t i = 0; i < size; i++) scale = fmax(scale, fabs(right[i]));
    for (size_t i = 0; i < size; i++) {
        if (fabs(at(type, got, i) - right[i]) <= bound * scale) continue;
        fail_msg("%s, %s: element %zu of node %d: %s, not %s", t->name, how, i, (int)n,
                 gn_num(GN_NUM, at(type, got, i)), gn_num(GN_NUM, right[i]));
    }
}

static void run_one(trial *t, const wanted *w, gn_plan_options options, const char *how)
{
    gn_plan *p;
    void **kept = calloc((size_t)gn_graph_count(t->g) + 1, sizeof *kept);
    gn_node last = gn_graph_count(t->g);
    assert_int_equal(gn_plan_new(t->g, w->node, w->n, options, &p), GN_OK);
    bind_leaves(t, p, options.type, kept);
    oracle_reset(&t->o);
    for (int run = 0; run < 2; run++) { /* the second finds memory as the first left it */
        gn_status s = gn_plan_run(t->ctx, p, 0);
        if (s != GN_OK) fail_msg("%s, %s: %s", t->name, how, gn_last_error(t->ctx)->message);
        for (size_t i = 0; i < w->n; i++) compare(t, p, options.type, w->node[i], how);
    }
    gn_plan_free(p);
    for (gn_node n = 1; n <= last; n++) free(kept[n]);
    free(kept);
}

static void run_all(trial *t, const wanted *w)
{
    static const struct { const char *how; gn_plan_options o; } ways[] = {
        { "fused", { .type = GN_F64 } },
        { "naive", { .type = GN_F64, .naive = true } },
        { "traced", { .type = GN_F64, .trace = true } },
        { "exact", { .type = GN_F64, .exact = true } },
        { "float32", { .type = GN_F32 } },
        { "float32 naive", { .type = GN_F32, .naive = true } },
        { "float32 exact", { .type = GN_F32, .exact = true } },
    };
    if (gn_graph_status(t->g) != GN_OK) fail_msg("%s: %s", t->name, gn_last_error(t->ctx)->message);
    for (size_t i = 0; i < GN_COUNT(ways); i++) run_one(t, w, ways[i].o, ways[i].how);
}

/* y, the derivative along the direction of a weighed sum of it, and the second one. */
static void check(trial *t, gn_node y)
{
    gn_node first = along(t, weighed(t, y));
    wanted w = { .node = { y, first, along(t, first), forward(t, first) }, .n = 4 };
    run_all(t, &w);
}

/* ---- the rows --------------------------------------------------------------------------------------------------- */

static void pointwise_row(gn_pointwise op, int scalar, size_t rows, size_t columns)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    trial t;
    open_trial(&t, row->name);
    for (int i = 0; i < row->arity; i++) add_leaf(&t, gn_shape_make(i == scalar ? 0 : 2, rows, columns), true);
    check(&t, gn_pw(t.g, op, t.leaf[0], t.leaf[1], t.leaf[2], NULL));
    close_trial(&t);
}

static void pointwise_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_P_COUNT; op++)
        for (int scalar = -1; scalar < gn_pointwise_table()[op].arity; scalar++)
            pointwise_row((gn_pointwise)op, scalar, 5, 7);
}

/* Long enough for chains of blocks and for more than one block. */
static void long_chains(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "a long chain");
    add_leaf(&t, gn_shape_make(2, (size_t)100, (size_t)130), true);
    add_leaf(&t, gn_shape_make(0), true);
    gn_node y = gn_pw1(t.g, GN_P_tanh, gn_pw2(t.g, GN_P_mul, t.leaf[0], t.leaf[1]));
    y = gn_pw2(t.g, GN_P_div, gn_pw1(t.g, GN_P_gelu, y), gn_pw1(t.g, GN_P_softplus, y));
    check(&t, gn_pw2(t.g, GN_P_sub, y, gn_pw1(t.g, GN_P_square, t.leaf[0])));
    close_trial(&t);
}

/* Two chains of different lengths with their steps in turn. */
static void chains_of_two_lengths(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "two chains");
    add_leaf(&t, gn_shape_make(1, (size_t)9001), true);
    add_leaf(&t, gn_shape_make(1, (size_t)12001), true);
    gn_node a = t.leaf[0], b = t.leaf[1];
    for (int i = 0; i < 3; i++) {
        a = gn_pw2(t.g, GN_P_add, gn_pw1(t.g, GN_P_sin, a), gn_contract(t.g, GN_C_sum_vector, b, 0));
        b = gn_pw2(t.g, GN_P_add, gn_pw1(t.g, GN_P_cos, b), gn_constant(t.g, 1));
    }
    gn_node both = gn_pw2(t.g, GN_P_mul, gn_contract(t.g, GN_C_sum_vector, gn_pw1(t.g, GN_P_cos, b), 0), a);
    wanted w = { .node = { both, gn_pw1(t.g, GN_P_exp, gn_pw1(t.g, GN_P_sin, t.leaf[1])),
                           gn_pw1(t.g, GN_P_exp, gn_pw1(t.g, GN_P_sin, t.leaf[0])) }, .n = 3 };
    run_all(&t, &w);
    close_trial(&t);
}

/* The slope of a product with a number reads the number, where that of an activation reads an array. */
static void a_number_times_a_layer(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "a number times a layer");
    add_leaf(&t, gn_shape_make(2, (size_t)5, (size_t)5), false);
    gn_node x = t.leaf[0], third = gn_constant(t.g, 0.3);
    for (int i = 0; i < 3; i++)
        x = gn_pw2(t.g, GN_P_mul, third, gn_contract(t.g, GN_C_dense, x, t.leaf[0]));
    check(&t, gn_pw1(t.g, GN_P_tanh, gn_pw2(t.g, GN_P_div, x, gn_constant(t.g, 100))));
    close_trial(&t);
}

/* What is added is repeated over other letters than the rows of the product. */
static void a_bias_of_another_width(void **state)
{
    (void)state;
    static const char *const added[] = { "d->abd", "bd->abd", "b->abd", "a->abd" };
    for (size_t i = 0; i < GN_COUNT(added); i++) {
        trial t;
        gn_spec spec;
        size_t sizes[26];
        open_trial(&t, added[i]);
        gn_node y = trial_contraction(&t, "abc,cd->abd", false);
        for (int l = 0; l < 26; l++) sizes[l] = (size_t)(2 + ('a' + l) % 4);
        assert_true(gn_spec_parse(added[i], &spec));
        add_leaf(&t, term_shape(spec.term[0], spec.rank[0]), false);
        gn_node bias = gn_contract_spec(t.g, added[i], t.leaf[2], 0, sizes);
        check(&t, gn_pw1(t.g, GN_P_tanh, gn_pw2(t.g, GN_P_add, y, bias)));
        close_trial(&t);
    }
}

static void contraction(const char *text, bool twice)
{
    trial t;
    open_trial(&t, text);
    check(&t, trial_contraction(&t, text, twice));
    close_trial(&t);
}

static void contraction_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_C_COUNT; op++) contraction(gn_contraction_spec((gn_contraction)op), false);
    for (size_t i = 0; i < GN_COUNT(free_specs); i++) contraction(free_specs[i], false);
    contraction("ij,ij->", true);
    contraction("ij,ij->j", true);
}

/* Products that are one kernel and not a loop: as many letters as one likes on a side, if they count as one. */
static void letters_that_count_as_one_are_a_product(void **state)
{
    (void)state;
    static const char *const products[] = { "abc,cd->abd", "abc,bcd->ad", "ab,bcd->acd", "ab,cd->abcd", "abcd,cd->ab",
                                            "cd,abcd->ab", "abc,d->abcd" };
    for (size_t i = 0; i < GN_COUNT(products); i++) {
        trial t;
        gn_plan *p;
        gn_text text;
        open_trial(&t, products[i]);
        gn_node y = trial_contraction(&t, products[i], false);
        assert_int_equal(gn_plan_new(t.g, &y, 1, (gn_plan_options){ .type = GN_F32 }, &p), GN_OK);
        gn_text_init(&text, t.ctx);
        gn_plan_print(p, &text);
        if (!strstr(text.at, "product")) fail_msg("%s: %s", products[i], text.at);
        gn_text_free(&text);
        gn_plan_free(p);
        close_trial(&t);
    }
}

static void composed_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_M_COUNT; op++) {
        const gn_composed_row *row = gn_composed_table((gn_composed_op)op);
        trial t;
        open_trial(&t, row->name);
        for (int k = 0; k < row->inputs; k++) add_leaf(&t, operand_shape((gn_composed_op)op, k), false);
        check(&t, gn_composed(t.g, (gn_composed_op)op, t.leaf, row->inputs, NULL, 0));
        close_trial(&t);
    }
}

/* ---- networks --------------------------------------------------------------------------------------------------- */

/* <J t, g> = <t, J' g>, with the two sides two outputs of one plan. */
static void adjoint(trial *t, gn_node y)
{
    gn_node g = gn_input(t->g, NULL, gn_node_get(t->g, y).shape), back[LEAVES], jt = 0, right = gn_constant(t->g, 0);
    double *v = oracle_new(&t->o, g);
    for (size_t k = 0; k < gn_shape_size(gn_node_get(t->g, y).shape); k++) v[k] = draw(t) - 0.5;
    assert_int_equal(gn_jvp(t->g, y, (size_t)t->leaves, t->leaf, t->direction, &jt), GN_OK);
    assert_int_equal(gn_vjp(t->g, y, g, (size_t)t->leaves, t->leaf, back), GN_OK);
    gn_node left = gn_sum_to_scalar(t->g, gn_pw2(t->g, GN_P_mul, jt, g));
    for (int i = 0; i < t->leaves; i++) {
        gn_node part = gn_sum_to_scalar(t->g, gn_pw2(t->g, GN_P_mul, back[i], t->direction[i]));
        right = gn_pw2(t->g, GN_P_add, right, part);
    }
    wanted w = { .node = { left, right }, .n = 2 };
    run_all(t, &w);
    expect_near(t, "the adjoint", number(t, left), number(t, right), 1e-11);
    assert_true(fabs(number(t, left)) > 1e-6);
}

static gn_node random_layer(trial *t, gn_node x, int i)
{
    static const gn_pointwise act[] = { GN_P_tanh, GN_P_relu, GN_P_gelu, GN_P_silu, GN_P_elu, GN_P_sigmoid, GN_P_mish };
    static const gn_composed_op norm[] = { GN_M_layer_norm, GN_M_batch_norm, GN_M_softmax, GN_M_log_softmax };
    gn_node z = gn_contract(t->g, GN_C_dense, x, t->leaf[i % 2]);
    z = gn_pw2(t->g, GN_P_add, z, gn_spread_row(t->g, t->leaf[2], gn_node_get(t->g, x).shape.dim[0]));
    gn_node y = gn_pw1(t->g, act[(size_t)(draw(t) * (double)GN_COUNT(act))], z);
    if (draw(t) < 0.4) y = gn_composed(t->g, norm[(size_t)(draw(t) * (double)GN_COUNT(norm))], &y, 1, NULL, 0);
    return draw(t) < 0.5 ? y : gn_composed(t->g, GN_M_residual, (gn_node[]){ y, x }, 2, NULL, 0);
}

/* Two square weights, used again and again, and one bias. */
static void random_networks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        trial t;
        open_trial(&t, "a random network");
        t.state = seed * 7919;
        size_t batch = 3 + seed % 5, width = 2 + seed * 3 % 17;
        add_leaf(&t, gn_shape_make(2, width, width), false);
        add_leaf(&t, gn_shape_make(2, width, width), false);
        add_leaf(&t, gn_shape_make(1, width), false);
        gn_node x = gn_input(t.g, "x", gn_shape_make(2, batch, width));
        double *v = oracle_new(&t.o, x);
        for (size_t k = 0; k < batch * width; k++) v[k] = draw(&t) - 0.5;
        for (int i = 0; i < 3; i++)
            for (size_t k = 0; k < gn_shape_size(gn_node_get(t.g, t.leaf[i]).shape); k++)
                t.o.value[t.leaf[i]][k] *= 0.3;
        for (int i = 0; i < 3; i++) x = random_layer(&t, x, i);
        adjoint(&t, x);
        close_trial(&t);
    }
}

/* u'Hv = v'Hu, by forward over reverse, for every function of one operand. */
static void hessians_are_symmetric(void **state)
{
    (void)state;
    for (int op = 0; op < GN_P_COUNT; op++) {
        trial t;
        if (gn_pointwise_table()[op].arity != 1) continue;
        open_trial(&t, gn_pointwise_table()[op].name);
        add_leaf(&t, gn_shape_make(2, (size_t)3, (size_t)3), true);
        add_leaf(&t, gn_shape_make(2, (size_t)3, (size_t)3), true);
        gn_node w = t.leaf[0], u = t.direction[0], v = t.direction[1], gradient, h[2], side[2];
        gn_node z = gn_pw1(t.g, GN_P_square, gn_contract(t.g, GN_C_matmul, w, t.leaf[1]));
        gn_node y = gn_pw1(t.g, (gn_pointwise)op, z);
        assert_int_equal(gn_grad(t.g, weighed(&t, y), 1, &w, &gradient), GN_OK);
        assert_int_equal(gn_jvp(t.g, gradient, 1, &w, &v, &h[0]), GN_OK);
        assert_int_equal(gn_jvp(t.g, gradient, 1, &w, &u, &h[1]), GN_OK);
        side[0] = gn_contract(t.g, GN_C_dot2, u, h[0]);
        side[1] = gn_contract(t.g, GN_C_dot2, v, h[1]);
        expect_near(&t, "u'Hv and v'Hu", number(&t, side[0]), number(&t, side[1]), 1e-11);
        close_trial(&t);
    }
}

/* ---- safety ----------------------------------------------------------------------------------------------------- */

/* Scores of 1e4 apart: the loss is their difference, the gradient that of a certain and wrong prediction. */
static void far_scores_stay_finite(void **state)
{
    (void)state;
    for (int naive = 0; naive < 2; naive++) {
        trial t;
        gn_plan *p;
        open_trial(&t, "far scores");
        double z[4] = { 1e4, 0, -1e4, 1e4 }, target[4] = { 0, 1, 1, 0 };
        gn_node x = gn_input(t.g, "z", gn_shape_make(2, (size_t)2, (size_t)2));
        gn_node y = gn_input(t.g, "t", gn_shape_make(2, (size_t)2, (size_t)2)), in[2] = { x, y }, out[6];
        out[0] = gn_composed(t.g, GN_M_softmax_xent, in, 2, NULL, 0);
        out[2] = gn_composed(t.g, GN_M_sigmoid_xent, in, 2, NULL, 0);
        assert_int_equal(gn_grad(t.g, gn_sum_to_scalar(t.g, out[0]), 1, &x, &out[1]), GN_OK);
        assert_int_equal(gn_grad(t.g, gn_sum_to_scalar(t.g, out[2]), 1, &x, &out[3]), GN_OK);
        out[4] = gn_composed(t.g, GN_M_log_softmax, &x, 1, NULL, 0);
        out[5] = gn_composed(t.g, GN_M_softmax, &x, 1, NULL, 0);
        gn_plan_options o = { .type = GN_F64, .naive = naive };
        assert_int_equal(gn_plan_new(t.g, out, 6, o, &p), GN_OK);
        assert_int_equal(gn_plan_bind(p, x, z) | gn_plan_bind(p, y, target), GN_OK);
        assert_int_equal(gn_plan_run(t.ctx, p, 0), GN_OK);
        static const double right[6][4] = { { 1e4, 2e4 }, { 1, -1, -1, 1 }, { 1e4, 0.6931471805599453, 1e4, 1e4 },
                                            { 1, -0.5, -1, 1 }, { 0, -1e4, -2e4, 0 }, { 1, 0, 0, 1 } };
        for (int i = 0; i < 6; i++)
            for (int k = 0; k < (i ? 4 : 2); k++)
                expect_near(&t, "far scores", ((const double *)gn_plan_value(p, out[i]))[k], right[i][k], 1e-15);
        gn_plan_free(p);
        close_trial(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointwise_rows),
        cmocka_unit_test(long_chains),
        cmocka_unit_test(chains_of_two_lengths),
        cmocka_unit_test(a_bias_of_another_width),
        cmocka_unit_test(a_number_times_a_layer),
        cmocka_unit_test(contraction_rows),
        cmocka_unit_test(letters_that_count_as_one_are_a_product),
        cmocka_unit_test(composed_rows),
        cmocka_unit_test(random_networks),
        cmocka_unit_test(hessians_are_symmetric),
        cmocka_unit_test(far_scores_stay_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
