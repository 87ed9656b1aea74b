/* test_lens_explain_law.c -- law 13 on nets drawn at random: every equation of an explanation is read again and gives
 * the printed number, for every kind of layer, activation, loss, reduction, task, optimiser, batch and precision; the
 * gradients agree with central differences; every format is written, and text fits 80 columns. */
#include "test_lens_explain.h"
#include "nn/net.h"
#include "lens/show.h"

enum { TRIALS = 400, ROWS = 5 };

static uint32_t draw(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(*state >> 8) * n) >> 24);
}

static double real(uint32_t *state) { return (double)draw(state, 2001) / 1000 - 1; }

static const char *const acts[] = { "relu", "tanh", "sigmoid", "leaky_relu", "leaky_relu(alpha=0.2)", "elu", "selu",
                                   "softplus",
                                    "softsign", "silu", "gelu", "gelu_tanh", "mish", "hard_sigmoid", "hard_tanh",
                                    "identity" };

/* "4 tanh, layernorm, residual 4 relu, ..." */
static void draw_layers(uint32_t *state, char *text, size_t room)
{
    size_t n = draw(state, 4), at = 0;
    text[0] = 0;
    for (size_t i = 0; i < n; i++) {
        const char *act = acts[draw(state, GN_COUNT(acts))], *comma = at ? ", " : "";
        int width = 1 + (int)draw(state, 5);
        switch (draw(state, 8)) {
        case 0: at += (size_t)snprintf(text + at, room - at, "%slayernorm", comma); break;
        case 1: at += (size_t)snprintf(text + at, room - at, "%sbatchnorm", comma); break;
        case 2: at += (size_t)snprintf(text + at, room - at, "%sdropout 0.25", comma); break;
        case 3: at += (size_t)snprintf(text + at, room - at, "%sresidual %d %s", comma, width, act); break;
        case 4: at += (size_t)snprintf(text + at, room - at, "%s%s", comma, act); break;
        default: at += (size_t)snprintf(text + at, room - at, "%s%d %s", comma, width, act); break;
        }
    }
}

typedef struct drawn {
    gn_net_spec spec;
    char layers[256];
    double x[ROWS * 4], y[ROWS * 3];
    int32_t label[ROWS];
    gn_dataset data;
    size_t rows;
} drawn;

static const char *loss_of_task(uint32_t *state, gn_task task)
{
    static const char *const any[] = { "mse", "mae", "huber", "log_cosh" };
    uint32_t k = draw(state, 5);
    return k < 4 && (task == GN_REGRESSION || draw(state, 3) == 0) ? any[k] : "auto";
}

static void draw_all(uint32_t *state, gn_type type, drawn *d)
{
    static const char *const reductions[] = { "mean", "sum", "half-sum" };
    gn_task task = (gn_task)draw(state, 3);
    size_t in = 1 + draw(state, 4), out = task == GN_BINARY ? 1 : task == GN_CLASSES ? 2 + draw(state,
                                                                                                2) : 1 + draw(state, 3);
    draw_layers(state, d->layers, sizeof d->layers);
    for (size_t i = 0; i < ROWS * 4; i++) d->x[i] = 3 * real(state);
    for (size_t i = 0; i < ROWS * 3; i++) d->y[i] = real(state);
    for (size_t i = 0; i < ROWS; i++) d->label[i] = (int32_t)draw(state, (uint32_t)(task == GN_BINARY ? 2 : out));
    d->data = (gn_dataset){ .rows = ROWS, .inputs = in, .type = GN_EL_F64, .x = d->x };
    if (task == GN_REGRESSION) d->data.y = d->y;
    else d->data.label = d->label;
    d->rows = 1 + draw(state, ROWS);
    d->spec = (gn_net_spec){ .inputs = in, .outputs = out, .task = task, .layers = d->layers,
                            .loss = loss_of_task(state, task),
                             .reduction = reductions[draw(state, 3)], .init = "auto", .type = type, 
                             .seed = draw(state, 1000) };
}

