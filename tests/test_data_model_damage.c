/* test_data_model_damage.c -- a model file that was changed is refused by the name of what is wrong in it, or
 * says what it warns of; no change and no want of memory does more. */
#include "test_data_model.h"

enum { MOST = 40 };

/* A model's file opened to be changed: its metadata and tensors, which are pointers into `file`. */
typedef struct opened {
    gn_st_file file;
    gn_st_out tensor[MOST];
    const char *key[MOST], *value[MOST];
    size_t tensors, metas;
} opened;

static void open_model(bench *b, const char *path, opened *o)
{
    gn_bytes bytes;
    memset(o, 0, sizeof *o);
    assert_int_equal(gn_read_file(b->ctx, path, 1 << 24, &bytes), GN_OK);
    assert_int_equal(gn_st_read(b->ctx, path, bytes, &o->file), GN_OK);
    o->tensors = o->file.tensors;
    o->metas = o->file.metas;
    for (size_t i = 0; i < o->metas; i++) o->key[i] = o->file.meta_key[i], o->value[i] = o->file.meta_value[i];
    for (size_t i = 0; i < o->tensors; i++) {
        const gn_st_tensor *t = &o->file.tensor[i];
        o->tensor[i] = (gn_st_out){ t->name, t->dtype, t->rank, { t->dim[0], t->dim[1] }, gn_st_data(&o->file, t),
                                    t->end - t->begin };
    }
}

static size_t field(const opened *o, const char *key)
{
    for (size_t i = 0; i < o->metas; i++)
        if (strcmp(o->key[i], key) == 0) return i;
    fail_msg("the file has no metadata '%s'", key);
    return 0;
}

/* value NULL: without the field. */
static void change(opened *o, const char *key, const char *value)
{
    size_t i = field(o, key);
    if (value) {
        o->value[i] = value;
        return;
    }
    o->metas--;
    o->key[i] = o->key[o->metas];
    o->value[i] = o->value[o->metas];
}

static gn_status load_changed(bench *b, const opened *o, bool strict)
{
    char path[80];
    gn_model *m;
    model_path(path, "changed");
    assert_int_equal(gn_st_write(b->ctx, path, o->tensor, o->tensors, o->key, o->value, o->metas), GN_OK);
    gn_status s = gn_model_load_as(b->ctx, path, strict, &m);
    assert_true((s == GN_OK) == (m != NULL));
    gn_model_free(m);
    remove(path);
    return s;
}

static void make(bench *b, const char *text, const char *task, char path[80])
{
    bench_open(b, (const char *[]){ SMALL, "missing=mean", task, NULL });
    gn_model *m = trained(b, text);
    assert_int_equal(gn_model_save(b->ctx, m, model_path(path, "whole")), GN_OK);
    gn_model_free(m);
}

static void one_change(bench *b, const char *path, const char *key, const char *value, const char *code,
                       const char *part)
{
    opened o;
    open_model(b, path, &o);
    change(&o, key, value);
    gn_status s = load_changed(b, &o, false);
    if (s == GN_OK) fail_msg("'%s' = %s: accepted, expected %s", key, value ? value : "(none)", code);
    assert_int_equal(s, GN_BAD_DATA);
    expect_error(b, s, code, part);
    assert_non_null(strstr(gn_last_error(b->ctx)->where, "changed"));
    gn_st_free(b->ctx, &o.file);
}

/* ---- metadata --------------------------------------------------------------------------------------------------- */

static void fields_missing(void **state)
{
    (void)state;
    static const char *const needed[] = {
        "version", "task", "net", "loss", "reduction", "init", "precision", "seed", "inputs", "targets", "classes",
        "options", "command", "sample_type", "sample_kernels", "sample_inputs", "sample_outputs",
    };
    bench b;
    char path[80], part[80];
    make(&b, mixed_csv, "task=auto", path);
    for (size_t i = 0; i < GN_COUNT(needed); i++) {
        snprintf(part, sizeof part, "'%s' is missing", needed[i]);
        one_change(&b, path, needed[i], NULL, "MOD-META", part);
    }
    one_change(&b, path, "format", NULL, "MOD-KIND", "not written by glassnet");
    one_change(&b, path, "input_shift", NULL, "MOD-VERIFY", "sample row");
    remove(path);
    bench_close(&b);
}

typedef struct wrong { const char *key, *value, *code, *part; } wrong;

