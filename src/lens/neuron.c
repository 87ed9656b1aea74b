/* neuron.c -- the neuron as a list of formulas compiled over one array of numbers, and their evaluation row by row.
 *
 * Invariant: the list is in the order of evaluation; a formula reads only what is given or stands before it, and a new
 * weight or state has a name of its own until the step is complete. */
#include "neuron_parts.h"
#include "../formula/lex.h"

#include <string.h>

void gn_neuron_defaults(gn_neuron_spec *s)
{
    const gn_optimizer_row *sgd = &gn_optimizer_table()[GN_OPT_sgd];
    *s = (gn_neuron_spec){.inputs = 1, .rows = 1, .act = "identity", .loss = "mse", .reduction = "mean",
                          .optimizer = GN_OPT_sgd, .type = GN_F64};
    for (int i = 0; i < sgd->parameters; i++) s->hyper[i] = sgd->parameter_default[i];
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

const gn_neuron_name *gn_neuron_find(const gn_neuron *n, const char *name, size_t length)
{
    for (size_t i = 0; i < n->names; i++)
        if (strlen(n->name[i].name) == length && memcmp(n->name[i].name, name, length) == 0) return &n->name[i];
    return NULL;
}

size_t gn_neuron_place(const gn_neuron *n, const char *name)
{
    const gn_neuron_name *f = gn_neuron_find(n, name, strlen(name));
    return f ? f->at : SIZE_MAX;
}

/* Room for values is asked for once, when all names are known to fit: NAMES names of at most `inputs` numbers. */
static gn_status add_name(gn_neuron *n, const char *name, size_t size, bool given)
{
    if (gn_neuron_find(n, name, strlen(name))) return GN_OK;
    n->name[n->names++] = (gn_neuron_name){name, size, n->values, given};
    for (size_t i = 0; i < size; i++) {
        n->component[n->values + i] = size == 1 ? name : gn_neuron_format(&n->arena, "%s_%zu", name, i + 1);
        if (!n->component[n->values + i]) return GN_NO_MEMORY;
    }
    n->values += size;
    return GN_OK;
}

/* ---- compiling --------------------------------------------------------------------------------------------------- */

static void put_list(const gn_neuron *n, const gn_neuron_name *name, gn_text *to)
{
    for (size_t i = 0; i < name->size; i++) {
        gn_text_puts(to, i ? ", " : "[");
        gn_text_puts(to, n->component[name->at + i]);
    }
    gn_text_puts(to, "]");
}

/* The text with each name of several numbers as the list of them. */
static gn_status spread(const gn_neuron *n, const char *text, gn_text *to)
{
    gn_lexer lx = gn_lex_make(n->ctx, text, strlen(text));
    size_t copied = 0;
    do {
        GN_TRY(gn_lex_next(&lx));
        if (lx.now.kind != GN_T_NAME) continue;
        const gn_neuron_name *name = gn_neuron_find(n, lx.now.at, lx.now.length);
        if (!name || name->size == 1) continue;
        size_t at = (size_t)(lx.now.at - text);
        gn_text_add(to, text + copied, at - copied);
        put_list(n, name, to);
        copied = at + lx.now.length;
    } while (lx.now.kind != GN_T_END);
    gn_text_puts(to, text + copied);
    return gn_text_done(to);
}

static gn_status compile_text(gn_neuron *n, gn_arena *arena, const gn_text *text, size_t size, gn_program **out)
{
    gn_matrix m;
    GN_TRY(gn_matrix_parse(arena, text->at, text->length, &m));
    if (m.rows * m.cols != size)
        return gn_fail(n->ctx, GN_E_EXP_SHAPE, "%zu x %zu where %zu numbers are needed", m.rows, m.cols, size);
    for (size_t i = 0; i < size; i++) GN_TRY(gn_program_make(arena, m.at[i], n->component, n->values, &out[i]));
    return GN_OK;
}

gn_status gn_neuron_compile(gn_neuron *n, gn_arena *arena, const char *text, size_t size, gn_program **out)
{
    gn_text spelled;
    gn_text_init(&spelled, n->ctx);
    gn_status s = spread(n, text, &spelled);
    if (s == GN_OK) s = compile_text(n, arena, &spelled, size, out);
    gn_text_free(&spelled);
    return s;
}

static gn_status add(gn_neuron *n, gn_neuron_formula f)
{
    if (!f.name || !f.text) return GN_NO_MEMORY;
    gn_neuron_entry *e = &n->entry[n->entries];
    *e = (gn_neuron_entry){.shown = f, .program = gn_arena_alloc(&n->arena, f.size, sizeof *e->program)};
    if (!e->program) return GN_NO_MEMORY;
    GN_TRY(gn_neuron_compile(n, &n->arena, f.text, f.size, e->program));
    if (f.component == 0) {
        GN_TRY(add_name(n, f.name, f.size, false));
        e->at = gn_neuron_place(n, f.name);
    } else {
        for (e->at = 0; e->at < n->values && strcmp(n->component[e->at], f.name); e->at++) continue;
    }
    n->entries++;
    return GN_OK;
}

/* ---- the formulas ------------------------------------------------------------------------------------------------ */

static gn_status add_row(gn_neuron *n, gn_neuron_part part, const char *name, size_t size, const char *text,
                         const char *rule)
{
    return add(n, (gn_neuron_formula){GN_NEURON_ROW, part, name, text, rule, 0, size});
}

static gn_status add_forward(gn_neuron *n)
{
    const gn_neuron_texts *t = &n->texts;
    bool batch = n->spec.rows > 1, several = n->spec.inputs > 1;
    const char *sum = several ? n->spec.has_bias ? "dot(w, x) + b" : "dot(w, x)" : n->spec.has_bias ? "w*x + b" : "w*x";
    GN_TRY(add_row(n, GN_NEURON_PREDICTION, t->linear ? "p" : "z", 1, sum, NULL));
    if (!t->linear) GN_TRY(add_row(n, GN_NEURON_PREDICTION, "p", 1, t->value, NULL));
    if (t->by_error) GN_TRY(add_row(n, GN_NEURON_ERROR, "e", 1, "p - y", NULL));
    return add_row(n, GN_NEURON_LOSS, batch ? "l" : "L", 1, t->loss, NULL);
}

/* The factors of the chain rule from the loss inwards, then their product for weights and bias. */
static gn_status add_chain(gn_neuron *n)
{
    const gn_neuron_texts *t = &n->texts;
    gn_arena *a = &n->arena;
    const char *l = n->spec.rows > 1 ? "dl" : "dL", *of = t->linear ? "p" : "z";
    size_t inputs = n->spec.inputs;
    const char *dp = gn_neuron_format(a, "%s_dp", l), *dw = gn_neuron_format(a, "d%s_dw", of),
               *db = gn_neuron_format(a, "d%s_db", of), *slope = t->linear ? "" : "*dp_dz";
    if (!dp || !dw || !db) return GN_NO_MEMORY;
    GN_TRY(add_row(n, GN_NEURON_CHAIN, dp, 1, t->dloss, t->by_error ? "de/dp = 1" : NULL));
    if (!t->linear) GN_TRY(add_row(n, GN_NEURON_CHAIN, "dp_dz", 1, t->slope, t->slope_rule));
    GN_TRY(add_row(n, GN_NEURON_CHAIN, dw, inputs, "x", NULL));
    if (n->spec.has_bias) GN_TRY(add_row(n, GN_NEURON_CHAIN, db, 1, "1", NULL));
    GN_TRY(add_row(n, GN_NEURON_GRADIENT, gn_neuron_format(a, "%s_dw", l), inputs,
                   gn_neuron_format(a, "%s%s*%s", dp, slope, dw), "chain"));
    if (!n->spec.has_bias) return GN_OK;
    return add_row(n, GN_NEURON_GRADIENT, gn_neuron_format(a, "%s_db", l), 1,
                   gn_neuron_format(a, "%s%s*%s", dp, slope, db), "chain");
}

static gn_status add_batch_one(gn_neuron *n, gn_neuron_part part, const char *name, const char *sum, size_t size)
{
    const char *how = n->spec.reduction, *text = sum;
    GN_TRY(add_name(n, sum, size, false));
    if (!strcmp(how, "mean")) text = gn_neuron_format(&n->arena, "%s/N", sum);
    if (!strcmp(how, "half-sum")) text = gn_neuron_format(&n->arena, "0.5*%s", sum);
    return add(n, (gn_neuron_formula){GN_NEURON_BATCH, part, name, text, how, 0, size});
}

static gn_status add_batch(gn_neuron *n)
{
    if (n->spec.rows == 1) return GN_OK;
    GN_TRY(add_batch_one(n, GN_NEURON_LOSS, "L", "sum_l", 1));
    GN_TRY(add_batch_one(n, GN_NEURON_GRADIENT, "dL_dw", "sum_w", n->spec.inputs));
    if (n->spec.has_bias) GN_TRY(add_batch_one(n, GN_NEURON_GRADIENT, "dL_db", "sum_b", 1));
    return GN_OK;
}

/* ---- the step ---------------------------------------------------------------------------------------------------- */

static gn_status add_step(gn_neuron *n, const char *name, size_t size, size_t component, const char *text,
                          const char *rule)
{
    gn_neuron_part part = GN_NEURON_STEP;
    return add(n, (gn_neuron_formula){GN_NEURON_UPDATE, part, name, text, rule, component, component ? 1 : size});
}

/* What the optimiser is given for g: the gradient, clipped and with decay where they are asked for. */
static gn_status add_given_gradient(gn_neuron *n, const char *of, size_t size, const char **g)
{
    const gn_neuron_spec *s = &n->spec;
    *g = gn_neuron_format(&n->arena, "dL_d%s", of);
    if (s->clip > 0) {
        const char *text = gn_neuron_format(&n->arena, "min(max(%s, -clip), clip)", *g);
        *g = gn_neuron_format(&n->arena, "c_%s", of);
        GN_TRY(add_step(n, *g, size, 0, text, "clipped to [-clip, clip]"));
    }
    if (s->decay > 0) {
        const char *text = gn_neuron_format(&n->arena, "%s + decay*%s", *g, of);
        *g = gn_neuron_format(&n->arena, "g_%s", of);
        GN_TRY(add_step(n, *g, size, 0, text, "L2 decay"));
    }
    return *g ? GN_OK : GN_NO_MEMORY;
}

static gn_status add_slots(gn_neuron *n, const char *of, size_t size)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[n->spec.optimizer];
    for (int i = 0; i < row->slots; i++) {
        const char *name = gn_neuron_format(&n->arena, "%s_%s", row->slot_name[i], of);
        if (!name) return GN_NO_MEMORY;
        GN_TRY(add_name(n, name, size, true));
    }
    return GN_OK;
}

