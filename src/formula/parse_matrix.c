/* parse_matrix.c -- the language whose values are vectors and small matrices: what its operations do to shapes and
 * elements. */
#include "matrix.h"

#include <string.h>
#include "grammar.h"
#include "tree.h"

typedef struct arrays {
    gn_maker *m;
    const gn_parser *parser;
} arrays;

static bool is_single(const gn_matrix *a)
{
    return a->rows == 1 && a->cols == 1;
}

static bool same_shape(const gn_matrix *a, const gn_matrix *b)
{
    return a->rows == b->rows && a->cols == b->cols;
}

/* ---- failures ------------------------------------------------------------------------------------------------ */

static const void *misfit(arrays *s, uint32_t column, const char *advice, const char *what, const gn_matrix *a,
                          const gn_matrix *b)
{
    gn_lex_fail(&s->parser->lx, GN_E_EXP_SHAPE, column, advice, "%s does not take %zu x %zu and %zu x %zu", what,
                a->rows, a->cols, b->rows, b->cols);
    return NULL;
}

static const void *too_large(arrays *s, uint32_t column)
{
    gn_lex_fail(&s->parser->lx, GN_E_EXP_LIMIT, column, "", "an array has more than %d elements", GN_MATRIX_MOST);
    return NULL;
}

static gn_matrix *make_array(arrays *s, size_t rows, size_t cols, uint32_t column)
{
    if (rows > GN_MATRIX_MOST || cols > GN_MATRIX_MOST || rows * cols > GN_MATRIX_MOST) {
        too_large(s, column);
        return NULL;
    }
    gn_matrix *a = gn_arena_alloc(s->m->arena, 1, sizeof *a);
    if (!a) return NULL;
    *a = (gn_matrix){rows, cols, gn_arena_alloc(s->m->arena, rows * cols, sizeof *a->at)};
    return a->at ? a : NULL;
}

/* The array when every element was made. */
static const void *finished(const gn_matrix *a)
{
    for (size_t i = 0; a && i < a->rows * a->cols; i++)
        if (!a->at[i]) return NULL;
    return a;
}

static const void *single(arrays *s, const gn_formula *f)
{
    gn_matrix *a = f ? make_array(s, 1, 1, 0) : NULL;
    if (a) a->at[0] = f;
    return a;
}

/* ---- operations ---------------------------------------------------------------------------------------------- */

static const void *array_number(void *self, double value)
{
    arrays *s = self;
    return single(s, gn_tree_number(s->m, value));
}

static const void *array_name(void *self, const char *name, size_t length, uint32_t column)
{
    arrays *s = self;
    return single(s, gn_tree_name(s->m, name, length, column));
}

static bool array_is_number(const void *value)
{
    const gn_matrix *a = value;
    const gn_formula *f = a->at[0];
    return is_single(a) && (f->op == GN_F_NUMBER || (f->op == GN_F_NEG && f->arg[0]->op == GN_F_NUMBER));
}

/* The element of a that stands at (i, j) of a larger array: a single number stands everywhere, a row in each row, a
 * column in each column. */
static const gn_formula *spread(const gn_matrix *a, size_t i, size_t j)
{
    return a->at[(a->rows == 1 ? 0 : i) * a->cols + (a->cols == 1 ? 0 : j)];
}

/* Can `a` be spread over the shape of `to`? */
static bool fits(const gn_matrix *a, const gn_matrix *to)
{
    return (a->rows == to->rows || a->rows == 1) && (a->cols == to->cols || a->cols == 1);
}

/* op on each element, the smaller array spread over the larger; one of the two has the shape of the result. */
static const void *each(arrays *s, gn_formula_op op, const gn_matrix *a, const gn_matrix *b, uint32_t column)
{
    const gn_matrix *shape = fits(a, b) ? b : a;
    gn_matrix *r = make_array(s, shape->rows, shape->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        size_t row = i / r->cols, col = i % r->cols;
        r->at[i] = gn_tree_make(s->m, op, spread(a, row, col), spread(b, row, col), column);
    }
    return finished(r);
}

/* a11*b11 + a12*b21 + ... for each pair of a row and a column; the terms of a zero are left out. */
static const void *product(arrays *s, const gn_matrix *a, const gn_matrix *b, uint32_t column)
{
    gn_matrix *r = make_array(s, a->rows, b->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        const gn_formula *sum = gn_tree_number(s->m, 0);
        for (size_t k = 0; k < a->cols; k++)
            sum = gn_tree_add(s->m, sum,
                              gn_tree_mul(s->m, a->at[i / r->cols * a->cols + k], b->at[k * b->cols + i % r->cols]));
        r->at[i] = sum;
    }
    return finished(r);
}

static const void *multiply(arrays *s, const gn_matrix *a, const gn_matrix *b, uint32_t column)
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
    const gn_matrix *a = left, *b = right;
    if (fits(a, b) || fits(b, a)) return each(self, op, a, b, column);
    return misfit(self, column, "", sign_of(op, true), a, b);
}

