/* stability_scaled.c -- what standardised inputs would do to a network that is one linear layer: the largest eigenvalue
 * of its own loss on them.
 *
 * Invariant: the same Hessian products as without them, with weights that say where: a fresh network's first weights as
 * they are, since it would begin with the same; a model's so that it predicts the same. */
#include <math.h>
#include <string.h>

#include "../nn/net.h"
#include "stability.h"
#include "subject.h"

typedef struct standard {
    size_t inputs;
    double *mean, *factor;      /* (inputs): of what the layer sees */
    double *shift, *by;         /* (inputs): of what the data hold */
} standard;

static gn_status measure(gn_cli *cli, const gn_subject *in, standard *to)
{
    size_t count = gn_dataset_rows(&in->rows), inputs = in->rows.inputs;
    double *x = gn_alloc_array(cli->ctx, count, inputs * sizeof *x);
    uint32_t *row = gn_alloc_array(cli->ctx, count, sizeof *row);
    const gn_kernels *k = gn_kernels_get(gn_isa_best(), GN_F64, gn_context_exact(cli->ctx));
    gn_status s = x && row ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < count; i++) row[i] = gn_dataset_row(&in->rows, i);
    if (s == GN_OK) {
        gn_batch_inputs(k, in->net, &in->rows, row, count, x);
        gn_standardise(count, inputs, x, to->mean, to->factor);
    }
    gn_free(cli->ctx, x);
    gn_free(cli->ctx, row);
    if (s != GN_OK) return s;
    for (size_t j = 0; j < inputs; j++) {
        double factor = in->net->factor ? in->net->factor[j] : 1;
        to->shift[j] = (in->net->shift ? in->net->shift[j] : 0) + to->mean[j] / factor;
        to->by[j] = factor * to->factor[j];
    }
    return GN_OK;
}

/* w*x + b = (w/f)*((x - m)*f) + (b + w*m), unit by unit. w (units, inputs), then b (units). */
static void predict_the_same(const standard *to, size_t units, double *w)
{
    double *b = w + units * to->inputs;
    for (size_t i = 0; i < units; i++)
        for (size_t j = 0; j < to->inputs; j++) {
            double *at = &w[i * to->inputs + j];
            b[i] += *at * to->mean[j];
            *at /= to->factor[j];
        }
}

static gn_status largest(gn_cli *cli, const gn_subject *in, const standard *to, gn_objective *o, double *out)
{
    size_t n = gn_objective_size(o), units = in->net->spec.outputs;
    double *at = gn_alloc_array(cli->ctx, n + 1, sizeof *at);
    gn_lanczos found;
    gn_stability_ask usual;
    gn_stability_defaults(&usual);
    if (!at) return GN_NO_MEMORY;
    memcpy(at, gn_objective_start(o), n * sizeof *at);
    if (in->model && n == units * (to->inputs + 1)) predict_the_same(to, units, at);
    gn_curvature c = { .of = o, .at = at };
    const gn_lanczos_options options = { .steps = usual.products, .tolerance = usual.tolerance, .seed = usual.seed };
    gn_status s = gn_lanczos_run(cli->ctx, n, gn_curvature_product, &c, &options, 1, NULL, &found);
    if (s == GN_OK) *out = found.largest[0].value;
    gn_free(cli->ctx, at);
    return s;
}

gn_status gn_curved_standardised(gn_cli *cli, gn_curved *s, const gn_subject *in)
{
    size_t inputs = in->rows.inputs;
    gn_objective *o;
    gn_net net = *in->net;
    s->scaling.fresh = !in->model;
    if (net.layers != 1 || s->exact_scaling || !s->has_scaling || isnan(s->scaling.largest)) return GN_OK;
    double *room = gn_alloc_array(cli->ctx, inputs + 1, 4 * sizeof *room);
    if (!room) return GN_NO_MEMORY;
    standard to = { inputs, room, room + inputs, room + 2 * inputs, room + 3 * inputs };
    gn_status status = measure(cli, in, &to);
    net.shift = to.shift;
    net.factor = to.by;
    if (status == GN_OK) status = gn_objective_net(cli->ctx, &net, &in->rows, &o);
    if (status == GN_OK) {
        status = largest(cli, in, &to, o, &s->scaling.lambda);
        gn_objective_free(o);
    }
    gn_free(cli->ctx, room);
    return status;
}
