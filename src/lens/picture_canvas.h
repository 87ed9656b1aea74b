/* picture_canvas.h -- a sheet of character cells, each with eight dots (braille) or one (ASCII), to draw panels on.
 *
 * Invariant: what lies outside the plot's cells is cut off; a text is written whole or up to the edge. */
#ifndef GN_PICTURE_CANVAS_H
#define GN_PICTURE_CANVAS_H

#include "picture_parts.h"

typedef struct gn_canvas {
    gn_context *ctx;
    bool ascii, failed;
    int width, height;              /* cells of the whole */
    int left, top, across, down;    /* the plot's cells */
    uint32_t *cell;                 /* (height, width) a character; 0: the dots, or else the ground */
    uint32_t *ground;
    uint8_t *dots;
    gn_frame frame;
    bool log_x, log_y;
} gn_canvas;

gn_status gn_canvas_open(gn_canvas *c, gn_context *ctx, int width, int height, bool ascii);
void gn_canvas_free(gn_canvas *c);
void gn_canvas_put(gn_canvas *c, int column, int row, uint32_t character);
/* Returns the number of cells it took. */
int gn_canvas_text(gn_canvas *c, int column, int row, const char *text, int most);
/* The shares 0..1 of the plot at which a point lies; may lie outside. */
void gn_canvas_share(const gn_canvas *c, double x, double y, double *fx, double *fy);
void gn_canvas_line(gn_canvas *c, double x0, double y0, double x1, double y1);
void gn_canvas_mark(gn_canvas *c, double x, double y, uint32_t character);
void gn_canvas_print(const gn_canvas *c, int row, gn_text *to);     /* one row, its trailing blanks kept */
int gn_canvas_width(const gn_canvas *c, const char *text);          /* cells of a text */

/* ---- picture_key.c: what stands for what, and the key ------------------------------------------------------------ */

uint32_t gn_canvas_form(const gn_canvas *c, int style);
uint32_t gn_canvas_class(const gn_canvas *c, double class);         /* the ground of a class */
uint32_t gn_canvas_heat(const gn_canvas *c, double share);          /* of a value, by its share 0..1 */
uint32_t gn_canvas_mark_of(const gn_canvas *c, const gn_panel *p, size_t i);
size_t gn_drawn_lines(const gn_panel *p);                           /* series that are curves */
double gn_weakest_link(const gn_panel *p, size_t *shown);           /* the least |weight| that is drawn */
int gn_canvas_key_rows(const gn_panel *p, int width, bool ascii);
gn_status gn_canvas_key(gn_canvas *c, const gn_panel *p, int row);

#endif
