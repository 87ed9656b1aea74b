/* show_text.c -- a sheet as text for a terminal: numbered steps with aligned = columns, arrays as blocks, tables.
 *
 * Invariant: no line is wider than the width asked for (columns of a terminal, not bytes), and colour adds nothing that
 * the characters do not say. */
#include "show_text.h"

#include <math.h>
#include <string.h>
#include "../formula/lex.h"

enum {
    TITLE_MOST = 24, NAME_MOST = 20,    /* of a title and a name that others are aligned with */
    NAME_CUT = 38,
    INLINE_ELEMENTS = 24, INLINE_WIDTH = 48,    /* of an array that stands in its line */
    NUMBERS_WIDTH = 150,                /* of a formula with its numbers, over several lines */
    ALIGN_VALUE = 16,                   /* of a value that stands to the right of its column */
    WIDTHS = 256                        /* of a cell that may stand aligned */
};

/* One step, as pieces of text. */
typedef struct row {
    const gn_line *line;
    const char *lead, *name, *piece[3], *check, *rule;  /* pieces: formula, numbers, value; NULL: not there */
    size_t name_width, width[3];
    bool block;                                         /* the value stands below as a block */
} row;

/* ---- the pieces of a step ------------------------------------------------------------------------------------ */

typedef struct naming { bool ascii; } naming;

/* dL/dw beside a product, quotient or power stands in parentheses. */
static bool put_name(void *user, gn_text *to, const gn_symbol *symbol, gn_neighbours at)
{
    gn_text t;
    gn_text_init(&t, to->ctx);
    gn_show_name(&t, symbol, ((const naming *)user)->ascii);
    bool stroke = t.at && strchr(t.at, '/') != NULL;
    bool tight = at.after == GN_T_STAR || at.after == GN_T_SLASH || at.after == GN_T_CARET ||
                 at.after >= GN_T_QUOTE || at.before == GN_T_SLASH || at.before == GN_T_CARET ||
                 at.before >= GN_T_EACH_STAR || (at.before == GN_T_STAR && at.stroke_before);
    gn_text_puts(to, stroke && tight ? "(" : "");
    gn_text_add(to, t.at ? t.at : "", t.length);
    gn_text_puts(to, stroke && tight ? ")" : "");
    to->failed |= t.failed;
    gn_text_free(&t);
    return stroke;
}

static const char *formula_text(gn_painter *p, const gn_line *line)
{
    gn_text t;
    naming n = {p->how->ascii};
    gn_text_init(&t, p->s->ctx);
    if (gn_show_formula(p->s, line, put_name, &n, &t) != GN_OK) p->to->failed = true;
    return gn_paint_keep(p, &t);
}

static const char *numbers_text(gn_painter *p, const gn_line *line)
{
    gn_text t;
    size_t elements = gn_show_elements(p->s, line);
    if (elements == 0 || elements > INLINE_ELEMENTS) return NULL;
    gn_text_init(&t, p->s->ctx);
    int digits;
    if (gn_line_digits(p->s, line, p->how->digits, &digits) != GN_OK) p->to->failed = true;
    if (gn_line_numbers(p->s, line, digits, &t) != GN_OK) p->to->failed = true;
    const char *kept = gn_paint_keep(p, &t);
    return gn_paint_width(kept) <= NUMBERS_WIDTH || digits > 9 ? kept : NULL;
}

/* A vector longer than fits well: its head and its tail. */
static void put_ends(gn_painter *p, gn_text *to, const gn_symbol *v)
{
    size_t n = v->rows * v->cols, ends = 4;
    gn_text_puts(to, v->cols > 1 ? "[[" : "[");
    for (size_t i = 0; i < n; i++) {
        if (n > INLINE_ELEMENTS && i == ends) {
            gn_text_puts(to, p->how->ascii ? ", ..." : ", …");
            i = n - ends;
        }
        gn_text_puts(to, i ? ", " : "");
        gn_show_number(to, v->value[i], v->type, p->how->digits);
    }
    gn_text_puts(to, v->cols > 1 ? "]]" : "]");
}

