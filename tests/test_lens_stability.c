/* test_lens_stability.c -- the stability report: every equation read again (law 13), maps and pictures, sharpness while
 * training without a changed bit, and every allocation failing once (law 12). */
#include "lens_help.h"
#include "rigged_context.h"

#include "base/random.h"
#include "lens/sharpness.h"
#include "lens/stability.h"

static void ask_for(gn_optimizer op, double rate, gn_stability_ask *ask)
{
    gn_stability_defaults(ask);
    ask->op = op;
    defaults_of(op, ask->hyper);
    if (rate > 0) ask->hyper[0] = rate;
}

static void read_again(const gn_sheet *sheet)
{
    size_t equations = 0;
    for (size_t i = 0; i < sheet->lines; i++) {
        double off;
        must(ctx, gn_line_again(sheet, sheet->line[i], &off));
        if (!(off <= 1e-12)) fail_msg("line %zu, %s: off by %g", i, sheet->line[i]->formula, off);
        equations += sheet->line[i]->formula != NULL;
    }
    assert_true(equations > 0 || sheet->lines > 0);
}

/* Every optimiser of the table, on a quadratic, a saddle, a concave function and a network. */
static void every_equation_is_read_again(void **state)
{
    (void)state;
    static const char *const names[] = { "x", "y" };
    static const double at[] = { 0.7, -0.4 };
    static const char *const text[] = { "3*x^2 + x*y + y^2", "x^2 - 2*y^2", "-x^2 - y^4", "exp(x)*sin(y) + 2*x^2 + y^2",
                                        "(x + y)^2", "abs(x) + 2*abs(y)" };
    for (int op = 0; op < GN_OPT_COUNT; op++)
        for (size_t k = 0; k <= GN_COUNT(text); k++) {
            gn_arena arena;
            gn_sheet sheet;
            gn_stability_ask ask;
            gn_stability s;
            gn_scaling scaling = { 4, 1, 2, 0.5, true, 2, 0, false };
            gn_arena_init(&arena, ctx);
            gn_objective *o = k < GN_COUNT(text) ? formula_objective(&arena, text[k], names, 2, at) : f4_objective(ctx);
            ask_for((gn_optimizer)op, 0, &ask);
            ask.top = k < GN_COUNT(text) ? 2 : 3;
            ask.density = true;
            ask.spectrum = k % 2;
            ask.hyper[gn_optimizer_table()[op].parameters + 1] = k == 0 || k == 5 ? 0.1 : 0;
            ask.clip = k == 1 || k == 5 ? 0.01 : 0;
            ask.clip_norm = k == 2 ? 0.01 : 0;
            ask.other = true;
            if (k == 1) ask.hyper[0] = 3;
            must(ctx, gn_stability_of(ctx, o, &ask, &s));
            gn_sheet_open(&sheet, ctx, "stability");
            gn_stability_sheet(&s, &ask, &scaling, k == 0, &sheet);
            must(ctx, gn_sheet_done(&sheet));
            read_again(&sheet);
            gn_sheet_free(&sheet);
            gn_picture picture;
            must(ctx, gn_stability_picture(&s, &picture));
            assert_int_equal(picture.n_panels, 2);
            gn_stability_free(&s);
            gn_objective_free(o);
            gn_arena_free(&arena);
        }
}

/* The second run starts a short way off in weights, however small P makes the optimiser's own measure. */
static void the_probe_is_short(void **state)
{
    (void)state;
    static const char *const names[] = { "x", "y" };
    static const double at[] = { 0.7, 1e-3 };
    gn_arena arena;
    gn_stability_ask ask;
    gn_stability s;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "(x - 3)^2 + 1e-6*y^2*x", names, 2, at);
    for (int op = 0; op < 2; op++) {
        double sum = 0;
        ask_for(op ? GN_OPT_adam : GN_OPT_rmsprop, 0.01, &ask);
        must(ctx, gn_stability_of(ctx, o, &ask, &s));
        for (size_t i = 0; i < s.n; i++) sum += pow(s.measured[0] * s.direction[i] / s.root[i], 2);
        assert_near(sqrt(sum) / s.moved, 1, 1e-6);
        assert_true(s.moved < 1e-4);
        gn_stability_free(&s);
    }
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* ---- maps -------------------------------------------------------------------------------------------------------- */
static gn_panel map_of(gn_arena *arena, const char *kind, gn_optimizer op, bool wrong)
{
    const gn_map_ask ask = { .kind = kind, .op = op, .x = strcmp(kind, "lr-momentum") ? 10 : 0, .y = 10,
                             .wrong_line = wrong };
    gn_picture p;
    must(ctx, gn_stability_map(arena, &ask, &p));
    assert_int_equal(p.n_panels, 1);
    return p.panel[0];
}

