/* calculus.c -- from the user's expressions to the sheet of their derivatives.
 *
 * Invariant: a line with a value was made by evaluating the very formula that it shows. */
#include "calculus_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/option.h"
#include "../formula/tree.h"

enum { EXACT_ROOM = 40, TITLE_ROOM = 75 };

/* ---- what the user wrote ----------------------------------------------------------------------------------------- */

static bool is_constant_name(const char *name)
{
    return !strcmp(name, "pi") || !strcmp(name, "e") || !strcmp(name, "inf") || !strcmp(name, "nan");
}

static bool is_among(const char *const *names, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && !memcmp(names[i], name, length)) return true;
    return false;
}

/* x^t with the number of the step, which the rows of optimisers have and a user's function has not. */
static gn_status check_calls(gn_context *ctx, const gn_formula *f)
{
    gn_order o;
    bool found = false;
    GN_TRY(gn_order_make(ctx, f, &o));
    for (size_t i = 0; i < o.count; i++)
        found = found || (o.node[i]->op == GN_F_CALL && !strcmp(o.node[i]->name, "powt"));
    gn_order_free(&o);
    if (!found) return GN_OK;
    gn_fail(ctx, GN_E_EXP_FUNC, "powt is a function of the optimisers' rows: x^t with t the number of the step");
    return gn_hint(ctx, "write x^t, with t a variable of its own");
}

static gn_status parse_all(gn_arena *arena, const char *const *text, size_t count, gn_matrix *out)
{
    const gn_formula **all = NULL;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        gn_matrix one;
        GN_TRY(gn_matrix_parse(arena, text[i], strlen(text[i]), &one));
        for (size_t k = 0; k < one.rows * one.cols; k++) GN_TRY(check_calls(arena->ctx, one.at[k]));
        if (one.rows > 1 && one.cols > 1) {
            gn_fail(arena->ctx, GN_E_EXP_SHAPE, "a %zu x %zu matrix is no list of functions", one.rows, one.cols);
            return gn_hint(arena->ctx, "derivatives are of a number or of a vector such as [x^2 + y, 2*x + 3*y]");
        }
        size_t more = one.rows * one.cols;
        const gn_formula **wider = gn_arena_alloc(arena, total + more, sizeof *wider);
        if (!wider) return GN_NO_MEMORY;
        if (total) memcpy(wider, all, total * sizeof *all);
        memcpy(wider + total, one.at, more * sizeof *all);
        all = wider;
        total += more;
    }
    return gn_matrix_column(arena, all, total, out);
}

static gn_status not_a_name(gn_arena *arena, const char *at, size_t length, const char *const *names, size_t count)
{
    gn_text have;
    gn_text_init(&have, arena->ctx);
    for (size_t i = 0; i < count; i++) gn_text_printf(&have, "%s%s", i ? ", " : "", names[i]);
    gn_fail(arena->ctx, GN_E_EXP_VAR, "the expression has no variable '%s'", gn_show(GN_SHOWN, at, length));
    gn_status s = gn_hint(arena->ctx, "its names are %s", have.length ? have.at : "none");
    gn_text_free(&have);
    return s;
}

/* The variables of `by` in its order. */
static gn_status chosen(gn_arena *arena, const char *by, const char *const *all, size_t count, const char **name,
                        size_t *n)
{
    const char *at;
    size_t length;
    for (size_t i = 0; gn_list_part(by, ',', i, &at, &length); i++) {
        if (!is_among(all, count, at, length)) return not_a_name(arena, at, length, all, count);
        if (is_among(name, *n, at, length)) {
            gn_fail(arena->ctx, GN_E_EXP_VAR, "'%s' is named twice", gn_show(GN_SHOWN, at, length));
            return gn_hint(arena->ctx, "each variable is named once: --by x,y");
        }
        name[*n] = gn_arena_text(arena, at, length);
        if (!name[(*n)++]) return GN_NO_MEMORY;
    }
    return GN_OK;
}

