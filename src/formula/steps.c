/* steps.c -- the derivation as a list of steps, made from the pass that derives. */
#include "steps.h"

#include <string.h>
#include "tree.h"

enum { MOST = 5000 };   /* each step is simplified by itself, so the work is the square of their number */

static const struct { const char *name, *says; } rules[] = {
#define R(id, name, says) {name, says},
    GN_RULES(R)
#undef R
};

const char *gn_rule_name(gn_rule rule)
{
    return rule < GN_RULE_COUNT ? rules[rule].name : "";
}

const char *gn_rule_says(gn_rule rule)
{
    return rule < GN_RULE_COUNT ? rules[rule].says : "";
}

/* `varies[k]`: does argument k depend on the variable? */
static gn_rule power_rule(const gn_formula *f, const bool varies[3])
{
    if (varies[1]) return varies[0] ? GN_RULE_GENERAL : GN_RULE_EXPONENTIAL;
    return f->arg[0]->op == GN_F_NAME ? GN_RULE_POWER : GN_RULE_POWER_CHAIN;
}

static gn_rule call_rule(const gn_formula *f, const bool varies[3])
{
    if (strcmp(f->name, "where") == 0) return GN_RULE_CHOICE;
    for (int k = 0; k < f->arguments; k++)
        if (varies[k] && f->arg[k]->op != GN_F_NAME) return GN_RULE_CHAIN;
    return GN_RULE_FUNCTION;
}

static gn_rule rule_of(const gn_formula *f, const bool varies[3])
{
    switch (f->op) {
    case GN_F_NAME: return GN_RULE_VARIABLE;
    case GN_F_ADD: return GN_RULE_SUM;
    case GN_F_SUB: return GN_RULE_DIFFERENCE;
    case GN_F_NEG: return GN_RULE_NEGATION;
    case GN_F_MUL: return varies[0] && varies[1] ? GN_RULE_PRODUCT : GN_RULE_FACTOR;
    case GN_F_DIV: return varies[1] ? GN_RULE_QUOTIENT : GN_RULE_DIVISOR;
    case GN_F_POW: return power_rule(f, varies);
    case GN_F_CALL: return call_rule(f, varies);
    case GN_F_NUMBER: return GN_RULE_CONSTANT;
    default: return GN_RULE_COMPARISON;
    }
}

typedef struct stepper {
    gn_maker *m;
    gn_order o;
    const gn_formula **made, **d;
    bool *varies, *needed;
    uint32_t *place;        /* of each node's step in the list */
    gn_derivation *list;    /* lives on in the arena */
    size_t count;
} stepper;

/* A node is a step when it is the root or varies and a step is made of it; a constant has none of its own but as the
 * root. */
static void mark(stepper *s)
{
    size_t n = s->o.count;
    for (size_t i = 0; i < n; i++) {
        const gn_formula *f = s->o.node[i];
        bool own = f->op == GN_F_NAME && gn_tree_is(s->d[i], 1);
        bool powt = s->made[i]->op == GN_F_POW && f->op == GN_F_CALL && f->arguments == 1;
        s->varies[i] = own || (powt && !gn_tree_is(s->d[i], 0));
        for (int k = 0; k < f->arguments; k++) s->varies[i] = s->varies[i] || s->varies[s->o.child[i][k]];
    }
    s->needed[n - 1] = true;
    for (size_t i = n; i-- > 0;) {
        bool open = s->needed[i] && !gn_tree_is_compare(s->o.node[i]->op);
        for (int k = 0; open && k < s->o.node[i]->arguments; k++)
            if (s->varies[s->o.child[i][k]]) s->needed[s->o.child[i][k]] = true;
    }
}

static bool make_step(stepper *s, size_t i)
{
    const gn_formula *f = s->made[i];
    const uint32_t *child = s->o.child[i];
    bool varies[3] = {false, false, false};
    gn_derivation *step = &s->list[s->count];
    for (int k = 0; k < s->o.node[i]->arguments; k++) {
        varies[k] = s->varies[child[k]];
        if (!varies[k] || !s->needed[child[k]]) continue;
        step->part[step->parts++] = s->place[child[k]];
        s->list[s->place[child[k]]].used++;
    }
    step->of = s->o.node[i];
    step->rule = s->varies[i] ? rule_of(f, varies) : GN_RULE_CONSTANT;
    step->result = gn_tree_simplify(s->m, s->d[i]);
    const gn_row *row = f->op == GN_F_CALL ? gn_row_find(f->name, strlen(f->name)) : NULL;
    for (int k = 0; row && k < f->arguments; k++)
        if (varies[k]) step->slope[k] = gn_tree_simplify(s->m, gn_tree_slope(s->m, row, f, k));
    s->place[i] = (uint32_t)s->count++;
    return s->m->status == GN_OK;
}

static bool make_steps(stepper *s, const char *name)
{
    gn_context *ctx = s->m->ctx;
    s->made = gn_alloc_array(ctx, s->o.count, 2 * sizeof *s->made);
    s->varies = gn_calloc(ctx, s->o.count, 2 * sizeof *s->varies);
    s->place = gn_calloc(ctx, s->o.count, sizeof *s->place);
    s->list = gn_arena_alloc(s->m->arena, s->o.count, sizeof *s->list);
    if (!s->made || !s->varies || !s->place || !s->list) {
        s->m->status = GN_NO_MEMORY;
        return false;
    }
    s->d = s->made + s->o.count;
    s->needed = s->varies + s->o.count;
    if (!gn_tree_derive_order(s->m, &s->o, name, s->made, s->d)) return false;
    mark(s);
    for (size_t i = 0; i < s->o.count; i++)
        if (s->needed[i] && !make_step(s, i)) return false;
    return true;
}

gn_status gn_formula_steps(gn_arena *arena, const gn_formula *f, const char *name, gn_derivation **out, size_t *count)
{
    gn_maker m;
    *out = NULL;
    *count = 0;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "derivative"));
    stepper s = {.m = &m};
    const gn_formula *own = gn_tree_import(&m, f);
    if (own) m.status = gn_order_make(m.ctx, own, &s.o);
    if (m.status == GN_OK && s.o.count > MOST)
        m.status = gn_fail(m.ctx, GN_E_EXP_LIMIT, "the derivation exceeds %d steps", MOST);
    if (m.status == GN_OK && make_steps(&s, name)) {
        *out = s.list;
        *count = s.count;
    }
    gn_free(m.ctx, s.made);
    gn_free(m.ctx, s.varies);
    gn_free(m.ctx, s.place);
    gn_order_free(&s.o);
    gn_maker_free(&m);
    return m.status;
}
