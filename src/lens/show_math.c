/* show_math.c -- the tree of a right side, and the tree as LaTeX.
 *
 * Invariant: parentheses stand where the sign around binds tighter than the sign inside, whatever is put in for a
 * name. */
#include <math.h>
#include <string.h>
#include "../formula/grammar.h"
#include "show_tree.h"

enum { HEIGHT_MOST = 500 };

typedef struct maker {
    gn_arena *arena;
    const gn_sheet *s;
    const gn_line *line;
} maker;

/* ---- the tree ------------------------------------------------------------------------------------------------ */

static gn_math *node(maker *m, gn_math_kind kind, size_t count, const void *const *part)
{
    gn_math *made = gn_arena_alloc(m->arena, 1, sizeof *made);
    if (!made) return NULL;
    *made = (gn_math){.kind = kind, .count = count, .height = 1};
    made->part = gn_arena_alloc(m->arena, count + 1, sizeof *made->part);
    if (!made->part) return NULL;
    for (size_t i = 0; i < count; i++) {
        made->part[i] = part[i];
        if (made->part[i]->height >= made->height) made->height = made->part[i]->height + 1;
    }
    return made;
}

static const void *math_number(void *self, double value)
{
    gn_math *n = node(self, GN_MATH_NUMBER, 0, NULL);
    if (n) n->number = value;
    return n;
}

static const void *math_name(void *self, const char *name, size_t length, uint32_t column)
{
    maker *m = self;
    gn_math *n = node(m, GN_MATH_NAME, 0, NULL);
    (void)column;
    if (!n) return NULL;
    n->symbol = gn_line_symbol(m->s, m->line, name, length);
    n->id = n->symbol ? gn_symbol_id(m->s, n->symbol) : 0;
    n->name = gn_arena_text(m->arena, name, length);
    return n->name ? n : NULL;
}

static const void *operation(maker *m, gn_formula_op op, bool each, const void *a, const void *b)
{
    gn_math *n = node(m, op == GN_F_NEG ? GN_MATH_NEG : GN_MATH_BINARY, op == GN_F_NEG ? 1 : 2,
                      (const void *const[]){a, b});
    if (n) n->op = op, n->each = each;
    return n;
}

static const void *math_make(void *self, gn_formula_op op, const void *a, const void *b, uint32_t column)
{
    (void)column;
    return operation(self, op, false, a, b);
}

static const void *math_each(void *self, gn_formula_op op, const void *a, const void *b, uint32_t column)
{
    (void)column;
    return operation(self, op, true, a, b);
}

static const void *math_call(void *self, const char *name, int arguments, const void *const *arg, uint32_t column)
{
    maker *m = self;
    gn_math *n = node(m, GN_MATH_CALL, (size_t)arguments, arg);
    (void)column;
    if (n) n->name = gn_arena_text(m->arena, name, strlen(name));
    return n && n->name ? n : NULL;
}

static const void *math_list(void *self, const void *const *item, size_t count, uint32_t column)
{
    (void)column;
    return node(self, GN_MATH_LIST, count, item);
}

static const void *math_transpose(void *self, const void *a, uint32_t column)
{
    (void)column;
    return node(self, GN_MATH_TRANSPOSE, 1, &a);
}

static bool math_is_number(const void *value)
{
    const gn_math *n = value;
    return n->kind == GN_MATH_NUMBER || (n->kind == GN_MATH_NEG && n->part[0]->kind == GN_MATH_NUMBER);
}

const gn_math *gn_math_parse(gn_arena *arena, const gn_sheet *s, const gn_line *line, const char *text)
{
    static const gn_arity functions[] = {{"dot", 2},      {"sum", 1},      {"mean", 1}, {"norm", 1},
                                         {"sum_rows", 1}, {"sum_cols", 1}, {NULL, 0}};
    maker m = {arena, s, line};
    gn_parser p;
    const void *value = NULL;
    gn_grammar grammar = {.self = &m,
                          .number = math_number,
                          .name = math_name,
                          .make = math_make,
                          .each = math_each,
                          .call = math_call,
                          .is_number = math_is_number,
                          .list = math_list,
                          .transpose = math_transpose,
                          .functions = functions};
    gn_status status = gn_parser_init(&p, &grammar, s->ctx, text, strlen(text));
    if (status == GN_OK) status = gn_parse_whole(&p, &value);
    gn_parser_free(&p);
    if (status == GN_USAGE) gn_clear_error(s->ctx); /* it is shown as it stands */
    const gn_math *made = status == GN_OK ? value : NULL;
    return made && made->height <= HEIGHT_MOST ? made : NULL;
}

