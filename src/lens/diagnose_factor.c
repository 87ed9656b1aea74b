/* diagnose_factor.c -- constants in front of a gradient: which have a name, what the others are made of, and how a
 * person writes them.
 *
 * Invariant: a number has the name of one mistake only when one mistake gives it; what takes two is a constant factor,
 * with the parts that give it. */
#include "calculus_internal.h"
#include "diagnose_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POWER = 2, PARTS = 2, LISTED = 3 };
#define SAME 1e-9

/* ---- the constants ----------------------------------------------------------------------------------------------- */

/* The mistake that gives it alone; FACTOR when none does under the reduction in force. */
static gn_mistake name_of(const gn_case *c, int rows, int outputs, int twos)
{
    bool mean = !strcmp(c->at.net->spec.reduction, "mean"), each = !gn_loss_table()[c->at.net->loss].per_row;
    if (twos && (rows || outputs)) return GN_MISTAKE_FACTOR;
    if (twos) return twos == 1 ? GN_MISTAKE_TWICE : twos == -1 ? GN_MISTAKE_HALF : GN_MISTAKE_FACTOR;
    if (!rows && !outputs) return GN_MISTAKE_RIGHT;
    if (!mean) return rows == -1 && (!outputs || (each && outputs == -1)) ? GN_MISTAKE_MEAN_NOT_SUM : GN_MISTAKE_FACTOR;
    if (!outputs) return rows == -1 ? GN_MISTAKE_BATCH_AGAIN : rows == 1 ? GN_MISTAKE_SUM_NOT_MEAN : GN_MISTAKE_FACTOR;
    if (!each || (rows && rows != outputs)) return GN_MISTAKE_FACTOR;
    if (outputs == -1) return rows ? GN_MISTAKE_MEAN_AGAIN : GN_MISTAKE_OUTPUTS_AGAIN;
    if (outputs == 1) return rows ? GN_MISTAKE_ALL_SUM : GN_MISTAKE_OUTPUTS_SUM;
    return GN_MISTAKE_FACTOR;
}

static size_t add(const gn_case *c, int rows, int outputs, int twos, size_t n, gn_factor *out)
{
    gn_factor f = { name_of(c, rows, outputs, twos), 1, 0, rows, outputs, twos };
    int parts = rows == outputs ? abs(rows) : abs(rows) + abs(outputs);     /* rows times outputs is one thing */
    f.cost = parts + abs(twos);
    if (f.cost > PARTS) return n;
    /* quotients of whole numbers, so that the number is the nearest one */
    double over = 1, under = 1;
    for (int i = 0; i < abs(rows); i++) *(rows > 0 ? &over : &under) *= (double)c->at.rows;
    for (int i = 0; i < abs(outputs); i++) *(outputs > 0 ? &over : &under) *= (double)c->outputs;
    for (int i = 0; i < abs(twos); i++) *(twos > 0 ? &over : &under) *= 2;
    f.value = over / under;
    if (n && f.value == 1) return n;
    out[n] = f;
    return n + 1;
}

