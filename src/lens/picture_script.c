/* picture_script.c -- a picture as a script for gnuplot 5: style, data and plot commands in one text.
 *
 * Invariant: every text from outside passes through gn_script_quoted, every number through gn_script_number; a
 * file name that gnuplot could take for a pipe or a home folder is written with ./ before it. */
#include "picture_script.h"

#include <math.h>
#include <string.h>

enum { LONGEST_TEXT = 100, LONGEST_NAME = 24 };    /* characters shown */

/* Viridis (Smith and van der Walt, docs/methods.md) at ten even shares. */
static const unsigned viridis[10] = { 0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E,
                                      0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B, 0xFDE725 };
/* ---- texts and numbers ------------------------------------------------------------------------------------------ */

static bool control(unsigned char c) { return c < 32 || c == 127; }

/* 'text', its quotes doubled. Control bytes and what is not UTF-8 show as \x1b; with `format` gnuplot would read % as
 * a place for a number, so it is doubled. */
void gn_script_quoted(gn_text *to, const char *text, size_t most, bool format)
{
    size_t length = strlen(text), bad = length, shown = 0;
    bool valid = gn_utf8_valid(text, length, &bad);
    gn_text_puts(to, "'");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (((c & 0xC0) != 0x80 || !valid) && ++shown > most) {
            gn_text_puts(to, "…");
            break;
        }
        if (control(c) || (!valid && c >= 128)) gn_text_printf(to, "\\x%02x", c);
        else if (c == '\'') gn_text_puts(to, "''");
        else if (c == '%' && format) gn_text_puts(to, "%%");
        else gn_text_add(to, text + i, 1);
    }
    gn_text_puts(to, "'");
}

void gn_script_text(gn_text *to, const char *text) { gn_script_quoted(to, text ? text : "", LONGEST_TEXT, false); }

void gn_script_number(gn_text *to, double v) { gn_text_puts(to, gn_num_digits(GN_NUM, v, 10)); }

static void colour(gn_text *to, unsigned rgb) { gn_text_printf(to, "'#%06X'", rgb); }

/* ---- head -------------------------------------------------------------------------------------------------------- */

static void put_terminal(gn_script *s, gn_picture_type type)
{
    int width, height;
    gn_picture_size(s->p, &width, &height);
    switch (type) {
    case GN_PICTURE_PNG:
        gn_text_printf(s->to, "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n"
                       "  set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,10' background rgb '#FFFFFF'\n"
                       "} else {\n  set terminal png truecolor size %d,%d noenhanced\n}\n",
                       width, height, width, height);
        break;
    case GN_PICTURE_PDF:
        gn_text_printf(s->to, "set terminal pdfcairo size %s", gn_num_digits(GN_NUM, width / 96.0, 6));
        gn_text_printf(s->to, ",%s noenhanced font 'DejaVu Sans,10' background rgb '#FFFFFF'\n",
                       gn_num_digits(GN_NUM, height / 96.0, 6));
        break;
    default:
        gn_text_printf(s->to, "set terminal svg size %d,%d noenhanced font 'DejaVu Sans, Verdana, sans-serif,13' "
                       "background rgb '#FFFFFF'\n", width, height);
    }
}

static void put_style(gn_script *s)
{
    gn_text_puts(s->to, "set encoding utf8\nset clip two\nset border 3 lc rgb '#444444' lw 1\n"
                 "set tics nomirror out scale 0.5\n"
                 "set xtics textcolor rgb '#444444'\nset ytics textcolor rgb '#444444'\n"
                 "set grid lt 1 lw 0.7 lc rgb '#DDDDDD'\n"
                 "set key bottom center horizontal outside Left reverse samplen 3.5 width 1\n"
                 "set style fill solid 1 border lc rgb '#333333'\n"
                 "set style arrow 1 nohead lc rgb '#666666' lw 1.4 dt (9,5)\n");
}

static void put_output(gn_script *s, const char *out)
{
    if (!out) return;
    gn_text_puts(s->to, "set output ");
    gn_text path;
    gn_text_init(&path, s->ctx);
    if (out[0] != '/') gn_text_puts(&path, "./");
    gn_text_puts(&path, out);
    if (gn_text_done(&path) == GN_OK) gn_script_quoted(s->to, path.at, SIZE_MAX, false);
    gn_text_free(&path);
    gn_text_puts(s->to, "\n");
}