gn_status gn_functions_parse(gn_arena *arena, const char *const *text, size_t count, const char *by,
                             gn_functions *out)
{
    const char *const *all;
    size_t total, n = 0;
    *out = (gn_functions){0};
    GN_TRY(parse_all(arena, text, count, &out->f));
    GN_TRY(gn_matrix_names(arena, &out->f, &all, &total));
    const char **name = gn_arena_alloc(arena, total + 1, sizeof *name);
    if (!name) return GN_NO_MEMORY;
    bool choose = by && *by;
    if (choose) GN_TRY(chosen(arena, by, all, total, name, &n));
    size_t variables = n;
    bool varies = is_among(name, n, "e", 1);
    for (size_t i = 0; !varies && i < out->f.rows; i++)
        GN_TRY(gn_formula_settle(arena, out->f.at[i], "e", &out->f.at[i]));
    for (size_t i = 0; i < total; i++)
        if (!is_constant_name(all[i]) && !is_among(name, n, all[i], strlen(all[i]))) name[n++] = all[i];
    out->name = name;
    out->names = n;
    out->variables = choose ? variables : n;
    return GN_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static const char *kept(gn_calc *c, gn_text *t)
{
    const char *copy = NULL;
    if (gn_text_done(t) == GN_OK) copy = gn_arena_text(c->arena, t->at ? t->at : "", t->length);
    gn_text_free(t);
    if (!copy && c->s->status == GN_OK) c->s->status = GN_NO_MEMORY;
    return copy ? copy : "";
}

const char *gn_calc_printf(gn_calc *c, const char *fmt, ...)
{
    va_list va, again;
    va_start(va, fmt);
    va_copy(again, va);
    int length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = gn_arena_alloc(c->arena, length < 0 ? 1 : (size_t)length + 1, 1);
    if (text && length >= 0) vsnprintf(text, (size_t)length + 1, fmt, va);
    va_end(va);
    if (!text && c->s->status == GN_OK) c->s->status = GN_NO_MEMORY;
    return text ? text : "";
}

const char *gn_calc_text(gn_calc *c, const gn_formula *f)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    gn_formula_print(&t, f);
    return kept(c, &t);
}

const char *gn_calc_latex(gn_calc *c, const gn_formula *f)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    gn_formula_latex(&t, f);
    return kept(c, &t);
}

const char *gn_calc_matrix_text(gn_calc *c, const gn_matrix *a)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    gn_matrix_print(&t, a);
    return kept(c, &t);
}

