/* test_data_generate.c -- every row of defs/generate.def: a function of its arguments, balanced, written as CSV and
 * read back the same, and with classes that are as far apart as the row promises. */
#include <math.h>
#include "test_data_csv.h"

static bool is_fixed(const char *name)
{
    return !strcmp(name, "neuron");
}

static gn_table generate(bench *b, const char *name, size_t n, double noise, uint64_t seed)
{
    gn_table t;
    if (gn_generate(b->ctx, name, n, noise, seed, &t) != GN_OK)
        fail_msg("%s: %s", name, gn_last_error(b->ctx)->message);
    return t;
}

static bool same(const gn_table *a, const gn_table *b, size_t rows)
{
    for (size_t c = 0; c < a->columns; c++) {
        const gn_column *x = &a->column[c], *y = &b->column[c];
        if (x->kind != y->kind || strcmp(x->name, y->name)) return false;
        for (size_t r = 0; r < rows; r++) {
            if (x->kind == GN_NUMERIC && x->number[r] != y->number[r]) return false;
            if (x->kind == GN_TEXT && strcmp(x->categories[x->category[r]], y->categories[y->category[r]]))
                return false;
        }
    }
    return true;
}

static void a_function_of_its_arguments(void **state)
{
    (void)state;
    const char *name, *help;
    size_t sets = 0;
    for (size_t i = 0; (name = gn_generate_row(i, &help)); i++, sets++) {
        bench b;
        bench_open(&b, NULL);
        assert_true(gn_generate_known(name));
        assert_true(strlen(help) > 5);
        gn_table t = generate(&b, name, 300, -1, 1), again = generate(&b, name, 300, -1, 1),
                 longer = generate(&b, name, 500, -1, 1);
        gn_table other = generate(&b, name, 300, -1, 2);
        assert_int_equal(t.rows, is_fixed(name) ? 4 : 300);
        assert_true(same(&t, &again, t.rows));
        assert_true(same(&t, &longer, t.rows));
        assert_true(same(&t, &other, t.rows) == is_fixed(name));
        gn_table_free(&t);
        gn_table_free(&again);
        gn_table_free(&longer);
        gn_table_free(&other);
        bench_close(&b);
    }
    assert_true(sets >= 9);
}

static void read_back(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = gn_generate_row(i, NULL)); i++) {
        bench b;
        gn_text csv;
        gn_table back;
        const char *options[] = {"precision=f64", NULL};
        bench_open(&b, options);
        gn_table t = generate(&b, name, 200, -1, 5);
        gn_text_init(&csv, b.ctx);
        assert_int_equal(gn_csv_write(&t, &csv), GN_OK);
        assert_int_equal(bench_table(&b, csv.at, csv.length, &back), GN_OK);
        assert_int_equal(back.rows, t.rows);
        if (strcmp(name, "xor")) assert_true(same(&t, &back, t.rows)); /* its classes, 0 and 1, come back as numbers */
        gn_text_free(&csv);
        gn_table_free(&back);
        gn_table_free(&t);
        bench_close(&b);
    }
}

/* The nearest of many other points is a classifier that knows nothing of the set: 99 % of new points must lie with
 * their own. */
static void apart_at_the_default_noise(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = gn_generate_row(i, NULL)); i++) {
        bench b;
        bench_open(&b, NULL);
        gn_table known = generate(&b, name, 3000, -1, 1), fresh = generate(&b, name, 600, -1, 2);
        if (known.columns == 3 && known.column[2].kind == GN_TEXT) {
            size_t right = 0;
            for (size_t r = 0; r < fresh.rows; r++) {
                double best = INFINITY;
                size_t nearest = 0;
                for (size_t k = 0; k < known.rows; k++) {
                    double dx = known.column[0].number[k] - fresh.column[0].number[r],
                           dy = known.column[1].number[k] - fresh.column[1].number[r];
                    if (dx * dx + dy * dy < best) best = dx * dx + dy * dy, nearest = k;
                }
                right += known.column[2].category[nearest] == fresh.column[2].category[r];
            }
            if (100 * right < 99 * fresh.rows) fail_msg("%s: %zu of %zu", name, right, fresh.rows);
        }
        gn_table_free(&known);
        gn_table_free(&fresh);
        bench_close(&b);
    }
}

static void known_figures(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, NULL);
    gn_table t = generate(&b, "neuron", 1000, -1, 1);
    static const double rows[4][6] = {
        {-1, 2, 3, 13, 17, 100}, {4, -5, 6, 14, 18, 200}, {7, 8, -9, 15, 19, 300}, {-10, 11, 12, 16, -20, 400}};
    assert_int_equal(t.columns, 6);
    for (size_t r = 0; r < 4; r++)
        for (size_t c = 0; c < 6; c++) assert_true(t.column[c].number[r] == rows[r][c]);
    assert_string_equal(t.column[5].name, "y");
    gn_table_free(&t);
    t = generate(&b, "circles", 100, 0, 1);
    for (size_t r = 0; r < 100; r++) {
        double radius = hypot(t.column[0].number[r], t.column[1].number[r]);
        assert_true(fabs(radius - (t.column[2].category[r] ? 1 : 0.5)) < 2e-6);
    }
    gn_table_free(&t);
    t = generate(&b, "sine", 100, 0, 1);
    for (size_t r = 0; r < 100; r++) assert_true(fabs(t.column[1].number[r] - sin(t.column[0].number[r])) < 2e-6);
    gn_table_free(&t);
    t = generate(&b, "xor", 1000, 0, 1);
    for (size_t r = 0; r < 1000; r++)
        assert_true((t.column[0].number[r] * t.column[1].number[r] < 0) == (t.column[2].category[r] == 1));
    gn_table_free(&t);
    bench_close(&b);
}

static void refused(void **state)
{
    (void)state;
    bench b;
    gn_table t;
    bench_open(&b, NULL);
    assert_int_equal(gn_generate(b.ctx, "spiral", 10, -1, 1, &t), GN_USAGE);
    assert_non_null(strstr(gn_last_error(b.ctx)->hint, "spirals"));
    assert_int_equal(gn_generate(b.ctx, "moons", 0, -1, 1, &t), GN_USAGE);
    assert_false(gn_generate_known("iris.csv"));
    bench_close(&b);
}

static void out_of_memory(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = gn_generate_row(i, NULL)); i++) {
        for (long k = 1;; k++) {
            bench b;
            gn_table t;
            bench_open(&b, NULL);
            b.countdown = k;
            gn_status status = gn_generate(b.ctx, name, 50, -1, 1, &t);
            b.countdown = 0;
            if (status == GN_OK) gn_table_free(&t);
            else assert_int_equal(status, GN_NO_MEMORY);
            bench_close(&b);
            if (status == GN_OK) break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_of_its_arguments),
        cmocka_unit_test(read_back),
        cmocka_unit_test(apart_at_the_default_noise),
        cmocka_unit_test(known_figures),
        cmocka_unit_test(refused),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
