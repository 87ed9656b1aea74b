/* csv_field.c -- one field of a CSV row as RFC 4180 has it: bare or quoted, with blanks around it passed over.
 *
 * Invariant: a field is understood whole or refused with its place; a quote that stands where none may stand is never
 * dropped. */
#include <string.h>
#include "csv.h"

static bool is_blank(const gn_csv_dialect *d, uint8_t c)
{
    return c == ' ' || (c == '\t' && d->delimiter != '\t');
}

static gn_status fail_nul(gn_csv_window *w, size_t i, size_t column)
{
    gn_fail_at(w->ctx, GN_E_CSV_NUL, gn_csv_place(w, i), "NUL byte in column %zu", column + 1);
    return gn_hint(w->ctx, "if this is UTF-16, convert it with: iconv -f UTF-16 -t UTF-8");
}

/* A quote before the end of the row that a backslash was meant to escape? */
static gn_status fail_quote(gn_csv_window *w, const gn_csv_dialect *d, size_t i, const char *what)
{
    bool backslash = false;
    for (size_t k = w->row + 1; k <= i && !d->escape; k++)
        backslash |= gn_csv_at(w, k) == '"' && gn_csv_at(w, k - 1) == '\\';
    gn_fail_at(w->ctx, GN_E_CSV_QUOTE, gn_csv_place(w, i), "%s", what);
    return backslash ? gn_hint(w->ctx, "--escape='\\\\' if a backslash escapes a quote in this file")
                     : gn_hint(w->ctx, "a quote inside a quoted field is written twice: \"a \"\"b\"\" c\"");
}

/* What follows the field at i (past its trailing blanks): sets end and next, false when it is something else. */
static bool field_end(const gn_csv_window *w, const gn_csv_dialect *d, size_t i, gn_csv_field *out)
{
    if (gn_csv_line_end(w, i, &out->end, &out->next)) return true;
    if (gn_csv_at(w, i) != (uint8_t)d->delimiter) return false;
    out->end = GN_CSV_DELIMITER;
    out->next = i + 1;
    return true;
}

/* With blanks for delimiters a run of them is one, and none at the row's end counts. */
static bool blank_end(const gn_csv_window *w, size_t i, gn_csv_field *out)
{
    size_t k = i;
    while (gn_csv_at(w, k) == ' ') k++;
    if (gn_csv_line_end(w, k, &out->end, &out->next)) return true;
    out->end = GN_CSV_DELIMITER;
    out->next = k;
    return k > i;
}

static gn_status bare_field(gn_csv_window *w, const gn_csv_dialect *d, size_t column, gn_csv_field *out)
{
    size_t i = out->begin, end;
    const uint8_t *at = w->at, delimiter = (uint8_t)d->delimiter;
    for (uint8_t c; (c = at[i]) != delimiter && c != '\n' && c != '\r' && c != '"' && c != 0;)
        i++; /* ends at the window's 0 at the latest */
    if (i - out->begin > GN_CSV_FIELD_LIMIT) return gn_csv_too_long(w, out->begin, "field longer than 65536 bytes");
    if (i < w->filled && gn_csv_at(w, i) == 0) return fail_nul(w, i, column);
    if (gn_csv_at(w, i) == '"') return fail_quote(w, d, i, "quote inside an unquoted field");
    for (end = i; end > out->begin && is_blank(d, gn_csv_at(w, end - 1));) end--;
    out->text = (const char *)w->at + out->begin;
    out->length = end - out->begin;
    if (d->delimiter == ' ') blank_end(w, i, out);
    else field_end(w, d, i, out);
    return GN_OK;
}

/* The text between quotes, with doubled and escaped characters made single. */
static void unescape(const gn_csv_window *w, const gn_csv_dialect *d, size_t from, size_t to, gn_text *scratch)
{
    gn_text_clear(scratch);
    for (size_t i = from; i < to; i++) {
        uint8_t c = gn_csv_at(w, i);
        if (i + 1 < to && (c == '"' || (d->escape && c == (uint8_t)d->escape))) c = gn_csv_at(w, ++i);
        gn_text_add(scratch, (const char *)&c, 1);
    }
}

/* Offset of the closing quote, or of the window's end. */
static size_t closing_quote(const gn_csv_window *w, const gn_csv_dialect *d, size_t i, bool *escaped)
{
    for (;; i++) {
        uint8_t c = gn_csv_at(w, i);
        if (c == 0) return i;
        if (d->escape && c == (uint8_t)d->escape && i + 1 < w->filled) {
            *escaped = true;
            i++;
        } else if (c == '"') {
            if (gn_csv_at(w, i + 1) != '"') return i;
            *escaped = true;
            i++;
        }
    }
}

