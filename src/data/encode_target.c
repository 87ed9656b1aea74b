/* encode_target.c -- what is to be learnt: classes or values, decided from the target column and said.
 *
 * Invariant: a class is one name in one order (numbers by value, else by text); labels of other tables are matched to
 * it by name. */
#include <math.h>
#include <string.h>
#include "encode.h"

/* Distinct numbers of a column in order, up to a limit. */
typedef struct values {
    double *at;
    size_t *count;
    size_t n, limit;
} values;

static size_t lower_bound(const values *v, double x)
{
    size_t lo = 0, hi = v->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v->at[mid] < x) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* false when there are more than the limit. */
static bool add_value(values *v, double x)
{
    size_t i = lower_bound(v, x);
    if (i < v->n && v->at[i] == x) {
        v->count[i]++;
        return true;
    }
    if (v->n == v->limit) return false;
    memmove(v->at + i + 1, v->at + i, (v->n - i) * sizeof *v->at);
    memmove(v->count + i + 1, v->count + i, (v->n - i) * sizeof *v->count);
    v->at[i] = x;
    v->count[i] = 1;
    v->n++;
    return true;
}

static gn_status distinct(gn_encoding *e, const gn_column *c, size_t limit, values *v, bool *all)
{
    *v = (values){.limit = limit};
    v->at = gn_arena_alloc(&e->arena, limit + 1, sizeof *v->at);
    v->count = gn_arena_alloc(&e->arena, limit + 1, sizeof *v->count);
    if (!v->at || !v->count) return GN_NO_MEMORY;
    *all = true;
    for (size_t i = 0; i < e->rows && *all; i++) *all = add_value(v, c->number[e->row[i]] + 0.0); /* + 0.0: -0 is 0 */
    return GN_OK;
}

/* Few whole numbers, each of several rows: names of classes rather than amounts. */
static bool look_like_classes(const values *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->at[i] != floor(v->at[i]) || v->count[i] < 2) return false;
    return v->n >= 2 && v->n <= GN_FEW_CLASSES;
}

static gn_status fail_one_class(gn_encoding *e, const char *name)
{
    const char *column = e->table->column[e->target[0]].name;
    gn_fail_at(e->ctx, GN_E_CSV_LABEL, (gn_place){.file = e->table->name}, "column '%s' has only one class, '%s'",
               gn_show(GN_SHOWN, column, strlen(column)), gn_show(GN_SHOWN, name, strlen(name)));
    return gn_hint(e->ctx, "--target names the column to learn");
}

static gn_status set_classes(gn_encoding *e, gn_prep *p, size_t n)
{
    const char *column = e->table->column[e->target[0]].name;
    if (n > GN_CLASS_LIMIT) {
        gn_fail_at(e->ctx, GN_E_CSV_LABEL, (gn_place){.file = e->table->name}, "column '%s' has more than %d classes",
                   gn_show(GN_SHOWN, column, strlen(column)), GN_CLASS_LIMIT);
        return gn_hint(e->ctx, "--task=regression, or --target for another column");
    }
    p->classes = n;
    p->task = n == 2 ? GN_BINARY : GN_CLASSES;
    p->class_name = gn_arena_alloc(&p->arena, n, sizeof *p->class_name);
    return p->class_name ? GN_OK : GN_NO_MEMORY;
}

static bool number_less(const void *with, uint32_t a, uint32_t b)
{
    const double *value = with;
    return value[a] < value[b];
}

/* Class names that are all numbers come in order of their value. */
static gn_status sort_by_value(gn_encoding *e, gn_prep *p)
{
    double *value = gn_arena_alloc(&e->arena, p->classes, sizeof *value);
    uint32_t *order = gn_arena_alloc(&e->arena, p->classes, sizeof *order);
    const char **names = gn_arena_alloc(&e->arena, p->classes, sizeof *names);
    if (!value || !order || !names) return GN_NO_MEMORY;
    for (size_t i = 0; i < p->classes; i++) {
        size_t used;
        names[i] = p->class_name[i];
        order[i] = (uint32_t)i;
        if (gn_read_number(names[i], strlen(names[i]), '.', &value[i], &used) != GN_NUMBER_OK) return GN_OK;
    }
    gn_sort_indices(order, p->classes, number_less, value);
    for (size_t i = 0; i < p->classes; i++) p->class_name[i] = names[order[i]];
    return GN_OK;
}

