/* parse_matrix.c -- the language whose values are vectors and matrices, of formulas or of numbers: what its operations
 * do to shapes and elements.
 *
 * Invariant: what an operation means is written once; formulas and numbers differ only in how two elements are joined,
 * and numbers are joined as the evaluation of a formula joins them. */
#include "matrix.h"

#include <stdio.h>
#include <string.h>
#include "grammar.h"
#include "tree.h"

typedef union element { const gn_formula *f; double v; } element;
typedef struct array { size_t rows, cols; element *at; } array;

enum { CALL_OPS = GN_F_CALL + 1, FUNCTIONS = 32 };

/* A function or an operation on numbers, compiled when first used. */
typedef struct compiled { const char *name; int arguments; gn_program *program; double *room; } compiled;

typedef struct arrays {
    gn_arena *arena;
    const gn_parser *parser;
    gn_maker *m;                        /* of formulas; NULL: numbers */
    const gn_numbers_binding *bound;      /* of numbers */
    size_t bindings, most;              /* elements an array may have */
    compiled op[CALL_OPS], function[FUNCTIONS];
    bool failed;
} arrays;

static bool is_single(const array *a)
{
    return a->rows == 1 && a->cols == 1;
}

static bool same_shape(const array *a, const array *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

/* ---- failures ------------------------------------------------------------------------------------------------ */

static const void *misfit(arrays *s, uint32_t column, const char *advice, const char *what, const array *a,
                          const array *b)
{
    gn_lex_fail(&s->parser->lx, GN_E_EXP_SHAPE, column, advice, "%s does not take %zu x %zu and %zu x %zu", what,
                a->rows, a->cols, b->rows, b->cols);
    return NULL;
}

static array *make_array(arrays *s, size_t rows, size_t cols, uint32_t column)
{
    if (rows > s->most || cols > s->most || rows * cols > s->most) {
        gn_lex_fail(&s->parser->lx, GN_E_EXP_LIMIT, column, "", "an array has more than %zu elements", s->most);
        return NULL;
    }
    array *a = gn_arena_alloc(s->arena, 1, sizeof *a);
    if (!a) return NULL;
    *a = (array){rows, cols, gn_arena_alloc(s->arena, rows * cols, sizeof *a->at)};
    return a->at ? a : NULL;
}

/* The array when every element was made. */
static const void *finished(const arrays *s, const array *a)
{
    if (s->failed) return NULL;
    for (size_t i = 0; s->m && a && i < a->rows * a->cols; i++)
        if (!a->at[i].f) return NULL;
    return a;
}

static const void *single(arrays *s, element e)
{
    array *a = make_array(s, 1, 1, 0);
    if (a) a->at[0] = e;
    return finished(s, a);
}

/* ---- elements ------------------------------------------------------------------------------------------------ */

static element number(arrays *s, double value)
{
    return s->m ? (element){.f = gn_tree_number(s->m, value)} : (element){.v = value};
}

/* The text of an operation in x, y and z, as a program; its value is what the text means as a formula. */
static bool compile(arrays *s, const char *text, compiled *out)
{
    static const char *const names[] = {"x", "y", "z"};
    const gn_formula *f;
    gn_status status = gn_formula_parse(s->arena, text, strlen(text), &f);
    if (status == GN_OK) status = gn_program_make(s->arena, f, names, 3, &out->program);
    if (status == GN_OK) out->room = gn_arena_alloc(s->arena, gn_program_room(out->program) + 1, sizeof *out->room);
    if (status != GN_OK || !out->room) s->failed = true;
    return !s->failed;
}

static element run(arrays *s, const compiled *c, const element *arg, int arguments)
{
    double values[3] = {0};
    for (int k = 0; k < arguments; k++) values[k] = arg[k].v;
    return (element){.v = s->failed || !c ? 0 : gn_program_run(c->program, values, c->room)};
}

static element join(arrays *s, gn_formula_op op, element a, element b, uint32_t column)
{
    static const char *const texts[CALL_OPS] = {
        [GN_F_ADD] = "x + y", [GN_F_SUB] = "x - y", [GN_F_MUL] = "x*y", [GN_F_DIV] = "x/y",
        [GN_F_POW] = "x^y", [GN_F_NEG] = "-x", [GN_F_LT] = "x < y", [GN_F_LE] = "x <= y",
        [GN_F_GT] = "x > y", [GN_F_GE] = "x >= y", [GN_F_EQ] = "x == y", [GN_F_NE] = "x != y"};
    if (s->m) return (element){.f = gn_tree_make(s->m, op, a.f, b.f, column)};
    compiled *c = &s->op[op];
    if (!c->program && !compile(s, texts[op], c)) return a;
    return run(s, c, (const element[]){a, b}, 2);
}

/* Sums and products of many leave out the rules' 0 and 1 when they are formulas. */
static element plus(arrays *s, element a, element b)
{
    return s->m ? (element){.f = gn_tree_add(s->m, a.f, b.f)} : (element){.v = a.v + b.v};
}

/* A number stands in front, as a person writes it. */
static element times(arrays *s, element a, element b)
{
    if (s->m && b.f && b.f->op == GN_F_NUMBER && a.f && a.f->op != GN_F_NUMBER) return times(s, b, a);
    return s->m ? (element){.f = gn_tree_mul(s->m, a.f, b.f)} : (element){.v = a.v * b.v};
}

static compiled *function_of(arrays *s, const char *name, int arguments)
{
    char text[GN_LEX_NAME + 16];
    int i = 0;
    while (i < FUNCTIONS && s->function[i].name &&
           (s->function[i].arguments != arguments || strcmp(s->function[i].name, name) != 0))
        i++;
    if (i == FUNCTIONS) i = 0, s->function[0].program = NULL; /* more than are kept: compiled again */
    compiled *c = &s->function[i];
    if (c->program) return c;
    static const char *const arguments_text[] = {"", "x", "x, y", "x, y, z"};
    snprintf(text, sizeof text, "%s(%s)", name, arguments_text[arguments]);
    c->name = gn_arena_text(s->arena, name, strlen(name));
    c->arguments = arguments;
    if (!c->name) s->failed = true;
    return c->name && compile(s, text, c) ? c : NULL;
}

static element call(arrays *s, const char *name, int arguments, const element *arg, uint32_t column)
{
    const gn_formula *own[3] = {0};
    if (!s->m) return run(s, function_of(s, name, arguments), arg, arguments);
    for (int k = 0; k < arguments; k++) own[k] = arg[k].f;
    return (element){.f = gn_tree_call(s->m, name, arguments, own, column)};
}

/* ---- atoms --------------------------------------------------------------------------------------------------- */

static const void *array_number(void *self, double value)
{
    return single(self, number(self, value));
}

static const void *constant(arrays *s, const char *name, size_t length)
{
    const gn_formula *f;
    element e = {.v = 0};
    gn_status status = gn_formula_parse(s->arena, name, length, &f);
    if (status == GN_OK) status = gn_formula_eval(s->arena->ctx, f, NULL, 0, &e.v);
    return status == GN_OK ? single(s, e) : NULL;
}

static const void *array_name(void *self, const char *name, size_t length, uint32_t column)
{
    arrays *s = self;
    if (s->m) return single(s, (element){.f = gn_tree_name(s->m, name, length, column)});
    for (size_t i = s->bindings; i-- > 0;) {
        const gn_numbers_binding *b = &s->bound[i];
        if (strncmp(b->name, name, length) != 0 || b->name[length]) continue;
        array *a = make_array(s, b->array.rows, b->array.cols, column);
        for (size_t k = 0; a && k < a->rows * a->cols; k++) a->at[k].v = b->array.value[k];
        return a;
    }
    return constant(s, name, length);
}

static bool array_is_number(const void *value)
{
    const array *a = value;
    const gn_formula *f = a->at[0].f;
    return is_single(a) && (f->op == GN_F_NUMBER || (f->op == GN_F_NEG && f->arg[0]->op == GN_F_NUMBER));
}

static bool array_is_single(const void *value)
{
    return is_single(value);
}

/* ---- operations ---------------------------------------------------------------------------------------------- */

/* The element of a that stands at (i, j) of a larger array: a single number stands everywhere, a row in each row, a
 * column in each column. */
static element spread(const array *a, size_t i, size_t j)
{
    return a->at[(a->rows == 1 ? 0 : i) * a->cols + (a->cols == 1 ? 0 : j)];
}

/* Can `a` be spread over the shape of `to`? */
static bool fits(const array *a, const array *to)
{
    return (a->rows == to->rows || a->rows == 1) && (a->cols == to->cols || a->cols == 1);
}

/* op on each element, the smaller array spread over the larger; one of the two has the shape of the result. */
static const void *each(arrays *s, gn_formula_op op, const array *a, const array *b, uint32_t column)
{
    const array *shape = fits(a, b) ? b : a;
    array *r = make_array(s, shape->rows, shape->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        size_t row = i / r->cols, col = i % r->cols;
        r->at[i] = join(s, op, spread(a, row, col), spread(b, row, col), column);
    }
    return finished(s, r);
}

/* a11*b11 + a12*b21 + ... for each pair of a row and a column; the terms of a zero are left out. */
static const void *product(arrays *s, const array *a, const array *b, uint32_t column)
{
    array *r = make_array(s, a->rows, b->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        element sum = number(s, 0);
        for (size_t k = 0; k < a->cols; k++)
            sum = plus(s, sum, times(s, a->at[i / r->cols * a->cols + k], b->at[k * b->cols + i % r->cols]));
        r->at[i] = sum;
    }
    return finished(s, r);
}

static const void *multiply(arrays *s, const array *a, const array *b, uint32_t column)
{
    if (is_single(a) || is_single(b)) return each(s, GN_F_MUL, a, b, column);
    if (a->cols == b->rows) return product(s, a, b, column);
    bool vectors = a->cols == 1 && same_shape(a, b);
    return misfit(s, column, vectors ? "the inner product is dot(a, b), the outer one a*b', each element's a.*b" : "",
                  "*", a, b);
}

static const char *sign_of(gn_formula_op op, bool dotted)
{
    switch (op) {
    case GN_F_ADD: return "+";
    case GN_F_SUB: return "-";
    case GN_F_MUL: return dotted ? ".*" : "*";
    case GN_F_DIV: return dotted ? "./" : "/";
    case GN_F_POW: return dotted ? ".^" : "^";
    default: return "a comparison";
    }
}

static const void *array_each(void *self, gn_formula_op op, const void *left, const void *right, uint32_t column)
{
    const array *a = left, *b = right;
    if (fits(a, b) || fits(b, a)) return each(self, op, a, b, column);
    return misfit(self, column, "", sign_of(op, true), a, b);
}

static const void *array_make(void *self, gn_formula_op op, const void *left, const void *right, uint32_t column)
{
    arrays *s = self;
    const array *a = left, *b = right;
    switch (op) {
    case GN_F_NEG: return each(s, op, a, a, column);
    case GN_F_MUL: return multiply(s, a, b, column);
    case GN_F_DIV:
        return is_single(b) ? each(s, op, a, b, column) : misfit(s, column, "each element is divided by ./", "/", a, b);
    case GN_F_POW:
        return is_single(a) && is_single(b) ? each(s, op, a, b, column)
                                            : misfit(s, column, "each element has a power by .^", "^", a, b);
    default: return array_each(self, op, a, b, column);
    }
}

/* ---- functions ----------------------------------------------------------------------------------------------- */

static const gn_arity functions[] = {{"dot", 2},      {"sum", 1},      {"mean", 1}, {"norm", 1},
                                     {"sum_rows", 1}, {"sum_cols", 1}, {NULL, 0}};

/* The sum of the elements of a, each times the one of b when there is a b. */
static element summed(arrays *s, const array *a, const array *b)
{
    element sum = number(s, 0);
    for (size_t i = 0; i < a->rows * a->cols; i++) sum = plus(s, sum, b ? times(s, a->at[i], b->at[i]) : a->at[i]);
    return sum;
}

static const void *norm(arrays *s, const array *a)
{
    element sum = number(s, 0), two = number(s, 2);
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        element square = s->m ? (element){.f = gn_tree_pow(s->m, a->at[i].f, two.f)} : times(s, a->at[i], a->at[i]);
        sum = plus(s, sum, square);
    }
    return single(s, s->m && !sum.f ? sum : call(s, "sqrt", 1, &sum, 0));
}

