/* diagnose_words.c -- what speaks for a finding, in words made from its numbers.
 *
 * Invariant: a sentence says only what was measured: ratios, distances, entries that agree. */
#include "calculus_internal.h"
#include "diagnose_internal.h"

#include <math.h>
#include <string.h>

enum { LISTED = 6 };

static void put_spread(gn_text *t, const gn_finding *f)
{
    const char *spread = gn_num_digits(GN_NUM, f->spread, 2);
    if (f->entries > 1) gn_text_printf(t, " for all %zu entries, to %s", f->entries, spread);
    else gn_text_printf(t, " of the one entry, to %s", spread);
}

/* A norm that is a round number is seldom chance. */
static void say_norm(gn_text *t, const gn_case *c)
{
    double size = 0;
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = 0; c->u[i] && k < c->slot[i].size; k++) size += c->u[i][k] * c->u[i][k];
    size = sqrt(size);
    double step = pow(10, floor(log10(size)));
    if (size > 0 && fabs(size / step - round(size / step)) < 1e-6)
        gn_text_printf(t, "; the norm of what was given is %s, a round number, as clipping leaves it",
                       gn_num_digits(GN_NUM, size, 5));
}

static void say_factor(gn_text *t, const gn_case *c, const gn_finding *f)
{
    gn_text_puts(t, "given/right = ");
    gn_put_ratio(t, f->factor, c->digits);
    put_spread(t, f);
    double rows = (double)c->at.rows;
    if (f->mistake == GN_MISTAKE_BATCH_AGAIN || f->mistake == GN_MISTAKE_SUM_NOT_MEAN)
        gn_text_printf(t, "; the batch has %s rows", gn_num_digits(GN_NUM, rows, 17));
    bool parts = f->mistake == GN_MISTAKE_FACTOR && gn_put_parts(t, c, f->factor);
    if (f->mistake == GN_MISTAKE_FACTOR && f->factor < 0 && !parts)
        gn_text_puts(t, ", below 0, as of an update -rate*g");
    if (f->mistake == GN_MISTAKE_FACTOR) say_norm(t, c);
    if (f->mistake == GN_MISTAKE_MEAN_NOT_SUM)
        gn_text_printf(t, "; the loss in force is the %s over %zu row%s", c->at.net->spec.reduction, c->at.rows,
                       GN_S(c->at.rows));
}

/* Which entries do not agree, the first few, where all the others do. */
static void say_off(gn_text *t, const gn_case *c, const gn_finding *f)
{
    size_t off = f->entries - f->agree, said = 0;
    gn_text_printf(t, "%zu of %zu entries are right; ", f->agree, f->entries);
    for (size_t i = 0; i < f->entries && said < LISTED; i++) {
        if (gn_case_agrees(c, f->tensor, i)) continue;
        gn_text_puts(t, !said ? "" : said + 1 == off ? " and " : ", ");
        gn_put_entry(t, &c->slot[f->tensor], i);
        said++;
    }
    if (off > said) gn_text_printf(t, " and %zu more", off - said);
    gn_text_puts(t, off == 1 ? " is not: " : " are not: furthest off is ");
    if (off > 1) gn_text_printf(t, "%s, ", f->at);
    gn_text_printf(t, "%s where %s is right", gn_calc_number(GN_NUM, f->given, c->digits),
                   gn_calc_number(GN_NUM, f->right, c->digits));
}

/* Near in the norm of all entries is not yet near in each. */
static void say_right(gn_text *t, const gn_case *c, const gn_finding *f)
{
    gn_text_printf(t, "equal to the engine's to %s", gn_num_digits(GN_NUM, f->distance, 2));
    if (f->agree == f->entries) return;
    const double *given = c->u[f->tensor], *right = c->right + c->slot[f->tensor].offset;
    size_t worst = 0;
    for (size_t i = 1; i < f->entries; i++)
        if (gn_check_error(given[i], right[i], c->floor) > gn_check_error(given[worst], right[worst], c->floor))
            worst = i;
    gn_text_printf(t, " in the norm of all entries; %zu of %zu agree each by itself, the least ", f->agree, f->entries);
    gn_put_entry(t, &c->slot[f->tensor], worst);
    gn_text_printf(t, ", %s where %s is right", gn_calc_number(GN_NUM, given[worst], c->digits),
                   gn_calc_number(GN_NUM, right[worst], c->digits));
}

