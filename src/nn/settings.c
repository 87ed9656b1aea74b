/* settings.c -- training options as numbers: what was given, else the row's own, checked against what they act on.
 *
 * Invariant: a value that is refused is named with its option and the range that is allowed. */
#include "fit.h"
#include "../base/text.h"

#include <string.h>

static gn_status find_optimizer(gn_context *ctx, const gn_options *o, gn_optimizer *out)
{
    const char *name = gn_option_text(o, GN_O_OPTIMIZER);
    *out = gn_optimizer_find(name);
    if (*out != GN_OPT_COUNT) return GN_OK;
    const char *names[GN_OPT_COUNT];
    for (int i = 0; i < GN_OPT_COUNT; i++) names[i] = gn_optimizer_table()[i].name;
    const char *closest = gn_closest(name, names, GN_OPT_COUNT);
    gn_fail(ctx, GN_E_CFG_OPTIMIZER, "optimizer: \"%s\" is no optimiser", gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(ctx, closest ? "did you mean \"%s\"?" : "%s", closest ? closest : "`glassnet ops` lists them");
}

static gn_status find_schedule(gn_context *ctx, const gn_options *o, gn_schedule *out)
{
    const char *name = gn_option_text(o, GN_O_SCHEDULE);
    *out = strcmp(name, "auto") ? gn_schedule_find(name) : GN_SCHEDULE_constant;
    if (*out != GN_SCHEDULE_COUNT) return GN_OK;
    const char *names[GN_SCHEDULE_COUNT];
    for (int i = 0; i < GN_SCHEDULE_COUNT; i++) names[i] = gn_schedule_table()[i].name;
    const char *closest = gn_closest(name, names, GN_SCHEDULE_COUNT);
    gn_fail(ctx, GN_E_CFG_SCHEDULE, "schedule: \"%s\" is no schedule", gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(ctx, closest ? "did you mean \"%s\"?" : "%s", closest ? closest : "`glassnet ops` lists them");
}

static int find_parameter(const gn_optimizer_row *row, const char *name)
{
    for (int i = 0; i < row->parameters; i++)
        if (!strcmp(row->parameter_name[i], name)) return i;
    return -1;
}

/* An option that sets the optimiser's parameter `name`; refused when the row has none, since it would do nothing. */
static gn_status set_parameter(gn_context *ctx, const gn_options *o, gn_option_id id, const char *option,
                               const char *name, gn_fit_settings *s)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[s->op];
    double value = gn_option_real(o, id);
    if (!gn_option_given(o, id) || value < 0) return GN_OK;
    int i = find_parameter(row, name);
    if (i < 0) return gn_fail(ctx, GN_E_CFG_OPTIMIZER, "%s: the optimiser %s has no %s", option, row->name, name);
    s->hyper[i] = value;
    return GN_OK;
}

/* Weight decay goes into the update where the row decouples it (it has a wd), else into the gradient. */
static void set_decay(const gn_options *o, gn_fit_settings *s)
{
    int wd = find_parameter(&gn_optimizer_table()[s->op], "wd");
    double given = gn_option_real(o, GN_O_WEIGHT_DECAY); /* below 0: not said */
    if (wd < 0) s->hyper[s->parameters + 1] = given > 0 ? given : 0;
    else if (given >= 0) s->hyper[wd] = given;
    s->hyper[s->parameters + 2] = gn_option_real(o, GN_O_L1);
}

static gn_status read_rate(gn_context *ctx, const gn_options *o, gn_fit_settings *s)
{
    s->rate = gn_optimizer_table()[s->op].parameter_default[0];
    double given = gn_option_real(o, GN_O_LR);
    if (!gn_option_given(o, GN_O_LR)) return GN_OK;
    if (!(given > 0))
        return gn_fail(ctx, GN_E_CFG_RATE, "lr: %s is not a learning rate; it is above 0", gn_num(GN_NUM, given));
    s->rate = given;
    return GN_OK;
}

gn_status gn_fit_read_optimizer(gn_context *ctx, const gn_options *o, gn_fit_settings *s)
{
    GN_TRY(find_optimizer(ctx, o, &s->op));
    const gn_optimizer_row *row = &gn_optimizer_table()[s->op];
    s->parameters = row->parameters;
    for (int i = 0; i < row->parameters; i++) s->hyper[i] = row->parameter_default[i];
    GN_TRY(read_rate(ctx, o, s));
    GN_TRY(set_parameter(ctx, o, GN_O_MOMENTUM, "momentum", "mu", s));
    GN_TRY(set_parameter(ctx, o, GN_O_BETA1, "beta1", "beta1", s));
    GN_TRY(set_parameter(ctx, o, GN_O_BETA2, "beta2", "beta2", s));
    GN_TRY(set_parameter(ctx, o, GN_O_EPS, "eps", "eps", s));
    set_decay(o, s);
    return GN_OK;
}

static gn_status read_batch(gn_context *ctx, const gn_options *o, size_t rows, bool batchnorm, gn_fit_settings *s)
{
    int64_t given = gn_option_int(o, GN_O_BATCH);
    size_t least = batchnorm ? 2 : 1;
    s->batch = given > 0 ? (size_t)given : rows > 10000 ? 64 : 32;
    if (given <= 0 && s->batch > rows) s->batch = rows;
    if (s->batch >= least && s->batch <= rows) return GN_OK;
    return gn_fail(ctx, GN_E_CFG_BATCH, "batch: %zu rows in a batch; allowed are %zu to %zu, the rows to train on",
                   s->batch, least, rows);
}

static gn_status read_epochs(gn_context *ctx, const gn_options *o, gn_fit_settings *s)
{
    int64_t given = gn_option_int(o, GN_O_EPOCHS), patience = gn_option_int(o, GN_O_EARLY_STOP);
    if (gn_option_given(o, GN_O_EPOCHS) && given < 1)
        return gn_fail(ctx, GN_E_CFG_EPOCHS, "epochs: %lld; allowed are 1 to 1000000000", (long long)given);
    s->epochs = given > 0 ? (size_t)given : 20;
    s->patience = patience > 0 ? (size_t)patience : 0;
    return GN_OK;
}

gn_status gn_fit_read_settings(gn_context *ctx, const gn_options *o, size_t rows, bool batchnorm, gn_fit_settings *s)
{
    *s = (gn_fit_settings){ 0 };
    GN_TRY(gn_fit_read_optimizer(ctx, o, s));
    GN_TRY(find_schedule(ctx, o, &s->schedule));
    GN_TRY(read_batch(ctx, o, rows, batchnorm, s));
    GN_TRY(read_epochs(ctx, o, s));
    s->warmup = (uint64_t)gn_option_int(o, GN_O_WARMUP);
    s->gamma = gn_option_given(o, GN_O_DECAY_RATE) ? gn_option_real(o, GN_O_DECAY_RATE) : -1;
    s->every = (double)gn_option_int(o, GN_O_DECAY_EVERY);
    s->clip = gn_option_real(o, GN_O_CLIP);
    s->clip_norm = gn_option_real(o, GN_O_CLIP_NORM);
    s->seed = (uint64_t)gn_option_int(o, GN_O_SEED);
    return GN_OK;
}
