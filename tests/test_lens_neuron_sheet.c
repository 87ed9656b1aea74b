/* test_lens_neuron_sheet.c -- the sheet of a neuron: every equation and every column reads back to its value, what is
 * said holds against the run, the cures, kinks, and memory running out. */
#include "neuron_help.h"
#include "test_base_seams.h"
#include "one_context.h"

/* ---- the sheet --------------------------------------------------------------------------------------------------- */

static void explain(const gn_neuron_spec *s, gn_neuron_show show, gn_sheet *sheet, gn_neuron_result *result)
{
    gn_neuron *n = made(ctx, s);
    gn_sheet_open(sheet, ctx, "neuron");
    must(ctx, gn_neuron_explain(n, &show, sheet, result));
    gn_neuron_free(n);
}

/* A column's formula over the columns of its row and the symbols before the table. */
static void must_read_row(const gn_sheet *sheet, const gn_line *t, size_t column, size_t row, double tolerance)
{
    gn_binding bound[600];
    size_t count = 0;
    gn_arena arena;
    const gn_formula *f;
    double again, printed = t->column[column].number[row];
    for (size_t i = 0; i < t->columns; i++)
        if (t->column[i].name && t->column[i].number)
            bound[count++] = (gn_binding){t->column[i].name, t->column[i].number[row]};
    for (size_t i = t->symbols; i-- > 0 && count < GN_COUNT(bound);)
        if (sheet->symbol[i]->rows * sheet->symbol[i]->cols == 1)
            bound[count++] = (gn_binding){sheet->symbol[i]->name, sheet->symbol[i]->value[0]};
    gn_arena_init(&arena, ctx);
    const char *text = t->column[column].formula;
    must(ctx, gn_formula_parse(&arena, text, strlen(text), &f));
    must(ctx, gn_formula_eval(ctx, f, bound, count, &again));
    gn_arena_free(&arena);
    if (again == printed || (isnan(again) && isnan(printed))) return;
    if (!(fabs(again - printed) <= tolerance * fmax(1, fabs(printed))))
        fail_msg("row %zu: %s = %s is %.17g, not %.17g", row, t->column[column].name, text, again, printed);
}

static void must_read_tables(const gn_sheet *sheet, double tolerance)
{
    for (size_t i = 0; i < sheet->lines; i++) {
        const gn_line *t = sheet->line[i];
        for (size_t c = 0; t->kind == GN_LINE_TABLE && c < t->columns; c++)
            for (size_t r = 0; t->column[c].formula && t->column[c].number && r < t->rows; r++)
                must_read_row(sheet, t, c, r, tolerance);
    }
}

static void must_read_back(const gn_sheet *sheet, const gn_neuron_spec *s)
{
    must_read_tables(sheet, s->type == GN_F32 ? 1e-5 : 1e-9);
    double tolerance = s->type == GN_F32 ? 1e-5 : 1e-12;
    for (size_t i = 0; i < sheet->lines; i++) {
        double difference;
        const gn_line *line = sheet->line[i];
        must(ctx, gn_line_again(sheet, line, &difference));
        if (!(difference <= tolerance))
            fail_msg("%s, %s: %s = %s gives another value, by %g", s->act, s->loss, line->symbol->name, line->formula,
                     difference);
    }
}

/* Law 13, for every activation, loss and optimiser, one row and several, both precisions. */
static void every_equation_reads_back(void **state)
{
    (void)state;
    double x[] = {0.7, -1.3, 0.4, 1.1}, y[] = {0.3, 0.9}, w[] = {0.45, -0.35};
    int op = 0, loss = 0;
    for (int a = 0; a < GN_P_COUNT; a++)
        for (int k = 0; k < 8; k++) {
            if (gn_pointwise_table()[a].arity != 1) continue;
            gn_neuron_spec s = scalar(x, y, w, 0.01);
            do loss = (loss + 1) % GN_LOSS_COUNT;
            while (gn_loss_table()[loss].per_row);
            op = (op + 1) % GN_OPT_COUNT;
            s.inputs = k & 1 ? 2 : 1;
            s.rows = k & 2 ? 2 : 1;
            s.type = k & 4 ? GN_F32 : GN_F64;
            s.has_bias = true;
            s.b = 0.9;
            s.act = gn_pointwise_table()[a].name;
            s.loss = gn_loss_table()[loss].name;
            s.optimizer = (gn_optimizer)op;
            for (int i = 0; i < gn_optimizer_table()[op].parameters; i++)
                s.hyper[i] = gn_optimizer_table()[op].parameter_default[i];
            s.clip = k & 1 ? 0.5 : 0;
            s.decay = k & 2 ? 0.01 : 0;
            gn_sheet sheet;
            gn_neuron_show show = {.steps = 3, .written = 2, .tolerance = 1e-2, .checked = s.type == GN_F64};
            explain(&s, show, &sheet, NULL);
            must_read_back(&sheet, &s);
            for (size_t i = 0; i < sheet.lines; i++)
                if (sheet.line[i]->check.kind) assert_string_not_equal(sheet.line[i]->check.verdict, "FAIL");
            gn_sheet_free(&sheet);
        }
}

