/* pointwise_tmpl.h -- the rows of defs/pointwise.def compiled: value and slopes over arrays, for one precision on one
 * level.
 *
 * Invariant: the expression that runs is the row's text, once for whole and partial vectors alike; every operand of an
 * iteration is read before the result is written, so the result may take an operand's place. */

/* Where an operand is read: along its array, or again and again from `room`, filled with the one number. NULL reads as
 * 0. */
AI const R *FN(operand)(const void *in, int step, R *room, size_t *advance)
{
    *advance = step && in ? LANES : 0;
    if (step && in) return in;
    FN(store)(room, FN(splat)(in ? *(const R *)in : 0));
    return room;
}
#define OPERAND(name, from, its_step)                       \
    R room_##name[LANES];                                   \
    size_t by_##name;                                       \
    const R *at_##name = FN(operand)(from, its_step, room_##name, &by_##name);
#define NEXT(name)                                          \
    const V name = FN(take)(at_##name, left);               \
    at_##name += by_##name;
#define PARAMETERS(...)                                                             \
    const V alpha = FN(splat)(GN_ROW_PARAMETERS(__VA_ARGS__) > 0 ? (R)par[0] : 0);  \
    const V beta = FN(splat)(GN_ROW_PARAMETERS(__VA_ARGS__) > 1 ? (R)par[1] : 0);   \
    (void)par, (void)alpha, (void)beta;
#define VALUE_ARGUMENTS size_t n, const void *const in[3], const int step[3], const double *par, void *out
#define SLOPE_ARGUMENTS                                                                                        \
    size_t n, const void *const in[3], const int step[3], const void *value, const void *upstream, int step_g, \
        const double *par, void *out
#define EACH_VECTOR \
    for (size_t left = n, offset = 0; left; left -= left < (size_t)LANES ? left : (size_t)LANES, offset += LANES)

#include "row_names.h"

AI V FN(sign_of)(V x) { return where(x > 0, K(1), where(x < 0, K(-1), K(0))); }

#define P1(name, value_text, slope_text, ...)                                           \
    AI V FN(row_##name)(V x, V alpha, V beta)                                           \
    {                                                                                   \
        (void)x, (void)alpha, (void)beta;                                               \
        return (value_text);                                                            \
    }                                                                                   \
    AI V FN(row_x_##name)(V x, V y, V alpha, V beta)                                    \
    {                                                                                   \
        (void)x, (void)y, (void)alpha, (void)beta;                                      \
        return (slope_text);                                                            \
    }                                                                                   \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                       \
    {                                                                                   \
        PARAMETERS(__VA_ARGS__)                                                         \
        OPERAND(x, in[0], step[0])                                                      \
        EACH_VECTOR {                                                                   \
            NEXT(x)                                                                     \
            FN(give)((R *)out + offset, left, FN(row_##name)(x, alpha, beta));          \
        }                                                                               \
    }                                                                                   \
    static void FN(slope_x_##name)(SLOPE_ARGUMENTS)                                     \
    {                                                                                   \
        PARAMETERS(__VA_ARGS__)                                                         \
        OPERAND(x, in[0], step[0])                                                      \
        OPERAND(y, value, 1)                                                            \
        OPERAND(g, upstream, step_g)                                                    \
        EACH_VECTOR {                                                                   \
            NEXT(x)                                                                     \
            NEXT(y)                                                                     \
            NEXT(g)                                                                     \
            FN(give)((R *)out + offset, left, g * FN(row_x_##name)(x, y, alpha, beta)); \
        }                                                                               \
    }

#define SLOPE2(name, by, slope_text, ...)                                                       \
    AI V FN(row_##by##_##name)(V x, V y, V z, V alpha, V beta)                                  \
    {                                                                                           \
        (void)x, (void)y, (void)z, (void)alpha, (void)beta;                                     \
        return (slope_text);                                                                    \
    }                                                                                           \
    static void FN(slope_##by##_##name)(SLOPE_ARGUMENTS)                                        \
    {                                                                                           \
        PARAMETERS(__VA_ARGS__)                                                                 \
        OPERAND(x, in[0], step[0])                                                              \
        OPERAND(y, in[1], step[1])                                                              \
        OPERAND(z, value, 1)                                                                    \
        OPERAND(g, upstream, step_g)                                                            \
        EACH_VECTOR {                                                                           \
            NEXT(x)                                                                             \
            NEXT(y)                                                                             \
            NEXT(z)                                                                             \
            NEXT(g)                                                                             \
            FN(give)((R *)out + offset, left, g * FN(row_##by##_##name)(x, y, z, alpha, beta)); \
        }                                                                                       \
    }
#define P2(name, value_text, slope_x_text, slope_y_text, ...)                                           \
    AI V FN(row_##name)(V x, V y, V alpha, V beta) { (void)x, (void)y, (void)alpha, (void)beta; return (value_text); } \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                                                      \
    {                                                                                                                  \
        PARAMETERS(__VA_ARGS__) OPERAND(x, in[0], step[0]) OPERAND(y, in[1], step[1])                                  \
        EACH_VECTOR {                                                                                                  \
            NEXT(x) NEXT(y)                                                                                            \
            FN(give)((R *)out + offset, left, FN(row_##name)(x, y, alpha, beta));                                      \
        }                                                                                                              \
    }                                                                                                                  \
    SLOPE2(name, x, slope_x_text, ##__VA_ARGS__)                                                                       \
    SLOPE2(name, y, slope_y_text, ##__VA_ARGS__)

#define SLOPE3(name, by, slope_text, ...)                                                               \
    AI V FN(row_##by##_##name)(V x, V y, V z, V u, V alpha, V beta)                                     \
    { (void)x, (void)y, (void)z, (void)u, (void)alpha, (void)beta; return (slope_text); }               \
    static void FN(slope_##by##_##name)(SLOPE_ARGUMENTS)                                                \
    {                                                                                                   \
        PARAMETERS(__VA_ARGS__) OPERAND(x, in[0], step[0]) OPERAND(y, in[1], step[1]) OPERAND(z, in[2], step[2]) \
        OPERAND(u, value, 1) OPERAND(g, upstream, step_g)                                                        \
        EACH_VECTOR {                                                                                            \
            NEXT(x) NEXT(y) NEXT(z) NEXT(u) NEXT(g)                                                              \
            FN(give)((R *)out + offset, left, g * FN(row_##by##_##name)(x, y, z, u, alpha, beta));               \
        }                                                                                                        \
    }
#define P3(name, value_text, slope_x_text, slope_y_text, slope_z_text, ...)          \
    AI V FN(row_##name)(V x, V y, V z, V alpha, V beta)                              \
    {                                                                                \
        (void)x, (void)y, (void)z, (void)alpha, (void)beta;                          \
        return (value_text);                                                         \
    }                                                                                \
    static void FN(value_##name)(VALUE_ARGUMENTS)                                    \
    {                                                                                \
        PARAMETERS(__VA_ARGS__)                                                      \
        OPERAND(x, in[0], step[0])                                                   \
        OPERAND(y, in[1], step[1])                                                   \
        OPERAND(z, in[2], step[2])                                                   \
        EACH_VECTOR {                                                                \
            NEXT(x)                                                                  \
            NEXT(y)                                                                  \
            NEXT(z)                                                                  \
            FN(give)((R *)out + offset, left, FN(row_##name)(x, y, z, alpha, beta)); \
        }                                                                            \
    }                                                                                \
    SLOPE3(name, x, slope_x_text, ##__VA_ARGS__)                                     \
    SLOPE3(name, y, slope_y_text, ##__VA_ARGS__)                                     \
    SLOPE3(name, z, slope_z_text, ##__VA_ARGS__)
#include "../defs/pointwise.def"
#undef P1
#undef P2
#undef P3
#undef SLOPE2
#undef SLOPE3
#include "row_names_end.h"
#undef OPERAND
#undef NEXT
#undef PARAMETERS
#undef VALUE_ARGUMENTS
#undef SLOPE_ARGUMENTS
