/* test_data_model.c -- models: what is saved predicts the same bits when loaded, for every task, type and number of
 * threads; training that stops or diverges still gives a whole model. */
#include "test_data_model.h"

#include <pthread.h>

/* ---- saved and loaded ------------------------------------------------------------------------------------------- */

static void every_task(void **state)
{
    (void)state;
    static const struct { const char *text, *task, *precision; size_t inputs, outputs, classes; } row[] = {
        { two_csv, "task=auto", "precision=f32", 2, 2, 2 },
        { two_csv, "task=auto", "precision=f64", 2, 2, 2 },
        { mixed_csv, "task=auto", "precision=f32", 2, 3, 3 },
        { mixed_csv, "task=auto", "precision=f64", 2, 3, 3 },
        { values_csv, "task=regression", "precision=f32", 3, 1, 0 },
        { values_csv, "task=regression", "precision=f64", 3, 1, 0 },
    };
    static const float x[] = { 1, 2, 2.5f, 0, 3, 1, 2, 2, 0.5f, 1, 4, 0 };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        bench b;
        char path[80];
        bench_open(&b, (const char *[]){ SMALL, row[i].task, row[i].precision, "missing=mean", NULL });
        gn_model *m = trained(&b, row[i].text), *again = saved_and_loaded(&b, m, model_path(path, "task"));
        assert_int_equal(gn_model_inputs(again), row[i].inputs);
        assert_int_equal(gn_model_outputs(again), row[i].outputs);
        assert_int_equal(gn_model_classes(again), row[i].classes);
        assert_int_equal(gn_model_parameters(again), gn_model_parameters(m));
        for (size_t k = 0; k < row[i].classes; k++)
            assert_string_equal(gn_model_class_name(again, k), gn_model_class_name(m, k));
        for (size_t k = 0; k < row[i].inputs; k++)
            assert_string_equal(gn_model_input_name(again, k), gn_model_input_name(m, k));
        assert_null(gn_model_class_name(again, row[i].classes));
        assert_null(gn_model_input_name(again, row[i].inputs));
        same_bits(&b, m, again, x, 4);
        remove(path);
        gn_model_free(m);
        gn_model_free(again);
        bench_close(&b);
    }
}

static void several_targets(void **state)
{
    (void)state;
    bench b;
    char path[80];
    static const float x[] = { 1, 2, 30, 4 };
    bench_open(&b, (const char *[]){ SMALL, "target=y,z", NULL });
    gn_model *m = trained(&b, values_csv), *again = saved_and_loaded(&b, m, model_path(path, "targets"));
    assert_int_equal(gn_model_outputs(again), 2);
    same_bits(&b, m, again, x, 2);
    remove(path);
    gn_model_free(m);
    gn_model_free(again);
    bench_close(&b);
}

/* The one-hot columns and the fill value stand in the file. */
static void text_and_missing_survive(void **state)
{
    (void)state;
    bench b;
    char path[80];
    float filled[3], mean[3], wrong[] = { 1, 3 };
    bench_open(&b, (const char *[]){ SMALL, "missing=mean", NULL });
    gn_model *m = trained(&b, mixed_csv), *again = saved_and_loaded(&b, m, model_path(path, "text"));
    const gn_feature *size = &again->prep.feature[0], *colour = &again->prep.feature[1];
    assert_int_equal(again->prep.inputs, 4);
    assert_int_equal(colour->kind, GN_TEXT);
    assert_int_equal(colour->n_categories, 3);
    assert_string_equal(colour->categories[0], "blue");
    assert_true(size->fill == m->prep.feature[0].fill && size->fill > 3 && size->fill < 4);
    assert_int_equal(gn_model_predict(b.ctx, again, (float[]){ NAN, 2 }, 1, filled), GN_OK);
    assert_int_equal(gn_model_predict(b.ctx, again, (float[]){ (float)size->fill, 2 }, 1, mean), GN_OK);
    for (int i = 0; i < 3; i++) assert_true(fabsf(filled[i] - mean[i]) < 1e-5f);
    expect_error(&b, gn_model_predict(b.ctx, again, wrong, 1, filled), "DATA-LABEL", "'colour' must be the index");
    wrong[1] = 0.5f;
    expect_error(&b, gn_model_predict(b.ctx, again, wrong, 1, filled), "DATA-LABEL", "row 1");
    wrong[0] = INFINITY, wrong[1] = 0;
    expect_error(&b, gn_model_predict(b.ctx, again, wrong, 1, filled), "DATA-NONFINITE", "'size'");
    remove(path);
    gn_model_free(m);
    gn_model_free(again);
    bench_close(&b);
}

