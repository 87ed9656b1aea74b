/* model_save.c -- a model as a safetensors file: tensors named as PyTorch's Sequential names them, and in the metadata everything that
 * prediction from raw rows needs.
 *
 * Invariant: the bytes are a function of the data, the options and the seed: no date, no path but the command's, no number of threads. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

static const char *task_name(gn_task t) { return t == GN_REGRESSION ? "regression" : t == GN_BINARY ? "binary" : "classes"; }

static gn_text *add(gn_meta *m, const char *key, bool json)
{
    m->key[m->n] = key;
    m->json[m->n] = json;
    return &m->value[m->n++];
}

static void add_text(gn_meta *m, const char *key, const char *value) { gn_text_puts(add(m, key, false), value); }

static void add_numbers(gn_meta *m, const char *key, const double *v, size_t n)
{
    if (v) gn_json_put_numbers(add(m, key, true), v, n);
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
    gn_text_puts(t, "[");
    for (size_t i = 0; i < p->features; i++) {
        if (i) gn_text_puts(t, ",");
        put_feature(t, &p->feature[i]);
    }
    gn_text_puts(t, "]");
}

static void put_samples(gn_text *t, const gn_model *m, bool inputs)
{
    size_t n = m->samples * (inputs ? m->prep.inputs : gn_prep_outputs(&m->prep));
    bool wide = gn_net_get_spec(m->net)->type == GN_F64;
    gn_text_puts(t, "[");
    for (size_t i = 0; i < n; i++) {
        double v;
        if (!inputs) v = wide ? ((const double *)m->sample_y)[i] : (double)((const float *)m->sample_y)[i];
        else if (m->sample_type == GN_EL_U8) v = ((const uint8_t *)m->sample_x)[i];
        else v = m->sample_type == GN_EL_F64 ? ((const double *)m->sample_x)[i] : (double)((const float *)m->sample_x)[i];
        bool narrow = inputs ? m->sample_type == GN_EL_F32 : !wide;
        gn_text_printf(t, "%s%s", i ? "," : "", narrow ? gn_num32(GN_NUM, (float)v) : gn_num(GN_NUM, v));
    }
    gn_text_puts(t, "]");
}

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
    add_numbers(out, "input_shift", gn_net_input_shift(m->net), p->inputs);
    add_numbers(out, "input_factor", gn_net_input_factor(m->net), p->inputs);
    gn_json_put_strings(add(out, "targets", true), p->target_name, p->target_name ? p->targets : 0);
    if (p->task == GN_REGRESSION) {
        add_numbers(out, "target_shift", gn_net_target_shift(m->net), p->targets);
        add_numbers(out, "target_factor", gn_net_target_factor(m->net), p->targets);
    } else {
        gn_json_put_strings(add(out, "classes", true), p->class_name, p->classes);
    }
    if (p->images) gn_text_printf(add(out, "image", true), "[%zu,%zu]", p->height, p->width);
}

gn_status gn_meta_make(gn_context *ctx, const gn_model *m, gn_meta *out)
{
    static const char *const element[] = { "u8", "f32", "f64" };
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < GN_META_MAX; i++) gn_text_init(&out->value[i], ctx);
    add_text(out, "format", "glassnet");
    add_text(out, "version", "1");
    add_text(out, "glassnet", GN_VERSION);
    add_net(m, out);
    add_prep(m, out);
    add_text(out, "options", m->options ? m->options : "");
    add_text(out, "command", m->command ? m->command : "");
    add_text(out, "sample_type", element[m->sample_type]);
    put_samples(add(out, "sample_inputs", true), m, true);
    put_samples(add(out, "sample_outputs", true), m, false);
    gn_status s = GN_OK;
    for (size_t i = 0; s == GN_OK && i < out->n; i++) {
        gn_text_puts(&out->value[i], "");
        s = gn_text_done(&out->value[i]);
    }
    if (s != GN_OK) gn_meta_free(out);
    return s;
}

void gn_meta_free(gn_meta *m)
{
    for (size_t i = 0; i < GN_META_MAX; i++) gn_text_free(&m->value[i]);
}

static gn_status write_tensors(gn_context *ctx, const gn_model *m, const char *path, const gn_meta *meta)
{
    const gn_net_spec *spec = gn_net_get_spec(m->net);
    size_t n = gn_net_tensors(m->net), size = gn_type_size(spec->type);
    const char *value[GN_META_MAX];
    gn_st_out *out = gn_calloc(ctx, n ? n : 1, sizeof *out);
    if (!out) return GN_NO_MEMORY;
    for (size_t i = 0; i < meta->n; i++) value[i] = meta->value[i].at ? meta->value[i].at : "";
    for (size_t i = 0; i < n; i++) {
        gn_tensor_info t = gn_net_tensor(m->net, i);
        out[i] = (gn_st_out){ .name = t.name, .dtype = spec->type == GN_F64 ? "F64" : "F32", .rank = t.rank, .dim = { t.dim[0], t.dim[1] },
                              .data = (const char *)gn_net_block(m->net) + t.offset * size, .bytes = t.size * size };
    }
    gn_status s = gn_st_write(ctx, path, out, n, meta->key, value, meta->n);
    gn_free(ctx, out);
    return s;
}

gn_status gn_model_save(gn_context *ctx, const gn_model *m, const char *path)
{
    gn_meta meta;
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
        const char *value = meta.value[i].at ? meta.value[i].at : "";
        if (i) gn_text_puts(json, ",");
        gn_json_put_string(json, meta.key[i]);
        gn_text_puts(json, ":");
        if (meta.json[i]) gn_text_puts(json, value);
        else gn_json_put_string(json, value);
    }
    gn_text_printf(json, ",\"parameters\":%zu}", gn_net_parameters(m->net));
    gn_meta_free(&meta);
    return gn_text_done(json);
}
