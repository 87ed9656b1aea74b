/* picture_draw.c -- a picture with characters: the same panels, ranges and levels as the script's, on a terminal.
 *
 * Invariant: a function of the picture, the width and `ascii` alone; no line is wider than asked, none ends in a
 * blank. */
#include "picture_canvas.h"

#include <math.h>
#include <string.h>

enum { TICKS = 32, FEW_LEVELS = 7 };

typedef struct tick { double at; char text[28]; } tick;

/* ---- ticks ------------------------------------------------------------------------------------------------------- */

static size_t add_tick(tick *t, size_t n, double at, const char *text)
{
    if (n >= TICKS) return n;
    t[n].at = at;
    gn_numtext number;
    const char *from = text ? text : gn_num_digits(&number, fabs(at) < 1e-300 ? 0 : at, 6);
    size_t length = 0, cells = 0;
    while (from[length] && length < sizeof t->text - 5) {
        cells += ((unsigned char)from[length] & 0xC0) != 0x80;
        if (cells > 14) break;
        length++;
    }
    while (from[length] && length && ((unsigned char)from[length] & 0xC0) == 0x80) length--;
    memcpy(t[n].text, from, length);
    t[n].text[length] = '\0';
    return n + 1;
}

static size_t log_ticks(double a, double b, int want, tick *t)
{
    double decades = log10(b / a);
    int step = decades > want ? (int)ceil(decades / want) : 1;
    size_t n = 0;
    for (int e = (int)ceil(log10(a) - 1e-9); e <= floor(log10(b) + 1e-9); e += step)
        n = add_tick(t, n, pow(10, e), NULL);
    for (int e = (int)floor(log10(a)); n < 3 && decades < 2 && e <= ceil(log10(b)); e++)
        for (int k = 2; k <= 5; k += 3)
            if (k * pow(10, e) >= a && k * pow(10, e) <= b) n = add_tick(t, n, k * pow(10, e), NULL);
    return n;
}

static size_t ticks(const gn_panel *p, bool x, const gn_frame *f, int want, tick *t)
{
    double a = x ? f->x0 : f->y0, b = x ? f->x1 : f->y1;
    const char *const *name = x ? p->x_names : p->y_names;
    size_t n = 0, names = x ? p->n_x_names : p->n_y_names;
    bool log = x ? p->log_x : p->log_y;
    if (name && names) {
        size_t every = names > (size_t)(want > 1 ? want : 1) ? names / (size_t)(want > 1 ? want : 1) + 1 : 1;
        for (size_t i = 0; i < names; i += every)
            if ((double)i >= a && (double)i <= b) n = add_tick(t, n, (double)i, name[i]);
        return n;
    }
    if (log) return log_ticks(a, b, want, t);
    double step = gn_tick_step(p, x, a, b, want), first = ceil(a / step - 1e-9);
    for (int i = 0; i < TICKS && (first + i) * step <= b + 1e-9 * step; i++) {
        double at = (first + i) * step;
        n = add_tick(t, n, fabs(at) < step * 1e-9 ? 0 : at, NULL);
    }
    return n;
}

/* ---- axes -------------------------------------------------------------------------------------------------------- */

static void centre(gn_canvas *c, int left, int width, int row, const char *text)
{
    int n = gn_canvas_width(c, text);
    gn_canvas_text(c, n < width ? left + (width - n) / 2 : left, row, text, width);
}

static void draw_y_axis(gn_canvas *c, const gn_panel *p, const tick *t, size_t n)
{
    for (int r = 0; r < c->down; r++) gn_canvas_put(c, c->left - 1, c->top + r, c->ascii ? '|' : 0x2502);
    for (size_t i = 0; i < n; i++) {
        double fx, fy;
        gn_canvas_share(c, c->frame.x0, t[i].at, &fx, &fy);
        int row = c->top + (int)lround((1 - fy) * (c->down - 1));
        gn_canvas_put(c, c->left - 1, row, c->ascii ? '+' : 0x2524);
        gn_canvas_text(c, c->left - 1 - gn_canvas_width(c, t[i].text), row, t[i].text, c->left);
    }
    if (p->y_label) gn_canvas_text(c, 0, c->top - 1, p->y_label, c->width);
}

