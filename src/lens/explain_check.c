/* explain_check.c -- each gradient's check by central differences, put into its line.
 *
 * Invariant: checks run in float64 from the same network and rows, by the rule of `glassnet check`; the line carries
 * the worst of the entries that were looked at. */
#include "explain_parts.h"
#include "gradient_check.h"

#include <math.h>
#include <string.h>

enum { EVERY = 400, SAMPLE = 20 };

static gn_line *line_of(const gn_sheet *s, const char *name)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->symbol && s->line[i]->kind == GN_LINE_EQUATION && !strcmp(s->line[i]->symbol->name, name))
            return s->line[i];
    return NULL;
}

static double largest(const gn_explain_run *r, size_t tensor)
{
    double most = 0;
    for (size_t i = 0; i < r->net->tensor[tensor].size; i++)
        most = fmax(most, fabs(gn_trace_at(&r->t, r->t.d_param[tensor], i)));
    return most;
}

/* A float32 gradient is known to about 1e-6 of its tensor's largest entry, and is held against that. */
static double floor_of(const gn_explain_run *r, size_t tensor, double loss)
{
    double floor = gn_check_floor(loss);
    return r->net->spec.type == GN_F64 ? floor : fmax(floor, largest(r, tensor));
}

/* rounding: of a float32 run, in the objective's order; or NULL. */
static gn_status check_tensor(gn_explain_run *r, gn_objective *o, size_t tensor, gn_objective_tensor at,
                              const double *rounding)
{
    gn_trace_name *d = gn_trace_named(&r->t, r->t.d_param[tensor]);
    gn_line *line = d ? line_of(r->s, d->name) : NULL;
    size_t stride = at.size <= EVERY ? 1 : at.size / SAMPLE;
    double floor = floor_of(r, tensor, gn_trace_at(&r->t, r->t.loss, 0));
    gn_check_entry worst = { .error = -1 };
    for (size_t i = 0; line && i < at.size; i += stride) {
        gn_check_entry e;
        GN_TRY(gn_check_one(r->ctx, o, gn_objective_start(o), at.offset + i,
                            gn_trace_at(&r->t, r->t.d_param[tensor], i),
                            floor, &e));
        if (rounding) gn_check_allow(&e, rounding[at.offset + i]);
        if (worst.error < 0 || e.verdict > worst.verdict || (e.verdict == worst.verdict &&
                                                             e.error > worst.error)) worst = e;
    }
    bool finite = isfinite(worst.kink ? worst.left : worst.numeric);
    const char *verdict = finite ? gn_verdict_name(worst.verdict) : GN_CHECK_NOT_FINITE;
    if (line && worst.error >= 0)
        line->check = (gn_line_check){ "central", worst.h, worst.numeric, worst.error, verdict };
    return GN_OK;
}

static gn_status measure_rounding(gn_explain_run *r, const gn_dataset *rows, double **out)
{
    *out = NULL;
    if (r->net->spec.type == GN_F64) return GN_OK;
    if (!(*out = gn_arena_alloc(&r->t.arena, r->net->parameters + 1, sizeof **out))) return GN_NO_MEMORY;
    gn_sheet_fact(r->s, "checks: central differences in float64. The gradient is float32: it passes within 1e-5 of its "
                  "tensor's largest, or twice what %s last bits of weights and inputs move it by",
                  gn_num(GN_NUM, GN_CHECK_BITS));
    return gn_check_rounding(r->ctx, r->net, rows, *out);
}

gn_status gn_explain_check(gn_explain_run *r)
{
    gn_objective *o;
    gn_dataset rows = *r->call->data;
    double *rounding;
    rows.index = r->call->row;
    rows.used = r->call->rows;
    GN_TRY(measure_rounding(r, &rows, &rounding));
    GN_TRY(gn_objective_net(r->ctx, r->net, &rows, &o));
    gn_status s = GN_OK;
    for (size_t k = 0; s == GN_OK && k < gn_objective_tensors(o); k++) {
        gn_objective_tensor at = gn_objective_tensor_at(o, k);
        for (size_t i = 0; s == GN_OK && i < r->net->tensors; i++)
            if (r->t.d_param[i] && !strcmp(r->net->tensor[i].name, at.name))
                s = check_tensor(r, o, i, at, rounding);
    }
    gn_objective_free(o);
    return s;
}