/* From white to blue where numbers stand in the cells, else viridis; for lines without its pale end, which is not seen
 * on white. */
static void put_palette(gn_script *s, bool numbers, bool lines)
{
    gn_text_puts(s->to, "set palette defined (");
    for (int i = 0; i < (lines ? 8 : 10) && !numbers; i++) {
        gn_text_printf(s->to, "%s%d ", i ? ", " : "", i);
        colour(s->to, viridis[i]);
    }
    gn_text_puts(s->to, numbers ? "0 '#FFFFFF', 1 '#0B559F')\n" : ")\n");
}

/* ---- one panel --------------------------------------------------------------------------------------------------- */

static void put_label(gn_script *s, const char *what, const char *text)
{
    gn_text_printf(s->to, "set %s ", what);
    gn_script_text(s->to, text);
    gn_text_puts(s->to, "\n");
}

static void put_range(gn_script *s, const char *axis, double lo, double hi, bool log)
{
    gn_text_printf(s->to, "%s logscale %s\n", log ? "set" : "unset", axis);
    gn_text_printf(s->to, "set %srange [", axis);
    gn_script_number(s->to, lo);
    gn_text_puts(s->to, ":");
    gn_script_number(s->to, hi);
    gn_text_puts(s->to, "]\n");
    /* as many digits as tell two marks apart, where %g's six do not */
    double digits = 2 + ceil(log10(fmax(fabs(lo), fabs(hi)) / gn_nice_step(lo, hi, 6)));
    if (log || !(digits > 6)) gn_text_printf(s->to, "set format %s '%%g'\n", axis);
    else gn_text_printf(s->to, "set format %s '%%.%dg'\n", axis, digits > 15 ? 15 : (int)digits);
}

/* The signs of the longest number at an axis with this step, about as %g writes it. */
static int longest_number(double lo, double hi, double step)
{
    int longest = 1;
    for (int i = 0; i < 40 && step > 0; i++) {
        double at = (ceil(lo / step) + i) * step;
        if (at > hi) break;
        int n = (int)strlen(gn_num_digits(GN_NUM, fabs(at) < step / 2 ? 0 : at, 15));
        if (n > longest) longest = n;
    }
    return longest;
}

/* As many numbers at an axis as have room beside one another. */
static void put_ticks(gn_script *s, const gn_panel *p, bool x, double lo, double hi)
{
    int width, height;
    size_t across = gn_picture_columns(s->p), down = (s->p->n_panels + across - 1) / across;
    gn_picture_size(s->p, &width, &height);
    int want = x ? width / (int)across / 80 : (height / (int)(down ? down : 1) - gn_picture_key_room(s->p)) / 50;
    double step = gn_tick_step(p, x, lo, hi, want < 3 ? 3 : want);
    int room = (width / (int)across - 100) / (longest_number(lo, hi, step) * 8 + 16);
    for (int fewer = want - 1; x && fewer > 0 && (hi - lo) / step > room; fewer--)
        step = gn_tick_step(p, x, lo, hi, fewer);
    gn_text_printf(s->to, "set %ctics %s norotate\n", x ? 'x' : 'y',
                   (x ? p->log_x : p->log_y) ? "autofreq" : gn_num_digits(GN_NUM, step, 6));
}

static void put_names(gn_script *s, const char *axis, const char *const *name, size_t n, double lo, double hi)
{
    size_t every = n > 30 ? n / 30 + 1 : 1, longest = 0, shown = 0;
    for (size_t i = 0; i < n; i++) longest = strlen(name[i]) > longest ? strlen(name[i]) : longest;
    gn_text_printf(s->to, "set %stics (", axis);
    for (size_t i = 0; i < n; i += every) {
        if ((double)i < lo || (double)i > hi) continue;
        gn_text_puts(s->to, shown++ ? ", " : "");
        gn_script_quoted(s->to, name[i], LONGEST_NAME, true);
        gn_text_printf(s->to, " %zu", i);
    }
    gn_text_printf(s->to, ") %s\n", *axis == 'x' && longest * n > 90 ? "rotate by -40" : "norotate");
}

