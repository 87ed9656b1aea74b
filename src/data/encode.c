/* encode.c -- a table into the numbers a network takes: which columns play which role, which rows are kept, one input
 * for a number and one for each category of a text.
 *
 * Invariant: nothing is guessed: a value that is missing, not a number, or not among the known categories is refused
 * with its place, or handled as an option says and told in a note. */
#include <math.h>
#include <string.h>
#include "encode.h"

gn_status gn_encoding_start(gn_context *ctx, const gn_table *t, const gn_options *options, gn_encoding *e)
{
    *e = (gn_encoding){.ctx = ctx, .table = t, .options = options, .weight = GN_NO_COLUMN};
    gn_arena_init(&e->arena, ctx);
    const char *missing = gn_csv_option(options, GN_O_MISSING);
    e->drop = !strcmp(missing, "drop");
    e->fill = !strcmp(missing, "mean") ? GN_FILL_MEAN : !strcmp(missing, "median") ? GN_FILL_MEDIAN : GN_FILL_NONE;
    e->feature = gn_arena_alloc(&e->arena, t->columns, sizeof *e->feature);
    e->target = gn_arena_alloc(&e->arena, t->columns, sizeof *e->target);
    e->row = gn_arena_alloc(&e->arena, t->rows, sizeof *e->row);
    return e->feature && e->target && e->row ? GN_OK : GN_NO_MEMORY;
}

void gn_encoding_end(gn_encoding *e)
{
    gn_arena_free(&e->arena);
}

/* ---- roles ------------------------------------------------------------------------------------------- */

typedef enum role { FEATURE, TARGET, IGNORED, WEIGHT } role;
static const char *const role_name[] = {"feature", "target", "ignore", "weight"};

static gn_status give_role(gn_encoding *e, uint8_t *roles, size_t column, role as)
{
    const char *name = e->table->column[column].name;
    if (roles[column] != FEATURE && roles[column] != as)
        return gn_fail(e->ctx, GN_E_USAGE, "column '%s' is given both as --%s and as --%s",
                       gn_show(GN_SHOWN, name, strlen(name)), role_name[roles[column]], role_name[as]);
    if (as == TARGET && roles[column] == FEATURE) e->target[e->targets++] = (uint32_t)column;
    if (as == WEIGHT) e->weight = (uint32_t)column;
    roles[column] = (uint8_t)as;
    return GN_OK;
}

static bool is_name(const gn_table *t, const char *text)
{
    for (size_t i = 0; i < t->columns; i++)
        if (!strcmp(t->column[i].name, text)) return true;
    return false;
}

/* A list of columns; a name that has commas in it can be given alone. */
static gn_status give_roles(gn_encoding *e, uint8_t *roles, const char *list, role as)
{
    const char *at = list;
    size_t length = strlen(list), column;
    bool whole = is_name(e->table, list);
    for (size_t part = 0; whole ? part == 0 : gn_list_part(list, ',', part, &at, &length); part++) {
        if (!length) continue;
        if ((column = gn_table_find(e->table, at, length)) == SIZE_MAX) return GN_BAD_DATA;
        GN_TRY(give_role(e, roles, column, as));
    }
    return GN_OK;
}

static gn_status fail_few(gn_encoding *e)
{
    gn_place at = {.file = e->table->name};
    if (e->table->columns > 1) return gn_fail_at(e->ctx, GN_E_CSV_NOCOL, at, "no column is left to learn from");
    gn_fail_at(e->ctx, GN_E_CSV_NOCOL, at,
               "only one column was found, where a target and something to learn from are needed");
    return gn_hint(e->ctx, "--delim says what parts the fields");
}

gn_status gn_encoding_roles(gn_encoding *e)
{
    size_t columns = e->table->columns;
    uint8_t *roles = gn_arena_alloc(&e->arena, columns, 1);
    if (!roles) return GN_NO_MEMORY;
    const char *target = gn_csv_option(e->options, GN_O_TARGET), *weight = gn_csv_option(e->options, GN_O_WEIGHT);
    GN_TRY(give_roles(e, roles, gn_csv_option(e->options, GN_O_IGNORE), IGNORED));
    if (*weight) GN_TRY(give_roles(e, roles, weight, WEIGHT));
    if (*target) GN_TRY(give_roles(e, roles, target, TARGET));
    for (size_t i = columns; i-- > 0 && !e->targets;)
        if (roles[i] == FEATURE) GN_TRY(give_role(e, roles, i, TARGET));
    for (size_t i = 0; i < columns; i++)
        if (roles[i] == FEATURE) e->feature[e->features++] = (uint32_t)i;
    return e->features && e->targets ? GN_OK : fail_few(e);
}

static void earliest(const gn_table *t, uint32_t column, uint32_t *worst)
{
    const gn_column *c = &t->column[column], *w = *worst == GN_NO_COLUMN ? NULL : &t->column[*worst];
    if (c->fault == GN_E_NONE) return;
    if (!w || c->fault_line < w->fault_line || (c->fault_line == w->fault_line && c->fault_column < w->fault_column))
        *worst = column;
}

