/* show_mathml.c -- the tree of a right side as MathML, every name and number marked with the symbol that it is.
 *
 * Invariant: what is written is well-formed XML whatever the names are. */
#include <math.h>
#include <string.h>
#include "show_tree.h"

#define MINUS "\xE2\x88\x92"

void gn_html_text(gn_text *to, const char *text)
{
    gn_text clean;
    gn_text_init(&clean, to->ctx);
    gn_show_clean(&clean, text ? text : "", false);
    for (const char *at = clean.at ? clean.at : ""; *at; at++) {
        if (*at == '&') gn_text_puts(to, "&amp;");
        else if (*at == '<') gn_text_puts(to, "&lt;");
        else if (*at == '>') gn_text_puts(to, "&gt;");
        else if (*at == '"') gn_text_puts(to, "&quot;");
        else if (*at == '\'') gn_text_puts(to, "&#39;");
        else gn_text_add(to, at, 1);
    }
    to->failed |= clean.failed;
    gn_text_free(&clean);
}

static void put_data(gn_text *to, double value, gn_type type, int digits, size_t id, const char *minus)
{
    gn_text shown;
    gn_text_init(&shown, to->ctx);
    gn_show_number(&shown, value, type, digits);
    const char *text = shown.at ? shown.at : "";
    gn_text_printf(to, "<data value=\"%s\"", gn_num(GN_NUM, value));
    if (id != SIZE_MAX) gn_text_printf(to, " data-s=\"%zu\"", id);
    gn_text_printf(to, ">%s%s</data>", *text == '-' ? minus : "", text + (*text == '-'));
    to->failed |= shown.failed;
    gn_text_free(&shown);
}

void gn_html_number(gn_text *to, double value, gn_type type, int digits, size_t id)
{
    put_data(to, value, type, digits, id, "-");     /* as it can be pasted into a program */
}

void gn_mathml_name(gn_text *to, const gn_symbol *v, size_t id)
{
    gn_text_printf(to, "<mrow data-s=\"%zu\">", id);
    if (v->shown) {
        gn_text_puts(to, "<mi>");
        gn_html_text(to, v->shown);
        gn_text_puts(to, "</mi>");
    } else {
        gn_show_name_mathml(to, v->name, v->derivative);
    }
    gn_text_puts(to, "</mrow>");
}

static void put(gn_text *to, const gn_math *n, gn_math_style how, gn_math_level level);

static void put_sign(gn_text *to, const char *sign)
{
    gn_text_printf(to, "<mo>%s</mo>", sign);
}

/* A product without a sign has a thin space, as in LaTeX: lr x is no name lrx. */
static void put_silent_times(gn_text *to)
{
    put_sign(to, GN_SILENT);
    gn_text_puts(to, "<mspace width=\"0.17em\"/>");
}

static void put_number(gn_text *to, double value, gn_type type, int digits, size_t id)
{
    gn_text_puts(to, "<mn>");
    put_data(to, value, type, digits, id, MINUS);
    gn_text_puts(to, "</mn>");
}

static void put_value(gn_text *to, const gn_math *n, int digits)
{
    const gn_symbol *v = n->symbol;
    if (v->rows == 1 && v->cols == 1) {
        put_number(to, v->value[0], v->type, digits, n->id);
        return;
    }
    gn_text_puts(to, "<mrow><mo>[</mo><mtable>");
    for (size_t i = 0; i < v->rows; i++) {
        gn_text_puts(to, "<mtr>");
        for (size_t j = 0; j < v->cols; j++) {
            gn_text_puts(to, "<mtd>");
            put_number(to, v->value[i * v->cols + j], v->type, digits, n->id);
            gn_text_puts(to, "</mtd>");
        }
        gn_text_puts(to, "</mtr>");
    }
    gn_text_puts(to, "</mtable><mo>]</mo></mrow>");
}

static void put_where(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_text_puts(to, "<mrow><mo>{</mo><mtable><mtr><mtd>");
    put(to, n->part[1], how, GN_ML_ANY);
    gn_text_puts(to, "</mtd><mtd><mtext>if </mtext>");
    put(to, n->part[0], how, GN_ML_ANY);
    gn_text_puts(to, "</mtd></mtr><mtr><mtd>");
    put(to, n->part[2], how, GN_ML_ANY);
    gn_text_puts(to, "</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>");
}

