/* cmd_museum.c -- mistakes in print, each with both sides computed: the list, one exhibit, or all of them.
 *
 * Invariant: whatever is shown is one document of the form that --format names; a failure of one exhibit ends it. */
#include "cli.h"

#include "../lens/museum.h"

#include <string.h>

static const char *with_dashes(gn_text *room, const char *name)
{
    gn_text_clear(room);
    for (; *name; name++) gn_text_add(room, *name == '_' ? "-" : name, 1);
    return room->failed ? "" : room->at;
}

static void list_json(gn_cli *cli, gn_text *to, const gn_exhibit *e, size_t count)
{
    gn_text name;
    gn_text_init(&name, cli->ctx);
    gn_js_open(to, NULL, '[');
    for (size_t i = 0; i < count; i++) {
        gn_js_open(to, NULL, '{');
        gn_js_count(to, "number", (uint64_t)e[i].number);
        gn_js_text(to, "name", with_dashes(&name, e[i].name));
        gn_js_text(to, "document", e[i].document);
        gn_js_text(to, "place", e[i].place);
        gn_js_text(to, "title", e[i].title);
        gn_js_text(to, "says", e[i].says);
        gn_js_text(to, "right", e[i].right);
        gn_js_close(to, '}');
    }
    gn_js_close(to, ']');
    gn_text_puts(to, "\n");
    gn_text_free(&name);
}

static const char *const documents[][2] = {
    { "S0", "Math of a Neural Net, a README and its notebook (NB)" },
    { "S1", "Complete Mathematics of Neural Network, course notes" },
    { "S2", "Neural Net From First Principles, an article" },
    { "S3", "Foundation F: Neural Networks From Scratch, a dialogue with code" },
    { "", "pages and tools that many use" },
};
enum { DOCUMENTS = GN_COUNT(documents) };

/* The last of them for whatever has no letter. */
static size_t document_of(const gn_exhibit *e)
{
    size_t d = 0;
    while (d + 1 < DOCUMENTS && strcmp(documents[d][0], e->document) != 0) d++;
    return d;
}

static void list_document(gn_cli *cli, gn_text *to, size_t document, const gn_exhibit *e, size_t count)
{
    const char *letter = documents[document][0];
    gn_text name;
    gn_grid g;
    gn_text_init(&name, cli->ctx);
    gn_grid_open(&g, cli->ctx, "rll");
    gn_text_printf(to, "%s%s%s%s\n", document ? "\n" : "", letter, *letter ? "  " : "", documents[document][1]);
    for (size_t i = 0; i < count; i++) {
        if (document_of(&e[i]) != document) continue;
        gn_grid_count(&g, (uint64_t)e[i].number);
        gn_grid_put(&g, with_dashes(&name, e[i].name));
        gn_grid_put(&g, e[i].title);
    }
    gn_grid_print(&g, to, "  ");
    gn_text_free(&name);
}

static void list_text(gn_cli *cli, gn_text *to, const gn_exhibit *e, size_t count)
{
    for (size_t d = 0; d < DOCUMENTS; d++) list_document(cli, to, d, e, count);
    gn_text_puts(to, "\nOne of them: glassnet museum 26, or by name; all: glassnet museum all\n");
}

