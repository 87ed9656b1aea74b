/* test_lens_calculus_laws.c -- what holds for every expression: each equation of a differentiation and of a descent is
 * read again and gives its value, a derivative agrees with differences, and without memory there is an error and no
 * leak. */
#include "formula_test.h"
#include "test_base_seams.h"

#include "lens/descent.h"

/* ---- random expressions ------------------------------------------------------------------------------------------ */

static uint32_t pick(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % n;
}

/* Smooth wherever it has a value, in x and y. */
static void grow(gn_text *t, uint64_t *seed, int depth)
{
    static const char *const leaf[] = {"x", "y", "2", "0.5", "x", "y", "3", "pi"};
    static const char *const call[] = {"sin", "cos", "tanh", "sigmoid", "exp", "softplus", "gelu", "square", "silu"};
    if (depth == 0 || pick(seed, 6) == 0) {
        gn_text_puts(t, leaf[pick(seed, GN_COUNT(leaf))]);
        return;
    }
    uint32_t kind = pick(seed, 8);
    if (kind < 3) gn_text_printf(t, "%s", call[pick(seed, GN_COUNT(call))]);
    gn_text_puts(t, "(");
    grow(t, seed, depth - 1);
    if (kind >= 3) {
        gn_text_puts(t, kind == 3 ? " - " : kind == 4 ? "/(2 + sin(" : kind == 5 ? "*" : kind == 6 ? ")^(" : " + ");
        if (kind == 6) gn_text_puts(t, pick(seed, 2) ? "2" : "3");
        else grow(t, seed, depth - 1);
        if (kind == 4) gn_text_puts(t, "))");
    }
    gn_text_puts(t, ")");
}

static void check_again(const gn_sheet *s, const char *text)
{
    for (size_t i = 0; i < s->lines; i++) {
        double difference;
        assert_int_equal(gn_line_again(s, s->line[i], &difference), GN_OK);
        if (!(difference <= 1e-12))
            fail_msg("%s: %s = %s differs by %s", text, s->line[i]->symbol->name, s->line[i]->formula,
                     gn_num(GN_NUM, difference));
    }
}

/* The derivative beside a central difference, where the function is tame. */
static void check_slope(bench *b, const gn_functions *of, const double *at, const gn_sheet *s, const char *text)
{
    for (size_t j = 0; j < of->variables; j++) {
        gn_binding p[2];
        double v[2], h = 1e-5;
        char name[16];
        for (size_t i = 0; i < of->names; i++) p[i] = (gn_binding){of->name[i], at[i]};
        for (int side = 0; side < 2; side++) {
            p[j].value = at[j] + (side ? h : -h);
            assert_int_equal(gn_formula_eval(b->ctx, of->f.at[0], p, of->names, &v[side]), GN_OK);
        }
        snprintf(name, sizeof name, "df_d%s", of->name[j]);
        const gn_symbol *d = gn_sheet_find(s, name);
        double numeric = (v[1] - v[0]) / (2 * h), scale = fmax(1, fmax(fabs(v[0]), fabs(numeric)));
        assert_non_null(d);
        if (!isfinite(numeric) || fabs(numeric) > 1e4 || fabs(v[0]) > 1e4) continue;
        if (!(fabs(d->value[0] - numeric) <= 1e-4 * scale))
            fail_msg("%s: d/d%s is %s and not %s", text, of->name[j], gn_num(GN_NUM, d->value[0]),
                     gn_num(GN_NUM, numeric));
    }
}

static void every_equation_is_read_again(void **state)
{
    bench *b = *state;
    uint64_t seed = 7;
    for (int trial = 0; trial < 150; trial++) {
        gn_text t;
        gn_functions of;
        gn_sheet s;
        gn_text_init(&t, b->ctx);
        grow(&t, &seed, 3);
        const char *text = t.at;
        double at[2] = {(double)pick(&seed, 41) / 16 - 1.25, (double)pick(&seed, 41) / 16 - 1.25}, along[2] = {.01,
                                                                                                               -.02};
        assert_int_equal(gn_functions_parse(&b->arena, &text, 1, NULL, &of), GN_OK);
        gn_calculus_ask ask = {.at = at, .along = of.variables ? along : NULL, .order = 2, .update = "eta"};
        if (gn_calculus_sheet(b->ctx, &of, &ask, &s) != GN_OK) fail_msg("%s: %s", text, gn_last_error(b->ctx)->message);
        check_again(&s, text);
        check_slope(b, &of, at, &s, text);
        gn_sheet_free(&s);
        gn_text_free(&t);
    }
}

