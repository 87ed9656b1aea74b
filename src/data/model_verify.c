/* model_verify.c -- the rows that a model carries, and the proof that it still gives their outputs.
 *
 * Invariant: a model whose rows give other outputs than it carries is refused. How much other: the same program on the
 * same kernels gives the same bits; another instruction set or compiler rounds otherwise, so that the bound is 1e-4
 * (float32) or 1e-9 (float64) of the scale of the outputs, far below what a changed digit in a weight that matters
 * does. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <string.h>

static bool wide(const gn_model *m) { return gn_net_get_spec(m->net)->type == GN_F64; }

static double output(const gn_model *m, const void *y, size_t i)
{
    return wide(m) ? ((const double *)y)[i] : (double)((const float *)y)[i];
}

/* What an output is measured in: 1 for probabilities, the spread of its target for values, or its own size if larger.
 */
static double scale_of(const gn_model *m, size_t i)
{
    const double *factor = gn_net_target_factor(m->net);
    double own = fabs(output(m, m->sample_y, i)), unit = 1;
    if (factor) unit = fabs(1 / factor[i % gn_prep_outputs(&m->prep)]);
    return own > unit ? own : unit;
}

static gn_status compare(const gn_loading *l, const void *now, bool *same)
{
    const gn_model *m = l->m;
    size_t outputs = gn_prep_outputs(&m->prep);
    double bound = wide(m) ? 1e-9 : 1e-4;
    *same = true;
    for (size_t i = 0; i < m->samples * outputs; i++) {
        double a = output(m, now, i), b = output(m, m->sample_y, i);
        /* JSON has no infinity: null, read as NaN, stands for every output that was not finite. */
        bool both_bad = isnan(b) && !isfinite(a);
        *same &= a == b || both_bad;
        if (both_bad || fabs(a - b) <= bound * scale_of(m, i)) continue;
        gn_fail_at(l->ctx, GN_E_MOD_VERIFY, (gn_place){ .file = l->path },
                   "sample row %zu, output %zu (from 0) is %s, the model gave %s when it was saved", i / outputs,
                   i % outputs, gn_num(GN_NUM, a), gn_num(GN_NUM, b));
        return gn_hint(l->ctx,
                       "the weights or their description were changed or damaged; train again or fetch the file again");
    }
    return GN_OK;
}

/* With weights that are not finite no output can be compared; they were warned of. */
static gn_status verify(const gn_loading *l)
{
    gn_model *m = l->m;
    const char *kernels;
    bool same;
    GN_TRY(gn_meta_text(l, "sample_kernels", &kernels));
    if (l->bad || m->samples == 0) return GN_OK;
    void *now = gn_calloc_aligned(l->ctx, m->samples * gn_prep_outputs(&m->prep), wide(m) ? 8 : 4);
    if (!now) return GN_NO_MEMORY;
    gn_status s = gn_model_run_samples(l->ctx, m, now);
    if (s == GN_OK) s = compare(l, now, &same);
    if (s == GN_OK && !same && strcmp(kernels, gn_model_kernels(l->ctx, m)) == 0)
        gn_note(l->ctx, "%s: its rows give the outputs it was saved with but for the last digits: another build",
                l->path);
    gn_free_aligned(l->ctx, now);
    return s;
}

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

static gn_status read_type(const gn_loading *l)
{
    static const char *const names[] = { "u8", "f32", "f64" };
    const char *type;
    GN_TRY(gn_meta_text(l, "sample_type", &type));
    for (int i = 0; i < 3; i++)
        if (strcmp(type, names[i]) == 0) {
            l->m->sample_type = (gn_element)i;
            return GN_OK;
        }
    return gn_meta_wrong(l, "sample_type", "is not u8, f32 or f64");
}

static gn_status fill_inputs(const gn_loading *l, const json_t *x)
{
    gn_model *m = l->m;
    for (size_t i = 0; i < json_array_size(x); i++) {
        double v;
        if (!gn_meta_number_at(x, i, &v) || isnan(v))
            return gn_meta_wrong(l, "sample_inputs", "holds something that is not a finite number");
        if (m->sample_type != GN_EL_U8) gn_data_put(m->sample_x, m->sample_type, i, v);
        else if (v >= 0 && v <= 255 && v == floor(v)) ((uint8_t *)m->sample_x)[i] = (uint8_t)v;
        else return gn_meta_wrong(l, "sample_inputs", "holds something that is not a byte");
    }
    return GN_OK;
}

static gn_status fill_outputs(const gn_loading *l, const json_t *y)
{
    for (size_t i = 0; i < json_array_size(y); i++) {
        double v;
        if (!gn_meta_number_at(y, i, &v))
            return gn_meta_wrong(l, "sample_outputs", "holds something that is not a number");
        gn_data_put(l->m->sample_y, wide(l->m) ? GN_EL_F64 : GN_EL_F32, i, v);
    }
    return GN_OK;
}

static gn_status fill(const gn_loading *l, const json_t *x, const json_t *y)
{
    gn_model *m = l->m;
    size_t inputs = m->prep.inputs, nx = json_array_size(x), ny = json_array_size(y);
    if (!json_is_array(x)) return gn_meta_wrong(l, "sample_inputs", "is not a list");
    if (!json_is_array(y)) return gn_meta_wrong(l, "sample_outputs", "is not a list");
    if (nx % inputs) return gn_meta_wrong(l, "sample_inputs", "does not fit the inputs");
    m->samples = nx / inputs;
    if (ny != m->samples * gn_prep_outputs(&m->prep))
        return gn_meta_wrong(l, "sample_outputs", "does not fit the sample rows");
    m->sample_x = gn_calloc_aligned(l->ctx, nx, gn_wide(m->sample_type));
    m->sample_y = gn_calloc_aligned(l->ctx, ny, wide(m) ? 8 : 4);
    if (!m->sample_x || !m->sample_y) return GN_NO_MEMORY;
    GN_TRY(fill_inputs(l, x));
    return fill_outputs(l, y);
}

gn_status gn_meta_samples(gn_loading *l)
{
    json_t *x, *y = NULL;
    GN_TRY(read_type(l));
    GN_TRY(gn_meta_json(l, "sample_inputs", &x));
    gn_status s = gn_meta_json(l, "sample_outputs", &y);
    if (s == GN_OK) s = fill(l, x, y);
    json_decref(x);
    json_decref(y);
    return s == GN_OK ? verify(l) : s;
}
