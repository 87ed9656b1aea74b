/* print.h -- what text and LaTeX printing share: a stack of pieces still to print, so that no depth of tree exhausts
 * the machine's. */
#ifndef GN_FORMULA_PRINT_H
#define GN_FORMULA_PRINT_H

#include "tree.h"

/* How tightly what is printed must bind to stand without parentheses. */
typedef enum gn_print_level {
    GN_P_ANY = 0,
    GN_P_SUM = 2,
    GN_P_PRODUCT = 3,
    GN_P_POWER = 4,
    GN_P_ATOM = 5
} gn_print_level;

/* Either a text or a node. */
typedef struct gn_piece {
    const char *text;
    const gn_formula *node;
    gn_print_level level;
} gn_piece;

typedef struct gn_printer {
    gn_text *to;
    gn_piece *stack;
    size_t depth, room;
} gn_printer;

/* Print `count` pieces in their order next, before all that waits. */
void gn_print_next(gn_printer *p, const gn_piece *pieces, size_t count);
/* Print root with `node` saying how one node falls into pieces. */
void gn_print_all(gn_text *to, const gn_formula *root,
                  void (*node)(gn_printer *p, const gn_formula *f, gn_print_level level));
gn_print_level gn_print_level_of(const gn_formula *f);
const char *gn_print_sign(gn_formula_op op);    /* " + ", "*", " <= " */

#endif
