/* test_lens_show.c -- what the renderers print: equations that can be read back from the text, 80 columns, 24 rows,
 * escaped names, the same bytes twice.
 *   test_lens_show --write FOLDER    the sheets of these tests as .tex, .html and .md, for tests/sheets.py
 *   test_lens_show --again < LINES   equations of the command, "tolerance TAB numbers TAB value" a line, read again */
#include "show_test.h"

#include "formula/matrix.h"

/* ---- the neuron, letter by letter ------------------------------------------------------------------------------ */

static void the_neuron_as_text(void **state)
{
    static const char expected[] =
        "one neuron, one step\n"
        "model yhat = w*x, loss L = (yhat - y)^2, float64\n"
        "\n"
        "   given   x = 3   y = 10   w = 0.5   η = 0.1\n"
        " 1 forward ŷ     = w*x             = 0.5*3           =   1.5\n"
        " 2 error   e     = ŷ - y           = 1.5 - 10        =  -8.5\n"
        " 3 loss    L     = e^2             = (-8.5)^2        = 72.25\n"
        " 4 chain   dL/dŷ = 2*e             = 2*(-8.5)        =   -17\n"
        "           dŷ/dw = x                                 =     3\n"
        "           dL/dw = (dL/dŷ)*(dŷ/dw) = -17*3           =   -51\n"
        "                 check: central 6e-12 ok\n"
        " 5 update  w     = w - η*dL/dw     = 0.5 - 0.1*(-51) =   5.6  [sgd: w - eta*g]\n";
    bench *b = *state;
    gn_sheet s;
    neuron_sheet(&s, b->ctx);
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    assert_string_equal(render(b->ctx, &b->arena, &s, &how), expected);
    how.digits = 17;
    assert_has(render(b->ctx, &b->arena, &s, &how), "5.6000000000000005");
    how.ascii = true;
    const char *plain = render(b->ctx, &b->arena, &s, &how);
    for (const char *at = plain; *at; at++) assert_true((unsigned char)*at < 128);
    assert_has(plain, "dL/dyhat");
    assert_has(plain, "eta*dL/dw");
    gn_sheet_free(&s);
}

/* ---- law 13 from the printed text ------------------------------------------------------------------------------ */

/* Line ends and blanks as single blanks. */
static void squeeze(const char *from, const char *to, char *out)
{
    bool blank = false;
    for (; from < to; from++) {
        bool now = *from == ' ' || *from == '\n';
        if (!now || !blank) *out++ = now ? ' ' : *from;
        blank = now;
    }
    while (out[-1] == ' ') out--;
    *out = 0;
}

static gn_matrix read_back(bench *b, const char *text, double *value)
{
    gn_numbers made;
    if (gn_array_run(&b->arena, text, strlen(text), NULL, 0, &made) != GN_OK)
        fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
    assert_true(made.rows * made.cols <= SIDE * SIDE);
    memcpy(value, made.value, made.rows * made.cols * sizeof *value);
    return (gn_matrix){made.rows, made.cols, NULL};
}

/* "q3 = formula = numbers = value" as it was printed: the numbers give the value. true when there were numbers. */
static bool equation_holds(bench *b, char *text)
{
    char *part[8];
    double numbers[SIDE * SIDE], value[SIDE * SIDE];
    size_t n = 0;
    for (char *at = text; n < 8;) {
        part[n++] = at;
        char *next = strstr(at, " = ");
        if (!next) break;
        *next = 0;
        at = next + 3;
    }
    if (n < 4) return false;
    gn_matrix shape = read_back(b, part[n - 2], numbers), printed = read_back(b, part[n - 1], value);
    assert_true(shape.rows == printed.rows && shape.cols == printed.cols);
    for (size_t i = 0; i < shape.rows * shape.cols; i++) {
        bool same = numbers[i] == value[i] || (isnan(numbers[i]) && isnan(value[i]));
        if (!same && !(fabs(numbers[i] - value[i]) <= 1e-12 * fmax(1, fabs(value[i]))))
            fail_msg("%s is not %s", part[n - 2], part[n - 1]);
    }
    return true;
}