static gn_net *make_drawn(gn_context *ctx, uint32_t *state, const drawn *d, bool *large)
{
    gn_net *net;
    must(ctx, gn_net_new(ctx, &d->spec, &net));
    *large = draw(state, 6) == 0;
    double size = *large ? 20 : 0.7;
    for (size_t t = 0; t < net->tensors; t++)
        for (size_t k = 0; k < net->tensor[t].size; k++) {
            double v = size * real(state);
            put_weight(net, t, k, strstr(net->tensor[t].name, "var") ? fabs(v) + 0.3 : v);
        }
    if (draw(state, 2)) {
        double shift[4], factor[4];
        for (int j = 0; j < 4; j++) shift[j] = real(state), factor[j] = real(state) + 1.5;
        must(ctx, gn_net_set_transform(ctx, net, shift, factor, d->spec.task == GN_REGRESSION ? shift : NULL,
                                       d->spec.task == GN_REGRESSION ? factor : NULL));
    }
    return net;
}

static void fits(gn_context *ctx, const gn_sheet *s)
{
    for (int f = 0; f < GN_FORMAT_COUNT; f++) {
        gn_render how;
        gn_text t;
        gn_render_defaults(&how);
        how.format = (gn_format)f;
        how.depth = 5;
        gn_text_init(&t, ctx);
        must(ctx, gn_sheet_render(s, &how, &t));
        assert_true(t.length > 200);
        for (const char *at = t.at; f == GN_FORMAT_TEXT && *at; at += strcspn(at, "\n") + 1) {
            size_t n = strcspn(at, "\n");
            if (gn_show_width(at, n) > 80) fail_msg("wider than 80 columns: %.*s", (int)n, at);
        }
        gn_text_free(&t);
    }
}

static void one_trial(gn_context *ctx, uint32_t *state, gn_type type, bool all)
{
    drawn d;
    draw_all(state, type, &d);
    bool large;
    gn_net *net = make_drawn(ctx, state, &d, &large);
    gn_sheet s;
    gn_optimizer op = (gn_optimizer)draw(state, GN_OPT_COUNT);
    double hyper[GN_OPT_HYPER] = { 0 };
    for (int i = 0; i < gn_optimizer_table()[op].parameters; i++)
        hyper[i] = gn_optimizer_table()[op].parameter_default[i];
    gn_explain_call c = call_of(net, &d.data, first_rows, d.rows);
    c.op = op;
    c.hyper = hyper;
    char unit[32];
    size_t l = draw(state, (uint32_t)net->layers);
    if (!net->layer[l].number) l = net->layers - 1;
    snprintf(unit, sizeof unit, "%d[%u]", net->layer[l].number, (unsigned)draw(state, (uint32_t)net->layer[l].outputs));
    c.neuron = unit;
    size_t followed = draw(state, (uint32_t)net->tensors);
    char weight[48];
    snprintf(weight, sizeof weight, net->tensor[followed].rank == 2 ? "%s[0,0]" : "%s[0]", net->tensor[followed].name);
    c.weight = net->tensor[followed].trainable ? weight : NULL;
    c.checked = all;
    c.title = d.layers;
    gn_status status = gn_explain(ctx, &c, &s);
    if (status != GN_OK) fail_msg("\"%s\": %s", d.layers, gn_last_error(ctx)->message);
    size_t n = hold_law(ctx, &s, type == GN_F64 ? large ? 1e-9 : 1e-12 : large ? 1e-2 : 2e-5);
    assert_true(n >= 5);
    for (size_t i = 0; all && i < s.lines; i++) {
        const gn_line *line = s.line[i];
        if (line->check.kind && !large && !(line->check.relative <= (type == GN_F64 ? 1e-4 : 5e-2)) &&
            strcmp(line->check.verdict, "pass, kinks nearby"))
            fail_msg("\"%s\", %s: check %g", d.layers, line->symbol->name, line->check.relative);
    }
    if (all) fits(ctx, &s);
    gn_sheet_free(&s);
    gn_net_free(net);
}

static void in_float64(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    uint32_t at = 20260101;
    for (int i = 0; i < TRIALS; i++) one_trial(ctx, &at, GN_F64, i % 8 == 0);
    gn_context_free(ctx);
}

