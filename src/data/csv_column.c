/* csv_column.c -- the columns of a CSV file while it is read, and what they turn out to be.
 *
 * Invariant: storing a row a second time changes nothing; a column is numbers until a field is not one, then texts, and
 * what came before is kept as text. Counts are taken at the end from what is stored. */
#include <math.h>
#include <string.h>
#include "csv.h"

static gn_status set_fault(gn_csv_reader *r, gn_csv_column *c, gn_code code, const gn_csv_field *f)
{
    if (c->fault != GN_E_NONE) return GN_OK;
    gn_place at = gn_csv_place(&r->window, f->begin);
    c->fault_text = gn_arena_text(&r->table->arena, f->text, f->length < 200 ? f->length : 200);
    if (!c->fault_text) return GN_NO_MEMORY;
    c->fault = code;
    c->fault_line = at.line;
    c->fault_column = at.column;
    return GN_OK;
}

static gn_status store_word(gn_csv_reader *r, gn_csv_column *c, size_t row, const char *text, size_t length)
{
    return gn_csv_word(&r->table->arena, &c->words, text, length, &c->word[row]);
}

static gn_status store_as_text(gn_csv_reader *r, gn_csv_column *c, size_t row, double value)
{
    const char *text = gn_num(GN_NUM, value);
    return store_word(r, c, row, text, strlen(text));
}

/* A field that is no number has come: the rows so far become texts. */
static gn_status become_text(gn_csv_reader *r, gn_csv_column *c)
{
    c->word = gn_alloc_array(r->window.ctx, r->capacity, sizeof *c->word);
    if (!c->word) return GN_NO_MEMORY;
    c->spoilt = c->fault != GN_E_NONE;
    for (size_t i = 0; i < r->rows; i++) {
        c->word[i] = UINT32_MAX;
        if (isnan(c->number[i])) continue;
        c->spoilt = true;
        GN_TRY(store_as_text(r, c, i, c->number[i]));
    }
    gn_free(r->window.ctx, c->number);
    c->number = NULL;
    return GN_OK;
}

static gn_status store_missing(gn_csv_reader *r, gn_csv_column *c, const gn_csv_field *f)
{
    if (c->number) c->number[r->rows] = (double)NAN;
    else c->word[r->rows] = UINT32_MAX;
    if (c->missing_line) return GN_OK;
    gn_place at = gn_csv_place(&r->window, f->begin);
    c->missing_line = at.line;
    c->missing_column = at.column;
    return GN_OK;
}

gn_status gn_csv_store(gn_csv_reader *r, size_t column, const gn_csv_field *f, uint32_t *lost)
{
    gn_csv_column *c = &r->column[column];
    double value;
    bool small;
    if (c->word && !c->spoilt) {
        if (gn_csv_missing(f->text, f->length)) return store_missing(r, c, f);
        return store_word(r, c, r->rows, f->text, f->length);
    }
    gn_csv_kind kind = gn_csv_classify(&r->dialect, f->text, f->length, &value, &small);
    *lost += small;
    if (kind == GN_CSV_MISSING) return store_missing(r, c, f);
    if (c->word)
        return kind == GN_CSV_NUMBER ? store_as_text(r, c, r->rows, value)
                                     : store_word(r, c, r->rows, f->text, f->length);
    c->number[r->rows] = value;
    if (kind == GN_CSV_NUMBER) return GN_OK;
    if (kind == GN_CSV_RANGE) return set_fault(r, c, GN_E_CSV_RANGE, f);
    if (kind == GN_CSV_NONFINITE) return set_fault(r, c, GN_E_CSV_NONFINITE, f);
    GN_TRY(become_text(r, c));
    GN_TRY(set_fault(r, c, GN_E_CSV_NUM, f));
    return store_word(r, c, r->rows, f->text, f->length);
}

