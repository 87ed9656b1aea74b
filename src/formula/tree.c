/* tree.c -- making nodes: equal nodes are made once, and each knows the hash, height, names, size and flops of its
 * tree.
 *
 * Invariant: the slot table holds every node of the maker, and stays at most half full. */
#include "tree.h"

#include <limits.h>
#include <math.h>
#include <string.h>

gn_status gn_maker_init(gn_maker *m, gn_arena *arena, uint32_t limit, const char *what)
{
    *m = (gn_maker){.arena = arena, .ctx = arena->ctx, .limit = limit, .what = what, .slots = 256};
    m->slot = gn_calloc(m->ctx, m->slots, sizeof *m->slot);
    m->rows = gn_calloc(m->ctx, gn_row_count(), sizeof *m->rows);
    if (m->slot && m->rows) return GN_OK;
    gn_maker_free(m);
    return m->status = GN_NO_MEMORY;
}

void gn_maker_free(gn_maker *m)
{
    gn_free(m->ctx, m->slot);
    gn_free(m->ctx, m->rows);
    m->slot = NULL;
    m->rows = NULL;
    m->slots = m->used = 0;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static uint64_t hash_text(const char *s, size_t length)
{
    uint64_t h = length;
    for (size_t i = 0; i < length; i++) h = mix(h, (unsigned char)s[i]);
    return h;
}

static uint64_t hash_node(const gn_formula *f, size_t name_length)
{
    uint64_t bits, h = mix(0x51ED270B0A1F39C1u, (uint64_t)f->op * 8 + (uint64_t)f->arguments);
    memcpy(&bits, &f->number, sizeof bits);
    h = mix(h, bits);
    if (f->name) h = mix(h, hash_text(f->name, name_length));
    for (int k = 0; k < f->arguments; k++) h = mix(h, f->arg[k]->hash);
    return h;
}

/* Two bits of 64 for a name. */
uint64_t gn_tree_name_bits(const char *name)
{
    uint64_t h = hash_text(name, strlen(name));
    return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 32 & 63);
}

static bool same(const gn_formula *a, const gn_formula *b, size_t name_length)
{
    if (a->hash != b->hash || a->op != b->op || a->arguments != b->arguments) return false;
    if (memcmp(&a->number, &b->number, sizeof a->number) != 0 || !a->name != !b->name) return false;
    if (a->name && (strncmp(a->name, b->name, name_length) != 0 || a->name[name_length] != 0)) return false;
    for (int k = 0; k < a->arguments; k++)
        if (a->arg[k] != b->arg[k]) return false;
    return true;
}

static int capped(int64_t n)
{
    return n > INT_MAX ? INT_MAX : (int)n;
}

static bool small_power(const gn_formula *f)
{
    return f->arg[1]->op == GN_F_NUMBER && (f->arg[1]->number == 2 || f->arg[1]->number == 3);
}

static void own_flops(const gn_formula *f, int *cheap, int *special)
{
    *cheap = *special = 0;
    if (f->op == GN_F_CALL) {
        const gn_row *row = gn_row_find(f->name, strlen(f->name));
        if (row) gn_row_flops(row, cheap, special);
        else *cheap = 1;
    } else if (f->op == GN_F_DIV || (f->op == GN_F_POW && !small_power(f))) {
        *special = 1;
    } else if (f->op == GN_F_POW) {
        *cheap = (int)f->arg[1]->number - 1;
    } else if (f->op > GN_F_NAME) {
        *cheap = 1;
    }
}

/* What a node knows of its tree, from what its arguments know. */
static void sum_up(gn_formula *f)
{
    int cheap, special;
    own_flops(f, &cheap, &special);
    uint64_t terms = 1;
    int64_t all_cheap = cheap, all_special = special;
    for (int k = 0; k < f->arguments; k++) {
        const gn_formula *a = f->arg[k];
        terms += a->terms;
        all_cheap += a->flops.cheap;
        all_special += a->flops.special;
        f->names |= a->names;
        if (a->height > f->height) f->height = a->height;
    }
    f->height++;
    f->terms = terms > UINT32_MAX ? UINT32_MAX : (uint32_t)terms;
    f->flops = (gn_flops){capped(all_cheap), capped(all_special)};
    if (f->op == GN_F_NAME) f->names = gn_tree_name_bits(f->name);
}

static gn_status grow(gn_maker *m)
{
    size_t slots = m->slots * 2;
    const gn_formula **slot = gn_calloc(m->ctx, slots, sizeof *slot);
    if (!slot) return m->status = GN_NO_MEMORY;
    for (size_t i = 0; i < m->slots; i++) {
        if (!m->slot[i]) continue;
        size_t at = m->slot[i]->hash & (slots - 1);
        while (slot[at]) at = (at + 1) & (slots - 1);
        slot[at] = m->slot[i];
    }
    gn_free(m->ctx, m->slot);
    m->slot = slot;
    m->slots = slots;
    return GN_OK;
}

static const gn_formula *too_large(gn_maker *m)
{
    m->status =
        gn_fail(m->ctx, GN_E_EXP_LIMIT, "the %s exceeds %u terms", m->what, m->limit ? m->limit : GN_FORMULA_NODES);
    return NULL;
}

