/* explain_backward.c -- the way back: from dL/dL = 1 to every parameter, layer by layer.
 *
 * Invariant: delta of a layer is the gradient of the loss with respect to its sums Z; what a line says of a rule is
 * read off the layer's kind, the numbers off the run. */
#include "explain_parts.h"

#include <string.h>

static bool is_affine(const gn_layer *l) { return l->kind == GN_L_DENSE || l->kind == GN_L_RESIDUAL; }

/* The layer after this one that computes something; SIZE_MAX: the loss. */
static size_t after(const gn_explain_run *r, size_t layer)
{
    for (size_t i = layer + 1; i < r->net->layers; i++)
        if (r->net->layer[i].number) return i;
    return SIZE_MAX;
}

static const char *came_from(const gn_explain_run *r, size_t layer)
{
    size_t next = after(r, layer);
    if (next == SIZE_MAX) return "slope of the loss";
    switch (r->net->layer[next].kind) {
    case GN_L_DENSE: return "back through the weights";
    case GN_L_RESIDUAL: return "both ways back, added";
    case GN_L_LAYERNORM: case GN_L_BATCHNORM: return "back through the normalisation";
    default: return "back through the layer";
    }
}

static void put_slope(gn_explain_run *r, size_t layer, int depth)
{
    const gn_layer *l = &r->net->layer[layer];
    const gn_trace_layer *at = &r->t.layer[layer];
    if (!at->slope) return;
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    gn_line *line = gn_explain_line(r, depth + 1, false, "slope", NULL, at->slope);
    gn_explain_rule(r, line, "%s'(x) = %.150s, y = %s(x)", row->name, gn_explain_plain(r, row->slope[0]), row->name);
}

static void put_parameters(gn_explain_run *r, size_t layer, int depth)
{
    static const char *const affine[] = { "outer products, added over the rows", "added over the rows",
                                          "outer products, added over the rows" };
    const gn_layer *l = &r->net->layer[layer];
    for (size_t k = 0; k < l->tensors; k++) {
        gn_node d = r->t.d_param[l->first + k];
        if (d)
            gn_explain_line(r, depth, true, "gradient", is_affine(l) && k < 3 ? affine[k] : "added over the rows", d);
    }
}

static void put_layer(gn_explain_run *r, size_t layer)
{
    const gn_layer *l = &r->net->layer[layer];
    const gn_trace_layer *at = &r->t.layer[layer];
    int depth = gn_explain_depth(r, layer, 0);
    if (!r->net->layer[layer].number) return;
    bool has_out = at->out != at->z || !is_affine(l);
    if (has_out) gn_explain_line(r, depth + (is_affine(l) ? 1 : 0), true, "chain", came_from(r, layer), at->d_out);
    put_slope(r, layer, depth);
    if (is_affine(l))
        gn_explain_line(r, depth, true, "chain", has_out ? "times the slope" : came_from(r, layer), at->d_z);
    put_parameters(r, layer, depth);
}

/* What is softmax and its loss together, in words, once. */
static void put_shortcut(gn_explain_run *r)
{
    gn_node_info d = gn_node_get(r->t.g, r->t.layer[r->net->layers - 1].d_out);
    if (d.kind == GN_COMPOSED && d.op == GN_M_softmax_xent_vjp)
        gn_sheet_text(r->s, 1,
                      "softmax and cross-entropy together have the slope P - T, because each row of T sums to 1");
}

void gn_explain_backward(gn_explain_run *r)
{
    gn_sheet_section(r->s, 0, "backward");
    put_shortcut(r);
    for (size_t i = r->net->layers; i-- > 0;) put_layer(r, i);
    gn_explain_line(r, gn_explain_depth(r, 0, 1), true, "chain", "back to the input", r->t.dx);
}
