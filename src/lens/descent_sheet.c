/* descent_sheet.c -- a descent as a sheet: the first steps written out, the path, predicted against true, what the
 * curvature allows, and what happened in words.
 *
 * Invariant: a step written out is the optimiser's row with the numbers of the path; where it ends stands in the path's
 * table. */
#include "descent_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "show.h"

enum { WIDE = 3, WRITTEN = 20000 };     /* variables that have a column each; bytes of a formula written out */

/* ---- names ------------------------------------------------------------------------------------------------------- */

const char *gn_walk_text(gn_walk *w, const char *fmt, ...)
{
    va_list va, again;
    va_start(va, fmt);
    va_copy(again, va);
    int length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = gn_arena_alloc(&w->s->arena, length < 0 ? 1 : (size_t)length + 1, 1);
    if (text && length >= 0) vsnprintf(text, (size_t)length + 1, fmt, va);
    va_end(va);
    if (!text && w->s->status == GN_OK) w->s->status = GN_NO_MEMORY;
    return text ? text : "";
}

static bool is_taken(const gn_walk *w, const char *name)
{
    for (size_t i = 0; i < w->of->names; i++)
        if (!strcmp(w->of->name[i], name)) return true;
    return false;
}

/* A name that the expression does not have. */
static const char *fresh(gn_walk *w, const char *name)
{
    for (int i = 0; i < 8 && is_taken(w, name); i++) name = gn_walk_text(w, "%s_", name);
    return name;
}

static const char *printed(gn_walk *w, const gn_formula *f)
{
    gn_text t;
    gn_text_init(&t, w->s->ctx);
    gn_formula_print(&t, f);
    const char *copy = gn_arena_text(&w->s->arena, t.at ? t.at : "", t.length);
    if (!copy) w->s->status = GN_NO_MEMORY;
    gn_text_free(&t);
    return copy ? copy : "";
}

/* x after step k: x3, or w1_3 where the name ends in a digit. */
static const char *indexed(gn_walk *w, const char *name, uint64_t k)
{
    bool digit = isdigit((unsigned char)name[strlen(name) - 1]);
    return gn_walk_text(w, digit ? "%s_%llu" : "%s%llu", name, (unsigned long long)k);
}

static void name_symbol(gn_symbol *y, const char *shown)
{
    if (y) y->shown = shown;
}

static void name_step(gn_walk *w, gn_symbol *y, const char *name, uint64_t k)
{
    gn_text t;
    if (!y) return;
    gn_text_init(&t, w->s->ctx);
    gn_text_puts(&t, "{");
    gn_show_word_latex(&t, name);
    gn_text_printf(&t, "}_{%llu}", (unsigned long long)k);
    y->shown = indexed(w, name, k);
    y->latex = gn_walk_text(w, "%s", t.at ? t.at : name);
    gn_text_free(&t);
}

/* ---- head -------------------------------------------------------------------------------------------------------- */

static void facts(gn_walk *w)
{
    gn_text t;
    gn_text_init(&t, w->s->ctx);
    for (int i = 0; i < w->row->parameters; i++)
        gn_text_printf(&t, "%s%s = %s", i ? ", " : "", w->row->parameter_name[i], gn_num(GN_NUM, w->ask->hyper[i]));
    if (w->ask->weight_decay) gn_text_printf(&t, ", weight decay %s", gn_num(GN_NUM, w->ask->weight_decay));
    if (w->ask->l1) gn_text_printf(&t, ", L1 %s", gn_num(GN_NUM, w->ask->l1));
    if (w->ask->clip) gn_text_printf(&t, ", each slope cut to at most %s", gn_num(GN_NUM, w->ask->clip));
    gn_sheet_fact(w->s, "optimiser %s with %s; numbers in float64", w->row->name, t.at ? t.at : "no parameters");
    gn_text_clear(&t);
    for (const char *p = w->row->update; *p; p++) /* the row's text on one line */
        if (*p != ' ' || (p > w->row->update && p[-1] != ' ')) gn_text_add(&t, p, 1);
    gn_sheet_fact(w->s, "update of each variable w by its slope g: %s", t.at ? t.at : "");
    gn_text_free(&t);
}

