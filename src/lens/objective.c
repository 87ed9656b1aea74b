/* objective.c -- an objective's plans: value, gradient, directional derivative, Hessian and Gauss-Newton products.
 *
 * Invariant: a plan is compiled when it is first asked for and kept; every derivative is nodes of the one graph that
 * the value is made of. */
#include "objective_inner.h"

#include <math.h>
#include <string.h>

/* ---- making and taking apart ------------------------------------------------------------------------------------ */
static gn_status allocate(gn_objective *o, size_t tensors, size_t leaves)
{
    gn_arena_init(&o->arena, o->ctx);
    o->tensors = tensors;
    o->tensor = gn_arena_alloc(&o->arena, tensors + 1, sizeof *o->tensor);
    o->param = gn_arena_alloc(&o->arena, 2 * tensors + 1, sizeof *o->param);
    o->leaf = gn_arena_alloc(&o->arena, leaves + 1, sizeof *o->leaf);
    o->leaf_at = gn_arena_alloc(&o->arena, leaves + 1, sizeof *o->leaf_at);
    if (!o->tensor || !o->param || !o->leaf || !o->leaf_at) return GN_NO_MEMORY;
    o->tangent = o->param + tensors;
    return gn_graph_new(o->ctx, &o->graph);
}

gn_status gn_objective_new(gn_context *ctx, size_t tensors, size_t leaves, gn_objective **out)
{
    *out = gn_calloc(ctx, 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    (*out)->ctx = ctx;
    gn_status s = allocate(*out, tensors, leaves);
    if (s != GN_OK) {
        gn_objective_free(*out);
        *out = NULL;
    }
    return s;
}

void gn_objective_free(gn_objective *o)
{
    if (!o) return;
    for (int i = 0; i < GN_OP_COUNT; i++) gn_plan_free(o->plan[i]);
    for (size_t i = 0; i < o->leaves; i++) gn_free_aligned(o->ctx, o->leaf_at[i]);
    gn_free_aligned(o->ctx, o->start);
    gn_graph_free(o->graph);
    gn_arena_free(&o->arena);
    gn_free(o->ctx, o);
}

gn_status gn_objective_room(gn_objective *o)
{
    o->n = 0;
    for (size_t i = 0; i < o->tensors; i++) {
        o->tensor[i].offset = o->n;
        o->n += o->tensor[i].size;
    }
    size_t padded = (o->n + 8) & ~(size_t)7;
    o->start = gn_calloc_aligned(o->ctx, padded, 5 * sizeof(double));
    if (!o->start) return GN_NO_MEMORY;
    o->p = o->start + padded;
    o->v = o->p + padded;
    o->g = o->v + padded;
    o->hv = o->g + padded;
    return GN_OK;
}

static gn_status bind_all(gn_objective *o, gn_plan *plan, const gn_node *outputs, double *const *targets, size_t count)
{
    for (size_t i = 0; i < o->leaves; i++) GN_TRY(gn_plan_bind(plan, o->leaf[i], o->leaf_at[i]));
    for (size_t i = 0; i < o->tensors; i++) {
        GN_TRY(gn_plan_bind(plan, o->param[i], o->p + o->tensor[i].offset));
        if (o->tangent[i]) GN_TRY(gn_plan_bind(plan, o->tangent[i], o->v + o->tensor[i].offset));
    }
    for (size_t i = 0; i < count; i++)
        if (targets && targets[i]) GN_TRY(gn_plan_bind(plan, outputs[i], targets[i]));
    return GN_OK;
}

gn_status gn_objective_compile(gn_objective *o, gn_objective_plan kind, const gn_node *outputs, double *const *targets,
                               size_t count)
{
    gn_plan_options options = { .type = GN_F64, .exact = gn_context_exact(o->ctx) };
    gn_plan *plan;
    GN_TRY(gn_graph_status(o->graph));
    GN_TRY(gn_plan_new(o->graph, outputs, count, options, &plan));
    gn_status s = bind_all(o, plan, outputs, targets, count);
    if (s == GN_OK) o->plan[kind] = plan;
    else gn_plan_free(plan);
    return s;
}

/* ---- the plans -------------------------------------------------------------------------------------------------- */
/* Tangents are leaves of the graph, one for each tensor, made when the first derivative along v is. */
static gn_status make_tangents(gn_objective *o)
{
    for (size_t i = 0; i < o->tensors; i++)
        if (!o->tangent[i]) o->tangent[i] = gn_input(o->graph, NULL, gn_node_get(o->graph, o->param[i]).shape);
    return gn_graph_status(o->graph);
}

static gn_node *scratch(gn_objective *o) { return gn_alloc_array(o->ctx, o->tensors + 2, sizeof(gn_node)); }

static gn_status compile_parts(gn_objective *o, gn_objective_plan kind, gn_node first, const gn_node *parts, double *to)
{
    size_t shift = first ? 1 : 0;
    double **target = gn_calloc(o->ctx, o->tensors + 1, sizeof *target);
    gn_node *output = scratch(o);
    gn_status s = target && output ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < o->tensors; i++) {
        output[i + shift] = parts[i];
        target[i + shift] = to + o->tensor[i].offset;
    }
    if (s == GN_OK && first) output[0] = first;
    if (s == GN_OK) s = gn_objective_compile(o, kind, output, target, o->tensors + shift);
    gn_free(o->ctx, target);
    gn_free(o->ctx, output);
    return s;
}

