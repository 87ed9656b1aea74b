/* facts.c -- numbers of a traced run counted, compared, and said. */
#include "facts.h"

#include <math.h>
#include <string.h>

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

static bool has_kink(const gn_layer *l) { return strstr(gn_pointwise_table()[l->act].slope[0], "where(") != NULL; }

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
    for (size_t i = 0; has_kink(l) && i < t->rows * l->outputs; i++)
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

static void say_units(const gn_trace *t, size_t layer, gn_sheet *s)
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
        if (f.dead == f.units)
            gn_sheet_text(s, 0, "layer %d lets nothing through: no gradient reaches what is before it", number);
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

static double norm_of(const gn_trace *t, gn_node n)
{
    double sum = 0;
    for (size_t i = 0; i < gn_trace_size(t, n); i++) sum += gn_trace_at(t, n, i) * gn_trace_at(t, n, i);
    return sqrt(sum);
}

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

static void say_delta(gn_trace *t, gn_sheet *s)
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
        const char *text = isfinite(share) ? gn_num_digits(room, share, 6) : "";
        if (n) to[n] = gn_arena_text(&t->arena, text, strlen(text));
        n++;
        previous = norm;
    }
    gn_sheet_column column[] = { { .title = "layer", .number = v },
                                 { .title = "|delta|", .number = v + t->net->layers },
                                 { .title = "to the one after it", .text = to } };
    gn_sheet_table(s, 1, "size of the gradient on its way back", GN_COUNT(column), n, column);
    double whole = pow(ratio, (double)(layers - 1));
    if (whole < GN_FACT_SHRINK || (whole > 1 / GN_FACT_SHRINK && isfinite(whole)))
        gn_sheet_text(s, 0,
                      "the gradient %s on the way back: |delta| times %s a layer, times %s from the last of %zu "
                      "layers to the first",
                      whole < 1 ? "vanishes" : "grows", gn_num_digits(GN_NUM, ratio, 4),
                      gn_num_digits(GN_NUM, whole, 6), layers);
}

/* ---- from input to output ---------------------------------------------------------------------------------------- */

/* Gram-Schmidt with the largest remaining row first; a row counts while it is above the rounding of the run. */
size_t gn_facts_rank(gn_trace *t, size_t row)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs, rank = 0;
    double *a = t->jacobian ? gn_arena_alloc(&t->arena, m * n, sizeof *a) : NULL, first = 0;
    double least = t->net->spec.type == GN_F64 ? 1e-12 : 1e-5;
    for (size_t i = 0; a && i < m; i++)
        for (size_t j = 0; j < n; j++) a[i * n + j] = gn_trace_at(t, t->jacobian[i], row * n + j);
    for (; a && rank < m && rank < n; rank++) {
        size_t best = rank;
        double most = -1;
        for (size_t i = rank; i < m; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++) sum += a[i * n + j] * a[i * n + j];
            if (sum > most) most = sum, best = i;
        }
        if (rank == 0) first = most;
        if (!(most > 0) || sqrt(most) <= least * sqrt(first)) break;
        double norm = sqrt(most);
        for (size_t j = 0; j < n; j++) {
            double v = a[best * n + j];
            a[best * n + j] = a[rank * n + j];
            a[rank * n + j] = v / norm;
        }
        for (size_t i = rank + 1; i < m; i++) {
            double along = 0;
            for (size_t j = 0; j < n; j++) along += a[i * n + j] * a[rank * n + j];
            for (size_t j = 0; j < n; j++) a[i * n + j] -= along * a[rank * n + j];
        }
    }
    return rank;
}

gn_status gn_facts_at_zero(gn_trace *t, double *out)
{
    const gn_net *net = t->net;
    gn_eval e;
    GN_TRY(gn_eval_open(t->ctx, net, 1, false, &e));
    memset(e.x, 0, net->spec.inputs * gn_type_size(net->spec.type));
    gn_status s = gn_plan_run(t->ctx, e.plan, 0);
    const void *p = s == GN_OK ? gn_plan_value(e.plan, e.p) : NULL;
    for (size_t i = 0; i < net->spec.outputs; i++) out[i] = p ? gn_get(net->spec.type, p, i) : (double)NAN;
    gn_eval_close(&e);
    return s;
}

static void put_list(gn_text *to, const double *v, size_t n)
{
    gn_text_puts(to, "[");
    for (size_t i = 0; i < n && i < 6; i++) gn_text_printf(to, "%s%s", i ? ", " : "", gn_num_digits(GN_NUM, v[i], 6));
    gn_text_puts(to, n > 6 ? ", ...]" : "]");
}

/* How far a row's input moves the output from where it is at 0; and the size of the output. */
static double moved_by(const gn_trace *t, const double *zero, size_t row, double *moved, double *size)
{
    double far = 0;
    *size = 0;
    for (size_t j = 0; j < t->net->spec.outputs; j++) {
        double out = gn_trace_at(t, t->p, row * t->net->spec.outputs + j);
        moved[j] = out - zero[j];
        far += moved[j] * moved[j];
        *size += out * out;
    }
    *size = sqrt(*size);
    return sqrt(far);
}

