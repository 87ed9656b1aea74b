/* show_name.c -- how the names of a sheet are shown, and foreign text made safe.
 *
 * Invariant: a name stays recognisable in every medium: what it is called in the formula can be read off what is
 * shown. */
#include "show.h"

#include <string.h>

typedef struct letter { const char *name, *utf8; } letter;
static const letter greek[] = {
    {"alpha", "α"}, {"beta", "β"}, {"gamma", "γ"}, {"delta", "δ"}, {"epsilon", "ε"}, {"zeta", "ζ"}, {"eta", "η"},
    {"theta", "θ"}, {"kappa", "κ"}, {"lambda", "λ"}, {"mu", "μ"}, {"nu", "ν"}, {"xi", "ξ"}, {"pi", "π"}, {"rho", "ρ"},
    {"sigma", "σ"}, {"tau", "τ"}, {"phi", "φ"}, {"chi", "χ"}, {"psi", "ψ"}, {"omega", "ω"}, {"Delta", "Δ"},
    {"Gamma", "Γ"}, {"Theta", "Θ"}, {"Lambda", "Λ"}, {"Sigma", "Σ"}, {"Phi", "Φ"}, {"Psi", "Ψ"}, {"Omega", "Ω"},
};

static const letter *greek_of(const char *word, size_t length)
{
    for (size_t i = 0; i < GN_COUNT(greek); i++)
        if (strlen(greek[i].name) == length && memcmp(greek[i].name, word, length) == 0) return &greek[i];
    return NULL;
}

bool gn_show_is_derivative(const char *name, size_t *top, size_t *bottom)
{
    size_t n = strlen(name);
    if (n < 5 || name[0] != 'd') return false;
    for (size_t i = 2; i + 2 < n; i++) {
        if (name[i] != '_' || name[i + 1] != 'd') continue;
        *top = i - 1;
        *bottom = n - i - 2;
        return true;
    }
    return false;
}

/* A name as stem and index: "w12" is w and 12, "lambda_max" is lambda and max. */
typedef struct parts { size_t stem, from; } parts;
static parts parts_of(const char *word, size_t n)
{
    const char *bar = memchr(word, '_', n);
    size_t stem = n;
    if (bar && bar > word && bar + 1 < word + n) return (parts){(size_t)(bar - word), (size_t)(bar - word) + 1};
    while (stem > 0 && word[stem - 1] >= '0' && word[stem - 1] <= '9') stem--;
    return stem == 0 ? (parts){n, n} : (parts){stem, stem};
}

