/* simplify.c -- a formula as a person would write it, from the leaves up.
 *
 * Invariant: a chain of sums, or of products, is simplified once, at its root, so that the work is nearly linear in the
 * tree; the result is equal to the formula wherever that has a value. */
#include "simplify.h"

#include <string.h>

enum { NEST = 16 };

static const gn_formula *simplify(gn_maker *m, const gn_formula *f, int depth);

/* ---- calls --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    double at, value;
} known[] = {
    {"exp", 0, 1},  {"log", 1, 0}, {"sin", 0, 0},   {"cos", 0, 1},
    {"tanh", 0, 0}, {"erf", 0, 0}, {"expm1", 0, 0}, {"log1p", 0, 0},
};

static bool is_call(const gn_formula *f, const char *name)
{
    return f->op == GN_F_CALL && strcmp(f->name, name) == 0;
}

static bool all_constant(const gn_formula *f)
{
    gn_rational r;
    for (int k = 0; k < f->arguments; k++)
        if (!gn_constant_of(f->arg[k], &r)) return false;
    return true;
}

/* where(u > 0, 1, where(u < 0, -1, 0)) is the sign of u. */
static const gn_formula *sign_argument(const gn_formula *f)
{
    const gn_formula *c = f->arg[0], *rest = f->arg[2];
    if (c->op != GN_F_GT || !gn_tree_is(c->arg[1], 0) || !gn_tree_is(f->arg[1], 1) || !is_call(rest, "where"))
        return NULL;
    const gn_formula *d = rest->arg[0];
    bool below = d->op == GN_F_LT && d->arg[0] == c->arg[0] && gn_tree_is(d->arg[1], 0);
    return below && gn_tree_is(rest->arg[1], -1) && gn_tree_is(rest->arg[2], 0) ? c->arg[0] : NULL;
}

static const gn_formula *simplify_where(gn_maker *m, const gn_formula *f)
{
    if (f->arg[0]->op == GN_F_NUMBER) return f->arg[0]->number != 0 ? f->arg[1] : f->arg[2];
    if (f->arg[1] == f->arg[2]) return f->arg[1];
    const gn_formula *u = sign_argument(f);
    return u ? gn_tree_call(m, "sign", 1, &u, 0) : f;
}

/* The number e itself, not a variable of that name. */
static bool is_euler(const gn_formula *f)
{
    return f->op == GN_F_NAME && f->number == 1 && strcmp(f->name, "e") == 0;
}

static const gn_formula *simplify_primitive(gn_maker *m, const gn_formula *f)
{
    const gn_formula *a = f->arg[0];
    if (is_call(f, "log") && is_euler(a)) return gn_tree_number(m, 1);
    if (is_call(f, "log") && a->op == GN_F_POW && is_euler(a->arg[0])) return a->arg[1];
    if (is_call(f, "sqrt")) {
        if (a->op == GN_F_POW && gn_tree_is(a->arg[1], 2)) return gn_tree_call(m, "abs", 1, &a->arg[0], 0);
        return gn_simplify_sqrt(m, a);
    }
    if ((is_call(f, "log") && is_call(a, "exp")) || (is_call(f, "exp") && is_call(a, "log"))) return a->arg[0];
    for (size_t i = 0; i < GN_COUNT(known); i++)
        if (is_call(f, known[i].name) && gn_tree_is(a, known[i].at)) return gn_tree_number(m, known[i].value);
    return f;
}

/* A function of constants is a constant when its row says so exactly: relu(3) = 3, sigmoid(0) = 1/2. */
static const gn_formula *simplify_call(gn_maker *m, const gn_formula *f, int depth)
{
    gn_rational r;
    const gn_row *row = gn_row_find(f->name, strlen(f->name));
    if (!row) return simplify_where(m, f);
    if (gn_row_is_primitive(row)) return simplify_primitive(m, f);
    if (depth >= NEST || !all_constant(f) || strcmp(row->name, "powt") == 0) return f;
    const gn_formula *value = simplify(m, gn_tree_row_apply(m, row, gn_tree_row_value(m, row), f), depth + 1);
    return !value || gn_constant_of(value, &r) ? value : f;
}

