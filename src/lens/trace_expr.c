/* trace_expr.c -- array expressions put together from pieces, and the tables' formulas over arrays.
 *
 * Invariant: parentheses stand where the grammar needs them, and besides around a matrix product beside .*, where a
 * reader would. */
#include "trace_expr.h"

#include <string.h>

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

gn_expr gn_expr_failed(gn_trace *t)
{
    if (t->status == GN_OK) t->status = GN_NO_MEMORY;
    return (gn_expr){ .text = "0", .level = GN_LEVEL_ATOM, .rows = 1, .cols = 1 };
}

/* a + b + c of texts, in the arena. */
static gn_expr join(gn_trace *t, gn_expr like, const char *a, const char *b, const char *c, const char *d,
                    const char *e)
{
    like.summed = NULL;
    like.minus = like.lone_minus = false;
    const char *part[5] = { a, b, c, d, e };
    size_t length = 0;
    for (int i = 0; i < 5; i++) length += part[i] ? strlen(part[i]) : 0;
    char *text = gn_arena_alloc(&t->arena, length + 1, 1);
    if (!text) return gn_expr_failed(t);
    char *at = text;
    for (int i = 0; i < 5; i++) {
        size_t n = part[i] ? strlen(part[i]) : 0;
        if (n) memcpy(at, part[i], n);
        at += n;
    }
    *at = '\0';
    like.text = text;
    return like;
}

static bool is_one(gn_expr a) { return a.rows * a.cols == 1 && strcmp(a.text, "1") == 0; }
bool gn_expr_is_scalar(gn_expr a) { return a.rows == 1 && a.cols == 1; }

static gn_expr bracketed(gn_trace *t, gn_expr a)
{
    gn_expr r = join(t, a, "(", a.text, ")", NULL, NULL);
    r.level = GN_LEVEL_ATOM;
    r.matmul = false;
    return r;
}

/* Binding at least as tightly as `least`. */
gn_expr gn_expr_tight(gn_trace *t, gn_expr a, gn_expr_level least) { return a.level >= least ? a : bracketed(t, a); }

gn_expr gn_expr_atom(const char *text, size_t rows, size_t cols)
{
    return (gn_expr){ .text = text, .level = GN_LEVEL_ATOM, .rows = rows, .cols = cols };
}

gn_expr gn_expr_number(gn_trace *t, double value)
{
    const char *text = gn_num(GN_NUM, value);
    char *kept = gn_arena_text(&t->arena, text, strlen(text));
    if (!kept) return gn_expr_failed(t);
    return (gn_expr){ .text = kept, .level = *kept == '-' ? GN_LEVEL_SUM : GN_LEVEL_ATOM, .rows = 1, .cols = 1 };
}

/* A constant of the graph: 1/n where it is the reciprocal of a whole number, as a mean has it. */
gn_expr gn_expr_constant(gn_trace *t, double value)
{
    double n = 1 / value;
    if (!(n >= 2 && n <= 1e9) || n != (double)(uint64_t)n) return gn_expr_number(t, value);
    gn_expr r = gn_expr_number(t, n);
    r = join(t, r, "1/", r.text, NULL, NULL, NULL);
    r.level = GN_LEVEL_PRODUCT;
    return r;
}

/* "1/4": times that is divided by 4. */
static bool is_share(gn_expr a) { return gn_expr_is_scalar(a) && !strncmp(a.text, "1/", 2) &&
                                 strspn(a.text + 2, "0123456789") == strlen(a.text + 2); }

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* The shape that two operands have together, each repeated where it is 1. */
static gn_expr shape_of(gn_expr a, gn_expr b, gn_expr_level l)
{
    return (gn_expr){ .level = l, .rows = larger(a.rows, b.rows), .cols = larger(a.cols, b.cols) };
}

gn_expr gn_expr_add(gn_trace *t, gn_expr a, const char *sign, gn_expr b)
{
    return join(t, shape_of(a, b, GN_LEVEL_SUM), gn_expr_tight(t, a, GN_LEVEL_SUM).text, sign,
                gn_expr_tight(t, b, GN_LEVEL_PRODUCT).text, NULL,
                NULL);
}

gn_expr gn_expr_negative(gn_trace *t, gn_expr a)
{
    a = gn_expr_tight(t, a, GN_LEVEL_PRODUCT);
    gn_expr r = join(t, a, "-", a.text, NULL, NULL, NULL);
    r.level = GN_LEVEL_SUM;
    r.matmul = false;
    r.summed = a.summed;
    r.minus = a.summed != NULL;
    return r;
}

