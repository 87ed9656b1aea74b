/* csv_row.c -- one row of a CSV file into its columns: numbers by the short way where they are plain, anything else
 * field by field.
 *
 * Invariant: a row counts only when it is whole, has as many fields as the table has columns, and all of it has been
 * stored. */
#include <string.h>
#include "csv_number.h"

static gn_status grow_rows(gn_csv_reader *r)
{
    gn_context *ctx = r->window.ctx;
    size_t capacity = r->capacity + r->capacity / 2 + 8;
    for (size_t i = 0; i < r->columns; i++) {
        gn_csv_column *c = &r->column[i];
        void *block = c->word ? gn_resize(ctx, c->word, capacity, sizeof *c->word)
                              : gn_resize(ctx, c->number, capacity, sizeof *c->number);
        if (!block) return GN_NO_MEMORY;
        if (c->word) c->word = block;
        else c->number = block;
    }
    uint64_t *line = gn_resize(ctx, r->table->line, capacity, sizeof *line);
    if (!line) return GN_NO_MEMORY;
    r->table->line = line;
    r->capacity = capacity;
    return GN_OK;
}

/* Control-Z ends a text file in an old custom; here it is a byte like any other, and the most helpful thing to name. */
static gn_status fail_ragged(gn_csv_reader *r, size_t fields, size_t next, size_t surplus)
{
    gn_csv_window *w = &r->window;
    const uint8_t *control = memchr(w->at + w->row, 0x1A, next - w->row);
    if (control)
        return gn_fail_at(w->ctx, GN_E_CSV_NUM, gn_csv_place(w, (size_t)(control - w->at)),
                          "control byte 0x1A where a number should be");
    gn_place at = gn_csv_place(w, fields > r->columns ? surplus : w->row);
    gn_fail_at(w->ctx, GN_E_CSV_RAGGED, at, "line %llu has %zu field%s, expected %zu", (unsigned long long)w->line,
               fields, fields == 1 ? "" : "s", r->columns);
    if (r->rows == 0) return gn_hint(w->ctx, "--skip-rows=N passes over N lines before the table");
    return GN_BAD_DATA;
}

/* What a walk over a row's fields found. */
typedef struct row_walk {
    size_t column;  /* fields so far */
    size_t offset;  /* of the next field; past the row at the end */
    size_t surplus; /* offset of the first field too many */
    uint32_t lost;
    bool quoted, more, whole;
} row_walk;

/* Plain numbers from the walk's place on, as many as stand there. */
static void short_way(gn_csv_reader *r, row_walk *k)
{
    const uint8_t *at = r->window.at, delimiter = (uint8_t)r->dialect.delimiter, decimal = (uint8_t)r->dialect.decimal;
    size_t i = k->offset, column = k->column;
    for (; column < r->columns && r->column[column].number; column++) {
        double value;
        size_t end = gn_csv_short_number(at, i, decimal, &value);
        if (!end) break;
        if (at[end] == delimiter) {
            i = end + 1;
        } else {
            end += at[end] == '\r' && at[end + 1] == '\n';
            if (at[end] != '\n') break;
            i = end + 1;
            k->whole = true;
        }
        r->column[column].number[r->rows] = value;
        if (k->whole) {
            column++;
            break;
        }
    }
    k->offset = i;
    k->column = column;
}

static gn_status long_way(gn_csv_reader *r, row_walk *k)
{
    gn_csv_window *w = &r->window;
    gn_csv_field f;
    GN_TRY(gn_csv_next(w, &r->dialect, &r->scratch, k->offset, k->column, &f));
    if (f.end == GN_CSV_MORE) {
        k->more = true;
        return GN_OK;
    }
    if (k->column == r->columns) k->surplus = f.begin;
    if (k->column < r->columns) GN_TRY(gn_csv_store(r, k->column, &f, &k->lost));
    if (++k->column > GN_CSV_COLUMN_LIMIT) return gn_csv_too_long(w, f.begin, "more than 1000000 columns");
    k->quoted |= f.quoted;
    k->offset = f.next;
    k->whole = f.end == GN_CSV_ROW_END;
    return GN_OK;
}

static void commit(gn_csv_reader *r, const row_walk *k)
{
    gn_csv_window *w = &r->window;
    r->table->line[r->rows++] = w->line;
    r->lost += k->lost;
    if (k->quoted) w->line = gn_csv_place(w, k->offset).line; /* line ends inside quotes count as well */
    else w->line++;
    w->row = k->offset;
}

static gn_status walk_row(gn_csv_reader *r, row_walk *k)
{
    bool plain = r->dialect.delimiter != ' ';
    *k = (row_walk){.offset = r->window.row};
    while (!k->whole && !k->more) {
        if (plain) short_way(r, k);
        if (!k->whole) GN_TRY(long_way(r, k));
    }
    return GN_OK;
}

/* Rows that hold nothing but blanks are passed over. */
static gn_status skip_blank(gn_csv_window *w, const gn_csv_dialect *d, bool *blank)
{
    gn_csv_end end;
    size_t next;
    *blank = gn_csv_blank_row(w, d, &end, &next);
    if (!*blank) return GN_OK;
    if (end == GN_CSV_MORE) return gn_csv_more(w);
    w->row = next;
    w->line++;
    return GN_OK;
}

gn_status gn_csv_row(gn_csv_reader *r, bool *done)
{
    gn_csv_window *w = &r->window;
    row_walk k;
    if (r->rows == r->capacity) GN_TRY(grow_rows(r));
    for (*done = false;;) {
        bool blank;
        if ((*done = w->row >= w->filled && w->ended)) return GN_OK;
        GN_TRY(skip_blank(w, &r->dialect, &blank));
        if (blank) continue;
        GN_TRY(walk_row(r, &k));
        if (!k.more) break;
        GN_TRY(gn_csv_more(w));
    }
    if (k.column != r->columns) return fail_ragged(r, k.column, k.offset, k.surplus);
    commit(r, &k);
    return GN_OK;
}
