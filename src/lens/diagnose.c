/* diagnose.c -- a gradient that somebody computed, held against the right one and against those that mistakes lead to.
 *
 * Invariant: all tensors are first explained by one mistake together, because one mistake is likelier than several;
 * only where that fails is each explained by itself. */
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

enum { FEW = 4 };               /* those that are off are few when they are no more than one in so many */
#define EXACT 1e-9              /* what is this near is right without another look */

const char *gn_mistake_name(gn_mistake m)
{
    static const char *const name[] = {
#define D(id, name, cure) name,
        GN_MISTAKES(D)
#undef D
    };
    return m < GN_MISTAKE_COUNT ? name[m] : "";
}

const char *gn_mistake_cure(gn_mistake m)
{
    static const char *const cure[] = {
#define D(id, name, cure) cure,
        GN_MISTAKES(D)
#undef D
    };
    return m < GN_MISTAKE_COUNT ? cure[m] : "";
}

/* ---- the case ---------------------------------------------------------------------------------------------------- */

static gn_status name_slots(gn_case *c)
{
    const gn_net *net = c->at.net;
    size_t offset = 0, layer = 0, layers = 0;
    c->slot = gn_arena_alloc(&c->arena, net->tensors + 1, sizeof *c->slot);
    c->u = gn_arena_alloc(&c->arena, net->tensors + 1, sizeof *c->u);
    c->flipped = gn_arena_alloc(&c->arena, net->tensors + 1, sizeof *c->flipped);
    if (!c->slot || !c->u || !c->flipped) return GN_NO_MEMORY;
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        if (!t->trainable) continue;
        size_t cols = t->rank == 2 ? t->dim[1] : 1, own = gn_net_layer_of(net, i);
        layers += !layers || own != layer;
        layer = own;
        c->slot[c->slots++] = (gn_slot){ t->name, t->rank, t->dim[0], cols, offset, t->size, layers - 1 };
        offset += t->size;
    }
    return GN_OK;
}

static gn_status open_case(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_case *c)
{
    *c = (gn_case){ .ctx = ctx, .data = rows, .n = net->parameters, .outputs = net->spec.outputs };
    gn_arena_init(&c->arena, ctx);
    GN_TRY(gn_net_rows_open(ctx, net, rows, GN_F64, &c->at));
    GN_TRY(name_slots(c));
    if (!(c->right = gn_case_array(c))) return GN_NO_MEMORY;
    GN_TRY(gn_net_rows_gradient(&c->at, false, &c->loss, c->right));
    c->floor = gn_check_floor(c->loss);
    return gn_case_add(c, (gn_candidate){ GN_MISTAKE_RIGHT, .g = c->right, .layer = SIZE_MAX });
}

static void close_case(gn_case *c)
{
    gn_net_rows_close(&c->at);
    gn_free(c->ctx, c->candidate);
    gn_arena_free(&c->arena);
}

/* ---- which tensor is which --------------------------------------------------------------------------------------- */

static bool has_shape(const gn_slot *s, const gn_given *g, bool flip)
{
    bool line = s->rank == 1 || s->rows == 1 || s->cols == 1;   /* numbers in a line lie the same either way */
    if (line && (g->rows == 1 || g->cols == 1)) return !flip && g->rows * g->cols == s->size;
    if (s->rank == 1) return false;
    return flip ? g->rows == s->cols && g->cols == s->rows : g->rows == s->rows && g->cols == s->cols;
}

/* Distance of the given numbers from a multiple of the right ones of a slot, as they stand or as a transpose: a sign or
 * a constant does not make them another tensor's. Where any multiple fits, the distance itself decides. */
static double away(const gn_case *c, size_t slot, const gn_given *g, bool flip)
{
    const gn_slot *s = &c->slot[slot];
    double d = 0, uu = 0, uv = 0, vv = 0;
    for (size_t i = 0; i < s->size; i++) {
        double v = c->right[s->offset + i], u = g->value[flip ? i % s->cols * s->rows + i / s->cols : i];
        d += (u - v) * (u - v);
        uu += u * u;
        uv += u * v;
        vv += v * v;
    }
    double aside = uu > 0 && vv > 0 ? sqrt(fmax(0, 1 - uv / uu * (uv / vv))) : 1;
    return aside + 1e-6 * sqrt(d) / fmax(sqrt(fmax(uu, vv)), c->floor);
}

