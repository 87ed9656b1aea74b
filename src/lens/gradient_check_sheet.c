/* gradient_check_sheet.c -- a gradient check as a sheet: what was compared with what, and the verdicts.
 *
 * Invariant: every number shown is one of the report's; words are chosen by numbers. */
#include "calculus_internal.h"
#include "gradient_check_internal.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { STEPS = 12, NAMED = 5 };

/* ---- texts that live as long as the sheet ------------------------------------------------------------------------ */

static const char *keep_text(gn_sheet *s, gn_text *t)
{
    char *copy = gn_text_done(t) == GN_OK ? gn_arena_text(&s->arena, t->at ? t->at : "", t->length) : NULL;
    gn_text_free(t);
    if (!copy && s->status == GN_OK) s->status = GN_NO_MEMORY;
    return copy ? copy : "";
}

static void *room(gn_sheet *s, size_t n, size_t size)
{
    void *at = gn_arena_alloc(&s->arena, n + 1, size);
    if (!at && s->status == GN_OK) s->status = GN_NO_MEMORY;
    return at;
}

static const char *number_text(gn_sheet *s, double v, int digits)
{
    const char *text = gn_num_digits(GN_NUM, v, digits);
    char *copy = gn_arena_text(&s->arena, text, strlen(text));
    if (!copy && s->status == GN_OK) s->status = GN_NO_MEMORY;
    return copy ? copy : "";
}

/* Within a sentence. */
static const char *said_text(gn_sheet *s, double v, int digits)
{
    const char *text = gn_calc_number(GN_NUM, v, digits);
    char *copy = gn_arena_text(&s->arena, text, strlen(text));
    if (!copy && s->status == GN_OK) s->status = GN_NO_MEMORY;
    return copy ? copy : "";
}

static const char *entry_text(gn_sheet *s, const gn_objective *o, size_t index)
{
    gn_text t;
    gn_text_init(&t, s->ctx);
    gn_objective_name(o, index, &t);
    return keep_text(s, &t);
}

