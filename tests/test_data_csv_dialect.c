/* test_data_csv_dialect.c -- one table written in very many ways: each is read as exactly that table, or refused at the
 * right line. A table that is accepted and differs is a silent misread, of which there must be none. */
#include <math.h>
#include <stdio.h>
#include "test_data_csv.h"
#include "../src/data/csv.h"

enum { DIALECTS = 2400, POLLUTED = 2400, MAX_ROWS = 40, MAX_COLUMNS = 7 };

typedef struct truth {
    size_t rows, columns;
    bool text[MAX_COLUMNS];
    double number[MAX_ROWS][MAX_COLUMNS];
    char word[MAX_ROWS][MAX_COLUMNS][48];
    char name[MAX_COLUMNS][24];
} truth;

typedef struct style {
    char delimiter, decimal;
    const char *line_end[2]; /* used in turn */
    int quote;               /* 0 only where needed, 1 all texts, 2 everything */
    bool header, mark, blank_after, pad, final_end;
} style;

typedef struct dice {
    gn_random r;
    uint64_t at;
} dice;
static size_t roll(dice *d, size_t n)
{
    return (size_t)gn_random_below(d->r, d->at++, n);
}

static void make_truth(dice *d, truth *t)
{
    static const char *const words[] = {"red",
                                        "green",
                                        "blue",
                                        "NEAR BAY",
                                        "<1H OCEAN",
                                        "say \"yes\"",
                                        ("Gr\xC3\xBC\xC3\x9F"
                                         "e"),
                                        "a, b",
                                        "x;y",
                                        "two\nlines",
                                        "p|q",
                                        "it's"};
    static const char *const names[] = {"alpha", "beta", "gamma ray", "delta", "eps_1", "zeta", "eta"};
    *t = (truth){.rows = 6 + roll(d, MAX_ROWS - 6), .columns = 3 + roll(d, MAX_COLUMNS - 3)};
    for (size_t c = 0; c < t->columns; c++) {
        snprintf(t->name[c], sizeof t->name[c], "%s", names[c]);
        t->text[c] = c + 1 < t->columns && roll(d, 4) == 0;
        for (size_t r = 0; r < t->rows; r++) {
            long v = (long)roll(d, 200001) - 100000;
            static const double scales[] = {1, 10, 1000};
            t->number[r][c] = (double)v / scales[roll(d, 3)];
            snprintf(t->word[r][c], sizeof t->word[r][c], "%s", words[roll(d, GN_COUNT(words))]);
        }
    }
}

static void make_style(dice *d, style *s)
{
    static const char delimiters[] = {',', ',', ';', '\t', '|', ' '};
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    *s = (style){.delimiter = delimiters[roll(d, sizeof delimiters)],
                 .decimal = '.',
                 .quote = (int)roll(d, 3),
                 .header = roll(d, 4) > 0,
                 .mark = roll(d, 5) == 0,
                 .final_end = roll(d, 3) > 0};
    s->line_end[0] = s->line_end[1] = ends[roll(d, 3)];
    if (roll(d, 5) == 0) s->line_end[1] = ends[roll(d, 3)];
    if (s->delimiter == ' ') s->quote = 1; /* texts with blanks need their quotes */
    if (s->delimiter == ';' && roll(d, 2)) s->decimal = ',';
    s->blank_after = s->delimiter != ' ' && roll(d, 6) == 0;
    s->pad = s->delimiter != ' ' && roll(d, 6) == 0;
}

static void put_text(gn_text *to, const style *s, const char *text, bool is_text)
{
    bool need = strchr(text, s->delimiter) || strpbrk(text, "\"\r\n");
    bool quote = need || s->quote == 2 || (s->quote == 1 && is_text);
    if (quote) gn_text_puts(to, "\"");
    for (; *text; text++) gn_text_add(to, *text == '"' && quote ? "\"\"" : text, *text == '"' && quote ? 2 : 1);
    if (quote) gn_text_puts(to, "\"");
}

static void put_number(gn_text *to, const style *s, double v)
{
    char text[48];
    snprintf(text, sizeof text, "%s", gn_num(GN_NUM, v));
    char *point = strchr(text, '.');
    if (point) *point = s->decimal;
    put_text(to, s, text, false);
}

static void put_part(gn_text *to, const style *s, size_t column)
{
    char mark[2] = {s->delimiter, 0};
    if (!column) return;
    gn_text_puts(to, mark);
    if (s->blank_after) gn_text_puts(to, " ");
}

static void write_table(gn_text *to, const truth *t, const style *s)
{
    size_t line = 0;
    gn_text_puts(to, s->mark ? "\xEF\xBB\xBF" : "");
    for (size_t c = 0; s->header && c < t->columns; c++) {
        put_part(to, s, c);
        put_text(to, s, t->name[c], true);
    }
    if (s->header) gn_text_puts(to, s->line_end[line++ % 2]);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            put_part(to, s, c);
            if (t->text[c]) put_text(to, s, t->word[r][c], true);
            else put_number(to, s, t->number[r][c]);
            if (s->pad && !t->text[c]) gn_text_puts(to, " ");
        }
        if (r + 1 < t->rows || s->final_end) gn_text_puts(to, s->line_end[line++ % 2]);
    }
}

