/* array_data.c -- data from a pair of arrays, features and targets.
 *
 * Invariant: the features' elements are taken over, never copied, unless they must be narrowed to float32; every
 * element is finite, or missing and to be filled; every label is a class. */
#include "encode.h"
#include "read.h"

#include <float.h>
#include <math.h>
#include <string.h>

typedef struct builder {
    gn_context *ctx;
    const gn_pair *pair;
    gn_data *d;
    size_t rows, inputs;
    bool fill; /* nan may stand for missing numbers */
} builder;

bool gn_opt_given(const gn_options *o, gn_option_id id) { return o && gn_option_given(o, id); }

void gn_default_name(gn_text *to, const gn_prep *prep, size_t i)
{
    if (prep->images) gn_text_printf(to, "pixel %zu,%zu", i / prep->width, i % prep->width);
    else gn_text_printf(to, "x%zu", i + 1);
}

static gn_place at_x(const builder *b) { return (gn_place){ .file = b->pair->x_name }; }
static gn_place at_y(const builder *b)
{
    return (gn_place){ .file = b->pair->y_name ? b->pair->y_name : b->pair->x_name };
}

/* ---- shapes -------------------------------------------------------------------------------------------------- */

static gn_status check_options(const builder *b)
{
    static const gn_option_id columns[] = { GN_O_TARGET, GN_O_IGNORE, GN_O_WEIGHT };
    for (size_t i = 0; i < GN_COUNT(columns); i++)
        if (gn_opt_given(b->pair->options, columns[i])) {
            size_t n;
            gn_fail(b->ctx, GN_E_USAGE, "--%s chooses among the columns of a table, and %s is an array",
                    gn_option_table(&n)[columns[i]].name, b->pair->x_name);
            return gn_hint(b->ctx, "the second file of the pair holds the targets");
        }
    return GN_OK;
}

static gn_status check_idx_shapes(const builder *b)
{
    const gn_array *x = b->pair->x, *y = b->pair->y;
    if (x->rank < 2)
        return gn_fail_at(b->ctx, GN_E_IDX_PAIR, (gn_place){ .file = b->pair->x_name, .offset = 3, .has_offset = true },
                          "expected 3 dimensions, found %d (label file?)", x->rank);
    if (y && y->rank != 1)
        return gn_fail_at(b->ctx, GN_E_IDX_PAIR, (gn_place){ .file = b->pair->y_name, .offset = 3, .has_offset = true },
                          "expected 1 dimension, found %d (image file?)", y->rank);
    if (y && x->dim[0] != y->dim[0])
        return gn_fail_at(b->ctx, GN_E_IDX_PAIR, (gn_place){ .file = b->pair->y_name, .offset = 4, .has_offset = true },
                          "%llu images but %llu labels", (unsigned long long)x->dim[0], (unsigned long long)y->dim[0]);
    return GN_OK;
}

static gn_status check_npy_shapes(const builder *b)
{
    const gn_array *x = b->pair->x, *y = b->pair->y;
    if (x->rank < 2)
        return gn_fail_at(b->ctx, GN_E_NPY_SHAPE, at_x(b), "features are (rows, inputs), this array has %d dimension%s",
                          x->rank, x->rank == 1 ? "" : "s");
    if (y && (y->rank < 1 || y->rank > 2))
        return gn_fail_at(b->ctx, GN_E_NPY_SHAPE, at_y(b),
                          "targets are (rows) or (rows, outputs), this array has %d dimensions", y->rank);
    if (y && x->dim[0] != y->dim[0])
        return gn_fail_at(b->ctx, GN_E_DATA_ROWS, at_y(b), "X has %llu rows, y has %llu", (unsigned long long)x->dim[0],
                          (unsigned long long)y->dim[0]);
    if (x->size == 0 || (y && y->size == 0))
        return gn_fail_at(b->ctx, GN_E_DATA_ROWS, at_x(b), "the array has no elements");
    return GN_OK;
}

