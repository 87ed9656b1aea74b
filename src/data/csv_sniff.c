/* csv_sniff.c -- the delimiter and the header, found from the first rows.
 *
 * Invariant: evidence decides and equal evidence is refused; nothing is taken for a header that could be a row of data.
 * A trial cuts rows leniently: what is wrong in them is found, with its place, when they are read. */
#include <string.h>
#include "csv.h"

enum { ROWS = 128, HEADER_COLUMNS = 4096 };
static const char candidates[] = {',', ';', '\t', '|', ' '};

/* Fields; numbers among them; numbers with a decimal comma. */
typedef struct tally {
    size_t total, numbers, comma_numbers;
} tally;

/* The rows cut by one delimiter. */
typedef struct trial {
    char delimiter;
    size_t rows;
    uint32_t fields[ROWS]; /* of each row */
    uint64_t line[ROWS];
    tally n;
    size_t parted;       /* rows with a delimiter in them */
    size_t blanks, cuts; /* delimiters, and those followed by a blank */
} trial;

static bool at_line_end(const gn_csv_window *w, size_t i)
{
    uint8_t c = gn_csv_at(w, i);
    return c == '\n' || c == '\r' || i >= w->filled;
}

/* The text of a field; open: a quote before it was never closed. */
typedef struct span {
    size_t from, to;
    bool open;
} span;

/* A field cut leniently; the result is the offset of what ends it. */
static size_t cut(const gn_csv_window *w, const gn_csv_dialect *d, size_t i, span *f)
{
    while (gn_csv_at(w, i) == ' ' || (gn_csv_at(w, i) == '\t' && d->delimiter != '\t')) i++;
    f->from = i;
    f->open = false;
    if (gn_csv_at(w, i) == '"') {
        for (i++; i < w->filled; i++) {
            uint8_t c = gn_csv_at(w, i);
            if (d->escape && c == (uint8_t)d->escape) i++;
            else if (c == '"' && gn_csv_at(w, i + 1) == '"') i++;
            else if (c == '"') break;
        }
        f->open = i >= w->filled;
        f->to = f->open ? w->filled : i++;
        while (gn_csv_at(w, i) == ' ' && d->delimiter != ' ') i++;
        bool whole = at_line_end(w, i) || gn_csv_at(w, i) == (uint8_t)d->delimiter;
        while (!at_line_end(w, i) && gn_csv_at(w, i) != (uint8_t)d->delimiter) i++;
        /* With something after its closing quote it is no field by this delimiter: keep the quote, so that it is no
         * number either. */
        if (whole) f->from++;
        else f->to = i;
        return i;
    }
    while (!at_line_end(w, i) && gn_csv_at(w, i) != (uint8_t)d->delimiter) i++;
    for (f->to = i; f->to > f->from && gn_csv_at(w, f->to - 1) == ' ';) f->to--;
    return i;
}

/* Past the delimiter at i, or false at the row's end. */
static bool step(const gn_csv_window *w, const gn_csv_dialect *d, size_t *i)
{
    if (at_line_end(w, *i)) return false;
    ++*i;
    if (d->delimiter != ' ') return true;
    while (gn_csv_at(w, *i) == ' ') ++*i;
    return !at_line_end(w, *i);
}

static void count_field(trial *t, const gn_csv_window *w, const gn_csv_dialect *d, span f)
{
    double value;
    bool lost;
    gn_csv_dialect comma = *d;
    comma.decimal = ',';
    const char *text = (const char *)w->at + f.from;
    t->n.total++;
    if (gn_csv_classify(d, text, f.to - f.from, &value, &lost) == GN_CSV_NUMBER) t->n.numbers++;
    else if (d->delimiter != ',' && gn_csv_classify(&comma, text, f.to - f.from, &value, &lost) == GN_CSV_NUMBER)
        t->n.comma_numbers++;
}