static void put_vertical_rules(gn_script *s, const gn_panel *p, const gn_frame *f)
{
    for (size_t i = 0; i < p->n_marks; i++) {
        const gn_rule_mark *m = &p->mark[i];
        if (!m->vertical || !gn_placed(m->at, p->log_x) || m->at < f->x0 || m->at > f->x1) continue;
        const char *at = gn_num_digits(GN_NUM, m->at, 10);
        gn_text_printf(s->to, "set arrow from first %s,graph 0 to first %s,graph 1 arrowstyle 1 front\n", at, at);
        if (!m->label) continue;
        bool right = m->at - f->x0 > 0.95 * (f->x1 - f->x0);
        gn_text_puts(s->to, "set label ");
        gn_script_text(s->to, m->label);
        gn_text_printf(s->to, " at first %s,graph 0.97 rotate by 90 right offset character %s,0 front", at,
                       right ? "-0.8" : "0.9");
        gn_text_puts(s->to, " textcolor rgb '#333333'\n");
    }
}

static void put_text_at(gn_script *s, const char *text, double x, double y, const char *how)
{
    if (!text || !gn_placed(x, false) || !gn_placed(y, false)) return;
    gn_text_puts(s->to, "set label ");
    gn_script_text(s->to, text);
    gn_text_puts(s->to, " at first ");
    gn_script_number(s->to, x);
    gn_text_puts(s->to, ",first ");
    gn_script_number(s->to, y);
    gn_text_printf(s->to, " %s\n", how);
}

/* The names of nodes stand in them when all are short enough, else beside them: outside at the left and right ends,
 * below in between. */
static const char *node_place(const gn_panel *p, const gn_node_mark *n, bool inside)
{
    int side = gn_node_side(p, n->x);
    if (inside) return "center front textcolor rgb '#222222'";
    if (side < 0) return "right offset character -2.2,0 front textcolor rgb '#222222'";
    if (side > 0) return "left offset character 2.2,0 front textcolor rgb '#222222'";
    return "center offset character 0,-1.6 front textcolor rgb '#222222'";
}

static bool names_fit(const gn_script *s, const gn_panel *p)
{
    bool fit = p->n_nodes && gn_script_node_size(s, p) > 2.4;
    for (size_t i = 0; i < p->n_nodes; i++) fit = fit && (!p->node[i].label || strlen(p->node[i].label) <= 2);
    return fit;
}

static void put_notes(gn_script *s, const gn_panel *p)
{
    bool inside = names_fit(s, p);
    for (size_t i = 0; i < p->n_notes; i++)
        put_text_at(s, p->note[i].text, p->note[i].x, p->note[i].y,
                    p->no_axes ? "center front textcolor rgb '#222222'"
                               : "left offset character 0.7,0.5 front textcolor rgb '#222222'");
    for (size_t i = 0; i < p->n_nodes; i++)
        put_text_at(s, p->node[i].label, p->node[i].x, p->node[i].y, node_place(p, &p->node[i], inside));
}

/* The colour scale belongs to the first heat map, or to the first contours when there is none. */
static void put_scale(gn_script *s, const gn_panel *p)
{
    const gn_field *of = NULL;
    for (size_t i = 0; i < p->n_fields && !of; i++) of = p->field[i].kind == GN_FIELD_HEAT ? &p->field[i] : NULL;
    for (size_t i = 0; i < p->n_fields && !of; i++) of = p->field[i].kind == GN_FIELD_CONTOUR ? &p->field[i] : NULL;
    double least, most;
    bool any = false;
    if (of && gn_field_scale(s->ctx, of, &least, &most, &any) != GN_OK) s->to->failed = true;
    if (!any) {
        gn_text_puts(s->to, "unset colorbox\nunset logscale cb\nset cbrange [0:1]\nset rmargin -1\n");
        return;
    }
    if (least == most && of->log) least /= 2, most *= 2;
    if (least == most) least -= 0.5, most += 0.5;
    if (of->log && !(least > 0)) least = most / 10;
    put_palette(s, of->numbers, of->kind == GN_FIELD_CONTOUR);
    gn_text_puts(s->to, "set colorbox\n");
    put_range(s, "cb", least, most, of->log);
    put_label(s, "cblabel offset 1,0", of->label);
    /* gnuplot leaves the same room for 5 as for 500000 */
    int signs = of->log ? 5 : longest_number(least, most, gn_nice_step(least, most, 6));
    gn_text_printf(s->to, "set rmargin %d\n", (of->label ? 6 : 3) + signs);
}

