/* picture_out.c -- a picture into a file by gnuplot, or onto the terminal with characters.
 *
 * Invariant: the file named is whole or untouched: gnuplot draws into a temporary of ours, and only a picture that it
 * finished is written to its place. gnuplot is started without a shell, reads no settings of the user's, and gets the
 * script on its standard input. */
#include "cli.h"
#include "picture_font.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../base/file.h"

enum { PICTURE_LIMIT = 1 << 28, COMPLAINT_LIMIT = 1 << 16, COLUMNS = 80 };

extern char **environ;

static gn_status type_of(gn_cli *cli, const char *file, gn_picture_type *type)
{
    static const char *const ending[GN_PICTURE_TYPE_COUNT] = { ".svg", ".png", ".pdf" };
    const char *dot = strrchr(file, '.');
    for (int i = 0; dot && i < GN_PICTURE_TYPE_COUNT; i++)
        if (!strcmp(dot, ending[i]) && dot != file && dot[-1] != '/') {
            *type = (gn_picture_type)i;
            return GN_OK;
        }
    gn_fail(cli->ctx, GN_E_CFG_VALUE, "--plot %s: the name does not say what kind of picture it is",
            gn_show(GN_SHOWN, file, strlen(file)));
    return gn_hint(cli->ctx, "A name that ends in .svg, .png or .pdf does; - draws on the terminal.");
}

/* ---- gnuplot ----------------------------------------------------------------------------------------------------- */

/* The environment without what would change what gnuplot draws: its own settings, and the locale. */
static char **plain_environment(gn_cli *cli)
{
    static char locale[] = "LC_ALL=C";
    static const char *const drop[] = { "LC_", "LANG", "GNUPLOT", "GNUTERM" };
    size_t n = 0, kept = 0;
    while (environ[n]) n++;
    char **to = gn_alloc_array(cli->ctx, n + 2, sizeof *to);
    if (!to) return NULL;
    for (size_t i = 0; i < n; i++) {
        bool dropped = false;
        for (size_t k = 0; k < GN_COUNT(drop); k++) dropped |= !strncmp(environ[i], drop[k], strlen(drop[k]));
        if (!dropped) to[kept++] = environ[i];
    }
    to[kept++] = locale;
    to[kept] = NULL;
    return to;
}

static gn_status no_gnuplot(gn_cli *cli, int error)
{
    if (error == ENOENT || error == EACCES) {
        gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "the picture needs the program gnuplot, which is not installed");
        return gn_hint(cli->ctx, "Install the package gnuplot-nox (apt) or gnuplot (dnf, apk, brew); "
                                 "--plot - draws on the terminal without it.");
    }
    return gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "gnuplot cannot be started: %s", gn_errno_text(error));
}

/* in, out, err: files at the child's standard descriptors. *state: as waitpid gives it. */
static gn_status run_gnuplot(gn_cli *cli, int in, int out, int err, int *state)
{
    static char name[] = "gnuplot", defaults[] = "-d";
    char *const argument[] = { name, defaults, NULL };
    posix_spawn_file_actions_t files;
    pid_t child;
    char **environment = plain_environment(cli);
    if (!environment) return GN_NO_MEMORY;
    posix_spawn_file_actions_init(&files);
    int error = posix_spawn_file_actions_adddup2(&files, in, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&files, out, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(&files, err, 2);
    if (!error) error = posix_spawnp(&child, name, &files, NULL, argument, environment);
    posix_spawn_file_actions_destroy(&files);
    gn_free(cli->ctx, environment);
    if (error) return no_gnuplot(cli, error);
    while (waitpid(child, state, 0) < 0)
        if (errno != EINTR) return gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "gnuplot: %s", gn_errno_text(errno));
    return GN_OK;
}

/* Everything in a temporary file, from its start, up to a limit. */
static gn_status read_back(gn_cli *cli, FILE *f, size_t limit, gn_text *to)
{
    char part[8192];
    size_t n;
    rewind(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0 && to->length + n <= limit) gn_text_add(to, part, n);
    if (ferror(f))
        return gn_fail(cli->ctx, GN_E_IO_READ, "what gnuplot wrote cannot be read: %s", gn_errno_text(errno));
    return gn_text_done(to);
}

/* The line of gnuplot's complaint that says what is wrong: the last that is not empty. */
static gn_status complaint(gn_cli *cli, const gn_text *said, int state)
{
    size_t end = said->length, start;
    while (end && strchr(" \t\r\n", said->at[end - 1])) end--;
    for (start = end; start && said->at[start - 1] != '\n';) start--;
    if (WIFSIGNALED(state))
        gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "gnuplot was ended by signal %d", WTERMSIG(state));
    else if (end == start)
        gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "gnuplot failed without saying why (exit status %d)", WEXITSTATUS(state));
    else
        gn_fail(cli->ctx, GN_E_PLOT_PROGRAM, "gnuplot says: %s", gn_show(GN_SHOWN, said->at + start, end - start));
    return gn_hint(cli->ctx, "--keep leaves the script beside the picture; --plot - draws without gnuplot.");
}

