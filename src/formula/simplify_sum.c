/* simplify_sum.c -- like terms collected, in the order in which they first came. */
#include "simplify.h"

#include <math.h>

static size_t find(const gn_parts *p, const gn_formula *node)
{
    size_t i = 0;
    while (i < p->count && p->at[i].node != node) i++;
    return i;
}

/* Add coef*node to like terms. A constant that would overflow stands as a term of its own. */
static bool collect(gn_parts *to, gn_rational coef, const gn_formula *node)
{
    size_t i = find(to, node);
    if (i == to->count) return gn_parts_add(to, coef, node);
    gn_rational sum = gn_rational_add(to->at[i].coef, coef);
    if (!gn_rational_finite(sum)) return gn_parts_add(to, coef, node);
    to->at[i].coef = sum;
    return true;
}

/* The terms of coef*f, where f is simplified; sums are followed when their own factor is 1 or -1, or always when
 * `deep`. */
static bool flatten(gn_maker *m, gn_parts *to, gn_rational coef, const gn_formula *f, bool deep)
{
    gn_parts stack = {.m = m};
    bool good = gn_parts_add(&stack, coef, f);
    while (good && stack.count > 0) {
        gn_part top = stack.at[--stack.count];
        const gn_formula *n = top.node;
        bool open = deep || gn_rational_is(top.coef, 1) || gn_rational_is(top.coef, -1);
        if (n && open && (n->op == GN_F_ADD || n->op == GN_F_SUB)) {
            gn_rational second = n->op == GN_F_SUB ? gn_rational_negate(top.coef) : top.coef;
            good = gn_parts_add(&stack, second, n->arg[1]) && gn_parts_add(&stack, top.coef, n->arg[0]);
            continue;
        }
        gn_rational own;
        const gn_formula *rest;
        good = gn_split_coef(m, n, &own, &rest);
        if (!good) break;
        own = gn_rational_mul(own, top.coef);
        if (rest && rest != n && (rest->op == GN_F_ADD || rest->op == GN_F_SUB) &&
            (deep || gn_rational_is(own, 1) || gn_rational_is(own, -1)))
            good = gn_parts_add(&stack, own, rest);
        else good = gn_rational_finite(own) ? collect(to, own, rest) : gn_parts_add(to, gn_rational_int(1), n);
    }
    gn_parts_free(&stack);
    return good;
}

static bool is_sum(const gn_formula *f)
{
    return f && (f->op == GN_F_ADD || f->op == GN_F_SUB);
}

/* Does a term of the sum at place i have a like term elsewhere? Then 2*(x - 3) + 2 is better written 2*x - 4. */
static bool meets(gn_maker *m, const gn_parts *terms, size_t i, bool *good)
{
    gn_parts inner = {.m = m};
    bool found = false;
    *good = flatten(m, &inner, gn_rational_int(1), terms->at[i].node, true);
    for (size_t k = 0; *good && k < inner.count && !found; k++) {
        size_t at = find(terms, inner.at[k].node);
        found = at < terms->count && at != i && !gn_rational_is(terms->at[at].coef, 0);
    }
    gn_parts_free(&inner);
    return found;
}

static bool distribute(gn_maker *m, gn_parts *terms)
{
    bool good = true;
    for (size_t i = 0; good && i < terms->count; i++) {
        gn_part t = terms->at[i];
        if (!is_sum(t.node) || gn_rational_is(t.coef, 0) || !meets(m, terms, i, &good) || !good) continue;
        terms->at[i].coef = gn_rational_int(0);
        good = flatten(m, terms, t.coef, t.node, true);
    }
    return good;
}

static const gn_formula *build(gn_maker *m, gn_parts *terms)
{
    size_t first = 0, n = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (!gn_rational_is(terms->at[i].coef, 0)) terms->at[n++] = terms->at[i];
    if (n == 0) return gn_tree_number(m, 0);
    while (first < n && terms->at[first].coef.value < 0) first++;
    if (first == n) first = 0;
    const gn_formula *sum = gn_join(m, terms->at[first].coef, terms->at[first].node);
    for (size_t i = 0; i < n && sum; i++) {
        if (i == first) continue;
        bool minus = terms->at[i].coef.value < 0;
        gn_rational size = minus ? gn_rational_negate(terms->at[i].coef) : terms->at[i].coef;
        sum = gn_tree_make(m, minus ? GN_F_SUB : GN_F_ADD, sum, gn_join(m, size, terms->at[i].node), 0);
    }
    return sum;
}

const gn_formula *gn_simplify_sum(gn_maker *m, gn_parts *terms)
{
    gn_parts collected = {.m = m};
    bool good = true;
    for (size_t i = 0; i < terms->count && good; i++)
        good = flatten(m, &collected, terms->at[i].coef, terms->at[i].node, false);
    if (good) good = distribute(m, &collected);
    const gn_formula *sum = good ? build(m, &collected) : NULL;
    gn_parts_free(&collected);
    gn_parts_free(terms);
    return sum;
}