static bool has_key(const gn_panel *p)
{
    for (size_t i = 0; i < p->n_series; i++)
        if (p->series[i].label) return true;
    for (size_t i = 0; i < p->n_marks; i++)
        if (!p->mark[i].vertical && p->mark[i].label) return true;
    for (size_t i = 0; i < p->n_fields; i++)
        if (gn_field_named(p, &p->field[i])) return true;
    return p->n_links > 0;
}

static void put_axes(gn_script *s, const gn_panel *p, const gn_frame *f)
{
    gn_text_puts(s->to, "unset arrow\nunset label\n");
    put_label(s, "title", p->title ? p->title : s->p->n_panels == 1 ? s->p->title : "");
    /* an empty line keeps the key away from the axis' name */
    gn_text_puts(s->to, "set xlabel ");
    gn_script_text(s->to, p->x_label);
    gn_text_puts(s->to, has_key(p) ? ".\"\\n\"\n" : "\n");
    put_label(s, "ylabel", p->y_label);
    put_range(s, "x", f->x0, f->x1, p->log_x);
    put_range(s, "y", f->y0, f->y1, p->log_y);
    if (p->x_names && p->n_x_names) put_names(s, "x", p->x_names, p->n_x_names, f->x0, f->x1);
    else put_ticks(s, p, true, f->x0, f->x1);
    if (p->y_names && p->n_y_names) put_names(s, "y", p->y_names, p->n_y_names, f->y0, f->y1);
    else put_ticks(s, p, false, f->y0, f->y1);
    gn_text_printf(s->to, "set size %s\n", p->equal_scale ? "ratio -1" : "noratio");
    gn_text_puts(s->to, p->no_axes ? "unset border\nunset tics\nunset grid\n" : "set border 3\n");
    if (!p->no_axes) gn_text_puts(s->to, p->n_fields ? "unset grid\n" : "set grid back\n");
    gn_text_puts(s->to, has_key(p) ? "set key on\n" : "set key off\n");
    put_scale(s, p);
    put_vertical_rules(s, p, f);
    put_notes(s, p);
}

static void put_panel(gn_script *s, const gn_panel *p)
{
    gn_frame f = gn_panel_frame(p);
    gn_items it = { 0 };
    gn_text_init(&it.text, s->ctx);
    put_axes(s, p, &f);
    for (size_t i = 0; i < p->n_fields; i++) gn_script_field(s, &it, p, &p->field[i]);
    gn_script_rules(s, &it, p, &f);
    gn_script_links(s, &it, p);
    for (size_t i = 0; i < p->n_series; i++) gn_script_series(s, &it, p, i);
    gn_script_nodes(s, &it, p);
    gn_script_regions(&it, p);
    if (gn_text_done(&it.text) != GN_OK) s->to->failed = true;
    else if (it.n) gn_text_printf(s->to, "plot %s\n", it.text.at);
    else gn_text_puts(s->to, "plot NaN notitle\n");
    gn_text_free(&it.text);
}

static void put_layout(gn_script *s)
{
    size_t across = gn_picture_columns(s->p), down = (s->p->n_panels + across - 1) / across;
    if (s->p->n_panels <= 1) return;
    gn_text_printf(s->to, "set multiplot layout %zu,%zu rowsfirst", down, across);
    if (s->p->title) {
        gn_text_puts(s->to, " title ");
        gn_script_text(s->to, s->p->title);
    }
    gn_text_puts(s->to, "\n");
}

static gn_status check_name(gn_context *ctx, const char *out)
{
    for (const char *c = out ? out : ""; *c; c++)
        if (control((unsigned char)*c))
            return gn_fail(ctx, GN_E_USAGE, "the picture's name holds a control byte: %s",
                           gn_show(GN_SHOWN, out, strlen(out)));
    return GN_OK;
}

gn_status gn_picture_script(gn_context *ctx, const gn_picture *p, gn_picture_type type, const char *out, gn_text *to)
{
    gn_script s = { ctx, p, to, 0 };
    GN_TRY(check_name(ctx, out));
    gn_text_puts(to, "# A picture by glassnet, for gnuplot 5.\n");
    put_terminal(&s, type);
    put_output(&s, out);
    put_style(&s);
    put_layout(&s);
    for (size_t i = 0; i < p->n_panels; i++) put_panel(&s, &p->panel[i]);
    if (p->n_panels > 1) gn_text_puts(to, "unset multiplot\n");
    gn_text_puts(to, "unset output\n");
    return gn_text_done(to);
}
