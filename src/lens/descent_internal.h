/* descent_internal.h -- what the files that show a descent share.
 *
 * Invariant: after a failure `s->status` holds it and the helpers do nothing more. */
#ifndef GN_DESCENT_INTERNAL_H
#define GN_DESCENT_INTERNAL_H

#include "descent.h"
#include "calculus_internal.h"

typedef struct gn_walk {
    gn_sheet *s;
    const gn_functions *of;
    const gn_descent_ask *ask;
    const gn_descent *d;
    const gn_optimizer_row *row;
    size_t n;
    gn_matrix gradient;             /* (n, 1) */
    gn_formula_step *assignment;    /* of the row's text */
    size_t assignments;
    bool uses_t;
    bool decays;                    /* the slope is changed before the optimiser gets it */
    bool constant;                  /* the Hessian is the same everywhere */
    const char *f, **slope;         /* names of the sheet's symbols */
    const char *lr;
    const char *clip, *wd, *l1;     /* NULL where they are 0 */
    double slowest;                 /* largest predicted factor of an error a step, at the end; nan when not known */
    double along;                   /* the share of the last slope along the directions of that factor; nan: not known */
    bool ripples;                   /* an iteration there has complex eigenvalues */
} gn_walk;

const char *gn_walk_text(gn_walk *w, const char *fmt, ...) GN_PRINTF(2, 3);     /* in the sheet's arena */
/* descent_curvature.c: eigenvalues of the Hessian at the start or at the end, against the optimiser's limit. */
void gn_walk_curvature(gn_walk *w, bool end);
/* 1: the step to that row went past a bottom along variable j, -1: past a top, 0: neither. */
int gn_walk_past(const gn_descent *d, size_t row, size_t j);
/* What happened, in words. */
void gn_walk_story(gn_walk *w);

#endif