static bool is_block(const gn_painter *p, const gn_symbol *v, const char *text)
{
    if (v->rows == 1 || v->cols == 1) return false;
    return v->rows * v->cols > INLINE_ELEMENTS || gn_paint_width(text) > (p->how->digits > 9 ? 2 : 1) * INLINE_WIDTH;
}

static const char *value_text(gn_painter *p, const gn_symbol *v, bool *block)
{
    gn_text t;
    size_t n = v->rows * v->cols;
    *block = false;
    if (!v->value) return NULL;
    *block = n > 4 * INLINE_ELEMENTS && v->rows > 1 && v->cols > 1;
    if (*block) return NULL;
    gn_text_init(&t, p->s->ctx);
    if (v->exact) {
        gn_show_clean(&t, v->exact, p->how->ascii);
        gn_text_puts(&t, " = ");
    }
    if (n > INLINE_ELEMENTS && (v->rows == 1 || v->cols == 1)) put_ends(p, &t, v);
    else gn_show_value(&t, v, p->how->digits, false);
    const char *kept = gn_paint_keep(p, &t);
    *block = is_block(p, v, kept);
    return *block ? NULL : kept;
}

static const char *check_text(gn_painter *p, const gn_line_check *c)
{
    gn_text t;
    if (!c->kind) return NULL;
    gn_text_init(&t, p->s->ctx);
    gn_text_puts(&t, "check: ");
    gn_show_clean(&t, c->kind, p->how->ascii);
    gn_text_printf(&t, " %s ", gn_num_digits(GN_NUM, c->relative, 2));
    gn_show_clean(&t, c->verdict ? c->verdict : "", p->how->ascii);
    return gn_paint_keep(p, &t);
}

static const char *rule_text(gn_painter *p, const gn_line *line)
{
    gn_text t;
    if (!line->rule || p->how->depth < 1) return NULL;
    gn_text_init(&t, p->s->ctx);
    gn_text_puts(&t, "[");
    gn_show_clean(&t, line->rule, p->how->ascii);
    gn_text_puts(&t, "]");
    return gn_paint_keep(p, &t);
}

static const char *lead_text(gn_painter *p, const gn_line *line)
{
    gn_text t;
    gn_text_init(&t, p->s->ctx);
    if (line->number) gn_text_printf(&t, "%*u", p->number_width, line->number);
    else gn_text_printf(&t, "%*s", p->number_width, "");
    gn_text_printf(&t, " %*s", line->depth > 1 ? 2 * (line->depth - 1) : 0, "");
    gn_show_clean(&t, line->title ? line->title : "", p->how->ascii);
    return gn_paint_keep(p, &t);
}

static row make_row(gn_painter *p, const gn_line *line)
{
    gn_text t;
    row r = {.line = line, .lead = lead_text(p, line)};
    r.check = check_text(p, &line->check);
    r.rule = rule_text(p, line);
    gn_text_init(&t, p->s->ctx);
    gn_show_name(&t, line->symbol, p->how->ascii);
    r.name = gn_paint_cut(p, gn_paint_keep(p, &t), NAME_CUT);
    r.piece[2] = value_text(p, line->symbol, &r.block);
    if (line->formula) {
        r.piece[0] = formula_text(p, line);
        r.piece[1] = numbers_text(p, line);
        if (r.piece[1] && r.piece[2] && strcmp(r.piece[1], r.piece[2]) == 0) r.piece[1] = NULL;
        if (r.piece[2] && strcmp(r.piece[0], r.piece[2]) == 0) r.piece[0] = NULL;
    }
    r.name_width = gn_paint_width(r.name);
    for (int k = 0; k < 3; k++) r.width[k] = gn_paint_width(r.piece[k]);
    return r;
}

/* ---- columns ------------------------------------------------------------------------------------------------- */

typedef struct columns { size_t lead, name, piece[3], page; } columns;

