/* test_lens_descent.c -- an optimiser on an expression: known paths, predictions against truth, limits that hold, ends
 * that are named; and the steps written out are the path. */
#include "formula_test.h"

#include "lens/descent.h"
#include "lens/limits.h"
#include "lens/spectrum.h"

typedef struct asked {
    const char *text, *by;
    double from[4], lr;
    uint64_t steps;
    gn_optimizer op;
    double decay, clip;
} asked;

typedef struct walked { gn_functions of; gn_descent_ask ask; gn_descent d; double hyper[GN_OPT_HYPER]; } walked;

static void walk(bench *b, const asked *q, walked *w)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[q->op];
    for (int i = 0; i < row->parameters; i++) w->hyper[i] = row->parameter_default[i];
    if (q->lr) w->hyper[0] = q->lr;
    if (gn_functions_parse(&b->arena, &q->text, 1, q->by, &w->of) != GN_OK)
        fail_msg("%s", gn_last_error(b->ctx)->message);
    w->ask = (gn_descent_ask){.op = q->op, .hyper = w->hyper, .from = q->from, .steps = q->steps, .written = 3,
                              .tolerance = 1e-6, .weight_decay = q->decay, .clip = q->clip};
    if (gn_descent_run(&b->arena, &w->of, &w->ask, &w->d) != GN_OK) fail_msg("%s", gn_last_error(b->ctx)->message);
}

static void close_to(double found, double wanted, double tolerance)
{
    if (!(fabs(found - wanted) <= tolerance * fmax(1, fabs(wanted))))
        fail_msg("%s, not %s", gn_num(GN_NUM, found), gn_num(GN_NUM, wanted));
}

/* ---- known paths ------------------------------------------------------------------------------------------------- */

static const char *const bowl = "(x - 3)^2 + 2*(y + 1)^2";

static void a_bowl(void **state)
{
    static const double x[] = {0, .6, 1.08, 1.464, 1.7712, 2.01696}, y[] = {0, -.4, -.64, -.784, -.8704, -.92224};
    static const double gx[] = {-6, -4.8, -3.84}, gy[] = {4, 2.4, 1.44};
    static const double f[] = {11, 6.48, 3.9456, 2.452608, 1.54354176, .97846087680};
    walked w;
    walk(*state, &(asked){bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0}, &w);
    assert_int_equal(w.d.rows, 6);
    for (size_t k = 0; k < 6; k++) {
        close_to(w.d.x[2 * k], x[k], 1e-12);
        close_to(w.d.x[2 * k + 1], y[k], 1e-12);
        close_to(w.d.f[k], f[k], 1e-12);
        close_to(w.d.f[k], 9 * pow(.64, (double)k) + 2 * pow(.36, (double)k), 1e-12);
        if (k < 3) close_to(w.d.g[2 * k], gx[k], 1e-12);
        if (k < 3) close_to(w.d.g[2 * k + 1], gy[k], 1e-12);
    }
    close_to(w.d.first[1], -5.2, 1e-12);
    close_to(w.d.second[1], .68, 1e-12);
    close_to(w.d.change[1], -4.52, 1e-12);
    assert_int_equal(w.d.end, GN_DESCENT_WENT);
}

static void a_parabola(void **state)
{
    walked w;
    walk(*state, &(asked){"x^2 - 4*x + 5", NULL, {0}, .1, 10, GN_OPT_sgd, 0, 0}, &w);
    for (size_t k = 0; k <= 10; k++) close_to(w.d.x[k], 2 - 2 * pow(.8, (double)k), 1e-12);
    close_to(w.d.x[10], 1.7852516352, 1e-12);
    walk(*state, &(asked){"x^2 - 4*x + 5", NULL, {0}, .5, 4, GN_OPT_sgd, 0, 0}, &w);
    assert_true(w.d.x[1] == 2 && w.d.f[1] == 1);
    assert_int_equal(w.d.end, GN_DESCENT_STILL);
    assert_int_equal(w.d.arrived, 1);
    walk(*state, &(asked){"x^2 - 4*x + 5", NULL, {0}, 1, 5, GN_OPT_sgd, 0, 0}, &w);
    for (size_t k = 0; k <= 5; k++) assert_true(w.d.x[k] == (k % 2 ? 4 : 0));
    assert_int_equal(w.d.end, GN_DESCENT_CYCLE);
}

