/* parse.c -- the grammar, by operator precedence with a stack of its own.
 *
 * Invariant: the machine's stack does not grow with the text. At most GN_LEX_DEPTH parentheses, calls, powers and minus
 * signs are open at once, and between two of them at most a comparison, a sum and a product, which bounds both stacks.
 */
#include "grammar.h"

#include <stdio.h>
#include <string.h>
#include "row.h"

enum { OPS = 4 * GN_LEX_DEPTH + 8, LIST = 1000, VALUES = 3 * OPS + 4 * LIST };

/* How tightly an operator binds. A minus sign that begins a sum takes the whole product after it, -2*x = -(2*x); one
 * that begins a factor takes no more than a power, a/-b*c = (a/(-b))*c. */
typedef enum level {
    L_OPEN = 0,
    L_COMPARE = 10,
    L_SUM = 20,
    L_MINUS = 25,
    L_PRODUCT = 30,
    L_TIGHT_MINUS = 35,
    L_POWER = 40
} level;

struct gn_pending {
    gn_formula_op op;       /* GN_F_CALL for a call; GN_F_NAME for a plain parenthesis, GN_F_NUMBER for a square one */
    level level;
    bool each;              /* of each element: .* ./ .^ */
    int arguments;          /* of a call or a list, so far complete */
    gn_token token;
};

static bool deepens(const gn_pending *p)
{
    return p->level == L_OPEN || p->level == L_POWER || p->op == GN_F_NEG;
}

static gn_status push_op(gn_parser *p, gn_formula_op op, level at)
{
    bool each = p->lx.now.kind >= GN_T_EACH_STAR;
    gn_pending made = {.op = op, .level = at, .each = each, .token = p->lx.now};
    if (deepens(&made) && ++p->depth > GN_LEX_DEPTH)
        return gn_lex_fail(&p->lx, GN_E_EXP_DEPTH, made.token.column, "", "the expression is nested more than %d deep",
                           GN_LEX_DEPTH);
    p->op[p->ops++] = made;
    return GN_OK;
}

/* A failed value has recorded why. */
static gn_status push_value(gn_parser *p, const void *value)
{
    gn_status s = gn_last_error(p->lx.ctx)->status;
    if (!value) return s != GN_OK ? s : GN_NO_MEMORY;
    p->value[p->values++] = value;
    return GN_OK;
}

/* Apply the operator on top to the values on top. */
static gn_status reduce(gn_parser *p)
{
    gn_pending *top = &p->op[--p->ops];
    p->depth -= deepens(top);
    const void *b = p->value[--p->values], *a = top->op == GN_F_NEG ? b : p->value[--p->values];
    const gn_grammar *g = p->grammar;
    return push_value(p, (top->each && g->each ? g->each : g->make)(g->self, top->op, a, b, top->token.column));
}

static gn_status reduce_to(gn_parser *p, level at, bool right)
{
    while (p->ops > 0 && p->op[p->ops - 1].level != L_OPEN &&
           (p->op[p->ops - 1].level > at || (p->op[p->ops - 1].level == at && !right)))
        GN_TRY(reduce(p));
    return GN_OK;
}

/* ---- calls --------------------------------------------------------------------------------------------------- */

/* "1 argument," or "1 to 2 arguments, the last for alpha," */
static const char *takes(const gn_row *row, char *room, size_t size)
{
    gn_parameter parameter[3];
    int count = gn_row_parameters(row, parameter), most = row->inputs + count > 3 ? 3 : row->inputs + count;
    if (most == row->inputs) snprintf(room, size, "%d argument%s,", most, most == 1 ? "" : "s");
    else
        snprintf(room, size, "%d to %d arguments, the last for %.*s,", row->inputs, most, (int)parameter[0].length,
                 parameter[0].name);
    return room;
}

static bool is_word(const gn_token *t, const char *word)
{
    return strlen(word) == t->length && memcmp(t->at, word, t->length) == 0;
}

/* A function that only the language at hand has. */
static const gn_arity *own_function(const gn_parser *p, const gn_token *name)
{
    const gn_arity *f = p->grammar->functions;
    while (f && f->name && !is_word(name, f->name)) f++;
    return f && f->name ? f : NULL;
}

