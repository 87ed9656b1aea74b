/* test_lens_diagnose.c -- every mistake planted by hand, in plain loops that share nothing with the engine, is named;
 * the right gradient is called right, and noise is called unknown. */
#include "diagnose_help.h"

enum { N = 5, IN = 3, HID = 4, OUT = 2, W1 = 0, B1 = W1 + HID * IN, W2 = B1 + HID, B2 = W2 + OUT * HID, P = B2 + OUT };

typedef enum slope { S_RIGHT, S_NONE, S_OF_A, S_Z_FOR_Y, S_TWICE, S_INVERTED } slope;
typedef struct plant {          /* mistakes; all zero: none */
    slope slope;
    bool weight_ones, weight_inverted, input_z, signed_error, absolute;
    double early;               /* rate of the update made before it was due */
    int shift;                  /* targets of other rows */
    int without;                /* row left out, plus 1 */
    int only;                   /* the one row, plus 1 */
} plant;

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    double x[N * IN], t[N * OUT], p[P];
    gn_dataset rows;
} gn_world;

static double value(double z) { return tanh(z); }
static double slope_at(double z) { return 1 - tanh(z) * tanh(z); }

static double slope_of(slope kind, double z)
{
    switch (kind) {
    case S_RIGHT: break;
    case S_NONE: return 1;
    case S_OF_A: return slope_at(value(z));
    case S_Z_FOR_Y: return 1 - z * z;
    case S_TWICE: return slope_at(z) * slope_at(z);
    case S_INVERTED: return 1 / slope_at(z);
    }
    return slope_at(z);
}

/* The backward pass of IN -> HID tanh -> OUT with mean squared error, row by row. */
static void by_hand(const gn_world *w, const double *p, plant m, double *g)
{
    double z[N][HID], d2[N][OUT];
    memset(g, 0, P * sizeof *g);
    for (int n = 0; n < N; n++) {
        for (int h = 0; h < HID; h++) {
            z[n][h] = p[B1 + h];
            for (int i = 0; i < IN; i++) z[n][h] += p[W1 + h * IN + i] * w->x[n * IN + i];
        }
        for (int o = 0; o < OUT; o++) {
            double y = p[B2 + o];
            for (int h = 0; h < HID; h++) y += p[W2 + o * HID + h] * value(z[n][h]);
            double e = y - w->t[(n + m.shift) % N * OUT + o];
            d2[n][o] = (m.signed_error ? 1 : m.absolute ? (e > 0) - (e < 0) : 2 * e) / (N * OUT);
            if (m.without == n + 1 || (m.only && m.only != n + 1)) d2[n][o] = 0;
        }
    }
    for (int n = 0; n < N; n++)
        for (int o = 0; o < OUT; o++) {
            g[B2 + o] += d2[n][o];
            for (int h = 0; h < HID; h++) g[W2 + o * HID + h] += d2[n][o] * (m.input_z ? z[n][h] : value(z[n][h]));
        }
    for (int n = 0; n < N; n++)
        for (int h = 0; h < HID; h++) {
            double up = 0;
            for (int o = 0; o < OUT; o++) {
                double weight = p[W2 + o * HID + h] - m.early * g[W2 + o * HID + h];
                up += d2[n][o] * (m.weight_ones ? 1 : m.weight_inverted ? 1 / weight : weight);
            }
            up *= slope_of(m.slope, z[n][h]);
            g[B1 + h] += up;
            for (int i = 0; i < IN; i++) g[W1 + h * IN + i] += up * w->x[n * IN + i];
        }
}

static void open_world(gn_world *w, const char *loss)
{
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, IN, OUT, "4 tanh", loss, "mean", GN_F64);
    set_weights(w->net);
    for (size_t i = 0, k = 0; i < gn_net_tensors(w->net); i++)
        for (size_t j = 0; j < gn_net_tensor(w->net, i).size; j++) w->p[k++] = weight_at(w->net, i, j);
    for (int i = 0; i < N * IN; i++) w->x[i] = sin(1.3 * i + 0.2);
    for (int i = 0; i < N * OUT; i++) w->t[i] = 2 * cos(0.8 * i * i + 0.3);
    w->rows = values_set(w->x, w->t, N, IN);
}

