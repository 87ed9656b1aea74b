/* test_lens_objective.c -- objectives: values, gradients, forward mode, Hessian and Gauss-Newton products against
 * published numbers, against each other and against differences of gradients; kinks; nothing allocated once warm. */
#include "lens_help.h"
#include "rigged_context.h"

static void f4_values(void **state)
{
    (void)state;
    static const double gradient[13] = {
        -2.256891266537631, 0.7382641677151847, 2.5849038885147584, -1.0135744244619176, -1.2653074578397807,
        -0.08893492577378015, -0.2645446315217366, 0.0016926884124852104, -0.8214958015156288,
        -0.5900973740533321, -0.5255843193227328, 1.651857056753433, -0.2663664126221739
    };
    static const double product[13] = {
        -3.0863999863768434, 1.9408654096779556, -2.4817839191196387, -0.494487368168683, -0.5993188217981497,
        0.2793172381991807, 1.7621474712646552, -2.4411278375055456, -0.0845576088406971, -0.5725514180296822,
        0.10266456652563988, -0.8081376320047053, 2.5777263684294476
    };
    gn_objective *o = f4_objective(ctx);
    const double *p = gn_objective_start(o);
    double v[13], g[13], hv[13], along, value, again, bend = 0;
    assert_int_equal(gn_objective_size(o), 13);
    for (int i = 0; i < 13; i++) v[i] = (i + 1) / 13.0;
    must(ctx, gn_objective_gradient(o, p, &value, g));
    must(ctx, gn_objective_value(o, p, &again));
    must(ctx, gn_objective_forward(o, p, v, &along));
    must(ctx, gn_objective_hvp(o, p, v, hv));
    for (int i = 0; i < 13; i++) {
        assert_near(g[i], gradient[i], 1e-12);
        assert_near(hv[i], product[i], 1e-12);
        bend += v[i] * hv[i];
    }
    assert_near(value, again, 1e-15);
    assert_near(along, -0.6534391438750476, 1e-12);
    assert_near(bend, 0.10099363841563624, 1e-12);
    gn_objective_free(o);
}

static void names_and_tensors(void **state)
{
    (void)state;
    static const char *const want[] = {
        "0.weight[0,0]", "0.weight[0,1]", "0.weight[1,0]", "0.weight[1,1]", "0.weight[2,0]", "0.weight[2,1]",
        "0.bias[0]", "0.bias[1]", "0.bias[2]", "2.weight[0,0]", "2.weight[0,1]", "2.weight[0,2]", "2.bias[0]"
    };
    gn_objective *o = f4_objective(ctx);
    gn_text t;
    gn_text_init(&t, ctx);
    for (size_t i = 0; i < 13; i++) {
        gn_text_clear(&t);
        gn_objective_name(o, i, &t);
        assert_string_equal(t.at, want[i]);
    }
    assert_int_equal(gn_objective_tensors(o), 4);
    assert_int_equal(gn_objective_tensor_at(o, 2).offset, 9);
    gn_text_free(&t);
    gn_objective_free(o);
}

static void f4_gauss_newton(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    double h[169], value[13];
    for (size_t i = 0; i < 13; i++) {
        double unit[13] = { 0 };
        unit[i] = 1;
        must(ctx, gn_objective_gauss_newton(o, gn_objective_start(o), unit, h + 13 * i));
    }
    must(ctx, gn_eigen_symmetric(ctx, 13, h, value, NULL));
    assert_near(value[10], 2.000435158272866, 1e-10);
    assert_near(value[11], 4.3299083583956035, 1e-10);
    assert_near(value[12], 5.6325854385401986, 1e-10);
    for (int i = 0; i < 10; i++) assert_near(value[i], 0, 1e-12);
    gn_objective_free(o);
}

/* ---- any network ------------------------------------------------------------------------------------------------- */
typedef struct shape {
    gn_task task;
    size_t in, out;
    const char *layers, *loss, *reduction;
    bool smooth, weights;
} shape;
static const shape shapes[] = {
    { GN_REGRESSION, 3, 2, "5 tanh, 4 sigmoid", "mse", "mean", true, false },
    { GN_REGRESSION, 3, 1, "6 gelu, layernorm, 4 silu", "log_cosh", "sum", true, true },
    { GN_REGRESSION, 2, 2, "5 softplus, batchnorm, residual 5 tanh", "mse", "half-sum", true, false },
    { GN_BINARY, 4, 1, "7 mish", "auto", "mean", true, true },
    { GN_CLASSES, 4, 3, "6 tanh, 5 elu", "auto", "mean", true, false },
    { GN_CLASSES, 3, 4, "residual 6 tanh", "mse", "mean", true, false },
    { GN_CLASSES, 3, 4, "8 relu, dropout 0.5, 6 leaky_relu", "auto", "mean", false, true },
    { GN_REGRESSION, 3, 1, "", "huber", "mean", false, false },
};
enum { ROWS = 6 };

