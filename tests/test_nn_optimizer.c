/* test_nn_optimizer.c -- every optimiser through twenty training steps: against its formula written out here a second
 * time, and against PyTorch where PyTorch has it; decay, clipping and the refusal of parameters that an optimiser does
 * not have. */
#include "nn_help.h"

enum { ROWS = 3, WEIGHTS = 3, STEPS = 20 };
static const double X[ROWS * 2] = { 1, 0.5, 2, -1, -1, 0.25 }, Y[ROWS] = { 1.5, -0.5, 2 };
static const double START[WEIGHTS] = { 0.5, -0.25, -0.3 };

/* Gradient of the mean squared error of w0 x0 + w1 x1 + b. */
static void gradient(const double *w, double *g)
{
    g[0] = g[1] = g[2] = 0;
    for (int i = 0; i < ROWS; i++) {
        double e = 2.0 / ROWS * (w[0] * X[2 * i] + w[1] * X[2 * i + 1] + w[2] - Y[i]);
        g[0] += e * X[2 * i];
        g[1] += e * X[2 * i + 1];
        g[2] += e;
    }
}

/* One number's update by the published formula. m and v are its memory. */
typedef struct gn_hand { double lr, mu, b1, b2, eps, wd; } gn_hand;
static double sign(double x) { return (x > 0) - (x < 0); }

static double by_hand(const char *name, double w, double g, double *m, double *v, int t, const gn_hand *h)
{
    if (!strcmp(name, "sgd")) return w - h->lr * g;
    if (!strcmp(name, "momentum")) { *v = h->mu * *v + g; return w - h->lr * *v; }
    if (!strcmp(name, "nesterov")) { *v = h->mu * *v + g; return w - h->lr * (g + h->mu * *v); }
    if (!strcmp(name, "adagrad")) { *v += g * g; return w - h->lr * g / (sqrt(*v) + h->eps); }
    if (!strcmp(name, "rmsprop")) { *v = h->b2 * *v + (1 - h->b2) * g * g; return w - h->lr * g / (sqrt(*v) + h->eps); }
    if (!strcmp(name, "rprop")) {
        if (t == 1) *v = h->lr;
        if (g * *m > 0) *v = fmin(*v * 1.2, 50);
        if (g * *m < 0) { *v = fmax(*v * 0.5, 1e-6); g = 0; }
        *m = g;
        return w - *v * sign(g);
    }
    if (!strcmp(name, "lion")) {
        double next = w - h->lr * (sign(h->b1 * *m + (1 - h->b1) * g) + h->wd * w);
        *m = h->b2 * *m + (1 - h->b2) * g;
        return next;
    }
    *m = h->b1 * *m + (1 - h->b1) * g;
    *v = h->b2 * *v + (1 - h->b2) * g * g;
    double c1 = 1 - pow(h->b1, t), vhat = *v / (1 - pow(h->b2, t)), mhat = *m / c1;
    if (!strcmp(name, "nadam")) mhat = h->b1 * *m / (1 - h->b1 * pow(h->b1, t)) + (1 - h->b1) * g / c1;
    if (!strcmp(name, "adamw")) w -= h->lr * h->wd * w;
    return w - h->lr * mhat / (sqrt(vhat) + h->eps);
}

static gn_hand defaults_of(const char *name)
{
    gn_hand h = { .lr = 0.05, .mu = 0.9, .b1 = 0.9, .b2 = 0.999, .eps = 1e-8 };
    if (!strcmp(name, "rmsprop")) h.b2 = 0.9;
    if (!strcmp(name, "lion")) h.b2 = 0.99;
    if (!strcmp(name, "adamw")) h.wd = 0.01;
    return h;
}

/* Twenty full-batch steps by gn_fit. */
static void by_library(const char *optimizer, const char *more, double *w)
{
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "", "mse", "mean", GN_F64);
    put_weight(net, 0, 0, START[0]);
    put_weight(net, 0, 1, START[1]);
    put_weight(net, 1, 0, START[2]);
    char text[200] = "batch=3 epochs=20 lr=0.05 optimizer=";
    strcat(text, optimizer);
    strcat(text, more);
    gn_options *o = make_options(ctx, text);
    gn_dataset d = values_set(X, Y, ROWS, 2);
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, &r));
    assert_int_equal(r.steps, STEPS);
    w[0] = weight_at(net, 0, 0);
    w[1] = weight_at(net, 0, 1);
    w[2] = weight_at(net, 1, 0);
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

