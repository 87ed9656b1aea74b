/* test_nn_loss.c -- every loss and reduction against values by hand, its gradient against differences, and its safety
 * at extremes. */
#include "nn_help.h"

typedef struct gn_loss_case {
    gn_task task;
    const char *loss, *reduction;
    size_t rows, outputs;
    const double *z, *t, *w;
} gn_loss_case;

/* The loss of a network's output z, and its gradient in z, as the library computes them. */
static double loss_of(const gn_loss_case *c, double *gradient)
{
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, c->task, 2, c->outputs, "", c->loss, c->reduction, GN_F64);
    gn_graph *g;
    must(ctx, gn_graph_new(ctx, &g));
    gn_node z = gn_input(g, "z", gn_shape_make(2, c->rows, c->outputs)),
            t = gn_input(g, "t", gn_shape_make(2, c->rows, c->outputs));
    gn_node w = c->w ? gn_input(g, "w", gn_shape_make(1, c->rows)) : 0, out[2];
    must(ctx, gn_net_loss(g, net, z, t, w, &out[0]));
    must(ctx, gn_grad(g, out[0], 1, &z, &out[1]));
    gn_plan *p;
    must(ctx, gn_plan_new(g, out, 2, (gn_plan_options){ .type = GN_F64 }, &p));
    double zt[2][16];
    memcpy(zt[0], c->z, c->rows * c->outputs * sizeof(double));
    memcpy(zt[1], c->t, c->rows * c->outputs * sizeof(double));
    must(ctx, gn_plan_bind(p, z, zt[0]));
    must(ctx, gn_plan_bind(p, t, zt[1]));
    double ww[16];
    if (w) memcpy(ww, c->w, c->rows * sizeof(double));
    if (w) must(ctx, gn_plan_bind(p, w, ww));
    must(ctx, gn_plan_run(ctx, p, 0));
    double loss = *(const double *)gn_plan_value(p, out[0]);
    if (gradient) memcpy(gradient, gn_plan_value(p, out[1]), c->rows * c->outputs * sizeof(double));
    gn_plan_free(p);
    gn_graph_free(g);
    gn_net_free(net);
    gn_context_free(ctx);
    return loss;
}

static void near_to(double got, double want)
{
    if (!(fabs(got - want) <= 1e-12 * (1 + fabs(want)))) fail_msg("%.17g is not %.17g", got, want);
}

static void mae_and_mse_with_derivatives(void **state)
{
    (void)state;
    static const double z[] = { 1, 2, 3 }, t[] = { 1.5, 1.5, 5 };
    double d[3];
    gn_loss_case c = { GN_REGRESSION, "mae", "mean", 3, 1, z, t, NULL };
    near_to(loss_of(&c, d), 1);
    for (int i = 0; i < 3; i++) near_to(d[i], (i == 1 ? 1 : -1) / 3.0);
    c.loss = "mse";
    near_to(loss_of(&c, d), 1.5);
    near_to(d[0], -1 / 3.0);
    near_to(d[1], 1 / 3.0);
    near_to(d[2], -4 / 3.0);
    c.rows = 1;     /* the mean is over the outputs as well */
    c.outputs = 3;
    near_to(loss_of(&c, d), 1.5);
    near_to(d[2], -4 / 3.0);
}

static void reductions(void **state)
{
    (void)state;
    static const double z[] = { 1, 2, 3, 0, -1, 4 }, t[] = { 0, 0, 1, 1, 1, 1 };     /* squares 1 4 4 1 4 9: 23 */
    gn_loss_case c = { GN_REGRESSION, "mse", "sum", 3, 2, z, t, NULL };
    double d[6];
    near_to(loss_of(&c, d), 23);
    near_to(d[5], 6);
    c.reduction = "half-sum";
    near_to(loss_of(&c, d), 11.5);
    near_to(d[5], 3);
    c.reduction = "mean";
    near_to(loss_of(&c, d), 23 / 6.0);
    near_to(d[5], 1);
    static const double w[] = { 0.5, 0.5, 2 };                              /* 5/2 + 5/2 + 26 */
    c.w = w;
    near_to(loss_of(&c, d), 31 / 6.0);
    near_to(d[5], 2);
}

static void smooth_absolute_errors(void **state)
{
    (void)state;
    static const double z[] = { 0.5, 3, -4 }, t[] = { 0, 0, 0 };
    gn_loss_case c = { GN_REGRESSION, "huber", "sum", 3, 1, z, t, NULL };
    double d[3];
    near_to(loss_of(&c, d), 0.125 + 2.5 + 3.5);
    near_to(d[0], 0.5);
    near_to(d[1], 1);
    near_to(d[2], -1);
    c.loss = "log_cosh";
    near_to(loss_of(&c, d), log(cosh(0.5)) + log(cosh(3)) + log(cosh(4)));
    near_to(d[1], tanh(3));
}

static double log_sum(const double *z, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) s += exp(z[i]);
    return log(s);
}

