/* sheet_test.h -- sheets for the tests of the lens: the neuron by hand, and sheets with formulas and values drawn at
 * random. */
#ifndef SHEET_TEST_H
#define SHEET_TEST_H

#include "formula_test.h"
#include "lens/sheet.h"

static inline uint32_t pick(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(*state >> 8) * n) >> 24);
}

/* Ordinary numbers, whole numbers, tiny and huge ones; `wild`: zeros with a sign, inf and nan too. */
static inline double draw_value(uint32_t *state, bool wild)
{
    double sign = pick(state, 2) ? -1 : 1, unit = (pick(state, 1000000) + 0.5) / 1e6;
    switch (pick(state, wild ? 9 : 6)) {
    case 0: return sign * (double)pick(state, 12);
    case 1: return sign * unit * pow(10, (double)pick(state, 40) - 20);
    case 6: return sign * 0.0;
    case 7: return sign * (double)INFINITY;
    case 8: return (double)NAN;
    default: return sign * unit * 5;
    }
}

enum { SIDE = 3 };

typedef struct recipe { uint32_t *state; char *text; size_t length, room; } recipe;

static inline void recipe_put(recipe *r, const char *text)
{
    size_t n = strlen(text);
    if (r->length + n + 1 >= r->room) return;
    memcpy(r->text + r->length, text, n + 1);
    r->length += n;
}

static inline void recipe_name(recipe *r, size_t rows, size_t cols)
{
    char name[24];
    snprintf(name, sizeof name, "m%zu%zu", rows, cols);
    recipe_put(r, name);
}

static inline void recipe_draw(recipe *r, size_t rows, size_t cols, int depth);

static inline void recipe_around(recipe *r, const char *before, size_t rows, size_t cols, int depth, const char *after)
{
    recipe_put(r, before);
    recipe_draw(r, rows, cols, depth - 1);
    recipe_put(r, after);
}

/* A formula of the given shape over the names m11 .. m33. */
static inline void recipe_draw(recipe *r, size_t rows, size_t cols, int depth)
{
    static const char *const functions[] = {"relu(", "tanh(", "sin(", "abs(", "sigmoid(", "-("};
    size_t inner = 1 + pick(r->state, SIDE);
    uint32_t kind = depth <= 0 ? 0 : pick(r->state, rows == 1 && cols == 1 ? 13 : 10);
    switch (kind) {
    case 0: recipe_name(r, rows, cols); break;
    case 1: recipe_around(r, "(", rows, cols, depth, " + "); recipe_around(r, "", rows, cols, depth, ")"); break;
    case 2: recipe_around(r, "(", rows, cols, depth, " - "); recipe_around(r, "", rows, cols, depth, ")"); break;
    case 3: recipe_around(r, "", rows, cols, depth, ".*"); recipe_around(r, "", rows, cols, 0, ""); break;
    case 4: recipe_around(r, functions[pick(r->state, GN_COUNT(functions))], rows, cols, depth, ")"); break;
    case 5: recipe_around(r, "m11*(", rows, cols, depth, ")"); break;
    case 6: recipe_around(r, "(", rows, inner, depth, ")*("); recipe_around(r, "", inner, cols, depth, ")"); break;
    case 7: recipe_around(r, "(", cols, rows, depth, ")'"); break;
    case 8: recipe_around(r, "where(", rows, cols, depth, " > 0, 1, "); recipe_around(r, "", rows, cols, 0, ")"); break;
    case 9: recipe_around(r, "((", rows, cols, depth, ") - "); recipe_around(r, "", 1, cols, 0, ")"); break;
    case 10: recipe_around(r, "(", 1, 1, depth, ")^2"); break;
    case 11: recipe_around(r, "mean(", inner, inner, depth, ")"); break;
    default: recipe_around(r, "sum(", inner, 2, depth, ")"); break;
    }
}

static inline void random_givens(gn_sheet *s, uint32_t *state, bool wild)
{
    for (size_t i = 1; i <= SIDE; i++)
        for (size_t j = 1; j <= SIDE; j++) {
            double value[SIDE * SIDE];
            char name[8];
            gn_type type = pick(state, 4) ? GN_F64 : GN_F32;
            snprintf(name, sizeof name, "m%zu%zu", i, j);
            for (size_t k = 0; k < i * j; k++) {
                value[k] = draw_value(state, wild);
                if (type == GN_F32) value[k] = (double)(float)value[k];
            }
            gn_sheet_given(s, 0, "given", gn_sheet_symbol(s, name, i, j, value, type));
        }
}

/* Givens of every shape and `lines` equations titled step1, step2, ...; the names q1, q2, ... are their results. */
static inline void random_sheet(gn_sheet *s, gn_context *ctx, uint32_t *state, int lines, bool wild)
{
    gn_sheet_open(s, ctx, "a sheet drawn at random");
    random_givens(s, state, wild);
    for (int i = 0; i < lines; i++) {
        char text[400] = "", title[24], name[24];
        recipe r = {state, text, 0, sizeof text - 8};
        while (r.length == 0 || r.length > 300) {
            r.length = 0;
            recipe_draw(&r, 1 + pick(state, SIDE), 1 + pick(state, SIDE), 1 + (int)pick(state, 4));
        }
        snprintf(title, sizeof title, "step%d", i + 1);
        snprintf(name, sizeof name, "q%d", i + 1);
        gn_sheet_compute(s, 0, pick(state, 2), title, name, text);
    }
}

/* The neuron of the documents: x = 3, y = 10, w = 0.5, eta = 0.1, one step. */
static inline void neuron_sheet(gn_sheet *s, gn_context *ctx)
{
    static const struct { const char *name; double value; } given[] = {
        {"x", 3}, {"y", 10}, {"w", 0.5}, {"eta", 0.1}};
    gn_sheet_open(s, ctx, "one neuron, one step");
    gn_sheet_fact(s, "model yhat = w*x, loss L = (yhat - y)^2, float64");
    for (size_t i = 0; i < GN_COUNT(given); i++)
        gn_sheet_given(s, 0, "given", gn_sheet_symbol(s, given[i].name, 1, 1, &given[i].value, GN_F64));
    gn_sheet_compute(s, 0, true, "forward", "yhat", "w*x");
    gn_sheet_compute(s, 0, true, "error", "e", "yhat - y");
    gn_sheet_compute(s, 0, true, "loss", "L", "e^2");
    gn_sheet_compute(s, 0, true, "chain", "dL_dyhat", "2*e");
    gn_sheet_compute(s, 0, false, NULL, "dyhat_dw", "x");
    gn_line *line = gn_sheet_compute(s, 0, false, NULL, "dL_dw", "dL_dyhat*dyhat_dw");
    if (line) line->check = (gn_line_check){"central", 6.06e-6, -51.0000000003, 6e-12, "ok"};
    line = gn_sheet_compute(s, 0, true, "update", "w", "w - eta*dL_dw");
    if (line) line->rule = "sgd: w - eta*g";
}

#endif
