/* objective.h -- a function of n numbers with value, gradient, directional derivative and Hessian-vector product, all
 * exact, in float64: a network with its loss on given rows, or an expression. What checks, stability and pictures look
 * at.
 *
 * Invariant: every derivative is made from the same graph (or formula) as the value; nothing is differenced. */
#ifndef GN_OBJECTIVE_H
#define GN_OBJECTIVE_H

#include "../nn/net.h"

typedef struct gn_objective gn_objective;

/* The loss of a network over the rows of a data set (all of them, as its reduction says; dropout off, batchnorm by its
 * running statistics) as a function of its trainable parameters, in the order of its tensors, without padding. The
 * weights are widened to float64; the network and the rows may go away. */
gn_status gn_objective_net(gn_context *ctx, const gn_net *net, const gn_dataset *rows, gn_objective **out);
/* An expression of the names, in their order; it lives in an arena of the caller's that must outlive the objective. */
gn_status gn_objective_formula(gn_context *ctx, const gn_formula *f, const char *const *names, size_t count,
                               const double *start, gn_objective **out);
void gn_objective_free(gn_objective *o);

size_t gn_objective_size(const gn_objective *o);
const double *gn_objective_start(const gn_objective *o);                    /* (n) the parameters as they were found */
void gn_objective_name(const gn_objective *o, size_t i, gn_text *to);       /* "0.weight[2,1]", "0.bias[3]", "x" */
/* Tensors: an expression's names are tensors of one number each. */
size_t gn_objective_tensors(const gn_objective *o);
typedef struct gn_objective_tensor { const char *name; int rank; size_t dim[2], offset, size; } gn_objective_tensor;
gn_objective_tensor gn_objective_tensor_at(const gn_objective *o, size_t i);

/* p, g, v, hv: (n). Each may be called again and again; nothing is allocated after the first call of its kind. */
gn_status gn_objective_value(gn_objective *o, const double *p, double *value);
gn_status gn_objective_gradient(gn_objective *o, const double *p, double *value, double *g);    /* value may be NULL */
/* g.v by forward mode */
gn_status gn_objective_forward(gn_objective *o, const double *p, const double *v, double *gv);
gn_status gn_objective_hvp(gn_objective *o, const double *p, const double *v, double *hv);
/* Gauss-Newton product J' L'' J v, with J the Jacobian of the network's output and L'' the Hessian of the loss with
 * respect to that output; GN_E_GRAPH_OP for an expression. */
gn_status gn_objective_gauss_newton(gn_objective *o, const double *p, const double *v, double *gv);
/* The whole Hessian (n, n), exactly symmetric by averaging; for n up to some hundreds. */
gn_status gn_objective_hessian(gn_objective *o, const double *p, double *h);
/* Signs of the inputs of every kinked operation (relu, leaky relu, abs, max, ... ) at p, as bytes -1, 0, 1; *count of
 * them is fixed for the objective. pattern NULL: only the count. `where` of the i-th: "layer 1, unit 3, row 7". */
gn_status gn_objective_kinks(gn_objective *o, const double *p, signed char *pattern, size_t *count);
void gn_objective_kink_name(const gn_objective *o, size_t i, gn_text *to);

/* What kind of function of the parameters this is, proved from the operations it is made of, never by sampling: a
 * polynomial of degree 0, 1 or 2, or GN_DEGREE_MORE for a higher one, for what is none, and for what cannot be proved.
 * pieces: something is compared or has a kink on the way, and the degree is that of every piece. */
enum { GN_DEGREE_MORE = 3 };
typedef struct gn_objective_form { int degree; bool pieces; } gn_objective_form;
gn_status gn_objective_form_of(gn_objective *o, gn_objective_form *out);
/* The same of the loss alone, as a function of what the network puts out; of an expression as above. */
gn_status gn_objective_loss_form(gn_objective *o, gn_objective_form *out);
/* Does the point lie exactly on a kink or a jump of an expression? Of a network it is not asked: false. */
gn_status gn_objective_on_kink(gn_objective *o, const double *p, bool *yes);

#endif
