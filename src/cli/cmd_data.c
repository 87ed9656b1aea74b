/* cmd_data.c -- a generated set as CSV.
 *
 * Invariant: what is written reads back as the very numbers that training on the set would use. */
#include "cli.h"

#include <string.h>

static gn_status list_sets(gn_cli *cli)
{
    const char *help, *name;
    gn_text t;
    gn_grid g;
    gn_text_init(&t, cli->ctx);
    if (cli->json) {
        gn_js_open(&t, NULL, '{');
        for (size_t i = 0; (name = gn_generate_row(i, &help)); i++) gn_js_text(&t, name, help);
        gn_js_close(&t, '}');
        gn_text_puts(&t, "\n");
        return gn_cli_print(cli, &t);
    }
    gn_grid_open(&g, cli->ctx, "ll");
    for (size_t i = 0; (name = gn_generate_row(i, &help)); i++) {
        gn_grid_put(&g, name);
        gn_grid_put(&g, help);
    }
    gn_grid_print(&g, &t, "");
    return gn_cli_print(cli, &t);
}

static void as_json(gn_text *t, const gn_table *table)
{
    gn_js_open(t, NULL, '{');
    for (size_t c = 0; c < table->columns; c++) {
        const gn_column *col = &table->column[c];
        gn_js_open(t, col->name, '[');
        for (size_t r = 0; r < table->rows; r++) {
            if (col->kind == GN_NUMERIC) gn_js_number(t, NULL, col->number[r]);
            else gn_js_text(t, NULL, col->categories[col->category[r]]);
        }
        gn_js_close(t, ']');
    }
    gn_js_close(t, '}');
    gn_text_puts(t, "\n");
}

static gn_status run(gn_cli *cli)
{
    const char *name = cli->argument[0];
    const gn_options *o = cli->options;
    gn_table table;
    gn_text t;
    if (!name) return list_sets(cli);
    GN_TRY(gn_generate(cli->ctx, name, (size_t)gn_option_int(o, GN_O_N), gn_option_real(o, GN_O_NOISE),
                       (uint64_t)gn_option_int(o, GN_O_SEED), &table));
    gn_text_init(&t, cli->ctx);
    gn_status s = GN_OK;
    if (cli->json) as_json(&t, &table);
    else s = gn_csv_write(&table, &t);
    if (s == GN_OK) s = gn_cli_write(cli, gn_option_text(o, GN_O_OUT), &t);
    gn_text_free(&t);
    gn_table_free(&table);
    return s;
}

const gn_command_body gn_cmd_data = { run, "Every set is a function of its name, --n, --noise and --seed.",
                                      "glassnet data\n"
                                      "glassnet data spirals --n 500 --seed 3 > spirals.csv\n" };
