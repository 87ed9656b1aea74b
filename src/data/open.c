/* open.c -- what DATA means: a generated set, a folder with the MNIST files, a pair of arrays, or a table.
 *
 * Invariant: a file's kind is decided by its content, and by its name only where there is no content to go by;
 * "spirals" is a generated set and
 * "./spirals" a file. */
#include "csv.h"
#include "read.h"

#include <string.h>

typedef enum what_kind { WHAT_GENERATED, WHAT_FOLDER, WHAT_PAIR, WHAT_FILE } what_kind;
typedef enum file_kind { FILE_TABLE, FILE_NPY, FILE_IDX, FILE_SAFETENSORS } file_kind;

typedef struct opening {
    gn_context *ctx;
    const char *what;
    const gn_options *options;
    const gn_prep *prep; /* a model's, or the training data's; else NULL */
    bool need_target;
} opening;

static bool path_status(gn_context *ctx, const char *path, gn_filestat *out)
{
    const gn_vfs *vfs = gn_context_vfs(ctx);
    return vfs->status(vfs->user, path, -1, out) >= 0;
}

static what_kind find_kind(const opening *o)
{
    gn_filestat st;
    if (gn_generate_known(o->what)) return WHAT_GENERATED;
    if (strcmp(o->what, "-") == 0) return WHAT_FILE;
    if (path_status(o->ctx, o->what, &st)) return st.folder ? WHAT_FOLDER : WHAT_FILE;
    return strchr(o->what, ',') ? WHAT_PAIR : WHAT_FILE;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static bool named_idx(const char *path)
{
    return ends_with(path, ".idx") || ends_with(path, ".idx.gz") || strstr(path, "-ubyte") || strstr(path, ".idx1") ||
           strstr(path, ".idx3");
}

static bool named_npy(const char *path) { return ends_with(path, ".npy") || ends_with(path, ".npy.gz"); }

/* The kind of an opened file. In a pair there are arrays only. */
static gn_status sniff(opening *o, const char *path, gn_source *s, bool pair, file_kind *kind)
{
    uint8_t b[16] = { 0 };
    int64_t n = gn_data_peek(s, b, sizeof b);
    if (n < 0) return gn_last_error(o->ctx)->status;
    if ((n >= 6 && memcmp(b, "\x93NUMPY", 6) == 0) || (named_npy(path) && !(n >= 4 && b[0] == 0 && b[1] == 0)))
        *kind = FILE_NPY;
    else if (pair || (n >= 4 && b[0] == 0 && b[1] == 0 && b[2] >= 8 && b[2] <= 14 && b[3] >= 1 && b[3] <= 8) ||
             named_idx(path))
        *kind = FILE_IDX;
    else if (n >= 9 && b[8] == '{' && b[4] == 0 && b[5] == 0 && b[6] == 0 && b[7] == 0) *kind = FILE_SAFETENSORS;
    else *kind = FILE_TABLE;
    return GN_OK;
}

/* ---- arrays -------------------------------------------------------------------------------------------------- */

static gn_status read_array(opening *o, const char *path, file_kind *kind, gn_array *out)
{
    gn_source s;
    *out = (gn_array){ 0 };
    GN_TRY(gn_open_data(o->ctx, path, &s));
    gn_status status = sniff(o, path, &s, true, kind);
    if (status == GN_OK) status = *kind == FILE_NPY ? gn_npy_read(o->ctx, &s, out) : gn_idx_read(o->ctx, &s, out);
    gn_source_close(&s);
    return status;
}

/* y_path may be NULL: features alone. */
static gn_status read_pair(opening *o, const char *x_path, const char *y_path, gn_data **out)
{
    gn_array x, y = { 0 };
    file_kind x_kind, y_kind = FILE_NPY;
    GN_TRY(read_array(o, x_path, &x_kind, &x));
    gn_pair pair = {
        .x = &x, .y = y_path ? &y : NULL, .x_name = x_path, .y_name = y_path, .prep = o->prep, .options = o->options
    };
    gn_status s = GN_OK;
    /* A label file in the images' place is told before the other file is opened: that one would fail with a less useful
     * message. */
    if (x_kind == FILE_IDX && x.rank < 2) pair.y = NULL;
    else if (y_path) s = read_array(o, y_path, &y_kind, &y);
    pair.idx = x_kind == FILE_IDX && (!pair.y || y_kind == FILE_IDX);
    if (s == GN_OK) s = gn_data_from_pair(o->ctx, &pair, out);
    gn_array_free(o->ctx, &x);
    gn_array_free(o->ctx, &y);
    return s;
}

static gn_status open_pair(opening *o, gn_data **out)
{
    const char *comma = strchr(o->what, ',');
    if (strchr(comma + 1, ','))
        return gn_fail(o->ctx, GN_E_USAGE, "a pair is two files with one comma between them: %s",
                       gn_show(GN_SHOWN, o->what, strlen(o->what)));
    char *x = gn_copy_text(o->ctx, o->what, (size_t)(comma - o->what));
    gn_status s = x ? read_pair(o, x, comma + 1, out) : GN_NO_MEMORY;
    gn_free(o->ctx, x);
    return s;
}

/* FOLDER/train-images-idx3-ubyte, with a dot for the second dash as some copies have it, each with or without .gz.
 * *found is false when there is none. */
static gn_status mnist_path(opening *o, const char *stem, const char *kind, gn_text *path, bool *found)
{
    static const char *const form[][2] = { { "-", "" }, { "-", ".gz" }, { ".", "" }, { ".", ".gz" } };
    gn_filestat st;
    *found = false;
    for (size_t i = 0; i < GN_COUNT(form) && !*found; i++) {
        gn_text_clear(path);
        gn_text_printf(path, "%s%s%s%s%s-ubyte%s", o->what, ends_with(o->what, "/") ? "" : "/", stem, form[i][0], kind,
                       form[i][1]);
        GN_TRY(gn_text_done(path));
        *found = path_status(o->ctx, path->at, &st);
    }
    return GN_OK;
}

static gn_status missing_half(opening *o, const char *stem, bool images)
{
    return gn_fail_at(o->ctx, GN_E_IO_OPEN, (gn_place){ .file = o->what }, "the folder has %s-%s but not its %s", stem,
                      images ? "images" : "labels", images ? "labels" : "images");
}

/* One pair of the four files; *out stays NULL when neither of its files is there. */
static gn_status mnist_pair(opening *o, const char *stem, const char *images_stem, const char *labels_stem,
                            gn_data **out)
{
    gn_text x, y;
    bool has_x, has_y = false;
    gn_text_init(&x, o->ctx);
    gn_text_init(&y, o->ctx);
    gn_status s = mnist_path(o, images_stem, "idx3", &x, &has_x);
    if (s == GN_OK) s = mnist_path(o, labels_stem, "idx1", &y, &has_y);
    if (s == GN_OK && has_x != has_y) s = missing_half(o, stem, has_x);
    else if (s == GN_OK && has_x) s = read_pair(o, x.at, y.at, out);
    gn_text_free(&x);
    gn_text_free(&y);
    return s;
}

static gn_status no_mnist(opening *o)
{
    gn_fail_at(o->ctx, GN_E_IO_OPEN, (gn_place){ .file = o->what },
               "is a directory, and the MNIST files are not in it");
    return gn_hint(o->ctx, "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
                           "t10k-labels-idx1-ubyte, with or without .gz");
}

static gn_status open_folder(opening *o, bool tests, gn_data **out)
{
    return tests ? mnist_pair(o, "t10k", "t10k-images", "t10k-labels", out)
                 : mnist_pair(o, "train", "train-images", "train-labels", out);
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

static gn_status from_table(opening *o, const gn_table *t, gn_data **out)
{
    return o->prep ? gn_data_by_prep(o->ctx, t, o->prep, o->options, o->need_target, out)
                   : gn_data_from_table(o->ctx, t, o->options, out);
}

static gn_status open_generated(opening *o, gn_data **out)
{
    gn_table t;
    size_t n = o->options ? (size_t)gn_option_int(o->options, GN_O_N) : 1000;
    double noise = o->options ? gn_option_real(o->options, GN_O_NOISE) : -1;
    uint64_t seed = o->options ? (uint64_t)gn_option_int(o->options, GN_O_SEED) : 1;
    GN_TRY(gn_generate(o->ctx, o->what, n, noise, seed, &t));
    gn_status s = from_table(o, &t, out);
    gn_table_free(&t);
    return s;
}

static gn_status read_table(opening *o, gn_source *source, gn_data **out)
{
    gn_table t;
    GN_TRY(gn_csv_read(o->ctx, source, o->options, &t));
    gn_status s = from_table(o, &t, out);
    gn_table_free(&t);
    return s;
}

/* One array file: enough where no targets are needed. */
static gn_status read_single(opening *o, file_kind kind, gn_source *source, gn_data **out)
{
    gn_array x;
    GN_TRY(kind == FILE_NPY ? gn_npy_read(o->ctx, source, &x) : gn_idx_read(o->ctx, source, &x));
    gn_status s;
    if (!o->prep || o->need_target) {
        gn_fail_at(o->ctx, GN_E_USAGE, (gn_place){ .file = o->what },
                   "this is one array, and the targets are not in it");
        s = gn_hint(o->ctx, kind == FILE_NPY ? "give both files with a comma between them: X.npy,y.npy"
                                             : "give both files with a comma between them: images,labels");
    } else {
        gn_pair pair = {
            .x = &x, .x_name = source->name, .idx = kind == FILE_IDX, .prep = o->prep, .options = o->options
        };
        s = gn_data_from_pair(o->ctx, &pair, out);
    }
    gn_array_free(o->ctx, &x);
    return s;
}

static gn_status read_any(opening *o, gn_source *source, gn_data **out)
{
    file_kind kind;
    GN_TRY(sniff(o, o->what, source, false, &kind));
    if (kind == FILE_TABLE) return read_table(o, source, out);
    if (kind != FILE_SAFETENSORS) return read_single(o, kind, source, out);
    gn_fail_at(o->ctx, GN_E_FILE_KIND, (gn_place){ .file = o->what }, "this is a model (safetensors), not data");
    return gn_hint(o->ctx, "`glassnet info` shows what is in it; the model comes first in `glassnet eval MODEL DATA`");
}

/* A word that is no file may be a generated set written wrongly. */
static gn_status hint_generated(const opening *o)
{
    enum { MOST = 64 };
    const char *names[MOST], *help;
    size_t n = 0;
    while (n < MOST && (names[n] = gn_generate_row(n, &help))) n++;
    const char *closest = gn_closest(o->what, names, n);
    if (closest) return gn_hint(o->ctx, "did you mean the generated set %s? `glassnet data` lists them", closest);
    return gn_hint(o->ctx, "DATA is a file, or a generated set such as spirals; `glassnet data` lists them");
}

static gn_status open_file(opening *o, gn_data **out)
{
    gn_source s;
    gn_status status = gn_open_data(o->ctx, o->what, &s);
    if (status == GN_OK) {
        status = read_any(o, &s, out);
        gn_source_close(&s);
    } else if (status == GN_IO && !strchr(o->what, '/') && !strchr(o->what, '.')) {
        hint_generated(o);
    }
    return status;
}

/* ---- the whole ----------------------------------------------------------------------------------------------- */

static gn_status open_by_kind(opening *o, bool tests, gn_data **out)
{
    switch (find_kind(o)) {
    case WHAT_GENERATED: return open_generated(o, out);
    case WHAT_FOLDER: return open_folder(o, tests, out);
    case WHAT_PAIR: return open_pair(o, out);
    default: return open_file(o, out);
    }
}

/* Data are named as they were asked for, so that the command a model records can be given again. */
static gn_status open_one(opening *o, bool tests, gn_data **out)
{
    *out = NULL;
    GN_TRY(open_by_kind(o, tests, out));
    if (!*out) return GN_OK;
    (*out)->name = gn_arena_text(&(*out)->arena, o->what, strlen(o->what));
    if ((*out)->name) return GN_OK;
    gn_data_free(*out);
    *out = NULL;
    return GN_NO_MEMORY;
}

/* For a model a folder means its test images when they are there: they are what a model is judged by. */
gn_status gn_data_open_for(gn_context *ctx, const char *what, const gn_prep *prep, const gn_options *options,
                           bool need_target, gn_data **out)
{
    opening o = { .ctx = ctx, .what = what, .options = options, .prep = prep, .need_target = need_target };
    GN_TRY(open_one(&o, true, out));
    if (!*out) GN_TRY(open_one(&o, false, out));
    return *out ? GN_OK : no_mnist(&o);
}

static gn_status open_test(opening *o, gn_data **test)
{
    const char *named = gn_csv_option(o->options, GN_O_TEST);
    if (named[0]) return gn_data_open_for(o->ctx, named, o->prep, o->options, true, test);
    return find_kind(o) == WHAT_FOLDER ? open_one(o, true, test) : GN_OK;
}

gn_status gn_data_open(gn_context *ctx, const char *what, const gn_options *options, gn_data **train, gn_data **test)
{
    opening o = { .ctx = ctx, .what = what, .options = options, .need_target = true };
    *test = NULL;
    GN_TRY(open_one(&o, false, train));
    if (!*train) return no_mnist(&o);
    o.prep = &(*train)->prep;
    gn_status s = open_test(&o, test);
    if (s != GN_OK) {
        gn_data_free(*train);
        *train = NULL;
    }
    return s;
}

gn_status gn_data_read(gn_context *ctx, const char *what, const gn_options *options, gn_data **out)
{
    opening o = { .ctx = ctx, .what = what, .options = options, .need_target = true };
    *out = NULL;
    if (!what) return gn_fail(ctx, GN_E_USAGE, "no data named");
    GN_TRY(open_one(&o, false, out));
    return *out ? GN_OK : no_mnist(&o);
}
