/* sheet.c -- building a sheet, and reading its equations again.
 *
 * Invariant: everything a line points to is copied into the sheet's arena; a name of a line's formula is the latest
 * symbol of that name made before the line, so that w = w - eta*g uses the old w and gives the new. */
#include "sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "../formula/lex.h"
#include "show.h"

void gn_sheet_open(gn_sheet *s, gn_context *ctx, const char *title)
{
    *s = (gn_sheet){.ctx = ctx};
    gn_arena_init(&s->arena, ctx);
    s->title = gn_arena_text(&s->arena, title ? title : "", title ? strlen(title) : 0);
    if (!s->title) s->status = GN_NO_MEMORY;
}

void gn_sheet_free(gn_sheet *s)
{
    if (!s->ctx) return;
    gn_free(s->ctx, (void *)s->fact);
    gn_free(s->ctx, s->symbol);
    gn_free(s->ctx, s->line);
    gn_arena_free(&s->arena);
    *s = (gn_sheet){0};
}

gn_status gn_sheet_done(const gn_sheet *s)
{
    return s->status;
}

/* Room for one more pointer; NULL with the sheet's status set when there is none. */
static void *more(gn_sheet *s, void *list, size_t count, size_t *room)
{
    if (count < *room) return list;
    size_t wider = *room ? 2 * *room : 32;
    void *made = gn_resize(s->ctx, list, wider, sizeof(void *));
    if (made) *room = wider;
    else s->status = GN_NO_MEMORY;
    return made;
}

static const char *copied(gn_sheet *s, const char *text)
{
    if (!text) return NULL;
    const char *copy = gn_arena_text(&s->arena, text, strlen(text));
    if (!copy) s->status = GN_NO_MEMORY;
    return copy;
}

__attribute__((format(printf, 2, 0)))
static const char *formatted(gn_sheet *s, const char *fmt, va_list va)
{
    va_list again;
    va_copy(again, va);
    int length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = gn_arena_alloc(&s->arena, (size_t)(length < 0 ? 0 : length) + 1, 1);
    if (!text) s->status = GN_NO_MEMORY;
    else if (length >= 0) vsnprintf(text, (size_t)length + 1, fmt, va);
    return text;
}

void gn_sheet_fact(gn_sheet *s, const char *fmt, ...)
{
    va_list va;
    if (s->status != GN_OK) return;
    const char **wider = gn_resize(s->ctx, (void *)s->fact, s->facts + 1, sizeof *wider);
    if (!wider) s->status = GN_NO_MEMORY;
    if (!wider) return;
    s->fact = wider;
    va_start(va, fmt);
    const char *text = formatted(s, fmt, va);
    va_end(va);
    if (text) s->fact[s->facts++] = text;
}

static gn_line *add_line(gn_sheet *s, gn_line_kind kind, int depth, const char *title)
{
    if (s->status != GN_OK) return NULL;
    gn_line **list = more(s, s->line, s->lines, &s->line_room);
    gn_line *line = list ? gn_arena_alloc(&s->arena, 1, sizeof *line) : NULL;
    if (list) s->line = list;
    if (!line) s->status = GN_NO_MEMORY;
    if (!line) return NULL;
    *line = (gn_line){.kind = kind, .depth = depth, .title = title, .symbols = s->symbols};
    return s->line[s->lines++] = line;
}

void gn_sheet_section(gn_sheet *s, int depth, const char *fmt, ...)
{
    va_list va;
    if (s->status != GN_OK) return;
    va_start(va, fmt);
    const char *text = formatted(s, fmt, va);
    va_end(va);
    add_line(s, GN_LINE_SECTION, depth, text);
}

void gn_sheet_text(gn_sheet *s, int depth, const char *fmt, ...)
{
    va_list va;
    if (s->status != GN_OK) return;
    va_start(va, fmt);
    const char *text = formatted(s, fmt, va);
    va_end(va);
    add_line(s, GN_LINE_TEXT, depth, text);
}

/* ---- symbols ------------------------------------------------------------------------------------------------- */

