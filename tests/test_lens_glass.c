/* test_lens_glass.c -- the glass box as a program that embeds it reaches it: the public functions alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "glassnet.h"

typedef struct trained { gn_context *ctx; gn_data *data; gn_options *options; gn_model *model; } trained;

static void set(trained *t, const char *name, const char *value)
{
    if (gn_options_set(t->options, name, value)) fail_msg("%s", gn_last_error(t->ctx)->message);
}

static int open_trained(void **state)
{
    static trained t;
    *state = &t;
    if (gn_context_new(NULL, &t.ctx) || gn_options_new(t.ctx, &t.options)) return -1;
    set(&t, "n", "80");
    set(&t, "layers", "4");
    set(&t, "act", "tanh");
    set(&t, "epochs", "5");
    return gn_data_read(t.ctx, "moons", t.options, &t.data) || gn_train(t.ctx, t.data, t.options, NULL, NULL, &t.model);
}

static int close_trained(void **state)
{
    trained *t = *state;
    gn_model_free(t->model);
    gn_data_free(t->data);
    gn_options_free(t->options);
    gn_context_free(t->ctx);
    return 0;
}

static void has(const char *report, const char *what)
{
    assert_non_null(report);
    if (!strstr(report, what)) fail_msg("no \"%s\" in\n%s", what, report);
}

static void an_explanation(void **state)
{
    trained *t = *state;
    gn_options *o;
    char *report;
    assert_int_equal(gn_options_new(t->ctx, &o), GN_OK);
    assert_int_equal(gn_options_set(o, "row", "0-3"), GN_OK);
    static const char *const format[][2] = { { "text", "tanh(Z1)" }, { "markdown", "$$" }, { "latex", "\\begin{document}" },
                                             { "html", "<html" } };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gn_options_set(o, "format", format[i][0]), GN_OK);
        assert_int_equal(gn_explain_model(t->ctx, t->model, t->data, o, &report), GN_OK);
        has(report, format[i][1]);
        gn_report_free(t->ctx, report);
    }
    assert_int_equal(gn_options_set(o, "row", "80"), GN_OK);
    assert_int_equal(gn_explain_model(t->ctx, t->model, t->data, o, &report), GN_USAGE);
    assert_null(report);
    assert_int_equal(gn_options_set(o, "row", "0"), GN_OK);
    assert_int_equal(gn_options_set(o, "format", "json"), GN_OK);
    assert_int_equal(gn_explain_model(t->ctx, t->model, t->data, o, &report), GN_USAGE);
    gn_options_free(o);
}

static void a_check(void **state)
{
    trained *t = *state;
    char *report;
    assert_int_equal(gn_check_model(t->ctx, t->model, t->data, NULL, &report), GN_OK);
    has(report, "excellent");
    gn_report_free(t->ctx, report);
}

static void a_derivative(void **state)
{
    trained *t = *state;
    static const char *const f[] = { "x^2 + y", "2*x + 3*y" };
    gn_options *o;
    char *report;
    assert_int_equal(gn_differentiate(t->ctx, f, 2, NULL, &report), GN_OK);
    has(report, "[[2*x, 1], [2, 3]]");
    gn_report_free(t->ctx, report);
    assert_int_equal(gn_options_new(t->ctx, &o), GN_OK);
    assert_int_equal(gn_options_set(o, "at", "x=1,y=1"), GN_OK);
    assert_int_equal(gn_differentiate(t->ctx, f, 2, o, &report), GN_OK);
    has(report, "[[2, 1], [2, 3]]");
    gn_report_free(t->ctx, report);
    static const char *const wrong[] = { "2x" };
    assert_int_equal(gn_differentiate(t->ctx, wrong, 1, o, &report), GN_USAGE);
    assert_string_equal(gn_last_error(t->ctx)->code, "EXP-SYNTAX");
    assert_null(report);
    assert_int_equal(gn_differentiate(t->ctx, wrong, 0, NULL, &report), GN_USAGE);
    assert_string_equal(gn_last_error(t->ctx)->code, "EXP-EMPTY");
    has(gn_last_error(t->ctx)->message, "there is no expression");
    assert_null(report);
    gn_options_free(o);
}

static void sharpness(void **state)
{
    trained *t = *state;
    gn_options *o;
    gn_sharpness_figures f;
    assert_int_equal(gn_options_new(t->ctx, &o), GN_OK);
    assert_int_equal(gn_options_set(o, "optimizer", "sgd"), GN_OK);
    assert_int_equal(gn_options_set(o, "lr", "0.5"), GN_OK);
    assert_int_equal(gn_measure_sharpness(t->ctx, t->model, t->data, o, &f), GN_OK);
    assert_true(f.largest > 0 && f.largest >= f.smallest && f.residual <= 1e-3 * f.largest);
    assert_true(f.limit == 2 && f.rate == 0.5 && fabs(f.largest_rate - 2 / f.largest) <= 1e-12 * f.largest_rate);
    gn_options_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(an_explanation), cmocka_unit_test(a_check),
                                        cmocka_unit_test(a_derivative), cmocka_unit_test(sharpness) };
    return cmocka_run_group_tests(tests, open_trained, close_trained);
}
