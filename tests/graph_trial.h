/* graph_trial.h -- one trial of the tests of graphs: a few leaves with values and a direction for each, and the
 * derivative along it by reverse mode, by forward mode and by differences. */
#ifndef GN_GRAPH_TRIAL_H
#define GN_GRAPH_TRIAL_H

#include "graph_oracle.h"

enum { LEAVES = 3 };
typedef struct trial {      /* a scalar of a few leaves, with a direction v for each */
    gn_context *ctx;
    gn_graph *g;
    oracle o;
    const char *name;
    gn_node leaf[LEAVES], direction[LEAVES];
    int leaves;
    uint64_t state;
} trial;

static inline void open_trial(trial *t, const char *name)
{
    *t = (trial){ .name = name, .state = 12345 };
    assert_int_equal(gn_context_new(NULL, &t->ctx), GN_OK);
    assert_int_equal(gn_graph_new(t->ctx, &t->g), GN_OK);
    oracle_open(&t->o, t->g);
}

static inline void close_trial(trial *t)
{
    oracle_close(&t->o);
    gn_graph_free(t->g);
    gn_context_free(t->ctx);
}

static inline double draw(trial *t)
{
    t->state = t->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(t->state >> 11) / 9007199254740992.0;
}

/* Away from the kinks of every row: 0, 1, 3 and their negatives. */
static inline double draw_value(trial *t, bool positive)
{
    double v = (double)(int)(draw(t) * 3) + 0.15 + 0.7 * draw(t);
    return positive || draw(t) < 0.5 ? v : -v;
}

static inline void add_leaf(trial *t, gn_shape shape, bool positive)
{
    int i = t->leaves++;
    t->leaf[i] = gn_input(t->g, NULL, shape);
    t->direction[i] = gn_input(t->g, NULL, shape);
    double *x = oracle_new(&t->o, t->leaf[i]), *v = oracle_new(&t->o, t->direction[i]);
    for (size_t k = 0; k < gn_shape_size(shape); k++) {
        x[k] = draw_value(t, positive);
        v[k] = draw(t) - 0.5;
    }
}

/* One number from any node, each element with a weight of its own. */
static inline gn_node weighed(trial *t, gn_node y)
{
    gn_node w = gn_input(t->g, NULL, gn_node_get(t->g, y).shape);
    double *v = oracle_new(&t->o, w);
    for (size_t k = 0; k < gn_shape_size(gn_node_get(t->g, y).shape); k++) v[k] = draw(t) - 0.5;
    return gn_sum_to_scalar(t->g, gn_pw2(t->g, GN_P_mul, y, w));
}

static inline double number(trial *t, gn_node n) { return oracle_eval(&t->o, n)[0]; }

static inline double moved(trial *t, gn_node n, double by)
{
    double *kept[LEAVES];
    for (int i = 0; i < t->leaves; i++) {
        size_t size = gn_shape_size(gn_node_get(t->g, t->leaf[i]).shape);
        double *x = t->o.value[t->leaf[i]];
        kept[i] = malloc(size * sizeof *x);
        memcpy(kept[i], x, size * sizeof *x);
        for (size_t k = 0; k < size; k++) x[k] += by * t->o.value[t->direction[i]][k];
    }
    oracle_reset(&t->o);
    double out = number(t, n);
    for (int i = 0; i < t->leaves; i++) {
        memcpy(t->o.value[t->leaf[i]], kept[i], gn_shape_size(gn_node_get(t->g, t->leaf[i]).shape) * sizeof(double));
        free(kept[i]);
    }
    oracle_reset(&t->o);
    return out;
}

/* Five points: the error is of order h^4. */
static inline double difference(trial *t, gn_node n)
{
    const double h = 2e-3;
    return (8 * (moved(t, n, h) - moved(t, n, -h)) - (moved(t, n, 2 * h) - moved(t, n, -2 * h))) / (12 * h);
}

static inline void expect_near(const trial *t, const char *what, double a, double b, double tolerance)
{
    if (fabs(a - b) <= tolerance * (1 + fabs(a) + fabs(b))) return;
    print_error("%s: %s: %s against %s\n", t->name, what, gn_num(GN_NUM, a), gn_num(GN_NUM, b));
    fail();
}

/* dy/dv through reverse mode, as a node. */
static inline gn_node along(trial *t, gn_node y)
{
    gn_node gradient[LEAVES], out = gn_constant(t->g, 0);
    assert_int_equal(gn_grad(t->g, y, (size_t)t->leaves, t->leaf, gradient), GN_OK);
    for (int i = 0; i < t->leaves; i++) {
        assert_true(gn_shape_equal(gn_node_get(t->g, gradient[i]).shape, gn_node_get(t->g, t->leaf[i]).shape));
        gn_node part = gn_sum_to_scalar(t->g, gn_pw2(t->g, GN_P_mul, gradient[i], t->direction[i]));
        out = gn_pw2(t->g, GN_P_add, out, part);
    }
    return out;
}

static inline gn_node forward(trial *t, gn_node y)
{
    gn_node out = 0;
    assert_int_equal(gn_jvp(t->g, y, (size_t)t->leaves, t->leaf, t->direction, &out), GN_OK);
    return out;
}

/* Shapes under which every row of the tables can be tried. */
static inline gn_shape term_shape(const char *term, int rank)
{
    gn_shape s = { .rank = rank };
    for (int i = 0; i < rank; i++) s.dim[i] = (size_t)(2 + term[i] % 4);
    return s;
}

static inline gn_shape operand_shape(gn_composed_op op, int k)
{
    return op == GN_M_softmax_xent_vjp && k == 2 ? gn_shape_make(1, (size_t)3)
                                                 : gn_shape_make(2, (size_t)3, (size_t)4);
}

static inline gn_node trial_contraction(trial *t, const char *text, bool twice)
{
    gn_spec spec;
    size_t sizes[26];
    assert_true(gn_spec_parse(text, &spec));
    for (int l = 0; l < 26; l++) sizes[l] = (size_t)(2 + ('a' + l) % 4);
    for (int k = 0; k < (twice ? 1 : spec.operands); k++) add_leaf(t, term_shape(spec.term[k], spec.rank[k]), false);
    return gn_contract_spec(t->g, text, t->leaf[0], spec.operands == 1 ? 0 : t->leaf[twice ? 0 : 1], sizes);
}

/* Index strings beyond the rows: several letters a side, strides that do not merge, letters that are in one term
 * only. */
static const char *const free_specs[] = {
    "abc,cd->abd", "abc,bcd->ad", "ab,bcd->acd", "cab,cd->abd", "abc,abd->cd", "ab,cd->abcd", "abcd,cd->ab",
    "cd,abcd->ab", "acb,cd->abd", "abc,d->abcd", "a,bc->bca", "ab,ab->ab", "abc,abc->ac", "abc,ac->ab", "abc,c->abc",
    "abc->b", "abc->ca", "abc->bc", "abc->ab", "ab->cab", "ab->abc", "ab->acb", "ij->jk", "ij->ik", "ijk->kij",
    ",ij->ij", "ij,->ji", "i,->i", "ij,k->i",
};

#endif
