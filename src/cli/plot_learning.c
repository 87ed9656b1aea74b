/* plot_learning.c -- learning curves from the JSON lines that `train --log` wrote.
 *
 * Invariant: a line that is not understood is refused with its place; a run begins where the epochs begin again or
 * another fold does. */
#include "plot.h"
#include "../lens/curves.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

enum { LOG_LIMIT = 1 << 28 };

typedef struct runs {
    gn_plot *p;
    gn_curves *run;
    size_t n, room;
    const char *file;           /* in hand, and its runs so far */
    size_t in_file;
    double fold;
    bool ended;                 /* a line of it says how its run ended */
    const char *without;        /* the first log without a curve; NULL: none */
} runs;

static gn_status bad_line(gn_plot *p, const char *file, size_t line, int column, const char *what)
{
    gn_place at = { .file = file, .line = line, .column = (uint64_t)(column > 0 ? column : 0) };
    gn_fail_at(p->ctx, GN_E_LOG_LINE, at, "%s", what);
    return gn_hint(p->ctx, "a log is what `glassnet train --log FILE` writes: a JSON object a line, with epoch and "
                           "loss");
}

static double number_of(const json_t *o, const char *name)
{
    const json_t *v = json_object_get(o, name);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

/* "run.jsonl", and which of its runs where there are several. */
static gn_status new_run(runs *r, double fold)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 8;
        gn_curves *to = gn_plot_array(r->p, room, sizeof *to);
        if (!to) return GN_NO_MEMORY;
        if (r->n) memcpy(to, r->run, r->n * sizeof *to);
        r->run = to;
        r->room = room;
    }
    const char *slash = strrchr(r->file, '/'), *name = slash && slash[1] ? slash + 1 : r->file;
    if (!strcmp(name, "-")) name = "standard input";
    gn_text t;
    gn_text_init(&t, r->p->ctx);
    gn_text_puts(&t, gn_show(GN_SHOWN, name, strlen(name)));
    if (isfinite(fold)) gn_text_printf(&t, " fold %s", gn_num_digits(GN_NUM, fold, 6));
    else if (r->in_file) gn_text_printf(&t, " run %zu", r->in_file + 1);
    r->run[r->n] = (gn_curves){ .name = gn_plot_keep(r->p, &t) };
    if (!r->run[r->n].name) return GN_NO_MEMORY;
    r->n++;
    r->in_file++;
    r->fold = fold;
    return GN_OK;
}

/* The run that a line belongs to: another fold, or epochs or steps that begin again, are another run. */
static gn_status run_of(runs *r, double fold, double epoch, double step, gn_curves **out)
{
    gn_curves *c = r->in_file ? &r->run[r->n - 1] : NULL;
    bool other = isfinite(fold) != isfinite(r->fold) || (isfinite(fold) && fold != r->fold);
    bool again = c && ((c->n && epoch <= c->epoch[c->n - 1]) || (c->watched && step <= c->step[c->watched - 1]));
    if (!c || other || again) GN_TRY(new_run(r, fold));
    *out = &r->run[r->n - 1];
    return GN_OK;
}

static gn_status take_object(runs *r, const json_t *o, size_t line)
{
    double epoch = number_of(o, "epoch"), fold = number_of(o, "fold"), step = number_of(o, "step"), v[GN_CURVE_COUNT];
    double sharpness = number_of(o, "sharpness");
    bool watch = !isfinite(epoch) && isfinite(step) && isfinite(sharpness);
    gn_curves *c;
    if (json_object_get(o, "status")) {
        r->ended = true;
        return GN_OK;
    }
    if (!isfinite(epoch) && !watch) return bad_line(r->p, r->file, line, 0, "the line has no epoch");
    GN_TRY(run_of(r, fold, watch ? NAN : epoch, watch ? step : NAN, &c));
    if (watch) return gn_curves_watch(&r->p->arena, c, step, sharpness, number_of(o, "limit"));
    bool r2 = json_object_get(o, "held_r2") != NULL;
    v[GN_CURVE_LOSS] = number_of(o, "loss");
    v[GN_CURVE_HELD_LOSS] = number_of(o, "held_loss");
    v[GN_CURVE_METRIC] = number_of(o, r2 ? "held_r2" : "held_accuracy");
    v[GN_CURVE_RATE] = number_of(o, "rate");
    v[GN_CURVE_GRADIENT] = number_of(o, "gradient_norm");
    if (isfinite(v[GN_CURVE_METRIC])) c->metric = r2 ? "held-out R2" : "held-out accuracy";
    return gn_curves_add(&r->p->arena, c, epoch, v);
}

static gn_status take_line(runs *r, const char *at, size_t length, size_t line)
{
    json_error_t e;
    json_t *o = json_loadb(at, length, JSON_REJECT_DUPLICATES, &e);
    if (!o) return bad_line(r->p, r->file, line, e.column, "the line is not JSON");
    gn_status s = json_is_object(o) ? take_object(r, o, line)
                                    : bad_line(r->p, r->file, line, 1, "the line is not a JSON object");
    json_decref(o);
    return s;
}

static gn_status take_text(runs *r, const char *at, size_t size)
{
    size_t line = 1;
    for (size_t from = 0; from < size; line++) {
        const char *end = memchr(at + from, '\n', size - from);
        size_t to = end ? (size_t)(end - at) : size, first = from;
        while (first < to && strchr(" \t\r", at[first])) first++;
        if (first < to) GN_TRY(take_line(r, at + from, to - from, line));
        from = to + 1;
    }
    return GN_OK;
}

static gn_status take_file(runs *r, const char *file)
{
    gn_bytes b;
    r->file = file;
    r->in_file = 0;
    r->fold = NAN;
    r->ended = false;
    GN_TRY(gn_read_file(r->p->ctx, file, LOG_LIMIT, &b));
    gn_status s = take_text(r, (const char *)b.at, (size_t)b.size);
    gn_bytes_free(r->p->ctx, &b);
    if (s == GN_OK && !r->in_file && r->ended) {
        if (!r->without) r->without = file;
        if (r->p->cli->arguments > 1)
            gn_note(r->p->ctx, "%s: the run ended in its first epoch and has no curve",
                    gn_show(GN_SHOWN, file, strlen(file)));
        return GN_OK;
    }
    if (s == GN_OK && !r->in_file) return bad_line(r->p, file, 0, 0, "the log is empty");
    return s;
}

gn_status gn_plot_learning(gn_plot *p)
{
    runs r = { .p = p };
    for (size_t i = 0; i < p->cli->arguments; i++) GN_TRY(take_file(&r, p->cli->argument[i]));
    if (!r.n)
        return gn_fail_at(p->ctx, GN_E_DATA_ROWS, (gn_place){ .file = r.without },
                          "the run ended in its first epoch: there is no curve to draw");
    const char *name = r.run[0].name;
    if (r.n == 1) r.run[0].name = NULL;
    gn_text t;
    gn_text_init(&t, p->ctx);
    gn_text_printf(&t, "learning curves%s%s", r.n == 1 ? " of " : "", r.n == 1 ? name : "");
    const char *title = gn_plot_keep(p, &t);
    return title ? gn_curves_picture(&p->arena, r.run, r.n, title, &p->picture) : GN_NO_MEMORY;
}
