/* model_fit.c -- from data to a model: filling, choices, scaling, training, figures.
 *
 * Invariant: nothing that is held out reaches the weights: fill values, scaling, class weights and the rows that early stopping
 * watches all come from the training rows. */
#include "encode.h"
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct fitting {
    gn_context *ctx;
    const gn_fit_call *call;
    gn_data *filled, *filled_held;      /* copies, when missing values were filled; else NULL */
    const gn_data *d, *held;
    gn_options *options;                /* with every choice made */
    uint32_t *train, *watch;            /* rows to train on, and rows that early stopping watches; NULL: the call's, none */
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
    if (c->data->prep.fill == GN_FILL_NONE) return GN_OK;
    GN_TRY(gn_data_copy(f->ctx, c->data, &f->filled));
    GN_TRY(gn_data_fill(f->ctx, f->filled, c->train, c->train ? c->n_train : c->data->rows));
    f->d = f->filled;
    if (!c->held_data) {
        f->held = f->filled;
        return GN_OK;
    }
    GN_TRY(gn_data_copy(f->ctx, c->held_data, &f->filled_held));
    f->held = f->filled_held;
    return gn_data_fill_by(f->ctx, f->filled_held, &f->d->prep);
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A tenth of the training rows, drawn by the seed, for early stopping to watch. */
static gn_status set_aside(fitting *f, uint64_t seed)
{
    const gn_fit_call *c = f->call;
    size_t n = c->train ? c->n_train : f->d->rows, watch = (n + 9) / 10;
    uint32_t *order = gn_alloc_array(f->ctx, n ? n : 1, sizeof *order);
    f->train = gn_alloc_array(f->ctx, n ? n : 1, sizeof *f->train);
    f->watch = gn_alloc_array(f->ctx, watch ? watch : 1, sizeof *f->watch);
    gn_status s = order && f->train && f->watch ? GN_OK : GN_NO_MEMORY;
    if (s == GN_OK) gn_random_permutation(gn_random_make(seed, GN_STREAM_SPLIT, 0x7761), order, n);
    for (size_t i = 0; s == GN_OK && i < n; i++) {
        uint32_t row = c->train ? c->train[order[i]] : order[i];
        if (i < watch) f->watch[f->n_watch++] = row;
        else f->train[f->n_train++] = row;
    }
    if (s == GN_OK) {
        qsort(f->train, f->n_train, sizeof *f->train, ascending);
        qsort(f->watch, f->n_watch, sizeof *f->watch, ascending);
    }
    gn_free(f->ctx, order);
    return s;
}

static gn_status choose(fitting *f)
{
    const gn_options *given = f->call->options;
    size_t rows = f->call->train ? f->call->n_train : f->d->rows;
    gn_choice c = gn_model_choose(f->d, rows, given);
    size_t patience = c.patience;
    if (gn_opt_given(given, GN_O_EARLY_STOP) && gn_option_int(given, GN_O_EARLY_STOP) >= 0) patience = (size_t)gn_option_int(given, GN_O_EARLY_STOP);
    if (rows < 2) patience = 0;
    GN_TRY(gn_model_options(f->ctx, given, &c, patience, &f->options));
    if (patience) GN_TRY(set_aside(f, (uint64_t)gn_option_int(f->options, GN_O_SEED)));
    return GN_OK;
}

static gn_status describe_net(fitting *f, gn_text *layers)
{
    const gn_options *o = f->options;
    const char *net = gn_option_text(o, GN_O_NET), *sizes = gn_option_text(o, GN_O_LAYERS);
    gn_choice c = gn_model_choose(f->d, f->call->train ? f->call->n_train : f->d->rows, o);
    if (net[0]) {
        gn_text_puts(layers, net);
        return gn_text_done(layers);
    }
    if (strcmp(sizes, "auto") == 0) sizes = c.layers;
    if (strcmp(sizes, "none") == 0) sizes = "";
    return gn_net_describe(f->ctx, sizes, gn_option_text(o, GN_O_ACT), gn_option_real(o, GN_O_DROPOUT), layers);
}

static gn_status make_net(fitting *f)
{
    const gn_options *o = f->options;
    gn_text layers;
    gn_text_init(&layers, f->ctx);
    gn_status s = describe_net(f, &layers);
    gn_net_spec spec = { .inputs = f->d->prep.inputs, .outputs = gn_prep_outputs(&f->d->prep), .task = f->d->prep.task, .layers = layers.at ? layers.at : "",
                         .loss = gn_option_text(o, GN_O_LOSS), .reduction = gn_option_text(o, GN_O_REDUCTION), .init = gn_option_text(o, GN_O_INIT),
                         .type = strcmp(gn_option_text(o, GN_O_PRECISION), "f64") == 0 ? GN_F64 : GN_F32, .seed = (uint64_t)gn_option_int(o, GN_O_SEED) };
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
    f->trained = gn_fit(f->ctx, f->m->net, &rows, watched ? &watch : NULL, f->options, f->class_weight, c->progress, c->user, &f->m->fit);
    return f->trained == GN_NEGATIVE || f->trained == GN_STOPPED ? GN_OK : f->trained;
}

/* The error record of a training that went wrong must outlive the figures taken afterwards, which fail only for want of memory. */
static gn_status finish(fitting *f)
{
    const gn_fit_call *c = f->call;
    gn_model *m = f->m;
    const char *name = c->data->name;
    gn_prep_free(&m->prep);
    GN_TRY(gn_prep_copy(f->ctx, &f->d->prep, &m->prep));
    m->prep.fill = GN_FILL_NONE;
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

/* ---- the public way ---------------------------------------------------------------------------------------------------- */

typedef struct reporting { gn_report_fn report; void *user; } reporting;

static gn_status pass_on(void *user, const gn_progress *p)
{
    const reporting *r = user;
    gn_report report = { .epoch = p->epoch, .epochs = p->epochs, .batch = p->batch, .batches = p->batches, .epoch_end = p->epoch_end, .loss = p->loss,
                         .held_loss = p->held_loss, .held_metric = p->held_metric, .rate = p->rate, .samples_per_second = p->samples_per_second,
                         .seconds_left = p->seconds_left };
    return r->report(r->user, &report) ? GN_STOPPED : GN_OK;
}

gn_status gn_train(gn_context *ctx, const gn_data *data, const gn_options *options, gn_report_fn report, void *user, gn_model **out)
{
    reporting r = { report, user };
    size_t n_train, n_held, used;
    uint32_t *rows = NULL, *held = NULL;
    double share = options ? gn_option_real(options, GN_O_HOLDOUT) : 0;
    *out = NULL;
    if (!options) {
        const char *dflt = gn_csv_option(NULL, GN_O_HOLDOUT);
        gn_read_number(dflt, strlen(dflt), '.', &share, &used);
    }
    uint64_t seed = options ? (uint64_t)gn_option_int(options, GN_O_SEED) : 1;
    GN_TRY(gn_split(ctx, data, share, seed, &rows, &n_train, &held, &n_held));
    gn_fit_call call = { .data = data, .train = rows, .n_train = n_train, .held = held, .n_held = n_held, .options = options,
                         .progress = report ? pass_on : NULL, .user = &r };
    gn_status s = gn_model_fit(ctx, &call, out);
    gn_free(ctx, rows);
    gn_free(ctx, held);
    return s;
}