static const gn_symbol *symbol_of(const gn_sheet *s, const char *name)
{
    const gn_symbol *v = gn_sheet_find(s, name);
    if (!v) fail_msg("the sheet has no %s", name);
    return v;
}

static const char *line_with(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TEXT && strstr(s->line[i]->title, words)) return s->line[i]->title;
    fail_msg("no line says '%s'", words);
    return NULL;
}

static const gn_line *table_of(const gn_sheet *s, const char *caption)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TABLE && strstr(s->line[i]->title, caption)) return s->line[i];
    fail_msg("no table is called '%s'", caption);
    return NULL;
}

static void the_sheet_of_a_run(void **state)
{
    (void)state;
    double x = 3, y = 10, w = 0.5;
    gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
    gn_neuron_show show = {.steps = 30, .written = 2, .tolerance = 1e-6, .checked = true};
    gn_neuron_result result;
    gn_sheet sheet;
    explain(&s, show, &sheet, &result);
    must_read_back(&sheet, &s);
    assert_int_equal(result.end, GN_NEURON_DONE);
    assert_int_equal(result.k, 30);
    assert_int_equal(result.regime, GN_REGIME_OSCILLATING);
    near(symbol_of(&sheet, "lambda")->value[0], 18, within[ONE_SHOT]);
    near(symbol_of(&sheet, "r")->value[0], -0.8, within[ONE_SHOT]);
    near(symbol_of(&sheet, "lr_best")->value[0], 1.0 / 18, within[ONE_SHOT]);
    near(symbol_of(&sheet, "lr_limit")->value[0], 1.0 / 9, within[ONE_SHOT]);
    near(symbol_of(&sheet, "w_star")->value[0], 10.0 / 3, within[ONE_SHOT]);
    line_with(&sheet, "predicted 62, observed 62");
    const gn_line *t = table_of(&sheet, "trajectory");
    assert_int_equal(t->rows, 31);
    assert_true(t->column[0].number[0] == 0 && t->column[1].number[0] == 0.5);  /* w_0 at k = 0 */
    for (size_t i = 0; i < t->rows; i++) near(t->column[1].number[i], t->column[2].number[i], within[ITERATED]);
    gn_sheet_free(&sheet);
}

/* Predicted and observed steps agree for rates across the regimes. */
static void steps_to_arrive(void **state)
{
    (void)state;
    double x = 3, y = 10, w = 0.5;
    static const struct { double lr; const char *says; } row[] = {
        {0.01, "predicted 70, observed 70"}, {0.1, "predicted 62, observed 62"}, {1.0 / 18, "predicted 1, observed 1"},
        {0.2, "never comes to 1e-6 of the first: so it is predicted, and in the 5 steps"},
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(&x, &y, &w, row[i].lr);
        gn_neuron_show show = {.steps = 5, .written = 1, .tolerance = 1e-6};
        gn_sheet sheet;
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, row[i].says);
        gn_sheet_free(&sheet);
    }
}

