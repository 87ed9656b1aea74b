/* explain_update.c -- one step of an optimiser from these gradients: its rows' own text, first step, state at zero.
 *
 * Invariant: the new weights and state are what the optimiser's kernel makes of copies; the network is not changed. */
#include "explain_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARTS = GN_OPT_SLOTS + GN_OPT_HYPER + 4, LARGE = 100 /* numbers: the state of more is shown a depth below */ };

typedef struct stepping {
    gn_explain_run *r;
    const gn_optimizer_row *row;
    const gn_kernels *k;
    gn_formula_step *step;
    size_t steps;
    double scale;                   /* of the gradient, by its norm */
    double hyper[GN_OPT_HYPER];
} stepping;

/* One tensor on its way. */
typedef struct moving {
    const gn_tensor_info *info;
    const char *name;               /* "W1" */
    size_t rows, cols;
    void *w, *g, *slot[GN_OPT_SLOTS];
} moving;

/* ---- the numbers ------------------------------------------------------------------------------------------------- */

static gn_status take(stepping *u, size_t tensor, moving *m)
{
    gn_explain_run *r = u->r;
    gn_type type = r->net->spec.type;
    gn_trace_name *of = gn_trace_named(&r->t, r->t.param[tensor]);
    *m = (moving){ .info = &r->net->tensor[tensor], .name = of->name, .rows = of->rows, .cols = of->cols };
    size_t n = m->info->size, slots = (size_t)u->row->slots;
    char *block = gn_arena_alloc(&r->t.arena, (2 + slots) * (n + 64), gn_type_size(type));
    if (!block) return GN_NO_MEMORY;
    size_t step = (n + 63) / 64 * 64;
    m->w = block;
    m->g = gn_at(type, block, step);
    for (size_t k = 0; k < slots; k++) m->slot[k] = gn_at(type, block, (2 + k) * step);
    memcpy(m->w, gn_at(type, r->net->block, m->info->offset), n * gn_type_size(type));
    memcpy(m->g, gn_plan_value(r->t.plan, r->t.d_param[tensor]), n * gn_type_size(type));
    return GN_OK;
}

static double *widened(stepping *u, const moving *m, const void *at)
{
    double *v = gn_arena_alloc(&u->r->t.arena, m->info->size, sizeof *v);
    for (size_t i = 0; v && i < m->info->size; i++) v[i] = gn_get(u->r->net->spec.type, at, i);
    return v;
}

static gn_symbol *symbol(stepping *u, const moving *m, const char *name, const void *at)
{
    double *v = widened(u, m, at);
    return v ? gn_sheet_symbol(u->r->s, name, m->rows, m->cols, v, u->r->net->spec.type) : NULL;
}

/* ---- the gradient before the step -------------------------------------------------------------------------------- */

/* Clipping and decay change the gradient that the row sees; what it is then is one more equation. */
static const char *prepare(stepping *u, moving *m, size_t tensor, int depth)
{
    const gn_explain_call *c = u->r->call;
    const char *name = gn_trace_named(&u->r->t, u->r->t.d_param[tensor])->name;
    gn_type type = u->r->net->spec.type;
    int own = -1;
    for (int i = 0; i < u->row->parameters; i++)
        if (!strcmp(u->row->parameter_name[i], "wd")) own = i;
    double decay = own < 0 ? u->hyper[u->row->parameters + 1] : 0, l1 = u->hyper[u->row->parameters + 2];
    if (!(c->clip > 0) && u->scale == 1 && decay == 0 && l1 == 0) return name;
    if (c->clip > 0) u->k->clamp(m->info->size, c->clip, m->g);
    if (u->scale != 1) u->k->scale(m->info->size, u->scale, m->g);
    double *v = gn_arena_alloc(&u->r->t.arena, m->info->size, sizeof *v);
    if (!v) return name;
    for (size_t i = 0; i < m->info->size; i++) {
        double w = gn_get(type, m->w, i);
        v[i] = gn_get(type, m->g, i) + decay * w + l1 * (w > 0 ? 1 : w < 0 ? -1 : 0);
    }
    char formula[256], made[64];
    int at = snprintf(formula, sizeof formula, c->clip > 0 ? "min(max(%s, -clip), clip)" : "%s", name);
    if (u->scale != 1) {
        char inner[256];
        snprintf(inner, sizeof inner, "%s", formula);
        at = snprintf(formula, sizeof formula, "shrink*%.200s", inner);
    }
    if (decay != 0) at += snprintf(formula + at, sizeof formula - (size_t)at, " + weight_decay*%s", m->name);
    if (l1 != 0) snprintf(formula + at, sizeof formula - (size_t)at, " + l1*sign(%s)", m->name);
    snprintf(made, sizeof made, "g_%s", m->name);
    gn_sheet_equation(u->r->s, depth, true, "gradient",
                      gn_sheet_symbol(u->r->s, made, m->rows, m->cols, v, type), formula);
    return gn_arena_text(&u->r->t.arena, made, strlen(made));
}

