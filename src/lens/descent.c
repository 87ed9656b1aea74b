/* descent.c -- running an optimiser's row on an expression, one number a variable.
 *
 * Invariant: a step is a function of the state before it; what is recorded is what the next step starts from. */
#include "descent.h"

#include <math.h>
#include <string.h>

enum { KEPT = 10000, VARIABLES_MOST = 256, HESSIAN_MOST = 16 };

typedef struct assignment { size_t to; gn_program *value; } assignment;

/* Values of one variable's update: w, g, the slots, the parameters, t -- in this order. */
typedef struct runner {
    gn_arena *arena;
    const gn_functions *of;
    const gn_descent_ask *ask;
    const gn_optimizer_row *row;
    size_t n, names;
    gn_program *f, **g, **h;    /* over the expression's names; h NULL when there are too many */
    assignment *step;
    size_t steps;
    double *point;              /* (names of the expression) */
    double *update;             /* (names of the update) */
    double *slot, *first_slot, *arrived_slot;   /* (n, slots) */
    double *room;
    double *gradient, *before, *arrived_x;      /* (n) */
} runner;

static gn_status compile(runner *r, const gn_formula *f, gn_program **out, size_t *room)
{
    GN_TRY(gn_program_make(r->arena, f, r->of->name, r->of->names, out));
    size_t need = gn_program_room(*out);
    if (need > *room) *room = need;
    return GN_OK;
}

static gn_status compile_calculus(runner *r, size_t *room)
{
    gn_matrix g, h;
    const gn_formula *f = r->of->f.at[0];
    GN_TRY(gn_matrix_gradient(r->arena, f, r->of->name, r->n, &g));
    GN_TRY(compile(r, f, &r->f, room));
    r->g = gn_arena_alloc(r->arena, r->n, sizeof *r->g);
    if (!r->g) return GN_NO_MEMORY;
    for (size_t i = 0; i < r->n; i++) GN_TRY(compile(r, g.at[i], &r->g[i], room));
    if (r->n > HESSIAN_MOST) return GN_OK;
    GN_TRY(gn_matrix_hessian(r->arena, f, r->of->name, r->n, &h));
    r->h = gn_arena_alloc(r->arena, r->n * r->n, sizeof *r->h);
    if (!r->h) return GN_NO_MEMORY;
    for (size_t i = 0; i < r->n * r->n; i++) GN_TRY(compile(r, h.at[i], &r->h[i], room));
    return GN_OK;
}

static size_t place_of(const char *const *name, size_t count, const char *wanted)
{
    size_t i = 0;
    while (i < count && strcmp(name[i], wanted) != 0) i++;
    return i;
}

static gn_status compile_update(runner *r, size_t *room)
{
    const gn_optimizer_row *row = r->row;
    gn_formula_step *step;
    size_t count = 2 + (size_t)row->slots + (size_t)row->parameters;
    const char **name = gn_arena_alloc(r->arena, count + 1, sizeof *name);
    r->update = gn_arena_alloc(r->arena, count + 1, sizeof *r->update);
    if (!name || !r->update) return GN_NO_MEMORY;
    name[0] = "w";
    name[1] = "g";
    for (int i = 0; i < row->slots; i++) name[2 + i] = row->slot_name[i];
    for (int i = 0; i < row->parameters; i++) name[2 + row->slots + i] = row->parameter_name[i];
    name[count] = "t";
    r->names = count;
    GN_TRY(gn_formula_parse_steps(r->arena, row->update, strlen(row->update), &step, &r->steps));
    r->step = gn_arena_alloc(r->arena, r->steps, sizeof *r->step);
    if (!r->step) return GN_NO_MEMORY;
    for (size_t i = 0; i < r->steps; i++) {
        r->step[i].to = place_of(name, count, step[i].name);
        GN_TRY(gn_program_make(r->arena, step[i].value, name, count + 1, &r->step[i].value));
        size_t need = gn_program_room(r->step[i].value);
        if (need > *room) *room = need;
    }
    return GN_OK;
}

static gn_status open_runner(runner *r)
{
    size_t room = 1, slots = (size_t)r->row->slots;
    GN_TRY(compile_calculus(r, &room));
    GN_TRY(compile_update(r, &room));
    r->room = gn_arena_alloc(r->arena, room, sizeof *r->room);
    r->point = gn_arena_alloc(r->arena, r->of->names + 1, sizeof *r->point);
    r->slot = gn_arena_alloc(r->arena, 3 * r->n * slots + 1, sizeof *r->slot);
    r->gradient = gn_arena_alloc(r->arena, 3 * r->n, sizeof *r->gradient);
    if (!r->room || !r->point || !r->slot || !r->gradient) return GN_NO_MEMORY;
    r->first_slot = r->slot + r->n * slots;
    r->arrived_slot = r->first_slot + r->n * slots;
    r->before = r->gradient + r->n;
    r->arrived_x = r->before + r->n;
    memcpy(r->point, r->ask->from, r->of->names * sizeof *r->point);
    return GN_OK;
}