static void all_changes(const char *text, const char *task, const wrong *row, size_t n)
{
    bench b;
    char path[80];
    make(&b, text, task, path);
    for (size_t i = 0; i < n; i++) one_change(&b, path, row[i].key, row[i].value, row[i].code, row[i].part);
    remove(path);
    bench_close(&b);
}

#define LOTS "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
#define SIZE "{\"name\":\"size\",\"kind\":\"number\"}"
#define COLOUR(categories) "[" SIZE ",{\"name\":\"colour\",\"kind\":\"text\",\"categories\":" categories "}]"

static void fields_wrong(void **state)
{
    (void)state;
    static const wrong row[] = {
        { "format", "pt", "MOD-KIND", "not written by glassnet" },
        { "version", "7", "MOD-VERSION", "format 7" },
        { "version", "0", "MOD-META", "'version'" },
        { "version", "-1", "MOD-META", "'version'" },
        { "version", "one", "MOD-META", "'version'" },
        { "task", "regress", "MOD-META", "'task'" },
        { "task", "", "MOD-META", "'task'" },
        { "task", "binary", "MOD-META", "'classes'" },
        { "net", "", "MOD-NAMES", "unexpected: " },
        { "net", "4 nosuch", "MOD-META", "nosuch" },
        { "net", "-4 relu", "MOD-META", "network described" },
        { "net", "8 relu", "MOD-SHAPE", "'0.weight' is [4,4], the network needs [8,4]" },
        { "net", "4 relu, 4 relu", "MOD-NAMES", "missing: " },
        { "net", "1000000000 relu", "MOD-SHAPE", "the network described needs up to" },
        { "net", "18446744073709551615 relu, 18446744073709551615 relu", "MOD-SHAPE", "the network described" },
        { "loss", "nosuch", "MOD-META", "nosuch" },
        { "reduction", "nosuch", "MOD-META", "nosuch" },
        { "init", "nosuch", "MOD-META", "nosuch" },
        { "precision", "f16", "MOD-META", "'precision'" },
        { "precision", "f64", "ST-DTYPE", "is F32, the model needs F64" },
        { "seed", "x", "MOD-META", "'seed'" },
        { "seed", "-1", "MOD-META", "'seed'" },
        { "inputs", "nonsense", "MOD-META", "'inputs' is not JSON" },
        { "inputs", LOTS, "MOD-META", "'inputs' is nested deeper" },
        { "inputs", "\"x\"", "MOD-META", "'inputs'" },
        { "inputs", "0", "MOD-META", "'inputs'" },
        { "inputs", "-1", "MOD-META", "'inputs'" },
        { "inputs", "1000000000000", "MOD-META", "'inputs' does not fit the weights" },
        { "inputs", "[]", "MOD-META", "'inputs'" },
        { "inputs", "[1]", "MOD-META", "'inputs'" },
        { "inputs", "[{\"name\":\"size\"}]", "MOD-META", "'inputs'" },
        { "inputs", "[{\"name\":\"size\",\"kind\":\"blob\"}]", "MOD-META", "'inputs'" },
        { "inputs", "[{\"name\":\"size\",\"kind\":\"number\",\"fill\":\"x\"}]", "MOD-META", "'inputs'" },
        { "inputs", COLOUR("[]"), "MOD-META", "'inputs'" },
        { "inputs", COLOUR("[\"a\",3]"), "MOD-META", "'inputs'" },
        { "inputs", COLOUR("[\"a\",\"b\",\"a\"]"), "MOD-META", "'inputs' has the same text twice" },
        { "inputs", COLOUR("[\"b\",\"a\",\"c\"]"), "MOD-META", "'inputs' has categories that do not ascend" },
        { "inputs", COLOUR("[\"a\",\"b\",\"c\"],\"fill\":3"), "MOD-META", "'inputs'" },
        { "inputs", COLOUR("[\"a\",\"b\",\"c\"],\"fill\":-1"), "MOD-META", "'inputs'" },
        { "inputs", COLOUR("[\"a\",\"b\"]"), "MOD-META", "'input_shift' has 4 numbers, the model needs 3" },
        { "input_shift", "[1]", "MOD-META", "'input_shift'" },
        { "input_shift", "{}", "MOD-META", "'input_shift'" },
        { "input_factor", "[1,1,1,null]", "MOD-META", "'input_factor'" },
        { "input_factor", "[1,1,1,1e999]", "MOD-META", "'input_factor'" },
        { "input_factor", "1e30", "MOD-VERIFY", "sample row" },
        { "targets", "3", "MOD-META", "'targets'" },
        { "targets", "[1]", "MOD-META", "'targets'" },
        { "targets", "[\"a\",\"b\"]", "MOD-META", "'targets'" },
        { "classes", "{}", "MOD-META", "'classes'" },
        { "classes", "[\"a\"]", "MOD-META", "'classes'" },
        { "classes", "[\"a\",\"b\",\"a\"]", "MOD-META", "'classes' has the same text twice" },
        { "classes", "[\"a\",\"b\",\"c\",\"d\"]", "MOD-SHAPE", "'2.weight'" },
        { "sample_type", "i8", "MOD-META", "'sample_type'" },
        { "sample_inputs", "3", "MOD-META", "'sample_inputs'" },
        { "sample_inputs", "[1,2,3]", "MOD-META", "'sample_inputs'" },
        { "sample_inputs", "[1,2,3,\"x\"]", "MOD-META", "'sample_outputs'" },
        { "sample_inputs", "[1,0,0,1,1,0,0,1,1,0,0,1,1,0,0,\"x\"]", "MOD-META", "'sample_inputs'" },
        { "sample_inputs", "[1,0,0,1,1,0,0,1,1,0,0,1,1,0,0,null]", "MOD-META", "'sample_inputs'" },
        { "sample_outputs", "[1]", "MOD-META", "'sample_outputs'" },
        { "sample_outputs", "{}", "MOD-META", "'sample_outputs'" },
        { "sample_outputs", "[0,0,0,0,0,0,0,0,0,0,0,0]", "MOD-VERIFY", "sample row 0" },
        { "sample_outputs", "[0,0,0,0,0,0,0,0,0,0,0,\"\"]", "MOD-META", "'sample_outputs'" },
    };
    all_changes(mixed_csv, "task=auto", row, GN_COUNT(row));
}

