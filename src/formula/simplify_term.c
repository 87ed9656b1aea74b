/* simplify_term.c -- a term as a coefficient and the rest, taken apart and put together; square roots of constants. */
#include "simplify.h"

#include <math.h>

bool gn_parts_add(gn_parts *p, gn_rational coef, const gn_formula *node)
{
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 8;
        gn_part *at = gn_resize(p->m->ctx, p->at, room, sizeof *at);
        if (!at) {
            p->m->status = GN_NO_MEMORY;
            return false;
        }
        p->at = at;
        p->room = room;
    }
    p->at[p->count++] = (gn_part){coef, node};
    return true;
}

void gn_parts_free(gn_parts *p)
{
    gn_free(p->m->ctx, p->at);
    *p = (gn_parts){.m = p->m};
}

bool gn_constant_of(const gn_formula *f, gn_rational *out)
{
    bool minus = f->op == GN_F_NEG;
    if (minus) f = f->arg[0];
    if (f->op == GN_F_NUMBER) {
        *out = gn_rational_real(f->number);
    } else if (f->op == GN_F_DIV && f->arg[0]->op == GN_F_NUMBER && f->arg[1]->op == GN_F_NUMBER &&
               f->arg[1]->number != 0) {
        *out = gn_rational_mul(gn_rational_real(f->arg[0]->number),
                               gn_rational_invert(gn_rational_real(f->arg[1]->number)));
    } else {
        return false;
    }
    if (minus) *out = gn_rational_negate(*out);
    return true;
}

const gn_formula *gn_constant_node(gn_maker *m, gn_rational r)
{
    if (r.value < 0) return gn_tree_make(m, GN_F_NEG, gn_constant_node(m, gn_rational_negate(r)), NULL, 0);
    if (!r.exact || r.decimal || r.d == 1) return gn_tree_number(m, fabs(r.value));
    return gn_tree_make(m, GN_F_DIV, gn_tree_number(m, (double)r.n), gn_tree_number(m, (double)r.d), 0);
}

/* The factors of a left-associative product, the last first. */
static bool spine(gn_maker *m, const gn_formula *f, gn_parts *out)
{
    *out = (gn_parts){.m = m};
    for (; f->op == GN_F_MUL; f = f->arg[0])
        if (!gn_parts_add(out, gn_rational_int(1), f->arg[1])) return false;
    return gn_parts_add(out, gn_rational_int(1), f);
}

static const gn_formula *fold(gn_maker *m, gn_parts *factors, const gn_formula *first)
{
    const gn_formula *f = first;
    for (size_t i = factors->count; i-- > 0;)
        f = f ? gn_tree_make(m, GN_F_MUL, f, factors->at[i].node, 0) : factors->at[i].node;
    gn_parts_free(factors);
    return f;
}

/* A product without the number that leads it; NULL when nothing else is there. */
static const gn_formula *without_lead(gn_maker *m, const gn_formula *f, gn_rational *lead)
{
    const gn_formula *first = f;
    while (first->op == GN_F_MUL) first = first->arg[0];
    *lead = gn_rational_int(1);
    if (first->op != GN_F_NUMBER) return f;
    *lead = gn_rational_real(first->number);
    if (first == f) return NULL;
    gn_parts factors;
    if (!spine(m, f, &factors)) {
        gn_parts_free(&factors);
        return NULL;
    }
    factors.count--;
    return fold(m, &factors, NULL);
}

static const gn_formula *with_lead(gn_maker *m, const gn_formula *f, double lead)
{
    gn_parts factors;
    if (lead == 1) return f;
    const gn_formula *number = gn_tree_number(m, lead);
    if (!f || !number || gn_tree_is(f, 1)) return number;
    if (spine(m, f, &factors)) return fold(m, &factors, number);
    gn_parts_free(&factors);
    return NULL;
}

bool gn_split_coef(gn_maker *m, const gn_formula *f, gn_rational *coef, const gn_formula **node)
{
    bool minus = f->op == GN_F_NEG;
    gn_rational below = gn_rational_int(1);
    if (minus) f = f->arg[0];
    *node = f;
    *coef = gn_rational_int(1);
    if (f->op == GN_F_DIV) {
        const gn_formula *a = without_lead(m, f->arg[0], coef), *b = without_lead(m, f->arg[1], &below);
        if (below.value == 0) *coef = gn_rational_int(1);
        else if (b) *node = gn_tree_make(m, GN_F_DIV, a ? a : gn_tree_number(m, 1), b, 0);
        else *node = a;
        if (below.value != 0) *coef = gn_rational_mul(*coef, gn_rational_invert(below));
    } else {
        *node = without_lead(m, f, coef);
    }
    if (minus) *coef = gn_rational_negate(*coef);
    return m->status == GN_OK;
}

const gn_formula *gn_join(gn_maker *m, gn_rational coef, const gn_formula *node)
{
    if (!node) return gn_constant_node(m, coef);
    if (gn_rational_is(coef, 0)) return gn_tree_number(m, 0);
    if (coef.value < 0) return gn_tree_make(m, GN_F_NEG, gn_join(m, gn_rational_negate(coef), node), NULL, 0);
    bool fraction = coef.exact && !coef.decimal;
    double above = fraction ? (double)coef.n : coef.value, below = fraction ? (double)coef.d : 1;
    const gn_formula *a = node->op == GN_F_DIV ? node->arg[0] : node, *b = node->op == GN_F_DIV ? node->arg[1] : NULL;
    a = with_lead(m, a, above);
    if (b) b = with_lead(m, b, below);
    else if (below != 1) b = gn_tree_number(m, below);
    return b ? gn_tree_make(m, GN_F_DIV, a, b, 0) : a;
}

/* sqrt(c*rest) with c > 0: sqrt(68) = 2*sqrt(17), sqrt(1/2) = sqrt(2)/2, sqrt(4*x) = 2*sqrt(x). */
const gn_formula *gn_simplify_sqrt(gn_maker *m, const gn_formula *arg)
{
    gn_rational c, outside;
    const gn_formula *rest;
    int64_t square, left;
    if (!gn_split_coef(m, arg, &c, &rest)) return NULL;
    const gn_formula *plain = gn_tree_call(m, "sqrt", 1, &arg, 0);
    if (!c.exact || c.n <= 0 || c.n > (INT64_C(1) << 53) / c.d) return rest || c.n != 0 || !c.exact ? plain : arg;
    gn_rational_square_part(c.n * c.d, &square, &left);
    if (c.decimal && left != 1) return plain;
    outside = gn_rational_mul(gn_rational_int(square), gn_rational_invert(gn_rational_int(c.d)));
    outside.decimal = c.decimal && outside.d != 1;
    if (left == 1 && !rest) return gn_constant_node(m, outside);
    const gn_formula *inside = gn_join(m, gn_rational_int(left), rest);
    if (inside == arg) return plain;
    return inside ? gn_join(m, outside, gn_tree_call(m, "sqrt", 1, &inside, 0)) : NULL;
}
