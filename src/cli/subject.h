/* subject.h -- what a command that looks at a network has in hand: a network, from a model file or described and fresh,
 * the data, and the rows of them in use.
 *
 * Invariant: the rows are encoded and scaled as the network's own are. */
#ifndef GN_SUBJECT_H
#define GN_SUBJECT_H

#include "cli.h"

typedef struct gn_subject {
    gn_model *model;            /* NULL: described */
    gn_net *own;
    gn_data *data, *test;
    const gn_net *net;
    const gn_prep *prep;
    gn_dataset rows;            /* all rows of the data until gn_subject_rows chooses */
    uint32_t *index;
    bool chosen;                /* not every row is in use */
} gn_subject;
/* MODEL DATA, or DATA alone with --net, --layers, --act, --init, --seed, --loss for a fresh network. wide: the data are
 * read in float64, so that what is analysed is not rounded to what the network trains in; else as training reads
 * them. */
gn_status gn_subject_open(gn_cli *cli, bool wide, gn_subject *out);
/* The same with rows that weigh what training let them weigh: by the column --weight names, or by that of the model's
 * record where the data have it; rows.weight NULL: they weigh the same. */
gn_status gn_subject_open_weighed(gn_cli *cli, bool wide, gn_subject *out);
/* The value of "name=value" among the lines of a record; gn_free. *out NULL: it is not there. */
gn_status gn_recorded_option(gn_context *ctx, const char *record, const char *name, char **out);
/* Refuses --seed beside a model and a file, for a command that draws nothing itself. */
gn_status gn_subject_refuse_seed(gn_cli *cli);
void gn_subject_close(gn_cli *cli, gn_subject *s);
/* `most` of `all` rows, evenly spaced from the first on. */
void gn_rows_spaced(size_t all, size_t most, uint32_t *row);
/* The first `most` rows, or evenly spaced ones; 0 or more than there are: all. */
gn_status gn_subject_rows(gn_cli *cli, gn_subject *s, size_t most, bool spaced);
/* "model.safetensors on moons.csv", "a fresh network on xor" */
void gn_subject_title(const gn_cli *cli, const gn_subject *s, gn_text *to);
/* "49 of 1,000 rows, evenly spaced" */
void gn_subject_rows_text(const gn_subject *s, bool spaced, gn_text *to);

#endif
