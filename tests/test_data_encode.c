/* test_data_encode.c -- tables into data: roles, tasks, categories, missing values, encoding by a model's prep. */
#include "test_data_encode.h"

/* ---- roles and tasks --------------------------------------------------------------------------------- */

static void text_and_numbers(void **state)
{
    (void)state;
    bench b;
    bench_open(&b, NULL);
    gn_data *d = must(&b, "size,colour,kind\n1,red,b\n2,blue,a\n3,red,b\n");
    const float x[] = {1, 0, 1, 2, 1, 0, 3, 0, 1}; /* colours sorted: blue, red */
    expect_x(d, x, 9);
    assert_int_equal(d->prep.task, GN_BINARY);
    assert_int_equal(d->prep.classes, 2);
    assert_string_equal(d->prep.class_name[0], "a");
    assert_int_equal(d->label[0], 1);
    assert_int_equal(d->label[1], 0);
    assert_string_equal(d->prep.feature[1].categories[0], "blue");
    assert_string_equal(d->prep.target_name[0], "kind");
    assert_non_null(strstr(b.notes, "classification, 2 classes in column 'kind'"));
    assert_int_equal(d->line[2], 4);
    gn_data_free(d);
    bench_close(&b);
}

static gn_task task_of(const char *text, const char *option)
{
    bench b;
    const char *options[] = {option, NULL};
    bench_open(&b, options);
    gn_data *d = must(&b, text);
    gn_task task = d->prep.task;
    gn_data_free(d);
    bench_close(&b);
    return task;
}

static void tasks(void **state)
{
    (void)state;
    assert_int_equal(task_of("x,y\n1,1\n2,2\n3,1\n4,2\n5,3\n6,3\n", NULL), GN_CLASSES);
    assert_int_equal(task_of("x,y\n1,1\n2,2\n3,1\n4,2\n", NULL), GN_BINARY);
    assert_int_equal(task_of("x,y\n1,100\n2,200\n3,300\n4,400\n", NULL), GN_REGRESSION); /* a class has several rows */
    assert_int_equal(task_of("x,y\n1,1.5\n2,2\n3,1.5\n4,2\n", NULL), GN_REGRESSION);
    assert_int_equal(task_of("x,y\n1,1\n2,2\n3,1\n4,2\n", "task=regression"), GN_REGRESSION);
    assert_int_equal(task_of("x,y\n1,1.5\n2,2\n3,1.5\n4,2\n", "task=classify"), GN_BINARY);
    assert_int_equal(task_of("x,y\n1,a\n2,2\n3,a\n4,2\n", "task=classification"),
                     GN_BINARY); /* a mixed column, by its texts */
    assert_int_equal(task_of("x,y,z\n1,1,1\n2,2,2\n3,1,1\n4,2,2\n", "target=y,z"), GN_REGRESSION);
}

static void class_order(void **state)
{
    (void)state;
    bench b;
    const char *options[] = {"task=classify", NULL};
    bench_open(&b, options);
    gn_data *d = must(&b, "x,y\n1,10\n2,9\n3,10\n4,9\n5,-1\n");
    assert_int_equal(d->prep.classes, 3);
    assert_string_equal(d->prep.class_name[0], "-1");
    assert_string_equal(d->prep.class_name[1], "9");
    assert_string_equal(d->prep.class_name[2], "10");
    assert_int_equal(d->label[0], 2);
    gn_data_free(d);
    bench_close(&b);
}

static void columns_by_name_and_position(void **state)
{
    (void)state;
    bench b;
    const char *options[] = {"target=2", "ignore=id", "weight=w", "task=regression", NULL};
    bench_open(&b, options);
    gn_data *d = must(&b, "id,y,w,a,b\nr1,0.5,1,10,11\nr2,1.5,2,20,21\n");
    const float x[] = {10, 11, 20, 21};
    expect_x(d, x, 4);
    assert_true(((float *)d->y)[1] == 1.5f);
    assert_true(d->weight[1] == 2);
    assert_string_equal(d->prep.target_name[0], "y");
    gn_dataset v = gn_data_view(d);
    assert_int_equal(v.rows, 2);
    assert_int_equal(v.inputs, 2);
    assert_ptr_equal(v.x, d->x);
    assert_null(v.label);
    gn_data_free(d);
    bench_close(&b);
}

static void refuse_roles(const char *option, const char *second, const char *code, const char *part)
{
    static const char text[] = "a,b,c\n1,2,3\n4,5,6.5\n";
    bench b;
    gn_data *d;
    const char *options[] = {option, second, NULL};
    bench_open(&b, options);
    expect_error(&b, bench_data(&b, text, strlen(text), &d), code, part);
    assert_null(d);
    bench_close(&b);
}

