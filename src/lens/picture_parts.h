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
int gn_series_style(const gn_panel *p, size_t i);       /* 0..7 */
/* Bars stand beside one another at the same x: where the i-th series' bar has its centre, from x, and its width. */
void gn_bar_place(const gn_panel *p, size_t i, double *shift, double *width);

/* Round steps: 1, 2 or 5 times a power of ten, about `want` of them within [a, b]. */
double gn_nice_step(double a, double b, int want);

/* The smallest and largest placed value of a field; false when it has none. */
bool gn_field_span(const gn_field *f, double *least, double *most);
/* The share of v from the least to the most value, 0..1, by the logarithm where the field asks for it. */
double gn_field_share(const gn_field *f, double least, double most, double v);
enum { GN_LEVELS = 24 };
size_t gn_field_levels(const gn_field *f, double level[GN_LEVELS]);
/* A piece of the contour of a level, by marching squares. */
typedef void (*gn_piece_fn)(void *user, double x0, double y0, double x1, double y1);
void gn_field_contour(const gn_field *f, double level, gn_piece_fn piece, void *user);
/* The borders of classes; of two classes where the value, a probability, is 1/2. */
void gn_field_outline(const gn_field *f, gn_piece_fn piece, void *user);

#endif
