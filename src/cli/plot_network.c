/* plot_network.c -- a network drawn: a column of units a layer, links by the sign and size of their weights.
 *
 * Invariant: of a layer with more units than the picture shows those with the largest weights are drawn, in their
 * order, and it says how many there are. */
#include "plot.h"
#include "../nn/net.h"

#include <math.h>
#include <string.h>

enum { MOST_SHOWN = 14, MOST_COLUMNS = 12, NAME_MOST = 18, NAME_END = 6, ACROSS = 80 };

typedef struct drawing {
    gn_plot *p;
    const gn_net *net;
    size_t columns;
    size_t units[MOST_COLUMNS + 1];     /* in all */
    size_t layer[MOST_COLUMNS + 1];     /* of the network, from column 1 */
    size_t unit[MOST_COLUMNS + 1][MOST_SHOWN];  /* those that are drawn, from the top */
    gn_node_mark *node;
    gn_link_mark *link;
    gn_note_mark *note;
    size_t nodes, links, notes;
    size_t tallest;                     /* column, as shown */
    size_t left, right;                 /* signs beside the first and the last column: names, or half a heading */
} drawing;

static size_t shown(size_t units) { return units > MOST_SHOWN ? MOST_SHOWN : units; }

/* The squares of a unit's weights, to it and from it. */
static double strength(const drawing *d, size_t c, size_t unit)
{
    double sum = 0;
    for (size_t side = c ? c : 1; side <= c + 1 && side < d->columns; side++) {
        const gn_tensor_info *w = &d->net->tensor[d->net->layer[d->layer[side]].first];
        size_t n = side == c ? w->dim[1] : w->dim[0];
        for (size_t k = 0; k < n; k++) {
            size_t at = side == c ? unit * w->dim[1] + k : k * w->dim[1] + unit;
            if (side > c && unit >= w->dim[1]) continue;
            double v = gn_get(d->net->spec.type, d->net->block, w->offset + at);
            if (isfinite(v)) sum += v * v;
        }
    }
    return sum;
}

/* The strongest units of a column, in their order; all when there is room. */
static gn_status choose_units(drawing *d, size_t c)
{
    size_t n = d->units[c], kept = 0;
    double *of = gn_plot_array(d->p, n, sizeof *of);
    if (!of) return GN_NO_MEMORY;
    for (size_t i = 0; i < n && n > MOST_SHOWN; i++) of[i] = strength(d, c, i);
    for (size_t i = 0; i < n && kept < MOST_SHOWN; i++) {
        size_t stronger = 0;
        for (size_t k = 0; k < n && n > MOST_SHOWN; k++) stronger += of[k] > of[i] || (of[k] == of[i] && k < i);
        if (stronger < MOST_SHOWN) d->unit[c][kept++] = i;
    }
    return GN_OK;
}

/* Places from the top, with a gap where units are left out; columns are centred. */
static double height_of(const drawing *d, size_t c, size_t i)
{
    size_t units = d->units[c];
    size_t n = shown(units);
    bool gap = units > MOST_SHOWN;
    double at = (double)i + (gap && i >= MOST_SHOWN / 2 ? 1 : 0), all = (double)n - 1 + gap;
    double spread = (double)d->tallest / (double)n;     /* a short column stretches, but not to the ends */
    return (all / 2 - at) * (spread > 2.5 ? 2.5 : spread < 1 ? 1 : spread);
}

static const char *input_name(drawing *d, size_t input)
{
    const gn_prep *prep = &d->p->model->prep;
    size_t at = 0;
    for (size_t f = 0; f < prep->features; f++) {
        size_t n = prep->feature[f].kind == GN_TEXT ? prep->feature[f].n_categories : 1;
        if (input < at + n) {
            gn_text t;
            if (n == 1 && prep->feature[f].kind == GN_NUMERIC) return prep->feature[f].name;
            gn_text_init(&t, d->p->ctx);
            gn_text_printf(&t, "%s=%s", prep->feature[f].name, prep->feature[f].categories[input - at]);
            return gn_plot_keep(d->p, &t);
        }
        at += n;
    }
    return NULL;
}

static const char *output_name(const drawing *d, size_t output)
{
    const gn_prep *prep = &d->p->model->prep;
    if (!prep->classes) return prep->target_name ? prep->target_name[output] : NULL;
    if (!prep->class_name) return NULL;
    return prep->class_name[d->units[d->columns - 1] == 1 ? 1 : output];
}

/* The bytes of the first `most` characters. */
static size_t bytes_of(const char *name, size_t most)
{
    size_t n = 0;
    while (name[n] && most) {
        do n++;
        while (((unsigned char)name[n] & 0xC0) == 0x80);
        most--;
    }
    return n;
}

/* A long name by its beginning and its end, in which names of columns often differ. */
static const char *cut(drawing *d, const char *name)
{
    gn_text t;
    size_t wide = name ? gn_width(name, strlen(name)) : 0;
    if (wide <= NAME_MOST) return name;
    gn_text_init(&t, d->p->ctx);
    gn_text_add(&t, name, bytes_of(name, NAME_MOST - 1 - NAME_END));
    gn_text_puts(&t, "…");
    gn_text_puts(&t, name + bytes_of(name, wide - NAME_END));
    return gn_plot_keep(d->p, &t);
}