gn_status gn_encoding_faults(gn_encoding *e, bool text_target)
{
    const gn_table *t = e->table;
    uint32_t worst = GN_NO_COLUMN;
    for (size_t i = 0; i < e->features; i++) {
        const gn_column *c = &t->column[e->feature[i]];
        if (c->kind == GN_NUMERIC || c->mixed) earliest(t, e->feature[i], &worst);
    }
    for (size_t i = 0; i < e->targets; i++) {
        const gn_column *c = &t->column[e->target[i]];
        if (c->kind == GN_NUMERIC || (c->mixed && !text_target)) earliest(t, e->target[i], &worst);
    }
    if (e->weight != GN_NO_COLUMN) earliest(t, e->weight, &worst);
    if (worst == GN_NO_COLUMN) return GN_OK;
    gn_status status = gn_table_fault(t, worst);
    if (e->targets == 1 && worst == e->target[0] && t->column[worst].mixed)
        return gn_hint(e->ctx, "--task=classify if the column names classes");
    return status;
}

/* ---- rows -------------------------------------------------------------------------------------------- */

bool gn_table_is_missing(const gn_table *t, uint32_t column, size_t row)
{
    const gn_column *c = &t->column[column];
    return c->missing && (c->kind == GN_TEXT ? c->category[row] == UINT32_MAX : isnan(c->number[row]));
}

static gn_status fail_missing(gn_encoding *e, uint32_t column, bool fillable)
{
    const gn_column *c = &e->table->column[column];
    gn_place at = {.file = e->table->name, .line = c->first_missing_line, .column = c->first_missing_column};
    gn_fail_at(e->ctx, GN_E_CSV_MISSING, at, "%zu missing value%s in column '%s', first at line %llu", c->missing,
               c->missing == 1 ? "" : "s", gn_show(GN_SHOWN, c->name, strlen(c->name)),
               (unsigned long long)c->first_missing_line);
    return gn_hint(e->ctx, fillable ? "--missing=drop|mean|median" : "--missing=drop");
}

/* May a missing value of feature i stay, to be filled? */
static bool stays(const gn_encoding *e, const gn_prep *p, size_t i)
{
    if (!p) return e->fill != GN_FILL_NONE;
    const gn_feature *f = &p->feature[i];
    return p->fill != GN_FILL_NONE || (f->kind == GN_TEXT ? f->fill_category != UINT32_MAX : !isnan(f->fill));
}

/* Columns whose rows with missing values have to go: the result's count, the columns in `strict`. */
static gn_status find_strict(gn_encoding *e, const gn_prep *p, uint32_t *strict, size_t *count)
{
    const gn_table *t = e->table;
    *count = 0;
    for (size_t i = 0; i < e->features; i++)
        if (t->column[e->feature[i]].missing && !stays(e, p, i)) strict[(*count)++] = e->feature[i];
    for (size_t i = 0; i < e->targets; i++)
        if (t->column[e->target[i]].missing) strict[(*count)++] = e->target[i];
    if (e->weight != GN_NO_COLUMN && t->column[e->weight].missing) strict[(*count)++] = e->weight;
    if (!*count || e->drop) return GN_OK;
    uint32_t first = strict[0];
    for (size_t i = 1; i < *count; i++)
        if (t->column[strict[i]].first_missing_line < t->column[first].first_missing_line) first = strict[i];
    bool is_feature = false;
    for (size_t i = 0; i < e->features; i++) is_feature |= e->feature[i] == first;
    return fail_missing(e, first, is_feature && !p);
}

gn_status gn_encoding_rows(gn_encoding *e, const gn_prep *fillable)
{
    const gn_table *t = e->table;
    size_t count;
    uint32_t *strict = gn_arena_alloc(&e->arena, t->columns, sizeof *strict);
    if (!strict) return GN_NO_MEMORY;
    /* a model's fill values serve where nothing is said; --missing=refuse or drop is meant */
    if (e->options && gn_option_given(e->options, GN_O_MISSING) && e->fill == GN_FILL_NONE) fillable = NULL;
    GN_TRY(find_strict(e, fillable, strict, &count));
    for (size_t r = 0; r < t->rows; r++) {
        bool whole = true;
        for (size_t i = 0; i < count && whole; i++) whole = !gn_table_is_missing(t, strict[i], r);
        if (whole) e->row[e->rows++] = (uint32_t)r;
    }
    const char *name = gn_show(GN_SHOWN, t->name, strlen(t->name));
    if (!e->rows)
        return gn_fail_at(e->ctx, GN_E_CSV_NOROWS, (gn_place){.file = t->name}, "all %zu rows were dropped", t->rows);
    if (e->rows < t->rows)
        gn_note(e->ctx, "%s: %zu of %zu rows with missing values were dropped", name, t->rows - e->rows, t->rows);
    return GN_OK;
}