static void bad_roles(void **state)
{
    (void)state;
    refuse_roles("target=d", NULL, "CSV-NOCOL", "'d'");
    refuse_roles("target=4", NULL, "CSV-NOCOL", "'4'");
    refuse_roles("ignore=a", "target=a", "USAGE", "'a'");
    refuse_roles("ignore=a,b", NULL, "CSV-NOCOL", "no column is left");
    refuse_roles("target=a,b", "task=classify", "USAGE", "one target");
    refuse_roles("weight=zz", NULL, "CSV-NOCOL", "'zz'");
    bench b;
    gn_data *d;
    const char *weight[] = {"weight=w", NULL}, *ten[] = {"classes=10", "task=classify", NULL},
               *classify[] = {"task=classify", NULL};
    bench_open(&b, weight);
    expect_error(&b, bench_data(&b, "w,x,y\n-1,2,0.5\n", 15, &d), "CSV-RANGE", "weight -1 is negative");
    bench_close(&b);
    bench_open(&b, ten);
    expect_error(&b, bench_data(&b, "x,y\n1,3\n2,200\n", strlen("x,y\n1,3\n2,200\n"), &d), "CSV-LABEL", "'200'");
    bench_close(&b);
    bench_open(&b, classify);
    expect_error(&b, bench_data(&b, "x,y\n1,3\n2,3\n", 12, &d), "CSV-LABEL", "only one class");
    bench_close(&b);
}

static void without_options(void **state)
{
    (void)state;
    static const char text[] = "a,b,y\n1,2,0.5\n3,4,1.5\n";
    bench b;
    gn_source s;
    gn_table t;
    gn_data *d, *again;
    bench_open(&b, NULL);
    assert_int_equal(gn_source_memory(b.ctx, "t.csv", text, strlen(text), &s), GN_OK);
    assert_int_equal(gn_csv_read(b.ctx, &s, NULL, &t), GN_OK);
    assert_int_equal(gn_data_from_table(b.ctx, &t, NULL, &d), GN_OK);
    assert_int_equal(gn_data_by_prep(b.ctx, &t, &d->prep, NULL, true, &again), GN_OK);
    const float x[] = {1, 2, 3, 4};
    expect_x(again, x, 4);
    gn_data_free(again);
    gn_data_free(d);
    gn_table_free(&t);
    bench_close(&b);
}

/* Names that differ are not taken for positions. */
static void other_names(void **state)
{
    (void)state;
    bench b;
    gn_data *d, *e;
    bench_open(&b, NULL);
    d = must(&b, "x1,x2,y\n1,2,0.5\n3,4,1.5\n");
    gn_table t;
    assert_int_equal(bench_table(&b, "a,b\n1,2\n", 8, &t), GN_OK);
    expect_error(&b, gn_data_by_prep(b.ctx, &t, &d->prep, b.options, false, &e), "CSV-NOCOL", "'x1'");
    gn_table_free(&t);
    gn_data_free(d);
    bench_close(&b);
}

static void mixed_target(void **state)
{
    (void)state;
    static const char text[] = "x,y\n1,1\n2,2\n3,3a\n";
    bench b;
    gn_data *d;
    bench_open(&b, NULL);
    expect_error(&b, bench_data(&b, text, strlen(text), &d), "CSV-NUM", "'3a'");
    assert_non_null(strstr(gn_last_error(b.ctx)->hint, "--task=classify"));
    bench_close(&b);
}

/* ---- missing values ---------------------------------------------------------------------------------- */

static const char gaps[] = "a,t,y\n1,p,0.5\n,q,1.5\n3,,2.5\n8,q,3.5\n100,p,4.5\n";

static void dropped(void **state)
{
    (void)state;
    bench b;
    const char *options[] = {"missing=drop", NULL};
    bench_open(&b, options);
    gn_data *d = must(&b, gaps);
    const float x[] = {1, 1, 0, 8, 0, 1, 100, 1, 0};
    expect_x(d, x, 9);
    assert_int_equal(d->line[1], 5);
    assert_non_null(strstr(b.notes, "2 of 5 rows"));
    gn_data_free(d);
    bench_close(&b);
}

