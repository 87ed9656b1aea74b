/* plan.h -- the inside of a plan, for the files of this room alone.
 *
 * A plan is a flat array of prepared steps. Steps name nodes; at[node] is where a node's elements are: leaves and bound
 * outputs where the caller said, constants and everything else in blocks of the plan. The last steps, from `finals` on,
 * change weights; what the caller gets as a copy is copied before them.
 *
 * Invariant: after the first run nothing is allocated, nothing looked up: a step holds its kernel, sizes and nodes. */
#ifndef GN_PLAN_H
#define GN_PLAN_H

#include "composed.h"
#include "../base/text.h"

enum { GN_OPERANDS = 5, GN_READS = GN_OPERANDS + 3, GN_SPEC_LETTERS = 8 };

typedef struct gn_run {
    gn_context *ctx;
    struct gn_plan *plan;
    uint64_t counter;
} gn_run;

typedef struct gn_plan_step gn_plan_step;
typedef void (*gn_step_fn)(gn_run *r, const gn_plan_step *s);

/* A product by strides, with what its epilogue does. */
typedef struct gn_product {
    size_t m, n, k, am, ak, bk, bn;
    gn_node bias, act_in, act_out;
    gn_pw_value act;
    gn_pw_slope slope;
    size_t block_m, block_n;
} gn_product;

/* Any contraction as an odometer over its letters: sizes and, for each operand and the result, strides. */
typedef struct gn_odometer {
    int letters;
    char letter[GN_SPEC_LETTERS];
    size_t size[GN_SPEC_LETTERS], stride[3][GN_SPEC_LETTERS];
} gn_odometer;

struct gn_plan_step {
    gn_step_fn run;
    const char *kernel;             /* for people */
    gn_node out, in[GN_OPERANDS];   /* out 0: the step changes weights */
    int inputs;
    int unit[GN_OPERANDS];          /* element step of pointwise operands: 1, or 0 for one number for all */
    size_t n, rows;                 /* elements; rows of row-wise work */
    bool elementwise;               /* may run in a chain, block by block */
    int chain;                      /* steps in the chain that starts here; 0: part of an earlier one or none */
    gn_pw_value value;
    gn_pw_slope slope;
    double par[4];
    gn_product product;
    gn_odometer odometer;
    const gn_composed_row *composed;
    const gn_shape *shape;          /* of composed operands and the result */
    const gn_plan_update *update;   /* of the weights, by what the step computes or, in a step of its own, reads */
    double flops;
};

typedef struct gn_plan_output {
    gn_node node, root;
    void *bound;                    /* where the caller wants it; NULL: anywhere */
    void *own;                      /* the plan's own memory for it */
    bool copied;                    /* into bound, because the root is somewhere else */
} gn_plan_output;

struct gn_plan {
    gn_context *ctx;                /* for memory */
    gn_arena arena;
    gn_plan_options options;
    const gn_kernels *k;
    size_t nodes;
    const char **name;              /* by node */
    gn_shape *shape;
    uint8_t *kind;                  /* gn_kind by node */
    gn_node *root;                  /* the node whose elements a node shares */
    void **at;
    int *uses;                      /* reads by steps, plus one for an output */
    gn_plan_step *step;
    size_t steps, finals;
    gn_plan_output *output;
    size_t outputs;
    gn_plan_update *update;
    size_t updates;
    bool arranged;                  /* the layout fits the steps */
    size_t *offset;                 /* place in the block of values, SIZE_MAX: none */
    size_t block_bytes, own_bytes;  /* memory of values; of outputs that nobody bound */
    void *block;                    /* NULL before the first run, as is scratch */
    int workers;
    void *scratch;                  /* workers of scratch_bytes each: packing, then rows on their way */
    size_t scratch_bytes, pack_bytes;
};

static inline void *gn_elements(gn_type t, void *at, size_t i) { return (char *)at + i * gn_type_size(t); }

gn_status gn_plan_order(gn_graph *g, gn_plan *p);                                       /* fills steps, in order */
/* Chooses the kernel of a contraction. */
gn_status gn_plan_contract(const gn_plan *p, const gn_node_info *info, gn_plan_step *s);
void gn_plan_fuse(gn_plan *p);
void gn_plan_chain(gn_plan *p);                     /* which steps run together, block by block */
gn_status gn_plan_arrange(gn_plan *p);              /* who lives where; takes no memory that stays */
gn_status gn_plan_allot(gn_plan *p);                /* memory, before the first run */
void gn_product_blocks(const gn_plan *p, gn_plan_step *s);
/* The nodes that a step reads, its epilogue's included; how many. */
int gn_step_reads(const gn_plan_step *s, gn_node out[GN_READS]);
bool gn_plan_is_output(const gn_plan *p, gn_node root);
static inline bool gn_is_product(const gn_plan_step *s) { return s->product.m != 0; }
static inline void *gn_worker_scratch(const gn_plan *p, int worker)
{
    return (char *)p->scratch + (size_t)worker * p->scratch_bytes;
}

void gn_run_pointwise(gn_run *r, const gn_plan_step *s);
void gn_run_slope(gn_run *r, const gn_plan_step *s);
void gn_run_chain(gn_run *r, const gn_plan_step *s);
void gn_run_product(gn_run *r, const gn_plan_step *s);
void gn_run_updated_product(gn_run *r, const gn_plan_step *s);
void gn_run_odometer(gn_run *r, const gn_plan_step *s);
void gn_run_sum_rows(gn_run *r, const gn_plan_step *s);
void gn_run_sum_cols(gn_run *r, const gn_plan_step *s);
void gn_run_sum(gn_run *r, const gn_plan_step *s);
void gn_run_dot(gn_run *r, const gn_plan_step *s);
void gn_run_row_dot(gn_run *r, const gn_plan_step *s);
void gn_run_col_dot(gn_run *r, const gn_plan_step *s);
void gn_run_transpose(gn_run *r, const gn_plan_step *s);
void gn_run_repeat_row(gn_run *r, const gn_plan_step *s);
void gn_run_repeat_each(gn_run *r, const gn_plan_step *s);
void gn_run_scale_cols(gn_run *r, const gn_plan_step *s);
void gn_run_scale_rows(gn_run *r, const gn_plan_step *s);
void gn_run_composed(gn_run *r, const gn_plan_step *s);
void gn_run_mask(gn_run *r, const gn_plan_step *s);
void gn_run_update(gn_run *r, const gn_plan_step *s);

#endif