/* ---- the row's text ---------------------------------------------------------------------------------------------- */

static gn_trace_part *find(gn_trace_part *part, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(part[i].name, name)) return &part[i];
    return NULL;
}

static bool assigned_later(const stepping *u, size_t i)
{
    for (size_t k = i + 1; k < u->steps; k++)
        if (!strcmp(u->step[k].name, u->step[i].name)) return true;
    return false;
}

static size_t first_parts(stepping *u, moving *m, const char *gradient, int depth, gn_trace_part *part)
{
    size_t n = 0;
    double *zero = gn_arena_alloc(&u->r->t.arena, m->info->size, sizeof *zero);
    part[n++] = (gn_trace_part){ "w", m->name, m->rows, m->cols, true };
    part[n++] = (gn_trace_part){ "g", gradient, m->rows, m->cols, true };
    for (int k = 0; k < u->row->slots; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", u->row->slot_name[k], m->name);
        const char *kept = gn_arena_text(&u->r->t.arena, name, strlen(name));
        if (!kept || !zero) return n;
        gn_sheet_given(u->r->s, depth + 1, "state before",
                       gn_sheet_symbol(u->r->s, kept, m->rows, m->cols, zero, u->r->net->spec.type));
        part[n++] = (gn_trace_part){ u->row->slot_name[k], kept, m->rows, m->cols, true };
    }
    return n;
}

static const void *value_of(const stepping *u, const moving *m, const char *name)
{
    for (int k = 0; k < u->row->slots; k++)
        if (!strcmp(u->row->slot_name[k], name)) return m->slot[k];
    return m->w;
}

