/* encode_table.c -- training data from a table: the prep is found here, and what is odd about the columns is said.
 *
 * Invariant: the prep alone, with no look at this table again, encodes another table the same way. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "encode.h"

static const char *copy_name(gn_prep *p, const char *name)
{
    return gn_arena_text(&p->arena, name, strlen(name));
}

static gn_status fail_many(gn_encoding *e, const gn_column *c)
{
    const char *name = gn_show(GN_SHOWN, c->name, strlen(c->name));
    gn_fail_at(e->ctx, GN_E_CSV_LIMIT, (gn_place){.file = e->table->name},
               "column '%s' has %zu different texts (limit %d)", name, c->n_categories, GN_CATEGORY_LIMIT);
    return gn_hint(e->ctx, "--ignore=%s", name);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Categories ascend, whatever order a table has them in: find_category halves. */
static gn_status fit_feature(gn_encoding *e, gn_prep *p, const gn_column *c, gn_feature *f)
{
    *f = (gn_feature){.kind = c->kind, .fill = (double)NAN, .fill_category = UINT32_MAX, .name = copy_name(p, c->name)};
    if (!f->name) return GN_NO_MEMORY;
    p->inputs += c->kind == GN_TEXT ? c->n_categories : 1;
    if (c->kind == GN_NUMERIC) return GN_OK;
    if (c->n_categories > GN_CATEGORY_LIMIT) return fail_many(e, c);
    f->n_categories = c->n_categories;
    f->categories = gn_arena_alloc(&p->arena, c->n_categories, sizeof *f->categories);
    if (!f->categories) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->n_categories; i++)
        if (!(f->categories[i] = copy_name(p, c->categories[i]))) return GN_NO_MEMORY;
    qsort(f->categories, f->n_categories, sizeof *f->categories, by_text);
    return GN_OK;
}

static gn_status fit_features(gn_encoding *e, gn_prep *p)
{
    p->features = e->features;
    p->fill = e->fill;
    p->feature = gn_arena_alloc(&p->arena, e->features, sizeof *p->feature);
    if (!p->feature) return GN_NO_MEMORY;
    for (size_t i = 0; i < e->features; i++)
        GN_TRY(fit_feature(e, p, &e->table->column[e->feature[i]], &p->feature[i]));
    return GN_OK;
}

/* ---- what is worth a warning ------------------------------------------------------------------------- */

static bool is_constant(const gn_encoding *e, const gn_column *c)
{
    if (c->kind == GN_TEXT) {
        for (size_t i = 1; i < e->rows; i++)
            if (c->category[e->row[i]] != c->category[e->row[0]]) return false;
        return true;
    }
    double first = (double)NAN;
    for (size_t i = 0; i < e->rows; i++) {
        double v = c->number[e->row[i]];
        if (isnan(first)) first = v;
        else if (!isnan(v) && v != first) return false;
    }
    return true;
}

/* Whole numbers that a float32 rounds: from 2^24 on; past 2^53 the text itself was rounded and exactness was not meant.
 */
static size_t count_inexact(const gn_encoding *e, const gn_column *c)
{
    size_t n = 0;
    for (size_t i = 0; c->kind == GN_NUMERIC && i < e->rows; i++) {
        double v = c->number[e->row[i]];
        n += fabs(v) > 16777216 && fabs(v) < 9007199254740992 && v == floor(v) && (double)(float)v != v;
    }
    return n;
}

static void warn_columns(gn_encoding *e, gn_element type)
{
    const gn_table *t = e->table;
    size_t inexact = 0;
    for (size_t i = 0; i < e->features; i++) {
        const gn_column *c = &t->column[e->feature[i]];
        const char *name = gn_show(GN_SHOWN, c->name, strlen(c->name));
        if (is_constant(e, c)) gn_warn(e->ctx, "column '%s' is constant; standardised to 0", name);
        else if (c->kind == GN_TEXT && c->n_categories == t->rows && t->rows > 20)
            gn_warn(e->ctx, "column '%s' has another text in every row; --ignore it if it only names the rows", name);
        inexact += count_inexact(e, c);
    }
    for (size_t i = 0; i < e->targets; i++) inexact += count_inexact(e, &t->column[e->target[i]]);
    if (inexact && type == GN_EL_F32)
        gn_warn(e->ctx, "%zu integer%s not exactly representable in float32", inexact, inexact == 1 ? "" : "s");
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static gn_status take_lines(gn_encoding *e, gn_data *d)
{
    if (!e->table->line) return GN_OK;
    d->line = gn_arena_alloc(&d->arena, e->rows, sizeof *d->line);
    for (size_t i = 0; d->line && i < e->rows; i++) d->line[i] = e->table->line[e->row[i]];
    return d->line ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_encoding_data(gn_encoding *e, const gn_prep *p, gn_data **out)
{
    gn_element type = strcmp(gn_csv_option(e->options, GN_O_PRECISION), "f64") ? GN_EL_F32 : GN_EL_F64;
    gn_data *d;
    GN_TRY(gn_data_new(e->ctx, e->table->name, e->rows, p->inputs, type, out));
    d = *out;
    gn_status status = gn_prep_copy(e->ctx, p, &d->prep);
    if (status == GN_OK) status = take_lines(e, d);
    if (status == GN_OK) status = gn_encoding_features(e, p, d);
    if (status == GN_OK) status = gn_encoding_targets(e, p, d);
    if (status == GN_OK) return GN_OK;
    gn_data_free(d);
    *out = NULL;
    return status;
}

static gn_status fit(gn_encoding *e, gn_prep *p, gn_data **out)
{
    bool text_target = !strncmp(gn_csv_option(e->options, GN_O_TASK), "class", 5);
    GN_TRY(gn_encoding_roles(e));
    GN_TRY(gn_encoding_faults(e, text_target));
    GN_TRY(gn_encoding_rows(e, NULL));
    GN_TRY(gn_encoding_task(e, p));
    GN_TRY(fit_features(e, p));
    GN_TRY(gn_encoding_data(e, p, out));
    warn_columns(e, (*out)->type);
    return GN_OK;
}

gn_status gn_data_from_table(gn_context *ctx, const gn_table *t, const gn_options *options, gn_data **out)
{
    gn_encoding e;
    gn_prep p = {0};
    *out = NULL;
    gn_arena_init(&p.arena, ctx);
    gn_status status = gn_encoding_start(ctx, t, options, &e);
    if (status == GN_OK) status = fit(&e, &p, out);
    gn_encoding_end(&e);
    gn_prep_free(&p);
    return status;
}
