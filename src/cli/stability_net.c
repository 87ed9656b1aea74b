/* stability_net.c -- a network as the subject of the stability command: a model with data, or a network described for
 * data as training would begin it.
 *
 * Invariant: the rows that are looked at are a function of the data and the options. */
#include <math.h>
#include <string.h>

#include "../data/model.h"
#include "../nn/net.h"
#include "stability.h"
#include "subject.h"

enum { MANY = 2000000, SAMPLE = 1000 }; /* numbers in all rows above which some stand for all, and how many then */

/* ---- options ----------------------------------------------------------------------------------------------------- */
/* Numbers that belong to the optimiser of the recording, and mean nothing to another. */
static bool of_the_optimiser(const char *name)
{
    static const char *const names[] = { "optimizer", "lr", "momentum", "beta1", "beta2", "eps", "schedule" };
    for (size_t i = 0; name && i < GN_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

/* given: the call's own options; a list that they set anew is not begun with the recorded one. */
static gn_status set_lines(gn_options *to, gn_context *ctx, const char *lines, const gn_options *given)
{
    bool other_optimiser = gn_option_given(given, GN_O_OPTIMIZER), classes = gn_option_given(given, GN_O_CLASS_WEIGHTS);
    for (const char *at = lines; *at;) {
        size_t length = strcspn(at, "\n");
        const char *equal = memchr(at, '=', length);
        char *name = equal ? gn_copy_text(ctx, at, (size_t)(equal - at)) : NULL;
        char *value = equal ? gn_copy_text(ctx, equal + 1, length - (size_t)(equal + 1 - at)) : NULL;
        bool skip = !equal || (other_optimiser && of_the_optimiser(name)) ||
                    (classes && name && strcmp(name, "class-weights") == 0);
        gn_status s = skip ? GN_OK : name && value ? gn_options_set(to, name, value) : GN_NO_MEMORY;
        gn_free(ctx, name);
        gn_free(ctx, value);
        if (s == GN_NO_MEMORY) return s;
        gn_clear_error(ctx);    /* an option of another version says nothing here */
        at += length + (at[length] == '\n');
    }
    return GN_OK;
}

/* Only what decides the optimiser is taken over: lists would grow by being set twice. */
static gn_status set_given(gn_options *to, const gn_options *from)
{
    static const gn_option_id ids[] = { GN_O_OPTIMIZER, GN_O_LR, GN_O_MOMENTUM, GN_O_BETA1, GN_O_BETA2, GN_O_EPS,
                                        GN_O_WEIGHT_DECAY, GN_O_CLASS_WEIGHTS, GN_O_CLIP, GN_O_CLIP_NORM };
    for (size_t i = 0; i < GN_COUNT(ids); i++)
        if (gn_option_given(from, ids[i]))
            GN_TRY(gn_options_set(to, gn_option_table(NULL)[ids[i]].name, gn_option_text(from, ids[i])));
    return GN_OK;
}

/* Of a decay by the data that the model's file does not tell the rows of. */
static gn_status say_decay(gn_cli *cli, gn_curved *s, const gn_options *merged, const gn_choice *c)
{
    gn_text t;
    bool said = gn_option_given(merged, GN_O_WEIGHT_DECAY) && gn_option_real(merged, GN_O_WEIGHT_DECAY) >= 0;
    if (said || !(c->decay >= 0)) return GN_OK;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "weight decay %s is 1/rows of these data: the model's file does not say how many rows it was "
                       "trained on", gn_num_digits(GN_NUM, c->decay, 6));
    return gn_curved_fact(s, &t);
}

/* What is left to the data was decided by the rows of training, not by those looked at. */
static gn_status optimiser_options(gn_cli *cli, gn_curved *s, const gn_model *model, const gn_data *d)
{
    const char *recorded = model && model->options ? model->options : "";
    size_t rows = model && model->training_rows ? model->training_rows : d->rows;
    gn_options *merged;
    GN_TRY(gn_options_new(cli->ctx, &merged));
    gn_status status = set_lines(merged, cli->ctx, recorded, cli->options);
    if (status == GN_OK) status = set_given(merged, cli->options);
    if (status == GN_OK) {
        gn_choice c = gn_model_choose(d, rows, merged);
        status = gn_model_options(cli->ctx, merged, &c, 0, &s->options);
        if (status == GN_OK && model && !model->training_rows) status = say_decay(cli, s, merged, &c);
    }
    gn_options_free(merged);
    return status;
}

/* ---- what rows weigh --------------------------------------------------------------------------------------------- */
static gn_status say_weights(gn_cli *cli, gn_curved *s, const gn_subject *in, const char *column)
{
    gn_text t;
    if (!in->data->weight && !column) return GN_OK;
    gn_text_init(&t, cli->ctx);
    if (in->data->weight) gn_text_printf(&t, "rows weigh by the column %s", gn_show(GN_SHOWN, column, strlen(column)));
    else
        gn_text_printf(&t, "rows weigh the same here, although training weighed them by %s, which is not in these data",
                       gn_show(GN_SHOWN, column, strlen(column)));
    return gn_curved_fact(s, &t);
}

/* Each row's weight times that of its class. */
static gn_status weigh_classes(gn_cli *cli, gn_curved *s, gn_subject *in)
{
    const gn_data *d = in->data;
    double *of_class;
    gn_text t;
    GN_TRY(gn_model_class_weights(cli->ctx, d, NULL, 0, s->options, &of_class));
    if (!of_class) return GN_OK;
    float *weight = gn_arena_alloc(&s->arena, d->rows + 1, sizeof *weight);
    for (size_t i = 0; weight && i < d->rows; i++)
        weight[i] = (float)((d->weight ? (double)d->weight[i] : 1) * of_class[d->label[i]]);
    in->rows.weight = weight;
    gn_text_init(&t, cli->ctx);
    gn_text_puts(&t, "classes weigh ");
    for (size_t k = 0; k < d->prep.classes && k < 8; k++)
        gn_text_printf(&t, "%s%s", k ? ", " : "", gn_num_digits(GN_NUM, of_class[k], 4));
    if (d->prep.classes > 8) gn_text_puts(&t, ", ...");
    if (strcmp(gn_option_text(s->options, GN_O_CLASS_WEIGHTS), "balanced") == 0)
        gn_text_puts(&t, ": balanced, by these rows");
    gn_free(cli->ctx, of_class);
    gn_status status = gn_curved_fact(s, &t);
    return weight ? status : GN_NO_MEMORY;
}

/* As training asks of them. */
static gn_status check_weights(gn_cli *cli, const gn_dataset *d)
{
    double sum = 0;
    for (size_t i = 0; d->weight && i < gn_dataset_rows(d); i++) {
        double w = (double)d->weight[gn_dataset_row(d, i)];
        if (!isfinite(w) || w < 0)
            return gn_fail(cli->ctx, GN_E_CFG_WEIGHTS, "row %u has the weight %s", (unsigned)gn_dataset_row(d, i),
                           gn_num(GN_NUM, w));
        sum += w;
    }
    if (!d->weight || sum > 0) return GN_OK;
    return gn_fail(cli->ctx, GN_E_CFG_WEIGHTS, "all weights are 0");
}

/* As training weighed them; of labels alone there are class weights. */
static gn_status weigh_rows(gn_cli *cli, gn_curved *s, gn_subject *in)
{
    char *recorded = NULL;
    const char *given = gn_option_given(cli->options, GN_O_WEIGHT) ? gn_option_text(cli->options, GN_O_WEIGHT) : NULL;
    if (in->model) GN_TRY(gn_recorded_option(cli->ctx, in->model->options, "weight", &recorded));
    gn_status status = say_weights(cli, s, in, given ? given : recorded);
    gn_free(cli->ctx, recorded);
    if (status == GN_OK && (in->data->label || in->data->prep.task == GN_REGRESSION))
        status = weigh_classes(cli, s, in);
    return status == GN_OK ? check_weights(cli, &in->rows) : status;
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */
static gn_status say_net(gn_cli *cli, gn_curved *s, const gn_subject *in, bool spaced)
{
    const gn_net *net = in->net;
    gn_text t;
    gn_text_init(&t, cli->ctx);
    for (size_t i = 0; i < net->layers; i++) gn_text_printf(&t, "%s%s", i ? ", " : "network: ", net->layer[i].text);
    GN_TRY(gn_curved_fact(s, &t));
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "loss: %s, %s over ", gn_loss_table()[net->loss].name, net->spec.reduction);
    gn_subject_rows_text(in, spaced, &t);
    return gn_curved_fact(s, &t);
}

/* The inputs as the first layer sees them. */
static gn_status scaling(gn_cli *cli, gn_curved *s, const gn_net *net, const gn_dataset *rows)
{
    size_t count = gn_dataset_rows(rows), inputs = rows->inputs;
    double *x = gn_alloc_array(cli->ctx, count, inputs * sizeof *x);
    uint32_t *row = gn_alloc_array(cli->ctx, count, sizeof *row);
    double *weight = rows->weight ? gn_alloc_array(cli->ctx, count, sizeof *weight) : NULL, sum = 0;
    gn_status status = x && row && (weight || !rows->weight) ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; status == GN_OK && i < count; i++) row[i] = gn_dataset_row(rows, i);
    for (size_t i = 0; status == GN_OK && weight && i < count; i++) sum += weight[i] = (double)rows->weight[row[i]];
    for (size_t i = 0; status == GN_OK && weight && i < count; i++) weight[i] *= (double)count / sum;
    if (status == GN_OK) {
        gn_batch_inputs(gn_kernels_get(gn_isa_best(), GN_F64, gn_context_exact(cli->ctx)), net, rows, row, count, x);
        status = gn_scaling_of(cli->ctx, count, inputs, x, weight, true, &s->scaling);
        s->has_scaling = status == GN_OK;
        s->exact_scaling = net->layers == 1 && net->loss == GN_LOSS_mse && net->spec.task == GN_REGRESSION;
    }
    gn_free(cli->ctx, x);
    gn_free(cli->ctx, row);
    gn_free(cli->ctx, weight);
    return status;
}

