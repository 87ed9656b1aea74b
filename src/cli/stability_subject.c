/* stability_subject.c -- what the stability command looks at when it is no network: a neuron, or an expression.
 *
 * Invariant: the loss of a neuron is the formula of its row, with the prediction put in. */
#include <math.h>
#include <string.h>

#include "../nn/nn.h"
#include "stability.h"

gn_status gn_curved_fact(gn_curved *s, gn_text *text)
{
    gn_status status = gn_text_done(text);
    if (status == GN_OK && s->facts < GN_COUNT(s->fact)) {
        s->fact[s->facts] = gn_arena_text(&s->arena, text->at, text->length);
        status = s->fact[s->facts++] ? GN_OK : GN_NO_MEMORY;
    }
    gn_text_free(text);
    return status;
}

void gn_curved_close(gn_curved *s)
{
    gn_objective_free(s->objective);
    gn_options_free(s->options);
    gn_text_free(&s->title);
    gn_arena_free(&s->arena);
}

/* ---- the neuron -------------------------------------------------------------------------------------------------- */
enum { WRITTEN_OUT = 12 };      /* parameters up to which the loss is written out whole */

typedef struct neuron {
    const char **name;          /* (n): w or w1, w2, ..., then b */
    double *start;
    size_t n;
} neuron;

static const char *weight_name(gn_curved *s, size_t i)
{
    char text[24];
    if (s->inputs == 1) return "w";
    gn_text t;
    gn_text_init(&t, s->arena.ctx);
    gn_text_printf(&t, "w%zu", i + 1);
    size_t length = t.length < sizeof text ? t.length : sizeof text - 1;
    if (t.at) memcpy(text, t.at, length);
    gn_text_free(&t);
    return gn_arena_text(&s->arena, text, length);
}

static gn_status name_parameters(gn_cli *cli, gn_curved *s, neuron *p)
{
    double *w, b = 0;
    size_t count;
    GN_TRY(gn_numbers_read(cli->ctx, cli->options, GN_O_W, &s->arena, &w, &count));
    GN_TRY(gn_number_read(cli->ctx, cli->options, GN_O_B, &s->arena, &b, &s->bias));
    if (w && count != s->inputs)
        return gn_fail(cli->ctx, GN_E_CFG_VALUE, "--w has %zu numbers for %zu inputs; there is one weight an input",
                       count, s->inputs);
    p->n = s->inputs + s->bias;
    p->name = gn_arena_alloc(&s->arena, p->n, sizeof *p->name);
    p->start = gn_arena_alloc(&s->arena, p->n, sizeof *p->start);
    if (!p->name || !p->start) return GN_NO_MEMORY;
    for (size_t i = 0; i < s->inputs; i++) {
        if (!(p->name[i] = weight_name(s, i))) return GN_NO_MEMORY;
        p->start[i] = w ? w[i] : 0;
    }
    if (s->bias) p->name[s->inputs] = "b", p->start[s->inputs] = b;
    s->w = p->start[0];
    return GN_OK;
}

/* The prediction before the activation, as a sum of products. */
static const gn_formula *sum_of(gn_curved *s, const neuron *p)
{
    gn_arena *a = &s->arena;
    const gn_formula *sum = NULL;
    for (size_t i = 0; i < p->n; i++) {
        const gn_formula *part = gn_formula_name(a, p->name[i]);
        if (i < s->inputs) part = gn_formula_make(a, GN_F_MUL, part, gn_formula_number(a, s->x[i]));
        sum = sum ? gn_formula_make(a, GN_F_ADD, sum, part) : part;
    }
    return sum;
}

static gn_status unknown_activation(gn_cli *cli, const char *name)
{
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--act: '%s' is no activation of one input",
            gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(cli->ctx, "`glassnet ops` lists them");
}

/* "leaky_relu" or "leaky_relu(alpha=0.2)": the parameter is the call's second argument. */
static gn_status activate(gn_cli *cli, gn_curved *s, const gn_formula *z, const gn_formula **out)
{
    const char *text = gn_option_text(cli->options, GN_O_ACT), *open = strchr(text, '(');
    *out = z;
    if (!gn_option_given(cli->options, GN_O_ACT) || strcmp(text, "identity") == 0) return z ? GN_OK : GN_NO_MEMORY;
    char *name = gn_arena_text(&s->arena, text, open ? (size_t)(open - text) : strlen(text));
    if (!name) return GN_NO_MEMORY;
    for (char *c = name; *c; c++)
        if (*c == '-') *c = '_';
    gn_pointwise op = gn_pointwise_find(name);
    if (op == GN_P_COUNT || gn_pointwise_table()[op].arity != 1) return unknown_activation(cli, text);
    const gn_formula *arg[2] = { z, NULL };
    int count = 1;
    if (open) {
        const char *equal = strchr(open, '='), *close = strchr(open, ')');
        double value;
        size_t used;
        if (!equal || !close || gn_pointwise_table()[op].parameters == 0 ||
            gn_read_number(equal + 1, (size_t)(close - equal - 1), '.', &value, &used) != GN_NUMBER_OK)
            return unknown_activation(cli, text);
        arg[count++] = gn_formula_number(&s->arena, value);
    }
    *out = gn_formula_call(&s->arena, name, count, arg);
    return *out ? GN_OK : GN_NO_MEMORY;
}

