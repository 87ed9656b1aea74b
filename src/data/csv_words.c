/* csv_words.c -- distinct texts numbered as they appear, and sorting of indices.
 *
 * Invariant: asking twice for one text gives one number, so that a row may be read again; slots are kept at most half
 * full. */
#include <string.h>
#include "csv.h"

static uint64_t hash(const char *text, size_t length)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ length;
    for (; length >= 8; text += 8, length -= 8) {
        uint64_t part;
        memcpy(&part, text, 8);
        h = (h ^ part) * 0xFF51AFD7ED558CCDu;
        h ^= h >> 32;
    }
    uint64_t rest = 0;
    memcpy(&rest, text, length);
    h = (h ^ rest) * 0xC4CEB9FE1A85EC53u;
    h ^= h >> 29;
    return h * 0x9E3779B97F4A7C15u >> 16;
}

static bool same(const char *stored, const char *text, size_t length)
{
    return !strncmp(stored, text, length) && stored[length] == 0;
}

static void place_slot(gn_csv_words *t, uint32_t number)
{
    size_t i = hash(t->text[number], strlen(t->text[number])) & (t->slots - 1);
    while (t->slot[i]) i = (i + 1) & (t->slots - 1);
    t->slot[i] = number + 1;
}

static gn_status grow_slots(gn_context *ctx, gn_csv_words *t)
{
    size_t slots = t->slots ? 2 * t->slots : 16;
    uint32_t *slot = gn_calloc(ctx, slots, sizeof *slot);
    if (!slot) return GN_NO_MEMORY;
    gn_free(ctx, t->slot);
    t->slot = slot;
    t->slots = slots;
    for (size_t i = 0; i < t->count; i++) place_slot(t, (uint32_t)i);
    return GN_OK;
}

static gn_status add_word(gn_arena *arena, gn_csv_words *t, const char *text, size_t length, uint32_t *number)
{
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? 2 * t->capacity : 8;
        const char **grown = gn_resize(arena->ctx, (void *)t->text, capacity, sizeof *grown);
        if (!grown) return GN_NO_MEMORY;
        t->text = grown;
        t->capacity = capacity;
    }
    if (2 * (t->count + 1) > t->slots) GN_TRY(grow_slots(arena->ctx, t));
    const char *copy = gn_arena_text(arena, text, length);
    if (!copy) return GN_NO_MEMORY;
    *number = (uint32_t)t->count++;
    t->text[*number] = copy;
    place_slot(t, *number);
    return GN_OK;
}

gn_status gn_csv_word(gn_arena *arena, gn_csv_words *t, const char *text, size_t length, uint32_t *number)
{
    if (t->count && same(t->text[t->last], text, length)) {
        *number = t->last;
        return GN_OK;
    }
    *number = UINT32_MAX;
    if (t->slots) {
        size_t i = hash(text, length) & (t->slots - 1);
        for (; t->slot[i] && !same(t->text[t->slot[i] - 1], text, length); i = (i + 1) & (t->slots - 1)) continue;
        if (t->slot[i]) *number = t->slot[i] - 1;
    }
    if (*number == UINT32_MAX) GN_TRY(add_word(arena, t, text, length, number));
    t->last = *number;
    return GN_OK;
}

void gn_csv_words_free(gn_context *ctx, gn_csv_words *t)
{
    gn_free(ctx, (void *)t->text);
    gn_free(ctx, t->slot);
    *t = (gn_csv_words){0};
}

static void sift(uint32_t *order, size_t root, size_t n, gn_less_fn less, const void *with)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && less(with, order[child], order[child + 1])) child++;
        if (!less(with, order[root], order[child])) return;
        uint32_t t = order[root];
        order[root] = order[child];
        order[child] = t;
    }
}

void gn_sort_indices(uint32_t *order, size_t n, gn_less_fn less, const void *with)
{
    for (size_t i = n / 2; i-- > 0;) sift(order, i, n, less, with);
    for (size_t end = n; end-- > 1;) {
        uint32_t t = order[0];
        order[0] = order[end];
        order[end] = t;
        sift(order, 0, end, less, with);
    }
}
