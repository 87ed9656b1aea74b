/* view_columns.c -- which two columns of a model are worth a plane.
 *
 * Invariant: columns are compared by the network's own predictions on the same rows; of equals the first is taken. */
#include "../data/encode.h"
#include "view_internal.h"

#include <math.h>

enum { LOOKED_AT = 200, ALONE = 12 };

typedef struct look {
    gn_arena *arena;
    const gn_net *net;
    const gn_net_spec *spec;
    const gn_prep *prep;
    const gn_data *d;
    gn_element type;
    size_t rows, every;
    double *typical;
    void *own, *y;              /* (rows, outputs): the model's predictions, and those of a section */
    char *x;                    /* (rows, inputs) */
} look;

static gn_status predict(look *k, void *to)
{
    gn_dataset rows = { .rows = k->rows, .inputs = k->prep->inputs, .type = k->type, .x = k->x };
    return gn_net_predict(k->arena->ctx, k->net, &rows, to);
}

static double value_of(const look *k, size_t row, size_t input)
{
    return gn_data_get(k->d, row * k->every * k->prep->inputs + input);
}

static gn_status open_look(look *k)
{
    size_t inputs = k->prep->inputs;
    k->spec = gn_net_get_spec(k->net);
    k->type = k->spec->type == GN_F64 ? GN_EL_F64 : GN_EL_F32;
    k->every = k->d->rows / LOOKED_AT + 1;
    k->rows = (k->d->rows + k->every - 1) / k->every;
    k->typical = gn_arena_alloc(k->arena, inputs + 1, sizeof *k->typical);
    k->own = gn_arena_alloc(k->arena, k->rows * k->spec->outputs + 1, gn_type_size(k->spec->type));
    k->y = gn_arena_alloc(k->arena, k->rows * k->spec->outputs + 1, gn_type_size(k->spec->type));
    k->x = gn_arena_alloc(k->arena, k->rows * inputs + 1, gn_wide(k->type));
    if (!k->typical || !k->own || !k->y || !k->x) return GN_NO_MEMORY;
    gn_view_typical_row(k->prep, k->d, k->typical);
    for (size_t i = 0; i < k->rows; i++)
        for (size_t j = 0; j < inputs; j++) gn_data_put(k->x, k->type, i * inputs + j, value_of(k, i, j));
    GN_TRY(predict(k, k->own));
    for (size_t i = 0; i < k->rows; i++)
        for (size_t j = 0; j < inputs; j++) gn_data_put(k->x, k->type, i * inputs + j, k->typical[j]);
    return GN_OK;
}

static void move(look *k, size_t feature, bool as_in_data)
{
    size_t j = gn_view_input_of(k->prep, feature);
    for (size_t i = 0; i < k->rows; i++)
        gn_data_put(k->x, k->type, i * k->prep->inputs + j, as_in_data ? value_of(k, i, j) : k->typical[j]);
}

/* How much of the model's own predictions the section with these features keeps; *same: rows that keep their class. */
static gn_status keeps(look *k, size_t a, size_t b, double *much, size_t *same)
{
    const gn_net_spec *s = k->spec;
    *much = 0;
    *same = 0;
    move(k, a, true);
    move(k, b, true);
    gn_status done = predict(k, k->y);
    move(k, a, false);
    move(k, b, false);
    for (size_t i = 0; i < k->rows && done == GN_OK; i++) {
        if (s->task == GN_REGRESSION) {
            double apart = gn_get(s->type, k->y, i * s->outputs) - gn_get(s->type, k->own, i * s->outputs);
            *much -= apart * apart;
            continue;
        }
        size_t c = gn_view_class_of(s, k->own, i);
        *much += gn_view_probability(s, k->y, i, c);
        *same += gn_view_class_of(s, k->y, i) == c;
    }
    return done;
}

/* The features of numbers; of many the ALONE that keep most alone, in their order. */
static gn_status candidates(look *k, size_t *feature, size_t *n)
{
    double *much = gn_arena_alloc(k->arena, k->prep->features + 1, sizeof *much);
    size_t numbers = 0, same, kept = 0;
    if (!much) return GN_NO_MEMORY;
    for (size_t f = 0; f < k->prep->features; f++)
        if (k->prep->feature[f].kind == GN_NUMERIC) feature[numbers++] = f;
    for (size_t i = 0; i < numbers && numbers > ALONE; i++) GN_TRY(keeps(k, feature[i], feature[i], &much[i], &same));
    for (size_t i = 0; i < numbers; i++) {
        size_t better = 0;
        for (size_t o = 0; o < numbers && numbers > ALONE; o++)
            better += much[o] > much[i] || (much[o] == much[i] && o < i);
        if (better < ALONE) feature[kept++] = feature[i];
    }
    *n = kept;
    return GN_OK;
}

gn_status gn_view_columns_of(gn_arena *arena, const gn_net *net, const gn_prep *prep, const gn_data *d,
                             gn_view_columns *out)
{
    look k = { .arena = arena, .net = net, .prep = prep, .d = d };
    size_t n, same, *feature = gn_arena_alloc(arena, prep->features + 1, sizeof *feature);
    double best = -INFINITY, much;
    if (!feature) return GN_NO_MEMORY;
    GN_TRY(open_look(&k));
    GN_TRY(candidates(&k, feature, &n));
    if (n < 2)
        return gn_fail(arena->ctx, GN_E_USAGE, "the model has %zu column%s of numbers; a plane needs two", n, GN_S(n));
    *out = (gn_view_columns){ .column = { feature[0], feature[1] }, .rows = k.rows };
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            GN_TRY(keeps(&k, feature[i], feature[j], &much, &same));
            if (!(much > best)) continue;
            best = much;
            *out = (gn_view_columns){ { feature[i], feature[j] }, k.rows, same };
        }
    return GN_OK;
}
