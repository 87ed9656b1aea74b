/* show_text.h -- what the files of the text renderer share.
 *
 * Invariant: widths are columns of a terminal; every text that reaches a painter has been cleaned. */
#ifndef GN_SHOW_TEXT_H
#define GN_SHOW_TEXT_H

#include "show.h"

typedef struct gn_painter {
    const gn_sheet *s;
    const gn_render *how;
    gn_text *to;
    gn_arena arena;         /* of this rendering */
    int number_width;       /* of step numbers */
} gn_painter;

void gn_paint_pad(gn_painter *p, size_t count);
void gn_paint_ink(gn_painter *p, const char *escape);                       /* only where colour is wanted */
const char *gn_paint_keep(gn_painter *p, gn_text *t);                       /* into the arena; frees the text */
const char *gn_paint_clean(gn_painter *p, const char *text);
/* Text from `column` on, broken before the width, continued at `indent`. */
void gn_paint_wrapped(gn_painter *p, const char *s, size_t column, size_t indent);
void gn_paint_formula(gn_painter *p, const char *s, size_t column, size_t indent);      /* ... as formulas break */
size_t gn_paint_width(const char *s);                                       /* columns; NULL: 0 */
const char *gn_paint_cut(gn_painter *p, const char *s, size_t most);        /* to `most` columns, with dots */
/* Bytes of s for one line of `most` columns: prose breaks at its last blank, a formula where brackets are shallow. */
size_t gn_paint_break(const char *s, size_t most, bool prose);
void gn_paint_array(gn_painter *p, const gn_symbol *v, size_t indent);      /* a block of rows */
void gn_paint_summary(gn_painter *p, const gn_symbol *v, size_t indent);    /* one line */
void gn_paint_table(gn_painter *p, const gn_line *line);

#endif
