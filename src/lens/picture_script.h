/* picture_script.h -- what the parts of the script writer share: the script in hand, safe texts, and what is plotted.
 *
 * Invariant: as in picture_script.c. */
#ifndef GN_PICTURE_SCRIPT_H
#define GN_PICTURE_SCRIPT_H

#include "picture_parts.h"

typedef struct gn_script {
    gn_context *ctx;
    const gn_picture *p;
    gn_text *to;
    size_t blocks;          /* here-documents written so far */
} gn_script;
/* The blocks of a panel are written before its plot command, which is collected here. */
typedef struct gn_items { gn_text text; size_t n; } gn_items;

/* 'text', its quotes doubled and cut after `most` characters; control bytes and what is not UTF-8 show as \x1b.
 * `format`: where gnuplot would read % as a place for a number, it is doubled. */
void gn_script_quoted(gn_text *to, const char *text, size_t most, bool format);
void gn_script_text(gn_text *to, const char *text);                 /* NULL: the empty text */
void gn_script_number(gn_text *to, double v);

/* Each writes its data and adds its part of the plot command. */
void gn_script_field(gn_script *s, gn_items *it, const gn_panel *p, const gn_field *f);
void gn_script_links(gn_script *s, gn_items *it, const gn_panel *p);
void gn_script_rules(gn_script *s, gn_items *it, const gn_panel *p, const gn_frame *f);
void gn_script_series(gn_script *s, gn_items *it, const gn_panel *p, size_t i);
void gn_script_nodes(gn_script *s, gn_items *it, const gn_panel *p);
void gn_script_regions(gn_items *it, const gn_panel *p);            /* the key alone; no data */
double gn_script_node_size(const gn_script *s, const gn_panel *p);  /* of its points, as gnuplot counts them */

#endif
