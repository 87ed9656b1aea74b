/* loss.c -- the rows of defs/loss.def as nodes, their choice by the task, and the reductions.
 *
 * Invariant: the text of the row is the loss; nothing here knows what any one of them computes. */
#include "net.h"
#include "../graph/composed.h"
#include "../base/text.h"

#include <string.h>

enum { ELEMENT = 0, ROW = 1 };
enum { IDENTITY = GN_LINK_IDENTITY, SIGMOID = GN_LINK_SIGMOID, SOFTMAX = GN_LINK_SOFTMAX };

const gn_loss_row *gn_loss_table(void)
{
    static const gn_loss_row table[] = {
#define LOSS(name, formula, per, link, about) { #name, formula, per, (gn_link)link, about },
#include "../defs/loss.def"
#undef LOSS
    };
    return table;
}

/* Names of tables read '-' as '_', as options are typed. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(*a == '-' && *b == '_')) return false;
    return *a == *b;
}

gn_loss gn_loss_find(const char *name)
{
    int i = 0;
    while (i < GN_LOSS_COUNT && !same_name(name, gn_loss_table()[i].name)) i++;
    return (gn_loss)i;
}

gn_init gn_init_find(const char *name)
{
    int i = 0;
    while (i < GN_INIT_COUNT && !same_name(name, gn_init_table()[i].name)) i++;
    return (gn_init)i;
}

gn_schedule gn_schedule_find(const char *name)
{
    int i = 0;
    while (i < GN_SCHEDULE_COUNT && !same_name(name, gn_schedule_table()[i].name)) i++;
    return (gn_schedule)i;
}

/* ---- choice ----------------------------------------------------------------------------------------------------- */

static gn_link task_link(gn_task task)
{
    return task == GN_BINARY ? GN_LINK_SIGMOID : task == GN_CLASSES ? GN_LINK_SOFTMAX : GN_LINK_IDENTITY;
}

