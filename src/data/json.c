/* json.c -- cutting JSON objects into members without reading them, and writing JSON text.
 *
 * Invariant: one pass, no recursion; an offset never passes the text's length. */
#include "json.h"

#include <string.h>

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(gn_json_cut *c)
{
    while (c->at < c->length && blank(c->text[c->at])) c->at++;
}

static bool next_is(gn_json_cut *c, char wanted)
{
    skip_blanks(c);
    if (c->at == c->length || c->text[c->at] != wanted) return false;
    c->at++;
    return true;
}

/* Past the closing quote; false when there is none. */
static bool skip_string(const char *text, size_t length, size_t *at)
{
    for (size_t i = *at + 1; i < length; i++) {
        if (text[i] == '\\') i++;
        else if (text[i] == '"') {
            *at = i + 1;
            return true;
        }
    }
    return false;
}

/* Past a value: to the comma or bracket after it. Brackets are counted, not matched: jansson does that. */
static gn_json_fault skip_value(gn_json_cut *c)
{
    size_t depth = 1;
    while (c->at < c->length) {
        char t = c->text[c->at];
        if (t == '"') {
            if (!skip_string(c->text, c->length, &c->at)) return GN_JSON_SYNTAX;
            continue;
        }
        if (depth == 1 && (t == ',' || t == '}' || t == ']')) return GN_JSON_FINE;
        if (t == '{' || t == '[') {
            if (++depth > GN_JSON_DEPTH) return GN_JSON_DEEP;
        } else if (t == '}' || t == ']') depth--;
        c->at++;
    }
    return GN_JSON_SYNTAX;
}

gn_json_fault gn_json_open(gn_json_cut *cut, const char *text, size_t length)
{
    *cut = (gn_json_cut){ .text = text, .length = length, .first = true };
    return next_is(cut, '{') ? GN_JSON_FINE : GN_JSON_SYNTAX;
}

static gn_json_fault end_object(gn_json_cut *c)
{
    skip_blanks(c);
    c->ended = c->at == c->length;
    return c->ended ? GN_JSON_FINE : GN_JSON_SYNTAX;
}

gn_json_fault gn_json_next(gn_json_cut *c, gn_json_member *out)
{
    if (c->first ? next_is(c, '}') : !next_is(c, ','))
        return c->first || next_is(c, '}') ? end_object(c) : GN_JSON_SYNTAX;
    c->first = false;
    skip_blanks(c);
    out->key = c->at;
    if (c->at == c->length || c->text[c->at] != '"' || !skip_string(c->text, c->length, &c->at)) return GN_JSON_SYNTAX;
    out->key_length = c->at - out->key;
    if (!next_is(c, ':')) return GN_JSON_SYNTAX;
    skip_blanks(c);
    out->value = c->at;
    gn_json_fault f = skip_value(c);
    out->value_length = c->at - out->value;
    if (f == GN_JSON_FINE && out->value_length == 0) return GN_JSON_SYNTAX;
    return f;
}

size_t gn_json_depth_at(const char *text, size_t at)
{
    size_t depth = 0;
    for (size_t i = 0; i < at;) {
        char t = text[i];
        if (t == '"') {
            if (!skip_string(text, at, &i)) return depth;
            continue;
        }
        if (t == '{' || t == '[') depth++;
        else if ((t == '}' || t == ']') && depth) depth--;
        i++;
    }
    return depth;
}

bool gn_json_too_deep(const char *text, size_t length, size_t *at)
{
    size_t depth = 0;
    for (size_t i = 0; i < length;) {
        char t = text[i];
        *at = i;
        if (t == '"') {
            if (!skip_string(text, length, &i)) return false;
            continue;
        }
        if (t == '{' || t == '[') {
            if (++depth > GN_JSON_DEPTH) return true;
        } else if ((t == '}' || t == ']') && depth) depth--;
        i++;
    }
    return false;
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

void gn_json_put_string(gn_text *to, const char *text)
{
    gn_text_puts(to, "\"");
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\') gn_text_printf(to, "\\%c", c);
        else if (c == '\n') gn_text_puts(to, "\\n");
        else if (c < ' ' || c == 127) gn_text_printf(to, "\\u%04x", c);
        else gn_text_add(to, p, 1);
    }
    gn_text_puts(to, "\"");
}

void gn_json_put_strings(gn_text *to, const char *const *text, size_t n)
{
    gn_text_puts(to, "[");
    for (size_t i = 0; i < n; i++) {
        if (i) gn_text_puts(to, ",");
        gn_json_put_string(to, text[i]);
    }
    gn_text_puts(to, "]");
}

void gn_json_put_numbers(gn_text *to, const double *v, size_t n)
{
    gn_text_puts(to, "[");
    for (size_t i = 0; i < n; i++) {
        if (i) gn_text_puts(to, ",");
        gn_text_puts(to, gn_num(GN_NUM, v[i]));
    }
    gn_text_puts(to, "]");
}

/* ---- metadata -------------------------------------------------------------------------------------------------------
 */

gn_status gn_json_read(gn_context *ctx, const char *file, const char *field, const char *text, size_t flags,
                       json_t **out)
{
    json_error_t e;
    size_t length = strlen(text), deep;
    gn_place at = { .file = file };
    *out = NULL;
    if (gn_json_too_deep(text, length, &deep))
        return gn_fail_at(ctx, GN_E_MOD_META, at, "metadata '%s' is nested deeper than %d levels", field,
                          GN_JSON_DEPTH);
    *out = json_loadb(text, length, flags | JSON_REJECT_DUPLICATES, &e);
    if (*out) return GN_OK;
    if (json_error_code(&e) == json_error_out_of_memory)
        return gn_fail(ctx, GN_E_MEMORY, "no memory to read the metadata of %s", file);
    return gn_fail_at(ctx, GN_E_MOD_META, at, "metadata '%s' is not JSON: %s at its byte %d", field,
                      gn_show(GN_SHOWN, e.text, strlen(e.text)), e.position);
}
