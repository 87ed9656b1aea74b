/* cmd_info.c -- what a file holds: a model, tensors, a table, or an array.
 *
 * Invariant: the kind is decided by the content; nothing is changed and nothing is trained. */
#include "cli.h"
#include "../data/read.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

/* ---- tables ------------------------------------------------------------------------------------------------------ */

typedef struct span {
    double least, most, mean;
    size_t count;
} span;

static span span_of(const double *v, size_t n)
{
    span s = { NAN, NAN, 0, 0 };
    for (size_t i = 0; i < n; i++) {
        if (isnan(v[i])) continue;
        if (!s.count || v[i] < s.least) s.least = v[i];
        if (!s.count || v[i] > s.most) s.most = v[i];
        s.mean += (v[i] - s.mean) / (double)++s.count;
    }
    return s;
}

static void put_categories(gn_text *t, const gn_column *c)
{
    enum { MOST = 5 };
    for (size_t i = 0; i < c->n_categories && i < MOST; i++)
        gn_text_printf(t, "%s%s", i ? ", " : "", gn_show(GN_SHOWN, c->categories[i], strlen(c->categories[i])));
    if (c->n_categories > MOST) gn_text_printf(t, ", ... (%zu more)", c->n_categories - MOST);
}

static void put_column(gn_cli *cli, gn_grid *g, const gn_column *c, size_t rows)
{
    gn_grid_put(g, c->name);
    gn_grid_put(g, c->kind == GN_NUMERIC ? "numbers" : "text");
    gn_grid_count(g, c->missing);
    gn_text t;
    gn_text_init(&t, cli->ctx);
    if (c->kind == GN_NUMERIC) {
        span s = span_of(c->number, rows);
        gn_text_printf(&t, "%s to %s, mean %s", gn_num_digits(GN_NUM, s.least, 6), gn_num_digits(GN_NUM, s.most, 6),
                       gn_num_digits(GN_NUM, s.mean, 6));
    } else {
        gn_text_printf(&t, "%zu different: ", c->n_categories);
        put_categories(&t, c);
    }
    gn_grid_put(g, t.at ? t.at : "");
    if (t.failed) g->failed = true;
    gn_text_free(&t);
}

static const char *delimiter_name(char c)
{
    return c == ','    ? "comma"
           : c == ';'  ? "semicolon"
           : c == '\t' ? "tab"
           : c == '|'  ? "pipe"
           : c == ' '  ? "space"
                       : "other";
}

static void table_text(gn_cli *cli, gn_text *t, const gn_table *table)
{
    gn_grid g;
    gn_text_printf(t, "table: %zu row%s, %zu column%s, %s, delimiter %s\n", table->rows, GN_S(table->rows),
                   table->columns, GN_S(table->columns),
                   table->has_header ? "with a header" : "no header", delimiter_name(table->delimiter));
    gn_grid_open(&g, cli->ctx, "llrl");
    gn_grid_put(&g, "column");
    gn_grid_put(&g, "kind");
    gn_grid_put(&g, "missing");
    gn_grid_put(&g, "values");
    for (size_t c = 0; c < table->columns; c++) put_column(cli, &g, &table->column[c], table->rows);
    gn_grid_print(&g, t, "  ");
}

static void table_json(gn_text *t, const gn_table *table)
{
    gn_js_open(t, NULL, '{');
    gn_js_text(t, "kind", "table");
    gn_js_count(t, "rows", table->rows);
    gn_js_bool(t, "header", table->has_header);
    gn_js_text(t, "delimiter", delimiter_name(table->delimiter));
    gn_js_open(t, "columns", '[');
    for (size_t i = 0; i < table->columns; i++) {
        const gn_column *c = &table->column[i];
        gn_js_open(t, NULL, '{');
        gn_js_text(t, "name", c->name);
        gn_js_text(t, "kind", c->kind == GN_NUMERIC ? "numbers" : "text");
        gn_js_count(t, "missing", c->missing);
        if (c->kind == GN_NUMERIC) {
            span s = span_of(c->number, table->rows);
            gn_js_number(t, "least", s.least);
            gn_js_number(t, "most", s.most);
            gn_js_number(t, "mean", s.mean);
        } else {
            gn_js_open(t, "categories", '[');
            for (size_t k = 0; k < c->n_categories; k++) gn_js_text(t, NULL, c->categories[k]);
            gn_js_close(t, ']');
        }
        gn_js_close(t, '}');
    }
    gn_js_close(t, ']');
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
}

