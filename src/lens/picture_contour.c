/* picture_contour.c -- the levels and the contours of a field, and the borders of its classes.
 *
 * Invariant: every point of a curve stands on a side of the grid, where the value between its ends is the level's;
 * leaving points out moves none. */
#include "picture_parts.h"

#include <math.h>
#include <string.h>

static const size_t nowhere = SIZE_MAX;

/* ---- marching squares -------------------------------------------------------------------------------------------- */

/* What is contoured: z itself, whether it is the class, or by how much the class's score leads all others. */
typedef enum reading { OF_Z, OF_CLASS, OF_LEAD } reading;
/* A side of the grid is 2*(iy*nx + ix), and one more when it goes up from there instead of right. A side is met by the
 * pieces of the two squares beside it: `next` holds, for each of the two, the piece's other end. */
typedef struct march {
    const gn_field *f;
    reading reading;
    size_t class_of;
    double level, *at;      /* where the level crosses the side, as a share; of sides that are crossed */
    size_t sides, (*next)[2];
} march;

static double lead(const gn_field *f, size_t class_of, size_t i)
{
    size_t cells = f->nx * f->ny;
    double best = -INFINITY;
    for (size_t c = 0; c < f->n_scores; c++)
        if (c != class_of && f->score[c * cells + i] > best) best = f->score[c * cells + i];
    return f->score[class_of * cells + i] - best;
}

static double value_at(const march *m, size_t i)
{
    double z = m->f->z[i];
    switch (m->reading) {
    case OF_CLASS: return gn_placed(z, false) ? floor(z + 0.5) == (double)m->class_of : NAN;
    case OF_LEAD:  return lead(m->f, m->class_of, i);
    default:       return z;
    }
}

static void join(march *m, size_t a, size_t b)
{
    m->next[a][m->next[a][0] != nowhere] = b;
    m->next[b][m->next[b][0] != nowhere] = a;
}

/* One square. Its corners are 0 (left, low), 1 (right, low), 2 (right, high), 3 (left, high); its side k goes from
 * corner k to the next. */
static void square(march *m, size_t ix, size_t iy)
{
    static const size_t dx[4] = { 0, 1, 1, 0 }, dy[4] = { 0, 0, 1, 1 };
    size_t nx = m->f->nx, corner[4], side[4] = { 2 * (iy * nx + ix), 2 * (iy * nx + ix + 1) + 1,
                                                 2 * ((iy + 1) * nx + ix), 2 * (iy * nx + ix) + 1 };
    size_t crossed[4], n = 0;
    double v[4];
    for (int k = 0; k < 4; k++) {
        corner[k] = (iy + dy[k]) * nx + ix + dx[k];
        v[k] = value_at(m, corner[k]);
        if (!gn_placed(v[k], false)) return;
    }
    for (int k = 0; k < 4; k++) {
        int a = k < 2 ? k : (k + 1) % 4, b = k < 2 ? k + 1 : k;    /* from the left or from below, in both squares */
        if ((v[a] >= m->level) == (v[b] >= m->level)) continue;
        m->at[side[k]] = (m->level - v[a]) / (v[b] - v[a]);
        crossed[n++] = side[k];
    }
    if (n == 2) join(m, crossed[0], crossed[1]);
    if (n != 4) return;
    /* a saddle: the middle says which corners belong together */
    bool with_first = ((v[0] + v[1] + v[2] + v[3]) / 4 >= m->level) == (v[0] >= m->level);
    join(m, crossed[0], crossed[with_first ? 1 : 3]);
    join(m, crossed[2], crossed[with_first ? 3 : 1]);
}

static void place(const march *m, size_t side, gn_lines *to)
{
    const gn_field *f = m->f;
    double x = (double)(side / 2 % f->nx), y = (double)(side / 2 / f->nx);
    if (side % 2) y += m->at[side];
    else x += m->at[side];
    to->x[to->points] = f->x0 + (f->x1 - f->x0) * x / (double)(f->nx - 1);
    to->y[to->points++] = f->y0 + (f->y1 - f->y0) * y / (double)(f->ny - 1);
}

/* From a side along its pieces, which are taken away, to where they end or close. */
static void follow(march *m, size_t side, gn_lines *to)
{
    place(m, side, to);
    for (;;) {
        size_t which = m->next[side][0] == nowhere, other = m->next[side][which];
        if (other == nowhere) break;
        m->next[side][which] = nowhere;
        m->next[other][m->next[other][0] != side] = nowhere;
        place(m, other, to);
        side = other;
    }
    to->from[++to->curves] = to->points;
}

