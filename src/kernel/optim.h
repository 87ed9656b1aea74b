/* optim.h -- the rows of defs/optim.def as data: names, state slots, parameters with defaults, the text of the update. */
#ifndef GN_OPTIM_H
#define GN_OPTIM_H

#include "kernel.h"

typedef enum gn_optimizer {
#define OPT(name, slots, parameters, ...) GN_OPT_##name,
#include "../defs/optim.def"
#undef OPT
    GN_OPT_COUNT
} gn_optimizer;

typedef struct gn_optimizer_row {
    const char *name;
    int slots;
    const char *slot_name[GN_OPT_SLOTS];
    int parameters;
    const char *parameter_name[GN_OPT_HYPER];   /* lr first */
    double parameter_default[GN_OPT_HYPER];
    const char *update;                         /* the text that was compiled, in w, g, the slots, the parameters, t */
} gn_optimizer_row;
const gn_optimizer_row *gn_optimizer_table(void);
gn_optimizer gn_optimizer_find(const char *name); /* GN_OPT_COUNT when unknown */

#endif
