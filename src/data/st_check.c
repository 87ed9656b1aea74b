/* st_check.c -- what a safetensors header says as a whole: every name once, every byte of the data part in exactly one
 * tensor.
 *
 * Invariant: a million tensors are checked in a moment: sorting is stable, by merging, and costs one pass where the file
 * is in order, as most are. */
#include "json.h"

#include <string.h>

typedef bool (*before_fn)(const gn_st_tensor *a, const gn_st_tensor *b);

static bool by_name(const gn_st_tensor *a, const gn_st_tensor *b) { return strcmp(a->name, b->name) < 0; }

static bool by_begin(const gn_st_tensor *a, const gn_st_tensor *b)
{
    return a->begin != b->begin ? a->begin < b->begin : a->end < b->end;
}

static void merge(const gn_st_tensor *t, const uint32_t *from, size_t low, size_t middle, size_t high, before_fn before,
                  uint32_t *to)
{
    size_t i = low, k = middle;
    for (size_t at = low; at < high; at++) {
        bool right = k < high && (i == middle || before(&t[from[k]], &t[from[i]]));
        to[at] = right ? from[k++] : from[i++];
    }
}

/* order[0..n) becomes the tensors' numbers in order; `room` holds n numbers, too. */
static void sort(const gn_st_tensor *t, size_t n, before_fn before, uint32_t *order, uint32_t *room)
{
    size_t sorted = 1;
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    while (sorted < n && !before(&t[sorted], &t[sorted - 1])) sorted++;
    uint32_t *from = order, *to = room;
    for (size_t run = 1; sorted < n && run < n; run *= 2) {
        for (size_t low = 0; low < n; low += 2 * run) {
            size_t middle = n - low < run ? n : low + run, high = n - low < 2 * run ? n : low + 2 * run;
            merge(t, from, low, middle, high, before, to);
        }
        uint32_t *other = from;
        from = to;
        to = other;
    }
    if (from != order) memcpy(order, from, n * sizeof *order);
}

static const char *shown(gn_shown *room, const char *name) { return gn_show(room, name, strlen(name)); }

/* The key's place, found again: only for a message. */
static gn_status fail_twice(gn_context *ctx, const char *path, const gn_st_file *f, const char *name)
{
    gn_json_cut cut;
    gn_json_member m;
    size_t at = 0, n = strlen(name);
    const char *text = (const char *)f->bytes.at + 8;
    gn_json_open(&cut, text, (size_t)f->data_offset - 8);
    while (gn_json_next(&cut, &m) == GN_JSON_FINE && !cut.ended)
        if (m.key_length == n + 2 && memcmp(text + m.key + 1, name, n) == 0) at = m.key;
    return gn_fail_at(ctx, GN_E_ST_DUP, (gn_place){ .file = path, .offset = 8 + at, .has_offset = true },
                      "tensor '%s' defined twice", shown(GN_SHOWN, name));
}

static gn_status check_names(gn_context *ctx, const char *path, const gn_st_file *f, uint32_t *order, uint32_t *room)
{
    sort(f->tensor, f->tensors, by_name, order, room);
    for (size_t i = 1; i < f->tensors; i++) {
        const char *name = f->tensor[order[i]].name;
        if (strcmp(f->tensor[order[i - 1]].name, name) == 0) return fail_twice(ctx, path, f, name);
    }
    return GN_OK;
}

static gn_place place(const char *path, const gn_st_file *f, uint64_t offset)
{
    return (gn_place){ .file = path, .offset = f->data_offset + offset, .has_offset = true };
}

static gn_status fail_between(gn_context *ctx, const char *path, const gn_st_file *f, const gn_st_tensor *last,
                              const gn_st_tensor *t)
{
    uint64_t at = last ? last->end : 0;
    if (t->begin < at)
        return gn_fail_at(ctx, GN_E_ST_OVERLAP, place(path, f, t->begin), "tensors '%s' and '%s' share bytes",
                          shown(GN_SHOWN, last->name), shown(GN_SHOWN, t->name));
    return gn_fail_at(ctx, GN_E_ST_HOLE, place(path, f, at), "bytes %llu..%llu belong to no tensor",
                      (unsigned long long)at, (unsigned long long)t->begin);
}

static gn_status check_layout(gn_context *ctx, const char *path, const gn_st_file *f, uint32_t *order, uint32_t *room)
{
    uint64_t at = 0, have = f->bytes.size - f->data_offset;
    sort(f->tensor, f->tensors, by_begin, order, room);
    for (size_t i = 0; i < f->tensors; i++) {
        const gn_st_tensor *t = &f->tensor[order[i]];
        if (t->begin != at) return fail_between(ctx, path, f, i ? &f->tensor[order[i - 1]] : NULL, t);
        at = t->end;
    }
    if (at > have)
        return gn_fail_at(ctx, GN_E_ST_SIZE, place(path, f, have), "file ends %llu byte%s early",
                          (unsigned long long)(at - have), at - have == 1 ? "" : "s");
    if (at < have)
        return gn_fail_at(ctx, GN_E_ST_TRAIL, place(path, f, at), "%llu byte%s after the last tensor",
                          (unsigned long long)(have - at), have - at == 1 ? "" : "s");
    return GN_OK;
}

/* The tensors themselves into the order found. */
static gn_status reorder(gn_context *ctx, gn_st_file *f, const uint32_t *order)
{
    size_t i = 0;
    while (i < f->tensors && order[i] == i) i++;
    if (i == f->tensors) return GN_OK;
    gn_st_tensor *t = gn_alloc_array(ctx, f->tensors, sizeof *t);
    if (!t) return GN_NO_MEMORY;
    for (i = 0; i < f->tensors; i++) t[i] = f->tensor[order[i]];
    gn_free(ctx, f->tensor);
    f->tensor = t;
    return GN_OK;
}

gn_status gn_st_check(gn_context *ctx, const char *path, gn_st_file *f)
{
    uint32_t *order = gn_alloc_array(ctx, f->tensors, 2 * sizeof *order);
    if (!order) return GN_NO_MEMORY;
    gn_status s = check_names(ctx, path, f, order, order + f->tensors);
    if (s == GN_OK) s = check_layout(ctx, path, f, order, order + f->tensors);
    if (s == GN_OK) s = reorder(ctx, f, order);
    gn_free(ctx, order);
    return s;
}
