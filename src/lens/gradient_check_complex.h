/* gradient_check_complex.h -- numbers with an imaginary part, for the files of the complex step.
 *
 * Invariant: imaginary parts are of the order of GN_COMPLEX_STEP, so that their products vanish. */
#ifndef GN_GRADIENT_CHECK_COMPLEX_H
#define GN_GRADIENT_CHECK_COMPLEX_H

#include "gradient_check.h"

#define GN_COMPLEX_STEP 1e-30

typedef struct gn_cx { double re, im; } gn_cx;
typedef struct gn_cx_binding { const char *name; gn_cx value; } gn_cx_binding;
gn_cx gn_cx_add(gn_cx a, gn_cx b);
gn_cx gn_cx_mul(gn_cx a, gn_cx b);
/* f in the functions that gn_formula_expand leaves. */
gn_status gn_cx_eval(gn_context *ctx, const gn_formula *f, const gn_cx_binding *at, size_t count, gn_cx *out);

#endif
