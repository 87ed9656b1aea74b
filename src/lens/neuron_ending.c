/* neuron_ending.c -- when a divergent run will leave the numbers of a precision: predicted, without the run.
 *
 * A linear neuron with a quadratic loss is a linear iteration under sgd, momentum and nesterov: errors and weights after
 * a step are those before it plus what the optimiser's row makes of the gradient. It is iterated here with the exponent
 * apart, so that it has no largest number; the step at which a number needs a larger exponent than a precision has is
 * the prediction. Invariant: what is compared is every number that the formulas pass through (e^2, dL/dp, lr*g, ...),
 * since any of them may be the first to end. */
#include "neuron_parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { APART = 400, SETTLED = 512, NEAR = 4096 };   /* powers of 2 put aside at once; steps */
static const double most_work = 4e6;                /* rows times weights times steps */

/* x (rows, inputs). A number of the iteration is the one here times 2^aside. */
typedef struct iteration {
    const gn_neuron_spec *spec;
    size_t size;                        /* inputs, and the bias */
    double curvature, factor;           /* d2L/dp2 of a row; of the sum over the rows */
    double *error, *state;              /* (rows); weights, then slots, (size) each */
    double *gradient, *added;           /* (size) each */
    bool on_edge;                       /* a number ended by no more than rounding makes */
    int aside, most;                    /* exponents: put aside; of the largest number, DBL_MAX_EXP or FLT_MAX_EXP */
    double seen[3];                     /* the largest number of each power that was looked at in this step */
} iteration;

static double input_of(const iteration *it, size_t row, size_t i)
{
    return i < it->spec->inputs ? it->spec->x[row * it->spec->inputs + i] : 1;
}

/* Too large for the precision when `power` factors are the iteration's own. */
static bool ends(iteration *it, double value, int power)
{
    int exponent;
    it->seen[power] = fmax(it->seen[power], fabs(value));
    if (value == 0) return false;
    if (!isfinite(value)) return true;
    const double rounding = it->most == FLT_MAX_EXP ? 1e-5 : 1e-12;
    double part = fabs(frexp(value, &exponent));    /* from 1/2 */
    exponent += power * it->aside;
    if (exponent == it->most + 1 && part < 0.5 * (1 + rounding)) it->on_edge = true;
    return exponent > it->most;
}

/* p, e and the losses of the rows and of all. */
static bool loss_ends(iteration *it)
{
    double sum = 0;
    bool yes = false;
    for (size_t r = 0; r < it->spec->rows; r++) {
        double e = it->error[r], l = fmax(1, it->curvature / 2) * e * e;
        sum += l;
        yes = yes || ends(it, e, 1) || ends(it, l, 2);
        for (size_t i = 0; i < it->size; i++) yes = yes || ends(it, it->state[i] * input_of(it, r, i), 1);
    }
    return yes || ends(it, sum, 2);
}

/* Fills the gradient, decay included, and says whether it ends, or a part that it is made of. Rows that end to both
 * sides give infinity less infinity: *none, not a number at once. */
static bool gradient_ends(iteration *it, bool *none)
{
    bool yes = false;
    *none = false;
    for (size_t i = 0; i < it->size; i++) {
        double sum = 0;
        bool side[2] = {false, false};
        for (size_t r = 0; r < it->spec->rows; r++) {
            double back = it->curvature * it->error[r], part = back * input_of(it, r, i);
            sum += part;
            side[part > 0] = side[part > 0] || ends(it, back, 1) || ends(it, part, 1);
        }
        yes = yes || side[0] || side[1];
        *none = *none || (side[0] && side[1]);
        it->gradient[i] = it->factor * sum + it->spec->decay * it->state[i];
        yes = yes || ends(it, sum, 1) || ends(it, it->gradient[i], 1);
    }
    return yes;
}

/* One step of the optimiser's row; does what it adds end, or its state? */
static bool step_ends(iteration *it)
{
    const gn_kernels *k = gn_kernels_reference(GN_F64);
    const gn_optimizer_row *row = &gn_optimizer_table()[it->spec->optimizer];
    double hyper[GN_OPT_HYPER] = {0};
    void *slot[GN_OPT_SLOTS] = {NULL};
    bool yes = false;
    memcpy(hyper, it->spec->hyper, (size_t)row->parameters * sizeof *hyper);
    for (int i = 0; i < row->slots; i++) slot[i] = it->state + (size_t)(i + 1) * it->size;
    memset(it->added, 0, it->size * sizeof *it->added);
    k->update[it->spec->optimizer](it->size, it->added, it->gradient, slot, hyper);
    for (size_t i = 0; i < it->size; i++) {
        yes = yes || ends(it, it->added[i], 1);
        for (int j = 0; j < row->slots; j++) yes = yes || ends(it, ((double *)slot[j])[i], 1);
        it->state[i] += it->added[i];
        for (size_t r = 0; r < it->spec->rows; r++) it->error[r] += it->added[i] * input_of(it, r, i);
    }
    return yes;
}

