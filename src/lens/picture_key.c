/* picture_key.c -- the characters that stand for series, classes and values, and the key that names them.
 *
 * Invariant: the key and the drawing take their characters from here. */
#include "picture_canvas.h"

#include <math.h>
#include <string.h>

static const uint32_t marks[2][GN_POINTS] = {
    { 0x25CF, 0x25A0, 0x25B2, 0x25C6, 0x25BC, 0x25CB, 0x25A1, 0x25B3, 0x25C7, '+', 0x25BD, 'x', '*', 0x2605, 0x2606 },
    { 'o', '#', 'x', '+', '*', '@', '%', '&', 'H', 'v', 'S', 'A', 'z', 'M', '$' },
};
/* Grounds of classes, and of a heat map from least to most. */
static const uint32_t grounds[2][GN_POINTS] = {
    { ' ', 0x2591, 0x2592, 0x2593, '-', '=', ':', '~', '.', '"', '/', '^', '\\', ',', '!' },
    { ' ', '.', ':', '=', '-', '+', '~', '^', ',', '"', '/', '!', '\\', ';', '|' },
};
static const uint32_t heats[2][10] = { { ' ', 0x2591, 0x2592, 0x2593, 0x2588 },
                                       { ' ', '.', ':', '-', '=', '+', '*', '#', '%', '@' } };
enum { HEATS_UNICODE = 5, HEATS_ASCII = 10, KEY_ROWS = 4, FEW_LINKS = 40 };

uint32_t gn_canvas_form(const gn_canvas *c, int style) { return marks[c->ascii][style % GN_POINTS]; }

uint32_t gn_canvas_class(const gn_canvas *c, double class)
{
    return grounds[c->ascii][(int)fmod(fabs(class) + 0.5, GN_POINTS)];
}

uint32_t gn_canvas_heat(const gn_canvas *c, double share)
{
    return heats[c->ascii][(int)(share * ((c->ascii ? HEATS_ASCII : HEATS_UNICODE) - 1e-9))];
}

uint32_t gn_canvas_mark_of(const gn_canvas *c, const gn_panel *p, size_t i)
{
    return gn_canvas_form(c, gn_series_style(p, i));
}

size_t gn_drawn_lines(const gn_panel *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_series; i++)
        n += p->series[i].kind != GN_SERIES_POINTS && p->series[i].kind != GN_SERIES_BARS;
    return n;
}

/* All links of a small network; of a large one about the FEW_LINKS strongest, as characters know no thin lines. */
double gn_weakest_link(const gn_panel *p, size_t *shown)
{
    double most = 0;
    *shown = p->n_links;
    if (p->n_links <= FEW_LINKS + FEW_LINKS / 2) return 0;
    for (size_t i = 0; i < p->n_links; i++)
        if (gn_placed(p->link[i].weight, false)) most = fmax(most, fabs(p->link[i].weight));
    for (double least = most; least > most / 1000; least *= 0.95) {
        *shown = 0;
        for (size_t i = 0; i < p->n_links; i++) *shown += fabs(p->link[i].weight) >= least;
        if (*shown >= FEW_LINKS) return least;
    }
    return 0;
}

/* ---- the key ----------------------------------------------------------------------------------------------------- */

typedef struct key { gn_canvas *c; int column, row; } key;

/* An entry goes onto the row in hand, or the next when it does not fit; what finds no row is left out. */
static void key_entry(key *k, uint32_t mark, const char *label)
{
    int n = gn_canvas_width(k->c, label) + 2;
    if (k->column && k->column + n > k->c->width) k->column = 0, k->row++;
    if (k->row >= k->c->height) return;
    gn_canvas_put(k->c, k->column, k->row, mark);
    gn_canvas_text(k->c, k->column + 2, k->row, label, k->c->width - k->column - 2);
    k->column += n + 2;
}

