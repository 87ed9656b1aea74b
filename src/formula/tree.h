/* tree.h -- how this room makes and walks trees: a maker that shares equal nodes, and an order for passes without
 * recursion.
 *
 * Invariant: two nodes of one maker are equal exactly when their pointers are, so that what is memoised by node is
 * never computed twice; every pass is a loop over an order, so that no depth of tree can exhaust the stack. */
#ifndef GN_FORMULA_TREE_H
#define GN_FORMULA_TREE_H

#include "formula.h"
#include "row.h"

enum { GN_FORMULA_TERMS = 100000, GN_FORMULA_NODES = 1000000 };

/* The trees of one row, parsed when first needed. */
typedef struct gn_row_trees { const gn_formula *value, *expanded, *slope[3]; } gn_row_trees;

/* A maker lives for one operation. A maker function given a NULL argument returns NULL, and `status` keeps the first
 * failure. */
typedef struct gn_maker {
    gn_arena *arena;
    gn_context *ctx;
    const gn_formula **slot;    /* open addressing, a power of 2, at most half full */
    size_t slots, used;
    uint32_t limit;             /* most terms a node may have when written out; 0: none */
    const char *what;           /* "derivative", for the message of the limit */
    gn_row_trees *rows;
    gn_status status;
} gn_maker;
gn_status gn_maker_init(gn_maker *m, gn_arena *arena, uint32_t limit, const char *what);
void gn_maker_free(gn_maker *m);

const gn_formula *gn_tree_number(gn_maker *m, double value);
const gn_formula *gn_tree_name(gn_maker *m, const char *name, size_t length, uint32_t column);
const gn_formula *gn_tree_make(gn_maker *m, gn_formula_op op, const gn_formula *a, const gn_formula *b,
                               uint32_t column);
const gn_formula *gn_tree_call(gn_maker *m, const char *name, int arguments, const gn_formula *const arg[],
                               uint32_t column);
/* The node `like` with other arguments (and the same op, name, column). */
const gn_formula *gn_tree_with(gn_maker *m, const gn_formula *like, const gn_formula *const arg[]);
/* + - * / ^ and negation with the rules of 0 and 1: x + 0, 1*x, 0*x, x/1, x^1, x^0, -(-x). */
const gn_formula *gn_tree_add(gn_maker *m, const gn_formula *a, const gn_formula *b);
const gn_formula *gn_tree_sub(gn_maker *m, const gn_formula *a, const gn_formula *b);
const gn_formula *gn_tree_mul(gn_maker *m, const gn_formula *a, const gn_formula *b);
const gn_formula *gn_tree_div(gn_maker *m, const gn_formula *a, const gn_formula *b);
const gn_formula *gn_tree_pow(gn_maker *m, const gn_formula *a, const gn_formula *b);
const gn_formula *gn_tree_neg(gn_maker *m, const gn_formula *a);
const gn_formula *gn_tree_where(gn_maker *m, const gn_formula *c, const gn_formula *a, const gn_formula *b);
bool gn_tree_is(const gn_formula *f, double number);
bool gn_tree_is_compare(gn_formula_op op);
uint64_t gn_tree_name_bits(const char *name);   /* the bits of gn_formula.names that stand for a name */
/* f rebuilt among the maker's own nodes. */
const gn_formula *gn_tree_import(gn_maker *m, const gn_formula *f);
/* f rebuilt node by node: `remake` has each node of f with the arguments that were made for it, and gives what stands in
 * its place; NULL ends it. */
typedef const gn_formula *(*gn_tree_remake)(void *user, gn_maker *m, const gn_formula *like,
                                            const gn_formula *const arg[]);
const gn_formula *gn_tree_rebuild(gn_maker *m, const gn_formula *f, gn_tree_remake remake, void *user);
/* f with each of `names` replaced by the node beside it, all at once. */
const gn_formula *gn_tree_replace(gn_maker *m, const gn_formula *f, const char *const *names,
                                  const gn_formula *const *by, size_t count);

/* Every node below and with a root once, arguments before what uses them; child[i][k] is the place of argument k of
 * node i. */
typedef struct gn_order {
    gn_context *ctx;
    const gn_formula **node;
    uint32_t (*child)[3];
    size_t count;
} gn_order;
gn_status gn_order_make(gn_context *ctx, const gn_formula *root, gn_order *out);
void gn_order_free(gn_order *o);

/* A map from nodes to numbers, for memoising. */
typedef struct gn_nodemap {
    gn_context *ctx;
    const gn_formula **key;
    uint32_t *value;
    size_t slots, used;
} gn_nodemap;
bool gn_nodemap_get(const gn_nodemap *map, const gn_formula *key, uint32_t *value);
gn_status gn_nodemap_put(gn_nodemap *map, const gn_formula *key, uint32_t value);
void gn_nodemap_free(gn_nodemap *map);

/* Parsing into a maker. */
gn_status gn_tree_parse(gn_maker *m, const char *text, size_t length, const gn_formula **out);
/* A row's trees in the maker: value and slopes as written in x, y, z, u and the parameters; `expanded` with every call
 * spelled out. */
const gn_formula *gn_tree_row_value(gn_maker *m, const gn_row *row);
const gn_formula *gn_tree_row_slope(gn_maker *m, const gn_row *row, int input);
/* A tree of a row with the arguments of a call put in; `call` itself stands for the name of the row's result. */
const gn_formula *gn_tree_row_apply(gn_maker *m, const gn_row *row, const gn_formula *tree, const gn_formula *call);
const gn_formula *gn_tree_expand(gn_maker *m, const gn_formula *f);
const gn_formula *gn_tree_derive(gn_maker *m, const gn_formula *f, const char *name);
/* The derivative of every node of an order: made[i] is node i in the maker, d[i] its derivative; false when the maker
 * has failed. */
bool gn_tree_derive_order(gn_maker *m, const gn_order *o, const char *name, const gn_formula **made,
                          const gn_formula **d);
/* The slope of a call with respect to its argument k, the call's arguments put in. */
const gn_formula *gn_tree_slope(gn_maker *m, const gn_row *row, const gn_formula *call, int k);
const gn_formula *gn_tree_simplify(gn_maker *m, const gn_formula *f);

#endif
