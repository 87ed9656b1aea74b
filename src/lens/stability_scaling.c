/* stability_scaling.c -- what scaling of the inputs does to the curvature that the first layer sees, in numbers and in
 * words.
 *
 * Invariant: both sides are computed from the same rows; a column that never changes is centred and left. */
#include <math.h>
#include <string.h>

#include "stability.h"

typedef struct moments {
    size_t rows, inputs, n;     /* n: with the column of ones */
    const double *x;
    const double *weight;       /* (rows), of mean 1, or NULL */
    const double *mean, *factor;    /* (inputs), or NULL: as they are */
    double *room;               /* (rows) */
} moments;

static double element(const moments *m, size_t i, size_t j)
{
    if (j == m->inputs) return 1;
    double x = m->x[i * m->inputs + j];
    return m->mean ? (x - m->mean[j]) * m->factor[j] : x;
}

static gn_status product(void *user, const double *v, double *hv)
{
    const moments *m = user;
    memset(hv, 0, m->n * sizeof *hv);
    for (size_t i = 0; i < m->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < m->n; j++) sum += element(m, i, j) * v[j];
        if (m->weight) sum *= m->weight[i];
        for (size_t j = 0; j < m->n; j++) hv[j] += sum * element(m, i, j) / (double)m->rows;
    }
    return GN_OK;
}

static gn_status whole(gn_context *ctx, moments *m, double *largest, double *smallest)
{
    double *a = gn_alloc_array(ctx, m->n, m->n * sizeof *a), *value = gn_alloc_array(ctx, m->n, 2 * sizeof *value);
    gn_status s = a && value ? GN_OK : GN_NO_MEMORY;
    for (size_t j = 0; s == GN_OK && j < m->n; j++) {
        double *unit = value + m->n;
        memset(unit, 0, m->n * sizeof *unit);
        unit[j] = 1;
        product(m, unit, a + j * m->n);
    }
    if (s == GN_OK) s = gn_eigen_symmetric(ctx, m->n, a, value, NULL);
    if (s == GN_OK) {
        *largest = *smallest = value[m->n - 1];
        for (size_t i = m->n; i-- > 0;)
            if (value[i] > 1e-10 * *largest) *smallest = value[i];
    }
    gn_free(ctx, a);
    gn_free(ctx, value);
    return s;
}

static gn_status extremes(gn_context *ctx, moments *m, double *largest, double *smallest)
{
    if (m->n <= GN_STABILITY_WHOLE) return whole(ctx, m, largest, smallest);
    gn_lanczos out;
    const gn_lanczos_options o = { .steps = 60, .tolerance = 1e-6, .seed = 1 };
    GN_TRY(gn_lanczos_run(ctx, m->n, product, m, &o, 1, NULL, &out));
    *largest = out.largest[0].value;
    *smallest = NAN;
    return GN_OK;
}

void gn_standardise(size_t rows, size_t inputs, const double *x, double *mean, double *factor)
{
    for (size_t j = 0; j < inputs; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < rows; i++) sum += x[i * inputs + j];
        mean[j] = sum / (double)rows;
        for (size_t i = 0; i < rows; i++) {
            double away = x[i * inputs + j] - mean[j];
            squares += away * away;
        }
        double deviation = sqrt(squares / (double)rows);
        factor[j] = deviation > 1e-12 * fmax(1, fabs(mean[j])) ? 1 / deviation : 1;
    }
}

gn_status gn_scaling_of(gn_context *ctx, size_t rows, size_t inputs, const double *x, const double *weight, bool bias,
                        gn_scaling *out)
{
    *out = (gn_scaling){ .whole = inputs + bias <= GN_STABILITY_WHOLE };
    for (size_t i = 0; i < rows * inputs; i++) out->widest = fmax(out->widest, fabs(x[i]));
    if (!isfinite(out->widest * out->widest * (double)rows * (double)(inputs + bias))) {
        out->largest = out->smallest = out->scaled_largest = out->scaled_smallest = NAN;
        return GN_OK;
    }
    double *mean = gn_alloc_array(ctx, inputs + 1, 2 * sizeof *mean);
    if (!mean) return GN_NO_MEMORY;
    moments m = { .rows = rows, .inputs = inputs, .n = inputs + bias, .x = x, .weight = weight };
    gn_status s = extremes(ctx, &m, &out->largest, &out->smallest);
    gn_standardise(rows, inputs, x, mean, mean + inputs);
    m.mean = mean;
    m.factor = mean + inputs;
    if (s == GN_OK) s = extremes(ctx, &m, &out->scaled_largest, &out->scaled_smallest);
    gn_free(ctx, mean);
    return s;
}

/* ---- in words ---------------------------------------------------------------------------------------------------- */
#define SHOW(value) gn_stability_num(GN_NUM, s, (value))

static void given(gn_sheet *sheet, const char *title, const char *name, double value)
{
    gn_sheet_given(sheet, 0, title, gn_sheet_symbol(sheet, name, 1, 1, &value, GN_F64));
}

static bool within(double ratio, double share) { return fabs(log(ratio)) < share; }