/* By shape; as it stands before its transpose, and the nearest where several have the shape. */
static gn_status match_slot(const gn_case *c, const gn_given *g, size_t *slot, bool *flip, size_t *fits)
{
    size_t from = g->tensor == SIZE_MAX ? 0 : g->tensor, to = g->tensor == SIZE_MAX ? c->slots : g->tensor + 1;
    for (int turn = 0; turn < 2; turn++) {
        double best = INFINITY;
        bool found = false;
        for (size_t i = from; i < to && i < c->slots; i++) {
            if (!has_shape(&c->slot[i], g, turn) || c->u[i]) continue;
            double d = g->value ? away(c, i, g, turn) : 0;
            *fits += 1;
            if (found && !(d < best)) continue;
            found = true;
            best = d;
            *slot = i;
            *flip = turn && c->slot[i].rank == 2;
        }
        if (found) return GN_OK;
    }
    gn_fail(c->ctx, GN_E_MOD_SHAPE, "a gradient of %zu by %zu numbers has the shape of no tensor", g->rows, g->cols);
    if (g->tensor < c->slots)
        return gn_hint(c->ctx, "%s is %zu by %zu", c->slot[g->tensor].name, c->slot[g->tensor].rows,
                       c->slot[g->tensor].cols);
    return gn_hint(c->ctx, "a gradient has the shape of its tensor: rows are outputs, columns inputs");
}

static gn_status place(gn_case *c, const gn_given *g)
{
    size_t slot = 0;
    bool flip = false;
    size_t fits = 0;
    if (!g->value) return GN_OK;
    GN_TRY(match_slot(c, g, &slot, &flip, &fits));
    if (fits > c->fits) c->fits = fits;
    const gn_slot *s = &c->slot[slot];
    if (!(c->u[slot] = gn_arena_alloc(&c->arena, s->size, sizeof(double)))) return GN_NO_MEMORY;
    c->flipped[slot] = flip;
    if (flip && away(c, slot, g, false) <= c->match) flip = false;     /* reshaped: the order is its own */
    for (size_t i = 0; i < s->size; i++) c->u[slot][i] = g->value[flip ? i % s->cols * s->rows + i / s->cols : i];
    return GN_OK;
}

/* ---- findings ---------------------------------------------------------------------------------------------------- */

static double norm(const double *v, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += v[i] * v[i];
    return sqrt(s);
}

/* Of a slot alone. */
static double slot_distance(const gn_case *c, size_t slot, const double *v, double f)
{
    const gn_slot *s = &c->slot[slot];
    double d = 0, uu = 0, vv = 0;
    for (size_t i = 0; i < s->size; i++) {
        double u = c->u[slot][i], w = f * v[s->offset + i];
        d += (u - w) * (u - w);
        uu += u * u;
        vv += w * w;
    }
    d = sqrt(d) / fmax(sqrt(fmax(uu, vv)), c->floor);
    return isfinite(d) ? d : INFINITY;
}

bool gn_case_agrees(const gn_case *c, size_t slot, size_t entry)
{
    double u = c->u[slot] ? c->u[slot][entry] : 0;
    return gn_check_error(u, c->right[c->slot[slot].offset + entry], c->floor) <= GN_DIAGNOSE_AGREE;
}

void gn_put_entry(gn_text *t, const gn_slot *s, size_t entry)
{
    if (s->rank == 2) gn_text_printf(t, "[%zu,%zu]", entry / s->cols, entry % s->cols);
    else gn_text_printf(t, "[%zu]", entry);
}

/* Entry by entry: how many agree, and where the worst is. A 0 where 0 is right says nothing of the others. */
static void compare(const gn_case *c, size_t slot, gn_finding *f)
{
    const gn_slot *s = &c->slot[slot];
    double worst = -1;
    size_t telling = 0;
    f->entries = s->size;
    for (size_t i = 0; i < s->size; i++) {
        double u = c->u[slot] ? c->u[slot][i] : 0, v = c->right[s->offset + i];
        f->agree += gn_case_agrees(c, slot, i);
        telling += u != 0 || v != 0;
        if (!(fabs(u - v) > worst) && isfinite(u)) continue;
        worst = isfinite(u) ? fabs(u - v) : INFINITY;
        f->worst = i;
        f->given = u;
        f->right = v;
    }
    size_t off = f->entries - f->agree;
    f->few_off = off > 0 && FEW * off <= telling;
}

