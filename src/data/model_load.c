/* model_load.c -- a model from its file, checked field by field, and proved by its own rows.
 *
 * Invariant: nothing in the file is believed: every field has its type and range, every tensor its name, shape and finite numbers, and the rows
 * that the file carries must give the outputs that it carries. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

typedef struct loading {
    gn_context *ctx;
    const char *path;
    const gn_st_file *file;
    gn_model *m;
    bool strict;
} loading;

static gn_place place(const loading *l) { return (gn_place){ .file = l->path }; }

static gn_status wrong(const loading *l, const char *field, const char *what)
{
    return gn_fail_at(l->ctx, GN_E_MOD_META, place(l), "metadata '%s' %s", field, what);
}

static gn_status text_of(const loading *l, const char *field, const char **out)
{
    *out = gn_st_meta(l->file, field);
    return *out ? GN_OK : wrong(l, field, "is missing");
}

static gn_status json_of(const loading *l, const char *field, json_t **out)
{
    const char *text;
    *out = NULL;
    GN_TRY(text_of(l, field, &text));
    GN_TRY(gn_json_read(l->ctx, l->path, field, text, 0, out));
    if (json_is_array(*out)) return GN_OK;
    json_decref(*out);
    *out = NULL;
    return wrong(l, field, "is not a list");
}

/* n finite numbers; n SIZE_MAX: any number of them, *count says how many. From the context's memory: gn_free. */
static gn_status numbers_of(const loading *l, const char *field, size_t n, double **out, size_t *count)
{
    json_t *list;
    *out = NULL;
    GN_TRY(json_of(l, field, &list));
    size_t have = json_array_size(list);
    gn_status s = n == SIZE_MAX || have == n ? GN_OK : gn_fail_at(l->ctx, GN_E_MOD_META, place(l), "metadata '%s' has %zu numbers, needs %zu", field, have, n);
    double *v = s == GN_OK ? gn_alloc_array(l->ctx, have ? have : 1, sizeof *v) : NULL;
    if (s == GN_OK && !v) s = GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < have; i++) {
        json_t *item = json_array_get(list, i);
        v[i] = json_number_value(item);
        if (!json_is_number(item) || !isfinite(v[i])) s = wrong(l, field, "holds something that is not a finite number");
    }
    json_decref(list);
    if (s != GN_OK) gn_free(l->ctx, v);
    else *out = v, *count = have;
    return s;
}

static gn_status optional_numbers(const loading *l, const char *field, size_t n, double **out)
{
    size_t count;
    *out = NULL;
    return gn_st_meta(l->file, field) ? numbers_of(l, field, n, out, &count) : GN_OK;
}

static gn_status strings_in(const loading *l, const char *field, const json_t *list, const char ***out, size_t *n)
{
    *n = json_array_size(list);
    *out = gn_arena_alloc(&l->m->prep.arena, *n ? *n : 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    for (size_t i = 0; i < *n; i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_string(item)) return wrong(l, field, "holds something that is not a text");
        (*out)[i] = gn_arena_text(&l->m->prep.arena, json_string_value(item), json_string_length(item));
        if (!(*out)[i]) return GN_NO_MEMORY;
    }
    return GN_OK;
}

static gn_status strings_of(const loading *l, const char *field, const char ***out, size_t *n)
{
    json_t *list;
    GN_TRY(json_of(l, field, &list));
    gn_status s = strings_in(l, field, list, out, n);
    json_decref(list);
    return s;
}

/* ---- inputs and targets --------------------------------------------------------------------------------------------------- */

