/* test_formula_steps.c -- derivations step by step: the rules named, the pieces in order, the last result the
 * derivative itself. */
#include "formula_test.h"

#include "formula/steps.h"

/* "rule: piece -> result" a line. */
static const char *story(bench *b, const char *text, const char *name)
{
    gn_derivation *step;
    size_t count;
    gn_text t;
    assert_int_equal(gn_formula_steps(&b->arena, parse(b, text), name, &step, &count), GN_OK);
    gn_text_init(&t, b->ctx);
    for (size_t i = 0; i < count; i++) {
        gn_text_printf(&t, "%s: %s -> ", gn_rule_name(step[i].rule), text_of(b, step[i].of, gn_formula_print));
        gn_text_printf(&t, "%s\n", text_of(b, step[i].result, gn_formula_print));
        for (int k = 0; k < step[i].parts; k++) assert_true(step[i].part[k] < i);
    }
    const char *copy = gn_arena_text(&b->arena, t.at, t.length);
    gn_text_free(&t);
    return copy;
}

static void stories(void **state)
{
    static const char *const told[][3] = {
        {"7", "x", "constant: 7 -> 0\n"},
        {"x", "x", "variable: x -> 1\n"},
        {"a + b", "x", "constant: a + b -> 0\n"},
        {"(x - 3)^2", "x", "variable: x -> 1\ndifference: x - 3 -> 1\npower and chain: (x - 3)^2 -> 2*(x - 3)\n"},
        {"3*sin(x)", "x", "variable: x -> 1\nfunction: sin(x) -> cos(x)\nconstant factor: 3*sin(x) -> 3*cos(x)\n"},
        {"sigmoid(w*x)", "w",
         "variable: w -> 1\nconstant factor: w*x -> x\nchain: sigmoid(w*x) -> x*sigmoid(w*x)*(1 - sigmoid(w*x))\n"},
        {"x^2/x", "x", "variable: x -> 1\npower: x^2 -> 2*x\nquotient: x^2/x -> 1\n"},
        {"where(x > 0, x, -x)", "x",
         "variable: x -> 1\ncomparison: x > 0 -> 0\nnegation: -x -> -1\nchoice: where(x > 0, x, -x) -> where(x > 0, 1, "
         "-1)\n"},
        {"2^x + x^x", "x",
         "variable: x -> 1\nexponential: 2^x -> log(2)*2^x\ngeneral power: x^x -> x^x*(log(x) + 1)\n"
         "sum: 2^x + x^x -> log(2)*2^x + x^x*(log(x) + 1)\n"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        const char *found = story(*state, told[i][0], told[i][1]);
        if (strcmp(found, told[i][2]) != 0) fail_msg("%s:\n%s", told[i][0], found);
    }
}

static void the_last_result_is_the_derivative(void **state)
{
    bench *b = *state;
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        gn_derivation *step;
        size_t count;
        const gn_formula *f = parse(b, gn_row_at(r)->value);
        assert_int_equal(gn_formula_steps(&b->arena, f, "x", &step, &count), GN_OK);
        assert_true(count > 0 && gn_formula_equal(step[count - 1].of, f));
        assert_true(gn_formula_equal(step[count - 1].result, simplify(b, derive(b, f, "x"))));
    }
}

static void a_piece_used_twice_is_one_step(void **state)
{
    bench *b = *state;
    gn_derivation *step;
    size_t count, twice = 0;
    assert_int_equal(gn_formula_steps(&b->arena, parse(b, "sin(x^2)*exp(x^2)"), "x", &step, &count), GN_OK);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) twice += step[i].used == 2;
    assert_int_equal(twice, 1);
    assert_string_equal(text_of(b, step[2].slope[0], gn_formula_print), "cos(x^2)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {BENCH_TEST(stories), BENCH_TEST(the_last_result_is_the_derivative),
                                       BENCH_TEST(a_piece_used_twice_is_one_step)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
