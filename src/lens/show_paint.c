/* show_paint.c -- text put on a page of so many columns: padded, coloured, cut, broken into lines.
 *
 * Invariant: a number or a name is broken only where nothing else is left of the line. */
#include "show_text.h"

#include <string.h>

void gn_paint_pad(gn_painter *p, size_t count)
{
    while (count-- > 0) gn_text_puts(p->to, " ");
}

void gn_paint_ink(gn_painter *p, const char *escape)
{
    if (p->how->colour) gn_text_puts(p->to, escape);
}

const char *gn_paint_keep(gn_painter *p, gn_text *t)
{
    const char *kept = gn_arena_text(&p->arena, t->at ? t->at : "", t->length);
    if (t->failed || !kept) p->to->failed = true;
    gn_text_free(t);
    return kept ? kept : "";
}

const char *gn_paint_clean(gn_painter *p, const char *text)
{
    gn_text t;
    gn_text_init(&t, p->s->ctx);
    gn_show_clean(&t, text ? text : "", p->how->ascii);
    return gn_paint_keep(p, &t);
}

size_t gn_paint_width(const char *s)
{
    return s ? gn_show_width(s, strlen(s)) : 0;
}

/* Bytes of s that fill at most `most` columns. */
static size_t bytes_within(const char *s, size_t most)
{
    size_t i = 0, length = strlen(s);
    while (i < length) {
        size_t n = 1;
        while (i + n < length && ((unsigned char)s[i + n] & 0xC0) == 0x80) n++;
        if (gn_show_width(s, i + n) > most) break;
        i += n;
    }
    return i;
}

const char *gn_paint_cut(gn_painter *p, const char *s, size_t most)
{
    gn_text t;
    if (gn_paint_width(s) <= most) return s;
    gn_text_init(&t, p->s->ctx);
    gn_text_add(&t, s, bytes_within(s, most - (p->how->ascii ? 3 : 1)));
    gn_text_puts(&t, p->how->ascii ? "..." : "…");
    return gn_paint_keep(p, &t);
}

/* May a line of a formula end before s[i]? After a comma, before + - =, between the factors of a product of arrays. */
static bool may_break(const char *s, size_t i)
{
    if (s[i] == '[' && s[i - 1] == '*') return true;
    return s[i] == ' ' && (s[i - 1] == ',' || (strchr("+-=", s[i + 1]) && s[i + 1] && s[i + 2] == ' '));
}

/* The place of least depth of brackets beyond a third of the line, the last of them; 0: none. */
static size_t shallow_break(const char *s, size_t end, size_t most)
{
    int depth = 0, least = 1000;
    size_t found = 0;
    for (size_t i = 0; i <= end && s[i]; i++) {
        bool open = s[i] == '(' || s[i] == '[', close = s[i] == ')' || s[i] == ']';
        if (i > most / 3 && depth <= least && may_break(s, i)) least = depth, found = i;
        depth += open - close;
    }
    return found;
}

/* Never inside a number or a name unless nothing else is left. */
size_t gn_paint_break(const char *s, size_t most, bool prose)
{
    size_t end = bytes_within(s, most), found = prose ? 0 : shallow_break(s, end, most);
    if (!s[end]) return end;
    if (found) return found;
    for (size_t i = end; i > 0; i--)
        if (s[i] == ' ') return i;
    for (size_t i = end; i > 1; i--)
        if (strchr("*/(,", s[i - 1]) && s[i - 2] != '.') return i;
    return end ? end : 1;
}

static void wrap(gn_painter *p, const char *s, size_t column, size_t indent, bool prose)
{
    size_t width = (size_t)p->how->width;
    for (;;) {
        size_t n = gn_paint_break(s, column < width ? width - column : 1, prose);
        size_t inked = n;
        while (inked && s[inked - 1] == ' ') inked--;
        gn_text_add(p->to, s, inked);
        s += n;
        while (*s == ' ') s++;
        if (!*s) break;
        gn_text_puts(p->to, "\n");
        gn_paint_pad(p, indent);
        column = indent;
    }
}

void gn_paint_wrapped(gn_painter *p, const char *s, size_t column, size_t indent)
{
    wrap(p, s, column, indent, true);
}

void gn_paint_formula(gn_painter *p, const char *s, size_t column, size_t indent)
{
    wrap(p, s, column, indent, false);
}