static void regression_fields_wrong(void **state)
{
    (void)state;
    static const wrong row[] = {
        { "targets", "[]", "MOD-META", "'targets' is empty" },
        { "target_factor", "0", "MOD-META", "'target_factor' holds 0" },
        { "target_factor", "[1,2]", "MOD-META", "'target_factor'" },
        { "target_shift", "\"x\"", "MOD-META", "'target_shift'" },
        { "target_shift", "1000", "MOD-VERIFY", "sample row 0" },
        { "task", "classes", "MOD-META", "'classes' is missing" },
    };
    all_changes(values_csv, "task=regression", row, GN_COUNT(row));
}

/* ---- tensors ---------------------------------------------------------------------------------------------------- */

static size_t tensor(const opened *o, const char *name)
{
    for (size_t i = 0; i < o->tensors; i++)
        if (strcmp(o->tensor[i].name, name) == 0) return i;
    fail_msg("the file has no tensor '%s'", name);
    return 0;
}

static void tensors_wrong(void **state)
{
    (void)state;
    bench b;
    char path[80];
    opened o;
    make(&b, values_csv, "task=regression", path);
    open_model(&b, path, &o);
    gn_st_out *bias = &o.tensor[tensor(&o, "2.bias")], *weight = &o.tensor[tensor(&o, "0.weight")], old = *bias;
    bias->name = "l3.bias";
    expect_error(&b, load_changed(&b, &o, false), "MOD-NAMES", "missing: 2.bias; unexpected: l3.bias");
    *bias = o.tensor[--o.tensors];
    expect_error(&b, load_changed(&b, &o, false), "MOD-NAMES", "missing: ");
    open_model(&b, (gn_st_free(b.ctx, &o.file), path), &o);
    bias = &o.tensor[tensor(&o, "2.bias")], weight = &o.tensor[tensor(&o, "0.weight")], old = *bias;
    o.tensor[o.tensors] = old;
    o.tensor[o.tensors++].name = "9.bias";
    expect_error(&b, load_changed(&b, &o, false), "MOD-NAMES", "unexpected: 9.bias");
    o.tensors--;
    *weight = (gn_st_out){ weight->name, "F32", 2, { weight->dim[1], weight->dim[0] }, weight->data, weight->bytes };
    expect_error(&b, load_changed(&b, &o, false), "MOD-SHAPE", "tensor '0.weight' is [3,4], the network needs [4,3]");
    *weight = (gn_st_out){ weight->name, "F32", 1, { 12 }, weight->data, weight->bytes };
    expect_error(&b, load_changed(&b, &o, false), "MOD-SHAPE", "tensor '0.weight' is [12]");
    *weight = (gn_st_out){ weight->name, "I32", 2, { 4, 3 }, weight->data, weight->bytes };
    expect_error(&b, load_changed(&b, &o, false), "ST-DTYPE", "tensor '0.weight' is I32, the model needs F32");
    gn_st_free(b.ctx, &o.file);
    remove(path);
    bench_close(&b);
}