static bool is_known(const gn_sheet *s, const char *name, size_t length)
{
    for (size_t i = s->symbols; i-- > 0;) {
        const gn_symbol *v = s->symbol[i];
        if (strncmp(v->name, name, length) == 0 && !v->name[length]) return true;
        if (v->shown && strncmp(v->shown, name, length) == 0 && !v->shown[length]) return true;
    }
    return false;
}

gn_symbol *gn_sheet_symbol(gn_sheet *s, const char *name, size_t rows, size_t cols, const double *value, gn_type type)
{
    uint64_t count;
    if (s->status != GN_OK) return NULL;
    gn_symbol **list = more(s, s->symbol, s->symbols, &s->symbol_room);
    if (list) s->symbol = list;
    gn_symbol *made = list ? gn_arena_alloc(&s->arena, 1, sizeof *made) : NULL;
    double *own = made && gn_size_mul(rows, cols, &count) ? gn_arena_alloc(&s->arena, (size_t)count, sizeof *own) : NULL;
    const char *own_name = own ? copied(s, name) : NULL;
    if (!own_name) s->status = GN_NO_MEMORY;
    if (!own_name) return NULL;
    if (value) memcpy(own, value, rows * cols * sizeof *own);
    *made = (gn_symbol){.name = own_name, .rows = rows, .cols = cols, .value = value ? own : NULL, .type = type};
    size_t top, bottom, length = strlen(own_name);
    made->derivative = gn_show_is_derivative(own_name, &top, &bottom) && is_known(s, own_name + 1, top) &&
                       is_known(s, own_name + length - bottom, bottom);
    return s->symbol[s->symbols++] = made;
}

gn_symbol *gn_sheet_find(const gn_sheet *s, const char *name)
{
    for (size_t i = s->symbols; i-- > 0;)
        if (strcmp(s->symbol[i]->name, name) == 0) return s->symbol[i];
    return NULL;
}