static void put_steps(stepping *u, moving *m, const char *gradient, int depth)
{
    gn_explain_run *r = u->r;
    gn_trace_part part[PARTS];
    size_t n = first_parts(u, m, gradient, depth, part);
    u->k->update[r->call->op](m->info->size, m->w, m->g, m->slot, u->hyper);
    for (size_t i = 0; i < u->steps; i++) {
        gn_trace_part said = gn_trace_say(&r->t, u->step[i].value, part, n), *to = find(part, n, u->step[i].name);
        if (!to) continue;
        if (assigned_later(u, i)) {
            to->text = said.text;
            to->single = said.single;
            continue;
        }
        bool weight = !strcmp(u->step[i].name, "w");
        char name[64];
        snprintf(name, sizeof name, "%s", weight ? m->name : "");
        if (!weight) snprintf(name, sizeof name, "%s_%s", u->step[i].name, m->name);
        gn_symbol *made = symbol(u, m, name, value_of(u, m, u->step[i].name));
        bool many = m->info->size > LARGE;
        gn_sheet_equation(r->s, depth + (many && !weight), true, weight ? m->info->name : "state", made, said.text);
        const char *kept = gn_arena_text(&r->t.arena, name, strlen(name));
        if (kept) *to = (gn_trace_part){ to->name, kept, m->rows, m->cols, true };
    }
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void put_number(stepping *u, const char *title, const char *name, double value)
{
    gn_sheet_given(u->r->s, 1, title, gn_sheet_symbol(u->r->s, name, 1, 1, &value, GN_F64));
}

static double gradient_norm(stepping *u)
{
    gn_explain_run *r = u->r;
    double sum = 0, clip = r->call->clip;
    for (size_t i = 0; i < r->net->tensors; i++)
        for (size_t k = 0; r->t.d_param[i] && k < r->net->tensor[i].size; k++) {
            double g = gn_trace_at(&r->t, r->t.d_param[i], k);
            if (clip > 0) g = g > clip ? clip : g < -clip ? -clip : g;
            sum += g * g;
        }
    return sqrt(sum);
}

static void put_settings(stepping *u)
{
    const gn_explain_call *c = u->r->call;
    const int p = u->row->parameters;
    for (int i = 0; i < p; i++)
        put_number(u, i ? u->row->name : "learning rate", u->row->parameter_name[i], u->hyper[i]);
    if (strstr(u->row->update, "powt(") || strstr(u->row->update, "t ==")) put_number(u, "step, from 1", "t", 1);
    if (u->hyper[p + 1] != 0) put_number(u, "weight decay", "weight_decay", u->hyper[p + 1]);
    if (u->hyper[p + 2] != 0) put_number(u, "L1", "l1", u->hyper[p + 2]);
    if (c->clip > 0) put_number(u, "clipping", "clip", c->clip);
    if (!(c->clip_norm > 0)) return;
    double norm = gradient_norm(u);
    put_number(u, "clipping by norm", "clip_norm", c->clip_norm);
    put_number(u, "norm of the whole gradient", "norm", norm);
    if (!(norm > c->clip_norm)) return;
    u->scale = c->clip_norm / norm;
    gn_sheet_equation(u->r->s, 1, true, "shrink", gn_sheet_symbol(u->r->s, "shrink", 1, 1, &u->scale, GN_F64),
                      "clip_norm/norm");
}

/* The row's update, a line a statement, with powers of t as a person writes them. */
static void put_rule(stepping *u)
{
    gn_text rule;
    gn_text_init(&rule, u->r->ctx);
    for (size_t i = 0; i < u->steps; i++)
        gn_text_printf(&rule, "%s%s = %s", i ? "; " : "", u->step[i].name,
                       gn_trace_say(&u->r->t, u->step[i].value, NULL, 0).text);
    if (!rule.failed) gn_sheet_text(u->r->s, 1, "%s: %s", u->row->name, rule.at);
    gn_text_free(&rule);
}

static gn_status put_tensor(stepping *u, size_t tensor)
{
    moving m;
    int depth = gn_explain_depth(u->r, gn_net_layer_of(u->r->net, tensor), 1);
    if (!u->r->t.d_param[tensor]) return GN_OK;
    GN_TRY(take(u, tensor, &m));
    const char *gradient = prepare(u, &m, tensor, depth);
    put_steps(u, &m, gradient, depth);
    return u->r->t.status;
}

gn_status gn_explain_update(gn_explain_run *r)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[r->call->op];
    stepping u = { .r = r, .row = row, .scale = 1 };
    u.k = gn_kernels_get((gn_isa)gn_context_isa(r->ctx), r->net->spec.type, gn_context_exact(r->ctx));
    const int p = row->parameters;
    for (int i = 0; i < p; i++) u.hyper[i] = r->call->hyper[i];
    u.hyper[p] = 1;
    u.hyper[p + 1] = r->call->hyper[p];
    u.hyper[p + 2] = r->call->hyper[p + 1];
    GN_TRY(gn_formula_parse_steps(&r->t.arena, row->update, strlen(row->update), &u.step, &u.steps));
    gn_sheet_section(r->s, 1, "update");
    put_rule(&u);
    if (row->slots) gn_sheet_text(r->s, 1, "the first step: the optimiser's state before it is 0");
    put_settings(&u);
    if (r->call->rate_by_data)
        gn_sheet_text(r->s, 1,
                      "the rate is the optimiser's own; training chose rate, schedule and weight decay by the data");
    for (size_t i = 0; i < r->net->tensors; i++) GN_TRY(put_tensor(&u, i));
    return r->t.status;
}