static size_t lines_hold(bench *b, const char *text)
{
    static char room[20000];
    char title[24];
    size_t held = 0;
    for (int k = 1; k <= 8; k++) {
        snprintf(title, sizeof title, "step%d ", k);
        const char *from = strstr(text, title), *to;
        assert_non_null(from);
        snprintf(title, sizeof title, "step%d ", k + 1);
        to = strstr(text, title);
        if (to) /* the number of the next step stands before its title */
            while (to[-1] != '\n') to--;
        if (!to) to = text + strlen(text);
        assert_true((size_t)(to - from) < sizeof room);
        squeeze(from, to, room);
        held += equation_holds(b, room);
    }
    return held;
}

static void printed_equations_hold(void **state)
{
    uint32_t random = 4711;
    size_t held = 0;
    bench *b = *state;
    for (int trial = 0; trial < 60; trial++) {
        gn_sheet s;
        random_sheet(&s, b->ctx, &random, 8, trial % 3 == 2);
        /* a float is printed as a float, and read as a double it differs */
        for (size_t i = 0; i < s.symbols; i++) s.symbol[i]->type = GN_F64;
        gn_render how = settings(GN_FORMAT_TEXT, 17);
        how.ascii = trial % 2;
        const char *text = render(b->ctx, &b->arena, &s, &how);
        if (widest(text) > 80) fail_msg("too wide:\n%s", text);
        held += lines_hold(b, text);
        how.width = 4000;
        held += lines_hold(b, render(b->ctx, &b->arena, &s, &how));
        gn_sheet_free(&s);
    }
    assert_true(held > 600);
}

/* ---- widths, determinism --------------------------------------------------------------------------------------- */

static void eighty_columns_and_the_same_twice(void **state)
{
    uint32_t random = 99;
    bench *b = *state;
    for (int trial = 0; trial < 40; trial++) {
        gn_sheet s, twin;
        uint32_t again = random;
        random_sheet(&s, b->ctx, &random, 10, trial % 2);
        random_sheet(&twin, b->ctx, &again, 10, trial % 2);
        for (int f = 0; f < GN_FORMAT_COUNT; f++) {
            gn_render how = settings((gn_format)f, 1 + trial % 17);
            how.ascii = trial % 3 == 0;
            const char *text = render(b->ctx, &b->arena, &s, &how);
            assert_string_equal(text, render(b->ctx, &b->arena, &twin, &how));
            if (f == GN_FORMAT_TEXT && widest(text) > 80) fail_msg("too wide:\n%s", text);
            assert_true(gn_utf8_valid(text, strlen(text), NULL));
        }
        gn_sheet_free(&s);
        gn_sheet_free(&twin);
    }
}

/* ---- depth ----------------------------------------------------------------------------------------------------- */

static void depth_hides_and_says_so(void **state)
{
    bench *b = *state;
    gn_sheet s;
    gn_sheet_open(&s, b->ctx, "depth");
    gn_line *line = gn_sheet_compute(&s, 0, true, "shown", "a", "1 + 1");
    line->rule = "sum";
    gn_sheet_section(&s, 2, "below");
    gn_sheet_compute(&s, 2, true, "deep", "b", "a*3");
    gn_sheet_compute(&s, 3, true, "deeper", "c", "a*4");
    gn_render how = settings(GN_FORMAT_TEXT, 6);
    const char *text = render(b->ctx, &b->arena, &s, &how);
    assert_lacks(text, "deep ");
    assert_lacks(text, "below");
    assert_has(text, "(2 more lines with --depth 3)");
    assert_has(text, "[sum]");
    how.depth = 0;
    assert_lacks(render(b->ctx, &b->arena, &s, &how), "[sum]");
    how.depth = 3;
    text = render(b->ctx, &b->arena, &s, &how);
    assert_has(text, "deeper");
    assert_lacks(text, "more line");
    how = settings(GN_FORMAT_HTML, 6);
    text = render(b->ctx, &b->arena, &s, &how);
    assert_has(text, "deeper"); /* folded, not left out */
    assert_int_equal(count_of(text, "<details"), count_of(text, "</details>"));
    assert_has(text, "<details><summary>below</summary>");
    gn_sheet_free(&s);
}