static const void *mean(arrays *s, const array *a)
{
    element count = number(s, (double)(a->rows * a->cols)), sum = summed(s, a, NULL);
    return single(s, s->m ? (element){.f = gn_tree_div(s->m, sum.f, count.f)} : (element){.v = sum.v / count.v});
}

/* The sums over the rows, a row; or over the columns, a column. */
static const void *summed_along(arrays *s, const array *a, bool rows, uint32_t column)
{
    size_t many = rows ? a->cols : a->rows, along = rows ? a->rows : a->cols;
    array *r = make_array(s, rows ? 1 : many, rows ? many : 1, column);
    for (size_t i = 0; r && i < many; i++) {
        r->at[i] = number(s, 0);
        for (size_t k = 0; k < along; k++)
            r->at[i] = plus(s, r->at[i], rows ? a->at[k * a->cols + i] : a->at[i * a->cols + k]);
    }
    return finished(s, r);
}

/* A function of the tables on each element; the smaller arguments are spread over the largest. */
static const void *call_each(arrays *s, const char *name, int arguments, const void *const *arg, uint32_t column)
{
    const array *shape = arg[0];
    for (int k = 1; k < arguments; k++)
        if (fits(shape, arg[k])) shape = arg[k];
    for (int k = 0; k < arguments; k++)
        if (!fits(arg[k], shape)) return misfit(s, column, "", name, shape, arg[k]);
    array *r = make_array(s, shape->rows, shape->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        element own[3] = {0};
        for (int k = 0; k < arguments; k++) own[k] = spread(arg[k], i / r->cols, i % r->cols);
        r->at[i] = call(s, name, arguments, own, column);
    }
    return finished(s, r);
}

