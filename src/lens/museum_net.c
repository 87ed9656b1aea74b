/* museum_net.c -- networks in exhibits: made from given numbers, differenced, and a document's gradient before
 * gn_diagnose.
 *
 * Invariant: what is said of a gradient is what gn_diagnose found in it, never what the exhibit knows. */
#include "museum_hall.h"

#include <string.h>

gn_net *gn_hall_net(gn_hall *h, size_t inputs, const char *layers, size_t outputs, const char *loss,
                    const char *reduction, const double *theta)
{
    gn_net_spec spec = { .inputs = inputs,
                         .outputs = outputs,
                         .task = GN_REGRESSION,
                         .layers = layers,
                         .loss = loss,
                         .reduction = reduction,
                         .init = "auto",
                         .type = GN_F64 };
    gn_net *net = NULL;
    if (h->s->status != GN_OK) return NULL;
    gn_hall_fail(h, gn_net_new(h->ctx, &spec, &net));
    if (h->s->status != GN_OK) return NULL;
    for (size_t i = 0; i < gn_net_tensors(net); i++) {
        gn_tensor_info t = gn_net_tensor(net, i);
        memcpy((double *)gn_net_block(net) + t.offset, theta, t.size * sizeof *theta);
        theta += t.size;
    }
    return net;
}

gn_given gn_hall_given(const gn_hall *h, size_t tensor, const char *symbol)
{
    const gn_symbol *v = gn_sheet_find(h->s, symbol);
    return v ? (gn_given){ tensor, v->rows, v->cols, v->value } : (gn_given){ .tensor = tensor };
}

static void say_findings(gn_hall *h, const gn_diagnosis *d)
{
    for (size_t i = 0; i < d->findings; i++) {
        const gn_finding *f = &d->finding[i];
        gn_hall_say(h, "%s: %s%s%s", f->name, gn_mistake_name(f->mistake), *f->evidence ? ". " : "", f->evidence);
        if (f->mistake != GN_MISTAKE_RIGHT) gn_hall_say(h, "cure: %s", gn_mistake_cure(f->mistake));
    }
}

void gn_hall_diagnose(gn_hall *h, const gn_net *net, const gn_dataset *rows, const gn_given *given, size_t count,
                      bool whole)
{
    gn_diagnosis d;
    if (h->s->status != GN_OK) return;
    gn_status s = gn_diagnose(h->ctx, net, rows, given, count, whole, &d);
    gn_hall_fail(h, s);
    if (s != GN_OK) return;
    gn_hall_part(h, "what glassnet diagnose finds in the document's gradient");
    say_findings(h, &d);
    h->found = d.mistake;
    gn_diagnosis_free(&d);
}

static gn_status central(gn_hall *h, gn_objective *o, size_t tensor, gn_arena *arena, const char *name)
{
    gn_objective_tensor t = gn_objective_tensor_at(o, tensor);
    const double *p = gn_objective_start(o);
    double *g = gn_arena_alloc(arena, gn_objective_size(o), sizeof *g);
    double *numeric = gn_arena_alloc(arena, t.size, sizeof *numeric);
    if (!g || !numeric) return GN_NO_MEMORY;
    GN_TRY(gn_objective_gradient(o, p, NULL, g));
    for (size_t i = 0; i < t.size; i++) {
        gn_check_entry e;
        GN_TRY(gn_check_one(h->ctx, o, p, t.offset + i, g[t.offset + i], 0, &e));
        numeric[i] = e.numeric;
    }
    gn_symbol *made = gn_sheet_symbol(h->s, name, t.dim[0], t.rank > 1 ? t.dim[1] : 1, numeric, GN_F64);
    gn_sheet_given(h->s, 0, "by differences", made);
    return GN_OK;
}

void gn_hall_central(gn_hall *h, const gn_net *net, const gn_dataset *rows, size_t tensor, const char *name)
{
    gn_objective *o = NULL;
    gn_arena arena;
    if (h->s->status != GN_OK) return;
    gn_arena_init(&arena, h->ctx);
    gn_status s = gn_objective_net(h->ctx, net, rows, &o);
    if (s == GN_OK) s = central(h, o, tensor, &arena, name);
    gn_objective_free(o);
    gn_arena_free(&arena);
    gn_hall_fail(h, s);
}

static gn_status descend(gn_objective *o, gn_arena *arena, double rate, size_t n, const double *at, double *loss)
{
    size_t size = gn_objective_size(o), step = 0;
    double *p = gn_arena_alloc(arena, size, sizeof *p), *g = gn_arena_alloc(arena, size, sizeof *g);
    if (!p || !g) return GN_NO_MEMORY;
    memcpy(p, gn_objective_start(o), size * sizeof *p);
    for (size_t i = 0; i < n; i++) {
        for (; (double)step < at[i]; step++) {
            GN_TRY(gn_objective_gradient(o, p, NULL, g));
            for (size_t k = 0; k < size; k++) p[k] -= rate * g[k];
        }
        GN_TRY(gn_objective_value(o, p, &loss[i]));
    }
    return GN_OK;
}

void gn_hall_descend(gn_hall *h, const gn_net *net, const gn_dataset *rows, double rate, size_t n, const double *at,
                     double *loss)
{
    gn_objective *o = NULL;
    gn_arena arena;
    if (h->s->status != GN_OK) return;
    gn_arena_init(&arena, h->ctx);
    gn_status s = gn_objective_net(h->ctx, net, rows, &o);
    if (s == GN_OK) s = descend(o, &arena, rate, n, at, loss);
    gn_objective_free(o);
    gn_arena_free(&arena);
    gn_hall_fail(h, s);
}
