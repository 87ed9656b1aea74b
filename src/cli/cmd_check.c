/* cmd_check.c -- is a network's gradient right: the engine's own, or one that the user computed.
 *
 * Invariant: the exit status is 0 only when every entry that was checked passes. */
#include "grad_file.h"
#include "subject.h"
#include "../lens/facts.h"

#include <math.h>
#include <string.h>

#define WORK 4e9                /* multiplications that differences may cost, when --rows does not say */
enum { ROWS_LEAST = 16 };

typedef struct gn_checking {
    gn_cli *cli;
    gn_subject subject;
    gn_check_options how;
    gn_objective *o;
    double *own, *judged;       /* (n) */
    bool given;                 /* judged is the user's */
    double *rounding;           /* (n): all that was given is float32; or NULL */
    gn_grad_file file;
    bool *only;                 /* (tensors of the objective): those that the file has */
    gn_diagnosis diagnosis;
    gn_sheet sheet;
} gn_checking;

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* As many as differences of that many entries can afford. */
static size_t affordable(const gn_checking *c)
{
    double n = (double)gn_net_parameters(c->subject.net), checked = n;
    if (!c->how.full && n > (double)c->how.most) checked = (double)(c->how.sample * gn_net_tensors(c->subject.net));
    double rows = WORK / (4 * n * checked);
    return rows < ROWS_LEAST ? ROWS_LEAST : rows > 1e9 ? 0 : (size_t)rows;
}

static gn_status choose_rows(gn_checking *c)
{
    bool said = gn_option_given(c->cli->options, GN_O_ROWS) || gn_option_given(c->cli->options, GN_O_GRAD);
    size_t most = (size_t)gn_option_int(c->cli->options, GN_O_ROWS);
    return gn_subject_rows(c->cli, &c->subject, said ? most : affordable(c), !said);
}

static bool spaced(const gn_checking *c)
{
    return !gn_option_given(c->cli->options, GN_O_ROWS) && !gn_option_given(c->cli->options, GN_O_GRAD);
}

/* ---- what is judged ---------------------------------------------------------------------------------------------- */

/* The user's numbers into the places of their tensors. */
static void put_given(gn_checking *c)
{
    const gn_grad_file *f = &c->file;
    for (size_t i = 0; i < f->count; i++) {
        const gn_given *g = &f->given[i];
        size_t at = g->tensor == SIZE_MAX ? c->diagnosis.finding[0].tensor : g->tensor;
        gn_objective_tensor t = gn_objective_tensor_at(c->o, at);
        size_t cols = t.rank == 2 ? t.dim[1] : 1, rows = t.size / cols;
        bool flip = t.rank == 2 && (g->rows != rows || g->cols != cols);
        for (size_t k = 0; k < t.size; k++)
            c->judged[t.offset + k] = !g->value ? 0 : g->value[flip ? k % cols * rows + k / cols : k];
        if (f->count == 1) c->how.tensor = at;
        c->only[at] = true;
    }
    c->how.only = c->only;
}

static bool all_narrow(const gn_checking *c)
{
    const gn_grad_file *f = &c->file;
    for (size_t i = 0; i < f->count; i++) {
        const gn_given *g = &f->given[i];
        if (!gn_check_is_narrow(g->value, g->rows * g->cols)) return false;
    }
    return f->count > 0 && gn_objective_size(c->o) > 0;
}

static gn_status allow_rounding(gn_checking *c)
{
    gn_context *ctx = c->cli->ctx;
    c->rounding = gn_alloc_array(ctx, gn_objective_size(c->o) + 1, sizeof *c->rounding);
    c->how.rounding = c->rounding;
    return c->rounding ? gn_check_rounding(ctx, c->subject.net, &c->subject.rows, c->rounding) : GN_NO_MEMORY;
}

static gn_status read_given(gn_checking *c)
{
    gn_cli *cli = c->cli;
    gn_grad_file *f = &c->file;
    if (!gn_option_given(cli->options, GN_O_GRAD)) return GN_OK;
    c->given = true;
    GN_TRY(gn_grad_file_open(cli, c->subject.net, gn_option_text(cli->options, GN_O_GRAD),
                             gn_option_text(cli->options, GN_O_TENSOR), f));
    gn_diagnose_how how = { f->whole, c->how.digits };
    GN_TRY(gn_diagnose_as(cli->ctx, c->subject.net, &c->subject.rows, f->given, f->count, how, &c->diagnosis));
    if (!(c->only = gn_calloc(cli->ctx, gn_objective_tensors(c->o) + 1, sizeof *c->only))) return GN_NO_MEMORY;
    put_given(c);
    return all_narrow(c) ? allow_rounding(c) : GN_OK;
}

/* ---- the verdict on what was given ------------------------------------------------------------------------------- */

static bool absent(const gn_checking *c, size_t tensor)
{
    for (size_t i = 0; i < c->file.count; i++)
        if (c->file.given[i].tensor == tensor && !c->file.given[i].value) return true;
    return false;
}

