/* plot_model.c -- a model on data: its decisions over two columns, its layers' values and gradients, its confusion.
 *
 * Invariant: rows are encoded by the model's own description; what a picture leaves out or holds fixed, it says. */
#include "plot.h"
#include "../lens/view.h"
#include "../nn/net.h"

#include <math.h>
#include <string.h>

enum { PLANE_POINTS = 201, TITLE_ROOM = 60, MOST_POINTS = 2000, VALUE_POINTS = 400 };
enum { BINS = 30, FEW_BINS = 4, FEW_VALUES = 100, MOST_UNITS = 40 };
enum { LAYER_ROWS = 1000, MOST_LAYERS = 8, MOST_SHARE = 60 };

static const char *feature_name(const gn_plot *p, size_t i) { return p->model->prep.feature[i].name; }

/* ---- boundary ---------------------------------------------------------------------------------------------------- */

/* A column by name, or by position from 1. */
static gn_status find_column(gn_plot *p, const char *at, size_t length, size_t *out)
{
    const gn_prep *prep = &p->model->prep;
    uint64_t position;
    for (size_t i = 0; i < prep->features; i++)
        if (strlen(feature_name(p, i)) == length && !memcmp(feature_name(p, i), at, length)) {
            *out = i;
            return GN_OK;
        }
    if (gn_read_uint(at, length, &position) && position >= 1 && position <= prep->features) {
        *out = (size_t)position - 1;
        return GN_OK;
    }
    gn_fail(p->ctx, GN_E_CSV_NOCOL, "--columns: the model has no column '%s'", gn_show(GN_SHOWN, at, length));
    return gn_hint(p->ctx, "`glassnet info MODEL` lists its columns");
}

/* Which two were chosen, and how much of the model their plane shows. */
static gn_status say_columns(gn_plot *p, const gn_view_columns *of)
{
    const char *a = feature_name(p, of->column[0]), *b = feature_name(p, of->column[1]);
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "drawn over '%s' and '%s', ", gn_show(GN_SHOWN, a, strlen(a)), gn_show(GN_SHOWN, b, strlen(b)));
    if (p->model->prep.classes) {
        gn_text_printf(&t, "by which alone %zu of %zu rows", of->same, of->rows);
        if (of->rows < p->data->rows) gn_text_printf(&t, " looked at (of %zu)", p->data->rows);
        gn_text_puts(&t, " get the class that the model gives them");
    } else gn_text_puts(&t, "which alone come nearest to the model's predictions");
    const char *text = gn_plot_keep(p, &t);
    if (!text) return GN_NO_MEMORY;
    gn_note(p->ctx, "%s; --columns names others", text);
    return GN_OK;
}

/* Those of --columns, else the two whose plane shows most of what the model says. */
static gn_status two_columns(gn_plot *p, size_t column[2])
{
    const char *list = gn_option_text(p->cli->options, GN_O_COLUMNS), *at;
    const gn_prep *prep = &p->model->prep;
    size_t length, n = 0;
    if (*list) {
        for (; gn_list_part(list, ',', n, &at, &length); n++)
            if (n < 2) GN_TRY(find_column(p, at, length, &column[n]));
        if (n == 2 && column[0] != column[1]) return GN_OK;
        return gn_fail(p->ctx, GN_E_CFG_VALUE, "--columns takes two different columns");
    }
    gn_view_columns best;
    gn_status found = gn_view_columns_of(&p->arena, p->model->net, prep, p->data, &best);
    if (found == GN_USAGE) return gn_hint(p->ctx, "--kind confusion or histograms shows it otherwise");
    GN_TRY(found);
    column[0] = best.column[0];
    column[1] = best.column[1];
    return prep->features > 2 ? say_columns(p, &best) : GN_OK;
}

static const char *class_name(const gn_plot *p, size_t c)
{
    const char *name = p->model->prep.class_name ? p->model->prep.class_name[c] : NULL;
    return name ? name : "?";
}

/* Beyond the styles there are, a class says whose it shares. */
static const char *class_label(gn_plot *p, size_t c)
{
    gn_text t;
    if (c < GN_STYLES) return class_name(p, c);
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "%s, like %s", class_name(p, c), class_name(p, c % GN_STYLES));
    return gn_plot_keep(p, &t);
}

/* The rows of each class as points; what is more than the picture can show is left out evenly. */
static gn_status class_points(gn_plot *p, const gn_view_plane *v, gn_panel *panel)
{
    size_t classes = p->model->prep.classes, every = v->rows / (classes ? MOST_POINTS : VALUE_POINTS) + 1;
    gn_series *s = gn_plot_array(p, classes ? classes : 1, sizeof *s);
    double *xy = gn_plot_array(p, 2 * (classes ? classes : 1) * (v->rows / every + 1), sizeof *xy);
    if (!s || !xy) return GN_NO_MEMORY;
    for (size_t c = 0; c < (classes ? classes : 1); c++) {
        double *x = xy, *y = xy + v->rows / every + 1;
        size_t n = 0;
        xy = y + v->rows / every + 1;
        for (size_t i = 0; i < v->rows; i += every)
            if (!classes || p->data->label[i] == (int32_t)c) x[n] = v->px[i], y[n++] = v->py[i];
        s[c] = (gn_series){ GN_SERIES_POINTS, classes ? class_label(p, c) : "rows of the data", n, x, y,
                            classes ? (int)c : GN_STYLE_LIGHT };
        if (!s[c].label) return GN_NO_MEMORY;
    }
    panel->series = s;
    panel->n_series = classes ? classes : 1;
    return GN_OK;
}

