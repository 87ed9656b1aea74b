/* grad_file.c -- reading a gradient: one tensor as rows of numbers, or all of them one after another.
 *
 * Invariant: numbers are read as float64 whatever the model's precision is; what fits no tensor is refused. */
#include "grad_file.h"
#include "../data/read.h"

#include <string.h>

enum { NUMBERS_MOST = 1 << 28, NAMED = 12 };

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

/* In the tensor's shape, in that of its transpose, or in a line. */
static gn_status take_as(gn_cli *cli, const gn_net *net, size_t at, size_t rows, size_t cols, const double *v,
                         gn_grad_file *f)
{
    gn_tensor_info t = tensor_at(net, at);
    size_t own = cols_of(&t);
    bool flat = (rows == 1 || cols == 1) && rows * cols == t.size;
    bool fits = flat || (rows == t.dim[0] && cols == own) || (rows == own && cols == t.dim[0]);
    if (fits) {
        f->given[f->count++] = (gn_given){ at, flat ? t.dim[0] : rows, flat ? own : cols, v };
        return GN_OK;
    }
    gn_fail(cli->ctx, GN_E_MOD_SHAPE, "the gradient is %zu by %zu numbers, %s is %zu by %zu", rows, cols, t.name,
            t.dim[0], own);
    return gn_hint(cli->ctx, "a weight's gradient has a row for each output and a column for each input");
}