/* Offset of the row's end; *open: a quote in it was never closed, so that it is no evidence. */
static size_t try_row(trial *t, const gn_csv_window *w, const gn_csv_dialect *d, size_t i, bool *open)
{
    size_t fields = 0;
    span f = {0};
    tally before = t->n;
    for (bool on = true; on; fields++) {
        i = cut(w, d, i, &f);
        if (fields < HEADER_COLUMNS) count_field(t, w, d, f);
        on = step(w, d, &i);
        t->cuts += on;
        t->blanks += on && gn_csv_at(w, i) == ' ';
    }
    *open = f.open;
    if (f.open) t->n = before;
    t->fields[t->rows] = (uint32_t)fields;
    t->parted += fields > 1 && !f.open;
    return i;
}

/* The next row that is whole and not blank, from *i on; false when there is none. */
static bool next_row(const gn_csv_window *w, const gn_csv_dialect *d, size_t *i, uint64_t *line)
{
    for (;; ++*line) {
        gn_csv_end end;
        size_t next;
        gn_csv_window at = *w;
        at.row = *i;
        if (*i >= w->filled) return false;
        if (!gn_csv_blank_row(&at, d, &end, &next)) return true;
        if (end == GN_CSV_MORE) return false;
        *i = next;
    }
}

static void try_rows(trial *t, const gn_csv_window *w, const gn_csv_dialect *d)
{
    size_t i = w->row;
    uint64_t line = w->line;
    *t = (trial){.delimiter = d->delimiter};
    while (t->rows < ROWS && next_row(w, d, &i, &line)) {
        gn_csv_end end;
        bool open;
        size_t next, stop = try_row(t, w, d, i, &open);
        if (t->rows && (open || (stop >= w->filled && !w->ended))) break;
        t->line[t->rows++] = line;
        if (!gn_csv_line_end(w, stop, &end, &next) || next <= i) break;
        gn_csv_window here = *w;
        here.row = i;
        here.line = line;
        line = gn_csv_place(&here, next).line;
        i = next;
    }
}

static bool consistent(const trial *t)
{
    for (size_t i = 1; i < t->rows; i++)
        if (t->fields[i] != t->fields[0]) return false;
    return t->rows && t->fields[0] > 1;
}

/* The width that most rows have, wider at equal counts, and how many rows have it. */
static size_t usual_width(const trial *t, size_t *rows)
{
    size_t best = 0;
    *rows = 0;
    for (size_t i = 0; i < t->rows; i++) {
        size_t n = 0;
        for (size_t k = 0; k < t->rows; k++) n += t->fields[k] == t->fields[i];
        if (n > *rows || (n == *rows && t->fields[i] > best)) *rows = n, best = t->fields[i];
    }
    return best;
}

/* Blanks part words as well as columns, so they count only where the fields are numbers. */
static bool usable(const trial *t)
{
    if (t->delimiter != ' ' || !t->parted) return t->parted > 0;
    size_t numbers = t->n.numbers + t->n.comma_numbers, names = t->fields[0];
    return numbers && 2 * numbers + names >= t->n.total && 10 * t->parted >= 9 * t->rows;
}

/* > 0: a is the better cut, < 0: b, 0: they are equally good. */
static int compare(const trial *a, const trial *b)
{
    bool even_a = consistent(a), even_b = consistent(b);
    if (usable(a) != usable(b)) return usable(a) ? 1 : -1;
    if (!usable(a)) return 0;
    if ((a->delimiter == ' ') != (b->delimiter == ' ')) {
        /* Blanks stand beside other delimiters; they part fields only where the other is rare. */
        const trial *other = a->delimiter == ' ' ? b : a;
        bool other_wins = consistent(other) || 10 * other->parted >= 9 * other->rows;
        return other_wins == (other == a) ? 1 : -1;
    }
    if (even_a != even_b) return even_a ? 1 : -1;
    if (even_a) {
        /* With as many columns either way a decimal comma is no evidence: each cut would have it explain the other. */
        bool same_width = a->fields[0] == b->fields[0];
        size_t good_a = a->n.numbers + (same_width ? 0 : a->n.comma_numbers),
               good_b = b->n.numbers + (same_width ? 0 : b->n.comma_numbers);
        uint64_t share_a = (uint64_t)good_a * b->n.total, share_b = (uint64_t)good_b * a->n.total;
        return share_a > share_b ? 1 : share_a < share_b ? -1 : 0;
    }
    if (a->parted != b->parted) return a->parted > b->parted ? 1 : -1;
    size_t rows_a, rows_b;
    bool wide_a = usual_width(a, &rows_a) > 1, wide_b = usual_width(b, &rows_b) > 1;
    if (wide_a != wide_b) return wide_a ? 1 : -1;
    return rows_a > rows_b ? 1 : rows_a < rows_b ? -1 : 0;
}

