/* test_lens_picture.c -- pictures: scripts in which foreign text stays text, drawings with characters. */
#include "test_base_seams.h"
#include "one_context.h"
#include <math.h>
#include <stdio.h>
#include "base/text.h"
#include "lens/picture_parts.h"

static gn_text script_of(const gn_picture *p, gn_picture_type type, const char *out)
{
    gn_text t;
    gn_text_init(&t, ctx);
    must(ctx, gn_picture_script(ctx, p, type, out, &t));
    return t;
}

static gn_text drawing_of(const gn_picture *p, int columns, bool ascii)
{
    gn_text t;
    gn_text_init(&t, ctx);
    must(ctx, gn_picture_draw(ctx, p, columns, ascii, &t));
    return t;
}

static const double three_x[3] = { 0, 1, 2 }, three_y[3] = { 1, 3, 2 };

static gn_panel panel_of(const gn_series *s, size_t n)
{
    return (gn_panel){ .title = "title", .x_label = "step k", .y_label = "weight w", .n_series = n, .series = s };
}

/* ---- foreign text ------------------------------------------------------------------------------------------------ */

/* Outside of single quotes nothing of the text may stand: quotes are taken out as gnuplot reads them. */
static char *outside_quotes(const char *script)
{
    char *out = malloc(strlen(script) + 1);
    size_t n = 0;
    bool in = false;
    assert_non_null(out);
    for (const char *c = script; *c; c++) {
        if (*c == '\'') {
            if (in && c[1] == '\'') c++;
            else in = !in;
        } else if (!in) out[n++] = *c;
        else assert_true(*c != '\n');   /* a quoted text ends on its line */
    }
    assert_false(in);
    out[n] = '\0';
    return out;
}

static const char *const hostile[] = {
    "x'; system(\"touch hacked\")", "`touch hacked`", "$(touch hacked)", "'", "''", "a\nset output 'hacked'",
    "@hacked hacked",
    "\"hacked\"", "{/Symbol hacked}_b^c", "%d hacked %s", "hacked\\", "hacked\\'", "\x1b[31mhacked", "caf\xe9 hacked",
    "EOD hacked", "\xce\xb7 hacked",
};

static void foreign_text_is_never_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < GN_COUNT(hostile); i++) {
        const char *t = hostile[i], *names[3] = { t, t, t };
        double z[9] = { 0, 1, 2, 1, 2, 3, 2, 3, 4 };
        gn_series s = { GN_SERIES_LINE, t, 3, three_x, three_y, -1 };
        gn_field f = { GN_FIELD_HEAT, 3, 3, 0, 2, 0, 2, z, .label = t, .names = names, .n_names = 3 };
        gn_rule_mark m[2] = { { false, 2, t }, { true, 1, t } };
        gn_note_mark n = { 1, 1, t };
        gn_node_mark d = { 1, 1, t };
        gn_panel p = { t, t, t, .x_names = names, .n_x_names = 3, .y_names = names, .n_y_names = 3, .n_series = 1,
                       .series = &s, .n_fields = 1, .field = &f, .n_marks = 2, .mark = m, .n_notes = 1, .note = &n,
                       .n_nodes = 1, .node = &d };
        gn_panel two[2] = { p, p };
        for (size_t panels = 1; panels <= 2; panels++) {
            gn_picture picture = { .title = t, .n_panels = panels, .panel = two };
            gn_text text = script_of(&picture, GN_PICTURE_SVG, "a.svg");
            char *code = outside_quotes(text.at);
            assert_null(strstr(code, "hacked"));
            assert_null(strchr(code, '`'));
            assert_non_null(strstr(text.at, "noenhanced"));
            free(code);
            gn_text_free(&text);
            text = drawing_of(&picture, 80, false);
            assert_null(strchr(text.at, '\x1b'));
            assert_true(gn_utf8_valid(text.at, text.length, NULL));
            gn_text_free(&text);
        }
    }
}