/* The limit 1/x^2 and the best rate 1/(2x^2) at the marks; the wrong line is the best rate's, and says so. */
static void map_of_rates(void **state)
{
    (void)state;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_panel right = map_of(&arena, "lr-x", GN_OPT_sgd, false), wrong = map_of(&arena, "lr-x", GN_OPT_sgd, true);
    assert_int_equal(right.n_series, 4);
    assert_int_equal(wrong.n_series, 5);
    assert_true(right.series[0].x[0] == 1 && right.series[0].x[right.series[0].n - 1] == 20);
    for (size_t i = 0; i < 3; i++) {
        double x = 9 + (double)i;
        assert_near(right.series[2].y[i], 1 / (2 * x * x), 1e-15);
        assert_near(right.series[3].y[i], 1 / (x * x), 1e-15);
    }
    for (size_t i = 0; i < right.series[0].n; i++) {
        double x = right.series[0].x[i];
        assert_near(right.series[0].y[i], 1 / (x * x), 1e-15);
        assert_near(right.series[1].y[i], 1 / (2 * x * x), 1e-15);
        assert_near(wrong.series[4].y[i], 1 / (2 * x * x), 1e-15);
    }
    assert_int_equal(right.n_marks, 3);
    assert_true(right.mark[0].at == 9 && right.mark[1].at == 10 && right.mark[2].at == 11);
    const gn_field *f = right.field;
    for (size_t j = 0; j < f->ny; j++)
        for (size_t i = 0; i < f->nx; i++) {
            double x = f->x0 + (f->x1 - f->x0) * (double)i / (double)(f->nx - 1);
            double eta = f->y0 + (f->y1 - f->y0) * (double)j / (double)(f->ny - 1), share = eta * x * x;
            if (fabs(share - 1) < 1e-9 || fabs(share - 0.5) < 1e-9) continue;
            assert_true(f->z[j * f->nx + i] == (share > 1 ? 2 : share > 0.5 ? 1 : 0));
        }
    gn_arena_free(&arena);
}

/* Under momentum the limit is that of its own iteration, 1.9/x^2, and the field has its regimes; nothing is drawn for an
 * optimiser whose limit is no number over x^2. */
