/* test_lens_stability_words.c -- what the stability report says: every sentence follows from numbers, and what is not
 * known is not said. */
#include "lens_help.h"
#include "rigged_context.h"

#include "lens/stability.h"

typedef struct report {
    gn_arena arena;
    gn_objective *of;
    gn_stability_ask ask;
    gn_stability s;
    gn_sheet sheet;
} report;

static void begin(report *r, const char *text, const char *const *names, size_t n, const double *at, gn_optimizer op,
                  double rate)
{
    gn_arena_init(&r->arena, ctx);
    r->of = formula_objective(&r->arena, text, names, n, at);
    gn_stability_defaults(&r->ask);
    r->ask.op = op;
    defaults_of(op, r->ask.hyper);
    r->ask.hyper[0] = rate;
}

static void look(report *r, const gn_scaling *scaling)
{
    must(ctx, gn_stability_of(ctx, r->of, &r->ask, &r->s));
    gn_sheet_open(&r->sheet, ctx, "stability");
    gn_stability_sheet(&r->s, &r->ask, scaling, false, &r->sheet);
    must(ctx, gn_sheet_done(&r->sheet));
}

static void end(report *r)
{
    gn_sheet_free(&r->sheet);
    gn_stability_free(&r->s);
    gn_objective_free(r->of);
    gn_arena_free(&r->arena);
}

static bool says(const report *r, const char *what)
{
    for (size_t i = 0; i < r->sheet.lines; i++)
        if (r->sheet.line[i]->kind == GN_LINE_TEXT && strstr(r->sheet.line[i]->title, what)) return true;
    return false;
}

static void expect_scaled(const char *text, gn_optimizer op, double rate, const gn_scaling *scaling, const char *words,
                          const char *not_words)
{
    static const char *const names[] = { "x", "y" };
    static const double at[] = { 0.7, -0.4 };
    report r;
    begin(&r, text, names, 2, at, op, rate);
    look(&r, scaling);
    if (!says(&r, words)) fail_msg("%s does not say \"%s\"", text, words);
    if (not_words && says(&r, not_words)) fail_msg("%s says \"%s\"", text, not_words);
    end(&r);
}

static void expect_words(const char *text, gn_optimizer op, double rate, const char *words, const char *not_words)
{
    expect_scaled(text, op, rate, NULL, words, not_words);
}

static void words_follow_numbers(void **state)
{
    (void)state;
    expect_words("x^2 + y^2", GN_OPT_sgd, 0.1, "holds everywhere", "local estimate");
    expect_words("x^2 + y^4", GN_OPT_sgd, 0.1, "local estimate", "holds everywhere");
    expect_words("x^2 + y^2", GN_OPT_adam, 0.1, "local estimate", "holds everywhere");
    expect_words("x^2 - y^2", GN_OPT_sgd, 0.1, "Negative curvature, everywhere", "A saddle");
    expect_words("(x - 0.7)^2 - (y + 0.4)^2", GN_OPT_sgd, 0.1, "A saddle", "Negative curvature");
    expect_words("x^2 - exp(-y^2/0.1)", GN_OPT_sgd, 0.1, "this is no saddle", "no minimum");
    expect_words("-exp(-x^2/0.1) - exp(-y^2/0.1)", GN_OPT_sgd, 0.1, "no place to settle in", "no minimum");
    expect_words("-x^2 - y^2", GN_OPT_sgd, 0.1, "No direction curves upwards", "A saddle");
    expect_words("(x + y)^2", GN_OPT_sgd, 0.1, "1 of 2 eigenvalues is 0", "A saddle");
    expect_words("x^2 + y^2", GN_OPT_sgd, 1.5, "divergent", NULL);
    expect_words("x^2 + y^2", GN_OPT_sgd, 1.5, "The loss rose", NULL);
    expect_words("x^2 + y^2", GN_OPT_sgd, 1, "two-cycle", NULL);
    expect_words("x^2 + y^2", GN_OPT_lion, 0.1, "No limit is known", "Regime");
    expect_words("x^2 + y^2", GN_OPT_sgd, 0.1, "they agree", "they differ");
}

/* A curvature of 0 says nothing of a minimum; only a loss that is linear everywhere has none. The sample point is
 * x = 0.7, y = -0.4. */
static void a_flat_point_is_not_judged(void **state)
{
    (void)state;
    expect_words("((x - 0.7)^2 + (y + 0.4)^2)^2", GN_OPT_sgd, 0.1, "the point is stationary; whether it is a minimum",
                 "no minimum");
    expect_words("abs(x) + abs(y)", GN_OPT_sgd, 0.1, "says nothing of a minimum elsewhere", "no minimum");
    expect_words("x + 2*y", GN_OPT_sgd, 0.1, "no minimum", "stationary");
    expect_words("3 + 0*x + 0*y", GN_OPT_sgd, 0.1, "the loss is constant", "no minimum");
    expect_words("abs(x) - x^2 + abs(y) - y^2", GN_OPT_sgd, 0.1, "no minimum in this region, up to the next kink",
                 "nearby");
}