/* The row's text on whole columns, where the language means the same by it; else by components. */
static gn_status add_whole(gn_neuron *n, const char *of, const char *g, size_t size)
{
    gn_neuron_assign *a;
    size_t count, entries = n->entries, names = n->names, values = n->values;
    const char *row = gn_optimizer_table()[n->spec.optimizer].name;
    GN_TRY(gn_neuron_read_update(&n->arena, n->spec.optimizer, of, g, "", &a, &count));
    for (size_t i = 0; i < count; i++) {
        gn_status s = add_step(n, a[i].name, size, 0, a[i].text, row);
        if (s == GN_OK) continue;
        n->entries = entries;
        n->names = names;
        n->values = values;
        return s;
    }
    return GN_OK;
}

static gn_status add_components(gn_neuron *n, const char *of, const char *g, size_t size)
{
    const char *row = gn_optimizer_table()[n->spec.optimizer].name;
    gn_neuron_assign *whole, *a;
    size_t count;
    GN_TRY(gn_neuron_read_update(&n->arena, n->spec.optimizer, of, g, "", &whole, &count));
    for (size_t k = 0; k < count; k++) GN_TRY(add_name(n, whole[k].name, size, false));
    for (size_t i = 1; i <= size; i++) {
        const char *suffix = gn_neuron_format(&n->arena, "_%zu", i);
        if (!suffix) return GN_NO_MEMORY;
        GN_TRY(gn_neuron_read_update(&n->arena, n->spec.optimizer, of, g, suffix, &a, &count));
        for (size_t k = 0; k < count; k++) GN_TRY(add_step(n, a[k].name, 1, i, a[k].text, row));
    }
    return GN_OK;
}

