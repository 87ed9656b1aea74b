/* diagnose_judge.c -- which candidate, and which constant in front of it, is what was given.
 *
 * Invariant: of the explanations that fit as well as any, the simplest is taken; where more numbers were free to
 * choose, more entries must bear it out. */
#include "diagnose_internal.h"

#include <math.h>

enum { TRIALS_FREE = 3, TRIALS_STRUCTURE = 8, TRIALS_FEW = 4 };
#define FEW_MATCH 1e-6          /* of a handful of numbers: many explanations are tried, and chance is one of them */
#define SAME_FACTOR 1e-9
#define ODDS 1e-5               /* of chance leaving as little of the difference, where a family was searched */
#define TELLS 0.1               /* a mistake explains what was given when it is that much nearer than the right one */
#define NEARLY_RIGHT 1e-2
#define APART 0.3               /* of the distance between two mistakes, what may be left of the one that is named */

/* What is compared: the entries of the set, a candidate read as it is or as its transpose, or another tensor's. */
typedef struct gn_view {
    const gn_case *c;
    const bool *set;
    const double *v;
    bool flip;                  /* of the tensor whose entries are read */
    size_t other;               /* SIZE_MAX, or the slot whose entries stand for those of the one in the set */
} gn_view;

/* ---- sums over the entries --------------------------------------------------------------------------------------- */

static double entry_of(const gn_view *w, size_t slot, size_t k)
{
    const gn_slot *t = &w->c->slot[w->other == SIZE_MAX ? slot : w->other];
    /* a buffer of the transpose's shape, read as if it had the tensor's */
    return w->v[t->offset + (w->flip ? k % t->rows * t->cols + k / t->rows : k)];
}

static void sums(const gn_view *w, double *uu, double *uv, double *vv)
{
    *uu = *uv = *vv = 0;
    for (size_t i = 0; i < w->c->slots; i++) {
        if (!w->set[i] || !w->c->u[i]) continue;
        for (size_t k = 0; k < w->c->slot[i].size; k++) {
            double u = w->c->u[i][k], v = entry_of(w, i, k);
            *uu += u * u;
            *uv += u * v;
            *vv += v * v;
        }
    }
}

static double distance(const gn_view *w, double f)
{
    double away = 0, uu = 0, vv = 0;
    for (size_t i = 0; i < w->c->slots; i++) {
        if (!w->set[i] || !w->c->u[i]) continue;
        for (size_t k = 0; k < w->c->slot[i].size; k++) {
            double u = w->c->u[i][k], v = f * entry_of(w, i, k);
            away += (u - v) * (u - v);
            uu += u * u;
            vv += v * v;
        }
    }
    double d = sqrt(away) / fmax(sqrt(fmax(uu, vv)), w->c->floor);
    return isfinite(d) ? d : INFINITY;
}

double gn_case_distance(const gn_case *c, const bool *set, const double *v, double f)
{
    gn_view w = { c, set, v, false, SIZE_MAX };
    return distance(&w, f);
}

/* Those that tell something: 0 where 0 is right, as behind units that are off, is a multiple of anything. */
static size_t entries_of(const gn_case *c, const bool *set)
{
    size_t n = 0;
    for (size_t i = 0; i < c->slots; i++)
        for (size_t k = 0; set[i] && c->u[i] && k < c->slot[i].size; k++)
            n += c->u[i][k] != 0 || c->right[c->slot[i].offset + k] != 0;
    return n;
}

/* ---- trials ------------------------------------------------------------------------------------------------------ */

typedef struct gn_trials {
    gn_case *c;
    const bool *set;
    size_t entries;
    gn_factor factor[GN_FACTORS];
    size_t factors;
    size_t n, room;
    gn_judgement *trial;        /* every explanation near enough to matter */
    gn_judgement closest;
    double right;               /* distance of the right gradient */
    double tells;               /* of that, the share that may be left */
    bool failed;
} gn_trials;

