/* csv_read.c -- a CSV file into a table: what kind of file it is, its dialect, its header, its rows.
 *
 * Invariant: memory grows with the rows that have arrived, never with a size that was promised; on failure nothing is
 * left behind. */
#include <string.h>
#include "csv.h"

/* ---- what the first bytes say ------------------------------------------------------------------------ */

static bool begins(const gn_csv_window *w, const void *bytes, size_t n)
{
    return w->filled - w->row >= n && !memcmp(w->at + w->row, bytes, n);
}

static gn_status fail_here(gn_csv_window *w, gn_code code, const char *what)
{
    return gn_fail_at(w->ctx, code, gn_csv_place(w, w->row), "%s", what);
}

static gn_status check_unicode(gn_csv_window *w)
{
    if (begins(w, "\xFF\xFE\0\0", 4) || begins(w, "\0\0\xFE\xFF", 4)) {
        fail_here(w, GN_E_CSV_ENC, "UTF-32 text");
        return gn_hint(w->ctx, "convert with: iconv -f UTF-32 -t UTF-8");
    }
    if (begins(w, "\xFF\xFE", 2) || begins(w, "\xFE\xFF", 2)) {
        fail_here(w, GN_E_CSV_ENC, begins(w, "\xFF", 1) ? "UTF-16 text (bytes FF FE)" : "UTF-16 text (bytes FE FF)");
        return gn_hint(w->ctx, "convert with: iconv -f UTF-16 -t UTF-8");
    }
    return GN_OK;
}

static bool is_html(const gn_csv_window *w)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body"};
    size_t i = w->row;
    while (memchr(" \t\r\n", gn_csv_at(w, i), 4)) i++;
    for (size_t k = 0; k < GN_COUNT(starts); k++) {
        size_t n = 0;
        while (starts[k][n] && (gn_csv_at(w, i + n) | 0x20) == (starts[k][n] | 0x20)) n++;
        if (!starts[k][n]) return true;
    }
    return false;
}

static gn_status check_kind(gn_csv_window *w)
{
    static const struct {
        const char *magic;
        size_t size;
        const char *what;
    } kinds[] = {{"PK\3\4", 4, "this is a ZIP/XLSX file"},
                 {"%PDF-", 5, "this is a PDF file"},
                 {"\x89PNG", 4, "this is a PNG file"},
                 {"\xFF\xD8\xFF", 3, "this is a JPEG file"},
                 {"GIF8", 4, "this is a GIF file"},
                 {"\x1F\x8B", 2, "this is a gzip file"},
                 {"\xD0\xCF\x11\xE0", 4, "this is an old Microsoft Office (XLS) file"},
                 {"PAR1", 4, "this is a Parquet file"},
                 {"\x93NUMPY", 6, "this is a NumPy (NPY) file"},
                 {"\x7F"
                  "ELF",
                  4, "this is a program (ELF)"}};
    for (size_t i = 0; i < GN_COUNT(kinds); i++)
        if (begins(w, kinds[i].magic, kinds[i].size)) {
            fail_here(w, GN_E_CSV_KIND, kinds[i].what);
            return gn_hint(w->ctx, "export the table as CSV");
        }
    return is_html(w) ? fail_here(w, GN_E_CSV_HTML, "this is an HTML page, not CSV (failed download?)") : GN_OK;
}

/* ---- up to the table --------------------------------------------------------------------------------- */

/* Pass over one physical line, however long. */
static gn_status skip_line(gn_csv_window *w)
{
    gn_csv_end end;
    size_t next = w->row;
    for (;;) {
        size_t i = w->row;
        while (!gn_csv_line_end(w, i, &end, &next)) i++;
        if (end != GN_CSV_MORE) break;
        /* Keep a CR that may have its LF in what comes. */
        w->row = i < w->filled ? i : w->filled;
        GN_TRY(gn_csv_fill(w, w->sample + 1));
    }
    w->row = next;
    w->line++;
    return GN_OK;
}

static gn_status fail_empty(gn_csv_window *w, bool mark, bool blank_lines, int64_t skipped)
{
    gn_place at = {.file = w->source->name};
    if (skipped) return gn_fail_at(w->ctx, GN_E_CSV_EMPTY, at, "--skip-rows=%lld leaves no row", (long long)skipped);
    return gn_fail_at(w->ctx, GN_E_CSV_EMPTY, at, "%s",
                      blank_lines ? "only blank lines"
                      : mark      ? "contains only a byte-order mark"
                                  : "file is empty (0 bytes)");
}