static gn_status name_worst(const gn_case *c, size_t slot, gn_finding *f)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    gn_put_entry(&t, &c->slot[slot], f->worst);
    if (t.at && t.length < sizeof f->at) memcpy(f->at, t.at, t.length + 1);
    gn_status s = gn_text_done(&t);
    gn_text_free(&t);
    return s;
}

static double ratio_spread(const gn_case *c, size_t slot, const double *v, double factor)
{
    const gn_slot *s = &c->slot[slot];
    double most = 0, size = norm(v + s->offset, s->size) / sqrt((double)s->size) * 1e-3;
    for (size_t i = 0; i < s->size; i++) {
        double w = v[s->offset + i];
        if (fabs(w) > size) most = fmax(most, fabs(c->u[slot][i] / (factor * w) - 1));
    }
    return most;
}

static size_t count_spoilt(const double *v, size_t n)
{
    size_t spoilt = 0;
    for (size_t i = 0; i < n; i++) spoilt += !isfinite(v[i]);
    return spoilt;
}

/* Numbers that cannot be compared: nan or inf in what was given, or in the right ones. */
static bool find_spoilt(const gn_case *c, size_t slot, gn_finding *f)
{
    const gn_slot *s = &c->slot[slot];
    bool given = c->u[slot] && count_spoilt(c->u[slot], s->size), right = count_spoilt(c->right + s->offset, s->size);
    if (!given && !right) return false;
    f->mistake = right ? GN_MISTAKE_NO_RIGHT : GN_MISTAKE_NOT_FINITE;
    f->distance = f->from_right = INFINITY;
    return true;
}

/* A tensor without numbers, or with nothing but zeros, or their rounding, where the right ones are not. */
static bool find_missing(const gn_case *c, size_t slot, gn_finding *f)
{
    const gn_slot *s = &c->slot[slot];
    if (find_spoilt(c, slot, f)) return true;
    double right = norm(c->right + s->offset, s->size);
    if (c->u[slot] && (norm(c->u[slot], s->size) > GN_NOISE * right || right <= c->floor)) return false;
    f->mistake = s->rank == 1 ? GN_MISTAKE_BIAS_MISSING : GN_MISTAKE_ZERO;
    f->factor = 0;
    f->distance = 0;
    f->from_right = 1;
    return true;
}

static gn_status fill(const gn_case *c, size_t slot, const gn_judgement *j, gn_finding *f)
{
    f->mistake = j->mistake;
    f->factor = j->factor;
    f->with_factor = j->with_factor;
    f->distance = j->distance;
    f->rate = j->candidate->rate;
    f->row = j->candidate->row;
    memcpy(f->also, j->also, sizeof f->also);
    f->alsos = j->alsos;
    f->from_right = slot_distance(c, slot, c->right, 1);
    if (!j->flipped && j->mistake != GN_MISTAKE_LAYER) f->spread = ratio_spread(c, slot, j->candidate->g, j->factor);
    return gn_finding_call(c, j, f);
}

/* Right numbers in the shape of the transpose are transposed. */
static gn_status describe(const gn_case *c, size_t slot, const gn_judgement *j, gn_finding *f)
{
    gn_judgement own = *j;
    if (c->flipped[slot] && own.mistake == GN_MISTAKE_RIGHT) own.mistake = GN_MISTAKE_TRANSPOSED;
    GN_TRY(fill(c, slot, &own, f));
    return gn_diagnose_words(c, &own, f);
}

static gn_status judge_alone(gn_case *c, bool *set, size_t slot, gn_finding *f)
{
    gn_judgement j;
    memset(set, 0, c->slots * sizeof *set);
    set[slot] = true;
    GN_TRY(gn_judge(c, set, &j, &f->closest));
    if (j.mistake == GN_MISTAKE_UNKNOWN && c->u[slot] && f->agree == f->entries)
        j = (gn_judgement){ .candidate = c->candidate, .mistake = GN_MISTAKE_RIGHT, .factor = 1,
                            .distance = slot_distance(c, slot, c->right, 1) };
    if (j.mistake == GN_MISTAKE_UNKNOWN && f->few_off)      /* no rule is wrong where nearly everything is right */
        j = (gn_judgement){ .candidate = c->candidate, .mistake = GN_MISTAKE_ENTRIES, .factor = 1,
                            .distance = slot_distance(c, slot, c->right, 1) };
    return describe(c, slot, &j, f);
}