static gn_status check_shapes(builder *b)
{
    GN_TRY(b->pair->idx ? check_idx_shapes(b) : check_npy_shapes(b));
    uint64_t rows = b->pair->x->dim[0], inputs = b->pair->x->size / rows;
    if (rows > UINT32_MAX)
        return gn_fail_at(b->ctx, GN_E_DATA_ROWS, at_x(b), "%llu rows (limit 4294967295)", (unsigned long long)rows);
    b->rows = (size_t)rows;
    b->inputs = (size_t)inputs;
    const gn_prep *p = b->pair->prep;
    if (!p) return GN_OK;
    if (p->features != inputs)
        return gn_fail_at(b->ctx, GN_E_MOD_SHAPE, at_x(b), "data has %llu features, model expects %zu (%s%s)",
                          (unsigned long long)inputs, p->features,
                          gn_show(GN_SHOWN, p->feature[0].name, strlen(p->feature[0].name)),
                          p->features > 1 ? ", ..." : "");
    for (size_t i = 0; i < p->features; i++)
        if (p->feature[i].kind == GN_TEXT)
            return gn_fail_at(b->ctx, GN_E_MOD_SHAPE, at_x(b),
                              "the model's column '%s' is text, which an array cannot hold; give a CSV file",
                              gn_show(GN_SHOWN, p->feature[i].name, strlen(p->feature[i].name)));
    return GN_OK;
}

/* ---- features ------------------------------------------------------------------------------------------------ */

static gn_fill chosen_fill(const gn_options *o)
{
    const char *how = gn_csv_option(o, GN_O_MISSING);
    return strcmp(how, "mean") == 0 ? GN_FILL_MEAN : strcmp(how, "median") == 0 ? GN_FILL_MEDIAN : GN_FILL_NONE;
}

static gn_status refuse_element(const builder *b, uint64_t i, double v)
{
    gn_fail_at(b->ctx, GN_E_DATA_NONFINITE, at_x(b), "row %llu, column %llu (from 0) is %s",
               (unsigned long long)(i / b->inputs), (unsigned long long)(i % b->inputs), isnan(v) ? "nan" : "inf");
    return isnan(v) ? gn_hint(b->ctx, "--missing=mean or --missing=median fills it in") : GN_BAD_DATA;
}

static gn_status check_elements(const builder *b)
{
    const gn_array *x = b->pair->x;
    bool fill = b->fill;
    if (x->type == GN_EL_U8 || x->integer) return GN_OK;
    for (uint64_t i = 0; i < x->size; i++) {
        double v = gn_array_get(x, i);
        if (!isfinite(v) && !(fill && isnan(v))) return refuse_element(b, i, v);
    }
    return GN_OK;
}

/* float64 to float32 in place, front to back: the narrow element never overtakes the wide one. */
static gn_status narrow(const builder *b)
{
    gn_array *x = b->pair->x;
    for (uint64_t i = 0; i < x->size; i++) {
        double v = ((double *)x->at)[i];
        if (fabs(v) > (double)FLT_MAX)
            return gn_fail_at(b->ctx, GN_E_DATA_RANGE, at_x(b),
                              "row %llu, column %llu (from 0): %s exceeds the range of float32 (max 3.4028235e38)",
                              (unsigned long long)(i / b->inputs), (unsigned long long)(i % b->inputs),
                              gn_num(GN_NUM, v));
        float f = (float)v;
        memcpy((char *)x->at + 4 * i, &f, 4);
    }
    x->type = GN_EL_F32;
    return GN_OK;
}

static gn_status take_features(builder *b)
{
    gn_array *x = b->pair->x;
    GN_TRY(check_elements(b));
    if (x->type == GN_EL_F64 && strcmp(gn_csv_option(b->pair->options, GN_O_PRECISION), "f64") != 0) GN_TRY(narrow(b));
    b->d->type = x->type;
    b->d->x = b->d->taken = x->at;
    b->d->rows = b->rows;
    x->at = NULL;
    return GN_OK;
}

static gn_status name_features(builder *b)
{
    gn_prep *p = &b->d->prep;
    const gn_array *x = b->pair->x;
    p->features = p->inputs = b->inputs;
    p->images = x->rank > 2 && b->d->type == GN_EL_U8;
    p->width = p->images ? (size_t)x->dim[x->rank - 1] : 0;
    p->height = p->images ? b->inputs / p->width : 0;
    p->feature = gn_arena_alloc(&p->arena, b->inputs, sizeof *p->feature);
    gn_text name;
    gn_text_init(&name, b->ctx);
    gn_status s = p->feature ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; s == GN_OK && i < b->inputs; i++) {
        gn_text_clear(&name);
        gn_default_name(&name, p, i);
        s = gn_text_done(&name);
        p->feature[i] = (gn_feature){ .kind = GN_NUMERIC, .fill = NAN, .fill_category = UINT32_MAX };
        if (s == GN_OK && !(p->feature[i].name = gn_arena_text(&p->arena, name.at, name.length))) s = GN_NO_MEMORY;
    }
    gn_text_free(&name);
    return s;
}