static gn_expr shared(gn_trace *t, gn_expr a, gn_expr share)
{
    bool whole = a.level == GN_LEVEL_SUM && a.lone_minus;
    if (!whole) a = gn_expr_tight(t, a, GN_LEVEL_PRODUCT);
    return join(t, (gn_expr){ .level = whole ? GN_LEVEL_SUM : GN_LEVEL_PRODUCT, .rows = a.rows, .cols = a.cols },
                a.text, share.text + 1, NULL, NULL,
                NULL);
}

/* Element by element: * where one side is a number, else .* */
gn_expr gn_expr_times(gn_trace *t, gn_expr a, gn_expr b)
{
    if (is_one(a)) return b;
    if (is_one(b)) return a;
    if (is_share(a)) return shared(t, b, a);
    if (is_share(b)) return shared(t, a, b);
    bool plain = gn_expr_is_scalar(a) || gn_expr_is_scalar(b);
    a = a.matmul && !plain ? bracketed(t, a) : gn_expr_tight(t, a, GN_LEVEL_PRODUCT);
    return join(t, shape_of(a, b, GN_LEVEL_PRODUCT), a.text, plain ? "*" : " .* ",
                gn_expr_tight(t, b, GN_LEVEL_ATOM).text, NULL, NULL);
}

gn_expr gn_expr_call(gn_trace *t, const char *name, int n, const gn_expr *arg)
{
    gn_expr shape = gn_expr_atom(NULL, 1, 1);
    for (int i = 0; i < n; i++) shape = shape_of(shape, arg[i], GN_LEVEL_ATOM);
    gn_expr r = join(t, shape, name, "(", arg[0].text, NULL, NULL);
    for (int i = 1; i < n; i++) r = join(t, r, r.text, ", ", arg[i].text, NULL, NULL);
    return join(t, r, r.text, ")", NULL, NULL, NULL);
}

gn_expr gn_expr_divided(gn_trace *t, gn_expr a, gn_expr b)
{
    if (is_one(b)) return a;
    a = gn_expr_tight(t, a, GN_LEVEL_PRODUCT);
    gn_expr r = join(t, shape_of(a, b, GN_LEVEL_PRODUCT), a.text, gn_expr_is_scalar(b) ? "/" : " ./ ",
                     gn_expr_tight(t, b, GN_LEVEL_ATOM).text,
                  NULL, NULL);
    r.matmul = false;
    return r;
}

gn_expr gn_expr_transposed(gn_trace *t, gn_expr a)
{
    size_t rows = a.rows, n = strlen(a.text);
    if (gn_expr_is_scalar(a)) return a;
    if (a.level == GN_LEVEL_ATOM && n > 1 && a.text[n - 1] == '\'') {
        char *bare = gn_arena_text(&t->arena, a.text, n - 1);
        if (!bare) return gn_expr_failed(t);
        a.text = bare;
    } else {
        a = gn_expr_tight(t, a, GN_LEVEL_ATOM);
        a = join(t, a, a.text, "'", NULL, NULL, NULL);
    }
    a.rows = a.cols;
    a.cols = rows;
    return a;
}

/* The sum over rows: one row is left. */
gn_expr gn_expr_sum_rows(gn_trace *t, gn_expr a)
{
    if (a.rows == 1) return a;
    gn_expr r = join(t, a, "sum_rows(", a.text, ")", NULL, NULL);
    r.level = GN_LEVEL_ATOM;
    r.rows = 1;
    r.matmul = false;
    return r;
}

gn_expr gn_expr_sum_all(gn_trace *t, gn_expr a)
{
    if (gn_expr_is_scalar(a)) return a;
    gn_expr r = join(t, gn_expr_atom(NULL, 1, 1), a.minus ? "-sum(" : "sum(", a.summed ? a.summed : a.text, ")", NULL,
                     NULL);
    if (a.minus) r.level = GN_LEVEL_SUM, r.lone_minus = true;
    return r;
}

gn_expr gn_expr_sum_cols(gn_trace *t, gn_expr a)
{
    if (a.cols == 1) return a;
    if (a.rows == 1) return gn_expr_sum_all(t, a);
    gn_expr r = join(t, gn_expr_atom(NULL, a.rows, 1), "sum_cols(", a.text, ")", NULL, NULL);
    r.summed = a.text;
    return r;
}