/* The mistake of all, unless it leaves this tensor as it should be but for a constant: then that is judged alone. */
static gn_status describe_joint(gn_case *c, bool *set, size_t slot, const gn_judgement *j, gn_finding *f)
{
    gn_judgement one = *j;
    if (j->flipped || j->mistake == GN_MISTAKE_LAYER) return describe(c, slot, j, f);   /* of a tensor given alone */
    one.distance = slot_distance(c, slot, j->candidate->g, j->factor);
    double right = slot_distance(c, slot, c->right, 1), scaled = slot_distance(c, slot, c->right, j->factor);
    double near = fmin(c->match, fmax(EXACT, 10 * one.distance));
    if (one.distance > c->match) return judge_alone(c, set, slot, f);   /* small beside the others */
    if (right <= near)
        one = (gn_judgement){ .candidate = c->candidate, .mistake = GN_MISTAKE_RIGHT, .factor = 1, .distance = right };
    else if (j->candidate->mistake != GN_MISTAKE_RIGHT && scaled <= near) return judge_alone(c, set, slot, f);
    return describe(c, slot, &one, f);
}

/* One mistake for all that were given; *found false when there is none. */
static gn_status judge_together(gn_case *c, bool *set, gn_diagnosis *d, bool *found)
{
    gn_judgement j;
    gn_mistake closest;
    size_t count = 0;
    for (size_t i = 0; i < d->findings; i++) {
        size_t slot = d->finding[i].tensor;
        set[slot] = d->finding[i].mistake == GN_MISTAKE_COUNT;
        count += set[slot];
    }
    *found = count == 0;
    if (count == 0) return GN_OK;
    GN_TRY(gn_judge(c, set, &j, &closest));
    if (j.mistake == GN_MISTAKE_UNKNOWN || (j.mistake == GN_MISTAKE_RIGHT && j.distance > EXACT)) {
        GN_TRY(gn_case_fits(c, set));
        GN_TRY(gn_judge(c, set, &j, &closest));
    }
    if (j.mistake == GN_MISTAKE_UNKNOWN && d->findings) {
        GN_TRY(gn_case_stale(c, set, false));
        GN_TRY(gn_judge(c, set, &j, &closest));
    }
    *found = j.mistake != GN_MISTAKE_UNKNOWN;
    for (size_t i = 0; i < d->findings && *found; i++)
        if (d->finding[i].mistake == GN_MISTAKE_COUNT)
            GN_TRY(describe_joint(c, set, d->finding[i].tensor, &j, &d->finding[i]));
    return GN_OK;
}

static gn_status open_finding(gn_case *c, size_t slot, gn_finding *f)
{
    *f = (gn_finding){ .tensor = slot, .mistake = GN_MISTAKE_COUNT, .factor = 1, .transposed = c->flipped[slot] };
    size_t n = strlen(c->slot[slot].name);
    if (n >= sizeof f->name) n = sizeof f->name - 1;
    memcpy(f->name, c->slot[slot].name, n);
    compare(c, slot, f);
    GN_TRY(name_worst(c, slot, f));
    if (!find_missing(c, slot, f)) return GN_OK;
    GN_TRY(gn_finding_call(c, NULL, f));
    return gn_diagnose_words(c, NULL, f);
}

/* Several mistakes: each tensor by itself, and those that nothing explains also with a step between of their own. */
static gn_status judge_each(gn_case *c, bool *set, gn_diagnosis *d)
{
    size_t open = 0, given = 0;
    bool *left = gn_arena_alloc(&c->arena, c->slots + 1, sizeof *left);
    if (!left) return GN_NO_MEMORY;
    for (size_t i = 0; i < d->findings; i++) {
        gn_finding *f = &d->finding[i];
        given += c->u[f->tensor] != NULL;
        if (f->mistake != GN_MISTAKE_COUNT) continue;
        GN_TRY(judge_alone(c, set, f->tensor, f));
        left[f->tensor] = f->mistake == GN_MISTAKE_UNKNOWN;
        open += left[f->tensor];
    }
    if (!open || given < 2) return GN_OK;       /* of one alone it was tried */
    GN_TRY(gn_case_stale(c, left, true));
    for (size_t i = 0; i < d->findings; i++)
        if (left[d->finding[i].tensor]) GN_TRY(judge_alone(c, set, d->finding[i].tensor, &d->finding[i]));
    return GN_OK;
}

