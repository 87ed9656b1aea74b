/* model_fields.c -- fields of a model's metadata, each with its type and range: columns, targets, classes, numbers.
 *
 * Invariant: nothing is allocated beyond what the file's own bytes are in proportion to: a count without a list is
 * held against the number of weights. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

gn_status gn_meta_wrong(const gn_loading *l, const char *field, const char *what)
{
    return gn_fail_at(l->ctx, GN_E_MOD_META, (gn_place){ .file = l->path }, "metadata '%s' %s", field, what);
}

gn_status gn_meta_text(const gn_loading *l, const char *field, const char **out)
{
    *out = gn_st_meta(l->file, field);
    return *out ? GN_OK : gn_meta_wrong(l, field, "is missing");
}

gn_status gn_meta_json(const gn_loading *l, const char *field, json_t **out)
{
    const char *text;
    *out = NULL;
    GN_TRY(gn_meta_text(l, field, &text));
    return gn_json_read(l->ctx, l->path, field, text, JSON_DECODE_ANY, out);
}

bool gn_meta_number_at(const json_t *list, size_t i, double *out)
{
    const json_t *v = json_array_get(list, i);
    *out = json_is_null(v) ? (double)NAN : json_number_value(v);
    return json_is_null(v) || (json_is_number(v) && isfinite(*out));
}

static gn_status fill_numbers(const gn_loading *l, const char *field, const json_t *from, size_t n, double *v)
{
    bool one = json_is_number(from);
    if (!one && !json_is_array(from)) return gn_meta_wrong(l, field, "is not a list of numbers");
    if (!one && json_array_size(from) != n)
        return gn_fail_at(l->ctx, GN_E_MOD_META, (gn_place){ .file = l->path },
                          "metadata '%s' has %zu numbers, the model needs %zu", field, json_array_size(from), n);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = one ? from : json_array_get(from, i);
        v[i] = json_number_value(item);
        if (!json_is_number(item) || !isfinite(v[i]))
            return gn_meta_wrong(l, field, "holds something that is not a finite number");
    }
    return GN_OK;
}

gn_status gn_meta_numbers(const gn_loading *l, const char *field, size_t n, double **out)
{
    json_t *from;
    *out = NULL;
    GN_TRY(gn_meta_json(l, field, &from));
    double *v = gn_alloc_array(l->ctx, n, sizeof *v);
    gn_status s = v ? fill_numbers(l, field, from, n, v) : GN_NO_MEMORY;
    json_decref(from);
    if (s == GN_OK) *out = v;
    else gn_free(l->ctx, v);
    return s;
}

/* ---- text ---------------------------------------------------------------------------------------------------- */

static gn_status keep_string(const gn_loading *l, const char *field, const json_t *from, const char **out)
{
    if (!json_is_string(from)) return gn_meta_wrong(l, field, "holds something that is not a text");
    *out = gn_arena_text(&l->m->prep.arena, json_string_value(from), json_string_length(from));
    return *out ? GN_OK : GN_NO_MEMORY;
}

