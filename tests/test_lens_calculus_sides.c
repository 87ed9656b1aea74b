/* test_lens_calculus_sides.c -- a function whose pieces have kinks at the point, as a whole: its slopes and second
 * derivatives from the sides, against what is known of it; and no verdict from a convention. */
#include "formula_test.h"

#include "lens/calculus.h"

typedef struct told {
    const char *text;
    double at[3];
    const char *says[3], *not[3];   /* words of the sheet, and words that are false of it */
} told;

static void make(bench *b, const char *text, const double *at, const double *along, gn_sheet *s)
{
    gn_functions of;
    if (gn_functions_parse(&b->arena, &text, 1, NULL, &of) != GN_OK)
        fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
    gn_calculus_ask ask = {.at = at, .along = along, .order = 2};
    if (gn_calculus_sheet(b->ctx, &of, &ask, s) != GN_OK) fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
}

static bool says(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TEXT && strstr(s->line[i]->title, words)) return true;
    return false;
}

static void check_words(bench *b, const told *t)
{
    gn_sheet s;
    make(b, t->text, t->at, NULL, &s);
    for (int k = 0; k < 3; k++) {
        if (t->says[k] && !says(&s, t->says[k])) fail_msg("%s: not '%s'", t->text, t->says[k]);
        if (t->not[k] && says(&s, t->not[k])) fail_msg("%s: '%s'", t->text, t->not[k]);
    }
    gn_sheet_free(&s);
}

static void check_value(bench *b, const char *text, const double *at, const double *along, const char *name, size_t i,
                        double wanted)
{
    gn_sheet s;
    make(b, text, at, along, &s);
    const gn_symbol *y = gn_sheet_find(&s, name);
    if (!y || !y->value || i >= y->rows * y->cols) fail_msg("%s has no value of %s", text, name);
    if (!(fabs(y->value[i] - wanted) <= 1e-12 * fmax(1, fabs(wanted))))
        fail_msg("%s: %s[%zu] = %s, not %s", text, name, i, gn_num(GN_NUM, y->value[i]), gn_num(GN_NUM, wanted));
    for (size_t k = 0; k < s.lines; k++) {
        double difference;
        assert_int_equal(gn_line_again(&s, s.line[k], &difference), GN_OK);
        assert_true(difference <= 1e-12);
    }
    gn_sheet_free(&s);
}

static void a_kink_of_a_piece_is_none_of_the_whole(void **state)
{
    static const told all[] = {
        {"abs(x)^2", {0}, {"from both sides the slope of f is 0, as the formula gives it", "at this point f is convex",
                           "to first order"}, {"there is no tangent", "straight"}},
        {"abs(x^2)", {0}, {"from both sides the slope of f is 0", "at this point f is convex", "abs, in abs(x^2),"},
         {"there is no tangent", "straight", "abs(x^2) has a kink"}},
        {"abs(x)*x", {0}, {"from both sides the slope of f is 0",
                           "the second derivative of f is -2 from the left and 2 from the right: here it has none"},
         {"there is no tangent", "straight", "convex"}},
        {"abs(x*y)", {0, 0}, {"from all sides tried the gradient of f is [0, 0]", "here it has no Hessian"},
         {"there is no tangent", "saddle", "flat"}},
        {"abs(x)^3", {0}, {"slope of f is 0", "straight"}, {"there is no tangent"}},
        {"abs(1 - cos(x))", {0}, {"slope of f is 0", "convex"}, {"there is no tangent"}},
        {"sign(x)*x^2", {0}, {"slope of f is 0", "-2 from the left and 2 from the right"}, {"no tangent", "f jumps"}},
        {"abs(x - 1)^2*y", {1, 3}, {"as the formula gives it", "at this point f is convex, with a flat direction"},
         {0}},
        {"relu(2 - max(x^2, 2))", {0}, {"slope of f is 0, as the formula gives it"}, {"decided", "no tangent"}},
        {"softplus(x)", {0}, {"at this point f is convex"}, {"a piece has a kink", "decided"}},
        {"log_cosh(x)", {0}, {"at this point f is convex"}, {"a piece has a kink", "decided"}},
        {"where(x > 0, exp(x), 1 + x)", {0}, {"0 from the left and 1 from the right"}, {"no tangent", "straight"}},
        {"huber(x)", {1}, {"the second derivative of f is 1 from the left and 0 from the right"}, {"no tangent"}},
    };
    for (size_t i = 0; i < GN_COUNT(all); i++) check_words(*state, &all[i]);
}