/* After the step each name takes the last value that was assigned to it. */
static gn_status add_carries(gn_neuron *n, const char *of, size_t size)
{
    gn_neuron_assign *a;
    size_t count;
    GN_TRY(gn_neuron_read_update(&n->arena, n->spec.optimizer, of, "g", "", &a, &count));
    for (size_t i = 0; i < count; i++)
        n->carry[n->carries++] = (gn_neuron_carry){gn_neuron_place(n, a[i].name), gn_neuron_place(n, a[i].old), size};
    return GN_OK;
}

static gn_status add_update(gn_neuron *n, const char *of, size_t size)
{
    const char *g;
    GN_TRY(add_given_gradient(n, of, size, &g));
    GN_TRY(add_slots(n, of, size));
    gn_status s = add_whole(n, of, g, size);
    if (s != GN_OK && s != GN_NO_MEMORY && size > 1) {
        gn_clear_error(n->ctx);
        s = add_components(n, of, g, size);
    }
    GN_TRY(s);
    return add_carries(n, of, size);
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static gn_status add_givens(gn_neuron *n)
{
    const gn_neuron_spec *s = &n->spec;
    const gn_optimizer_row *row = &gn_optimizer_table()[s->optimizer];
    GN_TRY(add_name(n, "x", s->inputs, true));
    GN_TRY(add_name(n, "y", 1, true));
    GN_TRY(add_name(n, "w", s->inputs, true));
    if (s->has_bias) GN_TRY(add_name(n, "b", 1, true));
    if (s->rows > 1) GN_TRY(add_name(n, "N", 1, true));
    for (int i = 0; i < row->parameters; i++) GN_TRY(add_name(n, row->parameter_name[i], 1, true));
    if (s->clip > 0) GN_TRY(add_name(n, "clip", 1, true));
    if (s->decay > 0) GN_TRY(add_name(n, "decay", 1, true));
    return add_name(n, "t", 1, true);
}

static gn_status add_formulas(gn_neuron *n)
{
    GN_TRY(add_givens(n));
    GN_TRY(add_forward(n));
    GN_TRY(add_chain(n));
    GN_TRY(add_batch(n));
    GN_TRY(add_update(n, "w", n->spec.inputs));
    return n->spec.has_bias ? add_update(n, "b", 1) : GN_OK;
}

static gn_status make_room(gn_neuron *n)
{
    size_t room = 0;
    for (size_t i = 0; i < n->entries; i++)
        for (size_t k = 0; k < n->entry[i].shown.size; k++) {
            size_t need = gn_program_room(n->entry[i].program[k]);
            if (need > room) room = need;
        }
    n->room = gn_arena_alloc(&n->arena, room + 1024, sizeof *n->room);
    n->value = gn_arena_alloc(&n->arena, n->values, sizeof *n->value);
    return n->room && n->value ? GN_OK : GN_NO_MEMORY;
}

static void find_places(gn_neuron *n)
{
    bool batch = n->spec.rows > 1;
    n->x = gn_neuron_place(n, "x");
    n->y = gn_neuron_place(n, "y");
    n->w = gn_neuron_place(n, "w");
    n->b = gn_neuron_place(n, "b");
    n->t = gn_neuron_place(n, "t");
    n->loss = gn_neuron_place(n, "L");
    n->dw = gn_neuron_place(n, "dL_dw");
    n->db = gn_neuron_place(n, "dL_db");
    if (!batch) return;
    n->row_loss = gn_neuron_place(n, "l");
    n->row_dw = gn_neuron_place(n, "dl_dw");
    n->row_db = gn_neuron_place(n, "dl_db");
    n->sum_loss = gn_neuron_place(n, "sum_l");
    n->sum_dw = gn_neuron_place(n, "sum_w");
    n->sum_db = gn_neuron_place(n, "sum_b");
}

static gn_status copy_numbers(gn_neuron *n, const double **at, size_t count)
{
    double *to = gn_arena_alloc(&n->arena, count, sizeof *to);
    if (!to) return GN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) to[i] = *at ? gn_neuron_round(n, (*at)[i]) : 0;
    *at = to;
    return GN_OK;
}