/* A quote that was left open closes at the next one, lines later: the mistake is where it was opened. */
static gn_status fail_after(gn_csv_window *w, const gn_csv_dialect *d, size_t begin, size_t i)
{
    gn_place opened = gn_csv_place(w, begin), after = gn_csv_place(w, i);
    if (opened.line == after.line) return fail_quote(w, d, i, "text after closing quote");
    return gn_fail_at(w->ctx, GN_E_CSV_QUOTE, opened,
                      "quote opened at line %llu column %llu closes at line %llu, with text after closing quote",
                      (unsigned long long)opened.line, (unsigned long long)opened.column,
                      (unsigned long long)after.line);
}

static gn_status fail_open(gn_csv_window *w, size_t begin)
{
    gn_place at = gn_csv_place(w, begin);
    return gn_fail_at(w->ctx, GN_E_CSV_QUOTE, at, "quote opened at line %llu column %llu is never closed",
                      (unsigned long long)at.line, (unsigned long long)at.column);
}

static gn_status fail_long_quote(gn_csv_window *w, size_t begin)
{
    gn_csv_too_long(w, begin, "field longer than 65536 bytes");
    return gn_hint(w->ctx, "the quote opened here may never be closed");
}

static gn_status quoted_field(gn_csv_window *w, const gn_csv_dialect *d, gn_text *scratch, size_t column,
                              gn_csv_field *out)
{
    bool escaped = false;
    size_t from = out->begin + 1, close = closing_quote(w, d, from, &escaped), i = close + 1;
    out->quoted = true;
    if (close - from > GN_CSV_FIELD_LIMIT) return fail_long_quote(w, out->begin);
    if (close < w->filled && gn_csv_at(w, close) == 0) return fail_nul(w, close, column);
    if (close >= w->filled && w->ended) return fail_open(w, out->begin);
    if (i >= w->filled && !w->ended) {
        out->end = GN_CSV_MORE;
        return GN_OK;
    }
    if (escaped) unescape(w, d, from, close, scratch);
    out->text = escaped ? scratch->at : (const char *)w->at + from;
    out->length = escaped ? scratch->length : close - from;
    if (escaped) GN_TRY(gn_text_done(scratch));
    if (d->delimiter == ' ') return blank_end(w, i, out) ? GN_OK : fail_after(w, d, out->begin, i);
    while (is_blank(d, gn_csv_at(w, i))) i++;
    return field_end(w, d, i, out) ? GN_OK : fail_after(w, d, out->begin, i);
}

static void latin1_to_utf8(gn_csv_field *f, gn_text *scratch)
{
    gn_text latin = *scratch;
    /* The text may stand in the scratch room itself: write behind it. */
    size_t from = f->text == scratch->at ? scratch->length : 0;
    if (!from) gn_text_clear(&latin);
    for (size_t i = 0; i < f->length && !latin.failed; i++) {
        const char *text = from ? latin.at : f->text;
        uint8_t c = (uint8_t)text[i];
        char two[2] = {(char)(c < 0x80 ? c : 0xC0 | c >> 6), (char)(0x80 | (c & 0x3F))};
        gn_text_add(&latin, two, c < 0x80 ? 1 : 2);
    }
    *scratch = latin;
    if (latin.failed) return;
    f->text = latin.at + from;
    f->length = latin.length - from;
}

static bool has_high(const char *text, size_t length)
{
    uint8_t any = 0;
    for (size_t i = 0; i < length; i++) any |= (uint8_t)text[i];
    return any >= 0x80;
}

static gn_status check_encoding(gn_csv_window *w, const gn_csv_dialect *d, gn_text *scratch, gn_csv_field *f)
{
    if (!has_high(f->text, f->length)) return GN_OK;
    if (d->latin1) {
        latin1_to_utf8(f, scratch);
        return gn_text_done(scratch);
    }
    /* The bytes of the window, not of the scratch room, so that the place is right. */
    size_t bad, length = f->end == GN_CSV_MORE ? 0 : f->next - f->begin;
    const char *raw = (const char *)w->at + f->begin;
    if (gn_utf8_valid(raw, length, &bad)) return GN_OK;
    gn_fail_at(w->ctx, GN_E_CSV_ENC, gn_csv_place(w, f->begin + bad), "byte 0x%02X is not UTF-8",
               gn_csv_at(w, f->begin + bad));
    return gn_hint(w->ctx, "--encoding=latin1 if the file is Latin-1 (ISO 8859-1)");
}

gn_status gn_csv_next(gn_csv_window *w, const gn_csv_dialect *d, gn_text *scratch, size_t offset, size_t column,
                      gn_csv_field *out)
{
    *out = (gn_csv_field){.begin = offset, .text = ""};
    while (is_blank(d, gn_csv_at(w, out->begin))) out->begin++;
    if (gn_csv_at(w, out->begin) == '"') GN_TRY(quoted_field(w, d, scratch, column, out));
    else GN_TRY(bare_field(w, d, column, out));
    return out->end == GN_CSV_MORE ? GN_OK : check_encoding(w, d, scratch, out);
}