/* ---- targets ------------------------------------------------------------------------------------------------- */

static gn_status refuse_label(const builder *b, uint64_t row, double v, size_t classes)
{
    gn_code code = b->pair->idx ? GN_E_IDX_LABEL : GN_E_DATA_LABEL;
    if (classes)
        return gn_fail_at(b->ctx, code, at_y(b), "label %s at item %llu (from 0), the classes are 0 to %zu",
                          gn_num(GN_NUM, v), (unsigned long long)row, classes - 1);
    return gn_fail_at(b->ctx, code, at_y(b), "label %s at item %llu (from 0) is not a class", gn_num(GN_NUM, v),
                      (unsigned long long)row);
}

/* Heap sort, in place and without memory of its own. */
static void sort_values(double *v, size_t n)
{
    for (size_t built = n / 2, end = n; end > 1;) {
        size_t root;
        if (built > 0) root = --built;
        else {
            end--;
            double top = v[0];
            v[0] = v[end];
            v[end] = top;
            root = 0;
        }
        for (size_t child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && v[child + 1] > v[child]) child++;
            if (v[root] >= v[child]) break;
            double t = v[root];
            v[root] = v[child];
            v[child] = t;
        }
    }
}

/* The distinct values of y in ascending order, as far as `limit`; *n is limit + 1 when there are more. */
static size_t distinct(const gn_array *y, double *v, size_t limit)
{
    size_t n = 0;
    for (uint64_t i = 0; i < y->size; i++) {
        double x = gn_array_get(y, i);
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (v[mid] < x) lo = mid + 1;
            else hi = mid;
        }
        if (lo < n && v[lo] == x) continue;
        if (n == limit) return limit + 1;
        memmove(v + lo + 1, v + lo, (n - lo) * sizeof *v);
        v[lo] = x;
        n++;
    }
    return n;
}

/* Classes or regression? A few distinct whole numbers, each seen twice or more on average, are classes; fractions never
 * are. */
static gn_status decide_task(const builder *b, bool *classes)
{
    const gn_array *y = b->pair->y;
    const char *task = gn_csv_option(b->pair->options, GN_O_TASK);
    double value[GN_FEW_CLASSES + 1];
    bool column = y->rank == 1 || y->dim[1] == 1;
    if (strncmp(task, "regress", 7) == 0) *classes = false;
    else if (strncmp(task, "classif", 7) == 0) {
        if (!column)
            return gn_fail_at(b->ctx, GN_E_DATA_TASK, at_y(b), "class labels are one column, y has %llu",
                              (unsigned long long)y->dim[1]);
        *classes = true;
    } else if (b->pair->idx) *classes = y->integer;
    else {
        size_t n = column && y->integer ? distinct(y, value, GN_FEW_CLASSES) : GN_FEW_CLASSES + 1;
        *classes = n <= GN_FEW_CLASSES && (n <= 2 || 2 * n <= b->rows);
    }
    return GN_OK;
}

/* The class values in force: 0..max for IDX (or 0..N-1 by --classes), else the distinct values. */
static gn_status class_values(builder *b, double **values, size_t *n)
{
    const gn_array *y = b->pair->y;
    size_t asked = b->pair->options ? (size_t)gn_option_int(b->pair->options, GN_O_CLASSES) : 0;
    double most = -1;
    *values = NULL;
    for (uint64_t i = 0; i < y->size; i++) {
        double v = gn_array_get(y, i);
        if (v != floor(v) || !isfinite(v)) return refuse_label(b, i, v, asked);
        if ((b->pair->idx || asked) && (v < 0 || v > 1e6 || (asked && v >= (double)asked)))
            return refuse_label(b, i, v, asked);
        if (v > most) most = v;
    }
    bool dense = b->pair->idx || asked;
    size_t count = asked ? asked : dense ? (size_t)most + 1 : (size_t)y->size;
    if (!(*values = gn_alloc_array(b->ctx, count, sizeof **values))) return GN_NO_MEMORY;
    if (dense) {
        for (size_t i = 0; i < count; i++) (*values)[i] = (double)i;
        *n = count;
        return GN_OK;
    }
    for (size_t i = 0; i < count; i++) (*values)[i] = gn_array_get(y, i);
    sort_values(*values, count);
    *n = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || (*values)[i] != (*values)[*n - 1]) (*values)[(*n)++] = (*values)[i];
    return GN_OK;
}