/* The slope of |x| does not shrink: a step of fixed rate goes over the bottom for ever. */
static void absolute_value_alternates(void **state)
{
    walked w;
    walk(*state, &(asked){"abs(x)", NULL, {.05}, .1, 1000, GN_OPT_sgd, 0, 0}, &w);
    for (size_t k = 0; k < w.d.rows; k++) close_to(w.d.x[k], k % 2 ? -.05 : .05, 1e-12);
    assert_int_equal(w.d.end, GN_DESCENT_CYCLE);
    assert_true(w.d.arrived == UINT64_MAX);
}

/* Clipping keeps a rate that would diverge on a cycle {e, e - lr*clip}. */
static void clipping_ends_in_a_cycle(void **state)
{
    walked w;
    walk(*state, &(asked){"100*e_^2", NULL, {1}, .015, 2000, GN_OPT_sgd, .clip = 1}, &w);
    assert_int_equal(w.d.end, GN_DESCENT_CYCLE);
    close_to(fmin(w.d.x[2000], w.d.x[1999]), -.005, 1e-9);
    close_to(fmax(w.d.x[2000], w.d.x[1999]), .01, 1e-9);
}

static double sharpness(bench *b, const walked *w, size_t row)
{
    double a = w->d.x[2 * row], c = w->d.x[2 * row + 1], value[2];
    double h[4] = {c * c, 2 * a * c - 1, 2 * a * c - 1, a * a};
    assert_int_equal(gn_eigen_symmetric(b->ctx, 2, h, value, NULL), GN_OK);
    return value[1];
}

/* L = (ab - 1)^2/2: where descent ends is never sharper than 2/eta, and too large a rate diverges at a known step. */
static void the_minimal_model_of_sharpness(void **state)
{
    static const struct { double a, b, eta, sharp, tolerance; int diverges; } told[] = {
        {4, .3, .05, 16.033572624952544, 1e-9, 0}, {4, .3, .1, 16.025258652603675, 1e-9, 0},
        {4, .3, .12, 15.975263768330118, 1e-9, 0}, {4, .3, .15, 9.758124085994108, 1e-6, 0},
        {4, .3, .2, 2.3401906400907024, 1e-4, 0},  {4, .3, .25, 0, 0, 11},
        {4, .3, .3, 0, 0, 6},                      {3, .5, .2, 8.755659832, 1e-9, 0},
        {3, .5, .25, 6.581980878, 1e-6, 0},        {3, .5, .3, 3.247, 1e-3, 0},
        {3, .5, .42, 2.0000030993941946, 1e-3, 0}, {3, .5, .45, 0, 0, 10},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        walked w;
        walk(*state, &(asked){"(a*b - 1)^2/2", NULL, {told[i].a, told[i].b}, told[i].eta, 20000, GN_OPT_sgd, 0, 0}, &w);
        assert_int_equal(w.d.end == GN_DESCENT_OVERFLOW, told[i].diverges > 0);
        if (told[i].diverges) { /* the first step at which f is beyond 1e12 */
            size_t k = 0;
            while (!(w.d.f[k] > 1e12)) k++;
            assert_int_equal(k, told[i].diverges);
            continue;
        }
        assert_int_equal(w.d.steps, 20000);
        double last = sharpness(*state, &w, w.d.rows - 1);
        assert_true(last <= 2 / told[i].eta);
        close_to(last, told[i].sharp, told[i].tolerance);
    }
}

/* ---- laws -------------------------------------------------------------------------------------------------------- */

/* On a quadratic the second-order prediction is the truth, whatever the optimiser; decay is no part of f. */
static void prediction_is_truth_on_a_quadratic(void **state)
{
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        walked w;
        walk(*state, &(asked){"3*x^2 + x*y + y^2 - 4*y", NULL, {1, -2}, .02, 30, (gn_optimizer)op, .decay = .1}, &w);
        assert_int_equal(w.d.rows, 31);
        for (size_t r = 1; r < w.d.rows; r++) close_to(w.d.first[r] + w.d.second[r], w.d.change[r], 1e-11);
    }
}

