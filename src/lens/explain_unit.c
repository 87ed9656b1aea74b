/* explain_unit.c -- one unit of one layer, its sum written out term by term.
 *
 * Invariant: weights, inputs and the sum are numbers of the run; where there are too many terms to write, the largest
 * are written and the others stand in one number, their sum. */
#include "explain_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TERMS = 12, TABLE_ROWS = 1024 };

typedef struct term { size_t input; double w, x; } term;

static int larger_first(const void *a, const void *b)
{
    const term *s = a, *t = b;
    double x = fabs(s->w * s->x), y = fabs(t->w * t->x);
    return x < y ? 1 : x > y ? -1 : s->input < t->input ? -1 : s->input > t->input;
}

static int by_input(const void *a, const void *b)
{
    const term *s = a, *t = b;
    return s->input < t->input ? -1 : s->input > t->input;
}

/* w3, x3; b without a number */
static void put_symbol(gn_explain_run *r, double value, char letter, size_t i)
{
    char name[32];
    snprintf(name, sizeof name, "%c%zu", letter, i);
    if (letter == 'b') name[1] = '\0';
    gn_sheet_symbol(r->s, name, 1, 1, &value, r->net->spec.type);
}

/* Weights and inputs of the unit in one row of the batch. */
static term *terms_of(gn_explain_run *r, size_t row, size_t *count)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    term *t = gn_arena_alloc(&r->t.arena, l->inputs, sizeof *t);
    for (size_t i = 0; t && i < l->inputs; i++) {
        t[i].input = i;
        t[i].w = gn_trace_at(&r->t, r->t.param[l->first], r->unit * l->inputs + i);
        t[i].x = gn_trace_at(&r->t, r->t.layer[r->unit_layer].in, row * l->inputs + i);
    }
    *count = l->inputs;
    return t;
}

static void put_terms_table(gn_explain_run *r, const term *t, size_t n)
{
    double *v = gn_arena_alloc(&r->t.arena, 4 * n, sizeof *v);
    if (!v || n > TABLE_ROWS) return;
    for (size_t i = 0; i < n; i++) {
        v[i] = (double)t[i].input;
        v[n + i] = t[i].w;
        v[2 * n + i] = t[i].x;
        v[3 * n + i] = t[i].w * t[i].x;
    }
    bool single = r->net->spec.type == GN_F32;
    gn_sheet_column column[] = { { .title = "input", .number = v },
                                 { .title = "w", .name = "w", .number = v + n, .single = single },
                                 { .title = "x", .name = "x", .number = v + 2 * n, .single = single },
                                 { .title = "w*x", .name = "wx", .formula = "w*x", .number = v + 3 * n } };
    gn_sheet_table(r->s, 1, "terms, the largest first", GN_COUNT(column), n, column);
}

static void put_sum(gn_explain_run *r, size_t row, term *t, size_t n)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    gn_text formula;
    double rest = 0;
    size_t shown = n <= TERMS ? n : TERMS;
    if (n > TERMS) {
        qsort(t, n, sizeof *t, larger_first);
        put_terms_table(r, t, n < 24 ? n : 24);
        for (size_t i = shown; i < n; i++) rest += t[i].w * t[i].x;
        qsort(t, shown, sizeof *t, by_input);
    }
    gn_text_init(&formula, r->ctx);
    for (size_t i = 0; i < shown; i++) {
        put_symbol(r, t[i].w, 'w', t[i].input);
        put_symbol(r, t[i].x, 'x', t[i].input);
        gn_text_printf(&formula, "%sw%zu*x%zu", i ? " + " : "", t[i].input, t[i].input);
    }
    if (n > shown) {
        gn_text_puts(&formula, " + rest");
        gn_symbol *s = gn_sheet_symbol(r->s, "rest", 1, 1, &rest, GN_F64);
        char title[64];
        snprintf(title, sizeof title, "the other %zu term%s", n - shown, GN_S(n - shown));
        gn_sheet_given(r->s, 0, title, s);
    }
    gn_text_puts(&formula, " + b");
    put_symbol(r, gn_trace_at(&r->t, r->t.param[l->first + 1], r->unit), 'b', 0);
    double z = gn_trace_at(&r->t, r->t.layer[r->unit_layer].z, row * l->outputs + r->unit);
    gn_symbol *s = gn_sheet_symbol(r->s, "z", 1, 1, &z, r->net->spec.type);
    if (!formula.failed) gn_sheet_equation(r->s, 0, true, "sum", s, formula.at);
    gn_text_free(&formula);
}