size_t gn_symbol_id(const gn_sheet *s, const gn_symbol *v)
{
    size_t i = 0;
    while (i < s->symbols && s->symbol[i] != v) i++;
    return i;
}

/* ---- how tightly a piece binds ------------------------------------------------------------------------------- */

static bool is_scalar(const gn_symbol *v)
{
    return v->rows == 1 && v->cols == 1;
}

static gn_math_level number_level(double value, const char *text)
{
    if (signbit(value) && !isnan(value)) return GN_ML_SUM;
    return strchr(text, 'e') ? GN_ML_PRODUCT : GN_ML_ATOM;
}

static gn_math_level name_level(const gn_math *n, gn_math_style how)
{
    if (!n->symbol) return GN_ML_ATOM;
    if (!how.numbers) {
        bool fraction = !n->symbol->latex && n->symbol->derivative;
        return fraction || (n->symbol->latex && strchr(n->symbol->latex, '^')) ||
                       (n->symbol->latex && strstr(n->symbol->latex, "\\frac"))
                   ? GN_ML_PRODUCT
                   : GN_ML_ATOM;
    }
    if (!is_scalar(n->symbol)) return GN_ML_ATOM;
    gn_numtext room;
    return number_level(n->symbol->value[0], gn_num(&room, n->symbol->value[0]));
}

static gn_math_level call_level(const gn_math *n)
{
    if (strcmp(n->name, "where") == 0) return GN_ML_ANY;
    if (strcmp(n->name, "neg") == 0) return GN_ML_SUM;
    if (strcmp(n->name, "dot") == 0 || strcmp(n->name, "reciprocal") == 0) return GN_ML_PRODUCT;
    return strcmp(n->name, "exp") == 0 || strcmp(n->name, "square") == 0 ? GN_ML_POWER : GN_ML_ATOM;
}

gn_math_level gn_math_level_of(const gn_math *n, gn_math_style how)
{
    gn_numtext room;
    switch (n->kind) {
    case GN_MATH_NUMBER: return number_level(n->number, gn_num(&room, n->number));
    case GN_MATH_NAME: return name_level(n, how);
    case GN_MATH_NEG: return GN_ML_SUM;
    case GN_MATH_CALL: return call_level(n);
    case GN_MATH_TRANSPOSE: return GN_ML_POWER;
    case GN_MATH_LIST: return GN_ML_ATOM;
    case GN_MATH_BINARY: break;
    }
    switch (n->op) {
    case GN_F_ADD: case GN_F_SUB: return GN_ML_SUM;
    case GN_F_MUL: case GN_F_DIV: return GN_ML_PRODUCT;
    case GN_F_POW: return GN_ML_POWER;
    default: return GN_ML_ANY;
    }
}

bool gn_math_begins_with_digit(const gn_math *n, gn_math_style how)
{
    while (n->kind == GN_MATH_BINARY && (n->op == GN_F_MUL || n->op == GN_F_POW) && !n->each) n = n->part[0];
    return n->kind == GN_MATH_NUMBER || (n->kind == GN_MATH_NAME && how.numbers && n->symbol);
}

/* ---- LaTeX --------------------------------------------------------------------------------------------------- */

void gn_latex_number(gn_text *to, double value, gn_type type, int digits)
{
    gn_text t;
    if (isnan(value)) gn_text_puts(to, "\\mathrm{nan}");
    if (isinf(value)) gn_text_puts(to, value > 0 ? "\\infty" : "-\\infty");
    if (!isfinite(value)) return;
    gn_text_init(&t, to->ctx);
    gn_show_number(&t, value, type, digits);
    char *e = t.at ? strchr(t.at, 'e') : NULL;
    if (!e) gn_text_add(to, t.at ? t.at : "", t.length);
    else {
        size_t mantissa = (size_t)(e - t.at);
        bool one = mantissa == 1 && t.at[0] == '1', minus_one = mantissa == 2 && memcmp(t.at, "-1", 2) == 0;
        if (minus_one) gn_text_puts(to, "-");
        if (!one && !minus_one) gn_text_add(to, t.at, mantissa);
        gn_text_printf(to, "%s10^{%s}", one || minus_one ? "" : " \\cdot ", e[1] == '+' ? e + 2 : e + 1);
    }
    to->failed |= t.failed;
    gn_text_free(&t);
}