static void weights_changed(void **state)
{
    (void)state;
    bench b;
    char path[80];
    opened o;
    float w[12];
    make(&b, values_csv, "task=regression", path);
    open_model(&b, path, &o);
    gn_st_out *weight = &o.tensor[tensor(&o, "0.weight")];
    assert_int_equal(weight->bytes, sizeof w);
    memcpy(w, weight->data, sizeof w);
    weight->data = w;
    assert_int_equal(load_changed(&b, &o, true), GN_OK);
    for (int i = 0; i < 12; i++) w[i] += 0.5f;
    expect_error(&b, load_changed(&b, &o, false), "MOD-VERIFY", "sample row 0");
    w[0] = NAN, w[1] = INFINITY, w[11] = -INFINITY;
    assert_int_equal(load_changed(&b, &o, false), GN_OK);
    assert_non_null(strstr(b.notes, "3 non-finite weights in '0.weight'"));
    expect_error(&b, load_changed(&b, &o, true), "MOD-NONFINITE", "3 non-finite weights in '0.weight'");
    gn_st_free(b.ctx, &o.file);
    remove(path);
    bench_close(&b);
}

/* ---- other files, memory ---------------------------------------------------------------------------------------- */

static void not_a_model(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t n; const char *code, *part; } row[] = {
        { "PK\3\4\0\0\0\0\0\0\0\0", 12, "MOD-PICKLE", "can run code" },
        { "\x80\2}q\0.\0\0\0\0", 10, "MOD-PICKLE", "can run code" },
        { "<!DOCTYPE html><html><body>404</body></html>", 44, "MOD-KIND", "HTML" },
        { "", 0, "ST-TRUNC", "8 bytes" },
        { "\2\0\0\0\0\0\0\0{}", 10, "MOD-KIND", "not written by glassnet" },
    };
    bench b;
    char path[80];
    gn_model *m = NULL;
    bench_open(&b, (const char *[]){ NULL });
    model_path(path, "other");
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        FILE *f = fopen(path, "wb");
        fwrite(row[i].bytes, 1, row[i].n, f);
        fclose(f);
        expect_error(&b, gn_model_load(b.ctx, path, &m), row[i].code, row[i].part);
        assert_null(m);
    }
    remove(path);
    assert_int_equal(gn_model_load(b.ctx, path, &m), GN_IO);
    assert_int_equal(gn_model_load(b.ctx, NULL, &m), GN_USAGE);
    bench_close(&b);
}

static void loads_without_memory(void **state)
{
    (void)state;
    bench b;
    char path[80];
    make(&b, mixed_csv, "task=auto", path);
    for (int sticky = 0; sticky < 2; sticky++) {
        gn_status s = GN_NO_MEMORY;
        long k = 0;
        while (s != GN_OK && k++ < 5000) {
            gn_model *m;
            long before = b.alive;
            b.sticky = sticky;
            b.countdown = k;
            s = gn_model_load(b.ctx, path, &m);
            b.countdown = 0;
            if (s != GN_OK && s != GN_NO_MEMORY) fail_msg("allocation %ld: %s", k, gn_last_error(b.ctx)->message);
            assert_true((s == GN_OK) == (m != NULL));
            gn_model_free(m);
            assert_int_equal(b.alive, before);
        }
        assert_int_equal(s, GN_OK);
        assert_true(k > 20);
    }
    remove(path);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_missing), cmocka_unit_test(fields_wrong), cmocka_unit_test(regression_fields_wrong),
        cmocka_unit_test(tensors_wrong), cmocka_unit_test(weights_changed), cmocka_unit_test(not_a_model),
        cmocka_unit_test(loads_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
