/* grad_file.h -- a gradient that somebody computed, from a file: CSV, NPY or safetensors.
 *
 * Invariant: what a number is the gradient of is decided by --tensor, by names, or by shapes, and said. */
#ifndef GN_GRAD_FILE_H
#define GN_GRAD_FILE_H

#include "cli.h"
#include "../lens/diagnose.h"

typedef struct gn_grad_file {
    gn_arena arena;
    size_t count;
    gn_given *given;
    bool whole;                 /* every tensor was meant */
    size_t rows, cols;          /* as the file has it; 0 for safetensors */
    const char *how;            /* "as all tensors one after another", "by --tensor", "by its shape" */
} gn_grad_file;
/* tensor: --tensor, or "". */
gn_status gn_grad_file_open(gn_cli *cli, const gn_net *net, const char *path, const char *tensor, gn_grad_file *out);
void gn_grad_file_close(gn_grad_file *f);
/* A trainable tensor by name, among the trainable ones; MOD-SHAPE with the names when there is none. */
gn_status gn_trainable_find(gn_cli *cli, const gn_net *net, const char *name, size_t *out);

#endif
