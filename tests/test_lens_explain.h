/* test_lens_explain.h -- what the tests of explanations share: a sheet from a network and arrays, its values by name,
 * and law 13 over all of its lines. */
#ifndef GN_TEST_LENS_EXPLAIN_H
#define GN_TEST_LENS_EXPLAIN_H

#include "lens_help.h"
#include "lens/explain.h"

static inline void close_to(const char *what, double got, double right, double bound)
{
    if (!(fabs(got - right) <= bound * fmax(1, fabs(right)))) fail_msg("%s: %.17g, not %.17g", what, got, right);
}

static inline gn_explain_call call_of(const gn_net *net, const gn_dataset *d, const uint32_t *row, size_t rows)
{
    static const double hyper[GN_OPT_HYPER] = { 0.1 };
    return (gn_explain_call){ .net = net, .data = d, .row = row, .rows = rows, .title = "test", .layer = -1,
                              .op = GN_OPT_sgd, .hyper = hyper };
}

static const uint32_t first_rows[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/* The sheet of the first `rows` rows, as gradient descent would step. */
static inline gn_sheet explained(gn_context *ctx, const gn_net *net, const gn_dataset *d, size_t rows)
{
    gn_sheet s;
    gn_explain_call c = call_of(net, d, first_rows, rows);
    must(ctx, gn_explain(ctx, &c, &s));
    return s;
}

/* A table's columns that are computed from their row. */
static inline void hold_table(gn_context *ctx, const gn_line *line, double bound)
{
    gn_arena arena;
    gn_arena_init(&arena, ctx);
    for (size_t c = 0; c < line->columns; c++) {
        const gn_formula *f;
        if (!line->column[c].formula) continue;
        must(ctx, gn_formula_parse(&arena, line->column[c].formula, strlen(line->column[c].formula), &f));
        for (size_t i = 0; i < line->rows; i++) {
            gn_binding bound_to[8];
            size_t n = 0;
            double v;
            for (size_t k = 0; k < line->columns; k++)
                if (line->column[k].name && line->column[k].number)
                    bound_to[n++] = (gn_binding){ line->column[k].name, line->column[k].number[i] };
            must(ctx, gn_formula_eval(ctx, f, bound_to, n, &v));
            close_to(line->title, line->column[c].number[i], v, bound);
        }
    }
    gn_arena_free(&arena);
}

/* Every equation read again gives the printed number; how many there were. */
static inline size_t hold_law(gn_context *ctx, const gn_sheet *s, double bound)
{
    size_t equations = 0;
    for (size_t i = 0; i < s->lines; i++) {
        double d;
        if (s->line[i]->kind == GN_LINE_TABLE) hold_table(ctx, s->line[i], bound);
        if (s->line[i]->kind != GN_LINE_EQUATION) continue;
        must(ctx, gn_line_again(s, s->line[i], &d));
        if (!(d <= bound))
            fail_msg("%s = %s: read again it differs by %g; %s", s->line[i]->symbol->name, s->line[i]->formula, d,
                     s->title);
        equations++;
    }
    return equations;
}

/* The first equation or given line of that name (later ones are of an updated value). */
static inline const gn_symbol *first_symbol(const gn_sheet *s, const char *name)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->symbol && !strcmp(s->line[i]->symbol->name, name)) return s->line[i]->symbol;
    fail_msg("the sheet has no %s", name);
    return NULL;
}

static inline const gn_line *line_of(const gn_sheet *s, const char *name)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_EQUATION && !strcmp(s->line[i]->symbol->name, name)) return s->line[i];
    fail_msg("the sheet has no equation of %s", name);
    return NULL;
}

static inline void values(const gn_sheet *s, const char *name, const double *right, size_t n, double bound)
{
    const gn_symbol *v = first_symbol(s, name);
    assert_int_equal(v->rows * v->cols, n);
    for (size_t i = 0; i < n; i++) close_to(name, v->value[i], right[i], bound);
}

static inline bool says(const gn_sheet *s, const char *words)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TEXT && strstr(s->line[i]->title, words)) return true;
    return false;
}

static inline const gn_line *table_of(const gn_sheet *s, const char *caption)
{
    for (size_t i = 0; i < s->lines; i++)
        if (s->line[i]->kind == GN_LINE_TABLE && strstr(s->line[i]->title, caption)) return s->line[i];
    return NULL;
}

static inline void put_tensor(gn_net *net, size_t tensor, const double *v)
{
    for (size_t k = 0; k < gn_net_tensor(net, tensor).size; k++) put_weight(net, tensor, k, v[k]);
}

/* ---- nets -------------------------------------------------------------------------------------------------------- */

static inline gn_net *net64(gn_context *ctx, gn_task task, size_t in, size_t out, const char *layers, const char *loss,
                     const char *reduction)
{
    return make_net_as(ctx, task, in, out, layers, loss, reduction, GN_F64);
}

#endif