/* Symbols without values: the formulas alone, in every medium. */
static void symbols_without_values(void **state)
{
    bench *b = *state;
    gn_sheet s;
    gn_sheet_open(&s, b->ctx, "symbols");
    gn_sheet_symbol(&s, "x", 1, 1, NULL, GN_F64);
    gn_sheet_symbol(&s, "y", 1, 1, NULL, GN_F64);
    gn_sheet_symbol(&s, "L", 1, 1, NULL, GN_F64);
    gn_sheet_equation(&s, 0, true, "a name", gn_sheet_symbol(&s, "dL_data", 1, 1, NULL, GN_F64), "x");
    gn_sheet_equation(&s, 0, true, "power", gn_sheet_symbol(&s, "dL_dx", 1, 1, NULL, GN_F64), "2*x*y");
    gn_sheet_equation(&s, 0, true, "gradient", gn_sheet_symbol(&s, "g", 2, 1, NULL, GN_F64), "[2*x*y, x^2]");
    for (int f = 0; f < GN_FORMAT_COUNT; f++) {
        gn_render how = settings((gn_format)f, 6);
        const char *text = render(b->ctx, &b->arena, &s, &how);
        if (f == GN_FORMAT_TEXT) assert_has(text, " dL_data = x\n");
        if (f == GN_FORMAT_TEXT) assert_has(text, " dL/dx   = 2*x*y\n");
        if (f == GN_FORMAT_LATEX) assert_has(text, "\\frac{\\partial L}{\\partial x} &= 2 \\, x \\, y\n");
    }
    for (size_t i = 0; i < s.lines; i++) {
        double difference = -1;
        assert_int_equal(gn_line_again(&s, s.line[i], &difference), GN_OK);
        assert_true(difference == 0);
    }
    gn_sheet_free(&s);
}

/* ---- hostile names --------------------------------------------------------------------------------------------- */

static const char hostile[] = "</script><script>alert(1)</script> & \"q\" 'a' \\input{/etc/passwd} $x$ %c #d _e ^f ~g {h} "
                              "`i` | *j* [k](http://l) <img src=x onerror=m> \033[31mred\033[0m \xff\xfe \xe2\x80\xae"
                              "rtl é Ж 中 η \t\n- end";

static void hostile_sheet(gn_sheet *s, gn_context *ctx)
{
    static const double one = 1, minus = -2.5;
    static const double k[] = {0, 1};
    static const char *const words[] = {hostile, "plain"};
    const gn_sheet_column column[] = {{hostile, NULL, NULL, k, NULL, false}, {"w", NULL, NULL, NULL, words, false}};
    gn_sheet_open(s, ctx, hostile);
    gn_sheet_fact(s, "%s", hostile);
    gn_sheet_section(s, 0, "%s", hostile);
    gn_symbol *v = gn_sheet_symbol(s, "_", 1, 1, &one, GN_F64);
    v->shown = hostile;
    gn_sheet_given(s, 0, hostile, v);
    gn_sheet_given(s, 0, hostile, gn_sheet_symbol(s, "a__b_", 1, 1, &minus, GN_F64));
    gn_line *line = gn_sheet_compute(s, 0, true, hostile, "z", "_*a__b_^2 + _");
    line->rule = hostile;
    line->check = (gn_line_check){hostile, 1, 1, 1, hostile};
    gn_sheet_text(s, 0, "%s", hostile);
    gn_sheet_table(s, 0, hostile, 2, 2, column);
}