static void names_of_files_are_files(void **state)
{
    (void)state;
    gn_series s = { GN_SERIES_LINE, "w", 3, three_x, three_y, -1 };
    gn_panel p = panel_of(&s, 1);
    gn_picture picture = { .n_panels = 1, .panel = &p };
    gn_text t = script_of(&picture, GN_PICTURE_SVG, "|touch hacked;.svg");
    assert_non_null(strstr(t.at, "set output './|touch hacked;.svg'"));
    gn_text_free(&t);
    t = script_of(&picture, GN_PICTURE_PNG, "/tmp/it's.png");
    assert_non_null(strstr(t.at, "set output '/tmp/it''s.png'"));
    assert_non_null(strstr(t.at, "pngcairo"));
    gn_text_free(&t);
    t = script_of(&picture, GN_PICTURE_PDF, NULL);
    assert_null(strstr(t.at, "\nset output"));
    assert_non_null(strstr(t.at, "pdfcairo"));
    gn_text_free(&t);
    gn_text_init(&t, ctx);
    assert_int_equal(gn_picture_script(ctx, &picture, GN_PICTURE_SVG, "a\nb.svg", &t), GN_USAGE);
    gn_text_free(&t);
}

static void long_names_are_cut_between_characters(void **state)
{
    (void)state;
    char name[401] = "";
    for (int i = 0; i < 200; i++) strcat(name, "\xce\xb7");
    const char *names[1] = { name };
    gn_series s = { GN_SERIES_LINE, name, 3, three_x, three_y, -1 };
    gn_panel p = panel_of(&s, 1);
    p.x_names = names;
    p.n_x_names = 1;
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, "a.svg");
    assert_true(gn_utf8_valid(t.at, t.length, NULL));
    assert_null(strstr(t.at, name));
    assert_non_null(strstr(t.at, "\xce\xb7\xe2\x80\xa6'"));
    gn_text_free(&t);
}

/* ---- series and ranges ------------------------------------------------------------------------------------------- */

static size_t count(const char *in, const char *what)
{
    size_t n = 0;
    for (const char *at = in; (at = strstr(at, what)); at += strlen(what)) n++;
    return n;
}

/* The text between two marks after the i-th `before`. */
static void nth(const char *in, const char *before, size_t i, const char *stop, char *out, size_t room)
{
    const char *at = in;
    for (size_t k = 0; k <= i; k++) {
        at = strstr(at, before);
        assert_non_null(at);
        at += strlen(before);
    }
    size_t n = strcspn(at, stop);
    assert_true(n < room);
    memcpy(out, at, n);
    out[n] = '\0';
}

