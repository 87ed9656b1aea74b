/* trace_text.c -- a node of a graph as a formula over the names of other nodes.
 *
 * Invariant: what is written is read off the node: its operation, its index string, the text of its row. An expression
 * may be smaller than the node it stands for where one number, one row or one column is repeated; `full` makes sure of
 * the shape where that would change the meaning. */
#include "trace.h"

#include <stdio.h>
#include <string.h>
#include "../formula/row.h"
#include "../graph/composed.h"

typedef enum { LEVEL_COMPARE = 1, LEVEL_SUM, LEVEL_PRODUCT, LEVEL_ATOM } level;
typedef struct expr {
    const char *text;
    level level;
    bool matmul;                    /* a matrix product: kept in parentheses beside .* */
    size_t rows, cols;
} expr;

static expr express(gn_trace *t, gn_node n);

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static expr failed(gn_trace *t)
{
    if (t->status == GN_OK) t->status = GN_NO_MEMORY;
    return (expr){ "0", LEVEL_ATOM, false, 1, 1 };
}

/* a + b + c of texts, in the arena. */
static expr join(gn_trace *t, expr like, const char *a, const char *b, const char *c, const char *d, const char *e)
{
    const char *part[5] = { a, b, c, d, e };
    size_t length = 0;
    for (int i = 0; i < 5; i++) length += part[i] ? strlen(part[i]) : 0;
    char *text = gn_arena_alloc(&t->arena, length + 1, 1);
    if (!text) return failed(t);
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

static bool is_one(expr a) { return a.rows * a.cols == 1 && strcmp(a.text, "1") == 0; }
static bool is_scalar(expr a) { return a.rows == 1 && a.cols == 1; }

static expr bracketed(gn_trace *t, expr a)
{
    expr r = join(t, a, "(", a.text, ")", NULL, NULL);
    r.level = LEVEL_ATOM;
    r.matmul = false;
    return r;
}

/* Binding at least as tightly as `least`. */
static expr tight(gn_trace *t, expr a, level least) { return a.level >= least ? a : bracketed(t, a); }

static expr atom(const char *text, size_t rows, size_t cols) { return (expr){ text, LEVEL_ATOM, false, rows, cols }; }

static expr number(gn_trace *t, double value)
{
    const char *text = gn_num(GN_NUM, value);
    char *kept = gn_arena_text(&t->arena, text, strlen(text));
    if (!kept) return failed(t);
    return (expr){ kept, *kept == '-' ? LEVEL_SUM : LEVEL_ATOM, false, 1, 1 };
}

/* A constant of the graph: 1/n where it is the reciprocal of a whole number, as a mean has it. */
static expr constant(gn_trace *t, double value)
{
    double n = 1 / value;
    if (!(n >= 2 && n <= 1e9) || n != (double)(uint64_t)n) return number(t, value);
    expr r = number(t, n);
    r = join(t, r, "1/", r.text, NULL, NULL, NULL);
    r.level = LEVEL_PRODUCT;
    return r;
}

/* "1/4": times that is divided by 4. */
static bool is_share(expr a) { return is_scalar(a) && !strncmp(a.text, "1/", 2) && strspn(a.text + 2, "0123456789") == strlen(a.text + 2); }

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

/* The shape that two operands have together, each repeated where it is 1. */
static expr shape_of(expr a, expr b, level l)
{
    return (expr){ NULL, l, false, larger(a.rows, b.rows), larger(a.cols, b.cols) };
}

static expr add(gn_trace *t, expr a, const char *sign, expr b)
{
    return join(t, shape_of(a, b, LEVEL_SUM), tight(t, a, LEVEL_SUM).text, sign, tight(t, b, LEVEL_PRODUCT).text, NULL,
                NULL);
}

static expr negative(gn_trace *t, expr a)
{
    a = tight(t, a, LEVEL_PRODUCT);
    expr r = join(t, a, "-", a.text, NULL, NULL, NULL);
    r.level = LEVEL_SUM;
    r.matmul = false;
    return r;
}

static expr shared(gn_trace *t, expr a, expr share)
{
    a = tight(t, a, LEVEL_PRODUCT);
    return join(t, (expr){ NULL, LEVEL_PRODUCT, false, a.rows, a.cols }, a.text, share.text + 1, NULL, NULL, NULL);
}

/* Element by element: * where one side is a number, else .* */
static expr times(gn_trace *t, expr a, expr b)
{
    if (is_one(a)) return b;
    if (is_one(b)) return a;
    if (is_share(a)) return shared(t, b, a);
    if (is_share(b)) return shared(t, a, b);
    bool plain = is_scalar(a) || is_scalar(b);
    a = a.matmul && !plain ? bracketed(t, a) : tight(t, a, LEVEL_PRODUCT);
    return join(t, shape_of(a, b, LEVEL_PRODUCT), a.text, plain ? "*" : " .* ", tight(t, b, LEVEL_ATOM).text, NULL, NULL);
}

static expr call(gn_trace *t, const char *name, int n, const expr *arg)
{
    expr shape = { NULL, LEVEL_ATOM, false, 1, 1 };
    for (int i = 0; i < n; i++) shape = shape_of(shape, arg[i], LEVEL_ATOM);
    expr r = join(t, shape, name, "(", arg[0].text, NULL, NULL);
    for (int i = 1; i < n; i++) r = join(t, r, r.text, ", ", arg[i].text, NULL, NULL);
    return join(t, r, r.text, ")", NULL, NULL, NULL);
}

static expr divided(gn_trace *t, expr a, expr b)
{
    if (is_one(b)) return a;
    a = tight(t, a, LEVEL_PRODUCT);
    expr r = join(t, shape_of(a, b, LEVEL_PRODUCT), a.text, is_scalar(b) ? "/" : " ./ ", tight(t, b, LEVEL_ATOM).text,
                  NULL, NULL);
    r.matmul = false;
    return r;
}

static expr transposed(gn_trace *t, expr a)
{
    size_t rows = a.rows, n = strlen(a.text);
    if (is_scalar(a)) return a;
    if (a.level == LEVEL_ATOM && n > 1 && a.text[n - 1] == '\'') {
        char *bare = gn_arena_text(&t->arena, a.text, n - 1);
        if (!bare) return failed(t);
        a.text = bare;
    } else {
        a = tight(t, a, LEVEL_ATOM);
        a = join(t, a, a.text, "'", NULL, NULL, NULL);
    }
    a.rows = a.cols;
    a.cols = rows;
    return a;
}

/* The sum over rows: one row is left. */
static expr sum_rows(gn_trace *t, expr a)
{
    if (a.rows == 1) return a;
    expr r = join(t, a, "sum_rows(", a.text, ")", NULL, NULL);
    r.level = LEVEL_ATOM;
    r.rows = 1;
    r.matmul = false;
    return r;
}

static expr sum_all(gn_trace *t, expr a)
{
    return is_scalar(a) ? a : join(t, atom(NULL, 1, 1), "sum(", a.text, ")", NULL, NULL);
}

static expr sum_cols(gn_trace *t, expr a)
{
    if (a.cols == 1) return a;
    if (a.rows == 1) return sum_all(t, a);
    return join(t, atom(NULL, a.rows, 1), "sum_cols(", a.text, ")", NULL, NULL);
}

static expr product(gn_trace *t, expr a, expr b)
{
    a = tight(t, a, LEVEL_PRODUCT);
    if (a.level == LEVEL_PRODUCT && !a.matmul) a = bracketed(t, a);
    b = tight(t, b, LEVEL_ATOM);
    return join(t, (expr){ NULL, LEVEL_PRODUCT, true, a.rows, b.cols }, a.text, "*", b.text, NULL, NULL);
}

/* ---- formulas of the tables -------------------------------------------------------------------------------------- */

typedef struct parts { const gn_trace_part *at; size_t n; } parts;

static expr say(gn_trace *t, const gn_formula *f, parts p);

static expr say_name(gn_trace *t, const char *name, parts p)
{
    for (size_t i = 0; i < p.n; i++)
        if (!strcmp(p.at[i].name, name))
            return (expr){ p.at[i].text, p.at[i].single ? LEVEL_ATOM : LEVEL_COMPARE, false, p.at[i].rows, p.at[i].cols };
    (void)t;
    return atom(name, 1, 1);
}

static expr say_call(gn_trace *t, const gn_formula *f, parts p)
{
    expr arg[3];
    if (!strcmp(f->name, "K")) return say(t, f->arg[0], p);
    for (int i = 0; i < f->arguments; i++) arg[i] = say(t, f->arg[i], p);
    if (strcmp(f->name, "powt")) return call(t, f->name, f->arguments, arg);
    expr r = join(t, arg[0], tight(t, arg[0], LEVEL_ATOM).text, "^t", NULL, NULL, NULL);
    r.level = LEVEL_PRODUCT;
    return r;
}

static expr say_compare(gn_trace *t, const gn_formula *f, expr a, expr b)
{
    static const char *const sign[] = { " < ", " <= ", " > ", " >= ", " == ", " != " };
    return join(t, shape_of(a, b, LEVEL_COMPARE), tight(t, a, LEVEL_SUM).text, sign[f->op - GN_F_LT],
                tight(t, b, LEVEL_SUM).text, NULL, NULL);
}

static expr say_power(gn_trace *t, expr a, expr b)
{
    const char *sign = is_scalar(a) && is_scalar(b) ? "^" : ".^";
    return join(t, shape_of(a, b, LEVEL_PRODUCT), tight(t, a, LEVEL_ATOM).text, sign, tight(t, b, LEVEL_ATOM).text, NULL,
                NULL);
}

/* Recursion is bounded by the parser's limit on depth. */
static expr say(gn_trace *t, const gn_formula *f, parts p)
{
    if (f->op == GN_F_NUMBER) return number(t, f->number);
    if (f->op == GN_F_NAME) return say_name(t, f->name, p);
    if (f->op == GN_F_CALL) return say_call(t, f, p);
    expr a = say(t, f->arg[0], p);
    if (f->op == GN_F_NEG) return negative(t, a);
    expr b = say(t, f->arg[1], p);
    switch (f->op) {
    case GN_F_ADD: return add(t, a, " + ", b);
    case GN_F_SUB: return add(t, a, " - ", b);
    case GN_F_MUL: return times(t, a, b);
    case GN_F_DIV: return divided(t, a, b);
    case GN_F_POW: return say_power(t, a, b);
    default: return say_compare(t, f, a, b);
    }
}

static expr say_text(gn_trace *t, const char *text, size_t length, parts p)
{
    const gn_formula *f;
    gn_status s = gn_formula_parse(&t->arena, text, length, &f);
    if (s != GN_OK && t->status == GN_OK) t->status = s;
    return s == GN_OK ? say(t, f, p) : failed(t);
}

static gn_trace_part part_of(const char *name, expr e)
{
    return (gn_trace_part){ name, e.text, e.rows, e.cols, e.level == LEVEL_ATOM };
}

gn_trace_part gn_trace_say(gn_trace *t, const gn_formula *f, const gn_trace_part *part, size_t n)
{
    return part_of(NULL, say(t, f, (parts){ part, n }));
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

gn_trace_name *gn_trace_named(const gn_trace *t, gn_node n)
{
    return n > 0 && (size_t)n < t->by_room && t->by_node[n] ? t->name[t->by_node[n] - 1] : NULL;
}

static bool room_for(gn_trace *t, gn_node n)
{
    if ((size_t)n >= t->by_room) {
        size_t room = 2 * ((size_t)gn_graph_count(t->g) + 64);
        int32_t *by = gn_resize(t->ctx, t->by_node, room, sizeof *by);
        if (!by) return false;
        memset(by + t->by_room, 0, (room - t->by_room) * sizeof *by);
        t->by_node = by;
        t->by_room = room;
    }
    if (t->names < t->name_room) return true;
    size_t room = t->name_room ? 2 * t->name_room : 64;
    gn_trace_name **name = gn_resize(t->ctx, t->name, room, sizeof *name);
    if (!name) return false;
    t->name = name;
    t->name_room = room;
    return true;
}

/* The shape of the whole node: a number for each row of the batch is a column, any other list a row. */
static void node_shape(const gn_trace *t, gn_node n, expr said, size_t *rows, size_t *cols)
{
    gn_shape s = gn_node_get(t->g, n).shape;
    *rows = s.rank == 2 ? s.dim[0] : 1;
    *cols = s.rank == 2 ? s.dim[1] : s.rank == 1 ? s.dim[0] : 1;
    bool column = s.rank == 1 && (said.cols == 1 && said.rows == s.dim[0]);
    if (column) {
        *rows = s.dim[0];
        *cols = 1;
    }
}

static gn_trace_name *add_name(gn_trace *t, gn_node n, expr said, bool given, const char *name)
{
    if (!room_for(t, n)) return NULL;
    gn_trace_name *r = gn_arena_alloc(&t->arena, 1, sizeof *r);
    if (!r || !(r->name = gn_arena_text(&t->arena, name, strlen(name)))) return NULL;
    r->node = n;
    node_shape(t, n, said, &r->rows, &r->cols);
    if (!given && said.rows == r->rows && said.cols == r->cols) r->formula = said.text;
    t->name[t->names++] = r;
    t->by_node[n] = (int32_t)t->names;
    return r;
}

static expr by_name(gn_trace *t, const gn_trace_name *r) { return r ? atom(r->name, r->rows, r->cols) : failed(t); }

/* What the language cannot say, or cannot say in its whole shape. */
static expr auxiliary(gn_trace *t, gn_node n, expr said, bool given, const char *letter, const char *about)
{
    char name[32];
    gn_trace_name *r = gn_trace_named(t, n);
    if (r) return by_name(t, r);
    snprintf(name, sizeof name, "%s%d", letter, ++t->auto_number);
    r = add_name(t, n, said, given, name);
    if (!r) return failed(t);
    r->auxiliary = true;
    r->about = about;
    return by_name(t, r);
}

static expr full(gn_trace *t, gn_node n)
{
    expr e = express(t, n);
    size_t rows, cols;
    node_shape(t, n, e, &rows, &cols);
    if (e.rows == rows && e.cols == cols) return e;
    return auxiliary(t, n, atom("0", rows == 1 && cols == t->rows ? cols : 1, 1), true, "G", "the same number, repeated");
}

/* ---- contractions ------------------------------------------------------------------------------------------------ */

typedef struct letters { char term[2][GN_RANK + 1], result[GN_RANK + 1]; int operands; } letters;

static letters read_spec(const char *spec)
{
    letters l = { .operands = 1 };
    char *at = l.term[0];
    size_t n = 0;
    for (const char *p = spec; *p; p++) {
        if (*p == ',') at = l.term[1], n = 0, l.operands = 2;
        else if (*p == '-' && p[1] == '>') at = l.result, n = 0, p++;
        else if (n < GN_RANK) at[n++] = *p;
    }
    return l;
}

static bool has(const char *term, char c) { return c && strchr(term, c) != NULL; }

/* An operand laid into a frame of rows i and columns j (either may be 0: none). */
static expr laid(gn_trace *t, expr e, const char *term, char i, char j)
{
    size_t n = strlen(term);
    if (n == 2) return term[0] == i && (term[1] == j || !j) ? e : term[0] == i ? e : transposed(t, e);
    if (n == 0) return e;
    bool row = e.rows == 1, wants_row = term[0] == j;
    (void)i;
    return row == wants_row || is_scalar(e) ? e : transposed(t, e);
}

/* p k, k q -> p q: the one letter that both have is summed away. */
static expr matrix_product(gn_trace *t, const gn_node_info *info, const letters *l, char k)
{
    char p = 0, q = 0;
    for (const char *c = l->term[0]; *c; c++)
        if (*c != k) p = *c;
    for (const char *c = l->term[1]; *c; c++)
        if (*c != k) q = *c;
    expr a = full(t, info->in[0]), b = full(t, info->in[1]);
    a = p ? (l->term[0][0] == k ? transposed(t, a) : a) : (a.rows == 1 ? a : transposed(t, a));
    b = q ? (l->term[1][0] == k ? b : transposed(t, b)) : (b.cols == 1 ? b : transposed(t, b));
    if (is_scalar(a) || is_scalar(b)) {
        expr r = times(t, a, b);
        return l->result[0] == q && p ? transposed(t, r) : r;
    }
    expr r = product(t, a, b);
    return l->result[0] == q && p ? transposed(t, r) : r;
}

/* Everything else: element by element in a frame of two letters, then summed over those that the result has not. */
static expr framed(gn_trace *t, const gn_node_info *info, const letters *l)
{
    char i = 0, j = 0;
    const char *first = strlen(l->result) == 2       ? l->result
                        : strlen(l->term[0]) == 2    ? l->term[0]
                        : strlen(l->term[1]) == 2    ? l->term[1]
                                                     : NULL;
    if (first) i = first[0], j = first[1];
    else j = l->result[0] ? l->result[0] : l->term[0][0] ? l->term[0][0] : l->term[1][0];
    bool sums = false;
    for (int o = 0; o < l->operands; o++)
        for (const char *c = l->term[o]; *c; c++) sums |= !has(l->result, *c);
    expr e[2];
    for (int o = 0; o < l->operands; o++) {
        e[o] = sums ? full(t, info->in[o]) : express(t, info->in[o]);
        if (first) e[o] = laid(t, e[o], l->term[o], i, j);
        else if (o && e[1].rows != e[0].rows && !is_scalar(e[1])) e[1] = transposed(t, e[1]);
    }
    expr r = l->operands == 2 ? times(t, e[0], e[1]) : e[0];
    bool rows = first && !has(l->result, i), cols = !has(l->result, j);
    if (!sums) return r;
    if (rows && cols) return sum_all(t, r);
    if (!first) return sum_all(t, r);
    return rows ? sum_rows(t, r) : cols ? sum_cols(t, r) : r;
}

static expr express_contraction(gn_trace *t, const gn_node_info *info)
{
    letters l = read_spec(info->spec);
    char k = 0;
    int common = 0, kept = 0;
    for (const char *c = l.term[0]; l.operands == 2 && *c; c++) {
        if (!has(l.term[1], *c)) continue;
        common++;
        if (has(l.result, *c)) kept++;
        else k = *c;
    }
    size_t free = strlen(l.term[0]) + strlen(l.term[1]);
    if (l.operands == 2 && common == 1 && !kept && free > 2) return matrix_product(t, info, &l, k);
    if (l.operands == 2 && common == 0 && strlen(l.term[0]) == 1 && strlen(l.term[1]) == 1) {
        expr a = full(t, info->in[0]), b = full(t, info->in[1]);
        bool first = l.result[0] == l.term[0][0];
        expr p = first ? a : b, q = first ? b : a;
        return product(t, p.cols == 1 ? p : transposed(t, p), q.rows == 1 ? q : transposed(t, q));
    }
    return framed(t, info, &l);
}

/* ---- pointwise, slopes, composed --------------------------------------------------------------------------------- */

static expr express_row(gn_trace *t, const gn_pointwise_row *row, const char *text, const gn_node *in, gn_node value,
                        const double *par)
{
    static const char *const operand[3] = { "x", "y", "z" }, *const result[3] = { "y", "z", "u" };
    gn_trace_part part[6];
    size_t n = 0;
    for (int i = 0; i < row->arity; i++)
        if (in[i]) part[n++] = part_of(operand[i], express(t, in[i]));
    if (value) part[n++] = part_of(result[row->arity - 1], express(t, value));
    for (int i = 0; i < row->parameters; i++) part[n++] = part_of(row->parameter_name[i], number(t, par[i]));
    return say_text(t, text, strlen(text), (parts){ part, n });
}

static bool own_parameters(const gn_pointwise_row *row, const double *par)
{
    for (int i = 0; i < row->parameters; i++)
        if (par[i] != row->parameter_default[i]) return false;
    return true;
}

static expr express_pointwise(gn_trace *t, const gn_node_info *info)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[info->op];
    if (!own_parameters(row, info->attr)) return express_row(t, row, row->value, info->in, 0, info->attr);
    expr e[3];
    for (int i = 0; i < row->arity; i++) e[i] = express(t, info->in[i]);
    switch (info->op) {
    case GN_P_identity: return e[0];
    case GN_P_neg: return negative(t, e[0]);
    case GN_P_add: return add(t, e[0], " + ", e[1]);
    case GN_P_sub: return add(t, e[0], " - ", e[1]);
    case GN_P_mul: return times(t, e[0], e[1]);
    case GN_P_div: return divided(t, e[0], e[1]);
    default: return call(t, row->name, row->arity, e);
    }
}

/* The layer's slope that has a name already, for the same operation on the same operands. */
static gn_trace_name *known_slope(const gn_trace *t, const gn_node_info *info)
{
    for (size_t i = 0; i < t->net->layers; i++) {
        gn_trace_name *r = gn_trace_named(t, t->layer[i].slope);
        if (!r) continue;
        gn_node_info s = gn_node_get(t->g, r->node);
        if (s.kind == GN_SLOPE && s.op == info->op && s.in[0] == info->in[0] && s.in[3] == info->in[3] &&
            !memcmp(s.attr, info->attr, sizeof s.attr))
            return r;
    }
    return NULL;
}

static expr express_slope(gn_trace *t, const gn_node_info *info)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[info->op];
    gn_trace_name *known = known_slope(t, info);
    expr gradient = express(t, info->in[4]);
    expr slope = known ? by_name(t, known)
                       : express_row(t, row, row->slope[(int)info->attr[3]], info->in, info->in[3], info->attr);
    return times(t, gradient, slope);
}