static void put_call(gn_text *to, const gn_math *n, gn_math_style how)
{
    if (strcmp(n->name, "where") == 0) {
        put_where(to, n, how);
    } else if (strcmp(n->name, "sqrt") == 0) {
        gn_text_puts(to, "<msqrt>");
        put(to, n->part[0], how, GN_ML_ANY);
        gn_text_puts(to, "</msqrt>");
    } else if (strcmp(n->name, "exp") == 0) {
        gn_text_puts(to, "<msup><mi>e</mi><mrow>");
        put(to, n->part[0], how, GN_ML_ANY);
        gn_text_puts(to, "</mrow></msup>");
    } else {
        gn_text_printf(to, "<mi>%s</mi><mo>(</mo>", n->name);
        for (size_t k = 0; k < n->count; k++) {
            if (k) put_sign(to, ",");
            put(to, n->part[k], how, GN_ML_ANY);
        }
        put_sign(to, ")");
    }
}

static void put_binary(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_math_level own = gn_math_level_of(n, how), left = own == GN_ML_ANY ? GN_ML_SUM : own;
    bool fraction = n->op == GN_F_DIV && !n->each;
    if (fraction || n->op == GN_F_POW) {
        gn_text_puts(to, fraction ? "<mfrac><mrow>" : "<msup><mrow>");
        put(to, n->part[0], how, fraction ? GN_ML_ANY : GN_ML_ATOM);
        gn_text_puts(to, "</mrow><mrow>");
        put(to, n->part[1], how, GN_ML_ANY);
        gn_text_puts(to, fraction ? "</mrow></mfrac>" : "</mrow></msup>");
        return;
    }
    put(to, n->part[0], how, left);
    const char *sign = gn_math_sign(n, how, true);
    if (strcmp(sign, GN_SILENT) == 0) put_silent_times(to);
    else put_sign(to, sign);
    bool bare = own == GN_ML_PRODUCT && gn_math_is_fraction(n->part[1], how);
    put(to, n->part[1], how, own == GN_ML_ANY ? GN_ML_SUM : bare ? own : own + 1);
}

static void put_list(gn_text *to, const gn_math *n, gn_math_style how)
{
    gn_text_puts(to, "<mrow><mo>[</mo><mtable>");
    for (size_t i = 0; i < n->count; i++) {
        const gn_math *row = n->part[i];
        size_t cells = row->kind == GN_MATH_LIST ? row->count : 1;
        gn_text_puts(to, "<mtr>");
        for (size_t j = 0; j < cells; j++) {
            gn_text_puts(to, "<mtd>");
            put(to, row->kind == GN_MATH_LIST ? row->part[j] : row, how, GN_ML_ANY);
            gn_text_puts(to, "</mtd>");
        }
        gn_text_puts(to, "</mtr>");
    }
    gn_text_puts(to, "</mtable><mo>]</mo></mrow>");
}

static void put_bare(gn_text *to, const gn_math *n, gn_math_style how)
{
    switch (n->kind) {
    case GN_MATH_NUMBER: put_number(to, n->number, GN_F64, GN_DIGITS_SHORTEST, SIZE_MAX); break;
    case GN_MATH_NAME:
        if (n->symbol && how.numbers) put_value(to, n, how.digits);
        else if (n->symbol) gn_mathml_name(to, n->symbol, n->id);
        else gn_show_name_mathml(to, n->name, false);
        break;
    case GN_MATH_NEG:
        put_sign(to, MINUS);
        put(to, n->part[0], how, GN_ML_PRODUCT);
        break;
    case GN_MATH_BINARY: put_binary(to, n, how); break;
    case GN_MATH_CALL: put_call(to, n, how); break;
    case GN_MATH_LIST: put_list(to, n, how); break;
    case GN_MATH_TRANSPOSE:
        gn_text_puts(to, "<msup><mrow>");
        put(to, n->part[0], how, GN_ML_ATOM);
        gn_text_puts(to, "</mrow><mo>\xE2\x8A\xA4</mo></msup>");
        break;
    }
}

static void put(gn_text *to, const gn_math *n, gn_math_style how, gn_math_level level)
{
    bool fence = gn_math_level_of(n, how) < level;
    gn_text_puts(to, fence ? "<mrow><mo>(</mo>" : "<mrow>");
    put_bare(to, n, how);
    gn_text_puts(to, fence ? "<mo>)</mo></mrow>" : "</mrow>");
}

void gn_math_mathml(gn_text *to, const gn_math *m, gn_math_style how)
{
    put(to, m, how, GN_ML_ANY);
}
