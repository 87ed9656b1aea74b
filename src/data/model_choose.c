/* model_choose.c -- what "by the data" means: layers, batch, epochs, learning rate and early stopping where no option
 * says.
 *
 * Invariant: a choice is a function of the shape of the data alone (rows, inputs, task, images), never of the values,
 * the machine or the number of threads. */
#include "model.h"

#include <string.h>

/* The reasons, in order:
 * layers    Images: one layer of 128, the size at which MNIST passes 97.5 % in ten epochs while an epoch stays a few
 * seconds. Tables: two layers, because one cannot bend twice (spirals); 64,32 for most, 128,64 when thousands of rows
 * can determine the weights. batch     Small tables need many steps more than they need smooth gradients: 16 to 32
 * rows. Large ones are paid for in passes over memory, so 64 to 128. Never more than the rows there are. epochs About
 * 4000 steps for tables up to a few thousand rows, where a step costs microseconds; at least 40 and at most 300 passes.
 * Images: 10. rate      The optimiser's own. patience  Tables of 1000 rows and more: a tenth of the training rows is
 * set aside to watch, and training stops when it has seen no better loss for an eighth of the epochs. Smaller tables
 * cannot spare rows to watch, and with 4000 steps of a small network they do not overfit much; images are trained for
 * the epochs asked for. */
gn_choice gn_model_choose(const gn_data *d, size_t rows, const gn_options *options)
{
    (void)options;
    gn_choice c = { .rate = -1, .schedule = "constant" };
    if (d->prep.images) {
        c.layers = "128";
        c.batch = 128;
        c.epochs = 10;
    } else {
        c.layers = rows < 4000 ? "64,32" : "128,64";
        c.batch = rows < 600 ? 16 : rows < 4000 ? 32 : rows < 50000 ? 64 : 128;
        size_t steps = (rows + c.batch - 1) / c.batch;
        c.epochs = steps ? 4000 / steps : 1;
        c.epochs = c.epochs < 40 ? 40 : c.epochs > 300 ? 300 : c.epochs;
        c.patience = rows >= 1000 ? c.epochs / 8 + 2 : 0;
    }
    if (c.batch > rows) c.batch = rows;
    return c;
}

/* ---- options
 * ------------------------------------------------------------------------------------------------------------ */

static gn_status set_count(gn_context *ctx, gn_options *o, const char *name, size_t value)
{
    gn_text t;
    gn_text_init(&t, ctx);
    gn_text_printf(&t, "%zu", value);
    gn_status s = gn_text_done(&t);
    if (s == GN_OK) s = gn_options_set(o, name, t.at);
    gn_text_free(&t);
    return s;
}

static bool open_count(const gn_options *o, gn_option_id id, int64_t by_data)
{
    return !gn_opt_given(o, id) || gn_option_int(o, id) == by_data;
}

static gn_status copy_given(const gn_options *given, gn_options *to)
{
    size_t n;
    const gn_option_row *row = gn_option_table(&n);
    for (size_t i = 0; given && i < n; i++) {
        gn_option_id id = (gn_option_id)i;
        if (!gn_option_given(given, id) || id == GN_O_BATCH || id == GN_O_EPOCHS || id == GN_O_EARLY_STOP) continue;
        GN_TRY(gn_options_set(to, row[i].name, row[i].kind == GN_FLAG ? "" : gn_option_text(given, id)));
    }
    return GN_OK;
}

static gn_status set_chosen(gn_context *ctx, const gn_options *given, const gn_choice *c, size_t patience,
                            gn_options *to)
{
    GN_TRY(copy_given(given, to));
    GN_TRY(set_count(ctx, to, "batch",
                     open_count(given, GN_O_BATCH, 0) ? c->batch : (size_t)gn_option_int(given, GN_O_BATCH)));
    GN_TRY(set_count(ctx, to, "epochs",
                     open_count(given, GN_O_EPOCHS, 0) ? c->epochs : (size_t)gn_option_int(given, GN_O_EPOCHS)));
    GN_TRY(set_count(ctx, to, "early-stop", patience));
    if (!gn_opt_given(given, GN_O_LR) && c->rate > 0) GN_TRY(gn_options_set(to, "lr", gn_num(GN_NUM, c->rate)));
    if (!gn_opt_given(given, GN_O_SCHEDULE)) GN_TRY(gn_options_set(to, "schedule", c->schedule));
    return GN_OK;
}

gn_status gn_model_options(gn_context *ctx, const gn_options *given, const gn_choice *choice, size_t patience,
                           gn_options **out)
{
    GN_TRY(gn_options_new(ctx, out));
    gn_status s = set_chosen(ctx, given, choice, patience, *out);
    if (s != GN_OK) {
        gn_options_free(*out);
        *out = NULL;
    }
    return s;
}

/* ---- the record
 * -------------------------------------------------------------------------------------------------------- */

/* How a run was made and what it was told to show says nothing about the model, and must not change its bytes. */
static bool recorded(const gn_options *o, gn_option_id id)
{
    static const gn_option_id passing[] = { GN_O_THREADS, GN_O_OUT,  GN_O_LOG,   GN_O_QUIET,
                                            GN_O_JSON,    GN_O_HELP, GN_O_PROBA, GN_O_STRICT };
    for (size_t i = 0; i < GN_COUNT(passing); i++)
        if (passing[i] == id) return false;
    return gn_opt_given(o, id);
}

/* Quoted for a shell where it must be. */
static void put_word(gn_text *to, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        gn_text_puts(to, word);
        return;
    }
    gn_text_puts(to, "'");
    for (const char *p = word; *p; p++) {
        if (*p == '\'') gn_text_puts(to, "'\\''");
        else gn_text_add(to, p, 1);
    }
    gn_text_puts(to, "'");
}

static gn_status keep(gn_context *ctx, gn_text *t, char **out)
{
    GN_TRY(gn_text_done(t));
    *out = gn_copy_text(ctx, t->at ? t->at : "", t->length);
    return *out ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_model_record(gn_context *ctx, const gn_options *given, const char *data_name, char **options,
                          char **command)
{
    size_t n;
    const gn_option_row *row = gn_option_table(&n);
    gn_text lines, line;
    gn_text_init(&lines, ctx);
    gn_text_init(&line, ctx);
    gn_text_puts(&line, "glassnet train ");
    put_word(&line, data_name ? data_name : "");
    for (size_t i = 0; i < n; i++) {
        gn_option_id id = (gn_option_id)i;
        if (!recorded(given, id)) continue;
        const char *value = row[i].kind == GN_FLAG ? "" : gn_option_text(given, id);
        gn_text_printf(&lines, "%s%s=%s", lines.length ? "\n" : "", row[i].name, value);
        gn_text_printf(&line, " --%s", row[i].name);
        if (row[i].kind != GN_FLAG) {
            gn_text_puts(&line, " ");
            put_word(&line, value);
        }
    }
    gn_status s = keep(ctx, &lines, options);
    if (s == GN_OK) s = keep(ctx, &line, command);
    gn_text_free(&lines);
    gn_text_free(&line);
    return s;
}