/* Just below the limit of its row a descent on lambda/2*w^2 arrives, just above it does not. */
static void limits_hold(void **state)
{
    bench *b = *state;
    static const gn_optimizer ops[] = {GN_OPT_sgd, GN_OPT_momentum, GN_OPT_nesterov};
    for (size_t i = 0; i < GN_COUNT(ops); i++) {
        const gn_optimizer_row *row = &gn_optimizer_table()[ops[i]];
        gn_limit limit;
        walked w;
        assert_int_equal(gn_limit_of(b->ctx, ops[i], row->parameter_default, &limit), GN_OK);
        double lr = limit.value / 200;
        walk(b, &(asked){"100*w^2", NULL, {1}, .99 * lr, 20000, ops[i], 0, 0}, &w);
        assert_true(w.d.end != GN_DESCENT_OVERFLOW && w.d.arrived != UINT64_MAX);
        walk(b, &(asked){"100*w^2", NULL, {1}, 1.01 * lr, 200000, ops[i], 0, 0}, &w);
        assert_int_equal(w.d.end, GN_DESCENT_OVERFLOW);
    }
}

static const gn_symbol *last_symbol(const gn_sheet *s, const char *name)
{
    const gn_symbol *y = gn_sheet_find(s, name);
    assert_non_null(y);
    return y;
}

/* Names of the expression that are also names of the row: nothing is mixed up. */
static void steps_written_out_are_the_path(void **state)
{
    bench *b = *state;
    static const char *const texts[] = {"3*x^2 + x*y + y^2 - 4*y", "(g - 1)^2 + (v*g)^2/4"};
    for (int op = 0; op < GN_OPT_COUNT; op++)
        for (int i = 0; i < 2; i++)
            for (int decay = 0; decay < 3; decay++) {
                walked w;
                gn_sheet s;
                walk(b, &(asked){texts[i], NULL, {1, -2}, .02, 3, (gn_optimizer)op, .decay = decay * .1,
                                 .clip = decay / 2 * .5}, &w);
                assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
                for (size_t j = 0; j < 2; j++)
                    assert_true(last_symbol(&s, w.of.name[j])->value[0] == w.d.x[3 * 2 + j]);
                for (size_t k = 0; k < s.lines; k++) {
                    double difference;
                    assert_int_equal(gn_line_again(&s, s.line[k], &difference), GN_OK);
                    assert_true(difference <= 1e-12);
                }
                gn_sheet_free(&s);
            }
}

/* Steps beyond what the path keeps, and a formula too long to be written out. */
static void many_steps_and_long_formulas(void **state)
{
    bench *b = *state;
    walked w;
    gn_sheet s;
    walk(b, &(asked){"x^2", NULL, {1}, 1e-4, 12000, GN_OPT_sgd, 0, 0}, &w);
    w.ask.written = 6000;
    assert_int_equal(w.d.k[3000], 6000);
    assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
    assert_true(last_symbol(&s, "x")->value[0] == w.d.x[3000]);
    gn_sheet_free(&s);
    char text[22000] = "x";
    for (size_t n = 1, k = 0; k < 1600; k++) n += (size_t)snprintf(text + n, sizeof text - n, "+sin(x)^%zu",
                                                                   k % 90 + 10);
    walk(b, &(asked){text, NULL, {.5}, 1e-4, 3, GN_OPT_sgd, 0, 0}, &w);
    assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
    assert_true(last_symbol(&s, "x")->value[0] == w.d.x[3]);
    gn_sheet_free(&s);
}

static bool says(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->title && strstr(s->line[i]->title, words)) return true;
    return false;
}

