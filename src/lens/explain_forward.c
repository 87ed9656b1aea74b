/* explain_forward.c -- from the raw row to the loss: scaling, layer after layer, link, loss.
 *
 * Invariant: the formulas are those of the nodes that ran; only the titles are chosen here. */
#include "explain_parts.h"
#include "facts.h"

#include <stdio.h>
#include <string.h>

enum { TABLE_INPUTS = 64 };

void gn_explain_rule(gn_explain_run *r, gn_line *line, const char *fmt, ...)
{
    va_list args;
    char words[256];
    if (!line) return;
    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    line->rule = gn_arena_text(&r->s->arena, words, strlen(words));
}

const char *gn_explain_number(const gn_explain_run *r, gn_numtext *room, double v)
{
    return gn_facts_number(room, v, r->net->spec.type, r->call->digits);
}

const char *gn_explain_few(const gn_explain_run *r, gn_numtext *room, double v, int few)
{
    return gn_facts_number(room, v, r->net->spec.type, gn_facts_few(r->call->digits, few));
}

gn_line *gn_explain_line(gn_explain_run *r, int depth, bool numbered, const char *title, const char *what, gn_node n)
{
    gn_trace_name *name = gn_trace_named(&r->t, n);
    gn_line *line = gn_trace_line(&r->t, r->s, depth, numbered, title, n);
    if (line && name && what && name->shapes) gn_explain_rule(r, line, "%s: %s", what, name->shapes);
    else if (line && name && name->shapes && line->kind == GN_LINE_EQUATION) gn_explain_rule(r, line, "%s",
                                                                                             name->shapes);
    return line;
}

const char *gn_explain_plain(gn_explain_run *r, const char *text)
{
    const gn_formula *f;
    gn_text t;
    if (gn_formula_parse(&r->t.arena, text, strlen(text), &f) != GN_OK) return text;
    gn_text_init(&t, r->ctx);
    gn_formula_print(&t, f);
    const char *plain = t.failed ? NULL : gn_arena_text(&r->t.arena, t.at, t.length);
    gn_text_free(&t);
    return plain ? plain : text;
}

/* ---- input ------------------------------------------------------------------------------------------------------- */

static double raw_at(const gn_dataset *d, size_t i)
{
    return d->type == GN_EL_U8    ? (double)((const uint8_t *)d->x)[i]
           : d->type == GN_EL_F32 ? (double)((const float *)d->x)[i]
                                  : ((const double *)d->x)[i];
}

/* Are the numbers that the run scaled with floats? */
static bool scales_in_floats(const gn_explain_run *r)
{
    return r->net->spec.type == GN_F32 && r->call->data->type != GN_EL_F64;
}

static double scaler(const gn_explain_run *r, const double *wide, const float *narrow, size_t j)
{
    return scales_in_floats(r) ? (double)narrow[j] : wide[j];
}

static const char *input_name(gn_explain_run *r, size_t input)
{
    const gn_prep *p = r->call->prep;
    char text[96];
    size_t at = 0;
    snprintf(text, sizeof text, "x%zu", input);
    for (size_t i = 0; p && p->feature && i < p->features; i++) {
        const gn_feature *f = &p->feature[i];
        size_t width = f->kind == GN_TEXT ? f->n_categories : 1;
        if (input < at + width) {
            if (f->name) snprintf(text, sizeof text, f->kind == GN_TEXT ? "%.40s=%.40s" : "%.60s", f->name,
                                  f->kind == GN_TEXT ? f->categories[input - at] : "");
            break;
        }
        at += width;
    }
    return gn_arena_text(&r->s->arena, text, strlen(text));
}

/* One row of a table: each column's raw value, what is taken off and multiplied in, and what the network gets. */
static void put_scaling_table(gn_explain_run *r)
{
    size_t n = r->net->spec.inputs;
    const char **name = gn_arena_alloc(&r->s->arena, n, sizeof *name);
    double *v = gn_arena_alloc(&r->s->arena, 4 * n, sizeof *v);
    if (!name || !v) return;
    for (size_t j = 0; j < n; j++) {
        name[j] = input_name(r, j);
        v[j] = raw_at(r->call->data, (size_t)r->call->row[0] * n + j);
        v[n + j] = scaler(r, r->net->shift, r->net->shift32, j);
        v[2 * n + j] = scaler(r, r->net->factor, r->net->factor32, j);
        v[3 * n + j] = gn_trace_at(&r->t, r->t.x, j);
    }
    bool single = r->net->spec.type == GN_F32, narrow = scales_in_floats(r);
    gn_sheet_column column[] = { { .title = "input", .text = name },
                                 { .title = "raw", .name = "raw", .number = v },
                                 { .title = "shift", .name = "shift", .number = v + n, .single = narrow },
                                 { .title = "factor", .name = "factor", .number = v + 2 * n, .single = narrow },
                                 { .title = "scaled", .name = "scaled", .formula = "(raw - shift)*factor",
                                  .number = v + 3 * n, .single = single } };
    gn_sheet_table(r->s, 1, "scaling of the inputs", GN_COUNT(column), n, column);
    gn_explain_line(r, 0, false, "input", NULL, r->t.x);
}

