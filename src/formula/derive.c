/* derive.c -- the symbolic derivative: the rules of arithmetic, and for a function the slope its row states, by the
 * chain rule.
 *
 * Invariant: each node is derived once however often it is shared, so that the work is linear in the nodes; what would
 * be longer than GN_FORMULA_TERMS when written out is refused while it is built. */
#include "tree.h"

#include <string.h>

static const gn_formula *product_rule(gn_maker *m, const gn_formula *f, const gn_formula *da, const gn_formula *db)
{
    return gn_tree_add(m, gn_tree_mul(m, da, f->arg[1]), gn_tree_mul(m, f->arg[0], db));
}

static const gn_formula *quotient_rule(gn_maker *m, const gn_formula *f, const gn_formula *da, const gn_formula *db)
{
    const gn_formula *a = f->arg[0], *b = f->arg[1];
    if (gn_tree_is(db, 0)) return gn_tree_is(da, 0) ? da : gn_tree_div(m, da, b);
    const gn_formula *top = gn_tree_sub(m, gn_tree_mul(m, da, b), gn_tree_mul(m, a, db));
    return gn_tree_div(m, top, gn_tree_pow(m, b, gn_tree_number(m, 2)));
}

/* a^b: for a constant exponent b*a^(b-1)*a'; for a constant base a^b*log(a)*b'; in general a^b*(b'*log(a) + b*a'/a). */
static const gn_formula *power_rule(gn_maker *m, const gn_formula *f, const gn_formula *da, const gn_formula *db)
{
    const gn_formula *a = f->arg[0], *b = f->arg[1];
    if (gn_tree_is(db, 0)) {
        const gn_formula *less =
            b->op == GN_F_NUMBER ? gn_tree_number(m, b->number - 1) : gn_tree_sub(m, b, gn_tree_number(m, 1));
        return gn_tree_mul(m, gn_tree_mul(m, b, gn_tree_pow(m, a, less)), da);
    }
    const gn_formula *log_a = gn_tree_call(m, "log", 1, &a, 0);
    if (gn_tree_is(da, 0)) return gn_tree_mul(m, gn_tree_mul(m, f, log_a), db);
    const gn_formula *by_base = gn_tree_div(m, gn_tree_mul(m, b, da), a);
    return gn_tree_mul(m, f, gn_tree_add(m, gn_tree_mul(m, db, log_a), by_base));
}

/* The slope with respect to argument k of a call: as the row states it, or for a parameter the derivative of the row's
 * value. */
const gn_formula *gn_tree_slope(gn_maker *m, const gn_row *row, const gn_formula *call, int k)
{
    if (k < row->inputs) return gn_tree_row_apply(m, row, gn_tree_row_slope(m, row, k), call);
    gn_parameter parameter[3];
    char name[32] = "";
    gn_row_parameters(row, parameter);
    const gn_parameter *p = &parameter[k - row->inputs];
    if (p->length < sizeof name) memcpy(name, p->name, p->length);
    return gn_tree_row_apply(m, row, gn_tree_derive(m, gn_tree_row_value(m, row), name), call);
}

static const gn_formula *call_rule(gn_maker *m, const gn_formula *f, const gn_formula *const d[3])
{
    const gn_row *row = gn_row_find(f->name, strlen(f->name));
    if (!row) return gn_tree_where(m, f->arg[0], d[1], d[2]);
    const gn_formula *sum = gn_tree_number(m, 0);
    for (int k = 0; k < f->arguments; k++)
        if (!gn_tree_is(d[k], 0)) sum = gn_tree_add(m, sum, gn_tree_mul(m, gn_tree_slope(m, row, f, k), d[k]));
    return sum;
}

static const gn_formula *derive_node(gn_maker *m, const gn_formula *f, const gn_formula *const d[3], const char *name)
{
    switch (f->op) {
    case GN_F_NAME: return gn_tree_number(m, strcmp(f->name, name) == 0);
    case GN_F_ADD: return gn_tree_add(m, d[0], d[1]);
    case GN_F_SUB: return gn_tree_sub(m, d[0], d[1]);
    case GN_F_MUL: return product_rule(m, f, d[0], d[1]);
    case GN_F_DIV: return quotient_rule(m, f, d[0], d[1]);
    case GN_F_POW: return power_rule(m, f, d[0], d[1]);
    case GN_F_NEG: return gn_tree_neg(m, d[0]);
    case GN_F_CALL: return call_rule(m, f, d);
    default: return gn_tree_number(m, 0);
    }
}

/* pow(a, b) is a^b, and powt(b) names t, so both are spelled with ^ before they are derived. */
static const gn_formula *spelled(gn_maker *m, const gn_formula *f)
{
    if (!f || f->op != GN_F_CALL) return f;
    if (strcmp(f->name, "pow") == 0) return gn_tree_make(m, GN_F_POW, f->arg[0], f->arg[1], 0);
    if (strcmp(f->name, "powt") == 0) return gn_tree_make(m, GN_F_POW, f->arg[0], gn_tree_name(m, "t", 1, 0), 0);
    return f;
}

bool gn_tree_derive_order(gn_maker *m, const gn_order *o, const char *name, const gn_formula **made,
                          const gn_formula **d)
{
    for (size_t i = 0; i < o->count; i++) {
        const gn_formula *arg[3] = {0}, *darg[3] = {0};
        for (int k = 0; k < o->node[i]->arguments; k++) {
            arg[k] = made[o->child[i][k]];
            darg[k] = d[o->child[i][k]];
        }
        made[i] = spelled(m, gn_tree_with(m, o->node[i], arg));
        if (!made[i]) return false;
        bool powt = o->node[i]->op == GN_F_CALL && o->node[i]->arguments == 1 && made[i]->op == GN_F_POW;
        if (powt) darg[1] = gn_tree_number(m, strcmp(name, "t") == 0);
        d[i] = derive_node(m, made[i], darg, name);
        if (!d[i]) return false;
    }
    return true;
}

const gn_formula *gn_tree_derive(gn_maker *m, const gn_formula *f, const char *name)
{
    gn_order o;
    if (!f || m->status != GN_OK || (m->status = gn_order_make(m->ctx, f, &o)) != GN_OK) return NULL;
    const gn_formula *root = NULL, **made = gn_alloc_array(m->ctx, o.count, 2 * sizeof *made);
    if (!made) m->status = GN_NO_MEMORY;
    else if (gn_tree_derive_order(m, &o, name, made, made + o.count)) root = made[2 * o.count - 1];
    gn_free(m->ctx, made);
    gn_order_free(&o);
    return root;
}

gn_status gn_formula_derive(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "derivative"));
    *out = gn_tree_derive(&m, f, name);
    gn_maker_free(&m);
    return m.status;
}