const char *gn_calc_fresh(gn_calc *c, const char *wish)
{
    const char *name = wish;
    while (*name && is_among(c->of->name, c->of->names, name, strlen(name))) name = gn_calc_printf(c, "%s_", name);
    return name;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

double gn_calc_value(gn_calc *c, const gn_formula *f)
{
    double v = NAN;
    if (!c->bound || !f || c->s->status != GN_OK) return v;
    c->s->status = gn_formula_eval(c->ctx, f, c->bound, c->of->names, &v);
    return v;
}

static bool has_variables(gn_calc *c, const gn_formula *f)
{
    for (size_t i = 0; i < c->of->names; i++)
        if (gn_formula_uses(f, c->of->name[i])) return true;
    return false;
}

bool gn_calc_is_plain(const gn_formula *f)
{
    bool plain = f->op != GN_F_CALL || !strcmp(f->name, "sqrt");
    for (int k = 0; plain && k < f->arguments; k++) plain = gn_calc_is_plain(f->arg[k]);
    return plain && !gn_tree_is_compare(f->op);
}

/* The point put into f as exact numbers, simplified; NULL when it has none. */
static const gn_formula *put_exact(gn_calc *c, const gn_formula *f)
{
    for (size_t i = 0; i < c->of->names; i++)
        if (gn_formula_uses(f, c->of->name[i]) &&
            gn_formula_substitute(c->arena, f, c->of->name[i], c->ask->exact[i], &f) != GN_OK)
            return NULL;
    const gn_formula *r;
    if (has_variables(c, f) || gn_formula_simplify(c->arena, f, &r) != GN_OK) return NULL;
    return r;
}

const char *gn_calc_number(gn_numtext *room, double v, int digits)
{
    return digits >= 17 ? gn_num(room, v) : gn_num_digits(room, v, digits ? digits : 6);
}

static bool has_exact(const gn_calc *c, const gn_formula *f)
{
    return c->bound && (c->ask->exact || !c->of->names) && f->terms <= 2000;
}

bool gn_calc_rational(gn_calc *c, const gn_formula *f, double *value)
{
    const gn_formula *r = has_exact(c, f) ? put_exact(c, f) : NULL;
    if (!c->bound && !has_variables(c, f)) r = f;
    const gn_formula *part = r && r->op == GN_F_NEG ? r->arg[0] : r;
    bool rational = part && part->op == GN_F_NUMBER;
    if (part && part->op == GN_F_DIV)
        rational = part->arg[0]->op == GN_F_NUMBER && part->arg[1]->op == GN_F_NUMBER;
    if (rational && gn_formula_eval(c->ctx, r, NULL, 0, value) == GN_OK) return true;
    gn_clear_error(c->ctx);
    return false;
}

const char *gn_calc_exact(gn_calc *c, const gn_formula *f)
{
    if (!has_exact(c, f) || c->s->status != GN_OK) return NULL;
    double v = gn_calc_value(c, f), e;
    const gn_formula *r = isfinite(v) ? put_exact(c, f) : NULL;
    if (!r) {
        gn_clear_error(c->ctx);     /* without an exact form the digits stand alone */
        return NULL;
    }
    if (r->op == GN_F_NUMBER || (r->op == GN_F_NEG && r->arg[0]->op == GN_F_NUMBER)) return NULL;
    if (r->terms > EXACT_ROOM || !gn_calc_is_plain(r)) return NULL;
    if (gn_formula_eval(c->ctx, r, NULL, 0, &e) != GN_OK || fabs(e - v) > 1e-12 * fmax(1, fabs(v))) {
        gn_clear_error(c->ctx);
        return NULL;
    }
    const char *text = gn_calc_text(c, r);
    return strlen(text) <= EXACT_ROOM ? text : NULL;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static gn_line *complete(gn_calc *c, gn_calc_line l, gn_symbol *y, const char *formula)
{
    if (y) {
        y->shown = l.shown;
        y->latex = l.latex;
    }
    if (c->s->status != GN_OK || !y) return NULL;
    if (strlen(formula) > GN_CALC_WRITTEN) {
        gn_sheet_text(c->s, l.depth, "%s = a formula of %zu characters, too long to be written out.",
                      l.shown ? l.shown : l.name, strlen(formula));
        return y->value ? gn_sheet_given(c->s, l.depth, l.title, y) : NULL;
    }
    gn_line *line = gn_sheet_equation(c->s, l.depth, l.numbered, l.title, y, formula);
    if (line) line->rule = l.rule;
    return line;
}

gn_line *gn_calc_equation(gn_calc *c, gn_calc_line l, const gn_formula *f)
{
    bool valued = c->bound && !l.symbolic;
    double v = valued ? gn_calc_value(c, f) : NAN;
    if (c->s->status != GN_OK) return NULL;
    gn_symbol *y = gn_sheet_symbol(c->s, l.name, 1, 1, valued ? &v : NULL, GN_F64);
    if (y && valued) y->exact = gn_calc_exact(c, f);
    return complete(c, l, y, gn_calc_text(c, f));
}

gn_line *gn_calc_array(gn_calc *c, gn_calc_line l, const gn_matrix *a)
{
    bool valued = c->bound && !l.symbolic;
    if (c->s->status != GN_OK) return NULL;
    double *v = gn_arena_alloc(c->arena, a->rows * a->cols, sizeof *v);
    if (!v) c->s->status = GN_NO_MEMORY;
    for (size_t i = 0; v && valued && i < a->rows * a->cols; i++) v[i] = gn_calc_value(c, a->at[i]);
    if (c->s->status != GN_OK) return NULL;
    return complete(c, l, gn_sheet_symbol(c->s, l.name, a->rows, a->cols, valued ? v : NULL, GN_F64),
                    gn_calc_matrix_text(c, a));
}

gn_line *gn_calc_run(gn_calc *c, gn_calc_line l, const char *text)
{
    if (c->s->status != GN_OK) return NULL;
    if (strlen(text) > GN_CALC_WRITTEN) {
        c->s->status = gn_fail(c->ctx, GN_E_EXP_LIMIT, "the formula of %s is too long to be written out", l.name);
        return NULL;
    }
    gn_line *line = gn_sheet_compute(c->s, l.depth, l.numbered, l.title, l.name, text);
    gn_symbol *y = line ? gn_sheet_find(c->s, l.name) : NULL;
    if (y) {
        y->shown = l.shown;
        y->latex = l.latex;
        line->rule = l.rule;
    }
    return line;
}

/* ---- the sheet --------------------------------------------------------------------------------------------------- */

static const char *list_of(gn_calc *c, const char *const *name, size_t count)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    for (size_t i = 0; i < count; i++) gn_text_printf(&t, "%s%s", i ? ", " : "", name[i]);
    return kept(c, &t);
}

static void facts(gn_calc *c)
{
    const gn_functions *of = c->of;
    if (c->n) gn_sheet_fact(c->s, "variables %s%s", list_of(c, of->name, c->n), c->n > 1 ? ", in this order" : "");
    else gn_sheet_fact(c->s, "no variable stands in the expression");
    if (of->names > c->n) gn_sheet_fact(c->s, "held constant: %s", list_of(c, of->name + c->n, of->names - c->n));
    if (c->m > 1) gn_sheet_fact(c->s, "Jacobian: a row for each function, a column for each variable");
    else if (c->n > 1) gn_sheet_fact(c->s, "the gradient is a column in the order of the variables");
    if (c->bound) gn_sheet_fact(c->s, "numbers in float64");
}

static void name_functions(gn_calc *c)
{
    size_t cells = c->m * (c->n + 2);
    const char **names = gn_arena_alloc(c->arena, cells, sizeof *names);
    if (!names) {
        c->s->status = GN_NO_MEMORY;
        return;
    }
    c->f_name = names;
    c->f_shown = names + c->m;
    c->slope = names + 2 * c->m;
    for (size_t i = 0; i < c->m; i++) {
        c->f_name[i] = gn_calc_fresh(c, c->m > 1 ? gn_calc_printf(c, "f_%zu", i + 1) : "f");
        c->f_shown[i] = c->m > 1 ? gn_calc_printf(c, "f%zu", i + 1) : c->f_name[i];
        for (size_t j = 0; j < c->n; j++)
            c->slope[i * c->n + j] =
                gn_calc_fresh(c, gn_calc_printf(c, "d%s_d%s", c->f_shown[i], c->of->name[j]));
    }
}

static gn_status collected(gn_calc *c, const gn_formula **f)
{
    return c->ask->collect && *c->ask->collect ? gn_formula_collect(c->arena, *f, c->ask->collect, f) : GN_OK;
}

static gn_status derive_all(gn_calc *c)
{
    GN_TRY(gn_matrix_jacobian(c->arena, &c->of->f, c->of->name, c->n, &c->jacobian));
    for (size_t i = 0; i < c->m * c->n; i++) GN_TRY(collected(c, &c->jacobian.at[i]));
    if (c->ask->order < 2) return GN_OK;
    c->hessian = gn_arena_alloc(c->arena, c->m, sizeof *c->hessian);
    if (!c->hessian) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->m; i++) {
        GN_TRY(gn_matrix_hessian(c->arena, c->of->f.at[i], c->of->name, c->n, &c->hessian[i]));
        for (size_t k = 0; k < c->n * c->n; k++) GN_TRY(collected(c, &c->hessian[i].at[k]));
    }
    return GN_OK;
}

