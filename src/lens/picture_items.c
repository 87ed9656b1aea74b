/* picture_items.c -- the data of a picture and the parts of the plot command that show them.
 *
 * Invariant: data are numbers in here-documents; a point that cannot be placed breaks the curve and is not written. */
#include "picture_script.h"

#include <math.h>
#include <string.h>

/* The colours of Okabe and Ito (docs/methods.md), in an order in which neighbours differ in lightness; its yellow,
 * which is too pale for lines on white, is a grey here. */
static const struct { int r, g, b; const char *dash; } shade[GN_COLOURS] = {
    { 0x00, 0x72, 0xB2, "1" },                  /* blue, solid */
    { 0xE6, 0x9F, 0x00, "(12,4)" },             /* orange, dashed */
    { 0x00, 0x00, 0x00, "(3,3)" },              /* black, dotted */
    { 0x56, 0xB4, 0xE9, "(12,4,3,4)" },         /* sky blue, dash and dot */
    { 0xD5, 0x5E, 0x00, "(6,3)" },              /* vermilion, short dashes */
    { 0xCC, 0x79, 0xA7, "(18,4)" },             /* purple, long dashes */
    { 0x60, 0x60, 0x60, "(12,4,3,4,3,4)" },     /* grey, dash and two dots */
    { 0x00, 0x9E, 0x73, "(3,6)" },              /* green, sparse dots */
};
/* As gnuplot numbers them: those that share a colour differ in more than a corner. */
static const struct { int type; double size; } form[GN_POINTS] = {
    { 7, 0.7 }, { 5, 0.7 }, { 9, 0.9 }, { 13, 0.95 }, { 11, 0.9 },     /* disc, square, triangle, diamond, on its tip */
    { 6, 0.8 }, { 4, 0.8 }, { 8, 0.9 },                                 /* circle, open square, open triangle */
    { 12, 1 }, { 1, 1 }, { 10, 0.9 }, { 2, 0.9 }, { 3, 1 },              /* open diamond, +, open on its tip, x, star */
    { 15, 0.9 }, { 14, 0.9 },                                           /* pentagon, open pentagon */
};
static const double UNSEEN = 0.0004;     /* of the plot's side: a quarter of a pixel */
static const double APART = 0.02;        /* of the plot's side: marks of a path */
static const unsigned positive = 0x0072B2, negative = 0xD55E00, edge = 0x222222;

/* ---- numbers, colours, blocks ----------------------------------------------------------------------------------- */

static void pair(gn_text *to, double x, double y)
{
    gn_script_number(to, x);
    gn_text_puts(to, " ");
    gn_script_number(to, y);
}

/* A place between a and b, to a hundred-thousandth of what lies between them. */
static void put_near(gn_text *to, double v, double a, double b)
{
    double digits = 5 + ceil(log10(fmax(fabs(a), fabs(b)) / fabs(b - a)));
    gn_text_puts(to, gn_num_digits(GN_NUM, v, digits < 5 ? 5 : digits > 12 ? 12 : (int)digits));
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

static unsigned style_rgb(int k)
{
    k %= GN_COLOURS;
    return (unsigned)(shade[k].r << 16 | shade[k].g << 8 | shade[k].b);
}

static const char *style_dash(int k) { return shade[k % GN_COLOURS].dash; }

/* The ground of a class: its colour with much white; where colours begin again, with less or more of it. */
static unsigned ground_rgb(double class)
{
    static const double white[3] = { 0.72, 0.88, 0.55 };
    int k = (int)fmod(fabs(class) + 0.5, 3 * GN_COLOURS);
    return mix(style_rgb(k), 0xFFFFFF, white[k / GN_COLOURS]);
}

/* A block of data is opened, filled line by line, closed. */
static size_t open_block(gn_script *s)
{
    gn_text_printf(s->to, "$d%zu << EOD\n", ++s->blocks);
    return s->blocks;
}

static void close_block(gn_script *s) { gn_text_puts(s->to, "EOD\n"); }

/* ---- data -------------------------------------------------------------------------------------------------------- */

/* A point that cannot be placed becomes an empty line, which breaks the curve. */
static void put_series_data(gn_script *s, const gn_panel *p, size_t i)
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
        if (r->kind == GN_SERIES_ARROWS || r->kind == GN_SERIES_BARS) gn_text_puts(s->to, " ");
        if (r->kind == GN_SERIES_ARROWS) pair(s->to, r->x[k + 1] - r->x[k], r->y[k + 1] - r->y[k]);
        if (r->kind == GN_SERIES_BARS) gn_script_number(s->to, width);
        gn_text_puts(s->to, "\n");
    }
    close_block(s);
}

