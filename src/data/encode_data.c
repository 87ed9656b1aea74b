/* encode_data.c -- the life of a gn_data: made from arrays, copied, viewed, freed; and of the prep in it.
 *
 * Invariant: everything a gn_data points to is in its arenas or in `taken`, so a half-made one can be freed. */
#include <math.h>
#include <string.h>
#include "encode.h"

gn_status gn_data_new(gn_context *ctx, const char *name, size_t rows, size_t inputs, gn_element type, gn_data **out)
{
    gn_data *d = *out = gn_calloc(ctx, 1, sizeof *d);
    uint64_t size;
    if (!d) return GN_NO_MEMORY;
    d->ctx = ctx;
    gn_arena_init(&d->arena, ctx);
    gn_arena_init(&d->prep.arena, ctx);
    d->rows = rows;
    d->type = type;
    d->name = gn_arena_text(&d->arena, name, strlen(name));
    bool fits = gn_size_mul(rows, inputs, &size) && size <= SIZE_MAX;
    if (fits && d->name && inputs) d->x = gn_arena_alloc(&d->arena, (size_t)size, gn_wide(type));
    if (d->name && (!inputs || d->x)) return GN_OK;
    gn_data_free(d);
    *out = NULL;
    return fits ? GN_NO_MEMORY
                : gn_fail(ctx, GN_E_MEMORY, "%zu rows of %zu inputs are more than memory can hold", rows, inputs);
}

void gn_data_free(gn_data *d)
{
    if (!d) return;
    gn_context *ctx = d->ctx;
    if (d->taken) gn_free_aligned(ctx, d->taken);
    gn_prep_free(&d->prep);
    gn_arena_free(&d->arena);
    gn_free(ctx, d);
}

size_t gn_data_rows(const gn_data *d)
{
    return d ? d->rows : 0;
}
size_t gn_data_inputs(const gn_data *d)
{
    return d ? d->prep.inputs : 0;
}

gn_dataset gn_data_view(const gn_data *d)
{
    return (gn_dataset){.rows = d->rows,
                        .inputs = d->prep.inputs,
                        .type = d->type,
                        .x = d->x,
                        .y = d->label ? NULL : d->y,
                        .label = d->label,
                        .weight = d->weight,
                        .used = d->rows};
}

/* ---- the prep ---------------------------------------------------------------------------------------- */

void gn_prep_free(gn_prep *p)
{
    gn_arena_free(&p->arena);
    *p = (gn_prep){0};
}

static const char **copy_names(gn_arena *arena, const char *const *from, size_t n)
{
    const char **to = gn_arena_alloc(arena, n, sizeof *to);
    for (size_t i = 0; to && i < n; i++)
        if (from[i] && !(to[i] = gn_arena_text(arena, from[i], strlen(from[i])))) return NULL;
    return to;
}

static bool copy_feature(gn_arena *arena, const gn_feature *from, gn_feature *to)
{
    *to = *from;
    if (from->name && !(to->name = gn_arena_text(arena, from->name, strlen(from->name)))) return false;
    return !from->categories || (to->categories = copy_names(arena, from->categories, from->n_categories));
}

static bool copy_parts(const gn_prep *from, gn_prep *to)
{
    if (from->target_name && !(to->target_name = copy_names(&to->arena, from->target_name, from->targets)))
        return false;
    if (from->class_name && !(to->class_name = copy_names(&to->arena, from->class_name, from->classes))) return false;
    if (!from->feature) return true;
    if (!(to->feature = gn_arena_alloc(&to->arena, from->features, sizeof *to->feature))) return false;
    for (size_t i = 0; i < from->features; i++)
        if (!copy_feature(&to->arena, &from->feature[i], &to->feature[i])) return false;
    return true;
}

gn_status gn_prep_copy(gn_context *ctx, const gn_prep *from, gn_prep *to)
{
    *to = *from;
    gn_arena_init(&to->arena, ctx);
    to->feature = NULL;
    to->target_name = to->class_name = NULL;
    if (copy_parts(from, to)) return GN_OK;
    gn_prep_free(to);
    return GN_NO_MEMORY;
}

/* ---- copies ------------------------------------------------------------------------------------------ */

/* false when there is no memory; nothing to copy is fine. */
static bool copy_block(gn_arena *arena, const void *from, void *to_pointer, size_t count, size_t size)
{
    void *to;
    if (!from) return true;
    if (!(to = gn_arena_alloc(arena, count, size))) return false;
    memcpy(to, from, count * size);
    memcpy(to_pointer, &to, sizeof to);
    return true;
}

gn_status gn_data_copy(gn_context *ctx, const gn_data *from, gn_data **out)
{
    gn_data *d;
    GN_TRY(gn_data_new(ctx, from->name ? from->name : "", from->rows, from->prep.inputs, from->type, out));
    d = *out;
    size_t wide = from->type == GN_EL_F64 ? 8 : 4;
    if (from->prep.inputs) memcpy(d->x, from->x, from->rows * from->prep.inputs * gn_wide(from->type));
    gn_status status = gn_prep_copy(ctx, &from->prep, &d->prep);
    bool made = status == GN_OK && copy_block(&d->arena, from->y, &d->y, from->rows * from->prep.targets, wide) &&
                copy_block(&d->arena, from->label, &d->label, from->rows, sizeof *from->label) &&
                copy_block(&d->arena, from->weight, &d->weight, from->rows, sizeof *from->weight) &&
                copy_block(&d->arena, from->line, &d->line, from->rows, sizeof *from->line);
    if (made) return GN_OK;
    gn_data_free(d);
    *out = NULL;
    return GN_NO_MEMORY;
}

