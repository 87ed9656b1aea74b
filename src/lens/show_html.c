/* show_html.c -- a sheet as one HTML page that needs nothing else: steps folded by depth, equations as MathML with
 * their LaTeX beside, every number with its full value, and what a number is made of lit up when it is pointed at.
 *
 * Invariant: the page is well-formed XML too, asks the network for nothing, and holds foreign text only escaped. */
#include "show_math.h"

#include <math.h>
#include <string.h>

enum { NUMBERS_MOST = 24, NEST = 100 };

static const char *const style =
    ":root{color-scheme:light dark;--line:#8885;--hot:#ffd54f;--src:#4caf5033;--use:#2196f333;--bad:#c62828}\n"
    "@media (prefers-color-scheme:dark){:root{--hot:#806000;--bad:#ff8a80}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem}\n"
    "h1{font-size:1.4rem}h2{font-size:1.2rem}ul.facts{padding-left:1.2rem;opacity:.85}\n"
    ".step{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline;padding:.25rem .4rem;"
    "border-left:3px solid transparent}\n"
    ".no{min-width:1.8rem;text-align:right;font-weight:600}.title{min-width:6rem;opacity:.8}\n"
    ".value{font-weight:600}.rule{opacity:.75;font-style:italic}.check{opacity:.85}.bad{color:var(--bad)}\n"
    "data,table{font-variant-numeric:tabular-nums}table{border-collapse:collapse;margin:.4rem 0}\n"
    "th,td{padding:.1rem .5rem;text-align:right}th.l,td.l{text-align:left}"
    "thead th{border-bottom:1px solid var(--line)}\n"
    "caption{text-align:left;font-weight:600}table.a{border:solid var(--line);border-width:0 2px}\n"
    "table.a td.p{background:rgb(33 110 200/var(--h))}table.a td.n{background:rgb(230 130 20/var(--h))}\n"
    "details{margin:.3rem 0 .3rem .4rem;padding-left:.6rem;border-left:1px solid var(--line)}\n"
    "summary{cursor:pointer;font-weight:600}.scroll{overflow-x:auto}"
    "math{math-style:normal}.step>*{max-width:100%}.step>math{overflow:auto hidden;padding:.15rem 0}\n"
    ".hot{background:var(--hot)}.src{border-left-color:#4caf50;background:var(--src)}\n"
    ".use{border-left-color:#2196f3;background:var(--use)}button.copy{font-size:.7rem;opacity:.5}\n"
    "@media print{button.copy{display:none}details{border:0}.step{break-inside:avoid}body{max-width:none}}\n";

/* No sign in it that XML would take for its own. */
static const char *const script =
    "(function(){\n"
    "function all(q,r){return Array.from((r||document).querySelectorAll(q));}\n"
    "function clear(){all('.hot,.src,.use').forEach(function(x){x.classList.remove('hot','src','use');});}\n"
    "document.addEventListener('mouseover',function(e){\n"
    " var t=e.target.closest?e.target.closest('[data-s]'):null;clear();if(!t)return;\n"
    " var id=t.getAttribute('data-s'),r=t.closest('section');\n"
    " all('[data-s=\"'+id+'\"]',r).forEach(function(x){x.classList.add('hot');});\n"
    " all('[data-def=\"'+id+'\"]',r).forEach(function(x){x.classList.add('src');});\n"
    " all('[data-uses~=\"'+id+'\"]',r).forEach(function(x){x.classList.add('use');});});\n"
    "document.addEventListener('click',function(e){\n"
    " var b=e.target.closest?e.target.closest('button.copy'):null;if(!b)return;\n"
    " var m=b.parentNode.querySelector('math');if(!m)return;\n"
    " if(navigator.clipboard)navigator.clipboard.writeText(m.getAttribute('alttext'));});\n"
    "window.addEventListener('beforeprint',function(){all('details').forEach(function(d){d.open=true;});});\n"
    "})();\n";

/* ---- values -------------------------------------------------------------------------------------------------- */

static double largest(const gn_symbol *v)
{
    double most = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        if (isfinite(v->value[i])) most = fmax(most, fabs(v->value[i]));
    return most;
}

