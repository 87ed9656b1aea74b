/* cmd_predict.c -- predictions from raw rows, as CSV, JSON or NPY.
 *
 * Invariant: a line for each row, in the rows' order, with numbers in the shortest text that reads back the same; what a
 * spreadsheet would run is disarmed by gn_csv_put. */
#include "cli.h"

#include <math.h>
#include <string.h>

typedef struct predicting {
    gn_cli *cli;
    const gn_model *model;
    size_t outputs; /* of the network: 1 for two classes */
    bool wide; /* numbers are doubles */
    bool proba;
} predicting;

static double at(const predicting *p, const void *out, size_t i)
{ return p->wide ? ((const double *)out)[i] : (double)((const float *)out)[i]; }

static void put_number(const predicting *p, gn_text *t, double v)
{ gn_text_puts(t, p->wide ? gn_num(GN_NUM, v) : gn_num32(GN_NUM, (float)v)); }

static const char *class_name(const predicting *p, size_t c)
{ return gn_model_class_name(p->model, c) ? gn_model_class_name(p->model, c) : "?"; }

/* Probability of class c in row i; two classes have one output, the second's. */
static double probability(const predicting *p, const void *out, size_t i, size_t c)
{
    if (p->outputs > 1) return at(p, out, i * p->outputs + c);
    double second = at(p, out, i);
    return c ? second : p->wide ? 1 - second : (double)(1 - (float)second);
}