static void put_dependence(gn_trace *t, gn_sheet *s, const double *zero, const double *moved, double share)
{
    gn_text a, b;
    size_t m = t->net->spec.outputs;
    bool flat = share < GN_FACT_FLAT;
    gn_text_init(&a, t->ctx);
    gn_text_init(&b, t->ctx);
    put_list(&a, zero, m);
    put_list(&b, moved, m);
    if (!a.failed && !b.failed) {
        gn_sheet_text(s, flat ? 0 : 1, "with every input 0%s the output%s is %s; the input of %s moves it by %s",
                      t->net->shift ? " (after scaling)" : "",
                      t->net->y_factor ? ", as the network gives it," : "", a.at,
                      t->rows == 1 ? "this row" : "the row that matters most", b.at);
        if (flat)
            gn_sheet_text(s, 0, "the output barely depends on the input: all of it moves the output by %s of its size",
                          gn_num_digits(GN_NUM, share, 3));
    }
    gn_text_free(&a);
    gn_text_free(&b);
}

static gn_status say_dependence(gn_trace *t, gn_sheet *s)
{
    size_t m = t->net->spec.outputs, most = 0;
    double *zero = gn_arena_alloc(&t->arena, 2 * m, sizeof *zero), *moved, share = -1, size;
    if (!zero) return GN_NO_MEMORY;
    moved = zero + m;
    GN_TRY(gn_facts_at_zero(t, zero));
    for (size_t i = 0; i < t->rows; i++) {
        double far = moved_by(t, zero, i, moved, &size);
        if (size > 0 && isfinite(far) && isfinite(size) && far / size > share) share = far / size, most = i;
    }
    moved_by(t, zero, most, moved, &size);
    if (share >= 0) put_dependence(t, s, zero, moved, share);
    return GN_OK;
}

static void say_jacobian(gn_trace *t, gn_sheet *s)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs;
    double *j = t->jacobian ? gn_arena_alloc(&t->arena, m * n, sizeof *j) : NULL;
    if (!j) return;
    bool finite = true;
    for (size_t i = 0; i < m * n; i++) {
        j[i] = gn_trace_at(t, t->jacobian[i / n], i % n);
        finite &= isfinite(j[i]);
    }
    gn_sheet_given(s, 1, t->rows == 1 ? "Jacobian of the outputs by the inputs" : "Jacobian in the first row",
                   gn_sheet_symbol(s, "J", m, n, j, t->net->spec.type));
    if (!finite) gn_sheet_text(s, 0, "the Jacobian is not finite: nothing can be said of its rank");
    size_t rank = gn_facts_rank(t, 0), most = m < n ? m : n;
    if (finite && !rank) gn_sheet_text(s, 0, "a small change of any input changes no output here: the Jacobian is 0");
    else if (finite && rank < most)
        gn_sheet_text(s, 0,
                      "the outputs depend on the inputs through %zu direction%s only: the Jacobian has rank %zu of %zu",
                      rank, rank == 1 ? "" : "s", rank, most);
}

static void say_chance(const gn_trace *t, gn_sheet *s)
{
    size_t classes = t->net->spec.task == GN_BINARY ? 2 : t->net->spec.outputs;
    double loss = gn_trace_at(t, t->loss, 0), chance = log((double)classes);
    bool cross = gn_loss_table()[t->net->loss].link != GN_LINK_IDENTITY && !strcmp(t->net->spec.reduction, "mean");
    if (!cross || classes < 2) return;
    if (fabs(loss - chance) <= GN_FACT_CHANCE * chance)
        gn_sheet_text(s, 0, "the loss, %s, is at chance level: equal probabilities for %zu classes give ln %zu = %s",
                      gn_num_digits(GN_NUM, loss, 6), classes, classes, gn_num_digits(GN_NUM, chance, 6));
    else
        gn_sheet_text(s, 1, "for comparison: equal probabilities for %zu classes give the loss ln %zu = %s", classes,
                      classes,
                      gn_num_digits(GN_NUM, chance, 6));
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
    static const char *const option[] = { "class-weights=", "weight=" };
    for (const char *at = recorded; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
        for (size_t i = 0; i < GN_COUNT(option); i++)
            if (!strncmp(at, option[i], strlen(option[i]))) return true;
    return false;
}

gn_status gn_facts_put(gn_trace *t, gn_sheet *s)
{
    gn_sheet_section(s, 0, "what the numbers say");
    if (say_not_finite(t, s)) return GN_OK;
    say_chance(t, s);
    for (size_t i = 0; i < t->net->layers; i++)
        if (t->layer[i].slope) say_units(t, i, s);
    say_delta(t, s);
    say_jacobian(t, s);
    return say_dependence(t, s);
}