static gn_status read_feature(const loading *l, const json_t *from, gn_feature *f)
{
    gn_prep *p = &l->m->prep;
    const json_t *name = json_object_get(from, "name"), *kind = json_object_get(from, "kind"), *list = json_object_get(from, "categories"),
                 *fill = json_object_get(from, "fill");
    if (!json_is_string(name) || !json_is_string(kind)) return wrong(l, "inputs", "has an entry without name and kind");
    f->name = gn_arena_text(&p->arena, json_string_value(name), json_string_length(name));
    if (!f->name) return GN_NO_MEMORY;
    f->fill = NAN;
    f->fill_category = UINT32_MAX;
    if (strcmp(json_string_value(kind), "number") == 0) {
        if (fill && !(json_is_number(fill) && isfinite(json_number_value(fill)))) return wrong(l, "inputs", "has a fill value that is not a number");
        if (fill) f->fill = json_number_value(fill);
        p->inputs++;
        return GN_OK;
    }
    if (strcmp(json_string_value(kind), "text") != 0) return wrong(l, "inputs", "has an entry whose kind is neither number nor text");
    f->kind = GN_TEXT;
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > GN_CATEGORY_LIMIT) return wrong(l, "inputs", "has a text column without categories");
    GN_TRY(strings_in(l, "inputs", list, &f->categories, &f->n_categories));
    if (fill && !(json_is_integer(fill) && json_integer_value(fill) >= 0 && (size_t)json_integer_value(fill) < f->n_categories))
        return wrong(l, "inputs", "has a fill value that is not one of its categories");
    if (fill) f->fill_category = (uint32_t)json_integer_value(fill);
    p->inputs += f->n_categories;
    return GN_OK;
}

static gn_status read_features(const loading *l)
{
    gn_prep *p = &l->m->prep;
    json_t *list;
    GN_TRY(json_of(l, "inputs", &list));
    p->features = json_array_size(list);
    gn_status s = p->features ? GN_OK : wrong(l, "inputs", "is empty");
    p->feature = s == GN_OK ? gn_arena_alloc(&p->arena, p->features, sizeof *p->feature) : NULL;
    if (s == GN_OK && !p->feature) s = GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < p->features; i++) s = read_feature(l, json_array_get(list, i), &p->feature[i]);
    json_decref(list);
    return s;
}

static gn_status read_task(const loading *l)
{
    static const char *const names[] = { "regression", "binary", "classes" };
    gn_prep *p = &l->m->prep;
    const char *task;
    GN_TRY(text_of(l, "task", &task));
    int found = -1;
    for (int i = 0; i < 3; i++)
        if (strcmp(task, names[i]) == 0) found = i;
    if (found < 0) return wrong(l, "task", "is not regression, binary or classes");
    p->task = (gn_task)found;
    GN_TRY(strings_of(l, "targets", &p->target_name, &p->targets));
    if (p->task == GN_REGRESSION) return p->targets ? GN_OK : wrong(l, "targets", "is empty");
    GN_TRY(strings_of(l, "classes", &p->class_name, &p->classes));
    bool fits = p->task == GN_BINARY ? p->classes == 2 : p->classes > 1 && p->classes <= 1000000;
    return fits ? GN_OK : wrong(l, "classes", "does not fit the task");
}

static gn_status read_image(const loading *l)
{
    double *v;
    GN_TRY(optional_numbers(l, "image", 2, &v));
    if (!v) return GN_OK;
    gn_prep *p = &l->m->prep;
    bool good = v[0] >= 1 && v[1] >= 1 && v[0] < 1e9 && v[1] < 1e9 && v[0] * v[1] == (double)p->inputs;
    p->images = good;
    p->height = good ? (size_t)v[0] : 0;
    p->width = good ? (size_t)v[1] : 0;
    gn_free(l->ctx, v);
    return good ? GN_OK : wrong(l, "image", "does not fit the inputs");
}

/* ---- the network ------------------------------------------------------------------------------------------------------------ */

static gn_status read_net(const loading *l)
{
    const gn_prep *p = &l->m->prep;
    gn_net_spec spec = { .inputs = p->inputs, .outputs = gn_prep_outputs(p), .task = p->task };
    const char *precision, *seed;
    uint64_t number;
    GN_TRY(text_of(l, "net", &spec.layers));
    GN_TRY(text_of(l, "loss", &spec.loss));
    GN_TRY(text_of(l, "reduction", &spec.reduction));
    GN_TRY(text_of(l, "init", &spec.init));
    GN_TRY(text_of(l, "precision", &precision));
    GN_TRY(text_of(l, "seed", &seed));
    if (strcmp(precision, "f32") != 0 && strcmp(precision, "f64") != 0) return wrong(l, "precision", "is neither f32 nor f64");
    if (!gn_read_uint(seed, strlen(seed), &number)) return wrong(l, "seed", "is not a whole number");
    spec.type = strcmp(precision, "f64") == 0 ? GN_F64 : GN_F32;
    spec.seed = number;
    return gn_net_new(l->ctx, &spec, &l->m->net);
}

