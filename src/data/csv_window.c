/* csv_window.c -- the stretch of a CSV file that is in memory: whole rows, read as they are needed.
 *
 * Invariant: at[filled] is 0 and the row being read begins at `row`; memory is bounded by the longest row allowed,
 * never by the file. */
#include <string.h>
#include "csv.h"

static gn_status grow(gn_csv_window *w, size_t want)
{
    if (want < w->capacity) return GN_OK;
    uint8_t *at = gn_resize(w->ctx, w->at, want + 1, 1);
    if (!at) return GN_NO_MEMORY;
    w->at = at;
    w->capacity = want + 1;
    return GN_OK;
}

gn_status gn_csv_fill(gn_csv_window *w, size_t want)
{
    size_t kept = w->filled - w->row;
    if (kept && w->row) memmove(w->at, w->at + w->row, kept);
    w->row = 0;
    w->filled = kept;
    GN_TRY(grow(w, want > kept ? want : kept));
    while (!w->ended && w->filled < want) {
        size_t room = want - w->filled;
        int64_t got = gn_source_read(w->source, w->at + w->filled, room);
        if (got < 0) return gn_last_error(w->ctx)->status;
        w->filled += (size_t)got;
        w->ended = got == 0;
    }
    w->at[w->filled] = 0;
    return GN_OK;
}

gn_status gn_csv_more(gn_csv_window *w)
{
    size_t have = w->filled - w->row;
    if (have > GN_CSV_ROW_LIMIT)
        return gn_fail_at(w->ctx, GN_E_CSV_LIMIT, gn_csv_place(w, w->row), "row longer than 16 MiB");
    /* Doubling keeps the cost of beginning a long row again within twice its length. */
    size_t want = have < w->sample / 2 ? w->sample : 2 * have + 1;
    if (want > GN_CSV_ROW_LIMIT + 1) want = GN_CSV_ROW_LIMIT + 1;
    return gn_csv_fill(w, want);
}

/* Is there a line end in [from, filled)? */
static bool line_ends(const gn_csv_window *w, size_t from)
{
    return from < w->filled &&
           (memchr(w->at + from, '\n', w->filled - from) || memchr(w->at + from, '\r', w->filled - from));
}

gn_status gn_csv_too_long(gn_csv_window *w, size_t offset, const char *what)
{
    size_t in_row = offset - w->row, seen = in_row;
    while (!w->ended && !line_ends(w, w->row + seen)) {
        seen = w->filled - w->row;
        GN_TRY(gn_csv_more(w));
    }
    return gn_fail_at(w->ctx, GN_E_CSV_LIMIT, gn_csv_place(w, w->row + in_row), "%s", what);
}

gn_place gn_csv_place(const gn_csv_window *w, size_t offset)
{
    gn_place p = {.file = w->source->name, .line = w->line, .column = 1};
    for (size_t i = w->row; i < offset && i < w->filled; i++) {
        uint8_t c = gn_csv_at(w, i);
        if (c == '\n' || (c == '\r' && gn_csv_at(w, i + 1) != '\n')) {
            p.line++;
            p.column = 1;
        } else if (c != '\r' && (w->latin1 || (c & 0xC0) != 0x80)) {
            p.column++;
        }
    }
    return p;
}

bool gn_csv_line_end(const gn_csv_window *w, size_t i, gn_csv_end *end, size_t *next)
{
    uint8_t c = gn_csv_at(w, i);
    *end = GN_CSV_ROW_END;
    *next = i + 1;
    if (c == '\n') return true;
    if (c == '\r') {
        if (i + 1 >= w->filled && !w->ended) *end = GN_CSV_MORE;
        else if (gn_csv_at(w, i + 1) == '\n') *next = i + 2;
        return true;
    }
    if (i < w->filled) return false;
    *end = w->ended ? GN_CSV_ROW_END : GN_CSV_MORE;
    *next = w->filled;
    return true;
}

bool gn_csv_blank_row(const gn_csv_window *w, const gn_csv_dialect *d, gn_csv_end *end, size_t *next)
{
    size_t i = w->row;
    while (gn_csv_at(w, i) == ' ' || (gn_csv_at(w, i) == '\t' && d->delimiter != '\t')) i++;
    return gn_csv_line_end(w, i, end, next);
}