static size_t total(const columns *c)
{
    size_t sum = c->lead + 1 + c->name;
    for (int k = 0; k < 3; k++) sum += c->piece[k] ? 3 + c->piece[k] : 0;
    return sum;
}

/* A single number, which stands to the right of its column. */
static bool is_right(const row *r)
{
    const gn_symbol *v = r->line->symbol;
    return v->rows == 1 && v->cols == 1 && !v->exact && r->width[2] <= ALIGN_VALUE;
}

static bool fits(const row *r, const columns *c)
{
    if (r->block || r->name_width > c->name || r->width[0] > c->piece[0] || r->width[1] > c->piece[1]) return false;
    if (is_right(r)) return r->width[2] <= c->piece[2];
    return total(c) - (c->piece[2] ? 3 + c->piece[2] : 0) + 3 + r->width[2] <= c->page;
}

/* The widths of formula and numbers with which most steps of the group stand aligned; the narrowest of those. */
static columns choose(const gn_painter *p, const row *r, size_t n)
{
    columns c = {.page = (size_t)p->how->width}, best;
    size_t most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t lead = gn_paint_width(r[i].lead);
        if (lead <= TITLE_MOST && lead > c.lead) c.lead = lead;
        if (r[i].name_width <= NAME_MOST && r[i].name_width > c.name) c.name = r[i].name_width;
        if (r[i].line->formula && is_right(&r[i]) && r[i].width[2] > c.piece[2]) c.piece[2] = r[i].width[2];
    }
    best = c;
    bool seen[2][WIDTHS] = {{true}, {true}}; /* only widths that occur are worth a try */
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < 2; k++)
            if (r[i].width[k] < WIDTHS) seen[k][r[i].width[k]] = true;
    for (size_t a = 0; a < WIDTHS; a++)
        for (size_t b = 0; b < WIDTHS; b++) {
            if (!seen[0][a] || !seen[1][b]) continue;
            c.piece[0] = a;
            c.piece[1] = b;
            size_t count = 0;
            if (total(&c) > (size_t)p->how->width) break;
            for (size_t i = 0; i < n; i++) count += fits(&r[i], &c);
            if (count > most) most = count, best = c;
        }
    return best;
}

/* ---- a step printed ------------------------------------------------------------------------------------------ */

/* Check and rule behind a step that reaches to `column`, or below its = sign where they do not fit. */
static void print_tail(gn_painter *p, const row *r, size_t column, size_t below)
{
    const char *tail[2] = {r->check, r->rule};
    for (int k = 0; k < 2; k++) {
        size_t width = gn_paint_width(tail[k]);
        if (!tail[k]) continue;
        bool same = column + 2 + width <= (size_t)p->how->width;
        if (!same) gn_text_puts(p->to, "\n");
        gn_paint_pad(p, same ? 2 : below);
        column = same ? column + 2 : below;
        bool bad = k == 0 && r->line->check.verdict && strcmp(r->line->check.verdict, "FAIL") == 0;
        if (bad) gn_paint_ink(p, "\033[31m");
        gn_paint_wrapped(p, tail[k], column, below + 1);
        if (bad) gn_paint_ink(p, "\033[0m");
        column += width;
    }
}

/* Number and title, up to the column where names begin; a long title has a line of its own. */
static size_t print_title(gn_painter *p, const row *r, const columns *c)
{
    size_t lead = gn_paint_width(r->lead);
    if (lead > c->lead) {
        gn_paint_wrapped(p, r->lead, 0, (size_t)p->number_width + 1);
        gn_text_puts(p->to, "\n");
        lead = 0;
    } else {
        gn_text_puts(p->to, r->lead);
    }
    gn_paint_pad(p, c->lead + 1 - lead);
    return c->lead + 1;
}

static size_t print_lead(gn_painter *p, const row *r, const columns *c)
{
    size_t column = print_title(p, r, c), pad = r->name_width < c->name ? c->name - r->name_width : 0;
    gn_text_puts(p->to, r->name);
    if (!r->block || r->line->formula) gn_paint_pad(p, pad);
    return column + r->name_width + pad;
}

