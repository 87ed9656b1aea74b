/* show_attach.c -- arrays and tables that a form does not show whole: which they are, and each as CSV for a file beside
 * the document.
 *
 * Invariant: one array has one file however many lines show it, and two arrays never share a name. */
#include "show.h"

#include <string.h>

enum { MATRIX_MOST = 6 };   /* rows and columns that LaTeX and Markdown set */

bool gn_line_is_cut(const gn_line *line, const gn_render *how)
{
    bool page = how->format == GN_FORMAT_HTML, array = line->symbol && line->symbol->value;
    bool set = page || how->format == GN_FORMAT_LATEX || how->format == GN_FORMAT_MARKDOWN;
    if (!set || (!page && line->depth > how->depth)) return false;
    if (line->kind == GN_LINE_TABLE) return line->rows > (page ? GN_HTML_ROWS : how->rows);
    if (!array) return false;
    size_t rows = line->symbol->rows, cols = line->symbol->cols, most = page ? GN_HTML_SIDE : MATRIX_MOST;
    return (rows > most || cols > most) && (!page || rows * cols > GN_HTML_CELLS);
}

static bool same_name(const gn_line *a, const gn_line *b)
{
    if (!a->symbol || !b->symbol) return !a->symbol && !b->symbol;
    return strcmp(a->symbol->name, b->symbol->name) == 0;
}

/* The first line that shows what line i does. */
static size_t first_place(const gn_sheet *s, size_t i, const gn_render *how)
{
    const gn_symbol *v = s->line[i]->symbol;
    for (size_t k = 0; v && k < i; k++)
        if (s->line[k]->symbol == v && gn_line_is_cut(s->line[k], how)) return k;
    return i;
}

void gn_line_attachment(const gn_sheet *s, size_t i, const gn_render *how, gn_text *to)
{
    size_t place = first_place(s, i, how), before = 0;
    const gn_line *line = s->line[place];
    for (size_t k = 0; k < place; k++)
        before += gn_line_is_cut(s->line[k], how) && same_name(s->line[k], line) && first_place(s, k, how) == k;
    if (how->part) gn_text_printf(to, "p%zu-", how->part);
    for (const char *c = line->symbol ? line->symbol->name : "table"; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        gn_text_add(to, plain ? c : "_", 1);
    }
    if (before) gn_text_printf(to, "-%zu", before + 1);
    gn_text_puts(to, ".csv");
}

bool gn_line_attached_first(const gn_sheet *s, size_t i, const gn_render *how)
{
    return gn_line_is_cut(s->line[i], how) && first_place(s, i, how) == i;
}

/* Text of a cell: quoted where a comma or a quote stands in it. */
static void put_text(gn_text *to, const char *text)
{
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;
    gn_text_puts(to, quoted ? "\"" : "");
    for (; *text; text++) {
        if (*text == '"') gn_text_puts(to, "\"");
        gn_text_add(to, text, 1);
    }
    gn_text_puts(to, quoted ? "\"" : "");
}

static void put_table(gn_text *to, const gn_line *line)
{
    for (size_t j = 0; j < line->columns; j++) {
        gn_text_puts(to, j ? "," : "");
        put_text(to, line->column[j].title ? line->column[j].title : "");
    }
    gn_text_puts(to, "\n");
    for (size_t i = 0; i < line->rows; i++) {
        for (size_t j = 0; j < line->columns; j++) {
            const gn_sheet_column *c = &line->column[j];
            gn_text_puts(to, j ? "," : "");
            if (c->number) gn_show_number(to, c->number[i], gn_column_type(c), GN_DIGITS_SHORTEST);
            else put_text(to, c->text[i]);
        }
        gn_text_puts(to, "\n");
    }
}

void gn_line_csv(const gn_line *line, gn_text *to)
{
    const gn_symbol *v = line->symbol;
    if (line->kind == GN_LINE_TABLE) put_table(to, line);
    for (size_t k = 0; v && v->value && k < v->rows * v->cols; k++) {
        gn_show_number(to, v->value[k], v->type, GN_DIGITS_SHORTEST);
        gn_text_puts(to, (k + 1) % v->cols ? "," : "\n");
    }
}

/* What stands below a line that is cut: the name of its file. Nothing when it is not, or has none. */
void gn_show_attached(const gn_sheet *s, size_t i, const gn_render *how, gn_text *to)
{
    if (!how->attached || !gn_line_is_cut(s->line[i], how)) return;
    const gn_line *line = s->line[i];
    if (line->symbol) gn_text_printf(to, "all %zu by %zu numbers: ", line->symbol->rows, line->symbol->cols);
    else gn_text_printf(to, "all %zu rows: ", line->rows);
    gn_text_printf(to, "%s-", how->attached);
    gn_line_attachment(s, i, how, to);
}

/* Without a file beside it, once at the end: how to have them whole. */
const char *gn_show_whole(const gn_sheet *s, const gn_render *how)
{
    for (size_t i = 0; !how->attached && i < s->lines; i++)
        if (gn_line_is_cut(s->line[i], how))
            return "dots stand for what is not shown: with --out FILE each such array is a CSV file beside it";
    return NULL;
}
