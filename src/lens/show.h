/* show.h -- what the renderers of a sheet share: numbers, names, foreign text made safe, and which lines are shown.
 *
 * Invariant: whatever a name or a text of a file holds, what leaves here is valid UTF-8 without control characters. */
#ifndef GN_SHOW_H
#define GN_SHOW_H

#include "sheet.h"

enum { GN_DIGITS_SHORTEST = 0, GN_DIGITS_EXACT = -1 /* shortest as a double, whatever the type */ };

/* At most `digits` significant; fewer where they say the number: 5.6. A float has never more than 9. */
void gn_show_number(gn_text *to, double value, gn_type type, int digits);
/* As the language reads it: -3, [1, 2], [[1, 2], [3, 4]]; `fence`: a negative number stands in parentheses. */
void gn_show_value(gn_text *to, const gn_symbol *symbol, int digits, bool fence);
/* A formula with what its names mean put in: token by token, blanks as they stand. `put` writes a symbol; before and
 * after are the kinds of the neighbouring tokens. */
typedef struct gn_neighbours { int before, after; bool stroke_before; } gn_neighbours;
typedef bool (*gn_put_symbol)(void *user, gn_text *to, const gn_symbol *symbol, gn_neighbours at);
gn_status gn_show_formula(const gn_sheet *s, const gn_line *line, gn_put_symbol put, void *user, gn_text *to);

/* How a name is shown in text: dL/dw, η, ŷ; ascii: dL/dw, eta, yhat. */
void gn_show_name(gn_text *to, const gn_symbol *symbol, bool ascii);
/* The same of a bare name; derivative: d?_d? is one. */
void gn_show_word(gn_text *to, const char *name, bool derivative, bool ascii);
void gn_show_name_latex(gn_text *to, const gn_symbol *symbol);
void gn_show_word_latex(gn_text *to, const char *name);                     /* no derivative */
void gn_show_name_mathml(gn_text *to, const char *name, bool derivative);
/* d?_d?: the lengths of what is derived and of what it is derived by; whether they are known is the caller's to ask. */
bool gn_show_is_derivative(const char *name, size_t *top, size_t *bottom);
/* Control characters and wrong UTF-8 become \xNN; ascii: known signs are spelt, the rest is ?. */
void gn_show_clean(gn_text *to, const char *text, bool ascii);
size_t gn_show_width(const char *text, size_t length);                      /* columns on a terminal */
bool gn_show_has_names(const gn_sheet *s, const gn_line *line);             /* does the formula use any symbol? */
size_t gn_show_elements(const gn_sheet *s, const gn_line *line);            /* numbers that stand in for its names; 0
                                                   when the line's symbol has no value: then only its formula is shown */
/* Lines that a depth leaves out, and the depth that shows them all. */
size_t gn_show_hidden(const gn_sheet *s, int depth, int *all);

enum { GN_HTML_ROWS = 2000, GN_HTML_CELLS = 2048, GN_HTML_SIDE = 17 };     /* more is cut in HTML */
void gn_show_attached(const gn_sheet *s, size_t line, const gn_render *how, gn_text *to);
const char *gn_show_whole(const gn_sheet *s, const gn_render *how);         /* NULL: nothing is cut, or it is beside */

/* The renderers: what opens a document (of several sheets: with its own title above theirs), a sheet, what closes it. */
void gn_show_text(const gn_sheet *s, const gn_render *how, gn_text *to);
void gn_show_markdown_open(gn_text *to, const char *title, bool several);
void gn_show_markdown(const gn_sheet *s, const gn_render *how, gn_text *to);
void gn_show_latex_open(gn_text *to, const char *title, bool several);
void gn_show_latex(const gn_sheet *s, const gn_render *how, gn_text *to);
void gn_show_latex_close(gn_text *to);
void gn_show_html_open(gn_text *to, const char *title, bool several);
void gn_show_html(const gn_sheet *s, const gn_render *how, gn_text *to);
void gn_show_html_close(gn_text *to);

#endif