static double lightness(const char *rgb)    /* relative luminance, sRGB */
{
    unsigned v = (unsigned)strtoul(rgb, NULL, 16);
    double sum = 0, share[3] = { 0.0722, 0.7152, 0.2126 };
    for (int i = 0; i < 3; i++) {
        double c = (v >> 8 * i & 255) / 255.0;
        sum += share[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void series_differ_in_colour_dash_and_point(void **state)
{
    (void)state;
    gn_series s[8];
    char rgb[8][16], dash[8][40], point[8][16];
    for (int i = 0; i < 8; i++) s[i] = (gn_series){ GN_SERIES_LINE_POINTS, "s", 3, three_x, three_y, -1 };
    gn_panel p = panel_of(s, 8);
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    const char *plot = strstr(t.at, "\nplot ");
    assert_non_null(plot);
    for (size_t i = 0; i < 8; i++) {
        nth(plot, "lc rgb '#", i, "'", rgb[i], sizeof rgb[i]);
        nth(plot, " dt ", i, " ", dash[i], sizeof dash[i]);
        nth(plot, " pt ", i, " ", point[i], sizeof point[i]);
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(rgb[i], rgb[k]);
            assert_string_not_equal(dash[i], dash[k]);
            assert_string_not_equal(point[i], point[k]);
        }
        if (i) assert_true(fabs(lightness(rgb[i]) - lightness(rgb[i - 1])) > 0.04);
    }
    gn_text_free(&t);
}

/* More series than colours: none like another, and of fifteen none in the form of another's points. */
static void many_series_are_never_alike(void **state)
{
    (void)state;
    enum { MANY = 60 };
    gn_series s[MANY];
    char rgb[MANY][16], point[MANY][16];
    for (int i = 0; i < MANY; i++) s[i] = (gn_series){ GN_SERIES_POINTS, "s", 3, three_x, three_y, i };
    gn_panel p = panel_of(s, MANY);
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    const char *plot = strstr(t.at, "\nplot ");
    assert_non_null(plot);
    for (size_t i = 0; i < MANY; i++) {
        nth(plot, "lc rgb '#", i, "'", rgb[i], sizeof rgb[i]);
        nth(plot, " pt ", i, " ", point[i], sizeof point[i]);
        for (size_t k = 0; k < i; k++) {
            assert_true(strcmp(rgb[i], rgb[k]) || strcmp(point[i], point[k]));
            if (i < GN_POINTS) assert_string_not_equal(point[i], point[k]);
        }
    }
    gn_text_free(&t);
}

/* Plain lines too: where colour and dash begin again, points tell. */
static void the_ninth_line_has_points(void **state)
{
    (void)state;
    gn_series s[9];
    for (int i = 0; i < 9; i++) s[i] = (gn_series){ GN_SERIES_LINE, "s", 3, three_x, three_y, -1 };
    gn_panel p = panel_of(s, 9);
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    const char *plot = strstr(t.at, "\nplot ");
    assert_non_null(plot);
    assert_int_equal(count(plot, "with linespoints"), 1);
    assert_int_equal(count(plot, " pt "), 1);
    gn_text_free(&t);
}

/* Dark in the middle, white around, over a field: seen on every colour. */
static void light_points_have_both_ends_of_grey(void **state)
{
    (void)state;
    double z[4] = { 0, 1, 2, 3 };
    gn_series s = { GN_SERIES_POINTS, "rows", 3, three_x, three_y, GN_STYLE_LIGHT };
    gn_field f = { GN_FIELD_HEAT, 2, 2, 0, 2, 0, 3, z, .label = "y" };
    gn_panel p = panel_of(&s, 1);
    p.field = &f;
    p.n_fields = 1;
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    const char *under = strstr(t.at, "pt 7 lc rgb '#FFFFFF'"), *over = strstr(t.at, "lc rgb '#222222' pt 6 ");
    assert_true(under && over && under < over);
    gn_text_free(&t);
}

static void a_value_that_is_none_breaks_the_line(void **state)
{
    (void)state;
    double x[5] = { 0, 1, 2, 3, 4 }, y[5] = { 1, 2, NAN, 4, INFINITY };
    gn_series s = { GN_SERIES_LINE, "w", 5, x, y, -1 };
    gn_panel p = panel_of(&s, 1);
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    assert_non_null(strstr(t.at, "$d1 << EOD\n0 1\n1 2\n\n3 4\n\nEOD\n"));
    gn_frame f = gn_panel_frame(&p);
    assert_true(f.y0 < 1 && f.y0 > 0 && f.y1 > 4 && f.y1 < 5 && f.x0 == 0 && f.x1 == 3);
    gn_text_free(&t);
}

static void logarithms_leave_out_what_has_none(void **state)
{
    (void)state;
    double x[4] = { 1, 2, 3, 4 }, y[4] = { 0, -1, 0.01, 100 };
    gn_series s = { GN_SERIES_LINE, "loss", 4, x, y, -1 };
    gn_panel p = panel_of(&s, 1);
    p.log_y = true;
    gn_frame f = gn_panel_frame(&p);
    assert_true(f.y0 > 0.001 && f.y0 < 0.01 && f.y1 > 100 && f.y1 < 1000);
    gn_text t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &p }, 80, false);
    gn_text_free(&t);
}

static void ranges_exist_for_everything(void **state)
{
    (void)state;
    double one[1] = { 5 }, huge[2] = { -1e300, 1e300 }, none[2] = { NAN, NAN };
    const double *value[3] = { one, huge, none };
    for (int i = 0; i < 3; i++) {
        gn_series s = { GN_SERIES_LINE_POINTS, "w", i ? 2 : 1, value[i], value[i], -1 };
        gn_panel p = panel_of(&s, 1);
        gn_frame f = gn_panel_frame(&p);
        assert_true(f.x0 < f.x1 && f.y0 < f.y1 && isfinite(f.x1 - f.x0) && isfinite(f.y1 - f.y0));
        gn_text t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &p }, 80, false);
        gn_text_free(&t);
    }
    gn_panel empty = { 0 };
    gn_text t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &empty }, 80, true);
    gn_text_free(&t);
    t = script_of(&(gn_picture){ .n_panels = 1, .panel = &empty }, GN_PICTURE_SVG, NULL);
    gn_text_free(&t);
}

static void bars_stand_beside_each_other(void **state)
{
    (void)state;
    gn_series s[2] = { { GN_SERIES_BARS, "a", 3, three_x, three_y, -1 },
                       { GN_SERIES_BARS, "b", 3, three_x, three_y, -1 } };
    gn_panel p = panel_of(s, 2);
    double shift[2], width[2];
    for (size_t i = 0; i < 2; i++) gn_bar_place(&p, i, &shift[i], &width[i]);
    assert_true(fabs(shift[0] + shift[1]) < 1e-15 && shift[1] - shift[0] >= width[0] - 1e-15);
    assert_true(shift[1] + width[1] / 2 <= 0.5);
    assert_true(gn_panel_frame(&p).y0 == 0);
}

