/* neuron_sheet.c -- a neuron's run as a sheet: what is put in, and the arithmetic of its first steps.
 *
 * Invariant: an equation's right side is the text that ran, and its value what it gave. */
#include "neuron_parts.h"
#include "gradient_check.h"

#include <math.h>
#include <string.h>

enum { COMPONENTS_SHOWN = 3, ROWS_SHOWN = 16, COLUMNS_SHOWN = 3, ELEMENTS = 256 };

static const char *const part_title[] = {
    [GN_NEURON_PREDICTION] = "prediction", [GN_NEURON_ERROR] = "error", [GN_NEURON_LOSS] = "loss",
    [GN_NEURON_CHAIN] = "chain rule", [GN_NEURON_GRADIENT] = "gradient", [GN_NEURON_STEP] = "update",
};

/* ---- symbols ----------------------------------------------------------------------------------------------------- */

static gn_symbol *symbol(gn_neuron_page *p, const char *name)
{
    size_t size;
    const double *v = gn_neuron_value(p->n, name, &size);
    return v ? gn_sheet_symbol(p->s, name, size, 1, v, p->n->spec.type) : NULL;
}

/* Components of a name that an optimiser's formulas use one by one: v_w_3 beside v_w. */
static void component_symbols(gn_neuron_page *p, const gn_neuron_name *name)
{
    for (size_t i = 0; i < name->size && i < COMPONENTS_SHOWN && name->size > 1; i++)
        gn_sheet_symbol(p->s, p->n->component[name->at + i], 1, 1, p->n->value + name->at + i, p->n->spec.type);
}

static bool by_components(const gn_neuron *n)
{
    for (size_t i = 0; i < n->entries; i++)
        if (n->entry[i].shown.component) return true;
    return false;
}

void gn_neuron_symbols(gn_neuron_page *p)
{
    for (size_t i = 0; i < p->n->names; i++) {
        symbol(p, p->n->name[i].name);
        if (by_components(p->n)) component_symbols(p, &p->n->name[i]);
    }
}

/* ---- what is put in ---------------------------------------------------------------------------------------------- */

static bool targets_outside(const gn_neuron *n)
{
    for (size_t i = 0; i < n->spec.rows; i++)
        if (n->spec.y[i] < 0 || n->spec.y[i] > 1) return true;
    return false;
}

/* A loss with a link takes the score before it. */
static void link_facts(gn_neuron_page *p)
{
    static const char *const names[] = {[GN_LINK_SIGMOID] = "sigmoid", [GN_LINK_SOFTMAX] = "softmax"};
    const gn_neuron_texts *t = &p->n->texts;
    const char *link = names[t->link], *loss = p->n->spec.loss;
    if (t->link == GN_LINK_IDENTITY) return;
    if (!t->linear && !strcmp(gn_pointwise_table()[t->act].name, link))
        gn_sheet_fact(p->s, "the %s is applied twice, once by --act %s and once inside the loss %s, which takes the "
                      "score before it: drop --act, for %s has the %s in it", link, link, loss, loss, link);
    else gn_sheet_fact(p->s, "p is the score before the loss's own %s", link);
}

static void facts(gn_neuron_page *p)
{
    const gn_neuron_spec *s = &p->n->spec;
    const gn_neuron_texts *t = &p->n->texts;
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    const char *sum = p->n->entry[0].shown.text;
    gn_sheet_fact(p->s, t->linear ? "neuron: p = %s" : "neuron: z = %s, p = %s", sum, t->value);
    const char *how = s->rows == 1 ? "" : !strcmp(s->reduction, "mean") ? ", L = mean over the rows (sum/N)"
        : !strcmp(s->reduction, "sum") ? ", L = sum over the rows" : ", L = half the sum over the rows";
    const char *half = s->rows == 1 && !strcmp(s->reduction, "half-sum") ? " (half-sum)" : "";
    gn_sheet_fact(p->s, "loss: %s = %s%s%s%s", s->rows > 1 ? "l" : "L", t->loss, half, t->by_error ? " with e = p - "
                  "y" : "",
                  how);
    link_facts(p);
    if (t->link == GN_LINK_SIGMOID && targets_outside(p->n))
        gn_sheet_fact(p->s, "a target is no probability: outside 0 to 1 this loss has no least value");
    int length = (int)strlen(row->update);
    while (length && (row->update[length - 1] == ';' || row->update[length - 1] == ' ')) length--;
    gn_sheet_fact(p->s, "optimiser: %s, %.*s", row->name, length, row->update);
    gn_sheet_fact(p->s, "numbers: %s; k counts the steps taken, so k = 0 is the start",
                  s->type == GN_F32 ? "float32, every operation rounded to a float" : "float64");
    gn_sheet_fact(p->s, "a gradient has the shape of its weight");
}