/* (P - T) .* g, where every row of the targets sums to 1; P is the softmax of the same scores. */
static expr softmax_gradient(gn_trace *t, const gn_node_info *info)
{
    gn_trace_name *p = gn_trace_named(t, t->p);
    gn_node_info link = gn_node_get(t->g, t->p);
    if (!p || link.in[0] != info->in[0]) return express(t, gn_spell(t->g, info->in[0]));
    expr e = add(t, by_name(t, p), " - ", express(t, info->in[1])), g = express(t, info->in[2]);
    if (g.rows == 1 && g.cols > 1) g = transposed(t, g);
    return times(t, e, g);
}

/* -sum(T .* log(P)) for each row. */
static expr softmax_loss(gn_trace *t, const gn_node_info *info, gn_node self)
{
    gn_trace_name *p = gn_trace_named(t, t->p);
    gn_node_info link = gn_node_get(t->g, t->p);
    if (!p || link.in[0] != info->in[0] || t->careful) return express(t, gn_spell(t->g, self));
    t->by_logs = true;
    expr logs = by_name(t, p);
    logs = call(t, "log", 1, &logs);
    return negative(t, sum_cols(t, times(t, express(t, info->in[1]), logs)));
}

static expr express_composed(gn_trace *t, const gn_node_info *info, gn_node n)
{
    if (info->op == GN_M_softmax_xent) return softmax_loss(t, info, n);
    if (info->op == GN_M_softmax_xent_vjp) return softmax_gradient(t, info);
    gn_node spelled = gn_spell(t->g, n);
    if (!spelled || spelled == n) {
        bool most = info->op == GN_M_row_max;
        return auxiliary(t, n, atom("0", t->rows, 1), true, most ? "M" : "N",
                         most ? "the largest score of each row: subtracting it keeps exp finite and changes no quotient" : NULL);
    }
    gn_node_info top = gn_node_get(t->g, spelled);
    if (info->op == GN_M_softmax) auxiliary(t, top.in[0], express(t, top.in[0]), false, "E", "exponentials");
    if (info->op == GN_M_layer_norm) {
        auxiliary(t, top.in[0], express(t, top.in[0]), false, "C", "less the mean of its row");
        auxiliary(t, top.in[1], express(t, top.in[1]), false, "r", "1 over the standard deviation of its row");
    }
    return express(t, spelled);
}