static void map_of_rates_under_momentum(void **state)
{
    (void)state;
    static const struct { gn_optimizer op; double mu, limit, low, high; } run[] = {
        { GN_OPT_momentum, 0.9, 3.8, 0.002633403898972405, 3.797366596101027 },
        { GN_OPT_nesterov, 0.5, 1.5, 1.0 / 9, 1 },
    };
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    for (size_t k = 0; k < GN_COUNT(run); k++) {
        const double hyper[] = { 0.1, run[k].mu };
        const gn_map_ask ask = { .kind = "lr-x", .op = run[k].op, .hyper = hyper };
        gn_picture p;
        must(ctx, gn_stability_map(&arena, &ask, &p));
        const gn_series *s = p.panel[0].series;
        const gn_field *f = p.panel[0].field;
        for (size_t i = 0; i < s[0].n; i++) {
            double lambda = 2 * s[0].x[i] * s[0].x[i];
            assert_near(s[0].y[i] * lambda, run[k].limit, 1e-12);
            assert_near(s[1].y[i] * lambda, run[k].low, 1e-12);
            assert_near(s[4].y[i] * lambda, run[k].high, 1e-12);
        }
        assert_near(s[3].y[1], run[k].limit / 200, 1e-15);
        for (size_t j = 1; j < f->ny; j++)
            for (size_t i = 0; i < f->nx; i++) {
                double x = f->x0 + (f->x1 - f->x0) * (double)i / (double)(f->nx - 1);
                double at = 2 * x * x * (f->y0 + (f->y1 - f->y0) * (double)j / (double)(f->ny - 1));
                if (fabs(at - run[k].limit) < 1e-9 || fabs(at - run[k].high) < 1e-9) continue;
                int want = at > run[k].limit ? 3 : at > run[k].high ? 2 : at > run[k].low;
                assert_true(f->z[j * f->nx + i] == want);
            }
    }
    static const gn_optimizer none[] = { GN_OPT_adam, GN_OPT_lion, GN_OPT_rmsprop };
    static const char *const kinds[] = { "lr-x", "lr-momentum", "trajectories" };
    gn_picture p;
    for (size_t i = 0; i < GN_COUNT(none) * GN_COUNT(kinds); i++) {
        const gn_map_ask ask = { .kind = kinds[i % 3], .op = none[i / 3], .x = 10, .y = 10 };
        assert_int_equal(gn_stability_map(&arena, &ask, &p), GN_USAGE);
    }
    const gn_map_ask plain = { .kind = "lr-momentum", .op = GN_OPT_sgd };
    assert_int_equal(gn_stability_map(&arena, &plain, &p), GN_USAGE);
    const gn_map_ask wrong = { .kind = "lr-x", .op = GN_OPT_momentum, .wrong_line = true };
    assert_int_equal(gn_stability_map(&arena, &wrong, &p), GN_USAGE);
    gn_arena_free(&arena);
}

static void map_of_momentum(void **state)
{
    (void)state;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_panel p = map_of(&arena, "lr-momentum", GN_OPT_momentum, false);
    const gn_field *f = p.field;
    for (size_t j = 0; j < f->ny; j++)
        for (size_t i = 0; i < f->nx; i++) {
            double mu = f->x0 + (f->x1 - f->x0) * (double)i / (double)(f->nx - 1);
            double s = f->y0 + (f->y1 - f->y0) * (double)j / (double)(f->ny - 1);
            double low = 1 - sqrt(mu), high = 1 + sqrt(mu);
            if (fabs(s - 2 - 2 * mu) < 1e-6 || fabs(s - low * low) < 1e-6 || fabs(s - high * high) < 1e-6 || j == 0)
                continue;       /* on a line */
            int want = s > 2 + 2 * mu ? 3 : s > high * high ? 2 : s > low * low;
            assert_true(f->z[j * f->nx + i] == want);
        }
    p = map_of(&arena, "lr-momentum", GN_OPT_nesterov, false);
    f = p.field;
    for (size_t j = 1; j < f->ny; j++)
        for (size_t i = 0; i < f->nx; i++) {
            double mu = f->x0 + (f->x1 - f->x0) * (double)i / (double)(f->nx - 1);
            double s = f->y0 + (f->y1 - f->y0) * (double)j / (double)(f->ny - 1);
            double low = pow((1 - mu) / (1 + mu), 2), limit = (2 + 2 * mu) / (1 + 2 * mu);
            if (fabs(s - limit) < 1e-6 || fabs(s - low) < 1e-6 || fabs(s - 1) < 1e-6) continue;
            int want = s > limit ? 3 : s > 1 ? 2 : s > low;
            assert_true(f->z[j * f->nx + i] == want);
        }
    gn_arena_free(&arena);
}

/* With a neuron the axis is of the rate, and its point is marked with what the report says of it; every cell has the
 * regime that the report has there. */
