/* latex.c -- a formula as LaTeX for pdflatex with amsmath and for KaTeX. */
#include "print.h"

#include <string.h>

/* ---- names --------------------------------------------------------------------------------------------------- */

static const char *const greek[] = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu",
    "nu",    "xi",   "pi",    "rho",   "sigma",   "tau",  "phi", "chi",   "psi",   "omega",
};

static bool is_greek(const char *name, size_t length)
{
    for (size_t i = 0; i < GN_COUNT(greek); i++)
        if (strlen(greek[i]) == length && memcmp(greek[i], name, length) == 0) return true;
    return false;
}

static void put_word(gn_text *to, const char *word, size_t length)
{
    if (is_greek(word, length)) gn_text_puts(to, "\\");
    bool long_word = length > 1 && !is_greek(word, length);
    if (long_word) gn_text_puts(to, "\\mathit{");
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '_') gn_text_puts(to, "\\");
        gn_text_add(to, word + i, 1);
    }
    if (long_word) gn_text_puts(to, "}");
}

/* w1 and w_1 have an index; eta is a Greek letter; anything longer than a letter is set as a word. */
static void put_name(gn_text *to, const char *name)
{
    size_t n = strlen(name), stem = n;
    while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9') stem--;
    size_t from = stem;
    const char *bar = strchr(name, '_');
    if (stem == n && bar && bar > name) stem = (size_t)(bar - name), from = stem + 1;
    else if (stem > 1 && name[stem - 1] == '_') stem--;
    if (stem == 0 || from >= n) {
        put_word(to, name, n);
        return;
    }
    put_word(to, name, stem);
    gn_text_puts(to, "_{");
    if (name[from] >= '0' && name[from] <= '9') gn_text_add(to, name + from, n - from);
    else put_word(to, name + from, n - from);
    gn_text_puts(to, "}");
}

/* 1e-08 as 10^{-8} with its factor. */
static void put_number(gn_text *to, double value)
{
    const char *s = gn_num(GN_NUM, value), *e = strchr(s, 'e');
    if (!e) {
        gn_text_puts(to, s);
        return;
    }
    const char *digits = e + 1;
    bool minus = *digits == '-';
    digits += *digits == '-' || *digits == '+';
    while (*digits == '0' && digits[1]) digits++;
    if (e != s + 1 || *s != '1') {
        gn_text_add(to, s, (size_t)(e - s));
        gn_text_puts(to, " \\cdot ");
    }
    gn_text_printf(to, "10^{%s%s}", minus ? "-" : "", digits);
}

/* ---- functions ----------------------------------------------------------------------------------------------- */

/* Functions with a sign of their own; the rest are set upright by their names. */
static const struct {
    const char *name, *latex;
} signs[] = {
    {"log", "\\log"}, {"sin", "\\sin"}, {"cos", "\\cos"},       {"tanh", "\\tanh"},
    {"max", "\\max"}, {"min", "\\min"}, {"sigmoid", "\\sigma"},
};

static void put_function(gn_text *to, const char *name)
{
    for (size_t i = 0; i < GN_COUNT(signs); i++) {
        if (strcmp(signs[i].name, name) != 0) continue;
        gn_text_puts(to, signs[i].latex);
        return;
    }
    gn_text_puts(to, "\\operatorname{");
    for (; *name; name++) {
        if (*name == '_') gn_text_puts(to, "\\");
        gn_text_add(to, name, 1);
    }
    gn_text_puts(to, "}");
}

/* Calls that have a notation of their own: text, argument, text. */
static const struct { const char *name, *before, *after; gn_print_level level; } notations[] = {
    {"sqrt", "\\sqrt{", "}", GN_P_ANY}, {"exp", "e^{", "}", GN_P_ANY}, {"abs", "\\left|", "\\right|", GN_P_ANY},
    {"square", "", "^{2}", GN_P_ATOM}, {"reciprocal", "\\frac{1}{", "}", GN_P_ANY}, {"neg", "-", "", GN_P_PRODUCT},
    {"identity", "\\operatorname{identity}\\left(", "\\right)", GN_P_ANY},
};

static void print_where(gn_printer *p, const gn_formula *f)
{
    gn_piece pieces[] = {{.text = "\\begin{cases} "},
                         {.node = f->arg[1]},
                         {.text = " & \\text{if } "},
                         {.node = f->arg[0]},
                         {.text = " \\\\ "},
                         {.node = f->arg[2]},
                         {.text = " & \\text{otherwise} \\end{cases}"}};
    gn_print_next(p, pieces, GN_COUNT(pieces));
}

