/* neuron_traced.c -- every number that a text passes through on the way to its value, for numbers of which a power of 2
 * is put aside.
 *
 * Invariant: the terms are the text's own operations in the order of evaluation; a term of power n is the number here
 * times 2^(n*aside). What is not of power 0, 1 or 2 in the names makes the whole unknown. */
#include "neuron_parts.h"

#include <math.h>
#include <string.h>

typedef struct tracing {
    gn_arena *arena;
    const char *const *name;
    const int *power;
    size_t names;
    gn_neuron_traced *out;
} tracing;

static size_t place_of(const tracing *t, const char *name)
{
    size_t i = 0;
    while (i < t->names && strcmp(t->name[i], name) != 0) i++;
    return i;
}

static bool is_constant(const tracing *t, const gn_formula *f)
{
    for (size_t i = 0; i < t->names; i++)
        if (gn_formula_uses(f, t->name[i])) return false;
    return true;
}

/* The power of a term over its parts; -1: none that is known. */
static int power_of(const gn_neuron_term *term, const gn_neuron_term *a, const gn_neuron_term *b)
{
    int power = -1;
    switch (term->op) {
    case GN_F_NEG: power = a->power; break;
    case GN_F_ADD:
    case GN_F_SUB: power = a->power > b->power ? a->power : b->power; break;
    case GN_F_MUL: power = a->power + b->power; break;
    case GN_F_DIV: power = a->power - b->power; break;
    case GN_F_POW:
        if (b->op == GN_F_NUMBER && (a->power == 0 || b->value == 1 || b->value == 2)) power = a->power * (int)b->value;
        break;
    default: break;
    }
    return power > 2 ? -1 : power;
}

static gn_status add(tracing *t, const gn_formula *f, size_t *at);

static gn_status add_parts(tracing *t, const gn_formula *f, gn_neuron_term *term)
{
    if (f->arguments > 0) GN_TRY(add(t, f->arg[0], &term->a));
    if (f->arguments > 1) GN_TRY(add(t, f->arg[1], &term->b));
    else term->b = term->a;
    term->power = power_of(term, &t->out->term[term->a], &t->out->term[term->b]);
    return GN_OK;
}

static gn_status add(tracing *t, const gn_formula *f, size_t *at)
{
    gn_neuron_term term = {.op = f->op};
    if (is_constant(t, f)) {
        term.op = GN_F_NUMBER;
        GN_TRY(gn_formula_eval(t->arena->ctx, f, NULL, 0, &term.value));
    } else if (f->op == GN_F_NAME) {
        term.a = place_of(t, f->name);
        term.power = t->power[term.a];
    } else GN_TRY(add_parts(t, f, &term));
    t->out->known = t->out->known && term.power >= 0;
    *at = t->out->terms;
    t->out->term[t->out->terms++] = term;
    return GN_OK;
}

gn_status gn_neuron_trace(gn_arena *arena, const gn_formula *f, const char *const *name, const int *power,
                          size_t names, gn_neuron_traced *out)
{
    tracing t = {arena, name, power, names, out};
    size_t last;
    *out = (gn_neuron_traced){.known = true};
    out->term = gn_arena_alloc(arena, f->terms, sizeof *out->term);
    if (!out->term) return GN_NO_MEMORY;
    return add(&t, f, &last);
}

/* A part of a sum as a number of the sum's power. */
static double raised(const gn_neuron_term *part, int power, int aside)
{
    return part->power == power ? part->value : ldexp(part->value, (part->power - power) * aside);
}

static double value_of(const gn_neuron_term *term, const gn_neuron_term *a, const gn_neuron_term *b, int aside)
{
    switch (term->op) {
    case GN_F_NEG: return -a->value;
    case GN_F_ADD: return raised(a, term->power, aside) + raised(b, term->power, aside);
    case GN_F_SUB: return raised(a, term->power, aside) - raised(b, term->power, aside);
    case GN_F_MUL: return a->value * b->value;
    case GN_F_DIV: return a->value / b->value;
    default: return pow(a->value, b->value);
    }
}

double gn_neuron_follow(gn_neuron_traced *t, const double *value, int aside)
{
    for (size_t i = 0; i < t->terms; i++) {
        gn_neuron_term *term = &t->term[i];
        if (term->op == GN_F_NAME) term->value = value[term->a];
        else if (term->op != GN_F_NUMBER) term->value = value_of(term, &t->term[term->a], &t->term[term->b], aside);
    }
    return t->term[t->terms - 1].value;
}

double gn_neuron_follow_in(gn_neuron_traced *t, const double *value, gn_type type)
{
    for (size_t i = 0; i < t->terms; i++) {
        gn_neuron_term *term = &t->term[i];
        if (term->op == GN_F_NAME) term->value = value[term->a];
        else if (term->op != GN_F_NUMBER) term->value = value_of(term, &t->term[term->a], &t->term[term->b], 0);
        if (type == GN_F32) term->value = (double)(float)term->value;
    }
    return t->term[t->terms - 1].value;
}
