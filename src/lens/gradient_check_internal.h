/* gradient_check_internal.h -- what the files of the gradient check share: an objective at a point, with room to move.
 *
 * Invariant: p has the point's bits between calls, and here its pattern of signs. */
#ifndef GN_GRADIENT_CHECK_INTERNAL_H
#define GN_GRADIENT_CHECK_INTERNAL_H

#include "gradient_check.h"

enum { GN_CHECK_ENTRIES = 64 };

typedef struct gn_checker {
    gn_context *ctx;
    gn_arena arena;
    gn_objective *o;
    size_t n, kinks;
    double *p;                      /* (n) */
    signed char *here, *there;      /* (kinks) */
    double loss, floor;
    const double *rounding;         /* (n), borrowed, or NULL */
} gn_checker;
gn_status gn_checker_open(gn_context *ctx, gn_objective *o, const double *p, gn_checker *c);
void gn_checker_close(gn_checker *c);
gn_status gn_checker_entry(gn_checker *c, size_t index, double analytic, gn_check_entry *out);
/* Does the pattern at p differ from that at the point? *at: the first place. */
gn_status gn_checker_crossed(gn_checker *c, const double *p, bool *crossed, size_t *at);
bool gn_check_in_scope(const gn_check_options *how, size_t tensor);
gn_status gn_checker_directions(gn_checker *c, const gn_check_options *how, const double *g, gn_check_report *r);
gn_status gn_checker_second(gn_checker *c, const gn_check_options *how, gn_check_report *r);

#endif
