/* explain_weight.c -- one parameter followed: what it is multiplied by, its gradient row by row, every path from it to
 * the output, and what it moves.
 *
 * Invariant: the sum of the paths is the gradient, and forward mode gives the same number as the way back: both are
 * shown beside each other. */
#include "explain_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PATHS = 200, MOST_STEPS = 32, TABLE_TEXT = 34 /* columns for words beside three numbers */ };

typedef struct following {
    gn_explain_run *r;
    const gn_tensor_info *info;
    const gn_layer *l;
    size_t layer, place, out, in;       /* place: which of the layer's tensors; W[out,in] or b[out] */
    double gradient;
} following;

static bool is_affine(const gn_layer *l) { return l->kind == GN_L_DENSE || l->kind == GN_L_RESIDUAL; }

static void put_number(gn_explain_run *r, const char *title, const char *name, double v, gn_type type)
{
    gn_sheet_given(r->s, 0, title, gn_sheet_symbol(r->s, name, 1, 1, &v, type));
}

/* The node whose value the parameter's unit gets its gradient through, and what the parameter is multiplied by there:
 * the layer's input for a weight, 1 for a bias, the normalised value for a gain. */
static gn_node coming_back(const following *f)
{
    const gn_trace_layer *at = &f->r->t.layer[f->layer];
    if (!is_affine(f->l)) return at->d_out;
    return f->place == 2 ? at->d_out : at->d_z;
}

static double factor_at(const following *f, size_t row)
{
    gn_explain_run *r = f->r;
    const gn_trace_layer *at = &r->t.layer[f->layer];
    if (f->info->rank == 2) return gn_trace_at(&r->t, at->in, row * f->l->inputs + f->in);
    if (is_affine(f->l) || f->place == 1) return 1;
    gn_node_info scaled = gn_node_get(r->t.g, gn_node_get(r->t.g, at->out).in[0]);
    double n = gn_trace_at(&r->t, scaled.in[0], row * f->l->outputs + f->out);
    if (f->l->kind != GN_L_BATCHNORM) return n;
    double var = gn_trace_at(&r->t, r->t.param[f->l->first + 3], f->out);
    return n / sqrt(var + GN_NORM_EPS);
}

/* ---- row by row -------------------------------------------------------------------------------------------------- */

static void put_rows(following *f)
{
    gn_explain_run *r = f->r;
    size_t m = r->t.rows;
    gn_text formula;
    double *v = gn_arena_alloc(&r->t.arena, 4 * m, sizeof *v);
    if (!v) return;
    for (size_t i = 0; i < m; i++) {
        v[i] = (double)r->call->row[i];
        v[m + i] = gn_trace_at(&r->t, coming_back(f), i * f->l->outputs + f->out);
        v[2 * m + i] = factor_at(f, i);
        v[3 * m + i] = v[m + i] * v[2 * m + i];
    }
    bool single = r->net->spec.type == GN_F32;
    gn_sheet_column column[] = { { .title = "row", .number = v },
                                 { .title = "delta", .name = "delta", .number = v + m, .single = single },
                                 { .title = "factor", .name = "factor", .number = v + 2 * m },
                                 { .title = "delta*factor", .name = "part", .formula = "delta*factor",
                                  .number = v + 3 * m } };
    if (m > 1) gn_sheet_table(r->s, 0, "its gradient row by row", GN_COUNT(column), m, column);
    gn_text_init(&formula, r->ctx);
    for (size_t i = 0; i < m && m <= 12; i++) {
        char name[48];
        snprintf(name, sizeof name, "delta_%u", (unsigned)r->call->row[i]);
        put_number(r, i ? "" : "comes back to its unit", name, v[m + i], r->net->spec.type);
        gn_text_printf(&formula, "%s%s", i ? " + " : "", name);
        snprintf(name, sizeof name, "x_%u", (unsigned)r->call->row[i]);
        put_number(r, i ? "" : "what it is multiplied by", name, v[2 * m + i], GN_F64);
        gn_text_printf(&formula, "*%s", name);
    }
    if (m <= 12 && !formula.failed) {
        gn_symbol *s = gn_sheet_symbol(r->s, "dL_dw", 1, 1, &f->gradient, r->net->spec.type);
        gn_line *line = gn_sheet_equation(r->s, 0, true, "gradient", s, formula.at);
        gn_explain_rule(r, line, "delta of its unit times what it is multiplied by%s",
                        m > 1 ? ", added over the rows" : "");
    }
    gn_text_free(&formula);
}

