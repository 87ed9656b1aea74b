/* bench_curvature.c -- the price of a Hessian-vector product in gradients, and of the largest eigenvalue. One thread, float64, 1,000 rows.
 * Beside the product in use (tangents of the gradients) stand the two other ways to make it from the same graph. Prints JSON lines. */
#include <stdlib.h>
#include "bench_help.h"
#include "lens/objective.h"
#include "lens/spectrum.h"
#include "nn/clock.h"
#include "nn/net.h"

enum { ROWS = 1000, INPUTS = 784, OUTPUTS = 10, TENSORS = 4, ROUNDS = 40 };

static gn_status product(void *of, const double *v, double *hv) { return gn_objective_hvp(of, gn_objective_start(of), v, hv); }

static const shape subject = {"784-128-10@1000", "128 relu", INPUTS, OUTPUTS, ROWS, ROUNDS};

static gn_dataset data(void)
{
    static float x[ROWS * INPUTS];
    static int32_t label[ROWS];
    bench_rows(&subject, ROWS, x, label);
    return (gn_dataset){.rows = ROWS, .inputs = INPUTS, .type = GN_EL_F32, .x = x, .label = label};
}

/* The product as the gradient of g'v, where g'v is made in reverse (false) or forward (true). */
static gn_plan *other_way(gn_context *ctx, gn_net *net, bool forward, double *room)
{
    gn_graph *g;
    gn_plan *plan = NULL;
    gn_node p[TENSORS], v[TENSORS], grad[TENSORS], hv[TENSORS], z, loss, along = 0;
    if (gn_graph_new(ctx, &g)) return NULL;
    gn_node x = gn_input(g, "x", gn_shape_make(2, (size_t)ROWS, (size_t)INPUTS)), t = gn_input(g, "t", gn_shape_make(2, (size_t)ROWS, (size_t)OUTPUTS));
    gn_status s = gn_net_build(g, net, x, false, p, &z);
    if (!s) s = gn_net_loss(g, net, z, t, 0, &loss);
    for (int i = 0; i < TENSORS; i++) v[i] = gn_input(g, NULL, gn_node_get(g, p[i]).shape);
    if (!s && forward) s = gn_jvp(g, loss, TENSORS, p, v, &along);
    else if (!s && !(s = gn_grad(g, loss, TENSORS, p, grad)))
        for (int i = 0; i < TENSORS; i++) {
            gn_node part = gn_contract(g, gn_node_get(g, p[i]).shape.rank == 2 ? GN_C_dot2 : GN_C_dot, grad[i], v[i]);
            along = along ? gn_pw2(g, GN_P_add, along, part) : part;
        }
    if (!s) s = gn_grad(g, along, TENSORS, p, hv);
    if (!s) s = gn_plan_new(g, hv, TENSORS, (gn_plan_options){.type = GN_F64}, &plan);
    gn_plan_bind(plan, x, room);
    gn_plan_bind(plan, t, room + ROWS * INPUTS);
    for (int i = 0; i < TENSORS; i++) {
        gn_plan_bind(plan, p[i], gn_at(GN_F64, gn_net_block(net), gn_net_tensor(net, (size_t)i).offset));
        gn_plan_bind(plan, v[i], gn_at(GN_F64, gn_net_block(net), gn_net_tensor(net, (size_t)i).offset));
    }
    gn_graph_free(g);
    return s ? NULL : plan;
}

static double time_plan(gn_context *ctx, gn_plan *plan)
{
    double best = 1e9;
    for (int i = 0; plan && i < ROUNDS; i++) {
        double start = gn_seconds();
        if (gn_plan_run(ctx, plan, 0)) return -1;
        if (gn_seconds() - start < best) best = gn_seconds() - start;
    }
    return plan ? best : -1;
}

int main(void)
{
    gn_context *ctx;
    gn_net *net, *wide;
    gn_objective *o;
    gn_lanczos out;
    gn_dataset d = data();
    if (bench_context(&ctx) || bench_net(ctx, &subject, GN_F32, &net) || bench_net(ctx, &subject, GN_F64, &wide)) return 1;
    if (gn_objective_net(ctx, net, &d, &o)) return 1;
    size_t n = gn_objective_size(o);
    double *v = calloc(2 * n, sizeof *v), *hv = v + n, *room = calloc(ROWS * (INPUTS + OUTPUTS), sizeof *room), gradient = 1e9, hvp = 1e9, value;
    for (size_t i = 0; i < n; i++) v[i] = (double)(i % 7) - 3;
    for (size_t i = 0; i < ROWS * (INPUTS + OUTPUTS); i++) room[i] = (double)(i % 11) / 11;
    for (int i = 0; i < ROUNDS; i++) {
        double a = gn_seconds();
        if (gn_objective_gradient(o, gn_objective_start(o), &value, hv)) return 1;
        double b = gn_seconds();
        if (product(o, v, hv)) return 1;
        double c = gn_seconds();
        if (b - a < gradient) gradient = b - a;
        if (c - b < hvp) hvp = c - b;
    }
    gn_plan *reverse = other_way(ctx, wide, false, room), *mixed = other_way(ctx, wide, true, room);
    printf("{\"net\": \"%s\", \"gradient_ms\": %.3f, \"hvp_ms\": %.3f, \"gradients\": %.2f, \"reverse_over_reverse_ms\": %.3f, "
           "\"reverse_over_forward_ms\": %.3f}\n",
           subject.name, 1e3 * gradient, 1e3 * hvp, hvp / gradient, 1e3 * time_plan(ctx, reverse), 1e3 * time_plan(ctx, mixed));
    double start = gn_seconds();
    const gn_lanczos_options how = {.tolerance = 1e-3, .seed = 1};
    if (gn_lanczos_run(ctx, n, product, o, &how, 1, NULL, &out)) return 1;
    printf("{\"largest\": %.6g, \"residual\": %.2g, \"products\": %zu, \"seconds\": %.3f}\n", out.largest[0].value, out.largest[0].residual, out.steps,
           gn_seconds() - start);
    gn_plan_free(reverse);
    gn_plan_free(mixed);
    gn_objective_free(o);
    gn_net_free(net);
    gn_net_free(wide);
    free(v);
    free(room);
    gn_context_free(ctx);
    return 0;
}
