/* model_load.c -- a model from its file, checked field by field, and proved by its own rows.
 *
 * Invariant: nothing in the file is believed: every field has its type and range, every tensor its name, shape and
 * type, and the rows that the file carries must give the outputs that it carries. */
#include "model.h"

#include <math.h>
#include <string.h>

static gn_place place(const gn_loading *l) { return (gn_place){ .file = l->path }; }

/* ---- the network --------------------------------------------------------------------------------------------- */

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The size in one part of a network's text ("128 relu", "residual 64 tanh"): its first word that begins with a digit.
 * 0: the part has none and keeps the size it is given. */
static uint64_t part_size(const char *part, size_t n)
{
    uint64_t size = 0;
    for (size_t i = 0; i < n;) {
        size_t begin;
        while (i < n && blank(part[i])) i++;
        begin = i;
        while (i < n && !blank(part[i]) && part[i] != '(') i++;
        if (i - begin >= 7 && strncmp(part + begin, "dropout", 7) == 0) return 0;
        if (i > begin && part[begin] >= '0' && part[begin] <= '9')
            return gn_read_uint(part + begin, i - begin, &size) ? size : 0;
        if (i < n && part[i] == '(') return 0;
    }
    return 0;
}

/* At most how many numbers the network of a text has: counted before anything is built, since a line of text can ask
 * for more memory than there is. */
static uint64_t text_elements(const char *text, uint64_t inputs, uint64_t outputs)
{
    uint64_t all = 0, one;
    for (size_t at = 0, n; text[at]; at += n + (text[at + n] == ',')) {
        n = 0;
        for (int depth = 0; text[at + n] && (text[at + n] != ',' || depth > 0); n++)
            depth += (text[at + n] == '(') - (text[at + n] == ')');
        uint64_t size = part_size(text + at, n);
        /* weight, projection, bias; or gain, offset, running mean and variance */
        if (!size) gn_size_mul(inputs, 4, &one);
        else if (gn_size_mul(inputs, 2, &one) && gn_size_add(one, 1, &one)) gn_size_mul(one, size, &one);
        gn_size_add(all, one, &all);
        if (size) inputs = size;
    }
    if (gn_size_add(inputs, 1, &one)) gn_size_mul(one, outputs, &one);
    gn_size_add(all, one, &all);
    return all;
}

static gn_status check_net_size(const gn_loading *l, const gn_net_spec *spec)
{
    uint64_t allowed = 4 * l->elements + (1u << 20);
    if (strlen(spec->layers) > GN_NET_TEXT_LIMIT) return gn_meta_wrong(l, "net", "is longer than 65536 bytes");
    uint64_t asked = text_elements(spec->layers, spec->inputs, spec->outputs);
    if (asked <= allowed) return GN_OK;
    return gn_fail_at(l->ctx, GN_E_MOD_SHAPE, place(l),
                      "the network described needs up to %llu numbers, the file has %llu", (unsigned long long)asked,
                      (unsigned long long)l->elements);
}

static gn_status read_net(const gn_loading *l)
{
    const gn_prep *p = &l->m->prep;
    gn_net_spec spec = { .inputs = p->inputs, .outputs = gn_prep_outputs(p), .task = p->task };
    const char *precision, *seed;
    GN_TRY(gn_meta_text(l, "net", &spec.layers));
    GN_TRY(gn_meta_text(l, "loss", &spec.loss));
    GN_TRY(gn_meta_text(l, "reduction", &spec.reduction));
    GN_TRY(gn_meta_text(l, "init", &spec.init));
    GN_TRY(gn_meta_text(l, "precision", &precision));
    GN_TRY(gn_meta_text(l, "seed", &seed));
    if (strcmp(precision, "f32") != 0 && strcmp(precision, "f64") != 0)
        return gn_meta_wrong(l, "precision", "is neither f32 nor f64");
    if (!gn_read_uint(seed, strlen(seed), &spec.seed)) return gn_meta_wrong(l, "seed", "is not a whole number");
    spec.type = strcmp(precision, "f64") == 0 ? GN_F64 : GN_F32;
    GN_TRY(check_net_size(l, &spec));
    gn_status s = gn_net_new(l->ctx, &spec, &l->m->net);
    if (s != GN_USAGE) return s;
    /* What would be the user's mistake in an option is the file's in a model. */
    gn_text why;
    gn_text_init(&why, l->ctx);
    gn_text_puts(&why, gn_last_error(l->ctx)->message);
    s = gn_text_done(&why);
    if (s == GN_OK) s = gn_fail_at(l->ctx, GN_E_MOD_META, place(l), "the network described is not one: %s", why.at);
    gn_text_free(&why);
    return s;
}

