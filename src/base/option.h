/* option.h -- named options from one table (defs/option.def): parsed, checked against their range, and readable by
 * id. The command line, the library, the help, the man page and a model's metadata all use this table. */
#ifndef GN_OPTION_H
#define GN_OPTION_H

#include "base.h"
#include "text.h"

typedef enum gn_option_kind {
    GN_FLAG,   /* no value */
    GN_INT,    /* whole number in [lo, hi] */
    GN_REAL,   /* finite number in [lo, hi] */
    GN_WORD,   /* one of the choices "a|b|c"; any text where choices is "" */
    GN_LIST    /* comma-separated text, checked by whoever uses it */
} gn_option_kind;

typedef enum gn_option_id {
#define O(id, name, kind, dflt, lo, hi, choices, groups, value_name, help) GN_O_##id,
#include "../defs/option.def"
#undef O
    GN_O_COUNT
} gn_option_id;

typedef struct gn_option_row {
    const char *name;       /* "clip-norm": without the dashes */
    gn_option_kind kind;
    const char *dflt;       /* default as text; "" when there is none */
    double lo, hi;
    const char *choices;    /* "a|b|c" or "" */
    const char *groups;     /* letters of the commands that take it, see defs/option.def */
    const char *value_name; /* "RATE" for the help */
    const char *help;
} gn_option_row;
const gn_option_row *gn_option_table(size_t *count);
const gn_option_row *gn_option_find(const char *name); /* NULL when unknown */

/* Set by name; the text is checked by kind and range (codes GN_E_CFG_*; the message names field, value and allowed
 * range). Repeated GN_LIST options append. An unknown name is GN_E_CFG_UNKNOWN with the closest name as hint. */
bool gn_option_given(const gn_options *o, gn_option_id id);   /* was it set, or is it the default? */
bool gn_option_flag(const gn_options *o, gn_option_id id);
int64_t gn_option_int(const gn_options *o, gn_option_id id);
double gn_option_real(const gn_options *o, gn_option_id id);
const char *gn_option_text(const gn_options *o, gn_option_id id); /* as given, or the default; "" for none */
/* Cut a comma-separated list; `part` 0..; false when there is no such part. Blanks around a part are dropped. */
bool gn_list_part(const char *list, char separator, size_t part, const char **at, size_t *length);

#endif
