/* batch.c -- rows of a data set into the buffers a plan reads: inputs through the input transform, targets through the
 * target transform or as one-hot rows, and the check that a data set is what the network can read.
 *
 * Invariant: a row gives the same numbers wherever it stands in a batch. */
#include "net.h"

#include <string.h>

void gn_batch_inputs(const gn_kernels *k, const gn_net *net, const gn_dataset *d, const uint32_t *rows, size_t m,
                     void *out)
{
    size_t n = d->inputs;
    bool wide = k->type == GN_F64;
    const void *shift = wide ? (const void *)net->shift : net->shift32;
    const void *factor = wide ? (const void *)net->factor : net->factor32;
    switch (d->type) {
    case GN_EL_U8: k->gather_u8(m, n, d->x, rows, shift, factor, out); break;
    case GN_EL_F32: k->gather_f32(m, n, d->x, rows, shift, factor, out); break;
    case GN_EL_F64: k->gather_f64(m, n, d->x, rows, net->shift, net->factor, out); break;
    }
}

static double target_at(const gn_dataset *d, size_t i)
{
    return d->type == GN_EL_F64 ? ((const double *)d->y)[i] : (double)((const float *)d->y)[i];
}

/* Targets of one row as they stand (regression: transformed; classes: a distribution). */
static void put_values(const gn_net *net, const gn_dataset *d, size_t row, gn_type type, void *out)
{
    size_t n = net->spec.outputs;
    for (size_t j = 0; j < n; j++) {
        double y = target_at(d, row * n + j);
        if (net->y_shift) y -= net->y_shift[j];
        if (net->y_factor) y *= net->y_factor[j];
        gn_put(type, out, j, y);
    }
}

static void put_label(const gn_net *net, int32_t label, gn_type type, void *out)
{
    if (net->spec.task == GN_BINARY) {
        gn_put(type, out, 0, label);
        return;
    }
    memset(out, 0, net->spec.outputs * gn_type_size(type));
    gn_put(type, out, (size_t)label, 1);
}

void gn_batch_targets(const gn_net *net, const gn_dataset *d, const uint32_t *rows, size_t m, void *out)
{
    gn_type type = net->spec.type;
    for (size_t i = 0; i < m; i++) {
        void *at = gn_at(type, out, i * net->spec.outputs);
        if (d->label) put_label(net, d->label[rows[i]], type, at);
        else put_values(net, d, rows[i], type, at);
    }
}

static gn_status check_labels(gn_context *ctx, const gn_net *net, const gn_dataset *d)
{
    int32_t classes = net->spec.task == GN_BINARY ? 2 : (int32_t)net->spec.outputs;
    for (size_t i = 0; i < gn_dataset_rows(d); i++) {
        int32_t label = d->label[gn_dataset_row(d, i)];
        if (label < 0 || label >= classes)
            return gn_fail(ctx, GN_E_DATA_LABEL, "row %zu has the label %d; labels go from 0 to %d",
                           (size_t)gn_dataset_row(d, i), (int)label, (int)classes - 1);
    }
    return GN_OK;
}

gn_status gn_dataset_check(gn_context *ctx, const gn_net *net, const gn_dataset *d, bool need_target)
{
    if (d->inputs != net->spec.inputs)
        return gn_fail(ctx, GN_E_MOD_SHAPE, "the data have %zu inputs a row, the network takes %zu", d->inputs,
                       net->spec.inputs);
    if (d->rows > UINT32_MAX) return gn_fail(ctx, GN_E_DATA_ROWS, "%zu rows are more than 4294967295", d->rows);
    for (size_t i = 0; d->index && i < d->used; i++)
        if (d->index[i] >= d->rows)
            return gn_fail(ctx, GN_E_DATA_ROWS, "row %u of %zu is asked for", (unsigned)d->index[i], d->rows);
    if (!need_target) return GN_OK;
    if (net->spec.task == GN_REGRESSION ? !d->y : !d->label && !d->y)
        return gn_fail(ctx, GN_E_DATA_TASK, "the data have no %s",
                       net->spec.task == GN_REGRESSION ? "targets" : "labels");
    return net->spec.task == GN_REGRESSION || !d->label ? GN_OK : check_labels(ctx, net, d);
}
