/* museum_forward.c -- exhibits about the forward pass: loops, notation, shapes, a network that hardly hears its input.
 *
 * Invariant: a loop of the document is run as it is written, and its result held against a formula. */
#include "museum_hall.h"

#include "spectrum.h"

#include <string.h>

/* ---- the two loops ---------------------------------------------------------------------------------------------- */

static const double loop_x[] = { 1, 2 }, loop_w[] = { 1, 2, 2, 3, 3, 4 }, loop_b[] = { 1, 2, 3 };

/* The document's loops: with the bias inside the inner loop or after it, and the return inside the outer loop or after
 * it. Returns how many numbers come back. */
static size_t two_loops(bool bias_inside, bool return_inside, double *z)
{
    size_t made = 0;
    for (size_t i = 0; i < 3; i++) {
        double neuron = 0;
        for (size_t j = 0; j < 2; j++) {
            neuron += loop_x[j] * loop_w[2 * i + j];
            if (bias_inside) neuron += loop_b[i];
        }
        if (!bias_inside) neuron += loop_b[i];
        z[made++] = neuron;
        if (return_inside) return made;
    }
    return made;
}

static void loop_given(gn_hall *h)
{
    gn_hall_array(h, "x", 2, 1, loop_x);
    gn_hall_array(h, "W", 3, 2, loop_w);
    gn_hall_array(h, "b", 3, 1, loop_b);
}

void gn_museum_bias_in_loop(gn_hall *h)
{
    double z[3];
    loop_given(h);
    gn_hall_part(h, "the loops run with the bias inside (and the return put right)");
    size_t n = two_loops(true, false, z);
    gn_hall_result(h, "the document's: the bias once an input", "z_said", n, 1, z, "W*x + 2*b");
    gn_hall_part(h, "with the bias after the inner loop");
    n = two_loops(false, false, z);
    gn_hall_result(h, "right: the bias once a neuron", "z", n, 1, z, "W*x + b");
    gn_hall_calc(h, "what is too much", "over", "z_said - z");
    gn_hall_say(h, "With two inputs each bias came in twice; with n inputs it comes in n times.");
}

void gn_museum_early_return(gn_hall *h)
{
    double z[3];
    loop_given(h);
    gn_hall_array(h, "W_first", 1, 2, loop_w);
    gn_hall_number(h, "b_first", loop_b[0]);
    gn_hall_part(h, "the loops run as they are printed");
    size_t n = two_loops(true, true, z);
    gn_hall_result(h, "what comes back", "z_said", n, 1, z, "W_first*x + 2*b_first");
    gn_hall_part(h, "with return after the loop, and the bias where it belongs");
    size_t m = two_loops(false, false, z);
    gn_hall_result(h, "right", "z", m, 1, z, "W*x + b");
    gn_hall_say(h, "As printed the function hands back %zu number of %zu: it leaves in the first round of the outer "
                "loop.",
                n, m);
}

/* ---- notation and shapes ---------------------------------------------------------------------------------------- */

void gn_museum_one_letter(gn_hall *h)
{
    static const double theta[] = { 0.5, -0.3, 0.8, 0.4, 0.2, -0.2, 1.5, -0.7, 0.3 }, x[] = { 1, 2 }, t = 1;
    gn_hall_array(h, "x", 2, 1, x);
    gn_hall_array(h, "W1", 2, 2, theta);
    gn_hall_array(h, "b1", 2, 1, theta + 4);
    gn_hall_array(h, "W2", 1, 2, theta + 6);
    gn_hall_number(h, "b2", theta[8]);
    gn_hall_number(h, "t", t);
    gn_hall_part(h, "two things, two letters");
    gn_hall_calc(h, "before the activation", "z1", "W1*x + b1");
    gn_hall_calc(h, "after it", "a1", "sigmoid(z1)");
    gn_hall_calc(h, "output error", "delta2", "2*(W2*a1 + b2 - t)");
    gn_hall_part(h, "the slope, if Z is taken for what comes after");
    gn_hall_calc(h, "the document's letter, read so", "s_said", "sigmoid(a1).*(1 - sigmoid(a1))");
    gn_hall_calc(h, "right", "s", "sigmoid(z1).*(1 - sigmoid(z1))");
    gn_hall_calc(h, "gradient by the document's letter", "dW1_said", "(W2'*delta2).*s_said*x'");
    gn_hall_calc(h, "right", "dW1", "(W2'*delta2).*s*x'");
    gn_net *net = gn_hall_net(h, 2, "2 sigmoid", 1, "mse", "mean", theta);
    if (!net) return;
    gn_dataset rows = { .rows = 1, .inputs = 2, .type = GN_EL_F64, .x = x, .y = &t };
    gn_hall_central(h, net, &rows, 0, "dW1_central");
    gn_given given = gn_hall_given(h, 0, "dW1_said");
    gn_hall_diagnose(h, net, &rows, &given, 1, false);
    gn_net_free(net);
}

