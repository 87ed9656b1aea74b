/* usage.c -- help, from the tables of commands and options.
 *
 * Invariant: an option or a command is described here by its row and nowhere else. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { LINE = 100, TEXT_COLUMN = 28 };

void gn_usage_program(gn_text *to)
{
    size_t count;
    const gn_command *table = gn_command_table(&count);
    gn_text_printf(to,
                   "glassnet %s -- neural networks that you can see through\n\nusage: glassnet COMMAND [ARGUMENTS] "
                   "[--option value ...]\n\n",
                   gn_version());
    for (size_t i = 0; i < count; i++) {
        size_t used = 2 + strlen(table[i].name) + 1 + strlen(table[i].arguments);
        gn_text_printf(to, "  %s %s", table[i].name, table[i].arguments);
        do gn_text_puts(to, " ");
        while (++used < TEXT_COLUMN);
        gn_text_printf(to, "%s\n", table[i].line);
    }
    gn_text_puts(
        to, "\nDATA is a CSV file, a folder with the MNIST files, an IDX pair \"images,labels\", an NPY pair "
            "\"X.npy,y.npy\",\n"
            "the name of a generated set (`glassnet data` lists them), or - for a CSV on standard input.\n\n"
            "first steps:\n"
            "  glassnet train spirals                   train on a generated set, save model.safetensors\n"
            "  glassnet train table.csv --target price  train on your own table\n"
            "  glassnet predict model.safetensors new.csv\n\n"
            "`glassnet COMMAND --help` lists a command's options, `glassnet help CODE` explains an error,\n"
            "`glassnet --version` prints the version. Results are on standard output, messages on standard error.\n"
            "exit status: 0 done; 1 the answer is no (training diverged); 2 usage; 3 bad data or model; 4 input or "
            "output;\n"
            "5 memory; 130 or 143 interrupted, with what there was saved.\n");
}

static bool default_is_said(const gn_option_row *o)
{
    return !*o->dflt || o->kind == GN_FLAG || !strcmp(o->dflt, "-1") || strstr(o->help, "default") ||
           strstr(o->help, "auto:") || strstr(o->help, "(0:");
}

void gn_usage_option_help(gn_text *to, const gn_option_row *o)
{
    gn_text_puts(to, o->help);
    if (*o->choices && strlen(o->choices) > 2 && strcmp(o->value_name, "CHAR")) {
        gn_text_puts(to, "; ");
        for (const char *p = o->choices; *p; p++) {
            if (*p == '|') gn_text_puts(to, ", ");
            else gn_text_add(to, p, 1);
        }
    }
    if (!default_is_said(o)) gn_text_printf(to, " (default: %s)", o->dflt);
}

/* Words from `text`, wrapped at LINE behind TEXT_COLUMN. */
static void put_wrapped(gn_text *to, size_t column, const char *text)
{
    for (const char *p = text; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " "), wide = gn_width(p, length);
        if (column + 1 + wide > LINE && column > TEXT_COLUMN) {
            gn_text_printf(to, "\n%*s", TEXT_COLUMN, "");
            column = TEXT_COLUMN;
        } else if (column > TEXT_COLUMN) {
            gn_text_puts(to, " ");
            column++;
        }
        gn_text_add(to, p, length);
        column += wide;
        p += length;
    }
    gn_text_puts(to, "\n");
}

static void put_option(gn_text *to, gn_context *ctx, const gn_option_row *o)
{
    gn_text help;
    size_t used = 4 + strlen(o->name) + (*o->value_name ? 1 + strlen(o->value_name) : 0);
    gn_text_printf(to, "  --%s%s%s", o->name, *o->value_name ? " " : "", o->value_name);
    do gn_text_puts(to, " ");
    while (++used < TEXT_COLUMN);
    gn_text_init(&help, ctx);
    gn_usage_option_help(&help, o);
    put_wrapped(to, used, help.at ? help.at : "");
    if (help.failed) to->failed = true;
    gn_text_free(&help);
}

static void put_examples(gn_text *to, const char *examples)
{
    gn_text_puts(to, "\nexamples:\n");
    for (const char *p = examples; *p; p += strspn(p, "\n")) {
        size_t length = strcspn(p, "\n");
        gn_text_puts(to, "  ");
        gn_text_add(to, p, length);
        gn_text_puts(to, "\n");
        p += length;
    }
}

void gn_usage_command(gn_text *to, gn_context *ctx, const gn_command *c)
{
    size_t count;
    const gn_option_row *rows = gn_option_table(&count);
    gn_text_printf(to, "usage: glassnet %s%s%s [--option value ...]\n%s\n", c->name, *c->arguments ? " " : "",
                   c->arguments, c->line);
    if (c->body->about) gn_text_printf(to, "\n%s\n", c->body->about);
    gn_text_puts(to, "\noptions:\n");
    for (size_t i = 0; i < count; i++)
        if (gn_command_takes(c, &rows[i])) put_option(to, ctx, &rows[i]);
    if (c->body->examples) put_examples(to, c->body->examples);
}
