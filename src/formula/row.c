/* row.c -- the table of functions as text, and what can be read off that text without a tree.
 *
 * Invariant: nothing here names a function of defs/pointwise.def; a row added there is known here. */
#include "row.h"

#include <string.h>
#include "../base/text.h"

static const gn_row table[] = {
#define P1(name, value, slope, ...) {#name, 1, #value, {#slope, NULL, NULL}, "" #__VA_ARGS__},
#define P2(name, value, slope_x, slope_y, ...) {#name, 2, #value, {#slope_x, #slope_y, NULL}, "" #__VA_ARGS__},
#define P3(name, value, slope_x, slope_y, slope_z, ...)                                                                \
    {#name, 3, #value, {#slope_x, #slope_y, #slope_z}, "" #__VA_ARGS__},
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
    /* What only expressions and defs/optim.def have; t is the number of the step. */
    {"sign", 1, "where(x > 0, K(1), where(x < 0, K(-1), K(0)))", {"K(0)", NULL, NULL}, ""},
    {"powt", 1, "pow(x, t)", {"t*pow(x, t - 1)", NULL, NULL}, ""},
};
enum { OWN_ROWS = 2 };

size_t gn_row_count(void)
{
    return GN_COUNT(table);
}

size_t gn_row_table_count(void)
{
    return GN_COUNT(table) - OWN_ROWS;
}

const gn_row *gn_row_at(size_t i)
{
    return i < GN_COUNT(table) ? &table[i] : NULL;
}

const gn_row *gn_row_find(const char *name, size_t length)
{
    for (size_t i = 0; i < GN_COUNT(table); i++)
        if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0) return &table[i];
    return NULL;
}

size_t gn_row_index(const gn_row *row)
{
    return (size_t)(row - table);
}

bool gn_row_is_primitive(const gn_row *row)
{
    size_t n = strlen(row->name);
    return strncmp(row->value, row->name, n) == 0 && row->value[n] == '(' && strchr(row->value, ')')[1] == 0;
}

static const char *after_blanks(const char *s)
{
    return s + strspn(s, " \t\n");
}

int gn_row_parameters(const gn_row *row, gn_parameter out[3])
{
    int count = 0;
    for (const char *s = after_blanks(row->parameters); *s && count < 3; count++) {
        size_t name = strcspn(s, " =");
        const char *text = strchr(s, '=');
        if (!text) break;
        text = after_blanks(text + 1);
        size_t length = strcspn(text, ", "), used;
        out[count] = (gn_parameter){s, name, 0};
        gn_read_number(text, length, '.', &out[count].value, &used);
        s = after_blanks(text + length + strspn(text + length, ", "));
    }
    return count;
}

const char *gn_row_result(const gn_row *row)
{
    return row->inputs == 1 ? "y" : row->inputs == 2 ? "z" : "u";
}

const char *gn_row_input(int i)
{
    return i == 0 ? "x" : i == 1 ? "y" : "z";
}

const char *gn_row_written_otherwise(const char *name)
{
    static const struct { const char *name, *instead; } other[] = {
        {"ln", "log(x) is the natural logarithm"},
        {"log2", "write log(x)/log(2); log(x) is the natural logarithm"},
        {"log10", "write log(x)/log(10); log(x) is the natural logarithm"},
        {"tan", "write sin(x)/cos(x)"},
        {"sinh", "write (exp(x) - exp(-x))/2"},
        {"cosh", "write (exp(x) + exp(-x))/2"},
        {"if", "write where(condition, a, b)"},
    };
    for (size_t i = 0; i < GN_COUNT(other); i++)
        if (!strcmp(name, other[i].name)) return other[i].instead;
    return NULL;
}

const char *gn_row_closest(const char *name)
{
    const char *names[GN_COUNT(table) + 2] = {"where", "K"};
    for (size_t i = 0; i < GN_COUNT(table); i++) names[i + 2] = table[i].name;
    return gn_closest(name, names, GN_COUNT(names));
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static void count_text(const char *s, int depth, int *cheap, int *special);

/* One word of the text, `n` long: a call adds what it costs, K(...) is passed over as a whole. */
static const char *count_word(const char *s, size_t n, int depth, int *cheap, int *special)
{
    if (s[n] != '(') return s + n;
    const gn_row *row = gn_row_find(s, n);
    if (n == 1 && *s == 'K') return s + strcspn(s, ")") + 1;
    if (!row) ++*cheap;                                                     /* where */
    else if (gn_row_is_primitive(row) || depth >= 8) ++*special;
    else count_text(row->value, depth + 1, cheap, special);
    return s + n;
}

/* A minus that begins an operand (after nothing, an operator, a parenthesis or a comma) costs as much as one between
 * two. */
static void count_text(const char *s, int depth, int *cheap, int *special)
{
    while (*s) {
        size_t n = 0;
        while (is_word(s[n])) n++;
        if (n) {
            s = count_word(s, n, depth, cheap, special);
            continue;
        }
        if (*s == '/') ++*special;
        else if (strchr("+-*<>", *s) || (*s == '=' && s[1] == '=') || (*s == '!' && s[1] == '=')) ++*cheap;
        s += (*s == '=' || *s == '!' || *s == '<' || *s == '>') && s[1] == '=' ? 2 : 1;
    }
}

void gn_row_flops(const gn_row *row, int *cheap, int *special)
{
    *cheap = *special = 0;
    if (gn_row_is_primitive(row)) *special = 1;
    else count_text(row->value, 0, cheap, special);
}