static gn_status copy_spec(gn_neuron *n)
{
    gn_neuron_spec *s = &n->spec;
    GN_TRY(copy_numbers(n, &s->x, s->rows * s->inputs));
    GN_TRY(copy_numbers(n, &s->y, s->rows));
    GN_TRY(copy_numbers(n, &s->w, s->inputs));
    s->act = gn_arena_text(&n->arena, s->act, strlen(s->act));
    s->loss = gn_arena_text(&n->arena, s->loss, strlen(s->loss));
    s->reduction = gn_arena_text(&n->arena, s->reduction, strlen(s->reduction));
    return s->act && s->loss && s->reduction ? GN_OK : GN_NO_MEMORY;
}

static gn_status check_spec(gn_context *ctx, const gn_neuron_spec *s)
{
    if (s->inputs < 1 || s->inputs > GN_NEURON_INPUTS)
        return gn_fail(ctx, GN_E_CFG_RANGE, "a neuron written out has 1 to %d inputs, not %zu", GN_NEURON_INPUTS,
                       s->inputs);
    if (s->rows < 1 || s->rows > GN_NEURON_ROWS)
        return gn_fail(ctx, GN_E_CFG_RANGE, "a batch of a neuron has 1 to %d rows, not %zu", GN_NEURON_ROWS, s->rows);
    if (strcmp(s->reduction, "mean") && strcmp(s->reduction, "sum") && strcmp(s->reduction, "half-sum"))
        return gn_fail(ctx, GN_E_CFG_LOSS, "reduction: '%s'; allowed are mean, sum, half-sum",
                       gn_show(GN_SHOWN, s->reduction, strlen(s->reduction)));
    return GN_OK;
}