/* ---- no memory --------------------------------------------------------------------------------------------------- */

static gn_status differentiate(gn_context *ctx, gn_arena *arena)
{
    const char *text[] = {"abs(x) + sin(x*y)^2", "x"};
    const double at[] = {0, 2}, along[] = {.1, .2};
    gn_functions of;
    gn_sheet s = {0};
    gn_picture p;
    GN_TRY(gn_functions_parse(arena, text, 1, "x,y", &of));
    const gn_formula *exact[] = {gn_formula_number(arena, 0), gn_formula_number(arena, 2)};
    if (!exact[0] || !exact[1]) return GN_NO_MEMORY;
    gn_calculus_ask ask = {.at = at, .exact = exact, .along = along, .order = 2, .update = "eta", .collect = "x"};
    GN_TRY(gn_calculus_picture(arena, &of, &ask, &p));
    gn_status status = gn_calculus_sheet(ctx, &of, &ask, &s);
    gn_sheet_free(&s);
    return status;
}

/* Where a convention is not the slope, nor the second derivative, of the whole. */
static gn_status differentiate_at_pieces(gn_context *ctx, gn_arena *arena)
{
    const char *text[] = {"relu(x) - relu(-x) + abs(y)^2"};
    const double at[] = {0, 0}, along[] = {.1, .2};
    gn_functions of;
    gn_sheet s = {0};
    gn_picture p;
    GN_TRY(gn_functions_parse(arena, text, 1, "x,y", &of));
    gn_calculus_ask ask = {.at = at, .along = along, .order = 2};
    GN_TRY(gn_calculus_picture(arena, &of, &ask, &p));
    gn_status status = gn_calculus_sheet(ctx, &of, &ask, &s);
    gn_sheet_free(&s);
    return status;
}

static gn_status descend(gn_context *ctx, gn_arena *arena)
{
    const char *text = "(x - 3)^2 + 2*(y + 1)^2";
    const double from[] = {0, 0};
    gn_functions of;
    gn_descent d;
    gn_picture p;
    gn_sheet s = {0};
    GN_TRY(gn_functions_parse(arena, &text, 1, NULL, &of));
    gn_descent_ask ask = {.op = GN_OPT_momentum, .hyper = gn_optimizer_table()[GN_OPT_momentum].parameter_default,
                          .from = from, .steps = 3, .written = 1, .tolerance = 1e-6, .weight_decay = .1};
    GN_TRY(gn_descent_run(arena, &of, &ask, &d));
    GN_TRY(gn_descent_picture(arena, &of, &ask, &d, &p));
    gn_status status = gn_descent_sheet(ctx, &of, &ask, &d, &s);
    gn_sheet_free(&s);
    return status;
}

static void run_short_of_memory(gn_status (*work)(gn_context *, gn_arena *))
{
    gn_status last = GN_NO_MEMORY;
    long n = 0;
    for (; last != GN_OK; n += 1 + n / 40) {
        rig_alloc rig = {0};
        gn_context *ctx = rigged_context(&rig, 1);
        gn_arena arena;
        long before = rig.live;
        gn_arena_init(&arena, ctx);
        rig_leave(&rig, n);
        last = work(ctx, &arena);
        if (last != GN_OK && last != GN_NO_MEMORY) fail_msg("after %ld allocations: %s", n,
                                                            gn_last_error(ctx)->message);
        gn_arena_free(&arena);
        assert_int_equal(rig.live, before);
        gn_context_free(ctx);
    }
    assert_true(n > 30);
}

static void without_memory_there_is_an_error_and_no_leak(void **state)
{
    (void)state;
    run_short_of_memory(differentiate);
    run_short_of_memory(differentiate_at_pieces);
    run_short_of_memory(descend);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(every_equation_is_read_again),
        cmocka_unit_test(without_memory_there_is_an_error_and_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