static gn_status read_transforms(const loading *l)
{
    const gn_prep *p = &l->m->prep;
    size_t targets = p->task == GN_REGRESSION ? p->targets : 0;
    double *v[4] = { NULL };
    gn_status s = optional_numbers(l, "input_shift", p->inputs, &v[0]);
    if (s == GN_OK) s = optional_numbers(l, "input_factor", p->inputs, &v[1]);
    if (s == GN_OK && targets) s = optional_numbers(l, "target_shift", targets, &v[2]);
    if (s == GN_OK && targets) s = optional_numbers(l, "target_factor", targets, &v[3]);
    for (size_t i = 0; s == GN_OK && v[3] && i < targets; i++)
        if (v[3][i] == 0) s = wrong(l, "target_factor", "holds 0, which cannot be undone");
    if (s == GN_OK) s = gn_net_set_transform(l->ctx, l->m->net, v[0], v[1], v[2], v[3]);
    for (int i = 0; i < 4; i++) gn_free(l->ctx, v[i]);
    return s;
}

static const gn_st_tensor *find_tensor(const gn_st_file *f, const char *name)
{
    for (size_t i = 0; i < f->tensors; i++)
        if (strcmp(f->tensor[i].name, name) == 0) return &f->tensor[i];
    return NULL;
}

static void put_names(gn_text *t, const char *title, const char *name, size_t *n)
{
    if ((*n)++ == 8) gn_text_puts(t, ", ...");
    if (*n > 8) return;
    gn_text_puts(t, *n == 1 ? title : ", ");
    gn_text_puts(t, gn_show(GN_SHOWN, name, strlen(name)));
}

static gn_status check_names(const loading *l)
{
    size_t missing = 0, unexpected = 0, n = gn_net_tensors(l->m->net);
    gn_text t;
    gn_text_init(&t, l->ctx);
    for (size_t i = 0; i < n; i++) {
        gn_tensor_info info = gn_net_tensor(l->m->net, i);
        if (!find_tensor(l->file, info.name)) put_names(&t, "missing: ", info.name, &missing);
    }
    if (missing) gn_text_puts(&t, "; ");
    for (size_t k = 0; k < l->file->tensors; k++) {
        bool known = false;
        for (size_t i = 0; i < n && !known; i++) known = strcmp(gn_net_tensor(l->m->net, i).name, l->file->tensor[k].name) == 0;
        if (!known) put_names(&t, "unexpected: ", l->file->tensor[k].name, &unexpected);
    }
    gn_status s = gn_text_done(&t);
    if (s == GN_OK && missing + unexpected)
        s = gn_fail_at(l->ctx, GN_E_MOD_NAMES, place(l), "the tensors are not those of the network; %s", t.at);
    gn_text_free(&t);
    return s;
}

static size_t non_finite(gn_type type, const void *at, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) bad += !isfinite(type == GN_F64 ? ((const double *)at)[i] : (double)((const float *)at)[i]);
    return bad;
}

