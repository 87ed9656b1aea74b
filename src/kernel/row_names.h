/* row_names.h -- how the text of a row finds what it calls: the elementary functions, and the rows that other rows
 * name.
 *
 * Invariant: inside a row x, y, z, alpha and beta are in scope. The preprocessor cannot make these names from the
 * table, so a row that is to be called by name from another row needs its line here; the compiler says so when it is
 * missing. */
#define exp(a) FN(exp)(a)
#define log(a) FN(log)(a)
#define expm1(a) FN(expm1)(a)
#define log1p(a) FN(log1p)(a)
#define tanh(a) FN(tanh)(a)
#define erf(a) FN(erf)(a)
#define sin(a) FN(sin)(a)
#define cos(a) FN(cos)(a)
#define sqrt(a) FN(root)(a)
#define pow(a, b) FN(pow)(a, b)
#define where(c, a, b) FN(where)(c, a, b)

#define identity(a) FN(row_identity)(a, alpha, beta)
#define neg(a) FN(row_neg)(a, alpha, beta)
#define abs(a) FN(row_abs)(a, alpha, beta)
#define square(a) FN(row_square)(a, alpha, beta)
#define reciprocal(a) FN(row_reciprocal)(a, alpha, beta)
#define max(a, b) FN(row_max)(a, b, alpha, beta)
#define min(a, b) FN(row_min)(a, b, alpha, beta)
#define sigmoid(a) FN(row_sigmoid)(a, alpha, beta)
#define relu(a) FN(row_relu)(a, alpha, beta)
#define leaky_relu(a) FN(row_leaky_relu)(a, alpha, beta)
#define elu(a) FN(row_elu)(a, alpha, beta)
#define selu(a) FN(row_selu)(a, alpha, beta)
#define softplus(a) FN(row_softplus)(a, alpha, beta)
#define softsign(a) FN(row_softsign)(a, alpha, beta)
#define silu(a) FN(row_silu)(a, alpha, beta)
#define gelu(a) FN(row_gelu)(a, alpha, beta)
#define gelu_tanh(a) FN(row_gelu_tanh)(a, alpha, beta)
#define mish(a) FN(row_mish)(a, alpha, beta)
#define hard_sigmoid(a) FN(row_hard_sigmoid)(a, alpha, beta)
#define hard_tanh(a) FN(row_hard_tanh)(a, alpha, beta)
#define log_cosh(a) FN(row_log_cosh)(a, alpha, beta)
#define huber(a) FN(row_huber)(a, alpha, beta)
/* For the update of an optimiser. */
#define sign(a) FN(sign_of)(a)
