/* picture.h -- a picture as data: panels with series, fields and marks; written as a gnuplot script or drawn with
 * characters.
 *
 * Invariant: texts are foreign: in a script they stand in single quotes with the quote doubled, under noenhanced, and
 * never as code; data stand in here-documents as numbers. Colours are a fixed set that differs in lightness, and every
 * series differs in dash or point too, so that grey and colour-blind eyes tell them apart. Fifteen points differ in
 * form; no two of GN_STYLES series are the same in colour and point. */
#ifndef GN_PICTURE_H
#define GN_PICTURE_H

#include "../base/text.h"

typedef enum gn_series_kind { GN_SERIES_LINE, GN_SERIES_POINTS, GN_SERIES_LINE_POINTS, GN_SERIES_BARS, GN_SERIES_STEPS,
                              GN_SERIES_ARROWS /* from (x, y) to the next point */ } gn_series_kind;
/* Colours and dashes repeat after 8 styles, the forms of points after 15: both together after 120. */
enum { GN_COLOURS = 8, GN_POINTS = 15, GN_STYLES = GN_COLOURS * GN_POINTS };
/* A style of points: white with a dark edge, which is seen on every colour of a heat map. */
enum { GN_STYLE_LIGHT = 1000 };
typedef struct gn_series {
    gn_series_kind kind;
    const char *label;              /* in the key; NULL: none */
    size_t n;
    const double *x, *y;            /* (n); a point that is not finite breaks the line */
    int style;                      /* 0..GN_STYLES - 1: colour, dash and point together; -1: the next one */
} gn_series;
typedef enum gn_field_kind { GN_FIELD_HEAT, GN_FIELD_CONTOUR, GN_FIELD_CLASSES } gn_field_kind;
typedef struct gn_field {           /* z over a grid: z[iy*nx + ix] at x0 + (x1 - x0)*ix/(nx - 1), likewise y */
    gn_field_kind kind;
    size_t nx, ny;
    double x0, x1, y0, y1;
    const double *z;
    const char *label;              /* of the colour scale */
    bool log;                       /* contour levels and colours by the logarithm */
    size_t levels;                  /* of contours; 0: by the data */
    bool numbers;                   /* the value is written into each cell (a confusion matrix) */
    const char *const *names;       /* of classes 0, 1, ...; NULL: their numbers */
    size_t n_names;
    double floor;                   /* contours by the logarithm: no level below it; 0: a thousandth of the most */
    const double *score;            /* (n_scores, ny, nx) of classes: the largest is the class; their borders are drawn
                                       where two are equal. NULL: between the cells */
    size_t n_scores;
} gn_field;
typedef struct gn_rule_mark { bool vertical; double at; const char *label; } gn_rule_mark;
typedef struct gn_note_mark { double x, y; const char *text; } gn_note_mark;
typedef struct gn_link_mark { double x0, y0, x1, y1, weight; } gn_link_mark;    /* a line; width and colour by weight */
typedef struct gn_node_mark { double x, y; const char *label; } gn_node_mark;   /* a circle with a text in it or NULL */

typedef struct gn_panel {
    const char *title, *x_label, *y_label;      /* labels with units: "weight w", "learning rate η (per step)" */
    bool log_x, log_y, equal_scale, no_axes;
    double x_min, x_max, y_min, y_max;          /* min >= max: by the data */
    const char *const *x_names;                 /* labels at x = 0, 1, ... (classes), or NULL */
    const char *const *y_names;
    size_t n_x_names, n_y_names;
    size_t n_series, n_fields, n_marks, n_notes, n_links;
    const gn_series *series;
    const gn_field *field;
    const gn_rule_mark *mark;
    const gn_note_mark *note;
    const gn_link_mark *link;
    size_t n_nodes;
    const gn_node_mark *node;       /* above the links */
} gn_panel;
typedef struct gn_picture {
    const char *title;
    size_t columns;                 /* panels side by side; 0: by their number */
    size_t n_panels;
    const gn_panel *panel;
    int width, height;              /* pixels at 96 to the inch; 0: by the panels */
} gn_picture;

typedef enum gn_picture_type { GN_PICTURE_SVG, GN_PICTURE_PNG, GN_PICTURE_PDF, GN_PICTURE_TYPE_COUNT } gn_picture_type;
/* The whole script, data included; `out` is the file that gnuplot is to write, NULL for its standard output. Refuses a
 * name with control bytes (GN_E_USAGE); in other texts they are made visible. */
gn_status gn_picture_script(gn_context *ctx, const gn_picture *p, gn_picture_type type, const char *out, gn_text *to);
/* With characters: braille (or ASCII) with axes, `columns` wide. */
gn_status gn_picture_draw(gn_context *ctx, const gn_picture *p, int columns, bool ascii, gn_text *to);

#endif
