/* encode_prep.c -- a table encoded by the prep of a model: columns by name in any order, or by position where there are
 * no names.
 *
 * Invariant: a column is never taken for another: when names and positions leave a doubt, the table is refused. */
#include <math.h>
#include <string.h>
#include "encode.h"

static size_t find_name(const gn_table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (!strcmp(t->column[i].name, name)) return i;
    return SIZE_MAX;
}

/* "a, b, c" of the prep's features, or of those the table lacks. */
static void list_features(gn_text *to, const gn_table *t, const gn_prep *p, bool lacking)
{
    size_t n = 0;
    for (size_t i = 0; i < p->features; i++) {
        if (lacking && find_name(t, p->feature[i].name) != SIZE_MAX) continue;
        if (n++ == 12) {
            gn_text_puts(to, ", ...");
            return;
        }
        gn_text_printf(to, "%s%s", n > 1 ? ", " : "",
                       gn_show(GN_SHOWN, p->feature[i].name, strlen(p->feature[i].name)));
    }
}

static gn_status fail_shape(gn_encoding *e, const gn_prep *p, size_t have, bool by_name)
{
    gn_text names, lacking;
    gn_text_init(&names, e->ctx);
    gn_text_init(&lacking, e->ctx);
    list_features(&names, e->table, p, false);
    if (by_name) list_features(&lacking, e->table, p, true);
    gn_status status = gn_text_done(&names);
    if (status == GN_OK) status = gn_text_done(&lacking);
    if (status == GN_OK) {
        gn_fail_at(e->ctx, GN_E_MOD_SHAPE, (gn_place){.file = e->table->name},
                   "data has %zu feature%s, model expects %zu (%s)", have, have == 1 ? "" : "s", p->features, names.at);
        status = by_name ? gn_hint(e->ctx, "missing: %s", lacking.at)
                         : gn_hint(e->ctx, "a header row lets columns be found by name");
    }
    gn_text_free(&names);
    gn_text_free(&lacking);
    return status;
}

/* Is every feature's name only its position ("column 3"), as in a model trained on a file without a header? */
static bool names_are_positions(const gn_prep *p)
{
    for (size_t i = 0; i < p->features; i++)
        if (strncmp(p->feature[i].name, "column ", 7)) return false;
    return true;
}

static size_t count_targets(const gn_table *t, const gn_prep *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->targets; i++) n += find_name(t, p->target_name[i]) != SIZE_MAX;
    return n;
}

static gn_status find_by_name(gn_encoding *e, const gn_prep *p)
{
    const gn_table *t = e->table;
    size_t have = t->columns - count_targets(t, p);
    for (size_t i = 0; i < p->features; i++) {
        size_t at = find_name(t, p->feature[i].name);
        if (at == SIZE_MAX) {
            if (have != p->features) return fail_shape(e, p, have, true);
            if (gn_table_find(t, p->feature[i].name, strlen(p->feature[i].name)) == SIZE_MAX)
                return gn_last_error(e->ctx)->status;
            return fail_shape(e, p, have, true);
        }
        e->feature[i] = (uint32_t)at;
    }
    return GN_OK;
}

static bool all_names(const gn_table *t, const gn_prep *p)
{
    for (size_t i = 0; i < p->features; i++)
        if (find_name(t, p->feature[i].name) == SIZE_MAX) return false;
    return true;
}

/* The columns in order: those that are left when the targets (given by option, or named by their position) are taken
 * out. */
static gn_status find_by_position(gn_encoding *e, const gn_prep *p)
{
    const gn_table *t = e->table;
    size_t n = 0;
    for (size_t i = 0; i < t->columns; i++) {
        bool taken = false;
        for (size_t k = 0; k < e->targets; k++) taken |= e->target[k] == i;
        if (!taken && n < p->features) e->feature[n] = (uint32_t)i;
        n += !taken;
    }
    return n == p->features ? GN_OK : fail_shape(e, p, n, false);
}

/* Features by name where the table has names; by position where it has none, or the model has none. */
static gn_status find_features(gn_encoding *e, const gn_prep *p)
{
    const gn_table *t = e->table;
    e->features = p->features;
    if (p->features > t->columns) return fail_shape(e, p, t->columns - count_targets(t, p), t->has_header);
    if (all_names(t, p) && (t->has_header || t->columns > p->features)) return find_by_name(e, p);
    if (!t->has_header || names_are_positions(p)) return find_by_position(e, p);
    return find_by_name(e, p);
}

