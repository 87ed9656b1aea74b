/* neuron_run.c -- a neuron's numbers by name, and its evaluation row by row, step by step.
 *
 * Invariant: a value is set by its formula's program or is given; a step puts new weights and state in place only when
 * all of it is computed. */
#include "neuron_parts.h"

#include <math.h>
#include <string.h>

double gn_neuron_round(const gn_neuron *n, double v)
{
    return n->spec.type == GN_F32 ? (double)(float)v : v;
}

double gn_neuron_eval(const gn_neuron *n, const gn_program *p)
{
    return n->spec.type == GN_F32 ? gn_program_run32(p, n->value, n->room) : gn_program_run(p, n->value, n->room);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

const gn_neuron_spec *gn_neuron_get_spec(const gn_neuron *n) { return &n->spec; }
size_t gn_neuron_formulas(const gn_neuron *n) { return n->entries; }
gn_neuron_formula gn_neuron_formula_at(const gn_neuron *n, size_t i) { return n->entry[i].shown; }
uint64_t gn_neuron_steps(const gn_neuron *n) { return n->step; }
double gn_neuron_loss(const gn_neuron *n) { return n->value[n->loss]; }
const double *gn_neuron_weights(const gn_neuron *n) { return n->value + n->w; }
double gn_neuron_bias(const gn_neuron *n) { return n->spec.has_bias ? n->value[n->b] : 0; }
const double *gn_neuron_gradient(const gn_neuron *n) { return n->value + n->dw; }
double gn_neuron_bias_gradient(const gn_neuron *n) { return n->spec.has_bias ? n->value[n->db] : 0; }

const char *gn_neuron_given(const gn_neuron *n, size_t i)
{
    for (size_t k = 0; k < n->names; k++)
        if (n->name[k].given && i-- == 0) return n->name[k].name;
    return NULL;
}

const double *gn_neuron_value(const gn_neuron *n, const char *name, size_t *size)
{
    const gn_neuron_name *f = gn_neuron_find(n, name, strlen(name));
    if (f) {
        *size = f->size;
        return n->value + f->at;
    }
    *size = 1;
    for (size_t i = 0; i < n->values; i++)
        if (!strcmp(n->component[i], name)) return n->value + i;
    *size = 0;
    return NULL;
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

void gn_neuron_restart(gn_neuron *n)
{
    const gn_neuron_spec *s = &n->spec;
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    memset(n->value, 0, n->values * sizeof *n->value);
    n->step = 0;
    n->value[n->t] = 1;
    for (int i = 0; i < row->parameters; i++)
        n->value[gn_neuron_place(n, row->parameter_name[i])] = gn_neuron_round(n, s->hyper[i]);
    if (s->clip > 0) n->value[gn_neuron_place(n, "clip")] = gn_neuron_round(n, s->clip);
    if (s->decay > 0) n->value[gn_neuron_place(n, "decay")] = gn_neuron_round(n, s->decay);
    if (s->rows > 1) n->value[gn_neuron_place(n, "N")] = (double)s->rows;
    gn_neuron_set(n, s->w, s->b);
}

void gn_neuron_set(gn_neuron *n, const double *w, double b)
{
    for (size_t i = 0; i < n->spec.inputs; i++) n->value[n->w + i] = gn_neuron_round(n, w[i]);
    if (n->spec.has_bias) n->value[n->b] = gn_neuron_round(n, b);
}

static void evaluate(gn_neuron *n, gn_neuron_phase phase)
{
    for (size_t i = 0; i < n->entries; i++) {
        const gn_neuron_entry *e = &n->entry[i];
        if (e->shown.phase != phase) continue;
        for (size_t k = 0; k < e->shown.size; k++) n->value[e->at + k] = gn_neuron_eval(n, e->program[k]);
    }
}

void gn_neuron_row(gn_neuron *n, size_t i)
{
    memcpy(n->value + n->x, n->spec.x + i * n->spec.inputs, n->spec.inputs * sizeof *n->value);
    n->value[n->y] = n->spec.y[i];
    evaluate(n, GN_NEURON_ROW);
}

static void add_to(gn_neuron *n, size_t sum, size_t from)
{
    n->value[sum] = gn_neuron_round(n, n->value[sum] + n->value[from]);
}

void gn_neuron_forward(gn_neuron *n)
{
    const gn_neuron_spec *s = &n->spec;
    if (s->rows > 1) {
        n->value[n->sum_loss] = 0;
        memset(n->value + n->sum_dw, 0, s->inputs * sizeof *n->value);
        if (s->has_bias) n->value[n->sum_db] = 0;
    }
    for (size_t i = 0; i < s->rows; i++) {
        gn_neuron_row(n, i);
        if (s->rows == 1) continue;
        add_to(n, n->sum_loss, n->row_loss);
        for (size_t k = 0; k < s->inputs; k++) add_to(n, n->sum_dw + k, n->row_dw + k);
        if (s->has_bias) add_to(n, n->sum_db, n->row_db);
    }
    evaluate(n, GN_NEURON_BATCH);
}

void gn_neuron_step(gn_neuron *n)
{
    n->value[n->t] = gn_neuron_round(n, (double)(n->step + 1));
    evaluate(n, GN_NEURON_UPDATE);
}

void gn_neuron_advance(gn_neuron *n)
{
    for (size_t i = 0; i < n->carries; i++)
        memcpy(n->value + n->carry[i].to, n->value + n->carry[i].from, n->carry[i].size * sizeof *n->value);
    n->step++;
}

static gn_neuron_end ended(const gn_neuron *n, double guard)
{
    double largest = 0;
    bool nan = n->spec.has_bias && isnan(n->value[n->b]);
    for (size_t i = 0; i < n->spec.inputs; i++) {
        double w = fabs(n->value[n->w + i]);
        nan = nan || isnan(w);
        if (w > largest) largest = w;
    }
    return nan ? GN_NEURON_NAN : guard > 0 && largest > guard ? GN_NEURON_GUARDED : GN_NEURON_DONE;
}

gn_status gn_neuron_run(gn_neuron *n, uint64_t steps, double guard, gn_neuron_watch watch, void *user,
                        gn_neuron_end *end)
{
    gn_neuron_restart(n);
    for (uint64_t k = 0;; k++) {
        gn_neuron_forward(n);
        if (watch) GN_TRY(watch(user, n, k));
        *end = ended(n, guard);
        if (*end != GN_NEURON_DONE || k == steps) return GN_OK;
        if (gn_stop_requested(n->ctx)) return gn_fail(n->ctx, GN_E_STOPPED, "stopped at k = %llu",
                                                      (unsigned long long)k);
        gn_neuron_step(n);
        gn_neuron_advance(n);
    }
}
