/* museum_loop.c -- exhibits about loops and what they minimise: no update, no floor, one point, where counting
 * begins. */
#include "museum_hall.h"

#include <math.h>

void gn_museum_no_update(gn_hall *h)
{
    static const gn_hall_column loop[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "document's w", "said", "w0", "said_prev" },
        { "its error", "said_error", NULL, "said*x - y" },
        { "w with the update", "w", "w0", "w_prev - eta*g_prev" },
        { "error", "err", NULL, "w*x - y" },
        { "dL/dw", "g", NULL, "2*err*x" },
    };
    gn_hall_number(h, "x", 5);
    gn_hall_number(h, "y", 12);
    gn_hall_number(h, "eta", 0.01);
    gn_hall_number(h, "first_error", -23.2210);
    gn_hall_calc(h, "the weight that gives this error", "w0", "(first_error + y)/x");
    gn_hall_calc(h, "factor a step", "r", "1 - 2*eta*x^2");
    gn_hall_path(h, "the loop as written, and with its missing line", 10, GN_COUNT(loop), loop, 3);
    double w = gn_hall_at(h, "w0", 0), goal = gn_hall_at(h, "y", 0) / gn_hall_at(h, "x", 0), k = 0;
    for (; k < 100 && fabs(w - goal) >= 0.01; k++) w = gn_hall_iterate(h, "w", w, "w - eta*2*(w*x - y)*x", 1);
    gn_sheet_symbol(h->s, "steps", 1, 1, &k, GN_F64);
    gn_hall_say(h, "With the update w is within 0.01 of %s after %s steps; without it the error of the first round "
                "is that of the last.",
                gn_num(GN_NUM, goal), gn_num(GN_NUM, k));
}

void gn_museum_one_point(gn_hall *h)
{
    gn_hall_number(h, "x", 5);
    gn_hall_number(h, "y", 12);
    gn_hall_number(h, "w_said", 2);
    gn_hall_number(h, "b_said", 3);
    gn_hall_part(h, "both answers put in");
    gn_hall_calc(h, "the document's", "p_said", "w_said*x + b_said");
    gn_hall_calc(h, "its error", "off", "p_said - y");
    gn_hall_calc(h, "right, without bias", "w", "y/x");
    gn_hall_calc(h, "its error", "err", "w*x - y");
    gn_hall_part(h, "why one point cannot settle both w and b");
    gn_hall_calc(h, "Hessian in (w, b)", "H", "2*[x, 1]*[x, 1]'");
    gn_hall_calc(h, "its determinant", "det", "2*x*x*2 - 2*x*(2*x)");
    gn_hall_calc(h, "along the line w*x + b = y", "flat", "norm(H*[1, -x])");
    gn_hall_say(h, "The determinant is %s: along the direction (1, -x) the loss does not change, so every (w, y - "
                "w*x) is an answer.",
                gn_hall_text(h, GN_NUM, "det"));
}

void gn_museum_mean_error(gn_hall *h)
{
    static const gn_hall_column loop[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "w by the mean error", "v", "w0", "v_prev - eta*x" },
        { "mean error", "said", NULL, "v*x - y" },
        { "w by the squared error", "w", "w0", "w_prev - eta*2*(w_prev*x - y)*x" },
        { "squared error", "L", NULL, "(w*x - y)^2" },
    };
    gn_hall_number(h, "x", 5);
    gn_hall_number(h, "y", 12);
    gn_hall_number(h, "eta", 0.01);
    gn_hall_number(h, "first_error", -23.2210);
    gn_hall_calc(h, "the weight that gives this error", "w0", "(first_error + y)/x");
    gn_hall_derive(h, "slope of the mean error", "slope", "w0*x - y", "w0");
    gn_hall_calc(h, "so it falls each step by", "fall", "eta*slope^2");
    double last = gn_hall_path(h, "ten steps of gradient descent on either", 11, GN_COUNT(loop), loop, 2);
    gn_hall_calc(h, "after ten steps", "ten", "first_error - 10*fall");
    gn_hall_say(h, "Ten steps take the mean error to %s, further from 0 at each: its slope is the same wherever w "
                "is. It has no least value, so it is no loss.",
                gn_num_digits(GN_NUM, last, 6));
}

void gn_museum_off_by_one(gn_hall *h)
{
    static const gn_hall_column both[] = {
        { "k", "k", "0", "k_prev + 1" },
        { "w before step k + 1", "w", "w0", "w_prev - eta*2*(w_prev*x - y)*x" },
        { "plotted as iteration k", "said", NULL, "w - eta*2*(w*x - y)*x" },
        { "closed form w* + (w0 - w*)*r^k", "closed", NULL, "y/x + (w0 - y/x)*r^k" },
    };
    gn_hall_number(h, "x", 3);
    gn_hall_number(h, "y", 10);
    gn_hall_number(h, "w0", 0);
    gn_hall_number(h, "eta", 0.1);
    gn_hall_calc(h, "factor a step", "r", "1 - 2*eta*x^2");
    gn_hall_path(h, "the two ways to count", 7, GN_COUNT(both), both, 1);
    gn_hall_calc(h, "the document's iteration 0", "w_said", "w0 - eta*2*(w0*x - y)*x");
    gn_hall_say(h, "The closed form fits the first column alone: k = 0 is the start %s. In the document's plots "
                "iteration 0 is already %s, in its last cell it is the start.",
                gn_hall_text(h, GN_NUM, "w0"), gn_hall_text(h, GN_NUM, "w_said"));
}

void gn_museum_signed_mae(gn_hall *h)
{
    static const double theta[] = { 1, 0 }, yhat[] = { 1, 2, 3 }, y[] = { 1.5, 1.5, 5 };
    static const double x[] = { 1, 2, 4 }, t[] = { 1.5, 1.5, 5 };
    gn_hall_array(h, "yhat", 3, 1, yhat);
    gn_hall_array(h, "y", 3, 1, y);
    gn_hall_part(h, "both formulas");
    gn_hall_calc(h, "the document's", "said", "mean(yhat - y)");
    gn_hall_calc(h, "right", "mae", "mean(abs(yhat - y))");
    gn_hall_part(h, "where errors cancel");
    gn_hall_array(h, "p", 2, 1, (const double[]){ 11, 9 });
    gn_hall_array(h, "q", 2, 1, (const double[]){ 10, 10 });
    gn_hall_calc(h, "the document's", "cancelled", "mean(p - q)");
    gn_hall_calc(h, "right", "kept", "mean(abs(p - q))");
    gn_hall_part(h, "as gradients, for yhat = w*x + b with w = 1, b = 0");
    gn_hall_array(h, "x", 3, 1, x);
    gn_hall_array(h, "t", 3, 1, t);
    gn_hall_calc(h, "of the document's", "dw_said", "mean(x)");
    gn_hall_calc(h, "right", "dw", "mean(sign(x - t).*x)");
    gn_net *net = gn_hall_net(h, 1, "", 1, "mae", "mean", theta);
    if (!net) return;
    gn_dataset rows = { .rows = 3, .inputs = 1, .type = GN_EL_F64, .x = x, .y = t };
    gn_hall_central(h, net, &rows, 0, "dw_central");
    gn_given given = gn_hall_given(h, 0, "dw_said");
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}
