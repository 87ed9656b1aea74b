/* objective_kink.c -- where an objective has kinks: on which side of each one every unit stands.
 *
 * Invariant: which operations have a kink, and where, is found from the slopes of their own rows (a jump of the slope),
 * not from a list of names. */
#include <math.h>
#include <string.h>

#include "objective_inner.h"

/* Places where the slope of a row of one input may jump: those that rows of activations use. A parameter's size, and
 * huber's, are among them. */
static double slope_at(const gn_kernels *k, gn_pointwise op, const double *par, double x)
{
    const void *in[3] = { &x, NULL, NULL };
    const int step[3] = { 1, 0, 0 };
    double value, one = 1, out;
    k->value[op](1, in, step, par, &value);
    k->slope[op][0](1, in, step, &value, &one, 1, par, &out);
    return out;
}

static int find_breaks(const gn_kernels *k, gn_pointwise op, const double *par, double at[2])
{
    const double candidate[] = { -6, -3, -1, -0.5, 0, 0.5, 1, 3, 6 };
    int found = 0;
    for (size_t i = 0; i < GN_COUNT(candidate) && found < 2; i++) {
        double h = 1e-9, left = slope_at(k, op, par, candidate[i] - h), right = slope_at(k, op, par, candidate[i] + h);
        if (fabs(right - left) > 1e-5 * fmax(1, fmax(fabs(left), fabs(right))) && isfinite(left) && isfinite(right))
            at[found++] = candidate[i];
    }
    return found;
}

/* Does the operation jump or bend where its first two operands are equal? */
static bool compares(gn_pointwise op) { return op == GN_P_max || op == GN_P_min; }

static int layer_of(const gn_objective *o, gn_node n)
{
    for (size_t i = 0; i < o->layers; i++)
        if (n <= o->layer[i]) return o->layer_number[i];
    return -1;
}

static bool site_of(const gn_objective *o, const gn_kernels *k, gn_node n, gn_kink_site *site)
{
    gn_node_info f = gn_node_get(o->graph, n);
    if (f.kind != GN_POINTWISE) return false;
    gn_pointwise op = (gn_pointwise)f.op;
    const gn_pointwise_row *row = &gn_pointwise_table()[op];
    *site = (gn_kink_site){ .x = f.in[0], .layer = layer_of(o, n) };
    if (compares(op)) site->y = f.in[1];
    else if (op == GN_P_select) site->breaks = 1, site->at[0] = 0;
    else if (row->arity == 1) site->breaks = find_breaks(k, op, f.attr, site->at);
    if (!site->y && !site->breaks) return false;
    gn_shape shape = compares(op) ? f.shape : gn_node_get(o->graph, site->x).shape;
    site->size = gn_shape_size(shape);
    site->units = shape.rank == 2 ? shape.dim[1] : 1;
    return true;
}

/* Only what the loss is made of counts, not the nodes of derivatives. */
static void mark_below(const gn_objective *o, unsigned char *used)
{
    used[o->loss] = 1;
    for (gn_node i = o->loss; i > 0; i--) {
        gn_node_info f = gn_node_get(o->graph, i);
        for (int k = 0; used[i] && k < f.inputs; k++)
            if (f.in[k] > 0) used[f.in[k]] = 1;
    }
}

static gn_status find_sites(gn_objective *o, const gn_kernels *k, unsigned char *used)
{
    mark_below(o, used);
    o->site = gn_arena_alloc(&o->arena, (size_t)o->loss + 1, sizeof *o->site);
    if (!o->site) return GN_NO_MEMORY;
    for (gn_node i = 1; i <= o->loss; i++) {
        gn_kink_site *s = &o->site[o->sites];
        if (!used[i] || !site_of(o, k, i, s)) continue;
        s->offset = o->kinks;
        o->kinks += s->size;
        o->sites++;
    }
    o->kinks_known = true;
    return GN_OK;
}

static gn_status compile_sites(gn_objective *o)
{
    gn_node *output = gn_alloc_array(o->ctx, 2 * o->sites + 1, sizeof *output);
    if (!output) return GN_NO_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < o->sites; i++) {
        output[count++] = o->site[i].x;
        if (o->site[i].y) output[count++] = o->site[i].y;
    }
    gn_status s = gn_objective_compile(o, GN_OP_KINKS, output, NULL, count);
    gn_free(o->ctx, output);
    return s;
}

static gn_status prepare(gn_objective *o)
{
    if (!o->kinks_known) {
        unsigned char *used = gn_calloc(o->ctx, (size_t)o->loss + 1, sizeof *used);
        gn_status s = used ? find_sites(o, gn_kernels_reference(GN_F64), used) : GN_NO_MEMORY;
        gn_free(o->ctx, used);
        GN_TRY(s);
    }
    return o->sites && !o->plan[GN_OP_KINKS] ? compile_sites(o) : GN_OK;
}

static signed char sign_of(double x) { return (signed char)((x > 0) - (x < 0)); }

/* With two breaks: below both, between, above both. */
static void read_site(const gn_objective *o, const gn_kink_site *s, signed char *to)
{
    const double *x = gn_plan_value(o->plan[GN_OP_KINKS], s->x);
    const double *y = s->y ? gn_plan_value(o->plan[GN_OP_KINKS], s->y) : NULL;
    size_t sx = gn_shape_size(gn_node_get(o->graph, s->x).shape) > 1;
    size_t sy = s->y && gn_shape_size(gn_node_get(o->graph, s->y).shape) > 1;
    for (size_t i = 0; i < s->size; i++) {
        if (y) to[i] = sign_of(x[i * sx] - y[i * sy]);
        else if (s->breaks == 1) to[i] = sign_of(x[i * sx] - s->at[0]);
        else to[i] = (signed char)((x[i * sx] > s->at[1]) - (x[i * sx] < s->at[0]));
    }
}

gn_status gn_objective_kinks(gn_objective *o, const double *p, signed char *pattern, size_t *count)
{
    *count = 0;
    GN_TRY(prepare(o));
    *count = o->kinks;
    if (!pattern || o->kinks == 0) return GN_OK;
    memcpy(o->p, p, o->n * sizeof *p);
    GN_TRY(gn_plan_run(o->ctx, o->plan[GN_OP_KINKS], 0));
    for (size_t i = 0; i < o->sites; i++) read_site(o, &o->site[i], pattern + o->site[i].offset);
    return GN_OK;
}

void gn_objective_kink_name(const gn_objective *o, size_t i, gn_text *to)
{
    size_t k = 0;
    while (k + 1 < o->sites && i >= o->site[k + 1].offset) k++;
    if (k >= o->sites) return;
    const gn_kink_site *s = &o->site[k];
    size_t at = i - s->offset;
    if (o->layers == 0) {
        gn_node_info f = gn_node_get(o->graph, s->x);
        gn_text_printf(to, "kink %zu%s%s", i, f.name ? " of " : "", f.name ? f.name : "");
    } else if (s->layer < 0) {
        gn_text_printf(to, "the loss, output %zu, row %zu", at % s->units, at / s->units);
    } else {
        gn_text_printf(to, "layer %d, unit %zu, row %zu", s->layer, at % s->units, at / s->units);
    }
}