static gn_status make(gn_neuron *n)
{
    gn_arena *a = &n->arena;
    size_t size = n->spec.inputs;
    bool half = n->spec.rows == 1 && !strcmp(n->spec.reduction, "half-sum");
    GN_TRY(copy_spec(n));
    n->component = gn_arena_alloc(a, GN_NEURON_NAMES * size, sizeof *n->component);
    n->entry_room = 32 + 8 * (size + 1);
    n->entry = gn_arena_alloc(a, n->entry_room, sizeof *n->entry);
    n->carry = gn_arena_alloc(a, 32, sizeof *n->carry);
    if (!n->component || !n->entry || !n->carry) return GN_NO_MEMORY;
    GN_TRY(gn_neuron_read_act(a, n->spec.act, &n->texts));
    GN_TRY(gn_neuron_read_loss(a, n->spec.loss, half ? 0.5 : 1, &n->texts));
    GN_TRY(add_formulas(n));
    GN_TRY(make_room(n));
    find_places(n);
    gn_neuron_restart(n);
    return GN_OK;
}

gn_status gn_neuron_new(gn_context *ctx, const gn_neuron_spec *spec, gn_neuron **out)
{
    *out = NULL;
    GN_TRY(check_spec(ctx, spec));
    gn_neuron *n = gn_calloc(ctx, 1, sizeof *n);
    if (!n) return GN_NO_MEMORY;
    n->ctx = ctx;
    n->spec = *spec;
    gn_arena_init(&n->arena, ctx);
    gn_status s = make(n);
    if (s == GN_OK) *out = n;
    else gn_neuron_free(n);
    return s;
}

void gn_neuron_free(gn_neuron *n)
{
    if (!n) return;
    gn_context *ctx = n->ctx;
    gn_arena_free(&n->arena);
    gn_free(ctx, n);
}
