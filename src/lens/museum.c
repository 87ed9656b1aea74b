/* museum.c -- the exhibits as a table, and the frame around each: where it stands, what it says, what is right.
 *
 * Invariant: the rows of defs/museum.def and the functions that compute them are one list. */
#include "museum_hall.h"

#include <string.h>

typedef void (*exhibit_fn)(gn_hall *h);

static const gn_exhibit table[] = {
#define EXHIBIT(number, name, document, place, title, says, right) \
    { number, #name, document, place, title, says, right },
#include "../defs/museum.def"
#undef EXHIBIT
};

static const exhibit_fn show_exhibit[] = {
#define EXHIBIT(number, name, document, place, title, says, right) gn_museum_##name,
#include "../defs/museum.def"
#undef EXHIBIT
};

const gn_exhibit *gn_museum_table(size_t *count)
{
    *count = GN_COUNT(table);
    return table;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b)) return false;
    return *a == *b;
}

const gn_exhibit *gn_museum_find(const char *what)
{
    uint64_t number;
    bool digits = gn_read_uint(what, strlen(what), &number);
    for (size_t i = 0; i < GN_COUNT(table); i++)
        if (digits ? (uint64_t)table[i].number == number : same_name(table[i].name, what)) return &table[i];
    return NULL;
}

gn_status gn_museum_show(gn_context *ctx, const gn_exhibit *what, gn_sheet *sheet, gn_mistake *found)
{
    gn_text title;
    gn_text_init(&title, ctx);
    gn_text_printf(&title, "Exhibit %d: %s", what->number, what->title);
    gn_status s = gn_text_done(&title);
    gn_sheet_open(sheet, ctx, s == GN_OK ? title.at : "");
    gn_text_free(&title);
    GN_TRY(s);
    gn_sheet_fact(sheet, "where: %s, %s", what->document, what->place);
    gn_sheet_fact(sheet, "it says: \"%s\"", what->says);
    gn_sheet_fact(sheet, "right: %s", what->right);
    gn_hall h = { ctx, sheet, GN_MISTAKE_COUNT };
    show_exhibit[what - table](&h);
    if (found) *found = h.found;
    return gn_sheet_done(sheet);
}
