/* facts_input.c -- what the input does to the output in a traced run: the rank of the Jacobian row by row, and whether
 * the output depends on the input at all.
 *
 * Invariant: a sentence says of which rows it is. */
#include "facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- which rows -------------------------------------------------------------------------------------------------- */

/* "on this row", "on every row", "on 2 of 8 rows (rows 0, 5)": those for which `is` holds; count: how many. */
static void put_rows(gn_text *to, const gn_trace *t, const gn_facts_about *of, const bool *is, size_t count)
{
    enum { MOST = 8 };
    if (t->rows == 1 || count == t->rows) {
        gn_text_puts(to, t->rows == 1 ? "on this row" : "on every row");
        return;
    }
    gn_text_printf(to, "on %zu of %zu rows (row%s ", count, t->rows, GN_S(count));
    for (size_t i = 0, said = 0; i < t->rows && said <= MOST; i++) {
        if (!is[i]) continue;
        if (said == MOST) gn_text_puts(to, ", ...");
        else gn_text_printf(to, "%s%u", said ? ", " : "", (unsigned)of->row[i]);
        said++;
    }
    gn_text_puts(to, ")");
}

/* ---- the Jacobian ------------------------------------------------------------------------------------------------ */

/* Gram-Schmidt with the largest remaining row first; a row counts while it is above the rounding of the run. */
size_t gn_facts_rank(gn_trace *t, size_t row)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs, rank = 0;
    double *a = t->jacobian ? gn_arena_alloc(&t->arena, m * n, sizeof *a) : NULL, first = 0;
    double least = t->net->spec.type == GN_F64 ? 1e-12 : 1e-5;
    for (size_t i = 0; a && i < m; i++)
        for (size_t j = 0; j < n; j++) a[i * n + j] = gn_trace_at(t, t->jacobian[i], row * n + j);
    for (; a && rank < m && rank < n; rank++) {
        size_t best = rank;
        double most = -1;
        for (size_t i = rank; i < m; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++) sum += a[i * n + j] * a[i * n + j];
            if (sum > most) most = sum, best = i;
        }
        if (rank == 0) first = most;
        if (!(most > 0) || sqrt(most) <= least * sqrt(first)) break;
        double norm = sqrt(most);
        for (size_t j = 0; j < n; j++) {
            double v = a[best * n + j];
            a[best * n + j] = a[rank * n + j];
            a[rank * n + j] = v / norm;
        }
        for (size_t i = rank + 1; i < m; i++) {
            double along = 0;
            for (size_t j = 0; j < n; j++) along += a[i * n + j] * a[rank * n + j];
            for (size_t j = 0; j < n; j++) a[i * n + j] -= along * a[rank * n + j];
        }
    }
    return rank;
}

static bool is_finite(const gn_trace *t, size_t row)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs;
    for (size_t i = 0; i < m * n; i++)
        if (!isfinite(gn_trace_at(t, t->jacobian[i / n], row * n + i % n))) return false;
    return true;
}

static void put_first(gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs;
    double *j = gn_arena_alloc(&t->arena, m * n, sizeof *j);
    char title[64] = "Jacobian of the outputs by the inputs";
    if (!j) return;
    for (size_t i = 0; i < m * n; i++) j[i] = gn_trace_at(t, t->jacobian[i / n], i % n);
    if (t->rows > 1) snprintf(title, sizeof title, "Jacobian in row %u, the first", (unsigned)of->row[0]);
    gn_sheet_given(s, 1, title, gn_sheet_symbol(s, "J", m, n, j, t->net->spec.type));
}

enum { NOT_FINITE = -1 };

/* The rows of one rank, in words. */
static void say_rank(const gn_trace *t, const gn_facts_about *of, const int *rank, int which, gn_sheet *s)
{
    size_t count = 0, m = t->net->spec.outputs, n = t->net->spec.inputs;
    bool *is = gn_alloc_array(t->ctx, t->rows, sizeof *is);
    gn_text where;
    if (!is) return;
    for (size_t i = 0; i < t->rows; i++) {
        is[i] = rank[i] == which;
        count += is[i];
    }
    gn_text_init(&where, t->ctx);
    put_rows(&where, t, of, is, count);
    const char *at = where.failed || !count ? NULL : where.at;
    if (at && which == NOT_FINITE)
        gn_sheet_text(s, 0, "%s the Jacobian is not finite: nothing can be said of its rank", at);
    else if (at && which == 0)
        gn_sheet_text(s, 0, "%s a small change of any input changes no output: the Jacobian is 0", at);
    else if (at)
        gn_sheet_text(s, 0, "%s the outputs depend on the inputs through %d direction%s only: the Jacobian has rank "
                      "%d of %zu", at, which, GN_S(which), which, m < n ? m : n);
    gn_text_free(&where);
    gn_free(t->ctx, is);
}

