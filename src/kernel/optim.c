/* optim.c -- the rows of defs/optim.def as data.
 *
 * Invariant: names and defaults stand in the order of the row, which is the order of slots and hyper in the kernels. */
#include "optim.h"
#include <string.h>

/* S and P are read as names first, then as numbers, then counted; each list ends with an entry that is not counted. */
#define S(name) #name,
#define P(name, value) #name,
#define OPT(name, its_slots, its_parameters, ...)                                                    \
    static const char *const slots_of_##name[] = {its_slots NULL}, *const parameters_of_##name[] = { \
                                                                       its_parameters NULL};
#include "../defs/optim.def"
#undef S
#undef P
#undef OPT

#define P(name, value) value,
#define OPT(name, its_slots, its_parameters, ...) static const double defaults_of_##name[] = {its_parameters 0};
#include "../defs/optim.def"
#undef P
#undef OPT

#define S(name) + 1
#define P(name, value) + 1
static const gn_optimizer_row table[] = {
#define OPT(id, its_slots, its_parameters, ...) \
    {#id, 0 its_slots, slots_of_##id, 0 its_parameters, parameters_of_##id, defaults_of_##id, #__VA_ARGS__},
#include "../defs/optim.def"
};

const gn_optimizer_row *gn_optimizer_table(void)
{
    return table;
}

gn_optimizer gn_optimizer_find(const char *name)
{
    int i = 0;
    while (i < GN_OPT_COUNT && strcmp(table[i].name, name) != 0) i++;
    return (gn_optimizer)i;
}
