/* test_lens_view.c -- what pictures show: curves, planes, landscapes, layers and rates are the numbers that the
 * network or the expression itself gives. */
#include "one_context.h"
#include <math.h>
#include "lens/curves.h"
#include "lens/view.h"
#include "nn/net.h"

/* ---- curves ------------------------------------------------------------------------------------------------------ */

static void curves_become_panels(void **state)
{
    (void)state;
    gn_arena arena;
    gn_picture picture;
    gn_arena_init(&arena, ctx);
    gn_curves run[2] = { { .name = "a", .metric = "held-out accuracy" }, { .name = "b" } };
    for (int r = 0; r < 2; r++)
        for (int e = 1; e <= 100; e++) {
            double v[GN_CURVE_COUNT] = { 1.0 / e / e / (r + 1), r ? NAN : 0.5, r ? NAN : 0.9, 0.01, NAN };
            must(ctx, gn_curves_add(&arena, &run[r], e, v));
        }
    must(ctx, gn_curves_picture(&arena, run, 2, "curves", &picture));
    assert_int_equal(picture.n_panels, 2);      /* no rate, which does not change; no gradient */
    assert_true(picture.panel[0].log_y);
    assert_int_equal(picture.panel[0].n_series, 3);
    assert_string_equal(picture.panel[0].series[0].label, "a: training");
    assert_int_equal(picture.panel[0].series[2].n, 100);
    assert_true(picture.panel[0].series[2].y[9] == 0.01 / 2);
    must(ctx, gn_curves_watch(&arena, &run[0], 5, 3, 20));
    must(ctx, gn_curves_picture(&arena, run, 2, "curves", &picture));
    assert_int_equal(picture.n_panels, 3);
    assert_string_equal(picture.panel[2].title, "sharpness");
    gn_curves none = { 0 };
    assert_int_equal(gn_curves_picture(&arena, &none, 1, "curves", &picture), GN_BAD_DATA);
    gn_arena_free(&arena);
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

static const gn_formula *parsed(gn_arena *arena, const char *text)
{
    const gn_formula *f;
    must(ctx, gn_formula_parse(arena, text, strlen(text), &f));
    return f;
}

static void the_landscape_of_an_expression_is_the_expression(void **state)
{
    (void)state;
    static const char *const names[] = { "x", "y" };
    double from[2] = { 1, 2 };
    gn_arena arena;
    gn_objective *o;
    gn_view_landscape v;
    gn_arena_init(&arena, ctx);
    must(ctx, gn_objective_formula(ctx, parsed(&arena, "x^2 + 3*y^2"), names, 2, from, &o));
    must(ctx, gn_view_landscape_of(&arena, o, 7, 11, 0.5, &v));
    assert_int_equal(v.n, 11);
    assert_true(v.loss == 13);
    for (size_t i = 0; i < 121; i++) {
        double a = 0.1 * ((double)(i % 11) - 5), b = 0.1 * ((double)(i / 11) - 5);
        assert_true(fabs(v.z[i] - ((1 + a) * (1 + a) + 3 * (2 + b) * (2 + b))) < 1e-12);
    }
    gn_objective_free(o);
    gn_arena_free(&arena);
}

static gn_data *few_rows(size_t rows)
{
    gn_data *d;
    float x[64], y[32];
    for (size_t i = 0; i < rows; i++) {
        x[2 * i] = (float)i / 4;
        x[2 * i + 1] = (float)((i * 5) % 7) - 3;
        y[i] = x[2 * i] - 2 * x[2 * i + 1];
    }
    must(ctx, gn_data_from_targets(ctx, x, rows, 2, y, 1, &d));
    return d;
}

static gn_net *small_net(const char *layers, gn_task task, gn_type type)
{
    gn_net *net;
    gn_net_spec spec = { .inputs = 2, .outputs = 1, .task = task, .layers = layers, .loss = "auto", .reduction = "mean",
                         .init = "auto", .type = type, .seed = 3 };
    must(ctx, gn_net_new(ctx, &spec, &net));
    return net;
}

/* Over the plane a filter is moved by its own length, at most: with a reach of 1 along one direction, |w - w0| of every
 * row is |a|*|w0|, so the loss at the middle is that of the weights and the grid is a function of the seed. */
static void the_landscape_of_a_network(void **state)
{
    (void)state;
    gn_arena arena;
    gn_objective *o;
    gn_view_landscape a, b, c;
    double loss;
    gn_data *d = few_rows(12);
    gn_net *net = small_net("4 tanh", GN_REGRESSION, GN_F64);
    gn_dataset rows = gn_data_view(d);
    gn_arena_init(&arena, ctx);
    must(ctx, gn_objective_net(ctx, net, &rows, &o));
    must(ctx, gn_objective_value(o, gn_objective_start(o), &loss));
    must(ctx, gn_view_landscape_of(&arena, o, 1, 9, 1, &a));
    must(ctx, gn_view_landscape_of(&arena, o, 1, 9, 1, &b));
    must(ctx, gn_view_landscape_of(&arena, o, 2, 9, 1, &c));
    assert_true(a.loss == loss);
    assert_memory_equal(a.z, b.z, 81 * sizeof *a.z);
    assert_memory_not_equal(a.z, c.z, 81 * sizeof *a.z);
    assert_true(a.least <= loss && a.most > loss);
    gn_objective_free(o);
    gn_net_free(net);
    gn_data_free(d);
    gn_arena_free(&arena);
}

/* The slope by the last layer's output, summed over the rows, is the slope by its bias. */
static void slopes_of_layers_are_those_of_the_loss(void **state)
{
    (void)state;
    gn_arena arena;
    gn_view_layer *l;
    size_t n, rows;
    double loss, g[64], sum = 0;
    gn_objective *o;
    gn_data *d = few_rows(12);
    gn_net *net = small_net("4 tanh, 3 relu", GN_REGRESSION, GN_F64);
    gn_dataset view = gn_data_view(d);
    rows = gn_dataset_rows(&view);
    gn_arena_init(&arena, ctx);
    must(ctx, gn_view_layers_of(&arena, net, &view, &l, &n));
    assert_int_equal(n, 3);
    assert_int_equal(l[0].count, 4 * rows);
    assert_int_equal(l[2].count, rows);
    for (size_t i = 0; i < l[0].count; i++) assert_true(fabs(l[0].value[i]) <= 1);
    for (size_t i = 0; i < l[1].count; i++) assert_true(l[1].value[i] >= 0);
    must(ctx, gn_objective_net(ctx, net, &view, &o));
    assert_true(gn_objective_size(o) <= GN_COUNT(g));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), &loss, g));
    for (size_t i = 0; i < rows; i++) sum += l[2].gradient[i];
    assert_true(fabs(sum - g[gn_objective_size(o) - 1]) < 1e-12 * fmax(1, fabs(sum)));
    gn_objective_free(o);
    gn_net_free(net);
    gn_data_free(d);
    gn_arena_free(&arena);
}

