/* model_save.c -- a model as a safetensors file: tensors named as PyTorch's Sequential names them, and in the metadata
 * everything that prediction from raw rows needs.
 *
 * Invariant: the bytes are a function of the data, the options and the seed: no date, no path but the command's, no
 * number of threads. Numbers are written with the shortest digits that read back as the same number. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

static const char *task_name(gn_task t)
{
    return t == GN_REGRESSION ? "regression" : t == GN_BINARY ? "binary" : "classes";
}

static gn_text *add(gn_meta *m, const char *key, bool json)
{
    m->key[m->n] = key;
    m->json[m->n] = json;
    return &m->value[m->n++];
}

static void add_text(gn_meta *m, const char *key, const char *value) { gn_text_puts(add(m, key, false), value); }

/* A list, or one number where all are the same, as 1/255 is for the pixels of an image. */
static void add_numbers(gn_meta *m, const char *key, const double *v, size_t n)
{
    if (!v) return;
    gn_text *t = add(m, key, true);
    bool same = n > 1;
    for (size_t i = 1; i < n; i++) same &= v[i] == v[0];
    if (same) gn_text_puts(t, gn_num(GN_NUM, v[0]));
    else gn_json_put_numbers(t, v, n);
}

/* ---- inputs -------------------------------------------------------------------------------------------------- */

/* Do the features say no more than their number? */
static bool plain(gn_context *ctx, const gn_prep *p)
{
    gn_text name;
    bool same = true;
    gn_text_init(&name, ctx);
    for (size_t i = 0; same && i < p->features; i++) {
        const gn_feature *f = &p->feature[i];
        gn_text_clear(&name);
        gn_default_name(&name, p, i);
        same = f->kind == GN_NUMERIC && isnan(f->fill) && !name.failed && strcmp(name.at, f->name) == 0;
    }
    gn_text_free(&name);
    return same;
}

static void put_feature(gn_text *t, const gn_feature *f)
{
    gn_text_puts(t, "{\"name\":");
    gn_json_put_string(t, f->name);
    gn_text_printf(t, ",\"kind\":\"%s\"", f->kind == GN_TEXT ? "text" : "number");
    if (f->kind == GN_TEXT) {
        gn_text_puts(t, ",\"categories\":");
        gn_json_put_strings(t, f->categories, f->n_categories);
        if (f->fill_category != UINT32_MAX) gn_text_printf(t, ",\"fill\":%u", (unsigned)f->fill_category);
    } else if (!isnan(f->fill)) {
        gn_text_printf(t, ",\"fill\":%s", gn_num(GN_NUM, f->fill));
    }
    gn_text_puts(t, "}");
}

static void put_features(gn_text *t, const gn_prep *p)
{
    if (plain(t->ctx, p)) {
        gn_text_printf(t, "%zu", p->features);
        return;
    }
    gn_text_puts(t, "[");
    for (size_t i = 0; i < p->features; i++) {
        if (i) gn_text_puts(t, ",");
        put_feature(t, &p->feature[i]);
    }
    gn_text_puts(t, "]");
}

/* ---- the whole description ----------------------------------------------------------------------------------------
 */

static void add_net(const gn_model *m, gn_meta *out)
{
    const gn_net_spec *s = gn_net_get_spec(m->net);
    add_text(out, "task", task_name(s->task));
    add_text(out, "net", s->layers);
    add_text(out, "loss", s->loss);
    add_text(out, "reduction", s->reduction);
    add_text(out, "init", s->init);
    add_text(out, "precision", s->type == GN_F64 ? "f64" : "f32");
    gn_text_printf(add(out, "seed", false), "%llu", (unsigned long long)s->seed);
}

static void add_prep(const gn_model *m, gn_meta *out)
{
    const gn_prep *p = &m->prep;
    put_features(add(out, "inputs", true), p);
    if (p->images) gn_text_printf(add(out, "image", true), "[%zu,%zu]", p->height, p->width);
    add_numbers(out, "input_shift", gn_net_input_shift(m->net), p->inputs);
    add_numbers(out, "input_factor", gn_net_input_factor(m->net), p->inputs);
    gn_json_put_strings(add(out, "targets", true), p->target_name, p->target_name ? p->targets : 0);
    if (p->task != GN_REGRESSION) gn_json_put_strings(add(out, "classes", true), p->class_name, p->classes);
    add_numbers(out, "target_shift", gn_net_target_shift(m->net), p->targets);
    add_numbers(out, "target_factor", gn_net_target_factor(m->net), p->targets);
}

