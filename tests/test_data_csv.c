/* test_data_csv.c -- every row of the bad-input table for CSV: what is refused, with its code, place and words; what is
 * accepted, with its values. */
#include <math.h>
#include <stdio.h>
#include "test_data_csv.h"
#include "../src/data/csv_number.h"

/* One input and what must come of it. code "" : accepted. Values are of the table's first rows, in the order of
 * `cells`. */
typedef struct input {
    const char *id;
    const char *bytes;
    size_t size; /* 0: up to the NUL */
    const char *options[4];
    const char *code, *where, *message, *hint; /* parts that must be there */
    const char *note;                          /* a note or warning that must be there */
    size_t rows, columns;                      /* accepted tables: 0 not checked */
    const char *cells;                         /* "1 2|3 4": numbers or texts of the first rows, NULL not checked */
    bool table_only;                           /* gn_csv_read alone, not encoding */
} input;

#define TARGETED "task=regression"
static const input inputs[] = {
    {"C01", "", .code = "CSV-EMPTY", .message = "file is empty (0 bytes)"},
    {"C02", "\xEF\xBB\xBF", .code = "CSV-EMPTY", .message = "contains only a byte-order mark"},
    {"C03", "a,b\n", .code = "CSV-NOROWS", .message = "header with 2 columns but no data rows"},
    {"C04", "\n\n\r\n \n\n", .code = "CSV-EMPTY", .message = "only blank lines"},
    {"C05",
     "\xEF\xBB\xBF"
     "a,b\n1,2",
     .code = "", .rows = 1, .columns = 2, .cells = "a b|1 2", .table_only = true},
    {"C06",
     "\xFF\xFE"
     "a\0,\0b\0\n\0",
     10, .code = "CSV-ENC", .message = "UTF-16 text (bytes FF FE)", .hint = "iconv -f UTF-16 -t UTF-8"},
    {"C07", "\xFF\xFE\0\0a\0\0\0", 8, .code = "CSV-ENC", .message = "UTF-32"},
    {"C07b", "\0\0\xFE\xFF\0\0\0a", 8, .code = "CSV-ENC", .message = "UTF-32"},
    {"C08", "x,caf\xE9\n1,2\n", .code = "CSV-ENC", .where = "t.csv:1:6", .message = "byte 0xE9 is not UTF-8",
     .hint = "--encoding=latin1"},
    {"C08b", "x,caf\xE9\n1,2\n", .options = {"encoding=latin1"}, .code = "", .rows = 1, .cells = "x caf\xC3\xA9|1 2",
     .table_only = true},
    {"C08c", "x,y\n1,2\na\xC3\xA9,\xE9\n", .code = "CSV-ENC", .where = "t.csv:3:4",
     .message = "byte 0xE9 is not UTF-8"},
    {"C09",
     "a,b\n1,\0"
     "2\n",
     9, .code = "CSV-NUL", .where = "t.csv:2:3", .message = "NUL byte in column 2"},
    {"C10", "a,b\r1,2\r3,4\r", .code = "", .rows = 2, .columns = 2, .cells = "a b|1 2|3 4"},
    {"C11", "a,b\r\n1,2\n3,4\r5,6\r\n", .code = "", .rows = 3, .columns = 2, .cells = "a b|1 2|3 4|5 6"},
    {"C12", "a,b\n1,2\n3,4", .code = "", .rows = 2, .cells = "a b|1 2|3 4"},
    {"C12b", "a,b\n1,2\n3,4\n\n", .code = "", .rows = 2, .cells = "a b|1 2|3 4"},
    {"C13", "a,b\n1,2,3\n", .code = "CSV-RAGGED", .where = "t.csv:2", .message = "line 2 has 3 fields, expected 2"},
    {"C13b", "a,b\n1,2,3\n4,5,6\n", .code = "CSV-RAGGED", .where = "t.csv:2",
     .message = "line 2 has 3 fields, expected 2"},
    {"C14", "a,b,c\n1,2\n", .code = "CSV-RAGGED", .where = "t.csv:2", .message = "has 2 fields, expected 3"},
    {"C15", "a,b\n1,\"2\n3,4\n", .code = "CSV-QUOTE", .where = "t.csv:2:3",
     .message = "quote opened at line 2 column 3 is never closed"},
    {"C16", "a,b\n\"1\"x,2\n", .code = "CSV-QUOTE", .where = "t.csv:2:4", .message = "text after closing quote"},
    {"C17", "a,b\n1\"2,3\n", .code = "CSV-QUOTE", .where = "t.csv:2:2", .message = "quote inside an unquoted field"},
    {"C18", "t,x,y\n\"a \"\"b\"\" c\",1,2\n\"l1\nl2\r\nl3\",3,4\nz,5,6\n", .code = "", .rows = 3,
     .cells = "t x y|a \"b\" c 1 2|l1\nl2\r\nl3 3 4|z 5 6"},
    {"C18b", "t,x,y\n\"l1\nl2\",3,4\nz,x5,6\nw,1,2\nw,1,2\n", .options = {TARGETED}, .code = "CSV-NUM",
     .where = "t.csv:4:3", .message = "'x5'"},
    {"C19", "a,b\n\"a \\\" b\",2\n", .code = "CSV-QUOTE", .where = "t.csv:2", .hint = "--escape='\\\\'"},
    {"C19b", "a,b\n\"a \\\" b\",2\n", .options = {"escape=\\"}, .code = "", .rows = 1, .cells = "a b|a \" b 2"},
    {"C20", "a;b\n1,5;2,5\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'1,5' is not a number",
     .hint = "--decimal=,"},
    {"C20b", "a;b\n1,5;2,5\n", .options = {"decimal=,"}, .code = "", .rows = 1, .cells = "a b|1.5 2.5"},
    {"C20c", "1,5;2,5\n3,5;4,5\n", .code = "CSV-NUM", .where = "t.csv:1:1", .message = "'1,5' is not a number",
     .hint = "--decimal=,"},
    {"C20d", "1,5;2,5\n3,5;4,5\n", .options = {"decimal=,"}, .code = "", .rows = 2, .columns = 2},
    {"C21", "a,b\n1,2\n\"1,234\",3\n", .code = "CSV-NUM", .where = "t.csv:3:1", .message = "'1,234' is not a number",
     .hint = "--thousands=,"},
    {"C21b", "a,b\n1,2\n\"1,234,567.5\",3\n", .options = {"thousands=,"}, .code = "", .cells = "a b|1 2|1234567.5 3"},
    {"C21c", "a,b\n1,2\n\"1,23\",3\n", .options = {"thousands=,"}, .code = "CSV-NUM",
     .message = "'1,23' is not a number"},
    {"C22tab", "a\tb\n1\t2\n3\t4\n", .code = "", .rows = 2, .note = "tab", .cells = "a b|1 2|3 4"},
    {"C22pipe", "a|b\n1|2\n3|4\n", .code = "", .rows = 2, .note = "'|'", .cells = "a b|1 2|3 4"},
    {"C22space", "a b\n1 2\n3 4\n", .code = "", .rows = 2, .note = "space", .cells = "a b|1 2|3 4"},
    {"C22comma", "a, b\n1, 2\n3, 4\n", .code = "", .rows = 2, .note = "', '", .cells = "a b|1 2|3 4"},
    {"C22semi", "a;b\n1;2\n3;4\n", .code = "", .rows = 2, .note = "';'", .cells = "a b|1 2|3 4"},
    {"C23", "a;b,c\n1;2,3\n4;5,6\n", .code = "CSV-DIALECT", .message = "cannot tell the delimiter (',' or ';')",
     .hint = "--delim"},
    {"C23b", "a;b,c\n1;2,3\n4;5,6\n", .options = {"delim=semicolon"}, .code = "CSV-NUM", .where = "t.csv:2:3",
     .message = "'2,3' is not a number"},
    {"C24", "a,b\n1e400,2\n", .code = "CSV-RANGE", .where = "t.csv:2:1",
     .message = "1e400 exceeds the range of float32 (max 3.4028235e38)"},
    {"C25", "a,b\n1e39,2\n", .code = "CSV-RANGE", .where = "t.csv:2:1", .message = "1e39 exceeds the range of float32"},
    {"C25b", "a,b\n1e39,2\n", .options = {"precision=f64"}, .code = "", .rows = 1},
    {"C25c", "a,b\n1e400,2\n", .options = {"precision=f64"}, .code = "CSV-RANGE",
     .message = "1e400 exceeds the range of float64"},
    {"C26", "a,b\n1e-400,2\n1,3\n", .code = "", .note = "1 value underflowed to 0", .cells = "a b|0 2|1 3"},
    {"C27", "a,b\nnan,2\n1,2\n", .code = "CSV-NONFINITE", .where = "t.csv:2:1", .message = "'nan'",
     .hint = "--nonfinite=missing"},
    {"C27b", "a,b\n1,2\n3,-Infinity\n", .code = "CSV-NONFINITE", .where = "t.csv:3:3", .message = "'-Infinity'",
     .hint = "--nonfinite=missing"},
    {"C27c", "a,b\n1,2\ninf,2\n", .code = "CSV-NONFINITE", .where = "t.csv:3:1", .message = "'inf'"},
    {"C27d", "a,b\n1,2\ninf,3\n", .options = {"nonfinite=missing"}, .code = "CSV-MISSING", .where = "t.csv:3:1",
     .message = "1 missing value in column 'a'"},
    {"C28", "x,y\n1,2\n2,3\n,1\nNA,1\nN/A,1\nnull,1\n?,1\n#N/A,1\n", .options = {TARGETED}, .code = "CSV-MISSING",
     .where = "t.csv:4:1", .message = "6 missing values in column 'x', first at line 4", .hint = "--missing=drop|mean"},
    {"C29a", "x,y\n0x1A,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'0x1A'"},
    {"C29b", "x,y\n1,2\n1_000,2\n", .code = "CSV-NUM", .where = "t.csv:3:1", .message = "'1_000'"},
    {"C29c", "x,y\n1.5D3,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'1.5D3'"},
    {"C29d", "x,y\n50%,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'50%'"},
    {"C29e", "x,y\n$5,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'$5'"},
    {"C29f", "x;y\n1,5e;2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "'1,5e'"},
    {"C30", "x,y\n\xD9\xA1\xD9\xA2,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "only ASCII digits"},
    {"C30b", "x,y\n1,2\n\xEF\xBC\x91,2\n", .code = "CSV-NUM", .where = "t.csv:3:1", .message = "only ASCII digits"},
    {"C31a", "x,y\n-,2\n", .code = "CSV-NUM", .message = "'-' is not a number"},
    {"C31b", "x,y\n+,2\n", .code = "CSV-NUM", .message = "'+' is not a number"},
    {"C31c", "x,y\n.,2\n", .code = "CSV-NUM", .message = "'.' is not a number"},
    {"C31d", "x,y\n1e,2\n", .code = "CSV-NUM", .message = "'1e' is not a number"},
    {"C31e", "x,y\n--1,2\n", .code = "CSV-NUM", .message = "'--1' is not a number"},
    {"C31f", "x,y\n1,2\n1e+,2\n", .code = "CSV-NUM", .where = "t.csv:3:1", .message = "'1e+' is not a number"},
    {"C32", "a,b,c,d,e\n 1 ,+5,.5,5.,1E3\n", .code = "", .cells = "a b c d e|1 5 0.5 5 1000"},
    {"C37", "a,a\n1,2\n", .code = "CSV-DUPNAME", .where = "t.csv:1", .message = "columns 1 and 2 are both 'a'",
     .hint = "--dup=rename"},
    {"C37b", "a,a,a.2\n1,2,3\n", .options = {"dup=rename"}, .code = "", .columns = 3, .cells = "a a.2 a.2.2|1 2 3"},
    {"C38", "a,b,\n1,2,\n3,4,\n", .code = "", .columns = 2, .note = "dropped", .cells = "a b|1 2|3 4"},
    {"C39", "1,2\n3,4\n", .code = "", .rows = 2, .note = "no header row found", .cells = "column 1 column 2|1 2|3 4"},
    {"C39b", "1,2\n3,4\n", .options = {"header=yes"}, .code = "", .rows = 1, .cells = "1 2|3 4"},
    {"C40", "len,mass\ncm,kg\n1,2\n3,4\n5,6\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "expected a number",
     .hint = "--skip-rows"},
    {"C40b", "len,mass\ncm,kg\n1,2\n", .code = "CSV-NUM", .where = "t.csv:2:1", .message = "found 'cm'",
     .hint = "--skip-rows"},
    {"C41", "Report of the year\nmade by hand\na,b,c\n1,2,3\n4,5,6\n", .code = "CSV-RAGGED", .where = "t.csv:3",
     .hint = "--skip-rows=2"},
    {"C41b", "Report of the year\nmade by hand\na,b,c\n1,2,3\n4,5,6\n", .options = {"skip-rows=2"}, .code = "",
     .rows = 2, .cells = "a b c|1 2 3"},
    {"C42", "a,b\n1,2\n3,4\n\nc,d,e\n1,2,3\n", .code = "CSV-RAGGED", .where = "t.csv:5",
     .message = "line 5 has 3 fields, expected 2"},
    {"C42b", "a,b\n1,2\n\nc,d,e\n1,2,3\n4,5,6\n7,8,9\n", .code = "CSV-RAGGED", .where = "t.csv:4",
     .message = "line 4 has 3 fields, expected 2"},
    {"C43", "a,b\n1,2\n3,4\n\x1A", .code = "CSV-NUM", .where = "t.csv:4:1", .message = "control byte 0x1A"},
    {"C43b", "a,b\n1,2\n3,4\n\x1A\n", .code = "CSV-NUM", .where = "t.csv:4:1", .message = "control byte 0x1A"},
    {"C43c", "a,b\n1,2\n3,4\x1A", .code = "CSV-NUM", .where = "t.csv:3:3", .message = "control byte 0x1A"},
    {"C44", "x,z,y\n7,1,1\n7,2,2.5\n7,3,3\n", .code = "", .note = "W: column 'x' is constant; standardised to 0"},
    {"C45", "x,y\n16777217,1.5\n2,2.5\n", .code = "", .note = "W: 1 integer not exactly representable in float32"},
    {"C46", "sepal,species\n1,a\n2,b\n", .options = {"target=specie"}, .code = "CSV-NOCOL",
     .message = "no column 'specie'; did you mean 'species'?"},
    {"C49", "\x1b[2J,b\n1,2\n,3\n", .code = "CSV-MISSING", .where = "t.csv:3:1", .message = "'\\x1b[2J'"},
    {"C50", "<img src=x onerror=alert(1)>,b\n1,2\n", .code = "", .columns = 2},
    {"C52", "%s%n%x,b\n1,2\n,3\n", .code = "CSV-MISSING", .message = "'%s%n%x'"},
    {"C56", "a,b\n3.75,2\n", .code = "", .cells = "a b|3.75 2"},
    {"C57", "a,b\n,1\n?,2\nNA,3\n", .options = {"missing=drop", TARGETED}, .code = "CSV-NOROWS",
     .message = "all 3 rows were dropped"},
    {"C58", "a,b\n1,red\n2,blue\n", .options = {TARGETED}, .code = "CSV-NUM", .where = "t.csv:2:3", .message = "'red'",
     .hint = "--task=classify"},
    {"C59", "<!DOCTYPE html>\n<html><body>404</body></html>\n", .code = "CSV-HTML",
     .message = "this is an HTML page, not CSV (failed download?)"},
    {"C59b", "\n <HTML>\n", .code = "CSV-HTML", .message = "HTML page"},
    {"C60a", "PK\3\4....", .code = "CSV-KIND", .message = "this is a ZIP/XLSX file"},
    {"C60b", "%PDF-1.4\n", .code = "CSV-KIND", .message = "PDF"},
    {"C60c", "\x89PNG\r\n\x1a\n", .code = "CSV-KIND", .message = "PNG"},
    {"skip", "a,b\n1,2\n", .options = {"skip-rows=9"}, .code = "CSV-EMPTY", .message = "--skip-rows=9"},
    {"text", "name,kind\nanna,x\nbob,y\ncarl,x\n", .code = "", .rows = 3, .cells = "name kind|anna x|bob y"},
    {"ignored", "id,x,y\n1,1,2\nA7,3,4\n", .options = {"ignore=id", TARGETED}, .code = "", .rows = 2},
    {"mixed", "id,x,y\n1,1,2\nA7,3,4\n", .options = {TARGETED}, .code = "CSV-NUM", .where = "t.csv:3:1",
     .message = "'A7'"},
    {"one", "x\n1\n2\n", .code = "CSV-NOCOL", .message = "only one column"},
};

static void check_part(const input *in, const char *what, const char *whole, const char *part)
{
    if (!part || strstr(whole, part)) return;
    fail_msg("%s: %s is \"%s\", which lacks \"%s\"", in->id, what, whole, part);
}

static void put_cell(gn_text *to, const gn_column *c, size_t row)
{
    if (c->kind == GN_TEXT) gn_text_puts(to, c->category[row] == UINT32_MAX ? "?" : c->categories[c->category[row]]);
    else gn_text_puts(to, isnan(c->number[row]) ? "?" : gn_num(GN_NUM, c->number[row]));
}

/* Names, then rows: fields with blanks between, rows with bars; compared as far as the expectation goes. */
static void check_cells(const input *in, bench *b, const gn_table *t)
{
    gn_text all;
    gn_text_init(&all, b->ctx);
    for (size_t c = 0; c < t->columns; c++) gn_text_printf(&all, "%s%s", c ? " " : "", t->column[c].name);
    for (size_t r = 0; r < t->rows; r++) {
        for (size_t c = 0; c < t->columns; c++) {
            gn_text_puts(&all, c ? " " : "|");
            put_cell(&all, &t->column[c], r);
        }
    }
    assert_int_equal(gn_text_done(&all), GN_OK);
    if (strncmp(all.at, in->cells, strlen(in->cells)))
        fail_msg("%s: the table is \"%s\", expected \"%s\"", in->id, all.at, in->cells);
    gn_text_free(&all);
}

static gn_status run(const input *in, bench *b)
{
    gn_table t;
    gn_data *d = NULL;
    gn_status status = bench_table(b, in->bytes, in->size ? in->size : strlen(in->bytes), &t);
    if (status == GN_OK) {
        if (in->rows) assert_int_equal(t.rows, in->rows);
        if (in->columns) assert_int_equal(t.columns, in->columns);
        if (in->cells) check_cells(in, b, &t);
        if (!in->table_only) status = gn_data_from_table(b->ctx, &t, b->options, &d);
        gn_table_free(&t);
    }
    gn_data_free(d);
    return status;
}

static void check_refusal(const input *in, const gn_error *e)
{
    if (strcmp(e->code, in->code))
        fail_msg("%s: code %s, expected %s (%s: %s)", in->id, e->code, in->code, e->where, e->message);
    check_part(in, "the place", e->where, in->where);
    check_part(in, "the message", e->message, in->message);
    check_part(in, "the hint", e->hint, in->hint);
}

static void bad_inputs(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(inputs); i++) {
        const input *in = &inputs[i];
        bench b;
        bench_open(&b, in->options);
        gn_status status = run(in, &b);
        if (*in->code) {
            if (status == GN_OK) fail_msg("%s: accepted, expected %s", in->id, in->code);
            assert_int_equal(status, GN_BAD_DATA);
            check_refusal(in, gn_last_error(b.ctx));
        } else if (status != GN_OK) {
            fail_msg("%s: refused with %s: %s: %s", in->id, gn_last_error(b.ctx)->code, gn_last_error(b.ctx)->where,
                     gn_last_error(b.ctx)->message);
        }
        check_part(in, "the notes", b.notes, in->note);
        bench_close(&b);
    }
}

/* The same inputs with windows that end inside every row and field; the dialect is given, for it cannot be found from a
 * few bytes. */
static void small_windows(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(inputs); i++) {
        const input *in = &inputs[i];
        size_t size = in->size ? in->size : strlen(in->bytes);
        for (size_t sample = 0; sample < 30; sample++) {
            bench b;
            gn_table t;
            gn_source s;
            bench_open(&b, in->options);
            const char *delimiter = strchr(in->bytes, ';')                              ? ";"
                                    : strchr(in->bytes, '\t')                           ? "tab"
                                    : strchr(in->bytes, '|') && !strchr(in->bytes, ',') ? "|"
                                                                                        : ",";
            if (!strcmp(in->id, "C22space")) delimiter = "space";
            if (!gn_option_given(b.options, GN_O_DELIM))
                assert_int_equal(gn_options_set(b.options, "delim", delimiter), GN_OK);
            if (!gn_option_given(b.options, GN_O_HEADER))
                assert_int_equal(gn_options_set(b.options, "header", strncmp(in->id, "C39", 3) ? "yes" : "no"), GN_OK);
            assert_int_equal(gn_source_memory(b.ctx, "t.csv", in->bytes, size, &s), GN_OK);
            gn_status status = gn_csv_read_by(b.ctx, &s, b.options, sample ? sample : GN_CSV_SAMPLE, &t);
            if (status == GN_OK) {
                if (in->cells) check_cells(in, &b, &t);
                gn_table_free(&t);
            } else if (strcmp(in->code, "CSV-RAGGED") && strcmp(in->code, "CSV-DIALECT")) {
                check_refusal(in, gn_last_error(b.ctx));
            }
            gn_source_close(&s);
            bench_close(&b);
        }
    }
}