/* ---- paths ------------------------------------------------------------------------------------------------------- */

typedef struct paths {
    following *f;
    size_t count, row;
    size_t unit[MOST_STEPS];            /* by layer */
    const char **text;
    double *product, *loss_slope, *whole;
} paths;

/* Paths from a unit of a layer to the outputs, by the entries of each layer's Jacobian that are not 0. */
static double edge(const paths *p, size_t layer, size_t to, size_t from)
{
    const gn_explain_run *r = p->f->r;
    const gn_layer *l = &r->net->layer[layer];
    const gn_trace_layer *at = &r->t.layer[layer];
    if (at->out == at->in) return to == from;
    return gn_trace_at(&r->t, at->jacobian[to], p->row * l->inputs + from);
}

static void put_edge_text(const paths *p, gn_text *t, size_t layer, size_t to, size_t from)
{
    gn_explain_run *r = p->f->r;
    const gn_layer *l = &r->net->layer[layer];
    const gn_trace_layer *at = &r->t.layer[layer];
    if (l->kind == GN_L_DENSE) {
        double w = gn_trace_at(&r->t, r->t.param[l->first], to * l->inputs + from);
        gn_text_printf(t, "*%s%s%s", w < 0 ? "(" : "", gn_explain_few(r, GN_NUM, w, 4), w < 0 ? ")" : "");
        if (at->slope)
            gn_text_printf(t, "*%s",
                           gn_explain_few(r, GN_NUM, gn_trace_at(&r->t, at->slope, p->row * l->outputs + to), 4));
        return;
    }
    if (at->out == at->in) return;
    double e = edge(p, layer, to, from);
    gn_text_printf(t, "*%s%s%s", e < 0 ? "(" : "", gn_explain_few(r, GN_NUM, e, 4), e < 0 ? ")" : "");
}

static void finish_path(paths *p, double product)
{
    gn_explain_run *r = p->f->r;
    size_t last = r->net->layers - 1, out = p->unit[last];
    double slope = gn_trace_at(&r->t, r->t.layer[last].d_out, p->row * r->net->spec.outputs + out);
    gn_text t;
    if (product * slope == 0 || p->count >= MOST_PATHS) {
        if (product * slope != 0) p->count++;
        return;
    }
    gn_text_init(&t, r->ctx);
    for (size_t i = p->f->layer; i <= last; i++)
        if (r->net->layer[i].number)
            gn_text_printf(&t, "%s%s[%zu]", t.length ? " > " : "", gn_explain_outputs(r, i), p->unit[i]);
    const char **text = p->text + 2 * p->count;
    text[0] = gn_arena_text(&r->t.arena, t.at ? t.at : "", t.length);
    gn_text_clear(&t);
    const gn_layer *l = p->f->l;
    double x = factor_at(p->f, p->row), own = p->f->place < 2 && is_affine(l) && r->t.layer[p->f->layer].slope
                                                  ? gn_trace_at(&r->t, r->t.layer[p->f->layer].slope,
                                                                p->row * l->outputs + p->f->out)
                                                  : 1;
    gn_text_puts(&t, gn_explain_few(r, GN_NUM, x, 4));
    if (own != 1) gn_text_printf(&t, "*%s", gn_explain_few(r, GN_NUM, own, 4));
    for (size_t i = p->f->layer + 1; i <= last; i++) put_edge_text(p, &t, i, p->unit[i], p->unit[i - 1]);
    text[1] = gn_arena_text(&r->t.arena, t.at ? t.at : "", t.length);
    gn_text_free(&t);
    p->product[p->count] = product;
    p->loss_slope[p->count] = slope;
    p->whole[p->count++] = product * slope;
}

