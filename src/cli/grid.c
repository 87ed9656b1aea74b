/* grid.c -- columns of text aligned by their widest cell.
 *
 * Invariant: a cell holds no control bytes, so that columns stay columns whatever a file names its classes. */
#include "cli.h"

#include <string.h>

void gn_grid_open(gn_grid *g, gn_context *ctx, const char *align)
{
    *g = (gn_grid){ .ctx = ctx, .columns = strlen(align), .align = align };
    gn_arena_init(&g->arena, ctx);
}

void gn_grid_put(gn_grid *g, const char *text)
{
    if (g->cells == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 64;
        const char **cell = gn_resize(g->ctx, g->cell, capacity, sizeof *cell);
        if (!cell) {
            g->failed = true;
            return;
        }
        g->cell = cell;
        g->capacity = capacity;
    }
    gn_text shown;
    gn_text_init(&shown, g->ctx);
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 32 || c == 127) gn_text_printf(&shown, "\\x%02x", c); /* a terminal would obey it */
        else gn_text_add(&shown, p, 1);
    }
    char *copy = gn_arena_text(&g->arena, shown.at ? shown.at : "", shown.length);
    if (!copy || shown.failed) g->failed = true;
    gn_text_free(&shown);
    g->cell[g->cells++] = copy ? copy : "";
}

void gn_grid_number(gn_grid *g, double value, int digits)
{ gn_grid_put(g, gn_num_digits(GN_NUM, value, digits)); }

void gn_grid_fixed(gn_grid *g, double value, int decimals)
{
    bool plain = value > -1e15 && value < 1e15;
    gn_grid_put(g, plain ? gn_num_fixed(GN_NUM, value, decimals) : gn_num_digits(GN_NUM, value, 6));
}

void gn_text_count(gn_text *to, uint64_t n)
{
    char digits[32];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) gn_text_puts(to, ",");
        gn_text_add(to, digits + i, 1);
    }
}

void gn_grid_count(gn_grid *g, uint64_t n)
{
    gn_text t;
    gn_text_init(&t, g->ctx);
    gn_text_count(&t, n);
    if (gn_text_done(&t) == GN_OK) gn_grid_put(g, t.at);
    else g->failed = true;
    gn_text_free(&t);
}

static void spaces(gn_text *to, size_t n)
{
    while (n--) gn_text_add(to, " ", 1);
}

static void put_row(const gn_grid *g, size_t row, const size_t *width, gn_text *to)
{
    size_t last = g->columns;
    while (last > 1 && !*g->cell[row * g->columns + last - 1]) last--;
    for (size_t c = 0; c < last; c++) {
        const char *cell = g->cell[row * g->columns + c];
        size_t pad = width[c] - gn_width(cell, strlen(cell));
        if (c) spaces(to, 2);
        if (g->align[c] == 'r') spaces(to, pad);
        gn_text_puts(to, cell);
        if (g->align[c] != 'r' && c + 1 < last) spaces(to, pad);
    }
}

void gn_grid_print(gn_grid *g, gn_text *to, const char *indent)
{
    size_t *width = gn_calloc(g->ctx, g->columns + 1, sizeof *width), rows = g->cells / g->columns;
    if (!width || g->failed) to->failed = true;
    for (size_t i = 0; width && !g->failed && i < rows * g->columns; i++) {
        size_t w = gn_width(g->cell[i], strlen(g->cell[i]));
        if (w > width[i % g->columns]) width[i % g->columns] = w;
    }
    for (size_t r = 0; width && !g->failed && r < rows; r++) {
        gn_text_puts(to, indent);
        put_row(g, r, width, to);
        gn_text_puts(to, "\n");
    }
    gn_free(g->ctx, width);
    gn_free(g->ctx, g->cell);
    gn_arena_free(&g->arena);
}