/* Between two epochs there is nothing to mark; long numbers take room from one another. */
static void ticks_are_where_something_is(void **state)
{
    (void)state;
    double epoch[3] = { 1, 2, 3 }, small[3] = { -0.001234, 0, 0.001234 };
    double loss[3] = { 40, 70, 60 };
    gn_series s = { GN_SERIES_LINE_POINTS, "loss", 3, epoch, loss, -1 };
    gn_panel p = panel_of(&s, 1), three[3];
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    assert_non_null(strstr(t.at, "set xtics 1 "));
    gn_text_free(&t);
    t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &p }, 80, true);
    assert_null(strstr(t.at, "1.5"));
    gn_text_free(&t);
    s.x = small;
    three[0] = three[1] = three[2] = p;
    t = script_of(&(gn_picture){ .n_panels = 3, .panel = three }, GN_PICTURE_SVG, NULL);
    assert_non_null(strstr(t.at, "set xtics 0.001 "));
    assert_non_null(strstr(t.at, "set format x '%g'"));
    gn_text_free(&t);
    for (int i = 0; i < 3; i++) small[i] = 1e6 + 5 * i;     /* six digits would write two marks alike */
    t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    assert_non_null(strstr(t.at, "set format x '%.8g'"));
    gn_text_free(&t);
}

