/* picture_json.c -- a picture as JSON: what it shows, as numbers and texts.
 *
 * Invariant: every number of the picture is in it, at full digits; one that is not finite is null. */
#include "cli.h"

static void put_numbers(gn_text *t, const char *name, const double *v, size_t n)
{
    gn_js_open(t, name, '[');
    for (size_t i = 0; i < n; i++) gn_js_number(t, NULL, v[i]);
    gn_js_close(t, ']');
}

static void put_text(gn_text *t, const char *name, const char *text)
{
    if (text) gn_js_text(t, name, text);
}

static void put_names(gn_text *t, const char *name, const char *const *list, size_t n)
{
    if (!list || !n) return;
    gn_js_open(t, name, '[');
    for (size_t i = 0; i < n; i++) gn_js_text(t, NULL, list[i]);
    gn_js_close(t, ']');
}

static void put_series(gn_text *t, const gn_series *s)
{
    static const char *const kind[] = { "line", "points", "line and points", "bars", "steps", "arrows" };
    gn_js_open(t, NULL, '{');
    put_text(t, "label", s->label);
    gn_js_text(t, "kind", kind[s->kind]);
    put_numbers(t, "x", s->x, s->n);
    put_numbers(t, "y", s->y, s->n);
    gn_js_close(t, '}');
}

static void put_field(gn_text *t, const gn_field *f)
{
    static const char *const kind[] = { "heat", "contour", "classes" };
    gn_js_open(t, NULL, '{');
    put_text(t, "label", f->label);
    gn_js_text(t, "kind", kind[f->kind]);
    put_numbers(t, "x", (const double[]){ f->x0, f->x1 }, 2);
    put_numbers(t, "y", (const double[]){ f->y0, f->y1 }, 2);
    put_names(t, "names", f->names, f->n_names);
    gn_js_open(t, "z", '[');
    for (size_t i = 0; i < f->ny; i++) put_numbers(t, NULL, f->z + i * f->nx, f->nx);
    gn_js_close(t, ']');
    gn_js_close(t, '}');
}

static void put_marks(gn_text *t, const gn_panel *p)
{
    if (p->n_marks) gn_js_open(t, "rules", '[');
    for (size_t i = 0; i < p->n_marks; i++) {
        gn_js_open(t, NULL, '{');
        gn_js_number(t, p->mark[i].vertical ? "x" : "y", p->mark[i].at);
        put_text(t, "label", p->mark[i].label);
        gn_js_close(t, '}');
    }
    if (p->n_marks) gn_js_close(t, ']');
    if (p->n_links) gn_js_open(t, "links", '[');
    for (size_t i = 0; i < p->n_links; i++) {
        const gn_link_mark *l = &p->link[i];
        put_numbers(t, NULL, (const double[]){ l->x0, l->y0, l->x1, l->y1, l->weight }, 5);
    }
    if (p->n_links) gn_js_close(t, ']');
    if (p->n_nodes) gn_js_open(t, "nodes", '[');
    for (size_t i = 0; i < p->n_nodes; i++) {
        gn_js_open(t, NULL, '{');
        gn_js_number(t, "x", p->node[i].x);
        gn_js_number(t, "y", p->node[i].y);
        put_text(t, "label", p->node[i].label);
        gn_js_close(t, '}');
    }
    if (p->n_nodes) gn_js_close(t, ']');
}

static void put_panel(gn_text *t, const gn_panel *p)
{
    gn_js_open(t, NULL, '{');
    put_text(t, "title", p->title);
    put_text(t, "x_label", p->x_label);
    put_text(t, "y_label", p->y_label);
    put_names(t, "x_names", p->x_names, p->n_x_names);
    put_names(t, "y_names", p->y_names, p->n_y_names);
    if (p->n_series) gn_js_open(t, "series", '[');
    for (size_t i = 0; i < p->n_series; i++) put_series(t, &p->series[i]);
    if (p->n_series) gn_js_close(t, ']');
    if (p->n_fields) gn_js_open(t, "fields", '[');
    for (size_t i = 0; i < p->n_fields; i++) put_field(t, &p->field[i]);
    if (p->n_fields) gn_js_close(t, ']');
    put_marks(t, p);
    gn_js_close(t, '}');
}

void gn_js_picture(gn_text *to, const char *name, const gn_picture *picture)
{
    gn_js_open(to, name, '{');
    put_text(to, "title", picture->title);
    gn_js_open(to, "panels", '[');
    for (size_t i = 0; i < picture->n_panels; i++) put_panel(to, &picture->panel[i]);
    gn_js_close(to, ']');
    gn_js_close(to, '}');
}

gn_status gn_cli_picture_json(gn_cli *cli, const gn_picture *picture)
{
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_js_picture(&t, NULL, picture);
    gn_text_puts(&t, "\n");
    gn_status s = gn_text_done(&t);
    if (s == GN_OK) s = gn_cli_write(cli, gn_option_text(cli->options, GN_O_OUT), &t);
    gn_text_free(&t);
    return s;
}
