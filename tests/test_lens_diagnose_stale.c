/* test_lens_diagnose_stale.c -- gradients that mix two moments, by plain loops that share nothing with the engine:
 * every way of mixing, every set of layers that the step between moved, weights before and after it, one row and several; and
 * noise, which none of that family may explain. */
#include "diagnose_help.h"

enum { N = 6, IN = 3, HID = 4, OUT = 3, W1 = 0, B1 = W1 + HID * IN, W2 = B1 + HID, B2 = W2 + OUT * HID, P = B2 + OUT };
typedef enum way { INPUTS, DELTAS, FORWARD, ALL, WAYS } way;

typedef struct gn_world {
    gn_context *ctx;
    gn_net *net;
    size_t n;
    double x[N * IN], t[N * OUT], here[P], other[P], right[P];
    gn_dataset rows;
} gn_world;

static double noise_of(unsigned seed, int k)
{
    double r = sin(12.9898 * (k + 1) + 78.233 * seed) * 43758.5453;
    return 2 * (r - floor(r)) - 1;
}

static double sum_at(const double *p, const double *x, int h)
{
    double z = p[B1 + h];
    for (int i = 0; i < IN; i++) z += p[W1 + h * IN + i] * x[i];
    return z;
}

/* The layers' inputs of one set of weights, errors and slopes of another, the weights on the way back of a third. */
static void mixed(const gn_world *w, const double *inputs, const double *deltas, const double *back, double *g)
{
    memset(g, 0, P * sizeof *g);
    for (size_t n = 0; n < w->n; n++) {
        const double *x = w->x + n * IN;
        double d2[OUT];
        for (int o = 0; o < OUT; o++) {
            double y = deltas[B2 + o];
            for (int h = 0; h < HID; h++) y += deltas[W2 + o * HID + h] * tanh(sum_at(deltas, x, h));
            d2[o] = 2 * (y - w->t[n * OUT + (size_t)o]) / (double)(w->n * OUT);
            g[B2 + o] += d2[o];
            for (int h = 0; h < HID; h++) g[W2 + o * HID + h] += d2[o] * tanh(sum_at(inputs, x, h));
        }
        for (int h = 0; h < HID; h++) {
            double up = 0, a = tanh(sum_at(deltas, x, h));
            for (int o = 0; o < OUT; o++) up += d2[o] * back[W2 + o * HID + h];
            up *= 1 - a * a;
            g[B1 + h] += up;
            for (int i = 0; i < IN; i++) g[W1 + h * IN + i] += up * x[i];
        }
    }
}

static void open_world(gn_world *w, unsigned seed, size_t n)
{
    w->ctx = open_context(1);
    w->n = n;
    w->net = make_net_as(w->ctx, GN_REGRESSION, IN, OUT, "4 tanh", "mse", "mean", GN_F64);
    for (int i = 0; i < N * IN; i++) w->x[i] = noise_of(seed + 100, i);
    for (int i = 0; i < N * OUT; i++) w->t[i] = noise_of(seed + 200, i);
    for (int i = 0; i < P; i++) w->here[i] = 0.8 * noise_of(seed + 300, i);
    w->rows = values_set(w->x, w->t, n, IN);
}

static void close_world(gn_world *w)
{
    gn_net_free(w->net);
    gn_context_free(w->ctx);
}

/* The weights in hand, and those a step of the layers in `moved` away: before it or after it. */
static void take_step(gn_world *w, double rate, unsigned moved, bool after)
{
    double first[P], step[P], g[P];
    memcpy(first, w->here, sizeof first);
    mixed(w, first, first, first, g);
    for (int k = 0; k < P; k++) step[k] = first[k] - (moved >> (k >= W2) & 1 ? rate * g[k] : 0);
    memcpy(w->here, after ? step : first, sizeof first);
    memcpy(w->other, after ? first : step, sizeof first);
    for (size_t i = 0, k = 0; i < gn_net_tensors(w->net); i++)
        for (size_t j = 0; j < gn_net_tensor(w->net, i).size; j++) put_weight(w->net, i, j, w->here[k++]);
    mixed(w, w->here, w->here, w->here, w->right);
}

static bool differs(const double *a, const double *b, int from, int to)
{
    double away = 0;
    for (int k = from; k < to; k++) away = fmax(away, fabs(a[k] - b[k]));
    return away > 1e-9;
}

/* As stale activations, or, where that is the same, as the gradient at other weights; with the rate and its side. */
static void expect_stale(const gn_world *w, const gn_diagnosis *d, way how, double rate)
{
    const gn_finding *f = d->finding;
    while (f < d->finding + d->findings - 1 && f->mistake == GN_MISTAKE_RIGHT) f++;
    bool all = f->mistake == GN_MISTAKE_STALE_ALL;
    if (!(f->mistake == GN_MISTAKE_STALE_INPUT || (all && how != INPUTS)) || !(fabs(f->rate / rate - 1) < 1e-5))
        print_error("way %d, %zu rows, rate %g: %s: %s\n", how, w->n, rate, f->name, f->evidence);
    assert_true(f->mistake == GN_MISTAKE_STALE_INPUT || (all && how != INPUTS));
    assert_true(fabs(f->rate / rate - 1) < 1e-5 && f->distance < 1e-9 && !d->right);
    assert_non_null(strstr(f->evidence, rate > 0 ? "weights before a step" : "weights after a step"));
}

