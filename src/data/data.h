/* data.h -- the outside world: tables from CSV, arrays from IDX and NPY, generated sets, encoding and scaling,
 * model files.
 *
 * Invariant: a file is understood whole or refused with its place; nothing is allocated on a header's word alone. */
#ifndef GN_DATA_H
#define GN_DATA_H

#include "../nn/nn.h"
#include "../base/file.h"

/* Opens "path" or "-", undoing gzip when the first bytes are 1f 8b (codes GN_E_GZ_*: truncated, CRC, trailing). */
gn_status gn_open_data(gn_context *ctx, const char *path, gn_source *out);

/* ---- tables (CSV) ---------------------------------------------------------------------------------------- */
typedef enum gn_column_kind { GN_NUMERIC, GN_TEXT } gn_column_kind;
typedef struct gn_column {
    const char *name;           /* from the header, or "column 3" */
    gn_column_kind kind;
    double *number;             /* numeric: (rows), NaN where missing */
    uint32_t *category;         /* text: index into categories, UINT32_MAX where missing */
    const char **categories;    /* text: in order of first appearance, then sorted by the reader */
    size_t n_categories;
    size_t missing;
    uint64_t first_missing_line, first_missing_column;
    /* The first field that cannot stand in a numeric column, or GN_E_NONE. It is an error only for a column that is
     * used as numbers, so that an ignored column never stops a file from being read. `mixed`: too many numbers for a
     * text column; refused as a feature. */
    bool mixed;
    gn_code fault;
    uint64_t fault_line, fault_column;
    const char *fault_text;
} gn_column;
typedef struct gn_table {
    gn_context *ctx;
    const char *name;
    gn_arena arena;             /* names, categories */
    size_t rows, columns;
    gn_column *column;
    uint64_t *line;             /* (rows): the physical line each row starts at, for later errors */
    bool has_header;
    bool f64;                   /* numbers were held to the range of float64, not float32 */
    char delimiter;
} gn_table;
gn_status gn_csv_read(gn_context *ctx, gn_source *source, const gn_options *options, gn_table *out);
void gn_table_free(gn_table *t);
/* A column by name, else by position from 1; SIZE_MAX and CSV-NOCOL with the closest name when there is none. */
size_t gn_table_find(const gn_table *t, const char *name, size_t length);
gn_status gn_table_fault(const gn_table *t, size_t column);    /* raises the column's fault; GN_OK when it has none */
/* A field as CSV: quoted where it must be, and with ' before text that a spreadsheet would run as a formula. */
void gn_csv_put(gn_text *to, const char *text, char delimiter);
/* Header and rows, numbers as the shortest text that reads back. */
gn_status gn_csv_write(const gn_table *t, gn_text *to);

/* ---- arrays (IDX, NPY) ----------------------------------------------------------------------------------- */
typedef struct gn_array {
    gn_element type;            /* u1 -> GN_EL_U8, f2 f4 i1 i2 u2 -> GN_EL_F32, the others -> GN_EL_F64 */
    int rank;
    uint64_t dim[8];
    uint64_t size;              /* elements */
    void *at;                   /* row-major, native byte order; gn_free_aligned */
    bool integer;               /* the file's type was an integer or bool */
} gn_array;
gn_status gn_idx_read(gn_context *ctx, gn_source *source, gn_array *out);
gn_status gn_npy_read(gn_context *ctx, gn_source *source, gn_array *out);
gn_status gn_npy_write(gn_context *ctx, const char *path, const gn_array *array);
void gn_array_free(gn_context *ctx, gn_array *a);

