/* plot_neuron.c -- the neuron p = w*x under L = (p - y)^2: its weight step by step, small pictures of several rates,
 * and the map of rates.
 *
 * Invariant: weights are those of the neuron's run under the optimiser, w0 at step 0; the regime is limits.h's, of
 * rate times curvature, and is said only where the optimiser's limit is known without its history. */
#include "plot.h"
#include "../lens/limits.h"
#include "../lens/neuron.h"
#include "../lens/stability.h"
#include "../nn/fit.h"

#include <math.h>
#include <string.h>

enum { MOST_RUNS = 64, NAMED_TARGETS = 4 };

typedef struct numbers { double *at; size_t n; } numbers;
typedef struct asked {
    numbers x, y, rate;
    double w0, guard;
    uint64_t steps;
    gn_fit_settings set;        /* the optimiser and its parameters */
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

/* Plain gradient descent, if nothing else is said. */
static gn_status read_optimizer(gn_plot *p, gn_fit_settings *set)
{
    gn_options *o = p->cli->options;
    *set = (gn_fit_settings){ 0 };
    if (!gn_option_given(o, GN_O_OPTIMIZER)) GN_TRY(gn_options_set(o, "optimizer", "sgd"));
    GN_TRY(gn_fit_read_optimizer(p->ctx, o, set));
    if (!(set->hyper[set->parameters + 1] > 0)) return GN_OK;
    gn_fail(p->ctx, GN_E_CFG_CONFLICT, "--weight-decay moves the minimum away from y/x, and this picture is of the loss "
            "alone");
    return gn_hint(p->ctx, "`glassnet neuron --weight-decay %s --plot -` draws a run with it",
                   gn_num(GN_NUM, set->hyper[set->parameters + 1]));
}

static gn_status read_asked(gn_plot *p, const char *x, const char *rates, uint64_t steps, double guard, asked *a)
{
    const gn_options *o = p->cli->options;
    gn_numtext lr;
    GN_TRY(read_optimizer(p, &a->set));
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
    gn_neuron_spec spec;
    gn_neuron_defaults(&spec);
    spec.x = &a->x.at[ix];
    spec.y = &a->y.at[a->y.n == 1 ? 0 : ix];
    spec.w = &a->w0;
    spec.optimizer = a->set.op;
    memcpy(spec.hyper, a->set.hyper, (size_t)a->set.parameters * sizeof *spec.hyper);
    spec.hyper[0] = rate;
    GN_TRY(gn_neuron_path_of(p->ctx, &spec, a->steps, a->guard, &path));
    double *k = gn_plot_array(p, path.count, sizeof *k), *w = gn_plot_array(p, path.count, sizeof *w);
    for (size_t i = 0; k && w && i < path.count; i++) k[i] = (double)i, w[i] = path.w[i];
    *out = (gn_series){ path.count > 60 ? GN_SERIES_LINE : GN_SERIES_LINE_POINTS, NULL, path.count, k, w, -1 };
    gn_neuron_path_free(p->ctx, &path);
    return k && w ? GN_OK : GN_NO_MEMORY;
}

/* What theory says of a run. */
typedef struct verdict {
    bool known;                 /* of adam and its kin the limit depends on the slopes so far, of some there is none */
    gn_regime regime;
    double factor;              /* r; with momentum the modulus of the iteration's largest eigenvalue */
    bool modulus;
} verdict;

static gn_status judge(gn_plot *p, const asked *a, double x, double rate, verdict *v)
{
    gn_limit limit;
    gn_iteration it;
    double hyper[GN_OPT_HYPER], eta_lambda = rate * 2 * x * x;
    *v = (verdict){ .known = false };
    memcpy(hyper, a->set.hyper, sizeof hyper);
    hyper[0] = rate;
    GN_TRY(gn_limit_of(p->ctx, a->set.op, hyper, &limit));
    if (!limit.known || limit.preconditioned) return GN_OK;
    GN_TRY(gn_iteration_of(p->ctx, a->set.op, hyper, eta_lambda, &it));
    *v = (verdict){ true, gn_regime_under(&limit, &it, eta_lambda), it.spectral, it.n == 2 };
    if (!v->modulus) v->factor = v->regime == GN_REGIME_ONE_STEP ? 0 : 1 - eta_lambda;
    return GN_OK;
}

/* What it means for whoever trains. */
static const char *stability_of(gn_regime regime)
{
    bool grows = regime == GN_REGIME_DIVERGENT || regime == GN_REGIME_ASCENDING;
    return grows ? "unstable" : regime == GN_REGIME_TWO_CYCLE ? "critical" : "stable";
}

/* "r = -1, two-cycle", with `space` about the sign or not; of an optimiser whose limit is not known its name. */
static void put_verdict(gn_text *t, const asked *a, const verdict *v, bool space)
{
    const char *equal = space ? " = " : "=";
    if (!v->known) gn_text_puts(t, gn_optimizer_table()[a->set.op].name);
    else
        gn_text_printf(t, "%s%s%s, %s", v->modulus ? "|r|" : "r", equal,
                       gn_num_digits(GN_NUM, v->factor, v->modulus && !space ? 3 : 4), gn_regime_name(v->regime));
}

/* "x = 10, η = 0.01: r = -1, two-cycle" */
static const char *says(gn_plot *p, const asked *a, double x, double rate, const verdict *v)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "x = %s, ", gn_num_digits(GN_NUM, x, 6));
    gn_text_printf(&t, "η = %s: ", gn_num_digits(GN_NUM, rate, 6));
    put_verdict(&t, a, v, true);
    return gn_plot_keep(p, &t);
}