gn_expr gn_expr_product(gn_trace *t, gn_expr a, gn_expr b)
{
    a = gn_expr_tight(t, a, GN_LEVEL_PRODUCT);
    if (a.level == GN_LEVEL_PRODUCT && !a.matmul) a = bracketed(t, a);
    b = gn_expr_tight(t, b, GN_LEVEL_ATOM);
    return join(t, (gn_expr){ .level = GN_LEVEL_PRODUCT, .matmul = true, .rows = a.rows, .cols = b.cols }, a.text, "*",
                b.text, NULL, NULL);
}

/* ---- formulas of the tables -------------------------------------------------------------------------------------- */

static gn_expr say(gn_trace *t, const gn_formula *f, gn_expr_parts p);

static gn_expr say_name(gn_trace *t, const char *name, gn_expr_parts p)
{
    for (size_t i = 0; i < p.n; i++)
        if (!strcmp(p.at[i].name, name))
            return (gn_expr){ .text = p.at[i].text, .level = p.at[i].single ? GN_LEVEL_ATOM : GN_LEVEL_COMPARE,
                             .rows = p.at[i].rows,
                           .cols = p.at[i].cols };
    (void)t;
    return gn_expr_atom(name, 1, 1);
}

static gn_expr say_call(gn_trace *t, const gn_formula *f, gn_expr_parts p)
{
    gn_expr arg[3];
    if (!strcmp(f->name, "K")) return say(t, f->arg[0], p);
    for (int i = 0; i < f->arguments; i++) arg[i] = say(t, f->arg[i], p);
    if (strcmp(f->name, "powt")) return gn_expr_call(t, f->name, f->arguments, arg);
    gn_expr r = join(t, arg[0], gn_expr_tight(t, arg[0], GN_LEVEL_ATOM).text, "^t", NULL, NULL, NULL);
    r.level = GN_LEVEL_PRODUCT;
    return r;
}

static gn_expr say_compare(gn_trace *t, const gn_formula *f, gn_expr a, gn_expr b)
{
    static const char *const sign[] = { " < ", " <= ", " > ", " >= ", " == ", " != " };
    return join(t, shape_of(a, b, GN_LEVEL_COMPARE), gn_expr_tight(t, a, GN_LEVEL_SUM).text, sign[f->op - GN_F_LT],
                gn_expr_tight(t, b, GN_LEVEL_SUM).text, NULL, NULL);
}

static gn_expr say_power(gn_trace *t, gn_expr a, gn_expr b)
{
    const char *sign = gn_expr_is_scalar(a) && gn_expr_is_scalar(b) ? "^" : ".^";
    return join(t, shape_of(a, b, GN_LEVEL_PRODUCT), gn_expr_tight(t, a, GN_LEVEL_ATOM).text, sign,
                gn_expr_tight(t, b, GN_LEVEL_ATOM).text, NULL,
                NULL);
}

/* Recursion is bounded by the parser's limit on depth. */
static gn_expr say(gn_trace *t, const gn_formula *f, gn_expr_parts p)
{
    if (f->op == GN_F_NUMBER) return gn_expr_number(t, f->number);
    if (f->op == GN_F_NAME) return say_name(t, f->name, p);
    if (f->op == GN_F_CALL) return say_call(t, f, p);
    gn_expr a = say(t, f->arg[0], p);
    if (f->op == GN_F_NEG) return gn_expr_negative(t, a);
    gn_expr b = say(t, f->arg[1], p);
    switch (f->op) {
    case GN_F_ADD: return gn_expr_add(t, a, " + ", b);
    case GN_F_SUB: return gn_expr_add(t, a, " - ", b);
    case GN_F_MUL: return gn_expr_times(t, a, b);
    case GN_F_DIV: return gn_expr_divided(t, a, b);
    case GN_F_POW: return say_power(t, a, b);
    default: return say_compare(t, f, a, b);
    }
}

gn_expr gn_expr_formula(gn_trace *t, const char *text, size_t length, gn_expr_parts p)
{
    const gn_formula *f;
    gn_status s = gn_formula_parse(&t->arena, text, length, &f);
    if (s != GN_OK && t->status == GN_OK) t->status = s;
    return s == GN_OK ? say(t, f, p) : gn_expr_failed(t);
}

gn_trace_part gn_expr_part(const char *name, gn_expr e)
{
    return (gn_trace_part){ name, e.text, e.rows, e.cols, e.level == GN_LEVEL_ATOM };
}

gn_trace_part gn_trace_say(gn_trace *t, const gn_formula *f, const gn_trace_part *part, size_t n)
{
    return gn_expr_part(NULL, say(t, f, (gn_expr_parts){ part, n }));
}

