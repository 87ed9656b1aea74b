/* cmd_help.c -- help on a command, an option or an error code.
 *
 * Invariant: whatever name a message mentions can be asked for here. */
#include "cli.h"

#include <ctype.h>
#include <string.h>

static gn_status explain_code(gn_cli *cli, gn_code code)
{
    static const char *const kind[] = {
        "done", "the work ran and the answer is no", "usage", "bad data or model", "input or output", "memory"
    };
    gn_status s = gn_code_status(code);
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "%s (exit status %d: %s)\n\n%s\n", gn_code_text(code), (int)s,
                   s < GN_COUNT(kind) ? kind[s] : "stopped on request", gn_code_about(code));
    return gn_cli_print(cli, &t);
}

static gn_status explain_option(gn_cli *cli, const gn_option_row *o)
{
    size_t count;
    const gn_command *table = gn_command_table(&count);
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, "--%s%s%s\n\n", o->name, *o->value_name ? " " : "", o->value_name);
    gn_usage_option_help(&t, o);
    gn_text_puts(&t, "\ntaken by:");
    for (size_t i = 0; i < count; i++)
        if (gn_command_takes(&table[i], o)) gn_text_printf(&t, " %s", table[i].name);
    gn_text_puts(&t, "\n");
    return gn_cli_print(cli, &t);
}

/* Codes are written in capitals; a reader may not. */
static gn_code find_code(const char *name)
{
    char upper[64];
    size_t n = strlen(name);
    if (n >= sizeof upper) return GN_E_NONE;
    for (size_t i = 0; i <= n; i++) upper[i] = (char)toupper((unsigned char)name[i]);
    return gn_code_find(upper);
}

static gn_status not_found(gn_cli *cli, const char *name)
{
    size_t count, n = 0;
    const char *names[GN_E_COUNT + GN_O_COUNT + 64];
    const gn_command *commands = gn_command_table(&count);
    for (size_t i = 0; i < count; i++) names[n++] = commands[i].name;
    for (int c = 1; c < GN_E_COUNT; c++) names[n++] = gn_code_text((gn_code)c);
    const gn_option_row *options = gn_option_table(&count);
    for (size_t i = 0; i < count; i++) names[n++] = options[i].name;
    gn_fail(cli->ctx, GN_E_USAGE, "there is no command, option or error code '%s'",
            gn_show(GN_SHOWN, name, strlen(name)));
    const char *near = gn_closest(name, names, n);
    return near ? gn_hint(cli->ctx, "did you mean `glassnet help %s`?", near)
                : gn_hint(cli->ctx, "`glassnet --help` lists the commands");
}

static gn_status run(gn_cli *cli)
{
    const char *name = cli->argument[0];
    gn_text t;
    if (!name || gn_command_find(name)) {
        gn_text_init(&t, cli->ctx);
        if (name) gn_usage_command(&t, cli->ctx, gn_command_find(name));
        else gn_usage_program(&t);
        return gn_cli_print(cli, &t);
    }
    gn_code code = find_code(name);
    if (code != GN_E_NONE) return explain_code(cli, code);
    const gn_option_row *o = gn_option_find(strncmp(name, "--", 2) ? name : name + 2);
    return o ? explain_option(cli, o) : not_found(cli, name);
}

const gn_command_body gn_cmd_help = { run, NULL,
                                      "glassnet help train\n"
                                      "glassnet help CSV-RAGGED\n"
                                      "glassnet help clip-norm\n" };
