/* show.c -- what the renderers of a sheet share: numbers, names, formulas with something put in for their names, and
 * text that is safe to show.
 *
 * Invariant: a number is rounded here, for print, and nowhere else. */
#include "show.h"

#include <math.h>
#include <string.h>
#include "../formula/lex.h"

void gn_render_defaults(gn_render *r)
{
    *r = (gn_render){.format = GN_FORMAT_TEXT, .digits = 6, .depth = 1, .width = 80, .rows = 24};
}

void gn_render_options(const gn_options *o, gn_render *r)
{
    static const char *const names[GN_FORMAT_COUNT] = { "text", "markdown", "latex", "html" };
    gn_render_defaults(r);
    for (int i = 0; i < GN_FORMAT_COUNT; i++)
        if (!strcmp(gn_option_text(o, GN_O_FORMAT), names[i])) r->format = (gn_format)i;
    r->digits = (int)gn_option_int(o, GN_O_DIGITS);
    r->depth = (int)gn_option_int(o, GN_O_DEPTH);
    r->ascii = gn_option_flag(o, GN_O_ASCII);
}

/* A medium: what stands before the sheets of a document (title NULL: of the only one, which has its own), the sheets, what
 * stands behind them. */
static const struct {
    void (*open)(gn_text *to, const char *title, bool several);
    void (*sheet)(const gn_sheet *s, const gn_render *how, gn_text *to);
    void (*close)(gn_text *to);
} media[GN_FORMAT_COUNT] = {
    [GN_FORMAT_TEXT] = {NULL, gn_show_text, NULL},
    [GN_FORMAT_MARKDOWN] = {gn_show_markdown_open, gn_show_markdown, NULL},
    [GN_FORMAT_LATEX] = {gn_show_latex_open, gn_show_latex, gn_show_latex_close},
    [GN_FORMAT_HTML] = {gn_show_html_open, gn_show_html, gn_show_html_close},
};

static gn_format medium_of(const gn_render *how)
{
    return how->format < GN_FORMAT_COUNT ? how->format : GN_FORMAT_TEXT;
}

gn_status gn_sheets_open(const gn_render *how, const char *title, gn_text *to)
{
    if (media[medium_of(how)].open) media[medium_of(how)].open(to, title, true);
    return gn_text_done(to);
}

gn_status gn_sheets_close(const gn_render *how, gn_text *to)
{
    if (media[medium_of(how)].close) media[medium_of(how)].close(to);
    return gn_text_done(to);
}

gn_status gn_sheet_render(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    gn_format f = medium_of(how);
    GN_TRY(gn_sheet_done(s));
    gn_render own = *how;
    if (own.digits < 1) own.digits = 6;
    if (own.width < 40) own.width = 40;
    if (own.rows < 4) own.rows = 4;
    if (!own.part && media[f].open) media[f].open(to, s->title, false);
    media[f].sheet(s, &own, to);
    if (!own.part && media[f].close) media[f].close(to);
    return gn_text_done(to);
}

/* ---- numbers ------------------------------------------------------------------------------------------------- */

/* Digits that count in the text of a number: 0.0560 has 3, 1000 has 1. */
static int significant(const char *s)
{
    int count = 0, zeros = 0;
    for (; *s && *s != 'e'; s++) {
        if (*s < '0' || *s > '9' || (*s == '0' && count == 0)) continue;
        zeros = *s == '0' ? zeros + 1 : 0;
        count++;
    }
    return count - zeros;
}

void gn_show_number(gn_text *to, double value, gn_type type, int digits)
{
    bool single = type == GN_F32 && digits != GN_DIGITS_EXACT;
    if (value == 0 && digits > 0 && digits < 17) value = 0; /* a zero with a sign says nothing to a reader */
    const char *shortest = single ? gn_num32(GN_NUM, (float)value) : gn_num(GN_NUM, value);
    int most = single && (digits <= 0 || digits > 9) ? 9 : digits <= 0 ? 17 : digits;
    bool few = significant(shortest) <= most && (digits <= 0 || strlen(shortest) < 12 || digits >= 17);
    gn_text_puts(to, few ? shortest : gn_num_digits(GN_NUM, value, most));
}

void gn_show_value(gn_text *to, const gn_symbol *v, int digits, bool fence)
{
    if (!v->value) { /* in symbols only */
        gn_text_puts(to, v->name);
        return;
    }
    if (v->rows == 1 && v->cols == 1) {
        bool hides_sign = v->value[0] == 0 && digits > 0 && digits < 17;
        fence = fence && signbit(v->value[0]) && !isnan(v->value[0]) && !hides_sign;
        gn_text_puts(to, fence ? "(" : "");
        gn_show_number(to, v->value[0], v->type, digits);
        gn_text_puts(to, fence ? ")" : "");
        return;
    }
    gn_text_puts(to, "[");
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        bool first = i % v->cols == 0, last = (i + 1) % v->cols == 0;
        gn_text_puts(to, i ? ", " : "");
        gn_text_puts(to, v->cols > 1 && first ? "[" : "");
        gn_show_number(to, v->value[i], v->type, digits);
        gn_text_puts(to, v->cols > 1 && last ? "]" : "");
    }
    gn_text_puts(to, "]");
}

/* ---- formulas, token by token -------------------------------------------------------------------------------- */

