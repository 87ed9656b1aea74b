/* contract.c -- contractions by index string: reading it, inferring the shape, and gradients by exchange of roles.
 *
 * Invariant: a letter has one size in a node and occurs once in a term. Every contraction is linear in each operand,
 * and its gradient is a contraction of the same letters with the result and that operand exchanged. */
#include "graph_internal.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *name, *spec; } table[] = {
#define C(name, spec, about) { #name, spec },
#include "../defs/contract.def"
#undef C
};

const char *gn_contraction_name(int op) { return op >= 0 && op < GN_C_COUNT ? table[op].name : "contract"; }
const char *gn_contraction_spec(gn_contraction op) { return table[op].spec; }

/* One term up to `end`: at most GN_RANK different letters. */
static bool parse_term(const char *at, const char *end, char *term, int *rank)
{
    if (end - at > GN_RANK) return false;
    *rank = 0;
    for (; at < end; at++) {
        if (*at < 'a' || *at > 'z' || memchr(term, *at, (size_t)*rank)) return false;
        term[(*rank)++] = *at;
    }
    term[*rank] = 0;
    return true;
}

bool gn_spec_parse(const char *text, gn_spec *out)
{
    *out = (gn_spec){ .operands = 1 };
    const char *arrow = strstr(text, "->");
    if (!arrow) return false;
    const char *comma = memchr(text, ',', (size_t)(arrow - text));
    if (!parse_term(text, comma ? comma : arrow, out->term[0], &out->rank[0])) return false;
    if (comma) {
        out->operands = 2;
        if (!parse_term(comma + 1, arrow, out->term[1], &out->rank[1])) return false;
    }
    return parse_term(arrow + 2, arrow + 2 + strlen(arrow + 2), out->result, &out->result_rank);
}

/* ---- shapes ----------------------------------------------------------------------------------------------------- */

typedef struct gn_letters {     /* the size of each letter and the operand that set it */
    size_t size[26];
    gn_node from[26];
} gn_letters;

typedef struct gn_fitting {     /* what a message about a contraction names */
    gn_graph *g;
    const char *name, *text;
} gn_fitting;

static bool two_sizes(const gn_fitting *f, char letter, size_t size, gn_node first, gn_node second)
{
    const gn_graph *g = f->g;
    gn_shape s = g->node[second].shape;
    size_t other = 0;
    gn_spec spec;
    gn_spec_parse(f->text, &spec);
    for (int i = 0; i < s.rank; i++)
        if (spec.term[1][i] == letter) other = s.dim[i];
    gn_graph_fail(f->g, GN_E_GRAPH_SHAPE, "%s '%s': %c is %zu in %s %s but %zu in %s %s", f->name, f->text, letter,
                  size, gn_node_text(GN_SHOWN, g, first), gn_shape_text(GN_SHOWN, g->node[first].shape), other,
                  gn_node_text(GN_SHOWN, g, second), gn_shape_text(GN_SHOWN, s));
    return false;
}

static bool fit_operand(const gn_fitting *f, const char *term, int rank, gn_node n, gn_letters *l)
{
    gn_shape s = f->g->node[n].shape;
    if (s.rank != rank) {
        gn_graph_fail(f->g, GN_E_GRAPH_SHAPE, "%s '%s': %s has shape %s where '%s' has %d letter%s", f->name, f->text,
                      gn_node_text(GN_SHOWN, f->g, n), gn_shape_text(GN_SHOWN, s), term, rank, rank == 1 ? "" : "s");
        return false;
    }
    for (int i = 0; i < rank; i++) {
        int k = term[i] - 'a';
        if (l->from[k] && l->size[k] != s.dim[i]) return two_sizes(f, term[i], l->size[k], l->from[k], n);
        l->size[k] = s.dim[i];
        l->from[k] = n;
    }
    return true;
}

static bool fit_result(const gn_fitting *f, const gn_spec *spec, const gn_letters *l, const size_t *sizes,
                       gn_shape *out) {
    *out = (gn_shape){ .rank = spec->result_rank };
    for (int i = 0; i < spec->result_rank; i++) {
        int k = spec->result[i] - 'a';
        out->dim[i] = l->from[k] ? l->size[k] : sizes ? sizes[k] : 0;
        if (out->dim[i]) continue;
        gn_graph_fail(f->g, GN_E_GRAPH_SHAPE, "%s '%s': %c is in no operand, and no size was given for it", f->name,
                      f->text, spec->result[i]);
        return false;
    }
    return true;
}

static bool infer(const gn_fitting *f, const gn_spec *spec, const gn_node *in, const size_t *sizes, gn_shape *out)
{
    gn_letters l = { .size = { 0 } };
    for (int i = 0; i < spec->operands; i++)
        if (!fit_operand(f, spec->term[i], spec->rank[i], in[i], &l)) return false;
    return fit_result(f, spec, &l, sizes, out);
}

/* ---- building --------------------------------------------------------------------------------------------------- */