/* The list as a sheet, for the forms of a document: a table for each text. */
static gn_status list_sheet(gn_cli *cli, const gn_exhibit *e, size_t count)
{
    gn_sheet sheet;
    double *number = gn_alloc_array(cli->ctx, count, sizeof *number);
    const char **name = gn_alloc_array(cli->ctx, count, 2 * sizeof *name), **title = name ? name + count : NULL;
    gn_text dashed;
    gn_text_init(&dashed, cli->ctx);
    gn_sheet_open(&sheet, cli->ctx, "the museum: mistakes in print");
    for (size_t d = 0; number && name && d < DOCUMENTS; d++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            if (document_of(&e[i]) == d) {
                number[n] = e[i].number;
                with_dashes(&dashed, e[i].name);
                name[n] = gn_arena_text(&sheet.arena, dashed.at, dashed.length);
                if (!name[n]) sheet.status = GN_NO_MEMORY;
                title[n++] = e[i].title;
            }
        const gn_sheet_column column[] = {{.title = "number", .number = number}, {.title = "name", .text = name},
                                          {.title = "what it is", .text = title}};
        gn_sheet_section(&sheet, 0, "%s%s%s", documents[d][0], *documents[d][0] ? ": " : "", documents[d][1]);
        gn_sheet_table(&sheet, 0, NULL, GN_COUNT(column), n, column);
    }
    gn_status s = number && name ? gn_cli_sheet(cli, &sheet) : GN_NO_MEMORY;
    gn_text_free(&dashed);
    gn_sheet_free(&sheet);
    gn_free(cli->ctx, number);
    gn_free(cli->ctx, name);
    return s;
}

static gn_status list(gn_cli *cli)
{
    size_t count;
    gn_text to;
    const gn_exhibit *e = gn_museum_table(&count);
    if (!cli->json && strcmp(gn_option_text(cli->options, GN_O_FORMAT), "text") != 0) return list_sheet(cli, e, count);
    gn_text_init(&to, cli->ctx);
    if (cli->json) list_json(cli, &to, e, count);
    else list_text(cli, &to, e, count);
    gn_status s = gn_text_done(&to);
    if (s == GN_OK) s = gn_cli_write(cli, gn_option_text(cli->options, GN_O_OUT), &to);
    gn_text_free(&to);
    return s;
}

static gn_status show_one(gn_cli *cli, const gn_exhibit *e)
{
    gn_sheet sheet = { 0 };
    gn_status s = gn_museum_show(cli->ctx, e, &sheet, NULL);
    if (s == GN_OK) s = gn_cli_sheet(cli, &sheet);
    gn_sheet_free(&sheet);
    return s;
}

static gn_status make_one(void *user, size_t i, gn_sheet *sheet)
{
    size_t count;
    gn_cli *cli = user;
    return gn_museum_show(cli->ctx, &gn_museum_table(&count)[i], sheet, NULL);
}

static gn_status show_all(gn_cli *cli)
{
    size_t count;
    gn_museum_table(&count);
    return gn_cli_sheets(cli, "The museum: mistakes in print", count, make_one, cli);
}

static gn_status unknown(gn_cli *cli, const char *what)
{
    size_t count;
    const gn_exhibit *e = gn_museum_table(&count);
    const char *name[64];
    for (size_t i = 0; i < count && i < GN_COUNT(name); i++) name[i] = e[i].name;
    const char *close = gn_closest(what, name, count < GN_COUNT(name) ? count : GN_COUNT(name));
    gn_fail(cli->ctx, GN_E_USAGE, "there is no exhibit '%s'; they are 1 to %zu", gn_show(GN_SHOWN, what, strlen(what)),
            count);
    return close ? gn_hint(cli->ctx, "did you mean %s?", close) : gn_hint(cli->ctx, "glassnet museum lists them");
}

static gn_status run(gn_cli *cli)
{
    const char *what = cli->argument[0];
    if (!what) return list(cli);
    if (strcmp(what, "all") == 0) return show_all(cli);
    const gn_exhibit *e = gn_museum_find(what);
    return e ? show_one(cli, e) : unknown(cli, what);
}

const gn_command_body gn_cmd_museum = {
    run,
    "Mistakes that stand in four teaching texts (S0 to S3) and in well-known tools: what the text says, what is\n"
    "right, the numbers of both computed now, the proof, and where it is about a gradient what `glassnet diagnose`\n"
    "finds in it.\n\n"
    "EXHIBIT is a number or a name from the list, or all: one document, with --format json an array.",
    "glassnet museum\n"
    "glassnet museum 26\n"
    "glassnet museum distill\n"
    "glassnet museum 23 --digits 17\n"
    "glassnet museum all --format markdown"
};
