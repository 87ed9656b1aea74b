/* neuron_picture.c -- a neuron's run as a picture: weights and loss against k.
 *
 * Invariant: points are taken from the run at even distances in k; a number that is not finite breaks the line. */
#include "neuron_parts.h"

#include <math.h>

enum { POINTS = 2000, WEIGHTS = 6 };

typedef struct drawing {
    double *k, *loss, *weight[WEIGHTS];
    size_t count, weights;
    uint64_t stride, steps;
} drawing;

static gn_status keep(void *user, gn_neuron *n, uint64_t k)
{
    drawing *d = user;
    if (k % d->stride && k != d->steps) return GN_OK;
    d->k[d->count] = (double)k;
    d->loss[d->count] = gn_neuron_loss(n);
    for (size_t i = 0; i < d->weights; i++)
        d->weight[i][d->count] = i < n->spec.inputs ? gn_neuron_weights(n)[i] : gn_neuron_bias(n);
    d->count++;
    return GN_OK;
}

static gn_status make_room(gn_arena *a, drawing *d)
{
    d->k = gn_arena_alloc(a, POINTS + 2, sizeof(double));
    d->loss = gn_arena_alloc(a, POINTS + 2, sizeof(double));
    for (size_t i = 0; i < d->weights; i++)
        if (!(d->weight[i] = gn_arena_alloc(a, POINTS + 2, sizeof(double)))) return GN_NO_MEMORY;
    return d->k && d->loss ? GN_OK : GN_NO_MEMORY;
}

/* w_star of the closed form: the minimum that gradient descent from here goes to. */
static gn_status minimum(gn_neuron *n, gn_arena *a, gn_rule_mark **out, size_t *count)
{
    gn_neuron_theory t;
    *count = 0;
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    GN_TRY(gn_neuron_theory_of(n, &t));
    bool known = t.linear && n->spec.rows == 1 && t.lambda > 0 && !(n->spec.decay > 0);
    double at = gn_neuron_weights(n)[0] - gn_neuron_gradient(n)[0] / t.lambda;
    gn_neuron_theory_free(n, &t);
    if (!known || n->spec.inputs > 1) return GN_OK;
    *out = gn_arena_alloc(a, 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    **out = (gn_rule_mark){false, at, gn_neuron_format(a, "w* = %s", gn_num_digits(GN_NUM, at, 6))};
    *count = 1;
    return GN_OK;
}

static gn_status weight_panel(gn_neuron *n, gn_arena *a, const drawing *d, gn_panel *panel)
{
    gn_rule_mark *mark = NULL;
    gn_series *line = gn_arena_alloc(a, d->weights, sizeof *line);
    if (!line) return GN_NO_MEMORY;
    for (size_t i = 0; i < d->weights; i++)
        line[i] = (gn_series){.kind = d->count <= 60 ? GN_SERIES_LINE_POINTS : GN_SERIES_LINE, .n = d->count, .x = d->k,
                              .label = i < n->spec.inputs ? n->component[n->w + i] : "b", .y = d->weight[i],
                              .style = -1};
    GN_TRY(minimum(n, a, &mark, &panel->n_marks));
    panel->title = gn_neuron_format(a, "weights, lr = %s", gn_num_digits(GN_NUM, n->spec.hyper[0], 6));
    panel->x_label = "steps taken, k";
    panel->y_label = "weight";
    panel->x_max = d->count ? d->k[d->count - 1] : 0;
    panel->n_series = d->weights;
    panel->series = line;
    panel->mark = mark;
    return panel->title ? GN_OK : GN_NO_MEMORY;
}

static gn_status loss_panel(gn_arena *a, const drawing *d, gn_panel *panel)
{
    gn_series *line = gn_arena_alloc(a, 1, sizeof *line);
    if (!line) return GN_NO_MEMORY;
    bool log = true;
    for (size_t i = 0; i < d->count; i++) log = log && !(d->loss[i] < 0);
    line[0] = (gn_series){.kind = d->count <= 60 ? GN_SERIES_LINE_POINTS : GN_SERIES_LINE, .n = d->count, .x = d->k,
                          .y = d->loss, .style = -1};
    *panel = (gn_panel){.title = "loss", .x_label = "steps taken, k", .y_label = "loss L", .log_y = log, .n_series = 1,
                        .x_max = d->count ? d->k[d->count - 1] : 0,
                        .series = line};
    return GN_OK;
}

gn_status gn_neuron_picture(gn_neuron *n, const gn_neuron_show *show, gn_arena *arena, gn_picture *out)
{
    size_t weights = n->spec.inputs + n->spec.has_bias;
    drawing d = {.weights = weights < WEIGHTS ? weights : WEIGHTS, .stride = show->steps / POINTS + 1,
                 .steps = show->steps};
    gn_neuron_end end;
    GN_TRY(make_room(arena, &d));
    GN_TRY(gn_neuron_run(n, show->steps, show->guard, keep, &d, &end));
    gn_panel *panel = gn_arena_alloc(arena, 2, sizeof *panel);
    if (!panel) return GN_NO_MEMORY;
    GN_TRY(weight_panel(n, arena, &d, &panel[0]));
    GN_TRY(loss_panel(arena, &d, &panel[1]));
    *out = (gn_picture){.title = "one neuron under gradient descent", .columns = 2, .n_panels = 2, .panel = panel};
    return GN_OK;
}