static void print_aligned(gn_painter *p, const row *r, const columns *c)
{
    size_t column = print_lead(p, r, c), below = column + 1;
    size_t waiting = 0; /* blanks of cells that are empty, written when something follows */
    for (int k = 0; k < 3; k++) {
        if (c->piece[k] == 0 && k < 2) continue;
        if (!r->piece[k]) {
            waiting += 3 + c->piece[k];
            continue;
        }
        gn_paint_pad(p, waiting);
        gn_text_puts(p->to, " = ");
        size_t pad = k < 2 || is_right(r) ? c->piece[k] - r->width[k] : 0;
        if (k == 2) gn_paint_pad(p, pad);
        gn_text_puts(p->to, r->piece[k]);
        column += waiting + 3 + (k == 2 ? pad : 0) + r->width[k];
        waiting = k == 2 ? 0 : pad;
    }
    print_tail(p, r, column, below);
}

/* Pieces one after the other, each on a new line below the = sign where it does not fit. */
static void print_broken(gn_painter *p, const row *r, const columns *c)
{
    size_t column = print_lead(p, r, c), below = column + 1, width = (size_t)p->how->width;
    if (below > width / 2) {
        gn_text_puts(p->to, "\n");
        below = c->lead + 3;
        gn_paint_pad(p, below - 1);
        column = below - 1;
    }
    bool first = true;
    for (int k = 0; k < 3; k++) {
        if (!r->piece[k]) continue;
        bool same = first || column + 3 + r->width[k] <= width;
        if (!same) gn_text_puts(p->to, "\n");
        gn_paint_pad(p, same ? 1 : below);
        gn_text_puts(p->to, "= ");
        column = (same ? column + 1 : below) + 2;
        gn_paint_formula(p, r->piece[k], column, below + 2);
        column = column + r->width[k] <= width ? column + r->width[k] : width;
        first = false;
    }
    print_tail(p, r, column, below);
}

static void print_row(gn_painter *p, const row *r, const columns *c)
{
    const gn_symbol *v = r->line->symbol;
    if (fits(r, c) && r->line->formula) print_aligned(p, r, c);
    else print_broken(p, r, c);
    gn_text_puts(p->to, "\n");
    size_t indent = c->lead + 3;
    if (r->block) gn_paint_array(p, v, indent);
    else if (v->value && v->rows * v->cols > INLINE_ELEMENTS) gn_paint_summary(p, v, indent);
}

static bool is_packed(const row *r)
{
    const gn_symbol *v = r->line->symbol;
    return r->width[2] <= INLINE_WIDTH && r->name_width <= NAME_MOST && v->rows * v->cols <= INLINE_ELEMENTS;
}

/* Given numbers with one title stand together on a line. */
static size_t print_givens(gn_painter *p, const row *r, size_t n, const columns *c)
{
    size_t count = 0, column = 0, width = (size_t)p->how->width, indent = c->lead + 1;
    while (count < n && !r[count].line->formula && !r[count].block && is_packed(&r[count]) &&
           !r[count].check && !r[count].rule && (count == 0 || strcmp(r[count].lead, r[0].lead) == 0)) {
        size_t own = r[count].name_width + 3 + r[count].width[2];
        bool same = count > 0 && column + 3 + own <= width;
        if (count == 0) column = print_title(p, &r[0], c);
        else if (same) gn_paint_pad(p, 3);
        else gn_text_puts(p->to, "\n"), gn_paint_pad(p, indent);
        if (count && !same) column = indent;
        gn_text_printf(p->to, "%s = %s", r[count].name, r[count].piece[2]);
        column += (same ? 3 : 0) + own;
        count++;
    }
    if (count) gn_text_puts(p->to, "\n");
    return count;
}

static bool is_step(const gn_line *line)
{
    return (line->kind == GN_LINE_GIVEN || line->kind == GN_LINE_EQUATION) && line->symbol;
}

