/* neuron_ending.c -- when a divergent run will leave the numbers of a precision: predicted, without the run.
 *
 * A linear neuron with a quadratic loss is a linear iteration under sgd, momentum and nesterov: errors and weights
 * after a step are those before it plus what the optimiser's row makes of the gradient. It is iterated here with the
 * exponent apart, so that it has no largest number; the step at which a number needs a larger exponent than a precision
 * has is the prediction. Invariant: what is compared is every number that the texts of the loss, of its slope and of the
 * optimiser's row pass through, since any of them may be the first to end; none of these texts is restated here. */
#include "neuron_parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { APART = 400, SETTLED = 512, NEAR = 4096 };   /* powers of 2 put aside at once; steps */
enum { NAMES = 2 + GN_OPT_SLOTS + GN_OPT_HYPER, ASSIGNED_MOST = 8 };
static const double most_work = 4e6;                /* rows times weights times steps */

/* x (rows, inputs). A number of the iteration is the one here times 2^aside. */
typedef struct iteration {
    const gn_neuron_spec *spec;
    size_t size;                        /* inputs, and the bias */
    double factor;                      /* of the sum over the rows */
    gn_neuron_traced loss, slope;       /* of a row over its e */
    gn_neuron_traced row[ASSIGNED_MOST];    /* the assignments of the optimiser's row over w, g, slots, parameters */
    size_t assigned, to[ASSIGNED_MOST];     /* to which of these names */
    double *error, *state;              /* (rows); weights, then slots, (size) each */
    double *gradient, *added;           /* (size) each */
    bool *side;                         /* (size, 2) */
    bool on_edge;                       /* a number ended by no more than rounding makes */
    bool none;                          /* in this step a number is no number: infinity less infinity, or times 0 */
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

/* Does any number of a text that was followed end? */
static bool text_ends(iteration *it, const gn_neuron_traced *t)
{
    bool yes = false;
    for (size_t i = 0; i < t->terms; i++)
        yes = yes || (t->term[i].power > 0 && ends(it, t->term[i].value, t->term[i].power));
    return yes;
}

/* The sum of a row as it is added up, and its error. */
static bool row_ends(iteration *it, size_t r)
{
    double sum = 0;
    bool yes = ends(it, it->error[r], 1);
    for (size_t i = 0; i < it->size; i++) {
        double part = it->state[i] * input_of(it, r, i);
        sum += part;
        yes = yes || ends(it, part, 1) || ends(it, sum, 1);
    }
    return yes;
}

/* The losses of the rows and of all. */
static bool loss_ends(iteration *it)
{
    double sum = 0;
    bool yes = false;
    for (size_t r = 0; r < it->spec->rows; r++) {
        sum += gn_neuron_follow(&it->loss, &it->error[r], it->aside);
        yes = yes || row_ends(it, r) || text_ends(it, &it->loss);
    }
    return yes || ends(it, sum, 2);
}

/* What row r sends back joins the sums; `side` of each weight: a part of it ends below 0, or above. What has ended is no
 * number any more when it meets an input of 0. */
static void add_row(iteration *it, size_t r)
{
    double back = gn_neuron_follow(&it->slope, &it->error[r], it->aside);
    bool ended = row_ends(it, r) || text_ends(it, &it->slope);
    for (size_t i = 0; i < it->size; i++) {
        double part = back * input_of(it, r, i);
        it->gradient[i] += part;
        if (ended || ends(it, part, 1)) it->side[2 * i + (part > 0)] = true;
        it->none = it->none || (ended && input_of(it, r, i) == 0);
    }
}

/* Fills the gradient and says whether it ends, or a part that it is made of. Rows that end to both sides give infinity
 * less infinity: not a number at once. */
static bool gradient_ends(iteration *it)
{
    bool yes = false;
    it->none = false;
    memset(it->gradient, 0, it->size * sizeof *it->gradient);
    memset(it->side, 0, 2 * it->size * sizeof *it->side);
    for (size_t r = 0; r < it->spec->rows; r++) add_row(it, r);
    for (size_t i = 0; i < it->size; i++) {
        const bool *side = &it->side[2 * i];
        double sum = it->gradient[i];
        it->gradient[i] *= it->factor;
        yes = yes || side[0] || side[1] || ends(it, sum, 1) || ends(it, it->gradient[i], 1);
        it->none = it->none || (side[0] && side[1]);
    }
    return yes;
}

/* The row's text on one weight, as the run has it: does a number on the way end? */
static bool row_text_ends(iteration *it, size_t i)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[it->spec->optimizer];
    size_t slots = (size_t)row->slots;
    double value[NAMES] = {it->state[i], it->gradient[i]};
    bool yes = false;
    for (size_t j = 0; j < slots; j++) value[2 + j] = it->state[(j + 1) * it->size + i];
    memcpy(value + 2 + slots, it->spec->hyper, (size_t)row->parameters * sizeof *value);
    for (size_t k = 0; k < it->assigned; k++) {
        value[it->to[k]] = gn_neuron_follow(&it->row[k], value, it->aside);
        yes = yes || text_ends(it, &it->row[k]);
    }
    return yes;
}

