/* diagnose_sheet.c -- a diagnosis as lines of a sheet.
 *
 * Invariant: every number shown is one of the diagnosis's. */
#include "calculus_internal.h"
#include "diagnose.h"

#include <math.h>
#include <string.h>

static const char *number_text(gn_sheet *s, double v, int digits)
{
    const char *text = gn_num_digits(GN_NUM, v, digits);
    return gn_arena_text(&s->arena, text, strlen(text));
}

static const char *agree_text(gn_sheet *s, const gn_finding *f)
{
    gn_text t;
    gn_text_init(&t, s->ctx);
    gn_text_printf(&t, "%zu of %zu", f->agree, f->entries);
    const char *copy = gn_text_done(&t) == GN_OK ? gn_arena_text(&s->arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return copy;
}

static void show_table(gn_sheet *s, const gn_diagnosis *d)
{
    size_t n = d->findings;
    const char **name = gn_arena_alloc(&s->arena, 4 * n + 1, sizeof *name);
    if (!name) {
        if (s->status == GN_OK) s->status = GN_NO_MEMORY;
        return;
    }
    const char **agree = name + n, **away = agree + n, **what = away + n;
    for (size_t i = 0; i < n; i++) {
        const gn_finding *f = &d->finding[i];
        name[i] = f->name;
        agree[i] = agree_text(s, f);
        away[i] = number_text(s, f->from_right, 2);
        what[i] = f->called;
        if ((!agree[i] || !away[i]) && s->status == GN_OK) s->status = GN_NO_MEMORY;
    }
    const gn_sheet_column column[] = { { .title = "tensor", .text = name },
                                       { .title = "agree", .text = agree },
                                       { .title = "from the right one", .text = away },
                                       { .title = "finding", .text = what } };
    if (s->status == GN_OK) gn_sheet_table(s, 0, "findings", GN_COUNT(column), n, column);
}

/* Is this the first finding of its kind? Its cure is said once. */
static bool first_of_kind(const gn_diagnosis *d, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (d->finding[i].mistake == d->finding[at].mistake && d->finding[i].sign == d->finding[at].sign) return false;
    return true;
}

static void say_cure(gn_sheet *s, const gn_finding *f)
{
    bool shape = f->transposed && f->mistake != GN_MISTAKE_TRANSPOSED && f->mistake != GN_MISTAKE_LAYER;
    gn_sheet_text(s, 0, "To do: %s%s%s%s%s.", f->sign ? gn_mistake_cure(GN_MISTAKE_SIGN) : "", f->sign ? "; " : "",
                  gn_mistake_cure(f->mistake), shape ? "; " : "", shape ? gn_mistake_cure(GN_MISTAKE_TRANSPOSED) : "");
}

static void say_worst(gn_sheet *s, const gn_finding *f, int digits)
{
    if (f->mistake == GN_MISTAKE_UNKNOWN)
        gn_sheet_text(s, 0, "%s: furthest off is %s: %s where %s is right.", f->name, f->at,
                      gn_calc_number(GN_NUM, f->given, digits), gn_calc_number(GN_NUM, f->right, digits));
}

/* What the answer "not known" leaves open. */
static void say_limits(gn_sheet *s, const gn_diagnosis *d)
{
    bool unknown = false;
    for (size_t i = 0; i < d->findings; i++) unknown |= d->finding[i].mistake == GN_MISTAKE_UNKNOWN;
    if (!unknown) return;
    if (d->no_rows) gn_sheet_text(s, 0, "Rows left out were not looked for: the batch is too large.");
    if (d->no_stale) gn_sheet_text(s, 0, "Stale gradients were not looked for: rows times parameters are too many.");
}

/* Two tensors that hold each other's numbers. */
static void say_exchanged(gn_sheet *s, const gn_diagnosis *d)
{
    for (size_t i = 0; i < d->findings; i++)
        for (size_t k = i + 1; k < d->findings; k++) {
            const gn_finding *a = &d->finding[i], *b = &d->finding[k];
            if (a->mistake != GN_MISTAKE_LAYER || b->mistake != GN_MISTAKE_LAYER) continue;
            if (a->row == b->tensor && b->row == a->tensor)
                gn_sheet_text(s, 0, "%s and %s are exchanged: each holds the other's gradient.", a->name, b->name);
        }
}

void gn_diagnosis_sheet(gn_sheet *s, const gn_diagnosis *d)
{
    if (!isfinite(d->loss))
        gn_sheet_text(s, 0, "The loss itself is %s: look for nan and inf in the weights and the data first.",
                      gn_num(GN_NUM, d->loss));
    if (d->right) gn_sheet_text(s, 0, "The gradient is right.");
    else if (d->mistake == GN_MISTAKE_NO_RIGHT)
        gn_sheet_text(s, 0, "The gradient cannot be judged: the network's own is not finite.");
    else gn_sheet_text(s, 0, "The gradient is not right: %s.", d->called);
    show_table(s, d);
    for (size_t i = 0; i < d->findings; i++) {
        const gn_finding *f = &d->finding[i];
        if (f->mistake == GN_MISTAKE_RIGHT && f->agree == f->entries && d->findings > 1) continue;
        gn_sheet_text(s, 0, "%s: %s: %s.", f->name, f->called, f->evidence);
        say_worst(s, f, d->digits);
        if (f->mistake != GN_MISTAKE_RIGHT && f->mistake != GN_MISTAKE_UNKNOWN && first_of_kind(d, i)) say_cure(s, f);
    }
    say_exchanged(s, d);
    say_limits(s, d);
}