static gn_status draw_between(gn_cli *cli, const gn_text *script, FILE *in, FILE *out, FILE *err, gn_text *picture)
{
    int state = 0;
    gn_text said;
    if (fwrite(script->at, 1, script->length, in) != script->length || fflush(in) || lseek(fileno(in), 0, SEEK_SET))
        return gn_fail(cli->ctx, GN_E_IO_WRITE, "the script for gnuplot cannot be written: %s", gn_errno_text(errno));
    GN_TRY(run_gnuplot(cli, fileno(in), fileno(out), fileno(err), &state));
    gn_text_init(&said, cli->ctx);
    gn_status s = read_back(cli, err, COMPLAINT_LIMIT, &said);
    if (s == GN_OK) s = read_back(cli, out, PICTURE_LIMIT, picture);
    if (s == GN_OK && (!WIFEXITED(state) || WEXITSTATUS(state) || !picture->length)) s = complaint(cli, &said, state);
    gn_text_free(&said);
    return s;
}

/* The script's picture, in memory. */
static gn_status gnuplot(gn_cli *cli, const gn_text *script, gn_text *picture)
{
    FILE *f[3] = { tmpfile(), tmpfile(), tmpfile() };
    gn_status s = f[0] && f[1] && f[2] ? draw_between(cli, script, f[0], f[1], f[2], picture)
                                       : gn_fail(cli->ctx, GN_E_IO_OPEN, "no temporary file: %s", gn_errno_text(errno));
    for (int i = 0; i < 3; i++)
        if (f[i]) fclose(f[i]);
    return s;
}

/* ---- the two ways ------------------------------------------------------------------------------------------------ */

/* The script that stays names the file; the one that runs writes to standard output, and is otherwise the same. */
static gn_status keep_script(gn_cli *cli, const gn_picture *picture, gn_picture_type type, const char *file)
{
    gn_text script, path;
    gn_text_init(&script, cli->ctx);
    gn_text_init(&path, cli->ctx);
    gn_text_add(&path, file, strlen(file) - 4);
    gn_text_puts(&path, ".gp");
    const char *slash = strrchr(file, '/');
    gn_status s = gn_picture_script(cli->ctx, picture, type, slash ? slash + 1 : file, &script);
    if (s == GN_OK && type != GN_PICTURE_SVG) s = gn_cli_font_replace(cli, &script, false);
    if (s == GN_OK) s = gn_text_done(&path);
    if (s == GN_OK) s = gn_cli_write(cli, path.at, &script);
    gn_text_free(&script);
    gn_text_free(&path);
    return s;
}

static gn_status into_file(gn_cli *cli, const gn_picture *picture, const char *file)
{
    gn_picture_type type = GN_PICTURE_SVG;
    gn_text script, drawn;
    GN_TRY(type_of(cli, file, &type));
    if (gn_option_flag(cli->options, GN_O_KEEP)) GN_TRY(keep_script(cli, picture, type, file));
    gn_text_init(&script, cli->ctx);
    gn_text_init(&drawn, cli->ctx);
    gn_status s = gn_picture_script(cli->ctx, picture, type, NULL, &script);
    if (s == GN_OK && type != GN_PICTURE_SVG) s = gn_cli_font_replace(cli, &script, true);
    if (s == GN_OK) s = gnuplot(cli, &script, &drawn);
    if (s == GN_OK) s = gn_cli_write(cli, file, &drawn);
    gn_text_free(&script);
    gn_text_free(&drawn);
    return s;
}

gn_status gn_cli_picture_check(gn_cli *cli, const char *file)
{
    gn_picture_type type = GN_PICTURE_SVG;
    const char *form = gn_option_text(cli->options, GN_O_FORMAT), *out = gn_option_text(cli->options, GN_O_OUT);
    bool beside = *out && strcmp(out, "-") != 0;    /* the result goes to a file, the drawing alone to the terminal */
    if (gn_option_flag(cli->options, GN_O_KEEP) && (!*file || !strcmp(file, "-"))) {
        gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "--keep leaves the script beside a picture's file, and --plot names none");
        return gn_hint(cli->ctx, "--plot picture.svg --keep leaves picture.gp");
    }
    if (!*file) return GN_OK;
    if (strcmp(file, "-")) {
        gn_sink place;
        GN_TRY(type_of(cli, file, &type));
        GN_TRY(gn_sink_open(cli->ctx, file, &place));   /* opened and left: can it be written at all? */
        gn_sink_abandon(&place);
        return GN_OK;
    }
    if (cli->json || beside || !strcmp(form, "text")) return GN_OK;
    gn_fail(cli->ctx, GN_E_CFG_CONFLICT, "a drawing with characters does not go into %s", form);
    return gn_hint(cli->ctx, "--plot picture.svg writes a file; --format json holds the picture's numbers");
}

gn_status gn_cli_picture(gn_cli *cli, const gn_picture *picture, const char *file)
{
    gn_text text;
    if (!*file) return GN_OK;
    if (strcmp(file, "-")) return into_file(cli, picture, file);
    if (cli->json) return GN_OK;    /* its numbers are a member of the object */
    gn_text_init(&text, cli->ctx);
    gn_status s = gn_picture_draw(cli->ctx, picture, COLUMNS, gn_option_flag(cli->options, GN_O_ASCII), &text);
    if (s == GN_OK) return gn_cli_print(cli, &text);
    gn_text_free(&text);
    return s;
}