static double decay_at(const gn_descent_ask *ask, double w)
{
    if (!ask->weight_decay && !ask->l1) return 0;
    return ask->weight_decay * w + ask->l1 * (double)((w > 0) - (w < 0));
}

double gn_descent_size(const gn_descent_ask *ask, size_t n, const double *x, const double *g)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) s = hypot(s, g[i] + decay_at(ask, x[i]));
    return s;
}

/* The row's text on one variable: w, g and the slots in, w and the slots out. */
static void update_variable(runner *r, size_t i, uint64_t t)
{
    size_t slots = (size_t)r->row->slots;
    double *u = r->update, w = r->point[i];
    double clip = r->ask->clip, g = clip > 0 ? fmin(fmax(r->gradient[i], -clip), clip) : r->gradient[i];
    u[0] = w;
    u[1] = g + decay_at(r->ask, w);
    memcpy(u + 2, r->slot + i * slots, slots * sizeof *u);
    memcpy(u + 2 + slots, r->ask->hyper, (size_t)r->row->parameters * sizeof *u);
    u[r->names] = (double)t;
    for (size_t s = 0; s < r->steps; s++) u[r->step[s].to] = gn_program_run(r->step[s].value, u, r->room);
    r->point[i] = u[0];
    memcpy(r->slot + i * slots, u + 2, slots * sizeof *u);
}

static gn_status open_path(runner *r, gn_descent *d)
{
    d->n = r->n;
    d->slots = (size_t)r->row->slots;
    d->stride = 1;
    size_t rows = r->ask->steps < KEPT ? (size_t)r->ask->steps + 2 : KEPT + 2;
    d->k = gn_arena_alloc(r->arena, rows, sizeof *d->k);
    d->x = gn_arena_alloc(r->arena, rows * r->n, 2 * sizeof *d->x);
    d->f = gn_arena_alloc(r->arena, rows, 4 * sizeof *d->f);
    if (!d->k || !d->x || !d->f) return GN_NO_MEMORY;
    d->g = d->x + rows * r->n;
    d->first = d->f + rows;
    d->second = d->first + rows;
    d->change = d->second + rows;
    d->arrived = UINT64_MAX;
    return GN_OK;
}

/* Every other row goes: what is kept always reaches back to the start. */
static void thin(gn_descent *d)
{
    size_t to = 0, n = d->n;
    d->stride *= 2;
    for (size_t r = 0; r < d->rows; r++) {
        if (d->k[r] % d->stride) continue;
        d->k[to] = d->k[r];
        d->f[to] = d->f[r];
        d->first[to] = d->first[r];
        d->second[to] = d->second[r];
        d->change[to] = d->change[r];
        memmove(d->x + to * n, d->x + r * n, n * sizeof *d->x);
        memmove(d->g + to * n, d->g + r * n, n * sizeof *d->g);
        to++;
    }
    d->rows = to;
}

static void record(runner *r, gn_descent *d, uint64_t k, double f)
{
    if (d->rows == KEPT) thin(d);
    size_t row = d->rows++;
    d->k[row] = k;
    d->f[row] = f;
    d->first[row] = d->second[row] = d->change[row] = NAN;
    memcpy(d->x + row * r->n, r->point, r->n * sizeof *d->x);
    memcpy(d->g + row * r->n, r->gradient, r->n * sizeof *d->g);
}

/* g.d and d'Hd/2 of the step that is about to be taken to the recorded row, at the point before it. */
static void predict(runner *r, double *first, double *second, const double *from)
{
    const double *to = r->before;   /* the point before; `from` holds its gradient */
    *first = 0;
    *second = r->h ? 0 : NAN;
    for (size_t i = 0; i < r->n; i++) *first += from[i] * (r->point[i] - to[i]);
    if (!r->h) return;
    double now[HESSIAN_MOST], d[HESSIAN_MOST];
    for (size_t i = 0; i < r->n; i++) {
        d[i] = r->point[i] - to[i];
        now[i] = r->point[i];
        r->point[i] = to[i];
    }
    for (size_t i = 0; i < r->n * r->n; i++)
        *second += d[i / r->n] * gn_program_run(r->h[i], r->point, r->room) * d[i % r->n] / 2;
    memcpy(r->point, now, r->n * sizeof *now);
}

/* Value and gradient at the point; the name of what is not finite, or NULL. */
static const char *look(runner *r, double *f)
{
    const char *bad = NULL;
    for (size_t i = 0; i < r->n; i++)
        if (!isfinite(r->point[i]) && !bad) bad = r->of->name[i];
    *f = gn_program_run(r->f, r->point, r->room);
    for (size_t i = 0; i < r->n; i++) r->gradient[i] = gn_program_run(r->g[i], r->point, r->room);
    if (!bad && !isfinite(*f)) bad = "f";
    for (size_t i = 0; !bad && i < r->n; i++)
        if (!isfinite(r->gradient[i])) bad = "the gradient";
    return bad;
}