static const void *array_make(void *self, gn_formula_op op, const void *left, const void *right, uint32_t column)
{
    arrays *s = self;
    const gn_matrix *a = left, *b = right;
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
static const gn_formula *summed(arrays *s, const gn_matrix *a, const gn_matrix *b)
{
    const gn_formula *sum = gn_tree_number(s->m, 0);
    for (size_t i = 0; i < a->rows * a->cols; i++)
        sum = gn_tree_add(s->m, sum, b ? gn_tree_mul(s->m, a->at[i], b->at[i]) : a->at[i]);
    return sum;
}

static const void *norm(arrays *s, const gn_matrix *a)
{
    const gn_formula *sum = gn_tree_number(s->m, 0), *two = gn_tree_number(s->m, 2);
    for (size_t i = 0; i < a->rows * a->cols; i++) sum = gn_tree_add(s->m, sum, gn_tree_pow(s->m, a->at[i], two));
    return single(s, sum ? gn_tree_call(s->m, "sqrt", 1, &sum, 0) : NULL);
}

/* The sums over the rows, a row; or over the columns, a column. */
static const void *summed_along(arrays *s, const gn_matrix *a, bool rows, uint32_t column)
{
    size_t many = rows ? a->cols : a->rows, along = rows ? a->rows : a->cols;
    gn_matrix *r = make_array(s, rows ? 1 : many, rows ? many : 1, column);
    for (size_t i = 0; r && i < many; i++) {
        r->at[i] = gn_tree_number(s->m, 0);
        for (size_t k = 0; k < along; k++)
            r->at[i] = gn_tree_add(s->m, r->at[i], rows ? a->at[k * a->cols + i] : a->at[i * a->cols + k]);
    }
    return finished(r);
}

static const void *mean(arrays *s, const gn_matrix *a)
{
    const gn_formula *count = gn_tree_number(s->m, (double)(a->rows * a->cols));
    return single(s, gn_tree_div(s->m, summed(s, a, NULL), count));
}

/* A function of the tables on each element; the smaller arguments are spread over the largest. */
static const void *call_each(arrays *s, const char *name, int arguments, const void *const *arg, uint32_t column)
{
    const gn_matrix *shape = arg[0];
    for (int k = 1; k < arguments; k++)
        if (fits(shape, arg[k])) shape = arg[k];
    for (int k = 0; k < arguments; k++)
        if (!fits(arg[k], shape)) return misfit(s, column, "", name, shape, arg[k]);
    gn_matrix *r = make_array(s, shape->rows, shape->cols, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) {
        const gn_formula *own[3] = {0};
        for (int k = 0; k < arguments; k++) own[k] = spread(arg[k], i / r->cols, i % r->cols);
        r->at[i] = gn_tree_call(s->m, name, arguments, own, column);
    }
    return finished(r);
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
    const gn_matrix *first = item[0];
    size_t width = is_single(first) ? 1 : first->rows;
    for (size_t i = 0; i < count; i++) {
        const gn_matrix *a = item[i];
        if (a->cols != 1 || a->rows != first->rows)
            return misfit(s, column, "the rows of a matrix are of one length: [[1, 2], [3, 4]]", "a list", first, a);
    }
    gn_matrix *r = make_array(s, count, width, column);
    for (size_t i = 0; r && i < count * width; i++) r->at[i] = ((const gn_matrix *)item[i / width])->at[i % width];
    return r;
}

static const void *array_transpose(void *self, const void *value, uint32_t column)
{
    arrays *s = self;
    const gn_matrix *a = value;
    gn_matrix *r = make_array(s, a->cols, a->rows, column);
    for (size_t i = 0; r && i < r->rows * r->cols; i++) r->at[i] = a->at[i % r->cols * a->cols + i / r->cols];
    return r;
}

gn_status gn_matrix_parse(gn_arena *arena, const char *text, size_t length, gn_matrix *out)
{
    gn_maker m;
    gn_parser p;
    const void *value = NULL;
    *out = (gn_matrix){0};
    GN_TRY(gn_maker_init(&m, arena, GN_FORMULA_TERMS, "expression"));
    arrays self = {&m, &p};
    gn_grammar grammar = {.self = &self,
                          .number = array_number,
                          .name = array_name,
                          .make = array_make,
                          .each = array_each,
                          .call = array_call,
                          .is_number = array_is_number,
                          .list = array_list,
                          .transpose = array_transpose,
                          .functions = functions};
    gn_status s = gn_parser_init(&p, &grammar, arena->ctx, text, length);
    if (s == GN_OK) s = gn_parse_whole(&p, &value);
    gn_parser_free(&p);
    gn_maker_free(&m);
    if (s == GN_OK) *out = *(const gn_matrix *)value;
    return s;
}