static gn_status find_all(gn_case *c, bool whole, gn_diagnosis *d)
{
    bool found, *set = gn_arena_alloc(&c->arena, c->slots + 1, sizeof *set);
    d->finding = gn_calloc(c->ctx, c->slots + 1, sizeof *d->finding);
    if (!set || !d->finding) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->slots; i++)
        if (c->u[i] || whole) GN_TRY(open_finding(c, i, &d->finding[d->findings++]));
    GN_TRY(judge_together(c, set, d, &found));
    return found ? GN_OK : judge_each(c, set, d);
}

static void conclude(const gn_case *c, gn_diagnosis *d)
{
    d->right = true;
    d->called = gn_mistake_name(GN_MISTAKE_RIGHT);
    for (size_t i = 0; i < d->findings; i++) {
        if (d->finding[i].mistake == GN_MISTAKE_RIGHT) continue;
        if (d->right) {
            d->mistake = d->finding[i].mistake;
            d->called = d->finding[i].called;
        }
        d->right = false;
    }
    d->loss = c->loss;
    d->rows = c->at.rows;
    d->no_stale = c->no_stale;
    d->no_rows = c->no_rows;
    d->fits = c->fits;
    d->digits = c->digits;
    d->match = c->match;
}

static gn_status run_diagnosis(gn_case *c, const gn_given *given, size_t count, bool whole, gn_diagnosis *d)
{
    c->match = gn_given_match(given, count);
    for (size_t i = 0; i < count; i++) {
        if (given[i].tensor != SIZE_MAX && given[i].tensor >= c->slots)
            return gn_fail(c->ctx, GN_E_MOD_SHAPE, "there is no tensor %zu: the network has %zu", given[i].tensor,
                           c->slots);
        GN_TRY(place(c, &given[i]));
    }
    GN_TRY(gn_case_structures(c));
    GN_TRY(gn_case_data(c));
    GN_TRY(find_all(c, whole, d));
    conclude(c, d);
    return GN_OK;
}

gn_status gn_diagnose_as(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const gn_given *given,
                         size_t count, gn_diagnose_how how, gn_diagnosis *out)
{
    gn_case c;
    *out = (gn_diagnosis){ .ctx = ctx, .reduction = net->spec.reduction };
    gn_status s = open_case(ctx, net, rows, &c);
    c.digits = how.digits;
    if (s == GN_OK) s = run_diagnosis(&c, given, count, how.whole, out);
    close_case(&c);
    if (s != GN_OK) gn_diagnosis_free(out);
    return s;
}

gn_status gn_diagnose(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const gn_given *given, size_t count,
                      bool whole, gn_diagnosis *out)
{
    return gn_diagnose_as(ctx, net, rows, given, count, (gn_diagnose_how){ .whole = whole }, out);
}

gn_status gn_diagnose_flat(gn_context *ctx, const gn_net *net, const gn_dataset *rows, const double *gradient,
                           size_t n, gn_diagnosis *out)
{
    *out = (gn_diagnosis){ 0 };
    if (n != net->parameters)
        return gn_fail(ctx, GN_E_MOD_SHAPE, "the gradient has %zu numbers, the network %zu parameters", n,
                       net->parameters);
    gn_given *given = gn_calloc(ctx, net->tensors + 1, sizeof *given);
    if (!given) return GN_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gn_tensor_info *t = &net->tensor[i];
        if (!t->trainable) continue;
        given[count] = (gn_given){ count, t->dim[0], t->rank == 2 ? t->dim[1] : 1, gradient };
        gradient += t->size;
        count++;
    }
    gn_status s = gn_diagnose(ctx, net, rows, given, count, true, out);
    gn_free(ctx, given);
    return s;
}

void gn_diagnosis_free(gn_diagnosis *d)
{
    if (!d->ctx) return;
    gn_free(d->ctx, d->finding);
    *d = (gn_diagnosis){ 0 };
}
