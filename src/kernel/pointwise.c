/* pointwise.c -- the rows of defs/pointwise.def as data.
 *
 * Invariant: the table is constant, text and all: what a slope reads is found in its text by the compiler. */
#include <string.h>
#include "level.h"

/* Functions whose names hold one of the letters x y z u, which would look like an operand; another name with one of
 * them only makes the table say that a value is read when it is not. */
#define exp(a) E(a)
#define expm1(a) E(a)
#define max(a, b) M(a, b)
#define square(a) S(a)
#define relu(a) R(a)
#define elu(a) R(a)
#define selu(a) R(a)
#define leaky_relu(a) R(a)
#define gelu(a) G(a)
#define gelu_tanh(a) G(a)
#define softplus(a) P(a)
#define huber(a) H(a)
#define TEXT_(...) #__VA_ARGS__
#define TEXT(...) TEXT_(__VA_ARGS__)
#define USES1(slope) {GN_TEXT_HAS(TEXT(slope), 'x'), false, false, GN_TEXT_HAS(TEXT(slope), 'y')}
#define USES2(slope)                                                                                       \
    {                                                                                                      \
        GN_TEXT_HAS(TEXT(slope), 'x'), GN_TEXT_HAS(TEXT(slope), 'y'), false, GN_TEXT_HAS(TEXT(slope), 'z') \
    }
#define USES3(slope)                                                                                 \
    {                                                                                                \
        GN_TEXT_HAS(TEXT(slope), 'x'), GN_TEXT_HAS(TEXT(slope), 'y'), GN_TEXT_HAS(TEXT(slope), 'z'), \
            GN_TEXT_HAS(TEXT(slope), 'u')                                                            \
    }

/* ".alpha = 1, .beta = 2" from "alpha = 1, beta = 2". */
#define DEFAULTS0()
#define DEFAULTS1(a) .a,
#define DEFAULTS2(a, b) .a, .b,
#define FOURTH(a, b, c, d, ...) d
#define DEFAULTS(none, ...) FOURTH(none, ##__VA_ARGS__, DEFAULTS2, DEFAULTS1, DEFAULTS0, )(__VA_ARGS__)
#define NAMES(...)                                                                                              \
    {                                                                                                           \
        GN_ROW_PARAMETERS(__VA_ARGS__) > 0 ? "alpha" : NULL, GN_ROW_PARAMETERS(__VA_ARGS__) > 1 ? "beta" : NULL \
    }
#define PARAMETERS(...) .parameters = GN_ROW_PARAMETERS(__VA_ARGS__), .parameter_name = NAMES(__VA_ARGS__),

static const gn_pointwise_row table[] = {
#define P1(name, value, slope, ...)                                      \
    {                                                                    \
#name, 1, #value, {#slope, NULL, NULL }, PARAMETERS(__VA_ARGS__) \
        DEFAULTS(0, ##__VA_ARGS__).slope_uses = { USES1(slope) }         \
    }                                                                    \
    ,
#define P2(name, value, slope_x, slope_y, ...)                                     \
    {                                                                              \
#name, 2, #value, {#slope_x, #slope_y, NULL }, PARAMETERS(__VA_ARGS__)     \
        DEFAULTS(0, ##__VA_ARGS__).slope_uses = { USES2(slope_x), USES2(slope_y) } \
    }                                                                              \
    ,
#define P3(name, value, slope_x, slope_y, slope_z, ...)                                            \
    {                                                                                              \
#name, 3, #value, {#slope_x, #slope_y, #slope_z }, PARAMETERS(__VA_ARGS__)                 \
        DEFAULTS(0, ##__VA_ARGS__).slope_uses = { USES3(slope_x), USES3(slope_y), USES3(slope_z) } \
    }                                                                                              \
    ,
#include "../defs/pointwise.def"
};

const gn_pointwise_row *gn_pointwise_table(void)
{
    return table;
}

gn_pointwise gn_pointwise_find(const char *name)
{
    int i = 0;
    while (i < GN_P_COUNT && strcmp(table[i].name, name) != 0) i++;
    return (gn_pointwise)i;
}
