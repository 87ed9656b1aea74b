/* optim.h -- the rows of defs/optim.def as data: names, state slots, parameters with defaults, and the
 * text of the update. */
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
    const char *const *slot_name;
    int parameters;
    const char *const *parameter_name;          /* lr first */
    const double *parameter_default;
    const char *update;                         /* the text that was compiled, in w, g, the slots, the parameters, t */
} gn_optimizer_row;
const gn_optimizer_row *gn_optimizer_table(void);
gn_optimizer gn_optimizer_find(const char *name); /* GN_OPT_COUNT when unknown */

#endif
