/* show_latex.c -- a sheet as a LaTeX document for pdflatex with amsmath; the equations are in the part of LaTeX that
 * KaTeX and MathJax render.
 *
 * Invariant: foreign text is escaped sign by sign; a sign that the fonts lack is named by its code point, so that the
 * document always compiles. */
#include "show_math.h"

#include <string.h>

enum { NUMBERS_MOST = 24, SCALARS_MOST = 80, ONE_LINE = 56, SUM_ROOM = 64 };

/* ---- text ---------------------------------------------------------------------------------------------------- */

typedef struct spelling { const char *sign, *latex; } spelling;
static const spelling ascii[] = {
    {"\\", "\\textbackslash{}"}, {"{", "\\{"}, {"}", "\\}"}, {"$", "\\$"}, {"&", "\\&"}, {"#", "\\#"}, {"%", "\\%"},
    {"_", "\\_"}, {"^", "\\textasciicircum{}"}, {"~", "\\textasciitilde{}"}, {"<", "$<$"}, {">", "$>$"},
    {"|", "$|$"}, {"\"", "{''}"}, {"`", "\\`{}"}, {"'", "'{}"}, {"-", "-{}"}, {"?", "?{}"}, {"!", "!{}"}, {",", ",{}"},
};
static const spelling signs[] = {
    {"α", "\\alpha"}, {"β", "\\beta"}, {"γ", "\\gamma"}, {"δ", "\\delta"}, {"ε", "\\epsilon"}, {"ζ", "\\zeta"},
    {"η", "\\eta"}, {"θ", "\\theta"}, {"κ", "\\kappa"}, {"λ", "\\lambda"}, {"μ", "\\mu"}, {"ν", "\\nu"}, {"ξ", "\\xi"},
    {"π", "\\pi"}, {"ρ", "\\rho"}, {"σ", "\\sigma"}, {"τ", "\\tau"}, {"φ", "\\phi"}, {"χ", "\\chi"}, {"ψ", "\\psi"},
    {"ω", "\\omega"}, {"Δ", "\\Delta"}, {"Γ", "\\Gamma"}, {"Θ", "\\Theta"}, {"Λ", "\\Lambda"}, {"Σ", "\\Sigma"},
    {"Φ", "\\Phi"}, {"Ψ", "\\Psi"}, {"Ω", "\\Omega"}, {"−", "-"}, {"·", "\\cdot"}, {"×", "\\times"}, {"÷", "\\div"},
    {"≤", "\\le"}, {"≥", "\\ge"}, {"≠", "\\ne"}, {"→", "\\to"}, {"√", "\\surd"}, {"∞", "\\infty"}, {"≈", "\\approx"},
    {"∂", "\\partial"}, {"∇", "\\nabla"}, {"±", "\\pm"}, {"ŷ", "\\hat{y}"}, {"⊙", "\\odot"}, {"²", "^{2}"},
    {"³", "^{3}"}, {"∑", "\\sum"}, {"ᵀ", "^{\\top}"}, {"…", "\\ldots"}, {"–", "\\text{--}"}, {"—", "\\text{---}"},
};

static const char *spelt(const spelling *list, size_t count, const char *at, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i].sign) == n && memcmp(list[i].sign, at, n) == 0) return list[i].latex;
    return NULL;
}

static void put_foreign(gn_text *to, const char *at, size_t n)
{
    const unsigned char *s = (const unsigned char *)at;
    const char *known = spelt(signs, GN_COUNT(signs), at, n);
    if (known) {
        gn_text_printf(to, "$%s$", known);
    } else if (n == 2 && s[0] == 0xC3 && !strchr("\x90\x97\x9E\xB0\xB7\xBE", s[1])) {
        gn_text_add(to, at, n); /* a letter of Latin-1 that the fonts can compose */
    } else {
        uint32_t v = s[0] & (0x7Fu >> n);
        for (size_t i = 1; i < n; i++) v = v << 6 | (s[i] & 0x3Fu);
        gn_text_printf(to, "{\\ttfamily U+%04X}", v);
    }
}

void gn_latex_text(gn_text *to, const char *text)
{
    gn_text clean;
    gn_text_init(&clean, to->ctx);
    gn_show_clean(&clean, text ? text : "", false);
    const char *at = clean.at ? clean.at : "";
    while (*at) {
        size_t n = 1;
        while (((unsigned char)at[n] & 0xC0) == 0x80) n++;
        const char *escaped = n == 1 ? spelt(ascii, GN_COUNT(ascii), at, 1) : NULL;
        if (n > 1) put_foreign(to, at, n);
        else if (escaped) gn_text_puts(to, escaped);
        else gn_text_add(to, at, 1);
        at += n;
    }
    to->failed |= clean.failed;
    gn_text_free(&clean);
}