/* C33: the tie between two doubles, with digits far behind that decide. */
static void long_decimals(void **state)
{
    (void)state;
    char text[1200];
    bench b;
    gn_table t;
    static const char tie[] =
        "1.00000000000000011102230246251565404236316680908203125"; /* half-way between 1 and the next double */
    for (int up = 0; up < 2; up++) {
        const char *options[] = {"precision=f64", NULL};
        bench_open(&b, options);
        size_t n = (size_t)snprintf(text, sizeof text, "a,b\n%s", tie);
        for (int k = 0; k < 745; k++) text[n++] = '0';
        text[n++] = up ? '1' : '0';
        memcpy(text + n, ",2\n", 4);
        assert_int_equal(bench_table(&b, text, strlen(text), &t), GN_OK);
        assert_true(t.column[0].number[0] == (up ? 1.0000000000000002 : 1.0));
        gn_table_free(&t);
        bench_close(&b);
    }
}

/* Rounded once to float32, not by way of a double. */
static void rounded_once(void **state)
{
    (void)state;
    static const char text[] =
        "a,b\n1.00000005960464477539062500000000001,1\n1.000000059604644775390625,2\n16777217,3\n";
    bench b;
    gn_data *d;
    const char *options[] = {"task=regression", NULL};
    bench_open(&b, options);
    assert_int_equal(bench_data(&b, text, sizeof text - 1, &d), GN_OK);
    const float *x = d->x;
    assert_true(x[0] == 1.00000012f);
    assert_true(x[1] == 1.0f);
    assert_true(x[2] == 16777216.0f);
    gn_data_free(d);
    bench_close(&b);
}