static void a_convention_is_no_slope_of_the_whole(void **state)
{
    static const told all[] = {
        {"relu(x) - relu(-x)", {0}, {"the slope of f is 1. the formula gives 0 by the convention", "f rises as x"},
         {"one of several slopes", "no tangent"}},
        {"max(x, -x) - abs(x)", {0}, {"slope of f is 0. the formula gives -1", "the slope by x from both sides = 0"},
         {"df/dx", "no tangent"}},
        {"relu(x) - relu(-x) + y^2", {0, 0}, {"the gradient of f is [1, 0]. the formula gives [0, 0]"}, {"no tangent"}},
        {"max(x, y) + min(x, y)", {2, 2}, {"the gradient of f is [1, 1]. the formula gives [0, 2]"}, {"no tangent"}},
    };
    static const double zero[3], step[] = {.1, .2};
    for (size_t i = 0; i < GN_COUNT(all); i++) check_words(*state, &all[i]);
    check_value(*state, "relu(x) - relu(-x)", zero, step, "slope", 0, 1);
    check_value(*state, "relu(x) - relu(-x)", zero, step, "df_dx", 0, 0);   /* what the engine would use */
    check_value(*state, "relu(x) - relu(-x)", zero, step, "predicted", 0, .1);
    check_value(*state, "abs(x)^2", zero, step, "curvature", 0, 2);
    check_value(*state, "abs(x)^2", zero, step, "H", 0, 0);
    check_value(*state, "abs(x)^2", zero, step, "quadratic_error", 0, 0);
    check_value(*state, "max(x, y) + min(x, y)", zero, step, "gradient", 0, 1);
    check_value(*state, "max(x, y) + min(x, y)", zero, step, "D_u", 0, .3 / sqrt(.05));
    check_value(*state, "abs(x*y)*sign(x*y) + x^2 + y^2", zero, step, "curvature", 1, 1);
    check_value(*state, "abs(x*y)*sign(x*y) + x^2 + y^2", zero, step, "lambda_2", 0, 3);
    check_value(*state, "abs(x*y)*sign(x*y) + x^2 + y^2", zero, step, "quadratic_error", 0, 0);
}