static gn_status show_table(gn_cli *cli, gn_source *source, gn_text *t)
{
    gn_table table;
    GN_TRY(gn_csv_read(cli->ctx, source, cli->options, &table));
    if (cli->json) table_json(t, &table);
    else table_text(cli, t, &table);
    gn_table_free(&table);
    return GN_OK;
}

/* ---- arrays ------------------------------------------------------------------------------------------------------ */

static span span_of_array(const gn_array *a)
{
    span s = { NAN, NAN, 0, 0 };
    for (uint64_t i = 0; i < a->size; i++) {
        double v = gn_array_get(a, i);
        if (isnan(v)) continue;
        if (!s.count || v < s.least) s.least = v;
        if (!s.count || v > s.most) s.most = v;
        s.mean += (v - s.mean) / (double)++s.count;
    }
    return s;
}

static void array_text(gn_text *t, const gn_array *a, const char *kind, bool json)
{
    span s = span_of_array(a);
    if (json) {
        gn_js_open(t, NULL, '{');
        gn_js_text(t, "kind", kind);
        gn_js_open(t, "shape", '[');
        for (int i = 0; i < a->rank; i++) gn_js_count(t, NULL, a->dim[i]);
        gn_js_close(t, ']');
        gn_js_bool(t, "whole", a->integer);
        gn_js_number(t, "least", s.least);
        gn_js_number(t, "most", s.most);
        gn_js_number(t, "mean", s.mean);
        gn_js_close(t, '}');
        gn_text_puts(t, "\n");
        return;
    }
    gn_text_printf(t, "%s array of ", kind);
    for (int i = 0; i < a->rank; i++) gn_text_printf(t, "%s%llu", i ? " x " : "", (unsigned long long)a->dim[i]);
    if (!a->rank) gn_text_puts(t, "one number");
    gn_text_printf(t, "%s, %s to %s, mean %s\n", a->integer ? ", whole numbers" : "", gn_num_digits(GN_NUM, s.least, 6),
                   gn_num_digits(GN_NUM, s.most, 6), gn_num_digits(GN_NUM, s.mean, 6));
}

static gn_status show_array(gn_cli *cli, gn_source *source, gn_text *t, bool npy)
{
    gn_array a;
    GN_TRY(npy ? gn_npy_read(cli->ctx, source, &a) : gn_idx_read(cli->ctx, source, &a));
    array_text(t, &a, npy ? "NPY" : "IDX", cli->json);
    gn_array_free(cli->ctx, &a);
    return GN_OK;
}

/* ---- models ------------------------------------------------------------------------------------------------------ */

static void put_features(gn_cli *cli, gn_text *t, const gn_prep *p)
{
    enum { MOST = 40 };
    gn_grid g;
    if (p->images) {
        gn_text_printf(t, "inputs: images of %zu x %zu pixels\n", p->height, p->width);
        return;
    }
    gn_text_puts(t, "inputs\n");
    gn_grid_open(&g, cli->ctx, "ll");
    for (size_t i = 0; i < p->features && i < MOST; i++) {
        const gn_feature *f = &p->feature[i];
        gn_grid_put(&g, f->name);
        char about[80] = "numbers";
        if (f->kind == GN_TEXT) snprintf(about, sizeof about, "text, %zu categories", f->n_categories);
        else if (!isnan(f->fill))
            snprintf(about, sizeof about, "numbers, %s where missing", gn_num_digits(GN_NUM, f->fill, 6));
        gn_grid_put(&g, about);
    }
    gn_grid_print(&g, t, "  ");
    if (p->features > MOST) gn_text_printf(t, "  ... (%zu more, see --json)\n", p->features - MOST);
}

