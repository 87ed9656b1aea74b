/* model.c -- a model as a thing: made empty, asked for its facts, freed; the rows it carries.
 *
 * Invariant: everything belongs to the context that made the model, and reading changes nothing. */
#include "encode.h"
#include "model.h"

#include <string.h>

size_t gn_prep_outputs(const gn_prep *p)
{
    return p->task == GN_REGRESSION ? p->targets : p->task == GN_BINARY ? 1 : p->classes;
}

gn_status gn_model_new(gn_context *ctx, gn_model **out)
{
    *out = gn_calloc(ctx, 1, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    (*out)->ctx = ctx;
    gn_arena_init(&(*out)->prep.arena, ctx);
    return GN_OK;
}

void gn_model_free(gn_model *m)
{
    if (!m) return;
    gn_context *ctx = m->ctx;
    gn_net_free(m->net);
    gn_metrics_free(ctx, &m->held);
    gn_free(ctx, m->command);
    gn_free(ctx, m->options);
    gn_free_aligned(ctx, m->sample_x);
    gn_free_aligned(ctx, m->sample_y);
    gn_prep_free(&m->prep);
    gn_free(ctx, m);
}

size_t gn_model_inputs(const gn_model *m) { return m->prep.features; }
size_t gn_model_classes(const gn_model *m) { return m->prep.task == GN_REGRESSION ? 0 : m->prep.classes; }
size_t gn_model_outputs(const gn_model *m) { return m->prep.task == GN_REGRESSION ? m->prep.targets : m->prep.classes; }
size_t gn_model_parameters(const gn_model *m) { return gn_net_parameters(m->net); }

const char *gn_model_class_name(const gn_model *m, size_t i)
{
    return i < gn_model_classes(m) ? m->prep.class_name[i] : NULL;
}

const char *gn_model_input_name(const gn_model *m, size_t i)
{
    return i < m->prep.features && m->prep.feature ? m->prep.feature[i].name : NULL;
}

/* ---- sample rows --------------------------------------------------------------------------------------------- */

gn_status gn_model_run_samples(gn_context *ctx, const gn_model *m, void *out)
{
    gn_dataset d = { .rows = m->samples, .inputs = m->prep.inputs, .type = m->sample_type, .x = m->sample_x };
    return gn_net_predict(ctx, m->net, &d, out);
}

gn_status gn_model_take_samples(gn_context *ctx, gn_model *m, const gn_data *d, const uint32_t *train, size_t n_train)
{
    size_t n = train ? n_train : d->rows, in = m->prep.inputs, bytes = in * gn_wide(d->type);
    m->samples = n < GN_MODEL_SAMPLES ? n : GN_MODEL_SAMPLES;
    m->sample_type = d->type;
    m->sample_x = gn_calloc_aligned(ctx, m->samples, bytes);
    m->sample_y = gn_calloc_aligned(ctx, m->samples * gn_prep_outputs(&m->prep),
                                    gn_type_size(gn_net_get_spec(m->net)->type));
    if (!m->sample_x || !m->sample_y) return GN_NO_MEMORY;
    for (size_t i = 0; i < m->samples; i++) {
        size_t at = i * n / m->samples, row = train ? train[at] : at;
        memcpy((char *)m->sample_x + i * bytes, (const char *)d->x + row * bytes, bytes);
    }
    return gn_model_run_samples(ctx, m, m->sample_y);
}

const char *gn_model_kernels(const gn_context *ctx, const gn_model *m)
{
    if (gn_context_exact(ctx)) return "exact";
    return gn_isa_name(gn_kernels_get((gn_isa)gn_context_isa(ctx), gn_net_get_spec(m->net)->type, false)->isa);
}
