/* model_fit.c -- from data to a model: filling, choices, scaling, training, figures.
 *
 * Invariant: nothing that is held out reaches the weights: fill values, scaling, class weights and the rows that early
 * stopping watches all come from the training rows. */
#include "encode.h"
#include "model.h"

#include <string.h>

enum { WATCH_DRAW = 0x7761 }; /* the draw of the watched rows among those of splitting */

typedef struct fitting {
    gn_context *ctx;
    const gn_fit_call *call;
    gn_data *filled, *filled_held; /* copies, when missing values were filled; else NULL */
    const gn_data *d, *held;
    size_t rows; /* to train on, watched ones among them */
    gn_choice choice;
    gn_options *options;     /* with every choice made */
    uint32_t *train, *watch; /* rows to train on, and rows that early stopping watches; NULL: the call's, none */
    size_t n_train, n_watch;
    double *class_weight;
    gn_model *m;
    gn_status trained;
} fitting;

static gn_status fill(fitting *f)
{
    const gn_fit_call *c = f->call;
    f->d = c->data;
    f->held = c->held_data ? c->held_data : c->data;
    f->rows = c->train ? c->n_train : c->data->rows;
    if (f->rows == 0) return gn_fail(f->ctx, GN_E_DATA_ROWS, "there are no rows to train on");
    if (!c->data->x || (!c->data->label && !c->data->y))
        return gn_fail(f->ctx, GN_E_USAGE, "the data have no targets to learn");
    if (c->data->prep.fill == GN_FILL_NONE) return GN_OK;
    GN_TRY(gn_data_copy(f->ctx, c->data, &f->filled));
    GN_TRY(gn_data_fill(f->ctx, f->filled, c->train, f->rows));
    f->d = f->filled;
    if (!c->held_data) {
        f->held = f->filled;
        return GN_OK;
    }
    GN_TRY(gn_data_copy(f->ctx, c->held_data, &f->filled_held));
    f->held = f->filled_held;
    return gn_data_fill_by(f->ctx, f->filled_held, &f->d->prep);
}

/* A tenth of the training rows, drawn by the seed, for early stopping to watch. Both lists keep the order of the rows.
 */
static gn_status set_aside(fitting *f, uint64_t seed)
{
    const uint32_t *rows = f->call->train;
    size_t n = f->rows, watch = (n + 9) / 10;
    uint32_t *order = gn_alloc_array(f->ctx, n, sizeof *order);
    bool *watched = gn_calloc(f->ctx, n, sizeof *watched);
    f->train = gn_alloc_array(f->ctx, n, sizeof *f->train);
    f->watch = gn_alloc_array(f->ctx, watch, sizeof *f->watch);
    gn_status s = order && watched && f->train && f->watch ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK) gn_random_permutation(gn_random_make(seed, GN_STREAM_SPLIT, WATCH_DRAW), order, n);
    for (size_t i = 0; s == GN_OK && i < watch; i++) watched[order[i]] = true;
    for (size_t i = 0; s == GN_OK && i < n; i++) {
        uint32_t row = rows ? rows[i] : (uint32_t)i;
        if (watched[i]) f->watch[f->n_watch++] = row;
        else f->train[f->n_train++] = row;
    }
    gn_free(f->ctx, order);
    gn_free(f->ctx, watched);
    return s;
}

/* Rows are set aside for whatever looks at a loss between epochs: early stopping, and the schedule that waits for a
 * plateau. */
static gn_status choose(fitting *f)
{
    const gn_options *given = f->call->options;
    f->choice = gn_model_choose(f->d, f->rows, given);
    size_t patience = f->choice.patience;
    if (gn_opt_given(given, GN_O_EARLY_STOP) && gn_option_int(given, GN_O_EARLY_STOP) >= 0)
        patience = (size_t)gn_option_int(given, GN_O_EARLY_STOP);
    bool watch = patience || strcmp(gn_csv_option(given, GN_O_SCHEDULE), "plateau") == 0;
    if (f->rows < 10) patience = 0, watch = false;
    if (watch && f->choice.batch > f->rows - (f->rows + 9) / 10) f->choice.batch = f->rows - (f->rows + 9) / 10;
    GN_TRY(gn_model_options(f->ctx, given, &f->choice, patience, &f->options));
    return watch ? set_aside(f, (uint64_t)gn_option_int(f->options, GN_O_SEED)) : GN_OK;
}

static gn_status describe_net(fitting *f, gn_text *layers)
{
    const gn_options *o = f->options;
    const char *net = gn_option_text(o, GN_O_NET), *sizes = gn_option_text(o, GN_O_LAYERS);
    if (net[0]) {
        gn_text_puts(layers, net);
        return gn_text_done(layers);
    }
    if (strcmp(sizes, "auto") == 0) sizes = f->choice.layers;
    return gn_net_describe(f->ctx, sizes, gn_option_text(o, GN_O_ACT), gn_option_real(o, GN_O_DROPOUT), layers);
}

static gn_status make_net(fitting *f)
{
    const gn_options *o = f->options;
    gn_text layers;
    gn_text_init(&layers, f->ctx);
    gn_status s = describe_net(f, &layers);
    gn_net_spec spec = gn_net_spec_read(o);
    spec.inputs = f->d->prep.inputs;
    spec.outputs = gn_prep_outputs(&f->d->prep);
    spec.task = f->d->prep.task;
    spec.layers = layers.at ? layers.at : "";
    if (s == GN_OK) s = gn_net_new(f->ctx, &spec, &f->m->net);
    gn_text_free(&layers);
    return s;
}

static gn_dataset view(const gn_data *d, const uint32_t *rows, size_t n)
{
    gn_dataset v = gn_data_view(d);
    if (rows) v.index = rows, v.used = n;
    return v;
}

