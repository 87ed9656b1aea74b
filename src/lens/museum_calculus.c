/* museum_calculus.c -- exhibits about derivatives: gradients, convexity, kinks, continuity.
 *
 * Invariant: a derivative is the engine's own, and stands beside a difference or a second way to the same number. */
#include "museum_hall.h"

#include <string.h>

/* name = the gradient of f, as a column; with its shape in words. */
static gn_status gradient_text(gn_arena *arena, const char *f, const char *const *names, size_t count, gn_text *to)
{
    const gn_formula *at;
    gn_matrix g;
    GN_TRY(gn_formula_parse(arena, f, strlen(f), &at));
    GN_TRY(gn_matrix_gradient(arena, at, names, count, &g));
    gn_matrix_print(to, &g);
    return gn_text_done(to);
}

void gn_museum_field_to_field(gn_hall *h)
{
    static const char *const names[] = { "x", "y" };
    gn_arena arena;
    gn_text g;
    gn_hall_number(h, "x", 1);
    gn_hall_number(h, "y", 1);
    gn_hall_part(h, "what goes in and what comes out");
    gn_hall_calc(h, "a scalar field: one number at each point", "f", "x^2 + 4*y^2");
    if (h->s->status != GN_OK) return;
    gn_arena_init(&arena, h->ctx);
    gn_text_init(&g, h->ctx);
    gn_hall_fail(h, gradient_text(&arena, "x^2 + 4*y^2", names, 2, &g));
    if (h->s->status == GN_OK) gn_hall_calc(h, "its gradient: a vector at each point", "grad", g.at);
    gn_text_free(&g);
    gn_arena_free(&arena);
    const gn_symbol *f = gn_sheet_find(h->s, "f"), *v = gn_sheet_find(h->s, "grad");
    if (!f || !v) return;
    gn_hall_say(h, "In: %zu number a point; out: %zu. The words of the document have it the other way round.",
                f->rows * f->cols, v->rows * v->cols);
    gn_hall_part(h, "the proof that it points where f grows");
    gn_hall_calc(h, "steepest slope", "steepest", "norm(grad)");
    gn_hall_number(h, "h", 1e-6);
    gn_hall_calc(h, "a small step along it", "rise",
                 "((x + h*grad'*[1, 0]/steepest)^2 + 4*(y + h*grad'*[0, 1]/steepest)^2 - f)/h");
}

void gn_museum_equations(gn_hall *h)
{
    gn_hall_number(h, "x", 1);
    gn_hall_part(h, "what the notes use: differentiation");
    gn_hall_derive(h, "derivative of x^2", "slope", "x^2", "x");
    gn_hall_difference(h, "slope_central", "x^2", "x");
    gn_hall_part(h, "what a differential equation is: x' = -2*x, with time");
    gn_hall_number(h, "time", 0.1);
    gn_hall_calc(h, "its solution", "solution", "x*exp(-2*time)");
    gn_hall_calc(h, "a step of gradient descent", "descent", "x - time*slope");
    gn_hall_calc(h, "what separates them", "gap", "solution - descent");
    gn_hall_say(h, "A step of descent is a coarse step along that solution. The notes compute derivatives, none "
                "solves an equation: the prerequisite is the first.");
}

void gn_museum_concave(gn_hall *h)
{
    gn_hall_number(h, "x", 0);
    gn_hall_part(h, "f = x^2 - 4*x + 5");
    gn_hall_derive(h, "first derivative", "slope", "x^2 - 4*x + 5", "x");
    gn_hall_derive(h, "second derivative", "curve", "2*x - 4", "x");
    double curve = gn_hall_at(h, "curve", 0);
    gn_hall_say(h, "f'' = %s is %s 0 at every x: f is %s, and where f' = 0 it has a %s.",
                gn_hall_text(h, GN_NUM, "curve"),
                curve > 0 ? "above" : "below", curve > 0 ? "convex" : "concave", curve > 0 ? "minimum" : "maximum");
    gn_hall_part(h, "the proof without derivatives: a chord lies above a convex function");
    gn_hall_number(h, "a", 0);
    gn_hall_number(h, "b", 4);
    gn_hall_calc(h, "in the middle of the chord", "chord", "((a^2 - 4*a + 5) + (b^2 - 4*b + 5))/2");
    gn_hall_calc(h, "on the function there", "middle", "((a + b)/2)^2 - 4*((a + b)/2) + 5");
    gn_hall_calc(h, "chord above function", "above", "chord > middle");
}

void gn_museum_continuous(gn_hall *h)
{
    static const gn_hall_column both[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "by |v|", "v", "x0", "v_prev - eta*sign(v_prev)" },
        { "its slope", "v_slope", NULL, "sign(v)" },
        { "by w^2", "w", "x0", "w_prev - eta*2*w_prev" },
        { "its slope", "w_slope", NULL, "2*w" },
    };
    gn_hall_number(h, "x0", 0.05);
    gn_hall_number(h, "eta", 0.1);
    gn_hall_part(h, "both are continuous: across 0 neither jumps");
    gn_hall_number(h, "tiny", 1e-9);
    gn_hall_calc(h, "|x| across 0", "jump_abs", "abs(tiny) - abs(-tiny)");
    gn_hall_calc(h, "x^2 across 0", "jump_square", "tiny^2 - (-tiny)^2");
    gn_hall_part(h, "what differs is the slope: gradient descent on both");
    double last = gn_hall_path(h, "the same start and rate", 9, GN_COUNT(both), both, 1);
    gn_hall_say(h, "The slope of |v| keeps its size, so v goes to and fro at %s for ever; that of w^2 shrinks with "
                "w.",
                gn_num(GN_NUM, last));
}

void gn_museum_must_be_smooth(gn_hall *h)
{
    static const gn_hall_column loop[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "w", "w", "w0", "w_prev - eta*g_prev" },
        { "z", "z", NULL, "w*x" },
        { "loss", "L", NULL, "(relu(z) - y)^2" },
        { "dL/dw", "g", NULL, "2*(relu(z) - y)*where(z > 0, 1, 0)*x" },
    };
    gn_hall_part(h, "the document's own network has a kink in every unit");
    gn_hall_number(h, "h", 1e-6);
    gn_hall_number(h, "zero", 0);
    gn_hall_calc(h, "slope at the right", "right", "(relu(zero + h) - relu(zero))/h");
    gn_hall_calc(h, "slope at the left", "left", "(relu(zero) - relu(zero - h))/h");
    gn_hall_derive(h, "by convention", "slope", "relu(zero)", "zero");
    gn_hall_part(h, "descent through a ReLU all the same");
    gn_hall_number(h, "x", 2);
    gn_hall_number(h, "y", 3);
    gn_hall_number(h, "w0", 0.1);
    gn_hall_number(h, "eta", 0.05);
    double last = gn_hall_path(h, "a ReLU neuron", 9, GN_COUNT(loop), loop, 3);
    gn_sheet_symbol(h->s, "last_loss", 1, 1, &last, GN_F64);
    gn_hall_say(h, "The loss is not smooth and falls to %s. What is needed is a slope almost everywhere, and a "
                "choice where there is none.",
                gn_num_digits(GN_NUM, last, 3));
}