/* What the number is in the precision. */
static double in_precision(const iteration *it, double value)
{
    double all = ldexp(value, it->aside);
    return it->most == FLT_MAX_EXP ? (double)(float)all : all;
}

/* Does the row's text make what has ended no number at all, as 0 times infinity? */
static bool row_text_is_none(iteration *it, size_t i)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[it->spec->optimizer];
    const gn_type type = it->most == FLT_MAX_EXP ? GN_F32 : GN_F64;
    const bool *side = &it->side[2 * i];
    size_t slots = (size_t)row->slots;
    double value[NAMES] = {in_precision(it, it->state[i]), in_precision(it, it->gradient[i])};
    if (side[0] || side[1]) value[1] = side[0] ? -INFINITY : INFINITY;
    for (size_t j = 0; j < slots; j++) value[2 + j] = in_precision(it, it->state[(j + 1) * it->size + i]);
    memcpy(value + 2 + slots, it->spec->hyper, (size_t)row->parameters * sizeof *value);
    for (size_t k = 0; k < it->assigned; k++) value[it->to[k]] = gn_neuron_follow_in(&it->row[k], value, type);
    return isnan(value[0]);
}

/* The decay joins the gradient; does it end, or a number of the optimiser's row? */
static bool given_ends(iteration *it)
{
    bool yes = false;
    for (size_t i = 0; i < it->size; i++) {
        double decay = it->spec->decay > 0 ? it->spec->decay * it->state[i] : 0;
        it->gradient[i] += decay;
        yes = yes || ends(it, decay, 1) || ends(it, it->gradient[i], 1) || row_text_ends(it, i);
        it->none = it->none || row_text_is_none(it, i);
    }
    return yes;
}

