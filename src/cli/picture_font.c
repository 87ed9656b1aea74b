/* picture_font.c -- the characters of a picture that no font here can show: for such a one gnuplot's libraries draw a
 * box as large as the picture.
 *
 * Invariant: what is not known to be in a font is replaced. Latin, Greek, Cyrillic and the common signs are in the font
 * that the script asks for; of others the system's list of fonts is asked, by fc-list, where there is one. */
#include "picture_font.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include "../base/file.h"

enum { LIST_LIMIT = 1 << 26 };
typedef struct fonts { gn_text list; bool asked; } fonts;

extern char **environ;

/* ---- the list of fonts ------------------------------------------------------------------------------------------- */

static bool surely(uint32_t c)
{
    static const struct { uint32_t lo, hi; } range[] = {
        { 0x20, 0x7E }, { 0xA0, 0x2AF }, { 0x384, 0x38A }, { 0x38E, 0x3A1 }, { 0x3A3, 0x45F }, { 0x1E00, 0x1EFB },
        { 0x2010, 0x2027 }, { 0x2030, 0x205E }, { 0x2074, 0x208E }, { 0x2190, 0x21FF }, { 0x2200, 0x22FF },
        { 0x2500, 0x25FF },
    };
    for (size_t i = 0; i < GN_COUNT(range); i++)
        if (c >= range[i].lo && c <= range[i].hi) return true;
    return c == '\n' || c == '\t';
}

/* Does fc-list say what it knows, into this file? */
static bool run_list(FILE *out)
{
    static char name[] = "fc-list", form[] = "--format=%{fontformat} %{charset}\n";
    char *const argument[] = { name, form, NULL };
    posix_spawn_file_actions_t files;
    pid_t child;
    int state = 0;
    posix_spawn_file_actions_init(&files);
    int error = posix_spawn_file_actions_adddup2(&files, fileno(out), 1);
    if (!error) error = posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (!error) error = posix_spawnp(&child, name, &files, NULL, argument, environ);
    posix_spawn_file_actions_destroy(&files);
    if (error) return false;
    while (waitpid(child, &state, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(state) && !WEXITSTATUS(state);
}

/* Every font's line: its format, and its characters as "20-7e a0". Without fc-list it stays empty. */
static gn_status ask(fonts *f)
{
    char part[8192];
    size_t n;
    FILE *out = tmpfile();
    f->asked = true;
    if (!out) return GN_OK;
    bool any = run_list(out);
    rewind(out);
    while (any && (n = fread(part, 1, sizeof part, out)) > 0 && f->list.length + n <= LIST_LIMIT)
        gn_text_add(&f->list, part, n);
    fclose(out);
    return gn_text_done(&f->list);
}

static const char *read_hex(const char *at, uint32_t *value)
{
    static const char digits[] = "0123456789abcdef";
    const char *found;
    for (*value = 0; *at && (found = strchr(digits, *at)); at++) *value = *value << 4 | (uint32_t)(found - digits);
    return at;
}

/* Fonts of points, and of the old PostScript kind, are listed, but not drawn with. */
static bool line_has(const char *at, uint32_t c)
{
    if (strncmp(at, "TrueType ", 9) && strncmp(at, "CFF ", 4)) return false;
    for (at = strchr(at, ' '); *at == ' ';) {
        uint32_t lo, hi;
        at = read_hex(at + 1, &lo);
        hi = lo;
        if (*at == '-') at = read_hex(at + 1, &hi);
        if (c >= lo && c <= hi) return true;
    }
    return false;
}

static gn_status shown(fonts *f, uint32_t c, bool *is)
{
    *is = surely(c);
    if (*is) return GN_OK;
    if (!f->asked) GN_TRY(ask(f));
    for (const char *line = f->list.at; line && *line && !*is;) {
        *is = line_has(line, c);
        line = strchr(line, '\n');
        if (line) line++;
    }
    return GN_OK;
}

/* ---- the script -------------------------------------------------------------------------------------------------- */

/* A character of valid UTF-8. */
static size_t take_character(const char *at, uint32_t *c)
{
    unsigned char first = (unsigned char)*at;
    size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    *c = n == 1 ? first : first & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) *c = *c << 6 | ((unsigned char)at[i] & 0x3F);
    return n;
}

static gn_status replace_line(fonts *f, const char *at, const char *end, gn_text *to, uint32_t *first)
{
    for (uint32_t c; at < end;) {
        bool is;
        size_t n = take_character(at, &c);
        GN_TRY(shown(f, c, &is));
        if (is) gn_text_add(to, at, n);
        else gn_text_printf(to, c > 0xFFFF ? "\\U%08x" : "\\u%04x", c);
        if (!is && !*first) *first = c;
        at += n;
    }
    return GN_OK;
}

static gn_status replace(fonts *f, const gn_text *script, gn_text *to, uint32_t *first)
{
    static const char output[] = "set output ";
    for (const char *at = script->at, *last = at + script->length; at < last;) {
        const char *end = memchr(at, '\n', (size_t)(last - at));
        end = end ? end + 1 : last;
        if (!strncmp(at, output, sizeof output - 1)) gn_text_add(to, at, (size_t)(end - at));
        else GN_TRY(replace_line(f, at, end, to, first));
        at = end;
    }
    return gn_text_done(to);
}

gn_status gn_cli_font_replace(gn_cli *cli, gn_text *script, bool say)
{
    fonts f = { 0 };
    gn_text to;
    size_t bad;
    uint32_t first = 0;
    if (!script->length || !gn_utf8_valid(script->at, script->length, &bad)) return GN_OK;
    gn_text_init(&f.list, cli->ctx);
    gn_text_init(&to, cli->ctx);
    gn_status s = replace(&f, script, &to, &first);
    gn_text_free(&f.list);
    if (s != GN_OK || !first) {
        gn_text_free(&to);
        return s;
    }
    if (say)
        gn_note(cli->ctx, first > 0xFFFF ? "no font here is known to have U+%04X: in the picture such characters stand as "
                                           "\\U%08x; an .svg keeps them"
                                         : "no font here is known to have U+%04X: in the picture such characters stand as "
                                           "\\u%04x; an .svg keeps them", first, first);
    gn_text_free(script);
    *script = to;
    return GN_OK;
}
