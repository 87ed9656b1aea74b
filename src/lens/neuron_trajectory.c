/* neuron_trajectory.c -- the run as a table, w_0 at k = 0.
 *
 * Invariant: of a long run only the head and the tail are kept; what is printed is what the run gave at that k. */
#include "neuron_parts.h"

#include <math.h>
#include <string.h>

enum { KEPT = 1000, ENDS = 12, WEIGHTS_SHOWN = 4, COLUMNS = 2 * WEIGHTS_SHOWN + 8 };

typedef struct track {
    gn_sheet_column column[COLUMNS];
    double *at[COLUMNS];
    const double *from[COLUMNS];    /* in the neuron's values; NULL: k */
    size_t columns, norm;           /* norm: the column of |dL/dw|, 0 when there is none */
    size_t head, tail;              /* rows kept from the start, and of the end */
    uint64_t k, falls;
    double first, before, last;     /* losses */
} track;

static void add_column(gn_neuron_page *p, track *t, const char *title, const char *name, const char *formula,
                       const double *from)
{
    double *at = gn_arena_alloc(&p->s->arena, KEPT, sizeof *at);
    if (!at) gn_neuron_fail(p, GN_NO_MEMORY);
    t->at[t->columns] = at;
    t->from[t->columns] = from;
    t->column[t->columns++] = (gn_sheet_column){.title = title, .name = name, .formula = formula, .number = at,
                                                .single = from && p->n->spec.type == GN_F32};
}

static const double *value(gn_neuron_page *p, const char *name)
{
    size_t size;
    return gn_neuron_value(p->n, name, &size);
}

/* A scalar neuron with one row has its formulas as columns' formulas; else the numbers stand for themselves. */
static void add_columns(gn_neuron_page *p, track *t, bool closed)
{
    const gn_neuron *n = p->n;
    bool one = n->spec.rows == 1, plain = one && n->spec.inputs == 1;
    size_t shown = n->spec.inputs <= WEIGHTS_SHOWN ? n->spec.inputs : WEIGHTS_SHOWN - 1;
    add_column(p, t, "k", "k", NULL, NULL);
    for (size_t i = 0; i < shown; i++)
        add_column(p, t, n->component[n->w + i], n->component[n->w + i], NULL, n->value + n->w + i);
    if (n->spec.has_bias) add_column(p, t, "b", "b", NULL, n->value + n->b);
    if (closed) add_column(p, t, "closed form", "closed", gn_neuron_closed_form(p), NULL);
    if (one && n->texts.linear) add_column(p, t, "p", "p", plain ? n->entry[0].shown.text : NULL, value(p, "p"));
    else if (one) {
        add_column(p, t, "z", "z", plain ? n->entry[0].shown.text : NULL, value(p, "z"));
        add_column(p, t, "p", "p", n->texts.value, value(p, "p"));
    }
    if (one && n->texts.by_error) add_column(p, t, "e", "e", "p - y", value(p, "e"));
    add_column(p, t, "L", "L", one ? n->texts.loss : NULL, n->value + n->loss);
    t->norm = n->spec.inputs > 2 ? t->columns : 0;
    if (t->norm) add_column(p, t, "|dL/dw|", "norm", NULL, NULL);
    for (size_t i = 0; i < shown && !t->norm; i++)
        add_column(p, t, gn_neuron_format(&p->s->arena, "d%s/d%s", "L", n->component[n->w + i]),
                   gn_neuron_format(&p->s->arena, "dL_d%s", n->component[n->w + i]), NULL, n->value + n->dw + i);
    if (n->spec.has_bias) add_column(p, t, "dL/db", "dL_db", NULL, n->value + n->db);
}

static double norm(size_t count, const double *v)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

static gn_status keep(void *user, gn_neuron *n, uint64_t k)
{
    track *t = user;
    size_t row = k < t->head ? (size_t)k : t->head + (size_t)((k - t->head) % t->tail);
    for (size_t c = 0; c < t->columns; c++) t->at[c][row] = t->from[c] ? *t->from[c] : (double)k;
    if (t->norm) t->at[t->norm][row] = norm(n->spec.inputs, gn_neuron_gradient(n));
    double loss = gn_neuron_loss(n);
    if (k == 0) t->first = loss;
    t->falls += k > 0 && loss < t->last;
    t->before = k > 0 ? t->last : loss;
    t->last = loss;
    t->k = k;
    return GN_OK;
}

