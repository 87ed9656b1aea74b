/* explain.c -- an explanation as a whole: what is run, the conventions in force, and the parts in their order.
 *
 * Invariant: the network explained is the caller's, or its copy widened to float64; neither is changed. */
#include "explain_parts.h"
#include "facts.h"

#include <string.h>

enum { SMALL_UNITS = 64, SMALL_JACOBIAN = 1 << 20, JACOBIAN_OUTPUTS = 64 };

/* ---- a copy in float64 ------------------------------------------------------------------------------------------- */

static void widen_tensors(const gn_net *from, gn_net *to)
{
    for (size_t i = 0; i < from->tensors; i++)
        for (size_t k = 0; k < from->tensor[i].size; k++)
            gn_put(GN_F64, to->block, to->tensor[i].offset + k,
                   gn_get(from->spec.type, from->block, from->tensor[i].offset + k));
}

static gn_status widen(gn_explain_run *r, const gn_net *net)
{
    gn_net_spec spec = net->spec;
    spec.type = GN_F64;
    GN_TRY(gn_net_new(r->ctx, &spec, &r->own));
    widen_tensors(net, r->own);
    r->net = r->own;
    return gn_net_set_transform(r->ctx, r->own, net->shift, net->factor, net->y_shift, net->y_factor);
}

/* ---- conventions ------------------------------------------------------------------------------------------------- */

static void put_loss_fact(gn_explain_run *r)
{
    const gn_net *net = r->net;
    const gn_loss_row *row = &gn_loss_table()[net->loss];
    const char *how = net->spec.reduction;
    if (!strcmp(how, "sum"))
        gn_sheet_fact(r->s, "loss: %s, the sum over the rows%s", row->name, row->per_row ? "" : " and outputs");
    else if (!strcmp(how, "half-sum"))
        gn_sheet_fact(r->s, "loss: %s, half the sum over the rows%s", row->name, row->per_row ? "" : " and outputs");
    else
        gn_sheet_fact(r->s, "loss: %s, the mean over %zu row%s%s", row->name, r->t.rows, r->t.rows == 1 ? "" : "s",
                      row->per_row || net->spec.outputs == 1 ? "" : " and all outputs");
}

/* The slope at the kink of every activation that has one, from its own row. */
static void put_kink_fact(gn_explain_run *r)
{
    bool said[GN_P_COUNT] = { false };
    for (size_t i = 0; i < r->net->layers; i++) {
        gn_pointwise act = r->net->layer[i].act;
        const char *slope = gn_pointwise_table()[act].slope[0];
        if (!r->t.layer[i].slope || said[act] || !strstr(slope, "where(")) continue;
        said[act] = true;
        gn_sheet_fact(r->s, "slope of %s(x) = y: %s", gn_pointwise_table()[act].name, gn_explain_plain(r, slope));
    }
}

void gn_explain_header(gn_explain_run *r)
{
    put_loss_fact(r);
    gn_sheet_fact(r->s, "layout: X has a row per example, W a row per output: Z = X*W' + b");
    gn_sheet_fact(r->s, "a gradient has the shape of its parameter; a Jacobian a row per output");
    put_kink_fact(r);
    gn_sheet_fact(r->s, "precision: %s%s", r->net->spec.type == GN_F64 ? "float64" : "float32",
                  r->own ? " (the weights are float32 and widened)" : "");
    if (r->call->described)
        gn_sheet_fact(r->s, "weights: as initialised with seed %llu", (unsigned long long)r->net->spec.seed);
    gn_facts_mode(r->s, r->net, r->call->weighted);
    gn_sheet_fact(r->s, "indices go from 0; .* and ./ act on each element, * is the matrix product");
}

/* ---- the network ------------------------------------------------------------------------------------------------- */

static void put_strip(gn_explain_run *r)
{
    gn_text t;
    gn_text_init(&t, r->ctx);
    gn_text_printf(&t, "X (%zu,%zu)", r->t.rows, r->net->spec.inputs);
    for (size_t i = 0; i < r->net->layers; i++) {
        const gn_trace_layer *l = &r->t.layer[i];
        gn_trace_name *z = gn_trace_named(&r->t, l->z), *a = gn_trace_named(&r->t, l->out);
        if (!r->net->layer[i].number) continue;
        if (z && z != a && l->z != l->in) gn_text_printf(&t, " -> %s (%zu,%zu)", z->name, z->rows, z->cols);
        if (a) gn_text_printf(&t, " -> %s (%zu,%zu)", a->name, a->rows, a->cols);
    }
    if (r->t.p != r->t.z) gn_text_printf(&t, " -> P (%zu,%zu)", r->t.rows, r->net->spec.outputs);
    gn_text_puts(&t, " -> L");
    if (!t.failed) gn_sheet_text(r->s, 0, "%s", t.at);
    gn_text_free(&t);
}

