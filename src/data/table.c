/* table.c -- tables: finding columns, raising what is wrong with one, writing as CSV.
 *
 * Invariant: a fault is raised only where the column is used, with the place it stands at and what would help. */
#include <math.h>
#include <string.h>
#include "csv_number.h"

void gn_table_free(gn_table *t)
{
    for (size_t i = 0; t->column && i < t->columns; i++) {
        gn_free(t->ctx, t->column[i].number);
        gn_free(t->ctx, t->column[i].category);
    }
    gn_free(t->ctx, t->line);
    gn_arena_free(&t->arena);
    *t = (gn_table){.ctx = t->ctx};
}

static gn_status fail_no_column(const gn_table *t, const char *name, size_t length)
{
    gn_context *ctx = t->ctx;
    gn_text wanted;
    gn_text_init(&wanted, ctx);
    gn_text_add(&wanted, name, length);
    const char **names = gn_alloc_array(ctx, t->columns, sizeof *names), *close = NULL;
    gn_status status = names ? gn_text_done(&wanted) : GN_NO_MEMORY;
    for (size_t i = 0; names && i < t->columns; i++) names[i] = t->column[i].name;
    if (status == GN_OK && t->columns <= 1000) close = gn_closest(wanted.at, names, t->columns);
    gn_place at = {.file = t->name, .line = t->has_header};
    if (status == GN_OK && close)
        status = gn_fail_at(ctx, GN_E_CSV_NOCOL, at, "no column '%s'; did you mean '%s'?",
                            gn_show(GN_SHOWN, name, length), gn_show(GN_SHOWN, close, strlen(close)));
    else if (status == GN_OK)
        status = gn_fail_at(ctx, GN_E_CSV_NOCOL, at, "no column '%s'; there are %zu", gn_show(GN_SHOWN, name, length),
                            t->columns);
    gn_free(ctx, names);
    gn_text_free(&wanted);
    return status;
}

size_t gn_table_find(const gn_table *t, const char *name, size_t length)
{
    uint64_t position;
    for (size_t i = 0; i < t->columns; i++)
        if (strlen(t->column[i].name) == length && !memcmp(t->column[i].name, name, length)) return i;
    if (gn_read_uint(name, length, &position) && position >= 1 && position <= t->columns) return (size_t)position - 1;
    fail_no_column(t, name, length);
    return SIZE_MAX;
}

/* ---- faults ------------------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "1,234" or "12,345,678.9": commas between groups of three. */
static bool parts_thousands(const char *s)
{
    size_t n = 0;
    s += *s == '-' || *s == '+';
    while (is_digit(s[n])) n++;
    if (n < 1 || n > 3 || s[n] != ',') return false;
    while (s[n] == ',') {
        if (!is_digit(s[n + 1]) || !is_digit(s[n + 2]) || !is_digit(s[n + 3])) return false;
        n += 4;
    }
    return !is_digit(s[n]) && (s[n] == 0 || s[n] == '.');
}

static bool has_decimal_comma(const char *s)
{
    const char *comma = strchr(s, ',');
    return comma && !strchr(comma + 1, ',') && is_digit(comma[1]) && (comma == s || is_digit(comma[-1]));
}

static gn_status hint_number(const gn_table *t, const gn_column *c)
{
    const char *s = c->fault_text;
    bool first = t->rows && c->fault_line == t->line[0];
    if (parts_thousands(s) && t->delimiter != ',')
        return gn_hint(t->ctx, "--thousands=, if the comma parts thousands, --decimal=, if it is the decimal mark");
    if (parts_thousands(s)) return gn_hint(t->ctx, "--thousands=,");
    if (has_decimal_comma(s)) return gn_hint(t->ctx, "--decimal=,");
    if (first && t->has_header)
        return gn_hint(t->ctx, "--skip-rows=%llu --header=no if line %llu is not data",
                       (unsigned long long)c->fault_line, (unsigned long long)c->fault_line);
    if (strchr(s, '%')) return gn_hint(t->ctx, "write the number without the per cent sign");
    return gn_hint(t->ctx, "correct it, leave it empty and say --missing=drop, or leave the column out with --ignore");
}