/* Too many numbers for a text column, or nothing in it that is a word: it was meant to be numbers. */
static gn_status find_mixed(gn_csv_reader *r, const gn_csv_column *c, bool *mixed)
{
    size_t numbers = 0, words = 0, given = 0;
    uint8_t *kind = gn_alloc(r->window.ctx, c->words.count);
    if (!kind) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->words.count; i++) {
        double value;
        bool small;
        kind[i] = (uint8_t)gn_csv_classify(&r->dialect, c->words.text[i], strlen(c->words.text[i]), &value, &small);
    }
    for (size_t i = 0; i < r->rows; i++) {
        if (c->word[i] == UINT32_MAX) continue;
        given++;
        numbers += kind[c->word[i]] == GN_CSV_NUMBER;
        words += kind[c->word[i]] == GN_CSV_WORD;
    }
    gn_free(r->window.ctx, kind);
    *mixed = c->spoilt || 2 * numbers >= given || !words;
    return GN_OK;
}

static bool text_less(const void *with, uint32_t a, uint32_t b)
{
    const char *const *text = with;
    return strcmp(text[a], text[b]) < 0;
}

/* Categories in order of their text; the rows' numbers follow. */
static gn_status sort_words(gn_csv_reader *r, gn_csv_column *c, gn_column *out)
{
    size_t n = c->words.count;
    gn_context *ctx = r->window.ctx;
    uint32_t *order = gn_alloc_array(ctx, 2 * n, sizeof *order);
    if (!order) return GN_NO_MEMORY;
    out->categories = gn_arena_alloc(&r->table->arena, n, sizeof *out->categories);
    if (!out->categories) {
        gn_free(ctx, order);
        return GN_NO_MEMORY;
    }
    uint32_t *rank = order + n;
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    gn_sort_indices(order, n, text_less, c->words.text);
    for (size_t i = 0; i < n; i++) {
        rank[order[i]] = (uint32_t)i;
        out->categories[i] = c->words.text[order[i]];
    }
    for (size_t i = 0; i < r->rows; i++)
        if (c->word[i] != UINT32_MAX) c->word[i] = rank[c->word[i]];
    out->n_categories = n;
    gn_free(ctx, order);
    return GN_OK;
}

static void count_missing(gn_column *out, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        out->missing += out->number ? isnan(out->number[i]) : out->category[i] == UINT32_MAX;
}

static gn_status finish_column(gn_csv_reader *r, gn_csv_column *c, gn_column *out)
{
    out->kind = c->word ? GN_TEXT : GN_NUMERIC;
    out->fault = c->fault;
    out->fault_line = c->fault_line;
    out->fault_column = c->fault_column;
    out->fault_text = c->fault_text;
    out->first_missing_line = c->missing_line;
    out->first_missing_column = c->missing_column;
    if (c->word) {
        GN_TRY(find_mixed(r, c, &out->mixed));
        GN_TRY(sort_words(r, c, out));
    }
    out->number = c->number;
    out->category = c->word;
    c->number = NULL;
    c->word = NULL;
    gn_csv_words_free(r->window.ctx, &c->words);
    count_missing(out, r->rows);
    return GN_OK;
}

/* A delimiter at the end of every row makes a last column with nothing in it: not a column. */
static void drop_trailing(gn_csv_reader *r)
{
    gn_table *t = r->table;
    gn_column *last = &t->column[t->columns - 1];
    bool named = t->has_header && strncmp(last->name, "column ", 7);
    if (t->columns < 2 || named || last->missing != t->rows || last->fault != GN_E_NONE) return;
    gn_free(r->window.ctx, last->number);
    last->number = NULL;
    t->columns--;
    gn_note(r->window.ctx, "%s: the last column is empty in every row and was dropped",
            gn_show(GN_SHOWN, t->name, strlen(t->name)));
}

gn_status gn_csv_finish(gn_csv_reader *r)
{
    gn_table *t = r->table;
    for (size_t i = 0; i < r->columns; i++) GN_TRY(finish_column(r, &r->column[i], &t->column[i]));
    drop_trailing(r);
    if (r->lost)
        gn_note(r->window.ctx, "%s: %llu value%s underflowed to 0", gn_show(GN_SHOWN, t->name, strlen(t->name)),
                (unsigned long long)r->lost, r->lost == 1 ? "" : "s");
    return GN_OK;
}
