/* test_lens_picture_contour.c -- contours: on their level, joined, thinned, resolved; borders where scores are equal. */
#include "one_context.h"
#include <math.h>
#include "base/text.h"
#include "lens/picture_parts.h"

enum { SIDE = 61 };

typedef double (*surface)(double x, double y);

static double bowl(double x, double y) { return x * x + y * y; }
static double valley(double x, double y) { return (x * y - 1) * (x * y - 1) / 2; }
static double slope(double x, double y) { return x + y; }

static gn_field field_of(surface f, double x0, double x1, double y0, double y1, double *z)
{
    for (int i = 0; i < SIDE * SIDE; i++)
        z[i] = f(x0 + (x1 - x0) * (i % SIDE) / (SIDE - 1), y0 + (y1 - y0) * (i / SIDE) / (SIDE - 1));
    return (gn_field){ GN_FIELD_CONTOUR, SIDE, SIDE, x0, x1, y0, y1, z, .label = "f" };
}

static size_t levels_of(const gn_field *f, double level[GN_LEVELS])
{
    size_t n;
    must(ctx, gn_field_levels(ctx, f, level, &n));
    assert_true(n <= GN_LEVELS);
    for (size_t i = 1; i < n; i++) assert_true(level[i] > level[i - 1]);
    return n;
}

static gn_lines contour_of(const gn_field *f, double level)
{
    gn_lines l;
    must(ctx, gn_field_contour(ctx, f, level, &l));
    return l;
}

/* Each level of a bowl is one curve that closes, on the circle, also when it is thinned. */
static void contours_lie_on_their_level(void **state)
{
    (void)state;
    static double z[SIDE * SIDE];
    gn_field f = field_of(bowl, -3, 3, -3, 3, z);
    double level[GN_LEVELS];
    size_t n = levels_of(&f, level), looked_at = 0;
    assert_true(n >= 5);
    for (size_t i = 0; i < n; i++) {
        assert_true(level[i] < 18);
        if (level[i] > 8.9) continue;
        gn_lines l = contour_of(&f, level[i]);
        assert_int_equal(l.curves, 1);
        size_t all = l.points;
        assert_true(all > 20 && l.x[0] == l.x[all - 1] && l.y[0] == l.y[all - 1]);
        for (size_t k = 0; k < all; k++) assert_true(fabs(hypot(l.x[k], l.y[k]) - sqrt(level[i])) < 0.003);
        gn_lines_thin(&l, 6, 6, 0.0004);
        assert_true(l.points < all && l.points > 8 && l.from[1] == l.points);
        for (size_t k = 1; k < l.points; k++) {
            double x = (l.x[k] + l.x[k - 1]) / 2, y = (l.y[k] + l.y[k - 1]) / 2;
            assert_true(fabs(hypot(x, y) - sqrt(level[i])) < 0.003 + 6 * 0.0004);
        }
        gn_lines_free(&l);
        looked_at++;
    }
    assert_true(looked_at >= 3);
}

/* 1, 2 or 5 times a power of ten, from the floor up; without one from a thousandth of the most, and never from what
 * the grid happens to hit: here 1e-12. */
static void levels_by_the_logarithm_are_round(void **state)
{
    (void)state;
    static double z[SIDE * SIDE];
    double level[GN_LEVELS];
    gn_field f = field_of(bowl, -3, 3, -3, 3, z);
    f.log = true;
    z[SIDE * (SIDE / 2) + SIDE / 2] = 1e-12;
    size_t n = levels_of(&f, level);
    assert_true(n >= 6 && level[0] >= 0.018 && level[0] < 0.2 && level[n - 1] == 10);
    for (size_t i = 0; i < n; i++) {
        double times = level[i] / pow(10, floor(log10(level[i]) + 1e-9));
        assert_true(fabs(times - 1) < 1e-9 || fabs(times - 2) < 1e-9 || fabs(times - 5) < 1e-9);
    }
    f.floor = 0.7;
    n = levels_of(&f, level);
    assert_true(n >= 3 && level[0] == 1);
    double least, most;
    bool any;
    must(ctx, gn_field_scale(ctx, &f, &least, &most, &any));
    assert_true(any && least == 1 && most == 10);   /* the colours are those of the levels */
}

/* A valley thinner than the cells: its level falls into islands, and is not drawn. */
static void a_level_that_the_grid_does_not_resolve_is_left_out(void **state)
{
    (void)state;
    static double z[SIDE * SIDE];
    double level[GN_LEVELS];
    gn_field f = field_of(valley, 0.1, 4.5, -2.2, 1.8, z);
    f.log = true;
    f.floor = 1e-4;
    gn_lines islands = contour_of(&f, 1e-3);
    assert_true(islands.curves > 4);
    gn_lines_free(&islands);
    size_t n = levels_of(&f, level);
    assert_true(n >= 6 && level[0] > 1e-3);
    for (size_t i = 0; i < n; i++) {
        gn_lines l = contour_of(&f, level[i]);
        assert_true(l.curves <= 4);
        gn_lines_free(&l);
    }
}