/* ---- equations ----------------------------------------------------------------------------------------------- */

const gn_line *gn_show_last(const gn_sheet *s, const gn_render *how)
{
    for (size_t i = s->lines; i-- > 0;)
        if (s->line[i]->kind == GN_LINE_EQUATION && s->line[i]->depth <= how->depth) return s->line[i];
    return NULL;
}

static void put_tree(gn_text *to, const gn_sheet *s, const gn_line *line, const char *text, gn_math_style how)
{
    gn_arena arena;
    gn_arena_init(&arena, s->ctx);
    const gn_math *m = gn_math_parse(&arena, s, line, text);
    if (m) gn_math_latex_lines(to, m, how, SUM_ROOM);
    else {
        gn_text_puts(to, "\\text{");
        gn_latex_text(to, text);
        gn_text_puts(to, "}");
    }
    gn_arena_free(&arena);
}

/* One more stage; the first stands beside the name, the others beside it too when the whole is short. */
static void put_stage(gn_text *to, size_t *stages, bool short_line, const char *text)
{
    if (*stages == 0) gn_text_puts(to, " &= ");
    else gn_text_puts(to, short_line ? " = " : " \\\\\n &= ");
    gn_text_puts(to, text ? text : "");
    ++*stages;
}

static bool is_matrix(const gn_symbol *v)
{
    return v->rows > 1 || v->cols > 1;
}

/* Is the equation short enough for one line, by what it is as text? */
static bool is_short(const gn_sheet *s, const gn_line *line, const gn_render *how, const char *numbers)
{
    if (is_matrix(line->symbol)) return false;
    return strlen(line->formula) + strlen(numbers) + (size_t)how->digits + strlen(line->symbol->name) <= ONE_LINE &&
           gn_show_elements(s, line) <= 4;
}

static void put_equation(gn_text *to, const gn_sheet *s, const gn_line *line, const gn_render *how, bool boxed)
{
    gn_text stage[4], plain;
    size_t elements = gn_show_elements(s, line), stages = 0;
    for (int k = 0; k < 4; k++) gn_text_init(&stage[k], s->ctx);
    gn_text_init(&plain, s->ctx);
    put_tree(&stage[0], s, line, line->formula, (gn_math_style){false, how->digits});
    if (elements && elements <= (is_matrix(line->symbol) ? NUMBERS_MOST : SCALARS_MOST)) {
        int digits;
        if (gn_line_digits(s, line, how->digits, &digits) != GN_OK) to->failed = true;
        put_tree(&stage[1], s, line, line->formula, (gn_math_style){true, digits});
        if (gn_line_numbers(s, line, digits, &plain) != GN_OK) to->failed = true;
    }
    if (line->symbol->exact) put_tree(&stage[2], s, line, line->symbol->exact, (gn_math_style){false, how->digits});
    if (line->symbol->value) gn_latex_value(&stage[3], line->symbol, how->digits);
    bool one = is_short(s, line, how, plain.at ? plain.at : "");
    for (int k = 0; k < 4; k++) {
        bool last = k == 3, same = !last && stage[k].at && stage[3].at && strcmp(stage[k].at, stage[3].at) == 0;
        if (stage[k].length && !same) {
            put_stage(to, &stages, one, NULL);
            gn_text_puts(to, last && boxed ? "\\boxed{" : "");
            gn_text_puts(to, stage[k].at);
            gn_text_puts(to, last && boxed ? "}" : "");
        }
        to->failed |= stage[k].failed;
        gn_text_free(&stage[k]);
    }
    gn_text_free(&plain);
}

static bool same_title(const gn_line *a, const gn_line *b)
{
    return strcmp(a->title ? a->title : "", b->title ? b->title : "") == 0;
}

static bool is_scalar_given(const gn_line *line)
{
    return line->kind == GN_LINE_GIVEN && !line->rule && !is_matrix(line->symbol);
}

size_t gn_latex_givens(const gn_sheet *s, size_t first, const gn_render *how)
{
    size_t n = 0;
    while (first + n < s->lines && is_scalar_given(s->line[first + n]) && s->line[first + n]->depth <= how->depth &&
           same_title(s->line[first + n], s->line[first]))
        n++;
    return n;
}

