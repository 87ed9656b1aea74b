/* test_lens_form.c -- what is claimed of a loss everywhere: the degree that is proved from its operations, the kinks
 * among them, and eigenvalues under an optimiser whose preconditioner knows nothing of a parameter. */
#include "lens_help.h"
#include "one_context.h"

#include "lens/stability.h"

/* ---- expressions ------------------------------------------------------------------------------------------------- */
enum { MORE = GN_DEGREE_MORE };
static const char *const names[] = { "x", "y" };
static const double at[] = { 0.7, -0.4 };

static void degrees_of_expressions(void **state)
{
    (void)state;
    static const struct { const char *text; int degree; bool pieces; } row[] = {
        { "0*x + 0*y + 3", 1, false },  /* no term is dropped: a bound, never too low */
        { "x + y", 1, false },
        { "x/3 + pi*y", 1, false },
        { "x^2 + 4*y^2", 2, false },
        { "square(x) - x*y", 2, false },
        { "pow(x, 2) + pow(y, 1)", 2, false },
        { "(x - 1)^3 - x^3 + y", 2, false },
        { "x*y*(x + y) - x^2*y - x*y^2 + y^2", 2, false },
        { "exp(1)*x^2 + y/sqrt(2)", 2, false },
        { "x^3 + y", MORE, false },
        { "x^2*y", MORE, false },
        { "x^2 + y^0.5", MORE, false },
        { "2^x + y", MORE, false },
        { "x/y", MORE, false },
        { "x^(-1) + y", MORE, false },
        { "exp(x) + y^2", MORE, false },
        { "sin(x)^2 + cos(y)^2", MORE, false },
        { "abs(x) + y", 1, true },
        { "abs(x - 1) + y^2", 2, true },
        { "where(x > 0, x^2, 0*x) + y", 2, true },
        { "where(2 > 1, x^2, y)", 2, false },
        { "relu(x) + y", 1, true },
        { "relu(x)*relu(y)", 2, true },
        { "leaky_relu(x, 0.2)*y", 2, true },
        { "max(x, y)^2", 2, true },
        { "min(x, 3) + 0*y", 1, true },
        { "sign(x)*y", 1, true },
        { "relu(x)^2*y", MORE, true },
        { "x^2 + y^2 + 0*max(x, y)", 2, true },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_arena arena;
        gn_objective_form f;
        gn_arena_init(&arena, ctx);
        gn_objective *o = formula_objective(&arena, row[i].text, names, 2, at);
        must(ctx, gn_objective_form_of(o, &f));
        if (f.degree != row[i].degree || f.pieces != row[i].pieces)
            fail_msg("%s: degree %d%s", row[i].text, f.degree, f.pieces ? " in pieces" : "");
        gn_objective_free(o);
        gn_arena_free(&arena);
    }
}

/* No operation of the table that is not a polynomial is taken for one, and none with a kink for smooth: the second
 * differences at distant places say so. */
static void no_row_is_taken_for_less(void **state)
{
    (void)state;
    for (int op = 0; op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        char text[80];
        gn_arena arena;
        gn_objective_form f;
        if (row->arity != 1) continue;
        snprintf(text, sizeof text, "%s(x)", row->name);
        gn_arena_init(&arena, ctx);
        gn_objective *o = formula_objective(&arena, text, names, 1, at);
        must(ctx, gn_objective_form_of(o, &f));
        for (double x = -4; x <= 4 && f.degree <= 2 && !f.pieces; x += 0.25) {
            double here[4], third;
            for (int k = 0; k < 4; k++) {
                double p = x + 0.5 * k;
                must(ctx, gn_objective_value(o, &p, &here[k]));
            }
            third = here[3] - 3 * here[2] + 3 * here[1] - here[0];
            if (!(fabs(third) < 1e-12)) fail_msg("%s is said to be of degree %d", text, f.degree);
        }
        gn_objective_free(o);
        gn_arena_free(&arena);
    }
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */
static gn_objective *net_objective(const char *layers, const char *loss, gn_task task)
{
    static const double x[] = { 1, 2, -1, 0.5, 3, -2, 0, 1 }, y[] = { 1, -1, 0.5, 2 };
    static const int32_t label[] = { 0, 1, 1, 0 };
    const gn_dataset d = { .rows = 4, .inputs = 2, .type = GN_EL_F64, .x = x, .y = task == GN_REGRESSION ? y : NULL,
                           .label = task == GN_CLASSES ? label : NULL };
    gn_net *net = make_net_as(ctx, task, 2, task == GN_REGRESSION ? 1 : 2, layers, loss, "mean", GN_F64);
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, &d, &o));
    gn_net_free(net);
    return o;
}

