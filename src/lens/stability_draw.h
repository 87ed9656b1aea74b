/* stability_draw.h -- what the files that draw the maps and reports of stability share.
 *
 * Invariant: everything a picture points to stands in the caller's arena; after an allocation that failed the drawing
 * says so in `failed`. */
#ifndef GN_STABILITY_DRAW_H
#define GN_STABILITY_DRAW_H

#include "stability.h"

enum { GN_MAP_CURVE = 200, GN_MAP_GRID_X = 96, GN_MAP_GRID_Y = 64 };   /* points of a line, cells of a field */

typedef struct gn_drawing {
    gn_arena *arena;
    gn_panel *panel;
    gn_series *series;
    gn_rule_mark *mark;
    gn_note_mark *note;
    gn_field *field;
    bool failed;
} gn_drawing;

void *gn_drawing_take(gn_drawing *d, size_t count, size_t size);
/* A picture of `panels` panels, each with room for 8 series and marks. */
gn_status gn_drawing_begin(gn_drawing *d, gn_arena *arena, size_t panels, gn_picture *out);
void gn_drawing_series(gn_drawing *d, size_t panel, gn_series_kind kind, const char *label, size_t n, const double *x,
                       const double *y);
void gn_drawing_rule(gn_drawing *d, size_t panel, bool vertical, double at, const char *label);
void gn_drawing_note(gn_drawing *d, size_t panel, double x, double y, const char *text);
gn_status gn_drawing_point(gn_drawing *d, double x, double y, const char *label);
/* A finished text into the arena, and frees it. */
const char *gn_drawing_keep(gn_drawing *d, gn_text *t);

/* What a map shows: from (left, 0) to (right, top). */
typedef struct gn_map_range { double left, right, top; } gn_map_range;
/* The field of the first panel, whose classes *z the caller fills in. */
gn_status gn_drawing_field(gn_drawing *d, const gn_map_range *r, const char *const *names, size_t n_names, double **z);
/* The i-th of n numbers evenly spaced. */
double gn_map_along(double from, double to, size_t i, size_t n);

/* The parameters in force, momentum among them; and the limit with them, of an optimiser that has a map. */
void gn_map_hyper(const gn_map_ask *ask, double *hyper);
gn_status gn_map_limit(gn_context *ctx, const gn_map_ask *ask, double *hyper, gn_limit *limit);
/* The rates times curvature between which the iteration's eigenvalues are complex. */
void gn_map_ripples(gn_optimizer op, double mu, double *low, double *high);

/* The regimes that an optimiser's map tells apart, by class. */
enum { GN_MAP_CLASSES = 4 };
typedef struct gn_map_regimes {
    const gn_regime *of;
    size_t n;
    const char *name[GN_MAP_CLASSES];
} gn_map_regimes;
gn_status gn_map_regimes_of(gn_drawing *d, gn_optimizer op, gn_map_regimes **out);
/* The regime that the report has there; a line between two regions counts to one of them. */
gn_status gn_map_class_of(gn_context *ctx, const gn_map_regimes *r, gn_optimizer op, const double *hyper,
                          double eta_lambda, double *z);
/* "η = 0.005, μ = 0.9: ηλ = 1, two steps" */
const char *gn_map_point_name(gn_drawing *d, const gn_map_ask *ask, const double *hyper, double lambda);

/* stability_map_momentum.c */
gn_status gn_map_lr_momentum(gn_arena *arena, const gn_map_ask *ask, gn_picture *out);

#endif
