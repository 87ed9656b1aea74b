/* matrix.c -- gradients, Jacobians and Hessians as arrays of formulas; arrays evaluated and printed. */
#include "matrix.h"

#include <string.h>

static gn_status make(gn_arena *arena, size_t rows, size_t cols, gn_matrix *out)
{
    *out = (gn_matrix){0};
    if (rows == 0 || cols == 0) return gn_fail(arena->ctx, GN_E_EXP_SHAPE, "an array has at least one element");
    if (rows > GN_MATRIX_MOST || cols > GN_MATRIX_MOST || rows * cols > GN_MATRIX_MOST)
        return gn_fail(arena->ctx, GN_E_EXP_LIMIT, "an array has more than %d elements", GN_MATRIX_MOST);
    const gn_formula **at = gn_arena_alloc(arena, rows * cols, sizeof *at);
    if (!at) return GN_NO_MEMORY;
    *out = (gn_matrix){rows, cols, at};
    return GN_OK;
}

gn_status gn_matrix_column(gn_arena *arena, const gn_formula *const *f, size_t count, gn_matrix *out)
{
    GN_TRY(make(arena, count, 1, out));
    memcpy(out->at, f, count * sizeof *f);
    return GN_OK;
}

static gn_status derived(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out)
{
    const gn_formula *d;
    *out = NULL;
    GN_TRY(gn_formula_derive(arena, f, name, &d));
    return gn_formula_simplify(arena, d, out);
}

/* Outputs are set only when every element is there. */
static gn_status keep(gn_status s, const gn_matrix *made, gn_matrix *out)
{
    *out = s == GN_OK ? *made : (gn_matrix){0};
    return s;
}

gn_status gn_matrix_simplify(gn_arena *arena, const gn_matrix *a, gn_matrix *out)
{
    gn_matrix r;
    gn_status s = make(arena, a->rows, a->cols, &r);
    for (size_t i = 0; s == GN_OK && i < a->rows * a->cols; i++) s = gn_formula_simplify(arena, a->at[i], &r.at[i]);
    return keep(s, &r, out);
}

gn_status gn_matrix_derive(gn_arena *arena, const gn_matrix *a, const char *name, gn_matrix *out)
{
    gn_matrix r;
    gn_status s = make(arena, a->rows, a->cols, &r);
    for (size_t i = 0; s == GN_OK && i < a->rows * a->cols; i++) s = derived(arena, a->at[i], name, &r.at[i]);
    return keep(s, &r, out);
}

gn_status gn_matrix_gradient(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                             gn_matrix *out)
{
    gn_matrix r;
    gn_status s = make(arena, count, 1, &r);
    for (size_t i = 0; s == GN_OK && i < count; i++) s = derived(arena, f, names[i], &r.at[i]);
    return keep(s, &r, out);
}

gn_status gn_matrix_jacobian(gn_arena *arena, const gn_matrix *f, const char *const *names, size_t count,
                             gn_matrix *out)
{
    gn_matrix r;
    *out = (gn_matrix){0};
    if (f->cols != 1)
        return gn_fail(arena->ctx, GN_E_EXP_SHAPE, "a Jacobian is of a column of functions, not of %zu x %zu", f->rows,
                       f->cols);
    gn_status s = make(arena, f->rows, count, &r);
    for (size_t i = 0; s == GN_OK && i < r.rows * count; i++)
        s = derived(arena, f->at[i / count], names[i % count], &r.at[i]);
    return keep(s, &r, out);
}

gn_status gn_matrix_hessian(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                            gn_matrix *out)
{
    gn_matrix gradient, r;
    *out = (gn_matrix){0};
    GN_TRY(gn_matrix_gradient(arena, f, names, count, &gradient));
    gn_status s = make(arena, count, count, &r);
    for (size_t i = 0; s == GN_OK && i < count; i++)
        for (size_t j = i; s == GN_OK && j < count; j++) {
            s = derived(arena, gradient.at[i], names[j], &r.at[i * count + j]);
            r.at[j * count + i] = r.at[i * count + j];
        }
    return keep(s, &r, out);
}

gn_status gn_matrix_names(gn_arena *arena, const gn_matrix *a, const char *const **out, size_t *count)
{
    size_t room = 0;
    const char **all = NULL;
    *out = NULL;
    *count = 0;
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        const char *const *names;
        size_t n;
        GN_TRY(gn_formula_names(arena, a->at[i], &names, &n));
        if (*count + n > room) {
            room = 2 * (*count + n);
            const char **wider = gn_arena_alloc(arena, room, sizeof *wider);
            if (!wider) return GN_NO_MEMORY;
            if (*count) memcpy(wider, all, *count * sizeof *all);
            all = wider;
        }
        for (size_t k = 0; k < n; k++) {
            size_t j = 0;
            while (j < *count && strcmp(all[j], names[k]) != 0) j++;
            if (j == *count) all[(*count)++] = names[k];
        }
    }
    *out = all;
    return GN_OK;
}

gn_status gn_matrix_eval(gn_context *ctx, const gn_matrix *a, const gn_binding *bound, size_t count, double *out)
{
    for (size_t i = 0; i < a->rows * a->cols; i++) out[i] = 0;
    for (size_t i = 0; i < a->rows * a->cols; i++) GN_TRY(gn_formula_eval(ctx, a->at[i], bound, count, &out[i]));
    return GN_OK;
}

void gn_matrix_print(gn_text *to, const gn_matrix *a)
{
    bool matrix = a->cols > 1;
    if (a->rows == 1 && !matrix) {
        gn_formula_print(to, a->at[0]);
        return;
    }
    gn_text_puts(to, "[");
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        bool first = i % a->cols == 0, last = (i + 1) % a->cols == 0;
        gn_text_puts(to, i ? ", " : "");
        gn_text_puts(to, matrix && first ? "[" : "");
        gn_formula_print(to, a->at[i]);
        gn_text_puts(to, matrix && last ? "]" : "");
    }
    gn_text_puts(to, "]");
}

void gn_matrix_latex(gn_text *to, const gn_matrix *a)
{
    if (a->rows == 1 && a->cols == 1) {
        gn_formula_latex(to, a->at[0]);
        return;
    }
    gn_text_puts(to, "\\begin{pmatrix} ");
    for (size_t i = 0; i < a->rows * a->cols; i++) {
        gn_text_puts(to, i == 0 ? "" : i % a->cols == 0 ? " \\\\ " : " & ");
        gn_formula_latex(to, a->at[i]);
    }
    gn_text_puts(to, " \\end{pmatrix}");
}