static void from_arrays(void **state)
{
    (void)state;
    enum { ROWS = 40 };
    bench b;
    char path[80];
    float x[2 * ROWS], y[ROWS];
    int32_t label[ROWS], found[ROWS];
    gn_data *d;
    gn_model *m;
    for (int i = 0; i < ROWS; i++) {
        x[2 * i] = (float)(i % 8), x[2 * i + 1] = (float)(i / 8);
        label[i] = i % 8 > 3 ? 2 : i / 8 > 2;
        y[i] = 2 * x[2 * i] - x[2 * i + 1] + 100;
    }
    bench_open(&b, (const char *[]){ "holdout=0", "epochs=200", "net=16 relu", "lr=0.02", NULL });
    assert_int_equal(gn_data_from_labels(b.ctx, x, ROWS, 2, label, 0, &d), GN_OK);
    assert_int_equal(gn_train(b.ctx, d, b.options, NULL, NULL, &m), GN_OK);
    gn_model *again = saved_and_loaded(&b, m, model_path(path, "arrays"));
    same_bits(&b, m, again, x, ROWS);
    assert_int_equal(gn_model_predict_class(b.ctx, again, x, ROWS, found), GN_OK);
    int right = 0;
    for (int i = 0; i < ROWS; i++) right += found[i] == label[i];
    assert_true(right >= ROWS - 2);
    gn_data_free(d);
    gn_model_free(m);
    gn_model_free(again);
    assert_int_equal(gn_data_from_targets(b.ctx, x, ROWS, 2, y, 1, &d), GN_OK);
    assert_int_equal(gn_train(b.ctx, d, b.options, NULL, NULL, &m), GN_OK);
    again = saved_and_loaded(&b, m, path);
    same_bits(&b, m, again, x, ROWS);
    gn_scores scores;
    assert_int_equal(gn_model_score(b.ctx, again, d, &scores), GN_OK);
    assert_int_equal(scores.rows, ROWS);
    assert_true(scores.r2 > 0.95);
    assert_int_equal(gn_model_predict_class(b.ctx, again, x, ROWS, found), GN_USAGE);
    assert_int_equal(gn_model_held_scores(again, &scores), GN_USAGE);
    remove(path);
    gn_data_free(d);
    gn_model_free(m);
    gn_model_free(again);
    bench_close(&b);
}

/* ---- threads ---------------------------------------------------------------------------------------------------- */

static gn_bytes bytes_by(int threads, gn_context *reader)
{
    gn_context_settings s;
    gn_context *ctx;
    gn_options *o;
    gn_table t;
    gn_data *d;
    gn_model *m;
    gn_bytes bytes;
    char path[80];
    gn_context_defaults(&s);
    s.threads = threads;
    assert_int_equal(gn_context_new(&s, &ctx), GN_OK);
    assert_int_equal(gn_options_new(ctx, &o), GN_OK);
    assert_int_equal(gn_options_set(o, "epochs", "3"), GN_OK);
    assert_int_equal(gn_options_set(o, "layers", "32,16"), GN_OK);
    assert_int_equal(gn_options_set(o, "batch", "128"), GN_OK);
    assert_int_equal(gn_generate(ctx, "blobs", 600, -1, 7, &t), GN_OK);
    assert_int_equal(gn_data_from_table(ctx, &t, o, &d), GN_OK);
    gn_table_free(&t);
    assert_int_equal(gn_train(ctx, d, o, NULL, NULL, &m), GN_OK);
    assert_int_equal(gn_model_save(ctx, m, model_path(path, "threads")), GN_OK);
    assert_int_equal(gn_read_file(reader, path, 1 << 24, &bytes), GN_OK);
    remove(path);
    gn_model_free(m);
    gn_data_free(d);
    gn_options_free(o);
    gn_context_free(ctx);
    return bytes;
}

static void same_bytes_for_any_threads(void **state)
{
    (void)state;
    static const int threads[] = { 2, 3, 7, 1 };
    bench b;
    bench_open(&b, (const char *[]){ NULL });
    gn_bytes one = bytes_by(1, b.ctx);
    for (size_t i = 0; i < GN_COUNT(threads); i++) {
        gn_bytes other = bytes_by(threads[i], b.ctx);
        assert_int_equal(other.size, one.size);
        assert_memory_equal(other.at, one.at, one.size);
        gn_bytes_free(b.ctx, &other);
    }
    gn_bytes_free(b.ctx, &one);
    bench_close(&b);
}