static const char *delimiter_name(char c)
{
    return c == '\t' ? "tab" : c == ' ' ? "space" : c == ';' ? "semicolon" : c == '|' ? "pipe" : "comma";
}

static gn_status fail_dialect(gn_csv_window *w, char a, char b)
{
    gn_fail_at(w->ctx, GN_E_CSV_DIALECT, gn_csv_place(w, w->row), "cannot tell the delimiter ('%s%c' or '%s%c')",
               a == '\t' ? "\\" : "", a == '\t' ? 't' : a, b == '\t' ? "\\" : "", b == '\t' ? 't' : b);
    return gn_hint(w->ctx, "--delim=%s or --delim=%s", delimiter_name(a), delimiter_name(b));
}

/* With a decimal comma, commas part fields only when nothing else does. */
static gn_status find_delimiter(gn_csv_window *w, gn_csv_dialect *d, trial *best, trial *other)
{
    char rival = 0;
    for (size_t i = d->decimal == ','; i < GN_COUNT(candidates); i++) {
        d->delimiter = candidates[i];
        try_rows(other, w, d);
        int order = i == (d->decimal == ',') ? 1 : compare(other, best);
        if (order > 0) {
            *best = *other;
            rival = 0;
        } else if (order == 0 && usable(best)) {
            rival = other->delimiter;
        }
    }
    if (rival) return fail_dialect(w, best->delimiter, rival);
    d->delimiter = usable(best) ? best->delimiter : ',';
    if (best->delimiter != d->delimiter) try_rows(best, w, d);
    return GN_OK;
}

/* Rows of the usual width that follow a first row of another: a table below a preamble, or a second table. */
static uint64_t later_table(const trial *t)
{
    size_t rows, width = usual_width(t, &rows), first = t->rows;
    if (!t->rows || width < 2 || t->fields[0] == width) return 0;
    while (first > 0 && t->fields[first - 1] == width) first--;
    return t->rows - first >= 2 && rows == t->rows - first ? t->line[first] : 0;
}

/* ---- the header -------------------------------------------------------------------------------------- */

typedef struct head_column {
    span first;              /* the first row's field */
    uint32_t numbers, words; /* in the rows below */
    bool again;              /* the first row's text stands below as well */
} head_column;

static bool same_text(const gn_csv_window *w, const span *a, const span *b)
{
    return a->to - a->from == b->to - b->from && !memcmp(w->at + a->from, w->at + b->from, a->to - a->from);
}

static void look_below(const gn_csv_window *w, const gn_csv_dialect *d, head_column *head, size_t columns, size_t i)
{
    span f;
    size_t c = 0;
    for (bool on = true; on && c < columns; c++) {
        double value;
        bool lost;
        i = cut(w, d, i, &f);
        gn_csv_kind kind = gn_csv_classify(d, (const char *)w->at + f.from, f.to - f.from, &value, &lost);
        head[c].numbers += kind != GN_CSV_WORD && kind != GN_CSV_MISSING;
        head[c].words += kind == GN_CSV_WORD;
        head[c].again |= kind == GN_CSV_WORD && same_text(w, &head[c].first, &f);
        on = step(w, d, &i);
    }
}