static gn_status read_tensor(const loading *l, size_t i)
{
    const gn_net_spec *spec = gn_net_get_spec(l->m->net);
    gn_tensor_info t = gn_net_tensor(l->m->net, i);
    const gn_st_tensor *from = find_tensor(l->file, t.name);
    bool shape = from->rank == t.rank;
    for (int k = 0; shape && k < t.rank; k++) shape = from->dim[k] == t.dim[k];
    if (!shape) return gn_fail_at(l->ctx, GN_E_MOD_SHAPE, place(l), "tensor '%s' has another shape than its layer", t.name);
    const char *dtype = spec->type == GN_F64 ? "F64" : "F32";
    if (strcmp(from->dtype, dtype) != 0) return gn_fail_at(l->ctx, GN_E_ST_DTYPE, place(l), "tensor '%s' is %s, the model needs %s", t.name, from->dtype, dtype);
    size_t size = gn_type_size(spec->type);
    void *to = (char *)gn_net_block(l->m->net) + t.offset * size;
    memcpy(to, gn_st_data(l->file, from), t.size * size);
    size_t bad = non_finite(spec->type, to, t.size);
    if (bad && l->strict) return gn_fail_at(l->ctx, GN_E_MOD_NONFINITE, place(l), "%zu non-finite weights in '%s'", bad, t.name);
    if (bad) gn_warn(l->ctx, "%s: %zu non-finite weights in '%s'", l->path, bad, t.name);
    return GN_OK;
}

/* ---- proof -------------------------------------------------------------------------------------------------------------------- */

/* Another instruction set may round otherwise, so outputs may differ in their last digits: relative 1e-4 in float32, 1e-10 in float64, beside the
 * largest output of the rows. */
static gn_status verify(const loading *l)
{
    gn_model *m = l->m;
    bool wide = gn_net_get_spec(m->net)->type == GN_F64;
    size_t outputs = gn_prep_outputs(&m->prep), n = m->samples * outputs;
    void *now = gn_calloc_aligned(l->ctx, n ? n : 1, wide ? 8 : 4);
    if (!now) return GN_NO_MEMORY;
    gn_status s = m->samples ? gn_model_run_samples(l->ctx, m, now) : GN_OK;
    double largest = 0, bound = wide ? 1e-10 : 1e-4;
    for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(wide ? ((double *)m->sample_y)[i] : (double)((float *)m->sample_y)[i]));
    for (size_t i = 0; s == GN_OK && i < n; i++) {
        double a = wide ? ((double *)now)[i] : (double)((float *)now)[i], b = wide ? ((double *)m->sample_y)[i] : (double)((float *)m->sample_y)[i];
        if (fabs(a - b) <= bound * (largest + 1e-300)) continue;
        s = gn_fail_at(l->ctx, GN_E_MOD_VERIFY, place(l), "sample row %zu, output %zu gives %s, the file says %s", i / outputs + 1, i % outputs + 1,
                       gn_num(GN_NUM, a), gn_num(GN_NUM, b));
        gn_hint(l->ctx, "the weights or the metadata were changed after the model was saved");
    }
    gn_free_aligned(l->ctx, now);
    return s;
}

static gn_status read_samples(const loading *l)
{
    gn_model *m = l->m;
    const char *type;
    double *x = NULL, *y = NULL;
    size_t nx = 0, ny = 0, outputs = gn_prep_outputs(&m->prep);
    gn_type net = gn_net_get_spec(m->net)->type;
    GN_TRY(text_of(l, "sample_type", &type));
    bool known = strcmp(type, "u8") == 0 || strcmp(type, "f32") == 0 || strcmp(type, "f64") == 0;
    if (!known) return wrong(l, "sample_type", "is not u8, f32 or f64");
    m->sample_type = type[0] == 'u' ? GN_EL_U8 : type[1] == '3' ? GN_EL_F32 : GN_EL_F64;
    gn_status s = numbers_of(l, "sample_inputs", SIZE_MAX, &x, &nx);
    if (s == GN_OK) s = numbers_of(l, "sample_outputs", SIZE_MAX, &y, &ny);
    m->samples = nx / m->prep.inputs;
    if (s == GN_OK && (nx % m->prep.inputs || ny != m->samples * outputs)) s = wrong(l, "sample_outputs", "does not fit the sample rows");
    if (s == GN_OK) m->sample_x = gn_calloc_aligned(l->ctx, nx ? nx : 1, gn_wide(m->sample_type));
    if (s == GN_OK) m->sample_y = gn_calloc_aligned(l->ctx, ny ? ny : 1, gn_type_size(net));
    if (s == GN_OK && (!m->sample_x || !m->sample_y)) s = GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < nx; i++) {
        bool byte = x[i] >= 0 && x[i] <= 255;
        if (m->sample_type != GN_EL_U8) gn_data_put(m->sample_x, m->sample_type, i, x[i]);
        else if (byte) ((uint8_t *)m->sample_x)[i] = (uint8_t)x[i];
        else s = wrong(l, "sample_inputs", "holds a byte outside 0..255");
    }
    for (size_t i = 0; s == GN_OK && i < ny; i++) gn_data_put(m->sample_y, net == GN_F64 ? GN_EL_F64 : GN_EL_F32, i, y[i]);
    gn_free(l->ctx, x);
    gn_free(l->ctx, y);
    return s;
}