/* The short way to a number agrees with the long one wherever it answers, and it answers for what files are full of. */
static void short_and_long_numbers(void **state)
{
    (void)state;
    enum { N = 300000 };
    size_t answered = 0;
    gn_random r = gn_random_make(1, GN_STREAM_TEST, 4);
    for (uint64_t i = 0; i < N; i++) {
        char text[64];
        uint64_t a = gn_random_below(r, 8 * i, UINT64_MAX) >> gn_random_below(r, 8 * i + 1, 60),
                 b = gn_random_below(r, 8 * i + 2, 1000000);
        int e = (int)gn_random_below(r, 8 * i + 3, 50) - 27;
        if (i % 3 == 0) snprintf(text, sizeof text, "%llue%d", (unsigned long long)a, e);
        else if (i % 3 == 1)
            snprintf(text, sizeof text, "-%llu.%06llu", (unsigned long long)(a >> 21), (unsigned long long)b);
        else
            snprintf(text, sizeof text, "%llu.%llue-%d", (unsigned long long)(b % 10), (unsigned long long)(a >> 5),
                     e < 0 ? -e : e);
        double quick, exact;
        size_t used, end = gn_csv_short_number((const uint8_t *)text, 0, '.', &quick);
        if (!end) continue;
        answered++;
        assert_int_equal(text[end], 0);
        assert_int_equal(gn_read_number(text, strlen(text), '.', &exact, &used), GN_NUMBER_OK);
        if (memcmp(&quick, &exact, sizeof exact)) fail_msg("%s is read in two ways", text);
    }
    assert_true(answered > N / 2);
}