static void print_call(gn_printer *p, const gn_formula *f)
{
    if (strcmp(f->name, "where") == 0) {
        print_where(p, f);
        return;
    }
    for (size_t i = 0; i < GN_COUNT(notations); i++) {
        if (strcmp(notations[i].name, f->name) != 0) continue;
        gn_piece pieces[] = {{.text = notations[i].before},
                             {.node = f->arg[0], .level = notations[i].level},
                             {.text = notations[i].after}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
        return;
    }
    gn_piece pieces[8] = {{.text = "\\left("}};
    size_t n = 1;
    put_function(p->to, f->name);
    for (int k = 0; k < f->arguments; k++) {
        if (k) pieces[n++] = (gn_piece){.text = ", "};
        pieces[n++] = (gn_piece){.node = f->arg[k]};
    }
    pieces[n++] = (gn_piece){.text = "\\right)"};
    gn_print_next(p, pieces, n);
}

/* ---- nodes --------------------------------------------------------------------------------------------------- */

/* What LaTeX prints may bind otherwise than the text: a fraction is an atom but under a power, e^x is a power, a case
 * needs a fence. */
static gn_print_level level_of(const gn_formula *f)
{
    if (f->op == GN_F_DIV) return GN_P_PRODUCT;
    if (f->op != GN_F_CALL) return gn_print_level_of(f);
    if (strcmp(f->name, "where") == 0) return GN_P_ANY;
    if (strcmp(f->name, "neg") == 0) return GN_P_SUM;
    if (strcmp(f->name, "reciprocal") == 0) return GN_P_PRODUCT;
    return strcmp(f->name, "exp") == 0 || strcmp(f->name, "square") == 0 ? GN_P_POWER : GN_P_ATOM;
}

static bool begins_with_digit(const gn_formula *f)
{
    while (f->op == GN_F_MUL || f->op == GN_F_POW) f = f->arg[0];
    return f->op == GN_F_NUMBER;
}

static const char *sign_of(const gn_formula *f)
{
    switch (f->op) {
    case GN_F_MUL: return begins_with_digit(f->arg[1]) ? " \\cdot " : " \\, ";
    case GN_F_LE: return " \\le ";
    case GN_F_GE: return " \\ge ";
    case GN_F_EQ: return " = ";
    case GN_F_NE: return " \\ne ";
    default: return gn_print_sign(f->op);
    }
}

static void print_binary(gn_printer *p, const gn_formula *f)
{
    gn_print_level own = gn_print_level_of(f), left = own, right = own + 1;
    if (own == GN_P_ANY) left = right = GN_P_SUM;
    if (f->op == GN_F_DIV) {
        gn_piece pieces[] = {
            {.text = "\\frac{"}, {.node = f->arg[0]}, {.text = "}{"}, {.node = f->arg[1]}, {.text = "}"}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else if (f->op == GN_F_POW) {
        gn_piece pieces[] = {
            {.node = f->arg[0], .level = GN_P_ATOM}, {.text = "^{"}, {.node = f->arg[1]}, {.text = "}"}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else {
        gn_piece pieces[] = {
            {.node = f->arg[0], .level = left}, {.text = sign_of(f)}, {.node = f->arg[1], .level = right}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    }
}

static void print_node(gn_printer *p, const gn_formula *f, gn_print_level level)
{
    if (level_of(f) < level) {
        gn_piece pieces[] = {{.text = "\\left("}, {.node = f}, {.text = "\\right)"}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else if (f->op == GN_F_NUMBER) {
        put_number(p->to, f->number);
    } else if (f->op == GN_F_NAME) {
        if (strcmp(f->name, "inf") == 0) gn_text_puts(p->to, "\\infty");
        else put_name(p->to, f->name);
    } else if (f->op == GN_F_CALL) {
        print_call(p, f);
    } else if (f->op == GN_F_NEG) {
        gn_piece pieces[] = {{.text = "-"}, {.node = f->arg[0], .level = GN_P_PRODUCT}};
        gn_print_next(p, pieces, GN_COUNT(pieces));
    } else {
        print_binary(p, f);
    }
}

void gn_formula_latex(gn_text *to, const gn_formula *f)
{
    gn_print_all(to, f, print_node);
}
