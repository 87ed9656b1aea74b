/* stability_map_momentum.c -- the map of rate against momentum.
 *
 * Invariant: as stability_map.c; the neuron that is asked about stands where its own rate and momentum are. */
#include <math.h>

#include "stability_draw.h"

/* lambda: 1 where it is not known, so that the axis is of rate times curvature. */
typedef struct momentum_map {
    const gn_map_ask *ask;
    bool known;
    double lambda, mu;
    gn_map_range range;
} momentum_map;

static gn_status limits_over_momentum(gn_drawing *d, const momentum_map *m)
{
    double *mu = gn_drawing_take(d, GN_MAP_CURVE, sizeof *mu), *limit = gn_drawing_take(d, GN_MAP_CURVE, sizeof *limit);
    double *low = gn_drawing_take(d, GN_MAP_CURVE, sizeof *low), *high = gn_drawing_take(d, GN_MAP_CURVE, sizeof *high);
    bool polyak = m->ask->op == GN_OPT_momentum;
    if (d->failed) return GN_NO_MEMORY;
    for (size_t i = 0; i < GN_MAP_CURVE; i++) {
        double hyper[GN_OPT_HYPER] = { 1, gn_map_along(0, m->range.right, i, GN_MAP_CURVE) };
        gn_limit l;
        GN_TRY(gn_limit_of(d->arena->ctx, m->ask->op, hyper, &l));
        mu[i] = hyper[1];
        limit[i] = l.value / m->lambda;
        gn_map_ripples(m->ask->op, mu[i], &low[i], &high[i]);
        low[i] /= m->lambda, high[i] /= m->lambda;
    }
    const char *const name[2][3] = {
        { polyak ? "limit 2 + 2mu" : "limit (2 + 2mu)/(1 + 2mu)",
          polyak ? "ripples from (1 - sqrt(mu))^2" : "ripples from ((1 - mu)/(1 + mu))^2",
          polyak ? "to (1 + sqrt(mu))^2" : "to 1" },
        { polyak ? "limit (2 + 2mu)/λ" : "limit (2 + 2mu)/(1 + 2mu)/λ",
          polyak ? "ripples from (1 - sqrt(mu))^2/λ" : "ripples from ((1 - mu)/(1 + mu))^2/λ",
          polyak ? "to (1 + sqrt(mu))^2/λ" : "to 1/λ" },
    };
    gn_drawing_series(d, 0, GN_SERIES_LINE, name[m->known][0], GN_MAP_CURVE, mu, limit);
    gn_drawing_series(d, 0, GN_SERIES_LINE, name[m->known][1], GN_MAP_CURVE, mu, low);
    gn_drawing_series(d, 0, GN_SERIES_LINE, name[m->known][2], GN_MAP_CURVE, mu, high);
    return GN_OK;
}