static void put_scaling_equation(gn_explain_run *r)
{
    size_t n = r->net->spec.inputs, m = r->t.rows;
    double *raw = gn_arena_alloc(&r->s->arena, m * n, sizeof *raw), *v = gn_arena_alloc(&r->s->arena, 2 * n, sizeof *v);
    if (!raw || !v) return;
    bool plain = true;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) raw[i * n + j] = raw_at(r->call->data, (size_t)r->call->row[i] * n + j);
    for (size_t j = 0; j < n; j++) {
        v[j] = scaler(r, r->net->shift, r->net->shift32, j);
        v[n + j] = scaler(r, r->net->factor, r->net->factor32, j);
        plain &= v[j] == 0 && v[n + j] == v[n];
    }
    gn_type type = r->net->spec.type;
    gn_sheet_given(r->s, 1, "raw", gn_sheet_symbol(r->s, "raw", m, n, raw, GN_F64));
    gn_trace_name *x = gn_trace_named(&r->t, r->t.x);
    if (plain) {
        gn_sheet_given(r->s, 1, "factor", gn_sheet_symbol(r->s, "factor", 1, 1, v + n, type));
    } else {
        gn_sheet_given(r->s, 1, "shift", gn_sheet_symbol(r->s, "shift", 1, n, v, type));
        gn_sheet_given(r->s, 1, "factor", gn_sheet_symbol(r->s, "factor", 1, n, v + n, type));
    }
    x->emitted = true;
    gn_line *line = gn_sheet_equation(r->s, 0, true, "scale", gn_trace_symbol(&r->t, r->s, x),
                                      plain ? "raw*factor" : "(raw - shift) .* factor");
    gn_explain_rule(r, line, "each column less its shift, times its factor: %s", x->shapes);
}

static bool scales_targets(const gn_net *net)
{
    if (net->spec.task != GN_REGRESSION || !net->y_factor || !net->y_shift) return false;
    for (size_t j = 0; j < net->spec.outputs; j++)
        if (net->y_factor[j] != 1 || net->y_shift[j] != 0) return true;
    return false;
}

/* T = (y - y_shift) .* y_factor */
static void put_scaled_target(gn_explain_run *r)
{
    const gn_dataset *d = r->call->data;
    size_t m = r->t.rows, n = r->net->spec.outputs;
    double *y = gn_arena_alloc(&r->t.arena, m * n, sizeof *y);
    gn_trace_name *t = gn_trace_named(&r->t, r->t.t);
    if (!y || !t) return;
    for (size_t i = 0; i < m * n; i++) {
        size_t at = (size_t)r->call->row[i / n] * n + i % n;
        y[i] = d->type == GN_EL_F64 ? ((const double *)d->y)[at] : (double)((const float *)d->y)[at];
    }
    gn_sheet_given(r->s, 0, "target", gn_sheet_symbol(r->s, "y", m, n, y, GN_F64));
    gn_sheet_given(r->s, 1, "its scaling", gn_sheet_symbol(r->s, "y_shift", 1, n, r->net->y_shift, GN_F64));
    gn_sheet_given(r->s, 1, "", gn_sheet_symbol(r->s, "y_factor", 1, n, r->net->y_factor, GN_F64));
    t->emitted = true;
    gn_sheet_equation(r->s, 0, true, "scale", gn_trace_symbol(&r->t, r->s, t),
                      n == 1 ? "(y - y_shift)*y_factor" : "(y - y_shift) .* y_factor");
}

static void put_target(gn_explain_run *r)
{
    if (scales_targets(r->net)) {
        put_scaled_target(r);
        return;
    }
    const gn_prep *p = r->call->prep;
    const gn_dataset *d = r->call->data;
    gn_explain_line(r, 0, false, r->net->spec.task == GN_REGRESSION ? "target" : "target: 1 at the class", NULL,
                    r->t.t);
    if (!d->label || !p || !p->class_name || r->t.rows != 1) return;
    int32_t c = d->label[r->call->row[0]];
    if (c >= 0 && (size_t)c < p->classes)
        gn_sheet_text(r->s, 0, "the row's class is %s (number %d)",
                      gn_show(GN_SHOWN, p->class_name[c], strlen(p->class_name[c])), (int)c);
}

void gn_explain_input(gn_explain_run *r)
{
    gn_sheet_section(r->s, 0, "input");
    bool scaled = r->net->shift && r->net->factor;
    if (scaled && r->t.rows == 1 && r->net->spec.inputs <= TABLE_INPUTS && r->call->prep && !r->call->prep->images)
        put_scaling_table(r);
    else if (scaled) put_scaling_equation(r);
    else gn_explain_line(r, 0, false, "input", NULL, r->t.x);
    put_target(r);
}