static const void *array_call(void *self, const char *name, int arguments, const void *const *arg, uint32_t column)
{
    arrays *s = self;
    if (strcmp(name, "sum") == 0) return single(s, summed(s, arg[0], NULL));
    if (strcmp(name, "mean") == 0) return mean(s, arg[0]);
    if (strcmp(name, "sum_rows") == 0) return summed_along(s, arg[0], true, column);
    if (strcmp(name, "sum_cols") == 0) return summed_along(s, arg[0], false, column);
    if (strcmp(name, "norm") == 0) return norm(s, arg[0]);
    if (strcmp(name, "dot") != 0) return call_each(s, name, arguments, arg, column);
    if (same_shape(arg[0], arg[1])) return single(s, summed(s, arg[0], arg[1]));
    return misfit(s, column, "", "dot", arg[0], arg[1]);
}

/* ---- brackets ------------------------------------------------------------------------------------------------ */

/* Single numbers become a column; columns become rows one below the other. */
static const void *array_list(void *self, const void *const *item, size_t count, uint32_t column)
{
    arrays *s = self;
    const array *first = item[0];
    size_t width = is_single(first) ? 1 : first->rows;
    for (size_t i = 0; i < count; i++) {
        const array *a = item[i];
        if (a->cols != 1 || a->rows != first->rows)
            return misfit(s, column, "the rows of a matrix are of one length: [[1, 2], [3, 4]]", "a list", first, a);
    }
    array *r = make_array(s, count, width, column);
    for (size_t i = 0; r && i < count * width; i++) r->at[i] = ((const array *)item[i / width])->at[i % width];
    return r;
}