/* ---- limits: files that are made as they are read ---------------------------------------------------- */

typedef struct maker {
    uint64_t size; /* bytes in all */
    const char *pattern;
    char first; /* instead of the pattern's, unless 0 */
} maker;

static int64_t make_bytes(gn_source *s, void *to, size_t size)
{
    const maker *m = s->filter;
    uint64_t left = m->size - s->taken, n = size < left ? size : left;
    size_t period = strlen(m->pattern);
    for (uint64_t i = 0; i < n; i++) ((char *)to)[i] = m->pattern[(s->taken + i) % period];
    if (m->first && !s->taken && n) *(char *)to = m->first;
    return (int64_t)n;
}

static void check_limit(uint64_t size, char first, const char *pattern, const char *message, uint64_t most_read)
{
    bench b;
    gn_source s;
    gn_table t;
    maker m = {size, pattern, first};
    bench_open(&b, NULL);
    assert_int_equal(gn_source_memory(b.ctx, "big.csv", "", 0, &s), GN_OK);
    s.pull = make_bytes;
    s.filter = &m;
    assert_int_equal(gn_csv_read(b.ctx, &s, b.options, &t), GN_BAD_DATA);
    assert_string_equal(gn_last_error(b.ctx)->code, "CSV-LIMIT");
    if (!strstr(gn_last_error(b.ctx)->message, message))
        fail_msg("\"%s\" lacks \"%s\"", gn_last_error(b.ctx)->message, message);
    assert_true(s.taken <= most_read);
    bench_close(&b);
}

