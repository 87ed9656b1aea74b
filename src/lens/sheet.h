/* sheet.h -- a sheet: what was computed, line by line, as data that any renderer can show: formula, numbers put in,
 * value, check.
 *
 * Invariant (law 13): the right side of an equation is text of the expression language over symbols of the sheet; with
 * the symbols' values put in it is read again and gives the symbol on the left, within the rounding of the run. */
#ifndef GN_SHEET_H
#define GN_SHEET_H

#include "../base/option.h"
#include "../formula/matrix.h"
#include "../kernel/kernel.h"

/* A name of the sheet. `name` is an identifier of the expression language ("dL_dw"); `shown` is how text prints it
 * ("dL/dw"), one symbol although it has a stroke; `latex` is how LaTeX does. NULL: made from the name: d?_d? of two
 * symbols is a derivative, a trailing number an index, a Greek name its letter. */
typedef struct gn_symbol {
    const char *name, *shown, *latex;
    size_t rows, cols;              /* 1, 1: a number; a vector is a column (rows, 1) */
    const double *value;            /* row-major, full precision; NULL: no value, an equation of it (diff without a point)
                                       shows the formula only, and is not read again */
    gn_type type;                   /* of the run that computed it: f32 values have 9 digits that count, f64 17 */
    const char *exact;              /* "2*sqrt(17)", "14/3" when the engine knows it exactly, else NULL */
    bool derivative;                /* the name is d?_d? of two symbols of the sheet; dead_data is none */
} gn_symbol;

typedef struct gn_line_check {      /* of a gradient */
    const char *kind;               /* "central", "complex step"; NULL: none */
    double step, numeric, relative; /* h, the number it gave, |a - n|/max(|a|, |n|, floor) */
    const char *verdict;            /* "excellent", "pass", "suspicious", "FAIL", ... */
} gn_line_check;

typedef enum gn_line_kind {
    GN_LINE_SECTION,    /* a heading; deeper lines that follow belong to it */
    GN_LINE_GIVEN,      /* symbol = value: what is put in, not computed */
    GN_LINE_EQUATION,   /* symbol = formula = numbers = value */
    GN_LINE_TEXT,       /* words made from the numbers */
    GN_LINE_TABLE
} gn_line_kind;

typedef struct gn_sheet_column {
    const char *title;              /* "k", "w", "dL/dw" */
    const char *name;               /* identifier for `formula` of other columns; NULL when none uses it */
    const char *formula;            /* over names of columns in the same row and symbols of the sheet; a name with _prev
                                       is the row above; NULL: not computed from the row */
    const double *number;           /* (rows), NaN prints as nan; or NULL for a column of text */
    const char *const *text;
    bool single;                    /* the numbers are floats, widened: they have 9 digits that count, not 17 */
} gn_sheet_column;
static inline gn_type gn_column_type(const gn_sheet_column *c) { return c->single ? GN_F32 : GN_F64; }

typedef struct gn_line {
    gn_line_kind kind;
    int depth;                      /* 0: always shown; d: shown from --depth d on */
    uint32_t number;                /* of the step, from 1; 0: not numbered */
    const gn_symbol *symbol;        /* GIVEN, EQUATION */
    const char *title;              /* what the step is: "forward", "chain"; SECTION, TEXT: the words; TABLE: caption */
    const char *formula;            /* EQUATION: right side in symbols, "2*e*x" */
    const char *rule;               /* rule and objects, "matmul: (3,2) = (3,4)*(4,2)"; NULL: none */
    gn_line_check check;
    size_t columns, rows;           /* TABLE */
    const gn_sheet_column *column;
    size_t symbols;                 /* the sheet's when the line was made: the names of its formula mean these */
} gn_line;

typedef struct gn_sheet {
    gn_context *ctx;
    gn_arena arena;                 /* everything the lines point to; copied in */
    const char *title;
    size_t facts;                   /* header lines: conventions in force (loss constant, layout, kink, precision, seed) */
    const char **fact;
    size_t symbols, symbol_room;
    gn_symbol **symbol;
    size_t lines, line_room;
    gn_line **line;
    uint32_t steps;                 /* numbers given so far */
    gn_status status;               /* the first failure; builders do nothing after it, so that a caller checks once */
} gn_sheet;

void gn_sheet_open(gn_sheet *s, gn_context *ctx, const char *title);
void gn_sheet_free(gn_sheet *s);
gn_status gn_sheet_done(const gn_sheet *s);
void gn_sheet_fact(gn_sheet *s, const char *fmt, ...) GN_PRINTF(2, 3);
void gn_sheet_section(gn_sheet *s, int depth, const char *fmt, ...) GN_PRINTF(3, 4);
void gn_sheet_text(gn_sheet *s, int depth, const char *fmt, ...) GN_PRINTF(3, 4);

/* A symbol with its value, copied; type f32: `value` holds the floats widened. A second call with the same name gives
 * the name a new value for later lines; earlier lines keep theirs. */