static void walk(paths *p, size_t layer, double product)
{
    gn_explain_run *r = p->f->r;
    if (layer == r->net->layers) {
        finish_path(p, product);
        return;
    }
    const gn_layer *l = &r->net->layer[layer];
    for (size_t to = 0; to < l->outputs && p->count < MOST_PATHS; to++) {
        double e = edge(p, layer, to, p->unit[layer - 1]);
        if (e == 0) continue;
        p->unit[layer] = to;
        walk(p, layer + 1, product * e);
    }
}

/* A normalisation's gain or a projection reaches its unit's output directly; a weight through the slope. */
static double first_edge(const paths *p)
{
    const following *f = p->f;
    gn_explain_run *r = f->r;
    const gn_trace_layer *at = &r->t.layer[f->layer];
    double x = factor_at(f, p->row);
    bool sloped = is_affine(f->l) && f->place < 2 && at->slope;
    return sloped ? x * gn_trace_at(&r->t, at->slope, p->row * f->l->outputs + f->out) : x;
}

static const char *number_text(gn_explain_run *r, size_t i)
{
    char text[32];
    snprintf(text, sizeof text, "path %zu", i + 1);
    return gn_arena_text(&r->t.arena, text, strlen(text));
}

static double first_part(const following *f)
{
    return gn_trace_at(&f->r->t, coming_back(f), f->out) * factor_at(f, 0);
}

static void walk_rows(paths *p, size_t rows)
{
    p->count = 0;
    for (p->row = 0; p->row < rows && p->count < MOST_PATHS; p->row++) {
        p->unit[p->f->layer] = p->f->out;
        walk(p, p->f->layer + 1, first_edge(p));
    }
}

static void put_paths(following *f)
{
    gn_explain_run *r = f->r;
    paths p = { .f = f };
    if (!r->small || r->net->layers > MOST_STEPS) {
        gn_sheet_text(r->s, 1, "the paths to the loss are too many to list in a network of this size");
        return;
    }
    p.text = gn_arena_alloc(&r->t.arena, 2 * MOST_PATHS + 2, sizeof *p.text);
    p.product = gn_arena_alloc(&r->t.arena, 3 * (MOST_PATHS + 1), sizeof *p.product);
    if (!p.text || !p.product) return;
    p.loss_slope = p.product + MOST_PATHS + 1;
    p.whole = p.loss_slope + MOST_PATHS + 1;
    size_t rows = r->t.rows;
    walk_rows(&p, rows);
    if (p.count >= MOST_PATHS && rows > 1) walk_rows(&p, rows = 1);
    if (p.count >= MOST_PATHS) {
        gn_sheet_text(r->s, 1, "there are more than %d paths to the loss, too many to list", MOST_PATHS - 1);
        return;
    }
    if (!p.count) {
        gn_sheet_text(r->s, 0, "every path to the loss holds a factor 0: its gradient is 0");
        return;
    }
    const char **where = gn_arena_alloc(&r->t.arena, 2 * p.count, sizeof *where);
    if (!where) return;
    const char **what = where + p.count;
    double sum = 0;
    for (size_t i = 0; i < p.count; i++) {
        where[i] = p.text[2 * i];
        what[i] = p.text[2 * i + 1];
        sum += p.whole[i];
    }
    size_t wide[2] = { 0, 0 };
    for (size_t i = 0; i < p.count; i++) {
        wide[0] = strlen(where[i]) > wide[0] ? strlen(where[i]) : wide[0];
        wide[1] = strlen(what[i]) > wide[1] ? strlen(what[i]) : wide[1];
    }
    bool fits = wide[0] + wide[1] <= TABLE_TEXT;
    gn_sheet_column column[] = { { .title = "path", .text = where },
                                 { .title = "factors", .text = what },
                                 { .title = "product", .name = "product", .number = p.product },
                                 { .title = "dL/dout", .name = "slope", .number = p.loss_slope },
                                 { .title = "part", .name = "part", .formula = "product*slope", .number = p.whole } };
    for (size_t i = 0; i < p.count && wide[0] > TABLE_TEXT; i++) where[i] = number_text(r, i);
    if (!fits) memmove(column + 1, column + 2, 3 * sizeof *column);
    gn_sheet_table(r->s, 0,
                   rows > 1          ? "paths to the loss, row after row"
                   : r->t.rows > rows ? "paths to the loss in the first row"
                                     : "paths to the loss",
                   fits ? 5 : 4, p.count, column);
    for (size_t i = 0; i < p.count && !fits; i++)
        gn_sheet_text(r->s, 2, "%s: %s", p.text[2 * i], p.text[2 * i + 1]);
    if (!isfinite(sum)) {
        gn_sheet_text(r->s, 0, "a path is not finite: their sum says nothing of the gradient");
        return;
    }
    gn_sheet_text(r->s, 0, "%zu path%s; together %s, the gradient%s is %s", p.count, p.count == 1 ? "" : "s",
                  gn_explain_number(r, GN_NUM, sum), r->t.rows > rows ? "'s part from this row" : "",
                  gn_explain_number(r, GN_NUM, r->t.rows > rows ? first_part(f) : f->gradient));
}

