/* cmd_bench.c -- the speed on this machine: matrix products, training steps of the standard networks, elementwise
 * operations.
 *
 * Invariant: a figure is the median of several rounds, each long enough for the clock. */
#include "cli.h"
#include "../nn/clock.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 7 };

/* Seconds of one call: the median of rounds that last about `target` seconds each. */
static double time_call(void (*call)(void *), void *with, double target)
{
    double round[ROUNDS];
    size_t calls = 1;
    for (;;) {
        double start = gn_seconds();
        for (size_t i = 0; i < calls; i++) call(with);
        double took = gn_seconds() - start;
        if (took > target / 4 || calls > (size_t)1 << 30) break;
        calls *= 2;
    }
    for (int r = 0; r < ROUNDS; r++) {
        double start = gn_seconds();
        for (size_t i = 0; i < calls; i++) call(with);
        double took = (gn_seconds() - start) / (double)calls;
        int k = r;
        for (; k > 0 && round[k - 1] > took; k--) round[k] = round[k - 1];
        round[k] = took;
    }
    return round[ROUNDS / 2];
}

/* ---- matrix products --------------------------------------------------------------------------------------------- */

typedef struct product {
    const gn_kernels *k;
    gn_gemm g;
} product;

static void run_product(void *with)
{
    product *p = with;
    p->k->gemm(&p->g);
}

static gn_status product_speed(gn_cli *cli, const gn_kernels *k, size_t n, double *gflops)
{
    size_t wide = gn_type_size(k->type);
    void *a = gn_calloc_aligned(cli->ctx, n * n, wide), *b = gn_calloc_aligned(cli->ctx, n * n, wide),
         *c = gn_calloc_aligned(cli->ctx, n * n, wide);
    void *pack = gn_calloc_aligned(cli->ctx, k->gemm_scratch(n, n, n) + 64, 1);
    product p = {
        k,
        { .m = n, .n = n, .k = n, .a = a, .am = n, .ak = 1, .b = b, .bk = n, .bn = 1, .c = c, .ldc = n, .pack = pack }
    };
    bool made = a && b && c && pack;
    if (made) *gflops = 2.0 * (double)n * (double)n * (double)n / time_call(run_product, &p, 0.02) * 1e-9;
    gn_free_aligned(cli->ctx, a);
    gn_free_aligned(cli->ctx, b);
    gn_free_aligned(cli->ctx, c);
    gn_free_aligned(cli->ctx, pack);
    return made ? GN_OK : GN_NO_MEMORY;
}

static const gn_kernels *kernels(gn_cli *cli, int isa, gn_type type)
{
    int chosen = gn_context_isa(cli->ctx);
    return gn_kernels_get(isa >= 0      ? (gn_isa)isa
                          : chosen >= 0 ? (gn_isa)chosen
                                        : gn_isa_best(),
                          type, gn_context_exact(cli->ctx));
}

static gn_status bench_products(gn_cli *cli, gn_text *t, gn_grid *g)
{
    if (cli->json) gn_js_open(t, "products", '[');
    for (int isa = 0; isa < GN_ISA_COUNT; isa++)
        for (int type = 0; type < 2; type++) {
            double gflops = NAN;
            char name[64];
            if (!gn_isa_available((gn_isa)isa) ||
                (gn_option_given(cli->options, GN_O_ISA) && isa != gn_context_isa(cli->ctx)))
                continue;
            GN_TRY(product_speed(cli, kernels(cli, isa, (gn_type)type), 256, &gflops));
            snprintf(name, sizeof name, "%s %s", gn_isa_name((gn_isa)isa), type == GN_F32 ? "float32" : "float64");
            if (cli->json) {
                gn_js_open(t, NULL, '{');
                gn_js_text(t, "isa", gn_isa_name((gn_isa)isa));
                gn_js_text(t, "precision", type == GN_F32 ? "f32" : "f64");
                gn_js_number(t, "gflops", gflops);
                gn_js_close(t, '}');
            } else {
                gn_grid_put(g, name);
                gn_grid_number(g, gflops, 3);
            }
        }
    if (cli->json) gn_js_close(t, ']');
    return GN_OK;
}

/* ---- training steps ---------------------------------------------------------------------------------------------- */

typedef struct standard_net {
    const char *name, *layers;
    size_t inputs, outputs, batch, rows, epochs;
    gn_task task;
} standard_net;

static const standard_net nets[] = {
    { "2-16-16-1", "16 tanh, 16 tanh", 2, 1, 1, 2048, 8, GN_REGRESSION },
    { "2-16-16-1", "16 tanh, 16 tanh", 2, 1, 32, 16384, 12, GN_REGRESSION },
    { "784-128-10", "128 relu", 784, 10, 64, 4096, 8, GN_CLASSES },
    { "784-2048-2048-10", "2048 relu, 2048 relu", 784, 10, 64, 512, 2, GN_CLASSES },
};