static void limits(void **state)
{
    (void)state;
    check_limit(10 << 20, 0, "1", "field longer than 65536 bytes", 10 << 20);
    check_limit(10 << 20, '"', "1", "field longer than 65536 bytes", 10 << 20);
    check_limit(1 << 30, 0, "1", "row longer than 16 MiB", 40 << 20);
    check_limit(1 << 30, 0, "1,", "row longer than 16 MiB", 40 << 20);
    check_limit(1 << 30, 0, "123456789012345678901234567890,", "row longer than 16 MiB", 40 << 20);
    check_limit(2 * 1000001 - 1, 0, "1,", "more than 1000000 columns", 4 << 20);
}

/* ---- memory ------------------------------------------------------------------------------------------ */

static gn_status encode_and_split(bench *b, const gn_table *t, gn_data **d, gn_data **copy, gn_data **again)
{
    uint32_t *train, *held;
    size_t n_train, n_held;
    GN_TRY(gn_data_from_table(b->ctx, t, b->options, d));
    GN_TRY(gn_data_fill(b->ctx, *d, NULL, 0));
    GN_TRY(gn_data_copy(b->ctx, *d, copy));
    GN_TRY(gn_data_by_prep(b->ctx, t, &(*d)->prep, b->options, true, again));
    GN_TRY(gn_split(b->ctx, *d, 0.2, 1, &train, &n_train, &held, &n_held));
    gn_free(b->ctx, train);
    gn_free(b->ctx, held);
    GN_TRY(gn_split_fold(b->ctx, *d, 2, 1, 1, &train, &n_train, &held, &n_held));
    gn_free(b->ctx, train);
    gn_free(b->ctx, held);
    return GN_OK;
}