/* The closed form keeps its digits for any rate, and where the minimum is 0; within the rounding of the run. */
static void the_closed_form_cancels_nowhere(void **state)
{
    (void)state;
    static const struct { double x, y, w, lr; uint64_t steps; } row[] = {
        {1e-6, 1, 0, 0.1, 9}, {1e-20, 1, 0, 0.1, 9}, {3, 10, 0, 1e-30, 9},  {3, 10, 1e-29, 1e-30, 9},
        {3, 0, 1, 0.01, 300}, {3, 10, 0, 0.01, 50},  {3, -10, 2, 1e-9, 50}, {2, 0, 1e-30, 0.1, 50},
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(&row[i].x, &row[i].y, &row[i].w, row[i].lr);
        gn_neuron_show show = {.steps = row[i].steps, .written = 1, .tolerance = 1e-2};
        gn_sheet sheet;
        explain(&s, show, &sheet, NULL);
        must_read_tables(&sheet, 0);
        const gn_line *t = table_of(&sheet, "trajectory");
        for (size_t k = 0; k < t->rows; k++) {
            double run = t->column[1].number[k], closed = t->column[2].number[k];
            if (!(fabs(closed - run) <= 1e-12 * fabs(run)))
                fail_msg("x %g, y %g, rate %g, k %zu: %.17g beside %.17g", row[i].x, row[i].y, row[i].lr, k, closed, run);
        }
        gn_sheet_free(&sheet);
    }
}

/* No sentence has the words. */
static void must_not_say(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TEXT && strstr(s->line[i]->title, words))
            fail_msg("'%s' is said: %s", words, s->line[i]->title);
}

/* What a decay, a state or a clip does stands in the sentences only where it does it. */
static void sentences_follow_the_run(void **state)
{
    (void)state;
    static const struct {
        double x, y, w, lr;
        gn_optimizer op;
        const char *loss, *says, *not;
        bool cures;
    } row[] = {
        {0, 1, -1, 0.4, GN_OPT_adamw, "mse", "only the weight decay, beside the gradient, moves", "no step moves", false},
        {0, 1, 0, 0.4, GN_OPT_adamw, "mse", "no step moves the weights", "only the weight decay", false},
        {1, 3, 3, 0.4, GN_OPT_adamw, "mse", "moves the weights all the same", "no step moves", false},
        {0, 1, -1, 0.4, GN_OPT_sgd, "mse", "no step moves the weights", "decay", false},
        {2, 0, 1, 1e-5, GN_OPT_adamw, "mse", "does not come to", "pulls the weights", false},
        {2, 1, 1, 1e-5, GN_OPT_adamw, "mse", "pulls the weights towards 0", "away from", false},
        {1, 3, 0, 1.5, GN_OPT_sgd, "mse", "here the run lies on it", "observed, the last two weights", true},
        {1, 3.2, 0, 1.5, GN_OPT_sgd, "mse", "limit cycle: predicted width 1.5", "here the run lies", true},
        {3, 10, 0, 0.5, GN_OPT_sgd, "mae", "clipped at 200 of 200 steps", "is not clipped", true},
        {3, 10, 0, 0.01, GN_OPT_sgd, "mse", "is small and is not clipped", "a gradient was clipped", true},
        {1, 1, 0, 0.5, GN_OPT_sgd, "mae", "every step has the same length", "to and fro", false},
        {1, 1, 0, 0.5, GN_OPT_momentum, "mae", "is made of the same slope", "same length", false},
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(&row[i].x, &row[i].y, &row[i].w, row[i].lr);
        gn_neuron_show show = {.steps = 5, .written = 1, .tolerance = 1e-6, .cures = row[i].cures};
        gn_sheet sheet;
        const gn_optimizer_row *o = &gn_optimizer_table()[row[i].op];
        s.optimizer = row[i].op;
        for (int k = 1; k < o->parameters; k++) s.hyper[k] = o->parameter_default[k];
        s.loss = row[i].loss;
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, row[i].says);
        must_not_say(&sheet, row[i].not);
        gn_sheet_free(&sheet);
    }
}

/* The Huber loss is straight far away: no curvature there, and a slope all the same. */
static void flat_is_not_idle(void **state)
{
    (void)state;
    static const double x[] = {1, 0, 0, 1}, y[] = {0.5, 10}, w[] = {0, 0};
    static const char *const losses[] = {"huber", "mse"};
    static const double inputs[][4] = {{1, 0, 0, 1}, {1, 1, 2, 2}};
    static const char *const says[] = {"the loss is straight at k = 0", "teach nothing"};
    for (size_t i = 0; i < 2; i++) {
        gn_neuron_spec s = scalar(x, y, w, 0.5);
        gn_neuron_show show = {.steps = 2, .written = 1, .tolerance = 1e-2, .digits = 3};
        gn_sheet sheet;
        s.x = inputs[i];
        s.inputs = s.rows = 2;
        s.loss = losses[i];
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, says[i]);
        if (i == 0) must_not_say(&sheet, "teach nothing");
        gn_sheet_free(&sheet);
    }
}