/* What an engine's network counts, as a result beside the formula. */
static double counted(gn_hall *h, size_t inputs, const char *layers, size_t outputs)
{
    gn_net_spec spec = { .inputs = inputs,
                         .outputs = outputs,
                         .task = GN_REGRESSION,
                         .layers = layers,
                         .loss = "mse",
                         .reduction = "mean",
                         .init = "auto",
                         .type = GN_F32 };
    gn_net *net = NULL;
    if (h->s->status != GN_OK) return 0;
    gn_hall_fail(h, gn_net_new(h->ctx, &spec, &net));
    double n = net ? (double)gn_net_parameters(net) : 0;
    gn_net_free(net);
    return n;
}

void gn_museum_bias_shape(gn_hall *h)
{
    gn_hall_number(h, "n", 2);
    gn_hall_number(h, "m", 3);
    gn_hall_number(h, "outputs", 1);
    gn_hall_number(h, "batch", 32);
    gn_hall_part(h, "parameters of a 2-3-1 network");
    gn_hall_calc(h, "the document's", "said", "n*m + m*batch + m*outputs + outputs*batch");
    double n = counted(h, 2, "3 relu", 1);
    gn_hall_result(h, "right, counted in the network", "count", 1, 1, &n, "n*m + m + m*outputs + outputs");
    gn_hall_part(h, "of 784-128-10");
    gn_hall_calc(h, "the document's", "said_large", "784*128 + 128*batch + 128*10 + 10*batch");
    double large = counted(h, 784, "128 relu", 10);
    gn_hall_result(h, "right, counted in the network", "count_large", 1, 1, &large, "784*128 + 128 + 128*10 + 10");
    gn_hall_part(h, "why it cannot be meant");
    gn_hall_say(h, "A bias for each row of the batch would be another number for the same row in another batch, and "
                "a network trained with batches of %s could not be asked about one row. One column, the same for "
                "all rows, is what is added.",
                gn_hall_text(h, GN_NUM, "batch"));
    gn_hall_array(h, "Z", 2, 3, (const double[]){ 1, 2, 3, 4, 5, 6 });
    gn_hall_array(h, "b", 2, 1, (const double[]){ 10, 20 });
    gn_hall_calc(h, "one column stands for all", "A", "Z + b");
}

/* ---- the 4-6-4-2 network ---------------------------------------------------------------------------------------- */

/* What numpy's generator with seed 42 draws in the document's order: W1 (6,4), b1, W2 (4,6), b2, W3 (2,4), b3. */
static const double deaf[] = {
    0.04967141530112327, -0.013826430117118467, 0.06476885381006925, 0.15230298564080255, -0.023415337472333597,
    -0.023413695694918055, 0.15792128155073915, 0.07674347291529088, -0.04694743859349521, 0.05425600435859647,
    -0.046341769281246226, -0.04657297535702569, 0.02419622715660341, -0.1913280244657798, -0.1724917832513033,
    -0.05622875292409727, -0.10128311203344238, 0.03142473325952739, -0.0908024075521211, -0.14123037013352915,
    0.14656487689215542, -0.02257763004865357, 0.006752820468792384, -0.14247481862134567, -0.5443827245251827,
    0.11092258970986608, -1.1509935774223028, 0.37569801834567196, -0.600638689918805, -0.2916937497932768,
    -0.060170661222939695, 0.18522781845089378, -0.0013497224737933921, -0.10577109289559004, 0.08225449121031891,
    -0.12208436499710223, 0.020886359500475543, -0.19596701238797756, -0.13281860488984307, 0.019686123586912352,
    0.07384665799954104, 0.01713682811899705, -0.011564828238824054, -0.03011036955892888, -0.14785219903674274,
    -0.07198442083947086, -0.046063877095978756, 0.10571222262189157, 0.03436182895684614, -0.1763040155362734,
    0.0324083969394795, -0.038508228041631655, -0.06769220003059588, 0.06116762888408679, 1.030999522495951,
    0.9312801191161986, -0.8392175232226385, -0.3092123758512146, 0.033126343140356396, 0.09755451271223592,
    -0.047917423784529, -0.01856589766638171, -0.11063349740060283, -0.11962066240806708, 0.08125258223941981,
    0.1356240028570823, -0.07201012158033385, 1.0035328978920242
};