static void say_unknown(gn_text *t, const gn_finding *f)
{
    gn_text_printf(t, "%zu of %zu entries agree; the closest is \"%s\" at a distance of %s", f->agree, f->entries,
                   gn_mistake_name(f->closest), gn_num_digits(GN_NUM, f->distance, 3));
    if (gn_finding_is_rounded(f))
        gn_text_printf(t, ", as after rounding to %d digits", (int)ceil(-log10(f->distance)));
}

/* What is of another moment, which moment, and what the step between moved. */
static void say_moment(gn_text *t, const gn_case *c, const gn_candidate *a)
{
    static const char *const what[GN_STALE_WAYS] = {
        [GN_STALE_INPUTS] = "the inputs of the layers are those", [GN_STALE_DELTAS] = "the deltas are those",
        [GN_STALE_FORWARD] = "the whole forward pass is that", [GN_STALE_ALL] = "it is that",
    };
    if (a->way == GN_STALE_EARLY) {
        gn_text_printf(t, "; with the rate %s", gn_calc_number(GN_NUM, fabs(a->rate), c->digits));
        return;
    }
    gn_text_printf(t, "; %s of the weights %s a step of gradient descent at the rate %s", what[a->way],
                   a->rate > 0 ? "before" : "after", gn_calc_number(GN_NUM, fabs(a->rate), c->digits));
    size_t said = 0;
    for (size_t i = 0; a->moved && i < c->slots; i++)
        if (a->moved[i]) gn_text_printf(t, "%s%s", said++ ? ", " : " of ", c->slot[i].name);
    if (a->moved) gn_text_puts(t, " alone");
}

/* The right numbers of another tensor. */
static void say_layer(gn_text *t, const gn_case *c, const gn_judgement *j, const gn_finding *f)
{
    gn_text_printf(t, "equal to the right gradient of %s%s%s, to %s", c->slot[j->candidate->row].name,
                   j->flipped != f->transposed ? ", transposed," : "", f->entries > 1 ? " in every entry" : "",
                   gn_num_digits(GN_NUM, f->distance, 2));
    if (f->with_factor) {
        gn_text_puts(t, ", times ");
        gn_put_ratio(t, f->factor, c->digits);
    }
    gn_text_printf(t, "; from its own it is %s away", gn_num_digits(GN_NUM, f->from_right, 3));
}

static void say_transposed(gn_text *t, const gn_case *c, const gn_finding *f)
{
    const gn_slot *s = &c->slot[f->tensor];
    gn_text_printf(t, "given as %zu by %zu where the weight is %zu by %zu; its numbers are the right ones, to %s",
                   s->cols, s->rows, s->rows, s->cols, gn_num_digits(GN_NUM, f->distance, 2));
}

static void say_structure(gn_text *t, const gn_case *c, const gn_judgement *j, const gn_finding *f)
{
    const gn_candidate *a = j->candidate;
    gn_text_printf(t, "equal to what it gives%s, to %s", f->entries > 1 ? " in every entry" : "",
                   gn_num_digits(GN_NUM, f->distance, 2));
    if (f->with_factor) {
        gn_text_puts(t, ", times ");
        gn_put_ratio(t, f->factor, c->digits);
    }
    if (a->more) gn_text_printf(t, "; %s", a->more);
    if (a->layer != SIZE_MAX) gn_text_printf(t, "; in layer %d alone", c->at.net->layer[a->layer].number);
    if (f->mistake == GN_MISTAKE_DECAY) gn_text_printf(t, "; right + %s*w", gn_calc_number(GN_NUM, a->rate, c->digits));
    else if (f->mistake == GN_MISTAKE_CLIPPED)
        gn_text_printf(t, "; none is larger than %s", gn_calc_number(GN_NUM, a->rate, c->digits));
    else if (a->searched) say_moment(t, c, a);
    if (f->mistake == GN_MISTAKE_ROW_MISSING || f->mistake == GN_MISTAKE_ONE_ROW)
        gn_text_printf(t, "; row %zu of %zu, from 0", a->row, c->at.rows);
    if (f->mistake == GN_MISTAKE_FIRST_ROWS) gn_text_printf(t, "; the first %zu of %zu", a->row, c->at.rows);
    if (a->own_mean != 0 && f->factor == a->own_mean) gn_text_puts(t, "; as the mean of the rows that are there");
    gn_text_printf(t, "; from the right one it is %s away", gn_num_digits(GN_NUM, f->from_right, 3));
}

