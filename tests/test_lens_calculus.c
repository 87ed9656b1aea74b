/* test_lens_calculus.c -- differentiation as a learner sees it: results as a person writes them, their values at points
 * with known answers, kinks, verdicts, approximations; and every equation read again. */
#include "formula_test.h"

#include "lens/calculus.h"

typedef struct asked {
    const char *text[3];
    const char *by;
    double at[6];
    const char *exact[6];
    bool point;
    double along[4];
    bool step;
    int order;
    const char *collect, *update;
} asked;

static gn_functions read(bench *b, const asked *q)
{
    gn_functions of;
    size_t count = 0;
    while (count < 3 && q->text[count]) count++;
    if (gn_functions_parse(&b->arena, q->text, count, q->by, &of) != GN_OK)
        fail_msg("%s: %s", q->text[0], gn_last_error(b->ctx)->message);
    return of;
}

static void make(bench *b, const asked *q, gn_sheet *s)
{
    gn_functions of = read(b, q);
    const gn_formula *exact[6];
    for (size_t i = 0; i < of.names && i < 6; i++)
        exact[i] = q->exact[i] ? parse(b, q->exact[i]) : gn_formula_number(&b->arena, q->at[i]);
    gn_calculus_ask ask = {.at = q->point ? q->at : NULL, .exact = q->point ? exact : NULL,
                           .along = q->step ? q->along : NULL, .order = q->order, .collect = q->collect,
                           .update = q->update};
    if (gn_calculus_sheet(b->ctx, &of, &ask, s) != GN_OK)
        fail_msg("%s: %s", q->text[0], gn_last_error(b->ctx)->message);
}

static const gn_line *line_of(const gn_sheet *s, const char *name)
{
    for (size_t i = s->lines; i-- > 0;)
        if (s->line[i]->symbol && !strcmp(s->line[i]->symbol->name, name)) return s->line[i];
    fail_msg("the sheet has no line of %s", name);
    return NULL;
}

static void check_text(const gn_sheet *s, const char *name, const char *wanted)
{
    const gn_line *l = line_of(s, name);
    if (!l->formula || strcmp(l->formula, wanted)) fail_msg("%s = %s, not %s", name, l->formula, wanted);
}

static void check_value(const gn_sheet *s, const char *name, size_t i, double wanted)
{
    const gn_symbol *y = gn_sheet_find(s, name);
    if (!y || !y->value) fail_msg("the sheet has no value of %s", name);
    if (i >= y->rows * y->cols || !(fabs(y->value[i] - wanted) <= 1e-12 * fmax(1, fabs(wanted))))
        fail_msg("%s[%zu] = %s, not %s", name, i, gn_num(GN_NUM, y->value[i]), gn_num(GN_NUM, wanted));
}

static bool says(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TEXT && strstr(s->line[i]->title, words)) return true;
    return false;
}

static void read_again(const gn_sheet *s)
{
    for (size_t i = 0; i < s->lines; i++) {
        double difference;
        assert_int_equal(gn_line_again(s, s->line[i], &difference), GN_OK);
        if (!(difference <= 1e-12))
            fail_msg("%s: %s = %s differs by %s", s->title, s->line[i]->symbol->name, s->line[i]->formula,
                     gn_num(GN_NUM, difference));
    }
}

/* ---- in symbols -------------------------------------------------------------------------------------------------- */