static const void *array_transpose(void *self, const void *value, uint32_t column)
{
    arrays *s = self;
    const array *a = value;
    array *r = make_array(s, a->cols, a->rows, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) r->at[i] = a->at[i % r->cols * a->cols + i / r->cols];
    return r;
}

/* ---- the two languages --------------------------------------------------------------------------------------- */

static gn_status parse(arrays *s, const char *text, size_t length, const array **out)
{
    gn_parser p;
    const void *value = NULL;
    gn_grammar grammar = {.self = s,
                          .number = array_number,
                          .name = array_name,
                          .make = array_make,
                          .each = array_each,
                          .call = array_call,
                          .is_number = s->m ? array_is_number : array_is_single,
                          .list = array_list,
                          .transpose = array_transpose,
                          .functions = functions};
    s->parser = &p;
    gn_status status = gn_parser_init(&p, &grammar, s->arena->ctx, text, length);
    if (status == GN_OK) status = gn_parse_whole(&p, &value);
    gn_parser_free(&p);
    *out = value;
    return status;
}

gn_status gn_matrix_parse(gn_arena *arena, const char *text, size_t length, gn_matrix *out)
{
    gn_maker m;
    const array *value;
    *out = (gn_matrix){0};
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "expression"));
    arrays self = {.arena = arena, .m = &m, .most = GN_MATRIX_MOST};
    gn_status s = parse(&self, text, length, &value);
    gn_maker_free(&m);
    if (s != GN_OK) return s;
    const gn_formula **at = gn_arena_alloc(arena, value->rows * value->cols, sizeof *at);
    for (size_t i = 0; at && i < value->rows * value->cols; i++) at[i] = value->at[i].f;
    if (at) *out = (gn_matrix){value->rows, value->cols, at};
    return at ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_array_run(gn_arena *arena, const char *text, size_t length, const gn_numbers_binding *bound, size_t count,
                       gn_numbers *out)
{
    const array *value;
    arrays self = {.arena = arena, .bound = bound, .bindings = count, .most = GN_ARRAY_MOST};
    *out = (gn_numbers){0};
    GN_TRY(parse(&self, text, length, &value));
    double *number = gn_arena_alloc(arena, value->rows * value->cols, sizeof *number);
    for (size_t i = 0; number && i < value->rows * value->cols; i++) number[i] = value->at[i].v;
    if (number) *out = (gn_numbers){value->rows, value->cols, number};
    return number ? GN_OK : GN_NO_MEMORY;
}
