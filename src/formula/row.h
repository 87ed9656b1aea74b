/* row.h -- the functions an expression may call: the rows of defs/pointwise.def as text, and the few that only
 * expressions have.
 *
 * Invariant: what a function means stands in its row alone; only the primitives, whose row names itself, are computed
 * by libm. */
#ifndef GN_FORMULA_ROW_H
#define GN_FORMULA_ROW_H

#include "../base/base.h"

typedef struct gn_row {
    const char *name;
    int inputs;                 /* named x, y, z */
    const char *value;
    const char *slope[3];       /* in the inputs and the result, which is named y, z, u for 1, 2, 3 inputs */
    const char *parameters;     /* "alpha = 0.01", or "" */
} gn_row;

typedef struct gn_parameter { const char *name; size_t length; double value; } gn_parameter;

/* Rows 0..gn_row_count()-1; the first gn_row_table_count() are those of defs/pointwise.def, in its order. */
size_t gn_row_count(void);
size_t gn_row_table_count(void);
const gn_row *gn_row_at(size_t i);
const gn_row *gn_row_find(const char *name, size_t length);     /* NULL when there is none */
size_t gn_row_index(const gn_row *row);
bool gn_row_is_primitive(const gn_row *row);                    /* the value names the function itself */
int gn_row_parameters(const gn_row *row, gn_parameter out[3]);  /* how many, at most 3 */
const char *gn_row_result(const gn_row *row);                   /* "y", "z" or "u" */
const char *gn_row_input(int i);                                /* "x", "y" or "z" */
/* How a function known elsewhere is written here: a sentence, or NULL. */
const char *gn_row_written_otherwise(const char *name);
const char *gn_row_closest(const char *name);                   /* a name to propose, or NULL */
/* Operations of one value of the row, as its text spells them: cheap + - * compare choose, special / and libm. */
void gn_row_flops(const gn_row *row, int *cheap, int *special);

#endif