static gn_status name_classes(builder *b, const double *values, size_t n)
{
    gn_prep *p = &b->d->prep;
    if (n < 2)
        return gn_fail_at(b->ctx, GN_E_DATA_LABEL, at_y(b), "every label is %s: there is only one class to tell apart",
                          gn_num(GN_NUM, values[0]));
    p->task = n == 2 ? GN_BINARY : GN_CLASSES;
    p->classes = n;
    p->targets = 1;
    p->class_name = gn_arena_alloc(&p->arena, n, sizeof *p->class_name);
    p->target_name = gn_arena_alloc(&p->arena, 1, sizeof *p->target_name);
    if (!p->class_name || !p->target_name) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const char *text = gn_num(GN_NUM, values[i]);
        if (!(p->class_name[i] = gn_arena_text(&p->arena, text, strlen(text)))) return GN_NO_MEMORY;
    }
    p->target_name[0] = gn_arena_text(&p->arena, "label", 5);
    return p->target_name[0] ? GN_OK : GN_NO_MEMORY;
}

static gn_status set_labels(builder *b, const double *values, size_t n)
{
    const gn_array *y = b->pair->y;
    b->d->label = gn_arena_alloc(&b->d->arena, b->rows, sizeof *b->d->label);
    if (!b->d->label) return GN_NO_MEMORY;
    for (size_t i = 0; i < b->rows; i++) {
        double v = gn_array_get(y, i);
        size_t lo = 0, hi = n;
        while (lo < hi) {
            size_t mid = (lo + hi) / 2;
            if (values[mid] < v) lo = mid + 1;
            else hi = mid;
        }
        if (lo == n || values[lo] != v) return refuse_label(b, i, v, 0);
        b->d->label[i] = (int32_t)lo;
    }
    return GN_OK;
}

static gn_status set_targets(builder *b)
{
    const gn_array *y = b->pair->y;
    size_t size = b->d->type == GN_EL_F64 ? 8 : 4;
    b->d->y = gn_arena_alloc(&b->d->arena, y->size, size);
    if (!b->d->y) return GN_NO_MEMORY;
    for (uint64_t i = 0; i < y->size; i++) {
        double v = gn_array_get(y, i);
        uint64_t row = i / (y->size / b->rows), column = i % (y->size / b->rows);
        if (!isfinite(v))
            return gn_fail_at(b->ctx, GN_E_DATA_NONFINITE, at_y(b), "row %llu, column %llu (from 0) is %s",
                              (unsigned long long)row, (unsigned long long)column, isnan(v) ? "nan" : "inf");
        if (size == 4 && fabs(v) > (double)FLT_MAX)
            return gn_fail_at(b->ctx, GN_E_DATA_RANGE, at_y(b),
                              "row %llu, column %llu (from 0): %s exceeds the range of float32 (max 3.4028235e38)",
                              (unsigned long long)row, (unsigned long long)column, gn_num(GN_NUM, v));
        if (size == 8) ((double *)b->d->y)[i] = v;
        else ((float *)b->d->y)[i] = (float)v;
    }
    return GN_OK;
}

static gn_status name_targets(builder *b)
{
    gn_prep *p = &b->d->prep;
    p->task = GN_REGRESSION;
    p->targets = (size_t)(b->pair->y->size / b->rows);
    p->target_name = gn_arena_alloc(&p->arena, p->targets, sizeof *p->target_name);
    if (!p->target_name) return GN_NO_MEMORY;
    for (size_t i = 0; i < p->targets; i++) {
        char name[40] = "y";
        gn_text t;
        gn_text_init(&t, b->ctx);
        if (p->targets > 1) gn_text_printf(&t, "y%zu", i + 1);
        gn_status s = gn_text_done(&t);
        if (s == GN_OK && t.length > 0 && t.length < sizeof name) memcpy(name, t.at, t.length + 1);
        gn_text_free(&t);
        if (s != GN_OK || !(p->target_name[i] = gn_arena_text(&p->arena, name, strlen(name)))) return GN_NO_MEMORY;
    }
    return GN_OK;
}

static gn_status find_targets(builder *b)
{
    bool classes = false;
    double *values = NULL;
    size_t n = 0;
    GN_TRY(decide_task(b, &classes));
    if (!classes) {
        GN_TRY(name_targets(b));
        return set_targets(b);
    }
    gn_status s = class_values(b, &values, &n);
    if (s == GN_OK) s = name_classes(b, values, n);
    if (s == GN_OK) s = set_labels(b, values, n);
    gn_free(b->ctx, values);
    return s;
}