static void filled(void **state)
{
    (void)state;
    const uint32_t train[] = {0, 2, 3}; /* the row with 100 is held out: it may not leak into the fill */
    bench b;
    for (int median = 0; median < 2; median++) {
        const char *options[] = {median ? "missing=median" : "missing=mean", NULL};
        bench_open(&b, options);
        gn_data *d = must(&b, gaps), *copy;
        const float before[] = {1, 1, 0, NAN, 0, 1, 3, NAN, NAN, 8, 0, 1, 100, 1, 0};
        expect_x(d, before, 15);
        assert_int_equal(gn_data_copy(b.ctx, d, &copy), GN_OK);
        assert_int_equal(gn_data_fill(b.ctx, copy, train, 3), GN_OK);
        const float after[] = {1, 1, 0, median ? 3 : 4, 0, 1, 3, 1, 0, 8, 0, 1, 100, 1, 0};
        expect_x(copy, after, 15);
        expect_x(d, before, 15);
        assert_true(copy->prep.feature[0].fill == (median ? 3 : 4));
        assert_int_equal(copy->prep.feature[1].fill_category, 0);
        assert_int_equal(gn_data_fill_by(b.ctx, d, &copy->prep), GN_OK);
        expect_x(d, after, 15);
        gn_data_free(copy);
        gn_data_free(d);
        bench_close(&b);
    }
}

/* The median by definition: as many values on either side. */
static void medians(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 60; n++) {
        bench b;
        gn_text text;
        const char *options[] = {"missing=median", "precision=f64", "task=regression", NULL};
        bench_open(&b, options);
        gn_text_init(&text, b.ctx);
        gn_text_puts(&text, "x,y\n?,1\n");
        gn_random r = gn_random_make(n, GN_STREAM_TEST, 3);
        double v[60];
        for (uint32_t i = 0; i < n; i++) {
            v[i] = (double)gn_random_below(r, i, n % 3 ? 10 : 1000);
            gn_text_printf(&text, "%d,2\n", (int)v[i]);
        }
        gn_data *d = must(&b, text.at);
        assert_int_equal(gn_data_fill(b.ctx, d, NULL, 0), GN_OK);
        double m = d->prep.feature[0].fill;
        size_t below = 0, above = 0;
        for (uint32_t i = 0; i < n; i++) below += v[i]<m, above += v[i]> m;
        assert_true(2 * below <= n && 2 * above <= n);
        assert_true(((double *)d->x)[0] == m);
        gn_text_free(&text);
        gn_data_free(d);
        bench_close(&b);
    }
}

/* ---- by a model's prep ------------------------------------------------------------------------------- */

static gn_status by_prep(bench *b, const gn_prep *p, const char *text, bool need_target, gn_data **out)
{
    gn_table t;
    *out = NULL;
    gn_status status = bench_table(b, text, strlen(text), &t);
    if (status != GN_OK) return status;
    status = gn_data_by_prep(b->ctx, &t, p, b->options, need_target, out);
    gn_table_free(&t);
    return status;
}

static void shuffled_columns(void **state)
{
    (void)state;
    bench b;
    gn_data *d, *e;
    bench_open(&b, NULL);
    d = must(&b, "size,colour,kind\n1,red,b\n2,blue,a\n3,red,b\n");
    assert_int_equal(by_prep(&b, &d->prep, "note,kind,colour,size\nA1,b,red,1\n7,a,blue,2\n8,b,red,3\n", true, &e),
                     GN_OK);
    expect_x(e, d->x, 9);
    assert_memory_equal(e->label, d->label, 3 * sizeof *d->label);
    gn_data_free(e);
    assert_int_equal(by_prep(&b, &d->prep, "colour,size\nred,1\nblue,2\nred,3\n", false, &e), GN_OK);
    expect_x(e, d->x, 9);
    assert_null(e->label);
    gn_data_free(e);
    expect_error(&b, by_prep(&b, &d->prep, "colour,size\ngreen,1\n", false, &e), "CSV-LABEL", "'green' (line 2)");
    expect_error(&b, by_prep(&b, &d->prep, "colour,size\ngreen,1\n", false, &e), "CSV-LABEL", "blue, red");
    expect_error(&b, by_prep(&b, &d->prep, "colour,size,kind\nred,1,virginica\n", true, &e), "CSV-LABEL",
                 "label 'virginica' (line 2) not among the 2 training classes");
    expect_error(&b, by_prep(&b, &d->prep, "colour,size\nred,1\n", true, &e), "CSV-NOCOL", "'kind'");
    expect_error(&b, by_prep(&b, &d->prep, "colour,siz\nred,1\n", false, &e), "CSV-NOCOL", "did you mean 'siz'");
    expect_error(&b, by_prep(&b, &d->prep, "size\n1\n", false, &e), "MOD-SHAPE",
                 "data has 1 feature, model expects 2 (size, colour)");
    expect_error(&b, by_prep(&b, &d->prep, "size,colour\n1,red\nx2,red\n", false, &e), "CSV-NUM", "'x2'");
    expect_error(&b, by_prep(&b, &d->prep, "size,colour\n1,red\n,red\n", false, &e), "CSV-MISSING", "'size'");
    gn_data_free(d);
    bench_close(&b);
}