/* The value of f with the sheet's latest values of the names. */
static double value_now(gn_walk *w, const gn_formula *f)
{
    double v = NAN;
    gn_binding *at = gn_arena_alloc(&w->s->arena, w->of->names, sizeof *at);
    if (!at) w->s->status = GN_NO_MEMORY;
    for (size_t i = 0; at && i < w->of->names; i++)
        at[i] = (gn_binding){w->of->name[i], gn_sheet_find(w->s, w->of->name[i])->value[0]};
    if (at) w->s->status = gn_formula_eval(w->s->ctx, f, at, w->of->names, &v);
    return v;
}

/* A formula at the point in hand; one that is too long to be written out by its value alone. */
static void look_at(gn_walk *w, int depth, bool numbered, const char *title, const char *name, const gn_formula *f)
{
    if (w->s->status != GN_OK) return;
    const char *text = printed(w, f);
    if (strlen(text) <= WRITTEN) {
        gn_sheet_compute(w->s, depth, numbered, title, name, text);
        return;
    }
    double value = value_now(w, f);
    gn_sheet_given(w->s, depth, title, gn_sheet_symbol(w->s, name, 1, 1, &value, GN_F64));
}

static void put_function(gn_walk *w)
{
    gn_sheet *s = w->s;
    gn_sheet_section(s, 0, "the function, at the start");
    for (size_t i = 0; i < w->of->names; i++) {
        gn_symbol *y = gn_sheet_symbol(s, w->of->name[i], 1, 1, &w->ask->from[i], GN_F64);
        if (i < w->n) name_step(w, y, w->of->name[i], 0);
        gn_sheet_given(s, 0, NULL, y);
    }
    w->f = fresh(w, "f");
    w->slope = gn_arena_alloc(&s->arena, w->n, sizeof *w->slope);
    if (!w->slope) s->status = GN_NO_MEMORY;
    look_at(w, 0, false, NULL, w->f, w->of->f.at[0]);
    for (size_t j = 0; j < w->n && w->slope; j++) {
        w->slope[j] = fresh(w, gn_walk_text(w, "d%s_d%s", w->f, w->of->name[j]));
        look_at(w, 0, false, NULL, w->slope[j], w->gradient.at[j]);
        name_symbol(gn_sheet_find(s, w->slope[j]), gn_walk_text(w, "d%s/d%s", w->f, w->of->name[j]));
    }
}

/* ---- steps written out ------------------------------------------------------------------------------------------- */

/* powt(b) is b^t: in a sheet t is a symbol of its own. The rows are small. */
static const gn_formula *spell_powers(gn_arena *a, const gn_formula *f)
{
    const gn_formula *arg[3] = {0};
    if (!f || !f->arguments) return f;
    for (int k = 0; k < f->arguments; k++) arg[k] = spell_powers(a, f->arg[k]);
    if (f->op == GN_F_CALL && !strcmp(f->name, "powt"))
        return gn_formula_make(a, GN_F_POW, arg[0], gn_formula_name(a, "t"));
    if (f->op == GN_F_CALL) return gn_formula_call(a, f->name, f->arguments, arg);
    return gn_formula_make(a, f->op, arg[0], arg[1]);
}

enum { NAMES = GN_OPT_SLOTS + GN_OPT_HYPER + 3 };
typedef struct renaming {
    size_t count;
    const char *from[NAMES], *to[NAMES];
} renaming;

static void rename_to(renaming *r, const char *from, const char *to)
{
    r->from[r->count] = from;
    r->to[r->count++] = to;
}

static const char *new_name(const renaming *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        if (!strcmp(r->from[i], name)) return r->to[i];
    return name;
}

/* All at once, so that a variable called g does not meet the row's g. */
static const gn_formula *renamed(gn_arena *a, const renaming *r, const gn_formula *f)
{
    const gn_formula *arg[3] = {0};
    if (!f) return NULL;
    if (f->op == GN_F_NAME) return gn_formula_name(a, new_name(r, f->name));
    if (f->op == GN_F_NUMBER) return f;
    for (int k = 0; k < f->arguments; k++) arg[k] = renamed(a, r, f->arg[k]);
    if (f->op == GN_F_CALL) return gn_formula_call(a, f->name, f->arguments, arg);
    return gn_formula_make(a, f->op, arg[0], arg[1]);
}