/* The node by its own operation, whatever it is called. */
static expr express_self(gn_trace *t, gn_node n)
{
    gn_node_info info = gn_node_get(t->g, n);
    switch (info.kind) {
    case GN_CONST: return constant(t, info.attr[0]);
    case GN_POINTWISE: return express_pointwise(t, &info);
    case GN_SLOPE: return express_slope(t, &info);
    case GN_CONTRACT: return express_contraction(t, &info);
    case GN_COMPOSED: return express_composed(t, &info, n);
    default: return auxiliary(t, n, atom("0", 1, 1), true, "N", NULL);
    }
}

static expr express(gn_trace *t, gn_node n)
{
    gn_trace_name *r = gn_trace_named(t, n);
    if (r) return by_name(t, r);
    return t->status == GN_OK && n ? express_self(t, n) : failed(t);
}

/* "(1,3) = (4,1)'*(4,3)" of a matrix product at the top of a node, else "(1,3)". */
static const char *shapes_of(gn_trace *t, const gn_trace_name *r)
{
    gn_node_info info = gn_node_get(t->g, r->node);
    gn_text s;
    gn_text_init(&s, t->ctx);
    gn_text_printf(&s, "(%zu,%zu)", r->rows, r->cols);
    letters l = info.kind == GN_CONTRACT ? read_spec(info.spec) : (letters){ .operands = 0 };
    if (l.operands == 2 && strlen(l.term[0]) == 2 && strlen(l.term[1]) == 2 && strlen(l.result) == 2) {
        const char *sign = " = ";
        for (int o = 0; o < 2; o++, sign = "*") {
            gn_shape shape = gn_node_get(t->g, info.in[o]).shape;
            bool as_is = o ? has(l.result, l.term[1][1]) : has(l.result, l.term[0][0]);
            gn_text_printf(&s, "%s(%zu,%zu)", sign, shape.dim[as_is ? 0 : 1], shape.dim[as_is ? 1 : 0]);
        }
    }
    char *kept = s.failed ? NULL : gn_arena_text(&t->arena, s.at, s.length);
    gn_text_free(&s);
    if (!kept) t->status = GN_NO_MEMORY;
    return kept;
}

