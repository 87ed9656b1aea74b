/* plan_memory.c -- where values live. Each gets its place for as long as something still reads it; places are handed
 * on, and an elementwise step writes over an operand that nobody reads again.
 *
 * Invariant: the layout follows the steps in the order in which they run; whoever changes that order arranges anew. */
#include "plan.h"

#include <string.h>

typedef struct place { size_t offset, size; } place;
typedef struct placing {
    gn_plan *p;
    place *hole;                /* free places */
    size_t holes;
    size_t top;
    int *left;                  /* reads still to come, by node */
    bool *gone;                 /* its place was handed on or back */
} placing;

static size_t bytes_of(const gn_plan *p, gn_node n)
{
    size_t bytes = gn_shape_size(p->shape[n]) * gn_type_size(p->options.type);
    return (bytes + 63) & ~(size_t)63;
}

static size_t take_place(placing *q, size_t size)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < q->holes; i++)
        if (q->hole[i].size >= size && (best == SIZE_MAX || q->hole[i].size < q->hole[best].size)) best = i;
    if (best == SIZE_MAX) {
        size_t at = q->top;
        q->top += size;
        return at;
    }
    size_t at = q->hole[best].offset;
    q->hole[best].offset += size;
    q->hole[best].size -= size;
    if (q->hole[best].size == 0) q->hole[best] = q->hole[--q->holes];
    return at;
}

static void give_back(placing *q, size_t offset, size_t size)
{
    for (size_t i = 0; i < q->holes;) { /* joins its neighbours */
        place *h = &q->hole[i];
        if (h->offset + h->size == offset || offset + size == h->offset) {
            offset = h->offset < offset ? h->offset : offset;
            size += h->size;
            *h = q->hole[--q->holes];
            i = 0;
        } else {
            i++;
        }
    }
    q->hole[q->holes++] = (place){ offset, size };
}

bool gn_plan_is_output(const gn_plan *p, gn_node n)
{
    for (size_t i = 0; i < p->outputs; i++)
        if (p->output[i].root == n) return true;
    return false;
}

static bool kept(const gn_plan *p, gn_node n)
{
    return p->options.trace || p->options.naive || gn_plan_is_output(p, n);
}

int gn_step_reads(const gn_plan_step *s, gn_node out[GN_READS])
{
    int n = 0;
    for (int k = 0; k < s->inputs; k++)
        if (s->in[k]) out[n++] = s->in[k];
    if (s->product.bias) out[n++] = s->product.bias;
    if (s->product.act_in) out[n++] = s->product.act_in;
    if (s->product.act_out) out[n++] = s->product.act_out;
    return n;
}

static void free_if_done(placing *q, gn_node n)
{
    gn_plan *p = q->p;
    if (--q->left[n] > 0 || p->offset[n] == SIZE_MAX || q->gone[n] || kept(p, n)) return;
    q->gone[n] = true;
    give_back(q, p->offset[n], bytes_of(p, n));
}

static bool in_place(placing *q, const gn_plan_step *s)
{
    gn_plan *p = q->p;
    if (!s->elementwise || gn_plan_is_output(p, s->out)) return false;
    for (int k = 0; k < s->inputs; k++) {
        gn_node n = s->in[k];
        bool last = n && q->left[n] == 1 && s->unit[k] && p->offset[n] != SIZE_MAX && !q->gone[n] && !kept(p, n);
        if (!last || bytes_of(p, n) != bytes_of(p, s->out)) continue;
        p->offset[s->out] = p->offset[n];
        q->gone[n] = true;
        return true;
    }
    return false;
}

/* In a chain every step runs on one block before the next block comes, so what its steps read is given back at its end.
 * Outputs are not placed here: their caller may bind them. */
static void place_chain(placing *q, size_t first, size_t last)
{
    gn_plan *p = q->p;
    gn_node r[GN_READS];
    for (size_t i = first; i < last; i++) {
        gn_plan_step *s = &p->step[i];
        bool placed = s->out == 0 || in_place(q, s) || gn_plan_is_output(p, s->out);
        if (!placed) p->offset[s->out] = take_place(q, bytes_of(p, s->out));
    }
    for (size_t i = first; i < last; i++)
        for (int n = gn_step_reads(&p->step[i], r), k = 0; k < n; k++) free_if_done(q, r[k]);
}