static gn_status check_arguments(gn_parser *p, const gn_token *name, int got)
{
    char room[120];
    gn_parameter parameter[3];
    if (is_word(name, "where")) {
        if (got == 3) return GN_OK;
        return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, "where(condition, if it holds, if not)",
                           "where takes 3 arguments, got %d", got);
    }
    const char *shown = gn_show(GN_SHOWN, name->at, name->length);
    const gn_arity *own = own_function(p, name);
    if (own && got == own->arguments) return GN_OK;
    if (own)
        return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, "", "%s takes %d argument%s, got %d", shown,
                           own->arguments, own->arguments == 1 ? "" : "s", got);
    const gn_row *row = gn_row_find(name->at, name->length);
    if (row) {
        int most = row->inputs + gn_row_parameters(row, parameter);
        if (got >= row->inputs && got <= most && got <= 3) return GN_OK;
        return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, "", "%s takes %s got %d", shown,
                           takes(row, room, sizeof room), got);
    }
    char text[GN_LEX_NAME + 1];
    snprintf(text, sizeof text, "%.*s", (int)name->length, name->at);
    const char *closest = gn_row_closest(text), *otherwise = gn_row_written_otherwise(text);
    if (otherwise) snprintf(room, sizeof room, "%s", otherwise);
    else snprintf(room, sizeof room, closest ? "did you mean %s?" : "a product is written %s*(...)",
                  closest ? closest : shown);
    return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, room, "there is no function '%s'", shown);
}

/* K(c): the constant itself. */
static gn_status finish_constant(gn_parser *p, const gn_token *name, int got)
{
    if (got == 1 && p->grammar->is_number(p->value[p->values - 1])) return GN_OK;
    return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, "K(0.5) is the constant 0.5", "K takes one number");
}

/* The closing parenthesis of the call or group on top; its last argument is the value on top unless the call is empty.
 */
static gn_status close_open(gn_parser *p, bool empty)
{
    gn_pending *top = &p->op[--p->ops];
    p->depth--;
    if (top->op != GN_F_CALL) return GN_OK;
    gn_token name = top->token;
    int got = top->arguments + !empty;
    if (is_word(&name, "K")) return finish_constant(p, &name, got);
    GN_TRY(check_arguments(p, &name, got));
    char text[GN_LEX_NAME + 1];
    snprintf(text, sizeof text, "%.*s", (int)name.length, name.at);
    p->values -= (size_t)got;
    return push_value(p, p->grammar->call(p->grammar->self, text, got, p->value + p->values, name.column));
}

/* ---- where an operand is due --------------------------------------------------------------------------------- */

static gn_status missing_operand(gn_parser *p)
{
    const gn_token *now = &p->lx.now, *before = &p->lx.before;
    const char *shown = gn_show(GN_SHOWN, now->at, now->length);
    if (now->kind == GN_T_END)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, now->column, "",
                           "the expression ends where a number, a name or '(' is due");
    if (now->kind == GN_T_OPEN_SQUARE)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, now->column, "", "a vector stands where a single number is due");
    const char *advice = now->kind == GN_T_STAR && before->kind == GN_T_STAR ? "a power is written x^2" : "";
    return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, now->column, advice, "'%s' stands where a number, a name or '(' is due",
                       shown);
}

static gn_status minus_sign(gn_parser *p)
{
    level below = p->ops > 0 ? p->op[p->ops - 1].level : L_OPEN;
    return push_op(p, GN_F_NEG, below > L_MINUS ? L_TIGHT_MINUS : L_MINUS);
}

static gn_status name_operand(gn_parser *p, bool *complete)
{
    const gn_token *name = &p->lx.now;
    if (gn_lex_ahead(&p->lx) == '(') {
        GN_TRY(push_op(p, GN_F_CALL, L_OPEN));
        GN_TRY(gn_lex_next(&p->lx));
        *complete = gn_lex_ahead(&p->lx) == ')';
        if (!*complete) return GN_OK;
        GN_TRY(gn_lex_next(&p->lx));
        return close_open(p, true);
    }
    const gn_row *row = gn_row_find(name->at, name->length);
    const gn_arity *own = own_function(p, name);
    *complete = true;
    if (!row && !own && !is_word(name, "where"))
        return push_value(p, p->grammar->name(p->grammar->self, name->at, name->length, name->column));
    char room[120];
    return gn_lex_fail(&p->lx, GN_E_EXP_FUNC, name->column, "", "%.*s is a function: it takes %s got none",
                       (int)name->length, name->at,
                       row   ? takes(row, room, sizeof room)
                       : own ? "arguments,"
                             : "3 arguments,");
}