static void results_as_a_person_writes_them(void **state)
{
    static const struct { asked q; const char *name, *wanted; } told[] = {
        {{.text = {"x^2"}, NULL}, "df_dx", "2*x"},
        {{.text = {"(x - 3)^2 + 2*(y + 1)^2"}, NULL}, "df_dx", "2*(x - 3)"},
        {{.text = {"(x - 3)^2 + 2*(y + 1)^2"}, NULL}, "df_dy", "4*(y + 1)"},
        {{.text = {"x^2 + 4*y^2"}, NULL}, "grad", "[2*x, 8*y]"},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL}, "J", "[[2*x, 1], [2, 3]]"},
        {{.text = {"[x^2 + y, 2*x + 3*y]"}, NULL}, "J", "[[2*x, 1], [2, 3]]"},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL}, "det", "6*x - 2"},
        {{.text = {"(w*x - y)^2"}, "w", .update = "eta"}, "w_new", "w*(1 - 2*eta*x^2) + 2*eta*x*y"},
        {{.text = {"(w*x - y)^2"}, "w", .collect = "w"}, "df_dw", "2*w*x^2 - 2*x*y"},
        {{.text = {"(x - 3)^2 + 2*(y + 1)^2"}, NULL, .order = 2}, "H", "[[2, 0], [0, 4]]"},
        {{.text = {"e^x"}, NULL}, "df_dx", "e^x"},
        {{.text = {"log(e)*x + log(e^(2*x))"}, NULL}, "df_dx", "3"},
        {{.text = {"e^x"}, "x,e"}, "df_dx", "e^x*log(e)"},  /* --by makes e a variable */
        {{.text = {"e^x"}, NULL, .at = {1}, .point = true}, "tangent", "e*x"},
        {{.text = {"dot([x, y], [1, 2])"}, NULL}, "f", "x + 2*y"},
        {{.text = {"f*g"}, NULL}, "df__df", "g"},   /* a variable called f leaves the function another name */
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &told[i].q, &s);
        check_text(&s, told[i].name, told[i].wanted);
        read_again(&s);
        gn_sheet_free(&s);
    }
}

/* A Jacobian without values is shown by its formulas alone, in every form. */
static void symbols_have_no_values(void **state)
{
    bench *b = *state;
    gn_sheet s;
    asked q = {.text = {"[a*b, b*c, c*d, d*a, a*c, b*d, a, b, c, d]"}, .order = 2};
    make(b, &q, &s);
    const gn_symbol *j = gn_sheet_find(&s, "J");
    assert_true(j && j->value == NULL && j->rows == 10 && j->cols == 4);
    for (int format = 0; format < GN_FORMAT_COUNT; format++) {
        gn_render how;
        gn_text t;
        gn_text_init(&t, b->ctx);
        gn_render_defaults(&how);
        how.format = (gn_format)format;
        assert_int_equal(gn_sheet_render(&s, &how, &t), GN_OK);
        assert_null(strstr(t.at, "df1_da"));   /* the name stands nowhere in the place of a value */
        gn_text_free(&t);
    }
    gn_sheet_free(&s);
}

static void singular_where_the_determinant_is_zero(void **state)
{
    static const struct { const char *f, *g, *words; } told[] = {
        {"x^2 + y", "2*x + 3*y", "singular where x = 1/3."},
        {"x + y", "2*x + 2*y", "singular everywhere"},
        {"x + y", "x - y", "singular nowhere"},
        {"x*y", "x + y", "singular where its determinant is 0."},
        /* made of pieces: what is linear on each is not linear */
        {"where(x > 0, x, 2*x)", "y", "singular where its determinant is 0: that is made of pieces"},
        {"leaky_relu(x)", "y", "singular where its determinant is 0: that is made of pieces"},
        {"hard_tanh(x)", "y", "singular where its determinant is 0: that is made of pieces"},
        {"max(x, 2)", "y", "singular where its determinant is 0: that is made of pieces"},
        {"abs(x - 1) + abs(x + 1)", "y", "singular where its determinant is 0: that is made of pieces"},
        {"2*relu(x) - x", "y", "singular where its determinant is 0: that is made of pieces"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &(asked){.text = {told[i].f, told[i].g}, NULL}, &s);
        if (!says(&s, told[i].words)) fail_msg("%s, %s: not '%s'", told[i].f, told[i].g, told[i].words);
        gn_sheet_free(&s);
    }
}

static void a_piece_is_derived_once(void **state)
{
    gn_sheet s;
    make(*state, &(asked){.text = {"sin(x^2)*cos(x^2)"}, NULL}, &s);
    size_t written = 0, pointed = 0;
    uint32_t number = 0;
    for (size_t i = 0; i < s.lines; i++) {
        const gn_line *l = s.line[i];
        if (l->symbol && l->symbol->shown && !strcmp(l->symbol->shown, "d(x^2)/dx")) {
            written++;
            number = l->number;
            assert_string_equal(l->title, "power");
        }
        const char *at = l->kind == GN_LINE_TEXT ? strstr(l->title, "as in step ") : NULL;
        if (!at) continue;
        char wanted[40];
        snprintf(wanted, sizeof wanted, "d(x^2)/dx as in step %u", number);
        assert_string_equal(l->title, wanted);
        pointed++;
    }
    assert_int_equal(written, 1);
    assert_int_equal(pointed, 1);
    check_text(&s, "df_dx", "2*x*cos(x^2)^2 - 2*x*sin(x^2)^2");
    gn_sheet_free(&s);
}

