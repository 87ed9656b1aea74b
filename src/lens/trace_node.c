/* trace_node.c -- a node of a graph as an expression over the names of other nodes.
 *
 * Invariant: what is written is read off the node: its operation, its index string, the text of its row. An expression
 * may be smaller than the node it stands for where one number, one row or one column is repeated; gn_trace_full makes
 * sure of the shape where that would change the meaning. */
#include "trace_expr.h"

#include <string.h>
#include "../graph/composed.h"

/* ---- contractions ------------------------------------------------------------------------------------------------ */

gn_trace_spec gn_trace_read_spec(const char *spec)
{
    gn_trace_spec l = { .operands = 1 };
    char *at = l.term[0];
    size_t n = 0;
    for (const char *p = spec; *p; p++) {
        if (*p == ',') at = l.term[1], n = 0, l.operands = 2;
        else if (*p == '-' && p[1] == '>') at = l.result, n = 0, p++;
        else if (n < GN_RANK) at[n++] = *p;
    }
    return l;
}

static bool has(const char *term, char c) { return c && strchr(term, c) != NULL; }

/* An operand laid into a frame of rows i and columns j (either may be 0: none). */
static gn_expr laid(gn_trace *t, gn_expr e, const char *term, char i, char j)
{
    size_t n = strlen(term);
    if (n == 2) return term[0] == i && (term[1] == j || !j) ? e : term[0] == i ? e : gn_expr_transposed(t, e);
    if (n == 0) return e;
    bool row = e.rows == 1, wants_row = term[0] == j;
    (void)i;
    return row == wants_row || gn_expr_is_scalar(e) ? e : gn_expr_transposed(t, e);
}

/* p k, k q -> p q: the one letter that both have is summed away. */
static gn_expr matrix_product(gn_trace *t, const gn_node_info *info, const gn_trace_spec *l, char k)
{
    char p = 0, q = 0;
    for (const char *c = l->term[0]; *c; c++)
        if (*c != k) p = *c;
    for (const char *c = l->term[1]; *c; c++)
        if (*c != k) q = *c;
    gn_expr a = gn_trace_full(t, info->in[0]), b = gn_trace_full(t, info->in[1]);
    a = p ? (l->term[0][0] == k ? gn_expr_transposed(t, a) : a) : (a.rows == 1 ? a : gn_expr_transposed(t, a));
    b = q ? (l->term[1][0] == k ? b : gn_expr_transposed(t, b)) : (b.cols == 1 ? b : gn_expr_transposed(t, b));
    if (gn_expr_is_scalar(a) || gn_expr_is_scalar(b)) {
        gn_expr r = gn_expr_times(t, a, b);
        return l->result[0] == q && p ? gn_expr_transposed(t, r) : r;
    }
    gn_expr r = gn_expr_product(t, a, b);
    return l->result[0] == q && p ? gn_expr_transposed(t, r) : r;
}

/* Everything else: element by element in a frame of two letters, then summed over those that the result has not. */
static gn_expr framed(gn_trace *t, const gn_node_info *info, const gn_trace_spec *l)
{
    char i = 0, j = 0;
    const char *first = strlen(l->result) == 2       ? l->result
                        : strlen(l->term[0]) == 2    ? l->term[0]
                        : strlen(l->term[1]) == 2    ? l->term[1]
                                                     : NULL;
    if (first) i = first[0], j = first[1];
    else j = l->result[0] ? l->result[0] : l->term[0][0] ? l->term[0][0] : l->term[1][0];
    bool sums = false;
    for (int o = 0; o < l->operands; o++)
        for (const char *c = l->term[o]; *c; c++) sums |= !has(l->result, *c);
    gn_expr e[2];
    for (int o = 0; o < l->operands; o++) {
        e[o] = sums ? gn_trace_full(t, info->in[o]) : gn_trace_express(t, info->in[o]);
        if (first) e[o] = laid(t, e[o], l->term[o], i, j);
        else if (o && e[1].rows != e[0].rows && !gn_expr_is_scalar(e[1])) e[1] = gn_expr_transposed(t, e[1]);
    }
    gn_expr r = l->operands == 2 ? gn_expr_times(t, e[0], e[1]) : e[0];
    bool rows = first && !has(l->result, i), cols = !has(l->result, j);
    if (!sums) return r;
    if (rows && cols) return gn_expr_sum_all(t, r);
    if (!first) return gn_expr_sum_all(t, r);
    return rows ? gn_expr_sum_rows(t, r) : cols ? gn_expr_sum_cols(t, r) : r;
}