/* exp has no minimum for a step to land on. */
static void regimes_are_of_the_model(void **state)
{
    (void)state;
    double one = 1 / exp(0.7);
    expect_words("exp(x) + 0*y", GN_OPT_sgd, one, "On the local quadratic model one step lands", ". One step lands");
    expect_words("x^2 + y^2", GN_OPT_sgd, 0.5, ". One step lands", "model");
    expect_words("x^2 + abs(y)", GN_OPT_sgd, 0.5, "On the quadratic model of this region one step lands", NULL);
    expect_words("x^2 + y^2", GN_OPT_adam, 0.1, "On the local quadratic model", NULL);
}

/* What standardising changes is the largest eigenvalue or the condition or both. */
static void scaling_is_condition_too(void **state)
{
    (void)state;
    const gn_scaling bent = { 8, 8 / 13490.8, 8.01, 8.01 / 203.3, true, 2, 0, false };
    const gn_scaling same = { 8, 4, 8.01, 4, true, 2, 0, false };
    const gn_scaling worse = { 8, 4, 6, 0.5, true, 2, 0, false };
    const gn_scaling unknown = { 8, NAN, 8.01, NAN, false, 2, 0, false };
    expect_scaled("x^2 + exp(y)", GN_OPT_sgd, 0.1, &bent, "The condition would fall from 13490.8 to 203.3",
                  "next to nothing");
    expect_scaled("x^2 + exp(y)", GN_OPT_adam, 0.1, &bent, "The condition would fall from 13490.8 to 203.3",
                  "next to nothing");
    expect_scaled("x^2 + exp(y)", GN_OPT_sgd, 0.1, &same, "next to nothing", "The condition would");
    expect_scaled("x^2 + exp(y)", GN_OPT_sgd, 0.1, &worse, "The condition would rise from 2 to 12", "next to nothing");
    expect_scaled("x^2 + exp(y)", GN_OPT_sgd, 0.1, &unknown, "next to nothing", "The condition would");
}

/* Of more parameters than are looked at whole: a downward direction among many flat ones is found, and where the budget
 * is too small the number is called a bound and its sign unknown. */
static void the_smallest_is_found_or_open(void **state)
{
    (void)state;
    enum { N = 70 };
    char room[N][8];
    const char *names[N];
    double at[N];
    gn_text text;
    gn_text_init(&text, ctx);
    for (int i = 0; i < N; i++) {
        snprintf(room[i], sizeof room[i], "a%d", i + 1);
        names[i] = room[i];
        at[i] = 0.1;
        double factor = i ? 0.005 * i + 0.001 * i * i : -0.001;
        gn_text_printf(&text, "%s%s*a%d^2", i ? " + " : "", gn_num(GN_NUM, factor), i + 1);
    }
    must(ctx, gn_text_done(&text));
    for (int few = 0; few < 2; few++) {
        report r;
        begin(&r, text.at, names, N, at, GN_OPT_sgd, 0.01);
        r.ask.tolerance = 1e-3;
        if (few) r.ask.lowest = 3;
        look(&r, NULL);
        assert_true(r.s.eigen.converged);
        assert_int_equal(r.s.eigen.smallest_converged, !few);
        assert_true(few ? r.s.smallest > 0 : fabs(r.s.smallest + 0.002) < 1e-4);
        assert_true(says(&r, few ? "is not known" : "Negative curvature"));
        assert_true(gn_sheet_find(&r.sheet, few ? "lambda_min_bound" : "lambda_min") != NULL);
        assert_true(gn_sheet_find(&r.sheet, few ? "lambda_min" : "lambda_min_bound") == NULL);
        end(&r);
    }
    gn_text_free(&text);
}

static void sentences_have_the_digits_asked_for(void **state)
{
    (void)state;
    static const char *const names[] = { "x" };
    static const double at[] = { 0.7 };
    for (int digits = 0; digits <= 17; digits += 17) {
        report r;
        begin(&r, "exp(x)", names, 1, at, GN_OPT_sgd, 0.1);
        r.ask.digits = digits;
        look(&r, NULL);
        assert_true(says(&r, digits ? "loss 2.0137527074704766, gradient norm 2.0137527074704766" : "loss 2.01375,"));
        end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_follow_numbers),
        cmocka_unit_test(a_flat_point_is_not_judged),
        cmocka_unit_test(regimes_are_of_the_model),
        cmocka_unit_test(scaling_is_condition_too),
        cmocka_unit_test(the_smallest_is_found_or_open),
        cmocka_unit_test(sentences_have_the_digits_asked_for),
    };
    return run_rigged(tests);
}
