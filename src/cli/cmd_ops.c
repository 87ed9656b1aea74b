/* cmd_ops.c -- what the program knows: every row of every table, with its formula and parameters.
 *
 * Invariant: what is printed is the row's own text, which is the code that runs. */
#include "cli.h"
#include "../graph/composed.h"
#include "../kernel/optim.h"

#include <string.h>

/* A row of any table, as it is shown. */
typedef struct shown {
    const char *name, *formula, *about;
    const char *slope_name[3], *slope[3];
    int slopes;
    const char *const *parameter;
    const double *value;
    int parameters;
    const char *latex;
    double own[2]; /* room for values that no row holds side by side */
} shown;

typedef struct known_table {
    const char *name, *about;
    size_t rows;
    void (*row)(size_t i, shown *out);
} known_table;

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void pointwise_row(size_t i, shown *out)
{
    static const char *const name[] = { "dx", "dy", "dz" };
    const gn_pointwise_row *r = &gn_pointwise_table()[i];
    out->name = r->name;
    out->formula = r->value;
    out->slopes = r->arity;
    for (int k = 0; k < r->arity; k++) {
        out->slope_name[k] = name[k];
        out->slope[k] = r->slope[k];
    }
    out->parameter = r->parameter_name;
    out->value = r->parameter_default;
    out->parameters = r->parameters;
}

static void contract_row(size_t i, shown *out)
{
    static const struct {
        const char *name, *spec, *about;
    } row[] = {
#define C(name, spec, about) { #name, spec, about },
#include "../defs/contract.def"
#undef C
    };
    out->name = row[i].name;
    out->formula = row[i].spec;
    out->about = row[i].about;
}

static void composed_row(size_t i, shown *out)
{
    static const char *const about[] = {
#define M(name, operands, text) text,
#include "../defs/composed.def"
#undef M
    };
    const gn_composed_row *r = gn_composed_table((gn_composed_op)i);
    out->name = r->name;
    out->formula = r->formula;
    out->about = about[i];
    out->parameter = r->attribute_name;
    out->value = r->attribute_default;
    out->parameters = r->attributes;
    out->latex = r->latex;
}

static void loss_row(size_t i, shown *out)
{
    const gn_loss_row *r = &gn_loss_table()[i];
    out->name = r->name;
    out->formula = r->formula;
    out->about = r->about;
}

static void optimizer_row(size_t i, shown *out)
{
    const gn_optimizer_row *r = &gn_optimizer_table()[i];
    out->name = r->name;
    out->formula = r->update;
    out->parameter = r->parameter_name;
    out->value = r->parameter_default;
    out->parameters = r->parameters;
}

static void schedule_row(size_t i, shown *out)
{
    const gn_schedule_row *r = &gn_schedule_table()[i];
    static const char *const names[] = { "gamma", "every" };
    out->name = r->name;
    out->formula = r->factor;
    out->about = r->about;
    out->parameter = names;
    out->own[0] = r->gamma;
    out->own[1] = r->every;
    out->value = out->own;
    out->parameters = 2;
}

static void init_row(size_t i, shown *out)
{
    const gn_init_row *r = &gn_init_table()[i];
    out->name = r->name;
    out->formula = r->scale;
    out->about = r->about;
}

static void set_row(size_t i, shown *out)
{ out->name = gn_generate_row(i, &out->about); }

static size_t set_count(void)
{
    const char *help;
    size_t n = 0;
    while (gn_generate_row(n, &help)) n++;
    return n;
}

static const known_table tables[] = {
    { "pointwise",
      "elementwise operations and activations: value, and slope for each operand, in x, y, z and the value", GN_P_COUNT,
      pointwise_row },
    { "contraction", "linear algebra by index string: letters shared and not in the result are summed over", GN_C_COUNT,
      contract_row },
    { "composed", "operations spelled in the two above", GN_M_COUNT, composed_row },
    { "loss", "losses, in the output z and the target t", GN_LOSS_COUNT, loss_row },
    { "optimizer", "what a step does to a weight w with gradient g", GN_OPT_COUNT, optimizer_row },
    { "schedule", "what multiplies the learning rate", GN_SCHEDULE_COUNT, schedule_row },
    { "init", "what multiplies a random draw", GN_INIT_COUNT, init_row },
    { "data", "generated sets", 0, set_row },
};

static size_t row_count(const known_table *t)
{ return t->rows ? t->rows : set_count(); }

/* Rows of one name (a function may be activation and loss), '-' standing for '_'. */
static bool same_name(const char *given, const char *name)
{
    for (; *given && *name; given++, name++)
        if (*given != *name && !(*given == '-' && *name == '_')) return false;
    return *given == *name;
}

static bool asked_for(const char *name, const known_table *table, const shown *s)
{ return !name || same_name(name, s->name) || !strcmp(name, table->name); }

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void put_parameters(gn_text *t, const shown *s)
{
    for (int k = 0; k < s->parameters; k++)
        gn_text_printf(t, "%s%s = %s", k ? ", " : "", s->parameter[k], gn_num(GN_NUM, s->value[k]));
}

static void put_row(gn_text *t, const shown *s)
{
    gn_text_printf(t, "  %-17s", s->name);
    if (s->formula) gn_text_printf(t, " %s", s->formula);
    if (s->about) gn_text_printf(t, s->formula ? "   %s" : " %s", s->about);
    gn_text_puts(t, "\n");
    for (int k = 0; k < s->slopes; k++) gn_text_printf(t, "  %-17s %s: %s\n", "", s->slope_name[k], s->slope[k]);
    if (!s->parameters) return;
    gn_text_printf(t, "  %-17s ", "");
    put_parameters(t, s);
    gn_text_puts(t, "\n");
}