/* "η=0.01: r=-1, two-cycle, critical": short, for a small picture. */
static const char *says_shortly(gn_plot *p, const asked *a, double rate, const verdict *v)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "η=%s: ", gn_num_digits(GN_NUM, rate, 6));
    put_verdict(&t, a, v, false);
    if (v->known) gn_text_printf(&t, ", %s", stability_of(v->regime));
    return gn_plot_keep(p, &t);
}

/* "gradient descent", "momentum, μ = 0.9", "adam" */
static void put_optimizer(gn_text *t, const asked *a)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[a->set.op];
    bool mu = row->parameters == 2 && strcmp(row->parameter_name[1], "mu") == 0;
    gn_text_puts(t, a->set.op == GN_OPT_sgd ? "gradient descent" : row->name);
    if (mu) gn_text_printf(t, ", μ = %s", gn_num_digits(GN_NUM, a->set.hyper[1], 4));
}

static const char *target_label(gn_plot *p, double w)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "w* = y/x = %s", gn_num_digits(GN_NUM, w, 6));
    return gn_plot_keep(p, &t);
}

/* A rule at w* = y/x for each input; of many inputs all rules have one name. */
static gn_status targets(gn_plot *p, const asked *a, gn_rule_mark **out, size_t *n)
{
    gn_rule_mark *m = gn_plot_array(p, a->x.n, sizeof *m);
    if (!m) return GN_NO_MEMORY;
    for (*n = 0; *n < a->x.n; ++*n) {
        double w = a->y.at[a->y.n == 1 ? 0 : *n] / a->x.at[*n];
        const char *label = a->x.n > NAMED_TARGETS ? *n ? NULL : "w* = y/x of each x" : target_label(p, w);
        if (!label && a->x.n <= NAMED_TARGETS) return GN_NO_MEMORY;
        m[*n] = (gn_rule_mark){ false, w, label };
    }
    *out = m;
    return GN_OK;
}

/* Beside a run that diverges the others would be one line: the range is theirs, with half of it again on either side.
 * diverges (series): which do. Returns whether some leave the picture. */
