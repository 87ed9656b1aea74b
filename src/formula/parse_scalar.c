/* parse_scalar.c -- the language whose values are single numbers: formulas, and lists of assignments. */
#include "grammar.h"
#include "tree.h"

static const void *scalar_number(void *self, double value)
{
    return gn_tree_number(self, value);
}

static const void *scalar_name(void *self, const char *name, size_t length, uint32_t column)
{
    return gn_tree_name(self, name, length, column);
}

static const void *scalar_make(void *self, gn_formula_op op, const void *a, const void *b, uint32_t column)
{
    return gn_tree_make(self, op, a, b, column);
}

static const void *scalar_call(void *self, const char *name, int arguments, const void *const *arg, uint32_t column)
{
    const gn_formula *own[3] = {0};
    for (int k = 0; k < arguments; k++) own[k] = arg[k];
    return gn_tree_call(self, name, arguments, own, column);
}

static bool scalar_is_number(const void *value)
{
    const gn_formula *f = value;
    return f->op == GN_F_NUMBER || (f->op == GN_F_NEG && f->arg[0]->op == GN_F_NUMBER);
}

static gn_grammar scalar_grammar(gn_maker *m)
{
    return (gn_grammar){.self = m,
                        .number = scalar_number,
                        .name = scalar_name,
                        .make = scalar_make,
                        .call = scalar_call,
                        .is_number = scalar_is_number};
}

gn_status gn_tree_parse(gn_maker *m, const char *text, size_t length, const gn_formula **out)
{
    gn_parser p;
    gn_grammar grammar = scalar_grammar(m);
    const void *value = NULL;
    gn_status s = gn_parser_init(&p, &grammar, m->ctx, text, length);
    if (s == GN_OK) s = gn_parse_whole(&p, &value);
    gn_parser_free(&p);
    *out = s == GN_OK ? value : NULL;
    if (s != GN_OK) m->status = s;
    return s;
}

gn_status gn_formula_parse(gn_arena *arena, const char *text, size_t length, const gn_formula **out)
{
    gn_maker m;
    *out = NULL;
    GN_TRY(gn_maker_init(&m, arena, 0, "expression"));
    gn_status s = gn_tree_parse(&m, text, length, out);
    gn_maker_free(&m);
    return s;
}

/* ---- lists of assignments ------------------------------------------------------------------------------------ */

static gn_status assignment(gn_parser *p, gn_arena *arena, gn_formula_step *out)
{
    gn_token name = p->lx.now;
    const void *value = NULL;
    if (name.kind != GN_T_NAME)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, name.column, "", "a name is due, as in v = mu*v + g");
    GN_TRY(gn_lex_next(&p->lx));
    if (p->lx.now.kind != GN_T_ASSIGN)
        return gn_lex_fail(&p->lx, GN_E_EXP_SYNTAX, p->lx.now.column, "", "'=' is due after a name");
    GN_TRY(gn_lex_next(&p->lx));
    out->column = name.column;
    out->name = gn_arena_text(arena, name.at, name.length);
    if (!out->name) return GN_NO_MEMORY;
    GN_TRY(gn_parse_expression(p, true, &value));
    out->value = value;
    return GN_OK;
}

static gn_status assignments(gn_parser *p, gn_arena *arena, gn_formula_step *steps, size_t *count)
{
    while (p->lx.now.kind != GN_T_END) {
        GN_TRY(assignment(p, arena, &steps[*count]));
        ++*count;
        if (p->lx.now.kind == GN_T_SEMICOLON) GN_TRY(gn_lex_next(&p->lx));
    }
    return GN_OK;
}

gn_status gn_formula_parse_steps(gn_arena *arena, const char *text, size_t length, gn_formula_step **out, size_t *count)
{
    gn_maker m;
    gn_parser p;
    size_t most = 1;
    *out = NULL;
    *count = 0;
    for (size_t i = 0; i < length && i < GN_LEX_TEXT; i++) most += text[i] == ';';
    gn_formula_step *steps = gn_arena_alloc(arena, most, sizeof *steps);
    if (!steps) return GN_NO_MEMORY;
    GN_TRY(gn_maker_init(&m, arena, 0, "expression"));
    gn_grammar grammar = scalar_grammar(&m);
    gn_status s = gn_parser_init(&p, &grammar, arena->ctx, text, length);
    if (s == GN_OK) s = assignments(&p, arena, steps, count);
    gn_parser_free(&p);
    gn_maker_free(&m);
    if (s == GN_OK) *out = steps;
    else *count = 0;
    return s;
}