static void compare(const char *name, const double *got, const double *want, double bound)
{
    for (int i = 0; i < WEIGHTS; i++)
        if (!(fabs(got[i] - want[i]) <= bound)) fail_msg("%s, weight %d: %.17g is not %.17g", name, i, got[i], want[i]);
}

static void every_row_follows_its_formula(void **state)
{
    (void)state;
    for (int i = 0; i < GN_OPT_COUNT; i++) {
        const char *name = gn_optimizer_table()[i].name;
        gn_hand h = defaults_of(name);
        double w[WEIGHTS], m[WEIGHTS] = { 0 }, v[WEIGHTS] = { 0 }, g[WEIGHTS], got[WEIGHTS];
        memcpy(w, START, sizeof w);
        for (int t = 1; t <= STEPS; t++) {
            gradient(w, g);
            for (int k = 0; k < WEIGHTS; k++) w[k] = by_hand(name, w[k], g[k], &m[k], &v[k], t, &h);
        }
        by_library(name, "", got);
        compare(name, got, w, 1e-12);
    }
}

static void pytorch_arrives_at_the_same(void **state)
{
    (void)state;
    /* torch.optim 2.15, float64, lr 0.05 and the table's other parameters */
    static const struct { const char *name, *more; double w[WEIGHTS]; } row[] = {
        { "sgd", "", { -0.35801738069031758, 0.62522303267630874, 0.99800814058826048 } },
        { "momentum", "", { -0.24643651967072344, 1.051212605217944, 0.82962269980392678 } },
        { "nesterov", "", { -0.26734499859983812, 1.0930651299441372, 1.1003878665650049 } },
        { "adagrad", "", { 0.16178483393859, 0.10027861634807711, 0.070451941413475397 } },
        { "rmsprop", "", { -0.30629374253743358, 0.76876240391310446, 0.92841415744164679 } },
        { "adam", "", { -0.32502788050356635, 0.6471892832254047, 0.67676685784347279 } },
        { "adamw", "", { -0.32501809784266023, 0.6450424115127027, 0.67517158222607798 } },
        { "rprop", "", { -0.42850816511999984, 1.0076878188543996, 1.3118551422156794 } },
        { "adam", " weight-decay=0.1", { -0.32234666715101401, 0.64001255881961372, 0.67265774522012001 } },
        { "sgd", " weight-decay=0.1", { -0.3491196676601751, 0.60278753793180762, 0.96738537257909107 } } };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        double got[WEIGHTS];
        by_library(row[i].name, row[i].more, got);
        compare(row[i].name, got, row[i].w, 1e-12);
    }
}

static void l1_pulls_by_the_sign(void **state)
{
    (void)state;
    double w[WEIGHTS], g[WEIGHTS], got[WEIGHTS];
    memcpy(w, START, sizeof w);
    for (int t = 1; t <= STEPS; t++) {
        gradient(w, g);
        for (int k = 0; k < WEIGHTS; k++) w[k] -= 0.05 * (g[k] + 0.2 * sign(w[k]));
    }
    by_library("sgd", " l1=0.2", got);
    compare("l1", got, w, 1e-12);
}