static renaming names_of(gn_walk *w, size_t j)
{
    renaming r = {0};
    rename_to(&r, "w", w->of->name[j]);
    rename_to(&r, "g", w->decays ? fresh(w, gn_walk_text(w, "g_%s", w->of->name[j])) : w->slope[j]);
    for (int i = 0; i < w->row->slots; i++)
        rename_to(&r, w->row->slot_name[i], fresh(w, gn_walk_text(w, "%s_%s", w->row->slot_name[i], w->of->name[j])));
    for (int i = 0; i < w->row->parameters; i++)
        rename_to(&r, w->row->parameter_name[i], fresh(w, w->row->parameter_name[i]));
    rename_to(&r, "t", fresh(w, "t"));
    return r;
}

static void put_givens(gn_walk *w)
{
    static const double zero = 0;
    gn_sheet_section(w->s, 1, "the optimiser's numbers at the start");
    for (int i = 0; i < w->row->parameters; i++) {
        const char *name = fresh(w, w->row->parameter_name[i]);
        gn_sheet_given(w->s, 1, NULL, gn_sheet_symbol(w->s, name, 1, 1, &w->ask->hyper[i], GN_F64));
    }
    for (size_t j = 0; j < w->n; j++)
        for (int i = 0; i < w->row->slots; i++) {
            renaming r = names_of(w, j);
            gn_sheet_given(w->s, 1, NULL, gn_sheet_symbol(w->s, r.to[2 + i], 1, 1, &zero, GN_F64));
        }
    const double value[] = {w->ask->clip, w->ask->weight_decay, w->ask->l1};
    const char **name[] = {&w->clip, &w->wd, &w->l1}, *wish[] = {"clip", "weight_decay", "l1"};
    for (int i = 0; i < 3; i++) {
        if (value[i] == 0) continue;
        *name[i] = fresh(w, wish[i]);
        gn_sheet_given(w->s, 1, NULL, gn_sheet_symbol(w->s, *name[i], 1, 1, &value[i], GN_F64));
    }
}

/* The slope that the optimiser gets: cut, then with decay. */
static const char *changed_slope(gn_walk *w, size_t j)
{
    const char *x = w->of->name[j], *g = w->slope[j];
    if (w->clip) g = gn_walk_text(w, "min(max(%s, -%s), %s)", g, w->clip, w->clip);
    if (w->wd) g = gn_walk_text(w, "%s + %s*%s", g, w->wd, x);
    if (w->l1) g = gn_walk_text(w, "%s + %s*sign(%s)", g, w->l1, x);
    return g;
}

static void write_variable(gn_walk *w, size_t j, uint64_t k)
{
    renaming r = names_of(w, j);
    const char *x = w->of->name[j];
    if (w->decays) gn_sheet_compute(w->s, 1, true, w->clip ? "cut" : "with decay", r.to[1], changed_slope(w, j));
    for (size_t i = 0; i < w->assignments && w->s->status == GN_OK; i++) {
        const gn_formula *f = renamed(&w->s->arena, &r, spell_powers(&w->s->arena, w->assignment[i].value));
        const char *to = new_name(&r, w->assignment[i].name);
        bool own = !strcmp(to, x);
        if (!f) w->s->status = GN_NO_MEMORY;
        if (w->s->status != GN_OK) return;
        gn_line *line = gn_sheet_compute(w->s, 1, true, own ? "update" : "state", to, printed(w, f));
        if (line && own) name_step(w, gn_sheet_find(w->s, x), x, k);
    }
}

/* The gradient at the point reached, and the function there. */
static void write_look(gn_walk *w, bool gradient)
{
    look_at(w, 1, true, "function", w->f, w->of->f.at[0]);
    for (size_t j = 0; gradient && j < w->n; j++) {
        look_at(w, 1, true, "slope", w->slope[j], w->gradient.at[j]);
        name_symbol(gn_sheet_find(w->s, w->slope[j]), gn_walk_text(w, "d%s/d%s", w->f, w->of->name[j]));
    }
}