static void sentences_have_the_digits_asked_for(void **state)
{
    (void)state;
    double x = 3, y = 10, w = 0.5;
    static const int digits[] = {0, 3, 17};
    static const char *const says[] = {"to 18.9399;", "to 18.9;", "to 18.93990400000002;"};
    for (size_t i = 0; i < GN_COUNT(digits); i++) {
        gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
        gn_neuron_show show = {.steps = 3, .written = 1, .tolerance = 1e-2, .digits = digits[i]};
        gn_sheet sheet;
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, says[i]);
        gn_sheet_free(&sheet);
    }
}

static void a_long_run_keeps_its_ends(void **state)
{
    (void)state;
    double x = 3, y = 10, w = 0.5;
    gn_neuron_spec s = scalar(&x, &y, &w, 1e-5);
    gn_neuron_show show = {.steps = 100000, .written = 1, .tolerance = 1e-6};
    gn_neuron_result result;
    gn_sheet sheet;
    explain(&s, show, &sheet, &result);
    const gn_line *t = table_of(&sheet, "trajectory");
    assert_int_equal(t->rows, 24);
    for (size_t i = 0; i < 12; i++) {
        assert_true(t->column[0].number[i] == (double)i);
        assert_true(t->column[0].number[12 + i] == 100000 - 11 + (double)i);
    }
    near(t->column[1].number[23], result.w, 0);
    near(t->column[1].number[23], t->column[2].number[23], within[ITERATED]);
    gn_sheet_free(&sheet);
}

static void the_cures(void **state)
{
    (void)state;
    double x = 100, y = 200, w = 1;
    gn_neuron_spec s = scalar(&x, &y, &w, 0.01);
    gn_neuron_show show = {.steps = 4, .written = 1, .tolerance = 1e-6, .cures = true};
    gn_sheet sheet;
    explain(&s, show, &sheet, NULL);
    must_read_back(&sheet, &s);
    const gn_line *t = table_of(&sheet, "each cure");
    static const double limit[] = {1e-4, 1e-4, 1, 1e-4, 1e-4};
    for (size_t i = 0; i < 5; i++) near(t->column[3].number[i], limit[i], within[ONE_SHOT]);
    near(t->column[2].number[2], 2, within[ONE_SHOT]);  /* lambda of x = 1: r = 0.98 */
    assert_true(isnan(t->column[5].number[0]) && t->column[5].number[4] < 1e-20);
    line_with(&sheet, "predicted width 0.01");
    line_with(&sheet, "width 0.01");
    line_with(&sheet, "from 0.0001 to 1");
    near(symbol_of(&sheet, "grown")->value[0], 425081000.1427, 1e-10);
    near(symbol_of(&sheet, "vanished")->value[0] * 1e15, 1.7763568394002505, within[ONE_SHOT]);
    near(symbol_of(&sheet, "sigmoids")->value[0], 9.5367431640625e-07, within[ONE_SHOT]);
    const gn_line *init = table_of(&sheet, "initialisers");
    static const double small[] = {.4472135954999579, .7745966692414834, .7071067811865476, 1.224744871391589},
                        large[] = {.0468292906, .0811107106, .0505076272, .0874817765};
    for (size_t i = 0; i < 4; i++) {
        near(init->column[3].number[i], small[i], within[ONE_SHOT]);
        near(init->column[4].number[i], large[i], 1e-10);
    }
    table_of(&sheet, "when the numbers");
    line_with(&sheet, "\"Exploding gradients\" are another thing");
    gn_sheet_free(&sheet);
}

