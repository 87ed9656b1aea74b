/* facts.c -- numbers of a traced run counted, compared, and said: units, the way back, the loss. What the input does to
 * the output is in facts_input.c. */
#include "facts.h"
#include "../data/model.h"

#include <math.h>
#include <string.h>

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

const char *gn_facts_number(gn_numtext *room, double v, gn_type type, int digits)
{
    if (type == GN_F32 && digits > 9) return gn_num32(room, (float)v);
    return digits >= 17 ? gn_num(room, v) : gn_num_digits(room, v, digits > 0 ? digits : GN_FACT_DIGITS);
}

int gn_facts_few(int digits, int few) { return digits > GN_FACT_DIGITS || (digits > 0 && digits < few) ? digits : few; }

/* ---- units ------------------------------------------------------------------------------------------------------- */

/* Value and slope of an activation at x, by its row. */
static void evaluate(const gn_trace *t, const gn_layer *l, double x, double *y, double *slope)
{
    const gn_pointwise_row *row = &gn_pointwise_table()[l->act];
    gn_arena arena;
    const gn_formula *value, *d;
    gn_binding bound[4] = { { "x", x }, { "y", 0 } };
    size_t n = 2;
    *y = *slope = 0;
    for (int i = 0; i < row->parameters; i++) bound[n++] = (gn_binding){ row->parameter_name[i], l->par[i] };
    gn_arena_init(&arena, t->ctx);
    bool read = gn_formula_parse(&arena, row->value, strlen(row->value), &value) == GN_OK &&
                gn_formula_parse(&arena, row->slope[0], strlen(row->slope[0]), &d) == GN_OK;
    if (read && gn_formula_eval(t->ctx, value, bound, n, y) == GN_OK) {
        bound[1].value = *y;
        if (gn_formula_eval(t->ctx, d, bound, n, slope) != GN_OK) *slope = 0;
    }
    gn_arena_free(&arena);
}

/* For activations that saturate it is the largest slope there is. */
static double slope_at_zero(const gn_trace *t, const gn_layer *l)
{
    double y, slope;
    evaluate(t, l, 0, &y, &slope);
    return slope;
}

/* Flat to both sides: a unit without slope is saturated there, while one of relu's kind is off. */
static bool is_bounded(const gn_trace *t, const gn_layer *l)
{
    double y, right, left;
    evaluate(t, l, 1e4, &y, &right);
    evaluate(t, l, -1e4, &y, &left);
    return right == 0 && left == 0;
}

/* At 0: a slope may be written by cases and be continuous there, as that of elu, or have its kinks elsewhere. */
static bool has_kink(const gn_trace *t, const gn_layer *l)
{
    double y, right, left;
    evaluate(t, l, 1e-9, &y, &right);
    evaluate(t, l, -1e-9, &y, &left);
    return fabs(right - left) > 1e-6;
}

/* The largest |slope| of a unit over the batch; NaN when one is, of which nothing can be said. */
static double steepest(const gn_trace *t, size_t layer, size_t unit)
{
    double most = 0;
    for (size_t i = 0; i < t->rows; i++) {
        double slope = fabs(gn_trace_at(t, t->layer[layer].slope, i * t->net->layer[layer].outputs + unit));
        if (isnan(slope)) return slope;
        most = fmax(most, slope);
    }
    return most;
}

gn_fact_units gn_facts_units(const gn_trace *t, size_t layer)
{
    const gn_layer *l = &t->net->layer[layer];
    gn_fact_units f = { .units = l->outputs };
    if (!t->layer[layer].slope) return f;
    double full = slope_at_zero(t, l);
    for (size_t j = 0; j < l->outputs; j++) {
        double most = steepest(t, layer, j);
        f.dead += most == 0;
        f.saturated += most > 0 && most < GN_FACT_SATURATED * full;
    }
    bool kink = has_kink(t, l);
    for (size_t i = 0; kink && i < t->rows * l->outputs; i++)
        f.at_kink += gn_trace_at(t, t->layer[layer].z, i) == 0;
    return f;
}