/* Past the lines to skip and past blank ones, to a row, with the whole of it in the window. */
static gn_status find_first_row(gn_csv_window *w, int64_t skip, bool mark)
{
    const gn_csv_dialect not_tab = {.delimiter = '\t'};
    uint64_t first = w->line;
    for (int64_t i = 0; i < skip && !(w->row >= w->filled && w->ended); i++) GN_TRY(skip_line(w));
    while (w->row < w->filled || !w->ended) {
        gn_csv_end end;
        size_t next, left = w->filled - w->row;
        bool blank = gn_csv_blank_row(w, &not_tab, &end, &next);
        if (!blank && (w->ended || memchr(w->at + w->row, '\n', left) || memchr(w->at + w->row, '\r', left)))
            return GN_OK;
        if (!blank || end == GN_CSV_MORE) {
            GN_TRY(gn_csv_more(w));
        } else {
            w->row = next;
            w->line++;
        }
    }
    return fail_empty(w, mark, w->line > first, skip);
}

static gn_status open_window(gn_csv_window *w, const gn_options *options)
{
    GN_TRY(gn_csv_fill(w, w->sample > 64 ? w->sample : 64)); /* enough to know what kind of file it is */
    GN_TRY(check_unicode(w));
    bool mark = begins(w, "\xEF\xBB\xBF", 3);
    if (mark) w->row += 3;
    GN_TRY(check_kind(w));
    GN_TRY(find_first_row(w, options ? gn_option_int(options, GN_O_SKIP_ROWS) : 0, mark));
    /* A first row that fills the window leaves nothing below it to judge by. */
    if (!w->ended && w->filled - w->row < w->sample) GN_TRY(gn_csv_fill(w, w->sample));
    return GN_OK;
}

/* ---- the header -------------------------------------------------------------------------------------- */

static const char *position_name(gn_arena *arena, size_t column)
{
    char digits[32];
    size_t n = sizeof digits;
    for (size_t v = column + 1; v || n == sizeof digits; v /= 10) digits[--n] = (char)('0' + v % 10);
    char name[48] = "column ";
    memcpy(name + 7, digits + n, sizeof digits - n);
    return gn_arena_text(arena, name, 7 + sizeof digits - n);
}

/* Walk the first row: count its fields, and name the columns by them when `names` is there. */
static gn_status first_row(gn_csv_reader *r, gn_column *names, size_t *fields, size_t *next)
{
    gn_csv_window *w = &r->window;
    gn_csv_field f = {.next = w->row, .end = GN_CSV_DELIMITER};
    for (*fields = 0; f.end != GN_CSV_ROW_END; ++*fields) {
        GN_TRY(gn_csv_next(w, &r->dialect, &r->scratch, f.next, *fields, &f));
        if (f.end == GN_CSV_MORE) {
            GN_TRY(gn_csv_more(w));
            f = (gn_csv_field){.next = w->row};
            *fields = (size_t)-1;
            continue;
        }
        if (*fields == GN_CSV_COLUMN_LIMIT) return gn_csv_too_long(w, f.begin, "more than 1000000 columns");
        if (!names) continue;
        names[*fields].name =
            f.length ? gn_arena_text(&r->table->arena, f.text, f.length) : position_name(&r->table->arena, *fields);
        if (!names[*fields].name) return GN_NO_MEMORY;
    }
    *next = f.next;
    return GN_OK;
}