typedef struct step_timer {
    double last, best;
} step_timer;

/* The fastest epoch counts: others were disturbed by the machine. */
static gn_status note_epoch(void *user, const gn_progress *p)
{
    step_timer *timer = user;
    if (!p->epoch_end) return GN_OK;
    double now = gn_seconds(), took = (now - timer->last) / (double)p->batches;
    if (p->epoch > 1 && took < timer->best) timer->best = took;
    timer->last = now;
    return GN_OK;
}

static gn_status set_number(gn_options *o, const char *name, size_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", value);
    return gn_options_set(o, name, text);
}

static gn_status fit_random(gn_cli *cli, const standard_net *n, gn_net *net, const gn_options *o, double *seconds)
{
    gn_random r = gn_random_make(1, GN_STREAM_TEST, 0);
    float *x = gn_alloc_array(cli->ctx, n->rows * n->inputs, sizeof *x), *y = gn_calloc(cli->ctx, n->rows, sizeof *y);
    int32_t *label = gn_calloc(cli->ctx, n->rows, sizeof *label);
    gn_status s = x && y && label ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < n->rows * n->inputs; i++) x[i] = (float)gn_random_uniform(r, i);
    for (size_t i = 0; s == GN_OK && i < n->rows; i++) {
        label[i] = (int32_t)(i % n->outputs);
        y[i] = (float)gn_random_uniform(r, i);
    }
    gn_dataset d = { .rows = n->rows, .inputs = n->inputs, .type = GN_EL_F32, .x = x, .used = n->rows };
    if (n->task == GN_REGRESSION) d.y = y;
    else d.label = label;
    gn_fit_result result;
    step_timer timer = { gn_seconds(), INFINITY };
    if (s == GN_OK) s = gn_fit(cli->ctx, net, &d, NULL, o, NULL, note_epoch, &timer, &result);
    *seconds = timer.best;
    gn_free(cli->ctx, x);
    gn_free(cli->ctx, y);
    gn_free(cli->ctx, label);
    return s;
}

static gn_status step_speed(gn_cli *cli, const standard_net *n, double *seconds)
{
    gn_net *net = NULL;
    gn_options *o = NULL;
    gn_net_spec spec = { .inputs = n->inputs,
                         .outputs = n->outputs,
                         .task = n->task,
                         .layers = n->layers,
                         .loss = "auto",
                         .reduction = "mean",
                         .init = "auto",
                         .type = GN_F32,
                         .seed = 1 };
    gn_status s = gn_net_new(cli->ctx, &spec, &net);
    if (s == GN_OK) s = gn_options_new(cli->ctx, &o);
    if (s == GN_OK) s = gn_options_set(o, "optimizer", "sgd");
    if (s == GN_OK) s = gn_options_set(o, "lr", "0.01");
    if (s == GN_OK) s = set_number(o, "batch", n->batch);
    if (s == GN_OK) s = set_number(o, "epochs", n->epochs);
    if (s == GN_OK) s = fit_random(cli, n, net, o, seconds);
    gn_options_free(o);
    gn_net_free(net);
    return s;
}

static gn_status bench_steps(gn_cli *cli, gn_text *t, gn_grid *g)
{
    if (cli->json) gn_js_open(t, "steps", '[');
    for (size_t i = 0; i < GN_COUNT(nets); i++) {
        double seconds = NAN;
        char name[64];
        GN_TRY(step_speed(cli, &nets[i], &seconds));
        snprintf(name, sizeof name, "%s @ %zu", nets[i].name, nets[i].batch);
        if (cli->json) {
            gn_js_open(t, NULL, '{');
            gn_js_text(t, "net", nets[i].name);
            gn_js_count(t, "batch", nets[i].batch);
            gn_js_number(t, "microseconds", 1e6 * seconds);
            gn_js_number(t, "samples_per_second", (double)nets[i].batch / seconds);
            gn_js_close(t, '}');
        } else {
            gn_grid_put(g, name);
            gn_grid_number(g, 1e6 * seconds, 4);
            gn_grid_number(g, (double)nets[i].batch / seconds, 3);
        }
    }
    if (cli->json) gn_js_close(t, ']');
    return GN_OK;
}

/* ---- elementwise operations -------------------------------------------------------------------------------------- */

enum { ELEMENTS = 4096 };
typedef struct elementwise {
    const gn_kernels *k;
    int op;
    const void *in[3];
    int step[3];
    const double *par;
    void *out;
} elementwise;