/* "a = 1" of a column that is held. */
static void put_held(const gn_plot *p, const gn_view_plane *v, size_t f, gn_text *t)
{
    const gn_feature *of = &p->model->prep.feature[f];
    gn_text_printf(t, "%s = ", gn_show(GN_SHOWN, of->name, strlen(of->name)));
    if (of->kind == GN_TEXT) gn_text_puts(t, of->n_categories ? of->categories[(size_t)v->at[f]] : "?");
    else gn_text_puts(t, gn_num_digits(GN_NUM, v->at[f], 4));
}

/* As many of the columns that are held as have room, with their values. */
static const char *plane_title(gn_plot *p, const gn_view_plane *v, const size_t column[2])
{
    gn_text t, one;
    size_t said = 0, texts = 0;
    bool room = true;
    gn_text_init(&t, p->ctx);
    gn_text_puts(&t, "what the model predicts");
    for (size_t f = 0; f < p->model->prep.features && room; f++) {
        if (f == column[0] || f == column[1]) continue;
        texts += p->model->prep.feature[f].kind == GN_TEXT;
        gn_text_init(&one, p->ctx);
        put_held(p, v, f, &one);
        room = gn_text_done(&one) == GN_OK && t.length + one.length < TITLE_ROOM;
        if (room) gn_text_printf(&t, "%s%s", said++ ? ", " : " at ", one.at);
        gn_text_free(&one);
    }
    if (said < v->held)
        gn_text_printf(&t, "%s%zu %scolumn%s at the mean", said ? ", " : ", ", v->held - said,
                       said ? "more " : "other ", GN_S(v->held - said));
    else if (said)
        gn_text_puts(&t, texts == said ? " (commonest)" : texts ? " (typical)" : said == 1 ? " (mean)" : " (means)");
    return gn_plot_keep(p, &t);
}

gn_status gn_plot_boundary(gn_plot *p)
{
    const gn_prep *prep = &p->model->prep;
    gn_view_plane v;
    size_t column[2];
    GN_TRY(two_columns(p, column));
    GN_TRY(gn_view_plane_of(&p->arena, p->model->net, prep, p->data, column[0], column[1], PLANE_POINTS, &v));
    gn_field *f = gn_plot_array(p, 1, sizeof *f);
    if (!f) return GN_NO_MEMORY;
    *f = (gn_field){ prep->classes ? GN_FIELD_CLASSES : GN_FIELD_HEAT, v.n, v.n, v.x0, v.x1, v.y0, v.y1, v.z,
                     .label = prep->classes ? NULL : prep->targets ? prep->target_name[0] : "prediction" };
    f->names = prep->class_name;
    f->n_names = prep->class_name ? prep->classes : 0;
    f->score = v.score;
    f->n_scores = v.scores;
    gn_panel panel = { .title = plane_title(p, &v, column), .x_label = feature_name(p, column[0]),
                       .y_label = feature_name(p, column[1]), .n_fields = 1, .field = f };
    if (!panel.title) return GN_NO_MEMORY;
    GN_TRY(class_points(p, &v, &panel));
    return gn_plot_one(p, &panel);
}

/* ---- histograms -------------------------------------------------------------------------------------------------- */

/* The root of the number of values, so that what is between the bars is not chance. */
static size_t bins_for(size_t n)
{
    size_t bins = (size_t)ceil(sqrt((double)n));
    return bins < FEW_BINS ? FEW_BINS : bins > BINS ? BINS : bins;
}

/* The values of one row's units side by side: of so few there are no shares to speak of. */
static gn_status units(gn_plot *p, const double *v, size_t n, int style, const char *title, const char *y, gn_panel *to)
{
    double *at = gn_plot_array(p, n, sizeof *at);
    gn_series *s = gn_plot_array(p, 1, sizeof *s);
    if (!at || !s || !title) return GN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) at[i] = (double)i;
    *s = (gn_series){ GN_SERIES_BARS, NULL, n, at, v, style };
    *to = (gn_panel){ .title = title, .x_label = "unit", .y_label = y, .n_series = 1, .series = s };
    return GN_OK;
}

static gn_status histogram(gn_plot *p, const double *v, size_t n, int style, const char *title, const char *x,
                           gn_panel *to)
{
    size_t bins = bins_for(n);
    double *at = gn_plot_array(p, 2 * bins, sizeof *at);
    gn_series *s = gn_plot_array(p, 1, sizeof *s);
    if (!at || !s || !title) return GN_NO_MEMORY;
    gn_view_histogram(v, n, bins, at, at + bins);
    *s = (gn_series){ GN_SERIES_BARS, NULL, bins, at, at + bins, style };
    *to = (gn_panel){ .title = title, .x_label = x, .y_label = "share in %", .n_series = 1, .series = s };
    for (size_t i = 0; i < bins && n > FEW_VALUES; i++)   /* beside such a bar the others could not be seen */
        if (at[bins + i] > MOST_SHARE) to->log_y = true, to->y_label = "share in % (logarithm)";
    return GN_OK;
}