/* ---- data ready for a network ---------------------------------------------------------------------------- */
/* A raw column as a model expects it, and how it is encoded into network inputs. */
typedef struct gn_feature {
    const char *name;
    gn_column_kind kind;
    const char **categories;    /* text: one input each */
    size_t n_categories;
    double fill;                /* value for a missing number, NaN: refused */
    uint32_t fill_category;     /* UINT32_MAX: refused */
} gn_feature;
typedef enum gn_fill { GN_FILL_NONE, GN_FILL_MEAN, GN_FILL_MEDIAN } gn_fill;
typedef struct gn_prep {
    gn_arena arena;
    size_t features, inputs;
    gn_feature *feature;
    gn_task task;
    size_t targets;             /* regression: columns; classes: 1, the label column (0 when it has no name) */
    const char **target_name;
    size_t classes;             /* 2 for binary */
    const char **class_name;
    /* How gn_data_fill finds the features' fill values; NONE once a model is loaded: then they are there, or missing
     * values are refused. */
    gn_fill fill;
    bool images;                /* from IDX: rank-3 bytes */
    size_t height, width;
} gn_prep;
struct gn_data {                /* the public gn_data */
    gn_context *ctx;
    gn_arena arena;
    gn_prep prep;
    size_t rows;
    gn_element type;
    void *x;                    /* (rows, inputs) encoded, not scaled */
    void *y;
    int32_t *label;
    float *weight;
    uint64_t *line;             /* (rows): where each row stands in its file, or NULL */
    char *name;
    void *taken;                /* x, when taken over from an array: gn_free_aligned. NULL: everything is in arena */
};
/* A gn_data with arena, empty prep (arena ready), x of (rows, inputs) cleared when inputs > 0, and the name; the rest
 * is the caller's to fill, from d->arena. gn_data_free takes it all back, also half-filled. */
gn_status gn_data_new(gn_context *ctx, const char *name, size_t rows, size_t inputs, gn_element type, gn_data **out);

/* The parts gn_data_read is made of. For training: the prep is found from the file. With a prep given (a model's):
 * columns are found by name, in any order, and encoded by it; need_target says whether targets must be there. */
gn_status gn_data_from_table(gn_context *ctx, const gn_table *t, const gn_options *options, gn_data **out);
gn_status gn_data_by_prep(gn_context *ctx, const gn_table *t, const gn_prep *prep, const gn_options *options,
                          bool need_target, gn_data **out);
/* Takes over the elements of x (x->at becomes NULL), so that a large array exists once; y may be NULL. */
gn_status gn_data_from_arrays(gn_context *ctx, gn_array *x, const gn_array *y, const char *x_name, const char *y_name,
                              const gn_options *options, gn_data **out);
/* Training data and, when `what` brings one (a MNIST folder) or the option test names one, test data; else *test is
 * NULL. */
gn_status gn_data_open(gn_context *ctx, const char *what, const gn_options *options, gn_data **train, gn_data **test);
/* Data for an existing model: a file's raw columns by name. */
gn_status gn_data_open_for(gn_context *ctx, const char *what, const gn_prep *prep, const gn_options *options,
                           bool need_target, gn_data **out);
/* Missing numbers stand as NaN in x until this fills them, from statistics of the rows in `train` alone (NULL: all), so
 * that nothing held out leaks into training. prep.feature[].fill is set. Only with prep.fill, that is --missing=mean or
 * median; else it does nothing. */
gn_status gn_data_fill(gn_context *ctx, gn_data *d, const uint32_t *train, size_t n_train);
/* The same for other rows (a test file), with the fill values of a prep that gn_data_fill has been through. */
gn_status gn_data_fill_by(gn_context *ctx, gn_data *d, const gn_prep *prep);
gn_status gn_data_copy(gn_context *ctx, const gn_data *from, gn_data **out);
gn_dataset gn_data_view(const gn_data *d);              /* borrowed; all rows */
gn_status gn_prep_copy(gn_context *ctx, const gn_prep *from, gn_prep *to);
void gn_prep_free(gn_prep *p);

/* Generated sets: rows of defs/generate.def. noise < 0: the set's own. */
gn_status gn_generate(gn_context *ctx, const char *name, size_t n, double noise, uint64_t seed, gn_table *out);
bool gn_generate_known(const char *name);
const char *gn_generate_row(size_t i, const char **help);     /* the i-th name, NULL past the end */