static void put_outputs(gn_text *t, const gn_prep *p)
{
    gn_text_printf(t, "output: %s", gn_task_name(p->task));
    for (size_t i = 0; p->target_name && i < p->targets; i++)
        if (p->target_name[i])
            gn_text_printf(t, "%s%s", i ? ", " : " of ",
                           gn_show(GN_SHOWN, p->target_name[i], strlen(p->target_name[i])));
    for (size_t i = 0; i < p->classes; i++)
        gn_text_printf(t, "%s%s", i ? ", " : "; classes ",
                       p->class_name && p->class_name[i] ? gn_show(GN_SHOWN, p->class_name[i], strlen(p->class_name[i]))
                                                         : "?");
    gn_text_puts(t, "\n");
}

/* Names and shapes, as whoever reads or writes weights and gradients needs them. */
static void put_tensors(gn_cli *cli, gn_text *t, const gn_net *net)
{
    gn_grid g;
    gn_text_puts(t, "tensors\n");
    gn_grid_open(&g, cli->ctx, "lll");
    for (size_t i = 0; i < gn_net_tensors(net); i++) {
        gn_tensor_info info = gn_net_tensor(net, i);
        char shape[64];
        if (info.rank == 2) snprintf(shape, sizeof shape, "%zu x %zu", info.dim[0], info.dim[1]);
        else snprintf(shape, sizeof shape, "%zu", info.dim[0]);
        gn_grid_put(&g, info.name);
        gn_grid_put(&g, shape);
        gn_grid_put(&g, info.trainable ? "" : "not trained by gradient");
    }
    gn_grid_print(&g, t, "  ");
}

static gn_status show_model(gn_cli *cli, const char *path, gn_text *t)
{
    gn_model *m;
    GN_TRY(gn_model_load_as(cli->ctx, path, gn_option_flag(cli->options, GN_O_STRICT), &m));
    gn_status s = GN_OK;
    if (cli->json) {
        s = gn_model_describe(cli->ctx, m, t);
        gn_text_puts(t, "\n");
    } else {
        gn_text_printf(t, "model, %s\n", gn_net_get_spec(m->net)->type == GN_F32 ? "float32" : "float64");
        gn_summary_net(t, cli->ctx, m->net, "  ");
        put_tensors(cli, t, m->net);
        put_features(cli, t, &m->prep);
        put_outputs(t, &m->prep);
        if (m->command) gn_text_printf(t, "made by: %s\n", gn_show(GN_SHOWN, m->command, strlen(m->command)));
    }
    gn_model_free(m);
    return s;
}

static void st_text(gn_cli *cli, gn_text *t, const gn_st_file *f)
{
    gn_grid g;
    gn_text_printf(t, "safetensors: %zu tensor%s, no glassnet model\n", f->tensors, GN_S(f->tensors));
    gn_grid_open(&g, cli->ctx, "lll");
    for (size_t i = 0; i < f->tensors; i++) {
        char shape[256] = "";
        size_t used = 0;
        for (int k = 0; k < f->tensor[i].rank; k++)
            used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%llu", k ? " x " : "",
                                     (unsigned long long)f->tensor[i].dim[k]);
        gn_grid_put(&g, gn_show(GN_SHOWN, f->tensor[i].name, strlen(f->tensor[i].name)));
        gn_grid_put(&g, f->tensor[i].dtype);
        gn_grid_put(&g, shape);
    }
    gn_grid_print(&g, t, "  ");
}

static void st_json(gn_text *t, const gn_st_file *f)
{
    gn_js_open(t, NULL, '{');
    gn_js_text(t, "kind", "safetensors");
    gn_js_open(t, "tensors", '[');
    for (size_t i = 0; i < f->tensors; i++) {
        gn_js_open(t, NULL, '{');
        gn_js_text(t, "name", f->tensor[i].name);
        gn_js_text(t, "dtype", f->tensor[i].dtype);
        gn_js_open(t, "shape", '[');
        for (int k = 0; k < f->tensor[i].rank; k++) gn_js_count(t, NULL, f->tensor[i].dim[k]);
        gn_js_close(t, ']');
        gn_js_close(t, '}');
    }
    gn_js_close(t, ']');
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
}