gn_symbol *gn_sheet_symbol(gn_sheet *s, const char *name, size_t rows, size_t cols, const double *value, gn_type type);
gn_symbol *gn_sheet_find(const gn_sheet *s, const char *name);      /* the latest of that name, NULL when none */
/* What a name of a line's formula stands for: the latest symbol of that name when the line was made, save the one on the
 * left; NULL when none. */
const gn_symbol *gn_line_symbol(const gn_sheet *s, const gn_line *line, const char *name, size_t length);

/* symbol = value, of what is put in. */
gn_line *gn_sheet_given(gn_sheet *s, int depth, const char *title, gn_symbol *symbol);
/* symbol = formula, value from the trace of the run; the formula's names must be symbols of the sheet. `numbered`:
 * takes the next step number. The line can be completed (rule, check) until the sheet is done. */
gn_line *gn_sheet_equation(gn_sheet *s, int depth, bool numbered, const char *title, gn_symbol *symbol,
                           const char *formula);
/* The formula is run now, in float64 by gn_array_run, and makes the symbol's value: for what is computed nowhere else.
 */
gn_line *gn_sheet_compute(gn_sheet *s, int depth, bool numbered, const char *title, const char *name,
                          const char *formula);
gn_line *gn_sheet_table(gn_sheet *s, int depth, const char *caption, size_t columns, size_t rows,
                        const gn_sheet_column *column);     /* copied */

/* The right side with values put in, as the language reads it: negative numbers in parentheses after an operator,
 * vectors and matrices as [..]; `digits` 0: the shortest text that reads back. */
gn_status gn_line_numbers(const gn_sheet *s, const gn_line *line, int digits, gn_text *to);
/* How many digits the numbers put in need so that they give, read again, what is printed on the left with `digits`: more
 * than these where digits cancel, as in 0.149278 - 0.149256. *out is `digits` for lines of more than 64 numbers. */
gn_status gn_line_digits(const gn_sheet *s, const gn_line *line, int digits, int *out);
/* Law 13 for one line: the right side read again from its text at full digits and evaluated (of more than 512 numbers,
 * from its formula with the numbers bound to the names); *difference is the largest |again - printed| / max(1, |printed|),
 * inf when shapes differ. Of a table the columns with formulas, row by row (of more than 200 rows the first and last 100;
 * a nan is not computed). 0 for lines without equation. */
gn_status gn_line_again(const gn_sheet *s, const gn_line *line, double *difference);

/* ---- renderers: one file each ------------------------------------------------------------------------------------ */
typedef enum gn_format { GN_FORMAT_TEXT, GN_FORMAT_MARKDOWN, GN_FORMAT_LATEX, GN_FORMAT_HTML, GN_FORMAT_COUNT } gn_format;
typedef struct gn_render {
    gn_format format;
    int digits;                     /* significant, 1..17; default 6, shortest when fewer say it (5.6) */
    int depth;                      /* lines with a greater depth are left out, with one line that says how many */
    int width;                      /* of text, default 80 */
    bool ascii;                     /* no box drawing, no Greek, no sparkline blocks */
    bool colour;
    size_t rows;                    /* most rows of an array or table before it is shown as head, tail and a summary;
                                       default 24 */
    const char *attached;           /* what is not shown whole stands in files beside the document whose names begin so:
                                       "x" for x-W1.csv; NULL: there are none */
    size_t part;                    /* which of a document's several sheets, from 1; 0: the sheet is the document */
} gn_render;
void gn_render_defaults(gn_render *r);
/* By the options format, digits, depth, ascii; json, which the command writes, counts as text here. */
void gn_render_options(const gn_options *o, gn_render *r);
gn_status gn_sheet_render(const gn_sheet *s, const gn_render *how, gn_text *to);
/* Is it an array or a table that this form cuts (text has its own summaries, and cuts for nobody)? Then its file beside
 * the document: the end of its name, "W1.csv", whether this line is the first to show it, and what stands in it. */
bool gn_line_is_cut(const gn_line *line, const gn_render *how);
void gn_line_attachment(const gn_sheet *s, size_t line, const gn_render *how, gn_text *to);
bool gn_line_attached_first(const gn_sheet *s, size_t line, const gn_render *how);
void gn_line_csv(const gn_line *line, gn_text *to);
/* One document of several sheets, appended to `to`: the opening, then each sheet with how->part counted from 1, then the
 * close. Their anchors and ids are told apart by the part. */
gn_status gn_sheets_open(const gn_render *how, const char *title, gn_text *to);
gn_status gn_sheets_close(const gn_render *how, gn_text *to);
/* "(6,4) n=24 in [-0.191, 0.158] mean -0.0158 sd 0.0948 |_▂▅█▂_|", with NaN! Inf! all-zero where it is so. */
void gn_array_summary(gn_text *to, size_t rows, size_t cols, const double *value, bool ascii);

#endif
