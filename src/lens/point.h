/* point.h -- points and lists of numbers as options have them: "x=1,y=1/3", "1,1/3", "0.01,0.005".
 *
 * Invariant: every name gets exactly one value, and every value is finite. */
#ifndef GN_POINT_H
#define GN_POINT_H

#include "../base/option.h"
#include "../formula/formula.h"

/* A point from text, by name "x=1,y=1/3" or by order "1,1/3", each value a number or an expression without names: value
 * (count), and exact (count) the same as formulas in the arena, or NULL. Codes EXP-VAR and EXP-*, exit status 2.
 * `option` is the name for messages: "at", "from". */
gn_status gn_point_parse(gn_context *ctx, const char *option, const char *text, const char *const *name, size_t count,
                         gn_arena *arena, double *value, const gn_formula **exact);
/* Finite numbers with commas, as many as there are, in the arena. */
gn_status gn_numbers_parse(gn_context *ctx, const char *option, const char *text, gn_arena *arena, double **value,
                           size_t *count);

/* The same from an option; of the last two: NULL, 0 or false when it was not given. */
gn_status gn_point_read(gn_context *ctx, const gn_options *o, gn_option_id id, const char *const *name, size_t count,
                        gn_arena *arena, double *value, const gn_formula **exact);
gn_status gn_numbers_read(gn_context *ctx, const gn_options *o, gn_option_id id, gn_arena *arena, double **value,
                          size_t *count);
gn_status gn_number_read(gn_context *ctx, const gn_options *o, gn_option_id id, gn_arena *arena, double *value,
                         bool *given);

#endif
