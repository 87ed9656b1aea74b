/* show_markdown.c -- a sheet as Markdown: equations as $$ blocks that GitHub renders, an anchor at each step, tables.
 *
 * Invariant: no sign of foreign text acts as Markdown or as HTML. */
#include "show_math.h"

#include <string.h>

void gn_markdown_text(gn_text *to, const char *text)
{
    gn_text clean;
    gn_text_init(&clean, to->ctx);
    gn_show_clean(&clean, text ? text : "", false);
    bool begins = true; /* only digits so far: a dot would make a list of it */
    for (const char *at = clean.at ? clean.at : ""; *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        bool first = at == clean.at;
        if (*at == '&') gn_text_puts(to, "&amp;");
        else if (*at == '<') gn_text_puts(to, "&lt;");
        else if (*at == '>') gn_text_puts(to, "&gt;");
        else {
            bool acts = strchr("\\`*_{}[]#|$~!@", *at) || (first && strchr("+-=", *at)) ||
                        (at[0] == ':' && at[1] == '/') ||
                        (begins && !first && strchr(".)", *at));
            gn_text_puts(to, acts ? "\\" : "");
            gn_text_add(to, at, 1);
        }
        begins = begins && digit;
    }
    to->failed |= clean.failed;
    gn_text_free(&clean);
}

static void put_check(gn_text *to, const gn_line_check *c)
{
    if (!c->kind) return;
    gn_text_puts(to, "check: ");
    gn_markdown_text(to, c->kind);
    gn_text_printf(to, " difference %s (relative) ", gn_num_digits(GN_NUM, c->relative, 2));
    gn_markdown_text(to, c->verdict);
    gn_text_puts(to, "\n\n");
}

/* One step, or several given numbers of one title. */
static void put_step(gn_text *to, const gn_sheet *s, size_t first, size_t count, const gn_render *how)
{
    const gn_line *line = s->line[first];
    if (line->number && how->part)
        gn_text_printf(to, "<a id=\"p%zu-s%u\"></a>**%u.** ", how->part, line->number, line->number);
    else if (line->number) gn_text_printf(to, "<a id=\"s%u\"></a>**%u.** ", line->number, line->number);
    gn_markdown_text(to, line->title);
    if (line->rule && how->depth > 0) {
        gn_text_puts(to, line->title && *line->title ? " — *" : "*");
        gn_markdown_text(to, line->rule);
        gn_text_puts(to, "*");
    }
    bool words = line->number || (line->title && *line->title) || (line->rule && how->depth > 0);
    gn_text_puts(to, words ? "\n\n$$\n" : "$$\n");
    gn_latex_equations(to, s, (const gn_line *const *)&s->line[first], count, how);
    gn_text_puts(to, "$$\n\n");
    put_check(to, &line->check);
}

static void put_cells(gn_text *to, const gn_line *line, size_t row, int digits)
{
    for (size_t j = 0; j < line->columns; j++) {
        const gn_sheet_column *c = &line->column[j];
        gn_text_puts(to, "| ");
        if (row == line->rows) gn_text_puts(to, "…");
        else if (c->number) gn_show_number(to, c->number[row], gn_column_type(c), digits);
        else gn_markdown_text(to, c->text[row]);
        gn_text_puts(to, " ");
    }
    gn_text_puts(to, "|\n");
}

static void put_table(gn_text *to, const gn_line *line, const gn_render *how)
{
    size_t head = how->rows / 2, tail = how->rows - 1 - head;
    gn_markdown_text(to, line->title);
    gn_text_puts(to, line->title && *line->title ? "\n\n" : "");
    if (line->columns == 0) return;
    for (size_t j = 0; j < line->columns; j++) {
        gn_text_puts(to, "| ");
        gn_markdown_text(to, line->column[j].title);
        gn_text_puts(to, " ");
    }
    gn_text_puts(to, "|\n");
    for (size_t j = 0; j < line->columns; j++) gn_text_puts(to, line->column[j].number ? "| ---: " : "| --- ");
    gn_text_puts(to, "|\n");
    for (size_t i = 0; i < line->rows; i++) {
        if (line->rows > how->rows && i == head) {
            put_cells(to, line, line->rows, how->digits);
            i = line->rows - tail;
        }
        put_cells(to, line, i, how->digits);
    }
    gn_text_puts(to, "\n");
}

static void put_other(gn_text *to, const gn_line *line, const gn_render *how)
{
    switch (line->kind) {
    case GN_LINE_SECTION:
        gn_text_puts(to, how->part ? "#" : "");
        gn_text_puts(to, line->depth == 0 ? "## " : "### ");
        gn_markdown_text(to, line->title);
        gn_text_puts(to, "\n\n");
        break;
    case GN_LINE_GIVEN: case GN_LINE_EQUATION: break;
    case GN_LINE_TEXT:
        gn_markdown_text(to, line->title);
        gn_text_puts(to, "\n\n");
        break;
    case GN_LINE_TABLE: put_table(to, line, how); break;
    }
}

static void put_attached(gn_text *to, const char *sentence)
{
    gn_markdown_text(to, sentence);
    gn_text_puts(to, "\n\n");
}

void gn_show_markdown_open(gn_text *to, const char *title, bool several)
{
    if (!several) return;
    gn_text_puts(to, "# ");
    gn_markdown_text(to, title);
    gn_text_puts(to, "\n\n");
}

void gn_show_markdown(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    int all;
    gn_text_puts(to, how->part ? "## " : "# ");
    gn_markdown_text(to, s->title);
    gn_text_puts(to, "\n\n");
    for (size_t i = 0; i < s->facts; i++) {
        gn_text_puts(to, "- ");
        gn_markdown_text(to, s->fact[i]);
        gn_text_puts(to, "\n");
    }
    gn_text_puts(to, s->facts ? "\n" : "");
    gn_show_document(to, s, how, &(gn_document){ put_step, put_other, put_attached });
    size_t hidden = gn_show_hidden(s, how->depth, &all);
    if (hidden) gn_text_printf(to, "(%zu more at depth %d)\n", hidden, all);
    if (gn_show_whole(s, how)) gn_text_printf(to, "%s(%s)\n", hidden ? "\n" : "", gn_show_whole(s, how));
    gn_text_puts(to, how->part ? "\n" : "");
}