static void histograms_count_everything(void **state)
{
    (void)state;
    double v[7] = { 0, 0, 0, 1, 2, NAN, INFINITY }, at[4], share[4], sum = 0;
    gn_view_histogram(v, 7, 4, at, share);
    for (int i = 0; i < 4; i++) sum += share[i];
    assert_true(fabs(sum - 100) < 1e-12 && fabs(share[0] - 60) < 1e-12 && fabs(share[3] - 20) < 1e-12);
    assert_true(at[0] == 0.25 && at[3] == 1.75);
    gn_view_histogram(v, 3, 4, at, share);      /* one value alone */
    assert_true(at[0] < 0 && at[3] > 0);
    gn_view_histogram(v + 5, 2, 4, at, share);  /* none */
    assert_true(share[0] == 0);
}

/* The plane's values are the network's predictions at its points, the other column's mean put in. */
static void the_plane_shows_predictions(void **state)
{
    (void)state;
    gn_arena arena;
    gn_view_plane v;
    gn_data *d = few_rows(12);
    gn_net *net = small_net("4 tanh", GN_REGRESSION, GN_F64);
    gn_arena_init(&arena, ctx);
    must(ctx, gn_view_plane_of(&arena, net, &d->prep, d, 1, 0, 5, &v));
    assert_int_equal(v.held, 0);
    assert_true(v.x0 < -3 && v.x1 > 3 && v.y0 < 0);
    for (size_t i = 0; i < 25; i++) {
        double x[2] = { v.y0 + (v.y1 - v.y0) * (double)(i / 5) / 4, v.x0 + (v.x1 - v.x0) * (double)(i % 5) / 4 }, y;
        gn_dataset one = { .rows = 1, .inputs = 2, .type = GN_EL_F64, .x = x };
        must(ctx, gn_net_predict(ctx, net, &one, &y));
        assert_true(y == v.z[i]);
    }
    assert_true(v.px[4] == 1 * 5 * 4 % 7 - 3 && v.py[4] == 1);
    assert_int_not_equal(gn_view_plane_of(&arena, net, &d->prep, d, 0, 9, 5, &v), GN_OK);
    gn_net_free(net);
    gn_data_free(d);
    gn_arena_free(&arena);
}