static double grid_at(double a, double b, size_t i, size_t n)
{
    return n < 2 ? (a + b) / 2 : a + (b - a) * (double)i / (double)(n - 1);
}

static void put_cells(gn_script *s, const gn_field *f)
{
    open_block(s);
    for (size_t iy = 0; iy < f->ny; iy++)
        for (size_t ix = 0; ix < f->nx; ix++) {
            double z = f->z[iy * f->nx + ix];
            pair(s->to, grid_at(f->x0, f->x1, ix, f->nx), grid_at(f->y0, f->y1, iy, f->ny));
            if (f->kind == GN_FIELD_CLASSES) {
                unsigned rgb = gn_placed(z, false) ? ground_rgb(z) : 0xFFFFFF;
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
static void put_cell_numbers(gn_script *s, const gn_field *f, bool light)
{
    double least, most;
    bool any = gn_field_span(f, &least, &most);
    open_block(s);
    for (size_t i = 0; any && i < f->nx * f->ny; i++) {
        double z = f->z[i];
        if (!gn_placed(z, f->log) || (gn_field_share(f, least, most, z) > 0.55) != light) continue;
        pair(s->to, grid_at(f->x0, f->x1, i % f->nx, f->nx), grid_at(f->y0, f->y1, i / f->nx, f->ny));
        gn_text_printf(s->to, " %s\n", gn_num_digits(GN_NUM, z, 4));
    }
    close_block(s);
}

/* ---- what is plotted --------------------------------------------------------------------------------------------- */

static void begin_item(gn_items *it, size_t block)
{
    gn_text_printf(&it->text, "%s$d%zu ", it->n++ ? ", \\\n  " : "", block);
}

/* A sample in the key without points of its own. */
static void begin_sample(gn_items *it) { gn_text_printf(&it->text, "%sNaN ", it->n++ ? ", \\\n  " : ""); }

static void item_title(gn_items *it, const char *label)
{
    if (!label) {
        gn_text_puts(&it->text, " notitle");
        return;
    }
    gn_text_puts(&it->text, " title ");
    gn_script_text(&it->text, label);
}

/* A curve a line of points, thinned to what can be seen, and an empty line after it. */
static void put_lines(gn_script *s, const gn_field *f, gn_lines *l)
{
    double span_x = f->x1 - f->x0, span_y = f->y1 - f->y0;
    gn_lines_thin(l, span_x, span_y, UNSEEN);
    for (size_t c = 0; c < l->curves; c++) {
        for (size_t i = l->from[c]; i < l->from[c + 1]; i++) {
            put_near(s->to, l->x[i], f->x0, f->x1);
            gn_text_puts(s->to, " ");
            put_near(s->to, l->y[i], f->y0, f->y1);
            gn_text_puts(s->to, "\n");
        }
        gn_text_puts(s->to, "\n");
    }
}

static gn_status add_contours(gn_script *s, gn_items *it, const gn_field *f, bool over_heat)
{
    double level[GN_LEVELS];
    size_t n;
    GN_TRY(gn_field_levels(s->ctx, f, level, &n));
    for (size_t i = 0; i < n; i++) {
        gn_lines l;
        GN_TRY(gn_field_contour(s->ctx, f, level[i], &l));
        size_t block = open_block(s);
        put_lines(s, f, &l);
        gn_lines_free(&l);
        close_block(s);
        begin_item(it, block);
        gn_text_puts(&it->text, "using 1:2 with lines lt 1 ");
        if (over_heat) gn_text_puts(&it->text, "lw 0.7 lc rgb '#FFFFFF'");
        else {
            gn_text_puts(&it->text, "lw 1.2 lc palette cb ");
            gn_script_number(&it->text, level[i]);
        }
        item_title(it, NULL);
    }
    return GN_OK;
}

static gn_status add_outline(gn_script *s, gn_items *it, const gn_field *f)
{
    gn_lines l;
    GN_TRY(gn_field_outline(s->ctx, f, &l));
    size_t block = open_block(s);
    put_lines(s, f, &l);
    gn_lines_free(&l);
    close_block(s);
    begin_item(it, block);
    gn_text_puts(&it->text, "using 1:2 with lines lt 1 lw 1.6 lc rgb '#333333'");
    item_title(it, NULL);
    return GN_OK;
}

void gn_script_field(gn_script *s, gn_items *it, const gn_panel *p, const gn_field *f)
{
    bool heat = false, lines = false;
    for (size_t i = 0; i < p->n_fields; i++) heat = heat || p->field[i].kind == GN_FIELD_HEAT;
    if (f->kind != GN_FIELD_CONTOUR) {
        put_cells(s, f);
        begin_item(it, s->blocks);
        gn_text_puts(&it->text, f->kind == GN_FIELD_HEAT ? "using 1:2:3 with image" : "using 1:2:3:4:5 with rgbimage");
        if (f->nx * f->ny <= 400) gn_text_puts(&it->text, " pixels");
        item_title(it, NULL);
    }
    /* lines over regions are their borders; without lines the regions are outlined */
    for (size_t i = 0; i < p->n_series; i++) lines = lines || p->series[i].kind == GN_SERIES_LINE;
    gn_status done = GN_OK;
    if (f->kind == GN_FIELD_CONTOUR && f->nx > 1 && f->ny > 1) done = add_contours(s, it, f, heat);
    if (f->kind == GN_FIELD_CLASSES && !lines && f->nx > 1 && f->ny > 1) done = add_outline(s, it, f);
    if (done != GN_OK) s->to->failed = true;
    for (int light = 0; f->numbers && light < 2; light++) {
        put_cell_numbers(s, f, light);
        begin_item(it, s->blocks);
        gn_text_printf(&it->text, "using 1:2:3 with labels textcolor rgb '%s'", light ? "#FFFFFF" : "#000000");
        item_title(it, NULL);
    }
}

/* The key's samples of the grounds that are in the picture: two classes may have nearly the same. */
void gn_script_regions(gn_items *it, const gn_panel *p)
{
    for (size_t i = 0; i < p->n_fields; i++)
        for (size_t c = 0; gn_field_named(p, &p->field[i]) && c < p->field[i].n_names; c++) {
            if (!gn_field_has(&p->field[i], c)) continue;
            begin_sample(it);
            gn_text_puts(&it->text, "with boxes lc rgb ");
            colour(&it->text, ground_rgb((double)c));
            gn_text_puts(&it->text, " title 'region: '.");
            gn_script_text(&it->text, p->field[i].names[c]);
        }
}

static bool goes_right(const gn_series *r)
{
    for (size_t k = 1; k < r->n; k++)
        if (!(r->x[k] > r->x[k - 1])) return false;
    return true;
}

static double share_of(double v, double a, double b, bool log_scale)
{
    return log_scale ? log(v / a) / log(b / a) : (v - a) / (b - a);
}

/* The points of a path that lie apart, so that a long jump shows its ends and a slow crawl is no smear. */
static void put_apart(gn_script *s, const gn_panel *p, const gn_series *r)
{
    gn_frame f = gn_panel_frame(p);
    double x = INFINITY, y = INFINITY;
    open_block(s);
    for (size_t k = 0; k < r->n; k++) {
        if (!gn_placed(r->x[k], p->log_x) || !gn_placed(r->y[k], p->log_y)) continue;
        double fx = share_of(r->x[k], f.x0, f.x1, p->log_x), fy = share_of(r->y[k], f.y0, f.y1, p->log_y);
        if (!(fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1) || hypot(fx - x, fy - y) < APART) continue;
        pair(s->to, r->x[k], r->y[k]);
        gn_text_puts(s->to, "\n");
        x = fx;
        y = fy;
    }
    close_block(s);
}

static void item_look(gn_text *t, const gn_series *r, int k, bool points)
{
    gn_text_puts(t, " lc rgb ");
    colour(t, r->style == GN_STYLE_LIGHT ? edge : style_rgb(k));
    if (!points) return;
    gn_text_printf(t, " pt %d ps ", form[k % GN_POINTS].type);
    gn_script_number(t, form[k % GN_POINTS].size);
}

static bool is_filled(int k)
{
    int type = form[k % GN_POINTS].type;
    return type % 2 && type >= 5;
}

/* Over a field a path and an open point have a white rim and a filled point a dark one, so that they are seen on every
 * colour and in grey. */
static void add_rim(gn_script *s, gn_items *it, const gn_series *r, int k)
{
    gn_series_kind kind = r->kind;
    int type = form[k % GN_POINTS].type, ground = type + (r->style == GN_STYLE_LIGHT);  /* open n is filled by n + 1 */
    bool filled = is_filled(k);
    if (kind == GN_SERIES_LINE_POINTS) {
        begin_item(it, s->blocks);
        gn_text_puts(&it->text, "using 1:2 with lines lt 1 lw 4.5 lc rgb '#FFFFFF'");
        item_title(it, NULL);
    }
    if (kind == GN_SERIES_POINTS && !filled) {
        begin_item(it, s->blocks);
        gn_text_printf(&it->text, "using 1:2 with points lw 3.6 pt %d lc rgb '#FFFFFF' ps ", ground);
        gn_script_number(&it->text, form[k % GN_POINTS].size);
        item_title(it, NULL);
    }
    if (kind == GN_SERIES_POINTS && filled) {
        begin_item(it, s->blocks);
        gn_text_printf(&it->text, "using 1:2 with points pt %d lc rgb '#222222' ps ", type);
        gn_script_number(&it->text, form[k % GN_POINTS].size * 1.4);
        item_title(it, NULL);
    }
}

void gn_script_series(gn_script *s, gn_items *it, const gn_panel *p, size_t i)
{
    const gn_series *r = &p->series[i];
    int k = gn_series_style(p, i);
    bool many = r->n > 40, apart = many && r->kind == GN_SERIES_LINE_POINTS && !goes_right(r);
    size_t spread = apart ? r->n : many ? r->n / 12 | 1 : 1;   /* odd: both sides of what alternates are seen */
    gn_series_kind kind = r->kind;
    if (kind == GN_SERIES_LINE && k >= GN_COLOURS) kind = GN_SERIES_LINE_POINTS;    /* its colour and dash are taken */
    bool points = kind == GN_SERIES_POINTS || kind == GN_SERIES_LINE_POINTS, thin = !p->n_fields || is_filled(k);
    gn_text *t = &it->text;
    put_series_data(s, p, i);
    if (p->n_fields) add_rim(s, it, r, k);
    begin_item(it, s->blocks);
    switch (kind) {
    case GN_SERIES_BARS:   gn_text_puts(t, "using 1:2:3 with boxes"); break;
    case GN_SERIES_ARROWS: gn_text_puts(t, "using 1:2:3:4 with vectors size screen 0.011,20 filled lw 1.6"); break;
    case GN_SERIES_POINTS: gn_text_printf(t, "using 1:2 with points lw %s", thin ? "1.2" : "1.5"); break;
    case GN_SERIES_STEPS:  gn_text_printf(t, "using 1:2 with steps lw 2 dt %s", style_dash(k)); break;
    case GN_SERIES_LINE:   gn_text_printf(t, "using 1:2 with lines lw 2 dt %s", style_dash(k)); break;
    default:
        gn_text_printf(t, "using 1:2 with linespoints lw %s dt %s pointinterval %zu", p->n_fields ? "2" : "1.6",
                       style_dash(k), spread);
    }
    item_look(t, r, k, points);
    item_title(it, r->label);
    if (!apart) return;
    put_apart(s, p, r);
    begin_item(it, s->blocks);
    gn_text_puts(t, "using 1:2 with points lw 1.2");
    item_look(t, r, k, true);
    item_title(it, NULL);
}

static void link_look(gn_items *it, int sign, double width, unsigned rgb)
{
    gn_text_printf(&it->text, "with lines lw %s dt %s lc rgb ", gn_num_digits(GN_NUM, width, 3),
                   sign > 0 ? "1" : "(5,3)");
    colour(&it->text, rgb);
}

/* Links in eight widths and two signs: a block for each that occurs; the key has both signs in one width. */
void gn_script_links(gn_script *s, gn_items *it, const gn_panel *p)
{
    double most = 0;
    for (size_t i = 0; i < p->n_links; i++)
        if (gn_placed(p->link[i].weight, false) && fabs(p->link[i].weight) > most) most = fabs(p->link[i].weight);
    for (int sign = 1; sign >= -1 && most > 0; sign -= 2) {
        bool any = false;
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
            gn_text_puts(&it->text, "using 1:2 ");
            link_look(it, sign, 0.4 + 0.55 * width, mix(sign > 0 ? positive : negative, 0xFFFFFF,
                                                        0.6 * (8 - width) / 8));
            item_title(it, NULL);
            any = true;
        }
        if (!any) continue;
        begin_sample(it);
        link_look(it, sign, 2.6, sign > 0 ? positive : negative);
        item_title(it, sign > 0 ? "positive weight" : "negative weight");
    }
}

/* Rules across the plot are named in the key, where no curve hides the name; those along it are named in the plot. */
void gn_script_rules(gn_script *s, gn_items *it, const gn_panel *p, const gn_frame *f)
{
    static const char *const dash[3] = { "(9,5)", "(3,3)", "(12,4,2,4)" };
    for (size_t i = 0, n = 0; i < p->n_marks; i++) {
        const gn_rule_mark *m = &p->mark[i];
        if (m->vertical || !gn_placed(m->at, p->log_y) || m->at < f->y0 || m->at > f->y1) continue;
        size_t block = open_block(s);
        put_piece(s->to, f->x0, m->at, f->x1, m->at);
        close_block(s);
        begin_item(it, block);
        n += m->label != NULL;      /* what has no name of its own looks like the one before */
        gn_text_printf(&it->text, "using 1:2 with lines lw 1.4 dt %s lc rgb '#666666'", dash[(n ? n - 1 : 0) % 3]);
        item_title(it, m->label);
    }
}

/* So that neighbours in a column do not touch: a point of size 1 is about 11 pixels wide, a plot eight tenths of the
 * picture high. */
double gn_script_node_size(const gn_script *s, const gn_panel *p)
{
    gn_frame f = gn_panel_frame(p);
    double gap = f.y1 - f.y0;
    int width, height;
    gn_picture_size(s->p, &width, &height);
    for (size_t i = 1; i < p->n_nodes; i++) {
        double d = fabs(p->node[i].y - p->node[i - 1].y);
        if (p->node[i].x == p->node[i - 1].x && d > 0 && d < gap) gap = d;
    }
    double pixels = gap / (f.y1 - f.y0) * height * 0.8;
    return fmin(3.4, fmax(0.4, pixels * 0.75 / 11));
}

void gn_script_nodes(gn_script *s, gn_items *it, const gn_panel *p)
{
    if (!p->n_nodes) return;
    double size = gn_script_node_size(s, p);
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
        gn_script_number(&it->text, rim ? size : size * 0.86);
        item_title(it, NULL);
    }
}

