/* grad_file.c -- reading a gradient: one tensor as rows of numbers, or all of them one after another.
 *
 * Invariant: numbers are read as float64 whatever the model's precision is; what fits no tensor is refused. */
#include "grad_file.h"

#include <string.h>

enum { NUMBERS_MOST = 1 << 28 };

/* ---- tensors ----------------------------------------------------------------------------------------------------- */

static size_t trainable(const gn_net *net)
{
    size_t n = 0;
    for (size_t i = 0; i < gn_net_tensors(net); i++) n += gn_net_tensor(net, i).trainable;
    return n;
}

/* The i-th of the trainable ones. */
static gn_tensor_info tensor_at(const gn_net *net, size_t at)
{
    size_t i = 0;
    for (;; i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        if (t.trainable && at-- == 0) return t;
    }
}

static size_t cols_of(const gn_tensor_info *t) { return t->rank == 2 ? t->dim[1] : 1; }

gn_status gn_trainable_find(gn_cli *cli, const gn_net *net, const char *name, size_t *out)
{
    size_t n = trainable(net);
    gn_text names;
    gn_text_init(&names, cli->ctx);
    for (*out = 0; *out < n; ++*out) {
        gn_tensor_info t = tensor_at(net, *out);
        if (!strcmp(t.name, name)) {
            gn_text_free(&names);
            return GN_OK;
        }
        gn_text_printf(&names, "%s%s", *out ? ", " : "", t.name);
    }
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--tensor is '%s'; the network has no such trainable tensor",
            gn_show(GN_SHOWN, name, strlen(name)));
    gn_hint(cli->ctx, "it has %s", names.at ? names.at : "none");
    gn_text_free(&names);
    return GN_USAGE;
}

/* ---- one array --------------------------------------------------------------------------------------------------- */

static gn_status cannot(gn_cli *cli, const gn_grad_file *f, const gn_tensor_info *t)
{
    gn_fail(cli->ctx, GN_E_MOD_SHAPE, "the gradient is %zu by %zu numbers, %s is %zu by %zu", f->rows, f->cols, t->name,
            t->dim[0], cols_of(t));
    return gn_hint(cli->ctx, "a weight's gradient has a row for each output and a column for each input");
}

static gn_status take_named(gn_cli *cli, const gn_net *net, const char *name, gn_grad_file *f, const double *v)
{
    size_t at;
    GN_TRY(gn_trainable_find(cli, net, name, &at));
    gn_tensor_info t = tensor_at(net, at);
    size_t rows = f->rows, cols = f->cols;
    bool flat = (rows == 1 || cols == 1) && rows * cols == t.size;
    if (flat) rows = t.dim[0], cols = cols_of(&t);
    bool fits = (rows == t.dim[0] && cols == cols_of(&t)) || (rows == cols_of(&t) && cols == t.dim[0]);
    if (!fits) return cannot(cli, f, &t);
    f->given[f->count++] = (gn_given){ at, rows, cols, v };
    f->how = "by --tensor";
    return GN_OK;
}

/* Without the vectors a bias is a tensor that was meant and is absent. */
static void take_all(const gn_net *net, gn_grad_file *f, const double *v, bool vectors)
{
    for (size_t i = 0, n = trainable(net); i < n; i++) {
        gn_tensor_info t = tensor_at(net, i);
        bool here = vectors || t.rank == 2;
        f->given[f->count++] = (gn_given){ i, t.dim[0], cols_of(&t), here ? v : NULL };
        if (here) v += t.size;
    }
    f->whole = true;
    f->how = vectors ? "as all tensors one after another" : "as the weights of all layers, without their biases";
}

static size_t weights_alone(const gn_net *net)
{
    size_t sum = 0;
    for (size_t i = 0, n = trainable(net); i < n; i++)
        if (tensor_at(net, i).rank == 2) sum += tensor_at(net, i).size;
    return sum;
}

static bool some_shape(const gn_net *net, const gn_grad_file *f)
{
    for (size_t i = 0, n = trainable(net); i < n; i++) {
        gn_tensor_info t = tensor_at(net, i);
        size_t cols = cols_of(&t);
        if ((f->rows == t.dim[0] && f->cols == cols) || (f->rows == cols && f->cols == t.dim[0])) return true;
    }
    return false;
}

/* A vector of a weight's size, when only one tensor has it. */
static bool take_by_size(const gn_net *net, gn_grad_file *f, const double *v)
{
    size_t found = SIZE_MAX, n = trainable(net);
    for (size_t i = 0; i < n; i++) {
        if (tensor_at(net, i).size != f->rows * f->cols) continue;
        if (found != SIZE_MAX) return false;
        found = i;
    }
    if (found == SIZE_MAX || (f->rows != 1 && f->cols != 1)) return false;
    gn_tensor_info t = tensor_at(net, found);
    f->given[f->count++] = (gn_given){ found, t.dim[0], cols_of(&t), v };
    f->how = "by its size";
    return true;
}