static bool ends_with_hat(const char *word, size_t n)
{
    return n > 3 && n <= 5 && memcmp(word + n - 3, "hat", 3) == 0;
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static void put_word(gn_text *to, const char *word, size_t n, bool ascii)
{
    parts p = parts_of(word, n);
    const letter *l = ascii ? NULL : greek_of(word, p.stem);
    bool y_hat = !ascii && p.stem == 4 && memcmp(word, "yhat", 4) == 0;
    bool y_bar_hat = !ascii && n == 5 && memcmp(word, "y_hat", 5) == 0;
    if (y_hat || y_bar_hat) gn_text_puts(to, "ŷ");
    else if (l) gn_text_puts(to, l->utf8);
    else gn_text_add(to, word, p.stem);
    if (!y_bar_hat) gn_text_add(to, word + p.stem, n - p.stem);
}

void gn_show_word(gn_text *to, const char *name, bool derivative, bool ascii)
{
    size_t n = strlen(name), top, bottom;
    if (!derivative || !gn_show_is_derivative(name, &top, &bottom)) {
        put_word(to, name, n, ascii);
        return;
    }
    gn_text_puts(to, "d");
    put_word(to, name + 1, top, ascii);
    gn_text_puts(to, "/d");
    put_word(to, name + n - bottom, bottom, ascii);
}

void gn_show_name(gn_text *to, const gn_symbol *symbol, bool ascii)
{
    if (symbol->shown) gn_show_clean(to, symbol->shown, ascii);
    else gn_show_word(to, symbol->name, symbol->derivative, ascii);
}

/* ---- LaTeX --------------------------------------------------------------------------------------------------- */

static void put_upright(gn_text *to, const char *word, size_t n)
{
    gn_text_puts(to, "\\mathrm{");
    for (size_t i = 0; i < n; i++) {
        if (word[i] == '_') gn_text_puts(to, "\\");
        gn_text_add(to, word + i, 1);
    }
    gn_text_puts(to, "}");
}

/* A letter, a Greek letter, or a word set upright. */
static void put_stem(gn_text *to, const char *word, size_t n)
{
    if (ends_with_hat(word, n)) {
        gn_text_puts(to, "\\hat{");
        put_stem(to, word, n - 3);
        gn_text_puts(to, "}");
    } else if (greek_of(word, n)) {
        gn_text_puts(to, "\\");
        gn_text_add(to, word, n);
        gn_text_puts(to, "{}");
    } else if (n == 1 && word[0] != '_') {
        gn_text_add(to, word, n);
    } else {
        put_upright(to, word, n);
    }
}

static void put_latex_word(gn_text *to, const char *word, size_t n)
{
    parts p = parts_of(word, n);
    size_t index = n - p.from;
    if (index == 3 && p.from > p.stem && memcmp(word + p.from, "hat", 3) == 0) {
        gn_text_puts(to, "\\hat{");
        put_stem(to, word, p.stem);
        gn_text_puts(to, "}");
        return;
    }
    put_stem(to, word, p.stem);
    if (index == 0) return;
    gn_text_puts(to, "_{");
    if (word[p.from] >= '0' && word[p.from] <= '9' && !memchr(word + p.from, '_', index))
        gn_text_add(to, word + p.from, index);
    else put_stem(to, word + p.from, index);
    gn_text_puts(to, "}");
}

void gn_show_word_latex(gn_text *to, const char *name)
{
    put_latex_word(to, name, strlen(name));
}

static void put_derivative_latex(gn_text *to, const char *name)
{
    size_t n = strlen(name), top, bottom;
    if (!gn_show_is_derivative(name, &top, &bottom)) return;
    gn_text_puts(to, "\\frac{\\partial ");
    put_latex_word(to, name + 1, top);
    gn_text_puts(to, "}{\\partial ");
    put_latex_word(to, name + n - bottom, bottom);
    gn_text_puts(to, "}");
}

void gn_show_name_latex(gn_text *to, const gn_symbol *symbol)
{
    if (symbol->latex) gn_text_puts(to, symbol->latex);
    else if (symbol->derivative) put_derivative_latex(to, symbol->name);
    else gn_show_word_latex(to, symbol->name);
}

/* ---- MathML -------------------------------------------------------------------------------------------------- */

static void put_stem_mathml(gn_text *to, const char *word, size_t n)
{
    const letter *l = greek_of(word, n);
    if (ends_with_hat(word, n)) {
        gn_text_puts(to, "<mover>");
        put_stem_mathml(to, word, n - 3);
        gn_text_puts(to, "<mo>^</mo></mover>");
        return;
    }
    gn_text_puts(to, "<mi>");
    if (l) gn_text_puts(to, l->utf8);
    else gn_text_add(to, word, n);
    gn_text_puts(to, "</mi>");
}

static void put_mathml_word(gn_text *to, const char *word, size_t n)
{
    parts p = parts_of(word, n);
    size_t index = n - p.from;
    bool hat = index == 3 && p.from > p.stem && memcmp(word + p.from, "hat", 3) == 0;
    if (index) gn_text_puts(to, hat ? "<mover>" : "<msub>");
    put_stem_mathml(to, word, p.stem);
    if (!index) return;
    gn_text_puts(to, hat ? "<mo>^</mo></mover>" : "<mi>");
    if (hat) return;
    gn_text_add(to, word + p.from, index);
    gn_text_puts(to, "</mi></msub>");
}

void gn_show_name_mathml(gn_text *to, const char *name, bool derivative)
{
    size_t n = strlen(name), top, bottom;
    if (!derivative || !gn_show_is_derivative(name, &top, &bottom)) {
        put_mathml_word(to, name, n);
        return;
    }
    gn_text_puts(to, "<mfrac><mrow><mo>\xE2\x88\x82</mo>");
    put_mathml_word(to, name + 1, top);
    gn_text_puts(to, "</mrow><mrow><mo>\xE2\x88\x82</mo>");
    put_mathml_word(to, name + n - bottom, bottom);
    gn_text_puts(to, "</mrow></mfrac>");
}

/* ---- foreign text -------------------------------------------------------------------------------------------- */

/* Signs that the words of this program use, for terminals without them. */
static const letter spelt[] = {
    {"-", "−"},  {"-", "–"},   {"-", "—"},  {"*", "·"},  {"x", "×"},    {"<=", "≤"},  {">=", "≥"}, {"!=", "≠"},
    {"^2", "²"}, {"^3", "³"},  {"->", "→"}, {"...", "…"}, {"sqrt", "√"}, {"inf", "∞"}, {"~", "≈"},  {"d", "∂"},
    {"grad ", "∇"}, {"+-", "±"}, {"yhat", "ŷ"}, {"-", "─"}, {"o", "⊙"}, {"'", "’"}, {"sum", "∑"}, {"^T", "ᵀ"},
};

static void put_spelt(gn_text *to, const char *at, size_t n)
{
    for (size_t i = 0; i < GN_COUNT(greek); i++)
        if (strlen(greek[i].utf8) == n && memcmp(greek[i].utf8, at, n) == 0) {
            gn_text_puts(to, greek[i].name);
            return;
        }
    for (size_t i = 0; i < GN_COUNT(spelt); i++)
        if (strlen(spelt[i].utf8) == n && memcmp(spelt[i].utf8, at, n) == 0) {
            gn_text_puts(to, spelt[i].name);
            return;
        }
    gn_text_puts(to, "?");
}

void gn_show_clean(gn_text *to, const char *text, bool ascii)
{
    size_t left = strlen(text);
    while (left) {
        unsigned char c = (unsigned char)*text;
        size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        if (n > left || !gn_utf8_valid(text, n, NULL)) n = 1;
        if (ascii && n > 1) put_spelt(to, text, n);
        else gn_text_puts(to, gn_show(GN_SHOWN, text, n));
        text += n;
        left -= n;
    }
}

size_t gn_show_width(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool mark = (c == 0xCC || (c == 0xCD && i + 1 < length && (unsigned char)text[i + 1] < 0xB0));
        n += (c & 0xC0) != 0x80 && !mark;
    }
    return n;
}
