/* option.c -- options by name: checked when they are set, so that whoever reads one need not ask again.
 *
 * Invariant: a value that stands in gn_options is of its row's kind and inside its range, or is the row's default. */
#include "option.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const gn_option_row rows[GN_O_COUNT] = {
#define O(id, name, kind, dflt, lo, hi, choices, groups, value_name, help) \
    { name, kind, dflt, lo, hi, choices, groups, value_name, help },
#include "../defs/option.def"
#undef O
};

struct gn_options {
    gn_context *ctx;
    char *text[GN_O_COUNT];     /* NULL: not given */
    double number[GN_O_COUNT];
};

const gn_option_row *gn_option_table(size_t *count)
{
    if (count) *count = GN_O_COUNT;
    return rows;
}

const gn_option_row *gn_option_find(const char *name)
{
    for (size_t i = 0; name && i < GN_O_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0) return &rows[i];
    return NULL;
}

bool gn_list_part(const char *list, char separator, size_t part, const char **at, size_t *length)
{
    const char *end;
    for (;; list = end + 1, part--) {
        end = strchr(list, separator);
        if (part == 0) break;
        if (!end) return false;
    }
    if (!end) end = list + strlen(list);
    while (list < end && (*list == ' ' || *list == '\t')) list++;
    while (end > list && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *at = list;
    *length = (size_t)(end - list);
    return true;
}

gn_status gn_options_new(gn_context *ctx, gn_options **out)
{
    if (!out) return GN_USAGE;
    *out = ctx ? gn_calloc(ctx, 1, sizeof **out) : NULL;
    if (!*out) return ctx ? GN_NO_MEMORY : GN_USAGE;
    (*out)->ctx = ctx;
    return GN_OK;
}

void gn_options_free(gn_options *o)
{
    if (!o) return;
    for (size_t i = 0; i < GN_O_COUNT; i++) gn_free(o->ctx, o->text[i]);
    gn_free(o->ctx, o);
}

/* ---- setting ---- */

static gn_status unknown(gn_options *o, const char *name)
{
    const char *names[GN_O_COUNT];
    for (size_t i = 0; i < GN_O_COUNT; i++) names[i] = rows[i].name;
    gn_status s = gn_fail(o->ctx, GN_E_CFG_UNKNOWN, "there is no option '%s'", gn_show(GN_SHOWN, name, strlen(name)));
    const char *near = gn_closest(name, names, GN_O_COUNT);
    return near ? gn_hint(o->ctx, "did you mean --%s?", near) : s;
}

static gn_status wrong(gn_options *o, const gn_option_row *row, const char *value, const char *wanted)
{
    return gn_fail(o->ctx, GN_E_CFG_VALUE, "--%s is '%s'; it must be %s", row->name,
                   gn_show(GN_SHOWN, value, strlen(value)), wanted);
}

/* A real number whose default is a bound of -1 has its useful values from 0 on: -1 there says that none was given. */
static double lowest(const gn_option_row *row)
{
    return row->kind == GN_REAL && row->lo == -1 && strcmp(row->dflt, "-1") == 0 ? 0 : row->lo;
}

static gn_status outside(gn_options *o, const gn_option_row *row, const char *value)
{
    return gn_fail(o->ctx, GN_E_CFG_RANGE, "--%s is %s; it must be %s from %s to %s", row->name,
                   gn_show(GN_SHOWN, value, strlen(value)), row->kind == GN_INT ? "a whole number" : "a number",
                   gn_num(GN_NUM, lowest(row)), gn_num(GN_NUM, row->hi));
}

static gn_status check_number(gn_options *o, const gn_option_row *row, const char *value, double *number)
{
    char wanted[160];
    gn_number_kind kind = gn_read_number(value, strlen(value), '.', number, NULL);
    if (kind == GN_NUMBER_OVERFLOW) return outside(o, row, value);
    bool whole = row->kind != GN_INT || *number == floor(*number);
    if (kind == GN_NUMBER_BAD || kind == GN_NUMBER_NONFINITE || !whole) {
        snprintf(wanted, sizeof wanted, "%s from %s to %s", row->kind == GN_INT ? "a whole number" : "a finite number",
                 gn_num(GN_NUM, lowest(row)), gn_num(GN_NUM, row->hi));
        return wrong(o, row, value, wanted);
    }
    return *number < lowest(row) || *number > row->hi ? outside(o, row, value) : GN_OK;
}

static gn_status check_word(gn_options *o, const gn_option_row *row, const char *value)
{
    enum { MOST = 16, ROOM = 64 };
    char word[MOST][ROOM], wanted[MOST * ROOM] = "one of";
    const char *names[MOST], *at;
    size_t count = 0, length, used = strlen(wanted);
    for (; count < MOST && gn_list_part(row->choices, '|', count, &at, &length); count++) {
        if (strlen(value) == length && memcmp(value, at, length) == 0) return GN_OK;
        snprintf(word[count], ROOM, "%.*s", (int)length, at);
        used += (size_t)snprintf(wanted + used, sizeof wanted - used, "%s %s", count ? "," : "", word[count]);
        names[count] = word[count];
    }
    wrong(o, row, value, wanted);
    const char *near = gn_closest(value, names, count);
    return near ? gn_hint(o->ctx, "did you mean %s?", near) : GN_USAGE;
}

static gn_status check(gn_options *o, const gn_option_row *row, const char *value, double *number)
{
    *number = 0;
    if (row->kind == GN_FLAG)
        return *value ? gn_fail(o->ctx, GN_E_CFG_VALUE, "--%s takes no value, and '%s' was given", row->name,
                                gn_show(GN_SHOWN, value, strlen(value))) : GN_OK;
    if (row->kind == GN_INT || row->kind == GN_REAL) return check_number(o, row, value, number);
    return row->kind == GN_WORD && *row->choices ? check_word(o, row, value) : GN_OK;
}

/* A list that is given again goes on. */
static char *joined(gn_options *o, const char *old, const char *value)
{
    gn_text t;
    gn_text_init(&t, o->ctx);
    gn_text_puts(&t, old);
    gn_text_add(&t, ",", 1);
    gn_text_puts(&t, value);
    char *text = gn_text_done(&t) == GN_OK ? gn_copy_text(o->ctx, t.at, t.length) : NULL;
    gn_text_free(&t);
    return text;
}

gn_status gn_options_set(gn_options *o, const char *name, const char *value)
{
    if (!o) return GN_USAGE;
    if (!name) return gn_fail(o->ctx, GN_E_USAGE, "an option needs a name");
    const gn_option_row *row = gn_option_find(name);
    if (!row) return unknown(o, name);
    if (!value && row->kind != GN_FLAG)
        return gn_fail(o->ctx, GN_E_CFG_VALUE, "--%s needs a value: %s", row->name, row->value_name);
    if (!value) value = "";
    size_t id = (size_t)(row - rows);
    double number;
    GN_TRY(check(o, row, value, &number));
    bool more = row->kind == GN_LIST && o->text[id];
    char *text = more ? joined(o, o->text[id], value) : gn_copy_text(o->ctx, value, strlen(value));
    if (!text) return GN_NO_MEMORY;
    gn_free(o->ctx, o->text[id]);
    o->text[id] = text;
    o->number[id] = number;
    return GN_OK;
}

/* ---- reading ---- */

bool gn_option_given(const gn_options *o, gn_option_id id)
{
    return o && o->text[id];
}

bool gn_option_flag(const gn_options *o, gn_option_id id)
{
    return gn_option_given(o, id);
}

const char *gn_option_text(const gn_options *o, gn_option_id id)
{
    return gn_option_given(o, id) ? o->text[id] : rows[id].dflt;
}

double gn_option_real(const gn_options *o, gn_option_id id)
{
    double d = 0;
    if (gn_option_given(o, id)) return o->number[id];
    gn_read_number(rows[id].dflt, strlen(rows[id].dflt), '.', &d, NULL);
    return d;
}

int64_t gn_option_int(const gn_options *o, gn_option_id id)
{
    return (int64_t)gn_option_real(o, id);
}
