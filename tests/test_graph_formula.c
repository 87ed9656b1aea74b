/* test_graph_formula.c -- a formula as nodes computes what the formula's own evaluation does, and what no node can
 * compute is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "graph/graph.h"
#include "formula/row.h"

static gn_context *ctx;

static int open_context(void **state)
{
    (void)state;
    gn_context_settings s;
    gn_context_defaults(&s);
    s.threads = 1;
    return gn_context_new(&s, &ctx) == GN_OK ? 0 : -1;
}

static int close_context(void **state)
{
    (void)state;
    gn_context_free(ctx);
    return 0;
}

static double by_graph(const char *text, double x, double y)
{
    gn_graph *g;
    assert_int_equal(gn_graph_new(ctx, &g), GN_OK);
    gn_shape one = gn_shape_make(0);
    gn_named_node names[2] = { { "x", gn_input(g, "x", one) }, { "y", gn_input(g, "y", one) } };
    gn_node n = gn_graph_formula_text(g, text, strlen(text), names, 2);
    assert_int_not_equal(n, 0);
    gn_plan *p;
    assert_int_equal(gn_plan_new(g, &n, 1, (gn_plan_options){ .type = GN_F64, .exact = true }, &p), GN_OK);
    assert_int_equal(gn_plan_bind(p, names[0].node, &x), GN_OK);
    assert_int_equal(gn_plan_bind(p, names[1].node, &y), GN_OK);
    assert_int_equal(gn_plan_run(ctx, p, 0), GN_OK);
    double out = *(const double *)gn_plan_value(p, n);
    gn_plan_free(p);
    gn_graph_free(g);
    return out;
}

static double by_formula(const char *text, double x, double y)
{
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    const gn_formula *f;
    double out = 0;
    gn_binding at[2] = { { "x", x }, { "y", y } };
    assert_int_equal(gn_formula_parse(&arena, text, strlen(text), &f), GN_OK);
    assert_int_equal(gn_formula_eval(ctx, f, at, 2, &out), GN_OK);
    gn_arena_free(&arena);
    return out;
}

static void same(const char *text)
{
    static const double at[][2] = { { 0.5, 2 }, { -1.25, 0.75 }, { 3, -2 }, { 0, 1 } };
    for (size_t i = 0; i < GN_COUNT(at); i++) {
        double a = by_graph(text, at[i][0], at[i][1]), b = by_formula(text, at[i][0], at[i][1]);
        if (isnan(b) ? !isnan(a) : !(a == b) && !(fabs(a - b) <= 1e-13 * fmax(1, fabs(b))))
            fail_msg("%s at %g, %g: graph %.17g, formula %.17g", text, at[i][0], at[i][1], a, b);
    }
}

static void formulas(void **state)
{
    (void)state;
    static const char *const text[] = { "(x*y - 3)^2", "-x^2 + y/4", "where(x < y, x, -y)", "where(x >= y, 2*x, y)",
                                        "where(x == 0.5, pi, e)", "leaky_relu(x, 0.2) - elu(y)", "max(x, y)*sigmoid(x)" };
    for (size_t i = 0; i < GN_COUNT(text); i++) same(text[i]);
}

/* Law 14: a row is a function of the language as it is an operation of the graph. */
static void every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < gn_row_table_count(); i++) {
        const gn_row *row = gn_row_at(i);
        if (row->inputs > 2) continue;
        char text[64] = "";
        strcat(strcpy(text, row->name), row->inputs == 1 ? "(x)" : "(x, y)");
        same(text);
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const text[] = { "x + unknown", "x < y", "leaky_relu(x, y)" };
    for (size_t i = 0; i < GN_COUNT(text); i++) {
        gn_graph *g;
        assert_int_equal(gn_graph_new(ctx, &g), GN_OK);
        gn_shape one = gn_shape_make(0);
        gn_named_node names[2] = { { "x", gn_input(g, "x", one) }, { "y", gn_input(g, "y", one) } };
        assert_int_equal(gn_graph_formula_text(g, text[i], strlen(text[i]), names, 2), 0);
        assert_int_equal(gn_graph_status(g), GN_USAGE);
        gn_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(formulas), cmocka_unit_test(every_row),
                                        cmocka_unit_test(refused) };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
