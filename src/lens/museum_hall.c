/* museum_hall.c -- what exhibits are built with: values, formulas that are run, derivatives, differences and paths.
 *
 * Invariant: every number on the sheet that is not given is a formula's value when the sheet is made. */
#include "museum_hall.h"
#include "show.h"

#include <math.h>
#include <string.h>

/* The names of an exhibit are its author's: dr_deta is a derivative though r is none of its symbols. */
static void mark_derivative(const gn_hall *h, const gn_line *line)
{
    size_t top, bottom;
    gn_symbol *made = line ? gn_sheet_find(h->s, line->symbol->name) : NULL;
    if (made) made->derivative = gn_show_is_derivative(made->name, &top, &bottom);
}

void gn_hall_fail(gn_hall *h, gn_status s)
{
    if (h->s->status == GN_OK) h->s->status = s;
}

void gn_hall_array(gn_hall *h, const char *name, size_t rows, size_t cols, const double *value)
{
    gn_sheet_given(h->s, 0, "given", gn_sheet_symbol(h->s, name, rows, cols, value, GN_F64));
}

void gn_hall_number(gn_hall *h, const char *name, double value) { gn_hall_array(h, name, 1, 1, &value); }

void gn_hall_calc(gn_hall *h, const char *title, const char *name, const char *formula)
{
    gn_line *line = gn_sheet_compute(h->s, 0, true, title, name, formula);
    mark_derivative(h, line);
}

void gn_hall_result(gn_hall *h, const char *title, const char *name, size_t rows, size_t cols, const double *value,
                    const char *formula)
{
    gn_symbol *made = gn_sheet_symbol(h->s, name, rows, cols, value, GN_F64);
    mark_derivative(h, gn_sheet_equation(h->s, 0, true, title, made, formula));
}

double gn_hall_at(const gn_hall *h, const char *name, size_t i)
{
    const gn_symbol *v = gn_sheet_find(h->s, name);
    return v && i < v->rows * v->cols ? v->value[i] : NAN;
}

const char *gn_hall_text(const gn_hall *h, gn_numtext *room, const char *name)
{
    return gn_num_digits(room, gn_hall_at(h, name, 0), 6);
}

/* ---- derivatives and differences ------------------------------------------------------------------------------- */

static gn_status derived(gn_arena *arena, const char *f, const char *by, gn_text *to)
{
    const gn_formula *at;
    GN_TRY(gn_formula_parse(arena, f, strlen(f), &at));
    GN_TRY(gn_formula_derive(arena, at, by, &at));
    GN_TRY(gn_formula_simplify(arena, at, &at));
    gn_formula_print(to, at);
    return gn_text_done(to);
}

void gn_hall_derive(gn_hall *h, const char *title, const char *name, const char *f, const char *by)
{
    gn_arena arena;
    gn_text formula;
    if (h->s->status != GN_OK) return;
    gn_arena_init(&arena, h->ctx);
    gn_text_init(&formula, h->ctx);
    gn_hall_fail(h, derived(&arena, f, by, &formula));
    if (h->s->status == GN_OK) gn_hall_calc(h, title, name, formula.at);
    gn_text_free(&formula);
    gn_arena_free(&arena);
}

/* f with `by` replaced by by + h, or by - h. */
static gn_status moved(gn_arena *arena, const char *f, const char *by, gn_formula_op op, gn_text *to)
{
    const gn_formula *at, *shifted;
    GN_TRY(gn_formula_parse(arena, f, strlen(f), &at));
    shifted = gn_formula_make(arena, op, gn_formula_name(arena, by), gn_formula_name(arena, "h"));
    if (!shifted) return GN_NO_MEMORY;
    GN_TRY(gn_formula_substitute(arena, at, by, shifted, &at));
    gn_formula_print(to, at);
    return gn_text_done(to);
}

static void difference_parts(gn_hall *h, const char *f, const char *by, const char *name)
{
    static const char *const side[] = { "L_plus", "L_minus" };
    gn_arena arena;
    gn_text text;
    gn_arena_init(&arena, h->ctx);
    for (int i = 0; i < 2 && h->s->status == GN_OK; i++) {
        gn_text_init(&text, h->ctx);
        gn_hall_fail(h, moved(&arena, f, by, i ? GN_F_SUB : GN_F_ADD, &text));
        if (h->s->status == GN_OK) gn_hall_calc(h, i ? "a step back" : "a step forth", side[i], text.at);
        gn_text_free(&text);
    }
    gn_hall_calc(h, "central difference", name, "(L_plus - L_minus)/(2*h)");
    gn_arena_free(&arena);
}

