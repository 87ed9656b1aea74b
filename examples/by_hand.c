/* by_hand.c -- a training loop of one's own: forward, loss, backward and update as separate calls, with a look inside.
 *
 *   cc by_hand.c $(pkg-config --cflags --libs glassnet) -o by_hand && ./by_hand */
#include <glassnet.h>
#include <stdio.h>

/* y = x1 + x2 on the corners of the unit square. */
static const double x[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, y[4] = { 0, 1, 1, 2 };

static gn_status look_inside(gn_network *net)
{
    double z[4][3], a[4][3], gradient[13], loss = 0;
    gn_status s = gn_network_forward(net, &x[0][0], 4, NULL);
    if (!s) s = gn_network_layer(net, 0, &z[0][0], &a[0][0]);
    if (!s) s = gn_network_loss(net, y, &loss);
    if (!s) s = gn_network_backward(net, gradient);
    if (s) return s;
    for (int row = 0; row < 4; row++)
        printf("row %d: z = %8.4f %8.4f %8.4f   a = %7.4f %7.4f %7.4f\n", row, z[row][0], z[row][1], z[row][2], a[row][0],
               a[row][1], a[row][2]);
    size_t dim[2], offset;
    for (size_t i = 0; gn_network_tensor(net, i, dim, &offset); i++)
        printf("dL/d %-9s (%zu,%zu) begins with %8.5f\n", gn_network_tensor(net, i, dim, &offset), dim[0], dim[1],
               gradient[offset]);
    printf("loss %.6f\n", loss);
    return GN_OK;
}

int main(void)
{
    gn_context *ctx = NULL;
    gn_options *options = NULL;
    gn_network *net = NULL;
    double loss = 0;

    gn_status s = gn_context_new(NULL, &ctx);
    if (!s) s = gn_options_new(ctx, &options);
    if (!s) s = gn_options_set(options, "precision", "f64");
    if (!s) s = gn_options_set(options, "optimizer", "sgd");
    if (!s) s = gn_options_set(options, "lr", "0.05");
    if (!s) s = gn_network_new(ctx, 2, "3 tanh", 1, options, &net);
    if (!s) s = look_inside(net);
    for (int step = 0; !s && step < 2000; step++) s = gn_network_train_step(net, &x[0][0], y, 4, &loss);
    if (!s) printf("after 2000 steps: loss %.6f\n", loss);
    if (s && ctx) fprintf(stderr, "%s: %s\n", gn_last_error(ctx)->code, gn_last_error(ctx)->message);
    gn_network_free(net);
    gn_options_free(options);
    gn_context_free(ctx);
    return (int)s;
}
