/* plot_neuron.c -- the neuron p = w*x under L = (p - y)^2: its weight step by step, small pictures of several rates,
 * and the map of rates.
 *
 * Invariant: weights are those of the neuron's run, w0 at step 0; the regime is limits.h's, by r = 1 - eta*lambda. */
#include "plot.h"
#include "../lens/limits.h"
#include "../lens/neuron.h"
#include "../lens/stability.h"

#include <math.h>
#include <string.h>

enum { MOST_RUNS = 64 };

typedef struct numbers { double *at; size_t n; } numbers;
typedef struct asked {
    numbers x, y, rate;
    double w0, guard;
    uint64_t steps;
} asked;

static gn_status list(gn_plot *p, gn_option_id id, const char *usual, numbers *out)
{
    const char *text = gn_option_text(p->cli->options, id);
    const char *name = gn_option_table(NULL)[id].name;
    return gn_numbers_parse(p->ctx, name, *text ? text : usual, &p->arena, &out->at, &out->n);
}

static gn_status one_number(gn_plot *p, gn_option_id id, const char *usual, double *out)
{
    numbers v;
    GN_TRY(list(p, id, usual, &v));
    if (v.n != 1) return gn_fail(p->ctx, GN_E_CFG_VALUE, "--%s takes one number here", gn_option_table(NULL)[id].name);
    *out = v.at[0];
    return GN_OK;
}

static gn_status read_asked(gn_plot *p, const char *x, const char *rates, uint64_t steps, double guard, asked *a)
{
    const gn_options *o = p->cli->options;
    gn_numtext lr;
    bool one = gn_option_given(o, GN_O_LR) && !gn_option_given(o, GN_O_RATES);
    GN_TRY(list(p, GN_O_X, x, &a->x));
    GN_TRY(list(p, GN_O_Y, "10", &a->y));
    GN_TRY(one_number(p, GN_O_W, "0", &a->w0));
    GN_TRY(list(p, GN_O_RATES, one ? gn_num(&lr, gn_option_real(o, GN_O_LR)) : rates, &a->rate));
    a->steps = gn_option_given(o, GN_O_STEPS) ? (uint64_t)gn_option_int(o, GN_O_STEPS) : steps;
    a->guard = gn_option_given(o, GN_O_GUARD) ? gn_option_real(o, GN_O_GUARD) : guard;
    if (a->y.n != 1 && a->y.n != a->x.n)
        return gn_fail(p->ctx, GN_E_CFG_VALUE, "--y takes one number, or one for each of the %zu of --x", a->x.n);
    if (a->x.n * a->rate.n <= MOST_RUNS) return GN_OK;
    return gn_fail(p->ctx, GN_E_CFG_VALUE, "%zu runs are more than one picture shows; at most %d", a->x.n * a->rate.n,
                   MOST_RUNS);
}

/* The weights of a run and their steps, in the arena. */
static gn_status path_of(gn_plot *p, const asked *a, size_t ix, double rate, gn_series *out)
{
    gn_neuron_path path;
    double y = a->y.at[a->y.n == 1 ? 0 : ix];
    GN_TRY(gn_neuron_path_run(p->ctx, a->x.at[ix], y, a->w0, rate, a->steps, a->guard, &path));
    double *k = gn_plot_array(p, path.count, sizeof *k), *w = gn_plot_array(p, path.count, sizeof *w);
    for (size_t i = 0; k && w && i < path.count; i++) k[i] = (double)i, w[i] = path.w[i];
    *out = (gn_series){ path.count > 60 ? GN_SERIES_LINE : GN_SERIES_LINE_POINTS, NULL, path.count, k, w, -1 };
    gn_neuron_path_free(p->ctx, &path);
    return k && w ? GN_OK : GN_NO_MEMORY;
}

/* What it means for whoever trains. */
static const char *stability_of(gn_regime regime)
{
    bool grows = regime == GN_REGIME_DIVERGENT || regime == GN_REGIME_ASCENDING;
    return grows ? "unstable" : regime == GN_REGIME_TWO_CYCLE ? "critical" : "stable";
}

/* "x = 10, η = 0.01: r = -1, two-cycle" */
static const char *says(gn_plot *p, double x, double rate)
{
    double r, band;
    gn_regime regime = gn_regime_of(rate * 2 * x * x, &r, &band);
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "x = %s, ", gn_num_digits(GN_NUM, x, 6));
    gn_text_printf(&t, "η = %s: ", gn_num_digits(GN_NUM, rate, 6));
    if (regime == GN_REGIME_ONE_STEP) r = 0;
    gn_text_printf(&t, "r = %s, %s", gn_num_digits(GN_NUM, r, 4), gn_regime_name(regime));
    return gn_plot_keep(p, &t);
}

/* "η=0.01: r=-1, two-cycle, critical": short, for a small picture. */
static const char *says_shortly(gn_plot *p, double x, double rate)
{
    double r, band;
    gn_regime regime = gn_regime_of(rate * 2 * x * x, &r, &band);
    gn_text t;
    gn_text_init(&t, p->ctx);
    if (regime == GN_REGIME_ONE_STEP) r = 0;
    gn_text_printf(&t, "η=%s: ", gn_num_digits(GN_NUM, rate, 6));
    gn_text_printf(&t, "r=%s, %s, %s", gn_num_digits(GN_NUM, r, 4), gn_regime_name(regime), stability_of(regime));
    return gn_plot_keep(p, &t);
}

