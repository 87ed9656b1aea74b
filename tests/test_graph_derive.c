/* test_graph_derive.c -- for every row of the three tables: gradients and second derivatives agree with differences,
 * forward and reverse mode with one another, a spelling with the kernel it stands for; and shapes that do not fit say
 * why. */
#include "graph_trial.h"
#include "test_base_seams.h"

static void check_spellings(trial *t)
{
    for (gn_node n = 1, last = gn_graph_count(t->g); n <= last; n++) {
        gn_kind kind = gn_node_get(t->g, n).kind;
        if (kind != GN_SLOPE && kind != GN_COMPOSED) continue;
        gn_node plain = gn_spell(t->g, n);
        assert_true(gn_shape_equal(gn_node_get(t->g, n).shape, gn_node_get(t->g, plain).shape));
        const double *a = oracle_eval(&t->o, n), *b = oracle_eval(&t->o, plain);
        for (size_t k = 0; k < gn_shape_size(gn_node_get(t->g, n).shape); k++)
            expect_near(t, "spelling", a[k], b[k], 1e-12);
    }
}

static void check_derivatives(trial *t, gn_node y)
{
    if (gn_graph_status(t->g) != GN_OK) print_error("%s: %s\n", t->name, gn_last_error(t->ctx)->message);
    assert_int_equal(gn_graph_status(t->g), GN_OK);
    gn_node first = along(t, y), second = along(t, first);
    expect_near(t, "gradient and difference", number(t, first), difference(t, y), 1e-8);
    expect_near(t, "second derivative and difference", number(t, second), difference(t, first), 1e-7);
    expect_near(t, "forward and reverse", number(t, forward(t, y)), number(t, first), 1e-12);
    expect_near(t, "forward over reverse", number(t, forward(t, first)), number(t, second), 1e-11);
    check_spellings(t);
}

/* ---- the tables ------------------------------------------------------------------------------------------------- */

static bool all_finite(trial *t, gn_node n)
{
    const double *v = oracle_eval(&t->o, n);
    for (size_t k = 0; k < gn_shape_size(gn_node_get(t->g, n).shape); k++)
        if (!isfinite(v[k])) return false;
    return true;
}

/* `number`: the operand that is one number for all, or -1. False when the row is not defined for these values. */
static bool try_pointwise(gn_pointwise op, int scalar, bool positive)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    trial t;
    open_trial(&t, row->name);
    for (int i = 0; i < row->arity; i++)
        add_leaf(&t, gn_shape_make(i == scalar ? 0 : 2, (size_t)2, (size_t)3), positive);
    gn_node x[3] = { t.leaf[0], t.leaf[1], t.leaf[2] };
    gn_node y = gn_pw(t.g, op, x[0], x[1], x[2], NULL);
    bool defined = all_finite(&t, y);
    if (defined) check_derivatives(&t, weighed(&t, y));
    close_trial(&t);
    return defined;
}

static void pointwise_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_P_COUNT; op++)
        for (int scalar = -1; scalar < gn_pointwise_table()[op].arity; scalar++)
            if (!try_pointwise((gn_pointwise)op, scalar, false))
                assert_true(try_pointwise((gn_pointwise)op, scalar, true));
}

static void check_contraction(const char *text, bool twice)
{
    trial t;
    open_trial(&t, text);
    gn_node y = trial_contraction(&t, text, twice);
    check_derivatives(&t, weighed(&t, gn_pw1(t.g, GN_P_sin, y)));
    close_trial(&t);
}

static void contraction_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_C_COUNT; op++) check_contraction(gn_contraction_spec((gn_contraction)op), false);
    for (size_t i = 0; i < GN_COUNT(free_specs); i++) check_contraction(free_specs[i], false);
    check_contraction("ij,ij->i", true);
}

static void composed_rows(void **state)
{
    (void)state;
    for (int op = 0; op < GN_M_COUNT; op++) {
        const gn_composed_row *row = gn_composed_table((gn_composed_op)op);
        trial t;
        if (!row->spell) continue;
        open_trial(&t, row->name);
        for (int k = 0; k < row->inputs; k++) add_leaf(&t, operand_shape((gn_composed_op)op, k), false);
        check_derivatives(&t, weighed(&t, gn_composed(t.g, (gn_composed_op)op, t.leaf, row->inputs, NULL, 0)));
        close_trial(&t);
    }
}

/* ---- several nodes together ------------------------------------------------------------------------------------- */

