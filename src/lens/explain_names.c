/* explain_names.c -- names for what an explanation shows: W1, b1, Z1, A1 by layer, delta1 and dL_dW1 on the way back.
 *
 * Invariant: names are given in the order in which values are computed, so that a formula uses names that stand before
 * it. */
#include "explain_parts.h"

#include <string.h>

/* ---- forward ----------------------------------------------------------------------------------------------------- */

static bool is_affine(const gn_layer *l) { return l->kind == GN_L_DENSE || l->kind == GN_L_RESIDUAL; }

/* Of a layer's tensors in order. */
static const char *letters(const gn_layer *l, size_t k)
{
    static const char *const dense[] = { "W", "b", "V" }, *const norm[] = { "gain", "b", "mean", "var" };
    return is_affine(l) ? dense[k] : norm[k];
}

static void name_tensors(gn_explain_run *r, size_t layer)
{
    const gn_layer *l = &r->net->layer[layer];
    for (size_t k = 0; k < l->tensors; k++)
        gn_trace_call(&r->t, r->t.param[l->first + k], NULL, NULL, "%s%d", letters(l, k), r->net->layer[layer].number);
}

/* A normalisation's inside: what the gain multiplies. */
static void name_normalised(gn_explain_run *r, size_t layer)
{
    gn_node_info sum = gn_node_get(r->t.g, r->t.layer[layer].out);
    gn_node_info scaled = gn_node_get(r->t.g, sum.in[0]);
    if (scaled.kind == GN_CONTRACT) gn_trace_call(&r->t, scaled.in[0], NULL, NULL, "N%d", r->net->layer[layer].number);
}

static void name_layer(gn_explain_run *r, size_t layer)
{
    gn_trace *t = &r->t;
    gn_trace_layer *at = &t->layer[layer];
    const gn_layer *l = &r->net->layer[layer];
    int n = r->net->layer[layer].number;
    if (!n) return;
    name_tensors(r, layer);
    if (l->kind == GN_L_LAYERNORM || l->kind == GN_L_BATCHNORM) name_normalised(r, layer);
    if (is_affine(l)) gn_trace_call(t, at->z, NULL, NULL, "Z%d", n);
    if (l->kind == GN_L_RESIDUAL && at->act != at->z) gn_trace_call(t, at->act, NULL, NULL, "F%d", n);
    gn_trace_call(t, at->out, NULL, NULL, "A%d", n);
    if (at->slope) gn_trace_call(t, at->slope, NULL, NULL, "s%d", n);
}

/* ---- backward ---------------------------------------------------------------------------------------------------- */

static void name_gradients(gn_explain_run *r, size_t layer)
{
    gn_trace *t = &r->t;
    gn_trace_layer *at = &t->layer[layer];
    const gn_layer *l = &r->net->layer[layer];
    int n = r->net->layer[layer].number;
    if (!n) return;
    bool affine = is_affine(l);
    if (at->out != at->z || !affine) gn_trace_call(t, at->d_out, NULL, NULL, "dL_dA%d", n);
    if (affine) gn_trace_call(t, at->d_z, NULL, NULL, "delta%d", n);
    for (size_t k = 0; k < l->tensors; k++) {
        gn_trace_name *of = gn_trace_named(t, t->param[l->first + k]);
        gn_node d = t->d_param[l->first + k];
        if (of && d) gn_trace_call(t, d, NULL, NULL, "dL_d%s", of->name);
    }
}

gn_status gn_explain_name(gn_explain_run *r)
{
    gn_trace *t = &r->t;
    gn_trace_call(t, t->x, NULL, NULL, "X");
    gn_trace_call(t, t->t, NULL, NULL, "T");
    for (size_t i = 0; i < r->net->layers; i++) name_layer(r, i);
    if (t->p != t->z) gn_trace_call(t, t->p, NULL, NULL, "P");
    gn_trace_call(t, t->loss, NULL, NULL, "L");
    for (size_t i = r->net->layers; i-- > 0;) name_gradients(r, i);
    gn_trace_call(t, t->dx, NULL, NULL, "dL_dX");
    return t->status;
}

const char *gn_explain_outputs(const gn_explain_run *r, size_t layer)
{
    const gn_trace_name *name = gn_trace_named(&r->t, r->t.layer[layer].out);
    return name ? name->name : "";
}

int gn_explain_depth(const gn_explain_run *r, size_t layer, int depth)
{
    bool shown = r->call->layer < 0 || r->net->layer[layer].number == r->call->layer;
    return shown ? depth : depth + 3;
}

/* ---- what was asked for by name ---------------------------------------------------------------------------------- */

/* "[3,1]" with as many numbers as `rank`; false when it reads otherwise. */
static bool read_index(const char *text, int rank, uint64_t out[2])
{
    size_t n = strlen(text);
    if (n < 3 || text[0] != '[' || text[n - 1] != ']') return false;
    const char *comma = memchr(text, ',', n), *end = text + n - 1;
    out[1] = 0;
    if ((comma != NULL) != (rank == 2)) return false;
    const char *first = text + 1, *stop = comma ? comma : end;
    if (!gn_read_uint(first, (size_t)(stop - first), &out[0])) return false;
    if (!comma) return true;
    for (comma++; *comma == ' '; comma++) {}
    return gn_read_uint(comma, (size_t)(end - comma), &out[1]);
}

