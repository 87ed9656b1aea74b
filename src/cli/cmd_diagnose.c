/* cmd_diagnose.c -- what is wrong with a gradient that the user computed.
 *
 * Invariant: the exit status is 0 only when the gradient is right. */
#include "grad_file.h"
#include "subject.h"
#include "../lens/facts.h"

#include <string.h>

static gn_status title(gn_cli *cli, const gn_subject *subject, gn_sheet *sheet)
{
    gn_text t;
    const char *path = gn_option_text(cli->options, GN_O_GRAD);
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "diagnosis of %s for ", gn_show(GN_SHOWN, path, strlen(path)));
    gn_subject_title(cli, subject, &t);
    gn_status s = gn_text_done(&t);
    if (s == GN_OK) gn_sheet_open(sheet, cli->ctx, t.at);
    gn_text_free(&t);
    return s;
}

static void state_facts(const gn_subject *subject, const gn_grad_file *f, const gn_diagnosis *d, gn_sheet *sheet)
{
    gn_text t;
    gn_text_init(&t, sheet->ctx);
    gn_subject_rows_text(subject, false, &t);
    gn_text_puts(&t, ", float64");
    gn_check_loss_fact(sheet, subject->net, d->loss, d->digits, t.at ? t.at : "");
    gn_text_free(&t);
    gn_facts_mode(sheet, subject->net, subject->model && gn_recorded_weights(subject->model->options));
    if (f->rows && d->fits > 1)
        gn_sheet_fact(sheet, "read: %zu by %zu numbers, by their shape as %s, the nearest of %zu; --tensor "
                      "says which it is", f->rows, f->cols, d->finding[0].name, d->fits);
    else if (f->rows) gn_sheet_fact(sheet, "read: %zu by %zu numbers, %s", f->rows, f->cols, f->how);
    else gn_sheet_fact(sheet, "read: %zu tensor%s, %s", f->count, GN_S(f->count), f->how);
    gn_grad_file_facts(f, sheet);
    gn_sheet_fact(sheet, "a gradient has its tensor's shape; a weight has a row for each output");
    gn_sheet_fact(sheet, "the slope at a kink: relu 0, |x| 0, leaky relu alpha");
    gn_sheet_fact(sheet, "right or named: within %s, as %s; agree: entries within %s",
                  gn_num_digits(GN_NUM, d->match, 2),
                  d->match < GN_DIAGNOSE_MATCH ? "its digits tell" : "float32 leaves it",
                  gn_num(GN_NUM, GN_DIAGNOSE_AGREE));
}

static gn_status judge(gn_cli *cli, const gn_subject *subject, const gn_grad_file *f)
{
    gn_sheet sheet = { 0 };
    gn_diagnosis d;
    gn_diagnose_how how = { f->whole, (int)gn_option_int(cli->options, GN_O_DIGITS) };
    GN_TRY(gn_diagnose_as(cli->ctx, subject->net, &subject->rows, f->given, f->count, how, &d));
    gn_status s = title(cli, subject, &sheet);
    if (s == GN_OK) {
        state_facts(subject, f, &d, &sheet);
        gn_diagnosis_sheet(&sheet, &d);
        s = gn_cli_sheet(cli, &sheet);
    }
    bool right = d.right;
    gn_sheet_free(&sheet);
    gn_diagnosis_free(&d);
    return s == GN_OK && !right ? GN_NEGATIVE : s;
}

static gn_status run_on(gn_cli *cli, gn_subject *subject)
{
    gn_grad_file f;
    GN_TRY(gn_subject_rows(cli, subject, (size_t)gn_option_int(cli->options, GN_O_ROWS), false));
    GN_TRY(gn_grad_file_open(cli, subject->net, gn_option_text(cli->options, GN_O_GRAD),
                             gn_option_text(cli->options, GN_O_TENSOR), &f));
    gn_status s = judge(cli, subject, &f);
    gn_grad_file_close(&f);
    return s;
}

static gn_status run(gn_cli *cli)
{
    gn_subject subject;
    if (!gn_option_given(cli->options, GN_O_GRAD)) {
        gn_fail(cli->ctx, GN_E_USAGE, "there is no gradient to judge");
        return gn_hint(cli->ctx, "glassnet diagnose MODEL DATA --grad mine.csv");
    }
    GN_TRY(gn_subject_open(cli, true, &subject));
    gn_status s = run_on(cli, &subject);
    gn_subject_close(cli, &subject);
    return s;
}

const gn_command_body gn_cmd_diagnose = {
    run,
    "FILE holds the gradient of MODEL's loss on DATA as you computed it: CSV (with or without a header, a row\n"
    "for each output), NPY or safetensors; of one tensor, told by --tensor or by its shape, of all of them one\n"
    "after another, or of those whose names a safetensors file has. It is compared with the right one and with\n"
    "those that known mistakes lead to, each computed for this network: a constant in front (the batch once\n"
    "more, 2 or 1/2, the sign), transposed, a bias missing, slopes forgotten or taken at the wrong place,\n"
    "another kink convention, another layer, weights updated too early, stale activations, rows left out or out\n"
    "of step, scaling left out. What fits none is said to be not known, with the closest. Weights before or\n"
    "after an update, of all layers or of some, are looked for along the gradient: a step of plain gradient\n"
    "descent whose rate is solved for.\n"
    "The exit status is 0 when the gradient is right, 1 when it is not: also when only its shape is that of the\n"
    "transpose. Numbers in one line lie either way.",
    "glassnet diagnose model.safetensors iris.csv --grad mine.csv\n"
    "glassnet diagnose model.safetensors iris.csv --grad dW1.npy --tensor 0.weight\n"
};
