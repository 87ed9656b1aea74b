/* grammar.h -- the one grammar, apart from what its values are: formulas of single numbers, or arrays of formulas.
 *
 * Invariant: whatever a language computes with, what a text means is decided here. */
#ifndef GN_FORMULA_GRAMMAR_H
#define GN_FORMULA_GRAMMAR_H

#include "formula.h"
#include "lex.h"

typedef struct gn_arity { const char *name; int arguments; } gn_arity;

/* What a language does with the parts of a text. Each returns a value, or NULL with the failure recorded; column is for
 * its message. */
typedef struct gn_grammar {
    void *self;
    const void *(*number)(void *self, double value);
    const void *(*name)(void *self, const char *name, size_t length, uint32_t column);
    const void *(*make)(void *self, gn_formula_op op, const void *a, const void *b, uint32_t column);
    /* .* ./ .^ with op MUL, DIV, POW, on each element; NULL: the same as make */
    const void *(*each)(void *self, gn_formula_op op, const void *a, const void *b, uint32_t column);
    const void *(*call)(void *self, const char *name, int arguments, const void *const *arg, uint32_t column);
    bool (*is_number)(const void *value); /* with or without a minus sign */
    const void *(*list)(void *self, const void *const *item, size_t count,
                        uint32_t column);                                 /* [a, b]; NULL: not in the language */
    const void *(*transpose)(void *self, const void *a, uint32_t column); /* a'; NULL: not in the language */
    const gn_arity *functions;                                            /* besides the rows; ends with a NULL name */
} gn_grammar;

typedef struct gn_pending gn_pending;
typedef struct gn_parser {
    const gn_grammar *grammar;
    gn_lexer lx;
    gn_pending *op;
    const void **value;
    size_t ops, values;
    int depth;
} gn_parser;

/* The grammar's self may keep the parser's address for its messages. */
gn_status gn_parser_init(gn_parser *p, const gn_grammar *grammar, gn_context *ctx, const char *text, size_t length);
void gn_parser_free(gn_parser *p);
gn_status gn_parse_whole(gn_parser *p, const void **out);
/* From the present token up to the end, or in a list of assignments up to a semicolon, which is left as the present
 * token. */
gn_status gn_parse_expression(gn_parser *p, bool list, const void **out);

#endif
