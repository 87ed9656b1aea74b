/* neuron_theory.c -- the curvature of a neuron's loss and what it says of the rate: H = sum of c_i x~_i x~_i', x~ the
 * input with a 1 for the bias, c_i = d2L/dz2 of row i.
 *
 * Invariant: c is derived from the texts of loss and activation; for a linear neuron under a quadratic loss H does not
 * depend on the weights, and what follows is exact, else it is said to be local. Sources: docs/methods.md. */
#include "neuron_parts.h"
#include "spectrum.h"

#include <math.h>
#include <string.h>

enum { GN_NEURON_SPECTRUM = 256, GN_NEURON_MATRIX = 64 };

/* d2L/dz2 = d2L/dp2 (dp/dz)^2 + dL/dp d2p/dz2. */
static gn_status curvature_text(const gn_neuron *n, gn_arena *arena, const char **out)
{
    const gn_neuron_texts *t = &n->texts;
    *out = t->d2loss;
    if (t->linear) return GN_OK;
    const gn_formula *f;
    gn_text s;
    gn_text_init(&s, n->ctx);
    gn_text_printf(&s, "(%s)*dp_dz^2 + %s*(%s)", t->d2loss, n->spec.rows > 1 ? "dl_dp" : "dL_dp", t->slope2);
    gn_status status = gn_text_done(&s);
    if (status == GN_OK) status = gn_formula_parse(arena, s.at, s.length, &f);
    gn_text_free(&s);
    GN_TRY(status);
    GN_TRY(gn_formula_simplify(arena, f, &f));
    *out = gn_neuron_print(arena, f);
    return *out ? GN_OK : GN_NO_MEMORY;
}

static bool is_number(gn_arena *arena, const char *text, bool *is)
{
    const gn_formula *f;
    const char *const *names;
    size_t count;
    if (gn_formula_parse(arena, text, strlen(text), &f) != GN_OK) return false;
    if (gn_formula_names(arena, f, &names, &count) != GN_OK) return false;
    *is = count == 0;
    return true;
}

/* A second derivative may be constant but for kinks (|e|): then the first one is no straight line. */
static gn_status is_quadratic(const gn_neuron *n, gn_arena *arena, bool constant, bool *out)
{
    const gn_neuron_texts *t = &n->texts;
    const gn_formula *d, *d2;
    *out = false;
    if (!constant) return GN_OK;
    GN_TRY(gn_formula_parse(arena, t->dloss, strlen(t->dloss), &d));
    GN_TRY(gn_formula_parse(arena, t->d2loss, strlen(t->d2loss), &d2));
    const gn_formula *line = gn_formula_make(arena, GN_F_MUL, d2, gn_formula_name(arena, t->by_error ? "e" : "p"));
    const gn_formula *rest = gn_formula_make(arena, GN_F_SUB, d, line);
    if (!rest) return GN_NO_MEMORY;
    GN_TRY(gn_formula_simplify(arena, rest, &rest));
    *out = t->by_error ? !gn_formula_uses(rest, "e") : !gn_formula_uses(rest, "p");
    return GN_OK;
}

/* "2*x^2", "2*(dot(x, x) + 1) + decay". */
static const char *lambda_text(const gn_neuron *n, gn_arena *arena, const char *curvature, bool number)
{
    const char *square = n->spec.inputs > 1 ? "dot(x, x)" : "x^2";
    return gn_neuron_format(arena, n->spec.has_bias ? "%s*(%s + 1)%s" : "%s*%s%s", number ? curvature : "d2L_dz2",
                            square, n->spec.decay > 0 ? " + decay" : "");
}

/* ---- the Hessian ------------------------------------------------------------------------------------------------- */

typedef struct hessian {
    gn_neuron *n;
    gn_program *curvature;
    double factor;
    double *c;          /* (rows) */
    size_t size;
} hessian;

static double input_of(const hessian *h, size_t row, size_t i)
{
    return i < h->n->spec.inputs ? h->n->spec.x[row * h->n->spec.inputs + i] : 1;
}

