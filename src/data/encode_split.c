/* encode_split.c -- training rows and held-out rows: stratified by class, a function of the seed alone.
 *
 * Invariant: every row is in exactly one of the two lists, both ascend, and no class leaves the training rows
 * altogether. */
#include <string.h>
#include "encode.h"

/* Rows of one stratum after another, each stratum shuffled: order (rows), start (strata + 1). */
typedef struct strata {
    size_t count;
    uint32_t *order;
    size_t *start;
} strata;

static void free_strata(gn_context *ctx, strata *s)
{
    gn_free(ctx, s->order);
    gn_free(ctx, s->start);
}

static void bucket(const gn_data *d, strata *s)
{
    for (size_t i = 0; i < d->rows; i++) s->start[d->label ? (size_t)d->label[i] + 1 : 1]++;
    for (size_t c = 0; c < s->count; c++) s->start[c + 1] += s->start[c];
    /* Fill from behind with the ends as counters, which then are the beginnings. */
    for (size_t i = d->rows; i-- > 0;) s->order[--s->start[d->label ? (size_t)d->label[i] + 1 : 1]] = (uint32_t)i;
    for (size_t c = 0; c < s->count; c++) s->start[c] = s->start[c + 1];
    s->start[s->count] = d->rows;
}

static gn_status make_strata(gn_context *ctx, const gn_data *d, uint64_t seed, strata *s)
{
    *s = (strata){.count = d->label ? d->prep.classes : 1};
    s->order = gn_alloc_array(ctx, d->rows, sizeof *s->order);
    s->start = gn_calloc(ctx, s->count + 2, sizeof *s->start);
    uint32_t *shuffled = gn_alloc_array(ctx, 2 * d->rows, sizeof *shuffled);
    if (!s->order || !s->start || !shuffled) {
        gn_free(ctx, shuffled);
        free_strata(ctx, s);
        return GN_NO_MEMORY;
    }
    bucket(d, s);
    for (size_t c = 0; c < s->count; c++) {
        size_t n = s->start[c + 1] - s->start[c];
        uint32_t *from = s->order + s->start[c], *to = shuffled + d->rows;
        gn_random_permutation(gn_random_make(seed, GN_STREAM_SPLIT, (uint32_t)c), shuffled, n);
        for (size_t i = 0; i < n; i++) to[i] = from[shuffled[i]];
        memcpy(from, to, n * sizeof *to);
    }
    gn_free(ctx, shuffled);
    return GN_OK;
}

/* The two lists from a mark on each row. */
static gn_status lists(gn_context *ctx, const gn_data *d, const uint8_t *is_held, uint32_t **train, size_t *n_train,
                       uint32_t **held, size_t *n_held)
{
    size_t n = 0;
    for (size_t i = 0; i < d->rows; i++) n += is_held[i];
    *train = gn_alloc_array(ctx, d->rows - n, sizeof **train);
    *held = gn_alloc_array(ctx, n, sizeof **held);
    if (!*train || !*held) {
        gn_free(ctx, *train);
        gn_free(ctx, *held);
        *train = *held = NULL;
        return GN_NO_MEMORY;
    }
    for (size_t i = 0; i < d->rows; i++) {
        if (is_held[i]) (*held)[(*n_held)++] = (uint32_t)i;
        else (*train)[(*n_train)++] = (uint32_t)i;
    }
    return GN_OK;
}

/* How many rows of each stratum are held: its share rounded down, then one more for the largest remainders until the
 * whole is right. A stratum keeps a row for training while it has one. */
static void shares(const strata *s, double share, size_t total, size_t *take, double *rest)
{
    size_t taken = 0;
    for (size_t c = 0; c < s->count; c++) {
        size_t n = s->start[c + 1] - s->start[c];
        double exact = share * (double)n;
        take[c] = (size_t)exact;
        if (n && take[c] >= n) take[c] = n - 1;
        rest[c] = n > take[c] + 1 ? exact - (double)take[c] : -1;
        taken += take[c];
    }
    while (taken < total) {
        size_t best = 0;
        for (size_t c = 1; c < s->count; c++)
            if (rest[c] > rest[best]) best = c;
        if (rest[best] < 0) return;
        take[best]++;
        taken++;
        rest[best] = -1;
    }
}

static void mark_share(const strata *s, const size_t *take, uint8_t *is_held)
{
    for (size_t c = 0; c < s->count; c++)
        for (size_t i = 0; i < take[c]; i++) is_held[s->order[s->start[c] + i]] = 1;
}

static gn_status check_rows(gn_context *ctx, const gn_data *d, size_t least)
{
    if (d->rows > UINT32_MAX - 1) return gn_fail(ctx, GN_E_USAGE, "%zu rows are more than can be split", d->rows);
    if (d->rows < least)
        return gn_fail(ctx, GN_E_USAGE, "%zu row%s cannot be parted into %zu", d->rows, d->rows == 1 ? "" : "s", least);
    return GN_OK;
}

gn_status gn_split(gn_context *ctx, const gn_data *d, double share, uint64_t seed, uint32_t **train, size_t *n_train,
                   uint32_t **held, size_t *n_held)
{
    strata s;
    *train = *held = NULL;
    *n_train = *n_held = 0;
    if (!(share >= 0 && share < 1))
        return gn_fail(ctx, GN_E_USAGE, "a share of %s cannot be held out, expected 0 to below 1",
                       gn_num(GN_NUM, share));
    GN_TRY(check_rows(ctx, d, share > 0 ? 2 : 1));
    GN_TRY(make_strata(ctx, d, seed, &s));
    size_t total = (size_t)(share * (double)d->rows + 0.5);
    if (share > 0 && total == 0) total = 1;
    if (total >= d->rows) total = d->rows - 1;
    uint8_t *is_held = gn_calloc(ctx, d->rows, 1);
    size_t *take = gn_calloc(ctx, s.count, sizeof *take);
    double *rest = gn_calloc(ctx, s.count, sizeof *rest);
    gn_status status = is_held && take && rest ? GN_OK : GN_NO_MEMORY;
    if (status == GN_OK) {
        shares(&s, share, total, take, rest);
        mark_share(&s, take, is_held);
        status = lists(ctx, d, is_held, train, n_train, held, n_held);
    }
    gn_free(ctx, rest);
    gn_free(ctx, take);
    gn_free(ctx, is_held);
    free_strata(ctx, &s);
    return status;
}

gn_status gn_split_fold(gn_context *ctx, const gn_data *d, size_t folds, size_t fold, uint64_t seed, uint32_t **train,
                        size_t *n_train, uint32_t **held, size_t *n_held)
{
    strata s;
    *train = *held = NULL;
    *n_train = *n_held = 0;
    if (folds < 2 || fold >= folds)
        return gn_fail(ctx, GN_E_USAGE, "fold %zu of %zu: expected at least 2 folds, counted from 0", fold, folds);
    GN_TRY(check_rows(ctx, d, folds));
    GN_TRY(make_strata(ctx, d, seed, &s));
    uint8_t *is_held = gn_calloc(ctx, d->rows, 1);
    gn_status status = is_held ? GN_OK : GN_NO_MEMORY;
    /* Dealt like cards through all strata: each fold gets its share of every class, and fold sizes differ by one at
     * most. */
    for (size_t i = fold; status == GN_OK && i < d->rows; i += folds) is_held[s.order[i]] = 1;
    if (status == GN_OK) status = lists(ctx, d, is_held, train, n_train, held, n_held);
    gn_free(ctx, is_held);
    free_strata(ctx, &s);
    return status;
}
