/* generate.c -- the generated sets of defs/generate.def as tables.
 *
 * Invariant: a set is a function of name, rows, noise and seed; coordinates are rounded to six decimals, so that the
 * table written as CSV is the table itself, and the last bit of a platform's sine does not show. */
#include <math.h>
#include <string.h>
#include "data.h"

typedef enum set_kind { PLANE, CURVE, FIXED } set_kind;
typedef double (*coordinate_fn)(int c, double u, double v);

typedef struct set_row {
    const char *name;
    set_kind kind;
    const char *classes; /* "a|b" */
    double noise;
    coordinate_fn first, second;
    size_t rows, columns; /* fixed tables */
    const double *values;
    const char *help;
} set_row;

static const double pi = 3.14159265358979323846;

#define LIST(...)   \
    {               \
        __VA_ARGS__ \
    }
#define G(id, classes, noise, x1, x2, help)              \
    static double id##_first(int c, double u, double v)  \
    {                                                    \
        (void)c, (void)u, (void)v;                       \
        return x1;                                       \
    }                                                    \
    static double id##_second(int c, double u, double v) \
    {                                                    \
        (void)c, (void)u, (void)v;                       \
        return x2;                                       \
    }
#define R(id, noise, x, y, help) G(id, "", noise, x, y, help)
#define N(id, rows, columns, values, help) static const double id##_values[(rows) * (columns)] = LIST values;
#include "../defs/generate.def"
#undef G
#undef R
#undef N

static const set_row sets[] = {
#define G(id, classes, noise, x1, x2, help) {#id, PLANE, classes, noise, id##_first, id##_second, 0, 3, NULL, help},
#define R(id, noise, x, y, help) {#id, CURVE, "", noise, id##_first, id##_second, 0, 2, NULL, help},
#define N(id, rows, columns, values, help) {#id, FIXED, "", 0, NULL, NULL, rows, columns, id##_values, help},
#include "../defs/generate.def"
};

static const set_row *find_set(const char *name)
{
    for (size_t i = 0; i < GN_COUNT(sets); i++)
        if (!strcmp(sets[i].name, name)) return &sets[i];
    return NULL;
}

bool gn_generate_known(const char *name)
{
    return find_set(name) != NULL;
}

const char *gn_generate_row(size_t i, const char **help)
{
    if (help) *help = i < GN_COUNT(sets) ? sets[i].help : NULL;
    return i < GN_COUNT(sets) ? sets[i].name : NULL;
}

static double rounded(double x)
{
    return floor(x * 1e6 + 0.5) / 1e6 + 0.0;
}

static size_t count_classes(const char *names)
{
    size_t n = *names != 0;
    for (; *names; names++) n += *names == '|';
    return n;
}

/* ---- the parts of the table -------------------------------------------------------------------------- */

static gn_status number_column(gn_table *t, size_t column, const char *name)
{
    gn_column *c = &t->column[column];
    c->kind = GN_NUMERIC;
    c->name = gn_arena_text(&t->arena, name, strlen(name));
    c->number = gn_alloc_array(t->ctx, t->rows, sizeof *c->number);
    return c->name && c->number ? GN_OK : GN_NO_MEMORY;
}

static gn_status class_column(gn_table *t, size_t column, const char *names)
{
    gn_column *c = &t->column[column];
    const char *at;
    size_t length;
    c->kind = GN_TEXT;
    c->name = "class";
    c->n_categories = count_classes(names);
    c->categories = gn_arena_alloc(&t->arena, c->n_categories, sizeof *c->categories);
    c->category = gn_alloc_array(t->ctx, t->rows, sizeof *c->category);
    if (!c->categories || !c->category) return GN_NO_MEMORY;
    for (size_t i = 0; gn_list_part(names, '|', i, &at, &length); i++)
        if (!(c->categories[i] = gn_arena_text(&t->arena, at, length))) return GN_NO_MEMORY;
    return GN_OK;
}

/* Draws of one set; each row has its own positions, so that more rows leave the first ones as they are. */
typedef struct draws {
    gn_random place, noise;
    double sd;
} draws;

