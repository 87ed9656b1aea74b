/* show_html.c -- a sheet as HTML. */
#include "show_math.h"

void gn_show_html(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    gn_show_text(s, how, to);
}