static void degrees_of_networks(void **state)
{
    (void)state;
    static const struct { const char *layers, *loss; gn_task task; int degree; bool pieces; } row[] = {
        { "", "mse", GN_REGRESSION, 2, false },
        { "", "mae", GN_REGRESSION, 1, true },
        { "", "huber", GN_REGRESSION, 2, true },
        { "", "log_cosh", GN_REGRESSION, MORE, true },
        { "", "auto", GN_CLASSES, MORE, false },
        { "3 identity", "mse", GN_REGRESSION, MORE, false },    /* a product of weights */
        { "3 relu", "mse", GN_REGRESSION, MORE, true },
        { "3 relu", "mae", GN_REGRESSION, 2, true },            /* bilinear in each region */
        { "3 tanh", "mse", GN_REGRESSION, MORE, false },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_objective_form f;
        gn_objective *o = net_objective(row[i].layers, row[i].loss, row[i].task);
        must(ctx, gn_objective_form_of(o, &f));
        if (f.degree != row[i].degree || (row[i].degree <= 2 && f.pieces != row[i].pieces))
            fail_msg("%s with %s: degree %d%s", row[i].layers, row[i].loss, f.degree, f.pieces ? " in pieces" : "");
        gn_objective_free(o);
    }
}

/* In what the network puts out: whatever the layers are, mae is linear in pieces. */
static void degrees_of_losses(void **state)
{
    (void)state;
    static const struct { const char *layers, *loss; gn_task task; int degree; } row[] = {
        { "", "mse", GN_REGRESSION, 2 },    { "", "mae", GN_REGRESSION, 1 },
        { "3 relu", "mae", GN_REGRESSION, 1 }, { "3 tanh", "mae", GN_REGRESSION, 1 },
        { "3 tanh", "mse", GN_REGRESSION, 2 }, { "3 relu", "huber", GN_REGRESSION, 2 },
        { "", "auto", GN_CLASSES, MORE },   { "3 relu", "mae", GN_CLASSES, MORE },     /* of probabilities */
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_objective_form f;
        gn_objective *o = net_objective(row[i].layers, row[i].loss, row[i].task);
        must(ctx, gn_objective_loss_form(o, &f));
        if (f.degree != row[i].degree) fail_msg("%s with %s: degree %d", row[i].layers, row[i].loss, f.degree);
        gn_objective_free(o);
    }
}

/* ---- the preconditioner ------------------------------------------------------------------------------------------ */
/* y does not move the loss and stands at 0: its P is eps. Its decay is not counted, so lambda is that of x alone. */
static void decay_of_what_has_no_slope(void **state)
{
    (void)state;
    static const double here[] = { 1, 0 };
    for (int op = 0; op < GN_OPT_COUNT; op++) {
        const gn_optimizer_row *row = &gn_optimizer_table()[op];
        if (gn_preconditioner_slot((gn_optimizer)op) < 0) continue;
        double lambda[2];
        for (int decay = 0; decay < 2; decay++) {
            gn_arena arena;
            gn_stability_ask ask;
            gn_stability s;
            gn_arena_init(&arena, ctx);
            gn_objective *o = formula_objective(&arena, "x^2 + 0*y", names, 2, here);
            gn_stability_defaults(&ask);
            ask.op = (gn_optimizer)op;
            defaults_of((gn_optimizer)op, ask.hyper);
            ask.hyper[row->parameters + 1] = decay ? 1e-3 : 0;
            must(ctx, gn_stability_of(ctx, o, &ask, &s));
            lambda[decay] = s.lambda;
            assert_int_equal(s.stills, 1);
            assert_near(s.found.largest[0].value, 2, 1e-12);
            assert_near(s.found_loss, 1, 0);
            assert_near(s.found_slope, 2, 0);
            gn_stability_free(&s);
            gn_objective_free(o);
            gn_arena_free(&arena);
        }
        if (fabs(lambda[1] - lambda[0]) > 1e-2 * lambda[0])
            fail_msg("%s: %g with decay, %g without", row->name, lambda[1], lambda[0]);
    }
}

/* ---- agreement --------------------------------------------------------------------------------------------------- */
static void every_row_is_compared(void **state)
{
    (void)state;
    static const struct { const char *text; double x; bool agrees, on_kink; } row[] = {
        { "abs(x)", 0, false, true }, { "abs(x - 1) + x^2", 0, true, false }, { "x^2", 1, true, false },
        { "relu(x)", 1, false, false }, { "x^4", 1, false, false }, { "where(x < 0, x^2, x^2)", 0, true, false },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_arena arena;
        gn_stability_ask ask;
        gn_stability s;
        gn_arena_init(&arena, ctx);
        gn_objective *o = formula_objective(&arena, row[i].text, names, 1, &row[i].x);
        gn_stability_defaults(&ask);
        must(ctx, gn_stability_of(ctx, o, &ask, &s));
        if ((s.farthest_by <= GN_STABILITY_AGREES) != row[i].agrees || s.on_kink != row[i].on_kink)
            fail_msg("%s: off by %g at %zu", row[i].text, s.farthest_by, s.farthest);
        gn_stability_free(&s);
        gn_objective_free(o);
        gn_arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_of_expressions),
        cmocka_unit_test(no_row_is_taken_for_less),
        cmocka_unit_test(degrees_of_networks),
        cmocka_unit_test(degrees_of_losses),
        cmocka_unit_test(decay_of_what_has_no_slope),
        cmocka_unit_test(every_row_is_compared),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