static void keep(gn_trials *t, gn_judgement j)
{
    if (j.distance < t->closest.distance) t->closest = j;
    double match = t->c->match;
    if (t->entries < TRIALS_FEW && j.mistake != GN_MISTAKE_RIGHT) match = fmin(match, FEW_MATCH);
    if (j.mistake != GN_MISTAKE_RIGHT) match = fmin(match, t->tells * t->right);
    if (!(j.distance <= match) || t->failed) return;
    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : 16;
        gn_judgement *more = gn_resize(t->c->ctx, t->trial, room, sizeof *more);
        t->failed = !more;
        if (!more) return;
        t->trial = more;
        t->room = room;
    }
    t->trial[t->n++] = j;
}

/* Entries of the set that the mistake changes and that do not follow from others: behind a softmax the errors of a row
 * sum to 0 over the outputs. */
static size_t changed_by(const gn_trials *t, const gn_candidate *a)
{
    const gn_case *c = t->c;
    size_t sum = 0;
    for (size_t i = 0; i < c->slots; i++) {
        const gn_slot *s = &c->slot[i];
        bool follows = c->at.net->spec.task == GN_CLASSES && s->layer == c->slot[c->slots - 1].layer;
        size_t changed = 0;
        for (size_t k = s->offset; t->set[i] && c->u[i] && k < s->offset + s->size; k++)
            changed += fabs(a->g[k] - c->right[k]) > SAME_FACTOR * fabs(c->right[k]);
        sum += follows && s->rows == c->outputs ? changed - changed / s->rows : changed;
    }
    return sum;
}

/* A curve of one free number comes within a share e of a point at random in n dimensions with odds of about e^(n - 2);
 * the n are the entries that the mistake changes. Which layers moved was free to choose too. */
static double share_left(const gn_trials *t, const gn_candidate *a)
{
    size_t changed = changed_by(t, a), free_ = 2 + (a->moved != NULL);
    return changed > free_ ? fmin(TELLS, pow(ODDS, 1 / (double)(changed - free_))) : 0;
}

/* Where the mistake leaves nothing but rounding of what is right, what it gives says nothing. */
static bool is_noise(const gn_view *w)
{
    double uu, uv, vv, rr;
    gn_view right = *w;
    right.v = w->c->right;
    sums(w, &uu, &uv, &vv);
    sums(&right, &uu, &uv, &rr);
    return vv <= GN_NOISE * GN_NOISE * rr;
}

/* One of as many as there are rows: a few numbers, of rows that are all but sure of their class, are soon some row's. */
static bool of_a_row(const gn_candidate *a)
{
    return a->mistake == GN_MISTAKE_ONE_ROW || a->mistake == GN_MISTAKE_ROW_MISSING
           || a->mistake == GN_MISTAKE_FIRST_ROWS;
}

static int cost_of(const gn_candidate *a)
{
    if (a->mistake == GN_MISTAKE_RIGHT) return 0;
    if (of_a_row(a)) return 4;
    return (a->fitted ? 6 : 2) + (a->layer != SIZE_MAX) + (a->moved != NULL) + (a->way == GN_STALE_DELTAS);
}

static void try_factor(gn_trials *t, const gn_view *w, gn_judgement j, const gn_factor *f, bool sign)
{
    bool plain = j.mistake == GN_MISTAKE_RIGHT;
    j.factor = sign ? -f->value : f->value;
    j.with_factor = !plain;
    if (plain) j.mistake = f->mistake == GN_MISTAKE_RIGHT ? GN_MISTAKE_SIGN : f->mistake;
    j.distance = distance(w, j.factor);
    j.cost += f->cost + sign;
    keep(t, j);
}

