/* csv.h -- the parts of the CSV reader: a window on the bytes, fields, dialect, columns.
 *
 * Invariant: offsets only, never pointers, and at[filled] is always a 0 byte, so that a loop which stops at 0 stops
 * inside the window; a 0 byte before `filled` is the file's own and is refused. A row is worked on only in ways that
 * can be repeated: when the window ends inside it, more is read and the row begins again. */
#ifndef GN_CSV_H
#define GN_CSV_H

#include "data.h"

enum {
    GN_CSV_FIELD_LIMIT = 65536,
    GN_CSV_ROW_LIMIT = 16 << 20,
    GN_CSV_COLUMN_LIMIT = 1000000,
    GN_CSV_SAMPLE = 256 << 10 /* bytes the dialect is found from, and read at a time */
};

/* How the file is written. */
typedef struct gn_csv_dialect {
    char delimiter;
    char decimal;
    char thousands; /* 0: none */
    char escape;    /* 0: none */
    bool latin1, f64, nonfinite_missing;
} gn_csv_dialect;

typedef struct gn_csv_window {
    gn_context *ctx;
    gn_source *source;
    uint8_t *at;
    size_t filled, capacity;
    size_t sample; /* bytes to have at a time, where a row needs no more */
    size_t row;    /* offset of the row being read */
    uint64_t line; /* its physical line, from 1 */
    bool ended;    /* the source has no more */
    bool latin1;   /* a byte is a character, for places */
} gn_csv_window;

/* Keep [row, filled), then read until `want` bytes past row are there or the source ends. */
gn_status gn_csv_fill(gn_csv_window *w, size_t want);
/* The row goes on past the window: read more, or fail with the row limit. */
gn_status gn_csv_more(gn_csv_window *w);
/* Raises CSV-LIMIT: of the row when that is too long as well, else `what`. */
gn_status gn_csv_too_long(gn_csv_window *w, size_t offset, const char *what);
/* Physical line and column of a byte at or after w->row. */
gn_place gn_csv_place(const gn_csv_window *w, size_t offset);
static inline uint8_t gn_csv_at(const gn_csv_window *w, size_t i)
{
    return w->at[i < w->filled ? i : w->filled];
}

/* What stands at an offset. */
typedef enum gn_csv_end {
    GN_CSV_DELIMITER,
    GN_CSV_ROW_END,
    GN_CSV_MORE /* not to be told before more is read */
} gn_csv_end;
typedef struct gn_csv_field {
    const char *text; /* trimmed, unquoted, UTF-8; in the window or in the scratch room, valid until the next field */
    size_t length;
    size_t begin; /* offset of the first byte, for the place */
    size_t next;  /* offset past the delimiter or the row's end */
    gn_csv_end end;
    bool quoted;
} gn_csv_field;

/* One field from `offset` on. scratch holds unescaped text. */
gn_status gn_csv_next(gn_csv_window *w, const gn_csv_dialect *d, gn_text *scratch, size_t offset, size_t column,
                      gn_csv_field *out);
bool gn_csv_blank_row(const gn_csv_window *w, const gn_csv_dialect *d, gn_csv_end *end, size_t *next);
/* Is there a line end at i? *end is MORE when a CR ends the window: an LF may follow. */
bool gn_csv_line_end(const gn_csv_window *w, size_t i, gn_csv_end *end, size_t *next);

typedef enum gn_csv_kind {
    GN_CSV_NUMBER,
    GN_CSV_MISSING,
    GN_CSV_RANGE,
    GN_CSV_NONFINITE,
    GN_CSV_SPOILED, /* a number that somebody wrote another way: 50%, 0x1A, 1_000, - */
    GN_CSV_WORD
} gn_csv_kind;
/* What a field is; *value is its number, or NaN; *lost becomes true when a number other than 0 became 0. */
gn_csv_kind gn_csv_classify(const gn_csv_dialect *d, const char *text, size_t length, double *value, bool *lost);
bool gn_csv_missing(const char *text, size_t length);

/* The dialect from the bytes in the window (whole rows from w->row on), as far as options leave it open. */
typedef struct gn_csv_shape {
    gn_csv_dialect dialect;
    bool header;
    size_t fields;       /* of the first row */
    uint64_t table_line; /* 0, or the line where a table of another width begins after a preamble */
    bool blank_after;    /* every delimiter is followed by a blank */
} gn_csv_shape;
gn_status gn_csv_sniff(gn_csv_window *w, const gn_options *options, gn_csv_shape *shape);

/* Distinct texts numbered in order of first appearance. */
typedef struct gn_csv_words {
    const char **text;
    uint32_t *slot; /* open addressing; 0: free, else number + 1 */
    size_t count, capacity, slots;
    uint32_t last; /* the number found last: sorted files ask for it again */
} gn_csv_words;
gn_status gn_csv_word(gn_arena *arena, gn_csv_words *words, const char *text, size_t length, uint32_t *number);
void gn_csv_words_free(gn_context *ctx, gn_csv_words *words);

/* A column while it is read. */
typedef struct gn_csv_column {
    double *number; /* (capacity of the reader), or NULL for text */
    uint32_t *word; /* or NULL for numbers */
    gn_csv_words words;
    bool spoilt; /* began with numbers, then something else came */
    gn_code fault;
    uint64_t fault_line, fault_column, missing_line, missing_column;
    const char *fault_text;
} gn_csv_column;

typedef struct gn_csv_reader {
    gn_csv_window window;
    gn_csv_dialect dialect;
    gn_table *table;
    gn_csv_column *column;
    size_t columns, rows, capacity;
    gn_text scratch;
    uint64_t lost; /* numbers that became 0 */
} gn_csv_reader;
gn_status gn_csv_row(gn_csv_reader *r, bool *done); /* one row; done at the end of the file */
gn_status gn_csv_store(gn_csv_reader *r, size_t column, const gn_csv_field *f, uint32_t *lost);
gn_status gn_csv_finish(gn_csv_reader *r); /* columns of the table from what was read */

/* gn_csv_read with another sample: tests let the window end inside every row. */
gn_status gn_csv_read_by(gn_context *ctx, gn_source *source, const gn_options *options, size_t sample, gn_table *out);

/* Options with NULL for the defaults. */
const char *gn_csv_option(const gn_options *o, gn_option_id id);

/* Sorting without the C library's, which may allocate behind the context's back. */
typedef bool (*gn_less_fn)(const void *with, uint32_t a, uint32_t b);
void gn_sort_indices(uint32_t *order, size_t n, gn_less_fn less, const void *with);

#endif
