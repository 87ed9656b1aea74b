/* init.c -- the first weights: the rows of defs/init.def, the choice that "auto" makes, and orthogonal matrices.
 *
 * Invariant: a weight is a function of seed, tensor and position alone, drawn in double and rounded once. */
#include "net.h"
#include "../base/pool.h"

#include <math.h>
#include <string.h>

enum { UNIFORM = GN_DRAW_UNIFORM, NORMAL = GN_DRAW_NORMAL, ORTHOGONAL = GN_DRAW_ORTHOGONAL };

const gn_init_row *gn_init_table(void)
{
    static const gn_init_row table[] = {
#define INIT(name, draw, scale, about) { #name, (gn_draw)draw, #scale, about },
#include "../defs/init.def"
#undef INIT
    };
    return table;
}

/* The scale of a row; the names in, out and a are those of the table. */
static double scale_of(gn_init init, double in, double out, double a)
{
    (void)in; (void)out; (void)a;
    switch (init) {
#define INIT(name, draw, scale, about) case GN_INIT_##name: return scale;
#include "../defs/init.def"
#undef INIT
    default: return 0;
    }
}

/* ---- what an activation asks for: read off its own values, so that a new row of pointwise.def needs no entry here */

static double value_at(gn_pointwise act, const double *par, double x)
{
    double y = 0;
    const void *const in[3] = { &x, NULL, NULL };
    const int step[3] = { 0, 0, 0 };
    gn_kernels_reference(GN_F64)->value[act](1, in, step, par, &y);
    return y;
}

/* Slope far to the left: 0 for relu, elu, gelu; alpha for leaky relu; 1 for a linear activation. */
static double left_slope(gn_pointwise act, const double *par)
{
    return value_at(act, par, -60) - value_at(act, par, -61);
}

static double right_slope(gn_pointwise act, const double *par)
{
    return value_at(act, par, 61) - value_at(act, par, 60);
}

/* A standard normal comes out with mean 0 and variance 1: the fixed point that selu is made for. */
static bool self_normalising(gn_pointwise act, const double *par)
{
    double mean = 0, square = 0;
    const double h = 1.0 / 64;
    for (double x = -8; x <= 8; x += h) {
        double p = exp(-x * x / 2) * 0.3989422804014327 * h, y = value_at(act, par, x);
        mean += p * y;
        square += p * y * y;
    }
    return fabs(mean) < 1e-3 && fabs(square - 1) < 1e-3;
}

gn_init gn_init_auto(gn_pointwise act)
{
    const double *par = gn_pointwise_table()[act].parameter_default;
    double left = fabs(left_slope(act, par)), right = fabs(right_slope(act, par));
    bool one_sided = right > 0.5 && left < 0.5 * right;
    if (!one_sided) return GN_INIT_xavier_uniform;
    return self_normalising(act, par) ? GN_INIT_lecun_normal : GN_INIT_he_normal;
}

/* ---- orthogonal ------------------------------------------------------------------------------------------------- */

static double dot(size_t n, const double *a, const double *b)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* Rows of q (m, n), m <= n, to orthonormal ones: modified Gram-Schmidt run twice, after which the rest is at rounding
 * error. */
static void orthonormalise(size_t m, size_t n, double *q)
{
    for (size_t i = 0; i < m; i++) {
        double *row = q + i * n;
        for (int pass = 0; pass < 2; pass++)
            for (size_t j = 0; j < i; j++) {
                double s = dot(n, q + j * n, row);
                for (size_t p = 0; p < n; p++) row[p] -= s * q[j * n + p];
            }
        double length = sqrt(dot(n, row, row));
        for (size_t p = 0; p < n; p++) row[p] /= length;
    }
}

static gn_status orthogonal(gn_net *net, const gn_tensor_info *t, gn_random r, void *out)
{
    bool tall = t->dim[0] > t->dim[1];
    size_t m = tall ? t->dim[1] : t->dim[0], n = tall ? t->dim[0] : t->dim[1];
    double *q = gn_alloc_array(net->ctx, t->size, sizeof *q);
    if (!q) return GN_NO_MEMORY;
    for (size_t i = 0; i < t->size; i++) q[i] = gn_random_normal(r, i);
    orthonormalise(m, n, q);
    for (size_t i = 0; i < t->dim[0]; i++)
        for (size_t j = 0; j < t->dim[1]; j++)
            gn_put(net->spec.type, out, i * t->dim[1] + j, tall ? q[j * n + i] : q[i * n + j]);
    gn_free(net->ctx, q);
    return GN_OK;
}

