/* run_product.c -- matrix products, cut into blocks for the threads, and the optimiser's step on the way of a weight
 * gradient.
 *
 * Invariant: every element of a product is one chain of additions wherever its block begins, so the cut may follow the
 * number of threads and the bits still do not. */
#include "plan.h"
#include "../base/pool.h"

enum { PARALLEL_FLOPS = 2000000, UPDATE_BYTES = 128 * 1024, UPDATE_BLOCK = 16384 };

static size_t round_up(size_t a, size_t unit) { return (a + unit - 1) / unit * unit; }

/* For an update: whole register tiles of the gradient's rows that stay in cache; for threads, when the blocks are few,
 * as many as every thread has an equal part of. */
static size_t rows_of_update(const gn_plan *p, const gn_product *g, bool parallel)
{
    size_t row = g->n * gn_type_size(p->options.type), fit = row ? UPDATE_BYTES / row : 1;
    size_t rows = round_up(fit ? fit : 1, p->k->tile_m ? p->k->tile_m : 1), blocks = (g->m + rows - 1) / rows;
    size_t workers = (size_t)p->workers;
    if (!parallel || blocks >= 4 * workers) return rows;
    blocks = round_up(blocks, workers);
    return (g->m + blocks - 1) / blocks;
}

/* Else columns for two tasks a thread, whole tiles too. */
void gn_product_blocks(const gn_plan *p, gn_plan_step *s)
{
    gn_product *g = &s->product;
    bool parallel = p->workers > 1 && s->flops >= PARALLEL_FLOPS;
    size_t parts = (size_t)p->workers * 2;
    g->block_m = rows_of_update(p, g, parallel);
    g->block_n = parallel ? round_up((g->n + parts - 1) / parts, p->k->tile_n ? p->k->tile_n : 1) : g->n;
}

typedef struct product_work { const gn_plan *p; const gn_plan_step *s; } product_work;

/* The block of m rows and n columns at (i0, j0). Filled in place: a copy of what was just written field by field would
 * wait for the stores, longer than a small product takes. */
static void arguments(const gn_plan *p, const gn_plan_step *s, size_t i0, size_t j0, size_t m, size_t n, void *pack,
                      gn_gemm *a)
{
    const gn_product *g = &s->product;
    gn_type t = p->options.type;
    size_t at = i0 * g->n + j0;
    a->m = m, a->n = n, a->k = g->k;
    a->am = g->am, a->ak = g->ak, a->bk = g->bk, a->bn = g->bn;
    a->ldc = a->ldc_act = g->n;
    a->accumulate = false;
    a->act = g->act, a->slope = g->slope, a->act_par = s->par;
    a->pack = pack;
    a->a = gn_elements(t, p->at[s->in[0]], i0 * g->am);
    a->b = gn_elements(t, p->at[s->in[1]], j0 * g->bn);
    a->c = NULL;
    a->bias = g->bias ? gn_elements(t, p->at[g->bias], j0) : NULL;
    a->act_in = g->act_in ? gn_elements(t, p->at[g->act_in], at) : NULL;
    a->act_out = g->act_out ? gn_elements(t, p->at[g->act_out], at) : NULL;
}

static void product_task(void *work, size_t task, int worker)
{
    const product_work *w = work;
    const gn_product *g = &w->s->product;
    size_t j0 = task * g->block_n, n = g->n - j0 < g->block_n ? g->n - j0 : g->block_n;
    gn_gemm a;
    arguments(w->p, w->s, 0, j0, g->m, n, gn_worker_scratch(w->p, worker), &a);
    a.c = gn_elements(w->p->options.type, w->p->at[w->s->out], j0);
    w->p->k->gemm(&a);
}

static bool parallel(const gn_run *r, const gn_plan_step *s)
{
    int threads = gn_context_threads(r->ctx);
    return s->flops >= PARALLEL_FLOPS && threads > 1 && threads <= r->plan->workers;
}

void gn_run_product(gn_run *r, const gn_plan_step *s)
{
    const gn_product *g = &s->product;
    product_work w = { r->plan, s };
    if (parallel(r, s) && g->block_n < g->n) {
        gn_parallel(r->ctx, (g->n + g->block_n - 1) / g->block_n, product_task, &w);
        return;
    }
    gn_gemm a;
    arguments(r->plan, s, 0, 0, g->m, g->n, r->plan->scratch, &a);
    a.c = r->plan->at[s->out];
    r->plan->k->gemm(&a);
}

/* ---- updates ---------------------------------------------------------------------------------------------------- */

static void update_range(const gn_plan *p, const gn_plan_update *u, size_t first, size_t n, const void *gradient)
{
    gn_type t = p->options.type;
    void *slot[GN_OPT_SLOTS] = { NULL };
    for (int i = 0; i < GN_OPT_SLOTS; i++) slot[i] = u->slot[i] ? gn_elements(t, u->slot[i], first) : NULL;
    p->k->update[u->op](n, gn_elements(t, u->w, first), gradient, slot, u->hyper);
}

/* Rows of a gradient into scratch, and from there into the weights while they are in cache. */
static void updated_task(void *work, size_t task, int worker)
{
    const product_work *w = work;
    const gn_product *g = &w->s->product;
    size_t i0 = task * g->block_m, m = g->m - i0 < g->block_m ? g->m - i0 : g->block_m;
    gn_gemm a;
    arguments(w->p, w->s, i0, 0, m, g->n, gn_worker_scratch(w->p, worker), &a);
    a.c = (char *)a.pack + w->p->pack_bytes;
    w->p->k->gemm(&a);
    update_range(w->p, w->s->update, i0 * g->n, m * g->n, a.c);
}

void gn_run_updated_product(gn_run *r, const gn_plan_step *s)
{
    const gn_product *g = &s->product;
    product_work w = { r->plan, s };
    size_t tasks = (g->m + g->block_m - 1) / g->block_m;
    if (parallel(r, s)) gn_parallel(r->ctx, tasks, updated_task, &w);
    else for (size_t t = 0; t < tasks; t++) updated_task(&w, t, 0);
}

static void update_task(void *work, size_t task, int worker)
{
    const product_work *w = work;
    const gn_plan_step *s = w->s;
    (void)worker;
    size_t first = task * UPDATE_BLOCK, n = s->n - first < UPDATE_BLOCK ? s->n - first : UPDATE_BLOCK;
    update_range(w->p, s->update, first, n, gn_elements(w->p->options.type, w->p->at[s->in[0]], first));
}

void gn_run_update(gn_run *r, const gn_plan_step *s)
{
    product_work w = { r->plan, s };
    gn_parallel(r->ctx, (s->n + UPDATE_BLOCK - 1) / UPDATE_BLOCK, update_task, &w);
}