static gn_status whole_way(bench *b, const char *text)
{
    gn_table t;
    gn_data *d = NULL, *copy = NULL, *again = NULL;
    GN_TRY(bench_table(b, text, strlen(text), &t));
    gn_status status = encode_and_split(b, &t, &d, &copy, &again);
    gn_data_free(again);
    gn_data_free(copy);
    gn_data_free(d);
    gn_table_free(&t);
    return status;
}

/* Law 12: every allocation fails once, and for good; no leak, and the context works afterwards. */
static void out_of_memory(void **state)
{
    (void)state;
    static const char text[] = "a,b,c\n1,\"x \"\"y\"\"\",p\n?,z,q\n3,x,p\n4,NA,q\n1e-400,\xC3\xA9,q\n";
    static const char *const options[] = {"missing=median", "dup=rename", NULL};
    for (int sticky = 0; sticky < 2; sticky++) {
        for (long k = 1;; k++) {
            bench b;
            bench_open(&b, options);
            long before = b.alive;
            b.countdown = k;
            b.sticky = sticky;
            gn_status status = whole_way(&b, text);
            bool reached = b.countdown == 0 || sticky;
            b.countdown = 0;
            if (status == GN_OK) {
                bench_close(&b);
                assert_true(k > 10);
                break;
            }
            assert_true(reached);
            assert_int_equal(status, GN_NO_MEMORY);
            assert_string_equal(gn_last_error(b.ctx)->code, "MEMORY");
            assert_int_equal(b.alive, before);
            assert_int_equal(whole_way(&b, text), GN_OK);
            bench_close(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_inputs),    cmocka_unit_test(small_windows),          cmocka_unit_test(long_decimals),
        cmocka_unit_test(rounded_once),  cmocka_unit_test(short_and_long_numbers), cmocka_unit_test(limits),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