static gn_status unknown_loss(gn_context *ctx, const char *name)
{
    const char *names[GN_LOSS_COUNT];
    for (int i = 0; i < GN_LOSS_COUNT; i++) names[i] = gn_loss_table()[i].name;
    const char *closest = gn_closest(name, names, GN_LOSS_COUNT);
    gn_fail(ctx, GN_E_CFG_LOSS, "loss: \"%s\" is no loss", gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(ctx, closest ? "did you mean \"%s\"?" : "%s", closest ? closest : "`glassnet ops` lists them");
}

/* The loss that compares what the task's link gives: the default, and what any cross-entropy of classes stands for. */
static gn_loss natural_loss(gn_task task)
{
    for (int i = 0; i < GN_LOSS_COUNT; i++)
        if (gn_loss_table()[i].link == task_link(task)) return (gn_loss)i;
    return GN_LOSS_COUNT;
}

static gn_status choose_reduction(gn_context *ctx, const char *reduction)
{
    if (!reduction || !strcmp(reduction, "mean") || !strcmp(reduction, "sum") || !strcmp(reduction, "half-sum"))
        return GN_OK;
    return gn_fail(ctx, GN_E_CFG_LOSS, "reduction: \"%s\" is not mean, sum or half-sum",
                   gn_show(GN_SHOWN, reduction, strlen(reduction)));
}

gn_status gn_net_choose_loss(gn_context *ctx, const gn_net_spec *spec, gn_loss *out)
{
    GN_TRY(choose_reduction(ctx, spec->reduction));
    *out = natural_loss(spec->task);
    if (!spec->loss || !*spec->loss || !strcmp(spec->loss, "auto")) return GN_OK;
    gn_loss loss = gn_loss_find(spec->loss);
    if (loss == GN_LOSS_COUNT) return unknown_loss(ctx, spec->loss);
    gn_link link = gn_loss_table()[loss].link;
    if (link == GN_LINK_IDENTITY || link == task_link(spec->task)) {
        *out = loss;
        return GN_OK;
    }
    if (spec->task == GN_BINARY) return GN_OK;  /* the cross-entropy of two classes is the binary one */
    gn_fail(ctx, GN_E_CFG_LOSS, "loss: %s does not fit the task, which is %s", gn_loss_table()[loss].name,
            spec->task == GN_REGRESSION ? "regression" : "telling more than two classes apart");
    return gn_hint(ctx, "use %s", gn_loss_table()[natural_loss(spec->task)].name);
}

/* ---- text to nodes ---------------------------------------------------------------------------------------------- */

/* A composed operation may stand outermost, with formulas for operands; it is no function of the expression language.
 */
static gn_composed_op find_composed(const char *text)
{
    size_t n = strcspn(text, "(");
    int i = 0;
    for (; i < GN_M_COUNT; i++) {
        const char *name = gn_composed_table((gn_composed_op)i)->name;
        if (strlen(name) == n && !memcmp(name, text, n)) break;
    }
    return (gn_composed_op)i;
}

/* The comma that ends an operand, or the end: commas inside parentheses belong to the operand. */
static const char *operand_end(const char *at, const char *end)
{
    for (int depth = 0; at < end && (*at != ',' || depth > 0); at++) depth += (*at == '(') - (*at == ')');
    return at;
}

/* names: z, the output, and t, the target. */
static gn_node read_row(gn_graph *g, const char *text, const gn_named_node names[2])
{
    gn_composed_op op = find_composed(text);
    if (op == GN_M_COUNT) return gn_graph_formula_text(g, text, strlen(text), names, 2);
    const char *at = strchr(text, '(') + 1, *end = strrchr(text, ')');
    gn_node operand[5] = { 0 };
    int n = 0;
    while (at < end && n < 5) {
        const char *stop = operand_end(at, end);
        if (!(operand[n++] = gn_graph_formula_text(g, at, (size_t)(stop - at), names, 2))) return 0;
        at = stop + 1;
    }
    return gn_composed(g, op, operand, n, NULL, 0);
}

/* The losses as the row gives them: (batch, outputs), or (batch) for a row that is per row. */
static gn_node losses(gn_graph *g, const gn_net *net, gn_node z, gn_node t)
{
    const gn_loss_row *row = &gn_loss_table()[net->loss];
    if (row->link != task_link(net->spec.task)) z = gn_net_link(g, net, z);
    const gn_named_node names[2] = { { "z", z }, { "t", t } };
    return read_row(g, row->formula, names);
}

gn_status gn_nn_poisoned(gn_graph *g)
{
    gn_status s = gn_graph_status(g);
    return s != GN_OK ? s : gn_last_error(gn_graph_context(g))->status;
}

/* ---- reductions ------------------------------------------------------------------------------------------------- */

static gn_node times(gn_graph *g, gn_node x, double factor)
{
    return factor == 1 ? x : gn_pw2(g, GN_P_mul, x, gn_constant(g, factor));
}

gn_node gn_net_row_losses(gn_graph *g, const gn_net *net, gn_node z, gn_node t)
{
    gn_node l = losses(g, net, z, t);
    if (!l || gn_loss_table()[net->loss].per_row) return l;
    return times(g, gn_contract(g, GN_C_sum_cols, l, 0), 1.0 / (double)net->spec.outputs);
}

static double reduction_factor(const gn_net *net, size_t batch)
{
    if (!strcmp(net->spec.reduction, "sum")) return 1;
    if (!strcmp(net->spec.reduction, "half-sum")) return 0.5;
    return 1 / ((double)batch * (gn_loss_table()[net->loss].per_row ? 1 : (double)net->spec.outputs));
}

gn_status gn_net_loss(gn_graph *g, const gn_net *net, gn_node z, gn_node t, gn_node w, gn_node *loss)
{
    bool per_row = gn_loss_table()[net->loss].per_row;
    *loss = 0;
    gn_node l = losses(g, net, z, t);
    if (!l) return gn_nn_poisoned(g);
    if (w) l = per_row ? gn_pw2(g, GN_P_mul, l, w) : gn_contract(g, GN_C_scale_rows, l, w);
    l = gn_contract(g, per_row ? GN_C_sum_vector : GN_C_sum_all, l, 0);
    *loss = times(g, l, reduction_factor(net, gn_node_get(g, z).shape.dim[0]));
    return gn_graph_status(g);
}