/* Steps that stand together, aligned with each other. */
static void print_group(gn_painter *p, const gn_line *const *line, size_t n)
{
    row *r = gn_arena_alloc(&p->arena, n, sizeof *r);
    if (!r) p->to->failed = true;
    if (!r) return;
    for (size_t i = 0; i < n; i++) r[i] = make_row(p, line[i]);
    columns c = choose(p, r, n);
    for (size_t i = 0; i < n;) {
        size_t givens = print_givens(p, r + i, n - i, &c);
        if (givens == 0) print_row(p, &r[i++], &c);
        i += givens;
    }
}

/* ---- the sheet ----------------------------------------------------------------------------------------------- */

static void print_section(gn_painter *p, const gn_line *line)
{
    const char *dash = p->how->ascii ? "-" : "─", *title = gn_paint_clean(p, line->title);
    size_t width = gn_paint_width(title);
    if (p->to->length) gn_text_puts(p->to, "\n");
    gn_paint_ink(p, "\033[1m");
    gn_text_printf(p->to, "%s%s ", dash, dash);
    gn_paint_wrapped(p, title, 3, 3);
    if (line->depth == 0 && width + 4 < (size_t)p->how->width) {
        gn_text_puts(p->to, " ");
        for (size_t i = width + 4; i < (size_t)p->how->width; i++) gn_text_puts(p->to, dash);
    }
    gn_paint_ink(p, "\033[0m");
    gn_text_puts(p->to, "\n");
}

static void print_header(gn_painter *p)
{
    gn_paint_ink(p, "\033[1m");
    gn_paint_wrapped(p, gn_paint_clean(p, p->s->title), 0, 2);
    gn_paint_ink(p, "\033[0m");
    gn_text_puts(p->to, *p->s->title ? "\n" : "");
    for (size_t i = 0; i < p->s->facts; i++) {
        gn_paint_wrapped(p, gn_paint_clean(p, p->s->fact[i]), 0, 2);
        gn_text_puts(p->to, "\n");
    }
}

static void print_hidden(gn_painter *p)
{
    int all;
    size_t hidden = gn_show_hidden(p->s, p->how->depth, &all);
    if (hidden)
        gn_text_printf(p->to, "\n(%zu more line%s with --depth %d)\n", hidden, hidden == 1 ? "" : "s", all);
}

static void print_other(gn_painter *p, const gn_line *line)
{
    if (line->kind == GN_LINE_SECTION) print_section(p, line);
    else if (line->kind == GN_LINE_TABLE) gn_paint_table(p, line);
    else {
        gn_paint_wrapped(p, gn_paint_clean(p, line->title), 0, 0);
        gn_text_puts(p->to, "\n");
    }
}

static int digits_of(uint32_t n)
{
    return n < 100 ? 2 : n < 1000 ? 3 : n < 10000 ? 4 : 10;
}

void gn_show_text(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    gn_painter p = {.s = s, .how = how, .to = to, .number_width = digits_of(s->steps)};
    gn_arena_init(&p.arena, s->ctx);
    const gn_line **group = gn_arena_alloc(&p.arena, s->lines + 1, sizeof *group);
    if (!group) to->failed = true;
    print_header(&p);
    size_t n = 0;
    bool gap = s->facts > 0 || *s->title, headed = false; /* a blank line is due; a heading stands right above */
    for (size_t i = 0; group && i <= s->lines; i++) {
        const gn_line *line = i < s->lines ? s->line[i] : NULL;
        if (line && line->depth > how->depth) continue;
        if (line && is_step(line)) {
            group[n++] = line;
            continue;
        }
        if (n && gap) gn_text_puts(to, "\n");
        if (n) gap = false;
        if (n) print_group(&p, group, n);
        headed = headed && n == 0;
        n = 0;
        if (!line) continue;
        if ((gap && line->kind != GN_LINE_SECTION) || (line->kind == GN_LINE_TABLE && to->length && !headed))
            gn_text_puts(to, "\n");
        gap = line->kind == GN_LINE_TABLE;
        headed = line->kind == GN_LINE_SECTION;
        print_other(&p, line);
    }
    print_hidden(&p);
    gn_arena_free(&p.arena);
}