gn_trace_name *gn_trace_call(gn_trace *t, gn_node n, const char *shown, const char *latex, const char *fmt, ...)
{
    char name[64];
    va_list args;
    gn_trace_name *old = gn_trace_named(t, n);
    if (old || !n || t->status != GN_OK) return old;
    va_start(args, fmt);
    vsnprintf(name, sizeof name, fmt, args);
    va_end(args);
    gn_kind kind = gn_node_get(t->g, n).kind;
    bool leaf = kind == GN_INPUT || kind == GN_PARAM;
    t->by_logs = false;
    expr e = leaf ? atom("0", 1, 1) : express_self(t, n), careful = e;
    if (t->by_logs) {
        t->careful = true;
        careful = express_self(t, n);
        t->careful = false;
    }
    if ((old = gn_trace_named(t, n))) return old;
    gn_trace_name *r = add_name(t, n, e, leaf, name);
    if (!r) return failed(t), NULL;
    r->shown = shown ? gn_arena_text(&t->arena, shown, strlen(shown)) : NULL;
    r->latex = latex ? gn_arena_text(&t->arena, latex, strlen(latex)) : NULL;
    r->shapes = shapes_of(t, r);
    if (careful.text != e.text && r->formula) r->careful = careful.text;
    return r;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

gn_symbol *gn_trace_symbol(gn_trace *t, gn_sheet *s, const gn_trace_name *r)
{
    double *v = r ? gn_trace_values(t, r->node) : NULL;
    if (!v) return NULL;
    gn_symbol *symbol = gn_sheet_symbol(s, r->name, r->rows, r->cols, v, t->net->spec.type);
    if (symbol && r->shown) symbol->shown = gn_arena_text(&s->arena, r->shown, strlen(r->shown));
    if (symbol && r->latex) symbol->latex = gn_arena_text(&s->arena, r->latex, strlen(r->latex));
    return symbol;
}

/* Is a probability so small that its logarithm has lost its digits? */
static bool next_to_zero(const gn_trace *t)
{
    double least = t->net->spec.type == GN_F64 ? 1e-290 : 1e-30;
    for (size_t i = 0; i < gn_trace_size(t, t->p); i++)
        if (gn_trace_at(t, t->p, i) < least) return true;
    return false;
}

static gn_line *emit(gn_trace *t, gn_sheet *s, int depth, bool numbered, const char *title, gn_trace_name *r)
{
    gn_symbol *symbol = r->emitted ? NULL : gn_trace_symbol(t, s, r);
    r->emitted = true;
    if (!symbol) return NULL;
    if (!r->formula) return gn_sheet_given(s, depth, title, symbol);
    return gn_sheet_equation(s, depth, numbered, title, symbol, r->careful && next_to_zero(t) ? r->careful : r->formula);
}

gn_line *gn_trace_line(gn_trace *t, gn_sheet *s, int depth, bool numbered, const char *title, gn_node n)
{
    gn_trace_name *r = gn_trace_named(t, n);
    if (!r) return NULL;
    size_t at = (size_t)t->by_node[n] - 1, first = at;
    while (first > 0 && t->name[first - 1]->auxiliary) first--;
    for (size_t i = first; i < at; i++)
        if (!t->name[i]->emitted) emit(t, s, depth, false, t->name[i]->about, t->name[i]);
    return emit(t, s, depth, numbered, title, r);
}