static void close_world(gn_world *w)
{
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

static void diagnose(gn_world *w, const double *g, gn_mistake mistake)
{
    gn_diagnosis d;
    must(w->ctx, gn_diagnose_flat(w->ctx, w->net, &w->rows, g, P, &d));
    expect(&d, mistake);
    assert_int_equal(d.findings, 4);
    gn_diagnosis_free(&d);
}

static void planted(void **state)
{
    (void)state;
    static const struct { plant m; gn_mistake name; } row[] = {
        { { 0 }, GN_MISTAKE_RIGHT },
        { { .slope = S_NONE }, GN_MISTAKE_SLOPE_MISSING },
        { { .slope = S_OF_A }, GN_MISTAKE_SLOPE_OF_VALUE },
        { { .slope = S_Z_FOR_Y }, GN_MISTAKE_SLOPE_VALUE_Z },
        { { .slope = S_TWICE }, GN_MISTAKE_SLOPE_TWICE },
        { { .slope = S_INVERTED }, GN_MISTAKE_INVERTED },
        { { .slope = S_INVERTED, .weight_inverted = true }, GN_MISTAKE_INVERTED },
        { { .weight_ones = true }, GN_MISTAKE_WEIGHT_MISSING },
        { { .input_z = true }, GN_MISTAKE_INPUT_Z },
        { { .absolute = true }, GN_MISTAKE_LOSS },
        { { .shift = 1 }, GN_MISTAKE_ROWS_SHIFTED },
        { { .without = 3 }, GN_MISTAKE_ROW_MISSING },
        { { .only = 5 }, GN_MISTAKE_ONE_ROW },
        { { .early = 0.03 }, GN_MISTAKE_UPDATED_EARLY },
    };
    gn_world w;
    double g[P];
    open_world(&w, "mse");
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        by_hand(&w, w.p, row[i].m, g);
        diagnose(&w, g, row[i].name);
    }
    close_world(&w);
}

