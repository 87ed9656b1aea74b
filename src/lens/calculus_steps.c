/* calculus_steps.c -- the derivation of one derivative as a tree of lines, each with its rule, its piece and its
 * result.
 *
 * Invariant: a piece that occurs several times is written out once, where it stands highest, and is pointed to
 * elsewhere by the number of its step. */
#include "calculus_internal.h"

#include "../formula/row.h"

#include <string.h>

enum { MOST_LINES = 600, PIECE_ROOM = 36 };    /* lines of all trees together: a page has an end */

typedef struct tree {
    gn_calc *c;
    const gn_derivation *step;
    size_t count;
    const char *by;
    uint32_t *level, *number;   /* (count) the least way from the root; the number of the line that writes it out */
    bool *done;
    uint32_t next;              /* number to give */
    size_t lines, room;         /* lines so far, and how many there may be */
    bool count_only;
} tree;

/* "f(a)' = f'(a)*a' with sigmoid'(a) = ...": the slope as the row states it, its argument put in. */
static const char *what_row_states(gn_calc *c, const gn_derivation *d)
{
    const char *name = d->of->name;
    const gn_row *row = gn_row_find(name, strlen(name));
    bool several = row && row->inputs > 1, first = true;
    gn_text t;
    gn_text_init(&t, c->ctx);
    gn_text_puts(&t, d->rule == GN_RULE_CHAIN ? "f(a)' = f'(a)*a'; " : "");
    for (int k = 0; k < d->of->arguments && k < 3; k++) {
        if (!d->slope[k]) continue;
        gn_text_printf(&t, "%sthe row of %s states the slope", first ? "" : "; ", name);
        if (several) gn_text_printf(&t, " by argument %d", k + 1);
        gn_text_puts(&t, " ");
        gn_formula_print(&t, d->slope[k]);
        first = false;
    }
    const char *copy = t.failed ? NULL : gn_calc_printf(c, "%s", t.at ? t.at : "");
    gn_text_free(&t);
    return copy;
}

static const char *rule_text(gn_calc *c, const gn_derivation *d)
{
    bool row = (d->rule == GN_RULE_CHAIN || d->rule == GN_RULE_FUNCTION) && d->of->op == GN_F_CALL;
    return row ? what_row_states(c, d) : gn_rule_says(d->rule);
}

/* The derivation of f[i] by variable j, made once; count 0 where it is too long to be shown. */
static gn_status derivation(gn_calc *c, size_t i, size_t j)
{
    size_t place = i * c->n + j + 1;
    if (c->derived == place) return GN_OK;
    c->derived = place;
    gn_status s = gn_formula_steps(c->arena, c->of->f.at[i], c->of->name[j], &c->derivation, &c->derivation_count);
    if (s != GN_USAGE) return s;
    gn_clear_error(c->ctx);
    c->derivation_count = 0;
    return GN_OK;
}

static gn_status open_tree(gn_calc *c, size_t i, size_t j, tree *t)
{
    *t = (tree){.c = c, .by = c->of->name[j]};
    GN_TRY(derivation(c, i, j));
    t->step = c->derivation;
    t->count = c->derivation_count;
    t->level = gn_arena_alloc(c->arena, 2 * t->count + 1, sizeof *t->level);
    t->done = gn_arena_alloc(c->arena, t->count + 1, sizeof *t->done);
    if (!t->level || !t->done) return GN_NO_MEMORY;
    t->number = t->level + t->count;
    for (size_t k = 0; k < t->count; k++) t->level[k] = UINT32_MAX;
    if (t->count) t->level[t->count - 1] = 0;
    for (size_t k = t->count; k-- > 0;) /* parts stand before what is made of them */
        for (int p = 0; p < t->step[k].parts; p++) {
            uint32_t *level = &t->level[t->step[k].part[p]];
            if (*level > t->level[k] + 1) *level = t->level[k] + 1;
        }
    return GN_OK;
}

static const char *piece_text(gn_calc *c, const gn_formula *f)
{
    const char *text = gn_calc_text(c, f);
    return strlen(text) <= PIECE_ROOM ? text : gn_calc_printf(c, "%.*s...", PIECE_ROOM - 3, text);
}

