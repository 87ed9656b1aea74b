/* diagnose_structure.c -- the gradients that mistakes in the backward pass lead to: one graph each, the same forward
 * pass.
 *
 * Invariant: a candidate that is the right gradient, because the network has no room for the mistake, is not kept. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

typedef enum gn_seed_way { SEED_RIGHT, SEED_LINK_TWICE, SEED_LOSS, SEED_SIGNED } gn_seed_way;
typedef struct gn_variant {
    gn_mistake mistake;
    gn_backward how;
    gn_seed_way seed;
    gn_loss loss;               /* SEED_LOSS: which */
    const char *more;
} gn_variant;

/* ---- the case's candidates --------------------------------------------------------------------------------------- */

double *gn_case_array(gn_case *c) { return gn_arena_alloc(&c->arena, c->n + 1, sizeof(double)); }

gn_status gn_case_add(gn_case *c, gn_candidate candidate)
{
    if (c->candidates == c->room) {
        size_t room = c->room ? 2 * c->room : 32;
        gn_candidate *more = gn_resize(c->ctx, c->candidate, room, sizeof *more);
        if (!more) return GN_NO_MEMORY;
        c->candidate = more;
        c->room = room;
    }
    c->candidate[c->candidates++] = candidate;
    return GN_OK;
}

gn_status gn_case_add_if_new(gn_case *c, gn_candidate candidate)
{
    double away = 0, scale = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!isfinite(candidate.g[i])) return GN_OK;
        away = fmax(away, fabs(candidate.g[i] - c->right[i]));
        scale = fmax(scale, fabs(c->right[i]));
    }
    return away > 1e-11 * fmax(scale, c->floor) ? gn_case_add(c, candidate) : GN_OK;
}

/* ---- one variant ------------------------------------------------------------------------------------------------- */

static gn_node seed_of_loss(const gn_case *c, const gn_rows_graph *m, gn_loss other)
{
    gn_net twin = *c->at.net;   /* the same network but for the loss; borrowed, and only read */
    gn_node loss = 0, out = 0;
    twin.loss = other;
    if (gn_net_loss(m->g, &twin, m->z, m->t, m->w, &loss) != GN_OK) return 0;
    return gn_grad(m->g, loss, 1, &m->z, &out) == GN_OK ? out : 0;
}

/* Of the mean of z - t itself. */
static gn_node seed_signed(const gn_case *c, const gn_rows_graph *m)
{
    size_t sizes[26] = { 0 };
    gn_shape s = gn_node_get(m->g, m->z).shape;
    sizes['i' - 'a'] = s.dim[0];
    sizes['j' - 'a'] = s.dim[1];
    bool mean = !strcmp(c->at.net->spec.reduction, "mean");
    double each = mean ? 1 / (double)(s.dim[0] * s.dim[1]) : 1;
    return gn_contract_spec(m->g, "->ij", gn_constant(m->g, each), 0, sizes);
}

/* dL/dz through the slope of the link once more. */
static gn_node seed_link_twice(const gn_case *c, const gn_rows_graph *m)
{
    gn_node seed = 0, out = 0, z = gn_reshape_none(m->g, m->z);
    if (gn_grad(m->g, m->loss, 1, &m->z, &seed) != GN_OK) return 0;
    gn_node p = gn_net_link(m->g, c->at.net, z);
    return gn_vjp(m->g, p, seed, 1, &z, &out) == GN_OK ? out : 0;
}

static gn_node seed_of(const gn_case *c, const gn_rows_graph *m, const gn_variant *v)
{
    switch (v->seed) {
    case SEED_RIGHT: break;
    case SEED_LINK_TWICE: return seed_link_twice(c, m);
    case SEED_LOSS: return seed_of_loss(c, m, v->loss);
    case SEED_SIGNED: return seed_signed(c, m);
    }
    return 0;
}

static gn_status run_variant(gn_case *c, gn_rows_graph *m, const gn_variant *v, double *g)
{
    gn_node *out = gn_arena_alloc(&m->arena, m->n + 1, sizeof *out);
    gn_plan *plan;
    if (!out) return GN_NO_MEMORY;
    gn_backward how = v->how;
    how.seed = seed_of(c, m, v);
    if (v->seed != SEED_RIGHT && !how.seed) return gn_nn_poisoned(m->g);
    GN_TRY(gn_backward_nodes(c->at.net, m, &how, out));
    GN_TRY(gn_rows_graph_plan(&c->at, m, out, m->n, (gn_plan_options){ .exact = gn_context_exact(c->ctx) }, &plan));
    gn_status s = gn_plan_run(c->ctx, plan, 0);
    for (size_t i = 0; i < m->n && s == GN_OK; i++)
        memcpy(g + c->slot[i].offset, gn_plan_value(plan, out[i]), c->slot[i].size * sizeof *g);
    gn_plan_free(plan);
    return s;
}

