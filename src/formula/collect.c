/* collect.c -- a formula as a polynomial in one name, its coefficients found as those of the Taylor series at 0.
 *
 * Invariant: only a formula whose repeated derivative becomes 0 is rewritten, so that the result is equal to it
 * everywhere. */
#include "tree.h"

#include <string.h>

enum { DEGREE = 8 };

enum { NONE = 1000 };   /* no polynomial */

static int degree_of_power(const gn_formula *f, int base)
{
    double n = f->arg[1]->op == GN_F_NUMBER ? f->arg[1]->number : -1;
    return n >= 0 && n <= DEGREE && n == (int)n && base * (int)n <= DEGREE ? base * (int)n : NONE;
}

/* The degree of one node by those of its arguments. */
static int degree_of_node(const gn_formula *f, const char *name, const int arg[3])
{
    bool free = true;
    for (int k = 0; k < f->arguments; k++) free = free && arg[k] == 0;
    if (f->op == GN_F_NAME) return strcmp(f->name, name) == 0;
    if (free) return 0;
    bool choice = f->op == GN_F_CALL && strcmp(f->name, "where") == 0 && arg[0] == 0;
    switch (f->op) {
    case GN_F_ADD: case GN_F_SUB: return arg[0] > arg[1] ? arg[0] : arg[1];
    case GN_F_NEG: return arg[0];
    case GN_F_MUL: return arg[0] + arg[1] < NONE ? arg[0] + arg[1] : NONE;
    case GN_F_DIV: return arg[1] == 0 ? arg[0] : NONE;
    case GN_F_POW: return arg[1] == 0 ? degree_of_power(f, arg[0]) : NONE;
    default: return !choice ? NONE : arg[1] > arg[2] ? arg[1] : arg[2];
    }
}

/* Is f a polynomial in the name of degree DEGREE or less by its form? Others are never derived again and again, which
 * could grow without end. */
static bool is_polynomial(gn_maker *m, const gn_formula *f, const char *name)
{
    gn_order o;
    int arg[3], *degree = NULL, last = NONE;
    if (!f) return false;
    m->status = gn_order_make(m->ctx, f, &o);
    if (m->status != GN_OK) return false;
    degree = gn_alloc_array(m->ctx, o.count, sizeof *degree);
    if (!degree) m->status = GN_NO_MEMORY;
    for (size_t i = 0; degree && i < o.count; i++) {
        for (int k = 0; k < o.node[i]->arguments; k++) arg[k] = degree[o.child[i][k]];
        last = degree[i] = degree_of_node(o.node[i], name, arg);
    }
    gn_free(m->ctx, degree);
    gn_order_free(&o);
    return last <= DEGREE;
}

/* The derivatives of f of order 0, 1, ... up to the last that is not 0; -1 when there is none, or the maker has failed.
 */
static int derivatives(gn_maker *m, const gn_formula *f, const char *name, const gn_formula *d[DEGREE + 1])
{
    d[0] = gn_tree_simplify(m, f);
    if (!is_polynomial(m, d[0], name)) return -1;
    for (int k = 0; d[k] && k <= DEGREE; k++) {
        const gn_formula *next = gn_tree_simplify(m, gn_tree_derive(m, d[k], name));
        if (!next) return -1;
        if (gn_tree_is(next, 0)) return k;
        if (k < DEGREE) d[k + 1] = next;
    }
    return -1;
}

/* d^k f/dname^k at 0, over k!: the derivative itself where it does not name the variable any more. */
static const gn_formula *coefficient(gn_maker *m, const gn_formula *d, const char *name, int k)
{
    double factorial = 1;
    for (int i = 2; i <= k; i++) factorial *= i;
    const gn_formula *zero = gn_tree_number(m, 0), *at_zero = gn_tree_replace(m, d, &name, &zero, 1);
    return gn_tree_simplify(m, gn_tree_div(m, at_zero, gn_tree_number(m, factorial)));
}

/* Not simplified as a whole: that could undo the order of the powers. */
static const gn_formula *collect(gn_maker *m, const gn_formula *f, const char *name)
{
    const gn_formula *d[DEGREE + 1], *sum = gn_tree_number(m, 0), *x = gn_tree_name(m, name, strlen(name), 0);
    int degree = derivatives(m, f, name, d);
    if (degree < 0) return d[0];
    for (int k = degree; k >= 0; k--) {
        const gn_formula *c = coefficient(m, d[k], name, k), *power = gn_tree_pow(m, x, gn_tree_number(m, k));
        bool sums = c && (c->op == GN_F_ADD || c->op == GN_F_SUB);
        const gn_formula *term =
            sums && k > 0 ? gn_tree_mul(m, power, c) : gn_tree_simplify(m, gn_tree_mul(m, c, power));
        sum = gn_tree_add(m, sum, term);
    }
    return sum;
}

gn_status gn_formula_collect(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "collected formula"));
    *out = collect(&m, f, name);
    gn_maker_free(&m);
    return m.status;
}
