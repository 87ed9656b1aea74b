/* show_math.h -- a right side as a tree of signs, and the tree as LaTeX or MathML, in names or in numbers.
 *
 * Invariant: the tree is made by the grammar that reads the formula for its value, so that what is set in type binds as
 * what is computed. */
#ifndef GN_SHOW_MATH_H
#define GN_SHOW_MATH_H

#include "show.h"

typedef struct gn_math gn_math;
/* NULL when the text cannot be read (or is too deep to be set): show it as it stands. */
const gn_math *gn_math_parse(gn_arena *arena, const gn_sheet *s, const gn_line *line, const char *text);
typedef struct gn_math_style {
    bool numbers;           /* symbols by their values */
    int digits;
} gn_math_style;
void gn_math_latex(gn_text *to, const gn_math *m, gn_math_style how);
/* The same inside aligned, after "&= ": a sum longer than `room` signs goes on below, term by term. */
void gn_math_latex_lines(gn_text *to, const gn_math *m, gn_math_style how, size_t room);
void gn_math_mathml(gn_text *to, const gn_math *m, gn_math_style how);      /* without the <math> around */

void gn_latex_number(gn_text *to, double value, gn_type type, int digits);  /* 1e-7 as 10^{-7} */
void gn_latex_value(gn_text *to, const gn_symbol *v, int digits);           /* bmatrix; at most 6 by 6, dots between */
void gn_mathml_name(gn_text *to, const gn_symbol *v, size_t id);            /* id: the symbol's place in the sheet */
/* <data value="full double">as shown</data>; id SIZE_MAX: of no symbol. */
void gn_html_number(gn_text *to, double value, gn_type type, int digits, size_t id);
size_t gn_symbol_id(const gn_sheet *s, const gn_symbol *v);
void gn_html_text(gn_text *to, const char *text);                           /* cleaned and escaped */
void gn_latex_text(gn_text *to, const char *text);                          /* outside of math */
void gn_markdown_text(gn_text *to, const char *text);

/* What LaTeX and Markdown share: equations inside aligned, "name &= formula = numbers = value" each; the value of the
 * sheet's last is boxed. */
void gn_latex_equations(gn_text *to, const gn_sheet *s, const gn_line *const *line, size_t count, const gn_render *how);
/* Given numbers with one title from line `first` on, which stand together; 0 when it is none. */
size_t gn_latex_givens(const gn_sheet *s, size_t first, const gn_render *how);
/* Every line that is shown, each by its function: equations and given numbers, `count` lines from i on as one step; all
 * else; and the sentence that names the file beside the document where a line is cut. */
typedef struct gn_document {
    void (*step)(gn_text *to, const gn_sheet *s, size_t i, size_t count, const gn_render *how);
    void (*other)(gn_text *to, const gn_line *line, const gn_render *how);
    void (*attached)(gn_text *to, const char *sentence);
} gn_document;
void gn_show_document(gn_text *to, const gn_sheet *s, const gn_render *how, const gn_document *d);
/* The sentence, when there is one, by its function. */
void gn_show_beside(gn_text *to, const gn_sheet *s, size_t i, const gn_render *how,
                    void (*put)(gn_text *to, const char *sentence));
const gn_line *gn_show_last(const gn_sheet *s, const gn_render *how);       /* the last equation shown, or NULL */

#endif