/* The neuron that is asked about: its rate and momentum as a point, or the momentum alone as a line. */
static gn_status mark_momentum(gn_drawing *d, const momentum_map *m)
{
    const double hyper[GN_OPT_HYPER] = { m->ask->rate, m->mu };
    gn_text t;
    if (m->ask->rate > 0)
        return gn_drawing_point(d, m->mu, m->ask->rate, gn_map_point_name(d, m->ask, hyper, m->lambda));
    if (!m->ask->hyper) return GN_OK;
    gn_text_init(&t, d->arena->ctx);
    gn_text_printf(&t, "μ = %s", gn_num_digits(GN_NUM, m->mu, 4));
    gn_drawing_rule(d, 0, true, m->mu, gn_drawing_keep(d, &t));
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status name_momentum_map(gn_drawing *d, const momentum_map *m)
{
    bool polyak = m->ask->op == GN_OPT_momentum;
    gn_panel *p = &d->panel[0];
    const char *const *names = p->field->names;
    double top = m->range.top;
    if (top <= (polyak ? 4.5 : 2.5) / m->lambda) {
        gn_drawing_note(d, 0, polyak ? 0.05 : 0.03, (polyak ? 0.2 : 0.3) / m->lambda, names[0]);
        gn_drawing_note(d, 0, 0.5, 0.6 / m->lambda, names[1]);
        gn_drawing_note(d, 0, polyak ? 0.01 : 0.4, (polyak ? 1.88 : 1.2) / m->lambda, names[2]);
    }
    gn_drawing_note(d, 0, 0.4, 0.87 * top, names[3]);
    p->title = polyak ? "Momentum on a quadratic" : "Nesterov's momentum on a quadratic";
    p->x_label = "momentum mu";
    p->y_label = "learning rate times curvature, ηλ";
    if (!m->known) return GN_OK;
    gn_text t, y;
    gn_text_init(&t, d->arena->ctx);
    gn_text_init(&y, d->arena->ctx);
    gn_text_printf(&t, "%s, L = (w·x − y)², x = %s: λ = 2x² = ", polyak ? "Momentum" : "Nesterov's momentum",
                   gn_num_digits(GN_NUM, m->ask->x, 6));
    gn_text_puts(&t, gn_num_digits(GN_NUM, m->lambda, 6));
    gn_text_printf(&y, "learning rate η (ηλ = %s·η)", gn_num_digits(GN_NUM, m->lambda, 6));
    p->title = gn_drawing_keep(d, &t);
    p->y_label = gn_drawing_keep(d, &y);
    return d->failed ? GN_NO_MEMORY : GN_OK;
}

static gn_status read_momentum_map(gn_context *ctx, const gn_map_ask *ask, momentum_map *m)
{
    double hyper[GN_OPT_HYPER];
    if (ask->op != GN_OPT_momentum && ask->op != GN_OPT_nesterov) {
        gn_fail(ctx, GN_E_CFG_CONFLICT, "this map is over the momentum mu, and %s has none",
                gn_optimizer_table()[ask->op].name);
        return gn_hint(ctx, "use --optimizer momentum or nesterov");
    }
    gn_map_hyper(ask, hyper);
    *m = (momentum_map){ .ask = ask, .known = ask->x != 0, .lambda = ask->x != 0 ? 2 * ask->x * ask->x : 1,
                         .mu = hyper[1] };
    if (!isnormal(m->lambda) || !isnormal(1 / m->lambda))
        return gn_fail(ctx, GN_E_CFG_RANGE, "the curvature 2x^2 is %s: it does not fit into a map",
                       gn_num(GN_NUM, m->lambda));
    double top = (ask->op == GN_OPT_momentum ? 4.2 : 2.2) / m->lambda;
    m->range = (gn_map_range){ 0, fmax(0.99, m->mu), fmax(top, 1.1 * ask->rate) };
    if (m->known || !(ask->rate > 0)) return GN_OK;
    gn_fail(ctx, GN_E_CFG_CONFLICT, "--lr and --map lr-momentum: without a neuron the map is over lr*lambda, and the "
            "rate alone is no point of it");
    return gn_hint(ctx, "give the input too, such as --x 10: lambda is 2x^2");
}

gn_status gn_map_lr_momentum(gn_arena *arena, const gn_map_ask *ask, gn_picture *out)
{
    gn_drawing d;
    momentum_map m;
    gn_map_regimes *r;
    double *z;
    GN_TRY(read_momentum_map(arena->ctx, ask, &m));
    GN_TRY(gn_drawing_begin(&d, arena, 1, out));
    GN_TRY(gn_map_regimes_of(&d, ask->op, &r));
    GN_TRY(gn_drawing_field(&d, &m.range, r->name, r->n, &z));
    for (size_t j = 0; j < GN_MAP_GRID_Y; j++)
        for (size_t i = 0; i < GN_MAP_GRID_X; i++) {
            double hyper[GN_OPT_HYPER] = { 1, gn_map_along(0, m.range.right, i, GN_MAP_GRID_X) };
            double at = gn_map_along(0, m.range.top, j, GN_MAP_GRID_Y) * m.lambda;
            GN_TRY(gn_map_class_of(arena->ctx, r, ask->op, hyper, at, &z[j * GN_MAP_GRID_X + i]));
        }
    GN_TRY(limits_over_momentum(&d, &m));
    GN_TRY(mark_momentum(&d, &m));
    return name_momentum_map(&d, &m);
}
