/* test_base_option.c -- every row of the table of options is well made, and no value outside its range gets in. */
#include "test_base_seams.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include "base/option.h"

static gn_context *ctx;
static gn_options *o;

static int make(void **state)
{
    (void)state;
    return gn_context_new(NULL, &ctx) != GN_OK || gn_options_new(ctx, &o) != GN_OK;
}

static int drop(void **state)
{
    (void)state;
    gn_options_free(o);
    gn_context_free(ctx);
    return 0;
}

/* Law: names are of their own, in small letters with dashes; every row has groups and a help line; a value has a
 * name. */
static void every_row_is_well_made(void **state)
{
    (void)state;
    size_t count;
    const gn_option_row *row = gn_option_table(&count);
    assert_int_equal(count, GN_O_COUNT);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(gn_option_find(row[i].name), &row[i]);
        assert_int_equal(strspn(row[i].name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(row[i].name));
        assert_true(islower((unsigned char)row[i].name[0]));
        assert_true(*row[i].groups && *row[i].help);
        assert_int_equal(row[i].kind == GN_FLAG, *row[i].value_name == '\0');
    }
    assert_null(gn_option_find("no-such"));
    assert_null(gn_option_find(NULL));
}

/* Law: a default is of its row's kind and in its range; what is not given reads as the default. */
static void every_default_is_allowed(void **state)
{
    (void)state;
    size_t count;
    const gn_option_row *row = gn_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        gn_option_id id = (gn_option_id)i;
        double d = 0;
        assert_false(gn_option_given(o, id));
        assert_string_equal(gn_option_text(o, id), row[i].dflt);
        assert_string_equal(gn_option_text(NULL, id), row[i].dflt);
        if (row[i].kind != GN_INT && row[i].kind != GN_REAL) {
            if (row[i].kind == GN_WORD) assert_int_equal(gn_options_set(o, row[i].name, row[i].dflt), GN_OK);
            continue;
        }
        assert_int_equal(gn_read_number(row[i].dflt, strlen(row[i].dflt), '.', &d, NULL), GN_NUMBER_OK);
        assert_true(d >= row[i].lo && d <= row[i].hi && row[i].lo < row[i].hi);
        assert_true(gn_option_real(o, id) == d && gn_option_real(NULL, id) == d && gn_option_int(o, id) == (int64_t)d);
    }
}

static gn_status set(const char *name, const char *value)
{
    return gn_options_set(o, name, value);
}

static bool says(const char *text)
{
    return strstr(gn_last_error(ctx)->message, text) != NULL;
}

/* Law: both ends of a range are allowed, what lies outside is refused with name, value and range; no number is not a
 * number. */
static void every_range_is_kept(void **state)
{
    (void)state;
    static const char *const bad[] = { "nan", "inf", "-inf", "", " 1", "1x", "0x10", "1,5", "1e999", "-1e999" };
    size_t count;
    gn_numtext a, b;
    const gn_option_row *row = gn_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != GN_INT && row[i].kind != GN_REAL) continue;
        double least = row[i].kind == GN_REAL && row[i].lo == -1 ? 0 : row[i].lo;
        assert_int_equal(set(row[i].name, gn_num(&a, least)), GN_OK);
        assert_true(gn_option_real(o, (gn_option_id)i) == least);
        assert_int_equal(set(row[i].name, gn_num(&a, row[i].hi)), GN_OK);
        for (int side = 0; side < 2; side++) {
            double out = side ? row[i].hi * 1.5 + 1 : least - 1;
            if (row[i].kind == GN_INT) out = ceil(out);
            assert_int_equal(set(row[i].name, gn_num(&b, out)), GN_USAGE);
            assert_string_equal(gn_last_error(ctx)->code, "CFG-RANGE");
            assert_true(says(row[i].name) && says(b.at) && says(gn_num(&a, row[i].hi)) && says(gn_num(&a, least)));
        }
        for (size_t k = 0; k < GN_COUNT(bad); k++) assert_int_equal(set(row[i].name, bad[k]), GN_USAGE);
        assert_true(gn_option_real(o, (gn_option_id)i) == row[i].hi);
        if (row[i].kind == GN_INT) assert_int_equal(set(row[i].name, "0.5"), GN_USAGE);
    }
}

/* Law: each word of a choice is taken, another is refused and the list of words is named. */
static void every_choice_is_kept(void **state)
{
    (void)state;
    size_t count, length;
    const gn_option_row *row = gn_option_table(&count);
    const char *at;
    for (size_t i = 0; i < count; i++) {
        if (row[i].kind != GN_WORD || !*row[i].choices) continue;
        for (size_t k = 0; gn_list_part(row[i].choices, '|', k, &at, &length); k++) {
            char word[64];
            snprintf(word, sizeof word, "%.*s", (int)length, at);
            assert_int_equal(set(row[i].name, word), GN_OK);
            assert_string_equal(gn_option_text(o, (gn_option_id)i), word);
            if (strlen(word) > 1) {
                word[strlen(word) - 1] = '\0';
                assert_int_equal(set(row[i].name, word), GN_USAGE);
                assert_true(says(row[i].name) && says(word));
            }
        }
        assert_int_equal(set(row[i].name, row[i].choices), GN_USAGE);
        assert_string_equal(gn_last_error(ctx)->code, "CFG-VALUE");
    }
}