void gn_facts_put_jacobian(gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs;
    int *rank = t->jacobian ? gn_arena_alloc(&t->arena, t->rows, sizeof *rank) : NULL;
    if (!rank) return;
    put_first(t, of, s);
    for (size_t i = 0; i < t->rows; i++) rank[i] = is_finite(t, i) ? (int)gn_facts_rank(t, i) : NOT_FINITE;
    for (int which = NOT_FINITE; which < (int)(m < n ? m : n); which++) say_rank(t, of, rank, which, s);
}

/* ---- does the output depend on the input? ------------------------------------------------------------------------ */

gn_status gn_facts_at_zero(gn_trace *t, double *out)
{
    const gn_net *net = t->net;
    gn_eval e;
    GN_TRY(gn_eval_open(t->ctx, net, 1, false, &e));
    memset(e.x, 0, net->spec.inputs * gn_type_size(net->spec.type));
    gn_status s = gn_plan_run(t->ctx, e.plan, 0);
    const void *p = s == GN_OK ? gn_plan_value(e.plan, e.p) : NULL;
    for (size_t i = 0; i < net->spec.outputs; i++) out[i] = p ? gn_get(net->spec.type, p, i) : (double)NAN;
    gn_eval_close(&e);
    return s;
}

/* What each input varies by, as the network gets it: 1 where inputs are scaled (a standard deviation, or the whole
 * range), else its standard deviation over the data. NULL where one row tells nothing. */
static double *spread_of(gn_trace *t, const gn_facts_about *of)
{
    const gn_net *net = t->net;
    size_t n = net->spec.inputs, rows = of->data->rows;
    const gn_kernels *k = gn_kernels_get((gn_isa)gn_context_isa(t->ctx), net->spec.type, gn_context_exact(t->ctx));
    double *sd = gn_arena_alloc(&t->arena, 2 * n, sizeof *sd), *mean = sd ? sd + n : NULL;
    void *x = gn_arena_alloc(&t->arena, n, gn_type_size(net->spec.type));
    if (!sd || !x || (!net->factor && rows < 2)) return NULL;
    for (size_t j = 0; j < n && net->factor; j++) sd[j] = 1;
    if (net->factor) return sd;
    for (uint32_t i = 0; i < rows; i++) {
        gn_batch_inputs(k, net, of->data, &i, 1, x);
        for (size_t j = 0; j < n; j++) {
            double v = gn_get(net->spec.type, x, j), off = v - mean[j];
            mean[j] += off / (double)(i + 1);
            sd[j] += off * (v - mean[j]);
        }
    }
    for (size_t j = 0; j < n; j++) sd[j] = sqrt(sd[j] / (double)rows);
    return sd;
}

/* How far a row's input moves the output from where it is at 0; and the size of the output. */
static double moved_by(const gn_trace *t, const double *zero, size_t row, double *moved, double *size)
{
    double far = 0;
    *size = 0;
    for (size_t j = 0; j < t->net->spec.outputs; j++) {
        double out = gn_trace_at(t, t->p, row * t->net->spec.outputs + j);
        moved[j] = out - zero[j];
        far += moved[j] * moved[j];
        *size += out * out;
    }
    *size = sqrt(*size);
    return sqrt(far);
}

/* How far the spread of the inputs moves the scores, by the Jacobian in that row: the root of the sum of squares. */
static double moved_by_spread(const gn_trace *t, const double *sd, size_t row)
{
    size_t m = t->net->spec.outputs, n = t->net->spec.inputs;
    double sum = 0;
    for (size_t i = 0; i < m * n; i++) {
        double v = gn_trace_at(t, t->jacobian[i / n], row * n + i % n) * sd[i % n];
        sum += v * v;
    }
    return sqrt(sum);
}