static gn_status optional_numbers(const gn_loading *l, const char *field, size_t n, double **out)
{
    *out = NULL;
    return gn_st_meta(l->file, field) ? gn_meta_numbers(l, field, n, out) : GN_OK;
}

static gn_status read_transforms(const gn_loading *l)
{
    const gn_prep *p = &l->m->prep;
    size_t targets = p->task == GN_REGRESSION ? p->targets : 0;
    double *v[4] = { NULL };
    gn_status s = optional_numbers(l, "input_shift", p->inputs, &v[0]);
    if (s == GN_OK) s = optional_numbers(l, "input_factor", p->inputs, &v[1]);
    if (s == GN_OK && targets) s = optional_numbers(l, "target_shift", targets, &v[2]);
    if (s == GN_OK && targets) s = optional_numbers(l, "target_factor", targets, &v[3]);
    for (size_t i = 0; s == GN_OK && v[3] && i < targets; i++)
        if (v[3][i] == 0) s = gn_meta_wrong(l, "target_factor", "holds 0, which cannot be undone");
    if (s == GN_OK) s = gn_net_set_transform(l->ctx, l->m->net, v[0], v[1], v[2], v[3]);
    for (int i = 0; i < 4; i++) gn_free(l->ctx, v[i]);
    return s;
}

/* ---- tensors ------------------------------------------------------------------------------------------------------
 */

static const gn_st_tensor *find_tensor(const gn_st_file *f, const char *name)
{
    for (size_t i = 0; i < f->tensors; i++)
        if (strcmp(f->tensor[i].name, name) == 0) return &f->tensor[i];
    return NULL;
}

static bool net_has(const gn_net *net, const char *name)
{
    for (size_t i = 0; i < gn_net_tensors(net); i++)
        if (strcmp(gn_net_tensor(net, i).name, name) == 0) return true;
    return false;
}

/* "missing: a, b", of which the first eight are named. */
static void put_name(gn_text *t, const char *title, const char *name, size_t *n)
{
    if ((*n)++ == 8) gn_text_puts(t, ", ...");
    if (*n > 8) return;
    gn_text_puts(t, *n > 1 ? ", " : t->length ? "; " : "");
    if (*n == 1) gn_text_puts(t, title);
    gn_text_puts(t, gn_show(GN_SHOWN, name, strlen(name)));
}

static gn_status check_names(const gn_loading *l)
{
    size_t missing = 0, unexpected = 0;
    gn_text t;
    gn_text_init(&t, l->ctx);
    for (size_t i = 0; i < gn_net_tensors(l->m->net); i++) {
        const char *name = gn_net_tensor(l->m->net, i).name;
        if (!find_tensor(l->file, name)) put_name(&t, "missing: ", name, &missing);
    }
    for (size_t k = 0; k < l->file->tensors && unexpected < 9; k++)
        if (!net_has(l->m->net, l->file->tensor[k].name))
            put_name(&t, "unexpected: ", l->file->tensor[k].name, &unexpected);
    gn_status s = gn_text_done(&t);
    if (s == GN_OK && missing + unexpected)
        s = gn_fail_at(l->ctx, GN_E_MOD_NAMES, place(l), "the tensors are not those of the network; %s", t.at);
    gn_text_free(&t);
    return s;
}

