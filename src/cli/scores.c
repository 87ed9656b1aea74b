/* scores.c -- the figures of a model, for people and as JSON.
 *
 * Invariant: rows of the confusion matrix are true classes, columns predicted ones; R2, RMSE and MAE are in the units of
 * the target. */
#include "cli.h"

#include <math.h>
#include <string.h>

enum { WIDEST_MATRIX = 20 };

const char *gn_task_name(gn_task task)
{ return task == GN_REGRESSION ? "regression" : "classification"; }

static const char *class_name(const gn_prep *prep, size_t i)
{ return prep->class_name && i < prep->classes && prep->class_name[i] ? prep->class_name[i] : "?"; }

static uint64_t right_ones(const gn_metrics *m)
{
    uint64_t n = 0;
    for (size_t c = 0; c < m->classes; c++) n += m->confusion[c * m->classes + c];
    return n;
}

static void percent(gn_grid *g, double share)
{
    if (isfinite(share)) gn_grid_fixed(g, 100 * share, 2);
    else gn_grid_put(g, "-");
}

/* A line for each class: name, precision, recall, F1, rows, and for few classes its row of the confusion matrix. */
static void print_classes(gn_cli *cli, gn_text *to, const gn_metrics *m, const gn_prep *prep)
{
    char align[WIDEST_MATRIX + 8] = "lrrrr";
    bool matrix = m->classes <= WIDEST_MATRIX;
    gn_grid g;
    if (matrix) memset(align + strlen(align), 'r', m->classes); /* the rest is 0 already */
    gn_grid_open(&g, cli->ctx, align);
    static const char *const heads[] = { "class", "precision %", "recall %", "F1 %", "rows" };
    for (size_t i = 0; i < GN_COUNT(heads); i++) gn_grid_put(&g, heads[i]);
    for (size_t c = 0; matrix && c < m->classes; c++) {
        gn_text head;
        gn_text_init(&head, cli->ctx);
        gn_text_printf(&head, "%s%s", c ? "" : "as ", class_name(prep, c));
        gn_grid_put(&g, head.at ? head.at : "");
        gn_text_free(&head);
    }
    for (size_t c = 0; c < m->classes; c++) {
        uint64_t rows = 0;
        for (size_t k = 0; k < m->classes; k++) rows += m->confusion[c * m->classes + k];
        gn_grid_put(&g, class_name(prep, c));
        percent(&g, m->precision[c]);
        percent(&g, m->recall[c]);
        percent(&g, m->f1[c]);
        gn_grid_count(&g, rows);
        for (size_t k = 0; matrix && k < m->classes; k++) gn_grid_count(&g, m->confusion[c * m->classes + k]);
    }
    gn_grid_print(&g, to, "  ");
    if (!matrix) gn_text_printf(to, "  (the confusion matrix of %zu classes is in --json)\n", m->classes);
}

static void print_outputs(gn_cli *cli, gn_text *to, const gn_metrics *m, const gn_prep *prep)
{
    gn_grid g;
    gn_grid_open(&g, cli->ctx, "lrrr");
    static const char *const heads[] = { "target", "R2", "RMSE", "MAE" };
    for (size_t i = 0; i < GN_COUNT(heads); i++) gn_grid_put(&g, heads[i]);
    for (size_t i = 0; i < m->outputs; i++) {
        gn_grid_put(&g, prep->target_name && i < prep->targets && prep->target_name[i] ? prep->target_name[i] : "y");
        gn_grid_number(&g, m->output_r2[i], 6);
        gn_grid_number(&g, m->output_rmse[i], 6);
        gn_grid_number(&g, m->output_mae[i], 6);
    }
    gn_grid_print(&g, to, "  ");
}

void gn_scores_print(gn_cli *cli, gn_text *to, const gn_metrics *m, const gn_prep *prep)
{
    bool c = cli->colour_out;
    const char *bold = gn_ink_text(c, GN_INK_BOLD), *plain = gn_ink_text(c, GN_INK_PLAIN);
    if (m->classes && m->confusion) {
        gn_text_printf(to, "%saccuracy  %s %%%s  (", bold, gn_num_fixed(GN_NUM, 100 * m->accuracy, 2), plain);
        gn_text_count(to, right_ones(m));
        gn_text_puts(to, " of ");
        gn_text_count(to, m->rows);
        gn_text_printf(to, " row%s)\nloss      %s\n\n", GN_S(m->rows), gn_num_digits(GN_NUM, m->loss, 6));
        print_classes(cli, to, m, prep);
        return;
    }
    gn_text_printf(to, "%sR2    %s%s  (%zu row%s)\n", bold, gn_num_digits(GN_NUM, m->r2, 6), plain, m->rows,
                   GN_S(m->rows));
    gn_text_printf(to, "RMSE  %s\nMAE   %s\n", gn_num_digits(GN_NUM, m->rmse, 6), gn_num_digits(GN_NUM, m->mae, 6));
    gn_text_printf(to, "loss  %s\n", gn_num_digits(GN_NUM, m->loss, 6));
    if (m->outputs > 1) print_outputs(cli, to, m, prep);
}

void gn_scores_line(gn_text *to, const gn_metrics *m)
{
    if (m->classes)
        gn_text_printf(to, "accuracy %s %%, loss %s", gn_num_fixed(GN_NUM, 100 * m->accuracy, 2),
                       gn_num_digits(GN_NUM, m->loss, 4));
    else
        gn_text_printf(to, "R2 %s, RMSE %s, MAE %s", gn_num_digits(GN_NUM, m->r2, 4), gn_num_digits(GN_NUM, m->rmse, 6),
                       gn_num_digits(GN_NUM, m->mae, 6));
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void numbers(gn_text *to, const char *name, const double *v, size_t n)
{
    gn_js_open(to, name, '[');
    for (size_t i = 0; i < n; i++) gn_js_number(to, NULL, v[i]);
    gn_js_close(to, ']');
}

static void json_classes(gn_text *to, const gn_metrics *m, const gn_prep *prep)
{
    gn_js_number(to, "accuracy", m->accuracy);
    gn_js_open(to, "classes", '[');
    for (size_t c = 0; c < m->classes; c++) gn_js_text(to, NULL, class_name(prep, c));
    gn_js_close(to, ']');
    numbers(to, "precision", m->precision, m->classes);
    numbers(to, "recall", m->recall, m->classes);
    numbers(to, "f1", m->f1, m->classes);
    gn_js_open(to, "confusion", '[');
    for (size_t c = 0; c < m->classes; c++) {
        gn_js_open(to, NULL, '[');
        for (size_t k = 0; k < m->classes; k++) gn_js_count(to, NULL, m->confusion[c * m->classes + k]);
        gn_js_close(to, ']');
    }
    gn_js_close(to, ']');
}

void gn_scores_json(gn_text *to, const gn_metrics *m, const gn_prep *prep)
{
    gn_js_count(to, "rows", m->rows);
    gn_js_number(to, "loss", m->loss);
    if (m->classes && m->confusion) {
        json_classes(to, m, prep);
        return;
    }
    gn_js_number(to, "r2", m->r2);
    gn_js_number(to, "rmse", m->rmse);
    gn_js_number(to, "mae", m->mae);
    if (m->outputs < 2) return;
    numbers(to, "output_r2", m->output_r2, m->outputs);
    numbers(to, "output_rmse", m->output_rmse, m->outputs);
    numbers(to, "output_mae", m->output_mae, m->outputs);
}
