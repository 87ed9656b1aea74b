/* precision_tmpl.h -- everything for one precision on one level in one mode: the templates in the order they build on
 * each other.
 *
 * Expects GN_LEVEL, GN_MODE, GN_FAST, GN_ISA, GN_VB (bytes in a vector), GN_TILES, GN_TILE_M, GN_TILE_V, GN_HAVE_* and
 * GN_REAL. Double comes before single precision, which borrows from it. */
#include "real_tmpl.h"
#include "elementary_tmpl.h"
#include "pointwise_tmpl.h"
#include "gemm_tmpl.h"
#include "rows_tmpl.h"
#include "optim_tmpl.h"
#include "table_tmpl.h"