static void put_shape(gn_text *t, int rank, uint64_t first, uint64_t second)
{
    gn_text_printf(t, "[%llu", (unsigned long long)first);
    if (rank == 2) gn_text_printf(t, ",%llu", (unsigned long long)second);
    gn_text_puts(t, "]");
}

static gn_status fail_shape(const gn_loading *l, const gn_st_tensor *from, const gn_tensor_info *t)
{
    gn_text text;
    gn_text_init(&text, l->ctx);
    gn_text_puts(&text, "[");
    for (int i = 0; i < from->rank; i++) gn_text_printf(&text, i ? ",%llu" : "%llu", (unsigned long long)from->dim[i]);
    gn_text_puts(&text, "], the network needs ");
    put_shape(&text, t->rank, t->dim[0], t->dim[1]);
    gn_status s = gn_text_done(&text);
    if (s == GN_OK) s = gn_fail_at(l->ctx, GN_E_MOD_SHAPE, place(l), "tensor '%s' is %s", t->name, text.at);
    gn_text_free(&text);
    return s;
}

/* Little-endian numbers of the file to this machine's. */
static void copy_numbers(const uint8_t *from, size_t n, size_t size, uint8_t *to)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < size; k++) to[i * size + k] = from[i * size + size - 1 - k];
#else
    memcpy(to, from, n * size);
#endif
}

static size_t count_bad(gn_type type, const void *at, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !isfinite(type == GN_F64 ? ((const double *)at)[i] : (double)((const float *)at)[i]);
    return bad;
}