static void hostile_names_are_escaped(void **state)
{
    bench *b = *state;
    gn_sheet s;
    hostile_sheet(&s, b->ctx);
    assert_int_equal(gn_sheet_done(&s), GN_OK);
    for (int f = 0; f < GN_FORMAT_COUNT; f++) {
        gn_render how = settings((gn_format)f, 6);
        const char *text = render(b->ctx, &b->arena, &s, &how);
        assert_true(gn_utf8_valid(text, strlen(text), NULL));
        assert_lacks(text, "\033");
        assert_lacks(text, "\xe2\x80\xae");
        if (f != GN_FORMAT_TEXT) assert_lacks(text, "<script>alert");
        if (f == GN_FORMAT_TEXT) assert_true(widest(text) <= 80);
        if (f == GN_FORMAT_MARKDOWN) {
            assert_lacks(text, "<img");
            assert_has(text, "\\[k\\](http\\://l)");
            assert_lacks(text, " *j*");
        }
        if (f == GN_FORMAT_LATEX) {
            assert_lacks(text, "\\input");
            assert_lacks(text, " %c");
            assert_lacks(text, "Ж");
            assert_has(text, "U+0416");
        }
        if (f == GN_FORMAT_HTML) {
            assert_lacks(text, "<img");
            assert_int_equal(count_of(text, "<script>"), 1);
            assert_int_equal(count_of(text, "http://l)"), count_of(text, "[k](http://l)"));
        }
    }
    gn_sheet_free(&s);
}

/* ---- media ----------------------------------------------------------------------------------------------------- */

static void markdown_and_latex_of_the_neuron(void **state)
{
    bench *b = *state;
    gn_sheet s;
    neuron_sheet(&s, b->ctx);
    gn_render how = settings(GN_FORMAT_MARKDOWN, 6);
    const char *text = render(b->ctx, &b->arena, &s, &how);
    assert_int_equal(count_of(text, "$$\n") % 2, 0);
    assert_int_equal(count_of(text, "\\boxed{"), 1);
    assert_int_equal(count_of(text, "<a id=\"s"), 5);
    assert_has(text, "\\boxed{5.6}");
    assert_has(text, "\\hat{y} &= w \\, x = 0.5 \\cdot 3 = 1.5");
    assert_has(text, "L &= e^{2} = \\left(-8.5\\right)^{2} = 72.25");
    assert_has(text, "\\frac{\\partial L}{\\partial w} &= \\frac{\\partial L}{\\partial \\hat{y}} \\, \\frac{\\partial "
                     "\\hat{y}}{\\partial w} = \\left(-17\\right) \\cdot 3 = -51");
    assert_lacks(text, "\\operatorname");
    how.format = GN_FORMAT_LATEX;
    text = render(b->ctx, &b->arena, &s, &how);
    assert_int_equal(count_of(text, "\\boxed{"), 1);
    assert_int_equal(count_of(text, "\\begin{"), count_of(text, "\\end{"));
    how.format = GN_FORMAT_HTML;
    text = render(b->ctx, &b->arena, &s, &how);
    assert_has(text, "<data value=\"5.6000000000000005\" data-s=\"10\">5.6</data>");
    /* within an equation a minus is as wide as one, and a product without a sign has its space */
    assert_has(text, "\">\xE2\x88\x92" "8.5</data></mn>");
    assert_has(text, "<mo>&#8290;</mo><mspace width=\"0.17em\"/>");
    assert_lacks(text, "src=");
    assert_lacks(text, "@import");
    assert_lacks(text, "url(");
    assert_has(text, "id=\"s3\" data-uses=\"5\"");
    gn_sheet_free(&s);
}

/* ---- for tests/sheets.py --------------------------------------------------------------------------------------- */