/* ---- layers ------------------------------------------------------------------------------------------------------ */

static void put_tensors(gn_explain_run *r, size_t layer, int depth)
{
    const gn_layer *l = &r->net->layer[layer];
    for (size_t k = 0; k < l->tensors; k++)
        gn_explain_line(r, depth, false, r->net->tensor[l->first + k].name, NULL, r->t.param[l->first + k]);
}

static void put_activation(gn_explain_run *r, size_t layer, int depth, gn_node n)
{
    const gn_layer *l = &r->net->layer[layer];
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    gn_line *line = gn_explain_line(r, depth, true, row->name, NULL, n);
    const char *text = gn_explain_plain(r, row->value);
    if (strncmp(text, row->name, strlen(row->name))) gn_explain_rule(r, line, "%s(x) = %.200s", row->name, text);
}

static void put_layer(gn_explain_run *r, size_t layer)
{
    const gn_layer *l = &r->net->layer[layer];
    const gn_trace_layer *at = &r->t.layer[layer];
    int depth = gn_explain_depth(r, layer, 0);
    if (!r->net->layer[layer].number) {
        gn_sheet_text(r->s, depth + 1, "%s: its output is its input", l->text);
        return;
    }
    put_tensors(r, layer, depth + 1);
    bool affine = l->kind == GN_L_DENSE || l->kind == GN_L_RESIDUAL;
    if (affine) gn_explain_line(r, depth, true, "sum", "product and bias", at->z);
    if (l->kind == GN_L_LAYERNORM || l->kind == GN_L_BATCHNORM) {
        gn_node_info scaled = gn_node_get(r->t.g, gn_node_get(r->t.g, at->out).in[0]);
        bool by_row = l->kind == GN_L_LAYERNORM;
        if (scaled.kind == GN_CONTRACT)
            gn_explain_line(r, depth, true, by_row ? "normalise" : "centre",
                            by_row ? "each row to mean 0 and variance 1" : "less the running mean", scaled.in[0]);
        gn_explain_line(r, depth, true, "gain",
                        by_row ? "each column times its gain, plus its bias"
                               : "times the gain over the root of the running variance, plus the bias", at->out);
        return;
    }
    if (at->act != at->z) put_activation(r, layer, depth, at->act);
    if (at->out != at->act) gn_explain_line(r, depth, true, "residual", "the block's input is added", at->out);
}

void gn_explain_forward(gn_explain_run *r)
{
    gn_sheet_section(r->s, 0, "forward");
    for (size_t i = 0; i < r->net->layers; i++) put_layer(r, i);
}

/* ---- loss -------------------------------------------------------------------------------------------------------- */

/* The prediction in the target's own units, undoing the target's scaling. */
static void put_units(gn_explain_run *r)
{
    const gn_net *net = r->net;
    gn_trace_name *z = gn_trace_named(&r->t, r->t.z);
    if (!scales_targets(net) || !z) return;
    char formula[96];
    snprintf(formula, sizeof formula, net->spec.outputs == 1 ? "%s/y_factor + y_shift" : "%s ./ y_factor + y_shift",
             z->name);
    if (r->t.rows * net->spec.outputs <= 1024)
        gn_sheet_compute(r->s, 0, true, "in the target's units", "yhat", formula);
}

static void put_guess(gn_explain_run *r)
{
    const gn_prep *p = r->call->prep;
    size_t n = r->net->spec.outputs, best = 0;
    if (r->net->spec.task != GN_CLASSES || r->t.rows != 1) return;
    for (size_t j = 1; j < n; j++)
        if (gn_trace_at(&r->t, r->t.p, j) > gn_trace_at(&r->t, r->t.p, best)) best = j;
    const char *name = p && p->class_name && best < p->classes ? p->class_name[best] : NULL;
    gn_sheet_text(r->s, 0, "the largest probability, %s, is that of class %zu%s%s",
                  gn_explain_number(r, GN_NUM, gn_trace_at(&r->t, r->t.p, best)), best, name ? ": " : "",
                  name ? gn_show(GN_SHOWN, name, strlen(name)) : "");
}

void gn_explain_loss(gn_explain_run *r)
{
    const gn_loss_row *row = &gn_loss_table()[r->net->loss];
    bool two = r->net->spec.task == GN_BINARY;
    gn_sheet_section(r->s, 0, "loss");
    if (r->t.p != r->t.z)
        gn_explain_line(r, 0, true, two ? "sigmoid" : "softmax",
                        two ? "the probability of class 1" : "probabilities, row by row", r->t.p);
    put_guess(r);
    put_units(r);
    gn_line *line = gn_explain_line(r, 0, true, "loss", NULL, r->t.loss);
    gn_explain_rule(r, line, "%s: %s", row->name, row->formula);
}
