/* plan.h -- the inside of a plan, for the files of this room alone.
 *
 * A plan is a flat array of prepared steps. Steps name nodes; at[node] is where a node's elements are: leaves and bound outputs
 * where the caller said, constants and everything else in blocks of the plan.
 *
 * Invariant: after the first run nothing is allocated, nothing looked up: a step holds its kernel, sizes and nodes. */
#ifndef GN_PLAN_H
#define GN_PLAN_H

#include "composed.h"
#include "../base/text.h"

enum { GN_OPERANDS = 5, GN_SPEC_LETTERS = 8 };

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
    gn_node out, in[GN_OPERANDS];
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
    const gn_plan_update *update;   /* takes the place of writing out */
    double flops;
};

typedef struct gn_plan_output { gn_node node, root; void *bound; bool copied; } gn_plan_output;

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
    size_t steps;
    gn_plan_output *output;
    size_t outputs;
    gn_plan_update *update;
    size_t updates;
    size_t block_bytes;             /* memory of values */
    int workers;
    void *scratch;                  /* workers of scratch_bytes each: packing, then a block of a gradient */
    size_t scratch_bytes, pack_bytes;
    size_t *offset;                 /* place in the block of values, SIZE_MAX: none */
    void *block;
};

static inline void *gn_elements(gn_type t, void *at, size_t i) { return (char *)at + i * gn_type_size(t); }

gn_status gn_plan_order(gn_graph *g, gn_plan *p);                                       /* fills steps, in order */
gn_status gn_plan_contract(gn_plan *p, const gn_node_info *info, gn_plan_step *s);     /* chooses the kernel of a contraction */
void gn_plan_fuse(gn_plan *p);
gn_status gn_plan_place(gn_plan *p);                                                    /* memory */
gn_status gn_plan_finish(gn_plan *p);                                                   /* scratch and unbound outputs, before a run */
void gn_product_blocks(const gn_plan *p, gn_plan_step *s);

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
void gn_run_transpose(gn_run *r, const gn_plan_step *s);
void gn_run_repeat_row(gn_run *r, const gn_plan_step *s);
void gn_run_repeat_each(gn_run *r, const gn_plan_step *s);
void gn_run_scale_cols(gn_run *r, const gn_plan_step *s);
void gn_run_scale_rows(gn_run *r, const gn_plan_step *s);
void gn_run_composed(gn_run *r, const gn_plan_step *s);
void gn_run_mask(gn_run *r, const gn_plan_step *s);
void gn_run_update(gn_run *r, const gn_plan_update *u, size_t n);

#endif