static int known_row(const char *spec)
{
    for (int i = 0; i < GN_C_COUNT; i++)
        if (!strcmp(table[i].spec, spec)) return i;
    return -1;
}

gn_node gn_contract_spec(gn_graph *g, const char *text, gn_node a, gn_node b, const size_t *sizes)
{
    gn_spec spec;
    if (!gn_spec_parse(text, &spec))
        return gn_graph_fail(g, GN_E_GRAPH_OP, "'%s' is no index string such as 'ik,kj->ij'",
                             gn_show(GN_SHOWN, text, strlen(text)));
    gn_node_info info = { .kind = GN_CONTRACT, .op = known_row(text), .spec = text, .in = { a } };
    info.inputs = spec.operands;
    if (spec.operands == 2) info.in[1] = b;
    else if (b) return gn_graph_fail(g, GN_E_GRAPH_OP, "'%s' takes one operand, not two", text);
    for (int i = 0; i < spec.operands; i++)
        if (!gn_node_ok(g, info.in[i])) return gn_graph_poisoned(g);
    gn_fitting f = { g, gn_contraction_name(info.op), text };
    return infer(&f, &spec, info.in, sizes, &info.shape) ? gn_node_add(g, &info, true) : 0;
}

gn_node gn_contract(gn_graph *g, gn_contraction op, gn_node a, gn_node b)
{
    if ((unsigned)op >= GN_C_COUNT) return gn_graph_fail(g, GN_E_GRAPH_OP, "there is no contraction %d", (int)op);
    return gn_contract_spec(g, table[op].spec, a, b, NULL);
}

/* ---- building blocks -------------------------------------------------------------------------------------------- */

static const char LETTERS[] = "ijkl";   /* as many as GN_RANK */

gn_node gn_spread(gn_graph *g, gn_node scalar, gn_shape shape)
{
    if (shape.rank == 0) return scalar;
    char text[8];
    size_t sizes[26] = { 0 };
    for (int i = 0; i < shape.rank; i++) sizes[LETTERS[i] - 'a'] = shape.dim[i];
    snprintf(text, sizeof text, "->%.*s", shape.rank, LETTERS);
    return gn_contract_spec(g, text, scalar, 0, sizes);
}

gn_node gn_filled(gn_graph *g, double value, gn_shape shape) { return gn_spread(g, gn_constant(g, value), shape); }

gn_node gn_sum_to_scalar(gn_graph *g, gn_node x)
{
    if (!gn_node_ok(g, x)) return gn_graph_poisoned(g);
    char text[8];
    if (g->node[x].shape.rank == 0) return x;
    snprintf(text, sizeof text, "%.*s->", g->node[x].shape.rank, LETTERS);
    return gn_contract_spec(g, text, x, 0, NULL);
}

gn_node gn_spread_col(gn_graph *g, gn_node column, size_t n)
{
    size_t sizes[26] = { ['j' - 'a'] = n };
    return gn_contract_spec(g, table[GN_C_broadcast_col].spec, column, 0, sizes);
}

gn_node gn_spread_row(gn_graph *g, gn_node row, size_t m)
{
    size_t sizes[26] = { ['i' - 'a'] = m };
    return gn_contract_spec(g, table[GN_C_broadcast_row].spec, row, 0, sizes);
}

/* ---- derivatives ------------------------------------------------------------------------------------------------ */

/* "bi,oi->bo": to x goes "bo,oi->bi" of (gradient, W), to W "bo,bi->oi" of (gradient, x). A letter that only the
 * operand has (a sum's) is broadcast; one that only the result has (a broadcast's) is summed. */
gn_node gn_contract_vjp(gn_graph *g, gn_node n, int k, gn_node gradient)
{
    gn_node_info c = gn_node_get(g, n);
    gn_spec s;
    if (!gn_spec_parse(c.spec, &s)) return gn_graph_poisoned(g);
    char text[3 * GN_RANK + 4];
    size_t sizes[26] = { 0 };
    gn_shape to = g->node[c.in[k]].shape;
    for (int i = 0; i < to.rank; i++) sizes[s.term[k][i] - 'a'] = to.dim[i];
    bool two = s.operands == 2;
    snprintf(text, sizeof text, "%s%s%s->%s", s.result, two ? "," : "", two ? s.term[1 - k] : "", s.term[k]);
    return gn_contract_spec(g, text, gradient, two ? c.in[1 - k] : 0, sizes);
}

gn_node gn_contract_replace(gn_graph *g, gn_node n, int k, gn_node by)
{
    gn_node_info c = gn_node_get(g, n);
    gn_spec s;
    if (!gn_spec_parse(c.spec, &s)) return gn_graph_poisoned(g);
    size_t sizes[26] = { 0 };
    for (int i = 0; i < c.shape.rank; i++) sizes[s.result[i] - 'a'] = c.shape.dim[i];
    c.in[k] = by;
    return gn_contract_spec(g, c.spec, c.in[0], c.inputs == 2 ? c.in[1] : 0, sizes);
}
