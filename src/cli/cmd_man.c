/* cmd_man.c -- the manual page, from the tables.
 *
 * Invariant: the page says what the program does, because both read the same rows. */
#include "cli.h"

#include <string.h>

/* Text as roff: a backslash and a leading point or quote would be commands. */
static void put_roff(gn_text *t, const char *text)
{
    bool first = true;
    for (const char *p = text; *p; p++) {
        if (first && (*p == '.' || *p == '\'')) gn_text_puts(t, "\\&");
        if (*p == '\\') gn_text_puts(t, "\\e");
        else if (*p == '-') gn_text_puts(t, "\\-");
        else gn_text_add(t, p, 1);
        first = *p == '\n';
    }
}

static void put_item(gn_text *t, const char *name, const char *value)
{
    gn_text_puts(t, ".TP\n\\fB");
    put_roff(t, name);
    gn_text_puts(t, "\\fR");
    if (*value) {
        gn_text_puts(t, " \\fI");
        put_roff(t, value);
        gn_text_puts(t, "\\fR");
    }
    gn_text_puts(t, "\n");
}

static void put_commands(gn_text *t)
{
    size_t count;
    const gn_command *table = gn_command_table(&count);
    gn_text_puts(t, ".SH COMMANDS\n");
    for (size_t i = 0; i < count; i++) {
        put_item(t, table[i].name, table[i].arguments);
        put_roff(t, table[i].line);
        gn_text_puts(t, ".\n");
        if (!table[i].body->about) continue;
        put_roff(t, table[i].body->about);
        gn_text_puts(t, "\n");
    }
}

static void put_options(gn_text *t, gn_context *ctx)
{
    size_t count, commands;
    const gn_option_row *rows = gn_option_table(&count);
    const gn_command *table = gn_command_table(&commands);
    gn_text_puts(t, ".SH OPTIONS\n");
    for (size_t i = 0; i < count; i++) {
        gn_text name, help;
        gn_text_init(&name, ctx);
        gn_text_init(&help, ctx);
        gn_text_printf(&name, "--%s", rows[i].name);
        put_item(t, name.at ? name.at : "", rows[i].value_name);
        gn_usage_option_help(&help, &rows[i]);
        put_roff(t, help.at ? help.at : "");
        gn_text_puts(t, ".\nTaken by:");
        for (size_t c = 0; c < commands; c++)
            if (gn_command_takes(&table[c], &rows[i])) gn_text_printf(t, " %s", table[c].name);
        gn_text_puts(t, ".\n");
        if (name.failed || help.failed) t->failed = true;
        gn_text_free(&name);
        gn_text_free(&help);
    }
}

static gn_status run(gn_cli *cli)
{
    gn_text t;
    gn_text_init(&t, cli->ctx);
    gn_text_printf(&t, ".TH GLASSNET 1 \"\" \"glassnet %s\" \"User Commands\"\n", gn_version());
    gn_text_puts(
        &t,
        ".SH NAME\nglassnet \\- neural networks that you can see through\n"
        ".SH SYNOPSIS\n\\fBglassnet\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR] [\\fB\\-\\-option\\fR \\fIvalue\\fR ...]\n"
        ".SH DESCRIPTION\nTrains a neural network on a table, on images or on arrays, says how good it is, and "
        "predicts from raw rows.\n"
        "Results are written to standard output, progress and messages to standard error.\n");
    put_commands(&t);
    put_options(&t, cli->ctx);
    gn_text_puts(&t, ".SH ENVIRONMENT\n.TP\n\\fBGLASSNET_ISA\\fR\nThe instruction set, where \\-\\-isa does not "
                     "say.\n.TP\n\\fBNO_COLOR\\fR\nNo colour when set.\n"
                     ".SH EXIT STATUS\n0 done; 1 the work ran and the answer is no (training diverged, a check "
                     "failed); 2 usage; 3 bad data or model;\n"
                     "4 input or output; 5 memory; 130 or 143 interrupted, with the model so far saved.\n");
    return gn_cli_print(cli, &t);
}

const gn_command_body gn_cmd_man = { run, NULL, "glassnet man | man -l -\n" };
