/* cli.h -- what the files of the command share: the invocation, its output, and the parts that several commands print.
 *
 * Invariant: results go to standard output, everything else to standard error; a floating-point number is printed by
 * gn_num and foreign text by gn_show, so that neither the locale nor a file's bytes reach the terminal. */
#ifndef GN_CLI_H
#define GN_CLI_H

#include <stdio.h>
#include "../data/data.h"
#include "../base/option.h"
#include "../lens/picture.h"
#include "../lens/point.h"
#include "../lens/sheet.h"

typedef struct gn_cli gn_cli;

/* What a command's own file provides. */
typedef struct gn_command_body {
    gn_status (*run)(gn_cli *cli);
    const char *about;          /* a paragraph or more below the usage line */
    const char *examples;       /* lines, each a command */
} gn_command_body;
typedef struct gn_command {
    const char *name, *arguments, *letter, *line;
    const gn_command_body *body;
} gn_command;
const gn_command *gn_command_table(size_t *count);
const gn_command *gn_command_find(const char *name);            /* NULL when unknown */
bool gn_command_takes(const gn_command *c, const gn_option_row *o);
void gn_command_count(const gn_command *c, size_t *least, size_t *most);    /* arguments, from their text; "X..." is one
                                                                               or more */

enum { GN_CLI_ARGUMENTS = 16 };
struct gn_cli {
    gn_context *ctx;            /* of the work */
    gn_context *option_ctx;     /* made first, to read the options that the other is made by */
    gn_options *options;
    const gn_command *command;
    const char *argument[GN_CLI_ARGUMENTS];     /* NULL where there is none */
    size_t arguments;
    bool quiet, help;
    bool json;                  /* --json or --format json */
    bool terminal;              /* standard error is one: progress bars */
    bool colour_out, colour_err;
    bool told;                  /* the error in hand was printed already */
    bool line_open;             /* a progress line stands on the terminal and must be cleared before other text */
};

/* ---- args.c ------------------------------------------------------------------------------------------------------ */
gn_status gn_cli_parse(gn_cli *cli, int argc, char **argv);     /* argv past the command's name */
gn_status gn_cli_unknown_command(gn_context *ctx, const char *name);

/* ---- out.c ------------------------------------------------------------------------------------------------------- */
void gn_cli_error(gn_cli *cli, const gn_context *ctx);          /* the record of a context, on standard error */
void gn_cli_log(void *cli, gn_log_level level, const char *text);   /* a gn_log_fn */
void gn_cli_clear_line(gn_cli *cli);
/* Text to standard output or to the file named ("-" or "" is standard output), whole or not at all. */
gn_status gn_cli_write(gn_cli *cli, const char *path, const gn_text *text);
gn_status gn_cli_print(gn_cli *cli, gn_text *text);             /* to standard output; frees the text */
gn_status gn_cli_say(gn_cli *cli, gn_text *text);               /* to standard error unless quiet; frees the text */
gn_status gn_cli_finish(gn_cli *cli);                           /* standard output reached its reader */
/* Escape sequences, "" where there is no colour. */
typedef enum gn_ink { GN_INK_PLAIN, GN_INK_BOLD, GN_INK_RED, GN_INK_YELLOW } gn_ink;
const char *gn_ink_text(bool on, gn_ink ink);
size_t gn_width(const char *text, size_t length);               /* characters of UTF-8 */

/* ---- grid.c: aligned columns ------------------------------------------------------------------------------------- */
typedef struct gn_grid {
    gn_context *ctx;
    gn_arena arena;
    size_t columns, cells, capacity;
    const char **cell;          /* row by row */
    const char *align;          /* a letter a column: l or r */
    bool failed;
} gn_grid;
void gn_grid_open(gn_grid *g, gn_context *ctx, const char *align);
void gn_grid_put(gn_grid *g, const char *text);                 /* the next cell; control bytes are made visible */
void gn_grid_number(gn_grid *g, double value, int digits);
void gn_grid_fixed(gn_grid *g, double value, int decimals);
void gn_grid_count(gn_grid *g, uint64_t n);
void gn_text_count(gn_text *to, uint64_t n);                    /* 1,234,567 */
void gn_grid_print(gn_grid *g, gn_text *to, const char *indent); /* and closes it; a failure shows in `to` */

