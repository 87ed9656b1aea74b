/* museum_backward.c -- exhibits about the backward pass of networks: chain rule, batch, slopes of ReLU.
 *
 * Invariant: the document's line and the right one are equations over the same forward pass; central differences of the
 * network's loss stand beside both, and gn_diagnose is given the document's. */
#include "museum_hall.h"

void gn_museum_upside_down(gn_hall *h)
{
    static const double theta[] = { 0.5, 0, 3, 0 }, x = 1, t = 1;
    gn_hall_number(h, "w1", theta[0]);
    gn_hall_number(h, "w2", theta[2]);
    gn_hall_number(h, "x", x);
    gn_hall_number(h, "t", t);
    gn_hall_part(h, "two layers of one neuron: a1 = tanh(w1*x), z2 = w2*a1, L = (z2 - t)^2");
    gn_hall_calc(h, "forward", "z1", "w1*x");
    gn_hall_calc(h, "", "a1", "tanh(z1)");
    gn_hall_calc(h, "", "z2", "w2*a1");
    gn_hall_calc(h, "backward, output", "g2", "2*(z2 - t)");
    gn_hall_calc(h, "dz2/da1", "dz2_da1", "w2");
    gn_hall_derive(h, "da1/dz1", "da1_dz1", "tanh(z1)", "z1");
    gn_hall_part(h, "both chain rules");
    gn_hall_calc(h, "the document's", "g1_said", "g2*(1/dz2_da1)*(1/da1_dz1)");
    gn_hall_calc(h, "right", "g1", "g2*dz2_da1*da1_dz1");
    gn_hall_part(h, "the proof");
    gn_hall_difference(h, "dL_dw1", "(w2*tanh(w1*x) - t)^2", "w1");
    gn_hall_calc(h, "the document's: off by", "off_said", "abs(g1_said*x - dL_dw1)");
    gn_hall_calc(h, "right: off by", "off", "abs(g1*x - dL_dw1)");
    gn_net *net = gn_hall_net(h, 1, "1 tanh", 1, "mse", "mean", theta);
    if (!net) return;
    gn_dataset rows = { .rows = 1, .inputs = 1, .type = GN_EL_F64, .x = &x, .y = &t };
    gn_given given = gn_hall_given(h, 0, "g1_said");
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}

/* ---- the regressor, four rows ------------------------------------------------------------------------------------ */

/* MLPRegressor([2, 3, 1]) as numpy's default_rng(42) fills it: W1 (3,2), b1, W2 (1,3), b2. */
static const double regressor[] = {
    0.030471707975443137, -0.10399841062404956, 0.07504511958064573,  0.0940564716391214,      -0.19510351886538366,
    -0.13021795068623182, 0,                    0,                    0,                       0.012784040316728537,
    -0.03162425923435822, -0.0016801157504288797, 0,
};
static const double rows_x[] = { 0, 0, 0, 1, 1, 0, 1, 1 }, rows_y[] = { 0, 1, 1, 2 }; /* a row after another */
static const double columns_x[] = { 0, 0, 1, 1, 0, 1, 0, 1 }; /* (2, 4): a column a row of the data */

static gn_dataset four_rows(void)
{
    return (gn_dataset){ .rows = 4, .inputs = 2, .type = GN_EL_F64, .x = rows_x, .y = rows_y };
}

static void regressor_forward(gn_hall *h)
{
    gn_hall_array(h, "A0", 2, 4, columns_x);
    gn_hall_array(h, "Y", 1, 4, rows_y);
    gn_hall_array(h, "W1", 3, 2, regressor);
    gn_hall_array(h, "b1", 3, 1, regressor + 6);
    gn_hall_array(h, "W2", 1, 3, regressor + 9);
    gn_hall_number(h, "b2", regressor[12]);
    gn_hall_number(h, "batch", 4);
    gn_hall_part(h, "the document's passes, a column a row of the data");
    gn_hall_calc(h, "forward", "Z1", "W1*A0 + b1");
    gn_hall_calc(h, "", "A1", "relu(Z1)");
    gn_hall_calc(h, "", "A2", "W2*A1 + b2");
    gn_hall_calc(h, "loss", "L", "mean((A2 - Y).^2)");
    gn_hall_calc(h, "dA: 2/batch is here", "dZ2", "2/batch*(A2 - Y)");
    gn_hall_calc(h, "layer 1", "dZ1", "(W2'*dZ2).*where(Z1 > 0, 1, 0)");
}

static void ratio_of(gn_hall *h, const char *right, const char *said)
{
    gn_text formula;
    gn_text_init(&formula, h->ctx);
    gn_text_printf(&formula, "norm(%s)/norm(%s)", right, said);
    if (gn_text_done(&formula) == GN_OK) gn_hall_calc(h, "right against the document's", "ratio", formula.at);
    gn_text_free(&formula);
}

/* The document's gradient is the right one through `ratio`, so its step is that of a smaller rate. */
static void train_by_both(gn_hall *h, const gn_net *net, const gn_dataset *rows)
{
    enum { AT = 5 };
    static const double at[AT] = { 0, 1, 10, 100, 1000 };
    double right[AT] = { 0 }, said[AT] = { 0 }, repaired[AT] = { 0 }, ratio = gn_hall_at(h, "ratio", 0);
    gn_hall_descend(h, net, rows, 0.01, AT, at, right);
    gn_hall_descend(h, net, rows, 0.01 / ratio, AT, at, said);
    gn_hall_descend(h, net, rows, 0.04 / ratio, AT, at, repaired);
    gn_sheet_column column[] = {
        { "steps", NULL, NULL, at, NULL, false },
        { "right, rate 0.01", NULL, NULL, right, NULL, false },
        { "document's, rate 0.01", NULL, NULL, said, NULL, false },
        { "document's, rate 0.04", NULL, NULL, repaired, NULL, false },
    };
    gn_hall_part(h, "what it does to training");
    gn_sheet_table(h->s, 0, "the loss on the way", GN_COUNT(column), AT, column);
    gn_hall_say(h, "Training by it works all the same, as if the rate were %s times smaller than it says.",
                gn_hall_text(h, GN_NUM, "ratio"));
}