size_t gn_case_factors(const gn_case *c, gn_factor *out)
{
    int rows = c->at.rows > 1 ? POWER : 0, outputs = c->outputs > 1 ? POWER : 0;
    size_t n = add(c, 0, 0, 0, 0, out);
    for (int i = -rows; i <= rows; i++)
        for (int j = -outputs; j <= outputs; j++)
            for (int k = -POWER; k <= POWER && n < GN_FACTORS; k++)
                if (i || j || k) n = add(c, i, j, k, n, out);
    return n;
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

/* 1/4 rather than 0.25; what is close to 1 by how far it is from it. */
void gn_put_ratio(gn_text *t, double f, int digits)
{
    double whole = round(1 / f), off = fabs(f) - 1;
    bool share = fabs(f) < 1 && fabs(whole) < 1e6 && fabs(1 / f - whole) < SAME * fabs(whole);
    if (share) gn_text_printf(t, "%s1/%s", f < 0 ? "-" : "", gn_num_digits(GN_NUM, fabs(whole), 17));
    else if (fabs(off) > 1e-12 && fabs(off) < 1e-4)
        gn_text_printf(t, "%s1 %s %s%s", f < 0 ? "-(" : "", off < 0 ? "-" : "+",
                       gn_num_digits(GN_NUM, fabs(off), digits > 6 ? digits : 3), f < 0 ? ")" : "");
    else gn_text_puts(t, gn_calc_number(GN_NUM, f, digits));
}

static void put_count(gn_text *t, const char *before, int power, size_t count, const char *of)
{
    if (!power) return;
    gn_text_printf(t, "%s%s%zu%s (the %s)", before, power < 0 ? "1/" : "", count, abs(power) == 2 ? "^2" : "", of);
}

static void put_parts(gn_text *t, const gn_case *c, const gn_factor *f)
{
    put_count(t, "", f->rows, c->at.rows, "rows");
    put_count(t, f->rows ? " times " : "", f->outputs, c->outputs, "outputs");
    if (!f->twos) return;
    gn_text_printf(t, "%s%s", f->rows || f->outputs ? " times " : "", f->twos < 0 ? "1/" : "");
    gn_text_puts(t, abs(f->twos) == 2 ? "2^2" : "2");
}

bool gn_put_parts(gn_text *t, const gn_case *c, double value)
{
    gn_factor all[GN_FACTORS];
    size_t n = gn_case_factors(c, all), said = 0;
    int least = PARTS + 1;
    for (size_t i = 1; i < n; i++)
        if (fabs(fabs(value) / all[i].value - 1) < SAME && all[i].cost < least) least = all[i].cost;
    for (size_t i = 1; i < n && said < LISTED; i++) {
        if (fabs(fabs(value) / all[i].value - 1) >= SAME || all[i].cost != least) continue;
        if (least == 1 && abs(all[i].rows) + abs(all[i].outputs) == 1) {
            gn_text_printf(t, "; there are %zu %s", all[i].rows ? c->at.rows : c->outputs,
                           all[i].rows ? "rows" : "outputs");
            return true;
        }
        if (said) gn_text_puts(t, ", or ");
        else {
            gn_text_puts(t, "; ");
            gn_put_ratio(t, fabs(value), c->digits);
            gn_text_puts(t, " is ");
        }
        put_parts(t, c, &all[i]);
        said++;
    }
    return said > 0;
}

/* ---- what a finding is called ------------------------------------------------------------------------------------ */

static void put_called(gn_text *t, const gn_case *c, gn_finding *f, bool plain)
{
    f->sign = plain && f->factor < 0 && f->mistake != GN_MISTAKE_SIGN;
    if (f->sign) gn_text_puts(t, "sign, and ");
    if (f->mistake == GN_MISTAKE_ENTRIES) {
        size_t off = f->entries - f->agree;
        gn_text_printf(t, "%zu of %zu entries %s off", off, f->entries, off == 1 ? "is" : "are");
    } else {
        gn_text_puts(t, gn_mistake_name(f->mistake));
    }
    if (f->mistake == GN_MISTAKE_LAYER) gn_text_printf(t, " (that of %s)", c->slot[f->row].name);
    if (f->mistake == GN_MISTAKE_FACTOR) {
        gn_text_puts(t, " ");
        gn_put_ratio(t, fabs(f->factor), c->digits);
    }
    if (!plain && f->with_factor) {
        gn_text_puts(t, f->factor == -1 ? ", and sign" : ", and a factor ");
        if (f->factor != -1) gn_put_ratio(t, f->factor, c->digits);
    }
    if (f->transposed && f->mistake != GN_MISTAKE_TRANSPOSED && f->mistake != GN_MISTAKE_LAYER)
        gn_text_puts(t, ", and transposed");
}

bool gn_finding_is_rounded(const gn_finding *f)
{
    bool near = f->distance > 0 && f->distance < 1e-2;
    return f->mistake == GN_MISTAKE_UNKNOWN && f->closest == GN_MISTAKE_RIGHT && near;
}

/* Called zero, and not to the bit. */
static bool is_rounding(const gn_case *c, const gn_finding *f)
{
    const double *u = c->u[f->tensor];
    bool zero = f->mistake == GN_MISTAKE_ZERO || f->mistake == GN_MISTAKE_BIAS_MISSING;
    for (size_t i = 0; zero && u && i < f->entries; i++)
        if (u[i] != 0) return true;
    return false;
}

gn_status gn_finding_call(const gn_case *c, const gn_judgement *j, gn_finding *f)
{
    gn_text t;
    gn_text_init(&t, c->ctx);
    bool named = j && f->mistake != GN_MISTAKE_UNKNOWN;
    if (named) put_called(&t, c, f, j->candidate->mistake == GN_MISTAKE_RIGHT && !j->flipped);
    else gn_text_puts(&t, is_rounding(c, f) ? "zero up to rounding" : gn_mistake_name(f->mistake));
    if (gn_finding_is_rounded(f)) gn_text_puts(&t, ", near the right one");
    size_t n = t.length < sizeof f->called - 1 ? t.length : sizeof f->called - 1;
    if (t.at) memcpy(f->called, t.at, n);
    f->called[n] = 0;
    bool failed = t.failed;
    gn_text_free(&t);
    return failed ? GN_NO_MEMORY : GN_OK;
}
