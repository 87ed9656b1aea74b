/* gradient_check_complex.c -- numbers with an imaginary part of 1e-30, through formulas: the derivative comes out
 * beside the value and nothing is subtracted, so that no digits are lost (sources: docs/methods.md).
 *
 * Invariant: where a function needs it, its own derivative at the real part stands for the complex function: the next
 * term is smaller by 1e-60. Choices and comparisons look at real parts. */
#include "gradient_check_complex.h"

#include <math.h>
#include <string.h>

gn_cx gn_cx_add(gn_cx a, gn_cx b) { return (gn_cx){ a.re + b.re, a.im + b.im }; }
gn_cx gn_cx_mul(gn_cx a, gn_cx b) { return (gn_cx){ a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re }; }
static gn_cx cx_sub(gn_cx a, gn_cx b) { return (gn_cx){ a.re - b.re, a.im - b.im }; }

static gn_cx cx_div(gn_cx a, gn_cx b)
{
    double q = a.re / b.re;
    return (gn_cx){ q, (a.im - q * b.im) / b.re };
}

static gn_cx cx_pow(gn_cx a, gn_cx b)
{
    double value = pow(a.re, b.re), im = 0;
    if (a.im != 0) im += b.re == 0 ? 0 : b.re * pow(a.re, b.re - 1) * a.im;
    if (b.im != 0) im += value == 0 ? 0 : value * log(a.re) * b.im;
    return (gn_cx){ value, im };
}

/* f(re) + i*f'(re)*im */
static gn_cx lift(gn_cx a, double value, double slope) { return (gn_cx){ value, a.im == 0 ? 0 : slope * a.im }; }

static bool call_one(const char *name, gn_cx a, gn_cx *out)
{
    double x = a.re;
    if (!strcmp(name, "exp")) *out = lift(a, exp(x), exp(x));
    else if (!strcmp(name, "log")) *out = lift(a, log(x), 1 / x);
    else if (!strcmp(name, "sqrt")) *out = lift(a, sqrt(x), 0.5 / sqrt(x));
    else if (!strcmp(name, "sin")) *out = lift(a, sin(x), cos(x));
    else if (!strcmp(name, "cos")) *out = lift(a, cos(x), -sin(x));
    else if (!strcmp(name, "tanh")) *out = lift(a, tanh(x), (1 - tanh(x)) * (1 + tanh(x)));
    else if (!strcmp(name, "erf")) *out = lift(a, erf(x), 1.1283791670955126 * exp(-x * x));
    else if (!strcmp(name, "log1p")) *out = lift(a, log1p(x), 1 / (1 + x));
    else if (!strcmp(name, "expm1")) *out = lift(a, expm1(x), exp(x));
    else return false;
    return true;
}

static gn_cx truth(bool yes) { return (gn_cx){ yes, 0 }; }

/* A node from its arguments' values. */
static gn_status combine(gn_context *ctx, const gn_formula *f, const gn_cx a[3], gn_cx *out)
{
    switch (f->op) {
    case GN_F_ADD: *out = gn_cx_add(a[0], a[1]); return GN_OK;
    case GN_F_SUB: *out = cx_sub(a[0], a[1]); return GN_OK;
    case GN_F_MUL: *out = gn_cx_mul(a[0], a[1]); return GN_OK;
    case GN_F_DIV: *out = cx_div(a[0], a[1]); return GN_OK;
    case GN_F_POW: *out = cx_pow(a[0], a[1]); return GN_OK;
    case GN_F_NEG: *out = (gn_cx){ -a[0].re, -a[0].im }; return GN_OK;
    case GN_F_LT: *out = truth(a[0].re < a[1].re); return GN_OK;
    case GN_F_LE: *out = truth(a[0].re <= a[1].re); return GN_OK;
    case GN_F_GT: *out = truth(a[0].re > a[1].re); return GN_OK;
    case GN_F_GE: *out = truth(a[0].re >= a[1].re); return GN_OK;
    case GN_F_EQ: *out = truth(a[0].re == a[1].re); return GN_OK;
    case GN_F_NE: *out = truth(a[0].re != a[1].re); return GN_OK;
    default: break;
    }
    if (f->op == GN_F_CALL && f->arguments == 1 && call_one(f->name, a[0], out)) return GN_OK;
    if (f->op == GN_F_CALL && f->arguments == 2 && !strcmp(f->name, "pow")) {
        *out = cx_pow(a[0], a[1]);
        return GN_OK;
    }
    return gn_fail(ctx, GN_E_EXP_FUNC, "%s has no complex step", f->name ? f->name : "an operator");
}

static gn_status name_value(gn_context *ctx, const char *name, const gn_cx_binding *at, size_t count, gn_cx *out)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(at[i].name, name)) {
            *out = at[i].value;
            return GN_OK;
        }
    if (!strcmp(name, "pi")) *out = (gn_cx){ 3.141592653589793, 0 };
    else if (!strcmp(name, "e")) *out = (gn_cx){ 2.718281828459045, 0 };
    else if (!strcmp(name, "inf")) *out = (gn_cx){ INFINITY, 0 };
    else if (!strcmp(name, "nan")) *out = (gn_cx){ NAN, 0 };
    else return gn_fail(ctx, GN_E_EXP_VAR, "%s has no value", gn_show(GN_SHOWN, name, strlen(name)));
    return GN_OK;
}

/* As deep as the formula is high, which its parser bounds. */
gn_status gn_cx_eval(gn_context *ctx, const gn_formula *f, const gn_cx_binding *at, size_t count, gn_cx *out)
{
    gn_cx a[3] = { { 0, 0 } };
    if (f->op == GN_F_NUMBER) {
        *out = (gn_cx){ f->number, 0 };
        return GN_OK;
    }
    if (f->op == GN_F_NAME) return name_value(ctx, f->name, at, count, out);
    if (f->op == GN_F_CALL && f->arguments == 3 && !strcmp(f->name, "where")) {
        GN_TRY(gn_cx_eval(ctx, f->arg[0], at, count, &a[0]));
        return gn_cx_eval(ctx, f->arg[a[0].re != 0 ? 1 : 2], at, count, out);
    }
    for (int i = 0; i < 3 && f->arg[i]; i++) GN_TRY(gn_cx_eval(ctx, f->arg[i], at, count, &a[i]));
    return combine(ctx, f, a, out);
}

static gn_status run(gn_arena *arena, const gn_formula *f, const gn_binding *at, size_t count, const double *direction,
                     gn_cx *out)
{
    const gn_formula *plain;
    gn_cx_binding *bound = gn_arena_alloc(arena, count + 1, sizeof *bound);
    if (!bound) return GN_NO_MEMORY;
    GN_TRY(gn_formula_expand(arena, f, &plain));
    for (size_t i = 0; i < count; i++)
        bound[i] = (gn_cx_binding){ at[i].name, { at[i].value, GN_COMPLEX_STEP * direction[i] } };
    return gn_cx_eval(arena->ctx, plain, bound, count, out);
}

gn_status gn_complex_step_formula(gn_context *ctx, const gn_formula *f, const gn_binding *at, size_t count,
                                  const double *direction, double *value, double *derivative)
{
    gn_arena arena;
    gn_cx out = { 0, 0 };
    gn_arena_init(&arena, ctx);
    gn_status s = run(&arena, f, at, count, direction, &out);
    gn_arena_free(&arena);
    if (value) *value = out.re;
    *derivative = out.im / GN_COMPLEX_STEP;
    return s;
}
