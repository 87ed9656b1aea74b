/* schedule.c -- the learning rate in force: warm-up, then the row of defs/schedule.def.
 *
 * Invariant: a factor is a function of the step, the epoch and the count of drops, so that a stopped run resumes with
 * the same rates. */
#include "net.h"

#include <math.h>

const gn_schedule_row *gn_schedule_table(void)
{
    static const gn_schedule_row table[] = {
#define SCHEDULE(name, factor, gamma, every, about) { #name, #factor, gamma, every, about },
#include "../defs/schedule.def"
#undef SCHEDULE
    };
    return table;
}

static double powi(double base, double whole)
{
    double y = 1;
    for (uint64_t k = (uint64_t)whole; k; k >>= 1, base *= base)
        if (k & 1) y *= base;
    return y;
}

/* From 1 at p = 0 to 0 at p = 1 along half a cosine, by the library's own cosine: the same bits everywhere. */
static double cosine(double p)
{
    double x = 3.141592653589793 * (p < 0 ? 0 : p > 1 ? 1 : p), y = 0;
    const void *const in[3] = { &x, NULL, NULL };
    const int one[3] = { 0, 0, 0 };
    gn_kernels_get(GN_ISA_BASE, GN_F64, true)->value[GN_P_cos](1, in, one, NULL, &y);
    return 0.5 * (1 + y);
}

#define where(c, a, b) ((c) ? (a) : (b))

static double factor_of(gn_schedule s, double step, double steps, double epoch, double drops, double gamma,
                        double every)
{
    switch (s) {
#define SCHEDULE(name, factor, gamma_, every_, about) case GN_SCHEDULE_##name: return factor;
#include "../defs/schedule.def"
#undef SCHEDULE
    default: return 1;
    }
}

double gn_schedule_factor(gn_schedule s, const gn_schedule_state *at)
{
    if (at->step < at->warmup) return (double)(at->step + 1) / (double)at->warmup;
    const gn_schedule_row *row = &gn_schedule_table()[s];
    double steps = at->steps > at->warmup ? (double)(at->steps - at->warmup) : 1;
    return factor_of(s, (double)(at->step - at->warmup), steps, (double)at->epoch, (double)at->drops,
                     at->gamma >= 0 ? at->gamma : row->gamma, at->every > 0 ? at->every : row->every);
}