static gn_status no_tensor(gn_explain_run *r, const char *what)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < r->net->tensors && n < 64; i++)
        if (r->net->tensor[i].trainable) names[n++] = r->net->tensor[i].name;
    char bare[64];
    size_t length = strcspn(what, "[");
    length = length < sizeof bare ? length : sizeof bare - 1;
    memcpy(bare, what, length);
    bare[length] = '\0';
    const char *near = gn_closest(bare, names, n);
    gn_fail(r->ctx, GN_E_CFG_VALUE, "weight: the network has no parameter \"%s\"",
            gn_show(GN_SHOWN, what, strlen(what)));
    return gn_hint(r->ctx, "its tensors are %s%s%s ...; one number is meant, as in %s[0%s]", near ? near : names[0],
                   n > 1 ? ", " : "", n > 1 ? names[n - 1] : "", names[0],
                   r->net->tensor[0].rank == 2 ? ",0" : "");
}

/* `what` (length) is `name` and the number: "W1". */
static bool is_numbered(const char *what, size_t length, const char *name, int number)
{
    size_t n = strlen(name);
    uint64_t read;
    if (!number || length <= n || memcmp(what, name, n)) return false;
    return gn_read_uint(what + n, length - n, &read) && read == (uint64_t)number;
}

/* By the tensor's own name, "0.weight", by the one that the sheet prints, "W1", or by the layer's number alone, when
 * the index says whether a weight or a bias is meant: 1[3,1], 1[3]. */
static bool is_tensor(const gn_explain_run *r, size_t tensor, const char *what, size_t length)
{
    const gn_tensor_info *t = &r->net->tensor[tensor];
    size_t layer = gn_net_layer_of(r->net, tensor);
    const gn_layer *l = &r->net->layer[layer];
    if (!t->trainable) return false;
    if (strlen(t->name) == length && !memcmp(t->name, what, length)) return true;
    if (is_affine(l) && tensor < l->first + 2 && is_numbered(what, length, "", l->number))
        return t->rank == (strchr(what, ',') ? 2 : 1);
    return is_numbered(what, length, letters(l, tensor - l->first), l->number);
}

static gn_status find_parameter(gn_explain_run *r, const char *what)
{
    size_t length = strcspn(what, "[");
    uint64_t at[2];
    for (size_t i = 0; i < r->net->tensors; i++) {
        const gn_tensor_info *t = &r->net->tensor[i];
        if (!is_tensor(r, i, what, length)) continue;
        if (!read_index(what + length, t->rank, at)) {
            gn_fail(r->ctx, GN_E_CFG_VALUE, "weight: \"%s\" names no single number of %s, which has %d index%s",
                    gn_show(GN_SHOWN, what, strlen(what)), t->name, t->rank, t->rank == 1 ? "" : "es");
            return gn_hint(r->ctx, "as in %s[0%s]", t->name, t->rank == 2 ? ",0" : "");
        }
        if (at[0] >= t->dim[0] || (t->rank == 2 && at[1] >= t->dim[1]))
            return gn_fail(r->ctx, GN_E_CFG_VALUE, "weight: %s is outside %s, which is %zu by %zu; indices go from 0",
                           gn_show(GN_SHOWN, what, strlen(what)), t->name, t->dim[0],
                           t->rank == 2 ? t->dim[1] : (size_t)1);
        r->follows = true;
        r->tensor = i;
        r->element = (size_t)at[0] * (t->rank == 2 ? t->dim[1] : 1) + (size_t)at[1];
        return GN_OK;
    }
    return no_tensor(r, what);
}

static int last_number(const gn_net *net) { return net->layer[net->layers - 1].number; }

static gn_status no_unit(gn_explain_run *r, const char *what)
{
    const gn_net *net = r->net;
    gn_fail(r->ctx, GN_E_CFG_VALUE, "neuron: the network has no unit \"%s\"", gn_show(GN_SHOWN, what, strlen(what)));
    return gn_hint(r->ctx, "LAYER[i], layers from 1 and units from 0: from 1[0] to %d[%zu], or A1[0] as the sheet "
                   "calls it", last_number(net), net->layer[net->layers - 1].outputs - 1);
}

/* A layer by its number, "1", or by its outputs as the sheet calls them, "A1" or "Z1". */
static bool is_layer(const gn_explain_run *r, size_t layer, const char *what, size_t length)
{
    int number = r->net->layer[layer].number;
    return is_numbered(what, length, "", number) || is_numbered(what, length, "A", number) ||
           is_numbered(what, length, "Z", number);
}

static gn_status find_unit(gn_explain_run *r, const char *what)
{
    size_t length = strcspn(what, "[");
    uint64_t at[2];
    if (!read_index(what + length, 1, at)) return no_unit(r, what);
    for (size_t i = 0; i < r->net->layers; i++) {
        const gn_layer *l = &r->net->layer[i];
        if (!is_layer(r, i, what, length) || at[0] >= l->outputs) continue;
        r->has_unit = true;
        r->unit_layer = i;
        r->unit = (size_t)at[0];
        return GN_OK;
    }
    return no_unit(r, what);
}

static gn_status check_layer(gn_explain_run *r)
{
    if (r->call->layer >= 1 && r->call->layer <= last_number(r->net)) return GN_OK;
    gn_fail(r->ctx, GN_E_CFG_VALUE, "layer: the network has no layer %d", r->call->layer);
    return gn_hint(r->ctx, "layers are counted from 1 to %d, as in the sheet's table of layers", last_number(r->net));
}

gn_status gn_explain_find(gn_explain_run *r)
{
    if (r->call->layer >= 0) GN_TRY(check_layer(r));
    if (r->call->neuron) GN_TRY(find_unit(r, r->call->neuron));
    if (r->call->weight) GN_TRY(find_parameter(r, r->call->weight));
    return GN_OK;
}
