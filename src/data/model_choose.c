/* model_choose.c -- what "by the data" means: layers, batch, epochs, rate, schedule and weight decay where no option
 * says.
 *
 * Invariant: a choice is a function of the shape of the data (rows, inputs, task, images) and of the options alone,
 * never of the values, the machine or the number of threads. */
#include "model.h"
#include "../kernel/optim.h"

#include <string.h>

/* Adam and its kin, whose own rates are cautious and whose steps do not grow with the gradient. */
static bool adaptive(const gn_options *o)
{
    static const char *const names[] = { "adam", "adamw", "nadam" };
    const char *name = gn_csv_option(o, GN_O_OPTIMIZER);
    for (size_t i = 0; i < GN_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static bool early_stop(const gn_options *o)
{
    return gn_opt_given(o, GN_O_EARLY_STOP) && gn_option_int(o, GN_O_EARLY_STOP) > 0;
}

/* The rate rises to three times the optimiser's own and falls to nothing over the whole training (one-cycle): the high
 * rate gets far, the fall settles, and the last weights are the ones to keep, so that no rows need be set aside to
 * choose among epochs. Where the user says a rate, a schedule or early stopping, or takes an optimiser without adaptive
 * steps, what is said is meant: the rate stays constant. */
static void choose_rate(const gn_options *o, gn_choice *c)
{
    gn_optimizer op = gn_optimizer_find(gn_csv_option(o, GN_O_OPTIMIZER));
    const char *said = gn_csv_option(o, GN_O_SCHEDULE);
    c->rate = -1;
    c->schedule = "constant";
    if (strcmp(said, "auto") != 0 || gn_opt_given(o, GN_O_LR) || early_stop(o) || !adaptive(o)) return;
    c->schedule = "one-cycle";
    c->rate = 3 * gn_optimizer_table()[op].parameter_default[0];
}

/* The reasons:
 *
 * layers: images get one layer of 128, the size at which MNIST passes 97.5 % in ten epochs while an epoch stays a
 * fraction of a second. Tables get two layers, because one bends too little (spirals): 64,32 for most, 128,64 when
 * thousands of rows can determine the weights.
 *
 * batch: small tables need many steps more than they need smooth gradients, 16 to 32 rows. Large ones are paid for in
 * passes over memory, 64 to 128. Never more than the rows there are.
 *
 * epochs: about 4000 steps for tables up to a few thousand rows, where a step costs microseconds; at least 30 and at
 * most 300 passes. Images: 10.
 *
 * patience: none, since the one-cycle schedule ends where it should. With --early-stop N a tenth of the training rows
 * is set aside to watch; held-out rows are never watched, so that the figures on them are honest, in folds too.
 *
 * decay: 1/rows, a normal prior of variance 1 on each weight, which holds small tables back and large ones hardly. It
 * goes into the gradient; optimisers with a decay of their own keep it. */
gn_choice gn_model_choose(const gn_data *d, size_t rows, const gn_options *options)
{
    gn_choice c = { .layers = "128", .batch = 128, .epochs = 10, .decay = -1 };
    if (!d->prep.images) {
        size_t whole = d->rows; /* so that folds measure the network that is trained on everything afterwards */
        c.layers = whole < 4000 ? "64,32" : "128,64";
        c.batch = whole < 600 ? 16 : whole < 4000 ? 32 : whole < 50000 ? 64 : 128;
        size_t steps = (rows + c.batch - 1) / c.batch;
        c.epochs = steps ? 4000 / steps : 1;
        c.epochs = c.epochs < 30 ? 30 : c.epochs > 300 ? 300 : c.epochs;
    }
    choose_rate(options, &c);
    if (rows && strcmp(gn_csv_option(options, GN_O_OPTIMIZER), "adamw") != 0 &&
        strcmp(gn_csv_option(options, GN_O_OPTIMIZER), "lion") != 0)
        c.decay = 1 / (double)rows;
    if (c.batch > rows) c.batch = rows;
    return c;
}

/* ---- options ------------------------------------------------------------------------------------------------- */

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
        if (!gn_option_given(given, id)) continue;
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
    if (strcmp(gn_csv_option(given, GN_O_SCHEDULE), "auto") == 0) GN_TRY(gn_options_set(to, "schedule", c->schedule));
    bool said = gn_opt_given(given, GN_O_WEIGHT_DECAY) && gn_option_real(given, GN_O_WEIGHT_DECAY) >= 0;
    if (!said && c->decay >= 0) GN_TRY(gn_options_set(to, "weight-decay", gn_num(GN_NUM, c->decay)));
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

/* ---- the record ---------------------------------------------------------------------------------------------- */

/* How a run was made and what it was told to show says nothing about the model, and must not change its bytes. */
static bool recorded(const gn_options *o, gn_option_id id)
{
    static const gn_option_id passing[] = { GN_O_THREADS, GN_O_OUT,   GN_O_LOG,   GN_O_QUIET, GN_O_JSON, GN_O_HELP,
                                            GN_O_PROBA,   GN_O_STRICT, GN_O_PLOT, GN_O_KEEP,  GN_O_ASCII,
                                            GN_O_WATCH_SHARPNESS };
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

const char *gn_recorded_value(const char *record, const char *name, size_t *length)
{
    size_t n = strlen(name);
    for (const char *at = record; at && *at;) {
        size_t line = strcspn(at, "\n");
        if (line > n && at[n] == '=' && !memcmp(at, name, n)) {
            *length = line - n - 1;
            return at + n + 1;
        }
        at += line + (at[line] == '\n');
    }
    return NULL;
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
