/* trace_expr.h -- pieces of array expressions as text, with what is needed to put them together: how tightly they bind
 * and the shape they have.
 *
 * Invariant: what is made reads back as what was meant. A failure stands in the trace's status; what is returned is
 * then still text. */
#ifndef GN_TRACE_EXPR_H
#define GN_TRACE_EXPR_H

#include "trace.h"

typedef enum gn_expr_level { GN_LEVEL_COMPARE = 1, GN_LEVEL_SUM, GN_LEVEL_PRODUCT, GN_LEVEL_ATOM } gn_expr_level;
typedef struct gn_expr {
    const char *text;
    gn_expr_level level;
    bool matmul;                    /* a matrix product: kept in parentheses beside .* */
    size_t rows, cols;              /* 1 where one row or column stands for all */
    const char *summed;             /* A of sum_cols(A) and of -sum_cols(A), whose whole sum is that of A */
    bool minus;
    bool lone_minus;                /* -x of something that binds tightly: -x/4 is (-x)/4 */
} gn_expr;

gn_expr gn_expr_failed(gn_trace *t);
gn_expr gn_expr_atom(const char *text, size_t rows, size_t cols);
gn_expr gn_expr_number(gn_trace *t, double value);
gn_expr gn_expr_constant(gn_trace *t, double value);            /* 1/n where it is a mean's factor */
gn_expr gn_expr_tight(gn_trace *t, gn_expr a, gn_expr_level least);     /* binding at least so tightly */
bool gn_expr_is_scalar(gn_expr a);
gn_expr gn_expr_add(gn_trace *t, gn_expr a, const char *sign, gn_expr b);
gn_expr gn_expr_negative(gn_trace *t, gn_expr a);
gn_expr gn_expr_times(gn_trace *t, gn_expr a, gn_expr b);       /* element by element */
gn_expr gn_expr_divided(gn_trace *t, gn_expr a, gn_expr b);     /* element by element */
gn_expr gn_expr_product(gn_trace *t, gn_expr a, gn_expr b);     /* of matrices */
gn_expr gn_expr_transposed(gn_trace *t, gn_expr a);
gn_expr gn_expr_sum_rows(gn_trace *t, gn_expr a);               /* one row is left */
gn_expr gn_expr_sum_cols(gn_trace *t, gn_expr a);
gn_expr gn_expr_sum_all(gn_trace *t, gn_expr a);
gn_expr gn_expr_call(gn_trace *t, const char *name, int n, const gn_expr *arg);
/* A formula of the tables with the parts put in for its names. */
typedef struct gn_expr_parts { const gn_trace_part *at; size_t n; } gn_expr_parts;
gn_expr gn_expr_formula(gn_trace *t, const char *text, size_t length, gn_expr_parts p);
gn_trace_part gn_expr_part(const char *name, gn_expr e);

/* trace_text.c: names; trace_node.c: nodes. */
gn_expr gn_trace_express(gn_trace *t, gn_node n);               /* by its name, or by its operation */
gn_expr gn_trace_express_self(gn_trace *t, gn_node n);          /* by its operation, whatever it is called */
gn_expr gn_trace_by_name(gn_trace *t, const gn_trace_name *r);
gn_expr gn_trace_full(gn_trace *t, gn_node n);                  /* in the node's whole shape */
/* A name given on the way: letter and number. */
gn_expr gn_trace_auxiliary(gn_trace *t, gn_node n, gn_expr said, bool given, const char *letter, const char *about);

/* An index string taken apart. */
typedef struct gn_trace_spec { char term[2][GN_RANK + 1], result[GN_RANK + 1]; int operands; } gn_trace_spec;
gn_trace_spec gn_trace_read_spec(const char *spec);

#endif
