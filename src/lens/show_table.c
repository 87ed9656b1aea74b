/* show_table.c -- arrays and tables as text: columns aligned to the right, long ones as head and tail.
 *
 * Invariant: at most the rows asked for are printed, and what is left out is said. */
#include "show_text.h"

#include <string.h>

static const char *dots(const gn_painter *p)
{
    return p->how->ascii ? "..." : "…";
}

/* ---- which rows or columns are shown --------------------------------------------------------------------------- */

/* The first `head` and the last `tail` of `count`; all when they are as many. */
typedef struct ends { size_t count, head, tail; } ends;

static bool is_cut(ends e)
{
    return e.head + e.tail < e.count;
}

static ends ends_of(size_t count, size_t most, size_t head)
{
    if (count <= most) return (ends){count, count, 0};
    return (ends){count, head, most - 1 - head < head ? most - 1 - head : head};
}

/* The i-th that is shown, one of them the gap: count when it is the gap. */
static size_t shown_at(ends e, size_t i)
{
    if (i < e.head) return i;
    return i == e.head ? e.count : e.count - e.tail + (i - e.head - 1);
}

static size_t shown_count(ends e)
{
    return is_cut(e) ? e.head + 1 + e.tail : e.count;
}

/* ---- arrays ---------------------------------------------------------------------------------------------------- */

static const char *number_text(gn_painter *p, double value, gn_type type)
{
    gn_text t;
    gn_text_init(&t, p->s->ctx);
    gn_show_number(&t, value, type, p->how->digits);
    return gn_paint_keep(p, &t);
}

/* The width of the widest cell of a shown column. */
static size_t column_width(gn_painter *p, const gn_symbol *v, ends rows, size_t col)
{
    size_t most = is_cut(rows) ? gn_paint_width(dots(p)) : 0;
    for (size_t i = 0; i < shown_count(rows); i++) {
        size_t at = shown_at(rows, i);
        if (at == rows.count) continue;
        size_t width = gn_paint_width(number_text(p, v->value[at * v->cols + col], v->type));
        if (width > most) most = width;
    }
    return most;
}

/* As many columns from both ends as fit. */
static ends columns_that_fit(gn_painter *p, const gn_symbol *v, ends rows, size_t room)
{
    ends all = {v->cols, v->cols, 0}, e = {v->cols, 0, 0};
    size_t used = 0;
    for (size_t j = 0; j < v->cols && used <= room; j++) used += column_width(p, v, rows, j) + 2;
    if (used <= room) return all;
    used = 5;
    for (size_t k = 0; k < v->cols; k++) {
        bool front = e.head <= e.tail;
        size_t width = column_width(p, v, rows, front ? e.head : v->cols - 1 - e.tail) + 2;
        if (used + width > room) break;
        used += width;
        if (front) e.head++;
        else e.tail++;
    }
    return e;
}

static void print_cells(gn_painter *p, const gn_symbol *v, size_t row, ends cols, const size_t *width)
{
    for (size_t k = 0; k < shown_count(cols); k++) {
        size_t j = shown_at(cols, k);
        const char *cell = j == cols.count || row == v->rows ? dots(p) :
                                                               number_text(p, v->value[row * v->cols + j], v->type);
        size_t own = gn_paint_width(cell), room = j == cols.count ? own : width[k];
        gn_paint_pad(p, (k ? 2 : 1) + (own < room ? room - own : 0));
        gn_text_puts(p->to, cell);
    }
}

static const char *bracket(const gn_painter *p, size_t i, size_t count, bool left)
{
    static const char *const sign[2][3] = {{"⎡", "⎢", "⎣"}, {"⎤", "⎥", "⎦"}};
    if (p->how->ascii || count == 1) return left ? "[" : "]";
    return sign[!left][i == 0 ? 0 : i + 1 == count ? 2 : 1];
}

void gn_paint_summary(gn_painter *p, const gn_symbol *v, size_t indent)
{
    gn_text t;
    gn_text_init(&t, p->s->ctx);
    gn_array_summary(&t, v->rows, v->cols, v->value, p->how->ascii);
    const char *text = gn_paint_keep(p, &t);
    if (indent + gn_paint_width(text) > (size_t)p->how->width) indent = 3;
    gn_paint_pad(p, indent);
    gn_paint_wrapped(p, text, indent, indent + 2);
    gn_text_puts(p->to, "\n");
}