/* Only the classes of kept rows count. */
static gn_status text_classes(gn_encoding *e, gn_prep *p)
{
    const gn_column *c = &e->table->column[e->target[0]];
    uint8_t *used = gn_arena_alloc(&e->arena, c->n_categories, 1);
    size_t n = 0, k = 0;
    if (!used) return GN_NO_MEMORY;
    for (size_t i = 0; i < e->rows; i++) used[c->category[e->row[i]]] = 1;
    for (size_t i = 0; i < c->n_categories; i++) n += used[i];
    if (n < 2) return fail_one_class(e, c->categories[c->category[e->row[0]]]);
    GN_TRY(set_classes(e, p, n));
    for (size_t i = 0; i < c->n_categories; i++) {
        if (!used[i]) continue;
        if (!(p->class_name[k++] = gn_arena_text(&p->arena, c->categories[i], strlen(c->categories[i]))))
            return GN_NO_MEMORY;
    }
    return sort_by_value(e, p);
}

static gn_status name_by_value(gn_prep *p, size_t i, double value)
{
    const char *name = gn_num(GN_NUM, value);
    p->class_name[i] = gn_arena_text(&p->arena, name, strlen(name));
    return p->class_name[i] ? GN_OK : GN_NO_MEMORY;
}

static gn_status number_classes(gn_encoding *e, gn_prep *p, const values *v)
{
    if (v->n < 2) return fail_one_class(e, gn_num(GN_NUM, v->at[0]));
    GN_TRY(set_classes(e, p, v->n));
    for (size_t i = 0; i < v->n; i++) GN_TRY(name_by_value(p, i, v->at[i]));
    return GN_OK;
}

/* --classes=K: the classes are 0..K-1, whether or not each is there. */
static gn_status counted_classes(gn_encoding *e, gn_prep *p, size_t n)
{
    GN_TRY(set_classes(e, p, n));
    for (size_t i = 0; i < n; i++) GN_TRY(name_by_value(p, i, (double)i));
    return GN_OK;
}

static gn_status say_classes(gn_encoding *e, const gn_prep *p, bool told)
{
    const char *column = e->table->column[e->target[0]].name;
    if (!told)
        gn_note(e->ctx, "task: classification, %zu classes in column '%s' (--task=regression for values)", p->classes,
                gn_show(GN_SHOWN, column, strlen(column)));
    return GN_OK;
}

static gn_status fail_text_values(gn_encoding *e, uint32_t column)
{
    const gn_column *c = &e->table->column[column];
    gn_place at = {.file = e->table->name, .line = c->fault_line, .column = c->fault_column};
    /* a generated table has no text of a file to quote */
    const char *found = c->fault_text ? c->fault_text : c->n_categories ? c->categories[0] : "";
    gn_fail_at(e->ctx, GN_E_CSV_NUM, at, "the target '%s' is text ('%s'), and regression needs numbers",
               gn_show(GN_SHOWN, c->name, strlen(c->name)), gn_show(GN_SHOWN, found, strlen(found)));
    return gn_hint(e->ctx, e->targets == 1 ? "--task=classify" : "--target for columns of numbers");
}

static gn_status set_regression(gn_encoding *e, gn_prep *p, bool told)
{
    p->task = GN_REGRESSION;
    for (size_t i = 0; i < e->targets; i++)
        if (e->table->column[e->target[i]].kind == GN_TEXT) return fail_text_values(e, e->target[i]);
    const char *column = e->table->column[e->target[0]].name;
    if (!told && e->targets == 1)
        gn_note(e->ctx, "task: regression on column '%s' (--task=classify for classes)",
                gn_show(GN_SHOWN, column, strlen(column)));
    if (!told && e->targets > 1) gn_note(e->ctx, "task: regression on %zu columns", e->targets);
    return GN_OK;
}