static gn_status take(gn_cli *cli, const gn_net *net, const char *tensor, gn_grad_file *f, const double *v)
{
    if (tensor[0]) return take_named(cli, net, tensor, f, v);
    if (some_shape(net, f)) {
        f->given[f->count++] = (gn_given){ SIZE_MAX, f->rows, f->cols, v };
        f->how = "by its shape";
        return GN_OK;
    }
    if (f->rows * f->cols == gn_net_parameters(net)) {
        take_all(net, f, v, true);
        return GN_OK;
    }
    if (take_by_size(net, f, v)) return GN_OK;
    if ((f->rows == 1 || f->cols == 1) && f->rows * f->cols == weights_alone(net)) {
        take_all(net, f, v, false);
        return GN_OK;
    }
    gn_fail(cli->ctx, GN_E_MOD_SHAPE, "a gradient of %zu by %zu numbers has neither the shape of a tensor nor all %zu "
            "parameters", f->rows, f->cols, gn_net_parameters(net));
    return gn_hint(cli->ctx, "`glassnet info MODEL` shows the tensors; --tensor NAME says which it is");
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static gn_status copy_array(gn_grad_file *f, const gn_array *a, double **out)
{
    if (!(*out = gn_arena_alloc(&f->arena, (size_t)a->size + 1, sizeof **out))) return GN_NO_MEMORY;
    for (uint64_t i = 0; i < a->size; i++)
        (*out)[i] = a->type == GN_EL_U8 ? ((uint8_t *)a->at)[i]
                    : a->type == GN_EL_F32 ? (double)((float *)a->at)[i] : ((double *)a->at)[i];
    f->rows = a->rank == 2 ? (size_t)a->dim[0] : (size_t)a->size;   /* of three dimensions: as they lie */
    f->cols = a->rank == 2 ? (size_t)a->dim[1] : 1;
    return GN_OK;
}

static gn_status read_npy(gn_cli *cli, const char *name, const gn_bytes *b, gn_grad_file *f, double **out)
{
    gn_array a = { 0 };
    gn_source bytes;
    GN_TRY(gn_source_memory(cli->ctx, name, b->at, b->size, &bytes));
    gn_status s = gn_npy_read(cli->ctx, &bytes, &a);
    gn_source_close(&bytes);
    if (s == GN_OK) s = copy_array(f, &a, out);
    gn_array_free(cli->ctx, &a);
    return s;
}

/* nan and inf are findings; words and cells without a number are not a gradient. */
static gn_status check_column(const gn_table *t, size_t j)
{
    const gn_column *c = &t->column[j];
    if (c->fault != GN_E_CSV_NONFINITE) GN_TRY(gn_table_fault(t, j));
    if (c->kind != GN_NUMERIC)
        return gn_fail(t->ctx, GN_E_CSV_NUM, "%s: column %zu of the gradient is not all numbers", t->name, j + 1);
    if (!c->first_missing_line) return GN_OK;
    gn_place at = { .file = t->name, .line = c->first_missing_line, .column = c->first_missing_column };
    return gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "a number of the gradient is missing");
}

static gn_status copy_table(gn_grad_file *f, const gn_table *t, double **out)
{
    f->rows = t->rows;
    f->cols = t->columns;
    if (!(*out = gn_arena_alloc(&f->arena, t->rows * t->columns + 1, sizeof **out))) return GN_NO_MEMORY;
    for (size_t j = 0; j < t->columns; j++) {
        const gn_column *c = &t->column[j];
        GN_TRY(check_column(t, j));
        for (size_t i = 0; i < t->rows; i++) (*out)[i * t->columns + j] = c->number[i];
    }
    return GN_OK;
}

/* Does the text begin with a word rather than a number? */
static bool begins_with_word(const gn_bytes *b)
{
    const char *at = (const char *)b->at;
    size_t from = 0, to;
    double value;
    while (from < b->size && strchr(" \t\r\n\"", at[from])) from++;
    for (to = from; to < b->size && !strchr(",; \t\r\n\"", at[to]);) to++;
    return to > from && gn_read_number(at + from, to - from, '.', &value, &(size_t){ 0 }) == GN_NUMBER_BAD;
}

static gn_status read_table(gn_cli *cli, const char *name, const gn_bytes *b, const gn_options *o, gn_table *t)
{
    gn_source text;
    GN_TRY(gn_source_memory(cli->ctx, name, b->at, b->size, &text));
    gn_status s = gn_csv_read(cli->ctx, &text, o, t);
    gn_source_close(&text);
    return s;
}

static gn_status read_csv(gn_cli *cli, const char *name, const gn_bytes *b, gn_grad_file *f, double **out)
{
    gn_options *o;
    gn_table t = { 0 };
    const char *header = gn_option_text(cli->options, GN_O_HEADER);
    GN_TRY(gn_options_new(cli->ctx, &o));
    gn_status s = gn_options_set(o, "precision", "f64");
    if (!strcmp(header, "auto") && s == GN_OK) header = begins_with_word(b) ? "yes" : "no";
    if (s == GN_OK) s = gn_options_set(o, "header", header);
    if (s == GN_OK) s = read_table(cli, name, b, o, &t);
    if (s == GN_OK) s = copy_table(f, &t, out);
    gn_table_free(&t);
    gn_options_free(o);
    return s;
}