static bool has_trouble(const gn_symbol *v)
{
    for (size_t i = 0; i < v->rows * v->cols; i++)
        if (!(v->value[i] - v->value[i] == 0)) return true;
    return false;
}

void gn_paint_array(gn_painter *p, const gn_symbol *v, size_t indent)
{
    ends rows = ends_of(v->rows, p->how->rows, 4);
    if (indent > 16) indent = 16;
    size_t room = (size_t)p->how->width - indent - 3;
    ends cols = columns_that_fit(p, v, rows, room);
    size_t count = shown_count(rows), *width = gn_arena_alloc(&p->arena, shown_count(cols) + 1, sizeof *width);
    if (!width) p->to->failed = true;
    if (!width) return;
    for (size_t k = 0; k < shown_count(cols); k++)
        if (shown_at(cols, k) < cols.count) width[k] = column_width(p, v, rows, shown_at(cols, k));
    for (size_t i = 0; i < count; i++) {
        gn_paint_pad(p, indent);
        gn_text_puts(p->to, bracket(p, i, count, true));
        print_cells(p, v, shown_at(rows, i), cols, width);
        gn_text_printf(p->to, " %s\n", bracket(p, i, count, false));
    }
    if (is_cut(rows) || is_cut(cols) || has_trouble(v)) gn_paint_summary(p, v, indent);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

typedef struct table {
    const gn_line *line;
    ends rows;
    const char **cell;      /* (shown rows + 1, columns): the titles first */
    size_t *width;
    size_t *whole;          /* of each column: as wide as its widest cell */
} table;

static const char *cell_text(gn_painter *p, const gn_line *line, size_t row, size_t col)
{
    const gn_sheet_column *c = &line->column[col];
    if (row == line->rows) return dots(p);
    if (c->number) return number_text(p, c->number[row], gn_column_type(c));
    return gn_paint_clean(p, c->text[row]);
}

enum { NARROW = 24 }; /* a column that is not made narrower: a number of 17 digits fits */

/* A table too wide for the page gets narrower at its widest columns, whose cells then take several lines. */
static void shrink(const gn_painter *p, table *t)
{
    size_t width = (size_t)p->how->width, total = 0;
    for (size_t j = 0; j < t->line->columns; j++) total += 2 + t->width[j];
    while (total > width) {
        size_t widest = 0;
        for (size_t j = 1; j < t->line->columns; j++)
            if (t->width[j] > t->width[widest]) widest = j;
        if (t->width[widest] <= NARROW) return;
        t->width[widest]--;
        total--;
    }
}

static bool lay_out(gn_painter *p, const gn_line *line, table *t)
{
    *t = (table){.line = line, .rows = ends_of(line->rows, p->how->rows, p->how->rows / 2)};
    size_t n = shown_count(t->rows), columns = line->columns;
    t->cell = gn_arena_alloc(&p->arena, (n + 1) * columns, sizeof *t->cell);
    t->width = gn_arena_alloc(&p->arena, 2 * columns, sizeof *t->width);
    if (!t->cell || !t->width) p->to->failed = true;
    if (!t->cell || !t->width) return false;
    t->whole = t->width + columns;
    for (size_t i = 0; i < (n + 1) * columns; i++) {
        size_t row = i / columns, col = i % columns;
        t->cell[i] = row == 0 ? gn_paint_clean(p, line->column[col].title)
                              : cell_text(p, line, shown_at(t->rows, row - 1), col);
        size_t width = gn_paint_width(t->cell[i]);
        if (width > t->width[col]) t->width[col] = width;
    }
    memcpy(t->whole, t->width, columns * sizeof *t->whole);
    shrink(p, t);
    return true;
}

/* The next line of a cell; what is left of it comes back. */
static const char *print_cell(gn_painter *p, const table *t, const char *cell, size_t col, bool last)
{
    size_t room = t->width[col], bytes = gn_paint_break(cell, room, true), own = gn_show_width(cell, bytes);
    bool right = t->line->column[col].number != NULL;
    if (right) gn_paint_pad(p, room - own);
    gn_text_add(p->to, cell, bytes);
    if (!right && !last) gn_paint_pad(p, room - own);
    cell += bytes;
    while (*cell == ' ') cell++;
    return cell;
}

/* One row, columns [from, to), the first column before them when they do not begin the table. */
static void print_table_row(gn_painter *p, const table *t, size_t row, size_t from, size_t to, const char **rest)
{
    bool more = true;
    for (size_t j = 0; j < t->line->columns; j++) rest[j] = t->cell[row * t->line->columns + j];
    while (more) {
        size_t start = p->to->length;
        more = false;
        for (size_t k = from ? from - 1 : 0; k < to; k++) {
            size_t col = from && k == from - 1 ? 0 : k;
            gn_paint_pad(p, 2);
            rest[col] = print_cell(p, t, rest[col], col, k + 1 == to);
            more |= *rest[col] != 0;
        }
        while (p->to->length > start && p->to->at[p->to->length - 1] == ' ') p->to->at[--p->to->length] = 0;
        gn_text_puts(p->to, "\n");
    }
}

static void print_part(gn_painter *p, const table *t, size_t from, size_t to)
{
    size_t width = 0;
    const char **rest = gn_arena_alloc(&p->arena, t->line->columns, sizeof *rest);
    if (!rest) p->to->failed = true;
    if (!rest) return;
    for (size_t k = from ? from - 1 : 0; k < to; k++) width += 2 + t->width[from && k == from - 1 ? 0 : k];
    for (size_t row = 0; row <= shown_count(t->rows); row++) {
        print_table_row(p, t, row, from, to, rest);
        if (row != 0) continue;
        gn_paint_pad(p, 2);
        for (size_t i = 2; i < width; i++) gn_text_puts(p->to, p->how->ascii ? "-" : "─");
        gn_text_puts(p->to, "\n");
    }
}

/* Is it a symbol of the sheet or a column of the table, by its first `length` signs? */
static bool is_known(const gn_painter *p, const gn_line *line, const char *name, size_t length)
{
    for (size_t j = 0; j < line->columns; j++) {
        const char *own = line->column[j].name;
        if (own && strncmp(own, name, length) == 0 && !own[length]) return true;
    }
    return gn_line_symbol(p->s, line, name, length) != NULL;
}

static bool is_derivative(const gn_painter *p, const gn_line *line, const char *name)
{
    size_t top, bottom;
    return gn_show_is_derivative(name, &top, &bottom) && is_known(p, line, name + 1, top) &&
           is_known(p, line, name + strlen(name) - bottom, bottom);
}

static void print_formulas(gn_painter *p, const gn_line *line)
{
    gn_text t;
    gn_text_init(&t, p->s->ctx);
    for (size_t j = 0; j < line->columns; j++) {
        const gn_sheet_column *c = &line->column[j];
        if (!c->formula) continue;
        gn_text_puts(&t, t.length ? ",  " : "where ");
        const char *name = c->name ? c->name : c->title;
        gn_show_word(&t, name, is_derivative(p, line, name), true);
        gn_text_puts(&t, " = ");
        gn_show_clean(&t, c->formula, p->how->ascii);
    }
    const char *text = gn_paint_keep(p, &t);
    if (!*text) return;
    gn_paint_pad(p, 2);
    gn_paint_wrapped(p, text, 2, 4);
    gn_text_puts(p->to, "\n");
}

/* The columns of a part take back what was taken from them, as far as the part leaves room; the first one is in every
 * part and stays. */
static void widen(const gn_painter *p, table *t, size_t from, size_t to, size_t used)
{
    size_t width = (size_t)p->how->width;
    for (size_t j = from ? from : 1; j < to && used < width; j++) {
        size_t more = t->whole[j] - t->width[j];
        if (more > width - used) more = width - used;
        t->width[j] += more;
        used += more;
    }
}

void gn_paint_table(gn_painter *p, const gn_line *line)
{
    table t;
    if (line->title && *line->title) {
        gn_paint_wrapped(p, gn_paint_clean(p, line->title), 0, 2);
        gn_text_puts(p->to, "\n");
    }
    if (line->columns == 0 || !lay_out(p, line, &t)) return;
    for (size_t from = 0; from < line->columns;) {
        size_t to = from, used = from ? 2 + t.width[0] : 0;
        while (to < line->columns && (to == from || used + 2 + t.width[to] <= (size_t)p->how->width))
            used += 2 + t.width[to++];
        widen(p, &t, from, to, used);
        if (from) gn_text_puts(p->to, "\n");
        print_part(p, &t, from, to);
        from = to;
    }
    if (is_cut(t.rows))
        gn_text_printf(p->to, "  (%zu of %zu rows)\n", t.rows.head + t.rows.tail, line->rows);
    if (p->how->depth > 0) print_formulas(p, line);
}