/* The ring of the tail put in order; how many rows there are. */
static size_t unroll(gn_neuron_page *p, track *t)
{
    size_t kept = t->head + t->tail;
    if (t->k < kept) return (size_t)t->k + 1;
    size_t first = (size_t)((t->k + 1 - t->head) % t->tail);
    double *turned = gn_arena_alloc(&p->s->arena, t->tail, sizeof *turned);
    if (!turned) gn_neuron_fail(p, GN_NO_MEMORY);
    for (size_t c = 0; turned && c < t->columns; c++) {
        for (size_t i = 0; i < t->tail; i++) turned[i] = t->at[c][t->head + (first + i) % t->tail];
        memcpy(t->at[c] + t->head, turned, t->tail * sizeof *turned);
    }
    return kept;
}

/* The closed form by its text, at every k that is kept. */
static void fill_closed(gn_neuron_page *p, track *t, size_t rows)
{
    static const char *const names[] = {"w_star", "w_0", "r", "lr", "lambda", "k"};
    enum { OF_RUN = GN_COUNT(names) - 1 };
    const gn_formula *f;
    gn_program *program;
    gn_arena *a = &p->s->arena;
    size_t c = 0;
    while (c < t->columns && strcmp(t->column[c].name, "closed") != 0) c++;
    if (c == t->columns || p->s->status != GN_OK) return;
    gn_status s = gn_formula_parse(a, t->column[c].formula, strlen(t->column[c].formula), &f);
    if (s == GN_OK) s = gn_program_make(a, f, names, GN_COUNT(names), &program);
    double *room = s == GN_OK ? gn_arena_alloc(a, gn_program_room(program) + 1, sizeof *room) : NULL;
    if (!room) {
        gn_neuron_fail(p, s == GN_OK ? GN_NO_MEMORY : s);
        return;
    }
    double v[GN_COUNT(names)];
    for (size_t i = 0; i < OF_RUN; i++) v[i] = gn_sheet_find(p->s, names[i])->value[0];
    for (size_t i = 0; i < rows; i++) {
        v[OF_RUN] = t->at[0][i];
        t->at[c][i] = gn_program_run(program, v, room);
    }
}

static void say_end(gn_neuron_page *p, const gn_neuron_result *r)
{
    unsigned long long k = (unsigned long long)r->k;
    if (r->end == GN_NEURON_GUARDED)
        gn_sheet_text(p->s, 0, "stopped at k = %llu: a weight is larger than the guard, %s (%llu values of w in "
                      "all, w_0 "
                      "among them)", k, GN_SHORT(p->show->guard), k + 1);
    if (r->end == GN_NEURON_NAN) gn_sheet_text(p->s, 0, "stopped at k = %llu: a weight is nan", k);
}

void gn_neuron_show_run(gn_neuron_page *p, gn_neuron_result *result)
{
    gn_neuron *n = p->n;
    track t = {.head = p->show->steps < KEPT ? KEPT - ENDS : ENDS, .tail = ENDS};
    bool closed = gn_neuron_has_closed_form(p) && n->spec.inputs == 1;
    if (p->s->status != GN_OK) return;
    gn_sheet_section(p->s, 0, "the run: %llu step%s", (unsigned long long)p->show->steps,
                     p->show->steps == 1 ? "" : "s");
    add_columns(p, &t, closed);
    if (p->s->status != GN_OK) return;
    gn_status s = gn_neuron_run(n, p->show->steps, p->show->guard, keep, &t, &result->end);
    if (s != GN_OK) {
        gn_neuron_fail(p, s);
        return;
    }
    size_t rows = unroll(p, &t);
    if (closed) fill_closed(p, &t, rows);
    result->k = t.k;
    result->w = gn_neuron_weights(n)[0];
    result->b = gn_neuron_bias(n);
    result->loss = gn_neuron_loss(n);
    p->first_loss = t.first;
    p->loss_before = t.before;
    gn_sheet_table(p->s, 0, t.k < KEPT ? "trajectory" : "trajectory: its head and its tail", t.columns, rows, t.column);
    if (t.k > 0)
        gn_sheet_text(p->s, 0, "the loss went from %s to %s; it fell at %llu of %llu step%s", GN_SHORT(t.first),
                      GN_SHORT(t.last), (unsigned long long)t.falls, (unsigned long long)t.k, t.k == 1 ? "" : "s");
    say_end(p, result);
    gn_neuron_say_end(p);
}