static gn_status product(void *user, const double *v, double *hv)
{
    const hessian *h = user;
    for (size_t i = 0; i < h->size; i++) hv[i] = h->n->spec.decay * v[i];
    for (size_t r = 0; r < h->n->spec.rows; r++) {
        double dot = 0;
        for (size_t i = 0; i < h->size; i++) dot += input_of(h, r, i) * v[i];
        for (size_t i = 0; i < h->size; i++) hv[i] += h->factor * h->c[r] * dot * input_of(h, r, i);
    }
    return GN_OK;
}

static gn_status by_matrix(hessian *h, gn_neuron_theory *t)
{
    gn_context *ctx = h->n->ctx;
    double *a = gn_calloc(ctx, h->size * h->size, sizeof *a), *unit = gn_calloc(ctx, h->size, sizeof *unit);
    t->eigenvalue = gn_calloc(ctx, h->size, sizeof *t->eigenvalue);
    gn_status s = a && unit && t->eigenvalue ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < h->size; i++) {
        unit[i] = 1;
        s = product(h, unit, a + i * h->size);
        unit[i] = 0;
    }
    bool finite = s == GN_OK;
    for (size_t i = 0; finite && i < h->size * h->size; i++) finite = isfinite(a[i]);
    if (s == GN_OK && finite) s = gn_eigen_symmetric(ctx, h->size, a, t->eigenvalue, NULL);
    if (s == GN_OK && !finite)
        for (size_t i = 0; i < h->size; i++) t->eigenvalue[i] = NAN;
    if (s == GN_OK) t->lambda = t->eigenvalue[h->size - 1];
    if (s == GN_OK && h->size <= GN_NEURON_MATRIX) t->hessian = a;
    else gn_free(ctx, a);
    gn_free(ctx, unit);
    return s;
}

static gn_status by_lanczos(hessian *h, gn_neuron_theory *t)
{
    gn_lanczos_options o = {.steps = 200, .tolerance = 1e-12, .seed = 1};
    gn_lanczos l;
    GN_TRY(gn_lanczos_run(h->n->ctx, h->size, product, h, &o, 1, NULL, &l));
    t->lambda = l.largest[0].value;
    return GN_OK;
}

/* One row: c |x~|^2 and 0; the sum is in the order of the text that is shown. */
static void by_row(const hessian *h, gn_neuron_theory *t)
{
    double sum = 0;
    for (size_t i = 0; i < h->size; i++) sum += input_of(h, 0, i) * input_of(h, 0, i);
    t->lambda = h->c[0] * sum + h->n->spec.decay;
    t->smallest = h->n->spec.decay > 0 && h->size > 1 ? h->n->spec.decay : t->lambda;
}

double gn_neuron_factor(const gn_neuron_spec *s)
{
    if (s->rows == 1 || !strcmp(s->reduction, "sum")) return 1;
    return !strcmp(s->reduction, "mean") ? 1.0 / (double)s->rows : 0.5;
}

static gn_status spectrum_of(hessian *h, gn_neuron_theory *t)
{
    t->smallest = NAN;
    if (h->size <= GN_NEURON_SPECTRUM) GN_TRY(by_matrix(h, t));
    else if (h->n->spec.rows > 1) GN_TRY(by_lanczos(h, t));
    if (h->n->spec.rows == 1) by_row(h, t);
    else
        for (size_t i = h->size; t->eigenvalue && i-- > 0;)
            if (t->eigenvalue[i] > 1e-10 * t->lambda) t->smallest = t->eigenvalue[i];
    return GN_OK;
}