/* Could these fields be names? *gaps: how many are empty. */
static bool could_be_names(const gn_csv_window *w, const gn_csv_dialect *d, const head_column *head, size_t columns,
                           size_t *gaps)
{
    size_t names = 0;
    *gaps = 0;
    for (size_t c = 0; c < columns; c++) {
        double value;
        bool lost, end = c == 0 || c + 1 == columns;
        const char *text = (const char *)w->at + head[c].first.from;
        size_t n = head[c].first.to - head[c].first.from;
        gn_csv_kind kind = gn_csv_classify(d, text, n, &value, &lost);
        bool na = n == 2 && !memcmp(text, "NA", 2);
        *gaps += n == 0;
        names += kind == GN_CSV_WORD;
        if (kind != GN_CSV_WORD && !na && !(n == 0 && end)) return false;
    }
    return names > 0;
}

static bool all_differ(const gn_csv_window *w, const head_column *head, size_t columns)
{
    for (size_t a = 0; a < columns && columns <= 1024; a++)
        for (size_t b = a + 1; b < columns; b++)
            if (same_text(w, &head[a].first, &head[b].first)) return false;
    return true;
}

/* A header names columns of numbers; where there are none, its texts differ from each other and from everything below
 * them. */
static bool is_header(const gn_csv_window *w, const gn_csv_dialect *d, const head_column *head, size_t columns,
                      size_t rows)
{
    size_t gaps;
    bool again = false;
    if (!could_be_names(w, d, head, columns, &gaps)) return false;
    for (size_t c = 0; c < columns; c++) {
        if (head[c].numbers && head[c].numbers >= head[c].words && head[c].first.to > head[c].first.from) return true;
        again |= head[c].again;
    }
    return rows == 1 || (!gaps && !again && all_differ(w, head, columns));
}

static gn_status find_header(gn_csv_window *w, gn_csv_shape *s)
{
    const gn_csv_dialect *d = &s->dialect;
    size_t columns = s->fields < HEADER_COLUMNS ? s->fields : HEADER_COLUMNS, i = w->row, rows = 0;
    span f;
    uint64_t line = 1;
    head_column *head = gn_calloc(w->ctx, columns, sizeof *head);
    if (!head) return GN_NO_MEMORY;
    for (size_t c = 0; c < columns; c++) {
        i = cut(w, d, i, &head[c].first);
        step(w, d, &i);
    }
    for (i = w->row; rows < ROWS && next_row(w, d, &i, &line); rows++) {
        gn_csv_end end;
        if (rows) look_below(w, d, head, columns, i);
        for (bool on = true; on;) {
            i = cut(w, d, i, &f);
            on = step(w, d, &i);
        }
        if (!gn_csv_line_end(w, i, &end, &i) || end == GN_CSV_MORE) break;
    }
    s->header = is_header(w, d, head, columns, rows);
    gn_free(w->ctx, head);
    return GN_OK;
}

/* ---- options ----------------------------------------------------------------------------------------- */

const char *gn_csv_option(const gn_options *o, gn_option_id id)
{
    size_t count;
    return o ? gn_option_text(o, id) : gn_option_table(&count)[id].dflt;
}

static gn_status usage(gn_context *ctx, const char *name, const char *value, const char *expected)
{
    return gn_fail(ctx, GN_E_USAGE, "--%s=%s: expected %s", name, gn_show(GN_SHOWN, value, strlen(value)), expected);
}