static gn_status unfit_loss(gn_cli *cli, const char *name)
{
    gn_fail(cli->ctx, GN_E_CFG_LOSS, "--loss: '%s' is no loss of one number", gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(cli->ctx, "use mse, mae, huber or log_cosh, or write the loss as an expression with --from");
}

static gn_status loss_of(gn_cli *cli, gn_curved *s, const gn_formula *p, const gn_formula **out)
{
    const char *name = gn_option_given(cli->options, GN_O_LOSS) ? gn_option_text(cli->options, GN_O_LOSS) : "mse";
    gn_loss loss = gn_loss_find(strcmp(name, "auto") ? name : "mse");
    const gn_formula *f;
    if (loss == GN_LOSS_COUNT || gn_loss_table()[loss].link != GN_LINK_IDENTITY) return unfit_loss(cli, name);
    const char *text = gn_loss_table()[loss].formula;
    bool half = strcmp(gn_option_text(cli->options, GN_O_REDUCTION), "half-sum") == 0;
    GN_TRY(gn_formula_parse(&s->arena, text, strlen(text), &f));
    GN_TRY(gn_formula_substitute(&s->arena, f, "t", gn_formula_number(&s->arena, s->y), &f));
    GN_TRY(gn_formula_substitute(&s->arena, f, "z", p, &f));
    if (half) f = gn_formula_make(&s->arena, GN_F_MUL, gn_formula_number(&s->arena, 0.5), f);
    if (!f) return GN_NO_MEMORY;
    *out = f;
    const char *act = gn_option_text(cli->options, GN_O_ACT);
    bool identity = !gn_option_given(cli->options, GN_O_ACT) || !strcmp(act, "identity");
    if (loss != GN_LOSS_mse || !identity) return GN_OK;
    static const char *const hand[2][2] = { { "2*dot(x, x)", "2*(dot(x, x) + 1)" }, { "dot(x, x)", "dot(x, x) + 1" } };
    static const char *const single[2][2] = { { "2*x^2", "2*(x^2 + 1)" }, { "x^2", "x^2 + 1" } };
    s->by_hand = s->inputs == 1 ? single[half][s->bias] : hand[half][s->bias];
    return GN_OK;
}

static gn_status say_formula(gn_curved *s, const char *what, const gn_formula *f)
{
    gn_text t;
    gn_text_init(&t, s->arena.ctx);
    gn_text_puts(&t, what);
    gn_formula_print(&t, f);
    return gn_curved_fact(s, &t);
}

/* A sum of many products by its first and last one. */
static gn_status say_short(gn_cli *cli, gn_curved *s, const neuron *p)
{
    const gn_formula *z = NULL, *loss = NULL;
    gn_text t;
    GN_TRY(activate(cli, s, gn_formula_name(&s->arena, "z"), &z));
    GN_TRY(loss_of(cli, s, z, &loss));
    gn_text_init(&t, s->arena.ctx);
    gn_text_puts(&t, "loss L = ");
    gn_formula_print(&t, loss);
    gn_text_printf(&t, ", z = w1*x1 + ... + w%zu*x%zu%s", s->inputs, s->inputs, p->n > s->inputs ? " + b" : "");
    return gn_curved_fact(s, &t);
}

gn_status gn_curved_neuron(gn_cli *cli, gn_curved *s)
{
    neuron p = { 0 };
    double *x;
    bool has_y;
    const gn_formula *z = NULL, *loss = NULL;
    GN_TRY(gn_numbers_read(cli->ctx, cli->options, GN_O_X, &s->arena, &x, &s->inputs));
    GN_TRY(gn_number_read(cli->ctx, cli->options, GN_O_Y, &s->arena, &s->y, &has_y));
    if (!x || !has_y) {
        gn_fail(cli->ctx, GN_E_USAGE, "a neuron needs %s", x ? "a target, --y" : "an input, --x");
        return gn_hint(cli->ctx, "glassnet stability --x 3 --y 10 --w 0.5 --lr 0.1");
    }
    s->x = x;
    s->neuron = true;
    GN_TRY(name_parameters(cli, s, &p));
    GN_TRY(activate(cli, s, sum_of(s, &p), &z));
    GN_TRY(loss_of(cli, s, z, &loss));
    gn_text_puts(&s->title, "stability of a neuron");
    GN_TRY(p.n <= WRITTEN_OUT ? say_formula(s, "loss L = ", loss) : say_short(cli, s, &p));
    return gn_objective_formula(cli->ctx, loss, p.name, p.n, p.start, &s->objective);
}

/* ---- an expression ----------------------------------------------------------------------------------------------- */
static bool constant(const char *name)
{
    static const char *const names[] = { "pi", "e", "inf", "nan" };
    for (size_t i = 0; i < GN_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static gn_status variables(gn_curved *s, const gn_formula *f, const char ***out, size_t *count)
{
    const char *const *all;
    size_t n;
    GN_TRY(gn_formula_names(&s->arena, f, &all, &n));
    *out = gn_arena_alloc(&s->arena, n + 1, sizeof **out);
    *count = 0;
    if (!*out) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        if (!constant(all[i])) (*out)[(*count)++] = all[i];
    return GN_OK;
}

static gn_status open_expression(gn_cli *cli, gn_curved *s, gn_option_id where)
{
    const gn_formula *f;
    const char **name, *text = cli->argument[0];
    size_t count;
    GN_TRY(gn_formula_parse(&s->arena, text, strlen(text), &f));
    GN_TRY(variables(s, f, &name, &count));
    if (count == 0) return gn_fail(cli->ctx, GN_E_EXP_VAR, "the expression has no variable");
    double *start = gn_arena_alloc(&s->arena, count, sizeof *start);
    if (!start) return GN_NO_MEMORY;
    GN_TRY(gn_point_parse(cli->ctx, gn_option_table(NULL)[where].name, gn_option_text(cli->options, where), name, count,
                        &s->arena, start, NULL));
    gn_text_puts(&s->title, "stability of descent on an expression");
    GN_TRY(say_formula(s, "f = ", f));
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_text_puts(&t, "at ");
    for (size_t i = 0; i < count; i++)
        gn_text_printf(&t, "%s%s = %s", i ? ", " : "", name[i], gn_num(GN_NUM, start[i]));
    GN_TRY(gn_curved_fact(s, &t));
    return gn_objective_formula(cli->ctx, f, name, count, start, &s->objective);
}

/* ---- which ------------------------------------------------------------------------------------------------------- */
static gn_status need_point(gn_cli *cli)
{
    const char *text = cli->argument[0];
    gn_clear_error(cli->ctx);
    gn_fail(cli->ctx, GN_E_USAGE, "'%s' is an expression, and there is no point to look at",
            gn_show(GN_SHOWN, text, strlen(text)));
    return gn_hint(cli->ctx, "say where with --from, such as --from x=1,y=1");
}

/* An argument that is no data but could be an expression was meant as one. It is read in the other context, so that the
 * error in hand stays. */
static bool looks_like_expression(gn_cli *cli)
{
    const char *text = cli->argument[0];
    const gn_formula *f;
    gn_arena arena;
    gn_arena_init(&arena, cli->option_ctx);
    bool yes = strpbrk(text, "+*^()") != NULL && gn_formula_parse(&arena, text, strlen(text), &f) == GN_OK &&
               f->op != GN_F_NAME;
    gn_arena_free(&arena);
    gn_clear_error(cli->option_ctx);
    return yes;
}

static gn_status choose(gn_cli *cli, gn_curved *s)
{
    const gn_options *o = cli->options;
    bool from = gn_option_given(o, GN_O_FROM), at = gn_option_given(o, GN_O_AT);
    if (cli->arguments == 0) return gn_curved_neuron(cli, s);
    if (gn_option_given(o, GN_O_X))
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--x makes a neuron, and '%s' names something else",
                       gn_show(GN_SHOWN, cli->argument[0], strlen(cli->argument[0])));
    if (from || at) return open_expression(cli, s, from ? GN_O_FROM : GN_O_AT);
    gn_status status = gn_curved_net(cli, s);
    bool no_data = cli->arguments == 1 && (status == GN_IO || status == GN_USAGE) && !s->objective;
    if (no_data && looks_like_expression(cli)) return need_point(cli);
    if (no_data && strpbrk(cli->argument[0], "*^"))
        gn_hint(cli->ctx, "an expression is looked at from a point: --from x=1");
    return status;
}

gn_status gn_curved_open(gn_cli *cli, gn_curved *out)
{
    *out = (gn_curved){ 0 };
    gn_arena_init(&out->arena, cli->ctx);
    gn_text_init(&out->title, cli->ctx);
    gn_status s = choose(cli, out);
    if (s != GN_OK) gn_curved_close(out);
    return s;
}