/* Four classes' worth of numbers in four columns, of which a network reads the second and the fourth: those two are
 * chosen, and the plane says where the others are held. */
static void the_columns_that_matter_are_chosen(void **state)
{
    (void)state;
    enum { ROWS = 40, IN = 4 };
    gn_arena arena;
    gn_view_columns c;
    gn_view_plane v;
    gn_data *d;
    gn_net *net;
    float x[ROWS * IN], y[ROWS];
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < IN; j++) x[i * IN + j] = (float)((i * (7 + 4 * j)) % 13) - 5;
        y[i] = (float)i;
    }
    must(ctx, gn_data_from_targets(ctx, x, ROWS, IN, y, 1, &d));
    for (int classes = 0; classes < 2; classes++) {
        gn_net_spec spec = { .inputs = IN, .outputs = classes ? 3 : 1, .task = classes ? GN_CLASSES : GN_REGRESSION,
                             .layers = "", .loss = "auto", .reduction = "mean", .init = "auto", .type = GN_F64,
                             .seed = 3 };
        must(ctx, gn_net_new(ctx, &spec, &net));
        double *w = gn_net_block(net);
        for (size_t o = 0; o < spec.outputs; o++)
            for (int j = 0; j < IN; j++) w[o * IN + (size_t)j] *= j % 2 ? 1 : 1e-3;
        gn_arena_init(&arena, ctx);
        must(ctx, gn_view_columns_of(&arena, net, &d->prep, d, &c));
        assert_true(c.column[0] == 1 && c.column[1] == 3 && c.rows == ROWS);
        if (spec.outputs > 1) assert_true(c.same + 1 >= ROWS);
        must(ctx, gn_view_plane_of(&arena, net, &d->prep, d, 1, 3, 5, &v));
        double mean = 0;
        for (int i = 0; i < ROWS; i++) mean += (double)x[i * IN] / ROWS;
        assert_true(v.held == 2 && fabs(v.at[0] - mean) < 1e-12);
        assert_int_equal(v.scores, spec.outputs > 1 ? 3 : 0);
        for (size_t i = 0; i < v.scores * 25; i++)      /* the largest score is the class */
            assert_true(v.score[i] <= v.score[(size_t)v.z[i % 25] * 25 + i % 25]);
        gn_arena_free(&arena);
        gn_net_free(net);
    }
    gn_data_free(d);
}

/* A9: optimum 1/(2x^2), limit 1/x^2. */
static void rates_of_the_neuron(void **state)
{
    (void)state;
    static const double at[3] = { 9, 10, 11 }, one[3] = { 0.006172839506172839, 0.005, 0.004132231404958678 },
                        top[3] = { 0.012345679012345678, 0.01, 0.008264462809917356 };
    double x[50], best[50], limit[50];
    for (int i = 0; i < 3; i++) {
        must(ctx, gn_view_rates_of(ctx, at[i], at[i], 1, x, best, limit));
        assert_true(fabs(best[0] - one[i]) < 1e-15 && fabs(limit[0] - top[i]) < 1e-15);
    }
    must(ctx, gn_view_rates_of(ctx, 1, 20, 50, x, best, limit));
    assert_true(x[0] == 1 && x[49] == 20);
    for (int i = 0; i < 50; i++) assert_true(fabs(limit[i] * x[i] * x[i] - 1) < 1e-12);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        T(curves_become_panels), T(the_landscape_of_an_expression_is_the_expression), T(the_landscape_of_a_network),
        T(slopes_of_layers_are_those_of_the_loss), T(histograms_count_everything), T(the_plane_shows_predictions),
        T(the_columns_that_matter_are_chosen), T(rates_of_the_neuron),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
