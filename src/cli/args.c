/* args.c -- the words of the command line: options by the one table, then arguments.
 *
 * Invariant: nothing is guessed. A word that begins with a dash is an option, "-" alone is a stream, and after "--"
 * every word is an argument. */
#include "cli.h"

#include <string.h>

bool gn_command_takes(const gn_command *c, const gn_option_row *o)
{
    if (strchr(o->groups, '*')) return true;
    return c->letter[0] && strchr(o->groups, c->letter[0]);
}

void gn_command_count(const gn_command *c, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (const char *p = c->arguments; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        (*most)++;
        if (*p != '[') (*least)++;
        if (length > 3 && !memcmp(p + length - 3, "...", 3)) *most = GN_CLI_ARGUMENTS;
        p += length;
    }
}

gn_status gn_cli_unknown_command(gn_context *ctx, const char *name)
{
    enum { MOST = 64 };
    const char *names[MOST];
    size_t count;
    const gn_command *table = gn_command_table(&count);
    for (size_t i = 0; i < count && i < MOST; i++) names[i] = table[i].name;
    const char *near = gn_closest(name, names, count < MOST ? count : MOST);
    const char *what = name[0] == '-' ? "an option stands where the command should" : "there is no such command";
    gn_fail(ctx, GN_E_USAGE, "%s: '%s'", what, gn_show(GN_SHOWN, name, strlen(name)));
    if (near) return gn_hint(ctx, "did you mean `glassnet %s`?", near);
    return gn_hint(ctx, "`glassnet --help` lists the commands");
}

/* ---- options ----------------------------------------------------------------------------------------------------- */

static gn_status not_taken(gn_cli *cli, const gn_option_row *o)
{
    gn_context *ctx = cli->option_ctx;
    size_t count;
    const gn_command *table = gn_command_table(&count);
    gn_text takers;
    gn_text_init(&takers, ctx);
    for (size_t i = 0; i < count; i++)
        if (gn_command_takes(&table[i], o)) gn_text_printf(&takers, "%s%s", takers.length ? ", " : "", table[i].name);
    GN_TRY(gn_text_done(&takers));
    gn_fail(ctx, GN_E_CFG_UNKNOWN, "`glassnet %s` does not take --%s", cli->command->name, o->name);
    gn_status s = gn_hint(ctx, "it belongs to: %s", takers.at ? takers.at : "");
    gn_text_free(&takers);
    return s;
}

/* Only names that this command takes are proposed. */
static gn_status unknown_option(gn_cli *cli, const char *name)
{
    gn_context *ctx = cli->option_ctx;
    const char *names[GN_O_COUNT];
    size_t count, n = 0;
    const gn_option_row *rows = gn_option_table(&count);
    for (size_t i = 0; i < count; i++)
        if (gn_command_takes(cli->command, &rows[i])) names[n++] = rows[i].name;
    gn_fail(ctx, GN_E_CFG_UNKNOWN, "there is no option --%s", gn_show(GN_SHOWN, name, strlen(name)));
    const char *near = gn_closest(name, names, n);
    if (near) return gn_hint(ctx, "did you mean --%s?", near);
    return gn_hint(ctx, "`glassnet %s --help` lists its options", cli->command->name);
}

static gn_status one_dash(gn_cli *cli, const char *word)
{
    gn_fail(cli->option_ctx, GN_E_CFG_UNKNOWN, "there is no option %s", gn_show(GN_SHOWN, word, strlen(word)));
    if (gn_option_find(word + 1)) return gn_hint(cli->option_ctx, "options begin with two dashes: -%s", word);
    return gn_hint(cli->option_ctx, "options begin with two dashes; a file of this name is given as ./%s", word);
}

/* --name=value, --name value, or --flag; *used counts the words taken. */
static gn_status take_option(gn_cli *cli, const char *word, const char *next, int *used)
{
    enum { ROOM = 128 };
    char name[ROOM];
    const char *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    *used = 1;
    if (length >= ROOM) length = ROOM - 1;
    memcpy(name, word, length);
    name[length] = '\0';
    const gn_option_row *o = gn_option_find(name);
    if (!o) return unknown_option(cli, name);
    if (!gn_command_takes(cli->command, o)) return not_taken(cli, o);
    if (o->kind != GN_FLAG && !value) {
        if (next && strncmp(next, "--", 2)) {
            value = next;
            *used = 2;
        } else if (next && next[2]) {
            gn_fail(cli->option_ctx, GN_E_CFG_VALUE, "--%s needs a value: %s", name, o->value_name);
            return gn_hint(cli->option_ctx,
                           "the next word is another option; a value that begins with two dashes is given as --%s=%s",
                           name, next);
        }
    }
    return gn_options_set(cli->options, name, value);
}

static gn_status take_argument(gn_cli *cli, const char *word)
{
    size_t least, most;
    gn_command_count(cli->command, &least, &most);
    if (cli->arguments < most && cli->arguments < GN_CLI_ARGUMENTS) {
        cli->argument[cli->arguments++] = word;
        return GN_OK;
    }
    gn_fail(cli->option_ctx, GN_E_USAGE, "`glassnet %s` does not know what to do with '%s'", cli->command->name,
            gn_show(GN_SHOWN, word, strlen(word)));
    return gn_hint(cli->option_ctx, "usage: glassnet %s %s", cli->command->name, cli->command->arguments);
}

/* "-x^2" is an expression where one is wanted; "-depth" is an option of the command with a dash too few. */
static bool is_expression(const gn_command *c, const char *word)
{
    const gn_option_row *o = gn_option_find(word + 1);
    return strstr(c->arguments, "EXPR") && !(o && gn_command_takes(c, o));
}

static gn_status take_words(gn_cli *cli, int argc, char **argv)
{
    bool ended = false;
    for (int i = 0, used = 1; i < argc; i += used, used = 1) {
        const char *word = argv[i];
        if (!ended && !strcmp(word, "--")) ended = true;
        else if (!ended && !strncmp(word, "--", 2))
            GN_TRY(take_option(cli, word + 2, i + 1 < argc ? argv[i + 1] : NULL, &used));
        else if (!ended && !strcmp(word, "-h")) GN_TRY(gn_options_set(cli->options, "help", ""));
        else if (!ended && word[0] == '-' && word[1] && !is_expression(cli->command, word)) return one_dash(cli, word);
        else GN_TRY(take_argument(cli, word));
    }
    return GN_OK;
}

gn_status gn_cli_parse(gn_cli *cli, int argc, char **argv)
{
    size_t least, most;
    gn_command_count(cli->command, &least, &most);
    GN_TRY(take_words(cli, argc, argv));
    cli->quiet = gn_option_flag(cli->options, GN_O_QUIET);
    bool shaped = gn_option_given(cli->options, GN_O_FORMAT);
    bool as_json = !strcmp(gn_option_text(cli->options, GN_O_FORMAT), "json");
    cli->json = gn_option_flag(cli->options, GN_O_JSON) || as_json;
    cli->help = gn_option_flag(cli->options, GN_O_HELP);
    if (cli->json && shaped && !as_json && !cli->help)
        return gn_fail(cli->option_ctx, GN_E_CFG_CONFLICT, "--json and --format %s: the result has one form",
                       gn_option_text(cli->options, GN_O_FORMAT));
    if (cli->help || cli->arguments >= least) return GN_OK;
    gn_fail(cli->option_ctx, GN_E_USAGE, "`glassnet %s` needs %s", cli->command->name, cli->command->arguments);
    return gn_hint(cli->option_ctx, "`glassnet %s --help` has examples", cli->command->name);
}