typedef struct depending {
    double share, by_spread;        /* the largest of the rows, 0 where there is no spread; by_spread: a share too, but
                                       of scores behind a link what moves them, which are logarithms of odds */
    const double *sd;
    double *zero, *moved;
    size_t most;                    /* the row whose input matters most */
    bool known, flat;
} depending;

static void put_list(gn_text *to, const gn_trace *t, const gn_facts_about *of, const double *v)
{
    size_t n = t->net->spec.outputs;
    gn_text_puts(to, "[");
    for (size_t i = 0; i < n && i < 6; i++)
        gn_text_printf(to, "%s%s", i ? ", " : "", gn_facts_number(GN_NUM, v[i], t->net->spec.type, of->digits));
    gn_text_puts(to, n > 6 ? ", ...]" : "]");
}

static void say_moved(const gn_trace *t, const gn_facts_about *of, const depending *d, gn_sheet *s)
{
    gn_text a, b;
    char row[64] = "this row";
    gn_text_init(&a, t->ctx);
    gn_text_init(&b, t->ctx);
    put_list(&a, t, of, d->zero);
    put_list(&b, t, of, d->moved);
    if (t->rows > 1) snprintf(row, sizeof row, "row %u, which matters most,", (unsigned)of->row[d->most]);
    if (!a.failed && !b.failed)
        gn_sheet_text(s, d->flat ? 0 : 1, "with every input 0%s the output%s is %s; the input of %s moves it by %s",
                      t->net->shift ? " (after scaling)" : "", t->net->y_factor ? ", as the network gives it," : "",
                      a.at, row, b.at);
    gn_text_free(&a);
    gn_text_free(&b);
}

static void say_flat(const gn_trace *t, const gn_facts_about *of, const depending *d, gn_sheet *s)
{
    int digits = gn_facts_few(of->digits, 3);
    char spread[96] = "";
    if (d->sd)
        snprintf(spread, sizeof spread, ", and %s %sby %s, by the Jacobian",
                 t->net->factor ? "a step of 1 in each scaled input" : "a standard deviation of each input",
                 t->p != t->z ? "the scores " : "",
                 gn_facts_number(GN_NUM, d->by_spread, t->net->spec.type, digits));
    gn_sheet_text(s, 0, "on %s the output barely depends on the input: all of it moves the output by %s%s of its size"
                  "%s", t->rows == 1 ? "this row" : "every row", t->rows == 1 ? "" : "at most ",
                  gn_facts_number(GN_NUM, d->share, t->net->spec.type, digits), spread);
}

/* Flat is what every row is: neither its own input nor the spread of the inputs moves the output by much. Probabilities
 * next to 0 or 1 hardly move whatever the input does: there the scores are judged. */
static void measure(gn_trace *t, const gn_facts_about *of, depending *d)
{
    double size;
    for (size_t i = 0; i < t->rows; i++) {
        double far = moved_by(t, d->zero, i, d->moved, &size);
        if (!(size > 0) || !isfinite(far) || !isfinite(size)) continue;
        if (!d->known || far / size > d->share) d->share = far / size, d->most = i;
        d->known = true;
    }
    moved_by(t, d->zero, d->most, d->moved, &size);
    d->flat = d->known && d->share < GN_FACT_FLAT && t->jacobian;
    d->sd = d->flat ? spread_of(t, of) : NULL;
    for (size_t i = 0; i < t->rows && d->sd; i++) {
        double far = moved_by_spread(t, d->sd, i), *unused = d->moved + t->net->spec.outputs;
        moved_by(t, d->zero, i, unused, &size);
        if (t->p != t->z) d->by_spread = fmax(d->by_spread, far);
        else if (size > 0) d->by_spread = fmax(d->by_spread, far / size);
        if (!isfinite(far)) d->flat = false;
    }
    d->flat &= d->by_spread < GN_FACT_FLAT;
}

gn_status gn_facts_put_dependence(gn_trace *t, const gn_facts_about *of, gn_sheet *s)
{
    size_t m = t->net->spec.outputs;
    depending d = { .zero = gn_arena_alloc(&t->arena, 3 * m, sizeof *d.zero) };
    if (!d.zero) return GN_NO_MEMORY;
    d.moved = d.zero + m;
    GN_TRY(gn_facts_at_zero(t, d.zero));
    measure(t, of, &d);
    if (!d.known) return GN_OK;
    say_moved(t, of, &d, s);
    if (d.flat) say_flat(t, of, &d, s);
    return GN_OK;
}