static gn_status make_room(gn_lines *l, size_t points, size_t curves)
{
    double *x = gn_resize(l->ctx, l->x, l->points + points + 1, sizeof *x);
    if (x) l->x = x;
    double *y = gn_resize(l->ctx, l->y, l->points + points + 1, sizeof *y);
    if (y) l->y = y;
    size_t *from = gn_resize(l->ctx, l->from, l->curves + curves + 1, sizeof *from);
    if (from) l->from = from;
    if (!x || !y || !from) return GN_NO_MEMORY;
    l->from[l->curves] = l->points;
    return GN_OK;
}

/* First what begins at the rim, then what is closed. */
static gn_status follow_all(march *m, gn_lines *to)
{
    size_t met = 0, ends = 0;
    for (size_t s = 0; s < m->sides; s++) {
        met += m->next[s][0] != nowhere;
        ends += m->next[s][0] != nowhere && m->next[s][1] == nowhere;
    }
    /* every side is met once, and where a curve closes a second time; a closed one has four sides or more */
    GN_TRY(make_room(to, met + met / 4 + 1, ends / 2 + met / 4 + 1));
    for (size_t s = 0; s < m->sides; s++)
        if (m->next[s][0] != nowhere && m->next[s][1] == nowhere) follow(m, s, to);
    for (size_t s = 0; s < m->sides; s++)
        if (m->next[s][0] != nowhere) follow(m, s, to);
    return GN_OK;
}

static gn_status trace(gn_context *ctx, const gn_field *f, reading how, size_t class_of, double level, gn_lines *to)
{
    march m = { .f = f, .reading = how, .class_of = class_of, .level = level, .sides = 2 * f->nx * f->ny };
    m.next = gn_alloc_array(ctx, m.sides, sizeof *m.next);
    m.at = gn_alloc_array(ctx, m.sides, sizeof *m.at);
    gn_status s = m.next && m.at ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK) {
        memset(m.next, 0xFF, m.sides * sizeof *m.next);    /* nowhere */
        for (size_t iy = 0; iy + 1 < f->ny; iy++)
            for (size_t ix = 0; ix + 1 < f->nx; ix++) square(&m, ix, iy);
        s = follow_all(&m, to);
    }
    gn_free(ctx, m.next);
    gn_free(ctx, m.at);
    return s;
}

void gn_lines_free(gn_lines *l)
{
    gn_free(l->ctx, l->x);
    gn_free(l->ctx, l->y);
    gn_free(l->ctx, l->from);
    *l = (gn_lines){ .ctx = l->ctx };
}

gn_status gn_field_contour(gn_context *ctx, const gn_field *f, double level, gn_lines *out)
{
    *out = (gn_lines){ .ctx = ctx };
    gn_status s = trace(ctx, f, OF_Z, 0, level, out);
    if (s != GN_OK) gn_lines_free(out);
    return s;
}

gn_status gn_field_outline(gn_context *ctx, const gn_field *f, gn_lines *out)
{
    double least, most;
    gn_status s = GN_OK;
    *out = (gn_lines){ .ctx = ctx };
    if (!gn_field_span(f, &least, &most)) return GN_OK;
    if (f->score)   /* the last one's borders are borders of the others */
        for (size_t c = 0; c + 1 < f->n_scores && s == GN_OK; c++) s = trace(ctx, f, OF_LEAD, c, 0, out);
    else if (least >= 0 && most <= 1) s = trace(ctx, f, OF_Z, 0, 0.5, out);
    else
        for (double c = floor(least + 0.5); c < floor(most + 0.5) && s == GN_OK; c++)
            s = trace(ctx, f, OF_CLASS, (size_t)c, 0.5, out);
    if (s != GN_OK) gn_lines_free(out);
    return s;
}

/* ---- thinning ---------------------------------------------------------------------------------------------------- */

/* How far point i is from the line a to b, or from a where they are one point. */
static double away(const gn_lines *l, double span_x, double span_y, size_t a, size_t b, size_t i)
{
    double dx = (l->x[b] - l->x[a]) / span_x, dy = (l->y[b] - l->y[a]) / span_y, length = hypot(dx, dy);
    double px = (l->x[i] - l->x[a]) / span_x, py = (l->y[i] - l->y[a]) / span_y;
    return length > 0 ? fabs(dx * py - dy * px) / length : hypot(px, py);
}

/* The next point that stays after `a`, on the way to `b`: the line is halved at its farthest point until it fits. */
static size_t next_kept(const gn_lines *l, double span_x, double span_y, double within, size_t a, size_t b)
{
    for (;;) {
        double most = within;
        size_t at = b;
        for (size_t i = a + 1; i < b; i++) {
            double d = away(l, span_x, span_y, a, b, i);
            if (d > most) most = d, at = i;
        }
        if (at == b) return b;
        b = at;
    }
}