void gn_museum_batch_twice(gn_hall *h)
{
    regressor_forward(h);
    gn_hall_part(h, "both gradients");
    gn_hall_calc(h, "the document's, layer 2", "dW2_said", "dZ2*A1'/batch");
    gn_hall_calc(h, "right", "dW2", "dZ2*A1'");
    gn_hall_calc(h, "the document's, layer 1", "dW1_said", "dZ1*A0'/batch");
    gn_hall_calc(h, "right", "dW1", "dZ1*A0'");
    ratio_of(h, "dW2", "dW2_said");
    gn_hall_part(h, "the proof: the loss differenced");
    gn_net *net = gn_hall_net(h, 2, "3 relu", 1, "mse", "mean", regressor);
    if (!net) return;
    gn_dataset rows = four_rows();
    gn_hall_central(h, net, &rows, 2, "dW2_central");
    gn_hall_calc(h, "the document's: off by", "off_said", "norm(dW2_said - dW2_central)");
    gn_hall_calc(h, "right: off by", "off", "norm(dW2 - dW2_central)");
    gn_given given[] = { gn_hall_given(h, 0, "dW1_said"), gn_hall_given(h, 2, "dW2_said") };
    gn_hall_diagnose(h, net, &rows, given, 2, false);
    train_by_both(h, net, &rows);
    gn_net_free(net);
}

void gn_museum_bias_batch_twice(gn_hall *h)
{
    regressor_forward(h);
    gn_hall_part(h, "both gradients");
    gn_hall_calc(h, "the document's, layer 2", "db2_said", "sum_cols(dZ2)/batch");
    gn_hall_calc(h, "right", "db2", "sum_cols(dZ2)");
    gn_hall_calc(h, "the document's, layer 1", "db1_said", "sum_cols(dZ1)/batch");
    gn_hall_calc(h, "right", "db1", "sum_cols(dZ1)");
    ratio_of(h, "db1", "db1_said");
    gn_hall_part(h, "the proof: the loss differenced");
    gn_net *net = gn_hall_net(h, 2, "3 relu", 1, "mse", "mean", regressor);
    if (!net) return;
    gn_dataset rows = four_rows();
    gn_hall_central(h, net, &rows, 3, "db2_central");
    gn_hall_calc(h, "the document's: off by", "off_said", "norm(db2_said - db2_central)");
    gn_hall_calc(h, "right: off by", "off", "norm(db2 - db2_central)");
    gn_given given[] = { gn_hall_given(h, 1, "db1_said"), gn_hall_given(h, 3, "db2_said") };
    gn_hall_diagnose(h, net, &rows, given, 2, false);
    gn_net_free(net);
}

/* ---- half of a slope --------------------------------------------------------------------------------------------- */

/* A 2-3-1 network with numbers that are easy to follow: W1, b1, W2, b2; three rows. */
static const double plain[] = { 0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.01, 0.02, -0.03, 0.7, -0.8, 0.9, 0.05 };
static const double plain_x[] = { 1, 0.5, -2, 1, 0.5, -1.5 }, plain_y[] = { 1, -1, 0.5 };

void gn_museum_relu_else(gn_hall *h)
{
    gn_hall_array(h, "X", 3, 2, plain_x);
    gn_hall_array(h, "Y", 3, 1, plain_y);
    gn_hall_array(h, "W1", 3, 2, plain);
    gn_hall_array(h, "b1", 3, 1, plain + 6);
    gn_hall_array(h, "W2", 1, 3, plain + 9);
    gn_hall_number(h, "b2", plain[12]);
    gn_hall_part(h, "a row of X a row of the data");
    gn_hall_calc(h, "forward", "Z1", "X*W1' + b1'");
    gn_hall_calc(h, "", "yhat", "relu(Z1)*W2' + b2");
    gn_hall_calc(h, "output", "delta2", "2/3*(yhat - Y)");
    gn_hall_part(h, "the slope, with 1 everywhere or with its other half");
    gn_hall_calc(h, "1 if z > 0, and nothing said of the rest", "s_said", "where(Z1 > 0, 1, 1)");
    gn_hall_calc(h, "right", "s", "where(Z1 > 0, 1, 0)");
    gn_hall_calc(h, "layer 1 with 1 everywhere", "dW1_said", "((delta2*W2).*s_said)'*X");
    gn_hall_calc(h, "right", "dW1", "((delta2*W2).*s)'*X");
    gn_hall_part(h, "at the kink itself");
    gn_hall_number(h, "z", 0);
    gn_hall_derive(h, "the slope that relu's row states", "at_zero", "relu(z)", "z");
    gn_net *net = gn_hall_net(h, 2, "3 relu", 1, "mse", "mean", plain);
    if (!net) return;
    gn_dataset rows = { .rows = 3, .inputs = 2, .type = GN_EL_F64, .x = plain_x, .y = plain_y };
    gn_hall_central(h, net, &rows, 0, "dW1_central");
    gn_given given = gn_hall_given(h, 0, "dW1_said");
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}