static void place_steps(placing *q)
{
    gn_plan *p = q->p;
    gn_node r[GN_READS];
    for (size_t i = 0; i < p->steps; i++)
        for (int n = gn_step_reads(&p->step[i], r), k = 0; k < n; k++) q->left[r[k]]++;
    for (size_t i = 0; i < p->steps; i += (size_t)p->step[i].chain)
        place_chain(q, i, i + (size_t)p->step[i].chain);
}

/* Memory that a worker needs beside the values: packed operands of a product, then rows that are on their way. */
static void size_scratch(gn_plan *p)
{
    size_t size = gn_type_size(p->options.type), rows = 0;
    p->pack_bytes = 0;
    for (size_t i = 0; i < p->steps; i++) {
        const gn_plan_step *s = &p->step[i];
        const gn_product *g = &s->product;
        size_t pack = gn_is_product(s) ? p->k->gemm_scratch(g->m, g->n, g->k) : 0;
        size_t own = s->run == gn_run_updated_product ? g->block_m * g->n * size
                   : s->run == gn_run_col_dot         ? s->n * size
                                                      : 0;
        if (pack > p->pack_bytes) p->pack_bytes = pack;
        if (own > rows) rows = own;
    }
    p->pack_bytes = (p->pack_bytes + 63) & ~(size_t)63;
    p->scratch_bytes = p->pack_bytes + ((rows + 63) & ~(size_t)63) + 64;
}

static void drop_memory(gn_plan *p)
{
    gn_free_aligned(p->ctx, p->block);
    gn_free_aligned(p->ctx, p->scratch);
    p->block = p->scratch = NULL;
}

gn_status gn_plan_arrange(gn_plan *p)
{
    placing q = { .p = p };
    p->arranged = false;
    drop_memory(p);
    gn_plan_chain(p);
    q.left = gn_calloc(p->ctx, p->nodes, sizeof *q.left);
    q.gone = gn_calloc(p->ctx, p->nodes, sizeof *q.gone);
    q.hole = gn_alloc_array(p->ctx, p->steps + 2, sizeof *q.hole);
    gn_status s = q.left && q.gone && q.hole ? GN_OK : GN_NO_MEMORY;
    memset(p->offset, 0xff, p->nodes * sizeof *p->offset);
    if (s == GN_OK) place_steps(&q);
    p->block_bytes = q.top;
    p->arranged = s == GN_OK;
    size_scratch(p);
    gn_free(p->ctx, q.left);
    gn_free(p->ctx, q.gone);
    gn_free(p->ctx, q.hole);
    return s;
}

/* Outputs that nobody bound and that some step writes. */
static gn_status own_outputs(gn_plan *p)
{
    size_t size = gn_type_size(p->options.type);
    for (size_t i = 0; i < p->steps; i++) {
        gn_node n = p->step[i].out;
        if (!n || p->at[n] || p->step[i].update) continue;
        gn_plan_output *o = p->output;
        while (o < p->output + p->outputs && o->root != n) o++;
        if (o == p->output + p->outputs) continue;
        o->own = p->at[n] = gn_calloc_aligned(p->ctx, gn_shape_size(p->shape[n]), size);
        if (!o->own) return GN_NO_MEMORY;
        p->own_bytes += gn_shape_size(p->shape[n]) * size;
    }
    return GN_OK;
}

gn_status gn_plan_allot(gn_plan *p)
{
    if (!p->arranged) GN_TRY(gn_plan_arrange(p));
    GN_TRY(own_outputs(p));
    drop_memory(p); /* what an attempt without enough memory left */
    p->block = gn_calloc_aligned(p->ctx, p->block_bytes ? p->block_bytes : 1, 1);
    if (!p->block) return GN_NO_MEMORY;
    for (size_t i = 0; i < p->steps; i++) {
        gn_node n = p->step[i].out;
        if (n && p->offset[n] != SIZE_MAX) p->at[n] = (char *)p->block + p->offset[n];
    }
    p->scratch = gn_calloc_aligned(p->ctx, (size_t)p->workers, p->scratch_bytes);
    return p->scratch ? GN_OK : GN_NO_MEMORY;
}