static const char *layer_title(gn_plot *p, const gn_view_layer *l, const double *v)
{
    size_t zero = 0, wrong = 0;
    gn_text t;
    for (size_t k = 0; k < l->count; k++) zero += v[k] == 0, wrong += !isfinite(v[k]);
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "layer %d (%s)", l->number, l->text);
    if (zero) gn_text_printf(&t, ", %s %% zero", gn_num_digits(GN_NUM, 100 * (double)zero / (double)l->count, 3));
    if (wrong) gn_text_printf(&t, ", %zu not finite", wrong);
    return gn_plot_keep(p, &t);
}

gn_status gn_plot_histograms(gn_plot *p)
{
    gn_view_layer *l;
    gn_dataset d;
    size_t n, first = 0;
    GN_TRY(gn_plot_rows(p, LAYER_ROWS, &d));
    GN_TRY(gn_view_layers_of(&p->arena, p->model->net, &d, &l, &n));
    if (n > MOST_LAYERS) first = n - MOST_LAYERS;
    gn_panel *panel = gn_plot_array(p, 2 * n, sizeof *panel);
    if (!panel) return GN_NO_MEMORY;
    for (size_t i = first; i < n; i++) {
        gn_panel *to = panel + 2 * (i - first);
        const char *of_values = layer_title(p, &l[i], l[i].value);
        const char *of_slopes = layer_title(p, &l[i], l[i].gradient);
        bool few = gn_dataset_rows(&d) == 1 && l[i].count <= MOST_UNITS;
        gn_status (*draw)(gn_plot *, const double *, size_t, int, const char *, const char *, gn_panel *) =
            few ? units : histogram;
        GN_TRY(draw(p, l[i].value, l[i].count, 0, of_values, "value", to));
        GN_TRY(draw(p, l[i].gradient, l[i].count, 4, of_slopes, "slope of the loss by the value", to + 1));
    }
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_puts(&t, "values and slopes of each layer on ");
    gn_plot_rows_text(p, &d, &t);
    if (first) gn_text_printf(&t, ", the last %d layers", MOST_LAYERS);
    p->picture = (gn_picture){ .title = gn_plot_keep(p, &t), .columns = 2, .n_panels = 2 * (n - first),
                               .panel = panel };
    return p->picture.title ? GN_OK : GN_NO_MEMORY;
}

/* ---- confusion --------------------------------------------------------------------------------------------------- */

/* Rows of the matrix from the top: the true classes in order. */
static gn_status confusion_panel(gn_plot *p, const gn_metrics *m, gn_panel *to)
{
    size_t n = m->classes;
    double *z = gn_plot_array(p, n * n, sizeof *z);
    gn_field *f = gn_plot_array(p, 1, sizeof *f);
    const char **down = gn_plot_array(p, n, sizeof *down), **across = gn_plot_array(p, n, sizeof *across);
    if (!z || !f || !down || !across) return GN_NO_MEMORY;
    for (size_t t = 0; t < n; t++) {
        down[n - 1 - t] = across[t] = class_name(p, t);
        for (size_t c = 0; c < n; c++) z[(n - 1 - t) * n + c] = (double)m->confusion[t * n + c];
    }
    double last = (double)(n - 1);
    *f = (gn_field){ GN_FIELD_HEAT, n, n, 0, last, 0, last, z, .label = "rows", .numbers = n <= 30 };
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_puts(&t, "true against predicted class, ");
    gn_text_count(&t, m->rows);
    gn_text_printf(&t, " row%s, accuracy %s %%", GN_S(m->rows),
                   gn_num_fixed(GN_NUM, 100 * m->accuracy, 2));
    *to = (gn_panel){ .title = gn_plot_keep(p, &t), .x_label = "predicted class", .y_label = "true class",
                      .x_names = across, .n_x_names = n, .y_names = down, .n_y_names = n, .n_fields = 1, .field = f };
    return to->title ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_plot_confusion(gn_plot *p)
{
    gn_metrics m = { 0 };
    gn_panel panel;
    gn_dataset d;
    if (!p->model->prep.classes) {
        gn_fail(p->ctx, GN_E_USAGE, "the model predicts numbers: it has no confusion matrix");
        return gn_hint(p->ctx, "--kind boundary or histograms shows it otherwise");
    }
    GN_TRY(gn_plot_rows(p, 0, &d));
    gn_status s = gn_net_measure(p->ctx, p->model->net, &d, &m);
    if (s == GN_OK) s = confusion_panel(p, &m, &panel);
    gn_metrics_free(p->ctx, &m);
    return s == GN_OK ? gn_plot_one(p, &panel) : s;
}