const gn_symbol *gn_line_symbol(const gn_sheet *s, const gn_line *line, const char *name, size_t length)
{
    for (size_t i = line->symbols; i-- > 0;) {
        const gn_symbol *at = s->symbol[i];
        if (at != line->symbol && strncmp(at->name, name, length) == 0 && !at->name[length]) return at;
    }
    return NULL;
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

gn_line *gn_sheet_given(gn_sheet *s, int depth, const char *title, gn_symbol *symbol)
{
    if (s->status != GN_OK || !symbol) return NULL;
    gn_line *line = add_line(s, GN_LINE_GIVEN, depth, copied(s, title));
    if (line) line->symbol = symbol;
    return line;
}

/* Names that always have a value unless a symbol is called so. */
static bool is_constant(const gn_token *t)
{
    static const char *const known[] = {"pi", "e", "inf", "nan"};
    for (size_t i = 0; i < GN_COUNT(known); i++)
        if (strlen(known[i]) == t->length && memcmp(known[i], t->at, t->length) == 0) return true;
    return false;
}

static gn_status check_names(const gn_sheet *s, const gn_line *line)
{
    gn_lexer lx = gn_lex_make(s->ctx, line->formula, strlen(line->formula));
    do {
        GN_TRY(gn_lex_next(&lx));
        const gn_token *t = &lx.now;
        if (t->kind != GN_T_NAME || gn_lex_ahead(&lx) == '(' || is_constant(t)) continue;
        if (!gn_line_symbol(s, line, t->at, t->length))
            return gn_fail(s->ctx, GN_E_EXP_VAR, "the equation %s = %s uses '%.*s', which has no value on the sheet",
                           line->symbol ? line->symbol->name : "?", line->formula, (int)t->length, t->at);
    } while (lx.now.kind != GN_T_END);
    return GN_OK;
}

gn_line *gn_sheet_equation(gn_sheet *s, int depth, bool numbered, const char *title, gn_symbol *symbol,
                           const char *formula)
{
    if (s->status != GN_OK || !symbol) return NULL;
    gn_line *line = add_line(s, GN_LINE_EQUATION, depth, copied(s, title));
    if (!line) return NULL;
    line->symbol = symbol;
    line->formula = copied(s, formula);
    if (s->status == GN_OK) s->status = check_names(s, line);
    if (s->status != GN_OK) return NULL;
    if (numbered) line->number = ++s->steps;
    return line;
}

enum { TEXT_ELEMENTS = 512 }; /* numbers of a formula that are read back from text; more are put in as they are */

/* Each symbol of the formula under its name. */
static gn_status bind(const gn_sheet *s, const gn_line *line, gn_arena *arena, gn_numbers_binding **out, size_t *count)
{
    gn_lexer lx = gn_lex_make(s->ctx, line->formula, strlen(line->formula));
    *count = 0;
    *out = gn_arena_alloc(arena, strlen(line->formula) + 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    do {
        GN_TRY(gn_lex_next(&lx));
        if (lx.now.kind != GN_T_NAME || gn_lex_ahead(&lx) == '(') continue;
        const gn_symbol *v = gn_line_symbol(s, line, lx.now.at, lx.now.length);
        if (v) (*out)[(*count)++] = (gn_numbers_binding){v->name, {v->rows, v->cols, v->value}};
    } while (lx.now.kind != GN_T_END);
    return GN_OK;
}

/* The formula's text with numbers of so many digits, read and run. */
static gn_status evaluate(const gn_sheet *s, const gn_line *line, int digits, gn_arena *arena, gn_numbers *value)
{
    gn_text text;
    gn_numbers_binding *bound;
    size_t count;
    if (gn_show_elements(s, line) > TEXT_ELEMENTS) {
        GN_TRY(bind(s, line, arena, &bound, &count));
        return gn_array_run(arena, line->formula, strlen(line->formula), bound, count, value);
    }
    gn_text_init(&text, s->ctx);
    gn_status status = gn_line_numbers(s, line, digits, &text);
    if (status == GN_OK) status = gn_array_run(arena, text.at, text.length, NULL, 0, value);
    gn_text_free(&text);
    return status;
}

gn_line *gn_sheet_compute(gn_sheet *s, int depth, bool numbered, const char *title, const char *name,
                          const char *formula)
{
    gn_arena arena;
    gn_numbers value;
    if (s->status != GN_OK) return NULL;
    gn_symbol of = {.name = name};
    gn_line line = {.kind = GN_LINE_EQUATION, .symbol = &of, .formula = formula, .symbols = s->symbols};
    s->status = check_names(s, &line);
    if (s->status != GN_OK) return NULL;
    gn_arena_init(&arena, s->ctx);
    s->status = evaluate(s, &line, GN_DIGITS_EXACT, &arena, &value);
    bool done = s->status == GN_OK;
    gn_symbol *made = done ? gn_sheet_symbol(s, name, value.rows, value.cols, value.value, GN_F64) : NULL;
    gn_arena_free(&arena);
    return gn_sheet_equation(s, depth, numbered, title, made, formula);
}

static bool copy_column(gn_sheet *s, size_t rows, const gn_sheet_column *from, gn_sheet_column *to)
{
    *to = (gn_sheet_column){.title = copied(s, from->title), .name = copied(s, from->name),
                            .formula = copied(s, from->formula), .single = from->single};
    if (from->number) {
        double *number = gn_arena_alloc(&s->arena, rows, sizeof *number);
        if (number && rows) memcpy(number, from->number, rows * sizeof *number);
        to->number = number;
        return number != NULL;
    }
    const char **text = gn_arena_alloc(&s->arena, rows, sizeof *text);
    for (size_t i = 0; text && i < rows; i++) text[i] = copied(s, from->text && from->text[i] ? from->text[i] : "");
    to->text = text;
    return text != NULL;
}

gn_line *gn_sheet_table(gn_sheet *s, int depth, const char *caption, size_t columns, size_t rows,
                        const gn_sheet_column *column)
{
    if (s->status != GN_OK) return NULL;
    gn_line *line = add_line(s, GN_LINE_TABLE, depth, copied(s, caption));
    gn_sheet_column *own = line ? gn_arena_alloc(&s->arena, columns, sizeof *own) : NULL;
    bool made = own != NULL;
    for (size_t i = 0; made && i < columns; i++) made = copy_column(s, rows, &column[i], &own[i]);
    if (!made) s->status = GN_NO_MEMORY;
    if (s->status != GN_OK) return NULL;
    line->columns = columns;
    line->rows = rows;
    line->column = own;
    return line;
}

/* ---- numbers put in, and read again -------------------------------------------------------------------------- */

/* Does a negative number here need parentheses? Not where an expression begins and no power follows. */
static bool needs_fence(gn_neighbours at)
{
    bool begins = at.before == GN_T_END || at.before == GN_T_OPEN || at.before == GN_T_OPEN_SQUARE ||
                  at.before == GN_T_COMMA;
    return !begins || at.after == GN_T_CARET || at.after == GN_T_QUOTE || at.after == GN_T_EACH_CARET;
}

static bool put_number(void *user, gn_text *to, const gn_symbol *symbol, gn_neighbours at)
{
    gn_show_value(to, symbol, *(const int *)user, needs_fence(at));
    return false;
}

gn_status gn_line_numbers(const gn_sheet *s, const gn_line *line, int digits, gn_text *to)
{
    if (!line->formula) return GN_OK;
    GN_TRY(gn_show_formula(s, line, put_number, &digits, to));
    return gn_text_done(to);
}

static double difference_of(double again, double printed)
{
    if (again == printed || (isnan(again) && isnan(printed))) return 0;
    double d = fabs(again - printed) / fmax(1, fabs(printed));
    return isnan(d) ? INFINITY : d;
}

static gn_status equation_again(const gn_sheet *s, const gn_line *line, gn_arena *arena, double *difference)
{
    gn_numbers value;
    const gn_symbol *v = line->symbol;
    GN_TRY(evaluate(s, line, GN_DIGITS_EXACT, arena, &value));
    bool same = value.rows == v->rows && value.cols == v->cols;
    if (!same) *difference = INFINITY;
    for (size_t i = 0; same && i < v->rows * v->cols; i++)
        *difference = fmax(*difference, difference_of(value.value[i], v->value[i]));
    return GN_OK;
}

/* Are both as large, or apart by no more than `share` of the largest? */
static bool is_near(const gn_numbers *again, const gn_symbol *v, double share)
{
    double apart = 0, largest = 0;
    if (again->rows != v->rows || again->cols != v->cols) return true;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        if (!isfinite(v->value[i])) continue;
        apart = fmax(apart, isfinite(again->value[i]) ? fabs(again->value[i] - v->value[i]) : INFINITY);
        largest = fmax(largest, fabs(v->value[i]));
    }
    return largest == 0 || apart <= share * largest;
}

/* Do numbers of so many digits give what is printed? Yes where they cannot be read: it is no matter of digits. */
static gn_status gives(const gn_sheet *s, const gn_line *line, int digits, double share, bool *yes)
{
    gn_arena arena;
    gn_numbers value;
    gn_arena_init(&arena, s->ctx);
    gn_status status = evaluate(s, line, digits, &arena, &value);
    *yes = status != GN_OK || is_near(&value, line->symbol, share);
    gn_arena_free(&arena);
    if (status == GN_NO_MEMORY) return status;
    if (status != GN_OK) gn_clear_error(s->ctx);
    return GN_OK;
}

gn_status gn_line_digits(const gn_sheet *s, const gn_line *line, int digits, int *out)
{
    static const int finer[] = {9, 12, 17};
    enum { NUMBERS = 64 };
    size_t elements = line->formula && line->symbol && line->symbol->value ? gn_show_elements(s, line) : 0;
    bool yes;
    *out = digits;
    if (digits <= 0 || elements == 0 || elements > NUMBERS || line->symbol->rows * line->symbol->cols > NUMBERS)
        return GN_OK;
    const double share = 2 * pow(10, 2 - digits);   /* a hundred times what rounding a number to these digits makes */
    GN_TRY(gives(s, line, digits, share, &yes));
    for (size_t k = 0; k < GN_COUNT(finer) && !yes; k++) {
        if (finer[k] <= digits) continue;
        GN_TRY(gives(s, line, finer[k], share, &yes));
        if (yes) *out = finer[k];
    }
    return GN_OK;
}

/* The value of a name in a row of a table: a column of numbers, one in the row above as name_prev, or a symbol. false:
 * there is no row above. */
static bool cell_of(const gn_sheet *s, const gn_line *line, size_t row, const char *name, gn_numbers *out)
{
    size_t length = strlen(name);
    bool above = length > 5 && strcmp(name + length - 5, "_prev") == 0;
    *out = (gn_numbers){0};
    for (size_t j = 0; j < line->columns; j++) {
        const gn_sheet_column *c = &line->column[j];
        if (!c->name || !c->number) continue;
        bool now = strcmp(c->name, name) == 0;
        bool before = above && strlen(c->name) == length - 5 && memcmp(c->name, name, length - 5) == 0;
        if (!now && before && row == 0) return false;
        if (now || before) *out = (gn_numbers){1, 1, &c->number[now ? row : row - 1]};
        if (now) return true;
    }
    const gn_symbol *v = out->value ? NULL : gn_line_symbol(s, line, name, length);
    if (v) *out = (gn_numbers){v->rows, v->cols, v->value};
    return true;
}

enum { CELL_NAMES = 64 };

/* The names of a column's formula, each once. */
static gn_status names_of(const gn_sheet *s, const char *formula, gn_arena *arena, const char **name, size_t *count)
{
    gn_lexer lx = gn_lex_make(s->ctx, formula, strlen(formula));
    *count = 0;
    do {
        GN_TRY(gn_lex_next(&lx));
        if (lx.now.kind != GN_T_NAME || gn_lex_ahead(&lx) == '(' || *count == CELL_NAMES) continue;
        name[*count] = gn_arena_text(arena, lx.now.at, lx.now.length);
        if (!name[(*count)++]) return GN_NO_MEMORY;
    } while (lx.now.kind != GN_T_END);
    return GN_OK;
}

static gn_status column_again(const gn_sheet *s, const gn_line *line, const gn_sheet_column *c, gn_arena *arena,
                              double *difference)
{
    const char *name[CELL_NAMES];
    size_t count;
    GN_TRY(names_of(s, c->formula, arena, name, &count));
    for (size_t row = 0; row < line->rows; row++) {
        gn_numbers_binding bound[CELL_NAMES];
        size_t bindings = 0;
        if (line->rows > 200 && row == 100) row = line->rows - 100;
        bool known = !isnan(c->number[row]); /* nan: the row has no such number */
        for (size_t k = 0; known && k < count; k++) {
            gn_numbers_binding b = {.name = name[k]};
            known = cell_of(s, line, row, name[k], &b.array);
            if (known && b.array.value) bound[bindings++] = b;
        }
        gn_numbers value;
        if (!known) continue;
        GN_TRY(gn_array_run(arena, c->formula, strlen(c->formula), bound, bindings, &value));
        bool single = value.rows == 1 && value.cols == 1;
        *difference = fmax(*difference, single ? difference_of(value.value[0], c->number[row]) : INFINITY);
    }
    return GN_OK;
}

gn_status gn_line_again(const gn_sheet *s, const gn_line *line, double *difference)
{
    gn_arena arena;
    gn_status status = GN_OK;
    *difference = 0;
    gn_arena_init(&arena, s->ctx);
    bool equation = line->kind == GN_LINE_EQUATION && line->symbol && line->symbol->value;
    if (equation) status = equation_again(s, line, &arena, difference);
    for (size_t j = 0; line->kind == GN_LINE_TABLE && status == GN_OK && j < line->columns; j++)
        if (line->column[j].formula && line->column[j].number)
            status = column_again(s, line, &line->column[j], &arena, difference);
    gn_arena_free(&arena);
    return status;
}