static bool same_table(const truth *t, const style *s, const gn_table *got)
{
    if (got->rows != t->rows || got->columns != t->columns || got->has_header != s->header) return false;
    for (size_t c = 0; c < t->columns; c++) {
        const gn_column *k = &got->column[c];
        if (s->header && strcmp(k->name, t->name[c])) return false;
        if (k->kind != (t->text[c] ? GN_TEXT : GN_NUMERIC) || k->missing) return false;
        for (size_t r = 0; r < t->rows; r++) {
            if (t->text[c] ? strcmp(k->categories[k->category[r]], t->word[r][c]) != 0
                           : k->number[r] != t->number[r][c])
                return false;
        }
    }
    return true;
}

static void set_style(bench *b, const style *s)
{
    assert_int_equal(gn_options_set(b->options, "precision", "f64"), GN_OK);
    if (s->decimal == ',') assert_int_equal(gn_options_set(b->options, "decimal", ","), GN_OK);
}

static void dialects(void **state)
{
    (void)state;
    size_t refused = 0;
    for (uint32_t i = 0; i < DIALECTS; i++) {
        static truth t;
        style s;
        bench b;
        gn_text text;
        gn_table got;
        dice d = {gn_random_make(i, GN_STREAM_TEST, 1), 0};
        bench_open(&b, NULL);
        make_truth(&d, &t);
        make_style(&d, &s);
        set_style(&b, &s);
        gn_text_init(&text, b.ctx);
        write_table(&text, &t, &s);
        if (bench_table(&b, text.at, text.length, &got) == GN_OK) {
            if (!same_table(&t, &s, &got)) fail_msg("dialect %u was misread:\n%s", i, text.at);
            gn_table_free(&got);
        } else {
            refused++;
        }
        gn_text_free(&text);
        bench_close(&b);
    }
    print_message("dialects: %d written, %zu refused, 0 misread\n", DIALECTS, refused);
    assert_true(refused * 50 <= DIALECTS);
}

/* ---- pollution --------------------------------------------------------------------------------------- */

/* Offsets of rows in a text whose quoted fields have no line ends in them: begin[0..n]. */
static size_t find_rows(const gn_text *text, const style *s, size_t begin[MAX_ROWS + 3])
{
    size_t n = 1, end = strlen(s->line_end[0]);
    begin[0] = s->mark ? 3 : 0;
    for (size_t i = begin[0]; i + end <= text->length && n < MAX_ROWS + 2; i++)
        if (!memcmp(text->at + i, s->line_end[0], end)) begin[n++] = i + end, i += end - 1;
    return n - 1;
}

static void insert(gn_text *text, size_t at, const char *bytes)
{
    size_t n = strlen(bytes), tail = text->length - at;
    char copy[65536];
    assert_true(tail < sizeof copy);
    memcpy(copy, text->at + at, tail);
    gn_text_puts(text, bytes);
    memcpy(text->at + at, bytes, n);
    memcpy(text->at + at + n, copy, tail);
}

/* Spoils one row (counted from 0) and says with which codes it may be refused. */
static const char *spoil(dice *d, gn_text *text, const style *s, size_t from, size_t to)
{
    char mark[2] = {s->delimiter, 0};
    size_t end = to - strlen(s->line_end[0]);
    switch (roll(d, 6)) {
    case 0:
        insert(text, end, mark);
        insert(text, end + 1, "7");
        return "CSV-RAGGED";
    case 1:
        insert(text, end, "x");
        return "CSV-NUM CSV-QUOTE";
    case 2:
        insert(text, end, "\"");
        return "CSV-QUOTE";
    case 3:
        text->at[from] = 0;
        return "CSV-NUL CSV-QUOTE";
    case 4:
        insert(text, from, "\xFF");
        return "CSV-ENC CSV-QUOTE";
    default:
        insert(text, from, "\"");
        return "CSV-QUOTE";
    }
}