/* Bytes of a file lie at any address. */
static double st_number(const gn_st_tensor *t, const void *at, size_t i)
{
    double wide;
    float narrow;
    if (!strcmp(t->dtype, "F64")) {
        memcpy(&wide, (const char *)at + i * sizeof wide, sizeof wide);
        return wide;
    }
    memcpy(&narrow, (const char *)at + i * sizeof narrow, sizeof narrow);
    return (double)narrow;
}

/* Tensors by their names; those of other names are left alone. */
static gn_status take_tensors(gn_cli *cli, const gn_net *net, const gn_st_file *st, gn_grad_file *f)
{
    for (size_t i = 0, n = trainable(net); i < n; i++) {
        gn_tensor_info info = tensor_at(net, i);
        for (size_t k = 0; k < st->tensors; k++) {
            const gn_st_tensor *t = &st->tensor[k];
            size_t bytes = !strcmp(t->dtype, "F64") ? 8 : !strcmp(t->dtype, "F32") ? 4 : 0;
            if (strcmp(t->name, info.name)) continue;
            size_t rows = t->rank ? (size_t)t->dim[0] : 1, cols = t->rank > 1 ? (size_t)t->dim[1] : 1;
            if (!bytes || t->rank > 2 || (t->end - t->begin) != info.size * bytes)
                return gn_fail(cli->ctx, GN_E_MOD_SHAPE, "%s of the gradient is not %zu numbers in float32 or float64",
                               info.name, info.size);
            double *v = gn_arena_alloc(&f->arena, info.size + 1, sizeof *v);
            if (!v) return GN_NO_MEMORY;
            for (size_t j = 0; j < info.size; j++) v[j] = st_number(t, gn_st_data(st, t), j);
            f->given[f->count++] = (gn_given){ i, rows, cols, v };
        }
    }
    f->whole = true;
    f->how = "by the names of the tensors";
    if (f->count) return GN_OK;
    return gn_fail(cli->ctx, GN_E_MOD_SHAPE, "no tensor of the file has the name of one of the network's");
}

/* Takes the bytes. */
static gn_status read_st(gn_cli *cli, const gn_net *net, const char *name, gn_bytes *b, gn_grad_file *f)
{
    gn_st_file st;
    gn_bytes bytes = *b;
    *b = (gn_bytes){ 0 };
    GN_TRY(gn_st_read(cli->ctx, name, bytes, &st));
    gn_status s = take_tensors(cli, net, &st, f);
    gn_st_free(cli->ctx, &st);
    return s;
}

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n >= m && !strcmp(path + n - m, end);
}

static bool begins(const gn_bytes *b, size_t at, const char *with)
{
    size_t n = strlen(with);
    return b->size >= at + n && !memcmp((const char *)b->at + at, with, n);
}

/* The length of a header, of less than 2^32 bytes, and its first brace. */
static bool is_st(const gn_bytes *b)
{
    return begins(b, 8, "{") && !memcmp((const char *)b->at + 4, "\0\0\0", 4);
}

static gn_status read_file(gn_cli *cli, const gn_net *net, const char *path, const char *tensor, gn_grad_file *f)
{
    gn_source source;
    gn_bytes b = { 0 };
    double *v = NULL;
    GN_TRY(gn_open_data(cli->ctx, path, &source));
    gn_status s = gn_source_all(&source, (uint64_t)NUMBERS_MOST * 8, &b);
    bool st = ends_in(path, ".safetensors") || is_st(&b);
    bool npy = ends_in(path, ".npy") || ends_in(path, ".npy.gz") || begins(&b, 0, "\x93NUMPY");
    if (s == GN_OK)
        s = st    ? read_st(cli, net, source.name, &b, f)
            : npy ? read_npy(cli, source.name, &b, f, &v)
                  : read_csv(cli, source.name, &b, f, &v);
    gn_bytes_free(cli->ctx, &b);
    gn_source_close(&source);
    return s == GN_OK && !st ? take(cli, net, tensor, f, v) : s;
}

gn_status gn_grad_file_open(gn_cli *cli, const gn_net *net, const char *path, const char *tensor, gn_grad_file *out)
{
    *out = (gn_grad_file){ 0 };
    gn_arena_init(&out->arena, cli->ctx);
    out->given = gn_arena_alloc(&out->arena, gn_net_tensors(net) + 1, sizeof *out->given);
    gn_status s = out->given ? read_file(cli, net, path, tensor, out) : GN_NO_MEMORY;
    if (s != GN_OK) gn_grad_file_close(out);
    return s;
}

void gn_grad_file_close(gn_grad_file *f)
{
    if (f->arena.ctx) gn_arena_free(&f->arena);
    *f = (gn_grad_file){ 0 };
}
