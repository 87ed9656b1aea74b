/* test_data_model.h -- what the tests of models share: small tables, a model trained on one, a file for it, the bits of
 * its predictions. */
#ifndef GN_TEST_DATA_MODEL_H
#define GN_TEST_DATA_MODEL_H

#include <stdio.h>
#include <unistd.h>
#include "test_data_encode.h"

/* A text column, a missing number, three classes. */
static const char mixed_csv[] =
    "size,colour,class\n1,red,a\n2,green,b\n,blue,c\n4,red,a\n5,green,b\n6,blue,c\n1.5,red,a\n2.5,green,b\n3,blue,c\n"
    "4.5,red,a\n5.5,green,b\n6.5,blue,c\n";
static const char values_csv[] =
    "u,v,y,z\n1,2,3,-1\n2,1,4,-2\n3,5,8,-3\n4,3,9,-4\n5,8,13,-5\n"
    "6,1,11,-6\n7,2,14,-7\n8,3,17,-8\n9,9,21,-9\n10,1,19,-10\n";
static const char two_csv[] = "x,w,class\n1,2,no\n2,1,no\n3,4,no\n4,3,no\n11,12,yes\n12,11,yes\n13,14,yes\n14,13,yes\n";
#define SMALL "holdout=0", "epochs=5", "net=4 relu", "early-stop=0"

static inline char *model_path(char room[80], const char *name)
{
    snprintf(room, 80, "/tmp/gn_test_model.%ld.%s", (long)getpid(), name);
    return room;
}

static inline gn_model *trained(bench *b, const char *text)
{
    gn_data *d = must(b, text);
    gn_model *m;
    if (gn_train(b->ctx, d, b->options, NULL, NULL, &m) != GN_OK)
        fail_msg("%s: %s", gn_last_error(b->ctx)->code, gn_last_error(b->ctx)->message);
    gn_data_free(d);
    return m;
}

static inline gn_model *saved_and_loaded(bench *b, const gn_model *m, const char *path)
{
    gn_model *again = NULL;
    if (gn_model_save(b->ctx, m, path) != GN_OK || gn_model_load(b->ctx, path, &again) != GN_OK)
        fail_msg("%s: %s", gn_last_error(b->ctx)->code, gn_last_error(b->ctx)->message);
    return again;
}

/* Both models say the same of these raw rows, bit for bit. */
static inline void same_bits(bench *b, const gn_model *one, const gn_model *two, const float *x, size_t rows)
{
    size_t n = rows * gn_model_outputs(one);
    float *p = malloc(n * sizeof *p), *q = malloc(n * sizeof *q);
    assert_int_equal(gn_model_outputs(two) * rows, n);
    assert_int_equal(gn_model_predict(b->ctx, one, x, rows, p), GN_OK);
    assert_int_equal(gn_model_predict(b->ctx, two, x, rows, q), GN_OK);
    assert_memory_equal(p, q, n * sizeof *p);
    for (size_t i = 0; i < n; i++) assert_true(isfinite(p[i]));
    free(p);
    free(q);
}

#endif