static gn_status take_named(gn_cli *cli, const gn_net *net, const char *name, gn_grad_file *f, const double *v)
{
    size_t at;
    GN_TRY(gn_trainable_find(cli, net, name, &at));
    f->how = "by --tensor";
    return take_as(cli, net, at, f->rows, f->cols, v, f);
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

static void put_tensor(gn_text *t, const char *name, const uint64_t *dim, int rank)
{
    gn_text_printf(t, "%s%s (", t->length ? ", " : "", gn_show(GN_SHOWN, name, strlen(name)));
    for (int i = 0; i < rank; i++) gn_text_printf(t, "%s%llu", i ? ", " : "", (unsigned long long)dim[i]);
    gn_text_puts(t, ")");
}

static void put_trainable(gn_text *t, const gn_net *net)
{
    for (size_t i = 0, n = trainable(net); i < n && i < NAMED; i++) {
        gn_tensor_info own = tensor_at(net, i);
        put_tensor(t, own.name, (uint64_t[]){ own.dim[0], own.dim[1] }, own.rank);
    }
    if (trainable(net) > NAMED) gn_text_puts(t, " and more");
}

static gn_status hint_tensors(gn_cli *cli, const gn_net *net)
{
    gn_text t;
    gn_text_init(&t, cli->ctx);
    put_trainable(&t, net);
    gn_hint(cli->ctx, "the network's are %s; --tensor NAME says which it is", t.at ? t.at : "none");
    gn_text_free(&t);
    return gn_last_error(cli->ctx)->status;
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
    return hint_tensors(cli, net);
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

/* What helps a table of data, options of its reading and rows left out, does not help here. */
static gn_status hint_cells(gn_context *ctx)
{
    gn_hint(ctx, "every cell of a gradient is a number, such as 12, -0.5 or 1e-3; a first line of names may stand "
            "above");
    return gn_last_error(ctx)->status;
}

/* nan and inf are findings; words and cells without a number are not a gradient. */
static gn_status check_column(const gn_table *t, size_t j)
{
    const gn_column *c = &t->column[j];
    if (c->fault != GN_E_CSV_NONFINITE && gn_table_fault(t, j) != GN_OK) return hint_cells(t->ctx);
    gn_place at = { .file = t->name, .line = c->first_missing_line, .column = c->first_missing_column };
    if (c->kind != GN_NUMERIC)
        gn_fail(t->ctx, GN_E_CSV_NUM, "%s: column %zu of the gradient is not all numbers", t->name, j + 1);
    else if (c->first_missing_line) gn_fail_at(t->ctx, GN_E_CSV_NUM, at, "a number of the gradient is missing");
    else return GN_OK;
    return hint_cells(t->ctx);
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
    bool option = s == GN_BAD_DATA && strstr(gn_last_error(cli->ctx)->hint, "--");      /* of those that are not here */
    if (option) s = hint_cells(cli->ctx);
    if (s == GN_OK) s = copy_table(f, &t, out);
    gn_table_free(&t);
    gn_options_free(o);
    return s;
}

/* ---- safetensors ------------------------------------------------------------------------------------------------- */

typedef struct gn_st_case {
    gn_cli *cli;
    const gn_net *net;
    const gn_st_file *st;
    gn_grad_file *f;
} gn_st_case;

/* Bytes of a file, as elements of floating point. */
static gn_status read_cells(gn_cli *cli, const uint8_t *at, uint64_t count, gn_cell cell, double *out)
{
    gn_array a = { 0 };
    gn_source bytes;
    gn_cells c = { .cell = cell, .count = count, .bytes = count * gn_cell_size(cell), .size_code = GN_E_ST_SIZE };
    GN_TRY(gn_source_memory(cli->ctx, "", at, (size_t)c.bytes, &bytes));
    gn_status s = gn_cells_read(cli->ctx, &bytes, &c, &a);
    for (uint64_t i = 0; i < count && s == GN_OK; i++) out[i] = gn_array_get(&a, i);
    gn_array_free(cli->ctx, &a);
    gn_source_close(&bytes);
    return s;
}

/* A bfloat16 is the upper half of a float32. */
static gn_status read_upper_halves(const gn_st_case *c, const uint8_t *at, uint64_t count, double *out)
{
    uint8_t *wide = gn_arena_alloc(&c->f->arena, (size_t)count + 1, 4);
    if (!wide) return GN_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) memcpy(wide + 4 * i + 2, at + 2 * i, 2);
    return read_cells(c->cli, wide, count, GN_CELL_F4, out);
}

static gn_status st_numbers(const gn_st_case *c, const gn_st_tensor *t, uint64_t count, double **out)
{
    static const struct { const char *name; gn_cell cell; bool upper; } type[] = {
        { "F64", GN_CELL_F8, false }, { "F32", GN_CELL_F4, false }, { "F16", GN_CELL_F2, false },
        { "BF16", GN_CELL_F4, true },
    };
    const uint8_t *at = gn_st_data(c->st, t);
    for (size_t i = 0; i < GN_COUNT(type); i++) {
        if (strcmp(t->dtype, type[i].name)) continue;
        if (!(*out = gn_arena_alloc(&c->f->arena, (size_t)count + 1, sizeof **out))) return GN_NO_MEMORY;
        return type[i].upper ? read_upper_halves(c, at, count, *out)
                             : read_cells(c->cli, at, count, type[i].cell, *out);
    }
    return gn_fail(c->cli->ctx, GN_E_ST_DTYPE, "%s of the gradient is of type %s; read here are F64, F32, F16 and BF16",
                   gn_show(GN_SHOWN, t->name, strlen(t->name)), t->dtype);
}

/* Of three dimensions: as they lie. */
static gn_status take_tensor(const gn_st_case *c, const gn_st_tensor *t, size_t at)
{
    uint64_t count = 1;
    double *v = NULL;
    for (int i = 0; i < t->rank; i++) count *= t->dim[i];
    GN_TRY(st_numbers(c, t, count, &v));
    bool table = t->rank == 2;
    return take_as(c->cli, c->net, at, table ? (size_t)t->dim[0] : (size_t)count, table ? (size_t)t->dim[1] : 1, v,
                   c->f);
}

static const gn_st_tensor *find_tensor(const gn_st_file *st, const char *name)
{
    for (size_t k = 0; k < st->tensors; k++)
        if (!strcmp(st->tensor[k].name, name)) return &st->tensor[k];
    return NULL;
}

/* What the file has beside what the network has. */
static gn_status hint_names(const gn_st_case *c)
{
    gn_text has, wants;
    gn_text_init(&has, c->cli->ctx);
    gn_text_init(&wants, c->cli->ctx);
    for (size_t k = 0; k < c->st->tensors && k < NAMED; k++)
        put_tensor(&has, c->st->tensor[k].name, c->st->tensor[k].dim, c->st->tensor[k].rank);
    put_trainable(&wants, c->net);
    gn_hint(c->cli->ctx, "the network's are %s; the file has %s%s", wants.at ? wants.at : "none", has.at ? has.at : "none",
            c->st->tensors > NAMED ? " and more" : "");
    gn_text_free(&has);
    gn_text_free(&wants);
    return gn_last_error(c->cli->ctx)->status;
}

/* One tensor of the file: that of the name, or the only one. */
static gn_status take_st_named(const gn_st_case *c, const char *name)
{
    size_t at;
    GN_TRY(gn_trainable_find(c->cli, c->net, name, &at));
    const gn_st_tensor *t = find_tensor(c->st, name);
    if (!t && c->st->tensors == 1) t = c->st->tensor;
    c->f->how = "by --tensor";
    if (t) return take_tensor(c, t, at);
    gn_fail(c->cli->ctx, GN_E_MOD_SHAPE, "the file has %zu tensors, and none of them is %s", c->st->tensors, name);
    return hint_names(c);
}

static gn_status keep_list(gn_grad_file *f, gn_text *t, const char **out)
{
    gn_status s = gn_text_done(t);
    if (s == GN_OK && t->length && !(*out = gn_arena_text(&f->arena, t->at, t->length))) s = GN_NO_MEMORY;
    gn_text_free(t);
    return s;
}

/* Which of the network's tensors the file has not, and which of the file's are none of the network's. */
static gn_status list_others(const gn_st_case *c)
{
    size_t n = trainable(c->net), weights = 0, biases = 0;
    gn_text absent, others;
    gn_text_init(&absent, c->cli->ctx);
    gn_text_init(&others, c->cli->ctx);
    for (size_t i = 0; i < n; i++) {
        gn_tensor_info t = tensor_at(c->net, i);
        if (find_tensor(c->st, t.name)) continue;
        *(t.rank == 2 ? &weights : &biases) += 1;
        gn_text_printf(&absent, "%s%s", absent.length ? ", " : "", t.name);
    }
    for (size_t k = 0; k < c->st->tensors; k++) {
        const char *name = c->st->tensor[k].name;
        size_t i = 0;
        while (i < n && strcmp(tensor_at(c->net, i).name, name)) i++;
        if (i == n) gn_text_printf(&others, "%s%s", others.length ? ", " : "", gn_show(GN_SHOWN, name, strlen(name)));
    }
    c->f->no_bias = !weights && biases && c->f->count + biases == n;
    for (size_t i = 0; i < c->f->count; i++) c->f->no_bias &= tensor_at(c->net, c->f->given[i].tensor).rank == 2;
    gn_status s = keep_list(c->f, &absent, &c->f->absent), other = keep_list(c->f, &others, &c->f->others);
    return s != GN_OK ? s : other;
}

/* Tensors by their names. Absent is not zero: what the file does not have is not judged. */
static gn_status take_tensors(const gn_st_case *c)
{
    for (size_t i = 0, n = trainable(c->net); i < n; i++) {
        const gn_st_tensor *t = find_tensor(c->st, tensor_at(c->net, i).name);
        if (t) GN_TRY(take_tensor(c, t, i));
    }
    c->f->how = "by the names of the tensors";
    if (c->f->count) return list_others(c);
    gn_fail(c->cli->ctx, GN_E_MOD_SHAPE, "no tensor of the file has the name of one of the network's");
    return hint_names(c);
}

/* Takes the bytes. */
static gn_status read_st(gn_cli *cli, const gn_net *net, const char *path, const char *tensor, gn_bytes *b,
                         gn_grad_file *f)
{
    gn_st_file st;
    gn_bytes bytes = *b;
    *b = (gn_bytes){ 0 };
    GN_TRY(gn_st_read(cli->ctx, path, bytes, &st));
    gn_st_case c = { cli, net, &st, f };
    gn_status s = tensor[0] ? take_st_named(&c, tensor) : take_tensors(&c);
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

/* Archives of NumPy and PyTorch. */
static gn_status refuse_archive(gn_cli *cli, const char *name)
{
    gn_fail(cli->ctx, GN_E_CSV_KIND, "%s: this is a ZIP archive, as np.savez and torch.save write it", name);
    return gn_hint(cli->ctx, "write one array by np.save(\"g.npy\", g), or tensors by their names with safetensors");
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
    if (s == GN_OK && begins(&b, 0, "PK\3\4")) s = refuse_archive(cli, source.name);
    else if (s == GN_OK)
        s = st    ? read_st(cli, net, source.name, tensor, &b, f)
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

void gn_grad_file_facts(const gn_grad_file *f, gn_sheet *s)
{
    if (f->absent) gn_sheet_fact(s, "not in the file, so not judged: %s", f->absent);
    if (f->no_bias) gn_sheet_fact(s, "every weight is there and no bias: if your network has biases, their gradient is "
                                  "missing");
    if (f->others) gn_sheet_fact(s, "left alone, because the network has no tensor of the name: %s", f->others);
}

void gn_grad_file_close(gn_grad_file *f)
{
    if (f->arena.ctx) gn_arena_free(&f->arena);
    *f = (gn_grad_file){ 0 };
}
