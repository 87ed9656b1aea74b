/* test_lens_picture_key.c -- the key of a picture: room for it, and a mark of its own for whatever it names. */
#include "one_context.h"
#include <stdio.h>
#include "base/text.h"
#include "lens/picture_parts.h"

static const double at[2] = { 0, 1 };

static gn_panel panel_of(const gn_series *s, size_t n)
{
    return (gn_panel){ .title = "title", .x_label = "step k", .y_label = "weight w", .n_series = n, .series = s };
}

static gn_text drawing_of(const gn_picture *p, int columns, bool ascii)
{
    gn_text t;
    gn_text_init(&t, ctx);
    assert_int_equal(gn_picture_draw(ctx, p, columns, ascii, &t), GN_OK);
    return t;
}

/* On the terminal: thirteen classes, each with its own mark and ground, all of them named in the key. */
static void many_classes_have_their_marks(void **state)
{
    (void)state;
    enum { CLASSES = 13 };
    static const char *const names[CLASSES] = { "class a", "class b", "class c", "class d", "class e", "class f",
                                                "class g", "class h", "class i", "class j", "class k", "class l",
                                                "class m" };
    double z[CLASSES * 2];
    gn_series s[CLASSES];
    for (int i = 0; i < CLASSES; i++) {
        s[i] = (gn_series){ GN_SERIES_POINTS, names[i], 1, at, at, i };
        z[2 * i] = z[2 * i + 1] = i;
    }
    gn_field f = { GN_FIELD_CLASSES, 2, CLASSES, 0, 1, 0, 1, z, .names = names, .n_names = CLASSES };
    gn_panel p = panel_of(s, CLASSES);
    p.field = &f;
    p.n_fields = 1;
    for (int ascii = 0; ascii < 2; ascii++) {
        gn_text t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &p }, 80, ascii);
        const char *key = strstr(t.at, "class a");
        char mark[2 * CLASSES][8];
        for (size_t i = 0; i < 2 * CLASSES; i++) {
            const char *name = key;
            for (size_t k = 0; k <= i / CLASSES; k++) {
                name = strstr(k ? name + 1 : key, names[i % CLASSES]);
                assert_non_null(name);
            }
            size_t n = 1;
            while (((unsigned char)name[-1 - (long)n] & 0xC0) == 0x80) n++;
            snprintf(mark[i], sizeof mark[i], "%.*s", (int)n, name - 1 - n);
            for (size_t k = i - i % CLASSES; k < i; k++) assert_string_not_equal(mark[i], mark[k]);
        }
        gn_text_free(&t);
    }
}

/* A long key gets its own room below the plot, beside other panels too, and a short one none. */
static void a_long_key_has_room(void **state)
{
    (void)state;
    gn_series s[12];
    int width, usual, high;
    for (int i = 0; i < 12; i++)
        s[i] = (gn_series){ GN_SERIES_LINE, "x = 12, a run whose name takes half a line", 2, at, at, -1 };
    gn_panel two[2] = { panel_of(s, 3), panel_of(s, 12) };
    gn_picture few = { .n_panels = 1, .panel = &two[0] }, many = { .n_panels = 1, .panel = &two[1] };
    gn_picture both = { .n_panels = 2, .panel = two };
    assert_int_equal(gn_picture_key_room(&few), 0);
    gn_picture_size(&few, &width, &usual);
    gn_picture_size(&many, &width, &high);
    assert_true(gn_picture_key_room(&many) > 40 && high == usual + gn_picture_key_room(&many));
    assert_true(gn_picture_key_room(&both) > 100);
}

/* Panels side by side whose keys differ in length. */
static void keys_of_different_length_stand_side_by_side(void **state)
{
    (void)state;
    gn_series s[30];
    for (int i = 0; i < 30; i++) s[i] = (gn_series){ GN_SERIES_LINE, "a run with a name", 2, at, at, -1 };
    for (int longer = 0; longer < 2; longer++) {
        gn_panel two[2] = { panel_of(s, longer ? 30 : 1), panel_of(s, longer ? 1 : 30) };
        gn_text t = drawing_of(&(gn_picture){ .n_panels = 2, .panel = two }, 80, false);
        size_t named = 0;
        for (const char *c = t.at; (c = strstr(c, "a run with a name")); c++) named++;
        assert_int_equal(named, 31);
        gn_text_free(&t);
    }
}

/* Regions of one hue are told apart by the key: those that are in the picture, unless notes name them in place. */
static void regions_stand_in_the_key(void **state)
{
    (void)state;
    double z[9] = { 0, 0, 8, 0, 8, 8, 8, 8, 8 };
    const char *names[9] = { "zero", "b", "c", "d", "e", "f", "g", "h", "it's" };
    gn_field f = { GN_FIELD_CLASSES, 3, 3, 0, 2, 0, 2, z, .names = names, .n_names = 9 };
    gn_note_mark n = { 1, 1, "here" };
    gn_panel p = { .title = "t", .n_fields = 1, .field = &f };
    gn_picture picture = { .n_panels = 1, .panel = &p };
    gn_text t;
    gn_text_init(&t, ctx);
    assert_int_equal(gn_picture_script(ctx, &picture, GN_PICTURE_PNG, NULL, &t), GN_OK);
    assert_non_null(strstr(t.at, "NaN with boxes lc rgb '#B8D8E9' title 'region: '.'zero'"));
    assert_non_null(strstr(t.at, " title 'region: '.'it''s'"));
    assert_null(strstr(t.at, "'b'"));
    assert_non_null(strstr(t.at, "set key on"));
    gn_text_clear(&t);
    p.n_notes = 1;
    p.note = &n;
    assert_int_equal(gn_picture_script(ctx, &picture, GN_PICTURE_PNG, NULL, &t), GN_OK);
    assert_null(strstr(t.at, "region: "));
    gn_text_free(&t);
}

/* Signs of weights are told apart by colour and dash; a width in the key would be one weight's. */
static void signs_have_one_width_in_the_key(void **state)
{
    (void)state;
    const gn_link_mark l[3] = { { 0, 0, 1, 1, 0.1 }, { 0, 0, 1, 0, -8 }, { 0, 1, 1, 0, 2 } };
    gn_panel p = { .title = "t", .no_axes = true, .n_links = 3, .link = l };
    gn_picture picture = { .n_panels = 1, .panel = &p };
    gn_text t;
    gn_text_init(&t, ctx);
    assert_int_equal(gn_picture_script(ctx, &picture, GN_PICTURE_SVG, NULL, &t), GN_OK);
    assert_non_null(strstr(t.at, "NaN with lines lw 2.6 dt 1 lc rgb '#0072B2' title 'positive weight'"));
    assert_non_null(strstr(t.at, "NaN with lines lw 2.6 dt (5,3) lc rgb '#D55E00' title 'negative weight'"));
    gn_text_free(&t);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        T(many_classes_have_their_marks), T(a_long_key_has_room), T(keys_of_different_length_stand_side_by_side),
        T(regions_stand_in_the_key), T(signs_have_one_width_in_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