static gn_expr express_contraction(gn_trace *t, const gn_node_info *info)
{
    gn_trace_spec l = gn_trace_read_spec(info->spec);
    char k = 0;
    int common = 0, kept = 0;
    for (const char *c = l.term[0]; l.operands == 2 && *c; c++) {
        if (!has(l.term[1], *c)) continue;
        common++;
        if (has(l.result, *c)) kept++;
        else k = *c;
    }
    size_t free = strlen(l.term[0]) + strlen(l.term[1]);
    if (l.operands == 2 && common == 1 && !kept && free > 2) return matrix_product(t, info, &l, k);
    if (l.operands == 2 && common == 0 && strlen(l.term[0]) == 1 && strlen(l.term[1]) == 1) {
        gn_expr a = gn_trace_full(t, info->in[0]), b = gn_trace_full(t, info->in[1]);
        bool first = l.result[0] == l.term[0][0];
        gn_expr p = first ? a : b, q = first ? b : a;
        return gn_expr_product(t, p.cols == 1 ? p : gn_expr_transposed(t, p),
                               q.rows == 1 ? q : gn_expr_transposed(t, q));
    }
    return framed(t, info, &l);
}

/* ---- pointwise, slopes, composed --------------------------------------------------------------------------------- */

static gn_expr express_row(gn_trace *t, const gn_pointwise_row *row, const char *text, const gn_node *in, gn_node value,
                        const double *par)
{
    static const char *const operand[3] = { "x", "y", "z" }, *const result[3] = { "y", "z", "u" };
    gn_trace_part part[6];
    size_t n = 0;
    for (int i = 0; i < row->arity; i++)
        if (in[i]) part[n++] = gn_expr_part(operand[i], gn_trace_express(t, in[i]));
    if (value) part[n++] = gn_expr_part(result[row->arity - 1], gn_trace_express(t, value));
    for (int i = 0; i < row->parameters; i++)
        part[n++] = gn_expr_part(row->parameter_name[i], gn_expr_number(t, par[i]));
    return gn_expr_formula(t, text, strlen(text), (gn_expr_parts){ part, n });
}

static bool own_parameters(const gn_pointwise_row *row, const double *par)
{
    for (int i = 0; i < row->parameters; i++)
        if (par[i] != row->parameter_default[i]) return false;
    return true;
}

static gn_expr express_pointwise(gn_trace *t, const gn_node_info *info)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[info->op];
    if (!own_parameters(row, info->attr)) return express_row(t, row, row->value, info->in, 0, info->attr);
    gn_expr e[3];
    for (int i = 0; i < row->arity; i++) e[i] = gn_trace_express(t, info->in[i]);
    switch (info->op) {
    case GN_P_identity: return e[0];
    case GN_P_neg: return gn_expr_negative(t, e[0]);
    case GN_P_add: return gn_expr_add(t, e[0], " + ", e[1]);
    case GN_P_sub: return gn_expr_add(t, e[0], " - ", e[1]);
    case GN_P_mul: return gn_expr_times(t, e[0], e[1]);
    case GN_P_div: return gn_expr_divided(t, e[0], e[1]);
    case GN_P_reciprocal: return gn_expr_divided(t, gn_expr_number(t, 1), e[0]);
    default: return gn_expr_call(t, row->name, row->arity, e);
    }
}

/* The layer's slope that has a name already, for the same operation on the same operands. */
static gn_trace_name *known_slope(const gn_trace *t, const gn_node_info *info)
{
    for (size_t i = 0; i < t->net->layers; i++) {
        gn_trace_name *r = gn_trace_named(t, t->layer[i].slope);
        if (!r) continue;
        gn_node_info s = gn_node_get(t->g, r->node);
        if (s.kind == GN_SLOPE && s.op == info->op && s.in[0] == info->in[0] && s.in[3] == info->in[3] &&
            !memcmp(s.attr, info->attr, sizeof s.attr))
            return r;
    }
    return NULL;
}