/* A path of many steps is marked where it is apart: both ends of a jump, and not every step of a crawl. */
static void a_path_is_marked_where_it_is_apart(void **state)
{
    (void)state;
    double x[100], y[100];
    char marks[400];
    for (int i = 0; i < 100; i++) x[i] = i == 0 ? 0 : i == 1 ? 9 : 5 - 1e-4 * i, y[i] = i == 1 ? 7 : 0;
    gn_series s = { GN_SERIES_LINE_POINTS, "path", 100, x, y, -1 };
    gn_panel p = panel_of(&s, 1);
    gn_text t = script_of(&(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL);
    nth(t.at, "$d2 << EOD\n", 0, "E", marks, sizeof marks);
    assert_string_equal(marks, "0 0\n9 7\n4.9998 0\n");
    assert_non_null(strstr(t.at, "pointinterval 100"));
    gn_text_free(&t);
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

static void fields_of_every_kind_are_written(void **state)
{
    (void)state;
    double z[6] = { 0, 1, 2, 1, 2, NAN };
    const char *names[3] = { "a", "b", "c" };
    for (int kind = GN_FIELD_HEAT; kind <= GN_FIELD_CLASSES; kind++)
        for (int numbers = 0; numbers < 2; numbers++) {
            gn_field f = { (gn_field_kind)kind, 3, 2, 0, 2, 0, 1, z, "z", .numbers = numbers, .names = names,
                           .n_names = 3 };
            gn_panel p = { .title = "t", .n_fields = 1, .field = &f, .x_names = names, .n_x_names = 3 };
            gn_picture picture = { .n_panels = 1, .panel = &p };
            gn_text t = script_of(&picture, GN_PICTURE_SVG, NULL);
            if (kind == GN_FIELD_HEAT) assert_non_null(strstr(t.at, "with image"));
            if (kind == GN_FIELD_CLASSES) assert_non_null(strstr(t.at, "with rgbimage"));
            if (kind == GN_FIELD_CONTOUR) assert_true(count(t.at, "with lines") > 0);
            if (numbers) assert_int_equal(count(t.at, "with labels"), 2);
            gn_text_free(&t);
            t = drawing_of(&picture, 80, kind == 1);
            if (numbers) assert_non_null(strstr(t.at, "2"));
            gn_text_free(&t);
        }
}

/* ---- with characters --------------------------------------------------------------------------------------------- */

static size_t widest(const char *text)
{
    size_t most = 0, n = 0;
    for (; *text; text++) {
        if (*text == '\n') n = 0;
        else if (((unsigned char)*text & 0xC0) != 0x80) n++;
        if (n > most) most = n;
    }
    return most;
}

static void drawings_keep_their_width(void **state)
{
    (void)state;
    double y[3] = { -1234567, 0.000123, 8.9e12 };
    gn_series s[3];
    for (int i = 0; i < 3; i++)
        s[i] = (gn_series){ (gn_series_kind)i, "a label that is rather long for its place", 3, three_x, y, -1 };
    gn_rule_mark m[2] = { { true, 1, "a mark whose label is long" }, { false, 0, "limit" } };
    gn_note_mark note = { 2, 8e12, "a note at the right end" };
    gn_panel p = panel_of(s, 3), five[5];
    p.n_marks = 2;
    p.mark = m;
    p.n_notes = 1;
    p.note = &note;
    for (int i = 0; i < 5; i++) five[i] = p;
    for (int columns = 24; columns <= 120; columns += 8)
        for (int ascii = 0; ascii < 2; ascii++)
            for (size_t n = 1; n <= 5; n += 4) {
                gn_picture picture = { .title = "all of them", .n_panels = n, .panel = five };
                gn_text a = drawing_of(&picture, columns, ascii), b = drawing_of(&picture, columns, ascii);
                assert_true(widest(a.at) <= (size_t)columns);
                assert_null(strstr(a.at, " \n"));
                assert_string_equal(a.at, b.at);
                for (size_t i = 0; ascii && i < a.length; i++) assert_true((unsigned char)a.at[i] < 128);
                gn_text_free(&a);
                gn_text_free(&b);
            }
}

static void a_line_is_where_it_is(void **state)
{
    (void)state;
    double x[2] = { 0, 10 }, y[2] = { 0, 10 };
    gn_series s = { GN_SERIES_LINE, NULL, 2, x, y, -1 };
    gn_panel p = { .n_series = 1, .series = &s, .y_min = 0, .y_max = 10, .x_min = 0, .x_max = 10 };
    gn_text t = drawing_of(&(gn_picture){ .n_panels = 1, .panel = &p }, 40, true);
    /* the first row holds the right end, the last the left */
    const char *first = strchr(t.at, '+'), *last = strrchr(t.at, '+');
    assert_non_null(first);
    assert_non_null(last);
    const char *eol = strchr(first, '\n');
    assert_true(eol[-1] == '.' && first[1] == ' ');
    assert_non_null(strstr(t.at, "0+."));
    gn_text_free(&t);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void memory_may_run_out_anywhere(void **state)
{
    (void)state;
    double z[9] = { 0, 1, 2, 1, 2, 3, 2, 3, 4 }, score[18] = { 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1 };
    gn_series s = { GN_SERIES_LINE_POINTS, "w", 3, three_x, three_y, -1 };
    gn_field f = { GN_FIELD_CONTOUR, 3, 3, 0, 2, 0, 2, z, .label = "f" };
    gn_panel p = panel_of(&s, 1), two[2];
    p.n_fields = 1;
    p.field = &f;
    two[0] = two[1] = p;
    gn_field classes = { GN_FIELD_CLASSES, 3, 3, 0, 2, 0, 2, z, .score = score, .n_scores = 2 };
    two[1].field = &classes;
    gn_picture picture = { .title = "t", .n_panels = 2, .panel = two };
    for (int what = 0; what < 2; what++) {
        bool done = false;
        for (long room = 1; !done; room++) {
            rig_alloc rig = { 0 };
            gn_context *short_of = rigged_context(&rig, 1);
            assert_non_null(short_of);
            gn_text t;
            gn_text_init(&t, short_of);
            rig.fail_at = rig.calls + room;
            rig.sticky = true;
            gn_status st = what ? gn_picture_draw(short_of, &picture, 80, false, &t)
                                : gn_picture_script(short_of, &picture, GN_PICTURE_SVG, "a.svg", &t);
            assert_true(st == GN_OK || st == GN_NO_MEMORY);
            done = st == GN_OK;
            gn_text_free(&t);
            gn_context_free(short_of);
            assert_int_equal(rig.live, 0);
            assert_true(room < 1000);
        }
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        T(foreign_text_is_never_code), T(names_of_files_are_files), T(long_names_are_cut_between_characters),
        T(series_differ_in_colour_dash_and_point), T(many_series_are_never_alike),
        T(the_ninth_line_has_points), T(light_points_have_both_ends_of_grey),
        T(a_value_that_is_none_breaks_the_line), T(logarithms_leave_out_what_has_none),
        T(ranges_exist_for_everything), T(bars_stand_beside_each_other), T(ticks_are_where_something_is),
        T(a_path_is_marked_where_it_is_apart), T(fields_of_every_kind_are_written),
        T(drawings_keep_their_width),
        T(a_line_is_where_it_is), T(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