/* Columns are the inputs and every layer with weights of two sides. */
static gn_status lay_out(drawing *d)
{
    d->units[0] = d->net->spec.inputs;
    d->columns = 1;
    for (size_t i = 0; i < d->net->layers; i++) {
        const gn_layer *l = &d->net->layer[i];
        if (!l->tensors || d->net->tensor[l->first].rank != 2) continue;
        if (d->columns > MOST_COLUMNS)
            return gn_fail(d->p->ctx, GN_E_USAGE, "the network has more than %d layers with weights", MOST_COLUMNS);
        d->units[d->columns] = l->outputs;
        d->layer[d->columns++] = i;
    }
    size_t nodes = 0, links = 0;
    for (size_t c = 0; c < d->columns; c++) {
        nodes += shown(d->units[c]);
        if (c) links += shown(d->units[c]) * shown(d->units[c - 1]);
    }
    d->node = gn_plot_array(d->p, nodes, sizeof *d->node);
    d->link = gn_plot_array(d->p, links, sizeof *d->link);
    d->note = gn_plot_array(d->p, 2 * d->columns, sizeof *d->note);
    return d->node && d->link && d->note ? GN_OK : GN_NO_MEMORY;
}

/* A text beside the first or the last column wants its room. */
static void take_room(drawing *d, size_t c, size_t signs)
{
    size_t *side = c == 0 ? &d->left : &d->right;
    if ((c == 0 || c + 1 == d->columns) && signs > *side) *side = signs;
}

static void add_nodes(drawing *d, size_t c)
{
    for (size_t i = 0; i < shown(d->units[c]); i++) {
        size_t unit = d->unit[c][i];
        const char *name = c == 0 ? input_name(d, unit) : c + 1 == d->columns ? output_name(d, unit) : NULL;
        name = cut(d, name);
        if (name) take_room(d, c, gn_width(name, strlen(name)) + 3);
        d->node[d->nodes++] = (gn_node_mark){ (double)c, height_of(d, c, i), name };
    }
}

static void add_links(drawing *d, size_t c)
{
    const gn_layer *l = &d->net->layer[d->layer[c]];
    const gn_tensor_info *w = &d->net->tensor[l->first];
    for (size_t i = 0; i < shown(d->units[c]); i++)
        for (size_t j = 0; j < shown(d->units[c - 1]); j++) {
            size_t to = d->unit[c][i], from = d->unit[c - 1][j];
            if (from >= w->dim[1]) continue;
            double v = gn_get(d->net->spec.type, d->net->block, w->offset + to * w->dim[1] + from);
            d->link[d->links++] = (gn_link_mark){ (double)(c - 1), height_of(d, c - 1, j), (double)c,
                                                  height_of(d, c, i), v };
        }
}

static gn_status add_note(drawing *d, size_t c, double top)
{
    gn_text t;
    gn_text_init(&t, d->p->ctx);
    if (!c) gn_text_printf(&t, "%zu input%s", d->units[0], d->units[0] == 1 ? "" : "s");
    else gn_text_puts(&t, d->net->layer[d->layer[c]].text);
    const char *text = gn_plot_keep(d->p, &t);
    if (text) take_room(d, c, gn_width(text, strlen(text)) / 2 + 1);
    d->note[d->notes++] = (gn_note_mark){ (double)c, top, text };
    if (d->units[c] > MOST_SHOWN) d->note[d->notes++] = (gn_note_mark){ (double)c, 0, "…" };
    return text ? GN_OK : GN_NO_MEMORY;
}

static double largest(const drawing *d)
{
    double most = 0;
    for (size_t i = 0; i < d->links; i++)
        if (isfinite(d->link[i].weight) && fabs(d->link[i].weight) > most) most = fabs(d->link[i].weight);
    return most;
}

gn_status gn_plot_network(gn_plot *p)
{
    drawing d = { .p = p, .net = p->model->net };
    GN_TRY(lay_out(&d));
    bool cut_short = false;
    for (size_t c = 0; c < d.columns; c++) {
        if (shown(d.units[c]) > d.tallest) d.tallest = shown(d.units[c]);
        cut_short = cut_short || shown(d.units[c]) < d.units[c];
        GN_TRY(choose_units(&d, c));
    }
    for (size_t c = 0; c < d.columns; c++) {
        add_nodes(&d, c);
        if (c) add_links(&d, c);
        GN_TRY(add_note(&d, c, (double)d.tallest / 2 + 1.1));
    }
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_puts(&t, "the network, ");
    gn_text_count(&t, gn_net_parameters(d.net));
    gn_text_printf(&t, cut_short ? " parameters; widest line %s" : " parameters; the widest line is a weight of %s",
                   gn_num_digits(GN_NUM, largest(&d), 3));
    if (cut_short) gn_text_printf(&t, "; %d strongest units a layer", MOST_SHOWN);
    gn_panel panel = { .title = gn_plot_keep(p, &t), .no_axes = true, .n_notes = d.notes, .note = d.note,
                       .n_links = d.links, .link = d.link, .n_nodes = d.nodes, .node = d.node };
    double whole = (double)(d.columns - 1) / (1 - (double)(d.left + d.right) / ACROSS);
    panel.x_min = -(double)d.left / ACROSS * whole;
    panel.x_max = panel.x_min + whole;
    return panel.title ? gn_plot_one(p, &panel) : GN_NO_MEMORY;
}