static gn_status measure(gn_neuron *n, const char *curvature, gn_neuron_theory *t)
{
    hessian h = {.n = n, .factor = gn_neuron_factor(&n->spec), .size = t->size};
    GN_TRY(gn_neuron_compile(n, &n->arena, curvature, 1, &h.curvature));
    double *room = gn_alloc_array(n->ctx, gn_program_room(h.curvature) + 1, sizeof *room);
    h.c = gn_alloc_array(n->ctx, n->spec.rows, sizeof *h.c);
    gn_status s = room && h.c ? GN_OK : GN_NO_MEMORY;
    for (size_t r = 0; s == GN_OK && r < n->spec.rows; r++) {
        if (n->spec.rows > 1) gn_neuron_row(n, r);
        h.c[r] = gn_program_run(h.curvature, n->value, room);
    }
    if (s == GN_OK) t->curvature = h.c[0];
    if (s == GN_OK) s = spectrum_of(&h, t);
    gn_free(n->ctx, room);
    t->row_curvature = h.c;
    return s;
}

/* ---- the rate ---------------------------------------------------------------------------------------------------- */

static gn_status judge(gn_neuron *n, gn_neuron_theory *t)
{
    const gn_neuron_spec *s = &n->spec;
    t->eta_lambda = s->hyper[0] * t->lambda;
    t->regime = gn_regime_of(t->eta_lambda, &t->r, &t->band);
    if (!isfinite(t->eta_lambda)) {
        t->regime = t->eta_lambda > 0 ? GN_REGIME_DIVERGENT : GN_REGIME_COUNT;
        t->band = 0;
    }
    GN_TRY(gn_limit_of(n->ctx, s->optimizer, s->hyper, &t->limit));
    bool limited = t->limit.known && !t->limit.preconditioned && t->lambda > 0;
    t->critical_rate = limited ? t->limit.value / t->lambda : INFINITY;
    double smallest = isfinite(t->smallest) ? t->smallest : t->lambda;
    t->best_rate = s->optimizer == GN_OPT_sgd && t->lambda > 0 ? 2 / (t->lambda + smallest) : NAN;
    if (s->optimizer == GN_OPT_sgd) return GN_OK;
    t->r = NAN;
    if (!t->limit.known || t->limit.preconditioned || !isfinite(t->eta_lambda)) {
        t->regime = GN_REGIME_COUNT;
        return GN_OK;
    }
    GN_TRY(gn_iteration_of(n->ctx, s->optimizer, s->hyper, t->eta_lambda, &t->iteration));
    t->regime = gn_regime_under(&t->limit, &t->iteration, t->eta_lambda);
    return GN_OK;
}

gn_status gn_neuron_theory_of(gn_neuron *n, gn_neuron_theory *out)
{
    bool constant = false, number = false, quadratic = false;
    gn_arena *a = &n->arena;
    *out = (gn_neuron_theory){.size = n->spec.inputs + n->spec.has_bias};
    GN_TRY(curvature_text(n, a, &out->curvature_text));
    if (!is_number(a, n->texts.d2loss, &constant) || !is_number(a, out->curvature_text, &number)) return GN_NO_MEMORY;
    GN_TRY(is_quadratic(n, a, constant, &quadratic));
    out->linear = n->texts.linear && quadratic;
    out->piecewise = !out->linear && (n->texts.linear || !strcmp(n->texts.slope2, "0")) && constant;
    if (n->spec.rows == 1) out->lambda_text = lambda_text(n, a, out->curvature_text, number);
    gn_status s = measure(n, out->curvature_text, out);
    if (s == GN_OK) s = judge(n, out);
    if (s != GN_OK) gn_neuron_theory_free(n, out);
    return s;
}

void gn_neuron_theory_free(gn_neuron *n, gn_neuron_theory *t)
{
    gn_free(n->ctx, t->hessian);
    gn_free(n->ctx, t->eigenvalue);
    gn_free(n->ctx, t->row_curvature);
    t->hessian = t->eigenvalue = t->row_curvature = NULL;
}

size_t gn_neuron_flat(const gn_neuron_theory *t)
{
    size_t flat = 0;
    for (size_t i = 0; t->eigenvalue && i < t->size; i++) flat += fabs(t->eigenvalue[i]) <= 1e-10 * t->lambda;
    return flat;
}