static double noisy(const draws *d, double value, uint64_t position)
{
    return rounded(d->sd > 0 ? value + d->sd * gn_random_normal(d->noise, position) : value);
}

static gn_status fill_plane(gn_table *t, const set_row *set, const draws *d)
{
    GN_TRY(number_column(t, 0, "x1"));
    GN_TRY(number_column(t, 1, "x2"));
    GN_TRY(class_column(t, 2, set->classes));
    for (size_t i = 0; i < t->rows; i++) {
        uint32_t c = (uint32_t)(i % t->column[2].n_categories);
        double u = gn_random_uniform(d->place, 2 * i), v = gn_random_uniform(d->place, 2 * i + 1);
        t->column[0].number[i] = noisy(d, set->first((int)c, u, v), 2 * i);
        t->column[1].number[i] = noisy(d, set->second((int)c, u, v), 2 * i + 1);
        t->column[2].category[i] = c;
    }
    return GN_OK;
}

static gn_status fill_curve(gn_table *t, const set_row *set, const draws *d)
{
    GN_TRY(number_column(t, 0, "x"));
    GN_TRY(number_column(t, 1, "y"));
    for (size_t i = 0; i < t->rows; i++) {
        double u = gn_random_uniform(d->place, 2 * i), v = gn_random_uniform(d->place, 2 * i + 1);
        t->column[0].number[i] = rounded(set->first(0, u, v));
        t->column[1].number[i] = noisy(d, set->second(0, u, v), i);
    }
    return GN_OK;
}

static gn_status fill_fixed(gn_table *t, const set_row *set)
{
    for (size_t c = 0; c < t->columns; c++) {
        char name[] = {'x', (char)('1' + c % 9), 0};
        GN_TRY(number_column(t, c, c + 1 == t->columns ? "y" : name));
        for (size_t r = 0; r < t->rows; r++) t->column[c].number[r] = set->values[r * t->columns + c];
    }
    return GN_OK;
}

static gn_status fill_set(gn_table *t, const set_row *set, const draws *d)
{
    t->name = gn_arena_text(&t->arena, set->name, strlen(set->name));
    t->column = gn_arena_alloc(&t->arena, t->columns, sizeof *t->column);
    if (!t->name || !t->column) return GN_NO_MEMORY;
    return set->kind == PLANE ? fill_plane(t, set, d) : set->kind == CURVE ? fill_curve(t, set, d) : fill_fixed(t, set);
}

static gn_status fail_unknown(gn_context *ctx, const char *name)
{
    const char *names[GN_COUNT(sets)];
    for (size_t i = 0; i < GN_COUNT(sets); i++) names[i] = sets[i].name;
    const char *close = gn_closest(name, names, GN_COUNT(sets));
    gn_fail(ctx, GN_E_USAGE, "no generated set '%s'", gn_show(GN_SHOWN, name, strlen(name)));
    return close ? gn_hint(ctx, "did you mean %s?", close)
                 : gn_hint(ctx, "there are: spirals, moons, circles, xor, blobs, checkerboard, sine, linear, neuron");
}

gn_status gn_generate(gn_context *ctx, const char *name, size_t n, double noise, uint64_t seed, gn_table *out)
{
    const set_row *set = find_set(name);
    *out = (gn_table){.ctx = ctx, .has_header = true, .delimiter = ','};
    if (!set) return fail_unknown(ctx, name);
    if (n == 0 || n > 100000000) return gn_fail(ctx, GN_E_USAGE, "--n=%zu: expected 1 to 100000000 rows", n);
    draws d = {gn_random_make(seed, GN_STREAM_GENERATE, (uint32_t)(set - sets)),
               gn_random_make(seed, GN_STREAM_NOISE, (uint32_t)(set - sets)), noise >= 0 ? noise : set->noise};
    gn_arena_init(&out->arena, ctx);
    out->rows = set->kind == FIXED ? set->rows : n;
    out->columns = set->columns;
    gn_status status = fill_set(out, set, &d);
    if (status != GN_OK) gn_table_free(out);
    return status;
}
