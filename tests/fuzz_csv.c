/* fuzz_csv.c -- hostile bytes into the CSV reader and the encoder. The first byte chooses options, the rest is the
 * file.
 *
 *   clang -fsanitize=fuzzer,address,undefined ... tests/fuzz_csv.c    fuzzes
 *   gcc -DGN_FUZZ_MAIN ... tests/fuzz_csv.c; ./fuzz_csv FILE...       runs files that were found before
 *
 * Besides not crashing: a table is read the same wherever the window on its bytes ends. */
#include <math.h>
#include "fuzz.h"
#include "../src/data/csv.h"

static const char *const settings[][8] = {{"missing", "drop"},
                                          {"missing", "median", "nonfinite", "missing"},
                                          {"decimal", ","},
                                          {"escape", "\\"},
                                          {"header", "no"},
                                          {"header", "yes", "dup", "rename"},
                                          {"encoding", "latin1"},
                                          {"thousands", ",", "delim", "semicolon"},
                                          {"task", "classify"},
                                          {"task", "regression", "precision", "f64"},
                                          {"delim", "space"},
                                          {"skip-rows", "2"},
                                          {"missing", "mean", "delim", "tab"},
                                          {"target", "1", "ignore", "2"},
                                          {"weight", "1"},
                                          {NULL}};

static bool same(const gn_table *a, const gn_table *b)
{
    if (a->rows != b->rows || a->columns != b->columns || a->has_header != b->has_header) return false;
    for (size_t c = 0; c < a->columns; c++) {
        const gn_column *x = &a->column[c], *y = &b->column[c];
        if (x->kind != y->kind || strcmp(x->name, y->name) || x->missing != y->missing || x->fault != y->fault ||
            x->fault_line != y->fault_line)
            return false;
        for (size_t r = 0; r < a->rows; r++) {
            if (x->kind == GN_NUMERIC &&
                !(x->number[r] == y->number[r] || (isnan(x->number[r]) && isnan(y->number[r]))))
                return false;
            if (x->kind == GN_TEXT && x->category[r] != y->category[r]) return false;
        }
    }
    return true;
}

static void use(gn_context *ctx, const gn_table *t, const gn_options *o)
{
    gn_data *d = NULL, *again = NULL;
    if (gn_data_from_table(ctx, t, o, &d) != GN_OK) return;
    if (gn_data_fill(ctx, d, NULL, 0) == GN_OK && gn_data_by_prep(ctx, t, &d->prep, o, true, &again) == GN_OK)
        DEMAND(again->prep.inputs == d->prep.inputs);
    gn_data_free(again);
    gn_data_free(d);
}

static gn_status read_by(gn_context *ctx, const uint8_t *bytes, size_t size, const gn_options *o, size_t sample,
                         gn_table *t)
{
    gn_source s;
    DEMAND(gn_source_memory(ctx, "fuzz", bytes, size, &s) == GN_OK);
    gn_status status = gn_csv_read_by(ctx, &s, o, sample, t);
    gn_source_close(&s);
    DEMAND(status == GN_OK || status == GN_BAD_DATA || status == GN_USAGE);
    return status;
}

/* A second table, and a page behind blank lines, are seen before other faults when they stand in the window. */
static bool needs_sight(const char *code)
{
    return !strcmp(code, "CSV-RAGGED") || !strcmp(code, "CSV-HTML");
}

/* With the dialect given, it does not matter where the window ends. */
static void in_pieces(gn_context *ctx, const uint8_t *bytes, size_t size, gn_options *o)
{
    gn_table whole, t;
    char code[40], where[200];
    if (!strcmp(gn_option_text(o, GN_O_DELIM), "auto"))
        DEMAND(gn_options_set(o, "delim", size % 2 ? "comma" : "semicolon") == GN_OK);
    if (!strcmp(gn_option_text(o, GN_O_HEADER), "auto"))
        DEMAND(gn_options_set(o, "header", size % 3 ? "yes" : "no") == GN_OK);
    gn_status first = read_by(ctx, bytes, size, o, GN_CSV_SAMPLE, &whole);
    snprintf(code, sizeof code, "%s", gn_last_error(ctx)->code);
    snprintf(where, sizeof where, "%s", gn_last_error(ctx)->where);
    for (size_t sample = 1; sample < 40; sample += 13) {
        gn_status status = read_by(ctx, bytes, size, o, sample, &t);
        DEMAND(status == first);
        if (status == GN_OK) {
            DEMAND(same(&whole, &t));
            gn_table_free(&t);
        } else if (!needs_sight(code) && !needs_sight(gn_last_error(ctx)->code)) {
            DEMAND(!strcmp(code, gn_last_error(ctx)->code));
            DEMAND(!strncmp(where, gn_last_error(ctx)->where, sizeof where - 1));
        }
    }
    if (first == GN_OK) gn_table_free(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    gn_context *ctx;
    gn_options *o;
    gn_table t;
    gn_context_settings set;
    if (size < 1) return 0;
    gn_context_defaults(&set);
    set.threads = 1;
    DEMAND(gn_context_new(&set, &ctx) == GN_OK && gn_options_new(ctx, &o) == GN_OK);
    const char *const *choice = settings[bytes[0] % GN_COUNT(settings)];
    for (size_t i = 0; choice[i]; i += 2) DEMAND(gn_options_set(o, choice[i], choice[i + 1]) == GN_OK);
    if (read_by(ctx, bytes + 1, size - 1, o, GN_CSV_SAMPLE, &t) == GN_OK) {
        use(ctx, &t, o);
        gn_table_free(&t);
    }
    in_pieces(ctx, bytes + 1, size - 1, o);
    gn_options_free(o);
    gn_context_free(ctx);
    return 0;
}
