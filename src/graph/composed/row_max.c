/* row_max.c -- the largest of each row, by which scores are shifted so that no exponential overflows.
 *
 * A primitive: no contraction finds a maximum. Its gradient is zero by convention, because softmax and its kin, the
 * only users, do not change when a row of scores is shifted: whatever flowed through the shift would cancel. */
#include "../graph_internal.h"

static bool shape(gn_graph *g, const gn_node *in, gn_shape *out)
{
    if (!gn_need_matrix(g, "row_max", in[0])) return false;
    *out = gn_shape_make(1, g->node[in[0]].shape.dim[0]);
    return true;
}

static gn_node vjp(gn_graph *g, gn_node self, const gn_node *in, const double *attr, int k, gn_node gradient)
{
    (void)g, (void)self, (void)in, (void)attr, (void)k, (void)gradient;
    return 0;
}

static void run_f32(size_t m, size_t n, const float *x, float *out)
{
    for (size_t i = 0; i < m; i++, x += n) {
        float most = x[0];
        for (size_t j = 1; j < n; j++) most = x[j] > most ? x[j] : most;
        out[i] = most;
    }
}

static void run_f64(size_t m, size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < m; i++, x += n) {
        double most = x[0];
        for (size_t j = 1; j < n; j++) most = x[j] > most ? x[j] : most;
        out[i] = most;
    }
}

static void run(const gn_kernels *k, const void *const *in, const gn_shape *s, const double *attr, void *out)
{
    (void)attr;
    if (k->type == GN_F32) run_f32(s[0].dim[0], s[0].dim[1], in[0], out);
    else run_f64(s[0].dim[0], s[0].dim[1], in[0], out);
}

static double flops(const gn_shape *s) { return (double)s[0].dim[0] * (double)(s[0].dim[1] - 1); }

const gn_composed_row gn_composed_row_max = {
    .name = "row_max", .inputs = 1, .formula = "m_i = max_j x_ij", .latex = "m_i = \\max_j x_{ij}",
    .shape = shape, .vjp = vjp, .run = run, .flops = flops,
};