static gn_objective *random_objective(const shape *s, gn_type type)
{
    static double x[ROWS * 4], y[ROWS * 4];
    static int32_t label[ROWS];
    static float weight[ROWS] = { 1, 2, 0.5f, 1, 0, 3 };
    static float xf[ROWS * 4], yf[ROWS * 4];
    gn_net *net = make_net_as(ctx, s->task, s->in, s->out, s->layers, s->loss, s->reduction, type);
    gn_random r = gn_random_make(11, GN_STREAM_TEST, 3);
    for (size_t i = 0; i < ROWS * 4; i++) {
        x[i] = gn_random_normal(r, i), y[i] = gn_random_normal(r, 100 + i);
        xf[i] = (float)x[i], yf[i] = (float)y[i];
    }
    for (size_t i = 0; i < ROWS; i++) label[i] = (int32_t)(i % (s->task == GN_BINARY ? 2 : s->out));
    gn_dataset d = { .rows = ROWS, .inputs = s->in, .type = type == GN_F64 ? GN_EL_F64 : GN_EL_F32, .x = x,
                     .weight = s->weights ? weight : NULL };
    if (type == GN_F32) d.x = xf;
    if (s->task == GN_REGRESSION) d.y = type == GN_F64 ? (const void *)y : yf;
    else d.label = label;
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, &d, &o));
    gn_net_free(net);
    return o;
}

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void every_derivative_agrees(void **state)
{
    (void)state;
    for (size_t k = 0; k < GN_COUNT(shapes); k++) {
        gn_objective *o = random_objective(&shapes[k], GN_F64);
        size_t n = gn_objective_size(o);
        const double *p = gn_objective_start(o);
        double *room = test_calloc(8 * n, sizeof *room), *u = room, *v = u + n, *g = v + n, *hu = g + n, *hv = hu + n,
               *up = hv + n, *down = up + n, *at = down + n;
        gn_random r = gn_random_make(5, GN_STREAM_TEST, (uint32_t)k);
        double along, value, h = 1e-5;
        for (size_t i = 0; i < n; i++) u[i] = gn_random_normal(r, i), v[i] = gn_random_normal(r, n + i);
        must(ctx, gn_objective_gradient(o, p, &value, g));
        must(ctx, gn_objective_forward(o, p, v, &along));
        assert_near(along, dot(n, g, v), 1e-11 * fmax(1, fabs(along)));
        must(ctx, gn_objective_hvp(o, p, u, hu));
        must(ctx, gn_objective_hvp(o, p, v, hv));
        double uhv = dot(n, u, hv), vhu = dot(n, v, hu);
        assert_near(uhv, vhu, 1e-11 * fmax(1, fabs(uhv)));
        for (size_t i = 0; i < n; i++) at[i] = p[i] + h * v[i];
        must(ctx, gn_objective_gradient(o, at, NULL, up));
        for (size_t i = 0; i < n; i++) at[i] = p[i] - h * v[i];
        must(ctx, gn_objective_gradient(o, at, NULL, down));
        double size = sqrt(dot(n, hv, hv));
        for (size_t i = 0; i < n && shapes[k].smooth; i++)
            assert_near(hv[i], (up[i] - down[i]) / (2 * h), 1e-7 * fmax(1, size));
        test_free(room);
        gn_objective_free(o);
    }
}

/* Weights are widened, so a float network has the derivatives of the same numbers in double. */
static void float_networks_are_widened(void **state)
{
    (void)state;
    gn_objective *o = random_objective(&shapes[0], GN_F32);
    size_t n = gn_objective_size(o);
    double *g = test_calloc(2 * n, sizeof *g), *v = g + n, along;
    for (size_t i = 0; i < n; i++) v[i] = sin((double)i);
    for (size_t i = 0; i < n; i++) assert_true((double)(float)gn_objective_start(o)[i] == gn_objective_start(o)[i]);
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    must(ctx, gn_objective_forward(o, gn_objective_start(o), v, &along));
    assert_near(along, dot(n, g, v), 1e-12);
    test_free(g);
    gn_objective_free(o);
}

