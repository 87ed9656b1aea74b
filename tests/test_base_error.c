/* test_base_error.c -- the table of codes, the record of a failure, and foreign text made safe. */
#include "test_base_seams.h"

#include <stdio.h>
#include "base/text.h"

static gn_context *ctx;

static int make(void **state)
{
    (void)state;
    return gn_context_new(NULL, &ctx) != GN_OK;
}

static int drop(void **state)
{
    (void)state;
    gn_context_free(ctx);
    return 0;
}

/* Law: every row has a code of its own, in capitals with dashes, the exit status of a failure, and an explanation. */
static void every_code_is_explained(void **state)
{
    (void)state;
    for (int c = 1; c < GN_E_COUNT; c++) {
        const char *text = gn_code_text((gn_code)c);
        assert_int_equal(gn_code_find(text), c);
        assert_true(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(text));
        assert_true(gn_code_status((gn_code)c) != GN_OK);
        assert_ptr_equal(gn_explain_code(text), gn_code_about((gn_code)c));
        size_t n = strlen(gn_code_about((gn_code)c));
        if (n < 60 || gn_code_about((gn_code)c)[n - 1] != '.') fail_msg("%s is not explained in a sentence", text);
    }
}

static void every_code_is_named_as_its_id(void **state)
{
    (void)state;
    static const char *const id[] = {
#define E(id, text, status, about) #id,
#include "defs/error.def"
#undef E
    };
    for (size_t i = 0; i < GN_COUNT(id); i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", id[i]);
        for (char *p = text; *p; p++)
            if (*p == '_') *p = '-';
        assert_string_equal(gn_code_text((gn_code)(i + 1)), text);
    }
}

static void unknown_codes_are_unknown(void **state)
{
    (void)state;
    assert_null(gn_explain_code("CSV-NO-SUCH"));
    assert_null(gn_explain_code(""));
    assert_null(gn_explain_code(NULL));
    assert_int_equal(gn_code_find("csv-ragged"), GN_E_NONE);
    assert_int_equal(gn_code_status((gn_code)-1), GN_OK);
    assert_int_equal(gn_code_status(GN_E_COUNT), GN_OK);
}

static void a_failure_is_recorded(void **state)
{
    (void)state;
    const gn_error *e = gn_last_error(ctx);
    assert_int_equal(e->status, GN_OK);
    assert_string_equal(e->code, "");
    gn_place at = { .file = "iris.csv", .line = 3, .column = 7 };
    assert_int_equal(gn_fail_at(ctx, GN_E_CSV_RAGGED, at, "line %d", 3), GN_BAD_DATA);
    e = gn_last_error(ctx);
    assert_int_equal(e->status, GN_BAD_DATA);
    assert_string_equal(e->code, "CSV-RAGGED");
    assert_string_equal(e->where, "iris.csv:3:7");
    assert_string_equal(e->message, "line 3");
    assert_string_equal(e->hint, "");
    assert_int_equal(gn_hint(ctx, "try %s", "this"), GN_BAD_DATA);
    assert_string_equal(gn_last_error(ctx)->hint, "try this");
    assert_int_equal(gn_fail(ctx, GN_E_USAGE, "after: %s", gn_last_error(ctx)->message), GN_USAGE);
    assert_string_equal(gn_last_error(ctx)->message, "after: line 3");
    assert_string_equal(gn_last_error(ctx)->hint, "");
    assert_string_equal(gn_last_error(ctx)->where, "");
    gn_clear_error(ctx);
    assert_int_equal(gn_last_error(ctx)->status, GN_OK);
    assert_string_equal(gn_last_error(ctx)->message, "");
}

static const char *where(gn_place at)
{
    gn_fail_at(ctx, GN_E_USAGE, at, "x");
    return gn_last_error(ctx)->where;
}

static void places_are_written(void **state)
{
    (void)state;
    assert_string_equal(where((gn_place){ .file = "x.npy", .offset = 128, .has_offset = true }), "x.npy @128");
    assert_string_equal(where((gn_place){ .file = "x.csv", .line = 2 }), "x.csv:2");
    assert_string_equal(where((gn_place){ .file = "x.csv" }), "x.csv");
    assert_string_equal(where((gn_place){ .line = 2, .column = 5 }), "2:5");
    assert_string_equal(where((gn_place){ 0 }), "");
    assert_string_equal(where((gn_place){ .file = "a\x1b[2Jb" }), "a\\x1b[2Jb");
}