/* ---- forwards ---------------------------------------------------------------------------------------------------- */

static void put_influence(following *f)
{
    gn_explain_run *r = f->r;
    size_t n = r->net->layers - f->layer, used = 0;
    const char **what = gn_arena_alloc(&r->t.arena, n, sizeof *what);
    double *v = gn_arena_alloc(&r->t.arena, 3 * n, sizeof *v);
    if (!what || !v) return;
    for (size_t i = f->layer; i < r->net->layers; i++) {
        size_t size = gn_trace_size(&r->t, r->t.influence[i]), moved = 0;
        double most = 0;
        if (!r->net->layer[i].number) continue;
        for (size_t k = 0; k < size; k++) {
            double d = gn_trace_at(&r->t, r->t.influence[i], k);
            moved += d != 0;
            if (fabs(d) > fabs(most)) most = d;
        }
        what[used] = gn_trace_named(&r->t, r->t.layer[i].out)->name;
        v[used] = (double)moved;
        v[n + used] = (double)size;
        v[2 * n + used++] = most;
    }
    bool single = r->net->spec.type == GN_F32;
    gn_sheet_column column[] = { { .title = "values", .text = what },
                                 { .title = "moved", .number = v },
                                 { .title = "of", .number = v + n },
                                 { .title = "most, per 1 of it", .number = v + 2 * n, .single = single } };
    gn_sheet_table(r->s, 0, "what it moves, by forward mode", GN_COUNT(column), used, column);
    double forward = gn_trace_at(&r->t, r->t.influence[r->net->layers], 0);
    gn_sheet_text(r->s, 0, "the loss by forward mode: %s, by the way back: %s", gn_explain_number(r, GN_NUM, forward),
                  gn_explain_number(r, GN_NUM, f->gradient));
}

gn_status gn_explain_weight(gn_explain_run *r)
{
    following f = { .r = r, .info = &r->net->tensor[r->tensor], .layer = gn_net_layer_of(r->net, r->tensor) };
    f.l = &r->net->layer[f.layer];
    f.place = r->tensor - f.l->first;
    size_t width = f.info->rank == 2 ? f.info->dim[1] : 1;
    f.out = r->element / width;
    f.in = r->element % width;
    f.gradient = gn_trace_at(&r->t, r->t.d_param[r->tensor], r->element);
    const char *name = gn_trace_named(&r->t, r->t.param[r->tensor])->name;
    if (f.info->rank == 2) gn_sheet_section(r->s, 0, "parameter %s[%zu,%zu], of %s", name, f.out, f.in, f.info->name);
    else gn_sheet_section(r->s, 0, "parameter %s[%zu], of %s", name, f.out, f.info->name);
    put_number(r, "its value", "w", gn_trace_at(&r->t, r->t.param[r->tensor], r->element), r->net->spec.type);
    if (f.info->rank == 2)
        gn_sheet_text(r->s, 0, "it joins input %zu of its layer to unit %s[%zu]", f.in, gn_explain_outputs(r, f.layer),
                      f.out);
    put_rows(&f);
    put_paths(&f);
    put_influence(&f);
    return r->t.status;
}
