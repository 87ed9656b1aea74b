/* trace_text.c -- names of nodes, and a named node's line on a sheet.
 *
 * Invariant: a name is given once, its formula uses names given before it, and its line follows the lines of what was
 * named on the way. */
#include "trace_expr.h"

#include <stdio.h>
#include <string.h>

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
static void node_shape(const gn_trace *t, gn_node n, gn_expr said, size_t *rows, size_t *cols)
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

static gn_trace_name *add_name(gn_trace *t, gn_node n, gn_expr said, bool given, const char *name)
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

gn_expr gn_trace_by_name(gn_trace *t, const gn_trace_name *r) { return r ? gn_expr_atom(r->name, r->rows, r->cols)
                                                               : gn_expr_failed(t); }

/* What the language cannot say, or cannot say in its whole shape. */
gn_expr gn_trace_auxiliary(gn_trace *t, gn_node n, gn_expr said, bool given, const char *letter, const char *about)
{
    char name[32];
    gn_trace_name *r = gn_trace_named(t, n);
    if (r) return gn_trace_by_name(t, r);
    snprintf(name, sizeof name, "%s%d", letter, ++t->auto_number[letter[0] & 31]);
    r = add_name(t, n, said, given, name);
    if (!r) return gn_expr_failed(t);
    r->auxiliary = true;
    r->about = about;
    return gn_trace_by_name(t, r);
}

gn_expr gn_trace_full(gn_trace *t, gn_node n)
{
    gn_expr e = gn_trace_express(t, n);
    size_t rows, cols;
    node_shape(t, n, e, &rows, &cols);
    if (e.rows == rows && e.cols == cols) return e;
    return gn_trace_auxiliary(t, n, gn_expr_atom("0", rows == 1 && cols == t->rows ? cols : 1, 1), true, "G",
                              "the same number, repeated");
}

/* "(1,3) = (4,1)'*(4,3)" of a matrix product at the top of a node, else "(1,3)". */
static const char *shapes_of(gn_trace *t, const gn_trace_name *r)
{
    gn_node_info info = gn_node_get(t->g, r->node);
    gn_text s;
    gn_text_init(&s, t->ctx);
    gn_text_printf(&s, "(%zu,%zu)", r->rows, r->cols);
    gn_trace_spec l = info.kind == GN_CONTRACT ? gn_trace_read_spec(info.spec) : (gn_trace_spec){ .operands = 0 };
    if (l.operands == 2 && strlen(l.term[0]) == 2 && strlen(l.term[1]) == 2 && strlen(l.result) == 2) {
        const char *sign = " = ";
        for (int o = 0; o < 2; o++, sign = "*") {
            gn_shape shape = gn_node_get(t->g, info.in[o]).shape;
            bool as_is = strchr(l.result, l.term[o][o]) != NULL;
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
    gn_expr e = leaf ? gn_expr_atom("0", 1, 1) : gn_trace_express_self(t, n), careful = e;
    if (t->by_logs) {
        t->careful = true;
        careful = gn_trace_express_self(t, n);
        t->careful = false;
    }
    if ((old = gn_trace_named(t, n))) return old;
    gn_trace_name *r = add_name(t, n, e, leaf, name);
    if (!r) return gn_expr_failed(t), NULL;
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
    return gn_sheet_equation(s, depth, numbered, title, symbol,
                             r->careful && next_to_zero(t) ? r->careful : r->formula);
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