static void key_heat(key *k, const gn_field *f, double least, double most)
{
    gn_text t;
    bool heat = f->kind == GN_FIELD_HEAT;
    int n = k->c->ascii ? HEATS_ASCII : HEATS_UNICODE;
    if (k->column) k->column = 0, k->row++;
    for (int i = 0; i < n && heat; i++) gn_canvas_put(k->c, k->column++, k->row, heats[k->c->ascii][i]);
    gn_text_init(&t, k->c->ctx);
    gn_text_puts(&t, heat ? "" : "contours");
    if (f->label) gn_text_printf(&t, "%s%s", heat ? "" : " of ", f->label);
    gn_text_printf(&t, "%sfrom %s", t.length ? " " : "", gn_num_digits(GN_NUM, least, 4));
    gn_text_printf(&t, " to %s", gn_num_digits(GN_NUM, most, 4));
    if (gn_text_done(&t) == GN_OK)
        gn_canvas_text(k->c, k->column + (k->column > 0), k->row++, t.at, k->c->width);
    gn_text_free(&t);
    k->column = 0;
}

static void key_classes(key *k, const gn_field *f, double most)
{
    key_entry(k, ' ', "regions:");
    for (int i = 0; i <= (int)(fmin(most, GN_STYLES) + 0.5); i++) {
        gn_numtext number;
        uint32_t ground = gn_canvas_class(k->c, i);
        key_entry(k, ground == ' ' ? k->c->ascii ? '_' : 0x2423 : ground,
                  f->names && (size_t)i < f->n_names ? f->names[i] : gn_num(&number, i));
    }
}

static void key_links(key *k, const gn_panel *p)
{
    size_t shown;
    gn_text t;
    gn_weakest_link(p, &shown);
    if (shown == p->n_links) return;
    gn_text_init(&t, k->c->ctx);
    gn_text_printf(&t, "the %zu strongest of the %zu weights between these units", shown, p->n_links);
    if (gn_text_done(&t) == GN_OK) key_entry(k, k->c->ascii ? '.' : 0x2812, t.at);
    gn_text_free(&t);
}

gn_status gn_canvas_key(gn_canvas *c, const gn_panel *p, int row)
{
    key k = { c, 0, row };
    bool several = gn_drawn_lines(p) > 1;
    for (size_t i = 0; i < p->n_series; i++) {
        if (!p->series[i].label) continue;
        bool marked = several || p->series[i].kind == GN_SERIES_POINTS || p->series[i].kind == GN_SERIES_LINE_POINTS ||
                      p->series[i].kind == GN_SERIES_BARS;
        key_entry(&k, marked ? gn_canvas_mark_of(c, p, i) : c->ascii ? '.' : 0x2812, p->series[i].label);
    }
    for (size_t i = 0; i < p->n_marks; i++)
        if (!p->mark[i].vertical && p->mark[i].label) key_entry(&k, c->ascii ? '-' : 0x2508, p->mark[i].label);
    key_links(&k, p);
    for (size_t i = 0; i < p->n_fields; i++) {
        double least = 0, most = 0;
        bool any;
        if (p->field[i].numbers || (i && p->field[i].kind == GN_FIELD_CONTOUR)) continue;   /* the same scale again */
        GN_TRY(gn_field_scale(c->ctx, &p->field[i], &least, &most, &any));
        if (any && p->field[i].kind == GN_FIELD_CLASSES) key_classes(&k, &p->field[i], most);
        else if (any) key_heat(&k, &p->field[i], least, most);
    }
    return GN_OK;
}

/* Rows that the key takes at most; what stays empty is not printed. */
int gn_canvas_key_rows(const gn_panel *p, int width, bool ascii)
{
    const gn_canvas of = { .ascii = ascii }, *c = &of;
    size_t cells = 0;
    for (size_t i = 0; i < p->n_series; i++)
        if (p->series[i].label) cells += (size_t)gn_canvas_width(c, p->series[i].label) + 4;
    for (size_t i = 0; i < p->n_marks; i++)
        if (p->mark[i].label) cells += (size_t)gn_canvas_width(c, p->mark[i].label) + 4;
    for (size_t i = 0; i < p->n_fields; i++)
        for (size_t k = 0; k < p->field[i].n_names; k++) cells += (size_t)gn_canvas_width(c, p->field[i].names[k]) + 4;
    size_t rows = 2 * cells / (size_t)width;        /* a row may end half empty */
    return KEY_ROWS + (int)(rows < 200 ? rows : 200);
}
