/* picture_script.c -- a picture as a script for gnuplot 5: style, data and plot commands in one text.
 *
 * Invariant: every text that came from outside passes through quoted(), every number through number(); a file name that
 * gnuplot could take for a pipe or a home folder is written with ./ before it. */
#include "picture_parts.h"

#include <math.h>
#include <string.h>

/* The colours of Okabe and Ito (docs/methods.md), in an order in which neighbours differ in lightness; its yellow, which
 * is too pale for lines on white, is a grey here. */
static const struct { int r, g, b; const char *dash; int point; double size; } style[8] = {
    { 0x00, 0x72, 0xB2, "1", 7, 0.7 },             /* blue, solid, disc */
    { 0xE6, 0x9F, 0x00, "(12,4)", 5, 0.7 },        /* orange, dashed, square */
    { 0x00, 0x00, 0x00, "(3,3)", 9, 0.9 },         /* black, dotted, triangle */
    { 0x56, 0xB4, 0xE9, "(12,4,3,4)", 13, 0.95 },  /* sky blue, dash and dot, diamond */
    { 0xD5, 0x5E, 0x00, "(6,3)", 11, 0.9 },        /* vermilion, short dashes, triangle on its tip */
    { 0xCC, 0x79, 0xA7, "(18,4)", 6, 0.8 },        /* purple, long dashes, circle */
    { 0x00, 0x9E, 0x73, "(12,4,3,4,3,4)", 4, 0.8 },/* green, dash and two dots, open square */
    { 0x80, 0x80, 0x80, "(3,6)", 8, 0.9 },         /* grey, sparse dots, open triangle */
};
/* Viridis (Smith and van der Walt, docs/methods.md) at ten even shares. */
static const unsigned viridis[10] = { 0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E,
                                      0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725 };
static const unsigned positive = 0x0072B2, negative = 0xD55E00;

typedef struct script {
    gn_context *ctx;
    const gn_picture *p;
    gn_text *to;
    size_t blocks;          /* here-documents written so far */
} script;

/* ---- texts and numbers ------------------------------------------------------------------------------------------- */

static bool control(unsigned char c) { return c < 32 || c == 127; }

/* 'text', its quotes doubled. Control bytes and what is not UTF-8 show as \x1b; with `format` gnuplot would read % as
 * a place for a number, so it is doubled. */
static void quoted_as(gn_text *to, const char *text, bool format)
{
    size_t length = strlen(text), bad = length;
    bool valid = gn_utf8_valid(text, length, &bad);
    gn_text_puts(to, "'");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (control(c) || (!valid && c >= 128)) gn_text_printf(to, "\\x%02x", c);
        else if (c == '\'') gn_text_puts(to, "''");
        else if (c == '%' && format) gn_text_puts(to, "%%");
        else gn_text_add(to, text + i, 1);
    }
    gn_text_puts(to, "'");
}

static void quoted(gn_text *to, const char *text) { quoted_as(to, text ? text : "", false); }

static void number(gn_text *to, double v) { gn_text_puts(to, gn_num_digits(GN_NUM, v, 10)); }

static void pair(gn_text *to, double x, double y)
{
    number(to, x);
    gn_text_puts(to, " ");
    number(to, y);
}

static void colour(gn_text *to, unsigned rgb) { gn_text_printf(to, "'#%06X'", rgb); }

static unsigned mix(unsigned a, unsigned b, double share)
{
    unsigned out = 0;
    for (int s = 16; s >= 0; s -= 8) {
        double v = (double)(a >> s & 255) * (1 - share) + (double)(b >> s & 255) * share;
        out |= (unsigned)(v + 0.5) << s;
    }
    return out;
}

static unsigned style_rgb(int i) { return (unsigned)(style[i].r << 16 | style[i].g << 8 | style[i].b); }

/* A block of data is opened, filled line by line, closed. */
static size_t open_block(script *s)
{
    gn_text_printf(s->to, "$d%zu << EOD\n", ++s->blocks);
    return s->blocks;
}

static void close_block(script *s) { gn_text_puts(s->to, "EOD\n"); }

/* ---- head -------------------------------------------------------------------------------------------------------- */