/* Is it no further from the engine's than float32 leaves it, in every entry? */
static bool rounding_explains(const gn_checking *c, size_t tensor)
{
    gn_objective_tensor t = gn_objective_tensor_at(c->o, tensor);
    for (size_t i = t.offset; i < t.offset + t.size; i++)
        if (!c->rounding || !(fabs(c->judged[i] - c->own[i]) <= c->rounding[i])) return false;
    return true;
}

/* May what a finding says stand beside entries that pass? What float32 leaves may, and what no mistake is known for
 * when every entry was looked at. */
static bool may_pass(const gn_checking *c, const gn_check_report *r, const gn_finding *f)
{
    bool nameless = f->mistake == GN_MISTAKE_UNKNOWN || f->mistake == GN_MISTAKE_ENTRIES;
    if (f->transposed || absent(c, f->tensor)) return false;    /* numbers that pass are no gradient in that shape */
    return f->mistake == GN_MISTAKE_RIGHT || rounding_explains(c, f->tensor) || (r->full && nameless);
}

static const char *what_is_wrong(const gn_checking *c, const gn_check_report *r)
{
    for (size_t i = 0; c->given && i < c->diagnosis.findings; i++)
        if (!may_pass(c, r, &c->diagnosis.finding[i])) return c->diagnosis.finding[i].called;
    return NULL;
}

static gn_status open_judged(gn_checking *c)
{
    gn_context *ctx = c->cli->ctx;
    GN_TRY(gn_objective_net(ctx, c->subject.net, &c->subject.rows, &c->o));
    size_t n = gn_objective_size(c->o);
    c->own = gn_alloc_array(ctx, n + 1, sizeof *c->own);
    c->judged = gn_alloc_array(ctx, n + 1, sizeof *c->judged);
    if (!c->own || !c->judged) return GN_NO_MEMORY;
    GN_TRY(gn_objective_gradient(c->o, gn_objective_start(c->o), NULL, c->own));
    memcpy(c->judged, c->own, n * sizeof *c->own);
    return read_given(c);
}

/* ---- the sheet --------------------------------------------------------------------------------------------------- */

static gn_status begin(gn_checking *c)
{
    gn_text t;
    gn_text_init(&t, c->cli->ctx);
    gn_text_puts(&t, c->given ? "check of a gradient for " : "gradient check of ");
    gn_subject_title(c->cli, &c->subject, &t);
    gn_status s = gn_text_done(&t);
    if (s == GN_OK) gn_sheet_open(&c->sheet, c->cli->ctx, t.at);
    gn_text_free(&t);
    return s;
}

static void state_facts(gn_checking *c, const gn_check_report *r)
{
    gn_text t;
    gn_text_init(&t, c->cli->ctx);
    gn_subject_rows_text(&c->subject, spaced(c), &t);
    gn_check_loss_fact(&c->sheet, c->subject.net, r->loss, r->digits, t.at ? t.at : "");
    gn_text_free(&t);
    if (c->given) gn_sheet_fact(&c->sheet, "the gradient is from %s, read %s%s",
                                gn_option_text(c->cli->options, GN_O_GRAD), c->how.tensor == SIZE_MAX ? "" : "as ",
                                c->how.tensor == SIZE_MAX ? c->file.how
                                                          : gn_objective_tensor_at(c->o, c->how.tensor).name);
    gn_grad_file_facts(&c->file, &c->sheet);
    if (c->rounding)
        gn_sheet_fact(&c->sheet, "its numbers are float32: it passes too within twice what %s last bits of weights and "
                      "inputs move it by", gn_num(GN_NUM, GN_CHECK_BITS));
    if (!r->full)
        gn_sheet_fact(&c->sheet, "%zu of %zu parameters, drawn by the seed %llu; --full checks every one", r->checked,
                      r->parameters, (unsigned long long)c->how.seed);
    gn_facts_mode(&c->sheet, c->subject.net, c->subject.model && gn_recorded_weights(c->subject.model->options));
    gn_check_facts(&c->sheet, r);
}

static gn_status add_steps(gn_checking *c)
{
    double *v = gn_alloc_array(c->cli->ctx, gn_objective_size(c->o) + 1, sizeof *v);
    if (!v) return GN_NO_MEMORY;
    gn_check_direction_of(c->o, &c->how, 0, v);
    gn_status s = gn_check_steps_sheet(&c->sheet, c->o, v, c->own);
    gn_free(c->cli->ctx, v);
    return s;
}

/* Entries pass, and the whole is not the right one: what is between. */
static void say_between(gn_checking *c)
{
    for (size_t i = 0; i < c->diagnosis.findings; i++) {
        const gn_finding *f = &c->diagnosis.finding[i];
        if (f->mistake != GN_MISTAKE_RIGHT)
            gn_sheet_text(&c->sheet, 0, "%s: %s from the right one in the norm of all entries, each of which passes.",
                          f->name, gn_num_digits(GN_NUM, f->from_right, 2));
    }
}