/* A straight line is two points once it is thinned, and the script keeps no more. */
static void thinning_leaves_the_ends(void **state)
{
    (void)state;
    static double z[SIDE * SIDE];
    gn_field f = field_of(slope, 0, 1, 0, 1, z);
    gn_lines l = contour_of(&f, 0.77);
    assert_true(l.curves == 1 && l.points > 40);
    gn_lines_thin(&l, 1, 1, 1e-6);
    assert_int_equal(l.points, 2);
    assert_true(fabs(l.x[0] + l.y[0] - 0.77) < 1e-12 && fabs(l.x[1] + l.y[1] - 0.77) < 1e-12);
    gn_lines_free(&l);
    gn_panel p = { .n_fields = 1, .field = &f };
    gn_text t;
    gn_text_init(&t, ctx);
    must(ctx, gn_picture_script(ctx, &(gn_picture){ .n_panels = 1, .panel = &p }, GN_PICTURE_SVG, NULL, &t));
    assert_true(t.length < 4000);
    assert_non_null(strstr(t.at, "set clip two"));  /* a line between two ends outside is drawn */
    gn_text_free(&t);
}

/* A saddle's two pieces do not cross the middle when it is on the other side. */
static void saddles_are_cut_by_their_middle(void **state)
{
    (void)state;
    double z[4] = { 1, 0, 0, 1 };
    gn_field f = { GN_FIELD_CONTOUR, 2, 2, 0, 1, 0, 1, z, .label = "f" };
    gn_lines l = contour_of(&f, 0.5);
    assert_int_equal(l.curves, 2);
    for (size_t i = 0; i < 2; i++) assert_true(hypot(l.x[2 * i] - l.x[2 * i + 1], l.y[2 * i] - l.y[2 * i + 1]) < 1);
    gn_lines_free(&l);
    z[0] = NAN;
    l = contour_of(&f, 0.5);
    assert_int_equal(l.curves, 0);
    gn_lines_free(&l);
}

static size_t outline_pieces(const gn_field *f)
{
    gn_lines l;
    must(ctx, gn_field_outline(ctx, f, &l));
    size_t n = l.points - l.curves;
    gn_lines_free(&l);
    return n;
}

/* A border between classes that are not next to each other is drawn once by each, not once a number between them. */
static void classes_are_outlined(void **state)
{
    (void)state;
    double z[9] = { 0, 7, 7, 0, 7, 7, 0, 3, 3 };
    gn_field f = { GN_FIELD_CLASSES, 3, 3, 0, 1, 0, 1, z, .label = "class" };
    assert_int_equal(outline_pieces(&f), 2 + 2);    /* of class 0, whose border is two pieces long, and of class 3 */
    double p[4] = { 0.1, 0.3, 0.4, 0.8 };
    gn_field two = { GN_FIELD_CLASSES, 2, 2, 0, 1, 0, 1, p, .label = "p" };
    assert_int_equal(outline_pieces(&two), 1);
}

/* Three classes with scores that are planes: the borders are straight, on the lines where two are equal, and a border
 * between cells is not a stair. */
static void borders_are_where_scores_are_equal(void **state)
{
    (void)state;
    static double z[SIDE * SIDE], score[3 * SIDE * SIDE];
    gn_lines l;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double x = (double)(i % SIDE) / (SIDE - 1), y = (double)(i / SIDE) / (SIDE - 1);
        double s[3] = { 0.3, x - 0.37 * y, 1.4 * y - x };
        for (size_t c = 0; c < 3; c++) {
            score[c * SIDE * SIDE + i] = s[c];
            if (s[c] > s[(size_t)z[i]]) z[i] = (double)c;
        }
    }
    gn_field f = { GN_FIELD_CLASSES, SIDE, SIDE, 0, 1, 0, 1, z, .score = score, .n_scores = 3 };
    must(ctx, gn_field_outline(ctx, &f, &l));
    assert_true(l.points > 60);
    size_t exact = 0;
    for (size_t i = 0; i < l.points; i++) {
        double s[3] = { 0.3, l.x[i] - 0.37 * l.y[i], 1.4 * l.y[i] - l.x[i] };
        double top = fmax(s[0], fmax(s[1], s[2])), low = fmin(s[0], fmin(s[1], s[2]));
        exact += fabs(s[0] + s[1] + s[2] - 2 * top - low) < 1e-12;
    }
    assert_true(exact + 8 >= l.points);     /* but in the squares where three classes meet */
    gn_lines_free(&l);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        T(contours_lie_on_their_level), T(levels_by_the_logarithm_are_round),
        T(a_level_that_the_grid_does_not_resolve_is_left_out), T(thinning_leaves_the_ends),
        T(saddles_are_cut_by_their_middle), T(classes_are_outlined), T(borders_are_where_scores_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