/* However long and whatever its bytes, a message stays a valid line. */
static void records_are_clean(void **state)
{
    (void)state;
    static char long_text[5000];
    size_t bad;
    memset(long_text, 0xe9, sizeof long_text - 1);
    gn_fail_at(ctx, GN_E_USAGE, (gn_place){ .file = long_text, .line = 5 }, "%s", long_text);
    gn_hint(ctx, "%s", long_text);
    const gn_error *e = gn_last_error(ctx);
    assert_true(gn_utf8_valid(e->message, strlen(e->message), &bad));
    assert_true(gn_utf8_valid(e->where, strlen(e->where), &bad));
    assert_non_null(strstr(e->message, "\\xe9"));
    assert_string_equal(e->where + strlen(e->where) - 5, "...:5");
    gn_fail(ctx, GN_E_USAGE, "two\nlines");
    assert_string_equal(gn_last_error(ctx)->message, "two\\x0alines");
    gn_hint(ctx, "x^2+\n    ^");
    assert_string_equal(gn_last_error(ctx)->hint, "x^2+\n    ^");
}

static void nothing_needs_a_context_to_fail(void **state)
{
    (void)state;
    assert_int_equal(gn_fail(NULL, GN_E_USAGE, "x"), GN_USAGE);
    assert_string_equal(gn_last_error(NULL)->code, "");
    gn_hint(NULL, "x");
    gn_note(NULL, "x");
    gn_clear_error(NULL);
    gn_request_stop(NULL);
    gn_context_free(NULL);
}

static void log_text(void *user, gn_log_level level, const char *text)
{
    snprintf(user, 64, "%d %s", (int)level, text);
}

static void notes_reach_the_callback(void **state)
{
    (void)state;
    gn_context_settings s;
    gn_context *c;
    char got[64] = "";
    gn_context_defaults(&s);
    s.log = log_text;
    s.log_user = got;
    assert_int_equal(gn_context_new(&s, &c), GN_OK);
    gn_note(c, "%d rows", 3);
    assert_string_equal(got, "0 3 rows");
    gn_warn(c, "bell \a");
    assert_string_equal(got, "1 bell \\x07");
    gn_context_free(c);
}

static void settings_are_checked(void **state)
{
    (void)state;
    static const struct { const char *isa; int threads; gn_status status; int level; } row[] = {
        { "auto", 1, GN_OK, -1 }, { NULL, 2, GN_OK, -1 }, { "base", 256, GN_OK, 0 }, { "avx2", 1, GN_OK, 1 },
        { "avx512", 1, GN_OK, 2 },
        { "neon", 1, GN_OK, 3 }, { "", 1, GN_USAGE, 0 }, { "avx", 1, GN_USAGE, 0 }, { "auto|base", 1, GN_USAGE, 0 },
        { "auto", -1, GN_USAGE, 0 },
        { "auto", 257, GN_USAGE, 0 },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        gn_context_settings s;
        gn_context *c = ctx;
        gn_context_defaults(&s);
        s.isa = row[i].isa;
        s.threads = row[i].threads;
        assert_int_equal(gn_context_new(&s, &c), row[i].status);
        if (row[i].status != GN_OK) {
            assert_null(c);
            continue;
        }
        assert_int_equal(gn_context_isa(c), row[i].level);
        assert_int_equal(gn_context_threads(c), row[i].threads);
        gn_context_free(c);
    }
    assert_true(gn_context_threads(ctx) >= 1);
    assert_false(gn_context_exact(ctx));
    assert_int_equal(gn_context_new(NULL, NULL), GN_USAGE);
}

/* A caller compiled against an earlier header gives a smaller struct. */
static void earlier_settings_are_understood(void **state)
{
    (void)state;
    gn_context_settings s;
    gn_context *c;
    memset(&s, 0xff, sizeof s);
    s.size = offsetof(gn_context_settings, isa);
    s.threads = 3;
    assert_int_equal(gn_context_new(&s, &c), GN_OK);
    assert_int_equal(gn_context_threads(c), 3);
    assert_int_equal(gn_context_isa(c), -1);
    gn_context_free(c);
    s.size = 0;
    assert_int_equal(gn_context_new(&s, &c), GN_USAGE);
}