/* What is clipped, and how, by hand; and the unclipped limit leaves the bits of the fused path. */
static void clipping(void **state)
{
    (void)state;
    double a[WEIGHTS], b[WEIGHTS], g[WEIGHTS], got[WEIGHTS];
    memcpy(a, START, sizeof a);
    memcpy(b, START, sizeof b);
    for (int t = 1; t <= STEPS; t++) {
        gradient(a, g);
        for (int k = 0; k < WEIGHTS; k++) a[k] -= 0.05 * fmax(-0.5, fmin(0.5, g[k]));
        gradient(b, g);
        double norm = sqrt(g[0] * g[0] + g[1] * g[1] + g[2] * g[2]), factor = norm > 0.7 ? 0.7 / norm : 1;
        for (int k = 0; k < WEIGHTS; k++) b[k] -= 0.05 * factor * g[k];
    }
    by_library("sgd", " clip=0.5", got);
    compare("clip", got, a, 1e-12);
    by_library("sgd", " clip-norm=0.7", got);
    compare("clip-norm", got, b, 1e-12);
    for (int i = 0; i < GN_OPT_COUNT; i++) {
        double fused[WEIGHTS], apart[WEIGHTS];
        by_library(gn_optimizer_table()[i].name, "", fused);
        by_library(gn_optimizer_table()[i].name, " clip-norm=1e30", apart);
        assert_memory_equal(fused, apart, sizeof fused);
    }
}

static gn_status try_fit(gn_context *ctx, const char *options, gn_fit_result *r)
{
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "", "mse", "mean", GN_F64);
    gn_options *o = make_options(ctx, options);
    gn_dataset d = values_set(X, Y, ROWS, 2);
    gn_status s = gn_fit(ctx, net, &d, NULL, o, NULL, NULL, NULL, r);
    gn_options_free(o);
    gn_net_free(net);
    return s;
}

static void what_does_nothing_is_refused(void **state)
{
    (void)state;
    static const struct { const char *options, *code, *text;
    } row[] = { { "optimizer=sgd momentum=0.9", "CFG-OPTIMIZER", "sgd" },
                { "optimizer=adam momentum=0.9", "CFG-OPTIMIZER", "momentum" },
                { "optimizer=sgd beta1=0.9", "CFG-OPTIMIZER", "beta1" },
                { "optimizer=adm", "CFG-OPTIMIZER", "adm" },
                { "lr=0", "CFG-RATE", "0" },
                { "batch=4", "CFG-BATCH", "1 to 3" },
                { "epochs=0", "CFG-EPOCHS", "epochs" },
                { "schedule=sine", "CFG-SCHEDULE", "sine" } };
    gn_context *ctx = open_context(1);
    gn_fit_result r;
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        assert_int_equal(try_fit(ctx, row[i].options, &r), GN_USAGE);
        assert_string_equal(gn_last_error(ctx)->code, row[i].code);
        if (!strstr(gn_last_error(ctx)->message, row[i].text))
            fail_msg("%s: %s", row[i].options, gn_last_error(ctx)->message);
    }
    gn_context_free(ctx);
}

static gn_status note_rate(void *user, const gn_progress *p)
{
    if (p->epoch_end) ((double *)user)[p->epoch - 1] = p->rate;
    return GN_OK;
}

/* Rows that contradict each other: the loss falls to what they leave and stands still there; then, and only then, the
 * rate falls. */
static void plateau_lowers_the_rate(void **state)
{
    (void)state;
    static const double x[] = { 1, 1, -1, -1 }, y[] = { 0, 2, 1, 4 };
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "", "mse", "mean", GN_F64);
    gn_options *o = make_options(
        ctx, "optimizer=sgd lr=0.2 batch=4 epochs=60 schedule=plateau decay-every=5 decay-rate=0.5");
    gn_dataset d = values_set(x, y, 4, 1);
    double rate[60];
    gn_fit_result r;
    must(ctx, gn_fit(ctx, net, &d, NULL, o, NULL, note_rate, rate, &r));
    assert_true(rate[0] == 0.2 && rate[10] == 0.2 && rate[59] < 0.05);
    size_t held = 0;
    for (int i = 1; i < 60; i++, held++) {
        assert_true(rate[i] == rate[i - 1] || (rate[i] == 0.5 * rate[i - 1] && held >= 5));
        if (rate[i] < rate[i - 1]) held = 0;
    }
    gn_options_free(o);
    gn_net_free(net);
    gn_context_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_follows_its_formula), cmocka_unit_test(pytorch_arrives_at_the_same),
        cmocka_unit_test(l1_pulls_by_the_sign),          cmocka_unit_test(clipping),
        cmocka_unit_test(what_does_nothing_is_refused),  cmocka_unit_test(plateau_lowers_the_rate)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