static const char *count_text(gn_sheet *s, size_t checked, size_t size)
{
    gn_text t;
    gn_text_init(&t, s->ctx);
    if (checked == size) gn_text_printf(&t, "%zu", size);
    else gn_text_printf(&t, "%zu of %zu", checked, size);
    return keep_text(s, &t);
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

void gn_check_loss_fact(gn_sheet *s, const gn_net *net, double loss, int digits, const char *rows)
{
    const gn_net_spec *spec = gn_net_get_spec(net);
    const gn_loss_row *row = &gn_loss_table()[net->loss];
    bool linked = row->link == GN_LINK_IDENTITY && spec->task != GN_REGRESSION;
    const char *link = !linked ? "" : spec->task == GN_BINARY ? " of sigmoid(z)" : " of softmax(z)";
    const char *value = gn_calc_number(GN_NUM, loss, digits);
    if (row->per_row || spec->outputs < 2)
        gn_sheet_fact(s, "L = %s: %s of %s%s over %s", value, spec->reduction, spec->loss, link, rows);
    else gn_sheet_fact(s, "L = %s: %s of %s%s over %zu outputs and %s", value, spec->reduction, spec->loss, link,
                       spec->outputs, rows);
}

void gn_check_facts(gn_sheet *s, const gn_check_report *r)
{
    gn_sheet_fact(s, "float64; numeric: (L(x + h) - L(x - h))/2h with h = cbrt(2^-52)*max(1, |x|), made exact");
    gn_sheet_fact(s, "error: |analytic - numeric|/max(|analytic|, |numeric|, %s)",
                  gn_calc_number(GN_NUM, r->floor, r->digits));
    gn_sheet_fact(s, "excellent to 1e-7, pass to 1e-5, with kinks nearby to 1e-4, suspicious to 1e-2, else FAIL");
    gn_sheet_fact(s, "at a kink any slope between the two sides is right; the engine's is the stated one: relu 0, "
                     "|x| 0, leaky relu alpha");
}

/* ---- entries ----------------------------------------------------------------------------------------------------- */

typedef struct gn_entry_columns {
    const char **tensor, **count, **entry, **verdict, **error;
    double *analytic, *numeric, *kinks;
} gn_entry_columns;

static bool open_columns(gn_sheet *s, size_t n, gn_entry_columns *c)
{
    c->tensor = room(s, n, sizeof *c->tensor);
    c->count = room(s, n, sizeof *c->count);
    c->entry = room(s, n, sizeof *c->entry);
    c->verdict = room(s, n, sizeof *c->verdict);
    c->error = room(s, n, sizeof *c->error);
    c->analytic = room(s, n, sizeof *c->analytic);
    c->numeric = room(s, n, sizeof *c->numeric);
    c->kinks = room(s, n, sizeof *c->kinks);
    return s->status == GN_OK;
}

static void show_tensors(gn_sheet *s, const gn_objective *o, const gn_check_report *r)
{
    gn_entry_columns c;
    bool kinks = false;
    if (!open_columns(s, r->tensors, &c)) return;
    for (size_t i = 0; i < r->tensors; i++) {
        const gn_check_tensor *t = &r->tensor[i];
        gn_objective_tensor at = gn_objective_tensor_at(o, t->tensor);
        c.tensor[i] = at.name;
        c.count[i] = count_text(s, t->checked, at.size);
        c.entry[i] = t->compared ? entry_text(s, o, t->largest.index) : "";
        c.error[i] = t->compared ? number_text(s, t->largest.error, 2) : "none compared";
        c.verdict[i] = gn_verdict_name(t->verdict);
        c.kinks[i] = (double)t->kinks;
        kinks |= t->kinks > 0;
    }
    const gn_sheet_column all[] = {
        { .title = "tensor", .text = c.tensor },    { .title = "checked", .text = c.count },
        { .title = "kinks", .number = c.kinks },    { .title = "largest error", .text = c.error },
        { .title = "at", .text = c.entry },         { .title = "verdict", .text = c.verdict },
    };
    gn_sheet_column shown[GN_COUNT(all)];
    size_t n = 0;
    for (size_t i = 0; i < GN_COUNT(all); i++)
        if (i != 2 || kinks) shown[n++] = all[i];
    gn_sheet_table(s, 0, "analytic against numeric, tensor by tensor", n, r->tensors, shown);
}

/* analytic, numeric and ratio of some entries */
static void show_entries(gn_sheet *s, const gn_objective *o, const char *caption, size_t n, const gn_check_entry *e)
{
    gn_entry_columns c;
    double *ratio = room(s, n, sizeof *ratio);
    if (!open_columns(s, n, &c) || !ratio) return;
    for (size_t i = 0; i < n; i++) {
        c.entry[i] = entry_text(s, o, e[i].index);
        c.analytic[i] = e[i].analytic;
        c.numeric[i] = e[i].numeric;
        ratio[i] = e[i].analytic / e[i].numeric;
        c.error[i] = number_text(s, e[i].error, 2);
        c.verdict[i] = gn_verdict_name(e[i].verdict);
    }
    const gn_sheet_column column[] = {
        { .title = "entry", .text = c.entry },        { .title = "analytic a", .name = "a", .number = c.analytic },
        { .title = "numeric n", .name = "n", .number = c.numeric },
        { .title = "ratio", .formula = "a/n", .number = ratio },
        { .title = "error", .text = c.error },        { .title = "verdict", .text = c.verdict },
    };
    gn_sheet_table(s, 0, caption, GN_COUNT(column), n, column);
}

/* Entries where a kink was crossed, the worst of each tensor. */
static void show_kinks(gn_sheet *s, const gn_objective *o, const gn_check_report *r)
{
    for (size_t i = 0; i < r->tensors; i++) {
        const gn_check_entry *e = &r->tensor[i].worst;
        if (!e->kink) continue;
        gn_text where;
        gn_text_init(&where, s->ctx);
        gn_objective_kink_name(o, e->kink_at, &where);
        gn_sheet_text(s, 0, "%s: kink crossed (%s); the slopes at the two sides are %s and %s, the gradient says %s.",
                      entry_text(s, o, e->index), keep_text(s, &where), said_text(s, e->left, r->digits),
                      said_text(s, e->right, r->digits), said_text(s, e->analytic, r->digits));
    }
}

/* ---- directions -------------------------------------------------------------------------------------------------- */

static void show_directions(gn_sheet *s, const gn_check_report *r)
{
    size_t n = r->directions;
    double *k = room(s, n, sizeof *k), *reverse = room(s, n, sizeof *k), *forward = room(s, n, sizeof *k);
    const char **error = room(s, n, sizeof *error);
    if (s->status != GN_OK || !n) return;
    for (size_t i = 0; i < n; i++) {
        k[i] = (double)i + 1;
        reverse[i] = r->direction[i].reverse;
        forward[i] = r->direction[i].forward;
        error[i] = number_text(s, r->direction[i].error, 2);
    }
    const gn_sheet_column column[] = { { .title = "direction", .number = k },
                                       { .title = "gradient . v", .number = reverse },
                                       { .title = "forward mode", .number = forward },
                                       { .title = "error", .text = error } };
    gn_sheet_table(s, 0, "along random unit directions v", GN_COUNT(column), n, column);
}

static void say_taylor(gn_sheet *s, const gn_taylor *t)
{
    bool finite = true;
    for (int i = 0; i < GN_TAYLOR_STEPS; i++) finite &= isfinite(t->zeroth[i]) && isfinite(t->first[i]);
    if (!finite) {
        gn_sheet_text(s, 0, "The loss or its slope along v is not finite: the remainders say nothing.");
        return;
    }
    if (isnan(t->slope[1])) {
        gn_sheet_text(s, 0, "The second remainder is lost in rounding: the loss is as good as linear along v.");
        return;
    }
    bool right = fabs(t->slope[1] - 2) < 0.2;
    gn_sheet_text(s, 0, "For every decade of h the first falls by %s and the second by %s decades: %s.",
                  number_text(s, t->slope[0], 3), number_text(s, t->slope[1], 3),
                  right ? "1 and 2, as with a right gradient"
                  : t->kink ? "not 1 and 2, but a kink is crossed on the way"
                  : t->slope[1] > 2 ? "more than 2, where the curvature along v is small"
                                    : "not 1 and 2: what is left over is of first order");
}

static void show_taylor(gn_sheet *s, const gn_taylor *t)
{
    const char *title[3] = { "h", "|L(p + hv) - L|", "|L(p + hv) - L - h g.v|" };
    const double *value[3] = { t->h, t->zeroth, t->first };
    gn_sheet_column column[3];
    for (int j = 0; j < 3; j++) {
        const char **text = room(s, GN_TAYLOR_STEPS, sizeof *text);
        if (!text) return;
        for (int i = 0; i < GN_TAYLOR_STEPS; i++) text[i] = number_text(s, value[j][i], 3);
        column[j] = (gn_sheet_column){ .title = title[j], .text = text };
    }
    gn_sheet_table(s, 0, "what is left of the loss after its value, and after its slope (Taylor)", 3, GN_TAYLOR_STEPS,
                   column);
    say_taylor(s, t);
}

/* ---- second order ------------------------------------------------------------------------------------------------ */

static void show_second(gn_sheet *s, const gn_check_report *r)
{
    if (!isfinite(r->uhv) || !isfinite(r->vhu)) {
        gn_sheet_text(s, 0, "The Hessian is not finite: u'Hv = %s, v'Hu = %s.", said_text(s, r->uhv, r->digits),
                      said_text(s, r->vhu, r->digits));
        return;
    }
    gn_sheet_text(s, 0, "The Hessian is symmetric: u'Hv = %s, v'Hu = %s, apart by %s (must be below %s): %s.",
                  said_text(s, r->uhv, r->digits), said_text(s, r->vhu, r->digits), number_text(s, r->symmetry, 2),
                  number_text(s, GN_CHECK_SYMMETRY, 2), r->symmetry <= GN_CHECK_SYMMETRY ? "ok" : "FAIL");
    if (r->product_kink)
        gn_sheet_text(s, 0, "Hv is not held against a difference of gradients: a kink lies between, where H jumps.");
    else
        gn_sheet_text(s, 0, "Hv against (g(p + hv) - g(p - hv))/2h with h = 1e-5: apart by %s.",
                      number_text(s, r->product_error, 2));
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

/* Parameters at which there is nothing to take a difference of. */
static void say_not_finite(gn_sheet *s, const gn_objective *o, const gn_check_report *r)
{
    const double *p = gn_objective_start(o);
    size_t said = 0;
    for (size_t i = 0, n = gn_objective_size(o); i < n && said <= NAMED; i++) {
        if (isfinite(p[i])) continue;
        if (said == NAMED) gn_sheet_text(s, 0, "More parameters are not finite.");
        else gn_sheet_text(s, 0, "The parameter %s is %s: no difference can be taken there.", entry_text(s, o, i),
                           said_text(s, p[i], r->digits));
        said++;
    }
    if (!isfinite(r->loss))
        gn_sheet_text(s, 0, "The loss is %s: nothing can be checked%s.", said_text(s, r->loss, r->digits),
                      said ? "" : ". `glassnet explain` names the first number that is not finite");
}

static void conclude(gn_sheet *s, const gn_objective *o, const gn_check_report *r)
{
    size_t failed = 0, kinks = 0;
    say_not_finite(s, o, r);
    if (!isfinite(r->loss)) return;
    for (size_t i = 0; i < r->tensors; i++) {
        failed += r->tensor[i].failed;
        kinks += r->tensor[i].kinks;
    }
    if (gn_verdict_ok(r->verdict) && r->wrong)
        gn_sheet_text(s, 0, "The gradient is NOT right: %s.", r->wrong);
    else if (gn_verdict_ok(r->verdict))
        gn_sheet_text(s, 0, "The gradient passes: %zu entr%s checked%s, the worst verdict is \"%s\".", r->checked,
                      r->checked == 1 ? "y" : "ies",
                      kinks ? ", some at kinks" : "", gn_verdict_name(r->verdict));
    else if (failed)
        gn_sheet_text(s, 0, "The gradient does NOT pass: %zu of the %zu entries checked %s wrong or suspicious.",
                      failed, r->checked, failed == 1 ? "is" : "are");
    else gn_sheet_text(s, 0, "The gradient does NOT pass: every entry checked is right, but not what is along v or of "
                             "second order.");
}

void gn_check_sheet(gn_sheet *s, const gn_objective *o, const gn_check_report *r)
{
    conclude(s, o, r);
    if (!isfinite(r->loss)) return;
    show_tensors(s, o, r);
    show_kinks(s, o, r);
    size_t worst = r->entries < 10 ? r->entries : 10;
    if (worst) show_entries(s, o, "entries that do not pass, worst first", worst, r->entry);
    show_directions(s, r);
    if (r->directions) show_taylor(s, &r->taylor);
    if (r->second) show_second(s, r);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* Does a step of h along v, either way, leave the pieces that the point is on the edge of? */
static gn_status crosses(gn_sheet *s, gn_objective *o, const double *v, double h, bool *yes)
{
    gn_checker c;
    double *there = room(s, gn_objective_size(o), sizeof *there);
    gn_status status = there ? gn_checker_open(s->ctx, o, gn_objective_start(o), &c) : GN_NO_MEMORY;
    *yes = false;
    if (!there) return status;
    for (int side = -1; side <= 1 && status == GN_OK && !*yes; side += 2) {
        for (size_t i = 0; i < c.n; i++) there[i] = c.p[i] + side * h * v[i];
        status = gn_checker_crossed(&c, there, yes, NULL);
    }
    gn_checker_close(&c);
    return status;
}

/* What the table of steps shows. */
static gn_status say_best_step(gn_sheet *s, gn_objective *o, const double *v, const double *h, size_t best, double error)
{
    bool at_once, there;
    const char *step = number_text(s, h[best], 1);
    GN_TRY(crosses(s, o, v, h[STEPS - 1], &at_once));
    GN_TRY(crosses(s, o, v, h[best], &there));
    if (at_once && !gn_verdict_ok(gn_verdict_of(error, true)))
        gn_sheet_text(s, 1, "No step helps a central difference: the point lies on a kink, and it mixes the slopes of both sides "
                      "however small h is. At a kink the check takes each side by itself.");
    else
        gn_sheet_text(s, 1, "Of these the best step for a central difference is %s: larger ones see the curvature "
                      "change%s, smaller ones lose the digits of the loss.", step, there ? " and cross kinks" : "");
    return GN_OK;
}

gn_status gn_check_steps_sheet(gn_sheet *s, gn_objective *o, const double *v, const double *gradient)
{
    double h[STEPS], central[STEPS], forward[STEPS], slope = 0;
    const char **text[3];
    size_t best = 0, n = gn_objective_size(o);
    for (size_t i = 0; i < n; i++) slope += gradient[i] * v[i];
    h[0] = 0.1;
    for (int i = 1; i < STEPS; i++) h[i] = h[i - 1] / 10;
    GN_TRY(gn_check_differences(s->ctx, o, gn_objective_start(o), v, STEPS, h, central, forward));
    for (int j = 0; j < 3; j++)
        if (!(text[j] = room(s, STEPS, sizeof **text))) return s->status;
    for (size_t i = 0; i < STEPS; i++) {
        double c = gn_check_error(slope, central[i], 0), f = gn_check_error(slope, forward[i], 0);
        text[0][i] = number_text(s, h[i], 1);
        text[1][i] = number_text(s, c, 2);
        text[2][i] = number_text(s, f, 2);
        if (c < gn_check_error(slope, central[best], 0)) best = i;
    }
    if (!isfinite(gn_check_error(slope, central[best], 0))) return gn_sheet_done(s); /* no step gives a number */
    const gn_sheet_column column[] = { { .title = "h", .text = text[0] },
                                       { .title = "central", .text = text[1] },
                                       { .title = "forward", .text = text[2] } };
    gn_sheet_table(s, 1, "error of a difference along the first direction, by its step", 3, STEPS, column);
    GN_TRY(say_best_step(s, o, v, h, best, gn_check_error(slope, central[best], 0)));
    return gn_sheet_done(s);
}