/* A row of weight 0 counts for nothing, and the mean weight is 1. */
static void weights_of_rows(void **state)
{
    (void)state;
    const double x[] = { 1, 2, 5 }, y[] = { 1, 3, 100 };
    const float weight[] = { 1, 3, 0 };
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "", "mse", "mean", GN_F64);
    gn_dataset d = { .rows = 3, .inputs = 1, .type = GN_EL_F64, .x = x, .y = y, .weight = weight };
    gn_objective *o;
    double value, at[2] = { 1, 0 };
    must(ctx, gn_objective_net(ctx, net, &d, &o));
    must(ctx, gn_objective_value(o, at, &value));
    assert_near(value, (1 * 0 + 3 * 1 + 0) / 4.0, 1e-14);
    gn_objective_free(o);
    gn_net_free(net);
}

static void nothing_is_allocated_once_warm(void **state)
{
    (void)state;
    gn_objective *o = f4_objective(ctx);
    const double *p = gn_objective_start(o);
    double v[13] = { 1 }, out[13], value;
    for (int round = 0; round < 2; round++) {
        long before = rig.calls;
        must(ctx, gn_objective_value(o, p, &value));
        must(ctx, gn_objective_gradient(o, p, &value, out));
        must(ctx, gn_objective_forward(o, p, v, &value));
        must(ctx, gn_objective_hvp(o, p, v, out));
        must(ctx, gn_objective_gauss_newton(o, p, v, out));
        if (round) assert_int_equal(rig.calls, before);
    }
    gn_objective_free(o);
}

/* ---- expressions ------------------------------------------------------------------------------------------------- */
static void expressions(void **state)
{
    (void)state;
    const char *names[] = { "x", "y" };
    const double at[] = { 1, 1 }, corner[] = { 0, 0 };
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "x^2 + 4*y^2", names, 2, at);
    double g[2], h[4], value;
    must(ctx, gn_objective_gradient(o, at, &value, g));
    must(ctx, gn_objective_hessian(o, at, h));
    assert_true(value == 5 && g[0] == 2 && g[1] == 8);
    assert_true(h[0] == 2 && h[1] == 0 && h[2] == 0 && h[3] == 8);
    must(ctx, gn_objective_hessian(o, corner, h));      /* powers at 0 have their derivatives */
    assert_true(h[0] == 2 && h[3] == 8);
    assert_int_equal(gn_objective_gauss_newton(o, at, at, g), GN_USAGE);
    gn_objective_free(o);
    o = formula_objective(&arena, "0.5*(x*y - 1)^2", names, 2, at);
    const double there[] = { 3, 0.5 };
    must(ctx, gn_objective_hessian(o, there, h));
    assert_near(h[0], 0.25, 1e-14);
    assert_near(h[1], 2, 1e-14);
    assert_near(h[3], 9, 1e-14);
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* sign is no operation of the tables, and is spelled; its slope is 0. */
static void functions_of_expressions_alone(void **state)
{
    (void)state;
    const char *names[] = { "x" };
    const double at[] = { -3 };
    double h[1], g[1], value;
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "sign(x)*x^2", names, 1, at);
    must(ctx, gn_objective_gradient(o, at, &value, g));
    must(ctx, gn_objective_hessian(o, at, h));
    assert_true(value == -9 && g[0] == 6 && h[0] == -2);
    gn_objective_free(o);
    const gn_formula *f;
    must(ctx, gn_formula_parse(&arena, "powt(x)", 7, &f));
    assert_int_equal(gn_objective_formula(ctx, f, names, 1, at, &o), GN_USAGE);
    assert_null(o);
    gn_arena_free(&arena);
}

/* Rosenbrock by hand: H = [[1200x^2 - 400y + 2, -400x], [-400x, 200]]. */
static void rosenbrock(void **state)
{
    (void)state;
    const char *names[] = { "x", "y" };
    const double at[] = { -1.2, 1 };
    double h[4];
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "(1 - x)^2 + 100*(y - x^2)^2", names, 2, at);
    must(ctx, gn_objective_hessian(o, at, h));
    assert_near(h[0], 1330, 1e-9);
    assert_near(h[1], 480, 1e-9);
    assert_near(h[3], 200, 1e-9);
    gn_objective_free(o);
    gn_arena_free(&arena);
}

