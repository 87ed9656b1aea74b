/* simplify_product.c -- like factors collected, numbers gathered in front, factors in an order a reader expects. */
#include "simplify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* base^exponent; the exponent is a simplified node. */
typedef struct factor { const gn_formula *base, *exponent; } factor;
typedef struct factors {
    gn_maker *m;
    gn_rational coef;
    factor *at;
    size_t count, room;
} factors;

static bool append(factors *p, const gn_formula *base, const gn_formula *exponent)
{
    if (!base || !exponent) return false;
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 8;
        factor *at = gn_resize(p->m->ctx, p->at, room, sizeof *at);
        if (!at) {
            p->m->status = GN_NO_MEMORY;
            return false;
        }
        p->at = at;
        p->room = room;
    }
    p->at[p->count++] = (factor){base, exponent};
    return true;
}

static const gn_formula *exponent_sum(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    gn_parts terms = {.m = m};
    if (gn_parts_add(&terms, gn_rational_int(1), a) && gn_parts_add(&terms, gn_rational_int(1), b))
        return gn_simplify_sum(m, &terms);
    gn_parts_free(&terms);
    return NULL;
}

static bool collect(factors *p, const gn_formula *base, const gn_formula *exponent)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->at[i].base != base) continue;
        p->at[i].exponent = exponent_sum(p->m, p->at[i].exponent, exponent);
        return p->at[i].exponent != NULL;
    }
    return append(p, base, exponent);
}

/* number^k into the coefficient; when that leaves the numbers there are (1/0, overflow), it stays a factor. */
static bool collect_number(factors *p, const gn_formula *number, int64_t k)
{
    gn_rational power, product;
    if (gn_rational_power(gn_rational_real(number->number), k, &power)) {
        product = gn_rational_mul(p->coef, power);
        bool vanished = product.value == 0 && p->coef.value != 0 && power.value != 0;
        if (gn_rational_finite(product) && !vanished) {
            p->coef = product;
            return true;
        }
    }
    return collect(p, number, gn_tree_number(p->m, (double)k));
}

/* The greatest whole number that divides every coefficient of a sum: (2*x - 6)*y = 2*(x - 3)*y. */
static bool content(gn_maker *m, const gn_formula *sum, int64_t *out)
{
    *out = 0;
    for (const gn_formula *f = sum; f; f = f->op == GN_F_ADD || f->op == GN_F_SUB ? f->arg[0] : NULL) {
        gn_rational c;
        const gn_formula *rest, *term = f->op == GN_F_ADD || f->op == GN_F_SUB ? f->arg[1] : f;
        if (!gn_split_coef(m, term, &c, &rest)) return false;
        if (!gn_rational_is_whole(c) || c.n == 0) return *out = 1, true;
        int64_t a = *out, b = llabs(c.n);
        while (b) {
            int64_t r = a % b;
            a = b;
            b = r;
        }
        *out = a;
        if (a == 1) return true;
    }
    return true;
}

static const gn_formula *divided(gn_maker *m, const gn_formula *sum, int64_t by)
{
    gn_parts terms = {.m = m};
    gn_rational part = gn_rational_invert(gn_rational_int(by));
    bool good = true;
    for (const gn_formula *f = sum; f && good; f = f->op == GN_F_ADD || f->op == GN_F_SUB ? f->arg[0] : NULL) {
        bool inner = f->op == GN_F_ADD || f->op == GN_F_SUB;
        good = gn_parts_add(&terms, f->op == GN_F_SUB ? gn_rational_negate(part) : part, inner ? f->arg[1] : f);
    }
    for (size_t i = 0, j = terms.count; good && i + 1 < j; i++) {
        gn_part swap = terms.at[i];
        terms.at[i] = terms.at[--j];
        terms.at[j] = swap;
    }
    if (good) return gn_simplify_sum(m, &terms);
    gn_parts_free(&terms);
    return NULL;
}