static gn_status train(fitting *f)
{
    const gn_fit_call *c = f->call;
    gn_dataset rows = f->train ? view(f->d, f->train, f->n_train) : view(f->d, c->train, c->n_train);
    gn_dataset watch = f->watch ? view(f->d, f->watch, f->n_watch) : view(f->held, c->held, c->n_held);
    bool watched = f->watch || c->n_held > 0;
    if (c->started) c->started(c->user, f->m->net);
    const gn_fit_hooks hooks = { c->progress, c->user, c->watch, c->watch_user, c->watch_every };
    f->trained = gn_fit_watched(f->ctx, f->m->net, &rows, watched ? &watch : NULL, f->options, f->class_weight, &hooks,
                                &f->m->fit);
    return f->trained == GN_NEGATIVE || f->trained == GN_STOPPED ? GN_OK : f->trained;
}

/* The error record of a training that went wrong must outlive the figures taken afterwards, which fail only for want of
 * memory. */
static gn_status finish(fitting *f)
{
    const gn_fit_call *c = f->call;
    gn_model *m = f->m;
    const char *name = c->data->name;
    gn_prep_free(&m->prep);
    GN_TRY(gn_prep_copy(f->ctx, &f->d->prep, &m->prep));
    m->prep.fill = GN_FILL_NONE;
    m->training_rows = f->rows;
    GN_TRY(gn_model_record(f->ctx, c->options, name, &m->options, &m->command));
    GN_TRY(gn_model_take_samples(f->ctx, m, f->d, c->train, c->n_train));
    if (c->n_held == 0) return GN_OK;
    gn_dataset held = view(f->held, c->held, c->n_held);
    return gn_net_measure(f->ctx, m->net, &held, &m->held);
}

static gn_status run(fitting *f)
{
    const gn_fit_call *c = f->call;
    GN_TRY(fill(f));
    GN_TRY(choose(f));
    GN_TRY(gn_model_new(f->ctx, &f->m));
    GN_TRY(make_net(f));
    GN_TRY(gn_model_scale(f->ctx, f->m->net, f->d, c->train, c->n_train, f->options));
    GN_TRY(gn_model_class_weights(f->ctx, f->d, c->train, c->n_train, f->options, &f->class_weight));
    GN_TRY(train(f));
    return finish(f);
}

gn_status gn_model_fit(gn_context *ctx, const gn_fit_call *call, gn_model **out)
{
    fitting f = { .ctx = ctx, .call = call };
    *out = NULL;
    gn_status s = run(&f);
    gn_data_free(f.filled);
    gn_data_free(f.filled_held);
    gn_options_free(f.options);
    gn_free(ctx, f.train);
    gn_free(ctx, f.watch);
    gn_free(ctx, f.class_weight);
    if (s != GN_OK) {
        gn_model_free(f.m);
        return s;
    }
    *out = f.m;
    return f.trained;
}

/* ---- the public way ------------------------------------------------------------------------------------------ */

typedef struct reporting {
    gn_report_fn report;
    void *user;
} reporting;

static gn_status pass_on(void *user, const gn_progress *p)
{
    const reporting *r = user;
    gn_report report = { .epoch = p->epoch,
                         .epochs = p->epochs,
                         .batch = p->batch,
                         .batches = p->batches,
                         .epoch_end = p->epoch_end,
                         .loss = p->loss,
                         .held_loss = p->held_loss,
                         .held_metric = p->held_metric,
                         .rate = p->rate,
                         .samples_per_second = p->samples_per_second,
                         .seconds_left = p->seconds_left };
    return r->report(r->user, &report) ? GN_STOPPED : GN_OK;
}

/* The option holdout, or its default read from the table. */
static double holdout(const gn_options *o)
{
    const char *text = gn_csv_option(NULL, GN_O_HOLDOUT);
    double share = 0;
    size_t used;
    if (o) return gn_option_real(o, GN_O_HOLDOUT);
    gn_read_number(text, strlen(text), '.', &share, &used);
    return share;
}

static gn_status train_split(gn_context *ctx, gn_fit_call *call, gn_model **out)
{
    uint32_t *rows = NULL, *held = NULL;
    uint64_t seed = call->options ? (uint64_t)gn_option_int(call->options, GN_O_SEED) : 1;
    GN_TRY(gn_split(ctx, call->data, holdout(call->options), seed, &rows, &call->n_train, &held, &call->n_held));
    call->train = rows;
    call->held = held;
    gn_status s = gn_model_fit(ctx, call, out);
    gn_free(ctx, rows);
    gn_free(ctx, held);
    return s;
}

gn_status gn_train(gn_context *ctx, const gn_data *data, const gn_options *options, gn_report_fn report, void *user,
                   gn_model **out)
{
    reporting r = { report, user };
    gn_data *test = NULL;
    *out = NULL;
    if (!data) return gn_fail(ctx, GN_E_USAGE, "gn_train needs data");
    if (options && gn_option_int(options, GN_O_FOLDS))
        return gn_fail(ctx, GN_E_USAGE, "gn_train makes one model; cross-validation is one call for each fold");
    gn_fit_call call = { .data = data, .options = options, .progress = report ? pass_on : NULL, .user = &r };
    const char *named = gn_csv_option(options, GN_O_TEST);
    if (!named[0]) return train_split(ctx, &call, out);
    GN_TRY(gn_data_open_for(ctx, named, &data->prep, options, true, &test));
    call.held_data = test;
    call.n_held = test->rows;
    gn_status s = gn_model_fit(ctx, &call, out);
    gn_data_free(test);
    return s;
}