static void put_point(gn_calc *c)
{
    if (c->bound && c->of->names) gn_sheet_section(c->s, 0, "the point");
    for (size_t i = 0; i < c->of->names; i++) {
        const double *value = c->bound ? &c->bound[i].value : NULL;
        gn_symbol *y = gn_sheet_symbol(c->s, c->of->name[i], 1, 1, value, GN_F64);
        if (!value) continue;   /* a name all the same: the formulas use it */
        if (y && c->ask->exact) y->exact = gn_calc_exact(c, c->ask->exact[i]);
        gn_sheet_given(c->s, 0, NULL, y);
    }
}

static void put_functions(gn_calc *c)
{
    gn_sheet_section(c->s, 0, c->m > 1 ? "the functions" : "the function");
    for (size_t i = 0; i < c->m; i++)
        gn_calc_equation(c, (gn_calc_line){.name = c->f_name[i], .shown = c->f_shown[i]}, c->of->f.at[i]);
}

static void put_derivatives(gn_calc *c)
{
    gn_sheet_section(c->s, 0, c->m > 1 ? "partial derivatives" : c->n > 1 ? "the gradient" : "the derivative");
    for (size_t i = 0; i < c->m; i++)
        for (size_t j = 0; j < c->n; j++) {
            const char *shown = gn_calc_printf(c, "d%s/d%s", c->f_shown[i], c->of->name[j]);
            gn_calc_line l = {.name = c->slope[i * c->n + j], .shown = shown, .numbered = true};
            l.rule = gn_calc_root_rule(c, i, j);
            gn_calc_equation(c, l, c->jacobian.at[i * c->n + j]);
            gn_calc_steps(c, i, j);
        }
}

