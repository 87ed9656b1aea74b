/* gradient_check_oracle.c -- a network's gradient against ways to the same numbers that share little with it: complex
 * step, the plain plan, the adjoint identity, and the precision it trains in.
 *
 * Invariant: nothing here changes the network or the objective. */
#include "calculus_internal.h"
#include "gradient_check.h"
#include "gradient_check_net.h"
#include "../base/random.h"

#include <math.h>
#include <string.h>

#define COMPLEX_MOST 3e7        /* rows times parameters */
#define ORACLE_ERROR 1e-9       /* what float64 done another way may differ by */
enum { OUTPUT_STREAM = (1 << 20) + 64 };

#define TENSOR_FLOOR 1e-6       /* times |b|: what cancels in a tensor is held against the whole */

static double norm(const double *v, size_t n)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += v[i] * v[i];
    return sqrt(s);
}

/* |a - b|/|b| of each tensor; the largest is returned. Below the floor nothing is told apart. */
static double distances(const gn_objective *o, const double *a, const double *b, double floor, double *each)
{
    double most = 0;
    for (size_t i = 0; i < gn_objective_tensors(o); i++) {
        gn_objective_tensor t = gn_objective_tensor_at(o, i);
        double away = 0, size = 0;
        for (size_t k = t.offset; k < t.offset + t.size; k++) {
            away += (a[k] - b[k]) * (a[k] - b[k]);
            size += b[k] * b[k];
        }
        double d = sqrt(away) / fmax(sqrt(size), floor);
        if (each) each[i] = d;
        if (!(d <= most)) most = d;
    }
    return most;
}

/* ---- <Jv, u> = <v, J'u> ------------------------------------------------------------------------------------------ */

typedef struct gn_adjoint {
    gn_node *tangent, *pulled;  /* (n): what v is bound to; J'u */
    gn_node pushed, u;
    double *seed;               /* (rows, outputs) */
} gn_adjoint;

static gn_status adjoint_nodes(const gn_net_rows *r, gn_rows_graph *m, gn_adjoint *a)
{
    a->tangent = gn_arena_alloc(&m->arena, m->n + 1, sizeof *a->tangent);
    a->pulled = gn_arena_alloc(&m->arena, m->n + 1, sizeof *a->pulled);
    size_t n = r->rows * r->net->spec.outputs;
    a->seed = gn_arena_alloc(&m->arena, n + 1, sizeof *a->seed);
    if (!a->tangent || !a->pulled || !a->seed) return GN_NO_MEMORY;
    for (size_t i = 0; i < m->n; i++) a->tangent[i] = gn_input(m->g, "v", gn_node_get(m->g, m->wrt[i]).shape);
    a->u = gn_input(m->g, "u", gn_node_get(m->g, m->z).shape);
    gn_random random = gn_random_make(1, GN_STREAM_PROBE, OUTPUT_STREAM);
    for (size_t i = 0; i < n; i++) a->seed[i] = gn_random_normal(random, i);
    GN_TRY(gn_jvp(m->g, m->z, m->n, m->wrt, a->tangent, &a->pushed));
    return gn_vjp(m->g, m->z, a->u, m->n, m->wrt, a->pulled);
}