static void pollution(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < POLLUTED; i++) {
        static truth t;
        style s;
        bench b;
        gn_text text;
        gn_data *data;
        size_t begin[MAX_ROWS + 3];
        dice d = {gn_random_make(i, GN_STREAM_TEST, 2), 0};
        bench_open(&b, NULL);
        make_truth(&d, &t);
        make_style(&d, &s);
        s.header = s.final_end = true;
        s.mark = false;
        s.line_end[1] = s.line_end[0];
        for (size_t c = 0; c < t.columns; c++) t.text[c] = false;
        if (s.delimiter == ' ') s.quote = 0;
        set_style(&b, &s);
        assert_int_equal(gn_options_set(b.options, "task", "regression"), GN_OK);
        gn_text_init(&text, b.ctx);
        write_table(&text, &t, &s);
        size_t rows = find_rows(&text, &s, begin), row = 2 + roll(&d, rows - 3);
        const char *codes = spoil(&d, &text, &s, begin[row], begin[row + 1]);
        gn_status status = bench_data(&b, text.at, text.length, &data);
        if (status == GN_OK) fail_msg("pollution %u of line %zu was accepted:\n%s", i, row + 1, text.at);
        const gn_error *e = gn_last_error(b.ctx);
        char line[32];
        snprintf(line, sizeof line, "t.csv:%zu", row + 1);
        size_t n = strlen(line);
        if (!strstr(codes, e->code) || strncmp(e->where, line, n) || (e->where[n] && e->where[n] != ':'))
            fail_msg("pollution %u of line %zu: got %s at %s (%s), expected %s:\n%s", i, row + 1, e->code, e->where,
                     e->message, codes, text.at);
        gn_text_free(&text);
        bench_close(&b);
    }
}

/* ---- line ends and windows --------------------------------------------------------------------------- */

static void every_line_end(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r", " \n", "\n  \n"};
    for (size_t a = 0; a < GN_COUNT(ends); a++) {
        for (size_t z = 0; z < GN_COUNT(ends); z++) {
            bench b;
            gn_table t;
            char text[200];
            bench_open(&b, NULL);
            snprintf(text, sizeof text, "x,y%s1,2%s3,4%s5,6%s", ends[a], ends[z], ends[a], ends[z]);
            assert_int_equal(bench_table(&b, text, strlen(text), &t), GN_OK);
            assert_int_equal(t.rows, 3);
            assert_int_equal(t.columns, 2);
            for (size_t r = 0; r < 3; r++)
                assert_true(t.column[0].number[r] == 2.0 * (double)r + 1 &&
                            t.column[1].number[r] == 2.0 * (double)r + 2);
            gn_table_free(&t);
            bench_close(&b);
        }
    }
}

/* A file larger than the window, handed out in uneven parts. */
typedef struct parts {
    const char *at;
    size_t size, step;
} parts;

static int64_t hand_out(gn_source *s, void *to, size_t size)
{
    parts *p = s->filter;
    size_t left = p->size - (size_t)s->taken, n = 1 + (p->step = p->step * 25173 + 13849) % 9973;
    if (n > left) n = left;
    if (n > size) n = size;
    memcpy(to, p->at + s->taken, n);
    return (int64_t)n;
}

static void larger_than_the_window(void **state)
{
    (void)state;
    bench b;
    gn_text text;
    bench_open(&b, NULL);
    gn_text_init(&text, b.ctx);
    gn_text_puts(&text, "n,word,half\r\n");
    for (int i = 0; i < 60000; i++) gn_text_printf(&text, "%d,\"w %d\r\n\",%d.5%s", i, i % 7, i, i % 3 ? "\r\n" : "\r");
    for (size_t step = 1; step < 5; step++) {
        gn_source s;
        gn_table t;
        parts p = {text.at, text.length, step};
        assert_int_equal(gn_source_memory(b.ctx, "t.csv", "", 0, &s), GN_OK);
        s.pull = hand_out;
        s.filter = &p;
        assert_int_equal(gn_csv_read_by(b.ctx, &s, b.options, step < 4 ? GN_CSV_SAMPLE : 200, &t), GN_OK);
        assert_int_equal(t.rows, 60000);
        assert_int_equal(t.column[1].n_categories, 7);
        for (size_t i = 0; i < t.rows; i++) {
            assert_true(t.column[0].number[i] == (double)i && t.column[2].number[i] == (double)i + 0.5);
            assert_int_equal(t.column[1].category[i], i % 7);
            assert_int_equal(t.line[i], 2 + 2 * i);
        }
        gn_table_free(&t);
    }
    gn_text_free(&text);
    bench_close(&b);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

static void written_and_read_back(void **state)
{
    (void)state;
    static const char in[] = "=cmd|' /C calc'!A0,b,c\n\"say \"\"a, b\"\"\",-1.5,@sum\nplain,2e-7,+1\nq,3,-x\n";
    static const char out[] = "'=cmd|' /C calc'!A0,b,c\n\"say \"\"a, b\"\"\",-1.5,'@sum\nplain,";
    bench b;
    gn_table t;
    gn_text text;
    bench_open(&b, NULL);
    assert_int_equal(bench_table(&b, in, strlen(in), &t), GN_OK);
    gn_text_init(&text, b.ctx);
    assert_int_equal(gn_csv_write(&t, &text), GN_OK);
    assert_memory_equal(text.at, out, strlen(out));
    gn_text_free(&text);
    gn_table_free(&t);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects),
        cmocka_unit_test(pollution),
        cmocka_unit_test(every_line_end),
        cmocka_unit_test(larger_than_the_window),
        cmocka_unit_test(written_and_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