/* ---- at a point -------------------------------------------------------------------------------------------------- */

static void known_values(void **state)
{
    static const struct { asked q; const char *name; size_t i; double wanted; } told[] = {
        {{.text = {"x^2"}, NULL, {1}, .point = true}, "df_dx", 0, 2},
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "grad", 1, 8},
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "grad_square", 0, 68},
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "grad_norm", 0, 8.246211251235321},
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "unit", 0, .24253562503633297},
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "unit", 1, .9701425001453319},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true}, "J", 0, 2},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true}, "det", 0, 4},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true, .along = {.1, -.1}, .step = true}, "linear", 0,
         2.1},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true, .along = {.1, -.1}, .step = true}, "linear", 1,
         4.9},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true, .along = {.1, -.1}, .step = true}, "moved", 0,
         2.11},
        {{.text = {"x^2 + y", "2*x + 3*y"}, NULL, {1, 1}, .point = true, .along = {.1, -.1}, .step = true}, "moved", 1,
         4.9},
        /* CS231n: the circuits of the backpropagation lecture */
        {{.text = {"(x + y)*z"}, NULL, {-2, 5, -4}, .point = true}, "f", 0, -12},
        {{.text = {"(x + y)*z"}, NULL, {-2, 5, -4}, .point = true}, "df_dx", 0, -4},
        {{.text = {"(x + y)*z"}, NULL, {-2, 5, -4}, .point = true}, "df_dy", 0, -4},
        {{.text = {"(x + y)*z"}, NULL, {-2, 5, -4}, .point = true}, "df_dz", 0, 3},
        {{.text = {"(x + sigmoid(y))/(sigmoid(x) + (x + y)^2)"}, NULL, {3, -4}, .point = true}, "f", 0,
         1.5456448841066441},
        {{.text = {"(x + sigmoid(y))/(sigmoid(x) + (x + y)^2)"}, NULL, {3, -4}, .point = true}, "df_dx", 0,
         2.0595697955721652},
        {{.text = {"(x + sigmoid(y))/(sigmoid(x) + (x + y)^2)"}, NULL, {3, -4}, .point = true}, "df_dy", 0,
         1.5922327514838093},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &told[i].q, &s);
        check_value(&s, told[i].name, told[i].i, told[i].wanted);
        read_again(&s);
        gn_sheet_free(&s);
    }
}

static void a_sigmoid_neuron_of_two_inputs(void **state)
{
    static const char *const text = "1/(1 + exp(-(w0*x0 + w1*x1 + w2)))";
    static const struct { const char *name; double wanted; } told[] = {
        {"f", .7310585786300049}, {"df_dw0", -.19661193324148185}, {"df_dw1", -.3932238664829637},
        {"df_dw2", .19661193324148185}, {"df_dx0", .3932238664829637}, {"df_dx1", -.5898357997244456},
    };
    gn_sheet s; /* the names stand in the order w0, x0, w1, x1, w2 */
    make(*state, &(asked){.text = {text}, NULL, {2, -1, -3, -2, -3}, .point = true}, &s);
    for (size_t i = 0; i < GN_COUNT(told); i++) check_value(&s, told[i].name, 0, told[i].wanted);
    read_again(&s);
    gn_sheet_free(&s);
}

static void along_a_step(void **state)
{
    gn_sheet s;
    make(*state, &(asked){.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true, .along = {.01, .005}, .step = true,
                          .order = 2}, &s);
    check_value(&s, "predicted", 0, .06);
    check_value(&s, "f_moved", 0, 5.0602);
    check_value(&s, "change", 0, .0602);
    check_value(&s, "error", 0, .0002);
    check_value(&s, "second", 0, .0002);
    check_value(&s, "quadratic", 0, .0602);
    check_value(&s, "d_norm", 0, .011180339887498949);
    check_value(&s, "D_u", 0, 5.366563145999495);
    read_again(&s);
    gn_sheet_free(&s);
}