static gn_status adjoint_plan(const gn_net_rows *r, gn_rows_graph *m, gn_adjoint *a, double *v, gn_plan **plan)
{
    gn_node *out = gn_arena_alloc(&m->arena, m->n + 2, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    out[0] = a->pushed;
    memcpy(out + 1, a->pulled, m->n * sizeof *out);
    GN_TRY(gn_rows_graph_plan(r, m, out, m->n + 1, (gn_plan_options){ .exact = gn_context_exact(r->ctx) }, plan));
    gn_status s = gn_plan_bind(*plan, a->u, a->seed);
    for (size_t i = 0; i < m->n && s == GN_OK; i++) {
        s = gn_plan_bind(*plan, a->tangent[i], v);
        v += gn_shape_size(gn_node_get(m->g, m->wrt[i]).shape);
    }
    return s == GN_OK ? gn_plan_run(r->ctx, *plan, 0) : s;
}

static gn_status adjoint(gn_net_rows *r, gn_rows_graph *m, double *v, gn_check_oracles *out)
{
    gn_adjoint a;
    gn_plan *plan = NULL;
    GN_TRY(adjoint_nodes(r, m, &a));
    gn_status s = adjoint_plan(r, m, &a, v, &plan);
    if (s == GN_OK) {
        const double *jv = gn_plan_value(plan, a.pushed);
        double jv2 = 0, u2 = 0;
        size_t n = r->rows * r->net->spec.outputs;
        for (size_t i = 0; i < n; i++) {
            out->jvu += jv[i] * a.seed[i];
            jv2 += jv[i] * jv[i];
            u2 += a.seed[i] * a.seed[i];
        }
        for (size_t i = 0; i < m->n; i++) {
            const double *ju = gn_plan_value(plan, a.pulled[i]);
            for (size_t k = 0; k < gn_shape_size(gn_node_get(m->g, m->wrt[i]).shape); k++) out->vju += *v++ * ju[k];
        }
        out->adjoint_error = gn_check_error(out->jvu, out->vju, sqrt(jv2 * u2 / (double)n));
    }
    gn_plan_free(plan);
    return s;
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static gn_status wide_oracles(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective *o,
                              const double *g, double floor, double *v, gn_check_oracles *out)
{
    gn_net_rows r;
    gn_rows_graph m = { 0 };
    double *plain = gn_alloc_array(ctx, gn_objective_size(o) + 1, sizeof *plain);
    if (!plain) return GN_NO_MEMORY;
    gn_status s = gn_net_rows_open(ctx, net, rows, GN_F64, &r);
    if (s == GN_OK) {
        s = gn_net_rows_gradient(&r, true, NULL, plain);
        if (s == GN_OK)
            out->plain_error = distances(o, plain, g, fmax(floor, TENSOR_FLOOR * norm(g, gn_objective_size(o))), NULL);
        if (s == GN_OK) s = gn_rows_graph_open(&r, &m);
        if (s == GN_OK) s = adjoint(&r, &m, v, out);
        gn_rows_graph_close(&m);
        gn_net_rows_close(&r);
    }
    gn_free(ctx, plain);
    return s;
}

static gn_status narrow_oracle(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective *o,
                               const double *g, double floor, gn_check_oracles *out)
{
    gn_net_rows r;
    out->narrow = net->spec.type == GN_F32;
    out->tensors = gn_objective_tensors(o);
    if (!out->narrow) return GN_OK;
    double *own = gn_alloc_array(ctx, gn_objective_size(o) + 1, sizeof *own);
    out->precision = gn_calloc(ctx, out->tensors + 1, sizeof *out->precision);
    gn_status s = own && out->precision ? gn_net_rows_open(ctx, net, rows, GN_F32, &r) : GN_NO_MEMORY;
    if (s == GN_OK) {
        s = gn_net_rows_gradient(&r, false, NULL, own);
        if (s == GN_OK) distances(o, own, g, floor, out->precision);
        gn_net_rows_close(&r);
    }
    gn_free(ctx, own);
    return s;
}

static gn_status run(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective *o, const double *g,
                     double *v, gn_check_oracles *out)
{
    double loss;
    size_t n = gn_objective_size(o);
    GN_TRY(gn_objective_value(o, gn_objective_start(o), &loss));
    double floor = gn_check_floor(loss);
    for (size_t i = 0; i < n; i++) out->reverse += g[i] * v[i];
    out->complex_run = (double)n * (double)gn_dataset_rows(rows) <= COMPLEX_MOST;
    if (out->complex_run) {
        GN_TRY(gn_complex_step_net(ctx, net, rows, gn_objective_start(o), v, NULL, &out->complex_step));
        out->complex_error = gn_check_error(out->reverse, out->complex_step, floor);
    }
    GN_TRY(wide_oracles(ctx, net, rows, o, g, floor, v, out));
    return narrow_oracle(ctx, net, rows, o, g, floor, out);
}

gn_status gn_check_oracles_run(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective *o,
                               const double *gradient, const gn_check_options *options, gn_check_oracles *out)
{
    *out = (gn_check_oracles){ .digits = options->digits };
    double *v = gn_alloc_array(ctx, gn_objective_size(o) + 1, sizeof *v);
    if (!v) return GN_NO_MEMORY;
    gn_check_direction_of(o, options, 0, v);
    gn_status s = run(ctx, net, rows, o, gradient, v, out);
    gn_free(ctx, v);
    if (s == GN_OK) return GN_OK;
    gn_free(ctx, out->precision);
    out->precision = NULL;
    return s;
}

/* The complex step sees the value's own choice at a kink, the gradient the stated slope: there it decides nothing. */
bool gn_check_oracles_ok(const gn_check_oracles *r)
{
    return r->plain_error <= ORACLE_ERROR && r->adjoint_error <= ORACLE_ERROR;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static void say_precision(gn_sheet *s, const gn_objective *o, const gn_check_oracles *r)
{
    const char **name = gn_arena_alloc(&s->arena, 2 * r->tensors + 1, sizeof *name);
    if (!name) {
        if (s->status == GN_OK) s->status = GN_NO_MEMORY;
        return;
    }
    const char **error = name + r->tensors;
    for (size_t i = 0; i < r->tensors; i++) {
        const char *text = gn_num_digits(GN_NUM, r->precision[i], 2);
        name[i] = gn_objective_tensor_at(o, i).name;
        error[i] = gn_arena_text(&s->arena, text, strlen(text));
        if (!error[i] && s->status == GN_OK) s->status = GN_NO_MEMORY;
    }
    const gn_sheet_column column[] = { { .title = "tensor", .text = name },
                                       { .title = "|g32 - g64|/|g64|", .text = error } };
    if (s->status != GN_OK) return;
    gn_sheet_table(s, 0, "the gradient in float32, as the network trains, against float64", 2, r->tensors, column);
    bool finite = true, large = false;
    for (size_t i = 0; i < r->tensors; i++) {
        finite &= isfinite(r->precision[i]);
        large |= isfinite(r->precision[i]) && r->precision[i] > 1e-3;
    }
    if (large)
        gn_sheet_text(s, 0, "Where it is large little is left of the gradient, because its parts cancel: float32 has 7 "
                      "digits.");
    if (!finite)
        gn_sheet_text(s, 0, "Where it is not a number float32 overflows (beyond 3.4e38) and float64 does not: scale "
                      "the inputs, or train with --precision f64.");
}

void gn_check_oracles_sheet(gn_sheet *s, const gn_objective *o, const gn_check_oracles *r)
{
    int more = r->digits > 8 ? r->digits : 8;
    if (!isfinite(r->reverse)) return;  /* the check has said so */
    if (r->complex_run && !isfinite(r->complex_step))
        gn_sheet_text(s, 0, "Complex step gives no number here: what is not finite has no imaginary part.");
    else if (r->complex_run)
        gn_sheet_text(s, 0, "Complex step, which shares no derivative with the engine: g.v = %s against %s, apart by "
                      "%s.",
                      gn_calc_number(GN_NUM, r->complex_step, more), gn_calc_number(GN_NUM, r->reverse, more),
                      gn_num_digits(GN_NUM, r->complex_error, 2));
    gn_sheet_text(s, 0, "The plain plan (nothing fused, composed operations spelled out): apart by %s.",
                  gn_num_digits(GN_NUM, r->plain_error, 2));
    gn_sheet_text(s, 0, "The network's Jacobian J forwards and back: <Jv, u> = %s, <v, J'u> = %s, apart by %s.",
                  gn_calc_number(GN_NUM, r->jvu, r->digits), gn_calc_number(GN_NUM, r->vju, r->digits),
                  gn_num_digits(GN_NUM, r->adjoint_error, 2));
    if (r->narrow) say_precision(s, o, r);
}