static bool range_of_others(const bool *diverges, gn_panel *panel)
{
    double lo = INFINITY, hi = -INFINITY;
    size_t others = 0;
    for (size_t i = 0; i < panel->n_series; i++) {
        if (diverges[i]) continue;
        others++;
        for (size_t k = 0; k < panel->series[i].n; k++) {
            lo = fmin(lo, panel->series[i].y[k]);
            hi = fmax(hi, panel->series[i].y[k]);
        }
    }
    if (!others || others == panel->n_series || !(hi > lo)) return false;
    panel->y_min = lo - (hi - lo) / 2;
    panel->y_max = hi + (hi - lo) / 2;
    return true;
}

gn_status gn_plot_trajectory(gn_plot *p)
{
    asked a;
    gn_rule_mark *mark;
    gn_text title;
    size_t marks;
    GN_TRY(read_asked(p, "3", "0.1", 30, 0, &a));
    size_t runs = a.x.n * a.rate.n;
    gn_series *s = gn_plot_array(p, runs, sizeof *s);
    bool *diverges = gn_plot_array(p, runs, sizeof *diverges);
    if (!s || !diverges) return GN_NO_MEMORY;
    for (size_t i = 0; i < runs; i++) {
        double x = a.x.at[i / a.rate.n], rate = a.rate.at[i % a.rate.n];
        verdict v;
        GN_TRY(path_of(p, &a, i / a.rate.n, rate, &s[i]));
        GN_TRY(judge(p, &a, x, rate, &v));
        diverges[i] = v.known && v.regime == GN_REGIME_DIVERGENT;
        if (!(s[i].label = says(p, &a, x, rate, &v))) return GN_NO_MEMORY;
    }
    GN_TRY(targets(p, &a, &mark, &marks));
    gn_panel panel = { .x_label = "step k", .y_label = "weight w", .n_series = runs, .series = s, .n_marks = marks,
                       .mark = mark };
    bool some_leave = range_of_others(diverges, &panel);
    gn_text_init(&title, p->ctx);
    gn_text_puts(&title, "weight of a neuron under ");
    put_optimizer(&title, &a);
    if (some_leave) gn_text_puts(&title, "; what diverges leaves the picture");
    if (!(panel.title = gn_plot_keep(p, &title))) return GN_NO_MEMORY;
    return gn_plot_one(p, &panel);
}

/* ---- small multiples --------------------------------------------------------------------------------------------- */

static gn_status rate_panel(gn_plot *p, const asked *a, size_t i, gn_panel *out)
{
    gn_series *s = gn_plot_array(p, 1, sizeof *s);
    gn_rule_mark *m = gn_plot_array(p, 1, sizeof *m);
    verdict v;
    if (!s || !m) return GN_NO_MEMORY;
    GN_TRY(path_of(p, a, 0, a->rate.at[i], s));
    GN_TRY(judge(p, a, a->x.at[0], a->rate.at[i], &v));
    s->style = 0;
    *m = (gn_rule_mark){ false, a->y.at[0] / a->x.at[0], NULL };
    *out = (gn_panel){ .title = says_shortly(p, a, a->rate.at[i], &v), .x_label = "step k",
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
    if (a.set.op != GN_OPT_sgd) {
        gn_text_puts(&t, ", ");
        put_optimizer(&t, &a);
    }
    p->picture = (gn_picture){ .title = gn_plot_keep(p, &t), .n_panels = a.rate.n, .panel = panel };
    return p->picture.title ? GN_OK : GN_NO_MEMORY;
}

/* ---- the map ----------------------------------------------------------------------------------------------------- */

gn_status gn_plot_regimes(gn_plot *p)
{
    numbers x;
    gn_fit_settings set;
    GN_TRY(list(p, GN_O_X, "9,10,11", &x));
    GN_TRY(read_optimizer(p, &set));
    const gn_map_ask ask = { .kind = "lr-x", .op = set.op, .hyper = set.hyper, .marks = x.n, .mark = x.at,
                             .rate = gn_option_given(p->cli->options, GN_O_LR) ? set.rate : 0 };
    return gn_regime_map(&p->arena, &ask, &p->picture);
}