static void cross_entropies(void **state)
{
    (void)state;
    static const double z[] = { 1, -2, 0.5, 0, 3, -1 }, hot[] = { 0, 0, 1, 1, 0, 0 },
                        soft[] = { 0.2, 0.3, 0.5, 0, 0.9, 0.1 };
    gn_loss_case c = { GN_CLASSES, "cross_entropy", "mean", 2, 3, z, hot, NULL };
    double d[6], want = (log_sum(z, 3) - 0.5 + log_sum(z + 3, 3) - 0) / 2;
    near_to(loss_of(&c, d), want);
    near_to(d[0], exp(1 - log_sum(z, 3)) / 2);
    near_to(d[2], (exp(0.5 - log_sum(z, 3)) - 1) / 2);
    c.t = soft;
    near_to(loss_of(&c, d), (log_sum(z, 3) - (0.2 - 0.6 + 0.25) + log_sum(z + 3, 3) - (2.7 - 0.1)) / 2);
    c.task = GN_BINARY;
    c.loss = "bce";
    c.rows = 6;
    c.outputs = 1;
    c.t = hot;
    want = 0;
    for (int i = 0; i < 6; i++) want += log1p(exp(-z[i])) + (1 - hot[i]) * z[i];
    near_to(loss_of(&c, d), want / 6);
    near_to(d[2], (1 / (1 + exp(-0.5)) - 1) / 6);
}

static void extremes_stay_finite_and_true(void **state)
{
    (void)state;
    static const double z[] = { 1e4, -1e4, 0 }, t[] = { 0, 1, 0 };
    gn_loss_case c = { GN_CLASSES, "cross_entropy", "mean", 1, 3, z, t, NULL };
    double d[3];
    near_to(loss_of(&c, d), 2e4);
    near_to(d[0], 1);
    near_to(d[1], -1);
    c = (gn_loss_case){ GN_BINARY, "bce", "sum", 3, 1, z, t, NULL };
    near_to(loss_of(&c, d), 2e4 + log(2));
    near_to(d[0], 1);
    near_to(d[1], -1);
}

/* For classes, a loss of values compares probabilities. */
static void values_for_classes(void **state)
{
    (void)state;
    static const double z[] = { 1, -2, 0.5 }, t[] = { 0, 0, 1 };
    gn_loss_case c = { GN_CLASSES, "mse", "sum", 1, 3, z, t, NULL };
    double want = 0;
    for (int i = 0; i < 3; i++) want += pow(exp(z[i] - log_sum(z, 3)) - t[i], 2);
    near_to(loss_of(&c, NULL), want);
    c = (gn_loss_case){ GN_BINARY, "mae", "mean", 3, 1, z, t, NULL };
    near_to(loss_of(&c, NULL), (1 / (1 + exp(-1)) + 1 / (1 + exp(2)) + 1 - 1 / (1 + exp(-0.5))) / 3);
}

static void every_gradient_meets_differences(void **state)
{
    (void)state;
    static const double t_values[] = { 0.3, -1, 2, 0.7, 1, 0 }, t_classes[] = { 0, 1, 0, 0.5, 0.25, 0.25 },
                        t_binary[] = { 0, 1, 1, 0, 0.5, 1 };
    static const double w[] = { 0.5, 1.5, 1, 1, 0, 2 };
    for (int i = 0; i < GN_LOSS_COUNT; i++) {
        gn_link link = gn_loss_table()[i].link;
        double z[] = { 0.4, -1.3, 0.2, 2.5, -0.6, 1.1 }, d[6];
        gn_loss_case c = { link == GN_LINK_IDENTITY  ? GN_REGRESSION
                           : link == GN_LINK_SIGMOID ? GN_BINARY
                                                     : GN_CLASSES,
                           gn_loss_table()[i].name,
                           "mean",
                           link == GN_LINK_SIGMOID ? 6 : 2,
                           link == GN_LINK_SIGMOID ? 1 : 3,
                           z,
                           link == GN_LINK_IDENTITY  ? t_values
                           : link == GN_LINK_SIGMOID ? t_binary
                                                     : t_classes,
                           w };
        loss_of(&c, d);
        for (int k = 0; k < 6; k++) {
            double keep = z[k], h = 1e-6;
            z[k] = keep + h;
            double up = loss_of(&c, NULL);
            z[k] = keep - h;
            double down = loss_of(&c, NULL);
            z[k] = keep;
            if (!(fabs((up - down) / (2 * h) - d[k]) < 1e-8))
                fail_msg("%s %d: %.12g, not %.12g", c.loss, k, d[k], (up - down) / (2 * h));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mae_and_mse_with_derivatives),    cmocka_unit_test(reductions),
        cmocka_unit_test(smooth_absolute_errors),          cmocka_unit_test(cross_entropies),
        cmocka_unit_test(extremes_stay_finite_and_true),   cmocka_unit_test(values_for_classes),
        cmocka_unit_test(every_gradient_meets_differences)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