static void put_terminal(script *s, gn_picture_type type)
{
    int width, height;
    gn_picture_size(s->p, &width, &height);
    switch (type) {
    case GN_PICTURE_PNG:
        gn_text_printf(s->to, "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
                       "  set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,10' background rgb '#FFFFFF'\n"
                       "} else {\n  set terminal png truecolor size %d,%d noenhanced\n}\n", width, height, width, height);
        break;
    case GN_PICTURE_PDF:
        gn_text_printf(s->to, "set terminal pdfcairo size %s", gn_num_digits(GN_NUM, width / 96.0, 6));
        gn_text_printf(s->to, ",%s noenhanced font 'DejaVu Sans,10' background rgb '#FFFFFF'\n",
                       gn_num_digits(GN_NUM, height / 96.0, 6));
        break;
    default:
        gn_text_printf(s->to, "set terminal svg size %d,%d noenhanced font 'DejaVu Sans,13' background rgb '#FFFFFF'\n",
                       width, height);
    }
}

static void put_style(script *s)
{
    gn_text_puts(s->to, "set encoding utf8\nset border 3 lc rgb '#444444' lw 1\nset tics nomirror out scale 0.5\n"
                 "set xtics textcolor rgb '#444444'\nset ytics textcolor rgb '#444444'\n"
                 "set grid lt 1 lw 0.7 lc rgb '#DDDDDD'\n"
                 "set key bottom center horizontal outside samplen 3.5\n"
                 "set style fill solid 0.85 border lc rgb '#333333'\nset style arrow 1 nohead lc rgb '#555555' lw 1.2 dt (5,4)\n");
}

static void put_output(script *s, const char *out)
{
    if (!out) return;
    gn_text_puts(s->to, "set output ");
    gn_text path;
    gn_text_init(&path, s->ctx);
    if (out[0] != '/') gn_text_puts(&path, "./");
    gn_text_puts(&path, out);
    if (gn_text_done(&path) == GN_OK) quoted(s->to, path.at);
    gn_text_free(&path);
    gn_text_puts(s->to, "\n");
}