/* ---- features ---------------------------------------------------------------------------------------- */

/* Where a text feature's categories of the table stand among the prep's, or NULL when they are the same. */
static gn_status fail_category(gn_encoding *e, const gn_feature *f, const char *found, size_t row)
{
    gn_text known;
    gn_text_init(&known, e->ctx);
    for (size_t i = 0; i < f->n_categories && i < 12; i++)
        gn_text_printf(&known, "%s%s", i ? ", " : "", gn_show(GN_SHOWN, f->categories[i], strlen(f->categories[i])));
    if (f->n_categories > 12) gn_text_puts(&known, ", ...");
    gn_status status = gn_text_done(&known);
    uint64_t line = e->table->line ? e->table->line[row] : 0;
    if (status == GN_OK) {
        gn_fail_at(e->ctx, GN_E_CSV_LABEL, (gn_place){.file = e->table->name, .line = line},
                   "category '%s' (line %llu) of column '%s' was not in the training data",
                   gn_show(GN_SHOWN, found, strlen(found)), (unsigned long long)line,
                   gn_show(GN_SHOWN, f->name, strlen(f->name)));
        status = gn_hint(e->ctx, "known are: %s", known.at);
    }
    gn_text_free(&known);
    return status;
}

static uint32_t find_category(const gn_feature *f, const char *text)
{
    size_t lo = 0, hi = f->n_categories;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = strcmp(f->categories[mid], text);
        if (order == 0) return (uint32_t)mid;
        if (order < 0) lo = mid + 1;
        else hi = mid;
    }
    return UINT32_MAX;
}

static gn_status category_at(gn_encoding *e, const gn_feature *f, const gn_column *c, const uint32_t *map, size_t row,
                             uint32_t *out)
{
    if (c->kind == GN_TEXT) {
        *out = c->category[row] == UINT32_MAX ? UINT32_MAX : map[c->category[row]];
        if (*out != UINT32_MAX || c->category[row] == UINT32_MAX) return GN_OK;
        return fail_category(e, f, c->categories[c->category[row]], row);
    }
    *out = UINT32_MAX;
    if (isnan(c->number[row])) return GN_OK;
    const char *text = gn_num(GN_NUM, c->number[row]);
    *out = find_category(f, text);
    return *out == UINT32_MAX ? fail_category(e, f, text, row) : GN_OK;
}

/* One input a category: 1 where it is the row's; all NaN while the value is missing and to be filled. */
static gn_status encode_text(gn_encoding *e, const gn_feature *f, const gn_column *c, gn_data *d, size_t input)
{
    uint32_t *map = gn_alloc_array(e->ctx, c->n_categories, sizeof *map), category = 0;
    gn_status status = map ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; map && i < c->n_categories; i++) map[i] = find_category(f, c->categories[i]);
    for (size_t r = 0; status == GN_OK && r < e->rows; r++) {
        status = category_at(e, f, c, map, e->row[r], &category);
        if (status == GN_OK && category == UINT32_MAX) category = f->fill_category;
        size_t at = r * d->prep.inputs + input;
        for (size_t k = 0; status == GN_OK && category == UINT32_MAX && k < f->n_categories; k++)
            gn_data_put(d->x, d->type, at + k, (double)NAN);
        if (status == GN_OK && category != UINT32_MAX) gn_data_put(d->x, d->type, at + category, 1);
    }
    gn_free(e->ctx, map);
    return status;
}

/* Numbers, a block of rows at a time so that x is written line by line. */
static void encode_numbers(gn_encoding *e, const gn_prep *p, const uint32_t *input, gn_data *d)
{
    for (size_t begin = 0; begin < e->rows; begin += 64) {
        size_t end = begin + 64 < e->rows ? begin + 64 : e->rows;
        for (size_t i = 0; i < e->features; i++) {
            if (p->feature[i].kind != GN_NUMERIC) continue;
            const double *number = e->table->column[e->feature[i]].number, fill = p->feature[i].fill;
            for (size_t r = begin; r < end; r++) {
                double v = number[e->row[r]];
                gn_data_put(d->x, d->type, r * d->prep.inputs + input[i], isnan(v) ? fill : v);
            }
        }
    }
}

gn_status gn_encoding_features(gn_encoding *e, const gn_prep *p, gn_data *d)
{
    uint32_t *input = gn_arena_alloc(&e->arena, e->features, sizeof *input), next = 0;
    if (!input) return GN_NO_MEMORY;
    for (size_t i = 0; i < e->features; i++) {
        input[i] = next;
        next += p->feature[i].kind == GN_TEXT ? (uint32_t)p->feature[i].n_categories : 1;
    }
    encode_numbers(e, p, input, d);
    for (size_t i = 0; i < e->features; i++)
        if (p->feature[i].kind == GN_TEXT)
            GN_TRY(encode_text(e, &p->feature[i], &e->table->column[e->feature[i]], d, input[i]));
    return GN_OK;
}
