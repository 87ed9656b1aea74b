#include "show.h"
void gn_show_markdown(const gn_sheet *s, const gn_render *how, gn_text *to) { gn_show_text(s, how, to); }
void gn_show_latex(const gn_sheet *s, const gn_render *how, gn_text *to) { gn_show_text(s, how, to); }
void gn_show_html(const gn_sheet *s, const gn_render *how, gn_text *to) { gn_show_text(s, how, to); }
