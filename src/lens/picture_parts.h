/* picture_parts.h -- what the script and the drawing of a picture share: its frame, its layout, its bars and contours.
 *
 * Invariant: both show the same ranges, the same levels and the same order, so that one can be checked by the other. */
#ifndef GN_PICTURE_PARTS_H
#define GN_PICTURE_PARTS_H

#include "picture.h"

/* A value that can be placed: finite, and not so large that differences overflow; on a log axis above 0. */
bool gn_placed(double v, bool log);

typedef struct gn_frame { double x0, x1, y0, y1; } gn_frame;
/* The range shown, from the panel's own bounds or from its data with a margin. */
gn_frame gn_panel_frame(const gn_panel *p);
int gn_node_side(const gn_panel *p, double x);  /* where a node's name goes: -1 left of it, 1 right, 0 below */

size_t gn_picture_columns(const gn_picture *p);         /* panels side by side */
void gn_picture_size(const gn_picture *p, int *width, int *height);
int gn_picture_key_room(const gn_picture *p);           /* of that height, pixels for long keys in each row of panels */
int gn_series_style(const gn_panel *p, size_t i);       /* 0..GN_STYLES - 1 */
/* Bars stand beside one another at the same x: where the i-th series' bar has its centre, from x, and its width. */
void gn_bar_place(const gn_panel *p, size_t i, double *shift, double *width);

/* Round steps: 1, 2 or 5 times a power of ten, about `want` of them within [a, b]. */
double gn_nice_step(double a, double b, int want);
/* The same for an axis of a panel: 1 or more where x counts something. */
double gn_tick_step(const gn_panel *p, bool x, double a, double b, int want);

/* The smallest and largest placed value of a field; false when it has none. */
bool gn_field_span(const gn_field *f, double *least, double *most);
/* The share of v from the least to the most value, 0..1, by the logarithm where the field asks for it. */
double gn_field_share(const gn_field *f, double least, double most, double v);
/* Is class c anywhere in a field of classes? And are its regions named in the key: where no note names them in place? */
bool gn_field_has(const gn_field *f, size_t c);
bool gn_field_named(const gn_panel *p, const gn_field *f);
/* Levels of contours: round numbers (1, 2, 5; over many decades 1, 3 or powers of ten), and only those whose lines the
 * grid resolves: one that falls into islands thinner than its cells says something about the grid, not about z. */
enum { GN_LEVELS = 24 };
gn_status gn_field_levels(gn_context *ctx, const gn_field *f, double level[GN_LEVELS], size_t *n);
/* What the colours of a field go from and to: of contours the levels that are drawn, else the span. False: nothing. */
gn_status gn_field_scale(gn_context *ctx, const gn_field *f, double *least, double *most, bool *any);

/* Contours as curves, by marching squares, whose pieces are joined: curve i has the points from[i]..from[i + 1] - 1; a
 * closed one ends where it begins. */
typedef struct gn_lines {
    gn_context *ctx;
    double *x, *y;
    size_t *from;
    size_t points, curves;
} gn_lines;
gn_status gn_field_contour(gn_context *ctx, const gn_field *f, double level, gn_lines *out);
/* The borders of classes; of two classes where the value, a probability, is 1/2. */
gn_status gn_field_outline(gn_context *ctx, const gn_field *f, gn_lines *out);
void gn_lines_free(gn_lines *l);
/* Leaves out the points that lie within `within` of the line through those that stay (after Douglas and Peucker), in
 * units of the spans given. */
void gn_lines_thin(gn_lines *l, double span_x, double span_y, double within);

#endif
