/* print.c -- a formula as the grammar reads it, with no more parentheses than it needs to be read back as the same
 * tree. */
#include "print.h"

#include <string.h>

void gn_print_next(gn_printer *p, const gn_piece *pieces, size_t count)
{
    if (p->depth + count > p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        gn_piece *stack = gn_resize(p->to->ctx, p->stack, room + count, sizeof *stack);
        if (!stack) {
            p->to->failed = true;
            return;
        }
        p->stack = stack;
        p->room = room + count;
    }
    for (size_t i = count; i-- > 0;) p->stack[p->depth++] = pieces[i];
}

void gn_print_all(gn_text *to, const gn_formula *root,
                  void (*node)(gn_printer *p, const gn_formula *f, gn_print_level level))
{
    gn_printer p = {.to = to};
    gn_print_next(&p, &(gn_piece){.node = root}, 1);
    while (p.depth > 0 && !to->failed) {
        gn_piece next = p.stack[--p.depth];
        if (next.node) node(&p, next.node, next.level);
        else gn_text_puts(to, next.text);
    }
    gn_free(to->ctx, p.stack);
}

/* A minus sign binds as a sum does, so that it stands bare only where a sum may begin. */
gn_print_level gn_print_level_of(const gn_formula *f)
{
    switch (f->op) {
    case GN_F_NUMBER: case GN_F_NAME: case GN_F_CALL: return GN_P_ATOM;
    case GN_F_POW: return GN_P_POWER;
    case GN_F_MUL: case GN_F_DIV: return GN_P_PRODUCT;
    case GN_F_ADD: case GN_F_SUB: case GN_F_NEG: return GN_P_SUM;
    default: return GN_P_ANY;
    }
}

const char *gn_print_sign(gn_formula_op op)
{
    static const char *const sign[] = {"",  "",    " + ",  " - ", "*",    "/",    "^",
                                       "-", " < ", " <= ", " > ", " >= ", " == ", " != "};
    return op < GN_F_CALL ? sign[op] : "";
}

static void print_call(gn_printer *p, const gn_formula *f)
{
    gn_piece pieces[8] = {{.text = f->name}, {.text = "("}};
    size_t n = 2;
    for (int k = 0; k < f->arguments; k++) {
        if (k) pieces[n++] = (gn_piece){.text = ", "};
        pieces[n++] = (gn_piece){.node = f->arg[k]};
    }
    pieces[n++] = (gn_piece){.text = ")"};
    gn_print_next(p, pieces, n);
}

/* The left operand of a binary operator may bind as the operator does, the right one must bind tighter; ^ the other way
 * round. */
static void print_binary(gn_printer *p, const gn_formula *f)
{
    gn_print_level own = gn_print_level_of(f), left = own, right = own + 1;
    if (own == GN_P_ANY) left = right = GN_P_SUM;
    if (f->op == GN_F_POW) {
        left = GN_P_ATOM;
        right = GN_P_POWER;
    }
    gn_piece pieces[] = {
        {.node = f->arg[0], .level = left}, {.text = gn_print_sign(f->op)}, {.node = f->arg[1], .level = right}};
    gn_print_next(p, pieces, GN_COUNT(pieces));
}

static void print_node(gn_printer *p, const gn_formula *f, gn_print_level level)
{
    if (gn_print_level_of(f) < level) {
        gn_piece pieces[] = {{.text = "("}, {.node = f}, {.text = ")"}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else if (f->op == GN_F_NUMBER) {
        gn_text_puts(p->to, gn_num(GN_NUM, f->number));
    } else if (f->op == GN_F_NAME) {
        gn_text_puts(p->to, f->name);
    } else if (f->op == GN_F_CALL) {
        print_call(p, f);
    } else if (f->op == GN_F_NEG) {
        gn_piece pieces[] = {{.text = "-"}, {.node = f->arg[0], .level = GN_P_PRODUCT}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else {
        print_binary(p, f);
    }
}

void gn_formula_print(gn_text *to, const gn_formula *f)
{
    gn_print_all(to, f, print_node);
}