gn_status gn_show_formula(const gn_sheet *s, const gn_line *line, gn_put_symbol put, void *user, gn_text *to)
{
    const char *text = line->formula, *done = text;
    gn_lexer ahead = gn_lex_make(s->ctx, text, strlen(text));
    gn_neighbours at = {.before = GN_T_END};
    GN_TRY(gn_lex_next(&ahead));
    while (ahead.now.kind != GN_T_END) {
        gn_token t = ahead.now;
        bool call = gn_lex_ahead(&ahead) == '(';
        GN_TRY(gn_lex_next(&ahead));
        at.after = (int)ahead.now.kind;
        gn_text_add(to, done, (size_t)(t.at - done));
        done = t.at + t.length;
        const gn_symbol *symbol = t.kind == GN_T_NAME && !call ? gn_line_symbol(s, line, t.at, t.length) : NULL;
        if (symbol) at.stroke_before = put(user, to, symbol, at);
        else gn_text_add(to, t.at, t.length);
        at.before = (int)t.kind;
    }
    gn_text_puts(to, done);
    return GN_OK;
}

size_t gn_show_elements(const gn_sheet *s, const gn_line *line)
{
    if (line->symbol && !line->symbol->value) return 0;
    gn_lexer lx = gn_lex_make(s->ctx, line->formula, strlen(line->formula));
    size_t count = 0;
    while (gn_lex_next(&lx) == GN_OK && lx.now.kind != GN_T_END) {
        if (lx.now.kind != GN_T_NAME || gn_lex_ahead(&lx) == '(') continue;
        const gn_symbol *symbol = gn_line_symbol(s, line, lx.now.at, lx.now.length);
        count += symbol ? symbol->rows * symbol->cols : 0;
    }
    return count;
}

bool gn_show_has_names(const gn_sheet *s, const gn_line *line)
{
    return gn_show_elements(s, line) > 0;
}

size_t gn_show_hidden(const gn_sheet *s, int depth, int *all)
{
    size_t count = 0;
    *all = depth;
    for (size_t i = 0; i < s->lines; i++) {
        if (s->line[i]->depth <= depth) continue;
        count += s->line[i]->kind != GN_LINE_SECTION;
        if (s->line[i]->depth > *all) *all = s->line[i]->depth;
    }
    return count;
}

/* ---- summary of an array ------------------------------------------------------------------------------------- */

enum { BINS = 8 };
typedef struct moments { double least, most, mean, deviation; size_t finite; bool nan, inf, zero; } moments;

static moments moments_of(size_t n, const double *v)
{
    moments m = {.least = INFINITY, .most = -INFINITY, .zero = true};
    double scale = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        m.nan |= isnan(v[i]);
        m.inf |= isinf(v[i]) != 0;
        m.zero &= v[i] == 0;
        if (!isfinite(v[i])) continue;
        m.finite++;
        m.least = fmin(m.least, v[i]);
        m.most = fmax(m.most, v[i]);
        scale = fmax(scale, fabs(v[i]));
    }
    if (!m.finite || scale == 0) return m;
    for (size_t i = 0; i < n; i++) sum += isfinite(v[i]) ? v[i] / scale : 0;
    double mean = sum / (double)m.finite;
    for (size_t i = 0; i < n; i++) squares += isfinite(v[i]) ? (v[i] / scale - mean) * (v[i] / scale - mean) : 0;
    m.mean = mean * scale;
    m.deviation = sqrt(squares / (double)m.finite) * scale;
    return m;
}

static void put_histogram(gn_text *to, size_t n, const double *v, const moments *m, bool ascii)
{
    static const char *const blocks[] = {"_", "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84",
                                         "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88"};
    static const char *const signs[] = {"_", ".", ":", "-", "=", "+", "*", "#", "@"};
    size_t count[BINS] = {0}, most = 0;
    double half = m->most / 2 - m->least / 2; /* half of the span, which itself may overflow */
    if (!(half > 0)) return;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        size_t bin = (size_t)((v[i] / 2 - m->least / 2) / half * BINS);
        if (++count[bin < BINS ? bin : BINS - 1] > most) most = count[bin < BINS ? bin : BINS - 1];
    }
    gn_text_puts(to, " |");
    for (size_t i = 0; i < BINS; i++) {
        size_t level = count[i] ? 1 + (count[i] * 7 + most / 2) / most : 0;
        gn_text_puts(to, (ascii ? signs : blocks)[level > 8 ? 8 : level]);
    }
    gn_text_puts(to, "|");
}

void gn_array_summary(gn_text *to, size_t rows, size_t cols, const double *value, bool ascii)
{
    size_t n = rows * cols;
    moments m = moments_of(n, value);
    gn_text_printf(to, "(%zu,%zu) n=%zu", rows, cols, n);
    if (m.finite)
        gn_text_printf(to, " in [%s, %s] mean %s sd %s", gn_num_digits(GN_NUM, m.least, 3),
                       gn_num_digits(GN_NUM, m.most, 3), gn_num_digits(GN_NUM, m.mean, 3),
                       gn_num_digits(GN_NUM, m.deviation, 3));
    put_histogram(to, n, value, &m, ascii);
    gn_text_puts(to, m.nan ? " NaN!" : "");
    gn_text_puts(to, m.inf ? " Inf!" : "");
    gn_text_puts(to, n && m.zero ? " all-zero" : "");
}