/* With a prep: its classes are found by the numbers their names say; they ascend as the names of arrays' classes do,
 * else each is looked up. */
static gn_status match_labels(builder *b, const gn_prep *p)
{
    b->d->label = gn_arena_alloc(&b->d->arena, b->rows, sizeof *b->d->label);
    double *values = gn_alloc_array(b->ctx, p->classes, sizeof *values);
    gn_status s = b->d->label && values ? GN_OK : GN_NO_MEMORY;
    for (size_t k = 0; s == GN_OK && k < p->classes; k++) {
        size_t used;
        if (gn_read_number(p->class_name[k], strlen(p->class_name[k]), '.', &values[k], &used) != GN_NUMBER_OK)
            values[k] = NAN;
    }
    for (size_t i = 0; s == GN_OK && i < b->rows; i++) {
        double v = gn_array_get(b->pair->y, i);
        size_t k = v >= 0 && v < (double)p->classes && values[(size_t)v] == v ? (size_t)v : 0;
        while (k < p->classes && values[k] != v) k++;
        if (k == p->classes) s = refuse_label(b, i, v, 0);
        else b->d->label[i] = (int32_t)k;
    }
    gn_free(b->ctx, values);
    return s;
}

static gn_status match_targets(builder *b, const gn_prep *p)
{
    const gn_array *y = b->pair->y;
    size_t columns = (size_t)(y->size / b->rows), wanted = p->task == GN_REGRESSION ? p->targets : 1;
    if (columns != wanted)
        return gn_fail_at(b->ctx, GN_E_MOD_SHAPE, at_y(b), "data has %zu target column%s, model expects %zu", columns,
                          columns == 1 ? "" : "s", wanted);
    return p->task == GN_REGRESSION ? set_targets(b) : match_labels(b, p);
}

/* Missing values of data for a finished model are filled with the model's own values; while training goes on they wait
 * for gn_data_fill_by. */
static gn_status fill_by_prep(builder *b, const gn_prep *p)
{
    if (b->d->type == GN_EL_U8) return GN_OK;
    for (uint64_t i = 0; i < (uint64_t)b->rows * b->inputs; i++) {
        bool wide = b->d->type == GN_EL_F64;
        double v = wide ? ((double *)b->d->x)[i] : (double)((float *)b->d->x)[i], fill = p->feature[i % b->inputs].fill;
        if (!isnan(v)) continue;
        if (isnan(fill)) return refuse_element(b, i, v);
        if (wide) ((double *)b->d->x)[i] = fill;
        else ((float *)b->d->x)[i] = (float)fill;
    }
    return GN_OK;
}

static bool prep_fills(const gn_prep *p)
{
    bool fills = p->fill != GN_FILL_NONE;
    for (size_t i = 0; i < p->features; i++) fills |= !isnan(p->feature[i].fill);
    return fills;
}

static gn_status build_for(builder *b, const gn_prep *p)
{
    b->fill = prep_fills(p);
    GN_TRY(take_features(b));
    gn_prep_free(&b->d->prep);
    GN_TRY(gn_prep_copy(b->ctx, p, &b->d->prep));
    if (p->fill == GN_FILL_NONE) GN_TRY(fill_by_prep(b, p));
    return b->pair->y ? match_targets(b, p) : GN_OK;
}

static gn_status build(builder *b)
{
    if (b->pair->prep) return build_for(b, b->pair->prep);
    b->d->prep.fill = chosen_fill(b->pair->options);
    b->fill = b->d->prep.fill != GN_FILL_NONE;
    GN_TRY(take_features(b));
    GN_TRY(name_features(b));
    return b->pair->y ? find_targets(b) : GN_OK;
}

gn_status gn_data_from_pair(gn_context *ctx, const gn_pair *pair, gn_data **out)
{
    builder b = { .ctx = ctx, .pair = pair };
    *out = NULL;
    GN_TRY(check_options(&b));
    GN_TRY(check_shapes(&b));
    GN_TRY(gn_data_new(ctx, pair->x_name, b.rows, 0, GN_EL_F32, &b.d));
    gn_status s = build(&b);
    if (s == GN_OK) *out = b.d;
    else gn_data_free(b.d);
    return s;
}

gn_status gn_data_from_arrays(gn_context *ctx, gn_array *x, const gn_array *y, const char *x_name, const char *y_name,
                              const gn_options *options, gn_data **out)
{
    gn_pair pair = { .x = x, .y = y, .x_name = x_name, .y_name = y_name, .options = options };
    return gn_data_from_pair(ctx, &pair, out);
}