/* Standardised columns: the condition number falls from 80.93 to 9.79 and the limit rises 130 times. */
static void scaling_a_batch(void **state)
{
    (void)state;
    gn_neuron_spec s = leaky_batch(0.001);
    gn_neuron_show show = {.steps = 10, .written = 1, .tolerance = 1e-2, .cures = true};
    gn_sheet sheet;
    s.act = "identity";
    explain(&s, show, &sheet, NULL);
    must_read_back(&sheet, &s);
    const gn_line *t = table_of(&sheet, "each cure");
    near(t->column[3].number[0], 80.93, 1e-4);
    near(t->column[3].number[2], 9.79, 1e-3);
    near(t->column[4].number[0], .0011631, 1e-7);
    near(t->column[4].number[2], .15099, 1e-5);
    gn_sheet_free(&sheet);
}

/* z exactly 0: the convention is said, and the check takes what lies between the slopes of the two sides as right. */
static void the_kink(void **state)
{
    (void)state;
    double x = 3, y = 1, w = 0;
    static const char *const acts[] = {"leaky_relu", "leaky_relu(alpha=0.2)", "relu"};
    static const char *const says[] = {"taken as 0.01 there, and a central difference would give 0.505",
                                       "taken as 0.2 there, and a central difference would give 0.6",
                                       "taken as 0 there, and a central difference would give 0.5"};
    for (size_t i = 0; i < GN_COUNT(acts); i++) {
        gn_neuron_spec s = scalar(&x, &y, &w, 0.1);
        gn_neuron_show show = {.steps = 1, .written = 1, .tolerance = 1e-2, .checked = true};
        gn_sheet sheet;
        s.act = acts[i];
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, says[i]);
        for (size_t k = 0; k < sheet.lines; k++)
            if (sheet.line[k]->check.kind) assert_non_null(strstr(sheet.line[k]->check.verdict, "at a kink, between"));
        gn_sheet_free(&sheet);
    }
}

static void what_is_saturated_says_so(void **state)
{
    (void)state;
    double x[] = {3, -1}, y[] = {1, 1}, w = 12;
    gn_neuron_show show = {.steps = 1, .written = 1, .tolerance = 1e-2};
    static const struct { const char *act; size_t rows; const char *says; } row[] = {
        {"sigmoid", 1, "saturated at z = 36"},
        {"relu", 2, "1 of 2 rows sends nothing back"},
        {"hard_tanh", 1, "the slope of the activation is 0 at z = 36"},
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_neuron_spec s = scalar(x, y, &w, 0.1);
        gn_sheet sheet;
        s.act = row[i].act;
        s.rows = row[i].rows;
        explain(&s, show, &sheet, NULL);
        line_with(&sheet, row[i].says);
        gn_sheet_free(&sheet);
    }
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* Whatever allocation fails: an error, nothing leaked, and the next try works. */
static void memory_runs_out(void **state)
{
    (void)state;
    rig_alloc rig = {0};
    gn_context *poor = rigged_context(&rig, 1);
    gn_neuron_spec s = leaky_batch(0.001);
    gn_neuron_show show = {.steps = 3, .written = 1, .tolerance = 1e-2, .checked = true, .cures = true};
    long n = 0;
    for (;; n += n < 60 ? 1 : 37) {
        gn_neuron *neuron;
        gn_sheet sheet;
        rig_leave(&rig, n);
        gn_status status = gn_neuron_new(poor, &s, &neuron);
        gn_sheet_open(&sheet, poor, "neuron");
        if (status == GN_OK) status = gn_neuron_explain(neuron, &show, &sheet, NULL);
        gn_sheet_free(&sheet);
        gn_neuron_free(neuron);
        if (status == GN_OK) break;
        assert_int_equal(status, GN_NO_MEMORY);
    }
    assert_true(n > 60);
    gn_context_free(poor);
    assert_int_equal(rig.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_equation_reads_back),
        cmocka_unit_test(the_sheet_of_a_run),
        cmocka_unit_test(steps_to_arrive),
        cmocka_unit_test(the_closed_form_cancels_nowhere),
        cmocka_unit_test(sentences_follow_the_run),
        cmocka_unit_test(flat_is_not_idle),
        cmocka_unit_test(sentences_have_the_digits_asked_for),
        cmocka_unit_test(a_long_run_keeps_its_ends),
        cmocka_unit_test(the_cures),
        cmocka_unit_test(scaling_a_batch),
        cmocka_unit_test(the_kink),
        cmocka_unit_test(what_is_saturated_says_so),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