/* ---- kinks ------------------------------------------------------------------------------------------------------- */
static void kinks_of_expressions(void **state)
{
    (void)state;
    const char *names[] = { "x", "y" };
    const double at[] = { 0, 2 };
    gn_arena arena;
    signed char pattern[8];
    size_t count;
    gn_arena_init(&arena, ctx);
    gn_objective *o = formula_objective(&arena, "relu(x) + abs(y - 3) + max(x, y) + tanh(x) + hard_tanh(y)", names, 2,
                                        at);
    must(ctx, gn_objective_kinks(o, at, NULL, &count));
    assert_int_equal(count, 4);
    must(ctx, gn_objective_kinks(o, at, pattern, &count));
    int sum = 0, zeros = 0;
    for (size_t i = 0; i < count; i++) sum += pattern[i], zeros += pattern[i] == 0;
    assert_int_equal(zeros, 1);     /* x is exactly at relu's */
    assert_int_equal(sum, -1);      /* y below 3, x below y, y above 1 */
    gn_objective_free(o);
    gn_arena_free(&arena);
}

static void kinks_of_networks(void **state)
{
    (void)state;
    const double x[] = { 1, -1 }, y[] = { 0, 0 }, at[] = { 1, -1, 0, 0, 1, 1, 0 };
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 1, 1, "2 relu", "mse", "mean", GN_F64);
    gn_dataset d = { .rows = 2, .inputs = 1, .type = GN_EL_F64, .x = x, .y = y };
    gn_objective *o;
    signed char pattern[4];
    size_t count;
    gn_text t;
    must(ctx, gn_objective_net(ctx, net, &d, &o));
    must(ctx, gn_objective_kinks(o, at, NULL, &count));
    assert_int_equal(count, 4);
    must(ctx, gn_objective_kinks(o, at, pattern, &count));
    assert_true(pattern[0] == 1 && pattern[1] == -1 && pattern[2] == -1 && pattern[3] == 1);
    gn_text_init(&t, ctx);
    gn_objective_kink_name(o, 3, &t);
    assert_string_equal(t.at, "layer 1, unit 1, row 1");
    gn_text_free(&t);
    gn_objective_free(o);
    gn_net_free(net);
}

/* Which rows of the table have a kink: those whose slope jumps. */
static void kinked_rows(void **state)
{
    (void)state;
    static const char *const kinked[] = { "abs", "relu", "leaky_relu", "selu", "hard_sigmoid", "hard_tanh" };
    static const char *const smooth[] = {
        "tanh", "sigmoid", "softplus", "gelu", "silu", "mish", "elu", "huber", "softsign", "log_cosh",
        "square", "exp", "sin"
    };
    const char *names[] = { "x" };
    const double at[] = { 0.3 };
    for (size_t i = 0; i < GN_COUNT(kinked) + GN_COUNT(smooth); i++) {
        bool bent = i < GN_COUNT(kinked);
        char text[64];
        size_t count;
        gn_arena arena;
        snprintf(text, sizeof text, "%s(x)", bent ? kinked[i] : smooth[i - GN_COUNT(kinked)]);
        gn_arena_init(&arena, ctx);
        gn_objective *o = formula_objective(&arena, text, names, 1, at);
        must(ctx, gn_objective_kinks(o, at, NULL, &count));
        if (count != bent) fail_msg("%s has %zu kinks", text, count);
        gn_objective_free(o);
        gn_arena_free(&arena);
    }
}

static void refusals(void **state)
{
    (void)state;
    const double x[] = { 1, 2 };
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "", "mse", "mean", GN_F64);
    gn_dataset d = { .rows = 1, .inputs = 2, .type = GN_EL_F64, .x = x };
    gn_objective *o;
    assert_int_equal(gn_objective_net(ctx, net, &d, &o), GN_BAD_DATA);  /* no targets */
    assert_null(o);
    d.inputs = 1;
    assert_true(gn_objective_net(ctx, net, &d, &o) != GN_OK);
    gn_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f4_values),
        cmocka_unit_test(names_and_tensors),
        cmocka_unit_test(f4_gauss_newton),
        cmocka_unit_test(every_derivative_agrees),
        cmocka_unit_test(float_networks_are_widened),
        cmocka_unit_test(weights_of_rows),
        cmocka_unit_test(nothing_is_allocated_once_warm),
        cmocka_unit_test(expressions),
        cmocka_unit_test(functions_of_expressions_alone),
        cmocka_unit_test(rosenbrock),
        cmocka_unit_test(kinks_of_expressions),
        cmocka_unit_test(kinks_of_networks),
        cmocka_unit_test(kinked_rows),
        cmocka_unit_test(refusals),
    };
    return run_rigged(tests);
}