/* The last point is the last but two, and the one between is another. */
static bool alternates(const gn_descent *d, const double *older)
{
    double moved = 0, back = 0, size = 0;
    const double *last = d->x + (d->rows - 1) * d->n;
    for (size_t i = 0; i < d->n && d->steps >= 3; i++) {
        moved = fmax(moved, fabs(last[i] - d->previous[i]));
        back = fmax(back, fabs(last[i] - older[i]));
        size = fmax(size, fabs(last[i]));
    }
    return moved > 1e-9 * size && moved > 0 && back <= 1e-12 * fmax(size, moved);
}

static gn_descent_end how_it_ended(const gn_descent_ask *ask, const gn_descent *d, const double *older)
{
    size_t r = d->rows;
    if (d->overflow) return GN_DESCENT_OVERFLOW;
    if (gn_descent_size(ask, d->n, d->x + (r - 1) * d->n, d->g + (r - 1) * d->n) == 0) return GN_DESCENT_STILL;
    if (alternates(d, older)) return GN_DESCENT_CYCLE;
    if (r > 2 && d->f[r - 1] > d->f[0] && d->f[r - 1] > d->f[r - 2]) return GN_DESCENT_GROWS;
    return GN_DESCENT_WENT;
}

/* One step more, which is taken back. */
static bool is_at_rest(runner *r, uint64_t t)
{
    bool rests = true;
    size_t slots = (size_t)r->row->slots;
    double held[GN_OPT_SLOTS];
    for (size_t i = 0; i < r->n; i++) {
        double x = r->point[i];
        memcpy(held, r->slot + i * slots, slots * sizeof *held);
        update_variable(r, i, t);
        rests = rests && r->point[i] == x;
        r->point[i] = x;
        memcpy(r->slot + i * slots, held, slots * sizeof *held);
    }
    return rests;
}

static void note_arrival(runner *r, gn_descent *d, uint64_t t)
{
    d->arrived = t;
    memcpy(r->arrived_slot, r->slot, r->n * d->slots * sizeof *r->slot);
    memcpy(r->arrived_x, r->point, r->n * sizeof *r->point);
}

static gn_status walk(runner *r, gn_descent *d)
{
    double f, old = 0, *from = gn_arena_alloc(r->arena, 2 * r->n, sizeof *from), *older = from + r->n;
    if (!from) return GN_NO_MEMORY;
    d->previous = r->before;
    d->slot = r->slot;
    d->first_slot = r->first_slot;
    d->arrived_slot = r->arrived_slot;
    d->arrived_x = r->arrived_x;
    d->overflow = look(r, &f);
    double start = gn_descent_size(r->ask, r->n, r->point, r->gradient), size = start;
    record(r, d, 0, f);
    if (start == 0) note_arrival(r, d, 0);
    for (uint64_t t = 1; t <= r->ask->steps && !d->overflow; t++) {
        if (t % 4096 == 0 && gn_stop_requested(r->arena->ctx))
            return gn_fail(r->arena->ctx, GN_E_STOPPED, "stopped at step %llu", (unsigned long long)t);
        old = f;
        memcpy(from, r->gradient, r->n * sizeof *from);
        memcpy(older, r->before, r->n * sizeof *from);
        memcpy(r->before, r->point, r->n * sizeof *from);
        for (size_t i = 0; i < r->n; i++) update_variable(r, i, t);
        d->steps = t;
        if (t == 1) memcpy(r->first_slot, r->slot, r->n * d->slots * sizeof *r->slot);
        bool keep = t % d->stride == 0 || t == r->ask->steps;
        double first = NAN, second = NAN;
        if (keep) predict(r, &first, &second, from);
        d->overflow = look(r, &f);
        size = gn_descent_size(r->ask, r->n, r->point, r->gradient);
        if (size <= gn_descent_share(r->ask) * start && d->arrived == UINT64_MAX) note_arrival(r, d, t);
        if (!keep && !d->overflow) continue;
        record(r, d, t, f);
        d->first[d->rows - 1] = first;
        d->second[d->rows - 1] = second;
        d->change[d->rows - 1] = f - old;
    }
    d->end = how_it_ended(r->ask, d, older);
    d->rests = !d->overflow && is_at_rest(r, d->steps + 1);
    return GN_OK;
}

gn_status gn_descent_run(gn_arena *arena, const gn_functions *of, const gn_descent_ask *ask, gn_descent *out)
{
    runner r = {.arena = arena, .of = of, .ask = ask, .row = &gn_optimizer_table()[ask->op], .n = of->variables};
    *out = (gn_descent){0};
    if (of->f.rows != 1) {
        gn_fail(arena->ctx, GN_E_EXP_SHAPE, "a descent is of one function, not of %zu", of->f.rows);
        return gn_hint(arena->ctx, "make one number of them, such as dot(r, r)");
    }
    if (!r.n || r.n > VARIABLES_MOST)
        return gn_fail(arena->ctx, GN_E_EXP_VAR, "the function has %zu variables; a descent needs 1 to %d", r.n,
                       VARIABLES_MOST);
    GN_TRY(open_runner(&r));
    GN_TRY(open_path(&r, out));
    return walk(&r, out);
}
