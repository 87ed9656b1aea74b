/* optim_tmpl.h -- the rows of defs/optim.def compiled: the update of n weights in place, for one precision on one
 * level.
 *
 * Invariant: an element's new weight and state depend on that element alone, and on t through powers computed once a
 * call in double. */
#include "row_names.h"
#define P(name, value)                                       \
    const double number_##name MAYBE_UNUSED = *hyper_next++; \
    const V name MAYBE_UNUSED = FN(splat)((R)number_##name), \
                 power_##name MAYBE_UNUSED = FN(splat)((R)gn_power(number_##name, step));
#define powt(name) power_##name
/* A loop that runs once: the slot is read before its body and written after it. */
#define S(name)                                                                                                \
    for (R *at_##name = (R *)*slot_next++ + offset, *once_##name = at_##name; once_##name; once_##name = NULL) \
        for (V name = FN(take)(at_##name, left); once_##name; FN(give)(at_##name, left, name), once_##name = NULL)
#define OPT(name, slots, parameters, ...)                                                                        \
    static void FN(update_##name)(size_t n, void *weights, const void *gradient, void *const slot[GN_OPT_SLOTS], \
                                  const double *hyper)                                                           \
    {                                                                                                            \
        const double *hyper_next = hyper;                                                                        \
        const double step = hyper[gn_optimizer_parameters_##name];                                               \
        parameters                                                                                               \
        const bool own_decay = __builtin_strstr(#parameters, "P(wd,") != NULL;                                   \
        const V t MAYBE_UNUSED = FN(splat)((R)step), alpha MAYBE_UNUSED = K(0), beta MAYBE_UNUSED = K(0);        \
        const V decay = FN(splat)(own_decay ? 0 : (R)hyper_next[1]), l1 = FN(splat)((R)hyper_next[2]);           \
        const bool regular = (!own_decay && hyper_next[1] != 0) || hyper_next[2] != 0;                           \
        EACH_VECTOR {                                                                                            \
            void *const *slot_next MAYBE_UNUSED = slot;                                                          \
            V w = FN(take)((R *)weights + offset, left), g = FN(take)((const R *)gradient + offset, left);       \
            if (regular) g += decay * w + l1 * sign(w);                                                          \
            slots { __VA_ARGS__ }                                                                                \
            FN(give)((R *)weights + offset, left, w);                                                            \
        }                                                                                                        \
    }
#include "../defs/optim.def"
#undef OPT
#undef S
#undef P
#undef powt
#include "row_names_end.h"