static void write_step(tree *t, uint32_t k, uint32_t level)
{
    gn_calc *c = t->c;
    const gn_derivation *d = &t->step[k];
    gn_calc_line l = {.depth = (int)level, .numbered = true, .title = gn_rule_name(d->rule)};
    l.shown = gn_calc_printf(c, "d(%s)/d%s", piece_text(c, d->of), t->by);
    l.latex = gn_calc_printf(c, "\\frac{\\partial}{\\partial %s}\\left(%.400s\\right)",
                             gn_calc_latex(c, gn_formula_name(c->arena, t->by)), gn_calc_latex(c, d->of));
    if (strlen(l.latex) > 440) l.latex = NULL;
    l.name = gn_calc_fresh(c, gn_calc_printf(c, "step_%u", c->s->steps + 1));
    l.rule = rule_text(c, d);
    gn_calc_equation(c, l, d->result);
}

static void write_pointer(tree *t, uint32_t k, uint32_t level)
{
    gn_sheet_text(t->c->s, (int)level, "d(%s)/d%s as in step %u", piece_text(t->c, t->step[k].of), t->by, t->number[k]);
}

/* Visits a step; its parts follow. Small pieces that every reader knows, x' = 1, have no line of their own. */
static bool visit(tree *t, uint32_t k, uint32_t level)
{
    const gn_derivation *d = &t->step[k];
    if (d->rule == GN_RULE_VARIABLE || d->rule == GN_RULE_COMPARISON) return false;
    if (++t->lines > t->room || t->c->s->status != GN_OK) return false;
    if (t->done[k] || level != t->level[k]) {
        if (!t->count_only) write_pointer(t, k, level);
        return false;
    }
    t->done[k] = true;
    if (t->count_only) t->number[k] = t->next++;
    else write_step(t, k, level);
    return d->parts > 0;
}

/* Pre-order with a stack of its own: a tree of steps may be as deep as the formula. */
static void walk(tree *t, bool count_only)
{
    typedef struct place { uint32_t step, level; } place;
    place *stack = gn_alloc_array(t->c->ctx, 4 * t->count + 4, sizeof *stack);
    size_t depth = 0;
    const gn_derivation *root = &t->step[t->count - 1];
    if (!stack) t->c->s->status = GN_NO_MEMORY;
    t->count_only = count_only;
    t->next = t->c->s->steps + 1;
    t->lines = 0;
    memset(t->done, 0, t->count * sizeof *t->done);
    for (int p = root->parts; stack && p-- > 0;) stack[depth++] = (place){root->part[p], 1};
    while (stack && depth) {
        place at = stack[--depth];
        if (!visit(t, at.step, at.level)) continue;
        for (int p = t->step[at.step].parts; p-- > 0;)
            stack[depth++] = (place){t->step[at.step].part[p], at.level + 1};
    }
    gn_free(t->c->ctx, stack);
}

void gn_calc_steps(gn_calc *c, size_t i, size_t j)
{
    tree t;
    if (c->s->status != GN_OK || c->step_lines >= MOST_LINES) return;
    c->s->status = open_tree(c, i, j, &t);
    if (c->s->status != GN_OK) return;
    t.room = MOST_LINES - c->step_lines;
    if (t.count) walk(&t, true);
    if (t.count) walk(&t, false);
    c->step_lines += t.lines < t.room ? t.lines : t.room;
    if (!t.count) gn_sheet_text(c->s, 1, "the derivation is too long to be shown step by step.");
    if (t.lines > t.room) c->step_lines = MOST_LINES;
    if (c->step_lines == MOST_LINES)
        gn_sheet_text(c->s, 1, "further steps are left out: more than %d lines.", MOST_LINES);
}

const char *gn_calc_root_rule(gn_calc *c, size_t i, size_t j)
{
    if (c->s->status != GN_OK) return NULL;
    c->s->status = derivation(c, i, j);
    if (c->s->status != GN_OK || !c->derivation_count) return NULL;
    const gn_derivation *root = &c->derivation[c->derivation_count - 1];
    return gn_calc_printf(c, "%s: %s", gn_rule_name(root->rule), rule_text(c, root));
}