/* a = relu(z), by the row's own text with z put in. */
static void put_activation(gn_explain_run *r, size_t row)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    const gn_trace_layer *at = &r->t.layer[r->unit_layer];
    const gn_pointwise_row *p = &gn_pointwise_table()[l->act];
    if (at->act == at->z) return;
    gn_trace_part part[4] = { { "x", "z", 1, 1, true } };
    size_t n = 1;
    for (int i = 0; i < p->parameters; i++) {
        const char *text = gn_num(GN_NUM, l->par[i]);
        part[n++] = (gn_trace_part){ p->parameter_name[i], gn_arena_text(&r->t.arena, text, strlen(text)), 1, 1, true };
    }
    const gn_formula *f;
    if (gn_formula_parse(&r->t.arena, p->value, strlen(p->value), &f) != GN_OK) return;
    double a = gn_trace_at(&r->t, at->act, row * l->outputs + r->unit);
    gn_symbol *s = gn_sheet_symbol(r->s, "a", 1, 1, &a, r->net->spec.type);
    gn_sheet_equation(r->s, 0, true, p->name, s, gn_trace_say(&r->t, f, part, n).text);
}

/* y = a + skip, or z + skip in a block without an activation. */
static void put_residual(gn_explain_run *r, size_t row)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    const gn_trace_layer *at = &r->t.layer[r->unit_layer];
    if (at->out == at->act) return;
    size_t i = row * l->outputs + r->unit;
    double a = gn_trace_at(&r->t, at->act, i), skip = gn_trace_at(&r->t, at->out, i) - a, out = a + skip;
    const char *what = l->tensors > 2 ? "the block's input, projected to here" : "the block's input here";
    gn_sheet_given(r->s, 0, what, gn_sheet_symbol(r->s, "skip", 1, 1, &skip, GN_F64));
    gn_sheet_equation(r->s, 0, true, "residual", gn_sheet_symbol(r->s, "y", 1, 1, &out, GN_F64),
                      at->act == at->z ? "z + skip" : "a + skip");
}

/* The gradient at the unit: what comes back, times the slope. */
static void put_back(gn_explain_run *r, size_t row)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    const gn_trace_layer *at = &r->t.layer[r->unit_layer];
    size_t i = row * l->outputs + r->unit;
    gn_type type = r->net->spec.type;
    double slope = at->slope ? gn_trace_at(&r->t, at->slope, i) : 1, d_z = gn_trace_at(&r->t, at->d_z, i);
    if (!at->slope) {       /* there is no a: what comes back is delta itself */
        gn_sheet_given(r->s, 0, "comes back", gn_sheet_symbol(r->s, "dL_dz", 1, 1, &d_z, type));
        return;
    }
    double d_a = gn_trace_at(&r->t, at->d_out, i);
    gn_sheet_given(r->s, 0, "comes back", gn_sheet_symbol(r->s, "dL_da", 1, 1, &d_a, type));
    gn_sheet_given(r->s, 0, "slope", gn_sheet_symbol(r->s, "da_dz", 1, 1, &slope, type));
    gn_line *line = gn_sheet_equation(r->s, 0, true, "chain", gn_sheet_symbol(r->s, "dL_dz", 1, 1, &d_z, type),
                                      "dL_da*da_dz");
    gn_explain_rule(r, line, "delta: the loss changes by it for each 1 that z grows");
}