/* The maker's node equal to *like; name_length is that of like->name, which need not end there. */
static const gn_formula *intern(gn_maker *m, gn_formula *like, size_t name_length)
{
    if (m->status != GN_OK) return NULL;
    like->hash = hash_node(like, name_length);
    size_t at = like->hash & (m->slots - 1);
    for (; m->slot[at]; at = (at + 1) & (m->slots - 1))
        if (same(m->slot[at], like, name_length)) return m->slot[at];
    if (m->used >= GN_FORMULA_NODES) return too_large(m);
    bool named = like->name != NULL;
    gn_formula *made = gn_arena_alloc(m->arena, 1, sizeof *made);
    if (made && named) like->name = gn_arena_text(m->arena, like->name, name_length);
    if (!made || (named && !like->name)) {
        m->status = GN_NO_MEMORY;
        return NULL;
    }
    *made = *like;
    sum_up(made);
    if (m->limit && made->terms > m->limit) return too_large(m);
    m->slot[at] = made;
    if (++m->used * 2 > m->slots && grow(m) != GN_OK) return NULL;
    return made;
}

const gn_formula *gn_tree_number(gn_maker *m, double value)
{
    if (isnan(value)) return gn_tree_name(m, "nan", 3, 0);
    if (signbit(value)) return gn_tree_make(m, GN_F_NEG, gn_tree_number(m, -value), NULL, 0);
    if (isinf(value)) return gn_tree_name(m, "inf", 3, 0);
    return intern(m, &(gn_formula){.op = GN_F_NUMBER, .number = value}, 0);
}

const gn_formula *gn_tree_name(gn_maker *m, const char *name, size_t length, uint32_t column)
{
    return intern(m, &(gn_formula){.op = GN_F_NAME, .name = name, .column = column}, length);
}

const gn_formula *gn_tree_make(gn_maker *m, gn_formula_op op, const gn_formula *a, const gn_formula *b, uint32_t column)
{
    if (!a || (!b && op != GN_F_NEG)) return NULL;
    gn_formula f = {
        .op = op, .arguments = op == GN_F_NEG ? 1 : 2, .arg = {a, op == GN_F_NEG ? NULL : b, NULL}, .column = column};
    return intern(m, &f, 0);
}

const gn_formula *gn_tree_call(gn_maker *m, const char *name, int arguments, const gn_formula *const arg[],
                               uint32_t column)
{
    gn_formula f = {.op = GN_F_CALL, .arguments = arguments, .name = name, .column = column};
    for (int k = 0; k < arguments; k++) {
        if (!arg[k]) return NULL;
        f.arg[k] = arg[k];
    }
    return intern(m, &f, strlen(name));
}

const gn_formula *gn_tree_with(gn_maker *m, const gn_formula *like, const gn_formula *const arg[])
{
    gn_formula f = {.op = like->op,
                    .arguments = like->arguments,
                    .number = like->number,
                    .name = like->name,
                    .column = like->column};
    for (int k = 0; k < like->arguments; k++) {
        if (!arg[k]) return NULL;
        f.arg[k] = arg[k];
    }
    return intern(m, &f, like->name ? strlen(like->name) : 0);
}

bool gn_tree_is(const gn_formula *f, double number)
{
    if (number < 0) return f && f->op == GN_F_NEG && gn_tree_is(f->arg[0], -number);
    return f && f->op == GN_F_NUMBER && f->number == number;
}

bool gn_tree_is_compare(gn_formula_op op)
{
    return op >= GN_F_LT && op <= GN_F_NE;
}

const gn_formula *gn_tree_neg(gn_maker *m, const gn_formula *a)
{
    if (!a || gn_tree_is(a, 0)) return a;
    return a->op == GN_F_NEG ? a->arg[0] : gn_tree_make(m, GN_F_NEG, a, NULL, 0);
}

const gn_formula *gn_tree_add(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    if (!a || !b) return NULL;
    if (gn_tree_is(a, 0)) return b;
    if (gn_tree_is(b, 0)) return a;
    return b->op == GN_F_NEG ? gn_tree_make(m, GN_F_SUB, a, b->arg[0], 0) : gn_tree_make(m, GN_F_ADD, a, b, 0);
}

const gn_formula *gn_tree_sub(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    if (!a || !b) return NULL;
    if (gn_tree_is(a, 0)) return gn_tree_neg(m, b);
    if (gn_tree_is(b, 0)) return a;
    return b->op == GN_F_NEG ? gn_tree_make(m, GN_F_ADD, a, b->arg[0], 0) : gn_tree_make(m, GN_F_SUB, a, b, 0);
}

const gn_formula *gn_tree_mul(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    if (!a || !b) return NULL;
    if (gn_tree_is(a, 0) || gn_tree_is(b, 0)) return gn_tree_number(m, 0);
    if (gn_tree_is(a, 1)) return b;
    if (gn_tree_is(b, 1)) return a;
    if (gn_tree_is(a, -1)) return gn_tree_neg(m, b);
    if (gn_tree_is(b, -1)) return gn_tree_neg(m, a);
    return gn_tree_make(m, GN_F_MUL, a, b, 0);
}

const gn_formula *gn_tree_div(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    if (!a || !b) return NULL;
    if (gn_tree_is(a, 0) && !gn_tree_is(b, 0)) return a;
    return gn_tree_is(b, 1) ? a : gn_tree_make(m, GN_F_DIV, a, b, 0);
}

const gn_formula *gn_tree_pow(gn_maker *m, const gn_formula *a, const gn_formula *b)
{
    if (!a || !b) return NULL;
    if (gn_tree_is(b, 0)) return gn_tree_number(m, 1);
    return gn_tree_is(b, 1) ? a : gn_tree_make(m, GN_F_POW, a, b, 0);
}

const gn_formula *gn_tree_where(gn_maker *m, const gn_formula *c, const gn_formula *a, const gn_formula *b)
{
    if (!c || !a || !b) return NULL;
    if (a == b) return a;
    return gn_tree_call(m, "where", 3, (const gn_formula *const[]){c, a, b}, 0);
}