void gn_latex_equations(gn_text *to, const gn_sheet *s, const gn_line *const *line, size_t count, const gn_render *how)
{
    gn_text_puts(to, "\\begin{aligned}\n");
    for (size_t i = 0; i < count; i++) {
        gn_text_puts(to, i ? " \\\\\n" : "");
        gn_show_name_latex(to, line[i]->symbol);
        if (line[i]->formula) put_equation(to, s, line[i], how, line[i] == gn_show_last(s, how));
        else {
            gn_text_puts(to, " &= ");
            gn_latex_value(to, line[i]->symbol, how->digits);
        }
    }
    gn_text_puts(to, "\n\\end{aligned}\n");
}

/* ---- the document -------------------------------------------------------------------------------------------- */

static void put_check(gn_text *to, const gn_line_check *c)
{
    if (!c->kind) return;
    gn_text_puts(to, "\\noindent\\textsf{\\small check: ");
    gn_latex_text(to, c->kind);
    gn_text_puts(to, " difference $");
    gn_latex_number(to, c->relative, GN_F64, 2);
    gn_text_puts(to, "$ (relative) ");
    gn_latex_text(to, c->verdict);
    gn_text_puts(to, "}\\par\n");
}

/* One step, or several given numbers of one title. */
static void put_step(gn_text *to, const gn_sheet *s, size_t first, size_t count, const gn_render *how)
{
    const gn_line *line = s->line[first];
    gn_text_puts(to, "\\par\\noindent ");
    if (line->number) gn_text_printf(to, "\\textbf{%u.}~", line->number);
    gn_latex_text(to, line->title);
    if (line->rule && how->depth > 0) {
        gn_text_puts(to, " \\textit{(");
        gn_latex_text(to, line->rule);
        gn_text_puts(to, ")}");
    }
    gn_text_puts(to, "\n\\begin{fitted}\n");
    gn_latex_equations(to, s, (const gn_line *const *)&s->line[first], count, how);
    gn_text_puts(to, "\\end{fitted}\n");
    put_check(to, &line->check);
}

static void put_cell(gn_text *to, const gn_sheet_column *c, size_t row, int digits)
{
    if (!c->number) {
        gn_latex_text(to, c->text[row]);
        return;
    }
    gn_text_puts(to, "$");
    gn_latex_number(to, c->number[row], gn_column_type(c), digits);
    gn_text_puts(to, "$");
}

static void put_table_rows(gn_text *to, const gn_line *line, const gn_render *how)
{
    bool cut = line->rows > how->rows;
    size_t head = how->rows / 2, tail = how->rows - 1 - head;
    for (size_t i = 0; i < line->rows; i++) {
        if (cut && i == head) {
            for (size_t j = 0; j < line->columns; j++) gn_text_puts(to, j ? " & $\\vdots$" : "$\\vdots$");
            gn_text_puts(to, " \\\\\n");
            i = line->rows - tail;
        }
        for (size_t j = 0; j < line->columns; j++) {
            gn_text_puts(to, j ? " & " : "");
            put_cell(to, &line->column[j], i, how->digits);
        }
        gn_text_puts(to, " \\\\\n");
    }
}

static void put_table(gn_text *to, const gn_line *line, const gn_render *how)
{
    if (line->title && *line->title) {
        gn_text_puts(to, "\\par\\medskip\\noindent ");
        gn_latex_text(to, line->title);
    }
    if (line->columns == 0) return;
    const char *size = line->columns > 6 ? "\\scriptsize" : "\\small";
    gn_text_printf(to, "\\par\\smallskip{%s\\noindent\\begin{fittable}\\begin{tabular}{", size);
    for (size_t j = 0; j < line->columns; j++) gn_text_puts(to, line->column[j].number ? "r" : "l");
    gn_text_puts(to, "}\n");
    for (size_t j = 0; j < line->columns; j++) {
        gn_text_puts(to, j ? " & " : "");
        gn_latex_text(to, line->column[j].title);
    }
    gn_text_puts(to, " \\\\ \\hline\n");
    put_table_rows(to, line, how);
    gn_text_puts(to, "\\end{tabular}\\end{fittable}\\par}\\medskip\n");
}