static void a_stop_can_be_asked_for(void **state)
{
    (void)state;
    assert_false(gn_stop_requested(ctx));
    gn_request_stop(ctx);
    assert_true(gn_stop_requested(ctx));
    gn_clear_stop(ctx);
    assert_false(gn_stop_requested(ctx));
    assert_string_equal(gn_version(), GN_VERSION);
}

static void foreign_text_is_shown_safely(void **state)
{
    (void)state;
    static const struct { const char *text, *shown; } row[] = {
        { "plain", "plain" }, { "\x1b[2J", "\\x1b[2J" }, { "caf\xe9", "caf\\xe9" }, { "caf\xc3\xa9", "caf\xc3\xa9" },
        { "\xc2\x85", "\\xc2\\x85" },
        { "a\xe2\x80\xaet", "a\\xe2\\x80\\xaet" }, { "\xed\xa0\x80", "\\xed\\xa0\\x80" }, { "%s%n%x", "%s%n%x" },
        { "\xf0\x9f\x99\x82", "\xf0\x9f\x99\x82" },
        { "", "" }, { "\xe2\x82", "\\xe2\\x82" }, { "\x7f", "\\x7f" },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++)
        assert_string_equal(gn_show(GN_SHOWN, row[i].text, strlen(row[i].text)), row[i].shown);
    assert_string_equal(gn_show(GN_SHOWN, "a\0b", 3), "a\\x00b");
    char many[100], want[64];
    memset(many, 'x', sizeof many);
    memset(want, 'x', 60);
    want[60] = '\0';
    assert_string_equal(gn_show(GN_SHOWN, many, 60), want);
    strcpy(want + 60, "...");
    assert_string_equal(gn_show(GN_SHOWN, many, 61), want);
    memset(many, 0x9b, sizeof many);
    assert_true(strlen(gn_show(GN_SHOWN, many, sizeof many)) <= 259);
}

static void utf8_is_checked(void **state)
{
    (void)state;
    static const struct { const char *text; long bad; } row[] = {
        { "plain ascii, more than eight bytes", -1 }, { "\xc3\xa9", -1 }, { "\xf4\x8f\xbf\xbf", -1 },
        { "\xef\xbf\xbf", -1 }, { "12345678\xff", 8 },
        { "\xc0\x80", 0 }, { "\xc1\xbf", 0 }, { "\xe0\x80\x80", 0 }, { "\xed\xa0\x80", 0 }, { "\xf4\x90\x80\x80", 0 },
        { "\xf5\x80\x80\x80", 0 },
        { "a\x80", 1 }, { "ab\xe2\x82", 2 }, { "\xf0\x8f\xbf\xbf", 0 }, { "abc\xfe", 3 },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        size_t bad = 99;
        bool valid = gn_utf8_valid(row[i].text, strlen(row[i].text), &bad);
        assert_int_equal(valid, row[i].bad < 0);
        if (!valid) assert_int_equal(bad, row[i].bad);
    }
}

static void the_closest_name_is_proposed(void **state)
{
    (void)state;
    static const char *const names[] = { "species", "petal length", "optimizer", "lr", "tanh" };
    static const struct { const char *text, *name; } row[] = {
        { "specie", "species" }, { "optimiser", "optimizer" }, { "optmizier", "optimizer" }, { "tahn", "tanh" },
        { "rl", "lr" }, { "xyz", NULL },
        { "", NULL }, { "q", NULL }, { "completely different", NULL },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        const char *got = gn_closest(row[i].text, names, GN_COUNT(names));
        if (row[i].name) assert_string_equal(got, row[i].name);
        else assert_null(got);
    }
    char long_name[500];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[499] = '\0';
    assert_null(gn_closest(long_name, names, GN_COUNT(names)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_explained),
        cmocka_unit_test(every_code_is_named_as_its_id),
        cmocka_unit_test(unknown_codes_are_unknown),
        cmocka_unit_test_setup_teardown(a_failure_is_recorded, make, drop),
        cmocka_unit_test_setup_teardown(places_are_written, make, drop),
        cmocka_unit_test_setup_teardown(records_are_clean, make, drop),
        cmocka_unit_test(nothing_needs_a_context_to_fail),
        cmocka_unit_test(notes_reach_the_callback),
        cmocka_unit_test_setup_teardown(settings_are_checked, make, drop),
        cmocka_unit_test(earlier_settings_are_understood),
        cmocka_unit_test_setup_teardown(a_stop_can_be_asked_for, make, drop),
        cmocka_unit_test(foreign_text_is_shown_safely),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(the_closest_name_is_proposed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