static size_t best_class(const predicting *p, const void *out, size_t i)
{
    size_t classes = p->model->prep.classes, best = 0;
    if (p->outputs == 1) return at(p, out, i) > 0.5;
    for (size_t c = 1; c < classes; c++)
        if (at(p, out, i * p->outputs + c) > at(p, out, i * p->outputs + best)) best = c;
    return best;
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

static void put_head(const predicting *p, gn_text *t)
{
    const gn_prep *prep = &p->model->prep;
    if (prep->classes) {
        gn_text_puts(t, "class");
        for (size_t c = 0; p->proba && c < prep->classes; c++) {
            gn_text head;
            gn_text_init(&head, p->cli->ctx);
            gn_text_printf(&head, "p(%s)", class_name(p, c));
            gn_text_puts(t, ",");
            gn_csv_put(t, head.at ? head.at : "", ',');
            if (head.failed) t->failed = true;
            gn_text_free(&head);
        }
    }
    for (size_t i = 0; !prep->classes && i < p->outputs; i++) {
        if (i) gn_text_puts(t, ",");
        gn_csv_put(t, prep->target_name && prep->target_name[i] ? prep->target_name[i] : "prediction", ',');
    }
    gn_text_puts(t, "\n");
}

static void put_row(const predicting *p, gn_text *t, const void *out, size_t i)
{
    if (p->model->prep.classes) {
        gn_csv_put(t, class_name(p, best_class(p, out, i)), ',');
        for (size_t c = 0; p->proba && c < p->model->prep.classes; c++) {
            gn_text_puts(t, ",");
            put_number(p, t, probability(p, out, i, c));
        }
    }
    for (size_t j = 0; !p->model->prep.classes && j < p->outputs; j++) {
        if (j) gn_text_puts(t, ",");
        put_number(p, t, at(p, out, i * p->outputs + j));
    }
    gn_text_puts(t, "\n");
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* The digits of the CSV; JSON has no word for a number that is not finite. */
static void put_json_number(const predicting *p, gn_text *t, const char *name, double v)
{
    const char *digits = p->wide ? gn_num(GN_NUM, v) : gn_num32(GN_NUM, (float)v);
    gn_js_raw(t, name, isfinite(v) ? digits : "null");
}

static void put_json_row(const predicting *p, gn_text *t, const void *out, size_t i)
{
    const gn_prep *prep = &p->model->prep;
    gn_js_open(t, NULL, '{');
    if (prep->classes) gn_js_text(t, "class", class_name(p, best_class(p, out, i)));
    if (prep->classes && p->proba) gn_js_open(t, "probabilities", '{');
    for (size_t c = 0; p->proba && c < prep->classes; c++)
        put_json_number(p, t, class_name(p, c), probability(p, out, i, c));
    if (prep->classes && p->proba) gn_js_close(t, '}');
    for (size_t j = 0; !prep->classes && j < p->outputs; j++)
        put_json_number(p, t, prep->target_name && prep->target_name[j] ? prep->target_name[j] : "prediction",
                        at(p, out, i * p->outputs + j));
    gn_js_close(t, '}');
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static gn_status predict_rows(predicting *p, const gn_data *d, void *out, gn_text *t)
{
    gn_dataset rows = gn_data_view(d);
    GN_TRY(gn_net_predict(p->cli->ctx, p->model->net, &rows, out));
    if (p->cli->json) gn_text_puts(t, "{\"predictions\": [");
    else put_head(p, t);
    for (size_t i = 0; i < d->rows; i++) {
        if (p->cli->json) put_json_row(p, t, out, i);
        else put_row(p, t, out, i);
    }
    if (p->cli->json) gn_text_puts(t, "]}\n");
    return GN_OK;
}

/* ---- NPY --------------------------------------------------------------------------------------------------------- */

static bool wants_npy(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && strcmp(path + n - 4, ".npy") == 0;
}

/* (rows, outputs) values or probabilities in the network's type, or (rows) class numbers from 0. */
static gn_status write_npy(predicting *p, const gn_data *d, void *out, const char *path)
{
    gn_context *ctx = p->cli->ctx;
    size_t classes = p->model->prep.classes, columns = classes ? classes : p->outputs;
    gn_dataset rows = gn_data_view(d);
    gn_array a = { .type = p->wide ? GN_EL_F64 : GN_EL_F32, .rank = 2, .dim = { d->rows, columns }, .at = out };
    GN_TRY(gn_net_predict(ctx, p->model->net, &rows, out));
    if (classes && !p->proba) a = (gn_array){ .type = classes <= 256 ? GN_EL_U8 : GN_EL_F64, .rank = 1, .dim = { d->rows } };
    a.size = d->rows * (a.rank == 1 ? 1 : columns);
    void *made = classes ? gn_calloc(ctx, a.size, sizeof(double)) : NULL;
    if (classes && !made) return GN_NO_MEMORY;
    for (size_t i = 0; classes && i < a.size; i++) {
        double v = p->proba ? probability(p, out, i / classes, i % classes) : (double)best_class(p, out, i);
        if (a.type == GN_EL_U8) ((uint8_t *)made)[i] = (uint8_t)v;
        else if (a.type == GN_EL_F32) ((float *)made)[i] = (float)v;
        else ((double *)made)[i] = v;
    }
    if (classes) a.at = made;
    gn_status s = gn_npy_write(ctx, path, &a);
    gn_free(ctx, made);
    return s;
}

static gn_status predict(gn_cli *cli, const gn_model *m, const gn_data *d)
{
    const gn_net_spec *spec = gn_net_get_spec(m->net);
    predicting p = { .cli = cli,
                     .model = m,
                     .outputs = spec->outputs,
                     .wide = spec->type == GN_F64,
                     .proba = gn_option_flag(cli->options, GN_O_PROBA) };
    uint64_t n;
    if (p.proba && !m->prep.classes)
        return gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--proba: the model predicts numbers, which have no probabilities");
    if (!gn_size_mul(d->rows, p.outputs, &n)) return gn_fail(cli->ctx, GN_E_MEMORY, "too many predictions for memory");
    void *out = gn_alloc_array(cli->ctx, (size_t)n, gn_type_size(spec->type));
    if (!out) return GN_NO_MEMORY;
    const char *to = gn_option_text(cli->options, GN_O_OUT);
    if (wants_npy(to) && !cli->json) {
        gn_status written = write_npy(&p, d, out, to);
        gn_free(cli->ctx, out);
        return written;
    }
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_status s = predict_rows(&p, d, out, &t);
    if (s == GN_OK) s = gn_cli_write(cli, gn_option_text(cli->options, GN_O_OUT), &t);
    gn_text_free(&t);
    gn_free(cli->ctx, out);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_model *m;
    gn_data *d = NULL;
    GN_TRY(gn_model_load_as(cli->ctx, cli->argument[0], gn_option_flag(cli->options, GN_O_STRICT), &m));
    gn_status s = gn_data_open_for(cli->ctx, cli->argument[1], &m->prep, cli->options, false, &d);
    if (s == GN_OK) s = predict(cli, m, d);
    gn_data_free(d);
    gn_model_free(m);
    return s;
}

const gn_command_body gn_cmd_predict = {
    run,
    "DATA is raw: the columns the model was trained on, found by name in any order; other columns are ignored.\n"
    "Classes come under the heading class, numbers under the target's name, in its own units. With --out FILE.npy an\n"
    "array is written: values or, with --proba, probabilities (rows, outputs); else the number of each row's class, from 0.",
    "glassnet predict model.safetensors new.csv > predictions.csv\n"
    "glassnet predict model.safetensors - --proba < new.csv\n"
};