/* ", units 0, 2, 3 ..." of those for which the slope is as asked. */
static void put_units(gn_text *to, const gn_trace *t, size_t layer, bool dead, double limit)
{
    size_t said = 0;
    for (size_t j = 0; j < t->net->layer[layer].outputs && said <= 8; j++) {
        double most = steepest(t, layer, j);
        if (dead ? !(most == 0) : !(most > 0 && most < limit)) continue;
        if (said == 8) gn_text_puts(to, ", ...");
        else gn_text_printf(to, "%s%zu", said ? ", " : ": ", j);
        said++;
    }
}

static double norm_of(const gn_trace *t, gn_node n)
{
    double sum = 0;
    for (size_t i = 0; i < gn_trace_size(t, n); i++) sum += gn_trace_at(t, n, i) * gn_trace_at(t, n, i);
    return sqrt(sum);
}

/* The size of the gradient with respect to what a layer gets. */
static double gradient_before(const gn_trace *t, size_t layer)
{
    return norm_of(t, layer ? t->layer[layer - 1].d_out : t->dx);
}

/* Where no unit has a slope: what that means for the layers before is read off the gradient that reaches them, which a
 * block's skip path brings there all the same. */
static void say_stopped(const gn_trace *t, const gn_facts_about *of, size_t layer, gn_sheet *s)
{
    const gn_trace_layer *at = &t->layer[layer];
    int number = t->net->layer[layer].number;
    double before = gradient_before(t, layer);
    if (at->out == at->act && before == 0)
        gn_sheet_text(s, 0, "layer %d lets nothing through: no gradient reaches what is before it", number);
    if (at->out == at->act || !(before > 0)) return;
    gn_sheet_text(s, 0, "no gradient goes through the units of layer %d; what is before it gets its gradient, of size "
                  "%s, by the skip path alone", number,
                  gn_facts_number(GN_NUM, before, t->net->spec.type, of->digits));
}

static void say_units(const gn_trace *t, const gn_facts_about *of, size_t layer, gn_sheet *s)
{
    const gn_layer *l = &t->net->layer[layer];
    int number = l->number;
    const char *act = gn_pointwise_table()[l->act].name, *rows = t->rows == 1 ? "on this row" : "on every row";
    gn_fact_units f = gn_facts_units(t, layer);
    gn_text list;
    gn_text_init(&list, t->ctx);
    if (f.dead) {
        put_units(&list, t, layer, true, 0);
        gn_sheet_text(s, 0, "layer %d: %zu of %zu %s units are %s %s (slope 0)%s", number, f.dead, f.units, act,
                      is_bounded(t, l) ? "saturated" : "off", rows, list.at ? list.at : "");
        if (f.dead == f.units) say_stopped(t, of, layer, s);
    }
    gn_text_clear(&list);
    if (f.saturated) {
        put_units(&list, t, layer, false, GN_FACT_SATURATED * slope_at_zero(t, l));
        gn_sheet_text(s, 0, "layer %d: %zu of %zu %s units are saturated %s (slope below %s of its largest)%s", number,
                      f.saturated, f.units, act, rows, gn_num(GN_NUM, GN_FACT_SATURATED), list.at ? list.at : "");
    }
    gn_text_free(&list);
    if (f.at_kink)
        gn_sheet_text(s, 0,
                      "layer %d: z is exactly 0 in %zu place%s, at the kink of %s; its slope there is %s by convention",
                      number, f.at_kink, f.at_kink == 1 ? "" : "s", act, gn_num(GN_NUM, slope_at_zero(t, l)));
}

/* ---- the way back ------------------------------------------------------------------------------------------------ */

double gn_facts_delta_ratio(const gn_trace *t, size_t *layers)
{
    double first = 0, last = 0;
    *layers = 0;
    for (size_t i = 0; i < t->net->layers; i++) {
        if (t->net->layer[i].kind != GN_L_DENSE && t->net->layer[i].kind != GN_L_RESIDUAL) continue;
        double norm = norm_of(t, t->layer[i].d_z);
        if (!(*layers)++) first = norm;
        last = norm;
    }
    return *layers < 2 || first == 0 || last == 0 ? (double)NAN : pow(first / last, 1 / (double)(*layers - 1));
}