/* Of `count` rows or columns at most 6 places are shown: the index at place i, `count` for dots. */
static size_t place(size_t count, size_t i)
{
    if (count <= 6) return i;
    return i < 3 ? i : i == 3 ? count : count - 6 + i;
}

void gn_latex_value(gn_text *to, const gn_symbol *v, int digits)
{
    size_t rows = v->rows > 6 ? 6 : v->rows, cols = v->cols > 6 ? 6 : v->cols;
    if (is_scalar(v)) {
        gn_latex_number(to, v->value[0], v->type, digits);
        return;
    }
    gn_text_puts(to, "\\begin{bmatrix} ");
    for (size_t k = 0; k < rows * cols; k++) {
        size_t i = place(v->rows, k / cols), j = place(v->cols, k % cols);
        gn_text_puts(to, k == 0 ? "" : k % cols == 0 ? " \\\\ " : " & ");
        if (i == v->rows) gn_text_puts(to, j == v->cols ? "\\ddots" : "\\vdots");
        else if (j == v->cols) gn_text_puts(to, "\\cdots");
        else gn_latex_number(to, v->value[i * v->cols + j], v->type, digits);
    }
    gn_text_puts(to, " \\end{bmatrix}");
}

static void put(gn_text *to, const gn_math *n, gn_math_style how, gn_math_level level);

static void put_upright(gn_text *to, const char *name)
{
    static const char *const own[] = {"log", "sin", "cos", "tanh", "max", "min"};
    for (size_t i = 0; i < GN_COUNT(own); i++)
        if (strcmp(own[i], name) == 0) {
            gn_text_printf(to, "\\%s", name);
            return;
        }
    if (strcmp(name, "sigmoid") == 0) {
        gn_text_puts(to, "\\sigma");
        return;
    }
    gn_text_puts(to, "\\mathrm{");
    for (; *name; name++) {
        if (*name == '_') gn_text_puts(to, "\\");
        gn_text_add(to, name, 1);
    }
    gn_text_puts(to, "}");
}

static void put_where(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_text_puts(to, "\\begin{cases} ");
    put(to, n->part[1], how, GN_ML_ANY);
    gn_text_puts(to, " & \\text{if } ");
    put(to, n->part[0], how, GN_ML_ANY);
    gn_text_puts(to, " \\\\ ");
    put(to, n->part[2], how, GN_ML_ANY);
    gn_text_puts(to, " & \\text{otherwise} \\end{cases}");
}

/* Calls with a notation of their own: before and after the one argument. */
static const struct { const char *name, *before, *after; gn_math_level level; } notations[] = {
    {"sqrt", "\\sqrt{", "}", GN_ML_ANY},
    {"exp", "e^{", "}", GN_ML_ANY},
    {"abs", "\\left|", "\\right|", GN_ML_ANY},
    {"square", "", "^{2}", GN_ML_ATOM},
    {"reciprocal", "\\frac{1}{", "}", GN_ML_ANY},
    {"neg", "-", "", GN_ML_PRODUCT},
    {"norm", "\\left\\lVert ", "\\right\\rVert", GN_ML_ANY},
    {"sum_rows", "\\sum_{\\text{rows}} ", "", GN_ML_PRODUCT},
    {"sum_cols", "\\sum_{\\text{columns}} ", "", GN_ML_PRODUCT},
};