static void exact_forms_are_kept(void **state)
{
    static const struct { asked q; const char *name, *wanted; } told[] = {
        {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, "grad_norm", "2*sqrt(17)"},
        {{.text = {"x^3/3"}, NULL, {2}, .point = true}, "f", "8/3"},
        {{.text = {"x^2"}, NULL, {1. / 3}, {"1/3"}, .point = true}, "df_dx", "2/3"},
        {{.text = {"x^2"}, NULL, {1.4142135623730951}, {"sqrt(2)"}, .point = true}, "df_dx", "2*sqrt(2)"},
        {{.text = {"x*y"}, NULL, {2, 3}, .point = true, .order = 2}, "lambda_1", NULL},
        {{.text = {"x^2 + x*y"}, NULL, {2, 3}, .point = true, .order = 2}, "lambda_2", "1 + sqrt(2)"},
        {{.text = {"exp(x)"}, NULL, {1}, .point = true}, "f", NULL},    /* exp(1) says no more than its digits */
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &told[i].q, &s);
        const gn_symbol *y = gn_sheet_find(&s, told[i].name);
        assert_non_null(y);
        if (!told[i].wanted != !y->exact || (y->exact && strcmp(y->exact, told[i].wanted)))
            fail_msg("%s of %s: %s, not %s", told[i].name, told[i].q.text[0], y->exact ? y->exact : "none",
                     told[i].wanted ? told[i].wanted : "none");
        gn_sheet_free(&s);
    }
}

static void tangents_and_signs(void **state)
{
    gn_sheet s;
    make(*state, &(asked){.text = {"x^2"}, NULL, {1}, .point = true}, &s);
    check_text(&s, "tangent", "2*x - 1");
    assert_true(says(&s, "df/dx = 2 > 0: f rises as x grows, so descent makes x smaller: to the left"));
    gn_sheet_free(&s);
    make(*state, &(asked){.text = {"x^2"}, NULL, {-3}, .point = true}, &s);
    check_text(&s, "tangent", "-6*x - 9");
    assert_true(says(&s, "descent makes x larger: to the right"));
    gn_sheet_free(&s);
    make(*state, &(asked){.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true}, &s);
    check_text(&s, "tangent", "2*x + 8*y - 5");
    gn_sheet_free(&s);
}

/* No direction of the table climbs more than the gradient's own, which climbs as much as the gradient is long. */
static void steepest_ascent(void **state)
{
    static const asked told[] = {{.text = {"x^2 + 4*y^2"}, NULL, {1, 1}, .point = true},
                                 {.text = {"sin(x)*exp(y)"}, NULL, {.3, -.8}, .point = true},
                                 {.text = {"x*y*z"}, NULL, {1, -2, 3}, .point = true}};
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &told[i], &s);
        const gn_line *table = NULL;
        for (size_t k = 0; k < s.lines; k++)
            if (s.line[k]->kind == GN_LINE_TABLE) table = s.line[k];
        assert_non_null(table);
        const double *slope = table->column[table->columns - 1].number;
        double norm = gn_sheet_find(&s, "grad_norm")->value[0];
        for (size_t r = 0; r < table->rows; r++) assert_true(slope[r] <= norm * (1 + 1e-14));
        assert_true(fabs(slope[table->rows - 1] - norm) <= 1e-12 * norm);
        for (size_t r = 0; r < table->rows; r++) { /* every direction has length 1 */
            double length = 0;
            for (size_t j = 1; j + 1 < table->columns; j++) length = hypot(length, table->column[j].number[r]);
            assert_true(fabs(length - 1) <= 1e-14);
        }
        gn_sheet_free(&s);
    }
}

/* ---- second order ------------------------------------------------------------------------------------------------ */

