/* test_data_split.c -- splits and folds, data from arrays, and the files that the project is measured on. */
#include "test_data_encode.h"

/* ---- splits ------------------------------------------------------------------------------------------ */

static void check_parts(const gn_data *d, const uint32_t *train, size_t n_train, const uint32_t *held, size_t n_held)
{
    uint8_t *seen = calloc(d->rows, 1);
    assert_int_equal(n_train + n_held, d->rows);
    for (size_t i = 0; i < n_train; i++) {
        assert_true(i == 0 || train[i] > train[i - 1]);
        seen[train[i]]++;
    }
    for (size_t i = 0; i < n_held; i++) {
        assert_true(i == 0 || held[i] > held[i - 1]);
        seen[held[i]]++;
    }
    for (size_t i = 0; i < d->rows; i++) assert_int_equal(seen[i], 1);
    free(seen);
}

static gn_data *labelled(bench *b, const size_t *counts, size_t classes)
{
    float x[1000];
    int32_t label[1000];
    size_t n = 0;
    gn_data *d;
    for (size_t left = 1; left;) {
        left = 0;
        for (size_t c = 0, k = n; c < classes; c++) {
            size_t have = 0;
            for (size_t i = 0; i < k; i++) have += (size_t)label[i] == c;
            if (have < counts[c]) label[n] = (int32_t)c, x[n] = (float)n, n++, left = 1;
        }
    }
    assert_int_equal(gn_data_from_labels(b->ctx, x, n, 1, label, classes, &d), GN_OK);
    return d;
}

static void stratified(void **state)
{
    (void)state;
    static const size_t counts[][4] = {{50, 50, 50, 0}, {7, 13, 1, 0}, {100, 3, 2, 1}, {1, 1, 1, 1}, {200, 1, 0, 0}};
    for (size_t k = 0; k < GN_COUNT(counts); k++) {
        for (uint64_t seed = 0; seed < 20; seed++) {
            bench b;
            uint32_t *train, *held, *again, *other;
            size_t n_train, n_held, n, m;
            bench_open(&b, NULL);
            gn_data *d = labelled(&b, counts[k], 4);
            assert_int_equal(gn_split(b.ctx, d, 0.2, seed, &train, &n_train, &held, &n_held), GN_OK);
            check_parts(d, train, n_train, held, n_held);
            for (size_t c = 0; c < 4; c++) {
                size_t got = 0;
                for (size_t i = 0; i < n_held; i++) got += (size_t)d->label[held[i]] == c;
                assert_true(fabs((double)got - 0.2 * (double)counts[k][c]) < 1.0 + 1e-9);
                assert_true(got < counts[k][c] || !counts[k][c]);
            }
            assert_int_equal(gn_split(b.ctx, d, 0.2, seed, &again, &n, &other, &m), GN_OK);
            assert_int_equal(m, n_held);
            assert_memory_equal(held, other, n_held * sizeof *held);
            gn_free(b.ctx, train);
            gn_free(b.ctx, held);
            gn_free(b.ctx, again);
            gn_free(b.ctx, other);
            gn_data_free(d);
            bench_close(&b);
        }
    }
}

static void folds(void **state)
{
    (void)state;
    static const size_t counts[4] = {50, 33, 17, 5};
    bench b;
    bench_open(&b, NULL);
    gn_data *d = labelled(&b, counts, 4);
    for (size_t k = 2; k < 12; k++) {
        uint8_t times[1000] = {0};
        for (size_t fold = 0; fold < k; fold++) {
            uint32_t *train, *held;
            size_t n_train, n_held, of_class[4] = {0};
            assert_int_equal(gn_split_fold(b.ctx, d, k, fold, 7, &train, &n_train, &held, &n_held), GN_OK);
            check_parts(d, train, n_train, held, n_held);
            for (size_t i = 0; i < n_held; i++) times[held[i]]++, of_class[d->label[held[i]]]++;
            for (size_t c = 0; c < 4; c++)
                assert_true(of_class[c] == counts[c] / k || of_class[c] == counts[c] / k + 1);
            gn_free(b.ctx, train);
            gn_free(b.ctx, held);
        }
        for (size_t i = 0; i < d->rows; i++) assert_int_equal(times[i], 1);
    }
    uint32_t *train, *held;
    size_t n, m;
    expect_error(&b, gn_split_fold(b.ctx, d, 1, 0, 7, &train, &n, &held, &m), "USAGE", "at least 2");
    expect_error(&b, gn_split_fold(b.ctx, d, 106, 0, 7, &train, &n, &held, &m), "USAGE", "105 rows");
    expect_error(&b, gn_split(b.ctx, d, 1.5, 0, &train, &n, &held, &m), "USAGE", "1.5");
    gn_data_free(d);
    bench_close(&b);
}