static gn_status fail_number(const gn_table *t, const gn_column *c, gn_place at)
{
    const char *text = gn_show(GN_SHOWN, c->fault_text, strlen(c->fault_text)),
               *name = gn_show(GN_SHOWN, c->name, strlen(c->name));
    double value;
    bool lost;
    const gn_csv_dialect plain = {.delimiter = t->delimiter, .decimal = '.'};
    if (strchr(c->fault_text, 0x1A))
        gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "control byte 0x1A where a number should be (column '%s')", name);
    else if (gn_csv_foreign_digits(c->fault_text, strlen(c->fault_text)))
        gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "'%s' is not a number: only ASCII digits are read (column '%s')", text,
                   name);
    else if (gn_csv_classify(&plain, c->fault_text, strlen(c->fault_text), &value, &lost) == GN_CSV_WORD)
        gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "expected a number in column '%s', found '%s'", name, text);
    else gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "'%s' is not a number (column '%s')", text, name);
    return hint_number(t, c);
}

gn_status gn_table_fault(const gn_table *t, size_t column)
{
    const gn_column *c = &t->column[column];
    if (c->fault == GN_E_NONE) return GN_OK;
    gn_place at = {.file = t->name, .line = c->fault_line, .column = c->fault_column};
    const char *text = gn_show(GN_SHOWN, c->fault_text, strlen(c->fault_text));
    if (c->fault == GN_E_CSV_RANGE) {
        gn_fail_at(t->ctx, c->fault, at, "%s exceeds the range of %s", text,
                   t->f64 ? "float64 (max 1.7976931348623157e308)" : "float32 (max 3.4028235e38)");
        return t->f64 ? GN_BAD_DATA : gn_hint(t->ctx, "--precision=f64 if the number is right");
    }
    if (c->fault == GN_E_CSV_NONFINITE) {
        gn_fail_at(t->ctx, c->fault, at, "'%s' is not a finite number", text);
        return gn_hint(t->ctx, "--nonfinite=missing");
    }
    return fail_number(t, c, at);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* Text that a spreadsheet would run: it begins as a formula does and is no number. */
static bool is_formula(const char *text)
{
    double value;
    size_t used;
    if (!text[0] || !strchr("=+-@\t\r", text[0])) return false;
    return gn_read_number(text, strlen(text), '.', &value, &used) != GN_NUMBER_OK;
}

void gn_csv_put(gn_text *to, const char *text, char delimiter)
{
    size_t n = strlen(text);
    bool formula = is_formula(text);
    bool quote = n == 0 || text[0] == ' ' || text[n - 1] == ' ' || strchr(text, delimiter) || strpbrk(text, "\"\r\n");
    if (quote) gn_text_puts(to, "\"");
    if (formula) gn_text_puts(to, "'");
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool control = (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f; /* a terminal would obey it */
        if (control) gn_text_printf(to, "\\x%02x", c);
        else gn_text_add(to, c == '"' ? "\"\"" : text + i, c == '"' ? 2 : 1);
    }
    if (quote) gn_text_puts(to, "\"");
}

static void put_value(gn_text *to, const gn_column *c, size_t row, char delimiter)
{
    if (c->kind == GN_TEXT && c->category[row] != UINT32_MAX)
        gn_csv_put(to, c->categories[c->category[row]], delimiter);
    if (c->kind == GN_NUMERIC && !isnan(c->number[row])) gn_text_puts(to, gn_num(GN_NUM, c->number[row]));
}

gn_status gn_csv_write(const gn_table *t, gn_text *to)
{
    char mark[2] = {t->delimiter ? t->delimiter : ',', 0};
    for (size_t c = 0; c < t->columns; c++) {
        if (c) gn_text_puts(to, mark);
        gn_csv_put(to, t->column[c].name, mark[0]);
    }
    gn_text_puts(to, "\n");
    for (size_t row = 0; row < t->rows; row++) {
        for (size_t c = 0; c < t->columns; c++) {
            if (c) gn_text_puts(to, mark);
            put_value(to, &t->column[c], row, mark[0]);
        }
        gn_text_puts(to, "\n");
    }
    return gn_text_done(to);
}