static void put_steps(gn_walk *w)
{
    uint64_t count = w->ask->written < w->d->steps ? w->ask->written : w->d->steps;
    w->lr = fresh(w, "lr");
    if (!count) gn_sheet_symbol(w->s, w->lr, 1, 1, &w->ask->hyper[0], GN_F64); /* the tables of limits use it */
    if (!count) return;
    put_givens(w);
    for (uint64_t k = 1; k <= count && w->s->status == GN_OK; k++) {
        double t = (double)k;
        gn_sheet_section(w->s, 1, "step %llu", (unsigned long long)k);
        if (w->uses_t) gn_sheet_given(w->s, 1, NULL, gn_sheet_symbol(w->s, fresh(w, "t"), 1, 1, &t, GN_F64));
        for (size_t j = 0; j < w->n; j++) write_variable(w, j, k);
        write_look(w, k < count);
    }
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static double norm_at(const gn_descent *d, size_t row)
{
    double s = 0;
    for (size_t j = 0; j < d->n; j++) s = hypot(s, d->g[row * d->n + j]);
    return s;
}

static double *numbers(gn_walk *w)
{
    double *v = gn_arena_alloc(&w->s->arena, w->d->rows, sizeof *v);
    if (!v) w->s->status = GN_NO_MEMORY;
    return v;
}

static double *column_of(gn_walk *w, const double *from, size_t j)
{
    double *v = numbers(w);
    for (size_t r = 0; v && r < w->d->rows; r++) v[r] = from[r * w->n + j];
    return v;
}

static double *counts(gn_walk *w)
{
    double *v = numbers(w);
    for (size_t r = 0; v && r < w->d->rows; r++) v[r] = (double)w->d->k[r];
    return v;
}

static void put_path(gn_walk *w)
{
    gn_sheet_column c[2 * WIDE + 4];
    size_t n = 0, shown = w->n <= WIDE ? w->n : 0;
    double *norm = numbers(w);
    for (size_t r = 0; norm && r < w->d->rows; r++) norm[r] = norm_at(w->d, r);
    c[n++] = (gn_sheet_column){.title = "k", .number = counts(w)};
    for (size_t j = 0; j < shown; j++)
        c[n++] = (gn_sheet_column){.title = w->of->name[j], .name = w->of->name[j], .number = column_of(w, w->d->x, j)};
    c[n++] = (gn_sheet_column){.title = w->f, .name = w->f, .number = w->d->f,
                               .formula = shown ? printed(w, w->of->f.at[0]) : NULL};
    for (size_t j = 0; j < shown; j++)
        c[n++] = (gn_sheet_column){.title = gn_walk_text(w, "d%s/d%s", w->f, w->of->name[j]), .name = w->slope[j],
                                   .number = column_of(w, w->d->g, j), .formula = printed(w, w->gradient.at[j])};
    if (w->n != 1) c[n++] = (gn_sheet_column){.title = gn_walk_text(w, "|grad %s|", w->f), .number = norm};
    if (w->s->status != GN_OK) return;
    gn_sheet_section(w->s, 0, "the path");
    if (w->d->stride > 1) gn_sheet_text(w->s, 0, "one step in %llu is kept, and the last.",
                                        (unsigned long long)w->d->stride);
    gn_sheet_table(w->s, 0, NULL, n, w->d->rows, c);
    if (!shown) {
        gn_text t;
        gn_text_init(&t, w->s->ctx);
        for (size_t j = 0; j < w->n; j++)
            gn_text_printf(&t, "%s%s = %s", j ? ", " : "", w->of->name[j],
                           gn_calc_number(GN_NUM, w->d->x[(w->d->rows - 1) * w->n + j], w->ask->digits));
        gn_sheet_text(w->s, 0, "the last point: %s.", t.at ? t.at : "");
        gn_text_free(&t);
    }
}

/* "fell; past the bottom in x": the slope by x changed its sign, so the step went past the lowest point along x. */
static const char *what_it_did(gn_walk *w, size_t r)
{
    const gn_descent *d = w->d;
    const char *way = d->change[r] < 0 ? "fell" : d->change[r] > 0 ? "rose" : d->change[r] == 0 ? "level" : "lost";
    bool inside = true;
    for (size_t j = 0; j < d->n; j++) inside = inside && isfinite(d->x[r * d->n + j]);
    if (inside && isnan(d->f[r])) return "left the domain";
    gn_text t;
    gn_text_init(&t, w->s->ctx);
    gn_text_puts(&t, way);
    for (size_t j = 0, said = 0; j < d->n && said < 3; j++) {
        if (gn_walk_past(d, r, j) <= 0) continue;
        gn_text_printf(&t, "%s%s", said++ ? ", " : "; past the bottom in ", w->of->name[j]);
    }
    const char *copy = gn_walk_text(w, "%s", t.at ? t.at : "");
    gn_text_free(&t);
    return copy;
}

static void put_decreases(gn_walk *w)
{
    const gn_descent *d = w->d;
    if (d->rows < 2 || w->s->status != GN_OK) return;
    size_t rows = d->rows - 1;
    const char **did = gn_arena_alloc(&w->s->arena, rows, sizeof *did);
    double *sum = numbers(w), *k = counts(w);
    if (!did || !sum || !k) return;
    for (size_t r = 0; r < rows; r++) {
        sum[r] = d->first[r + 1] + d->second[r + 1];
        did[r] = d->stride == 1 ? what_it_did(w, r + 1) : "";
    }
    gn_sheet_column c[] = {
        {.title = "k", .number = k + 1},
        {.title = "1st order", .name = "first", .number = d->first + 1},
        {.title = "2nd order", .name = "second", .number = d->second + 1},
        {.title = "sum", .formula = "first + second", .number = sum},
        {.title = "true", .number = d->change + 1},
        {.title = "what it did", .text = did},
    };
    gn_sheet_section(w->s, 0, "each step d: change predicted by grad . d and d'Hd/2, and true");
    gn_sheet_table(w->s, 0, NULL, GN_COUNT(c), rows, c);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static gn_status open_walk(gn_walk *w)
{
    gn_arena *a = &w->s->arena;
    GN_TRY(gn_matrix_gradient(a, w->of->f.at[0], w->of->name, w->n, &w->gradient));
    GN_TRY(gn_formula_parse_steps(a, w->row->update, strlen(w->row->update), &w->assignment, &w->assignments));
    for (size_t i = 0; i < w->assignments; i++) {
        const gn_formula *f = spell_powers(a, w->assignment[i].value);
        if (!f) return GN_NO_MEMORY;
        w->uses_t = w->uses_t || gn_formula_uses(f, "t");
    }
    w->decays = w->ask->clip != 0 || w->ask->weight_decay != 0 || w->ask->l1 != 0;
    return w->s->status;
}

gn_status gn_descent_sheet(gn_context *ctx, const gn_functions *of, const gn_descent_ask *ask, const gn_descent *path,
                           gn_sheet *out)
{
    gn_walk w = {.s = out, .of = of, .ask = ask, .d = path, .row = &gn_optimizer_table()[ask->op], .n = of->variables};
    gn_text t;
    gn_text_init(&t, ctx);
    gn_text_printf(&t, "%s on ", w.row->name);
    gn_formula_print(&t, of->f.at[0]);
    gn_sheet_open(out, ctx, t.length && t.length < 76 ? t.at : w.row->name);
    gn_text_free(&t);
    if (out->status == GN_OK) out->status = open_walk(&w);
    if (out->status != GN_OK) return out->status;
    facts(&w);
    put_function(&w);
    put_steps(&w);
    put_path(&w);
    put_decreases(&w);
    gn_walk_curvature(&w, false);
    if (path->rows > 1 && path->end != GN_DESCENT_OVERFLOW) gn_walk_curvature(&w, true);
    gn_walk_story(&w);
    return gn_sheet_done(out);
}