static gn_status make_gradient(gn_objective *o, gn_node *part)
{
    GN_TRY(gn_grad(o->graph, o->loss, o->tensors, o->param, part));
    return compile_parts(o, GN_OP_GRADIENT, o->loss, part, o->g);
}

static gn_status forward_node(gn_objective *o, gn_node *out)
{
    GN_TRY(make_tangents(o));
    return gn_jvp(o->graph, o->loss, o->tensors, o->param, o->tangent, out);
}

static gn_status make_forward(gn_objective *o, gn_node *part)
{
    (void)part;
    GN_TRY(forward_node(o, &o->value_node[0]));
    return gn_objective_compile(o, GN_OP_FORWARD, o->value_node, NULL, 1);
}

/* Pearlmutter's product, forward over reverse: the tangent of each gradient. */
static gn_status make_hvp(gn_objective *o, gn_node *part)
{
    GN_TRY(make_tangents(o));
    GN_TRY(gn_grad(o->graph, o->loss, o->tensors, o->param, part));
    for (size_t i = 0; i < o->tensors; i++)
        GN_TRY(gn_jvp(o->graph, part[i], o->tensors, o->param, o->tangent, &part[i]));
    return compile_parts(o, GN_OP_HVP, 0, part, o->hv);
}

/* J' (H_L (J v)): the loss's own Hessian between the network's output forwards and back. */
static gn_status make_gauss(gn_objective *o, gn_node *part)
{
    gn_node along, slope, curved;
    if (!o->output)
        return gn_fail(o->ctx, GN_E_GRAPH_OP, "an expression has no Gauss-Newton matrix: it is no loss of an output");
    GN_TRY(make_tangents(o));
    GN_TRY(gn_jvp(o->graph, o->output, o->tensors, o->param, o->tangent, &along));
    GN_TRY(gn_grad(o->graph, o->loss, 1, &o->output, &slope));
    GN_TRY(gn_jvp(o->graph, slope, 1, &o->output, &along, &curved));
    GN_TRY(gn_vjp(o->graph, o->output, curved, o->tensors, o->param, part));
    return compile_parts(o, GN_OP_GAUSS, 0, part, o->hv);
}

static gn_status make_value(gn_objective *o, gn_node *part)
{
    (void)part;
    return gn_objective_compile(o, GN_OP_VALUE, &o->loss, NULL, 1);
}

static gn_status ready(gn_objective *o, gn_objective_plan kind, gn_status (*make)(gn_objective *, gn_node *))
{
    if (o->plan[kind]) return GN_OK;
    gn_node *part = scratch(o);
    gn_status s = part ? make(o, part) : GN_NO_MEMORY;
    gn_free(o->ctx, part);
    return s;
}