static gn_expr express_slope(gn_trace *t, const gn_node_info *info)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[info->op];
    gn_trace_name *known = known_slope(t, info);
    gn_expr gradient = gn_trace_express(t, info->in[4]);
    gn_expr slope = known ? gn_trace_by_name(t, known)
                       : express_row(t, row, row->slope[(int)info->attr[3]], info->in, info->in[3], info->attr);
    return gn_expr_times(t, gradient, slope);
}

/* (P - T) .* g, where every row of the targets sums to 1; P is the softmax of the same scores. */
static gn_expr softmax_gradient(gn_trace *t, const gn_node_info *info)
{
    gn_trace_name *p = gn_trace_named(t, t->p);
    gn_node_info link = gn_node_get(t->g, t->p);
    if (!p || link.in[0] != info->in[0]) return gn_trace_express(t, gn_spell(t->g, info->in[0]));
    gn_expr e = gn_expr_add(t, gn_trace_by_name(t, p), " - ", gn_trace_express(t, info->in[1]));
    gn_expr g = gn_trace_express(t, info->in[2]);
    if (g.rows == 1 && g.cols > 1) g = gn_expr_transposed(t, g);
    return gn_expr_times(t, e, g);
}

/* -sum(T .* log(P)) for each row. */
static gn_expr softmax_loss(gn_trace *t, const gn_node_info *info, gn_node self)
{
    gn_trace_name *p = gn_trace_named(t, t->p);
    gn_node_info link = gn_node_get(t->g, t->p);
    if (!p || link.in[0] != info->in[0] || t->careful) return gn_trace_express(t, gn_spell(t->g, self));
    t->by_logs = true;
    gn_expr logs = gn_trace_by_name(t, p);
    logs = gn_expr_call(t, "log", 1, &logs);
    return gn_expr_negative(t, gn_expr_sum_cols(t, gn_expr_times(t, gn_trace_express(t, info->in[1]), logs)));
}

static const char LARGEST[] = "the largest score of each row: without it exp may overflow, and it cancels";

static gn_expr express_composed(gn_trace *t, const gn_node_info *info, gn_node n)
{
    if (info->op == GN_M_softmax_xent) return softmax_loss(t, info, n);
    if (info->op == GN_M_softmax_xent_vjp) return softmax_gradient(t, info);
    gn_node spelled = gn_spell(t->g, n);
    if (!spelled || spelled == n) {
        bool most = info->op == GN_M_row_max;
        return gn_trace_auxiliary(t, n, gn_expr_atom("0", t->rows, 1), true, most ? "M" : "N",
                                  most ? LARGEST : NULL);
    }
    gn_node_info top = gn_node_get(t->g, spelled);
    if (info->op == GN_M_softmax)
        gn_trace_auxiliary(t, top.in[0], gn_trace_express(t, top.in[0]), false, "E", "exponentials");
    if (info->op == GN_M_layer_norm) {
        gn_trace_auxiliary(t, top.in[0], gn_trace_express(t, top.in[0]), false, "C", "less the mean of its row");
        gn_trace_auxiliary(t, top.in[1], gn_trace_express(t, top.in[1]), false, "r",
                           "1 over the standard deviation of its row");
    }
    return gn_trace_express(t, spelled);
}

/* The node by its own operation, whatever it is called. */
gn_expr gn_trace_express_self(gn_trace *t, gn_node n)
{
    gn_node_info info = gn_node_get(t->g, n);
    switch (info.kind) {
    case GN_CONST: return gn_expr_constant(t, info.attr[0]);
    case GN_POINTWISE: return express_pointwise(t, &info);
    case GN_SLOPE: return express_slope(t, &info);
    case GN_CONTRACT: return express_contraction(t, &info);
    case GN_COMPOSED: return express_composed(t, &info, n);
    default: return gn_trace_auxiliary(t, n, gn_expr_atom("0", 1, 1), true, "N", NULL);
    }
}

gn_expr gn_trace_express(gn_trace *t, gn_node n)
{
    gn_trace_name *r = gn_trace_named(t, n);
    if (r) return gn_trace_by_name(t, r);
    return t->status == GN_OK && n ? gn_trace_express_self(t, n) : gn_expr_failed(t);
}

