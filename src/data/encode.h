/* encode.h -- the parts of encoding: the roles of columns, the rows that are kept, and the walk that fills x and y.
 *
 * Invariant: what was fitted on a table (categories, classes, their order) is applied to another by name alone. */
#ifndef GN_ENCODE_H
#define GN_ENCODE_H

#include "csv.h"

enum { GN_CATEGORY_LIMIT = 10000, GN_CLASS_LIMIT = 10000, GN_FEW_CLASSES = 20 };
enum { GN_NO_COLUMN = UINT32_MAX };

/* A table on its way to a gn_data. */
typedef struct gn_encoding {
    gn_context *ctx;
    const gn_table *table;
    const gn_options *options;
    gn_arena arena; /* everything below */
    size_t features, targets;
    uint32_t *feature, *target; /* columns of the table, in the prep's order */
    uint32_t weight;            /* a column, or GN_NO_COLUMN */
    uint32_t *row;              /* rows kept */
    size_t rows;
    bool drop;
    gn_fill fill;
} gn_encoding;

gn_status gn_encoding_start(gn_context *ctx, const gn_table *t, const gn_options *options, gn_encoding *e);
void gn_encoding_end(gn_encoding *e);
gn_status gn_encoding_roles(gn_encoding *e); /* target, ignore, weight from the options; the rest are features */
/* Raises the first fault of a column that is used as numbers. */
gn_status gn_encoding_faults(gn_encoding *e, bool text_target);
/* Keeps all rows, or those without missing values, as the options say. fillable: a feature's missing value may stay,
 * NULL: by e->fill. */
gn_status gn_encoding_rows(gn_encoding *e, const gn_prep *fillable);
gn_status gn_encoding_task(gn_encoding *e, gn_prep *prep); /* task, classes, target names */
gn_status gn_encoding_labels(gn_encoding *e, const gn_prep *prep, int32_t *label);
gn_status gn_encoding_features(gn_encoding *e, const gn_prep *prep, gn_data *d);
gn_status gn_encoding_targets(gn_encoding *e, const gn_prep *prep, gn_data *d);
gn_status gn_encoding_data(gn_encoding *e, const gn_prep *prep, gn_data **out); /* all of it */
bool gn_table_is_missing(const gn_table *t, uint32_t column, size_t row);

static inline size_t gn_wide(gn_element type)
{
    return type == GN_EL_U8 ? 1 : type == GN_EL_F32 ? 4 : 8;
}
static inline double gn_data_get(const gn_data *d, size_t i)
{
    return d->type == GN_EL_U8    ? ((const uint8_t *)d->x)[i]
           : d->type == GN_EL_F32 ? (double)((const float *)d->x)[i]
                                  : ((const double *)d->x)[i];
}
static inline void gn_data_put(void *at, gn_element type, size_t i, double v)
{
    if (type == GN_EL_F64) ((double *)at)[i] = v;
    else ((float *)at)[i] = (float)v;
}

#endif