static gn_status name_targets(gn_encoding *e, gn_prep *p)
{
    p->targets = e->targets;
    p->target_name = gn_arena_alloc(&p->arena, e->targets, sizeof *p->target_name);
    if (!p->target_name) return GN_NO_MEMORY;
    for (size_t i = 0; i < e->targets; i++) {
        const char *name = e->table->column[e->target[i]].name;
        if (!(p->target_name[i] = gn_arena_text(&p->arena, name, strlen(name)))) return GN_NO_MEMORY;
    }
    return GN_OK;
}

gn_status gn_encoding_task(gn_encoding *e, gn_prep *p)
{
    const char *task = gn_csv_option(e->options, GN_O_TASK);
    const gn_column *c = &e->table->column[e->target[0]];
    bool told = strcmp(task, "auto"), classify = !strncmp(task, "class", 5), all;
    int64_t wanted = e->options ? gn_option_int(e->options, GN_O_CLASSES) : 0;
    values v;
    GN_TRY(name_targets(e, p));
    if (classify && e->targets > 1)
        return gn_fail(e->ctx, GN_E_USAGE, "classification takes one target column, %zu are given", e->targets);
    if ((told && !classify) || e->targets > 1) return set_regression(e, p, told);
    if (c->kind == GN_TEXT) {
        GN_TRY(text_classes(e, p));
        return say_classes(e, p, told);
    }
    GN_TRY(distinct(e, c, classify ? GN_CLASS_LIMIT : GN_FEW_CLASSES, &v, &all));
    if (!classify && (!all || !look_like_classes(&v))) return set_regression(e, p, told);
    if (!all) GN_TRY(set_classes(e, p, GN_CLASS_LIMIT + 1)); /* refuses */
    GN_TRY(wanted >= 2 ? counted_classes(e, p, (size_t)wanted) : number_classes(e, p, &v));
    return say_classes(e, p, told);
}

/* ---- labels and values ------------------------------------------------------------------------------- */

static gn_status fail_label(gn_encoding *e, const gn_prep *p, const char *found, size_t row)
{
    uint64_t line = e->table->line ? e->table->line[row] : 0;
    gn_text known;
    gn_text_init(&known, e->ctx);
    for (size_t i = 0; i < p->classes && i < 12; i++)
        gn_text_printf(&known, "%s%s", i ? ", " : "", gn_show(GN_SHOWN, p->class_name[i], strlen(p->class_name[i])));
    if (p->classes > 12) gn_text_puts(&known, ", ...");
    gn_status status = gn_text_done(&known);
    if (status == GN_OK) {
        gn_fail_at(e->ctx, GN_E_CSV_LABEL, (gn_place){.file = e->table->name, .line = line},
                   "label '%s' (line %llu) not among the %zu training classes", gn_show(GN_SHOWN, found, strlen(found)),
                   (unsigned long long)line, p->classes);
        status = gn_hint(e->ctx, "known are: %s", known.at);
    }
    gn_text_free(&known);
    return status;
}

static uint32_t class_of_text(const gn_prep *p, const char *text)
{
    for (size_t i = 0; i < p->classes; i++)
        if (!strcmp(p->class_name[i], text)) return (uint32_t)i;
    double value, other;
    size_t used;
    if (gn_read_number(text, strlen(text), '.', &value, &used) != GN_NUMBER_OK) return UINT32_MAX;
    for (size_t i = 0; i < p->classes; i++)
        if (gn_read_number(p->class_name[i], strlen(p->class_name[i]), '.', &other, &used) == GN_NUMBER_OK &&
            value == other)
            return (uint32_t)i;
    return UINT32_MAX;
}