static void what_happened_is_said(void **state)
{
    bench *b = *state;
    static const struct { asked q; const char *words; } told[] = {
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0}, "best fixed rate 2/(2 + 4) = 0.333333"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0}, "so lr < 0.5; lr = 0.1 is 0.2 of it, below"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0}, "the curvature at every point: convex"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0}, "after 5 steps f went from 11 to 0.978461"},
        {{bowl, NULL, {0, 0}, .1, 200, GN_OPT_sgd, 0, 0}, "came under 1e-6 of its first value 7.2111 at step"},
        {{bowl, NULL, {0, 0}, .45, 5, GN_OPT_sgd, 0, 0}, "5 steps went past the bottom"},
        {{bowl, NULL, {0, 0}, .6, 20, GN_OPT_sgd, 0, 0}, "it moves away"},
        {{"x^2", NULL, {1}, 1e30, 50, GN_OPT_sgd, 0, 0}, "DIVERGED: at step 6 f is not finite"},
        {{"abs(x)", NULL, {.05}, .1, 9, GN_OPT_sgd, 0, 0}, "alternate between x = 0.05 and -0.05"},
        {{"x^2 - y^2", NULL, {1, 1e-3}, .1, 9, GN_OPT_sgd, 0, 0}, "the eigenvalue -2 is negative"},
        {{"x^4", NULL, {1}, .1, 9, GN_OPT_sgd, 0, 0}, "(a local estimate)"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_momentum, 0, 0}, "limit of momentum: lr*λ < 2 + 2*mu = 3.8"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_adam, 0, 0}, "(2 + 2*beta1)/(1 - beta1) = 38"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_adam, 0, 0}, "P^-1/2 H P^-1/2 with the state of adam after step 5"},
        {{bowl, NULL, {0, 0}, .1, 5, GN_OPT_lion, 0, 0}, "lion has no limit of this kind"},
        {{"x^2", NULL, {1}, .1, 30000, GN_OPT_sgd, 0, 0}, "one step in 4 is kept"},
        {{"x^2", NULL, {1}, .1, 0, GN_OPT_sgd, 0, 0}, "no step was taken"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        walked w;
        gn_sheet s;
        walk(b, &told[i].q, &w);
        assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
        if (!says(&s, told[i].words)) fail_msg("%s: not '%s'", told[i].q.text, told[i].words);
        gn_sheet_free(&s);
    }
}

