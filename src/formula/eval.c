/* eval.c -- values in double: a formula spelled out down to the primitives becomes a list of instructions, one a node.
 *
 * Invariant: an instruction reads only what stands before it; no value is an error, and 0^0 is 1 as in C's pow. */
#include "tree.h"

#include <math.h>
#include <string.h>

typedef double (*one_fn)(double);
typedef double (*two_fn)(double, double);

/* The rows that name themselves; what is not here has no value. */
static const struct {
    const char *name;
    one_fn one;
    two_fn two;
} primitives[] = {
    {"exp", exp, NULL}, {"log", log, NULL},     {"sqrt", sqrt, NULL},   {"sin", sin, NULL},   {"cos", cos, NULL},
    {"erf", erf, NULL}, {"log1p", log1p, NULL}, {"expm1", expm1, NULL}, {"tanh", tanh, NULL}, {"pow", NULL, pow},
};

static const struct { const char *name; double value; } constants[] = {
    {"pi", 3.14159265358979323846}, {"e", 2.71828182845904523536}, {"inf", INFINITY}, {"nan", NAN},
};

typedef struct instruction {
    gn_formula_op op;
    int variable;           /* NAME: its place among the values; -1: `number` is its value */
    double number;
    one_fn one;
    two_fn two;
    uint32_t from[3];
} instruction;

struct gn_program {
    size_t count;
    instruction *code;
};

size_t gn_program_room(const gn_program *p)
{
    return p->count;
}

static double power(double a, double b)
{
    return b == 2 ? a * a : b == 3 ? a * a * a : pow(a, b);
}

static double step(const instruction *i, const double *values, const double *room)
{
    double a = room[i->from[0]], b = room[i->from[1]];
    switch (i->op) {
    case GN_F_NUMBER: return i->number;
    case GN_F_NAME: return i->variable < 0 ? i->number : values[i->variable];
    case GN_F_ADD: return a + b;
    case GN_F_SUB: return a - b;
    case GN_F_MUL: return a * b;
    case GN_F_DIV: return a / b;
    case GN_F_POW: return power(a, b);
    case GN_F_NEG: return -a;
    case GN_F_LT: return a < b;
    case GN_F_LE: return a <= b;
    case GN_F_GT: return a > b;
    case GN_F_GE: return a >= b;
    case GN_F_EQ: return a == b;
    case GN_F_NE: return a != b;
    case GN_F_CALL: break;
    }
    return i->one ? i->one(a) : i->two ? i->two(a, b) : a != 0 ? b : room[i->from[2]];
}

double gn_program_run(const gn_program *p, const double *values, double *room)
{
    room[0] = 0; /* an instruction without arguments names place 0 */
    for (size_t i = 0; i < p->count; i++) room[i] = step(&p->code[i], values, room);
    return room[p->count - 1];
}

double gn_program_run32(const gn_program *p, const double *values, double *room)
{
    room[0] = 0;
    for (size_t i = 0; i < p->count; i++) room[i] = (float)step(&p->code[i], values, room);
    return room[p->count - 1];
}

/* ---- compiling ----------------------------------------------------------------------------------------------- */

static gn_status unknown_name(gn_context *ctx, const gn_formula *f, const char *const *names, size_t count)
{
    gn_text list;
    gn_text_init(&list, ctx);
    for (size_t i = 0; i < count && i < 20; i++) {
        gn_text_puts(&list, i ? ", " : "");
        gn_text_puts(&list, gn_show(GN_SHOWN, names[i], strlen(names[i])));
    }
    gn_place at = {.file = "expression", .line = 1, .column = f->column};
    const char *shown = gn_show(GN_SHOWN, f->name, strlen(f->name));
    gn_status s = gn_text_done(&list);
    if (s != GN_OK) s = GN_NO_MEMORY;
    else if (count == 0) s = gn_fail_at(ctx, GN_E_EXP_VAR, at, "unknown '%s'; no variable has a value", shown);
    else s = gn_fail_at(ctx, GN_E_EXP_VAR, at, "unknown '%s'; variables are %s", shown, list.at);
    gn_text_free(&list);
    return s;
}

