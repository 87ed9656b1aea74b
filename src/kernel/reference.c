/* reference.c -- the reference kernels, in both precisions.
 *
 * Invariant: as reference_tmpl.h; nothing here is used by a run, only by tests and checks. */
#include "level.h"

#define GN_LEVEL reference
#define GN_MODE plain
#define GN_ISA GN_ISA_BASE
#define GN_TILE_M 1
#define GN_REAL 64
#include "reference_tmpl.h"
#undef GN_REAL
#define GN_REAL 32
#include "reference_tmpl.h"