static bool collect_sum(factors *p, const gn_formula *sum, int64_t k)
{
    int64_t common;
    if (!content(p->m, sum, &common)) return false;
    if (common > 1) {
        const gn_formula *number = gn_tree_number(p->m, (double)common);
        sum = divided(p->m, sum, common);
        if (!number || !sum || !collect_number(p, number, k)) return false;
    }
    return collect(p, sum, gn_constant_node(p->m, gn_rational_int(k)));
}

static const gn_formula *scaled(gn_maker *m, const gn_formula *f, int64_t k)
{
    gn_rational c;
    const gn_formula *rest;
    if (!gn_split_coef(m, f, &c, &rest)) return NULL;
    return gn_join(m, gn_rational_mul(c, gn_rational_int(k)), rest);
}

/* base^exponent to the whole power k, where the exponent is not a whole number. */
static bool collect_power(factors *p, const gn_formula *f, int64_t k)
{
    const gn_formula *base = f->arg[0], *exponent = scaled(p->m, f->arg[1], k);
    gn_rational n;
    if (gn_tree_is(base, 1)) return true;
    if (exponent && gn_constant_of(exponent, &n) && gn_rational_is_whole(n) && base->op == GN_F_NUMBER)
        return collect_number(p, base, n.n);
    return collect(p, base, exponent);
}

/* sqrt(u)^k: u^(k/2), and sqrt(u) once more for an odd k. */
static bool collect_root(factors *p, gn_parts *stack, const gn_formula *f, int64_t k)
{
    int64_t half = k / 2, odd = k % 2;
    if (half && !gn_parts_add(stack, gn_rational_int(half), f->arg[0])) return false;
    return !odd || collect(p, f, gn_constant_node(p->m, gn_rational_int(odd)));
}

/* One node to the power k falls apart into factors, or into nodes that go back on the stack. */
static bool take_apart(factors *p, gn_parts *stack, const gn_formula *f, int64_t k)
{
    gn_rational n;
    switch (f->op) {
    case GN_F_NUMBER: return collect_number(p, f, k);
    case GN_F_NEG:
        if (k % 2) p->coef = gn_rational_negate(p->coef);
        return gn_parts_add(stack, gn_rational_int(k), f->arg[0]);
    case GN_F_MUL:
        return gn_parts_add(stack, gn_rational_int(k), f->arg[1]) && gn_parts_add(stack, gn_rational_int(k), f->arg[0]);
    case GN_F_DIV:
        return gn_parts_add(stack, gn_rational_int(-k), f->arg[1]) &&
               gn_parts_add(stack, gn_rational_int(k), f->arg[0]);
    case GN_F_ADD: case GN_F_SUB: return collect_sum(p, f, k);
    case GN_F_POW:
        if (gn_constant_of(f->arg[1], &n) && gn_rational_is_whole(n) && llabs(n.n) < 100000 && llabs(k) < 100000)
            return n.n == 0 || gn_parts_add(stack, gn_rational_int(n.n * k), f->arg[0]);
        return collect_power(p, f, k);
    default:
        if (f->op == GN_F_CALL && strcmp(f->name, "sqrt") == 0) return collect_root(p, stack, f, k);
        return collect(p, f, gn_constant_node(p->m, gn_rational_int(k)));
    }
}

static bool gather(factors *p, const gn_parts *in)
{
    gn_parts stack = {.m = p->m};
    bool good = true;
    for (size_t i = in->count; i-- > 0 && good;) good = gn_parts_add(&stack, in->at[i].coef, in->at[i].node);
    while (good && stack.count > 0) {
        gn_part top = stack.at[--stack.count];
        good = take_apart(p, &stack, top.node, top.coef.n);
    }
    gn_parts_free(&stack);
    return good;
}