/* Row K20 of the table of bad inputs, as far as one option alone can be judged. */
static void bad_settings_name_field_value_and_range(void **state)
{
    (void)state;
    static const struct { const char *name, *value, *code, *says, *range; } row[] = {
        { "lr", "NaN", "CFG-VALUE", "'NaN'", "from 0 to 1e38" }, { "lr", "-1", "CFG-RANGE", "-1", "from 0 to 1e38" },
        { "lr", "1e39", "CFG-RANGE", "1e39", "from 0 to 1e38" },
        { "lr", "fast", "CFG-VALUE", "'fast'", "a finite number" },
        { "epochs", "9223372036854775808", "CFG-RANGE", "9223372036854775808", "from 0 to 1000000000" },
        { "epochs", "1.5", "CFG-VALUE", "'1.5'", "a whole number" },
        { "seed", "9007199254740993", "CFG-RANGE", "9007199254740993", "9007199254740991" },
        { "task", "classif", "CFG-VALUE", "'classif'", "one of auto, classification" },
        { "quiet", "yes", "CFG-VALUE", "'yes'", "no value" },
        { "batch", "-5", "CFG-RANGE", "-5", "from 0" }, { "holdout", "0.95", "CFG-RANGE", "0.95", "from 0 to 0.9" },
    };
    for (size_t i = 0; i < GN_COUNT(row); i++) {
        assert_int_equal(set(row[i].name, row[i].value), GN_USAGE);
        assert_string_equal(gn_last_error(ctx)->code, row[i].code);
        if (!says(row[i].name) || !says(row[i].says) || !says(row[i].range))
            fail_msg("%s: %s", row[i].name, gn_last_error(ctx)->message);
        assert_false(gn_option_given(o, (gn_option_id)(gn_option_find(row[i].name) - gn_option_table(NULL))));
    }
}

static void unknown_names_get_a_proposal(void **state)
{
    (void)state;
    assert_int_equal(set("optimiser", "adam"), GN_USAGE);
    assert_string_equal(gn_last_error(ctx)->code, "CFG-UNKNOWN");
    assert_string_equal(gn_last_error(ctx)->hint, "did you mean --optimizer?");
    assert_int_equal(set("clip_norm", "1"), GN_USAGE);
    assert_string_equal(gn_last_error(ctx)->hint, "did you mean --clip-norm?");
    assert_int_equal(set("task", "clasify"), GN_USAGE);
    assert_string_equal(gn_last_error(ctx)->hint, "did you mean classify?");
    assert_int_equal(set("\x1b[2J", "1"), GN_USAGE);
    assert_null(strchr(gn_last_error(ctx)->message, 0x1b));
    assert_int_equal(set(NULL, "1"), GN_USAGE);
    assert_int_equal(set("lr", NULL), GN_USAGE);
    assert_int_equal(gn_options_set(NULL, "lr", "1"), GN_USAGE);
    assert_int_equal(gn_options_new(ctx, NULL), GN_USAGE);
    gn_options_free(NULL);
}

static void values_are_kept(void **state)
{
    (void)state;
    assert_int_equal(set("lr", "1e-3") | set("epochs", "20") | set("quiet", NULL), GN_OK);
    assert_int_equal(set("layers", "128") | set("layers", "64,32"), GN_OK);
    assert_true(gn_option_real(o, GN_O_LR) == 1e-3);
    assert_int_equal(gn_option_int(o, GN_O_EPOCHS), 20);
    assert_true(gn_option_flag(o, GN_O_QUIET));
    assert_false(gn_option_flag(o, GN_O_JSON));
    assert_string_equal(gn_option_text(o, GN_O_LAYERS), "128,64,32");
    assert_string_equal(gn_option_text(o, GN_O_LR), "1e-3");
    assert_int_equal(set("lr", "0.2") | set("n", "1e6"), GN_OK);
    assert_true(gn_option_real(o, GN_O_LR) == 0.2);
    assert_int_equal(gn_option_int(o, GN_O_N), 1000000);
}

static void lists_are_cut(void **state)
{
    (void)state;
    const char *at;
    size_t n;
    assert_true(gn_list_part("a, b c ,,d", ',', 1, &at, &n) && n == 3 && memcmp(at, "b c", 3) == 0);
    assert_true(gn_list_part("a, b c ,,d", ',', 2, &at, &n) && n == 0);
    assert_true(gn_list_part("a, b c ,,d", ',', 3, &at, &n) && n == 1 && *at == 'd');
    assert_false(gn_list_part("a, b c ,,d", ',', 4, &at, &n));
    assert_true(gn_list_part("", ',', 0, &at, &n) && n == 0);
    assert_false(gn_list_part("", ',', 1, &at, &n));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, drop)
    const struct CMUnitTest tests[] = {
        T(every_row_is_well_made), T(every_default_is_allowed), T(every_range_is_kept), T(every_choice_is_kept),
        T(bad_settings_name_field_value_and_range), T(unknown_names_get_a_proposal), T(values_are_kept),
        T(lists_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