static bool counts_steps(const gn_neuron *n)
{
    const char *update = gn_optimizer_table()[n->spec.optimizer].update;
    return strstr(update, "powt(") || strstr(update, "t ==");
}

static void givens(gn_neuron_page *p)
{
    const char *name;
    gn_sheet_section(p->s, 0, "put in");
    for (size_t i = 0; (name = gn_neuron_given(p->n, i)); i++) {
        bool row = !strcmp(name, "x") || !strcmp(name, "y");
        bool state = strchr(name, '_') != NULL, step = !strcmp(name, "t");
        if (row && p->n->spec.rows > 1) continue;
        gn_symbol *v = symbol(p, name);
        if (!state && !(step && !counts_steps(p->n))) gn_sheet_given(p->s, 0, NULL, v);
    }
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static double loss_at(gn_neuron *n, bool bias, size_t i, double move)
{
    size_t place = bias ? n->b : n->w + i;
    double old = n->value[place];
    n->value[place] = old + move;
    gn_neuron_forward(n);
    double loss = gn_neuron_loss(n);
    n->value[place] = old;
    return loss;
}

/* At a kink a central difference is the mean of two slopes: what lies between the slopes of the two sides is right. */
static const char *between_slopes(gn_neuron_page *p, bool bias, size_t i, double a, double h)
{
    double here = loss_at(p->shadow, bias, i, 0), left = (here - loss_at(p->shadow, bias, i, -h)) / h,
           right = (loss_at(p->shadow, bias, i, h) - here) / h;
    double low = fmin(left, right), high = fmax(left, right), slack = 1e-4 * fmax(fabs(low), fabs(high));
    if (!(high - low > 10 * slack) || a < low - slack || a > high + slack) return NULL;
    return gn_neuron_format(&p->s->arena, "at a kink, between %s and %s", GN_SHORT(low), GN_SHORT(high));
}

/* Central difference in float64 of the element of a gradient that agrees least. */
static void put_check(gn_neuron_page *p, gn_line *line, bool bias)
{
    gn_neuron *n = p->n, *c = p->shadow;
    size_t size = bias ? 1 : n->spec.inputs;
    const double *a = bias ? n->value + n->db : n->value + n->dw;
    if (!line || !p->show->checked) return;
    gn_neuron_set(c, gn_neuron_weights(n), gn_neuron_bias(n));
    double floor = gn_check_floor(gn_neuron_loss(n));
    line->check.relative = -1;
    for (size_t i = 0; i < size; i++) {
        double at = bias ? gn_neuron_bias(n) : gn_neuron_weights(n)[i];
        double h = gn_check_step(at);
        double numeric = (loss_at(c, bias, i, h) - loss_at(c, bias, i, -h)) / (2 * h);
        double relative = gn_check_error(a[i], numeric, floor);
        if (!(relative > line->check.relative) && !isnan(relative)) continue;
        gn_verdict v = gn_verdict_of(relative, false);
        const char *name = gn_verdict_ok(v) ? NULL : between_slopes(p, bias, i, a[i], h);
        line->check = (gn_line_check){"central", h, numeric, relative, name ? name : gn_verdict_name(v)};
    }
}

/* ---- kinks ------------------------------------------------------------------------------------------------------- */

/* A slope at `at`, its name in the neuron being `name`; the activation's value follows when the slope reads it. */
typedef struct kink_of { const char *what, *name, *value, *slope; } kink_of;

static gn_status slope_at(gn_neuron *n, const kink_of *k, double at, double *out)
{
    const gn_neuron_name *name = gn_neuron_find(n, k->name, strlen(k->name)), *p = gn_neuron_find(n, "p", 1);
    gn_arena arena;
    gn_program *value = NULL, *slope;
    gn_arena_init(&arena, n->ctx);
    double old = n->value[name->at], old_p = n->value[p->at];
    gn_status s = gn_neuron_compile(n, &arena, k->slope, 1, &slope);
    if (s == GN_OK && k->value) s = gn_neuron_compile(n, &arena, k->value, 1, &value);
    double *room = s == GN_OK ? gn_arena_alloc(&arena, gn_program_room(slope) + 1024, sizeof *room) : NULL;
    if (s == GN_OK && !room) s = GN_NO_MEMORY;
    if (s == GN_OK) {
        n->value[name->at] = at;
        if (value && gn_program_room(value) <= gn_program_room(slope) + 1024)
            n->value[p->at] = gn_program_run(value, n->value, room);
        *out = gn_program_run(slope, n->value, room);
    }
    n->value[name->at] = old;
    n->value[p->at] = old_p;
    gn_arena_free(&arena);
    return s;
}

static void say_kink(gn_neuron_page *p, const kink_of *k)
{
    size_t size;
    double at = gn_neuron_value(p->n, k->name, &size)[0], h = 1e-12 * fmax(1, fabs(at)), left, right, taken;
    if (p->s->status != GN_OK) return;
    gn_status s = slope_at(p->n, k, at - h, &left);
    if (s == GN_OK) s = slope_at(p->n, k, at + h, &right);
    if (s == GN_OK) s = slope_at(p->n, k, at, &taken);
    if (s != GN_OK) gn_neuron_fail(p, s);
    if (s != GN_OK || !(fabs(left - right) > 1e-6 * fmax(1, fabs(taken)))) return;
    gn_sheet_text(p->s, 0, "%s = %s is exactly at a kink of the %s: the slope is %s on the left and %s on the "
                  "right; by "
                  "convention it is taken as %s there, and a central difference would give %s",
                  k->name, GN_SHORT(at), k->what, GN_SHORT(left), GN_SHORT(right), GN_SHORT(taken),
                  GN_SHORT((left + right) / 2));
}

static void say_kinks(gn_neuron_page *p)
{
    const gn_neuron_texts *t = &p->n->texts;
    if (p->n->spec.rows > 1) return;
    if (!t->linear) say_kink(p, &(kink_of){"activation", "z", t->value, t->slope});
    if (t->by_error) say_kink(p, &(kink_of){"loss", "e", NULL, t->dloss});
}

/* An activation that lets little or nothing back says so. */
static void say_saturation(gn_neuron_page *p, size_t dead)
{
    const gn_neuron *n = p->n;
    size_t size;
    if (n->texts.linear) return;
    if (n->spec.rows > 1 && dead)
        gn_sheet_text(p->s, 0, "%zu of %zu rows send%s nothing back: the slope of the activation is 0 there", dead,
                      n->spec.rows, dead == 1 ? "s" : "");
    if (n->spec.rows > 1) return;
    double slope = gn_neuron_value(n, "dp_dz", &size)[0], z = gn_neuron_value(n, "z", &size)[0];
    if (slope == 0)
        gn_sheet_text(p->s, 0, "the slope of the activation is 0 at z = %s: nothing goes back%s", GN_SHORT(z),
                      gn_neuron_decays_apart(&n->spec) || n->spec.decay > 0 || n->spec.optimizer != GN_OPT_sgd
                      ? ", and the error moves no weight" : ", and no rate moves the weights");
    else if (fabs(slope) < GN_NEURON_SATURATED)
        gn_sheet_text(p->s, 0, "the activation is saturated at z = %s: of what reaches p, only the share %s goes back",
                      GN_SHORT(z), GN_SHORT(slope));
}

/* ---- one step ---------------------------------------------------------------------------------------------------- */

static gn_line *equation(gn_neuron_page *p, const gn_neuron_formula *f, gn_neuron_part *last)
{
    bool first = f->part != *last;
    *last = f->part;
    int depth = f->part == GN_NEURON_CHAIN ? 1 : 0;
    const char *title = first ? part_title[f->part] : NULL;
    gn_line *line = gn_sheet_equation(p->s, depth, first, title, symbol(p, f->name), f->text);
    if (line && f->rule) line->rule = gn_arena_text(&p->s->arena, f->rule, strlen(f->rule));
    if (!strcmp(f->name, "dL_dw")) put_check(p, line, false);
    if (!strcmp(f->name, "dL_db")) put_check(p, line, true);
    return line;
}

static void show_phase(gn_neuron_page *p, gn_neuron_phase phase, gn_neuron_part *last)
{
    size_t hidden = 0;
    for (size_t i = 0; i < p->n->entries; i++) {
        gn_neuron_formula f = p->n->entry[i].shown;
        if (f.phase != phase) continue;
        if (f.component > COMPONENTS_SHOWN) hidden++;
        else equation(p, &f, last);
    }
    if (hidden) gn_sheet_text(p->s, 0, "and %zu more formulas, the same for each other weight", hidden);
}

/* ---- a batch: a table of the rows, then the sums ----------------------------------------------------------------- */

typedef struct batch_table {
    gn_sheet_column column[16];
    double *at[16];
    const char *value[16];          /* the name each column is filled from; NULL: an input or the row's number */
    size_t input[16], columns, inputs;
} batch_table;

static void add_column(gn_neuron_page *p, batch_table *b, const char *title, const char *name, const char *formula,
                       const char *value)
{
    double *at = gn_arena_alloc(&p->s->arena, p->n->spec.rows, sizeof *at);
    if (!at) gn_neuron_fail(p, GN_NO_MEMORY);
    b->at[b->columns] = at;
    b->value[b->columns] = value;
    b->column[b->columns++] = (gn_sheet_column){.title = title, .name = name, .formula = formula, .number = at,
                                                .single = p->n->spec.type == GN_F32};
}

/* dl_dp as a heading: dl/dp. */
static const char *heading(gn_neuron_page *p, const char *name)
{
    const char *stroke = name[0] == 'd' ? strstr(name, "_d") : NULL;
    if (!stroke) return name;
    return gn_neuron_format(&p->s->arena, "%.*s/%s", (int)(stroke - name), name, stroke + 1);
}

static void add_columns(gn_neuron_page *p, batch_table *b)
{
    const gn_neuron *n = p->n;
    b->inputs = n->spec.inputs < COLUMNS_SHOWN ? n->spec.inputs : COLUMNS_SHOWN;
    if (n->spec.inputs > COLUMNS_SHOWN) b->inputs = 0;
    for (size_t i = 0; i < b->inputs; i++) {
        const char *name = n->component[n->x + i];
        b->input[b->columns] = i;
        add_column(p, b, name, name, NULL, NULL);
    }
    add_column(p, b, "y", "y", NULL, "y");
    for (size_t i = 0; i < n->entries; i++) {
        gn_neuron_formula f = n->entry[i].shown;
        if (f.phase != GN_NEURON_ROW || f.part == GN_NEURON_GRADIENT || f.size > 1 || !strcmp(f.text, "1")) continue;
        if (f.part == GN_NEURON_CHAIN && !strcmp(f.text, "x")) continue;
        bool sum = i == 0 && n->spec.inputs > 1;
        add_column(p, b, heading(p, f.name), f.name, sum ? NULL : f.text, f.name);
    }
}

static void fill_row(gn_neuron_page *p, batch_table *b, size_t r)
{
    size_t size;
    gn_neuron_row(p->n, r);
    for (size_t c = 0; c < b->columns; c++)
        b->at[c][r] = b->value[c] ? gn_neuron_value(p->n, b->value[c], &size)[0]
                                  : p->n->spec.x[r * p->n->spec.inputs + b->input[c]];
}

/* X (N, inputs), l (N), delta = dl/dsum (N) as symbols, and the sums as equations over them. */
static void show_sums(gn_neuron_page *p, const double *delta, const double *l)
{
    const gn_neuron *n = p->n;
    size_t rows = n->spec.rows;
    if (rows * n->spec.inputs > ELEMENTS) {
        gn_sheet_given(p->s, 0, "sum over rows", symbol(p, "sum_l"));
        gn_sheet_given(p->s, 0, NULL, symbol(p, "sum_w"));
        if (n->spec.has_bias) gn_sheet_given(p->s, 0, NULL, symbol(p, "sum_b"));
        return;
    }
    gn_sheet_symbol(p->s, "X", rows, n->spec.inputs, n->spec.x, n->spec.type);
    gn_sheet_symbol(p->s, "l", rows, 1, l, n->spec.type);
    gn_sheet_symbol(p->s, "delta", rows, 1, delta, n->spec.type);
    gn_sheet_equation(p->s, 0, true, "sum over rows", symbol(p, "sum_l"), "sum(l)");
    gn_sheet_equation(p->s, 0, false, NULL, symbol(p, "sum_w"), "X'*delta");
    if (n->spec.has_bias) gn_sheet_equation(p->s, 0, false, NULL, symbol(p, "sum_b"), "sum(delta)");
}

static const char *delta_text(const gn_neuron *n)
{
    return n->texts.linear ? "dl_dp" : "dl_dp*dp_dz";
}

static void show_rows(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    batch_table b = {.columns = 0};
    size_t rows = n->spec.rows, size, dead = 0;
    double *l = gn_arena_alloc(&p->s->arena, rows, sizeof *l);
    add_columns(p, &b);
    add_column(p, &b, "delta", "delta", delta_text(n), NULL);
    if (!l || p->s->status != GN_OK) {
        gn_neuron_fail(p, GN_NO_MEMORY);
        return;
    }
    double *delta = b.at[b.columns - 1];
    for (size_t r = 0; r < rows; r++) {
        fill_row(p, &b, r);
        l[r] = n->value[n->row_loss];
        double dp = gn_neuron_value(n, "dl_dp", &size)[0];
        dead += !n->texts.linear && gn_neuron_value(n, "dp_dz", &size)[0] == 0;
        delta[r] = n->texts.linear ? dp : gn_neuron_round(n, dp * gn_neuron_value(n, "dp_dz", &size)[0]);
    }
    if (n->spec.inputs > COLUMNS_SHOWN)
        gn_sheet_text(p->s, 0, "%s = %s, x the row's %zu inputs", n->entry[0].shown.name, n->entry[0].shown.text,
                      n->spec.inputs);
    gn_sheet_table(p->s, 0, "each row; delta is what it sends back to the sum, its gradient is delta*x", b.columns,
                   rows,
                   b.column);
    say_saturation(p, dead);
    show_sums(p, delta, l);
}

/* ---- the steps --------------------------------------------------------------------------------------------------- */

static void show_step(gn_neuron_page *p)
{
    gn_neuron *n = p->n;
    gn_neuron_part last = GN_NEURON_STEP;
    unsigned long long k = (unsigned long long)n->step;
    gn_sheet_section(p->s, 0, "step %llu: from k = %llu to k = %llu", k + 1, k, k + 1);
    gn_neuron_forward(n);
    gn_neuron_step(n);
    for (size_t i = 0; i < n->names; i++)
        if (n->name[i].given) {
            symbol(p, n->name[i].name);
            if (by_components(n)) component_symbols(p, &n->name[i]);
        }
    if (n->spec.rows == 1) {
        show_phase(p, GN_NEURON_ROW, &last);
        say_kinks(p);
        say_saturation(p, 0);
    } else show_rows(p);
    show_phase(p, GN_NEURON_BATCH, &last);
    if (by_components(n))
        for (size_t i = 0; i < n->names; i++) component_symbols(p, &n->name[i]);
    show_phase(p, GN_NEURON_UPDATE, &last);
    gn_neuron_advance(n);
}

void gn_neuron_show_steps(gn_neuron_page *p)
{
    gn_neuron_restart(p->n);
    p->s->steps = 0;
    for (uint64_t k = 0; k < p->show->written && k < p->show->steps && p->s->status == GN_OK; k++) show_step(p);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void fill(gn_neuron_page *p, gn_neuron_result *result)
{
    facts(p);
    givens(p);
    gn_neuron_show_steps(p);
    gn_neuron_show_rate(p);
    gn_neuron_show_run(p, result);
    gn_neuron_show_overflow(p);
    if (p->show->cures) gn_neuron_show_cures(p);
}

gn_status gn_neuron_explain(gn_neuron *n, const gn_neuron_show *show, gn_sheet *sheet, gn_neuron_result *result)
{
    gn_neuron_result own = {0};
    gn_neuron_spec wide = n->spec;
    gn_neuron_page p = {.n = n, .show = show, .s = sheet};
    wide.type = GN_F64;
    GN_TRY(gn_neuron_new(n->ctx, &wide, &p.shadow));
    gn_neuron_restart(n);
    gn_neuron_forward(n);
    gn_status s = gn_neuron_theory_of(n, &p.theory);
    if (s == GN_OK) {
        own.regime = p.theory.regime;
        p.result = &own;
        fill(&p, &own);
        s = gn_sheet_done(sheet);
        gn_neuron_theory_free(n, &p.theory);
    }
    gn_neuron_free(p.shadow);
    if (result) *result = own;
    return s;
}
