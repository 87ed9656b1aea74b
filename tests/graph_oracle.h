/* graph_oracle.h -- a graph evaluated node by node in double, as each node reads: what derivatives and plans are tested
 * against. Contractions are loops over all letters; nothing is fused, reordered or reused. */
#ifndef GN_GRAPH_ORACLE_H
#define GN_GRAPH_ORACLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "graph/graph_internal.h"

typedef struct oracle {
    gn_graph *g;
    double **value;     /* by node; leaves are put in by the test */
    gn_node room;
} oracle;

static inline void oracle_open(oracle *o, gn_graph *g) { *o = (oracle){ .g = g }; }

static inline double *oracle_slot(oracle *o, gn_node n)
{
    if (n >= o->room) {
        gn_node room = 2 * n + 64;
        o->value = realloc(o->value, (size_t)room * sizeof *o->value);
        assert_non_null(o->value);
        memset(o->value + o->room, 0, (size_t)(room - o->room) * sizeof *o->value);
        o->room = room;
    }
    return o->value[n];
}

static inline double *oracle_new(oracle *o, gn_node n)
{
    oracle_slot(o, n);
    double *v = o->value[n] ? o->value[n] : calloc(gn_shape_size(gn_node_get(o->g, n).shape), sizeof *v);
    assert_non_null(v);
    return o->value[n] = v;
}

/* Forget everything but leaves. */
static inline void oracle_reset(oracle *o)
{
    for (gn_node i = 1; i < o->room; i++) {
        gn_kind k = gn_node_get(o->g, i).kind;
        if (k == GN_INPUT || k == GN_PARAM || k == GN_RANDOM_MASK) continue;
        free(o->value[i]);
        o->value[i] = NULL;
    }
}

static inline void oracle_close(oracle *o)
{
    for (gn_node i = 1; i < o->room; i++) free(o->value[i]);
    free(o->value);
}

static inline size_t oracle_offset(const char *term, gn_shape s, const size_t *at)
{
    size_t offset = 0;
    for (int i = 0; i < s.rank; i++) offset = offset * s.dim[i] + at[term[i] - 'a'];
    return offset;
}

static inline void oracle_contract(oracle *o, const gn_node_info *f, double *out)
{
    gn_spec spec;
    assert_true(gn_spec_parse(f->spec, &spec));
    size_t size[26] = { 0 }, at[26] = { 0 };
    for (int i = 0; i < f->shape.rank; i++) size[spec.result[i] - 'a'] = f->shape.dim[i];
    for (int k = 0; k < spec.operands; k++)
        for (int i = 0; i < spec.rank[k]; i++) size[spec.term[k][i] - 'a'] = gn_node_get(o->g, f->in[k]).shape.dim[i];
    memset(out, 0, gn_shape_size(f->shape) * sizeof *out);
    for (bool more = true; more;) {
        double v = 1;
        for (int k = 0; k < spec.operands; k++)
            v *= o->value[f->in[k]][oracle_offset(spec.term[k], gn_node_get(o->g, f->in[k]).shape, at)];
        out[oracle_offset(spec.result, f->shape, at)] += v;
        more = false;
        for (int l = 0; l < 26 && !more; l++) {
            if (!size[l]) continue;
            if (++at[l] < size[l]) more = true;
            else at[l] = 0;
        }
    }
}

static inline void oracle_pointwise(oracle *o, const gn_node_info *f, double *out)
{
    const gn_kernels *k = gn_kernels_reference(GN_F64);
    const void *in[3] = { 0 };
    int step[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        if (!f->in[i]) continue;
        in[i] = o->value[f->in[i]];
        step[i] = gn_node_get(o->g, f->in[i]).shape.rank > 0;
    }
    double zero = 0;
    for (int i = 0; i < 3; i++)
        if (!in[i]) in[i] = &zero;
    size_t n = gn_shape_size(f->shape);
    if (f->kind == GN_POINTWISE) {
        k->value[f->op](n, in, step, f->attr, out);
        return;
    }
    k->slope[f->op][(int)f->attr[3]](n, in, step, f->in[3] ? o->value[f->in[3]] : NULL, o->value[f->in[4]],
                                     gn_node_get(o->g, f->in[4]).shape.rank > 0, f->attr, out);
}

static inline void oracle_composed(oracle *o, gn_node n, double *out);

static inline const double *oracle_eval(oracle *o, gn_node n)
{
    if (oracle_slot(o, n)) return o->value[n];
    gn_node_info f = gn_node_get(o->g, n);
    assert_int_not_equal(f.kind, GN_POISON);
    for (int k = 0; k < f.inputs; k++)
        if (f.in[k]) oracle_eval(o, f.in[k]);
    double *out = oracle_new(o, n);
    switch (f.kind) {
    case GN_CONST: out[0] = f.attr[0]; break;
    case GN_POINTWISE:
    case GN_SLOPE: oracle_pointwise(o, &f, out); break;
    case GN_CONTRACT: oracle_contract(o, &f, out); break;
    case GN_COMPOSED: oracle_composed(o, n, out); break;
    default: fail_msg("a leaf without a value: node %d", (int)n);
    }
    return out;
}

static inline void oracle_composed(oracle *o, gn_node n, double *out)
{
    gn_node_info f = gn_node_get(o->g, n);
    const gn_composed_row *row = gn_composed_table((gn_composed_op)f.op);
    if (!row->run) {
        memcpy(out, oracle_eval(o, gn_spell(o->g, n)), gn_shape_size(f.shape) * sizeof *out);
        return;
    }
    const void *in[5];
    gn_shape shape[6];
    for (int k = 0; k < f.inputs; k++) {
        in[k] = o->value[f.in[k]];
        shape[k] = gn_node_get(o->g, f.in[k]).shape;
    }
    shape[f.inputs] = f.shape;
    row->run(gn_kernels_reference(GN_F64), in, shape, f.attr, out);
}

#endif