/* Rows left out, as a share of the whole or as the mean of those that are there. */
static void rows_left_out(void **state)
{
    (void)state;
    gn_world w;
    double g[P], one[P];
    open_world(&w, "mse");
    for (int mean = 0; mean < 2; mean++) {
        by_hand(&w, w.p, (plant){ .without = 3 }, g);
        for (int k = 0; k < P && mean; k++) g[k] *= (double)N / (N - 1);
        diagnose(&w, g, GN_MISTAKE_ROW_MISSING);
        by_hand(&w, w.p, (plant){ .only = 2 }, g);
        for (int k = 0; k < P && mean; k++) g[k] *= N;
        diagnose(&w, g, GN_MISTAKE_ONE_ROW);
        memset(g, 0, sizeof g);
        for (int row = 1; row <= 3; row++) {
            by_hand(&w, w.p, (plant){ .only = row }, one);
            for (int k = 0; k < P; k++) g[k] += one[k] * (mean ? N / 3.0 : 1);
        }
        gn_diagnosis d;
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
        expect(&d, GN_MISTAKE_FIRST_ROWS);
        assert_int_equal(d.finding[0].row, 3);
        bool said = strstr(d.finding[0].evidence, "the mean of the rows") != NULL;
        assert_true(!d.finding[0].with_factor && said == (mean == 1));
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

/* One constant in front of everything. */
static void factors(void **state)
{
    (void)state;
    static const struct { double f; gn_mistake name; } row[] = {
        { -1, GN_MISTAKE_SIGN },           { 1.0 / N, GN_MISTAKE_BATCH_AGAIN },
        { N, GN_MISTAKE_SUM_NOT_MEAN },    { 0.5, GN_MISTAKE_OUTPUTS_AGAIN },
        { 2, GN_MISTAKE_OUTPUTS_SUM },     { 1.0 / (N * OUT), GN_MISTAKE_MEAN_AGAIN },
        { N * OUT, GN_MISTAKE_ALL_SUM },   { 3.7, GN_MISTAKE_FACTOR },
    };
    gn_world w;
    double g[P], v[P];
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        for (int k = 0; k < P; k++) v[k] = row[i].f * g[k];
        diagnose(&w, v, row[i].name);
        for (int k = 0; k < P; k++) v[k] = (double)(float)v[k];      /* as float32 computes it */
        diagnose(&w, v, row[i].name);
    }
    close_world(&w);
}

/* A mistake in one tensor, the others right. */
static void one_tensor(void **state)
{
    (void)state;
    gn_world w;
    double g[P], v[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    memcpy(v, g, sizeof v);
    for (int k = B1; k < W2; k++) v[k] = 0;
    diagnose(&w, v, GN_MISTAKE_BIAS_MISSING);
    memcpy(v, g, sizeof v);
    for (int k = B1; k < W2; k++) v[k] /= N;
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_BATCH_AGAIN);
    assert_int_equal(d.finding[0].mistake, GN_MISTAKE_RIGHT);
    assert_int_equal(d.finding[1].mistake, GN_MISTAKE_BATCH_AGAIN);
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_RIGHT);
    assert_true(fabs(d.finding[1].factor - 0.2) < 1e-15 && d.finding[1].spread < 1e-12);
    gn_diagnosis_free(&d);
    memcpy(v, g, sizeof v);
    for (int h = 0; h < HID; h++)
        for (int i = 0; i < IN; i++) v[W1 + i * HID + h] = g[W1 + h * IN + i];
    diagnose(&w, v, GN_MISTAKE_TRANSPOSED);
    memcpy(v, g, sizeof v);
    for (int k = W1; k < B1; k++) v[k] = 0;
    diagnose(&w, v, GN_MISTAKE_ZERO);
    for (int k = W1; k < B1; k++) v[k] = sin(3.0 * k);
    diagnose(&w, v, GN_MISTAKE_UNKNOWN);
    memcpy(v, g, sizeof v);
    v[W1 + 2] += 0.01;
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_ENTRIES);
    assert_int_equal(d.finding[0].agree, HID * IN - 1);
    assert_int_equal(d.finding[0].worst, 2);
    assert_int_equal(d.finding[1].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* nan and inf are a finding of their own, entry by entry; the other tensors are judged as they are. */
static void spoilt(void **state)
{
    (void)state;
    gn_world w;
    double g[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (int k = B1; k < W2; k++) g[k] = -g[k];
    g[W1 + 2] = NAN;
    g[W1 + IN * HID - 1] = -INFINITY;
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    expect(&d, GN_MISTAKE_NOT_FINITE);
    assert_string_equal(d.called, "not finite");
    assert_non_null(strstr(d.finding[0].evidence, "2 of 12 entries are not finite: [0,2] is nan, [3,2] is -inf; 10 of "
                                                  "the other 10 agree"));
    assert_int_equal(d.finding[1].mistake, GN_MISTAKE_SIGN);
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);

    put_weight(w.net, 2, 0, (double)NAN);       /* the network's own gradient is none */
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    expect(&d, GN_MISTAKE_NO_RIGHT);
    assert_non_null(strstr(d.finding[0].evidence, "entries of the right one are not finite: "));
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Digits that were left out are no mistake with a name, though a fitted decay comes nearer by chance. */
static void rounded(void **state)
{
    (void)state;
    gn_world w;
    double g[P], v[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (int digits = 3; digits <= 7; digits++) {
        for (int k = 0; k < P; k++) {
            char text[32];
            snprintf(text, sizeof text, "%.*e", digits - 1, g[k]);
            v[k] = strtod(text, NULL);
        }
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
        for (size_t i = 0; i < d.findings; i++) {
            bool known = d.finding[i].mistake == GN_MISTAKE_UNKNOWN;
            assert_true(known || d.finding[i].mistake == GN_MISTAKE_RIGHT);
            if (known) assert_non_null(strstr(d.finding[i].evidence, "as after rounding to "));
        }
        if (digits >= 5) assert_true(d.right);
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

/* A sign before everything and a slope forgotten: the layer that has no slope below it has the sign alone. */
static void sign_and_slope(void **state)
{
    (void)state;
    gn_world w;
    double g[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ .slope = S_NONE }, g);
    for (int k = 0; k < P; k++) g[k] = -g[k];
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    expect(&d, GN_MISTAKE_SLOPE_MISSING);
    assert_string_equal(d.called, "activation slope forgotten, and sign");
    assert_string_equal(d.finding[2].called, "sign");
    assert_string_equal(d.finding[3].called, "sign");
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* A gradient from before the update, whole or of one tensor. */
static void stale(void **state)
{
    (void)state;
    gn_world w;
    double g[P], old[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    memcpy(old, w.p, sizeof old);
    by_hand(&w, old, (plant){ 0 }, g);
    for (int k = 0; k < P; k++) w.p[k] = old[k] - 0.05 * g[k];
    for (size_t i = 0, k = 0; i < gn_net_tensors(w.net); i++)
        for (size_t j = 0; j < gn_net_tensor(w.net, i).size; j++) put_weight(w.net, i, j, w.p[k++]);
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    expect(&d, GN_MISTAKE_STALE_ALL);
    assert_true(fabs(d.finding[0].rate - 0.05) < 1e-6);
    gn_diagnosis_free(&d);
    gn_given one = { SIZE_MAX, HID, IN, g };
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d));
    expect(&d, GN_MISTAKE_STALE_ALL);
    assert_true(fabs(d.finding[0].rate - 0.05) < 1e-6);
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Decay added to the weights, or to all; clipped by element and by norm; an update in the place of a gradient. */
static void besides_the_loss(void **state)
{
    (void)state;
    gn_world w;
    double g[P], v[P], norm = 0;
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (int turn = 0; turn < 2; turn++) {
        for (int k = 0; k < P; k++) {
            bool bias = (k >= B1 && k < W2) || k >= B2;
            v[k] = g[k] + (turn || !bias ? 0.02 * w.p[k] : 0);
        }
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
        expect(&d, GN_MISTAKE_DECAY);
        assert_true(fabs(d.finding[0].rate - 0.02) < 1e-12);
        assert_int_equal(d.finding[1].mistake, turn ? GN_MISTAKE_DECAY : GN_MISTAKE_RIGHT);
        gn_diagnosis_free(&d);
    }
    for (int k = 0; k < P; k++) v[k] = fmax(-0.3, fmin(0.3, g[k]));
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_CLIPPED);
    assert_true(d.finding[0].rate == 0.3);
    gn_diagnosis_free(&d);
    for (int k = 0; k < P; k++) norm += g[k] * g[k];
    for (int k = 0; k < P; k++) v[k] = g[k] * 0.1 / sqrt(norm);
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_FACTOR);
    assert_non_null(strstr(d.finding[0].evidence, "norm of what was given is 0.1"));
    gn_diagnosis_free(&d);
    for (int k = 0; k < P; k++) v[k] = -0.003 * g[k];
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
    expect(&d, GN_MISTAKE_FACTOR);
    assert_non_null(strstr(d.finding[0].evidence, "as of an update"));
    assert_null(strstr(d.finding[0].evidence, "norm"));
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Of what is right but for printing or float32 it is said that it is right; of noise, that it is not known. */
static void noise(void **state)
{
    (void)state;
    gn_world w;
    double g[P], v[P];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (unsigned seed = 1; seed <= 60; seed++) {
        for (int k = 0; k < P; k++) {
            double r = sin(12.9898 * k + 78.233 * seed) * 43758.5453;
            r -= floor(r);
            v[k] = seed % 2 ? g[k] * (1 + 2e-5 * (r - 0.5)) : r - 0.5;
        }
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, v, P, &d));
        expect(&d, seed % 2 ? GN_MISTAKE_RIGHT : GN_MISTAKE_UNKNOWN);
        gn_diagnosis_free(&d);
    }
    close_world(&w);
}

/* Shapes: by name or shape, transposed and said, refused with both. */
static void shapes(void **state)
{
    (void)state;
    gn_world w;
    double g[P], v[HID * IN];
    gn_diagnosis d;
    open_world(&w, "mse");
    by_hand(&w, w.p, (plant){ 0 }, g);
    for (int h = 0; h < HID; h++)
        for (int i = 0; i < IN; i++) v[i * HID + h] = g[W1 + h * IN + i];
    gn_given one = { SIZE_MAX, IN, HID, v };
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d));
    expect(&d, GN_MISTAKE_TRANSPOSED);          /* a gradient has its tensor's shape: right numbers are not enough */
    assert_true(d.finding[0].transposed && !strcmp(d.finding[0].name, "0.weight"));
    assert_int_equal(d.finding[0].agree, HID * IN);
    gn_diagnosis_free(&d);
    one.value = g;                              /* the transpose's shape by reshaping */
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d));
    expect(&d, GN_MISTAKE_TRANSPOSED);
    gn_diagnosis_free(&d);
    one.value = v;
    for (int k = 0; k < HID * IN; k++) v[k] = -v[k];
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d));
    expect(&d, GN_MISTAKE_SIGN);
    assert_string_equal(d.called, "sign, and transposed");
    gn_diagnosis_free(&d);
    one = (gn_given){ SIZE_MAX, 1, OUT, g + B2 };
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d));
    expect(&d, GN_MISTAKE_RIGHT);
    assert_string_equal(d.finding[0].name, "2.bias");
    gn_diagnosis_free(&d);
    one = (gn_given){ SIZE_MAX, 7, 3, g };
    assert_int_equal(gn_diagnose(w.ctx, w.net, &w.rows, &one, 1, false, &d), GN_BAD_DATA);
    assert_int_equal(gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P - 1, &d), GN_BAD_DATA);
    gn_diagnosis_free(&d);
    gn_given two[2] = { { 0, HID, IN, g }, { 2, OUT, HID, g + W2 } };
    must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, two, 2, true, &d));
    expect(&d, GN_MISTAKE_BIAS_MISSING);
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Error 19: MAE without the absolute value. */
static void error_19(void **state)
{
    (void)state;
    gn_world w;
    double g[P];
    open_world(&w, "mae");
    by_hand(&w, w.p, (plant){ .signed_error = true }, g);
    diagnose(&w, g, GN_MISTAKE_LOSS_SIGNED);
    by_hand(&w, w.p, (plant){ .absolute = true }, g);
    diagnose(&w, g, GN_MISTAKE_RIGHT);
    close_world(&w);
}