static void put_call(gn_text *to, const gn_math *n, gn_math_style how)
{
    if (strcmp(n->name, "where") == 0) {
        put_where(to, n, how);
        return;
    }
    for (size_t i = 0; i < GN_COUNT(notations); i++) {
        if (strcmp(notations[i].name, n->name) != 0) continue;
        gn_text_puts(to, notations[i].before);
        put(to, n->part[0], how, notations[i].level);
        gn_text_puts(to, notations[i].after);
        return;
    }
    if (strcmp(n->name, "dot") == 0) {
        put(to, n->part[0], how, GN_ML_PRODUCT);
        gn_text_puts(to, " \\cdot ");
        put(to, n->part[1], how, GN_ML_POWER);
        return;
    }
    put_upright(to, n->name);
    gn_text_puts(to, "\\left(");
    for (size_t k = 0; k < n->count; k++) {
        gn_text_puts(to, k ? ", " : "");
        put(to, n->part[k], how, GN_ML_ANY);
    }
    gn_text_puts(to, "\\right)");
}

/* Of * and / the elementwise ones: a product has a sign of its own below, a quotient a bar. */
typedef struct sign { gn_formula_op op; const char *latex, *mathml; } sign;

static const sign signs[] = {
    {GN_F_ADD, " + ", "+"},
    {GN_F_SUB, " - ", "\xE2\x88\x92"},
    {GN_F_MUL, " \\odot ", "\xE2\x8A\x99"},
    {GN_F_DIV, " \\oslash ", "\xE2\x8A\x98"},
    {GN_F_LT, " < ", "&lt;"},
    {GN_F_LE, " \\le ", "\xE2\x89\xA4"},
    {GN_F_GT, " > ", "&gt;"},
    {GN_F_GE, " \\ge ", "\xE2\x89\xA5"},
    {GN_F_EQ, " = ", "="},
    {GN_F_NE, " \\ne ", "\xE2\x89\xA0"},
};

/* A product of numbers, or before a digit, needs a dot. */
static const sign *product_sign(const gn_math *n, gn_math_style how)
{
    static const sign dot = {GN_F_MUL, " \\cdot ", "\xC2\xB7"}, none = {GN_F_MUL, " \\, ", GN_SILENT};
    return how.numbers || gn_math_begins_with_digit(n->part[1], how) ? &dot : &none;
}

const char *gn_math_sign(const gn_math *n, gn_math_style how, bool mathml)
{
    const sign *found = n->op == GN_F_MUL && !n->each ? product_sign(n, how) : NULL;
    for (size_t i = 0; i < GN_COUNT(signs) && !found; i++)
        if (signs[i].op == n->op) found = &signs[i];
    if (!found) return mathml ? "=" : " ";
    return mathml ? found->mathml : found->latex;
}

/* Is it set with a fraction bar, which fences what it holds? */
bool gn_math_is_fraction(const gn_math *n, gn_math_style how)
{
    if (n->kind == GN_MATH_BINARY) return n->op == GN_F_DIV && !n->each;
    return n->kind == GN_MATH_NAME && !how.numbers && n->symbol && !n->symbol->latex && n->symbol->derivative;
}

static void put_binary(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_math_level own = gn_math_level_of(n, how), left = own == GN_ML_ANY ? GN_ML_SUM : own;
    if (n->op == GN_F_DIV && !n->each) {
        gn_text_puts(to, "\\frac{");
        put(to, n->part[0], how, GN_ML_ANY);
        gn_text_puts(to, "}{");
        put(to, n->part[1], how, GN_ML_ANY);
        gn_text_puts(to, "}");
    } else if (n->op == GN_F_POW) {
        put(to, n->part[0], how, GN_ML_ATOM);
        gn_text_puts(to, n->each && !(n->part[1]->kind == GN_MATH_NUMBER) ? "^{\\circ " : "^{");
        put(to, n->part[1], how, GN_ML_ANY);
        gn_text_puts(to, "}");
    } else {
        put(to, n->part[0], how, left);
        gn_text_puts(to, gn_math_sign(n, how, false));
        bool bare = own == GN_ML_PRODUCT && gn_math_is_fraction(n->part[1], how);
        put(to, n->part[1], how, own == GN_ML_ANY ? GN_ML_SUM : bare ? own : own + 1);
    }
}