/* ---- arrays ------------------------------------------------------------------------------------------ */

static void arrays(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4, 5, 6}, y[] = {0.5f, 1.5f}, bad[] = {1, NAN, 3, 4, 5, 6};
    const int32_t label[] = {0, 2}, wrong[] = {0, -1};
    bench b;
    gn_data *d;
    bench_open(&b, NULL);
    assert_int_equal(gn_data_from_targets(b.ctx, x, 2, 3, y, 1, &d), GN_OK);
    assert_int_equal(gn_data_rows(d), 2);
    assert_int_equal(gn_data_inputs(d), 3);
    expect_x(d, x, 6);
    gn_data_free(d);
    assert_int_equal(gn_data_from_labels(b.ctx, x, 2, 3, label, 0, &d), GN_OK);
    assert_int_equal(d->prep.classes, 3);
    assert_string_equal(d->prep.class_name[2], "2");
    gn_data_free(d);
    expect_error(&b, gn_data_from_labels(b.ctx, x, 2, 3, label, 2, &d), "USAGE", "label[1] is 2");
    expect_error(&b, gn_data_from_labels(b.ctx, x, 2, 3, wrong, 0, &d), "USAGE", "label[1] is -1");
    expect_error(&b, gn_data_from_targets(b.ctx, bad, 2, 3, y, 1, &d), "DATA-NONFINITE", "x[0][1]");
    expect_error(&b, gn_data_from_targets(b.ctx, x, 0, 3, y, 1, &d), "USAGE", "at least one row");
    expect_error(&b, gn_data_from_targets(b.ctx, NULL, 2, 3, y, 1, &d), "USAGE", "at least one row");
    expect_error(&b, gn_data_from_targets(b.ctx, x, SIZE_MAX / 2, 3, y, 1, &d), "USAGE", "memory");
    assert_null(d);
    gn_data_free(NULL);
    bench_close(&b);
}

/* ---- files the project is measured on ---------------------------------------------------------------- */

static gn_status read_shared(bench *b, const char *path, gn_data **d)
{
    gn_source s;
    gn_table t;
    GN_TRY(gn_source_open(b->ctx, path, &s));
    gn_status status = gn_csv_read(b->ctx, &s, b->options, &t);
    gn_source_close(&s);
    if (status != GN_OK) return status;
    status = gn_data_from_table(b->ctx, &t, b->options, d);
    gn_table_free(&t);
    return status;
}

static void shared_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *options[4];
        size_t rows, inputs, classes;
    } files[] = {
        {"../shared/data/iris.csv", {0}, 150, 4, 3},
        {"../shared/data/wine.csv", {0}, 178, 13, 3},
        {"../shared/data/abalone.csv", {"task=regression"}, 4177, 10, 0},
        {"../shared/data/california-housing.csv", {"target=median_house_value", "missing=median"}, 20640, 13, 0},
        {"../shared/data/california-housing.csv", {"target=median_house_value", "missing=drop"}, 20433, 13, 0},
    };
    for (size_t i = 0; i < GN_COUNT(files); i++) {
        bench b;
        gn_data *d;
        FILE *there = fopen(files[i].path, "rb");
        if (!there) {
            print_message("%s is not there: not tested\n", files[i].path);
            continue;
        }
        fclose(there);
        bench_open(&b, files[i].options);
        gn_status status = read_shared(&b, files[i].path, &d);
        if (status != GN_OK) fail_msg("%s: %s", files[i].path, gn_last_error(b.ctx)->message);
        assert_int_equal(d->rows, files[i].rows);
        assert_int_equal(d->prep.inputs, files[i].inputs);
        assert_int_equal(d->prep.classes, files[i].classes);
        gn_data_free(d);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stratified),
        cmocka_unit_test(folds),
        cmocka_unit_test(arrays),
        cmocka_unit_test(shared_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