static void shape_of_a_model(void **state)
{
    (void)state;
    bench b;
    gn_data *d, *e;
    bench_open(&b, NULL);
    d = must(&b, "1.5,2,3,4,x\n1.25,3,4,5,y\n3,4,5,6,x\n");
    assert_int_equal(by_prep(&b, &d->prep, "1.5,2,3,4\n1.25,3,4,5\n3,4,5,6\n", false, &e), GN_OK);
    expect_x(e, d->x, 12);
    gn_data_free(e);
    assert_int_equal(by_prep(&b, &d->prep, "1.5,2,3,4,x\n1.25,3,4,5,y\n3,4,5,6,x\n", true, &e), GN_OK);
    assert_memory_equal(e->label, d->label, 3 * sizeof *d->label);
    gn_data_free(e);
    expect_error(&b, by_prep(&b, &d->prep, "1.5,2,3\n1.25,3,4\n", false, &e), "MOD-SHAPE",
                 "data has 3 features, model expects 4 (column 1, column 2, column 3, column 4)");
    gn_data_free(d);
    d = must(&b, "a,b,c,d,y\n1,2,3,4,0.5\n2,3,4,5,1.5\n");
    expect_error(&b, by_prep(&b, &d->prep, "1,2,3,4,5\n", false, &e), "MOD-SHAPE",
                 "data has 5 features, model expects 4 (a, b, c, d)");
    assert_int_equal(by_prep(&b, &d->prep, "1,2,3,4\n2,3,4,5\n", false, &e), GN_OK);
    expect_x(e, d->x, 8);
    gn_data_free(e);
    gn_data_free(d);
    bench_close(&b);
}

/* Target first and no header: positions are those of the training file. */
static void target_first(void **state)
{
    (void)state;
    bench b;
    gn_data *d, *e;
    const char *options[] = {"target=1", NULL};
    bench_open(&b, options);
    d = must(&b, "x,1.5,2\ny,1.25,3\nx,3,4\n");
    assert_int_equal(by_prep(&b, &d->prep, "x,1.5,2\ny,1.25,3\nx,3,4\n", true, &e), GN_OK);
    expect_x(e, d->x, 6);
    gn_data_free(e);
    assert_int_equal(by_prep(&b, &d->prep, "x,1.5,2\ny,1.25,3\nx,3,4\n", false, &e), GN_OK);
    expect_x(e, d->x, 6);
    gn_data_free(e);
    assert_int_equal(by_prep(&b, &d->prep, "1.5,2\n1.25,3\n3,4\n", false, &e), GN_OK);
    expect_x(e, d->x, 6);
    gn_data_free(e);
    gn_data_free(d);
    bench_close(&b);
}

static void missing_in_new_rows(void **state)
{
    (void)state;
    bench b;
    gn_data *d, *e;
    gn_prep model;
    const char *options[] = {"missing=mean", NULL};
    bench_open(&b, options);
    d = must(&b, gaps);
    /* Before the fill is known, a test file keeps its gaps. */
    assert_int_equal(by_prep(&b, &d->prep, "a,t\n?,p\n", false, &e), GN_OK);
    assert_true(isnan(((float *)e->x)[0]));
    gn_data_free(e);
    assert_int_equal(gn_data_fill(b.ctx, d, NULL, 0), GN_OK);
    assert_int_equal(gn_prep_copy(b.ctx, &d->prep, &model), GN_OK);
    model.fill = GN_FILL_NONE; /* as a loaded model has it */
    gn_data_free(d);
    assert_int_equal(by_prep(&b, &model, "a,t\n?,p\n5,NA\n", false, &e), GN_OK);
    const float x[] = {28, 1, 0, 5, 1, 0};
    expect_x(e, x, 6);
    gn_data_free(e);
    gn_prep_free(&model);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_numbers),
        cmocka_unit_test(tasks),
        cmocka_unit_test(class_order),
        cmocka_unit_test(columns_by_name_and_position),
        cmocka_unit_test(bad_roles),
        cmocka_unit_test(without_options),
        cmocka_unit_test(other_names),
        cmocka_unit_test(mixed_target),
        cmocka_unit_test(dropped),
        cmocka_unit_test(filled),
        cmocka_unit_test(medians),
        cmocka_unit_test(shuffled_columns),
        cmocka_unit_test(shape_of_a_model),
        cmocka_unit_test(target_first),
        cmocka_unit_test(missing_in_new_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
