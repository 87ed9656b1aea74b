/* formula.c -- the small operations on whole formulas: nodes by hand, substitution, names, equality. */
#include "tree.h"

#include <string.h>

/* ---- nodes by hand ------------------------------------------------------------------------------------------- */

/* A maker just for one node would forget it, so a node by hand is interned among nothing but itself and its arguments.
 */
#define BY_HAND(arena, expression)                              \
    do {                                                        \
        gn_maker m;                                             \
        if (gn_maker_init(&m, arena, 0, "formula") != GN_OK) return NULL; \
        const gn_formula *made = (expression);                  \
        gn_maker_free(&m);                                      \
        return made;                                            \
    } while (0)

const gn_formula *gn_formula_number(gn_arena *arena, double value)
{
    BY_HAND(arena, gn_tree_number(&m, value));
}

const gn_formula *gn_formula_name(gn_arena *arena, const char *name)
{
    BY_HAND(arena, gn_tree_name(&m, name, strlen(name), 0));
}

const gn_formula *gn_formula_make(gn_arena *arena, gn_formula_op op, const gn_formula *a, const gn_formula *b)
{
    BY_HAND(arena, gn_tree_make(&m, op, a, b, 0));
}

const gn_formula *gn_formula_call(gn_arena *arena, const char *name, int arguments, const gn_formula *const arg[])
{
    BY_HAND(arena, gn_tree_call(&m, name, arguments, arg, 0));
}

/* ---- whole formulas ------------------------------------------------------------------------------------------ */

gn_status gn_formula_substitute(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula *by,
                                const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "formula"));
    const gn_formula *own = gn_tree_import(&m, by);
    if (own) *out = gn_tree_replace(&m, f, &name, &own, 1);
    gn_maker_free(&m);
    return m.status;
}

gn_status gn_formula_settle(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "formula"));
    const gn_formula like = {.op = GN_F_NAME, .number = 1, .name = name}, *settled = gn_tree_with(&m, &like, NULL);
    if (settled) *out = gn_tree_replace(&m, f, &name, &settled, 1);
    gn_maker_free(&m);
    return m.status;
}

gn_status gn_formula_expand(gn_arena *arena, const gn_formula *f, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "formula"));
    *out = gn_tree_expand(&m, f);
    gn_maker_free(&m);
    return m.status;
}

gn_status gn_formula_names(gn_arena *arena, const gn_formula *f, const char *const **out, size_t *count)
{
    gn_order o;
    *out = NULL;
    *count = 0;
    GN_TRY(gn_order_make(arena->ctx, f, &o));
    const char **names = gn_arena_alloc(arena, o.count, sizeof *names);
    for (size_t i = 0; names && i < o.count; i++) {
        bool known = o.node[i]->op != GN_F_NAME;
        for (size_t j = 0; j < *count && !known; j++) known = strcmp(names[j], o.node[i]->name) == 0;
        if (!known) names[(*count)++] = o.node[i]->name;
    }
    gn_order_free(&o);
    *out = names;
    return names ? GN_OK : GN_NO_MEMORY;
}

gn_flops gn_formula_flops(const gn_formula *f)
{
    return f->flops;
}

/* ---- looking, without memory --------------------------------------------------------------------------------- */

/* Both walks below have a stack of fixed size and a budget of steps. What they cannot finish is decided by the bits and
 * hashes that the nodes carry: the answer then errs with the chance of a collision, 2^-64 for equality. */
enum { STACK = 512, STEPS = 200000 };

bool gn_formula_uses(const gn_formula *f, const char *name)
{
    const gn_formula *stack[STACK];
    uint64_t bits = gn_tree_name_bits(name);
    size_t depth = 0;
    if ((f->names & bits) != bits) return false;
    stack[depth++] = f;
    for (int steps = 0; depth > 0; steps++) {
        f = stack[--depth];
        if (f->op == GN_F_NAME && strcmp(f->name, name) == 0) return true;
        if (steps > STEPS || depth + 3 > STACK) return true;
        for (int k = f->arguments - 1; k >= 0; k--)
            if ((f->arg[k]->names & bits) == bits) stack[depth++] = f->arg[k];
    }
    return false;
}

static bool same_node(const gn_formula *a, const gn_formula *b)
{
    if (a->hash != b->hash || a->op != b->op || a->arguments != b->arguments || a->terms != b->terms) return false;
    if (memcmp(&a->number, &b->number, sizeof a->number) != 0 || !a->name != !b->name) return false;
    return !a->name || strcmp(a->name, b->name) == 0;
}

bool gn_formula_equal(const gn_formula *a, const gn_formula *b)
{
    const gn_formula *stack[STACK][2] = {{a, b}};
    size_t depth = 1;
    for (int steps = 0; depth > 0 && steps < STEPS; steps++) {
        a = stack[--depth][0];
        b = stack[depth][1];
        if (a == b) continue;
        if (!same_node(a, b)) return false;
        for (int k = a->arguments - 1; k >= 0 && depth < STACK; k--, depth++) {
            stack[depth][0] = a->arg[k];
            stack[depth][1] = b->arg[k];
        }
    }
    return true;
}