typedef struct user {
    const gn_model *model;
    const float *x, *expected;
    size_t rows, wrong;
} user;

static void *predicts(void *at)
{
    user *u = at;
    gn_context_settings s;
    gn_context *ctx;
    float out[64];
    gn_context_defaults(&s);
    s.threads = 1;
    if (gn_context_new(&s, &ctx) != GN_OK) return u->wrong = 1, NULL;
    for (int i = 0; i < 50; i++) {
        u->wrong += gn_model_predict(ctx, u->model, u->x, u->rows, out) != GN_OK;
        u->wrong += memcmp(out, u->expected, u->rows * gn_model_outputs(u->model) * sizeof *out) != 0;
    }
    gn_context_free(ctx);
    return NULL;
}

static void many_threads_one_model(void **state)
{
    (void)state;
    enum { USERS = 4 };
    bench b;
    float x[] = { 1, 2, 2.5f, 0, 3, 1, 2, 2 }, expected[64];
    pthread_t thread[USERS];
    user u[USERS];
    bench_open(&b, (const char *[]){ SMALL, "missing=median", NULL });
    gn_model *m = trained(&b, mixed_csv);
    assert_int_equal(gn_model_predict(b.ctx, m, x, 4, expected), GN_OK);
    for (int i = 0; i < USERS; i++) {
        u[i] = (user){ m, x, expected, 4, 0 };
        assert_int_equal(pthread_create(&thread[i], NULL, predicts, &u[i]), 0);
    }
    for (int i = 0; i < USERS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(u[i].wrong, 0);
    }
    gn_model_free(m);
    bench_close(&b);
}

/* ---- training that ends early ----------------------------------------------------------------------------------- */

static int stop_at_third(void *at, const gn_report *r)
{
    int *ends = at;
    return r->epoch_end && ++*ends == 3;
}

static void finite(const gn_model *m)
{
    assert_non_null(m);
    for (size_t i = 0; i < gn_net_tensors(m->net); i++) {
        gn_tensor_info t = gn_net_tensor(m->net, i);
        for (size_t k = 0; k < t.size; k++) assert_true(isfinite(((const float *)gn_net_block(m->net))[t.offset + k]));
    }
}

static void stops_on_request(void **state)
{
    (void)state;
    bench b;
    gn_model *m;
    char path[80];
    int ends = 0;
    bench_open(&b, (const char *[]){ "holdout=0", "epochs=1000", "net=4 relu", NULL });
    gn_data *d = must(&b, values_csv);
    assert_int_equal(gn_train(b.ctx, d, b.options, stop_at_third, &ends, &m), GN_STOPPED);
    assert_int_equal(ends, 3);
    finite(m);
    gn_model *again = saved_and_loaded(&b, m, model_path(path, "stopped"));
    same_bits(&b, m, again, (float[]){ 1, 2, 3 }, 1);
    remove(path);
    gn_model_free(again);
    gn_model_free(m);
    gn_data_free(d);
    bench_close(&b);
}

static void diverges(void **state)
{
    (void)state;
    bench b;
    gn_model *m;
    char path[80];
    bench_open(&b, (const char *[]){ "holdout=0", "epochs=50", "net=4 relu", "lr=1e30", "optimizer=sgd", "early-stop=0",
                                     NULL });
    gn_data *d = must(&b, values_csv);
    assert_int_equal(gn_train(b.ctx, d, b.options, NULL, NULL, &m), GN_NEGATIVE);
    assert_int_equal(gn_last_error(b.ctx)->status, GN_NEGATIVE);
    finite(m);
    assert_int_equal(gn_model_save(b.ctx, m, model_path(path, "diverged")), GN_OK);
    gn_model *again;
    if (gn_model_load_as(b.ctx, path, true, &again) != GN_OK)
        fail_msg("%s: %s", gn_last_error(b.ctx)->code, gn_last_error(b.ctx)->message);
    remove(path);
    gn_model_free(again);
    gn_model_free(m);
    gn_data_free(d);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task), cmocka_unit_test(several_targets), cmocka_unit_test(text_and_missing_survive),
        cmocka_unit_test(from_arrays), cmocka_unit_test(same_bytes_for_any_threads),
        cmocka_unit_test(many_threads_one_model), cmocka_unit_test(stops_on_request), cmocka_unit_test(diverges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