/* What stands still, what is cut and what rules the steps is said only of what does. */
static void sentences_follow_the_path(void **state)
{
    bench *b = *state;
    static const struct { asked q; const char *words, *not; } told[] = {
        {{"relu(x)", NULL, {.1}, .2, 4, GN_OPT_sgd, 0, 0}, "from step 1 on: descent stands still", "moves all the same"},
        {{"relu(x)", NULL, {.1}, .2, 4, GN_OPT_rprop, 0, 0}, "from step 1 on: descent stands still", "moves all"},
        {{"relu(x)", NULL, {.1}, .2, 4, GN_OPT_momentum, 0, 0}, "from step 1 to the end, step 4; the point moves", "still"},
        {{"relu(x)", NULL, {.1}, .2, 4, GN_OPT_nesterov, 0, 0}, "gathered of the slopes so far.", "still"},
        {{"relu(x)", NULL, {.1}, .2, 4, GN_OPT_adam, 0, 0}, "gathered of the slopes so far.", "a slope of 0 moves nothing"},
        {{"relu(x)", NULL, {-1}, .2, 4, GN_OPT_adamw, 0, 0}, "adamw adds to the slope: its own weight decay", "still"},
        {{"x^2", NULL, {1}, .5, 300, GN_OPT_sgd, 0, .01}, "as long as no slope is cut", "one step arrives."},
        {{"x^2", NULL, {1}, .5, 9, GN_OPT_sgd, 0, 0}, "one step arrives.", "cut"},
        {{"x^2 - y^2", NULL, {1, 0}, .1, 9, GN_OPT_sgd, 0, 0}, "grows, along which the slope is 0, did not", "yet does"},
        {{"x^2 - y^2", NULL, {1, 1e-9}, .1, 9, GN_OPT_sgd, 0, 0}, "that grows did not rule", "along which"},
        {{"x^2 + 4*y^2", NULL, {0, 1}, .1, 9, GN_OPT_sgd, 0, 0}, "slowest direction, along which the slope is 0", "yet"},
        {{"x^2", NULL, {1}, 1.9, 2000, GN_OPT_momentum, 0, 0}, "a two-cycle", "for ever"},
        {{"x^2", NULL, {1}, 1, 9, GN_OPT_sgd, 0, 0}, "for ever", "stands still"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        walked w;
        gn_sheet s;
        walk(b, &told[i].q, &w);
        assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
        if (!says(&s, told[i].words)) fail_msg("%s, %d: not '%s'", told[i].q.text, (int)told[i].q.op, told[i].words);
        if (says(&s, told[i].not)) fail_msg("%s, %d: '%s'", told[i].q.text, (int)told[i].q.op, told[i].not);
        gn_sheet_free(&s);
    }
}

static void sentences_have_the_digits_asked_for(void **state)
{
    bench *b = *state;
    static const int digits[] = {0, 3, 17};
    static const char *const words[] = {"to 0.182419.", "to 0.182.", "to 0.1824185102069348."};
    for (size_t i = 0; i < GN_COUNT(digits); i++) {
        walked w;
        gn_sheet s;
        walk(b, &(asked){"x^2", NULL, {1}, .123456789, 3, GN_OPT_sgd, 0, 0}, &w);
        w.ask.digits = digits[i];
        assert_int_equal(gn_descent_sheet(b->ctx, &w.of, &w.ask, &w.d, &s), GN_OK);
        assert_true(says(&s, words[i]));
        gn_sheet_free(&s);
    }
}

/* A long path keeps a part of its rows, from the first to the last. */
static void long_paths_are_thinned(void **state)
{
    walked w;
    walk(*state, &(asked){"x^2", NULL, {1}, 1e-5, 123457, GN_OPT_sgd, 0, 0}, &w);
    assert_int_equal(w.d.k[0], 0);
    assert_int_equal(w.d.k[w.d.rows - 1], 123457);
    assert_true(w.d.rows <= 10001 && w.d.rows > 5000);
    for (size_t r = 0; r < w.d.rows; r++) {
        close_to(w.d.x[r], pow(1 - 2e-5, (double)w.d.k[r]), 1e-9);
        if (r + 1 < w.d.rows) assert_int_equal(w.d.k[r], r * w.d.stride);
    }
}

static void pictures(void **state)
{
    bench *b = *state;
    static const asked told[] = {{"x^2", NULL, {1}, .1, 9, GN_OPT_sgd, 0, 0},
                                 {bowl, NULL, {0, 0}, .1, 5, GN_OPT_sgd, 0, 0},
                                 {"x^2 + y^2 + z^2", NULL, {1, 2, 3}, .1, 5, GN_OPT_sgd, 0, 0},
                                 {"x^2", NULL, {1}, 1e30, 50, GN_OPT_sgd, 0, 0},
                                 {"x^2", NULL, {0}, .1, 0, GN_OPT_sgd, 0, 0}};
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        walked w;
        gn_picture p;
        gn_text t;
        gn_text_init(&t, b->ctx);
        walk(b, &told[i], &w);
        assert_int_equal(gn_descent_picture(&b->arena, &w.of, &w.ask, &w.d, &p), GN_OK);
        assert_int_equal(p.n_panels, 1);
        assert_int_equal(gn_picture_draw(b->ctx, &p, 80, false, &t), GN_OK);
        assert_true(t.length > 100);
        gn_text_clear(&t);
        assert_int_equal(gn_picture_script(b->ctx, &p, GN_PICTURE_SVG, "x.svg", &t), GN_OK);
        gn_text_free(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_bowl),
        BENCH_TEST(a_parabola),
        BENCH_TEST(absolute_value_alternates),
        BENCH_TEST(clipping_ends_in_a_cycle),
        BENCH_TEST(the_minimal_model_of_sharpness),
        BENCH_TEST(prediction_is_truth_on_a_quadratic),
        BENCH_TEST(limits_hold),
        BENCH_TEST(steps_written_out_are_the_path),
        BENCH_TEST(many_steps_and_long_formulas),
        BENCH_TEST(what_happened_is_said),
        BENCH_TEST(sentences_follow_the_path),
        BENCH_TEST(sentences_have_the_digits_asked_for),
        BENCH_TEST(long_paths_are_thinned),
        BENCH_TEST(pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
