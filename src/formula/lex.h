/* lex.h -- expression text as tokens, and errors that point at a column.
 *
 * Invariant: no token reaches past the text; only plain ASCII becomes a token. */
#ifndef GN_FORMULA_LEX_H
#define GN_FORMULA_LEX_H

#include "../base/base.h"

enum { GN_LEX_TEXT = 65536, GN_LEX_NAME = 256, GN_LEX_DEPTH = 256 };

typedef enum gn_token_kind {
    GN_T_END, GN_T_NUMBER, GN_T_NAME, GN_T_PLUS, GN_T_MINUS, GN_T_STAR, GN_T_SLASH, GN_T_CARET,
    GN_T_LT, GN_T_LE, GN_T_GT, GN_T_GE, GN_T_EQ, GN_T_NE,
    GN_T_OPEN, GN_T_CLOSE, GN_T_COMMA, GN_T_SEMICOLON, GN_T_ASSIGN, GN_T_OPEN_SQUARE, GN_T_CLOSE_SQUARE, GN_T_QUOTE,
    GN_T_EACH_STAR, GN_T_EACH_SLASH, GN_T_EACH_CARET    /* .* ./ .^ */
} gn_token_kind;

typedef struct gn_token {
    gn_token_kind kind;
    const char *at;
    size_t length;
    uint32_t column;    /* from 1, in bytes */
    double number;
} gn_token;

typedef struct gn_lexer {
    gn_context *ctx;
    const char *text;
    size_t length, at;
    gn_token now, before;   /* the present token and the one before it (GN_T_END at the start) */
} gn_lexer;
gn_lexer gn_lex_make(gn_context *ctx, const char *text, size_t length);
gn_status gn_lex_next(gn_lexer *lx);
char gn_lex_ahead(const gn_lexer *lx);  /* the first byte after the present token that is not blank; 0 at the end */

/* Record a failure at a column; the hint is the advice (may be "") above the text with a caret under the column. */
gn_status gn_lex_fail(const gn_lexer *lx, gn_code code, uint32_t column, const char *advice, const char *fmt, ...)
    GN_PRINTF(5, 6);

#endif