/* ---- from arrays ------------------------------------------------------------------------------------- */

static gn_status check_finite(gn_context *ctx, const char *what, const float *x, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows * columns; i++)
        if (!isfinite(x[i]))
            return gn_fail(ctx, GN_E_DATA_NONFINITE, "%s[%zu][%zu] is %s", what, i / columns, i % columns,
                           gn_num32(GN_NUM, x[i]));
    return GN_OK;
}

static const char *numbered(gn_arena *arena, const char *stem, size_t number)
{
    char digits[24], name[40];
    size_t n = sizeof digits, k = strlen(stem);
    do digits[--n] = (char)('0' + number % 10);
    while (number /= 10);
    memcpy(name, stem, k);
    memcpy(name + k, digits + n, sizeof digits - n);
    return gn_arena_text(arena, name, k + sizeof digits - n);
}

static const char **numbered_names(gn_arena *arena, const char *stem, size_t from, size_t n)
{
    const char **names = gn_arena_alloc(arena, n, sizeof *names);
    for (size_t i = 0; names && i < n; i++)
        if (!(names[i] = numbered(arena, stem, from + i))) return NULL;
    return names;
}

static gn_status name_features(gn_prep *p, size_t inputs)
{
    p->features = p->inputs = inputs;
    p->feature = gn_arena_alloc(&p->arena, inputs, sizeof *p->feature);
    if (!p->feature) return GN_NO_MEMORY;
    for (size_t i = 0; i < inputs; i++) {
        p->feature[i] = (gn_feature){.kind = GN_NUMERIC, .fill = (double)NAN, .fill_category = UINT32_MAX};
        if (!(p->feature[i].name = numbered(&p->arena, "x", i + 1))) return GN_NO_MEMORY;
    }
    return GN_OK;
}

static gn_status start_arrays(gn_context *ctx, const float *x, size_t rows, size_t inputs, const void *y, gn_data **out)
{
    uint64_t size;
    *out = NULL;
    if (!x || !y || !rows || !inputs)
        return gn_fail(ctx, GN_E_USAGE, "data need at least one row and one input, and arrays to take them from");
    if (!gn_size_mul(rows, inputs, &size) || size > SIZE_MAX / sizeof *x)
        return gn_fail(ctx, GN_E_USAGE, "%zu rows of %zu inputs are more than memory can hold", rows, inputs);
    GN_TRY(check_finite(ctx, "x", x, rows, inputs));
    GN_TRY(gn_data_new(ctx, "arrays", rows, inputs, GN_EL_F32, out));
    memcpy((*out)->x, x, (size_t)size * sizeof *x);
    return name_features(&(*out)->prep, inputs);
}

static gn_status give_up(gn_data **out, gn_status status)
{
    gn_data_free(*out);
    *out = NULL;
    return status;
}

static gn_status take_targets(gn_data *d, const float *y, size_t outputs)
{
    gn_prep *p = &d->prep;
    GN_TRY(check_finite(d->ctx, "y", y, d->rows, outputs));
    p->task = GN_REGRESSION;
    p->targets = outputs;
    p->target_name = numbered_names(&p->arena, "y", 1, outputs);
    return p->target_name && copy_block(&d->arena, y, &d->y, d->rows * outputs, sizeof *y) ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_data_from_targets(gn_context *ctx, const float *x, size_t rows, size_t inputs, const float *y,
                               size_t outputs, gn_data **out)
{
    uint64_t size;
    *out = NULL;
    if (!outputs || !gn_size_mul(rows, outputs, &size) || size > SIZE_MAX / sizeof *y)
        return gn_fail(ctx, GN_E_USAGE, "%zu outputs a row: expected at least one, and no more than memory can hold",
                       outputs);
    gn_status status = start_arrays(ctx, x, rows, inputs, y, out);
    if (status == GN_OK) status = take_targets(*out, y, outputs);
    return status == GN_OK ? GN_OK : give_up(out, status);
}

static gn_status take_labels(gn_data *d, const int32_t *label, size_t classes)
{
    gn_prep *p = &d->prep;
    size_t largest = 0;
    for (size_t i = 0; i < d->rows; i++) {
        if (label[i] < 0 || (classes && (size_t)label[i] >= classes))
            return gn_fail(d->ctx, GN_E_USAGE, "label[%zu] is %ld, expected 0 or more%s", i, (long)label[i],
                           classes ? " and below the number of classes" : "");
        if ((size_t)label[i] > largest) largest = (size_t)label[i];
    }
    p->classes = classes ? classes : largest + 1;
    if (p->classes < 2) return gn_fail(d->ctx, GN_E_CSV_LABEL, "only one class, where at least two are needed");
    if (p->classes > 1000000) return gn_fail(d->ctx, GN_E_USAGE, "%zu classes (limit 1000000)", p->classes);
    p->task = p->classes == 2 ? GN_BINARY : GN_CLASSES;
    p->class_name = numbered_names(&p->arena, "", 0, p->classes);
    return p->class_name && copy_block(&d->arena, label, &d->label, d->rows, sizeof *label) ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_data_from_labels(gn_context *ctx, const float *x, size_t rows, size_t inputs, const int32_t *label,
                              size_t classes, gn_data **out)
{
    gn_status status = start_arrays(ctx, x, rows, inputs, label, out);
    if (status == GN_OK) status = take_labels(*out, label, classes);
    return status == GN_OK ? GN_OK : give_up(out, status);
}
