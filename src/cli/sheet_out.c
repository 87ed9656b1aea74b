/* sheet_out.c -- a sheet on its way out: text, Markdown, LaTeX, HTML or JSON, to standard output or a file.
 *
 * Invariant: JSON holds every number as the shortest text that reads back the same; a number that JSON has no sign for
 * stands as the text "inf", "-inf" or "nan". */
#include "cli.h"
#include "../lens/show.h"

#include <math.h>
#include <string.h>

static void put_real(gn_text *to, const char *name, double value)
{
    if (isfinite(value)) gn_js_number(to, name, value);
    else gn_js_text(to, name, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
}

static void put_optional(gn_text *to, const char *name, const char *text)
{
    if (text) gn_js_text(to, name, text);
}

/* A number, a list (a column), or a list of rows. */
static void put_value(gn_text *to, const gn_symbol *v)
{
    size_t n = v->rows * v->cols;
    if (!v->value) return; /* in symbols only */
    if (v->rows == 1 && v->cols == 1) {
        put_real(to, "value", v->value[0]);
        return;
    }
    gn_js_open(to, "value", '[');
    for (size_t i = 0; i < n; i++) {
        if (v->cols > 1 && i % v->cols == 0) gn_js_open(to, NULL, '[');
        put_real(to, NULL, v->value[i]);
        if (v->cols > 1 && (i + 1) % v->cols == 0) gn_js_close(to, ']');
    }
    gn_js_close(to, ']');
}

static void put_symbols(gn_text *to, const gn_sheet *s)
{
    gn_js_open(to, "symbols", '[');
    for (size_t i = 0; i < s->symbols; i++) {
        const gn_symbol *v = s->symbol[i];
        gn_js_open(to, NULL, '{');
        gn_js_count(to, "id", i);
        gn_js_text(to, "name", v->name);
        put_optional(to, "shown", v->shown);
        gn_js_count(to, "rows", v->rows);
        gn_js_count(to, "cols", v->cols);
        gn_js_text(to, "type", v->type == GN_F32 ? "f32" : "f64");
        put_value(to, v);
        put_optional(to, "exact", v->exact);
        gn_js_close(to, '}');
    }
    gn_js_close(to, ']');
}

static void put_check(gn_text *to, const gn_line_check *c)
{
    if (!c->kind) return;
    gn_js_open(to, "check", '{');
    gn_js_text(to, "kind", c->kind);
    put_real(to, "step", c->step);
    put_real(to, "numeric", c->numeric);
    put_real(to, "relative", c->relative);
    put_optional(to, "verdict", c->verdict);
    gn_js_close(to, '}');
}

static void put_columns(gn_text *to, const gn_line *line)
{
    gn_js_open(to, "columns", '[');
    for (size_t j = 0; j < line->columns; j++) {
        const gn_sheet_column *c = &line->column[j];
        gn_js_open(to, NULL, '{');
        put_optional(to, "title", c->title);
        put_optional(to, "name", c->name);
        put_optional(to, "formula", c->formula);
        if (c->number) gn_js_text(to, "type", c->single ? "f32" : "f64");
        gn_js_open(to, "values", '[');
        for (size_t i = 0; i < line->rows; i++) {
            if (c->number) put_real(to, NULL, c->number[i]);
            else gn_js_text(to, NULL, c->text[i]);
        }
        gn_js_close(to, ']');
        gn_js_close(to, '}');
    }
    gn_js_close(to, ']');
}

enum { NUMBERS_MOST = 256 }; /* in a formula whose numbers are written out, and in a value that stands at its line too */

static gn_status put_numbers(gn_text *to, const gn_sheet *s, const gn_line *line)
{
    gn_text numbers;
    gn_text_init(&numbers, s->ctx);
    gn_status status = gn_line_numbers(s, line, 0, &numbers);
    if (status == GN_OK) gn_js_text(to, "numbers", numbers.at);
    gn_text_free(&numbers);
    return status;
}

static gn_status put_equation(gn_text *to, const gn_sheet *s, const gn_line *line)
{
    size_t id = 0;
    while (id < s->symbols && s->symbol[id] != line->symbol) id++;
    if (id == s->symbols) return GN_OK;
    gn_js_count(to, "symbol", id);
    gn_js_text(to, "name", line->symbol->name);
    if (line->formula) {
        gn_js_text(to, "formula", line->formula);
        if (gn_show_elements(s, line) <= NUMBERS_MOST) GN_TRY(put_numbers(to, s, line));
    }
    if (line->symbol->rows * line->symbol->cols <= NUMBERS_MOST) put_value(to, line->symbol);
    put_optional(to, "rule", line->rule);
    put_check(to, &line->check);
    return GN_OK;
}

static gn_status put_line(gn_text *to, const gn_sheet *s, const gn_line *line)
{
    static const char *const kinds[] = {"section", "given", "equation", "text", "table"};
    gn_js_open(to, NULL, '{');
    gn_js_text(to, "kind", kinds[line->kind]);
    gn_js_count(to, "depth", (uint64_t)(line->depth > 0 ? line->depth : 0));
    if (line->number) gn_js_count(to, "number", line->number);
    put_optional(to, line->kind == GN_LINE_SECTION || line->kind == GN_LINE_TEXT ? "text" : "title", line->title);
    if (line->symbol) GN_TRY(put_equation(to, s, line));
    if (line->kind == GN_LINE_TABLE) put_columns(to, line);
    gn_js_close(to, '}');
    return GN_OK;
}

static gn_status put_json(gn_text *to, const gn_sheet *s, const gn_picture *picture)
{
    gn_js_open(to, NULL, '{');
    gn_js_text(to, "title", s->title);
    gn_js_open(to, "facts", '[');
    for (size_t i = 0; i < s->facts; i++) gn_js_text(to, NULL, s->fact[i]);
    gn_js_close(to, ']');
    put_symbols(to, s);
    gn_js_open(to, "lines", '[');
    for (size_t i = 0; i < s->lines; i++) GN_TRY(put_line(to, s, s->line[i]));
    gn_js_close(to, ']');
    if (picture) gn_js_picture(to, "picture", picture);
    gn_js_close(to, '}');
    return gn_text_done(to);
}

static gn_render settings(const gn_cli *cli, const char *path)
{
    gn_render how;
    gn_render_options(cli->options, &how);
    how.colour = cli->colour_out && (!*path || strcmp(path, "-") == 0);
    return how;
}

/* "x" for dir/x.tex: what the names of the files beside it begin with; NULL when the sheet goes to no file. */
static const char *stem_of(gn_text *to, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    if (!*path || strcmp(path, "-") == 0) return NULL;
    gn_text_add(to, name, dot && dot != name ? (size_t)(dot - name) : strlen(name));
    return to->failed ? NULL : to->at;
}

/* Each array and table that the document cuts, whole, as a file beside it. */
static gn_status write_beside(gn_cli *cli, const gn_sheet *sheet, const gn_render *how, const char *path)
{
    const char *slash = strrchr(path, '/');
    gn_status s = GN_OK;
    for (size_t i = 0; how->attached && s == GN_OK && i < sheet->lines; i++) {
        gn_text name, csv;
        if (!gn_line_attached_first(sheet, i, how)) continue;
        gn_text_init(&name, cli->ctx);
        gn_text_init(&csv, cli->ctx);
        gn_text_add(&name, path, slash ? (size_t)(slash + 1 - path) : 0);
        gn_text_printf(&name, "%s-", how->attached);
        gn_line_attachment(sheet, i, how, &name);
        gn_line_csv(sheet->line[i], &csv);
        s = gn_text_done(&name);
        if (s == GN_OK) s = gn_cli_write(cli, name.at, &csv);
        gn_text_free(&name);
        gn_text_free(&csv);
    }
    return s;
}

static gn_status write_sheet(gn_cli *cli, const gn_sheet *sheet, const gn_picture *picture)
{
    gn_text out, stem;
    GN_TRY(gn_sheet_done(sheet));
    const char *path = gn_option_text(cli->options, GN_O_OUT);
    gn_text_init(&out, cli->ctx);
    gn_text_init(&stem, cli->ctx);
    gn_render how = settings(cli, path);
    how.attached = stem_of(&stem, path);
    gn_status s = cli->json ? put_json(&out, sheet, picture) : gn_sheet_render(sheet, &how, &out);
    if (cli->json) gn_text_puts(&out, "\n");
    if (s == GN_OK) s = gn_text_done(&out);
    if (s == GN_OK) gn_cli_clear_line(cli);
    if (s == GN_OK) s = gn_cli_write(cli, path, &out);
    if (s == GN_OK && !cli->json) s = write_beside(cli, sheet, &how, path);
    gn_text_free(&out);
    gn_text_free(&stem);
    return s;
}

gn_status gn_cli_sheet_with(gn_cli *cli, const gn_sheet *sheet, const gn_picture *picture)
{
    const char *file = picture ? gn_option_text(cli->options, GN_O_PLOT) : "";
    GN_TRY(write_sheet(cli, sheet, strcmp(file, "-") ? NULL : picture));
    return *file ? gn_cli_picture(cli, picture, file) : GN_OK;
}

gn_status gn_cli_sheet(gn_cli *cli, const gn_sheet *sheet)
{
    return gn_cli_sheet_with(cli, sheet, NULL);
}

static gn_status write_all(gn_cli *cli, gn_render *how, size_t count, gn_sheet_maker make, void *user, gn_text *out)
{
    for (size_t i = 0; i < count; i++) {
        gn_sheet sheet = {0};
        how->part = i + 1;
        gn_status s = make(user, i, &sheet);
        if (s == GN_OK) s = gn_sheet_done(&sheet);
        if (s == GN_OK) s = cli->json ? put_json(out, &sheet, NULL) : gn_sheet_render(&sheet, how, out);
        if (s == GN_OK && !cli->json) s = write_beside(cli, &sheet, how, gn_option_text(cli->options, GN_O_OUT));
        gn_sheet_free(&sheet);
        if (s != GN_OK) return s;
    }
    return GN_OK;
}

gn_status gn_cli_sheets(gn_cli *cli, const char *title, size_t count, gn_sheet_maker make, void *user)
{
    const char *path = gn_option_text(cli->options, GN_O_OUT);
    gn_render how = settings(cli, path);
    gn_text out, stem;
    gn_text_init(&out, cli->ctx);
    gn_text_init(&stem, cli->ctx);
    how.attached = stem_of(&stem, path);
    if (cli->json) gn_js_open(&out, NULL, '[');
    gn_status s = cli->json ? GN_OK : gn_sheets_open(&how, title, &out);
    if (s == GN_OK) s = write_all(cli, &how, count, make, user, &out);
    if (s == GN_OK && !cli->json) s = gn_sheets_close(&how, &out);
    if (cli->json) gn_js_close(&out, ']');
    if (cli->json) gn_text_puts(&out, "\n");
    if (s == GN_OK) s = gn_text_done(&out);
    if (s == GN_OK) s = gn_cli_write(cli, path, &out);
    gn_text_free(&out);
    gn_text_free(&stem);
    return s;
}
