/* fit.c -- training: epochs of shuffled batches, held-out figures, early stopping, progress, and stopping on request.
 *
 * Invariant: after the first step nothing is allocated; the data order is a function of seed and epoch; a step that is
 * not finite leaves the weights from before it. */
#include "fit.h"
#include "clock.h"
#include "../base/text.h"

#include <math.h>
#include <string.h>

enum { KEEP_EVERY = 64, EVAL_BLOCK = 256 };

static bool has_batchnorm(const gn_net *net)
{
    for (size_t i = 0; i < net->layers; i++)
        if (net->layer[i].kind == GN_L_BATCHNORM) return true;
    return false;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static bool good_weight(double w) { return isfinite(w) && w >= 0; }

/* The scale that makes the mean weight of a training row 1; every weight is checked on the way. */
static gn_status scale_weights(gn_fit_run *f, const gn_dataset *d)
{
    double sum = 0;
    if (f->class_weight && !d->label)
        return gn_fail(f->ctx, GN_E_CFG_WEIGHTS, "class weights need labels, not distributions or regression targets");
    for (size_t i = 0; i < f->rows; i++) {
        uint32_t row = gn_dataset_row(d, i);
        double w = (d->weight ? (double)d->weight[row] : 1) * (f->class_weight ? f->class_weight[d->label[row]] : 1);
        if (!good_weight(w))
            return gn_fail(f->ctx, GN_E_CFG_WEIGHTS, "row %u has the weight %s", (unsigned)row, gn_num(GN_NUM, w));
        sum += w;
    }
    if (!(sum > 0)) return gn_fail(f->ctx, GN_E_CFG_WEIGHTS, "all weights are 0");
    f->weight_scale = (double)f->rows / sum;
    return GN_OK;
}

static gn_status allocate(gn_fit_run *f)
{
    gn_context *ctx = f->ctx;
    const gn_net *net = f->net;
    size_t size = gn_type_size(net->spec.type), batch = f->set.batch;
    f->slot_count = (size_t)gn_optimizer_table()[f->set.op].slots;
    bool weighted = f->train->weight || f->class_weight;
    f->order = gn_alloc_array(ctx, f->rows, sizeof *f->order);
    f->row = gn_alloc_array(ctx, batch, sizeof *f->row);
    f->x = gn_calloc_aligned(ctx, batch * net->spec.inputs, size);
    f->t = gn_calloc_aligned(ctx, batch * net->spec.outputs, size);
    f->w = weighted ? gn_calloc_aligned(ctx, batch, size) : NULL;
    f->slots = gn_calloc_aligned(ctx, f->slot_count * net->trainable, size);
    f->gradient = gn_fit_clips(&f->set) ? gn_calloc_aligned(ctx, net->trainable, size) : NULL;
    f->kept = gn_calloc_aligned(ctx, net->block_size + f->slot_count * net->trainable, size);
    f->best = f->held && f->set.patience ? gn_calloc_aligned(ctx, net->block_size, size) : NULL;
    bool enough = f->order && f->row && f->x && f->t && f->slots && f->kept && (f->w || !weighted)
                  && (f->gradient || !gn_fit_clips(&f->set)) && (f->best || !f->held || !f->set.patience);
    return enough ? GN_OK : GN_NO_MEMORY;
}

/* Batches of an epoch. With batchnorm a last batch of one row, which has no variance, is left out: another row each
 * epoch. */
static void cut_batches(gn_fit_run *f)
{
    f->left = f->rows % f->set.batch;
    if (f->left == 1 && has_batchnorm(f->net)) f->left = 0;
    f->batches = f->rows / f->set.batch + (f->left > 0);
}

static gn_status open_plans(gn_fit_run *f)
{
    gn_step_mode mode = f->gradient ? GN_STEP_GRADIENT : GN_STEP_FUSED;
    GN_TRY(gn_step_open(f, f->set.batch, mode, &f->full));
    if (f->left) GN_TRY(gn_step_open(f, f->left, mode, &f->ragged));
    if (!f->held) return GN_OK;
    size_t rows = gn_dataset_rows(f->held);
    GN_TRY(gn_scan_open(f->ctx, f->net, f->held, false, &f->scan));
    return gn_eval_open(f->ctx, f->net, rows < EVAL_BLOCK ? rows : EVAL_BLOCK, true, &f->eval);
}

static gn_status open_run(gn_fit_run *f, const gn_options *options)
{
    GN_TRY(gn_dataset_check(f->ctx, f->net, f->train, true));
    if (!f->rows) return gn_fail(f->ctx, GN_E_DATA_ROWS, "there are no rows to train on");
    GN_TRY(gn_fit_read_settings(f->ctx, options, f->rows, has_batchnorm(f->net), &f->set));
    if (f->set.patience && !f->held) gn_note(f->ctx, "early-stop does nothing without held-out rows");
    f->weight_scale = 1;
    if (f->train->weight || f->class_weight) GN_TRY(scale_weights(f, f->train));
    cut_batches(f);
    GN_TRY(allocate(f));
    return open_plans(f);
}

static void close_run(gn_fit_run *f)
{
    gn_context *ctx = f->ctx;
    gn_step_close(ctx, &f->full);
    gn_step_close(ctx, &f->ragged);
    gn_eval_close(&f->eval);
    gn_scan_close(ctx, &f->scan);
    gn_free(ctx, f->order);
    gn_free(ctx, f->row);
    gn_free_aligned(ctx, f->x);
    gn_free_aligned(ctx, f->t);
    gn_free_aligned(ctx, f->w);
    gn_free_aligned(ctx, f->slots);
    gn_free_aligned(ctx, f->gradient);
    gn_free_aligned(ctx, f->kept);
    gn_free_aligned(ctx, f->best);
}

/* ---- progress --------------------------------------------------------------------------------------------------- */

static double epoch_loss(const gn_fit_run *f) { return f->rows_done ? f->loss_sum / (double)f->rows_done : NAN; }

static gn_status tell(gn_fit_run *f, size_t batch, bool end, bool best)
{
    gn_fit_result *r = f->result;
    double now = gn_seconds(), elapsed = now - f->started, all = (double)f->batches * (double)f->set.epochs;
    r->seconds = elapsed;
    r->steps = f->step;
    double samples = (double)f->epoch * (double)f->rows + (double)f->rows_done;
    r->samples_per_second = elapsed > 0 ? samples / elapsed : 0;
    f->reported = now;
    if (!f->progress) return GN_OK;
    gn_progress p = { .epoch = f->epoch + 1,
                      .epochs = f->set.epochs,
                      .batch = batch,
                      .batches = f->batches,
                      .epoch_end = end,
                      .loss = epoch_loss(f),
                      .held_loss = f->held_loss,
                      .held_metric = f->held_metric,
                      .rate = f->rate,
                      .gradient_norm = f->gradient ? f->norm : NAN,
                      .samples_per_second = r->samples_per_second,
                      .seconds_left = f->step ? elapsed * (all / (double)f->step - 1) : NAN,
                      .seconds = elapsed,
                      .best = best };
    return f->progress(f->user, &p);
}

/* A few times a second, without asking the clock after every step of a tiny net. */
static gn_status maybe_tell(gn_fit_run *f, size_t batch)
{
    if (--f->until_clock) return GN_OK;
    double since = gn_seconds() - f->reported;
    if (since < 0.05 && f->stride < 65536) f->stride *= 2;
    else if (since > 0.4 && f->stride > 1) f->stride /= 2;
    f->until_clock = f->stride;
    return since < 0.2 ? GN_OK : tell(f, batch, false, false);
}

/* Before the first step and after every so many. */
static gn_status look(gn_fit_run *f)
{
    if (!f->watch || f->step % f->watch_every) return GN_OK;
    double *hyper = f->set.hyper;
    if (f->step == 0) hyper[0] = f->set.rate * gn_schedule_factor(f->set.schedule, &(gn_schedule_state){
                                     .steps = (uint64_t)f->batches * f->set.epochs, .warmup = f->set.warmup,
                                     .gamma = f->set.gamma, .every = f->set.every });
    const gn_watched w = { .net = f->net,
                           .train = f->train,
                           .step = f->step,
                           .epoch = f->epoch + 1,
                           .batch = f->set.batch,
                           .loss = f->step ? f->loss : NAN,
                           .op = f->set.op,
                           .hyper = hyper,
                           .slots = f->slots,
                           .trainable = f->net->trainable,
                           .seconds = gn_seconds() - f->started,
                           .class_weight = f->class_weight };
    return f->watch(f->watch_user, &w);
}

/* ---- one epoch -------------------------------------------------------------------------------------------------- */

static void count_loss(gn_fit_run *f, size_t batch)
{
    size_t m = f->left && batch + 1 == f->batches ? f->left : f->set.batch;
    bool mean = !strcmp(f->net->spec.reduction, "mean");
    f->loss_sum += mean ? f->loss * (double)m : f->loss;
    f->rows_done += m;
}

static gn_status stopped(gn_fit_run *f)
{
    if (!gn_fit_weights_finite(f)) return gn_fit_diverged(f);
    return gn_fail(f->ctx, GN_E_STOPPED, "training was stopped in epoch %zu, after %llu steps", f->epoch + 1,
                   (unsigned long long)f->step);
}

static gn_status run_epoch(gn_fit_run *f)
{
    gn_random_permutation(gn_random_make(f->set.seed, GN_STREAM_SHUFFLE, (uint32_t)f->epoch), f->order, f->rows);
    f->loss_sum = 0;
    f->rows_done = 0;
    for (size_t batch = 0; batch < f->batches; batch++) {
        if (batch % KEEP_EVERY == 0) {
            if (!gn_fit_weights_finite(f)) return gn_fit_diverged(f);
            gn_fit_keep(f, batch);
        }
        if (gn_stop_requested(f->ctx)) return stopped(f);
        GN_TRY(gn_fit_step(f, batch));
        if (f->bad) return gn_fit_diverged(f);
        count_loss(f, batch);
        GN_TRY(look(f));
        if (batch + 1 < f->batches) GN_TRY(maybe_tell(f, batch + 1));
    }
    return gn_fit_weights_finite(f) ? GN_OK : gn_fit_diverged(f);
}

/* ---- between epochs --------------------------------------------------------------------------------------------- */

static gn_status look_at_held(gn_fit_run *f)
{
    if (!f->held) return GN_OK;
    GN_TRY(gn_scan_run(&f->eval, f->held, &f->scan));
    f->held_loss = gn_scan_loss(&f->scan);
    f->held_metric = gn_scan_metric(&f->scan);
    return GN_OK;
}

/* The plateau schedule: no fall by one part in 10,000 for more than `every` epochs lowers the rate, as PyTorch has it.
 */
static void watch_plateau(gn_fit_run *f)
{
    double now = f->held ? f->held_loss : epoch_loss(f);
    double every = f->set.every > 0 ? f->set.every : gn_schedule_table()[f->set.schedule].every;
    if (now < f->lowest - 1e-4 * fabs(f->lowest) || !isfinite(f->lowest)) {
        f->lowest = now;
        f->waited = 0;
    } else if ((double)++f->waited > every) {
        f->drops++;
        f->waited = 0;
    }
}

static void take_figures(gn_fit_run *f)
{
    f->result->loss = epoch_loss(f);
    f->result->held_loss = f->held_loss;
    f->result->held_metric = f->held_metric;
    f->result->best_epoch = f->held ? f->epoch + 1 : 0;
}

static size_t block_bytes(const gn_fit_run *f) { return f->net->block_size * gn_type_size(f->net->spec.type); }

/* The figures of the result are those of the weights that will be kept. */
static bool note_best(gn_fit_run *f, double *best_loss)
{
    bool best = f->held && (f->held_loss < *best_loss || (isnan(*best_loss) && !isnan(f->held_loss)));
    if (best) *best_loss = f->held_loss;
    if (best && f->best) memcpy(f->best, f->net->block, block_bytes(f));
    if (best || !f->best || !f->result->best_epoch) take_figures(f);
    return best;
}

static gn_status run_epochs(gn_fit_run *f)
{
    double best_loss = NAN;
    size_t best_epoch = 0;
    GN_TRY(look(f));
    for (f->epoch = 0; f->epoch < f->set.epochs; f->epoch++) {
        GN_TRY(run_epoch(f));
        GN_TRY(look_at_held(f));
        watch_plateau(f);
        bool best = note_best(f, &best_loss);
        if (best) best_epoch = f->epoch;
        f->result->epochs = f->epoch + 1;
        GN_TRY(tell(f, f->batches, true, best));
        if (f->best && f->epoch - best_epoch >= f->set.patience) {
            f->result->stopped_early = true;
            break;
        }
    }
    if (f->best && f->result->best_epoch == best_epoch + 1 && !isnan(best_loss))
        memcpy(f->net->block, f->best, block_bytes(f));
    return GN_OK;
}

gn_status gn_fit_watched(gn_context *ctx, gn_net *net, const gn_dataset *train, const gn_dataset *held,
                         const gn_options *options, const double *class_weight, const gn_fit_hooks *hooks,
                         gn_fit_result *result)
{
    *result = (gn_fit_result){ .loss = NAN, .held_loss = NAN, .held_metric = NAN, .bad_row = -1 };
    gn_fit_run f = { .ctx = ctx,
                     .net = net,
                     .train = train,
                     .held = held && gn_dataset_rows(held) ? held : NULL,
                     .result = result,
                     .class_weight = class_weight,
                     .progress = hooks->progress,
                     .user = hooks->user,
                     .watch = hooks->every ? hooks->watch : NULL,
                     .watch_user = hooks->watch_user,
                     .watch_every = hooks->every,
                     .rows = gn_dataset_rows(train),
                     .lowest = INFINITY,
                     .stride = 1,
                     .until_clock = 1,
                     .held_loss = NAN,
                     .held_metric = NAN,
                     .norm = NAN };
    f.k = gn_kernels_get((gn_isa)gn_context_isa(ctx), net->spec.type, gn_context_exact(ctx));
    gn_status s = open_run(&f, options);
    f.started = f.reported = gn_seconds();
    if (s == GN_OK) s = run_epochs(&f);
    result->steps = f.step;
    result->seconds = gn_seconds() - f.started;     /* of a run that ended on the way too */
    close_run(&f);
    return s;
}

gn_status gn_fit(gn_context *ctx, gn_net *net, const gn_dataset *train, const gn_dataset *held,
                 const gn_options *options, const double *class_weight, gn_progress_fn progress, void *user,
                 gn_fit_result *result)
{
    const gn_fit_hooks hooks = { .progress = progress, .user = user };
    return gn_fit_watched(ctx, net, train, held, options, class_weight, &hooks, result);
}

gn_status gn_fit_print_plan(gn_context *ctx, gn_net *net, size_t batch, const gn_options *options, gn_text *to)
{
    gn_fit_result ignored = { 0 };
    const gn_dataset shape = { .rows = batch, .inputs = net->spec.inputs };
    gn_fit_run f = { .ctx = ctx, .net = net, .train = &shape, .result = &ignored, .rows = batch };
    f.k = gn_kernels_get((gn_isa)gn_context_isa(ctx), net->spec.type, gn_context_exact(ctx));
    GN_TRY(gn_fit_read_settings(ctx, options, batch, has_batchnorm(net), &f.set));
    f.set.batch = batch;
    gn_status s = allocate(&f);
    if (s == GN_OK) s = gn_step_open(&f, batch, f.gradient ? GN_STEP_GRADIENT : GN_STEP_FUSED, &f.full);
    if (s == GN_OK) gn_plan_print(f.full.plan, to);
    close_run(&f);
    return s;
}