static void put_aside(iteration *it, size_t numbers)
{
    double largest = 0;
    for (size_t i = 0; i < numbers; i++) largest = fmax(largest, fabs(it->error[i]));
    if (!(largest > 0x1p400)) return;
    for (size_t i = 0; i < numbers; i++) it->error[i] *= 0x1p-400;
    it->aside += APART;
}

static bool weight_ends(iteration *it)
{
    bool yes = false;
    for (size_t i = 0; i < it->size; i++) yes = yes || ends(it, it->state[i], 1);
    return yes;
}

/* Steps until the largest number of a power ends, by the growth of the long run. */
static double steps_left(const iteration *it, int power, double growth)
{
    double now = log2(it->seen[power]) + power * it->aside;
    return it->seen[power] > 0 ? (it->most - now) / (power * growth) : INFINITY;
}

/* In the long run every number grows by one factor, 2^growth a step: most of the steps to where the next number can end
 * are taken at once. Returns how many. */
static double leap(iteration *it, size_t numbers, double growth, bool loss_ended)
{
    if (!(growth > 0)) return 0;
    double steps = steps_left(it, 1, growth);
    if (!loss_ended) steps = fmin(steps, steps_left(it, 2, growth));
    steps = floor(steps - NEAR);
    if (!(steps > NEAR)) return 0;
    double by = steps * growth, whole = floor(by);
    for (size_t i = 0; i < numbers; i++) it->error[i] *= exp2(by - whole);
    it->aside += (int)whole;
    return steps;
}

static double size_of(const iteration *it) { return log2(it->seen[1]) + it->aside; }

/* An infinite weight makes everything infinite at that step, and infinity less infinity is NaN one step later. */
static void follow(iteration *it, size_t numbers, gn_neuron_overflow *out)
{
    const double last = floor(most_work / (double)(it->spec->rows * it->size));
    bool weight = weight_ends(it), none = false, gone = false;
    double growth = 0, middle = 0, k = 0;
    for (double done = 0; done <= last; done++, k++) {
        if (done == SETTLED / 2) middle = size_of(it);
        if (done == SETTLED) growth = (size_of(it) - middle) / (SETTLED / 2);
        if (done >= SETTLED) k += leap(it, numbers, growth, isfinite(out->loss));
        it->seen[1] = it->seen[2] = 0;
        bool gradient = gradient_ends(it, &none) || weight;
        if (isinf(out->loss) && (weight || loss_ends(it))) out->loss = k;
        if (isinf(out->gradient) && gradient) out->gradient = k;
        if (weight) {
            out->weight = k;
            out->nan = gone ? k : k + 1;
            return;
        }
        bool given = step_ends(it) || gradient;
        put_aside(it, numbers);
        weight = given || weight_ends(it);
        gone = none;
    }
}

static bool is_known(const gn_neuron *n, const gn_neuron_theory *t)
{
    const gn_neuron_spec *s = &n->spec;
    bool steady = t->limit.known && !t->limit.preconditioned && !(s->clip > 0);
    return t->linear && n->texts.by_error && steady;
}

/* The error of each row, and the weights, at the start; the optimiser's state is 0. */
static void begin(gn_neuron *n, iteration *it)
{
    size_t size;
    for (size_t r = 0; r < n->spec.rows; r++) {
        if (n->spec.rows > 1) gn_neuron_row(n, r);
        it->error[r] = gn_neuron_value(n, "e", &size)[0];
    }
    memcpy(it->state, gn_neuron_weights(n), n->spec.inputs * sizeof *it->state);
    if (n->spec.has_bias) it->state[n->spec.inputs] = gn_neuron_bias(n);
}

gn_status gn_neuron_overflow_predicted(gn_neuron *n, gn_type type, gn_neuron_overflow *out)
{
    gn_neuron_theory t;
    const gn_neuron_spec *s = &n->spec;
    size_t size = s->inputs + s->has_bias, slots = (size_t)gn_optimizer_table()[s->optimizer].slots;
    *out = (gn_neuron_overflow){INFINITY, INFINITY, INFINITY, INFINITY, false};
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    GN_TRY(gn_neuron_theory_of(n, &t));
    bool grows = is_known(n, &t) && t.regime == GN_REGIME_DIVERGENT;
    iteration it = {.spec = s, .size = size, .curvature = t.curvature, .factor = s->rows > 1 ? gn_neuron_factor(s) : 1};
    gn_neuron_theory_free(n, &t);
    if (!grows) return GN_OK;
    size_t numbers = s->rows + size * (1 + slots);
    it.error = gn_calloc(n->ctx, numbers + 2 * size, sizeof *it.error);
    if (!it.error) return GN_NO_MEMORY;
    it.state = it.error + s->rows;
    it.gradient = it.error + numbers;
    it.added = it.gradient + size;
    it.most = type == GN_F32 ? FLT_MAX_EXP : DBL_MAX_EXP;
    begin(n, &it);
    follow(&it, numbers, out);
    out->on_edge = it.on_edge;
    gn_free(n->ctx, it.error);
    return GN_OK;
}