static gn_status target_by_option(gn_encoding *e, const char *list)
{
    const char *at;
    size_t length;
    for (size_t part = 0; gn_list_part(list, ',', part, &at, &length); part++) {
        size_t column = gn_table_find(e->table, at, length);
        if (column == SIZE_MAX) return gn_last_error(e->ctx)->status;
        if (e->targets < e->table->columns) e->target[e->targets++] = (uint32_t)column;
    }
    return GN_OK;
}

/* The target columns; without a header they can only be known when the model's names are positions of a table as wide
 * as this one. */
static gn_status find_targets(gn_encoding *e, const gn_prep *p)
{
    const gn_table *t = e->table;
    const char *list = gn_csv_option(e->options, GN_O_TARGET);
    if (*list) return target_by_option(e, list);
    for (size_t i = 0; i < p->targets; i++) {
        size_t at = find_name(t, p->target_name[i]);
        if (at == SIZE_MAX && !t->has_header && p->targets == 1 && t->columns == p->features + 1) at = t->columns - 1;
        if (at == SIZE_MAX) {
            if (gn_table_find(t, p->target_name[i], strlen(p->target_name[i])) != SIZE_MAX)
                return fail_shape(e, p, t->columns, t->has_header);
            return gn_last_error(e->ctx)->status;
        }
        e->target[e->targets++] = (uint32_t)at;
    }
    return GN_OK;
}

static gn_status find_columns(gn_encoding *e, const gn_prep *p, bool need_target)
{
    const char *weight = gn_csv_option(e->options, GN_O_WEIGHT);
    if (need_target) {
        GN_TRY(find_targets(e, p));
        if (e->targets != p->targets && p->targets)
            return gn_fail(e->ctx, GN_E_USAGE, "%zu target columns are given, the model has %zu", e->targets,
                           p->targets);
        if (*weight) {
            size_t at = gn_table_find(e->table, weight, strlen(weight));
            if (at == SIZE_MAX) return gn_last_error(e->ctx)->status;
            e->weight = (uint32_t)at;
        }
    }
    return find_features(e, p);
}

static gn_status fail_model_missing(gn_encoding *e, const gn_column *c)
{
    gn_place at = {.file = e->table->name, .line = c->first_missing_line, .column = c->first_missing_column};
    gn_fail_at(e->ctx, GN_E_CSV_MISSING, at, "%zu missing value%s in column '%s', first at line %llu", c->missing,
               c->missing == 1 ? "" : "s", gn_show(GN_SHOWN, c->name, strlen(c->name)),
               (unsigned long long)c->first_missing_line);
    return gn_hint(e->ctx, "--missing=drop, or train with --missing=mean|median to give the model values to fill in");
}

/* Kinds must agree: numbers where the model has numbers. */
static gn_status check_kinds(gn_encoding *e, const gn_prep *p)
{
    for (size_t i = 0; i < p->features; i++) {
        const gn_column *c = &e->table->column[e->feature[i]];
        const gn_feature *f = &p->feature[i];
        bool filled = p->fill != GN_FILL_NONE || e->drop ||
                      (f->kind == GN_TEXT ? f->fill_category != UINT32_MAX : !isnan(f->fill));
        if (f->kind == GN_NUMERIC) GN_TRY(gn_table_fault(e->table, e->feature[i]));
        if (c->missing && !filled) return fail_model_missing(e, c);
    }
    for (size_t i = 0; i < e->targets && p->task == GN_REGRESSION; i++) GN_TRY(gn_table_fault(e->table, e->target[i]));
    return e->weight == GN_NO_COLUMN ? GN_OK : gn_table_fault(e->table, e->weight);
}

gn_status gn_data_by_prep(gn_context *ctx, const gn_table *t, const gn_prep *prep, const gn_options *options,
                          bool need_target, gn_data **out)
{
    gn_encoding e;
    *out = NULL;
    gn_status status = gn_encoding_start(ctx, t, options, &e);
    if (status == GN_OK) status = find_columns(&e, prep, need_target);
    if (status == GN_OK) status = check_kinds(&e, prep);
    if (status == GN_OK) status = gn_encoding_rows(&e, prep);
    if (status == GN_OK) status = gn_encoding_data(&e, prep, out);
    gn_encoding_end(&e);
    return status;
}