/* The candidate times one number: 1, one that has a name, or any. */
static void try_view(gn_trials *t, const gn_view *w, gn_judgement j)
{
    double uu, uv, vv, best = INFINITY;
    gn_mistake own = j.mistake;
    bool plain = own == GN_MISTAKE_RIGHT;
    sums(w, &uu, &uv, &vv);
    double k = vv > 0 ? uv / vv : 1;
    j.factor = 1;
    j.distance = distance(w, 1);
    keep(t, j);
    if (!(vv > 0) || !isfinite(k)) return;
    if (j.candidate->own_mean != 0) {
        j.factor = j.candidate->own_mean;
        j.distance = distance(w, j.factor);
        keep(t, j);
    }
    if (of_a_row(j.candidate) && changed_by(t, j.candidate) < TRIALS_FEW) return;
    for (size_t i = 0; i < t->factors; i++) best = fmin(best, fabs(fabs(k) / t->factor[i].value - 1));
    for (size_t i = 0; i < t->factors; i++) {
        const gn_factor *f = &t->factor[i];
        if (fabs(fabs(k) / f->value - 1) > best + SAME_FACTOR || (k > 0 && f->value == 1)) continue;
        try_factor(t, w, j, f, k < 0);
    }
    bool own_numbers = plain || own == GN_MISTAKE_LAYER;        /* right ones, here or elsewhere */
    if (t->entries < (size_t)(own_numbers ? TRIALS_FREE : TRIALS_STRUCTURE) || j.candidate->searched) return;
    j.mistake = plain ? GN_MISTAKE_FACTOR : own;
    j.with_factor = true;
    j.factor = k;
    j.distance = distance(w, k);
    j.cost += 3;
    keep(t, j);
}

/* The right numbers of another tensor, in its order or its transpose's: of any shape, for they may lie in a line. */
static void try_layer(gn_trials *t, size_t slot, size_t other, bool flip)
{
    bool single = t->c->slot[slot].size == 1;
    gn_candidate *fake = gn_arena_alloc(&t->c->arena, 1, sizeof *fake);
    t->failed |= !fake;
    if (!fake) return;
    *fake = (gn_candidate){ GN_MISTAKE_LAYER, .g = t->c->right, .row = other, .layer = SIZE_MAX };
    gn_view w = { t->c, t->set, t->c->right, flip, other };
    gn_judgement j = { .candidate = fake, .mistake = GN_MISTAKE_LAYER, .flipped = flip, .factor = 1,
                       .cost = single ? 3 : 1 + flip };
    if (!single) {
        try_view(t, &w, j);
        return;
    }
    j.distance = distance(&w, 1);       /* one number is a multiple of any other */
    keep(t, j);
}

static void try_layers(gn_trials *t, size_t slot)
{
    for (size_t i = 0; i < t->c->slots; i++) {
        const gn_slot *other = &t->c->slot[i];
        if (i == slot || other->size != t->c->slot[slot].size) continue;
        try_layer(t, slot, i, false);
        if (other->rows > 1 && other->cols > 1) try_layer(t, slot, i, true);
    }
}

/* Only one tensor in the set has a transpose of its own. */
static void try_single(gn_trials *t)
{
    size_t slot = 0, count = 0;
    for (size_t i = 0; i < t->c->slots; i++)
        if (t->set[i] && t->c->u[i]) {
            slot = i;
            count++;
        }
    if (count != 1) return;
    const gn_slot *s = &t->c->slot[slot];
    if (s->rows > 1 && s->cols > 1) {
        gn_view w = { t->c, t->set, t->c->right, true, SIZE_MAX };
        try_view(t, &w, (gn_judgement){ .candidate = t->c->candidate, .mistake = GN_MISTAKE_TRANSPOSED, .flipped = true,
                                        .cost = 1 });
    }
    try_layers(t, slot);
}

/* ---- the choice -------------------------------------------------------------------------------------------------- */

static bool simpler(const gn_judgement *a, const gn_judgement *b)
{
    if (a->cost != b->cost) return a->cost < b->cost;
    return a->mistake != b->mistake ? a->mistake < b->mistake : a->distance < b->distance;
}

