/* picture.c -- the geometry of a picture: ranges, layout, bars, steps.
 *
 * Invariant: nothing here depends on how the picture is shown; a value that cannot be placed is left out, never
 * moved. */
#include "picture_parts.h"

#include <math.h>

bool gn_placed(double v, bool log)
{
    return fabs(v) < 1e150 && (!log || v > 1e-150);
}

/* ---- ranges ------------------------------------------------------------------------------------------------------ */

typedef struct range { double lo, hi; bool log; } range;

static void take(range *r, double v)
{
    if (!gn_placed(v, r->log)) return;
    if (v < r->lo) r->lo = v;
    if (v > r->hi) r->hi = v;
}

static void take_series(const gn_panel *p, size_t i, range *x, range *y)
{
    const gn_series *s = &p->series[i];
    for (size_t k = 0; k < s->n; k++) {
        if (!gn_placed(s->x[k], p->log_x) || !gn_placed(s->y[k], p->log_y)) continue;
        take(y, s->y[k]);
        take(x, s->x[k]);
        if (s->kind != GN_SERIES_BARS) continue;
        double shift, width;
        gn_bar_place(p, i, &shift, &width);
        take(x, s->x[k] + shift - 0.6 * width);
        take(x, s->x[k] + shift + 0.6 * width);
        if (!p->log_y) take(y, 0);
    }
}

static void take_field(const gn_field *f, range *x, range *y)
{
    double half_x = f->kind == GN_FIELD_CONTOUR || f->nx < 2 ? 0 : (f->x1 - f->x0) / (double)(f->nx - 1) / 2;
    double half_y = f->kind == GN_FIELD_CONTOUR || f->ny < 2 ? 0 : (f->y1 - f->y0) / (double)(f->ny - 1) / 2;
    take(x, f->x0 - half_x);
    take(x, f->x1 + half_x);
    take(y, f->y0 - half_y);
    take(y, f->y1 + half_y);
}

static void take_marks(const gn_panel *p, range *x, range *y)
{
    for (size_t i = 0; i < p->n_marks; i++) take(p->mark[i].vertical ? x : y, p->mark[i].at);
    for (size_t i = 0; i < p->n_notes; i++) take(x, p->note[i].x), take(y, p->note[i].y);
    for (size_t i = 0; i < p->n_nodes; i++) take(x, p->node[i].x), take(y, p->node[i].y);
    for (size_t i = 0; i < p->n_links; i++) {
        take(x, p->link[i].x0), take(x, p->link[i].x1);
        take(y, p->link[i].y0), take(y, p->link[i].y1);
    }
}

/* Room around the data; none where a field fills the panel. */
static void widen(range *r, double margin)
{
    if (r->lo > r->hi) r->lo = r->log ? 1 : 0, r->hi = r->log ? 10 : 1;
    if (r->lo == r->hi) {
        double by = r->log ? 0 : fmax(fabs(r->lo) * 0.1, 0.5);
        r->lo = r->log ? r->lo / 2 : r->lo - by;
        r->hi = r->log ? r->hi * 2 : r->hi + by;
    } else if (r->log) {
        double by = pow(r->hi / r->lo, margin);
        r->lo /= by;
        r->hi *= by;
    } else {
        double by = (r->hi - r->lo) * margin;
        r->lo -= by;
        r->hi += by;
    }
}

gn_frame gn_panel_frame(const gn_panel *p)
{
    range x = { INFINITY, -INFINITY, p->log_x }, y = { INFINITY, -INFINITY, p->log_y };
    bool bars = false, lines = false;
    for (size_t i = 0; i < p->n_series; i++) {
        take_series(p, i, &x, &y);
        if (p->series[i].kind == GN_SERIES_BARS) bars = true;
        if (p->series[i].kind == GN_SERIES_LINE || p->series[i].kind == GN_SERIES_STEPS) lines = true;
    }
    if (p->n_fields) x = (range){ INFINITY, -INFINITY, p->log_x }, y = (range){ INFINITY, -INFINITY, p->log_y };
    for (size_t i = 0; i < p->n_fields; i++) take_field(&p->field[i], &x, &y);
    if (!p->n_fields) take_marks(p, &x, &y);
    bool floor = bars && y.lo == 0;
    widen(&x, p->n_fields || (lines && !bars) ? 0 : p->no_axes ? 0.16 : 0.03);
    widen(&y, p->n_fields ? 0 : p->no_axes ? 0.1 : 0.06);
    if (floor && !p->log_y) y.lo = 0;
    gn_frame f = { x.lo, x.hi, y.lo, y.hi };
    if (p->x_min < p->x_max) f.x0 = p->x_min, f.x1 = p->x_max;
    if (p->y_min < p->y_max) f.y0 = p->y_min, f.y1 = p->y_max;
    return f;
}

int gn_node_side(const gn_panel *p, double x)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < p->n_nodes; i++) {
        least = fmin(least, p->node[i].x);
        most = fmax(most, p->node[i].x);
    }
    return least == most ? 0 : x == least ? -1 : x == most;
}

/* ---- layout ------------------------------------------------------------------------------------------------------ */

size_t gn_picture_columns(const gn_picture *p)
{
    size_t n = p->n_panels;
    if (p->columns) return p->columns < n ? p->columns : n ? n : 1;
    return n <= 1 ? 1 : n == 2 || n == 4 ? 2 : n <= 9 ? 3 : 4;
}

/* A sign of the key takes about 8 pixels, its sample and the room between entries 9 signs, a line 16. */
enum { KEY_SIGN = 8, KEY_SAMPLE = 9, KEY_LINE = 16, REGION = 8 /* "region: " */ };