/* Take one token where an operand is due; *complete says that an operand now stands on the stack. */
static gn_status operand(gn_parser *p, bool *complete)
{
    *complete = false;
    switch (p->lx.now.kind) {
    case GN_T_NUMBER:
        *complete = true;
        return push_value(p, p->grammar->number(p->grammar->self, p->lx.now.number));
    case GN_T_NAME: return name_operand(p, complete);
    case GN_T_OPEN: return push_op(p, GN_F_NAME, L_OPEN);
    case GN_T_OPEN_SQUARE: return p->grammar->list ? push_op(p, GN_F_NUMBER, L_OPEN) : missing_operand(p);
    case GN_T_MINUS: return minus_sign(p);
    case GN_T_PLUS: return GN_OK;
    default: return missing_operand(p);
    }
}

/* ---- where an operator is due -------------------------------------------------------------------------------- */

static bool binary(gn_token_kind kind, gn_formula_op *op, level *at)
{
    static const gn_formula_op ops[] = {GN_F_ADD, GN_F_SUB, GN_F_MUL, GN_F_DIV, GN_F_POW, GN_F_LT,
                                        GN_F_LE,  GN_F_GT,  GN_F_GE,  GN_F_EQ,  GN_F_NE};
    static const level levels[] = {L_SUM, L_SUM, L_PRODUCT, L_PRODUCT, L_POWER};
    if (kind >= GN_T_EACH_STAR) kind = kind - GN_T_EACH_STAR + GN_T_STAR;
    if (kind < GN_T_PLUS || kind > GN_T_NE) return false;
    *op = ops[kind - GN_T_PLUS];
    *at = kind <= GN_T_CARET ? levels[kind - GN_T_PLUS] : L_COMPARE;
    return true;
}

static gn_status operator_sign(gn_parser *p, gn_formula_op op, level at)
{
    if (at == L_COMPARE) {
        GN_TRY(reduce_to(p, L_COMPARE, true));
        if (p->ops > 0 && p->op[p->ops - 1].level == L_COMPARE)
            return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column,
                               "compare two at a time: where(a < b, where(b < c, 1, 0), 0)",
                               "comparisons do not chain");
    }
    GN_TRY(reduce_to(p, at, at == L_POWER));
    return push_op(p, op, at);
}

static gn_status comma(gn_parser *p)
{
    const gn_token *now = &p->lx.now;
    GN_TRY(reduce_to(p, L_COMPARE, false));
    gn_pending *top = p->ops > 0 ? &p->op[p->ops - 1] : NULL;
    if (top && top->op == GN_F_CALL) {
        if (++top->arguments >= 3) p->values--; /* too many: only their number matters now */
        return GN_OK;
    }
    if (top && top->op == GN_F_NUMBER) {
        if (++top->arguments < LIST && p->values + 3 * (size_t)(OPS - p->ops) < VALUES) return GN_OK;
        return gn_lex_fail(&p->lx, GN_E_EXP_LIMIT, now->column, "", "the brackets hold more than %d values", LIST);
    }
    char next = gn_lex_ahead(&p->lx);
    if (p->lx.before.kind == GN_T_NUMBER && next >= '0' && next <= '9')
        return gn_lex_fail(&p->lx, GN_E_EXP_NUM, now->column, "the decimal mark is a point: 1.5",
                           "a comma stands in a number");
    return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, now->column, "", "a comma stands outside a call");
}

static gn_status implicit_product(gn_parser *p)
{
    const gn_token *a = &p->lx.before, *b = &p->lx.now;
    char advice[120];
    snprintf(advice, sizeof advice, "write %.*s*%.*s", (int)(a->length > 40 ? 40 : a->length), a->at,
             (int)(b->length > 40 ? 40 : b->length), b->at);
    return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, b->column, advice, "an operator is missing before '%s'",
                       gn_show(GN_SHOWN, b->at, b->length));
}