static gn_status fail_twice(gn_csv_reader *r, size_t a, size_t b)
{
    const char *name = r->table->column[b].name;
    gn_place at = {.file = r->table->name, .line = r->window.line};
    gn_fail_at(r->window.ctx, GN_E_CSV_DUPNAME, at, "columns %zu and %zu are both '%s'", a + 1, b + 1,
               gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(r->window.ctx, "--dup=rename gives the later one another name");
}

/* Another name for column b: "a.2", or the first such number that is free. */
static gn_status rename_column(gn_csv_reader *r, gn_csv_words *seen, size_t b)
{
    gn_text name;
    gn_status status = GN_OK;
    size_t before = seen->count;
    uint32_t number;
    gn_text_init(&name, r->window.ctx);
    for (size_t k = 2; status == GN_OK && seen->count == before; k++) {
        gn_text_clear(&name);
        gn_text_printf(&name, "%s.%zu", r->table->column[b].name, k);
        status = gn_text_done(&name);
        if (status == GN_OK) status = gn_csv_word(&r->table->arena, seen, name.at, name.length, &number);
    }
    if (status == GN_OK) r->table->column[b].name = seen->text[number];
    gn_text_free(&name);
    return status;
}

static gn_status check_names(gn_csv_reader *r, bool rename, gn_csv_words *seen)
{
    gn_table *t = r->table;
    for (size_t i = 0; i < t->columns; i++) {
        size_t before = seen->count, first = 0;
        uint32_t number;
        GN_TRY(gn_csv_word(&t->arena, seen, t->column[i].name, strlen(t->column[i].name), &number));
        if (seen->count > before) continue;
        if (rename) {
            GN_TRY(rename_column(r, seen, i));
            continue;
        }
        while (strcmp(t->column[first].name, t->column[i].name)) first++;
        return fail_twice(r, first, i);
    }
    return GN_OK;
}

static gn_status make_columns(gn_csv_reader *r, const gn_options *options)
{
    gn_table *t = r->table;
    size_t next;
    GN_TRY(first_row(r, NULL, &r->columns, &next));
    t->column = gn_arena_alloc(&t->arena, r->columns, sizeof *t->column);
    r->column = gn_calloc(r->window.ctx, r->columns, sizeof *r->column);
    if (!t->column || !r->column) return GN_NO_MEMORY;
    t->columns = r->columns;
    if (!t->has_header) {
        for (size_t i = 0; i < r->columns; i++)
            if (!(t->column[i].name = position_name(&t->arena, i))) return GN_NO_MEMORY;
        return GN_OK;
    }
    GN_TRY(first_row(r, t->column, &r->columns, &next));
    gn_csv_words seen = {0};
    gn_status status = check_names(r, !strcmp(gn_csv_option(options, GN_O_DUP), "rename"), &seen);
    gn_csv_words_free(r->window.ctx, &seen);
    GN_TRY(status);
    r->window.line = gn_csv_place(&r->window, next).line;
    r->window.row = next;
    return GN_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static void say_dialect(const gn_csv_reader *r, const gn_csv_shape *s, const gn_options *options)
{
    gn_context *ctx = r->window.ctx;
    const char *name = gn_show(GN_SHOWN, r->table->name, strlen(r->table->name));
    char c = s->dialect.delimiter;
    bool found = !strcmp(gn_csv_option(options, GN_O_DELIM), "auto");
    if (c == '\t' && found) gn_note(ctx, "%s: the delimiter is a tab", name);
    else if (c == ' ' && found) gn_note(ctx, "%s: the delimiter is a space", name);
    else if (s->blank_after && found) gn_note(ctx, "%s: the delimiter is '%c ' (with a blank)", name, c);
    else if (c != ',' && found) gn_note(ctx, "%s: the delimiter is '%c'", name, c);
    if (!s->header && !strcmp(gn_csv_option(options, GN_O_HEADER), "auto"))
        gn_note(ctx, "%s: no header row found; columns are named by position", name);
}

static gn_status read_table(gn_csv_reader *r, const gn_options *options)
{
    gn_csv_shape shape;
    bool done = false;
    GN_TRY(open_window(&r->window, options));
    GN_TRY(gn_csv_sniff(&r->window, options, &shape));
    r->dialect = shape.dialect;
    r->table->delimiter = shape.dialect.delimiter;
    r->table->has_header = shape.header;
    r->table->f64 = shape.dialect.f64;
    GN_TRY(make_columns(r, options));
    while (!done) GN_TRY(gn_csv_row(r, &done));
    if (!r->rows) {
        gn_place at = {.file = r->table->name};
        return gn_fail_at(r->window.ctx, GN_E_CSV_NOROWS, at, "header with %zu column%s but no data rows", r->columns,
                          r->columns == 1 ? "" : "s");
    }
    r->table->rows = r->rows;
    say_dialect(r, &shape, options);
    return gn_csv_finish(r);
}

static void free_reader(gn_csv_reader *r)
{
    gn_context *ctx = r->window.ctx;
    for (size_t i = 0; r->column && i < r->columns; i++) {
        gn_free(ctx, r->column[i].number);
        gn_free(ctx, r->column[i].word);
        gn_csv_words_free(ctx, &r->column[i].words);
    }
    gn_free(ctx, r->column);
    gn_free(ctx, r->window.at);
    gn_text_free(&r->scratch);
}

gn_status gn_csv_read_by(gn_context *ctx, gn_source *source, const gn_options *options, size_t sample, gn_table *out)
{
    *out = (gn_table){.ctx = ctx};
    gn_arena_init(&out->arena, ctx);
    out->name = gn_arena_text(&out->arena, source->name, strlen(source->name));
    if (!out->name) {
        gn_table_free(out);
        return GN_NO_MEMORY;
    }
    gn_csv_reader r = {.window = {.ctx = ctx, .source = source, .sample = sample, .line = 1}, .table = out};
    gn_text_init(&r.scratch, ctx);
    gn_status status = read_table(&r, options);
    free_reader(&r);
    if (status != GN_OK) gn_table_free(out);
    return status;
}

gn_status gn_csv_read(gn_context *ctx, gn_source *source, const gn_options *options, gn_table *out)
{
    return gn_csv_read_by(ctx, source, options, GN_CSV_SAMPLE, out);
}
