/* museum.h -- the museum: mistakes that teaching texts and tools make, each with what it says, what is right, and the
 * numbers of both computed now by the engine.
 *
 * Invariant: a number that an exhibit shows is a claim of the document, an input, or computed while it is shown. */
#ifndef GN_MUSEUM_H
#define GN_MUSEUM_H

#include "diagnose.h"
#include "sheet.h"

typedef struct gn_exhibit {
    int number;
    const char *name;               /* "power-iteration" */
    const char *document, *place;   /* "S2", "Forward Pass" */
    const char *title, *says, *right;
} gn_exhibit;
const gn_exhibit *gn_museum_table(size_t *count);
/* By number or name ('_' may stand for '-'); NULL when there is none. */
const gn_exhibit *gn_museum_find(const char *what);
/* The exhibit as a sheet (the caller frees it, also after a failure). *found: the mistake that gn_diagnose names in the
 * document's gradient, GN_MISTAKE_COUNT where there is none; may be NULL. */
gn_status gn_museum_show(gn_context *ctx, const gn_exhibit *what, gn_sheet *sheet, gn_mistake *found);

#endif