/* One step of the optimiser's row; what it adds goes to the weights and the errors. */
static bool step_ends(iteration *it)
{
    const gn_kernels *k = gn_kernels_reference(GN_F64);
    const gn_optimizer_row *row = &gn_optimizer_table()[it->spec->optimizer];
    double hyper[GN_OPT_HYPER] = {0};
    void *slot[GN_OPT_SLOTS] = {NULL};
    bool yes = given_ends(it);
    memcpy(hyper, it->spec->hyper, (size_t)row->parameters * sizeof *hyper);
    for (int i = 0; i < row->slots; i++) slot[i] = it->state + (size_t)(i + 1) * it->size;
    memset(it->added, 0, it->size * sizeof *it->added);
    k->update[it->spec->optimizer](it->size, it->added, it->gradient, slot, hyper);
    for (size_t i = 0; i < it->size; i++) {
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
    bool weight = weight_ends(it), gone = false;
    double growth = 0, middle = 0, k = 0;
    for (double done = 0; done <= last; done++, k++) {
        if (done == SETTLED / 2) middle = size_of(it);
        if (done == SETTLED) growth = (size_of(it) - middle) / (SETTLED / 2);
        if (done >= SETTLED) k += leap(it, numbers, growth, isfinite(out->loss));
        it->seen[1] = it->seen[2] = 0;
        bool gradient = gradient_ends(it) || weight;
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
        gone = it->none;
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

/* The texts of the loss and of its slope over e. */
static gn_status trace_loss(gn_neuron *n, gn_arena *arena, iteration *it, bool *known)
{
    static const char *const name[] = {"e"};
    static const int power[] = {1};
    const gn_formula *f;
    GN_TRY(gn_formula_parse(arena, n->texts.loss, strlen(n->texts.loss), &f));
    GN_TRY(gn_neuron_trace(arena, f, name, power, 1, &it->loss));
    GN_TRY(gn_formula_parse(arena, n->texts.dloss, strlen(n->texts.dloss), &f));
    GN_TRY(gn_neuron_trace(arena, f, name, power, 1, &it->slope));
    *known = *known && it->loss.known && it->slope.known;
    return GN_OK;
}

static gn_status trace_row(gn_arena *arena, const gn_optimizer_row *row, iteration *it, bool *known)
{
    const char *name[NAMES] = {"w", "g"};
    int power[NAMES] = {1, 1};
    size_t names = 2;
    gn_formula_step *step;
    for (int i = 0; i < row->slots; i++) {
        power[names] = 1;
        name[names++] = row->slot_name[i];
    }
    for (int i = 0; i < row->parameters; i++) name[names++] = row->parameter_name[i];
    GN_TRY(gn_formula_parse_steps(arena, row->update, strlen(row->update), &step, &it->assigned));
    *known = *known && it->assigned <= ASSIGNED_MOST;
    for (size_t k = 0; *known && k < it->assigned; k++) {
        while (it->to[k] < names && strcmp(name[it->to[k]], step[k].name) != 0) it->to[k]++;
        GN_TRY(gn_neuron_trace(arena, step[k].value, name, power, names, &it->row[k]));
        *known = it->row[k].known && it->to[k] < names;
    }
    return GN_OK;
}

/* With the numbers of the iteration in the arena. */
static gn_status predict(gn_neuron *n, gn_arena *arena, iteration *it, gn_neuron_overflow *out)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[n->spec.optimizer];
    size_t numbers = n->spec.rows + it->size * (1 + (size_t)row->slots);
    bool known = true;
    GN_TRY(trace_loss(n, arena, it, &known));
    GN_TRY(trace_row(arena, row, it, &known));
    if (!known) return GN_OK;
    it->error = gn_arena_alloc(arena, numbers + 2 * it->size, sizeof *it->error);
    it->side = gn_arena_alloc(arena, 2 * it->size, sizeof *it->side);
    if (!it->error || !it->side) return GN_NO_MEMORY;
    memset(it->error, 0, numbers * sizeof *it->error);
    it->state = it->error + n->spec.rows;
    it->gradient = it->error + numbers;
    it->added = it->gradient + it->size;
    begin(n, it);
    follow(it, numbers, out);
    out->on_edge = it->on_edge;
    return GN_OK;
}

gn_status gn_neuron_overflow_predicted(gn_neuron *n, gn_type type, gn_neuron_overflow *out)
{
    gn_neuron_theory t;
    gn_arena arena;
    const gn_neuron_spec *s = &n->spec;
    iteration it = {.spec = s, .size = s->inputs + s->has_bias, .factor = s->rows > 1 ? gn_neuron_factor(s) : 1,
                    .most = type == GN_F32 ? FLT_MAX_EXP : DBL_MAX_EXP};
    *out = (gn_neuron_overflow){INFINITY, INFINITY, INFINITY, INFINITY, false};
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    GN_TRY(gn_neuron_theory_of(n, &t));
    bool grows = is_known(n, &t) && t.regime == GN_REGIME_DIVERGENT;
    gn_neuron_theory_free(n, &t);
    if (!grows) return GN_OK;
    gn_arena_init(&arena, n->ctx);
    gn_status status = predict(n, &arena, &it, out);
    gn_arena_free(&arena);
    return status;
}