/* Splits are functions of the seed. held: rows held out; stratified by class for classes. Both ascend; gn_free. */
gn_status gn_split(gn_context *ctx, const gn_data *d, double share, uint64_t seed, uint32_t **train, size_t *n_train,
                   uint32_t **held, size_t *n_held);
gn_status gn_split_fold(gn_context *ctx, const gn_data *d, size_t folds, size_t fold, uint64_t seed,
                        uint32_t **train, size_t *n_train, uint32_t **held, size_t *n_held);

/* ---- models ---------------------------------------------------------------------------------------------- */
/* A JSON value is jansson's; only .c files of data and cli include it. */
enum { GN_MODEL_SAMPLES = 4 };
struct gn_model {               /* the public gn_model */
    gn_context *ctx;            /* for its memory only */
    gn_prep prep;
    gn_net *net;
    gn_fit_result fit;          /* not saved */
    gn_metrics held;            /* figures on the held-out part; rows 0 when there was none */
    size_t training_rows;       /* what "by the data" was decided by, such as the weight decay; 0: not recorded */
    char *command;              /* that made it */
    char *options;              /* options that were set, "name=value" lines */
    size_t samples;             /* rows with their outputs, which loading verifies */
    void *sample_x, *sample_y;  /* (samples, inputs) encoded in the data's element type; (samples, outputs) in the network's */
    gn_element sample_type;
};
/* Fit on the rows in `train` (NULL: all), scaling fitted on them alone; held rows for early stopping and figures. The network's options and
 * defaults "by the data" are decided here. */
typedef struct gn_fit_call {
    const gn_data *data;
    const uint32_t *train; size_t n_train;
    const gn_data *held_data; const uint32_t *held; size_t n_held;  /* held_data NULL: the same data */
    const gn_options *options;
    gn_progress_fn progress; void *user;
    void (*started)(void *user, const gn_net *net); /* after the network exists, before training; may be NULL */
    gn_watch_fn watch; void *watch_user; uint64_t watch_every; /* as gn_fit_hooks; may be NULL */
} gn_fit_call;
gn_status gn_model_fit(gn_context *ctx, const gn_fit_call *call, gn_model **out);   /* GN_NEGATIVE and GN_STOPPED with *out set */
gn_status gn_model_describe(gn_context *ctx, const gn_model *m, gn_text *json);     /* the metadata, for info --json */

gn_status gn_model_load_as(gn_context *ctx, const char *path, bool strict, gn_model **out);  /* strict: weights must be finite */

/* ---- safetensors ----------------------------------------------------------------------------------------- */
typedef struct gn_st_tensor {
    const char *name;           /* in the file's arena */
    const char *dtype;          /* "F32" ... */
    int rank;
    uint64_t dim[8];
    uint64_t begin, end;        /* in the data part */
} gn_st_tensor;
typedef struct gn_st_file {
    gn_arena arena;
    gn_bytes bytes;
    uint64_t data_offset;
    size_t tensors;
    gn_st_tensor *tensor;       /* by begin */
    size_t metas;
    const char **meta_key, **meta_value;
} gn_st_file;
gn_status gn_st_read(gn_context *ctx, const char *name, gn_bytes bytes, gn_st_file *out);   /* takes the bytes; validates everything */
const char *gn_st_meta(const gn_st_file *f, const char *key);                               /* NULL when absent */
const void *gn_st_data(const gn_st_file *f, const gn_st_tensor *t);
void gn_st_free(gn_context *ctx, gn_st_file *f);
typedef struct gn_st_out { const char *name, *dtype; int rank; uint64_t dim[8]; const void *data; uint64_t bytes; } gn_st_out;
gn_status gn_st_write(gn_context *ctx, const char *path, const gn_st_out *tensor, size_t tensors,
                      const char *const *meta_key, const char *const *meta_value, size_t metas);

#endif