static gn_status keep_strings(const gn_loading *l, const char *field, const json_t *list, const char ***out, size_t *n)
{
    if (!json_is_array(list)) return gn_meta_wrong(l, field, "is not a list");
    size_t have = json_array_size(list);
    *out = gn_arena_alloc(&l->m->prep.arena, have, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    for (size_t i = 0; i < have; i++) GN_TRY(keep_string(l, field, json_array_get(list, i), &(*out)[i]));
    *n = have;
    return GN_OK;
}

/* Two classes, or two categories of a column, of one name could not be told apart in what is predicted. */
static gn_status check_distinct(const gn_loading *l, const char *field, const char *const *name, size_t n)
{
    json_t *seen = json_object();
    gn_status s = seen ? GN_OK : gn_fail(l->ctx, GN_E_MEMORY, "no memory to read the metadata of %s", l->path);
    for (size_t i = 0; s == GN_OK && i < n; i++) {
        if (json_object_get(seen, name[i])) s = gn_meta_wrong(l, field, "has the same text twice");
        else if (json_object_set_new_nocheck(seen, name[i], json_true()) < 0)
            s = gn_fail(l->ctx, GN_E_MEMORY, "no memory to read the metadata of %s", l->path);
    }
    json_decref(seen);
    return s;
}

static gn_status read_strings(const gn_loading *l, const char *field, const char ***out, size_t *n)
{
    json_t *list;
    GN_TRY(gn_meta_json(l, field, &list));
    gn_status s = keep_strings(l, field, list, out, n);
    json_decref(list);
    return s;
}

/* ---- inputs -------------------------------------------------------------------------------------------------- */

static gn_status read_number_feature(const gn_loading *l, const json_t *fill, gn_feature *f)
{
    if (fill && !(json_is_number(fill) && isfinite(json_number_value(fill))))
        return gn_meta_wrong(l, "inputs", "has a fill value that is not a number");
    if (fill) f->fill = json_number_value(fill);
    l->m->prep.inputs++;
    return GN_OK;
}

static gn_status read_text_feature(const gn_loading *l, const json_t *list, const json_t *fill, gn_feature *f)
{
    size_t n = json_array_size(list);
    f->kind = GN_TEXT;
    if (!json_is_array(list) || n == 0 || n > GN_CATEGORY_LIMIT)
        return gn_meta_wrong(l, "inputs", "has a text column without categories");
    GN_TRY(keep_strings(l, "inputs", list, &f->categories, &f->n_categories));
    GN_TRY(check_distinct(l, "inputs", f->categories, n));
    for (size_t i = 1; i < f->n_categories; i++) /* they are looked up by halving */
        if (strcmp(f->categories[i - 1], f->categories[i]) > 0)
            return gn_meta_wrong(l, "inputs", "has categories that do not ascend");
    if (fill && !(json_is_integer(fill) && json_integer_value(fill) >= 0 && json_integer_value(fill) < (json_int_t)n))
        return gn_meta_wrong(l, "inputs", "has a fill value that is not one of its categories");
    if (fill) f->fill_category = (uint32_t)json_integer_value(fill);
    l->m->prep.inputs += n;
    return GN_OK;
}

static gn_status read_feature(const gn_loading *l, const json_t *from, gn_feature *f)
{
    const json_t *name = json_object_get(from, "name"), *kind = json_object_get(from, "kind");
    const json_t *fill = json_object_get(from, "fill");
    *f = (gn_feature){ .kind = GN_NUMERIC, .fill = (double)NAN, .fill_category = UINT32_MAX };
    if (!json_is_string(name) || !json_is_string(kind))
        return gn_meta_wrong(l, "inputs", "has an entry without name and kind");
    GN_TRY(keep_string(l, "inputs", name, &f->name));
    if (strcmp(json_string_value(kind), "number") == 0) return read_number_feature(l, fill, f);
    if (strcmp(json_string_value(kind), "text") == 0)
        return read_text_feature(l, json_object_get(from, "categories"), fill, f);
    return gn_meta_wrong(l, "inputs", "has an entry whose kind is neither number nor text");
}

static gn_status read_image(const gn_loading *l)
{
    gn_prep *p = &l->m->prep;
    double *v;
    if (!gn_st_meta(l->file, "image")) return GN_OK;
    GN_TRY(gn_meta_numbers(l, "image", 2, &v));
    bool good = v[0] >= 1 && v[1] >= 1 && v[0] <= 1e9 && v[1] <= 1e9 && v[0] == floor(v[0]) && v[1] == floor(v[1]) &&
                v[0] * v[1] == (double)p->features;
    p->images = good;
    p->height = good ? (size_t)v[0] : 0;
    p->width = good ? (size_t)v[1] : 0;
    gn_free(l->ctx, v);
    return good ? GN_OK : gn_meta_wrong(l, "image", "does not fit the inputs");
}

/* "inputs" as a number: that many columns without names of their own. */
static gn_status name_inputs(const gn_loading *l)
{
    gn_prep *p = &l->m->prep;
    gn_text name;
    gn_text_init(&name, l->ctx);
    gn_status s = GN_OK;
    for (size_t i = 0; s == GN_OK && i < p->features; i++) {
        gn_text_clear(&name);
        gn_default_name(&name, p, i);
        s = gn_text_done(&name);
        p->feature[i] = (gn_feature){ .kind = GN_NUMERIC, .fill = (double)NAN, .fill_category = UINT32_MAX };
        if (s == GN_OK && !(p->feature[i].name = gn_arena_text(&p->arena, name.at, name.length))) s = GN_NO_MEMORY;
    }
    gn_text_free(&name);
    p->inputs = p->features;
    return s;
}

/* Every input has a weight or two in the first layer, so that there cannot be more of them than weights. */
static gn_status count_inputs(const gn_loading *l, const json_t *from)
{
    gn_prep *p = &l->m->prep;
    json_int_t n = json_is_integer(from) ? json_integer_value(from) : (json_int_t)json_array_size(from);
    if (!json_is_integer(from) && !json_is_array(from)) return gn_meta_wrong(l, "inputs", "is not a list of columns");
    if (n < 1 || (uint64_t)n > l->elements) return gn_meta_wrong(l, "inputs", "does not fit the weights");
    p->features = (size_t)n;
    p->feature = gn_arena_alloc(&p->arena, p->features, sizeof *p->feature);
    return p->feature ? GN_OK : GN_NO_MEMORY;
}

static gn_status read_features(const gn_loading *l)
{
    gn_prep *p = &l->m->prep;
    json_t *from;
    GN_TRY(gn_meta_json(l, "inputs", &from));
    gn_status s = count_inputs(l, from);
    if (s == GN_OK) s = read_image(l);
    if (s == GN_OK && json_is_integer(from)) s = name_inputs(l);
    else
        for (size_t i = 0; s == GN_OK && i < p->features; i++)
            s = read_feature(l, json_array_get(from, i), &p->feature[i]);
    json_decref(from);
    return s;
}

/* ---- targets ------------------------------------------------------------------------------------------------------
 */

static gn_status read_task(const gn_loading *l)
{
    static const char *const names[] = { "regression", "binary", "classes" };
    const char *task;
    GN_TRY(gn_meta_text(l, "task", &task));
    for (int i = 0; i < 3; i++)
        if (strcmp(task, names[i]) == 0) {
            l->m->prep.task = (gn_task)i;
            return GN_OK;
        }
    return gn_meta_wrong(l, "task", "is not regression, binary or classes");
}

static gn_status read_targets(const gn_loading *l)
{
    gn_prep *p = &l->m->prep;
    GN_TRY(read_strings(l, "targets", &p->target_name, &p->targets));
    if (p->task == GN_REGRESSION) return p->targets ? GN_OK : gn_meta_wrong(l, "targets", "is empty");
    if (p->targets > 1) return gn_meta_wrong(l, "targets", "has more than one column of classes");
    if (p->targets == 0) p->target_name = NULL;
    GN_TRY(read_strings(l, "classes", &p->class_name, &p->classes));
    bool fits = p->task == GN_BINARY ? p->classes == 2 : p->classes > 2 && p->classes <= 1000000;
    return fits ? check_distinct(l, "classes", p->class_name, p->classes)
                : gn_meta_wrong(l, "classes", "does not fit the task");
}

gn_status gn_meta_prep(gn_loading *l)
{
    GN_TRY(read_task(l));
    GN_TRY(read_features(l));
    return read_targets(l);
}
