/* museum_hall.h -- what exhibits are built with: values, formulas that are run, paths, differences, networks and their
 * diagnosis.
 *
 * Invariant: after the first failure every helper does nothing; the sheet's status holds it. */
#ifndef GN_MUSEUM_HALL_H
#define GN_MUSEUM_HALL_H

#include "museum.h"

typedef struct gn_hall {
    gn_context *ctx;
    gn_sheet *s;
    gn_mistake found;
} gn_hall;

#define EXHIBIT(number, name, document, place, title, says, right) void gn_museum_##name(gn_hall *h);
#include "../defs/museum.def"
#undef EXHIBIT

#define gn_hall_part(h, ...) gn_sheet_section((h)->s, 0, __VA_ARGS__)
#define gn_hall_say(h, ...) gn_sheet_text((h)->s, 0, __VA_ARGS__)
void gn_hall_fail(gn_hall *h, gn_status s);
void gn_hall_number(gn_hall *h, const char *name, double value);
void gn_hall_array(gn_hall *h, const char *name, size_t rows, size_t cols, const double *value);
/* name = formula, run now, a numbered step. */
void gn_hall_calc(gn_hall *h, const char *title, const char *name, const char *formula);
/* What a run gave, held against a formula over symbols of the sheet: law 13 checks the one by the other. */
void gn_hall_result(gn_hall *h, const char *title, const char *name, size_t rows, size_t cols, const double *value,
                    const char *formula);
double gn_hall_at(const gn_hall *h, const char *name, size_t i);    /* element; NaN when it is not there */
const char *gn_hall_text(const gn_hall *h, gn_numtext *room, const char *name);
/* name = d f/d by, as the engine derives it, run at the sheet's values. */
void gn_hall_derive(gn_hall *h, const char *title, const char *name, const char *f, const char *by);
/* name = (f at by + h - f at by - h)/(2*h), with the step of the gradient check. */
void gn_hall_difference(gn_hall *h, const char *name, const char *f, const char *by);

/* A path: row 0 by `start` (NULL: by `formula`), the rows after it by `formula`, over columns to the left, NAME_prev of
 * the row above, and symbols. Returns the last value of column `of`. */
typedef struct gn_hall_column { const char *title, *name, *start, *formula; } gn_hall_column;
double gn_hall_path(gn_hall *h, const char *caption, size_t rows, size_t columns, const gn_hall_column *column,
                    size_t of);
/* x = formula, `steps` times, from `start`; other names are symbols of the sheet. */
double gn_hall_iterate(gn_hall *h, const char *name, double start, const char *formula, size_t steps);

/* A float64 network with these parameters, tensor after tensor. */
gn_net *gn_hall_net(gn_hall *h, size_t inputs, const char *layers, size_t outputs, const char *loss,
                    const char *reduction, const double *theta);
/* The document's gradient before gn_diagnose: what it finds, in words. A symbol's value stands for a tensor; a NULL
 * value: absent. */
void gn_hall_diagnose(gn_hall *h, const gn_net *net, const gn_dataset *rows, const gn_given *given, size_t count,
                      bool whole);
gn_given gn_hall_given(const gn_hall *h, size_t tensor, const char *symbol);
/* Plain gradient descent of the network's own loss with this rate: loss[i] is that after at[i] steps (ascending). */
void gn_hall_descend(gn_hall *h, const gn_net *net, const gn_dataset *rows, double rate, size_t n, const double *at,
                     double *loss);
/* The gradient of a tensor by central differences of the network's loss, as a symbol `name`. */
void gn_hall_central(gn_hall *h, const gn_net *net, const gn_dataset *rows, size_t tensor, const char *name);

#endif