static int write_one(gn_context *ctx, const gn_sheet *s, const char *folder, const char *name)
{
    static const char *const ends[GN_FORMAT_COUNT] = {"txt", "md", "tex", "html"};
    for (int f = 0; f < GN_FORMAT_COUNT; f++) {
        char path[600];
        gn_text t;
        gn_render how = settings((gn_format)f, 6);
        how.depth = 3;
        snprintf(path, sizeof path, "%s/%s.%s", folder, name, ends[f]);
        gn_text_init(&t, ctx);
        FILE *file = gn_sheet_render(s, &how, &t) == GN_OK ? fopen(path, "wb") : NULL;
        if (!file) return 1;
        fwrite(t.at, 1, t.length, file);
        if (fclose(file) != 0) return 1;
        gn_text_free(&t);
    }
    return 0;
}

static int write_all(const char *folder)
{
    gn_context *ctx;
    gn_sheet s;
    uint32_t random = 5;
    if (gn_context_new(NULL, &ctx) != GN_OK) return 1;
    neuron_sheet(&s, ctx);
    int bad = write_one(ctx, &s, folder, "neuron");
    gn_sheet_free(&s);
    hostile_sheet(&s, ctx);
    bad |= write_one(ctx, &s, folder, "hostile");
    gn_sheet_free(&s);
    for (int i = 0; i < 3; i++) {
        char name[24];
        snprintf(name, sizeof name, "random%d", i);
        random_sheet(&s, ctx, &random, 30, i == 2);
        gn_sheet_section(&s, 1, "deeper");
        gn_sheet_compute(&s, 2, true, "deep", "dL_dw1", "m11 + 1e-9");
        bad |= write_one(ctx, &s, folder, name);
        gn_sheet_free(&s);
    }
    gn_context_free(ctx);
    return bad;
}

/* Does the line hold? What does not is printed. */
static bool line_holds(gn_arena *arena, char *line)
{
    char *numbers = strchr(line, '\t'), *value = numbers ? strchr(numbers + 1, '\t') : NULL;
    gn_numbers a, b;
    double tolerance = 0, worst = 0;
    size_t used;
    if (!value) return false;
    *numbers++ = *value++ = 0;
    value[strcspn(value, "\n")] = 0;
    gn_read_number(line, strlen(line), '.', &tolerance, &used);
    bool read = gn_array_run(arena, numbers, strlen(numbers), NULL, 0, &a) == GN_OK &&
                gn_array_run(arena, value, strlen(value), NULL, 0, &b) == GN_OK && a.rows == b.rows && a.cols == b.cols;
    for (size_t i = 0; read && i < a.rows * a.cols; i++) {
        bool same = a.value[i] == b.value[i] || (isnan(a.value[i]) && isnan(b.value[i]));
        double off = same ? 0 : fabs(a.value[i] - b.value[i]) / fmax(1, fabs(b.value[i]));
        worst = isnan(off) ? INFINITY : fmax(worst, off);
    }
    bool holds = read && worst <= tolerance;
    if (!holds) printf("%s = %s: %s\n", numbers, value, read ? gn_num(GN_NUM, worst) : "cannot be read");
    return holds;
}

static int read_again(void)
{
    static char line[200000];
    gn_context *ctx;
    gn_arena arena;
    size_t bad = 0, held = 0;
    if (gn_context_new(NULL, &ctx) != GN_OK) return 1;
    gn_arena_init(&arena, ctx);
    while (fgets(line, sizeof line, stdin)) {
        if (line_holds(&arena, line)) held++;
        else bad++;
    }
    gn_arena_free(&arena);
    gn_context_free(ctx);
    printf("%zu hold, %zu do not\n", held, bad);
    return bad != 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {BENCH_TEST(the_neuron_as_text),
                                       BENCH_TEST(printed_equations_hold),
                                       BENCH_TEST(eighty_columns_and_the_same_twice),
                                       BENCH_TEST(depth_hides_and_says_so),
                                       BENCH_TEST(symbols_without_values),
                                       BENCH_TEST(hostile_names_are_escaped),
                                       BENCH_TEST(markdown_and_latex_of_the_neuron)};
    if (argc == 3 && strcmp(argv[1], "--write") == 0) return write_all(argv[2]);
    if (argc == 2 && strcmp(argv[1], "--again") == 0) return read_again();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
