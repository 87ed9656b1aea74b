/* main.c -- from the command line to a command and to an exit status.
 *
 * Invariant: every way out passes gn_cli_finish, so that a result which did not reach its reader is never reported as
 * done. */
#include "cli.h"
#include "../kernel/kernel.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CMD(name, arguments, letter, line, file) extern const gn_command_body gn_##file;
#include "../defs/commands.def"
#undef CMD

static const gn_command commands[] = {
#define CMD(name, arguments, letter, line, file) { #name, arguments, letter, line, &gn_##file },
#include "../defs/commands.def"
#undef CMD
};

const gn_command *gn_command_table(size_t *count)
{
    if (count) *count = GN_COUNT(commands);
    return commands;
}

const gn_command *gn_command_find(const char *name)
{
    for (size_t i = 0; i < GN_COUNT(commands); i++)
        if (!strcmp(commands[i].name, name)) return &commands[i];
    return NULL;
}

/* A file opened later must never get the number of a standard stream. One that is missing is opened the wrong way
 * round, so that using it fails as it should. */
static void hold_standard_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0) _exit(GN_IO);
}

static void find_terminals(gn_cli *cli)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    bool colour = !(no && *no) && !(term && !strcmp(term, "dumb"));
    cli->terminal = isatty(2) && !(term && !strcmp(term, "dumb"));
    cli->colour_out = colour && isatty(1);
    cli->colour_err = colour && isatty(2);
}

/* ---- the context of the work ------------------------------------------------------------------------------------- */

static gn_status choose_isa(gn_cli *cli, const char **isa)
{
    const char *given = gn_option_text(cli->options, GN_O_ISA), *from = "--isa";
    if (!gn_command_takes(cli->command, gn_option_find("isa"))) return GN_OK;
    if (!gn_option_given(cli->options, GN_O_ISA)) {
        const char *e = getenv("GLASSNET_ISA");
        if (!e || !*e) return GN_OK;
        from = "GLASSNET_ISA";
        gn_options *check = NULL; /* checked as the option is */
        gn_status s = gn_options_new(cli->option_ctx, &check);
        if (s == GN_OK) s = gn_options_set(check, "isa", e);
        gn_options_free(check);
        if (s != GN_OK) return gn_hint(cli->option_ctx, "the environment variable GLASSNET_ISA says so");
        given = e;
    }
    gn_isa level = gn_isa_find(given);
    if (strcmp(given, "auto") && (level == GN_ISA_COUNT || !gn_isa_available(level))) {
        gn_fail(cli->option_ctx, GN_E_CFG_VALUE, "%s is '%s', and this processor has no such instructions", from,
                given);
        return gn_hint(cli->option_ctx, "the best here is %s", gn_isa_name(gn_isa_best()));
    }
    *isa = given;
    return GN_OK;
}

static gn_status make_context(gn_cli *cli)
{
    gn_context_settings s;
    gn_context_defaults(&s);
    GN_TRY(choose_isa(cli, &s.isa));
    s.threads = (int)gn_option_int(cli->options, GN_O_THREADS);
    s.exact = !strcmp(gn_option_text(cli->options, GN_O_NUMERICS), "exact");
    s.log = gn_cli_log;
    s.log_user = cli;
    gn_status status = gn_context_new(&s, &cli->ctx);
    if (status == GN_OK) return status;
    return gn_fail(cli->option_ctx, status == GN_NO_MEMORY ? GN_E_MEMORY : GN_E_USAGE, "the engine could not start");
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

static gn_status run_command(gn_cli *cli, int argc, char **argv)
{
    gn_status s = gn_cli_parse(cli, argc, argv);
    if (s == GN_OK && cli->help) {
        gn_text t;
        gn_text_init(&t, cli->option_ctx);
        gn_usage_command(&t, cli->option_ctx, cli->command);
        return gn_cli_print(cli, &t);
    }
    if (s == GN_OK) s = make_context(cli);
    if (s != GN_OK) {
        gn_cli_error(cli, cli->option_ctx);
        return s;
    }
    gn_signals_start(cli->ctx);
    s = gn_cli_picture_check(cli, gn_option_text(cli->options, GN_O_PLOT));
    if (s == GN_OK) s = cli->command->body->run(cli);
    if (s != GN_OK && !cli->told) gn_cli_error(cli, cli->ctx);
    return s;
}

static gn_status show_program(gn_cli *cli, bool version)
{
    gn_text t;
    gn_text_init(&t, cli->option_ctx);
    if (version) gn_text_printf(&t, "glassnet %s\n", gn_version());
    else gn_usage_program(&t);
    return gn_cli_print(cli, &t);
}

static gn_status start(gn_cli *cli, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (!strcmp(name, "--version") || !strcmp(name, "-V")) return show_program(cli, true);
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) return show_program(cli, false);
    cli->command = gn_command_find(name);
    if (cli->command) return run_command(cli, argc - 2, argv + 2);
    gn_status s;
    if (!*name) {
        gn_fail(cli->option_ctx, GN_E_USAGE, "which command?");
        s = gn_hint(cli->option_ctx, "glassnet train spirals; `glassnet --help` lists the commands");
    } else {
        s = gn_cli_unknown_command(cli->option_ctx, name);
    }
    gn_cli_error(cli, cli->option_ctx);
    return s;
}

int main(int argc, char **argv)
{
    hold_standard_streams();
    gn_context_settings one;
    gn_context_defaults(&one);
    one.threads = 1;
    gn_cli cli = { 0 };
    find_terminals(&cli);
    gn_status s = gn_context_new(&one, &cli.option_ctx);
    if (s == GN_OK) s = gn_options_new(cli.option_ctx, &cli.options);
    if (s == GN_OK) s = start(&cli, argc, argv);
    gn_status end = gn_cli_finish(&cli);
    gn_context_free(cli.ctx);
    gn_options_free(cli.options);
    gn_context_free(cli.option_ctx);
    int caught = gn_signals_caught();
    if (s == GN_STOPPED && caught) return 128 + caught;
    return s != GN_OK ? (int)s : (int)end;
}