/* Classes: softmax' applied to p - t again, and scaling left out. */
static void classes(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_CLASSES, 2, 3, "", "auto", "mean", GN_F64);
    set_weights(net);
    const double shift[2] = { 1, -2 }, factor[2] = { 0.5, 3 };
    float x[8] = { 1, 2, -1, 0.5f, 3, -2, 0.25f, 1 };
    int32_t label[4] = { 0, 2, 1, 1 };
    gn_dataset rows = labels_set(x, label, 4, 2);
    must(ctx, gn_net_set_transform(ctx, net, shift, factor, NULL, NULL));
    for (int turn = 0; turn < 3; turn++) {      /* right, softmax' twice, raw inputs */
        double g[9] = { 0 };
        for (int n = 0; n < 4; n++) {
            double in[2], p[3], sum = 0, along = 0;
            for (int i = 0; i < 2; i++) {
                in[i] = (double)x[2 * n + i];
                if (turn != 2) in[i] = (in[i] - shift[i]) * factor[i];
            }
            for (size_t j = 0; j < 3; j++) {
                p[j] = exp(weight_at(net, 1, j) + weight_at(net, 0, 2 * j) * in[0] +
                           weight_at(net, 0, 2 * j + 1) * in[1]);
                sum += p[j];
            }
            double e[3];
            for (int j = 0; j < 3; j++) {
                p[j] /= sum;
                e[j] = (p[j] - (j == label[n])) / 4;
                along += e[j] * p[j];
            }
            for (int j = 0; j < 3; j++) {
                double delta = turn == 1 ? p[j] * (e[j] - along) : e[j];
                g[2 * j] += delta * in[0];
                g[2 * j + 1] += delta * in[1];
                g[6 + j] += delta;
            }
        }
        gn_diagnosis d;
        must(ctx, gn_diagnose_flat(ctx, net, &rows, g, 9, &d));
        expect(&d, turn == 0 ? GN_MISTAKE_RIGHT : turn == 1 ? GN_MISTAKE_LINK_TWICE : GN_MISTAKE_RAW_INPUT);
        gn_diagnosis_free(&d);
    }
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted),          cmocka_unit_test(factors),  cmocka_unit_test(one_tensor),
        cmocka_unit_test(spoilt),           cmocka_unit_test(rounded), cmocka_unit_test(sign_and_slope),
        cmocka_unit_test(stale),            cmocka_unit_test(noise),   cmocka_unit_test(shapes),
        cmocka_unit_test(besides_the_loss), cmocka_unit_test(classes), cmocka_unit_test(error_19),
        cmocka_unit_test(rows_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