static void map_of_momentum_has_the_point(void **state)
{
    (void)state;
    gn_arena arena;
    gn_picture p;
    gn_arena_init(&arena, ctx);
    const gn_map_ask ask = { .kind = "lr-momentum", .op = GN_OPT_nesterov, .x = 10, .rate = 0.006 };
    must(ctx, gn_stability_map(&arena, &ask, &p));
    const gn_panel *panel = p.panel;
    const gn_series *limit = &panel->series[0], *point = &panel->series[3];
    assert_int_equal(panel->n_series, 4);
    assert_string_equal(panel->y_label, "learning rate η (ηλ = 200·η)");
    assert_near(limit->y[0], 0.01, 1e-15);
    assert_true(point->n == 1 && point->x[0] == 0.9 && point->y[0] == 0.006);
    assert_string_equal(point->label, "η = 0.006, μ = 0.9: ηλ = 1.2, oscillating");
    const gn_field *f = panel->field;
    for (size_t j = 1; j < f->ny; j += 7)
        for (size_t i = 0; i < f->nx; i += 5) {
            double hyper[] = { 1, f->x0 + (f->x1 - f->x0) * (double)i / (double)(f->nx - 1) };
            double s = 200 * (f->y0 + (f->y1 - f->y0) * (double)j / (double)(f->ny - 1));
            gn_iteration it;
            gn_limit l;
            must(ctx, gn_limit_of(ctx, GN_OPT_nesterov, hyper, &l));
            must(ctx, gn_iteration_of(ctx, GN_OPT_nesterov, hyper, s, &it));
            assert_string_equal(f->names[(int)f->z[j * f->nx + i]], gn_regime_name(gn_regime_under(&l, &it, s)));
        }
    const gn_map_ask rate = { .kind = "lr-momentum", .op = GN_OPT_momentum, .rate = 0.006 };
    assert_int_equal(gn_stability_map(&arena, &rate, &p), GN_USAGE);
    const gn_map_ask wrong = { .kind = "lr-momentum", .op = GN_OPT_momentum, .wrong_line = true };
    assert_int_equal(gn_stability_map(&arena, &wrong, &p), GN_USAGE);
    gn_arena_free(&arena);
}

/* Inputs beyond the usual part have a map about them; the rate that is asked about is marked. */
static void map_of_rates_follows_its_marks(void **state)
{
    (void)state;
    const double x[] = { 1e6 }, apart[] = { 0.5, 1000 }, zero[] = { 0 };
    gn_arena arena;
    gn_picture p;
    gn_arena_init(&arena, ctx);
    gn_map_ask ask = { .kind = "lr-x", .op = GN_OPT_sgd, .marks = 1, .mark = x, .rate = 7.5e-13 };
    must(ctx, gn_stability_map(&arena, &ask, &p));
    const gn_panel *panel = p.panel;
    const gn_series *point = &panel->series[panel->n_series - 1];
    assert_true(panel->x_min < 1e6 && panel->x_max > 1e6 && panel->y_min <= 1e-12 && panel->y_max > 1e-12);
    assert_true(panel->n_marks == 1 && panel->mark[0].at == 1e6);
    assert_near(panel->series[3].y[0], 1e-12, 1e-24);
    assert_true(point->n == 1 && point->x[0] == 1e6 && point->y[0] == 7.5e-13);
    assert_string_equal(point->label, "η = 7.5e-13: ηλ = 1.5, oscillating");
    ask.marks = 2, ask.mark = apart;
    assert_int_equal(gn_stability_map(&arena, &ask, &p), GN_USAGE);
    ask.marks = 1, ask.mark = zero;
    assert_int_equal(gn_stability_map(&arena, &ask, &p), GN_USAGE);
    gn_arena_free(&arena);
}

static void map_of_trajectories(void **state)
{
    (void)state;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_panel p = map_of(&arena, "trajectories", GN_OPT_sgd, false);
    assert_int_equal(p.n_series, 7);
    const double *half = p.series[2].y, *at = p.series[5].y;    /* one step; the limit: 0, 2, 0, 2 */
    assert_true(half[0] == 0);
    assert_near(half[1], 1, 1e-15);
    for (int k = 0; k < 30; k++) assert_near(at[k], k % 2 ? 2 : 0, 1e-9);
    const double hyper[] = { 0.1, 0.5 };
    const gn_map_ask own = { .kind = "trajectories", .op = GN_OPT_momentum, .hyper = hyper, .x = 10, .y = 10,
                             .rate = 0.009 };
    gn_picture drawn;
    assert_int_equal(gn_stability_map(&arena, &own, &drawn), GN_OK);
    assert_int_equal(drawn.panel[0].n_series, 8);
    assert_string_equal(drawn.panel[0].series[7].label, "rate 0.009, 0.6 of the limit"); /* (2 + 2*0.5)/200 = 0.015 */
    assert_near(drawn.panel[0].series[7].y[1], 1.8, 1e-15);
    assert_near(drawn.panel[0].series[7].y[2], 1.8 - 0.009 * (200 * 0.8 - 0.5 * 200), 1e-12);
    const gn_map_ask adam = { .kind = "trajectories", .op = GN_OPT_adam, .x = 10, .y = 10 };
    gn_picture none;
    assert_int_equal(gn_stability_map(&arena, &adam, &none), GN_USAGE);
    gn_arena_free(&arena);
}