/* ---- filling ---------------------------------------------------------------------------------------------------- */

static void fill(const gn_net *net, const gn_tensor_info *t, double value)
{
    void *at = gn_at(net->spec.type, net->block, t->offset);
    for (size_t i = 0; i < t->size; i++) gn_put(net->spec.type, at, i, value);
}

enum { DRAW_CHUNK = 32768 };

typedef struct gn_drawing {
    gn_type type;
    gn_draw draw;
    gn_random random;
    double scale;
    size_t size;
    void *at;
} gn_drawing;

/* Draws are by position, so that pieces may be drawn in any order. */
static void draw_task(void *work, size_t task, int worker)
{
    const gn_drawing *d = work;
    (void)worker;
    size_t end = d->size - task * DRAW_CHUNK < DRAW_CHUNK ? d->size : (task + 1) * DRAW_CHUNK;
    for (size_t i = task * DRAW_CHUNK; i < end; i++) {
        bool normal = d->draw == GN_DRAW_NORMAL;
        double draw = normal ? gn_random_normal(d->random, i) : 2 * gn_random_uniform(d->random, i) - 1;
        gn_put(d->type, d->at, i, d->scale * draw);
    }
}

static gn_status draw_weights(gn_net *net, size_t index, gn_init init, double a)
{
    const gn_tensor_info *t = &net->tensor[index];
    gn_drawing d = { .type = net->spec.type, .draw = gn_init_table()[init].draw, .size = t->size };
    d.at = gn_at(d.type, net->block, t->offset);
    d.random = gn_random_make(net->spec.seed, GN_STREAM_INIT, (uint32_t)index);
    d.scale = scale_of(init, (double)t->dim[1], (double)t->dim[0], a);
    if (d.scale == 0) {
        fill(net, t, 0);
        return GN_OK;
    }
    if (d.draw == GN_DRAW_ORTHOGONAL) return orthogonal(net, t, d.random, d.at);
    gn_parallel(net->ctx, (t->size + DRAW_CHUNK - 1) / DRAW_CHUNK, draw_task, &d);
    return GN_OK;
}

static gn_status fill_layer(gn_net *net, const gn_layer *l, gn_init given, bool automatic)
{
    if (l->kind == GN_L_LAYERNORM || l->kind == GN_L_BATCHNORM) {
        for (size_t i = 0; i < l->tensors; i++) fill(net, &net->tensor[l->first + i], i == 0 || i == 3);
        return GN_OK;
    }
    if (!l->tensors) return GN_OK;
    GN_TRY(draw_weights(net, l->first, automatic ? gn_init_auto(l->act) : given, left_slope(l->act, l->par)));
    if (l->tensors < 3) return GN_OK;
    return draw_weights(net, l->first + 2, automatic ? gn_init_auto(GN_P_identity) : given, 1);
}

gn_status gn_net_initialise(gn_net *net, const char *init)
{
    bool automatic = !strcmp(init, "auto");
    gn_init row = gn_init_find(init);
    if (!automatic && row == GN_INIT_COUNT) {
        const char *names[GN_INIT_COUNT];
        for (int i = 0; i < GN_INIT_COUNT; i++) names[i] = gn_init_table()[i].name;
        const char *closest = gn_closest(init, names, GN_INIT_COUNT);
        gn_fail(net->ctx, GN_E_CFG_INIT, "init: \"%s\" is no initialiser", gn_show(GN_SHOWN, init, strlen(init)));
        return gn_hint(net->ctx, closest ? "did you mean \"%s\"?" : "%s",
                       closest ? closest : "`glassnet ops` lists them");
    }
    for (size_t i = 0; i < net->layers; i++) GN_TRY(fill_layer(net, &net->layer[i], row, automatic));
    return GN_OK;
}
