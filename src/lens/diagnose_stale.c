/* diagnose_stale.c -- gradients mixed of two moments: weights updated before they were used, values from before or
 * after an update, the whole gradient at other weights.
 *
 * The update is one step of plain gradient descent, w' = w - rate*g, of every layer or of some alone; the weights in
 * hand are those after it or those before. Its rate is not known: it is looked for on a grid, and where a rate near by
 * explains a good part, solved for by least squares (diagnose_rate.c holds the two moments).
 * Invariant: the case's own weights are as they were when a search ends. */
#include "diagnose_stale.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { GRID = 25, GRID_LOWEST = -5, GRID_DECADE = 4, STEPS = 24, SUBSETS_LAYERS = 3, RUNS_LAYERS = 8 };
#define WORK_MOST 5e7           /* rows times parameters: beyond it a search takes too long */
#define FAMILY_MOST 2e6         /* rows times parameters times sets of layers: beyond it all layers moved alone */
#define PROMISING 0.7           /* a rate of the grid leaves at most that share of the distance from the right one */
#define KEPT 0.5
#define SAME_RATE 1e-6          /* rates nearer than that tell no slope */

/* What is to be explained: all that was given, or one tensor alone. */
typedef struct gn_aim {
    bool *set;                  /* (slots) */
    double right;               /* distance of the right gradient */
    double best[GN_STALE_WAYS], at[GN_STALE_WAYS];
} gn_aim;

typedef struct gn_search {
    gn_moments m;
    gn_aim *aim;
    size_t aims;
    double *last, *slope, *best;                        /* (n) */
} gn_search;

/* ---- the rate by least squares ----------------------------------------------------------------------------------- */

static double dot_set(const gn_case *c, const bool *set, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = c->slot[i].offset; set[i] && k < c->slot[i].offset + c->slot[i].size; k++) sum += a[k] * b[k];
    return sum;
}

/* What is left of the given ones along the slope, in steps of the rate. */
static double rate_ahead(const gn_search *s, const gn_aim *aim, const double *now)
{
    const gn_case *c = s->m.c;
    double left = 0, long_ = dot_set(c, aim->set, s->slope, s->slope);
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = 0, at = c->slot[i].offset; aim->set[i] && k < c->slot[i].size; k++)
            left += (c->u[i][k] - now[at + k]) * s->slope[at + k];
    return left / long_;
}

static gn_status keep_best(gn_search *s, gn_stale_way way, double rate, double distance, const gn_aim *aim)
{
    gn_case *c = s->m.c;
    if (!(distance <= KEPT * aim->right)) return GN_OK;
    double *kept = gn_case_array(c);
    bool *moved = s->m.all ? NULL : gn_arena_alloc(&c->arena, c->slots + 1, sizeof *moved);
    if (!kept || (!moved && !s->m.all)) return GN_NO_MEMORY;
    memcpy(kept, s->best, c->n * sizeof *kept);
    if (moved) memcpy(moved, s->m.moved, c->slots * sizeof *moved);
    gn_mistake mistake = way == GN_STALE_EARLY ? GN_MISTAKE_UPDATED_EARLY
                         : way == GN_STALE_ALL ? GN_MISTAKE_STALE_ALL : GN_MISTAKE_STALE_INPUT;
    return gn_case_add_if_new(c, (gn_candidate){ mistake, .g = kept, .rate = s->m.after ? rate : -rate,
                                                 .layer = SIZE_MAX, .fitted = true, .searched = true, .way = way,
                                                 .moved = moved });
}

/* Secants from a rate of the grid: where the mistake is this one, the distance falls to rounding. */
static gn_status refine(gn_search *s, const gn_aim *aim, gn_stale_way way)
{
    gn_case *c = s->m.c;
    double rate = aim->at[way], last = 0.9 * rate, least = INFINITY, best = 0, d, lo = rate / 4, hi = rate * 4;
    const double *now = s->m.way[way];
    bool found;
    GN_TRY(gn_moments_at(&s->m, last, true, &found));
    for (int k = 0; k < STEPS && found; k++) {
        memcpy(s->last, now, c->n * sizeof *now);
        GN_TRY(gn_moments_at(&s->m, rate, true, &found));
        if (!found) break;
        if ((d = gn_case_distance(c, aim->set, now, 1)) < least) {
            least = d;
            best = rate;
            memcpy(s->best, now, c->n * sizeof *now);
        }
        for (size_t i = 0; i < c->n && fabs(rate - last) > SAME_RATE * rate; i++)
            s->slope[i] = (now[i] - s->last[i]) / (rate - last);
        double next = rate + rate_ahead(s, aim, now);
        if (!isfinite(next) || fabs(next - rate) <= 1e-15 * rate) break;
        last = rate;
        rate = fmax(lo, fmin(hi, next));
    }
    return isfinite(least) ? keep_best(s, way, best, least, aim) : GN_OK;
}

/* ---- one step between, of any rate ------------------------------------------------------------------------------- */

static void note(gn_search *s, double rate)
{
    for (size_t a = 0; a < s->aims; a++)
        for (int w = 0; w < GN_STALE_WAYS; w++) {
            gn_aim *aim = &s->aim[a];
            double d = s->m.asked[w] ? gn_case_distance(s->m.c, aim->set, s->m.way[w], 1) : INFINITY;
            if (!(d < aim->best[w])) continue;
            aim->best[w] = d;
            aim->at[w] = rate;
        }
}