void gn_lines_thin(gn_lines *l, double span_x, double span_y, double within)
{
    size_t n = 0;
    for (size_t c = 0; c < l->curves; c++) {
        size_t i = l->from[c], last = l->from[c + 1] - 1;
        l->from[c] = n;
        for (;;) {
            size_t next = i < last ? next_kept(l, span_x, span_y, within, i, last) : i;
            l->x[n] = l->x[i];
            l->y[n++] = l->y[i];
            if (i == last) break;
            i = next;
        }
    }
    if (l->curves) l->from[l->curves] = l->points = n;
}

/* ---- levels ------------------------------------------------------------------------------------------------------ */

enum { USUAL_LEVELS = 12 };
static const double RESOLVED = 2, TOLERATED = 0.05;    /* cells of width; share of a level's lines that may be less */

/* Twice the area over the length: the radius of a circle, the width of a long island. In cells of the grid. */
static double width_of(const gn_field *f, const gn_lines *l, size_t curve, double *length)
{
    double sx = (double)(f->nx - 1) / (f->x1 - f->x0), sy = (double)(f->ny - 1) / (f->y1 - f->y0), area = 0;
    size_t from = l->from[curve], last = l->from[curve + 1] - 1;
    *length = 0;
    for (size_t i = from; i < last; i++) {
        double x0 = (l->x[i] - l->x[from]) * sx, y0 = (l->y[i] - l->y[from]) * sy;
        double x1 = (l->x[i + 1] - l->x[from]) * sx, y1 = (l->y[i + 1] - l->y[from]) * sy;
        area += x0 * y1 - x1 * y0;
        *length += hypot(x1 - x0, y1 - y0);
    }
    bool closed = l->x[from] == l->x[last] && l->y[from] == l->y[last];
    return !closed ? INFINITY : *length > 0 ? fabs(area) / *length : 0;
}

static gn_status resolves(gn_context *ctx, const gn_field *f, double level, bool *yes)
{
    gn_lines l;
    double all = 0, thin = 0;
    GN_TRY(gn_field_contour(ctx, f, level, &l));
    for (size_t c = 0; c < l.curves; c++) {
        double length, width = width_of(f, &l, c, &length);
        all += length;
        if (width < RESOLVED) thin += length;
    }
    *yes = all > 0 && thin <= TOLERATED * all;
    gn_lines_free(&l);
    return GN_OK;
}

/* Round numbers within a decade, so that there are about as many levels as wanted. */
static size_t by_logarithm(double least, double most, size_t want, double level[GN_LEVELS])
{
    static const double fine[] = { 1, 2, 5 }, coarse[] = { 1, 3 }, one[] = { 1 };
    double decades = log10(most / least);
    const double *times = 3 * decades <= (double)want + 2 ? fine : 2 * decades <= (double)want + 2 ? coarse : one;
    size_t n = 0, each = times == fine ? 3 : times == coarse ? 2 : 1;
    int step = times == one && decades > (double)want ? (int)ceil(decades / (double)want) : 1;
    for (int e = (int)floor(log10(least)); e <= log10(most); e += step)
        for (size_t k = 0; k < each; k++) {
            double v = times[k] * pow(10, e);
            if (v >= least * (1 - 1e-12) && v < most && n < GN_LEVELS) level[n++] = v;
        }
    return n;
}

static size_t evenly(double least, double most, size_t want, double level[GN_LEVELS])
{
    double step = gn_nice_step(least, most, (int)want), first = ceil(least / step);
    size_t n = 0;
    while (n < GN_LEVELS && (first + (double)n) * step < most) level[n] = (first + (double)n) * step, n++;
    return n;
}

gn_status gn_field_levels(gn_context *ctx, const gn_field *f, double level[GN_LEVELS], size_t *n)
{
    double least, most;
    size_t want = f->levels ? f->levels < GN_LEVELS ? f->levels : GN_LEVELS : USUAL_LEVELS, found;
    *n = 0;
    if (f->nx < 2 || f->ny < 2 || !gn_field_span(f, &least, &most) || least == most) return GN_OK;
    if (f->log) found = by_logarithm(fmax(least, f->floor > 0 ? f->floor : most / 1000), most, want, level);
    else found = evenly(least, most, want, level);
    for (size_t i = 0; i < found; i++) {
        bool yes;
        GN_TRY(resolves(ctx, f, level[i], &yes));
        if (yes) level[(*n)++] = level[i];
    }
    return GN_OK;
}

gn_status gn_field_scale(gn_context *ctx, const gn_field *f, double *least, double *most, bool *any)
{
    double level[GN_LEVELS];
    size_t n;
    *any = f->kind != GN_FIELD_CONTOUR && gn_field_span(f, least, most);
    if (f->kind != GN_FIELD_CONTOUR) return GN_OK;
    GN_TRY(gn_field_levels(ctx, f, level, &n));
    *any = n > 0;
    if (n) *least = level[0], *most = level[n - 1];
    return GN_OK;
}