static gn_status add_variant(gn_case *c, const gn_variant *v)
{
    gn_rows_graph m;
    double *g = gn_case_array(c);
    if (!g) return GN_NO_MEMORY;
    GN_TRY(gn_rows_graph_open(&c->at, &m));
    gn_status s = run_variant(c, &m, v, g);
    gn_rows_graph_close(&m);
    if (s != GN_OK) return s;
    return gn_case_add_if_new(c, (gn_candidate){ v->mistake, .g = g, .layer = v->how.layer, .more = v->more });
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static bool shaped(const gn_layer *l)
{
    return (l->kind == GN_L_DENSE || l->kind == GN_L_ACTIVATION) && l->act != GN_P_identity;
}

static size_t shaped_layers(const gn_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < net->layers; i++) n += shaped(&net->layer[i]);
    return n;
}

/* A mistake in every layer, and, in nets of a few layers, in each alone. */
static gn_status add_everywhere(gn_case *c, gn_variant v)
{
    const gn_net *net = c->at.net;
    v.how.layer = SIZE_MAX;
    GN_TRY(add_variant(c, &v));
    if (shaped_layers(net) < 2 || net->layers > 8) return GN_OK;
    for (size_t i = 0; i < net->layers; i++) {
        v.how.layer = i;
        if (v.how.slope && !shaped(&net->layer[i])) continue;
        if ((v.how.weight || v.how.input) && (i == 0 || net->layer[i].kind != GN_L_DENSE)) continue;
        GN_TRY(add_variant(c, &v));
    }
    return GN_OK;
}

static gn_status add_losses(gn_case *c)
{
    const gn_net *net = c->at.net;
    gn_link link = net->spec.task == GN_BINARY ? GN_LINK_SIGMOID
                   : net->spec.task == GN_CLASSES ? GN_LINK_SOFTMAX : GN_LINK_IDENTITY;
    for (int i = 0; i < GN_LOSS_COUNT; i++) {
        const gn_loss_row *row = &gn_loss_table()[i];
        if ((gn_loss)i == net->loss || (row->link != GN_LINK_IDENTITY && row->link != link)) continue;
        gn_variant v = { GN_MISTAKE_LOSS, { .layer = SIZE_MAX }, SEED_LOSS, (gn_loss)i, row->name };
        GN_TRY(add_variant(c, &v));
    }
    gn_variant signed_error = { GN_MISTAKE_LOSS_SIGNED, { .layer = SIZE_MAX }, SEED_SIGNED, (gn_loss)0, NULL };
    if (link == GN_LINK_IDENTITY) return add_variant(c, &signed_error);
    gn_variant twice = { GN_MISTAKE_LINK_TWICE, { .layer = SIZE_MAX }, SEED_LINK_TWICE, (gn_loss)0, NULL };
    return add_variant(c, &twice);
}

gn_status gn_case_structures(gn_case *c)
{
    static const gn_variant variant[] = {
        { GN_MISTAKE_KINK, { .slope = GN_SLOPE_KINK_RIGHT }, SEED_RIGHT, 0, "the slope from the right at 0" },
        { GN_MISTAKE_KINK, { .slope = GN_SLOPE_KINK_LEFT }, SEED_RIGHT, 0, "the slope from the left at 0" },
        { GN_MISTAKE_KINK, { .slope = GN_SLOPE_KINK_HALF }, SEED_RIGHT, 0, "the mean of both slopes at 0" },
        { GN_MISTAKE_SLOPE_MISSING, { .slope = GN_SLOPE_MISSING }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_SLOPE_OF_VALUE, { .slope = GN_SLOPE_OF_VALUE }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_SLOPE_VALUE_Z, { .slope = GN_SLOPE_VALUE_Z }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_SLOPE_TWICE, { .slope = GN_SLOPE_TWICE }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_SLOPE_RELU, { .slope = GN_SLOPE_RELU }, SEED_RIGHT, 0, "1 above 0, and 0 below" },
        { GN_MISTAKE_INVERTED, { .slope = GN_SLOPE_INVERTED, .weight = GN_WEIGHT_INVERTED }, SEED_RIGHT, 0,
          "1/W and 1/s'" },
        { GN_MISTAKE_INVERTED, { .slope = GN_SLOPE_INVERTED }, SEED_RIGHT, 0, "1/s'" },
        { GN_MISTAKE_WEIGHT_NOT_T, { .weight = GN_WEIGHT_NOT_T }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_WEIGHT_MISSING, { .weight = GN_WEIGHT_MISSING }, SEED_RIGHT, 0, NULL },
        { GN_MISTAKE_INPUT_Z, { .input = GN_INPUT_Z }, SEED_RIGHT, 0, NULL },
    };
    for (size_t i = 0; i < GN_COUNT(variant); i++) GN_TRY(add_everywhere(c, variant[i]));
    return add_losses(c);
}