static gn_status text_labels(gn_encoding *e, const gn_prep *p, const gn_column *c, int32_t *label)
{
    uint32_t *map = gn_arena_alloc(&e->arena, c->n_categories, sizeof *map);
    if (!map) return GN_NO_MEMORY;
    for (size_t i = 0; i < c->n_categories; i++) map[i] = class_of_text(p, c->categories[i]);
    for (size_t r = 0; r < e->rows; r++) {
        uint32_t category = c->category[e->row[r]];
        if (map[category] == UINT32_MAX) return fail_label(e, p, c->categories[category], e->row[r]);
        label[r] = (int32_t)map[category];
    }
    return GN_OK;
}

static gn_status number_labels(gn_encoding *e, const gn_prep *p, const gn_column *c, int32_t *label)
{
    double *value = gn_arena_alloc(&e->arena, p->classes, sizeof *value);
    uint32_t *order = gn_arena_alloc(&e->arena, p->classes, sizeof *order);
    size_t known = 0;
    if (!value || !order) return GN_NO_MEMORY;
    for (size_t i = 0; i < p->classes; i++) {
        size_t used;
        if (gn_read_number(p->class_name[i], strlen(p->class_name[i]), '.', &value[i], &used) == GN_NUMBER_OK)
            order[known++] = (uint32_t)i;
    }
    gn_sort_indices(order, known, number_less, value);
    for (size_t r = 0; r < e->rows; r++) {
        double x = c->number[e->row[r]];
        size_t lo = 0, hi = known;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (value[order[mid]] < x) lo = mid + 1;
            else hi = mid;
        }
        if (lo == known || value[order[lo]] != x) return fail_label(e, p, gn_num(GN_NUM, x), e->row[r]);
        label[r] = (int32_t)order[lo];
    }
    return GN_OK;
}

gn_status gn_encoding_labels(gn_encoding *e, const gn_prep *p, int32_t *label)
{
    const gn_column *c = &e->table->column[e->target[0]];
    return c->kind == GN_TEXT ? text_labels(e, p, c, label) : number_labels(e, p, c, label);
}

static gn_status take_weights(gn_encoding *e, gn_data *d)
{
    const gn_table *t = e->table;
    if (e->weight == GN_NO_COLUMN) return GN_OK;
    GN_TRY(gn_table_fault(t, e->weight));
    d->weight = gn_arena_alloc(&d->arena, e->rows, sizeof *d->weight);
    if (!d->weight) return GN_NO_MEMORY;
    for (size_t r = 0; r < e->rows; r++) {
        double w = t->column[e->weight].number[e->row[r]];
        if (w < 0)
            return gn_fail_at(e->ctx, GN_E_CSV_RANGE,
                              (gn_place){.file = t->name, .line = t->line ? t->line[e->row[r]] : 0},
                              "weight %s is negative", gn_num(GN_NUM, w));
        d->weight[r] = (float)w;
    }
    return GN_OK;
}

gn_status gn_encoding_targets(gn_encoding *e, const gn_prep *p, gn_data *d)
{
    GN_TRY(take_weights(e, d));
    if (!e->targets) return GN_OK;
    if (p->task != GN_REGRESSION) {
        d->label = gn_arena_alloc(&d->arena, e->rows, sizeof *d->label);
        return d->label ? gn_encoding_labels(e, p, d->label) : GN_NO_MEMORY;
    }
    d->y = gn_arena_alloc(&d->arena, e->rows * e->targets, gn_wide(d->type));
    if (!d->y) return GN_NO_MEMORY;
    for (size_t k = 0; k < e->targets; k++) {
        if (e->table->column[e->target[k]].kind == GN_TEXT) return fail_text_values(e, e->target[k]);
        for (size_t r = 0; r < e->rows; r++)
            gn_data_put(d->y, d->type, r * e->targets + k, e->table->column[e->target[k]].number[e->row[r]]);
    }
    return GN_OK;
}
