/* summary.c -- what is about to be trained, or what a model is: layers with shapes and parameters, and the data
 * behind it.
 *
 * Invariant: the numbers shown are the network's own. */
#include "cli.h"

#include <string.h>

void gn_summary_net(gn_text *to, gn_context *ctx, const gn_net *net, const char *indent)
{
    gn_grid g;
    size_t inputs = gn_net_get_spec(net)->inputs;
    gn_grid_open(&g, ctx, "llr");
    gn_grid_put(&g, "layer");
    gn_grid_put(&g, "shape");
    gn_grid_put(&g, "parameters");
    for (size_t i = 0; i < gn_net_layers(net); i++) {
        gn_layer_info layer = gn_net_layer(net, i);
        char shape[64];
        snprintf(shape, sizeof shape, "%zu -> %zu", inputs, layer.outputs);
        gn_grid_put(&g, layer.text);
        gn_grid_put(&g, shape);
        gn_grid_count(&g, layer.parameters);
        inputs = layer.outputs;
    }
    gn_grid_put(&g, "all");
    gn_grid_put(&g, "");
    gn_grid_count(&g, gn_net_parameters(net));
    gn_grid_print(&g, to, indent);
}

static void put_names(gn_text *to, const char *const *name, size_t n)
{
    enum { MOST = 8 };
    for (size_t i = 0; i < n && i < MOST; i++) {
        const char *one = name && name[i] ? name[i] : "?";
        gn_text_printf(to, "%s%s", i ? ", " : "", gn_show(GN_SHOWN, one, strlen(one)));
    }
    if (n > MOST) gn_text_printf(to, ", ... (%zu more)", n - MOST);
}

static void put_features(gn_text *to, const gn_prep *p)
{
    size_t text = 0;
    for (size_t i = 0; p->feature && i < p->features; i++) text += p->feature[i].kind == GN_TEXT;
    if (p->images) {
        gn_text_printf(to, "images of %zu x %zu pixels", p->height, p->width);
        return;
    }
    gn_text_printf(to, "%zu feature%s", p->features, p->features == 1 ? "" : "s");
    if (text) gn_text_printf(to, ", %zu of them text, as %zu inputs", text, p->inputs);
}

void gn_summary_data(gn_text *to, const gn_data *d, const char *indent)
{
    const gn_prep *p = &d->prep;
    gn_text_printf(to, "%sdata      %s: %zu row%s, ", indent, gn_show(GN_SHOWN, d->name, strlen(d->name)), d->rows,
                   GN_S(d->rows));
    put_features(to, p);
    gn_text_printf(to, "\n%starget    ", indent);
    if (p->target_name && p->targets) put_names(to, p->target_name, p->targets);
    else gn_text_puts(to, p->classes ? "labels" : "targets");
    if (p->classes) {
        gn_text_printf(to, ", %zu classes: ", p->classes);
        put_names(to, p->class_name, p->classes);
    }
    gn_text_puts(to, "\n");
}