static void put_array_cell(gn_text *to, const gn_symbol *v, size_t i, size_t j, double most, const gn_render *how)
{
    double value = v->value[i * v->cols + j], share = most > 0 && isfinite(value) ? fabs(value) / most : 0;
    gn_text_printf(to, "<td class=\"%s\" style=\"--h:%s\">", value < 0 ? "n" : "p",
                   gn_num_fixed(GN_NUM, 0.55 * share, 2));
    gn_html_number(to, value, v->type, how->digits, SIZE_MAX);
    gn_text_puts(to, "</td>");
}

/* Rows or columns of an array too large to show: the first and last eight. */
static size_t next_place(size_t i, size_t count, bool cut)
{
    return cut && count > GN_HTML_SIDE && i == 7 ? count - 8 : i + 1;
}

static void put_array(gn_text *to, const gn_symbol *v, size_t id, const gn_render *how)
{
    bool cut = v->rows * v->cols > GN_HTML_CELLS, folded = v->rows * v->cols > NUMBERS_MOST;
    double most = largest(v);
    if (folded) {
        gn_text_printf(to, "<details><summary data-s=\"%zu\">", id);
        gn_array_summary(to, v->rows, v->cols, v->value, false);
        gn_text_puts(to, "</summary>");
    }
    gn_text_printf(to, "<div class=\"scroll\"><table class=\"a\" data-s=\"%zu\"><tbody>\n", id);
    for (size_t i = 0; i < v->rows; i = next_place(i, v->rows, cut)) {
        gn_text_puts(to, "<tr>");
        for (size_t j = 0; j < v->cols; j = next_place(j, v->cols, cut)) {
            put_array_cell(to, v, i, j, most, how);
            if (cut && j == 7 && v->cols > GN_HTML_SIDE) gn_text_puts(to, "<td>…</td>");
        }
        gn_text_puts(to, "</tr>\n");
        if (cut && i == 7 && v->rows > GN_HTML_SIDE) gn_text_puts(to, "<tr><td>⋮</td></tr>\n");
    }
    gn_text_puts(to, "</tbody></table></div>");
    gn_text_puts(to, folded ? "</details>" : "");
}

static bool is_scalar(const gn_symbol *v)
{
    return v->rows == 1 && v->cols == 1;
}

/* ---- equations ----------------------------------------------------------------------------------------------- */

static void put_tree(gn_text *to, const gn_sheet *s, const gn_line *line, const char *text, gn_math_style how)
{
    gn_arena arena;
    gn_arena_init(&arena, s->ctx);
    const gn_math *m = gn_math_parse(&arena, s, line, text);
    gn_text_puts(to, "<mo>=</mo>");
    if (m) gn_math_mathml(to, m, how);
    else {
        gn_text_puts(to, "<mtext>");
        gn_html_text(to, text);
        gn_text_puts(to, "</mtext>");
    }
    gn_arena_free(&arena);
}

static void put_alttext(gn_text *to, const gn_sheet *s, const gn_line *line, const gn_render *how)
{
    gn_text latex;
    gn_text_init(&latex, s->ctx);
    gn_latex_equations(&latex, s, &line, 1, how);
    for (char *at = latex.at; at && *at; at++)
        if (*at == '\n') *at = ' ';
    gn_html_text(to, latex.at);
    to->failed |= latex.failed;
    gn_text_free(&latex);
}

static void put_equation(gn_text *to, const gn_sheet *s, const gn_line *line, const gn_render *how)
{
    gn_text_puts(to, "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" alttext=\"");
    put_alttext(to, s, line, how);
    gn_text_puts(to, "\"><mrow>");
    gn_mathml_name(to, line->symbol, gn_symbol_id(s, line->symbol));
    if (line->formula) {
        size_t elements = gn_show_elements(s, line);
        put_tree(to, s, line, line->formula, (gn_math_style){false, how->digits});
        int digits = how->digits;
        if (gn_line_digits(s, line, how->digits, &digits) != GN_OK) to->failed = true;
        if (elements && elements <= NUMBERS_MOST)
            put_tree(to, s, line, line->formula, (gn_math_style){true, digits});
    }
    if (line->symbol->exact) put_tree(to, s, line, line->symbol->exact, (gn_math_style){false, how->digits});
    gn_text_puts(to, line->symbol->value ? "<mo>=</mo></mrow></math>" : "</mrow></math>");
}