void gn_show_beside(gn_text *to, const gn_sheet *s, size_t i, const gn_render *how,
                    void (*put)(gn_text *to, const char *sentence))
{
    gn_text t;
    gn_text_init(&t, s->ctx);
    gn_show_attached(s, i, how, &t);
    if (t.length) put(to, t.at);
    to->failed |= t.failed;
    gn_text_free(&t);
}

void gn_show_document(gn_text *to, const gn_sheet *s, const gn_render *how, const gn_document *d)
{
    for (size_t i = 0; i < s->lines; i++) {
        if (s->line[i]->depth > how->depth) continue;
        size_t givens = gn_latex_givens(s, i, how);
        if (givens || s->line[i]->symbol) d->step(to, s, i, givens ? givens : 1, how);
        else d->other(to, s->line[i], how);
        if (!givens) gn_show_beside(to, s, i, how, d->attached);
        i += givens ? givens - 1 : 0;
    }
}

static void put_other(gn_text *to, const gn_line *line, const gn_render *how)
{
    static const char *const sub[] = {"", "sub", "subsub"};
    switch (line->kind) {
    case GN_LINE_SECTION:
        gn_text_printf(to, "\\%ssection*{", sub[(how->part > 0) + (line->depth > 0)]);
        gn_latex_text(to, line->title);
        gn_text_puts(to, "}\n");
        break;
    case GN_LINE_GIVEN: case GN_LINE_EQUATION: break;
    case GN_LINE_TEXT:
        gn_text_puts(to, "\\par\\noindent ");
        gn_latex_text(to, line->title);
        gn_text_puts(to, "\\par\n");
        break;
    case GN_LINE_TABLE: put_table(to, line, how); break;
    }
}

/* What is wider than the page, and has no place to break, is made smaller. */
static const char *const fitting =
    "\\newsavebox{\\sheetbox}\n"
    "\\newcommand{\\putfitted}{\\ifdim\\wd\\sheetbox>\\linewidth"
    "\\resizebox{\\linewidth}{!}{\\usebox{\\sheetbox}}\\else\\usebox{\\sheetbox}\\fi}\n"
    "\\newenvironment{fitted}{\\begin{lrbox}{\\sheetbox}$\\displaystyle}"
    "{$\\end{lrbox}\\[\\vcenter{\\hbox{\\putfitted}}\\]}\n"
    "\\newenvironment{fittable}{\\begin{lrbox}{\\sheetbox}}{\\end{lrbox}\\putfitted}\n";

void gn_show_latex_open(gn_text *to, const char *title, bool several)
{
    gn_text_puts(to, "\\documentclass[11pt]{article}\n\\usepackage[utf8]{inputenc}\n"
                     "\\usepackage{amsmath}\n\\usepackage{graphicx}\n\\usepackage[margin=2cm]{geometry}\n"
                     "\\setlength{\\parindent}{0pt}\n\\allowdisplaybreaks\n\\sloppy\n");
    gn_text_puts(to, fitting);
    gn_text_puts(to, "\\begin{document}\n");
    if (!several) return;
    gn_text_puts(to, "\\begin{center}\\LARGE\\bfseries ");
    gn_latex_text(to, title);
    gn_text_puts(to, "\\end{center}\n");
}

void gn_show_latex_close(gn_text *to)
{
    gn_text_puts(to, "\\end{document}\n");
}

static void put_attached(gn_text *to, const char *sentence)
{
    gn_text_puts(to, "\\noindent{\\small ");
    gn_latex_text(to, sentence);
    gn_text_puts(to, "}\\par\n");
}

void gn_show_latex(const gn_sheet *s, const gn_render *how, gn_text *to)
{
    int all;
    gn_text_puts(to, how->part ? "\\section*{" : "\\begin{center}\\Large\\bfseries ");
    gn_latex_text(to, s->title);
    gn_text_puts(to, how->part ? "}\n" : "\\end{center}\n");
    for (size_t i = 0; i < s->facts; i++) {
        gn_text_puts(to, "\\par\\noindent ");
        gn_latex_text(to, s->fact[i]);
        gn_text_puts(to, "\n");
    }
    gn_show_document(to, s, how, &(gn_document){ put_step, put_other, put_attached });
    size_t hidden = gn_show_hidden(s, how->depth, &all);
    if (hidden) gn_text_printf(to, "\\par\\medskip(%zu more at depth %d)\n", hidden, all);
    if (gn_show_whole(s, how)) gn_text_printf(to, "\\par\\medskip(%s)\n", gn_show_whole(s, how));
}
