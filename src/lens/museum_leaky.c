/* museum_leaky.c -- exhibits about the leaky ReLU neuron of S3: its slope at 0, the missing 2, the missing bias.
 *
 * Invariant: the neuron is a hidden layer of one unit, followed by an output of weight 1 and bias 0, so that a
 * network's gradient of tensors 0.weight and 0.bias is the neuron's. */
#include "museum_hall.h"

/* The rows that the document prints, its targets, the weights of its second run; the bias is the one that its printed
 * output implies. */
static const double neuron_x[] = { -1, 2, 3, 13, 17, 4, -5, 6, 14, 18, 7, 8, -9, 15, 19, -10, 11, 12, 16, -20 };
static const double neuron_y[] = { 100, 200, 300, 400 };
static const double neuron_theta[] = { 0.92542368, 0.63684431, 0.63029109,         0.48955112,
                                       0.96805626, 0.9382288624999986, 1, 0 };

static gn_dataset neuron_rows(void)
{
    return (gn_dataset){ .rows = 4, .inputs = 5, .type = GN_EL_F64, .x = neuron_x, .y = neuron_y };
}

static void neuron_forward(gn_hall *h)
{
    gn_hall_array(h, "X", 4, 5, neuron_x);
    gn_hall_array(h, "y", 4, 1, neuron_y);
    gn_hall_array(h, "w", 5, 1, neuron_theta);
    gn_hall_number(h, "b", neuron_theta[5]);
    gn_hall_part(h, "the document's neuron");
    gn_hall_calc(h, "linear", "z", "X*w + b");
    gn_hall_calc(h, "activation", "a", "leaky_relu(z)");
    gn_hall_calc(h, "slope", "s", "where(z > 0, 1, 0.01)");
    gn_hall_calc(h, "error", "err", "a - y");
}

void gn_museum_leaky_at_zero(gn_hall *h)
{
    static const double theta[] = { 1, 0, 1, 0 }, x[] = { 0, 1, -1 }, y[] = { 1, 0.5, -1 };
    gn_hall_part(h, "the slope at 0 by its three definitions");
    gn_hall_number(h, "z", 0);
    gn_hall_calc(h, "the document's code", "s_code", "where(z < 0, 0.01, 1)");
    gn_hall_calc(h, "the document's text", "s_text", "where(z > 0, 1, 0.01)");
    gn_hall_derive(h, "the row of leaky_relu", "s_row", "leaky_relu(z)", "z");
    gn_hall_difference(h, "s_central", "leaky_relu(z)", "z");
    gn_hall_say(h, "The central difference lies halfway, whatever h is: at a kink it proves neither. Any number "
                "from the left slope to the right one would do, but text and code must choose the same.");
    gn_hall_part(h, "a neuron with z exactly 0: w = 1, b = 0, three rows");
    gn_hall_array(h, "x", 3, 1, x);
    gn_hall_array(h, "y", 3, 1, y);
    gn_hall_calc(h, "bias gradient by the code", "db_code", "mean(2*(leaky_relu(x) - y).*where(x < 0, 0.01, 1))");
    gn_hall_calc(h, "by the text", "db", "mean(2*(leaky_relu(x) - y).*where(x > 0, 1, 0.01))");
    gn_net *net = gn_hall_net(h, 1, "1 leaky_relu", 1, "mse", "mean", theta);
    if (!net) return;
    gn_dataset rows = { .rows = 3, .inputs = 1, .type = GN_EL_F64, .x = x, .y = y };
    gn_given given = gn_hall_given(h, 1, "db_code");
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}

void gn_museum_missing_two(gn_hall *h)
{
    neuron_forward(h);
    gn_hall_calc(h, "the loss it states", "J", "sum(err.^2)");
    gn_hall_part(h, "both gradients");
    gn_hall_calc(h, "the document's", "dJ_said", "X'*(err.*s)");
    gn_hall_calc(h, "right, of the stated loss", "dJ", "X'*(2*err.*s)");
    gn_hall_calc(h, "right against the document's", "ratio", "norm(dJ)/norm(dJ_said)");
    gn_hall_part(h, "the proof: the loss differenced");
    gn_net *net = gn_hall_net(h, 5, "1 leaky_relu", 1, "mse", "sum", neuron_theta);
    if (!net) return;
    gn_dataset rows = neuron_rows();
    gn_hall_central(h, net, &rows, 0, "dJ_central");
    gn_hall_calc(h, "the document's: off by", "off_said", "norm(dJ_said - dJ_central')/norm(dJ)");
    gn_hall_calc(h, "right: off by", "off", "norm(dJ - dJ_central')/norm(dJ)");
    gn_given given = gn_hall_given(h, 0, "dJ_said");
    given.rows = 1;
    given.cols = 5; /* the neuron's weights are a row of W */
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}

void gn_museum_no_bias_gradient(gn_hall *h)
{
    neuron_forward(h);
    gn_hall_calc(h, "the loss with its half", "J", "sum(err.^2)/2");
    gn_hall_part(h, "both gradients");
    gn_hall_calc(h, "the document's, of w", "dJ_dw", "X'*(err.*s)");
    gn_hall_say(h, "Of b the document's gradient_of_J says nothing.");
    gn_hall_calc(h, "right, of b", "dJ_db", "sum(err.*s)");
    gn_hall_calc(h, "output layer, held at 1 and 0", "dJ_dout", "sum(err.*a)");
    gn_hall_calc(h, "", "dJ_dout_b", "sum(err)");
    gn_hall_part(h, "the proof: the loss differenced");
    gn_net *net = gn_hall_net(h, 5, "1 leaky_relu", 1, "mse", "half-sum", neuron_theta);
    if (!net) return;
    gn_dataset rows = neuron_rows();
    gn_hall_central(h, net, &rows, 1, "dJ_db_central");
    gn_given given[] = { gn_hall_given(h, 0, "dJ_dw"), gn_hall_given(h, 2, "dJ_dout"),
                         gn_hall_given(h, 3, "dJ_dout_b") };
    given[0].rows = 1;
    given[0].cols = 5;
    gn_hall_diagnose(h, net, &rows, given, 3, true);
    gn_hall_say(h, "Its text has error = y_true - y_pred, its code y_pred - y_true; and both runs draw w and b "
                "without a seed, so that the printed numbers cannot come again.");
    gn_net_free(net);
}

void gn_museum_max_alpha(gn_hall *h)
{
    gn_hall_array(h, "x", 4, 1, (const double[]){ -1, -0.5, 0.5, 1 });
    gn_hall_part(h, "alpha = 0.01: both are the same");
    gn_hall_number(h, "alpha", 0.01);
    gn_hall_calc(h, "the document's", "small_said", "max(alpha*x, x)");
    gn_hall_calc(h, "right", "small", "where(x > 0, x, alpha*x)");
    gn_hall_part(h, "alpha = 2: max takes the other branch");
    gn_hall_number(h, "alpha", 2);
    gn_hall_calc(h, "the document's", "said", "max(alpha*x, x)");
    gn_hall_calc(h, "right", "right", "where(x > 0, x, alpha*x)");
    gn_hall_calc(h, "as the engine's row has it", "row", "leaky_relu(x, 2)");
    gn_hall_calc(h, "apart", "apart", "said - right");
    gn_hall_say(h, "max is leaky for alpha from 0 to 1. The same code also calls np.asarray(vector, copy=True), "
                "which numpy before 2.0 refuses.");
}
