/* point.c -- points and lists of numbers as options have them: "x=1,y=1/3", "1,1/3", "0.01,0.005".
 *
 * Invariant: every name gets exactly one value, and the value is finite; what stands otherwise is said with the option,
 * the name and the variables there are. */
#include "point.h"

#include <math.h>
#include <string.h>

enum { MOST_NUMBERS = 65536 };

/* The end of a value: a comma outside parentheses and brackets. */
static const char *value_end(const char *at)
{
    int open = 0;
    for (; *at && (*at != ',' || open > 0); at++) {
        if (*at == '(' || *at == '[') open++;
        if (*at == ')' || *at == ']') open--;
    }
    return at;
}

static size_t trimmed(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t')) (*at)++;
    while (end > *at && (end[-1] == ' ' || end[-1] == '\t')) end--;
    return (size_t)(end - *at);
}

static gn_status names_hint(gn_context *ctx, const char *option, const char *const *name, size_t count)
{
    gn_text t;
    gn_text_init(&t, ctx);
    for (size_t i = 0; i < count && i < 20; i++) gn_text_printf(&t, "%s%s", i ? ", " : "", name[i]);
    gn_text_printf(&t, "%s; such as --%s ", count > 20 ? ", ..." : "", option);
    for (size_t i = 0; i < count && i < 3; i++) gn_text_printf(&t, "%s%s=1", i ? "," : "", name[i]);
    gn_status s = gn_hint(ctx, "the variables are %s", count && t.at ? t.at : "none");
    gn_text_free(&t);
    return s;
}

/* A name that is no variable because it has a value of its own. */
static gn_status constant_name(gn_context *ctx, const char *option, const char *at, size_t length)
{
    gn_fail(ctx, GN_E_EXP_VAR, "--%s: %.*s is a constant, not a variable", option, (int)length, at);
    return gn_hint(ctx, "e is 2.71828... and pi 3.14159...; a variable needs another name, or --by that names it");
}

static gn_status wrong_point(gn_context *ctx, const char *option, const char *what, const char *at, size_t length,
                             const char *const *name, size_t count)
{
    bool constant = (length == 1 && *at == 'e') || (length == 2 && memcmp(at, "pi", 2) == 0);
    if (constant && strcmp(what, "unknown") == 0) return constant_name(ctx, option, at, length);
    gn_fail(ctx, GN_E_EXP_VAR, "--%s: %s '%s'", option, what, gn_show(GN_SHOWN, at, length));
    return names_hint(ctx, option, name, count);
}

/* A value is a number, or an expression without names, such as 1/3, sqrt(2) or pi/2. */
static gn_status read_value(gn_context *ctx, const char *option, const char *at, size_t length, gn_arena *arena,
                            double *value, const gn_formula **exact)
{
    const gn_formula *f;
    gn_status s = gn_formula_parse(arena, at, length, &f);
    if (s == GN_OK) s = gn_formula_eval(ctx, f, NULL, 0, value);
    if (s == GN_NO_MEMORY) return s;
    if (s != GN_OK) {
        gn_fail(ctx, GN_E_EXP_NUM, "--%s: '%s' is not a number", option, gn_show(GN_SHOWN, at, length));
        return gn_hint(ctx, "a value is a number such as -0.5, or is made of numbers, such as 1/3 or pi/2");
    }
    if (exact) GN_TRY(gn_formula_settle(arena, f, "e", exact));
    if (isfinite(*value)) return GN_OK;
    return gn_fail(ctx, GN_E_EXP_NUM, "--%s: '%s' is %s; a point is finite", option,
                   gn_show(GN_SHOWN, at, length), gn_num(GN_NUM, *value));
}

static size_t place_of(const char *const *name, size_t count, const char *at, size_t length)
{
    size_t i = 0;
    while (i < count && (strlen(name[i]) != length || memcmp(name[i], at, length) != 0)) i++;
    return i;
}

typedef struct reading {
    gn_context *ctx;
    const char *option;
    const char *const *name;
    size_t count, ordered;      /* ordered: values given without a name so far */
    bool *given;
    bool named;
} reading;