static void draw_x_axis(gn_canvas *c, const gn_panel *p, const tick *t, size_t n)
{
    int row = c->top + c->down, free_from = 0;
    gn_canvas_put(c, c->left - 1, row, c->ascii ? '+' : 0x2514);
    for (int i = 0; i < c->across; i++) gn_canvas_put(c, c->left + i, row, c->ascii ? '-' : 0x2500);
    for (size_t i = 0; i < n; i++) {
        double fx, fy;
        gn_canvas_share(c, t[i].at, c->frame.y0, &fx, &fy);
        int column = c->left + (int)lround(fx * (c->across - 1)), width = gn_canvas_width(c, t[i].text);
        int from = column - width / 2;
        if (from + width > c->width) from = c->width - width;
        gn_canvas_put(c, column, row, c->ascii ? '+' : 0x2534);
        if (from < free_from) continue;
        gn_canvas_text(c, from, row + 1, t[i].text, width);
        free_from = from + width + 1;
    }
    if (p->x_label) centre(c, c->left, c->across, row + 2, p->x_label);
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static double nearest(const gn_field *f, double x, double y)
{
    double ix = f->nx < 2 || f->x1 == f->x0 ? 0 : (x - f->x0) / (f->x1 - f->x0) * (double)(f->nx - 1);
    double iy = f->ny < 2 || f->y1 == f->y0 ? 0 : (y - f->y0) / (f->y1 - f->y0) * (double)(f->ny - 1);
    long kx = lround(ix), ky = lround(iy);
    if (kx < 0 || ky < 0 || kx >= (long)f->nx || ky >= (long)f->ny) return NAN;
    return f->z[(size_t)ky * f->nx + (size_t)kx];
}

static void draw_ground(gn_canvas *c, const gn_field *f)
{
    double least, most;
    if (f->kind == GN_FIELD_CONTOUR || f->numbers || !gn_field_span(f, &least, &most)) return;
    for (int r = 0; r < c->down; r++)
        for (int k = 0; k < c->across; k++) {
            double fx = (k + 0.5) / c->across, fy = 1 - (r + 0.5) / c->down;
            const gn_frame *in = &c->frame;
            double z = nearest(f, in->x0 + fx * (in->x1 - in->x0), in->y0 + fy * (in->y1 - in->y0));
            if (!gn_placed(z, f->log)) continue;
            c->ground[(c->top + r) * c->width + c->left + k] =
                f->kind == GN_FIELD_CLASSES ? gn_canvas_class(c, z)
                                            : gn_canvas_heat(c, gn_field_share(f, least, most, z));
        }
}

static gn_status draw_contours(gn_canvas *c, const gn_field *f)
{
    double level[GN_LEVELS];
    size_t n;
    GN_TRY(gn_field_levels(c->ctx, f, level, &n));
    for (size_t i = 0; i < n; i += n > FEW_LEVELS ? 2 : 1) {    /* more would run together */
        gn_lines l;
        GN_TRY(gn_field_contour(c->ctx, f, level[i], &l));
        for (size_t k = 0; k < l.curves; k++)
            for (size_t at = l.from[k]; at + 1 < l.from[k + 1]; at++)
                gn_canvas_line(c, l.x[at], l.y[at], l.x[at + 1], l.y[at + 1]);
        gn_lines_free(&l);
    }
    return GN_OK;
}

static void draw_numbers(gn_canvas *c, const gn_field *f)
{
    for (size_t i = 0; i < f->nx * f->ny; i++) {
        size_t ix = i % f->nx, iy = i / f->nx;
        double x = f->nx < 2 ? f->x0 : f->x0 + (f->x1 - f->x0) * (double)ix / (double)(f->nx - 1);
        double y = f->ny < 2 ? f->y0 : f->y0 + (f->y1 - f->y0) * (double)iy / (double)(f->ny - 1), fx, fy;
        gn_canvas_share(c, x, y, &fx, &fy);
        if (!(fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1)) continue;
        gn_numtext room;
        const char *text = gn_num_digits(&room, f->z[i], 4);
        int column = c->left + (int)lround(fx * (c->across - 1)) - gn_canvas_width(c, text) / 2;
        gn_canvas_text(c, column, c->top + (int)lround((1 - fy) * (c->down - 1)), text, 12);
    }
}

static gn_status draw_field(gn_canvas *c, const gn_field *f)
{
    draw_ground(c, f);
    if (f->kind == GN_FIELD_CONTOUR) GN_TRY(draw_contours(c, f));
    if (f->numbers) draw_numbers(c, f);
    return GN_OK;
}

/* ---- series and marks -------------------------------------------------------------------------------------------- */

static bool placed_at(const gn_panel *p, const gn_series *s, size_t k)
{
    return gn_placed(s->x[k], p->log_x) && gn_placed(s->y[k], p->log_y);
}

static void draw_curve(gn_canvas *c, const gn_panel *p, const gn_series *s)
{
    for (size_t k = 0; k < s->n; k++) {
        if (!placed_at(p, s, k)) continue;
        if (!k || !placed_at(p, s, k - 1)) {
            gn_canvas_line(c, s->x[k], s->y[k], s->x[k], s->y[k]);
            continue;
        }
        if (s->kind == GN_SERIES_STEPS) gn_canvas_line(c, s->x[k - 1], s->y[k - 1], s->x[k], s->y[k - 1]);
        gn_canvas_line(c, s->x[s->kind == GN_SERIES_STEPS ? k : k - 1], s->y[k - 1], s->x[k], s->y[k]);
    }
}

static void draw_bars(gn_canvas *c, const gn_panel *p, size_t i, uint32_t mark)
{
    const gn_series *s = &p->series[i];
    double shift, width, base = p->log_y || c->frame.y0 > 0 ? c->frame.y0 : 0, fx, fy, gx, gy;
    gn_bar_place(p, i, &shift, &width);
    for (size_t k = 0; k < s->n; k++) {
        if (!placed_at(p, s, k)) continue;
        gn_canvas_share(c, s->x[k] + shift - width / 2, base, &fx, &fy);
        gn_canvas_share(c, s->x[k] + shift + width / 2, s->y[k], &gx, &gy);
        int from = (int)ceil(fx * c->across - 0.5), to = (int)ceil(gx * c->across - 0.5);
        int low = (int)lround((1 - fy) * (c->down - 1)), high = (int)lround((1 - gy) * (c->down - 1));
        if (s->y[k] == base) continue;
        if (to <= from) to = from + 1;
        for (int col = from < 0 ? 0 : from; col < to && col < c->across; col++)
            for (int row = high < low ? high : low; row <= (high < low ? low : high); row++)
                if (row >= 0 && row < c->down) gn_canvas_put(c, c->left + col, c->top + row, mark);
    }
}

/* Marks tell curves apart where there are several; a single curve without points needs none. */
static void draw_marks_of(gn_canvas *c, const gn_panel *p, size_t i, uint32_t mark)
{
    const gn_series *s = &p->series[i];
    bool points = s->kind == GN_SERIES_POINTS, few = s->n <= (size_t)c->across / 2;
    size_t every = 1, from = 0;
    if (!points && s->kind != GN_SERIES_LINE_POINTS && gn_drawn_lines(p) < 2) return;
    if (!points && (!few || s->kind != GN_SERIES_LINE_POINTS)) {
        every = s->n / 6 | 1;       /* odd: both sides of what alternates are seen */
        from = every * (i % 6) / 6;
    }
    for (size_t k = from; k < s->n; k += every)
        if (placed_at(p, s, k)) gn_canvas_mark(c, s->x[k], s->y[k], mark);
}

static void draw_rules(gn_canvas *c, const gn_panel *p)
{
    for (size_t i = 0; i < p->n_marks; i++) {
        const gn_rule_mark *m = &p->mark[i];
        double fx, fy;
        if (!gn_placed(m->at, m->vertical ? p->log_x : p->log_y)) continue;
        gn_canvas_share(c, m->vertical ? m->at : c->frame.x0, m->vertical ? c->frame.y0 : m->at, &fx, &fy);
        int column = c->left + (int)lround(fx * (c->across - 1)), row = c->top + (int)lround((1 - fy) * (c->down - 1));
        if (fx < 0 || fx > 1 || fy < 0 || fy > 1) continue;
        for (int k = 0; k < (m->vertical ? c->down : c->across); k++) {
            int at = m->vertical ? (c->top + k) * c->width + column : row * c->width + c->left + k;
            c->ground[at] = m->vertical ? (c->ascii ? ':' : 0x250A) : (c->ascii ? '-' : 0x2508);
        }
        if (!m->label || !m->vertical) continue;
        int n = gn_canvas_width(c, m->label);
        gn_canvas_text(c, column + 1 + n <= c->left + c->across ? column + 1 : column - n, c->top, m->label, c->across);
    }
}

static void draw_words(gn_canvas *c, const char *text, double x, double y, bool middle)
{
    double fx, fy;
    gn_canvas_share(c, x, y, &fx, &fy);
    if (!text || !(fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1)) return;
    int n = gn_canvas_width(c, text), column = c->left + (int)lround(fx * (c->across - 1)) + (middle ? -n / 2 : 1);
    if (column + n > c->width) column = c->width - n;
    gn_canvas_text(c, column < 0 ? 0 : column, c->top + (int)lround((1 - fy) * (c->down - 1)), text, c->width);
}

/* The name of a node beside it, outside at the left and right ends. */
static void draw_name(gn_canvas *c, const gn_panel *p, const gn_node_mark *n)
{
    int side = gn_node_side(p, n->x), wide = n->label ? gn_canvas_width(c, n->label) : 0;
    double fx, fy;
    gn_canvas_share(c, n->x, n->y, &fx, &fy);
    if (!side || !wide || !(fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1)) {
        draw_words(c, n->label, n->x, n->y, true);
        return;
    }
    int column = c->left + (int)lround(fx * (c->across - 1)) + (side < 0 ? -1 - wide : 2);
    if (column + wide > c->width) column = c->width - wide;
    gn_canvas_text(c, column < 0 ? 0 : column, c->top + (int)lround((1 - fy) * (c->down - 1)), n->label, c->width);
}

static void draw_links(gn_canvas *c, const gn_panel *p)
{
    size_t shown;
    double least = gn_weakest_link(p, &shown);
    for (size_t i = 0; i < p->n_links; i++)
        if (!(fabs(p->link[i].weight) < least))
            gn_canvas_line(c, p->link[i].x0, p->link[i].y0, p->link[i].x1, p->link[i].y1);
}

static gn_status draw_plot(gn_canvas *c, const gn_panel *p)
{
    for (size_t i = 0; i < p->n_fields; i++)    /* shades say it; contours among them would not be seen */
        if (!i || p->field[i].kind != GN_FIELD_CONTOUR) GN_TRY(draw_field(c, &p->field[i]));
    draw_rules(c, p);
    draw_links(c, p);
    for (size_t i = 0; i < p->n_series; i++) {
        uint32_t mark = p->n_series > 1 ? gn_canvas_mark_of(c, p, i) : gn_canvas_form(c, 1);
        if (p->series[i].kind == GN_SERIES_BARS) draw_bars(c, p, i, mark);
        else if (p->series[i].kind != GN_SERIES_POINTS) draw_curve(c, p, &p->series[i]);
    }
    for (size_t i = 0; i < p->n_series; i++)
        if (p->series[i].kind != GN_SERIES_BARS) draw_marks_of(c, p, i, gn_canvas_mark_of(c, p, i));
    for (size_t i = 0; i < p->n_nodes; i++) {
        gn_canvas_mark(c, p->node[i].x, p->node[i].y, gn_canvas_form(c, 5));
        draw_name(c, p, &p->node[i]);
    }
    for (size_t i = 0; i < p->n_notes; i++) draw_words(c, p->note[i].text, p->note[i].x, p->note[i].y, p->no_axes);
    return GN_OK;
}

/* ---- panels ------------------------------------------------------------------------------------------------------ */

static gn_status draw_panel(gn_context *ctx, const gn_panel *p, const char *title, int width, int down, int below,
                            bool ascii, gn_canvas *c)
{
    tick x[TICKS], y[TICKS];
    GN_TRY(gn_canvas_open(c, ctx, width, 2 + down + 3 + below, ascii));
    c->frame = gn_panel_frame(p);
    c->log_x = p->log_x;
    c->log_y = p->log_y;
    size_t ny = ticks(p, false, &c->frame, p->n_y_names ? down : down / 3, y);
    int left = 1;
    for (size_t i = 0; i < ny && !p->no_axes; i++)
        if (gn_canvas_width(c, y[i].text) + 1 > left) left = gn_canvas_width(c, y[i].text) + 1;
    c->left = left < width / 2 ? left : width / 2;
    c->top = 2;
    c->across = width - c->left;
    c->down = down;
    int want = c->across / (p->n_x_names ? 4 : 9);
    size_t nx = ticks(p, true, &c->frame, want, x);
    if (title) centre(c, 0, width, 0, title);
    gn_status s = draw_plot(c, p);
    if (!p->no_axes) draw_y_axis(c, p, y, ny), draw_x_axis(c, p, x, nx);
    if (s == GN_OK) s = gn_canvas_key(c, p, c->top + down + (p->no_axes ? 0 : p->x_label ? 3 : 2));
    if (s != GN_OK) gn_canvas_free(c);
    return s;
}

static void end_line(gn_text *to)
{
    while (to->length && to->at[to->length - 1] == ' ') to->at[--to->length] = '\0';
    gn_text_puts(to, "\n");
}

static bool empty_row(const gn_canvas *c, int row)
{
    for (int i = 0; i < c->width; i++)
        if (c->cell[row * c->width + i] || c->dots[row * c->width + i] || c->ground[row * c->width + i]) return false;
    return true;
}

static void print_side_by_side(gn_canvas *c, size_t n, gn_text *to)
{
    int last = c[0].height;
    for (bool empty = true; empty && last > 0; last -= empty)
        for (size_t i = 0; i < n; i++) empty = empty && empty_row(&c[i], last - 1);
    for (int row = 0; row < last; row++) {
        bool empty = row == 0;
        for (size_t i = 0; i < n; i++) empty = empty && empty_row(&c[i], row);
        if (empty) continue;
        for (size_t i = 0; i < n; i++) {
            if (i) gn_text_puts(to, "  ");
            gn_canvas_print(&c[i], row, to);
        }
        end_line(to);
    }
}

static gn_status draw_title(gn_context *ctx, const char *title, int width, bool ascii, gn_text *to)
{
    gn_canvas c;
    GN_TRY(gn_canvas_open(&c, ctx, width, 1, ascii));
    centre(&c, 0, width, 0, title);
    gn_canvas_print(&c, 0, to);
    gn_canvas_free(&c);
    end_line(to);
    gn_text_puts(to, "\n");
    return GN_OK;
}

gn_status gn_picture_draw(gn_context *ctx, const gn_picture *p, int columns, bool ascii, gn_text *to)
{
    gn_canvas c[2];
    int width = columns < 24 ? 24 : columns > 1000 ? 1000 : columns;
    size_t across = p->n_panels > 1 && gn_picture_columns(p) > 1 && width >= 64 ? 2 : 1;
    int each = across == 2 ? (width - 2) / 2 : width, below = 0;
    for (size_t i = 0; i < p->n_panels; i++) {
        int rows = gn_canvas_key_rows(&p->panel[i], each, ascii);
        if (rows > below) below = rows;
    }
    if (p->title && p->n_panels > 1) GN_TRY(draw_title(ctx, p->title, width, ascii, to));
    for (size_t i = 0; i < p->n_panels; i += across) {
        size_t n = 0;
        gn_status s = GN_OK;
        for (; n < across && i + n < p->n_panels && s == GN_OK; n++) {
            const gn_panel *panel = &p->panel[i + n];
            const char *title = panel->title ? panel->title : p->n_panels == 1 ? p->title : NULL;
            s = draw_panel(ctx, panel, title, each, across == 2 ? 12 : 18, below, ascii, &c[n]);
            if (s != GN_OK) break;
        }
        if (i) gn_text_puts(to, "\n");
        if (s == GN_OK) print_side_by_side(c, n, to);
        while (n) gn_canvas_free(&c[--n]);
        if (s != GN_OK) return s;
    }
    return gn_text_done(to);
}