static void put_palette(script *s)
{
    gn_text_puts(s->to, "set palette defined (");
    for (int i = 0; i < 10; i++) {
        gn_text_printf(s->to, "%s%d ", i ? ", " : "", i);
        colour(s->to, viridis[i]);
    }
    gn_text_puts(s->to, ")\n");
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

/* A point that cannot be placed becomes an empty line, which breaks the curve. */
static void put_series_data(script *s, const gn_panel *p, size_t i)
{
    const gn_series *r = &p->series[i];
    double shift = 0, width = 0;
    if (r->kind == GN_SERIES_BARS) gn_bar_place(p, i, &shift, &width);
    open_block(s);
    for (size_t k = 0; k < r->n; k++) {
        bool last = r->kind == GN_SERIES_ARROWS && k + 1 == r->n;
        if (last) break;
        if (!gn_placed(r->x[k], p->log_x) || !gn_placed(r->y[k], p->log_y)) {
            if (r->kind != GN_SERIES_ARROWS) gn_text_puts(s->to, "\n");
            continue;
        }
        if (r->kind == GN_SERIES_ARROWS &&
            (!gn_placed(r->x[k + 1], p->log_x) || !gn_placed(r->y[k + 1], p->log_y))) continue;
        pair(s->to, r->x[k] + shift, r->y[k]);
        gn_text_puts(s->to, " ");
        if (r->kind == GN_SERIES_ARROWS) pair(s->to, r->x[k + 1] - r->x[k], r->y[k + 1] - r->y[k]);
        if (r->kind == GN_SERIES_BARS) number(s->to, width);
        gn_text_puts(s->to, "\n");
    }
    close_block(s);
}

static double grid_at(double a, double b, size_t i, size_t n)
{
    return n < 2 ? (a + b) / 2 : a + (b - a) * (double)i / (double)(n - 1);
}

static void put_cells(script *s, const gn_field *f)
{
    open_block(s);
    for (size_t iy = 0; iy < f->ny; iy++)
        for (size_t ix = 0; ix < f->nx; ix++) {
            double z = f->z[iy * f->nx + ix];
            pair(s->to, grid_at(f->x0, f->x1, ix, f->nx), grid_at(f->y0, f->y1, iy, f->ny));
            if (f->kind == GN_FIELD_CLASSES) {
                unsigned rgb = gn_placed(z, false) ? mix(style_rgb((int)fmod(fabs(z) + 0.5, 8)), 0xFFFFFF, 0.72) : 0xFFFFFF;
                gn_text_printf(s->to, " %u %u %u\n", rgb >> 16, rgb >> 8 & 255, rgb & 255);
            } else {
                gn_text_printf(s->to, " %s\n", gn_placed(z, f->log) ? gn_num_digits(GN_NUM, z, 6) : "NaN");
            }
        }
    close_block(s);
}

static void put_piece(void *user, double x0, double y0, double x1, double y1)
{
    gn_text *to = user;
    pair(to, x0, y0);
    gn_text_puts(to, "\n");
    pair(to, x1, y1);
    gn_text_puts(to, "\n\n");
}

/* The values written into the cells, dark ones on light cells and light ones on dark cells. */
static void put_cell_numbers(script *s, const gn_field *f, bool light)
{
    double least, most;
    bool any = gn_field_span(f, &least, &most);
    open_block(s);
    for (size_t i = 0; any && i < f->nx * f->ny; i++) {
        double z = f->z[i];
        if (!gn_placed(z, f->log) || (gn_field_share(f, least, most, z) > 0.55) == light) continue;
        pair(s->to, grid_at(f->x0, f->x1, i % f->nx, f->nx), grid_at(f->y0, f->y1, i / f->nx, f->ny));
        gn_text_printf(s->to, " %s\n", gn_num_digits(GN_NUM, z, 4));
    }
    close_block(s);
}

/* ---- what is plotted --------------------------------------------------------------------------------------------- */

/* The blocks of a panel are written before its plot command; `item` collects the command. */
typedef struct items { gn_text text; size_t n; } items;

static void begin_item(items *it, size_t block)
{
    gn_text_printf(&it->text, "%s$d%zu ", it->n++ ? ", \\\n  " : "", block);
}

static void item_title(items *it, const char *label)
{
    if (!label) {
        gn_text_puts(&it->text, " notitle");
        return;
    }
    gn_text_puts(&it->text, " title ");
    quoted(&it->text, label);
}

static void add_contours(script *s, items *it, const gn_field *f, bool over_heat)
{
    double level[GN_LEVELS], least, most;
    size_t n = gn_field_levels(f, level);
    gn_field_span(f, &least, &most);
    for (size_t i = 0; i < n; i++) {
        size_t block = open_block(s);
        gn_field_contour(f, level[i], put_piece, s->to);
        close_block(s);
        begin_item(it, block);
        gn_text_puts(&it->text, "using 1:2 with lines lt 1 ");
        if (f->kind == GN_FIELD_CLASSES) gn_text_puts(&it->text, "lw 1.6 lc rgb '#333333'");
        else if (over_heat) gn_text_puts(&it->text, "lw 0.7 lc rgb '#FFFFFF'");
        else {
            gn_text_puts(&it->text, "lw 1.2 lc palette cb ");
            number(&it->text, level[i]);
        }
        item_title(it, NULL);
    }
}

static void add_field(script *s, items *it, const gn_panel *p, const gn_field *f)
{
    bool heat = false;
    for (size_t i = 0; i < p->n_fields; i++) heat = heat || p->field[i].kind == GN_FIELD_HEAT;
    if (f->kind != GN_FIELD_CONTOUR) {
        put_cells(s, f);
        begin_item(it, s->blocks);
        gn_text_puts(&it->text, f->kind == GN_FIELD_HEAT ? "using 1:2:3 with image pixels" : "using 1:2:3:4:5 with rgbimage pixels");
        item_title(it, NULL);
    }
    if (f->kind != GN_FIELD_HEAT && f->nx > 1 && f->ny > 1) add_contours(s, it, f, heat);
    for (int light = 0; f->numbers && light < 2; light++) {
        put_cell_numbers(s, f, light);
        begin_item(it, s->blocks);
        gn_text_printf(&it->text, "using 1:2:3 with labels textcolor rgb '%s'", light ? "#FFFFFF" : "#000000");
        item_title(it, NULL);
    }
}

static void add_series(script *s, items *it, const gn_panel *p, size_t i)
{
    const gn_series *r = &p->series[i];
    int k = gn_series_style(p, i);
    size_t spread = r->n > 40 ? r->n / 12 : 1;
    gn_text *t = &it->text;
    put_series_data(s, p, i);
    begin_item(it, s->blocks);
    switch (r->kind) {
    case GN_SERIES_BARS:   gn_text_puts(t, "using 1:2:3 with boxes"); break;
    case GN_SERIES_ARROWS: gn_text_puts(t, "using 1:2:3:4 with vectors size screen 0.011,20 filled lw 1.6"); break;
    case GN_SERIES_POINTS: gn_text_puts(t, "using 1:2 with points lw 1.2"); break;
    case GN_SERIES_STEPS:  gn_text_printf(t, "using 1:2 with steps lw 2 dt %s", style[k].dash); break;
    case GN_SERIES_LINE:   gn_text_printf(t, "using 1:2 with lines lw 2 dt %s", style[k].dash); break;
    default:
        gn_text_printf(t, "using 1:2 with linespoints lw 1.6 dt %s pointinterval %zu", style[k].dash, spread);
    }
    gn_text_puts(t, " lc rgb ");
    colour(t, style_rgb(k));
    if (r->kind == GN_SERIES_POINTS || r->kind == GN_SERIES_LINE_POINTS) {
        gn_text_printf(t, " pt %d ps ", style[k].point);
        number(t, style[k].size);
    }
    item_title(it, r->label);
}

/* Links in eight widths and two signs: a block for each that occurs. */
static void add_links(script *s, items *it, const gn_panel *p)
{
    double most = 0;
    for (size_t i = 0; i < p->n_links; i++)
        if (gn_placed(p->link[i].weight, false) && fabs(p->link[i].weight) > most) most = fabs(p->link[i].weight);
    for (int sign = 1; sign >= -1 && most > 0; sign -= 2) {
        bool named = false;
        for (int width = 8; width >= 1; width--) {
            size_t block = open_block(s), found = 0;
            for (size_t i = 0; i < p->n_links; i++) {
                const gn_link_mark *l = &p->link[i];
                if (!gn_placed(l->weight, false) || (l->weight < 0) != (sign < 0)) continue;
                int w = (int)ceil(fabs(l->weight) / most * 8);
                if ((w < 1 ? 1 : w) != width) continue;
                put_piece(s->to, l->x0, l->y0, l->x1, l->y1);
                found++;
            }
            close_block(s);
            if (!found) continue;
            begin_item(it, block);
            gn_text_printf(&it->text, "using 1:2 with lines lw %s dt %s lc rgb ", gn_num_digits(GN_NUM, 0.4 + 0.55 * width, 3),
                           sign > 0 ? "1" : "(5,3)");
            colour(&it->text, mix(sign > 0 ? positive : negative, 0xFFFFFF, 0.6 * (8 - width) / 8));
            item_title(it, named ? NULL : sign > 0 ? "positive weight" : "negative weight");
            named = true;
        }
    }
}

static void add_nodes(script *s, items *it, const gn_panel *p)
{
    if (!p->n_nodes) return;
    double size = p->n_nodes > 120 ? 1.2 : p->n_nodes > 40 ? 2.0 : 3.6;
    size_t block = open_block(s);
    for (size_t i = 0; i < p->n_nodes; i++) {
        if (!gn_placed(p->node[i].x, false) || !gn_placed(p->node[i].y, false)) continue;
        pair(s->to, p->node[i].x, p->node[i].y);
        gn_text_puts(s->to, "\n");
    }
    close_block(s);
    for (int rim = 1; rim >= 0; rim--) {
        begin_item(it, block);
        gn_text_printf(&it->text, "using 1:2 with points pt 7 lc rgb '%s' ps ", rim ? "#333333" : "#FFFFFF");
        number(&it->text, rim ? size : size * 0.86);
        item_title(it, NULL);
    }
}

/* ---- one panel --------------------------------------------------------------------------------------------------- */

static void put_label(script *s, const char *what, const char *text)
{
    gn_text_printf(s->to, "set %s ", what);
    quoted(s->to, text);
    gn_text_puts(s->to, "\n");
}

static void put_range(script *s, const char *axis, double lo, double hi, bool log)
{
    gn_text_printf(s->to, "%s logscale %s\n", log ? "set" : "unset", axis);
    gn_text_printf(s->to, "set %srange [", axis);
    number(s->to, lo);
    gn_text_puts(s->to, ":");
    number(s->to, hi);
    gn_text_puts(s->to, "]\n");
    gn_text_printf(s->to, "set format %s '%s'\n", axis, log ? "10^%T" : "%g");
}

static void put_names(script *s, const char *axis, const char *const *name, size_t n, double lo, double hi)
{
    if (!name || !n) {
        gn_text_printf(s->to, "set %stics autofreq norotate\n", axis);
        return;
    }
    size_t every = n > 30 ? n / 30 + 1 : 1, longest = 0, shown = 0;
    for (size_t i = 0; i < n; i++) longest = strlen(name[i]) > longest ? strlen(name[i]) : longest;
    gn_text_printf(s->to, "set %stics (", axis);
    for (size_t i = 0; i < n; i += every) {
        if ((double)i < lo || (double)i > hi) continue;
        gn_text_puts(s->to, shown++ ? ", " : "");
        quoted_as(s->to, name[i], true);
        gn_text_printf(s->to, " %zu", i);
    }
    gn_text_printf(s->to, ") %s\n", *axis == 'x' && longest * n > 90 ? "rotate by -40" : "norotate");
}

static void put_marks(script *s, const gn_panel *p, const gn_frame *f)
{
    for (size_t i = 0; i < p->n_marks; i++) {
        const gn_rule_mark *m = &p->mark[i];
        double lo = m->vertical ? f->x0 : f->y0, hi = m->vertical ? f->x1 : f->y1;
        if (!gn_placed(m->at, m->vertical ? p->log_x : p->log_y) || m->at < lo || m->at > hi) continue;
        const char *at = gn_num_digits(GN_NUM, m->at, 10);
        if (m->vertical) gn_text_printf(s->to, "set arrow from first %s,graph 0 to first %s,graph 1", at, at);
        else gn_text_printf(s->to, "set arrow from graph 0,first %s to graph 1,first %s", at, at);
        gn_text_puts(s->to, " arrowstyle 1\n");
        if (!m->label) continue;
        bool right = (m->at - lo) > 0.85 * (hi - lo);
        gn_text_puts(s->to, "set label ");
        quoted(s->to, m->label);
        if (m->vertical)
            gn_text_printf(s->to, " at first %s,graph 0.97 rotate by 90 right offset character %s,0 front textcolor rgb '#333333'\n",
                           at, right ? "-0.8" : "0.9");
        else
            gn_text_printf(s->to, " at graph 0.985,first %s right offset character 0,%s front textcolor rgb '#333333'\n", at,
                           right ? "-0.7" : "0.6");
    }
}

static void put_text_at(script *s, const char *text, double x, double y, const char *how)
{
    if (!text || !gn_placed(x, false) || !gn_placed(y, false)) return;
    gn_text_puts(s->to, "set label ");
    quoted(s->to, text);
    gn_text_puts(s->to, " at first ");
    number(s->to, x);
    gn_text_puts(s->to, ",first ");
    number(s->to, y);
    gn_text_printf(s->to, " %s\n", how);
}

static void put_notes(script *s, const gn_panel *p)
{
    for (size_t i = 0; i < p->n_notes; i++)
        put_text_at(s, p->note[i].text, p->note[i].x, p->note[i].y,
                    p->no_axes ? "center front textcolor rgb '#222222'" : "left offset character 0.7,0.5 front textcolor rgb '#222222'");
    for (size_t i = 0; i < p->n_nodes && p->n_nodes <= 40; i++)
        put_text_at(s, p->node[i].label, p->node[i].x, p->node[i].y, "center front textcolor rgb '#222222'");
}

/* The colour scale belongs to the first heat map, or to the first contours when there is none. */
static void put_scale(script *s, const gn_panel *p)
{
    const gn_field *of = NULL;
    for (size_t i = 0; i < p->n_fields && !of; i++) of = p->field[i].kind == GN_FIELD_HEAT ? &p->field[i] : NULL;
    for (size_t i = 0; i < p->n_fields && !of; i++) of = p->field[i].kind == GN_FIELD_CONTOUR ? &p->field[i] : NULL;
    double least, most;
    if (!of || !gn_field_span(of, &least, &most)) {
        gn_text_puts(s->to, "unset colorbox\nunset logscale cb\nset cbrange [0:1]\n");
        return;
    }
    if (least == most) least -= 0.5, most += 0.5;
    if (of->log && !(least > 0)) least = most / 10;
    gn_text_puts(s->to, "set colorbox\n");
    put_range(s, "cb", least, most, of->log);
    gn_text_puts(s->to, most / (of->log && least > 0 ? least : most) > 1000 ? "" : "set format cb '%g'\n");
    put_label(s, "cblabel", of->label);
}

static bool has_key(const gn_panel *p)
{
    for (size_t i = 0; i < p->n_series; i++)
        if (p->series[i].label) return true;
    return p->n_links > 0;
}

static void put_axes(script *s, const gn_panel *p, const gn_frame *f)
{
    gn_text_puts(s->to, "unset arrow\nunset label\n");
    put_label(s, "title", p->title ? p->title : s->p->n_panels == 1 ? s->p->title : "");
    put_label(s, "xlabel", p->x_label);
    put_label(s, "ylabel", p->y_label);
    put_range(s, "x", f->x0, f->x1, p->log_x);
    put_range(s, "y", f->y0, f->y1, p->log_y);
    put_names(s, "x", p->x_names, p->n_x_names, f->x0, f->x1);
    put_names(s, "y", p->y_names, p->n_y_names, f->y0, f->y1);
    gn_text_printf(s->to, "set size %s\n", p->equal_scale ? "ratio -1" : "noratio");
    gn_text_puts(s->to, p->no_axes ? "unset border\nunset tics\nunset grid\n" : "set border 3\n");
    if (!p->no_axes) gn_text_puts(s->to, p->n_fields ? "unset grid\n" : "set grid back\n");
    gn_text_puts(s->to, has_key(p) ? "set key on\n" : "set key off\n");
    put_scale(s, p);
    put_marks(s, p, f);
    put_notes(s, p);
}

static void put_panel(script *s, const gn_panel *p)
{
    gn_frame f = gn_panel_frame(p);
    items it = { 0 };
    gn_text_init(&it.text, s->ctx);
    put_axes(s, p, &f);
    for (size_t i = 0; i < p->n_fields; i++) add_field(s, &it, p, &p->field[i]);
    add_links(s, &it, p);
    for (size_t i = 0; i < p->n_series; i++) add_series(s, &it, p, i);
    add_nodes(s, &it, p);
    if (gn_text_done(&it.text) != GN_OK) s->to->failed = true;
    else if (it.n) gn_text_printf(s->to, "plot %s\n", it.text.at);
    else gn_text_puts(s->to, "plot NaN notitle\n");
    gn_text_free(&it.text);
}

static void put_layout(script *s)
{
    size_t across = gn_picture_columns(s->p), down = (s->p->n_panels + across - 1) / across;
    if (s->p->n_panels <= 1) return;
    gn_text_printf(s->to, "set multiplot layout %zu,%zu rowsfirst", down, across);
    if (s->p->title) {
        gn_text_puts(s->to, " title ");
        quoted(s->to, s->p->title);
    }
    gn_text_puts(s->to, "\n");
}

static gn_status check_name(gn_context *ctx, const char *out)
{
    for (const char *c = out ? out : ""; *c; c++)
        if (control((unsigned char)*c))
            return gn_fail(ctx, GN_E_USAGE, "the picture's name holds a control byte: %s", gn_show(GN_SHOWN, out, strlen(out)));
    return GN_OK;
}

gn_status gn_picture_script(gn_context *ctx, const gn_picture *p, gn_picture_type type, const char *out, gn_text *to)
{
    script s = { ctx, p, to, 0 };
    GN_TRY(check_name(ctx, out));
    gn_text_puts(to, "# A picture by glassnet, for gnuplot 5.\n");
    put_terminal(&s, type);
    put_output(&s, out);
    put_style(&s);
    put_palette(&s);
    put_layout(&s);
    for (size_t i = 0; i < p->n_panels; i++) put_panel(&s, &p->panel[i]);
    if (p->n_panels > 1) gn_text_puts(to, "unset multiplot\n");
    gn_text_puts(to, "unset output\n");
    return gn_text_done(to);
}