static void in_float32(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    uint32_t at = 4711;
    for (int i = 0; i < TRIALS; i++) one_trial(ctx, &at, GN_F32, i % 8 == 0);
    gn_context_free(ctx);
}

/* The same float32 model run again in float64: the weights are the same numbers. */
static void widened(void **state)
{
    (void)state;
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 2, 1, "4 tanh, layernorm, 3 relu", "mse", "mean", GN_F32);
    static const double x[] = { 1, -2, .5, 3 }, y[] = { 1, 2 };
    gn_dataset d = values_set(x, y, 2, 2);
    gn_sheet narrow, wide;
    set_weights(net);
    gn_explain_call c = call_of(net, &d, first_rows, 2);
    must(ctx, gn_explain(ctx, &c, &narrow));
    c.f64 = true;
    must(ctx, gn_explain(ctx, &c, &wide));
    assert_int_equal(first_symbol(&narrow, "Z1")->type, GN_F32);
    assert_int_equal(first_symbol(&wide, "Z1")->type, GN_F64);
    for (size_t k = 0; k < 8; k++)
        assert_true(first_symbol(&narrow, "W1")->value[k] == first_symbol(&wide, "W1")->value[k]);
    close_to("L", first_symbol(&narrow, "L")->value[0], first_symbol(&wide, "L")->value[0], 1e-5);
    hold_law(ctx, &wide, 1e-12);
    gn_sheet_free(&narrow);
    gn_sheet_free(&wide);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* A layer with 100,000 weights is read again too, and shown folded. */
static void a_large_layer(void **state)
{
    (void)state;
    static double x[784], y[10];
    gn_context *ctx = open_context(1);
    gn_net *net = make_net_as(ctx, GN_REGRESSION, 784, 10, "128 relu", "mse", "mean", GN_F32);
    gn_dataset d = values_set(x, y, 1, 784);
    gn_sheet s;
    gn_text t;
    gn_render how;
    for (int i = 0; i < 784; i++) x[i] = sin(i);
    gn_explain_call c = call_of(net, &d, first_rows, 1);
    c.neuron = "1[5]";
    must(ctx, gn_explain(ctx, &c, &s));
    hold_law(ctx, &s, 2e-5);
    gn_text_init(&t, ctx);
    gn_render_defaults(&how);
    must(ctx, gn_sheet_render(&s, &how, &t));
    size_t lines = 0;
    for (size_t i = 0; i < t.length; i++) lines += t.at[i] == '\n';
    if (lines > 260) fail_msg("%zu lines", lines);
    gn_text_free(&t);
    gn_sheet_free(&s);
    gn_net_free(net);
    gn_context_free(ctx);
}

/* Equal input, equal bytes, with any number of threads. */
static void the_same_text_again(void **state)
{
    (void)state;
    gn_text text[2];
    gn_context *ctx[2] = { open_context(1), open_context(3) };
    for (int i = 0; i < 2; i++) {
        static const double x[] = { 1, -2, .5, 3 }, y[] = { 1, 2 };
        gn_net *net = make_net_as(ctx[i], GN_REGRESSION, 2, 1, "64 tanh, residual 64 relu", "mse", "mean", GN_F32);
        gn_dataset d = values_set(x, y, 2, 2);
        gn_sheet s;
        gn_render how;
        gn_render_defaults(&how);
        how.digits = 17;
        gn_explain_call c = call_of(net, &d, first_rows, 2);
        must(ctx[i], gn_explain(ctx[i], &c, &s));
        gn_text_init(&text[i], ctx[i]);
        must(ctx[i], gn_sheet_render(&s, &how, &text[i]));
        gn_sheet_free(&s);
        gn_net_free(net);
    }
    assert_string_equal(text[0].at, text[1].at);
    for (int i = 0; i < 2; i++) {
        gn_text_free(&text[i]);
        gn_context_free(ctx[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(in_float64), cmocka_unit_test(in_float32),
                                       cmocka_unit_test(widened),
                                        cmocka_unit_test(a_large_layer), cmocka_unit_test(the_same_text_again) };
    return cmocka_run_group_tests_name("lens: explanations read again", tests, NULL, NULL);
}
