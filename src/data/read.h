/* read.h -- what the readers of arrays and models share inside this room: looking at the first bytes, the bound on what
 * a source can still give, filling an array from it, and the JSON of model files.
 *
 * Invariant: memory for elements is asked for only when the source can hold them (files, gzip by its largest ratio), or
 * grows with the bytes that have arrived (pipes). */
#ifndef GN_READ_H
#define GN_READ_H

#include "data.h"

/* ---- sources (gzip.c) ---------------------------------------------------------------------------------------- */
enum { GN_HEAD = 512 };
/* The first bytes, n <= GN_HEAD, of a source from gn_open_data, without taking them: how many there are, <0 with the
 * error recorded. */
int64_t gn_data_peek(gn_source *s, void *to, size_t n);
/* Reads gzip through a source that is already open; takes it over, also on failure. */
gn_status gn_source_gunzip(gn_context *ctx, gn_source *inner, gn_source *out);

typedef enum gn_bound_kind { GN_BOUND_NONE, GN_BOUND_EXACT, GN_BOUND_MOST } gn_bound_kind;
/* What the source can still give: exactly *bytes (a file, memory), at most *bytes (gzip: 1032 times what is left of the
 * file), or not known (a pipe). */
gn_bound_kind gn_source_bound(const gn_source *s, uint64_t *bytes);

/* ---- elements (array.c) -------------------------------------------------------------------------------------- */
/* Element types as files have them. */
typedef enum gn_cell {
    GN_CELL_U1,
    GN_CELL_I1,
    GN_CELL_B1,
    GN_CELL_U2,
    GN_CELL_I2,
    GN_CELL_U4,
    GN_CELL_I4,
    GN_CELL_U8,
    GN_CELL_I8,
    GN_CELL_F2,
    GN_CELL_F4,
    GN_CELL_F8
} gn_cell;
size_t gn_cell_size(gn_cell c);
gn_element gn_cell_element(gn_cell c); /* the type it has in memory */
size_t gn_element_size(gn_element e);
typedef struct gn_cells {
    gn_cell cell;
    bool big;              /* big-endian */
    uint64_t count, bytes; /* bytes = count * gn_cell_size, computed without overflow by the caller */
    gn_code size_code;     /* raised when the source has fewer bytes */
    uint64_t header;       /* bytes already taken, part of the promise in messages when with_header */
    bool with_header;      /* IDX counts its header in the promised size, NPY does not */
} gn_cells;
/* Fill a->at, of a->type, with c->count elements read from the source; a->size is set. Fewer bytes than promised:
 * c->size_code. */
gn_status gn_cells_read(gn_context *ctx, gn_source *source, const gn_cells *c, gn_array *a);
/* The bytes after the elements: counts them, looking at no more than 64 KiB; <0 on a read error. *more: there are more.
 */
int64_t gn_source_rest(gn_source *source, bool *more);
/* Element i as a double. */
double gn_array_get(const gn_array *a, uint64_t i);
bool gn_looks_html(const uint8_t *at, size_t n);

/* ---- arrays as data (array_data.c) --------------------------------------------------------------------------- */
/* A pair of arrays on its way to being data. With a prep (a model's, or the training data's) columns and classes are
 * matched with it. */
typedef struct gn_pair {
    gn_array *x;       /* elements are taken over */
    const gn_array *y; /* or NULL */
    const char *x_name, *y_name;
    bool idx; /* labels are dense from 0, and failures carry IDX codes */
    const gn_prep *prep;
    const gn_options *options;
} gn_pair;
gn_status gn_data_from_pair(gn_context *ctx, const gn_pair *pair, gn_data **out);
bool gn_opt_given(const gn_options *o, gn_option_id id);
/* The name of column i of features that have none of their own: "x3" (from 1), or "pixel 0,14" for images. */
void gn_default_name(gn_text *to, const gn_prep *prep, size_t i);

#endif