static const gn_formula *simplify_compare(gn_maker *m, const gn_formula *f)
{
    gn_rational a, b;
    if (!gn_constant_of(f->arg[0], &a) || !gn_constant_of(f->arg[1], &b)) return f;
    switch (f->op) {
    case GN_F_LT: return gn_tree_number(m, a.value < b.value);
    case GN_F_LE: return gn_tree_number(m, a.value <= b.value);
    case GN_F_GT: return gn_tree_number(m, a.value > b.value);
    case GN_F_GE: return gn_tree_number(m, a.value >= b.value);
    case GN_F_EQ: return gn_tree_number(m, a.value == b.value);
    default: return gn_tree_number(m, a.value != b.value);
    }
}

/* ---- chains -------------------------------------------------------------------------------------------------- */

static bool in_sum(gn_formula_op op)
{
    return op == GN_F_ADD || op == GN_F_SUB || op == GN_F_NEG;
}

static bool in_product(gn_formula_op op)
{
    return op == GN_F_MUL || op == GN_F_DIV || op == GN_F_NEG;
}

/* A pass over an order: `needed` says which nodes are the root of a chain, or no part of one. */
typedef struct pass {
    gn_maker *m;
    gn_order o;
    bool *needed;
    const gn_formula **made;
    int depth;
} pass;

typedef struct leaf { uint32_t at; bool minus; } leaf;

/* The leaves of the chain at a root from left to right; `minus`: subtracted, or divided by. A NEG turns the sign of a
 * sum, but in a product it is a leaf's business: it turns *negative. The order of visiting needs a stack no deeper than
 * the chain is long. */
static size_t leaves(const pass *p, uint32_t root, leaf *stack, leaf *out, bool *negative)
{
    bool sum = in_sum(p->o.node[root]->op);
    size_t depth = 0, count = 0;
    stack[depth++] = (leaf){root, false};
    *negative = false;
    while (depth > 0) {
        leaf top = stack[--depth];
        gn_formula_op op = p->o.node[top.at]->op;
        const uint32_t *child = p->o.child[top.at];
        if (!(sum ? in_sum(op) : in_product(op))) {
            out[count++] = top;
            continue;
        }
        if (op == GN_F_NEG) {
            *negative = *negative != true;
            stack[depth++] = (leaf){child[0], sum ? !top.minus : top.minus};
            continue;
        }
        stack[depth++] = (leaf){child[1], op == GN_F_SUB || op == GN_F_DIV ? !top.minus : top.minus};
        stack[depth++] = (leaf){child[0], top.minus};
    }
    return count;
}

static const gn_formula *simplify_chain(pass *p, uint32_t root, leaf *stack, leaf *out)
{
    bool negative, sum = in_sum(p->o.node[root]->op);
    size_t count = leaves(p, root, stack, out, &negative);
    gn_parts parts = {.m = p->m};
    bool good = true;
    for (size_t i = 0; i < count && good; i++)
        good = gn_parts_add(&parts, gn_rational_int(out[i].minus ? -1 : 1), p->made[out[i].at]);
    if (good && negative && !sum) {
        const gn_formula *one = gn_tree_neg(p->m, gn_tree_number(p->m, 1));
        good = one && gn_parts_add(&parts, gn_rational_int(1), one);
    }
    if (good) return sum ? gn_simplify_sum(p->m, &parts) : gn_simplify_product(p->m, &parts);
    gn_parts_free(&parts);
    return NULL;
}

static void mark_needed(pass *p, leaf *stack, leaf *out)
{
    bool negative;
    p->needed[p->o.count - 1] = true;
    for (size_t i = p->o.count; i-- > 0;) {
        gn_formula_op op = p->o.node[i]->op;
        if (!p->needed[i]) continue;
        if (in_sum(op) || in_product(op)) {
            size_t count = leaves(p, (uint32_t)i, stack, out, &negative);
            for (size_t k = 0; k < count; k++) p->needed[out[k].at] = true;
        } else {
            for (int k = 0; k < p->o.node[i]->arguments; k++) p->needed[p->o.child[i][k]] = true;
        }
    }
}

