/* lex.c -- tokens, and the messages for what cannot be one. */
#include "lex.h"

#include <stdio.h>
#include <string.h>
#include "../base/text.h"

gn_lexer gn_lex_make(gn_context *ctx, const char *text, size_t length)
{
    return (gn_lexer){.ctx = ctx, .text = text, .length = length};
}

/* The text around a column, blanks made equal, so that the caret below it stands right. */
static void excerpt(const gn_lexer *lx, uint32_t column, char *line, size_t room, size_t *caret)
{
    size_t at = column ? column - 1 : 0, from = at > 40 ? at - 30 : 0, n = 0;
    if (from) line[n++] = '~';
    *caret = at - from + n;
    size_t i = from;
    for (; i < lx->length && n + 1 < room; i++) {
        unsigned char c = (unsigned char)lx->text[i];
        line[n++] = (char)(c == '\t' || c == '\n' || c == '\r' ? ' ' : c);
    }
    line[n] = 0;
    if (i == lx->length) return;
    while (n > 0 && n > *caret && ((unsigned char)line[n - 1] & 0xC0) == 0x80)
        n--; /* no half of a character at the cut */
    if (n > 0 && n > *caret && (unsigned char)line[n - 1] >= 0xC0) n--;
    line[n] = 0;
}

gn_status gn_lex_fail(const gn_lexer *lx, gn_code code, uint32_t column, const char *advice, const char *fmt, ...)
{
    char message[300], line[56];
    size_t caret;
    va_list va;
    va_start(va, fmt);
    vsnprintf(message, sizeof message, fmt, va);
    va_end(va);
    excerpt(lx, column, line, sizeof line, &caret);
    gn_fail_at(lx->ctx, code, (gn_place){.file = "expression", .line = 1, .column = column}, "%s", message);
    return gn_hint(lx->ctx, "%s\n    %s\n    %*s^", *advice ? advice : "it stands here:", gn_show(GN_SHOWN, line, strlen(line)),
                   (int)caret, "");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char byte_at(const gn_lexer *lx, size_t at)
{
    return at < lx->length ? lx->text[at] : 0;
}

char gn_lex_ahead(const gn_lexer *lx)
{
    size_t at = lx->at;
    while (is_blank(byte_at(lx, at))) at++;
    return byte_at(lx, at);
}

/* ---- characters that are no part of the grammar -------------------------------------------------------------- */

typedef struct spelling { const char *utf8, *ascii; } spelling;
static const spelling spellings[] = {
    {"\xC2\xB2", "^2"},
    {"\xC2\xB3", "^3"},
    {"\xC2\xB9", "^1"},
    {"\xE2\x81\xB0", "^0"},
    {"\xE2\x81\xB4", "^4"},
    {"\xE2\x81\xB5", "^5"},
    {"\xE2\x81\xB6", "^6"},
    {"\xE2\x81\xB7", "^7"},
    {"\xE2\x81\xB8", "^8"},
    {"\xE2\x81\xB9", "^9"},
    {"\xE2\x81\xBB", "^(-1)"},
    {"\xC2\xBD", "1/2"},
    {"\xE2\x88\x92", "-"},
    {"\xE2\x80\x93", "-"},
    {"\xE2\x80\x94", "-"},
    {"\xE2\x80\x90", "-"},
    {"\xC3\x97", "*"},
    {"\xC2\xB7", "*"},
    {"\xE2\x8B\x85", "*"},
    {"\xE2\x88\x99", "*"},
    {"\xC3\xB7", "/"},
    {"\xE2\x89\xA4", "<="},
    {"\xE2\x89\xA5", ">="},
    {"\xE2\x89\xA0", "!="},
    {"\xE2\x88\x9A", "sqrt(...)"},
    {"\xC2\xA0", "a plain blank"},
    {"\xE2\x80\x99", "'"},
    {"\xCF\x80", "pi"},
    {"\xCE\xB1", "alpha"},
    {"\xCE\xB2", "beta"},
    {"\xCE\xB3", "gamma"},
    {"\xCE\xB4", "delta"},
    {"\xCE\xB5", "epsilon"},
    {"\xCE\xB7", "eta"},
    {"\xCE\xB8", "theta"},
    {"\xCE\xBB", "lambda"},
    {"\xCE\xBC", "mu"},
    {"\xCF\x83", "sigma"},
    {"\xE2\x88\x9E", "inf"},
};

static size_t character_length(const gn_lexer *lx, size_t at)
{
    unsigned char c = (unsigned char)byte_at(lx, at);
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return at + n <= lx->length ? n : 1;
}

static gn_status refuse_foreign(const gn_lexer *lx)
{
    size_t n = character_length(lx, lx->at);
    char advice[80] = "only plain ASCII characters are read";
    for (size_t i = 0; i < GN_COUNT(spellings); i++) {
        const spelling *s = &spellings[i];
        if (strlen(s->utf8) != n || memcmp(s->utf8, lx->text + lx->at, n) != 0) continue;
        bool power = s->ascii[0] == '^' && lx->now.length <= 40 && lx->now.kind != GN_T_END;
        snprintf(advice, sizeof advice, "write %.*s%s", power ? (int)lx->now.length : 0, power ? lx->now.at : "",
                 s->ascii);
    }
    return gn_lex_fail(lx, GN_E_EXP_CHAR, (uint32_t)lx->at + 1, advice,
                       "'%s' is not a character of the expression language", gn_show(GN_SHOWN, lx->text + lx->at, n));
}

static gn_status refuse_ascii(const gn_lexer *lx)
{
    unsigned char c = (unsigned char)lx->text[lx->at];
    if (c < 32 || c >= 127) return refuse_foreign(lx);
    return gn_lex_fail(lx, GN_E_EXP_SYNTAX, (uint32_t)lx->at + 1, "", "'%c' has no meaning in an expression", c);
}

/* ---- tokens -------------------------------------------------------------------------------------------------- */

static size_t skip_digits(const gn_lexer *lx, size_t at)
{
    while (is_digit(byte_at(lx, at))) at++;
    return at;
}

/* The sign after a point that makes it an operation on each element: .* ./ .^ */
static bool is_each(char c)
{
    return c == '*' || c == '/' || c == '^';
}

static gn_status lex_number(gn_lexer *lx, gn_token *t)
{
    size_t end = skip_digits(lx, lx->at), used;
    char mark = byte_at(lx, end);
    if (end == lx->at + 1 && *t->at == '0' && (mark == 'x' || mark == 'X'))
        return gn_lex_fail(lx, GN_E_EXP_NUM, t->column, "numbers are decimal; a product is written 0*x",
                           "'0%c' does not begin a number", mark);
    if (mark == '.' && !is_each(byte_at(lx, end + 1))) end = skip_digits(lx, end + 1);
    mark = byte_at(lx, end);
    size_t sign = byte_at(lx, end + 1) == '+' || byte_at(lx, end + 1) == '-';
    if ((mark == 'e' || mark == 'E') && is_digit(byte_at(lx, end + 1 + sign))) end = skip_digits(lx, end + 1 + sign);
    if (byte_at(lx, end) == '.' && !is_each(byte_at(lx, end + 1)))
        return gn_lex_fail(lx, GN_E_EXP_NUM, (uint32_t)end + 1, "a number has one point",
                           "a second point stands in a number");
    t->kind = GN_T_NUMBER;
    t->length = end - lx->at;
    gn_number_kind kind = gn_read_number(t->at, t->length, '.', &t->number, &used);
    const char *shown = gn_show(GN_SHOWN, t->at, t->length);
    if (kind == GN_NUMBER_OVERFLOW)
        return gn_lex_fail(lx, GN_E_EXP_NUM, t->column, "the largest number is 1.7976931348623157e308",
                           "%s is too large", shown);
    if (kind == GN_NUMBER_UNDERFLOW)
        return gn_lex_fail(lx, GN_E_EXP_NUM, t->column, "the smallest number is about 4.9e-324",
                           "%s is too small: it would be read as 0", shown);
    return kind == GN_NUMBER_OK ? GN_OK : gn_lex_fail(lx, GN_E_EXP_NUM, t->column, "", "%s is not a number", shown);
}

static gn_status lex_name(gn_lexer *lx, gn_token *t)
{
    size_t end = lx->at;
    while (end < lx->length && end - lx->at <= GN_LEX_NAME && (is_name_start(lx->text[end]) || is_digit(lx->text[end])))
        end++;
    t->kind = GN_T_NAME;
    t->length = end - lx->at;
    if (t->length <= GN_LEX_NAME) return GN_OK;
    return gn_lex_fail(lx, GN_E_EXP_LIMIT, t->column, "", "a name is longer than %d bytes", GN_LEX_NAME);
}

static gn_status lex_sign(gn_lexer *lx, gn_token *t)
{
    static const char one[] = "+-*/^<>(),;=[]'";
    static const gn_token_kind kind[] = {GN_T_PLUS,      GN_T_MINUS,  GN_T_STAR,        GN_T_SLASH,        GN_T_CARET,
                                         GN_T_LT,        GN_T_GT,     GN_T_OPEN,        GN_T_CLOSE,        GN_T_COMMA,
                                         GN_T_SEMICOLON, GN_T_ASSIGN, GN_T_OPEN_SQUARE, GN_T_CLOSE_SQUARE, GN_T_QUOTE};
    char c = *t->at;
    t->length = 2;
    if (byte_at(lx, lx->at + 1) == '=' && strchr("<>=!", c)) {
        t->kind = c == '<' ? GN_T_LE : c == '>' ? GN_T_GE : c == '=' ? GN_T_EQ : GN_T_NE;
        return GN_OK;
    }
    char next = byte_at(lx, lx->at + 1);
    if (c == '.' && is_each(next)) {
        t->kind = next == '*' ? GN_T_EACH_STAR : next == '/' ? GN_T_EACH_SLASH : GN_T_EACH_CARET;
        return GN_OK;
    }
    const char *found = strchr(one, c);
    if (!found || !c) return refuse_ascii(lx);
    t->length = 1;
    t->kind = kind[found - one];
    return GN_OK;
}

gn_status gn_lex_next(gn_lexer *lx)
{
    while (lx->at < lx->length && is_blank(lx->text[lx->at])) lx->at++;
    uint32_t column = (uint32_t)(lx->at < UINT32_MAX - 1 ? lx->at + 1 : UINT32_MAX);
    if (lx->at > GN_LEX_TEXT || (lx->at == GN_LEX_TEXT && lx->at < lx->length))
        return gn_lex_fail(lx, GN_E_EXP_LIMIT, GN_LEX_TEXT, "", "the expression is longer than %d bytes", GN_LEX_TEXT);
    gn_token t = {.at = lx->text + lx->at, .column = column};
    char c = byte_at(lx, lx->at);
    if (lx->at < lx->length) {
        if (is_digit(c) || (c == '.' && is_digit(byte_at(lx, lx->at + 1)))) GN_TRY(lex_number(lx, &t));
        else if (is_name_start(c)) GN_TRY(lex_name(lx, &t));
        else GN_TRY(lex_sign(lx, &t));
    }
    lx->before = lx->now;
    lx->now = t;
    lx->at += t.length;
    return GN_OK;
}