/* An operand made from another one: the partial derivative must not go round through it. */
static void operands_that_depend_on_one_another(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "residual of a net");
    add_leaf(&t, gn_shape_make(2, (size_t)3, (size_t)4), false);
    add_leaf(&t, gn_shape_make(2, (size_t)4, (size_t)4), false);
    gn_node inner = gn_pw1(t.g, GN_P_tanh, gn_contract(t.g, GN_C_dense, t.leaf[0], t.leaf[1]));
    gn_node y = gn_composed(t.g, GN_M_residual, (gn_node[]){ inner, t.leaf[0] }, 2, NULL, 0);
    y = gn_composed(t.g, GN_M_layer_norm, &y, 1, NULL, 0);
    y = gn_composed(t.g, GN_M_residual, (gn_node[]){ y, y }, 2, NULL, 0);
    check_derivatives(&t, weighed(&t, gn_composed(t.g, GN_M_softmax_xent, (gn_node[]){ y, inner }, 2, NULL, 0)));
    close_trial(&t);
}

/* w = 0.5, x = 1.5, y = 2: (w*x - y)^2 has the gradient 2x(wx - y) and the second derivative 2x^2. */
static void square_loss_of_one_weight(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "one weight");
    gn_node w = gn_param(t.g, "w", gn_shape_make(0)), first, second, third;
    oracle_new(&t.o, w)[0] = 0.5;
    gn_node wx = gn_pw2(t.g, GN_P_mul, w, gn_constant(t.g, 1.5));
    gn_node loss = gn_pw1(t.g, GN_P_square, gn_pw2(t.g, GN_P_sub, wx, gn_constant(t.g, 2)));
    assert_int_equal(gn_grad(t.g, loss, 1, &w, &first), GN_OK);
    assert_int_equal(gn_grad(t.g, first, 1, &w, &second), GN_OK);
    assert_int_equal(gn_grad(t.g, second, 1, &w, &third), GN_OK);
    expect_near(&t, "gradient", number(&t, first), -3.75, 1e-15);
    expect_near(&t, "curvature", number(&t, second), 4.5, 1e-15);
    expect_near(&t, "third", number(&t, third), 0, 1e-15);
    close_trial(&t);
}

static void a_node_without_influence_gets_zeros(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "zeros");
    gn_node x = gn_input(t.g, "x", gn_shape_make(1, (size_t)3));
    gn_node other = gn_input(t.g, "o", gn_shape_make(2, (size_t)2, (size_t)2));
    gn_node y = gn_contract(t.g, GN_C_sum_vector, x, 0), later = gn_pw1(t.g, GN_P_exp, other), out[2];
    assert_int_equal(gn_grad(t.g, y, 2, (gn_node[]){ other, later }, out), GN_OK);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 4; k++) assert_true(oracle_eval(&t.o, out[i])[k] == 0);
    close_trial(&t);
}

static void equal_nodes_are_one(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "sharing");
    gn_node x = gn_input(t.g, "x", gn_shape_make(1, (size_t)3));
    assert_int_equal(gn_pw1(t.g, GN_P_exp, x), gn_pw1(t.g, GN_P_exp, x));
    assert_int_equal(gn_constant(t.g, 2), gn_constant(t.g, 2));
    assert_int_not_equal(gn_constant(t.g, 0.0), gn_constant(t.g, -0.0));
    assert_int_not_equal(gn_input(t.g, "x", gn_shape_make(0)), gn_input(t.g, "x", gn_shape_make(0)));
    assert_int_not_equal(gn_mask(t.g, 0.5, 1, 1, gn_shape_make(0)), gn_mask(t.g, 0.5, 1, 1, gn_shape_make(0)));
    for (int i = 0; i < 2000; i++) assert_int_equal(gn_constant(t.g, i), gn_constant(t.g, i));
    close_trial(&t);
}

static void shapes_that_do_not_fit_say_why(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "shapes");
    gn_node x = gn_input(t.g, "x", gn_shape_make(2, (size_t)32, (size_t)4));
    gn_node w = gn_param(t.g, "W", gn_shape_make(2, (size_t)3, (size_t)5));
    gn_node y = gn_contract(t.g, GN_C_dense, x, w), out;
    assert_int_equal(y, 0);
    assert_int_equal(gn_pw1(t.g, GN_P_exp, y), 0);
    assert_int_equal(gn_grad(t.g, y, 1, &x, &out), GN_USAGE);
    assert_int_equal(gn_graph_status(t.g), GN_USAGE);
    assert_string_equal(gn_last_error(t.ctx)->code, "GRAPH-SHAPE");
    assert_string_equal(gn_last_error(t.ctx)->message, "dense 'bi,oi->bo': i is 4 in x (32,4) but 5 in W (3,5)");
    close_trial(&t);
}

