/* cmd_completion.c -- completion scripts for bash and zsh, from the tables.
 *
 * Invariant: a word that the shell proposes is one that the command takes. */
#include "cli.h"

#include <string.h>

static void put_options(gn_text *t, const gn_command *c)
{
    size_t count;
    const gn_option_row *rows = gn_option_table(&count);
    for (size_t i = 0; i < count; i++)
        if (gn_command_takes(c, &rows[i])) gn_text_printf(t, " --%s", rows[i].name);
}

static void put_choices(gn_text *t)
{
    size_t count;
    const gn_option_row *rows = gn_option_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind != GN_WORD || strlen(rows[i].choices) < 4) continue;
        gn_text_printf(t, "        --%s) words=\"", rows[i].name);
        for (const char *p = rows[i].choices; *p; p++) gn_text_add(t, *p == '|' ? " " : p, 1);
        gn_text_puts(t, "\" ;;\n");
    }
}

static void put_sets(gn_text *t)
{
    const char *help, *name;
    for (size_t i = 0; (name = gn_generate_row(i, &help)); i++) gn_text_printf(t, " %s", name);
}

static void put_function(gn_text *t)
{
    size_t count;
    const gn_command *table = gn_command_table(&count);
    gn_text_puts(t, "_glassnet() {\n    local current=\"${COMP_WORDS[COMP_CWORD]}\" "
                    "before=\"${COMP_WORDS[COMP_CWORD-1]}\" words=\"\"\n"
                    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        words=\"--help --version");
    for (size_t i = 0; i < count; i++) gn_text_printf(t, " %s", table[i].name);
    gn_text_puts(t, "\"\n        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n        return\n    fi\n    "
                    "case \"$before\" in\n");
    put_choices(t);
    gn_text_puts(t, "    esac\n    if [ -z \"$words\" ] && [ \"${current#-}\" != \"$current\" ]; then\n        case "
                    "\"${COMP_WORDS[1]}\" in\n");
    for (size_t i = 0; i < count; i++) {
        gn_text_printf(t, "        %s) words=\"", table[i].name);
        put_options(t, &table[i]);
        gn_text_puts(t, "\" ;;\n");
    }
    gn_text_puts(t, "        esac\n    elif [ -z \"$words\" ]; then\n        case \"${COMP_WORDS[1]}\" in\n        "
                    "train|data) words=\"");
    put_sets(t);
    gn_text_puts(t, "\" ;;\n        help) words=\"");
    for (size_t i = 0; i < count; i++) gn_text_printf(t, " %s", table[i].name);
    gn_text_puts(
        t, "\" ;;\n        completion) words=\"bash zsh\" ;;\n        esac\n    fi\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _glassnet glassnet\n");
}

static gn_status run(gn_cli *cli)
{
    const char *shell = cli->argument[0];
    gn_text t;
    if (strcmp(shell, "bash") && strcmp(shell, "zsh")) {
        gn_fail(cli->ctx, GN_E_USAGE, "the shells known are bash and zsh, not '%s'",
                gn_show(GN_SHOWN, shell, strlen(shell)));
        return gn_hint(cli->ctx,
                       "usage: glassnet completion bash > ~/.local/share/bash-completion/completions/glassnet");
    }
    gn_text_init(&t, cli->ctx);
    if (!strcmp(shell, "zsh")) gn_text_puts(&t, "#compdef glassnet\nautoload -U +X bashcompinit && bashcompinit\n");
    put_function(&t);
    return gn_cli_print(cli, &t);
}

const gn_command_body gn_cmd_completion = {
    run, NULL,
    "glassnet completion bash > ~/.local/share/bash-completion/completions/glassnet\n"
    "source <(glassnet completion zsh)\n"
};