/* ---- watching ---------------------------------------------------------------------------------------------------- */
typedef struct watching { gn_sharpness s; uint64_t seen[64]; size_t n; } watching;

static gn_status watch(void *user, const gn_watched *w)
{
    watching *to = user;
    to->seen[to->n++] = w->step;
    return gn_sharpness_watch(&to->s, w);
}

static void train(const char *options, gn_type type, const char *reduction, watching *w, uint64_t every,
                  double *weights)
{
    enum { ROWS = 40 };
    float x[2 * ROWS], y[ROWS];
    double xd[2 * ROWS], yd[ROWS];
    gn_random r = gn_random_make(9, GN_STREAM_TEST, 1);
    for (size_t i = 0; i < ROWS; i++) {
        x[2 * i] = (float)gn_random_normal(r, 2 * i), x[2 * i + 1] = (float)gn_random_normal(r, 2 * i + 1);
        y[i] = x[2 * i] * x[2 * i + 1];
        xd[2 * i] = (double)x[2 * i], xd[2 * i + 1] = (double)x[2 * i + 1], yd[i] = (double)y[i];
    }
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "6 tanh, batchnorm, dropout 0.1, 5 relu", "mse", reduction,
                              type);
    gn_dataset d = { .rows = ROWS, .inputs = 2, .type = type == GN_F32 ? GN_EL_F32 : GN_EL_F64, .x = x, .y = y };
    if (type == GN_F64) d.x = xd, d.y = yd;
    gn_options *o = make_options(ctx, options);
    const gn_fit_hooks hooks = { .watch = w ? watch : NULL, .watch_user = w, .every = every };
    gn_fit_result result;
    must(ctx, gn_fit_watched(ctx, net, &d, NULL, o, NULL, &hooks, &result));
    for (size_t i = 0; weights && i < gn_net_block_size(net); i++)
        weights[i] = type == GN_F32 ? (double)((float *)gn_net_block(net))[i] : ((double *)gn_net_block(net))[i];
    gn_options_free(o);
    gn_net_free(net);
}

static void watching_changes_nothing(void **state)
{
    (void)state;
    static const char *const options[] = { "optimizer=sgd lr=0.05 batch=8 epochs=4", "optimizer=adam batch=8 epochs=4",
                                           "optimizer=nesterov lr=0.02 batch=10 epochs=3 clip-norm=1",
                                           "optimizer=lion batch=40 epochs=6", "optimizer=rmsprop batch=7 epochs=3" };
    for (size_t i = 0; i < GN_COUNT(options); i++)
        for (int type = GN_F32; type <= GN_F64; type++) {
            double plain[512] = { 0 }, watched[512] = { 0 };
            watching w = { .n = 0 };
            gn_sharpness_init(&w.s, ctx);
            train(options[i], (gn_type)type, "mean", NULL, 0, plain);
            train(options[i], (gn_type)type, "mean", &w, 3, watched);
            assert_memory_equal(plain, watched, sizeof plain);
            for (size_t k = 0; k < w.n; k++) assert_int_equal(w.seen[k], 3 * k);
            bool adaptive = i == 1 || i == 4;
            assert_int_equal(w.s.count, w.n - adaptive);    /* nothing to hold before the first step */
            for (size_t k = 0; k < w.s.count; k++) {
                assert_true(isfinite(w.s.at[k].lambda) && w.s.at[k].residual <= 0.05 * fabs(w.s.at[k].lambda));
                assert_int_equal(isnan(w.s.at[k].limit), i == 3);
            }
            gn_sharpness_free(&w.s);
        }
}