static gn_status run(gn_objective *o, gn_objective_plan kind, const double *p, const double *v)
{
    memcpy(o->p, p, o->n * sizeof *p);
    if (v) memcpy(o->v, v, o->n * sizeof *v);
    return gn_plan_run(o->ctx, o->plan[kind], 0);
}

static double number(const gn_objective *o, gn_objective_plan kind, gn_node n)
{
    const double *at = gn_plan_value(o->plan[kind], n);
    return at ? *at : NAN;
}

/* ---- what others call ------------------------------------------------------------------------------------------- */
gn_status gn_objective_value(gn_objective *o, const double *p, double *value)
{
    *value = NAN;
    GN_TRY(ready(o, GN_OP_VALUE, make_value));
    GN_TRY(run(o, GN_OP_VALUE, p, NULL));
    *value = number(o, GN_OP_VALUE, o->loss);
    return GN_OK;
}

gn_status gn_objective_gradient(gn_objective *o, const double *p, double *value, double *g)
{
    if (value) *value = NAN;
    GN_TRY(ready(o, GN_OP_GRADIENT, make_gradient));
    GN_TRY(run(o, GN_OP_GRADIENT, p, NULL));
    if (value) *value = number(o, GN_OP_GRADIENT, o->loss);
    memcpy(g, o->g, o->n * sizeof *g);
    return GN_OK;
}

gn_status gn_objective_forward(gn_objective *o, const double *p, const double *v, double *gv)
{
    *gv = NAN;
    GN_TRY(ready(o, GN_OP_FORWARD, make_forward));
    GN_TRY(run(o, GN_OP_FORWARD, p, v));
    *gv = number(o, GN_OP_FORWARD, o->value_node[0]);
    return GN_OK;
}

gn_status gn_objective_hvp(gn_objective *o, const double *p, const double *v, double *hv)
{
    GN_TRY(ready(o, GN_OP_HVP, make_hvp));
    GN_TRY(run(o, GN_OP_HVP, p, v));
    memcpy(hv, o->hv, o->n * sizeof *hv);
    return GN_OK;
}

gn_status gn_objective_gauss_newton(gn_objective *o, const double *p, const double *v, double *gv)
{
    GN_TRY(ready(o, GN_OP_GAUSS, make_gauss));
    GN_TRY(run(o, GN_OP_GAUSS, p, v));
    memcpy(gv, o->hv, o->n * sizeof *gv);
    return GN_OK;
}

gn_status gn_objective_hessian(gn_objective *o, const double *p, double *h)
{
    size_t n = o->n;
    double *unit = gn_calloc(o->ctx, n + 1, sizeof *unit);
    gn_status s = unit ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < n; i++) {
        unit[i] = 1;
        s = gn_objective_hvp(o, p, unit, h + i * n);
        unit[i] = 0;
    }
    for (size_t i = 0; s == GN_OK && i < n; i++)
        for (size_t j = 0; j < i; j++) h[i * n + j] = h[j * n + i] = (h[i * n + j] + h[j * n + i]) / 2;
    gn_free(o->ctx, unit);
    return s;
}

size_t gn_objective_size(const gn_objective *o) { return o->n; }
const double *gn_objective_start(const gn_objective *o) { return o->start; }
size_t gn_objective_tensors(const gn_objective *o) { return o->tensors; }
gn_objective_tensor gn_objective_tensor_at(const gn_objective *o, size_t i) { return o->tensor[i]; }

void gn_objective_name(const gn_objective *o, size_t i, gn_text *to)
{
    size_t k = 0;
    while (k + 1 < o->tensors && i >= o->tensor[k + 1].offset) k++;
    const gn_objective_tensor *t = &o->tensor[k];
    gn_text_puts(to, t->name);
    size_t at = i - t->offset;
    if (t->rank == 1) gn_text_printf(to, "[%zu]", at);
    if (t->rank == 2) gn_text_printf(to, "[%zu,%zu]", at / t->dim[1], at % t->dim[1]);
}
