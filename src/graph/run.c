/* run.c -- the steps of a plan that go element by element or row by row.
 *
 * Invariant: work is cut by its shape alone, so the bits do not depend on the threads. */
#include "plan.h"
#include "../base/pool.h"
#include "../base/random.h"

#include <string.h>

static const void *operand(const gn_plan *p, const gn_plan_step *s, int k, size_t first)
{
    const char *at = s->in[k] ? p->at[s->in[k]] : NULL;
    return at && s->unit[k] ? at + first * gn_type_size(p->options.type) : at;
}

/* Elements first .. first+n of an elementwise step. */
static void run_block(const gn_plan *p, const gn_plan_step *s, size_t first, size_t n)
{
    const void *in[3] = { operand(p, s, 0, first), operand(p, s, 1, first), operand(p, s, 2, first) };
    void *out = gn_elements(p->options.type, p->at[s->out], first);
    if (s->value) s->value(n, in, s->unit, s->par, out);
    else s->slope(n, in, s->unit, operand(p, s, 3, first), operand(p, s, 4, first), s->unit[4], s->par, out);
}

void gn_run_pointwise(gn_run *r, const gn_plan_step *s) { gn_run_chain(r, s); }
void gn_run_slope(gn_run *r, const gn_plan_step *s) { gn_run_chain(r, s); }

typedef struct chain_work { const gn_plan *p; const gn_plan_step *s; } chain_work;
enum { CHAIN_BLOCK = 4096, CHAIN_PARALLEL = 65536 };

static void chain_task(void *work, size_t task, int worker)
{
    const chain_work *w = work;
    (void)worker;
    size_t first = task * CHAIN_BLOCK, n = w->s->n - first < CHAIN_BLOCK ? w->s->n - first : CHAIN_BLOCK;
    for (int i = 0; i < w->s->chain; i++) run_block(w->p, w->s + i, first, n);
}

void gn_run_chain(gn_run *r, const gn_plan_step *s)
{
    chain_work w = { r->plan, s };
    size_t tasks = (s->n + CHAIN_BLOCK - 1) / CHAIN_BLOCK;
    if (s->n >= CHAIN_PARALLEL && gn_context_threads(r->ctx) > 1) gn_parallel(r->ctx, tasks, chain_task, &w);
    else if (tasks == 1) run_block(r->plan, s, 0, s->n);
    else for (size_t t = 0; t < tasks; t++) chain_task(&w, t, 0);
}

/* ---- sums and repetitions --------------------------------------------------------------------------------------- */

static void put(const gn_plan *p, void *at, size_t i, double v)
{
    if (p->options.type == GN_F64) ((double *)at)[i] = v;
    else ((float *)at)[i] = (float)v;
}

static const void *row_of(const gn_plan *p, const void *at, size_t i, size_t n)
{
    return (const char *)at + i * n * gn_type_size(p->options.type);
}

void gn_run_sum_rows(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    p->k->sum_rows(s->rows, s->n, p->at[s->in[0]], s->n, p->at[s->out]);
}

void gn_run_sum_cols(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    p->k->sum_cols(s->rows, s->n, p->at[s->in[0]], s->n, p->at[s->out]);
}

void gn_run_sum(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    put(p, p->at[s->out], 0, p->k->sum(s->n, p->at[s->in[0]]));
}

void gn_run_dot(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    put(p, p->at[s->out], 0, p->k->dot(s->n, p->at[s->in[0]], p->at[s->in[1]]));
}

void gn_run_row_dot(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    const void *x = p->at[s->in[0]], *y = p->at[s->in[1]];
    for (size_t i = 0; i < s->rows; i++)
        put(p, p->at[s->out], i, p->k->dot(s->n, row_of(p, x, i, s->n), row_of(p, y, i, s->n)));
}

/* Row after row, as sum_rows adds. */
void gn_run_col_dot(gn_run *r, const gn_plan_step *s)
{
    static const int each[3] = { 1, 1, 0 };
    gn_plan *p = r->plan;
    void *product = (char *)gn_worker_scratch(p, 0) + p->pack_bytes, *out = p->at[s->out];
    for (size_t i = 0; i < s->rows; i++) {
        const void *in[3] = { row_of(p, p->at[s->in[0]], i, s->n), row_of(p, p->at[s->in[1]], i, s->n), NULL };
        const void *sum[3] = { out, product, NULL };
        p->k->value[GN_P_mul](s->n, in, each, NULL, i ? product : out);
        if (i) p->k->value[GN_P_add](s->n, sum, each, NULL, out);
    }
}

void gn_run_transpose(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    p->k->transpose(s->rows, s->n, p->at[s->in[0]], s->n, p->at[s->out], s->rows);
}