static gn_status search(gn_search *s)
{
    bool found;
    for (size_t a = 0; a < s->aims; a++)
        for (int w = 0; w < GN_STALE_WAYS; w++) s->aim[a].best[w] = INFINITY;
    for (int i = 0; i < GRID; i++) {
        double rate = pow(10, GRID_LOWEST + (double)i / GRID_DECADE);
        if (gn_stop_requested(s->m.c->ctx)) return GN_STOPPED;
        GN_TRY(gn_moments_at(&s->m, rate, false, &found));
        if (!found) break;                      /* nor does it settle at a larger one */
        note(s, rate);
    }
    for (size_t a = 0; a < s->aims; a++)
        for (int w = 0; w < GN_STALE_WAYS; w++)
            if (s->aim[a].best[w] <= PROMISING * s->aim[a].right) GN_TRY(refine(s, &s->aim[a], (gn_stale_way)w));
    return GN_OK;
}

static bool moved_given(const gn_moments *m)
{
    for (size_t i = 0; i < m->c->slots; i++)
        if (m->moved[i] && !m->c->u[i]) return false;
    return true;
}

/* After the step, before it, and after a step that was the given gradient itself. */
static gn_status search_step(gn_search *s)
{
    gn_moments *m = &s->m;
    bool deep = m->layers > 1, given = moved_given(m);
    m->asked[GN_STALE_INPUTS] = m->asked[GN_STALE_DELTAS] = m->asked[GN_STALE_FORWARD] = deep;
    m->after = true, m->given = false;
    m->asked[GN_STALE_EARLY] = false;
    m->asked[GN_STALE_ALL] = !given;
    if (deep || !given) GN_TRY(search(s));
    m->after = false;
    m->asked[GN_STALE_EARLY] = deep && m->all;
    m->asked[GN_STALE_ALL] = true;
    GN_TRY(search(s));
    if (!given) return GN_OK;
    m->after = m->given = true;
    for (int w = 0; w < GN_STALE_WAYS; w++) m->asked[w] = w == GN_STALE_ALL;
    return search(s);
}

/* ---- which layers the step moved --------------------------------------------------------------------------------- */

static size_t layer_count(const gn_case *c) { return c->slots ? c->slot[c->slots - 1].layer + 1 : 0; }

/* Would training by parts move this set of layers (a bit each): any of few, else one alone or a run from an end? */
static bool likely(unsigned set, size_t layers)
{
    unsigned low = set & (0u - set);
    bool run = ((set + low) & set) == 0;
    return layers <= SUBSETS_LAYERS || set == low || (run && ((set & 1) || set >> (layers - 1)));
}

static gn_status search_set(gn_search *s, unsigned set, size_t layers)
{
    gn_moments *m = &s->m;
    m->all = set == UINT_MAX || set == (1u << layers) - 1;
    for (size_t i = 0; i < m->c->slots; i++) m->moved[i] = m->all || set >> m->c->slot[i].layer & 1;
    return search_step(s);
}

static gn_status search_sets(gn_search *s)
{
    size_t layers = layer_count(s->m.c), sets = 0;
    double work = (double)s->m.c->at.rows * (double)s->m.c->n;
    GN_TRY(search_set(s, UINT_MAX, layers));
    if (layers < 2 || layers > RUNS_LAYERS) return GN_OK;
    for (unsigned set = 1; set < (1u << layers) - 1; set++) sets += likely(set, layers);
    if (work * (double)sets > FAMILY_MOST) return GN_OK;
    for (unsigned set = 1; set < (1u << layers) - 1; set++)
        if (likely(set, layers)) GN_TRY(search_set(s, set, layers));
    return GN_OK;
}

/* ---- the aims ---------------------------------------------------------------------------------------------------- */

static gn_status add_aim(gn_search *s, const bool *set, size_t only)
{
    gn_case *c = s->m.c;
    gn_aim *aim = &s->aim[s->aims];
    if (!(aim->set = gn_arena_alloc(&c->arena, c->slots + 1, sizeof *aim->set))) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->slots; i++) aim->set[i] = set[i] && c->u[i] && (only == SIZE_MAX || only == i);
    aim->right = gn_case_distance(c, aim->set, c->right, 1);
    s->aims++;
    return GN_OK;
}

static gn_status open_search(gn_case *c, const bool *set, bool each, gn_search *s)
{
    s->aim = gn_arena_alloc(&c->arena, c->slots + 1, sizeof *s->aim);
    s->last = gn_case_array(c), s->slope = gn_case_array(c), s->best = gn_case_array(c);
    if (!s->aim || !s->last || !s->slope || !s->best) return GN_NO_MEMORY;
    s->m.c = c;
    if (!each) GN_TRY(add_aim(s, set, SIZE_MAX));
    for (size_t i = 0; i < c->slots && each; i++)
        if (set[i] && c->u[i]) GN_TRY(add_aim(s, set, i));
    return gn_moments_open(c, &s->m);
}

gn_status gn_case_stale(gn_case *c, const bool *set, bool each)
{
    gn_search s = { 0 };
    c->no_stale = (double)c->at.rows * (double)c->n > WORK_MOST;
    if (c->no_stale) return GN_OK;
    gn_status status = open_search(c, set, each, &s);
    if (status == GN_OK) status = search_sets(&s);
    gn_moments_close(&s.m);
    return status;
}