static void put_layers(gn_explain_run *r)
{
    const gn_net *net = r->net;
    size_t n = net->layers;
    const char **text = gn_arena_alloc(&r->s->arena, 3 * n, sizeof *text);
    double *numbers = gn_arena_alloc(&r->s->arena, 2 * n, sizeof *numbers);
    if (!text || !numbers) return;
    const char **tensors = text + n, **number = tensors + n;
    for (size_t i = 0; i < n; i++) {
        gn_text t;
        gn_text_init(&t, r->ctx);
        for (size_t k = 0; k < net->layer[i].tensors; k++)
            gn_text_printf(&t, "%s%s", k ? ", " : "", net->tensor[net->layer[i].first + k].name);
        text[i] = net->layer[i].text;
        tensors[i] = gn_arena_text(&r->s->arena, t.at ? t.at : "", t.length);
        gn_text_clear(&t);
        gn_text_printf(&t, r->net->layer[i].number ? "%d" : "-", r->net->layer[i].number);
        number[i] = gn_arena_text(&r->s->arena, t.at ? t.at : "", t.length);
        gn_text_free(&t);
        numbers[i] = (double)net->layer[i].outputs;
        numbers[n + i] = (double)net->layer[i].parameters;
    }
    gn_sheet_column column[] = { { .title = "layer", .text = number },
                                 { .title = "what", .text = text },
                                 { .title = "outputs", .number = numbers },
                                 { .title = "parameters", .number = numbers + n },
                                 { .title = "tensors", .text = tensors } };
    gn_sheet_table(r->s, 1, "layers", GN_COUNT(column), n, column);
    gn_sheet_text(r->s, 1, "%zu parameters in all", net->parameters);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static gn_status add_derivatives(gn_explain_run *r)
{
    size_t in = r->net->spec.inputs, out = r->net->spec.outputs;
    if (out <= JACOBIAN_OUTPUTS && in * out <= SMALL_JACOBIAN / r->t.rows)
        GN_TRY(gn_trace_add_jacobian(&r->t));
    if (!r->follows) return GN_OK;
    size_t first = gn_net_layer_of(r->net, r->tensor) + 1, units = 0;
    for (size_t i = first; i < r->net->layers; i++) units += r->net->layer[i].outputs;
    r->small = units <= SMALL_UNITS;
    if (r->small) GN_TRY(gn_trace_add_jacobians(&r->t, first));
    return gn_trace_add_influence(&r->t, r->tensor, r->element);
}

static gn_status put_parts(gn_explain_run *r)
{
    gn_explain_header(r);
    gn_sheet_section(r->s, 0, "network");
    put_strip(r);
    put_layers(r);
    gn_explain_input(r);
    gn_explain_forward(r);
    gn_explain_loss(r);
    gn_explain_backward(r);
    if (r->call->checked) GN_TRY(gn_explain_check(r));
    GN_TRY(gn_explain_update(r));
    if (r->has_unit) gn_explain_unit(r);
    if (r->follows) GN_TRY(gn_explain_weight(r));
    gn_facts_about of = { r->call->data, r->call->row, r->call->digits };
    return gn_facts_put(&r->t, &of, r->s);
}

static gn_status run(gn_explain_run *r)
{
    const gn_explain_call *c = r->call;
    GN_TRY(gn_explain_find(r));
    GN_TRY(gn_trace_open(r->ctx, r->net, c->rows, &r->t));
    GN_TRY(gn_explain_name(r));
    GN_TRY(add_derivatives(r));
    GN_TRY(gn_trace_run(&r->t, c->data, c->row));
    GN_TRY(put_parts(r));
    return r->t.status != GN_OK ? r->t.status : gn_sheet_done(r->s);
}

gn_status gn_explain(gn_context *ctx, const gn_explain_call *call, gn_sheet *sheet)
{
    gn_explain_run r = { .ctx = ctx, .call = call, .net = call->net, .s = sheet };
    gn_clear_error(ctx);
    gn_sheet_open(sheet, ctx, call->title);
    gn_dataset rows = *call->data;
    rows.index = call->row;
    rows.used = call->rows;
    if (!call->rows) return gn_fail(ctx, GN_E_DATA_ROWS, "no row to explain");
    gn_status s = gn_dataset_check(ctx, call->net, &rows, true);
    if (s == GN_OK && call->f64 && call->net->spec.type == GN_F32) s = widen(&r, call->net);
    if (s == GN_OK) s = run(&r);
    gn_trace_close(&r.t);
    gn_net_free(r.own);
    if (s == GN_OK) s = gn_sheet_done(sheet);
    /* a part that was left out for want of memory has left its record */
    return s == GN_OK && gn_last_error(ctx)->status == GN_NO_MEMORY ? GN_NO_MEMORY : s;
}