static void note_also(gn_judgement *best, const gn_judgement *j)
{
    bool own = j->mistake == best->mistake || j->mistake == GN_MISTAKE_FACTOR;
    if (own || j->cost > best->cost + 1 || best->alsos == GN_COUNT(best->also)) return;
    for (size_t i = 0; i < best->alsos; i++)
        if (best->also[i] == j->mistake) return;
    best->also[best->alsos++] = j->mistake;
}

/* How far two candidates are from each other, in the entries of the set. */
static double apart(const gn_trials *t, const double *a, const double *b)
{
    double d = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < t->c->slots; i++) {
        const gn_slot *s = &t->c->slot[i];
        for (size_t k = s->offset; t->set[i] && t->c->u[i] && k < s->offset + s->size; k++) {
            d += (a[k] - b[k]) * (a[k] - b[k]);
            aa += a[k] * a[k];
            bb += b[k] * b[k];
        }
    }
    return sqrt(d) / fmax(sqrt(fmax(aa, bb)), t->c->floor);
}

/* Two mistakes nearer to each other than what may be left of one: what is left must tell them apart. */
static bool is_told_apart(const gn_trials *t, const gn_judgement *best)
{
    const gn_case *c = t->c;
    if (best->mistake == GN_MISTAKE_RIGHT || best->flipped || best->mistake == GN_MISTAKE_LAYER) return true;
    for (size_t i = 1; i < c->candidates; i++) {
        const gn_candidate *other = &c->candidate[i];
        if (other == best->candidate || other->fitted) continue;
        double d = apart(t, best->candidate->g, other->g);
        if (d > SAME_FACTOR && d < c->match && !(best->distance <= APART * d)) return false;
    }
    return true;
}

static void choose(gn_trials *t, gn_judgement *out)
{
    double least = INFINITY;
    for (size_t i = 0; i < t->n; i++) least = fmin(least, t->trial[i].distance);
    double near = fmax(10 * least, 1e-9);
    const gn_judgement *best = NULL;
    for (size_t i = 0; i < t->n; i++)
        if (t->trial[i].distance <= near && (!best || simpler(&t->trial[i], best))) best = &t->trial[i];
    if (best && !is_told_apart(t, best)) best = NULL;
    *out = best ? *best : t->closest;
    if (!best) {
        out->mistake = GN_MISTAKE_UNKNOWN;
        return;
    }
    for (size_t i = 0; i < t->n && best->mistake != GN_MISTAKE_RIGHT; i++)
        if (t->trial[i].distance <= near) note_also(out, &t->trial[i]);
}

gn_status gn_judge(gn_case *c, const bool *set, gn_judgement *out, gn_mistake *closest)
{
    gn_trials t = { .c = c, .set = set, .entries = entries_of(c, set), .closest = { .distance = INFINITY } };
    t.factors = gn_case_factors(c, t.factor);
    t.closest.candidate = c->candidate;
    t.right = gn_case_distance(c, set, c->right, 1);
    for (size_t i = 0; i < c->candidates; i++) {
        const gn_candidate *a = &c->candidate[i];
        if (a->fitted && !a->searched && t.entries < TRIALS_FEW) continue;
        t.tells = a->searched ? share_left(&t, a) : TELLS;
        if (!(t.tells > 0)) continue;
        gn_view w = { c, set, a->g, false, SIZE_MAX };
        if (i && is_noise(&w)) continue;
        try_view(&t, &w, (gn_judgement){ .candidate = a, .mistake = a->mistake, .cost = cost_of(a) });
    }
    t.tells = TELLS;
    try_single(&t);
    if (t.right <= NEARLY_RIGHT && t.closest.distance > TELLS * t.right)
        t.closest = (gn_judgement){ .candidate = c->candidate, .mistake = GN_MISTAKE_RIGHT, .factor = 1,
                                    .distance = t.right };
    *closest = t.closest.mistake;
    choose(&t, out);
    gn_free(c->ctx, t.trial);
    return t.failed ? GN_NO_MEMORY : GN_OK;
}