/* Does more come past a first layer, by its skip path, than its own delta says? */
static bool skips(const gn_trace *t)
{
    size_t first = 0, last = t->net->layers - 1;
    while (first < last && t->net->layer[first].kind != GN_L_DENSE && t->net->layer[first].kind != GN_L_RESIDUAL)
        first++;
    return t->net->layer[first].kind == GN_L_RESIDUAL &&
           gradient_before(t, first) >= GN_FACT_SHRINK * norm_of(t, t->layer[last].d_z);
}

static void say_delta(gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    size_t layers, n = 0;
    double ratio = gn_facts_delta_ratio(t, &layers), previous = NAN;
    double *v = gn_arena_alloc(&t->arena, 2 * t->net->layers, sizeof *v);
    const char **to = gn_arena_alloc(&t->arena, t->net->layers, sizeof *to);
    gn_numtext *room = GN_NUM;
    if (!v || !to || layers < 2) return;
    for (size_t i = t->net->layers; i-- > 0;) {
        if (t->net->layer[i].kind != GN_L_DENSE && t->net->layer[i].kind != GN_L_RESIDUAL) continue;
        double norm = norm_of(t, t->layer[i].d_z);
        v[n] = t->net->layer[i].number;
        v[t->net->layers + n] = norm;
        double share = norm / previous;
        const char *text = isfinite(share) ? gn_facts_number(room, share, t->net->spec.type, of->digits) : "";
        if (n) to[n] = gn_arena_text(&t->arena, text, strlen(text));
        n++;
        previous = norm;
    }
    gn_sheet_column column[] = { { .title = "layer", .number = v },
                                 { .title = "|delta|", .number = v + t->net->layers },
                                 { .title = "to the one after it", .text = to } };
    gn_sheet_table(s, 1, "size of the gradient on its way back", GN_COUNT(column), n, column);
    double whole = pow(ratio, (double)(layers - 1));
    if ((whole < GN_FACT_SHRINK && !skips(t)) || (whole > 1 / GN_FACT_SHRINK && isfinite(whole)))
        gn_sheet_text(s, 0,
                      "the gradient %s on the way back: |delta| times %s a layer, times %s from the last of %zu "
                      "layers to the first",
                      whole < 1 ? "vanishes" : "grows",
                      gn_facts_number(GN_NUM, ratio, t->net->spec.type, gn_facts_few(of->digits, 4)),
                      gn_facts_number(GN_NUM, whole, t->net->spec.type, of->digits), layers);
}

/* ---- the loss ---------------------------------------------------------------------------------------------------- */

static void say_chance(const gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    size_t classes = t->net->spec.task == GN_BINARY ? 2 : t->net->spec.outputs;
    double loss = gn_trace_at(t, t->loss, 0), chance = log((double)classes);
    bool cross = gn_loss_table()[t->net->loss].link != GN_LINK_IDENTITY && !strcmp(t->net->spec.reduction, "mean");
    if (!cross || classes < 2) return;
    if (fabs(loss - chance) <= GN_FACT_CHANCE * chance)
        gn_sheet_text(s, 0, "the loss, %s, is at chance level: equal probabilities for %zu classes give ln %zu = %s",
                      gn_facts_number(GN_NUM, loss, t->net->spec.type, of->digits), classes, classes,
                      gn_facts_number(GN_NUM, chance, GN_F64, of->digits));
    else
        gn_sheet_text(s, 1, "for comparison: equal probabilities for %zu classes give the loss ln %zu = %s", classes,
                      classes, gn_facts_number(GN_NUM, chance, GN_F64, of->digits));
}

/* ---- not finite -------------------------------------------------------------------------------------------------- */

static void put_entry(const gn_trace *t, gn_text *to, gn_node n, size_t i)
{
    gn_shape shape = gn_node_get(t->g, n).shape;
    if (shape.rank < 2) gn_text_printf(to, "[%zu]", i);
    else gn_text_printf(to, "[%zu,%zu]", i / shape.dim[1], i % shape.dim[1]);
    gn_text_printf(to, " is %s", gn_num(GN_NUM, gn_trace_at(t, n, i)));
}