/* A column of numbers, or a matrix by rows. */
static void put_list(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_text_puts(to, "\\begin{bmatrix} ");
    for (size_t i = 0; i < n->count; i++) {
        const gn_math *row = n->part[i];
        gn_text_puts(to, i ? " \\\\ " : "");
        if (row->kind != GN_MATH_LIST) put(to, row, how, GN_ML_ANY);
        for (size_t j = 0; row->kind == GN_MATH_LIST && j < row->count; j++) {
            gn_text_puts(to, j ? " & " : "");
            put(to, row->part[j], how, GN_ML_ANY);
        }
    }
    gn_text_puts(to, " \\end{bmatrix}");
}

static void put_name(gn_text *to, const gn_math *n, gn_math_style how)
{
    if (n->symbol && how.numbers) gn_latex_value(to, n->symbol, how.digits);
    else if (n->symbol) gn_show_name_latex(to, n->symbol);
    else if (strcmp(n->name, "inf") == 0) gn_text_puts(to, "\\infty");
    else gn_show_word_latex(to, n->name);
}

static void put_bare(gn_text *to, const gn_math *n, gn_math_style how)
{
    switch (n->kind) {
    case GN_MATH_NUMBER: gn_latex_number(to, n->number, GN_F64, GN_DIGITS_SHORTEST); break;
    case GN_MATH_NAME: put_name(to, n, how); break;
    case GN_MATH_NEG:
        gn_text_puts(to, "-");
        put(to, n->part[0], how, GN_ML_PRODUCT);
        break;
    case GN_MATH_BINARY: put_binary(to, n, how); break;
    case GN_MATH_CALL: put_call(to, n, how); break;
    case GN_MATH_LIST: put_list(to, n, how); break;
    case GN_MATH_TRANSPOSE:
        put(to, n->part[0], how, GN_ML_ATOM);
        gn_text_puts(to, "^{\\top}");
        break;
    }
}

static void put(gn_text *to, const gn_math *n, gn_math_style how, gn_math_level level)
{
    bool fence = gn_math_level_of(n, how) < level;
    if (fence) gn_text_puts(to, "\\left(");
    put_bare(to, n, how);
    if (fence) gn_text_puts(to, "\\right)");
}

void gn_math_latex(gn_text *to, const gn_math *m, gn_math_style how)
{
    put(to, m, how, GN_ML_ANY);
}

/* ---- long sums over several lines ---------------------------------------------------------------------------- */

/* How many signs wide a piece of LaTeX is, about: a command is one sign, braces and alignment are none. */
static size_t latex_signs(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\') {
            while (i + 1 < length && ((text[i + 1] | 32) >= 'a' && (text[i + 1] | 32) <= 'z')) i++;
            n++;
        } else {
            n += !strchr("{}^_& \n", text[i]);
        }
    }
    return n;
}

static bool is_sum(const gn_math *m)
{
    return m->kind == GN_MATH_BINARY && (m->op == GN_F_ADD || m->op == GN_F_SUB) && !m->each;
}

static size_t sum_length(const gn_math *m)
{
    size_t n = 1;
    for (; is_sum(m); m = m->part[0]) n++;
    return n;
}

/* Term k of a sum from the left, with its sign; the first has none. */
static void put_term(gn_text *to, const gn_math *sum, size_t terms, size_t k, gn_math_style how)
{
    const gn_math *at = sum;
    for (size_t i = terms - 1; i > k; i--) at = at->part[0];
    if (k) gn_text_puts(to, at->op == GN_F_ADD ? "+ " : "- ");
    put(to, k ? at->part[1] : at, how, k ? GN_ML_SUM + 1 : GN_ML_SUM);
}

void gn_math_latex_lines(gn_text *to, const gn_math *m, gn_math_style how, size_t room)
{
    size_t terms = sum_length(m), used = 0;
    for (size_t k = 0; k < terms; k++) {
        gn_text term;
        gn_text_init(&term, to->ctx);
        if (terms > 1) put_term(&term, m, terms, k, how);
        else gn_math_latex(&term, m, how);
        size_t wide = latex_signs(term.at ? term.at : "", term.length);
        bool below = used && used + wide > room;
        if (k) gn_text_puts(to, below ? " \\\\\n &\\quad " : " ");
        gn_text_add(to, term.at ? term.at : "", term.length);
        used = below ? wide : used + wide;
        to->failed |= term.failed;
        gn_text_free(&term);
    }
}