static size_t signs(const char *text)
{
    size_t n = 0;
    for (; *text; text++) n += ((unsigned char)*text & 0xC0) != 0x80;
    return n < 100 ? n : 100;
}

/* The lines of a key: its entries stand in columns as wide as the longest. */
static size_t key_lines(const gn_panel *p, int width)
{
    size_t entries = 0, longest = 0;
    for (size_t i = 0; i < p->n_series + p->n_marks; i++) {
        const gn_rule_mark *m = i < p->n_series ? NULL : &p->mark[i - p->n_series];
        const char *label = m ? m->vertical ? NULL : m->label : p->series[i].label;
        if (!label) continue;
        entries++;
        if (signs(label) > longest) longest = signs(label);
    }
    for (size_t i = 0; i < p->n_fields; i++)
        for (size_t c = 0; gn_field_named(p, &p->field[i]) && c < p->field[i].n_names; c++) {
            if (!gn_field_has(&p->field[i], c)) continue;
            entries++;
            if (signs(p->field[i].names[c]) + REGION > longest) longest = signs(p->field[i].names[c]) + REGION;
        }
    size_t across = (size_t)width / ((longest + KEY_SAMPLE) * KEY_SIGN);
    return across > 1 ? (entries + across - 1) / across : entries;
}

int gn_picture_key_room(const gn_picture *p)
{
    size_t across = gn_picture_columns(p), most = 0, usual = across == 1 ? 6 : 4;
    int width = across == 1 ? 720 : across == 2 ? 960 : across == 3 ? 1200 : 1440;
    if (p->width > 0) width = p->width;
    for (size_t i = 0; i < p->n_panels; i++) {
        size_t lines = key_lines(&p->panel[i], width / (int)across);
        if (lines > most) most = lines;
    }
    return most > usual ? (int)(most - 3) * KEY_LINE : 0;
}

void gn_picture_size(const gn_picture *p, int *width, int *height)
{
    size_t across = gn_picture_columns(p), down = (p->n_panels + across - 1) / across;
    if (!down) down = 1;
    *width = across == 1 ? 720 : across == 2 ? 960 : across == 3 ? 1200 : 1440;
    int each = across == 1 ? down == 1 ? 480 : 340 : across == 2 ? 380 : 320;
    each += gn_picture_key_room(p);
    *height = (int)(down < 40 ? down : 40) * each + (p->title && p->n_panels > 1 ? 44 : 0);
    if (p->width > 0) *width = p->width;
    if (p->height > 0) *height = p->height;
}

int gn_series_style(const gn_panel *p, size_t i)
{
    int next = 0;
    if (p->series[i].style == GN_STYLE_LIGHT) return 5;     /* a circle, which gets a white ground */
    if (p->series[i].style >= 0) return p->series[i].style % GN_STYLES;
    for (size_t k = 0; k < i; k++) next += p->series[k].style < 0;
    return next % GN_STYLES;
}

void gn_bar_place(const gn_panel *p, size_t i, double *shift, double *width)
{
    double step = INFINITY;
    size_t bars = 0, before = 0;
    for (size_t k = 0; k < p->n_series; k++) {
        const gn_series *s = &p->series[k];
        if (s->kind != GN_SERIES_BARS) continue;
        before += k < i;
        bars++;
        for (size_t j = 1; j < s->n; j++) {
            double d = fabs(s->x[j] - s->x[j - 1]);
            if (d > 0 && d < step) step = d;
        }
    }
    if (!isfinite(step)) step = 1;
    *width = step * (bars > 1 ? 0.8 : 1) / (double)(bars ? bars : 1);
    *shift = ((double)before - ((double)bars - 1) / 2) * *width;
}

double gn_nice_step(double a, double b, int want)
{
    double raw = fabs(b - a) / (want > 0 ? want : 1);
    if (!(raw > 0) || !isfinite(raw)) return 1;
    double unit = pow(10, floor(log10(raw))), times = raw / unit;
    return unit * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

/* Steps, epochs and counts are whole: between two of them there is nothing to mark. */
static bool whole(const gn_panel *p)
{
    bool any = false;
    for (size_t i = 0; i < p->n_series; i++)
        for (size_t k = 0; k < p->series[i].n; k++) {
            double v = p->series[i].x[k];
            if (!gn_placed(v, p->log_x)) continue;
            if (v != floor(v)) return false;
            any = true;
        }
    return any && !p->n_fields;
}

double gn_tick_step(const gn_panel *p, bool x, double a, double b, int want)
{
    double step = gn_nice_step(a, b, want);
    return x && step < 1 && whole(p) ? 1 : step;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

bool gn_field_span(const gn_field *f, double *least, double *most)
{
    range r = { INFINITY, -INFINITY, f->log };
    for (size_t i = 0; i < f->nx * f->ny; i++) take(&r, f->z[i]);
    *least = f->numbers && !f->log && r.lo > 0 ? 0 : r.lo;     /* counts are seen against none */
    *most = r.hi;
    return r.lo <= r.hi;
}

double gn_field_share(const gn_field *f, double least, double most, double v)
{
    if (!(most > least)) return 0.5;
    double s = f->log ? log(v / least) / log(most / least) : (v - least) / (most - least);
    return s < 0 ? 0 : s > 1 ? 1 : s;
}

bool gn_field_has(const gn_field *f, size_t c)
{
    for (size_t i = 0; i < f->nx * f->ny; i++)
        if (gn_placed(f->z[i], false) && (size_t)(fabs(f->z[i]) + 0.5) == c) return true;
    return false;
}

bool gn_field_named(const gn_panel *p, const gn_field *f)
{
    return f->kind == GN_FIELD_CLASSES && f->n_names && !p->n_notes;
}
