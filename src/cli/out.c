/* out.c -- what the command says: results, messages, errors, warnings.
 *
 * Invariant: a result is written whole; a reader that went away (a closed pipe) ends the output quietly, any other
 * failure to write is an error with exit status 4. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *gn_ink_text(bool on, gn_ink ink)
{
    static const char *const text[] = { "\033[0m", "\033[1m", "\033[31m", "\033[33m" };
    return on ? text[ink] : "";
}

size_t gn_width(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) n += ((unsigned char)text[i] & 0xC0) != 0x80;
    return n;
}

void gn_cli_clear_line(gn_cli *cli)
{
    if (!cli->line_open) return;
    fputs("\r\033[K", stderr);
    cli->line_open = false;
}

void gn_cli_error(gn_cli *cli, const gn_context *ctx)
{
    const gn_error *e = gn_last_error(ctx);
    bool c = cli->colour_err;
    if (!e->code[0]) return;
    cli->told = true;
    gn_cli_clear_line(cli);
    fprintf(stderr, "glassnet: %serror%s[%s]: %s%s%s\n", gn_ink_text(c, GN_INK_RED), gn_ink_text(c, GN_INK_PLAIN),
            e->code, e->where, e->where[0] ? ": " : "", e->message);
    if (e->hint[0])
        fprintf(stderr, "%shint:%s %s\n", gn_ink_text(c, GN_INK_BOLD), gn_ink_text(c, GN_INK_PLAIN), e->hint);
}

void gn_cli_log(void *user, gn_log_level level, const char *text)
{
    gn_cli *cli = user;
    bool c = cli->colour_err;
    if (cli->quiet && level != GN_LOG_WARNING) return;
    gn_cli_clear_line(cli);
    if (level == GN_LOG_WARNING)
        fprintf(stderr, "glassnet: %swarning%s: %s\n", gn_ink_text(c, GN_INK_YELLOW), gn_ink_text(c, GN_INK_PLAIN),
                text);
    else fprintf(stderr, "glassnet: note: %s\n", text);
}

/* ---- standard output --------------------------------------------------------------------------------------------- */

static int output_error; /* errno of the first failed write; the process's, as standard output is */

static bool put_all(const char *at, size_t length)
{
    while (length && !output_error) {
        ssize_t n = write(1, at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            output_error = errno;
            break;
        }
        at += n;
        length -= (size_t)n;
    }
    return !output_error;
}

gn_status gn_cli_write(gn_cli *cli, const char *path, const gn_text *text)
{
    gn_sink s;
    GN_TRY(gn_text_done((gn_text *)(uintptr_t)text));
    if (!*path || !strcmp(path, "-")) {
        put_all(text->at ? text->at : "", text->length);
        return GN_OK; /* gn_cli_finish tells */
    }
    GN_TRY(gn_sink_open(cli->ctx, path, &s));
    gn_status status = gn_sink_write(&s, text->at ? text->at : "", text->length);
    if (status == GN_OK) return gn_sink_commit(&s);
    gn_sink_abandon(&s);
    return status;
}

gn_status gn_cli_print(gn_cli *cli, gn_text *text)
{
    gn_status s = gn_text_done(text);
    gn_cli_clear_line(cli);
    if (s == GN_OK) put_all(text->at ? text->at : "", text->length);
    gn_text_free(text);
    return s;
}

gn_status gn_cli_say(gn_cli *cli, gn_text *text)
{
    gn_status s = gn_text_done(text);
    gn_cli_clear_line(cli);
    if (s == GN_OK && !cli->quiet) fputs(text->at ? text->at : "", stderr);
    gn_text_free(text);
    return s;
}

gn_status gn_cli_finish(gn_cli *cli)
{
    if (!output_error || output_error == EPIPE) return GN_OK;
    gn_fail(cli->option_ctx, GN_E_IO_WRITE, "standard output: %s", gn_errno_text(output_error));
    gn_cli_error(cli, cli->option_ctx);
    return GN_IO;
}