static gn_status close_sign(gn_parser *p)
{
    GN_TRY(reduce_to(p, L_COMPARE, false));
    if (p->ops == 0) return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column, "", "')' closes nothing");
    if (p->op[p->ops - 1].op == GN_F_NUMBER)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column, "", "')' stands where ']' is due");
    return close_open(p, false);
}

static gn_status close_square(gn_parser *p)
{
    GN_TRY(reduce_to(p, L_COMPARE, false));
    if (p->ops == 0 || p->op[p->ops - 1].op != GN_F_NUMBER)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column, "", "']' closes nothing");
    gn_pending *top = &p->op[--p->ops];
    size_t count = (size_t)top->arguments + 1;
    p->depth--;
    p->values -= count;
    return push_value(p, p->grammar->list(p->grammar->self, p->value + p->values, count, top->token.column));
}

static gn_status transpose_sign(gn_parser *p)
{
    const void *value = p->value[--p->values];
    return push_value(p, p->grammar->transpose(p->grammar->self, value, p->lx.now.column));
}

/* Take one token where an operator is due; *complete says that an operand still stands on top. */
static gn_status after_operand(gn_parser *p, bool *complete)
{
    gn_formula_op op;
    level at;
    *complete = false;
    if (binary(p->lx.now.kind, &op, &at)) return operator_sign(p, op, at);
    if (p->lx.now.kind == GN_T_COMMA) return comma(p);
    *complete = true;
    if (p->grammar->list && p->lx.now.kind == GN_T_CLOSE_SQUARE) return close_square(p);
    if (p->grammar->transpose && p->lx.now.kind == GN_T_QUOTE) return transpose_sign(p);
    switch (p->lx.now.kind) {
    case GN_T_CLOSE: return close_sign(p);
    case GN_T_NUMBER: case GN_T_NAME: case GN_T_OPEN: return implicit_product(p);
    case GN_T_ASSIGN:
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column,
                           "an expression is what stands behind an =; two values are compared with ==",
                           "'=' stands in an expression");
    default:
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column, "", "'%s' has no meaning here",
                           gn_show(GN_SHOWN, p->lx.now.at, p->lx.now.length));
    }
}

/* ---- whole expressions --------------------------------------------------------------------------------------- */

static gn_status finish(gn_parser *p, const void **out)
{
    GN_TRY(reduce_to(p, L_COMPARE, false));
    if (p->ops > 0)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->op[p->ops - 1].token.column, "", "'%s' is never closed",
                           p->op[p->ops - 1].op == GN_F_NUMBER ? "[" : "(");
    *out = p->value[--p->values];
    return GN_OK;
}

gn_status gn_parse_expression(gn_parser *p, bool list, const void **out)
{
    bool complete = false;
    p->ops = p->values = 0;
    p->depth = 0;
    for (;;) {
        gn_token_kind kind = p->lx.now.kind;
        if (complete && (kind == GN_T_END || (list && kind == GN_T_SEMICOLON))) return finish(p, out);
        GN_TRY(complete ? after_operand(p, &complete) : operand(p, &complete));
        GN_TRY(gn_lex_next(&p->lx));
    }
}

gn_status gn_parser_init(gn_parser *p, const gn_grammar *grammar, gn_context *ctx, const char *text, size_t length)
{
    *p = (gn_parser){.grammar = grammar, .lx = gn_lex_make(ctx, text, length)};
    p->op = gn_alloc_array(ctx, OPS, sizeof *p->op);
    p->value = gn_alloc_array(ctx, VALUES, sizeof *p->value);
    return p->op && p->value ? gn_lex_next(&p->lx) : GN_NO_MEMORY;
}

void gn_parser_free(gn_parser *p)
{
    gn_free(p->lx.ctx, p->op);
    gn_free(p->lx.ctx, p->value);
}

gn_status gn_parse_whole(gn_parser *p, const void **out)
{
    if (p->lx.now.kind == GN_T_END) return gn_fail(p->lx.ctx, GN_E_EXP_EMPTY, "the expression is empty");
    return gn_parse_expression(p, false, out);
}