static void put_number(gn_text *t, gn_element type, const void *at, size_t i)
{
    double v = type == GN_EL_U8    ? ((const uint8_t *)at)[i]
               : type == GN_EL_F32 ? (double)((const float *)at)[i]
                                   : ((const double *)at)[i];
    if (!isfinite(v)) gn_text_puts(t, "null");
    else gn_text_puts(t, type == GN_EL_F32 ? gn_num32(GN_NUM, (float)v) : gn_num(GN_NUM, v));
}

static void put_list(gn_text *t, gn_element type, const void *at, size_t n)
{
    gn_text_puts(t, "[");
    for (size_t i = 0; i < n; i++) {
        if (i) gn_text_puts(t, ",");
        put_number(t, type, at, i);
    }
    gn_text_puts(t, "]");
}

static void add_samples(const gn_context *ctx, const gn_model *m, gn_meta *out)
{
    static const char *const element[] = { "u8", "f32", "f64" };
    gn_element type = gn_net_get_spec(m->net)->type == GN_F64 ? GN_EL_F64 : GN_EL_F32;
    add_text(out, "sample_type", element[m->sample_type]);
    add_text(out, "sample_kernels", gn_model_kernels(ctx, m));
    put_list(add(out, "sample_inputs", true), m->sample_type, m->sample_x, m->samples * m->prep.inputs);
    put_list(add(out, "sample_outputs", true), type, m->sample_y, m->samples * gn_prep_outputs(&m->prep));
}

gn_status gn_meta_make(gn_context *ctx, const gn_model *m, gn_meta *out)
{
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < GN_META_MAX; i++) gn_text_init(&out->value[i], ctx);
    add_text(out, "format", "glassnet");
    add_text(out, "version", "1");
    add_text(out, "glassnet", GN_VERSION);
    add_net(m, out);
    add_prep(m, out);
    add_text(out, "options", m->options ? m->options : "");
    add_text(out, "command", m->command ? m->command : "");
    if (m->training_rows) gn_text_printf(add(out, "training_rows", true), "%zu", m->training_rows);
    add_samples(ctx, m, out);
    gn_status s = GN_OK;
    for (size_t i = 0; s == GN_OK && i < out->n; i++) s = gn_text_done(&out->value[i]);
    if (s != GN_OK) gn_meta_free(out);
    return s;
}

void gn_meta_free(gn_meta *m)
{
    for (size_t i = 0; i < GN_META_MAX; i++) gn_text_free(&m->value[i]);
}

static const char *value_of(const gn_meta *m, size_t i) { return m->value[i].at ? m->value[i].at : ""; }

/* ---- the file ------------------------------------------------------------------------------------------------------
 */

static gn_status write_tensors(gn_context *ctx, const gn_model *m, const char *path, const gn_meta *meta)
{
    const gn_net_spec *spec = gn_net_get_spec(m->net);
    size_t n = gn_net_tensors(m->net), size = gn_type_size(spec->type);
    const char *value[GN_META_MAX];
    gn_st_out *out = gn_calloc(ctx, n, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    for (size_t i = 0; i < meta->n; i++) value[i] = value_of(meta, i);
    for (size_t i = 0; i < n; i++) {
        gn_tensor_info t = gn_net_tensor(m->net, i);
        out[i] = (gn_st_out){ .name = t.name,
                              .dtype = spec->type == GN_F64 ? "F64" : "F32",
                              .rank = t.rank,
                              .dim = { t.dim[0], t.dim[1] },
                              .data = (const char *)gn_net_block(m->net) + t.offset * size,
                              .bytes = t.size * size };
    }
    gn_status s = gn_st_write(ctx, path, out, n, meta->key, value, meta->n);
    gn_free(ctx, out);
    return s;
}

gn_status gn_model_save(gn_context *ctx, const gn_model *m, const char *path)
{
    gn_meta meta;
    if (!m || !path) return gn_fail(ctx, GN_E_USAGE, "gn_model_save needs a model and a path");
    GN_TRY(gn_meta_make(ctx, m, &meta));
    gn_status s = write_tensors(ctx, m, path, &meta);
    gn_meta_free(&meta);
    return s;
}

gn_status gn_model_describe(gn_context *ctx, const gn_model *m, gn_text *json)
{
    gn_meta meta;
    GN_TRY(gn_meta_make(ctx, m, &meta));
    gn_text_puts(json, "{");
    for (size_t i = 0; i < meta.n; i++) {
        if (i) gn_text_puts(json, ",");
        gn_json_put_string(json, meta.key[i]);
        gn_text_puts(json, ":");
        if (meta.json[i]) gn_text_puts(json, value_of(&meta, i));
        else gn_json_put_string(json, value_of(&meta, i));
    }
    gn_text_printf(json, ",\"parameters\":%zu}", gn_net_parameters(m->net));
    gn_meta_free(&meta);
    return gn_text_done(json);
}