static gn_status read_tensor(gn_loading *l, size_t i)
{
    gn_type type = gn_net_get_spec(l->m->net)->type;
    gn_tensor_info t = gn_net_tensor(l->m->net, i);
    const gn_st_tensor *from = find_tensor(l->file, t.name);
    const char *dtype = type == GN_F64 ? "F64" : "F32";
    bool same = from->rank == t.rank;
    for (int k = 0; same && k < t.rank; k++) same = from->dim[k] == t.dim[k];
    if (!same) return fail_shape(l, from, &t);
    if (strcmp(from->dtype, dtype) != 0)
        return gn_fail_at(l->ctx, GN_E_ST_DTYPE, place(l), "tensor '%s' is %s, the model needs %s", t.name, from->dtype,
                          dtype);
    uint8_t *to = (uint8_t *)gn_net_block(l->m->net) + t.offset * gn_type_size(type);
    copy_numbers(gn_st_data(l->file, from), t.size, gn_type_size(type), to);
    size_t bad = count_bad(type, to, t.size);
    l->bad += bad;
    if (!bad) return GN_OK;
    const char *s = bad == 1 ? "" : "s";
    if (l->strict)
        return gn_fail_at(l->ctx, GN_E_MOD_NONFINITE, place(l), "%zu non-finite weight%s in '%s'", bad, s, t.name);
    gn_warn(l->ctx, "%s: %zu non-finite weight%s in '%s'", l->path, bad, s, t.name);
    return GN_OK;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------
 */

static gn_status keep_text(const gn_loading *l, const char *field, char **out)
{
    const char *text;
    GN_TRY(gn_meta_text(l, field, &text));
    *out = gn_copy_text(l->ctx, text, strlen(text));
    return *out ? GN_OK : GN_NO_MEMORY;
}

static gn_status check_kind(const gn_loading *l)
{
    const char *format = gn_st_meta(l->file, "format"), *version;
    uint64_t number;
    if (!format || strcmp(format, "glassnet") != 0)
        return gn_fail_at(l->ctx, GN_E_MOD_KIND, place(l),
                          "this safetensors file was not written by glassnet: it does not say how to predict from it");
    GN_TRY(gn_meta_text(l, "version", &version));
    if (!gn_read_uint(version, strlen(version), &number)) return gn_meta_wrong(l, "version", "is not a whole number");
    if (number == 1) return GN_OK;
    if (number == 0) return gn_meta_wrong(l, "version", "is 0, the first was 1");
    return gn_fail_at(l->ctx, GN_E_MOD_VERSION, place(l), "written by a newer glassnet (format %llu, this one reads 1)",
                      (unsigned long long)number);
}

/* Files of earlier versions do not say. */
static gn_status read_training_rows(gn_loading *l)
{
    const char *text = gn_st_meta(l->file, "training_rows");
    uint64_t rows = 0;
    if (!text) return GN_OK;
    if (!gn_read_uint(text, strlen(text), &rows) || rows == 0 || rows > SIZE_MAX)
        return gn_meta_wrong(l, "training_rows", "is not a whole number from 1");
    l->m->training_rows = (size_t)rows;
    return GN_OK;
}

static gn_status read_model(gn_loading *l)
{
    GN_TRY(check_kind(l));
    GN_TRY(gn_meta_prep(l));
    GN_TRY(read_net(l));
    GN_TRY(read_transforms(l));
    GN_TRY(check_names(l));
    for (size_t i = 0; i < gn_net_tensors(l->m->net); i++) GN_TRY(read_tensor(l, i));
    GN_TRY(keep_text(l, "options", &l->m->options));
    GN_TRY(keep_text(l, "command", &l->m->command));
    GN_TRY(read_training_rows(l));
    return gn_meta_samples(l);
}

/* Files that are often given where a model is meant. */
static gn_status refuse_others(gn_context *ctx, const char *path, gn_bytes b)
{
    gn_cursor c = gn_cursor_make(ctx, path, b, GN_E_ST_TRUNC);
    gn_place at = { .file = path, .has_offset = true };
    int first = gn_peek(&c, 0), second = gn_peek(&c, 1);
    bool zip = first == 'P' && second == 'K' && gn_peek(&c, 2) == 3;
    bool pickle = first == 0x80 && second >= 2 && second <= 5;
    /* A header's length may begin with the same bytes; then its '{' follows. */
    if ((zip || pickle) && gn_peek(&c, 8) != '{') {
        gn_fail_at(ctx, GN_E_MOD_PICKLE, at,
                   "this is a PyTorch pickle checkpoint; refused because loading one can run code");
        return gn_hint(ctx,
                       "export it as safetensors: safetensors.torch.save_file(model.state_dict(), \"m.safetensors\")");
    }
    if (b.size >= 8 && gn_looks_html(b.at, b.size < 64 ? (size_t)b.size : 64))
        return gn_fail_at(ctx, GN_E_MOD_KIND, at, "this is an HTML page, not a model (failed download?)");
    return GN_OK;
}

static gn_status load(gn_context *ctx, const char *path, const gn_st_file *file, bool strict, gn_model **out)
{
    gn_loading l = { .ctx = ctx, .path = path, .file = file, .strict = strict };
    l.elements = (file->bytes.size - file->data_offset) / 4;
    GN_TRY(gn_model_new(ctx, &l.m));
    gn_status s = read_model(&l);
    if (s == GN_OK) *out = l.m;
    else gn_model_free(l.m);
    return s;
}

gn_status gn_model_load_as(gn_context *ctx, const char *path, bool strict, gn_model **out)
{
    gn_bytes bytes;
    gn_st_file file;
    *out = NULL;
    if (!path) return gn_fail(ctx, GN_E_USAGE, "gn_model_load needs a path");
    GN_TRY(gn_read_file(ctx, path, (uint64_t)1 << 40, &bytes));
    gn_status s = refuse_others(ctx, path, bytes);
    if (s != GN_OK) {
        gn_bytes_free(ctx, &bytes);
        return s;
    }
    GN_TRY(gn_st_read(ctx, path, bytes, &file));
    s = load(ctx, path, &file, strict, out);
    gn_st_free(ctx, &file);
    return s;
}

gn_status gn_model_load(gn_context *ctx, const char *path, gn_model **out)
{
    return gn_model_load_as(ctx, path, false, out);
}
