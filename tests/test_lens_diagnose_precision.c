/* test_lens_diagnose_precision.c -- what is right and what is named follows from what the given numbers can tell. */
#include "diagnose_help.h"

enum { N = 8, IN = 2, HID = 4, OUT = 3, W2 = HID * IN + HID, P = W2 + OUT * HID + OUT };

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    double x[IN * N], t[OUT * N], p[P], g[P];
    gn_dataset rows;
} gn_world;

static void open_world(gn_world *w, const char *hidden)
{
    gn_objective *o;
    w->ctx = open_context(1);
    w->net = make_net_as(w->ctx, GN_REGRESSION, IN, OUT, hidden, "mse", "mean", GN_F64);
    for (int i = 0; i < IN * N; i++) w->x[i] = sin(1.0 + 2 * i);
    for (int i = 0; i < OUT * N; i++) w->t[i] = cos(3.0 * i);
    w->rows = values_set(w->x, w->t, N, IN);
    must(w->ctx, gn_objective_net(w->ctx, w->net, &w->rows, &o));
    memcpy(w->p, gn_objective_start(o), sizeof w->p);
    must(w->ctx, gn_objective_gradient(o, w->p, NULL, w->g));
    gn_objective_free(o);
}

static void close_world(gn_world *w)
{
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

static void diagnose(gn_world *w, const double *v, gn_mistake mistake)
{
    gn_diagnosis d;
    must(w->ctx, gn_diagnose_flat(w->ctx, w->net, &w->rows, v, P, &d));
    expect(&d, mistake);
    gn_diagnosis_free(&d);
}

/* By hand, with the slope `below` where z <= 0; the activation itself has alpha there. */
static void leaky_by_hand(const gn_world *w, double below, double *g)
{
    const double alpha = 0.01, *b1 = w->p + HID * IN, *v = w->p + W2, *b2 = v + OUT * HID;
    memset(g, 0, P * sizeof *g);
    for (int n = 0; n < N; n++) {
        double z[HID], a[HID], back[HID] = { 0 };
        for (int h = 0; h < HID; h++) {
            z[h] = b1[h];
            for (int i = 0; i < IN; i++) z[h] += w->p[h * IN + i] * w->x[n * IN + i];
            a[h] = z[h] > 0 ? z[h] : alpha * z[h];
        }
        for (int o = 0; o < OUT; o++) {
            double y = b2[o], e;
            for (int h = 0; h < HID; h++) y += v[o * HID + h] * a[h];
            e = 2 * (y - w->t[n * OUT + o]) / (N * OUT);
            g[W2 + OUT * HID + o] += e;
            for (int h = 0; h < HID; h++) g[W2 + o * HID + h] += e * a[h], back[h] += e * v[o * HID + h];
        }
        for (int h = 0; h < HID; h++) {
            double d = back[h] * (z[h] > 0 ? 1 : below);
            g[HID * IN + h] += d;
            for (int i = 0; i < IN; i++) g[h * IN + i] += d * w->x[n * IN + i];
        }
    }
}

/* 0 below is not alpha^2, however near they are. */
static void slope_of_relu(void **state)
{
    (void)state;
    gn_world w;
    double v[P];
    open_world(&w, "4 leaky_relu");
    leaky_by_hand(&w, 0.01, v);
    diagnose(&w, v, GN_MISTAKE_RIGHT);
    leaky_by_hand(&w, 0, v);
    diagnose(&w, v, GN_MISTAKE_SLOPE_RELU);
    for (int k = 0; k < P; k++) v[k] = (float)v[k];
    diagnose(&w, v, GN_MISTAKE_SLOPE_RELU);
    leaky_by_hand(&w, 1e-4, v);
    diagnose(&w, v, GN_MISTAKE_SLOPE_TWICE);
    leaky_by_hand(&w, 3e-5, v);                 /* between them: neither */
    diagnose(&w, v, GN_MISTAKE_UNKNOWN);
    close_world(&w);
}

/* A little of the weights in the gradient is decay and not rounding, whether float64 or float32 numbers show it. */
static void little_decay(void **state)
{
    (void)state;
    static const double decay[] = { 1e-3, 1e-5, 1e-7 };
    gn_world w;
    double v[P];
    open_world(&w, "4 tanh");
    for (size_t i = 0; i < GN_COUNT(decay); i++) {
        for (int k = 0; k < P; k++) v[k] = w.g[k] + decay[i] * w.p[k];
        diagnose(&w, v, GN_MISTAKE_DECAY);
        for (int k = 0; k < P && decay[i] > 1e-6; k++) v[k] = (float)v[k];
        diagnose(&w, v, GN_MISTAKE_DECAY);
    }
    close_world(&w);
}

/* Errors of differences, of 1e-8 and in every entry of 5e-6, are right; of 5e-5 they are not, but for float32. */
static void room_of_right(void **state)
{
    (void)state;
    gn_world w;
    double v[P];
    open_world(&w, "4 tanh");
    for (int k = 0; k < P; k++) v[k] = w.g[k] * (1 + 1e-8 * sin(7.0 * k));
    diagnose(&w, v, GN_MISTAKE_RIGHT);
    for (int k = 0; k < P; k++) v[k] = w.g[k] * (1 + 5e-6 * sin(7.0 * k));
    diagnose(&w, v, GN_MISTAKE_RIGHT);
    for (int k = 0; k < P; k++) v[k] = w.g[k] * (1 + 5e-5 * sin(7.0 * k));
    diagnose(&w, v, GN_MISTAKE_UNKNOWN);
    for (int k = 0; k < P; k++) v[k] = (float)v[k];
    diagnose(&w, v, GN_MISTAKE_RIGHT);
    close_world(&w);
}

static void what_digits_tell(void **state)
{
    (void)state;
    const double wide[] = { 0.1234567890123, 2 }, seven[] = { 8.589973e9, 0.1234567 }, six[] = { 0.123457, 4 };
    assert_float_equal(gn_given_match(&(gn_given){ 0, 2, 1, wide }, 1), 1e-7, 0);
    assert_float_equal(gn_given_match(&(gn_given){ 0, 2, 1, six }, 1), 1e-4, 0);
    assert_float_equal(gn_given_match(&(gn_given){ 0, 2, 1, seven }, 1), 1e-6, 1e-15);
}

/* A layer whose gradient is rounding is zero, whatever mistake leaves rounding too. */
static void rounding_alone(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_CLASSES, IN, OUT, "4 relu", "cross_entropy", "mean", GN_F64);
    float x[IN * N];
    int32_t t[N];
    double noise[HID];
    gn_diagnosis d;
    for (int i = 0; i < IN * N; i++) x[i] = (float)sin(1.0 + 2 * i);
    for (int i = 0; i < N; i++) t[i] = i % OUT;
    for (int i = 0; i < HID; i++) noise[i] = 1e-17 * (i % 2 ? -i - 1 : i + 1);
    gn_dataset rows = labels_set(x, t, N, IN);
    must(ctx, gn_diagnose(ctx, net, &rows, &(gn_given){ 1, HID, 1, noise }, 1, false, &d));
    expect(&d, GN_MISTAKE_BIAS_MISSING);
    assert_string_equal(d.called, "zero up to rounding");
    assert_non_null(strstr(d.finding[0].evidence, "zero up to rounding, at most 4e-17"));
    gn_diagnosis_free(&d);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* The bias of three classes is two numbers: a rate, or a row and a factor, is soon found for any. */
static void two_numbers(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_CLASSES, IN, OUT, "4 relu", "cross_entropy", "mean", GN_F64);
    float x[IN * N];
    int32_t t[N];
    double g[P], there[P], p[P];
    gn_objective *o;
    gn_diagnosis d;
    for (int i = 0; i < IN * N; i++) x[i] = (float)sin(1.0 + 2 * i);
    for (int i = 0; i < N; i++) t[i] = (i * i + i / 3) % OUT;
    gn_dataset rows = labels_set(x, t, N, IN), first = labels_set(x, t, 1, IN);
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    for (int k = 0; k < P; k++) p[k] = gn_objective_start(o)[k] - (k < W2 ? 0 : 0.5 * g[k]);
    must(ctx, gn_objective_gradient(o, p, NULL, there));
    gn_objective_free(o);
    must(ctx, gn_diagnose(ctx, net, &rows, &(gn_given){ 3, OUT, 1, there + P - OUT }, 1, false, &d));
    expect(&d, GN_MISTAKE_UNKNOWN);
    gn_diagnosis_free(&d);
    must(ctx, gn_diagnose(ctx, net, &rows, &(gn_given){ 2, OUT, HID, there + W2 }, 1, false, &d));
    expect(&d, GN_MISTAKE_STALE_INPUT);         /* twelve numbers bear it out */
    gn_diagnosis_free(&d);

    must(ctx, gn_objective_net(ctx, net, &first, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, there));
    gn_objective_free(o);
    must(ctx, gn_diagnose(ctx, net, &rows, &(gn_given){ 3, OUT, 1, there + P - OUT }, 1, false, &d));
    expect(&d, GN_MISTAKE_ONE_ROW);
    gn_diagnosis_free(&d);
    for (int k = 0; k < P; k++) there[k] *= (double)OUT / N;
    must(ctx, gn_diagnose(ctx, net, &rows, &(gn_given){ 3, OUT, 1, there + P - OUT }, 1, false, &d));
    expect(&d, GN_MISTAKE_UNKNOWN);
    gn_diagnosis_free(&d);
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(slope_of_relu), cmocka_unit_test(little_decay),
                                        cmocka_unit_test(room_of_right), cmocka_unit_test(what_digits_tell),
                                        cmocka_unit_test(rounding_alone), cmocka_unit_test(two_numbers) };
    return cmocka_run_group_tests_name("lens: a diagnosis by what digits tell", tests, NULL, NULL);
}
