/* sharpness.c -- watching the largest eigenvalue while a network trains.
 *
 * Invariant: each measurement starts from the last eigenvector with a little of everything mixed in, so that a few
 * products suffice and a direction that has become the steepest is found. */
#include "sharpness.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../base/random.h"
#include "../nn/clock.h"
#include "lanczos.h"
#include "stability.h"

enum { PRODUCTS = 40, ELEMENTS = 400000 };

void gn_sharpness_init(gn_sharpness *s, gn_context *ctx) { *s = (gn_sharpness){ .ctx = ctx }; }

void gn_sharpness_free(gn_sharpness *s)
{
    if (!s->ctx) return;
    gn_objective_free(s->of);
    gn_free(s->ctx, s->p);
    gn_free(s->ctx, s->still);
    gn_free(s->ctx, s->at);
    gn_sharpness_init(s, s->ctx);
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */
static gn_status choose_rows(gn_sharpness *s, const gn_watched *w, gn_dataset *rows, uint32_t **index)
{
    size_t all = gn_dataset_rows(w->train), most = ELEMENTS / (w->train->inputs ? w->train->inputs : 1);
    if (most < 32) most = 32;
    if (most > GN_SHARPNESS_ROWS) most = GN_SHARPNESS_ROWS;
    s->rows = all < most ? all : most;
    *rows = *w->train;
    *index = gn_alloc_array(s->ctx, s->rows, sizeof **index);
    if (!*index) return GN_NO_MEMORY;
    for (size_t i = 0; i < s->rows; i++) (*index)[i] = gn_dataset_row(w->train, (size_t)((uint64_t)i * all / s->rows));
    rows->index = *index;
    rows->used = s->rows;
    return GN_OK;
}

/* What training weighs each row by: its own weight times that of its class. *weight NULL: the rows' own, or none. */
static gn_status weigh_rows(gn_sharpness *s, const gn_watched *w, gn_dataset *rows, float **weight)
{
    *weight = NULL;
    if (!w->class_weight || !rows->label) return GN_OK;
    *weight = gn_calloc(s->ctx, rows->rows + 1, sizeof **weight);
    if (!*weight) return GN_NO_MEMORY;
    for (size_t i = 0; i < rows->used; i++) {
        uint32_t row = rows->index[i];
        double own = rows->weight ? (double)rows->weight[row] : 1;
        (*weight)[row] = (float)(own * w->class_weight[rows->label[row]]);
    }
    rows->weight = *weight;
    return GN_OK;
}

static gn_status open(gn_sharpness *s, const gn_watched *w)
{
    gn_dataset rows;
    uint32_t *index;
    float *weight = NULL;
    GN_TRY(choose_rows(s, w, &rows, &index));
    gn_status status = weigh_rows(s, w, &rows, &weight);
    if (status == GN_OK) status = gn_objective_net(s->ctx, w->net, &rows, &s->of);
    gn_free(s->ctx, index);
    gn_free(s->ctx, weight);
    GN_TRY(status);
    s->n = gn_objective_size(s->of);
    bool mean = strcmp(gn_net_get_spec(w->net)->reduction, "mean") == 0;
    s->scale = mean ? 1 : (double)w->batch / (double)s->rows;
    s->p = gn_alloc_array(s->ctx, s->n + 1, 4 * sizeof *s->p);
    s->still = gn_calloc(s->ctx, s->n + 1, sizeof *s->still);
    if (!s->p || !s->still) return GN_NO_MEMORY;
    s->start = s->p + s->n;
    s->root = s->start + s->n;
    s->room = s->root + s->n;
    return GN_OK;
}

/* ---- measuring --------------------------------------------------------------------------------------------------- */
/* The trainable elements of a block in the network's order and type, padding left out. */
static void widen(const gn_watched *w, const void *block, double *to)
{
    gn_type type = w->net->spec.type;
    for (size_t i = 0; i < w->net->tensors; i++) {
        const gn_tensor_info *t = &w->net->tensor[i];
        if (!t->trainable) continue;
        for (size_t j = 0; j < t->size; j++) *to++ = gn_get(type, block, t->offset + j);
    }
}

static bool all_finite(size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

static gn_status hold_preconditioner(gn_sharpness *s, const gn_watched *w, int slot)
{
    const void *block = (const char *)w->slots + (size_t)slot * w->trainable * gn_type_size(w->net->spec.type);
    widen(w, block, s->room);
    GN_TRY(gn_preconditioner_of(s->ctx, w->op, w->hyper, (double)w->step, s->n, s->room, s->root));
    for (size_t i = 0; i < s->n; i++) s->root[i] = sqrt(fmax(s->root[i], DBL_MIN));
    return GN_OK;
}

typedef struct scaled { gn_curvature curvature; double scale, decay; const bool *still; size_t n; } scaled;

/* The loss of a batch is scale times that of the rows; the decay is not scaled. */
static gn_status product(void *user, const double *v, double *hv)
{
    scaled *c = user;
    GN_TRY(gn_curvature_product(&c->curvature, v, hv));
    for (size_t i = 0; i < c->n; i++) {
        double p = c->curvature.root ? c->curvature.root[i] : 1;
        hv[i] = c->scale * hv[i] + (c->still && c->still[i] ? 0 : c->decay * v[i] / (p * p));
    }
    return GN_OK;
}

static void mix_start(gn_sharpness *s)
{
    double share = s->warm ? 0.02 / sqrt((double)s->n) : 1;
    gn_random r = gn_random_make(1, GN_STREAM_PROBE, (uint32_t)s->count);
    for (size_t i = 0; i < s->n; i++) s->start[i] = (s->warm ? s->start[i] : 0) + share * gn_random_normal(r, i);
}

static gn_status largest(gn_sharpness *s, const gn_watched *w, int slot, gn_sharpness_at *to)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[w->op];
    bool decoupled = false;
    for (int i = 0; i < row->parameters; i++) decoupled |= strcmp(row->parameter_name[i], "wd") == 0;
    scaled c = { .curvature = { .of = s->of, .at = s->p, .root = slot < 0 ? NULL : s->root, .room = s->room },
                 .scale = s->scale, .decay = decoupled ? 0 : w->hyper[row->parameters + 1],
                 .still = slot < 0 ? NULL : s->still, .n = s->n };
    gn_lanczos out;
    mix_start(s);
    const gn_lanczos_options o = { .steps = PRODUCTS, .tolerance = 5e-3, .start = s->start };
    GN_TRY(gn_lanczos_run(s->ctx, s->n, product, &c, &o, 1, s->start, &out));
    s->warm = true;
    to->lambda = out.largest[0].value;
    to->residual = out.largest[0].residual;
    to->products = out.steps;
    return GN_OK;
}

static gn_status keep(gn_sharpness *s, const gn_sharpness_at *a)
{
    if (s->count == s->capacity) {
        size_t room = s->capacity ? 2 * s->capacity : 64;
        gn_sharpness_at *more = gn_resize(s->ctx, s->at, room, sizeof *more);
        if (!more) return GN_NO_MEMORY;
        s->at = more;
        s->capacity = room;
    }
    s->at[s->count++] = *a;
    return GN_OK;
}

static gn_status measure(gn_sharpness *s, const gn_watched *w)
{
    gn_sharpness_at a = { .step = w->step, .rate = w->hyper[0], .limit = NAN };
    int slot = gn_preconditioner_slot(w->op);
    gn_limit limit;
    s->preconditioned = slot >= 0;
    if (slot >= 0 && w->step == 0) return GN_OK;
    if (!s->of) GN_TRY(open(s, w));
    widen(w, w->net->block, s->p);
    if (!all_finite(s->n, s->p)) return GN_OK;
    GN_TRY(gn_objective_gradient(s->of, s->p, &a.loss, s->room));
    for (size_t i = 0; i < s->n; i++) s->still[i] = s->room[i] == 0;
    a.loss *= s->scale;
    if (!isfinite(a.loss)) return GN_OK;
    if (slot >= 0) GN_TRY(hold_preconditioner(s, w, slot));
    gn_status status = largest(s, w, slot, &a);
    if (status == GN_NEGATIVE) {    /* products that overflow: training will find out by itself */
        gn_clear_error(s->ctx);
        s->warm = false;
        return GN_OK;
    }
    GN_TRY(status);
    GN_TRY(gn_limit_of(s->ctx, w->op, w->hyper, &limit));
    if (limit.known && a.rate > 0) a.limit = limit.value / a.rate;
    return keep(s, &a);
}

gn_status gn_sharpness_watch(void *sharpness, const gn_watched *w)
{
    gn_sharpness *s = sharpness;
    double before = gn_seconds();
    gn_status status = measure(s, w);
    s->seconds += gn_seconds() - before;
    return status;
}
