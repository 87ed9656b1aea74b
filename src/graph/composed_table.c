/* composed_table.c -- the rows of defs/composed.def in its order; each row is a file of composed/. */
#include "graph_internal.h"

const gn_composed_row *gn_composed_table(gn_composed_op op)
{
    static const gn_composed_row *const table[] = {
#define M(name, operands, about) &gn_composed_##name,
#include "../defs/composed.def"
#undef M
    };
    return table[op];
}