typedef gn_node bad_build(gn_graph *g, gn_node m, gn_node v, gn_node turned);    /* (2,3), (3), (3,2) */
#define BAD(name, expression)                                                \
    static gn_node name(gn_graph *g, gn_node m, gn_node v, gn_node turned)   \
    {                                                                        \
        (void)m, (void)v, (void)turned;                                      \
        return expression;                                                   \
    }
BAD(other_dims, gn_pw2(g, GN_P_add, m, turned))
BAD(other_rank, gn_pw2(g, GN_P_mul, v, m))
BAD(no_such_pointwise, gn_pw1(g, GN_P_COUNT, m))
BAD(no_such_contraction, gn_contract(g, GN_C_COUNT, m, m))
BAD(no_such_composed, gn_composed(g, GN_M_COUNT, &m, 1, NULL, 0))
BAD(missing_operand, gn_pw2(g, GN_P_add, m, 0))
BAD(no_node, gn_pw1(g, GN_P_exp, 1000))
BAD(negative_node, gn_contract(g, GN_C_matmul, m, -1))
BAD(wrong_rank, gn_contract(g, GN_C_matmul, v, m))
BAD(no_size, gn_contract_spec(g, "j->ij", v, 0, NULL))
BAD(no_string, gn_contract_spec(g, "ij-ji", m, 0, NULL))
BAD(letter_twice, gn_contract_spec(g, "ii->i", m, 0, NULL))
BAD(capital, gn_contract_spec(g, "iJ->i", m, 0, NULL))
BAD(five_letters, gn_contract_spec(g, "abcde->a", m, 0, NULL))
BAD(two_for_one, gn_contract_spec(g, "ij->ji", m, m, NULL))
BAD(too_few, gn_composed(g, GN_M_residual, &m, 1, NULL, 0))
BAD(softmax_of_vector, gn_composed(g, GN_M_softmax, &v, 1, NULL, 0))
BAD(targets_turned, gn_composed(g, GN_M_softmax_xent, (gn_node[]){ m, turned }, 2, NULL, 0))
BAD(certain_dropout, gn_mask(g, 1, 1, 1, gn_shape_make(1, (size_t)3)))
BAD(nan_dropout, gn_mask(g, (double)NAN, 1, 1, gn_shape_make(1, (size_t)3)))
BAD(nothing, gn_input(g, "x", gn_shape_make(2, (size_t)3, (size_t)0)))
BAD(too_large, gn_input(g, "x", gn_shape_make(3, SIZE_MAX / 2, SIZE_MAX / 2, (size_t)4)))
BAD(gradient_of_a_matrix, gn_grad(g, m, 1, &v, &(gn_node){ 0 }) == GN_OK)
BAD(seed_of_another_shape, gn_vjp(g, m, v, 1, &m, &(gn_node){ 0 }) == GN_OK)
BAD(tangent_of_another_shape, gn_jvp(g, m, 1, &m, &v, &(gn_node){ 0 }) == GN_OK)

/* Each says what does not fit, gives poison, and poisons what follows. */
static void bad_builds_are_refused(void **state)
{
    (void)state;
    static const struct { bad_build *build; const char *code, *says; } bad[] = {
        { other_dims, "GRAPH-SHAPE", "add needs operands of one shape, but m is (2,3) and node 3 is (3,2)" },
        { other_rank, "GRAPH-SHAPE", "v is (3) and m is (2,3)" },
        { no_such_pointwise, "GRAPH-OP", "pointwise" },
        { no_such_contraction, "GRAPH-OP", "contraction" },
        { no_such_composed, "GRAPH-OP", "composed" },
        { missing_operand, "GRAPH-OP", "no node" },
        { no_node, "GRAPH-OP", "no node" },
        { negative_node, "GRAPH-OP", "no node" },
        { wrong_rank, "GRAPH-SHAPE", "matmul 'ik,kj->ij': v has shape (3) where 'ik' has 2 letters" },
        { no_size, "GRAPH-SHAPE", "i is in no operand" },
        { no_string, "GRAPH-OP", "'ij-ji'" },
        { letter_twice, "GRAPH-OP", "'ii->i'" },
        { capital, "GRAPH-OP", "'iJ->i'" },
        { five_letters, "GRAPH-OP", "'abcde->a'" },
        { two_for_one, "GRAPH-OP", "one operand" },
        { too_few, "GRAPH-OP", "residual takes 2 operands" },
        { softmax_of_vector, "GRAPH-SHAPE", "softmax needs a matrix, but v has shape (3)" },
        { targets_turned, "GRAPH-SHAPE", "softmax_xent needs operands of one shape" },
        { certain_dropout, "GRAPH-OP", "probability 1" },
        { nan_dropout, "GRAPH-OP", "probability nan" },
        { nothing, "GRAPH-SHAPE", "dimension of 0" },
        { too_large, "GRAPH-SHAPE", "more elements" },
        { gradient_of_a_matrix, "GRAPH-SHAPE", "m has shape (2,3)" },
        { seed_of_another_shape, "GRAPH-SHAPE", "(2,3)" },
        { tangent_of_another_shape, "GRAPH-SHAPE", "(2,3)" },
    };
    for (size_t i = 0; i < GN_COUNT(bad); i++) {
        trial t;
        open_trial(&t, bad[i].says);
        gn_node m = gn_input(t.g, "m", gn_shape_make(2, (size_t)2, (size_t)3));
        gn_node v = gn_input(t.g, "v", gn_shape_make(1, (size_t)3));
        gn_node turned = gn_input(t.g, NULL, gn_shape_make(2, (size_t)3, (size_t)2));
        gn_plan *p;
        assert_int_equal(bad[i].build(t.g, m, v, turned), 0);
        const gn_error *e = gn_last_error(t.ctx);
        if (strcmp(e->code, bad[i].code) != 0 || !strstr(e->message, bad[i].says))
            fail_msg("%s: %s %s", bad[i].says, e->code, e->message);
        assert_int_equal(gn_graph_status(t.g), GN_USAGE);
        assert_int_equal(gn_pw1(t.g, GN_P_exp, m), 0);
        assert_int_equal(gn_plan_new(t.g, &m, 1, (gn_plan_options){ .type = GN_F32 }, &p), GN_USAGE);
        assert_null(p);
        close_trial(&t);
    }
}