/* The loss that is looked at is that of prediction. */
static gn_status say_modes(gn_cli *cli, gn_curved *s, const gn_net *net)
{
    bool dropout = false, batchnorm = false;
    gn_text t;
    for (size_t i = 0; i < net->layers; i++) {
        dropout |= net->layer[i].kind == GN_L_DROPOUT;
        batchnorm |= net->layer[i].kind == GN_L_BATCHNORM;
    }
    if (!dropout && !batchnorm) return GN_OK;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "%s%s%s", dropout ? "dropout off" : "", dropout && batchnorm ? ", " : "",
                   batchnorm ? "batchnorm by its running values" : "");
    return gn_curved_fact(s, &t);
}

static gn_status say_schedule(gn_cli *cli, gn_curved *s)
{
    const char *schedule = gn_option_text(s->options, GN_O_SCHEDULE);
    gn_text t;
    if (strcmp(schedule, "auto") == 0 || strcmp(schedule, "constant") == 0) return GN_OK;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "the rate is the one that the %s schedule multiplies, its highest", schedule);
    return gn_curved_fact(s, &t);
}

/* All rows; where they are many, some that are evenly spaced stand for all. */
static gn_status choose_rows(gn_cli *cli, gn_subject *in, bool *spaced)
{
    size_t most = (size_t)gn_option_int(cli->options, GN_O_ROWS);
    *spaced = most == 0 && in->rows.rows > SAMPLE && in->rows.rows * in->rows.inputs > MANY;
    return gn_subject_rows(cli, in, *spaced ? SAMPLE : most, *spaced);
}

static gn_status look_at(gn_cli *cli, gn_curved *s, gn_subject *in)
{
    bool spaced;
    GN_TRY(gn_dataset_check(cli->ctx, in->net, &in->rows, true));
    GN_TRY(choose_rows(cli, in, &spaced));
    GN_TRY(say_net(cli, s, in, spaced));
    GN_TRY(optimiser_options(cli, s, in->model, in->data));
    GN_TRY(weigh_rows(cli, s, in));
    GN_TRY(scaling(cli, s, in->net, &in->rows));
    GN_TRY(gn_curved_standardised(cli, s, in));
    GN_TRY(say_schedule(cli, s));
    GN_TRY(say_modes(cli, s, in->net));
    gn_text_puts(&s->title, "stability of ");
    gn_subject_title(cli, in, &s->title);
    return gn_objective_net(cli->ctx, in->net, &in->rows, &s->objective);
}

gn_status gn_curved_net(gn_cli *cli, gn_curved *s)
{
    gn_subject in;
    GN_TRY(gn_subject_open_weighed(cli, true, &in));
    gn_status status = look_at(cli, s, &in);
    gn_subject_close(cli, &in);
    return status;
}