static gn_status compile_name(gn_context *ctx, const gn_formula *f, const char *const *names, size_t count,
                              instruction *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], f->name) != 0) continue;
        out->variable = (int)i;
        return GN_OK;
    }
    out->variable = -1;
    for (size_t i = 0; i < GN_COUNT(constants); i++) {
        if (strcmp(constants[i].name, f->name) != 0) continue;
        out->number = constants[i].value;
        return GN_OK;
    }
    return unknown_name(ctx, f, names, count);
}

static gn_status compile_call(gn_context *ctx, const gn_formula *f, instruction *out)
{
    if (f->arguments == 3) return GN_OK; /* where */
    for (size_t i = 0; i < GN_COUNT(primitives); i++) {
        if (strcmp(primitives[i].name, f->name) != 0) continue;
        out->one = primitives[i].one;
        out->two = primitives[i].two;
        return GN_OK;
    }
    return gn_fail(ctx, GN_E_EXP_FUNC, "%s is a primitive that cannot be evaluated here", f->name);
}

static gn_status compile(gn_arena *arena, const gn_order *o, const char *const *names, size_t count, gn_program *p)
{
    p->count = o->count;
    p->code = gn_arena_alloc(arena, o->count, sizeof *p->code);
    if (!p->code) return GN_NO_MEMORY;
    for (size_t i = 0; i < o->count; i++) {
        const gn_formula *f = o->node[i];
        instruction *to = &p->code[i];
        to->op = f->op;
        to->number = f->number;
        memcpy(to->from, o->child[i], sizeof to->from);
        if (f->op == GN_F_NAME) GN_TRY(compile_name(arena->ctx, f, names, count, to));
        if (f->op == GN_F_CALL) GN_TRY(compile_call(arena->ctx, f, to));
    }
    return GN_OK;
}

static gn_status spell_and_compile(gn_maker *m, const gn_formula *f, const char *const *names, size_t count,
                                   gn_program *p)
{
    gn_order o;
    const gn_formula *spelled = gn_tree_expand(m, f);
    if (!spelled) return m->status;
    GN_TRY(gn_order_make(m->ctx, spelled, &o));
    gn_status s = compile(m->arena, &o, names, count, p);
    gn_order_free(&o);
    return s;
}

gn_status gn_program_make(gn_arena *arena, const gn_formula *f, const char *const *names, size_t count,
                          gn_program **out)
{
    gn_maker m;
    *out = NULL;
    gn_program *p = gn_arena_alloc(arena, 1, sizeof *p);
    if (!p) return GN_NO_MEMORY;
    GN_TRY(gn_maker_init(&m, arena, 0, "formula"));
    gn_status s = spell_and_compile(&m, f, names, count, p);
    gn_maker_free(&m);
    if (s == GN_OK) *out = p;
    return s;
}

/* ---- one point ----------------------------------------------------------------------------------------------- */

/* Names, values and room for a program, in an arena that dies with the call. */
typedef struct point {
    gn_arena arena;
    const char **names;
    double *values;
} point;

static gn_status point_init(point *p, gn_context *ctx, const gn_binding *bound, size_t count)
{
    gn_arena_init(&p->arena, ctx);
    p->names = gn_arena_alloc(&p->arena, count + 1, sizeof *p->names);
    p->values = gn_arena_alloc(&p->arena, count + 1, sizeof *p->values);
    if (!p->names || !p->values) return GN_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        p->names[i] = bound[i].name;
        p->values[i] = bound[i].value;
    }
    return GN_OK;
}

gn_status gn_formula_eval(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count, double *out)
{
    point p;
    gn_program *program = NULL;
    double *room = NULL;
    *out = 0;
    gn_status s = point_init(&p, ctx, bound, count);
    if (s == GN_OK) s = gn_program_make(&p.arena, f, p.names, count, &program);
    if (s == GN_OK && !(room = gn_arena_alloc(&p.arena, gn_program_room(program), sizeof *room))) s = GN_NO_MEMORY;
    if (s == GN_OK) *out = gn_program_run(program, p.values, room);
    gn_arena_free(&p.arena);
    return s;
}

/* ---- where a value is not finite ----------------------------------------------------------------------------- */

