/* neuron_text.c -- the texts of a neuron: activation, loss and optimiser as their rows state them, in the neuron's
 * names.
 *
 * Invariant: nothing here knows a formula; each is a row's text with names put in, or its derivative. */
#include "neuron_parts.h"
#include "../graph/composed.h"

#include <stdio.h>
#include <string.h>

const char *gn_neuron_print(gn_arena *arena, const gn_formula *f)
{
    gn_text t;
    if (!f) return NULL;
    gn_text_init(&t, arena->ctx);
    gn_formula_print(&t, f);
    char *r = gn_text_done(&t) == GN_OK ? gn_arena_text(arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return r;
}

const char *gn_neuron_format(gn_arena *arena, const char *fmt, ...)
{
    char buffer[256];
    va_list va;
    va_start(va, fmt);
    int n = vsnprintf(buffer, sizeof buffer, fmt, va);
    va_end(va);
    return n < 0 ? NULL : gn_arena_text(arena, buffer, (size_t)n < sizeof buffer ? (size_t)n : sizeof buffer - 1);
}

static gn_status put(gn_arena *arena, const gn_formula **f, const char *name, const char *by)
{
    const gn_formula *to = gn_formula_name(arena, by);
    if (!to) return GN_NO_MEMORY;
    return gn_formula_substitute(arena, *f, name, to, f);
}

static gn_status put_number(gn_arena *arena, const gn_formula **f, const char *name, double by)
{
    const gn_formula *to = gn_formula_number(arena, by);
    if (!to) return GN_NO_MEMORY;
    return gn_formula_substitute(arena, *f, name, to, f);
}

static gn_status derive(gn_arena *arena, const gn_formula *f, const char *name, const gn_formula **out)
{
    GN_TRY(gn_formula_derive(arena, f, name, out));
    return gn_formula_simplify(arena, *out, out);
}

/* ---- activation -------------------------------------------------------------------------------------------------- */

gn_status gn_neuron_bad_activation(gn_context *ctx, const char *text)
{
    const char *names[GN_P_COUNT];
    size_t n = 0;
    for (int i = 0; i < GN_P_COUNT; i++)
        if (gn_pointwise_table()[i].arity == 1) names[n++] = gn_pointwise_table()[i].name;
    const char *closest = gn_closest(text, names, n);
    gn_fail(ctx, GN_E_CFG_NET, "act: '%s' is no activation", gn_show(GN_SHOWN, text, strlen(text)));
    for (int i = 0; i < GN_M_COUNT; i++)
        if (!strcmp(gn_composed_table((gn_composed_op)i)->name, text))
            return gn_hint(ctx, "%s is of several outputs, and a neuron has one; of two classes --loss bce is, without "
                           "--act: it has the sigmoid in it", text);
    return gn_hint(ctx, closest ? "did you mean '%s'?" : "%s", closest ? closest : "`glassnet ops pointwise` lists "
                   "them");
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "alpha=0.2" into par. */
static gn_status read_parameter(gn_context *ctx, const gn_pointwise_row *row, const char *at, size_t length,
                                double *par)
{
    size_t name = 0, used;
    while (name < length && is_name_byte(at[name])) name++;
    size_t value = name;
    while (value < length && (at[value] == ' ' || at[value] == '=')) value++;
    for (int i = 0; i < row->parameters; i++) {
        if (strlen(row->parameter_name[i]) != name || memcmp(row->parameter_name[i], at, name) != 0) continue;
        if (gn_read_number(at + value, length - value, '.', &par[i], &used) == GN_NUMBER_OK) return GN_OK;
        return gn_fail(ctx, GN_E_CFG_VALUE, "act: '%s' is not a number for %s of %s",
                       gn_show(GN_SHOWN, at + value, length - value), row->parameter_name[i], row->name);
    }
    gn_fail(ctx, GN_E_CFG_VALUE, "act: %s has no parameter '%s'", row->name, gn_show(GN_SHOWN, at, name));
    return row->parameters ? gn_hint(ctx, "it has %s: %s(%s=%s)", row->parameter_name[0], row->name,
                                     row->parameter_name[0],
                                     gn_num(GN_NUM, row->parameter_default[0]))
                           : gn_hint(ctx, "it has none: --act %s", row->name);
}

/* "leaky_relu(alpha=0.2)": the row and its parameters; *own: one differs from the row's default. */
static gn_status read_act_text(gn_context *ctx, const char *text, gn_pointwise *act, double *par, bool *own)
{
    char name[64];
    size_t length = 0, part = 0, n;
    const char *at;
    while (text[length] && text[length] != '(' && length + 1 < sizeof name) length++;
    size_t end = length;
    while (end && text[end - 1] == ' ') end--;
    for (size_t i = 0; i < end; i++) name[i] = text[i] == '-' ? '_' : text[i];
    name[end] = 0;
    *act = gn_pointwise_find(name);
    if (*act == GN_P_COUNT || gn_pointwise_table()[*act].arity != 1) return gn_neuron_bad_activation(ctx, name);
    const gn_pointwise_row *row = &gn_pointwise_table()[*act];
    for (int i = 0; i < row->parameters; i++) par[i] = row->parameter_default[i];
    if (text[length] == '(') {
        size_t last = strlen(text);
        while (last > length && text[last - 1] == ' ') last--;
        if (text[last - 1] != ')' || last - length >= sizeof name)
            return gn_fail(ctx, GN_E_CFG_VALUE, "act: '%s' does not end with ')'", gn_show(GN_SHOWN, text,
                                                                                           strlen(text)));
        memcpy(name, text + length + 1, last - length - 2);
        name[last - length - 2] = 0;
        while (gn_list_part(name, ',', part++, &at, &n)) GN_TRY(read_parameter(ctx, row, at, n, par));
    }
    *own = false;
    for (int i = 0; i < row->parameters; i++) *own = *own || par[i] != row->parameter_default[i];
    return GN_OK;
}

/* A row's text with z for x, p for y and the parameters' numbers. */
static gn_status row_text(gn_arena *arena, const gn_pointwise_row *row, const char *text, const double *par,
                          const gn_formula **out)
{
    GN_TRY(gn_formula_parse(arena, text, strlen(text), out));
    GN_TRY(put(arena, out, "x", "z"));
    GN_TRY(put(arena, out, "y", "p"));
    for (int i = 0; i < row->parameters; i++) GN_TRY(put_number(arena, out, row->parameter_name[i], par[i]));
    return GN_OK;
}

/* d/dz of the slope s(z, p): its own and by way of p. */
static gn_status second_slope(gn_arena *arena, const gn_formula *slope, const gn_formula **out)
{
    const gn_formula *by_z, *by_p, *dp = gn_formula_name(arena, "dp_dz");
    GN_TRY(derive(arena, slope, "z", &by_z));
    GN_TRY(derive(arena, slope, "p", &by_p));
    const gn_formula *sum = gn_formula_make(arena, GN_F_ADD, by_z, gn_formula_make(arena, GN_F_MUL, by_p, dp));
    if (!sum) return GN_NO_MEMORY;
    return gn_formula_simplify(arena, sum, out);
}

gn_status gn_neuron_read_act(gn_arena *arena, const char *text, gn_neuron_texts *out)
{
    double par[GN_PW_PARAMS] = {0};
    bool own = false;
    const gn_formula *value, *slope, *slope2;
    GN_TRY(read_act_text(arena->ctx, text, &out->act, par, &own));
    const gn_pointwise_row *row = &gn_pointwise_table()[out->act];
    out->linear = out->act == GN_P_identity;
    GN_TRY(row_text(arena, row, row->value, par, &value));
    GN_TRY(row_text(arena, row, row->slope[0], par, &slope));
    GN_TRY(second_slope(arena, slope, &slope2));
    out->value = own ? gn_neuron_print(arena, value) : gn_neuron_format(arena, "%s(z)", row->name);
    out->slope = gn_neuron_print(arena, slope);
    out->slope2 = gn_neuron_print(arena, slope2);
    out->slope_rule = gn_neuron_format(arena, "slope of %s, from its row", row->name);
    return out->value && out->slope && out->slope2 && out->slope_rule ? GN_OK : GN_NO_MEMORY;
}

/* ---- loss -------------------------------------------------------------------------------------------------------- */

/* What a loss's row says over z and t: its formula, or the one of the composed operation it calls. */
static const char *loss_text(const gn_loss_row *row)
{
    for (int i = 0; i < GN_M_COUNT; i++) {
        const gn_composed_row *c = gn_composed_table((gn_composed_op)i);
        size_t n = strlen(c->name);
        if (strncmp(row->formula, c->name, n) != 0 || row->formula[n] != '(') continue;
        const char *equals = c->formula ? strstr(c->formula, "= ") : NULL;
        return equals ? equals + 2 : NULL;
    }
    return row->formula;
}

static gn_status bad_loss(gn_arena *arena, const char *text)
{
    gn_fail(arena->ctx, GN_E_CFG_LOSS, "loss: '%s' is no loss, and no expression of e (or of p and y)",
            gn_show(GN_SHOWN, text, strlen(text)));
    return gn_hint(arena->ctx, "a row of `glassnet ops loss` such as mse, or an expression such as \"0.5*e^2\" with "
                               "e = p - y");
}

static bool is_word(const char *text)
{
    for (; *text; text++)
        if (!is_name_byte(*text) && *text != '-') return false;
    return true;
}

static gn_status loss_formula(gn_arena *arena, const char *text, gn_neuron_texts *out, const gn_formula **f)
{
    gn_loss row = gn_loss_find(text);
    if (row == GN_LOSS_COUNT) {
        const char *const *names;
        size_t count;
        if (is_word(text) && strcmp(text, "e") != 0) return bad_loss(arena, text);
        GN_TRY(gn_formula_parse(arena, text, strlen(text), f));
        GN_TRY(gn_formula_names(arena, *f, &names, &count));
        for (size_t i = 0; i < count; i++)
            if (strcmp(names[i], "e") && strcmp(names[i], "p") && strcmp(names[i], "y") && strcmp(names[i], "pi"))
                return bad_loss(arena, text);
        if (!gn_formula_uses(*f, "e") && !gn_formula_uses(*f, "p")) return bad_loss(arena, text);
        return GN_OK;
    }
    const gn_loss_row *r = &gn_loss_table()[row];
    const char *own = r->per_row ? NULL : loss_text(r);
    if (!own) {
        gn_fail(arena->ctx, GN_E_CFG_LOSS, "loss: %s compares several outputs, and a neuron has one", r->name);
        return gn_hint(arena->ctx, "for two classes: --loss bce, without --act: it has the sigmoid in it");
    }
    out->link = r->link;
    GN_TRY(gn_formula_parse(arena, own, strlen(own), f));
    GN_TRY(put(arena, f, "z", "p"));
    return put(arena, f, "t", "y");
}

/* f of p and y as a function of e = p - y when it is one. */
static gn_status by_error(gn_arena *arena, const gn_formula **f, bool *is)
{
    const gn_formula *sum = gn_formula_make(arena, GN_F_ADD, gn_formula_name(arena, "e"), gn_formula_name(arena, "y")),
                     *g;
    if (!sum) return GN_NO_MEMORY;
    GN_TRY(gn_formula_substitute(arena, *f, "p", sum, &g));
    GN_TRY(gn_formula_simplify(arena, g, &g));
    *is = !gn_formula_uses(g, "y");
    if (*is) *f = g;
    return GN_OK;
}

/* The shorter of f and f with its functions spelled out: square(e) is e^2. */
static gn_status spell_if_shorter(gn_arena *arena, const gn_formula **f, const char **text)
{
    const gn_formula *spelled;
    GN_TRY(gn_formula_expand(arena, *f, &spelled));
    GN_TRY(gn_formula_simplify(arena, spelled, &spelled));
    const char *a = gn_neuron_print(arena, *f), *b = gn_neuron_print(arena, spelled);
    if (!a || !b) return GN_NO_MEMORY;
    if (strlen(b) < strlen(a)) *f = spelled;
    *text = strlen(b) < strlen(a) ? b : a;
    return GN_OK;
}

gn_status gn_neuron_read_loss(gn_arena *arena, const char *text, double factor, gn_neuron_texts *out)
{
    const gn_formula *f, *d, *d2;
    GN_TRY(loss_formula(arena, text, out, &f));
    if (factor != 1) {
        f = gn_formula_make(arena, GN_F_MUL, gn_formula_number(arena, factor), f);
        if (!f) return GN_NO_MEMORY;
    }
    GN_TRY(by_error(arena, &f, &out->by_error));
    if (!out->by_error) {   /* what is left of e is p - y */
        const gn_formula *e = gn_formula_make(arena, GN_F_SUB, gn_formula_name(arena, "p"), gn_formula_name(arena,
                                                                                                            "y"));
        if (!e) return GN_NO_MEMORY;
        GN_TRY(gn_formula_substitute(arena, f, "e", e, &f));
    }
    GN_TRY(spell_if_shorter(arena, &f, &out->loss));
    const char *by = out->by_error ? "e" : "p";
    GN_TRY(derive(arena, f, by, &d));
    GN_TRY(derive(arena, d, by, &d2));
    out->dloss = gn_neuron_print(arena, d);
    out->d2loss = gn_neuron_print(arena, d2);
    return out->dloss && out->d2loss ? GN_OK : GN_NO_MEMORY;
}

/* ---- optimiser --------------------------------------------------------------------------------------------------- */

/* powt(beta1) is written beta1^t. */
static gn_status plain_powers(gn_arena *arena, const char *update, const char **out)
{
    gn_text t;
    gn_text_init(&t, arena->ctx);
    for (const char *p = update; *p;) {
        if (strncmp(p, "powt(", 5) != 0) {
            gn_text_add(&t, p++, 1);
            continue;
        }
        const char *close = strchr(p, ')');
        gn_text_add(&t, p + 5, (size_t)(close - p - 5));
        gn_text_puts(&t, "^t");
        p = close + 1;
    }
    *out = gn_text_done(&t) == GN_OK ? gn_arena_text(arena, t.at, t.length) : NULL;
    gn_text_free(&t);
    return *out ? GN_OK : GN_NO_MEMORY;
}

/* The names of a row on their way through its assignments: `now` is what a name stands for at this point. */
typedef struct renamed { const char *row, *old, *now; int version; } renamed;

static renamed *find_renamed(renamed *r, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(r[i].row, name) == 0) return &r[i];
    return NULL;
}

static gn_status rename_step(gn_arena *arena, const gn_formula_step *step, renamed *r, int count, const char *suffix,
                             gn_neuron_assign *out)
{
    const gn_formula *f = step->value;
    for (int i = 0; i < count; i++) GN_TRY(put(arena, &f, r[i].row, r[i].now));
    renamed *to = find_renamed(r, count, step->name);
    const char *base = to->old;
    size_t stem = strlen(base) - strlen(suffix);
    to->version++;
    out->name = to->version == 1
        ? gn_neuron_format(arena, "%.*s_new%s", (int)stem, base, suffix)
        : gn_neuron_format(arena, "%.*s_new%d%s", (int)stem, base, to->version, suffix);
    out->old = base;
    out->text = gn_neuron_print(arena, f);
    to->now = out->name;
    return out->name && out->text ? GN_OK : GN_NO_MEMORY;
}

gn_status gn_neuron_read_update(gn_arena *arena, gn_optimizer op, const char *w, const char *g, const char *suffix,
                                gn_neuron_assign **out, size_t *count)
{
    const gn_optimizer_row *row = &gn_optimizer_table()[op];
    renamed r[2 + GN_OPT_SLOTS];
    gn_formula_step *step;
    const char *update;
    int n = 2;
    r[0] = (renamed){"w", gn_neuron_format(arena, "%s%s", w, suffix), NULL, 0};
    r[1] = (renamed){"g", gn_neuron_format(arena, "%s%s", g, suffix), NULL, 0};
    for (int i = 0; i < row->slots; i++)
        r[n++] = (renamed){row->slot_name[i], gn_neuron_format(arena, "%s_%s%s", row->slot_name[i], w, suffix), NULL,
                           0};
    for (int i = 0; i < n; i++) {
        if (!r[i].old) return GN_NO_MEMORY;
        r[i].now = r[i].old;
    }
    GN_TRY(plain_powers(arena, row->update, &update));
    GN_TRY(gn_formula_parse_steps(arena, update, strlen(update), &step, count));
    *out = gn_arena_alloc(arena, *count, sizeof **out);
    if (!*out) return GN_NO_MEMORY;
    for (size_t i = 0; i < *count; i++) GN_TRY(rename_step(arena, &step[i], r, n, suffix, &(*out)[i]));
    return GN_OK;
}