void gn_hall_difference(gn_hall *h, const char *name, const char *f, const char *by)
{
    if (h->s->status != GN_OK) return;
    gn_hall_number(h, "h", gn_check_step(gn_hall_at(h, by, 0)));
    difference_parts(h, f, by, name);
}

/* ---- paths ----------------------------------------------------------------------------------------------------- */

typedef struct names {
    gn_arena arena;
    gn_numbers_binding *bound;
    size_t count;
} names;

/* The sheet's symbols, with room for `more` names besides. */
static gn_status open_names(const gn_hall *h, size_t more, names *n)
{
    gn_arena_init(&n->arena, h->ctx);
    n->bound = gn_arena_alloc(&n->arena, h->s->symbols + more, sizeof *n->bound);
    if (!n->bound) return GN_NO_MEMORY;
    n->count = h->s->symbols;
    for (size_t i = 0; i < n->count; i++) {
        const gn_symbol *v = h->s->symbol[i];
        n->bound[i] = (gn_numbers_binding){ v->name, { v->rows, v->cols, v->value } };
    }
    return GN_OK;
}

static void bind_number(names *n, const char *name, const double *value)
{
    n->bound[n->count++] = (gn_numbers_binding){ name, { 1, 1, value } };
}

static gn_status run_number(gn_context *ctx, const char *formula, const names *n, double *out)
{
    gn_arena arena;
    gn_numbers value;
    gn_arena_init(&arena, ctx);
    gn_status s = gn_array_run(&arena, formula, strlen(formula), n->bound, n->count, &value);
    if (s == GN_OK) *out = value.value[0];
    gn_arena_free(&arena);
    return s;
}

static const char *with_prev(gn_arena *arena, const char *name)
{
    size_t length = strlen(name);
    char *text = gn_arena_alloc(arena, length + sizeof "_prev", 1);
    if (!text) return NULL;
    memcpy(text, name, length);
    memcpy(text + length, "_prev", sizeof "_prev");
    return text;
}

static gn_status run_row(const gn_hall *h, names *n, size_t row, size_t columns, const gn_hall_column *c, double **cell)
{
    size_t before = n->count;
    for (size_t j = 0; row && j < columns; j++) {
        const char *name = with_prev(&n->arena, c[j].name);
        if (!name) return GN_NO_MEMORY;
        bind_number(n, name, &cell[j][row - 1]);
    }
    for (size_t j = 0; j < columns; j++) {
        GN_TRY(run_number(h->ctx, !row && c[j].start ? c[j].start : c[j].formula, n, &cell[j][row]));
        bind_number(n, c[j].name, &cell[j][row]);
    }
    n->count = before;
    return GN_OK;
}

static gn_status run_path(gn_hall *h, const char *caption, size_t rows, size_t columns, const gn_hall_column *c,
                          names *n, size_t of, double *last)
{
    double **cell = gn_arena_alloc(&n->arena, columns, sizeof *cell);
    gn_sheet_column *shown = gn_arena_alloc(&n->arena, columns, sizeof *shown);
    if (!cell || !shown) return GN_NO_MEMORY;
    for (size_t j = 0; j < columns; j++) {
        cell[j] = gn_arena_alloc(&n->arena, rows, sizeof **cell);
        if (!cell[j]) return GN_NO_MEMORY;
        shown[j] = (gn_sheet_column){ c[j].title, c[j].name, c[j].formula, cell[j], NULL, false };
    }
    for (size_t i = 0; i < rows; i++) GN_TRY(run_row(h, n, i, columns, c, cell));
    *last = cell[of][rows - 1];
    gn_sheet_table(h->s, 0, caption, columns, rows, shown);
    return GN_OK;
}

double gn_hall_path(gn_hall *h, const char *caption, size_t rows, size_t columns, const gn_hall_column *column,
                    size_t of)
{
    names n;
    double last = NAN;
    if (h->s->status != GN_OK) return last;
    gn_status s = open_names(h, 2 * columns, &n);
    if (s == GN_OK) s = run_path(h, caption, rows, columns, column, &n, of, &last);
    gn_arena_free(&n.arena);
    gn_hall_fail(h, s);
    return last;
}

double gn_hall_iterate(gn_hall *h, const char *name, double start, const char *formula, size_t steps)
{
    names n;
    double x = start;
    if (h->s->status != GN_OK) return NAN;
    gn_status s = open_names(h, 1, &n);
    if (s == GN_OK) bind_number(&n, name, &x);
    for (size_t i = 0; s == GN_OK && i < steps && isfinite(x); i++) s = run_number(h->ctx, formula, &n, &x);
    gn_arena_free(&n.arena);
    gn_hall_fail(h, s);
    return x;
}