static const char *rule_of(const gn_formula *f, double a, double b)
{
    if (f->op == GN_F_NAME) return "the variable's own value is not finite";
    bool is_power = f->op == GN_F_POW || (f->op == GN_F_CALL && strcmp(f->name, "pow") == 0);
    if (is_power && a == 0 && b == 0) return "0^0 is 1";
    if (is_power && a == 0) return "0 to a negative power is inf";
    if (is_power && a < 0 && b != floor(b)) return "a negative number to a power that is not whole is nan";
    if (f->op == GN_F_DIV && b == 0) return a == 0 ? "0/0 is nan" : "a number divided by 0 is inf, with its sign";
    if (f->op == GN_F_CALL && strcmp(f->name, "log") == 0)
        return a == 0 ? "log(0) is -inf" : "log of a negative number is nan";
    if (f->op == GN_F_CALL && strcmp(f->name, "log1p") == 0)
        return a == -1 ? "log1p(-1) is -inf" : "log1p below -1 is nan";
    if (f->op == GN_F_CALL && strcmp(f->name, "sqrt") == 0) return "the square root of a negative number is nan";
    if (f->op == GN_F_CALL && strcmp(f->name, "reciprocal") == 0 && a == 0) return "1/0 is inf";
    return "the result is beyond 1.7976931348623157e308";
}

static bool arises(const gn_formula *f, double value, const double *arg)
{
    bool finite = true;
    for (int k = 0; k < f->arguments; k++) finite = finite && isfinite(arg[k]);
    return finite && !isfinite(value);
}

/* 0^0 is told when nothing worse is: its value is a convention. */
static bool is_convention(const gn_formula *f, const double *arg)
{
    return f->op == GN_F_POW && arg[0] == 0 && arg[1] == 0;
}

/* The value of one node from those of its arguments: a call is evaluated with x, y and z in their places. */
static gn_status value_of(point *p, const gn_formula *f, const double *arg, const gn_binding *bound, size_t count,
                          double *out)
{
    static const char *const input[] = {"x", "y", "z"};
    instruction i = {.op = f->op, .number = f->number, .from = {0, 1, 2}};
    if (f->op != GN_F_CALL) {
        if (f->op == GN_F_NAME) GN_TRY(compile_name(p->arena.ctx, f, p->names, count, &i));
        *out = step(&i, p->values, arg);
        return GN_OK;
    }
    gn_arena arena;
    gn_arena_init(&arena, p->arena.ctx);
    gn_binding *all = gn_arena_alloc(&arena, count + 3, sizeof *all);
    const gn_formula *place[3] = {0}, *call = NULL;
    for (int k = 0; all && k < 3; k++) {
        place[k] = gn_formula_name(&arena, input[k]);
        all[k] = (gn_binding){input[k], arg[k]};
    }
    for (size_t k = 0; all && k < count; k++) all[k + 3] = bound[k];
    if (all) call = gn_formula_call(&arena, f->name, f->arguments, place);
    gn_status s = call ? gn_formula_eval(p->arena.ctx, call, all, count + 3, out) : GN_NO_MEMORY;
    gn_arena_free(&arena);
    return s;
}

static gn_status find_trouble(point *p, const gn_order *o, const gn_binding *bound, size_t count, gn_trouble *out)
{
    double *value = gn_arena_alloc(&p->arena, o->count, sizeof *value);
    if (!value) return GN_NO_MEMORY;
    for (size_t i = 0; i < o->count; i++) {
        double arg[3] = {0};
        for (int k = 0; k < o->node[i]->arguments; k++) arg[k] = value[o->child[i][k]];
        GN_TRY(value_of(p, o->node[i], arg, bound, count, &value[i]));
        bool fails = arises(o->node[i], value[i], arg);
        if (!fails && (out->node || !is_convention(o->node[i], arg))) continue;
        *out = (gn_trouble){o->node[i], value[i], rule_of(o->node[i], arg[0], arg[1])};
        if (fails) return GN_OK;
    }
    return GN_OK;
}

gn_status gn_formula_trouble(gn_context *ctx, const gn_formula *f, const gn_binding *bound, size_t count,
                             gn_trouble *out)
{
    point p;
    gn_order o;
    *out = (gn_trouble){0};
    gn_status s = point_init(&p, ctx, bound, count);
    if (s == GN_OK) s = gn_order_make(ctx, f, &o);
    if (s == GN_OK) {
        s = find_trouble(&p, &o, bound, count, out);
        gn_order_free(&o);
    }
    gn_arena_free(&p.arena);
    return s;
}