static void verdicts(void **state)
{
    static const struct { const char *text; double at[2]; const char *words; } told[] = {
        {"x^2 + 4*y^2", {1, 1}, "f is convex everywhere"},
        {"-x^2 - y^2", {1, 1}, "f is concave everywhere"},
        {"x^2 - y^2", {1, 1}, "f is a saddle everywhere"},
        {"x + 2*y", {1, 1}, "f is without curvature everywhere"},
        {"(x + y)^2", {1, 1}, "f is convex, with a flat direction everywhere"},
        {"x^3 + y^2", {1, 1}, "at this point f is convex"},
        {"x^3 + y^2", {-1, 1}, "at this point f is a saddle"},
        {"abs(x) + y^2", {1, 1}, "away from where its pieces meet the Hessian is the same everywhere, and f is "
                                 "convex, with a flat"},
        {"log(x) + y", {0, 1}, "the Hessian is not finite here"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        asked q = {.text = {told[i].text}, NULL, {told[i].at[0], told[i].at[1]}, .point = true, .order = 2};
        make(*state, &q, &s);
        if (!says(&s, told[i].words)) fail_msg("%s: not '%s'", told[i].text, told[i].words);
        gn_sheet_free(&s);
    }
}

/* ---- what goes wrong --------------------------------------------------------------------------------------------- */

static void not_finite_names_the_piece(void **state)
{
    static const struct { const char *text; double at; const char *words; } told[] = {
        {"log(x)", 0, "f is -inf here because of log(x) (column 1): log(0) is -inf"},
        {"1/x", 0, "because of 1/x (column 2)"},
        {"x/x", 0, "0/0 is nan"},
        {"3 + sqrt(x)", -1, "f is nan here because of sqrt(x) (column 5)"},
        {"x^0", 0, "0^0 is 1"},
        {"x^x", 0, "df/dx is -inf here because of log(x): log(0) is -inf"},
        {"x/x", 0, "where f has no finite value it has no slope"},
        {"gelu(x)", 1, "the tangent in numbers: y = 1.08332*x - 0.24197"},
        {"where(x > 0, x^2, x^2)", 0, "the other has the same value and the same slope"},
        {"where(x > 0, x^2, x^2)", 0, "to first order f does not change"},
        {"where(x > 0, x, 2*x)", 0, "at a kink there is no tangent"},
        {"where(x > 0, x + 1, x)", 0, "the other has another value, so that f jumps"},
        {"where(x > 0, x + 1, x)", 0, "at a jump there is no tangent"},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_sheet s;
        make(*state, &(asked){.text = {told[i].text}, NULL, {told[i].at}, .point = true}, &s);
        if (!says(&s, told[i].words)) fail_msg("%s: not '%s'", told[i].text, told[i].words);
        if (says(&s, "f is nan") && says(&s, "to first order")) fail_msg("%s has a slope", told[i].text);
        gn_sheet_free(&s);
    }
}

static size_t kinks_at(bench *b, const char *text, double x, double y, gn_kink *first)
{
    gn_kink *k;
    size_t count;
    gn_binding at[] = {{"x", x}, {"y", y}};
    assert_int_equal(gn_formula_kinks(&b->arena, parse(b, text), at, 2, &k, &count), GN_OK);
    if (count) *first = k[0];
    return count;
}

static void kinks_that_are_known(void **state)
{
    static const struct { const char *text; double x, y; size_t count; double left, right, taken; } told[] = {
        {"abs(x)", 0, 0, 1, -1, 1, 0},
        {"abs(x)", 1e-300, 0, 0, 0, 0, 0},
        {"relu(x)", 0, 0, 1, 0, 1, 0},
        {"leaky_relu(x)", 0, 0, 1, .01, 1, .01},
        {"elu(x, 0.5)", 0, 0, 1, .5, 1, .5},
        {"elu(x)", 0, 0, 0, 0, 0, 0},
        {"max(x, y)", 1, 1, 1, 0, 1, 0},
        {"max(x, y)", 1, 2, 0, 0, 0, 0},
        {"hard_tanh(x)", 1, 0, 1, 1, 0, 0},
        {"abs(x - 3)*2", 3, 0, 1, -1, 1, 0},
        {"abs(3)*x", 0, 0, 0, 0, 0, 0},
        {"huber(x)", 1, 0, 0, 0, 0, 0},     /* its second derivative jumps, its slope does not */
        {"1/x", 0, 0, 0, 0, 0, 0},
        {"sqrt(x)", 0, 0, 0, 0, 0, 0},
        {"tanh(x)", 0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < GN_COUNT(told); i++) {
        gn_kink k = {0};
        size_t count = kinks_at(*state, told[i].text, told[i].x, told[i].y, &k);
        if (count != told[i].count) fail_msg("%s: %zu kinks", told[i].text, count);
        if (!count) continue;
        assert_true(fabs(k.left - told[i].left) <= 1e-9 && fabs(k.right - told[i].right) <= 1e-9);
        assert_true(fabs(k.taken - told[i].taken) <= 1e-12);
    }
    gn_kink k;
    assert_int_equal(kinks_at(*state, "where(x < 1, x, 2*x)", 1, 0, &k), 1);
    assert_true(k.row == NULL);
}

/* A row of one input has a kink exactly where its values rise differently to the left and to the right. */
static void kinks_of_every_row(void **state)
{
    bench *b = *state;
    static const double places[] = {-3, -1, 0, 1, 3, .5};
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        const gn_row *row = gn_row_at(r);
        char text[80];
        if (row->inputs != 1) continue;
        snprintf(text, sizeof text, "%s(x)", row->name);
        for (size_t i = 0; i < GN_COUNT(places); i++) {
            double x = places[i], h = 1e-6, v[3];
            for (int k = 0; k < 3; k++) {
                gn_binding at = {"x", x + (k - 1) * h};
                assert_int_equal(gn_formula_eval(b->ctx, parse(b, text), &at, 1, &v[k]), GN_OK);
            }
            bool bends = isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]) &&
                         fabs((v[2] - v[1]) - (v[1] - v[0])) / h > 1e-3;
            gn_kink k;
            bool found = kinks_at(b, text, x, 0, &k) > 0;
            if (found != bends && !(row->name[0] == 's' && x == 0 && !strcmp(row->name, "sqrt")))
                fail_msg("%s at %s: %s", text, gn_num(GN_NUM, x), found ? "a kink" : "no kink");
        }
    }
}