/* The figure is the eigenvalue that an objective of the same rows has; with a sum it is a batch's. */
static void watched_figure_is_the_eigenvalue(void **state)
{
    (void)state;
    watching mean = { .n = 0 }, sum = { .n = 0 };
    gn_sharpness_init(&mean.s, ctx);
    gn_sharpness_init(&sum.s, ctx);
    train("optimizer=sgd lr=1e-30 batch=8 epochs=1", GN_F64, "mean", &mean, 5, NULL);
    train("optimizer=sgd lr=1e-30 batch=8 epochs=1", GN_F64, "sum", &sum, 5, NULL);
    assert_near(sum.s.at[0].lambda, 8 * mean.s.at[0].lambda, 0.02 * sum.s.at[0].lambda);
    assert_near(sum.s.at[0].loss, 8 * mean.s.at[0].loss, 1e-9);
    gn_sharpness_free(&mean.s);
    gn_sharpness_free(&sum.s);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */
static gn_status whole_report(void)
{
    static const char *const names[] = { "x", "y" };
    static const double at[] = { 0.7, -0.4 };
    const char *text = "3*x^2 + x*y + relu(y)^2";
    gn_arena arena;
    gn_sheet sheet;
    gn_stability_ask ask;
    gn_stability s = { 0 };
    gn_picture picture;
    const gn_formula *f;
    gn_objective *o = NULL;
    size_t kinks;
    gn_arena_init(&arena, ctx);
    gn_sheet_open(&sheet, ctx, "stability");
    ask_for(GN_OPT_adam, 0.01, &ask);
    ask.density = true;
    ask.warm = 3;
    ask.clip = 0.5;
    ask.other = true;
    gn_status status = gn_formula_parse(&arena, text, strlen(text), &f);
    if (status == GN_OK) status = gn_objective_formula(ctx, f, names, 2, at, &o);
    if (status == GN_OK) status = gn_objective_kinks(o, at, NULL, &kinks);
    if (status == GN_OK) status = gn_stability_of(ctx, o, &ask, &s);
    if (status == GN_OK) {
        gn_stability_sheet(&s, &ask, NULL, false, &sheet);
        status = gn_sheet_done(&sheet);
    }
    if (status == GN_OK) status = gn_stability_picture(&s, &picture);
    gn_stability_free(&s);
    gn_sheet_free(&sheet);
    gn_objective_free(o);
    gn_arena_free(&arena);
    return status;
}

static void every_allocation_fails_once(void **state)
{
    (void)state;
    long before = rig.live;
    rig.calls = 0;
    rig.fail_at = 0;
    must(ctx, whole_report());
    long count = rig.calls;
    assert_int_equal(rig.live, before);
    assert_true(count > 50);
    for (long k = 1; k <= count; k++) {
        rig.calls = 0;
        rig.fail_at = k;
        gn_status s = whole_report();
        rig.fail_at = 0;
        if (s != GN_NO_MEMORY) fail_msg("allocation %ld of %ld: status %d", k, count, (int)s);
        if (rig.live != before) fail_msg("allocation %ld of %ld: %ld blocks left", k, count, rig.live - before);
    }
    must(ctx, whole_report());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_equation_is_read_again),
        cmocka_unit_test(map_of_rates),
        cmocka_unit_test(map_of_rates_under_momentum),
        cmocka_unit_test(map_of_momentum),
        cmocka_unit_test(map_of_momentum_has_the_point),
        cmocka_unit_test(map_of_rates_follows_its_marks),
        cmocka_unit_test(the_probe_is_short),
        cmocka_unit_test(map_of_trajectories),
        cmocka_unit_test(watching_changes_nothing),
        cmocka_unit_test(watched_figure_is_the_eigenvalue),
        cmocka_unit_test(every_allocation_fails_once),
    };
    return run_rigged(tests);
}