static void run_elementwise(void *with)
{
    elementwise *e = with;
    e->k->value[e->op](ELEMENTS, e->in, e->step, e->par, e->out);
}

static gn_status bench_elementwise(gn_cli *cli, gn_text *t, gn_grid *g)
{
    const gn_kernels *k = kernels(cli, -1, GN_F32);
    float *x = gn_calloc_aligned(cli->ctx, ELEMENTS, sizeof *x),
          *out = gn_calloc_aligned(cli->ctx, ELEMENTS, sizeof *out);
    gn_random r = gn_random_make(1, GN_STREAM_TEST, 1);
    if (cli->json) gn_js_open(t, "elementwise_ns", '{');
    for (size_t i = 0; x && i < ELEMENTS; i++) x[i] = (float)(0.1 + 3 * gn_random_uniform(r, i));
    for (int op = 0; x && out && op < GN_P_COUNT; op++) {
        const gn_pointwise_row *row = &gn_pointwise_table()[op];
        elementwise e = { k, op, { x, x, x }, { 1, 1, 1 }, row->parameter_default, out };
        double ns = time_call(run_elementwise, &e, 0.002) / ELEMENTS * 1e9;
        if (cli->json) gn_js_number(t, row->name, ns);
        else {
            gn_grid_put(g, row->name);
            gn_grid_fixed(g, ns, 3);
        }
    }
    if (cli->json) gn_js_close(t, '}');
    bool made = x && out;
    gn_free_aligned(cli->ctx, x);
    gn_free_aligned(cli->ctx, out);
    return made ? GN_OK : GN_NO_MEMORY;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

typedef struct part {
    const char *name, *head, *align;
    const char *column[3];
    gn_status (*run)(gn_cli *, gn_text *, gn_grid *);
} part;

static const part parts[] = {
    { "products", "matrix products of 256 x 256, one thread", "lr", { "kernel", "GFLOP/s" }, bench_products },
    { "steps",
      "training steps (forward, loss, backward, sgd), float32, gathering the batch included",
      "lrr",
      { "network @ batch", "us a step", "rows/s" },
      bench_steps },
    { "elementwise",
      "elementwise operations in cache, float32, one thread",
      "lr",
      { "operation", "ns an element" },
      bench_elementwise },
};

static gn_status run_part(gn_cli *cli, gn_text *t, const part *p)
{
    gn_grid g;
    gn_grid_open(&g, cli->ctx, p->align);
    for (size_t i = 0; i < strlen(p->align); i++) gn_grid_put(&g, p->column[i]);
    gn_status s = p->run(cli, t, &g);
    if (!cli->json && s == GN_OK) gn_text_printf(t, "%s\n", p->head);
    gn_text dropped;
    gn_text_init(&dropped, cli->ctx);
    gn_grid_print(&g, cli->json ? &dropped : t, "  ");
    gn_text_free(&dropped);
    if (!cli->json) gn_text_puts(t, "\n");
    return s;
}

static gn_status run(gn_cli *cli)
{
    const char *what = cli->argument[0];
    gn_text t;
    bool found = false;
    gn_status s = GN_OK;
    gn_text_init(&t, cli->ctx);
    if (cli->json) gn_js_open(&t, NULL, '{');
    if (cli->json) gn_js_text(&t, "isa", gn_isa_name(kernels(cli, -1, GN_F32)->isa));
    if (cli->json) gn_js_count(&t, "threads", (uint64_t)gn_context_threads(cli->ctx));
    else
        gn_text_printf(&t, "%s, %d threads\n\n", gn_isa_name(kernels(cli, -1, GN_F32)->isa),
                       gn_context_threads(cli->ctx));
    for (size_t i = 0; i < GN_COUNT(parts) && s == GN_OK; i++) {
        if (what ? strcmp(what, parts[i].name) : i == 2) continue;
        found = true;
        s = run_part(cli, &t, &parts[i]);
    }
    if (cli->json) gn_js_close(&t, '}');
    if (cli->json) gn_text_puts(&t, "\n");
    if (s == GN_OK && !found) {
        gn_fail(cli->ctx, GN_E_USAGE, "there is no benchmark '%s'", gn_show(GN_SHOWN, what, strlen(what)));
        s = gn_hint(cli->ctx, "products, steps, elementwise; without a name the first two");
    }
    if (s == GN_OK) return gn_cli_print(cli, &t);
    gn_text_free(&t);
    return s;
}

const gn_command_body gn_cmd_bench = { run,
                                       "WHAT is products, steps or elementwise; without it the first two are run. "
                                       "`make bench` in the source tree sets NumPy and PyTorch beside it.",
                                       "glassnet bench\n"
                                       "glassnet bench elementwise --isa base\n" };
