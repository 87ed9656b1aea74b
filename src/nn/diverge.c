/* diverge.c -- what happened when training stopped being finite: the step, the tensor and the row, and the weights from
 * before.
 *
 * Invariant: the run is a function of its state, so going back to the kept state and stepping again, one kept step at a
 * time, meets the same bad step; what is left in the network is the state before it, which is finite. */
#include "fit.h"
#include "../base/text.h"

#include <math.h>
#include <string.h>

static bool finite_at(const gn_fit_run *f, const void *at, size_t n) { return isfinite(f->k->sum_squares(n, at)); }

static void blame(gn_fit_run *f, const char *name)
{
    size_t n = strlen(name), room = sizeof f->result->where - 1, kept = n < room ? n : room;
    memcpy(f->result->where, name, kept);
    f->result->where[kept] = 0;
}

/* The first layer whose output is not finite and that has weights; "loss" when all outputs are. */
static void blame_layer(gn_fit_run *f, const gn_step *s)
{
    for (size_t i = 0; i < f->net->layers; i++) {
        const gn_layer *l = &f->net->layer[i];
        if (l->tensors && !finite_at(f, gn_plan_value(s->plan, s->layer[i]), s->rows * l->outputs)) {
            blame(f, f->net->tensor[l->first].name);
            return;
        }
    }
    blame(f, "loss");
}

/* The last tensor whose gradient is not finite: backward passes go from the last layer to the first, so the trouble
 * began there. */
static bool blame_gradient(gn_fit_run *f, const gn_step *s)
{
    for (size_t i = f->net->tensors; i-- > 0;)
        if (s->grad[i] && !finite_at(f, gn_plan_value(s->plan, s->grad[i]), f->net->tensor[i].size)) {
            blame(f, f->net->tensor[i].name);
            return true;
        }
    return false;
}

static bool blame_weight(gn_fit_run *f)
{
    for (size_t i = 0; i < f->net->tensors; i++) {
        const gn_tensor_info *t = &f->net->tensor[i];
        if (finite_at(f, gn_at(f->net->spec.type, f->net->block, t->offset), t->size)) continue;
        blame(f, t->name);
        return true;
    }
    return false;
}

static double loss_of(const gn_fit_run *f, const gn_step *s)
{
    return gn_get(f->net->spec.type, gn_plan_value(s->plan, s->loss), 0);
}

static bool row_is_bad(gn_fit_run *f, const gn_step *s)
{
    if (!isfinite(loss_of(f, s))) return true;
    for (size_t i = 0; i < f->net->tensors; i++)
        if (s->grad[i] && !finite_at(f, gn_plan_value(s->plan, s->grad[i]), f->net->tensor[i].size)) return true;
    return false;
}

/* The first row of the batch that is not finite by itself; -1 when only the batch as a whole is. */
static gn_status find_row(gn_fit_run *f, size_t first, size_t m)
{
    gn_step s;
    GN_TRY(gn_step_open(f, 1, GN_STEP_ROW, &s));
    gn_status status = GN_OK;
    for (size_t i = 0; i < m && status == GN_OK && f->result->bad_row < 0; i++) {
        uint32_t row = gn_dataset_row(f->train, f->order[first + i]);
        gn_fit_load_row(f, row);
        status = gn_plan_run(f->ctx, s.plan, f->step);
        if (status == GN_OK && row_is_bad(f, &s)) f->result->bad_row = row;
    }
    gn_step_close(f->ctx, &s);
    return status;
}

/* Run the bad batch once more on the weights before it, with everything kept, to see what first went wrong. */
static gn_status look_inside(gn_fit_run *f, size_t first, size_t m, bool *found)
{
    gn_step s;
    GN_TRY(gn_step_open(f, m, GN_STEP_TRACE, &s));
    gn_fit_load(f, first, m);
    gn_status status = gn_plan_run(f->ctx, s.plan, f->step);
    *found = false;
    if (status == GN_OK) {
        f->loss = loss_of(f, &s);
        *found = !isfinite(f->loss);
        if (*found) blame_layer(f, &s);
        else *found = blame_gradient(f, &s);
    }
    gn_step_close(f->ctx, &s);
    return status;
}

static gn_status report(gn_fit_run *f, const char *what)
{
    const gn_fit_result *r = f->result;
    char row[48] = "";
    gn_text t;
    gn_text_init(&t, f->ctx);
    if (r->bad_row >= 0) gn_text_printf(&t, ", first for row %lld", (long long)r->bad_row);
    if (t.length && t.length < sizeof row) memcpy(row, t.at, t.length + 1);
    gn_text_free(&t);
    gn_fail(f->ctx, GN_E_TRAIN_NONFINITE,
            "training diverged at step %llu: %s is not finite (at %s%s); the weights from before that step are kept",
            (unsigned long long)r->bad_step, what, r->where, row);
    return gn_hint(f->ctx, "try a smaller --lr than %s, --clip-norm 1, or scaled inputs and targets",
                   gn_num_digits(GN_NUM, f->rate, 6));
}

/* The weights are put back first, so that whatever fails from here on, they are the finite ones. */
static gn_status examine(gn_fit_run *f, size_t batch)
{
    size_t first = batch * f->set.batch, m = f->left && batch + 1 == f->batches ? f->left : f->set.batch;
    bool by_weight = !f->bad && blame_weight(f), found;
    f->result->diverged = true;
    gn_fit_restore(f);
    f->result->bad_step = f->step + 1;
    GN_TRY(look_inside(f, first, m, &found));
    if (found) GN_TRY(find_row(f, first, m));
    else if (!by_weight) blame(f, "loss");
    return report(f, !isfinite(f->loss)    ? "the loss"
                     : found || !by_weight ? "the gradient"
                                           : "a weight after the update");
}

gn_status gn_fit_diverged(gn_fit_run *f)
{
    gn_fit_restore(f);
    size_t batch = f->kept_batch;
    for (; batch < f->batches; batch++) {
        gn_fit_keep(f, batch);
        GN_TRY(gn_fit_step(f, batch));
        if (f->bad || !gn_fit_weights_finite(f)) break;
    }
    return examine(f, batch < f->batches ? batch : f->batches - 1);
}