/* Two roots of one factor meet only after collection: sqrt(x)*sqrt(x) has become sqrt(x)^2. */
static bool gather_roots(factors *p)
{
    for (size_t i = 0; i < p->count; i++) {
        gn_rational n;
        const factor f = p->at[i];
        if (f.base->op != GN_F_CALL || strcmp(f.base->name, "sqrt") != 0) continue;
        if (!gn_constant_of(f.exponent, &n) || !gn_rational_is_whole(n) || llabs(n.n) < 2) continue;
        gn_parts again = {.m = p->m};
        p->at[i].exponent = gn_tree_number(p->m, 0);
        bool good = p->at[i].exponent && gn_parts_add(&again, n, f.base) && gather(p, &again);
        gn_parts_free(&again);
        if (!good) return false;
    }
    return true;
}

/* ---- order --------------------------------------------------------------------------------------------------- */

/* Numbers and their roots, then names, then powers with a variable in the exponent, then functions, then sums. */
static int rank(const factor *f)
{
    const gn_formula *base = f->base;
    if (f->exponent->names && (base->names == 0 || base->op == GN_F_NAME)) return 2;
    if (base->names == 0) return 0;
    return base->op == GN_F_NAME ? 1 : base->op == GN_F_CALL ? 3 : 4;
}

static const char *leading_name(const gn_formula *f)
{
    while (f->op != GN_F_NAME) {
        int k = 0;
        while (k < f->arguments && f->arg[k]->names == 0) k++;
        if (k == f->arguments) return "";
        f = f->arg[k];
    }
    return f->name;
}

static int by_rank(const void *left, const void *right)
{
    const gn_formula *a = ((const factor *)left)->base, *b = ((const factor *)right)->base;
    int order = rank(left) - rank(right);
    if (!order) order = strcmp(leading_name(a), leading_name(b));
    if (!order && a->op == GN_F_CALL && b->op == GN_F_CALL) order = strcmp(a->name, b->name);
    if (!order) order = (a->terms > b->terms) - (a->terms < b->terms);
    return order ? order : (a->hash > b->hash) - (a->hash < b->hash);
}

/* ---- putting together ---------------------------------------------------------------------------------------- */

static const gn_formula *times(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    return a && b ? gn_tree_make(m, GN_F_MUL, a, b, 0) : b;
}

static const gn_formula *power(gn_maker *m, const gn_formula *base, const gn_formula *exponent)
{
    return gn_tree_is(exponent, 1) ? base : gn_tree_make(m, GN_F_POW, base, exponent, 0);
}

static const gn_formula *build(factors *p)
{
    const gn_formula *above = NULL, *below = NULL;
    bool by_zero = false;
    if (p->count) qsort(p->at, p->count, sizeof *p->at, by_rank);
    for (size_t i = 0; i < p->count; i++) {
        gn_rational n = gn_rational_int(1);
        const factor *f = &p->at[i];
        bool constant = gn_constant_of(f->exponent, &n);
        if (constant && gn_rational_is(n, 0)) continue;
        by_zero = by_zero || gn_tree_is(f->base, 0);
        if (constant && n.value < 0)
            below = times(p->m, below, power(p->m, f->base, gn_constant_node(p->m, gn_rational_negate(n))));
        else above = times(p->m, above, power(p->m, f->base, f->exponent));
    }
    if (p->m->status != GN_OK) return NULL;
    if (gn_rational_is(p->coef, 0) && !by_zero) return gn_tree_number(p->m, 0);
    const gn_formula *node = above;
    if (below) node = gn_tree_make(p->m, GN_F_DIV, above ? above : gn_tree_number(p->m, 1), below, 0);
    if (!gn_rational_is(p->coef, 0)) return gn_join(p->m, p->coef, node);
    return gn_tree_make(p->m, GN_F_MUL, gn_tree_number(p->m, 0), node, 0);
}

const gn_formula *gn_simplify_product(gn_maker *m, gn_parts *in)
{
    factors p = {.m = m, .coef = gn_rational_int(1)};
    bool good = gather(&p, in) && gather_roots(&p);
    const gn_formula *product = good ? build(&p) : NULL;
    gn_free(m->ctx, p.at);
    gn_parts_free(in);
    return product;
}
