/* stability_net.c -- a network as the subject of the stability command: a model with data, or a network described for
 * data as training would begin it.
 *
 * Invariant: the rows that are looked at are a function of the data and the options. */
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

static gn_status set_lines(gn_options *to, gn_context *ctx, const char *lines, bool other_optimiser)
{
    for (const char *at = lines; *at;) {
        size_t length = strcspn(at, "\n");
        const char *equal = memchr(at, '=', length);
        char *name = equal ? gn_copy_text(ctx, at, (size_t)(equal - at)) : NULL;
        char *value = equal ? gn_copy_text(ctx, equal + 1, length - (size_t)(equal + 1 - at)) : NULL;
        bool skip = !equal || (other_optimiser && of_the_optimiser(name));
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
                                        GN_O_WEIGHT_DECAY };
    for (size_t i = 0; i < GN_COUNT(ids); i++)
        if (gn_option_given(from, ids[i]))
            GN_TRY(gn_options_set(to, gn_option_table(NULL)[ids[i]].name, gn_option_text(from, ids[i])));
    return GN_OK;
}

static gn_status optimiser_options(gn_cli *cli, gn_curved *s, const char *recorded, const gn_data *d)
{
    gn_options *merged;
    GN_TRY(gn_options_new(cli->ctx, &merged));
    gn_status status = set_lines(merged, cli->ctx, recorded, gn_option_given(cli->options, GN_O_OPTIMIZER));
    if (status == GN_OK) status = set_given(merged, cli->options);
    if (status == GN_OK) {
        gn_choice c = gn_model_choose(d, d->rows, merged);
        status = gn_model_options(cli->ctx, merged, &c, 0, &s->options);
    }
    gn_options_free(merged);
    return status;
}

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
    gn_status status = x && row ? GN_OK : GN_NO_MEMORY;
    for (size_t i = 0; status == GN_OK && i < count; i++) row[i] = gn_dataset_row(rows, i);
    if (status == GN_OK) {
        gn_batch_inputs(gn_kernels_get(gn_isa_best(), GN_F64, gn_context_exact(cli->ctx)), net, rows, row, count, x);
        status = gn_scaling_of(cli->ctx, count, inputs, x, true, &s->scaling);
        s->has_scaling = status == GN_OK;
        s->exact_scaling = net->layers == 1 && net->loss == GN_LOSS_mse && net->spec.task == GN_REGRESSION;
    }
    gn_free(cli->ctx, x);
    gn_free(cli->ctx, row);
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
    GN_TRY(scaling(cli, s, in->net, &in->rows));
    GN_TRY(optimiser_options(cli, s, in->model && in->model->options ? in->model->options : "", in->data));
    GN_TRY(say_schedule(cli, s));
    GN_TRY(say_modes(cli, s, in->net));
    gn_text_puts(&s->title, "stability of ");
    gn_subject_title(cli, in, &s->title);
    return gn_objective_net(cli->ctx, in->net, &in->rows, &s->objective);
}

gn_status gn_curved_net(gn_cli *cli, gn_curved *s)
{
    gn_subject in;
    GN_TRY(gn_subject_open(cli, true, &in));
    gn_status status = look_at(cli, s, &in);
    gn_subject_close(cli, &in);
    return status;
}