/* ---- json_out.c: one object, written as it goes ------------------------------------------------------------------ */
void gn_js_open(gn_text *to, const char *name, char bracket);   /* name NULL inside an array or at the top */
void gn_js_close(gn_text *to, char bracket);
void gn_js_text(gn_text *to, const char *name, const char *value);
void gn_js_number(gn_text *to, const char *name, double value); /* not finite: null */
void gn_js_count(gn_text *to, const char *name, uint64_t value);
void gn_js_bool(gn_text *to, const char *name, bool value);
void gn_js_raw(gn_text *to, const char *name, const char *value);

/* ---- scores.c ---------------------------------------------------------------------------------------------------- */
/* Figures for people: accuracy, confusion matrix and a line a class, or R2, RMSE and MAE. */
void gn_scores_print(gn_cli *cli, gn_text *to, const gn_metrics *m, const gn_prep *prep);
void gn_scores_json(gn_text *to, const gn_metrics *m, const gn_prep *prep);     /* members of the object in hand */
void gn_scores_line(gn_text *to, const gn_metrics *m);                          /* "accuracy 0.973, loss 0.0812" */
const char *gn_task_name(gn_task task);                                         /* "classification" or "regression" */

/* ---- progress.c -------------------------------------------------------------------------------------------------- */
typedef struct gn_meter {
    gn_cli *cli;
    gn_task task;
    FILE *log;                  /* JSON lines, or NULL */
    size_t fold, folds;         /* fold from 1; 0: none */
    bool log_failed;
    double sharpness, sharpness_limit;  /* as measured last; NaN: not watched */
} gn_meter;
gn_status gn_meter_step(void *meter, const gn_progress *p);     /* a gn_progress_fn */
gn_status gn_meter_open_log(gn_meter *m, const char *path);
void gn_meter_log(gn_meter *m, gn_text *object);                /* one line of an open log; frees the text */
gn_status gn_meter_close_log(gn_meter *m, const char *path);
void gn_duration(gn_text *to, double seconds);                  /* 12 ms, 3.2s, 1m05s, 2h03m */
void gn_rate(gn_text *to, double rate);                         /* three digits that count: 45,800 */

/* ---- summary.c --------------------------------------------------------------------------------------------------- */
void gn_summary_net(gn_text *to, gn_context *ctx, const gn_net *net, const char *indent);
void gn_summary_data(gn_text *to, const gn_data *d, const char *indent);    /* rows, features, target */

/* ---- signals.c --------------------------------------------------------------------------------------------------- */
void gn_signals_start(gn_context *ctx);     /* SIGINT and SIGTERM ask ctx to stop; the second quits at once */
int gn_signals_caught(void);                /* the signal's number, or 0 */

/* ---- sheet_out.c, picture_out.c ---------------------------------------------------------------------------------- */
/* A sheet by --format, --digits, --depth, --ascii, --json and --out. */
gn_status gn_cli_sheet(gn_cli *cli, const gn_sheet *sheet);
/* The same and then its picture (NULL: none) by --plot. One rule for all commands: a drawing with characters, --plot -,
 * is text; in JSON the numbers of the picture stand instead as the member "picture", and the other forms refuse it. */
gn_status gn_cli_sheet_with(gn_cli *cli, const gn_sheet *sheet, const gn_picture *picture);
/* Several sheets as one document: sections of it, in JSON an array. `make` opens and fills sheet i. */
typedef gn_status (*gn_sheet_maker)(void *user, size_t i, gn_sheet *sheet);
gn_status gn_cli_sheets(gn_cli *cli, const char *title, size_t count, gn_sheet_maker make, void *user);
/* A picture into the file that --plot names: gnuplot for .svg, .png and .pdf, characters on standard output for - (not
 * with JSON). With --keep the script stays beside it. Nothing when `file` is "". */
gn_status gn_cli_picture(gn_cli *cli, const gn_picture *picture, const char *file);
/* Is it a name that a picture can have, and may it be drawn beside the result? Told before anything is computed. */
gn_status gn_cli_picture_check(gn_cli *cli, const char *file);
void gn_js_picture(gn_text *to, const char *name, const gn_picture *picture);  /* picture_json.c */
/* The picture as the whole result, one JSON object, to standard output or --out. */
gn_status gn_cli_picture_json(gn_cli *cli, const gn_picture *picture);

/* ---- usage.c ----------------------------------------------------------------------------------------------------- */
void gn_usage_program(gn_text *to);
void gn_usage_command(gn_text *to, gn_context *ctx, const gn_command *c);
void gn_usage_option_help(gn_text *to, const gn_option_row *o); /* help with choices and default */

#endif
