/* progress.c -- training while it runs: a line that rewrites itself on a terminal, a line an epoch elsewhere, and the
 * log.
 *
 * Invariant: nothing here can fail the training; a log that cannot be written is told once, when it is closed. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>

void gn_duration(gn_text *to, double seconds)
{
    if (!(seconds >= 0) || seconds > 1e9) {
        gn_text_puts(to, "?");
        return;
    }
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (seconds < 0.9995) gn_text_printf(to, "%u ms", (unsigned)(1000 * seconds + 0.5));
    else if (seconds < 9.95) gn_text_printf(to, "%ss", gn_num_fixed(GN_NUM, seconds, 1));
    else if (whole < 60) gn_text_printf(to, "%lus", whole);
    else if (whole < 3600) gn_text_printf(to, "%lum%02lus", whole / 60, whole % 60);
    else gn_text_printf(to, "%luh%02lum", whole / 3600, whole / 60 % 60);
}

void gn_rate(gn_text *to, double rate)
{
    double unit = 1;
    while (rate >= 1000 * unit) unit *= 10;
    if (!(rate >= 100) || rate > 1e15) {
        gn_text_puts(to, gn_num_digits(GN_NUM, rate, 3));
        return;
    }
    gn_text_count(to, (uint64_t)(rate / unit + 0.5) * (uint64_t)unit);
}

static void held_figures(gn_text *t, const gn_meter *m, const gn_progress *p)
{
    if (!isfinite(p->held_loss)) return;
    gn_text_printf(t, "  held-out loss %s", gn_num_digits(GN_NUM, p->held_loss, 4));
    if (!isfinite(p->held_metric)) return;
    if (m->task == GN_REGRESSION) gn_text_printf(t, " R2 %s", gn_num_digits(GN_NUM, p->held_metric, 4));
    else gn_text_printf(t, " accuracy %s %%", gn_num_fixed(GN_NUM, 100 * p->held_metric, 2));
}

static void sharpness(gn_text *t, const gn_meter *m)
{
    if (!isfinite(m->sharpness)) return;
    gn_text_printf(t, "  sharpness %s", gn_num_digits(GN_NUM, m->sharpness, 3));
    if (isfinite(m->sharpness_limit)) gn_text_printf(t, " of %s", gn_num_digits(GN_NUM, m->sharpness_limit, 3));
}

static void show(gn_meter *m, const gn_progress *p)
{
    gn_cli *cli = m->cli;
    gn_text t;
    gn_text_init(&t, cli->ctx);
    if (m->fold) gn_text_printf(&t, "fold %zu/%zu  ", m->fold, m->folds);
    gn_text_printf(&t, "epoch %zu/%zu", p->epoch, p->epochs);
    if (cli->terminal) gn_text_printf(&t, "  batch %zu/%zu", p->batch, p->batches);
    gn_text_printf(&t, "  loss %s", gn_num_digits(GN_NUM, p->loss, 4));
    held_figures(&t, m, p);
    sharpness(&t, m);
    gn_text_puts(&t, "  ");
    gn_rate(&t, p->samples_per_second);
    gn_text_puts(&t, " rows/s  ");
    gn_duration(&t, p->epoch_end && p->epoch == p->epochs ? 0 : p->seconds_left);
    gn_text_puts(&t, " left");
    if (gn_text_done(&t) == GN_OK) {
        if (cli->terminal) fprintf(stderr, "\r\033[K%s", t.at);
        else fprintf(stderr, "%s\n", t.at);
        cli->line_open = cli->terminal;
        fflush(stderr);
    }
    gn_text_free(&t);
}

void gn_meter_log(gn_meter *m, gn_text *object)
{
    gn_text_puts(object, "\n");
    bool whole = !object->failed && fwrite(object->at, 1, object->length, m->log) == object->length;
    if (!whole || fflush(m->log)) m->log_failed = true;
    gn_text_free(object);
}

static void write_log(gn_meter *m, const gn_progress *p)
{
    gn_text t;
    gn_text_init(&t, m->cli->ctx);
    gn_js_open(&t, NULL, '{');
    if (m->fold) gn_js_count(&t, "fold", m->fold);
    gn_js_count(&t, "epoch", p->epoch);
    gn_js_number(&t, "loss", p->loss);
    if (isfinite(p->held_loss)) {
        gn_js_number(&t, "held_loss", p->held_loss);
        gn_js_number(&t, m->task == GN_REGRESSION ? "held_r2" : "held_accuracy", p->held_metric);
        gn_js_bool(&t, "best", p->best);
    }
    gn_js_number(&t, "rate", p->rate);
    if (isfinite(p->gradient_norm)) gn_js_number(&t, "gradient_norm", p->gradient_norm);
    gn_js_number(&t, "samples_per_second", p->samples_per_second);
    gn_js_number(&t, "seconds", p->seconds);
    gn_js_close(&t, '}');
    gn_meter_log(m, &t);
}

gn_status gn_meter_step(void *meter, const gn_progress *p)
{
    gn_meter *m = meter;
    if (p->epoch_end && m->log) write_log(m, p);
    if (!m->cli->quiet && (m->cli->terminal || p->epoch_end)) show(m, p);
    return GN_OK;
}

static gn_status log_error(gn_meter *m, gn_code code, const char *path, const char *what)
{ return gn_fail_at(m->cli->ctx, code, (gn_place){ .file = path }, "%s", what); }

gn_status gn_meter_open_log(gn_meter *m, const char *path)
{
    if (!*path) return GN_OK;
    m->log = fopen(path, "ae");
    return m->log ? GN_OK : log_error(m, GN_E_IO_OPEN, path, gn_errno_text(errno));
}

gn_status gn_meter_close_log(gn_meter *m, const char *path)
{
    if (!m->log) return GN_OK;
    if (fclose(m->log)) m->log_failed = true;
    m->log = NULL;
    return m->log_failed ? log_error(m, GN_E_IO_WRITE, path, "the log could not be written whole") : GN_OK;
}
