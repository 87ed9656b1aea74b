/* json_out.c -- results as JSON, written member by member.
 *
 * Invariant: numbers are the shortest text that reads back the same, and a number that JSON cannot hold is null. */
#include "cli.h"
#include "../data/json.h"

#include <math.h>

static void begin(gn_text *to, const char *name)
{
    char last = to->length ? to->at[to->length - 1] : '{';
    if (last != '{' && last != '[' && last != '\n') gn_text_puts(to, ", ");
    if (!name) return;
    gn_json_put_string(to, name);
    gn_text_puts(to, ": ");
}

void gn_js_open(gn_text *to, const char *name, char bracket)
{
    begin(to, name);
    gn_text_add(to, &bracket, 1);
}

void gn_js_close(gn_text *to, char bracket)
{ gn_text_add(to, &bracket, 1); }

void gn_js_text(gn_text *to, const char *name, const char *value)
{
    begin(to, name);
    gn_json_put_string(to, value);
}

void gn_js_number(gn_text *to, const char *name, double value)
{
    begin(to, name);
    gn_text_puts(to, isfinite(value) ? gn_num(GN_NUM, value) : "null");
}

void gn_js_count(gn_text *to, const char *name, uint64_t value)
{
    begin(to, name);
    gn_text_printf(to, "%llu", (unsigned long long)value);
}

void gn_js_bool(gn_text *to, const char *name, bool value)
{
    begin(to, name);
    gn_text_puts(to, value ? "true" : "false");
}

void gn_js_raw(gn_text *to, const char *name, const char *value)
{
    begin(to, name);
    gn_text_puts(to, value);
}