static void say_missing(gn_text *t, const gn_case *c, const gn_finding *f)
{
    double most = 0;
    for (size_t i = 0; c->u[f->tensor] && i < f->entries; i++) most = fmax(most, fabs(c->u[f->tensor][i]));
    if (most > 0) gn_text_printf(t, "zero up to rounding, at most %s", gn_num_digits(GN_NUM, most, 2));
    else gn_text_puts(t, c->u[f->tensor] ? "nothing but zeros" : "it is not there");
    gn_text_printf(t, "; the right one has %zu %s",
                   f->entries, f->entries == 1 ? "entry, " : "entries, the largest ");
    gn_text_puts(t, gn_calc_number(GN_NUM, f->right, c->digits));
}

/* Which entries are nan or inf, the first few. */
static void say_spoilt(gn_text *t, const gn_case *c, const gn_finding *f)
{
    const gn_slot *s = &c->slot[f->tensor];
    const double *v = f->mistake == GN_MISTAKE_NO_RIGHT ? c->right + s->offset : c->u[f->tensor];
    size_t spoilt = 0, said = 0;
    for (size_t i = 0; i < s->size; i++) spoilt += !isfinite(v[i]);
    gn_text_printf(t, "%zu of %zu %s", spoilt, s->size, s->size == 1 ? "entry" : "entries");
    if (f->mistake == GN_MISTAKE_NO_RIGHT) gn_text_puts(t, " of the right one");
    gn_text_printf(t, " %s not finite:", spoilt == 1 ? "is" : "are");
    for (size_t i = 0; i < s->size && said < LISTED; i++) {
        if (isfinite(v[i])) continue;
        gn_text_puts(t, said ? ", " : " ");
        gn_put_entry(t, s, i);
        gn_text_printf(t, " is %s", gn_num(GN_NUM, v[i]));
        said++;
    }
    if (spoilt > said) gn_text_puts(t, " and so on");
    if (f->mistake == GN_MISTAKE_NOT_FINITE && spoilt < s->size)
        gn_text_printf(t, "; %zu of the other %zu agree", f->agree, s->size - spoilt);
}

static void say(gn_text *t, const gn_case *c, const gn_judgement *j, const gn_finding *f)
{
    if (f->mistake == GN_MISTAKE_BIAS_MISSING || f->mistake == GN_MISTAKE_ZERO) say_missing(t, c, f);
    else if (f->mistake == GN_MISTAKE_NOT_FINITE || f->mistake == GN_MISTAKE_NO_RIGHT) say_spoilt(t, c, f);
    else if (f->mistake == GN_MISTAKE_UNKNOWN) say_unknown(t, f);
    else if (f->mistake == GN_MISTAKE_RIGHT) say_right(t, c, f);
    else if (f->mistake == GN_MISTAKE_ENTRIES) say_off(t, c, f);
    else if (f->mistake == GN_MISTAKE_LAYER) say_layer(t, c, j, f);
    else if (f->mistake == GN_MISTAKE_TRANSPOSED && f->transposed) say_transposed(t, c, f);
    else if (j->candidate->mistake == GN_MISTAKE_RIGHT && !j->flipped) say_factor(t, c, f);
    else say_structure(t, c, j, f);
    bool said = f->mistake == GN_MISTAKE_TRANSPOSED || f->mistake == GN_MISTAKE_LAYER;
    if (f->transposed && !said) gn_text_puts(t, "; it was given in the shape of the transpose");
    for (size_t i = 0; i < f->alsos; i++)
        gn_text_printf(t, "%s\"%s\"", i ? ", " : "; as well explained by ", gn_mistake_name(f->also[i]));
}

gn_status gn_diagnose_words(const gn_case *c, const gn_judgement *j, gn_finding *f)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    say(&t, c, j, f);
    size_t n = t.length < sizeof f->evidence - 1 ? t.length : sizeof f->evidence - 1;
    if (t.at) memcpy(f->evidence, t.at, n);
    f->evidence[n] = 0;
    bool failed = t.failed;
    gn_text_free(&t);
    return failed ? GN_NO_MEMORY : GN_OK;
}
