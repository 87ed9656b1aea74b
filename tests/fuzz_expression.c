/* fuzz_expression.c -- hostile text into the expression language and its calculus: parse, derive, print and read again,
 * evaluate, and show the sheet of the derivative. */
#include "fuzz.h"
#include "../src/lens/calculus.h"

#include <math.h>

/* What is printed is read again and prints the same. */
static void round_trip(gn_context *ctx, gn_arena *arena, const gn_matrix *m)
{
    gn_text first, again;
    gn_matrix read;
    gn_text_init(&first, ctx);
    gn_text_init(&again, ctx);
    gn_matrix_print(&first, m);
    if (first.length < 4096 && gn_matrix_parse(arena, first.at, first.length, &read) == GN_OK) {
        gn_matrix_print(&again, &read);
        DEMAND(first.length == again.length && !memcmp(first.at, again.at, first.length));
    }
    gn_text_free(&first);
    gn_text_free(&again);
}

static void show(gn_context *ctx, gn_arena *arena, const char *text, bool at)
{
    gn_functions of;
    gn_sheet sheet = { 0 };
    gn_text out;
    gn_render how;
    if (gn_functions_parse(arena, &text, 1, NULL, &of) != GN_OK || of.names > 4 || of.f.rows > 4) return;
    double point[4] = { 0, 1, -2, 0.5 };
    gn_calculus_ask ask = { .order = 2, .at = at ? point : NULL };
    gn_status s = gn_calculus_sheet(ctx, &of, &ask, &sheet);
    gn_text_init(&out, ctx);
    gn_render_defaults(&how);
    for (int f = 0; f < GN_FORMAT_COUNT && s == GN_OK; f++) {
        how.format = (gn_format)f;
        how.depth = 2;
        gn_text_clear(&out);
        s = gn_sheet_render(&sheet, &how, &out);
    }
    gn_text_free(&out);
    gn_sheet_free(&sheet);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    fuzz_memory memory = { 0 };
    if (size > 2000) return 0;
    gn_context *ctx = fuzz_context(&memory);
    gn_arena arena;
    gn_matrix m;
    char *text = malloc(size + 1);
    DEMAND(text);
    memcpy(text, bytes, size);
    text[size] = 0;
    gn_arena_init(&arena, ctx);
    gn_status s = gn_matrix_parse(&arena, text, size, &m);
    DEMAND(s == GN_OK || s == GN_USAGE);
    if (s == GN_OK) round_trip(ctx, &arena, &m);
    if (s == GN_OK && size < 200 && strlen(text) == size) {
        show(ctx, &arena, text, false);
        show(ctx, &arena, text, true);
    }
    gn_arena_free(&arena);
    gn_context_free(ctx);
    free(text);
    DEMAND(memory.blocks == 0);
    return 0;
}