static void every_row_is_shown(void **state)
{
    for (size_t r = 0; r < gn_row_table_count(); r++) {
        const gn_row *row = gn_row_at(r);
        char text[80];
        gn_sheet s;
        snprintf(text, sizeof text, "%s(%s)", row->name,
                 row->inputs == 1 ? "2*x" : row->inputs == 2 ? "x, x^2" : "x, x^2, 3*x");
        make(*state, &(asked){.text = {text}, NULL, {.3}, .point = true, .order = 2, .along = {.01}, .step = true}, &s);
        read_again(&s);
        const gn_line *l = line_of(&s, "df_dx");
        assert_non_null(l->rule);
        gn_sheet_free(&s);
    }
}

static void refused(void **state)
{
    bench *b = *state;
    gn_functions of;
    const char *x = "x^2 + z", *m = "[[x, y], [y, x]]";
    assert_int_equal(gn_functions_parse(&b->arena, &x, 1, "y", &of), GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-VAR");
    assert_non_null(strstr(gn_last_error(b->ctx)->hint, "x, z"));
    assert_int_equal(gn_functions_parse(&b->arena, &x, 1, "x,x", &of), GN_USAGE);
    assert_int_equal(gn_functions_parse(&b->arena, &m, 1, NULL, &of), GN_USAGE);
    assert_string_equal(gn_last_error(b->ctx)->code, "EXP-SHAPE");
    const char *e = "e^x";
    assert_int_equal(gn_functions_parse(&b->arena, &e, 1, NULL, &of), GN_OK);
    assert_int_equal(of.names, 1);
    assert_int_equal(gn_functions_parse(&b->arena, &e, 1, "e", &of), GN_OK); /* a variable called e is a variable */
    assert_int_equal(of.variables, 1);
    assert_int_equal(of.names, 2);
    assert_string_equal(of.name[0], "e");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(results_as_a_person_writes_them),
        BENCH_TEST(symbols_have_no_values),
        BENCH_TEST(singular_where_the_determinant_is_zero),
        BENCH_TEST(a_piece_is_derived_once),
        BENCH_TEST(known_values),
        BENCH_TEST(a_sigmoid_neuron_of_two_inputs),
        BENCH_TEST(along_a_step),
        BENCH_TEST(exact_forms_are_kept),
        BENCH_TEST(tangents_and_signs),
        BENCH_TEST(steepest_ascent),
        BENCH_TEST(verdicts),
        BENCH_TEST(not_finite_names_the_piece),
        BENCH_TEST(kinks_that_are_known),
        BENCH_TEST(kinks_of_every_row),
        BENCH_TEST(every_row_is_shown),
        BENCH_TEST(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