typedef struct id_list { const gn_sheet *s; gn_text *out; } id_list;

static bool put_id(void *user, gn_text *to, const gn_symbol *symbol, gn_neighbours at)
{
    id_list *list = user;
    (void)to;
    (void)at;
    gn_text_printf(list->out, list->out->length && list->out->at[list->out->length - 1] != '"' ? " %zu" : "%zu",
                   gn_symbol_id(list->s, symbol));
    return false;
}

static void put_uses(gn_text *to, const gn_sheet *s, const gn_line *line)
{
    gn_text rest;
    id_list list = {s, to};
    if (!line->formula) return;
    gn_text_init(&rest, s->ctx);
    gn_text_puts(to, " data-uses=\"");
    if (gn_show_formula(s, line, put_id, &list, &rest) != GN_OK) to->failed = true;
    gn_text_puts(to, "\"");
    gn_text_free(&rest);
}

static void put_check(gn_text *to, const gn_line_check *c)
{
    if (!c->kind) return;
    bool bad = c->verdict && strcmp(c->verdict, "FAIL") == 0;
    gn_text_printf(to, "<span class=\"check%s\">check: ", bad ? " bad" : "");
    gn_html_text(to, c->kind);
    gn_text_puts(to, " ");
    gn_html_number(to, c->relative, GN_F64, 2, SIZE_MAX);
    gn_text_puts(to, " ");
    gn_html_text(to, c->verdict);
    gn_text_puts(to, "</span>");
}

/* An id is given once in the whole document. */
static void put_id_start(gn_text *to, const gn_render *how)
{
    gn_text_puts(to, " id=\"");
    if (how->part) gn_text_printf(to, "p%zu-", how->part);
}

