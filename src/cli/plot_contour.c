/* plot_contour.c -- an expression with the path of an optimiser on it, and the loss around weights or a point.
 *
 * Invariant: the path is a descent's own run; the landscape is the objective's own values. */
#include "plot.h"
#include "../lens/descent.h"
#include "../lens/view.h"
#include "../nn/fit.h"

#include <math.h>
#include <string.h>

enum { LANDSCAPE_POINTS = 61, LANDSCAPE_COARSE = 41, LANDSCAPE_ROWS = 1000, CONTOUR_STEPS = 20 };

typedef struct descent {
    gn_functions of;
    gn_fit_settings set;
    gn_descent_ask ask;
    gn_descent path;
} descent;

/* The point of --from; without it every variable begins at 0. */
static gn_status read_from(gn_plot *p, descent *d)
{
    double *from = gn_plot_array(p, d->of.names, sizeof *from);
    if (!from) return GN_NO_MEMORY;
    d->ask.from = from;
    if (!gn_option_given(p->cli->options, GN_O_FROM)) return GN_OK;
    return gn_point_read(p->ctx, p->cli->options, GN_O_FROM, d->of.name, d->of.names, &p->arena,
                        from, NULL);
}

static gn_status read_descent(gn_plot *p, descent *d)
{
    const gn_options *o = p->cli->options;
    GN_TRY(gn_functions_parse(&p->arena, p->cli->argument, 1, NULL, &d->of));
    GN_TRY(read_from(p, d));
    if (!gn_option_given(o, GN_O_OPTIMIZER)) GN_TRY(gn_options_set(p->cli->options, "optimizer", "sgd"));
    GN_TRY(gn_fit_read_optimizer(p->ctx, o, &d->set));
    d->set.hyper[0] = d->set.rate;
    d->ask.op = d->set.op;
    d->ask.hyper = d->set.hyper;
    d->ask.weight_decay = d->set.hyper[d->set.parameters + 1];
    d->ask.l1 = d->set.hyper[d->set.parameters + 2];
    d->ask.steps = gn_option_given(o, GN_O_STEPS) ? (uint64_t)gn_option_int(o, GN_O_STEPS) : CONTOUR_STEPS;
    d->ask.tolerance = 1e-6;
    return GN_OK;
}

/* Around a start at which nothing can be computed there is nothing to draw. */
static gn_status no_start(gn_plot *p, const gn_functions *of, const double *from, double f, const char *what)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    for (size_t i = 0; i < of->names && i < 3; i++)
        gn_text_printf(&t, "%s%s = %s", i ? ", " : "", of->name[i], gn_num(GN_NUM, from[i]));
    const char *at = gn_plot_keep(p, &t);
    if (!at) return GN_NO_MEMORY;
    gn_fail(p->ctx, GN_E_CFG_VALUE, "--from: %s is not finite where it starts, with %s%s", what, at,
            of->names > 3 ? ", ..." : "");
    return gn_hint(p->ctx, isnan(f) ? "start inside its domain: log(x), say, has values above 0 alone"
                                    : "start where the function and its slopes are finite numbers");
}

gn_status gn_plot_contour(gn_plot *p)
{
    descent d = { 0 };
    GN_TRY(read_descent(p, &d));
    GN_TRY(gn_descent_run(&p->arena, &d.of, &d.ask, &d.path));
    if (d.path.overflow && !d.path.steps)
        return no_start(p, &d.of, d.ask.from, d.path.f[0],
                        strcmp(d.path.overflow, "f") ? d.path.overflow : "the function");
    return gn_descent_picture(&p->arena, &d.of, &d.ask, &d.path, &p->picture);
}

/* ---- landscape --------------------------------------------------------------------------------------------------- */

static gn_status objective_of(gn_plot *p, gn_objective **out, gn_dataset *rows)
{
    if (p->model) {
        GN_TRY(gn_plot_rows(p, LANDSCAPE_ROWS, rows));
        return gn_objective_net(p->ctx, p->model->net, rows, out);
    }
    descent d = { 0 };
    GN_TRY(gn_functions_parse(&p->arena, p->cli->argument, 1, NULL, &d.of));
    GN_TRY(read_from(p, &d));
    return gn_objective_formula(p->ctx, d.of.f.at[0], d.of.name, d.of.names, d.ask.from, out);
}

static gn_status no_landscape(gn_plot *p, double f)
{
    descent d = { 0 };
    GN_TRY(gn_functions_parse(&p->arena, p->cli->argument, 1, NULL, &d.of));
    GN_TRY(read_from(p, &d));
    return no_start(p, &d.of, d.ask.from, f, "the function");
}

static const char *landscape_title(gn_plot *p, const gn_view_landscape *v, const gn_dataset *rows)
{
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "%s around the %s (%s there", p->model ? "loss" : p->cli->argument[0],
                   p->model ? "weights" : "point", gn_num_digits(GN_NUM, v->loss, 4));
    if (p->model) gn_text_puts(&t, ", over ");
    if (p->model) gn_plot_rows_text(p, rows, &t);
    gn_text_puts(&t, ")");
    return gn_plot_keep(p, &t);
}

static gn_status landscape_panel(gn_plot *p, const gn_view_landscape *v, const char *title)
{
    gn_field *f = gn_plot_array(p, 2, sizeof *f);
    gn_series *s = gn_plot_array(p, 1, sizeof *s);
    double *zero = gn_plot_array(p, 1, sizeof *zero);
    if (!f || !s || !zero || !title) return GN_NO_MEMORY;
    bool log = v->least > 0 && v->most / v->least > 100;
    for (int i = 0; i < 2; i++)
        f[i] = (gn_field){ i ? GN_FIELD_CONTOUR : GN_FIELD_HEAT, v->n, v->n, -v->reach, v->reach, -v->reach, v->reach,
                           v->z, .label = p->model ? "loss" : "value", .log = log };
    s[0] = (gn_series){ GN_SERIES_POINTS, p->model ? "the weights" : "the point", 1, zero, zero, 1 };
    gn_panel panel = { .title = title, .x_label = "step along a random direction (lengths of each filter)",
                       .y_label = "step along another", .n_fields = 2, .field = f, .n_series = 1, .series = s };
    if (!p->model) panel.x_label = "step of the first variable", panel.y_label = "step of the second variable";
    return gn_plot_one(p, &panel);
}

/* Points a side: every point is a loss over all rows, and a large model shall not take half a minute. */
static size_t points_for(size_t parameters, size_t rows)
{
    enum { CHEAP = 10000000 };      /* products in one loss */
    return rows > 0 && parameters > CHEAP / rows ? LANDSCAPE_COARSE : LANDSCAPE_POINTS;
}

gn_status gn_plot_landscape(gn_plot *p)
{
    gn_objective *o;
    gn_view_landscape v = { 0 };
    gn_dataset rows = { 0 };
    GN_TRY(objective_of(p, &o, &rows));
    gn_status s = gn_view_landscape_of(&p->arena, o, (uint64_t)gn_option_int(p->cli->options, GN_O_SEED),
                                       points_for(gn_objective_size(o), p->model ? gn_dataset_rows(&rows) : 0), 1, &v);
    gn_objective_free(o);
    if (s == GN_OK && !p->model && !isfinite(v.loss)) s = no_landscape(p, v.loss);
    if (s == GN_OK) s = landscape_panel(p, &v, landscape_title(p, &v, &rows));
    return s;
}
