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
    bool whole;                 /* every tensor was meant: a line of numbers that has no room for a bias lacks it */
    const char *absent;         /* tensors of the network that a file of named ones has not, in words; or NULL */
    const char *others;         /* tensors of the file that are none of the network's; or NULL */
    bool no_bias;               /* such a file has every weight and no bias */
    size_t rows, cols;          /* as the file has it; 0 for safetensors */
    const char *how;            /* "as all tensors one after another", "by --tensor", "by its shape" */
} gn_grad_file;
/* tensor: --tensor, or "". */
gn_status gn_grad_file_open(gn_cli *cli, const gn_net *net, const char *path, const char *tensor, gn_grad_file *out);
/* What of the tensors is not judged, and why. */
void gn_grad_file_facts(const gn_grad_file *f, gn_sheet *s);
void gn_grad_file_close(gn_grad_file *f);
/* A trainable tensor by name, among the trainable ones; MOD-SHAPE with the names when there is none. */
gn_status gn_trainable_find(gn_cli *cli, const gn_net *net, const char *name, size_t *out);

#endif