static void put_all(gn_text *t)
{
    for (size_t k = 0; k < GN_COUNT(tables); k++) {
        gn_text_printf(t, "%s%s -- %s\n", k ? "\n" : "", tables[k].name, tables[k].about);
        for (size_t i = 0; i < row_count(&tables[k]); i++) {
            shown s = { 0 };
            tables[k].row(i, &s);
            put_row(t, &s);
        }
    }
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void put_json_row(gn_text *t, const shown *s)
{
    gn_js_open(t, NULL, '{');
    gn_js_text(t, "name", s->name);
    if (s->formula) gn_js_text(t, "formula", s->formula);
    if (s->about) gn_js_text(t, "about", s->about);
    for (int k = 0; k < s->slopes; k++) gn_js_text(t, s->slope_name[k], s->slope[k]);
    if (s->parameters) {
        gn_js_open(t, "parameters", '{');
        for (int k = 0; k < s->parameters; k++) gn_js_number(t, s->parameter[k], s->value[k]);
        gn_js_close(t, '}');
    }
    gn_js_close(t, '}');
}

/* Every row, or those that `name` asks for; a table without any is left out. */
static void put_json(gn_text *t, const char *name, bool *found)
{
    gn_js_open(t, NULL, '{');
    for (size_t k = 0; k < GN_COUNT(tables); k++) {
        bool open = false;
        for (size_t i = 0; i < row_count(&tables[k]); i++) {
            shown s = { 0 };
            tables[k].row(i, &s);
            if (!asked_for(name, &tables[k], &s)) continue;
            if (!open) gn_js_open(t, tables[k].name, '[');
            open = *found = true;
            put_json_row(t, &s);
        }
        if (open) gn_js_close(t, ']');
    }
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
}

/* ---- one row ----------------------------------------------------------------------------------------------------- */

static gn_status put_latex(gn_cli *cli, gn_text *t, const char *label, const char *formula)
{
    gn_arena arena;
    const gn_formula *f;
    gn_arena_init(&arena, cli->ctx);
    gn_status s = gn_formula_parse(&arena, formula, strlen(formula), &f);
    if (s == GN_OK) {
        gn_flops n = gn_formula_flops(f);
        gn_text_printf(t, "  %-17s $", label);
        gn_formula_latex(t, f);
        gn_text_printf(t, "$\n  %-17s %d cheap and %d special operations an element\n", "", n.cheap, n.special);
    }
    gn_arena_free(&arena);
    return s;
}

static gn_status put_detail(gn_cli *cli, gn_text *t, const known_table *table, size_t i)
{
    shown s = { 0 };
    table->row(i, &s);
    gn_text_printf(t, "%s -- %s\n", table->name, table->about);
    put_row(t, &s);
    if (s.latex) gn_text_printf(t, "  %-17s $%s$\n", "LaTeX", s.latex);
    if (table->row != pointwise_row) return GN_OK;
    GN_TRY(put_latex(cli, t, "LaTeX", s.formula));
    for (int k = 0; k < s.slopes; k++) GN_TRY(put_latex(cli, t, s.slope_name[k], s.slope[k]));
    return GN_OK;
}

static gn_status not_found(gn_cli *cli, const char *name)
{
    enum { MOST = 256 };
    const char *names[MOST];
    size_t n = 0;
    for (size_t k = 0; k < GN_COUNT(tables); k++)
        for (size_t i = 0; i < row_count(&tables[k]) && n < MOST; i++) {
            shown s = { 0 };
            tables[k].row(i, &s);
            names[n++] = s.name;
        }
    gn_fail(cli->ctx, GN_E_GRAPH_OP, "there is no operation '%s'", gn_show(GN_SHOWN, name, strlen(name)));
    const char *near = gn_closest(name, names, n);
    return near ? gn_hint(cli->ctx, "did you mean %s?", near) : gn_hint(cli->ctx, "`glassnet ops` lists them all");
}

static gn_status put_named(gn_cli *cli, gn_text *t, const char *name, bool *found)
{
    for (size_t k = 0; k < GN_COUNT(tables); k++)
        for (size_t i = 0; i < row_count(&tables[k]); i++) {
            shown s = { 0 };
            tables[k].row(i, &s);
            if (!asked_for(name, &tables[k], &s)) continue;
            if (*found) gn_text_puts(t, "\n");
            *found = true;
            GN_TRY(put_detail(cli, t, &tables[k], i));
        }
    return GN_OK;
}

static gn_status run(gn_cli *cli)
{
    gn_text t;
    gn_status s = GN_OK;
    bool found = !cli->argument[0];
    gn_text_init(&t, cli->ctx);
    if (cli->json) put_json(&t, cli->argument[0], &found);
    else if (cli->argument[0]) s = put_named(cli, &t, cli->argument[0], &found);
    else put_all(&t);
    if (s == GN_OK && !found) s = not_found(cli, cli->argument[0]);
    if (s == GN_OK) return gn_cli_print(cli, &t);
    gn_text_free(&t);
    return s;
}

const gn_command_body gn_cmd_ops = { run,
                                     "With NAME, everything about one row (or one table), with its formula in LaTeX.",
                                     "glassnet ops\n"
                                     "glassnet ops gelu\n"
                                     "glassnet ops --json\n" };
