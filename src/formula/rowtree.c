/* rowtree.c -- rows as trees: parsed when first needed, their arguments put in, and spelled out down to the primitives.
 *
 * Invariant: a row's trees are made at most once in a maker; rows refer to one another without a circle, which a depth
 * guards. */
#include "tree.h"

#include <string.h>

enum { CHAIN = 16 };    /* rows that stand on one another, at most */

const gn_formula *gn_tree_row_value(gn_maker *m, const gn_row *row)
{
    gn_row_trees *t = &m->rows[gn_row_index(row)];
    if (!t->value) gn_tree_parse(m, row->value, strlen(row->value), &t->value);
    return t->value;
}

const gn_formula *gn_tree_row_slope(gn_maker *m, const gn_row *row, int input)
{
    gn_row_trees *t = &m->rows[gn_row_index(row)];
    if (!t->slope[input]) gn_tree_parse(m, row->slope[input], strlen(row->slope[input]), &t->slope[input]);
    return t->slope[input];
}

const gn_formula *gn_tree_row_apply(gn_maker *m, const gn_row *row, const gn_formula *tree, const gn_formula *call)
{
    gn_parameter parameter[3];
    char names[3][32];
    const char *name[7];
    const gn_formula *by[7];
    size_t count = 0;
    for (int i = 0; i < row->inputs; i++, count++) {
        name[count] = gn_row_input(i);
        by[count] = call->arg[i];
    }
    int parameters = gn_row_parameters(row, parameter);
    for (int i = 0; i < parameters; i++, count++) {
        size_t n = parameter[i].length < sizeof names[0] - 1 ? parameter[i].length : sizeof names[0] - 1;
        memcpy(names[i], parameter[i].name, n);
        names[i][n] = 0;
        name[count] = names[i];
        by[count] =
            row->inputs + i < call->arguments ? call->arg[row->inputs + i] : gn_tree_number(m, parameter[i].value);
    }
    name[count] = gn_row_result(row);
    by[count++] = call;
    return gn_tree_replace(m, tree, name, by, count);
}

static const gn_formula *expand(gn_maker *m, const gn_formula *f, int depth);

static const gn_formula *expanded_row(gn_maker *m, const gn_row *row, int depth)
{
    gn_row_trees *t = &m->rows[gn_row_index(row)];
    if (!t->expanded) t->expanded = expand(m, gn_tree_row_value(m, row), depth + 1);
    return t->expanded;
}

/* One node whose arguments are spelled out already. */
static const gn_formula *expand_node(void *user, gn_maker *m, const gn_formula *like, const gn_formula *const arg[])
{
    int depth = *(const int *)user;
    const gn_formula *f = gn_tree_with(m, like, arg);
    const gn_row *row = f && f->op == GN_F_CALL ? gn_row_find(f->name, strlen(f->name)) : NULL;
    if (!row || gn_row_is_primitive(row)) return f;
    if (depth > CHAIN) {
        m->status = gn_fail(m->ctx, GN_E_EXP_FUNC, "the value of %s leads back to itself", row->name);
        return NULL;
    }
    return gn_tree_row_apply(m, row, expanded_row(m, row, depth), f);
}

static const gn_formula *expand(gn_maker *m, const gn_formula *f, int depth)
{
    return gn_tree_rebuild(m, f, expand_node, &depth);
}

const gn_formula *gn_tree_expand(gn_maker *m, const gn_formula *f)
{
    return expand(m, f, 0);
}