void gn_run_repeat_row(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    size_t bytes = s->n * gn_type_size(p->options.type);
    for (size_t i = 0; i < s->rows; i++) memcpy((char *)p->at[s->out] + i * bytes, p->at[s->in[0]], bytes);
}

void gn_run_repeat_each(gn_run *r, const gn_plan_step *s)
{
    static const int one_number[3] = { 0, 0, 0 };
    gn_plan *p = r->plan;
    for (size_t i = 0; i < s->rows; i++) {
        const void *in[3] = { row_of(p, p->at[s->in[0]], i, 1), NULL, NULL };
        p->k->value[GN_P_identity](s->n, in, one_number, NULL, gn_elements(p->options.type, p->at[s->out], i * s->n));
    }
}

static void scale(gn_run *r, const gn_plan_step *s, bool by_row)
{
    gn_plan *p = r->plan;
    int unit[3] = { 1, by_row ? 0 : 1, 0 };
    for (size_t i = 0; i < s->rows; i++) {
        const void *by = by_row ? row_of(p, p->at[s->in[1]], i, 1) : p->at[s->in[1]];
        const void *in[3] = { row_of(p, p->at[s->in[0]], i, s->n), by, NULL };
        p->k->value[GN_P_mul](s->n, in, unit, NULL, gn_elements(p->options.type, p->at[s->out], i * s->n));
    }
}

void gn_run_scale_cols(gn_run *r, const gn_plan_step *s) { scale(r, s, false); }
void gn_run_scale_rows(gn_run *r, const gn_plan_step *s) { scale(r, s, true); }

/* ---- any contraction -------------------------------------------------------------------------------------------- */

#define ODOMETER(R)                                                                             \
    static void odometer_##R(const gn_odometer *o, const R *a, const R *b, R *out)              \
    {                                                                                           \
        size_t at[GN_SPEC_LETTERS] = { 0 }, ia = 0, ib = 0, io = 0;                             \
        for (;;) {                                                                              \
            out[io] += b ? a[ia] * b[ib] : a[ia];                                               \
            int l = o->letters - 1;                                                             \
            for (; l >= 0; l--) {                                                               \
                ia += o->stride[0][l], ib += o->stride[1][l], io += o->stride[2][l];            \
                if (++at[l] < o->size[l]) break;                                                \
                ia -= o->stride[0][l] * o->size[l], ib -= o->stride[1][l] * o->size[l];         \
                io -= o->stride[2][l] * o->size[l], at[l] = 0;                                  \
            }                                                                                   \
            if (l < 0) return;                                                                  \
        }                                                                                       \
    }
ODOMETER(float)
ODOMETER(double)

void gn_run_odometer(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    const void *a = p->at[s->in[0]], *b = s->inputs > 1 ? p->at[s->in[1]] : NULL;
    memset(p->at[s->out], 0, gn_shape_size(p->shape[s->out]) * gn_type_size(p->options.type));
    for (int l = 0; l < s->odometer.letters; l++)
        if (s->odometer.size[l] == 0) return;
    if (p->options.type == GN_F64) odometer_double(&s->odometer, a, b, p->at[s->out]);
    else odometer_float(&s->odometer, a, b, p->at[s->out]);
}

/* ---- composed, masks -------------------------------------------------------------------------------------------- */

void gn_run_composed(gn_run *r, const gn_plan_step *s)
{
    gn_plan *p = r->plan;
    const void *in[GN_OPERANDS] = { NULL };
    for (int k = 0; k < s->inputs; k++) in[k] = p->at[s->in[k]];
    s->composed->run(p->k, in, s->shape, s->par, p->at[s->out]);
}

typedef struct mask_work { gn_plan *p; const gn_plan_step *s; uint64_t counter; } mask_work;
enum { MASK_BLOCK = 4096 };

static void mask_task(void *work, size_t task, int worker)
{
    const mask_work *w = work;
    (void)worker;
    size_t first = task * MASK_BLOCK, last = first + MASK_BLOCK < w->s->n ? first + MASK_BLOCK : w->s->n;
    double drop = w->s->par[0], scaled = 1 / (1 - drop);
    gn_random stream = gn_random_make((uint64_t)w->s->par[1], GN_STREAM_DROPOUT, (uint32_t)w->s->par[2]);
    uint32_t limit = (uint32_t)(drop * 4294967296.0);
    uint64_t base = w->counter * w->s->n;
    for (size_t i = first; i < last; i++)
        put(w->p, w->p->at[w->s->out], i, gn_random_u32(stream, base + i) < limit ? 0 : scaled);
}

void gn_run_mask(gn_run *r, const gn_plan_step *s)
{
    mask_work w = { r->plan, s, r->counter };
    gn_parallel(r->ctx, (s->n + MASK_BLOCK - 1) / MASK_BLOCK, mask_task, &w);
}