/* One ASCII mark: not a letter, a digit, a quote, or a line end. */
static bool is_mark(char c)
{
    return c == '\t' ||
           (c >= ' ' && c < 127 && c != '"' && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z'));
}

static gn_status read_delimiter(gn_context *ctx, const char *text, char *to)
{
    static const struct {
        const char *name;
        char mark;
    } names[] = {{"auto", 0},   {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'},
                 {"\\t", '\t'}, {"pipe", '|'},  {"space", ' '},     {"", 0}};
    for (size_t i = 0; i < GN_COUNT(names); i++)
        if (!strcmp(text, names[i].name)) {
            *to = names[i].mark;
            return GN_OK;
        }
    *to = text[0];
    if (text[1] || !is_mark(text[0]))
        return usage(ctx, "delim", text, "one character, or auto, comma, semicolon, tab, pipe, space");
    return GN_OK;
}

/* A backslash comes single, or doubled from a shell's quotes. */
static gn_status read_mark(gn_context *ctx, const char *name, const char *text, char *to)
{
    *to = text[0];
    if (!text[0] || ((!text[1] || (text[0] == text[1] && !text[2])) && is_mark(text[0]))) return GN_OK;
    return usage(ctx, name, text, "one character");
}

static gn_status read_options(gn_context *ctx, const gn_options *o, gn_csv_dialect *d)
{
    *d = (gn_csv_dialect){.decimal = gn_csv_option(o, GN_O_DECIMAL)[0] == ',' ? ',' : '.'};
    d->latin1 = !strcmp(gn_csv_option(o, GN_O_ENCODING), "latin1");
    d->f64 = !strcmp(gn_csv_option(o, GN_O_PRECISION), "f64");
    d->nonfinite_missing = !strcmp(gn_csv_option(o, GN_O_NONFINITE), "missing");
    GN_TRY(read_delimiter(ctx, gn_csv_option(o, GN_O_DELIM), &d->delimiter));
    GN_TRY(read_mark(ctx, "thousands", gn_csv_option(o, GN_O_THOUSANDS), &d->thousands));
    GN_TRY(read_mark(ctx, "escape", gn_csv_option(o, GN_O_ESCAPE), &d->escape));
    if (d->thousands && d->thousands == d->decimal)
        return usage(ctx, "thousands", gn_csv_option(o, GN_O_THOUSANDS), "another mark than the decimal one");
    return GN_OK;
}

static gn_status fail_later_table(gn_csv_window *w, const trial *t, uint64_t line)
{
    size_t rows, width = usual_width(t, &rows);
    gn_place at = {.file = w->source->name, .line = line, .column = 1};
    gn_fail_at(w->ctx, GN_E_CSV_RAGGED, at, "line %llu has %zu fields, expected %zu as in line %llu",
               (unsigned long long)line, width, (size_t)t->fields[0], (unsigned long long)t->line[0]);
    return gn_hint(w->ctx, "--skip-rows=%llu if the table begins at line %llu", (unsigned long long)line - 1,
                   (unsigned long long)line);
}

static gn_status sniff(gn_csv_window *w, const gn_options *options, gn_csv_shape *s, trial room[2])
{
    GN_TRY(read_options(w->ctx, options, &s->dialect));
    w->latin1 = s->dialect.latin1;
    if (s->dialect.delimiter) try_rows(&room[0], w, &s->dialect);
    else GN_TRY(find_delimiter(w, &s->dialect, &room[0], &room[1]));
    s->fields = room[0].fields[0];
    s->blank_after = room[0].cuts && room[0].blanks == room[0].cuts && s->dialect.delimiter != ' ';
    s->table_line = later_table(&room[0]);
    if (s->table_line) return fail_later_table(w, &room[0], s->table_line);
    const char *header = gn_csv_option(options, GN_O_HEADER);
    s->header = !strcmp(header, "yes");
    return strcmp(header, "auto") ? GN_OK : find_header(w, s);
}

gn_status gn_csv_sniff(gn_csv_window *w, const gn_options *options, gn_csv_shape *shape)
{
    *shape = (gn_csv_shape){0};
    trial *room = gn_calloc(w->ctx, 2, sizeof *room);
    if (!room) return GN_NO_MEMORY;
    gn_status status = sniff(w, options, shape, room);
    gn_free(w->ctx, room);
    return status;
}