static gn_status keep_text(const loading *l, const char *field, char **out)
{
    const char *text;
    GN_TRY(text_of(l, field, &text));
    *out = gn_copy_text(l->ctx, text, strlen(text));
    return *out ? GN_OK : GN_NO_MEMORY;
}

static gn_status check_kind(const loading *l)
{
    const char *format = gn_st_meta(l->file, "format"), *version;
    uint64_t number;
    if (!format || strcmp(format, "glassnet") != 0)
        return gn_fail_at(l->ctx, GN_E_MOD_KIND, place(l), "this safetensors file was not written by glassnet: its metadata does not say how to predict from it");
    GN_TRY(text_of(l, "version", &version));
    if (!gn_read_uint(version, strlen(version), &number)) return wrong(l, "version", "is not a whole number");
    if (number > 1) return gn_fail_at(l->ctx, GN_E_MOD_VERSION, place(l), "written by a newer glassnet (format %llu, this one reads 1)", (unsigned long long)number);
    return GN_OK;
}

static gn_status load(const loading *l)
{
    GN_TRY(check_kind(l));
    GN_TRY(read_task(l));
    GN_TRY(read_features(l));
    GN_TRY(read_image(l));
    GN_TRY(read_net(l));
    GN_TRY(read_transforms(l));
    GN_TRY(check_names(l));
    for (size_t i = 0; i < gn_net_tensors(l->m->net); i++) GN_TRY(read_tensor(l, i));
    GN_TRY(keep_text(l, "options", &l->m->options));
    GN_TRY(keep_text(l, "command", &l->m->command));
    GN_TRY(read_samples(l));
    return verify(l);
}

static gn_status refuse_pickle(gn_context *ctx, const char *path, gn_bytes b)
{
    gn_cursor c = gn_cursor_make(ctx, path, b, GN_E_ST_TRUNC);
    if (gn_peek(&c, 0) != 'P' || gn_peek(&c, 1) != 'K' || gn_peek(&c, 2) != 3 || gn_peek(&c, 3) != 4) return GN_OK;
    gn_fail_at(ctx, GN_E_MOD_PICKLE, (gn_place){ .file = path }, "this is a PyTorch pickle checkpoint or another ZIP file, not a safetensors model");
    return gn_hint(ctx, "export it as safetensors: safetensors.torch.save_file(model.state_dict(), 'model.safetensors')");
}

gn_status gn_model_load_as(gn_context *ctx, const char *path, bool strict, gn_model **out)
{
    gn_bytes bytes;
    gn_st_file file;
    *out = NULL;
    GN_TRY(gn_read_file(ctx, path, (uint64_t)1 << 40, &bytes));
    gn_status s = refuse_pickle(ctx, path, bytes);
    if (s != GN_OK) {
        gn_bytes_free(ctx, &bytes);
        return s;
    }
    GN_TRY(gn_st_read(ctx, path, bytes, &file));
    loading l = { .ctx = ctx, .path = path, .file = &file, .strict = strict };
    s = gn_model_new(ctx, &l.m);
    if (s == GN_OK) s = load(&l);
    gn_st_free(ctx, &file);
    if (s == GN_OK) *out = l.m;
    else gn_model_free(l.m);
    return s;
}

gn_status gn_model_load(gn_context *ctx, const char *path, gn_model **out) { return gn_model_load_as(ctx, path, false, out); }