static double furthest(const gn_diagnosis *d)
{
    double far = 0;
    for (size_t i = 0; i < d->findings; i++) far = fmax(far, d->finding[i].from_right);
    return far;
}

static void show_diagnosis(gn_checking *c, const gn_check_report *r)
{
    if (!c->diagnosis.right && !r->wrong && gn_verdict_ok(r->verdict)) {
        say_between(c);
    } else if (!c->diagnosis.right) {
        gn_sheet_section(&c->sheet, 0, "diagnosis");
        gn_diagnosis_sheet(&c->sheet, &c->diagnosis);
    } else if (!gn_verdict_ok(r->verdict)) {
        gn_sheet_text(&c->sheet, 0, "No mistake is diagnosed: tensor by tensor the gradient is within %s of the right "
                      "one in the norm of its entries, which the check by entries does not let pass.",
                      gn_num_digits(GN_NUM, furthest(&c->diagnosis), 2));
    }
}

static gn_status show(gn_checking *c, const gn_check_report *r, const gn_check_oracles *oracle)
{
    GN_TRY(begin(c));
    state_facts(c, r);
    gn_check_sheet(&c->sheet, c->o, r);
    bool finite = isfinite(r->loss);
    if (!c->given && finite) gn_check_oracles_sheet(&c->sheet, c->o, oracle);
    if (c->given) show_diagnosis(c, r);
    if (finite) GN_TRY(add_steps(c));
    return gn_cli_sheet(c->cli, &c->sheet);
}

static gn_status judge(gn_checking *c)
{
    gn_check_report r = { 0 };
    gn_check_oracles oracle = { 0 };
    gn_context *ctx = c->cli->ctx;
    gn_status s = gn_gradient_check(ctx, c->o, c->judged, &c->how, &r);
    if (s == GN_OK && !c->given)
        s = gn_check_oracles_run(ctx, c->subject.net, &c->subject.rows, c->o, c->own, &c->how, &oracle);
    r.wrong = s == GN_OK ? what_is_wrong(c, &r) : NULL;
    if (s == GN_OK) s = show(c, &r, &oracle);
    bool ok = s == GN_OK && gn_verdict_ok(r.verdict) && (c->given || gn_check_oracles_ok(&oracle)) && !r.wrong;
    gn_free(ctx, oracle.precision);
    gn_check_report_free(&r);
    return s == GN_OK && !ok ? GN_NEGATIVE : s;
}

static gn_status prepare(gn_checking *c)
{
    const gn_options *o = c->cli->options;
    const char *tensor = gn_option_text(o, GN_O_TENSOR);
    gn_check_defaults(&c->how);
    c->how.full = gn_option_flag(o, GN_O_FULL);
    c->how.seed = (uint64_t)gn_option_int(o, GN_O_SEED);
    c->how.digits = (int)gn_option_int(o, GN_O_DIGITS);
    if (*tensor) GN_TRY(gn_trainable_find(c->cli, c->subject.net, tensor, &c->how.tensor));
    GN_TRY(choose_rows(c));
    return open_judged(c);
}

static gn_status run(gn_cli *cli)
{
    gn_checking c = { .cli = cli };
    GN_TRY(gn_subject_open(cli, true, &c.subject));
    gn_status s = prepare(&c);
    if (s == GN_OK) s = judge(&c);
    gn_sheet_free(&c.sheet);
    gn_diagnosis_free(&c.diagnosis);
    gn_grad_file_close(&c.file);
    gn_free(cli->ctx, c.only);
    gn_objective_free(c.o);
    gn_free(cli->ctx, c.own);
    gn_free(cli->ctx, c.judged);
    gn_free(cli->ctx, c.rounding);
    gn_subject_close(cli, &c.subject);
    return s;
}

const gn_command_body gn_cmd_check = {
    run,
    "The gradient of MODEL on DATA, or of a fresh network described by --net or --layers on DATA alone, against\n"
    "central differences in float64, parameter by parameter (all up to 5000, else 20 of each tensor; --full),\n"
    "and along random directions against forward mode; Taylor's remainders, the Hessian's symmetry, complex\n"
    "step and the plain plan besides. At a kink crossed by a step the slopes of both sides are taken.\n"
    "--grad FILE checks a gradient you computed, and names its mistake when it is wrong: CSV (a row for each\n"
    "output), NPY or safetensors, of one tensor or of all one after another.\n"
    "The exit status is 1 when something does not pass, \"suspicious\" included.",
    "glassnet check model.safetensors iris.csv\n"
    "glassnet check xor --net \"3 tanh\" --full\n"
    "glassnet check model.safetensors iris.csv --tensor 0.weight --rows 20\n"
    "glassnet check model.safetensors iris.csv --grad mine.csv --tensor 0.weight\n"
};