static void layer(gn_hall *h, int l, size_t out, size_t in, const double *theta)
{
    static const char *const names[][2] = { { "W1", "b1" }, { "W2", "b2" }, { "W3", "b3" } };
    gn_hall_array(h, names[l][0], out, in, theta);
    gn_hall_array(h, names[l][1], out, 1, theta + out * in);
}

/* How many eigenvalues of J J' (2, 2) are not zero beside the largest. */
static double rank_of(gn_hall *h)
{
    const gn_symbol *j = gn_sheet_find(h->s, "JJ");
    double value[2] = { 0 };
    if (!j || h->s->status != GN_OK) return 0;
    gn_hall_fail(h, gn_eigen_symmetric(h->ctx, 2, j->value, value, NULL));
    return (double)((value[1] > 0) + (value[0] > 1e-12 * value[1]));
}

static double alive(const gn_hall *h, const char *name)
{
    const gn_symbol *a = gn_sheet_find(h->s, name);
    double n = 0;
    for (size_t i = 0; a && i < a->rows; i++) n += a->value[i] > 0;
    return n;
}

static void deaf_slopes(gn_hall *h)
{
    gn_hall_part(h, "what the outputs hear of the inputs");
    gn_hall_calc(h, "slopes of the layers", "s1", "where(z1 > 0, 1, 0)");
    gn_hall_calc(h, "", "s2", "where(z2 > 0, 1, 0)");
    gn_hall_calc(h, "Jacobian of outputs by inputs", "J", "(W3.*s2')*(W2.*s1')*W1");
    gn_hall_calc(h, "", "JJ", "J*J'");
    double rank = rank_of(h);
    gn_sheet_symbol(h->s, "rank", 1, 1, &rank, GN_F64);
    gn_hall_say(h, "Alive: %s of 6 and %s of 4 units. The Jacobian has rank %s: the two outputs move together, "
                "along one line.",
                gn_num(GN_NUM, alive(h, "a1")), gn_num(GN_NUM, alive(h, "a2")), gn_num(GN_NUM, rank));
}

void gn_museum_deaf_network(gn_hall *h)
{
    layer(h, 0, 6, 4, deaf);
    layer(h, 1, 4, 6, deaf + 30);
    layer(h, 2, 2, 4, deaf + 58);
    gn_hall_array(h, "x", 4, 1, (const double[]){ 1, 2, 3, 1 });
    gn_hall_part(h, "the document's forward pass");
    gn_hall_calc(h, "layer 1", "z1", "W1*x + b1");
    gn_hall_calc(h, "", "a1", "relu(z1)");
    gn_hall_calc(h, "layer 2", "z2", "W2*a1 + b2");
    gn_hall_calc(h, "", "a2", "relu(z2)");
    gn_hall_calc(h, "layer 3, with ReLU on the output too", "out", "relu(W3*a2 + b3)");
    deaf_slopes(h);
    gn_hall_part(h, "the same with the input taken away");
    gn_hall_calc(h, "output at x = 0", "out_zero", "relu(W3*relu(W2*relu(b1) + b2) + b3)");
    gn_hall_calc(h, "what the whole input adds", "moved", "out - out_zero");
    gn_hall_calc(h, "as a share of the output", "share", "norm(moved)/norm(out)");
    gn_hall_say(h, "The input moves the outputs by %s of their size; the rest comes from the biases, which are ten "
                "times as large as the weights. And with ReLU last, no output can be negative.",
                gn_hall_text(h, GN_NUM, "share"));
}