/* One layer whose loss is not squared: its own eigenvalue on standardised inputs, and not that of the inputs. */
static void say_layer(const gn_stability *s, const gn_scaling *c, gn_sheet *sheet)
{
    double ratio = s->lambda / (c->lambda + s->decay);
    given(sheet, "largest of the loss then", "lambda_scaled", c->lambda);
    if (s->decay > 0) given(sheet, "weight decay", "decay", s->decay);
    gn_sheet_compute(sheet, 0, false, "largest rate then", "lr_scaled",
                     s->decay > 0 ? "limit/(lambda_scaled + decay)" : "limit/lambda_scaled");
    gn_sheet_text(sheet, 0, "That is of standardised inputs and %s.",
                  c->fresh ? "the same first weights" : "weights that predict the same as these");
    if (within(ratio, 0.01)) gn_sheet_text(sheet, 0, "Standardising would hardly change the limit.");
    else if (ratio < 1)
        gn_sheet_text(sheet, 0, "Standardising would not raise the limit: it would be %s times as large.", SHOW(ratio));
    else
        gn_sheet_text(sheet, 0, "Standardised inputs would let the rate be %s times as large.", SHOW(ratio));
}

/* ratio: the largest eigenvalue as it is over that of standardised inputs; kappa: both conditions, or NULL. */
static void say_scaling(const gn_stability *s, const gn_scaling *c, double ratio, const double *kappa, bool exact,
                        gn_sheet *sheet)
{
    bool spread = kappa && !within(kappa[0] / kappa[1], 0.1);
    if (within(ratio, 0.01))
        gn_sheet_text(sheet, 0, spread ? "Standardising would hardly change the largest, and so hardly the limit."
                                       : "Standardising would change next to nothing.");
    else if (s->root)
        gn_sheet_text(sheet, 0, "Standardised inputs would make the plain curvature that the first layer sees %s "
                                "times as large; P would change with it.", SHOW(1 / ratio));
    else if (!exact)
        gn_sheet_text(sheet, 0, "Standardising would %s the inputs' largest eigenvalue by %s. lambda of the whole "
                                "network follows it only as far as what the layers make of their inputs stays the "
                                "same%s.", ratio < 1 ? "multiply" : "divide",
                      SHOW(ratio < 1 ? 1 / ratio : ratio), c->fresh ? "; --scale standard shows it" : "");
    else if (s->decay > 0)
        gn_sheet_text(sheet, 0, "The inputs' part of lambda would be %s times as large.", SHOW(1 / ratio));
    else if (ratio < 1)
        gn_sheet_text(sheet, 0, "Standardising would not raise the limit: it would be %s times as large.", SHOW(ratio));
    else
        gn_sheet_text(sheet, 0, "Standardised inputs would let the rate be %s times as large.", SHOW(ratio));
    if (spread && kappa[0] > kappa[1])
        gn_sheet_text(sheet, 0, "The condition would fall from %s to %s: the directions that curve least would lag "
                                "less behind at a rate that the largest allows.", SHOW(kappa[0]), SHOW(kappa[1]));
    else if (spread)
        gn_sheet_text(sheet, 0, "The condition would rise from %s to %s: the directions that curve least would lag "
                                "further behind at a rate that the largest allows.", SHOW(kappa[0]), SHOW(kappa[1]));
}

void gn_scaling_sheet(const gn_stability *s, const gn_scaling *c, bool exact, gn_sheet *sheet)
{
    if (s->straight) return;    /* no rate follows from the curvature */
    if (c && isnan(c->largest)) {
        gn_sheet_text(sheet, 0, "What scaling the inputs would change is not said: the square of an input, %s, is "
                                "beyond a double.", SHOW(c->widest));
        return;
    }
    if (!c || !(c->largest > 0) || !(c->scaled_largest > 0)) return;
    const char *what[] = { "as they are", "standardised" };
    double largest[] = { c->largest, c->scaled_largest }, smallest[] = { c->smallest, c->scaled_smallest };
    double kappa[] = { c->largest / c->smallest, c->scaled_largest / c->scaled_smallest };
    gn_sheet_section(sheet, 0, "what scaling the inputs would change");
    const gn_sheet_column column[] = { { .title = "inputs", .text = what }, { .title = "largest", .number = largest },
                                       { .title = "smallest above 0", .number = smallest },
                                       { .title = "condition", .number = kappa } };
    gn_sheet_table(sheet, 0, "eigenvalues of X'X/rows, the inputs the first layer sees, with ones for a bias",
                   c->whole ? 4 : 2, 2, column);
    double ratio = c->largest / c->scaled_largest;
    exact = exact && !s->root;
    if (exact && isfinite(s->critical)) {
        given(sheet, "largest, as they are", "inputs_max", c->largest);
        given(sheet, "standardised", "scaled_max", c->scaled_largest);
        if (s->decay > 0) given(sheet, "weight decay", "decay", s->decay);
        gn_sheet_compute(sheet, 0, false, "largest rate then", "lr_scaled",
                         s->decay > 0 ? "limit/((lambda - decay)*scaled_max/inputs_max + decay)"
                                      : "lr_limit*inputs_max/scaled_max");
    }
    if (!s->root && c->lambda > 0 && isfinite(s->critical)) say_layer(s, c, sheet);
    else say_scaling(s, c, ratio, c->whole ? kappa : NULL, exact, sheet);
}