static const char *target_label(gn_plot *p, double w)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "w* = y/x = %s", gn_num_digits(GN_NUM, w, 6));
    return gn_plot_keep(p, &t);
}

/* A rule at w* = y/x for each input. */
static gn_status targets(gn_plot *p, const asked *a, gn_rule_mark **out, size_t *n)
{
    gn_rule_mark *m = gn_plot_array(p, a->x.n, sizeof *m);
    if (!m) return GN_NO_MEMORY;
    for (*n = 0; *n < a->x.n; ++*n) {
        double w = a->y.at[a->y.n == 1 ? 0 : *n] / a->x.at[*n];
        m[*n] = (gn_rule_mark){ false, w, target_label(p, w) };
        if (!m[*n].label) return GN_NO_MEMORY;
    }
    *out = m;
    return GN_OK;
}

static bool diverges(double x, double rate)
{
    double r, band;
    return gn_regime_of(rate * 2 * x * x, &r, &band) == GN_REGIME_DIVERGENT;
}

/* Beside a run that diverges the others would be one line: the range is theirs, and half of it again on either side. */
static void range_of_others(const asked *a, gn_panel *panel)
{
    double lo = INFINITY, hi = -INFINITY;
    size_t others = 0;
    for (size_t i = 0; i < panel->n_series; i++) {
        if (diverges(a->x.at[i / a->rate.n], a->rate.at[i % a->rate.n])) continue;
        others++;
        for (size_t k = 0; k < panel->series[i].n; k++) {
            lo = fmin(lo, panel->series[i].y[k]);
            hi = fmax(hi, panel->series[i].y[k]);
        }
    }
    if (!others || others == panel->n_series || !(hi > lo)) return;
    panel->y_min = lo - (hi - lo) / 2;
    panel->y_max = hi + (hi - lo) / 2;
    panel->title = "weight of a neuron under gradient descent; what diverges leaves the picture";
}

gn_status gn_plot_trajectory(gn_plot *p)
{
    asked a;
    gn_rule_mark *mark;
    size_t marks;
    GN_TRY(read_asked(p, "3", "0.1", 30, 0, &a));
    gn_series *s = gn_plot_array(p, a.x.n * a.rate.n, sizeof *s);
    if (!s) return GN_NO_MEMORY;
    for (size_t i = 0; i < a.x.n * a.rate.n; i++) {
        double x = a.x.at[i / a.rate.n], rate = a.rate.at[i % a.rate.n];
        GN_TRY(path_of(p, &a, i / a.rate.n, rate, &s[i]));
        s[i].label = says(p, x, rate);
        if (!s[i].label) return GN_NO_MEMORY;
    }
    GN_TRY(targets(p, &a, &mark, &marks));
    gn_panel panel = { .title = "weight of a neuron under gradient descent", .x_label = "step k", .y_label = "weight w",
                       .n_series = a.x.n * a.rate.n, .series = s, .n_marks = marks, .mark = mark };
    range_of_others(&a, &panel);
    return gn_plot_one(p, &panel);
}

/* ---- small multiples --------------------------------------------------------------------------------------------- */

static gn_status rate_panel(gn_plot *p, const asked *a, size_t i, gn_panel *out)
{
    gn_series *s = gn_plot_array(p, 1, sizeof *s);
    gn_rule_mark *m = gn_plot_array(p, 1, sizeof *m);
    if (!s || !m) return GN_NO_MEMORY;
    GN_TRY(path_of(p, a, 0, a->rate.at[i], s));
    s->style = 0;
    *m = (gn_rule_mark){ false, a->y.at[0] / a->x.at[0], NULL };
    *out = (gn_panel){ .title = says_shortly(p, a->x.at[0], a->rate.at[i]), .x_label = "step k",
                       .y_label = "weight w", .n_series = 1, .series = s, .n_marks = 1, .mark = m };
    return out->title ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_plot_rates(gn_plot *p)
{
    asked a;
    GN_TRY(read_asked(p, "10", "0.001,0.005,0.01,0.011,0.015,0.02", 50, 1000, &a));
    if (a.x.n != 1) return gn_fail(p->ctx, GN_E_CFG_VALUE, "--x takes one number with --kind rates");
    gn_panel *panel = gn_plot_array(p, a.rate.n, sizeof *panel);
    if (!panel) return GN_NO_MEMORY;
    for (size_t i = 0; i < a.rate.n; i++) GN_TRY(rate_panel(p, &a, i, &panel[i]));
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "learning rates of a neuron with x = %s, y = %s", gn_num_digits(GN_NUM, a.x.at[0], 6),
                   gn_num_digits(GN_NUM, a.y.at[0], 6));
    p->picture = (gn_picture){ .title = gn_plot_keep(p, &t), .n_panels = a.rate.n, .panel = panel };
    return p->picture.title ? GN_OK : GN_NO_MEMORY;
}

/* ---- the map ----------------------------------------------------------------------------------------------------- */

gn_status gn_plot_regimes(gn_plot *p)
{
    numbers x;
    GN_TRY(list(p, GN_O_X, "9,10,11", &x));
    return gn_regime_map(&p->arena, x.at, x.n, false, &p->picture);
}