static void put_step(gn_text *to, const gn_sheet *s, const gn_line *line, const gn_render *how)
{
    size_t id = gn_symbol_id(s, line->symbol);
    gn_text_printf(to, "<div class=\"step\" data-def=\"%zu\"", id);
    if (line->number) {
        put_id_start(to, how);
        gn_text_printf(to, "s%u\"", line->number);
    }
    put_uses(to, s, line);
    gn_text_puts(to, "><span class=\"no\">");
    if (line->number) gn_text_printf(to, "%u", line->number);
    gn_text_puts(to, "</span><span class=\"title\">");
    gn_html_text(to, line->title);
    gn_text_puts(to, "</span>");
    put_equation(to, s, line, how);
    gn_text_puts(to, "<span class=\"value\"");
    put_id_start(to, how);
    gn_text_printf(to, "v%zu-%zu\">", id, line->symbols);
    bool valued = line->symbol->value != NULL;  /* else in symbols only */
    const gn_symbol *v = line->symbol;
    if (valued && is_scalar(v)) gn_html_number(to, v->value[0], v->type, how->digits, id);
    gn_text_puts(to, "</span>");
    if (valued && !is_scalar(line->symbol)) put_array(to, line->symbol, id, how);
    if (line->rule) {
        gn_text_puts(to, "<span class=\"rule\">");
        gn_html_text(to, line->rule);
        gn_text_puts(to, "</span>");
    }
    put_check(to, &line->check);
    gn_text_puts(to, "<button class=\"copy\" title=\"copy as LaTeX\">TeX</button></div>\n");
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

static void put_row(gn_text *to, const gn_line *line, size_t i, const gn_render *how)
{
    gn_text_puts(to, "<tr>");
    for (size_t j = 0; j < line->columns; j++) {
        const gn_sheet_column *c = &line->column[j];
        gn_text_puts(to, c->number ? "<td>" : "<td class=\"l\">");
        if (c->number) gn_html_number(to, c->number[i], gn_column_type(c), how->digits, SIZE_MAX);
        else gn_html_text(to, c->text[i]);
        gn_text_puts(to, "</td>");
    }
    gn_text_puts(to, "</tr>\n");
}

static void put_table(gn_text *to, const gn_line *line, const gn_render *how)
{
    gn_text_puts(to, "<div class=\"scroll\"><table><caption>");
    gn_html_text(to, line->title);
    gn_text_puts(to, "</caption><thead><tr>");
    for (size_t j = 0; j < line->columns; j++) {
        gn_text_puts(to, line->column[j].number ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"l\">");
        gn_html_text(to, line->column[j].title);
        gn_text_puts(to, "</th>");
    }
    gn_text_puts(to, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < line->rows; i++) {
        if (line->rows > GN_HTML_ROWS && i == GN_HTML_ROWS / 2) {
            gn_text_puts(to, "<tr><td>…</td></tr>\n");
            i = line->rows - GN_HTML_ROWS / 2;
        }
        put_row(to, line, i, how);
    }
    gn_text_puts(to, "</tbody></table></div>\n");
}

/* ---- the page ------------------------------------------------------------------------------------------------ */

/* Folds that are open: the depth of each. */
typedef struct folds { int depth[NEST]; size_t count; } folds;

static void close_to(gn_text *to, folds *f, int depth, bool section)
{
    while (f->count && (f->depth[f->count - 1] > depth || (section && f->depth[f->count - 1] == depth))) {
        gn_text_puts(to, "</details>\n");
        f->count--;
    }
}

static void open_fold(gn_text *to, folds *f, const gn_line *line, const char *title, const gn_render *how)
{
    if (f->count == NEST) return;
    f->depth[f->count++] = line->depth;
    gn_text_printf(to, "<details%s><summary>", line->depth <= how->depth ? " open=\"open\"" : "");
    gn_html_text(to, title);
    gn_text_puts(to, "</summary>\n");
}

static void put_sentence(gn_text *to, const char *sentence)
{
    gn_text_puts(to, "<p>");
    gn_html_text(to, sentence);
    gn_text_puts(to, "</p>\n");
}

static void put_line(gn_text *to, const gn_sheet *s, const gn_line *line, const gn_render *how, folds *f)
{
    int above = f->count ? f->depth[f->count - 1] : 0;
    close_to(to, f, line->depth, line->kind == GN_LINE_SECTION);
    if (line->kind == GN_LINE_SECTION) {
        open_fold(to, f, line, line->title, how);
        return;
    }
    if (line->depth > above && line->depth > (f->count ? f->depth[f->count - 1] : 0))
        open_fold(to, f, line, "in detail", how);
    if (line->symbol) put_step(to, s, line, how);
    else if (line->kind == GN_LINE_TABLE) put_table(to, line, how);
    else put_sentence(to, line->title);
}

void gn_show_html_open(gn_text *to, const char *title, bool several)
{
    gn_text_puts(to, "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\"><head>\n"
                     "<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
                     "style-src &#39;unsafe-inline&#39;; script-src &#39;unsafe-inline&#39;\"/>\n<title>");
    gn_html_text(to, title);
    gn_text_printf(to, "</title>\n<style>%s</style></head>\n<body>\n", style);
    if (several) {
        gn_text_puts(to, "<h1>");
        gn_html_text(to, title);
        gn_text_puts(to, "</h1>\n");
    }
}

void gn_show_html_close(gn_text *to)
{
    gn_text_printf(to, "<script>%s</script>\n</body></html>\n", script);
}

/* Symbols are told apart by their place in the sheet, so that a sheet is a section of its own. */
void gn_show_html(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    folds f = {.count = 0};
    const char *heading = how->part ? "h2" : "h1";
    if (how->part) gn_text_printf(to, "<section id=\"part%zu\">\n", how->part);
    else gn_text_puts(to, "<section>\n");
    gn_text_printf(to, "<%s>", heading);
    gn_html_text(to, s->title);
    gn_text_printf(to, "</%s>\n", heading);
    if (s->facts) gn_text_puts(to, "<ul class=\"facts\">\n");
    for (size_t i = 0; i < s->facts; i++) {
        gn_text_puts(to, "<li>");
        gn_html_text(to, s->fact[i]);
        gn_text_puts(to, "</li>\n");
    }
    if (s->facts) gn_text_puts(to, "</ul>\n");
    for (size_t i = 0; i < s->lines; i++) {
        put_line(to, s, s->line[i], how, &f);
        gn_show_beside(to, s, i, how, put_sentence);
    }
    close_to(to, &f, -1, false);
    if (gn_show_whole(s, how)) gn_text_printf(to, "<p>%s</p>\n", gn_show_whole(s, how));
    gn_text_puts(to, "</section>\n");
}