/* The first value that is not finite among some, in words; false when there is none. */
static bool say_first(gn_trace *t, gn_sheet *s, gn_node n, const char *what, const char *name, const char *then)
{
    size_t i = 0, size = n ? gn_trace_size(t, n) : 0;
    while (i < size && isfinite(gn_trace_at(t, n, i))) i++;
    if (i == size) return false;
    gn_text entry;
    gn_text_init(&entry, t->ctx);
    put_entry(t, &entry, n, i);
    if (!entry.failed) gn_sheet_text(s, 0, "%s %s%s: %s", what, name, entry.at, then);
    gn_text_free(&entry);
    return true;
}

/* In the order of the computation: the input, then layer by layer the tensors and what comes out. */
static bool say_forward(gn_trace *t, gn_sheet *s, const char *then)
{
    static const char computed[] = "the first value that is not finite is computed here:";
    if (say_first(t, s, t->x, "the input", "X", then)) return true;
    for (size_t i = 0; i < t->net->layers; i++) {
        const gn_layer *l = &t->net->layer[i];
        gn_trace_name *z = gn_trace_named(t, t->layer[i].z), *a = gn_trace_named(t, t->layer[i].out);
        for (size_t k = 0; k < l->tensors; k++)
            if (say_first(t, s, t->param[l->first + k], "the parameter", t->net->tensor[l->first + k].name,
                          then)) return true;
        if (z && say_first(t, s, t->layer[i].z, computed, z->name, then)) return true;
        if (a && say_first(t, s, t->layer[i].out, computed, a->name, then)) return true;
    }
    return false;
}

/* The gradient, from the loss on. */
static bool say_backward(gn_trace *t, gn_sheet *s)
{
    static const char then[] = "no step can be taken with it";
    for (size_t i = t->net->layers; i-- > 0;) {
        const gn_layer *l = &t->net->layer[i];
        for (size_t k = 0; k < l->tensors; k++)
            if (say_first(t, s, t->d_param[l->first + k], "the gradient of", t->net->tensor[l->first + k].name,
                          then)) return true;
    }
    return false;
}

static bool say_not_finite(gn_trace *t, gn_sheet *s)
{
    double loss = gn_trace_at(t, t->loss, 0);
    if (isfinite(loss)) {
        say_forward(t, s, "the loss is finite all the same");
        say_backward(t, s);
        return false;
    }
    if (!say_forward(t, s, "everything that uses it is spoilt"))
        gn_sheet_text(s, 0, "the loss is %s although the output is finite", gn_num(GN_NUM, loss));
    return true;
}

/* ---- what is left out -------------------------------------------------------------------------------------------- */

static bool has_layer(const gn_net *net, gn_layer_kind kind)
{
    for (size_t i = 0; i < net->layers; i++)
        if (net->layer[i].kind == kind) return true;
    return false;
}

void gn_facts_mode(gn_sheet *s, const gn_net *net, bool weighed)
{
    if (weighed) gn_sheet_fact(s, "rows weigh the same here, although training weighed them");
    if (has_layer(net, GN_L_DROPOUT)) gn_sheet_fact(s, "dropout is off, as in prediction");
    if (has_layer(net, GN_L_BATCHNORM))
        gn_sheet_fact(s, "batch normalisation uses its running mean and variance, as in prediction");
}

bool gn_recorded_weights(const char *recorded)
{
    size_t length;
    return gn_recorded_value(recorded, "class-weights", &length) || gn_recorded_value(recorded, "weight", &length);
}

gn_status gn_facts_put(gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    gn_sheet_section(s, 0, "what the numbers say");
    if (say_not_finite(t, s)) return GN_OK;
    say_chance(t, of, s);
    for (size_t i = 0; i < t->net->layers; i++)
        if (t->layer[i].slope) say_units(t, of, i, s);
    say_delta(t, of, s);
    gn_facts_put_jacobian(t, of, s);
    return gn_facts_put_dependence(t, of, s);
}