/* "x=1" or "1": which variable, and where its value stands. */
static gn_status find_place(reading *r, const char *at, size_t length, size_t *place, size_t *skip)
{
    const char *equals = memchr(at, '=', length);
    *skip = 0;
    if (equals) {
        const char *name = at;
        size_t width = trimmed(&name, equals);
        *place = place_of(r->name, r->count, name, width);
        *skip = (size_t)(equals + 1 - at);
        r->named = true;
        if (*place == r->count) return wrong_point(r->ctx, r->option, "unknown", name, width, r->name, r->count);
        if (r->given[*place]) return wrong_point(r->ctx, r->option, "twice given:", name, width, r->name, r->count);
    } else {
        *place = r->ordered++;
        if (*place >= r->count)
            return wrong_point(r->ctx, r->option, "one value too many:", at, length, r->name, r->count);
    }
    if (!r->named || !r->ordered) return GN_OK;
    return wrong_point(r->ctx, r->option, "values with and without a name:", at, length, r->name, r->count);
}

gn_status gn_point_parse(gn_context *ctx, const char *option, const char *text, const char *const *name, size_t count,
                       gn_arena *arena, double *value, const gn_formula **exact)
{
    reading r = {.ctx = ctx, .option = option, .name = name, .count = count};
    r.given = gn_arena_alloc(arena, count + 1, sizeof *r.given);
    if (!r.given) return GN_NO_MEMORY;
    for (const char *at = text, *end = text; *text && *at; at = *end ? end + 1 : end) {
        end = value_end(at);
        const char *part = at;
        size_t length = trimmed(&part, end), place, skip;
        GN_TRY(find_place(&r, part, length, &place, &skip));
        r.given[place] = true;
        GN_TRY(read_value(ctx, option, part + skip, length - skip, arena, &value[place], exact ? &exact[place] : NULL));
    }
    for (size_t i = 0; i < count; i++)
        if (!r.given[i])
            return wrong_point(ctx, option, "there is no value for", name[i], strlen(name[i]), name, count);
    return GN_OK;
}

gn_status gn_numbers_parse(gn_context *ctx, const char *option, const char *text, gn_arena *arena, double **value,
                         size_t *count)
{
    size_t n = 1;
    for (const char *at = value_end(text); *at; at = value_end(at + 1)) n++;
    *count = 0;
    if (n > MOST_NUMBERS)
        return gn_fail(ctx, GN_E_CFG_VALUE, "--%s has more than %d numbers", option, MOST_NUMBERS);
    *value = gn_arena_alloc(arena, n, sizeof **value);
    if (!*value) return GN_NO_MEMORY;
    for (const char *at = text; *count < n; (*count)++) {
        const char *end = value_end(at), *part = at;
        size_t length = trimmed(&part, end);
        GN_TRY(read_value(ctx, option, part, length, arena, &(*value)[*count], NULL));
        at = end + 1;
    }
    return GN_OK;
}

/* ---- from options ------------------------------------------------------------------------------------------------ */

static const char *option_name(gn_option_id id) { return gn_option_table(NULL)[id].name; }

gn_status gn_point_read(gn_context *ctx, const gn_options *o, gn_option_id id, const char *const *name, size_t count,
                        gn_arena *arena, double *value, const gn_formula **exact)
{
    return gn_point_parse(ctx, option_name(id), gn_option_text(o, id), name, count, arena, value, exact);
}

gn_status gn_numbers_read(gn_context *ctx, const gn_options *o, gn_option_id id, gn_arena *arena, double **value,
                          size_t *count)
{
    *value = NULL;
    *count = 0;
    return gn_option_given(o, id) ? gn_numbers_parse(ctx, option_name(id), gn_option_text(o, id), arena, value, count)
                                  : GN_OK;
}

gn_status gn_number_read(gn_context *ctx, const gn_options *o, gn_option_id id, gn_arena *arena, double *value,
                         bool *given)
{
    double *v;
    size_t count;
    GN_TRY(gn_numbers_read(ctx, o, id, arena, &v, &count));
    *given = v != NULL;
    if (!v) return GN_OK;
    if (count != 1) return gn_fail(ctx, GN_E_CFG_VALUE, "--%s has %zu numbers; it is one", option_name(id), count);
    *value = v[0];
    return GN_OK;
}