static void a_kink_of_the_whole_has_its_sides(void **state)
{
    static const told all[] = {
        {"abs(x)", {0}, {"at a kink there is no tangent, and the gradient is one of several"}, {"itself"}},
        {"2*abs(x) + relu(x)", {0}, {"its slope is -2 from the left and 3 from the right; 0", "one of several"}, {0}},
        {"relu(x) - 2*relu(-x)", {0}, {"is 2 from the left and 1 from the right; 0", "not even between", "no tangent"},
         {"one of several"}},
        {"abs(x) + abs(y - 1)", {0, 1}, {"by x is -1 from the left", "by y is -1 from the left", "no tangent"}, {0}},
        {"min(abs(x), abs(y))", {0, 0}, {"along [1, 1] the slope is -1 before the point and 1 behind"},
         {"one of several", "steepest"}},
        {"abs(x + y) - abs(x - y)", {0, 0}, {"along [1, 1] the slope is -2 before", "no tangent"}, {0}},
        {"sign(x)*x", {0}, {"f itself has a kink here: its slope is -1 from the left"}, {"at a jump"}},
        {"sign(x) + x", {0}, {"at a jump there is no tangent"}, {"has not"}},
        {"where(x > 0, x^2 + x, x^2)", {0}, {"is 0 from the left and 1 from the right"}, {0}},
        {"where(x > 0, x^2 + x, -x)", {0}, {"nothing is said of how it bends"}, {"straight", "convex"}},
        {"where(x > 0, 1, 0) + where(0 < x, -1, 0)", {0}, {"to first order"}, {"so that f jumps", "at a jump"}},
        {"where(x == 0, 1, sin(x)/x)", {0}, {"not both have a finite", "is not decided"}, {"has another", "jump t"}},
        {"where(x > 0, log(x), 0)", {0}, {"at a jump"}, {"is inf", "straight"}},
        {"where(x, 1, 2)", {0}, {"at a jump"}, {"to first order", "straight everywhere"}},
        {"relu(x)^0.5", {0}, {"is 0 from the left and inf from the right; nan"}, {"one of several", "has not"}},
        {"abs(x)/x*x", {0}, {"where f has no finite value"}, {"jumps", "itself"}},
        {"sqrt(abs(x))", {0}, {"is not decided"}, {"one of several", "has not"}},
    };
    for (size_t i = 0; i < GN_COUNT(all); i++) check_words(*state, &all[i]);
}

/* a*|x| + b*relu(x) + c*relu(-x) + d*x: every case of the sides, with slopes that are known. */
static void sums_of_kinks(void **state)
{
    bench *b = *state;
    static const double zero[1];
    for (int code = 0; code < 81; code++) {
        int k[4] = {code % 3 - 1, code / 3 % 3 - 1, code / 9 % 3 - 1, code / 27 - 1};
        int left = k[3] - k[0] - k[2], right = k[3] + k[0] + k[1];
        char text[120], words[80];
        gn_sheet s;
        snprintf(text, sizeof text, "%d*abs(x) + %d*relu(x) + %d*relu(-x) + %d*x", k[0], k[1], k[2], k[3]);
        make(b, text, zero, NULL, &s);
        if (left != right) snprintf(words, sizeof words, "its slope is %d from the left and %d from the", left, right);
        else if (left == k[3]) snprintf(words, sizeof words, "the slope of f is %d, as the formula gives it", left);
        else snprintf(words, sizeof words, "the slope of f is %d. the formula gives %d", left, k[3]);
        if (!says(&s, words)) fail_msg("%s: not '%s'", text, words);
        assert_int_equal(says(&s, "there is no tangent"), left != right);
        gn_sheet_free(&s);
    }
}

/* A picture has a tangent where there is one. */
static void tangents_of_pictures(void **state)
{
    bench *b = *state;
    static const struct { const char *text; bool drawn; double slope; } all[] = {
        {"abs(x)", false, 0}, {"relu(x) - relu(-x)", true, 1}, {"abs(x)*x", true, 0}, {"x^2 + x", true, 1}};
    static const double zero[1];
    for (size_t i = 0; i < GN_COUNT(all); i++) {
        gn_functions of;
        gn_picture p;
        gn_calculus_ask ask = {.at = zero};
        assert_int_equal(gn_functions_parse(&b->arena, &all[i].text, 1, NULL, &of), GN_OK);
        assert_int_equal(gn_calculus_picture(&b->arena, &of, &ask, &p), GN_OK);
        assert_int_equal(p.panel->n_series, 1 + all[i].drawn);
        const gn_series *t = &p.panel->series[1];
        if (all[i].drawn) assert_true((t->y[1] - t->y[0]) == all[i].slope * (t->x[1] - t->x[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_kink_of_a_piece_is_none_of_the_whole),
        BENCH_TEST(a_convention_is_no_slope_of_the_whole),
        BENCH_TEST(a_kink_of_the_whole_has_its_sides),
        BENCH_TEST(sums_of_kinks),
        BENCH_TEST(tangents_of_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