/* The same elements as one column, or one matrix. */
static void put_whole(gn_calc *c)
{
    if (c->m > 1) {
        gn_sheet_section(c->s, 0, "the Jacobian");
        gn_calc_array(c, (gn_calc_line){.name = gn_calc_fresh(c, "J"), .shown = "J"}, &c->jacobian);
        gn_calc_determinant(c);
    } else {
        gn_matrix column = {c->n, 1, c->jacobian.at};
        c->grad = gn_calc_fresh(c, "grad");
        const char *shown = gn_calc_printf(c, "grad %s", c->f_shown[0]);
        const char *latex = gn_calc_printf(c, "\\nabla %s", c->f_shown[0]);
        if (c->n > 1) gn_calc_array(c, (gn_calc_line){.name = c->grad, .shown = shown, .latex = latex}, &column);
    }
}

/* w - eta*dL/dw, written as a polynomial in w. */
static void put_update(gn_calc *c)
{
    if (!c->ask->update || !*c->ask->update || c->m != 1) return;
    gn_sheet_section(c->s, 0, "one step of gradient descent, as a map");
    if (!gn_sheet_find(c->s, c->ask->update)) gn_sheet_symbol(c->s, c->ask->update, 1, 1, NULL, GN_F64);
    for (size_t j = 0; j < c->n && c->s->status == GN_OK; j++) {
        gn_arena *a = c->arena;
        const gn_formula *w = gn_formula_name(a, c->of->name[j]), *map;
        const gn_formula *move = gn_formula_make(a, GN_F_MUL, gn_formula_name(a, c->ask->update), c->jacobian.at[j]);
        map = gn_formula_make(a, GN_F_SUB, w, move);
        c->s->status = map ? gn_formula_collect(a, map, c->of->name[j], &map) : GN_NO_MEMORY;
        if (c->s->status != GN_OK) return;
        const char *name = gn_calc_fresh(c, gn_calc_printf(c, "%s_new", c->of->name[j]));
        gn_calc_line l = {.name = name, .shown = gn_calc_printf(c, "%s'", c->of->name[j]), .symbolic = true};
        l.latex = gn_calc_printf(c, "%s'", gn_calc_latex(c, w));
        l.rule = gn_calc_printf(c, "%s - %s*d%s/d%s, by powers of %s", c->of->name[j], c->ask->update, c->f_shown[0],
                                c->of->name[j], c->of->name[j]);
        gn_calc_equation(c, l, map);
    }
}

gn_status gn_calc_bind(gn_calc *c)
{
    c->bound = gn_arena_alloc(c->arena, c->of->names + 1, sizeof *c->bound);
    if (!c->bound) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->of->names; i++) c->bound[i] = (gn_binding){c->of->name[i], c->ask->at[i]};
    return GN_OK;
}

static gn_status fill(gn_calc *c)
{
    name_functions(c);
    if (c->s->status == GN_OK && (c->ask->at || !c->of->names)) c->s->status = gn_calc_bind(c);
    if (c->s->status == GN_OK && c->n) c->s->status = derive_all(c);
    if (c->s->status != GN_OK) return c->s->status;
    facts(c);
    put_point(c);
    put_functions(c);
    if (c->n) put_derivatives(c);
    if (c->n) put_whole(c);
    if (c->n) put_update(c);
    if (c->bound) gn_calc_point_facts(c);
    if (c->bound && c->n && c->m == 1) gn_calc_gradient_facts(c);
    if (c->n && c->hessian) gn_calc_hessian(c);
    if (c->bound && c->ask->along) gn_calc_along(c);
    return gn_sheet_done(c->s);
}

gn_status gn_calculus_sheet(gn_context *ctx, const gn_functions *of, const gn_calculus_ask *ask, gn_sheet *out)
{
    gn_calc c = {.ctx = ctx, .arena = &out->arena, .s = out, .of = of, .ask = ask};
    gn_text t;
    gn_text_init(&t, ctx);
    gn_text_puts(&t, "derivatives of ");
    gn_matrix_print(&t, &of->f);
    bool whole = t.length <= TITLE_ROOM;
    gn_sheet_open(out, ctx, whole && t.at ? t.at : of->f.rows > 1 ? "derivatives of several functions" : "derivatives");
    gn_text_free(&t);
    c.n = of->variables;
    c.m = of->f.rows;
    return fill(&c);
}