/* A tangent of one number for all has the shape of what it is the tangent of. */
static void tangents_have_the_shape_of_the_value(void **state)
{
    (void)state;
    trial t;
    open_trial(&t, "tangents");
    gn_node x = gn_input(t.g, "x", gn_shape_make(1, (size_t)3)), s = gn_input(t.g, "s", gn_shape_make(0)), out;
    gn_node y = gn_pw2(t.g, GN_P_add, x, s), one = gn_constant(t.g, 1);
    assert_int_equal(gn_jvp(t.g, y, 1, &s, &one, &out), GN_OK);
    assert_true(gn_shape_equal(gn_node_get(t.g, out).shape, gn_node_get(t.g, y).shape));
    for (int i = 0; i < 3; i++) assert_true(oracle_eval(&t.o, out)[i] == 1);
    close_trial(&t);
}

/* ---- no memory -------------------------------------------------------------------------------------------------- */

static gn_status derive_twice(gn_context *ctx)
{
    gn_graph *g;
    gn_status s = gn_graph_new(ctx, &g);
    if (s != GN_OK) return s;
    gn_node x = gn_input(g, "x", gn_shape_make(2, (size_t)3, (size_t)4));
    gn_node w = gn_param(g, "W", gn_shape_make(2, (size_t)4, (size_t)4));
    gn_node y = gn_pw1(g, GN_P_gelu, gn_contract(g, GN_C_dense, x, w)), out[2] = { 0 };
    y = gn_composed(g, GN_M_batch_norm, &y, 1, NULL, 0);
    y = gn_sum_to_scalar(g, gn_composed(g, GN_M_softmax_xent, (gn_node[]){ y, x }, 2, NULL, 0));
    gn_name(g, y, "loss %d", 1);
    s = gn_grad(g, y, 1, &w, out);
    if (s == GN_OK) s = gn_grad(g, gn_sum_to_scalar(g, out[0]), 1, &w, out + 1);
    gn_graph_free(g);
    return s;
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    (void)state;
    gn_status last = GN_NO_MEMORY;
    long n = 0;
    for (; last != GN_OK; n++) {
        rig_alloc rig = { 0 };
        gn_context *ctx = rigged_context(&rig, 1);
        long before = rig.live;
        rig_leave(&rig, n);
        last = derive_twice(ctx);
        assert_true(last == GN_OK || last == GN_NO_MEMORY);
        assert_int_equal(rig.live, before);
        gn_context_free(ctx);
    }
    assert_true(n > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointwise_rows),
        cmocka_unit_test(contraction_rows),
        cmocka_unit_test(composed_rows),
        cmocka_unit_test(operands_that_depend_on_one_another),
        cmocka_unit_test(square_loss_of_one_weight),
        cmocka_unit_test(a_node_without_influence_gets_zeros),
        cmocka_unit_test(equal_nodes_are_one),
        cmocka_unit_test(shapes_that_do_not_fit_say_why),
        cmocka_unit_test(bad_builds_are_refused),
        cmocka_unit_test(tangents_have_the_shape_of_the_value),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