static const gn_formula *simplify_power(pass *p, const gn_formula *f)
{
    gn_parts one = {.m = p->m};
    if (f && gn_parts_add(&one, gn_rational_int(1), f)) return gn_simplify_product(p->m, &one);
    gn_parts_free(&one);
    return NULL;
}

static const gn_formula *simplify_one(pass *p, uint32_t i, leaf *stack, leaf *out)
{
    const gn_formula *f = p->o.node[i], *arg[3] = {0};
    if (in_sum(f->op) || in_product(f->op)) return simplify_chain(p, i, stack, out);
    for (int k = 0; k < f->arguments; k++) arg[k] = p->made[p->o.child[i][k]];
    f = gn_tree_with(p->m, f, arg);
    if (!f) return NULL;
    if (f->op == GN_F_POW) return simplify_power(p, f);
    if (f->op == GN_F_CALL) return simplify_call(p->m, f, p->depth);
    return gn_tree_is_compare(f->op) ? simplify_compare(p->m, f) : f;
}

/* ---- rows that are arithmetic are written with its signs ----------------------------------------------------- */

static const gn_formula *spell(gn_maker *m, const gn_formula *f)
{
    static const struct {
        const char *name;
        gn_formula_op op;
    } signs[] = {
        {"add", GN_F_ADD}, {"sub", GN_F_SUB}, {"mul", GN_F_MUL},
        {"div", GN_F_DIV}, {"pow", GN_F_POW}, {"neg", GN_F_NEG},
    };
    if (!f || f->op != GN_F_CALL) return f;
    if (is_call(f, "identity")) return f->arg[0];
    if (is_call(f, "square")) return gn_tree_make(m, GN_F_POW, f->arg[0], gn_tree_number(m, 2), 0);
    if (is_call(f, "reciprocal")) return gn_tree_make(m, GN_F_DIV, gn_tree_number(m, 1), f->arg[0], 0);
    for (size_t i = 0; i < GN_COUNT(signs); i++)
        if (is_call(f, signs[i].name)) return gn_tree_make(m, signs[i].op, f->arg[0], f->arg[1], 0);
    return f;
}

static const gn_formula *spell_node(void *user, gn_maker *m, const gn_formula *like, const gn_formula *const arg[])
{
    (void)user;
    return spell(m, gn_tree_with(m, like, arg));
}

static const gn_formula *spell_all(gn_maker *m, const gn_formula *f)
{
    return gn_tree_rebuild(m, f, spell_node, NULL);
}

/* ---- whole formulas ------------------------------------------------------------------------------------------ */

static const gn_formula *run(pass *p, size_t terms)
{
    const gn_formula *last = NULL;
    leaf *room = gn_alloc_array(p->m->ctx, terms + 2, 2 * sizeof *room);
    p->needed = gn_calloc(p->m->ctx, p->o.count, sizeof *p->needed);
    p->made = gn_calloc(p->m->ctx, p->o.count, sizeof *p->made);
    if (!room || !p->needed || !p->made) p->m->status = GN_NO_MEMORY;
    if (p->m->status == GN_OK) mark_needed(p, room, room + terms + 2);
    for (uint32_t i = 0; i < p->o.count && p->m->status == GN_OK; i++)
        if (p->needed[i]) last = p->made[i] = simplify_one(p, i, room, room + terms + 2);
    gn_free(p->m->ctx, room);
    gn_free(p->m->ctx, p->needed);
    gn_free(p->m->ctx, p->made);
    return p->m->status == GN_OK ? last : NULL;
}

static const gn_formula *simplify(gn_maker *m, const gn_formula *f, int depth)
{
    pass p = {.m = m, .depth = depth};
    f = spell_all(m, f);
    if (!f || (m->status = gn_order_make(m->ctx, f, &p.o)) != GN_OK) return NULL;
    const gn_formula *out = run(&p, f->terms);
    gn_order_free(&p.o);
    return out;
}

const gn_formula *gn_tree_simplify(gn_maker *m, const gn_formula *f)
{
    return simplify(m, f, 0);
}

gn_status gn_formula_simplify(gn_arena *arena, const gn_formula *f, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, 2 * GN_FORMULA_TERMS, "simplified formula"));
    *out = gn_tree_simplify(&m, f);
    gn_maker_free(&m);
    return m.status;
}