static size_t told(gn_world *w, way how, double rate)
{
    double g[P];
    gn_diagnosis d;
    const double *in = how == DELTAS ? w->here : w->other, *at = how == INPUTS ? w->here : w->other;
    mixed(w, in, at, how == INPUTS || how == FORWARD ? w->here : w->other, g);
    if (!differs(g, w->right, 0, P)) return 0;
    must(w->ctx, gn_diagnose_flat(w->ctx, w->net, &w->rows, g, P, &d));
    expect_stale(w, &d, how, rate);
    gn_diagnosis_free(&d);
    gn_given alone = { 2, OUT, HID, g + W2 };
    if (!differs(g, w->right, W2, B2)) return 1;
    must(w->ctx, gn_diagnose(w->ctx, w->net, &w->rows, &alone, 1, false, &d));
    expect_stale(w, &d, how, rate);
    gn_diagnosis_free(&d);
    return 2;
}

static void every_mixture(void **state)
{
    (void)state;
    size_t seen = 0;
    for (unsigned seed = 1; seed <= 3; seed++)
        for (unsigned moved = 1; moved <= 3; moved++)
            for (int turn = 0; turn < 8; turn++) {
                gn_world w;
                double rate = turn & 1 ? 0.2 : 0.03;
                if (turn & 2 && moved == 2) continue;   /* of one row the output's step shortens its error: a factor */
                open_world(&w, seed, turn & 2 ? 1 : N);
                take_step(&w, rate, moved, turn & 4);
                for (way how = INPUTS; how < WAYS; how++) seen += told(&w, how, turn & 4 ? rate : -rate);
                close_world(&w);
            }
    assert_true(seen > 400);
}

/* As float32 gives it, and beside a mistake in another tensor. */
static void narrow_and_mixed(void **state)
{
    (void)state;
    gn_world w;
    double g[P];
    gn_diagnosis d;
    open_world(&w, 5, N);
    take_step(&w, 0.1, 1, true);
    mixed(&w, w.other, w.here, w.here, g);
    for (int k = 0; k < P; k++) g[k] = (double)(float)g[k];
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_STALE_INPUT);
    assert_true(fabs(d.finding[2].rate - 0.1) < 1e-4);
    assert_int_equal(d.finding[0].mistake, GN_MISTAKE_RIGHT);
    assert_int_equal(d.finding[3].mistake, GN_MISTAKE_RIGHT);
    gn_diagnosis_free(&d);
    mixed(&w, w.other, w.here, w.here, g);
    for (int k = B1; k < W2; k++) g[k] *= -1;
    must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
    assert_int_equal(d.finding[0].mistake, GN_MISTAKE_RIGHT);
    assert_int_equal(d.finding[1].mistake, GN_MISTAKE_SIGN);
    assert_int_equal(d.finding[2].mistake, GN_MISTAKE_STALE_INPUT);
    gn_diagnosis_free(&d);
    close_world(&w);
}

/* Numbers at random, in all, in one tensor or in one entry, far off or near: a rate is fitted to none of them. */
static void not_to_noise(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        gn_world w;
        double g[P];
        gn_diagnosis d;
        open_world(&w, seed, seed % 3 ? N : 1);
        take_step(&w, 0.1, 3, true);
        memcpy(g, w.right, sizeof g);
        int from[] = { 0, W2, B2, W2 + 2 }, to[] = { P, B2, P, W2 + 3 };
        double size = seed % 2 ? 0.3 : 0.01;
        for (int k = from[seed % 4]; k < to[seed % 4]; k++) g[k] += size * noise_of(seed, k);
        gn_mistake noise = seed % 4 == 3 ? GN_MISTAKE_ENTRIES : GN_MISTAKE_UNKNOWN;
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, g, P, &d));
        expect(&d, noise);
        gn_diagnosis_free(&d);
        must(w.ctx, gn_diagnose_flat(w.ctx, w.net, &w.rows, w.right, P, &d));
        expect(&d, GN_MISTAKE_RIGHT);
        gn_diagnosis_free(&d);
        gn_given alone = { 2, OUT, HID, g + W2 };
        must(w.ctx, gn_diagnose(w.ctx, w.net, &w.rows, &alone, 1, false, &d));
        expect(&d, seed % 4 == 2 ? GN_MISTAKE_RIGHT : noise);
        gn_diagnosis_free(&d);
        close_world(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_mixture), cmocka_unit_test(narrow_and_mixed),
                                        cmocka_unit_test(not_to_noise) };
    return cmocka_run_group_tests_name("lens: gradients of two moments", tests, NULL, NULL);
}
