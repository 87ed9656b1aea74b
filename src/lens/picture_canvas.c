/* picture_canvas.c -- character cells with dots in them. */
#include "picture_canvas.h"

#include <math.h>
#include <string.h>

gn_status gn_canvas_open(gn_canvas *c, gn_context *ctx, int width, int height, bool ascii)
{
    size_t n = (size_t)width * (size_t)height;
    memset(c, 0, sizeof *c);
    c->ctx = ctx;
    c->ascii = ascii;
    c->width = width;
    c->height = height;
    c->cell = gn_calloc(ctx, n, sizeof *c->cell);
    c->ground = gn_calloc(ctx, n, sizeof *c->ground);
    c->dots = gn_calloc(ctx, n, 1);
    if (c->cell && c->ground && c->dots) return GN_OK;
    gn_canvas_free(c);
    return GN_NO_MEMORY;
}

void gn_canvas_free(gn_canvas *c)
{
    gn_free(c->ctx, c->cell);
    gn_free(c->ctx, c->ground);
    gn_free(c->ctx, c->dots);
    c->cell = c->ground = NULL;
    c->dots = NULL;
}

void gn_canvas_put(gn_canvas *c, int column, int row, uint32_t character)
{
    if (column < 0 || row < 0 || column >= c->width || row >= c->height) return;
    c->cell[row * c->width + column] = character;
}

/* The next character of UTF-8; a byte that is none, or a control byte, is a question mark. */
static uint32_t next_character(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    int more = *p < 0x80 ? 0 : *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC2 ? 1 : -1;
    uint32_t v = more < 0 ? '?' : more == 0 ? *p : *p & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *at += 1;
            return '?';
        }
        v = v << 6 | (p[i] & 0x3Fu);
    }
    *at += more < 0 ? 1 : more + 1;
    return v < 32 || (v >= 127 && v < 160) ? '?' : v;
}

/* A letter of ASCII for the Greek ones that labels use; what has none is a question mark. */
static const char *plain(uint32_t v)
{
    static const struct { uint32_t v; const char *name; } letter[] = {
        { 0x3B7, "eta" }, { 0x3BB, "lambda" }, { 0x3B1, "alpha" }, { 0x3B2, "beta" }, { 0x3B4, "delta" },
        { 0x2212, "-" },
        { 0x2207, "grad" }, { 0x394, "d" }, { 0x3B8, "theta" }, { 0x3BC, "mu" }, { 0x3C3, "sigma" }, { 0xB7, "*" },
        { 0xD7, "x" }, { 0xB2, "^2" }, { 0x2264, "<=" }, { 0x2265, ">=" }, { 0x2026, "..." }, { 0x2013, "-" },
        { 0x2192, "->" }, { 0x2032, "'" },
    };
    for (size_t i = 0; i < GN_COUNT(letter); i++)
        if (letter[i].v == v) return letter[i].name;
    return "?";
}

int gn_canvas_width(const gn_canvas *c, const char *text)
{
    int n = 0;
    while (text && *text) {
        uint32_t v = next_character(&text);
        n += v < 128 || !c->ascii ? 1 : (int)strlen(plain(v));
    }
    return n;
}

int gn_canvas_text(gn_canvas *c, int column, int row, const char *text, int most)
{
    int n = 0;
    while (text && *text && n < most) {
        uint32_t v = next_character(&text);
        if (v < 128 || !c->ascii) gn_canvas_put(c, column + n++, row, v);
        else
            for (const char *p = plain(v); *p && n < most; p++) gn_canvas_put(c, column + n++, row, (uint32_t)*p);
    }
    return n;
}

/* ---- the plot's cells -------------------------------------------------------------------------------------------- */

static double share(double v, double a, double b, bool log_scale)
{
    return log_scale ? log(v / a) / log(b / a) : (v - a) / (b - a);
}

void gn_canvas_share(const gn_canvas *c, double x, double y, double *fx, double *fy)
{
    *fx = share(x, c->frame.x0, c->frame.x1, c->log_x);
    *fy = share(y, c->frame.y0, c->frame.y1, c->log_y);
}

static void dot(gn_canvas *c, int column, int row)
{
    static const uint8_t bit[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };
    int cx = c->ascii ? column : column / 2, cy = c->ascii ? row : row / 4;
    if (column < 0 || row < 0 || cx >= c->across || cy >= c->down) return;
    c->dots[(c->top + cy) * c->width + c->left + cx] |= c->ascii ? 1 : bit[row % 4][column % 2];
}

/* Cut the piece t0..t1 of a line to where p + t*d lies in 0..1 (after Liang and Barsky). */
static bool cut(double p, double d, double *t0, double *t1)
{
    if (d == 0) return p >= 0 && p <= 1;
    double a = -p / d, b = (1 - p) / d;
    if (a > b) {
        double swap = a;
        a = b;
        b = swap;
    }
    if (a > *t0) *t0 = a;
    if (b < *t1) *t1 = b;
    return *t0 <= *t1;
}

void gn_canvas_line(gn_canvas *c, double x0, double y0, double x1, double y1)
{
    double ax, ay, bx, by, t0 = 0, t1 = 1;
    gn_canvas_share(c, x0, y0, &ax, &ay);
    gn_canvas_share(c, x1, y1, &bx, &by);
    if (!cut(ax, bx - ax, &t0, &t1) || !cut(ay, by - ay, &t0, &t1)) return;
    int wide = c->across * (c->ascii ? 1 : 2) - 1, high = c->down * (c->ascii ? 1 : 4) - 1;
    double dx = (bx - ax) * (t1 - t0) * wide, dy = (by - ay) * (t1 - t0) * high;
    int n = (int)ceil(fmax(fabs(dx), fabs(dy)));
    for (int i = 0; i <= n; i++) {
        double t = t0 + (t1 - t0) * (n ? (double)i / n : 0);
        dot(c, (int)lround((ax + t * (bx - ax)) * wide), (int)lround((1 - ay - t * (by - ay)) * high));
    }
}

void gn_canvas_mark(gn_canvas *c, double x, double y, uint32_t character)
{
    double fx, fy;
    gn_canvas_share(c, x, y, &fx, &fy);
    if (!(fx >= 0 && fx <= 1 && fy >= 0 && fy <= 1)) return;
    int column = c->left + (int)lround(fx * (c->across - 1)), row = c->top + (int)lround((1 - fy) * (c->down - 1));
    gn_canvas_put(c, column, row, character);
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void put_character(gn_text *to, uint32_t v)
{
    char b[4];
    int n = v < 0x80 ? 1 : v < 0x800 ? 2 : v < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (int i = n - 1; i > 0; i--, v >>= 6) b[i] = (char)(0x80 | (v & 0x3F));
    b[0] = (char)(n == 1 ? v : lead[n] | v);
    gn_text_add(to, b, (size_t)n);
}

void gn_canvas_print(const gn_canvas *c, int row, gn_text *to)
{
    for (int i = 0; i < c->width; i++) {
        size_t at = (size_t)(row * c->width + i);
        uint32_t v = c->cell[at];
        if (!v && c->dots[at]) v = c->ascii ? '.' : 0x2800u + c->dots[at];
        if (!v) v = c->ground[at];
        put_character(to, v ? v : ' ');
    }
}