/* Tensors that are no model of ours are listed; a model is loaded, which verifies it. */
static gn_status show_safetensors(gn_cli *cli, const char *path, gn_text *t)
{
    gn_bytes bytes;
    gn_st_file f;
    bool ours = false;
    GN_TRY(gn_read_file(cli->ctx, path, UINT64_MAX, &bytes));
    GN_TRY(gn_st_read(cli->ctx, path, bytes, &f));
    for (size_t i = 0; i < f.metas; i++) ours = ours || !strncmp(f.meta_key[i], "glassnet", 8);
    if (!ours && cli->json) st_json(t, &f);
    else if (!ours) st_text(cli, t, &f);
    gn_st_free(cli->ctx, &f);
    return ours ? show_model(cli, path, t) : GN_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n >= k && !strcmp(text + n - k, end);
}

static gn_status show_opened(gn_cli *cli, const char *path, gn_source *source, gn_text *t, bool *safetensors)
{
    uint8_t b[16] = { 0 };
    int64_t n = gn_data_peek(source, b, sizeof b);
    if (n < 0) return gn_last_error(cli->ctx)->status;
    *safetensors = ends_with(path, ".safetensors") || (n >= 9 && b[8] == '{' && !b[4] && !b[5] && !b[6] && !b[7]);
    if (*safetensors) return GN_OK;
    if ((n >= 6 && !memcmp(b, "\x93NUMPY", 6)) || ends_with(path, ".npy")) return show_array(cli, source, t, true);
    if ((n >= 4 && !b[0] && !b[1]) || strstr(path, "-ubyte")) return show_array(cli, source, t, false);
    return show_table(cli, source, t);
}

/* A folder or a pair of files is opened as `train` opens it. */
static gn_status show_data(gn_cli *cli, const char *what)
{
    gn_data *d[2] = { NULL, NULL };
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_status s = gn_data_open(cli->ctx, what, NULL, &d[0], &d[1]);
    if (cli->json) gn_js_open(&t, NULL, '{');
    for (int i = 0; i < 2 && s == GN_OK; i++) {
        if (!d[i]) continue;
        const char *part = i ? "test" : "training";
        if (cli->json) gn_js_open(&t, part, '{');
        else gn_text_printf(&t, i ? "\n%s\n" : "%s\n", part);
        if (cli->json) {
            gn_js_count(&t, "rows", d[i]->rows);
            gn_js_count(&t, "inputs", d[i]->prep.inputs);
            gn_js_count(&t, "classes", d[i]->prep.classes);
            gn_js_close(&t, '}');
        } else {
            gn_summary_data(&t, d[i], "  ");
        }
    }
    if (cli->json) gn_js_close(&t, '}');
    if (cli->json) gn_text_puts(&t, "\n");
    for (int i = 0; i < 2; i++) gn_data_free(d[i]);
    if (s == GN_OK) return gn_cli_print(cli, &t);
    gn_text_free(&t);
    return s;
}

static bool is_folder_or_pair(const char *path)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    return there ? S_ISDIR(st.st_mode) : strchr(path, ',') != NULL;
}

static gn_status run(gn_cli *cli)
{
    const char *path = cli->argument[0];
    if (is_folder_or_pair(path)) return show_data(cli, path);
    gn_source source;
    gn_text t;
    bool safetensors = false;
    GN_TRY(gn_open_data(cli->ctx, path, &source));
    gn_text_init(&t, cli->ctx);
    gn_status s = show_opened(cli, path, &source, &t, &safetensors);
    gn_source_close(&source);
    if (s == GN_OK && safetensors) s = show_safetensors(cli, path, &t);
    if (s == GN_OK) return gn_cli_print(cli, &t);
    gn_text_free(&t);
    return s;
}

const gn_command_body gn_cmd_info = { run,
                                      "A model: its network, its inputs, its classes, the command that made it. A "
                                      "table: its columns. An array: its shape.",
                                      "glassnet info model.safetensors\n"
                                      "glassnet info table.csv --json\n" };
