/* diagnose_help.h -- what the tests of the diagnosis share. */
#ifndef GN_DIAGNOSE_HELP_H
#define GN_DIAGNOSE_HELP_H

#include "lens/diagnose_internal.h"
#include "nn_help.h"

static inline void expect(gn_diagnosis *d, gn_mistake mistake)
{
    if (d->mistake != mistake || d->right != (mistake == GN_MISTAKE_RIGHT))
        for (size_t i = 0; i < d->findings; i++)
            print_error("%s: %s (%s), wanted %s\n", d->finding[i].name, gn_mistake_name(d->finding[i].mistake),
                        d->finding[i].evidence, gn_mistake_name(mistake));
    assert_int_equal(d->mistake, mistake);
    assert_int_equal(d->right, mistake == GN_MISTAKE_RIGHT);
}

/* Of all trainable parameters, in the objective's order. */
static inline void right_gradient(gn_context *ctx, const gn_net *net, const gn_dataset *rows, double *g)
{
    gn_objective *o;
    must(ctx, gn_objective_net(ctx, net, rows, &o));
    must(ctx, gn_objective_gradient(o, gn_objective_start(o), NULL, g));
    gn_objective_free(o);
}

#endif