/* The unit in every row of a batch. */
static void put_rows(gn_explain_run *r)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    const gn_trace_layer *at = &r->t.layer[r->unit_layer];
    size_t m = r->t.rows;
    double *v = gn_arena_alloc(&r->t.arena, 4 * m, sizeof *v);
    if (!v || m < 2) return;
    for (size_t i = 0; i < m; i++) {
        size_t k = i * l->outputs + r->unit;
        v[i] = (double)r->call->row[i];
        v[m + i] = gn_trace_at(&r->t, at->z, k);
        v[2 * m + i] = gn_trace_at(&r->t, at->out, k);
        v[3 * m + i] = gn_trace_at(&r->t, at->d_z, k);
    }
    bool single = r->net->spec.type == GN_F32;
    gn_sheet_column column[] = { { .title = "row", .number = v },
                                 { .title = "z", .number = v + m, .single = single },
                                 { .title = "output", .number = v + 2 * m, .single = single },
                                 { .title = "delta", .number = v + 3 * m, .single = single } };
    gn_sheet_table(r->s, 0, "the unit in every row of the batch", GN_COUNT(column), m, column);
}

/* A unit of an activation that stands alone, or of a normalisation. */
static void put_plain(gn_explain_run *r)
{
    const gn_trace_layer *at = &r->t.layer[r->unit_layer];
    const gn_layer *l = &r->net->layer[r->unit_layer];
    gn_type type = r->net->spec.type;
    double in = gn_trace_at(&r->t, at->in, r->unit), out = gn_trace_at(&r->t, at->out, r->unit);
    if (l->kind == GN_L_ACTIVATION && at->slope) {
        gn_sheet_given(r->s, 0, "in", gn_sheet_symbol(r->s, "z", 1, 1, &in, type));
        put_activation(r, 0);
        put_back(r, 0);
        return;
    }
    gn_sheet_given(r->s, 0, "in", gn_sheet_symbol(r->s, "x", 1, 1, &in, type));
    gn_node_info sum = gn_node_get(r->t.g, at->out), scaled = gn_node_get(r->t.g, sum.in[0]);
    double n = gn_trace_at(&r->t, scaled.in[0], r->unit), gain = out, b = gn_trace_at(&r->t, r->t.param[l->first + 1],
                                                                                      r->unit);
    if (scaled.kind == GN_CONTRACT) gain = gn_trace_at(&r->t, scaled.in[1], r->unit);
    gn_sheet_given(r->s, 0, l->kind == GN_L_LAYERNORM ? "normalised" : "less the mean",
                   gn_sheet_symbol(r->s, "n", 1, 1, &n, type));
    gn_sheet_given(r->s, 0, "factor", gn_sheet_symbol(r->s, "gain", 1, 1, &gain, type));
    gn_sheet_given(r->s, 0, "bias", gn_sheet_symbol(r->s, "b", 1, 1, &b, type));
    gn_sheet_equation(r->s, 0, true, "gain", gn_sheet_symbol(r->s, "y", 1, 1, &out, type), "n*gain + b");
}

void gn_explain_unit(gn_explain_run *r)
{
    const gn_layer *l = &r->net->layer[r->unit_layer];
    size_t n;
    gn_sheet_section(r->s, 0, "unit %s[%zu]", gn_explain_outputs(r, r->unit_layer), r->unit);
    if (r->t.rows > 1)
        gn_sheet_text(r->s, 0, "written out for row %u, the first of the batch", (unsigned)r->call->row[0]);
    if (l->kind != GN_L_DENSE && l->kind != GN_L_RESIDUAL) {
        put_plain(r);
        return;
    }
    term *t = terms_of(r, 0, &n);
    if (!t) return;
    put_sum(r, 0, t, n);
    put_activation(r, 0);
    put_residual(r, 0);
    put_back(r, 0);
    put_rows(r);
}
